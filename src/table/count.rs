//! Counting a view. What does not depend on the filter is remembered, so that another choice of workflows, statuses or tags
//! needs no pass over the rows, where that takes little memory.

use super::Table;
use super::kinds::Kind;
use super::scan::{Placed, Swept};
use crate::bucket::Buckets;
use crate::cube::{Cube, Sums};
use crate::execution::Status;
use crate::options::{Counting, Filter, Metric, Query};
use crate::order::sort;
use crate::window::Window;

/// Unknown status words that are listed by name in an answer.
pub const MOST_OTHER_STATUSES: usize = 100;

/// The most sums of the executions of one status and one workflow or set of tags in one bucket that are remembered; 16
/// bytes each.
pub const MOST_REMEMBERED: usize = 1 << 20;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Which executions.
    pub filter: &'a Filter,
    /// By which moment, and which attempts.
    pub counting: Counting,
    /// In which window.
    pub window: &'a Window,
    /// By which buckets of it.
    pub buckets: &'a Buckets,
    /// For which metric: only what it needs is counted beside the sums.
    pub metric: Metric,
}

impl<'a> View<'a> {
    /// What a query counts.
    pub fn of(query: &'a Query, window: &'a Window, buckets: &'a Buckets) -> Self {
        Self { filter: &query.filter, counting: query.counting, window, buckets, metric: query.metric }
    }
}

/// What counting a view of the table gave.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The rows that were placed.
    pub cube: Cube,
    /// How many those are.
    pub placed: u64,
    /// How many of those are second or later attempts.
    pub retries: u64,
    /// Rows without the moment that places.
    pub no_moment: u64,
    /// Rows instead of which a later attempt counts.
    pub repeated: u64,
    /// Rows with such a moment outside the window.
    pub outside_window: u64,
    /// Rows in the window that the filter left out.
    pub filtered: u64,
    /// How often each unknown status word was placed.
    pub other_statuses: Vec<(String, u64)>,
    /// True if there was no memory to count what the metric needs; its values are then missing.
    pub is_short: bool,
}

/// A workflow that the view's rows name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its id; `None` stands for the rows without a workflow.
    pub id: Option<String>,
    /// Its name, where a row gave it one.
    pub name: Option<String>,
    /// How many rows of the view are its.
    pub executions: u64,
}

/// What passes over the rows of one table found, for the views to come. Forget it with the table.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    of: Option<(Of, Placed)>,
    /// The buckets of the view before, if it was of the same rows: what is asked for once may be so again.
    before: Option<Buckets>,
    remembered: Vec<Remembered>,
}

/// The rows and the window of which something is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Of {
    rows: u64,
    changes: u64,
    counting: Counting,
    /// `None` if every row lies in it, so that another one that holds all rows finds the same.
    window: Option<Window>,
}

/// What rows of a class have in common beside their status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Common {
    Workflow,
    Tags,
}

/// Sums by class and bucket.
#[derive(Clone, Debug)]
struct Remembered {
    common: Common,
    class_of: Vec<u32>,
    classes: usize,
    swept: Swept,
}

impl Memory {
    /// Counts a view of a table.
    pub fn count(&mut self, table: &Table, view: &View<'_>) -> Counted {
        let admitted = table.kinds.admitted(view.filter);
        self.look(table, view.counting, view.window);
        let swept = match self.remembered(table, view) {
            Some(remembered) => Some(remembered.sums(&admitted)),
            None => table.sums_of(view, &admitted),
        };
        let mut is_short = swept.is_none();
        let mut sums = swept.unwrap_or_else(|| vec![Sums::default(); view.buckets.hours().len()]);
        let mut durations = Some(Vec::new());
        if view.metric.needs_histograms() || view.metric == Metric::QueueWait {
            let is_wanted = |(kind, admitted): (&Kind, &bool)| {
                *admitted && (view.metric == Metric::QueueWait || kind.status.is_decided())
            };
            let wanted: Vec<bool> = table.kinds.all().iter().zip(&admitted).map(is_wanted).collect();
            if view.metric.needs_histograms() {
                durations = table.durations(view.counting, view.buckets, &wanted);
            } else {
                table.add_waits(view.counting, view.buckets, &wanted, &mut sums);
            }
        }
        is_short |= durations.is_none();
        let mut wanted_durations = durations.as_mut().filter(|_| view.metric.needs_histograms());
        let placed_by = (view.counting, view.buckets);
        table.counts.add(table, placed_by, &admitted, &mut sums, wanted_durations.as_deref_mut());
        let with_waits = view.metric == Metric::QueueWait;
        table.folded.add_to(table, placed_by, &admitted, (&mut sums, with_waits), wanted_durations);
        let nothing = Placed::default();
        let found = self.of.as_ref().map_or(&nothing, |(_, placed)| placed);
        let of_admitted = |counts: &[u64]| -> u64 {
            counts.iter().zip(&admitted).map(|(rows, admitted)| if *admitted { *rows } else { 0 }).sum()
        };
        let placed = of_admitted(&found.by_kind);
        Counted {
            cube: Cube::from_counts(sums, durations.unwrap_or_default()),
            placed,
            retries: of_admitted(&found.retries),
            no_moment: found.no_moment,
            repeated: found.repeated,
            outside_window: found.outside_window,
            filtered: found.by_kind.iter().sum::<u64>() - placed,
            other_statuses: table.other_statuses(&admitted, &found.by_kind),
            is_short,
        }
    }

    /// The workflows of a view's rows: most executions first, then by id. None where there are more workflows than are
    /// told apart.
    pub fn workflows(&mut self, table: &Table, filter: &Filter, counting: Counting, window: &Window) -> Vec<Workflow> {
        self.look(table, counting, window);
        self.of.as_ref().map_or_else(Vec::new, |(_, placed)| table.list(filter, &placed.by_kind))
    }

    /// Looks where the rows are, unless that is known.
    fn look(&mut self, table: &Table, counting: Counting, window: &Window) {
        let window_of = Some(*window).filter(|window| !table.is_within(counting, window));
        let of = Of { rows: table.rows(), changes: table.changes, counting, window: window_of };
        if self.of.as_ref().is_none_or(|(known, _)| *known != of) {
            self.remembered.clear();
            self.before = None;
            let mut placed = table.placed(counting, window);
            table.counts.place(counting, window, &mut placed);
            table.folded.place(counting, window, &mut placed);
            self.of = Some((of, placed));
        }
    }

    /// Sums that answer a view, where those are not too many to be kept. A choice of workflows and tags at once is
    /// answered by none.
    fn remembered(&mut self, table: &Table, view: &View<'_>) -> Option<&Remembered> {
        let common = match (view.filter.workflows.is_empty(), view.filter.tags.is_empty()) {
            (_, true) => Common::Workflow,
            (true, false) => Common::Tags,
            (false, false) => return None,
        };
        // While rows arrive every view is of other ones, and remembering takes longer than counting.
        if self.before.as_ref() != Some(view.buckets) {
            self.before = Some(view.buckets.clone());
            self.remembered.clear();
            return None;
        }
        let is_any = view.filter.workflows.is_empty() && view.filter.tags.is_empty();
        let answers = |known: &Remembered| known.common == common || is_any;
        if !self.remembered.iter().any(answers) {
            let new = Remembered::of(table, view, common)?;
            // The other ones go if there are too many sums together.
            self.remembered.retain(|known| known.swept.len() + new.swept.len() <= MOST_REMEMBERED);
            self.remembered.push(new);
        }
        self.remembered.iter().find(|known| answers(known))
    }
}

impl Remembered {
    /// `None` where a pass over the rows is as cheap, or memory is short.
    fn of(table: &Table, view: &View<'_>, common: Common) -> Option<Self> {
        let values = match common {
            Common::Workflow => table.kinds.workflows.len(),
            Common::Tags => table.kinds.sets(),
        };
        // The number of the class of each value, or of none, and each status, and one; 0 before it is met.
        let mut numbers = vec![0u32; (values + 1) * Status::ALL.len()];
        let mut statuses = Vec::new();
        let mut class_of = Vec::with_capacity(table.kinds.all().len());
        for kind in table.kinds.all() {
            let value = match common {
                Common::Workflow => kind.workflow().map_or(values, |workflow| workflow as usize),
                Common::Tags => kind.tag_set as usize,
            };
            let number = numbers.get_mut(value * Status::ALL.len() + kind.status as usize)?;
            if *number == 0 {
                statuses.push(Some(kind.status));
                *number = statuses.len() as u32;
            }
            class_of.push(*number - 1);
        }
        let classes = statuses.len();
        let sums = classes.saturating_mul(view.buckets.hours().len() + 1);
        if sums > MOST_REMEMBERED || sums as u64 > table.rows() {
            return None;
        }
        let mut swept = table.sweep(view.counting, view.buckets, &class_of, statuses)?;
        swept.add_up();
        Some(Self { common, class_of, classes, swept })
    }

    /// The sums of admitted kinds; of a class all are, or none.
    fn sums(&self, admitted: &[bool]) -> Vec<Sums> {
        let mut wanted = vec![false; self.classes];
        for (class, _) in self.class_of.iter().zip(admitted).filter(|(_, admitted)| **admitted) {
            if let Some(wanted) = wanted.get_mut(*class as usize) {
                *wanted = true;
            }
        }
        self.swept.sums(&wanted)
    }
}

impl Table {
    /// Counts a view.
    pub fn count(&self, view: &View<'_>) -> Counted {
        Memory::default().count(self, view)
    }

    /// The workflows of a view's rows, as of [`Memory::workflows`].
    pub fn workflows(&self, filter: &Filter, counting: Counting, window: &Window) -> Vec<Workflow> {
        Memory::default().workflows(self, filter, counting, window)
    }

    pub(super) fn sums_of(&self, view: &View<'_>, admitted: &[bool]) -> Option<Vec<Sums>> {
        // The class after the statuses is that of the rows that the filter leaves out.
        let left_out = Status::ALL.len() as u32;
        let class = |(kind, admitted): (&Kind, &bool)| if *admitted { kind.status as u32 } else { left_out };
        let class_of: Vec<u32> = self.kinds.all().iter().zip(admitted).map(class).collect();
        let statuses = Status::ALL.into_iter().map(Some).chain([None]).collect();
        let swept = self.sweep(view.counting, view.buckets, &class_of, statuses)?;
        Some(swept.sums(&[true; Status::ALL.len()]))
    }

    fn list(&self, filter: &Filter, by_kind: &[u64]) -> Vec<Workflow> {
        if self.kinds.crowding.workflows {
            return Vec::new();
        }
        let mut counts = vec![0u64; self.kinds.workflows.len()];
        let mut without = 0u64;
        for ((kind, rows), admitted) in self.kinds.all().iter().zip(by_kind).zip(self.kinds.admitted(filter)) {
            if *rows > 0 && admitted {
                let count = kind.workflow().and_then(|workflow| counts.get_mut(workflow as usize));
                *count.unwrap_or(&mut without) += rows;
            }
        }
        let names = self.kinds.names_of_workflows();
        let named = self.kinds.workflows.iter().zip(names).zip(counts).map(|((id, name), executions)| Workflow {
            id: Some(id.to_owned()),
            name: name.map(str::to_owned),
            executions,
        });
        let unnamed = Workflow { id: None, name: None, executions: without };
        let mut workflows: Vec<_> = named.chain([unnamed]).filter(|workflow| workflow.executions > 0).collect();
        sort(&mut workflows, &|a, b| b.executions.cmp(&a.executions).then_with(|| a.id.cmp(&b.id)).is_lt());
        workflows
    }

    fn other_statuses(&self, admitted: &[bool], by_kind: &[u64]) -> Vec<(String, u64)> {
        let mut counts = vec![0u64; self.kinds.words.len()];
        for ((kind, rows), admitted) in self.kinds.all().iter().zip(by_kind).zip(admitted) {
            let count = counts.get_mut(kind.word as usize).filter(|_| *admitted && kind.status == Status::Other);
            if let Some(count) = count {
                *count += rows;
            }
        }
        let words = self.kinds.words.iter().zip(counts).filter(|(_, count)| *count > 0);
        let mut statuses: Vec<_> = words.map(|(word, count)| (word.to_owned(), count)).collect();
        sort(&mut statuses, &|(a, _), (b, _)| a < b);
        statuses
    }
}
