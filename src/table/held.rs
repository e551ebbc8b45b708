//! What rows that came as columns say of themselves, held as it came: ids that are numbers, as numbers, beside them what
//! few rows say more, and nothing of first attempts without ids and errors. Tells of each row what would be kept of it as
//! texts, and of all of them how many bytes that would take. Knows no limit.

use crate::execution::OwnTexts;
use crate::number::push_whole;

/// Rows behind each other that say the same sort of thing.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    end: u32,
    /// Where the ids of its rows begin, if they have some.
    ids: Option<u32>,
}

/// What a row says beside its id.
#[derive(Clone, Copy, Debug)]
struct More {
    row: u32,
    attempt: u32,
    /// Where its error ends, which begins where that of the row before ends. An empty one is none.
    error_end: u32,
}

/// Runs of rows, rising.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    runs: Vec<Run>,
    ids: Vec<i64>,
    more: Vec<More>,
    errors: String,
    /// What all that would take as texts, with what stands around each.
    text_bytes: usize,
}

/// Up to this, numbers are no ids: of such a row nothing is held.
const NO_ID: i64 = i64::MIN + 1;

/// An attempt, that there is an id, its length, and that there is no error.
const AROUND_ID_BYTES: usize = 4 + 1 + 4 + 1;
/// What an error takes beside its text.
const AROUND_ERROR_BYTES: usize = 4;

impl Held {
    /// What all that is held would take as texts.
    pub(super) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Bytes that are taken.
    pub(super) fn bytes(&self) -> usize {
        self.runs.capacity() * size_of::<Run>()
            + self.ids.capacity() * size_of::<i64>()
            + self.more.capacity() * size_of::<More>()
            + self.errors.capacity()
    }

    /// The row behind the last one.
    pub(super) fn end(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end as usize)
    }

    /// How many numbers are no ids.
    pub(super) fn without_ids(ids: &[i64]) -> usize {
        ids.iter().filter(|id| **id <= NO_ID).count()
    }

    /// What some ids would take as texts.
    pub(super) fn bytes_of(ids: &[i64]) -> usize {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for id in ids {
            (least, most) = (*id.min(&least), *id.max(&most));
        }
        // Ids are often counted up.
        match (digits(least), digits(most)) {
            (one, other) if one == other && least >= 0 => ids.len() * (one + AROUND_ID_BYTES),
            _ => ids.iter().filter(|id| **id > NO_ID).map(|id| digits(*id) + AROUND_ID_BYTES).sum(),
        }
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

    /// Holds what a row whose id was held says more, in the order of rows.
    pub(super) fn hold_more(&mut self, row: u32, attempt: u32, error: Option<&str>) {
        if let Some(error) = error {
            self.errors.push_str(error);
            self.text_bytes += AROUND_ERROR_BYTES + error.len();
        }
        self.more.push(More { row, attempt, error_end: self.errors.len() as u32 });
    }

    /// Holds rows behind all others that say nothing.
    pub(super) fn hold_silent(&mut self, first: u32, end: u32) {
        match self.runs.last_mut() {
            Some(run) if run.end == first && run.ids.is_none() => run.end = end,
            _ => self.runs.push(Run { first, end, ids: None }),
        }
    }

    /// What is held of a row, whose id is written to `id`; `None` if nothing is.
    pub(super) fn get<'a>(&'a self, row: usize, id: &'a mut String) -> Option<OwnTexts<'a>> {
        let before = self.runs.partition_point(|run| run.first as usize <= row);
        let run = self.runs.get(before.checked_sub(1)?).filter(|run| row < run.end as usize)?;
        let nothing = OwnTexts { id: None, attempt: 1, error: None };
        let Some(place) = run.ids else { return Some(nothing) };
        let number = *self.ids.get(place as usize + (row - run.first as usize)).filter(|id| **id > NO_ID)?;
        id.clear();
        id.push_str(if number < 0 { "-" } else { "" });
        push_whole(id, number.unsigned_abs());
        let alone = OwnTexts { id: Some(id), ..nothing };
        let place = self.more.partition_point(|more| (more.row as usize) < row);
        let Some(more) = self.more.get(place).filter(|more| more.row as usize == row) else { return Some(alone) };
        let begin = place.checked_sub(1).and_then(|before| self.more.get(before)).map_or(0, |before| before.error_end);
        let error = self.errors.get(begin as usize..more.error_end as usize).filter(|error| !error.is_empty());
        Some(OwnTexts { attempt: more.attempt, error, ..alone })
    }
}

/// How long the text of a number is.
fn digits(number: i64) -> usize {
    let magnitude = number.unsigned_abs();
    magnitude.checked_ilog10().map_or(1, |log| log as usize + 1) + usize::from(number < 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reread::RowTexts;
    use proptest::prelude::*;

    type Said = (i64, Option<(u32, Option<String>)>);

    fn said() -> impl Strategy<Value = Said> {
        let id = prop_oneof![4 => 0i64..200, 2 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MIN + 2)];
        let error = prop::option::of("[a-zä]{1,9}");
        (id, prop::option::weighted(0.3, (0u32..4, error)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn what_is_held_is_what_was_given_and_takes_what_is_said(
            runs in prop::collection::vec((0u32..3, prop::collection::vec(said(), 0..9), any::<bool>()), 0..20),
        ) {
            let (mut held, mut expected, mut row) = (Held::default(), Vec::new(), 0_u32);
            let mut bytes = 0;
            for (gap, rows, are_silent) in runs {
                row += gap;
                expected.resize(row as usize, None);
                let end = row + rows.len() as u32;
                if are_silent {
                    held.hold_silent(row, end);
                    expected.resize(end as usize, Some(RowTexts { id: None, attempt: 1, error: None }));
                } else {
                    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
                    held.hold(row, &ids, Held::bytes_of(&ids));
                    for ((id, more), row) in rows.iter().zip(row..) {
                        let id = (*id > i64::MIN + 1).then(|| id.to_string());
                        if let (Some(_), Some((attempt, error))) = (&id, more) {
                            held.hold_more(row, *attempt, error.as_deref());
                        }
                        let (attempt, error) = more.clone().unwrap_or((1, None));
                        let texts = id.map(|id| RowTexts { id: Some(id), attempt, error });
                        // What `Kept` writes of it.
                        let length = |text: &Option<String>| text.as_ref().map_or(1, |text| 5 + text.len());
                        bytes += texts.as_ref().map_or(0, |texts| 4 + length(&texts.id) + length(&texts.error));
                        expected.push(texts);
                    }
                }
                row = end;
            }
            let get = |row: usize| {
                let mut id = String::new();
                let texts = held.get(row, &mut id)?;
                let own = |text: Option<&str>| text.map(str::to_owned);
                Some(RowTexts { id: own(texts.id), attempt: texts.attempt, error: own(texts.error) })
            };
            prop_assert_eq!((0..expected.len()).map(get).collect::<Vec<_>>(), expected);
            prop_assert_eq!(get(row as usize), None);
            prop_assert_eq!(held.text_bytes(), bytes);
        }
    }
}
