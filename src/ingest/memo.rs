//! Values that were checked before, recognised by their bytes: equal bytes are an equal value, so nothing of it is
//! looked at again. Each value has a number. A memo forgets, but never takes one value for another.

use super::lanes::{Padded, WIDTH};

/// The longest value that is kept.
pub(super) const MOST_BYTES: usize = 256;
/// Places for values; a power of two.
const PLACES: usize = 2048;
/// Bytes of values at which all are forgotten.
const MOST_HELD_BYTES: usize = 1 << 20;

/// Values by their bytes.
#[derive(Debug, Default)]
pub(super) struct Values {
    places: Vec<Place>,
    /// The bytes of the values, each filled up to whole steps, and a step of line feeds.
    bytes: Vec<u8>,
    next_number: u32,
}

/// A value that is kept; an empty one is none.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    start: u32,
    length: u32,
    number: u32,
}

impl Values {
    /// The number of a value, if it is known.
    #[inline(always)]
    pub(super) fn number(&self, bytes: Padded<'_>, at: usize, length: usize) -> Option<u32> {
        let place = place_of(bytes, at, length);
        [place, place ^ 1].into_iter().find_map(|place| {
            let kept = self.places.get(place).filter(|kept| kept.length as usize == length)?;
            is_same(bytes, at, Padded::new(&self.bytes), kept.start as usize, length).then_some(kept.number)
        })
    }

    /// Keeps a value that was checked and is not known; `None` if it is empty or too long.
    pub(super) fn keep(&mut self, bytes: Padded<'_>, at: usize, length: usize) -> Option<u32> {
        if length == 0 || length > MOST_BYTES {
            return None;
        }
        if self.bytes.len() + length > MOST_HELD_BYTES {
            self.forget();
        }
        if self.places.is_empty() {
            self.places.resize(PLACES, Place::default());
        }
        let first = place_of(bytes, at, length);
        let is_free = |place: usize| self.places.get(place).is_some_and(|kept| kept.length == 0);
        let place = if !is_free(first) && is_free(first ^ 1) { first ^ 1 } else { first };
        let start = self.bytes.len().saturating_sub(WIDTH);
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(bytes.slice(at, at + length));
        self.bytes.resize(self.bytes.len().next_multiple_of(WIDTH) + WIDTH, b'\n');
        let kept = Place { start: start as u32, length: length as u32, number: self.next_number };
        // Numbers are not given twice, so that what is remembered by them stays true.
        self.next_number = self.next_number.checked_add(1)?;
        *self.places.get_mut(place)? = kept;
        Some(kept.number)
    }

    fn forget(&mut self) {
        self.places.clear();
        self.bytes.clear();
    }
}

/// True if the `length` bytes at both places are the same. Behind both lie enough others to look at whole steps.
#[inline(always)]
pub(super) fn is_same(one: Padded<'_>, at: usize, other: Padded<'_>, other_at: usize, length: usize) -> bool {
    let mut done = 0;
    while length.wrapping_sub(done) >= WIDTH {
        if one.lanes(at.wrapping_add(done)).same(other.lanes(other_at.wrapping_add(done))) != 0xffff {
            return false;
        }
        done = done.wrapping_add(WIDTH);
    }
    let wanted = first_bits(length.wrapping_sub(done));
    one.lanes(at.wrapping_add(done)).same(other.lanes(other_at.wrapping_add(done))) & wanted == wanted
}

/// The lowest bits, less than 32 of them.
#[inline(always)]
pub(super) fn first_bits(count: usize) -> u32 {
    !(u32::MAX << (count & 31))
}

/// The place of a value, from its length and all bytes of up to 16, of more the first and the last sixteen.
#[inline(always)]
fn place_of(bytes: Padded<'_>, at: usize, length: usize) -> usize {
    let end = at.wrapping_add(length);
    let (first, last) = if length >= 8 {
        (bytes.word(at), bytes.word(end.wrapping_sub(8)))
    } else {
        (bytes.word(at) & !(u64::MAX << (8 * (length & 7))), 0)
    };
    let middle = if length > WIDTH {
        bytes.word(at.wrapping_add(8)) ^ bytes.word(end.wrapping_sub(16)).rotate_left(32)
    } else {
        0
    };
    let mixed = (first ^ middle.rotate_left(17) ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ last.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - PLACES.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn padded(text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(bytes.len() + 64, b'\n');
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_value_is_taken_for_another(texts in prop::collection::vec("[ab]{1,40}", 1..400)) {
            let mut values = Values::default();
            let mut texts_of = std::collections::HashMap::new();
            for text in &texts {
                let source = padded(text);
                let bytes = Padded::new(&source);
                match values.number(bytes, 0, text.len()) {
                    Some(known) => prop_assert_eq!(&texts_of[&known], text),
                    None => {
                        let number = values.keep(bytes, 0, text.len()).unwrap();
                        prop_assert_eq!(values.number(bytes, 0, text.len()), Some(number));
                        prop_assert!(texts_of.insert(number, text.clone()).is_none());
                    }
                }
            }
        }

        #[test]
        fn places_are_compared_byte_by_byte(text in "[ab]{0,50}", other in "[ab]{0,50}", length in 0usize..60) {
            let (one, two) = (padded(&text), padded(&other));
            prop_assert_eq!(is_same(Padded::new(&one), 0, Padded::new(&two), 0, length), one[..length] == two[..length]);
        }
    }
}
