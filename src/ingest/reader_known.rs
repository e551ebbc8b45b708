//! Lines and records of known shapes, and the rows of kinds that the reader's caller has named: these are told one after
//! the other with nothing but what each says of its own. Whatever is not such a row is left to [`Reader::next`].

use super::brief::Said;
use super::reader::{Reader, Stage};
use super::{Cut, Form, Known};
use crate::execution::OwnTexts;
use crate::table::Stretch;

impl Reader {
    /// From now on, rows of the kind that this number of an [`Event::Row`] says may be told by [`Reader::next_known`] under
    /// the caller's own name for it.
    pub(crate) fn name_kind(&mut self, kind: u32, name: u32) {
        match (self.form(), &mut self.forms) {
            (Some(Form::Arrow | Form::Columns), Some(forms)) => forms.arrow().name_kind(kind, name),
            _ => self.shortcuts.name_kind(kind, name),
        }
    }

    /// Forgets what kinds were named.
    pub(crate) fn forget_names(&mut self) {
        self.shortcuts.forget_names();
        if let Some(forms) = &mut self.forms {
            forms.arrow().forget_names();
        }
    }

    /// The next row, if its kind was named and there is nothing about it that has to be said in words. `None` says nothing
    /// of what comes: [`Reader::next`] has to be asked then, before any more bytes come.
    #[inline]
    pub(crate) fn next_known(&mut self) -> Option<Known> {
        match self.stage {
            Stage::Reading(Form::Ndjson) => self.next_known_line(),
            Stage::Reading(Form::Csv | Form::Tsv) => self.next_known_record(),
            _ => None,
        }
    }

    /// Rows that lie side by side in columns, in the same way; none says nothing of what comes.
    pub(crate) fn next_stretch(&mut self) -> Option<Stretch<'_>> {
        match (&self.stage, &mut self.forms) {
            (Stage::Reading(Form::Arrow | Form::Columns), Some(forms)) => forms.arrow().next_stretch(&self.input),
            _ => None,
        }
    }

    /// The texts of the row that [`Reader::next_known`] told last, before any more bytes come.
    #[inline]
    pub(crate) fn known_texts(&mut self, known: &Known) -> OwnTexts<'_> {
        self.shortcuts.own_texts(self.input.padded(), known.attempt, &mut self.scratch.texts)
    }

    /// The texts of one of the rows that [`Reader::next_stretch`] told last, by its place among them.
    #[inline]
    pub(crate) fn stretch_texts(&mut self, place: usize) -> Option<OwnTexts<'_>> {
        let Self { forms, input, .. } = self;
        forms.as_mut()?.arrow().stretch_texts(input, place)
    }

    #[inline]
    fn next_known_line(&mut self) -> Option<Known> {
        if !self.lines.is_at_start() || self.mapping.rules().joins_events || self.cut.is_some() {
            return None;
        }
        let length = self.shortcuts.whole_line(&self.input)?;
        let cut = self.lines.take(&mut self.input, length);
        self.known_of(cut)
    }

    #[inline]
    fn next_known_record(&mut self) -> Option<Known> {
        if self.cut.is_some() {
            return None;
        }
        let cut = self.cut_known_record()?;
        self.known_of(cut)
    }

    /// The next record, if it is of the usual shape.
    #[inline]
    pub(super) fn cut_known_record(&mut self) -> Option<Cut> {
        if self.header.is_none() || !self.records.pass_ends(&mut self.input) {
            return None;
        }
        let (length, lines, is_line) = self.shortcuts.whole_record(&self.input, self.records.delimiter())?;
        Some(self.records.take(&mut self.input, length, lines, is_line))
    }

    /// The row of what was cut out and is of a known shape, or nothing until [`Reader::next`] tells it.
    #[inline(always)]
    fn known_of(&mut self, cut: Cut) -> Option<Known> {
        let row = (self.input.padded(), cut.range.start);
        match self.shortcuts.known(row, &self.mapping, self.scratch.texts.times()) {
            Some((name, said)) => {
                let Said { started_at, duration_ms, attempt, zoneless_start } = said;
                let offset = self.input.offset_of(&cut.range);
                Some(Known { name, started_at, duration_ms, attempt, zoneless_start, offset })
            }
            None => {
                self.cut = Some((cut, true));
                None
            }
        }
    }

    /// The next line, and whether it is of a known shape.
    pub(super) fn cut_line(&mut self) -> Option<(Cut, bool)> {
        let was_looked_at = !self.lines.is_at_start();
        let whole = if was_looked_at { None } else { self.shortcuts.whole_line(&self.input) };
        if let Some(length) = whole {
            return Some((self.lines.take(&mut self.input, length), true));
        }
        let cut = self.lines.next(&mut self.input)?;
        let is_known = was_looked_at && self.shortcuts.is_known(&self.input, &cut);
        Some((cut, is_known))
    }
}
