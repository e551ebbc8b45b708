//! The law of columns: what a table of columns says it says as Arrow and as Parquet alike, of whatever system its rows are
//! and of whatever types its columns; or Parquet names the column that it refuses.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;
#[path = "support/tables.rs"]
mod tables;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray,
    DurationMicrosecondArray, DurationMillisecondArray, DurationNanosecondArray, DurationSecondArray, Float32Array,
    Float64Array, Int32Array, Int64Array, LargeStringArray, NullArray, StringArray, StringViewArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt64Array,
};
use shell::{Files, Ran, run};
use std::sync::Arc;
use tables::{Table, arrow, parquet};

const ROWS: usize = 60;
/// 2026-02-12T04:30:00Z in seconds.
const START: i64 = 1_770_870_600;

fn column(name: &str, values: impl arrow_array::Array + 'static) -> (String, ArrayRef) {
    (name.to_owned(), Arc::new(values))
}

/// A word of some for each row; an empty one is none.
fn words(name: &str, words: &'static [&'static str]) -> (String, ArrayRef) {
    column(name, word_of(words).map(|word| (!word.is_empty()).then_some(word)).collect::<StringArray>())
}

fn word_of(words: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    (0..ROWS).map(|row| words[row * 7 % 11 % words.len()])
}

/// Some of the rows have none.
fn numbers(from: i64, step: i64) -> impl Iterator<Item = Option<i64>> {
    (0..ROWS as i64).map(move |row| (row % 9 != 4).then_some(from + row * step))
}

/// The same moments in every type that says them.
fn moments(name: &str) -> Vec<(String, ArrayRef)> {
    let seconds = || numbers(START, 5431);
    let scaled = |by: i64| numbers(START, 5431).map(move |at| at.map(|at| at * by + by / 3)).collect::<Vec<_>>();
    let text = |at: i64| execution_heatmap::time::Timestamp::from_ms(at * 1000).unwrap().to_text();
    vec![
        column(name, seconds().map(|at| at.map(text)).collect::<StringArray>()),
        column(name, seconds().collect::<TimestampSecondArray>()),
        column(name, seconds().collect::<TimestampSecondArray>().with_timezone("UTC")),
        column(name, TimestampMillisecondArray::from(scaled(1000)).with_timezone("+02:00")),
        column(name, TimestampMillisecondArray::from(scaled(1000))),
        column(name, TimestampMicrosecondArray::from(scaled(1_000_000)).with_timezone("UTC")),
        column(name, TimestampMicrosecondArray::from(scaled(1_000_000))),
        column(name, TimestampNanosecondArray::from(scaled(1_000_000_000)).with_timezone("UTC")),
        column(name, TimestampNanosecondArray::from(scaled(1_000_000_000))),
        column(name, seconds().map(|at| at.map(|at| (at / 86_400) as i32)).collect::<Date32Array>()),
        column(name, seconds().map(|at| at.map(|at| at / 86_400 * 86_400_000)).collect::<Date64Array>()),
        column(name, seconds().collect::<Int64Array>()),
        column(name, seconds().map(|at| at.map(|at| at as u64 * 1000)).collect::<UInt64Array>()),
        column(name, seconds().map(|at| at.map(|at| at as f64 + 0.25)).collect::<Float64Array>()),
    ]
}

/// The same lengths of time, and as numbers.
fn lengths(name: &str) -> Vec<(String, ArrayRef)> {
    let scaled = |by: i64| numbers(-40, 97).map(move |length| length.map(|length| length * by + by / 2));
    vec![
        column(name, scaled(1).collect::<DurationSecondArray>()),
        column(name, scaled(1000).collect::<DurationMillisecondArray>()),
        column(name, scaled(1_000_000).collect::<DurationMicrosecondArray>()),
        column(name, scaled(1_000_000_000).collect::<DurationNanosecondArray>()),
        column(name, scaled(i64::MAX / 10_000).collect::<DurationSecondArray>()),
        column(name, scaled(1).collect::<Int64Array>()),
        column(name, scaled(1).map(|length| length.map(|length| length as i32)).collect::<Int32Array>()),
        column(name, scaled(1).map(|length| length.map(|length| length.unsigned_abs())).collect::<UInt64Array>()),
        column(name, scaled(1).map(|length| length.map(|length| length as f64 / 8.0)).collect::<Float64Array>()),
        column(name, scaled(1).map(|length| length.map(|length| length as f32 / 3.0)).collect::<Float32Array>()),
        column(
            name,
            [Some(f64::NAN), Some(f64::INFINITY), Some(-0.0), None]
                .into_iter()
                .cycle()
                .take(ROWS)
                .collect::<Float64Array>(),
        ),
        column(
            name,
            scaled(1)
                .map(|length| length.map(|length| format!("{}.5", length.unsigned_abs())))
                .collect::<StringArray>(),
        ),
    ]
}

/// Lists of texts, some of them empty, some without a value, some that are none.
fn lists(name: &str) -> (String, ArrayRef) {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in 0..ROWS {
        let is_there = row % 6 != 5;
        for item in 0..if is_there { row % 4 } else { 0 } {
            lists.values().append_option((item != 1).then(|| format!("tag {}", row % 5 + item)));
        }
        lists.append(is_there);
    }
    column(name, lists.finish())
}

/// The same texts in every type that holds them.
fn texts(name: &str, words: &'static [&'static str]) -> Vec<(String, ArrayRef)> {
    vec![
        column(name, word_of(words).map(Some).collect::<LargeStringArray>()),
        column(name, word_of(words).map(Some).collect::<StringViewArray>()),
        column(name, word_of(words).map(Some).collect::<DictionaryArray<Int32Type>>()),
    ]
}

/// What is said of a file without its name and form.
fn said(ran: &Ran) -> Vec<String> {
    let lines =
        ran.err.lines().map(|line| line.replace("rows.parquet", "rows.arrow").replace(" in Parquet", " in Arrow"));
    lines.collect()
}

fn ran(name: &str, content: &[u8], map: Option<&str>) -> Ran {
    let files = Files::new();
    let file = files.with(name, content);
    let mut args = vec!["analyze", &file, "--format", "json", "--metric", "duration", "--days", "60"];
    let map = map.map(|map| files.with("map.json", map));
    args.extend(map.iter().flat_map(|map| ["--map", map]));
    let mut ran = run(&args);
    ran.err = ran.err.replace(files.path("").to_str().unwrap(), "");
    ran
}

/// Holds both forms of a table together; both are read.
fn check(what: &str, table: &Table, map: Option<&str>) -> Ran {
    let (expected, ran) = (ran("rows.arrow", &arrow(table), map), ran("rows.parquet", &parquet(table), map));
    let is_read = |ran: &Ran| ran.code == Some(0) || ran.err.contains("none can be placed");
    assert!(is_read(&expected), "{what}: {}", expected.err);
    assert_eq!((ran.code, said(&ran)), (expected.code, said(&expected)), "{what}");
    assert_eq!(ran.out, expected.out, "{what}");
    ran
}

/// Holds them together for each type that one of the columns may have.
fn check_each(what: &str, table: &Table, kinds: Vec<(String, ArrayRef)>, map: Option<&str>) {
    for (place, (name, values)) in kinds.into_iter().enumerate() {
        let mut table: Table = table.iter().filter(|(known, _)| *known != name).cloned().collect();
        // In front, in the middle, at the end: the order of columns decides nothing.
        let kind = values.data_type().to_string();
        table.insert(place % (table.len() + 1), (name.clone(), values));
        check(&format!("{what}, {name} as {kind}"), &table, map);
    }
}

fn ids(name: &str) -> (String, ArrayRef) {
    column(name, (0..ROWS as i64).map(|row| Some(row + 1)).collect::<Int64Array>())
}

fn start(name: &str) -> (String, ArrayRef) {
    moments(name).remove(5)
}

fn flags(name: &str) -> (String, ArrayRef) {
    column(name, (0..ROWS).map(|row| (row % 5 != 2).then_some(row % 3 == 0)).collect::<BooleanArray>())
}

/// Tables of systems: what they are taken for, their columns, and which of them are a start and a length of time.
fn systems() -> Vec<(&'static str, Table, &'static str, &'static str)> {
    let conclusions: &[&str] = &["success", "failure", "cancelled", "skipped", "timed_out", "", "startup_failure"];
    let statuses: &[&str] = &["success", "failed", "canceled", "manual", "running", "created"];
    vec![
        (
            "canonical rows",
            vec![
                ids("ID"),
                words(" workflow_id", &["7", "8"]),
                words("workflow", &["Sync", "Söhne \"&\" Co", ""]),
                words("Status", &["completed", "failed", "timed_out", "exploded", "", "running"]),
                start("started_at"),
                lengths("duration_ms").remove(3),
                lists("tags"),
                column("attempt", numbers(1, 1).map(|n| n.map(|n| n as i32 % 3)).collect::<Int32Array>()),
                words("error", &["", "refused", "late"]),
                flags("unknown"),
            ],
            "started_at",
            "duration_ms",
        ),
        (
            "GitHub Actions jobs",
            vec![
                ids("id"),
                ids("run_id"),
                words("workflow_name", &["CI", "Release"]),
                words("name", &["build", "test", "lint"]),
                words("status", &["completed"]),
                words("conclusion", conclusions),
                start("started_at"),
                start("completed_at"),
                start("created_at"),
                lists("labels"),
                words("head_branch", &["main", ""]),
                column("run_attempt", (0..ROWS as i64).map(|row| Some(row % 2 + 1)).collect::<Int64Array>()),
            ],
            "started_at",
            "",
        ),
        (
            "GitHub Actions runs of gh",
            vec![
                ids("databaseId"),
                words("workflowName", &["CI", "Release"]),
                words("status", &["completed", "queued"]),
                words("conclusion", conclusions),
                start("startedAt"),
                start("updatedAt"),
                start("createdAt"),
                words("headBranch", &["main", "next"]),
                words("event", &["push", "schedule"]),
                ids("attempt"),
            ],
            "startedAt",
            "",
        ),
        (
            "GitLab jobs",
            vec![
                ids("id"),
                words("name", &["build", "test"]),
                words("stage", &["one", "two"]),
                words("ref", &["main", ""]),
                words("status", statuses),
                words("failure_reason", &["", "stuck_or_timeout_failure", "script_failure"]),
                flags("allow_failure"),
                start("started_at"),
                start("finished_at"),
                start("created_at"),
                lengths("duration").remove(8),
                lists("tag_list"),
                column("pipeline.project_id", numbers(3, 0).collect::<Int64Array>()),
            ],
            "started_at",
            "duration",
        ),
        (
            "Windmill jobs",
            vec![
                ids("id"),
                words("job_kind", &["script", "flow", "dependencies", "flowdependencies"]),
                words("script_path", &["f/sync", "f/clean", ""]),
                flags("success"),
                flags("canceled"),
                flags("is_skipped"),
                flags("is_flow_step"),
                words("parent_job", &["", "", "p"]),
                start("started_at"),
                start("scheduled_for"),
                lengths("duration_ms").remove(5),
                words("status", &["success", "failure", "canceled"]),
                words("tag", &["deno", "bash"]),
            ],
            "started_at",
            "duration_ms",
        ),
        (
            "LinkFlow executions",
            vec![
                ids("id"),
                words("workflow_id", &["7", "8"]),
                words("status", &["completed", "failed", "cancelled", "pending"]),
                words("mode", &["manual", "webhook", "schedule"]),
                ids("max_attempts"),
                column("attempt", numbers(1, 1).map(|n| n.map(|n| n % 3)).collect::<Int64Array>()),
                flags("is_deterministic_replay"),
                start("started_at"),
                start("finished_at"),
                start("created_at"),
                lengths("duration_ms").remove(5),
            ],
            "started_at",
            "duration_ms",
        ),
        (
            "n8n executions",
            vec![
                ids("id"),
                words("workflowId", &["a", "b"]),
                words("mode", &["trigger", "integrated", "manual"]),
                flags("finished"),
                words("status", &["success", "error", "waiting", "crashed"]),
                start("startedAt"),
                start("stoppedAt"),
                moments("waitTill").remove(6),
                words("retryOf", &["", "", "7"]),
            ],
            "startedAt",
            "",
        ),
        (
            "Airflow DAG runs",
            vec![
                words("dag_id", &["etl", "report"]),
                ids("run_id"),
                words("state", &["success", "failed", "running", "queued"]),
                words("run_type", &["scheduled", "manual"]),
                start("logical_date"),
                start("start_date"),
                start("end_date"),
                start("queued_at"),
                lengths("duration").remove(8),
            ],
            "start_date",
            "duration",
        ),
    ]
}

#[test]
fn systems_are_told_by_columns_as_in_arrow() {
    for (title, table, started, took) in systems() {
        let ran = check(title, &table, None);
        assert!(ran.err.contains(&format!("taken for {title} in Parquet: has ")), "{title}: {}", ran.err);
        check_each(title, &table, moments(started), None);
        if !took.is_empty() {
            check_each(title, &table, lengths(took), None);
        }
        let reversed: Table = table.iter().rev().cloned().collect();
        check(&format!("{title}, reversed"), &reversed, None);
    }
}

#[test]
fn every_type_of_text_says_the_same() {
    let table = systems().remove(0).1;
    check_each("canonical", &table, texts("Status", &["completed", "failed", ""]), None);
    check_each("canonical", &table, texts("tags", &["eu|us", "", "|a||b|", "\"|\\"]), None);
    check_each("canonical", &table, texts("ID", &["a", "b"]), None);
    let mut numbers = ListBuilder::new(Int64Builder::new());
    (0..ROWS as i64).for_each(|row| {
        numbers.values().append_value(row % 3);
        numbers.append(true);
    });
    let kinds = vec![
        column("tags", numbers.finish()),
        column("tags", NullArray::new(ROWS)),
        column("ID", (0..ROWS).map(|row| Some(row as f64 / 2.0)).collect::<Float64Array>()),
        column("ID", (0..ROWS).map(|row| Some(u64::MAX - row as u64 / 2)).collect::<UInt64Array>()),
        start("ID"),
        lengths("ID").remove(3),
        start("tags"),
        lengths("started_at").remove(1),
        flags("ID"),
        flags("Status"),
        lists("ID"),
        lists("started_at"),
    ];
    check_each("canonical", &table, kinds, None);
}

#[test]
fn the_edges_of_moments_are_the_same() {
    let edges = |by: i64| {
        let edges = [0, 1, -1, i64::MIN, i64::MAX, -62_135_596_800, 253_402_300_799, 253_402_300_800, START];
        edges.into_iter().map(move |at: i64| at.saturating_mul(by)).cycle().take(ROWS).collect::<Vec<_>>()
    };
    let mut table = systems().remove(0).1;
    table.retain(|(name, _)| name != "Status");
    table.push(words("Status", &["completed"]));
    let kinds = vec![
        column("started_at", TimestampSecondArray::from(edges(1))),
        column("started_at", TimestampMillisecondArray::from(edges(1000)).with_timezone("UTC")),
        column("started_at", TimestampMicrosecondArray::from(edges(1_000_000))),
        column("started_at", TimestampNanosecondArray::from(edges(1_000_000_000)).with_timezone("UTC")),
        column(
            "started_at",
            Date32Array::from(edges(1).into_iter().map(|at| (at / 86_400) as i32).collect::<Vec<_>>()),
        ),
    ];
    check_each("edges", &table, kinds, None);
}

#[test]
fn a_mapping_reads_lengths_by_their_own_unit() {
    let table = vec![words("how", &["OK", "KO"]), start("when"), words("Where", &["eu", "us"]), ids("key")];
    let map = r#"{"started_at":"when","status":"how","statuses":{"KO":"failed"},"id":"key",
        "duration":{"field":"took","unit":"s"},"waited":{"field":"queued","unit":"min"},"tags":["where"]}"#;
    check_each("mapped", &table, lengths("took"), Some(map));
    check_each("mapped", &table, lengths("queued"), Some(map));
    let lacking = check("mapped", &table, Some(map));
    assert!(lacking.err.contains("no column is named 'took' and no 'queued'"), "{}", lacking.err);
}

#[test]
fn a_type_that_rows_cannot_hold_is_refused_by_the_name_of_its_column() {
    let table = systems().remove(0).1;
    let bytes = || BinaryArray::from_iter_values((0..ROWS).map(|row| [row as u8 | 0x80]));
    let refuse = |name: &str, values: ArrayRef, kind: &str| {
        let mut table: Table = table.iter().filter(|(known, _)| known != name).cloned().collect();
        table.push((name.to_owned(), values));
        let (as_arrow, as_parquet) =
            (ran("rows.arrow", &arrow(&table), None), ran("rows.parquet", &parquet(&table), None));
        let words = format!("column '{name}' is of type {kind}, which is not read");
        assert_eq!(as_parquet.code, Some(1), "{name} {kind}");
        assert!(as_parquet.err.contains(&words), "{}", as_parquet.err);
        assert!(as_arrow.err.contains(&words), "{}", as_arrow.err);
    };
    refuse("ID", Arc::new(bytes()), "binary");
    refuse("error", Arc::new(bytes()), "binary");
    refuse("started_at", Arc::new(numbers(0, 1).collect::<Time64MicrosecondArray>()), "time of day");
    refuse("duration_ms", Arc::new(numbers(0, 1).collect::<Time64MicrosecondArray>()), "time of day");
    // As Arrow no row of such is read, or none has a duration.
    let refuse_here = |values: (String, ArrayRef), kind: &str| {
        let table: Table =
            table.iter().filter(|(name, _)| *name != values.0).cloned().chain([values.clone()]).collect();
        let ran = ran("rows.parquet", &parquet(&table), None);
        let words = format!("column '{}' is of type {kind}, which is not read", values.0);
        assert!(ran.code == Some(1) && ran.err.contains(&words), "{}", ran.err);
    };
    refuse_here(start("Status"), "timestamp");
    refuse_here(moments("duration_ms").remove(4), "timestamp");
    refuse_here(moments("duration_ms").remove(9), "date");
    // Columns that mean nothing may be of any type.
    let mut table = table.clone();
    table.push(("blob".to_owned(), Arc::new(bytes())));
    table.push(column("clock", numbers(0, 1).collect::<Time64MicrosecondArray>()));
    check("canonical beside others", &table, None);
    // Parquet reads decimals, which Arrow refuses.
    table.retain(|(name, _)| name != "duration_ms");
    let halves = Decimal128Array::from_iter(numbers(1, 10).map(|n| n.map(i128::from)));
    table.push(column("duration_ms", halves.with_precision_and_scale(20, 1).unwrap()));
    assert_eq!(ran("rows.parquet", &parquet(&table), None).code, Some(0));
}
