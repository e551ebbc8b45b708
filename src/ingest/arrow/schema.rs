//! The schema of an Arrow stream: which columns there are and of what type, and how many buffers each takes of a batch,
//! so that those of no interest can be passed. Reads no row.

use super::super::MOST_COLUMNS;
use super::flat::{Checked, Malformed, Table};

/// The nesting of columns within columns that is followed.
const MOST_NESTED: usize = 32;

/// A unit of time of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1,000 milliseconds.
    Seconds,
    /// The unit of all that is computed with.
    Milliseconds,
    /// A thousandth of it.
    Microseconds,
    /// A millionth of it.
    Nanoseconds,
}

impl Unit {
    /// The unit as the schema numbers it.
    fn of(number: i16) -> Checked<Unit> {
        Ok(match number {
            0 => Unit::Seconds,
            1 => Unit::Milliseconds,
            2 => Unit::Microseconds,
            3 => Unit::Nanoseconds,
            _ => return Err(Malformed),
        })
    }
}

/// Whole numbers of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integer {
    /// 1, 2, 4 or 8.
    pub(super) bytes: usize,
    pub(super) is_signed: bool,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Integer(Integer),
    /// Numbers of so many bytes, 4 or 8.
    Float(usize),
    /// Texts whose offsets take so many bytes, 4 or 8.
    Text(usize),
    /// Texts of which each says where it lies.
    TextView,
    Timestamp {
        unit: Unit,
        has_zone: bool,
    },
    /// Days since 1970 in 32 bits.
    Days,
    /// Milliseconds since 1970 in 64 bits, whole days.
    DaysInMilliseconds,
    Duration(Unit),
    /// Lists of the only child whose offsets take so many bytes, 4 or 8.
    List(usize),
    /// Columns within a column, each of which is one by itself.
    Struct,
    /// A type that is passed and not read.
    Other {
        name: &'static str,
        buffers: usize,
        is_variadic: bool,
    },
}

impl Kind {
    /// How a message calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "bool",
            Kind::Integer(_) => "int",
            Kind::Float(_) => "float",
            Kind::Text(_) | Kind::TextView => "utf8",
            Kind::Timestamp { .. } => "timestamp",
            Kind::Days | Kind::DaysInMilliseconds => "date",
            Kind::Duration(_) => "duration",
            Kind::List(_) => "list",
            Kind::Struct => "struct",
            Kind::Other { name, .. } => name,
        }
    }

    const fn other(name: &'static str, buffers: usize) -> Kind {
        Kind::Other { name, buffers, is_variadic: false }
    }
}

/// How a column names the dictionary that its numbers point into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) id: i64,
    pub(super) index: Integer,
}

/// A column, or what lies within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) encoding: Option<Encoding>,
    pub(super) children: Vec<Field>,
}

/// The longest way to a column within others that is followed, in bytes: a long name may be that of many columns' way.
const MOST_WAY_BYTES: usize = 1024;

impl Field {
    /// True for one that is nothing but the columns within it.
    pub(super) fn is_struct(&self) -> bool {
        self.kind == Kind::Struct && self.encoding.is_none()
    }

    /// The name of a column at the end of a way, which is empty or ends with a point; none where that is too long.
    pub(super) fn name_at(&self, way: &str) -> Option<String> {
        (way.len() <= MOST_WAY_BYTES).then(|| [way, self.name.trim()].concat())
    }
}

/// What a stream says of itself before its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub(super) fields: Vec<Field>,
    pub(super) is_big_endian: bool,
}

impl Schema {
    pub(super) fn read(table: &Table<'_>) -> Checked<Schema> {
        let mut left = MOST_COLUMNS;
        let fields = fields_of(table, 1, MOST_NESTED, &mut left)?;
        Ok(Schema { fields, is_big_endian: table.i16(0, 0)? != 0 })
    }

    /// The names of all columns, those within others with the way to them.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        add_names(&self.fields, "", &mut names);
        names
    }

    /// The field whose dictionary has an id.
    pub(super) fn encoded_with(&self, id: i64) -> Option<&Field> {
        find(&self.fields, id)
    }
}

fn add_names(fields: &[Field], way: &str, names: &mut Vec<String>) {
    for field in fields {
        let Some(name) = field.name_at(way) else { continue };
        if field.is_struct() {
            add_names(&field.children, &[&name, "."].concat(), names);
        }
        names.push(name);
    }
}

fn find(fields: &[Field], id: i64) -> Option<&Field> {
    fields.iter().find_map(|field| match field.encoding {
        Some(encoding) if encoding.id == id => Some(field),
        _ => find(&field.children, id),
    })
}

/// The fields of a vector of tables. `left` is how many may still be met, here and in what is nested: a few bytes can
/// name the same child any number of times.
fn fields_of(table: &Table<'_>, slot: usize, depth: usize, left: &mut usize) -> Checked<Vec<Field>> {
    let vector = table.vector(slot, 4)?;
    let mut fields = Vec::new();
    for index in 0..vector.len() {
        *left = left.checked_sub(1).ok_or(Malformed)?;
        fields.push(field_of(&vector.table(index)?, depth, left)?);
    }
    Ok(fields)
}

fn field_of(table: &Table<'_>, depth: usize, left: &mut usize) -> Checked<Field> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let encoding = table.table(4)?.map(|encoding| encoding_of(&encoding)).transpose()?;
    let children = fields_of(table, 5, depth, left)?;
    let kind = kind_of(table.u8(2, 0)?, table.table(3)?)?;
    let children_expected = match kind {
        Kind::List(_) => children.len() == 1,
        Kind::Struct | Kind::Other { .. } => true,
        _ => children.is_empty(),
    };
    if !children_expected {
        return Err(Malformed);
    }
    Ok(Field { name: table.text(0)?.to_owned(), kind, encoding, children })
}

fn encoding_of(table: &Table<'_>) -> Checked<Encoding> {
    let index = match table.table(1)? {
        Some(index) => integer_of(&index)?,
        None => Integer { bytes: 4, is_signed: true },
    };
    Ok(Encoding { id: table.i64(0, 0)?, index })
}

fn integer_of(table: &Table<'_>) -> Checked<Integer> {
    let bits = table.i32(0, 0)?;
    let bytes = if matches!(bits, 8 | 16 | 32 | 64) { bits as usize / 8 } else { return Err(Malformed) };
    Ok(Integer { bytes, is_signed: table.u8(1, 0)? != 0 })
}

/// The kind of a type by its number in the schema's list of them, with what its table says.
fn kind_of(number: u8, table: Option<Table<'_>>) -> Checked<Kind> {
    let table = table.ok_or(Malformed)?;
    Ok(match number {
        1 => Kind::Null,
        2 => Kind::Integer(integer_of(&table)?),
        3 => match table.i16(0, 0)? {
            0 => Kind::other("half float", 2),
            1 => Kind::Float(4),
            2 => Kind::Float(8),
            _ => return Err(Malformed),
        },
        4 | 19 => Kind::other("binary", 3),
        5 => Kind::Text(4),
        6 => Kind::Bool,
        7 => Kind::other("decimal", 2),
        8 => match table.i16(0, 1)? {
            0 => Kind::Days,
            1 => Kind::DaysInMilliseconds,
            _ => return Err(Malformed),
        },
        9 => Kind::other("time of day", 2),
        10 => Kind::Timestamp { unit: Unit::of(table.i16(0, 0)?)?, has_zone: !table.text(1)?.is_empty() },
        11 => Kind::other("interval", 2),
        12 => Kind::List(4),
        13 => Kind::Struct,
        14 => Kind::other("union", if table.i16(0, 0)? == 0 { 1 } else { 2 }),
        15 => Kind::other("binary of fixed size", 2),
        16 => Kind::other("list of fixed size", 1),
        17 => Kind::other("map", 2),
        18 => Kind::Duration(Unit::of(table.i16(0, 1)?)?),
        20 => Kind::Text(8),
        21 => Kind::List(8),
        22 => Kind::other("run-end encoded", 0),
        23 => Kind::Other { name: "binary view", buffers: 2, is_variadic: true },
        24 => Kind::TextView,
        25 | 26 => Kind::other("list view", 3),
        _ => return Err(Malformed),
    })
}
