//! Failures in a row: those of a job that fails now are told, the surer the more they are and the cleaner its past is, and
//! those that come by chance or in spells are not.

use execution_heatmap::execution::Status;
use execution_heatmap::pattern::{Look, consecutive};
use execution_heatmap::zone::{DAY_MS, HOUR_MS, Zone};
use execution_heatmap_evaluation::histories::Chance;
use execution_heatmap_evaluation::jobs::{Failing, fails};
use execution_heatmap_evaluation::measure::CLAIMED;
use execution_heatmap_evaluation::scores::most_at;
use execution_heatmap_evaluation::singles::series_of_runs;

/// Failures of which four in five are followed by another one.
const STICKY: Failing = Failing::Spells(0.8);

fn is_said<Facts>(look: &Look<Facts>) -> bool {
    look.claim.is_some() && look.chance <= CLAIMED
}

#[test]
fn what_fails_now_is_told_and_what_failed_at_random_is_not() {
    let a_row = 100;
    let zone = Zone::utc();
    let series = |a_day: usize, fails: &[bool]| {
        let status = |fails: &bool| if *fails { Status::Failed } else { Status::Completed };
        let at = |place: usize| place as i64 * DAY_MS / a_day as i64 + 3 * HOUR_MS;
        series_of_runs(91, fails.iter().enumerate().map(|(place, fails)| (at(place), status(fails))))
    };
    let (mut rows, mut all) = (0, 0);
    for (words, failing) in [
        ("by chance", Failing::Alone),
        ("wandering", Failing::Wandering(6.0)),
        ("half go on", Failing::Spells(0.5)),
        ("four in five", STICKY),
    ] {
        for a_day in [1, 4, 24] {
            for share in [0.005, 0.05, 0.3] {
                let (mut said, mut last) = (0, 0);
                for number in 0..a_row {
                    let mut chance = Chance::of(&format!("fails {words} {a_day} {share}"), number);
                    let fails = fails(&mut chance, 91 * a_day, a_day, share, failing);
                    let look = consecutive::look(&series(a_day, &fails), &zone);
                    said += usize::from(is_said(&look));
                    last += usize::from(is_said(&look) && look.claim.is_some_and(|claim| claim.facts.is_last));
                }
                println!("{a_day} a day, {share} fail {words}: {said} of {a_row} speak, {last} of the last ones");
                // Where four in five failures go on, the longest row of all says more than it should: 14 % at most.
                let counts = if failing == STICKY { last } else { said };
                assert!(counts <= most_at(0.05, a_row), "{a_day} {share} {words}: {said} of {a_row}");
                (rows, all) = (rows + 1, all + said);
            }
        }
    }
    assert!(all <= most_at(0.03, rows * a_row), "{all} of {}", rows * a_row);
    // The cleaner the past and the longer the row, the surer; as many again may have to be looked for beside it.
    let chance = |past: &dyn Fn(usize) -> bool, runs: usize, row: usize| {
        let fails: Vec<bool> = (0..runs).map(|run| run >= runs - row || past(run)).collect();
        let look = consecutive::look(&series(1, &fails), &zone);
        look.claim.filter(|claim| claim.facts.is_last && claim.facts.length == row as u64).map_or(1.0, |_| look.chance)
    };
    let (clean, failed_twice) = (|_| false, |run| run == 7 || run == 30);
    for (runs, row) in [(84, 3), (84, 8), (84, 10), (84, 14), (84, 20), (30, 4)] {
        let (of_clean, of_other) = (chance(&clean, runs, row), chance(&failed_twice, runs, row));
        println!("the last {row} of {runs}: {of_clean:e}, after two failures {of_other:e}");
        assert!(of_clean <= 0.05 / 4.0, "{row} of {runs}: {of_clean}");
        assert!(row < 8 || of_clean <= 0.01 / 2.0, "{row} of {runs}: {of_clean} is hedged");
    }
    let of_rows: Vec<f64> = (3..30).map(|row| chance(&clean, 84, row)).collect();
    assert!(of_rows.is_sorted_by(|one, next| one > next), "{of_rows:?}");
    assert_eq!(chance(&clean, 84, 2), 1.0, "two are no row");
    // Two of a job that often fails twice are none either.
    assert!(chance(&|run| run % 10 < 3, 84, 5) > 0.05);
}
