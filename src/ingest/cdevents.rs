//! Events of CDEvents put together: an execution is what the events of one subject of a source tell. Of several events
//! of one kind one counts by what they say and not by when they came, so the same events in any order are the same
//! execution. An execution is therefore held until its source ends; where that is too much, within bounds.

use super::fields::{Fields, Taken};
use super::mapping::{Mapping, Target};
use super::role::Role;
use super::row::{self, Place, Scratch};
use super::text::Text;
use super::{Event, LeftOut, StreamEnd, Value};
use crate::order::sort;
use crate::time::{ParsedTime, Timestamp, parse_text};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Executions that are held, at most. Where there are more, half of them are told as they stand: those that have ended
/// before the others, and of these the older ones. An event that comes later is then one of another execution; an end
/// whose start was told is counted as a row without a start.
const MOST_HELD: usize = 1 << 16;

/// What they take in bytes, about; beyond it as much is told as where there are too many.
const MOST_HELD_BYTES: usize = 1 << 26;

/// What an execution takes beside its texts, about: its place in a tree that is two thirds full.
const ENTRY_BYTES: usize = size_of::<(Key, Held)>() * 3 / 2;

/// Bytes of a text of an event that are kept.
const MOST_TEXT_BYTES: usize = 1 << 12;

/// What makes two events tell of one execution: their source and their subject.
type Key = (Box<str>, Box<str>);

/// When an event happened. Instants come before what is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    At { at: Timestamp, zoneless: bool },
    Unreadable(Box<str>),
    Absent,
}

/// What an event says of an end. One that says how it ended comes before one that does not.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    lacks_outcome: bool,
    when: When,
    outcome: Box<str>,
    /// True in the older form, which says a status and only in its errors that a run was cancelled.
    is_older: bool,
    error: Box<str>,
}

/// What is known of an execution: of each kind of event the one that comes first in the order of what it says.
#[derive(Debug, Default)]
struct Held {
    line: u64,
    offset: u64,
    /// The workflow's name, by the first event that has one.
    pipeline: Option<(When, Box<str>)>,
    queued: Option<When>,
    started: Option<When>,
    finished: Option<End>,
}

/// The executions of a source of events.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    held: BTreeMap<Key, Held>,
    /// What they take.
    bytes: usize,
    /// What is to be told, the next one last.
    leaving: Vec<(Key, Held)>,
    /// What the source said of its end, to be told behind them.
    end: Option<StreamEnd>,
    /// What was told last, and its id; its row borrows from them.
    told: (Key, Held),
    id: String,
}

impl Pairs {
    /// Takes an event. What is no event of a pipeline run is left out; else ask [`Pairs::has_next`].
    pub(super) fn take(&mut self, place: Place, fields: &Taken<'_>) -> Result<(), LeftOut> {
        let fields = Fields::Taken(*fields);
        let text = |role| owned(fields.get(role));
        let kind = text(Role::Kind);
        let (subject, what) = kind_of(&kind);
        if subject != "pipelinerun" {
            let parts = ["taskrun", "testcaserun", "testsuiterun", "build"];
            return Err(if parts.contains(&subject) { LeftOut::Part } else { LeftOut::NoExecution });
        }
        if !["queued", "started", "finished"].contains(&what) {
            return Err(LeftOut::NoExecution);
        }
        let key = (text(Role::WorkflowSpace), text(Role::Id));
        let key_bytes = key.0.len() + key.1.len();
        let held = match self.held.entry(key) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(place_of_it) => {
                self.bytes += ENTRY_BYTES + key_bytes;
                place_of_it.insert(Held { line: place.line, offset: place.offset, ..Held::default() })
            }
        };
        self.bytes -= held.text_bytes();
        let when = When::of(text(Role::StartedAt));
        let pipeline = text(Role::Workflow);
        if !pipeline.is_empty() {
            keep_least(&mut held.pipeline, (when.clone(), pipeline));
        }
        match what {
            "queued" => keep_least(&mut held.queued, when),
            "started" => keep_least(&mut held.started, when),
            _ => {
                let (outcome, status) = (text(Role::Conclusion), text(Role::Status));
                let is_older = outcome.is_empty();
                let outcome = if is_older { status } else { outcome };
                let lacks_outcome = outcome.is_empty();
                keep_least(
                    &mut held.finished,
                    End { lacks_outcome, when, outcome, is_older, error: text(Role::Error) },
                );
            }
        }
        self.bytes += held.text_bytes();
        if self.held.len() > MOST_HELD || self.bytes > MOST_HELD_BYTES {
            self.make_room();
        }
        Ok(())
    }

    /// The source has ended: what is held is told as it stands.
    pub(super) fn end(&mut self) {
        self.bytes = 0;
        let all = std::mem::take(&mut self.held).into_iter().collect();
        self.tell(all);
    }

    /// The source says that it has ended, which is told behind all that it told of.
    pub(super) fn end_saying(&mut self, end: StreamEnd) {
        self.end();
        self.end = Some(end);
    }

    /// True if there is something to tell.
    pub(super) fn has_next(&self) -> bool {
        !self.leaving.is_empty() || self.end.is_some()
    }

    /// The event of the execution that is to be told.
    pub(super) fn next<'a>(&'a mut self, mapping: &Mapping, scratch: &'a mut Scratch) -> Option<Event<'a>> {
        let Some(next) = self.leaving.pop() else { return self.end.take().map(Event::End) };
        self.told = next;
        let ((source, subject), held) = &self.told;
        // A subject's id is one only within its source, and a source is a reference to a resource, without spaces.
        self.id.clear();
        for part in [&**source, if source.is_empty() || subject.is_empty() { "" } else { " " }, subject] {
            self.id.push_str(part);
        }
        if subject.is_empty() {
            self.id.clear();
        }
        let status = match (&held.finished, &held.started) {
            (Some(end), _) if end.lacks_outcome => "finished",
            (Some(end), _) => &end.outcome,
            (None, Some(_)) => "started",
            (None, None) => "queued",
        };
        let text = |text| Value::Text(Text::Plain(text));
        let error = held.finished.as_ref().map_or("", |end| &end.error);
        let is_older = held.finished.as_ref().is_some_and(|end| end.is_older);
        let values = [
            (Role::Id, text(&self.id)),
            (Role::Workflow, text(held.pipeline.as_ref().map_or("", |(_, name)| name))),
            (Role::Conclusion, text(status)),
            (Role::StartedAt, value(held.started.as_ref())),
            (Role::FinishedAt, value(held.finished.as_ref().map(|end| &end.when))),
            (Role::QueuedAt, value(held.queued.as_ref())),
            (Role::Reason, text(if is_older { error } else { "" })),
            (Role::Error, text(error)),
        ];
        let mut fields = Taken::default();
        for (role, value) in values {
            fields.set(Target { role, rank: 0 }, value);
        }
        let place = Place { line: held.line, offset: held.offset };
        Some(row::understand(place, &Fields::Taken(fields), mapping, scratch))
    }

    /// Tells executions in the order in which they came.
    fn tell(&mut self, mut leaving: Vec<(Key, Held)>) {
        sort(&mut leaving, &|(_, one), (_, other)| one.offset > other.offset);
        self.leaving.splice(..0, leaving);
    }

    #[cold]
    fn make_room(&mut self) {
        let mut all: Vec<_> = std::mem::take(&mut self.held).into_iter().collect();
        let rank = |held: &Held| (held.started.is_none() || held.finished.is_none(), held.offset);
        sort(&mut all, &|(_, one), (_, other)| rank(one) < rank(other));
        let mut leaving = 0;
        for (at, (key, held)) in all.iter().enumerate() {
            if all.len() - at <= MOST_HELD / 2 && self.bytes <= MOST_HELD_BYTES / 2 {
                break;
            }
            self.bytes -= ENTRY_BYTES + key.0.len() + key.1.len() + held.text_bytes();
            leaving = at + 1;
        }
        self.held = all.split_off(leaving).into_iter().collect();
        self.tell(all);
    }
}

impl Held {
    fn text_bytes(&self) -> usize {
        let name = self.pipeline.as_ref().map_or(0, |(when, name)| when.text_bytes() + name.len());
        let end = |end: &End| end.when.text_bytes() + end.outcome.len() + end.error.len();
        let moments = [&self.queued, &self.started].into_iter().flatten();
        name + self.finished.as_ref().map_or(0, end) + moments.map(When::text_bytes).sum::<usize>()
    }
}

impl When {
    fn text_bytes(&self) -> usize {
        if let When::Unreadable(text) = self { text.len() } else { 0 }
    }

    fn of(text: Box<str>) -> When {
        match parse_text(&text) {
            ParsedTime::At { at, zoneless } => When::At { at, zoneless },
            ParsedTime::Unreadable => When::Unreadable(text),
            ParsedTime::Absent => When::Absent,
        }
    }
}

/// The instant as the value of a row.
fn value(when: Option<&When>) -> Value<'_> {
    match when {
        Some(When::At { at, zoneless }) => Value::Instant(ParsedTime::At { at: *at, zoneless: *zoneless }),
        Some(When::Unreadable(text)) => Value::Text(Text::Plain(text)),
        Some(When::Absent) | None => Value::Absent,
    }
}

/// Of what was kept and what came, the lesser one stays.
fn keep_least<T: Ord>(kept: &mut Option<T>, came: T) {
    if kept.as_ref().is_none_or(|kept| came < *kept) {
        *kept = Some(came);
    }
}

/// What an event is of and what it says, out of a type such as `dev.cdevents.pipelinerun.finished.0.3.0`.
fn kind_of(kind: &str) -> (&str, &str) {
    let mut parts = kind.split('.').skip_while(|part| *part != "cdevents").skip(1);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn owned(value: Value<'_>) -> Box<str> {
    let mut text = String::new();
    value.read_into(&mut text);
    text.truncate(text.floor_char_boundary(MOST_TEXT_BYTES));
    text.into()
}
