//! Kinds and guards that are asked for and not built, so that the table does not pass over them.

use crate::table::{Measured, Table, Target};

const GROUP: &str = "Asked for and not built";

const ROWS: [(&str, &str); 7] = [
    ("quiet days (holidays) left out of every kind by days", "windows of volume leave them out"),
    ("silences of everything left out of the other kinds", ""),
    ("several windows of volume, peaks, bursts or silences of one series", "one of a kind and series is told"),
    ("changes and trends of the 95th percentile of durations", "of the one in the middle"),
    ("how much slower a slow window is", "how many are slower than nine in ten is told"),
    ("effects of a window held out of its own search (cross-fitting)", ""),
    ("ends, retries and coverage in counts that a database makes", "throughput needs rows"),
];

/// Adds the rows.
pub fn run(table: &mut Table, _: usize) {
    for (name, note) in ROWS {
        table.push(GROUP, name, Measured::NotBuilt, Target::None, note);
    }
}
