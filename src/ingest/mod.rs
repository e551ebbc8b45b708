//! Bytes in, rows out: push parsers that are fed chunks of any size and give the same rows for every way of cutting
//! them. They check what they skip, bound what they keep (one line, and a few first rows), and never fail: what cannot be
//! read is an event with a line number and a cause.
//!
//! # A row
//! The fields are those of [`Execution`], in NDJSON as keys, in CSV as columns of any order. Of a field that is there
//! twice the last counts; unknown ones are checked and ignored; an empty text is absent, and so is in CSV a field without
//! quotes that is a word for nothing (`NULL`, `None`, `NA`, `\N` and their like, spelt so).
//! - `status` and `started_at` are needed. A status that is absent, or a start that is no instant, makes the row
//!   unreadable; a start that says "none" ([`crate::time::parse_text`]) makes it one without a start.
//! - `id` and `workflow_id` are texts or numbers, and a number is the text as it is written. `workflow` is the name, or
//!   in JSON an object with `name` and `id`; where nothing gives an id, the name is it. `error` is a text or an object
//!   with `message`. `tags` are an array of texts and numbers or one text, in CSV texts separated by `|`.
//! - The duration of an execution that has ended is `duration_ms`, rounded to whole milliseconds with halves away from
//!   zero; where that is absent, `finished_at` − `started_at`. One that is given but cannot be used is dropped with a
//!   note, and the end is then not asked. An execution that has not ended has none, and nothing is noted.
//! - `attempt` is cut to a whole number; 1 where it is none. A field that is not needed and of a kind that it cannot be
//!   (an `id` that is an array) is taken as absent.
//!
//! # Rows of other systems
//! Whose rows a source holds shows in the fields of the first one, or of the next ones where that may lack what its system
//! leaves out ([`Reader::recognised`] says it), or is told ([`Expected`]). Then their own fields, words and units are read as a row; a moment that stands in for a start, and
//! what is listed but is no row, are told with the row or in its place. Rows that bear no system's signs are read as the
//! row above.
//!
//! # Control lines
//! In NDJSON an object whose only member has a key that begins with `$`; in CSV a record whose first field is `$end`,
//! `$error` or `$alive` without quotes. They are no rows.

mod arrow;
mod brief;
mod cdevents;
mod classify;
mod columned;
mod columns;
mod combinations;
mod csv;
mod cube_rows;
mod custom;
mod date_order;
mod document;
mod document_context;
mod document_places;
mod document_state;
mod expected;
mod fields;
mod find;
mod first_rows;
mod forms;
mod hint;
mod input;
mod known_line;
mod lanes;
mod length;
mod lines;
mod mapping;
mod memo;
mod memo_kinds;
mod messages;
mod moments;
mod ndjson;
mod places;
mod preset;
mod reader;
mod reader_known;
mod reader_stretch;
mod recognise;
mod records;
mod role;
mod row;
mod scan;
mod seek;
mod shape;
mod shape_learning;
mod shape_value;
mod shortcut;
mod swf;
mod text;
mod value_end;
mod values;

pub use arrow::{KeptType, MOST_BODY_BYTES, MOST_METADATA_BYTES, Unit, instant, kept_types, length_ms, to_ms};
pub use columned::{ColumnUse, Columned, Instants, Lengths};
pub use csv::named_delimiter;
pub use expected::{Expected, preset_names};
pub use hint::Unrecognised;
pub use moments::TOO_FAR;
pub use reader::Reader;
pub(crate) use text::excerpt;

use crate::FORMS;
use crate::execution::{Execution, OwnTexts};
use crate::problem::ProblemKind;
use crate::table::Count;
use crate::time::{ParsedTime, Timestamp};
use std::ops::Range;
use text::Text;

/// The longest line that is read, in bytes without its end; a longer one is skipped as
/// [`ProblemKind::LineTooLong`].
pub const MOST_LINE_BYTES: usize = 16 * 1024 * 1024;

/// The nesting of arrays and objects that a line of JSON must stay below, counted as serde_json counts: 127 within each
/// other are read, 128 are not.
pub const MOST_DEPTH: usize = 128;

/// The most columns of CSV.
pub const MOST_COLUMNS: usize = 4096;

/// The forms that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a line, with control lines.
    Ndjson,
    /// JSON documents: an array of rows, an object that holds one, or several of these one after the other.
    Json,
    /// A header line, fields between commas, semicolons, bars or what a line before it names (`sep=;`), RFC 4180 quoting,
    /// tags separated by `|`.
    Csv,
    /// The same with tabs.
    Tsv,
    /// Arrow IPC, stream or file, without compression.
    Arrow,
    /// Batches of arrays that a program hands over; not recognised, since no file has this form.
    Columns,
    /// The Standard Workload Format of batch systems.
    Swf,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 7] = [Form::Ndjson, Form::Json, Form::Csv, Form::Tsv, Form::Arrow, Form::Columns, Form::Swf];

    /// The name by which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Ndjson => "ndjson",
            Form::Json => "json",
            Form::Csv => "csv",
            Form::Tsv => "tsv",
            Form::Arrow => "arrow",
            Form::Columns => "columns",
            Form::Swf => "swf",
        }
    }

    /// The form of a name.
    pub fn named(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }

    /// The name in sentences.
    const fn title(self) -> &'static str {
        match self {
            Form::Ndjson => "NDJSON",
            Form::Json => "JSON",
            Form::Csv => "CSV",
            Form::Tsv => "TSV",
            Form::Arrow => "Arrow",
            Form::Columns => "columns",
            Form::Swf => "SWF",
        }
    }
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
        /// Where it begins in the source: bytes from the first one, decompressed and with a byte order mark counted.
        offset: u64,
        /// A number that rows of one source share only if their workflow, its name, their status and their tags are the
        /// same; small numbers from 0, given in the order of reading. `None` where the parser did not look.
        kind: Option<u32>,
        /// True if its id may be that of another execution in another source: ids count from 1 there, or in a workflow
        /// that the row does not name.
        has_local_id: bool,
    },
    /// A row that has no start, but a time at which it was scheduled, queued or made: its `started_at` is that time.
    Unstarted {
        /// Its physical line, from 1.
        line: u64,
        /// Where it begins in the source, as of a row with a start.
        offset: u64,
        /// The row.
        execution: Execution<'a>,
        /// As of a row with a start.
        has_local_id: bool,
        /// Which of its moments that time is.
        due: StartSource,
    },
    /// A row of a cube: executions that someone else has counted.
    Counts {
        /// Its physical line, from 1.
        line: u64,
        /// Workflow, status and tags of all of them; its start is the bucket's begin.
        execution: Execution<'a>,
        /// What is counted; apart, since every event would be as large.
        count: Box<Count>,
    },
    /// Something that is no row: a part of an execution that has a row of its own, or no execution at all.
    LeftOut {
        /// Its physical line, from 1.
        line: u64,
        /// Why it is none.
        why: LeftOut,
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
    /// The source broke off or cannot be read on; nothing follows.
    Broken {
        /// The physical line, from 1.
        line: u64,
        /// What is wrong there.
        message: String,
    },
    /// The source is of no form that is read; nothing follows.
    Unrecognised(Unrecognised),
    /// A control line that ends a stream.
    End(StreamEnd),
    /// A control line of another kind (`$alive`, or one of a later version): the stream speaks the companion's
    /// protocol, nothing else follows from it.
    Control,
}

/// A row of a kind that was named, and all that it does not share with others of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// What its kind was named ([`Reader::name_kind`]),
    pub name: u32,
    /// and with what went wrong, if anything did.
    pub kind: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration_ms: Option<u64>,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// True if the start named no zone; UTC was assumed.
    pub zoneless_start: bool,
    /// Where it begins in the source, as of every row.
    pub offset: u64,
}

/// The texts of such a row.
pub(crate) enum KnownTexts<'a> {
    /// As nearly all have them: an id, which was found to be UTF-8, or an empty one if there is none, and no error.
    Id {
        id: &'a [u8],
        attempt: u32,
    },
    Any(OwnTexts<'a>),
}

/// A row among such that has no start, and so no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Startless {
    /// Its line.
    pub line: u64,
    /// How many of the others came before it.
    pub behind: usize,
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
    /// Which of its moments the start is.
    pub start_source: StartSource,
    /// Which of its moments it waited from; [`StartSource::Start`] where it is not known to have waited.
    pub due: StartSource,
    /// Whether it repeats a row that has another id.
    pub repeats: Repeats,
    /// The end that it names lies more than a minute from where its start and its duration put it. Not asked of canonical rows.
    pub has_other_end: bool,
    /// It is an unstable build, which counts as a failure here, though its system knows a worse word.
    pub unstable: bool,
}

/// What a build is called that ran to its end and is not well: the word of its system, and the tag that keeps it.
pub const UNSTABLE: &str = "unstable";

/// What a row is that links to another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// It links to none.
    #[default]
    Nothing,
    /// A retry, with an id of its own, of the one that it links to.
    Retry,
    /// A later run of the one that it links to: a retry, or that one continued.
    LaterRun,
}

/// Which moment of a row its start is. All but the first stand in for it where a source names no start of what has
/// begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartSource {
    /// The start.
    #[default]
    Start,
    /// When it was to start.
    Scheduled,
    /// When it was queued.
    Queued,
    /// When its record was made.
    Created,
}

/// Why something that a source lists is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is a step, a child or another part of an execution that is counted itself.
    Part,
    /// It is no execution: a job that nobody has started, housekeeping of the system.
    NoExecution,
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

impl StreamEnd {
    /// What an `$error` says that carries these texts or none.
    fn error(code: Option<String>, message: Option<String>) -> StreamEnd {
        StreamEnd::Error {
            code: code.unwrap_or_else(|| "unknown".to_owned()),
            message: message.unwrap_or_else(|| "it gave no reason".to_owned()),
        }
    }
}

/// True if the bytes are one JSON value within [`MOST_DEPTH`] and nothing else: the verdict that every line of NDJSON
/// meets, the one of `serde_json::from_slice::<serde_json::Value>`.
///
/// ```
/// use execution_heatmap::ingest::is_json;
/// assert!(is_json(br#"{"id": 1, "what": [null, "\u00e9"]}"#));
/// assert!(!is_json(br#"{"id": 1, "what": "\ud800"}"#));
/// ```
pub fn is_json(bytes: &[u8]) -> bool {
    scan::is_json(bytes)
}

/// A line or record that was cut out of the input.
#[derive(Debug)]
struct Cut {
    /// Its physical line, from 1.
    line: u64,
    /// Where it lies, without its end; of one that is too long, what has come of it.
    range: Range<usize>,
    /// True if it is above [`MOST_LINE_BYTES`]; what follows of it is skipped.
    is_too_long: bool,
}

/// A value as a source carries it, checked but not understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Value<'a> {
    /// Not there, `null`, or an empty field.
    #[default]
    Absent,
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    /// A whole number of a form that has numbers of its own.
    Whole(i64),
    /// An instant of a form that has instants of its own.
    Instant(ParsedTime),
    /// Milliseconds of a form that has lengths of time of its own.
    Length(i64),
    Text(Text<'a>),
    /// Texts that are separated by `|`.
    Joined(Text<'a>),
    /// The text of an array, brackets included.
    Array(&'a str),
    /// The text of an object, braces included.
    Object(&'a str),
}

impl<'a> Value<'a> {
    /// A value of a text of JSON that was checked.
    fn of_json(text: &'a str) -> Value<'a> {
        scan::Scanner::new(text).value(0).unwrap_or_default()
    }
}

impl Value<'_> {
    /// True for what is not there and for an empty text.
    fn is_absent(&self) -> bool {
        matches!(self, Value::Absent | Value::Text(Text::Plain("")) | Value::Instant(ParsedTime::Absent))
    }

    /// All that is kept of a value of which only matters whether it is there: a no is none, however it is written.
    fn presence(&self) -> Value<'static> {
        let is_none = match self {
            Value::Text(Text::Plain(text)) | Value::Number(text) => text::is_no(text.as_bytes()),
            Value::Bool(false) | Value::Whole(0) => true,
            other => other.is_absent(),
        };
        if is_none { Value::Absent } else { Value::Bool(true) }
    }

    /// Adds what a text or number reads as.
    fn read_into(&self, out: &mut String) {
        match self {
            Value::Text(text) => text.read_into(out),
            Value::Number(text) => out.push_str(text),
            Value::Whole(number) if FORMS => arrow::push_signed(*number, out),
            _ => {}
        }
    }

    /// What it is, as a message says it.
    const fn kind(&self) -> &'static str {
        match self {
            Value::Absent => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) | Value::Whole(_) => "a number",
            Value::Instant(_) => "an instant",
            Value::Length(_) => "a length of time",
            Value::Text(_) | Value::Joined(_) => "a text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}
