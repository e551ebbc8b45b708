//! Many rows of a batch at a time, column by column: when they started, how long they took, and their kinds by the
//! numbers of their dictionaries' entries. A row whose kind has no name yet and one that says anything out of the
//! ordinary is unusual and left to be read by itself; the rows up to the next one of these are told as one stretch.
//! Puts no row together.

use super::super::memo_kinds::Kinds;
use super::columns::{Column, Decides, OpenBatch};
use super::dictionary::Dictionaries;
use super::fill::{MISSING, UNUSUAL, UNUSUAL_LENGTH, length};
use super::quick::{self, Plan};
use super::schema::Kind;
use crate::table::Stretch;
use std::ops::Range;

/// The rows of a block: what is held of them stays near the processor. A multiple of eight.
const BLOCK_ROWS: usize = 1024;
/// Places for combinations of entries; a power of two. Each may stand in two that are neighbours.
const PLACES: usize = 1 << 14;
/// Stands for an entry that its dictionary lacks.
const BROKEN: u64 = u64::MAX;

/// What is known of combinations of dictionaries' entries, and the block that is being told.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// True if the columns are such as blocks are made of.
    are_possible: bool,
    /// True if the open batch has a column that none can be made of.
    are_off: bool,
    /// The lengths and versions of the dictionaries that the combinations are of.
    state: Vec<(usize, u32)>,
    /// The columns of texts of their own.
    texts: Vec<usize>,
    /// Those of them whose texts may repeat each other's bytes in the open batch, or may not be there.
    unsure: Vec<usize>,
    known: Vec<Combination>,
    block: Block,
    /// The rows that were told last, by their places in the block.
    told: Range<usize>,
}

/// Entries of all dictionaries, as one number and one more, or 0 for none; the name of the kind that they make, and what
/// takes the durations from its rows if these have none.
#[derive(Clone, Copy, Debug, Default)]
struct Combination {
    entries: u64,
    name: u32,
    /// All bits for rows that have not ended, which makes [`Stretch::NO_DURATION`] of every duration; else none.
    no_duration: u32,
}

/// The values of some rows of the open batch.
#[derive(Debug, Default)]
struct Block {
    /// The first row's place in the batch, and how many there are; 0 if nothing was looked at yet.
    first: usize,
    rows: usize,
    /// The entries of what decides the class, as one number.
    combined: Vec<u64>,
    /// Of the rows that are not unusual.
    kinds: Vec<u32>,
    /// One that is no instant makes a row unusual.
    starts: Vec<i64>,
    /// Of unusual rows, as if they had ended.
    durations: Vec<u32>,
    /// Empty if no column says it.
    attempts: Vec<i64>,
    /// The places of the unusual rows, rising, and how many of them have been passed.
    unusual: Vec<usize>,
    passed: usize,
    /// Room for numbers of a column, and for entries of one.
    numbers: Vec<i64>,
    codes: Vec<u32>,
}

impl Blocks {
    /// Looks at new columns: of blocks each decides the class by a dictionary's entries, is a number, or says what the row
    /// shares with no other.
    pub(super) fn choose(&mut self, plan: Option<&Plan>, columns: &[Column]) {
        self.forget();
        let kind = |place: Option<usize>| place.and_then(|place| columns.get(place)).map(|column| column.kind);
        let is_moment = |kind| matches!(kind, Kind::Timestamp { .. } | Kind::Integer(_) | Kind::Float(_));
        let is_length = |kind| matches!(kind, Kind::Duration(_) | Kind::Integer(_) | Kind::Float(_));
        let is_count = |kind| matches!(kind, Kind::Integer(_) | Kind::Float(_));
        let is_usual = |column: &Column| match column.decides {
            Decides::Value => column.dictionary.is_some(),
            Decides::Presence => false,
            Decides::Nothing => !matches!(column.kind, Kind::List(_)),
        };
        self.texts.clear();
        self.texts
            .extend(columns.iter().enumerate().filter(|(_, column)| column.is_looked_at()).map(|(place, _)| place));
        self.are_possible = plan.is_some_and(|plan| {
            let numbers = [Some(plan.start), plan.end, plan.duration, plan.attempt];
            // A number of a dictionary is a text.
            let mut dictionaries = numbers.into_iter().flatten().filter_map(|place| columns.get(place)?.dictionary);
            kind(Some(plan.start)).is_some_and(is_moment)
                && kind(plan.end).is_none_or(is_moment)
                && kind(plan.duration).is_none_or(is_length)
                && kind(plan.attempt).is_none_or(is_count)
                && dictionaries.next().is_none()
                && columns.iter().all(is_usual)
        });
    }

    /// Goes on to a batch, and forgets what was known if the dictionaries are not what they were.
    pub(super) fn open(&mut self, columns: &[Column], batch: &OpenBatch, body: &[u8], dictionaries: &Dictionaries) {
        if !self.are_possible {
            return;
        }
        let ids = columns.iter().filter_map(|column| column.dictionary);
        let state: Vec<_> = ids.map(|id| dictionaries.state(id)).collect();
        if state != self.state {
            self.state = state;
            self.forget();
        }
        let is_unsure = |place: &usize| !batch.array(*place).is_some_and(|array| array.has_texts_in_order(body));
        self.unsure.clear();
        self.unsure.extend(self.texts.iter().copied().filter(is_unsure));
        self.are_off = false;
        self.block.rows = 0;
    }

    /// Forgets all combinations, and the names that were made of them.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.block.rows = 0;
    }

    /// The next rows of a batch up to an unusual one; none if the next row is unusual, or if there is no next one.
    pub(super) fn next<'s>(
        &'s mut self,
        (plan, columns): (&Plan, &mut [Column]),
        batch: &mut OpenBatch,
        (body, rows_before): (&[u8], u64),
        dictionaries: &Dictionaries,
        (kinds, schemas, keys): (&Kinds, u32, &mut Vec<u32>),
    ) -> Option<Stretch<'s>> {
        let row = batch.row();
        if !self.are_possible || self.are_off || batch.is_read() {
            return None;
        }
        let is_within = row >= self.block.first && row - self.block.first < self.block.rows;
        if !is_within && !self.look(plan, columns, batch, (body, row), dictionaries) {
            self.are_off = true;
            self.block.rows = 0;
            return None;
        }
        let first = row - self.block.first;
        let mut end = first;
        while end < self.block.rows {
            end = self.block.next_unusual(end);
            let Some(combined) = self.block.combined.get(end).copied() else { break };
            let known = find(&self.known, combined).copied().or_else(|| {
                // A row that has to be read by itself anyway need not be numbered.
                let row = self.block.first + end;
                let may_be = combined != BROKEN && self.block.has_start(end);
                if !may_be || !quick::number(columns, batch.arrays(), (body, row), dictionaries, keys) {
                    return None;
                }
                let (class, name) = kinds.named(kinds.get(schemas, keys)?)?;
                Some(self.learn(combined, name, class.status().is_ended()))
            });
            if !known.is_some_and(|known| self.block.settle(end, known)) {
                break;
            }
            end += 1;
        }
        if !self.unsure.is_empty() {
            let granted = (first..end)
                .take_while(|place| {
                    let row = self.block.first + place;
                    batch.grants(self.unsure.iter().copied(), (body, row), dictionaries)
                })
                .count();
            end = first + granted;
        }
        self.told = first..end;
        batch.pass(end - first);
        let are_zoneless = columns
            .get(plan.start)
            .is_some_and(|column| matches!(column.kind, Kind::Timestamp { has_zone: false, .. }));
        Some(Stretch {
            kinds: self.block.kinds.get(first..end)?,
            starts: self.block.starts.get(first..end)?,
            durations: self.block.durations.get(first..end)?,
            offset: rows_before + row as u64,
            are_zoneless,
            have_texts: plan.id.is_some() || plan.error.is_some() || plan.attempt.is_some(),
        })
    }

    /// The place in the batch of one of the rows that were told last, and which try it is.
    pub(super) fn told(&self, place: usize) -> Option<(usize, u32)> {
        let place = self.told.start + place;
        let is_told = place < self.told.end;
        is_told.then(|| (self.block.first + place, self.block.attempt(place)))
    }

    /// Looks at the block in which a row lies; false if a column has no values that blocks are made of.
    fn look(
        &mut self,
        plan: &Plan,
        columns: &[Column],
        batch: &OpenBatch,
        (body, row): (&[u8], usize),
        dictionaries: &Dictionaries,
    ) -> bool {
        self.block.begin(row, batch.rows());
        let are_there = self.block.read_numbers(plan, columns, batch, body).is_some()
            && self.block.combine(columns, batch, body, dictionaries).is_some();
        if are_there {
            self.find_kinds();
        }
        are_there
    }

    /// Finds the kinds of a block's rows, and which rows are unusual.
    fn find_kinds(&mut self) {
        if self.known.is_empty() {
            self.known.resize(PLACES, Combination::default());
        }
        let known = self.known.as_slice();
        let Block { combined, kinds, starts, durations, attempts, unusual, .. } = &mut self.block;
        let rows = combined.iter().zip(kinds.iter_mut()).zip(starts.iter().zip(durations));
        for (place, ((combined, kind), (start, duration))) in rows.enumerate() {
            let Some(found) = find(known, *combined).filter(|_| *start > UNUSUAL) else {
                unusual.push(place);
                continue;
            };
            let length = *duration | found.no_duration;
            if length == UNUSUAL_LENGTH {
                unusual.push(place);
            } else {
                (*kind, *duration) = (found.name, length);
            }
        }
        kinds.iter_mut().zip(attempts).for_each(|(kind, attempt)| *kind |= retry(*attempt));
    }

    /// Keeps a combination, of which there are less than 2^62, in the place of another one if need be.
    fn learn(&mut self, combined: u64, name: u32, is_ended: bool) -> Combination {
        let no_duration = if is_ended { 0 } else { u32::MAX };
        let learned = Combination { entries: combined.wrapping_add(1), name, no_duration };
        let first = place_of(combined);
        let is_taken = self.known.get(first).is_some_and(|known| known.entries != 0);
        if let Some(place) = self.known.get_mut(first ^ usize::from(is_taken)) {
            *place = learned;
        }
        learned
    }
}

impl Block {
    /// Makes room for the rows around a row of a batch.
    fn begin(&mut self, row: usize, batch_rows: usize) {
        self.first = row - row % BLOCK_ROWS;
        self.rows = batch_rows.saturating_sub(self.first).min(BLOCK_ROWS);
        self.combined.clear();
        self.combined.resize(self.rows, 0);
        self.kinds.resize(self.rows, 0);
        self.starts.resize(self.rows, UNUSUAL);
        self.numbers.resize(self.rows, UNUSUAL);
        self.durations.clear();
        self.durations.resize(self.rows, Stretch::NO_DURATION);
        self.codes.resize(self.rows, 0);
        self.attempts.clear();
        self.unusual.clear();
        self.passed = 0;
    }

    /// Takes starts, durations and tries out of their columns; `None` where a column has no such values.
    fn read_numbers(&mut self, plan: &Plan, columns: &[Column], batch: &OpenBatch, body: &[u8]) -> Option<()> {
        let find = |place: usize| Some((columns.get(place)?.kind, batch.array(place)?));
        let (kind, array) = find(plan.start)?;
        array.fill_instants(kind, body, self.first, &mut self.starts).then_some(())?;
        if let Some(place) = plan.duration {
            let (kind, array) = find(place)?;
            let room = (self.numbers.as_mut_slice(), self.durations.as_mut_slice());
            array.fill_lengths(kind, body, self.first, room).then_some(())?;
        }
        if let Some(place) = plan.end.filter(|_| self.durations.contains(&Stretch::NO_DURATION)) {
            let (kind, array) = find(place)?;
            array.fill_instants(kind, body, self.first, &mut self.numbers).then_some(())?;
            for ((duration, start), end) in self.durations.iter_mut().zip(&self.starts).zip(&self.numbers) {
                if *duration == Stretch::NO_DURATION {
                    *duration = length_between(*start, *end);
                }
            }
        }
        if let Some(place) = plan.attempt {
            self.attempts.resize(self.rows, UNUSUAL);
            batch.array(place)?.fill_attempts(body, self.first, &mut self.attempts).then_some(())?;
            for (start, attempt) in self.starts.iter_mut().zip(&self.attempts) {
                if *attempt == UNUSUAL {
                    *start = UNUSUAL;
                }
            }
        }
        Some(())
    }

    /// Makes one number of the entries that decide the class of a row.
    fn combine(
        &mut self,
        columns: &[Column],
        batch: &OpenBatch,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> Option<()> {
        let mut factor = 1_u64;
        let mut are_broken = false;
        for (place, column) in columns.iter().enumerate() {
            let Some(id) = column.dictionary else { continue };
            let entries = dictionaries.state(id).0 as u64 + 1;
            batch.array(place)?.fill_codes(body, self.first, &mut self.codes).then_some(())?;
            let mut greatest = 0;
            if column.decides == Decides::Nothing {
                greatest = self.codes.iter().fold(0, |greatest, code| *code.max(&greatest));
            } else {
                for (combined, code) in self.combined.iter_mut().zip(&self.codes) {
                    *combined = combined.wrapping_add(factor.wrapping_mul(u64::from(*code)));
                    greatest = greatest.max(*code);
                }
                // What no combination can be told by is too many for blocks; below, no product can be too great.
                factor = factor.checked_mul(entries).filter(|factor| *factor < 1 << 62)?;
            }
            if u64::from(greatest) >= entries {
                // An entry that is not in its dictionary makes a row unreadable, whatever the column says.
                let is_lacking = |code: &u32| u64::from(*code) >= entries;
                let rows = self.starts.iter_mut().zip(&self.codes).filter(|(_, code)| is_lacking(code));
                rows.for_each(|(start, _)| *start = UNUSUAL);
                are_broken = true;
            }
        }
        if are_broken {
            let rows = self.combined.iter_mut().zip(&self.starts).filter(|(_, start)| **start <= UNUSUAL);
            rows.for_each(|(combined, _)| *combined = BROKEN);
        }
        Some(())
    }

    /// The first unusual row from a place on; the block's end if there is none.
    #[inline]
    fn next_unusual(&mut self, from: usize) -> usize {
        while let Some(place) = self.unusual.get(self.passed) {
            if *place >= from {
                return *place;
            }
            self.passed += 1;
        }
        self.rows
    }

    fn has_start(&self, place: usize) -> bool {
        self.starts.get(place).is_some_and(|start| *start > UNUSUAL)
    }

    /// Says of which kind a row is that was unusual as long as that had no name; false if it is unusual all the same.
    fn settle(&mut self, place: usize, known: Combination) -> bool {
        let is_usual = self.has_start(place);
        let columns = (self.kinds.get_mut(place), self.durations.get_mut(place));
        let (Some(kind), Some(duration)) = columns else { return false };
        let settled = *duration | known.no_duration;
        if !is_usual || settled == UNUSUAL_LENGTH {
            return false;
        }
        *duration = settled;
        *kind = known.name | self.attempts.get(place).map_or(0, |attempt| retry(*attempt));
        true
    }

    fn attempt(&self, place: usize) -> u32 {
        self.attempts.get(place).map_or(1, |attempt| attempt_of(*attempt))
    }
}

/// What is no number of a try is the first one, as in `row`.
fn attempt_of(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(1)
}

fn retry(attempt: i64) -> u32 {
    if attempt_of(attempt) > 1 { Stretch::RETRY } else { 0 }
}

/// How long a row took that started and ended at these instants.
#[inline]
fn length_between(start: i64, end: i64) -> u32 {
    match end {
        MISSING => Stretch::NO_DURATION,
        UNUSUAL => UNUSUAL_LENGTH,
        // Below zero, and above what 32 bits hold, is for the long way.
        end => length(end.saturating_sub(start).max(-1)),
    }
}

/// What is known of a combination.
#[inline(always)]
fn find(known: &[Combination], combined: u64) -> Option<&Combination> {
    let first = place_of(combined);
    let is_it = |known: &&Combination| known.entries == combined.wrapping_add(1);
    known.get(first).filter(is_it).or_else(|| known.get(first ^ 1).filter(is_it))
}

#[inline]
fn place_of(combined: u64) -> usize {
    (combined.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - PLACES.trailing_zeros())) as usize
}
