//! Bytes in, rows out: push parsers that are fed chunks of any size and give the same rows for every way of cutting
//! them. They check what they skip, bound what they keep (one line), and never fail: what cannot be read is an event
//! with a line number and a cause.

mod csv;
mod line;
mod ndjson;
mod row;

use crate::execution::Execution;
use crate::problem::ProblemKind;

/// The longest line that is read, in bytes without its end; a longer one is skipped as
/// [`ProblemKind::LineTooLong`].
pub const MOST_LINE_BYTES: usize = 16 * 1024 * 1024;

/// The deepest nesting of arrays and objects within a line of JSON.
pub const MOST_DEPTH: usize = 128;

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a line, with control lines.
    Ndjson,
    /// Canonical CSV: a header line, comma, RFC 4180 quoting, tags separated by `|`.
    Csv,
}

/// What the parser found next.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// A row with a start.
    Row {
        /// Its physical line, from 1 (of a CSV record over several lines, the first).
        line: u64,
        /// The row.
        execution: Execution<'a>,
        /// What was wrong with it although it can be placed.
        notes: Notes,
    },
    /// A row that cannot be placed: unreadable, too long, or without a start.
    Rejected {
        /// Its physical line, from 1.
        line: u64,
        /// [`ProblemKind::Unreadable`], [`ProblemKind::LineTooLong`] or [`ProblemKind::NoStart`].
        kind: ProblemKind,
        /// What was found and what was expected, one sentence.
        message: String,
    },
    /// The source is of no form that is read; nothing follows.
    Unrecognised {
        /// Its first characters.
        starts_with: String,
    },
    /// A control line that ends a stream.
    End(StreamEnd),
    /// A control line of another kind (`$alive`, or one of a later version): the stream speaks the companion's
    /// protocol, nothing else follows from it.
    Control,
}

/// What was wrong with a row that is placed all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The start named no zone; UTC was assumed.
    pub zoneless_start: bool,
    /// A duration below zero, given or computed from the end, was dropped.
    pub negative_duration: bool,
    /// A duration that is no number or is above the limit, or an end that cannot be read, was dropped.
    pub bad_duration: bool,
}

/// How a stream said that it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// `{"$end":{"rows":…,"complete":…,"reason":…}}`, in CSV `$end,ROWS,true`.
    End {
        /// The number of rows that were sent.
        rows: u64,
        /// False when a limit cut the stream.
        complete: bool,
        /// Why it was cut.
        reason: Option<String>,
    },
    /// `{"$error":{"code":…,"message":…,"rows":…}}`.
    Error {
        /// A word for programs.
        code: String,
        /// A sentence for people.
        message: String,
    },
}

/// A push parser of one source.
#[derive(Debug)]
pub struct Reader {
    form: Form,
    buffer: Vec<u8>,
}

impl Reader {
    /// A parser of a form.
    pub fn new(form: Form) -> Self {
        Self { form, buffer: Vec::new() }
    }

    /// A parser that finds out the form from the first bytes.
    pub fn recognising() -> Self {
        Self::new(Form::Ndjson)
    }

    /// The form, once it is known.
    pub fn form(&self) -> Option<Form> {
        Some(self.form)
    }

    /// Takes bytes; then ask [`Reader::next`] until it has nothing more.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// A place for `length` bytes that the caller fills; then [`Reader::filled`].
    pub fn buffer(&mut self, length: usize) -> &mut [u8] {
        self.buffer.resize(length, 0);
        &mut self.buffer
    }

    /// Takes the first `length` bytes of the last [`Reader::buffer`].
    pub fn filled(&mut self, length: usize) {
        let _ = length;
    }

    /// No bytes will follow.
    pub fn finish(&mut self) {}

    /// The next event, or `None` until more bytes come.
    #[expect(clippy::should_implement_trait, reason = "events borrow from the parser, which an Iterator cannot say")]
    pub fn next(&mut self) -> Option<Event<'_>> {
        let _ = self.form;
        None
    }
}
