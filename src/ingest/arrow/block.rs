//! Many rows of a batch at a time, column by column: rows whose class is known by the numbers of their dictionaries'
//! entries, and that say nothing out of the ordinary. Where a row is not one of these, the block ends before it.

use super::super::Known;
use super::super::memo_kinds::Kinds;
use super::array::{MISSING, UNUSUAL};
use super::columns::{Column, Decides, OpenBatch, instant, length_ms, to_ms};
use super::dictionary::Dictionaries;
use super::quick::{self, Plan};
use super::schema::Kind;
use crate::execution::MOST_DURATION_MS;
use crate::time::{ParsedTime, Timestamp, parse_whole};

/// The rows of a block after one that broke off, and the most rows: blocks grow as long as all of their rows are usual.
const FIRST_ROWS: usize = 16;
const MOST_ROWS: usize = 1024;
/// Places for combinations of entries; a power of two.
const PLACES: usize = 1 << 13;
/// Stands for an entry that its dictionary lacks.
const BROKEN: u64 = u64::MAX;

/// What is known of combinations of dictionaries' entries, and room for the rows of a block.
#[derive(Debug)]
pub(super) struct Blocks {
    /// True if the columns are such as blocks are made of.
    are_possible: bool,
    /// The lengths and versions of the dictionaries that the combinations are of.
    state: Vec<(usize, u32)>,
    /// The columns of texts of their own.
    texts: Vec<usize>,
    /// How many rows the next block looks at.
    size: usize,
    known: Vec<Combination>,
    combined: Vec<u64>,
    codes: Vec<u32>,
    starts: Vec<i64>,
    durations: Vec<i64>,
    ends: Vec<i64>,
    attempts: Vec<i64>,
    rows: Vec<Known>,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            are_possible: false,
            state: Vec::new(),
            texts: Vec::new(),
            size: FIRST_ROWS,
            known: Vec::new(),
            combined: Vec::new(),
            codes: Vec::new(),
            starts: Vec::new(),
            durations: Vec::new(),
            ends: Vec::new(),
            attempts: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// Entries of all dictionaries, as one number and one more, or 0 for none; the name of the kind that they make, and
/// whether its rows have a duration.
#[derive(Clone, Copy, Debug, Default)]
struct Combination {
    entries: u64,
    name: u32,
    is_ended: bool,
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

    /// Forgets what was known if the dictionaries are not what they were.
    pub(super) fn hold_against(&mut self, columns: &[Column], dictionaries: &Dictionaries) {
        if !self.are_possible {
            return;
        }
        let ids = columns.iter().filter_map(|column| column.dictionary);
        let state: Vec<_> = ids.map(|id| dictionaries.state(id)).collect();
        if state != self.state {
            self.state = state;
            self.forget();
        }
    }

    /// Forgets all combinations.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// The rows that were read last.
    pub(super) fn rows(&self) -> &[Known] {
        &self.rows
    }

    /// Reads the next rows of a batch; none where the next one is not usual.
    pub(super) fn read(
        &mut self,
        (plan, columns): (&Plan, &mut [Column]),
        batch: &mut OpenBatch,
        (body, rows_before): (&[u8], u64),
        dictionaries: &Dictionaries,
        (kinds, schemas, keys): (&Kinds, u32, &mut Vec<u32>),
    ) {
        self.rows.clear();
        let first = batch.row();
        let count = batch.rows().saturating_sub(first).min(self.size);
        self.size = FIRST_ROWS;
        if !self.are_possible || self.look(plan, columns, batch, (body, first, count), dictionaries).is_none() {
            return;
        }
        let start_kind = columns.get(plan.start).map(|column| column.kind);
        let duration_kind = plan.duration.and_then(|place| columns.get(place)).map(|column| column.kind);
        let end_kind = plan.end.and_then(|place| columns.get(place)).map(|column| column.kind);
        for place in 0..count {
            let Some(combined) = self.combined.get(place).copied().filter(|combined| *combined != BROKEN) else {
                return;
            };
            let known = self.combination(combined).or_else(|| {
                quick::number(columns, batch.arrays(), (body, first + place), dictionaries, keys).then_some(())?;
                let (class, name) = kinds.named(kinds.get(schemas, keys)?)?;
                Some(self.learn(combined, name, class.status.is_ended()))
            });
            let Some(Combination { name, is_ended, .. }) = known else { return };
            let value = |column: &[i64]| column.get(place).copied().unwrap_or(MISSING);
            let Some((started_at, zoneless_start)) = moment(start_kind, value(&self.starts)) else { return };
            let mut duration_ms = None;
            if is_ended {
                duration_ms = match (value(&self.durations), duration_kind) {
                    (MISSING, _) | (_, None) => None,
                    (UNUSUAL, _) => return,
                    (number, Some(Kind::Duration(unit))) => Some(length_ms(number, unit)),
                    (number, Some(_)) => Some(number),
                };
                if duration_ms.is_none() && value(&self.ends) != MISSING {
                    let Some((ended_at, _)) = moment(end_kind, value(&self.ends)) else { return };
                    duration_ms = Some(ended_at.ms() - started_at.ms());
                }
            }
            let duration_ms = match duration_ms.map(u64::try_from) {
                None => None,
                Some(Ok(ms)) if ms <= MOST_DURATION_MS => Some(ms),
                Some(_) => return,
            };
            let attempt = value(&self.attempts);
            if attempt == UNUSUAL || !batch.grants(self.texts.iter().copied(), (body, first + place), dictionaries) {
                return;
            }
            // What is no number of a try is the first one, as in `row`.
            let attempt = u32::try_from(attempt).unwrap_or(1);
            let offset = rows_before + (first + place) as u64;
            self.rows.push(Known { name, started_at, duration_ms, attempt, zoneless_start, offset });
        }
        self.size = (count * 2).clamp(FIRST_ROWS, MOST_ROWS);
    }

    /// Takes the values of a stretch of rows out of their columns; `None` where a column has no such values.
    fn look(
        &mut self,
        plan: &Plan,
        columns: &[Column],
        batch: &OpenBatch,
        (body, first, count): (&[u8], usize, usize),
        dictionaries: &Dictionaries,
    ) -> Option<()> {
        let fill = |place: Option<usize>, out: &mut Vec<i64>, rounds: bool| {
            out.clear();
            let Some(place) = place else { return Some(()) };
            out.resize(count, UNUSUAL);
            batch.array(place)?.fill(body, first, out, rounds).then_some(())
        };
        fill(Some(plan.start), &mut self.starts, false)?;
        fill(plan.duration, &mut self.durations, true)?;
        fill(plan.end, &mut self.ends, false)?;
        fill(plan.attempt, &mut self.attempts, false)?;
        self.combined.clear();
        self.combined.resize(count, 0);
        let mut factor = 1_u64;
        for (place, column) in columns.iter().enumerate() {
            let Some(id) = column.dictionary else { continue };
            let entries = dictionaries.state(id).0 as u64 + 1;
            // What no combination can be told by is too many for blocks; below, no product can then be too great.
            let next = factor.checked_mul(entries).filter(|next| *next < 1 << 62)?;
            self.codes.clear();
            self.codes.resize(count, u32::MAX);
            batch.array(place)?.fill_codes(body, first, &mut self.codes).then_some(())?;
            let decides = column.decides != Decides::Nothing;
            for (combined, code) in self.combined.iter_mut().zip(&self.codes) {
                let code = u64::from(*code);
                // An entry that is not in its dictionary makes a row unreadable, whatever the column says.
                *combined = match *combined {
                    _ if code >= entries => BROKEN,
                    BROKEN => BROKEN,
                    sum if decides => sum + factor * code,
                    sum => sum,
                };
            }
            if decides {
                factor = next;
            }
        }
        Some(())
    }

    #[inline]
    fn combination(&self, combined: u64) -> Option<Combination> {
        let known = self.known.get(place_of(combined))?;
        (known.entries == combined.wrapping_add(1)).then_some(*known)
    }

    /// Keeps a combination, of which there are less than 2^62, in the place of another one if need be.
    fn learn(&mut self, combined: u64, name: u32, is_ended: bool) -> Combination {
        if self.known.is_empty() {
            self.known.resize(PLACES, Combination::default());
        }
        let learned = Combination { entries: combined.wrapping_add(1), name, is_ended };
        if let Some(place) = self.known.get_mut(place_of(combined)) {
            *place = learned;
        }
        learned
    }
}

#[inline]
fn place_of(combined: u64) -> usize {
    (combined.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - PLACES.trailing_zeros())) as usize
}

/// The instant that a number of a column says, and whether it named no zone.
#[inline]
fn moment(kind: Option<Kind>, number: i64) -> Option<(Timestamp, bool)> {
    let time = match kind? {
        _ if number == MISSING || number == UNUSUAL => return None,
        Kind::Timestamp { unit, has_zone } => instant(to_ms(number, unit), !has_zone),
        Kind::Integer(_) | Kind::Float(_) => parse_whole(number),
        _ => return None,
    };
    match time {
        ParsedTime::At { at, zoneless } => Some((at, zoneless)),
        _ => None,
    }
}
