//! Workflows that run no more, and workflows that are new: nothing from a moment on, or up to one. The pauses that the
//! same workflow made while it ran say how long nothing may mean nothing, so one that comes in bursts has not stopped
//! between two of them. It says nothing of why, and nothing of a span in which nothing at all is known.

use super::claim::{Basis, Look};
use super::random::listed;
use super::schedule::{Facts as Cadence, in_clock};
use super::series::Series;
use super::tail::chance_beyond;
use crate::time::Timestamp;
use crate::zone::{DAY_MS, HOUR_MS, Zone};
use chrono::NaiveDate;

/// Executions that a workflow has to have,
pub const LEAST_EXECUTIONS: u64 = 20;
/// those that were to be expected in the time without any,
const LEAST_EXPECTED: f64 = 20.0;
/// how many periods of its schedule that lasts,
const LEAST_PERIODS: i64 = 5;
/// and how many times its longest pause so far.
const LEAST_LEAD: f64 = 2.0;
/// Pauses that a workflow has to have made to be judged by them.
const LEAST_PAUSES: usize = 10;

/// At which end nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// After the last execution.
    Stopped,
    /// Before the first one.
    New,
}

/// What is said of a workflow that stopped or is new.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Which of both.
    pub end: End,
    /// The local date of the last execution, or of the first one.
    pub date: NaiveDate,
    /// From there to the end of what is known, or from its beginning to there, in milliseconds.
    pub silent_ms: i64,
    /// Executions that were to be expected in that time, at the pace of the time in which it ran.
    pub expected: f64,
    /// Executions of the workflow.
    pub executions: u64,
    /// Its longest pause while it ran, in milliseconds.
    pub longest_pause_ms: i64,
    /// The period of its schedule, if it has one, in milliseconds.
    pub period_ms: Option<i64>,
}

/// When something started, as exactly as that is known.
struct Starts {
    /// Moments, rising: of single runs, or of hours that have executions.
    at: Vec<i64>,
    executions: u64,
}

impl Starts {
    fn new(series: &Series, zone: &Zone) -> Self {
        if !series.runs.is_empty() {
            let at = series.moments();
            let executions = at.len() as u64;
            return Self { at, executions };
        }
        let mut at = Vec::new();
        for day in &series.days {
            let start = zone.start_of_date(day.date);
            for (hour, counts) in (0..).zip(&day.hours) {
                if counts.executions > 0 {
                    let begin = start + hour * HOUR_MS;
                    // Behind a clock change hours have other names than their distance from midnight.
                    let turned = i64::from(zone.offset_at(start)) - i64::from(zone.offset_at(begin));
                    at.push(begin + turned * 1000);
                }
            }
        }
        Self { at, executions: series.executions() }
    }

    /// The part of a span that starts are known of: where single runs are not, that is whole days alone.
    fn told_of(&self, series: &Series, zone: &Zone, (from_ms, until_ms): (i64, i64)) -> (i64, i64) {
        match (series.days.first(), series.days.last().and_then(|day| day.date.succ_opt())) {
            (Some(first), Some(after)) if series.runs.is_empty() => {
                (from_ms.max(zone.start_of_date(first.date)), until_ms.min(zone.start_of_date(after)))
            }
            _ => (from_ms, until_ms),
        }
    }
}

/// Looks at one end of a workflow's executions. `known` is the span, in milliseconds, in which anything at all is known
/// to have run: from the first execution of the view to the last one, or to the end of the window where data is known
/// to reach it. `cadence` is its schedule, if it has one.
pub fn look(series: &Series, zone: &Zone, known: (i64, i64), cadence: Option<&Cadence>, end: End) -> Look<Facts> {
    let starts = Starts::new(series, zone);
    let known = starts.told_of(series, zone, known);
    let (Some(first), Some(last)) = (starts.at.first().copied(), starts.at.last().copied()) else {
        return Look::nothing();
    };
    let pauses = starts.at.iter().zip(starts.at.iter().skip(1));
    let pauses = listed(pauses.map(|(one, next)| (next - one) as f64));
    let silent_ms = match end {
        End::Stopped => known.1.saturating_sub(last),
        End::New => first.saturating_sub(known.0),
    };
    let longest = pauses.iter().copied().fold(0.0, f64::max);
    let expected = silent_ms as f64 * starts.executions as f64 / ((last - first) as f64).max(1.0);
    let periods = cadence.map_or(0, |cadence| LEAST_PERIODS * cadence.period_ms);
    let is_passed = starts.executions >= LEAST_EXECUTIONS
        && pauses.len() >= LEAST_PAUSES
        && last > first
        && silent_ms >= periods
        && silent_ms >= HOUR_MS
        // A cadence says when the next start is due, whatever the pace: five misses of a daily one are enough.
        && (cadence.is_some() || expected >= LEAST_EXPECTED)
        && silent_ms as f64 >= LEAST_LEAD * longest;
    if !is_passed {
        return Look::nothing();
    }
    let chance = match (chance_beyond(silent_ms as f64, &pauses), cadence) {
        // Pauses of a schedule are all alike, and nothing is left to chance: that the last of n pauses is the longest
        // by itself happens once in n.
        (_, Some(_)) | (None, None) => {
            let pauses = pauses.len() as f64;
            let scale = silent_ms as f64 / longest.max(1.0);
            libm::exp(-scale * libm::log(pauses + 1.0) + libm::log(pauses + 1.0))
        }
        (Some(chance), None) => chance,
    };
    let at = if end == End::Stopped { last } else { first };
    let date = |ms: i64| Timestamp::from_ms(ms).map(|at| zone.local_date(at));
    // What is known up to a midnight is known of the day before.
    let (Some(date), Some(from), Some(until)) = (date(at), date(known.0), date(last.max(known.1.saturating_sub(1))))
    else {
        return Look::nothing();
    };
    let facts = Facts {
        end,
        date,
        silent_ms,
        expected,
        executions: starts.executions,
        // Of hours that have executions, one may have come at the begin and the next at the end.
        longest_pause_ms: longest as i64 + if series.runs.is_empty() { HOUR_MS } else { 0 },
        period_ms: cadence.map(|cadence| cadence.period_ms),
    };
    let mut basis = Basis::new((from, until), expected / (expected + starts.executions as f64));
    basis.count("executions", facts.executions).number("silent_days", silent_ms as f64 / DAY_MS as f64);
    basis.number("expected", expected).number("longest_pause_days", longest / DAY_MS as f64);
    basis.date(if end == End::Stopped { "last" } else { "first" }, date);
    basis.cell(in_clock(at, zone));
    Look::claim(chance.min(1.0), facts, basis)
}
