//! The plain bytes of one source. Compressed ones are undone with the decoder that browsers run, so that both give the
//! same bytes and refuse the same data in the same words. Those of a Parquet file are its rows as NDJSON. Holds no more
//! than the decoder does.

#[cfg(feature = "parquet")]
use super::parquet::ParquetRows;
use super::progress::Progress;
use super::{PIECE_BYTES, STANDARD_INPUT};
use crate::failure::Failure;
use crate::interrupt::Stoppable;
use execution_heatmap::ingest::{Columned, Expected, Reader};
use execution_heatmap_inflate::{Decoder, Form as Compression, Limits, MAGIC_BYTES};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// What a Parquet file begins with.
pub const PARQUET: &str = "PAR1";

/// Whether a source may be a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parquet {
    /// It is one if it begins as one.
    Recognise,
    /// It has to be one.
    Require,
    /// It is something else, whatever it begins with.
    Never,
}

/// What the bytes of a source are.
#[derive(Clone, Debug)]
pub enum Kind {
    /// As they lie there, decompressed.
    Bytes,
    /// Lines of the rows of columns, whose names said whose rows they are.
    Columns(Arc<Columned>),
}

impl Kind {
    /// What is known of the bytes where the user says `expected` of their source.
    pub fn expected(&self, expected: &Expected) -> Expected {
        match self {
            Kind::Bytes => expected.clone(),
            Kind::Columns(columned) => columned.expected(),
        }
    }

    /// What a source was taken for, if it has rows.
    pub fn taken_for(&self, reader: &Reader) -> Option<String> {
        let words = reader.recognised()?;
        Some(match self {
            Kind::Bytes => words.to_owned() + &reader.remark(),
            Kind::Columns(columned) => columned.taken_for().to_owned(),
        })
    }

    /// The name of the system whose rows a source has, if they are of one.
    pub fn system(&self, reader: &Reader) -> Option<&'static str> {
        match self {
            Kind::Bytes => reader.system(),
            Kind::Columns(columned) => columned.system(),
        }
    }
}

/// What is known of a source before it is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// What its rows are.
    pub expected: Expected,
    /// Whether it may be a Parquet file, whose rows have a form of their own.
    pub parquet: Parquet,
    /// The most bytes that it is decompressed to; of a Parquet file, those of its lines count.
    pub most_decompressed: u64,
}

/// A source of which plain bytes can be asked.
pub struct Plain<'a> {
    source: Source<'a>,
    /// True once the source gives nothing more; the decoder still may.
    source_has_ended: bool,
    has_ended: bool,
    broken: Option<String>,
    progress: &'a Progress,
}

enum Source<'a> {
    Bytes(Box<dyn Read + Send + 'a>),
    Compressed(Box<dyn Read + Send + 'a>, Box<Decoder>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows>),
}

impl<'a> Plain<'a> {
    /// A file, or standard input.
    ///
    /// # Errors
    /// It cannot be opened, its first bytes cannot be read, or it has to be a Parquet file that it is not.
    pub fn open(name: &str, opening: &Opening, progress: &'a Progress) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::on(name, error);
        let mut first = Vec::with_capacity(MAGIC_BYTES);
        if name == STANDARD_INPUT {
            let source = Stoppable::new(io::stdin(), progress.stop());
            source.take(MAGIC_BYTES as u64).read_to_end(&mut first).map_err(failed)?;
            return match opening.parquet {
                Parquet::Recognise | Parquet::Require if first == PARQUET.as_bytes() => {
                    Err(Failure::on(super::called(name), "Parquet is read from a file, not from a pipe"))
                }
                Parquet::Require => Err(no_parquet(name)),
                _ => Ok(Plain::behind(first, io::stdin(), opening.most_decompressed, progress)),
            };
        }
        let mut file = File::open(name).map_err(failed)?;
        let source = Stoppable::new(&mut file, progress.stop());
        source.take(MAGIC_BYTES as u64).read_to_end(&mut first).map_err(failed)?;
        match opening.parquet {
            Parquet::Recognise | Parquet::Require if first == PARQUET.as_bytes() => {
                file.rewind().map_err(failed)?;
                Plain::parquet(name, file, opening, progress)
            }
            Parquet::Require => Err(no_parquet(name)),
            _ => Ok(Plain::behind(first, file, opening.most_decompressed, progress)),
        }
    }

    /// Anything that can be read, as far as it can be decompressed.
    ///
    /// # Errors
    /// Its first bytes cannot be read.
    pub fn new(mut source: impl Read + Send + 'a, progress: &'a Progress) -> io::Result<Self> {
        let mut first = Vec::with_capacity(MAGIC_BYTES);
        (&mut source).take(MAGIC_BYTES as u64).read_to_end(&mut first)?;
        Ok(Plain::behind(first, source, u64::MAX, progress))
    }

    /// A source of which the first bytes were read.
    fn behind(first: Vec<u8>, source: impl Read + Send + 'a, output_bytes: u64, progress: &'a Progress) -> Self {
        let limits = Limits { output_bytes, ..Limits::default() };
        let form = Compression::of(&first);
        let whole = Box::new(Stoppable::new(io::Cursor::new(first).chain(source), progress.stop()));
        let source = match form {
            Some(form) => Source::Compressed(whole, Box::new(Decoder::new(form, limits))),
            None => Source::Bytes(whole),
        };
        Self { source, source_has_ended: false, has_ended: false, broken: None, progress }
    }

    #[cfg(feature = "parquet")]
    fn parquet(name: &str, file: File, opening: &Opening, progress: &'a Progress) -> Result<Self, Failure> {
        let rows = ParquetRows::open(file, &opening.expected).map_err(|words| Failure::on(name, words))?;
        let source = Source::Parquet(Box::new(rows.limited_to(opening.most_decompressed)));
        Ok(Self { source, source_has_ended: false, has_ended: false, broken: None, progress })
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(name: &str, _: File, _: &Opening, _: &'a Progress) -> Result<Self, Failure> {
        Err(Failure::on(name, "Parquet is not read by this build; it lacks the feature `parquet`"))
    }

    /// What the bytes are, as far as the kind of the source says it.
    pub fn kind(&self) -> Kind {
        match &self.source {
            #[cfg(feature = "parquet")]
            Source::Parquet(rows) => Kind::Columns(rows.columned().clone()),
            _ => Kind::Bytes,
        }
    }

    /// Appends bytes until there are `length` or some more, or the source has ended: then false.
    pub fn fill(&mut self, into: &mut Vec<u8>, length: usize) -> bool {
        while into.len() < length && !self.has_ended {
            if let Err(why) = self.append(into, length) {
                self.broken = Some(why);
                self.has_ended = true;
            }
        }
        !self.has_ended
    }

    /// True if reading is to end, which ends the source.
    pub fn is_stopped(&self) -> bool {
        self.progress.stop().is_asked()
    }

    /// Why the bytes ended before their time, if they did.
    pub fn broken(self) -> Option<String> {
        self.broken
    }

    /// Appends some bytes; the error says why there are no more.
    fn append(&mut self, into: &mut Vec<u8>, length: usize) -> Result<(), String> {
        match &mut self.source {
            Source::Bytes(source) => {
                let most = (length - into.len()).min(4 * PIECE_BYTES);
                let read = source.take(most as u64).read_to_end(into).map_err(|error| error.to_string())?;
                self.has_ended = read < most;
                self.progress.add_bytes(read);
            }
            Source::Compressed(_, decoder) => {
                if let Some(piece) = decoder.next() {
                    into.extend_from_slice(piece);
                } else if let Some(problem) = decoder.problem() {
                    // That the source failed is the reason for what the decoder misses.
                    return Err(self.broken.take().unwrap_or_else(|| problem.to_string()));
                } else if self.source_has_ended {
                    self.has_ended = true;
                } else {
                    self.feed();
                }
            }
            #[cfg(feature = "parquet")]
            Source::Parquet(_) if self.progress.stop().is_asked() => self.has_ended = true,
            #[cfg(feature = "parquet")]
            Source::Parquet(rows) => match rows.append(into)? {
                Some(bytes) => self.progress.add_bytes(bytes),
                None => self.has_ended = true,
            },
        }
        Ok(())
    }

    /// Gives the decoder more to decode.
    fn feed(&mut self) {
        let Source::Compressed(source, decoder) = &mut self.source else { return };
        match source.read(decoder.buffer(PIECE_BYTES)) {
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

fn no_parquet(name: &str) -> Failure {
    Failure::on(super::called(name), "it is no Parquet file")
}
