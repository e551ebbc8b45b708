//! Rows that came last and wait to go into cells together: in the order in which they came until they are sorted, which takes
//! a few passes over them, however many they are. Asks whether there is memory before it takes any.

use super::page::Key;
use super::summary::One;
use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::execution::MOST_DURATION_MS;

/// The rows of a buffer at first, and so many that sorting them is not held up by memory.
const FIRST_ROWS: usize = 64;
const USUAL_ROWS: usize = 1 << 14;
/// The bytes of a row that is handed on.
const HANDED_BYTES: usize = 24;
/// By so many bits rows are sorted at a time.
const DIGIT_BITS: u32 = 11;

/// One row in 24 bytes.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    key: Key,
    /// Milliseconds, or [`NO_MS`].
    duration: u64,
    /// How long it waited, likewise; the highest bit says whether it is a later attempt.
    waited: u64,
}

const IS_RETRY: u64 = 1 << 63;
/// No duration is that long.
const NO_MS: u64 = IS_RETRY - 1;

impl Waiting {
    fn of(key: Key, row: One) -> Self {
        let waited = row.waited_ms.unwrap_or(NO_MS);
        let waited = if row.is_retry { waited | IS_RETRY } else { waited };
        Self { key, duration: row.duration_ms.unwrap_or(NO_MS), waited }
    }

    fn row(&self) -> One {
        let ms = |ms: u64| (ms != NO_MS).then_some(ms);
        let (duration_ms, waited_ms) = (ms(self.duration), ms(self.waited & !IS_RETRY));
        One { is_retry: self.waited & IS_RETRY != 0, duration_ms, waited_ms }
    }
}

/// Such rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffer(Vec<Waiting>);

impl Buffer {
    /// The bytes of a row.
    pub(super) const ROW_BYTES: usize = size_of::<Waiting>();

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Bytes that it takes, with the room that there is.
    pub(super) fn bytes(&self) -> usize {
        self.capacity() * Self::ROW_BYTES
    }

    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.len() < self.capacity()
    }

    /// For how many rows it wants room next, where it may wait for so many.
    pub(super) fn wanted(&self, most: usize) -> usize {
        (self.capacity() * 2).clamp(FIRST_ROWS, most.max(USUAL_ROWS))
    }

    /// Makes room for so many rows in all; false if memory has none.
    pub(super) fn grow(&mut self, rows: usize) -> bool {
        self.0.try_reserve_exact(rows - self.len()).is_ok() && self.has_room()
    }

    /// Gives half of its room back while there is no row, or all where less than `least` rows had room then; false if so.
    pub(super) fn shrink(&mut self, least: usize) -> bool {
        let rows = self.capacity() / 2;
        *self = Self::default();
        rows >= least.max(FIRST_ROWS) && self.grow(rows)
    }

    /// Adds a row for which there is room.
    #[inline]
    pub(super) fn push(&mut self, key: Key, row: One) {
        self.0.push(Waiting::of(key, row));
    }

    /// The rows in the order in which they lie.
    pub(super) fn all(&self) -> impl Iterator<Item = (Key, One)> {
        self.0.iter().map(|waiting| (waiting.key, waiting.row()))
    }

    /// Their keys; `None` if memory has no room for them.
    pub(super) fn keys(&self) -> Option<Vec<Key>> {
        let mut keys = Vec::new();
        keys.try_reserve_exact(self.len()).ok()?;
        keys.extend(self.0.iter().map(|waiting| waiting.key));
        Some(keys)
    }

    pub(super) fn row(&self, place: usize) -> One {
        self.0.get(place).map_or(One::NOTHING, Waiting::row)
    }

    /// Forgets the first rows.
    pub(super) fn forget(&mut self, rows: usize) {
        self.0.drain(..rows.min(self.0.len()));
    }

    /// Sorts the rows by their keys; false if memory has no room for that. From the last digit to the first: a pass keeps the
    /// order of rows whose digits are equal.
    pub(super) fn sort(&mut self) -> bool {
        if self.0.is_sorted_by_key(|waiting| waiting.key) {
            return true;
        }
        let (mut least, mut most, mut kinds) = (i32::MAX, i32::MIN, 0);
        for Waiting { key, .. } in &self.0 {
            (least, most, kinds) = (least.min(key.bucket), most.max(key.bucket), kinds | key.kind);
        }
        let kind_bits = u32::BITS - kinds.leading_zeros();
        let bits = u64::BITS - (most.abs_diff(least) as u64).leading_zeros() + kind_bits;
        let number = |key: &Key| u64::from(key.bucket.abs_diff(least)) << kind_bits | u64::from(key.kind);
        let (mut sorted, mut places): (Vec<Waiting>, Vec<usize>) = (Vec::new(), Vec::new());
        if sorted.try_reserve_exact(self.capacity()).is_err() || places.try_reserve_exact(1 << DIGIT_BITS).is_err() {
            return false;
        }
        sorted.clone_from(&self.0);
        for digit in 0..bits.div_ceil(DIGIT_BITS) {
            let of =
                |waiting: &Waiting| (number(&waiting.key) >> (digit * DIGIT_BITS)) as usize & ((1 << DIGIT_BITS) - 1);
            places.clear();
            places.resize(1 << DIGIT_BITS, 0);
            for waiting in &self.0 {
                if let Some(count) = places.get_mut(of(waiting)) {
                    *count += 1;
                }
            }
            let mut before = 0;
            for place in &mut places {
                before += std::mem::replace(place, before);
            }
            for waiting in &self.0 {
                let Some(place) = places.get_mut(of(waiting)) else { continue };
                if let Some(to) = sorted.get_mut(*place) {
                    *to = *waiting;
                }
                *place += 1;
            }
            std::mem::swap(&mut self.0, &mut sorted);
        }
        true
    }

    /// Appends the rows for another engine.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_short(out, self.len() as u32);
        for Waiting { key, duration, waited } in &self.0 {
            push_short(out, key.bucket as u32);
            push_short(out, key.kind);
            push_long(out, *duration);
            push_long(out, *waited);
        }
    }

    /// Rows as [`Buffer::write`] wrote them, of kinds below `kinds` and of buckets that are there.
    pub(super) fn read(bytes: &mut Bytes<'_>, kinds: usize, is_there: &dyn Fn(i32) -> bool) -> Result<Self, Broken> {
        let mut buffer = Self::default();
        for _ in 0..bytes.count(HANDED_BYTES)? {
            let key = Key { bucket: bytes.short()? as i32, kind: bytes.short()? };
            let waiting = Waiting { key, duration: bytes.long()?, waited: bytes.long()? };
            let One { duration_ms, waited_ms, .. } = waiting.row();
            let fits = [duration_ms, waited_ms].into_iter().flatten().all(|ms| ms <= MOST_DURATION_MS);
            if !fits || key.kind as usize >= kinds || !is_there(key.bucket) {
                return Err(Broken);
            }
            buffer.0.push(waiting);
        }
        Ok(buffer)
    }
}
