//! The words of what is measured day by day: measures, their values and how much these differ. Numbers come in as they were
//! counted and are rounded here; nothing is tested here.

use super::decimal;
use crate::number;
use crate::pattern::daily::Measure;
use crate::picture::words;

/// The name of a measure at the beginning of a sentence.
pub(super) const fn subject(measure: Measure) -> &'static str {
    match measure {
        Measure::Volume => "Execution volume",
        Measure::FailureRate => "Failure rate",
        Measure::Duration => "Median duration",
    }
}

/// A value of a measure: "4%", "18 s", "52 a day".
pub(super) fn value(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Volume => decimal(value) + " a day",
        Measure::FailureRate => {
            let mut said = String::new();
            number::push_fixed(&mut said, value * 100.0, usize::from(value < 0.0995));
            said + "%"
        }
        Measure::Duration => words::duration(value),
    }
}

/// A number of things: "1 day", "12 days".
pub(super) fn count(number: u64, one: &str) -> String {
    [&*number::grouped(number), " ", one, if number == 1 { "" } else { "s" }].concat()
}

/// How much one value is above or below another: "40%", "3.2×" from twice on.
pub(super) fn by_how_much(before: f64, after: f64) -> String {
    let ratio = after / before.max(f64::MIN_POSITIVE);
    let mut said = String::new();
    if ratio >= 2.0 {
        number::push_fixed(&mut said, ratio.min(1e6), 1);
        said + "×"
    } else {
        number::push_fixed(&mut said, (ratio - 1.0).abs() * 100.0, 0);
        said + "%"
    }
}
