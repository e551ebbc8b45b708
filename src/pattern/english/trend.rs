//! What is said of a trend.

use super::measure::{count, subject, value};
use crate::number;
use crate::pattern::daily::Measure;
use crate::pattern::sentence::Strength;
use crate::pattern::trend::Facts;

/// "Failure rate of 'sync-crm' is rising: about +0.7 points a week over 12 weeks (4% in the first two, 12% in the last
/// two)". `whose` is "" of all executions and " of 'sync-crm'" of those of a workflow.
pub fn trend(facts: &Facts, whose: &str, strength: Strength) -> String {
    let Facts { measure, weeks, per_week, first, last } = *facts;
    let verb = match (per_week > 0.0, strength) {
        (true, Strength::Plain) => " is rising: about +",
        (false, Strength::Plain) => " is falling: about −",
        (true, Strength::Tends) => " tends to rise: about +",
        (false, Strength::Tends) => " tends to fall: about −",
    };
    let mut sentence = [subject(measure), whose, verb].concat();
    number::push_fixed(&mut sentence, per_week.abs() * 100.0, 1);
    sentence += if measure == Measure::FailureRate { " points" } else { "%" };
    let weeks = count(u64::from(weeks), "week");
    sentence += &[" a week over ", &weeks, " (", &value(measure, first.value), " in the first two, "].concat();
    sentence + &value(measure, last.value) + " in the last two)"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::daily::Stretch;

    #[test]
    fn a_trend_is_said_to_the_letter() {
        let check = |measure, per_week, (first, last), strength, words: &str| {
            let end = |value| Stretch { days: 14, executions: 100, failures: 9, value };
            let facts = Facts { measure, weeks: 12, per_week, first: end(first), last: end(last) };
            assert_eq!(trend(&facts, "", strength), words);
        };
        use Measure::{Duration, FailureRate, Volume};
        check(
            FailureRate,
            0.0068,
            (0.04, 0.12),
            Strength::Plain,
            "Failure rate is rising: about +0.7 points a week over 12 weeks (4.0% in the first two, 12% in the last two)",
        );
        check(
            Volume,
            -0.05,
            (100.0, 55.0),
            Strength::Tends,
            "Execution volume tends to fall: about −5.0% a week over 12 weeks (100 a day in the first two, 55 a day in the last two)",
        );
        check(
            Duration,
            0.031,
            (60_000.0, 90_000.0),
            Strength::Plain,
            "Median duration is rising: about +3.1% a week over 12 weeks (1 min in the first two, 1 min 30 s in the last two)",
        );
    }
}
