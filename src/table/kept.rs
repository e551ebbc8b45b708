//! Texts of rows whose source cannot be read again: ids, attempts and errors, up to a limit. They are counted apart from
//! the columns.

use crate::bytes::{Broken, Bytes, push_short, push_text_if_any};
use crate::execution::Execution;
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
    pub(super) fn keep(&mut self, row: u64, execution: &Execution<'_>) {
        let Ok(row) = usize::try_from(row) else { return };
        let before = self.texts.len();
        push_short(&mut self.texts, execution.attempt);
        push_text_if_any(&mut self.texts, execution.id);
        let error =
            execution.error.map(|error| error.get(..error.floor_char_boundary(MOST_KEPT_ERROR_BYTES)).unwrap_or(""));
        push_text_if_any(&mut self.texts, error);
        let has_room = self.texts.len() + (row + 1) * size_of::<u32>() <= self.most_bytes;
        if !has_room {
            self.texts.truncate(before);
            // Rows behind the limit take nothing; one that had texts has other ones now.
            if let Some(begin) = self.begins.get_mut(row) {
                *begin = 0;
            }
            return;
        }
        self.begins.resize(self.begins.len().max(row + 1), 0);
        if let Some(begin) = self.begins.get_mut(row) {
            *begin = before as u32 + 1;
        }
    }

    /// The texts of a row; `None` if they found no room.
    pub(super) fn texts(&self, row: u64) -> Option<RowTexts> {
        let begin = self.begins.get(usize::try_from(row).ok()?)?.checked_sub(1)?;
        let mut bytes = Bytes::new(self.texts.get(begin as usize..)?);
        let mut read = || -> Result<RowTexts, Broken> {
            let attempt = bytes.short()?;
            let id = bytes.text_if_any()?.map(str::to_owned);
            Ok(RowTexts { id, attempt, error: bytes.text_if_any()?.map(str::to_owned) })
        };
        read().ok()
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.texts.capacity() + self.begins.capacity() * size_of::<u32>()
    }
}
