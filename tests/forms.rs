//! The forms in which exports come: documents of JSON and delimited text.

#[path = "support/told.rs"]
mod told;

use execution_heatmap::ingest::{Expected, Form, Reader};
use execution_heatmap::intake::Intake;
use told::{events, events_of, rows, say};

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

#[test]
fn a_document_on_one_line_shows_however_late_its_rows_begin() {
    for length in [10, 65_530, 70_000, 131_060, 200_000, 900_000] {
        let note = "n".repeat(length);
        let offset = length + 19;
        let source = rows(&format!("{{\"note\":\"{note}\",\"data\":[A]}}"));
        for size in [source.len(), 65_536, 10_007] {
            let chunks: Vec<&[u8]> = source.as_bytes().chunks(size).collect();
            assert_eq!(events_of(Reader::recognising(), &chunks), [format!("1@{offset}: a failed")], "{length} {size}");
        }
        // A row is one, however long.
        let row = format!("{{\"note\":\"{note}\",\"id\":\"x\",\"status\":\"ok\",\"started_at\":7,\"data\":[1]}}");
        for source in [format!("{row}\n{row}"), format!("{row}\n{row}\n")] {
            let second = row.len() + 1;
            assert_eq!(
                events(Reader::recognising(), source.as_bytes()),
                format!("1@0: x ok\n2@{second}: x ok"),
                "{length}"
            );
        }
    }
}

/// Where the rows of a document on one line begin later, its line is told as one that cannot be read, and what helps.
#[test]
fn a_document_on_one_line_whose_rows_are_not_waited_for_says_what_helps() {
    let remedy = "; a document on one line shows its rows within the first 1 MiB, or is read with `--input json`";
    let long = |length: usize| rows(&format!("{{\"meta\":{{\"note\":\"{}\"}},\"data\":[A]}}", "n".repeat(length)));
    let source = long(2 << 20);
    for (source, size) in
        [(source.clone(), source.len()), (source.clone(), 10_007), (source.clone() + "\n" + &rows("B"), 4096)]
    {
        let told = events_of(Reader::recognising(), &source.as_bytes().chunks(size).collect::<Vec<_>>());
        assert_eq!(told[0], format!("1: unreadable: the row has no status{remedy}"));
        assert_eq!(told.len(), source.lines().count());
    }
    let told = events(Reader::expecting(Expected::anything().form(Form::Json)), source.as_bytes());
    assert_eq!(told, format!("1@{}: a failed", (2 << 20) + 28));
    // Who asks for lines gets lines, and a row is no document because it is long.
    assert_eq!(events(Reader::new(Form::Ndjson), source.as_bytes()), "1: unreadable: the row has no status");
    let row = format!("{{\"note\":\"{}\",\"started_at\":7,\"status\":\"ok\"}}", "n".repeat(2 << 20));
    assert_eq!(events(Reader::recognising(), row.as_bytes()), "1@0: - ok");
}
