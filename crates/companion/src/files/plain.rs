//! The plain bytes of one source. Compressed ones are undone with the decoder that browsers run, so that both give the
//! same bytes and refuse the same data in the same words. Holds no more than the decoder does.

use super::progress::Progress;
use super::{PIECE_BYTES, STANDARD_INPUT};
use crate::failure::Failure;
use execution_heatmap_inflate::{Decoder, Form, Limits, MAGIC_BYTES};
use std::fs::File;
use std::io::{self, Read};

/// The most bytes that a compressed file is decompressed to.
const MOST_OUTPUT_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// A source of which plain bytes can be asked.
pub struct Plain<'a> {
    source: Box<dyn Read + Send + 'a>,
    decoder: Option<Decoder>,
    /// True once the source gives nothing more; the decoder still may.
    source_has_ended: bool,
    has_ended: bool,
    broken: Option<String>,
    progress: &'a Progress,
}

impl<'a> Plain<'a> {
    /// A file, or standard input.
    ///
    /// # Errors
    /// It cannot be opened, or its first bytes cannot be read.
    pub fn open(name: &str, progress: &'a Progress) -> Result<Self, Failure> {
        let opened = if name == STANDARD_INPUT {
            Plain::new(io::stdin(), progress)
        } else {
            File::open(name).and_then(|file| Plain::new(file, progress))
        };
        opened.map_err(|error| Failure::on(name, error))
    }

    /// Anything that can be read.
    ///
    /// # Errors
    /// Its first bytes cannot be read.
    pub fn new(mut source: impl Read + Send + 'a, progress: &'a Progress) -> io::Result<Self> {
        let mut first = Vec::with_capacity(MAGIC_BYTES);
        (&mut source).take(MAGIC_BYTES as u64).read_to_end(&mut first)?;
        let limits = Limits { output_bytes: MOST_OUTPUT_BYTES, ..Limits::default() };
        let decoder = Form::of(&first).map(|form| Decoder::new(form, limits));
        let source = Box::new(io::Cursor::new(first).chain(source));
        Ok(Self { source, decoder, source_has_ended: false, has_ended: false, broken: None, progress })
    }

    /// Appends bytes until there are `length` or a few more, or the source has ended: then false.
    pub fn fill(&mut self, into: &mut Vec<u8>, length: usize) -> bool {
        while into.len() < length && !self.has_ended {
            if self.decoder.is_some() {
                self.decode(into);
            } else {
                self.copy(into, length);
            }
        }
        !self.has_ended
    }

    /// Why the bytes ended before their time, if they did.
    pub fn broken(self) -> Option<String> {
        self.broken
    }

    fn copy(&mut self, into: &mut Vec<u8>, length: usize) {
        let most = (length - into.len()).min(4 * PIECE_BYTES);
        match (&mut self.source).take(most as u64).read_to_end(into) {
            Ok(read) => {
                self.has_ended = read < most;
                self.progress.add_bytes(read);
            }
            Err(error) => {
                self.broken = Some(error.to_string());
                self.has_ended = true;
            }
        }
    }

    /// Appends what the decoder has, or gives it more to decode.
    fn decode(&mut self, into: &mut Vec<u8>) {
        let Some(decoder) = &mut self.decoder else { return };
        if let Some(piece) = decoder.next() {
            return into.extend_from_slice(piece);
        }
        if self.source_has_ended || decoder.problem().is_some() {
            let problem = decoder.problem().map(ToString::to_string);
            self.broken = self.broken.take().or(problem);
            self.has_ended = true;
            return;
        }
        match self.source.read(decoder.buffer(PIECE_BYTES)) {
            Ok(0) => self.source_has_ended = true,
            Ok(read) => {
                decoder.filled(read);
                self.progress.add_bytes(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                self.broken = Some(error.to_string());
                self.source_has_ended = true;
            }
        }
        if self.source_has_ended {
            decoder.finish();
        }
    }
}
