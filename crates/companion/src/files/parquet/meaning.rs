//! What the numbers and bytes of a column stand for: by the types of Parquet, and where these say nothing by the schema of
//! Arrow that many writers keep beside them. Types that rows cannot hold have a name and nothing else. Reads no row.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use execution_heatmap::ingest::{ColumnUse, Instants, KeptType, Lengths, Unit, kept_types};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::file::metadata::FileMetaData;
use parquet::schema::types::ColumnDescriptor;

/// Under which key writers keep the schema of Arrow.
const ARROW_SCHEMA: &str = "ARROW:schema";
/// The most bytes of a decimal, which are those of the widest whole number.
const MOST_DECIMAL_BYTES: i32 = 16;

/// What the numbers and bytes of a column stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Numbers, true and false as they are.
    Plain,
    Unsigned,
    /// A text; one of tags may be several with bars between them.
    Text {
        are_tags: bool,
    },
    /// Bytes of which no type says what they are. Old writers write texts so.
    Bytes {
        are_tags: bool,
    },
    /// `is_utc` is false for local time of a zone that is not told.
    Instant {
        unit: Unit,
        is_utc: bool,
    },
    Date,
    Length {
        unit: Unit,
        as_text: bool,
    },
    /// A whole number with its last digits behind the point.
    Decimal {
        scale: u32,
    },
    Uuid,
    /// Values that say nothing where they stand, such as an instant as an id.
    Nothing,
}

impl Meaning {
    /// What the values of a column mean where they are used so; the name of their type if it is none that is read.
    pub(super) fn of(column: &ColumnDescriptor, kept: KeptType, used: &ColumnUse) -> Result<Meaning, &'static str> {
        let meaning = Self::of_value(column, kept, used)?;
        let is_of_lists = match meaning {
            Meaning::Text { .. } | Meaning::Bytes { .. } | Meaning::Unsigned => true,
            Meaning::Plain => matches!(column.physical_type(), Type::INT32 | Type::INT64),
            _ => false,
        };
        if column.max_rep_level() > 0 && !is_of_lists {
            return Err("list of something else than texts and whole numbers");
        }
        Ok(match meaning {
            Meaning::Instant { .. } | Meaning::Date if used.instants == Instants::Nothing => Meaning::Nothing,
            Meaning::Instant { .. } if used.instants == Instants::Wrong => return Err("timestamp"),
            Meaning::Date if used.instants == Instants::Wrong => return Err("date"),
            Meaning::Length { .. } if used.lengths == Lengths::Nothing => Meaning::Nothing,
            // What stands in a list is a tag by itself.
            Meaning::Text { .. } if column.max_rep_level() > 0 => Meaning::Text { are_tags: false },
            Meaning::Bytes { .. } if column.max_rep_level() > 0 => Meaning::Bytes { are_tags: false },
            meaning => meaning,
        })
    }

    fn of_value(column: &ColumnDescriptor, kept: KeptType, used: &ColumnUse) -> Result<Meaning, &'static str> {
        let (physical, converted) = (column.physical_type(), column.converted_type());
        let are_tags = used.are_tags;
        match column.logical_type_ref() {
            Some(LogicalType::Timestamp(time)) => {
                let unit = match time.unit {
                    TimeUnit::MILLIS => Unit::Milliseconds,
                    TimeUnit::MICROS => Unit::Microseconds,
                    TimeUnit::NANOS => Unit::Nanoseconds,
                };
                return Ok(Meaning::Instant { unit, is_utc: time.is_adjusted_to_u_t_c });
            }
            Some(LogicalType::Time(_)) => return Err("time of day"),
            Some(LogicalType::Float16) => return Err("half float"),
            Some(LogicalType::Uuid) => return Ok(Meaning::Uuid),
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => return Ok(Meaning::Text { are_tags }),
            Some(LogicalType::Integer(number)) if !number.is_signed => return Ok(Meaning::Unsigned),
            Some(LogicalType::Date) => return Ok(Meaning::Date),
            Some(LogicalType::Decimal(decimal)) => return decimal_of(decimal.scale, column),
            Some(LogicalType::Integer(_) | LogicalType::Unknown) => return Ok(Meaning::Plain),
            Some(_) => return Err("binary"),
            None => {}
        }
        Ok(match converted {
            ConvertedType::TIMESTAMP_MILLIS => Meaning::Instant { unit: Unit::Milliseconds, is_utc: true },
            ConvertedType::TIMESTAMP_MICROS => Meaning::Instant { unit: Unit::Microseconds, is_utc: true },
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => return Err("time of day"),
            ConvertedType::INTERVAL => return Err("interval"),
            ConvertedType::BSON => return Err("binary"),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Meaning::Text { are_tags },
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                Meaning::Unsigned
            }
            ConvertedType::DATE => Meaning::Date,
            ConvertedType::DECIMAL => return decimal_of(column.type_scale(), column),
            _ => match (physical, kept) {
                (Type::INT64, KeptType::Length(unit)) => {
                    Meaning::Length { unit, as_text: used.lengths == Lengths::Text }
                }
                (Type::INT64, KeptType::Instant { unit, has_zone }) => Meaning::Instant { unit, is_utc: has_zone },
                (Type::INT64, KeptType::DaysInMilliseconds) => {
                    Meaning::Instant { unit: Unit::Milliseconds, is_utc: false }
                }
                // The unit is that of the milliseconds that such a number is turned into.
                (Type::INT96, kept) => Meaning::Instant {
                    unit: Unit::Milliseconds,
                    is_utc: !matches!(kept, KeptType::Instant { has_zone: false, .. }),
                },
                (Type::BYTE_ARRAY, KeptType::Bytes) => return Err("binary"),
                (Type::BYTE_ARRAY, _) => Meaning::Bytes { are_tags },
                (Type::FIXED_LEN_BYTE_ARRAY, _) => return Err("binary of fixed size"),
                _ => Meaning::Plain,
            },
        })
    }
}

fn decimal_of(scale: i32, column: &ColumnDescriptor) -> Result<Meaning, &'static str> {
    let is_too_wide = column.physical_type() == Type::FIXED_LEN_BYTE_ARRAY && column.type_length() > MOST_DECIMAL_BYTES;
    let scale = u32::try_from(scale).ok().filter(|scale| 10_i128.checked_pow(*scale).is_some() && !is_too_wide);
    scale.map(|scale| Meaning::Decimal { scale }).ok_or("decimal of more than 38 digits")
}

/// What the schema of Arrow says of each column, if one is kept that has as many.
pub(super) fn kept_of(file: &FileMetaData) -> Vec<KeptType> {
    let columns = file.schema_descr().num_columns();
    let pair = file.key_value_metadata().and_then(|pairs| pairs.iter().find(|pair| pair.key == ARROW_SCHEMA));
    let text = pair.and_then(|pair| pair.value.as_deref()).unwrap_or_default().trim_ascii();
    let message = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).unwrap_or_default();
    let kept = kept_types(&message).filter(|kept| kept.len() == columns);
    kept.unwrap_or_else(|| vec![KeptType::Other; columns])
}
