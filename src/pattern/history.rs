//! What the tests look at: the executions of a view by local hour, in whole days and whole weeks. Counts only; it
//! judges nothing.

use super::Evidence;
use crate::execution::Status;
use chrono::{Datelike, NaiveDate, Weekday};

/// Hours of a week, Monday 0 h first.
pub const RING: usize = 168;

/// What happened in one local hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Executions of every status.
    pub executions: u64,
    /// Completed, failed and timed out.
    pub decided: u64,
    /// Failed and timed out.
    pub failures: u64,
    /// Of these, timed out.
    pub timed_out: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// Executions that ended in the hour, whenever they started; 0 in every hour where ends are not known.
    pub finished: u64,
    /// Decided executions that have a duration,
    pub timed: u64,
    /// and those of them that took longer than nine in ten of their own workflow.
    pub slow: u64,
}

/// A local date that the window holds all of. An hour that a clock change doubles holds both; one that it skips is
/// empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// Its hours.
    pub hours: [Hour; 24],
}

impl Day {
    /// Executions of the whole day.
    pub fn executions(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.executions))
    }
}

/// A whole week, Monday to Sunday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
    /// Its hours, as a ring: what runs past Sunday's midnight goes on at Monday's.
    pub hours: [Hour; RING],
}

impl Week {
    /// Decided executions of the week.
    pub fn decided(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.decided))
    }

    /// Failed and timed out executions of the week.
    pub fn failures(&self) -> u64 {
        self.hours.iter().fold(0, |sum, hour| sum.saturating_add(hour.failures))
    }
}

/// The whole days of the window, in order and without gaps.
pub fn whole_days(evidence: &Evidence<'_>) -> Vec<Day> {
    let mut days: Vec<Day> = evidence.window.dates().map(|date| Day { date, hours: [Hour::default(); 24] }).collect();
    for (place, sums) in evidence.buckets.hours().iter().zip(evidence.cube.sums()) {
        let hours = days.get_mut(place.date as usize).map(|day| &mut day.hours);
        if let Some(hour) = hours.and_then(|hours| hours.get_mut(usize::from(place.hour))) {
            hour.executions = hour.executions.saturating_add(sums.executions());
            hour.decided = hour.decided.saturating_add(sums.decided());
            hour.failures = hour.failures.saturating_add(sums.failures());
            hour.timed_out = hour.timed_out.saturating_add(sums.of(Status::TimedOut));
            hour.cancelled = hour.cancelled.saturating_add(sums.of(Status::Cancelled));
            hour.timed = hour.timed.saturating_add(sums.timed);
        }
    }
    let whole = (0..days.len())
        .take_while(|date| evidence.buckets.is_whole_date(*date, evidence.window, evidence.zone))
        .count();
    days.truncate(whole);
    days
}

/// The whole weeks among whole days.
pub fn whole_weeks(days: &[Day]) -> Vec<Week> {
    let before_monday = days.iter().take_while(|day| day.date.weekday() != Weekday::Mon).count();
    let from_monday = days.get(before_monday..).unwrap_or_default();
    let weeks = from_monday.chunks_exact(7).filter_map(|week| {
        let monday = week.first()?.date;
        let mut hours = [Hour::default(); RING];
        for (place, hour) in hours.iter_mut().zip(week.iter().flat_map(|day| day.hours)) {
            *place = hour;
        }
        Some(Week { monday, hours })
    });
    weeks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::Buckets;
    use crate::cube::Cube;
    use crate::time::Timestamp;
    use crate::window::{Window, WindowRequest};
    use crate::zone::{HOUR_MS, Zone};

    /// Counts one failure an elementary hour and gives the whole days.
    fn days(zone: &Zone, from: &str, to: &str, cut_ms: i64) -> Vec<Day> {
        let request = WindowRequest::Dates { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let mut window = Window::resolve(request, Timestamp::MAX, None, zone).unwrap();
        window.until = Timestamp::from_ms(window.until.ms() - cut_ms).unwrap();
        let buckets = Buckets::new(&window, zone);
        let mut cube = Cube::new(&buckets);
        (0..buckets.hours().len()).for_each(|bucket| cube.count(bucket, Status::Failed, None));
        whole_days(&Evidence { cube: &cube, buckets: &buckets, window: &window, zone, outcomes: true })
    }

    #[test]
    fn a_week_is_whole_or_it_does_not_count() {
        let weeks = |from, to, cut_ms| whole_weeks(&days(&Zone::utc(), from, to, cut_ms)).len();
        assert_eq!(weeks("2026-02-02", "2026-02-08", 0), 1, "Monday to Sunday");
        assert_eq!(weeks("2026-02-03", "2026-02-15", 0), 1, "Tuesday to the Sunday after the next");
        assert_eq!(weeks("2026-02-02", "2026-02-07", 0), 0, "Sunday is missing");
        assert_eq!(weeks("2026-02-02", "2026-02-08", 1), 0, "the last millisecond is missing");
        assert_eq!(weeks("2026-02-03", "2026-02-04", 0), 0, "no Monday");
    }

    #[test]
    fn a_doubled_hour_adds_up_and_a_skipped_one_is_empty() {
        let spring = Zone::new("America/New_York", &[(0, -5 * 3600), (1_362_898_800_000, -4 * 3600)]).unwrap();
        let day = &days(&spring, "2013-03-10", "2013-03-10", 0)[0];
        assert_eq!((day.hours[2].decided, day.hours[3].decided, day.executions()), (0, 1, 23));
        let autumn = Zone::new("America/New_York", &[(0, -4 * 3600), (1_383_458_400_000, -5 * 3600)]).unwrap();
        let day = &days(&autumn, "2013-11-03", "2013-11-03", 0)[0];
        assert_eq!((day.hours[1].failures, day.executions()), (2, 25));
        assert!(days(&autumn, "2013-11-03", "2013-11-03", HOUR_MS).is_empty(), "a day that is cut is no whole day");
    }
}
