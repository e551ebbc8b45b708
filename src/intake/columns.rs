//! Rows of known kinds that lie side by side in the columns of their source go to the table as columns.

use super::Reading;
use crate::ingest::Reader;
use crate::table::Table;

/// Takes such rows up to the next one that is none of them; false if there is no room for one.
pub(super) fn take_stretches(reader: &mut Reader, table: &mut Table, reading: &mut Reading, source: u16) -> bool {
    while let Some(stretch) = reader.next_stretch().filter(|stretch| stretch.len() > 0) {
        let first = table.rows();
        let added = table.push_stretch(&stretch, source);
        let (has_room, have_texts) = (added == stretch.len(), stretch.have_texts);
        reading.read += added as u64;
        reading.not_looked_for += added as u64;
        reading.zoneless_starts += if stretch.are_zoneless { added as u64 } else { 0 };
        if have_texts && table.keeps_texts() {
            for (place, row) in (0..added).zip(first..) {
                if let Some(texts) = reader.stretch_texts(place) {
                    table.keep_texts(row, texts);
                }
            }
        }
        if !has_room {
            return false;
        }
    }
    true
}
