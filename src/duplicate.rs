//! Rows that repeat another one: the same workflow, id and attempt. One of them stays, whatever the order in which they
//! come. Looking for them costs memory for every row, so it is done only where it is asked for.

use crate::execution::Execution;
use crate::row::{self, Rank};
use crate::table::Table;
use std::collections::BTreeMap;

/// What makes two rows one execution. Rows without an id have no identity and repeat nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    workflow_id: Option<Box<str>>,
    id: Box<str>,
    attempt: u32,
}

/// The identities that a table holds, each with its row.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    kept: BTreeMap<Identity, (u64, Rank)>,
}

impl Duplicates {
    /// Adds an execution to a table, or lets the greater of it and the one that it repeats stay there. True if it
    /// repeats one. All rows of the table have to have come this way.
    pub fn push(&mut self, table: &mut Table, execution: &Execution<'_>) -> bool {
        let Some(id) = execution.id else {
            table.push(execution);
            return false;
        };
        let workflow_id = row::workflow_id(execution).map(Box::from);
        let identity = Identity { workflow_id, id: id.into(), attempt: execution.attempt };
        let rank = Rank::of(execution);
        match self.kept.get_mut(&identity) {
            None => {
                self.kept.insert(identity, (table.rows(), rank));
                table.push(execution);
                false
            }
            Some((row, kept)) => {
                if rank > *kept {
                    *kept = rank;
                    table.replace(*row, execution);
                } else {
                    table.note(execution);
                }
                true
            }
        }
    }
}
