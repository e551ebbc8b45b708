//! A row out of its values, whatever form and system they came from: what is needed and missing rejects it, what is not
//! needed and not understood is taken as absent.

use super::classify::{Class, Verdict, member};
use super::fields::Fields;
use super::mapping::Mapping;
use super::moments::{self, Moments};
use super::role::Role;
use super::text::Text;
use super::{Event, Value};
use crate::execution::{Execution, Status};
use crate::problem::ProblemKind;
use crate::time::Timestamp;
use crate::time::decimal::Decimal;

/// Where texts are put together that a source does not carry as they read; kept from row to row, so that a row needs
/// no allocation of its own.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    class: Class,
    text: String,
}

/// The event of a row.
pub(super) fn understand<'a>(
    line: u64,
    offset: u64,
    fields: &Fields<'a>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
) -> Event<'a> {
    assemble(line, offset, fields, mapping, scratch, &|status| moments::read(fields, mapping, status))
}

/// The event of a row whose moments are told by how it stands.
pub(super) fn assemble<'a>(
    line: u64,
    offset: u64,
    fields: &Fields<'a>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
    moments: &dyn Fn(Status) -> Moments,
) -> Event<'a> {
    let unreadable = |message: String| Event::Rejected { line, kind: ProblemKind::Unreadable, message };
    scratch.class.read(fields, mapping);
    match &scratch.class.verdict {
        Verdict::Row => {}
        Verdict::LeftOut(why) => return Event::LeftOut { line, why: *why },
        Verdict::Unreadable(message) => return unreadable(message.clone()),
    }
    match moments(scratch.class.status) {
        Moments::Started { started_at, duration_ms, waited_ms, notes } => {
            let execution = execution(fields, scratch, started_at, duration_ms, waited_ms);
            Event::Row { line, offset, execution, notes, kind: None }
        }
        Moments::Due(at) => Event::Unstarted { line, offset, execution: execution(fields, scratch, at, None, None) },
        Moments::NoStart => {
            let name = mapping.name_of(Role::StartedAt);
            let message = ["the row has no start: ", name, " is absent, null or a zero time"].concat();
            Event::Rejected { line, kind: ProblemKind::NoStart, message }
        }
        Moments::Unreadable(message) => unreadable(message),
    }
}

fn execution<'a>(
    fields: &Fields<'a>,
    scratch: &'a mut Scratch,
    started_at: Timestamp,
    duration_ms: Option<u64>,
    waited_ms: Option<u64>,
) -> Execution<'a> {
    scratch.text.clear();
    let error = match fields.get(Role::Error) {
        Value::Object(object) => member(object, "message"),
        value => value,
    };
    let error = scratch.piece(error);
    let id = scratch.piece(fields.get(Role::Id));
    let attempt = scratch.piece(fields.get(Role::Attempt));
    let scratch: &'a Scratch = scratch;
    let text_of = |piece: Option<Piece<'a>>| piece.map(|piece| scratch.text_of(piece));
    let class = &scratch.class;
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

/// A text that is where it came from, or in the scratch.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Source(&'a str),
    Scratch { start: usize, end: usize },
}

impl Scratch {
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
            Value::Absent | Value::Bool(_) | Value::Joined(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn text_of<'a>(&'a self, piece: Piece<'a>) -> &'a str {
        match piece {
            Piece::Source(text) => text,
            Piece::Scratch { start, end } => self.text.get(start..end).unwrap_or_default(),
        }
    }
}

/// The number of the try, cut to a whole one; 1 where nothing says.
fn read_attempt(text: Option<&str>) -> u32 {
    let whole = text.and_then(|text| Decimal::parse(text.trim_ascii())).and_then(|decimal| decimal.floor(0));
    whole.and_then(|whole| u32::try_from(whole).ok()).unwrap_or(1)
}
