//! A row that repeats another one: which of the two stays, told by what the table holds of both, so that nothing else has
//! to be remembered of a row for the case that another repeats it. Knows nothing of what makes two rows one execution.

use super::column::{Cells, KIND, SUPERSEDED, UNSTARTED, retry};
use super::precedence::Claim;
use super::{Arrival, Place, Table};
use crate::bytes::Broken;
use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;
use crate::time::Timestamp;
use std::cmp::Ordering;

/// What is to be done with a row that comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// It is added.
    New,
    /// It is held against this row.
    Repeats(u32),
    /// It is added; a later attempt of the same execution is there.
    IsEarlier,
    /// It is added; this row is an earlier attempt of the same execution.
    Follows(u32),
}

/// Says what is to be done with the rows of another table.
pub(crate) trait Meeting {
    /// So many rows come next.
    ///
    /// # Errors
    /// There are not so many.
    fn begin(&mut self, rows: usize) -> Result<(), Broken>;

    /// What is to be done with one of these, by its place among them, if it comes to lie in row `row` unless it repeats another one.
    fn meet(&mut self, place: usize, row: u64) -> Met;
}

impl Table {
    /// Takes an execution that is the one of row `row`, counted from 0 in the order of adding: the greater of both
    /// ([`row::precedence`]) stays there. Of equal ones the first stays, which differs from the other in nothing that is
    /// counted. What a row says of names and of how far the rows reach stays also of the one that does not, so that it does
    /// not matter which came first.
    pub(crate) fn repeat(&mut self, row: u64, execution: &Execution<'_>, arrival: Arrival) {
        let kind = self.intern(execution);
        let kind = self.kind_with(kind, execution.error);
        let flags = if arrival.has_started { 0 } else { UNSTARTED } | retry(execution.attempt);
        let (duration_ms, waited_ms) =
            if arrival.has_started { (execution.duration_ms, execution.waited_ms) } else { (None, None) };
        let new = Claim { start_ms: execution.started_at.ms(), kind: kind | flags, duration_ms, waited_ms };
        if self.contend(row, new, Some(arrival.place)) {
            self.keep_texts(row, execution.own_texts());
        }
    }

    /// The same of a row whose kind's number is known.
    pub(crate) fn repeat_known(&mut self, row: u64, known: &Known, own: OwnTexts<'_>, place: Place) {
        let kind = known.kind | retry(known.attempt);
        let start_ms = known.started_at.ms();
        let new = Claim { start_ms, kind, duration_ms: known.duration_ms, waited_ms: None };
        if self.contend(row, new, Some(place)) {
            self.keep_texts(row, own);
        }
    }

    /// Once a row lies in the table, as row `row`: says which of two attempts is no longer the last one.
    pub(crate) fn settle(&mut self, met: Met, row: u64) {
        match met {
            Met::IsEarlier => self.supersede(row),
            Met::Follows(before) => self.supersede(before.into()),
            Met::New | Met::Repeats(_) => {}
        }
    }

    /// Says of row `row` that a later attempt of the same execution is in the table.
    fn supersede(&mut self, row: u64) {
        if let Some(cells) = self.columns.get(row).filter(|cells| cells.kind & SUPERSEDED == 0) {
            self.columns.set(row, Cells { kind: cells.kind | SUPERSEDED, ..cells });
            self.count_flags(SUPERSEDED, 1);
            self.changes += 1;
        }
    }

    /// The same of a row of another table, whose kinds have these numbers here.
    pub(super) fn repeat_handed(
        &mut self,
        row: u64,
        other: &Table,
        numbers: &[u32],
        (their_row, cells): (u64, Cells),
        place: Option<Place>,
    ) {
        let Some(number) = numbers.get((cells.kind & KIND) as usize) else { return };
        let new = Claim {
            start_ms: cells.start_ms,
            kind: cells.kind & !KIND & !SUPERSEDED | number,
            duration_ms: other.long_durations.decode(their_row, cells.duration),
            waited_ms: other.long_waits.decode(their_row, cells.wait),
        };
        if !self.contend(row, new, place) {
            return;
        }
        match (&mut self.kept, &other.kept) {
            (Some(mine), Some(theirs)) => mine.adopt(row, theirs, their_row),
            (Some(mine), None) => mine.forget(row),
            (None, _) => {}
        }
    }

    /// Puts a row in the place of row `row`, if it is the greater one; true if it is.
    fn contend(&mut self, row: u64, new: Claim, place: Option<Place>) -> bool {
        self.kinds.see(new.number(), new.start_ms);
        if let Some(start) = Timestamp::from_ms(new.start_ms).filter(|_| new.has_started()) {
            self.reach(start);
        }
        let Some(before) = self.columns.get(row) else { return false };
        let old = Claim {
            start_ms: before.start_ms,
            kind: before.kind & !SUPERSEDED,
            duration_ms: self.long_durations.decode(row, before.duration),
            waited_ms: self.long_waits.decode(row, before.wait),
        };
        if new == old || self.precedence(&new, &old) != Ordering::Greater {
            return false;
        }
        let cells = Cells {
            start_ms: new.start_ms,
            kind: new.kind | before.kind & SUPERSEDED,
            duration: self.long_durations.encode(row, new.duration_ms),
            wait: self.long_waits.encode(row, new.waited_ms),
        };
        self.count_flags(old.kind, -1);
        self.count_flags(new.kind, 1);
        self.columns.replace(row, cells, place);
        self.changes += 1;
        true
    }
}
