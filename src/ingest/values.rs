//! Values that rows said before, each with a number of its own: the same bytes at the same place are the same value. There
//! are few of them where rows are of many kinds, so that they stay near the processor. Knows nothing of what they mean.

use super::lanes::{NEAR, Near, Padded, WIDTH};
use super::memo::{FACTOR, hold};
use super::places::{MOST_TRIES, Places};

/// Values by their bytes.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// By hash: of each value its number, one more.
    places: Places,
    values: Vec<Value>,
    /// The bytes of the values, as [`hold`] holds them.
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Value {
    /// Where it stands, and of what sort it is.
    what: u32,
    bytes: u32,
    length: u32,
}

/// A value in some bytes.
#[derive(Clone, Copy)]
pub(super) struct Sought<'a> {
    pub(super) what: u32,
    pub(super) bytes: &'a Padded<'a>,
    pub(super) at: usize,
    /// How many bytes it has, with the one behind it where that ends it.
    pub(super) length: usize,
}

impl Values {
    pub(super) fn held_bytes(&self) -> usize {
        self.values.len() * size_of::<Value>() + self.bytes.len()
    }

    /// The number of a value that was met before.
    pub(super) fn find(&self, sought: Sought<'_>) -> Option<u32> {
        let near = sought.bytes.near(sought.at)?;
        let hash = sought.hash(near);
        for attempt in 0..MOST_TRIES {
            let place = self.places.at(hash, attempt)?;
            let number = place.number.checked_sub(1)?;
            if place.hash == hash && self.is_said(number, sought) {
                return Some(number);
            }
        }
        None
    }

    /// True if a value is that of a number.
    #[inline(always)]
    pub(super) fn is_said(&self, number: u32, Sought { what, bytes, at, length }: Sought<'_>) -> bool {
        #[cfg(test)]
        super::known_line::steps::count();
        let (Some(value), Some(near)) = (self.values.get(number as usize), bytes.near(at)) else { return false };
        let (held, begin) = (Padded::new(&self.bytes), value.bytes as usize);
        let is_such = value.what == what && value.length as usize == length;
        is_such
            && match held.near(begin) {
                Some(held) if length <= 2 * WIDTH => near.begins_as::<2>(held, length),
                Some(held) if length <= NEAR => near.begins_as::<4>(held, length),
                _ => bytes.is_same(at, held, begin, length),
            }
    }

    /// The number of a value, which is held if it was not met before; `None` if there is no place for it.
    #[inline(never)]
    pub(super) fn number(&mut self, sought: Sought<'_>) -> Option<u32> {
        let Sought { what, bytes, at, length } = sought;
        let near = bytes.near(at)?;
        if let Some(number) = self.find(sought) {
            return Some(number);
        }
        let number = self.values.len() as u32;
        if !self.places.put(sought.hash(near), number + 1) {
            return None;
        }
        let held = hold(&mut self.bytes, bytes.slice(at, at.wrapping_add(length)));
        self.values.push(Value { what, bytes: held, length: length as u32 });
        Some(number)
    }
}

impl Sought<'_> {
    /// A number of its first and last eight bytes, of its length and of where it stands.
    #[inline(always)]
    pub(super) fn glance(&self) -> u64 {
        let Sought { what, bytes, at, length } = *self;
        let counted = if length < 8 { !(u64::MAX << (8 * length)) } else { u64::MAX };
        let (first, last) = (bytes.word(at), bytes.word(at.wrapping_add(length.saturating_sub(8))));
        (first & counted) ^ (last & counted).rotate_left(23) ^ (u64::from(what) << 32 ^ length as u64).rotate_left(47)
    }

    fn hash(&self, near: Near<'_>) -> u32 {
        mixed(self.what, value_word(self.bytes, (near, self.at), self.length), self.length)
    }
}

/// A number of the bytes at `at`, from where `near` is.
#[inline(always)]
fn value_word(bytes: &Padded<'_>, (near, at): (Near<'_>, usize), length: usize) -> u64 {
    match length {
        0..8 => near.word(0) & !(u64::MAX << (8 * length)),
        // One word is multiplied before the other meets it: digits at both ends of a name would undo each other.
        8..=WIDTH => near.word(0).wrapping_mul(FACTOR) ^ near.word(length - 8).rotate_left(31),
        _ => {
            let end = at.wrapping_add(length);
            let first = near.word(0).wrapping_mul(FACTOR) ^ near.word(8).rotate_left(17);
            let last =
                bytes.word(end.wrapping_sub(16)).wrapping_mul(FACTOR) ^ bytes.word(end.wrapping_sub(8)).rotate_left(31);
            let word = first ^ last.rotate_left(29);
            if length <= 2 * WIDTH {
                word
            } else {
                word ^ middle_word(bytes, at.wrapping_add(WIDTH), end.wrapping_sub(WIDTH))
            }
        }
    }
}

/// A number of the bytes from `at` to `end`, of a long value; whole steps are looked at, the last one as far as it goes.
#[inline(never)]
fn middle_word(bytes: &Padded<'_>, mut at: usize, end: usize) -> u64 {
    let mut sum = 0_u64;
    while at < end {
        sum = (sum ^ bytes.word(at) ^ bytes.word(at.wrapping_add(8)).rotate_left(17))
            .wrapping_mul(FACTOR)
            .rotate_left(29);
        at = at.wrapping_add(WIDTH);
    }
    sum
}

/// A number of a value and of where it stands.
#[inline(always)]
fn mixed(what: u32, value: u64, length: usize) -> u32 {
    let place = u64::from(what) << 32 ^ length as u64;
    let mixed = (value ^ place.rotate_left(7)).wrapping_mul(FACTOR);
    ((mixed ^ mixed >> 29).wrapping_mul(FACTOR) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::super::memo::PADDING;
    use super::*;
    use proptest::prelude::*;

    /// Texts, some of which are the beginning of others or differ in one byte alone.
    fn text() -> impl Strategy<Value = String> {
        (0_usize..4, prop_oneof![0_usize..40, 60_usize..70], prop::option::of(0_usize..70)).prop_map(
            |(kind, length, changed)| {
                let mut text: Vec<u8> = (0..length).map(|place| b'a' + ((place * 7 + kind) % 26) as u8).collect();
                if let Some(byte) = changed.and_then(|changed| text.get_mut(changed)) {
                    *byte = b'A';
                }
                String::from_utf8(text).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn a_value_is_its_bytes_and_where_it_stands(said in prop::collection::vec((0_u32..3, text()), 0..300)) {
            let mut values = Values::default();
            let mut numbers = std::collections::HashMap::new();
            for (what, text) in &said {
                let line = format!("{text}{}", "\n".repeat(PADDING + WIDTH));
                let bytes = Padded::new(line.as_bytes());
                let sought = Sought { what: *what, bytes: &bytes, at: 0, length: text.len() };
                let known = values.find(sought);
                // One that has a number may be lost where there are more places, but none has another's.
                if let Some(number) = known {
                    prop_assert_eq!(Some(&number), numbers.get(&(*what, text)));
                } else if let Some(number) = values.number(sought) {
                    prop_assert_eq!(values.find(sought), Some(number));
                    numbers.insert((*what, text), number);
                }
            }
        }
    }

    /// Names with two numbers in them, as people give them, hardly ever have one hash.
    #[test]
    fn nearly_all_names_find_a_place() {
        for dashes in 0..20 {
            for letters in [0, 1, 3, 8] {
                let mut values = Values::default();
                let mut lost = 0;
                for number in 0..10_000 {
                    let (one, other) = (number / 100, number % 100);
                    let text = format!("t{one:02}{}{other:02}{}", "-".repeat(dashes), "x".repeat(letters));
                    let line = format!("{text}{}", "\n".repeat(PADDING + WIDTH));
                    let sought = Sought { what: 3, bytes: &Padded::new(line.as_bytes()), at: 0, length: text.len() };
                    lost += usize::from(values.number(sought).is_none());
                }
                assert!(lost <= 2, "{lost} with {dashes} dashes and {letters} letters behind");
            }
        }
    }

    /// Where fewer bytes lie behind than are looked at, nothing is known, and nothing is taken for another.
    #[test]
    fn a_value_at_the_end_of_too_few_bytes_is_not_known() {
        let mut values = Values::default();
        let number = |values: &mut Values, text: &str, feeds: usize| {
            let line = format!("{text}{}", "\n".repeat(feeds));
            let sought = Sought { what: 0, bytes: &Padded::new(line.as_bytes()), at: 0, length: text.len() };
            values.number(sought)
        };
        assert_eq!((number(&mut values, "\n\n\n", WIDTH), number(&mut values, "abc", WIDTH)), (None, None));
        assert_eq!((number(&mut values, "\n\n\n", PADDING), number(&mut values, "abc", PADDING)), (Some(0), Some(1)));
    }
}
