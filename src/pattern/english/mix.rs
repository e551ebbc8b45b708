//! What is said of a measure that changed because other workflows run.

use super::text::Text;
use crate::pattern::daily::Measure;
use crate::pattern::mix::{Facts, Mover, When};
use crate::pattern::sentence::Strength;

/// "Failure rate rose from 4.0% to 9.0% around Jan 12 (±3 days) mostly because workflows that fail more run more often: 'x'
/// went from 10% to 40% of executions".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength, years: bool) -> String {
    let Facts { measure, before, after, when, mover } = facts;
    let mut text = Text::default();
    text.measure(*measure).of(called).say(match (after.value > before.value, strength) {
        (true, Strength::Plain) => " rose from ",
        (false, Strength::Plain) => " fell from ",
        (true, Strength::Tends) => " seems to have risen from ",
        (false, Strength::Tends) => " seems to have fallen from ",
    });
    text.value(*measure, before.value).say(" to ").value(*measure, after.value);
    match when {
        When::Around(day, off) => text.around(*day, *off, years),
        When::Over(weeks) => text.say(" over ").counted(u64::from(*weeks), "week"),
    };
    text.say(" mostly because ");
    let Some(Mover { name, before: runs_before, after: runs_after, is_above }) = mover else {
        return text.say("other workflows run").done();
    };
    let is_more = u128::from(*runs_after) * u128::from(before.executions)
        > u128::from(*runs_before) * u128::from(after.executions);
    text.say(match (measure, is_above) {
        (Measure::Duration, true) => "slower workflows",
        (Measure::Duration, false) => "faster workflows",
        (_, true) => "workflows that fail more",
        (_, false) => "workflows that fail less",
    });
    text.say(if is_more { " run more often: " } else { " run less often: " }).named(name).say(" went from ");
    text.percent(*runs_before, before.executions).say(" to ").percent(*runs_after, after.executions);
    text.say(" of executions").done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::daily::Stretch;

    #[test]
    fn a_change_of_what_runs_is_said_to_the_letter() {
        let day = "2026-01-12".parse().unwrap();
        let check = |measure, (before, after), when, mover: Option<(u64, u64, bool)>, strength, words: &str| {
            let side = |value| Stretch { days: 40, executions: 1000, failures: 9, value };
            let name = || "x".to_owned();
            let mover = mover.map(|(before, after, is_above)| Mover { name: name(), before, after, is_above });
            let facts = Facts { measure, before: side(before), after: side(after), when, mover };
            assert_eq!(sentence(&facts, None, strength, false), words);
        };
        use Measure::{Duration, FailureRate};
        let rose = "Failure rate rose from 4.0% to 9.0% around Jan 12 (±3 days) mostly because workflows that fail more run more often: 'x' went from 10% to 40% of executions";
        let around = When::Around(day, 3);
        check(FailureRate, (0.04, 0.09), around, Some((100, 400, true)), Strength::Plain, rose);
        let less = "Failure rate seems to have risen from 4.0% to 9.0% from Jan 12 on mostly because workflows that fail less run less often: 'x' went from 40% to 10% of executions";
        check(FailureRate, (0.04, 0.09), When::Around(day, 0), Some((400, 100, false)), Strength::Tends, less);
        let fell = "Median duration fell from 25 s to 18 s over 12 weeks mostly because slower workflows run less often: 'x' went from 40% to 0% of executions";
        check(Duration, (25_000.0, 18_000.0), When::Over(12), Some((400, 0, true)), Strength::Plain, fell);
        let faster = "Median duration seems to have fallen from 25 s to 18 s around Jan 12 (±1 day) mostly because faster workflows run more often: 'x' went from 0% to 10% of executions";
        check(Duration, (25_000.0, 18_000.0), When::Around(day, 1), Some((0, 100, false)), Strength::Tends, faster);
        let others = "Failure rate rose from 4.0% to 9.0% over 1 week mostly because other workflows run";
        check(FailureRate, (0.04, 0.09), When::Over(1), None, Strength::Plain, others);
    }
}
