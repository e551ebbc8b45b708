//! Rows that repeat another one: the same workflow, id and attempt. One of them stays, whatever the order in which they
//! come. Looking for them costs memory for every row, so it is done only where it is asked for, and up to a limit. Keeps no
//! more of a row than a hash and where it lies in its table, which tells the greater of two.

mod carried;
mod identity;
mod latest;

pub use carried::Carried;
pub(crate) use carried::{Handed, HandedRows};

use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;
use crate::table::{Arrival, Met, Table, siphash};
use identity::{Identifier, Identity};
use latest::{Attempt, Latest};
use std::collections::BTreeMap;

/// The most executions and attempts that are remembered to be held against rows that come later. A latest attempt takes 32 to
/// 64 bytes, each other one about 60: 1 GiB at most.
pub const MOST_IDENTITIES: usize = 1 << 24;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It repeats no row that is remembered.
    New,
    /// It repeats one, and one of the two stays.
    Repeated,
    /// It has no id, and stays whatever it may repeat.
    Unidentified,
    /// It repeats none, but is not remembered itself: there are too many before it.
    Unremembered,
}

/// The identities that a table holds, each with its row.
#[derive(Clone, Debug)]
pub struct Duplicates {
    identifier: Identifier,
    /// Each execution's latest attempt.
    latest: Latest,
    /// The rows of all other attempts, which few executions have.
    earlier: BTreeMap<Identity, u32>,
    most: usize,
    /// The identities of rows that are looked at together.
    looked_at: Vec<Option<Identity>>,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self::with_key([0, 0])
    }
}

impl Duplicates {
    /// No identities, told by hashes under a key that whoever hands over rows should not know.
    pub fn with_key(key: [u64; 2]) -> Self {
        // Places have a key of their own, since whoever hands over parts knows the one of identities.
        let of_places = [4, 5].map(|number| siphash(key, &[number]));
        Self {
            identifier: Identifier::with_key(key),
            latest: Latest::with_key(of_places),
            earlier: BTreeMap::new(),
            most: MOST_IDENTITIES,
            looked_at: Vec::new(),
        }
    }

    /// Remembers at most so many executions.
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// The key under which identities are told.
    pub fn key(&self) -> [u64; 2] {
        self.identifier.key
    }

    /// How many executions are remembered, if there were more.
    pub fn limit(&self) -> usize {
        self.most
    }

    /// Adds an execution to a table, or lets the greater of it and the one that it repeats stay there. Of several attempts
    /// of one execution, the table is told which is the last. All rows of the table have to have come this way.
    pub fn push(&mut self, table: &mut Table, execution: &Execution<'_>, arrival: Arrival) -> Pushed {
        // What finds no room is not remembered either.
        if !table.make_room() {
            return Pushed::New;
        }
        let identity = self.identifier.of(execution, arrival.has_local_id);
        let row = table.rows();
        let (met, pushed) = self.meet(identity, row);
        if let Met::Repeats(row) = met {
            table.repeat(row.into(), execution, arrival);
            return pushed;
        }
        table.add(execution, arrival);
        table.settle(met, row);
        pushed
    }

    /// From now on the rows of a table's kind of this number, one of which is `execution`, may be looked at by
    /// [`Duplicates::look_at`].
    pub(crate) fn name_kind(&mut self, number: u32, execution: &Execution<'_>) {
        self.identifier.name_kind(number, execution);
    }

    /// Forgets the rows that were looked at together.
    pub(crate) fn look_at_none(&mut self) {
        self.looked_at.clear();
    }

    /// Looks at one more row of a kind that was named.
    #[inline]
    pub(crate) fn look_at(&mut self, row: Option<(Known, OwnTexts<'_>)>) {
        let identity = row.and_then(|(known, own)| self.identifier.of_known(&known, own));
        self.looked_at.push(identity);
    }

    /// Looks at one more row of another table.
    pub(crate) fn look_at_handed(&mut self, handed: Handed) {
        self.looked_at.push(handed.0);
    }

    /// Fetches what is known of all rows that were looked at. The processor waits for the memory of many at a time then, and not
    /// for that of each.
    pub(crate) fn fetch(&self) {
        let fetched = self.looked_at.iter().flatten().map(|identity| self.latest.fetch(identity.execution));
        std::hint::black_box(fetched.fold(0, u32::wrapping_add));
    }

    /// What is to be done with the row that was looked at as number `place`, if it comes to lie in row `row` unless it repeats
    /// another one, and what becomes of it so.
    #[inline]
    pub(crate) fn meet_looked_at(&mut self, place: usize, row: u64) -> (Met, Pushed) {
        self.meet(self.looked_at.get(place).copied().flatten(), row)
    }

    fn meet(&mut self, identity: Option<Identity>, row: u64) -> (Met, Pushed) {
        let Some(identity) = identity else { return (Met::New, Pushed::Unidentified) };
        let Identity { execution, attempt } = identity;
        let known = self.latest.find(execution);
        match known {
            Some(latest) if latest.attempt == attempt => return (Met::Repeats(latest.row), Pushed::Repeated),
            Some(latest) if latest.attempt > attempt => {
                if let Some(row) = self.earlier.get(&identity) {
                    return (Met::Repeats(*row), Pushed::Repeated);
                }
            }
            _ => {}
        }
        let met = match known {
            None => Met::New,
            Some(latest) if latest.attempt > attempt => Met::IsEarlier,
            Some(latest) => Met::Follows(latest.row),
        };
        let new = Attempt::new(attempt, row).filter(|_| self.remembered() < self.most);
        let is_remembered = new.is_some_and(|new| self.remember(identity, known, new));
        if !is_remembered {
            // There may be no memory for more, or a row so far behind that it cannot be named.
            self.most = self.most.min(self.remembered());
        }
        (met, if is_remembered { Pushed::New } else { Pushed::Unremembered })
    }

    /// Remembers an attempt of an execution of which `known` is the latest one; false if there is no memory for it.
    fn remember(&mut self, identity: Identity, known: Option<Attempt>, new: Attempt) -> bool {
        match known {
            None => return self.latest.add(identity.execution, new),
            Some(latest) if latest.attempt > new.attempt => _ = self.earlier.insert(identity, new.row),
            Some(latest) => {
                self.earlier.insert(Identity { attempt: latest.attempt, ..identity }, latest.row);
                self.latest.replace(identity.execution, new);
            }
        }
        true
    }

    fn remembered(&self) -> usize {
        self.latest.len() + self.earlier.len()
    }
}
