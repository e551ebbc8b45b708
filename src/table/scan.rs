//! Passes over the rows. Each asks of a row its moment and its kind, and of the kind what was worked out before; what
//! is counted for a row is one entry of an array. Decides nothing.

use super::Table;
use super::column::{Cells, Chunk, KIND, LONG, RETRY, SUPERSEDED, UNSTARTED};
use crate::FORMS;
use crate::bucket::Buckets;
use crate::cube::Sums;
use crate::execution::Status;
use crate::histogram::{BINS, Bins, Histogram};
use crate::options::{Attempts, Counting, Moment};
use crate::time::Timestamp;
use crate::window::Window;

/// In place of a moment: the row has none of the kind that is asked for.
const NO_MOMENT: i64 = i64::MIN;
/// In place of a moment: a later attempt counts instead of the row.
const REPEATED: i64 = i64::MIN + 1;

/// The instant so many milliseconds after (`sign` 1) or before another; one beyond the calendar is none.
#[inline]
fn spanned(start_ms: i64, ms: Option<u64>, sign: i64) -> Option<i64> {
    let moment = start_ms.saturating_add(i64::try_from(ms?).ok()?.saturating_mul(sign));
    (Timestamp::MIN.ms()..=Timestamp::MAX.ms()).contains(&moment).then_some(moment)
}

/// What the rows of one class did in one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    rows: u32,
    timed: u32,
    /// Of those that fit the column; 2^32 rows of 2^32 ms each fit here.
    duration_ms: u64,
}

/// Rows by class and bucket.
#[derive(Clone, Debug)]
pub(super) struct Swept {
    /// Buckets, and one more for the rows outside the window.
    stride: usize,
    /// Entry `class × stride + bucket`.
    entries: Vec<Entry>,
    /// The durations that do not fit the column, each with its entry.
    longs: Vec<(usize, u64)>,
}

impl Swept {
    /// Adds up the classes that are wanted, by bucket: `statuses` holds each one's status, or nothing.
    pub(super) fn sums(&self, statuses: &[Option<Status>]) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); self.stride - 1];
        let mut together = vec![Entry::default(); self.stride];
        for status in Status::ALL {
            let mut is_there = false;
            for (_, entries) in
                statuses.iter().zip(self.entries.chunks(self.stride)).filter(|(of, _)| **of == Some(status))
            {
                together.iter_mut().zip(entries).for_each(|(together, entry)| together.add(entry));
                is_there = true;
            }
            if is_there {
                for (sums, entry) in sums.iter_mut().zip(&mut together) {
                    let Entry { rows, timed, duration_ms } = std::mem::take(entry);
                    sums.count_many(status, rows.into(), timed.into(), duration_ms.into());
                }
            }
        }
        for (entry, duration_ms) in &self.longs {
            let status = statuses.get(entry / self.stride).copied().flatten();
            if let (Some(status), Some(sums)) = (status, sums.get_mut(entry % self.stride)) {
                sums.count_many(status, 0, 1, (*duration_ms).into());
            }
        }
        sums
    }
}

impl Entry {
    /// Nothing overflows here: all entries together count no more rows than a table numbers.
    #[inline]
    fn add(&mut self, more: &Entry) {
        self.rows = self.rows.wrapping_add(more.rows);
        self.timed = self.timed.wrapping_add(more.timed);
        self.duration_ms = self.duration_ms.wrapping_add(more.duration_ms);
    }
}

/// What became of the rows before any filter.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    /// Rows in the window, by kind.
    pub(super) by_kind: Vec<u64>,
    /// Of those, second and later attempts, by kind.
    pub(super) retries: Vec<u64>,
    /// Rows without the moment that is asked for.
    pub(super) no_moment: u64,
    /// Rows instead of which a later attempt counts.
    pub(super) repeated: u64,
    /// Rows whose moment lies outside the window.
    pub(super) outside_window: u64,
}

impl Table {
    /// How many rows of each kind lie in a window, and where the others are.
    pub(super) fn placed(&self, counting: Counting, window: &Window) -> Placed {
        let kinds = self.kinds.all().len();
        // Two counts a kind: first attempts, and later ones.
        let mut counts = vec![0u64; kinds * 2];
        let mut placed = Placed::default();
        let is_plain = self.has_plain_moments(counting);
        let length = window.until.ms().saturating_sub(window.start_ms).max(0) as u64;
        self.each_chunk(counting, &mut |chunk, moments, _| {
            for (moment, kind) in moments.iter().zip(&chunk.kinds) {
                let is_retry = usize::from(kind & RETRY != 0);
                if let Some(count) = counts.get_mut((kind & KIND) as usize * 2 + is_retry) {
                    *count += u64::from((moment.wrapping_sub(window.start_ms) as u64) < length);
                }
            }
            for moment in moments.iter().filter(|_| !is_plain) {
                placed.no_moment += u64::from(*moment == NO_MOMENT);
                placed.repeated += u64::from(*moment == REPEATED);
            }
        });
        for pair in counts.chunks_exact(2) {
            let [first, later] = pair else { continue };
            placed.by_kind.push(first + later);
            placed.retries.push(*later);
        }
        let in_window: u64 = placed.by_kind.iter().sum();
        placed.outside_window = self.rows() - placed.no_moment - placed.repeated - in_window;
        placed
    }

    /// Counts every row in the entry of its bucket and its kind's class, of which there are so many. `None` where there
    /// is no memory for that.
    pub(super) fn sweep(
        &self,
        counting: Counting,
        buckets: &Buckets,
        class_of: &[u32],
        classes: usize,
    ) -> Option<Swept> {
        let stride = buckets.hours().len() + 1;
        let mut entries = Vec::new();
        entries.try_reserve_exact(stride.checked_mul(classes)?).ok()?;
        entries.resize(stride * classes, Entry::default());
        let place = |kind: u32, moment: i64| {
            let class = class_of.get((kind & KIND) as usize).map_or(0, |class| *class as usize);
            class * stride + buckets.place(moment)
        };
        self.each_chunk(counting, &mut |chunk, moments, _| {
            for ((moment, kind), duration) in moments.iter().zip(&chunk.kinds).zip(&chunk.durations) {
                if let Some(entry) = entries.get_mut(place(*kind, *moment)) {
                    let is_timed = *duration < LONG;
                    let duration_ms = if is_timed { u64::from(*duration) } else { 0 };
                    entry.add(&Entry { rows: 1, timed: u32::from(is_timed), duration_ms });
                }
            }
        });
        let mut longs = Vec::new();
        for row in self.long_durations.rows() {
            let Some(cells) = self.columns.get(row).filter(|cells| cells.duration == LONG) else { continue };
            let duration_ms = self.long_durations.decode(row, LONG).unwrap_or(0);
            longs.push((place(cells.kind, self.moment(counting, row, cells)), duration_ms));
        }
        Some(Swept { stride, entries, longs })
    }

    /// How the durations of the rows of wanted kinds are distributed, by bucket. `None` where there is no memory for
    /// that.
    pub(super) fn durations(&self, counting: Counting, buckets: &Buckets, wanted: &[bool]) -> Option<Vec<Histogram>> {
        let bins = Bins::new();
        let (mut least, mut most) = (u32::MAX, 0);
        for chunk in &self.columns.chunks {
            for duration in chunk.durations.iter().filter(|duration| **duration < LONG) {
                (least, most) = (least.min(*duration), most.max(*duration));
            }
        }
        // Bins outside of what occurs take no memory, but long durations may be in all of the last ones.
        let first = if least > most { 0 } else { bins.of(least.into()) };
        let last = if self.long_durations.rows().next().is_some() { BINS - 1 } else { bins.of(most.into()) };
        let width = last + 1 - first.min(last);
        let hours = buckets.hours().len();
        let mut counts: Vec<u32> = Vec::new();
        counts.try_reserve_exact(hours.checked_mul(width)?).ok()?;
        counts.resize(hours * width, 0);
        let mut ends = vec![(u64::MAX, 0u64); hours];
        self.each_chunk(counting, &mut |chunk, moments, first_row| {
            for (((moment, kind), duration), row) in
                moments.iter().zip(&chunk.kinds).zip(&chunk.durations).zip(first_row..)
            {
                let bucket = buckets.place(*moment);
                let (Some(true), Some(ends)) = (wanted.get((kind & KIND) as usize), ends.get_mut(bucket)) else {
                    continue;
                };
                let Some(ms) = self.long_durations.decode(row, *duration) else { continue };
                let bin = bins.of(ms).clamp(first, last) - first;
                if let Some(count) = counts.get_mut(bucket * width + bin) {
                    *count += 1;
                }
                *ends = (ends.0.min(ms), ends.1.max(ms));
            }
        });
        let of_bucket = |(counts, (least, most)): (&[u32], &(u64, u64))| {
            let counts = counts.iter().enumerate().map(|(bin, count)| (first + bin, u64::from(*count)));
            Histogram::new(counts, *least, *most)
        };
        Some(counts.chunks(width.max(1)).zip(&ends).map(of_bucket).collect())
    }

    /// Adds to each bucket how long its rows of wanted kinds waited.
    pub(super) fn add_waits(&self, counting: Counting, buckets: &Buckets, wanted: &[bool], sums: &mut [Sums]) {
        // A canonical row says nothing of when it was due.
        if !FORMS {
            return;
        }
        self.each_chunk(counting, &mut |chunk, moments, first_row| {
            for (((moment, kind), wait), row) in moments.iter().zip(&chunk.kinds).zip(&chunk.waits).zip(first_row..) {
                let sums = sums.get_mut(buckets.place(*moment));
                let (Some(true), Some(sums)) = (wanted.get((kind & KIND) as usize), sums) else { continue };
                if let Some(ms) = self.long_waits.decode(row, *wait) {
                    sums.waited += 1;
                    sums.wait_ms += u128::from(ms);
                }
            }
        });
    }

    /// The oldest and the newest moment of any row, in milliseconds.
    pub(super) fn ends_of(&self, by: Moment) -> Option<(i64, i64)> {
        let (mut oldest, mut newest) = (i64::MAX, i64::MIN);
        self.each_chunk(Counting { by, attempts: Attempts::Each }, &mut |_, moments, _| {
            for moment in moments.iter().filter(|moment| **moment != NO_MOMENT) {
                (oldest, newest) = (oldest.min(*moment), newest.max(*moment));
            }
        });
        (oldest <= newest).then_some((oldest, newest))
    }

    /// Calls with each chunk, the moments of its rows and the number of the first of these.
    pub(super) fn each_chunk(&self, counting: Counting, each: &mut dyn FnMut(&Chunk, &[i64], u64)) {
        let is_plain = self.has_plain_moments(counting);
        let mut moments = Vec::new();
        let mut first_row = 0;
        for chunk in &self.columns.chunks {
            if is_plain {
                each(chunk, &chunk.starts, first_row);
            } else {
                moments.clear();
                self.push_moments(counting, chunk, first_row, &mut moments);
                each(chunk, &moments, first_row);
            }
            first_row += chunk.len() as u64;
        }
    }

    /// The moment that places a row, or why none does.
    pub(super) fn moment(&self, counting: Counting, row: u64, cells: Cells) -> i64 {
        let has_started = cells.kind & UNSTARTED == 0;
        let moment = match counting.by {
            Moment::Start => has_started.then_some(cells.start_ms),
            Moment::End => spanned(cells.start_ms, self.long_durations.decode(row, cells.duration), 1),
            Moment::Scheduled if has_started => spanned(cells.start_ms, self.long_waits.decode(row, cells.wait), -1),
            Moment::Scheduled => Some(cells.start_ms),
        };
        match moment {
            None => NO_MOMENT,
            Some(_) if counting.attempts == Attempts::Last && cells.kind & SUPERSEDED != 0 => REPEATED,
            Some(moment) => moment,
        }
    }

    /// The same of the rows of a chunk, one after the other.
    fn push_moments(&self, counting: Counting, chunk: &Chunk, first_row: u64, moments: &mut Vec<i64>) {
        let no_waits = std::iter::repeat(u32::MAX);
        let waits = chunk.waits.iter().copied().chain(no_waits);
        let columns = chunk.starts.iter().zip(&chunk.kinds).zip(&chunk.durations).zip(waits).zip(first_row..);
        for ((((start_ms, kind), duration), wait), row) in columns {
            let cells = Cells { start_ms: *start_ms, kind: *kind, duration: *duration, wait };
            moments.push(self.moment(counting, row, cells));
        }
    }

    /// True if the moment of every row is what the column of starts holds.
    fn has_plain_moments(&self, counting: Counting) -> bool {
        counting.by == Moment::Start
            && self.unstarted == 0
            && (counting.attempts == Attempts::Each || self.superseded == 0)
    }
}
