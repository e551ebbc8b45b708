//! Lines of NDJSON that look like earlier ones. A shape is the text between the values of a line: keys, brackets,
//! blanks, compared sixteen bytes at a time. Between two such literals stands one value, which is checked by what it is.
//! Shapes that begin alike share what they share, as a tree. Lines of kinds that were met before are read with less
//! ([`super::known_line`]).
//!
//! A line that fits is a line that the full scanner would read the same way: the literals make it the learned line with
//! other values in the same places. A line that does not fit is left to the full scanner; nothing is ever refused here.

use super::Value;
use super::brief::{Brief, Quick, Quickly};
use super::fields::{Places, Spot, SpotKind, Taken};
use super::lanes::{Lanes, Near, Padded, TextMarks, WIDTH};
use super::mapping::{Mapping, Node, Target};
use super::memo::{MOST_KEYS, Part};
use super::ndjson::take_pairs;
use super::shape_learning::Pace;
use super::shape_value::{nested_end, text_end_near, word_or_number_end_near};

/// Room for the values of a line that are handed on; a power of two.
pub(super) const MOST_SPOTS: usize = 64;

/// The longest literal that is compared with [`Near`].
pub(super) const MOST_NEAR_BYTES: usize = 31;

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
    /// There is none, for the line ends.
    End,
}

/// A literal and what stands behind it.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Step {
    /// The first bytes of the literal and the next ones, and a bit for each that counts.
    pub(super) head: Lanes,
    pub(super) second: Lanes,
    pub(super) bits: u32,
    pub(super) length: u32,
    /// Where the literal lies whole in [`Shapes::literals`].
    pub(super) literal: u32,
    /// The step behind the value; where the line ends, the way that led there.
    pub(super) next: u32,
    /// The step to try where this one does not fit.
    pub(super) otherwise: u32,
    pub(super) usage: Use,
    /// True if the value is not read where it is found, and says nothing of the class.
    pub(super) is_plain: bool,
    /// Where the value is put among the values that are handed on, and among those that decide the class.
    pub(super) spot: u8,
    pub(super) key: u8,
    /// False once a value that decides the class went on behind the first quote or bracket that might have closed it.
    pub(super) is_soon_closed: bool,
    /// The arrays and objects around the value.
    pub(super) depth: u8,
    /// False where an object is taken apart, which another step does.
    pub(super) takes_objects: bool,
    /// True if the value says something of the row itself, not of its class alone.
    pub(super) is_said: bool,
    pub(super) quickly: Quickly,
}

/// A way through the steps, from the beginning of a line to its end.
#[derive(Debug)]
pub(super) struct Way {
    /// What each spot feeds.
    pub(super) feeds: Vec<Feed>,
    /// Which of the spots feeds a role, if each feeds one and no role is fed by two of them.
    pub(super) places: Option<Places>,
    /// The spots that decide the class.
    pub(super) keys: Vec<Key>,
    /// How a row that came this way is read where its kind is known.
    pub(super) brief: Option<Brief>,
}

/// What the value of a spot feeds.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) targets: Vec<Target>,
    /// Where its members go on in the mapping if it is a list of pairs.
    pub(super) pairs: Option<Node>,
    /// True for a text that is several, joined.
    pub(super) is_joined: bool,
}

/// A value that decides the class of rows, or in CSV several that lie side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) spot: usize,
    /// The spot of the last of them.
    pub(super) last: usize,
    /// The step that it stands at, or the spot if it is one of CSV.
    pub(super) step: u32,
    /// True if only whether it is there counts.
    pub(super) is_presence: bool,
}

/// No step and no way.
pub(super) const NONE: u32 = u32::MAX;

/// What was found in a line.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) spots: [Spot; MOST_SPOTS],
    /// Where the line ends, before its line feed.
    pub(super) end: usize,
    /// The way that led there, and its last step.
    pub(super) way: u32,
    pub(super) last_step: u32,
    /// The values that decide the class, in their order.
    pub(super) keys: [Part; MOST_KEYS],
    /// What was read at once.
    pub(super) quick: Quick,
}

impl Default for Found {
    fn default() -> Self {
        let (spots, keys) = ([Spot::default(); MOST_SPOTS], [Part::default(); MOST_KEYS]);
        Self { spots, end: 0, way: NONE, last_step: NONE, keys, quick: Quick::default() }
    }
}

impl Found {
    /// The values that are handed on, in the way's order; those behind the way's last one are of no meaning.
    #[inline(always)]
    pub(super) fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Puts a value that is handed on at its spot.
    #[inline(always)]
    pub(super) fn put(&mut self, spot: u8, start: usize, end: usize, kind: SpotKind) {
        self.spots[usize::from(spot) % MOST_SPOTS] = Spot { start: start as u32, end: end as u32, kind };
    }
}

/// The shapes that were learned.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) steps: Vec<Step>,
    pub(super) ways: Vec<Way>,
    /// The texts of the literals, and a step of line feeds.
    pub(super) literals: Vec<u8>,
    pub(super) marks: TextMarks,
    pub(super) pace: Pace,
}

impl Shapes {
    /// What is in the line that begins at `start`; false if it is of no known shape or breaks off. Changes nothing that
    /// is remembered, so that a line that has not come whole leaves no trace.
    pub(super) fn find(&self, bytes: &Padded<'_>, start: usize, found: &mut Found) -> bool {
        self.walk(bytes, start, found).is_some()
    }

    /// Goes from step to step to the end of the line.
    fn walk(&self, bytes: &Padded<'_>, start: usize, found: &mut Found) -> Option<()> {
        let steps = self.steps.as_slice();
        let (mut at, mut place) = (start, 0);
        loop {
            #[cfg(test)]
            super::known_line::steps::count();
            let step = steps.get(place as usize)?;
            let near = bytes.near(at)?;
            let end = if !step.is_literal(near, bytes, at, &self.literals) {
                None
            } else {
                let Place { near, base, from } = step.behind_literal(near, bytes, at)?;
                match step.usage {
                    Use::End if near.byte(from) == b'\n' => {
                        (found.end, found.way, found.last_step) = (base.wrapping_add(from), step.next, place);
                        return Some(());
                    }
                    Use::End => None,
                    _ => step.checked().end(bytes, near, (base, from), start, found),
                }
            };
            (at, place) = match end {
                Some(end) => (end, step.next),
                None => (at, step.otherwise),
            };
        }
    }

    /// The values of a line by their roles, as the long way would take them.
    pub(super) fn taken<'a>(&self, found: &Found, line: &'a [u8], mapping: &Mapping) -> Taken<'a> {
        let mut fields = Taken::default();
        let feeds = self.ways.get(found.way as usize).map_or(&[][..], |way| &way.feeds);
        for (spot, feed) in found.spots.iter().zip(feeds) {
            let value = match spot.value(line) {
                Value::Text(text) if feed.is_joined => Value::Joined(text),
                value => value,
            };
            fields.set_all(&feed.targets, value);
            if let Some(node) = feed.pairs {
                take_pairs(&mut fields, mapping, node, value);
            }
        }
        fields
    }

    /// Which spots feed which roles, where the way says so for all of its lines.
    #[inline]
    pub(super) fn places(&self, way: u32) -> Option<&Places> {
        self.ways.get(way as usize)?.places.as_ref()
    }

    /// How rows of a way are read where their kind is known.
    #[inline]
    pub(super) fn brief(&self, way: u32) -> Option<&Brief> {
        self.ways.get(way as usize)?.brief.as_ref()
    }

    /// The values that decide the class of a line that came this way.
    #[inline(always)]
    pub(super) fn keys(&self, way: u32) -> &[Key] {
        self.ways.get(way as usize).map_or(&[][..], |way| &way.keys)
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
    /// True if its literal is what lies at `at`, from where `near` is.
    #[inline(always)]
    pub(super) fn is_literal(&self, near: Near<'_>, bytes: &Padded<'_>, at: usize, literals: &[u8]) -> bool {
        let same = near.lanes(0).same(self.head) | near.lanes(WIDTH).same(self.second) << WIDTH;
        same & self.bits == self.bits
            && (self.length as usize <= MOST_NEAR_BYTES || self.is_literal_far(bytes, at, literals))
    }

    #[inline(never)]
    fn is_literal_far(&self, bytes: &Padded<'_>, at: usize, literals: &[u8]) -> bool {
        bytes.is_same(at, Padded::new(literals), self.literal as usize, self.length as usize)
    }

    /// Where its value begins in a line that has its literal at `at`, from where `near` is.
    #[inline(always)]
    pub(super) fn behind_literal<'a>(&self, near: Near<'a>, bytes: &Padded<'a>, at: usize) -> Option<Place<'a>> {
        let length = self.length as usize;
        if length <= MOST_NEAR_BYTES {
            return Some(Place { near, base: at, from: length & MOST_NEAR_BYTES });
        }
        // What lies behind a literal that is not there may be beyond the bytes, and another step may do, so that is asked first.
        let base = at.wrapping_add(length);
        Some(Place { near: bytes.near(base)?, base, from: 0 })
    }

    /// What its value has to be and where it goes.
    #[inline(always)]
    pub(super) fn checked(&self) -> Checked {
        let spot = if self.usage == Use::Skip { NO_SPOT } else { self.spot };
        Checked { spot, depth: self.depth, takes_objects: self.takes_objects }
    }

    /// The same where it is put only if it says something of the row itself.
    #[inline(always)]
    pub(super) fn checked_if_said(&self) -> Checked {
        let spot = if self.is_said { self.spot } else { NO_SPOT };
        Checked { spot, depth: self.depth, takes_objects: self.takes_objects }
    }
}

/// Where a value begins: `from` behind `base`, from where `near` is.
pub(super) struct Place<'a> {
    pub(super) near: Near<'a>,
    pub(super) base: usize,
    pub(super) from: usize,
}

/// Stands for no spot: the value is not handed on.
const NO_SPOT: u8 = u8::MAX;

/// A value that is checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    /// Where it is put, or [`NO_SPOT`].
    spot: u8,
    /// As of a [`Step`].
    depth: u8,
    takes_objects: bool,
}

impl Checked {
    /// Hands a value on, if it is to be; the line begins at `start`.
    #[inline(always)]
    pub(super) fn put(&self, found: &mut Found, (begin, end): (usize, usize), start: usize, kind: SpotKind) {
        if self.spot != NO_SPOT {
            found.put(self.spot, begin.wrapping_sub(start), end.wrapping_sub(start), kind);
        }
    }

    /// Behind the value that begins `from` behind `base`, from where `near` is; the line begins at `start`.
    #[inline(always)]
    pub(super) fn end(
        &self,
        bytes: &Padded<'_>,
        near: Near<'_>,
        (base, from): (usize, usize),
        start: usize,
        found: &mut Found,
    ) -> Option<usize> {
        let place = base.wrapping_add(from);
        let first = near.byte(from);
        let (begin, end, kind) = if first == b'"' {
            let (end, kind) = text_end_near(bytes, near, base, from + 1)?;
            (place.wrapping_add(1), end, kind)
        } else {
            let end = match first {
                b'{' if !self.takes_objects => return None,
                b'{' | b'[' => nested_end(bytes, place, usize::from(self.depth))?,
                _ => word_or_number_end_near(bytes, near, base, from)?,
            };
            (place, end, SpotKind::Other)
        };
        self.put(found, (begin, end), start, kind);
        Some(end.wrapping_add(usize::from(first == b'"')))
    }
}
