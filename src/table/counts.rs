//! Executions that someone else has counted, by buckets of UTC: rows of a cube, kept beside the rows of executions and
//! counted with them. A bucket goes where its begin goes. Knows of a bucket's executions no moment but the start, and no
//! waits.

use super::Table;
use super::scan::Placed;
use crate::FORMS;
use crate::bucket::Buckets;
use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::cube::Sums;
use crate::execution::Execution;
use crate::execution::MOST_DURATION_MS;
use crate::histogram::{Bins, Histogram};
use crate::options::{Counting, Moment};
use crate::time::Timestamp;
use crate::window::Window;

/// The most executions that all rows of a cube may count: up to this every sum is exact, in JSON too.
pub const MOST_COUNTED: u64 = 1 << 53;

/// The longest bucket in seconds.
const LONGEST_SECONDS: u32 = 3600;
/// The least bytes of a row that is handed on.
const ROW_BYTES: usize = 52;

/// What a row of a cube says of the executions of one kind that started in one bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// The bucket's length.
    pub seconds: u32,
    /// How many they are.
    pub executions: u64,
    /// How many of them have a duration.
    pub timed: u64,
    /// The sum of their durations in milliseconds.
    pub duration_ms: u128,
    /// How many durations lie in each bin of [`crate::histogram`]; empty where that was not counted.
    pub bins: Vec<(u16, u64)>,
}

#[derive(Clone, Debug)]
struct Row {
    start_ms: i64,
    kind: u32,
    count: Count,
}

/// The rows of cubes.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    rows: Vec<Row>,
    executions: u64,
}

impl Table {
    /// Adds executions that were counted: all are of the workflow, status and tags of one, whose start is the bucket's
    /// begin. False if there would be more than [`MOST_COUNTED`]; then nothing is added.
    pub fn push_count(&mut self, execution: &Execution<'_>, count: Count) -> bool {
        let kind = self.intern(execution);
        self.add_count(Row { start_ms: execution.started_at.ms(), kind, count })
    }

    /// How many executions are held as counts: those that came so, and rows that are not kept.
    pub fn counted(&self) -> u64 {
        let came = if FORMS { self.counts.executions } else { 0 };
        came + self.folded.started() + self.folded.unstarted()
    }

    /// True if so many executions more may be held as counts: [`MOST_COUNTED`] in all.
    pub(super) fn can_count(&self, more: u64) -> bool {
        self.counted().saturating_add(more) <= MOST_COUNTED
    }

    /// The length in seconds of the longest bucket of counts.
    pub fn longest_count(&self) -> Option<u32> {
        let came = self.counts.rows().iter().map(|row| row.count.seconds).max();
        came.max(self.folded.bucket_seconds())
    }

    /// Adds the counts of another table, whose kinds have these numbers here.
    pub(super) fn merge_counts(&mut self, other: &Table, numbers: &[u32]) {
        for row in other.counts.rows() {
            if let Some(kind) = numbers.get(row.kind as usize) {
                self.is_full |= !self.add_count(Row { kind: *kind, ..row.clone() });
            }
        }
    }

    fn add_count(&mut self, row: Row) -> bool {
        if !self.can_count(row.count.executions) {
            return false;
        }
        self.counts.executions += row.count.executions;
        let last = row.start_ms + i64::from(row.count.seconds) * 1000 - 1;
        self.kinds.see(row.kind, row.start_ms);
        [row.start_ms, last].into_iter().filter_map(Timestamp::from_ms).for_each(|at| self.reach(at));
        self.counts.rows.push(row);
        self.changes += 1;
        true
    }
}

impl Counts {
    fn rows(&self) -> &[Row] {
        if FORMS { &self.rows } else { &[] }
    }

    /// Each row: its bucket's begin, its kind and what it counts.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, u32, &Count)> {
        self.rows().iter().map(|row| (row.start_ms, row.kind, &row.count))
    }

    /// Appends the rows for another engine.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_short(out, self.rows.len() as u32);
        for Row { start_ms, kind, count } in &self.rows {
            push_long(out, *start_ms as u64);
            push_short(out, *kind);
            push_short(out, count.seconds);
            let sum = [count.duration_ms as u64, (count.duration_ms >> 64) as u64];
            [count.executions, count.timed].into_iter().chain(sum).for_each(|number| push_long(out, number));
            push_short(out, count.bins.len() as u32);
            for (bin, durations) in &count.bins {
                push_short(out, u32::from(*bin));
                push_long(out, *durations);
            }
        }
    }

    /// Rows of kinds below `kinds`, as [`Counts::write`] wrote them.
    pub(super) fn read(bytes: &mut Bytes<'_>, kinds: usize) -> Result<Counts, Broken> {
        let mut counts = Counts::default();
        for _ in 0..bytes.count(ROW_BYTES)? {
            let start_ms = Timestamp::from_ms(bytes.long()? as i64).ok_or(Broken)?.ms();
            let (kind, seconds) = (bytes.short()?, bytes.short()?);
            let [executions, timed, low, high] = [bytes.long()?, bytes.long()?, bytes.long()?, bytes.long()?];
            let duration_ms = u128::from(high) << 64 | u128::from(low);
            let mut bins = Vec::new();
            for _ in 0..bytes.count(12)? {
                let bin = u16::try_from(bytes.short()?).map_err(|_| Broken)?;
                bins.push((bin, bytes.long()?));
            }
            let in_bins: u128 = bins.iter().map(|(_, durations)| u128::from(*durations)).sum();
            let fits = executions <= MOST_COUNTED && timed <= executions && in_bins <= u128::from(timed);
            let most_ms = u128::from(timed) * u128::from(MOST_DURATION_MS);
            if kind as usize >= kinds || seconds > LONGEST_SECONDS || !fits || duration_ms > most_ms {
                return Err(Broken);
            }
            counts.rows.push(Row { start_ms, kind, count: Count { seconds, executions, timed, duration_ms, bins } });
        }
        Ok(counts)
    }

    /// Adds where the counted executions are to where the rows are.
    pub(super) fn place(&self, counting: Counting, window: &Window, placed: &mut Placed) {
        for row in self.rows() {
            let place = if counting.by != Moment::Start {
                &mut placed.no_moment
            } else if row.start_ms < window.start_ms || row.start_ms >= window.until.ms() {
                &mut placed.outside_window
            } else if let Some(of_kind) = placed.by_kind.get_mut(row.kind as usize) {
                of_kind
            } else {
                continue;
            };
            *place += row.count.executions;
        }
    }

    /// Adds the sums of admitted kinds, and how their durations are distributed where that is asked for.
    pub(super) fn add(
        &self,
        table: &Table,
        (counting, buckets): (Counting, &Buckets),
        admitted: &[bool],
        sums: &mut [Sums],
        mut durations: Option<&mut Vec<Histogram>>,
    ) {
        if counting.by != Moment::Start || self.rows().is_empty() {
            return;
        }
        let bins = Bins::new();
        for row in self.rows() {
            let kind = table.kinds.all().get(row.kind as usize);
            let is_admitted = admitted.get(row.kind as usize).copied().unwrap_or(false);
            let (Some(kind), true, Some(bucket)) = (kind, is_admitted, buckets.of(row.start_ms)) else { continue };
            if let Some(sums) = sums.get_mut(bucket) {
                sums.count_many(kind.status, row.count.executions, row.count.timed, row.count.duration_ms);
            }
            if let Some(durations) = durations.as_mut().filter(|_| kind.status.is_decided()) {
                durations.resize(buckets.hours().len().max(durations.len()), Histogram::default());
                if let Some(histogram) = durations.get_mut(bucket) {
                    let counts = row.count.bins.iter().map(|(bin, count)| (usize::from(*bin), *count));
                    histogram.merge(&Histogram::of_bins(&bins, counts));
                }
            }
        }
    }
}
