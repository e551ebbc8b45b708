//! Lines of NDJSON that look like earlier ones. A shape is the text between the values of a line: keys, brackets,
//! blanks, compared sixteen bytes at a time. Between two such literals stands one value, which is checked by what it is.
//! Shapes that begin alike share what they share, as a tree.
//!
//! A line that fits is a line that the full scanner would read the same way: the literals make it the learned line with
//! other values in the same places, and each value is checked. A line that does not fit is left to the full scanner;
//! nothing is ever refused here.

use super::fields::{Spot, SpotKind, Taken};
use super::lanes::{Lanes, Padded, WIDTH};
use super::mapping::Target;
use super::memo::{Values, is_same};
use super::role::Role;
use super::shape_learning::Pace;
use super::shape_value::{
    known_text_end, nested_end, probable_nested_end, text_stop, unusual_text_end, word_or_number_end,
};

/// Room for the values of a line that are handed on; a power of two.
pub(super) const MOST_SPOTS: usize = 64;
/// Room for those of them that decide its class; a power of two.
pub(super) const MOST_KEYS: usize = 16;

/// In a key: a value that is not known by number yet.
const UNKNOWN: u32 = u32::MAX;
/// In a key: `null`, an empty text, and, where only presence counts, `false`.
const ABSENT: u32 = u32::MAX - 1;
/// In a key, where only presence counts: a value.
const PRESENT: u32 = u32::MAX - 2;
/// Numbers of values are below this, so that a key can say whether the value is a text.
const MOST_NUMBERS: u32 = 1 << 30;

/// What stands behind a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// A text; the literal ends with its opening quote.
    Text,
    /// A value that is no text.
    Other,
    /// The end of the line.
    End,
}

/// What becomes of the value behind a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It is checked.
    Skip,
    /// It is handed on.
    Take,
    /// It is handed on and is a part of what decides the row's class.
    Class,
    /// The same, but only whether it is there counts.
    Presence,
}

/// A literal and what stands behind it.
#[derive(Debug)]
pub(super) struct Step {
    /// The first bytes of the literal, and a bit for each that counts.
    pub(super) head: [u8; WIDTH],
    pub(super) head_bits: u32,
    pub(super) length: u32,
    /// Where the literal lies whole in [`Shapes::literals`].
    pub(super) literal: u32,
    /// The step behind the value; where the line ends, the way that led there.
    pub(super) next: u32,
    /// The step to try where this one does not fit.
    pub(super) otherwise: u32,
    pub(super) behind: Behind,
    pub(super) usage: Use,
    /// Where the value is put among the values that are handed on, and among those that decide the class.
    pub(super) spot: u8,
    pub(super) key: u8,
    /// The arrays and objects around the value.
    pub(super) depth: u8,
    /// False where an object is taken apart, which another step does.
    pub(super) takes_nested: bool,
}

/// A way through the steps, from the beginning of a line to its end.
#[derive(Debug)]
pub(super) struct Way {
    /// What each spot feeds.
    pub(super) targets: Vec<Vec<Target>>,
    /// Which of the spots feeds a role, if no role is fed by two of them.
    pub(super) places: Option<[u8; Role::COUNT]>,
    /// The spots that decide the class.
    pub(super) keys: Vec<Key>,
}

/// A value that decides the class of rows.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) spot: usize,
    /// How many values were not known: where most are not, none is kept any more.
    pub(super) unknown: u32,
}

/// No step and no way.
pub(super) const NONE: u32 = u32::MAX;

/// What was found in a line.
#[derive(Debug)]
pub(super) struct Found {
    spots: [Spot; MOST_SPOTS],
    keys: [u32; MOST_KEYS],
    /// Where the line ends, before its line feed.
    pub(super) end: usize,
    /// The way that led there.
    pub(super) way: u32,
}

impl Default for Found {
    fn default() -> Self {
        Self { spots: [Spot::default(); MOST_SPOTS], keys: [0; MOST_KEYS], end: 0, way: NONE }
    }
}

impl Found {
    /// The values that are handed on, in the way's order; those behind the way's last one are of no meaning.
    pub(super) fn spots(&self) -> &[Spot] {
        &self.spots
    }

    #[inline(always)]
    fn set_key(&mut self, step: &Step, key: u32) {
        if let Some(place) = self.keys.get_mut(usize::from(step.key) % MOST_KEYS) {
            *place = key;
        }
    }
}

/// The shapes that were learned.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) steps: Vec<Step>,
    pub(super) ways: Vec<Way>,
    /// The texts of the literals, and a step of line feeds.
    pub(super) literals: Vec<u8>,
    pub(super) pace: Pace,
}

impl Shapes {
    /// What is in the line that begins at `start`; false if it is of no known shape or breaks off. Changes nothing that
    /// is remembered, so that a line that has not come whole leaves no trace.
    #[inline]
    pub(super) fn find(&self, values: &Values, bytes: Padded<'_>, start: usize, found: &mut Found) -> bool {
        let mut at = start;
        let mut place = 0;
        while let Some(step) = self.steps.get(place as usize) {
            let end = if !self.is_literal_at(step, bytes, at) {
                None
            } else {
                let from = at.wrapping_add(step.length as usize);
                match step.behind {
                    Behind::Text => step.text_end(values, bytes, from, start, found),
                    Behind::Other => step.other_end(values, bytes, from, start, found),
                    Behind::End if bytes.byte(from) == b'\n' => {
                        found.end = from;
                        found.way = step.next;
                        return true;
                    }
                    Behind::End => None,
                }
            };
            match end {
                Some(end) => {
                    at = end;
                    place = step.next;
                }
                None => place = step.otherwise,
            }
        }
        false
    }

    /// The values of a line by their roles, as the long way would take them.
    pub(super) fn taken<'a>(&self, found: &Found, line: &'a [u8]) -> Taken<'a> {
        let mut taken = Taken::default();
        let targets = self.ways.get(found.way as usize).map_or(&[][..], |way| &way.targets);
        for (spot, targets) in found.spots.iter().zip(targets) {
            taken.set_all(targets, spot.value(line));
        }
        taken
    }

    /// Which spots feed which roles, where the way says so for all of its lines.
    #[inline]
    pub(super) fn places(&self, way: u32) -> Option<&[u8; Role::COUNT]> {
        self.ways.get(way as usize)?.places.as_ref()
    }

    /// The numbers of the values that decide the class, if all of them have one.
    #[inline]
    pub(super) fn keys<'a>(&self, found: &'a Found) -> Option<&'a [u32]> {
        let count = self.ways.get(found.way as usize)?.keys.len();
        found.keys.get(..count).filter(|keys| !keys.contains(&UNKNOWN))
    }

    /// Gives a number to the values of the class that have none, so that they are known from now on.
    pub(super) fn number(&mut self, values: &mut Values, bytes: Padded<'_>, start: usize, found: &mut Found) {
        let lines = self.pace.fitting();
        let Some(way) = self.ways.get_mut(found.way as usize) else { return };
        for (key, number) in way.keys.iter_mut().zip(&mut found.keys) {
            let spot = found.spots.get(key.spot).copied().unwrap_or_default();
            if *number == UNKNOWN && key.is_worth_keeping(lines) {
                let (at, length) = (start + spot.start as usize, (spot.end - spot.start) as usize);
                let kept = values.keep(bytes, at, length).filter(|number| *number < MOST_NUMBERS);
                *number = kept.map_or(UNKNOWN, |number| key_of(number, spot.kind != SpotKind::Other));
            }
        }
    }

    #[inline(always)]
    fn is_literal_at(&self, step: &Step, bytes: Padded<'_>, at: usize) -> bool {
        let same = bytes.lanes(at).same(Lanes::of(&step.head));
        same & step.head_bits == step.head_bits && (step.length as usize <= WIDTH || self.is_rest_at(step, bytes, at))
    }

    fn is_rest_at(&self, step: &Step, bytes: Padded<'_>, at: usize) -> bool {
        let (length, literal) = (step.length as usize, step.literal as usize);
        let (rest, rest_at) = (length.wrapping_sub(WIDTH), at.wrapping_add(WIDTH));
        is_same(bytes, rest_at, Padded::new(&self.literals), literal.wrapping_add(WIDTH), rest)
    }
}

impl Key {
    /// Values that differ from row to row are not worth keeping.
    fn is_worth_keeping(&mut self, lines: u32) -> bool {
        self.unknown = self.unknown.saturating_add(1);
        self.unknown <= 1024 || self.unknown <= lines / 4
    }
}

impl Use {
    /// True if the value is a part of what decides the row's class.
    #[inline(always)]
    pub(super) fn is_key(self) -> bool {
        matches!(self, Use::Class | Use::Presence)
    }
}

impl Step {
    /// Behind the text whose first byte is at `from`, its closing quote included.
    #[inline(always)]
    fn text_end(
        &self,
        values: &Values,
        bytes: Padded<'_>,
        from: usize,
        start: usize,
        found: &mut Found,
    ) -> Option<usize> {
        let stop = text_stop(bytes, from);
        let (end, kind) = if bytes.byte(stop) == b'"' {
            (stop, SpotKind::Plain)
        } else {
            let known = known_text_end(bytes, stop)
                .filter(|end| self.usage == Use::Class && values.number(bytes, from, end.wrapping_sub(from)).is_some());
            (known.or_else(|| unusual_text_end(bytes, from, stop))?, SpotKind::Unusual)
        };
        if self.usage != Use::Skip {
            self.put(found, from, end, start, kind);
            if self.usage == Use::Class {
                let length = end.wrapping_sub(from);
                let key = values.number(bytes, from, length).map_or(UNKNOWN, |number| key_of(number, true));
                found.set_key(self, if length == 0 { ABSENT } else { key });
            } else if self.usage == Use::Presence {
                found.set_key(self, if end == from { ABSENT } else { PRESENT });
            }
        }
        Some(end.wrapping_add(1))
    }

    /// Behind the value that begins at `from` and is no text.
    #[inline(always)]
    fn other_end(
        &self,
        values: &Values,
        bytes: Padded<'_>,
        from: usize,
        start: usize,
        found: &mut Found,
    ) -> Option<usize> {
        let first = bytes.byte(from);
        let end = match first {
            b'{' | b'[' if !self.takes_nested => return None,
            b'{' | b'[' => self.nested_end(values, bytes, from, first)?,
            _ => word_or_number_end(bytes, from, first)?,
        };
        if self.usage != Use::Skip {
            self.put(found, from, end, start, SpotKind::Other);
            if self.usage == Use::Class {
                let number = values.number(bytes, from, end.wrapping_sub(from));
                let key = number.map_or(UNKNOWN, |number| key_of(number, false));
                found.set_key(self, if first == b'n' { ABSENT } else { key });
            } else if self.usage == Use::Presence {
                found.set_key(self, if matches!(first, b'n' | b'f') { ABSENT } else { PRESENT });
            }
        }
        Some(end)
    }

    #[inline(always)]
    fn nested_end(&self, values: &Values, bytes: Padded<'_>, from: usize, first: u8) -> Option<usize> {
        // What is known ends where it seems to.
        let probable = probable_nested_end(bytes, from, first)
            .filter(|end| self.usage == Use::Class && values.number(bytes, from, end.wrapping_sub(from)).is_some());
        probable.or_else(|| nested_end(bytes, from, usize::from(self.depth)))
    }

    #[inline(always)]
    fn put(&self, found: &mut Found, from: usize, end: usize, start: usize, kind: SpotKind) {
        if let Some(spot) = found.spots.get_mut(usize::from(self.spot) % MOST_SPOTS) {
            *spot = Spot { start: from.wrapping_sub(start) as u32, end: end.wrapping_sub(start) as u32, kind };
        }
    }
}

/// The number of a value and whether it is a text: `7` and `"7"` are not the same.
#[inline(always)]
fn key_of(number: u32, is_text: bool) -> u32 {
    number << 1 | u32::from(is_text)
}
