//! Counts that a database made, as input: what `GROUP BY` makes of rows gives the cells, totals and patterns that the
//! rows give, in every form; and what does not fit together is told.

mod support;

use arrow_array::builder::{ListBuilder, StringBuilder, UInt16Builder, UInt64Builder};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array};
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::{Event, Reader};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use support::{Row, rows, zone_over};

/// 2026-03-20T00:00:00Z: thirty days from here hold Europe's clock change of March 29.
const FROM_MS: i64 = 1_773_964_800_000;
const DAYS: u64 = 30;

/// What a group of rows has in common: workflow, name, begin of the bucket, status and tags.
type Group = (Option<String>, Option<String>, i64, String, Vec<String>);

#[derive(Clone, Debug, Default)]
struct Counted {
    n: u64,
    timed: u64,
    sum: u64,
    bins: BTreeMap<u16, u64>,
}

/// The cube, as a database would make it.
fn group_by(rows: &[Row], seconds: i64) -> BTreeMap<Group, Counted> {
    let mut cube = BTreeMap::<Group, Counted>::new();
    for row in rows {
        let mut tags: Vec<_> = row.tags.iter().filter(|tag| !tag.is_empty()).cloned().collect();
        tags.sort();
        let begin = row.started_ms.div_euclid(seconds * 1000) * seconds * 1000;
        let group = (row.workflow_id.clone(), row.workflow.clone(), begin, row.status.clone(), tags);
        let counted = cube.entry(group).or_default();
        counted.n += 1;
        if let Some(ms) = row.duration_ms {
            counted.timed += 1;
            counted.sum += ms;
            let bin = (libm::log(ms.max(1) as f64) / libm::log(1.1)).floor() as u16;
            *counted.bins.entry(bin).or_default() += 1;
        }
    }
    cube
}

#[derive(Clone, Copy, Debug)]
enum Written {
    Lines,
    Array,
    Csv,
    Tsv,
    Arrow,
}

fn write(cube: &BTreeMap<Group, Counted>, seconds: i64, written: Written) -> Vec<u8> {
    let objects = || {
        cube.iter().map(|((workflow_id, workflow, begin, status, tags), counted)| {
            serde_json::json!({
                "workflow_id": workflow_id, "workflow": workflow, "hour": chrono::DateTime::from_timestamp_millis(*begin).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                "bucket_seconds": seconds, "status": status, "tags": tags, "n": counted.n,
                "duration_sum_ms": counted.sum, "duration_count": counted.timed,
                "bins": counted.bins.keys().collect::<Vec<_>>(), "counts": counted.bins.values().collect::<Vec<_>>(),
            })
        })
    };
    match written {
        Written::Lines => objects().map(|object| format!("{object}\n")).collect::<String>().into_bytes(),
        Written::Array => serde_json::to_vec(&objects().collect::<Vec<_>>()).unwrap(),
        Written::Csv | Written::Tsv => {
            let delimiter = if matches!(written, Written::Csv) { b',' } else { b'\t' };
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            let names = [
                "workflow_id",
                "workflow",
                "bucket",
                "bucket_seconds",
                "status",
                "tags",
                "count",
                "duration_sum_ms",
                "duration_count",
                "bins",
                "counts",
            ];
            writer.write_record(names).unwrap();
            let joined = |numbers: Vec<String>| numbers.join("|");
            for ((workflow_id, workflow, begin, status, tags), counted) in cube {
                let record = [
                    workflow_id.clone().unwrap_or_default(),
                    workflow.clone().unwrap_or_default(),
                    // Whole buckets since 1970, as a division of integers gives them.
                    (begin / (seconds * 1000)).to_string(),
                    seconds.to_string(),
                    status.clone(),
                    tags.join("|"),
                    counted.n.to_string(),
                    counted.sum.to_string(),
                    counted.timed.to_string(),
                    joined(counted.bins.keys().map(ToString::to_string).collect()),
                    joined(counted.bins.values().map(ToString::to_string).collect()),
                ];
                writer.write_record(&record).unwrap();
            }
            writer.into_inner().unwrap()
        }
        Written::Arrow => arrow(cube, seconds),
    }
}

fn arrow(cube: &BTreeMap<Group, Counted>, seconds: i64) -> Vec<u8> {
    let mut tags = ListBuilder::new(StringBuilder::new());
    let mut bins = ListBuilder::new(UInt16Builder::new());
    let mut counts = ListBuilder::new(UInt64Builder::new());
    for ((.., of), counted) in cube {
        of.iter().for_each(|tag| tags.values().append_value(tag));
        tags.append(true);
        counted.bins.keys().for_each(|bin| bins.values().append_value(*bin));
        bins.append(true);
        counted.bins.values().for_each(|count| counts.values().append_value(*count));
        counts.append(true);
    }
    let text =
        |part: fn(&Group) -> Option<String>| -> ArrayRef { Arc::new(cube.keys().map(part).collect::<StringArray>()) };
    let number = |part: fn(&Counted) -> u64| -> ArrayRef {
        Arc::new(cube.values().map(|counted| Some(part(counted))).collect::<UInt64Array>())
    };
    let whole = |part: &dyn Fn(&Group) -> i64| -> ArrayRef {
        Arc::new(cube.keys().map(|group| Some(part(group))).collect::<Int64Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("workflow_id", text(|group| group.0.clone())),
        ("workflow", text(|group| group.1.clone())),
        ("hour", whole(&|group| group.2)),
        ("bucket_seconds", whole(&|_| seconds)),
        ("status", text(|group| Some(group.3.clone()))),
        ("tags", Arc::new(tags.finish())),
        ("n", number(|counted| counted.n)),
        ("duration_sum_ms", number(|counted| counted.sum)),
        ("duration_count", number(|counted| counted.timed)),
        ("bins", Arc::new(bins.finish())),
        ("counts", Arc::new(counts.finish())),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .unwrap();
    let mut writer = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn intake_of(source: &[u8]) -> Intake {
    let mut intake = Intake::recognising(false);
    source.chunks(4096).for_each(|piece| intake.extend(piece));
    intake.finish(None);
    intake
}

fn answer(intake: &Intake, pairs: &[(&str, &str)]) -> Result<Value, String> {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let tz: Tz = query.time_zone.parse().unwrap();
    let (from, until) = answer::zone_span(intake.table(), &query, Source::File);
    let zone = zone_over(tz, from, until);
    let answer = answer::answer(intake.table(), intake.reading(), &query, &zone, Source::File, Patterns::Look);
    answer.map(|answer| serde_json::from_str(&json::heatmap(&answer)).unwrap()).map_err(|error| error.to_string())
}

fn lines(rows: &[Row]) -> Vec<u8> {
    let line = |row: &Row| {
        let started_at = chrono::DateTime::from_timestamp_millis(row.started_ms).unwrap().to_rfc3339();
        let object = serde_json::json!({
            "workflow_id": row.workflow_id, "workflow": row.workflow, "status": row.status, "tags": row.tags,
            "started_at": started_at, "duration_ms": row.duration_ms,
        });
        format!("{object}\n")
    };
    rows.iter().map(line).collect::<String>().into_bytes()
}

/// What must be the same, whether the rows were counted here or by someone else.
fn what_counts(answer: &Value) -> Value {
    let names =
        ["cells", "scale", "totals", "other_statuses", "patterns", "patterns_detected", "rows", "until", "days"];
    names.iter().map(|name| ((*name).to_owned(), answer[*name].clone())).collect::<serde_json::Map<_, _>>().into()
}

fn check(rows: &[Row], (zone, seconds): (&str, i64), written: Written, more: &[(&str, &str)]) {
    let mut pairs = vec![("from", "2026-03-22"), ("to", "2026-04-16"), ("time_zone", zone)];
    pairs.extend(more);
    let of_rows = answer(&intake_of(&lines(rows)), &pairs).unwrap();
    let intake = intake_of(&write(&group_by(rows, seconds), seconds, written));
    let of_cube = answer(&intake, &pairs).unwrap();
    assert_eq!(what_counts(&of_cube), what_counts(&of_rows), "{written:?} {pairs:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn counts_give_the_cells_that_the_rows_give(
        seed: u64,
        count in 1..400_usize,
        zone in prop::sample::select(vec![("UTC", 3600), ("Europe/Berlin", 3600), ("Asia/Kolkata", 1800), ("Australia/Lord_Howe", 1800), ("Asia/Kathmandu", 900), ("UTC", 900)]),
        written in prop::sample::select(vec![Written::Lines, Written::Array, Written::Csv, Written::Tsv, Written::Arrow]),
        metric in prop::sample::select(vec!["volume", "success_rate", "duration", "error_count"]),
        filter in prop::sample::select(vec![("granularity", "daily"), ("workflow_id", "w1"), ("status", "failed"), ("status", "other"), ("tag", "eu"), ("tag", "!eu")]),
    ) {
        check(&rows(seed, count, FROM_MS, DAYS), zone, written, &[("metric", metric), filter]);
    }
}

#[test]
fn quantiles_come_from_the_bins() {
    let rows = rows(7, 3_000, FROM_MS, DAYS);
    let intake = intake_of(&write(&group_by(&rows, 3600), 3600, Written::Lines));
    for metric in ["p50_duration", "p95_duration"] {
        let pairs = [("from", "2026-03-22"), ("to", "2026-04-16"), ("metric", metric), ("granularity", "daily")];
        let (cube, of_rows) = (answer(&intake, &pairs).unwrap(), answer(&intake_of(&lines(&rows)), &pairs).unwrap());
        let values = |answer: &Value| -> Vec<Option<f64>> {
            answer["cells"].as_array().unwrap().iter().map(|cell| cell["value"].as_f64()).collect()
        };
        for (counted, exact) in values(&cube).into_iter().zip(values(&of_rows)) {
            assert_eq!(counted.is_some(), exact.is_some());
            let (counted, exact) = (counted.unwrap_or(1.0), exact.unwrap_or(1.0));
            assert!(
                (counted / exact - 1.0).abs() < 0.1 || (counted - exact).abs() <= 1.0,
                "{metric}: {counted} of the counts, {exact} of the rows"
            );
        }
    }
}

#[test]
fn numbers_of_64_bits_may_come_in_quotes_as_clickhouse_writes_them() {
    let row = r#"{"workflow_id":"7","hour":"493000","status":"failed","n":"3","duration_sum_ms":"11163","duration_count":"3","bins":[85,86],"counts":["2","1"]}"#;
    let answer = answer(&intake_of(row.as_bytes()), &[]).unwrap();
    assert_eq!(answer["rows"]["placed"], 3);
    assert_eq!(answer["totals"]["average_duration_ms"], 3721);
}

#[test]
fn a_zone_whose_hours_are_no_whole_buckets_is_refused_in_words() {
    let refused = |seconds: i64, zone: &str| {
        let cube = write(&group_by(&rows(1, 50, FROM_MS, DAYS), seconds), seconds, Written::Lines);
        answer(&intake_of(&cube), &[("time_zone", zone)]).err()
    };
    let says = |zone: &str, needs: &str| {
        Some(format!(
            "time_zone: the executions are counted by 3600 seconds of UTC; '{zone}' needs buckets of {needs} seconds"
        ))
    };
    assert_eq!(refused(3600, "Asia/Kathmandu"), says("Asia/Kathmandu", "900"));
    assert_eq!(refused(3600, "Asia/Kolkata"), says("Asia/Kolkata", "1800"));
    assert_eq!(refused(900, "Asia/Kathmandu"), None);
    assert_eq!(refused(3600, "America/New_York"), None);
}

#[test]
fn rows_and_counts_add_up_in_one_table() {
    let rows = rows(3, 200, FROM_MS, DAYS);
    let (first, second) = rows.split_at(90);
    let of_rows = intake_of(&lines(first));
    let of_counts = intake_of(&write(&group_by(second, 3600), 3600, Written::Csv));
    let mut reading = of_rows.reading().clone();
    reading.merge(of_counts.reading());
    let mut table = of_rows.table().clone();
    table.merge(of_counts.table());
    let query = Query::from_pairs([("from", "2026-03-20"), ("to", "2026-04-20")]).unwrap();
    let zone = execution_heatmap::zone::Zone::utc();
    let both = answer::answer(&table, &reading, &query, &zone, Source::File, Patterns::Skip).unwrap();
    assert_eq!((both.account.read, both.account.placed), (200, 200));
    assert_eq!(both.totals.executions(), 200);
    // Handed on from one engine to another, nothing is lost.
    let mut pieces = std::collections::VecDeque::new();
    table.write(&mut |piece| pieces.push_back(piece.to_vec()));
    let mut absorbed = execution_heatmap::table::Table::default();
    absorbed.absorb(&mut || pieces.pop_front(), execution_heatmap::table::Shift::default()).unwrap();
    let again = answer::answer(&absorbed, &reading, &query, &zone, Source::File, Patterns::Skip).unwrap();
    assert_eq!(json::heatmap(&again), json::heatmap(&both));
}

#[test]
fn what_does_not_fit_together_is_unreadable() {
    let check = |row: &str, words: &str| {
        let intake = intake_of(
            format!("{{\"hour\":\"2026-03-22T10:00:00Z\",\"status\":\"completed\",\"n\":1}}\n{row}\n").as_bytes(),
        );
        let problems = intake.reading().problems.firsts();
        let said = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
        assert!(said.contains(words), "{row}: {said}");
        assert_eq!(
            intake.reading().read,
            intake.table().counted() + intake.reading().unreadable + intake.reading().no_start
        );
    };
    let with = |more: &str| format!(r#"{{"hour":"2026-03-22T11:00:00Z","status":"completed","n":5{more}}}"#);
    check(&with(r#","bins":[1,2],"counts":[1]"#), "not of one length");
    check(&with(r#","duration_count":2,"bins":[1],"counts":[1]"#), "do not add up");
    check(&with(r#","duration_count":6"#), "more durations than executions");
    check(&with(r#","duration_count":1,"duration_sum_ms":-1"#), "duration_sum_ms is '-1'");
    check(&with(r#","duration_count":0,"duration_sum_ms":1"#), "duration_sum_ms is '1'");
    check(&with(r#","bucket_seconds":7"#), "expected 3600, 1800 or 900");
    check(&with(r#","bins":["a"],"counts":[1]"#), "something else than whole numbers");
    check(r#"{"hour":"2026-03-22T11:30:00Z","status":"completed","n":5}"#, "hour is '2026-03-22T11:30:00Z'");
    check(r#"{"hour":"2026-03-22T11:00:00Z","status":"completed","n":1.5}"#, "n is '1.5'");
    check(r#"{"hour":"2026-03-22T11:00:00Z","status":"completed","n":-1}"#, "n is '-1'");
    check(r#"{"hour":"2026-03-22T11:00:00Z","status":"completed"}"#, "the row has no n");
    check(r#"{"hour":"2026-03-22T11:00:00Z","n":5}"#, "no status");
    check(r#"{"hour":null,"status":"completed","n":5}"#, "the row has no start");
    check(r#"{"hour":"2026-03-22T11:00:00Z","status":"completed","n":9007199254740992}"#, "more executions than 2^53");
}

#[test]
fn counts_that_say_too_little_are_told_what_they_lack() {
    let check = |columns: &str, values: &str, expected: &str| {
        let source = format!("workflow_id,hour,status,n,{columns}\n7,2026-02-12T04:00:00Z,completed,5,{values}\n");
        let mut intake = Intake::recognising(false);
        intake.extend(source.as_bytes());
        intake.finish(None);
        let problems: Vec<_> =
            intake.reading().problems.firsts().into_iter().map(|problem| problem.message.clone()).collect();
        assert_eq!(problems.join("; "), expected, "{source}");
    };
    check(
        "duration_sum_ms",
        "5000",
        "the row has duration_sum_ms and neither duration_count nor bins and counts, which say of how many durations",
    );
    check("duration_sum_ms", "0", "");
    check("duration_sum_ms,duration_count", "5000,5", "");
    check(
        "duration_sum_ms,duration_count",
        "5000,0",
        "duration_sum_ms is '5000', expected a sum of so many durations of up to a hundred years",
    );
    check("duration_sum_ms,bins,counts", "5000,72,5", "");
}

#[test]
fn counts_have_the_words_that_most_systems_share() {
    let check = |word: &str, expected: &str| {
        let source = format!("hour,status,n\n2026-02-12T04:00:00Z,{word},5\n");
        let mut reader = Reader::recognising();
        reader.extend(source.as_bytes());
        reader.finish();
        let Some(Event::Counts { execution, .. }) = reader.next() else { panic!("{word}") };
        assert_eq!((execution.status.name(), execution.status_text), (expected, word));
    };
    check("completed", "completed");
    check("SUCCESS", "completed");
    check("error", "failed");
    check("timeout", "timed_out");
    check("canceled", "cancelled");
    check("in_progress", "running");
    check("queued", "pending");
    check("exploded", "other");
    let mut intake = Intake::recognising(false);
    intake.extend(b"hour,status,n\n2026-02-12T04:00:00Z,exploded,5\n");
    intake.finish(None);
    let said: Vec<_> = intake.reading().problems.firsts().into_iter().map(|problem| problem.message.clone()).collect();
    assert!(
        said[0].contains("'exploded' is not known") && said[0].contains("so write completed, failed, "),
        "{said:?}"
    );
}
