//! What lines have said so far, as a tree: a node is what a row has said up to a value that decides its class, and from it
//! lead the values that came next. [`super::tracks`] are laid over it; nothing is looked for here but the node that a value
//! leads to, and that by its hash alone: it is to be compared yet.

use super::lanes::{Lanes, Near, Padded, WIDTH};
use super::memo::{END, FACTOR, JSON, MOST_TRIES, PADDING, Part, Place, put, value_word};
use super::shape::Shapes;
use super::shape_value::probable_value_end;
use super::tracks::Tracks;

/// The most nodes.
const MOST_NODES: usize = 1 << 17;

/// What a row has said before its first value that decides.
pub(super) const ROOT: u32 = 0;
/// No kind.
pub(super) const NONE: u32 = u32::MAX;

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
    /// Where the kind of rows is that say this and no more; [`NONE`] if there is none.
    pub(super) kind: u32,
    hash: u32,
}

/// All nodes.
#[derive(Debug)]
pub(super) struct Tree {
    /// The first one is [`ROOT`].
    nodes: Vec<Node>,
    /// The bytes of the values, each filled up to whole steps, and [`PADDING`] line feeds.
    bytes: Vec<u8>,
    /// Nodes by hash; a power of two of them, less than half in use.
    places: Vec<Place>,
    /// How lines go on behind the nodes.
    pub(super) tracks: Tracks,
}

impl Default for Tree {
    fn default() -> Self {
        let root = Node { from: NONE, what: NONE, bytes: 0, length: 0, width: 0, kind: NONE, hash: 0 };
        Self { nodes: vec![root], bytes: Vec::new(), places: Vec::new(), tracks: Tracks::default() }
    }
}

impl Tree {
    /// True if there is room for one more row.
    pub(super) fn has_room(&self, most_bytes: usize) -> bool {
        self.nodes.len() < MOST_NODES && self.bytes.len() < most_bytes && self.tracks.held_bytes() < most_bytes
    }

    /// Adds what the rows of a kind say, which end at `last_step`, and lays the tracks that lead there. The steps are those
    /// of `shapes`. `None` where there is no place.
    pub(super) fn add(
        &mut self,
        parts: &[Part],
        last_step: u32,
        kind: u32,
        bytes: &Padded<'_>,
        shapes: &Shapes,
    ) -> Option<()> {
        let end = Part { what: what(last_step, END), at: 0, length: 0, width: 0 };
        let mut node = ROOT;
        for part in parts.iter().copied().chain([end]) {
            node = self.grow(node, part, bytes)?;
        }
        self.nodes.get_mut(node as usize)?.kind = kind;
        self.tracks.lay(&self.nodes, &self.bytes, shapes);
        Some(())
    }

    /// The node behind `from` that says this part, which is made if there is none.
    fn grow(&mut self, from: u32, part: Part, bytes: &Padded<'_>) -> Option<u32> {
        let near = bytes.near(part.at).unwrap_or_default();
        let hash = hash_of(from, part, bytes, near);
        let held = Padded::new(&self.bytes);
        let known = self.seek(hash, |number| {
            let node = self.nodes.get(number as usize)?;
            let is_it = node.from == from && node.what == part.what && node.length as usize == part.length;
            (is_it && bytes.is_same(part.at, held, node.bytes as usize, part.length)).then_some(number)
        });
        if known.is_some() {
            return known;
        }
        if self.places.len() <= 2 * self.nodes.len() {
            self.rehash();
        }
        let number = self.nodes.len() as u32;
        if !put(&mut self.places, hash, number) {
            return None;
        }
        let start = self.bytes.len().saturating_sub(PADDING);
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(bytes.slice(part.at, part.at.wrapping_add(part.length)));
        self.bytes.resize(self.bytes.len().next_multiple_of(WIDTH) + PADDING, b'\n');
        self.nodes.push(Node {
            from,
            what: part.what,
            bytes: start as u32,
            length: part.length as u32,
            width: part.width as u32,
            kind: NONE,
            hash,
        });
        self.tracks.grown(&self.nodes, number);
        Some(number)
    }

    /// What a node was found to be that has the hash of the value of JSON at `at` behind a node.
    #[inline(always)]
    pub(super) fn by_hash<N>(
        &self,
        (from, what): (u32, u32),
        bytes: &Padded<'_>,
        (near, at): (Near<'_>, usize),
        is_it: impl Fn(u32) -> Option<N>,
    ) -> Option<N> {
        let length = probable_length(bytes, near, at)?;
        self.seek(mixed(from, what, value_word(bytes, (near, at), length), length), is_it)
    }

    #[inline(always)]
    fn seek<N>(&self, hash: u32, is_it: impl Fn(u32) -> Option<N>) -> Option<N> {
        let last = self.places.len().wrapping_sub(1);
        for attempt in 0..MOST_TRIES {
            let place = self.places.get((hash as usize).wrapping_add(attempt) & last)?;
            if place.number == ROOT {
                return None;
            }
            if place.hash == hash
                && let Some(found) = is_it(place.number)
            {
                return Some(found);
            }
        }
        None
    }

    fn rehash(&mut self) {
        self.places = vec![Place::default(); (self.places.len() * 2).max(256)];
        for (number, node) in (0..).zip(&self.nodes).skip(1) {
            // One that finds no place is met as a new one.
            put(&mut self.places, node.hash, number);
        }
    }
}

/// Which value it is, by the step that it stands at, and of what sort.
#[inline(always)]
pub(super) fn what(step: u32, sort: u32) -> u32 {
    step << 4 | sort
}

/// The step of [`what`], and the sort.
#[inline(always)]
pub(super) fn step_and_sort(what: u32) -> (u32, u32) {
    (what >> 4, what & 15)
}

/// The hash of a part behind a node.
#[inline(never)]
fn hash_of(from: u32, part: Part, bytes: &Padded<'_>, near: Near<'_>) -> u32 {
    let hashed = match step_and_sort(part.what) {
        (_, JSON) => probable_length(bytes, near, part.at).unwrap_or(part.length),
        _ => part.length,
    };
    mixed(from, part.what, value_word(bytes, (near, part.at), hashed), hashed)
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
#[inline(always)]
fn mixed(from: u32, what: u32, value: u64, length: usize) -> u32 {
    let place = u64::from(from) << 32 | u64::from(what) << 16 ^ length as u64;
    let mixed = (value ^ place.rotate_left(7)).wrapping_mul(FACTOR);
    ((mixed ^ mixed >> 29).wrapping_mul(FACTOR) >> 32) as u32
}
