//! Many rows of a batch at a time, column by column: when they started, how long they took, and their kinds by the
//! numbers of their dictionaries' entries. A row whose kind has no name yet and one that says anything out of the
//! ordinary is unusual and left to be read by itself; the rows up to the next one of these are told as one stretch.
//! Puts no row together.

mod numbers;

use super::super::classify::Verdict;
use super::super::memo_kinds::Kinds;
use super::columns::{Column, Decides, OpenBatch};
use super::combination::{Combination, PLACES, find, place_of};
use super::dictionary::Dictionaries;
use super::errors::Errors;
use super::fill::{MISSING, UNUSUAL, UNUSUAL_LENGTH, length};
use super::many;
use super::numbered::Numbered;
use super::quick::{self, Plan};
use super::schema::Kind;
use crate::table::Stretch;
use std::ops::Range;

/// The rows of a block: what is held of them stays near the processor. A multiple of eight.
const BLOCK_ROWS: usize = 1024;
/// Rows of which the bits that say whether there is a value share a byte.
const EIGHT: usize = 8;
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
    /// The same as of `known` in 32 bits, where combinations are few.
    numbered: Numbered,
    /// True if they are in the open batch.
    are_few: bool,
    block: Block,
    /// The rows that were told last, by their places in the block,
    told: Range<usize>,
    /// and what is said of all of them.
    about: About,
    errors: Errors,
    /// The row of the open batch that was found to be of no kind that is known, if one was.
    new: Option<usize>,
}

/// What rows that were told say that no other row does.
#[derive(Debug)]
pub(crate) struct OwnIds<'a> {
    pub(crate) ids: &'a [i64],
    others: &'a [usize],
    first: usize,
}

impl OwnIds<'_> {
    /// The places of rows of which the id does not say all, and whether it is none.
    pub(crate) fn others(&self) -> impl ExactSizeIterator<Item = (usize, bool)> {
        self.others.iter().map(|place| {
            let place = place - self.first;
            (place, self.ids.get(place).is_none_or(|id| *id <= UNUSUAL))
        })
    }
}

/// What all rows of a stretch share.
#[derive(Clone, Copy, Debug, Default)]
struct About {
    offset: u64,
    are_zoneless: bool,
    have_texts: bool,
}

/// The values of some rows of the open batch.
#[derive(Debug, Default)]
struct Block {
    /// The first row's place in the batch, and how many there are; 0 if nothing was looked at yet.
    first: usize,
    rows: usize,
    /// The entries of what decides the class, as one number.
    combined: Vec<u64>,
    /// The numbers of these combinations instead, where they are few.
    sums: Vec<u32>,
    is_numbered: bool,
    /// True if all starts, durations and tries are usual.
    are_usual: bool,
    /// Of the rows that are not unusual.
    kinds: Vec<u32>,
    /// One that is no instant makes a row unusual.
    starts: Vec<i64>,
    /// Of unusual rows they mean nothing.
    durations: Vec<u32>,
    /// Which try each row is; empty if no column says it.
    attempts: Vec<u32>,
    /// The places of the unusual rows, rising, and how many of them have been passed.
    unusual: Vec<usize>,
    passed: usize,
    /// Ids that are numbers, once they were asked for, and then the places of rows that say more than theirs.
    ids: Vec<i64>,
    others: Vec<usize>,
    /// Room for numbers of a column, and for entries of one.
    numbers: Vec<i64>,
    codes: Vec<u32>,
}

impl Blocks {
    /// Looks at new columns: of blocks each decides the class by a dictionary's entries, is a number, or says what the row
    /// shares with no other.
    pub(super) fn choose(&mut self, plan: Option<&Plan>, columns: &[Column]) {
        self.forget();
        self.errors.forget();
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
        self.new = None;
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
        self.are_few = self.numbered.choose(columns, dictionaries, batch.rows());
        self.are_off = false;
        self.block.rows = 0;
    }

    /// True if it was found of a row of the open batch just now that it is of no kind that is known.
    pub(super) fn is_new(&self, row: usize) -> bool {
        self.new == Some(row)
    }

    /// Forgets all combinations, and the names that were made of them.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.numbered.forget();
        self.block.rows = 0;
    }

    /// What is known of a combination.
    fn find(&self, combined: u64) -> Option<Combination> {
        if !self.block.is_numbered {
            return find(&self.known, combined).copied();
        }
        let packed = self.numbered.places().get(usize::try_from(combined).ok()?)?;
        Combination::of(combined.wrapping_add(1), *packed)
    }

    /// Reads the next rows of a batch up to an unusual one: how many they are; none if the next row is unusual, or if there
    /// is no next one.
    pub(super) fn next(
        &mut self,
        (plan, columns): (&Plan, &mut [Column]),
        batch: &mut OpenBatch,
        (body, rows_before): (&[u8], u64),
        dictionaries: &Dictionaries,
        (kinds, schemas, keys): (&Kinds, u32, &mut Vec<u32>),
    ) -> Option<usize> {
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
            let Some(combined) = self.block.combination(end) else { break };
            let known = self.find(combined).or_else(|| {
                // A row that has to be read by itself anyway need not be numbered.
                let row = self.block.first + end;
                let may_be = combined != BROKEN && self.block.has_start(end);
                if !may_be || !quick::number(columns, batch.arrays(), (body, row), dictionaries, keys) {
                    return None;
                }
                let kind = kinds.get(schemas, keys);
                self.new = kind.is_none().then_some(row);
                let (class, name) = kinds.named(kind?)?;
                let no_duration = if class.status().is_ended() { 0 } else { u32::MAX };
                let (entries, needs_start) = (combined.wrapping_add(1), *class.verdict() == Verdict::Row);
                Some(self.learn(combined, Combination { entries, name, needs_start, no_duration }))
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
        self.about = About {
            offset: rows_before + row as u64,
            are_zoneless,
            have_texts: plan.id.is_some() || plan.error.is_some() || plan.attempt.is_some(),
        };
        Some(end - first)
    }

    /// The rows that were read last.
    pub(super) fn stretch(&self) -> Option<Stretch<'_>> {
        let About { offset, are_zoneless, have_texts } = self.about;
        Some(Stretch {
            kinds: self.block.kinds.get(self.told.clone())?,
            starts: self.block.starts.get(self.told.clone())?,
            durations: self.block.durations.get(self.told.clone())?,
            offset,
            are_zoneless,
            have_texts,
        })
    }

    /// Adds the places among these rows of those that may say what went wrong.
    pub(super) fn add_error_places(&mut self, plan: &Plan, batch: &OpenBatch, body: &[u8], places: &mut Vec<usize>) {
        let Some(array) = plan.error.and_then(|place| batch.array(place)) else { return };
        self.errors.add_places(array, (body, self.block.first, self.block.rows), &self.told, places);
    }

    /// What is known of errors.
    pub(super) fn errors(&mut self) -> &mut Errors {
        &mut self.errors
    }

    /// The number of the kind of one of these rows.
    pub(super) fn kind_mut(&mut self, place: usize) -> Option<&mut u32> {
        self.block.kinds.get_mut(self.told.clone())?.get_mut(place)
    }

    /// How many rows from the next one on say nothing of a start and nothing out of the ordinary, and are of kinds that are
    /// known: nothing can be told of them but that.
    pub(super) fn pass_startless(&mut self, batch: &mut OpenBatch, body: &[u8], dictionaries: &Dictionaries) -> usize {
        let row = batch.row();
        let is_within = row >= self.block.first && row - self.block.first < self.block.rows;
        if !self.are_possible || self.are_off || batch.is_read() || !is_within || !self.block.is_numbered {
            return 0;
        }
        let first = row - self.block.first;
        let starts = self.block.starts.get(first..).unwrap_or_default();
        let is_startless = |place: usize| {
            let known = self.block.combination(place).and_then(|combined| self.find(combined));
            known.is_some_and(|known| known.needs_start)
        };
        let may_be = starts.iter().zip(first..).take_while(|(start, place)| **start == MISSING && is_startless(*place));
        let rows = may_be
            .take_while(|(_, place)| {
                let row = self.block.first + place;
                batch.grants(self.unsure.iter().copied(), (body, row), dictionaries)
            })
            .count();
        batch.pass(rows);
        rows
    }

    /// The place in the batch of one of the rows that were told last, and which try it is.
    pub(super) fn told(&self, place: usize) -> Option<(usize, u32)> {
        let place = self.told.start + place;
        let is_told = place < self.told.end;
        is_told.then(|| (self.block.first + place, self.block.attempt(place)))
    }

    /// The ids of the rows that were told last, if all ids of the columns are numbers, and the places among these rows of
    /// those that have none, or that have an error or are no first attempts; `None` if each row has to be asked.
    pub(super) fn ids(
        &mut self,
        (plan, columns): (&Plan, &[Column]),
        batch: &OpenBatch,
        body: &[u8],
    ) -> Option<OwnIds<'_>> {
        if self.block.ids.is_empty() {
            let column = columns.get(plan.id?)?;
            // What of other columns are numbers are no ids.
            matches!(column.kind, Kind::Integer(_) | Kind::Float(_)).then_some(())?;
            self.block.read_ids(plan, batch, body)?;
        }
        let Block { ids, others, .. } = &self.block;
        let place = |place: usize| others.partition_point(|other| *other < place);
        Some(OwnIds {
            ids: ids.get(self.told.clone())?,
            others: others.get(place(self.told.start)..place(self.told.end))?,
            first: self.told.start,
        })
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
        self.errors.begin();
        if self.block.read_numbers(plan, columns, batch, body).is_none() {
            return false;
        }
        let (numbered, block) = (&mut self.numbered, &mut self.block);
        if self.are_few {
            block.sums.resize(block.rows, 0);
            block.sums.fill(0);
            let rows = (body, block.first);
            match numbered.add_up(columns, batch, rows, dictionaries, &mut block.sums) {
                None => return false,
                // Where they are not, the other way says what is wrong.
                Some(are_numbered) => block.is_numbered = are_numbered,
            }
        }
        if !block.is_numbered && block.combine(columns, batch, body, dictionaries).is_none() {
            return false;
        }
        self.find_kinds();
        true
    }

    /// Finds the kinds of a block's rows, and which rows are unusual.
    fn find_kinds(&mut self) {
        if !self.block.is_numbered && self.known.is_empty() {
            self.known.resize(PLACES, Combination::default());
        }
        let (numbered, known) = (self.numbered.places(), self.known.as_slice());
        let Block { combined, sums, kinds, starts, durations, attempts, unusual, are_usual, is_numbered, .. } =
            &mut self.block;
        if *is_numbered {
            let packed_of = |sum: &u32| numbered.get(*sum as usize).copied().unwrap_or(0);
            let eights = sums.chunks(EIGHT).zip(kinds.chunks_mut(EIGHT)).zip(durations.chunks_mut(EIGHT));
            for (((sums, kinds), durations), first) in eights.zip((0..).step_by(EIGHT)) {
                let mut in_all = u32::MAX;
                for ((sum, kind), duration) in sums.iter().zip(kinds).zip(durations.iter_mut()) {
                    let packed = packed_of(sum);
                    in_all &= packed;
                    *kind = packed & Combination::NAME;
                    *duration |= u32::from(packed & Combination::IS_OPEN != 0).wrapping_neg();
                }
                let starts = starts.get(first..first + sums.len()).unwrap_or_default();
                let are_known = in_all & Combination::IS_KNOWN != 0;
                let least = || starts.iter().fold(i64::MAX, |least, start| least.min(*start));
                if are_known && (*are_usual || (least() > UNUSUAL && !many::has(durations, UNUSUAL_LENGTH))) {
                    continue;
                }
                for (((sum, duration), start), place) in sums.iter().zip(&*durations).zip(starts).zip(first..) {
                    if *start <= UNUSUAL || *duration == UNUSUAL_LENGTH || packed_of(sum) == 0 {
                        unusual.push(place);
                    }
                }
            }
        } else {
            let rows = starts.iter().zip(durations.iter_mut()).enumerate();
            for ((place, (start, duration)), (combined, kind)) in rows.zip(combined.iter().zip(kinds.iter_mut())) {
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
        }
        many::mark_retries(attempts, kinds);
    }

    /// Keeps a combination, of which there are less than 2^62, in the place of another one if need be.
    fn learn(&mut self, combined: u64, learned: Combination) -> Combination {
        if self.block.is_numbered {
            self.numbered.place(combined).into_iter().for_each(|place| *place = learned.packed());
            return learned;
        }
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
        self.is_numbered = false;
        self.kinds.resize(self.rows, 0);
        self.starts.resize(self.rows, UNUSUAL);
        self.durations.resize(self.rows, Stretch::NO_DURATION);
        self.attempts.clear();
        self.ids.clear();
        self.unusual.clear();
        self.passed = 0;
    }

    /// Makes one number of the entries that decide the class of a row.
    fn combine(
        &mut self,
        columns: &[Column],
        batch: &OpenBatch,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> Option<()> {
        self.combined.resize(self.rows, 0);
        self.codes.resize(self.rows, 0);
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

    /// The entries of a row as one number.
    fn combination(&self, place: usize) -> Option<u64> {
        if self.is_numbered { self.sums.get(place).copied().map(u64::from) } else { self.combined.get(place).copied() }
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
        let is_retry = self.attempts.get(place).is_some_and(|attempt| *attempt > 1);
        *kind = known.name | if is_retry { Stretch::RETRY } else { 0 };
        true
    }

    fn attempt(&self, place: usize) -> u32 {
        self.attempts.get(place).copied().unwrap_or(1)
    }
}

/// What is no number of a try is the first one, as in `row`.
fn attempt_of(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(1)
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
