//! Rows of known kinds that lie side by side in columns, many of them at a time, and what each of them says of its own. Whatever
//! is not such a row is left to [`Reader::next`].

use super::Form;
use super::arrow::OwnIds;
use super::reader::{Reader, Stage};
use super::row::no_start;
use crate::execution::OwnTexts;
use crate::table::Stretch;

impl Reader {
    /// Reads rows that lie side by side in columns, in the same way: how many they are; none says nothing of what comes.
    pub(crate) fn next_stretch(&mut self) -> Option<usize> {
        match (&self.stage, &mut self.forms) {
            (Stage::Reading(Form::Arrow | Form::Columns), Some(forms)) => forms.arrow().next_stretch(&self.input),
            _ => None,
        }
    }

    /// The rows that [`Reader::next_stretch`] read last.
    pub(crate) fn stretch(&mut self) -> Option<Stretch<'_>> {
        self.forms.as_mut()?.arrow().stretch()
    }

    /// Tells the places among these rows of those that may say what went wrong.
    pub(crate) fn stretch_error_places(&mut self, places: &mut Vec<usize>) {
        places.clear();
        if let Some(forms) = &mut self.forms {
            forms.arrow().add_error_places(&self.input, places);
        }
    }

    /// What was named what went wrong with one of these rows, if it says that by an entry of a dictionary that was named.
    pub(crate) fn stretch_error(&mut self, place: usize) -> Option<Option<u32>> {
        let Self { forms, input, .. } = self;
        forms.as_mut()?.arrow().error_number(input, place)
    }

    /// From now on, what went wrong with this row is named so, if an entry of a dictionary says it.
    pub(crate) fn name_stretch_error(&mut self, place: usize, number: Option<u32>) {
        let Self { forms, input, .. } = self;
        forms.iter_mut().for_each(|forms| forms.arrow().name_error(input, place, number));
    }

    /// The number of the kind of one of these rows, with its flag, to be told with another one.
    pub(crate) fn stretch_kind(&mut self, place: usize) -> Option<&mut u32> {
        self.forms.as_mut()?.arrow().kind_mut(place)
    }

    /// The texts of one of the rows that [`Reader::next_stretch`] read last, by its place among them; its id
    /// only if that is asked for.
    #[inline]
    pub(crate) fn stretch_texts(&mut self, place: usize, has_id: bool) -> Option<OwnTexts<'_>> {
        let Self { forms, input, .. } = self;
        forms.as_mut()?.arrow().stretch_texts(input, place, has_id)
    }

    /// Passes rows that come then and have no start: which line the first is, and how many they are.
    pub(crate) fn pass_startless(&mut self) -> Option<(u64, usize)> {
        let Self { forms, input, .. } = self;
        forms.as_mut()?.arrow().pass_startless(input)
    }

    /// What is said of such a row.
    pub(crate) fn startless(&self) -> String {
        no_start(&self.mapping, false)
    }

    /// The ids of these rows, if all are numbers; `None` if each row has to be asked.
    pub(crate) fn stretch_ids(&mut self) -> Option<OwnIds<'_>> {
        let Self { forms, input, .. } = self;
        forms.as_mut()?.arrow().stretch_ids(input)
    }
}
