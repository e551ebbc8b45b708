//! Rows that were counted when they came and are not kept: one cell for each kind of row and bucket of UTC, so that
//! memory is bounded by kinds and time and not by rows. A cell knows of its rows what every view by start needs, so that
//! views are those of kept rows where hours consist of whole buckets. Knows no moment but the start and no single row.

use super::column::{KIND, LONG, NONE, RETRY, UNSTARTED, retry};
use super::counts::Count;
use super::scan::Placed;
use super::siphash::siphash;
use super::{Stretch, Table};
use crate::FORMS;
use crate::bucket::Buckets;
use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::cube::Sums;
use crate::execution::{Execution, MOST_DURATION_MS, Status};
use crate::histogram::{BINS, Bins, Histogram};
use crate::ingest::Known;
use crate::options::{Counting, Moment};
use crate::time::Timestamp;
use crate::window::Window;

/// Takes the begin of a bucket, the kind of its executions and what makes their count, which not everyone wants.
pub(super) type TakeCount<'a> = dyn FnMut(i64, u32, &dyn Fn() -> Count) + 'a;

/// The length of a bucket. Every zone of today is a whole number of quarters of an hour away from UTC (Kathmandu 5:45),
/// so its hours consist of whole buckets; with hours of UTC it would be wrong by up to 45 minutes, and half hours do for
/// India but not for Nepal. Sparse logs have hardly more cells of a quarter than of an hour.
pub(super) const BUCKET_SECONDS: u32 = 900;
const BUCKET_MS: i64 = BUCKET_SECONDS as i64 * 1000;

/// The least bytes of a cell that is handed on.
const CELL_BYTES: usize = 48;

/// The rows of one kind that started in one bucket. Four-byte fields, so that it takes 40 bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Buckets from 1970 to this one.
    bucket: i32,
    kind: u32,
    executions: u32,
    retries: u32,
    /// The sum of the durations that count, the low half first.
    duration_ms: [u32; 2],
    /// The shortest and the longest of them; [`LONG`] for one that does not fit, which is then known to within its bin.
    least: u32,
    most: u32,
    /// Its first entry of `bins` and its entry of `waits`, and one; 0 if it has none.
    bins: u32,
    wait: u32,
}

/// How many durations lie in a bin. One that is full stays, and another one is put before it.
#[derive(Clone, Copy, Debug)]
struct Bin {
    bin: u16,
    count: u16,
    /// The next entry of the same cell, and one.
    next: u32,
}

/// How many rows of a cell say how long they waited, and how long together.
#[derive(Clone, Copy, Debug, Default)]
struct Wait {
    waited: u32,
    ms: u64,
}

/// What is added to a cell, but for its durations' bins.
#[derive(Clone, Copy, Debug)]
struct More {
    executions: u32,
    retries: u32,
    duration_ms: u64,
    ends: (u32, u32),
    waited: u32,
    wait_ms: u64,
}

/// A row that is counted and not kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) ms: i64,
    /// With its flags.
    pub(super) kind: u32,
    pub(super) duration_ms: Option<u64>,
    pub(super) waited_ms: Option<u64>,
}

/// Such rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded {
    cells: Vec<Cell>,
    /// The numbers of cells by hashes, and one; a power of two of them, at most three quarters in use.
    places: Vec<u32>,
    bins: Vec<Bin>,
    waits: Vec<Wait>,
    table_of_bins: Option<Bins>,
    key: [u64; 2],
    started: u64,
    unstarted: u64,
}

impl Cell {
    fn start_ms(&self) -> i64 {
        i64::from(self.bucket) * BUCKET_MS
    }

    fn duration_ms(&self) -> u64 {
        let [low, high] = self.duration_ms;
        u64::from(high) << 32 | u64::from(low)
    }

    /// True if its sums have room for so much more. Else another cell of the same bucket is begun.
    fn has_room_for(&self, more: &More) -> bool {
        self.executions.checked_add(more.executions).is_some()
            && self.duration_ms().checked_add(more.duration_ms).is_some()
    }
}

impl Folded {
    /// No rows, whose cells are found by hashes under a key.
    pub(super) fn with_key(key: [u64; 2]) -> Self {
        Self { key, ..Self::default() }
    }

    /// Rows that started.
    pub(super) fn started(&self) -> u64 {
        if FORMS { self.started } else { 0 }
    }

    /// Rows that never did.
    pub(super) fn unstarted(&self) -> u64 {
        if FORMS { self.unstarted } else { 0 }
    }

    /// Bytes that are taken, with the room that there is.
    pub(super) fn bytes(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
            + self.places.capacity() * size_of::<u32>()
            + self.bins.capacity() * size_of::<Bin>()
            + self.waits.capacity() * size_of::<Wait>()
    }

    /// Makes room for one more cell with so many bins; false if there is none.
    #[inline]
    pub(super) fn make_room(&mut self, bins: usize, most_bytes: usize) -> bool {
        self.has_place()
            && self.cells.len() < self.cells.capacity()
            && self.bins.capacity() - self.bins.len() >= bins
            && self.waits.len() < self.waits.capacity()
            || self.grow(bins, most_bytes)
    }

    fn has_place(&self) -> bool {
        (self.cells.len() + 1) * 4 <= self.places.len() * 3
    }

    #[cold]
    fn grow(&mut self, bins: usize, most_bytes: usize) -> bool {
        // Numbers of cells, bins and waits have to fit 32 bits with one to spare.
        let has_numbers = self.cells.len().max(self.bins.len() + bins) < u32::MAX as usize;
        let mut room = most_bytes.saturating_sub(self.bytes());
        has_numbers
            && reserve(&mut self.cells, 1, &mut room)
            && reserve(&mut self.bins, bins, &mut room)
            && reserve(&mut self.waits, 1, &mut room)
            && (self.has_place() || self.grow_places(room))
    }

    fn grow_places(&mut self, room: usize) -> bool {
        let length = (self.places.len() * 2).max(64);
        let mut places: Vec<u32> = Vec::new();
        if length * size_of::<u32>() > room || places.try_reserve_exact(length).is_err() {
            return false;
        }
        places.resize(length, 0);
        for (cell, number) in self.cells.iter().zip(1..) {
            let mut at = self.hash(cell.kind, cell.bucket) & (length - 1);
            while places.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) & (length - 1);
            }
            if let Some(place) = places.get_mut(at) {
                *place = number;
            }
        }
        self.places = places;
        true
    }

    /// Whoever makes rows chooses their starts, so the hash has a key.
    fn hash(&self, kind: u32, bucket: i32) -> usize {
        let mut bytes = [0; 8];
        let (first, second) = bytes.split_at_mut(4);
        first.copy_from_slice(&kind.to_le_bytes());
        second.copy_from_slice(&bucket.to_le_bytes());
        siphash(self.key, &bytes) as usize
    }

    /// Counts a row of a kind of some status. There has to be room for a cell with one bin.
    pub(super) fn add_row(&mut self, row: Start, status: Status) {
        let duration_ms = row.duration_ms.filter(|_| status.is_decided());
        let column = duration_ms.map(|ms| u32::try_from(ms).unwrap_or(LONG).min(LONG));
        let more = More {
            executions: 1,
            retries: u32::from(row.kind & RETRY != 0),
            duration_ms: duration_ms.unwrap_or(0),
            ends: column.map_or((u32::MAX, 0), |column| (column, column)),
            waited: u32::from(row.waited_ms.is_some()),
            wait_ms: row.waited_ms.unwrap_or(0),
        };
        let bucket = i32::try_from(row.ms.div_euclid(BUCKET_MS)).unwrap_or(i32::MAX);
        let number = self.add(row.kind & KIND, bucket, &more);
        if let Some(ms) = duration_ms {
            let bin = self.table_of_bins.get_or_insert_with(Bins::new).of(ms);
            self.add_bin(number, bin as u16, 1);
        }
    }

    /// Adds to the cell of a kind and a bucket; its number.
    fn add(&mut self, kind: u32, bucket: i32, more: &More) -> usize {
        let number = self.number(kind, bucket, more);
        self.started += u64::from(more.executions);
        let Some(cell) = self.cells.get_mut(number) else { return number };
        let sum = cell.duration_ms() + more.duration_ms;
        cell.duration_ms = [sum as u32, (sum >> 32) as u32];
        cell.executions += more.executions;
        cell.retries += more.retries;
        cell.least = cell.least.min(more.ends.0);
        cell.most = cell.most.max(more.ends.1);
        if more.waited > 0 {
            if cell.wait == 0 {
                self.waits.push(Wait::default());
                cell.wait = self.waits.len() as u32;
            }
            if let Some(wait) = self.waits.get_mut(cell.wait as usize - 1) {
                wait.waited += more.waited;
                // Too much for 64 bits only if 2^32 rows of one cell waited for 49 days on average.
                wait.ms = wait.ms.saturating_add(more.wait_ms);
            }
        }
        number
    }

    /// The number of a cell with room, which is made if there is none.
    fn number(&mut self, kind: u32, bucket: i32, more: &More) -> usize {
        let mask = self.places.len().wrapping_sub(1);
        let mut at = self.hash(kind, bucket) & mask;
        loop {
            match self.places.get(at).copied() {
                None => return usize::MAX,
                Some(0) => break,
                Some(number) => {
                    let number = number as usize - 1;
                    let is_it = |cell: &Cell| cell.kind == kind && cell.bucket == bucket && cell.has_room_for(more);
                    if self.cells.get(number).is_some_and(is_it) {
                        return number;
                    }
                }
            }
            at = (at + 1) & mask;
        }
        self.cells.push(Cell { bucket, kind, least: u32::MAX, ..Cell::default() });
        if let Some(place) = self.places.get_mut(at) {
            *place = self.cells.len() as u32;
        }
        self.cells.len() - 1
    }

    fn add_bin(&mut self, number: usize, bin: u16, count: u16) {
        let Some(cell) = self.cells.get_mut(number) else { return };
        let mut at = cell.bins;
        while let Some(entry) = at.checked_sub(1).and_then(|at| self.bins.get_mut(at as usize)) {
            if let Some(sum) = entry.count.checked_add(count).filter(|_| entry.bin == bin) {
                entry.count = sum;
                return;
            }
            at = entry.next;
        }
        self.bins.push(Bin { bin, count, next: cell.bins });
        cell.bins = self.bins.len() as u32;
    }

    /// The bins of a cell, in no order; one may come twice.
    fn bins_of(&self, cell: &Cell) -> impl Iterator<Item = (u16, u16)> {
        let entry = |at: u32| at.checked_sub(1).and_then(|at| self.bins.get(at as usize));
        std::iter::successors(entry(cell.bins), move |bin| entry(bin.next)).map(|bin| (bin.bin, bin.count))
    }

    fn wait_of(&self, cell: &Cell) -> Wait {
        cell.wait.checked_sub(1).and_then(|at| self.waits.get(at as usize)).copied().unwrap_or_default()
    }

    fn cells(&self) -> &[Cell] {
        if FORMS { &self.cells } else { &[] }
    }

    /// Calls with each cell's begin, its kind and what makes the count of its executions.
    pub(super) fn each_count(&self, each: &mut TakeCount<'_>) {
        for cell in self.cells() {
            let count = || {
                let bins: Vec<(u16, u64)> = self.bins_of(cell).map(|(bin, count)| (bin, count.into())).collect();
                Count {
                    seconds: BUCKET_SECONDS,
                    executions: cell.executions.into(),
                    timed: bins.iter().map(|(_, count)| count).sum(),
                    duration_ms: cell.duration_ms().into(),
                    bins,
                }
            };
            each(cell.start_ms(), cell.kind & KIND, &count);
        }
    }

    /// The length of the buckets, if there are any.
    pub(super) fn bucket_seconds(&self) -> Option<u32> {
        self.cells().first().map(|_| BUCKET_SECONDS)
    }

    /// Adds where these rows are to where the others are.
    pub(super) fn place(&self, counting: Counting, window: &Window, placed: &mut Placed) {
        placed.no_moment += self.unstarted();
        if counting.by != Moment::Start {
            placed.no_moment += self.started();
            return;
        }
        for cell in self.cells() {
            let executions = u64::from(cell.executions);
            if cell.start_ms() < window.start_ms || cell.start_ms() >= window.until.ms() {
                placed.outside_window += executions;
                continue;
            }
            let kind = cell.kind as usize;
            if let (Some(rows), Some(retries)) = (placed.by_kind.get_mut(kind), placed.retries.get_mut(kind)) {
                *rows += executions;
                *retries += u64::from(cell.retries);
            }
        }
    }

    /// Adds the sums of admitted kinds, and how their durations are distributed where that is asked for.
    pub(super) fn add_to(
        &self,
        table: &Table,
        (counting, buckets): (Counting, &Buckets),
        admitted: &[bool],
        (sums, with_waits): (&mut [Sums], bool),
        mut durations: Option<&mut Vec<Histogram>>,
    ) {
        if counting.by != Moment::Start || self.cells().is_empty() {
            return;
        }
        let bins = Bins::new();
        for cell in self.cells() {
            let kind = table.kinds.all().get(cell.kind as usize);
            let is_admitted = admitted.get(cell.kind as usize).copied().unwrap_or(false);
            let (Some(kind), true, Some(bucket)) = (kind, is_admitted, buckets.of(cell.start_ms())) else { continue };
            if let Some(sums) = sums.get_mut(bucket) {
                let timed = self.bins_of(cell).map(|(_, count)| u64::from(count)).sum();
                sums.count_many(kind.status, cell.executions.into(), timed, cell.duration_ms().into());
                let wait = if with_waits { self.wait_of(cell) } else { Wait::default() };
                sums.waited += u64::from(wait.waited);
                sums.wait_ms += u128::from(wait.ms);
            }
            if let Some(durations) = durations.as_mut().filter(|_| cell.bins > 0) {
                durations.resize(buckets.hours().len().max(durations.len()), Histogram::default());
                if let Some(histogram) = durations.get_mut(bucket) {
                    let counts = self.bins_of(cell).map(|(bin, count)| (usize::from(bin), u64::from(count)));
                    histogram.merge(&match cell.most {
                        LONG => Histogram::of_bins(&bins, counts),
                        most => Histogram::new(counts, cell.least.into(), most.into()),
                    });
                }
            }
        }
    }

    /// Appends the cells for another engine.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_long(out, self.unstarted);
        push_short(out, self.cells.len() as u32);
        for cell in &self.cells {
            let wait = self.wait_of(cell);
            for number in
                [cell.bucket as u32, cell.kind, cell.executions, cell.retries, cell.least, cell.most, wait.waited]
            {
                push_short(out, number);
            }
            push_long(out, cell.duration_ms());
            push_long(out, wait.ms);
            let bins: Vec<_> = self.bins_of(cell).collect();
            push_short(out, bins.len() as u32);
            bins.iter().for_each(|(bin, count)| push_short(out, u32::from(*bin) << 16 | u32::from(*count)));
        }
    }
}

impl Folded {
    /// Rows of kinds below `kinds` that started between two instants, as [`Folded::write`] wrote them; only to be merged.
    pub(super) fn read(
        bytes: &mut Bytes<'_>,
        kinds: usize,
        reach: Option<(Timestamp, Timestamp)>,
    ) -> Result<Folded, Broken> {
        let unstarted = bytes.long().ok().filter(|rows| *rows < 1 << 53).ok_or(Broken)?;
        let mut folded = Folded { unstarted, ..Folded::default() };
        for _ in 0..bytes.count(CELL_BYTES)? {
            let bucket = bytes.short()? as i32;
            let [kind, executions, retries] = [bytes.short()?, bytes.short()?, bytes.short()?];
            let [least, most, waited] = [bytes.short()?, bytes.short()?, bytes.short()?];
            let (sum, ms) = (bytes.long()?, bytes.long()?);
            let duration_ms = [sum as u32, (sum >> 32) as u32];
            let mut cell = Cell { bucket, kind, executions, retries, duration_ms, least, most, ..Cell::default() };
            let mut timed = 0;
            for _ in 0..bytes.count(4)? {
                let packed = bytes.short()?;
                let (bin, count) = ((packed >> 16) as u16, packed as u16);
                if usize::from(bin) >= BINS || count == 0 {
                    return Err(Broken);
                }
                timed += u64::from(count);
                folded.bins.push(Bin { bin, count, next: cell.bins });
                cell.bins = folded.bins.len() as u32;
            }
            if waited > 0 {
                folded.waits.push(Wait { waited, ms });
                cell.wait = folded.waits.len() as u32;
            }
            let most_ms = |rows: u64| u128::from(rows) * u128::from(MOST_DURATION_MS);
            let fits = executions > 0
                && retries.max(waited) <= executions
                && timed <= u64::from(executions)
                && u128::from(sum) <= most_ms(timed)
                && u128::from(ms) <= most_ms(waited.into())
                && (timed == 0 || least <= most && most <= LONG);
            let is_within = reach.is_some_and(|(oldest, newest)| {
                cell.start_ms() <= newest.ms() && cell.start_ms() + BUCKET_MS > oldest.ms()
            });
            if kind as usize >= kinds || !fits || !is_within {
                return Err(Broken);
            }
            folded.started += u64::from(executions);
            folded.cells.push(cell);
        }
        Ok(folded)
    }
}

impl Table {
    /// Counts the rows that come and keeps none, so that memory is bounded by kinds of row and quarters of an hour. Then
    /// no row can be shown or replaced, and rows are placed by their start alone. Only while the table is empty; nothing
    /// but a build with the feature `forms` can.
    pub fn without_rows(mut self) -> Self {
        self.folds = FORMS && self.rows() == 0;
        self.columns.with_places &= !self.folds;
        self.kept = self.kept.filter(|_| !self.folds);
        self
    }

    /// False if rows are only counted ([`Table::without_rows`]).
    pub fn keeps_rows(&self) -> bool {
        !(FORMS && self.folds)
    }

    /// Counts a row of a known kind; false if there is no room for it.
    fn fold(&mut self, row: Start) -> bool {
        if !self.make_room() {
            return false;
        }
        let status = self.kinds.all().get((row.kind & KIND) as usize).map_or(Status::Other, |kind| kind.status);
        self.folded.add_row(row, status);
        self.retries += u64::from(row.kind & RETRY != 0);
        self.changes += 1;
        true
    }

    /// Counts an execution that started.
    pub(super) fn fold_execution(&mut self, execution: &Execution<'_>, kind: u32) {
        let kind = kind | retry(execution.attempt);
        let (duration_ms, waited_ms) = (execution.duration_ms, execution.waited_ms);
        if self.fold(Start { ms: execution.started_at.ms(), kind, duration_ms, waited_ms }) {
            self.kinds.see(kind & KIND, execution.started_at.ms());
            self.reach(execution.started_at);
        }
    }

    /// Counts an execution that never started.
    pub(super) fn fold_unstarted(&mut self, execution: &Execution<'_>) {
        let kind = self.intern(execution);
        self.kinds.see(kind, execution.started_at.ms());
        self.folded.unstarted += 1;
        self.retries += u64::from(execution.attempt > 1);
        self.changes += 1;
    }

    /// Counts rows of known kinds; how many there was room for.
    pub(super) fn fold_known_rows(&mut self, rows: &[Known]) -> u64 {
        let mut added = 0;
        for known in rows {
            let kind = known.name | retry(known.attempt);
            let ms = known.started_at.ms();
            if !self.fold(Start { ms, kind, duration_ms: known.duration_ms, waited_ms: None }) {
                break;
            }
            self.kinds.see(known.name, ms);
            self.reach(known.started_at);
            added += 1;
        }
        added
    }

    /// Counts rows that lie side by side; how many there was room for.
    pub(super) fn fold_stretch(&mut self, stretch: &Stretch<'_>) -> usize {
        let rows = stretch.kinds.iter().zip(stretch.starts).zip(stretch.durations);
        let mut added = 0;
        for ((kind, ms), duration) in rows {
            let duration_ms = (*duration != NONE).then_some(u64::from(*duration));
            if !self.fold(Start { ms: *ms, kind: *kind, duration_ms, waited_ms: None }) {
                break;
            }
            added += 1;
        }
        self.see(stretch.kinds.get(..added).unwrap_or_default(), stretch.starts.get(..added).unwrap_or_default());
        added
    }

    /// Counts a row of another table; false if there is no room for it.
    pub(super) fn fold_adopted(&mut self, row: Start) -> bool {
        if row.kind & UNSTARTED == 0 {
            return self.fold(row);
        }
        self.folded.unstarted += 1;
        self.retries += u64::from(row.kind & RETRY != 0);
        self.changes += 1;
        true
    }

    /// Adds the rows that another table counted, whose kinds have these numbers here.
    pub(super) fn merge_folded(&mut self, other: &Table, numbers: &[u32]) {
        let theirs = &other.folded;
        self.folded.unstarted += theirs.unstarted;
        for cell in theirs.cells() {
            let Some(kind) = numbers.get(cell.kind as usize) else { continue };
            let bins = theirs.bins_of(cell).count();
            if !self.folded.make_room(bins, self.most_bytes) {
                self.is_full = true;
                return;
            }
            let wait = theirs.wait_of(cell);
            let number = self.folded.add(
                *kind,
                cell.bucket,
                &More {
                    executions: cell.executions,
                    retries: cell.retries,
                    duration_ms: cell.duration_ms(),
                    ends: (cell.least, cell.most),
                    waited: wait.waited,
                    wait_ms: wait.ms,
                },
            );
            theirs.bins_of(cell).for_each(|(bin, count)| self.folded.add_bin(number, bin, count));
            self.retries += u64::from(cell.retries);
        }
        self.changes += 1;
    }
}

/// Makes room in a list, in the way of a list that grows; false if memory or what is left of a limit has none.
fn reserve<T>(list: &mut Vec<T>, more: usize, room: &mut usize) -> bool {
    if list.capacity() - list.len() >= more {
        return true;
    }
    let grown = (list.capacity() * 2).max(list.len() + more).max(64);
    let bytes = (grown - list.capacity()) * size_of::<T>();
    if bytes > *room || list.try_reserve_exact(grown - list.len()).is_err() {
        return false;
    }
    *room -= bytes;
    true
}
