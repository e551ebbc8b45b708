//! The history of the bench's whole reports: 200 workflows of very different size over 26 weeks, from a seed, in which
//! failures cluster as they do in the wild. Makes rows; `files` writes them.

use super::random::Random;
use super::rows::Row;

/// How many workflows there are.
pub const WORKFLOWS: u64 = 200;
/// Over how many weeks they run.
pub const WEEKS: u64 = 26;
/// The first hour since 1970: 2025-07-07, 00:00 UTC, a Monday.
const FIRST_HOUR: u64 = 486_624;
const HOURS: u64 = WEEKS * 7 * 24;
const MS_PER_HOUR: u64 = 3_600_000;
const SEED: u64 = 200_026;
/// An hour's number of executions is that of the throws that hit, of so many for each that is expected: what each hour
/// has spreads nearly as chance alone has it.
const THROWS: u64 = 10;
/// In so many of a thousand executions a workflow fails anyway.
const BASE: u64 = 20;

/// About a million rows in the order of their starts.
pub fn rows() -> impl Iterator<Item = Row> {
    let mut random = Random::new(SEED);
    let sizes = sizes();
    let mut number = 0;
    (0..HOURS).flat_map(move |hour| {
        let count = (0..expected(hour) * THROWS).filter(|_| random.below(THROWS) == 0).count();
        let mut offsets: Vec<u64> = (0..count).map(|_| random.below(MS_PER_HOUR)).collect();
        offsets.sort_unstable();
        let mut rows = Vec::with_capacity(count);
        for offset in offsets {
            rows.push(row(number, hour, offset, &sizes, &mut random));
            number += 1;
        }
        rows
    })
}

/// Where each workflow's share of the throws ends: the second runs half as often as the first, the third a third.
fn sizes() -> Vec<u64> {
    let mut end = 0;
    (1..=WORKFLOWS)
        .map(|rank| {
            end += 1_000_000 / rank;
            end
        })
        .collect()
}

/// How many executions an hour has on the average: most of them in office hours, fewest at weekends.
fn expected(hour: u64) -> u64 {
    match (hour % 24, hour / 24 % 7) {
        (_, 5 | 6) => 90,
        (8..18, _) => 450,
        _ => 180,
    }
}

fn row(number: u64, hour: u64, offset: u64, sizes: &[u64], random: &mut Random) -> Row {
    let throw = random.below(sizes.last().copied().unwrap_or(1));
    let workflow = sizes.partition_point(|end| *end <= throw) as u64;
    let chance = failing(workflow, hour);
    let status = match random.below(1000) {
        fallen if fallen < chance => "failed",
        fallen if fallen < chance + 5 => "timed_out",
        fallen if fallen < chance + 10 => "cancelled",
        _ => "completed",
    };
    let scale = 200 << random.below(8);
    let duration_ms = (status != "cancelled").then(|| scale + random.below(scale) + workflow * 37);
    let start = (FIRST_HOUR + hour) * MS_PER_HOUR + offset;
    Row {
        number,
        workflow,
        status,
        mode: "schedule",
        created_at: start,
        started_at: Some(start),
        duration_ms,
        error: None,
        tags: Vec::new(),
        attempt: 1,
        host: 0,
    }
}

/// In how many of a thousand executions a workflow fails in an hour: each fifth of them has another kind of trouble.
fn failing(workflow: u64, hour: u64) -> u64 {
    let (of_day, day) = (hour % 24, hour / 24);
    match workflow % 5 {
        // Mondays from 9 to 11.
        1 if day % 7 == 0 && (9..11).contains(&of_day) => 300,
        // Every night from 2 to 4.
        2 if (2..4).contains(&of_day) => 150,
        // Three days of an outage.
        3 if (80..83).contains(&day) => 600,
        // From the nineteenth week on.
        4 if day >= 18 * 7 => 80,
        _ => BASE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn starts_rise_from_a_monday_on() {
        let starts: Vec<u64> = rows().take(20_000).filter_map(|row| row.started_at).collect();
        assert_eq!(starts.len(), 20_000);
        assert!(starts.is_sorted());
        assert_eq!(starts[0] / MS_PER_HOUR, FIRST_HOUR);
        // The first of January of 1970 was a Thursday.
        assert_eq!((FIRST_HOUR / 24 + 3) % 7, 0);
    }

    #[test]
    fn every_workflow_runs_and_all_have_about_a_million_rows() {
        let expected: u64 = (0..HOURS).map(expected).sum();
        assert!((1_000_000..1_050_000).contains(&expected), "{expected}");
        let workflows: BTreeSet<u64> = rows().take(40_000).map(|row| row.workflow).collect();
        assert_eq!(workflows, (0..WORKFLOWS).collect());
    }
}
