//! Where a reader of JSON documents stands: what lies around it, what it passes, and what may turn out to be a row. Decides
//! nothing.

use super::document_context::ContextKey;
use super::document_places::Place;

/// An object or array around the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) is_object: bool,
    /// Where the values of an array are, or the object itself is, on the way to the rows.
    pub(super) place: Place,
    /// True for an object whose members are rows by their ids.
    pub(super) is_map: bool,
    /// True once an element turned out to be a row: the others are no pages either.
    pub(super) has_rows: bool,
    /// True until the first element or member.
    pub(super) is_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// A value may begin; of an array, it may end.
    Value {
        may_end: bool,
    },
    /// A key may begin; the object may end.
    Key {
        may_end: bool,
    },
    Colon,
    /// An object begins that was looked through before.
    Into(Place),
    /// A value has ended.
    Behind,
    /// Within a value that is passed as a whole.
    Within(Purpose),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Key,
    Row,
    Nothing,
    Context(ContextKey),
}

/// An object that is a row unless rows are found in it. Its bytes wait from the first one on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capture {
    pub(super) line: u64,
    pub(super) depth: usize,
    /// True once it showed an instant of its own: it is a row, whatever it holds.
    pub(super) is_row: bool,
    /// True once a place for rows was met in it that holds none.
    pub(super) has_empty_place: bool,
    /// True once a member was met that is no JSON: the row is told with its fault, but what lies around rows breaks the
    /// document.
    pub(super) has_fault: bool,
    /// True for what may be a job or folder of Jenkins.
    pub(super) is_job: bool,
    /// True if it was looked through to its end and nothing said that it is a row.
    pub(super) was_looked_through: bool,
}

/// An element of an array, or a whole document that lists what may be its parts, that is looked through to its end before
/// it is known what it is, since an object's members have no order: what says that it is a row, or of which service its
/// rows are, may stand behind what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Where it begins, and on which line.
    pub(super) start: usize,
    pub(super) line: u64,
    pub(super) depth: usize,
    pub(super) place: Place,
    pub(super) may_be_row: bool,
}
