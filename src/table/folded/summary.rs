//! What is known together of rows of one kind that started in one bucket, in as few 32-bit words as that takes, and how that is
//! added up. Of few rows the durations are listed, which takes less than a row of a table; of many it is held how they lie in
//! bins. Knows neither kinds nor buckets.

use super::page::Cell;
use crate::execution::MOST_DURATION_MS;
use crate::histogram::{BINS, Bins};

/// Some rows of one kind and bucket.
#[derive(Clone, Copy, Debug)]
pub(super) enum Summary<'a> {
    One(One),
    Many(Many<'a>),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    pub(super) is_retry: bool,
    /// If it counts.
    pub(super) duration_ms: Option<u64>,
    pub(super) waited_ms: Option<u64>,
}

impl One {
    /// A row of which nothing is known.
    pub(super) const NOTHING: One = One { is_retry: false, duration_ms: None, waited_ms: None };
}

/// Rows in words. The lowest bit of the first word says in which of two ways:
/// - 1: how many durations (3 bits) and rows, retries and rows that waited (9 bits each); the durations, a word each; how long
///   rows waited together (2 words), if any did.
/// - 0: how many entries of bins; up to [`ENTRIES`] numbers, the low half first: rows, retries, durations, rows that waited (2
///   words each), how long these waited and all took together (3 each), the shortest and the longest (2 each); the entries,
///   by bin, each of a bin and how many lie there (16 bits each). One that is full is followed by another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many<'a>(&'a [u32]);

/// The most durations that are listed: more take less as bins.
const MOST_LISTED: usize = 4;
/// Where the numbers of what is not listed lie, in the order in which they are written, and where the bins begin.
const EXECUTIONS: usize = 1;
const RETRIES: usize = 3;
const TIMED: usize = 5;
const WAITED: usize = 7;
const WAIT_MS: usize = 9;
const DURATION_MS: usize = 12;
const LEAST: usize = 15;
const MOST: usize = 17;
const ENTRIES: usize = 19;
/// A count of what is listed fits so many bits.
const COUNT_BITS: u32 = 9;
const MOST_COUNT: u64 = (1 << COUNT_BITS) - 1;

/// The most words that a row may take.
pub(super) const MOST_WORDS: usize = ENTRIES + 1;

impl<'a> Many<'a> {
    /// Those whose words begin these; `None` if they break off.
    pub(super) fn begin(words: &'a [u32]) -> Option<Self> {
        let first = *words.first()?;
        let length = if is_listed(first) {
            1 + listed(first) + if count(first, 2) > 0 { 2 } else { 0 }
        } else {
            ENTRIES + (first >> 1) as usize
        };
        words.get(..length).map(Self)
    }

    pub(super) fn words(self) -> &'a [u32] {
        self.0
    }

    fn first(self) -> u32 {
        self.0.first().copied().unwrap_or(1)
    }

    fn number(self, at: usize) -> u64 {
        let word = |at: usize| self.0.get(at).map_or(0, |word| u64::from(*word));
        word(at + 1) << 32 | word(at)
    }

    fn long_number(self, at: usize) -> u128 {
        u128::from(self.number(at)) | self.0.get(at + 2).map_or(0, |word| u128::from(*word) << 64)
    }

    /// The durations that are listed.
    fn durations(self) -> Option<&'a [u32]> {
        is_listed(self.first()).then(|| self.0.get(1..1 + listed(self.first())).unwrap_or_default())
    }

    fn bins(self) -> impl Iterator<Item = (u16, u64)> {
        let entries = if is_listed(self.first()) { &[] } else { self.0.get(ENTRIES..).unwrap_or_default() };
        entries.iter().map(|entry| ((entry >> 16) as u16, u64::from(*entry & 0xffff)))
    }

    /// False if no rows are like that: words that someone else wrote.
    pub(super) fn is_sound(self) -> bool {
        let all = Summary::Many(self);
        let (executions, timed) = (all.executions(), all.timed());
        let most_ms = |rows: u64| u128::from(rows) * u128::from(MOST_DURATION_MS);
        let bins = || self.bins();
        let in_bins: u64 = bins().map(|(_, count)| count).sum();
        let are_bins = self.durations().is_some()
            || in_bins == timed
                && bins().all(|(bin, count)| usize::from(bin) < BINS && count > 0)
                && bins().is_sorted_by_key(|(bin, _)| bin);
        executions > 0
            && all.retries().max(all.waited()).max(timed) <= executions
            && all.duration_ms() <= most_ms(timed)
            && all.wait_ms() <= most_ms(all.waited())
            && all.ends().is_none_or(|(least, most)| least <= most && most <= MOST_DURATION_MS)
            && are_bins
    }
}

fn is_listed(first: u32) -> bool {
    first & 1 == 1
}

/// How many durations are listed.
fn listed(first: u32) -> usize {
    (first >> 1 & 7) as usize
}

/// Rows (0), retries (1) or rows that waited (2).
fn count(first: u32, which: u32) -> u64 {
    u64::from(first >> (4 + COUNT_BITS * which)) & MOST_COUNT
}

impl Summary<'_> {
    pub(super) fn executions(&self) -> u64 {
        match self {
            Summary::One(_) => 1,
            Summary::Many(many) if is_listed(many.first()) => count(many.first(), 0),
            Summary::Many(many) => many.number(EXECUTIONS),
        }
    }

    pub(super) fn retries(&self) -> u64 {
        match self {
            Summary::One(one) => u64::from(one.is_retry),
            Summary::Many(many) if is_listed(many.first()) => count(many.first(), 1),
            Summary::Many(many) => many.number(RETRIES),
        }
    }

    /// How many durations count.
    pub(super) fn timed(&self) -> u64 {
        match self {
            Summary::One(one) => u64::from(one.duration_ms.is_some()),
            Summary::Many(many) if is_listed(many.first()) => listed(many.first()) as u64,
            Summary::Many(many) => many.number(TIMED),
        }
    }

    pub(super) fn waited(&self) -> u64 {
        match self {
            Summary::One(one) => u64::from(one.waited_ms.is_some()),
            Summary::Many(many) if is_listed(many.first()) => count(many.first(), 2),
            Summary::Many(many) => many.number(WAITED),
        }
    }

    pub(super) fn wait_ms(&self) -> u128 {
        match self {
            Summary::One(one) => one.waited_ms.unwrap_or(0).into(),
            Summary::Many(many) if is_listed(many.first()) => many.number(1 + listed(many.first())).into(),
            Summary::Many(many) => many.long_number(WAIT_MS),
        }
    }

    /// The sum of the durations that count.
    pub(super) fn duration_ms(&self) -> u128 {
        match self {
            Summary::One(one) => one.duration_ms.unwrap_or(0).into(),
            Summary::Many(many) => match many.durations() {
                Some(durations) => durations.iter().map(|ms| u128::from(*ms)).sum(),
                None => many.long_number(DURATION_MS),
            },
        }
    }

    /// The shortest and the longest of them.
    pub(super) fn ends(&self) -> Option<(u64, u64)> {
        match self {
            Summary::One(one) => one.duration_ms.map(|ms| (ms, ms)),
            Summary::Many(many) => match many.durations() {
                Some(durations) => {
                    let (least, most) = (durations.iter().min()?, durations.iter().max()?);
                    Some((u64::from(*least), u64::from(*most)))
                }
                None => (self.timed() > 0).then(|| (many.number(LEAST), many.number(MOST))),
            },
        }
    }

    /// Calls with bins and how many durations lie there, in no order; one may come twice.
    pub(super) fn each_bin(&self, bins: &Bins, each: &mut dyn FnMut(usize, u64)) {
        match self {
            Summary::One(one) => one.duration_ms.iter().for_each(|ms| each(bins.of(*ms), 1)),
            Summary::Many(many) => match many.durations() {
                Some(durations) => durations.iter().for_each(|ms| each(bins.of(u64::from(*ms)), 1)),
                None => many.bins().for_each(|(bin, count)| each(usize::from(bin), count)),
            },
        }
    }
}

/// Summaries of one kind and bucket, added up.
#[derive(Debug, Default)]
pub(super) struct Sum {
    executions: u64,
    retries: u64,
    waited: u64,
    wait_ms: u128,
    timed: u64,
    duration_ms: u128,
    /// While they are few.
    listed: Vec<u32>,
    /// Else; with the shortest and the longest.
    bins: Vec<(u16, u64)>,
    ends: (u64, u64),
}

impl Sum {
    /// Nothing, in the room of what was added up before.
    pub(super) fn clear(&mut self) {
        let Self { mut listed, mut bins, .. } = std::mem::take(self);
        listed.clear();
        bins.clear();
        *self = Self { listed, bins, ..Self::default() };
    }

    pub(super) fn add(&mut self, more: &Summary<'_>, bins: &Bins) {
        self.executions += more.executions();
        self.retries += more.retries();
        self.waited += more.waited();
        self.wait_ms += more.wait_ms();
        match more {
            Summary::One(one) => one.duration_ms.iter().for_each(|ms| self.add_duration(*ms, bins)),
            Summary::Many(many) => match many.durations() {
                Some(durations) => durations.iter().for_each(|ms| self.add_duration(u64::from(*ms), bins)),
                None => {
                    let Some((least, most)) = more.ends() else { return };
                    self.put_into_bins(bins);
                    self.timed += more.timed();
                    self.duration_ms += more.duration_ms();
                    self.reach(least, most);
                    many.bins().for_each(|(bin, count)| self.add_bin(bin, count));
                }
            },
        }
    }

    fn add_duration(&mut self, ms: u64, bins: &Bins) {
        match u32::try_from(ms) {
            Ok(short) if self.listed.len() as u64 == self.timed && self.listed.len() < MOST_LISTED => {
                self.listed.push(short);
            }
            _ => {
                self.put_into_bins(bins);
                self.reach(ms, ms);
                self.add_bin(bins.of(ms) as u16, 1);
            }
        }
        self.timed += 1;
        self.duration_ms += u128::from(ms);
    }

    /// Lists durations no longer.
    fn put_into_bins(&mut self, bins: &Bins) {
        if self.bins.is_empty() {
            self.ends = (u64::MAX, 0);
        }
        let mut listed = std::mem::take(&mut self.listed);
        for ms in listed.drain(..).map(u64::from) {
            self.reach(ms, ms);
            self.add_bin(bins.of(ms) as u16, 1);
        }
        self.listed = listed;
    }

    fn reach(&mut self, least: u64, most: u64) {
        self.ends = (self.ends.0.min(least), self.ends.1.max(most));
    }

    fn add_bin(&mut self, bin: u16, count: u64) {
        let place = self.bins.partition_point(|(other, _)| *other < bin);
        match self.bins.get_mut(place).filter(|(other, _)| *other == bin) {
            Some((_, known)) => *known += count,
            None => self.bins.insert(place, (bin, count)),
        }
    }

    /// The cell of what was added up, of some kind, whose words go behind others; `None` if memory has no room for them.
    pub(super) fn cell(&mut self, kind: u32, words: &mut Vec<u32>, bins: &Bins) -> Option<Cell> {
        let at = u32::try_from(words.len()).ok()?;
        let most = self.executions.max(self.retries).max(self.waited);
        let wait = u64::try_from(self.wait_ms).ok().filter(|_| most <= MOST_COUNT && self.bins.is_empty());
        if let Some(wait_ms) = wait.filter(|_| self.listed.len() as u64 == self.timed) {
            words.try_reserve(1 + MOST_LISTED + 2).ok()?;
            let counts = [self.executions, self.retries, self.waited].into_iter().rev();
            let counts = counts.fold(0, |all, count| all << COUNT_BITS | count as u32);
            words.push(counts << 4 | (self.listed.len() as u32) << 1 | 1);
            words.extend_from_slice(&self.listed);
            if self.waited > 0 {
                words.extend([wait_ms as u32, (wait_ms >> 32) as u32]);
            }
            return Some(Cell::of_many(kind, at));
        }
        self.put_into_bins(bins);
        if self.bins.is_empty() {
            self.ends = (0, 0);
        }
        let most_of_entry = u64::from(u16::MAX);
        let entries: u64 = self.bins.iter().map(|(_, count)| count.div_ceil(most_of_entry)).sum();
        words.try_reserve(ENTRIES + usize::try_from(entries).ok()?).ok()?;
        words.push(u32::try_from(entries).ok()?.checked_mul(2)?);
        for number in [self.executions, self.retries, self.timed, self.waited] {
            words.extend([number as u32, (number >> 32) as u32]);
        }
        for number in [self.wait_ms, self.duration_ms] {
            words.extend([number as u32, (number >> 32) as u32, (number >> 64) as u32]);
        }
        for number in [self.ends.0, self.ends.1] {
            words.extend([number as u32, (number >> 32) as u32]);
        }
        for (bin, count) in &self.bins {
            let mut left = *count;
            while left > 0 {
                let entry = left.min(most_of_entry);
                words.push(u32::from(*bin) << 16 | entry as u32);
                left -= entry;
            }
        }
        Some(Cell::of_many(kind, at))
    }
}
