//! What makes two rows one execution, as a hash. Knows neither which rows there are nor which of them stays.

use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;
use crate::row;
use crate::table::siphash;

/// What makes two rows one execution: workflow, id and attempt. Rows without an id have no identity and repeat nothing. An
/// id that is local, such as the number of a job in a log, is that of one execution together with its start.
///
/// Of workflow, id and local start a hash of 128 bits is kept under a key. That two of n executions bear the same one has
/// the chance n²/2¹²⁹: of all that are remembered below 10⁻²⁴. Who does not know the key cannot choose ids that do, nor
/// ids that are slow to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) execution: [u64; 2],
    pub(super) attempt: u32,
}

/// Tells the identities of the rows of one table.
#[derive(Clone, Debug)]
pub(super) struct Identifier {
    pub(super) key: [u64; 2],
    keys: [[u64; 2]; 2],
    /// By the numbers of the table's kinds: the hash of their rows' workflow, once it is known.
    workflows: Vec<Option<[u64; 2]>>,
    /// Where what is hashed is put together.
    text: Vec<u8>,
}

impl Identifier {
    pub(super) fn with_key(key: [u64; 2]) -> Self {
        // The two halves of a hash are two hashes, whose keys are made of the one.
        let derived = |number: u8| [siphash(key, &[number]), siphash(key, &[number + 1])];
        Self { key, keys: [derived(0), derived(2)], workflows: Vec::new(), text: Vec::new() }
    }

    /// The identity of an execution; one with a local id has it together with its start.
    pub(super) fn of(&mut self, execution: &Execution<'_>, has_local_id: bool) -> Option<Identity> {
        let id = execution.id?;
        let local_start_ms = has_local_id.then(|| execution.started_at.ms());
        let workflow = self.workflow(row::workflow_id(execution));
        Some(Identity { execution: self.execution(workflow, local_start_ms, id), attempt: execution.attempt })
    }

    /// From now on rows of the table's kind of this number, one of which is `execution`, may be told by
    /// [`Identifier::of_known`].
    pub(super) fn name_kind(&mut self, number: u32, execution: &Execution<'_>) {
        let place = number as usize;
        if self.workflows.len() <= place {
            self.workflows.resize(place + 1, None);
        }
        let workflow = self.workflow(row::workflow_id(execution));
        if let Some(known) = self.workflows.get_mut(place) {
            *known = Some(workflow);
        }
    }

    /// The identity of a row of a kind that was named, whose id is not local.
    #[inline]
    pub(super) fn of_known(&mut self, known: &Known, own: OwnTexts<'_>) -> Option<Identity> {
        let workflow = self.workflows.get(known.name as usize).copied().flatten()?;
        Some(Identity { execution: self.execution(workflow, None, own.id?), attempt: known.attempt })
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

/// The identity of a row that has none; attempts count from 1.
pub(super) const NONE: Identity = Identity { execution: [0, 0], attempt: 0 };

/// Appends an identity.
pub(super) fn push(out: &mut Vec<u8>, Identity { execution, attempt }: &Identity) {
    push_short(out, *attempt);
    execution.iter().for_each(|half| push_long(out, *half));
}

/// What [`push`] appended.
pub(super) fn read(bytes: &mut Bytes<'_>) -> Result<Identity, Broken> {
    let (attempt, execution) = (bytes.short()?, [bytes.long()?, bytes.long()?]);
    Ok(Identity { execution, attempt })
}
