//! Identities of the rows of a part of a source, which whoever gathers parts looks for: rows that repeat one of another
//! part are found then as they are in one reading. Looks for none itself.

use super::identity::{self, Identifier, Identity, NONE};
use crate::bytes::{Broken, Bytes};
use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;

/// The identities of all rows of a table, in their order.
#[derive(Clone, Debug)]
pub struct Carried {
    identifier: Identifier,
    /// [`NONE`] for a row without.
    rows: Vec<Identity>,
}

/// The identity of a row of another table, if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handed(pub(super) Option<Identity>);

impl Handed {
    fn of(identity: Identity) -> Self {
        Handed(Some(identity).filter(|identity| *identity != NONE))
    }
}

impl Carried {
    /// None, told under the key of the one who gathers ([`super::Duplicates::key`]).
    pub fn with_key(key: [u64; 2]) -> Self {
        Self { identifier: Identifier::with_key(key), rows: Vec::new() }
    }

    /// Takes the next row's.
    pub(crate) fn push(&mut self, execution: &Execution<'_>, has_local_id: bool) {
        let identity = self.identifier.of(execution, has_local_id);
        self.rows.push(identity.unwrap_or(NONE));
    }

    /// Takes the next row's, which is of a kind that was named.
    #[inline]
    pub(crate) fn push_known(&mut self, row: Option<(Known, OwnTexts<'_>)>) {
        let identity = row.and_then(|(known, own)| self.identifier.of_known(&known, own));
        self.rows.push(identity.unwrap_or(NONE));
    }

    /// From now on the rows of the table's kind of this number, one of which is `execution`, may be taken by
    /// [`Carried::push_known`].
    pub(crate) fn name_kind(&mut self, number: u32, execution: &Execution<'_>) {
        self.identifier.name_kind(number, execution);
    }

    /// All of them, in order.
    pub(crate) fn handed(&self) -> impl Iterator<Item = Handed> {
        self.rows.iter().map(|identity| Handed::of(*identity))
    }

    /// All of them, as bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.rows.len() * identity::BYTES);
        self.rows.iter().for_each(|row| identity::push(out, row));
    }
}

/// What [`Carried::write`] wrote.
pub(crate) struct HandedRows<'a>(Bytes<'a>);

impl<'a> HandedRows<'a> {
    pub(crate) fn new(piece: &'a [u8]) -> Self {
        Self(Bytes::new(piece))
    }

    /// The next row's.
    ///
    /// # Errors
    /// There are no more.
    pub(crate) fn next(&mut self) -> Result<Handed, Broken> {
        identity::read(&mut self.0).map(Handed::of)
    }

    /// # Errors
    /// There are more.
    pub(crate) fn end(self) -> Result<(), Broken> {
        self.0.end()
    }
}
