//! The columns that a row is made of: which of the schema's they are, and each row's values out of them. Understands no
//! value; `row` does.

use super::super::fields::Fields;
use super::super::mapping::{Mapping, Target};
use super::super::role::Role;
use super::super::row::{self, Scratch};
use super::super::text::Text;
use super::super::{Event, StreamEnd, Value};
use super::array::{Array, Batch, Cell};
use super::dictionary::Dictionaries;
use super::schema::{Field, Kind, Schema, Unit};
use super::text::{push_cell, push_list};
use crate::problem::ProblemKind;
use crate::time::{ParsedTime, Timestamp};
use std::ops::Range;

/// A column of interest.
#[derive(Debug)]
struct Column {
    name: String,
    kind: Kind,
    /// The roles that it feeds.
    targets: Vec<Target>,
    /// Its place in the schema.
    place: usize,
    dictionary: Option<i64>,
    /// The same for what its lists hold.
    item_dictionary: Option<i64>,
}

impl Column {
    /// True for the column of all tags, whose texts are joined.
    fn is_tags(&self) -> bool {
        self.targets.iter().any(|target| target.role == Role::Tags)
    }
}

/// The columns of interest of a schema.
#[derive(Debug, Default)]
pub(super) struct Columns {
    all: Vec<Column>,
    /// Where values are written that have no text of their own, and which part each column's is.
    written: String,
    parts: Vec<Range<usize>>,
}

/// A batch whose rows are being handed out.
#[derive(Debug)]
pub(super) struct OpenBatch {
    rows: usize,
    row: usize,
    /// One for each column of interest, with the bytes of text that it may still hand out.
    arrays: Vec<(Array, u64)>,
    end: Option<StreamEnd>,
}

impl OpenBatch {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_read(&self) -> bool {
        self.row >= self.rows
    }

    pub(super) fn into_end(self) -> Option<StreamEnd> {
        self.end
    }
}

impl Columns {
    pub(super) fn of(schema: &Schema, mapping: &Mapping) -> Result<Self, String> {
        let mut all = Vec::new();
        for (place, field) in schema.fields.iter().enumerate() {
            let targets = mapping.column(field.name.trim());
            if targets.is_empty() {
                continue;
            }
            if let Some(type_name) = unread(field) {
                return Err(["column '", &field.name, "' is of type ", type_name, ", which is not read"].concat());
            }
            let dictionary = field.encoding.map(|encoding| encoding.id);
            let item_dictionary = field.children.first().and_then(|child| child.encoding).map(|encoding| encoding.id);
            all.push(Column {
                name: field.name.clone(),
                kind: field.kind,
                targets,
                place,
                dictionary,
                item_dictionary,
            });
        }
        Ok(Self { all, written: String::new(), parts: Vec::new() })
    }

    /// True if a column of interest points into a dictionary.
    pub(super) fn use_dictionary(&self, id: i64) -> bool {
        self.all.iter().any(|column| column.dictionary == Some(id) || column.item_dictionary == Some(id))
    }

    /// Finds the columns in a batch.
    pub(super) fn open(
        &self,
        mut batch: Batch<'_>,
        schema: &Schema,
        end: Option<StreamEnd>,
    ) -> Result<OpenBatch, String> {
        let mut found: Vec<Option<(Array, u64)>> = Vec::new();
        let mut wanted = self.all.iter().peekable();
        for (place, field) in schema.fields.iter().enumerate() {
            let is_wanted = wanted.next_if(|column| column.place == place).is_some();
            let array = batch.column(field, is_wanted).map_err(|_| {
                ["the lengths of column '", &field.name, "' do not fit the bytes of its batch"].concat()
            })?;
            if is_wanted {
                found.push(array.map(|array| {
                    let budget = array.text_budget(batch.body());
                    (array, budget)
                }));
            }
        }
        let arrays = found.into_iter().flatten().collect();
        Ok(OpenBatch { rows: batch.rows, row: 0, arrays, end })
    }

    /// The event of the next row of a batch.
    pub(super) fn next_row<'a>(
        &'a mut self,
        batch: &'a mut OpenBatch,
        rows_before: u64,
        body: &'a [u8],
        dictionaries: &'a Dictionaries,
        mapping: &Mapping,
        scratch: &'a mut Scratch,
    ) -> Event<'a> {
        let row = batch.row;
        batch.row += 1;
        let offset = rows_before + row as u64;
        let line = offset + 1;
        let Self { all, written, parts } = self;
        written.clear();
        parts.clear();
        for (column, (array, budget)) in all.iter().zip(&mut batch.arrays) {
            let start = written.len();
            match array.cell(body, row, dictionaries) {
                Cell::List(from, to) => {
                    if let Some(items) = array.items() {
                        push_list(items, from..to, body, dictionaries, budget, written);
                    }
                }
                Cell::Broken(why) => return broken(line, &column.name, why),
                Cell::Text(text) => match budget.checked_sub(text.len() as u64) {
                    Some(left) => *budget = left,
                    None => return broken(line, &column.name, "repeats the bytes of others"),
                },
                Cell::Integer(_) | Cell::Bool(_) | Cell::Absent => {}
                cell => push_cell(cell, written),
            }
            parts.push(start..written.len());
        }
        let written = &*written;
        let mut fields = Fields::default();
        for ((column, (array, _)), part) in all.iter().zip(&batch.arrays).zip(parts.iter()) {
            let cell = array.cell(body, row, dictionaries);
            let value = value(cell, column, written.get(part.clone()).unwrap_or_default());
            fields.set_all(&column.targets, value);
        }
        row::understand(line, offset, &fields, mapping, scratch)
    }
}

fn broken(line: u64, name: &str, why: &str) -> Event<'static> {
    let message = ["the value of column '", name, "' ", why].concat();
    Event::Rejected { line, kind: ProblemKind::Unreadable, message }
}

/// The name of a type that a column of interest cannot have.
fn unread(field: &Field) -> Option<&'static str> {
    match field.kind {
        Kind::Other { name, .. } => Some(name),
        Kind::List(_) => match field.children.first()?.kind {
            Kind::Text(_) | Kind::TextView | Kind::Null => None,
            _ => Some("list of something else than texts"),
        },
        kind if field.encoding.is_some() => match kind {
            Kind::Text(_) | Kind::TextView | Kind::Integer(_) | Kind::Float(_) => None,
            other => Some(other.name()),
        },
        _ => None,
    }
}

/// A value as other forms carry it.
fn value<'a>(cell: Cell<'a>, column: &Column, written: &'a str) -> Value<'a> {
    match cell {
        Cell::Absent | Cell::Broken(_) => Value::Absent,
        Cell::Bool(value) => Value::Bool(value),
        Cell::Text(text) if column.is_tags() => Value::Joined(Text::Plain(text)),
        Cell::Text(text) => match column.kind {
            Kind::Integer(_) | Kind::Float(_) => Value::Number(text),
            _ => Value::Text(Text::Plain(text)),
        },
        Cell::List(..) => Value::Array(written),
        Cell::Integer(number) => match column.kind {
            Kind::Timestamp { unit, has_zone } => Value::Instant(instant(to_ms(number, unit), !has_zone)),
            Kind::Days => Value::Instant(instant(number.checked_mul(MS_OF_DAY), true)),
            Kind::DaysInMilliseconds => Value::Instant(instant(Some(number), true)),
            Kind::Duration(unit) => Value::Length(length_ms(number, unit)),
            _ => Value::Whole(number),
        },
        Cell::Unsigned(_) => Value::Number(written),
        Cell::Float(number) if number.is_nan() => Value::Absent,
        Cell::Float(number) if number.is_infinite() => Value::Number(TOO_LONG),
        Cell::Float(_) => Value::Number(written),
    }
}

/// A number that no instant and no duration is.
const TOO_LONG: &str = "1e400";
const MS_OF_DAY: i64 = 86_400_000;

/// An instant in milliseconds; `None` is one that is too far. 1970-01-01T00:00:00Z, the first instant of the year 1 and
/// the least number of all say "none", as in texts.
fn instant(ms: Option<i64>, zoneless: bool) -> ParsedTime {
    match ms {
        Some(0 | i64::MIN) => ParsedTime::Absent,
        Some(ms) if ms == Timestamp::MIN.ms() => ParsedTime::Absent,
        Some(ms) => Timestamp::from_ms(ms).map_or(ParsedTime::Unreadable, |at| ParsedTime::At { at, zoneless }),
        None => ParsedTime::Unreadable,
    }
}

/// Milliseconds, cut towards −∞; `None` if they are too many.
fn to_ms(number: i64, unit: Unit) -> Option<i64> {
    match unit {
        _ if number == i64::MIN => Some(number),
        Unit::Seconds => number.checked_mul(1000),
        Unit::Milliseconds => Some(number),
        Unit::Microseconds => Some(number.div_euclid(1000)),
        Unit::Nanoseconds => Some(number.div_euclid(1_000_000)),
    }
}

/// A length of time in milliseconds, halves away from zero.
fn length_ms(number: i64, unit: Unit) -> i64 {
    let rounded = |by: i64| number / by + (number % by) / (by / 2);
    match unit {
        Unit::Seconds => number.saturating_mul(1000),
        Unit::Milliseconds => number,
        Unit::Microseconds => rounded(1000),
        Unit::Nanoseconds => rounded(1_000_000),
    }
}
