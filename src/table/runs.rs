//! The executions of single workflows, run by run and in the order of their moments, for who looks for patterns in them.
//! Counts nothing and judges nothing.

use super::Table;
use super::column::{KIND, LONG};
use super::count::View;
use super::counts::Count;
use crate::execution::Status;
use crate::options::{Counting, Moment};
use crate::order::order;

/// Whose executions are looked at together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// All executions of a view.
    All,
    /// Those of one workflow.
    Workflow {
        /// Its id.
        id: String,
        /// Its name for people, if a row gave it one.
        name: Option<String>,
    },
    /// Those that name no workflow.
    NoWorkflow,
}

/// One execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The moment that places it (its start, unless the view counts by another one), in milliseconds from 1970.
    pub at_ms: i64,
    /// From its start to its end, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How it stands.
    pub status: Status,
    /// The number of what went wrong, or [`Run::NO_ERROR`]; so it takes no more room than there is.
    pub error: u32,
}

impl Run {
    /// Stands where nothing is known of what went wrong.
    pub const NO_ERROR: u32 = u32::MAX;

    /// The number of what went wrong, of a failed run that says it: [`Table::error`] has its words. Numbers follow the order
    /// of reading, so that of two runs that differ in nothing else either may come first.
    pub fn error(&self) -> Option<u32> {
        (self.error != Self::NO_ERROR).then_some(self.error)
    }
}

/// Executions that someone else has counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunCount {
    /// The begin of the bucket in which they started, in milliseconds from 1970.
    pub at_ms: i64,
    /// How they stand.
    pub status: Status,
    /// The number of what went wrong with all of them, if that is known.
    pub error: Option<u32>,
    /// How many they are and how their durations are distributed.
    pub count: Count,
}

/// The executions of one workflow in a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRuns {
    /// Whose they are.
    pub whose: Whose,
    /// By moment.
    pub runs: Vec<Run>,
    /// In the order of reading.
    pub counts: Vec<RunCount>,
}

/// The most executions that are held at a time beside the table; 32 bytes each. A workflow that has more is held alone.
const MOST_HELD: u64 = 1 << 20;

/// What a count of executions takes, in runs.
const RUNS_OF_A_COUNT: u64 = 4;

/// No place.
const NONE: u32 = u32::MAX;

impl Table {
    /// Calls with the executions of each workflow of a view, in the order of their ids as text (those without a workflow
    /// last), until it says that it wants no more. Says nothing where there are more workflows than are told apart.
    pub fn each_workflow(&self, view: &View<'_>, each: &mut dyn FnMut(WorkflowRuns) -> bool) {
        if self.kinds.crowding.workflows {
            return;
        }
        let admitted = self.kinds.admitted(view.filter);
        let without = self.kinds.workflows.len();
        let workflow_of = |kind: usize| -> Option<usize> {
            let kind = self.kinds.all().get(kind).filter(|_| admitted.get(kind) == Some(&true))?;
            Some(kind.workflow().map_or(without, |number| number as usize))
        };
        let of_workflows = |by_kind: &[u64]| {
            let mut sums = vec![0u64; without + 1];
            for (kind, number) in by_kind.iter().enumerate() {
                if let Some(sum) = workflow_of(kind).and_then(|workflow| sums.get_mut(workflow)) {
                    *sum += number;
                }
            }
            sums
        };
        let mut by_kind = self.placed(view.counting, view.window).by_kind;
        let rows = of_workflows(&by_kind);
        // What is held of each, in runs.
        self.folded.add_for_counts(&mut by_kind, RUNS_OF_A_COUNT);
        let sizes = of_workflows(&by_kind);
        let ids: Vec<&str> = self.kinds.workflows.iter().collect();
        let names: Vec<Option<&str>> = self.kinds.names_of_workflows();
        // What several workflows are called tells none of them: then the id stands behind it.
        let by_name = order(ids.len(), &|one, other| names.get(one) < names.get(other));
        let mut are_shared = vec![false; ids.len()];
        for pair in by_name.windows(2) {
            let name = |place: &usize| names.get(*place).copied().flatten();
            if let [one, next] = pair
                && name(one).is_some()
                && name(one) == name(next)
            {
                for place in [*one, *next] {
                    are_shared.get_mut(place).into_iter().for_each(|is_shared| *is_shared = true);
                }
            }
        }
        let name_of = |workflow: usize, id: &str| {
            let name = names.get(workflow).copied().flatten()?;
            let is_shared = are_shared.get(workflow) == Some(&true);
            Some(if is_shared { [name, " (", id, ")"].concat() } else { name.to_owned() })
        };
        let mut numbers = order(ids.len(), &|one, other| ids.get(one) < ids.get(other));
        numbers.push(without);
        let mut waiting = numbers.into_iter().peekable();
        loop {
            // As many workflows as their executions find room.
            let (mut batch, mut held) = (Vec::new(), 0);
            while let Some(number) = waiting.peek().copied() {
                let more = sizes.get(number).copied().unwrap_or(0);
                if held > 0 && held + more > MOST_HELD {
                    break;
                }
                held += more;
                batch.push(number);
                waiting.next();
            }
            if batch.is_empty() {
                return;
            }
            let mut place_of = vec![NONE; without + 1];
            for (workflow, place) in batch.iter().zip(0..) {
                if let Some(place_of) = place_of.get_mut(*workflow) {
                    *place_of = place;
                }
            }
            let place = |kind: usize| workflow_of(kind).and_then(|workflow| place_of.get(workflow)).copied();
            let places: Vec<u32> = (0..self.kinds.all().len()).map(|kind| place(kind).unwrap_or(NONE)).collect();
            let capacity = |workflow: &usize| rows.get(*workflow).map_or(0, |rows| *rows as usize);
            let mut runs: Vec<Vec<Run>> = batch.iter().map(|workflow| Vec::with_capacity(capacity(workflow))).collect();
            let mut counts: Vec<Vec<RunCount>> = vec![Vec::new(); batch.len()];
            self.push_runs(view, &places, &mut runs);
            self.push_counts(view, &places, &mut counts);
            for ((workflow, runs), counts) in batch.into_iter().zip(runs).zip(counts) {
                let whose = match ids.get(workflow) {
                    None => Whose::NoWorkflow,
                    Some(id) => Whose::Workflow { id: (*id).to_owned(), name: name_of(workflow, id) },
                };
                let is_empty = runs.is_empty() && counts.is_empty();
                if !is_empty && !each(WorkflowRuns { whose, runs: by_moment(runs), counts }) {
                    return;
                }
            }
        }
    }

    /// The class of errors of a number that a run bears ([`crate::error_class`]).
    pub fn error(&self, number: u32) -> Option<&str> {
        Some(self.kinds.errors.texts().text(number)).filter(|class| !class.is_empty())
    }

    /// Puts each execution of the window where its kind belongs.
    fn push_runs(&self, view: &View<'_>, places: &[u32], runs: &mut [Vec<Run>]) {
        let (start_ms, until_ms) = (view.window.start_ms, view.window.until.ms());
        self.each_chunk(view.counting, &mut |chunk, moments, first_row| {
            let columns = moments.iter().zip(&chunk.kinds).zip(&chunk.durations).zip(first_row..);
            for (((at_ms, kind), duration), row) in columns {
                let kind = (kind & KIND) as usize;
                let place = places.get(kind).and_then(|place| runs.get_mut(*place as usize));
                let (Some(runs), Some(kind)) = (place, self.kinds.all().get(kind)) else { continue };
                if *at_ms >= start_ms && *at_ms < until_ms {
                    let duration_ms = match *duration {
                        short if short < LONG => Some(short.into()),
                        other => self.long_durations.decode(row, other),
                    };
                    let error = kind.error().unwrap_or(Run::NO_ERROR);
                    runs.push(Run { at_ms: *at_ms, duration_ms, status: kind.status, error });
                }
            }
        });
    }

    fn push_counts(&self, view: &View<'_>, places: &[u32], counts: &mut [Vec<RunCount>]) {
        let Counting { by: Moment::Start, .. } = view.counting else { return };
        let mut push = |at_ms: i64, kind: u32, count: &dyn Fn() -> Count| {
            let place = places.get(kind as usize).and_then(|place| counts.get_mut(*place as usize));
            let (Some(counts), Some(kind)) = (place, self.kinds.all().get(kind as usize)) else { return };
            if at_ms >= view.window.start_ms && at_ms < view.window.until.ms() {
                counts.push(RunCount { at_ms, status: kind.status, error: kind.error(), count: count() });
            }
        };
        for (at_ms, kind, count) in self.counts.all() {
            push(at_ms, kind, &|| count.clone());
        }
        self.folded.each_count(&mut push);
    }
}

/// Logs mostly are in order already. Where executions begin at one moment, the faster come first, and by status, so that
/// the order of reading decides nothing but between runs that differ in what went wrong alone, which is only counted.
fn by_moment(runs: Vec<Run>) -> Vec<Run> {
    let rank = |run: &Run| (run.at_ms, run.duration_ms, run.status);
    if runs.is_sorted_by_key(rank) {
        return runs;
    }
    let is_before = |one: usize, other: usize| runs.get(one).map(rank) < runs.get(other).map(rank);
    order(runs.len(), &is_before).into_iter().filter_map(|place| runs.get(place).copied()).collect()
}
