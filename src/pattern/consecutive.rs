//! Failures in a row: more of them, in the order of starts, than chance and the workflow's own clustering bring. The
//! other rows of failures of the same workflow say how one goes on; runs that were not decided neither lengthen a row
//! nor end it. A row that lasts to the last run is looked at by itself: that a workflow fails now is told sooner than that
//! it once did. It says nothing of rows that are as long as others were.

use super::claim::{Basis, Effect, Look};
use super::random::those;
use super::schedule::in_clock;
use super::series::{Run, Series};
use super::tail::chance_beyond;
use crate::time::Timestamp;
use crate::zone::{DAY_MS, Zone};
use chrono::NaiveDate;

/// Failures in a row below which nothing is said,
const LEAST_LENGTH: usize = 8;
/// how many times the next longest row that is,
const LEAST_LEAD: f64 = 2.5;
/// and the decided runs outside it that say what is usual.
const LEAST_OUTSIDE: usize = 30;
/// The same of a row that lasts to the last run, which nobody searched for among all places.
const LEAST_LENGTH_LAST: usize = 3;
const LEAST_LEAD_LAST: f64 = 2.0;
const LEAST_OUTSIDE_LAST: usize = 20;
/// Two rows are looked at, that one and the longest.
const LOOKED_AT: f64 = 2.0;
/// Executions without which neither is.
pub const LEAST_EXECUTIONS: u64 = (LEAST_LENGTH_LAST + LEAST_OUTSIDE_LAST) as u64;

/// What a row of failures is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Failures in a row.
    pub length: u64,
    /// The start of the first one, in milliseconds, and its local date.
    pub from_ms: i64,
    /// See `from_ms`.
    pub from: NaiveDate,
    /// The start of the last one, in milliseconds, and its local date.
    pub to_ms: i64,
    /// See `to_ms`.
    pub to: NaiveDate,
    /// True if no decided run came after it.
    pub is_last: bool,
    /// The next longest row; 0 where there is none.
    pub runner_up: u64,
    /// Failures outside the row,
    pub failures_outside: u64,
    /// of so many decided runs outside it.
    pub decided_outside: u64,
}

/// A row of failures among the decided runs: the place of its first one, and how many there are.
#[derive(Clone, Copy, Debug)]
struct Row {
    from: usize,
    length: usize,
}

/// A row that passed its gates, and what lies outside it.
struct Told {
    row: Row,
    runner_up: usize,
    failures: usize,
    outside: usize,
    chance: f64,
}

/// Looks for the longest row, and at the one that lasts to the end; the less likely of both is told.
pub fn look(series: &Series, zone: &Zone) -> Look<Facts> {
    let decided = those(&series.runs, &|run: &Run| run.status.is_decided());
    let rows = rows(&decided);
    let is_last = |row: &Row| row.from + row.length == decided.len();
    let (longest, last) = (rows.iter().fold(None, longer), rows.last().copied().filter(is_last));
    let told = longest.and_then(|row| told(&decided, &rows, row, false));
    let last = last.and_then(|row| self::told(&decided, &rows, row, true));
    let told = match (told, last) {
        (Some(one), Some(other)) => Some(if other.chance <= one.chance { other } else { one }),
        (one, other) => one.or(other),
    };
    let Some(Told { row, runner_up, failures, outside, chance }) = told else { return Look::nothing() };
    let at = |place: usize| {
        let at_ms = decided.get(place)?.at_ms;
        Some((at_ms, zone.local_date(Timestamp::from_ms(at_ms)?)))
    };
    let (Some((from_ms, from)), Some((to_ms, to)), Some((_, first)), Some((_, last))) =
        (at(row.from), at(row.from + row.length - 1), at(0), at(decided.len() - 1))
    else {
        return Look::nothing();
    };
    let facts = Facts {
        length: row.length as u64,
        from_ms,
        from,
        to_ms,
        to,
        is_last: is_last(&row),
        runner_up: runner_up as u64,
        failures_outside: failures as u64,
        decided_outside: outside as u64,
    };
    let share = row.length as f64 / (failures + row.length) as f64;
    let mut basis = Basis::new((first, last), share);
    basis.is_now = facts.is_last;
    basis.effect = Some(Effect { inside: 1.0, outside: failures as f64 / outside as f64 });
    basis.count("failures_in_a_row", facts.length).count("next_longest", facts.runner_up);
    basis.count("failures_outside", facts.failures_outside).count("decided_outside", facts.decided_outside);
    for run in decided.iter().skip(row.from).take(row.length) {
        basis.cell(in_clock(run.at_ms, zone));
    }
    Look::claim(chance, facts, basis)
}

/// A row among all rows, if it passes its gates: as the longest of them, or as the one that lasts to the end.
fn told(decided: &[&Run], rows: &[Row], row: Row, is_at_end: bool) -> Option<Told> {
    let mut others = rows.to_vec();
    others.retain(|other| other.from != row.from);
    let runner_up = others.iter().fold(None, longer).map_or(0, |row| row.length);
    let outside = decided.len() - row.length;
    let (least, least_lead, least_outside) = match is_at_end {
        true => (LEAST_LENGTH_LAST, LEAST_LEAD_LAST, LEAST_OUTSIDE_LAST),
        false => (LEAST_LENGTH, LEAST_LEAD, LEAST_OUTSIDE),
    };
    if row.length < least || outside < least_outside || (row.length as f64) < least_lead * runner_up as f64 {
        return None;
    }
    let failures = others.iter().map(|row| row.length).sum::<usize>();
    let by_others = chance_beyond(row.length as f64, &longest_by_day(decided, &others)).unwrap_or(0.0);
    // Any run may begin a row; one alone begins that which lasts to the end.
    let by_itself = match is_at_end {
        true => LOOKED_AT * chance_by_itself(row.length, failures, others.len(), outside, 2),
        false => outside as f64 * chance_by_itself(row.length, failures, others.len(), outside, 1),
    };
    Some(Told { row, runner_up, failures, outside, chance: by_others.max(by_itself).min(1.0) })
}

/// The longer of two rows, the first of equal ones.
fn longer(one: Option<Row>, other: &Row) -> Option<Row> {
    if one.is_none_or(|one| other.length > one.length) { Some(*other) } else { one }
}

/// The chance of a row of that length from a run on where every failure is followed by another one at the rate at which
/// failures outside it are, or at their common rate if that is larger. What was seen of few failures says little: the common
/// rate is counted with one more failure, and how often one goes on is as uncertain as that many failures leave it, with so
/// many more rows (the mean of the power over a beta distribution, which is a product).
fn chance_by_itself(length: usize, failures: usize, rows: usize, outside: usize, more: usize) -> f64 {
    let rate = (failures + 1) as f64 / (outside + 2) as f64;
    let (mut by_rate, mut by_going_on) = (1.0, 1.0);
    for further in 0..length - 1 {
        by_rate *= rate;
        by_going_on *= (failures - rows + 1 + further) as f64 / (failures + 2 + more + further) as f64;
    }
    rate * f64::max(by_rate, by_going_on)
}

/// The longest row of each day that has one. What breaks, breaks for hours, so that the rows of a day say one thing together.
fn longest_by_day(decided: &[&Run], rows: &[Row]) -> Vec<f64> {
    let (mut days, mut last): (Vec<f64>, _) = (Vec::new(), None);
    for row in rows {
        let day = decided.get(row.from).map_or(0, |run| run.at_ms.div_euclid(DAY_MS));
        match days.last_mut().filter(|_| last == Some(day)) {
            Some(longest) => *longest = longest.max(row.length as f64),
            None => days.push(row.length as f64),
        }
        last = Some(day);
    }
    days
}

fn rows(decided: &[&Run]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (place, run) in decided.iter().enumerate() {
        if !run.status.is_failure() {
            continue;
        }
        match rows.last_mut().filter(|row| row.from + row.length == place) {
            Some(row) => row.length += 1,
            None => rows.push(Row { from: place, length: 1 }),
        }
    }
    rows
}
