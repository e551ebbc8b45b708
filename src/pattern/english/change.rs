//! What is said of a change.

use super::text::{TWICE, Text};
use crate::pattern::change::Facts;
use crate::pattern::daily::Measure;
use crate::pattern::sentence::Strength;

/// "Median duration of 'sync-crm' rose 40% around Jan 12 (±3 days): 18 s → 25 s (61 days before, 48 after)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength, years: bool) -> String {
    let Facts { measure, from, plus_minus, before, after, .. } = *facts;
    let is_rise = after.value > before.value;
    let mut text = Text::default();
    text.measure(measure).of(called).say(match (is_rise, strength) {
        (true, Strength::Plain) => " rose",
        (false, Strength::Plain) => " fell",
        (true, Strength::Tends) => " seems to have risen",
        (false, Strength::Tends) => " seems to have fallen",
    });
    // Of two rates a ratio says less than the rates themselves do.
    if measure != Measure::FailureRate {
        let ratio = after.value / before.value.max(f64::MIN_POSITIVE);
        text.say(if ratio >= TWICE { " to " } else { " by " }).by_how_much(ratio);
    }
    text.around(from, plus_minus, years).say(": ").value(measure, before.value).say(" → ").value(measure, after.value);
    text.say(" (").counted(u64::from(before.days), "day").say(" before, ");
    text.counted(u64::from(after.days), "day").say(" after)").done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::daily::Stretch;

    #[test]
    fn a_change_is_said_to_the_letter() {
        let check = |measure, plus_minus, (before, after), strength, words: &str| {
            let side = |days, value| Stretch { days, executions: 100, failures: 9, value };
            let from = "2026-01-12".parse().unwrap();
            let facts = Facts {
                measure,
                from,
                plus_minus,
                before: side(61, before),
                after: side(1, after),
                first: from,
                last: from,
            };
            assert_eq!(sentence(&facts, Some("sync-crm"), strength, false), words);
        };
        use Measure::{Duration, FailureRate, Volume};
        check(
            Duration,
            3,
            (18_000.0, 25_200.0),
            Strength::Plain,
            "Median duration of 'sync-crm' rose by 40% around Jan 12 (±3 days): 18 s → 25.2 s (61 days before, 1 day after)",
        );
        check(
            Volume,
            0,
            (1234.0, 8.0),
            Strength::Plain,
            "Execution volume of 'sync-crm' fell by 99% from Jan 12 on: 1,234 a day → 8.0 a day (61 days before, 1 day after)",
        );
        check(
            Volume,
            1,
            (20.0, 64.0),
            Strength::Tends,
            "Execution volume of 'sync-crm' seems to have risen to 3.2× around Jan 12 (±1 day): 20 a day → 64 a day (61 days before, 1 day after)",
        );
        check(
            FailureRate,
            3,
            (0.12, 0.041),
            Strength::Tends,
            "Failure rate of 'sync-crm' seems to have fallen around Jan 12 (±3 days): 12% → 4.1% (61 days before, 1 day after)",
        );
    }
}
