//! Lines of NDJSON that look like earlier ones. A shape is the text between the values of a line: keys, brackets,
//! blanks, compared sixteen bytes at a time. Between two such literals stands one value, which is checked by what it is.
//! Shapes that begin alike share what they share, as a tree.
//!
//! A line that fits is a line that the full scanner would read the same way: the literals make it the learned line with
//! other values in the same places, and each value is checked. A line that does not fit is left to the full scanner;
//! nothing is ever refused here.

use super::fields::{Spot, Taken};
use super::lanes::{Lanes, Padded, WIDTH};
use super::mapping::Target;
use super::memo::{Values, is_same};
use super::role::Role;
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
    /// The arrays and objects around the value.
    pub(super) depth: u32,
    /// Values here that were not known: where most are not, none is kept any more.
    pub(super) unknown: u32,
    pub(super) usage: Use,
    /// False where an object is taken apart, which another step does.
    pub(super) takes_objects: bool,
    /// What the value feeds.
    pub(super) targets: Vec<Target>,
}

/// A way through the steps, from the beginning of a line to its end.
#[derive(Debug)]
pub(super) struct Way {
    /// Which of its spots feeds a role, if no role is fed by two of them.
    pub(super) places: Option<[u8; Role::COUNT]>,
}

/// No step.
pub(super) const NONE: u32 = u32::MAX;

/// What was found in a line.
#[derive(Debug)]
pub(super) struct Found {
    spots: [Spot; MOST_SPOTS],
    /// The steps that the spots were found at.
    steps: [u32; MOST_SPOTS],
    spot_count: usize,
    keys: [u32; MOST_KEYS],
    key_count: usize,
    /// Where the line ends, before its line feed.
    pub(super) end: usize,
    /// The way that led there.
    pub(super) way: u32,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            spots: [Spot::default(); MOST_SPOTS],
            steps: [0; MOST_SPOTS],
            spot_count: 0,
            keys: [0; MOST_KEYS],
            key_count: 0,
            end: 0,
            way: NONE,
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
    fn push(&mut self, spot: Spot, step: u32) -> bool {
        let places = (self.spots.get_mut(self.spot_count), self.steps.get_mut(self.spot_count));
        let (Some(place), Some(step_place)) = places else { return false };
        (*place, *step_place) = (spot, step);
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
    pub(super) ways: Vec<Way>,
    /// The texts of the literals, and a step of line feeds.
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
        while let Some(step) = self.steps.get(place as usize) {
            let from = at.wrapping_add(step.length as usize);
            if !self.is_literal_at(step, bytes, at) {
                place = step.otherwise;
                continue;
            }
            let first = bytes.byte(from);
            if step.usage == Use::End && first == b'\n' {
                found.end = from;
                found.way = step.next;
                return true;
            }
            let Some((end, key)) = end_and_key(step, values, bytes, from, first) else {
                place = step.otherwise;
                continue;
            };
            if step.usage != Use::Skip {
                let spot = Spot { start: from.wrapping_sub(start) as u32, end: end.wrapping_sub(start) as u32 };
                if !found.push(spot, place) || (step.usage.is_key() && !found.push_key(key)) {
                    return false;
                }
            }
            at = end;
            place = step.next;
        }
        false
    }

    /// The values of a line by their roles, as the long way would take them.
    pub(super) fn taken<'a>(&self, found: &Found, line: &'a [u8]) -> Taken<'a> {
        let mut taken = Taken::default();
        for (spot, step) in found.spots().iter().zip(&found.steps) {
            let targets = self.steps.get(*step as usize).map_or(&[][..], |step| &step.targets);
            taken.set_all(targets, spot.value(line));
        }
        taken
    }

    /// Which spots feed which roles, where the way says so for all of its lines.
    #[inline]
    pub(super) fn places(&self, way: u32) -> Option<&[u8; Role::COUNT]> {
        self.ways.get(way as usize)?.places.as_ref()
    }

    /// Gives a number to the values of the class that have none, so that they are known from now on.
    pub(super) fn number(&mut self, values: &mut Values, bytes: Padded<'_>, start: usize, found: &mut Found) {
        let lines = self.pace.fitting();
        let mut key = 0;
        for (spot, step) in found.spots.iter().zip(&found.steps).take(found.spot_count) {
            let Some(step) = self.steps.get_mut(*step as usize) else { continue };
            if !step.usage.is_key() {
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
        let same = bytes.lanes(at).same(Lanes::of(&step.head));
        same & step.head_bits == step.head_bits
            && (step.length as usize <= WIDTH || self.is_rest_at(step, bytes, at))
    }

    fn is_rest_at(&self, step: &Step, bytes: Padded<'_>, at: usize) -> bool {
        let (length, literal) = (step.length as usize, step.literal as usize);
        let (rest, rest_at) = (length.wrapping_sub(WIDTH), at.wrapping_add(WIDTH));
        is_same(bytes, rest_at, Padded::new(&self.literals), literal.wrapping_add(WIDTH), rest)
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
fn end_and_key(step: &Step, values: &Values, bytes: Padded<'_>, at: usize, first: u8) -> Option<(usize, u32)> {
    if first == b'{' && !step.takes_objects {
        return None;
    }
    if step.usage == Use::Class {
        if let Some(end) = probable_end(bytes, at, first) {
            if let Some(number) = values.number(bytes, at, end.wrapping_sub(at)) {
                return Some((end, number));
            }
        }
    }
    let end = value_end(bytes, at, step.depth as usize)?;
    let key = match step.usage {
        Use::Class if first == b'n' => ABSENT,
        Use::Class => values.number(bytes, at, end.wrapping_sub(at)).unwrap_or(UNKNOWN),
        Use::Presence if matches!(first, b'n' | b'f') || (first == b'"' && end == at.wrapping_add(2)) => ABSENT,
        _ => PRESENT,
    };
    Some((end, key))
}
