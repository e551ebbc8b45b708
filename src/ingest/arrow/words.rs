//! Numbers for the texts of a column: equal texts have equal numbers for as long as the source is read, so that rows
//! which say the same are known by numbers. Remembers a bounded number of short texts; others have none.

use super::dictionary::Dictionaries;

/// The most texts that are remembered of one column.
const MOST_WORDS: usize = 1 << 16;
/// The longest text that is remembered, in bytes.
const MOST_WORD_BYTES: usize = 256;
/// The most places that are looked at for one text, so that no choice of texts makes looking slow.
const MOST_TRIES: usize = 8;
/// Stands for a text without a number.
const NO_NUMBER: u32 = u32::MAX;

/// The texts of one column by number. 0 is the absent one.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    ends: Vec<u32>,
    /// Numbers by the mixed texts, 0 where none is; a power of two of them, at most a quarter in use: where half are, one
    /// text in some hundreds finds no place, and that may be the one that most rows bear.
    places: Vec<u32>,
    /// The numbers of a dictionary's entries, and of which state of it.
    entries: Vec<u32>,
    version: u32,
}

impl Words {
    /// The number of a text.
    #[inline]
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if text.is_empty() {
            return Some(0);
        }
        if text.len() > MOST_WORD_BYTES {
            return None;
        }
        let first = mixed(text.as_bytes());
        for attempt in 0..MOST_TRIES {
            let place = self.places.get(first.wrapping_add(attempt) & self.places.len().wrapping_sub(1));
            let Some(number) = place.copied().filter(|number| *number > 0) else { break };
            if self.word(number) == Some(text) {
                return Some(number);
            }
        }
        self.keep(text, first)
    }

    /// The number of a dictionary's entry.
    #[inline]
    pub(super) fn entry(&self, entry: usize) -> Option<u32> {
        self.entries.get(entry).copied().filter(|number| *number != NO_NUMBER)
    }

    /// Learns what a dictionary holds by now.
    pub(super) fn learn(&mut self, dictionaries: &Dictionaries, id: i64) {
        let (length, version) = dictionaries.state(id);
        if version != self.version {
            self.entries.clear();
            self.version = version;
        }
        for entry in self.entries.len()..length {
            let text = dictionaries.text(id, entry as i64).unwrap_or_default();
            let number = self.number(text);
            self.entries.push(number.unwrap_or(NO_NUMBER));
        }
    }

    fn word(&self, number: u32) -> Option<&str> {
        let end = *self.ends.get(number as usize - 1)?;
        let start = (number as usize).checked_sub(2).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start as usize..end as usize)
    }

    fn keep(&mut self, text: &str, first: usize) -> Option<u32> {
        if self.ends.len() >= MOST_WORDS {
            return None;
        }
        if self.places.len() < 4 * (self.ends.len() + 1) {
            self.places = vec![0; (self.places.len() * 2).max(64)];
            for number in 1..=self.ends.len() as u32 {
                let first = self.word(number).map_or(0, |word| mixed(word.as_bytes()));
                // One that finds no place is met as a new text; its number then stands for it beside the old one.
                place(&mut self.places, first, number);
            }
        }
        let number = self.ends.len() as u32 + 1;
        if !place(&mut self.places, first, number) {
            return None;
        }
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        Some(number)
    }
}

fn place(places: &mut [u32], first: usize, number: u32) -> bool {
    let last = places.len().wrapping_sub(1);
    let mut tried = (0..MOST_TRIES).map(|attempt| first.wrapping_add(attempt) & last);
    let Some(free) = tried.find(|place| places.get(*place) == Some(&0)) else { return false };
    if let Some(place) = places.get_mut(free) {
        *place = number;
    }
    true
}

#[inline]
fn mixed(text: &[u8]) -> usize {
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut words = text.chunks_exact(8);
    let whole = words
        .by_ref()
        .fold(text.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(word.try_into().unwrap_or_default())));
    let rest = words.remainder().iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    (mix(whole, rest) >> 20) as usize
}
