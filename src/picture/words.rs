//! Numbers, durations and dates in English, and the weekday, month and hour names that a picture uses unless the
//! reader's are given. Formats only; it decides nothing and knows no locale.

use super::Words;
use crate::answer::Answer;
use crate::notice::rate_known;
use crate::number;
use crate::options::{Family, Granularity, Metric};
use chrono::{Datelike, NaiveDate};

impl Words {
    /// English, weeks from Monday, hours as `12 AM`.
    pub fn english() -> Self {
        let mut hours: [String; 24] = Default::default();
        for (hour, text) in (0..24).zip(&mut hours) {
            number::push_whole(text, if hour % 12 == 0 { 12 } else { hour % 12 });
            text.push_str(if hour < 12 { " AM" } else { " PM" });
        }
        Self {
            weekdays: texts("Mon Tue Wed Thu Fri Sat Sun"),
            months: texts("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
            hours,
            first_day: 1,
            weekend: vec![6, 7],
        }
    }

    /// The name of a date's month.
    pub fn month(&self, date: NaiveDate) -> &str {
        self.months.get(date.month0() as usize).map_or("", String::as_str)
    }

    /// True if a date is on a weekend.
    pub fn is_weekend(&self, date: NaiveDate) -> bool {
        self.weekend.contains(&(date.weekday().number_from_monday() as u8))
    }

    /// Which day of its week a date is, 0 to 6.
    pub fn day_of_week(&self, date: NaiveDate) -> usize {
        let first = u32::from(self.first_day.clamp(1, 7));
        ((date.weekday().number_from_monday() + 7 - first) % 7) as usize
    }

    /// True if a date is the first of its week.
    pub fn begins_week(&self, date: NaiveDate) -> bool {
        self.day_of_week(date) == 0
    }
}

/// The words of a text with a space between any two.
fn texts<const COUNT: usize>(words: &str) -> [String; COUNT] {
    let mut texts = [const { String::new() }; COUNT];
    for (text, word) in texts.iter_mut().zip(words.split(' ')) {
        text.push_str(word);
    }
    texts
}

/// A count with its digits grouped: `82,794`.
pub fn count(number: u64) -> String {
    number::grouped(number)
}

/// A count with its noun in the right number: `1 execution`, `2 executions`.
pub fn counted(number: u64, noun: &str) -> String {
    [count(number).as_str(), " ", noun, if number == 1 { "" } else { "s" }].concat()
}

/// A rate, 0 to 1, as a percentage with so many decimals. `100%` is said only of a rate of 1 and `0%` only of 0.
///
/// ```
/// use execution_heatmap::picture::words::percent;
/// assert_eq!(percent(0.778, 0), "78%");
/// assert_eq!(percent(0.9996, 0), "over 99%");
/// assert_eq!(percent(0.0004, 1), "under 0.1%");
/// ```
pub fn percent(rate: f64, decimals: usize) -> String {
    let said = fixed(rate * 100.0, decimals);
    let step: f64 = (0..decimals).fold(1.0, |step, _| step / 10.0);
    if rate < 1.0 && said == fixed(100.0, decimals) {
        return ["over ", &fixed(100.0 - step, decimals), "%"].concat();
    }
    if rate > 0.0 && said == fixed(0.0, decimals) {
        return ["under ", &fixed(step, decimals), "%"].concat();
    }
    // A whole 0 or 100 needs no decimals.
    let said = if rate == 1.0 || rate == 0.0 { number::text(rate * 100.0) } else { said };
    said + "%"
}

fn fixed(value: f64, decimals: usize) -> String {
    let mut digits = String::new();
    number::push_fixed(&mut digits, value, decimals);
    digits
}

/// A rate as a whole percentage, or with as many decimals as it takes not to be read as one of the bounds that it
/// does not reach: `59.8%`, not `60%`, below a bound of 0.6.
pub fn percent_beside_bounds(rate: f64, bounds: [f64; 3]) -> String {
    let misleads = |decimals: usize| {
        let shown = number::parse(&fixed(rate * 100.0, decimals)).unwrap_or(rate * 100.0);
        bounds.iter().any(|bound| (shown >= tidy(bound * 100.0)) != (rate >= *bound))
    };
    let decimals = (0..6).find(|decimals| !misleads(*decimals)).unwrap_or(6);
    percent(rate, decimals)
}

/// A number without the noise of its binary form: 57, not 56.99999999999999.
pub(super) fn tidy(value: f64) -> f64 {
    (value * 1e10).round() / 1e10
}

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// A duration in milliseconds in its two largest units: `340 ms`, `8.4 s`, `3 min 20 s`, `2 h 53 min`, `1 d 3 h`.
pub fn duration(ms: f64) -> String {
    if ms < SECOND && ms.round() < SECOND {
        return number::text(ms.round()) + " ms";
    }
    if ms < MINUTE {
        let tenths = (ms / 100.0).round();
        if tenths < 600.0 {
            return number::text(tenths / 10.0) + " s";
        }
    }
    for (large, small, names) in [(MINUTE, SECOND, ("min", "s")), (HOUR, MINUTE, ("h", "min")), (DAY, HOUR, ("d", "h"))]
    {
        let smalls = (ms / small).round();
        let a_large = large / small;
        let whole = (smalls / a_large).floor();
        let rest = smalls - whole * a_large;
        // Rounding may have carried into the next unit, which then tells it.
        let is_last = large == DAY;
        let limit = if large == MINUTE { 60.0 } else { 24.0 };
        if is_last || whole < limit {
            let whole = if whole < 1e15 { count(whole as u64) } else { number::text(whole) };
            let mut said = [&whole, " ", names.0].concat();
            if rest > 0.0 {
                said += &[" ", &number::text(rest), " ", names.1].concat();
            }
            return said;
        }
    }
    String::new()
}

/// A value as short as it goes, for the inside of a cell: a rate in percent without the sign, a count with `k` or `M`
/// from ten thousand on, a duration in its largest unit.
pub fn short_value(metric: Metric, value: f64, bounds: [f64; 3]) -> String {
    match metric.family() {
        Family::Rate => {
            let mut said = percent_beside_bounds(value, bounds);
            said.pop();
            match (said.strip_prefix("over "), said.strip_prefix("under ")) {
                (Some(rest), _) => [">", rest].concat(),
                (_, Some(rest)) => ["<", rest].concat(),
                _ => said,
            }
        }
        Family::Volume | Family::Errors => short_count(value),
        Family::Time => {
            let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s")];
            let largest = units.into_iter().find(|(unit, _)| value >= *unit);
            let (unit, name) = largest.unwrap_or((1.0, "ms"));
            let said = if unit > 1.0 { short_decimal(value / unit) } else { number::text(value.round()) };
            said + name
        }
    }
}

fn short_count(value: f64) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let largest = units.into_iter().find(|(unit, _)| value >= 10_000.0 && value >= *unit);
    match largest {
        Some((unit, name)) => short_decimal(value / unit) + name,
        None => number::text(value),
    }
}

/// Two digits, cut off and not rounded, so that a value below a bound is not shown as the bound: 1.2, 12.
fn short_decimal(value: f64) -> String {
    number::text(if value < 10.0 { (value * 10.0).floor() / 10.0 } else { value.floor() })
}

/// A date: `Jun 27, 2013`.
pub fn date(date: NaiveDate, words: &Words) -> String {
    [words.month(date), " ", &day(date), ", ", &year(date)].concat()
}

/// A span of dates, the year told once where it is one: `May 1 – Jul 29, 2013`.
pub fn dates(from: NaiveDate, to: NaiveDate, words: &Words) -> String {
    if from == to {
        return date(from, words);
    }
    if from.year() != to.year() {
        return [&date(from, words), " – ", &date(to, words)].concat();
    }
    [words.month(from), " ", &day(from), " – ", &date(to, words)].concat()
}

/// The day of the month in digits.
pub(super) fn day(date: NaiveDate) -> String {
    number::whole(u64::from(date.day()))
}

/// The year in digits.
pub(super) fn year(date: NaiveDate) -> String {
    number::text(f64::from(date.year()))
}

/// What a metric's values are, as a title begins.
pub const fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::SuccessRate => "Success rate",
        Metric::Volume => "Executions",
        Metric::Duration => "Average duration",
        Metric::ErrorCount => "Errors",
        Metric::P50Duration => "Median duration",
        Metric::P95Duration => "95th percentile of duration",
        Metric::P99Duration => "99th percentile of duration",
        Metric::MaxDuration => "Longest duration",
        Metric::QueueWait => "Average queue wait",
    }
}

/// What a picture shows: `Success rate by hour, May 1 – Jul 29, 2013, America/New_York`.
pub fn title(answer: &Answer, words: &Words) -> String {
    let by = match answer.grid.granularity {
        Granularity::Hourly => "hour",
        Granularity::Daily => "day",
    };
    let span = dates(answer.window.start_date, answer.window.end_date, words);
    [metric(answer.grid.metric), " by ", by, ", ", &span, ", ", answer.zone.name()].concat()
}

/// The executions and how they ended: `82,794 executions · 77.8% succeeded`, or of how many that is known.
pub fn summary(answer: &Answer) -> String {
    let executions = answer.totals.executions();
    if executions == 0 {
        let (from, to) = (answer.window.start_date, answer.window.end_date);
        return ["No executions, ", &dates(from, to, &Words::english())].concat();
    }
    let outcome = match (rate_known(&answer.totals), answer.totals.success_rate()) {
        (Some(known), _) => known,
        (None, Some(rate)) => percent(rate, 1) + " succeeded",
        (None, None) => "no outcome".to_owned(),
    };
    counted(executions, "execution") + " · " + &outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        let check = |number, expected: &str| assert_eq!(count(number), expected);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(82_794, "82,794");
        check(1_234_567, "1,234,567");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(0, "row"), "0 rows");
    }

    #[test]
    fn a_percentage_never_claims_all_or_none_wrongly() {
        let check = |rate, decimals, expected: &str| assert_eq!(percent(rate, decimals), expected, "{rate}");
        check(1.0, 0, "100%");
        check(1.0, 1, "100%");
        check(0.0, 1, "0%");
        check(0.999, 0, "over 99%");
        check(0.9999, 1, "over 99.9%");
        check(0.001, 0, "under 1%");
        check(0.7784, 1, "77.8%");
        check(0.5, 0, "50%");
    }

    #[test]
    fn a_percentage_does_not_contradict_its_level() {
        let check =
            |rate, expected: &str| assert_eq!(percent_beside_bounds(rate, [0.6, 0.8, 0.95]), expected, "{rate}");
        check(0.598, "59.8%");
        check(0.6, "60%");
        check(0.5996, "59.96%");
        check(0.7999, "79.99%");
        check(0.24, "24%");
        check(0.952, "95%");
    }

    #[test]
    fn durations_are_told_in_their_two_largest_units() {
        let check = |ms, expected: &str| assert_eq!(duration(ms), expected, "{ms}");
        check(0.0, "0 ms");
        check(340.2, "340 ms");
        check(999.6, "1 s");
        check(8_400.0, "8.4 s");
        check(59_960.0, "1 min");
        check(200_000.0, "3 min 20 s");
        check(3_599_900.0, "1 h");
        check(10_380_000.0, "2 h 53 min");
        check(97_200_000.0, "1 d 3 h");
        check(86_399_999.0, "1 d");
    }

    #[test]
    fn values_in_cells_are_short() {
        let check = |metric, value, expected: &str| {
            assert_eq!(short_value(metric, value, [0.6, 0.8, 0.95]), expected, "{value}");
        };
        check(Metric::SuccessRate, 0.93, "93");
        check(Metric::SuccessRate, 0.999, ">99");
        check(Metric::SuccessRate, 1.0, "100");
        check(Metric::Volume, 9_999.0, "9999");
        check(Metric::Volume, 12_345.0, "12k");
        check(Metric::Duration, 10_380_000.0, "2.8h");
        check(Metric::Duration, 340.0, "340ms");
    }

    #[test]
    fn spans_tell_a_common_year_once() {
        let check = |from: &str, to: &str, expected: &str| {
            assert_eq!(dates(from.parse().unwrap(), to.parse().unwrap(), &Words::english()), expected);
        };
        check("2013-05-01", "2013-07-29", "May 1 – Jul 29, 2013");
        check("2013-12-01", "2014-01-02", "Dec 1, 2013 – Jan 2, 2014");
        check("2013-05-01", "2013-05-01", "May 1, 2013");
    }
}
