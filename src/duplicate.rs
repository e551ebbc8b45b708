//! Rows that repeat another one: the same workflow, id and attempt. One of them stays, whatever the order in which they
//! come. Looking for them costs memory for every row, so it is done only where it is asked for, and up to a limit. Keeps no
//! more of a row than a hash and where it lies in its table, which tells the greater of two.

mod latest;

use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;
use crate::row;
use crate::table::{Arrival, Table, siphash};
use latest::{Attempt, Latest};
use std::collections::BTreeMap;

/// The most executions that are remembered to be held against rows that come later: 0.8 GiB at most.
pub const MOST_IDENTITIES: usize = 1 << 24;

/// What makes two rows one execution. Rows without an id have no identity and repeat nothing. An id that is local, such as
/// the number of a job in a log, is that of one execution together with its start.
///
/// Of workflow, id and local start a hash of 128 bits is kept under a key. That two of n executions bear the same one has
/// the chance n²/2¹²⁹: of all that are remembered below 10⁻²⁴. Who does not know the key cannot choose ids that do, nor
/// ids that are slow to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    execution: [u64; 2],
    attempt: u32,
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

/// What is to be done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Met {
    /// Added.
    New,
    /// Held against this row.
    Repeats(u32),
    /// Added; a later attempt of the same execution is there.
    IsEarlier,
    /// Added; this row is an earlier attempt of the same execution.
    Follows(u32),
}

/// The identities that a table holds, each with its row.
#[derive(Clone, Debug)]
pub struct Duplicates {
    /// Each execution's latest attempt.
    latest: Latest,
    /// The rows of all other attempts, which few executions have.
    earlier: BTreeMap<Identity, u32>,
    most: usize,
    keys: [[u64; 2]; 2],
    /// By the numbers of a table's kinds: the hash of their rows' workflow, once it is known.
    workflows: Vec<Option<[u64; 2]>>,
    /// Where what is hashed is put together.
    text: Vec<u8>,
    /// The identities of rows that are looked at together.
    identities: Vec<Option<Identity>>,
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
        Self {
            latest: Latest::default(),
            earlier: BTreeMap::new(),
            most: MOST_IDENTITIES,
            keys: [derived(0), derived(2)],
            workflows: Vec::new(),
            text: Vec::new(),
            identities: Vec::new(),
        }
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
        let local_start_ms = arrival.has_local_id.then(|| execution.started_at.ms());
        let workflow = self.workflow(row::workflow_id(execution));
        let identity = Identity { execution: self.execution(workflow, local_start_ms, id), attempt: execution.attempt };
        let row = table.rows();
        let (met, pushed) = self.meet(identity, row);
        if let Met::Repeats(row) = met {
            table.repeat(row.into(), execution, arrival);
        } else if table.make_room() {
            add(table, execution, arrival);
            supersede(table, met, row);
        }
        pushed
    }

    /// From now on the rows of a table's kind of this number, one of which is `execution`, may be added by
    /// [`Duplicates::push_known`].
    pub(crate) fn name_kind(&mut self, number: u32, execution: &Execution<'_>) {
        let place = number as usize;
        if self.workflows.len() <= place {
            self.workflows.resize(place + 1, None);
        }
        if self.workflows.get(place) == Some(&None) {
            self.workflows[place] = Some(self.workflow(row::workflow_id(execution)));
        }
    }

    /// Forgets the rows that were looked at together.
    pub(crate) fn look_at_none(&mut self) {
        self.identities.clear();
    }

    /// Looks at one more row of a kind that was named ([`Duplicates::name_kind`]).
    #[inline]
    pub(crate) fn look_at(&mut self, row: Option<(Known, OwnTexts<'_>)>) {
        let identity = row.and_then(|(known, own)| {
            let workflow = self.workflows.get(known.name as usize).copied().flatten()?;
            Some(Identity { execution: self.execution(workflow, None, own.id?), attempt: known.attempt })
        });
        self.identities.push(identity);
    }

    /// Fetches what is known of all rows that were looked at. The processor waits for the memory of many at a time then, and not
    /// for that of each.
    pub(crate) fn fetch(&self) {
        let fetched = self.identities.iter().flatten().map(|identity| self.latest.fetch(identity.execution));
        std::hint::black_box(fetched.fold(0, u32::wrapping_add));
    }

    /// What became of the row that was looked at as number `place`, if it comes to lie in row `row` unless it repeats
    /// another one, and what is to be done with it.
    #[inline]
    pub(crate) fn meet_looked_at(&mut self, place: usize, row: u64) -> (Met, Pushed) {
        match self.identities.get(place).copied().flatten() {
            Some(identity) => self.meet(identity, row),
            None => (Met::New, Pushed::Unidentified),
        }
    }

    fn meet(&mut self, identity: Identity, row: u64) -> (Met, Pushed) {
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
        let is_remembered = match Attempt::new(attempt, row).filter(|_| self.remembered() < self.most) {
            None => false,
            Some(new) => match known {
                None => self.latest.add(execution, new),
                Some(latest) if latest.attempt > attempt => {
                    self.earlier.insert(identity, new.row);
                    true
                }
                Some(latest) => {
                    self.earlier.insert(Identity { attempt: latest.attempt, ..identity }, latest.row);
                    self.latest.replace(execution, new);
                    true
                }
            },
        };
        if !is_remembered {
            // Also where memory does not suffice for so many.
            self.most = self.most.min(self.remembered());
        }
        (met, if is_remembered { Pushed::New } else { Pushed::Unremembered })
    }

    fn remembered(&self) -> usize {
        self.latest.len() + self.earlier.len()
    }

    fn workflow(&mut self, workflow: Option<&str>) -> [u64; 2] {
        self.text.clear();
        // No workflow is another one than one without a name.
        self.text.push(u8::from(workflow.is_some()));
        self.text.extend_from_slice(workflow.unwrap_or("").as_bytes());
        self.hashes()
    }

    #[inline]
    fn execution(&mut self, workflow: [u64; 2], local_start_ms: Option<i64>, id: &str) -> [u64; 2] {
        self.text.clear();
        for half in workflow {
            self.text.extend_from_slice(&half.to_le_bytes());
        }
        // What has a fixed length comes first, so that no two lists of parts read alike.
        self.text.push(u8::from(local_start_ms.is_some()));
        self.text.extend_from_slice(&local_start_ms.unwrap_or(0).to_le_bytes());
        self.text.extend_from_slice(id.as_bytes());
        self.hashes()
    }

    #[inline]
    fn hashes(&self) -> [u64; 2] {
        self.keys.map(|key| siphash(key, &self.text))
    }
}

/// Tells the table which of two attempts is no longer the last one, once row `row` lies in it.
pub(crate) fn supersede(table: &mut Table, met: Met, row: u64) {
    match met {
        Met::IsEarlier => table.supersede(row),
        Met::Follows(before) => table.supersede(before.into()),
        Met::New | Met::Repeats(_) => {}
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
