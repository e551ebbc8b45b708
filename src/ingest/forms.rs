//! What reading other forms than lines and records of canonical rows takes: documents, Arrow, logs of jobs, and events
//! of which several tell of one execution. A build without the feature `forms` has none of it: there a reader holds
//! [`Never`], and the compiler leaves out all that only a reader with forms can reach.

use super::arrow::{self, Advance, Arrow};
use super::cdevents::Pairs;
use super::document::{Document, Found};
use super::expected::Expected;
use super::fields::Fields;
use super::input::Input;
use super::mapping::Node;
use super::ndjson::{self, Parsed};
use super::reader::{Reader, is_blank, too_long};
use super::row::Place;
use super::swf::{self, Log};
use super::text::Text;
use super::{Cut, Event, Form, Value, row};
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
    pairs: Pairs,
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
                self.settle_by(cut.range.clone(), Form::Ndjson);
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
            let way = self.expected.way();
            let document =
                self.forms.as_deref_mut()?.document.get_or_insert_with(|| Box::new(Document::new(self.line, way)));
            let cut = match document.next(&mut self.input) {
                None => return self.next_pair(),
                Some(Found::Row(cut)) => cut,
                Some(Found::Unlisted { line }) => {
                    let message = UNLISTED.to_owned();
                    return Some(Event::Rejected { line, kind: ProblemKind::Unreadable, message });
                }
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
            if self.mapping.rules().joins_events {
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
                for (name, text) in self.forms.iter().flat_map(|forms| forms.context()) {
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
            Parsed::Event(Event::End(end)) => {
                self.forms.as_deref_mut()?.pairs.end_saying(end);
                None
            }
            Parsed::Event(event) => Some(event),
            Parsed::Row(fields) => {
                let why = self.forms.as_deref_mut()?.pairs.take(place, &fields).err()?;
                Some(Event::LeftOut { line: cut.line, why })
            }
        }
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
