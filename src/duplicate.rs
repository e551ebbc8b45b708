//! Rows that repeat another one: the same workflow, id and attempt. One of them stays, whatever the order in which they
//! come. Looking for them costs memory for every row, so it is done only where it is asked for, and up to a limit.

use crate::execution::Execution;
use crate::row::{self, Rank};
use crate::table::{Arrival, Table, siphash};
use std::collections::BTreeMap;
use std::ops::Bound;

/// The most executions that are remembered to be held against rows that come later. Each takes 150 bytes and up to
/// [`row::MOST_RANK_BYTES`] of what it said: about 2 GiB at most, together.
pub const MOST_IDENTITIES: usize = 5_000_000;

/// What makes two rows one execution. Rows without an id have no identity and repeat nothing. An id that is local, such as
/// the number of a job in a log, is that of one execution together with its start. Attempts of one execution are
/// neighbours in their order, the last one greatest.
///
/// Of workflow, id and local start a hash of 128 bits is kept under a key. That two of n executions bear the same one has
/// the chance n²/2¹²⁹: of all that are remembered below 10⁻²⁵. Who does not know the key cannot choose ids that do, and the
/// tree that holds them takes the same number of steps whatever they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    execution: [u64; 2],
    attempt: u32,
}

/// A row that stays, and what another one has to exceed to take its place.
#[derive(Clone, Debug)]
struct Kept {
    row: u64,
    rank: (Rank, bool),
}

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
    kept: BTreeMap<Identity, Kept>,
    most: usize,
    keys: [[u64; 2]; 2],
    /// Where what is hashed is put together.
    text: Vec<u8>,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self::with_key([0, 0])
    }
}

impl Duplicates {
    /// No identities, told by hashes under a key that whoever hands over rows should not know.
    pub fn with_key(key: [u64; 2]) -> Self {
        // The two halves of a hash are two hashes, whose keys are made of the one.
        let derived = |number: u8| [siphash(key, &[number]), siphash(key, &[number + 1])];
        Self { kept: BTreeMap::new(), most: MOST_IDENTITIES, keys: [derived(0), derived(2)], text: Vec::new() }
    }

    /// Remembers at most so many executions.
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// How many executions are remembered, if there were more.
    pub fn limit(&self) -> usize {
        self.most
    }

    /// Adds an execution to a table, or lets the greater of it and the one that it repeats stay there. Of several attempts
    /// of one execution, the table is told which is the last. All rows of the table have to have come this way.
    pub fn push(&mut self, table: &mut Table, execution: &Execution<'_>, arrival: Arrival) -> Pushed {
        let Some(id) = execution.id else {
            add(table, execution, arrival);
            return Pushed::Unidentified;
        };
        let has_started = arrival.has_started;
        let local_start_ms = arrival.has_local_id.then(|| execution.started_at.ms());
        let identity = self.identity(row::workflow_id(execution), id, local_start_ms, execution.attempt);
        let rank = (Rank::of(execution), has_started);
        if let Some(kept) = self.kept.get_mut(&identity) {
            if rank > kept.rank {
                kept.rank = rank;
                table.replace(kept.row, execution, arrival);
            } else {
                table.note(execution, has_started);
            }
            return Pushed::Repeated;
        }
        let row = table.rows();
        if !table.make_room() {
            return Pushed::New;
        }
        add(table, execution, arrival);
        let later = self.kept.range((Bound::Excluded(&identity), Bound::Unbounded)).next();
        if later.is_some_and(|(later, _)| later.execution == identity.execution) {
            table.supersede(row);
        } else {
            let before = self.kept.range(..&identity).next_back();
            if let Some((_, before)) = before.filter(|(before, _)| before.execution == identity.execution) {
                table.supersede(before.row);
            }
        }
        if self.kept.len() >= self.most {
            return Pushed::Unremembered;
        }
        self.kept.insert(identity, Kept { row, rank });
        Pushed::New
    }

    fn identity(&mut self, workflow: Option<&str>, id: &str, local_start_ms: Option<i64>, attempt: u32) -> Identity {
        self.text.clear();
        // Lengths and absences come first, so that no two lists of parts read alike.
        self.text.extend(workflow.map_or(u64::MAX, |workflow| workflow.len() as u64).to_le_bytes());
        self.text.extend(workflow.unwrap_or("").as_bytes());
        self.text.push(u8::from(local_start_ms.is_some()));
        self.text.extend(local_start_ms.unwrap_or(0).to_le_bytes());
        self.text.extend(id.as_bytes());
        Identity { execution: self.keys.map(|key| siphash(key, &self.text)), attempt }
    }
}

fn add(table: &mut Table, execution: &Execution<'_>, arrival: Arrival) {
    if arrival.has_started {
        table.push(execution);
    } else {
        table.push_unstarted(execution);
    }
    table.set_place(arrival.place);
}
