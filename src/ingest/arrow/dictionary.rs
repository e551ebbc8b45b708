//! The dictionaries of an Arrow stream: the texts that columns of numbers point at. They come as batches of their own,
//! which replace what was there or add to it. Keeps copies, never more bytes than came.

use super::array::{Array, Batch, Cell};
use super::flat::{Checked, Malformed, Table};
use super::schema::{Field, Kind};
use super::text::push_cell;

/// The texts of one dictionary, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    id: i64,
    text: String,
    ends: Vec<u32>,
    /// Counts how often it was replaced, so that who keeps its numbers knows when they have changed.
    version: u32,
}

impl Dictionary {
    /// The text of a number.
    fn text(&self, number: i64) -> Option<&str> {
        let number = usize::try_from(number).ok()?;
        let end = *self.ends.get(number)?;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start as usize..end as usize)
    }
}

/// All dictionaries of a stream that its columns of interest use.
#[derive(Debug, Default)]
pub(super) struct Dictionaries {
    all: Vec<Dictionary>,
}

impl Dictionaries {
    /// The text of a number in a dictionary; `None` where there is none.
    pub(super) fn text(&self, id: i64, number: i64) -> Option<&str> {
        self.find(id)?.text(number)
    }

    /// How many texts a dictionary has, and how often it was replaced.
    pub(super) fn state(&self, id: i64) -> (usize, u32) {
        self.find(id).map_or((0, 0), |dictionary| (dictionary.ends.len(), dictionary.version))
    }

    fn find(&self, id: i64) -> Option<&Dictionary> {
        self.all.iter().find(|dictionary| dictionary.id == id)
    }

    /// Takes a batch of the dictionary of a field. Its values are texts, or numbers that are taken as they are written.
    pub(super) fn take(
        &mut self,
        id: i64,
        field: &Field,
        is_delta: bool,
        table: &Table<'_>,
        body: &[u8],
    ) -> Checked<()> {
        if !matches!(field.kind, Kind::Text(_) | Kind::TextView | Kind::Integer(_) | Kind::Float(_)) {
            return Err(Malformed);
        }
        let values = Batch::read(table, body)?.values(field)?;
        self.fill(id, &values, is_delta, body)
    }

    /// Takes the values of a dictionary, or more of them.
    pub(super) fn fill(&mut self, id: i64, values: &Array, is_delta: bool, body: &[u8]) -> Checked<()> {
        let place = self.all.iter().position(|dictionary| dictionary.id == id).unwrap_or_else(|| {
            self.all.push(Dictionary { id, ..Dictionary::default() });
            self.all.len() - 1
        });
        let nothing = Dictionaries::default();
        let Some(dictionary) = self.all.get_mut(place) else { return Err(Malformed) };
        if !is_delta {
            dictionary.text.clear();
            dictionary.ends.clear();
            dictionary.version += 1;
        }
        let mut budget = body.len() as u64;
        for row in 0..values.len() {
            match values.cell(body, row, &nothing) {
                Cell::Text(text) => {
                    budget = budget.checked_sub(text.len() as u64).ok_or(Malformed)?;
                    dictionary.text.push_str(text);
                }
                Cell::Broken(_) => return Err(Malformed),
                cell => push_cell(cell, &mut dictionary.text),
            }
            dictionary.ends.push(u32::try_from(dictionary.text.len()).map_err(|_| Malformed)?);
        }
        Ok(())
    }
}
