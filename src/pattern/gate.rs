//! What a window of the week must show beside a small chance before anything is said about it, all of it in raw
//! counts that a reader can recount: how much worse, how often, and not because of one week.

use super::history::RING;
use super::outcome::{TalliedWeek, Tally};
use super::ring::{Class, RingWindow};

/// Weeks with data below which no weekday is named.
pub const LEAST_WEEKS: usize = 8;
/// Weeks with data inside and outside a window on several days, which names none.
pub const LEAST_WEEKS_OF_MANY_DAYS: usize = 5;
/// Failures inside the window, all weeks together: the far tail of the tests needs them.
pub const LEAST_HITS: u64 = 20;
/// The rate inside is at least this many times the rate outside,
pub const LEAST_RATIO: f64 = 1.3;
/// and at least this much above it.
const LEAST_DIFFERENCE: f64 = 0.02;
/// The share of weeks in which the window is worse than the rest of that week.
const LEAST_SHARE_OF_WEEKS: f64 = 0.6;
/// The share of the window's failures that one week may hold.
const MOST_SHARE_OF_ONE_WEEK: f64 = 0.5;
/// An hour at the edge of a window with less than this share of the window's executions is left out of it.
const LEAST_SHARE_OF_EDGE: f64 = 0.05;

/// What happened in a window of the week and outside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// All weeks, inside.
    pub inside: Tally,
    /// All weeks, outside.
    pub outside: Tally,
    /// By week, whether the window was worse than the rest of the week; `None` without decided executions on both
    /// sides.
    pub weeks: Vec<Option<bool>>,
    /// The most failures inside that one week has.
    worst_week: u64,
}

impl Counts {
    /// Counts the weeks.
    pub fn new(weeks: &[TalliedWeek], window: RingWindow) -> Self {
        let mask = window.mask();
        let mut counts = Self { inside: Tally::default(), outside: Tally::default(), weeks: Vec::new(), worst_week: 0 };
        for week in weeks {
            let (mut inside, mut outside) = (Tally::default(), Tally::default());
            for (hour, is_inside) in week.hours.iter().zip(mask) {
                let side = if is_inside { &mut inside } else { &mut outside };
                side.add(*hour);
            }
            let is_comparable = inside.of > 0 && outside.of > 0;
            counts.weeks.push(is_comparable.then(|| inside.is_above(outside)));
            counts.inside.add(inside);
            counts.outside.add(outside);
            counts.worst_week = counts.worst_week.max(inside.hits);
        }
        counts
    }

    /// Failures inside beyond those at the rate outside, by the deviation that chance gives these.
    pub fn apart(&self) -> f64 {
        let expected = self.outside.rate() * self.inside.of as f64;
        (self.inside.hits as f64 - expected) / (expected + 0.5).sqrt()
    }

    /// Weeks in which the window was worse.
    pub fn held(&self) -> usize {
        self.weeks.iter().filter(|week| **week == Some(true)).count()
    }

    /// Weeks that can tell.
    pub fn units(&self) -> usize {
        self.weeks.iter().flatten().count()
    }

    /// True if a window of that class may be spoken of.
    pub fn pass(&self, class: Class) -> bool {
        let (inside, outside) = (self.inside.rate(), self.outside.rate());
        let least_weeks = match class {
            Class::SingleDay => LEAST_WEEKS,
            Class::MultiDay => LEAST_WEEKS_OF_MANY_DAYS,
        };
        self.units() >= least_weeks
            && self.inside.hits >= LEAST_HITS
            && inside >= LEAST_RATIO * outside
            && inside - outside >= LEAST_DIFFERENCE
            && self.held() as f64 >= LEAST_SHARE_OF_WEEKS * self.units() as f64
            && self.worst_week as f64 <= MOST_SHARE_OF_ONE_WEEK * self.inside.hits as f64
    }
}

/// The window without hours at its edges in which next to nothing runs, which would widen what is said for no reason.
/// Whole days stay whole.
pub fn trimmed(weeks: &[TalliedWeek], window: RingWindow) -> RingWindow {
    if window.length >= 24 {
        return window;
    }
    let mut decided = [0.0; RING];
    for week in weeks {
        decided.iter_mut().zip(&week.hours).for_each(|(sum, hour)| *sum += hour.of as f64);
    }
    let mut window = window;
    loop {
        let all = window.sum(&decided);
        let first = RingWindow { length: 1, ..window };
        let without_first = RingWindow { start: window.start + 1, length: window.length.saturating_sub(1), ..window };
        let without_last = RingWindow { length: window.length.saturating_sub(1), ..window };
        let is_small = |edge: f64| edge < LEAST_SHARE_OF_EDGE * all;
        // A window that began at the next midnight would begin on other days than its name says.
        if window.length > 1 && without_first.start < 24 && is_small(first.sum(&decided)) {
            window = without_first;
        } else if window.length > 1 && is_small(all - without_last.sum(&decided)) {
            window = without_last;
        } else {
            return window;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::ring::DaySet;
    use chrono::NaiveDate;

    const WINDOW: RingWindow = RingWindow { days: DaySet::Single(0), start: 9, length: 2 };

    /// Weeks with 10 decided an hour, of which `inside(week)` fail in each hour of the window and `outside` elsewhere.
    fn weeks(number: u64, inside: impl Fn(u64) -> u64, outside: u64) -> Vec<TalliedWeek> {
        let mask = WINDOW.mask();
        let week = |week| TalliedWeek {
            monday: NaiveDate::MIN,
            hours: std::array::from_fn(|hour| Tally { hits: if mask[hour] { inside(week) } else { outside }, of: 10 }),
        };
        (0..number).map(week).collect()
    }

    fn passes(weeks: &[TalliedWeek]) -> bool {
        Counts::new(weeks, WINDOW).pass(Class::SingleDay)
    }

    #[test]
    fn each_gate_stops_what_it_is_for() {
        assert!(passes(&weeks(10, |_| 3, 1)));
        assert!(!passes(&weeks(7, |_| 3, 1)), "seven weeks name no weekday");
        assert!(Counts::new(&weeks(7, |_| 3, 1), WINDOW).pass(Class::MultiDay), "but several days");
        assert!(!passes(&weeks(9, |_| 1, 0)), "18 failures are too few");
        assert!(passes(&weeks(10, |_| 1, 0)), "20 are enough");
        assert!(!passes(&weeks(10, |_| 5, 4)), "five fourths are too little");
        assert!(!passes(&weeks(10, |week| if week < 5 { 9 } else { 0 }, 1)), "half of the weeks are too few");
        assert!(passes(&weeks(10, |week| if week < 6 { 9 } else { 0 }, 1)), "six of ten are enough");
        assert!(!passes(&weeks(10, |week| if week == 0 { 10 } else { 1 }, 0)), "one week holds more than half");
        assert!(!passes(&weeks(10, |_| 10, 10)), "everything fails always");
    }

    #[test]
    fn a_difference_below_two_points_is_not_worth_a_word() {
        let mut history = weeks(10, |_| 0, 0);
        for week in &mut history {
            for (hour, is_inside) in week.hours.iter_mut().zip(WINDOW.mask()) {
                *hour = Tally { hits: if is_inside { 25 } else { 6 }, of: 1000 };
            }
        }
        assert!(!passes(&history), "2.5 against 0.6 %");
    }

    #[test]
    fn weeks_without_both_sides_cannot_tell() {
        let mut history = weeks(10, |_| 3, 1);
        history[4].hours[9] = Tally::default();
        history[4].hours[10] = Tally::default();
        let counts = Counts::new(&history, WINDOW);
        assert_eq!((counts.weeks[4], counts.units(), counts.held()), (None, 9, 9));
    }

    #[test]
    fn quiet_edges_are_cut_but_not_across_midnight() {
        let trim = |days, start, length, busy: std::ops::Range<usize>| {
            let mut history = weeks(1, |_| 0, 0);
            for (hour, place) in history[0].hours.iter_mut().enumerate() {
                *place = Tally { hits: 0, of: if busy.contains(&(hour % 24)) { 10 } else { 0 } };
            }
            let trimmed = trimmed(&history, RingWindow { days, start, length });
            (trimmed.start, trimmed.length)
        };
        assert_eq!(trim(DaySet::Weekdays, 18, 8, 5..23), (18, 5), "hours 23 to 2 are empty");
        assert_eq!(trim(DaySet::Daily, 2, 6, 5..23), (5, 3));
        assert_eq!(trim(DaySet::Weekdays, 22, 4, 0..8), (23, 3), "stops before midnight");
        assert_eq!(trim(DaySet::Single(2), 0, 24, 9..17), (0, 24), "a whole day stays");
        assert_eq!(trim(DaySet::Single(2), 1, 3, 9..17), (1, 3), "nothing runs at all");
    }
}
