//! What is said of a trend.

use super::text::Text;
use crate::pattern::daily::Measure;
use crate::pattern::sentence::Strength;
use crate::pattern::trend::Facts;

/// "Failure rate of 'sync-crm' is rising: about +0.7 points a week over 12 weeks (4% in the first two, 12% in the last
/// two)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    let Facts { measure, weeks, per_week, first, last } = *facts;
    let mut text = Text::default();
    text.measure(measure).of(called).say(match (per_week > 0.0, strength) {
        (true, Strength::Plain) => " is rising: about +",
        (false, Strength::Plain) => " is falling: about −",
        (true, Strength::Tends) => " tends to rise: about +",
        (false, Strength::Tends) => " tends to fall: about −",
    });
    text.fixed(per_week.abs() * 100.0, 1).say(if measure == Measure::FailureRate { " points" } else { "%" });
    text.say(" a week over ").counted(u64::from(weeks), "week");
    text.say(" (").value(measure, first.value).say(" in the first two, ");
    text.value(measure, last.value).say(" in the last two)").done()
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
            assert_eq!(sentence(&facts, None, strength), words);
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
