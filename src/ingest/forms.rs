//! What reading other forms than lines and records of canonical rows takes: documents, Arrow, logs of jobs, and events
//! of which several tell of one execution. A build without the feature `forms` has none of it: there a reader holds
//! [`Never`], and the compiler leaves out all that only a reader with forms can reach.

use super::arrow::{self, Advance, Arrow};
use super::cdevents::Pairs;
use super::document::{Document, Found};
use super::expected::Expected;
use super::first_rows::FirstRows;
use super::input::Input;
use super::mapping::Mapping;
use super::ndjson::{self, Parsed};
use super::reader::{Reader, is_blank, too_long};
use super::row::Place;
use super::swf::{self, Log};
use super::{Cut, Event, Form};
use crate::problem::ProblemKind;

/// What is said of a job or folder of Jenkins without anything in it: it may have builds that nobody asked for.
const UNLISTED: &str = "a job or folder of Jenkins without its builds and jobs; they are there if its interface is asked for `tree=jobs[name,builds[number,timestamp,duration,result,building]]`, with another `jobs[…]` within for folders";

/// What a reader holds of it.
#[derive(Debug)]
pub(super) struct Forms {
    /// There once the form is known to be JSON.
    document: Option<Box<Document>>,
    log: Log,
    arrow: Arrow,
    /// Executions that several events tell of.
    pub(super) pairs: Pairs,
    /// There while none of the first rows says whose rows they are, and until these are told.
    pub(super) first_rows: Option<Box<FirstRows>>,
}

#[cfg(feature = "forms")]
pub(super) type Held = Box<Forms>;
#[cfg(not(feature = "forms"))]
pub(super) type Held = Never;

/// Forms that are never there.
#[cfg(not(feature = "forms"))]
#[derive(Debug)]
pub(super) enum Never {}

#[cfg(not(feature = "forms"))]
impl std::ops::Deref for Never {
    type Target = Forms;

    fn deref(&self) -> &Forms {
        match *self {}
    }
}

#[cfg(not(feature = "forms"))]
impl std::ops::DerefMut for Never {
    fn deref_mut(&mut self) -> &mut Forms {
        match *self {}
    }
}

/// What a reader of a source begins with.
#[cfg(feature = "forms")]
pub(super) fn held(expected: &Expected) -> Option<Held> {
    Some(Box::new(Forms::of(expected)))
}

/// In a build without forms nothing.
#[cfg(not(feature = "forms"))]
pub(super) fn held(_: &Expected) -> Option<Held> {
    let _ = Forms::of;
    None
}

impl Forms {
    fn of(expected: &Expected) -> Forms {
        Forms {
            document: None,
            log: Log::default(),
            arrow: if expected.form == Some(Form::Columns) { Arrow::handed() } else { Arrow::default() },
            pairs: Pairs::default(),
            first_rows: None,
        }
    }

    /// What reads Arrow and columns.
    pub(super) fn arrow(&mut self) -> &mut Arrow {
        &mut self.arrow
    }

    /// The members around the rows of a document that say something of them.
    pub(super) fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.document.iter().flat_map(|document| document.context())
    }

    /// Takes one of several events that tell of one execution; what is no such event is told at once.
    pub(super) fn join(&mut self, place: Place, bytes: &[u8], mapping: &Mapping, noun: &str) -> Option<Event<'static>> {
        match ndjson::parse(place.line, bytes, mapping, noun) {
            Parsed::Event(Event::End(end)) => {
                self.pairs.end_saying(end);
                None
            }
            Parsed::Event(event) => Some(event),
            Parsed::Row(fields) => {
                let why = self.pairs.take(place, &fields).err()?;
                Some(Event::LeftOut { line: place.line, why })
            }
        }
    }
}

impl Reader {
    /// The next event of lines of which several tell of one execution.
    pub(super) fn next_joined(&mut self) -> Option<Event<'_>> {
        loop {
            if self.forms.as_deref()?.pairs.has_next() {
                return self.forms.as_deref_mut()?.pairs.next(&self.mapping, &mut self.scratch);
            }
            let Some(cut) = self.lines.next(&mut self.input) else { return self.next_pair() };
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            if self.is_blank_line(&cut) {
                continue;
            }
            if self.recognised.is_none() {
                self.settle_by(&cut, Form::Ndjson);
            }
            if let Some(event) = self.join(&cut, "line") {
                return Some(event);
            }
        }
    }

    /// The event of the first line of which it turned out that several tell of one execution, or the next one.
    pub(super) fn joined(&mut self, first: &Cut) -> Option<Event<'_>> {
        match self.join(first, "line") {
            Some(event) => Some(event),
            None => self.next_joined(),
        }
    }

    pub(super) fn next_element(&mut self) -> Option<Event<'_>> {
        loop {
            if self.forms.as_deref()?.pairs.has_next() {
                return self.forms.as_deref_mut()?.pairs.next(&self.mapping, &mut self.scratch);
            }
            let cut = match self.next_found() {
                None => return self.next_pair(),
                Some(Found::Row(cut)) if !cut.is_too_long => cut,
                Some(other) => return Some(event_of(other)),
            };
            if self.recognised.is_none() {
                self.settle_by(&cut, Form::Json);
                if self.first_rows().is_some() {
                    return self.next_of_first_rows();
                }
            }
            if self.mapping.rules().joins_events {
                match self.join(&cut, "element") {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            return Some(self.read_element(&cut));
        }
    }

    /// What a document has next.
    pub(super) fn next_found(&mut self) -> Option<Found> {
        let way = self.expected.way();
        let document = &mut self.forms.as_deref_mut()?.document;
        document.get_or_insert_with(|| Box::new(Document::new(self.line, way))).next(&mut self.input)
    }

    fn read_element(&mut self, cut: &Cut) -> Event<'_> {
        let place = self.place_of(cut);
        let bytes = self.input.get(cut.range.clone());
        let context = self.forms.iter().flat_map(|forms| forms.context());
        ndjson::read_within(place, bytes, context, "element", &self.mapping, &mut self.scratch)
    }

    /// Takes one of several events that tell of one execution, as [`Forms::join`].
    fn join(&mut self, cut: &Cut, noun: &str) -> Option<Event<'static>> {
        let place = self.place_of(cut);
        let bytes = self.input.get(cut.range.clone());
        self.forms.as_deref_mut()?.join(place, bytes, &self.mapping, noun)
    }

    /// The next execution that events told of; once the source has ended, also those that have not.
    fn next_pair(&mut self) -> Option<Event<'_>> {
        let forms = self.forms.as_deref_mut()?;
        if self.input.has_ended() {
            forms.pairs.end();
        }
        forms.pairs.next(&self.mapping, &mut self.scratch)
    }

    pub(super) fn next_of_columns(&mut self) -> Option<Event<'_>> {
        loop {
            match self.forms.as_deref_mut()?.arrow.advance(&mut self.input) {
                Advance::Wait => return None,
                Advance::Event(event) => return Some(event),
                Advance::Row => break,
                Advance::Names(names) => {
                    let is_first = self.recognised.is_none();
                    if is_first {
                        self.settle(&names, self.form().unwrap_or(Form::Arrow));
                    }
                    let passed = self.forms.as_deref_mut()?.arrow.choose(&self.mapping);
                    if let Some(recognised) = self.recognised.as_mut().filter(|_| is_first) {
                        recognised.push_str(&passed);
                    }
                }
            }
        }
        self.forms.as_deref_mut()?.arrow.row(&self.input, &self.mapping, &mut self.scratch)
    }

    pub(super) fn next_job(&mut self) -> Option<Event<'_>> {
        loop {
            let cut = self.lines.next(&mut self.input)?;
            if cut.is_too_long {
                return Some(too_long(&cut));
            }
            let bytes = self.input.get(cut.range.clone());
            let log = &mut self.forms.as_deref_mut()?.log;
            if bytes.iter().all(|byte| is_blank(*byte)) || log.take_header(bytes) {
                continue;
            }
            if self.recognised.is_none() {
                self.recognised = Some(log.recognised());
            }
            let place = Place { line: cut.line, offset: self.input.offset_of(cut.range.start) };
            let bytes = self.input.get(cut.range);
            return Some(log.read(place, bytes, &mut self.scratch));
        }
    }
}

/// What is told of what a document has that is no row to be read.
pub(super) fn event_of(found: Found) -> Event<'static> {
    match found {
        Found::Row(cut) => too_long(&cut),
        Found::Unlisted { line } => {
            Event::Rejected { line, kind: ProblemKind::Unreadable, message: UNLISTED.to_owned() }
        }
        Found::Broken { line, cause } => {
            Event::Broken { line, message: ["the JSON cannot be read on: ", cause].concat() }
        }
    }
}

/// Whether a source is Arrow; `None` while too little of it has come.
pub(super) fn is_arrow(first: &[u8]) -> Option<bool> {
    arrow::is_arrow(first)
}

/// True for the first line of a log of jobs.
pub(super) fn is_job(line: &[u8]) -> bool {
    swf::is_first_line(line)
}

/// True for a first line that leads to rows within a document, or breaks off where only layout does.
/// `way` says where the rows are, if that is known.
pub(super) fn is_part_of_document(line: &[u8], goes_on: bool, way: Option<&str>) -> bool {
    let mut input = Input::default();
    input.extend(line);
    let mut document = Document::new(1, way);
    let _ = document.next(&mut input);
    document.has_found_way() || goes_on && matches!(line.trim_ascii_end().last(), Some(b'{' | b'[' | b',' | b':'))
}
