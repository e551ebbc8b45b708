//! Cuts rows out of JSON documents, wherever the chunks end: an array of rows, objects that hold such an array under a
//! known name (`{"workflow_runs":[…]}`), objects whose members are rows by their ids, and any of these one after the
//! other. Keeps one element of an array at a time, up to the length of a row, and never the document. Knows of a row
//! only where it begins and ends, and whether it bears a system's signs.

use super::document_context::{Context, ContextKey};
use super::document_places::{JENKINS_KEY, Place, Places, is_id, names_time};
use super::document_state::{Capture, Frame, Look, Purpose, State};
use super::input::Input;
use super::reader::object;
use super::recognise;
use super::scan::is_json;
use super::value_end::ValueEnd;
use super::{Cut, MOST_DEPTH, MOST_LINE_BYTES};
use std::ops::Range;

/// How many objects and arrays may lie around an element that is looked through before it is gone into. What lies deeper is
/// gone into at once, so that nesting does not multiply how often a byte is looked at.
const MOST_LOOKED_INTO: usize = 16;

/// What is said where a value should stand.
const NO_VALUE: &str = "expected a value";

/// What was found next.
#[derive(Debug)]
pub(super) enum Found {
    /// A row.
    Row(Cut),
    /// A job or folder of Jenkins that says nothing of builds or jobs.
    Unlisted { line: u64 },
    /// The document is broken there, or ended before its end; nothing follows.
    Broken { line: u64, cause: &'static str },
}

#[derive(Debug)]
pub(super) struct Document {
    places: Places,
    /// The physical line of the next byte, from 1.
    line: u64,
    /// Bytes of what waits that were looked at.
    at: usize,
    /// Where the value begins that is being passed, and on which line.
    value_start: usize,
    value_line: u64,
    end: ValueEnd,
    frames: Vec<Frame>,
    state: State,
    capture: Option<Capture>,
    look: Option<Look>,
    /// Where the value of the last key is.
    place: Option<Place>,
    /// The last key, for members that are context.
    context_key: Option<ContextKey>,
    is_time_key: bool,
    context: Context,
    /// The line of what was passed and is to be told.
    unlisted: Option<u64>,
    top_has_rows: bool,
    has_found_way: bool,
    is_skipping: bool,
    is_broken: bool,
}

impl Document {
    /// `rows` says where the rows are, keys separated by points; `None` where it is to be found out.
    pub(super) fn new(line: u64, rows: Option<&str>) -> Self {
        Self {
            places: rows.map_or_else(Places::usual, Places::only),
            line,
            at: 0,
            value_start: 0,
            value_line: line,
            end: ValueEnd::default(),
            frames: Vec::new(),
            state: State::Value { may_end: false },
            capture: None,
            look: None,
            place: None,
            context_key: None,
            is_time_key: false,
            context: Context::default(),
            unlisted: None,
            top_has_rows: false,
            has_found_way: false,
            is_skipping: false,
            is_broken: false,
        }
    }

    /// True once a known way to rows was met, or may have been, so that the source is a document and no lines of rows.
    pub(super) fn has_found_way(&self) -> bool {
        self.has_found_way || self.look.is_some()
    }

    /// The members that stand around the rows: their names and texts of JSON, empty where there is none.
    pub(super) fn context(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.context.members()
    }

    /// The next row.
    pub(super) fn next(&mut self, input: &mut Input) -> Option<Found> {
        while !self.is_broken {
            let step = self.step(input);
            if self.look.is_some() && (step.is_err() || self.at > MOST_LINE_BYTES) {
                self.end_look(input, false);
                continue;
            }
            if let Some(line) = self.unlisted.take() {
                return Some(Found::Unlisted { line });
            }
            match step {
                Ok(Some(cut)) => return Some(Found::Row(cut)),
                Ok(None) if self.is_capture_too_long() => return self.give_up_capture(input).map(Found::Row),
                Ok(None) if self.needs_bytes(input) => break,
                Ok(None) => {}
                Err(cause) => return Some(self.break_off(cause)),
            }
        }
        if self.is_broken {
            input.take_all();
            return None;
        }
        if input.has_ended() {
            if self.look.is_some() {
                self.end_look(input, false);
                return self.next(input);
            }
            return self.finish(input);
        }
        None
    }

    fn is_capture_too_long(&self) -> bool {
        self.capture.is_some() && self.at > MOST_LINE_BYTES && !self.is_skipping
    }

    fn needs_bytes(&self, input: &Input) -> bool {
        self.at >= input.waiting().len()
    }

    fn break_off(&mut self, cause: &'static str) -> Found {
        self.is_broken = true;
        Found::Broken { line: self.line, cause }
    }

    /// The source has ended and all of it was looked at.
    fn finish(&mut self, input: &mut Input) -> Option<Found> {
        if let State::Within(purpose) = self.state {
            // A number at the very end has no byte behind it that would end it.
            if self.end.is_at_scalar() && self.frames.is_empty() {
                let cut = self.value_ended(input, purpose);
                return match cut {
                    Ok(cut) => cut.map(Found::Row),
                    Err(cause) => Some(self.break_off(cause)),
                };
            }
        } else if self.frames.is_empty() {
            input.take_all();
            return None;
        }
        Some(self.break_off("it ends before it is closed"))
    }

    /// Looks at what begins at `at`, or goes on with the value that is being passed.
    fn step(&mut self, input: &mut Input) -> Result<Option<Cut>, &'static str> {
        if let State::Within(purpose) = self.state {
            return self.pass(input, purpose);
        }
        let Some(byte) = self.next_byte(input) else { return Ok(None) };
        match (self.state, byte) {
            (State::Value { may_end: true }, b']') | (State::Key { may_end: true }, b'}') => self.leave(input),
            (State::Into(place), _) => self.enter(true, place),
            (State::Value { .. }, _) => self.value(input, byte),
            (State::Key { .. }, b'"') => {
                self.begin_passing(Purpose::Key);
                Ok(None)
            }
            (State::Key { .. }, _) => Err("expected a key in quotes"),
            (State::Colon, b':') => {
                self.at += 1;
                self.state = State::Value { may_end: false };
                Ok(None)
            }
            (State::Colon, _) => Err("expected ':'"),
            (State::Behind, _) => self.behind(input, byte),
            (State::Within(_), _) => Ok(None),
        }
    }

    /// The next byte that is no white space, without taking it.
    fn next_byte(&mut self, input: &mut Input) -> Option<u8> {
        while let Some(byte) = input.waiting().get(self.at) {
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                // What separates documents in a sequence of them (RFC 7464).
                0x1e if self.frames.is_empty() => {}
                other => return Some(*other),
            }
            self.at += 1;
        }
        self.let_go(input);
        None
    }

    /// Takes what was looked at, unless it may be a row.
    fn let_go(&mut self, input: &mut Input) {
        if (self.capture.is_none() && self.look.is_none()) || self.is_skipping {
            input.take(self.at, 0);
            self.at = 0;
        }
    }

    fn begin_passing(&mut self, purpose: Purpose) {
        self.value_start = self.at;
        self.value_line = self.line;
        self.end = ValueEnd::default();
        self.state = State::Within(purpose);
    }

    fn value(&mut self, input: &mut Input, byte: u8) -> Result<Option<Cut>, &'static str> {
        let outer = self.frames.last().copied();
        if let Some(frame) = self.frames.last_mut() {
            frame.is_empty = false;
        }
        let is_member = outer.is_some_and(|frame| frame.is_object);
        let place = match outer {
            None => Some(Place::ROOT),
            Some(frame) if is_member => self.place.filter(|_| !frame.is_map),
            Some(frame) => Some(frame.place),
        };
        let is_row_place = place.is_some_and(|place| !is_member && self.places.has_rows(place));
        match (byte, place) {
            (b'{', Some(place)) if is_row_place => self.object_among_rows(input, place, outer),
            (b'{', Some(place)) if !is_member && outer.is_some() && self.may_look() && self.places.has_ways(place) => {
                self.begin_look(place, false);
                Ok(None)
            }
            (b'{' | b'[', Some(place)) => self.enter(byte == b'{', place),
            (b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n', _) => {
                let is_in_map = outer.is_some_and(|frame| frame.is_map);
                if is_in_map || (is_row_place && self.capture.is_none()) {
                    self.let_go(input);
                    self.begin_passing(Purpose::Row);
                } else {
                    let context = self.context_key.filter(|_| is_member);
                    self.begin_passing(context.map_or(Purpose::Nothing, Purpose::Context));
                    self.note_time(input, byte);
                }
                Ok(None)
            }
            _ => Err(NO_VALUE),
        }
    }

    /// An object where rows are: a row, or one that may hold rows itself.
    fn object_among_rows(
        &mut self,
        input: &mut Input,
        place: Place,
        outer: Option<Frame>,
    ) -> Result<Option<Cut>, &'static str> {
        if place != Place::ROOT {
            self.drop_capture()?;
        }
        let has_rows = outer.map_or(self.top_has_rows, |frame| frame.has_rows);
        if has_rows || !self.places.has_ways(place) {
            self.let_go(input);
            self.begin_passing(Purpose::Row);
            return Ok(None);
        }
        if self.capture.is_none() {
            self.let_go(input);
            if outer.is_some() && self.may_look() {
                self.begin_look(place, true);
                return Ok(None);
            }
            self.begin_capture(false);
        }
        self.enter(true, place)
    }

    fn may_look(&self) -> bool {
        self.frames.len() <= MOST_LOOKED_INTO
    }

    fn begin_capture(&mut self, was_looked_through: bool) {
        let (line, depth) = (self.line, self.frames.len());
        let [is_row, has_empty_place, has_fault, is_job] = [false; 4];
        self.capture = Some(Capture { line, depth, is_row, has_empty_place, has_fault, is_job, was_looked_through });
    }

    /// Passes what is left of a document that lists what may be its parts, to see whether it is a row.
    fn look_through_document(&mut self) {
        let capture = self.capture.filter(|capture| capture.depth == 0 && !capture.was_looked_through);
        if let (Some(Capture { line, depth, .. }), 1) = (capture, self.frames.len()) {
            // What is captured waits from its first byte on.
            self.look = Some(Look { start: 0, line, depth, place: Place::ROOT, may_be_row: true });
            (self.capture, self.place) = (None, None);
        }
    }

    /// Goes into an object, whose members are passed until it is known what it is.
    fn begin_look(&mut self, place: Place, may_be_row: bool) {
        let (start, line, depth) = (self.at, self.line, self.frames.len());
        self.look = Some(Look { start, line, depth, place, may_be_row });
        self.at += 1;
        self.frames.push(Frame { is_object: true, place, is_map: false, has_rows: false, is_empty: true });
        self.state = State::Key { may_end: true };
    }

    /// Goes back to where the object begins that was looked through, and into it or past it.
    fn end_look(&mut self, input: &mut Input, is_row: bool) {
        let Some(look) = self.look.take() else { return };
        self.frames.truncate(look.depth);
        (self.at, self.line) = (look.start, look.line);
        if is_row {
            self.context.forget_within(self.frames.len());
            self.let_go(input);
            return self.begin_passing(Purpose::Row);
        }
        if look.may_be_row {
            self.begin_capture(true);
        }
        // What is nested too deep to be gone into is no row's beginning either; going into it says so.
        self.state = State::Into(look.place);
    }

    /// An object that shows an instant is a row, whatever arrays it holds.
    fn note_time(&mut self, input: &mut Input, byte: u8) {
        if let Some(look) = self.look {
            if look.may_be_row && byte == b'"' && self.is_time_key && self.at <= MOST_LINE_BYTES {
                self.end_look(input, true);
            }
            return;
        }
        if let Some(capture) = &mut self.capture {
            capture.is_row |= byte == b'"' && self.is_time_key && self.frames.len() == capture.depth + 1;
        }
    }

    fn give_up_capture(&mut self, input: &mut Input) -> Option<Cut> {
        let capture = self.capture.as_mut()?;
        let line = capture.line;
        capture.is_row = true;
        self.place = None;
        self.is_skipping = true;
        let range = input.take(self.at, 0);
        self.value_start = 0;
        self.at = 0;
        Some(Cut { line, range, is_too_long: true })
    }

    fn enter(&mut self, is_object: bool, place: Place) -> Result<Option<Cut>, &'static str> {
        if self.frames.len() + 1 >= MOST_DEPTH {
            return Err("expected no deeper nesting");
        }
        self.at += 1;
        self.frames.push(Frame { is_object, place, is_map: false, has_rows: false, is_empty: true });
        self.state = if is_object { State::Key { may_end: true } } else { State::Value { may_end: true } };
        Ok(None)
    }

    /// The innermost frame ends with the byte at `at`.
    fn leave(&mut self, input: &mut Input) -> Result<Option<Cut>, &'static str> {
        self.at += 1;
        let left = self.frames.pop();
        self.state = State::Behind;
        if let Some(look) = self.look {
            let whole = input.waiting().get(look.start..self.at).filter(|_| look.may_be_row);
            let is_short = self.at - look.start <= MOST_LINE_BYTES;
            let names = whole.filter(|_| is_short).and_then(object).map(recognise::names_of);
            self.end_look(input, names.is_some_and(|names| recognise::system(&names, None).is_some()));
            return Ok(None);
        }
        self.context.forget_within(self.frames.len());
        let is_place = |left: Frame| !left.is_object && left.place != Place::ROOT && self.places.has_rows(left.place);
        if let Some(left) = left.filter(|left| is_place(*left)) {
            match &mut self.capture {
                Some(capture) => capture.has_empty_place |= left.is_empty,
                None => self.has_found_way = true,
            }
        }
        let capture = self.capture.filter(|capture| capture.depth == self.frames.len());
        let Some(capture) = capture else { return Ok(None) };
        self.capture = None;
        let range = input.take(std::mem::take(&mut self.at), 0);
        if std::mem::take(&mut self.is_skipping) {
            return Ok(None);
        }
        if (capture.has_empty_place || capture.is_job) && !capture.is_row {
            self.has_found_way = true;
            self.unlisted = Some(capture.line).filter(|_| !capture.has_empty_place && !capture.has_fault);
            return if capture.has_fault { Err(NO_VALUE) } else { Ok(None) };
        }
        self.note_rows();
        Ok(Some(Cut { line: capture.line, is_too_long: range.len() > MOST_LINE_BYTES, range }))
    }

    fn note_rows(&mut self) {
        match self.frames.last_mut() {
            Some(frame) => frame.has_rows = true,
            None => self.top_has_rows = true,
        }
    }

    fn behind(&mut self, input: &mut Input, byte: u8) -> Result<Option<Cut>, &'static str> {
        let Some(frame) = self.frames.last().copied() else {
            // Documents may follow one another, with or without a comma or a separator of records between them.
            self.state = State::Value { may_end: false };
            return Ok(None);
        };
        match (byte, frame.is_object) {
            (b',', _) => {
                self.at += 1;
                self.state =
                    if frame.is_object { State::Key { may_end: false } } else { State::Value { may_end: false } };
                Ok(None)
            }
            (b'}', true) | (b']', false) => self.leave(input),
            (_, true) => Err("expected ',' or '}'"),
            (_, false) => Err("expected ',' or ']'"),
        }
    }

    /// Goes on with the value that is being passed as a whole.
    fn pass(&mut self, input: &mut Input, purpose: Purpose) -> Result<Option<Cut>, &'static str> {
        let is_whole = self.end.seek(input.waiting(), &mut self.at, &mut self.line);
        if is_whole {
            return self.value_ended(input, purpose);
        }
        let is_too_long = self.at - self.value_start > MOST_LINE_BYTES;
        match purpose {
            // What is captured has its own limit.
            _ if (self.capture.is_some() || self.look.is_some()) && !self.is_skipping => Ok(None),
            Purpose::Key if is_too_long => Err("expected a shorter key"),
            Purpose::Row if is_too_long || self.is_skipping => {
                let range = input.take(std::mem::take(&mut self.at), 0);
                self.value_start = 0;
                let was_skipping = std::mem::replace(&mut self.is_skipping, true);
                Ok((!was_skipping).then_some(Cut { line: self.value_line, range, is_too_long: true }))
            }
            Purpose::Nothing | Purpose::Context(_) if is_too_long || self.is_skipping => {
                // What is too long to be kept is not checked either, but for its end.
                input.take(std::mem::take(&mut self.at), 0);
                self.value_start = 0;
                Ok(None)
            }
            Purpose::Key | Purpose::Row | Purpose::Nothing | Purpose::Context(_) => Ok(None),
        }
    }

    fn value_ended(&mut self, input: &mut Input, purpose: Purpose) -> Result<Option<Cut>, &'static str> {
        self.state = if purpose == Purpose::Key { State::Colon } else { State::Behind };
        let range = self.value_start..self.at;
        match purpose {
            Purpose::Row => {
                self.note_rows();
                let range = input.take(std::mem::take(&mut self.at), 0);
                if std::mem::take(&mut self.is_skipping) {
                    return Ok(None);
                }
                return Ok(Some(Cut { line: self.value_line, is_too_long: range.len() > MOST_LINE_BYTES, range }));
            }
            Purpose::Key => self.key(input, range)?,
            Purpose::Nothing | Purpose::Context(_) => {
                let bytes = input.waiting().get(range).unwrap_or_default();
                let is_looking = self.look.is_some();
                if is_looking && (purpose == Purpose::Nothing || !is_json(bytes)) {
                    // It is come by again, and told then.
                    return Ok(None);
                }
                if !is_looking && !self.is_skipping && self.value_start < self.at && !is_json(bytes) {
                    self.capture.as_mut().ok_or(NO_VALUE)?.has_fault = true;
                }
                if let (Purpose::Context(key), Ok(text)) = (purpose, std::str::from_utf8(bytes)) {
                    self.context.take(key, self.frames.len(), text);
                }
            }
        }
        self.let_go(input);
        Ok(None)
    }

    /// Finds out what the key says of its value.
    fn key(&mut self, input: &Input, range: Range<usize>) -> Result<(), &'static str> {
        if self.is_skipping {
            self.place = None;
            return Ok(());
        }
        let quoted = input.waiting().get(range).unwrap_or_default();
        if !is_json(quoted) {
            return Err("expected a key that is a text of JSON");
        }
        let bare = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        let key = std::str::from_utf8(bare).unwrap_or_default();
        let Some(frame) = self.frames.last().copied() else { return Ok(()) };
        let is_row = self.capture.is_some_and(|capture| capture.is_row);
        self.place = self.places.enter(frame.place, key).filter(|_| !is_row && self.look.is_none());
        let lists_jobs = self.places.lists_jobs(frame.place);
        self.context_key =
            ContextKey::of(key).filter(|key| *key != ContextKey::Name || lists_jobs || frame.place == Place::ROOT);
        if lists_jobs
            && key == JENKINS_KEY
            && let Some(capture) = self.capture.as_mut().filter(|capture| capture.depth + 1 == self.frames.len())
        {
            capture.is_job = true;
        }
        self.is_time_key = names_time(key);
        if self.look.is_none()
            && self.place.is_none()
            && frame.place == Place::ROOT
            && self.frames.len() == 1
            && is_id(key)
        {
            self.begin_map()?;
        }
        if self.place.is_some_and(|place| self.places.lists_jobs(place)) {
            self.look_through_document();
        }
        Ok(())
    }

    /// Takes the only object of the source for a map of rows by their ids, if its first member is an object.
    fn begin_map(&mut self) -> Result<(), &'static str> {
        let is_first = self.capture.is_some_and(|capture| capture.depth == 0) && !self.top_has_rows;
        if let Some(frame) = self.frames.last_mut().filter(|_| is_first && self.places.may_be_map()) {
            frame.is_map = true;
            self.drop_capture()?;
        }
        Ok(())
    }

    /// What was captured up to here is no row, but lies around rows.
    fn drop_capture(&mut self) -> Result<(), &'static str> {
        self.has_found_way = true;
        let has_fault = self.capture.take().is_some_and(|capture| capture.has_fault);
        if has_fault { Err(NO_VALUE) } else { Ok(()) }
    }
}
