//! The classes of rows that were read before, by the bytes that decide them: rows that say the same in these are of one
//! class, and nothing of that is worked out again. Each class has a number of its own, the kind of its rows. Forgets
//! when there is no more room, but never takes one class for another.
//!
//! What decides a class is a few values one after the other, so what was met is kept as a tree: a node is what a row has
//! said so far, and from it lead the values that came next. Of most nodes one value follows nearly always; it is tried
//! first, so that a known value costs a comparison of its bytes and nothing else.

use super::classify::Class;
use super::fields::{Spot, SpotKind};
use super::lanes::{Padded, WIDTH};
use super::shape::Key;
use super::shape_value::probable_value_end;

/// The longest value that may be a part of what decides a kept class.
const MOST_BYTES: usize = 256;
/// The most kinds that are kept at a time.
const MOST_KINDS: usize = 1 << 14;
/// The most nodes.
const MOST_NODES: usize = 1 << 17;
/// Bytes of values at which all are forgotten.
const MOST_HELD_BYTES: usize = 1 << 22;
/// So many are kept whether or not one of them was met again.
const FREELY_KEPT: u32 = 4096;
/// The most places that are looked at for one node, so that no choice of values makes looking slow.
const MOST_TRIES: usize = 8;
/// Behind a node from which more values lead than this, none is tried first.
const MOST_LIKELY: u32 = 8;

/// Room for the values that decide a class.
pub(super) const MOST_KEYS: usize = 16;

/// Classes by what decides them.
#[derive(Debug)]
pub(super) struct Classes {
    /// The first one is [`ROOT`].
    nodes: Vec<Node>,
    kinds: Vec<Kind>,
    /// The number of the first of them: numbers are not given twice.
    first: u32,
    /// The bytes of the values, each filled up to whole steps, and a step of line feeds.
    bytes: Vec<u8>,
    /// Nodes by hash; a power of two of them, less than half in use.
    places: Vec<Place>,
    /// How many rows had a kind that was known, and how many had none.
    known: u32,
    unknown: u32,
    /// True once a kind was named.
    has_names: bool,
}

/// What a row has said before its first value that decides.
pub(super) const ROOT: u32 = 0;
/// No kind.
const NONE: u32 = u32::MAX;

/// What a row has said so far: what the node `from` stands for, and then one more value.
#[derive(Debug)]
struct Node {
    from: u32,
    /// Which value it is and of what sort ([`what`]).
    what: u32,
    /// Where the bytes lie that say it, and how many.
    bytes: u32,
    length: u32,
    /// The node to try first for what comes next, and how many there are.
    likely: u32,
    followers: u32,
    /// Where the kind of rows is that say this and no more; [`NONE`] if there is none.
    kind: u32,
    hash: u32,
}

#[derive(Debug)]
struct Kind {
    class: Class,
    /// What whoever is told of the rows calls the kind.
    name: Option<u32>,
}

/// A node, or [`ROOT`] for none, and its hash.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    hash: u32,
    node: u32,
}

/// A value of JSON, from its first byte to its last. It ends itself, so no length has to be known to find it; but a
/// number or a word ends where another byte stands, which is looked at with it.
const JSON: u32 = 5;
/// Only whether there is a value counts: there is, and there is none.
const PRESENT: u32 = 6;
const ABSENT: u32 = 7;
/// No value, but the end of the row. Values of the sorts below are texts of a known length, by [`SpotKind`].
const END: u32 = 8;

/// Which value it is, by the step or the spot that it stands at, and of what sort.
#[inline(always)]
fn what(step: u32, sort: u32) -> u32 {
    step << 4 | sort
}

/// Some bytes that are a part of what a row says.
#[derive(Clone, Copy)]
struct Part {
    what: u32,
    at: usize,
    length: usize,
    /// How many of them give the hash: as many as can be told before it is known which value it is.
    hashed: usize,
}

impl Default for Classes {
    fn default() -> Self {
        let root = Node { from: NONE, what: NONE, bytes: 0, length: 0, likely: ROOT, followers: 0, kind: NONE, hash: 0 };
        Self {
            nodes: vec![root],
            kinds: Vec::new(),
            first: 0,
            bytes: Vec::new(),
            places: Vec::new(),
            known: 0,
            unknown: 0,
            has_names: false,
        }
    }
}

impl Classes {
    /// The node behind `from` if the value of JSON at `at` is one that came there before, and where it ends.
    #[inline(always)]
    pub(super) fn follow(&self, from: u32, step: u32, bytes: Padded<'_>, at: usize) -> Option<(u32, usize)> {
        let what = what(step, JSON);
        let likely = self.nodes.get(from as usize)?.likely;
        let node = if self.is_value(likely, from, what, bytes, at) {
            likely
        } else {
            let hashed = probable_value_end(bytes, at)?.wrapping_sub(at);
            self.seek(hash_of(from, what, bytes, at, hashed), |node| self.is_value(node, from, what, bytes, at))?
        };
        let length = self.nodes.get(node as usize)?.length as usize;
        // The byte behind a number or word was looked at with it.
        let is_closed = is_closed(bytes.byte(at));
        Some((node, at.wrapping_add(length).wrapping_sub(usize::from(!is_closed))))
    }

    /// The node behind `from` of rows that have a value at a step, or have none there.
    #[inline]
    pub(super) fn follow_presence(&self, from: u32, step: u32, is_absent: bool) -> Option<u32> {
        self.follow_part(from, presence(step, is_absent), Padded::new(&[]))
    }

    /// The kind of the rows that end at a step behind `from`: its place among those that are kept.
    #[inline(always)]
    pub(super) fn follow_end(&self, from: u32, step: u32) -> Option<u32> {
        let node = self.follow_part(from, end(step), Padded::new(&[]))?;
        self.nodes.get(node as usize).map(|node| node.kind).filter(|kind| *kind != NONE)
    }

    /// The place of the kind of a row that came to its end at `last_step` and whose values lie at spots; it begins at
    /// `begin`.
    #[inline]
    pub(super) fn find(
        &self,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (Padded<'_>, usize),
    ) -> Option<u32> {
        let mut node = ROOT;
        for key in keys {
            node = self.follow_part(node, part(key, spots, bytes, begin), bytes)?;
        }
        self.follow_end(node, last_step)
    }

    #[inline(always)]
    fn follow_part(&self, from: u32, part: Part, bytes: Padded<'_>) -> Option<u32> {
        let likely = self.nodes.get(from as usize)?.likely;
        if self.is_part(likely, from, &part, bytes) {
            return Some(likely);
        }
        let hash = hash_of(from, part.what, bytes, part.at, part.hashed);
        self.seek(hash, |node| self.is_part(node, from, &part, bytes))
    }

    #[inline]
    fn seek(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let last = self.places.len().wrapping_sub(1);
        for attempt in 0..MOST_TRIES {
            let place = self.places.get((hash as usize).wrapping_add(attempt) & last)?;
            if place.node == ROOT {
                return None;
            }
            if place.hash == hash && is_it(place.node) {
                return Some(place.node);
            }
        }
        None
    }

    /// True if a node says what comes behind `from` at `at`, however long that is.
    #[inline(always)]
    fn is_value(&self, node: u32, from: u32, what: u32, bytes: Padded<'_>, at: usize) -> bool {
        self.nodes.get(node as usize).is_some_and(|node| {
            let (held, length) = (node.bytes as usize, node.length as usize);
            node.from == from && node.what == what && is_same(bytes, at, Padded::new(&self.bytes), held, length)
        })
    }

    /// True if a node says this part behind `from`.
    #[inline(always)]
    fn is_part(&self, node: u32, from: u32, part: &Part, bytes: Padded<'_>) -> bool {
        let is_as_long = self.nodes.get(node as usize).is_some_and(|node| node.length as usize == part.length);
        is_as_long && self.is_value(node, from, part.what, bytes, part.at)
    }

    /// The class at a place, its kind's number and its name if it has one.
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<(&Class, u32, Option<u32>)> {
        self.kinds.get(place as usize).map(|kind| (&kind.class, self.first.wrapping_add(place), kind.name))
    }

    /// Counts rows.
    #[inline]
    pub(super) fn count(&mut self, rows: u32, are_known: bool) {
        let count = if are_known { &mut self.known } else { &mut self.unknown };
        *count = count.saturating_add(rows);
    }

    /// True while most rows are of known kinds and kinds have names.
    pub(super) fn are_worth_trying(&self) -> bool {
        self.has_names && self.known >= self.unknown
    }

    /// Keeps the class of a row whose kind is not known and whose values were checked; its place. `None` where a value is
    /// too long, and where classes differ from row to row. What the row says is given as to [`Classes::find`].
    pub(super) fn keep(
        &mut self,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (Padded<'_>, usize),
        class: Class,
    ) -> Option<u32> {
        let kept = self.first.saturating_add(self.kinds.len() as u32);
        let is_worth_keeping = kept < FREELY_KEPT || kept <= self.known / 4;
        if !is_worth_keeping || keys.iter().any(|key| part(key, spots, bytes, begin).length > MOST_BYTES) {
            return None;
        }
        let is_full = self.kinds.len() >= MOST_KINDS || self.nodes.len() >= MOST_NODES;
        if is_full || self.bytes.len() >= MOST_HELD_BYTES {
            self.forget();
        }
        let mut node = ROOT;
        for key in keys {
            node = self.grow(node, part(key, spots, bytes, begin), bytes)?;
        }
        let place = self.kinds.len() as u32;
        let last = self.grow(node, end(last_step), bytes)?;
        self.nodes.get_mut(last as usize)?.kind = place;
        self.kinds.push(Kind { class, name: None });
        Some(place)
    }

    /// The node behind `from` that says this part, which is made if there is none.
    fn grow(&mut self, from: u32, part: Part, bytes: Padded<'_>) -> Option<u32> {
        if let Some(known) = self.follow_part(from, part, bytes) {
            return Some(known);
        }
        if self.places.len() <= 2 * self.nodes.len() {
            self.rehash();
        }
        let hash = hash_of(from, part.what, bytes, part.at, part.hashed);
        let number = self.nodes.len() as u32;
        if !put(&mut self.places, hash, number) {
            return None;
        }
        let start = self.bytes.len().saturating_sub(WIDTH);
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(bytes.slice(part.at, part.at.wrapping_add(part.length)));
        self.bytes.resize(self.bytes.len().next_multiple_of(WIDTH) + WIDTH, b'\n');
        let before = self.nodes.get_mut(from as usize)?;
        before.followers += 1;
        if before.followers == 1 {
            before.likely = number;
        } else if before.followers > MOST_LIKELY {
            before.likely = ROOT;
        }
        self.nodes.push(Node {
            from,
            what: part.what,
            bytes: start as u32,
            length: part.length as u32,
            likely: ROOT,
            followers: 0,
            kind: NONE,
            hash,
        });
        Some(number)
    }

    /// Names the kind of a number, if it is still kept.
    pub(super) fn name(&mut self, number: u32, name: u32) {
        let place = number.checked_sub(self.first).map_or(usize::MAX, |place| place as usize);
        if let Some(kind) = self.kinds.get_mut(place) {
            kind.name = Some(name);
            self.has_names = true;
        }
    }

    /// Forgets what kinds were named.
    pub(super) fn forget_names(&mut self) {
        self.kinds.iter_mut().for_each(|kind| kind.name = None);
        self.has_names = false;
    }

    /// Forgets all classes; their numbers are not given again.
    pub(super) fn forget(&mut self) {
        let first = self.first.wrapping_add(self.kinds.len() as u32);
        *self = Self { first, known: self.known, unknown: self.unknown, ..Self::default() };
    }

    fn rehash(&mut self) {
        self.places = vec![Place::default(); (self.places.len() * 2).max(256)];
        for (number, node) in (0..).zip(&self.nodes).skip(1) {
            // One that finds no place is met as a new one.
            put(&mut self.places, node.hash, number);
        }
    }
}

fn put(places: &mut [Place], hash: u32, node: u32) -> bool {
    let last = places.len().wrapping_sub(1);
    let mut tried = (0..MOST_TRIES).map(|attempt| (hash as usize).wrapping_add(attempt) & last);
    let free = tried.find(|place| places.get(*place).is_some_and(|place| place.node == ROOT));
    let Some(place) = free.and_then(|free| places.get_mut(free)) else { return false };
    *place = Place { hash, node };
    true
}

/// What a row says with a value that decides its class.
#[inline(always)]
fn part(key: &Key, spots: &[Spot], bytes: Padded<'_>, begin: usize) -> Part {
    let spot = spots.get(key.spot).copied().unwrap_or_default();
    let at = begin.wrapping_add(spot.start as usize);
    let length = spot.end.wrapping_sub(spot.start) as usize;
    if key.is_presence {
        let is_word = spot.kind == SpotKind::Other && matches!(bytes.byte(at), b'n' | b'f');
        return presence(key.step, length == 0 || is_word);
    }
    let of_json = |at: usize, length: usize| {
        let hashed = probable_value_end(bytes, at).map_or(length, |end| end.wrapping_sub(at));
        Part { what: what(key.step, JSON), at, length, hashed }
    };
    match spot.kind {
        SpotKind::Plain | SpotKind::Unusual => of_json(at.wrapping_sub(1), length.wrapping_add(2)),
        SpotKind::Other => of_json(at, length.wrapping_add(usize::from(!is_closed(bytes.byte(at))))),
        SpotKind::Field | SpotKind::MixedField => {
            Part { what: what(key.step, spot.kind as u32), at, length, hashed: length }
        }
    }
}

fn presence(step: u32, is_absent: bool) -> Part {
    Part { what: what(step, if is_absent { ABSENT } else { PRESENT }), at: 0, length: 0, hashed: 0 }
}

fn end(step: u32) -> Part {
    Part { what: what(step, END), at: 0, length: 0, hashed: 0 }
}

/// True for the first byte of a value whose last byte says that it ends there.
#[inline(always)]
fn is_closed(first: u8) -> bool {
    matches!(first, b'"' | b'[' | b'{')
}

/// True if the `length` bytes at both places are the same. Behind both lie enough others to look at whole steps.
#[inline(always)]
pub(super) fn is_same(one: Padded<'_>, at: usize, other: Padded<'_>, other_at: usize, length: usize) -> bool {
    let mut done = 0;
    while length.wrapping_sub(done) > WIDTH {
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

/// A number of some bytes behind a node, from all of up to 16, of more the first and the last sixteen.
#[inline]
fn hash_of(from: u32, what: u32, bytes: Padded<'_>, at: usize, length: usize) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let end = at.wrapping_add(length);
    let value = if length < 8 {
        bytes.word(at) & !(u64::MAX << (8 * (length & 7)))
    } else {
        let ends = bytes.word(at) ^ bytes.word(end.wrapping_sub(8)).rotate_left(31);
        let middle = if length <= WIDTH {
            0
        } else {
            bytes.word(at.wrapping_add(8)) ^ bytes.word(end.wrapping_sub(16)).rotate_left(29)
        };
        ends ^ middle.rotate_left(17)
    };
    let value = value ^ (length as u64) << 56;
    let place = u64::from(from) << 32 | u64::from(what);
    let mixed = (value.wrapping_mul(FACTOR) ^ place).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    (mixed >> 32) as u32
}
