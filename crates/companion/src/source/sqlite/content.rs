//! What tells the content of a file: a hash of its bytes, and which files of earlier imports it begins with because it
//! grew since. Holds no bytes of the file.
//!
//! It is known that a file grew only if the earlier file was imported first. Of an older copy that is imported after
//! the longer file nothing is known, since no hash of the longer file up to there was kept.

use sha2::{Digest, Sha256};
use std::iter::Peekable;
use std::vec::IntoIter;

/// A hash of all bytes of a file.
pub type Hash = [u8; 32];

/// The content of a file that is being read.
#[derive(Clone, Debug)]
pub struct Content {
    hasher: Sha256,
    bytes: u64,
    /// Lengths of earlier files that were not reached yet, rising.
    lengths: Peekable<IntoIter<u64>>,
    beginnings: Vec<Hash>,
}

impl Content {
    /// Nothing so far. `lengths` are those of earlier files, rising.
    pub fn new(lengths: Vec<u64>) -> Self {
        Self { hasher: Sha256::new(), bytes: 0, lengths: lengths.into_iter().peekable(), beginnings: Vec::new() }
    }

    /// Takes bytes.
    pub fn extend(&mut self, mut bytes: &[u8]) {
        while let Some(length) = self.lengths.next_if(|length| *length <= self.bytes + bytes.len() as u64) {
            let missing = usize::try_from(length.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
            let (before, after) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            self.take(before);
            self.beginnings.push(self.hasher.clone().finalize().into());
            bytes = after;
        }
        self.take(bytes);
    }

    /// The length, the hash of the whole, and the hashes of its beginnings at the lengths of earlier files; the last
    /// of them may be the whole.
    pub fn finish(self) -> (u64, Hash, Vec<Hash>) {
        (self.bytes, self.hasher.finalize().into(), self.beginnings)
    }

    fn take(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_those_of_the_bytes_however_they_are_cut() {
        let bytes: Vec<u8> = (0..200u8).collect();
        let hash = |length: usize| -> Hash { Sha256::digest(&bytes[..length]).into() };
        for piece in [1, 3, 50, 64, 199, 200, 1000] {
            let mut content = Content::new(vec![1, 50, 63, 64, 200, 201]);
            bytes.chunks(piece).for_each(|piece| content.extend(piece));
            let (length, whole, beginnings) = content.finish();
            assert_eq!((length, whole), (200, hash(200)), "{piece}");
            assert_eq!(beginnings, [1, 50, 63, 64, 200].map(hash), "{piece}");
        }
    }
}
