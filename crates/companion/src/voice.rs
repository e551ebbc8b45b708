//! Words for people on standard error, the one place that writes there. Data goes elsewhere.

use crate::terminal::{grouped, printable};
use std::io::Write;

/// Says a line or several; text from rows and files in them can do nothing to a terminal. That nobody listens is no
/// reason to stop.
pub fn say(words: &str) {
    let mut err = std::io::stderr().lock();
    for line in words.lines() {
        let _ = writeln!(err, "{}", printable(line));
    }
}

/// A count of things in English: `1 row`, `86,697 rows`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}
