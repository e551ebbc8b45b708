//! When a row started, how long it took and how long it waited. Depends on the moment roles, the rules of the mapping
//! and the status that the row's class has.

use super::arrow::push_signed;
use super::classify::member;
use super::date_order::is_ambiguous;
use super::fields::Fields;
use super::length;
use super::mapping::{Mapping, Rules, Unit};
use super::role::Role;
use super::scan::Scanner;
use super::text::{Text, excerpt, with_text};
use super::{FORMS, Notes, StartSource, Value};
use crate::execution::{MOST_DURATION_MS, Status};
use crate::time::decimal::{Decimal, few_digits};
use crate::time::{ParsedTime, Timestamp, UsualTimes, is_none_word, parse_number, parse_text, parse_whole};

/// What is said of an instant that no year holds which is read.
pub const TOO_FAR: &str = "beyond the years 1 to 9999";

/// What the moments of a row say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Moments {
    /// It has a start.
    Started { started_at: Timestamp, duration_ms: Option<u64>, waited_ms: Option<u64>, notes: Notes },
    /// It has none, but was to start at this instant, which is one of its moments.
    Due(Timestamp, StartSource),
    /// It has none.
    NoStart,
    /// Its start cannot be understood; a sentence says why.
    Unreadable(String),
}

/// The moments before a start from which a wait is counted, the first that a row has.
pub(super) const DUE: [(Role, StartSource); 3] = [
    (Role::ScheduledAt, StartSource::Scheduled),
    (Role::QueuedAt, StartSource::Queued),
    (Role::CreatedAt, StartSource::Created),
];

/// Reads the moments of a row that stands so.
pub(super) fn read(fields: &Fields<'_>, mapping: &Mapping, status: Status, times: &mut UsualTimes) -> Moments {
    let rules = mapping.rules();
    let has_begun = !matches!(status, Status::Pending | Status::Waiting);
    let history = fields.get(Role::History);
    let own = match parse_time(times, fields.get(Role::StartedAt), rules) {
        ParsedTime::Absent if !history.is_absent() => first_run(times, history, rules),
        own => own,
    };
    let stand_in = rules.stand_in.filter(|_| own == ParsedTime::Absent && has_begun);
    let (start, start_role) = match stand_in {
        Some(role) => (parse_time(times, fields.get(role), rules), role),
        None => (own, Role::StartedAt),
    };
    let (started_at, zoneless_start) = match start {
        ParsedTime::At { at, zoneless } => (at, zoneless),
        ParsedTime::Absent => {
            let due = DUE.into_iter().find_map(|moment| due_at(times, fields, moment, rules));
            return due.map_or(Moments::NoStart, |(at, source)| Moments::Due(at, source));
        }
        ParsedTime::Unreadable => {
            return Moments::Unreadable(unreadable(mapping.name_of(start_role), fields.get(start_role), rules));
        }
    };
    let ended = status.is_ended().then(|| duration(times, fields, mapping, started_at));
    let (duration, has_other_end) = ended.unwrap_or((Duration::None, false));
    let source = DUE.iter().find(|(role, _)| *role == start_role).map_or(StartSource::Start, |(_, source)| *source);
    let (waited_ms, due) = waited(times, fields, mapping, started_at, source).unzip();
    Moments::Started {
        started_at,
        duration_ms: duration.ms(),
        waited_ms,
        notes: Notes { due: due.unwrap_or_default(), has_other_end, ..duration.notes(zoneless_start, source) },
    }
}

// Hardly a row needs these words.
#[inline(never)]
fn unreadable(name: &str, value: Value<'_>, rules: &Rules) -> String {
    let is_ambiguous = !rules.is_canonical && matches!(value, Value::Text(text) if with_text(text, is_ambiguous));
    let hint = match rules.date_order {
        _ if !is_ambiguous => "",
        Some(_) => ", or the parts of the date in the order of the mapping's `dates`",
        None => ", or a mapping whose `dates` says in which order they are",
    };
    [name, " is ", &found(value), ", expected an instant such as 2026-02-12T04:30:00.000Z", hint].concat()
}

/// What came, as a message says it.
#[inline(never)]
fn found(value: Value<'_>) -> String {
    match value {
        Value::Text(text) => with_text(text, excerpt),
        Value::Number(number) => excerpt(number),
        Value::Length(ms) if FORMS => {
            let mut text = String::new();
            push_signed(ms, &mut text);
            excerpt(&(text + "ms"))
        }
        Value::Instant(ParsedTime::Unreadable) if FORMS => excerpt(TOO_FAR),
        other => other.kind().to_owned(),
    }
}

/// When the row was to start by one of its moments, and what that moment is.
#[inline(never)]
fn due_at(
    times: &mut UsualTimes,
    fields: &Fields<'_>,
    (role, source): (Role, StartSource),
    rules: &Rules,
) -> Option<(Timestamp, StartSource)> {
    // What is asked of some rows alone stands in for their scheduled time.
    let is_scheduled = role == Role::CreatedAt && !rules.created_of.is_empty();
    at(times, fields, role, rules).map(|at| (at, if is_scheduled { StartSource::Scheduled } else { source }))
}

fn at(times: &mut UsualTimes, fields: &Fields<'_>, role: Role, rules: &Rules) -> Option<Timestamp> {
    let is_of = |id: Value<'_>| matches!(id, Value::Text(id) if with_text(id, |id| id.starts_with(rules.created_of)));
    if role == Role::CreatedAt && !rules.created_of.is_empty() && !is_of(fields.get(Role::Id)) {
        return None;
    }
    match parse_time(times, fields.get(role), rules) {
        ParsedTime::At { at, .. } => Some(at),
        ParsedTime::Absent | ParsedTime::Unreadable => None,
    }
}

/// How long it waited: what is given, else from when it was due to its own start; and from which moment.
fn waited(
    times: &mut UsualTimes,
    fields: &Fields<'_>,
    mapping: &Mapping,
    started_at: Timestamp,
    source: StartSource,
) -> Option<(u64, StartSource)> {
    let rules = mapping.rules();
    if let Some(given) = read_duration(fields.get(Role::Waited), rules.waited_unit, rules) {
        return given.ms().map(|ms| (ms, StartSource::Queued));
    }
    let waits = rules.waits_from.iter().filter(|_| source == StartSource::Start);
    let mut moments = waits.filter_map(|role| DUE.into_iter().find(|(due, _)| due == role));
    let (due, source) = moments.find_map(|moment| due_at(times, fields, moment, rules))?;
    let waited = Duration::of(i128::from(started_at.ms()) - i128::from(due.ms())).ms();
    waited.map(|ms| (ms, source))
}

/// The instant at which a history of states first says that it runs.
#[cold]
fn first_run(times: &mut UsualTimes, history: Value<'_>, rules: &Rules) -> ParsedTime {
    let Value::Array(states) = history else { return ParsedTime::Absent };
    let mut found = ParsedTime::Absent;
    // The array was checked when its line was, so there is no fault that could be told.
    let _ = Scanner::new(states).elements(|state| {
        let Value::Object(state) = state else { return };
        let is_run =
            matches!(member(state, "state"), Value::Text(Text::Plain(word)) if word.eq_ignore_ascii_case("running"));
        if is_run && found == ParsedTime::Absent {
            found = parse_time(times, member(state, "date"), rules);
        }
    });
    found
}

/// What a value says of an instant.
pub(super) fn parse_time(times: &mut UsualTimes, value: Value<'_>, rules: &Rules) -> ParsedTime {
    match value {
        Value::Text(Text::Plain(text)) if let Some(usual) = times.read(text.as_bytes()) => usual,
        Value::Number(number) => parse_number(number),
        Value::Whole(number) if FORMS => parse_whole(number),
        Value::Instant(instant) if FORMS => instant,
        Value::Text(text) if rules.is_canonical => with_text(text, parse_text),
        Value::Text(text) => with_text(text, |text| match rules.date_order.and_then(|order| order.iso(text)) {
            Some(iso) => parse_text(&iso),
            _ if text.trim_ascii().eq_ignore_ascii_case("unknown") => ParsedTime::Absent,
            _ => parse_text(text),
        }),
        Value::Absent => ParsedTime::Absent,
        _ => ParsedTime::Unreadable,
    }
}

/// True if a value is there where an instant is to be, and says that there is none.
pub(super) fn says_none(value: Value<'_>) -> bool {
    parse_time(&mut UsualTimes::default(), value, &Rules::GENERAL) == ParsedTime::Absent
}

/// A length of time that may not be usable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Duration {
    None,
    Ms(u64),
    /// What counts in the place of one that cannot be what it is called.
    Instead(u64),
    Negative,
    Bad,
}

impl Duration {
    pub(super) fn of(ms: i128) -> Duration {
        match u64::try_from(ms) {
            Ok(ms) if ms <= MOST_DURATION_MS => Duration::Ms(ms),
            Err(_) if ms < 0 => Duration::Negative,
            _ => Duration::Bad,
        }
    }

    pub(super) fn ms(self) -> Option<u64> {
        if let Duration::Ms(ms) | Duration::Instead(ms) = self { Some(ms) } else { None }
    }

    /// What is to be noted of a row that has this duration.
    pub(super) fn notes(self, zoneless_start: bool, start_source: StartSource) -> Notes {
        Notes {
            zoneless_start,
            negative_duration: self == Duration::Negative,
            bad_duration: matches!(self, Duration::Bad | Duration::Instead(_)),
            start_source,
            ..Notes::default()
        }
    }
}

/// The duration that is given, or else the one that follows from the end; and whether both are there and are far from each
/// other.
fn duration(times: &mut UsualTimes, fields: &Fields<'_>, mapping: &Mapping, start: Timestamp) -> (Duration, bool) {
    let rules = mapping.rules();
    let given = read_duration(fields.get(Role::Duration), rules.duration_unit, rules);
    // How far the end lies behind the start, and the duration which that is.
    let mut end = || match parse_time(times, fields.get(Role::FinishedAt), rules) {
        ParsedTime::At { at, .. } => {
            let behind = i128::from(at.ms()) - i128::from(start.ms());
            (Some(behind), Duration::of(behind))
        }
        ParsedTime::Absent => (None, Duration::None),
        ParsedTime::Unreadable => (None, Duration::Bad),
    };
    let Some(given) = given else { return (end().1, false) };
    // To look at the ends of canonical rows beside their durations takes a tenth of the time in which they are read.
    if !FORMS || rules.is_canonical {
        return (given, false);
    }
    let (behind, end) = end();
    match (given, end) {
        // A system that keeps a history counts the time before the start into its duration.
        (_, end) if !fields.get(Role::History).is_absent() => (if end == Duration::None { given } else { end }, false),
        (Duration::Ms(ms), Duration::Ms(between)) if rules.may_be_nanoseconds && is_nanoseconds(ms, between) => {
            (Duration::Instead(between), false)
        }
        // An end before the start is another one too.
        (Duration::Ms(ms), _) => {
            (given, behind.is_some_and(|behind| behind.abs_diff(i128::from(ms)) > u128::from(FAR_MS)))
        }
        _ => (given, false),
    }
}

/// What an end may be from where start and duration put it without a word: systems write whole seconds, or write an end when
/// they hear of it.
const FAR_MS: u64 = 60_000;

/// True for a length that is a million times what lies between start and end, which are whole seconds. Where start and end
/// are one, nothing shows: a start may have been written when the execution ended.
fn is_nanoseconds(given: u64, between_ms: u64) -> bool {
    let is_far_off = between_ms > 0 && given >= between_ms.saturating_mul(10_000);
    is_far_off && (given / 1_000_000).abs_diff(between_ms) <= 1000
}

/// What is said of a length that start and end show to be in another unit.
#[inline(never)]
fn in_nanoseconds(value: Value<'_>) -> String {
    [
        "the duration is ",
        &found(value),
        ", which its start and end show to be nanoseconds; the time between them counts",
    ]
    .concat()
}

/// Why a duration was dropped as one that cannot be used: what came, and what is expected of a number. `has_another` if
/// one stands in its place.
// Hardly a row needs these words.
#[inline(never)]
pub(super) fn why_dropped(fields: &Fields<'_>, mapping: &Mapping, has_another: bool) -> String {
    if FORMS && has_another {
        return in_nanoseconds(fields.get(Role::Duration));
    }
    let (value, what, expected) = match (fields.get(Role::Duration), fields.get(Role::FinishedAt)) {
        (Value::Absent, end) => (end, "end", "an instant up to a hundred years behind the start"),
        (given, _) => (given, "duration", mapping.rules().duration_unit.expected()),
    };
    ["the ", what, " is ", &found(value), ", expected ", expected, "; the row is counted without it"].concat()
}

/// The length of time that a value says; `None` if it says none.
fn read_duration(value: Value<'_>, unit: Unit, rules: &Rules) -> Option<Duration> {
    let number = |text: &str| {
        if let (Unit::Milliseconds, Some(ms)) = (unit, few_digits(text.as_bytes())) {
            return Duration::of(i128::from(ms));
        }
        let ms = if rules.is_canonical {
            Decimal::parse_either(text).and_then(|number| unit.to_ms(&number))
        } else {
            length::parse(text, unit)
        };
        ms.map_or(Duration::Bad, Duration::of)
    };
    match value {
        Value::Absent => None,
        Value::Length(ms) if FORMS => Some(Duration::of(i128::from(ms))),
        Value::Whole(count) if FORMS => {
            Some(unit.to_ms(&Decimal::from_whole(count)).map_or(Duration::Bad, Duration::of))
        }
        Value::Number(text) => Some(number(text)),
        Value::Text(text) => with_text(text, |text| {
            let text = text.trim_ascii();
            (!is_none_word(text)).then(|| number(text))
        }),
        _ => Some(Duration::Bad),
    }
}
