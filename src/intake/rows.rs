//! What becomes of the rows of a reading: each goes to the table, or is held against the one that it repeats, or takes along
//! what whoever gathers parts of a source tells it by. Rows of known kinds go there without being put together, many at a
//! time.

use super::{Reading, columns};
use crate::duplicate::{Carried, Duplicates, Pushed};
use crate::execution::{Execution, Status};
use crate::ingest::{KnownTexts, Reader, Startless};
use crate::table::{Arrival, Met, Place, Table};
use std::ops::Range;

/// How rows are told apart.
#[derive(Debug)]
pub(super) enum Apart<'a> {
    /// Not at all.
    Not,
    /// Those that repeat another one are found.
    Here(&'a mut Duplicates),
    /// They will be by who gathers this part of a source.
    Later(&'a mut Carried),
}

impl<'a> Apart<'a> {
    pub(super) fn of(duplicates: Option<&'a mut Duplicates>, carried: Option<&'a mut Carried>) -> Self {
        match (duplicates, carried) {
            // A build without the feature has no identities to look for, which the compiler does not know.
            _ if !cfg!(feature = "parts") => Apart::Not,
            (Some(duplicates), _) => Apart::Here(duplicates),
            (None, Some(carried)) => Apart::Later(carried),
            (None, None) => Apart::Not,
        }
    }

    /// True if it takes the ids of rows.
    pub(super) fn needs_ids(&self) -> bool {
        !matches!(self, Apart::Not)
    }

    /// Makes room for a row; false if there is none.
    pub(super) fn make_room(&mut self, table: &mut Table) -> bool {
        if let Apart::Later(carried) = self
            && !carried.make_room(1)
        {
            table.fill();
            return false;
        }
        table.make_room()
    }

    /// Takes a row for which room was made; the number of its kind in the reader and in the table, if the rows of the kind
    /// may go the short way from now on.
    pub(super) fn push(
        &mut self,
        table: &mut Table,
        reading: &mut Reading,
        execution: &Execution<'_>,
        arrival: Arrival,
        kind: Option<u32>,
    ) -> Option<(u32, u32)> {
        // A row of an unknown status is a problem that has to be told of each.
        let kind = kind.filter(|_| execution.status != Status::Other);
        // A local id needs the start to be told.
        let kind_of_apart = kind.filter(|_| !arrival.has_local_id);
        // Once workflows are not told apart, which may be by this very row, kinds do not say of which one a row is.
        let are_told = |table: &Table| !table.crowding().workflows;
        match self {
            Apart::Not => {
                reading.not_looked_for += 1;
                kind.zip(table.add(execution, arrival))
            }
            Apart::Here(duplicates) => {
                let pushed = duplicates.push(table, execution, arrival);
                reading.count_pushed(pushed, duplicates.limit());
                let named = kind_of_apart.filter(|_| are_told(table)).map(|kind| (kind, table.intern(execution)));
                named.inspect(|(_, number)| duplicates.name_kind(*number, execution))
            }
            Apart::Later(carried) => {
                let number = table.add(execution, arrival);
                carried.push(execution, arrival.has_local_id);
                let named = kind_of_apart.filter(|_| are_told(table)).zip(number);
                named.inspect(|(_, number)| carried.name_kind(*number, execution))
            }
        }
    }

    /// Takes rows of known kinds up to the next one that is none of them; false if there is no room for one.
    pub(super) fn take_known(
        &mut self,
        reader: &mut Reader,
        table: &mut Table,
        reading: &mut Reading,
        source: u16,
    ) -> bool {
        match self {
            Apart::Not => {
                take_all(reader, table, reading, source, None)
                    && columns::take_stretches(reader, table, reading, source)
            }
            Apart::Later(carried) => take_all(reader, table, reading, source, Some(carried)),
            Apart::Here(duplicates) => take_once(reader, table, reading, source, duplicates),
        }
    }
}

/// Adds such rows, with what tells repeated ones if that is wanted.
// Apart from what takes rows one by one, most of which are gone before it is worth optimising.
#[inline(never)]
fn take_all(
    reader: &mut Reader,
    table: &mut Table,
    reading: &mut Reading,
    source: u16,
    mut carried: Option<&mut Carried>,
) -> bool {
    loop {
        let told = next_known(reader, table);
        if told == 0 && reader.known_startless().is_empty() {
            return true;
        }
        if carried.as_mut().is_some_and(|carried| !carried.make_room(told)) {
            table.fill();
            return false;
        }
        let added = add_known(reader, table, 0..told, source);
        reading.count_known(reader, 0..added);
        reading.count_known_startless(reader, added);
        match &mut carried {
            None => reading.not_looked_for += added as u64,
            Some(carried) => (0..added).for_each(|place| carried.push_known(reader.known_row(place))),
        }
        if added < told {
            return false;
        }
    }
}

/// Reads the next of them, and names their kinds with what went wrong: how many they are.
fn next_known(reader: &mut Reader, table: &mut Table) -> usize {
    let told = reader.next_known_rows().len();
    reader.name_known_errors(&mut |number, error| table.kind_with(number, Some(error)));
    told
}

/// Adds those that repeat no other one.
fn take_once(
    reader: &mut Reader,
    table: &mut Table,
    reading: &mut Reading,
    source: u16,
    duplicates: &mut Duplicates,
) -> bool {
    loop {
        let told = next_known(reader, table);
        if told == 0 && reader.known_startless().is_empty() {
            return true;
        }
        let taken = take_told_once(reader, table, reading, source, duplicates);
        reading.count_known_startless(reader, taken);
        if taken < told {
            return false;
        }
    }
}

/// The same of those that were told last: how many of them came before the first one that found no room.
fn take_told_once(
    reader: &mut Reader,
    table: &mut Table,
    reading: &mut Reading,
    source: u16,
    duplicates: &mut Duplicates,
) -> usize {
    let told = reader.known_rows().len();
    duplicates.look_at_none();
    for place in 0..told {
        duplicates.look_at(reader.known_row(place));
    }
    duplicates.fetch();
    let mut waiting = Waiting::default();
    for place in 0..told {
        let row = table.rows() + waiting.rows.len() as u64;
        let (met, pushed) = duplicates.meet_looked_at(place, row);
        let repeats = if let Met::Repeats(row) = met { Some(row) } else { None };
        if repeats.is_none() {
            waiting.push(place, pushed);
        }
        // Nearly all rows are new, and wait for others.
        if met == Met::New && place + 1 < told {
            continue;
        }
        let added = waiting.add(reader, table, reading, source, duplicates.limit());
        if added < waiting.rows.end {
            return added;
        }
        if let Some(row) = repeats {
            // Nothing is read once a row would find no room, whether or not it needs any.
            if !table.make_room() {
                return place;
            }
            if let Some((known, own)) = reader.known_row(place) {
                table.repeat_known(row.into(), &known, own, Place { source, offset: known.offset });
            }
            reading.count_known(reader, place..place + 1);
            reading.count_pushed(pushed, duplicates.limit());
        }
        table.settle(met, row);
        waiting = Waiting::behind(place);
    }
    told
}

/// Rows that repeat none and go to the table together.
#[derive(Default)]
struct Waiting {
    rows: Range<usize>,
    /// The places of those that are counted as something else than new, which are few.
    others: Vec<(usize, Pushed)>,
}

impl Waiting {
    /// None, of those behind a place.
    fn behind(place: usize) -> Self {
        Waiting { rows: place + 1..place + 1, others: Vec::new() }
    }

    fn push(&mut self, place: usize, pushed: Pushed) {
        self.rows.end = place + 1;
        if pushed != Pushed::New {
            self.others.push((place, pushed));
        }
    }

    /// Adds and counts them as far as there is room; the place behind the last one that was added.
    fn add(&self, reader: &mut Reader, table: &mut Table, reading: &mut Reading, source: u16, limit: usize) -> usize {
        let end = self.rows.start + add_known(reader, table, self.rows.clone(), source);
        reading.count_known(reader, self.rows.start..end);
        for (_, pushed) in self.others.iter().filter(|(place, _)| *place < end) {
            reading.count_pushed(*pushed, limit);
        }
        end
    }
}

/// Adds rows that were told last, as far as there is room; how many.
fn add_known(reader: &mut Reader, table: &mut Table, rows: Range<usize>, source: u16) -> usize {
    let first = table.rows();
    let known = reader.known_rows().get(rows.clone()).unwrap_or_default();
    let added = table.push_known_rows(known, source) as usize;
    if table.keeps_texts() {
        let mut row = first;
        reader.each_known_texts(rows.start..rows.start + added, |texts| {
            match texts {
                KnownTexts::Id { id, attempt } => table.keep_id(row, id, attempt),
                KnownTexts::Any(texts) => table.keep_texts(row, texts),
            }
            row += 1;
        });
    }
    added
}

impl Reading {
    /// Counts rows that were told last.
    fn count_known(&mut self, reader: &Reader, rows: Range<usize>) {
        let known = reader.known_rows().get(rows).unwrap_or_default();
        self.read += known.len() as u64;
        self.zoneless_starts += known.iter().map(|known| u64::from(known.zoneless_start)).sum::<u64>();
    }

    /// Counts those without a start that came behind at most so many of the others.
    fn count_known_startless(&mut self, reader: &Reader, others: usize) {
        for Startless { line, .. } in reader.known_startless().iter().filter(|row| row.behind <= others) {
            self.count_startless(*line, reader);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Form;
    use crate::intake::Intake;

    /// A line of one of a few kinds; every tenth has an id that another one has, and every fortieth no start.
    fn line(number: u64) -> String {
        let id = number - number % 10 / 9;
        let (workflow, attempt) = (id % 3, 1 + id % 50 / 48);
        let start = if number % 40 == 20 { "null" } else { "\"2026-02-12T04:30:00Z\"" };
        format!(
            "{{\"id\":\"{id}\",\"workflow_id\":\"{workflow}\",\"status\":\"failed\",\"started_at\":{start},\"attempt\":{attempt}}}\n"
        )
    }

    #[test]
    fn rows_of_known_kinds_go_to_the_table_without_being_put_together() {
        let mut intake = Intake::new(Form::Ndjson, false).onto(Table::default(), Some(Duplicates::default()));
        (0..1000).for_each(|number| intake.extend(line(number).as_bytes()));
        let counts =
            |table: &Table, reading: &Reading| [table.rows(), reading.read, reading.duplicates, reading.no_start];
        let before = counts(&intake.table, &intake.reading);
        (1000..2000).for_each(|number| intake.reader.extend(line(number).as_bytes()));
        let Intake { reader, table, reading, duplicates, .. } = &mut intake;
        assert!(take_once(reader, table, reading, 0, duplicates.as_mut().unwrap()));
        assert_eq!(counts(&intake.table, &intake.reading), before.map(|count| count * 2));
        let [rows, read, duplicates, no_start] = before;
        assert!(
            duplicates > 10 && no_start == 25 && rows + duplicates + no_start == 1000 && read == 1000,
            "{before:?}"
        );
        assert!(intake.reader.next().is_none());
    }
}
