//! Frames of zstd, one after the other, skippable ones between them (RFC 8878). Blocks are ruzstd's to decode; this
//! cuts them out, so that a block is decoded only once all of it has come, and looks at what a frame demands before any
//! memory is given to it.

use crate::input::Input;
use crate::problem::Cause;
use crate::{PIECE_BYTES, Step};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::io::Read;

pub(crate) const MAGIC: u32 = 0xfd2f_b528;
const MAGIC_BYTES: usize = 4;
/// Magic and length.
const SKIPPABLE_BYTES: usize = 8;
const BLOCK_HEADER_BYTES: usize = 3;
const CHECK_SUM_BYTES: usize = 4;
const MOST_BLOCK_BYTES: usize = 128 * 1024;
/// A last block without content, and room for a check sum behind it.
const END_OF_FRAME: [u8; BLOCK_HEADER_BYTES + CHECK_SUM_BYTES] = [1, 0, 0, 0, 0, 0, 0];

pub(crate) fn is_skippable(magic: u32) -> bool {
    magic & 0xffff_fff0 == 0x184d_2a50
}

pub(crate) struct Zstd {
    frames: FrameDecoder,
    state: State,
    window_limit: u64,
    /// True once a frame is whole.
    has_frame: bool,
    output: Box<[u8]>,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a frame, or behind the last.
    Between,
    /// Within a skippable frame: bytes to come.
    Skipping(usize),
    Frame(Frame),
    /// The frame cannot be decoded to its end; what it held is still given, then the cause (`None`: it is cut off).
    Broken(Option<Cause>),
}

/// What is to be known of the frame that is being decoded.
#[derive(Clone, Copy)]
struct Frame {
    has_check_sum: bool,
    /// Decoded bytes that it says it has.
    content_bytes: Option<u64>,
    /// Decoded bytes given.
    given: u64,
    is_finished: bool,
}

impl Zstd {
    pub(crate) fn new(window_limit: u64) -> Self {
        let mut frames = FrameDecoder::new();
        frames.set_max_window_size(window_limit);
        Self { frames, state: State::Between, window_limit, has_frame: false, output: vec![0; PIECE_BYTES].into() }
    }

    pub(crate) fn output(&self) -> &[u8] {
        &self.output
    }

    /// `has_ended` is true if nothing will follow what waits in `input`.
    pub(crate) fn step(&mut self, input: &mut Input, has_ended: bool) -> Result<Step, Cause> {
        loop {
            self.state = match self.state {
                State::Between => match self.begin(input)? {
                    Some(state) => state,
                    None => return Ok(Step::Starved { is_whole: self.has_frame && input.waiting().is_empty() }),
                },
                State::Skipping(left) => match left - input.take(left) {
                    0 => {
                        self.has_frame = true;
                        State::Between
                    }
                    left => {
                        self.state = State::Skipping(left);
                        return Ok(Step::Starved { is_whole: false });
                    }
                },
                State::Frame(mut frame) => {
                    let length = self.frames.read(&mut self.output).map_err(|_| Cause::Damaged)?;
                    frame.given += length as u64;
                    self.state = State::Frame(frame);
                    if length > 0 {
                        return Ok(Step::Decoded(0..length));
                    }
                    if frame.is_finished {
                        self.end(&frame)?;
                        State::Between
                    } else {
                        match self.decode_block(&mut frame, input) {
                            Ok(true) => State::Frame(frame),
                            Ok(false) if has_ended => self.give_up(None),
                            Ok(false) => return Ok(Step::Starved { is_whole: false }),
                            Err(cause) => self.give_up(Some(cause)),
                        }
                    }
                }
                State::Broken(cause) => {
                    let length = self.frames.read(&mut self.output).map_err(|_| Cause::Damaged)?;
                    return match (length, cause) {
                        (0, Some(cause)) => Err(cause),
                        (0, None) => Ok(Step::Starved { is_whole: false }),
                        _ => Ok(Step::Decoded(0..length)),
                    };
                }
            }
        }
    }

    /// Takes the header of a frame; `None` if more of it has to come.
    fn begin(&mut self, input: &mut Input) -> Result<Option<State>, Cause> {
        let waiting = input.waiting();
        let Some(magic) = waiting.first_chunk::<MAGIC_BYTES>().map(|bytes| u32::from_le_bytes(*bytes)) else {
            return Ok(None);
        };
        if is_skippable(magic) {
            let Some([_, _, _, _, length @ ..]) = waiting.first_chunk::<SKIPPABLE_BYTES>() else { return Ok(None) };
            let length = u32::from_le_bytes(*length) as usize;
            input.take(SKIPPABLE_BYTES);
            return Ok(Some(State::Skipping(length)));
        }
        if magic != MAGIC {
            return Err(Cause::NoMore);
        }
        let Some(header) = Header::read(waiting)? else { return Ok(None) };
        if header.window_bytes > self.window_limit {
            return Err(Cause::Window { wanted: header.window_bytes, limit: self.window_limit });
        }
        let mut bytes = waiting.get(..header.length).unwrap_or_default();
        self.frames.reset(&mut bytes).map_err(|_| Cause::Damaged)?;
        input.take(header.length);
        Ok(Some(State::Frame(header.frame)))
    }

    /// Decodes the next block; false if more of it has to come.
    fn decode_block(&mut self, frame: &mut Frame, input: &mut Input) -> Result<bool, Cause> {
        let waiting = input.waiting();
        let Some([low, middle, high]) = waiting.first_chunk::<BLOCK_HEADER_BYTES>() else { return Ok(false) };
        let header = u32::from_le_bytes([*low, *middle, *high, 0]);
        let (is_last, kind, size) = (header & 1 == 1, header >> 1 & 3, (header >> 3) as usize);
        if size > MOST_BLOCK_BYTES {
            return Err(Cause::Damaged);
        }
        const RUN_OF_ONE_BYTE: u32 = 1;
        let content = if kind == RUN_OF_ONE_BYTE { 1 } else { size };
        let sum = if is_last && frame.has_check_sum { CHECK_SUM_BYTES } else { 0 };
        let Some(mut block) = waiting.get(..BLOCK_HEADER_BYTES + content + sum) else { return Ok(false) };
        let length = block.len();
        frame.is_finished =
            self.frames.decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1)).map_err(|_| Cause::Damaged)?;
        input.take(length);
        Ok(true)
    }

    /// A frame has been given whole.
    fn end(&mut self, frame: &Frame) -> Result<(), Cause> {
        let is_equal =
            !frame.has_check_sum || self.frames.get_checksum_from_data() == self.frames.get_calculated_checksum();
        if !is_equal || frame.content_bytes.is_some_and(|bytes| bytes != frame.given) {
            return Err(Cause::Unequal);
        }
        self.has_frame = true;
        Ok(())
    }

    /// Makes what the decoder holds back as its window be given: it does so at the end of a frame, so it gets one.
    fn give_up(&mut self, cause: Option<Cause>) -> State {
        // That this fails as well changes nothing: there is nothing to give then.
        let _ = self.frames.decode_blocks(&mut &END_OF_FRAME[..], BlockDecodingStrategy::UptoBlocks(1));
        State::Broken(cause)
    }
}

/// The header of a frame.
struct Header {
    length: usize,
    window_bytes: u64,
    frame: Frame,
}

impl Header {
    /// Reads it from bytes that begin with the magic number; `None` if more of it has to come.
    fn read(bytes: &[u8]) -> Result<Option<Header>, Cause> {
        const SINGLE_SEGMENT: u8 = 1 << 5;
        const RESERVED: u8 = 1 << 3;
        const CHECK_SUM: u8 = 1 << 2;
        let Some(descriptor) = bytes.get(MAGIC_BYTES) else { return Ok(None) };
        if descriptor & RESERVED != 0 {
            return Err(Cause::UnknownMethod);
        }
        let is_single = descriptor & SINGLE_SEGMENT != 0;
        let window = usize::from(!is_single);
        let dictionary = match descriptor & 3 {
            3 => 4,
            length => usize::from(length),
        };
        let size = match descriptor >> 6 {
            0 => usize::from(is_single),
            power => 1 << power,
        };
        let window_at = MAGIC_BYTES + 1;
        let (dictionary_at, size_at) = (window_at + window, window_at + window + dictionary);
        let length = size_at + size;
        let Some(header) = bytes.get(..length) else { return Ok(None) };
        let part = |from: usize, to: usize| {
            let bytes = header.get(from..to).unwrap_or_default();
            bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        if part(dictionary_at, size_at) != 0 {
            return Err(Cause::Dictionary);
        }
        // Two bytes begin to count where one ends.
        let content_bytes = (size > 0).then(|| part(size_at, length) + if size == 2 { 256 } else { 0 });
        let window_bytes = match content_bytes {
            Some(bytes) if is_single => bytes,
            _ => {
                let descriptor = part(window_at, dictionary_at);
                let base = 1u64 << (10 + (descriptor >> 3));
                base + base / 8 * (descriptor & 7)
            }
        };
        let has_check_sum = descriptor & CHECK_SUM != 0;
        let frame = Frame { has_check_sum, content_bytes, given: 0, is_finished: false };
        Ok(Some(Header { length, window_bytes, frame }))
    }
}
