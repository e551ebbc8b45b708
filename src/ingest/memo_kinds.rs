//! The classes of rows that were read before, by the numbers of the values that decide them: rows that say the same in
//! these are of one class, and nothing of that is worked out again. Each has a number of its own, the kind of its rows.

use super::classify::{Class, ClassRef};
use super::combinations::Combinations;
use super::memo::MOST_KINDS;

/// A kind of row.
#[derive(Debug)]
struct Kind {
    class: Class,
    /// What whoever is told of the rows calls the kind.
    name: Option<u32>,
}

/// Kinds by what decides them.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    kinds: Vec<Kind>,
    /// Their numbers, by the way that rows came and the numbers of the values.
    combinations: Combinations,
}

impl Kinds {
    /// The kind of the rows that came the same way and whose values have these numbers.
    #[inline]
    pub(super) fn get(&self, way: u32, keys: &[u32]) -> Option<u32> {
        let start = self.combinations.find(way, keys)?;
        self.combinations.at(start, way, keys.len()).map(|(kind, _)| kind)
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
        // Rows of further kinds are classed one by one.
        if self.kinds.len() >= MOST_KINDS {
            return None;
        }
        let (_, number) = self.combinations.put(way, keys)?;
        self.kinds.push(Kind { class, name: None });
        Some(number)
    }
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
