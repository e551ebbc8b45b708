//! Numbers that came together: which way a row came and what it says, value by value, as one number for each combination.
//! Knows nothing of what these are. What finds no place near that of its hash is not kept, so that no choice of values
//! makes looking slow or the places many.

use super::memo::FACTOR;
use super::places::{MOST_TRIES, Places};

/// The most bytes of what combinations say; beyond that none is put. The places that find them come on top.
const MOST_SAID_BYTES: usize = 1 << 22;

/// Combinations, numbered as they were put.
#[derive(Debug, Default)]
pub(super) struct Combinations {
    /// By hash: where each combination begins in `said`, one more.
    places: Places,
    /// Of each its number, how many values it has, its way and their numbers.
    said: Vec<u32>,
    count: u32,
}

impl Combinations {
    pub(super) fn held_bytes(&self) -> usize {
        self.said.len() * size_of::<u32>()
    }

    /// Where a combination lies, if it was put before.
    pub(super) fn find(&self, way: u32, values: &[u32]) -> Option<u32> {
        let hash = hash_of(way, values);
        for attempt in 0..MOST_TRIES {
            let place = self.places.at(hash, attempt)?;
            let start = place.number.checked_sub(1)?;
            if place.hash == hash
                && let Some((_, known)) = self.at(start, way, values.len())
                && known.iter().zip(values).all(|(known, value)| known == value)
            {
                return Some(start);
            }
        }
        None
    }

    /// The number of the combination that lies at a place and its values, if it is of a way and has so many of them.
    #[inline(always)]
    pub(super) fn at(&self, start: u32, way: u32, count: usize) -> Option<(u32, &[u32])> {
        match self.said.get(start as usize..)? {
            [number, held_count, held_way, held @ ..] if *held_count as usize == count && *held_way == way => {
                Some((*number, held.get(..count)?))
            }
            _ => None,
        }
    }

    /// Puts a combination that was not put before; where it lies, and its number, which is one more than that of the last one.
    /// `None` if it finds no place or there is no room.
    pub(super) fn put(&mut self, way: u32, values: &[u32]) -> Option<(u32, u32)> {
        let start = self.said.len() as u32;
        if self.held_bytes() >= MOST_SAID_BYTES {
            return None;
        }
        if !self.places.put(hash_of(way, values), start + 1) {
            return None;
        }
        let number = self.count;
        self.count += 1;
        self.said.extend([number, values.len() as u32, way]);
        self.said.extend(values);
        Some((start, number))
    }
}

/// A number of a combination.
fn hash_of(way: u32, values: &[u32]) -> u32 {
    let mixed = |sum: u64, number: &u32| (sum ^ u64::from(*number)).wrapping_mul(FACTOR).rotate_left(29);
    (values.iter().fold(mixed(0, &way), mixed) >> 16) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn number_of(combinations: &Combinations, way: u32, values: &[u32]) -> Option<u32> {
        let (number, known) = combinations.at(combinations.find(way, values)?, way, values.len())?;
        assert_eq!(known, values);
        Some(number)
    }

    proptest! {
        #[test]
        fn a_combination_is_its_way_and_its_values(
            asked in prop::collection::vec((0..3_u32, prop::collection::vec(0..4_u32, 0..5)), 0..600),
        ) {
            let mut combinations = Combinations::default();
            let mut numbers = HashMap::new();
            for (way, values) in asked {
                match number_of(&combinations, way, &values) {
                    Some(number) => prop_assert_eq!(numbers.get(&(way, values)), Some(&number)),
                    // One that was put may be lost where there are more places, but none has another's number.
                    None => if let Some((_, number)) = combinations.put(way, &values) {
                        prop_assert_eq!(number_of(&combinations, way, &values), Some(number));
                        numbers.insert((way, values), number);
                    },
                }
            }
            prop_assert_eq!(combinations.count, numbers.values().max().map_or(0, |last| *last + 1));
        }
    }

    #[test]
    fn combinations_of_many_values_are_all_found() {
        let mut combinations = Combinations::default();
        let each = || (0..100_u32).flat_map(|one| (0..160_u32).map(move |two| [one, two, one * 7 % 5]));
        assert!(
            each().zip(0..).all(|(values, number)| combinations.put(3, &values).is_some_and(|put| put.1 == number))
        );
        assert!(each().zip(0..).all(|(values, number)| number_of(&combinations, 3, &values) == Some(number)));
        assert_eq!((combinations.find(4, &[0; 3]), combinations.find(3, &[0; 2])), (None, None));
        assert_eq!(combinations.held_bytes(), 100 * 160 * 4 * (3 + 3));
    }

    /// Rows of Arrow may have thousands of values that decide their kind.
    #[test]
    fn combinations_of_thousands_of_values_take_no_room_beyond_the_limit() {
        let mut combinations = Combinations::default();
        let each = |number: u32| vec![number; 4000];
        let put = (0..16_384).filter(|number| combinations.put(1, &each(*number)).is_some()).count();
        assert!((200..300).contains(&put), "{put}");
        assert!(combinations.held_bytes() < MOST_SAID_BYTES + 4 * 4003);
        assert!((0..16_384).filter(|number| number_of(&combinations, 1, &each(*number)).is_some()).count() == put);
    }
}
