//! The first rows of a source while none of them says whose rows they are: a field that a system leaves out where it has
//! nothing to say may be one of its signs, so that the first row alone would make the order of rows decide what is read.
//! They are held until one bears a system's signs, up to [`MOST_ROWS`] rows or [`MOST_BYTES`] and one row, and told then as if
//! they came then. Which row decides hangs on the rows alone and not on when their bytes come.

use super::document::Found;
use super::expected::Rows;
use super::forms;
use super::ndjson;
use super::reader::{Reader, too_long};
use super::recognise;
use super::row::Place;
use super::{Cut, Event, Form};
use std::collections::VecDeque;

/// The most rows that are held; the last of them is looked at, too.
const MOST_ROWS: usize = 16;

/// With so many bytes held no more are waited for, and a row that is as long decides alone.
const MOST_BYTES: usize = 1 << 16;

#[derive(Debug)]
pub(super) struct FirstRows {
    held: VecDeque<Held>,
    /// Bytes of the rows among them.
    bytes: usize,
    /// The names that decide if no row does: those of the first row that looks like one of a system, else of the first.
    names: Vec<String>,
    /// True until it is decided whose rows they are.
    is_open: bool,
    /// The one that is being told.
    told: Option<Row>,
}

#[derive(Debug)]
enum Held {
    Row(Row),
    /// What was found in between, which is told in its turn.
    Event(Event<'static>),
}

/// A line, or an element of a document with what stands around it.
#[derive(Debug)]
struct Row {
    place: Place,
    bytes: Vec<u8>,
    context: Vec<(&'static str, String)>,
}

impl FirstRows {
    fn new(names: Vec<String>) -> Self {
        Self { held: VecDeque::new(), bytes: 0, names, is_open: true, told: None }
    }

    /// Where the first one begins that was not told yet.
    pub(super) fn place(&self) -> Option<Place> {
        self.held.iter().find_map(|held| if let Held::Row(row) = held { Some(row.place) } else { None })
    }

    fn is_full(&self) -> bool {
        self.held.len() >= MOST_ROWS || self.bytes >= MOST_BYTES
    }
}

impl Reader {
    /// The first rows, if they are held.
    pub(super) fn first_rows(&self) -> Option<&FirstRows> {
        self.forms.as_deref()?.first_rows.as_deref()
    }

    /// True for names of a first row that leave open whose rows follow, where that is to be found out.
    pub(super) fn leaves_open(&self, cut: &Cut, names: &[String]) -> bool {
        self.forms.is_some()
            && matches!(self.expected.rows, Rows::Any)
            && cut.range.len() < MOST_BYTES
            && !recognise::is_certain(names)
    }

    /// Holds a first row with these names.
    pub(super) fn hold_first(&mut self, cut: &Cut, names: Vec<String>) {
        if let Some(forms) = self.forms.as_deref_mut() {
            forms.first_rows = Some(Box::new(FirstRows::new(names)));
        }
        self.hold(cut);
    }

    /// The next event while first rows are held.
    pub(super) fn next_of_first_rows(&mut self) -> Option<Event<'_>> {
        while self.first_rows()?.is_open {
            self.hold_next()?;
        }
        self.tell_first_row()
    }

    /// Takes what comes next to what is held; `None` until more bytes come.
    fn hold_next(&mut self) -> Option<()> {
        let found = match self.form()? {
            Form::Json => self.next_found(),
            _ => self.lines.next(&mut self.input).map(Found::Row),
        };
        match found {
            None if self.input.has_ended() => self.decide_first_rows(),
            None => return None,
            Some(Found::Row(cut)) if cut.is_too_long => self.hold_event(too_long(&cut), false),
            Some(Found::Row(cut)) if self.is_blank_line(&cut) => {}
            Some(Found::Row(cut)) => self.hold_row(&cut),
            // Behind what is broken nothing follows.
            Some(other @ Found::Broken { .. }) => self.hold_event(forms::event_of(other), true),
            Some(other) => self.hold_event(forms::event_of(other), false),
        }
        Some(())
    }

    /// Holds a row, and decides by it if it says whose rows they are, or is the last one that is waited for.
    fn hold_row(&mut self, cut: &Cut) {
        let names = self.names_at(cut.range.clone()).filter(|names| !recognise::is_control(names));
        self.hold(cut);
        let Some(first) = self.forms.as_deref_mut().and_then(|forms| forms.first_rows.as_deref_mut()) else { return };
        let is_certain = names.as_ref().is_some_and(|names| recognise::is_certain(names));
        if let Some(names) = names
            && (is_certain
                || (recognise::system(&first.names, None).is_none() && recognise::system(&names, None).is_some()))
        {
            first.names = names;
        }
        if is_certain || first.is_full() {
            self.decide_first_rows();
        }
    }

    fn hold(&mut self, cut: &Cut) {
        let place = self.place_of(cut);
        let Some(forms) = self.forms.as_deref_mut() else { return };
        let context: Vec<_> = forms.context().map(|(name, text)| (name, text.to_owned())).collect();
        let bytes = self.input.get(cut.range.clone()).to_vec();
        if let Some(first) = forms.first_rows.as_deref_mut() {
            first.bytes += bytes.len() + context.iter().map(|(_, text)| text.len()).sum::<usize>();
            first.held.push_back(Held::Row(Row { place, bytes, context }));
        }
    }

    /// Holds what was found between rows.
    fn hold_event(&mut self, event: Event<'static>, is_last: bool) {
        let first = self.forms.as_deref_mut().and_then(|forms| forms.first_rows.as_deref_mut());
        let is_full = first.is_some_and(|first| {
            first.held.push_back(Held::Event(event));
            first.is_full()
        });
        if is_last || is_full {
            self.decide_first_rows();
        }
    }

    fn decide_first_rows(&mut self) {
        let first = self.forms.as_deref_mut().and_then(|forms| forms.first_rows.as_deref_mut());
        let (Some(first), Some(form)) = (first, self.stage.form()) else { return };
        first.is_open = false;
        let names = std::mem::take(&mut first.names);
        self.settle(&names, form);
    }

    /// The next event of what is held, and behind it of what follows.
    fn tell_first_row(&mut self) -> Option<Event<'_>> {
        let noun = if self.form() == Some(Form::Json) { "element" } else { "line" };
        loop {
            if self.forms.as_deref()?.pairs.has_next() {
                return self.forms.as_deref_mut()?.pairs.next(&self.mapping, &mut self.scratch);
            }
            let forms = self.forms.as_deref_mut()?;
            let row = match forms.first_rows.as_deref_mut()?.held.pop_front() {
                Some(Held::Row(row)) => row,
                Some(Held::Event(event)) => return Some(event),
                None => {
                    forms.first_rows = None;
                    return self.next();
                }
            };
            if !self.mapping.rules().joins_events {
                forms.first_rows.as_deref_mut()?.told = Some(row);
                break;
            }
            if let Some(event) = forms.join(row.place, &row.bytes, &self.mapping, noun) {
                return Some(event);
            }
        }
        let Self { forms, mapping, scratch, .. } = self;
        let Row { place, bytes, context } = forms.as_deref()?.first_rows.as_deref()?.told.as_ref()?;
        let context = context.iter().map(|(name, text)| (*name, &**text));
        Some(ndjson::read_within(*place, bytes, context, noun, mapping, scratch))
    }
}
