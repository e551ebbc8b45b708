//! The pages of a Parquet file, in which the values of its columns lie compressed, as far as they may be decompressed. A
//! page says before its bytes for how many these stand; that is looked at before the `parquet` crate takes the memory for
//! them.

use super::thrift::{FALSE, I32, STRUCT, TRUE, Thrift};
use bytes::Bytes;
use execution_heatmap_inflate::{Cause, Form, Problem};
use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most bytes that all columns may hold decompressed at a time: the dictionary of each and the pages that its next
/// rows lie in. Writers make pages of 1 MiB, and larger ones of long texts.
const MOST_HELD_BYTES: u64 = 256 << 20;
/// The most values of a dictionary, each of which takes memory however short it is.
const MOST_WORDS: u64 = 1 << 21;
/// The most values of a page of lists: a few bytes may say that all of them are of one row.
const MOST_LISTED: u64 = 1 << 21;
/// What the crate holds of each value of a dictionary beside its bytes, and of each value of a list, with both of its levels.
const WORD_BYTES: u64 = 32;
const LISTED_BYTES: u64 = WORD_BYTES + 4;
/// How many bytes one of gzip stands for at most.
const MOST_OF_GZIP: u64 = 1032;

/// What kinds of page are numbered by.
const DATA: i32 = 0;
const INDEX: i32 = 1;
const DICTIONARY: i32 = 2;
const DATA_V2: i32 = 3;

/// What all columns of a file count together.
#[derive(Debug)]
pub(super) struct Limits {
    most_decompressed: u64,
    decompressed: AtomicU64,
    held: AtomicU64,
}

impl Limits {
    /// Lets so many bytes be decompressed in all.
    pub(super) const fn new(most_decompressed: u64) -> Self {
        Self { most_decompressed, decompressed: AtomicU64::new(0), held: AtomicU64::new(0) }
    }

    /// That the pages so far or lines of so many bytes are more than may be decompressed, in the words in which compressed
    /// files say so.
    pub(super) fn why_too_much(&self, line_bytes: u64) -> Option<String> {
        let limit = self.most_decompressed;
        let is_too_much = line_bytes.max(self.decompressed.load(Ordering::Relaxed)) > limit;
        // The words name no form.
        is_too_much.then(|| Problem { form: Form::Zstd, at: 0, cause: Cause::TooMuch { limit } }.to_string())
    }
}

/// What a column of a row group has decompressed.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Arc<Limits>,
    has_lists: bool,
    dictionary_bytes: AtomicU64,
    /// Bytes of the pages of which values may still be held, and of the last of them.
    page_bytes: AtomicU64,
    last_page_bytes: AtomicU64,
    /// What the values of lists take beside, of these pages and of the last of them.
    listed_bytes: AtomicU64,
    last_listed_bytes: AtomicU64,
    /// How many values its pages say to have, those that are not there included.
    values: AtomicU64,
}

impl Meter {
    pub(super) fn new(limits: &Arc<Limits>, has_lists: bool) -> Self {
        let [dictionary_bytes, page_bytes, last_page_bytes, values] = [const { AtomicU64::new(0) }; 4];
        let [listed_bytes, last_listed_bytes] = [const { AtomicU64::new(0) }; 2];
        let limits = Arc::clone(limits);
        Self {
            limits,
            has_lists,
            dictionary_bytes,
            page_bytes,
            last_page_bytes,
            listed_bytes,
            last_listed_bytes,
            values,
        }
    }

    /// No value is held any more that was read so far.
    pub(super) fn let_go(&self) {
        for (all, last) in [(&self.page_bytes, &self.last_page_bytes), (&self.listed_bytes, &self.last_listed_bytes)] {
            let last = last.load(Ordering::Relaxed);
            let before = all.swap(last, Ordering::Relaxed);
            self.limits.held.fetch_sub(before - last, Ordering::Relaxed);
        }
    }

    pub(super) fn values(&self) -> u64 {
        self.values.load(Ordering::Relaxed)
    }

    pub(super) fn page_bytes(&self) -> u64 {
        self.page_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn last_page_bytes(&self) -> u64 {
        self.last_page_bytes.load(Ordering::Relaxed)
    }

    /// A page is about to be decompressed.
    fn take(&self, page: &Header) -> Result<()> {
        let bytes = page.bytes.max(page.compressed_bytes);
        self.limits.decompressed.fetch_add(bytes, Ordering::Relaxed);
        if let Some(words) = self.limits.why_too_much(0) {
            return Err(ParquetError::General(words));
        }
        let is_dictionary = page.kind == DICTIONARY;
        let held = if is_dictionary {
            let held = bytes.saturating_add(page.values.saturating_mul(WORD_BYTES));
            self.dictionary_bytes.fetch_add(held, Ordering::Relaxed);
            held
        } else {
            let listed = if self.has_lists { page.values.saturating_mul(LISTED_BYTES) } else { 0 };
            self.page_bytes.fetch_add(bytes, Ordering::Relaxed);
            self.last_page_bytes.store(bytes, Ordering::Relaxed);
            self.listed_bytes.fetch_add(listed, Ordering::Relaxed);
            self.last_listed_bytes.store(listed, Ordering::Relaxed);
            self.values.fetch_add(page.values, Ordering::Relaxed);
            bytes.saturating_add(listed)
        };
        self.count_as_held(held)?;
        match is_dictionary {
            true if page.values > MOST_WORDS => Err(more_than("a dictionary has", MOST_WORDS, "values")),
            false if self.has_lists && page.values > MOST_LISTED => {
                Err(more_than("a page of lists has", MOST_LISTED, "values"))
            }
            _ => Ok(()),
        }
    }

    /// The values of a page of lists will take so many bytes that do not lie in it.
    pub(super) fn hold(&self, bytes: u64) -> Result<()> {
        self.listed_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.last_listed_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.count_as_held(bytes)
    }

    fn count_as_held(&self, bytes: u64) -> Result<()> {
        let before = self.limits.held.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > MOST_HELD_BYTES {
            return Err(more_than("the pages that its next rows lie in take", MOST_HELD_BYTES >> 20, "MiB"));
        }
        Ok(())
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let held = *self.dictionary_bytes.get_mut() + *self.page_bytes.get_mut() + *self.listed_bytes.get_mut();
        self.limits.held.fetch_sub(held, Ordering::Relaxed);
    }
}

fn more_than(what: &str, most: u64, unit: &str) -> ParquetError {
    ParquetError::General(format!("{what} more than {most} {unit}"))
}

/// The bytes of a file as the crate asks for those of one column. It asks for what lies behind an offset to read a page's
/// header, and then for the bytes of the page.
pub(super) struct Pages<R> {
    file: Arc<R>,
    meter: Arc<Meter>,
    compression: Compression,
    /// The page whose header was read last and whose bytes were not, and where those begin.
    next: Mutex<Option<(u64, Header)>>,
}

impl<R: ChunkReader> Pages<R> {
    pub(super) fn of(file: &Arc<R>, column: &ColumnChunkMetaData, meter: &Arc<Meter>) -> Self {
        let (file, meter) = (Arc::clone(file), Arc::clone(meter));
        Self { file, meter, compression: column.compression(), next: Mutex::default() }
    }

    fn next(&self) -> MutexGuard<'_, Option<(u64, Header)>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: ChunkReader> Length for Pages<R> {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl<R: ChunkReader> ChunkReader for Pages<R> {
    type T = R::T;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut next = self.next();
        // A header that was looked at before its page was wanted is not read again.
        if next.as_ref().is_none_or(|(begin, _)| *begin != start) {
            let mut thrift = Thrift::new(self.file.get_read(start)?);
            let header =
                Header::read(&mut thrift).ok_or_else(|| ParquetError::General("a page is damaged".to_owned()))?;
            self.meter.take(&header)?;
            // The bytes of an index are passed.
            let is_read = header.kind != INDEX;
            *next = is_read.then(|| (start.saturating_add(thrift.at()), header));
        }
        self.file.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let page = self.next().take();
        let bytes = self.file.get_bytes(start, length)?;
        if let Some((_, page)) = page {
            page.check(&bytes, self.compression)?;
        }
        Ok(bytes)
    }
}

/// What is said of a page before its bytes.
#[derive(Debug, Default)]
struct Header {
    kind: i32,
    bytes: u64,
    compressed_bytes: u64,
    values: u64,
    /// Bytes at its beginning that are not compressed.
    plain_bytes: u64,
    is_plain: bool,
}

/// By the number of the field in which a page says what only pages of its kind do: that kind.
const KINDS: [(i16, i32); 4] = [(5, DATA), (6, INDEX), (7, DICTIONARY), (8, DATA_V2)];

impl Header {
    /// Takes a header only as every writer writes it, each field once and in order, and what is said of one kind of page only
    /// of such a page: of what is said twice or of another kind the crate would take something else than is looked at here.
    fn read(thrift: &mut Thrift<impl Read>) -> Option<Self> {
        let (mut header, mut last) = (Header::default(), 0);
        while let Some((number, kind)) = thrift.field(last)? {
            match (number, kind) {
                _ if number <= last => return None,
                (1, I32) => header.kind = thrift.i32()?,
                (2, I32) => header.bytes = size(thrift)?,
                (3, I32) => header.compressed_bytes = size(thrift)?,
                (4, I32) => _ = thrift.number()?,
                (5..=8, STRUCT) if KINDS.contains(&(number, header.kind)) => header.read_more(thrift)?,
                (..=8, _) => return None,
                (_, kind) => thrift.pass(kind)?,
            }
            last = number;
        }
        Some(header)
    }

    /// What only pages of its kind say.
    fn read_more(&mut self, thrift: &mut Thrift<impl Read>) -> Option<()> {
        // So many numbers there are.
        let numbers = match self.kind {
            DATA => 4,
            DICTIONARY => 2,
            DATA_V2 => 6,
            _ => 0,
        };
        let is_second = self.kind == DATA_V2;
        let mut last = 0;
        while let Some((number, kind)) = thrift.field(last)? {
            match (number, kind) {
                _ if number <= last => return None,
                (1, I32) if numbers > 0 => self.values = size(thrift)?,
                (5 | 6, I32) if is_second => self.plain_bytes += size(thrift)?,
                (_, I32) if number <= numbers => _ = thrift.number()?,
                _ if number <= numbers => return None,
                (7, FALSE) if is_second => self.is_plain = true,
                (7, TRUE) if is_second => self.is_plain = false,
                (7, _) if is_second => return None,
                (_, kind) => thrift.pass(kind)?,
            }
            last = number;
        }
        Some(())
    }

    /// Checks that the bytes of a page stand for no more than it says where the crate would find that out only once it has
    /// decompressed all of them.
    fn check(&self, bytes: &[u8], compression: Compression) -> Result<()> {
        let compressed = usize::try_from(self.plain_bytes).ok().and_then(|from| bytes.get(from..));
        let compressed = compressed.ok_or_else(|| ParquetError::General("a page is damaged".to_owned()))?;
        let is_larger = |source: &mut dyn Read| {
            // What cannot be decompressed is for the crate to say.
            let length = io::copy(&mut source.take(self.bytes + 1), &mut io::sink());
            length.is_ok_and(|length| length > self.bytes)
        };
        let is_larger = !self.is_plain
            && match compression {
                // Small pages are small however much they stand for.
                Compression::GZIP(_) if compressed.len() as u64 > MOST_HELD_BYTES / MOST_OF_GZIP => {
                    is_larger(&mut MultiGzDecoder::new(compressed))
                }
                Compression::BROTLI(_) => is_larger(&mut brotli::Decompressor::new(compressed, 1 << 12)),
                // Where there is no size before the bytes, they may be a frame that says none.
                Compression::LZ4 => is_larger(&mut lz4_flex::frame::FrameDecoder::new(compressed)),
                _ => false,
            };
        if is_larger { Err(ParquetError::General("a page is larger than it says".to_owned())) } else { Ok(()) }
    }
}

/// A number of things, which is never negative.
fn size(thrift: &mut Thrift<impl Read>) -> Option<u64> {
    u64::try_from(thrift.i32()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_columns_hold_is_counted_together() {
        let limits = Arc::new(Limits::new(u64::MAX));
        let page = |kind, mib: u64, values| Header { kind, bytes: mib << 20, values, ..Header::default() };
        let (one, other) = (Meter::new(&limits, false), Meter::new(&limits, false));
        one.take(&page(DICTIONARY, 100, 5)).unwrap();
        one.take(&page(0, 100, 5)).unwrap();
        assert!(other.take(&page(0, 57, 5)).is_err(), "one MiB too much");
        drop(other);
        let other = Meter::new(&limits, false);
        one.take(&page(0, 50, 5)).unwrap();
        assert!(other.take(&page(0, 50, 5)).is_err());
        drop(other);
        // Of the pages before the last nothing is held any more, of the dictionary all.
        one.let_go();
        assert_eq!(one.page_bytes(), 50 << 20);
        Meter::new(&limits, false).take(&page(0, 105, 5)).unwrap();
        assert_eq!(limits.held.load(Ordering::Relaxed), (150 << 20) + 5 * WORD_BYTES);
        assert_eq!(one.values(), 10);
    }

    #[test]
    fn values_that_take_no_bytes_are_limited() {
        let limits = Arc::new(Limits::new(u64::MAX));
        let check = |has_lists, kind, values, expected| {
            let page = Header { kind, values, ..Header::default() };
            assert_eq!(Meter::new(&limits, has_lists).take(&page).is_ok(), expected, "{kind} {values}");
        };
        check(false, 0, u64::from(u32::MAX), true);
        check(true, 0, MOST_LISTED, true);
        check(true, 0, MOST_LISTED + 1, false);
        check(false, DICTIONARY, MOST_WORDS, true);
        check(false, DICTIONARY, MOST_WORDS + 1, false);
    }

    #[test]
    fn pages_that_say_less_than_they_hold_are_refused() {
        let check = |length: usize, bytes: &[u8], compression: Compression| {
            let page = |bytes| Header { bytes, ..Header::default() };
            assert!(page(length as u64).check(bytes, compression).is_ok(), "{compression}");
            assert!(page(length as u64 - 1).check(bytes, compression).is_err(), "{compression}");
            assert!(Header { is_plain: true, ..page(1) }.check(bytes, compression).is_ok(), "{compression}");
            let all_plain = Header { plain_bytes: bytes.len() as u64 + 1, ..page(length as u64) };
            assert!(all_plain.check(bytes, compression).is_err(), "{compression}");
        };
        let mut seed = 7_u64;
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        });
        let noise: Vec<u8> = noise.take(300_000).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&noise).unwrap();
        check(noise.len(), &gzip.finish().unwrap(), Compression::GZIP(Default::default()));
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 1, 22);
        brotli.write_all(&vec![0; 1 << 20]).unwrap();
        check(1 << 20, &brotli.into_inner(), Compression::BROTLI(Default::default()));
    }

    #[test]
    fn headers_are_read_as_the_crate_reads_them() {
        // A page of data of the second version: 7 values, 3 and 2 plain bytes, not compressed.
        let bytes = b"\x15\x06\x15\x14\x15\x0c\x5c\x15\x0e\x15\x00\x15\x0e\x15\x00\x15\x06\x15\x04\x12\x00\x00";
        let header = Header::read(&mut Thrift::new(&bytes[..])).unwrap();
        assert_eq!((header.kind, header.bytes, header.compressed_bytes, header.values), (3, 10, 6, 7));
        assert_eq!((header.plain_bytes, header.is_plain), (5, true));
        for length in 0..bytes.len() {
            assert!(Header::read(&mut Thrift::new(&bytes[..length])).is_none(), "{length}");
        }
        // A text where the crate takes a number: it would see another size in what it says.
        assert!(Header::read(&mut Thrift::new(&b"\x18\x02\x15\x14\x00"[..])).is_none());
        assert!(Header::read(&mut Thrift::new(&b"\x15\x06\x15\x01\x00"[..])).is_none(), "a size below nothing");
        let second = |more: &[u8]| {
            let bytes = [&bytes[..6], b"\x5c\x15\x0e\x15\x00\x15\x0e\x15\x00\x15\x06\x15\x04", more].concat();
            Header::read(&mut Thrift::new(&bytes[..])).map(|header| header.is_plain)
        };
        assert_eq!((second(b"\x12\x00\x00"), second(b"\x11\x00\x00")), (Some(true), Some(false)));
        assert_eq!(second(b"\x12\x01\x0e\x00\x00"), None, "the same field twice");
        assert_eq!(second(b"\x05\x08\x04\x00\x00"), None, "an earlier field behind a later one");
    }
}
