//! Rows as serde reads them, and the cells of the bench's job: executions, completed, failed and mean duration an hour.

use chrono::DateTime;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;

const MS_PER_HOUR: i64 = 3_600_000;

/// A row whose texts are its own.
#[derive(Deserialize)]
pub struct OwnedRow {
    pub status: String,
    pub started_at: Option<String>,
    pub duration_ms: Option<f64>,
}

/// A row whose texts lie in the line.
#[derive(Deserialize)]
pub struct BorrowedRow<'a> {
    #[serde(borrow)]
    pub status: Cow<'a, str>,
    pub started_at: Option<&'a str>,
    pub duration_ms: Option<f64>,
}

/// What one hour holds.
#[derive(Default)]
struct Sums {
    executions: f64,
    completed: f64,
    failed: f64,
    timed: f64,
    duration: f64,
}

/// Hours by their number since 1970.
pub struct Cells {
    first: i64,
    count: usize,
    hours: HashMap<i64, Sums>,
}

impl Cells {
    /// No hour holds anything yet; `count` hours from `first` on are given out.
    pub fn new(first: i64, count: usize) -> Self {
        Self { first, count, hours: HashMap::new() }
    }

    /// Counts a row; one that never started is in no hour.
    pub fn add(&mut self, started_at: Option<&str>, status: &str, duration_ms: Option<f64>) {
        let Some(started_at) = started_at.and_then(|text| DateTime::parse_from_rfc3339(text).ok()) else { return };
        let sums = self.hours.entry(started_at.timestamp_millis().div_euclid(MS_PER_HOUR)).or_default();
        sums.executions += 1.0;
        match status {
            "completed" => sums.completed += 1.0,
            "failed" => sums.failed += 1.0,
            _ => {}
        }
        if let Some(duration) = duration_ms {
            sums.timed += 1.0;
            sums.duration += duration;
        }
    }

    /// Four numbers an hour.
    pub fn dense(&self) -> Vec<f64> {
        (0..self.count as i64)
            .flat_map(|hour| match self.hours.get(&(self.first + hour)) {
                Some(sums) => [sums.executions, sums.completed, sums.failed, sums.duration / sums.timed],
                None => [0.0, 0.0, 0.0, f64::NAN],
            })
            .collect()
    }
}
