//! Texts of rows whose source cannot be read again: ids, attempts and errors, up to a limit. They are counted apart from
//! the columns.

use super::held::Held;
use crate::FORMS;
use crate::bytes::{Broken, Bytes, push_short, push_text_if_any};
use crate::execution::OwnTexts;
use crate::reread::RowTexts;

/// What is kept by default, in bytes.
pub const MOST_KEPT_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// An error is kept up to so many bytes.
pub const MOST_KEPT_ERROR_BYTES: usize = 4096;

/// The longest id that is copied in two halves.
const MOST_SHORT_ID_BYTES: usize = 16;

/// Texts by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    most_bytes: usize,
    /// By row: where its texts begin, and one; 0 for a row whose texts found no room or are held as they came, [`LOST`] for
    /// one whose texts found no room when others were.
    begins: Vec<u32>,
    texts: Vec<u8>,
    /// The rows that came as columns, which take as much of the limit as their texts would.
    held: Held,
    /// What `begins` says of rows that share [`SILENT`]; 0 before the first of them.
    silent: u32,
}

/// Where texts begin that found no room; no texts are as many.
const LOST: u32 = u32::MAX;

/// What is kept of a first attempt that has neither an id nor an error.
const SILENT: [u8; 6] = [1, 0, 0, 0, 0, 0];

impl Kept {
    pub(super) fn up_to(most_bytes: usize) -> Self {
        // Where texts begin has to fit 32 bits.
        Self { most_bytes: most_bytes.min(u32::MAX as usize / 2), ..Self::default() }
    }

    /// Keeps the texts of a row, whether or not it has had others.
    #[inline]
    pub(super) fn keep(&mut self, row: u64, own: OwnTexts<'_>) {
        match own {
            OwnTexts { id, attempt, error: None } if id != Some("") => {
                self.keep_id(row, id.unwrap_or("").as_bytes(), attempt)
            }
            _ => self.keep_any(row, own),
        }
    }

    /// The same of a row that has an id, which is UTF-8 and empty if there is none, and no error.
    #[inline(never)]
    pub(super) fn keep_id(&mut self, row: u64, id: &[u8], attempt: u32) {
        let before = self.texts.len();
        match id {
            [] if attempt == 1 => return self.keep_silent(row, 1),
            [_, _, _, _, _, _, _, _, ..] if id.len() <= MOST_SHORT_ID_BYTES => self.push_short_id(attempt, id),
            _ => {
                let id = std::str::from_utf8(id).ok().filter(|id| !id.is_empty());
                return self.keep_any(row, OwnTexts { id, attempt, error: None });
            }
        }
        // Nearly all rows lie behind all others.
        if row == self.begins.len() as u64 && self.has_room(row) {
            self.begins.push(before as u32 + 1);
        } else {
            self.settle(row, before);
        }
    }

    /// The same of a row that has any texts.
    #[inline(never)]
    fn keep_any(&mut self, row: u64, OwnTexts { id, attempt, error }: OwnTexts<'_>) {
        let before = self.texts.len();
        push_short(&mut self.texts, attempt);
        push_text_if_any(&mut self.texts, id);
        push_text_if_any(&mut self.texts, error.map(kept_of));
        self.settle(row, before);
    }

    /// Adds what nearly all rows say, an id of 8 to [`MOST_SHORT_ID_BYTES`] bytes and no error: the same bytes as one by one,
    /// without copies of lengths that only show then.
    #[inline(always)]
    fn push_short_id(&mut self, attempt: u32, id: &[u8]) {
        const HEAD: usize = 9;
        let before = self.texts.len();
        // Behind the id stands that there is no error; what is too much is taken back.
        self.texts.extend_from_slice(&[0; HEAD + MOST_SHORT_ID_BYTES + 1]);
        let record = self.texts.get_mut(before..).unwrap_or_default();
        let [one, two, three, four] = attempt.to_le_bytes();
        if let Some(head) = record.first_chunk_mut() {
            *head = [one, two, three, four, 1, id.len() as u8, 0, 0];
        }
        // The second half overlaps the first one where the id is shorter than both.
        let halves = [(HEAD, id.first_chunk::<8>()), (HEAD + id.len().saturating_sub(8), id.last_chunk::<8>())];
        for (at, half) in halves {
            let place = record.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<8>());
            if let Some((place, half)) = place.zip(half) {
                *place = *half;
            }
        }
        self.texts.truncate(before + HEAD + id.len() + 1);
    }

    /// Keeps for a row what others keep for one of theirs.
    pub(super) fn adopt(&mut self, row: u64, others: &Kept, their_row: u64) {
        let mut id = String::new();
        if let Some(own) = others.held(their_row, &mut id) {
            return self.keep(row, own);
        }
        if let Some((texts, length)) = others.begin(their_row).and_then(|from| Some((from, record(from).ok()?.1))) {
            let texts = texts.get(..length).unwrap_or_default();
            if texts == SILENT {
                return self.keep_silent(row, 1);
            }
            let before = self.texts.len();
            self.texts.extend_from_slice(texts);
            return self.settle(row, before);
        }
        self.forget(row);
    }

    /// Keeps none for a row that stands where another one stood.
    pub(super) fn forget(&mut self, row: u64) {
        let nothing = self.nothing_of(row);
        let Ok(row) = usize::try_from(row) else { return };
        if nothing == LOST {
            self.begins.resize(self.begins.len().max(row + 1), 0);
        }
        if let Some(begin) = self.begins.get_mut(row) {
            *begin = nothing;
        }
    }

    /// What `begins` says of a row of which nothing is kept.
    fn nothing_of(&self, row: u64) -> u32 {
        if self.held(row, &mut String::new()).is_none() { 0 } else { LOST }
    }

    /// Keeps of rows that they are first attempts and have neither ids nor errors. All of these share what is kept.
    pub(super) fn keep_silent(&mut self, first: u64, count: usize) {
        let Ok(mut row) = usize::try_from(first) else { return };
        let end = row + count;
        if row < end && self.silent == 0 {
            let before = self.texts.len();
            self.texts.extend_from_slice(&SILENT);
            self.settle(first, before);
            self.silent = self.begins.get(row).copied().filter(|begin| *begin != LOST).unwrap_or(0);
            row += 1;
        }
        let room = self.rows_with_room();
        if row == self.begins.len() && self.silent > 0 {
            // New rows behind all others, as nearly all are.
            row = end.min(room).max(row);
            self.begins.resize(row, self.silent);
        }
        (row..end).for_each(|row| _ = self.begin_at(row, self.silent));
    }

    /// The same of rows behind all others, which takes no place of each.
    pub(super) fn hold_silent(&mut self, first: u64, count: usize) {
        let is_next = usize::try_from(first).is_ok_and(|first| first >= self.held.end().max(self.begins.len()));
        if !is_next || count == 0 {
            return self.keep_silent(first, count);
        }
        let began = usize::from(self.silent == 0);
        self.keep_silent(first, began);
        let (first, room) = (first as usize, self.rows_with_room());
        if self.silent > 0 && first + began < room.min(first + count) {
            self.held.hold_silent((first + began) as u32, room.min(first + count) as u32);
        }
    }

    /// Keeps of rows behind all others that these are their ids, and that they are first attempts without errors; false if
    /// there may not be room for that and the texts of `others` of them, and then nothing is kept.
    pub(super) fn hold(&mut self, first: u64, ids: &[i64], others: usize) -> bool {
        const MOST_RECORD_BYTES: usize = 64 + MOST_KEPT_ERROR_BYTES;
        let bytes = Held::bytes_of(ids);
        let Ok(first) = usize::try_from(first) else { return false };
        let most = bytes + others * MOST_RECORD_BYTES + self.taken() + (first + ids.len()) * size_of::<u32>();
        // Where few have an id, numbers take more than texts would.
        let have_ids = Held::without_ids(ids) * 4 <= ids.len();
        let has_room = have_ids && first >= self.held.end().max(self.begins.len()) && most <= self.most_bytes;
        if has_room {
            self.held.hold(first as u32, ids, bytes);
        }
        has_room
    }

    /// Keeps what a row whose id is held says more.
    pub(super) fn hold_more(&mut self, row: u64, attempt: u32, error: Option<&str>) {
        self.held.hold_more(row as u32, attempt, error.map(kept_of));
    }

    /// What of the limit texts take, without where they begin.
    fn taken(&self) -> usize {
        self.texts.len() + if FORMS { self.held.text_bytes() } else { 0 }
    }

    /// True if a row behind all others may find room.
    pub(super) fn has_room(&self, row: u64) -> bool {
        row < self.rows_with_room() as u64
    }

    /// Of how many rows it can be said where their texts begin.
    fn rows_with_room(&self) -> usize {
        self.most_bytes.saturating_sub(self.taken()) / size_of::<u32>()
    }

    /// What of a row is held as it came.
    fn held<'a>(&'a self, row: u64, id: &'a mut String) -> Option<OwnTexts<'a>> {
        let row = usize::try_from(row).ok()?;
        let is_there = self.begins.get(row).is_some_and(|begin| *begin > 0);
        if FORMS && !is_there { self.held.get(row, id) } else { None }
    }

    /// The texts that begin at `before` are those of a row, if there is room for them.
    #[inline]
    fn settle(&mut self, row: u64, before: usize) {
        let Ok(row) = usize::try_from(row) else { return };
        let has_room = self.begin_at(row, before as u32 + 1);
        if !has_room {
            self.texts.truncate(before);
        }
    }

    /// Says where the texts of a row begin, and one, if there is room for saying so; false if there is none.
    #[inline]
    fn begin_at(&mut self, row: usize, begin: u32) -> bool {
        let has_room = self.taken() + (row + 1) * size_of::<u32>() <= self.most_bytes;
        if has_room && row == self.begins.len() {
            self.begins.push(begin);
            return true;
        }
        let nothing = if has_room { 0 } else { self.nothing_of(row as u64) };
        if has_room || nothing == LOST {
            self.begins.resize(self.begins.len().max(row + 1), 0);
        }
        // Rows behind the limit take nothing; one that had texts has other ones now.
        if let Some(place) = self.begins.get_mut(row) {
            *place = if has_room { begin } else { nothing };
        }
        has_room
    }

    /// The texts of a row; `None` if they found no room.
    pub(super) fn texts(&self, row: u64) -> Option<RowTexts> {
        let mut id = String::new();
        let own = |text: Option<&str>| text.map(str::to_owned);
        match self.held(row, &mut id) {
            Some(texts) => Some(RowTexts { id: own(texts.id), attempt: texts.attempt, error: own(texts.error) }),
            None => record(self.begin(row)?).ok().map(|(texts, _)| texts),
        }
    }

    /// All of it, as bytes.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if FORMS && self.held.end() > 0 {
            return self.told().write(out);
        }
        push_short(out, self.begins.len() as u32);
        self.begins.iter().for_each(|begin| push_short(out, *begin));
        out.extend_from_slice(&self.texts);
    }

    /// The same with nothing held as it came.
    fn told(&self) -> Self {
        let mut told = Self::up_to(usize::MAX);
        (0..self.held.end().max(self.begins.len()) as u64).for_each(|row| told.adopt(row, self, row));
        told
    }

    /// What [`Kept::write`] wrote; only to be adopted. What is no text there is none of any row.
    pub(super) fn read(piece: &[u8]) -> Result<Self, Broken> {
        let mut bytes = Bytes::new(piece);
        let mut kept = Self::default();
        for _ in 0..bytes.count(4)? {
            kept.begins.push(bytes.short()?);
        }
        kept.texts.extend_from_slice(bytes.rest());
        Ok(kept)
    }

    /// The bytes with which the texts of a row begin.
    fn begin(&self, row: u64) -> Option<&[u8]> {
        let begin = self.begins.get(usize::try_from(row).ok()?)?.checked_sub(1).filter(|begin| *begin < LOST - 1)?;
        self.texts.get(begin as usize..)
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.texts.capacity() + self.begins.capacity() * size_of::<u32>() + self.held.bytes()
    }
}

/// The part of an error that is kept.
fn kept_of(error: &str) -> &str {
    match error.len() {
        ..=MOST_KEPT_ERROR_BYTES => error,
        _ => error.get(..error.floor_char_boundary(MOST_KEPT_ERROR_BYTES)).unwrap_or(""),
    }
}

/// The texts that some bytes begin with, and how many bytes those are.
fn record(from: &[u8]) -> Result<(RowTexts, usize), Broken> {
    let mut bytes = Bytes::new(from);
    let attempt = bytes.short()?;
    let id = bytes.text_if_any()?.map(str::to_owned);
    let error = bytes.text_if_any()?.map(str::to_owned);
    Ok((RowTexts { id, attempt, error }, from.len() - bytes.rest().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of a row has to be these bytes, however it is put together.
    fn check(own: OwnTexts<'_>) {
        let mut expected = Vec::new();
        push_short(&mut expected, own.attempt);
        push_text_if_any(&mut expected, own.id);
        push_text_if_any(&mut expected, own.error);
        let mut kept = Kept::up_to(MOST_KEPT_TEXT_BYTES);
        kept.keep(0, OwnTexts { id: Some("another row"), attempt: 2, error: Some("went wrong") });
        let before = kept.texts.len();
        kept.keep(1, own);
        assert_eq!(&kept.texts[before..], expected, "{own:?}");
        if own.error.is_none() && own.id != Some("") {
            let mut directly = Kept::up_to(MOST_KEPT_TEXT_BYTES);
            directly.keep(0, OwnTexts { id: Some("another row"), attempt: 2, error: Some("went wrong") });
            directly.keep_id(1, own.id.unwrap_or("").as_bytes(), own.attempt);
            assert_eq!((&directly.texts, &directly.begins), (&kept.texts, &kept.begins), "{own:?}");
        }
        let texts = kept.texts(1).unwrap();
        assert_eq!((texts.id.as_deref(), texts.attempt, texts.error.as_deref()), (own.id, own.attempt, own.error));
        // Without room nothing stays.
        let mut full = Kept::up_to(expected.len());
        full.keep(0, own);
        assert!(full.texts.is_empty() && full.texts(0).is_none(), "{own:?}");
    }

    #[test]
    fn texts_are_kept_as_they_are() {
        let letters = "abcdefghijklmnopqrstuvwxyz";
        let others = "äößé€äößé€äößé€";
        let ids = (0..=20).flat_map(|length| [letters.get(..length), others.get(..length)]).flatten();
        for id in ids.map(Some).chain([None]) {
            for attempt in [1, 2, 0x0102_0304, u32::MAX] {
                for error in [None, Some("no connection")] {
                    check(OwnTexts { id, attempt, error });
                }
            }
        }
    }
}
