//! The parser that is pushed: holds the input, finds out its form, and turns what the cutters find into events.

use super::csv::{self, Header};
use super::input::Input;
use super::lines::Lines;
use super::mapping::Mapping;
use super::ndjson;
use super::preset;
use super::records::Records;
use super::row::Scratch;
use super::{Cut, Event, Form, MOST_LINE_BYTES};
use crate::problem::ProblemKind;

/// First characters of an unrecognised source that its event tells.
const MOST_SHOWN_BYTES: usize = 12;

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
    lines: Lines,
    records: Records,
    header: Option<Header>,
    mapping: Mapping,
    scratch: Scratch,
}

#[derive(Debug)]
enum Stage {
    Seeking,
    Reading(Form),
    /// The source is of no form that is read; its first characters until they are told.
    Refused(Option<String>),
}

impl Reader {
    /// A parser of a form.
    pub fn new(form: Form) -> Self {
        Self { stage: Stage::Reading(form), ..Self::recognising() }
    }

    /// A parser that finds out the form from the first bytes: NDJSON if the first that is not blank is `{`, CSV if the
    /// first record has a column `started_at`. Any other source is one [`Event::Unrecognised`] and nothing more; one
    /// that is empty or blank is of no form and yields nothing.
    pub fn recognising() -> Self {
        Self {
            input: Input::default(),
            stage: Stage::Seeking,
            line: 1,
            lines: Lines::starting_at(1),
            records: Records::starting_at(1),
            header: None,
            mapping: preset::canonical(),
            scratch: Scratch::default(),
        }
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
            Stage::Reading(Form::Csv) => self.next_record(),
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
        self.pass_blanks();
        match self.input.waiting().first() {
            None => {}
            Some(b'{') => self.stage = Stage::Reading(Form::Ndjson),
            Some(_) => {
                let Some(cut) = self.records.next(&mut self.input) else { return };
                let bytes = self.input.get(cut.range.clone());
                let header = Header::read(bytes, &self.records, &self.mapping);
                if !cut.is_too_long && !self.records.is_unclosed() && header.has_start() {
                    self.header = Some(header);
                    self.stage = Stage::Reading(Form::Csv);
                } else {
                    self.stage = Stage::Refused(Some(first_characters(bytes)));
                }
            }
        }
    }

    /// Takes what is blank before the first byte that tells the form.
    fn pass_blanks(&mut self) {
        let waiting = self.input.waiting();
        let length = waiting.iter().position(|byte| !is_blank(*byte)).unwrap_or(waiting.len());
        let blanks = waiting.get(..length).unwrap_or_default();
        if !blanks.is_empty() {
            self.line += blanks.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            self.lines = Lines::starting_at(self.line);
            self.records = Records::starting_at(self.line);
            self.input.take(length, 0);
        }
    }

    fn next_line(&mut self) -> Option<Event<'_>> {
        loop {
            let cut = self.lines.next(&mut self.input)?;
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            let is_row = self.input.get(cut.range.clone()).iter().any(|byte| !is_blank(*byte));
            if is_row {
                let offset = self.input.offset_of(&cut.range);
                let bytes = self.input.get(cut.range);
                return Some(ndjson::read(cut.line, offset, bytes, &self.mapping, &mut self.scratch));
            }
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
                self.header = Some(Header::read(bytes, &self.records, &self.mapping));
                continue;
            }
            let offset = self.input.offset_of(&cut.range);
            let (bytes, header) = (self.input.get(cut.range), self.header.as_ref());
            let (records, mapping) = (&self.records, &self.mapping);
            return Some(csv::read(cut.line, offset, bytes, records, header, mapping, &mut self.scratch));
        }
    }
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
