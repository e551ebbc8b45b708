//! Batches of columns that a program hands over as arrays ([`super::Form::Columns`]): what is in front of their bytes.
//! Reads no value.
//!
//! A batch is a frame, a head and a body. The frame is four bytes of 255 and the length of the head; the head is the
//! length of the body in eight bytes, the number of rows in four, and a text with a line for each column; all numbers
//! are little-endian. A line has the column's name, its kind (`f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 text`), where its
//! array begins in the body and where it ends, and where the bytes of its texts do, all separated by tabs. The array of a
//! column of texts holds where each text begins, four bytes with a sign each, and one more where the last one ends. A
//! column of numbers that stand for words has four numbers more: where the begins of the words and where their bytes
//! lie, two empty places if they are those of the batch before. Of such numbers one below zero stands for none.
//!
//! The rules are those of every other form: of a start, a number's magnitude tells its unit, 0 says "none" and so does a
//! float that is no number; an empty text is absent; a column of an unknown name is passed.

use std::ops::Range;

/// What an array consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArrayKind {
    /// Floats of 4 or 8 bytes.
    Float { bytes: usize },
    /// Whole numbers of 1, 2, 4 or 8 bytes.
    Whole { bytes: usize, is_signed: bool },
    /// Where each text begins.
    Texts,
}

impl ArrayKind {
    fn of(name: &str) -> Option<ArrayKind> {
        let bytes = match name.get(1..)? {
            "8" => 1,
            "16" => 2,
            "32" => 4,
            "64" => 8,
            _ => 0,
        };
        match (name.get(..1)?, bytes) {
            ("f", 4 | 8) => Some(ArrayKind::Float { bytes }),
            ("i" | "u", 1..) => Some(ArrayKind::Whole { bytes, is_signed: name.starts_with('i') }),
            _ => (name == "text").then_some(ArrayKind::Texts),
        }
    }
}

/// The texts that whole numbers stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Where the numbers lie that say where each text begins.
    pub(super) begins: Range<usize>,
    /// Where the texts lie, one behind the other, in UTF-8.
    pub(super) text: Range<usize>,
}

/// One column of a batch; places are those of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnArray {
    pub(super) name: String,
    pub(super) kind: ArrayKind,
    pub(super) values: Range<usize>,
    pub(super) text: Range<usize>,
    /// True if the numbers stand for words.
    pub(super) is_coded: bool,
    /// The words, if they are not those of the batch before.
    pub(super) words: Option<Words>,
}

/// The column that a line of the head describes.
pub(super) fn column(line: &str) -> Option<ColumnArray> {
    let mut parts = line.split('\t');
    let (name, kind) = (parts.next()?, ArrayKind::of(parts.next()?)?);
    let numbers: Vec<usize> = parts.map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let range = |place: usize| Some(*numbers.get(place)?..*numbers.get(place + 1)?);
    let words = range(4).and_then(|begins| Some(Words { begins, text: range(6)? }));
    Some(ColumnArray {
        name: name.to_owned(),
        kind,
        values: range(0)?,
        text: range(2)?,
        is_coded: words.is_some(),
        words: words.filter(|words| !words.begins.is_empty()),
    })
}
