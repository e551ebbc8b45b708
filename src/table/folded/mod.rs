//! Rows that were counted when they came and are not kept: one cell for each kind of row and bucket of UTC, so that
//! memory is bounded by kinds and time and not by rows. A cell knows of its rows what every view by start needs, so that
//! views are those of kept rows where hours consist of whole buckets. Knows no moment but the start and no single row.
//!
//! Rows come into a buffer; when that is full they are sorted and go into the cells, a page of these at a time. Rows in the
//! order of time, or against it, so touch few pages, whatever there is before. A bucket takes 8 bytes, a row that is alone in
//! its cell 8 more, and one of many next to nothing.

mod buffer;
mod page;
mod summary;

use super::column::{KIND, NONE, RETRY, UNSTARTED, retry};
use super::counts::{Count, MOST_COUNTED};
use super::scan::Placed;
use super::{Stretch, Table};
use crate::FORMS;
use crate::bucket::Buckets;
use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::cube::Sums;
use crate::execution::{Execution, Status};
use crate::histogram::{Bins, Histogram};
use crate::ingest::Known;
use crate::options::{Counting, Moment};
use crate::time::Timestamp;
use crate::window::Window;
use buffer::Buffer;
use page::{CellsOfBucket, Key, MOST_AT_ONCE, MOST_ROW_BYTES, Page};
use summary::{One, Summary};

/// Takes the begin of a bucket, the kind of its executions and what makes their count, which not everyone wants.
pub(super) type TakeCount<'a> = dyn FnMut(i64, u32, &dyn Fn() -> Count) + 'a;

/// The length of a bucket. Every zone of today is a whole number of quarters of an hour away from UTC (Kathmandu 5:45),
/// so its hours consist of whole buckets; with hours of UTC it would be wrong by up to 45 minutes, and half hours do for
/// India but not for Nepal. Sparse logs have hardly more cells of a quarter than of an hour.
pub(super) const BUCKET_SECONDS: u32 = 900;
const BUCKET_MS: i64 = BUCKET_SECONDS as i64 * 1000;

/// One row in so many cells may lie in the buffer: where rows come in no order, all pages are written anew when it is full.
const CELLS_PER_ROW: usize = 8;
/// As memory comes to its end, so many cells a row: with fewer rows, each would have pages written anew for itself.
const MOST_CELLS_PER_ROW: usize = 64;

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
    /// Those that came last.
    buffer: Buffer,
    /// The others, rising.
    pages: Vec<Page>,
    page_bytes: usize,
    cells: usize,
    started: u64,
    unstarted: u64,
}

impl Folded {
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
        self.page_bytes + self.pages.capacity() * size_of::<Page>() + self.buffer.bytes()
    }

    /// Makes room for one more row; false if there is none.
    #[inline]
    pub(super) fn make_room(&mut self, most_bytes: usize) -> bool {
        FORMS && (self.buffer.has_room() || self.grow(most_bytes))
    }

    #[cold]
    fn grow(&mut self, most_bytes: usize) -> bool {
        // What is in the buffer has room in the cells, however it lies.
        let has_room = |folded: &Self, rows: usize| {
            let all = rows.saturating_mul(Buffer::ROW_BYTES + MOST_ROW_BYTES);
            all.saturating_add(folded.bytes() - folded.buffer.bytes()) <= most_bytes
        };
        let wanted = self.buffer.wanted(self.cells / CELLS_PER_ROW);
        if wanted > self.buffer.capacity() && has_room(self, wanted) && self.buffer.grow(wanted) {
            return true;
        }
        if !self.empty_buffer() {
            return false;
        }
        // As memory comes to its end, the buffer does with less of it.
        while self.buffer.capacity() > 0 && !has_room(self, self.buffer.capacity()) {
            if !self.buffer.shrink(self.cells / MOST_CELLS_PER_ROW) {
                return false;
            }
        }
        self.buffer.has_room()
    }

    /// Puts the rows of the buffer into cells; false if memory has no room. Then those that were not put stay.
    fn empty_buffer(&mut self) -> bool {
        let mut buffer = std::mem::take(&mut self.buffer);
        let is_done = buffer.sort() && {
            let keys = buffer.keys();
            keys.is_some_and(|keys| {
                let put = self.put(&keys, &|place| Summary::One(buffer.row(place)));
                buffer.forget(put);
                put == keys.len()
            })
        };
        self.buffer = buffer;
        is_done
    }

    /// Adds summaries by rising keys to the cells; how many of them memory had room for.
    fn put<'a>(&mut self, keys: &[Key], summary: &dyn Fn(usize) -> Summary<'a>) -> usize {
        let bins = Bins::new();
        let mut done = 0;
        while let Some(key) = keys.get(done).copied() {
            let mut place = self.pages.partition_point(|page| page.first() <= key).saturating_sub(1);
            let page = self.pages.get(place).filter(|page| key <= page.last() || !page.is_full());
            let nothing = Page::default();
            let (replaced, page) = page.map_or((0, &nothing), |page| (1, page));
            place += usize::from(replaced == 0 && !self.pages.is_empty());
            let next = self.pages.get(place + replaced).map(Page::first);
            let rest = keys.get(done..).unwrap_or_default();
            let rest = rest.get(..MOST_AT_ONCE).unwrap_or(rest);
            let rows = next.map_or(rest.len(), |next| rest.partition_point(|key| *key < next));
            let rest = rest.get(..rows).unwrap_or_default();
            let before = (page.bytes(), page.len());
            let Some(pages) = page.with(rest, &|place| summary(done + place), &bins) else { break };
            if self.pages.try_reserve(pages.len()).is_err() {
                break;
            }
            self.page_bytes = self.page_bytes + pages.iter().map(Page::bytes).sum::<usize>() - before.0;
            self.cells = self.cells + pages.iter().map(Page::len).sum::<usize>() - before.1;
            self.pages.splice(place..place + replaced, pages);
            done += rows;
        }
        done
    }

    /// Counts a row of a kind of some status. There has to be room for it.
    #[inline]
    pub(super) fn add_row(&mut self, row: Start, status: Status) {
        let bucket = i32::try_from(row.ms.div_euclid(BUCKET_MS)).unwrap_or(i32::MAX);
        let duration_ms = row.duration_ms.filter(|_| status.is_decided());
        let one = One { is_retry: row.kind & RETRY != 0, duration_ms, waited_ms: row.waited_ms };
        self.buffer.push(Key { bucket, kind: row.kind & KIND }, one);
        self.started += 1;
    }

    /// Calls with the cells of each bucket; a bucket may come several times, and the same cell too.
    fn each_bucket(&self, each: &mut dyn FnMut(i64, CellsOrRow<'_>)) {
        let start_ms = |bucket: i32| i64::from(bucket) * BUCKET_MS;
        if FORMS {
            for (bucket, cells) in self.pages.iter().flat_map(Page::buckets) {
                each(start_ms(bucket), CellsOrRow::Cells(cells));
            }
            for (key, row) in self.buffer.all() {
                each(start_ms(key.bucket), CellsOrRow::Row(Some((key.kind, row))));
            }
        }
    }

    /// Calls with each cell's begin, its kind and what makes the count of its executions.
    pub(super) fn each_count(&self, each: &mut TakeCount<'_>) {
        let table_of_bins = Bins::new();
        self.each_bucket(&mut |start_ms, cells| {
            for (kind, summary) in cells {
                let count = || {
                    let mut bins = Vec::new();
                    summary.each_bin(&table_of_bins, &mut |bin, count| bins.push((bin as u16, count)));
                    Count {
                        seconds: BUCKET_SECONDS,
                        executions: summary.executions(),
                        timed: summary.timed(),
                        duration_ms: summary.duration_ms(),
                        bins,
                    }
                };
                each(start_ms, kind, &count);
            }
        });
    }

    /// Adds to numbers by kind so much for each call of [`Folded::each_count`].
    pub(super) fn add_for_counts(&self, by_kind: &mut [u64], more: u64) {
        self.each_bucket(&mut |_, cells| {
            for (kind, _) in cells {
                if let Some(number) = by_kind.get_mut(kind as usize) {
                    *number += more;
                }
            }
        });
    }

    /// The length of the buckets, if there are any.
    pub(super) fn bucket_seconds(&self) -> Option<u32> {
        (self.started() > 0).then_some(BUCKET_SECONDS)
    }

    /// Adds where these rows are to where the others are.
    pub(super) fn place(&self, counting: Counting, window: &Window, placed: &mut Placed) {
        placed.no_moment += self.unstarted();
        if counting.by != Moment::Start {
            placed.no_moment += self.started();
            return;
        }
        self.each_bucket(&mut |start_ms, cells| {
            let is_inside = start_ms >= window.start_ms && start_ms < window.until.ms();
            for (kind, summary) in cells {
                let of_kind = placed.by_kind.get_mut(kind as usize).zip(placed.retries.get_mut(kind as usize));
                match of_kind {
                    _ if !is_inside => placed.outside_window += summary.executions(),
                    Some((rows, retries)) => {
                        *rows += summary.executions();
                        *retries += summary.retries();
                    }
                    None => {}
                }
            }
        });
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
        if counting.by != Moment::Start || self.started() == 0 {
            return;
        }
        let bins = Bins::new();
        self.each_bucket(&mut |start_ms, cells| {
            let Some(bucket) = buckets.of(start_ms) else { return };
            let Some(sums) = sums.get_mut(bucket) else { return };
            for (kind, summary) in cells {
                let is_admitted = admitted.get(kind as usize).copied().unwrap_or(false);
                let (Some(kind), true) = (table.kinds.all().get(kind as usize), is_admitted) else { continue };
                sums.count_many(kind.status, summary.executions(), summary.timed(), summary.duration_ms());
                if with_waits {
                    sums.waited += summary.waited();
                    sums.wait_ms += summary.wait_ms();
                }
                let durations = durations.as_mut().filter(|_| kind.status.is_decided());
                let (Some(durations), Some(ends)) = (durations, summary.ends()) else { continue };
                durations.resize(buckets.hours().len().max(durations.len()), Histogram::default());
                if let Some(histogram) = durations.get_mut(bucket) {
                    summary.each_bin(&bins, &mut |bin, count| histogram.add(bin, count));
                    histogram.reach(ends);
                }
            }
        });
    }

    /// Appends the cells for another engine.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_long(out, self.unstarted);
        push_short(out, self.pages.len() as u32);
        self.pages.iter().for_each(|page| page.write(out));
        self.buffer.write(out);
    }

    /// Rows of kinds below `kinds` that started between two instants, as [`Folded::write`] wrote them; only to be merged.
    pub(super) fn read(
        bytes: &mut Bytes<'_>,
        kinds: usize,
        reach: Option<(Timestamp, Timestamp)>,
    ) -> Result<Folded, Broken> {
        let unstarted = bytes.long().ok().filter(|rows| *rows <= MOST_COUNTED).ok_or(Broken)?;
        let is_there = |bucket: i32| {
            let start_ms = i64::from(bucket) * BUCKET_MS;
            reach.is_some_and(|(oldest, newest)| start_ms <= newest.ms() && start_ms + BUCKET_MS > oldest.ms())
        };
        let mut folded = Folded { unstarted, ..Folded::default() };
        for _ in 0..bytes.count(Page::LEAST_BYTES)? {
            let (page, executions) = Page::read(bytes, kinds, &is_there)?;
            let all = folded.started.checked_add(executions).filter(|all| *all <= MOST_COUNTED);
            folded.started = all.ok_or(Broken)?;
            folded.pages.push(page);
        }
        folded.buffer = Buffer::read(bytes, kinds, &is_there)?;
        folded.started += folded.buffer.len() as u64;
        Ok(folded)
    }
}

/// The cells of a bucket, or one row of it.
enum CellsOrRow<'a> {
    Cells(CellsOfBucket<'a>),
    Row(Option<(u32, One)>),
}

impl<'a> Iterator for CellsOrRow<'a> {
    type Item = (u32, Summary<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            CellsOrRow::Cells(cells) => cells.next(),
            CellsOrRow::Row(row) => row.take().map(|(kind, row)| (kind, Summary::One(row))),
        }
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

    /// Puts together what was counted of rows of one kind and bucket, as far as memory has room: then it does not matter in
    /// which order they came. For when no more rows are expected.
    pub fn gather_counted(&mut self) {
        if FORMS && self.folded.empty_buffer() {
            self.folded.buffer = Buffer::default();
        }
    }

    /// Makes room to count one more row; false, and then it is said, if there is none.
    pub(super) fn make_room_to_count(&mut self) -> bool {
        let left = self.most_bytes.saturating_sub(self.columns.bytes());
        let has_room = self.can_count(1) && self.folded.make_room(left);
        self.is_full |= !has_room;
        has_room
    }

    /// Counts a row of a known kind; false if there is no room for it.
    fn fold(&mut self, row: Start) -> bool {
        if !self.make_room_to_count() {
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
        if !self.can_count(1) {
            return self.fill();
        }
        let kind = self.intern(execution);
        let kind = self.kind_with(kind, execution.error);
        self.kinds.see(kind, execution.started_at.ms());
        self.folded.unstarted += 1;
        self.retries += u64::from(execution.attempt > 1);
        self.changes += 1;
    }

    /// Counts rows of known kinds; how many there was room for.
    pub(super) fn fold_known_rows(&mut self, rows: &[Known]) -> u64 {
        let mut added = 0;
        for known in rows {
            let kind = known.kind | retry(known.attempt);
            let ms = known.started_at.ms();
            if !self.fold(Start { ms, kind, duration_ms: known.duration_ms, waited_ms: None }) {
                break;
            }
            self.kinds.see(known.kind, ms);
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
        if !self.can_count(1) {
            self.fill();
            return false;
        }
        self.folded.unstarted += 1;
        self.retries += u64::from(row.kind & RETRY != 0);
        self.changes += 1;
        true
    }

    /// Adds the rows that another table counted, whose kinds have these numbers here.
    pub(super) fn merge_folded(&mut self, other: &Table, numbers: &[u32]) {
        let theirs = &other.folded;
        if !FORMS || theirs.started == 0 && theirs.unstarted == 0 {
            return;
        }
        if !self.can_count(theirs.started.saturating_add(theirs.unstarted)) {
            return self.fill();
        }
        self.folded.unstarted += theirs.unstarted;
        self.changes += 1;
        for page in &theirs.pages {
            if self.merge_page(page, numbers).is_none() {
                return self.fill();
            }
        }
        for (key, row) in theirs.buffer.all() {
            let Some(kind) = numbers.get(key.kind as usize).copied() else { continue };
            if !self.make_room_to_count() {
                return;
            }
            self.folded.buffer.push(Key { kind, ..key }, row);
            self.folded.started += 1;
            self.retries += u64::from(row.is_retry);
        }
    }

    /// Adds the cells of a page whose kinds have these numbers here; `None` if there was no room for all of them.
    fn merge_page(&mut self, page: &Page, numbers: &[u32]) -> Option<()> {
        let waiting = self.folded.buffer.len().saturating_mul(MOST_ROW_BYTES);
        let all = [page.bytes(), waiting, self.folded.bytes(), self.columns.bytes()]
            .into_iter()
            .fold(0, usize::saturating_add);
        if all > self.most_bytes {
            return None;
        }
        let mut cells: Vec<(Key, Summary<'_>)> = Vec::new();
        let mut keys: Vec<Key> = Vec::new();
        cells.try_reserve_exact(page.len()).ok()?;
        keys.try_reserve_exact(page.len()).ok()?;
        let renumbered = |key: Key| Some(Key { kind: *numbers.get(key.kind as usize)?, ..key });
        cells.extend(page.all().filter_map(|(key, summary)| Some((renumbered(key)?, summary))));
        if !cells.is_sorted_by_key(|(key, _)| *key) {
            crate::order::sort(&mut cells, &|(one, _), (other, _)| one < other);
        }
        keys.extend(cells.iter().map(|(key, _)| *key));
        let summary = |place: usize| cells.get(place).map_or(Summary::One(One::NOTHING), |(_, summary)| *summary);
        let put = self.folded.put(&keys, &summary);
        for (_, summary) in cells.iter().take(put) {
            self.folded.started += summary.executions();
            self.retries += summary.retries();
        }
        (put == cells.len()).then_some(())
    }
}
