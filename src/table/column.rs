//! The columns of a table, in chunks of a fixed number of rows: growing never copies what is there, asks whether there
//! is room, and wastes less than one chunk. Knows numbers, no names.

use super::Place;

/// Rows of a chunk; 256 KiB of it are the three columns that every row has.
pub(super) const CHUNK_ROWS: usize = 1 << 14;
/// Rows of the first chunk before it grows: a small log takes little memory.
const FIRST_ROWS: usize = 64;

/// A column's way of saying "none".
pub(super) const NONE: u32 = u32::MAX;
/// A column's way of saying "too long for 32 bits, see [`Longs`]". Whatever is below is a number of milliseconds.
pub(super) const LONG: u32 = u32::MAX - 1;

/// The bits of the column of kinds that are the kind's number.
pub(super) const KIND: u32 = (1 << 29) - 1;
/// The row never started; its column of starts holds when it was due.
pub(super) const UNSTARTED: u32 = 1 << 31;
/// The row is a second or later attempt.
pub(super) const RETRY: u32 = 1 << 30;
/// The flag of a row that is this attempt, counted from 1.
#[inline(always)]
pub(super) fn retry(attempt: u32) -> u32 {
    if attempt > 1 { RETRY } else { 0 }
}

/// A later attempt of the same execution is in the table.
pub(super) const SUPERSEDED: u32 = 1 << 29;

/// The rare numbers of a column that need more than 32 bits, by row, rising.
#[derive(Clone, Debug, Default)]
pub(super) struct Longs(Vec<(u64, u64)>);

impl Longs {
    /// What the column holds for a row's number; a long one is kept here.
    pub(super) fn encode(&mut self, row: u64, ms: Option<u64>) -> u32 {
        let Some(ms) = ms else { return NONE };
        if let Some(short) = u32::try_from(ms).ok().filter(|short| *short < LONG) {
            return short;
        }
        let place = self.0.partition_point(|(other, _)| *other < row);
        match self.0.get_mut(place).filter(|(other, _)| *other == row) {
            Some(kept) => kept.1 = ms,
            None => self.0.insert(place, (row, ms)),
        }
        LONG
    }

    /// The number of a row whose column holds `column`.
    #[inline]
    pub(super) fn decode(&self, row: u64, column: u32) -> Option<u64> {
        match column {
            NONE => None,
            LONG => self.long(row),
            short => Some(u64::from(short)),
        }
    }

    #[cold]
    fn long(&self, row: u64) -> Option<u64> {
        let place = self.0.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        self.0.get(place).map(|(_, ms)| *ms)
    }

    /// All of them, by row.
    pub(super) fn all(&self) -> &[(u64, u64)] {
        &self.0
    }

    /// The rows that may have a long number, rising; a row that was replaced may have a short one by now.
    pub(super) fn rows(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|(row, _)| *row)
    }
}

/// One row as columns hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells {
    pub(super) start_ms: i64,
    /// With its flags.
    pub(super) kind: u32,
    pub(super) duration: u32,
    pub(super) wait: u32,
}

/// Up to [`CHUNK_ROWS`] rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) starts: Vec<i64>,
    pub(super) kinds: Vec<u32>,
    pub(super) durations: Vec<u32>,
    /// Empty while no row of the chunk has waited for a time that is known.
    pub(super) waits: Vec<u32>,
    /// Empty unless the places of rows are kept.
    pub(super) places: Vec<u64>,
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn push(&mut self, row: Cells) {
        self.starts.push(row.start_ms);
        self.kinds.push(row.kind);
        self.durations.push(row.duration);
        if row.wait != NONE || !self.waits.is_empty() {
            self.waits.resize(self.starts.len() - 1, NONE);
            self.waits.push(row.wait);
        }
    }

    /// Rows that fit in the memory that the chunk has.
    pub(super) fn room(&self) -> usize {
        CHUNK_ROWS.min(self.starts.capacity()).saturating_sub(self.len())
    }

    /// Says of rows that were added to the other columns that nothing is known of their waiting.
    pub(super) fn fill_waits(&mut self) {
        if !self.waits.is_empty() {
            self.waits.resize(self.starts.len(), NONE);
        }
    }

    /// Puts a row in the place of another one.
    pub(super) fn set(&mut self, place: usize, row: Cells) {
        let columns = (self.starts.get_mut(place), self.kinds.get_mut(place), self.durations.get_mut(place));
        let (Some(start), Some(kind), Some(duration)) = columns else { return };
        (*start, *kind, *duration) = (row.start_ms, row.kind, row.duration);
        if row.wait != NONE || !self.waits.is_empty() {
            self.waits.resize(self.starts.len(), NONE);
            if let Some(wait) = self.waits.get_mut(place) {
                *wait = row.wait;
            }
        }
    }

    /// What the columns hold for a row.
    pub(super) fn get(&self, place: usize) -> Option<Cells> {
        Some(Cells {
            start_ms: *self.starts.get(place)?,
            kind: *self.kinds.get(place)?,
            duration: *self.durations.get(place)?,
            wait: self.waits.get(place).copied().unwrap_or(NONE),
        })
    }

    /// Bytes that the columns take, with the room that they have.
    pub(super) fn bytes(&self) -> usize {
        (self.starts.capacity() + self.places.capacity()) * size_of::<i64>()
            + (self.kinds.capacity() + self.durations.capacity() + self.waits.capacity()) * size_of::<u32>()
    }

    /// Makes room for `rows` in all; false if there is none.
    fn reserve(&mut self, rows: usize, with_places: bool) -> bool {
        let more = rows.saturating_sub(self.starts.len());
        self.starts.try_reserve_exact(more).is_ok()
            && self.kinds.try_reserve_exact(more).is_ok()
            && self.durations.try_reserve_exact(more).is_ok()
            && (!with_places || self.places.try_reserve_exact(more).is_ok())
    }
}

/// The chunks of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) chunks: Vec<Chunk>,
    pub(super) with_places: bool,
}

impl Columns {
    pub(super) fn rows(&self) -> u64 {
        let before = self.chunks.len().saturating_sub(1) * CHUNK_ROWS;
        (before + self.chunks.last().map_or(0, Chunk::len)) as u64
    }

    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::bytes).sum()
    }

    /// Makes room for one more row; false if memory has none. `most_bytes` is what the columns may take.
    #[inline]
    pub(super) fn make_room(&mut self, most_bytes: usize) -> bool {
        self.chunks.last().is_some_and(|chunk| chunk.room() > 0) || self.grow(most_bytes)
    }

    #[cold]
    fn grow(&mut self, most_bytes: usize) -> bool {
        let with_places = self.with_places;
        let chunk_bytes = CHUNK_ROWS * if with_places { 24 } else { 16 };
        // The first chunk grows within what it takes once it is whole.
        let is_first = matches!(self.chunks.as_slice(), [only] if only.len() < CHUNK_ROWS);
        if (self.chunks.len() + usize::from(!is_first)) * chunk_bytes > most_bytes {
            return false;
        }
        match self.chunks.as_mut_slice() {
            [only] if is_first => only.reserve((only.len() * 2).min(CHUNK_ROWS), with_places),
            chunks => {
                let mut chunk = Chunk::default();
                let rows = if chunks.is_empty() { FIRST_ROWS } else { CHUNK_ROWS };
                let is_there = chunk.reserve(rows, with_places) && self.chunks.try_reserve(1).is_ok();
                if is_there {
                    self.chunks.push(chunk);
                }
                is_there
            }
        }
    }

    pub(super) fn push(&mut self, row: Cells) {
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(row);
        }
    }

    /// The chunk of a row and its place there.
    pub(super) fn place(row: u64) -> (usize, usize) {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        (row / CHUNK_ROWS, row % CHUNK_ROWS)
    }

    pub(super) fn get(&self, row: u64) -> Option<Cells> {
        let (chunk, place) = Self::place(row);
        self.chunks.get(chunk)?.get(place)
    }

    /// Where a row lies in its source, if that was kept.
    pub(super) fn lies(&self, row: u64) -> Option<Place> {
        let (chunk, place) = Self::place(row);
        let packed = self.chunks.get(chunk)?.places.get(place).filter(|packed| **packed != Place::UNKNOWN);
        packed.map(|packed| Place::unpacked(*packed))
    }

    /// Changes what is held of a row.
    pub(super) fn set(&mut self, row: u64, cells: Cells) {
        let (chunk, place) = Self::place(row);
        if let Some(chunk) = self.chunks.get_mut(chunk) {
            chunk.set(place, cells);
        }
    }

    /// Puts another row in the place of one, with where it lies in its source if that is known.
    pub(super) fn replace(&mut self, row: u64, cells: Cells, lies: Option<Place>) {
        self.set(row, cells);
        let (chunk, place) = Self::place(row);
        let Some(chunk) = self.chunks.get_mut(chunk).filter(|_| self.with_places) else { return };
        chunk.places.resize(chunk.len(), Place::UNKNOWN);
        if let Some(kept) = chunk.places.get_mut(place) {
            *kept = lies.map_or(Place::UNKNOWN, Place::packed);
        }
    }
}
