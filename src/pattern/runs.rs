//! What the executions of one workflow tell before they are counted by hour: when they ended, and from which duration on
//! they are slow. Counts only; it judges nothing.

use super::series::Run;
use crate::histogram::{BINS, Bins};
use crate::options::Moment;
use crate::table::{RunCount, WorkflowRuns};

/// Durations below which none of a workflow's is called slow.
pub(super) const LEAST_TIMED: u64 = 20;

/// The moment at which a run ended, where its moment says that.
pub fn end_ms(run: &Run, placed_by: Moment) -> Option<i64> {
    let lasted_ms = run.duration_ms.filter(|_| run.status.is_ended()).and_then(|ms| i64::try_from(ms).ok());
    match placed_by {
        Moment::Start => run.at_ms.checked_add(lasted_ms?),
        Moment::End => Some(run.at_ms),
        Moment::Scheduled => None,
    }
}

/// The last moment at which an execution is known to have ended; of those that are counted by bins, at the least.
pub fn last_end(workflow: &WorkflowRuns, bins: &Bins, placed_by: Moment) -> i64 {
    let of_runs = workflow.runs.iter().filter_map(|run| end_ms(run, placed_by));
    let of_counts = workflow.counts.iter().filter_map(|RunCount { at_ms, count, .. }| {
        let (bin, _) = count.bins.last()?;
        at_ms.checked_add(bins.begin(usize::from(*bin)) as i64)
    });
    of_runs.chain(of_counts).fold(i64::MIN, i64::max)
}

/// From which bin on an execution of the workflow is slow: the one behind that of the duration that nine in ten stay
/// within. `None` where too few durations are known.
pub fn slow_from(workflow: &WorkflowRuns, bins: &Bins) -> Option<usize> {
    let of_runs = workflow.runs.iter().filter(|run| run.status.is_decided());
    let of_counts = workflow.counts.iter().filter(|counted| counted.status.is_decided());
    let mut by_bin = [0u64; BINS];
    let mut add = |bin: usize, executions: u64| {
        if let Some(sum) = by_bin.get_mut(bin) {
            *sum = sum.saturating_add(executions);
        }
    };
    of_runs.filter_map(|run| run.duration_ms).for_each(|ms| add(bins.of(ms), 1));
    for (bin, executions) in of_counts.flat_map(|counted| &counted.count.bins) {
        add(usize::from(*bin), *executions);
    }
    let all = by_bin.iter().fold(0u128, |sum, executions| sum + u128::from(*executions));
    if all < u128::from(LEAST_TIMED) {
        return None;
    }
    let mut below = 0u128;
    let reaches = |executions: &u64| {
        below += u128::from(*executions);
        below * 10 >= all * 9
    };
    by_bin.iter().position(reaches).map(|bin| bin + 1)
}
