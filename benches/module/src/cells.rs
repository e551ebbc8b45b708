//! Rows as serde reads them, and the cells of the bench's job: executions, completed, failed and mean duration an hour.

use chrono::DateTime;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;

const MS_PER_HOUR: i64 = 3_600_000;

/// The fields of a row that the engine's readers understand, every text a `String` of its own: what one writes first.
#[derive(Deserialize)]
#[allow(dead_code, reason = "the job counts few of the fields; a program that filters and shows rows has all of them")]
pub struct OwnedRow {
    pub id: Option<String>,
    pub workflow_id: Option<String>,
    pub workflow: Option<OwnedWorkflow>,
    pub status: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub duration_ms: Option<f64>,
    pub attempt: Option<u32>,
    pub tags: Vec<String>,
    pub error: Option<OwnedError>,
}

/// The object of a workflow.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as in the row")]
pub struct OwnedWorkflow {
    pub id: Option<String>,
    pub name: Option<String>,
}

/// The object of a failure.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as in the row")]
pub struct OwnedError {
    pub message: Option<String>,
}

/// The same fields; a text without an escape lies in the line.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as in the owned row")]
pub struct BorrowedRow<'a> {
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
    #[serde(borrow)]
    pub workflow_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub workflow: Option<BorrowedWorkflow<'a>>,
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub started_at: Option<Text<'a>>,
    #[serde(borrow)]
    pub finished_at: Option<Text<'a>>,
    pub duration_ms: Option<f64>,
    pub attempt: Option<u32>,
    #[serde(borrow)]
    pub tags: Vec<Text<'a>>,
    #[serde(borrow)]
    pub error: Option<BorrowedError<'a>>,
}

/// The object of a workflow.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as in the row")]
pub struct BorrowedWorkflow<'a> {
    #[serde(borrow)]
    pub id: Option<Text<'a>>,
    #[serde(borrow)]
    pub name: Option<Text<'a>>,
}

/// The object of a failure.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as in the row")]
pub struct BorrowedError<'a> {
    #[serde(borrow)]
    pub message: Option<Text<'a>>,
}

/// A text that is borrowed where it can be. A plain `Cow` within an `Option` or a `Vec` is always owned by serde.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Nothing but what is counted; everything else is skipped. The least that serde_json can be asked for.
#[derive(Deserialize)]
pub struct LeanRow<'a> {
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    pub started_at: Option<Text<'a>>,
    pub duration_ms: Option<f64>,
}

/// How a line becomes a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// [`OwnedRow`].
    Owned,
    /// [`BorrowedRow`].
    Borrowed,
    /// [`LeanRow`].
    Lean,
}

impl Way {
    /// The way of a name.
    pub fn of(name: &str) -> Option<Way> {
        match name {
            "owned" => Some(Way::Owned),
            "borrowed" => Some(Way::Borrowed),
            "lean" => Some(Way::Lean),
            _ => None,
        }
    }
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

    /// Reads a line and counts its row.
    pub fn read(&mut self, way: Way, line: &[u8]) -> Result<(), serde_json::Error> {
        match way {
            Way::Owned => {
                let row: OwnedRow = serde_json::from_slice(line)?;
                self.add(row.started_at.as_deref(), &row.status, row.duration_ms);
            }
            Way::Borrowed => {
                let row: BorrowedRow = serde_json::from_slice(line)?;
                self.add(row.started_at.as_ref().map(|text| &*text.0), &row.status.0, row.duration_ms);
            }
            Way::Lean => {
                let row: LeanRow = serde_json::from_slice(line)?;
                self.add(row.started_at.as_ref().map(|text| &*text.0), &row.status.0, row.duration_ms);
            }
        }
        Ok(())
    }

    /// Counts a row; one that never started is in no hour.
    fn add(&mut self, started_at: Option<&str>, status: &str, duration_ms: Option<f64>) {
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
