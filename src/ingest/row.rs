//! The fields of a row, from whatever form, understood: what is needed and missing rejects the row, what is not needed
//! and not understood is taken as absent.

use super::scan::Scanner;
use super::text::{Text, excerpt};
use super::{Event, Notes, Value};
use crate::execution::{Execution, MOST_DURATION_MS, Status, Tags};
use crate::problem::ProblemKind;
use crate::time::decimal::Decimal;
use crate::time::{ParsedTime, Timestamp, is_none_word, parse_number, parse_text, parse_whole};

/// The fields that a row can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    WorkflowId,
    Workflow,
    Status,
    StartedAt,
    FinishedAt,
    DurationMs,
    Tags,
    Attempt,
    Error,
}

impl Field {
    /// The field of a name: a key of JSON, a column of CSV in lower case.
    pub(super) fn of(name: &str) -> Option<Field> {
        Some(match name {
            "id" => Field::Id,
            "workflow_id" => Field::WorkflowId,
            "workflow" => Field::Workflow,
            "status" => Field::Status,
            "started_at" => Field::StartedAt,
            "finished_at" => Field::FinishedAt,
            "duration_ms" => Field::DurationMs,
            "tags" => Field::Tags,
            "attempt" => Field::Attempt,
            "error" => Field::Error,
            _ => return None,
        })
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::WorkflowId => "workflow_id",
            Field::Workflow => "workflow",
            Field::Status => "status",
            Field::StartedAt => "started_at",
            Field::FinishedAt => "finished_at",
            Field::DurationMs => "duration_ms",
            Field::Tags => "tags",
            Field::Attempt => "attempt",
            Field::Error => "error",
        }
    }
}

/// What a source says in each field.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    id: Value<'a>,
    workflow_id: Value<'a>,
    workflow: Value<'a>,
    status: Value<'a>,
    started_at: Value<'a>,
    finished_at: Value<'a>,
    duration_ms: Value<'a>,
    tags: Value<'a>,
    attempt: Value<'a>,
    error: Value<'a>,
}

impl<'a> Fields<'a> {
    /// The last value that is set counts.
    pub(super) fn set(&mut self, field: Field, value: Value<'a>) {
        *match field {
            Field::Id => &mut self.id,
            Field::WorkflowId => &mut self.workflow_id,
            Field::Workflow => &mut self.workflow,
            Field::Status => &mut self.status,
            Field::StartedAt => &mut self.started_at,
            Field::FinishedAt => &mut self.finished_at,
            Field::DurationMs => &mut self.duration_ms,
            Field::Tags => &mut self.tags,
            Field::Attempt => &mut self.attempt,
            Field::Error => &mut self.error,
        } = value;
    }
}

/// Where texts are put together that a source does not carry as they read; kept from row to row, so that a row needs
/// no allocation of its own.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    text: String,
    tags: String,
    tag_ends: Vec<u32>,
}

/// The event of a row.
pub(super) fn understand<'a>(line: u64, offset: u64, fields: &Fields<'a>, scratch: &'a mut Scratch) -> Event<'a> {
    let unreadable = |message: String| Event::Rejected { line, kind: ProblemKind::Unreadable, message };
    scratch.clear();
    let (workflow_of_object, workflow) = match fields.workflow {
        Value::Object(object) => (scratch.piece(member(object, "id")), scratch.piece(member(object, "name"))),
        value => (None, scratch.piece(value)),
    };
    let workflow_id = scratch.piece(fields.workflow_id).or(workflow_of_object).or(workflow);
    let error = match fields.error {
        Value::Object(object) => member(object, "message"),
        value => value,
    };
    let error = scratch.piece(error);
    let id = scratch.piece(fields.id);
    let status = scratch.piece(fields.status);
    let started_at = scratch.piece(fields.started_at);
    let finished_at = scratch.piece(fields.finished_at);
    let duration_ms = scratch.piece(fields.duration_ms);
    let attempt = scratch.piece(fields.attempt);
    scratch.read_tags(fields.tags);

    let scratch: &'a Scratch = scratch;
    let text_of = |piece: Option<Piece<'a>>| piece.map(|piece| scratch.text_of(piece));
    let status_text = match (fields.status, text_of(status)) {
        (Value::Text(_), Some(text)) => text,
        (Value::Text(_) | Value::Absent, _) => return unreadable("the row has no status".to_owned()),
        (other, _) => return unreadable(format!("status is {}, expected a text", other.kind())),
    };
    let start_text = text_of(started_at);
    let (started_at, zoneless_start) = match parse_time(fields.started_at, start_text) {
        ParsedTime::At { at, zoneless } => (at, zoneless),
        ParsedTime::Absent => {
            let message = "the row has no start: started_at is absent, null or a zero time".to_owned();
            return Event::Rejected { line, kind: ProblemKind::NoStart, message };
        }
        ParsedTime::Unreadable => {
            let found = start_text.map_or_else(|| fields.started_at.kind().to_owned(), excerpt);
            return unreadable(format!("started_at is {found}, expected an instant such as 2026-02-12T04:30:00.000Z"));
        }
    };
    let status = Status::of(status_text);
    let duration = if status.is_ended() {
        let given = read_duration(fields.duration_ms, text_of(duration_ms));
        given.unwrap_or_else(|| duration_between(started_at, parse_time(fields.finished_at, text_of(finished_at))))
    } else {
        Duration::None
    };
    let execution = Execution {
        id: text_of(id),
        workflow_id: text_of(workflow_id),
        workflow: text_of(workflow),
        status,
        status_text,
        started_at,
        duration_ms: if let Duration::Ms(ms) = duration { Some(ms) } else { None },
        waited_ms: None,
        tags: Tags::new(&scratch.tags, &scratch.tag_ends),
        attempt: read_attempt(text_of(attempt)),
        error: text_of(error),
    };
    let notes = Notes {
        zoneless_start,
        negative_duration: duration == Duration::Negative,
        bad_duration: duration == Duration::Bad,
    };
    Event::Row { line, offset, execution, notes, kind: None }
}

/// The last member of that name of an object that was checked; absent if there is none.
pub(super) fn member<'a>(object: &'a str, name: &str) -> Value<'a> {
    let mut found = Value::Absent;
    // The object was checked when its line was, so there is no fault that could be told.
    let _ = Scanner::new(object).members(|key, value| {
        if with_text(key, |key| key == name) {
            found = value;
        }
    });
    found
}

/// Calls with what a text reads as.
pub(super) fn with_text<T>(text: Text<'_>, call: impl FnOnce(&str) -> T) -> T {
    match text {
        Text::Plain(text) => call(text),
        other => {
            let mut out = String::new();
            other.read_into(&mut out);
            call(&out)
        }
    }
}

/// A text that is where it came from, or in the scratch.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Source(&'a str),
    Scratch { start: usize, end: usize },
}

impl Scratch {
    fn clear(&mut self) {
        self.text.clear();
        self.tags.clear();
        self.tag_ends.clear();
    }

    /// The text of a value that is a text or a number, and not empty.
    fn piece<'a>(&mut self, value: Value<'a>) -> Option<Piece<'a>> {
        match value {
            Value::Text(Text::Plain("")) => None,
            Value::Text(Text::Plain(text)) | Value::Number(text) => Some(Piece::Source(text)),
            Value::Text(text) => {
                let start = self.text.len();
                text.read_into(&mut self.text);
                Some(Piece::Scratch { start, end: self.text.len() })
            }
            Value::Whole(number) => {
                let start = self.text.len();
                self.text.push_str(&number.to_string());
                Some(Piece::Scratch { start, end: self.text.len() })
            }
            _ => None,
        }
    }

    fn text_of<'a>(&'a self, piece: Piece<'a>) -> &'a str {
        match piece {
            Piece::Source(text) => text,
            Piece::Scratch { start, end } => self.text.get(start..end).unwrap_or_default(),
        }
    }

    /// Tags are the texts and numbers of an array, a text of its own, or texts that are joined. An empty one is none.
    fn read_tags(&mut self, tags: Value<'_>) {
        match tags {
            Value::Array(array) => {
                // The array was checked when its line was, so there is no fault that could be told.
                let _ = Scanner::new(array).elements(|tag| self.add_tag(tag));
            }
            Value::Joined(joined) => with_text(joined, |joined| {
                joined.split('|').for_each(|tag| self.add_tag(Value::Text(Text::Plain(tag))));
            }),
            other => self.add_tag(other),
        }
    }

    fn add_tag(&mut self, tag: Value<'_>) {
        let start = self.tags.len();
        match tag {
            Value::Text(text) => text.read_into(&mut self.tags),
            Value::Number(text) => self.tags.push_str(text),
            Value::Whole(number) => self.tags.push_str(&number.to_string()),
            _ => {}
        }
        if self.tags.len() > start {
            self.tag_ends.push(u32::try_from(self.tags.len()).unwrap_or(u32::MAX));
        }
    }
}

fn parse_time(value: Value<'_>, text: Option<&str>) -> ParsedTime {
    match (value, text) {
        (Value::Number(number), _) => parse_number(number),
        (Value::Whole(number), _) => parse_whole(number),
        (Value::Instant(instant), _) => instant,
        (Value::Text(_), text) => parse_text(text.unwrap_or_default()),
        (Value::Absent, _) => ParsedTime::Absent,
        _ => ParsedTime::Unreadable,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Duration {
    None,
    Ms(u64),
    Negative,
    Bad,
}

impl Duration {
    fn of(ms: i128) -> Duration {
        match u64::try_from(ms) {
            Ok(ms) if ms <= MOST_DURATION_MS => Duration::Ms(ms),
            Err(_) if ms < 0 => Duration::Negative,
            _ => Duration::Bad,
        }
    }
}

/// The duration that is given; `None` if none is.
fn read_duration(value: Value<'_>, text: Option<&str>) -> Option<Duration> {
    match (value, text.map(str::trim_ascii)) {
        (Value::Absent, _) | (Value::Text(_), None) => None,
        (Value::Length(ms), _) => Some(Duration::of(i128::from(ms))),
        (Value::Text(_), Some(text)) if is_none_word(text) => None,
        (_, text) => {
            let ms = text.and_then(Decimal::parse).and_then(|decimal| decimal.round());
            Some(ms.map_or(Duration::Bad, Duration::of))
        }
    }
}

fn duration_between(start: Timestamp, end: ParsedTime) -> Duration {
    match end {
        ParsedTime::At { at, .. } => Duration::of(i128::from(at.ms()) - i128::from(start.ms())),
        ParsedTime::Absent => Duration::None,
        ParsedTime::Unreadable => Duration::Bad,
    }
}

/// The number of the try, cut to a whole one; 1 where nothing says.
fn read_attempt(text: Option<&str>) -> u32 {
    let whole = text.and_then(|text| Decimal::parse(text.trim_ascii())).and_then(|decimal| decimal.floor(0));
    whole.and_then(|whole| u32::try_from(whole).ok()).unwrap_or(1)
}
