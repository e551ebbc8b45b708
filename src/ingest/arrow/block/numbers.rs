//! What of a block's rows are numbers: when they started, how long they took, which try they are and their ids, column by
//! column. Decides nothing of their kinds.

use super::super::columns::{Column, OpenBatch};
use super::super::fill::{UNUSUAL, UNUSUAL_LENGTH};
use super::super::many;
use super::super::quick::Plan;
use super::{Block, EIGHT, attempt_of, length_between};
use crate::table::Stretch;

impl Block {
    /// Takes starts, durations and tries out of their columns; `None` where a column has no such values.
    pub(super) fn read_numbers(
        &mut self,
        plan: &Plan,
        columns: &[Column],
        batch: &OpenBatch,
        body: &[u8],
    ) -> Option<()> {
        let Self { first, rows, starts, durations, numbers, are_usual, .. } = self;
        let find = |place: usize| Some((columns.get(place)?.kind, batch.array(place)?));
        let (kind, array) = find(plan.start)?;
        *are_usual = match array.fill_usual_instants(kind, body, *first, starts) {
            Some(are_there) => are_there,
            None => {
                array.fill_instants(kind, body, *first, starts).then_some(())?;
                starts.iter().all(|start| *start > UNUSUAL)
            }
        };
        let Some(place) = plan.duration else {
            durations.fill(Stretch::NO_DURATION);
            return self.read_rest(plan, columns, batch, body);
        };
        let (kind, array) = find(place)?;
        if !array.fill_usual_lengths(kind, body, *first, durations) {
            numbers.resize(*rows, UNUSUAL);
            array.fill_lengths(kind, body, *first, (numbers, durations)).then_some(())?;
            *are_usual &= !durations.contains(&UNUSUAL_LENGTH);
        }
        self.read_rest(plan, columns, batch, body)
    }

    /// Takes durations out of the ends of rows that do not say them, and tries.
    fn read_rest(&mut self, plan: &Plan, columns: &[Column], batch: &OpenBatch, body: &[u8]) -> Option<()> {
        let Self { first, rows, starts, durations, attempts, numbers, are_usual, .. } = self;
        let find = |place: usize| Some((columns.get(place)?.kind, batch.array(place)?));
        if let Some((kind, array)) = plan.end.map_or(Some(None), |place| find(place).map(Some))? {
            let mut ends = [UNUSUAL; EIGHT];
            let eights = durations.chunks_mut(EIGHT).zip(starts.chunks(EIGHT));
            for ((durations, starts), row) in eights.zip((*first..).step_by(EIGHT)) {
                if !many::has(durations, Stretch::NO_DURATION) {
                    continue;
                }
                let ends = ends.get_mut(..durations.len())?;
                array.fill_instants(kind, body, row, ends).then_some(())?;
                for ((duration, start), end) in durations.iter_mut().zip(starts).zip(&*ends) {
                    if *duration == Stretch::NO_DURATION {
                        *duration = length_between(*start, *end);
                        *are_usual &= *duration != UNUSUAL_LENGTH;
                    }
                }
            }
        }
        if let Some(place) = plan.attempt {
            let (_, array) = find(place)?;
            attempts.resize(*rows, 1);
            if !array.fill_usual_attempts(body, *first, attempts) {
                numbers.resize(*rows, UNUSUAL);
                array.fill_attempts(body, *first, numbers).then_some(())?;
                for ((start, number), attempt) in starts.iter_mut().zip(numbers).zip(attempts) {
                    *attempt = attempt_of(*number);
                    if *number == UNUSUAL {
                        *start = UNUSUAL;
                        *are_usual = false;
                    }
                }
            }
        }
        Some(())
    }

    /// Takes ids out of their column, and says which rows are more than an id.
    pub(super) fn read_ids(&mut self, plan: &Plan, batch: &OpenBatch, body: &[u8]) -> Option<()> {
        let Self { first, rows, attempts, ids, others, codes, .. } = self;
        codes.resize(*rows, 0);
        codes.fill(0);
        if let Some(place) = plan.error {
            batch.array(place)?.mark_values(body, *first, codes).then_some(())?;
        }
        ids.resize(*rows, UNUSUAL);
        if !batch.array(plan.id?)?.fill_ids(body, *first, ids) {
            ids.clear();
            return None;
        }
        codes.iter_mut().zip(attempts).for_each(|(code, attempt)| *code |= *attempt ^ 1);
        others.clear();
        for ((codes, ids), first) in codes.chunks(EIGHT).zip(ids.chunks(EIGHT)).zip((0..).step_by(EIGHT)) {
            let is_other = codes.iter().fold(0, |all, code| all | code) != 0
                || ids.iter().fold(i64::MAX, |least, id| least.min(*id)) <= UNUSUAL;
            if is_other {
                let rows = codes.iter().zip(ids).zip(first..);
                let places = rows.filter(|((code, id), _)| **code != 0 || **id <= UNUSUAL).map(|(_, place)| place);
                places.for_each(|place| others.push(place));
            }
        }
        Some(())
    }
}
