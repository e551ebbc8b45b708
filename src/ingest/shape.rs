//! Lines of NDJSON that look like earlier ones. A shape is the text between the values of a line: keys, brackets,
//! blanks, compared sixteen bytes at a time. Between two such literals stands one value, which is checked by what it is.
//! Shapes that begin alike share what they share, as a tree.
//!
//! A line that fits is a line that the full scanner would read the same way: the literals make it the learned line with
//! other values in the same places, and each value is checked. A line that does not fit is left to the full scanner;
//! nothing is ever refused here.

use super::lanes::{Padded, WIDTH};
use super::mapping::Target;
use super::memo::{Values, is_same};
use super::shape_value::{probable_end, value_end};

/// The most values of a line that are handed on.
pub(super) const MOST_SPOTS: usize = 40;
/// The most values of a line that decide its class.
pub(super) const MOST_KEYS: usize = 16;

/// In a key: a value that is not known by number yet.
const UNKNOWN: u32 = u32::MAX;
/// In a key: `null`, and, where only presence counts, everything that is taken as absent.
const ABSENT: u32 = u32::MAX - 1;
/// In a key, where only presence counts: a value.
const PRESENT: u32 = u32::MAX - 2;

/// What becomes of the value behind a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// There is none; the line ends.
    End,
    /// It is checked.
    Skip,
    /// It is handed on.
    Take,
    /// It is handed on and is a part of what decides the row's class.
    Class,
    /// The same, but only whether it is there counts.
    Presence,
}

/// A literal and the value behind it.
#[derive(Debug)]
pub(super) struct Step {
    /// Where the literal lies in [`Shapes::literals`].
    pub(super) literal: usize,
    pub(super) length: usize,
    pub(super) usage: Use,
    /// False where an object is taken apart, which another step does.
    pub(super) takes_objects: bool,
    /// The arrays and objects around the value.
    pub(super) depth: usize,
    /// What the value feeds.
    pub(super) targets: Vec<Target>,
    /// The step behind the value.
    pub(super) next: usize,
    /// The step to try where this one does not fit.
    pub(super) otherwise: usize,
    /// Values here that were not known: where most are not, none is kept any more.
    pub(super) unknown: u32,
}

/// No step.
pub(super) const NONE: usize = usize::MAX;

/// A value of the line, from its first byte to behind its last one, counted from the line's start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) step: u32,
}

/// What was found in a line.
#[derive(Debug)]
pub(super) struct Found {
    spots: [Spot; MOST_SPOTS],
    spot_count: usize,
    keys: [u32; MOST_KEYS],
    key_count: usize,
    /// Where the line ends, before its line feed.
    pub(super) end: usize,
    /// The step that ended it; it stands for the whole way.
    pub(super) last: usize,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            spots: [Spot::default(); MOST_SPOTS],
            spot_count: 0,
            keys: [0; MOST_KEYS],
            key_count: 0,
            end: 0,
            last: NONE,
        }
    }
}

impl Found {
    pub(super) fn spots(&self) -> &[Spot] {
        self.spots.get(..self.spot_count).unwrap_or_default()
    }

    /// The numbers of the values that decide the class, if all of them have one.
    pub(super) fn keys(&self) -> Option<&[u32]> {
        self.keys.get(..self.key_count).filter(|keys| !keys.contains(&UNKNOWN))
    }

    #[inline(always)]
    fn push(&mut self, spot: Spot) -> bool {
        let Some(place) = self.spots.get_mut(self.spot_count) else { return false };
        *place = spot;
        self.spot_count += 1;
        true
    }

    #[inline(always)]
    fn push_key(&mut self, key: u32) -> bool {
        let Some(place) = self.keys.get_mut(self.key_count) else { return false };
        *place = key;
        self.key_count += 1;
        true
    }
}

/// The shapes that were learned.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) steps: Vec<Step>,
    /// The texts of the literals, each filled up to whole steps of comparing.
    pub(super) literals: Vec<u8>,
    pub(super) pace: super::shape_learning::Pace,
}

impl Shapes {
    /// What is in the line that begins at `start`; false if it is of no known shape or breaks off. Changes nothing, so
    /// that a line that has not come whole leaves no trace.
    #[inline]
    pub(super) fn find(&self, values: &Values, bytes: Padded<'_>, start: usize, found: &mut Found) -> bool {
        found.spot_count = 0;
        found.key_count = 0;
        let mut at = start;
        let mut place = 0;
        while let Some(step) = self.steps.get(place) {
            let from = at + step.length;
            if !self.is_literal_at(step, bytes, at) {
                place = step.otherwise;
                continue;
            }
            if step.usage == Use::End && bytes.byte(from) == b'\n' {
                found.end = from;
                found.last = place;
                return true;
            }
            let Some((end, key)) = end_and_key(step, values, bytes, from) else {
                place = step.otherwise;
                continue;
            };
            if step.usage != Use::Skip {
                let spot = Spot { start: (from - start) as u32, end: (end - start) as u32, step: place as u32 };
                let is_class = matches!(step.usage, Use::Class | Use::Presence);
                if !found.push(spot) || (is_class && !found.push_key(key)) {
                    return false;
                }
            }
            at = end;
            place = step.next;
        }
        false
    }

    /// What a value feeds.
    pub(super) fn targets(&self, spot: Spot) -> &[Target] {
        self.steps.get(spot.step as usize).map_or(&[], |step| &step.targets)
    }

    /// Gives a number to the values of the class that have none, so that they are known from now on.
    pub(super) fn number(&mut self, values: &mut Values, bytes: Padded<'_>, start: usize, found: &mut Found) {
        let lines = self.pace.fitting();
        let mut key = 0;
        for spot in found.spots.get(..found.spot_count).unwrap_or_default() {
            let Some(step) = self.steps.get_mut(spot.step as usize) else { continue };
            if !matches!(step.usage, Use::Class | Use::Presence) {
                continue;
            }
            let Some(number) = found.keys.get_mut(key) else { return };
            key += 1;
            if *number == UNKNOWN {
                let (at, length) = (start + spot.start as usize, (spot.end - spot.start) as usize);
                *number = step.keep(values, bytes, at, length, lines);
            }
        }
    }

    #[inline(always)]
    fn is_literal_at(&self, step: &Step, bytes: Padded<'_>, at: usize) -> bool {
        let literals = Padded(&self.literals);
        let same = bytes.lanes(at).same(literals.lanes(step.literal));
        if step.length <= WIDTH {
            let wanted = (1u32 << step.length) - 1;
            return same & wanted == wanted;
        }
        same == 0xffff
            && is_same(bytes, at + WIDTH, literals, step.literal + WIDTH, step.length - WIDTH)
    }
}

impl Step {
    /// Values that differ from row to row are not worth keeping.
    fn keep(&mut self, values: &mut Values, bytes: Padded<'_>, at: usize, length: usize, lines: u32) -> u32 {
        self.unknown = self.unknown.saturating_add(1);
        if self.unknown > 1024 && self.unknown > lines / 4 {
            return UNKNOWN;
        }
        values.keep(bytes, at, length).unwrap_or(UNKNOWN)
    }
}

/// Where the value of a step ends, and what it is in the key of the class.
#[inline(always)]
fn end_and_key(step: &Step, values: &Values, bytes: Padded<'_>, at: usize) -> Option<(usize, u32)> {
    let first = bytes.byte(at);
    if !step.takes_objects && first == b'{' {
        return None;
    }
    match step.usage {
        Use::Class if first == b'n' => Some((value_end(bytes, at, step.depth)?, ABSENT)),
        Use::Class => {
            if let Some(end) = probable_end(bytes, at, first) {
                if let Some(number) = values.number(bytes, at, end - at) {
                    return Some((end, number));
                }
            }
            let end = value_end(bytes, at, step.depth)?;
            Some((end, values.number(bytes, at, end - at).unwrap_or(UNKNOWN)))
        }
        Use::Presence => {
            let end = value_end(bytes, at, step.depth)?;
            let is_absent = matches!(first, b'n' | b'f') || (first == b'"' && end == at + 2);
            Some((end, if is_absent { ABSENT } else { PRESENT }))
        }
        Use::End | Use::Skip | Use::Take => Some((value_end(bytes, at, step.depth)?, 0)),
    }
}
