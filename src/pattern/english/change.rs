//! What is said of a change.

use super::measure::{by_how_much, count, subject, value};
use super::month_day;
use crate::pattern::change::Facts;
use crate::pattern::daily::Measure;
use crate::pattern::sentence::Strength;

/// "Median duration of 'sync-crm' rose 40% around Jan 12 (±3 days): 18 s → 25 s (61 days before, 48 after)". `whose` is
/// "" of all executions and " of 'sync-crm'" of those of a workflow.
pub fn change(facts: &Facts, whose: &str, strength: Strength) -> String {
    let Facts { measure, from, plus_minus, before, after } = *facts;
    let is_rise = after.value > before.value;
    let verb = match (is_rise, strength) {
        (true, Strength::Plain) => " rose",
        (false, Strength::Plain) => " fell",
        (true, Strength::Tends) => " seems to have risen",
        (false, Strength::Tends) => " seems to have fallen",
    };
    let mut sentence = [subject(measure), whose, verb].concat();
    // Of two rates a ratio says less than the rates themselves do.
    if measure != Measure::FailureRate {
        let by = by_how_much(before.value, after.value);
        sentence += &[if by.ends_with('×') { " to " } else { " by " }, &by].concat();
    }
    let off = count(u64::from(plus_minus), "day");
    sentence += &match plus_minus {
        0 => [" from ", &month_day(from), " on"].concat(),
        _ => [" around ", &month_day(from), " (±", &off, ")"].concat(),
    };
    let days = count(u64::from(before.days), "day");
    let values = [": ", &value(measure, before.value), " → ", &value(measure, after.value)];
    sentence + &values.concat() + &[" (", &days, " before, ", &count(u64::from(after.days), "day"), " after)"].concat()
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
            let facts = Facts { measure, from, plus_minus, before: side(61, before), after: side(1, after) };
            assert_eq!(change(&facts, " of 'sync-crm'", strength), words);
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
