//! The classes of rows that were read before, by the bytes that decide them: rows that say the same in these are of one
//! class, and nothing of that is worked out again. Each class has a number of its own, the kind of its rows. Forgets
//! when there is no more room, but never takes one class for another.
//!
//! Each value has a number, and each combination of numbers is a kind.

use super::FORMS;
use super::classify::{Class, ClassRef, KeptClasses, Verdict};
use super::combinations::Combinations;
use super::fields::{Spot, SpotKind};
use super::lanes::{Padded, WIDTH};
use super::shape::{Key, NONE};
use super::text::is_no;
use super::values::{Sought, Values};
use crate::execution::Status;

/// The longest value that may be a part of what decides a kept class.
const MOST_BYTES: usize = 256;
/// The most kinds that are kept at a time.
pub(super) const MOST_KINDS: usize = 1 << 14;
/// Bytes of the values that decide, of their combinations and of the texts of the classes, at which all are forgotten.
pub(super) const MOST_HELD_BYTES: usize = 1 << 22;
/// So many are kept whether or not one of them was met again.
const FREELY_KEPT: u32 = 4096;
/// Behind all bytes that are held, so that they can be looked at together.
pub(super) const PADDING: usize = 64;

/// A power of two; as many as there are kinds, so that most are found at a glance.
const GUESSES: usize = MOST_KINDS;

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
    /// The places of the kinds, by the step at which a row ends and the numbers of its values.
    combinations: Combinations,
    /// By a number of what shows at a glance, [`GUESSES`] of them once there is a kind: where the first combination lies that
    /// was met there, one more.
    guesses: Vec<u32>,
    /// The number of the first of them: numbers are not given twice.
    first: u32,
    /// How many rows had a kind that was known, and how many had none.
    known: u32,
    unknown: u32,
    /// True once a kind was named.
    has_names: bool,
}

/// How the rows of a kind are told: how they stand, and what whoever is told of them calls the kind, or [`NONE`].
#[derive(Clone, Copy, Debug)]
struct Told {
    name: u32,
    status: Status,
    /// True if they are executions whether or not they have a start.
    are_rows: bool,
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
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    what: u32,
    at: usize,
    length: usize,
}

impl Part {
    /// A value of JSON of so many bytes, at a step.
    #[inline(always)]
    pub(super) fn of_json(step: u32, bytes: &Padded<'_>, at: usize, width: usize) -> Part {
        Part { what: what(step, JSON), at, length: width.wrapping_add(usize::from(!is_closed(bytes.byte(at)))) }
    }

    /// That there is a value at a step, or none.
    #[inline(always)]
    pub(super) fn of_presence(step: u32, is_absent: bool) -> Part {
        Part { what: what(step, if is_absent { ABSENT } else { PRESENT }), at: 0, length: 0 }
    }

    #[inline(always)]
    fn sought<'a>(&self, bytes: &'a Padded<'a>) -> Sought<'a> {
        Sought { what: self.what, bytes, at: self.at, length: self.length }
    }
}

impl Classes {
    /// The place of the kind of a row that came to its end at `last_step` and says these parts, of which each was a value
    /// where it was met.
    #[inline(never)]
    pub(super) fn find(&self, last_step: u32, parts: &[Part], bytes: &Padded<'_>) -> Option<u32> {
        // What was guessed is held against the row as what is found by hash would be, so nothing is taken for another.
        let guess = self.guesses.get(glance_of(last_step, parts, bytes)).and_then(|guess| guess.checked_sub(1));
        if let Some((kind, values)) = guess.and_then(|start| self.combinations.at(start, last_step, parts.len()))
            && values.iter().zip(parts).all(|(value, part)| self.values.is_said(*value, part.sought(bytes)))
        {
            return Some(kind);
        }
        self.find_by_hash(last_step, parts, bytes)
    }

    #[inline(never)]
    fn find_by_hash(&self, last_step: u32, parts: &[Part], bytes: &Padded<'_>) -> Option<u32> {
        let mut values = [0; MOST_KEYS];
        for (value, part) in values.iter_mut().zip(parts) {
            *value = self.values.find(part.sought(bytes))?;
        }
        let start = self.combinations.find(last_step, values.get(..parts.len())?)?;
        self.combinations.at(start, last_step, parts.len()).map(|(kind, _)| kind)
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

    /// True if the rows of the kind at a place are executions whether or not they have a start.
    #[inline]
    pub(super) fn are_rows(&self, place: u32) -> bool {
        self.told.get(place as usize).is_some_and(|told| told.are_rows)
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
    /// too long, and where classes differ from row to row. What the row says is given as to [`Classes::find`]; `keys` are
    /// those of its way.
    // Apart from what reads every row.
    #[inline(never)]
    pub(super) fn keep(
        &mut self,
        (keys, last_step): (&[Key], u32),
        parts: &[Part],
        bytes: &Padded<'_>,
        class: &Class,
    ) -> Option<u32> {
        let kept = self.first.saturating_add(self.kinds.len() as u32);
        let is_worth_keeping = kept < FREELY_KEPT || kept <= self.known / 4;
        let is_short = |(key, part): (&Key, &Part)| part.length <= MOST_BYTES * (1 + key.last - key.spot);
        if !is_worth_keeping || !keys.iter().zip(parts).all(is_short) {
            return None;
        }
        let is_full = self.kinds.len() >= MOST_KINDS || self.held_bytes() >= MOST_HELD_BYTES;
        if is_full {
            self.forget();
        }
        let mut values = [0; MOST_KEYS];
        for (value, part) in values.iter_mut().zip(parts) {
            *value = self.values.number(part.sought(bytes))?;
        }
        let (start, place) = self.combinations.put(last_step, values.get(..parts.len())?)?;
        self.guesses.resize(GUESSES, 0);
        // Kinds that are met soon are mostly those that are met often.
        if let Some(guess) = self.guesses.get_mut(glance_of(last_step, parts, bytes)).filter(|guess| **guess == 0) {
            *guess = start + 1;
        }
        self.told.push(Told {
            name: NONE,
            status: class.view().status(),
            are_rows: matches!(class.view().verdict(), Verdict::Row),
        });
        self.kinds.push(class);
        Some(place)
    }

    /// Bytes of what decides the classes and of their texts; tables that find them come on top.
    pub(super) fn held_bytes(&self) -> usize {
        self.values.held_bytes() + self.combinations.held_bytes() + self.kinds.held_bytes()
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

/// A number of what shows at a glance of a row, below [`GUESSES`].
#[inline(always)]
fn glance_of(last_step: u32, parts: &[Part], bytes: &Padded<'_>) -> usize {
    let glance = parts.iter().fold(u64::from(last_step), |sum, part| {
        (sum ^ part.sought(bytes).glance()).wrapping_mul(FACTOR).rotate_left(29)
    });
    glance as usize % GUESSES
}

/// What a row says with the values that decide its class, one behind the other; they lie at spots, and it begins at `begin`.
#[inline(always)]
pub(super) fn put_parts(
    parts: &mut [Part; MOST_KEYS],
    keys: &[Key],
    spots: &[Spot],
    (bytes, begin): (&Padded<'_>, usize),
) {
    parts.iter_mut().zip(keys).for_each(|(put, key)| *put = part(key, spots, bytes, begin));
}

#[inline(always)]
fn part(key: &Key, spots: &[Spot], bytes: &Padded<'_>, begin: usize) -> Part {
    let spot = spots.get(key.spot).copied().unwrap_or_default();
    let at = begin.wrapping_add(spot.start as usize);
    let length = spot.end.wrapping_sub(spot.start) as usize;
    if FORMS && key.is_presence {
        let is_none =
            length == 0 || spot.kind != SpotKind::MixedField && is_no(bytes.slice(at, at.wrapping_add(length)));
        return Part::of_presence(key.step, is_none);
    }
    match spot.kind {
        SpotKind::Plain | SpotKind::Unusual => {
            Part::of_json(key.step, bytes, at.wrapping_sub(1), length.wrapping_add(2))
        }
        SpotKind::Other => Part::of_json(key.step, bytes, at, length),
        SpotKind::Field | SpotKind::MixedField if key.last == key.spot => {
            Part { what: what(key.step, spot.kind as u32), at, length }
        }
        SpotKind::Field | SpotKind::MixedField => {
            // The same bytes from the same beginning on are the same fields, so no place of a delimiter has to be compared.
            let is_quoted = spot.kind == SpotKind::Field && spot.start > 0 && bytes.byte(at.wrapping_sub(1)) == b'"';
            let sort = if is_quoted { QUOTED } else { spot.kind as u32 };
            let end = spots.get(key.last).map_or(spot.end, |last| last.end);
            Part { what: what(key.step, sort), at, length: end.wrapping_sub(spot.start) as usize }
        }
    }
}

/// True for the first byte of a value whose last byte says that it ends there.
#[inline(always)]
fn is_closed(first: u8) -> bool {
    matches!(first, b'"' | b'[' | b'{')
}

pub(super) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::super::lanes::NEAR;
    use super::*;

    /// Rows of one value of 40 bytes that differ in its middle alone, so that all are the same at a glance, are of a kind each,
    /// also after what was known is forgotten.
    #[test]
    fn what_is_the_same_at_a_glance_is_told_apart() {
        let text = |number: u32| format!("\"alike at the {number:08} beginning and end\"{}", "\n".repeat(NEAR));
        let keys = [Key { spot: 0, last: 0, step: 3, is_presence: false }];
        let mut classes = Classes::default();
        for _ in 0..2 {
            for number in 0..500 {
                let line = text(number);
                let bytes = Padded::new(line.as_bytes());
                let parts = [Part::of_json(3, &bytes, 0, line.len() - NEAR)];
                assert_eq!(classes.find(7, &parts, &bytes), None, "{number}");
                let place = classes.keep((&keys, 7), &parts, &bytes, &Class::default());
                assert_eq!(place, Some(number));
            }
            for number in 0..500 {
                let line = text(number);
                let bytes = Padded::new(line.as_bytes());
                let parts = [Part::of_json(3, &bytes, 0, line.len() - NEAR)];
                assert_eq!((classes.find(7, &parts, &bytes), classes.find(8, &parts, &bytes)), (Some(number), None));
            }
            classes.forget();
        }
        assert_eq!(classes.first, 1000);
    }
}
