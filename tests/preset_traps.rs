//! Traps of real exports that a reader falls into unless it is told of them: the order in which events are delivered,
//! ids that are unique in one source only, and instants that are written where there is none.

mod support;

use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::ingest::{Event, Reader};
use execution_heatmap::intake::{Intake, Reading};
use execution_heatmap::options::Query;
use execution_heatmap::table::Table;
use execution_heatmap::zone::Zone;

use execution_heatmap::row;

use proptest::prelude::*;
use support::Seeded;

/// The rows of a source whose system is found out, in canonical form or in short.
fn rows(source: &str) -> Vec<String> {
    let mut reader = Reader::recognising();
    reader.extend(source.as_bytes());
    reader.finish();
    let mut rows = Vec::new();
    while let Some(event) = reader.next() {
        rows.push(say(&event));
    }
    rows
}

fn say(event: &Event<'_>) -> String {
    let said = |execution: &execution_heatmap::execution::Execution<'_>| {
        let waited = execution.waited_ms.map(|ms| format!(" waited {ms}")).unwrap_or_default();
        row::line(execution).replace('"', "").replace(".000Z", "Z").trim_end().to_owned() + &waited
    };
    match event {
        Event::Row { execution, .. } => said(execution),
        Event::Unstarted { execution, .. } => format!("not started {}", said(execution)),
        Event::Rejected { kind, .. } => kind.name().to_owned(),
        Event::LeftOut { why, .. } => format!("{why:?}"),
        other => format!("{other:?}"),
    }
}

/// What is answered of several sources in which repeated rows are looked for.
fn respond(sources: &[&str], pairs: &[(&str, &str)]) -> Answer {
    let (mut table, mut readings, mut duplicates) = (Table::default(), Reading::default(), Some(Duplicates::default()));
    for source in sources {
        let mut intake = Intake::recognising(false).onto(table, duplicates);
        intake.extend(source.as_bytes());
        intake.finish(None);
        let reading;
        (table, reading, duplicates) = intake.into_parts();
        readings.merge(&reading);
    }
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    answer::answer(&table, &readings, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap()
}

/// How many rows of several sources are placed, and how many repeat another.
fn check_repeated(sources: &[&str], expected: (u64, u64)) {
    let account = respond(sources, &[]).account;
    assert_eq!((account.placed, account.duplicate), expected, "{sources:?}");
}

fn check(source: &str, expected: &[&str]) {
    assert_eq!(rows(source), expected, "{source}");
}

/// An event of a pipeline run.
fn event(source: &str, what: &str, at: &str, content: &str) -> String {
    format!(
        r#"{{"context":{{"source":"{source}","type":"dev.cdevents.pipelinerun.{what}.0.3.0","timestamp":"2024-02-12T{at}"}},"subject":{{"id":"1","content":{{{content}}}}}}}"#
    )
}

const NAME: &str = r#""pipelineName":"build""#;

fn outcome(word: &str) -> String {
    format!(r#""pipelineName":"build","outcome":"{word}""#)
}

#[test]
fn events_are_one_execution_in_whatever_order_they_come() {
    let expected = [
        "{id:/ci 1,workflow_id:build,workflow:build,status:completed,started_at:2024-02-12T04:30:03Z,duration_ms:60000} waited 3000",
    ];
    let (queued, started) = (event("/ci", "queued", "04:30:00Z", NAME), event("/ci", "started", "04:30:03Z", NAME));
    let finished = event("/ci", "finished", "04:31:03Z", &outcome("success"));
    check(&[&queued, &started, &finished].map(String::as_str).join("\n"), &expected);
    check(&[&started, &finished, &queued].map(String::as_str).join("\n"), &expected);
    check(&[&finished, &queued, &started].map(String::as_str).join("\n"), &expected);
    // Instants of several zones are compared as instants: this start is a second later than the other.
    let later = event("/ci", "started", "01:30:04-03:00", NAME);
    check(&[&later, &queued, &started, &finished].map(String::as_str).join("\n"), &expected);
    // What is no event of a run's way makes none.
    check(&event("/ci", "approved", "04:30:00Z", NAME), &["NoExecution"]);
    // An end and what it says come from one event.
    let failed = event("/ci", "finished", "04:31:00Z", &outcome("failure"));
    for two in [[&failed, &finished], [&finished, &failed]] {
        let [one, other] = two.map(String::as_str);
        check(
            &[&*started, one, other].join("\n"),
            &[
                "{id:/ci 1,workflow_id:build,workflow:build,status:failed,started_at:2024-02-12T04:30:03Z,duration_ms:57000}",
            ],
        );
    }
}

#[test]
fn what_a_source_says_of_its_end_comes_behind_its_executions() {
    let started = event("/ci", "started", "04:30:03Z", NAME);
    let source = format!("{started}\n{{\"$end\":{{\"rows\":1,\"complete\":true}}}}\n");
    let told = rows(&source);
    assert!(told.len() == 2 && told[0].contains("status:running") && told[1].starts_with("End("), "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_events_decides_nothing(seed in any::<u64>(), count in 1usize..14) {
        let mut seeded = Seeded(seed);
        let mut events: Vec<String> = (0..count).map(|_| {
            let mut one_of = |words: &[&str]| words[seeded.below(words.len() as u64) as usize].to_owned();
            let source = one_of(&["/ci", "/other"]);
            let what = one_of(&["queued", "started", "finished", "finished", "paused"]);
            let at = one_of(&["04:30:00Z", "06:30:00+02:00", "04:30:00", "04:29:59.5Z", "05:00:00+01:00", "24:61", "04:31:00Z"]);
            let name = one_of(&["", r#""pipelineName":"a""#, r#""pipelineName":"b""#]);
            let said = one_of(&["", r#""outcome":"success""#, r#""outcome":"failure""#, r#""status":"error","errors":"x""#]);
            let parts: Vec<&str> = [&*name, &*said].into_iter().filter(|part| !part.is_empty()).collect();
            event(&source, &what, &at, &parts.join(","))
        }).collect();
        let sorted = |events: &[String]| {
            let mut rows = rows(&events.join("\n"));
            rows.sort();
            rows
        };
        let expected = sorted(&events);
        for last in (1..events.len()).rev() {
            events.swap(last, seeded.below(last as u64 + 1) as usize);
        }
        prop_assert_eq!(sorted(&events), expected.clone());
        events.reverse();
        // Delivered twice they say the same.
        let twice: Vec<String> = events.iter().flat_map(|event| [event.clone(), event.clone()]).collect();
        let without_others = |rows: Vec<String>| rows.into_iter().filter(|row| row != "NoExecution").collect::<Vec<_>>();
        prop_assert_eq!(without_others(sorted(&twice)), without_others(expected));
    }
}

#[test]
fn a_subject_of_another_source_is_another_execution() {
    let run = |source| {
        [event(source, "started", "04:30:03Z", NAME), event(source, "finished", "04:31:03Z", &outcome("success"))]
            .join("\n")
    };
    check_repeated(&[&run("/ci"), &run("/other")], (2, 0));
    check_repeated(&[&run("/ci"), &run("/ci")], (1, 1));
}

#[test]
fn what_is_held_of_events_is_bounded_in_bytes() {
    let long = "x".repeat(4000);
    let content = format!(r#""pipelineName":"{long}""#);
    let count = 9000;
    let mut reader = Reader::recognising();
    let mut told = 0;
    for number in 0..count {
        let subject = format!(r#""subject":{{"id":"{number}{long}""#);
        let started = event(&long, "started", "04:30:00Z", &content).replace(r#""subject":{"id":"1""#, &subject);
        reader.extend(started.as_bytes());
        reader.extend(b"\n");
        while let Some(event) = reader.next() {
            assert!(matches!(event, Event::Row { .. }), "{event:?}");
            told += 1;
        }
    }
    // Each takes some 12 kB, and 64 MiB are held.
    assert!((3000..count).contains(&told), "{told}");
    reader.finish();
    while reader.next().is_some() {
        told += 1;
    }
    assert_eq!(told, count);
}

#[test]
fn the_older_form_of_events_tells_of_a_cancellation_in_its_errors() {
    let status = |finished: &str| {
        let started = event("/ci", "started", "04:30:00Z", NAME);
        let rows = rows(&[&*started, &event("/ci", "finished", "04:31:00Z", finished)].join("\n"));
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].split("status:").nth(1).unwrap().split(',').next().unwrap().to_owned()
    };
    assert_eq!(status(r#""status":"failure","errors":"Cancelled by user""#), "cancelled");
    assert_eq!(status(r#""status":"error","errors":"run was canceled""#), "cancelled");
    assert_eq!(status(r#""status":"failure","errors":"exit 1""#), "failed");
    assert_eq!(status(r#""status":"success","errors":"cancelled a retry""#), "completed");
    // Where there is a word for it, the word decides.
    assert_eq!(status(r#""outcome":"failure","errors":"could not be cancelled""#), "failed");
    assert_eq!(status(r#""outcome":"cancel""#), "cancelled");
}

#[test]
fn ids_that_count_from_one_are_those_of_one_source() {
    let builds = |name: &str, at: u64| {
        format!(
            r#"{{{name}"builds":[{{"number":1,"timestamp":{at},"duration":100,"result":"SUCCESS","building":false}}]}}"#
        )
    };
    let (one, other) = (builds("", 1_707_712_203_412), builds("", 1_707_812_203_412));
    check_repeated(&[&one, &other], (2, 0));
    // The same build again is one that repeats it: nobody changes when a build was due.
    check_repeated(&[&one, &one.replace("SUCCESS", "FAILURE"), &other], (2, 1));
    let named = |at| builds(r#""fullName":"team/app","#, at);
    check_repeated(&[&named(1_707_712_203_412), &named(1_707_812_203_412)], (1, 1));
    let log = |begin: u64, ran: u64| {
        format!("; UnixStartTime: {begin}\n1 10 -1 {ran} 1 -1 -1 -1 -1 -1 1 4 1 2 -1 -1 -1 -1\n")
    };
    check_repeated(&[&log(749_458_803, 10), &log(749_558_803, 99)], (2, 0));
    check_repeated(&[&log(749_458_803, 10), &log(749_458_803, 10)], (1, 1));
}

#[test]
fn a_job_whose_submission_is_unknown_has_no_start() {
    let log = |job: &str| format!("; UnixStartTime: 749458803\n{job} 10 1 -1 -1 -1 -1 -1 1 4 1 2 -1 -1 -1 -1\n");
    check(&log("1 -1 -1"), &["no_start"]);
    check(&log("1 -1 30"), &["no_start"]);
    check(&log("1 0 -1"), &["{id:1,workflow_id:2,status:completed,started_at:1993-10-01T07:00:03Z,duration_ms:10000}"]);
}

#[test]
fn a_zero_time_hides_no_start() {
    let run = |moments: &str| {
        format!(
            r#"{{"execution":{{"workflowId":"a","runId":"1"}},"type":{{"name":"T"}},{moments},"status":"Completed"}}"#
        )
    };
    let close = r#""closeTime":"2026-01-01T00:00:05Z""#;
    let expected =
        ["{id:1,workflow_id:T,workflow:T,status:completed,started_at:2026-01-01T00:00:00Z,duration_ms:5000}"];
    for zero in ["\"0001-01-01T00:00:00Z\"", "\"1970-01-01T00:00:00Z\"", "0", "\"null\"", "null", "\"\""] {
        let (first, other) = (format!(r#""executionTime":{zero}"#), r#""startTime":"2026-01-01T00:00:00Z""#);
        check(&run(&format!("{first},{other},{close}")), &expected);
        check(&run(&format!("{other},{first},{close}")), &expected);
    }
    let backoff = r#""executionTime":"2026-01-01T00:00:00Z","startTime":"2025-12-31T00:00:00Z""#;
    check(&run(&format!("{backoff},{close}")), &expected);
}

#[test]
fn a_manual_pipeline_that_has_started_is_an_execution() {
    let pipeline = |started: &str| {
        format!(
            r#"{{"id":47,"iid":12,"project_id":1,"source":"push","ref":"main","status":"manual","created_at":"2022-09-21T01:05:00Z","started_at":{started},"finished_at":null,"duration":34}}"#
        )
    };
    check(
        &pipeline("\"2022-09-21T01:05:14Z\""),
        &["{id:47,workflow_id:1/main,workflow:1/main,status:pending,started_at:2022-09-21T01:05:14Z,tags:[push,main]}"],
    );
    check(&pipeline("null"), &["NoExecution"]);
}

/// A run of Airflow that was due at midnight, queued at five and started then or not at all.
fn airflow(id: &str, start: &str) -> String {
    format!(
        r#"{{"dag_run_id":"{id}","dag_id":"etl","start_date":{start},"end_date":null,"queued_at":"2026-02-12T05:00:01Z","run_after":"2026-02-12T00:00:00Z","run_type":"scheduled","state":"queued"}}"#
    )
}

#[test]
fn runs_of_airflow_are_due_when_their_schedule_says() {
    let (started, unstarted) = (airflow("a", "\"2026-02-12T05:00:05Z\""), airflow("b", "null"));
    check(
        &started,
        &["{id:a,workflow_id:etl,status:pending,started_at:2026-02-12T05:00:05Z,tags:[scheduled]} waited 18005000"],
    );
    let answer = respond(&[&format!("{started}\n{unstarted}\n")], &[("by", "scheduled")]);
    let cells = answer.grid.cells.iter().map(|cell| cell.sums.executions()).filter(|executions| *executions > 0);
    assert_eq!(cells.collect::<Vec<_>>(), [2]);
}

#[test]
fn rows_that_are_placed_by_when_they_were_due_make_no_empty_window() {
    let empty = |by: &str| {
        let answer = respond(&[&airflow("b", "null")], &[("by", by)]);
        (answer.account.placed, answer.notices.iter().any(|notice| notice.contains("the window is an empty one")))
    };
    assert_eq!(empty("scheduled"), (1, false));
    assert_eq!(empty("start"), (0, true));
}
