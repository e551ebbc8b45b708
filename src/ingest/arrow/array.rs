//! One column of one batch: where its buffers lie in the body, each held against the body's length before a value is
//! read, and the values one by one. A value that its offsets place outside is told as such; none is guessed.

use super::dictionary::Dictionaries;
use super::flat::{Checked, Malformed, Table, Vector, bytes_at};
use super::schema::{Encoding, Field, Integer, Kind};
use std::ops::Range;

/// Texts that are views may repeat each other: so many bytes a row are granted beside those that are there.
const VIEW_GRANT_BYTES: u64 = 256;

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Absent,
    Bool(bool),
    Integer(i64),
    /// A whole number above what fits into the other.
    Unsigned(u64),
    Float(f64),
    Text(&'a str),
    /// The items of [`List`] from one up to another.
    List(usize, usize),
    /// What is wrong with it.
    Broken(&'static str),
}

/// The values of a column in one batch.
#[derive(Debug)]
pub(super) struct Array {
    pub(super) length: usize,
    /// A bit for each row, set where there is a value; `None` if all have one.
    pub(super) validity: Option<Range<usize>>,
    /// The same of the structs around it, where any of these has rows without a value.
    pub(super) around: Vec<Range<usize>>,
    pub(super) data: Data,
}

#[derive(Debug)]
pub(super) enum Data {
    /// No values, or such as are not read.
    Nothing,
    Bool(Range<usize>),
    Integer(Integer, Range<usize>),
    Float(usize, Range<usize>),
    Text {
        offset_bytes: usize,
        offsets: Range<usize>,
        texts: Texts,
    },
    View {
        views: Range<usize>,
        texts: Vec<Range<usize>>,
    },
    List {
        offset_bytes: usize,
        offsets: Range<usize>,
        items: Box<Array>,
    },
    /// Numbers of a dictionary's entries. `has_none` is true if a number below zero stands for no entry.
    Index {
        index: Integer,
        numbers: Range<usize>,
        dictionary: i64,
        has_none: bool,
    },
}

/// The bytes that the texts of a column lie in.
#[derive(Debug)]
pub(super) enum Texts {
    /// A copy of them, since they are UTF-8 all in all.
    Checked(String),
    /// They are not; each text is looked at by itself.
    Unchecked(Range<usize>),
}

impl Texts {
    /// The bytes of texts, copied if they are UTF-8 and no more is copied than may be.
    fn of(range: Range<usize>, body: &[u8], copies_left: &mut usize) -> Texts {
        let Some(left) = copies_left.checked_sub(range.len()) else { return Texts::Unchecked(range) };
        match std::str::from_utf8(part(body, &range)) {
            Ok(text) => {
                *copies_left = left;
                Texts::Checked(text.to_owned())
            }
            Err(_) => Texts::Unchecked(range),
        }
    }
}

/// The buffers of a batch, taken one by one in the order of the schema.
pub(super) struct Batch<'a> {
    pub(super) rows: usize,
    body: &'a [u8],
    /// Bytes of text that may still be copied: no more than came.
    copies_left: usize,
    nodes: Vector<'a>,
    buffers: Vector<'a>,
    variadic: Vector<'a>,
    next_node: usize,
    next_buffer: usize,
    next_variadic: usize,
}

impl<'a> Batch<'a> {
    /// What the table of a record batch says, for a body.
    pub(super) fn read(table: &Table<'a>, body: &'a [u8]) -> Checked<Self> {
        Ok(Self {
            rows: usize::try_from(table.i64(0, 0)?).map_err(|_| Malformed)?,
            body,
            copies_left: body.len(),
            nodes: table.vector(1, 16)?,
            buffers: table.vector(2, 16)?,
            variadic: table.vector(4, 8)?,
            next_node: 0,
            next_buffer: 0,
            next_variadic: 0,
        })
    }

    pub(super) fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The next column; `None` for its values if they are not wanted.
    pub(super) fn column(&mut self, field: &Field, is_wanted: bool) -> Checked<Option<Array>> {
        if !is_wanted {
            return self.pass(field).map(|()| None);
        }
        let array = match field.encoding {
            Some(encoding) => self.indices(encoding),
            None => self.values(field),
        }?;
        if array.length == self.rows { Ok(Some(array)) } else { Err(Malformed) }
    }

    /// Takes the buffers of a column without looking at them.
    fn pass(&mut self, field: &Field) -> Checked<()> {
        self.next_node += 1;
        if field.encoding.is_some() {
            self.next_buffer += 2;
            return Ok(());
        }
        self.next_buffer += match field.kind {
            Kind::Null => 0,
            Kind::Struct => 1,
            Kind::Text(_) => 3,
            Kind::TextView => 2 + self.variadic_buffers()?,
            Kind::Other { buffers, is_variadic: true, .. } => buffers + self.variadic_buffers()?,
            Kind::Other { buffers, .. } => buffers,
            _ => 2,
        };
        field.children.iter().try_for_each(|child| self.pass(child))
    }

    fn indices(&mut self, encoding: Encoding) -> Checked<Array> {
        let (length, validity) = self.begin()?;
        let numbers = self.buffer(length, encoding.index.bytes)?;
        Ok(Array { length, validity, around: Vec::new(), data: index_data(encoding, numbers, false) })
    }

    /// The values of a field, whatever dictionary they belong to.
    pub(super) fn values(&mut self, field: &Field) -> Checked<Array> {
        if matches!(field.kind, Kind::Null | Kind::Struct | Kind::Other { .. }) {
            let length = self.node()?.0;
            self.next_node -= 1;
            self.pass(&Field { encoding: None, ..field.clone() })?;
            return Ok(Array { length, validity: None, around: Vec::new(), data: Data::Nothing });
        }
        let (length, validity) = self.begin()?;
        let data = match field.kind {
            Kind::Bool => Data::Bool(self.buffer(length.div_ceil(8), 1)?),
            Kind::Integer(integer) => Data::Integer(integer, self.buffer(length, integer.bytes)?),
            Kind::Float(bytes) => Data::Float(bytes, self.buffer(length, bytes)?),
            Kind::Days => Data::Integer(Integer { bytes: 4, is_signed: true }, self.buffer(length, 4)?),
            Kind::Text(offset_bytes) => {
                let offsets = self.offsets(length, offset_bytes)?;
                let texts = self.buffer(0, 1)?;
                Data::Text { offset_bytes, offsets, texts: Texts::of(texts, self.body, &mut self.copies_left) }
            }
            Kind::TextView => {
                let views = self.buffer(length, 16)?;
                let buffers = self.variadic_buffers()?;
                let texts = (0..buffers).map(|_| self.buffer(0, 1)).collect::<Checked<_>>()?;
                Data::View { views, texts }
            }
            Kind::List(offset_bytes) => {
                let offsets = self.offsets(length, offset_bytes)?;
                let child = field.children.first().ok_or(Malformed)?;
                let items = match child.encoding {
                    Some(encoding) => self.indices(encoding),
                    None => self.values(child),
                }?;
                Data::List { offset_bytes, offsets, items: Box::new(items) }
            }
            _ => Data::Integer(Integer { bytes: 8, is_signed: true }, self.buffer(length, 8)?),
        };
        Ok(Array { length, validity, around: Vec::new(), data })
    }

    /// Goes into the next column, which is a struct: what says which rows have a value, if some have none.
    pub(super) fn enter(&mut self) -> Checked<Option<Range<usize>>> {
        let (length, validity) = self.begin()?;
        if length == self.rows { Ok(validity) } else { Err(Malformed) }
    }

    /// Length and count of nulls of the next column.
    fn node(&mut self) -> Checked<(usize, i64)> {
        let (length, nulls) = self.nodes.pair(self.next_node)?;
        self.next_node += 1;
        Ok((usize::try_from(length).map_err(|_| Malformed)?, nulls))
    }

    /// Length and validity of the next column.
    fn begin(&mut self) -> Checked<(usize, Option<Range<usize>>)> {
        let (length, nulls) = self.node()?;
        let validity = self.buffer(0, 1)?;
        match nulls {
            0 => Ok((length, None)),
            _ if validity.len() >= length.div_ceil(8) => Ok((length, Some(validity))),
            _ => Err(Malformed),
        }
    }

    /// The offsets of as many things; of none there may be none.
    fn offsets(&mut self, length: usize, bytes: usize) -> Checked<Range<usize>> {
        self.buffer(if length == 0 { 0 } else { length.checked_add(1).ok_or(Malformed)? }, bytes)
    }

    /// Where the next buffer lies, which must hold at least so many things of so many bytes.
    fn buffer(&mut self, length: usize, bytes: usize) -> Checked<Range<usize>> {
        let (start, size) = self.buffers.pair(self.next_buffer)?;
        self.next_buffer += 1;
        let number = |number: i64| usize::try_from(number).map_err(|_| Malformed);
        let (start, size) = (number(start)?, number(size)?);
        let end = start.checked_add(size).filter(|end| *end <= self.body.len()).ok_or(Malformed)?;
        if size < length.checked_mul(bytes).ok_or(Malformed)? { Err(Malformed) } else { Ok(start..end) }
    }

    fn variadic_buffers(&mut self) -> Checked<usize> {
        let count = self.variadic.i64(self.next_variadic)?;
        self.next_variadic += 1;
        // Each is named in the list of buffers, which has come.
        usize::try_from(count).ok().filter(|count| *count <= self.buffers.len()).ok_or(Malformed)
    }
}

fn index_data(encoding: Encoding, numbers: Range<usize>, has_none: bool) -> Data {
    Data::Index { index: encoding.index, numbers, dictionary: encoding.id, has_none }
}

impl Array {
    /// An array that a program handed over, all of whose rows have a value. `text` is where the bytes of texts lie.
    pub(super) fn handed(
        kind: Kind,
        encoding: Option<Encoding>,
        length: usize,
        (values, text): (Range<usize>, Range<usize>),
        body: &[u8],
        copies_left: &mut usize,
    ) -> Checked<Array> {
        let holds = |range: &Range<usize>, count: usize, bytes: usize| {
            let needed = count.checked_mul(bytes);
            body.get(range.clone()).is_some_and(|part| needed.is_some_and(|needed| part.len() >= needed))
        };
        let (count, bytes) = match (encoding, kind) {
            (Some(encoding), _) => (length, encoding.index.bytes),
            (None, Kind::Integer(integer)) => (length, integer.bytes),
            (None, Kind::Float(bytes)) => (length, bytes),
            (None, _) => (length.checked_add(1).ok_or(Malformed)?, 4),
        };
        if !holds(&values, count, bytes) || !holds(&text, 0, 1) {
            return Err(Malformed);
        }
        let data = match (encoding, kind) {
            (Some(encoding), _) => index_data(encoding, values, true),
            (None, Kind::Integer(integer)) => Data::Integer(integer, values),
            (None, Kind::Float(bytes)) => Data::Float(bytes, values),
            (None, _) => {
                let texts = Texts::of(text, body, copies_left);
                Data::Text { offset_bytes: 4, offsets: values, texts }
            }
        };
        Ok(Array { length, validity: None, around: Vec::new(), data })
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// What the lists of a column hold.
    pub(super) fn items(&self) -> Option<&Array> {
        match &self.data {
            Data::List { items, .. } => Some(items),
            _ => None,
        }
    }

    /// How many bytes of text all rows of a body may hand out together: offsets that go back and forth could name the same bytes
    /// once a row.
    pub(super) fn text_budget(&self, body: &[u8]) -> u64 {
        let bytes = body.len() as u64;
        match &self.data {
            Data::View { .. } => bytes + self.length as u64 * VIEW_GRANT_BYTES,
            // Of a list each item costs one beside its text.
            Data::List { .. } => 2 * bytes,
            Data::Index { .. } => u64::MAX,
            _ => bytes,
        }
    }

    /// The value of a row.
    #[inline]
    pub(super) fn cell<'a>(&'a self, body: &'a [u8], row: usize, dictionaries: &'a Dictionaries) -> Cell<'a> {
        if !self.is_valid(body, row) {
            return Cell::Absent;
        }
        match &self.data {
            Data::Integer(integer, range) => integer_at(part(body, range), row, *integer),
            Data::Index { index, numbers, dictionary, has_none } => {
                let Cell::Integer(number) = integer_at(part(body, numbers), row, *index) else {
                    return Cell::Broken(OUTSIDE);
                };
                if *has_none && number < 0 {
                    return Cell::Absent;
                }
                dictionaries.text(*dictionary, number).map_or(Cell::Broken(NO_WORD), text_cell)
            }
            Data::Text { offset_bytes, offsets, texts } => {
                let Some((start, end)) = ends_at(part(body, offsets), row, *offset_bytes) else {
                    return Cell::Broken(OUTSIDE);
                };
                match texts {
                    Texts::Checked(text) => text.get(start..end).map_or(Cell::Broken(OUTSIDE), text_cell),
                    Texts::Unchecked(range) => text_of(part(body, range).get(start..end)),
                }
            }
            Data::View { views, texts } => view_at(body, part(body, views), row, texts),
            Data::Bool(range) => Cell::Bool(bit(part(body, range), row)),
            Data::Float(bytes, range) => float_at(part(body, range), row, *bytes),
            Data::List { offset_bytes, offsets, items } => match ends_at(part(body, offsets), row, *offset_bytes) {
                Some((start, end)) if end <= items.length => Cell::List(start, end),
                _ => Cell::Broken(OUTSIDE),
            },
            Data::Nothing => Cell::Absent,
        }
    }

    #[inline]
    pub(super) fn is_valid(&self, body: &[u8], row: usize) -> bool {
        let is_set = |validity: &Range<usize>| bit(part(body, validity), row);
        self.validity.as_ref().is_none_or(is_set) && self.around.iter().all(is_set)
    }

    /// What a row of a column of dictionary indices holds; `None` for columns that have none.
    #[inline]
    pub(super) fn entry(&self, body: &[u8], row: usize) -> Option<Entry> {
        let Data::Index { index, numbers, has_none, .. } = &self.data else { return None };
        if !self.is_valid(body, row) {
            return Some(Entry::Absent);
        }
        Some(match integer_at(part(body, numbers), row, *index) {
            Cell::Integer(number) if *has_none && number < 0 => Entry::Absent,
            Cell::Integer(number) => usize::try_from(number).map_or(Entry::Broken, Entry::At),
            _ => Entry::Broken,
        })
    }
}

/// A dictionary's entry that a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Absent,
    At(usize),
    Broken,
}

const OUTSIDE: &str = "lies outside its column";
const NO_WORD: &str = "is not in the dictionary";
const NO_UTF8: &str = "is not UTF-8";

/// A buffer, which was found to lie within the body.
pub(super) fn part<'a>(body: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    body.get(range.start..range.end).unwrap_or_default()
}

fn bit(bits: &[u8], row: usize) -> bool {
    bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

/// An empty text says nothing, as in every other form.
fn text_cell(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Absent } else { Cell::Text(text) }
}

fn text_of(bytes: Option<&[u8]>) -> Cell<'_> {
    let Some(bytes) = bytes else { return Cell::Broken(OUTSIDE) };
    std::str::from_utf8(bytes).map_or(Cell::Broken(NO_UTF8), text_cell)
}

#[inline]
fn integer_at(numbers: &[u8], row: usize, integer: Integer) -> Cell<'static> {
    let at = row * integer.bytes;
    let number = match (integer.bytes, integer.is_signed) {
        (8, true) => bytes_at(numbers, at).map(i64::from_le_bytes),
        (4, true) => bytes_at(numbers, at).map(|bytes| i64::from(i32::from_le_bytes(bytes))),
        (4, false) => bytes_at(numbers, at).map(|bytes| i64::from(u32::from_le_bytes(bytes))),
        (2, true) => bytes_at(numbers, at).map(|bytes| i64::from(i16::from_le_bytes(bytes))),
        (2, false) => bytes_at(numbers, at).map(|bytes| i64::from(u16::from_le_bytes(bytes))),
        (1, true) => bytes_at(numbers, at).map(|bytes| i64::from(i8::from_le_bytes(bytes))),
        (1, false) => bytes_at(numbers, at).map(|[byte]| i64::from(byte)),
        _ => {
            let Some(number) = bytes_at(numbers, at).map(u64::from_le_bytes) else { return Cell::Broken(OUTSIDE) };
            return i64::try_from(number).map_or(Cell::Unsigned(number), Cell::Integer);
        }
    };
    number.map_or(Cell::Broken(OUTSIDE), Cell::Integer)
}

fn float_at(numbers: &[u8], row: usize, bytes: usize) -> Cell<'static> {
    let number = match bytes {
        4 => bytes_at(numbers, row * 4).map(|bytes| f64::from(f32::from_le_bytes(bytes))),
        _ => bytes_at(numbers, row * 8).map(f64::from_le_bytes),
    };
    number.map_or(Cell::Broken(OUTSIDE), Cell::Float)
}

/// Two neighbouring offsets.
fn ends_at(offsets: &[u8], row: usize, bytes: usize) -> Option<(usize, usize)> {
    let offset = |row: usize| match bytes {
        4 => bytes_at(offsets, row * 4).and_then(|bytes| usize::try_from(i32::from_le_bytes(bytes)).ok()),
        _ => bytes_at(offsets, row * 8).and_then(|bytes| usize::try_from(i64::from_le_bytes(bytes)).ok()),
    };
    Some((offset(row)?, offset(row + 1)?))
}

/// A view: its length, then the text itself if it has at most 12 bytes, else its first four, a buffer and a place.
fn view_at<'a>(body: &'a [u8], views: &'a [u8], row: usize, texts: &[Range<usize>]) -> Cell<'a> {
    let word = |at: usize| {
        let number = bytes_at(views, row * 16 + at).map(i32::from_le_bytes)?;
        usize::try_from(number).ok()
    };
    let Some(length) = word(0) else { return Cell::Broken(OUTSIDE) };
    if length <= 12 {
        return text_of(views.get(row * 16 + 4..row * 16 + 4 + length));
    }
    let text = || {
        let (buffer, start) = (texts.get(word(8)?)?, word(12)?);
        part(body, buffer).get(start..start.checked_add(length)?)
    };
    text_of(text())
}
