//! Rows that repeat another one: the same workflow, id and attempt. One of them stays, whatever the order in which they
//! come. Looking for them costs memory for every row, so it is done only where it is asked for.

use crate::execution::Execution;
use crate::row::{self, Rank};
use crate::table::{Arrival, Table};
use std::collections::BTreeMap;
use std::ops::Bound;

/// What makes two rows one execution. Rows without an id have no identity and repeat nothing. An id that is local, such as
/// the number of a job in a log, is that of one execution together with its start. Attempts of one execution are
/// neighbours in their order, the last one greatest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    workflow_id: Option<Box<str>>,
    id: Box<str>,
    /// The start in milliseconds, where the id is local.
    local_start_ms: Option<i64>,
    attempt: u32,
}

impl Identity {
    fn is_of_same_execution(&self, other: &Identity) -> bool {
        (&self.workflow_id, &self.id, self.local_start_ms) == (&other.workflow_id, &other.id, other.local_start_ms)
    }
}

/// A row that stays, and what another one has to exceed to take its place.
#[derive(Clone, Debug)]
struct Kept {
    row: u64,
    rank: (Rank, bool),
}

/// The identities that a table holds, each with its row.
#[derive(Clone, Debug)]
pub struct Duplicates {
    kept: BTreeMap<Identity, Kept>,
    /// What they take, about.
    bytes: usize,
    most_bytes: usize,
}

impl Default for Duplicates {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), bytes: 0, most_bytes: usize::MAX }
    }
}

/// What an identity takes beside its texts, about: its place in a tree that is two thirds full, and what an allocator
/// adds to three texts.
const IDENTITY_BYTES: usize = (size_of::<Identity>() + size_of::<Kept>()) * 3 / 2 + 3 * 16;

impl Duplicates {
    /// Lets the identities take about so many bytes; once they take more, the table is full as soon as it would have to grow. By
    /// default what the machine has.
    pub fn limited_to(mut self, most_bytes: usize) -> Self {
        self.most_bytes = most_bytes;
        self
    }

    /// Adds an execution to a table, or lets the greater of it and the one that it repeats stay there. True if it
    /// repeats one. Of several attempts of one execution, the table is told which is the last. All rows of the table
    /// have to have come this way.
    pub fn push(&mut self, table: &mut Table, execution: &Execution<'_>, arrival: Arrival) -> bool {
        let Some(id) = execution.id else {
            add(table, execution, arrival);
            return false;
        };
        let has_started = arrival.has_started;
        let workflow_id = row::workflow_id(execution).map(Box::from);
        let local_start_ms = arrival.has_local_id.then(|| execution.started_at.ms());
        let identity = Identity { workflow_id, id: id.into(), local_start_ms, attempt: execution.attempt };
        let rank = (Rank::of(execution), has_started);
        if let Some(kept) = self.kept.get_mut(&identity) {
            if rank > kept.rank {
                kept.rank = rank;
                table.replace(kept.row, execution, arrival);
            } else {
                table.note(execution, has_started);
            }
            return true;
        }
        let row = table.rows();
        if !table.make_room() {
            return false;
        }
        add(table, execution, arrival);
        let later = self.kept.range((Bound::Excluded(&identity), Bound::Unbounded)).next();
        if later.is_some_and(|(later, _)| later.is_of_same_execution(&identity)) {
            table.supersede(row);
        } else {
            let before = self.kept.range(..&identity).next_back();
            if let Some((_, before)) = before.filter(|(before, _)| before.is_of_same_execution(&identity)) {
                table.supersede(before.row);
            }
        }
        let texts = identity.workflow_id.as_deref().map_or(0, str::len) + identity.id.len() + rank.0.text_bytes();
        self.bytes += IDENTITY_BYTES + texts;
        if self.bytes > self.most_bytes {
            table.grow_no_more();
        }
        self.kept.insert(identity, Kept { row, rank });
        false
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
