//! `import FILE…`: exported rows into a database.

use super::{analyze, reading};
use crate::cli::{ImportArgs, Input};
use crate::failure::Failure;
use crate::files::{Given, Kind};
use crate::source::sqlite::content::Content;
use crate::source::sqlite::write::{Stored, Writer};
use crate::terminal::with_map;
use crate::voice::{counted, say};
use crate::{files, source};
use execution_heatmap::execution::Status;
use execution_heatmap::ingest::{Event, Expected, Reader, StreamEnd, Unrecognised};
use execution_heatmap::intake::Reading;
use execution_heatmap::notice;
use execution_heatmap::problem::{ProblemKind, Problems};
use execution_heatmap::table::{MOST_NAMES, MOST_STATUS_BYTES};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Why counts are not imported.
const COUNTS: &str = "counts cannot be imported, since a database holds executions; `analyze` reads them";

/// Imports.
///
/// # Errors
/// See [`Failure`]. Rows that were committed before it stay; the same import again goes on from there.
pub fn run(args: &ImportArgs) -> Result<(), Failure> {
    let path = source::sqlite_path(&args.database)?;
    if args.workspace.is_empty() {
        return Err(Failure::Usage("--workspace: it takes a name".to_owned()));
    }
    // What cannot be read at all leaves no database behind.
    let opening = reading::opening(&args.reading)?;
    if args.reading.input == Input::Cube {
        return Err(Failure::Usage(format!("--input cube: {COUNTS}")));
    }
    for file in args.files.iter().filter(|file| *file != files::STANDARD_INPUT) {
        let metadata = std::fs::metadata(file).map_err(|error| Failure::on(file, error))?;
        // Whoever writes into a pipe is gone once that was opened and closed.
        if metadata.is_file() {
            std::fs::File::open(file).map_err(|error| Failure::on(file, error))?;
        }
    }
    let failed = |error: &dyn std::fmt::Display| Failure::on(&args.database, error);
    let mut writer = Writer::prepare(&path, &args.workspace).map_err(|error| failed(&error))?;
    let (mut incomplete, mut without_starts) = (Vec::new(), Vec::new());
    let (mut read, mut of_use, mut system, mut is_stream) = (0, 0, None, false);
    let mut problems = Problems::default();
    for file in &args.files {
        let mut imported = import(&mut writer, file, &opening.expected, |each| files::read(file, &opening, each))
            .map_err(|failure| in_database(failure, &args.database))?;
        say(&imported.words(file));
        imported.remarks(file).iter().for_each(|remark| say(remark));
        read += imported.reading.read;
        problems.merge(&imported.reading.problems);
        of_use += imported.of_use();
        system = system.or(imported.system);
        is_stream |= imported.is_stream;
        without_starts.extend(imported.without_starts.take());
        incomplete
            .extend(imported.incomplete.map(|why| format!("{file} is incomplete: {why}; what there was is stored")));
    }
    // A stream says that it is whole, also one of a workspace without rows.
    if incomplete.is_empty() && of_use == 0 && (read > 0 || !is_stream) {
        let takes = reading::takes(&args.reading, system, &problems);
        let what = match read {
            0 => "there are no rows".to_owned(),
            read => format!("of {} none can be stored", counted(read, "row", "rows")),
        };
        return Err(Failure::Failed(format!("{what}; {takes}")));
    }
    for (content, no_start) in without_starts {
        writer.end_file(content, no_start).map_err(|error| failed(&error))?;
    }
    if incomplete.is_empty() {
        writer.make_workspace().map_err(|error| failed(&error))?;
    }
    if incomplete.is_empty() { Ok(()) } else { Err(Failure::Failed(incomplete.join("\n"))) }
}

/// Why an import stopped.
#[derive(Debug)]
pub enum ImportError {
    /// The file.
    File(Failure),
    /// The database.
    Database(rusqlite::Error),
}

fn in_database(error: ImportError, database: &str) -> Failure {
    match error {
        ImportError::File(failure) => failure,
        ImportError::Database(error) => Failure::on(database, error),
    }
}

/// What became of the rows of a file.
#[derive(Debug, Default)]
pub struct Imported {
    reading: Reading,
    new: u64,
    repeated: u64,
    updated: u64,
    other: u64,
    /// How often each unknown status word came.
    other_words: HashMap<String, u64>,
    /// What the file was taken for and why, and the name of that system.
    recognised: Option<String>,
    system: Option<&'static str>,
    /// What is still to be stored of a file of which no row is stored: how many of its rows have no start. Of no use if
    /// there is nothing else.
    without_starts: Option<(Content, u64)>,
    is_stream: bool,
    /// The last end; an error stays, whatever follows.
    end: Option<StreamEnd>,
    /// True if rows or another end follow an end.
    went_on: bool,
    incomplete: Option<String>,
    failed: Option<rusqlite::Error>,
    unrecognised: Option<Unrecognised>,
    holds_counts: bool,
    /// Where and why the file cannot be read on.
    broken_off: Option<String>,
}

/// Imports what `read` gives.
///
/// # Errors
/// The source cannot be read at all, or the database cannot be written.
pub fn import(
    writer: &mut Writer,
    name: &str,
    expected: &Expected,
    read: impl FnOnce(&mut dyn FnMut(&Kind, &[u8]) -> ControlFlow<()>) -> Result<Given, Failure>,
) -> Result<Imported, ImportError> {
    let mut reader = None;
    let mut imported = Imported::default();
    let mut content = writer.begin_file().map_err(ImportError::Database)?;
    let Given { kind, broken } = read(&mut |kind: &Kind, bytes: &[u8]| {
        content.extend(bytes);
        let reader = reader.get_or_insert_with(|| Reader::expecting(kind.expected(expected)));
        reader.extend(bytes);
        imported.drain(reader, writer)
    })
    .map_err(ImportError::File)?;
    let mut reader = reader.unwrap_or_else(|| Reader::expecting(kind.expected(expected)));
    if imported.has_reason_to_go_on() {
        reader.finish();
        let _ = imported.drain(&mut reader, writer);
    }
    if let Some(error) = imported.failed {
        return Err(ImportError::Database(error));
    }
    if let Some(source) = &imported.unrecognised {
        return Err(ImportError::File(analyze::not_a_log(name, source)));
    }
    if imported.holds_counts {
        return Err(ImportError::File(Failure::on(files::called(name), COUNTS)));
    }
    imported.recognised = kind.taken_for(&reader);
    imported.system = kind.system(&reader);
    let no_start = imported.reading.problems.count(ProblemKind::NoStart);
    if no_start > 0 && imported.of_use() == 0 {
        imported.without_starts = Some((content, no_start));
    } else {
        writer.end_file(content, no_start).map_err(ImportError::Database)?;
    }
    imported.incomplete = imported.why_incomplete(broken);
    Ok(imported)
}

impl Imported {
    /// Takes what the reader has found. Breaks where reading on is in vain.
    fn drain(&mut self, reader: &mut Reader, writer: &mut Writer) -> ControlFlow<()> {
        while let Some(event) = reader.next() {
            let mut dropped = None;
            self.went_on |= self.end.is_some() && !matches!(event, Event::Control);
            match event {
                Event::Row { line, execution, notes, has_local_id, .. } => {
                    self.reading.count_row(line, &execution, notes);
                    dropped = notes.bad_duration.then_some(line);
                    if execution.status == Status::Other {
                        self.count_other(execution.status_text);
                    }
                    match writer.add_of(&execution, has_local_id) {
                        Ok(Stored::New) => self.new += 1,
                        Ok(Stored::Repeated) => self.repeated += 1,
                        Ok(Stored::Updated) => self.updated += 1,
                        Err(error) => {
                            self.failed = Some(error);
                            return ControlFlow::Break(());
                        }
                    }
                }
                Event::Unstarted { line, due, .. } => self.reading.count_unstarted(line, due),
                Event::LeftOut { why, .. } => self.reading.count_left_out(why),
                Event::Counts { .. } => {
                    self.holds_counts = true;
                    return ControlFlow::Break(());
                }
                Event::Broken { line, message } => self.broken_off = Some(format!("{message} in line {line}")),
                Event::Rejected { line, kind, message } => self.reading.count_rejected(line, kind, message),
                Event::End(end) => {
                    self.is_stream = true;
                    if !matches!(self.end, Some(StreamEnd::Error { .. })) {
                        self.end = Some(end);
                    }
                }
                Event::Control => self.is_stream = true,
                Event::Unrecognised(source) => {
                    self.unrecognised = Some(source);
                    return ControlFlow::Break(());
                }
            }
            if let Some(line) = dropped {
                self.reading.count_dropped_duration(line, reader);
            }
        }
        ControlFlow::Continue(())
    }

    /// Counts a status word that is not known. Beyond as many as a table tells apart none is named.
    fn count_other(&mut self, word: &str) {
        self.other += 1;
        let word = word.get(..word.floor_char_boundary(MOST_STATUS_BYTES)).unwrap_or_default();
        if let Some(rows) = self.other_words.get_mut(word) {
            *rows += 1;
        } else if self.other_words.len() <= MOST_NAMES {
            self.other_words.insert(word.to_owned(), 1);
        }
    }

    /// Rows that are stored or wait for their start.
    fn of_use(&self) -> u64 {
        self.reading.read - self.reading.unreadable - self.reading.no_start
    }

    fn has_reason_to_go_on(&self) -> bool {
        self.failed.is_none() && self.unrecognised.is_none() && !self.holds_counts
    }

    /// Why rows may be missing.
    fn why_incomplete(&self, broken: Option<String>) -> Option<String> {
        match &self.end {
            Some(StreamEnd::Error { message, .. }) => Some(format!("it broke off: {message}")),
            Some(StreamEnd::End { .. }) if self.went_on => {
                Some("it went on after it had said that it ended".to_owned())
            }
            Some(StreamEnd::End { rows, .. }) if *rows != self.reading.read => {
                Some(format!("{rows} rows were sent, {} arrived", self.reading.read))
            }
            Some(StreamEnd::End { complete: false, reason, .. }) => {
                Some(format!("it was cut: {}", reason.as_deref().unwrap_or("it gave no reason")))
            }
            Some(StreamEnd::End { .. }) => None,
            None if broken.is_none() && self.broken_off.is_none() && self.is_stream => {
                Some("it ends without saying that it is whole".to_owned())
            }
            None => broken.or_else(|| self.broken_off.clone()),
        }
    }

    /// Says what became of the rows.
    pub fn words(&self, file: &str) -> String {
        let Reading { read, unreadable, parts, no_executions, .. } = self.reading;
        let stored = crate::terminal::grouped(self.new);
        let mut words = format!("{}: {} read, {stored} stored", files::called(file), counted(read, "row", "rows"));
        let others = [
            (self.updated, "updated"),
            (self.repeated, "there already"),
            (self.reading.problems.count(ProblemKind::NoStart), "without a start"),
            (unreadable, "unreadable"),
            (parts + no_executions, "left out as parts of others or no executions"),
        ];
        for (count, what) in others.into_iter().filter(|(count, _)| *count > 0) {
            words.push_str(&format!(", {} {what}", crate::terminal::grouped(count)));
        }
        words
    }

    /// Says what the rows were taken for, and what has to be known of them, as `analyze` does.
    fn remarks(&self, file: &str) -> Vec<String> {
        let stored = self.new + self.updated + self.repeated;
        let mut others: Vec<_> = self.other_words.iter().map(|(word, rows)| (word.clone(), *rows)).collect();
        if others.len() > MOST_NAMES {
            others.clear();
        }
        let called = files::called(file);
        let mut remarks: Vec<_> = self.recognised.iter().map(|what| format!("{called}: {what}")).collect();
        remarks.extend(analyze::problems_in_words(file, &self.reading.problems));
        let notices = notice::unknown_statuses(self.other, stored, &others, notice::UNLESS_MAPPED).into_iter();
        let notices = notices.chain(notice::of_reading(&self.reading));
        remarks.extend(notices.map(|notice| format!("{called}: {}", with_map(&notice))));
        if stored == 0 {
            remarks.push(analyze::without_rows(file, &self.reading));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// Something without an end: `line` again and again. Counts the bytes that were read of it.
    struct Endless<'a> {
        line: &'a [u8],
        read: &'a mut usize,
    }

    impl Read for Endless<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            for byte in into.iter_mut() {
                *byte = self.line[*self.read % self.line.len()];
                *self.read += 1;
            }
            Ok(into.len())
        }
    }

    #[test]
    fn reading_ends_where_it_is_in_vain() {
        let check = |line: &str, expected: &str| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("runs.sqlite");
            let mut writer = Writer::open(&path, "w").unwrap();
            rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE executions").unwrap();
            let mut read = 0;
            let endless = Endless { line: line.as_bytes(), read: &mut read };
            let imported = import(&mut writer, "endless", &Expected::anything(), |each| {
                files::read_from(endless, "endless", each)
            });
            let said = in_database(imported.unwrap_err(), "runs.sqlite").to_string();
            assert!(said.contains(expected), "{said}");
            assert!(read < 1 << 20, "{read} bytes were read");
        };
        check("{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n", "no such table");
        check("%PDF-1.7 and so on\n", "is not a log");
    }
}
