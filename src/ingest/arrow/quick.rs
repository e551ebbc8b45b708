//! The short way of reading a row of columns: what most rows say is told by numbers alone. The events are those of the
//! long way, which is taken where a column says anything else.

use super::array::{Array, Cell, Entry};
use super::columns::{Column, Decides, instant, is_whole, length_ms, number_of, to_ms};
use super::dictionary::Dictionaries;
use super::schema::Kind;
use crate::execution::{MOST_DURATION_MS, Status};
use crate::ingest::role::Role;
use crate::time::{ParsedTime, Timestamp, parse_whole};

/// Which columns say when, how long and which try; `None` for those that are not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) start: usize,
    pub(super) end: Option<usize>,
    pub(super) duration: Option<usize>,
    pub(super) attempt: Option<usize>,
    pub(super) id: Option<usize>,
    pub(super) error: Option<usize>,
}

impl Plan {
    /// The plan of columns, if each says one thing, none says the same as another and none says more than a canonical
    /// row does.
    pub(super) fn of(columns: &[Column]) -> Option<Plan> {
        let one = |role: Role| {
            let mut of_role =
                (0..).zip(columns).filter(|(_, column)| column.targets.iter().any(|target| target.role == role));
            let place = of_role.next().map(|(place, _)| place);
            of_role.next().is_none().then_some(place)
        };
        let is_plain = |column: &Column| match &column.targets[..] {
            [only] if only.role.is_class() => !matches!(column.kind, Kind::List(_) | Kind::Float(_)),
            [only] => matches!(
                only.role,
                Role::StartedAt | Role::FinishedAt | Role::Duration | Role::Attempt | Role::Id | Role::Error
            ),
            _ => false,
        };
        if !columns.iter().all(is_plain) {
            return None;
        }
        Some(Plan {
            start: one(Role::StartedAt)??,
            end: one(Role::FinishedAt)?,
            duration: one(Role::Duration)?,
            attempt: one(Role::Attempt)?,
            id: one(Role::Id)?,
            error: one(Role::Error)?,
        })
    }
}

/// What a row says beside its class and its texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) started_at: Timestamp,
    pub(super) zoneless: bool,
    pub(super) duration_ms: Option<u64>,
    pub(super) attempt: u32,
}

/// Fills in the numbers of what decides the class of a row; false if something has none.
#[inline]
pub(super) fn number(
    columns: &mut [Column],
    arrays: &[(Array, u64)],
    (body, row): (&[u8], usize),
    dictionaries: &Dictionaries,
    keys: &mut Vec<u32>,
) -> bool {
    keys.clear();
    for (column, (array, _)) in columns.iter_mut().zip(arrays) {
        if column.decides == Decides::Nothing {
            continue;
        }
        let number = match array.entry(body, row) {
            Some(Entry::Absent) => Some(0),
            Some(Entry::At(entry)) => column.words.entry(entry),
            Some(Entry::Broken) => None,
            None => match array.cell(body, row, dictionaries) {
                cell @ (Cell::Text(_) | Cell::Integer(_) | Cell::Bool(_) | Cell::Absent) => {
                    number_of(cell, &mut column.words, "")
                }
                _ => None,
            },
        };
        let Some(number) = number else { return false };
        keys.push(number);
    }
    true
}

/// What the numbers of a row say that stands so; `None` where the long way has to be taken.
#[inline]
pub(super) fn say(
    plan: &Plan,
    columns: &[Column],
    arrays: &[(Array, u64)],
    (body, row): (&[u8], usize),
    status: Status,
) -> Option<Said> {
    // No column of numbers points into a dictionary.
    let nothing = Dictionaries::default();
    let found = |place: usize| {
        let (column, (array, _)) = (columns.get(place)?, arrays.get(place)?);
        let is_number = array.entry(body, row).is_none();
        Some((column.kind, array.cell(body, row, &nothing))).filter(|_| is_number)
    };
    let start = match found(plan.start)? {
        (Kind::Timestamp { unit, has_zone }, Cell::Integer(number)) => instant(to_ms(number, unit), !has_zone),
        (Kind::Integer(_), Cell::Integer(number)) => parse_whole(number),
        (Kind::Float(_), Cell::Float(number)) if is_whole(number) => parse_whole(number as i64),
        _ => return None,
    };
    let ParsedTime::At { at: started_at, zoneless } = start else { return None };
    let duration_ms = if status.is_ended() {
        let given = match plan.duration {
            Some(place) => match found(place)? {
                (_, Cell::Absent) => None,
                (Kind::Integer(_), Cell::Integer(ms)) => Some(ms),
                (Kind::Duration(unit), Cell::Integer(number)) => Some(length_ms(number, unit)),
                (Kind::Float(_), Cell::Float(ms)) if ms.is_nan() => None,
                // A half is the same in binary as in decimal, so this rounds as the digits would.
                (Kind::Float(_), Cell::Float(ms)) if (0.0..MOST_DURATION_MS as f64).contains(&ms) => {
                    Some(ms.round() as i64)
                }
                _ => return None,
            },
            None => None,
        };
        match (given, plan.end) {
            (Some(ms), _) => Some(u64::try_from(ms).ok().filter(|ms| *ms <= MOST_DURATION_MS)?),
            (None, None) => None,
            (None, Some(end)) => match found(end)? {
                (_, Cell::Absent) => None,
                _ => return None,
            },
        }
    } else {
        None
    };
    let attempt = match plan.attempt {
        None => 1,
        Some(place) => match found(place)? {
            (_, Cell::Absent) => 1,
            (Kind::Integer(_), Cell::Integer(number)) => u32::try_from(number).ok()?,
            _ => return None,
        },
    };
    Some(Said { started_at, zoneless, duration_ms, attempt })
}
