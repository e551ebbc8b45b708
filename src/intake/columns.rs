//! Rows of known kinds that lie side by side in the columns of their source go to the table as columns.

use super::Reading;
use crate::ingest::Reader;
use crate::table::Table;

/// Takes such rows up to the next one that is none of them; false if there is no room for one.
pub(super) fn take_stretches(reader: &mut Reader, table: &mut Table, reading: &mut Reading, source: u16) -> bool {
    let (mut others, mut failed) = (Vec::new(), Vec::new());
    loop {
        if reader.next_stretch().is_none_or(|rows| rows == 0) {
            let Some((line, rows)) = reader.pass_startless() else { return true };
            (line..).take(rows).for_each(|line| reading.count_startless(line, reader));
            continue;
        }
        name_errors(reader, table, &mut failed);
        let Some(stretch) = reader.stretch() else { return true };
        let first = table.rows();
        let added = table.push_stretch(&stretch, source);
        let (has_room, have_texts) = (added == stretch.len(), stretch.have_texts);
        reading.read += added as u64;
        reading.not_looked_for += added as u64;
        reading.zoneless_starts += if stretch.are_zoneless { added as u64 } else { 0 };
        if have_texts && table.has_text_room(first) {
            others.clear();
            match reader.stretch_ids().filter(|own| {
                let ids = own.ids.get(..added).unwrap_or_default();
                table.hold_ids(first, ids, own.others().len())
            }) {
                Some(own) => others.extend(own.others().filter(|(place, _)| *place < added)),
                None => others.extend((0..added).map(|place| (place, true))),
            }
            for (place, with_id) in others.iter().copied() {
                let row = first + place as u64;
                match reader.stretch_texts(place, with_id) {
                    Some(texts) if with_id => table.keep_texts(row, texts),
                    Some(texts) => table.hold_more(row, texts),
                    None => {}
                }
            }
        }
        if !has_room {
            return false;
        }
    }
}

/// Names the kinds of rows that were read last with what went wrong; `places` is room.
fn name_errors(reader: &mut Reader, table: &mut Table, places: &mut Vec<usize>) {
    reader.stretch_error_places(places);
    for place in places.iter().copied() {
        let kind = reader.stretch_kind(place).map(|kind| *kind);
        let Some(kind) = kind.filter(|kind| table.has_failed(*kind)) else { continue };
        let error = reader.stretch_error(place).unwrap_or_else(|| {
            let error = reader.stretch_texts(place, false).and_then(|own| own.error);
            let number = error.and_then(|error| table.error_number(error));
            reader.name_stretch_error(place, number);
            number
        });
        let named = table.kind_with_number(kind, error);
        reader.stretch_kind(place).into_iter().for_each(|kind| *kind = named);
    }
}
