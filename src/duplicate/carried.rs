//! Identities of the rows of a part of a source, which whoever gathers parts looks for: rows that repeat one of another
//! part are found then as they are in one reading. Looks for none itself.

use super::identity::{self, Identifier, Identity, NONE};
use crate::bytes::{Broken, Bytes};
use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;

/// Rows whose identities lie together, and leave together.
const CHUNK_ROWS: usize = 1 << 14;

/// The identities of all rows of a table, in their order, 24 bytes each.
#[derive(Clone, Debug)]
pub struct Carried {
    identifier: Identifier,
    /// [`NONE`] for a row without.
    chunks: Vec<Vec<Identity>>,
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
        Self { identifier: Identifier::with_key(key), chunks: Vec::new() }
    }

    /// Makes room for so many rows more, at most a chunk's; false if there is no memory for them.
    pub(crate) fn make_room(&mut self, rows: usize) -> bool {
        let room = self.chunks.last().map_or(0, |chunk| chunk.capacity() - chunk.len());
        if room >= rows {
            return true;
        }
        let mut chunk = Vec::new();
        let is_there = chunk.try_reserve_exact(CHUNK_ROWS.max(rows)).is_ok() && self.chunks.try_reserve(1).is_ok();
        if is_there {
            self.chunks.push(chunk);
        }
        is_there
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.len() as u64).sum()
    }

    fn add(&mut self, identity: Option<Identity>) {
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(identity.unwrap_or(NONE));
        }
    }

    /// Takes the next row's, for which room was made.
    pub(crate) fn push(&mut self, execution: &Execution<'_>, has_local_id: bool) {
        let identity = self.identifier.of(execution, has_local_id);
        self.add(identity);
    }

    /// Takes the next row's, which is of a kind that was named.
    #[inline]
    pub(crate) fn push_known(&mut self, row: Option<(Known, OwnTexts<'_>)>) {
        let identity = row.and_then(|(known, own)| self.identifier.of_known(&known, own));
        self.add(identity);
    }

    /// From now on the rows of the table's kind of this number, one of which is `execution`, may be taken by
    /// [`Carried::push_known`].
    pub(crate) fn name_kind(&mut self, number: u32, execution: &Execution<'_>) {
        self.identifier.name_kind(number, execution);
    }

    /// All of them, in order.
    pub(crate) fn handed(&self) -> impl Iterator<Item = Handed> {
        self.chunks.iter().flatten().map(|identity| Handed::of(*identity))
    }

    /// In how many pieces they are handed on.
    pub(crate) fn pieces(&self) -> usize {
        self.chunks.len()
    }

    /// Hands all of them on, piece by piece.
    pub(crate) fn write(&self, each: &mut dyn FnMut(&[u8])) {
        let mut piece = Vec::new();
        for chunk in &self.chunks {
            piece.clear();
            chunk.iter().for_each(|identity| identity::push(&mut piece, identity));
            each(&piece);
        }
    }
}

/// What [`Carried::write`] handed on.
pub(crate) struct HandedRows<'a> {
    pieces: std::slice::Iter<'a, Vec<u8>>,
    piece: Bytes<'a>,
}

impl<'a> HandedRows<'a> {
    pub(crate) fn new(pieces: &'a [Vec<u8>]) -> Self {
        Self { pieces: pieces.iter(), piece: Bytes::new(&[]) }
    }

    /// The next row's.
    ///
    /// # Errors
    /// There are no more.
    pub(crate) fn next(&mut self) -> Result<Handed, Broken> {
        while self.piece.rest().is_empty() {
            self.piece = Bytes::new(self.pieces.next().ok_or(Broken)?);
        }
        identity::read(&mut self.piece).map(Handed::of)
    }

    /// # Errors
    /// There are more.
    pub(crate) fn end(mut self) -> Result<(), Broken> {
        if self.next().is_ok() { Err(Broken) } else { self.piece.end() }
    }
}
