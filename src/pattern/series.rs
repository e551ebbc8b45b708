//! One series of executions, all of a view or those of one workflow, as the tests look at it: by local hour in whole days
//! and in weeks, and run by run where single runs are known. Counts only; it judges nothing.

use super::daily::Measure;
use super::history::{Day, Week, weeks_of};
use crate::histogram::Histogram;
pub use crate::table::{Run, Whose};
use chrono::NaiveDate;
use std::cell::OnceCell;

/// What is known of one series in the window.
#[derive(Clone, Debug)]
pub struct Series {
    /// Whose executions these are.
    pub whose: Whose,
    /// The whole days of the window, in order and without gaps.
    pub days: Vec<Day>,
    /// Whether anything is counted in each of `days`; empty where nobody took note of that.
    pub(super) busy: Vec<bool>,
    /// The weeks of these days, once they were asked for: most of thousands of small workflows are never looked at by week.
    weeks: OnceCell<Vec<Week>>,
    /// How the durations of the decided executions of each of `days` are distributed; empty where that is not known.
    pub durations: Vec<Histogram>,
    /// The single runs of the window in the order of their moments, those of days that are not whole among them; empty
    /// where they are not known, or only of a part, as of counts.
    pub runs: Vec<Run>,
    /// Of executions that started from this moment on, in milliseconds, outcomes and durations are not looked at.
    pub settled_ms: i64,
    /// The last days of `days` of which that is so.
    pub unsettled_days: usize,
}

impl Series {
    /// A series of whole days.
    pub fn new(whose: Whose, days: Vec<Day>, durations: Vec<Histogram>, runs: Vec<Run>) -> Self {
        let (busy, weeks) = (Vec::new(), OnceCell::new());
        Self { whose, days, busy, weeks, durations, runs, settled_ms: i64::MAX, unsettled_days: 0 }
    }

    /// What is known of all executions by week and no other way.
    pub fn of_weeks(weeks: Vec<Week>) -> Self {
        Self { weeks: OnceCell::from(weeks), ..Self::new(Whose::All, Vec::new(), Vec::new(), Vec::new()) }
    }

    /// Its days with their places, without some in which nothing is counted.
    pub fn busy_days(&self) -> impl Iterator<Item = (usize, &Day)> {
        self.days.iter().enumerate().filter(|(place, _)| self.busy.get(*place) != Some(&false))
    }

    /// The weeks of its days, Monday to Sunday, in order and without gaps; what is not covered of the first and of the last one
    /// is empty.
    pub fn weeks(&self) -> &[Week] {
        self.weeks.get_or_init(|| weeks_of(&self.days))
    }

    /// To be called where its days are not what they were.
    pub fn forget_weeks(&mut self) {
        self.weeks = OnceCell::new();
    }

    /// Whether outcomes are looked at in an hour in which executions failed, counted from the first one of the first day.
    pub fn has_outcomes(&self, hour: usize) -> bool {
        let hours = self.days.get(hour / 24).map(|day| &day.hours);
        hours.and_then(|hours| hours.get(hour % 24)).is_some_and(|hour| hour.failures > 0)
    }

    /// The first and the last whole day.
    #[inline(never)]
    pub fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        span_of(&self.days)
    }

    /// The days in which a measure is known.
    #[inline(never)]
    pub fn days_of(&self, measure: Measure) -> &[Day] {
        let unsettled = if measure == Measure::Volume { 0 } else { self.unsettled_days };
        self.days.get(..self.days.len().saturating_sub(unsettled)).unwrap_or_default()
    }

    /// When each of the single runs began, in their order.
    #[inline(never)]
    pub fn moments(&self) -> Vec<i64> {
        self.runs.iter().map(|run| run.at_ms).collect()
    }

    /// Executions of all whole days.
    pub fn executions(&self) -> u64 {
        self.days.iter().fold(0, |sum: u64, day| sum.saturating_add(day.executions()))
    }
}

/// The first and the last of some days.
#[inline(never)]
pub fn span_of(days: &[Day]) -> Option<(NaiveDate, NaiveDate)> {
    Some((days.first()?.date, days.last()?.date))
}
