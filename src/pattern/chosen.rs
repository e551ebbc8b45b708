//! Which workflows are series of their own, and what is looked for in each. Goes by numbers of executions; it looks for
//! nothing.

use super::Evidence;
use super::history::Tabulator;
use super::series::{Series, Whose};
use super::settled::Settled;
use crate::order::order;

/// A workflow with fewer executions in the window's whole days is no series of its own.
const LEAST_EXECUTIONS: u64 = 200;
/// One that runs by the clock is looked at for what only such workflows do if it has so many, which a weekly one has after
/// two months: its schedule says more than as many executions at any time would. Which of them have a schedule, no failure
/// and no end has a part in, and chance brings none (see `schedule::find`); so those that have none are not counted as
/// looked for.
const LEAST_BY_THE_CLOCK: u64 = 8;
/// The most workflows that are looked at one by one: those with the most executions.
const MOST_SERIES: usize = 500;
/// One with less than one in so many of all executions is looked at for how it ends, fails and misses runs alone: of hundreds
/// of daily jobs nobody wants to know when each of them runs. What fails now is looked for in those that have no schedule
/// as well.
const ONE_IN: u64 = 100;

/// What is looked for in a series.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that is meant for one.
    Everything,
    /// What only workflows that run by the clock do.
    Clock,
    /// Of that, how it ends, fails and misses runs.
    EndsAndFailures,
}

impl Scope {
    /// That of a series of so many executions among all of a view.
    pub fn of(whose: &Whose, executions: u64, of_all: u64) -> Self {
        match Self::is_few(whose, executions) {
            false => Scope::Everything,
            true if executions.saturating_mul(ONE_IN) >= of_all => Scope::Clock,
            true => Scope::EndsAndFailures,
        }
    }

    /// True where that is not everything.
    pub fn is_few(whose: &Whose, executions: u64) -> bool {
        *whose != Whose::All && executions < LEAST_EXECUTIONS
    }
}

/// Which workflows are series of their own, by their numbers of executions.
pub fn chosen(executions: &[u64]) -> Vec<bool> {
    let by_size = order(executions.len(), &|one, other| executions.get(one) > executions.get(other));
    let mut is_chosen = vec![false; executions.len()];
    for number in by_size.into_iter().take(MOST_SERIES) {
        if let (Some(chosen), Some(executions)) = (is_chosen.get_mut(number), executions.get(number)) {
            *chosen = *executions >= LEAST_BY_THE_CLOCK;
        }
    }
    is_chosen
}

/// Calls with the series of each chosen workflow, which are numbered in the order in which they come.
pub fn each_chosen(
    evidence: &Evidence<'_>,
    settled: &mut Settled,
    is_chosen: &[bool],
    each: &mut dyn FnMut(usize, &Series),
) {
    let tabulator = Tabulator::new(evidence);
    let (mut place, mut number) = (0, 0);
    (evidence.workflows)(&mut |workflow| {
        if is_chosen.get(place) == Some(&true) {
            let mut series = tabulator.of_workflow(workflow);
            settled.settle(&mut series, evidence);
            each(number, &series);
            number += 1;
        }
        place += 1;
        place < is_chosen.len()
    });
}
