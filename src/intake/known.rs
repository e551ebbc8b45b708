//! Rows of kinds that are known, one after the other: they go to the table without being put together. Where repeated rows
//! are looked for, those that repeat none go there in one go as well.

use super::Reading;
use crate::duplicate::{Duplicates, Met, Pushed, supersede};
use crate::ingest::Reader;
use crate::table::{Place, Table};
use std::ops::Range;

/// Adds such rows up to the next one that is none of them; false if there is no room for one.
pub(super) fn take_known(reader: &mut Reader, table: &mut Table, reading: &mut Reading, source: u16) -> bool {
    loop {
        let told = reader.next_known_rows().len();
        if told == 0 {
            return true;
        }
        let added = add(reader, table, 0..told, source);
        reading.count_known(reader, 0..added);
        reading.not_looked_for += added as u64;
        if added < told {
            return false;
        }
    }
}

/// The same where repeated rows are looked for.
pub(super) fn take_once(
    reader: &mut Reader,
    table: &mut Table,
    reading: &mut Reading,
    source: u16,
    duplicates: &mut Duplicates,
) -> bool {
    loop {
        let told = reader.next_known_rows().len();
        if told == 0 {
            return true;
        }
        duplicates.look_at_none();
        for place in 0..told {
            duplicates.look_at(reader.known_row(place));
        }
        duplicates.fetch();
        // Those that are to be added, and lie behind all that were.
        let mut waiting = 0..0;
        for place in 0..told {
            let row = table.rows() + waiting.len() as u64;
            let (met, pushed) = duplicates.meet_looked_at(place, row);
            waiting.end = place + usize::from(!matches!(met, Met::Repeats(_)));
            let is_last = place + 1 == told;
            if met != Met::New || is_last {
                let added = add(reader, table, waiting.clone(), source);
                reading.count_known(reader, waiting.start..waiting.start + added);
                if added < waiting.len() {
                    return false;
                }
                waiting = place + 1..place + 1;
            }
            if let Met::Repeats(row) = met {
                // Nothing is read once a row would find no room, whether or not it needs any.
                if !table.make_room() {
                    return false;
                }
                if let Some((known, own)) = reader.known_row(place) {
                    table.repeat_known(row.into(), &known, own, Place { source, offset: known.offset });
                }
                reading.count_known(reader, place..place + 1);
            }
            supersede(table, met, row);
            if pushed != Pushed::New {
                reading.count_pushed(pushed, duplicates.limit());
            }
        }
    }
}

/// Adds rows that were told last, as far as there is room; how many.
fn add(reader: &mut Reader, table: &mut Table, rows: Range<usize>, source: u16) -> usize {
    let first = table.rows();
    let known = reader.known_rows().get(rows.clone()).unwrap_or_default();
    let added = table.push_known_rows(known, source) as usize;
    if table.keeps_texts() {
        for (place, row) in rows.take(added).zip(first..) {
            if let Some((_, texts)) = reader.known_row(place) {
                table.keep_texts(row, texts);
            }
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Form;
    use crate::intake::Intake;

    /// A line of one of a few kinds; every tenth has an id that another one has.
    fn line(number: u64) -> String {
        let id = number - number % 10 / 9;
        let (workflow, attempt) = (id % 3, 1 + id % 50 / 48);
        format!(
            "{{\"id\":\"{id}\",\"workflow_id\":\"{workflow}\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"attempt\":{attempt}}}\n"
        )
    }

    #[test]
    fn rows_of_known_kinds_go_to_the_table_without_being_put_together() {
        let mut intake = Intake::new(Form::Ndjson, false).onto(Table::default(), Some(Duplicates::default()));
        (0..1000).for_each(|number| intake.extend(line(number).as_bytes()));
        let before = (intake.table.rows(), intake.reading.read, intake.reading.duplicates);
        (1000..2000).for_each(|number| intake.reader.extend(line(number).as_bytes()));
        let Intake { reader, table, reading, duplicates, .. } = &mut intake;
        assert!(take_once(reader, table, reading, 0, duplicates.as_mut().unwrap()));
        let after = (intake.table.rows(), intake.reading.read, intake.reading.duplicates);
        assert_eq!(after, (before.0 * 2, before.1 * 2, before.2 * 2));
        assert!(before.2 > 10 && before.0 + before.2 == 1000, "{before:?}");
        assert!(intake.reader.next().is_none());
    }
}
