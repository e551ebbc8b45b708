//! Passes over the rows. Each asks of a row its moment and its kind, and of the kind what was worked out before; what
//! is counted for a row is one entry of an array. Decides nothing.

use super::Table;
use super::column::{Cells, Chunk, KIND, LONG, RETRY, SUPERSEDED, UNSTARTED};
use crate::FORMS;
use crate::bucket::{Buckets, Even};
use crate::cube::Sums;
use crate::execution::Status;
use crate::histogram::{BINS, Bins, Histogram};
use crate::options::{Attempts, Counting, Moment};
use crate::time::Timestamp;
use crate::window::{MOST_DAYS_AHEAD, Window};
use crate::zone::DAY_MS;

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

const PLUS: u64 = 1;
const MINUS: u64 = u64::MAX;

/// What the rows of one class did in one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// Rows, and 2^32 times those of them that have a duration: a table numbers its rows in 32 bits.
    counts: u64,
    /// Of the durations that fit the column; 2^32 rows of 2^32 ms each fit here.
    duration_ms: u64,
}

impl Entry {
    /// One row.
    #[inline(always)]
    fn of(duration: u32) -> Self {
        let is_timed = u64::from(duration < LONG);
        Self { counts: 1 | is_timed << 32, duration_ms: u64::from(duration) & is_timed.wrapping_neg() }
    }

    /// Adds another entry, or takes out one that was added before where `sign` is minus one. Nothing overflows here: all
    /// entries together count no more rows than a table numbers.
    #[inline(always)]
    fn add(&mut self, more: &Entry, sign: u64) {
        self.counts = self.counts.wrapping_add(more.counts.wrapping_mul(sign));
        self.duration_ms = self.duration_ms.wrapping_add(more.duration_ms.wrapping_mul(sign));
    }
}

/// Rows by class and bucket.
#[derive(Clone, Debug)]
pub(super) struct Swept {
    /// The status of each class; `None` for rows that nothing asks for.
    statuses: Vec<Option<Status>>,
    /// Buckets, and one more for the rows outside the window.
    stride: usize,
    /// Entry `class × stride + bucket`.
    entries: Vec<Entry>,
    /// The durations that do not fit the column, each with its entry.
    longs: Vec<(usize, u64)>,
    /// Entries of all classes of a status together, by status; empty unless they were added up.
    totals: Vec<Vec<Entry>>,
}

impl Swept {
    /// Adds up all classes of each status, so that a choice of most of them is what is left without the others.
    pub(super) fn add_up(&mut self) {
        let total = |status| self.together(vec![Entry::default(); self.stride], status, PLUS, &|_| true);
        self.totals = Status::ALL.map(total).into();
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds up the classes that are wanted, by bucket.
    pub(super) fn sums(&self, wanted: &[bool]) -> Vec<Sums> {
        let is_wanted = |class: usize| wanted.get(class) == Some(&true);
        let mut sums = vec![Sums::default(); self.stride - 1];
        for status in Status::ALL {
            let of_status = || self.statuses.iter().zip(0..).filter(|(of, _)| **of == Some(status));
            let chosen = of_status().filter(|(_, class)| is_wanted(*class)).count();
            if chosen == 0 {
                continue;
            }
            let total = self.totals.get(status as usize).filter(|_| chosen * 2 > of_status().count());
            let together = match total {
                Some(total) => self.together(total.clone(), status, MINUS, &|class| !is_wanted(class)),
                None => self.together(vec![Entry::default(); self.stride], status, PLUS, &is_wanted),
            };
            for (sums, Entry { counts, duration_ms }) in sums.iter_mut().zip(together) {
                sums.count_many(status, u64::from(counts as u32), counts >> 32, duration_ms.into());
            }
        }
        for (entry, duration_ms) in &self.longs {
            let class = entry / self.stride;
            let status = self.statuses.get(class).copied().flatten().filter(|_| is_wanted(class));
            if let (Some(status), Some(sums)) = (status, sums.get_mut(entry % self.stride)) {
                sums.count_many(status, 0, 1, (*duration_ms).into());
            }
        }
        sums
    }

    /// Adds to entries, or takes out of them, those of some classes of a status.
    fn together(
        &self,
        mut together: Vec<Entry>,
        status: Status,
        sign: u64,
        is_meant: &dyn Fn(usize) -> bool,
    ) -> Vec<Entry> {
        for ((of, entries), class) in self.statuses.iter().zip(self.entries.chunks(self.stride)).zip(0..) {
            if *of == Some(status) && is_meant(class) {
                together.iter_mut().zip(entries).for_each(|(together, entry)| together.add(entry, sign));
            }
        }
        together
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

/// Counts the rows of a chunk in entries, of which those of a kind begin at its place in `firsts`; every other row in
/// those that lie `other` behind these, since a row that is counted where the one before was waits for that one's count. A
/// function of its own, to which the compiler can tell that nothing but entries changes.
#[inline(never)]
fn count_rows(entries: &mut [Entry], other: usize, firsts: &[usize], even: Even, moments: &[i64], chunk: &Chunk) {
    let mut lane = 0;
    for ((moment, kind), duration) in moments.iter().zip(&chunk.kinds).zip(&chunk.durations) {
        lane ^= other;
        let Some(first) = firsts.get((kind & KIND) as usize) else { continue };
        if let Some(entry) = entries.get_mut(first.wrapping_add(lane).wrapping_add(even.place(*moment))) {
            entry.add(&Entry::of(*duration), PLUS);
        }
    }
}

/// Durations by bucket and bin.
struct Binned<'a> {
    bins: &'a Bins,
    /// The bins that are counted.
    first: usize,
    last: usize,
    /// By bucket, of each as many as there are bins.
    counts: &'a mut [u32],
    /// The shortest and the longest, by bucket.
    ends: &'a mut [(u64, u64)],
}

impl Binned<'_> {
    #[inline(always)]
    fn count(&mut self, bucket: usize, ms: u64) {
        let width = self.last.wrapping_sub(self.first).wrapping_add(1);
        let bin = self.bins.of(ms).clamp(self.first, self.last).wrapping_sub(self.first);
        if let Some(count) = self.counts.get_mut(bucket.wrapping_mul(width).wrapping_add(bin)) {
            *count = count.wrapping_add(1);
        }
        if let Some((least, most)) = self.ends.get_mut(bucket) {
            (*least, *most) = (ms.min(*least), ms.max(*most));
        }
    }

    /// Counts the short durations of the rows of wanted kinds, and all others in the bucket of rows outside the window.
    #[inline(never)]
    fn count_rows(&mut self, wanted: &[bool], even: Even, moments: &[i64], chunk: &Chunk) {
        for ((moment, kind), duration) in moments.iter().zip(&chunk.kinds).zip(&chunk.durations) {
            let is_wanted = wanted.get((kind & KIND) as usize) == Some(&true);
            let is_counted = is_wanted & (*duration < LONG);
            self.count(if is_counted { even.place(*moment) } else { even.hours() }, u64::from(*duration));
        }
    }
}

/// Adds rows to the counts of their kinds, where they are to be counted: two for first attempts and two for later ones,
/// of which neighbours take turns.
#[inline(always)]
fn count_kinds(counts: &mut [u64], kinds: impl Iterator<Item = (u32, bool)>) {
    let mut lane = 0;
    for (kind, is_counted) in kinds {
        lane ^= 1;
        let place = ((kind & KIND) as usize) << 2 | usize::from(kind & RETRY != 0) << 1 | lane;
        if let Some(count) = counts.get_mut(place) {
            *count = count.wrapping_add(u64::from(is_counted));
        }
    }
}

/// What is called with a chunk, moments of its rows, the buckets in which they lie and the number of the first row.
type EachPlaced<'a> = dyn FnMut(&Chunk, &[i64], Even, u64) + 'a;

impl Table {
    /// True if every row has a moment that places it, and within a window.
    pub(super) fn is_within(&self, counting: Counting, window: &Window) -> bool {
        let reach = self.oldest.zip(self.newest).filter(|_| self.has_plain_moments(counting));
        reach.is_some_and(|(oldest, newest)| oldest.ms() >= window.start_ms && newest < window.until)
    }

    /// How many rows of each kind lie in a window, and where the others are.
    pub(super) fn placed(&self, counting: Counting, window: &Window) -> Placed {
        let kinds = self.kinds.all().len();
        let mut counts = vec![0u64; kinds * 4];
        let mut placed = Placed::default();
        let is_plain = self.has_plain_moments(counting);
        let length = window.until.ms().saturating_sub(window.start_ms).max(0) as u64;
        if self.is_within(counting, window) {
            for chunk in &self.columns.chunks {
                count_kinds(&mut counts, chunk.kinds.iter().map(|kind| (*kind, true)));
            }
        } else {
            self.each_chunk(counting, &mut |chunk, moments, _| {
                let start_ms = window.start_ms;
                let is_inside = |moment: &i64| (moment.wrapping_sub(start_ms) as u64) < length;
                let kinds = chunk.kinds.iter().zip(moments);
                count_kinds(&mut counts, kinds.map(|(kind, moment)| (*kind, is_inside(moment))));
                for moment in moments.iter().filter(|_| !is_plain) {
                    placed.no_moment += u64::from(*moment == NO_MOMENT);
                    placed.repeated += u64::from(*moment == REPEATED);
                }
            });
        }
        for four in counts.as_chunks().0 {
            let [first, second, later, last] = four;
            placed.by_kind.push(first + second + later + last);
            placed.retries.push(later + last);
        }
        let in_window: u64 = placed.by_kind.iter().sum();
        placed.outside_window = self.rows() - placed.no_moment - placed.repeated - in_window;
        placed
    }

    /// Counts every row in the entry of its bucket and its kind's class; `statuses` holds the status of each class.
    /// `None` where there is no memory for that.
    pub(super) fn sweep(
        &self,
        counting: Counting,
        buckets: &Buckets,
        class_of: &[u32],
        statuses: Vec<Option<Status>>,
    ) -> Option<Swept> {
        let stride = buckets.hours().len() + 1;
        let mut entries = Vec::new();
        let all = stride.checked_mul(statuses.len())?;
        // Twice as many where that is little beside the rows.
        let other = if self.rows() / 8 > all as u64 { all } else { 0 };
        entries.try_reserve_exact(all + other).ok()?;
        entries.resize(all + other, Entry::default());
        let firsts: Vec<usize> = class_of.iter().map(|class| *class as usize * stride).collect();
        self.each_placed(counting, buckets, &mut |chunk, moments, even, _| {
            count_rows(&mut entries, other, &firsts, even, moments, chunk);
        });
        if let Some((first, others)) = entries.split_at_mut_checked(all) {
            first.iter_mut().zip(others).for_each(|(entry, other)| entry.add(other, PLUS));
        }
        entries.truncate(all);
        entries.shrink_to_fit();
        let mut longs = Vec::new();
        for row in self.long_durations.rows() {
            let Some(cells) = self.columns.get(row).filter(|cells| cells.duration == LONG) else { continue };
            let first = firsts.get((cells.kind & KIND) as usize).copied().unwrap_or(0);
            let place = first + buckets.place(self.moment(counting, row, cells));
            longs.push((place, self.long_durations.decode(row, LONG).unwrap_or(0)));
        }
        Some(Swept { statuses, stride, entries, longs, totals: Vec::new() })
    }

    /// How the durations of the rows of wanted kinds are distributed, by bucket. `None` where there is no memory for
    /// that.
    pub(super) fn durations(&self, counting: Counting, buckets: &Buckets, wanted: &[bool]) -> Option<Vec<Histogram>> {
        let bins = Bins::new();
        let (mut least, mut most) = (u32::MAX, 0);
        for chunk in &self.columns.chunks {
            for duration in &chunk.durations {
                (least, most) = (least.min(*duration), most.max(if *duration < LONG { *duration } else { 0 }));
            }
        }
        // Bins outside of what occurs take no memory, but long durations may be in all of the last ones.
        let first = bins.of(least.into());
        let last = if self.long_durations.rows().next().is_some() { BINS - 1 } else { bins.of(most.into()) };
        let first = first.min(last);
        let width = last + 1 - first;
        let hours = buckets.hours().len();
        // The last bucket is that of the rows that are not counted.
        let mut counts: Vec<u32> = Vec::new();
        let all = (hours + 1).checked_mul(width)?;
        counts.try_reserve_exact(all).ok()?;
        counts.resize(all, 0);
        let mut ends = vec![(u64::MAX, 0); hours + 1];
        let mut binned = Binned { bins: &bins, first, last, counts: &mut counts, ends: &mut ends };
        self.each_placed(counting, buckets, &mut |chunk, moments, even, _| {
            binned.count_rows(wanted, even, moments, chunk);
        });
        for row in self.long_durations.rows() {
            let Some(cells) = self.columns.get(row).filter(|cells| cells.duration == LONG) else { continue };
            let ms = self.long_durations.decode(row, LONG);
            if let Some(ms) = ms.filter(|_| wanted.get((cells.kind & KIND) as usize) == Some(&true)) {
                binned.count(buckets.place(self.moment(counting, row, cells)), ms);
            }
        }
        let of_bucket = |(counts, (least, most)): (&[u32], &(u64, u64))| {
            let counts = counts.iter().enumerate().map(|(bin, count)| (first + bin, u64::from(*count)));
            Histogram::new(counts, *least, *most)
        };
        Some(counts.chunks(width).zip(&ends).take(hours).map(of_bucket).collect())
    }

    /// Adds to each bucket how long its rows of wanted kinds waited.
    pub(super) fn add_waits(&self, counting: Counting, buckets: &Buckets, wanted: &[bool], sums: &mut [Sums]) {
        // A canonical row says nothing of when it was due.
        if !FORMS {
            return;
        }
        self.each_placed(counting, buckets, &mut |chunk, moments, even, first_row| {
            for (((moment, kind), wait), row) in moments.iter().zip(&chunk.kinds).zip(&chunk.waits).zip(first_row..) {
                let sums = sums.get_mut(even.place(*moment));
                let (Some(true), Some(sums)) = (wanted.get((kind & KIND) as usize), sums) else { continue };
                if let Some(ms) = self.long_waits.decode(row, *wait) {
                    sums.waited += 1;
                    sums.wait_ms += u128::from(ms);
                }
            }
        });
    }

    /// The oldest and the newest moment of any row, in milliseconds, and whether rows are passed over that are due so long
    /// behind all that have started ([`MOST_DAYS_AHEAD`]) that a window which ends with them would show nothing else.
    pub(super) fn ends_of(&self, by: Moment) -> Option<(i64, i64, bool)> {
        let ends_until = |most: i64| {
            let (mut oldest, mut newest, mut newest_started) = (i64::MAX, i64::MIN, i64::MIN);
            self.each_chunk(Counting { by, attempts: Attempts::Each }, &mut |chunk, moments, _| {
                let rows = moments.iter().zip(&chunk.kinds);
                for (moment, kind) in rows.filter(|(moment, _)| **moment != NO_MOMENT && **moment <= most) {
                    (oldest, newest) = (oldest.min(*moment), newest.max(*moment));
                    if kind & UNSTARTED == 0 {
                        newest_started = newest_started.max(*moment);
                    }
                }
            });
            (oldest <= newest).then_some((oldest, newest, newest_started))
        };
        let (oldest, newest, newest_started) = ends_until(i64::MAX)?;
        let most = newest_started.saturating_add(MOST_DAYS_AHEAD * DAY_MS);
        // A canonical row that has not started has no moment.
        if !FORMS || newest_started == i64::MIN || newest <= most {
            return Some((oldest, newest, false));
        }
        ends_until(most).map(|(oldest, newest, _)| (oldest, newest, true))
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

    /// The same with buckets that each are an hour behind the one before: where those asked for are not, moments are
    /// those of as many even ones.
    pub(super) fn each_placed(&self, counting: Counting, buckets: &Buckets, each: &mut EachPlaced<'_>) {
        let mut placed = Vec::new();
        self.each_chunk(counting, &mut |chunk, moments, first_row| match buckets.as_even(moments, &mut placed) {
            Ok(even) => each(chunk, moments, even, first_row),
            Err(even) => each(chunk, &placed, even, first_row),
        });
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
