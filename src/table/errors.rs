//! What went wrong, by number: each class of errors once ([`write_class`]), and the errors that came last, since most rows
//! that fail say one of a few things. Judges nothing.

use super::dictionary::{Crowded, Texts};
use crate::error_class::write_class;

/// The most classes that are told apart.
pub const MOST_ERRORS: usize = 4096;

/// The errors that are remembered; a power of two.
const SLOTS: usize = 256;
/// The longest that is.
const MOST_REMEMBERED_BYTES: usize = 256;

#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    texts: Texts,
    /// Errors and the numbers of their classes; none before the first error.
    slots: Vec<(String, Option<u32>)>,
    class: String,
}

impl Errors {
    /// Those of classes.
    pub(super) fn of(texts: Texts) -> Self {
        Self { texts, ..Self::default() }
    }

    /// The classes.
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// The number of an error's class; `None` if it says nothing.
    pub(super) fn number(&mut self, key: [u64; 2], error: &str) -> Result<Option<u32>, Crowded> {
        self.slots.resize_with(SLOTS, Default::default);
        let Some(slot) = self.slots.get_mut(slot_of(error.as_bytes()) % SLOTS) else { return Ok(None) };
        if slot.0 == error {
            return Ok(slot.1);
        }
        write_class(error, &mut self.class);
        let number = if self.class.is_empty() { None } else { Some(number_of(&mut self.texts, key, &self.class)?) };
        if error.len() <= MOST_REMEMBERED_BYTES {
            slot.0.clear();
            slot.0.push_str(error);
            slot.1 = number;
        }
        Ok(number)
    }

    /// The number of a class.
    pub(super) fn number_of_class(&mut self, key: [u64; 2], class: &str) -> Result<u32, Crowded> {
        number_of(&mut self.texts, key, class)
    }
}

fn number_of(texts: &mut Texts, key: [u64; 2], class: &str) -> Result<u32, Crowded> {
    let number = texts.number(key, class)?;
    if texts.len() > MOST_ERRORS { Err(Crowded) } else { Ok(number) }
}

/// Where an error is remembered: told by its length and its last bytes and some of the middle, where errors mostly differ.
fn slot_of(error: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let word =
        |at: usize| error.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word));
    let (middle, last) = (word(error.len() / 2), word(error.len().saturating_sub(8)));
    let mixed = (middle ^ error.len() as u64).wrapping_mul(FACTOR) ^ last;
    (mixed.wrapping_mul(FACTOR) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_makes_no_difference() {
        let mut errors = Errors::default();
        let all: Vec<String> =
            (0..600).map(|number| format!("refused by host-{} after {number}000 ms", number % 9)).collect();
        for error in all.iter().chain(all.iter().rev()).chain(["", " ", "x"].map(str::to_owned).iter()) {
            let mut class = String::new();
            write_class(error, &mut class);
            for _ in 0..2 {
                let number = errors.number([1, 2], error).unwrap();
                let told = number.map(|number| errors.texts().text(number).to_owned());
                assert_eq!(told.unwrap_or_default(), class, "{error}");
            }
        }
        assert_eq!(errors.texts().len(), 10);
        assert!(errors.slots.iter().filter(|slot| !slot.0.is_empty()).count() > SLOTS / 2);
    }

    #[test]
    fn no_more_classes_are_told_apart_than_are_compared() {
        let mut errors = Errors::default();
        let letter = |digit: usize| (b'a' + (digit % 26) as u8) as char;
        for number in 0..MOST_ERRORS {
            let error: String = [number / 676, number / 26, number].into_iter().map(letter).collect();
            assert!(errors.number([1, 2], &format!("no host {error}")).is_ok(), "{number}");
        }
        assert_eq!(errors.number([1, 2], "one more"), Err(Crowded));
    }
}
