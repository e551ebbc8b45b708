//! The classes of rows that were read before, by the numbers of the values that decide them: rows that say the same in
//! these are of one class, and nothing of that is worked out again. Each has a number of its own, the kind of its rows.

use super::classify::{Class, ClassRef};
// Rows of further kinds are classed one by one.
use super::memo::MOST_KINDS;

/// The most places that are looked at for one kind, so that no choice of values makes looking slow.
const MOST_TRIES: usize = 8;

/// A kind of row.
#[derive(Debug)]
struct Kind {
    way: u32,
    keys: Box<[u32]>,
    class: Class,
    /// What whoever is told of the rows calls the kind.
    name: Option<u32>,
}

/// Kinds by what decides them.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    kinds: Vec<Kind>,
    /// The numbers of kinds by the mixed keys, one more than the number; a power of two of them, at most a quarter in use,
    /// so that hardly a kind finds no place.
    places: Vec<u32>,
}

impl Kinds {
    /// The kind of the rows that came the same way and whose values have these numbers.
    #[inline]
    pub(super) fn get(&self, way: u32, keys: &[u32]) -> Option<u32> {
        let first = mixed(way, keys);
        for attempt in 0..MOST_TRIES {
            let place = self.places.get(first.wrapping_add(attempt) & self.places.len().wrapping_sub(1))?;
            let number = place.checked_sub(1)?;
            let kind = self.kinds.get(number as usize)?;
            if kind.way == way && is_same(&kind.keys, keys) {
                return Some(number);
            }
        }
        None
    }

    /// The class of the rows of a kind.
    #[inline]
    pub(super) fn class(&self, kind: u32) -> Option<ClassRef<'_>> {
        self.kinds.get(kind as usize).map(|kind| kind.class.view())
    }

    /// The class of the rows of a kind and its name, if it has one.
    #[inline]
    pub(super) fn named(&self, kind: u32) -> Option<(ClassRef<'_>, u32)> {
        self.kinds.get(kind as usize).and_then(|kind| Some((kind.class.view(), kind.name?)))
    }

    /// Names a kind.
    pub(super) fn name(&mut self, kind: u32, name: u32) {
        if let Some(kind) = self.kinds.get_mut(kind as usize) {
            kind.name = Some(name);
        }
    }

    /// Forgets what kinds were named.
    pub(super) fn forget_names(&mut self) {
        self.kinds.iter_mut().for_each(|kind| kind.name = None);
    }

    /// Keeps the class of a row whose kind is not known, if there is room; its number.
    pub(super) fn keep(&mut self, way: u32, keys: &[u32], class: Class) -> Option<u32> {
        let number = self.kinds.len();
        if number >= MOST_KINDS {
            return None;
        }
        if self.places.len() < 4 * (number + 1) {
            self.grow();
        }
        if !place(&mut self.places, mixed(way, keys), number) {
            return None;
        }
        self.kinds.push(Kind { way, keys: keys.into(), class, name: None });
        u32::try_from(number).ok()
    }

    fn grow(&mut self) {
        self.places = vec![0; (self.places.len() * 2).max(256)];
        for (number, kind) in self.kinds.iter().enumerate() {
            // One that finds no place is met as a new kind.
            place(&mut self.places, mixed(kind.way, &kind.keys), number);
        }
    }
}

fn place(places: &mut [u32], first: usize, number: usize) -> bool {
    let last = places.len().wrapping_sub(1);
    let mut tried = (0..MOST_TRIES).map(|attempt| first.wrapping_add(attempt) & last);
    let Some(free) = tried.find(|place| places.get(*place) == Some(&0)) else { return false };
    if let Some(place) = places.get_mut(free) {
        *place = number as u32 + 1;
    }
    true
}

#[inline(always)]
fn is_same(one: &[u32], other: &[u32]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |different, (one, other)| different | (one ^ other)) == 0
}

#[inline(always)]
fn mixed(way: u32, keys: &[u32]) -> usize {
    let mix = |sum: u64, key: u64| (sum ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    keys.iter().fold(mix(0, u64::from(way)), |sum, key| mix(sum, u64::from(*key))) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_kind_is_its_way_and_its_keys(asked in prop::collection::vec((0u32..3, prop::collection::vec(0u32..4, 0..5)), 0..600)) {
            let mut kinds = Kinds::default();
            let mut numbers: HashMap<_, u32> = HashMap::new();
            for (way, keys) in asked {
                let found = kinds.get(way, &keys);
                match found {
                    Some(number) => prop_assert_eq!(numbers.get(&(way, keys)), Some(&number)),
                    None => {
                        if let Some(number) = kinds.keep(way, &keys, Class::default()) {
                            prop_assert_eq!(kinds.get(way, &keys), Some(number));
                            prop_assert!(numbers.insert((way, keys), number).is_none());
                        }
                    }
                }
            }
        }
    }
}
