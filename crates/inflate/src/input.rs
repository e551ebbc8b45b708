//! Compressed bytes that have come and are not yet taken, and how many were. Holds no more than what waits and the last
//! chunk; a byte is moved a constant number of times at most.

#[derive(Default)]
pub(crate) struct Input {
    /// Grows and is never cut, so that its end need not be cleared again for every chunk.
    bytes: Vec<u8>,
    /// Bytes before this are taken; those from here to `end` wait.
    start: usize,
    end: usize,
    /// How many bytes the caller may have written behind `end`.
    offered: usize,
    taken: u64,
}

impl Input {
    /// A place of `length` bytes for the caller to fill; what it held is of no meaning.
    pub(crate) fn offer(&mut self, length: usize) -> &mut [u8] {
        let waiting = self.end - self.start;
        // Only if more was taken than waits: each byte taken then pays for one that is moved.
        if waiting <= self.start {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, waiting);
        }
        if self.bytes.len() < self.end + length {
            self.bytes.resize(self.end + length, 0);
        }
        self.offered = length;
        self.bytes.get_mut(self.end..self.end + length).unwrap_or_default()
    }

    /// Takes the first `length` bytes of what was offered.
    pub(crate) fn accept(&mut self, length: usize) {
        self.end += length.min(self.offered);
        self.offered = 0;
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes bytes, as many as there are of `length`; says how many those are.
    pub(crate) fn take(&mut self, length: usize) -> usize {
        let length = length.min(self.end - self.start);
        self.start += length;
        self.taken += length as u64;
        length
    }

    /// How many bytes were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// How many bytes have come.
    pub(crate) fn arrived(&self) -> u64 {
        self.taken + (self.end - self.start) as u64
    }
}
