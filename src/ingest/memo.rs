//! The classes of rows that were read before, by the bytes that decide them: rows that say the same in these are of one
//! class, and nothing of that is worked out again. Each class has a number of its own, the kind of its rows. Forgets
//! when there is no more room, but never takes one class for another.
//!
//! What decides a class is a few values one after the other, so what was met is kept as a tree: a node is what a row has
//! said so far, and from it lead the values that came next. Where only one ever did, it is compared and nothing else.

use super::classify::Class;
use super::fields::{Spot, SpotKind};
use super::lanes::{Lanes, Near, Padded, WIDTH};
use super::shape::{Key, Shapes};
use super::shape_value::probable_value_end;
use super::tracks::Tracks;
use crate::execution::Status;

/// The longest value that may be a part of what decides a kept class.
const MOST_BYTES: usize = 256;
/// The most kinds that are kept at a time.
pub(super) const MOST_KINDS: usize = 1 << 14;
/// The most nodes.
const MOST_NODES: usize = 1 << 17;
/// Bytes of values at which all are forgotten.
const MOST_HELD_BYTES: usize = 1 << 22;
/// So many are kept whether or not one of them was met again.
const FREELY_KEPT: u32 = 4096;
/// The most places that are looked at for one node, so that no choice of values makes looking slow.
const MOST_TRIES: usize = 8;

/// Behind all bytes that are held, so that they can be looked at together.
const PADDING: usize = 64;

/// Room for the values that decide a class.
pub(super) const MOST_KEYS: usize = 16;

/// Classes by what decides them.
#[derive(Debug)]
pub(super) struct Classes {
    /// The first one is [`ROOT`].
    nodes: Vec<Node>,
    kinds: Vec<Class>,
    /// How each of them is told, in few bytes, since these are looked at for every row.
    told: Vec<Told>,
    /// The number of the first of them: numbers are not given twice.
    first: u32,
    /// The bytes of the values, each filled up to whole steps, and [`PADDING`] line feeds.
    bytes: Vec<u8>,
    /// Nodes by hash; a power of two of them, less than half in use.
    places: Vec<Place>,
    /// How many rows had a kind that was known, and how many had none.
    known: u32,
    unknown: u32,
    /// True once a kind was named.
    has_names: bool,
    /// How lines go on behind the nodes.
    tracks: Tracks,
}

/// What a row has said before its first value that decides.
pub(super) const ROOT: u32 = 0;
/// No kind.
pub(super) const NONE: u32 = u32::MAX;
/// No node, for there are several.
const MANY: u32 = u32::MAX;

/// What a row has said so far: what the node `from` stands for, and then one more value.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) from: u32,
    /// Which value it is and of what sort ([`what`]).
    pub(super) what: u32,
    /// Where the bytes lie that say it, and how many.
    pub(super) bytes: u32,
    length: u32,
    /// How many of them are the value's; the byte behind a number or word is looked at with it.
    pub(super) width: u32,
    /// The node behind this one, if there is one and no other; [`ROOT`] if there is none, [`MANY`] if there are others.
    only: u32,
    /// Where the kind of rows is that say this and no more; [`NONE`] if there is none.
    pub(super) kind: u32,
    hash: u32,
}

/// How the rows of a kind are told: how they stand, and what whoever is told of them calls the kind, or [`NONE`].
#[derive(Clone, Copy, Debug)]
struct Told {
    name: u32,
    status: Status,
}

/// A node, or [`ROOT`] for none, and its hash.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    hash: u32,
    node: u32,
}

/// A value of JSON, from its first byte to its last. It ends itself, so no length has to be known to find it; but a
/// number or a word ends where another byte stands, which is looked at with it.
pub(super) const JSON: u32 = 5;
/// Only whether there is a value counts: there is, and there is none.
pub(super) const PRESENT: u32 = 6;
pub(super) const ABSENT: u32 = 7;
/// No value, but the end of the row. Values of the sorts below are texts of a known length, by [`SpotKind`].
const END: u32 = 8;

/// Which value it is, by the step or the spot that it stands at, and of what sort.
#[inline(always)]
pub(super) fn what(step: u32, sort: u32) -> u32 {
    step << 4 | sort
}

/// The step of [`what`], and the sort.
#[inline(always)]
pub(super) fn step_and_sort(what: u32) -> (u32, u32) {
    (what >> 4, what & 15)
}

/// Some bytes that are a part of what a row says.
#[derive(Clone, Copy)]
struct Part {
    what: u32,
    at: usize,
    length: usize,
    /// How many of them are the value's.
    width: usize,
    /// How many of them give the hash: as many as can be told before it is known which value it is.
    hashed: usize,
}

impl Default for Classes {
    fn default() -> Self {
        let root = Node { from: NONE, what: NONE, bytes: 0, length: 0, width: 0, only: ROOT, kind: NONE, hash: 0 };
        Self {
            nodes: vec![root],
            kinds: Vec::new(),
            told: Vec::new(),
            first: 0,
            bytes: Vec::new(),
            places: Vec::new(),
            known: 0,
            unknown: 0,
            has_names: false,
            tracks: Tracks::default(),
        }
    }
}

/// What was met, to be looked at for many rows one after the other.
pub(super) struct Met<'a> {
    pub(super) nodes: &'a [Node],
    places: &'a [Place],
    held: Padded<'a>,
    pub(super) tracks: &'a Tracks,
}

impl Met<'_> {
    /// What a node was found to be that has the hash of the value of JSON at `at` behind a node.
    #[inline(always)]
    pub(super) fn by_hash<N>(
        &self,
        (from, what): (u32, u32),
        bytes: &Padded<'_>,
        near: Near<'_>,
        at: usize,
        is_it: impl Fn(u32) -> Option<N>,
    ) -> Option<N> {
        let length = probable_length(bytes, near, at)?;
        self.seek(mixed(from, what, value_word(bytes, (near, at), length), length), is_it)
    }

    /// The kind of the rows that end at a step behind `from`: its place among those that are kept.
    #[inline(always)]
    fn end(&self, from: u32, step: u32) -> Option<u32> {
        let what = what(step, END);
        let only = self.nodes.get(from as usize)?.only;
        let node = self.nodes.get(only as usize).filter(|node| node.from == from && node.what == what);
        let kind = match node {
            Some(node) => node.kind,
            None => self.seek_end(from, step)?,
        };
        (kind != NONE).then_some(kind)
    }

    #[inline(never)]
    fn seek_end(&self, from: u32, step: u32) -> Option<u32> {
        let node = self.part(from, end(step), &Padded::new(&[]))?;
        self.nodes.get(node as usize).map(|node| node.kind)
    }

    #[inline]
    fn part(&self, from: u32, part: Part, bytes: &Padded<'_>) -> Option<u32> {
        let only = self.nodes.get(from as usize)?.only;
        let near = bytes.near(part.at).unwrap_or_default();
        let is_it = |number: u32| {
            let node = self.nodes.get(number as usize)?;
            let is_there = node.from == from && node.what == part.what && node.length as usize == part.length;
            (is_there && self.is_said(node, bytes, near, part.at)).then_some(number)
        };
        if only != MANY {
            return is_it(only);
        }
        self.seek(hash_of(from, part.what, bytes, (near, part.at), part.hashed), is_it)
    }

    #[inline(always)]
    fn seek<N>(&self, hash: u32, is_it: impl Fn(u32) -> Option<N>) -> Option<N> {
        let last = self.places.len().wrapping_sub(1);
        for attempt in 0..MOST_TRIES {
            let place = self.places.get((hash as usize).wrapping_add(attempt) & last)?;
            if place.node == ROOT {
                return None;
            }
            if place.hash == hash
                && let Some(found) = is_it(place.node)
            {
                return Some(found);
            }
        }
        None
    }

    /// True if the bytes at `at`, from where `near` is, are those that the node stands for.
    #[inline(never)]
    fn is_said(&self, node: &Node, bytes: &Padded<'_>, near: Near<'_>, at: usize) -> bool {
        let (length, begin) = (node.length as usize, node.bytes as usize);
        match self.held.near(begin) {
            // What is longer than two steps differs in length from row to row, so it is compared in one go.
            Some(held) if length <= 2 * WIDTH => near.begins_as::<2>(held, length),
            Some(held) if length <= 4 * WIDTH => near.begins_as::<4>(held, length),
            _ => bytes.is_same(at, self.held, begin, length),
        }
    }
}

impl Classes {
    /// All that was met.
    #[inline(always)]
    pub(super) fn met(&self) -> Met<'_> {
        Met { nodes: &self.nodes, places: &self.places, held: Padded::new(&self.bytes), tracks: &self.tracks }
    }

    /// The place of the kind of a row that came to its end at `last_step` and whose values lie at spots; it begins at
    /// `begin`.
    #[inline]
    pub(super) fn find(
        &self,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (&Padded<'_>, usize),
    ) -> Option<u32> {
        let met = self.met();
        let mut node = ROOT;
        for key in keys {
            node = met.part(node, part(key, spots, bytes, begin), bytes)?;
        }
        met.end(node, last_step)
    }

    /// The class at a place and its kind's number.
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<(&Class, u32)> {
        self.kinds.get(place as usize).map(|class| (class, self.first.wrapping_add(place)))
    }

    /// The name of the kind at a place, if it has one, and how its rows stand.
    #[inline(always)]
    pub(super) fn named(&self, place: u32) -> Option<(u32, Status)> {
        let told = self.told.get(place as usize).filter(|told| told.name != NONE)?;
        Some((told.name, told.status))
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
    /// too long, and where classes differ from row to row. What the row says is given as to [`Classes::find`]; `shapes` are
    /// those of its line.
    pub(super) fn keep(
        &mut self,
        shapes: &Shapes,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (&Padded<'_>, usize),
        class: Class,
    ) -> Option<u32> {
        let kept = self.first.saturating_add(self.kinds.len() as u32);
        let is_worth_keeping = kept < FREELY_KEPT || kept <= self.known / 4;
        if !is_worth_keeping || keys.iter().any(|key| part(key, spots, bytes, begin).length > MOST_BYTES) {
            return None;
        }
        let is_full = self.kinds.len() >= MOST_KINDS || self.nodes.len() >= MOST_NODES;
        if is_full || self.bytes.len() >= MOST_HELD_BYTES || self.tracks.held_bytes() >= MOST_HELD_BYTES {
            self.forget();
        }
        let mut node = ROOT;
        for key in keys {
            node = self.grow(node, part(key, spots, bytes, begin), bytes)?;
        }
        let place = self.kinds.len() as u32;
        let last = self.grow(node, end(last_step), bytes)?;
        self.nodes.get_mut(last as usize)?.kind = place;
        self.told.push(Told { name: NONE, status: class.status });
        self.kinds.push(class);
        self.tracks.lay(&self.nodes, &self.bytes, shapes);
        Some(place)
    }

    /// The node behind `from` that says this part, which is made if there is none.
    fn grow(&mut self, from: u32, part: Part, bytes: &Padded<'_>) -> Option<u32> {
        if let Some(known) = self.met().part(from, part, bytes) {
            return Some(known);
        }
        if self.places.len() <= 2 * self.nodes.len() {
            self.rehash();
        }
        let near = bytes.near(part.at).unwrap_or_default();
        let hash = hash_of(from, part.what, bytes, (near, part.at), part.hashed);
        let number = self.nodes.len() as u32;
        if !put(&mut self.places, hash, number) {
            return None;
        }
        let start = self.bytes.len().saturating_sub(PADDING);
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(bytes.slice(part.at, part.at.wrapping_add(part.length)));
        self.bytes.resize(self.bytes.len().next_multiple_of(WIDTH) + PADDING, b'\n');
        let before = self.nodes.get_mut(from as usize)?;
        before.only = if before.only == ROOT { number } else { MANY };
        self.nodes.push(Node {
            from,
            what: part.what,
            bytes: start as u32,
            length: part.length as u32,
            width: part.width as u32,
            only: ROOT,
            kind: NONE,
            hash,
        });
        self.tracks.grown(&self.nodes, number);
        Some(number)
    }

    /// Names the kind of a number, if it is still kept.
    pub(super) fn name(&mut self, number: u32, name: u32) {
        let place = number.checked_sub(self.first).map_or(usize::MAX, |place| place as usize);
        if let Some(told) = self.told.get_mut(place) {
            told.name = name;
            self.has_names = true;
        }
    }

    /// Forgets what kinds were named.
    pub(super) fn forget_names(&mut self) {
        self.told.iter_mut().for_each(|told| told.name = NONE);
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
fn part(key: &Key, spots: &[Spot], bytes: &Padded<'_>, begin: usize) -> Part {
    let spot = spots.get(key.spot).copied().unwrap_or_default();
    let at = begin.wrapping_add(spot.start as usize);
    let length = spot.end.wrapping_sub(spot.start) as usize;
    if key.is_presence {
        let is_word = spot.kind == SpotKind::Other && matches!(bytes.byte(at), b'n' | b'f');
        return presence(key.step, length == 0 || is_word);
    }
    let of_json = |at: usize, width: usize| {
        let length = width.wrapping_add(usize::from(!is_closed(bytes.byte(at))));
        let hashed = bytes.near(at).and_then(|near| probable_length(bytes, near, at)).unwrap_or(length);
        Part { what: what(key.step, JSON), at, length, width, hashed }
    };
    match spot.kind {
        SpotKind::Plain | SpotKind::Unusual => of_json(at.wrapping_sub(1), length.wrapping_add(2)),
        SpotKind::Other => of_json(at, length),
        SpotKind::Field | SpotKind::MixedField => {
            Part { what: what(key.step, spot.kind as u32), at, length, width: length, hashed: length }
        }
    }
}

fn presence(step: u32, is_absent: bool) -> Part {
    Part { what: what(step, if is_absent { ABSENT } else { PRESENT }), at: 0, length: 0, width: 0, hashed: 0 }
}

fn end(step: u32) -> Part {
    Part { what: what(step, END), at: 0, length: 0, width: 0, hashed: 0 }
}

/// True for the first byte of a value whose last byte says that it ends there.
#[inline(always)]
fn is_closed(first: u8) -> bool {
    matches!(first, b'"' | b'[' | b'{')
}

/// The lowest bits, less than 32 of them.
#[inline(always)]
pub(super) fn first_bits(count: usize) -> u32 {
    !(u32::MAX << (count & 31))
}

/// How many bytes of the value of JSON at `at` give its hash: as many as are surely its own.
#[inline(always)]
fn probable_length(bytes: &Padded<'_>, near: Near<'_>, at: usize) -> Option<usize> {
    let ends_of = |closing: u8| {
        let closing = Lanes::filled(closing);
        near.lanes(1).same(closing) | near.lanes(1 + WIDTH).same(closing) << WIDTH
    };
    let ends = match near.byte(0) {
        b'"' => ends_of(b'"'),
        b'[' => ends_of(b']'),
        b'{' => ends_of(b'}'),
        _ => 0,
    };
    if ends != 0 {
        return Some(2 + ends.trailing_zeros() as usize);
    }
    Some(probable_value_end(bytes, at)?.wrapping_sub(at))
}

/// A number of a value and of the node that it comes behind.
#[inline(never)]
fn hash_of(from: u32, what: u32, bytes: &Padded<'_>, place: (Near<'_>, usize), length: usize) -> u32 {
    mixed(from, what, value_word(bytes, place, length), length)
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number of the bytes at `at`, from where `near` is: of all of up to 32, of more the first and the last sixteen.
#[inline(always)]
fn value_word(bytes: &Padded<'_>, (near, at): (Near<'_>, usize), length: usize) -> u64 {
    match length {
        0..8 => near.word(0) & !(u64::MAX << (8 * length)),
        8..=WIDTH => near.word(0) ^ near.word(length - 8).rotate_left(31),
        _ => {
            let end = at.wrapping_add(length);
            let last =
                bytes.word(end.wrapping_sub(8)).rotate_left(31) ^ bytes.word(end.wrapping_sub(16)).rotate_left(29);
            (near.word(0) ^ last).wrapping_mul(FACTOR) ^ near.word(8).rotate_left(17)
        }
    }
}

#[inline(always)]
fn mixed(from: u32, what: u32, value: u64, length: usize) -> u32 {
    let place = u64::from(from) << 32 | u64::from(what) << 16 ^ length as u64;
    let mixed = (value ^ place.rotate_left(7)).wrapping_mul(FACTOR);
    ((mixed ^ mixed >> 29).wrapping_mul(FACTOR) >> 32) as u32
}
