//! The binary on every form that it can be told, and on exports of other systems: what it takes a file for, and what it
//! is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;
#[cfg(feature = "parquet")]
#[path = "support/tables.rs"]
mod tables;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use shell::{Files, run};
use std::sync::Arc;

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
    check(&[&own], 1, "a mapping (--map) can say what its columns mean");
    check(&[&runs, "--preset", "gihub"], 2, "the preset is 'gihub', it takes auto, github");
    check(&[&own, "--map", &wrong], 2, "wrong.json: the mapping's started_at is a number");
    check(&[&own, "--map", "nowhere.json"], 1, "nowhere.json cannot be read");
}

/// Columns as Arrow, the stream or the file.
fn arrow(columns: &[(&str, ArrayRef)], is_file: bool) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns.iter().cloned()).unwrap();
    let mut bytes = Vec::new();
    if is_file {
        let mut writer = FileWriter::try_new(&mut bytes, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    } else {
        let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    }
    bytes
}

/// Columns as Parquet.
#[cfg(feature = "parquet")]
fn parquet(columns: &[(&str, ArrayRef)]) -> Vec<u8> {
    tables::parquet(&columns.iter().map(|(name, values)| ((*name).to_owned(), values.clone())).collect())
}

const STARTS: [&str; 2] = ["2024-02-22T06:00:01Z", "2024-02-22T07:00:01Z"];
const STATUSES: [&str; 2] = ["completed", "failed"];

/// Two executions at six and seven, in the form of each name and as which file.
fn forms() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let [[six, seven], [completed, failed]] = [STARTS, STATUSES];
    let rows = [[six, completed], [seven, failed]];
    let objects = rows.map(|[start, status]| format!("{{\"started_at\":\"{start}\",\"status\":\"{status}\"}}"));
    let lines = |header: &str, between: &str| {
        format!("{header}\n{}\n", rows.map(|row| row.join(between)).join("\n")).replace(',', between).into_bytes()
    };
    let text = |texts: [&'static str; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let columns = [("started_at", text(STARTS)), ("status", text(STATUSES))];
    let ones = Arc::new(Int64Array::from(vec![1, 1])) as ArrayRef;
    let counts =
        [("hour", text(["2024-02-22T06:00:00Z", "2024-02-22T07:00:00Z"])), ("status", text(STATUSES)), ("n", ones)];
    let counted = "hour,status,n\n2024-02-22T06:00:00Z,completed,1\n2024-02-22T07:00:00Z,failed,1\n";
    let objects_of_counts = r#"[{"hour":"2024-02-22T06:00:00Z","status":"completed","n":1},{"hour":"2024-02-22T07:00:00Z","status":"failed","n":1}]"#;
    // Of eighteen numbers the second is when a job was submitted, the third how long it waited, the eleventh how it ended.
    let job =
        |number: u32, at: u32, status: u32| format!("{number} {at} 1 60 1 -1 -1 -1 -1 -1 {status} 1 1 1 1 1 -1 -1\n");
    let swf = format!("; UnixStartTime: 1708581600\n{}{}", job(1, 0, 1), job(2, 3600, 0));
    let forms = vec![
        ("ndjson", "rows.ndjson", objects.join("\n").into_bytes()),
        ("json", "rows.json", format!("{{\"rows\": [{}]}}", objects.join(", ")).into_bytes()),
        ("csv", "rows.csv", lines("started_at,status", ",")),
        ("csv", "semicolons.csv", lines("started_at,status", ";")),
        ("csv", "bars.csv", lines("started_at,status", "|")),
        ("tsv", "rows.tsv", lines("started_at,status", "\t")),
        ("swf", "jobs.swf", swf.into_bytes()),
        ("arrow", "stream.arrow", arrow(&columns, false)),
        ("arrow", "file.arrow", arrow(&columns, true)),
        ("cube", "counts.csv", counted.into()),
        ("cube", "counts.json", objects_of_counts.into()),
        ("cube", "counts.arrow", arrow(&counts, false)),
    ];
    #[cfg(feature = "parquet")]
    let forms = {
        let mut forms = forms;
        forms.push(("parquet", "rows.parquet", parquet(&columns)));
        forms.push(("cube", "counts.parquet", parquet(&counts)));
        forms
    };
    forms
}

#[test]
fn every_form_is_read_by_its_name_and_without() {
    let files = Files::new();
    let cells = |args: &[&str]| {
        let ran = run(&[&["analyze", "--format", "json", "--metric", "error_count"], args].concat());
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.err);
        let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        (answer["cells"].to_string(), answer["rows"]["placed"].to_string())
    };
    let cell = |hour, value, level| {
        format!(r#"{{"count":1,"date":"2024-02-22","hour":{hour},"level":{level},"value":{value}}}"#)
    };
    let expected = (format!("[{},{}]", cell(6, 0, 1), cell(7, 1, 2)), "2".to_owned());
    for (form, name, content) in forms() {
        let file = files.with(name, content);
        assert_eq!(cells(&[&file, "--input", form]), expected, "{name} as {form}");
        assert_eq!(cells(&[&file]), expected, "{name}");
    }
}

#[test]
fn a_file_of_another_form_than_it_was_told_is_refused_or_counted_in_words() {
    let files = Files::new();
    let file = |wanted: &str| {
        let (_, name, content) = forms().into_iter().find(|(_, name, _)| *name == wanted).unwrap();
        files.with(name, content)
    };
    let check = |name: &str, args: &[&str], code: i32, words: &str| {
        let ran = run(&[&["analyze", &file(name), "--strict"], args].concat());
        assert_eq!(ran.code, Some(code), "{name} {args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{name} {args:?} says {}", ran.err);
    };
    check("rows.ndjson", &["--input", "arrow"], 1, "is incomplete");
    check("stream.arrow", &["--input", "ndjson"], 1, "unreadable");
    check("rows.csv", &["--input", "cube"], 1, "the header has no column 'hour', only 'started_at, status'");
    check("counts.csv", &["--input", "cube", "--preset", "github"], 2, "neither --preset nor --map");
    check("counts.csv", &["--input", "cube", "--map", "map.json"], 2, "neither --preset nor --map");
    check("counts.csv", &["--input", "cube", "--preset", "cube"], 0, "2 rows read");
    check("rows.ndjson", &["--input", "parquet"], 1, "it is no Parquet file");
    #[cfg(feature = "parquet")]
    check(
        "rows.parquet",
        &["--input", "cube"],
        1,
        "no column 'hour', only 'started_at, status'; it was read as counts",
    );
    #[cfg(feature = "parquet")]
    check("rows.parquet", &["--preset", "airflow"], 1, "it was read as Airflow DAG runs in Parquet, as asked");
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_file_that_is_compressed_as_a_whole_is_refused_with_what_to_do() {
    let files = Files::new();
    let content = forms().into_iter().find(|(_, name, _)| *name == "rows.parquet").unwrap().2;
    for (name, packed) in [("rows.parquet.gz", shell::gzip(&content)), ("rows.parquet.zst", shell::zstd(&content))] {
        let file = files.with(name, packed);
        for input in ["auto", "cube"] {
            let ran = run(&["analyze", &file, "--input", input]);
            assert_eq!(ran.code, Some(1), "{name}");
            let words = "It holds a Parquet file, compressed as a whole. Parquet is read from a file as it is, since it compresses within itself; unpack it first, such as by `gzip -d` or `zstd -d`.";
            assert!(ran.err.contains(words) && !ran.err.contains("a page"), "{name}: {}", ran.err);
        }
    }
}

#[test]
fn the_readme_lists_every_key_of_a_mapping() {
    let files = Files::new();
    let file = files.with("rows.ndjson", "");
    let refused = run(&["analyze", &file, "--map", &files.with("map.json", r#"{"nothing":"x"}"#)]);
    let (_, keys) = refused.err.split_once("it takes ").unwrap();
    let keys: Vec<&str> = keys.trim().split(", ").flat_map(|keys| keys.split(" and ")).collect();
    assert!(keys.len() > 20, "{keys:?}");
    let readme = include_str!("../../../README.md");
    for key in keys {
        let row = |line: &str| line.starts_with("| `") && line.contains(&format!("`{key}`"));
        assert!(readme.lines().any(row), "the README does not list {key}");
    }
}
