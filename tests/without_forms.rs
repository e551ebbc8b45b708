//! A reader without forms reads what any reader takes for canonical rows, event by event as that one does, and tells no
//! row of anything else. The reader with forms is the judge.

use execution_heatmap::ingest::{Event, Expected, Form, Reader, preset_names};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const ROW: &str =
    r#"{"id":"1","workflow_id":"7","status":"failed","started_at":"2026-02-12T04:30:00Z","duration_ms":5}"#;

/// Events as text, in chunks of a size, and what the reader then says of the source.
fn read(mut reader: Reader, source: &[u8], chunk: usize) -> (Vec<String>, Reader) {
    let mut events = Vec::new();
    for chunk in source.chunks(chunk.max(1)) {
        reader.extend(chunk);
        while let Some(event) = reader.next() {
            events.push(format!("{event:?}"));
        }
    }
    reader.finish();
    while let Some(event) = reader.next() {
        events.push(format!("{event:?}"));
    }
    (events, reader)
}

fn said(reader: &Reader) -> String {
    format!("{:?} {:?} {:?} {:?}", reader.form(), reader.recognised(), reader.known(), reader.understood())
}

/// Holds a reader without forms against one with them; true if it left the source to that one.
fn needs_forms(expected: &Expected, source: &[u8], chunk: usize) -> bool {
    let (events, plain) = read(Reader::without_forms(expected.clone()), source, chunk);
    let (all_events, whole) = read(Reader::expecting(expected.clone()), source, chunk);
    let shown = String::from_utf8_lossy(source);
    assert!(!whole.needs_forms());
    if plain.needs_forms() {
        let is_control = |event: &String| *event == format!("{:?}", Event::Control) || event.starts_with("End(");
        assert!(events.iter().all(is_control), "{events:?} were told of what needs forms: {shown}");
        return true;
    }
    assert_eq!(events, all_events, "{shown}");
    assert_eq!(said(&plain), said(&whole), "{shown}");
    false
}

fn check(source: &str, expected: bool) {
    let anything = Expected::anything();
    for chunk in [1, 7, usize::MAX] {
        assert_eq!(needs_forms(&anything, source.as_bytes(), chunk), expected, "{source}");
    }
}

#[test]
fn canonical_rows_are_read_without_forms() {
    check(&format!("{ROW}\n{ROW}\n"), false);
    check(ROW, false);
    check(&format!("\u{feff}\n \r\n{ROW}\nno JSON\n{ROW}"), false);
    check(r#"{"status":"failed","started_at":"2026-02-12T04:30:00Z","created_at":"x","mode":"cron"}"#, false);
    check("status,started_at\nfailed,2026-02-12T04:30:00Z\n\"open", false);
    check("Started_At;STATUS;tags\n2026-02-12T04:30:00Z;failed;a|b\n", false);
    check("started_at\tstatus\n2026-02-12T04:30:00Z\tfailed\n", false);
    check("", false);
    check(" \n\n", false);
}

#[test]
fn everything_else_needs_forms() {
    check(&format!("[{ROW}]"), true);
    check(&format!("{{\"rows\":\n[{ROW}]}}"), true);
    check(&format!("{{\n{}", ROW.get(1..).unwrap_or_default()), true);
    check("no log at all", true);
    check("{\"a\":1}\n", true);
    // What lacks a field that is needed is told what may be meant for it.
    check("started_at\n2026-02-12T04:30:00Z\n", true);
    check("{\"started_at\":\"2026-02-12T04:30:00Z\",\"stauts\":\"failed\"}\n", true);
    check(&format!("{{\"broken\n{ROW}\n"), true);
    check(r#"{"status":"failed","started_at":"2026-02-12T04:30:00Z","mode":"cron","max_attempts":3}"#, true);
    check("id,name,head_branch\n", true);
    // What may be the rows of a system that lack its signs is left to who can wait for others.
    let like = r#"{"status":"success","started_at":"2026-02-12T04:30:00Z","job_kind":"script"}"#;
    check(like, true);
    check(&format!("{like}\n{ROW}\n"), true);
    check("status,started_at,job_kind\nfailed,2026-02-12T04:30:00Z,x\n", true);
    check("status,started_at,job_kind,permissioned_as\nfailed,2026-02-12T04:30:00Z,x,y\n", true);
    check("status,started_at,workflow,job_kind\nfailed,2026-02-12T04:30:00Z,w,x\n", false);
    check("status,started_at,\"open\nfailed,2026-02-12T04:30:00Z,\"open\n", true);
    check("; UnixStartTime: 5\n", true);
    // With more semicolons and no colon it is no comment of a log of jobs, but a header whose first column has no name.
    check("\u{c};started_at;status\n", false);
    check("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 ,started_at,status\n", true);
    check("ARROW1\0\0", true);
    check("\"started_at,status", true);
}

#[test]
fn lines_that_are_asked_for_may_begin_with_control_lines() {
    let lines = Expected::anything().form(Form::Ndjson);
    let alive = "{\"$alive\":1}\n\n{\"$alive\":{\"a\":{\"b\":1}}}\n";
    assert!(!needs_forms(
        &lines,
        format!("{alive}{ROW}\n{{\"$end\":{{\"rows\":1,\"complete\":true}}}}\n").as_bytes(),
        9
    ));
    assert!(!needs_forms(&lines, b"{\"$end\":{\"rows\":0,\"complete\":true}}\n", 9));
    assert!(needs_forms(&lines, format!("{alive}no JSON\n{ROW}\n").as_bytes(), 9));
    assert!(needs_forms(&lines, format!("{alive}{{\"a\":1}}\n{ROW}\n").as_bytes(), 9));
}

#[test]
fn what_is_asked_for_decides() {
    let source = format!("{ROW}\n{{\"a\":1}}\n");
    for form in Form::ALL {
        let is_plain = matches!(form, Form::Ndjson | Form::Csv | Form::Tsv);
        let expected = Expected::anything().form(form);
        assert!(is_plain || needs_forms(&expected, source.as_bytes(), 5), "{}", form.name());
    }
    for name in preset_names() {
        let expected = Expected::anything().preset(name).expect("a name of the list");
        assert_eq!(needs_forms(&expected, source.as_bytes(), 5), name != "canonical", "{name}");
    }
    let mapped = Expected::anything().map(r#"{"started_at":"started_at","status":"status"}"#).expect("a mapping");
    assert!(needs_forms(&mapped, source.as_bytes(), 5));
    let canonical = Expected::anything().preset("canonical").expect("a name of the list");
    assert!(!needs_forms(&canonical, b"id,name\n1,2\n", 5) || needs_forms(&canonical, b"id,name\n1,2\n", 5));
    assert!(!needs_forms(&canonical.form(Form::Csv), b"id,name\n1,2\n", 5));
}

/// Names that decide: those of canonical rows, signs of systems, others.
const NAMES: &[&str] = &[
    "started_at",
    "status",
    "id",
    "workflow",
    "workflow_id",
    "duration_ms",
    "Started_At",
    "STATUS",
    "$end",
    "n",
    "hour",
    "count",
    "bucket",
    "startedAt",
    "stoppedAt",
    "finished",
    "mode",
    "created_at",
    "run_started_at",
    "conclusion",
    "dag_id",
    "run_id",
    "state",
    "start_date",
    "workflowId",
    "head_branch",
    "pipelineId",
    "JobID",
    "Start",
    "State",
    "flow_id",
    "start_time",
    "execution_id",
    "namespace",
    "traceId",
    "specversion",
    "type",
    "source",
    "job",
    "rows",
    "job_kind",
    "permissioned_as",
    "iid",
];

const VALUES: &[&str] = &[
    "\"failed\"",
    "\"2026-02-12T04:30:00Z\"",
    "1",
    "null",
    "{\"id\":1,\"name\":\"a\"}",
    "[]",
    "[{\"status\":\"failed\"}]",
    "{\"started_at\":\"2026-02-12T04:30:00Z\"}",
    "{\"phase\":\"Failed\",\"startedAt\":\"2026-02-12T04:30:00Z\"}",
    "\"",
];

fn line() -> impl Strategy<Value = String> {
    let member = (select(NAMES), select(VALUES)).prop_map(|(name, value)| format!("\"{name}\":{value}"));
    vec(member, 0..7).prop_map(|members| format!("{{{}}}", members.join(",")))
}

fn source() -> impl Strategy<Value = Vec<u8>> {
    let header = (vec(select(NAMES), 1..7), select(&[",", ";", "\t", "|"][..]));
    let header = header.prop_map(|(names, delimiter)| names.join(delimiter));
    let piece = prop_oneof![
        4 => line(), 2 => Just(ROW.to_owned()), 2 => header, 1 => Just("{\"$alive\":1}".to_owned()),
        1 => Just("failed,2026-02-12T04:30:00Z".to_owned()), 1 => Just("[".to_owned()), 1 => Just("]".to_owned()),
    ];
    (vec((piece, select(&["\n", "\r\n", "\n\n", ""][..])), 1..6), vec((any::<Index>(), any::<u8>()), 0..2)).prop_map(
        |(pieces, changes)| {
            let mut bytes: Vec<u8> = pieces.into_iter().flat_map(|(piece, end)| (piece + end).into_bytes()).collect();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn whatever_the_bytes(source in source(), chunk in 1_usize..60, form in 0_usize..4) {
        let forms = [Form::Ndjson, Form::Csv, Form::Tsv];
        let expected = Expected::anything();
        let expected = forms.get(form).map_or(expected.clone(), |form| expected.form(*form));
        needs_forms(&expected, &source, chunk);
    }
}
