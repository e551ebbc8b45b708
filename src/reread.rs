//! A row read once more, from the bytes where it lies: what a table does not hold of it. Holds nothing itself.

use crate::ingest::{Event, Reader};

/// The texts of a row that only its source holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowTexts {
    /// Identity of the run within its workflow.
    pub id: Option<String>,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// What went wrong, in the source's words.
    pub error: Option<String>,
}

/// Reads the row that begins with `bytes`. `reader` is a new parser, set up as the one that read the source; `head` is
/// what stands in the source before its first row ([`crate::table::Table::first_offset`]), such as the header of CSV.
/// `is_end` is true if nothing follows the bytes. `None` if the row is not whole there, or is no row any more.
///
/// ```
/// use execution_heatmap::{ingest::{Form, Reader}, reread::reread};
/// let row = b"91,failed,2026-02-12T04:30:00Z,timeout\n92,";
/// let texts = reread(Reader::new(Form::Csv), b"id,status,started_at,error\n", row, false).unwrap();
/// assert_eq!((texts.id.as_deref(), texts.error.as_deref()), (Some("91"), Some("timeout")));
/// ```
pub fn reread(mut reader: Reader, head: &[u8], bytes: &[u8], is_end: bool) -> Option<RowTexts> {
    reader.extend(head);
    while reader.next().is_some() {}
    reader.drop_record();
    reader.extend(bytes);
    let found = first(&mut reader);
    if found.is_none() && is_end {
        reader.finish();
        return first(&mut reader).flatten();
    }
    found.flatten()
}

/// The texts of the next thing that is read, if that is a row; `None` if nothing is.
fn first(reader: &mut Reader) -> Option<Option<RowTexts>> {
    match reader.next()? {
        Event::Row { execution, .. } | Event::Unstarted { execution, .. } => Some(Some(RowTexts {
            id: execution.id.map(str::to_owned),
            attempt: execution.attempt,
            error: execution.error.map(str::to_owned),
        })),
        _ => Some(None),
    }
}
