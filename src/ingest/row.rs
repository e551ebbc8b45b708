//! A row out of its values, whatever form and system they came from: what is needed and missing rejects it, what is not
//! needed and not understood is taken as absent.

use super::classify::{Class, ClassRef, Verdict, with_word};
use super::cube_rows;
use super::fields::Fields;
use super::mapping::{Ids, Mapping, Rules};
use super::messages::Messages;
use super::moments::{self, Moments};
use super::role::Role;
use super::text::{Text, is_no};
use super::{Event, FORMS, LeftOut, Notes, Repeats, Value};
use crate::execution::{Execution, OwnTexts, Status};
use crate::problem::ProblemKind;
use crate::time::decimal::{Decimal, few_digits};
use crate::time::{Timestamp, UsualTimes, is_none_word};

/// What reading a row needs room for; kept from row to row, so that a row needs no allocation of its own.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) class: Class,
    pub(super) texts: Texts,
}

/// Where texts are put together that a source does not carry as they read, and the dates that were read last.
#[derive(Debug, Default)]
pub(super) struct Texts {
    text: String,
    times: UsualTimes,
    messages: Messages,
    /// Why the duration of the row that was told last was dropped; of meaning only where its notes say that it was.
    pub(super) dropped: String,
    /// True if nobody asks for a row's own identity, and for what went wrong only where it failed.
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
    of_class(place, fields, mapping, scratch.class.view(), None, &mut scratch.texts)
}

/// The event of a row whose moments are not among its fields, but told by how it stands.
pub(super) fn with_moments<'a>(
    place: Place,
    fields: &Fields<'a>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
    moments: &dyn Fn(Status) -> Moments,
) -> Event<'a> {
    scratch.class.read(fields, mapping);
    let moments = moments(scratch.class.view().status());
    told(place, fields, mapping, scratch.class.view(), None, &mut scratch.texts, moments)
}

/// The event of a row whose class is known; of its fields only those are asked that do not decide the class.
pub(super) fn of_class<'a>(
    place: Place,
    fields: &Fields<'a>,
    mapping: &Mapping,
    class: ClassRef<'a>,
    kind: Option<u32>,
    texts: &'a mut Texts,
) -> Event<'a> {
    if mapping.rules().is_cube {
        return cube_rows::event(place, fields, mapping, class);
    }
    let moments = match class.verdict() {
        Verdict::LeftOut(_) if !repeats_parent(fields, mapping.rules()) => Moments::NoStart,
        Verdict::Unreadable(_) => Moments::NoStart,
        _ => moments::read(fields, mapping, class.status(), &mut texts.times),
    };
    told(place, fields, mapping, class, kind, texts, moments)
}

/// True for a row that repeats what it names as its parent.
fn repeats_parent(fields: &Fields<'_>, rules: &Rules) -> bool {
    FORMS && rules.repeats_parent && repeats(fields, rules) != Repeats::Nothing
}

/// What a row is of another one that it links to.
// Hardly a system has such links.
#[inline(never)]
fn repeats(fields: &Fields<'_>, rules: &Rules) -> Repeats {
    let link = fields.get(Role::Repeats);
    let is_link = |link: &str| match rules.repeats_word {
        "" if is_no(link.as_bytes()) || is_none_word(link) => false,
        "" => !with_word(fields.get(Role::Id), |id| id == link),
        word => link.eq_ignore_ascii_case(word),
    };
    if link == Value::Bool(true) || with_word(link, is_link) { rules.repeats } else { Repeats::Nothing }
}

fn told<'a>(
    place: Place,
    fields: &Fields<'a>,
    mapping: &Mapping,
    class: ClassRef<'a>,
    mut kind: Option<u32>,
    texts: &'a mut Texts,
    moments: Moments,
) -> Event<'a> {
    let Place { line, offset } = place;
    let unreadable = |message: String| Event::Rejected { line, kind: ProblemKind::Unreadable, message };
    match class.verdict() {
        Verdict::Row => {}
        Verdict::RowIfStarted if matches!(moments, Moments::Started { .. }) => {}
        Verdict::RowIfStarted => return Event::LeftOut { line, why: LeftOut::NoExecution },
        Verdict::LeftOut(LeftOut::Part) if repeats_parent(fields, mapping.rules()) => kind = None,
        Verdict::LeftOut(why) => return Event::LeftOut { line, why: *why },
        Verdict::Unreadable(message) => return unreadable(message.clone()),
    }
    let has_local_id = match mapping.rules().ids {
        Ids::Everywhere => false,
        Ids::InWorkflow => class.workflow_id().is_none(),
        Ids::InSource => true,
    };
    let has_link = FORMS && !fields.get(Role::Repeats).is_absent();
    let repeats = if has_link { repeats(fields, mapping.rules()) } else { Repeats::Nothing };
    match moments {
        Moments::Started { started_at, duration_ms, waited_ms, notes } => {
            if notes.bad_duration {
                texts.dropped = moments::why_dropped(fields, mapping, duration_ms.is_some());
            }
            let execution = execution(fields, class, texts, (repeats, started_at), duration_ms, waited_ms);
            let notes = Notes { repeats, unstable: FORMS && class.is_unstable(), ..notes };
            Event::Row { line, offset, execution, notes, kind, has_local_id }
        }
        Moments::Due(at, due) => {
            let execution = execution(fields, class, texts, (repeats, at), None, None);
            Event::Unstarted { line, offset, execution, has_local_id, due }
        }
        Moments::NoStart => {
            let message = no_start(mapping, !fields.get(Role::StartedAt).is_absent());
            Event::Rejected { line, kind: ProblemKind::NoStart, message }
        }
        Moments::Unreadable(message) => unreadable(message),
    }
}

/// What is said of a row without a start, where that `is_there` but says none.
pub(super) fn no_start(mapping: &Mapping, is_there: bool) -> String {
    let name = mapping.name_of(Role::StartedAt);
    let remedy = if !FORMS || is_there { String::new() } else { mapping.remedy(&[Role::StartedAt]) };
    ["the row has no start: ", name, " is absent, null or a zero time", &remedy].concat()
}

fn execution<'a>(
    fields: &Fields<'a>,
    class: ClassRef<'a>,
    texts: &'a mut Texts,
    (repeats, started_at): (Repeats, Timestamp),
    duration_ms: Option<u64>,
    waited_ms: Option<u64>,
) -> Execution<'a> {
    texts.text.clear();
    let own = |role, is_wanted: bool| if is_wanted { fields.get(role) } else { Value::Absent };
    let [wants_id, wants_error] = [!texts.are_left_out, !texts.are_left_out || class.status().is_failure()];
    let (id, error) = texts.own_pieces(own(Role::Id, wants_id), own(Role::Error, wants_error));
    let share = fields.get(Role::Share);
    let id = if FORMS && !share.is_absent() { texts.with_share(id, share) } else { id };
    let attempt = texts.piece(fields.get(Role::Attempt));
    let texts: &'a Texts = texts;
    let text_of = |piece: Option<Piece<'a>>| piece.map(|piece| texts.text_of(piece));
    Execution {
        id: text_of(id),
        workflow_id: class.workflow_id(),
        workflow: class.workflow(),
        status: class.status(),
        status_text: class.status_text(),
        started_at,
        duration_ms,
        waited_ms,
        tags: class.tags(),
        attempt: read_attempt(text_of(attempt)).max(if repeats == Repeats::Nothing { 0 } else { 2 }),
        error: text_of(error),
    }
}

/// A text that is where it came from, or was put together.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Source(&'a str),
    Scratch { start: usize, end: usize },
}

impl Texts {
    /// The dates that were read last.
    pub(super) fn times(&mut self) -> &mut UsualTimes {
        &mut self.times
    }

    /// What a row shares with no other one; `attempt` is known.
    pub(super) fn own<'a>(&'a mut self, id: Value<'a>, error: Value<'a>, attempt: u32) -> OwnTexts<'a> {
        self.text.clear();
        let (id, error) = self.own_pieces(id, error);
        let text_of = |piece: Option<Piece<'a>>| piece.map(|piece| self.text_of(piece));
        OwnTexts { id: text_of(id), attempt, error: text_of(error) }
    }

    /// A row's own identity and what went wrong.
    fn own_pieces<'a>(&mut self, id: Value<'a>, error: Value<'a>) -> (Option<Piece<'a>>, Option<Piece<'a>>) {
        let error = match error {
            Value::Object(object) => self.messages.read(object),
            error => error,
        };
        (self.piece(id), self.piece(error))
    }

    /// An id that others share, and behind it which of them it is.
    // Hardly a source has such.
    #[inline(never)]
    fn with_share<'a>(&mut self, id: Option<Piece<'a>>, share: Value<'a>) -> Option<Piece<'a>> {
        let share = self.piece(share).map(|piece| self.text_of(piece).to_owned());
        let Some(share) = share.filter(|share| !share.starts_with('-')) else { return id };
        let id = id.map(|piece| self.text_of(piece).to_owned())?;
        let start = self.text.len();
        [&*id, "[", &*share, "]"].into_iter().for_each(|part| self.text.push_str(part));
        Some(Piece::Scratch { start, end: self.text.len() })
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
            value @ Value::Whole(_) if FORMS => {
                let start = self.text.len();
                value.read_into(&mut self.text);
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
}

/// The number of the try, cut to a whole one; 1 where nothing says.
fn read_attempt(text: Option<&str>) -> u32 {
    if let Some(attempt) = text.and_then(|text| few_digits(text.as_bytes())) {
        return u32::try_from(attempt).unwrap_or(1);
    }
    let whole = text.and_then(|text| Decimal::parse(text.trim_ascii())).and_then(|decimal| decimal.floor(0));
    whole.and_then(|whole| u32::try_from(whole).ok()).unwrap_or(1)
}
