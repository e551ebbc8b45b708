//! When a row started, how long it took and how long it waited. Depends on the moment roles, the rules of the mapping
//! and the status that the row's class has.

use super::fields::Fields;
use super::mapping::{Mapping, Unit};
use super::role::Role;
use super::text::{excerpt, with_text};
use super::{Notes, StartSource, Value};
use crate::execution::{MOST_DURATION_MS, Status};
use crate::time::decimal::Decimal;
use crate::time::{ParsedTime, Timestamp, is_none_word, parse_number, parse_text};

/// What the moments of a row say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Moments {
    /// It has a start.
    Started { started_at: Timestamp, duration_ms: Option<u64>, waited_ms: Option<u64>, notes: Notes },
    /// It has none, but was to start at this instant.
    Due(Timestamp),
    /// It has none.
    NoStart,
    /// Its start cannot be understood; a sentence says why.
    Unreadable(String),
}

/// The moments before a start from which a wait is counted, the first that a row has.
const DUE: [(Role, StartSource); 3] = [
    (Role::ScheduledAt, StartSource::Scheduled),
    (Role::QueuedAt, StartSource::Queued),
    (Role::CreatedAt, StartSource::Created),
];

/// Reads the moments of a row that stands so.
pub(super) fn read(fields: &Fields<'_>, mapping: &Mapping, status: Status) -> Moments {
    let rules = &mapping.rules;
    let has_begun = !matches!(status, Status::Pending | Status::Waiting);
    let own = parse_time(fields.get(Role::StartedAt));
    let stand_in = rules.stand_in.filter(|_| own == ParsedTime::Absent && has_begun);
    let (start, start_role) = match stand_in {
        Some(role) => (parse_time(fields.get(role)), role),
        None => (own, Role::StartedAt),
    };
    let (started_at, zoneless_start) = match start {
        ParsedTime::At { at, zoneless } => (at, zoneless),
        ParsedTime::Absent => return due(fields).map_or(Moments::NoStart, |(_, at)| Moments::Due(at)),
        ParsedTime::Unreadable => {
            return Moments::Unreadable(unreadable(mapping.name_of(start_role), fields.get(start_role)));
        }
    };
    let duration = if status.is_ended() { duration(fields, mapping, started_at) } else { Duration::None };
    let source = DUE.iter().find(|(role, _)| *role == start_role).map_or(StartSource::Start, |(_, source)| *source);
    Moments::Started {
        started_at,
        duration_ms: duration.ms(),
        waited_ms: waited(fields, mapping, started_at, source),
        notes: Notes {
            zoneless_start,
            negative_duration: duration == Duration::Negative,
            bad_duration: duration == Duration::Bad,
            start_source: source,
        },
    }
}

fn unreadable(name: &str, value: Value<'_>) -> String {
    let found = match value {
        Value::Text(text) => with_text(text, excerpt),
        Value::Number(number) => excerpt(number),
        other => other.kind().to_owned(),
    };
    [name, " is ", &found, ", expected an instant such as 2026-02-12T04:30:00.000Z"].concat()
}

/// When the row was to start.
fn due(fields: &Fields<'_>) -> Option<(StartSource, Timestamp)> {
    DUE.into_iter().find_map(|(role, source)| match parse_time(fields.get(role)) {
        ParsedTime::At { at, .. } => Some((source, at)),
        ParsedTime::Absent | ParsedTime::Unreadable => None,
    })
}

/// How long it waited: what is given, else from when it was due to its own start.
fn waited(fields: &Fields<'_>, mapping: &Mapping, started_at: Timestamp, source: StartSource) -> Option<u64> {
    if let Some(given) = read_duration(fields.get(Role::Waited), mapping.rules.waited_unit) {
        return given.ms();
    }
    let (_, due) = due(fields).filter(|_| source == StartSource::Start)?;
    Duration::of(i128::from(started_at.ms()) - i128::from(due.ms())).ms()
}

fn parse_time(value: Value<'_>) -> ParsedTime {
    match value {
        Value::Number(number) => parse_number(number),
        Value::Text(text) => with_text(text, parse_text),
        Value::Absent => ParsedTime::Absent,
        Value::Bool(_) | Value::Joined(_) | Value::Array(_) | Value::Object(_) => ParsedTime::Unreadable,
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

    fn ms(self) -> Option<u64> {
        if let Duration::Ms(ms) = self { Some(ms) } else { None }
    }
}

/// The duration that is given, or else the one that follows from the end.
fn duration(fields: &Fields<'_>, mapping: &Mapping, start: Timestamp) -> Duration {
    let given = read_duration(fields.get(Role::Duration), mapping.rules.duration_unit);
    given.unwrap_or_else(|| match parse_time(fields.get(Role::FinishedAt)) {
        ParsedTime::At { at, .. } => Duration::of(i128::from(at.ms()) - i128::from(start.ms())),
        ParsedTime::Absent => Duration::None,
        ParsedTime::Unreadable => Duration::Bad,
    })
}

/// The length of time that a value says; `None` if it says none.
fn read_duration(value: Value<'_>, unit: Unit) -> Option<Duration> {
    let number =
        |text: &str| Decimal::parse(text).and_then(|decimal| unit.to_ms(&decimal)).map_or(Duration::Bad, Duration::of);
    match value {
        Value::Absent => None,
        Value::Number(text) => Some(number(text)),
        Value::Text(text) => with_text(text, |text| {
            let text = text.trim_ascii();
            (!is_none_word(text)).then(|| number(text))
        }),
        Value::Bool(_) | Value::Joined(_) | Value::Array(_) | Value::Object(_) => Some(Duration::Bad),
    }
}

impl Unit {
    /// A number of this unit in whole milliseconds, halves away from zero.
    fn to_ms(self, number: &Decimal) -> Option<i128> {
        match self {
            Unit::Nanoseconds => number.round_scaled(1, -6),
            Unit::Microseconds => number.round_scaled(1, -3),
            Unit::Milliseconds => number.round_scaled(1, 0),
            Unit::Seconds => number.round_scaled(1, 3),
            Unit::Minutes => number.round_scaled(6, 4),
            Unit::Hours => number.round_scaled(36, 5),
        }
    }
}
