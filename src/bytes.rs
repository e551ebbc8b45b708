//! Numbers and texts as bytes and back, for what one engine hands to another. Little-endian, lengths before contents.
//! Reading trusts nothing: a length is held against the bytes that are there before it is used.

/// Bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// What is left of some bytes.
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Broken)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Broken> {
        self.take(1)?.first().copied().ok_or(Broken)
    }

    pub(crate) fn short(&mut self) -> Result<u32, Broken> {
        Ok(self.take(4)?.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    pub(crate) fn long(&mut self) -> Result<u64, Broken> {
        Ok(self.take(8)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Broken> {
        let length = self.short()? as usize;
        std::str::from_utf8(self.take(length)?).map_err(|_| Broken)
    }

    /// A text that may be absent.
    pub(crate) fn text_if_any(&mut self) -> Result<Option<&'a str>, Broken> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(Broken),
        }
    }

    pub(crate) fn truth(&mut self) -> Result<bool, Broken> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Broken),
        }
    }

    /// A count of things of which each takes at least so many bytes.
    pub(crate) fn count(&mut self, least_bytes: usize) -> Result<usize, Broken> {
        let count = self.short()? as usize;
        if count.saturating_mul(least_bytes) > self.0.len() { Err(Broken) } else { Ok(count) }
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<(), Broken> {
        if self.0.is_empty() { Ok(()) } else { Err(Broken) }
    }
}

pub(crate) fn push_short(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

pub(crate) fn push_long(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    push_short(out, text.len() as u32);
    out.extend_from_slice(text.as_bytes());
}

#[inline]
pub(crate) fn push_text_if_any(out: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text else { return out.push(0) };
    let [one, two, three, four] = (text.len() as u32).to_le_bytes();
    out.extend_from_slice(&[1, one, two, three, four]);
    out.extend_from_slice(text.as_bytes());
}
