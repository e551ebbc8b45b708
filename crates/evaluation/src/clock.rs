//! How long reports take natively: 200 workflows over 26 weeks. A worker in a browser takes longer; `cargo xtask bench`
//! measures there, in its part `reports`, over a history of the same size and of its own making.

use crate::failures;
use crate::histories::{Chance, Failures, Volume, WEEK, history};
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{FEW, outcome_window};
use std::time::Instant;

const GROUP: &str = "Time, natively, one thread";
const WORKFLOWS: usize = 200;
const WEEKS: usize = 26;
/// Executions an hour, of all workflows together: about a million in all.
const AN_HOUR: f64 = 240.0;
/// Each is measured so often, and the least counts: what else the machine does only makes it longer.
const ROUNDS: usize = 3;

fn rows() -> Rows {
    let mut chance = Chance::of("evaluate time", 0);
    let weight: f64 = (1..=WORKFLOWS).map(|rank| 1.0 / rank as f64).sum();
    let mut rows = Rows::over(WEEKS * 7);
    for workflow in 0..WORKFLOWS {
        let an_hour = AN_HOUR / (workflow + 1) as f64 / weight;
        let kind = Failures::ALL[workflow % Failures::ALL.len()];
        let history = history(&mut chance, WEEKS, an_hour, Volume::Office, kind, None);
        let name = format!("workflow-{workflow:03}");
        for hour in 0..WEEKS * WEEK {
            let counts = (history.executions[hour], history.failures[hour]);
            let duration = |chance: &mut Chance| (60_000.0 * libm::exp(0.6 * chance.normal())) as u64;
            rows.push_hour(&mut chance, (&name, hour), counts, duration);
        }
    }
    rows
}

/// Nanoseconds that this thread has run on a processor, where the system tells it.
fn processor_ns() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The least seconds of a processor that the work takes; by the clock on the wall where the system tells nothing else.
fn least(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let (wall, processor) = (Instant::now(), processor_ns());
        work();
        match (processor, processor_ns()) {
            (Some(before), Some(after)) => after.saturating_sub(before) as f64 / 1e9,
            _ => wall.elapsed().as_secs_f64(),
        }
    };
    (0..ROUNDS).map(time).fold(f64::INFINITY, f64::min)
}

/// Measures it.
pub fn run(table: &mut Table, _: usize) {
    let rows = rows();
    let note = format!("{} rows", rows.count());
    let total = least(|| drop(rows.report_of_total()));
    table.push(GROUP, "the total's sentences", Measured::Seconds(total), Target::Within(0.5), &note);
    let series = rows.series();
    let windows = least(|| series.iter().for_each(|one| drop(outcome_window::look(one, Outcome::Failed, FEW))));
    table.push(
        GROUP,
        "failure windows of 200 workflows",
        Measured::Seconds(windows),
        Target::Within(1.5),
        "counted already",
    );
    let one = least(|| drop(failures::look(&rows.total())));
    table.push(GROUP, "failure windows of the total, 26 weeks", Measured::Seconds(one), Target::None, "");
    let whole = least(|| drop(rows.report()));
    table.push(
        GROUP,
        "the whole report",
        Measured::Seconds(whole),
        Target::Within(8.0),
        "aim: 4 s; the target is a worker's: `cargo xtask bench --only reports`",
    );
}
