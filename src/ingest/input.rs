//! The bytes of a source that have come and are not yet taken. Holds no more than that: what is taken makes room for
//! what comes, and no byte is moved more than a constant number of times.

use super::MOST_LINE_BYTES;
use super::lanes::{NEAR, Padded};
use std::ops::Range;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What is held up to here may take twice its room, as a vector does that grows. Beyond, there is an eighth more than is
/// needed, so that a byte is moved some nine times at most.
const MOST_DOUBLED_BYTES: usize = 2 << 20;

/// Line feeds that stand behind what waits, so that looking at many bytes at a time stops there.
const PADDING: usize = NEAR;

#[derive(Debug, Default)]
pub(super) struct Input {
    /// Grows and is never cut, so that its end need not be cleared again for every chunk. Behind `end` lie
    /// [`PADDING`] line feeds once bytes have come.
    bytes: Vec<u8>,
    /// Bytes before this are taken; those from here to `end` wait.
    start: usize,
    end: usize,
    /// How many bytes the caller may have written behind `end`.
    offered: usize,
    /// Bytes of the source that lay before the first one here.
    passed: u64,
    has_ended: bool,
    is_past_mark: bool,
}

impl Input {
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.offer(bytes.len()).copy_from_slice(bytes);
        self.accept(bytes.len());
    }

    /// A place of `length` bytes for the caller to fill; what it held is of no meaning.
    pub(super) fn offer(&mut self, length: usize) -> &mut [u8] {
        self.make_room(length);
        self.offered = length;
        self.bytes.get_mut(self.end..self.end + length).unwrap_or_default()
    }

    /// Takes the first `length` bytes of what was offered.
    pub(super) fn accept(&mut self, length: usize) {
        self.end += length.min(self.offered);
        self.offered = 0;
        if let Some(padding) = self.bytes.get_mut(self.end..self.end + PADDING) {
            padding.fill(b'\n');
        }
    }

    pub(super) fn finish(&mut self) {
        self.has_ended = true;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// What waits.
    pub(super) fn waiting(&self) -> &[u8] {
        self.get(self.start..self.end)
    }

    /// All bytes and the line feeds behind them; what waits begins at [`Input::start`]. What an offer may have left
    /// behind its bytes is of no meaning.
    pub(super) fn padded(&self) -> Padded<'_> {
        Padded::new(self.bytes.get(..self.end + PADDING).unwrap_or_default())
    }

    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// True if a line that ends before the byte at `end` has come whole.
    pub(super) fn has_whole(&self, end: usize) -> bool {
        end < self.end || (end == self.end && self.has_ended)
    }

    /// True if a byte of the source lies there.
    pub(super) fn has_byte_at(&self, place: usize) -> bool {
        place < self.end
    }

    /// Takes `length` bytes and then `end_length` more, which end them; says where the former lie until the next
    /// [`Input::offer`].
    pub(super) fn take(&mut self, length: usize, end_length: usize) -> Range<usize> {
        let end = self.end.min(self.start + length);
        let taken = self.start..end;
        self.start = self.end.min(end + end_length);
        taken
    }

    /// Takes all before a place.
    pub(super) fn take_to(&mut self, place: usize) {
        self.start = self.end.min(place.max(self.start));
    }

    /// Takes all that waits.
    pub(super) fn take_all(&mut self) -> Range<usize> {
        self.take(self.end - self.start, 0)
    }

    /// Where in the source a place lies.
    #[inline(always)]
    pub(super) fn offset_of(&self, place: usize) -> u64 {
        self.passed + place as u64
    }

    pub(super) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// Skips the byte order mark that may stand before everything. False while the bytes for telling are missing.
    pub(super) fn pass_mark(&mut self) -> bool {
        if !self.is_past_mark {
            let waiting = self.waiting();
            let is_mark = waiting.starts_with(BYTE_ORDER_MARK);
            if !is_mark && !self.has_ended && BYTE_ORDER_MARK.starts_with(waiting) {
                return false;
            }
            if is_mark {
                self.take(BYTE_ORDER_MARK.len(), 0);
            }
            self.is_past_mark = true;
        }
        true
    }

    /// Moves what waits to the front only if more bytes were taken than wait: each byte taken then pays for one moved.
    fn make_room(&mut self, length: usize) {
        let waiting = self.end - self.start;
        if self.start > 0 && waiting <= self.start {
            self.bytes.copy_within(self.start..self.end, 0);
            self.passed += self.start as u64;
            self.start = 0;
            self.end = waiting;
        }
        let needed = self.end + length + PADDING;
        if self.bytes.len() < needed {
            if self.bytes.capacity() < needed && needed > MOST_DOUBLED_BYTES {
                let target = if waiting > MOST_DOUBLED_BYTES && needed <= MOST_LINE_BYTES + 2 * length {
                    // A long line may become as long as a line may be, and no longer.
                    MOST_LINE_BYTES + 2 * length + PADDING
                } else {
                    needed + needed / 8
                };
                self.bytes.reserve_exact(target - self.bytes.len());
            }
            self.bytes.resize(needed, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader::Reader;
    use super::super::{Form, MOST_LINE_BYTES};
    use super::*;

    #[test]
    fn what_is_taken_makes_room() {
        let mut input = Input::default();
        for round in 0..1000 {
            input.extend(b"0123456789");
            let taken = input.take(8, 1);
            assert_eq!(input.get(taken).len(), 8);
            assert_eq!(input.waiting().len(), round % 9 + 1, "one byte of each ten stays");
            if round % 9 == 8 {
                input.take_all();
            }
        }
        assert!(input.bytes.len() < 100 + PADDING, "{}", input.bytes.len());
    }

    #[test]
    fn what_is_filled_is_at_most_what_was_offered() {
        let mut input = Input::default();
        input.offer(4).copy_from_slice(b"abcd");
        input.accept(9);
        input.accept(9);
        assert_eq!(input.waiting(), b"abcd");
        input.offer(100);
        input.offer(2).copy_from_slice(b"ef");
        input.accept(1);
        assert_eq!(input.waiting(), b"abcde");
    }

    #[test]
    fn what_waits_takes_little_more_room_than_it_has_bytes() {
        const CHUNK: usize = 1 << 20;
        let chunk = vec![b'x'; CHUNK];
        let mut input = Input::default();
        let mut moves = 0;
        for count in 1..=64 {
            let before = input.bytes.capacity();
            input.extend(&chunk);
            let room = input.bytes.capacity();
            moves += usize::from(room != before);
            let length = count * CHUNK;
            let most = if length <= MOST_DOUBLED_BYTES {
                2 * length
            } else if length <= MOST_LINE_BYTES {
                MOST_LINE_BYTES + 2 * CHUNK
            } else {
                length + length / 8 + CHUNK
            };
            assert!(room <= most + 2 * PADDING, "{room} for {length}");
        }
        assert!(moves < 20, "{moves}");
    }

    #[test]
    fn no_line_is_held_above_the_limit() {
        const CHUNK: usize = 1 << 16;
        let chunk = vec![b'x'; CHUNK];
        for mut reader in [Reader::new(Form::Ndjson), Reader::new(Form::Csv), Reader::recognising()] {
            reader.extend(b"started_at,\"");
            let mut events = 0;
            for _ in 0..4 * MOST_LINE_BYTES / CHUNK {
                reader.extend(&chunk);
                while reader.next().is_some() {
                    events += 1;
                }
                assert!(reader.input().bytes.capacity() <= MOST_LINE_BYTES + 2 * CHUNK + PADDING);
            }
            assert_eq!(events, 1);
            assert!(reader.input().waiting().is_empty());
        }
    }
}
