//! Words for people on standard error, the one place that writes there. Data goes elsewhere.

use crate::terminal::{grouped, printable};
use std::io::Write;
use std::sync::Mutex;

/// How many characters the passing line on the terminal has; 0 if there is none.
static SHOWN: Mutex<usize> = Mutex::new(0);

/// Says a line or several; text from rows and files in them can do nothing to a terminal. That nobody listens is no
/// reason to stop.
pub fn say(words: &str) {
    show("");
    let mut err = std::io::stderr().lock();
    for line in words.lines() {
        let _ = writeln!(err, "{}", printable(line));
    }
}

/// Shows a line in ASCII that the next one takes the place of; an empty one leaves nothing. For terminals only.
pub fn show(line: &str) {
    let Ok(mut shown) = SHOWN.lock() else { return };
    if *shown == 0 && line.is_empty() {
        return;
    }
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "\r{line:<width$}", width = *shown);
    if line.is_empty() {
        let _ = err.write_all(b"\r");
    }
    let _ = err.flush();
    *shown = line.len();
}

/// A count of things in English: `1 row`, `86,697 rows`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}
