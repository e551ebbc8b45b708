//! The words of every claim and notice, in one place. Numbers come in as raw counts and are rounded here; nothing is
//! tested here.

use super::gate::Tally;
use super::ring::{DaySet, RingWindow};
use crate::number;

/// How sure a sentence may sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// "Higher failure rate …".
    Plain,
    /// "Failure rate tends to be higher …".
    Tends,
}

impl Strength {
    /// Plain below this adjusted chance.
    const PLAIN_BELOW: f64 = 0.01;

    /// How sure a claim with that adjusted chance may sound.
    pub fn of(adjusted_chance: f64) -> Self {
        if adjusted_chance < Self::PLAIN_BELOW { Strength::Plain } else { Strength::Tends }
    }
}

/// "Higher failure rate on Mondays between 9–11 AM (31% vs 6% otherwise, 11 of 13 weeks)".
pub fn failure_window(
    window: RingWindow,
    inside: Tally,
    outside: Tally,
    (held, weeks): (usize, usize),
    strength: Strength,
) -> String {
    let subject = match strength {
        Strength::Plain => "Higher failure rate",
        Strength::Tends => "Failure rate tends to be higher",
    };
    let when = when(window);
    let inside = percent(inside.failures, inside.decided);
    let outside = percent(outside.failures, outside.decided);
    let (held, weeks) = (digits(held), digits(weeks));
    [subject, " ", &when, " (", &inside, " vs ", &outside, " otherwise, ", &held, " of ", &weeks, " weeks)"].concat()
}

/// Where a peak of volume lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peak {
    /// In one hour, 0 to 23.
    Hour(u8),
    /// Somewhere within some hours.
    Around {
        /// The first hour, 0 to 23.
        start: u8,
        /// How many hours.
        length: u8,
    },
}

/// "Execution volume peaks at 2 PM UTC daily (2.3× the daily average, 81 of 91 days)". `ratio` is executions an hour
/// inside, divided by those of the average hour.
pub fn volume_peak(peak: Peak, zone: &str, ratio: f64, (held, days): (usize, usize), strength: Strength) -> String {
    let verb = match (peak, strength) {
        (Peak::Hour(_), Strength::Plain) => "peaks at",
        (Peak::Hour(_), Strength::Tends) => "tends to peak at",
        (Peak::Around { .. }, Strength::Plain) => "is highest around",
        (Peak::Around { .. }, Strength::Tends) => "tends to be highest around",
    };
    let when = match peak {
        Peak::Hour(hour) => hour_name(hour),
        Peak::Around { start, length } => hour_range(start, length),
    };
    let (open, close) = if zone == "UTC" { (" ", " daily (") } else { (" (", ") daily (") };
    let (held, days) = (number::grouped(held as u64), number::grouped(days as u64));
    let mut sentence = ["Execution volume ", verb, " ", &when, open, zone, close].concat();
    number::push_fixed(&mut sentence, ratio, 1);
    sentence += &["× the daily average, ", &held, " of ", &days, " days)"].concat();
    sentence
}

/// Why no recurring failures were looked for.
pub fn too_few_weeks(needed: usize, there: usize) -> String {
    ["needs ", &digits(needed), " weeks to name a weekday; there ", &is_or_are(there)].concat()
}

/// Why no peak of volume was looked for: days with fewer than `executions` do not count.
pub fn too_few_days(needed: usize, executions: u64, there: usize) -> String {
    let (needed, executions, there) = (digits(needed), number::whole(executions), is_or_are(there));
    let to_name = " or more executions to name an hour of the day; there ";
    ["needs ", &needed, " whole days with ", &executions, to_name, &there].concat()
}

fn is_or_are(count: usize) -> String {
    [if count == 1 { "is " } else { "are " }, &digits(count)].concat()
}

fn when(window: RingWindow) -> String {
    const WEEKDAYS: [&str; 7] =
        ["on Mondays", "on Tuesdays", "on Wednesdays", "on Thursdays", "on Fridays", "on Saturdays", "on Sundays"];
    let days = match window.days {
        DaySet::Single(day) => WEEKDAYS.get(usize::from(day)).copied().unwrap_or_default(),
        DaySet::Weekdays => "on weekdays",
        DaySet::Weekend => "on weekends",
        DaySet::Daily => "daily",
    };
    if window.length >= 24 {
        return days.to_owned();
    }
    let hours = hour_range(window.start, window.length);
    match window.days {
        DaySet::Daily => ["between ", &hours, " ", days].concat(),
        _ => [days, " between ", &hours].concat(),
    }
}

/// "9–11 AM", "11 AM–1 PM", "8 PM–12 AM".
pub(super) fn hour_range(start: u8, length: u8) -> String {
    let end = (start + length) % 24;
    let is_same_half = (start % 24 < 12) == (end < 12) && length < 12;
    let start = if is_same_half { clock(start) } else { hour_name(start) };
    [&start, "–", &hour_name(end)].concat()
}

/// "12 AM" at midnight, "12 PM" at noon.
pub(super) fn hour_name(hour: u8) -> String {
    clock(hour) + if hour % 24 < 12 { " AM" } else { " PM" }
}

/// The hour on the face of a clock, 1 to 12.
fn clock(hour: u8) -> String {
    digits(if hour.is_multiple_of(12) { 12 } else { usize::from(hour % 12) })
}

/// A share in whole per cent; 0% only of nothing, 100% only of all.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    let rounded = (200 * part + whole) / (2 * whole);
    match rounded {
        0 if part > 0 => "under 1%".to_owned(),
        100 if part < whole => "over 99%".to_owned(),
        _ => number::whole(rounded as u64) + "%",
    }
}

fn digits(count: usize) -> String {
    number::whole(count as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(days: DaySet, start: u8, length: u8, strength: Strength) -> String {
        let inside = Tally { failures: 142, decided: 458 };
        let outside = Tally { failures: 600, decided: 10_000 };
        failure_window(RingWindow { days, start, length }, inside, outside, (11, 13), strength)
    }

    #[test]
    fn a_failure_window_is_said_to_the_letter() {
        use DaySet::{Daily, Single, Weekdays, Weekend};
        let check = |days, start, length, when: &str| {
            assert_eq!(
                said(days, start, length, Strength::Plain),
                format!("Higher failure rate {when} (31% vs 6% otherwise, 11 of 13 weeks)")
            );
            assert_eq!(
                said(days, start, length, Strength::Tends),
                format!("Failure rate tends to be higher {when} (31% vs 6% otherwise, 11 of 13 weeks)")
            );
        };
        check(Single(0), 9, 2, "on Mondays between 9–11 AM");
        check(Single(6), 23, 2, "on Sundays between 11 PM–1 AM");
        check(Single(5), 0, 24, "on Saturdays");
        check(Weekdays, 14, 3, "on weekdays between 2–5 PM");
        check(Weekdays, 0, 24, "on weekdays");
        check(Weekend, 0, 24, "on weekends");
        check(Weekend, 20, 4, "on weekends between 8 PM–12 AM");
        check(Daily, 2, 1, "between 2–3 AM daily");
    }

    #[test]
    fn hours_are_those_of_a_clock() {
        let check = |start, length, words: &str| assert_eq!(hour_range(start, length), words);
        check(9, 2, "9–11 AM");
        check(11, 2, "11 AM–1 PM");
        check(11, 1, "11 AM–12 PM");
        check(23, 2, "11 PM–1 AM");
        check(0, 1, "12–1 AM");
        check(12, 1, "12–1 PM");
        check(23, 1, "11 PM–12 AM");
        check(20, 4, "8 PM–12 AM");
        check(0, 12, "12 AM–12 PM");
        check(22, 10, "10 PM–8 AM");
        check(9, 12, "9 AM–9 PM");
        check(13, 8, "1–9 PM");
    }

    #[test]
    fn a_peak_is_said_to_the_letter() {
        let check = |peak, zone, strength, words: &str| {
            assert_eq!(volume_peak(peak, zone, 2.34, (81, 91), strength), words);
        };
        let around = Peak::Around { start: 13, length: 3 };
        check(
            Peak::Hour(14),
            "UTC",
            Strength::Plain,
            "Execution volume peaks at 2 PM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            Peak::Hour(8),
            "America/New_York",
            Strength::Plain,
            "Execution volume peaks at 8 AM (America/New_York) daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            Peak::Hour(0),
            "UTC",
            Strength::Tends,
            "Execution volume tends to peak at 12 AM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            around,
            "UTC",
            Strength::Plain,
            "Execution volume is highest around 1–4 PM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            around,
            "Asia/Kathmandu",
            Strength::Tends,
            "Execution volume tends to be highest around 1–4 PM (Asia/Kathmandu) daily (2.3× the daily average, 81 of 91 days)",
        );
    }

    #[test]
    fn per_cent_never_says_none_or_all_of_something_else() {
        let check = |part, whole, words: &str| assert_eq!(percent(part, whole), words, "{part} of {whole}");
        check(0, 10, "0%");
        check(10, 10, "100%");
        check(1, 1000, "under 1%");
        check(5, 1000, "1%");
        check(999, 1000, "over 99%");
        check(994, 1000, "99%");
        check(1, 8, "13%");
        check(u64::MAX - 1, u64::MAX, "over 99%");
        check(0, 0, "0%");
    }

    #[test]
    fn counts_are_grouped_and_one_is_one() {
        assert_eq!(
            (number::grouped(999), number::grouped(1097), number::grouped(1_234_567)),
            ("999".into(), "1,097".into(), "1,234,567".into())
        );
        assert_eq!(too_few_weeks(8, 5), "needs 8 weeks to name a weekday; there are 5");
        assert_eq!(too_few_weeks(8, 1), "needs 8 weeks to name a weekday; there is 1");
    }

    #[test]
    fn only_a_small_chance_is_stated_plainly() {
        assert_eq!(Strength::of(0.009), Strength::Plain);
        assert_eq!(Strength::of(0.01), Strength::Tends);
    }
}
