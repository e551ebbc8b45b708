//! A row out of its values, whatever form and system they came from: what is needed and missing rejects it, what is not
//! needed and not understood is taken as absent.

use super::classify::{Class, Verdict, member};
use super::cube_rows;
use super::fields::{Fields, Said};
use super::mapping::Mapping;
use super::moments::{self, Moments};
use super::role::Role;
use super::text::Text;
use super::{Event, Value};
use crate::execution::{Execution, Status};
use crate::problem::ProblemKind;
use crate::time::decimal::{Decimal, few_digits};
use crate::time::{Timestamp, UsualTimes};

/// What reading a row needs room for; kept from row to row, so that a row needs no allocation of its own.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    class: Class,
    pub(super) texts: Texts,
}

/// Where texts are put together that a source does not carry as they read, and the date that was read last.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    times: UsualTimes,
    /// True if nobody asks for a row's own identity and for what went wrong.
    pub(super) are_left_out: bool,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its physical line, from 1.
    pub(super) line: u64,
    /// The bytes of the source before it.
    pub(super) offset: u64,
}

/// The event of a row.
pub(super) fn understand<'a>(
    place: Place,
    fields: &Fields<'a>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
) -> Event<'a> {
    scratch.class.read(fields, mapping);
    of_class(place, &Said::Taken(fields), mapping, &scratch.class, None, &mut scratch.texts)
}

/// The event of a row whose class is known: nothing is asked of it that decides the class.
pub(super) fn of_class<'a>(
    place: Place,
    said: &Said<'_, 'a>,
    mapping: &Mapping,
    class: &'a Class,
    kind: Option<u32>,
    texts: &'a mut Texts,
) -> Event<'a> {
    if mapping.rules.is_cube {
        return cube_rows::event(place, said, mapping, class);
    }
    if let Some(event) = verdict(place, class) {
        return event;
    }
    let moments = moments::read(said, mapping, class.status, &mut texts.times);
    placed(place, said, mapping, (class, kind), moments, texts)
}

/// The event of a row whose moments are told by how it stands.
pub(super) fn assemble<'a>(
    place: Place,
    fields: &Fields<'a>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
    moments: &dyn Fn(Status) -> Moments,
) -> Event<'a> {
    scratch.class.read(fields, mapping);
    let class = &scratch.class;
    if let Some(event) = verdict(place, class) {
        return event;
    }
    placed(place, &Said::Taken(fields), mapping, (class, None), moments(class.status), &mut scratch.texts)
}

/// The event of something whose class alone says that it is no row.
fn verdict(place: Place, class: &Class) -> Option<Event<'static>> {
    let line = place.line;
    match &class.verdict {
        Verdict::Row => None,
        Verdict::LeftOut(why) => Some(Event::LeftOut { line, why: *why }),
        Verdict::Unreadable(message) => Some(unreadable(line, message.clone())),
    }
}

fn unreadable(line: u64, message: String) -> Event<'static> {
    Event::Rejected { line, kind: ProblemKind::Unreadable, message }
}

fn placed<'a>(
    Place { line, offset }: Place,
    said: &Said<'_, 'a>,
    mapping: &Mapping,
    (class, kind): (&'a Class, Option<u32>),
    moments: Moments,
    texts: &'a mut Texts,
) -> Event<'a> {
    match moments {
        Moments::Started { started_at, duration_ms, waited_ms, notes } => {
            let execution = execution(said, class, texts, started_at, duration_ms, waited_ms);
            Event::Row { line, offset, execution, notes, kind }
        }
        Moments::Due(at) => Event::Unstarted { line, offset, execution: execution(said, class, texts, at, None, None) },
        Moments::NoStart => {
            let name = mapping.name_of(Role::StartedAt);
            let message = ["the row has no start: ", name, " is absent, null or a zero time"].concat();
            Event::Rejected { line, kind: ProblemKind::NoStart, message }
        }
        Moments::Unreadable(message) => unreadable(line, message),
    }
}

fn execution<'a>(
    said: &Said<'_, 'a>,
    class: &'a Class,
    texts: &'a mut Texts,
    started_at: Timestamp,
    duration_ms: Option<u64>,
    waited_ms: Option<u64>,
) -> Execution<'a> {
    let Texts { text, are_left_out, .. } = texts;
    text.clear();
    let (mut error, mut id) = (None, None);
    if !*are_left_out {
        let error_said = match said.get(Role::Error) {
            Value::Object(object) => member(object, "message"),
            value => value,
        };
        error = Piece::of(error_said, text);
        id = Piece::of(said.get(Role::Id), text);
    }
    let attempt = Piece::of(said.get(Role::Attempt), text);
    let text: &'a str = text;
    let text_of = |piece: Option<Piece<'a>>| piece.map(|piece| piece.text(text));
    Execution {
        id: text_of(id),
        workflow_id: class.workflow_id(),
        workflow: class.workflow(),
        status: class.status,
        status_text: class.status_text(),
        started_at,
        duration_ms,
        waited_ms,
        tags: class.tags(),
        attempt: read_attempt(text_of(attempt)),
        error: text_of(error),
    }
}

/// A text that is where it came from, or was put together.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Source(&'a str),
    Scratch { start: usize, end: usize },
}

impl<'a> Piece<'a> {
    /// The text of a value that is a text or a number, and not empty.
    fn of(value: Value<'a>, scratch: &mut String) -> Option<Self> {
        match value {
            Value::Text(Text::Plain("")) => None,
            Value::Text(Text::Plain(text)) | Value::Number(text) => Some(Piece::Source(text)),
            Value::Text(text) => {
                let start = scratch.len();
                text.read_into(scratch);
                Some(Piece::Scratch { start, end: scratch.len() })
            }
            value @ Value::Whole(_) => {
                let start = scratch.len();
                value.read_into(scratch);
                Some(Piece::Scratch { start, end: scratch.len() })
            }
            _ => None,
        }
    }

    fn text(self, scratch: &'a str) -> &'a str {
        match self {
            Piece::Source(text) => text,
            Piece::Scratch { start, end } => scratch.get(start..end).unwrap_or_default(),
        }
    }
}

/// The number of the try, cut to a whole one; 1 where nothing says.
fn read_attempt(text: Option<&str>) -> u32 {
    if let Some(attempt) = text.and_then(|text| few_digits(text.as_bytes())) {
        return u32::try_from(attempt).unwrap_or(1);
    }
    let whole = text.and_then(|text| Decimal::parse(text.trim_ascii())).and_then(|decimal| decimal.floor(0));
    whole.and_then(|whole| u32::try_from(whole).ok()).unwrap_or(1)
}
