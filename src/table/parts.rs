//! A table as bytes for another engine, in pieces of a chunk each, and back. The bytes are of one version of this
//! crate for itself: they are checked as hostile ones are, but no other version reads them.

use super::column::{CHUNK_ROWS, Chunk, KIND, LONG, Longs, UNSTARTED};
use super::counts::Counts;
use super::dictionary::Texts;
use super::folded::Folded;
use super::kept::Kept;
use super::kinds::{Crowding, Kinds};
use super::{Meeting, Place, Table};
use crate::bytes::{Broken, Bytes, push_long, push_short, push_text};
use crate::time::Timestamp;

/// What every first piece begins with: a name and the version of what follows.
const MAGIC: &[u8] = b"xht\x04";

/// Where a part of a source lies, for what is said of its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Bytes of the source before what the part was read from, wrapping below 0.
    pub offset: u64,
    /// Which of several sources the part is of.
    pub source: u16,
}

impl Table {
    /// Hands the table on, piece by piece: one of everything but the rows, one of their texts if
    /// those are kept, then one a chunk.
    pub fn write(&self, each: &mut dyn FnMut(&[u8])) {
        let mut piece = MAGIC.to_vec();
        self.kinds.write(&mut piece);
        for longs in [&self.long_durations, &self.long_waits] {
            push_short(&mut piece, longs.all().len() as u32);
            for (row, ms) in longs.all() {
                push_long(&mut piece, *row);
                push_long(&mut piece, *ms);
            }
        }
        for end in [self.oldest, self.newest] {
            push_long(&mut piece, end.map_or(i64::MIN, Timestamp::ms) as u64);
        }
        self.counts.write(&mut piece);
        self.folded.write(&mut piece);
        piece.push(u8::from(self.is_full));
        push_short(&mut piece, self.columns.chunks.len() as u32);
        piece.push(u8::from(self.kept.is_some()));
        each(&piece);
        if let Some(kept) = &self.kept {
            piece.clear();
            kept.write(&mut piece);
            each(&piece);
        }
        for chunk in &self.columns.chunks {
            piece.clear();
            chunk.write(&mut piece);
            each(&piece);
        }
    }

    /// Adds the executions of a table whose pieces `next` gives in the order in which they were handed on.
    ///
    /// # Errors
    /// As of [`Table::absorb_met`].
    pub fn absorb(&mut self, next: &mut dyn FnMut() -> Option<Vec<u8>>, shift: Shift) -> Result<(), Broken> {
        self.absorb_met(next, shift, None)
    }

    /// Adds the executions of a table whose pieces `next` gives in the order in which they were handed on; with a meeting
    /// only those that it says, and the others are held against those that they repeat.
    ///
    /// # Errors
    /// The pieces are no table, or have more rows than the meeting. Rows of pieces before the broken one may have been added:
    /// the table is of no use then.
    pub(crate) fn absorb_met(
        &mut self,
        next: &mut dyn FnMut() -> Option<Vec<u8>>,
        shift: Shift,
        mut meeting: Option<&mut dyn Meeting>,
    ) -> Result<(), Broken> {
        let first = next().ok_or(Broken)?;
        let mut bytes = Bytes::new(&first);
        if bytes.take(MAGIC.len())? != MAGIC {
            return Err(Broken);
        }
        let mut other = Table { kinds: Kinds::read(&mut bytes)?, ..Table::default() };
        for longs in [&mut other.long_durations, &mut other.long_waits] {
            for _ in 0..bytes.count(16)? {
                let (row, ms) = (bytes.long()?, bytes.long()?);
                longs.append(row, ms).ok_or(Broken)?;
            }
        }
        for end in [&mut other.oldest, &mut other.newest] {
            let ms = bytes.long()? as i64;
            *end = if ms == i64::MIN { None } else { Some(Timestamp::from_ms(ms).ok_or(Broken)?) };
        }
        other.counts = Counts::read(&mut bytes, other.kinds.all().len())?;
        other.folded = Folded::read(&mut bytes, other.kinds.all().len(), other.oldest.zip(other.newest))?;
        other.is_full = bytes.truth()?;
        let chunks = bytes.short()?;
        let has_texts = bytes.truth()?;
        bytes.end()?;
        if has_texts {
            other.kept = Some(Kept::read(&next().ok_or(Broken)?)?);
        }
        let numbers = self.adopt(&other);
        self.merge_counts(&other, &numbers);
        self.merge_folded(&other, &numbers);
        let mut first_row = 0;
        for _ in 0..chunks {
            let piece = next().ok_or(Broken)?;
            let chunk = Chunk::read(&piece, other.kinds.all().len())?;
            if !chunk.is_within(other.oldest, other.newest) {
                return Err(Broken);
            }
            if let Some(meeting) = &mut meeting {
                meeting.begin(chunk.len())?;
            }
            let meeting = meeting.as_mut().map(|meeting| &mut **meeting as &mut dyn Meeting);
            self.append(&other, &numbers, &chunk, first_row, (Some(shift), meeting));
            first_row += chunk.len() as u64;
        }
        Ok(())
    }
}

impl Place {
    /// The place in a whole source of a row of a part of it.
    pub(super) fn shifted(self, shift: Shift) -> Place {
        Place { source: shift.source, offset: self.offset.wrapping_add(shift.offset) }
    }
}

impl Longs {
    fn append(&mut self, row: u64, ms: u64) -> Option<()> {
        let is_behind = self.all().last().is_none_or(|(last, _)| *last < row);
        (is_behind && ms <= crate::execution::MOST_DURATION_MS).then(|| _ = self.encode(row, Some(ms)))
    }
}

impl Chunk {
    fn write(&self, out: &mut Vec<u8>) {
        push_short(out, self.len() as u32);
        out.push(u8::from(!self.waits.is_empty()));
        out.push(u8::from(!self.places.is_empty()));
        self.starts.iter().for_each(|start| push_long(out, *start as u64));
        [&self.kinds, &self.durations, &self.waits].into_iter().flatten().for_each(|number| push_short(out, *number));
        if !self.places.is_empty() {
            let unknown = std::iter::repeat(&Place::UNKNOWN);
            self.places.iter().chain(unknown).take(self.len()).for_each(|place| push_long(out, *place));
        }
    }

    /// True if all rows that started did so between two instants.
    fn is_within(&self, oldest: Option<Timestamp>, newest: Option<Timestamp>) -> bool {
        let reach = oldest.zip(newest).map(|(oldest, newest)| oldest.ms()..=newest.ms());
        let mut started = self.starts.iter().zip(&self.kinds).filter(|(_, kind)| *kind & UNSTARTED == 0);
        started.all(|(start, _)| reach.as_ref().is_some_and(|reach| reach.contains(start)))
    }

    /// A chunk whose kinds are below `kinds`.
    fn read(piece: &[u8], kinds: usize) -> Result<Chunk, Broken> {
        let mut bytes = Bytes::new(piece);
        let rows = bytes.short()? as usize;
        let (has_waits, has_places) = (bytes.truth()?, bytes.truth()?);
        let row_bytes = 16 + 4 * usize::from(has_waits) + 8 * usize::from(has_places);
        if rows > CHUNK_ROWS || piece.len() != 6 + rows * row_bytes {
            return Err(Broken);
        }
        let mut chunk = Chunk::default();
        for _ in 0..rows {
            let start = bytes.long()? as i64;
            chunk.starts.push(Timestamp::from_ms(start).ok_or(Broken)?.ms());
        }
        for _ in 0..rows {
            let kind = bytes.short()?;
            if (kind & KIND) as usize >= kinds {
                return Err(Broken);
            }
            chunk.kinds.push(kind);
        }
        for _ in 0..rows {
            chunk.durations.push(bytes.short()?);
        }
        for _ in 0..if has_waits { rows } else { 0 } {
            chunk.waits.push(bytes.short()?);
        }
        for _ in 0..if has_places { rows } else { 0 } {
            chunk.places.push(bytes.long()?);
        }
        // A row that never started has no duration and no wait.
        let is_odd = |((kind, duration), wait): ((&u32, &u32), u32)| {
            kind & UNSTARTED != 0 && (*duration <= LONG || wait <= LONG)
        };
        let waits = chunk.waits.iter().copied().chain(std::iter::repeat(u32::MAX));
        if chunk.kinds.iter().zip(&chunk.durations).zip(waits).any(is_odd) {
            return Err(Broken);
        }
        bytes.end()?;
        Ok(chunk)
    }
}

impl Kinds {
    fn write(&self, out: &mut Vec<u8>) {
        let Crowding { workflows, names, words, tags, errors } = self.crowding;
        out.extend([workflows, names, words, tags, errors].map(u8::from));
        for texts in [&self.workflows, self.names(), &self.words, &self.tags, self.errors.texts()] {
            push_short(out, texts.len() as u32);
            texts.iter().for_each(|text| push_text(out, text));
        }
        self.write_sets(out);
    }

    fn read(bytes: &mut Bytes<'_>) -> Result<Kinds, Broken> {
        let mut truth = || bytes.truth();
        let [workflows, names, words, tags, errors] = [truth()?, truth()?, truth()?, truth()?, truth()?];
        let crowding = Crowding { workflows, names, words, tags, errors };
        let mut texts = || {
            let mut texts = Texts::default();
            for expected in 0..bytes.count(4)? as u32 {
                if texts.number([0, 0], bytes.text()?) != Ok(expected) {
                    return Err(Broken);
                }
            }
            Ok(texts)
        };
        let texts = [texts()?, texts()?, texts()?, texts()?, texts()?];
        Kinds::from_texts(crowding, texts, bytes)
    }
}
