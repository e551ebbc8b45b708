//! The bytes in which a Parquet file describes itself (the compact protocol of Thrift), as far as they have to be looked
//! at before the `parquet` crate reads them. Takes no memory. `None` is said of what is cut off or is nothing of the kind.

use std::io::Read;

/// What a value is. `TRUE` and `FALSE` of a field are the value itself.
pub(super) type Kind = u8;
pub(super) const TRUE: Kind = 1;
pub(super) const FALSE: Kind = 2;
pub(super) const BYTE: Kind = 3;
pub(super) const I16: Kind = 4;
pub(super) const I32: Kind = 5;
pub(super) const I64: Kind = 6;
pub(super) const DOUBLE: Kind = 7;
pub(super) const BINARY: Kind = 8;
pub(super) const LIST: Kind = 9;
pub(super) const SET: Kind = 10;
pub(super) const STRUCT: Kind = 12;

/// So deep lists and structures may lie within each other that are passed.
const MOST_NESTED: usize = 32;
/// Bytes of the longest number.
const MOST_DIGITS: u32 = 10;

/// Bytes that are read one value after the other.
pub(super) struct Thrift<R> {
    source: R,
    /// How many bytes were read.
    at: u64,
}

impl<R: Read> Thrift<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, at: 0 }
    }

    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte).ok()?;
        self.at += 1;
        Some(byte[0])
    }

    /// A number that is never negative.
    pub(super) fn whole(&mut self) -> Option<u64> {
        let mut whole = 0;
        for digit in 0..MOST_DIGITS {
            let byte = self.byte()?;
            whole |= u64::from(byte & 0x7f).wrapping_shl(7 * digit);
            if byte & 0x80 == 0 {
                return Some(whole);
            }
        }
        None
    }

    /// A number of any width.
    pub(super) fn number(&mut self) -> Option<i64> {
        let whole = self.whole()?;
        Some((whole >> 1).cast_signed() ^ -(whole & 1).cast_signed())
    }

    /// A number that is read as one of 32 bits, whatever it is.
    pub(super) fn i32(&mut self) -> Option<i32> {
        self.number().map(|number| number as i32)
    }

    /// Passes bytes or a text; says how many those are.
    pub(super) fn pass_binary(&mut self) -> Option<u64> {
        let length = self.whole()?;
        self.pass_bytes(length)?;
        Some(length)
    }

    pub(super) fn pass_bytes(&mut self, length: u64) -> Option<()> {
        let passed = std::io::copy(&mut (&mut self.source).take(length), &mut std::io::sink()).ok()?;
        self.at += passed;
        (passed == length).then_some(())
    }

    /// The number and the kind of a structure's next field behind one of a number; the inner `None` behind the last.
    pub(super) fn field(&mut self, last: i16) -> Option<Option<(i16, Kind)>> {
        let byte = self.byte()?;
        let (kind, step) = (byte & 0xf, i16::from(byte >> 4));
        Some(match (kind, step) {
            (0, _) => None,
            (_, 0) => Some((self.number()? as i16, kind)),
            (_, step) => Some((last.checked_add(step)?, kind)),
        })
    }

    /// The kind and the number of the elements of a list.
    pub(super) fn list(&mut self) -> Option<(Kind, u64)> {
        let byte = self.byte()?;
        let length = u64::from(byte >> 4);
        Some((byte & 0xf, if length == 15 { self.whole()? } else { length }))
    }

    /// Passes the fields of a structure. Of those numbered from 1 on the kinds are given: the crate reads them without
    /// asking for theirs, so that where they are others it would see other bytes than these.
    pub(super) fn pass_fields(&mut self, kinds: &[Kind]) -> Option<()> {
        let mut last = 0;
        while let Some((number, kind)) = self.field(last)? {
            let known = usize::try_from(number).ok().and_then(|number| kinds.get(number.checked_sub(1)?));
            // No list of truths has been met, and the crate takes its elements for nothing.
            if known.is_some_and(|known| *known != if kind == FALSE { TRUE } else { kind }) {
                return None;
            }
            self.pass(kind)?;
            last = number;
        }
        Some(())
    }

    /// Passes the value of a field.
    pub(super) fn pass(&mut self, kind: Kind) -> Option<()> {
        self.pass_within(kind, MOST_NESTED)
    }

    fn pass_within(&mut self, kind: Kind, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            TRUE | FALSE => {}
            BYTE => self.pass_bytes(1)?,
            I16 | I32 | I64 => _ = self.whole()?,
            DOUBLE => self.pass_bytes(8)?,
            BINARY => _ = self.pass_binary()?,
            STRUCT => {
                let mut last = 0;
                while let Some((number, kind)) = self.field(last)? {
                    self.pass_within(kind, depth)?;
                    last = number;
                }
            }
            LIST | SET => {
                let (kind, length) = self.list()?;
                // Truths in a list take no byte in the crate's eyes, so that few bytes would be any number of them.
                if matches!(kind, TRUE | FALSE) {
                    return None;
                }
                for _ in 0..length {
                    self.pass_within(kind, depth)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}
