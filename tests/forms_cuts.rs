//! However a source is cut, whatever its form: the same rows, and never a document held whole.

#[path = "support/told.rs"]
mod told;

use execution_heatmap::ingest::{Event, Expected, Form, Reader};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use told::{events_of, rows, say};

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
    "{\"_class\":\"Folder\",\"jobs\":[",
    "{\"_class\":\"Folder\",\"name\":\"f\"}",
    "{\"name\":\"a\",\"builds\":[",
    "{\"number\":1,\"timestamp\":1707712203412,\"result\":\"SUCCESS\"}",
    "],\"name\":\"b\"}",
    "; UnixStartTime: 749458803\n",
    "1 5 0 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n",
    "id;status;started_at\n",
    "a;failed;1770870600\n",
    "id\tstatus\tstarted_at\n",
    "a\tfailed\t\"17708\"\"70600\"\n",
    "nul",
    "\"",
    "{\"id\":2,\"status\":\"queued\",\"created_at\":\"2024-02-22T06:00:01Z\"}",
    "{\"status\":\"success\",\"started_at\":\"2026-02-12T04:30:00Z\",\"job_kind\":\"script\"}",
    "a;\"failed\n",
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
    "{\"_class\":\"Hudson\",\"jobs\":[{\"_class\":\"Folder\",\"name\":\"team\",\"jobs\":[{\"_class\":\"Job\",\"builds\":[{\"number\":1,\"timestamp\":1707712203412,\"result\":\"SUCCESS\",\"building\":false}],\"name\":\"app\"}]},{\"_class\":\"Job\",\"name\":\"new\",\"builds\":[]}]}",
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
