//! How far reading has come, as a passing line on the terminal: rows, bytes, rate, share and time left. Nothing is shown
//! where standard error is no terminal, nor of what takes less than half a second.

use super::STANDARD_INPUT;
use crate::interrupt::Stop;
use crate::terminal::grouped;
use crate::voice::{self, counted};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What takes less time shows no line.
const FIRST_AFTER: Duration = Duration::from_millis(500);
/// How often the line changes.
const EVERY: Duration = Duration::from_millis(200);
/// Columns of a terminal that does not tell how many it has.
const DEFAULT_COLUMNS: usize = 80;

/// Nothing ends a reading before its time.
static NEVER: Stop = Stop::never();

/// What all threads that read together have read, and whether they are to go on.
pub struct Progress {
    begun: Instant,
    /// Bytes of all files, if each says how many it has.
    total: Option<u64>,
    bytes: AtomicU64,
    rows: AtomicU64,
    /// Ends the reading before its time.
    stop: &'static Stop,
    /// What one who waits can do, behind the rest of the line.
    remedy: Option<&'static str>,
    /// When the line is to change; `None` where none is shown.
    next: Option<Mutex<Instant>>,
}

impl Progress {
    /// The progress of reading these files.
    pub fn of(files: &[String]) -> Self {
        let is_shown = std::io::stderr().is_terminal();
        let length = |name: &String| match std::fs::metadata(name) {
            Ok(metadata) if name != STANDARD_INPUT && metadata.is_file() => Some(metadata.len()),
            _ => None,
        };
        let begun = Instant::now();
        Self {
            begun,
            total: files.iter().map(length).sum(),
            bytes: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            stop: &NEVER,
            remedy: None,
            next: is_shown.then(|| Mutex::new(begun + FIRST_AFTER)),
        }
    }

    /// Progress that is never shown.
    pub fn silent() -> Self {
        let [bytes, rows] = [AtomicU64::new(0), AtomicU64::new(0)];
        Self { begun: Instant::now(), total: None, bytes, rows, stop: &NEVER, remedy: None, next: None }
    }

    /// The same of a reading that may be stopped, with what one who waits can do, in ASCII.
    pub fn until(self, stop: &'static Stop, remedy: Option<&'static str>) -> Self {
        Self { stop, remedy, ..self }
    }

    /// What ends the reading before its time.
    pub const fn stop(&self) -> &'static Stop {
        self.stop
    }

    /// Bytes were read of a file, as they lie there.
    pub fn add_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.show();
    }

    /// Rows were read.
    pub fn add_rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        self.show();
    }

    /// Reading is done: the line goes away.
    pub fn clear(&self) {
        if self.next.is_some() {
            voice::show("");
        }
    }

    /// Does what says nothing of how far it has come, such as the search of patterns. Meanwhile the line is this one, in
    /// ASCII, if it takes longer than what shows none.
    pub fn during<T>(&self, line: &str, work: impl FnOnce() -> T) -> T {
        if self.next.is_none() {
            return work();
        }
        let (done, is_done) = mpsc::channel::<()>();
        let worked = std::thread::scope(|scope| {
            scope.spawn(move || {
                if is_done.recv_timeout(FIRST_AFTER) == Err(RecvTimeoutError::Timeout) {
                    voice::show(line);
                }
            });
            let worked = work();
            drop(done);
            worked
        });
        self.clear();
        worked
    }

    fn show(&self) {
        // Whoever does not get the lock has just seen another thread show the line.
        let Some(Ok(mut next)) = self.next.as_ref().map(Mutex::try_lock) else { return };
        let now = Instant::now();
        if now < *next {
            return;
        }
        *next = now + EVERY;
        let line = Line {
            rows: self.rows.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            total: self.total,
            passed: now - self.begun,
            remedy: self.remedy,
        };
        let columns = terminal_size::terminal_size_of(std::io::stderr());
        // A line that fills the last column may wrap, and then cannot be taken back.
        let columns = columns.map_or(DEFAULT_COLUMNS, |(width, _)| usize::from(width.0)).saturating_sub(1);
        let text = line.text();
        voice::show(text.get(..columns.min(text.len())).unwrap_or_default());
    }
}

/// What the line says.
struct Line {
    rows: u64,
    bytes: u64,
    total: Option<u64>,
    passed: Duration,
    remedy: Option<&'static str>,
}

impl Line {
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if self.rows > 0 {
            parts.push(counted(self.rows, "row", "rows"));
        }
        let total = self.total.filter(|total| *total >= self.bytes && *total > 0);
        parts.push(match total {
            Some(total) => {
                format!("{} of {} ({}%)", size(self.bytes), size(total), self.bytes.saturating_mul(100) / total)
            }
            None => size(self.bytes),
        });
        let rate = self.bytes as f64 / self.passed.as_secs_f64().max(0.001);
        parts.push(format!("{}/s", size(rate as u64)));
        if let (Some(total), true) = (total, rate >= 1.0) {
            parts.push(format!("{} left", time((total - self.bytes) as f64 / rate)));
        }
        parts.extend(self.remedy.map(str::to_owned));
        parts.join(", ")
    }
}

/// Bytes in the largest unit of which there is one, with one decimal below ten of it.
fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        None => format!("{bytes} B"),
        Some((name, unit)) if bytes < 10 * unit => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        Some((name, unit)) => format!("{} {name}", grouped(bytes / unit)),
    }
}

/// Seconds in the two largest units.
fn time(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{} h {minutes} min", grouped(hours)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let line = |rows, bytes, total, seconds| Line {
            rows,
            bytes,
            total,
            passed: Duration::from_secs(seconds),
            remedy: None,
        };
        let check = |rows, bytes, total, seconds, expected: &str| {
            let line = line(rows, bytes, total, seconds);
            assert_eq!(line.text(), expected);
        };
        check(
            12_345_678,
            1_200_000_000,
            Some(4_800_000_000),
            10,
            "12,345,678 rows, 1.2 GB of 4.8 GB (25%), 120 MB/s, 30 s left",
        );
        check(0, 90_000, Some(100_000_000), 1, "90 kB of 100 MB (0%), 90 kB/s, 18 min 31 s left");
        check(5, 2_500_000, None, 2, "5 rows, 2.5 MB, 1.2 MB/s");
        check(0, 0, Some(10), 1, "0 B of 10 B (0%), 0 B/s");
        check(1, 10, Some(10), 1, "1 row, 10 B of 10 B (100%), 10 B/s, 0 s left");
        // A file that grew while it was read has no end that is known.
        check(1, 11, Some(10), 1, "1 row, 11 B, 11 B/s");
        check(1, 1, Some(4_000_000), 1, "1 row, 1 B of 4.0 MB (0%), 1 B/s, 1,111 h 6 min left");
        let line = Line { remedy: Some("Ctrl+C helps"), ..line(1, 10, Some(10), 1) };
        assert_eq!(line.text(), "1 row, 10 B of 10 B (100%), 10 B/s, 0 s left, Ctrl+C helps");
    }
}
