//! Counting: one pass over the rows, which asks of each its bucket and its class and of no row what its kind has
//! already said.

use super::Table;
use super::column::{KIND, LONG};
use super::kinds::Kind;
use crate::bucket::Buckets;
use crate::cube::{Cube, Sums};
use crate::execution::Status;
use crate::options::Filter;
use crate::window::Window;
use std::collections::BTreeMap;

/// Unknown status words that are listed by name in an answer.
pub const MOST_OTHER_STATUSES: usize = 100;

/// The class of the rows that a filter leaves out; the classes before it are the statuses.
const FILTERED: u32 = Status::ALL.len() as u32;

/// What counting a view of the table gave.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The rows that were placed.
    pub cube: Cube,
    /// How many those are.
    pub placed: u64,
    /// Rows with a start outside the window.
    pub outside_window: u64,
    /// Rows in the window that the filter left out.
    pub filtered: u64,
    /// How often each unknown status word was placed.
    pub other_statuses: BTreeMap<String, u64>,
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

/// What the rows of one class did in one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    rows: u32,
    timed: u32,
    /// Of those that fit the column; 2^32 rows of 2^32 ms each fit here.
    duration_ms: u64,
}

impl Table {
    /// Counts the rows of a view.
    pub fn count(&self, filter: &Filter, window: &Window, buckets: &Buckets) -> Counted {
        let classes: Vec<u32> = self
            .kinds
            .all()
            .iter()
            .map(|kind| if self.is_admitted(filter, kind) { kind.status as u32 } else { FILTERED })
            .collect();
        let stride = buckets.hours().len() + 1;
        let mut entries = vec![Entry::default(); stride * (FILTERED as usize + 1)];
        self.sweep(buckets, &classes, &mut entries);
        let mut sums = vec![Sums::default(); stride - 1];
        let mut placed = 0;
        for (status, entries) in Status::ALL.into_iter().zip(entries.chunks(stride)) {
            for (sums, entry) in sums.iter_mut().zip(entries) {
                sums.count_many(status, u64::from(entry.rows), u64::from(entry.timed), entry.duration_ms.into());
                placed += u64::from(entry.rows);
            }
        }
        for row in self.long_durations.rows() {
            let Some(cells) = self.columns.get(row).filter(|cells| cells.duration == LONG) else { continue };
            let Some(kind) = self.kinds.all().get((cells.kind & KIND) as usize) else { continue };
            let sums = buckets.of(cells.start_ms).and_then(|bucket| sums.get_mut(bucket));
            if let Some(sums) = sums.filter(|_| self.is_admitted(filter, kind)) {
                let duration_ms = self.long_durations.decode(row, LONG).unwrap_or(0);
                sums.count_many(kind.status, 0, 1, duration_ms.into());
            }
        }
        let by_kind = self.rows_by_kind(window);
        let in_window: u64 = by_kind.iter().sum();
        Counted {
            cube: Cube::from_sums(sums),
            placed,
            outside_window: self.rows() - in_window,
            filtered: in_window - placed,
            other_statuses: self.other_statuses(filter, &by_kind),
        }
    }

    /// The workflows of a view's rows: most executions first, then by id.
    pub fn workflows(&self, filter: &Filter, window: &Window) -> Vec<Workflow> {
        if self.kinds.crowding.workflows {
            return Vec::new();
        }
        let mut counts = vec![0u64; self.kinds.workflows.len()];
        let mut without = 0u64;
        for (kind, rows) in self.kinds.all().iter().zip(self.rows_by_kind(window)) {
            if rows > 0 && self.is_admitted(filter, kind) {
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
        workflows.sort_by(|a, b| b.executions.cmp(&a.executions).then_with(|| a.id.cmp(&b.id)));
        workflows
    }

    /// Counts every row in the entry of its class and bucket: entry `class × (buckets + 1) + bucket`, where the last
    /// bucket is that of the rows outside the window. Durations that do not fit the column are left out.
    fn sweep(&self, buckets: &Buckets, classes: &[u32], entries: &mut [Entry]) {
        let stride = buckets.hours().len() + 1;
        for chunk in &self.columns.chunks {
            for ((start, kind), duration) in chunk.starts.iter().zip(&chunk.kinds).zip(&chunk.durations) {
                let class = classes.get((kind & KIND) as usize).copied().unwrap_or(FILTERED);
                if let Some(entry) = entries.get_mut(class as usize * stride + buckets.place(*start)) {
                    let is_timed = *duration < LONG;
                    entry.rows += 1;
                    entry.timed += u32::from(is_timed);
                    entry.duration_ms += if is_timed { u64::from(*duration) } else { 0 };
                }
            }
        }
    }

    /// How many rows of each kind lie in the window.
    fn rows_by_kind(&self, window: &Window) -> Vec<u64> {
        let mut counts = vec![0u64; self.kinds.all().len()];
        let length = window.until.ms().saturating_sub(window.start_ms).max(0) as u64;
        for chunk in &self.columns.chunks {
            for (start, kind) in chunk.starts.iter().zip(&chunk.kinds) {
                if let Some(count) = counts.get_mut((kind & KIND) as usize) {
                    *count += u64::from((start.wrapping_sub(window.start_ms) as u64) < length);
                }
            }
        }
        counts
    }

    fn other_statuses(&self, filter: &Filter, by_kind: &[u64]) -> BTreeMap<String, u64> {
        let mut counts = vec![0u64; self.kinds.words.len()];
        for (kind, rows) in self.kinds.all().iter().zip(by_kind) {
            let count = counts.get_mut(kind.word as usize).filter(|_| kind.status == Status::Other);
            if let Some(count) = count.filter(|_| *rows > 0 && self.is_admitted(filter, kind)) {
                *count += rows;
            }
        }
        let words = self.kinds.words.iter().zip(counts).filter(|(_, count)| *count > 0);
        words.map(|(word, count)| (word.to_owned(), count)).collect()
    }

    fn is_admitted(&self, filter: &Filter, kind: &Kind) -> bool {
        filter.admits(self.kinds.workflow_id(kind), kind.status, self.kinds.tags_of(kind))
    }
}
