//! The columns that a row is made of: which of the schema's they are, and each row's values out of them. Understands no
//! value; `row` does.

use super::super::classify::{Class, Verdict};
use super::super::fields::{Fields, Taken};
use super::super::mapping::{Mapping, Target};
use super::super::memo_kinds::Kinds;
use super::super::role::Role;
use super::super::row::{self, Place, Scratch};
use super::super::text::Text;
use super::super::{Event, Notes, StreamEnd, Value};
use super::array::{Array, Batch, Cell, Entry};
use super::block::{Blocks, OwnIds};
use super::choice;
use super::dictionary::Dictionaries;
use super::errors::{Code, Errors};
use super::quick::{self, Plan, Said};
use super::schema::{Kind, Schema, Unit};
use super::text::{TOO_LONG, push_cell, push_list, push_own};
use super::words::Words;
use crate::execution::{Execution, OwnTexts};
use crate::problem::ProblemKind;
use crate::table::Stretch;
use crate::time::{ParsedTime, Timestamp};
use std::ops::Range;

/// A column of interest.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The roles that it feeds.
    pub(super) targets: Vec<Target>,
    pub(super) decides: Decides,
    /// True if it also says something that does not decide the class.
    pub(super) says_more: bool,
    /// Its place in the schema, in which structs are the columns within them.
    pub(super) place: usize,
    /// True for a column within another one.
    pub(super) is_nested: bool,
    pub(super) dictionary: Option<i64>,
    /// The same for what its lists hold.
    pub(super) item_dictionary: Option<i64>,
    /// The numbers of what it says.
    pub(super) words: Words,
}

/// What of a column decides the class of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Decides {
    Nothing,
    /// Whether there is a value.
    Presence,
    Value,
}

impl Decides {
    pub(super) fn of(targets: &[Target]) -> Decides {
        let decides = |target: &Target| match target.role {
            role if role.is_presence() => Decides::Presence,
            role if role.is_class() => Decides::Value,
            _ => Decides::Nothing,
        };
        targets.iter().map(decides).max().unwrap_or(Decides::Nothing)
    }
}

impl Column {
    /// True for texts of its own that do not decide the class.
    pub(super) fn is_looked_at(&self) -> bool {
        let is_text = matches!(self.kind, Kind::Text(_) | Kind::TextView) && self.dictionary.is_none();
        is_text && self.decides == Decides::Nothing
    }

    /// True for the column of all tags, whose texts are joined.
    fn is_tags(&self) -> bool {
        self.targets.iter().any(|target| target.role == Role::Tags)
    }
}

/// The columns of interest of a schema.
#[derive(Debug, Default)]
pub(super) struct Columns {
    all: Vec<Column>,
    /// Where values are written that have no text of their own, and which part each column's is.
    written: String,
    parts: Vec<Range<usize>>,
    /// The numbers of what the columns that decide the class say.
    keys: Vec<u32>,
    kinds: Kinds,
    blocks: Blocks,
    /// True if the short way is never taken.
    is_long_way: bool,
    /// The short way, where the columns have one.
    plan: Option<Plan>,
    /// Counts the schemas of the source: the same numbers mean something else under another one.
    schemas: u32,
}

/// A batch whose rows are being handed out.
#[derive(Debug)]
pub(super) struct OpenBatch {
    rows: usize,
    row: usize,
    /// One for each column of interest, with the bytes of text that it may still hand out.
    arrays: Vec<(Array, u64)>,
    end: Option<StreamEnd>,
}

impl OpenBatch {
    fn new(rows: usize, arrays: Vec<Array>, body: &[u8], end: Option<StreamEnd>) -> Self {
        let with_budget = |array: Array| {
            let budget = array.text_budget(body);
            (array, budget)
        };
        Self { rows, row: 0, arrays: arrays.into_iter().map(with_budget).collect(), end }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The row that is next.
    pub(super) fn row(&self) -> usize {
        self.row
    }

    pub(super) fn array(&self, place: usize) -> Option<&Array> {
        self.arrays.get(place).map(|(array, _)| array)
    }

    pub(super) fn arrays(&self) -> &[(Array, u64)] {
        &self.arrays
    }

    /// Takes the texts of a row in some columns out of what these may still hand out; false if one cannot be handed out,
    /// and then nothing is taken.
    #[inline]
    pub(super) fn grants(
        &mut self,
        places: impl Iterator<Item = usize> + Clone,
        (body, row): (&[u8], usize),
        dictionaries: &Dictionaries,
    ) -> bool {
        let left = |(array, budget): &(Array, u64)| match array.cell(body, row, dictionaries) {
            Cell::Absent => Some(*budget),
            Cell::Text(text) => budget.checked_sub(text.len() as u64),
            _ => None,
        };
        if !places.clone().all(|place| self.arrays.get(place).is_some_and(|array| left(array).is_some())) {
            return false;
        }
        for place in places {
            if let Some(array) = self.arrays.get_mut(place) {
                array.1 = left(array).unwrap_or_default();
            }
        }
        true
    }

    /// Rows that were told.
    pub(super) fn pass(&mut self, rows: usize) {
        self.row += rows;
    }

    pub(super) fn is_read(&self) -> bool {
        self.row >= self.rows
    }

    pub(super) fn into_end(self) -> Option<StreamEnd> {
        self.end
    }
}

impl Columns {
    /// Takes the columns of a schema in the place of those of the one before; says which are not read.
    pub(super) fn choose(&mut self, schema: &Schema, mapping: &Mapping) -> Result<String, String> {
        self.all.clear();
        self.schemas += 1;
        let (all, passed) = choice::choose(schema, mapping)?;
        self.all = all;
        let rules = mapping.rules();
        let is_flat = self.all.iter().all(|column| !column.is_nested);
        self.plan =
            Plan::of(&self.all).filter(|_| rules.is_canonical && !rules.is_cube && !self.is_long_way && is_flat);
        self.blocks.choose(self.plan.as_ref(), &self.all);
        let has = |role: Role| self.all.iter().any(|column| column.targets.iter().any(|target| target.role == role));
        mapping.lacks(has).map_or(Ok(passed), |name| Err(["there is no column '", name, "'"].concat()))
    }

    /// True if a column of interest points into a dictionary.
    pub(super) fn use_dictionary(&self, id: i64) -> bool {
        self.all.iter().any(|column| column.dictionary == Some(id) || column.item_dictionary == Some(id))
    }

    /// Finds the columns in a batch.
    pub(super) fn open(
        &mut self,
        mut batch: Batch<'_>,
        schema: &Schema,
        dictionaries: &Dictionaries,
        end: Option<StreamEnd>,
    ) -> Result<OpenBatch, String> {
        let places = self.all.iter().map(|column| column.place);
        let arrays = choice::find(&mut batch, schema, places)?;
        Ok(self.begin(OpenBatch::new(batch.rows, arrays, batch.body(), end), batch.body(), dictionaries))
    }

    /// True if the column at a place of the schema is of interest.
    pub(super) fn use_place(&self, place: usize) -> bool {
        self.all.iter().any(|column| column.place == place)
    }

    /// The batch of arrays of the columns of the schema, of which those of no interest may be missing.
    pub(super) fn open_arrays(
        &mut self,
        rows: usize,
        arrays: Vec<Option<Array>>,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> OpenBatch {
        self.begin(OpenBatch::new(rows, arrays.into_iter().flatten().collect(), body, None), body, dictionaries)
    }

    fn begin(&mut self, batch: OpenBatch, body: &[u8], dictionaries: &Dictionaries) -> OpenBatch {
        for column in self.all.iter_mut().filter(|column| column.decides == Decides::Value) {
            if let Some(id) = column.dictionary {
                column.words.learn(dictionaries, id);
            }
        }
        self.blocks.open(&self.all, &batch, body, dictionaries);
        batch
    }

    /// The next rows of a batch that are of named kinds and say nothing out of the ordinary; none if the next row is not.
    pub(super) fn next_stretch(
        &mut self,
        batch: &mut OpenBatch,
        rows_before: u64,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> Option<usize> {
        let Self { all, keys, kinds, blocks, plan, schemas, .. } = self;
        let plan = plan.as_ref()?;
        blocks.next((plan, all), batch, (body, rows_before), dictionaries, (kinds, *schemas, keys))
    }

    /// The rows that [`Columns::next_stretch`] read last.
    pub(super) fn stretch(&self) -> Option<Stretch<'_>> {
        self.blocks.stretch()
    }

    /// Adds the places among these rows of those that may say what went wrong.
    pub(super) fn add_error_places(&mut self, batch: &OpenBatch, body: &[u8], places: &mut Vec<usize>) {
        if let Some(plan) = &self.plan {
            self.blocks.add_error_places(plan, batch, body, places);
        }
    }

    /// The entry of a dictionary that says what went wrong with one of these rows, and what is known of errors.
    pub(super) fn error_code(
        &mut self,
        batch: &OpenBatch,
        (body, place): (&[u8], usize),
        dictionaries: &Dictionaries,
    ) -> Option<(Code, &mut Errors)> {
        let column = self.plan.as_ref()?.error?;
        let (row, _) = self.blocks.told(place)?;
        let (_, version) = dictionaries.state(self.all.get(column)?.dictionary?);
        match batch.array(column)?.entry(body, row)? {
            Entry::At(entry) => Some(((entry, version), self.blocks.errors())),
            Entry::Absent | Entry::Broken => None,
        }
    }

    /// The number of the kind of one of these rows.
    pub(super) fn kind_mut(&mut self, place: usize) -> Option<&mut u32> {
        self.blocks.kind_mut(place)
    }

    /// The texts of one of the rows that [`Columns::next_stretch`] told last, its id only if that is asked for.
    pub(super) fn stretch_texts<'a>(
        &'a mut self,
        batch: &'a OpenBatch,
        (body, place, has_id): (&'a [u8], usize, bool),
        dictionaries: &'a Dictionaries,
    ) -> Option<OwnTexts<'a>> {
        let Self { all, written, blocks, plan, .. } = self;
        let plan = plan.as_ref()?;
        let (row, attempt) = blocks.told(place)?;
        written.clear();
        let mut read = |place: Option<usize>| {
            let found = place.and_then(|place| Some((all.get(place)?.kind, &batch.arrays.get(place)?.0)));
            let cell = found.map_or(Cell::Absent, |(_, array)| array.cell(body, row, dictionaries));
            let start = written.len();
            if let Some((kind, _)) = found {
                push_own(cell, kind, written);
            }
            (cell, start..written.len())
        };
        let own = [read(plan.id.filter(|_| has_id)), read(plan.error)];
        let written = written.as_str();
        let [id, error] = own.map(|(cell, part)| match cell {
            Cell::Text(text) => Some(text),
            _ => written.get(part).filter(|text| !text.is_empty()),
        });
        Some(OwnTexts { id, attempt, error })
    }

    /// Passes the rows that have no start; how many they are.
    pub(super) fn pass_startless(&mut self, batch: &mut OpenBatch, body: &[u8], dictionaries: &Dictionaries) -> usize {
        self.blocks.pass_startless(batch, body, dictionaries)
    }

    /// The ids of the rows that [`Columns::next_stretch`] told last.
    pub(super) fn stretch_ids(&mut self, batch: &OpenBatch, body: &[u8]) -> Option<OwnIds<'_>> {
        self.blocks.ids((self.plan.as_ref()?, &self.all), batch, body)
    }

    /// The short way is never taken.
    pub(super) fn take_long_way(&mut self) {
        self.is_long_way = true;
    }

    /// From now on, rows of a kind may be told by this name.
    pub(super) fn name_kind(&mut self, kind: u32, name: u32) {
        self.kinds.name(kind, name);
    }

    /// Forgets these names.
    pub(super) fn forget_names(&mut self) {
        self.kinds.forget_names();
        self.blocks.forget();
        self.blocks.errors().forget();
    }

    /// The event of the next row of a batch.
    pub(super) fn next_row<'a>(
        &'a mut self,
        batch: &'a mut OpenBatch,
        rows_before: u64,
        body: &'a [u8],
        dictionaries: &'a Dictionaries,
        mapping: &Mapping,
        scratch: &'a mut Scratch,
    ) -> Event<'a> {
        let row = batch.row;
        batch.row += 1;
        let offset = rows_before + row as u64;
        let place = Place { line: offset + 1, offset };
        let is_new = self.blocks.is_new(row);
        let quick = if is_new { None } else { self.quick(batch, row, body, dictionaries) };
        if let Some((kind, said)) = quick {
            return self.event(batch, (place, row, body), dictionaries, kind, said);
        }
        let is_numbered = match self.look(batch, row, body, dictionaries) {
            Ok(is_numbered) => is_numbered,
            Err((column, why)) => return broken(place, self.all.get(column), why),
        };
        let Self { all, written, parts, keys, kinds, schemas, .. } = self;
        let (batch, written) = (&*batch, &*written);
        let known = if is_numbered && !is_new { kinds.get(*schemas, keys) } else { None };
        let mut fields = Taken::default();
        for ((column, (array, _)), part) in all.iter().zip(&batch.arrays).zip(parts.iter()) {
            if known.is_some() && !column.says_more {
                continue;
            }
            let cell = array.cell(body, row, dictionaries);
            if let Cell::Broken(why) = cell {
                return broken(place, Some(column), why);
            }
            let value = value(cell, column, written.get(part.clone()).unwrap_or_default());
            fields.set_all(&column.targets, value);
        }
        let fields = Fields::Taken(fields);
        let kind = known.or_else(|| {
            let mut class = Class::default();
            class.read(&fields, mapping);
            if is_numbered { kinds.keep(*schemas, keys, class) } else { None }
        });
        match kind.and_then(|kind| kinds.class(kind)) {
            Some(class) => row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts),
            None => row::understand(place, &fields, mapping, scratch),
        }
    }

    /// The kind of a row and what it says, by the short way.
    #[inline]
    fn quick(
        &mut self,
        batch: &mut OpenBatch,
        row: usize,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> Option<(u32, Said)> {
        let Self { all, keys, kinds, schemas, plan, .. } = self;
        let plan = plan.as_ref()?;
        if !quick::number(all, &batch.arrays, (body, row), dictionaries, keys) {
            return None;
        }
        let kind = kinds.get(*schemas, keys)?;
        let class = kinds.class(kind).filter(|class| *class.verdict() == Verdict::Row)?;
        let said = quick::say(plan, all, &batch.arrays, (body, row), class.status())?;
        let texts = [plan.id, plan.error].into_iter().flatten();
        batch.grants(texts, (body, row), dictionaries).then_some((kind, said))
    }

    /// The event of a row that went the short way.
    #[inline]
    fn event<'a>(
        &'a self,
        batch: &'a OpenBatch,
        (Place { line, offset }, row, body): (Place, usize, &'a [u8]),
        dictionaries: &'a Dictionaries,
        kind: u32,
        said: Said,
    ) -> Event<'a> {
        let Some((class, plan)) = self.kinds.class(kind).zip(self.plan.as_ref()) else { return Event::Control };
        let text = |place: Option<usize>| match batch.arrays.get(place?)?.0.cell(body, row, dictionaries) {
            Cell::Text(text) => Some(text),
            _ => None,
        };
        let execution = Execution {
            id: text(plan.id),
            workflow_id: class.workflow_id(),
            workflow: class.workflow(),
            status: class.status(),
            status_text: class.status_text(),
            started_at: said.started_at,
            duration_ms: said.duration_ms,
            waited_ms: None,
            tags: class.tags(),
            attempt: said.attempt,
            error: text(plan.error),
        };
        let notes = Notes { zoneless_start: said.zoneless, ..Notes::default() };
        Event::Row { line, offset, execution, notes, kind: Some(kind), has_local_id: false }
    }

    /// Looks at a row: writes what has no text of its own, and numbers what decides its class. False if that has no
    /// numbers; the number of the column and a cause if the row cannot be read.
    #[inline]
    fn look(
        &mut self,
        batch: &mut OpenBatch,
        row: usize,
        body: &[u8],
        dictionaries: &Dictionaries,
    ) -> Result<bool, (usize, &'static str)> {
        let Self { all, written, parts, keys, .. } = self;
        written.clear();
        parts.clear();
        keys.clear();
        let mut is_numbered = true;
        for (place, (column, (array, budget))) in all.iter_mut().zip(&mut batch.arrays).enumerate() {
            let start = written.len();
            let number = match array.entry(body, row) {
                Some(Entry::Absent) => Some(0),
                Some(Entry::At(_)) if column.decides == Decides::Presence => {
                    Some(presence(array.cell(body, row, dictionaries), column, ""))
                }
                Some(Entry::At(entry)) => column.words.entry(entry),
                Some(Entry::Broken) => None,
                None => {
                    let cell = array.cell(body, row, dictionaries);
                    match cell {
                        Cell::Broken(why) => return Err((place, why)),
                        Cell::Text(text) => match budget.checked_sub(text.len() as u64) {
                            Some(left) => *budget = left,
                            None => return Err((place, REPEATS)),
                        },
                        Cell::List(from, to) => push_list(array, from..to, body, dictionaries, budget, written),
                        Cell::Float(number) if is_whole(number) && column.decides != Decides::Value => {}
                        Cell::Float(_) | Cell::Unsigned(_) => push_cell(cell, written),
                        Cell::Integer(_) | Cell::Bool(_) | Cell::Absent => {}
                    }
                    match column.decides {
                        Decides::Nothing => None,
                        Decides::Presence => Some(presence(cell, column, written.get(start..).unwrap_or_default())),
                        Decides::Value => number_of(cell, &mut column.words, written.get(start..).unwrap_or_default()),
                    }
                }
            };
            parts.push(start..written.len());
            if column.decides != Decides::Nothing {
                is_numbered &= number.is_some();
                keys.extend(number);
            }
        }
        Ok(is_numbered)
    }
}

const REPEATS: &str = "repeats the bytes of others";

/// The number of a value that decides the class.
pub(super) fn number_of(cell: Cell<'_>, words: &mut Words, written: &str) -> Option<u32> {
    match cell {
        Cell::Absent => Some(0),
        Cell::Text(text) => words.number(text),
        Cell::List(..) | Cell::Unsigned(_) => words.number(written),
        Cell::Bool(value) => words.number(if value { "true" } else { "false" }),
        Cell::Integer(_) => {
            let mut text = String::new();
            push_cell(cell, &mut text);
            words.number(&text)
        }
        // What is no number has no text.
        Cell::Float(_) if written.is_empty() => None,
        Cell::Float(_) => words.number(written),
        Cell::Broken(_) => None,
    }
}

fn broken(place: Place, column: Option<&Column>, why: &str) -> Event<'static> {
    let name = column.map_or("", |column| &column.name);
    let message = ["the value of column '", name, "' ", why].concat();
    Event::Rejected { line: place.line, kind: ProblemKind::Unreadable, message }
}

/// A value as other forms carry it.
fn value<'a>(cell: Cell<'a>, column: &Column, written: &'a str) -> Value<'a> {
    match cell {
        Cell::Absent | Cell::Broken(_) => Value::Absent,
        Cell::Bool(value) => Value::Bool(value),
        Cell::Text(text) if column.is_tags() => Value::Joined(Text::Plain(text)),
        Cell::Text(text) => match column.kind {
            Kind::Integer(_) | Kind::Float(_) => Value::Number(text),
            _ => Value::Text(Text::Plain(text)),
        },
        Cell::List(..) => Value::Array(written),
        Cell::Integer(number) => match column.kind {
            Kind::Timestamp { unit, has_zone } => Value::Instant(instant(to_ms(number, unit), !has_zone)),
            Kind::Days => Value::Instant(instant(number.checked_mul(MS_OF_DAY), true)),
            Kind::DaysInMilliseconds => Value::Instant(instant(Some(number), true)),
            Kind::Duration(unit) => Value::Length(length_ms(number, unit)),
            _ => Value::Whole(number),
        },
        Cell::Unsigned(_) => Value::Number(written),
        Cell::Float(number) if number.is_nan() => Value::Absent,
        Cell::Float(number) if is_whole(number) => Value::Whole(number as i64),
        Cell::Float(number) if number.is_infinite() => Value::Number(TOO_LONG),
        Cell::Float(_) => Value::Number(written),
    }
}

/// The number of whether a value is there: 1 or 0.
fn presence(cell: Cell<'_>, column: &Column, written: &str) -> u32 {
    u32::from(value(cell, column, written).presence() != Value::Absent)
}

/// True for a float that a whole number says as exactly.
pub(super) fn is_whole(number: f64) -> bool {
    const MOST: f64 = 9_007_199_254_740_992.0;
    number.abs() < MOST && number.trunc() == number
}

const MS_OF_DAY: i64 = 86_400_000;

/// An instant of columns in milliseconds; `None` is one that is too far. 1970-01-01T00:00:00Z, the first instant of the year 1 and
/// the least number of all say "none", as in texts.
pub fn instant(ms: Option<i64>, zoneless: bool) -> ParsedTime {
    match ms {
        Some(0 | i64::MIN) => ParsedTime::Absent,
        Some(ms) if ms == Timestamp::MIN.ms() => ParsedTime::Absent,
        Some(ms) => Timestamp::from_ms(ms).map_or(ParsedTime::Unreadable, |at| ParsedTime::At { at, zoneless }),
        None => ParsedTime::Unreadable,
    }
}

/// Milliseconds of an instant of columns, cut towards −∞; `None` if they are too many.
pub fn to_ms(number: i64, unit: Unit) -> Option<i64> {
    match unit {
        _ if number == i64::MIN => Some(number),
        Unit::Seconds => number.checked_mul(1000),
        Unit::Milliseconds => Some(number),
        Unit::Microseconds => Some(number.div_euclid(1000)),
        Unit::Nanoseconds => Some(number.div_euclid(1_000_000)),
    }
}

/// A length of time of columns in milliseconds, halves away from zero.
pub fn length_ms(number: i64, unit: Unit) -> i64 {
    let rounded = |by: i64| number / by + (number % by) / (by / 2);
    match unit {
        Unit::Seconds => number.saturating_mul(1000),
        Unit::Milliseconds => number,
        Unit::Microseconds => rounded(1000),
        Unit::Nanoseconds => rounded(1_000_000),
    }
}
