//! One column of a Parquet file, some rows at a time, each value as JSON.

use execution_heatmap::time::Timestamp;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{DataType, Int96};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Display;
use std::io::Write;
use std::ops::Range;

/// A column and the values of the rows that were read last.
pub(super) struct Column {
    /// Its name as the key of an object, quotes included.
    key: Vec<u8>,
    reader: ColumnReader,
    meaning: Meaning,
    most_definition: i16,
    /// True for a list, whose values are one array.
    is_list: bool,
    /// The values as JSON, one after the other, and where each row's lies.
    text: Vec<u8>,
    rows: Vec<Option<Range<usize>>>,
}

/// What the numbers and bytes of a column stand for.
#[derive(Clone, Copy)]
enum Meaning {
    Plain,
    Unsigned,
    /// An instant: so many of its units are a millisecond, or so many milliseconds are one. `is_utc` is false for local
    /// time of a zone that is not told.
    Instant {
        per_ms: i64,
        is_utc: bool,
    },
    Date,
    /// A whole number with its last digits behind the point.
    Decimal {
        scale: u32,
    },
    /// Bytes that stand for nothing that a row can hold.
    Nothing,
}

impl Column {
    pub(super) fn new(name: &str, description: &ColumnDescriptor, reader: ColumnReader) -> Self {
        let mut key = Vec::new();
        write_text(name.as_bytes(), &mut key);
        Self {
            key,
            meaning: Meaning::of(description, &reader),
            reader,
            most_definition: description.max_def_level(),
            is_list: description.max_rep_level() > 0,
            text: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The JSON of a row that was read last; `None` if it has no value.
    pub(super) fn value(&self, row: usize) -> Option<&[u8]> {
        self.text.get(self.rows.get(row)?.clone()?)
    }

    /// Reads the next rows, exactly so many.
    pub(super) fn read(&mut self, rows: usize) -> Result<()> {
        self.text.clear();
        self.rows.clear();
        let shape = Shape { most_definition: self.most_definition, is_list: self.is_list };
        let (text, places, meaning) = (&mut self.text, &mut self.rows, self.meaning);
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
            ColumnReader::Int96ColumnReader(reader) => shape
                .read(reader, rows, text, places, |value: &Int96, text| write_instant(value.to_millis(), true, text)),
            ColumnReader::FloatColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| write_float(f64::from(*value), text))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| write_float(*value, text))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| meaning.write_bytes(value.data(), text))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                shape.read(reader, rows, text, places, |value, text| meaning.write_bytes(value.data(), text))
            }
        }
    }
}

/// How the values of a column are spread over rows.
struct Shape {
    most_definition: i16,
    is_list: bool,
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
            let begins = !self.is_list || repetitions.get(level).is_none_or(|repetition| *repetition == 0);
            if begins {
                self.close(text, places);
                places.push(None);
            }
            let Some(place) = places.last_mut() else { continue };
            let Some(value) = is_there.then(|| values.next()).flatten() else { continue };
            let from = place.as_ref().map_or(text.len(), |place| place.start);
            if self.is_list {
                text.push(if place.is_none() { b'[' } else { b',' });
            }
            write(value, text);
            *place = Some(from..text.len());
        }
        self.close(text, places);
        Ok(())
    }

    /// Ends the array of the last row, if it has one.
    fn close(&self, text: &mut Vec<u8>, places: &mut [Option<Range<usize>>]) {
        if let (true, Some(Some(place))) = (self.is_list, places.last_mut()) {
            text.push(b']');
            place.end = text.len();
        }
    }
}

impl Meaning {
    fn of(description: &ColumnDescriptor, reader: &ColumnReader) -> Self {
        let instant = |unit: &TimeUnit, is_utc| {
            let per_ms = match unit {
                TimeUnit::MILLIS => 1,
                TimeUnit::MICROS => 1_000,
                TimeUnit::NANOS => 1_000_000,
            };
            Meaning::Instant { per_ms, is_utc }
        };
        let is_fixed = matches!(reader, ColumnReader::FixedLenByteArrayColumnReader(_));
        match (description.logical_type_ref(), description.converted_type()) {
            (Some(LogicalType::Timestamp(time)), _) => instant(&time.unit, time.is_adjusted_to_u_t_c),
            (None, ConvertedType::TIMESTAMP_MILLIS) => instant(&TimeUnit::MILLIS, true),
            (None, ConvertedType::TIMESTAMP_MICROS) => instant(&TimeUnit::MICROS, true),
            (_, ConvertedType::DATE) => Meaning::Date,
            (_, ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64) => {
                Meaning::Unsigned
            }
            (_, ConvertedType::DECIMAL) => {
                u32::try_from(description.type_scale()).map_or(Meaning::Nothing, |scale| Meaning::Decimal { scale })
            }
            _ if is_fixed => Meaning::Nothing,
            _ => Meaning::Plain,
        }
    }

    fn write(self, value: i64, text: &mut Vec<u8>) {
        match self {
            Meaning::Plain => push(text, value),
            Meaning::Unsigned => push(text, value.cast_unsigned()),
            Meaning::Instant { per_ms, is_utc } => write_instant(value.div_euclid(per_ms), is_utc, text),
            Meaning::Date => write_instant(value.saturating_mul(86_400_000), false, text),
            Meaning::Decimal { scale } => write_decimal(i128::from(value), scale, text),
            Meaning::Nothing => text.extend_from_slice(b"null"),
        }
    }

    fn write_bytes(self, bytes: &[u8], text: &mut Vec<u8>) {
        match self {
            Meaning::Decimal { scale } => match big_endian(bytes) {
                Some(value) => write_decimal(value, scale, text),
                None => text.extend_from_slice(b"null"),
            },
            Meaning::Nothing => text.extend_from_slice(b"null"),
            _ => write_text(bytes, text),
        }
    }
}

fn push(text: &mut Vec<u8>, value: impl Display) {
    // A vector takes every byte.
    let _ = write!(text, "{value}");
}

/// An instant as the engine reads it. One that it cannot hold is a text that it refuses in words.
fn write_instant(ms: i64, is_utc: bool, text: &mut Vec<u8>) {
    match Timestamp::from_ms(ms) {
        Some(at) => {
            let at = at.to_text();
            let at = if is_utc { &at[..] } else { at.trim_end_matches('Z') };
            push(text, format_args!("\"{at}\""));
        }
        None => text.extend_from_slice(b"\"beyond the years 1 to 9999\""),
    }
}

/// What is no number is no value.
fn write_float(value: f64, text: &mut Vec<u8>) {
    if value.is_finite() {
        push(text, value);
    } else {
        text.extend_from_slice(b"null");
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

/// A text between quotes. Bytes that are no UTF-8 stay as they are: the engine says so of the row.
fn write_text(bytes: &[u8], text: &mut Vec<u8>) {
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
