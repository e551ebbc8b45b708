//! Undoes gzip and zstd as bytes come: compressed bytes of any chunk size are pushed in, decoded ones are taken in
//! pieces of at most [`PIECE_BYTES`]. Any number of gzip members and zstd frames follow one another; check sums and
//! lengths are held against what was decoded. Never opens a file, never holds more than a window, a block and the last
//! chunk, never decodes what was decoded already, and never fails otherwise than by a [`Problem`], behind which all that
//! came before the fault has been given.
//!
//! ```
//! use execution_heatmap_inflate::{Decoder, Form, Limits};
//! let empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
//! let mut decoder = Decoder::new(Form::of(&empty).unwrap(), Limits::default());
//! decoder.extend(&empty[..18]);
//! decoder.finish();
//! assert_eq!(decoder.next(), None);
//! assert_eq!(decoder.problem().unwrap().to_string(), "the gzip data is cut off at byte 18");
//! ```

mod checksum;
mod gzip;
mod input;
mod problem;
mod zstd;

pub use problem::{Cause, Problem};

use gzip::Gzip;
use input::Input;
use std::ops::Range;
use zstd::Zstd;

/// The most decoded bytes of a piece.
pub const PIECE_BYTES: usize = 64 * 1024;

/// How many first bytes [`Form::of`] looks at.
pub const MAGIC_BYTES: usize = 4;

/// How data can be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Form {
    /// The form of data that begins with these bytes, at least [`MAGIC_BYTES`] of them where there are so many; `None`
    /// for what is not compressed.
    pub fn of(first: &[u8]) -> Option<Form> {
        if first.starts_with(&gzip::MAGIC) {
            return Some(Form::Gzip);
        }
        let magic = u32::from_le_bytes(first.get(..MAGIC_BYTES)?.try_into().ok()?);
        (magic == zstd::MAGIC || zstd::is_skippable(magic)).then_some(Form::Zstd)
    }

    /// Its name in words.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Gzip => "gzip",
            Form::Zstd => "zstd",
        }
    }
}

/// What decoding may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that are given; decoding ends there with [`Cause::TooMuch`]. A few kilobytes can stand for
    /// gigabytes, and honest logs are compressed nearly as well, so the ratio is no limit.
    pub output_bytes: u64,
    /// The largest window of zstd, which is memory that the data demands. Eight mebibytes is what RFC 9659 allows on
    /// the web and what `zstd -19` still keeps to.
    pub window_bytes: u64,
}

impl Limits {
    /// The largest window of zstd where nothing else is said.
    pub const DEFAULT_WINDOW_BYTES: u64 = 8 * 1024 * 1024;
}

impl Default for Limits {
    /// Four gibibytes and a window of eight mebibytes.
    fn default() -> Self {
        Self { output_bytes: 4 * 1024 * 1024 * 1024, window_bytes: Self::DEFAULT_WINDOW_BYTES }
    }
}

/// A decoder that is pushed: give it bytes, then take pieces until it has none.
pub struct Decoder {
    input: Input,
    codec: Codec,
    /// Bytes that may still be given.
    left: u64,
    limits: Limits,
    has_ended: bool,
    /// True once a piece was cut short by the limit: there is more, even if no further piece comes.
    is_cut: bool,
    problem: Option<Problem>,
}

/// The state of a form; boxed, as both are large.
enum Codec {
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
}

/// What a codec found in the bytes that wait.
enum Step {
    /// Decoded bytes, where they lie in its output.
    Decoded(Range<usize>),
    /// It needs more bytes. Nothing is missing if the data ends here and `is_whole`.
    Starved { is_whole: bool },
}

impl Decoder {
    /// A decoder of one source.
    pub fn new(form: Form, limits: Limits) -> Self {
        let codec = match form {
            Form::Gzip => Codec::Gzip(Box::default()),
            Form::Zstd => Codec::Zstd(Box::new(Zstd::new(limits.window_bytes))),
        };
        let left = limits.output_bytes;
        Self { input: Input::default(), codec, left, limits, has_ended: false, is_cut: false, problem: None }
    }

    /// Takes compressed bytes; then ask [`Decoder::next`] until it has nothing more.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.input.offer(bytes.len()).copy_from_slice(bytes);
        self.input.accept(bytes.len());
    }

    /// A place for `length` compressed bytes that the caller fills; then [`Decoder::filled`].
    pub fn buffer(&mut self, length: usize) -> &mut [u8] {
        self.input.offer(length)
    }

    /// Takes the first `length` bytes of the last [`Decoder::buffer`].
    pub fn filled(&mut self, length: usize) {
        self.input.accept(length);
    }

    /// No bytes will follow. Then ask [`Decoder::next`] until it has nothing more.
    pub fn finish(&mut self) {
        self.has_ended = true;
    }

    /// The next decoded bytes, at least one and at most [`PIECE_BYTES`]; `None` until more come, and for good once
    /// there is a [`Decoder::problem`].
    #[expect(clippy::should_implement_trait, reason = "pieces borrow from the decoder, which an Iterator cannot say")]
    pub fn next(&mut self) -> Option<&[u8]> {
        if self.problem.is_some() {
            return None;
        }
        if self.is_cut {
            self.fail(Cause::TooMuch { limit: self.limits.output_bytes });
            return None;
        }
        let step = match &mut self.codec {
            Codec::Gzip(gzip) => gzip.step(&mut self.input),
            Codec::Zstd(zstd) => zstd.step(&mut self.input, self.has_ended),
        };
        match step {
            Ok(Step::Decoded(range)) => {
                if self.left == 0 {
                    self.fail(Cause::TooMuch { limit: self.limits.output_bytes });
                    return None;
                }
                let length = range.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.left -= length as u64;
                self.is_cut = length < range.len();
                let output = match &self.codec {
                    Codec::Gzip(gzip) => gzip.output(),
                    Codec::Zstd(zstd) => zstd.output(),
                };
                output.get(range.start..range.start + length)
            }
            Ok(Step::Starved { is_whole }) => {
                if self.has_ended && !is_whole {
                    self.fail(Cause::CutOff);
                }
                None
            }
            Err(cause) => {
                self.fail(cause);
                None
            }
        }
    }

    /// What is wrong with the data, once that is known and all before it has been taken.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    fn fail(&mut self, cause: Cause) {
        let form = match self.codec {
            Codec::Gzip(_) => Form::Gzip,
            Codec::Zstd(_) => Form::Zstd,
        };
        let at = match cause {
            Cause::CutOff => self.input.arrived(),
            _ => self.input.taken(),
        };
        self.problem = Some(Problem { form, at, cause });
    }
}
