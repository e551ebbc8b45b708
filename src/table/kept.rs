//! Texts of rows whose source cannot be read again: ids, attempts and errors, up to a limit. They are counted apart from
//! the columns.

use crate::bytes::{Broken, Bytes, push_short, push_text_if_any};
use crate::execution::OwnTexts;
use crate::reread::RowTexts;

/// What is kept by default, in bytes.
pub const MOST_KEPT_TEXT_BYTES: usize = 64 * 1024 * 1024;
/// An error is kept up to so many bytes.
pub const MOST_KEPT_ERROR_BYTES: usize = 4096;

/// Texts by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    most_bytes: usize,
    /// By row: where its texts begin, and one; 0 for a row whose texts found no room.
    begins: Vec<u32>,
    texts: Vec<u8>,
}

impl Kept {
    pub(super) fn up_to(most_bytes: usize) -> Self {
        // Where texts begin has to fit 32 bits.
        Self { most_bytes: most_bytes.min(u32::MAX as usize / 2), ..Self::default() }
    }

    /// Keeps the texts of a row, whether or not it has had others.
    #[inline]
    pub(super) fn keep(&mut self, row: u64, own: OwnTexts<'_>) {
        let error = own.error.map(|error| match error.len() {
            ..=MOST_KEPT_ERROR_BYTES => error,
            _ => error.get(..error.floor_char_boundary(MOST_KEPT_ERROR_BYTES)).unwrap_or(""),
        });
        let before = self.texts.len();
        push_short(&mut self.texts, own.attempt);
        push_text_if_any(&mut self.texts, own.id);
        push_text_if_any(&mut self.texts, error);
        self.settle(row, before);
    }

    /// Keeps for a row what others keep for one of theirs.
    pub(super) fn adopt(&mut self, row: u64, others: &Kept, their_row: u64) {
        if let Some((texts, length)) = others.begin(their_row).and_then(|from| Some((from, record(from).ok()?.1))) {
            let before = self.texts.len();
            self.texts.extend_from_slice(texts.get(..length).unwrap_or_default());
            self.settle(row, before);
        }
    }

    /// The texts that begin at `before` are those of a row, if there is room for them.
    #[inline]
    fn settle(&mut self, row: u64, before: usize) {
        let Ok(row) = usize::try_from(row) else { return };
        let has_room = self.texts.len() + (row + 1) * size_of::<u32>() <= self.most_bytes;
        if !has_room {
            self.texts.truncate(before);
            // Rows behind the limit take nothing; one that had texts has other ones now.
            if let Some(begin) = self.begins.get_mut(row) {
                *begin = 0;
            }
            return;
        }
        let begin = before as u32 + 1;
        if row == self.begins.len() {
            return self.begins.push(begin);
        }
        self.begins.resize(self.begins.len().max(row + 1), 0);
        if let Some(place) = self.begins.get_mut(row) {
            *place = begin;
        }
    }

    /// The texts of a row; `None` if they found no room.
    pub(super) fn texts(&self, row: u64) -> Option<RowTexts> {
        record(self.begin(row)?).ok().map(|(texts, _)| texts)
    }

    /// All of it, as bytes.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_short(out, self.begins.len() as u32);
        self.begins.iter().for_each(|begin| push_short(out, *begin));
        out.extend_from_slice(&self.texts);
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
        let begin = self.begins.get(usize::try_from(row).ok()?)?.checked_sub(1)?;
        self.texts.get(begin as usize..)
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.texts.capacity() + self.begins.capacity() * size_of::<u32>()
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
