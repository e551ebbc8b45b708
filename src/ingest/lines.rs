//! Cuts lines at line feeds, wherever the chunks end. Looks at each byte once and keeps no line above the limit.

use super::find;
use super::input::Input;
use super::{Cut, MOST_LINE_BYTES};

#[derive(Debug)]
pub(super) struct Lines {
    /// The number of the line that begins with the next byte, from 1.
    line: u64,
    /// Bytes of what waits in which no line feed is.
    searched: usize,
    /// True within a line that is too long and was already reported.
    is_skipping: bool,
}

impl Lines {
    pub(super) fn starting_at(line: u64) -> Self {
        Self { line, searched: 0, is_skipping: false }
    }

    /// The number of the line that begins with the next byte.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// True within a line that is too long.
    pub(super) fn is_skipping(&self) -> bool {
        self.is_skipping
    }

    /// The next line without its end, blank ones too.
    pub(super) fn next(&mut self, input: &mut Input) -> Option<Cut> {
        if self.is_skipping && !self.skip(input) {
            return None;
        }
        let line = self.line;
        let waiting = input.waiting();
        if let Some(length) = find::line_feed(waiting, self.searched) {
            let is_too_long = is_too_long(waiting.get(..length).unwrap_or_default());
            self.searched = 0;
            self.line += 1;
            let range = input.take(length, 1);
            return Some(Cut { line, range, is_too_long });
        }
        self.searched = waiting.len();
        if is_too_long(waiting) {
            self.searched = 0;
            self.is_skipping = true;
            return Some(Cut { line, range: input.take_all(), is_too_long: true });
        }
        if input.has_ended() && !waiting.is_empty() {
            self.searched = 0;
            return Some(Cut { line, range: input.take_all(), is_too_long: false });
        }
        None
    }

    /// True if nothing is known yet of where the line ends that is next.
    pub(super) fn is_at_start(&self) -> bool {
        self.searched == 0 && !self.is_skipping
    }

    /// True if the line that is next may be looked at from its beginning: nothing is known yet of where it ends, or as much
    /// has come since then, so that looking again takes no more than that.
    pub(super) fn may_begin_again(&self, input: &Input) -> bool {
        !self.is_skipping && self.searched <= input.waiting().len() / 2
    }

    /// Takes a line of which is known that it ends behind `length` bytes.
    pub(super) fn take(&mut self, input: &mut Input, length: usize) -> Cut {
        let line = self.line;
        self.line += u64::from(input.has_byte_at(input.start().wrapping_add(length)));
        Cut { line, range: input.take(length, 1), is_too_long: false }
    }

    /// Passes so many lines that were taken whole with their line feeds.
    pub(super) fn pass(&mut self, lines: u64) {
        self.line += lines;
        self.searched = 0;
    }

    /// Drops bytes up to the end of the line; true if it was reached.
    fn skip(&mut self, input: &mut Input) -> bool {
        match find::line_feed(input.waiting(), 0) {
            Some(length) => {
                input.take(length, 1);
                self.line += 1;
                self.is_skipping = false;
            }
            None => {
                input.take_all();
            }
        }
        !self.is_skipping
    }
}

/// True for a line above the limit. A carriage return at its end does not count: a line feed may follow it.
fn is_too_long(line: &[u8]) -> bool {
    line.strip_suffix(b"\r").unwrap_or(line).len() > MOST_LINE_BYTES
}
