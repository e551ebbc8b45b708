//! The classes of rows that were read before, by the bytes that decide them: rows that say the same in these are of one
//! class, and nothing of that is worked out again. Each class has a number of its own, the kind of its rows. Forgets
//! when there is no more room, but never takes one class for another.
//!
//! A row whose values lie at known spots is looked for value by value. Lines of NDJSON find their kind on
//! [`super::tracks`] before, value by value.

use super::classify::{Class, ClassRef, KeptClasses};
use super::fields::{Spot, SpotKind};
use super::lanes::{Padded, WIDTH};
use super::shape::{Key, Shapes};
use super::tree::{NONE, Tree};
use super::turns::Turns;
use super::values::{Sought, Values};
use crate::execution::Status;

/// The longest value that may be a part of what decides a kept class.
const MOST_BYTES: usize = 256;
/// The most kinds that are kept at a time.
pub(super) const MOST_KINDS: usize = 1 << 14;
/// Bytes of the values that decide, of the turns between them and of the texts of the classes, at which all are forgotten.
pub(super) const MOST_HELD_BYTES: usize = 1 << 22;
/// So many are kept whether or not one of them was met again.
const FREELY_KEPT: u32 = 4096;
/// Behind all bytes that are held, so that they can be looked at together.
pub(super) const PADDING: usize = 64;

/// Room for the values that decide a class.
pub(super) const MOST_KEYS: usize = 16;

/// Classes by what decides them.
#[derive(Debug, Default)]
pub(super) struct Classes {
    kinds: KeptClasses,
    /// How each of them is told, in few bytes, since these are looked at for every row.
    told: Vec<Told>,
    /// What rows say, value by value.
    values: Values,
    /// From the number of values and the step at which a row ends, and from what rows have said so far, by the next value to
    /// a number of what they have said then, and by the last one to the kind.
    turns: Turns,
    /// The number of the first of them: numbers are not given twice.
    first: u32,
    /// How many rows had a kind that was known, and how many had none.
    known: u32,
    unknown: u32,
    /// True once a kind was named.
    has_names: bool,
    /// What lines say, value by value.
    tree: Tree,
}

/// How the rows of a kind are told: how they stand, and what whoever is told of them calls the kind, or [`NONE`].
#[derive(Clone, Copy, Debug)]
struct Told {
    name: u32,
    status: Status,
}

/// A value of JSON, from its first byte to its last. It ends itself, so no length has to be known to find it; but a
/// number or a word ends where another byte stands, which is looked at with it.
const JSON: u32 = 5;
/// Only whether there is a value counts: there is, and there is none.
const PRESENT: u32 = 6;
const ABSENT: u32 = 7;
/// Several fields of CSV, of which the first one is in quotes. Values of the sorts below [`JSON`] are texts of a known
/// length, by [`SpotKind`].
const QUOTED: u32 = 8;

/// Which value it is, by the step or the spot that it stands at, and of what sort.
#[inline(always)]
fn what(step: u32, sort: u32) -> u32 {
    step << 4 | sort
}

/// Some bytes that are a part of what a row says.
#[derive(Clone, Copy, Default)]
pub(super) struct Part {
    pub(super) what: u32,
    pub(super) at: usize,
    pub(super) length: usize,
    /// How many of them are the value's.
    pub(super) width: usize,
}

impl Part {
    /// True if it says that there is no value.
    pub(super) fn is_absence(&self) -> bool {
        self.what & 15 == ABSENT
    }
}

impl Classes {
    /// What lines say, value by value.
    #[inline(always)]
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The place of the kind of a row that came to its end at `last_step` and whose values lie at spots; it begins at
    /// `begin`.
    #[inline(never)]
    pub(super) fn find(
        &self,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (&Padded<'_>, usize),
    ) -> Option<u32> {
        let mut state = self.turns.first(last_step, keys.len())?;
        for key in keys {
            let part = part(key, spots, bytes, begin);
            let near = bytes.near(part.at)?;
            let sought = Sought { what: part.what, bytes, at: part.at, hashed: part.length };
            let (value, width) = self.values.find(sought, near)?;
            state = self.turns.to(state, value).filter(|_| width == part.length)?;
        }
        Some(state)
    }

    /// The class at a place and its kind's number.
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<(ClassRef<'_>, u32)> {
        self.kinds.get(place).map(|class| (class, self.first.wrapping_add(place)))
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
    /// those of its line, and records have none.
    // Apart from what reads every row.
    #[inline(never)]
    pub(super) fn keep(
        &mut self,
        shapes: Option<&Shapes>,
        (keys, last_step): (&[Key], u32),
        spots: &[Spot],
        (bytes, begin): (&Padded<'_>, usize),
        class: &Class,
    ) -> Option<u32> {
        let kept = self.first.saturating_add(self.kinds.len() as u32);
        let is_worth_keeping = kept < FREELY_KEPT || kept <= self.known / 4;
        let is_short = |(key, part): (&Key, &Part)| part.length <= MOST_BYTES * (1 + key.last - key.spot);
        let mut said = [Part::default(); MOST_KEYS];
        said.iter_mut().zip(keys).for_each(|(said, key)| *said = part(key, spots, bytes, begin));
        let parts = said.get(..keys.len())?;
        if !is_worth_keeping || !keys.iter().zip(parts).all(is_short) {
            return None;
        }
        let is_full = self.kinds.len() >= MOST_KINDS || self.held_bytes() >= MOST_HELD_BYTES;
        if is_full {
            self.forget();
        }
        let place = self.kinds.len() as u32;
        self.lead(parts, last_step, bytes, place)?;
        self.told.push(Told { name: NONE, status: class.view().status() });
        self.kinds.push(class);
        if let Some(shapes) = shapes {
            self.tree.add(parts, (last_step, place), (bytes, begin), shapes);
        }
        Some(place)
    }

    /// From now on, rows that say this are of the kind at a place; `None` where something of that finds no place.
    fn lead(&mut self, parts: &[Part], last_step: u32, bytes: &Padded<'_>, kind: u32) -> Option<()> {
        let mut values = [0; MOST_KEYS];
        for (value, part) in values.iter_mut().zip(parts) {
            let sought = Sought { what: part.what, bytes, at: part.at, hashed: part.length };
            *value = self.values.number(sought, part.length, part.length)?;
        }
        self.turns.lead(last_step, values.get(..parts.len())?, kind).then_some(())
    }

    /// Bytes of what decides the classes and of their texts; tables that find them come on top.
    pub(super) fn held_bytes(&self) -> usize {
        self.values.held_bytes() + self.turns.held_bytes() + self.kinds.held_bytes()
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
}

/// Adds bytes to those that are held, filled up to whole steps, and [`PADDING`] line feeds behind them; where they begin.
pub(super) fn hold(held: &mut Vec<u8>, said: &[u8]) -> u32 {
    const FEEDS: [u8; PADDING + WIDTH] = [b'\n'; PADDING + WIDTH];
    let start = held.len().saturating_sub(PADDING);
    let filling = said.len().wrapping_neg() % WIDTH;
    held.truncate(start);
    held.extend_from_slice(said);
    held.extend_from_slice(FEEDS.get(..filling + PADDING).unwrap_or_default());
    start as u32
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
        Part { what: what(key.step, JSON), at, length, width }
    };
    match spot.kind {
        SpotKind::Plain | SpotKind::Unusual => of_json(at.wrapping_sub(1), length.wrapping_add(2)),
        SpotKind::Other => of_json(at, length),
        SpotKind::Field | SpotKind::MixedField if key.last == key.spot => {
            Part { what: what(key.step, spot.kind as u32), at, length, width: length }
        }
        SpotKind::Field | SpotKind::MixedField => {
            // The same bytes from the same beginning on are the same fields, so no place of a delimiter has to be compared.
            let is_quoted = spot.kind == SpotKind::Field && spot.start > 0 && bytes.byte(at.wrapping_sub(1)) == b'"';
            let sort = if is_quoted { QUOTED } else { spot.kind as u32 };
            let end = spots.get(key.last).map_or(spot.end, |last| last.end);
            let length = end.wrapping_sub(spot.start) as usize;
            Part { what: what(key.step, sort), at, length, width: length }
        }
    }
}

fn presence(step: u32, is_absent: bool) -> Part {
    Part { what: what(step, if is_absent { ABSENT } else { PRESENT }), at: 0, length: 0, width: 0 }
}

/// True for the first byte of a value whose last byte says that it ends there.
#[inline(always)]
pub(super) fn is_closed(first: u8) -> bool {
    matches!(first, b'"' | b'[' | b'{')
}

pub(super) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
