//! Views of chosen statuses and tags claim nothing of runs that they leave out: neither that a workflow stopped, nor that it
//! runs by the clock, nor that it failed again and again.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;

/// Ten weeks of two hourly workflows from a Monday on. `sync` bears the tag `eu`, every third time alone, and has failed for
/// the last twelve days; `other` bears `us` always, and stopped a week ago.
fn source() -> String {
    let mut lines = String::new();
    for hour in 0..70 * 24u64 {
        let start = 1_770_004_800_000 + hour * 3_600_000;
        let status = if hour >= 58 * 24 { "failed" } else { "completed" };
        let tag = if hour % 3 == 0 { "eu" } else { "all" };
        let sync = format!("\"workflow_id\":\"sync\",\"status\":\"{status}\",\"tags\":[\"{tag}\"]");
        lines += &format!("{{{sync},\"started_at\":{start}}}\n");
        if hour < 63 * 24 {
            let other = "\"workflow_id\":\"other\",\"status\":\"completed\",\"tags\":[\"us\"]";
            lines += &format!("{{{other},\"started_at\":{}}}\n", start + 60_000);
        }
    }
    lines
}

const KINDS: [&str; 5] = ["stopped", "schedule", "missed_runs", "silence", "consecutive_failures"];
const CUT: &str = "may leave out some of what workflows ran";

fn respond(source: &str, pairs: &[(&str, &str)], of: Source) -> serde_json::Value {
    let mut intake = Intake::new(Form::Ndjson, false);
    intake.extend(source.as_bytes());
    intake.finish(None);
    let query = Query::from_pairs(pairs.iter().copied().chain([("patterns", "all")])).unwrap();
    let answer = answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), of, Patterns::Look).unwrap();
    serde_json::from_str(&json::heatmap(&answer)).unwrap()
}

/// Of which workflows something is said that needs all their runs, and whether a notice says that some are cut.
fn check(pairs: &[(&str, &str)], expected: &[&str], is_cut: bool) {
    let response = respond(&source(), pairs, Source::File);
    let mut told: Vec<String> = Vec::new();
    for pattern in response["patterns"].as_array().unwrap() {
        let kind = pattern["kind"].as_str().unwrap();
        if KINDS.contains(&kind) {
            told.push(format!("{kind} {}", pattern["series"]["workflow_id"].as_str().unwrap_or("-")));
        }
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, expected, "{pairs:?}: {}", response["patterns_detected"]);
    assert_eq!(response["notices"].to_string().contains(CUT), is_cut, "{pairs:?}: {}", response["notices"]);
}

#[test]
fn what_a_choice_leaves_out_is_not_taken_for_missing() {
    let all = ["consecutive_failures sync", "schedule other", "schedule sync", "stopped other"];
    check(&[], &all, false);
    check(&[("workflow_id", "sync")], &["consecutive_failures sync", "schedule sync"], false);
    for pair in [("status", "completed"), ("status", "failed"), ("tag", "us"), ("tag", "eu"), ("tag", "!eu")] {
        check(&[pair], &[], true);
        check(&[("workflow_id", "sync"), pair], &[], true);
    }
}

#[test]
fn what_someone_chose_is_exploratory_whether_or_not_it_leaves_anything_out() {
    // Ten weeks up to the evening of 2026-04-12.
    let now = Source::Live { now: Timestamp::from_ms(1_770_004_800_000 + 70 * 86_400_000).unwrap() };
    let check = |pairs: &[(&str, &str)], expected: bool| {
        for of in [Source::File, now] {
            let response = respond(&source(), pairs, of);
            assert!(!response["patterns"].as_array().unwrap().is_empty(), "{pairs:?}");
            let told = response["notices"].to_string().contains("exploratory: you chose this slice");
            assert_eq!(told, expected, "{pairs:?} {of:?}: {}", response["notices"]);
        }
    };
    check(&[], false);
    check(&[("days", "63")], false);
    check(&[("days", "90"), ("until", "2026-04-10T12:00:00Z")], false);
    check(&[("workflow_id", "sync")], true);
    check(&[("tag", "eu")], true);
    check(&[("from", "2026-02-10"), ("to", "2026-04-06")], true);
    check(&[("from", "2026-01-01"), ("to", "2026-04-30")], true);
    // Where nothing is said there is nothing to be thought of it.
    let day = respond(&source(), &[("from", "2026-03-02"), ("to", "2026-03-02"), ("tag", "us")], now);
    assert!(day["patterns"].as_array().unwrap().is_empty() && !day["notices"].to_string().contains("exploratory"));
}
