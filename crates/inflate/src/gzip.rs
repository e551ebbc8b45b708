//! Members of gzip, one after the other, and the zeros that may fill up their end (RFC 1952). Deflate itself is
//! miniz_oxide's; the ring that it decodes into is both its window and what is given away.

use crate::checksum::Crc32;
use crate::input::Input;
use crate::problem::Cause;
use crate::{PIECE_BYTES, Step};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use std::ops::Range;

pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];
const METHOD_DEFLATE: u8 = 8;
/// Magic, method, flags, time, level, system.
const HEADER_BYTES: usize = 10;
const TRAILER_BYTES: usize = 8;

/// The flags of a header.
const HEADER_SUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

pub(crate) struct Gzip {
    state: State,
    /// True once a member is whole.
    has_member: bool,
    deflate: DecompressorOxide,
    ring: Box<[u8]>,
    /// Where in the ring the next byte goes.
    at: usize,
    sum: Crc32,
    /// Decoded bytes of the member, as far as 32 bits tell.
    length: u32,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a member, or behind the last.
    Between,
    /// Within the parts of a header that these flags announce and that are not yet taken.
    Header(u8),
    /// Within the extra part of a header: bytes to come, then the rest of the header.
    Extra {
        left: usize,
        flags: u8,
    },
    Body,
    /// Behind bytes that were given although what follows them cannot be decoded.
    Damaged,
    Trailer,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            state: State::Between,
            has_member: false,
            deflate: DecompressorOxide::new(),
            ring: vec![0; PIECE_BYTES].into(),
            at: 0,
            sum: Crc32::default(),
            length: 0,
        }
    }
}

impl Gzip {
    pub(crate) fn output(&self) -> &[u8] {
        &self.ring
    }

    pub(crate) fn step(&mut self, input: &mut Input) -> Result<Step, Cause> {
        const STARVED: Result<Step, Cause> = Ok(Step::Starved { is_whole: false });
        loop {
            self.state = match self.state {
                State::Between => {
                    self.pass_padding(input);
                    let Some(first) = input.waiting().first_chunk::<HEADER_BYTES>() else {
                        let rest = input.waiting();
                        return match rest.first() {
                            None => Ok(Step::Starved { is_whole: self.has_member }),
                            Some(_) if MAGIC.iter().zip(rest).any(|(expected, byte)| expected != byte) => {
                                Err(Cause::NoMore)
                            }
                            Some(_) => STARVED,
                        };
                    };
                    let flags = flags(first)?;
                    input.take(HEADER_BYTES);
                    State::Header(flags)
                }
                State::Header(flags) => match pass_part(flags, input) {
                    Some(state) => state,
                    None => return STARVED,
                },
                State::Extra { left, flags } => match left - input.take(left) {
                    0 => State::Header(flags),
                    left => {
                        self.state = State::Extra { left, flags };
                        return STARVED;
                    }
                },
                State::Body => {
                    let (decoded, next) = self.inflate(input);
                    self.state = next;
                    if !decoded.is_empty() {
                        return Ok(Step::Decoded(decoded));
                    }
                    if let State::Body = next {
                        return STARVED;
                    }
                    next
                }
                State::Damaged => return Err(Cause::Damaged),
                State::Trailer => {
                    let Some([a, b, c, d, e, f, g, h]) = input.waiting().first_chunk::<TRAILER_BYTES>().copied() else {
                        return STARVED;
                    };
                    input.take(TRAILER_BYTES);
                    let (sum, length) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
                    if sum != self.sum.take() || length != std::mem::take(&mut self.length) {
                        return Err(Cause::Unequal);
                    }
                    self.has_member = true;
                    self.deflate.init();
                    State::Between
                }
            }
        }
    }

    /// Zeros behind a member fill up a block of a tape or disk.
    fn pass_padding(&self, input: &mut Input) {
        if self.has_member {
            let zeros = input.waiting().iter().take_while(|byte| **byte == 0).count();
            input.take(zeros);
        }
    }

    /// Decodes up to the end of the ring; says where the bytes lie and what comes next.
    fn inflate(&mut self, input: &mut Input) -> (Range<usize>, State) {
        let (status, read, written) =
            decompress(&mut self.deflate, input.waiting(), &mut self.ring, self.at, TINFL_FLAG_HAS_MORE_INPUT);
        input.take(read);
        let decoded = self.at..self.at + written;
        let bytes = self.ring.get(decoded.clone()).unwrap_or_default();
        self.sum.update(bytes);
        self.length = self.length.wrapping_add(written as u32);
        self.at = decoded.end % self.ring.len();
        let next = match status {
            TINFLStatus::Done => State::Trailer,
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => State::Body,
            _ => State::Damaged,
        };
        (decoded, next)
    }
}

/// The flags of a header.
fn flags(header: &[u8; HEADER_BYTES]) -> Result<u8, Cause> {
    match header {
        [first, second, ..] if [*first, *second] != MAGIC => Err(Cause::NoMore),
        [_, _, METHOD_DEFLATE, flags, ..] if flags & RESERVED == 0 => Ok(*flags),
        _ => Err(Cause::UnknownMethod),
    }
}

/// Takes the next part of a header that `flags` announce, as far as it has come. `None` if more of it has to come.
/// The sum of the header is not looked at: nothing in a header matters here but its length.
fn pass_part(flags: u8, input: &mut Input) -> Option<State> {
    if flags & EXTRA != 0 {
        let [low, high] = *input.waiting().first_chunk()?;
        input.take(2);
        return Some(State::Extra { left: usize::from(u16::from_le_bytes([low, high])), flags: flags & !EXTRA });
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let waiting = input.waiting();
            let end = waiting.iter().position(|byte| *byte == 0);
            let length = end.map_or(waiting.len(), |end| end + 1);
            input.take(length);
            return end.map(|_| State::Header(flags & !text));
        }
    }
    if flags & HEADER_SUM != 0 {
        input.waiting().first_chunk::<2>()?;
        input.take(2);
    }
    Some(State::Body)
}
