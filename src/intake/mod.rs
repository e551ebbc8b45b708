//! A reading: bytes of one source go in, rows come to lie in a table, and every row that was read is accounted for.

mod columns;
mod part;
mod rows;

pub use part::{Range, gather};

use crate::FORMS;
use crate::duplicate::{Carried, Duplicates, Pushed};
use crate::execution::{Execution, Status};
use crate::ingest::{
    Event, Expected, Form, LeftOut, Notes, Reader, Repeats, StartSource, StreamEnd, Unrecognised, excerpt,
};
use crate::number::whole;
use crate::problem::{ProblemKind, Problems};
use crate::table::{Arrival, Place, Table};
use rows::Apart;

/// What became of the rows of a source before any view was taken of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Rows read: every line that is neither blank nor a control line.
    pub read: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// Rows without a start and without a time at which they were due; the table holds those that have one.
    pub no_start: u64,
    /// Rows that the source left out because they lie outside the window (a database says so, a file never).
    pub left_out_outside_window: u64,
    /// Rows that the source left out because of a filter.
    pub left_out_filtered: u64,
    /// Rows that the source left out because they lack the moment that is asked for.
    pub left_out_without_moment: u64,
    /// Attempts that the source left out because a later one counts instead.
    pub left_out_repeated: u64,
    /// Rows that repeat another one, where that was looked for.
    pub duplicates: u64,
    /// Rows without an id, of which it cannot be told whether they repeat another one, where that was looked for.
    pub unidentified: u64,
    /// Rows that were not held against the others to see whether they repeat one.
    pub not_looked_for: u64,
    /// How many executions were remembered while repeated rows were looked for, where there were more; 0 where all were.
    pub looked_among: u64,
    /// Sources that are streams of a companion, and their rows: of those its database holds each once.
    pub streams: u64,
    /// The rows of these.
    pub streamed: u64,
    /// Rows whose start named no zone; UTC was assumed.
    pub zoneless_starts: u64,
    /// Rows that started when their record says they were to start, were queued or were made, in this order, because
    /// the source names no start.
    pub stand_ins: [u64; 3],
    /// Retries with ids of their own, and later runs of an execution, which may be retries.
    pub repeats: [u64; 2],
    /// Rows of which it is known when they were to start, were queued or were made: the first of these that a row has, by
    /// which it is placed where that is asked for.
    pub due: [u64; 3],
    /// Rows that name an end which is far from where start and duration put it; canonical ones are not looked at.
    pub other_ends: u64,
    /// Unstable builds, which count as failures though their system knows a worse word.
    pub unstable: u64,
    /// Steps, children and other parts of executions, which are no rows.
    pub parts: u64,
    /// What the source lists but is no execution, which are no rows either.
    pub no_executions: u64,
    /// What was wrong with rows.
    pub problems: Problems,
    /// Why rows may be missing; `None` if the source is whole.
    pub incomplete: Option<String>,
}

impl Reading {
    fn count_pushed(&mut self, pushed: Pushed, limit: usize) {
        match pushed {
            Pushed::New => {}
            Pushed::Unidentified => self.unidentified += 1,
            Pushed::Repeated => self.duplicates += 1,
            Pushed::Unremembered => self.looked_among = limit as u64,
        }
    }

    /// Counts a row that was read, and what is to be noted of it.
    pub fn count_row(&mut self, line: u64, execution: &Execution<'_>, notes: Notes) {
        self.read += 1;
        self.zoneless_starts += u64::from(notes.zoneless_start);
        // Canonical rows say nothing of these.
        if FORMS {
            self.count_notes(notes);
        }
        if notes.negative_duration {
            self.problems.add(line, ProblemKind::NegativeDuration, || {
                "the duration is below zero; the row is counted without it".to_owned()
            });
        }
        if execution.status == Status::Other {
            self.problems.add(line, ProblemKind::UnknownStatus, || unknown_status(execution));
        }
    }

    fn count_notes(&mut self, notes: Notes) {
        count_moment(&mut self.stand_ins, notes.start_source);
        count_moment(&mut self.due, notes.due);
        self.other_ends += u64::from(notes.has_other_end);
        self.unstable += u64::from(notes.unstable);
        let [retries, later_runs] = &mut self.repeats;
        match notes.repeats {
            Repeats::Nothing => {}
            Repeats::Retry => *retries += 1,
            Repeats::LaterRun => *later_runs += 1,
        }
    }

    /// Counts a row whose duration was dropped, once it is counted itself; `reader` has told no other one since.
    pub fn count_dropped_duration(&mut self, line: u64, reader: &Reader) {
        self.problems.add(line, ProblemKind::BadDuration, || reader.dropped_duration().to_owned());
    }

    /// Counts a row that has no start, but a time at which it was to start, which is one of its moments.
    pub fn count_unstarted(&mut self, line: u64, due: StartSource) {
        self.read += 1;
        count_moment(&mut self.due, due);
        self.problems.add(line, ProblemKind::NoStart, || {
            "the row has no start, only a time at which it was to start".to_owned()
        });
    }

    /// Counts a row that cannot be read, or has no start.
    pub fn count_rejected(&mut self, line: u64, kind: ProblemKind, message: String) {
        self.read += 1;
        match kind {
            ProblemKind::NoStart => self.no_start += 1,
            _ => self.unreadable += 1,
        }
        self.problems.add(line, kind, || message);
    }

    /// Counts a row of this reader that has no start.
    #[inline(never)]
    pub(crate) fn count_startless(&mut self, line: u64, reader: &Reader) {
        self.read += 1;
        self.no_start += 1;
        self.problems.add(line, ProblemKind::NoStart, || reader.startless());
    }

    /// Counts what is no row.
    pub fn count_left_out(&mut self, why: LeftOut) {
        match why {
            LeftOut::Part => self.parts += 1,
            LeftOut::NoExecution => self.no_executions += 1,
        }
    }

    /// True if rows may repeat one another and were not held against each other. Those of one stream are each another row.
    pub fn may_repeat(&self) -> bool {
        self.not_looked_for > 0 && (self.streams != 1 || self.not_looked_for > self.streamed)
    }

    /// Adds another reading. A whole is incomplete if a part is; of two reasons the lesser text is kept.
    pub fn merge(&mut self, other: &Reading) {
        self.read += other.read;
        self.unreadable += other.unreadable;
        self.no_start += other.no_start;
        self.left_out_outside_window += other.left_out_outside_window;
        self.left_out_filtered += other.left_out_filtered;
        self.left_out_without_moment += other.left_out_without_moment;
        self.left_out_repeated += other.left_out_repeated;
        self.duplicates += other.duplicates;
        self.unidentified += other.unidentified;
        self.not_looked_for += other.not_looked_for;
        self.looked_among = self.looked_among.max(other.looked_among);
        self.streams += other.streams;
        self.streamed += other.streamed;
        self.zoneless_starts += other.zoneless_starts;
        self.stand_ins.iter_mut().zip(other.stand_ins).for_each(|(mine, theirs)| *mine += theirs);
        self.repeats.iter_mut().zip(other.repeats).for_each(|(mine, theirs)| *mine += theirs);
        self.due.iter_mut().zip(other.due).for_each(|(mine, theirs)| *mine += theirs);
        self.other_ends += other.other_ends;
        self.unstable += other.unstable;
        self.parts += other.parts;
        self.no_executions += other.no_executions;
        self.problems.merge(&other.problems);
        self.incomplete = match (self.incomplete.take(), &other.incomplete) {
            (Some(mine), Some(theirs)) => Some(if mine <= *theirs { mine } else { theirs.clone() }),
            (mine, theirs) => mine.or_else(|| theirs.clone()),
        };
    }
}

/// Counts a moment other than the start.
#[inline(never)]
fn count_moment([scheduled, queued, created]: &mut [u64; 3], source: StartSource) {
    match source {
        StartSource::Start => {}
        StartSource::Scheduled => *scheduled += 1,
        StartSource::Queued => *queued += 1,
        StartSource::Created => *created += 1,
    }
}

/// Reads one source. Feed it with [`Intake::extend`] (or through the buffer of [`Intake::buffer`]), end it with
/// [`Intake::finish`]; the table and the reading can be looked at in between.
#[derive(Debug)]
pub struct Intake {
    reader: Reader,
    table: Table,
    reading: Reading,
    /// True once the source must end with a control line, because the caller said so or because one was seen.
    is_stream: bool,
    /// True once the reading counts it among the streams.
    is_counted: bool,
    end: Option<StreamEnd>,
    /// True once anything followed the stream's end.
    went_on: bool,
    unrecognised: Option<Unrecognised>,
    /// Where the source cannot be read on, and why.
    broken_off: Option<(u64, String)>,
    duplicates: Option<Duplicates>,
    /// What tells repeated rows to whoever gathers this part of a source.
    carried: Option<Carried>,
    /// Which of several sources this is, for the places of its rows.
    source: u16,
    /// Why rows may be missing, from before reading was stopped.
    before_stop: Option<Option<String>>,
    /// Rows that were read of sources before this one.
    read_before: u64,
}

impl Intake {
    /// A reading of a source in a form. `expects_end` is true for a stream of the companion, which is incomplete
    /// without its last control line.
    pub fn new(form: Form, expects_end: bool) -> Self {
        Self {
            reader: Reader::new(form),
            table: Table::default(),
            reading: Reading::default(),
            is_stream: expects_end,
            is_counted: false,
            end: None,
            went_on: false,
            unrecognised: None,
            broken_off: None,
            duplicates: None,
            carried: None,
            source: 0,
            before_stop: None,
            read_before: 0,
        }
    }

    /// Goes on where the reading of another source ended: rows are added to its table, and are looked for among those
    /// that `duplicates` knows (`None` looks for none). Of a table that keeps no rows none can be replaced, so none is looked
    /// for there.
    pub fn onto(mut self, table: Table, duplicates: Option<Duplicates>) -> Self {
        // Kinds were named by the table before.
        self.reader.forget_names();
        self.duplicates = duplicates.filter(|_| table.keeps_rows());
        self.table = table;
        self
    }

    /// The same reading, but one of a part of a source whose rows whoever gathers the parts holds against each other, with what
    /// tells identities under that one's key ([`Duplicates::key`]). Only while nothing was read; a table that keeps no rows
    /// carries nothing.
    pub fn carrying(mut self, key: [u64; 2]) -> Self {
        self.carried = self.table.keeps_rows().then(|| Carried::with_key(key));
        self
    }

    /// The key under which repeated rows are told, if they are looked for.
    pub fn identity_key(&self) -> Option<[u64; 2]> {
        self.duplicates.as_ref().map(Duplicates::key)
    }

    /// The same reading, but one that puts every row together ([`Reader::without_shortcuts`]), for comparing.
    pub fn without_shortcuts(mut self) -> Self {
        self.reader = self.reader.without_shortcuts();
        self
    }

    /// Goes on with another source, whose rows are added to those that are held. The one before has been finished.
    pub fn begin_next(&mut self, expected: Expected, expects_end: bool) {
        self.settle();
        self.reader = Reader::expecting(expected);
        self.is_stream = expects_end;
        self.unrecognised = None;
        self.source = self.source.saturating_add(1);
    }

    /// Says which of several sources this is: the places of its rows bear the number.
    pub fn numbered(mut self, source: u16) -> Self {
        self.source = source;
        self
    }

    /// True once a row found no room in the table: nothing that follows is read, and the reading says so.
    pub fn is_full(&self) -> bool {
        self.table.is_full()
    }

    /// A reading of a source whose form and system show in its first bytes.
    pub fn recognising(expects_end: bool) -> Self {
        Self::expecting(Expected::anything(), expects_end)
    }

    /// A reading of a source of which something is known.
    pub fn expecting(expected: Expected, expects_end: bool) -> Self {
        Self { reader: Reader::expecting(expected), ..Self::new(Form::Ndjson, expects_end) }
    }

    /// What its rows are read again with ([`Reader::understood`]).
    pub fn understood(&self) -> Option<Expected> {
        self.reader.understood()
    }

    /// What is known of the source once its first row was read ([`Reader::known`]).
    pub fn known(&self) -> Option<Expected> {
        self.reader.known()
    }

    /// What the source was taken for and why, in a sentence without a full stop; `None` until the first row.
    pub fn recognised(&self) -> Option<&str> {
        self.reader.recognised()
    }

    /// What a source that is of no form that is read looks like; `None` for all others.
    pub fn unrecognised(&self) -> Option<&Unrecognised> {
        self.unrecognised.as_ref()
    }

    /// True once it shows that only a reader with forms can read the source ([`Reader::needs_forms`]).
    pub fn needs_forms(&self) -> bool {
        self.reader.needs_forms()
    }

    /// The form that is read, once it is known.
    pub fn form(&self) -> Option<Form> {
        self.reader.form()
    }

    /// Takes bytes.
    pub fn extend(&mut self, bytes: &[u8]) {
        if !self.is_full() {
            self.reader.extend(bytes);
            self.drain();
        }
    }

    /// A place for `length` bytes that the caller fills, so that they need not be copied twice; then
    /// [`Intake::filled`].
    pub fn buffer(&mut self, length: usize) -> &mut [u8] {
        self.reader.buffer(length)
    }

    /// Takes the first `length` bytes of the last [`Intake::buffer`].
    pub fn filled(&mut self, length: usize) {
        if !self.is_full() {
            self.reader.filled(length);
            self.drain();
        }
    }

    /// A stretch of the source has ended that others follow ([`Intake::follow`]): nothing is said of the whole.
    pub fn finish_stretch(&mut self) {
        // Bytes that come behind a row without room are not read, so that the last ones may be half a row.
        if !self.is_full() {
            self.reader.finish();
            self.drain();
        }
    }

    /// The source has ended. `broken` says why if it ended before its time.
    pub fn finish(&mut self, broken: Option<&str>) {
        self.go_on();
        self.finish_stretch();
        self.count_stream();
        self.table.gather_counted();
        self.judge(broken);
    }

    /// A source that ended was a stream, if it was one and nothing followed its end.
    fn count_stream(&mut self) {
        if self.is_stream && !self.went_on && !std::mem::replace(&mut self.is_counted, true) {
            self.reading.streams += 1;
            self.reading.streamed += self.reading.read - self.read_before;
        }
    }

    /// Reading was given up where it is, for the reason `why`: the rows so far stay, bytes of one that is not whole are no
    /// row.
    pub fn stop(&mut self, why: &str) {
        self.go_on();
        self.before_stop = Some(self.reading.incomplete.clone());
        self.table.gather_counted();
        self.judge(Some(why));
    }

    /// What follows takes back that reading was stopped.
    fn go_on(&mut self) {
        if let Some(incomplete) = self.before_stop.take() {
            self.reading.incomplete = incomplete;
        }
    }

    /// The parser, to ask how far it has come.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The rows so far.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What became of them.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Gives table, reading and known identities away.
    pub fn into_parts(self) -> (Table, Reading, Option<Duplicates>) {
        (self.table, self.reading, self.duplicates)
    }

    /// Says whether the source was whole.
    fn judge(&mut self, broken: Option<&str>) {
        let incomplete = self.why_incomplete(broken);
        self.reading.merge(&Reading { incomplete, ..Reading::default() });
    }

    fn why_incomplete(&self, broken: Option<&str>) -> Option<String> {
        if self.is_full() {
            let (rows, mebibytes) = (whole(self.reading.read), whole((self.table.bytes() >> 20) as u64));
            let words = ["memory did not suffice: ", &rows, " rows were read, which take ", &mebibytes];
            return Some(words.concat() + " MiB; the rest was not");
        }
        let read = self.reading.read - self.read_before;
        let rows = [whole(read), " rows".to_owned()].concat();
        let broke_off = |cause: &str| ["the source broke off after ", &rows, ": ", cause].concat();
        match &self.end {
            Some(StreamEnd::Error { message, .. }) => Some(broke_off(message)),
            Some(StreamEnd::End { .. }) if self.went_on => {
                Some("the source went on after it had said that it ended".to_owned())
            }
            Some(StreamEnd::End { rows: sent, .. }) if *sent != read => {
                Some(["the source sent ", &whole(*sent), " rows, ", &whole(read), " arrived"].concat())
            }
            Some(StreamEnd::End { complete: false, reason, .. }) => {
                let reason = reason.as_deref().unwrap_or("it gave no reason");
                Some(["the source stopped after ", &rows, ": ", reason].concat())
            }
            Some(StreamEnd::End { .. }) => None,
            None => match (broken, &self.broken_off) {
                (Some(cause), _) => Some(broke_off(cause)),
                (None, Some((line, message))) => {
                    Some([message, " in line ", &whole(*line), ", after ", &rows].concat())
                }
                (None, None) if self.is_stream => {
                    Some(["the source ended after ", &rows, " without saying that it was whole"].concat())
                }
                (None, None) => None,
            },
        }
    }

    fn drain(&mut self) {
        let Self {
            reader,
            table,
            reading,
            is_stream,
            end,
            went_on,
            unrecognised,
            broken_off,
            duplicates,
            carried,
            source,
            ..
        } = self;
        let mut apart = Apart::of(duplicates.as_mut(), carried.as_mut());
        // Nothing that is counted depends on these, where repeated rows are not looked for.
        reader.leave_out_texts(!apart.needs_ids() && !table.keeps_texts());
        let arrival = |(has_started, has_local_id), offset| {
            let place = Place { source: *source, offset };
            Arrival { has_started, has_local_id, place }
        };
        loop {
            if end.is_none() && !apart.take_known(reader, table, reading, *source) {
                return;
            }
            let Some(event) = reader.next() else { return };
            if matches!(event, Event::Row { .. } | Event::Unstarted { .. }) && !apart.make_room(table) {
                return;
            }
            *went_on |= end.is_some() && !matches!(event, Event::Control);
            let (mut to_name, mut dropped) = (None, None);
            match event {
                // What only the forms tell.
                Event::Unstarted { .. } | Event::Counts { .. } | Event::LeftOut { .. } if !FORMS => {}
                Event::Broken { .. } | Event::Unrecognised(_) if !FORMS => {}
                Event::Row { line, execution, notes, kind, offset, has_local_id } => {
                    reading.count_row(line, &execution, notes);
                    dropped = notes.bad_duration.then_some(line);
                    let arrival = arrival((true, has_local_id), offset);
                    to_name = apart.push(table, reading, &execution, arrival, kind);
                }
                Event::Unstarted { line, execution, offset, has_local_id, due } => {
                    reading.count_unstarted(line, due);
                    let arrival = arrival((false, has_local_id), offset);
                    apart.push(table, reading, &execution, arrival, None);
                }
                Event::Counts { line, execution, count } => {
                    let executions = count.executions;
                    if execution.status == Status::Other {
                        reading.problems.add(line, ProblemKind::UnknownStatus, || {
                            unknown_status(&execution)
                                + "; of counts no mapping says what it means, so write completed, failed, timed_out, cancelled, skipped, running, pending or waiting"
                        });
                    }
                    if table.push_count(&execution, *count) {
                        reading.read += executions;
                    } else {
                        reading.read += 1;
                        reading.unreadable += 1;
                        reading.problems.add(line, ProblemKind::Unreadable, || {
                            "the rows count more executions than 2^53".to_owned()
                        });
                    }
                }
                Event::LeftOut { why, .. } => reading.count_left_out(why),
                Event::Rejected { line, kind, message } => reading.count_rejected(line, kind, message),
                Event::End(stream_end) => {
                    *is_stream = true;
                    // A stream that broke stays broken, whatever follows.
                    if !matches!(end, Some(StreamEnd::Error { .. })) {
                        *end = Some(stream_end);
                    }
                }
                Event::Control => *is_stream = true,
                Event::Broken { line, message } => *broken_off = Some((line, message)),
                Event::Unrecognised(what) => *unrecognised = Some(what),
            }
            if let Some(line) = dropped {
                reading.count_dropped_duration(line, reader);
            }
            // Rows in columns are held against others one by one.
            let is_of_columns = || matches!(reader.form(), Some(Form::Arrow | Form::Columns));
            if let Some((kind, number)) = to_name.filter(|_| !apart.needs_ids() || !is_of_columns()) {
                reader.name_kind(kind, number);
            }
        }
    }
}

fn unknown_status(execution: &Execution<'_>) -> String {
    ["the status ", &excerpt(execution.status_text), " is not known; the row is counted as other"].concat()
}
