//! Sources that delete what succeeded sooner than what failed: seen from now, their old failure rates are high and seem to
//! have fallen. It withholds claims that say no more than that, after they were accepted; it tests nothing.

use super::attribution::Accepted;
use super::daily::{Measure, Stretch};
use super::english::notices;
use super::report::Statement;
use super::series::Whose;

/// As many failed a day where neither side has so many times the other's,
const AS_MANY: f64 = 1.5;
/// far fewer succeeded where it is this part at most,
const FAR_FEWER: f64 = 0.5;
/// and fewer were decided at all where it is this part: what failed is missing nowhere.
const FEWER: f64 = 0.75;
/// Fewer failures on a side say nothing of how many a day are usual.
const LEAST_FAILURES: u64 = 10;

/// Takes back that failure rates fell where as many executions failed a day before, and far fewer succeeded; what is to be
/// said instead.
pub fn withhold(accepted: &mut [Accepted<'_>]) -> Option<String> {
    let (mut of_all, mut of_workflows) = (false, 0);
    for Accepted { whose, claim, .. } in accepted {
        let sides = match claim.as_ref().map(|claim| &claim.facts) {
            Some(Statement::Change(facts)) if facts.measure == Measure::FailureRate => (facts.before, facts.after),
            Some(Statement::Trend(facts)) if facts.measure == Measure::FailureRate => (facts.first, facts.last),
            _ => continue,
        };
        if lacks_successes(&sides.0, &sides.1) {
            **claim = None;
            of_all |= **whose == Whose::All;
            of_workflows += usize::from(**whose != Whose::All);
        }
    }
    notices::lacks_successes(of_all, of_workflows)
}

/// True if as many failed a day as later, and far fewer succeeded.
fn lacks_successes(before: &Stretch, after: &Stretch) -> bool {
    let a_day = |executions: u64, side: &Stretch| executions as f64 / f64::from(side.days.max(1));
    let failed = |side: &Stretch| a_day(side.failures, side);
    let succeeded = |side: &Stretch| a_day(side.executions.saturating_sub(side.failures), side);
    let decided = |side: &Stretch| a_day(side.executions, side);
    before.failures.min(after.failures) >= LEAST_FAILURES
        && failed(before) <= AS_MANY * failed(after)
        && failed(after) <= AS_MANY * failed(before)
        && succeeded(before) <= FAR_FEWER * succeeded(after)
        && decided(before) <= FEWER * decided(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_are_missing_where_as_many_failed_and_far_fewer_succeeded() {
        let side = |days, executions, failures| Stretch { days, executions, failures, value: 0.0 };
        let check =
            |before, expected| assert_eq!(lacks_successes(&before, &side(42, 4200, 210)), expected, "{before:?}");
        check(side(49, 490, 245), true);
        check(side(49, 4900, 245), false);
        check(side(49, 2400, 245), true);
        check(side(49, 2600, 245), false);
        check(side(49, 490, 25), false);
        check(side(1, 9, 5), false);
        check(side(49, 1600, 800), false);
    }

    #[test]
    fn what_nearly_always_failed_and_fails_less_lacks_nothing() {
        let side = |failures| Stretch { days: 42, executions: 1000, failures, value: 0.0 };
        assert!(!lacks_successes(&side(980), &side(870)));
    }
}
