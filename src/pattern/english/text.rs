//! A text in the making, and the words that all kinds share. Numbers come in as they were counted and are rounded here;
//! nothing is tested here.
//!
//! Every part is written behind the last one, by a function that a download has once: texts that are put together of
//! others, each made and thrown away, weigh twice as much.

use crate::number;
use crate::pattern::daily::Measure;
use crate::pattern::sentence::Strength;
use crate::pattern::volume_window::Moment;
use crate::picture::words;
use crate::zone::{DAY_MS, HOUR_MS};
use chrono::{Datelike, NaiveDate};

/// A text in the making.
#[derive(Debug, Default)]
pub struct Text {
    out: String,
}

impl Text {
    /// A text that begins with some words.
    #[inline(never)]
    pub fn new(words: &str) -> Self {
        Self { out: words.to_owned() }
    }

    /// What was written.
    #[inline(never)]
    pub fn done(&mut self) -> String {
        std::mem::take(&mut self.out)
    }

    /// Words as they are.
    #[inline(never)]
    pub fn say(&mut self, words: &str) -> &mut Self {
        self.out.push_str(words);
        self
    }

    /// The one of some words at a place.
    #[inline(never)]
    pub fn say_nth(&mut self, words: &[&str], place: usize) -> &mut Self {
        self.say(words.get(place).copied().unwrap_or_default())
    }

    /// A count, with commas: "1,204".
    #[inline(never)]
    pub fn count(&mut self, count: u64) -> &mut Self {
        self.say(&number::grouped(count))
    }

    /// A number without commas.
    #[inline(never)]
    pub fn whole(&mut self, number: u64) -> &mut Self {
        number::push_whole(&mut self.out, number);
        self
    }

    /// A number to the nearest whole one, with commas.
    #[inline(never)]
    pub fn rounded(&mut self, value: f64) -> &mut Self {
        self.count(value.round() as u64)
    }

    /// A number with so many decimals.
    #[inline(never)]
    pub fn fixed(&mut self, value: f64, decimals: usize) -> &mut Self {
        number::push_fixed(&mut self.out, value, decimals);
        self
    }

    /// "3.1", "12", "1,204".
    #[inline(never)]
    pub fn decimal(&mut self, value: f64) -> &mut Self {
        if value < 9.95 { self.fixed(value, 1) } else { self.rounded(value) }
    }

    /// "3.1×", "12×".
    #[inline(never)]
    pub fn times(&mut self, ratio: f64) -> &mut Self {
        self.decimal(ratio).say("×")
    }

    /// "4 weeks" or "1 week".
    #[inline(never)]
    pub fn counted(&mut self, count: u64, one: &str) -> &mut Self {
        self.count(count).say(" ").say(one).say(if count == 1 { "" } else { "s" })
    }

    /// A share in whole per cent; 0% only of nothing, 100% only of all.
    #[inline(never)]
    pub fn percent(&mut self, part: u64, whole: u64) -> &mut Self {
        let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
        let rounded = (200 * part + whole) / (2 * whole);
        match rounded {
            0 if part > 0 => self.say("under 1%"),
            100 if part < whole => self.say("over 99%"),
            _ => self.whole(rounded as u64).say("%"),
        }
    }

    /// " of 'nightly-etl'", or nothing of all workflows.
    #[inline(never)]
    pub fn of(&mut self, called: Option<&str>) -> &mut Self {
        match called {
            Some(name) => self.say(" of ").named(name),
            None => self,
        }
    }

    /// "Throughput of 'nightly-etl' drops".
    #[inline(never)]
    pub fn volume(&mut self, moment: Moment, called: Option<&str>, is_high: bool, strength: Strength) -> &mut Self {
        self.say(match moment {
            Moment::Started => "Execution volume",
            Moment::Finished => "Throughput",
        });
        self.of(called).say(match (is_high, strength) {
            (true, Strength::Plain) => " rises",
            (false, Strength::Plain) => " drops",
            (true, Strength::Tends) => " tends to rise",
            (false, Strength::Tends) => " tends to drop",
        })
    }

    /// "'nightly-etl'".
    #[inline(never)]
    pub fn named(&mut self, name: &str) -> &mut Self {
        self.say("'").say(name).say("'")
    }

    /// A zone whose hours were named: " UTC", " (Europe/Berlin)".
    #[inline(never)]
    pub fn of_zone(&mut self, zone: &str) -> &mut Self {
        if zone == "UTC" { self.say(" UTC") } else { self.say(" (").say(zone).say(")") }
    }

    /// "Tue, Mar 12", with `years` "Tue, Mar 12, 2024".
    #[inline(never)]
    pub fn date(&mut self, date: NaiveDate, years: bool) -> &mut Self {
        const WEEKDAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
        self.say_nth(&WEEKDAYS, date.weekday().num_days_from_monday() as usize).month_day(date, years)
    }

    /// "Mar 12", with `years` "Mar 12, 2024".
    #[inline(never)]
    pub fn month_day(&mut self, date: NaiveDate, years: bool) -> &mut Self {
        const MONTHS: [&str; 12] =
            ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "];
        self.say_nth(&MONTHS, date.month0() as usize).count(u64::from(date.day()));
        if years { self.say(", ").whole(u64::from(date.year().unsigned_abs())) } else { self }
    }

    /// "Tue, Mar 12, 3 AM".
    #[inline(never)]
    pub fn moment(&mut self, (day, hour): (NaiveDate, u8), years: bool) -> &mut Self {
        self.date(day, years).say(", ").hour(hour)
    }

    /// "12 AM" at midnight, "12 PM" at noon.
    #[inline(never)]
    pub fn hour(&mut self, hour: u8) -> &mut Self {
        self.clock(hour).half(hour)
    }

    /// "9–11 AM", "11 AM–1 PM", "8 PM–12 AM".
    #[inline(never)]
    pub fn hours(&mut self, start: u8, length: u8) -> &mut Self {
        let end = (start + length) % 24;
        let is_same_half = (start % 24 < 12) == (end < 12) && length < 12;
        if is_same_half { self.clock(start) } else { self.hour(start) }.say("–").hour(end)
    }

    /// "2 AM", "2:30 AM", to the nearest minute.
    pub fn clock_time(&mut self, ms_of_day: i64) -> &mut Self {
        let minutes = (ms_of_day + 30_000).rem_euclid(DAY_MS) / 60_000;
        let hour = (minutes / 60) as u8;
        self.clock(hour);
        if minutes % 60 > 0 {
            self.out.push(':');
            number::push_padded(&mut self.out, (minutes % 60) as u64, 2);
        }
        self.half(hour)
    }

    /// The hour on the face of a clock, 1 to 12.
    #[inline(never)]
    fn clock(&mut self, hour: u8) -> &mut Self {
        self.count(if hour.is_multiple_of(12) { 12 } else { u64::from(hour % 12) })
    }

    #[inline(never)]
    fn half(&mut self, hour: u8) -> &mut Self {
        self.say(if hour % 24 < 12 { " AM" } else { " PM" })
    }

    /// "45 min", "26 h", "4 days": rounded up, so that nothing lasted longer than is said.
    #[inline(never)]
    pub fn lasting(&mut self, ms: i64) -> &mut Self {
        let ms = ms.max(0);
        let in_all = |unit_ms: i64| ms.unsigned_abs().div_ceil(unit_ms.unsigned_abs());
        if ms <= 2 * HOUR_MS {
            self.count(in_all(60_000)).say(" min")
        } else if ms <= 3 * DAY_MS {
            self.count(in_all(HOUR_MS)).say(" h")
        } else {
            self.counted(in_all(DAY_MS), "day")
        }
    }

    /// "every 15 minutes", "hourly", "daily".
    #[inline(never)]
    pub fn every(&mut self, period_ms: i64) -> &mut Self {
        let (unit_ms, units) = match period_ms {
            60_000 => return self.say("every minute"),
            HOUR_MS => return self.say("hourly"),
            DAY_MS => return self.say("daily"),
            _ if period_ms == 7 * DAY_MS => return self.say("weekly"),
            _ if period_ms > DAY_MS => (7 * DAY_MS, " weeks"),
            _ if period_ms > HOUR_MS => (HOUR_MS, " hours"),
            _ => (60_000, " minutes"),
        };
        self.say("every ").whole((period_ms / unit_ms).unsigned_abs()).say(units)
    }

    /// The name of a measure at the beginning of a sentence.
    #[inline(never)]
    pub fn measure(&mut self, measure: Measure) -> &mut Self {
        self.say(match measure {
            Measure::Volume => "Execution volume",
            Measure::FailureRate => "Failure rate",
            Measure::Duration => "Median duration",
        })
    }

    /// A value of a measure: "4%", "18 s", "52 a day".
    #[inline(never)]
    pub fn value(&mut self, measure: Measure, value: f64) -> &mut Self {
        match measure {
            Measure::Volume => self.decimal(value).say(" a day"),
            Measure::FailureRate => self.fixed(value * 100.0, usize::from(value < 0.0995)).say("%"),
            Measure::Duration => self.say(&words::duration(value)),
        }
    }

    /// How much something is above or below another, by their ratio: "40%", "3.2×" from twice on.
    #[inline(never)]
    pub fn by_how_much(&mut self, ratio: f64) -> &mut Self {
        if ratio >= TWICE {
            self.fixed(ratio.min(1e6), 1).say("×")
        } else if ratio > 0.0 && ratio <= 0.005 {
            // All of it would be none left.
            self.say("over 99%")
        } else {
            self.fixed((ratio - 1.0).abs() * 100.0, 0).say("%")
        }
    }

    /// When a measure became another one: " around Jan 12 (±3 days)", " from Jan 12 on".
    #[inline(never)]
    pub fn around(&mut self, date: NaiveDate, plus_minus: u32, years: bool) -> &mut Self {
        match plus_minus {
            0 => self.say(" from ").month_day(date, years).say(" on"),
            _ => self.say(" around ").month_day(date, years).say(" (±").counted(u64::from(plus_minus), "day").say(")"),
        }
    }
}

/// From this ratio on the ratio itself is said.
pub const TWICE: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_a_clock() {
        let check = |start, length, words: &str| assert_eq!(Text::default().hours(start, length).done(), words);
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
    fn dates_bear_their_year_where_it_is_asked_for() {
        let date = NaiveDate::from_ymd_opt(2024, 3, 12).unwrap();
        let check = |years, words: [&str; 3]| {
            let around = |plus_minus| Text::default().around(date, plus_minus, years).done();
            assert_eq!([Text::default().moment((date, 3), years).done(), around(0), around(3)], words);
        };
        check(false, ["Tue, Mar 12, 3 AM", " from Mar 12 on", " around Mar 12 (±3 days)"]);
        check(true, ["Tue, Mar 12, 2024, 3 AM", " from Mar 12, 2024 on", " around Mar 12, 2024 (±3 days)"]);
    }

    #[test]
    fn per_cent_never_says_none_or_all_of_something_else() {
        let check = |part, whole, words: &str| {
            assert_eq!(Text::default().percent(part, whole).done(), words, "{part} of {whole}");
        };
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
    fn what_is_left_is_never_nothing() {
        let check = |ratio, words: &str| assert_eq!(Text::default().by_how_much(ratio).done(), words, "{ratio}");
        check(0.0, "100%");
        check(1.0 / 1000.0, "over 99%");
        check(1.0 / 200.0, "over 99%");
        check(0.0051, "99%");
        check(1.4, "40%");
        check(1.999, "100%");
        check(2.0, "2.0×");
        check(1e9, "1000000.0×");
    }

    #[test]
    fn counts_are_grouped_and_one_is_one() {
        let counted = |count| Text::default().counted(count, "week").done();
        assert_eq!(
            (counted(999), counted(1097), counted(1)),
            ("999 weeks".into(), "1,097 weeks".into(), "1 week".into())
        );
    }
}
