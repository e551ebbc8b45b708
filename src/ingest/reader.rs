//! The parser that is pushed: holds the input, finds out its form, and turns what the cutters find into events.

use super::arrow::{self, Advance, Arrow};
use super::cdevents::Pairs;
use super::csv::{self, Header};
use super::document::{Document, Found};
use super::expected::{Expected, Rows};
use super::fields::Fields;
use super::input::Input;
use super::lines::Lines;
use super::mapping::{Mapping, Node};
use super::ndjson::{self, Parsed};
use super::preset::CANONICAL;
use super::recognise;
use super::records::Records;
use super::row::{self, Place, Scratch};
use super::shortcut::Shortcuts;
use super::swf::{self, Log};
use super::text::Text;
use super::{Cut, Event, Form, MOST_LINE_BYTES, Value, is_json};
use crate::problem::ProblemKind;
use std::ops::Range;

/// First characters of an unrecognised source that its event tells.
const MOST_SHOWN_BYTES: usize = 12;

/// Bytes by which the form shows where no line has ended before.
const MOST_SOUGHT_BYTES: usize = 1 << 16;

/// A push parser of one source.
///
/// It is given bytes and then asked for events until it has none left. It holds the line that is not yet whole, at
/// most [`MOST_LINE_BYTES`] of it, and the last chunk. Chunks may end anywhere; the events are the same.
///
/// A byte order mark at the very beginning is skipped. Lines end with a line feed, before which a carriage return may
/// stand; the last one may go without. Lines are counted by line feeds. Blank lines are no rows.
///
/// ```
/// use execution_heatmap::ingest::{Event, Form, Reader};
/// let mut reader = Reader::recognising();
/// reader.extend(b"{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:3");
/// assert_eq!(reader.next(), None);
/// reader.extend(b"0:00Z\"}");
/// reader.finish();
/// let Some(Event::Row { line, execution, .. }) = reader.next() else { panic!() };
/// assert_eq!((line, execution.started_at.ms()), (1, 1_770_870_600_000));
/// assert_eq!(reader.next(), None);
/// assert_eq!(reader.form(), Some(Form::Ndjson));
/// ```
#[derive(Debug)]
pub struct Reader {
    input: Input,
    stage: Stage,
    /// The number of the line that the input begins with while the form is sought.
    line: u64,
    /// Bytes of the first line in which its end was sought and is not.
    sought: usize,
    lines: Lines,
    records: Records,
    /// There once the form is known to be JSON.
    document: Option<Box<Document>>,
    log: Log,
    header: Option<Header>,
    arrow: Arrow,
    /// Executions that several events tell of.
    pairs: Pairs,
    mapping: Mapping,
    expected: Expected,
    /// Whose rows these are and why, once that is known.
    recognised: Option<String>,
    /// The name of that system.
    system: Option<&'static str>,
    scratch: Scratch,
    shortcuts: Shortcuts,
}

#[derive(Debug)]
enum Stage {
    Seeking,
    Reading(Form),
    /// The source is of no form that is read; its first characters until they are told.
    Refused(Option<String>),
}

impl Reader {
    /// A parser of canonical rows in a form.
    pub fn new(form: Form) -> Self {
        Self::expecting(Expected { form: Some(form), rows: Rows::Of(CANONICAL.name) })
    }

    /// A parser that finds out form and system from the first bytes and the first row: Arrow by its own mark, JSON lines or documents if the
    /// first byte that is not blank is `{` or `[`, a log of jobs if it is `;` or the first line is eighteen numbers, and
    /// CSV or TSV if the first record names columns that are known. Any other source is one [`Event::Unrecognised`] and
    /// nothing more; one that is empty or blank is of no form and yields nothing.
    pub fn recognising() -> Self {
        Self::expecting(Expected::anything())
    }

    /// A parser of a source of which something is known.
    pub fn expecting(expected: Expected) -> Self {
        let mapping = match &expected.rows {
            Rows::Any => CANONICAL.mapping(),
            Rows::Of(name) => recognise::first_named(name).unwrap_or(&CANONICAL).mapping(),
            Rows::Own { mapping, .. } => (**mapping).clone(),
        };
        Self {
            input: Input::default(),
            stage: match expected.form {
                // What stands between the fields shows in the first line.
                None | Some(Form::Csv) => Stage::Seeking,
                Some(form) => Stage::Reading(form),
            },
            line: 1,
            sought: 0,
            lines: Lines::starting_at(1),
            records: Records::starting_at(1).separated_by(b'\t'),
            document: None,
            log: Log::default(),
            header: None,
            arrow: if expected.form == Some(Form::Columns) { Arrow::handed() } else { Arrow::default() },
            pairs: Pairs::default(),
            mapping,
            expected,
            recognised: None,
            system: None,
            scratch: Scratch::default(),
            shortcuts: Shortcuts::default(),
        }
    }

    /// Leaves out of rows their own identity and what went wrong, where nobody asks for these.
    pub fn leave_out_texts(&mut self, are_left_out: bool) {
        self.scratch.texts.are_left_out = are_left_out;
    }

    /// The same parser, but one that looks at every byte of every row as if it were the first: for comparing with what the
    /// short ways find, which has to be the same but for the rows' kinds.
    pub fn without_shortcuts(mut self) -> Self {
        self.shortcuts = Shortcuts::off();
        self
    }

    /// What is known of the source once its first row was read, for parts of it that are read apart; `None` before, and
    /// where what stands in one part is needed in another.
    pub fn known(&self) -> Option<Expected> {
        self.understood().filter(|known| matches!(known.form, Some(Form::Ndjson | Form::Csv | Form::Tsv)))
    }

    /// What was found out of the source once its first row was read, for reading one of its rows again; `None` before,
    /// and where a row is not one stretch of the source.
    pub fn understood(&self) -> Option<Expected> {
        let form = self.form()?;
        let rows = match (&self.expected.rows, self.system) {
            (Rows::Own { .. }, _) => self.expected.rows.clone(),
            (Rows::Any | Rows::Of(_), system) => Rows::Of(system?),
        };
        (!self.mapping.rules.joins_events).then_some(Expected { form: Some(form), rows })
    }

    /// What the source was taken for and why, in a sentence without a full stop; `None` until the first row.
    pub fn recognised(&self) -> Option<&str> {
        self.recognised.as_deref()
    }

    /// The form, once it is known.
    pub fn form(&self) -> Option<Form> {
        match &self.stage {
            Stage::Reading(form) => Some(*form),
            Stage::Seeking | Stage::Refused(_) => None,
        }
    }

    /// Takes bytes; then ask [`Reader::next`] until it has nothing more.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.input.extend(bytes);
    }

    /// A place for `length` bytes in the parser's own memory that the caller fills, so that they need not be copied
    /// twice; then [`Reader::filled`]. What it holds before is of no meaning.
    pub fn buffer(&mut self, length: usize) -> &mut [u8] {
        self.input.offer(length)
    }

    /// Takes the first `length` bytes of the last [`Reader::buffer`]; then ask [`Reader::next`].
    pub fn filled(&mut self, length: usize) {
        self.input.accept(length);
    }

    /// No bytes will follow. Then ask [`Reader::next`] once more until it has nothing.
    pub fn finish(&mut self) {
        self.input.finish();
    }

    /// True if every byte that came belongs to a row that was told, or to none: what follows would read the same in a
    /// reader of its own.
    pub fn is_between_rows(&self) -> bool {
        self.input.waiting().is_empty() && !self.lines.is_skipping() && !self.records.is_skipping()
    }

    /// Bytes of a row that is not yet whole.
    pub fn pending(&self) -> usize {
        self.input.waiting().len()
    }

    /// Line feeds before the row that comes next.
    pub fn lines(&self) -> u64 {
        self.line.max(self.lines.line()).max(self.records.line()) - 1
    }

    /// The next event, or `None` until more bytes come.
    #[expect(clippy::should_implement_trait, reason = "events borrow from the parser, which an Iterator cannot say")]
    pub fn next(&mut self) -> Option<Event<'_>> {
        if !self.input.pass_mark() {
            return None;
        }
        if let Stage::Seeking = self.stage {
            self.seek_form();
        }
        match &mut self.stage {
            Stage::Seeking => None,
            Stage::Reading(Form::Ndjson) => self.next_line(),
            Stage::Reading(Form::Json) => self.next_element(),
            Stage::Reading(Form::Csv | Form::Tsv) => self.next_record(),
            Stage::Reading(Form::Arrow | Form::Columns) => self.next_of_columns(),
            Stage::Reading(Form::Swf) => self.next_job(),
            Stage::Refused(starts_with) => {
                self.input.take_all();
                starts_with.take().map(|starts_with| Event::Unrecognised { starts_with })
            }
        }
    }

    #[cfg(test)]
    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    /// Looks for the form as far as the bytes reach.
    fn seek_form(&mut self) {
        if self.expected.form.is_none() {
            // Blanks first: were they passed after the look at Arrow's mark, what a chunk begins with would decide.
            self.pass_blanks();
            match arrow::is_arrow(self.input.waiting()) {
                Some(true) => return self.stage = Stage::Reading(Form::Arrow),
                None if !self.input.has_ended() => return,
                _ => {}
            }
        }
        let waiting = self.input.waiting();
        let Some(begin) = waiting.iter().position(|byte| !is_blank(*byte)) else { return };
        let behind = waiting.get(begin..).unwrap_or_default();
        let first = behind.get(..behind.len().min(MOST_SOUGHT_BYTES)).unwrap_or_default();
        // What was looked at before, while less had come, is not looked at again.
        let new = first.get(self.sought..).unwrap_or_default();
        let line_end = new.iter().position(|byte| *byte == b'\n').map(|end| self.sought + end);
        if line_end.is_none() && behind.len() < MOST_SOUGHT_BYTES && !self.input.has_ended() {
            self.sought = first.len();
            return;
        }
        let line = first.get(..line_end.unwrap_or(first.len())).unwrap_or_default();
        match behind.first() {
            _ if self.expected.form.is_some() => self.begin_records(csv::delimiter(line), Form::Csv),
            Some(b'{') if !is_part_of_document(line, line_end.is_some()) => self.stage = Stage::Reading(Form::Ndjson),
            Some(b'{' | b'[') => self.stage = Stage::Reading(Form::Json),
            _ if swf::is_first_line(line) => self.stage = Stage::Reading(Form::Swf),
            _ => {
                let delimiter = csv::delimiter(line);
                self.seek_header(delimiter);
            }
        }
    }

    fn begin_records(&mut self, delimiter: u8, form: Form) {
        self.records = Records::starting_at(self.line).separated_by(delimiter);
        self.stage = Stage::Reading(form);
    }

    /// Takes the source for records if the first one names columns that are known.
    fn seek_header(&mut self, delimiter: u8) {
        if !self.records.has_begun() {
            self.records = Records::starting_at(self.line).separated_by(delimiter);
        }
        let Some(cut) = self.records.next(&mut self.input) else { return };
        let form = if delimiter == b'\t' { Form::Tsv } else { Form::Csv };
        let is_whole = !cut.is_too_long && !self.records.is_unclosed();
        if is_whole && self.read_header(cut.range.clone(), form) {
            self.stage = Stage::Reading(form);
        } else {
            self.stage = Stage::Refused(Some(first_characters(self.input.get(cut.range))));
        }
    }

    /// Reads the names of the columns; false if none is known.
    fn read_header(&mut self, range: Range<usize>, form: Form) -> bool {
        let names = csv::names(self.input.get(range), &self.records);
        self.settle(&names, form);
        let header = Header::read(&names, self.records.field_count(), &self.mapping);
        let is_canonical = self.mapping.rules.is_canonical;
        let is_known = if is_canonical { header.has_start() } else { header.is_known() };
        if let Some(columns) = header.useful_columns(&self.mapping) {
            self.shortcuts.expect_columns(columns);
        }
        self.header = Some(header);
        is_known
    }

    /// Decides whose rows these are, by the names of the first one's fields.
    fn settle(&mut self, names: &[String], form: Form) {
        let (asked, found) = match &self.expected.rows {
            Rows::Own { .. } => {
                self.recognised = Some(["read in ", form.title(), " by the mapping that was given"].concat());
                return;
            }
            Rows::Of(name) => (Some(*name), recognise::system(names, Some(name))),
            Rows::Any => (None, recognise::system(names, None)),
        };
        let preset = found.map(|(preset, _)| preset).or_else(|| recognise::first_named(asked?)).unwrap_or(&CANONICAL);
        self.recognised = Some(match (asked, found) {
            (Some(_), _) => ["read as ", preset.title, " in ", form.title(), ", as asked"].concat(),
            (None, Some((_, signs))) => recognise::because(preset.title, form, signs),
            (None, None) => {
                ["taken for ", preset.title, " in ", form.title(), ": no fields of a known system"].concat()
            }
        });
        self.mapping = preset.mapping();
        // What was learned of lines before was learned by another mapping.
        self.shortcuts.forget();
        self.system = Some(preset.name);
    }

    /// Decides it by an object, if it is one and no control line.
    fn settle_by(&mut self, range: Range<usize>, form: Form) {
        let Ok(text) = std::str::from_utf8(self.input.get(range)) else { return };
        if !text.trim_ascii_start().starts_with('{') || !is_json(text.as_bytes()) {
            return;
        }
        let mut names = recognise::names_of(text);
        if matches!(&names[..], [only] if only.starts_with('$')) {
            return;
        }
        let context = self.document.iter().flat_map(|document| document.context());
        names.extend(context.map(|(name, _)| name.to_owned()));
        self.settle(&names, form);
    }

    /// Takes what is blank before the first byte that tells the form.
    fn pass_blanks(&mut self) {
        let waiting = self.input.waiting();
        let length = waiting.iter().position(|byte| !is_blank(*byte)).unwrap_or(waiting.len());
        let blanks = waiting.get(..length).unwrap_or_default();
        if !blanks.is_empty() {
            self.line += blanks.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            self.lines = Lines::starting_at(self.line);
            self.input.take(length, 0);
        }
    }

    fn next_line(&mut self) -> Option<Event<'_>> {
        if self.mapping.rules.joins_events {
            return self.next_joined();
        }
        loop {
            let was_looked_at = !self.lines.is_at_start();
            let whole = if was_looked_at { None } else { self.shortcuts.whole_line(&self.input) };
            let (cut, is_known) = match whole {
                Some(length) => (self.lines.take(&mut self.input, length), true),
                None => {
                    let cut = self.lines.next(&mut self.input)?;
                    let is_known = was_looked_at && self.shortcuts.is_known(&self.input, &cut);
                    (cut, is_known)
                }
            };
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            let place = self.place_of(&cut);
            if is_known {
                let start = cut.range.start;
                return Some(self.shortcuts.read(place, self.input.padded(), start, &self.mapping, &mut self.scratch));
            }
            if self.is_blank_line(&cut) {
                continue;
            }
            if self.recognised.is_none() {
                self.settle_by(cut.range.clone(), Form::Ndjson);
                if self.mapping.rules.joins_events {
                    return self.joined(&cut);
                }
            }
            let bytes = self.input.get(cut.range);
            self.shortcuts.learn(bytes, &self.mapping);
            return Some(ndjson::read(place, bytes, &self.mapping, &mut self.scratch));
        }
    }

    /// The next event of lines of which several tell of one execution.
    fn next_joined(&mut self) -> Option<Event<'_>> {
        loop {
            if self.pairs.has_next() {
                return self.pairs.next(&self.mapping, &mut self.scratch);
            }
            let Some(cut) = self.lines.next(&mut self.input) else { return self.end_pairs() };
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            if self.is_blank_line(&cut) {
                continue;
            }
            if self.recognised.is_none() {
                self.settle_by(cut.range.clone(), Form::Ndjson);
            }
            if let Some(event) = self.join(&cut, "line") {
                return Some(event);
            }
        }
    }

    /// The event of the first line of which it turned out that several tell of one execution, or the next one.
    fn joined(&mut self, first: &Cut) -> Option<Event<'_>> {
        match self.join(first, "line") {
            Some(event) => Some(event),
            None => self.next_joined(),
        }
    }

    fn place_of(&self, cut: &Cut) -> Place {
        Place { line: cut.line, offset: self.input.offset_of(&cut.range) }
    }

    fn is_blank_line(&self, cut: &Cut) -> bool {
        self.input.get(cut.range.clone()).iter().all(|byte| is_blank(*byte))
    }

    fn next_element(&mut self) -> Option<Event<'_>> {
        loop {
            if self.pairs.has_next() {
                return self.pairs.next(&self.mapping, &mut self.scratch);
            }
            let way = match &self.expected.rows {
                Rows::Own { way, .. } => way.as_deref(),
                Rows::Any | Rows::Of(_) => None,
            };
            let document = self.document.get_or_insert_with(|| Box::new(Document::new(self.line, way)));
            let cut = match document.next(&mut self.input) {
                None => return self.end_pairs(),
                Some(Found::Row(cut)) => cut,
                Some(Found::Broken { line, cause }) => {
                    return Some(Event::Broken { line, message: ["the JSON cannot be read on: ", cause].concat() });
                }
            };
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            if self.recognised.is_none() {
                self.settle_by(cut.range.clone(), Form::Json);
            }
            if self.mapping.rules.joins_events {
                match self.join(&cut, "element") {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            return Some(self.read_element(&cut));
        }
    }

    fn read_element(&mut self, cut: &Cut) -> Event<'_> {
        let place = self.place_of(cut);
        let bytes = self.input.get(cut.range.clone());
        match ndjson::parse(cut.line, bytes, &self.mapping, "element") {
            Parsed::Event(event) => event,
            Parsed::Row(mut fields) => {
                for (name, text) in self.document.iter().flat_map(|document| document.context()) {
                    ndjson::take(&mut fields, &self.mapping, Node::ROOT, Text::Plain(name), Value::of_json(text));
                }
                row::understand(place, &Fields::Taken(fields), &self.mapping, &mut self.scratch)
            }
        }
    }

    /// Takes one of several events that tell of one execution; what is no such event is told at once.
    fn join(&mut self, cut: &Cut, noun: &str) -> Option<Event<'static>> {
        let place = self.place_of(cut);
        match ndjson::parse(cut.line, self.input.get(cut.range.clone()), &self.mapping, noun) {
            Parsed::Event(event) => Some(event),
            Parsed::Row(fields) => {
                let why = self.pairs.take(place, &fields).err()?;
                Some(Event::LeftOut { line: cut.line, why })
            }
        }
    }

    /// Once the source has ended, tells the executions that have not.
    fn end_pairs(&mut self) -> Option<Event<'_>> {
        if self.input.has_ended() {
            self.pairs.end();
        }
        self.pairs.next(&self.mapping, &mut self.scratch)
    }

    fn next_of_columns(&mut self) -> Option<Event<'_>> {
        loop {
            match self.arrow.advance(&mut self.input) {
                Advance::Wait => return None,
                Advance::Event(event) => return Some(event),
                Advance::Row => break,
                Advance::Names(names) => {
                    if self.recognised.is_none() {
                        self.settle(&names, self.form().unwrap_or(Form::Arrow));
                    }
                    self.arrow.choose(&self.mapping);
                }
            }
        }
        self.arrow.row(&self.input, &self.mapping, &mut self.scratch)
    }

    fn next_job(&mut self) -> Option<Event<'_>> {
        loop {
            let cut = self.lines.next(&mut self.input)?;
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            let bytes = self.input.get(cut.range.clone());
            if self.is_blank_line(&cut) || self.log.take_header(bytes) {
                continue;
            }
            if self.recognised.is_none() {
                self.recognised = Some(self.log.recognised());
            }
            let (place, bytes) = (self.place_of(&cut), self.input.get(cut.range));
            return Some(self.log.read(place, bytes, &mut self.scratch));
        }
    }

    fn next_record(&mut self) -> Option<Event<'_>> {
        loop {
            let cut = self.records.next(&mut self.input)?;
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            let bytes = self.input.get(cut.range.clone());
            if csv::is_blank(bytes, &self.records) {
                continue;
            }
            if let Some(event) = csv::control(bytes, &self.records) {
                return Some(event);
            }
            if self.header.is_none() && !self.records.is_unclosed() {
                let form = if self.form() == Some(Form::Tsv) { Form::Tsv } else { Form::Csv };
                self.read_header(cut.range, form);
                continue;
            }
            let place = self.place_of(&cut);
            let (start, length) = (cut.range.start, cut.range.len());
            if self.shortcuts.is_record_known(&self.input, start, length, &self.records) {
                return Some(self.shortcuts.read(place, self.input.padded(), start, &self.mapping, &mut self.scratch));
            }
            let (bytes, header) = (self.input.get(cut.range), self.header.as_ref());
            let (records, mapping) = (&self.records, &self.mapping);
            return Some(csv::read(place, bytes, records, header, mapping, &mut self.scratch));
        }
    }
}

/// True for the beginning of a document whose first line is no row: it leads to rows, or breaks off where only layout
/// does.
fn is_part_of_document(line: &[u8], goes_on: bool) -> bool {
    let whole = std::str::from_utf8(line).ok().filter(|_| is_json(line));
    if whole.is_some_and(|row| recognise::system(&recognise::names_of(row), None).is_some()) {
        return false;
    }
    let mut input = Input::default();
    input.extend(line);
    let mut document = Document::new(1, None);
    let _ = document.next(&mut input);
    document.has_found_way() || goes_on && matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b',' | b':'))
}

fn too_long(cut: &Cut) -> Event<'static> {
    Event::Rejected {
        line: cut.line,
        kind: ProblemKind::LineTooLong,
        message: format!("the line is longer than {} MiB", MOST_LINE_BYTES / 1024 / 1024),
    }
}

/// True for the bytes that blank lines consist of.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The first bytes as printable ASCII, a point for each that is not.
fn first_characters(bytes: &[u8]) -> String {
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
    bytes.iter().take(MOST_SHOWN_BYTES).map(shown).collect()
}
