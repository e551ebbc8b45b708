//! Jobs in whole reports: what is told of their failures in a row where they fail by chance or in spells, and whether the
//! one that fails now is told, and first.

use crate::histories::Chance;
use crate::measure;
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::{Kind, Report, Whose};
use execution_heatmap::zone::{DAY_MS, HOUR_MS};

const GROUP: &str = "Jobs that fail now, in whole reports";
const DAYS: usize = 91;
/// What a report with a false sentence of this kind may reach.
const MOST: f64 = 0.05;

/// How a job's failures come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failing {
    /// Each by itself.
    Alone,
    /// By odds that wander for so many hours, by a deviation of one.
    Wandering(f64),
    /// In spells, where such a share of failures is followed by one.
    Spells(f64),
}

/// Whether each of so many runs, of which so many are on a day, fails; a share of them (above 0 and below 1) in all.
pub fn fails(chance: &mut Chance, runs: usize, a_day: usize, share: f64, failing: Failing) -> Vec<bool> {
    let odds = share / (1.0 - share);
    let by_odds = |swing: f64| odds * libm::exp(swing) / (1.0 + odds * libm::exp(swing));
    match failing {
        Failing::Alone => (0..runs).map(|_| chance.uniform() < share).collect(),
        Failing::Wandering(hours) => {
            let swings = chance.wandering(runs, 1.0, hours / 24.0 * a_day as f64);
            swings.into_iter().map(|swing| chance.uniform() < by_odds(swing)).collect()
        }
        Failing::Spells(going_on) => {
            let mut fails = chance.uniform() < share;
            let begins = share * (1.0 - going_on) / (1.0 - share);
            let next = |_| {
                let fails_now = fails;
                fails = chance.uniform() < if fails_now { going_on } else { begins };
                fails_now
            };
            (0..runs).map(next).collect()
        }
    }
}

/// The report of so many jobs, of which the first one fails in its last runs.
fn report(
    words: &str,
    number: usize,
    (jobs, a_day): (usize, usize),
    (share, failing): (f64, Failing),
    last: usize,
    by_hand: bool,
) -> Report {
    let mut chance = Chance::of(&format!("evaluate jobs {words} {jobs} {a_day} {share} {failing:?}"), number);
    let mut rows = Rows::over(DAYS);
    let runs = DAYS * a_day;
    let spread = if by_hand { 6.0 * HOUR_MS as f64 } else { 5_000.0 };
    for job in 0..jobs {
        let fails = fails(&mut chance, runs, a_day, share, failing);
        let name = format!("job-{job:02}");
        for (run, fails) in fails.into_iter().enumerate() {
            let is_last = job == 0 && run + last >= runs;
            let status = if fails || is_last { Status::Failed } else { Status::Completed };
            let at_ms = run as i64 * DAY_MS / a_day as i64 + (chance.uniform() * spread) as i64;
            rows.push(&name, at_ms, status, Some(60_000));
        }
    }
    rows.report()
}

/// The share of reports that tell of failures in a row although nothing but chance, or spells like all others, made them.
pub fn spoken(jobs: usize, a_day: usize, share: f64, failing: Failing, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let report = report("null", number, (jobs, a_day), (share, failing), 0, false);
        report.findings.iter().any(|finding| finding.kind == Kind::ConsecutiveFailures)
    })
}

/// The share of reports that tell first of all, but for what else is told of that job, that it fails now.
pub fn found(jobs: usize, share: f64, last: usize, by_hand: bool, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let report = report("failing", number, (jobs, 1), (share, Failing::Alone), last, by_hand);
        let is_first = |whose: &Whose| matches!(whose, Whose::Workflow { id, .. } if id == "job-00");
        let is_of_others = |whose: &Whose| !is_first(whose) && *whose != Whose::All;
        report
            .findings
            .iter()
            .take_while(|finding| jobs == 1 || !is_of_others(&finding.whose))
            .any(|finding| finding.kind == Kind::ConsecutiveFailures && (jobs == 1 || is_first(&finding.whose)))
    })
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let kinds = [Failing::Alone, Failing::Wandering(6.0), Failing::Wandering(48.0), Failing::Spells(0.5)];
    for (jobs, a_day) in [(1, 1), (1, 4), (1, 24), (10, 1), (10, 24), (40, 1), (40, 4)] {
        let a_row = if jobs * a_day > 40 { a_row.div_ceil(10) } else { a_row.div_ceil(3) };
        for share in [0.005, 0.05, 0.3] {
            for failing in kinds {
                let name = format!("{jobs} jobs, {a_day} a day, {} % fail, {failing:?}: told", share * 100.0);
                let measured = spoken(jobs, a_day, share, failing, a_row);
                table.push(GROUP, &name, measured, Target::NullAtMost(MOST), "");
            }
        }
    }
    for by_hand in [false, true] {
        let when = if by_hand { "at any time" } else { "by the clock" };
        for (jobs, last) in [(1, 3), (1, 5), (1, 8), (1, 10), (10, 3), (10, 5), (10, 10), (40, 5), (40, 10), (40, 15)] {
            for share in [0.0, 0.02, 0.1] {
                let name = format!(
                    "{jobs} daily jobs {when}, {} % fail, one of them in its last {last} runs: told first",
                    share * 100.0
                );
                table.push(GROUP, &name, found(jobs, share, last, by_hand, a_row.div_ceil(10)), Target::None, "");
            }
        }
    }
}
