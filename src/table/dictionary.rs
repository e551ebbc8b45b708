//! Texts and sets by number, in the order in which they first came; no output follows that order. They are found by a
//! keyed hash, so that chosen texts cannot make finding slow, and they hold no more than they are told to.

use super::siphash::siphash;

/// The most names that a dictionary holds: workflows, their names, unknown status words, tags and sets of tags, each.
pub const MOST_NAMES: usize = 1 << 16;
/// The most bytes that the texts of one dictionary may have together.
pub const MOST_NAME_BYTES: usize = 64 * 1024 * 1024;
/// The most tags that all sets of tags may have together.
const MOST_SET_MEMBERS: usize = 1 << 22;

/// A dictionary has no room for another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crowded;

/// Where entries lie by hash: open addressing, at most three quarters full.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// The entry's number and one, 0 for none; as many as a power of two.
    slots: Vec<u32>,
    /// By number.
    hashes: Vec<u64>,
}

impl Index {
    /// The number of an entry of that hash of which `is_it` holds.
    pub(super) fn find(&self, hash: u64, is_it: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        loop {
            let number = self.slots.get(slot)?.checked_sub(1)?;
            if self.hashes.get(number as usize) == Some(&hash) && is_it(number) {
                return Some(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Gives the next number to an entry that is not there.
    pub(super) fn add(&mut self, hash: u64) -> u32 {
        let number = self.skip(hash);
        if self.hashes.len() * 4 > self.slots.len() * 3 {
            let larger = vec![0; (self.slots.len() * 2).max(16)];
            let settled = std::mem::replace(&mut self.slots, larger);
            settled.into_iter().filter_map(|taken| taken.checked_sub(1)).for_each(|number| self.settle(number));
        }
        self.settle(number);
        number
    }

    /// Gives the next number to an entry that is not to be found.
    pub(super) fn skip(&mut self, hash: u64) -> u32 {
        let number = self.hashes.len() as u32;
        self.hashes.push(hash);
        number
    }

    /// How many slots are looked at until each entry is found once.
    #[cfg(test)]
    pub(super) fn steps(&self) -> u64 {
        let mask = self.slots.len() as u64 - 1;
        let steps = |(slot, taken): (usize, &u32)| {
            let hash = self.hashes[taken.checked_sub(1)? as usize];
            Some(1 + ((slot as u64).wrapping_sub(hash) & mask))
        };
        self.slots.iter().enumerate().filter_map(steps).sum()
    }

    fn settle(&mut self, number: u32) {
        let mask = self.slots.len().saturating_sub(1);
        let Some(hash) = self.hashes.get(number as usize) else { return };
        let mut slot = *hash as usize & mask;
        // There is always an empty slot, since a quarter of them are.
        while let Some(taken) = self.slots.get_mut(slot) {
            if *taken == 0 {
                *taken = number + 1;
                return;
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    index: Index,
    joined: String,
    ends: Vec<u32>,
}

impl Texts {
    /// The number of a text, which is added if it is not there.
    pub(super) fn number(&mut self, key: [u64; 2], text: &str) -> Result<u32, Crowded> {
        let hash = siphash(key, text.as_bytes());
        if let Some(number) = self.index.find(hash, &mut |number| self.text(number) == text) {
            return Ok(number);
        }
        if self.ends.len() >= MOST_NAMES || self.joined.len() + text.len() > MOST_NAME_BYTES {
            return Err(Crowded);
        }
        self.joined.push_str(text);
        self.ends.push(self.joined.len() as u32);
        Ok(self.index.add(hash))
    }

    pub(super) fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.ends.get(number).and_then(|end| self.joined.get(start..*end as usize)).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Every text, by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.text(number))
    }
}

/// Sets of numbers by number. A set is given sorted and without repetitions.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    index: Index,
    members: Vec<u32>,
    ends: Vec<u32>,
}

impl Sets {
    /// The number of a set, which is added if it is not there.
    pub(super) fn number(&mut self, key: [u64; 2], set: &[u32]) -> Result<u32, Crowded> {
        let mut bytes = [0; 64];
        let hash = match bytes.get_mut(..set.len() * 4) {
            Some(bytes) => {
                set.iter()
                    .zip(bytes.chunks_exact_mut(4))
                    .for_each(|(member, to)| to.copy_from_slice(&member.to_le_bytes()));
                siphash(key, bytes)
            }
            None => siphash(key, &set.iter().flat_map(|member| member.to_le_bytes()).collect::<Vec<u8>>()),
        };
        if let Some(number) = self.index.find(hash, &mut |number| self.set(number) == set) {
            return Ok(number);
        }
        // The empty set takes no place of one.
        if self.ends.len() > MOST_NAMES || self.members.len() + set.len() > MOST_SET_MEMBERS {
            return Err(Crowded);
        }
        self.members.extend_from_slice(set);
        self.ends.push(self.members.len() as u32);
        Ok(self.index.add(hash))
    }

    pub(super) fn set(&self, number: u32) -> &[u32] {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.ends.get(number).and_then(|end| self.members.get(start..*end as usize)).unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u64; 2] = [1, 2];

    /// A text of eight letters for 32 bits, four a letter, the lowest first.
    fn letters(bits: u32) -> String {
        (0..8).map(|place| char::from(b'a' + (bits >> (place * 4) & 15) as u8)).collect()
    }

    /// FxHash of a text of eight bytes, as rustc-hash 1.1 computes it.
    fn fx_hash(text: &str) -> u64 {
        let word = text.bytes().rev().fold(0, |word, byte| word << 8 | u64::from(byte));
        let add = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        add(add(0, word), 0xff)
    }

    #[test]
    fn names_that_collide_elsewhere_are_found_in_as_few_steps_as_others() {
        // What differs stands in the upper half of a word, which a multiplication does not bring down.
        let chosen: Vec<String> = (0..MOST_NAMES as u32).map(|number| letters(number << 16)).collect();
        let mixed: Vec<String> =
            (0..MOST_NAMES as u32).map(|number| letters(number.wrapping_mul(0x9e37_79b1))).collect();
        // Half of the slots are taken, so that an entry is found in one and a half steps, were its hash a die's.
        let count = MOST_NAMES as u64;
        for names in [&chosen, &mixed] {
            let mut texts = Texts::default();
            names.iter().for_each(|name| assert!(texts.number(KEY, name).is_ok()));
            assert!(texts.index.steps() < count * 2, "{} steps to {count} names", texts.index.steps());
            let mut sets = Sets::default();
            (0..count as u32).for_each(|number| assert!(sets.number(KEY, &[number << 16, u32::MAX]).is_ok()));
            assert!(sets.index.steps() < count * 2, "{} steps to {count} sets", sets.index.steps());
        }
        // The count shows what a hash does that lets them collide; a part of them is enough, for all take minutes.
        let mut colliding = Index::default();
        chosen.iter().take(1 << 12).for_each(|name| {
            colliding.add(fx_hash(name));
        });
        assert!(colliding.steps() > (1 << 12) * 50, "{} steps", colliding.steps());
    }

    #[test]
    fn a_text_keeps_its_number() {
        let mut texts = Texts::default();
        let names: Vec<String> = (0..5000).map(|number| format!("name {number}")).collect();
        for round in 0..2 {
            for (expected, name) in names.iter().enumerate() {
                assert_eq!(texts.number(KEY, name), Ok(expected as u32), "round {round}");
            }
        }
        assert_eq!(texts.iter().collect::<Vec<_>>(), names);
        assert_eq!(texts.number(KEY, ""), Ok(5000));
        assert_eq!(texts.text(5000), "");
        assert_eq!(texts.text(9999), "");
    }

    #[test]
    fn a_set_keeps_its_number_however_large_it_is() {
        let mut sets = Sets::default();
        let of = |length: u32| (0..length).collect::<Vec<u32>>();
        for (number, length) in [0, 1, 15, 16, 17, 300].into_iter().enumerate() {
            assert_eq!(sets.number(KEY, &of(length)), Ok(number as u32));
        }
        assert_eq!(sets.number(KEY, &of(17)), Ok(4));
        assert_eq!(sets.set(4), of(17));
        assert_eq!(sets.set(6), [0; 0]);
    }

    #[test]
    fn beyond_the_limit_nothing_is_added() {
        let mut texts = Texts::default();
        (0..MOST_NAMES).for_each(|number| assert!(texts.number(KEY, &number.to_string()).is_ok()));
        assert_eq!(texts.number(KEY, "one more"), Err(Crowded));
        assert_eq!(texts.number(KEY, "0"), Ok(0));
        let long = "x".repeat(MOST_NAME_BYTES / 2 + 1);
        let mut texts = Texts::default();
        assert!(texts.number(KEY, &long).is_ok());
        assert_eq!(texts.number(KEY, &(long + "y")), Err(Crowded));
    }
}
