//! What went wrong with the rows of a block: which of them may say it, and what the entries of a dictionary were named by
//! the table to which rows go. Reads no text.

use super::array::Array;
use std::ops::Range;

/// A dictionary's entry, and how often that was replaced.
pub(super) type Code = (usize, u32);
/// Entries that are named; those behind are read each time.
const MOST_NAMED: usize = 1 << 16;

#[derive(Debug, Default)]
pub(super) struct Errors {
    /// The places in the block of rows that may say it, rising, once they were asked for.
    places: Vec<usize>,
    are_known: bool,
    /// Of each entry that was named, the number that it was given, if it was given one.
    numbers: Vec<Option<Option<u32>>>,
    /// Of which version of the dictionary.
    version: u32,
}

impl Errors {
    /// Goes on to another block.
    pub(super) fn begin(&mut self) {
        self.are_known = false;
    }

    /// Forgets what was named.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Adds the places within a range of a block of rows that may say it. The block begins with row `first`.
    pub(super) fn add_places(
        &mut self,
        array: &Array,
        (body, first, rows): (&[u8], usize, usize),
        range: &Range<usize>,
        places: &mut Vec<usize>,
    ) {
        if !std::mem::replace(&mut self.are_known, true) {
            self.places.clear();
            array.add_places(body, first, rows, &mut self.places);
        }
        let begin = self.places.partition_point(|place| *place < range.start);
        let told = self.places.get(begin..).unwrap_or_default().iter().take_while(|place| **place < range.end);
        places.extend(told.map(|place| place - range.start));
    }

    /// What an entry was named; `None` if it was not.
    pub(super) fn number(&self, (entry, version): Code) -> Option<Option<u32>> {
        if version == self.version { self.numbers.get(entry).copied().flatten() } else { None }
    }

    /// From now on, an entry is named so.
    pub(super) fn name(&mut self, (entry, version): Code, number: Option<u32>) {
        // A dictionary that has grown is the same but for what came; every entry that is named is there.
        if version != self.version {
            self.numbers.clear();
        }
        self.version = version;
        if entry >= self.numbers.len() && entry < MOST_NAMED {
            self.numbers.resize(entry + 1, None);
        }
        self.numbers.get_mut(entry).into_iter().for_each(|known| *known = Some(number));
    }
}
