//! Outcomes that can be more frequent in a window of the week: which executions have one, and which could have it. Counts;
//! it judges nothing.

use super::history::{Hour, RING, Week};
use super::{Kind, Series};
use chrono::NaiveDate;

/// What became of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Failed or timed out, of those that were decided.
    Failed,
    /// Timed out, of those that were decided.
    TimedOut,
    /// Cancelled, of those that were decided or cancelled.
    Cancelled,
    /// Slower than nine in ten of their own workflow, of those that were decided and have a duration, in workflows that
    /// have enough of them.
    Slow,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] = [Outcome::Failed, Outcome::TimedOut, Outcome::Cancelled, Outcome::Slow];

    /// The kind of claim that is made of it.
    pub fn kind(self) -> Kind {
        match self {
            Outcome::Failed => Kind::FailureWindow,
            Outcome::TimedOut => Kind::TimeoutWindow,
            Outcome::Cancelled => Kind::CancellationWindow,
            Outcome::Slow => Kind::SlowWindow,
        }
    }

    /// The counts of an hour.
    pub fn tally(self, hour: &Hour) -> Tally {
        let (hits, of) = match self {
            Outcome::Failed => (hour.failures, hour.decided),
            Outcome::TimedOut => (hour.timed_out, hour.decided),
            Outcome::Cancelled => (hour.cancelled, hour.decided.saturating_add(hour.cancelled)),
            Outcome::Slow => (hour.slow, hour.timed),
        };
        Tally { hits, of }
    }

    /// The weeks of a series.
    pub fn weeks(self, series: &Series) -> Vec<TalliedWeek> {
        series.weeks().iter().map(|week| self.week(week)).collect()
    }

    fn week(self, week: &Week) -> TalliedWeek {
        TalliedWeek { monday: week.monday, hours: week.hours.map(|hour| self.tally(&hour)) }
    }
}

/// Executions that could have an outcome, and those of them that have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that have it.
    pub hits: u64,
    /// Those that could.
    pub of: u64,
}

impl Tally {
    /// Adds other executions.
    pub fn add(&mut self, more: Tally) {
        self.hits = self.hits.saturating_add(more.hits);
        self.of = self.of.saturating_add(more.of);
    }

    /// The share of those that have it; 0 where there are none that could.
    pub fn rate(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits as f64 / self.of as f64 }
    }

    /// True if the rate is above another one, exactly.
    pub fn is_above(self, other: Tally) -> bool {
        u128::from(self.hits) * u128::from(other.of) > u128::from(other.hits) * u128::from(self.of)
    }
}

/// A week, Monday to Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TalliedWeek {
    /// Its Monday.
    pub monday: NaiveDate,
    /// Its hours, as a ring: what runs past Sunday's midnight goes on at Monday's.
    pub hours: [Tally; RING],
}

impl TalliedWeek {
    /// The whole week.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.hours.iter().for_each(|hour| total.add(*hour));
        total
    }
}
