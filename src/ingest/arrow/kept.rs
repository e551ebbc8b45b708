//! The schema of Arrow that another form keeps beside its own, as Parquet does under `ARROW:schema`: what it says of
//! columns and the form itself does not. Reads no row, and believes nothing that the form's own types contradict: whoever
//! asks holds the two together.

use super::flat::bytes_at;
use super::message::{self, Header};
use super::schema::{Field, Kind, Schema, Unit};

/// What Arrow says of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptType {
    /// Lengths of time.
    Length(Unit),
    /// Instants. `has_zone` is false for local time of a zone that is not told.
    Instant {
        /// Their unit.
        unit: Unit,
        /// Whether a zone is told.
        has_zone: bool,
    },
    /// Days in milliseconds since 1970.
    DaysInMilliseconds,
    /// Bytes that are no text.
    Bytes,
    /// What the form's own type says as well.
    Other,
}

/// The types of all columns that hold values, in their order, those within others among them. `message` is a schema as it
/// begins a stream of Arrow; `None` if it is none.
pub fn kept_types(message: &[u8]) -> Option<Vec<KeptType>> {
    // Before Arrow 0.15 the length stood alone in front.
    let framed = if message.starts_with(&[0xff; 4]) { message.get(4..)? } else { message };
    let length = usize::try_from(i32::from_le_bytes(bytes_at(framed, 0)?)).ok()?;
    let metadata = framed.get(4..)?.get(..length)?;
    let Ok((Header::Schema(table), _)) = message::header(metadata) else { return None };
    let schema = Schema::read(&table).ok()?;
    let mut types = Vec::new();
    schema.fields.iter().for_each(|field| add(field, &mut types));
    Some(types)
}

/// Adds the types of a field and of what lies within it, which is nested only so deep as a schema that was read is.
fn add(field: &Field, types: &mut Vec<KeptType>) {
    if !field.children.is_empty() {
        return field.children.iter().for_each(|child| add(child, types));
    }
    types.push(match field.kind {
        Kind::Duration(unit) => KeptType::Length(unit),
        Kind::Timestamp { unit, has_zone } => KeptType::Instant { unit, has_zone },
        Kind::DaysInMilliseconds => KeptType::DaysInMilliseconds,
        Kind::Other { name: "binary" | "binary view" | "binary of fixed size", .. } => KeptType::Bytes,
        _ => KeptType::Other,
    });
}
