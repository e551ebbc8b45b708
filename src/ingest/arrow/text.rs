//! Values of a column as the texts that other forms write for them: numbers as JSON has them. Reads no bytes.

use super::super::lanes::text_of;
use super::array::{Array, Cell};
use super::columns::is_whole;
use super::dictionary::Dictionaries;
use super::schema::Kind;
use crate::json::push_text;
use crate::number;
use std::ops::Range;

/// Appends what a value is written as; nothing for one that is absent or has no text of its own.
pub(super) fn push_cell(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Text(text) => out.push_str(text),
        Cell::Integer(value) => push_signed(value, out),
        Cell::Unsigned(value) => number::push_whole(out, value),
        Cell::Float(value) if value.is_finite() => number::push(out, value),
        Cell::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Cell::Float(_) | Cell::Absent | Cell::List(..) | Cell::Broken(_) => {}
    }
}

/// Appends the text of a number that is an id or an error, as `row` reads it.
pub(super) fn push_own(cell: Cell<'_>, kind: Kind, out: &mut String) {
    match cell {
        Cell::Integer(number) if matches!(kind, Kind::Integer(_)) => push_signed(number, out),
        Cell::Float(number) if is_whole(number) => push_signed(number as i64, out),
        Cell::Float(number) if number.is_infinite() => out.push_str(TOO_LONG),
        Cell::Float(_) | Cell::Unsigned(_) => push_cell(cell, out),
        _ => {}
    }
}

/// A number that no instant and no duration is.
pub(super) const TOO_LONG: &str = "1e400";

/// Appends a whole number with its sign.
pub(in super::super) fn push_signed(value: i64, out: &mut String) {
    // A sign and 19 digits.
    let mut text = [0; 20];
    let mut from = text.len();
    let mut rest = value.unsigned_abs();
    for place in text.iter_mut().rev() {
        // Most numbers need no division of 64 bits.
        let (next, digit) = match u32::try_from(rest) {
            Ok(short) => (u64::from(short / 10), short % 10),
            Err(_) => (rest / 10, (rest % 10) as u32),
        };
        *place = b'0' + digit as u8;
        from -= 1;
        rest = next;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        from -= 1;
        if let Some(sign) = text.get_mut(from) {
            *sign = b'-';
        }
    }
    out.push_str(text_of(text.get(from..).unwrap_or_default()));
}

/// Appends the texts and numbers of a list as a JSON array. What is neither or lies outside is left out, as from any list of tags.
pub(super) fn push_list(
    lists: &Array,
    range: Range<usize>,
    body: &[u8],
    dictionaries: &Dictionaries,
    budget: &mut u64,
    out: &mut String,
) {
    let Some(items) = lists.items() else { return };
    out.push('[');
    let start = out.len();
    for item in range {
        let cell = items.cell(body, item, dictionaries);
        let length = if let Cell::Text(text) = cell { text.len() as u64 } else { 0 };
        // A list that repeats what others have said is cut where it would cost more than it brought.
        let Some(left) = budget.checked_sub(1 + length) else { break };
        *budget = left;
        if matches!(cell, Cell::Absent | Cell::Broken(_) | Cell::List(..)) {
            continue;
        }
        if out.len() > start {
            out.push(',');
        }
        match cell {
            Cell::Text(text) => push_text(out, text),
            cell => push_cell(cell, out),
        }
    }
    out.push(']');
}
