//! Events of CDEvents put together: an execution is what the events of one subject tell, in whatever order and however
//! often they come. Holds what has begun and not ended, and remembers what was told, both within a bound.

use super::fields::{Fields, Taken};
use super::mapping::{Mapping, Target};
use super::role::Role;
use super::row::{self, Place, Scratch};
use super::text::Text;
use super::{Event, LeftOut, Value};
use std::collections::BTreeMap;

/// Executions that are held or remembered, at most. Where there are more, those that were told are forgotten, and of
/// the others the older half is told as it stands.
const MOST_HELD: usize = 1 << 16;

/// Bytes of a text of an event that are kept.
const MOST_TEXT_BYTES: usize = 1 << 12;

/// What is known of an execution.
#[derive(Debug, Default)]
struct Held {
    line: u64,
    offset: u64,
    source: Box<str>,
    id: Box<str>,
    pipeline: Box<str>,
    outcome: Box<str>,
    error: Box<str>,
    queued: Box<str>,
    started: Box<str>,
    finished: Box<str>,
    is_told: bool,
}

/// The executions of a source of events.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// The places of what is held, by source and subject.
    places: BTreeMap<Box<str>, u32>,
    /// In the order in which they came.
    held: Vec<Held>,
    /// What is to be told, the next one last.
    leaving: Vec<Held>,
    /// What was told last; its row borrows from it.
    told: Held,
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
        let place = self.place(text(Role::WorkflowSpace), text(Role::Id), place);
        let Some(held) = self.held.get_mut(place).filter(|held| !held.is_told) else { return Ok(()) };
        let moment = match what {
            "queued" => &mut held.queued,
            "started" => &mut held.started,
            "finished" => &mut held.finished,
            _ => return Err(LeftOut::NoExecution),
        };
        let at = text(Role::StartedAt);
        if moment.is_empty() || at < *moment {
            *moment = at;
        }
        let texts = [
            (&mut held.pipeline, Role::Workflow),
            (&mut held.outcome, Role::Conclusion),
            (&mut held.error, Role::Error),
        ];
        for (place, role) in texts {
            if place.is_empty() {
                *place = text(role);
            }
        }
        if !held.started.is_empty() && !held.finished.is_empty() {
            let remembered =
                Held { source: held.source.clone(), id: held.id.clone(), is_told: true, ..Held::default() };
            self.leaving.push(std::mem::replace(held, remembered));
        }
        Ok(())
    }

    /// The source has ended: what is held is told as it stands.
    pub(super) fn end(&mut self) {
        self.places = BTreeMap::new();
        let untold = std::mem::take(&mut self.held).into_iter().rev();
        self.leaving.extend(untold.filter(|held| !held.is_told));
    }

    /// True if there is an execution to tell.
    pub(super) fn has_next(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// The event of the execution that is to be told.
    pub(super) fn next<'a>(&'a mut self, mapping: &Mapping, scratch: &'a mut Scratch) -> Option<Event<'a>> {
        self.told = self.leaving.pop()?;
        let held = &self.told;
        let status = match (&*held.outcome, held.finished.is_empty(), held.started.is_empty()) {
            ("", true, true) => "queued",
            ("", true, false) => "started",
            ("", false, _) => "finished",
            (outcome, _, _) => outcome,
        };
        let values = [
            (Role::Id, &*held.id),
            (Role::Workflow, &*held.pipeline),
            (Role::Conclusion, status),
            (Role::StartedAt, &*held.started),
            (Role::FinishedAt, &*held.finished),
            (Role::QueuedAt, &*held.queued),
            (Role::Error, &*held.error),
        ];
        let mut fields = Taken::default();
        for (role, text) in values {
            fields.set(Target { role, rank: 0 }, Value::Text(Text::Plain(text)));
        }
        let place = Place { line: held.line, offset: held.offset };
        Some(row::understand(place, &Fields::Taken(fields), mapping, scratch))
    }

    /// Where the execution of a source and subject is held, a new one if there is none.
    fn place(&mut self, source: Box<str>, id: Box<str>, begin: Place) -> usize {
        let key = [&*source, "\n", &id].concat();
        if let Some(place) = self.places.get(&*key) {
            return *place as usize;
        }
        if self.held.len() >= MOST_HELD {
            self.make_room();
        }
        self.places.insert(key.into(), self.held.len() as u32);
        self.held.push(Held { line: begin.line, offset: begin.offset, source, id, ..Held::default() });
        self.held.len() - 1
    }

    #[cold]
    fn make_room(&mut self) {
        self.places = BTreeMap::new();
        let untold = std::mem::take(&mut self.held).into_iter().filter(|held| !held.is_told);
        self.held.extend(untold);
        if self.held.len() > MOST_HELD / 2 {
            let older = self.held.drain(..MOST_HELD / 2);
            self.leaving.extend(older);
            self.leaving.reverse();
        }
        for (place, held) in (0..).zip(&self.held) {
            self.places.insert([&*held.source, "\n", &held.id].concat().into(), place);
        }
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
