//! The classes of rows that were read before, by the bytes that decide them: rows that say the same in these are of one
//! class, and nothing of that is worked out again. Each class has a number of its own, the kind of its rows. Forgets
//! when there is no more room, but never takes one class for another.

use super::classify::Class;
use super::fields::{Spot, SpotKind};
use super::lanes::{Padded, WIDTH};
use super::shape::Key;

/// The longest value that may be a part of what decides a kept class.
const MOST_BYTES: usize = 256;
/// The most kinds that are kept at a time.
const MOST_KINDS: usize = 1 << 14;
/// Bytes of values at which all are forgotten.
const MOST_HELD_BYTES: usize = 1 << 22;
/// So many are kept whether or not one of them was met again.
const FREELY_KEPT: u32 = 4096;
/// The most places that are looked at for one kind, so that no choice of values makes looking slow.
const MOST_TRIES: usize = 8;

/// Classes by what decides them.
#[derive(Debug, Default)]
pub(super) struct Classes {
    kinds: Vec<Kind>,
    /// The number of the first of them: numbers are not given twice.
    first: u32,
    /// What each value of each kind is: its length and what kind of value it is.
    marks: Vec<u32>,
    /// The bytes of the values, each filled up to whole steps, and a step of line feeds.
    bytes: Vec<u8>,
    /// Kinds by their hash; a power of two of them, less than half in use.
    places: Vec<Place>,
    /// How many rows had a kind that was known, and how many had none.
    known: u32,
    unknown: u32,
}

#[derive(Debug)]
struct Kind {
    way: u32,
    /// Where its marks and its bytes begin.
    marks: u32,
    bytes: u32,
    hash: u64,
    class: Class,
    /// What whoever is told of the rows calls the kind.
    name: Option<u32>,
}

/// A kind's number within [`Classes::kinds`] and one more, or 0 for none, and the lower half of its hash.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    hash: u32,
    kind: u32,
}

/// Room for the values that decide a class.
pub(super) const MOST_KEYS: usize = 16;

/// What of a row decides its class: the way that it came and where the values lie.
#[derive(Debug, Default)]
pub(super) struct Deciding {
    way: u32,
    count: usize,
    parts: [Part; MOST_KEYS],
    hash: u64,
}

/// A value that decides: where it lies, how long it is and what kind of value. Of one of which only the presence counts,
/// nothing lies anywhere.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    at: usize,
    length: usize,
    mark: u32,
}

impl Deciding {
    /// Looks at a row whose values lie at spots; it begins at `begin`.
    #[inline(always)]
    pub(super) fn look(&mut self, way: u32, keys: &[Key], spots: &[Spot], bytes: Padded<'_>, begin: usize) {
        self.way = way;
        self.count = keys.len();
        let mut hash = u64::from(way);
        for (key, part) in keys.iter().zip(&mut self.parts) {
            let spot = spots.get(key.spot).copied().unwrap_or_default();
            let at = begin.wrapping_add(spot.start as usize);
            let length = spot.end.wrapping_sub(spot.start);
            *part = if key.is_presence {
                let is_word = spot.kind == SpotKind::Other && matches!(bytes.byte(at), b'n' | b'f');
                Part { at, length: 0, mark: u32::from(length == 0 || is_word) }
            } else {
                Part { at, length: length as usize, mark: length << 3 | spot.kind as u32 }
            };
            let value = mixed(bytes, at, part.length) ^ u64::from(part.mark).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
            hash = (hash.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        self.hash = hash ^ hash >> 32;
    }

    #[inline(always)]
    fn parts(&self) -> &[Part] {
        self.parts.get(..self.count).unwrap_or_default()
    }
}

impl Classes {
    /// The place of the kind of a row among the kinds that are kept.
    #[inline(always)]
    pub(super) fn find(&self, row: &Deciding, bytes: Padded<'_>) -> Option<u32> {
        let last = self.places.len().wrapping_sub(1);
        for attempt in 0..MOST_TRIES {
            let place = self.places.get(place_of(row.hash).wrapping_add(attempt) & last)?;
            let kind = place.kind.checked_sub(1)?;
            if place.hash == row.hash as u32 && self.is_same(kind, row, bytes) {
                return Some(kind);
            }
        }
        None
    }

    #[inline(always)]
    fn is_same(&self, kind: u32, row: &Deciding, bytes: Padded<'_>) -> bool {
        let Some(kind) = self.kinds.get(kind as usize).filter(|kind| kind.way == row.way) else { return false };
        let marks = self.marks.get(kind.marks as usize..).unwrap_or_default();
        let mut kept = kind.bytes as usize;
        let held = Padded::new(&self.bytes);
        for (part, kept_mark) in row.parts().iter().zip(marks) {
            if part.mark != *kept_mark || !is_same(bytes, part.at, held, kept, part.length) {
                return false;
            }
            kept = kept.wrapping_add(part.length.wrapping_add(WIDTH - 1) & !(WIDTH - 1));
        }
        true
    }

    /// The class at a place, its kind's number and its name if it has one.
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<(&Class, u32, Option<u32>)> {
        self.kinds.get(place as usize).map(|kind| (&kind.class, self.first.wrapping_add(place), kind.name))
    }

    /// Counts a row.
    #[inline]
    pub(super) fn count(&mut self, is_known: bool) {
        let count = if is_known { &mut self.known } else { &mut self.unknown };
        *count = count.saturating_add(1);
    }

    /// True while most rows are of known kinds.
    pub(super) fn are_worth_trying(&self) -> bool {
        self.known >= self.unknown
    }

    /// Keeps the class of a row whose kind is not known and whose values were checked; its place. `None` where a value is
    /// too long, and where classes differ from row to row.
    pub(super) fn keep(&mut self, row: &Deciding, bytes: Padded<'_>, class: Class) -> Option<u32> {
        let kept = self.first.saturating_add(self.kinds.len() as u32);
        let is_worth_keeping = kept < FREELY_KEPT || kept <= self.known / 4;
        if !is_worth_keeping || row.parts().iter().any(|part| part.length > MOST_BYTES) {
            return None;
        }
        if self.kinds.len() >= MOST_KINDS || self.bytes.len() >= MOST_HELD_BYTES {
            self.forget();
        }
        if self.places.len() <= 2 * self.kinds.len() {
            self.grow();
        }
        let place = self.kinds.len() as u32;
        if !put(&mut self.places, row.hash, place) {
            return None;
        }
        let marks = self.marks.len() as u32;
        let start = self.bytes.len().saturating_sub(WIDTH);
        self.bytes.truncate(start);
        for part in row.parts() {
            self.marks.push(part.mark);
            self.bytes.extend_from_slice(bytes.slice(part.at, part.at.wrapping_add(part.length)));
            self.bytes.resize(self.bytes.len().next_multiple_of(WIDTH), b'\n');
        }
        self.bytes.resize(self.bytes.len() + WIDTH, b'\n');
        self.kinds.push(Kind { way: row.way, marks, bytes: start as u32, hash: row.hash, class, name: None });
        Some(place)
    }

    /// Names the kind of a number, if it is still kept.
    pub(super) fn name(&mut self, number: u32, name: u32) {
        let place = number.checked_sub(self.first).map_or(usize::MAX, |place| place as usize);
        if let Some(kind) = self.kinds.get_mut(place) {
            kind.name = Some(name);
        }
    }

    /// Forgets what kinds were named.
    pub(super) fn forget_names(&mut self) {
        self.kinds.iter_mut().for_each(|kind| kind.name = None);
    }

    /// Forgets all classes; their numbers are not given again.
    pub(super) fn forget(&mut self) {
        let first = self.first.wrapping_add(self.kinds.len() as u32);
        *self = Self { first, known: self.known, unknown: self.unknown, ..Self::default() };
    }

    fn grow(&mut self) {
        self.places = vec![Place::default(); (self.places.len() * 2).max(256)];
        for (place, kind) in (0..).zip(&self.kinds) {
            // One that finds no place is met as a new kind.
            put(&mut self.places, kind.hash, place);
        }
    }
}

/// Where a kind is looked for first.
#[inline(always)]
fn place_of(hash: u64) -> usize {
    (hash >> 32) as usize
}

fn put(places: &mut [Place], hash: u64, kind: u32) -> bool {
    let last = places.len().wrapping_sub(1);
    let mut tried = (0..MOST_TRIES).map(|attempt| place_of(hash).wrapping_add(attempt) & last);
    let free = tried.find(|place| places.get(*place).is_some_and(|place| place.kind == 0));
    let Some(place) = free.and_then(|free| places.get_mut(free)) else { return false };
    *place = Place { hash: hash as u32, kind: kind + 1 };
    true
}

/// True if the `length` bytes at both places are the same. Behind both lie enough others to look at whole steps.
#[inline(always)]
pub(super) fn is_same(one: Padded<'_>, at: usize, other: Padded<'_>, other_at: usize, length: usize) -> bool {
    let mut done = 0;
    while length.wrapping_sub(done) >= WIDTH {
        if one.lanes(at.wrapping_add(done)).same(other.lanes(other_at.wrapping_add(done))) != 0xffff {
            return false;
        }
        done = done.wrapping_add(WIDTH);
    }
    let wanted = first_bits(length.wrapping_sub(done));
    one.lanes(at.wrapping_add(done)).same(other.lanes(other_at.wrapping_add(done))) & wanted == wanted
}

/// The lowest bits, less than 32 of them.
#[inline(always)]
pub(super) fn first_bits(count: usize) -> u32 {
    !(u32::MAX << (count & 31))
}

/// A number of a value, from all bytes of up to 16, of more the first and the last sixteen.
#[inline(always)]
fn mixed(bytes: Padded<'_>, at: usize, length: usize) -> u64 {
    let end = at.wrapping_add(length);
    if length < 8 {
        return bytes.word(at) & !(u64::MAX << (8 * (length & 7)));
    }
    let ends = bytes.word(at) ^ bytes.word(end.wrapping_sub(8)).rotate_left(31);
    if length <= WIDTH {
        return ends.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    let middle = bytes.word(at.wrapping_add(8)) ^ bytes.word(end.wrapping_sub(16)).rotate_left(29);
    (ends ^ middle.rotate_left(17)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
