//! One column of a Parquet file, some rows at a time, each value as JSON.

use super::meaning::Meaning;
use execution_heatmap::execution::MOST_DURATION_MS;
use execution_heatmap::ingest::{TOO_FAR, instant, length_ms, to_ms};
use execution_heatmap::number;
use execution_heatmap::time::ParsedTime;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Display;
use std::io::Write;
use std::ops::Range;

const MS_OF_DAY: i64 = 86_400_000;
/// Below this a whole number says a float exactly.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

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

/// A column and the values of the rows that were read last.
pub(super) struct Column {
    plan: Plan,
    reader: ColumnReader,
    most_definition: i16,
    /// The values as JSON, one after the other, and where each row's lies.
    text: Vec<u8>,
    rows: Vec<Option<Range<usize>>>,
}

impl Column {
    pub(super) fn new(plan: &Plan, description: &ColumnDescriptor, reader: ColumnReader) -> Self {
        Self {
            plan: plan.clone(),
            reader,
            most_definition: description.max_def_level(),
            text: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.plan.key
    }

    /// The key of the object that the values stand in, if it is not the row.
    pub(super) fn within(&self) -> Option<&[u8]> {
        self.plan.within.as_deref()
    }

    /// The JSON of a row that was read last; `None` if nothing is to be said of it.
    pub(super) fn value(&self, row: usize) -> Option<&[u8]> {
        let place = self.rows.get(row)?.clone();
        place.map_or(self.plan.tells_absence.then_some(b"null"), |place| self.text.get(place))
    }

    /// Reads the next rows, exactly so many.
    pub(super) fn read(&mut self, rows: usize) -> Result<()> {
        self.text.clear();
        self.rows.clear();
        let shape = Shape { most_definition: self.most_definition, list: self.plan.list };
        let (text, places, meaning) = (&mut self.text, &mut self.rows, self.plan.meaning);
        let mut is_no_text = false;
        match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => shape.read(reader, rows, text, places, |value, text| {
                push(text, value);
            }),
            ColumnReader::Int32ColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| match meaning {
                    Meaning::Unsigned => push(text, value.cast_unsigned()),
                    _ => meaning.write(i64::from(*value), text),
                })
            }
            ColumnReader::Int64ColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| meaning.write(*value, text))
            }
            ColumnReader::Int96ColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value: &Int96, text| meaning.write(value.to_millis(), text))
            }
            ColumnReader::FloatColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| write_float(f64::from(*value), text))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| write_float(*value, text))
            }
            ColumnReader::ByteArrayColumnReader(reader) => shape.read(reader, rows, text, places, |value, text| {
                let bytes = value.data();
                is_no_text |= matches!(meaning, Meaning::Bytes { .. }) && std::str::from_utf8(bytes).is_err();
                meaning.write_bytes(bytes, text);
            }),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| meaning.write_bytes(value.data(), text))
            }
        }?;
        if is_no_text {
            let words = format!("column '{}' is of type binary, and its bytes are no text", self.plan.name);
            return Err(ParquetError::General(words));
        }
        Ok(())
    }
}

/// How the values of a column are spread over rows.
struct Shape {
    most_definition: i16,
    list: Option<i16>,
}

impl Shape {
    fn read<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        text: &mut Vec<u8>,
        places: &mut Vec<Option<Range<usize>>>,
        mut write: impl FnMut(&T::T, &mut Vec<u8>),
    ) -> Result<()> {
        let (mut definitions, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = 0;
        while read < rows {
            let (records, _, _) =
                reader.read_records(rows - read, Some(&mut definitions), Some(&mut repetitions), &mut values)?;
            if records == 0 {
                return Err(ParquetError::General("a column has fewer values than there are rows".to_owned()));
            }
            read += records;
        }
        let levels = if self.most_definition == 0 { values.len() } else { definitions.len() };
        let mut values = values.iter();
        for level in 0..levels {
            let is_there = definitions.get(level).is_none_or(|definition| *definition == self.most_definition);
            let begins = self.list.is_none() || repetitions.get(level).is_none_or(|repetition| *repetition == 0);
            if begins {
                self.close(text, places);
                // A list without values is one all the same.
                let is_list = self.list.is_some_and(|least| definitions.get(level).is_none_or(|there| *there >= least));
                places.push(is_list.then(|| {
                    text.push(b'[');
                    text.len() - 1..text.len()
                }));
            }
            let Some(place) = places.last_mut() else { continue };
            let Some(value) = is_there.then(|| values.next()).flatten() else { continue };
            let from = place.as_ref().map_or(text.len(), |place| place.start);
            if self.list.is_some() && text.last() != Some(&b'[') {
                text.push(b',');
            }
            write(value, text);
            *place = Some(from..text.len());
        }
        self.close(text, places);
        Ok(())
    }

    /// Ends the array of the last row, if it has one.
    fn close(&self, text: &mut Vec<u8>, places: &mut [Option<Range<usize>>]) {
        if let (true, Some(Some(place))) = (self.list.is_some(), places.last_mut()) {
            text.push(b']');
            place.end = text.len();
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
        if place > 0 {
            text.push(b',');
        }
        write_text(tag, text);
    }
    text.push(b']');
}

/// A text between quotes. Bytes that are no UTF-8 stay as they are: the engine says so of the row.
pub(super) fn write_text(bytes: &[u8], text: &mut Vec<u8>) {
    text.push(b'"');
    for byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', *byte]),
            0..0x20 => push(text, format_args!("\\u{byte:04x}")),
            _ => text.push(*byte),
        }
    }
    text.push(b'"');
}
