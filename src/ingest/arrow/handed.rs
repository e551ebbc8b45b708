//! Batches of columns that a program hands over: the same arrays as those of a record batch, found without a message.

use super::super::columns::{ArrayKind, ColumnArray, Words};
use super::super::mapping::Mapping;
use super::array::Array;
use super::schema::{Encoding, Field, Integer, Kind, Schema};
use super::{Arrow, Open};

impl Arrow {
    /// Takes a batch whose bytes are all that wait. Every batch has the columns of the first one.
    pub(in super::super) fn hand(
        &mut self,
        waiting: &[u8],
        rows: usize,
        columns: &[ColumnArray],
        mapping: &Mapping,
    ) -> Result<(), String> {
        let fields: Vec<Field> = (0..).zip(columns).map(|(id, column)| field_of(id, column)).collect();
        if self.schema.as_ref().is_none_or(|schema| schema.fields != fields) {
            let schema = Schema { fields: fields.clone(), is_big_endian: false };
            self.columns.choose(&schema, mapping)?;
            self.schema = Some(schema);
        }
        let unfit = |column: &ColumnArray| {
            ["the array of column '", &column.name, "' does not have ", &crate::number::whole(rows as u64), " values"]
                .concat()
        };
        let mut arrays = Vec::new();
        for ((id, column), field) in (0..).zip(columns).zip(&fields) {
            if let Some(Words { begins, text }) = &column.words {
                let words = begins.len().checked_div(4).and_then(|begins| begins.checked_sub(1)).unwrap_or(0);
                let array = Array::handed(Kind::Text(4), None, words, begins.clone(), text.clone(), waiting);
                let taken = array.and_then(|array| self.dictionaries.fill(id, &array, false, waiting));
                taken.map_err(|_| ["the words of column '", &column.name, "' cannot be read"].concat())?;
            }
            let array =
                Array::handed(field.kind, field.encoding, rows, column.values.clone(), column.text.clone(), waiting);
            arrays.push(array.map_err(|_| unfit(column))?);
        }
        let batch = self.columns.open_arrays(rows, arrays, waiting, &self.dictionaries);
        self.is_handed = true;
        self.open = Some(Open { body: 0..waiting.len(), length: waiting.len(), batch });
        Ok(())
    }
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
