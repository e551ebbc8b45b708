//! Combinations of the entries of dictionaries as small numbers, where they are few: each has a place of its own in a
//! table that stays near the processor. Of columns that mostly go together, as a workflow's id and its name do, two are
//! numbered by the pairs that occur. Knows no row.

use super::columns::{Column, Decides, OpenBatch};
use super::dictionary::Dictionaries;

/// Up to so many combinations all have a place.
const FEW: usize = 1 << 12;
/// The most pairs that two columns may make, and so many times the rows of a batch where that is less but not few.
const MOST_PAIRS: usize = 1 << 16;
const PAIRS_A_ROW: usize = 4;
/// The most places that are made.
const MOST_PLACES: usize = 1 << 19;

#[derive(Debug, Default)]
pub(super) struct Numbered {
    /// The columns that are numbered by pairs, if two are.
    paired: Option<(usize, usize)>,
    /// How many pairs there can be.
    most_pairs: usize,
    /// How many combinations of all other columns there are.
    others: usize,
    /// By pair, the number of one that occurs, from 1.
    pairs: Vec<u32>,
    /// How many occur.
    count: usize,
    /// By the number of a combination, what is known of it; 0 is nothing.
    places: Vec<u32>,
}

impl Numbered {
    /// Looks at the columns of a batch and their dictionaries; false if their combinations are too many.
    pub(super) fn choose(&mut self, columns: &[Column], dictionaries: &Dictionaries, rows: usize) -> bool {
        let entries = |column: &Column| column.dictionary.map_or(1, |id| dictionaries.state(id).0.saturating_add(1));
        let deciding: Vec<(usize, usize)> = columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.decides != Decides::Nothing)
            .map(|(place, column)| (place, entries(column)))
            .collect();
        let all = deciding.iter().map(|(_, entries)| *entries).fold(1, usize::saturating_mul);
        let before = (self.paired, self.most_pairs, self.others);
        (self.paired, self.most_pairs, self.others) = (None, 1, all);
        if all > FEW {
            self.pair(&deciding, rows);
        }
        if before != (self.paired, self.most_pairs, self.others) {
            self.forget();
        }
        self.others <= FEW
    }

    /// Chooses the columns that are numbered by pairs, out of their places and how many entries they have.
    fn pair(&mut self, deciding: &[(usize, usize)], rows: usize) {
        let most = MOST_PAIRS.min(rows.saturating_mul(PAIRS_A_ROW)).max(FEW);
        for (number, (one, entries)) in deciding.iter().enumerate() {
            for (other, others) in deciding.iter().skip(number + 1) {
                let pairs = entries.saturating_mul(*others);
                if pairs > self.most_pairs && pairs <= most {
                    (self.paired, self.most_pairs) = (Some((*one, *other)), pairs);
                }
            }
        }
        let is_other = |place: &usize| self.paired.is_none_or(|(one, other)| *place != one && *place != other);
        let others = deciding.iter().filter(|(place, _)| is_other(place)).map(|(_, entries)| *entries);
        self.others = others.fold(1, usize::saturating_mul);
    }

    pub(super) fn forget(&mut self) {
        self.pairs.clear();
        self.count = 0;
        self.places.clear();
    }

    /// Numbers the combinations of the rows from `first` on; `None` where a column has no entries, false where one of
    /// them cannot be, or there are too many.
    pub(super) fn add_up(
        &mut self,
        columns: &[Column],
        batch: &OpenBatch,
        (body, first): (&[u8], usize),
        dictionaries: &Dictionaries,
        sums: &mut [u32],
    ) -> Option<bool> {
        let is_paired = |place: usize| self.paired.is_some_and(|(one, other)| place == one || place == other);
        let add = |are_paired: bool, sums: &mut [u32]| {
            let mut factor = 1_u32;
            for (place, column) in columns.iter().enumerate() {
                let Some(id) = column.dictionary.filter(|_| is_paired(place) == are_paired) else { continue };
                let entries = dictionaries.state(id).0;
                let decides = column.decides != Decides::Nothing;
                let array = batch.array(place)?;
                let greatest = array.add_codes(body, first, if decides { factor } else { 0 }, sums)?;
                if greatest as usize > entries {
                    return Some(false);
                }
                if decides {
                    factor = factor.wrapping_mul(entries as u32 + 1);
                }
            }
            Some(true)
        };
        if self.paired.is_none() {
            let are_there = add(false, sums)?;
            self.places.resize(self.others, 0);
            return Some(are_there);
        }
        if !add(true, sums)? {
            return Some(false);
        }
        let mut has_room = true;
        self.pairs.resize(self.most_pairs, 0);
        for sum in sums.iter_mut() {
            let Some(number) = self.pairs.get_mut(*sum as usize) else { return Some(false) };
            if *number == 0 {
                has_room &= (self.count + 1) * self.others <= MOST_PLACES;
                if !has_room {
                    return Some(false);
                }
                self.count += 1;
                *number = self.count as u32;
            }
            *sum = (*number - 1) * self.others as u32;
        }
        self.places.resize(self.count * self.others, 0);
        add(false, sums)
    }

    /// What is known, by number.
    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }

    pub(super) fn place(&mut self, number: u64) -> Option<&mut u32> {
        self.places.get_mut(usize::try_from(number).ok()?)
    }
}
