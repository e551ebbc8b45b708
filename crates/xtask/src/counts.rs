//! How many tests a runner says it ran. Reads the text that cargo's, wasm-bindgen's and Node's runners print; runs nothing.

use std::ops::AddAssign;

/// What a runner counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that ran and held.
    pub passed: u64,
    /// Tests that ran and did not hold, those cut off included.
    pub failed: u64,
    /// Tests that were there and did not run.
    pub skipped: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Sums the summaries in the output of `cargo test`, or of wasm-bindgen's runner, which has the same form:
/// `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
pub fn of_cargo(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        let Some(summary) = line.trim_start().strip_prefix("test result: ") else { continue };
        for part in summary.split([';', '.']) {
            match number_and_word(part) {
                Some((number, "passed")) => counts.passed += number,
                Some((number, "failed")) => counts.failed += number,
                Some((number, "ignored")) => counts.skipped += number,
                _ => {}
            }
        }
    }
    counts
}

/// Sums the summary of `node --test` with its spec reporter: lines such as `ℹ pass 3`.
pub fn of_node(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in output.lines() {
        let Some((word, number)) = line.strip_prefix("ℹ ").and_then(|summary| summary.split_once(' ')) else {
            continue;
        };
        let Ok(number) = number.trim().parse::<u64>() else { continue };
        match word {
            "pass" => counts.passed += number,
            "fail" | "cancelled" => counts.failed += number,
            "skipped" | "todo" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

fn number_and_word(part: &str) -> Option<(u64, &str)> {
    let (number, word) = part.trim().split_once(' ')?;
    Some((number.parse().ok()?, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: Counts, passed: u64, failed: u64, skipped: u64) {
        assert_eq!(counts, Counts { passed, failed, skipped });
    }

    #[test]
    fn cargo_summaries_add_up() {
        let two = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\
                   test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                   test result: ok. 30 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 1.25s\n";
        check(of_cargo(two), 31, 1, 2);
        check(of_cargo("error: could not compile"), 0, 0, 0);
        check(of_cargo("test result: ok. 7 passed; 0 failed; 0 ignored; 3 filtered out\n"), 7, 0, 0);
    }

    #[test]
    fn node_summaries_add_up() {
        let summary = "✔ a (1ms)\nℹ tests 6\nℹ suites 1\nℹ pass 3\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\n\
                       ℹ duration_ms 5.2\n";
        check(of_node(summary), 3, 2, 1);
        check(of_node("pass 3\n"), 0, 0, 0);
    }
}
