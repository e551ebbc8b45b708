//! The stages of a test run: what each took, how many tests it ran, and whether the run as a whole holds.
//!
//! Runs the stages it is given, catches their failures, and decides; knows nothing about what a stage does.

use crate::counts::Counts;
use crate::process::{Reported, Result, seconds};
use std::time::{Duration, Instant};

/// How much of a stage's tests must have run.
#[derive(Clone, Copy)]
pub enum Demand {
    /// At least one.
    Some,
    /// At least one, and none may have been skipped.
    All,
}

/// The stages so far.
#[derive(Default)]
pub struct Report {
    stages: Vec<Stage>,
}

struct Stage {
    name: &'static str,
    took: Duration,
    /// `None` for a stage that is no suite of tests.
    counts: Option<Counts>,
    failure: Option<String>,
}

impl Report {
    /// Runs a stage that holds or does not; tells which.
    pub fn check(&mut self, name: &'static str, work: impl FnOnce() -> Result) -> bool {
        self.value(name, work).is_some()
    }

    /// Runs a stage that makes something later stages need; `None` when it failed.
    pub fn value<T>(&mut self, name: &'static str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        let start = begin(name);
        let (value, failure) = match work() {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.end(Stage { name, took: start.elapsed(), counts: None, failure });
        value
    }

    /// Runs a suite of tests, which gives what was counted and whether the runner ended well.
    pub fn tests(&mut self, name: &'static str, demand: Demand, suite: impl FnOnce() -> Result<(Counts, bool)>) {
        let start = begin(name);
        let (counts, failure) = match suite() {
            Ok((counts, ended_well)) => (counts, judge(counts, ended_well, demand)),
            Err(error) => (Counts::default(), Some(format!("did not run: {error}"))),
        };
        self.end(Stage { name, took: start.elapsed(), counts: Some(counts), failure });
    }

    /// Prints the table and, as the last line, the sum; an error when any stage failed.
    pub fn finish(self) -> Result {
        println!("\n{:<28} {:>9} {:>7} {:>7} {:>8}", "stage", "time", "passed", "failed", "skipped");
        for stage in &self.stages {
            println!("{}", stage.row());
        }
        for stage in &self.stages {
            if let Some(failure) = &stage.failure {
                println!("\n{} failed: {failure}", stage.name);
            }
        }
        let total = self.total();
        println!("\n{} passed, {} failed", total.passed, total.failed);
        if self.stages.iter().any(|stage| stage.failure.is_some()) { Err(Reported.into()) } else { Ok(()) }
    }

    /// The sum of all suites. A stage that failed without a failed test, since it could not even count one, is one failure.
    fn total(&self) -> Counts {
        let mut total = Counts::default();
        for stage in &self.stages {
            let counts = stage.counts.unwrap_or_default();
            total += counts;
            if stage.failure.is_some() && counts.failed == 0 {
                total.failed += 1;
            }
        }
        total
    }

    fn end(&mut self, stage: Stage) {
        match &stage.failure {
            None => eprintln!("    ok, {}", seconds(stage.took)),
            Some(failure) => eprintln!("    FAILED after {}: {failure}", seconds(stage.took)),
        }
        self.stages.push(stage);
    }
}

impl Stage {
    fn row(&self) -> String {
        let verdict = if self.failure.is_some() { "  FAILED" } else { "" };
        let number = |select: fn(&Counts) -> u64| self.counts.as_ref().map(|counts| select(counts).to_string());
        let column = |select| number(select).unwrap_or_default();
        format!(
            "{:<28} {:>9} {:>7} {:>7} {:>8}{verdict}",
            self.name,
            seconds(self.took),
            column(|counts| counts.passed),
            column(|counts| counts.failed),
            column(|counts| counts.skipped),
        )
    }
}

fn begin(name: &str) -> Instant {
    eprintln!("\n== {name}");
    Instant::now()
}

fn judge(counts: Counts, ended_well: bool, demand: Demand) -> Option<String> {
    match (counts, demand) {
        (Counts { failed: 1.., .. }, _) => Some(format!("{} tests failed", counts.failed)),
        _ if !ended_well => Some("the runner failed; see above".to_owned()),
        (Counts { passed: 0, .. }, _) => Some("no test ran".to_owned()),
        (Counts { skipped: 1.., .. }, Demand::All) => Some(format!("{} tests did not run", counts.skipped)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: [u64; 3], ended_well: bool, demand: Demand, holds: bool) {
        let [passed, failed, skipped] = numbers;
        let verdict = judge(Counts { passed, failed, skipped }, ended_well, demand);
        assert_eq!(verdict.is_none(), holds, "{numbers:?}: {verdict:?}");
    }

    #[test]
    fn a_suite_holds_when_tests_ran_and_none_failed() {
        check([3, 0, 0], true, Demand::Some, true);
        check([3, 0, 1], true, Demand::Some, true);
        check([3, 0, 1], true, Demand::All, false);
        check([0, 0, 0], true, Demand::Some, false);
        check([0, 0, 2], true, Demand::Some, false);
        check([3, 1, 0], true, Demand::Some, false);
        check([3, 0, 0], false, Demand::Some, false);
    }

    #[test]
    fn the_sum_counts_what_could_not_run_as_failed() {
        let mut report = Report::default();
        report.check("holds", || Ok(()));
        report.check("breaks", || Err("so".into()));
        report.tests("suite", Demand::Some, || Ok((Counts { passed: 4, failed: 2, skipped: 0 }, false)));
        report.tests("lost", Demand::All, || Err("no browser".into()));
        assert_eq!(report.total(), Counts { passed: 4, failed: 4, skipped: 0 });
        assert!(report.finish().is_err());
    }
}
