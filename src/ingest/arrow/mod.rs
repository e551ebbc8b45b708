//! Arrow IPC, stream and file, read without a library: the parts of the format that rows of executions need.
//!
//! Columns are matched by name like the headers of CSV. Read are texts (`utf8`, `large_utf8`, `utf8_view`, and any of
//! them as a dictionary with indices of any width), whole numbers, floats, booleans, timestamps and durations of every
//! unit, dates, and lists of texts for tags. A timestamp without a zone and a date are UTC, which is told. Columns of
//! unknown names are passed, whatever their type. A text of tags is separated by `|`, as in CSV. Columns within a struct
//! are columns, named by the way to them (`run.when`); a workflow or an error may be such an object, as in JSON.
//!
//! `line` of an event is the number of the row from 1, `offset` the same from 0: in columns a row has no place of its
//! own. An empty batch whose metadata have `end` or `error` is the last line of a stream, its value what the control
//! line `$end` or `$error` has as its value.
//!
//! # What is refused, in words
//! Compressed buffers, big-endian numbers, a start or status of a type that is not read (other columns of such a type are
//! passed, which is said), streams from before Arrow 0.15.
//! What is refused or broken ends the source: the rows before it stay, and it is told as [`StreamEnd::Error`]. A value
//! that its offsets place outside its column, a number that the dictionary lacks and a text that is not UTF-8 make one
//! row unreadable.
//!
//! # Safety
//! Every offset and length is held against bytes that have come. A batch is looked at when all of it has come; nothing
//! is allocated by what a length claims. Messages above [`MOST_METADATA_BYTES`] and [`MOST_BODY_BYTES`] are refused. A
//! batch cannot have more rows than bytes.

mod array;
mod block;
mod choice;
mod columns;
mod combination;
mod dictionary;
mod errors;
mod fill;
mod flat;
mod handed;
mod kept;
mod many;
mod message;
mod numbered;
mod quick;
mod schema;
mod text;
mod words;

pub use columns::{instant, length_ms, to_ms};
pub use kept::{KeptType, kept_types};
pub(super) use message::is_arrow;
pub use message::{MOST_BODY_BYTES, MOST_METADATA_BYTES};
pub use schema::Unit;
pub(super) use text::push_signed;

use super::input::Input;
use super::mapping::Mapping;
use super::row::Scratch;
use super::{Event, StreamEnd, is_json, ndjson};
use crate::execution::OwnTexts;
use crate::table::Stretch;
use array::Batch;
pub(crate) use block::OwnIds;
use columns::{Columns, OpenBatch};
use dictionary::Dictionaries;
use errors::{Code, Errors};
use flat::Table;
use message::{Extent, Header, MALFORMED, Messages, Step};
use schema::Schema;
use std::ops::Range;

/// Reads one source of Arrow.
#[derive(Debug, Default)]
pub(super) struct Arrow {
    messages: Messages,
    schema: Option<Schema>,
    columns: Columns,
    dictionaries: Dictionaries,
    open: Option<Open>,
    /// Rows of the batches before.
    rows_before: u64,
    /// Why what follows cannot be read, until it is told.
    fault: Option<String>,
    is_over: bool,
}

/// What [`Arrow::advance`] came to.
#[derive(Debug)]
pub(super) enum Advance {
    /// More bytes are needed, or none will come.
    Wait,
    /// A row, which [`Arrow::row`] reads.
    Row,
    Event(Event<'static>),
    /// The names of the columns that follow; [`Arrow::choose`] has to say what they mean.
    Names(Vec<String>),
}

/// What a message was.
enum Taken {
    Rows(OpenBatch),
    /// One of which all is taken.
    All,
    /// New columns; `is_all` is false if the message has rows too and is to be looked at again.
    Schema {
        is_all: bool,
    },
}

/// The batch whose rows are being handed out.
#[derive(Debug)]
struct Open {
    /// Where its body lies among the bytes that wait, and how many of them are its.
    body: Range<usize>,
    length: usize,
    batch: OpenBatch,
}

impl Arrow {
    /// Goes on to the next row.
    pub(super) fn advance(&mut self, input: &mut Input) -> Advance {
        while self.open.as_ref().is_none_or(|open| open.batch.is_read()) {
            if let Some(Open { length, batch, .. }) = self.open.take() {
                self.rows_before += batch.rows() as u64;
                input.take(length, 0);
                if let Some(end) = batch.into_end() {
                    return Advance::Event(Event::End(end));
                }
            }
            if let Some(cause) = self.fault.take() {
                return self.give_up(cause);
            }
            if self.is_over {
                input.take_all();
                return Advance::Wait;
            }
            match self.messages.next(input) {
                Step::Wait => return Advance::Wait,
                Step::Broken(cause) => return self.give_up(cause),
                Step::End => {
                    // Behind the messages of a file lies its index; behind a stream another one may follow.
                    self.is_over = self.messages.is_file() || (input.has_ended() && input.waiting().is_empty());
                }
                Step::Message(extent) => match self.take(extent, input.waiting()) {
                    Ok(Taken::Rows(batch)) => {
                        self.open = Some(Open { body: extent.body(), length: extent.len(), batch });
                    }
                    Ok(Taken::All) => drop(input.take(extent.len(), 0)),
                    Ok(Taken::Schema { is_all }) => {
                        if is_all {
                            input.take(extent.len(), 0);
                        }
                        return Advance::Names(self.names());
                    }
                    Err(cause) => return self.give_up(cause),
                },
            }
        }
        Advance::Row
    }

    /// Says what the columns that [`Advance::Names`] named mean. What is to be said of those that mean something and are
    /// not read, behind what the source was taken for.
    pub(super) fn choose(&mut self, mapping: &Mapping) -> String {
        let Some(schema) = &self.schema else { return String::new() };
        match self.columns.choose(schema, mapping) {
            Ok(passed) => passed,
            Err(fault) => {
                self.fault = Some(fault);
                String::new()
            }
        }
    }

    /// The event of the row that [`Arrow::advance`] went to.
    pub(super) fn row<'a>(
        &'a mut self,
        input: &'a Input,
        mapping: &Mapping,
        scratch: &'a mut Scratch,
    ) -> Option<Event<'a>> {
        let Self { open, columns, dictionaries, rows_before, .. } = self;
        let Open { body, batch, .. } = open.as_mut()?;
        let body = input.waiting().get(body.clone()).unwrap_or_default();
        Some(columns.next_row(batch, *rows_before, body, dictionaries, mapping, scratch))
    }

    /// The rows that lie side by side from here on, are of named kinds and say nothing out of the ordinary; none if
    /// [`Arrow::advance`] has to be asked.
    pub(super) fn next_stretch(&mut self, input: &Input) -> Option<usize> {
        let Self { open, columns, dictionaries, rows_before, .. } = self;
        let Open { body, batch, .. } = open.as_mut()?;
        let body = input.waiting().get(body.clone()).unwrap_or_default();
        columns.next_stretch(batch, *rows_before, body, dictionaries)
    }

    /// The rows that [`Arrow::next_stretch`] read last.
    pub(super) fn stretch(&self) -> Option<Stretch<'_>> {
        self.columns.stretch()
    }

    /// Adds the places among these rows of those that may say what went wrong.
    pub(super) fn add_error_places(&mut self, input: &Input, places: &mut Vec<usize>) {
        let Self { open, columns, .. } = self;
        if let Some(Open { body, batch, .. }) = open {
            columns.add_error_places(batch, input.waiting().get(body.clone()).unwrap_or_default(), places);
        }
    }

    /// What was named what went wrong with one of these rows, if an entry of a dictionary says it that was named.
    pub(super) fn error_number(&mut self, input: &Input, place: usize) -> Option<Option<u32>> {
        let (code, errors) = self.error_code(input, place)?;
        errors.number(code)
    }

    /// From now on, what went wrong with this row is named so, if an entry of a dictionary says it.
    pub(super) fn name_error(&mut self, input: &Input, place: usize, number: Option<u32>) {
        if let Some((code, errors)) = self.error_code(input, place) {
            errors.name(code, number);
        }
    }

    fn error_code(&mut self, input: &Input, place: usize) -> Option<(Code, &mut Errors)> {
        let Self { open, columns, dictionaries, .. } = self;
        let Open { body, batch, .. } = open.as_ref()?;
        let body = input.waiting().get(body.clone()).unwrap_or_default();
        columns.error_code(batch, (body, place), dictionaries)
    }

    /// The number of the kind of one of these rows.
    pub(super) fn kind_mut(&mut self, place: usize) -> Option<&mut u32> {
        self.columns.kind_mut(place)
    }

    /// The texts of one of the rows that [`Arrow::next_stretch`] told last, its id only if that is asked for.
    pub(super) fn stretch_texts<'a>(
        &'a mut self,
        input: &'a Input,
        place: usize,
        has_id: bool,
    ) -> Option<OwnTexts<'a>> {
        let Self { open, columns, dictionaries, .. } = self;
        let Open { body, batch, .. } = open.as_ref()?;
        let body = input.waiting().get(body.clone()).unwrap_or_default();
        columns.stretch_texts(batch, (body, place, has_id), dictionaries)
    }

    /// Passes rows that [`Arrow::next_stretch`] stopped at and that are told apart from others by having no start: the
    /// number of the first, from 1, and how many they are.
    pub(super) fn pass_startless(&mut self, input: &Input) -> Option<(u64, usize)> {
        let Self { open, columns, dictionaries, rows_before, .. } = self;
        let Open { body, batch, .. } = open.as_mut()?;
        let body = input.waiting().get(body.clone()).unwrap_or_default();
        let line = *rows_before + batch.row() as u64 + 1;
        Some((line, columns.pass_startless(batch, body, dictionaries))).filter(|(_, rows)| *rows > 0)
    }

    /// The ids of the rows that [`Arrow::next_stretch`] told last; `None` if each has to be asked.
    pub(super) fn stretch_ids(&mut self, input: &Input) -> Option<OwnIds<'_>> {
        let Self { open, columns, .. } = self;
        let Open { body, batch, .. } = open.as_ref()?;
        columns.stretch_ids(batch, input.waiting().get(body.clone()).unwrap_or_default())
    }

    /// Puts every row together out of its values, as if no other one had said the same.
    pub(super) fn take_long_way(&mut self) {
        self.columns.take_long_way();
    }

    /// From now on, rows of a kind may be told by this name.
    pub(super) fn name_kind(&mut self, kind: u32, name: u32) {
        self.columns.name_kind(kind, name);
    }

    /// Forgets these names.
    pub(super) fn forget_names(&mut self) {
        self.columns.forget_names();
    }

    fn names(&self) -> Vec<String> {
        self.schema.as_ref().map(Schema::names).unwrap_or_default()
    }

    fn give_up(&mut self, cause: String) -> Advance {
        self.is_over = true;
        self.open = None;
        Advance::Event(Event::End(StreamEnd::error(Some("arrow".to_owned()), Some(cause))))
    }

    /// Deals with a message.
    fn take(&mut self, extent: Extent, waiting: &[u8]) -> Result<Taken, String> {
        let (metadata, body) = extent.parts(waiting);
        if self.messages.is_handed() {
            return self.hand(metadata, body);
        }
        let malformed = |_| MALFORMED.to_owned();
        let (header, message) = message::header(metadata).map_err(malformed)?;
        match header {
            Header::Schema(table) => {
                let schema = Schema::read(&table).map_err(malformed)?;
                if schema.is_big_endian {
                    return Err("the Arrow columns are big-endian; little-endian ones are read".to_owned());
                }
                self.dictionaries = Dictionaries::default();
                self.schema = Some(schema);
                Ok(Taken::Schema { is_all: true })
            }
            Header::Dictionary { id, is_delta, batch } => {
                let schema = self.schema.as_ref().ok_or_else(no_schema)?;
                if self.columns.use_dictionary(id) {
                    is_readable(&batch)?;
                    let field = schema.encoded_with(id).ok_or(MALFORMED)?;
                    let taken = self.dictionaries.take(id, field, is_delta, &batch, body);
                    taken.map_err(|_| ["the dictionary of column '", &field.name, "' cannot be read"].concat())?;
                }
                Ok(Taken::All)
            }
            Header::Rows(table) => {
                let schema = self.schema.as_ref().ok_or_else(no_schema)?;
                is_readable(&table)?;
                let batch = Batch::read(&table, body).map_err(malformed)?;
                let end = control(&message).map_err(malformed)?;
                if batch.rows > body.len() {
                    return Err("an Arrow batch says that it has more rows than bytes".to_owned());
                }
                self.columns.open(batch, schema, &self.dictionaries, end).map(Taken::Rows)
            }
            Header::Other => Err("an Arrow message holds no table".to_owned()),
        }
    }
}

fn no_schema() -> String {
    "an Arrow batch comes before the schema".to_owned()
}

fn is_readable(batch: &Table<'_>) -> Result<(), String> {
    match message::compression(batch) {
        Ok(None) => Ok(()),
        Ok(Some(codec)) => Err([
            "the Arrow columns are compressed with ",
            codec,
            ", which is not read; write them without compression",
        ]
        .concat()),
        Err(_) => Err(MALFORMED.to_owned()),
    }
}

/// What the metadata of a batch say of the stream's end.
fn control(message: &Table<'_>) -> flat::Checked<Option<StreamEnd>> {
    for key in ["end", "error"] {
        if let Some(value) = message::custom(message, key)? {
            let is_object = value.trim_ascii_start().starts_with('{') && is_json(value.as_bytes());
            return Ok(is_object.then(|| ndjson::control(key, value)).flatten());
        }
    }
    Ok(None)
}
