//! The parser that is pushed: holds the input, finds out its form, and turns what the cutters find into events. What only
//! forms beside lines and records need stands in `forms`.

use super::csv::{self, Header};
use super::expected::{Expected, Rows};
use super::first_rows::FirstRows;
use super::forms::{self, Held};
use super::hint::Unrecognised;
use super::input::Input;
use super::lines::Lines;
use super::mapping::Mapping;
use super::ndjson;
use super::preset::CANONICAL;
use super::reader_known::KnownRows;
use super::recognise;
use super::records::Records;
use super::row::{Place, Scratch};
use super::seek;
use super::shortcut::Shortcuts;
use super::{Cut, Event, FORMS, Form, MOST_LINE_BYTES, is_json};
use crate::number::whole;
use crate::problem::ProblemKind;
use std::ops::Range;

/// A push parser of one source.
///
/// It is given bytes and then asked for events until it has none left. It holds the line that is not yet whole, at
/// most [`MOST_LINE_BYTES`] of it, the last chunk, and the first rows while none of them says whose they are. Chunks may
/// end anywhere; the events are the same.
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
    pub(super) input: Input,
    pub(super) stage: Stage,
    /// The number of the line that the input begins with while the form is sought.
    pub(super) line: u64,
    /// Bytes of the first line in which its end was sought and is not.
    pub(super) sought: usize,
    /// Bytes by which the form has to show, unless more are waited for.
    pub(super) most_sought: usize,
    /// The byte between fields that a line before the header named.
    pub(super) named_delimiter: Option<u8>,
    pub(super) lines: Lines,
    pub(super) records: Records,
    pub(super) header: Option<Header>,
    /// True if the first record is a row, and columns are called by their numbers.
    pub(super) is_headless: bool,
    /// That record until it is told, if it was cut out while the form was sought.
    pub(super) first: Option<Cut>,
    /// What reads other forms and the rows of other systems. A reader without it reads canonical rows of NDJSON and CSV
    /// as any other does, and nothing else.
    pub(super) forms: Option<Held>,
    pub(super) mapping: Mapping,
    pub(super) expected: Expected,
    /// Whose rows these are and why, once that is known.
    pub(super) recognised: Option<String>,
    /// The name of that system.
    system: Option<&'static str>,
    /// The names by which a reader with forms told it.
    names: Vec<String>,
    pub(super) scratch: Scratch,
    pub(super) shortcuts: Shortcuts,
    /// A line or record that was cut out and has not been told yet, and whether it is of a known shape.
    pub(super) cut: Option<(Cut, bool)>,
    /// Rows of known kinds that were told last.
    pub(super) known: KnownRows,
}

#[derive(Debug)]
pub(super) enum Stage {
    Seeking,
    Reading(Form),
    /// The source is of no form that is read; what it looks like until that is told.
    Refused(Option<Unrecognised>),
    /// The source is for a reader with forms; nothing of it was read but control lines.
    Foreign,
}

impl Stage {
    pub(super) fn form(&self) -> Option<Form> {
        match self {
            Stage::Reading(form) => Some(*form),
            Stage::Seeking | Stage::Refused(_) | Stage::Foreign => None,
        }
    }
}

impl Reader {
    /// A parser of canonical rows in a form.
    pub fn new(form: Form) -> Self {
        Self::expecting(Expected::of(Some(form), Rows::Of(CANONICAL.name)))
    }

    /// A parser that finds out form and system from the first bytes and the first rows: Arrow by its mark, JSON by `{` or
    /// `[`, a log of jobs by a comment or eighteen numbers, CSV or TSV by columns that are known. Any other source is
    /// one [`Event::Unrecognised`] and nothing more; one that is empty or blank is of no form and yields nothing.
    pub fn recognising() -> Self {
        Self::expecting(Expected::anything())
    }

    /// A parser of a source of which something is known.
    pub fn expecting(expected: Expected) -> Self {
        let forms = forms::held(&expected);
        Self::holding(forms, expected)
    }

    /// A parser that reads canonical rows of NDJSON and CSV alone, as every parser is in a build without the feature
    /// `forms`. What it reads it reads as any other does; of all other sources it tells no row, but that they need the
    /// forms ([`Reader::needs_forms`]).
    pub fn without_forms(expected: Expected) -> Self {
        Self::holding(None, expected)
    }

    fn holding(forms: Option<Held>, expected: Expected) -> Self {
        let mapping = match &expected.rows {
            Rows::Own { mapping, .. } if forms.is_some() => (**mapping).clone(),
            Rows::Of(name) if forms.is_some() => recognise::first_named(name).unwrap_or(&CANONICAL).mapping(),
            _ => CANONICAL.mapping(),
        };
        Self {
            input: Input::default(),
            stage: match expected.form {
                _ if forms.is_none() && !expected.is_plain() => Stage::Foreign,
                // What stands between the fields shows in the first line.
                None | Some(Form::Csv) => Stage::Seeking,
                Some(form) => Stage::Reading(form),
            },
            line: 1,
            sought: 0,
            most_sought: seek::MOST_SOUGHT_BYTES,
            named_delimiter: None,
            lines: Lines::starting_at(1),
            records: Records::starting_at(1).separated_by(b'\t'),
            header: None,
            is_headless: false,
            first: None,
            forms,
            mapping,
            expected,
            recognised: None,
            system: None,
            names: Vec::new(),
            scratch: Scratch::default(),
            shortcuts: Shortcuts::default(),
            cut: None,
            known: KnownRows::default(),
        }
    }

    /// Leaves out of rows their own identity, and what went wrong of those that did not fail, where nobody asks for these.
    pub fn leave_out_texts(&mut self, are_left_out: bool) {
        self.scratch.texts.are_left_out = are_left_out;
    }

    /// The same parser, but one that puts every row together as if it were the first: for comparing with what the short
    /// ways find, which has to be the same but for the rows' kinds.
    pub fn without_shortcuts(mut self) -> Self {
        self.shortcuts = Shortcuts::off();
        if let Some(forms) = &mut self.forms {
            forms.arrow().take_long_way();
        }
        self
    }

    /// What is known of the source once its first row was read, for parts of it that are read apart; `None` before, and
    /// where what stands in one part is needed in another.
    pub fn known(&self) -> Option<Expected> {
        let known = self.understood().filter(|known| matches!(known.form, Some(Form::Ndjson | Form::Csv | Form::Tsv)));
        // What stands before a part would be its header.
        known.filter(|_| !self.is_headless)
    }

    /// What was found out of the source once its first row was read, for reading one of its rows again; `None` before,
    /// and where a row is not one stretch of the source, or cannot be read without what stands elsewhere in it.
    pub fn understood(&self) -> Option<Expected> {
        let form = self.form()?;
        let rows = match (&self.expected.rows, self.system) {
            (Rows::Own { .. }, _) => self.expected.rows.clone(),
            (Rows::Any | Rows::Of(_), system) => Rows::Of(system?),
        };
        let is_one_stretch = matches!(form, Form::Ndjson | Form::Csv | Form::Tsv | Form::Json);
        (is_one_stretch && !self.mapping.rules().joins_events).then(|| Expected::of(Some(form), rows))
    }

    /// What the source was taken for and why, in a sentence without a full stop; `None` until the first row.
    pub fn recognised(&self) -> Option<&str> {
        self.recognised.as_deref()
    }

    /// The name of the system whose rows these are, as [`Expected::preset`] takes it; `None` until the first row, and for
    /// canonical rows and those of a mapping.
    pub fn system(&self) -> Option<&'static str> {
        self.system.filter(|system| *system != CANONICAL.name)
    }

    /// What is odd about the names of the source's fields, behind [`Reader::recognised`]: one of canonical rows that is
    /// nearly read, a column that stands twice. It is looked for when asked, so that it weighs nothing in a download that
    /// does not.
    pub fn remark(&self) -> String {
        let form = self.form().filter(|_| self.system == Some(CANONICAL.name));
        let nearly = form.map(|form| recognise::nearly(&self.names, form)).unwrap_or_default();
        nearly + &self.header.as_ref().map(Header::doubled).unwrap_or_default()
    }

    /// Why the duration of the row that was told last was dropped, if its notes say that it was.
    pub fn dropped_duration(&self) -> &str {
        &self.scratch.texts.dropped
    }

    /// The form, once it is known.
    pub fn form(&self) -> Option<Form> {
        self.stage.form()
    }

    /// What separates the fields of delimited text, once the form is known to be one.
    pub fn delimiter(&self) -> Option<u8> {
        matches!(self.form(), Some(Form::Csv | Form::Tsv)).then(|| self.records.delimiter())
    }

    /// True once it shows that a reader without forms cannot read the source: a reader with them has to be given it from
    /// its first byte on. No row was told.
    pub fn needs_forms(&self) -> bool {
        matches!(self.stage, Stage::Foreign)
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
        self.input.waiting().is_empty()
            && !self.lines.is_skipping()
            && !self.records.is_skipping()
            && self.first_rows().is_none()
    }

    /// Bytes of a row that is not yet whole, and of first rows that wait for one that says whose they are.
    pub fn pending(&self) -> usize {
        let waiting = self.input.waiting().len();
        let begin = self.first_rows().and_then(FirstRows::place).map(|place| place.offset);
        waiting + begin.map_or(0, |begin| self.input.offset_of(self.input.start()).saturating_sub(begin) as usize)
    }

    /// Drops a record that has begun, because the caller knows that what comes is the beginning of another one: all that
    /// came before it shows that the quotes of this one do not close.
    pub(crate) fn drop_record(&mut self) {
        if matches!(self.form(), Some(Form::Csv | Form::Tsv)) {
            self.input.take_all();
            self.records = Records::starting_at(self.records.line()).separated_by(self.records.delimiter());
        }
    }

    /// Line feeds before the row that comes next.
    pub fn lines(&self) -> u64 {
        let line = self.line.max(self.lines.line()).max(self.records.line());
        self.first_rows().and_then(FirstRows::place).map_or(line, |place| place.line) - 1
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
        self.known.pass_end();
        if self.first_rows().is_some() {
            return self.next_of_first_rows();
        }
        match &mut self.stage {
            Stage::Seeking | Stage::Foreign => None,
            Stage::Reading(Form::Ndjson) => self.next_line(),
            Stage::Reading(Form::Json) => self.next_element(),
            Stage::Reading(Form::Csv | Form::Tsv) => self.next_record(),
            Stage::Reading(Form::Arrow | Form::Columns) => self.next_of_columns(),
            Stage::Reading(Form::Swf) => self.next_job(),
            Stage::Refused(unrecognised) => {
                self.input.take_all();
                unrecognised.take().map(Event::Unrecognised)
            }
        }
    }

    #[cfg(test)]
    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    /// Decides whose rows these are, by the names of the first one's fields.
    pub(super) fn settle(&mut self, names: &[String], form: Form) {
        if self.forms.is_none() {
            return self.settle_as_canonical(names, form);
        }
        let asked = match &self.expected.rows {
            Rows::Own { .. } => {
                self.recognised = Some(recognise::by_mapping(&self.mapping, names, form, form.title()));
                return;
            }
            Rows::Of(name) => Some(*name),
            Rows::Any => None,
        };
        let (preset, words) = recognise::decide(names, asked, form.title());
        self.recognised = Some(words);
        self.names = names.to_vec();
        self.mapping = preset.mapping();
        // What was learned of lines before was learned by another mapping.
        self.shortcuts.forget();
        self.system = Some(preset.name);
    }

    /// The same of a reader without forms: rows that any reader takes for canonical ones are its own.
    fn settle_as_canonical(&mut self, names: &[String], form: Form) {
        let signs = recognise::canonical_signs(names);
        let words = match (&self.expected.rows, signs) {
            (Rows::Of(_), _) => recognise::as_asked(CANONICAL.title, form.title()),
            (_, Some(signs)) => recognise::because(CANONICAL.title, form.title(), signs),
            (_, None) => return self.stage = Stage::Foreign,
        };
        self.recognised = Some(words);
        self.system = Some(CANONICAL.name);
    }

    /// Decides it by an object, if it is one and no control line; holds one that leaves it open.
    // Called until the first row.
    #[inline(never)]
    pub(super) fn settle_by(&mut self, cut: &Cut, form: Form) {
        match self.names_at(cut.range.clone()) {
            None if self.forms.is_none() => self.stage = Stage::Foreign,
            Some(names) if recognise::is_control(&names) => {}
            Some(names) if self.leaves_open(cut, &names) => self.hold_first(cut, names),
            Some(names) => self.settle(&names, form),
            None => {}
        }
    }

    /// The names of the fields of an object and of what stands around it; `None` where there is something else.
    pub(super) fn names_at(&self, range: Range<usize>) -> Option<Vec<String>> {
        let mut names = object(self.input.get(range)).map(recognise::names_of)?;
        if !recognise::is_control(&names) {
            let context = self.forms.iter().flat_map(|forms| forms.context());
            names.extend(context.map(|(name, _)| name.to_owned()));
        }
        Some(names)
    }

    // Apart from what other forms need: a browser optimises a function the sooner the longer it is.
    #[inline(never)]
    fn next_line(&mut self) -> Option<Event<'_>> {
        if self.mapping.rules().joins_events {
            return self.next_joined();
        }
        loop {
            let (cut, is_known) = match self.cut.take() {
                Some(cut) => cut,
                None => self.cut_line()?,
            };
            if cut.is_too_long {
                return self.skipped(&cut);
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
                self.settle_by(&cut, Form::Ndjson);
                if self.needs_forms() {
                    return None;
                }
                if self.first_rows().is_some() {
                    return self.next_of_first_rows();
                }
                if self.mapping.rules().joins_events {
                    return self.joined(&cut);
                }
            }
            let remedy = if FORMS { self.document_remedy(&cut) } else { "" };
            let bytes = self.input.get(cut.range);
            self.shortcuts.learn(bytes, &self.mapping);
            let mut event = ndjson::read(place, bytes, &self.mapping, &mut self.scratch);
            if let Event::Rejected { message, .. } = &mut event {
                message.push_str(remedy);
            }
            return Some(event);
        }
    }

    /// What is told of a line that is too long. One before the first row leaves open whose rows they are.
    fn skipped(&mut self, cut: &Cut) -> Option<Event<'_>> {
        if self.forms.is_none() && self.recognised.is_none() {
            self.stage = Stage::Foreign;
            return None;
        }
        Some(too_long(cut))
    }

    pub(super) fn place_of(&self, cut: &Cut) -> Place {
        Place { line: cut.line, offset: self.input.offset_of(cut.range.start) }
    }

    pub(super) fn is_blank_line(&self, cut: &Cut) -> bool {
        self.input.get(cut.range.clone()).iter().all(|byte| is_blank(*byte))
    }

    fn next_record(&mut self) -> Option<Event<'_>> {
        loop {
            let first = if FORMS { self.first.take() } else { None };
            let known =
                self.cut.take().map(|(cut, _)| cut).or_else(|| first.is_none().then(|| self.cut_known_record())?);
            if let Some(cut) = known {
                let (place, start) = (self.place_of(&cut), cut.range.start);
                return Some(self.shortcuts.read(place, self.input.padded(), start, &self.mapping, &mut self.scratch));
            }
            let cut = match first {
                Some(cut) => cut,
                None => self.records.next(&mut self.input)?,
            };
            if cut.is_too_long {
                return self.skipped(&cut);
            }
            let bytes = self.input.get(cut.range.clone());
            if csv::is_blank(bytes, &self.records) {
                continue;
            }
            if let Some(event) = csv::control(bytes, &self.records) {
                return Some(event);
            }
            if self.header.is_none() && !self.records.is_sound() {
                // The columns cannot be known any more; what follows is no header.
                if self.forms.is_none() {
                    self.stage = Stage::Foreign;
                    return None;
                }
                self.header = Some(Header::read(Vec::new(), 0, &self.mapping));
            }
            if self.header.is_none() {
                if self.is_delimiter_line(&cut) {
                    continue;
                }
                let form = if self.form() == Some(Form::Tsv) { Form::Tsv } else { Form::Csv };
                self.read_header(cut.range.clone(), form);
                if self.needs_forms() {
                    return None;
                }
                if !FORMS || !self.is_headless {
                    continue;
                }
            }
            let (place, start) = (self.place_of(&cut), cut.range.start);
            let is_closed = self.records.unclosed().is_none();
            if is_closed && self.shortcuts.is_usual(&self.input, &cut, self.records.delimiter()) {
                return Some(self.shortcuts.read(place, self.input.padded(), start, &self.mapping, &mut self.scratch));
            }
            let (bytes, header) = (self.input.get(cut.range), self.header.as_ref());
            let (records, mapping) = (&self.records, &self.mapping);
            return Some(csv::read(place, bytes, records, header, mapping, &mut self.scratch));
        }
    }
}

pub(super) fn too_long(cut: &Cut) -> Event<'static> {
    Event::Rejected {
        line: cut.line,
        kind: ProblemKind::LineTooLong,
        message: ["the line is longer than ", &whole(MOST_LINE_BYTES as u64 >> 20), " MiB"].concat(),
    }
}

/// The text of a line that is an object and nothing else.
pub(super) fn object(line: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(line).ok()?;
    (text.trim_ascii_start().starts_with('{') && is_json(line)).then_some(text)
}

/// True for the bytes that blank lines consist of.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
