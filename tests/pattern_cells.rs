//! The cells that claims about single runs rest on, in the hours of the viewer's zone; and which dates were looked at.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::zone::Zone;
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;
/// 2026-01-05, a Monday.
const MONDAY_MS: i64 = 1_767_571_200_000;
const DAYS: i64 = 91;

/// A workflow that runs at some hours (counted from the Monday on) and fails at some of these, so many minutes past.
fn runs(workflow: &str, minute: i64, is_run: &dyn Fn(i64) -> bool, fails: &dyn Fn(i64) -> bool) -> String {
    let run = |hour: i64| {
        let (at, status) = (MONDAY_MS + hour * HOUR_MS, if fails(hour) { "failed" } else { "completed" });
        format!("{{\"workflow_id\":\"{workflow}\",\"status\":\"{status}\",\"started_at\":{}}}\n", at + minute * 60_000)
    };
    (0..DAYS * 24).filter(|hour| is_run(*hour)).map(run).collect()
}

/// UTC, and an hour more from 2026-03-29 01:00 on.
fn berlin() -> Zone {
    Zone::new("Europe/Berlin", &[(0, 3600), (1_774_746_000_000, 7200)]).unwrap()
}

/// The pattern of a kind of a workflow beside one that runs all the time, in a zone.
fn pattern(source: &str, pairs: &[(&str, &str)], zone: &Zone, kind: &str) -> Value {
    let mut intake = Intake::recognising(false);
    if !source.contains("\"n\":") {
        intake.extend(runs("steady", 59, &|_| true, &|_| false).as_bytes());
    }
    intake.extend(source.as_bytes());
    intake.finish(None);
    let query = Query::from_pairs(pairs.iter().copied().chain([("patterns", "all")])).unwrap();
    let answer = answer::answer(intake.table(), intake.reading(), &query, zone, Source::File, Patterns::Look).unwrap();
    let response: Value = serde_json::from_str(&json::heatmap(&answer)).unwrap();
    let mut patterns = response["patterns"].as_array().unwrap().iter();
    let found = patterns.find(|pattern| pattern["kind"] == kind && pattern["series"]["workflow_id"] == "job");
    found.unwrap_or_else(|| panic!("{kind} is none of {}", response["patterns_detected"])).clone()
}

/// The hours from the Monday on, as cells of a zone.
fn cells(hours: impl Iterator<Item = i64>, zone: &Zone) -> Value {
    let cell = |hour: i64| {
        let at_ms = MONDAY_MS + hour * HOUR_MS;
        let local_ms = at_ms + i64::from(zone.offset_at(at_ms)) * 1000;
        let (day, hour) = (local_ms.div_euclid(24 * HOUR_MS), local_ms.rem_euclid(24 * HOUR_MS) / HOUR_MS);
        let date = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Days::new(day as u64);
        json!([date.to_string(), hour])
    };
    hours.map(cell).collect()
}

fn check(source: &str, kind: &str, expected: &dyn Fn(&Zone) -> Value) {
    // Hours of UTC go on with other names where clocks change, and what hour is theirs is said of most days: of a schedule
    // of hours that is looked at where none do.
    let is_of_hours = ["schedule", "missed_runs"].contains(&kind);
    let other = if is_of_hours { Zone::new("Asia/Kathmandu", &[(0, 20_700)]).unwrap() } else { berlin() };
    for zone in [Zone::utc(), other] {
        let pattern = pattern(source, &[], &zone, kind);
        assert_eq!(pattern["cells"], expected(&zone), "{}: {}", zone.name(), pattern["sentence"]);
    }
}

#[test]
fn failures_in_a_row_rest_on_the_hours_of_the_row() {
    // Four a day fail for five days, then for good in the last three; none between, and two runs in an hour are one cell.
    let is_run = |hour: i64| hour % 6 == 2;
    for row in [40 * 24..45 * 24, 88 * 24..DAYS * 24] {
        let fails = |hour: i64| row.contains(&hour) || hour == 302;
        let source = [runs("job", 1, &is_run, &fails), runs("job", 31, &is_run, &fails)].concat();
        check(&source, "consecutive_failures", &|zone| cells(row.clone().filter(|hour| is_run(*hour)), zone));
    }
}

#[test]
fn missed_runs_rest_on_the_hours_that_were_missed() {
    // Most nights at four (and one noon, which is elsewhere), four days in a row, most Sundays.
    let nights = |hour: i64| hour % 24 == 4 && hour / 24 % 5 < 3;
    check(&runs("job", 7, &|hour| !nights(hour) && hour != 1212, &|_| false), "missed_runs", &|zone| {
        cells((0..DAYS * 24).filter(|hour| nights(*hour)), zone)
    });
    let gap = 30 * 24..34 * 24;
    check(&runs("job", 7, &|hour| hour % 2 == 0 && !gap.contains(&hour), &|_| false), "missed_runs", &|zone| {
        cells(gap.clone().filter(|hour| hour % 2 == 0), zone)
    });
    // Of a day, the hour of UTC stays.
    let sundays = |hour: i64| hour / 24 % 7 == 6 && hour / 24 % 3 > 0;
    let source = runs("job", 7, &|hour| hour % 24 == 9 && !sundays(hour), &|_| false);
    let missed = pattern(&source, &[], &berlin(), "missed_runs");
    assert_eq!(missed["cells"], cells((0..DAYS * 24).filter(|hour| hour % 24 == 9 && sundays(*hour)), &berlin()));
    let kept = pattern(&source, &[], &berlin(), "schedule");
    assert_eq!(kept["cells"], cells((0..DAYS * 24).filter(|hour| hour % 24 == 9 && !sundays(*hour)), &berlin()));
}

#[test]
fn what_stopped_rests_on_its_last_run_and_what_is_new_on_its_first() {
    let ran = |days: std::ops::Range<i64>| runs("job", 30, &|hour| days.contains(&(hour / 24)), &|_| false);
    check(&ran(0..60), "stopped", &|zone| cells(60 * 24 - 1..60 * 24, zone));
    check(&ran(60..DAYS), "new", &|zone| cells(60 * 24..60 * 24 + 1, zone));
    // Of counts, and behind the clock change.
    let is_run = |hour: i64| hour <= 84 * 24 + 6 && (hour * 7919 % 97 < 40 || hour == 84 * 24 + 6);
    let count = |hour: i64| {
        let id = if is_run(hour) { "job" } else { "steady" };
        let hour = MONDAY_MS / HOUR_MS + hour;
        format!("{{\"workflow_id\":\"{id}\",\"hour\":{hour},\"status\":\"completed\",\"n\":1}}\n")
    };
    let counts: String = (0..DAYS * 24).map(count).collect();
    check(&counts, "stopped", &|zone| cells(84 * 24 + 6..84 * 24 + 7, zone));
}

#[test]
fn a_schedule_rests_on_the_hours_of_its_runs_unless_it_is_all_over_the_day() {
    let marks = |is_run: &dyn Fn(i64) -> bool, is_marked: bool| {
        let missed = |hour: i64| hour == 500;
        let source = runs("job", 5, &|hour| is_run(hour) && !missed(hour), &|_| false);
        check(&source, "schedule", &|zone| {
            cells((0..DAYS * 24).filter(|hour| is_marked && is_run(*hour) && !missed(*hour)), zone)
        });
    };
    marks(&|hour| hour % 24 == 8 && hour / 24 % 7 < 5, true);
    marks(&|hour| hour % 12 == 2, true);
    marks(&|hour| hour % 8 == 2, false);
    marks(&|_| true, false);
}

#[test]
fn what_is_known_up_to_a_midnight_is_not_known_of_the_next_day() {
    let source = runs("job", 30, &|hour| hour < 60 * 24, &|_| false);
    let check = |pairs: &[(&str, &str)], expected: &str| {
        let pattern = pattern(&source, pairs, &Zone::utc(), "stopped");
        assert_eq!(pattern["evidence"]["to"], expected, "{pairs:?}");
    };
    check(&[], "2026-04-05");
    check(&[("until", "2026-04-06T00:00:00Z")], "2026-04-05");
    check(&[("until", "2026-04-06T00:00:00.001Z")], "2026-04-06");
    check(&[("from", "2026-01-05"), ("to", "2026-04-12")], "2026-04-12");
}
