//! Columns that a program hands over as arrays: which array is which column, and where its bytes lie among those that
//! were given. Holds no bytes and reads none.
//!
//! The rules are those of every other form: of a start, a number's magnitude tells its unit, 0 says "none" and so does a
//! float that is no number; an empty text is absent; a column of an unknown name is passed. A batch that is larger than
//! a million rows is better handed over in several; a dictionary is given with the first and stays.

use std::ops::Range;

/// What an array consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayKind {
    /// Floats of 4 or 8 bytes.
    Float {
        /// 4 or 8.
        bytes: usize,
    },
    /// Whole numbers of 1, 2, 4 or 8 bytes.
    Whole {
        /// 1, 2, 4 or 8.
        bytes: usize,
        /// True if they have a sign.
        is_signed: bool,
    },
    /// Texts: the array holds where each begins, as whole numbers of 4 bytes with a sign, and one more where the last
    /// one ends.
    Texts,
}

impl ArrayKind {
    /// The kind by its short name: `f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 text`.
    pub fn of(name: &str) -> Option<ArrayKind> {
        let whole = |bytes, is_signed| Some(ArrayKind::Whole { bytes, is_signed });
        match name {
            "f32" => Some(ArrayKind::Float { bytes: 4 }),
            "f64" => Some(ArrayKind::Float { bytes: 8 }),
            "i8" => whole(1, true),
            "i16" => whole(2, true),
            "i32" => whole(4, true),
            "i64" => whole(8, true),
            "u8" => whole(1, false),
            "u16" => whole(2, false),
            "u32" => whole(4, false),
            "u64" => whole(8, false),
            "text" => Some(ArrayKind::Texts),
            _ => None,
        }
    }
}

/// The texts that whole numbers stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Where the numbers lie that say where each text begins, and one more for the end of the last.
    pub begins: Range<usize>,
    /// Where the texts lie, one behind the other, in UTF-8.
    pub text: Range<usize>,
}

/// One column of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnArray {
    /// Its name, as a header of CSV.
    pub name: String,
    /// What its array consists of.
    pub kind: ArrayKind,
    /// Where its array lies among the bytes that were given.
    pub values: Range<usize>,
    /// Where the texts of [`ArrayKind::Texts`] lie, in UTF-8; empty for others.
    pub text: Range<usize>,
    /// True if the numbers stand for words; one below zero then stands for none.
    pub is_coded: bool,
    /// The words, with the first batch and whenever they change.
    pub words: Option<Words>,
}
