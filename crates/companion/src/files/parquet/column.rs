//! One column of a Parquet file, some rows at a time, each value as JSON.

use super::meaning::Meaning;
use super::pages::Meter;
use execution_heatmap::execution::MOST_DURATION_MS;
use execution_heatmap::ingest::{MOST_LINE_BYTES, TOO_FAR, instant, length_ms, to_ms};
use execution_heatmap::number;
use execution_heatmap::time::ParsedTime;
use parquet::basic::Type;
use parquet::column::page::PageReader;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{AsBytes, ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;
use std::fmt::Display;
use std::io::Write;
use std::sync::Arc;

const MS_OF_DAY: i64 = 86_400_000;
/// Below this a whole number says a float exactly.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;
/// Where a column holds so much, its next rows are read later.
const ENOUGH_BYTES: usize = 4 << 20;
/// The same of values in lists.
const ENOUGH_LISTED: usize = 1 << 16;

/// How a column is read.
#[derive(Clone)]
pub(super) struct Plan {
    /// Its place in the file.
    pub(super) place: usize,
    /// Its name in the file.
    pub(super) name: String,
    /// The key under which its values stand, quotes included.
    pub(super) key: Vec<u8>,
    /// The same of the object that they stand in, if it is not the row.
    pub(super) within: Option<Vec<u8>>,
    pub(super) meaning: Meaning,
    /// Of a list, whose values are one array, from which definition level on there is one.
    pub(super) list: Option<i16>,
    /// True if rows without a value say so, since another column has the same key.
    pub(super) tells_absence: bool,
}

/// A column of a row group, of which the values of the next rows are held as they were decoded: texts that a dictionary
/// holds lie there once, however many rows have them.
pub(super) struct Column {
    plan: Plan,
    values: Box<dyn Values>,
}

impl Column {
    pub(super) fn new(plan: &Plan, column: &ColumnDescPtr, pages: Box<dyn PageReader>, meter: Arc<Meter>) -> Self {
        let shape = Shape { most_definition: column.max_def_level(), list: plan.list };
        let meaning = plan.meaning;
        let values: Box<dyn Values> = match get_column_reader(Arc::clone(column), pages) {
            ColumnReader::BoolColumnReader(reader) => Decoded::boxed(reader, shape, meter, |value, text| {
                push(text, value);
                Ok(())
            }),
            ColumnReader::Int32ColumnReader(reader) => {
                Decoded::boxed(reader, shape, meter, move |value: &i32, text| {
                    match meaning {
                        Meaning::Unsigned => push(text, value.cast_unsigned()),
                        _ => meaning.write(i64::from(*value), text),
                    }
                    Ok(())
                })
            }
            ColumnReader::Int64ColumnReader(reader) => Decoded::boxed(reader, shape, meter, move |value, text| {
                meaning.write(*value, text);
                Ok(())
            }),
            ColumnReader::Int96ColumnReader(reader) => {
                Decoded::boxed(reader, shape, meter, move |value: &Int96, text| {
                    meaning.write(value.to_millis(), text);
                    Ok(())
                })
            }
            ColumnReader::FloatColumnReader(reader) => Decoded::boxed(reader, shape, meter, |value: &f32, text| {
                write_float(f64::from(*value), text);
                Ok(())
            }),
            ColumnReader::DoubleColumnReader(reader) => Decoded::boxed(reader, shape, meter, |value, text| {
                write_float(*value, text);
                Ok(())
            }),
            ColumnReader::ByteArrayColumnReader(reader) => {
                let name = plan.name.clone();
                Decoded::boxed(reader, shape, meter, move |value: &ByteArray, text| {
                    let bytes = value.data();
                    if matches!(meaning, Meaning::Bytes { .. }) && std::str::from_utf8(bytes).is_err() {
                        let words = format!("column '{name}' is of type binary, and its bytes are no text");
                        return Err(ParquetError::General(words));
                    }
                    meaning.write_bytes(bytes, text);
                    Ok(())
                })
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                let (name, length) = (plan.name.clone(), usize::try_from(column.type_length()).unwrap_or(0));
                Decoded::boxed(reader, shape, meter, move |value: &FixedLenByteArray, text| {
                    let bytes = value.data();
                    if bytes.len() != length {
                        let words = format!("column '{name}' has a value of {} bytes, expected {length}", bytes.len());
                        return Err(ParquetError::General(words));
                    }
                    meaning.write_bytes(bytes, text);
                    Ok(())
                })
            }
        };
        Self { plan: plan.clone(), values }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.plan.key
    }

    /// The key of the object that the values stand in, if it is not the row.
    pub(super) fn within(&self) -> Option<&[u8]> {
        self.plan.within.as_deref()
    }

    /// Has values of the next rows, of so many or of fewer; says of how many.
    pub(super) fn fill(&mut self, rows: usize) -> Result<usize> {
        if self.values.rows() == 0 { self.values.fill(rows) } else { Ok(self.values.rows()) }
    }

    /// Writes the value of the next row as JSON; false if nothing is to be said of it.
    pub(super) fn write_next(&mut self, text: &mut Vec<u8>) -> Result<bool> {
        let has_value = self.values.write_next(text)?;
        if !has_value && self.plan.tells_absence {
            text.extend_from_slice(b"null");
        }
        Ok(has_value || self.plan.tells_absence)
    }
}

/// The values of rows, of any type.
trait Values: Send {
    /// Of how many rows values are held.
    fn rows(&self) -> usize;

    /// Reads values of up to so many rows, of one at least, and lets go of those that were held.
    fn fill(&mut self, rows: usize) -> Result<usize>;

    /// Writes the value of the next row, if it has one.
    fn write_next(&mut self, text: &mut Vec<u8>) -> Result<bool>;
}

/// How the values of a column are spread over rows.
struct Shape {
    most_definition: i16,
    list: Option<i16>,
}

/// Values of one type.
struct Decoded<T: DataType, W> {
    reader: ColumnReaderImpl<T>,
    shape: Shape,
    meter: Arc<Meter>,
    write: W,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    values: Vec<T::T>,
    rows: usize,
    /// The level and the value that come next.
    level: usize,
    value: usize,
    /// How many levels of the row group were read.
    taken: u64,
}

impl<T: DataType, W: Fn(&T::T, &mut Vec<u8>) -> Result<()> + Send + 'static> Decoded<T, W> {
    fn boxed(reader: ColumnReaderImpl<T>, shape: Shape, meter: Arc<Meter>, write: W) -> Box<dyn Values> {
        let (definitions, repetitions, values) = (Vec::new(), Vec::new(), Vec::new());
        let (rows, level, value, taken) = (0, 0, 0, 0);
        Box::new(Self { reader, shape, meter, write, definitions, repetitions, values, rows, level, value, taken })
    }

    /// How many rows to read next where so many are wanted, none if what is held is enough. A page is not left while it has
    /// rows: the next one may be of any size.
    fn step(&self, wanted: usize, held_bytes: usize) -> usize {
        let is_enough = held_bytes > ENOUGH_BYTES || self.meter.page_bytes() > ENOUGH_BYTES as u64;
        if self.shape.list.is_some() {
            let is_enough = is_enough || self.repetitions.len() > ENOUGH_LISTED;
            return usize::from(!is_enough || self.rows == 0);
        }
        match usize::try_from(self.meter.values().saturating_sub(self.taken)).unwrap_or(wanted) {
            _ if held_bytes > ENOUGH_BYTES => 0,
            0 => usize::from(!is_enough || self.rows == 0),
            left if matches!(T::get_physical_type(), Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY) => {
                // A text may be put together of others, and is never longer than its page then.
                let page_bytes = usize::try_from(self.meter.last_page_bytes()).unwrap_or(usize::MAX);
                wanted.min(left).min((ENOUGH_BYTES / page_bytes.max(1)).max(1))
            }
            left => wanted.min(left),
        }
    }

    /// Writes the values of a list up to the next row, if there is a list; one without values is one all the same.
    fn write_list(&mut self, least: i16, text: &mut Vec<u8>) -> Result<bool> {
        let is_list = self.definitions.get(self.level).is_none_or(|there| *there >= least);
        if is_list {
            text.push(b'[');
        }
        let from = text.len();
        loop {
            if let Some(value) = self.take_value() {
                // The line is too long already.
                if text.len() <= MOST_LINE_BYTES {
                    if text.len() > from {
                        text.push(b',');
                    }
                    (self.write)(&self.values[value], text)?;
                }
            }
            if self.repetitions.get(self.level).is_none_or(|repetition| *repetition == 0) {
                break;
            }
        }
        if is_list {
            text.push(b']');
        }
        Ok(is_list)
    }

    /// Goes past a level; where its value lies, if it has one.
    fn take_value(&mut self) -> Option<usize> {
        let is_there = self.definitions.get(self.level).is_none_or(|there| *there == self.shape.most_definition);
        self.level += 1;
        let value = self.value;
        self.value += usize::from(is_there);
        (is_there && value < self.values.len()).then_some(value)
    }
}

impl<T: DataType, W: Fn(&T::T, &mut Vec<u8>) -> Result<()> + Send + 'static> Values for Decoded<T, W> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn fill(&mut self, rows: usize) -> Result<usize> {
        self.definitions.clear();
        self.repetitions.clear();
        self.values.clear();
        (self.rows, self.level, self.value) = (0, 0, 0);
        self.meter.let_go();
        let mut held_bytes = 0;
        while self.rows < rows {
            let step = self.step(rows - self.rows, held_bytes);
            if step == 0 {
                break;
            }
            let held = self.values.len();
            let (definitions, repetitions) = (Some(&mut self.definitions), Some(&mut self.repetitions));
            let (records, _, levels) = self.reader.read_records(step, definitions, repetitions, &mut self.values)?;
            if records == 0 {
                return Err(ParquetError::General("a column has fewer values than there are rows".to_owned()));
            }
            self.rows += records;
            self.taken += levels as u64;
            let new = self.values.get(held..).unwrap_or_default();
            held_bytes += new.iter().map(|value| value.as_bytes().len()).sum::<usize>();
        }
        Ok(self.rows)
    }

    fn write_next(&mut self, text: &mut Vec<u8>) -> Result<bool> {
        self.rows = self.rows.saturating_sub(1);
        if let Some(least) = self.shape.list {
            return self.write_list(least, text);
        }
        match self.take_value() {
            Some(value) => (self.write)(&self.values[value], text).map(|()| true),
            None => Ok(false),
        }
    }
}

impl Meaning {
    fn write(self, value: i64, text: &mut Vec<u8>) {
        match self {
            Meaning::Plain => push(text, value),
            Meaning::Unsigned => push(text, value.cast_unsigned()),
            Meaning::Instant { unit, is_utc } => write_instant(to_ms(value, unit), is_utc, text),
            Meaning::Date => write_instant(value.checked_mul(MS_OF_DAY), false, text),
            Meaning::Length { unit, as_text } => write_length(length_ms(value, unit), as_text, text),
            Meaning::Decimal { scale } => write_decimal(i128::from(value), scale, text),
            Meaning::Text { .. } | Meaning::Bytes { .. } | Meaning::Uuid | Meaning::Nothing => {
                text.extend_from_slice(b"null");
            }
        }
    }

    fn write_bytes(self, bytes: &[u8], text: &mut Vec<u8>) {
        match self {
            Meaning::Decimal { scale } => match big_endian(bytes) {
                Some(value) => write_decimal(value, scale, text),
                None => text.extend_from_slice(b"null"),
            },
            Meaning::Uuid => write_uuid(bytes, text),
            Meaning::Text { are_tags: true } | Meaning::Bytes { are_tags: true } => write_tags(bytes, text),
            _ => write_text(bytes, text),
        }
    }
}

fn push(text: &mut Vec<u8>, value: impl Display) {
    // A vector takes every byte.
    let _ = write!(text, "{value}");
}

/// An instant as the engine reads it. One that it cannot hold is a text that it refuses in words; one that says that there is
/// none is no value.
fn write_instant(ms: Option<i64>, is_utc: bool, text: &mut Vec<u8>) {
    match instant(ms, !is_utc) {
        ParsedTime::At { at, .. } => {
            let at = at.to_text();
            let at = if is_utc { &at[..] } else { at.trim_end_matches('Z') };
            push(text, format_args!("\"{at}\""));
        }
        ParsedTime::Absent => text.extend_from_slice(b"null"),
        ParsedTime::Unreadable => push(text, format_args!("\"{TOO_FAR}\"")),
    }
}

/// A length of time. One that is too long for every row names its unit, so that it is told as what it is.
fn write_length(ms: i64, as_text: bool, text: &mut Vec<u8>) {
    if as_text || u64::try_from(ms).is_ok_and(|ms| ms > MOST_DURATION_MS) {
        push(text, format_args!("\"{ms}ms\""));
    } else {
        push(text, ms);
    }
}

/// What is no number is no value; one without an end is one that nothing can be.
fn write_float(value: f64, text: &mut Vec<u8>) {
    if value.is_nan() {
        text.extend_from_slice(b"null");
    } else if value.is_infinite() {
        text.extend_from_slice(b"\"1e400\"");
    } else if value.abs() < MOST_WHOLE && value.trunc() == value {
        push(text, value as i64);
    } else {
        let mut digits = String::new();
        number::push(&mut digits, value);
        text.extend_from_slice(digits.as_bytes());
    }
}

fn write_decimal(value: i128, scale: u32, text: &mut Vec<u8>) {
    match 10i128.checked_pow(scale) {
        Some(unit) if scale > 0 => {
            let (whole, rest) =
                (value.unsigned_abs() / unit.unsigned_abs(), value.unsigned_abs() % unit.unsigned_abs());
            let sign = if value < 0 { "-" } else { "" };
            push(text, format_args!("{sign}{whole}.{rest:0>width$}", width = scale as usize));
        }
        Some(_) => push(text, value),
        None => text.extend_from_slice(b"null"),
    }
}

/// A whole number in two's complement of up to sixteen bytes.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let first = *bytes.first()?;
    let fill = if first & 0x80 != 0 { -1 } else { 0 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(fill, |value, byte| value << 8 | i128::from(*byte)))
}

/// The text of the sixteen bytes of a UUID.
fn write_uuid(bytes: &[u8], text: &mut Vec<u8>) {
    text.push(b'"');
    for (place, byte) in bytes.iter().enumerate() {
        let line = if matches!(place, 4 | 6 | 8 | 10) { "-" } else { "" };
        push(text, format_args!("{line}{byte:02x}"));
    }
    text.push(b'"');
}

/// Tags with bars between them.
fn write_tags(bytes: &[u8], text: &mut Vec<u8>) {
    if !bytes.contains(&b'|') {
        return write_text(bytes, text);
    }
    text.push(b'[');
    for (place, tag) in bytes.split(|byte| *byte == b'|').enumerate() {
        if text.len() > MOST_LINE_BYTES {
            break;
        }
        if place > 0 {
            text.push(b',');
        }
        write_text(tag, text);
    }
    text.push(b']');
}

/// A text between quotes. Bytes that are no UTF-8 stay as they are: the engine says so of the row. A text is cut where its
/// line is so long that the engine counts it as that and looks at nothing in it.
pub(super) fn write_text(bytes: &[u8], text: &mut Vec<u8>) {
    text.push(b'"');
    let mut rest = bytes;
    while text.len() <= MOST_LINE_BYTES && !rest.is_empty() {
        let (plain, behind) = rest.split_at(rest.iter().position(|byte| is_escaped(*byte)).unwrap_or(rest.len()));
        text.extend_from_slice(plain.get(..MOST_LINE_BYTES).unwrap_or(plain));
        rest = match behind {
            [byte @ (b'"' | b'\\'), behind @ ..] => {
                text.extend_from_slice(&[b'\\', *byte]);
                behind
            }
            [byte, behind @ ..] => {
                push(text, format_args!("\\u{byte:04x}"));
                behind
            }
            [] => behind,
        };
    }
    text.push(b'"');
}

fn is_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}
