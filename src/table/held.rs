//! What rows that came as columns say of themselves, held as it came: ids that are numbers, as numbers, and nothing of
//! first attempts without ids and errors. Tells of each row what would be kept of it as texts, and of all of them how many
//! bytes that would take. Knows no limit.

use crate::number::push_whole;

/// Rows behind each other that say the same sort of thing.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    end: u32,
    /// Where the ids of its rows begin, if they have some.
    ids: Option<u32>,
}

/// Runs of rows, rising.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    runs: Vec<Run>,
    ids: Vec<i64>,
    /// What the ids would take as texts, with what stands around each.
    text_bytes: usize,
}

/// An attempt, that there is an id, its length, and that there is no error.
const AROUND_ID_BYTES: usize = 4 + 1 + 4 + 1;

impl Held {
    /// What the ids would take as texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.runs.capacity() * size_of::<Run>() + self.ids.capacity() * size_of::<i64>()
    }

    /// The row behind the last one.
    pub(super) fn end(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end as usize)
    }

    /// What some ids would take as texts.
    pub(super) fn bytes_of(ids: &[i64]) -> usize {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for id in ids {
            (least, most) = (*id.min(&least), *id.max(&most));
        }
        // Ids are often counted up.
        let digits = match (digits(least), digits(most)) {
            (one, other) if one == other && least >= 0 => one * ids.len(),
            _ => ids.iter().map(|id| digits(*id)).sum(),
        };
        digits + ids.len() * AROUND_ID_BYTES
    }

    /// Holds the ids of rows behind all others; `text_bytes` is [`Held::bytes_of`] them.
    pub(super) fn hold(&mut self, first: u32, ids: &[i64], text_bytes: usize) {
        let place = self.ids.len() as u32;
        self.ids.extend_from_slice(ids);
        self.text_bytes += text_bytes;
        let end = first + ids.len() as u32;
        match self.runs.last_mut() {
            Some(run) if run.end == first && run.ids.is_some() => run.end = end,
            _ => self.runs.push(Run { first, end, ids: Some(place) }),
        }
    }

    /// Holds rows behind all others that say nothing.
    pub(super) fn hold_silent(&mut self, first: u32, end: u32) {
        match self.runs.last_mut() {
            Some(run) if run.end == first && run.ids.is_none() => run.end = end,
            _ => self.runs.push(Run { first, end, ids: None }),
        }
    }

    /// What is held of a row: its id, if it has one. `None` if nothing is.
    pub(super) fn get(&self, row: usize) -> Option<Option<i64>> {
        let before = self.runs.partition_point(|run| run.first as usize <= row);
        let run = self.runs.get(before.checked_sub(1)?).filter(|run| row < run.end as usize)?;
        match run.ids {
            None => Some(None),
            Some(place) => self.ids.get(place as usize + (row - run.first as usize)).copied().map(Some),
        }
    }
}

/// The text of an id.
pub(super) fn text_of(id: i64) -> String {
    let mut text = String::from(if id < 0 { "-" } else { "" });
    push_whole(&mut text, id.unsigned_abs());
    text
}

/// How long the text of a number is.
fn digits(number: i64) -> usize {
    let magnitude = number.unsigned_abs();
    magnitude.checked_ilog10().map_or(1, |log| log as usize + 1) + usize::from(number < 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn what_is_held_is_what_was_given(
            runs in prop::collection::vec((0u32..3, prop::collection::vec(prop_oneof![any::<i64>(), 0i64..200], 0..9), any::<bool>()), 0..20),
        ) {
            let (mut held, mut expected, mut row) = (Held::default(), Vec::new(), 0_u32);
            let mut bytes = 0;
            for (gap, ids, are_silent) in runs {
                row += gap;
                expected.resize(row as usize, None);
                let end = row + ids.len() as u32;
                if are_silent {
                    held.hold_silent(row, end);
                    expected.resize(end as usize, Some(None));
                } else {
                    held.hold(row, &ids, Held::bytes_of(&ids));
                    expected.extend(ids.iter().map(|id| Some(Some(*id))));
                    bytes += ids.iter().map(|id| text_of(*id).len() + AROUND_ID_BYTES).sum::<usize>();
                }
                row = end;
            }
            let found: Vec<_> = (0..expected.len()).map(|row| held.get(row)).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(held.get(row as usize), None);
            prop_assert_eq!(held.text_bytes(), bytes);
        }
    }
}
