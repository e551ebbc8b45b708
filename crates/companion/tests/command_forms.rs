//! The binary on exports of other systems: what it takes a file for, and what it is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use shell::{Files, run};

const RUNS: &str = r#"{"total_count":2,"workflow_runs":[
  {"id":1,"name":"CI","run_attempt":1,"status":"completed","conclusion":"success","workflow_id":9,"run_started_at":"2024-02-22T06:00:01Z"},
  {"id":2,"name":"CI","run_attempt":1,"status":"completed","conclusion":"startup_failure","workflow_id":9,"run_started_at":"2024-02-22T07:00:01Z"}
]}"#;

const OWN: &str = "when;how;secs\n2024-02-22T06:00:01Z;OK;1.5\n2024-02-22T07:00:01Z;KO;2\n";
const MAP: &str =
    r#"{"started_at":"when","status":"how","statuses":{"KO":"failed"},"duration":{"field":"secs","unit":"s"}}"#;

#[test]
fn what_a_file_was_taken_for_is_said_and_can_be_told() {
    let files = Files::new();
    let (runs, own, map) = (files.with("runs.json", RUNS), files.with("own.csv", OWN), files.with("map.json", MAP));
    let wrong = files.with("wrong.json", r#"{"started_at":7}"#);
    let check = |args: &[&str], code: i32, words: &str| {
        let ran = run(&[&["analyze", "--format", "json"], args].concat());
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?} says {}", ran.err);
        ran.out
    };
    let out = check(
        &[&runs],
        0,
        "runs.json: taken for GitHub Actions runs in JSON: has run_started_at, run_attempt and conclusion\n",
    );
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["totals"]["completed"], &answer["totals"]["failed"]), (&1.into(), &1.into()));
    check(
        &[&runs, "--preset", "github", "--input", "json"],
        0,
        "runs.json: read as GitHub Actions runs in JSON, as asked\n",
    );
    let out = check(&[&own, "--map", &map], 0, "own.csv: read in CSV by the mapping that was given\n");
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["totals"]["failed"], &answer["totals"]["average_duration_ms"]), (&1.into(), &1750.into()));
    check(&[&own], 1, "a mapping can say what its columns mean");
    check(&[&runs, "--preset", "gihub"], 2, "the preset is 'gihub', it takes auto, github");
    check(&[&own, "--map", &wrong], 2, "wrong.json: the mapping's started_at is a number");
    check(&[&own, "--map", "nowhere.json"], 1, "nowhere.json cannot be read");
}
