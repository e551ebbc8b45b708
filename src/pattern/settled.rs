//! The end of a history, where not every execution has ended: those that fail or are done at once are known there, and
//! those that take long are not, so that the newest days seem to fail more and to take less. What was counted of outcomes
//! and durations is taken back there, so that no kind looks at it. What started is known, and stays.

use super::Evidence;
use super::history::Hour;
use super::series::{Series, Whose};
use crate::execution::Status;
use crate::histogram::{Bins, Histogram};
use crate::options::Moment;
use crate::zone::HOUR_MS;

/// So many of a hundred executions have ended after the time that is left out.
const ENDED: u32 = 99;
/// Hours are what is looked at: executions that take less are as good as ended.
const LEAST_MS: f64 = HOUR_MS as f64;
/// Fewer runs of one workflow make no row of failures by themselves. What runs one at a time has only its last run open.
const LEAST_RUNS: usize = 8;
/// No start for so much of the time that would be left out means that nothing is open.
const MOST_SINCE_LAST_START: f64 = 0.25;
/// A day is taken for settled if so many of its hours are.
const LEAST_HOURS: u8 = 12;

/// What is known of the end.
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    /// The last start, in milliseconds, and the last moment that anything is known of.
    last_start_ms: i64,
    /// See `last_start_ms`.
    known_ms: i64,
    /// The longest time that was left out of a series, in milliseconds; 0 where of none.
    pub left_out_ms: i64,
    /// True if it was left out of all executions.
    pub of_all: bool,
}

impl Settled {
    /// Executions of which the last one started at a moment, in milliseconds, and of which something is known up to another.
    pub fn new(last_start_ms: i64, known_ms: i64) -> Self {
        Self { last_start_ms, known_ms: known_ms.max(last_start_ms), left_out_ms: 0, of_all: false }
    }

    /// Takes back what is told too early of a series, by its own durations.
    pub fn settle(&mut self, series: &mut Series, evidence: &Evidence<'_>) {
        let mut durations = Histogram::default();
        series.durations.iter().for_each(|of_day| durations.merge(of_day));
        // What is placed by its end has ended.
        if evidence.placed_by == Moment::End || durations.most().is_none_or(|most| (most as f64) < LEAST_MS) {
            return;
        }
        let Some(longest) = durations.quantile(&Bins::new(), ENDED).filter(|longest| *longest >= LEAST_MS) else {
            return;
        };
        // Where ends are known long after the last start, rows were chosen by their starts and taken when they had ended.
        let since_last_start_ms = self.known_ms.saturating_sub(self.last_start_ms) as f64;
        if since_last_start_ms >= MOST_SINCE_LAST_START * longest {
            return;
        }
        series.settled_ms = self.known_ms.saturating_sub(longest as i64);
        if take_back(series, evidence) {
            self.of_all |= series.whose == Whose::All;
            if !self.of_all || series.whose == Whose::All {
                self.left_out_ms = self.left_out_ms.max(longest as i64);
            }
        }
    }
}

/// Takes back what is told of executions that started once those of a series are not settled; whether there are any.
pub fn take_back(series: &mut Series, evidence: &Evidence<'_>) -> bool {
    let edge_ms = series.settled_ms;
    let open = series.runs.partition_point(|run| run.at_ms < edge_ms);
    let has_open = series.runs.len() - open >= LEAST_RUNS;
    if has_open {
        series.runs.iter_mut().skip(open).for_each(|run| run.status = Status::Running);
    }
    let buckets = evidence.buckets;
    // Of an hour that is settled in part, most is known.
    let first = match buckets.of(edge_ms.saturating_sub(1)) {
        Some(bucket) => bucket + 1,
        None if edge_ms <= evidence.window.start_ms => 0,
        None => return has_open,
    };
    let Some(place) = buckets.hours().get(first) else { return has_open };
    let date = place.date as usize;
    let Some(days) = series.days.get_mut(date..).filter(|days| !days.is_empty()) else { return has_open };
    let hours = days.iter_mut().flat_map(|day| &mut day.hours).skip(usize::from(place.hour));
    hours.for_each(|hour| *hour = hour.without_outcomes());
    let settled = date + usize::from(place.hour >= LEAST_HOURS);
    series.unsettled_days = series.days.len() - settled;
    series.durations.truncate(settled);
    series.forget_weeks();
    true
}

impl Hour {
    /// What is known of it at once.
    fn without_outcomes(&self) -> Hour {
        let Hour { added, executions, ended, finished, .. } = *self;
        Hour { added, executions, ended, finished, ..Hour::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_yet_is_taken_back_and_clocks_stay() {
        let hour = Hour {
            executions: 9,
            decided: 7,
            failures: 2,
            timed: 7,
            slow: 1,
            ended: 7,
            finished: 6,
            added: -1,
            ..Hour::default()
        };
        let left = Hour { executions: 9, ended: 7, finished: 6, added: -1, ..Hour::default() };
        assert_eq!(hour.without_outcomes(), left);
    }
}
