//! What several test files share: zones from an independent time zone database, and rows made from a seed.
#![allow(dead_code, reason = "each test file uses its own part")]

mod seeded;

pub use seeded::Seeded;

use chrono::{DateTime, NaiveDate, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;

/// Seconds that a zone is ahead of UTC at an instant, by chrono-tz.
pub fn offset_at(tz: Tz, at_ms: i64) -> i32 {
    let at = DateTime::from_timestamp_millis(at_ms).unwrap().naive_utc();
    tz.offset_from_utc_datetime(&at).fix().local_minus_utc()
}

/// The local date and hour of an instant, by chrono-tz.
pub fn local_hour(tz: Tz, at_ms: i64) -> (NaiveDate, u8) {
    let local = DateTime::from_timestamp_millis(at_ms).unwrap().with_timezone(&tz);
    (local.date_naive(), local.hour() as u8)
}

/// The engine's table of a zone over a span, made by walking it a minute at a time where the offset changes within
/// an hour: slow, simple, and nothing that the shipped makers of tables do.
pub fn zone_over(tz: Tz, from_ms: i64, until_ms: i64) -> Zone {
    const MINUTE: i64 = 60_000;
    let mut table = vec![(from_ms, offset_at(tz, from_ms))];
    let mut at = from_ms;
    while at < until_ms {
        let next = at + 60 * MINUTE;
        if offset_at(tz, at) != offset_at(tz, next) {
            let changes = (1..=60).map(|minute| at + minute * MINUTE);
            for change in changes.filter(|change| offset_at(tz, *change) != offset_at(tz, change - MINUTE)) {
                // Changes fall on whole minutes since 1972, and no test goes back further.
                table.push((change / MINUTE * MINUTE, offset_at(tz, change)));
            }
        }
        at = next;
    }
    table.dedup_by_key(|(at, _)| *at);
    Zone::new(tz.name(), &table).unwrap()
}

/// One row that owns its texts.
#[derive(Clone, Debug)]
pub struct Row {
    pub workflow_id: Option<String>,
    pub workflow: Option<String>,
    pub status: String,
    pub started_ms: i64,
    pub duration_ms: Option<u64>,
    pub tags: Vec<String>,
    pub waited_ms: Option<u64>,
    pub attempt: u32,
    /// False for a row that never started; `started_ms` is then when it was due.
    pub has_started: bool,
}

impl Row {
    pub fn push_into(&self, table: &mut Table) {
        let joined = self.tags.concat();
        let mut end = 0;
        let ends: Vec<u32> = self
            .tags
            .iter()
            .map(|tag| {
                end += tag.len() as u32;
                end
            })
            .collect();
        let status = Status::of(&self.status);
        let execution = Execution {
            id: None,
            workflow_id: self.workflow_id.as_deref(),
            workflow: self.workflow.as_deref(),
            status,
            status_text: &self.status,
            started_at: Timestamp::from_ms(self.started_ms).unwrap(),
            duration_ms: self.duration_ms.filter(|_| status.is_ended()),
            waited_ms: self.waited_ms,
            tags: Tags::new(&joined, &ends),
            attempt: self.attempt,
            error: None,
        };
        if self.has_started {
            table.push(&execution);
        } else {
            table.push_unstarted(&execution);
        }
    }
}

/// Rows of every shape, starting within `days` days from an instant.
pub fn rows(seed: u64, count: usize, from_ms: i64, days: u64) -> Vec<Row> {
    let mut seeded = Seeded(seed);
    let words = [
        "completed",
        "completed",
        "completed",
        "failed",
        "timed_out",
        "Canceled",
        "skipped",
        "running",
        "pending",
        "waiting",
        "exploded",
        "vanished",
    ];
    (0..count)
        .map(|_| {
            let workflow = seeded.below(6);
            Row {
                workflow_id: (workflow > 0).then(|| format!("w{workflow}")),
                workflow: (workflow > 2).then(|| format!("Workflow {} v{}", workflow, seeded.below(3))),
                status: words[seeded.below(words.len() as u64) as usize].to_owned(),
                started_ms: from_ms + seeded.below(days * 86_400_000) as i64,
                duration_ms: (seeded.below(5) > 0).then(|| seeded.below(7) * 1_000_000_007),
                tags: (0..seeded.below(4))
                    .map(|_| ["eu", "us", "nightly", "!", ""][seeded.below(5) as usize].to_owned())
                    .collect(),
                waited_ms: None,
                attempt: 1,
                has_started: true,
            }
        })
        .collect()
}

/// The same rows, of which many say when they were due, some never started and some are retries; durations are of all
/// lengths.
pub fn varied(mut rows: Vec<Row>, seed: u64) -> Vec<Row> {
    let mut seeded = Seeded(seed ^ 0x5eed);
    for row in &mut rows {
        row.has_started = seeded.below(8) > 0;
        row.attempt = 1 + seeded.below(4).saturating_sub(2) as u32;
        row.waited_ms = (seeded.below(3) > 0).then(|| seeded.below(4) * 2_000_000_000);
        let most = 1 << seeded.below(36);
        row.duration_ms = row.duration_ms.map(|_| seeded.below(most));
    }
    rows
}

pub fn table_of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Table {
    let mut table = Table::default();
    rows.into_iter().for_each(|row| row.push_into(&mut table));
    table
}
