//! The engine as a native program uses it: files in pieces of 1 MiB into an intake, cells out of an answer.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::execution::Status;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

const PIECE_BYTES: usize = 1 << 20;
const MS_PER_HOUR: i64 = 3_600_000;
const HOURS_PER_DAY: usize = 24;

/// Reads a file whose form shows in its first bytes.
pub fn read(path: &Path) -> Result<Intake, Box<dyn Error>> {
    let mut intake = Intake::recognising(false);
    let mut file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    loop {
        let length = file.read(intake.buffer(PIECE_BYTES))?;
        if length == 0 {
            break;
        }
        intake.filled(length);
    }
    intake.finish(None);
    match intake.unrecognised() {
        Some(start) => Err(format!("the engine does not know this form; it starts with {start:?}").into()),
        None => Ok(intake),
    }
}

/// Four numbers a cell: executions, completed, failed, mean duration or NaN; `count` hours of UTC from `first` on.
pub fn cells(intake: &Intake, first: i64, count: usize) -> Result<Vec<f64>, Box<dyn Error>> {
    let date = |day: usize| {
        let ms = first * MS_PER_HOUR + (day * HOURS_PER_DAY) as i64 * MS_PER_HOUR;
        Timestamp::from_ms(ms).map(|at| at.to_text().chars().take("2026-01-01".len()).collect::<String>())
    };
    let (from, to) = (date(0).ok_or("FIRST: too large")?, date(count / HOURS_PER_DAY - 1).ok_or("COUNT: too large")?);
    let query = Query::from_pairs([("granularity", "hourly"), ("from", &from), ("to", &to)])?;
    let answer = answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Skip)?;
    let account = answer.account;
    if account.unreadable + account.outside_window > 0 {
        return Err(format!("rows are not where they should be: {account:?}").into());
    }
    Ok(answer
        .grid
        .cells
        .iter()
        .flat_map(|cell| {
            let sums = &cell.sums;
            let of = |status| sums.of(status) as f64;
            let mean = sums.average_duration_ms().unwrap_or(f64::NAN);
            [sums.executions() as f64, of(Status::Completed), of(Status::Failed), mean]
        })
        .collect())
}
