//! Batches of columns that a program hands over: the same arrays as those of a record batch, found without a message.

use super::super::MOST_COLUMNS;
use super::super::columns::{self, ArrayKind, ColumnArray, Words};
use super::array::Array;
use super::flat::bytes_at;
use super::message::Messages;
use super::schema::{Encoding, Field, Integer, Kind, Schema};
use super::{Arrow, Taken};

impl Arrow {
    /// A reader of such batches.
    pub(in super::super) fn handed() -> Self {
        Self { messages: Messages::handed(), ..Self::default() }
    }

    /// Takes a batch. `head` is what stands between its frame and its body.
    pub(super) fn hand(&mut self, head: &[u8], body: &[u8]) -> Result<Taken, String> {
        let (rows, columns) = read(head).ok_or("the head of a batch of columns cannot be read")?;
        let fields: Vec<Field> = (0..).zip(&columns).map(|(id, column)| field_of(id, column)).collect();
        if self.schema.as_ref().is_none_or(|schema| schema.fields != fields) {
            self.schema = Some(Schema { fields, is_big_endian: false });
            return Ok(Taken::Schema { is_all: false });
        }
        // The lengths are checked before anything is read through them.
        let unfit = |column: &ColumnArray| {
            ["the array of column '", &column.name, "' does not have ", &crate::number::whole(rows as u64), " values"]
                .concat()
        };
        let mut arrays = Vec::new();
        let mut copies_left = body.len();
        for ((id, column), field) in (0..).zip(&columns).zip(&fields) {
            if let Some(Words { begins, text }) = &column.words {
                let words = begins.len().checked_div(4).and_then(|begins| begins.checked_sub(1)).unwrap_or(0);
                let places = (begins.clone(), text.clone());
                let array = Array::handed(Kind::Text(4), None, words, places, body, &mut copies_left);
                let taken = array.and_then(|array| self.dictionaries.fill(id, &array, false, body));
                taken.map_err(|_| ["the words of column '", &column.name, "' cannot be read"].concat())?;
            }
            if self.columns.use_place(arrays.len()) {
                let places = (column.values.clone(), column.text.clone());
                let array = Array::handed(field.kind, field.encoding, rows, places, body, &mut copies_left);
                arrays.push(Some(array.map_err(|_| unfit(column))?));
            } else {
                arrays.push(None);
            }
        }
        if rows > body.len() {
            return Err("a batch of columns says that it has more rows than bytes".to_owned());
        }
        Ok(Taken::Rows(self.columns.open_arrays(rows, arrays, body, &self.dictionaries)))
    }
}

/// The number of rows and the columns that a head tells.
fn read(head: &[u8]) -> Option<(usize, Vec<ColumnArray>)> {
    let rows = u32::from_le_bytes(bytes_at(head, 8)?) as usize;
    let text = std::str::from_utf8(head.get(12..)?).ok()?;
    let columns: Vec<_> = text.lines().map(columns::column).collect::<Option<_>>()?;
    (columns.len() <= MOST_COLUMNS).then_some((rows, columns))
}

fn field_of(id: i64, column: &ColumnArray) -> Field {
    let index = match column.kind {
        ArrayKind::Whole { bytes, is_signed } => Some(Integer { bytes, is_signed }),
        ArrayKind::Float { .. } | ArrayKind::Texts => None,
    };
    let encoding = index.filter(|_| column.is_coded).map(|index| Encoding { id, index });
    let kind = match column.kind {
        _ if encoding.is_some() => Kind::Text(4),
        ArrayKind::Float { bytes } => Kind::Float(bytes),
        ArrayKind::Whole { bytes, is_signed } => Kind::Integer(Integer { bytes, is_signed }),
        ArrayKind::Texts => Kind::Text(4),
    };
    Field { name: column.name.clone(), kind, encoding, children: Vec::new() }
}
