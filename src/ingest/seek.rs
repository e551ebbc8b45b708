//! Finds out the form of a source from its first bytes, and what the columns of delimited text are called. Whose rows they
//! are is settled by the reader.

use super::csv::{self, Header};
use super::expected::Rows;
use super::forms;
use super::hint::Unrecognised;
use super::lines::Lines;
use super::reader::{Reader, Stage, is_blank, object};
use super::recognise;
use super::records::Records;
use super::{Cut, FORMS, Form};
use crate::number::whole;
use std::ops::Range;

/// Bytes by which the form shows where no line has ended before. A reader with forms goes on with twice as many where an
/// object has begun, in which rows may stand further behind.
pub(super) const MOST_SOUGHT_BYTES: usize = 1 << 16;

/// As far as it goes on: what has come is looked through in a copy.
const MOST_AWAITED_BYTES: usize = 1 << 20;

/// What is said where rows may stand further behind; it names the number above.
const LATE_ROWS: &str =
    "; a document on one line shows its rows within the first 1 MiB, or is read with `--input json`";
const _: () = assert!(MOST_AWAITED_BYTES == 1 << 20, "LATE_ROWS says so");

impl Reader {
    /// Looks for the form as far as the bytes reach.
    pub(super) fn seek_form(&mut self) {
        if self.expected.form.is_none() {
            // Blanks first: were they passed after the look at Arrow's mark, what a chunk begins with would decide.
            self.pass_blanks();
            match forms::is_arrow(self.input.waiting()) {
                Some(true) => return self.stage = self.beyond_lines(Form::Arrow),
                None if !self.input.has_ended() => return,
                _ => {}
            }
        }
        let waiting = self.input.waiting();
        let Some(begin) = waiting.iter().position(|byte| !is_blank(*byte)) else { return };
        let behind = waiting.get(begin..).unwrap_or_default();
        let first = behind.get(..behind.len().min(self.most_sought)).unwrap_or_default();
        // What was looked at before, while less had come, is not looked at again.
        let new = first.get(self.sought..).unwrap_or_default();
        let line_end = new.iter().position(|byte| *byte == b'\n').map(|end| self.sought + end);
        if line_end.is_none() && behind.len() < self.most_sought && !self.input.has_ended() {
            self.sought = first.len();
            return;
        }
        let line = first.get(..line_end.unwrap_or(first.len())).unwrap_or_default();
        let delimiter = self.named_delimiter.unwrap_or_else(|| csv::delimiter(line));
        match behind.first() {
            _ if self.expected.form.is_some() => self.begin_records(delimiter, Form::Csv),
            _ if self.named_delimiter.is_some() => self.seek_header(delimiter),
            Some(b'{') if self.is_line_of_rows(line, line_end.is_some()) => {
                let may_show_later = self.forms.is_some()
                    && line_end.is_none()
                    && first.len() == self.most_sought
                    && self.most_sought < MOST_AWAITED_BYTES;
                if may_show_later {
                    (self.sought, self.most_sought) = (first.len(), 2 * self.most_sought);
                    return self.seek_form();
                }
                self.stage = Stage::Reading(Form::Ndjson);
            }
            Some(b'{' | b'[') => self.stage = self.beyond_lines(Form::Json),
            _ if forms::is_job(line) => self.stage = self.beyond_lines(Form::Swf),
            _ => self.seek_header(delimiter),
        }
    }

    /// What is said of a line that cannot be read as a row and may be a document: it is longer than what is waited for to show
    /// rows within it.
    pub(super) fn document_remedy(&self, cut: &Cut) -> &'static str {
        let is_sought = self.expected.form.is_none() && self.forms.is_some();
        if is_sought && cut.range.len() >= MOST_AWAITED_BYTES && self.most_sought == MOST_AWAITED_BYTES {
            LATE_ROWS
        } else {
            ""
        }
    }

    /// Reading a form that is neither lines nor records, where this reader can.
    fn beyond_lines(&self, form: Form) -> Stage {
        if self.forms.is_some() { Stage::Reading(form) } else { Stage::Foreign }
    }

    /// True for a first line that is a row, and no beginning of a document that has rows within it.
    fn is_line_of_rows(&self, line: &[u8], goes_on: bool) -> bool {
        let names = object(line).map(recognise::names_of);
        if self.forms.is_none() {
            return names.is_some_and(|names| recognise::canonical_signs(&names).is_some());
        }
        // Whoever says where the rows are knows better than signs.
        let way = self.expected.way();
        way.is_none() && names.is_some_and(|names| recognise::system(&names, None).is_some())
            || !forms::is_part_of_document(line, goes_on, way)
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
        if self.is_delimiter_line(&cut) {
            (self.line, self.sought) = (self.records.line(), 0);
            return self.seek_form();
        }
        let is_whole = !cut.is_too_long && self.records.is_sound();
        if is_whole && self.read_header(cut.range.clone(), form) {
            self.stage = Stage::Reading(form);
            self.first = Some(cut).filter(|_| self.is_headless);
        } else if self.forms.is_none() {
            self.stage = Stage::Foreign;
        } else {
            self.stage = Stage::Refused(Some(Unrecognised::of(self.input.get(cut.range))));
        }
    }

    /// True for a record that names what stands between the fields of those that follow; only the first one does.
    pub(super) fn is_delimiter_line(&mut self, cut: &Cut) -> bool {
        if self.named_delimiter.is_some() {
            return false;
        }
        self.named_delimiter = csv::named_delimiter(self.input.get(cut.range.clone()));
        self.named_delimiter.map(|delimiter| self.records.separate_by(delimiter)).is_some()
    }

    /// Reads the names of the columns; false if none is known. Where a mapping calls all columns by numbers that are no
    /// names here, this is no header but the first row.
    pub(super) fn read_header(&mut self, range: Range<usize>, form: Form) -> bool {
        let mut names = csv::names(self.input.get(range), &self.records);
        if FORMS && matches!(self.expected.rows, Rows::Own { .. }) && self.mapping.is_by_number(&names) {
            self.is_headless = true;
            names = (1..=names.len() as u64).map(whole).collect();
        }
        self.settle(&names, form);
        let header = Header::read(names, self.records.field_count(), &self.mapping);
        let is_canonical = self.mapping.rules().is_canonical;
        // Whoever gives a mapping is told which of its columns are not there.
        let is_own = FORMS && matches!(self.expected.rows, Rows::Own { .. }) && self.records.field_count() > 1;
        let is_known = if is_canonical { header.has_start() } else { header.is_known() || is_own };
        if let Some(columns) = header.useful_columns(&self.mapping) {
            self.shortcuts.expect_columns(columns);
        }
        self.header = Some(header);
        is_known && !self.needs_forms()
    }

    /// Takes what is blank before the first byte that tells the form, but for tabs of its line, which may separate columns.
    fn pass_blanks(&mut self) {
        let waiting = self.input.waiting();
        let blank = waiting.iter().position(|byte| !is_blank(*byte)).unwrap_or(waiting.len());
        let blanks = waiting.get(..blank).unwrap_or_default();
        let line = blanks.iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
        let tab = blanks.iter().skip(line).position(|byte| *byte == b'\t');
        let length = tab.map_or(blank, |tab| line + tab);
        let blanks = blanks.get(..length).unwrap_or_default();
        if !blanks.is_empty() {
            self.line += blanks.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            self.lines = Lines::starting_at(self.line);
            self.input.take(length, 0);
        }
    }
}
