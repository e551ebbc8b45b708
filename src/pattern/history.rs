//! What the tests look at: the executions of a view by local hour, in whole days and whole weeks. Counts only; it
//! judges nothing.

use super::Evidence;
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
}

/// Where nothing says how far the rows of a file reach, its last date is whole if of the earlier dates of that weekday on
/// which anything ran, one in so many had nothing either behind the hour of the newest row.
const ONE_IN: usize = 4;

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
        }
    }
    let whole = (0..days.len())
        .take_while(|date| evidence.buckets.is_whole_date(*date, evidence.window, evidence.zone))
        .count();
    if whole + 1 != days.len() || !evidence.ends_with_rows || !is_silence_usual(evidence, &days) {
        days.truncate(whole);
    }
    days
}

/// Whether what is missing of the last date is missing on other dates of its weekday too. A date that the rows reach the
/// last hour of lacks nothing; of an export that was made at noon the afternoon is missing, unless afternoons are
/// usually silent. It is asked of the hours of a day and not of the gaps between rows: the gap over a night is no
/// measure of one at noon.
fn is_silence_usual(evidence: &Evidence<'_>, days: &[Day]) -> bool {
    let (Some(last), Some(end)) = (days.last(), evidence.buckets.hours().last()) else { return false };
    let first_behind = usize::from(end.hour) + 1;
    let ran = |day: &Day, from: usize| day.hours.iter().skip(from).any(|hour| hour.executions > 0);
    // A filter can leave nothing of a weekday; then its empty dates are alike.
    let is_empty = !ran(last, 0);
    let (mut alike, mut silent) = (0, 0);
    let mut date = days.len() - 1;
    while date >= 7 {
        date -= 7;
        if let Some(day) = days.get(date).filter(|day| is_empty || ran(day, 0)) {
            alike += 1;
            silent += usize::from(!ran(day, first_behind));
        }
    }
    first_behind == 24 || silent > 0 && silent * ONE_IN >= alike
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
    use crate::execution::Status;
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
        let evidence =
            Evidence { cube: &cube, buckets: &buckets, window: &window, zone, ends_with_rows: false, outcomes: true };
        whole_days(&evidence)
    }

    /// Counts an execution in every hour of four Wednesdays for which `ran` holds, in a file whose newest row lies in
    /// an hour of the fifth, and says whether that one is whole.
    fn is_last_whole(newest_hour: i64, ends_with_rows: bool, ran: impl Fn(usize, u8) -> bool) -> bool {
        let zone = Zone::utc();
        let request = WindowRequest::Dates { from: "2026-02-04".parse().unwrap(), to: "2026-03-04".parse().unwrap() };
        let mut window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
        window.until = Timestamp::from_ms(window.until.ms() - (23 - newest_hour) * HOUR_MS - HOUR_MS / 2).unwrap();
        let buckets = Buckets::new(&window, &zone);
        let mut cube = Cube::new(&buckets);
        for (bucket, place) in buckets.hours().iter().enumerate() {
            let is_wednesday = place.date % 7 == 0;
            if if is_wednesday { ran(place.date as usize / 7, place.hour) } else { place.hour < 3 } {
                cube.count(bucket, Status::Completed, None);
            }
        }
        let evidence =
            Evidence { cube: &cube, buckets: &buckets, window: &window, zone: &zone, ends_with_rows, outcomes: true };
        whole_days(&evidence).len() == 29
    }

    #[test]
    fn the_day_that_a_file_ends_on_is_whole_where_silence_behind_its_newest_row_is_usual() {
        let check = |newest, ran: &dyn Fn(usize, u8) -> bool, expected, why| {
            assert_eq!(is_last_whole(newest, true, ran), expected, "{why}");
            assert!(!is_last_whole(newest, false, ran), "{why}, in a window that something is said to end");
        };
        check(23, &|_, _| true, true, "rows reach the last hour");
        check(22, &|_, _| true, false, "something always ran in the last hour");
        check(12, &|_, hour| (8..18).contains(&hour), false, "half a day of office hours");
        check(17, &|_, hour| (8..18).contains(&hour), true, "all of them");
        check(2, &|_, hour| hour == 2, true, "a job at two in the night");
        check(12, &|week, hour| hour < if week == 1 { 13 } else { 20 }, true, "one Wednesday of four ended as early");
        check(12, &|week, hour| week != 1 && hour < 20, false, "on one of them nothing ran, which says nothing");
        check(12, &|_, _| false, true, "on none of them anything ran that the filter leaves");
        check(12, &|week, hour| week == 4 && hour < 13, false, "nothing ran on the others");
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
