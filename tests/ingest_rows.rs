//! What the parsers make of single sources: every rule of a row by example.

use execution_heatmap::ingest::{Event, Form, MOST_LINE_BYTES, Notes, Reader, StreamEnd};
use execution_heatmap::time::Timestamp;

/// The events of a source, one a line.
fn events(reader: Reader, source: &[u8]) -> String {
    events_in(reader, source, source.len().max(1))
}

/// The same of a source that comes in chunks of a length.
fn events_in(mut reader: Reader, source: &[u8], chunk: usize) -> String {
    let mut lines = Vec::new();
    let drain = |reader: &mut Reader, lines: &mut Vec<String>| {
        while let Some(event) = reader.next() {
            lines.push(say(&event));
        }
    };
    for chunk in source.chunks(chunk) {
        reader.extend(chunk);
        drain(&mut reader, &mut lines);
    }
    reader.finish();
    drain(&mut reader, &mut lines);
    lines.join("\n")
}

/// An event in short: the line, what is there, what is worth a note.
fn say(event: &Event<'_>) -> String {
    match event {
        Event::Row { line, execution, notes, .. } => {
            let mut words = vec![format!("{line}: {} {}", execution.status_text, short(execution.started_at))];
            let texts = [
                ("id", execution.id),
                ("workflow_id", execution.workflow_id),
                ("workflow", execution.workflow),
                ("error", execution.error),
            ];
            words.extend(texts.iter().filter_map(|(name, text)| text.map(|text| format!("{name}={text:?}"))));
            words.extend(execution.duration_ms.map(|ms| format!("{ms}ms")));
            words.extend(execution.tags.iter().map(|tag| format!("#{tag}")));
            words.extend((execution.attempt != 1).then(|| format!("attempt {}", execution.attempt)));
            words.extend(say_notes(notes).into_iter().map(str::to_owned));
            words.join(" ")
        }
        Event::Counts { .. } => panic!("no counts are read here"),
        Event::Unstarted { line, execution, .. } => {
            format!("{line}: not started, due {}", short(execution.started_at))
        }
        Event::LeftOut { line, why } => format!("{line}: no row: {why:?}"),
        Event::Rejected { line, kind, message } => format!("{line}: {}: {message}", kind.name()),
        Event::End(StreamEnd::End { rows, complete, reason }) => format!("end {rows} {complete} {reason:?}"),
        Event::End(StreamEnd::Error { code, message }) => format!("error {code}: {message}"),
        Event::Control => "control".to_owned(),
        Event::Broken { line, message } => format!("{line}: broken: {message}"),
        Event::Unrecognised(source) => format!("unrecognised {:?}", source.starts_with),
    }
}

fn say_notes(notes: &Notes) -> Vec<&'static str> {
    let all = [
        (notes.zoneless_start, "(UTC assumed)"),
        (notes.negative_duration, "(negative duration)"),
        (notes.bad_duration, "(bad duration)"),
    ];
    all.into_iter().filter(|(is_noted, _)| *is_noted).map(|(_, words)| words).collect()
}

/// The start of most rows here is 2026-02-12T04:30:00Z, written as `T`.
fn short(at: Timestamp) -> String {
    if at.to_text() == "2026-02-12T04:30:00.000Z" { "T".to_owned() } else { at.to_text() }
}

const START: &str = r#""started_at":"2026-02-12T04:30:00Z""#;

#[test]
fn a_row_of_json_has_ten_fields() {
    fn check(line: &str, expected: &str) {
        assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), expected, "{line}");
    }
    check(
        r#"{"id":"91","workflow_id":"7","workflow":"Sync CRM","status":"failed","started_at":"2026-02-12T04:30:00.000Z","finished_at":"2026-02-12T04:30:04.000Z","duration_ms":3721,"tags":["schedule","eu"],"attempt":2,"error":"connection refused"}"#,
        "1: failed T id=\"91\" workflow_id=\"7\" workflow=\"Sync CRM\" error=\"connection refused\" 3721ms #schedule #eu attempt 2",
    );
    check(include_str!("data/rows/canonical.ndjson").lines().next().unwrap(), "1: completed T id=\"a\"");
    check(" {\t\"status\" : \"completed\" , \"started_at\":1770870600 }\r\n", "1: completed T");
}

/// `members` stand beside a start and `"status":"completed"`.
fn check_members(members: &str, expected: &str) {
    let line = format!("{{{START},\"status\":\"completed\",{members}}}");
    let expected = format!("1: completed T{}{expected}", if expected.is_empty() { "" } else { " " });
    assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), expected, "{members}");
}

#[test]
fn identities_and_texts_are_kept_as_written() {
    let check = check_members;
    check(r#""id":91"#, r#"id="91""#);
    check(r#""id":9007199254740993"#, r#"id="9007199254740993""#);
    check(r#""id":1.50e3"#, r#"id="1.50e3""#);
    check(r#""id":null,"workflow_id":null,"workflow":null,"error":null,"tags":null,"attempt":null"#, "");
    check(r#""id":"","workflow_id":"","error":"""#, "");
    check(r#""id":true,"workflow_id":[1],"error":7"#, r#"error="7""#);
    check(r#""id":"\u0041\n\ud83d\ude00","error":"é\"é""#, r#"id="A\n😀" error="é\"é""#);
    check(r#""id":"a","id":"b""#, r#"id="b""#);
    check(r#""\u0069d":"escaped key""#, r#"id="escaped key""#);
    check(r#""__proto__":{"id":1},"constructor":[],"then":0"#, "");
    check(r#""ID":"keys are told by their letters""#, "");
}

#[test]
fn a_workflow_is_a_name_an_id_or_both() {
    let check = check_members;
    check(r#""workflow_id":7"#, r#"workflow_id="7""#);
    check(r#""workflow":"Sync""#, r#"workflow_id="Sync" workflow="Sync""#);
    check(r#""workflow_id":"7","workflow":"Sync""#, r#"workflow_id="7" workflow="Sync""#);
    check(r#""workflow":{"id":7,"name":"Sync"}"#, r#"workflow_id="7" workflow="Sync""#);
    check(r#""workflow":{"name":"Sync"}"#, r#"workflow_id="Sync" workflow="Sync""#);
    check(r#""workflow":{"id":7,"name":"Sync"},"workflow_id":"8""#, r#"workflow_id="8" workflow="Sync""#);
    check(r#""workflow":{"n\u0061me":"\u0041","id":{"id":9}}"#, r#"workflow_id="A" workflow="A""#);
}

#[test]
fn tags_errors_and_attempts_have_several_shapes() {
    let check = check_members;
    check(r#""tags":["a",1,"b\u0063",null,{"x":1},"",2.5]"#, "#a #1 #bc #2.5");
    check(r#""tags":[]"#, "");
    check(r#""tags":"a|b""#, "#a|b");
    check(r#""tags":{"a":"b"}"#, "");
    check(r#""error":{"message":"m","code":5}"#, r#"error="m""#);
    check(r#""error":{"code":5}"#, "");
    check(r#""error":{"message":null}"#, "");
    check(r#""attempt":"3""#, "attempt 3");
    check(r#""attempt":2.0"#, "attempt 2");
    check(r#""attempt":0"#, "attempt 0");
    check(r#""attempt":-1"#, "");
    check(r#""attempt":"first""#, "");
}

#[test]
fn a_duration_is_given_or_follows_from_the_end() {
    let check = check_members;
    check(r#""duration_ms":3721"#, "3721ms");
    check(r#""duration_ms":"3721""#, "3721ms");
    check(r#""duration_ms":2.5"#, "3ms");
    check(r#""duration_ms":0.49"#, "0ms");
    check(r#""duration_ms":"2,5""#, "3ms");
    check(r#""duration_ms":"1,500""#, "(bad duration)");
    check(r#""duration_ms":-0.4"#, "0ms");
    check(r#""duration_ms":-1"#, "(negative duration)");
    check(r#""duration_ms":-1,"finished_at":"2026-02-12T04:30:01Z""#, "(negative duration)");
    check(r#""duration_ms":3155760000000"#, "3155760000000ms");
    check(r#""duration_ms":3155760000001"#, "(bad duration)");
    check(r#""duration_ms":1e300"#, "(bad duration)");
    check(r#""duration_ms":"NaN""#, "(bad duration)");
    check(r#""duration_ms":"PT3S""#, "(bad duration)");
    check(r#""duration_ms":true"#, "(bad duration)");
    check(r#""duration_ms":[3]"#, "(bad duration)");
    for absent in ["null", "\"\"", "\"NA\""] {
        check(&format!(r#""duration_ms":{absent},"finished_at":"2026-02-12T04:30:01.5Z""#), "1500ms");
    }
    check(r#""finished_at":1770870601"#, "1000ms");
    check(r#""finished_at":"2026-02-12T04:29:59Z""#, "(negative duration)");
    check(r#""finished_at":"later""#, "(bad duration)");
    check(r#""finished_at":{}"#, "(bad duration)");
    check(r#""finished_at":"9999-01-01""#, "(bad duration)");
    check(r#""finished_at":"0001-01-01T00:00:00Z""#, "");
    check(r#""finished_at":null"#, "");
}

#[test]
fn what_has_not_ended_has_no_duration() {
    let check = |status: &str, expected: &str| {
        let line = format!(r#"{{{START},"status":"{status}","duration_ms":5}}"#);
        assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), format!("1: {status} T{expected}"));
    };
    for status in ["completed", "failed", "timed_out", "cancelled", "canceled", "skipped", "Completed"] {
        check(status, " 5ms");
    }
    for status in ["pending", "running", "waiting", "exploded"] {
        check(status, "");
    }
    let line = format!(r#"{{{START},"status":"running","duration_ms":-5,"finished_at":"later"}}"#);
    assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), "1: running T", "not even a note");
}

#[test]
fn a_row_that_cannot_be_placed_says_why() {
    let check = |line: &str, expected: &str| {
        assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), format!("1: {expected}"), "{line}");
    };
    check(&format!("{{{START}}}"), "unreadable: the row has no status");
    check(&format!(r#"{{{START},"status":null}}"#), "unreadable: the row has no status");
    check(&format!(r#"{{{START},"status":""}}"#), "unreadable: the row has no status");
    check(&format!(r#"{{{START},"status":3}}"#), "unreadable: status is a number, expected a text");
    check(&format!(r#"{{{START},"status":{{}}}}"#), "unreadable: status is an object, expected a text");
    let no_start = "no_start: the row has no start: started_at is absent, null or a zero time";
    check(r#"{"status":"pending"}"#, no_start);
    for start in ["null", "\"\"", "0", "-1", "\"0001-01-01T00:00:00Z\"", "\"None\""] {
        check(&format!(r#"{{"status":"completed","started_at":{start}}}"#), no_start);
    }
    check("{}", "unreadable: the row has no status");
    let expected = "expected an instant such as 2026-02-12T04:30:00.000Z";
    let found = |start: &str, shown: &str| {
        let line = format!(r#"{{"status":"completed","started_at":{start}}}"#);
        check(&line, &format!("unreadable: started_at is {shown}, {expected}"));
    };
    found("\"05-10-23T16:23:32Z\"", "'05-10-23T16:23:32Z'");
    found("\"\\u001b[31m\"", "'\u{fffd}[31m'");
    found("1e300", "'1e300'");
    found("true", "true or false");
    found("[1]", "an array");
}

#[test]
fn a_line_that_is_no_object_says_where_it_breaks() {
    let check = |line: &[u8], expected: &str| {
        let expected = format!("1: unreadable: the line is {expected}");
        assert_eq!(events(Reader::new(Form::Ndjson), line), expected, "{}", line.escape_ascii());
    };
    check(b"[1,2]", "an array, expected an object");
    check(b"null", "null, expected an object");
    check(b"\"{}\"", "a text, expected an object");
    check(b"hello", "not JSON: expected a value at byte 1");
    check(b"{", "not JSON: expected a key in quotes at byte 2");
    check(b"{\"a\"}", "not JSON: expected ':' at byte 5");
    check(b"{\"a\":1,}", "not JSON: expected a key in quotes at byte 8");
    check(b"{\"a\":1 \"b\":2}", "not JSON: expected ',' or '}' at byte 8");
    check(b"{\"a\":[1 2]}", "not JSON: expected ',' or ']' at byte 9");
    check(b"{\"a\":01}", "not JSON: expected no digit behind a leading zero at byte 7");
    check(b"{\"a\":1e400}", "not JSON: expected a number below 1.8e308 at byte 11");
    check(b"{\"a\":\"\\x\"}", "not JSON: expected an escape that JSON knows at byte 8");
    check(b"{\"a\":\"\\ud800\"}", "not JSON: expected the second half of a surrogate pair at byte 13");
    check(b"{\"a\":\"b", "not JSON: expected the closing quote of a text at byte 8");
    check(b"{\"a\":\"\t\"}", "not JSON: expected no control character within a text at byte 7");
    check(b"{} {}", "not JSON: expected the end of the line at byte 4");
    check(b"{\"a\":\"\xff\"}", "not UTF-8 at byte 7");
    check(b"{\"a\":nul}", "not JSON: expected null, true or false at byte 6");
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    check(deep(127).as_bytes(), "not JSON: expected no deeper nesting at byte 132");
    let deepest = events(Reader::new(Form::Ndjson), deep(126).as_bytes());
    assert_eq!(deepest, "1: unreadable: the row has no status", "126 arrays within the object are read");
}

#[test]
fn control_lines_are_no_rows() {
    let check = |line: &str, expected: &str| {
        assert_eq!(events(Reader::new(Form::Ndjson), line.as_bytes()), expected, "{line}");
    };
    check(r#"{"$end":{"rows":50000,"complete":true}}"#, "end 50000 true None");
    check(r#"{"$end":{"rows":5,"complete":false,"reason":"limit"}}"#, "end 5 false Some(\"limit\")");
    check(r#"{"$end":{"bytes":7,"hash":"x","complete":true,"rows":5}}"#, "end 5 true None");
    check(r#"{"$end":{"rows":5}}"#, "end 5 false None");
    check(r#"{"\u0024end":{"rows":5,"complete":true}}"#, "end 5 true None");
    check(r#"{"$end":{"complete":true}}"#, "control");
    check(r#"{"$end":{"rows":-5,"complete":true}}"#, "control");
    check(r#"{"$end":true}"#, "control");
    check(r#"{"$error":{"code":"database","message":"gone","rows":31000}}"#, "error database: gone");
    check(r#"{"$error":null}"#, "error unknown: it gave no reason");
    check(r#"{"$alive":3}"#, "control");
    check(r#"{"$later":[{}]}"#, "control");
    check(r#"{"$alive":3"#, "1: unreadable: the line is not JSON: expected ',' or '}' at byte 12");
    check(
        r#"{"$alive":3,"status":"failed"}"#,
        "1: no_start: the row has no start: started_at is absent, null or a zero time",
    );
}

const CSV_HEAD: &str = "id,workflow_id,workflow,status,started_at,duration_ms,tags,attempt,error";

#[test]
fn a_record_of_csv_is_the_same_row() {
    let check = |record: &str, expected: &str| {
        let source = format!("{CSV_HEAD}\n{record}");
        assert_eq!(events(Reader::new(Form::Csv), source.as_bytes()), expected, "{record}");
    };
    check(
        "91,7,Sync CRM,failed,2026-02-12T04:30:00Z,3721,schedule|eu,2,connection refused",
        "2: failed T id=\"91\" workflow_id=\"7\" workflow=\"Sync CRM\" error=\"connection refused\" 3721ms #schedule #eu attempt 2",
    );
    check(",,,completed,1770870600,,,,\r\n", "2: completed T");
    check(",,,completed,2026-02-12 04:30,NA,,,", "2: completed T (UTC assumed)");
    check(",,,completed,1770870600,x,||a||b|,,", "2: completed T #a #b (bad duration)");
    check(
        ",,,completed,1770870600,,\"a|\"\"b\"\"\",,\"two\nlines, \"\"quoted\"\"\"",
        "2: completed T error=\"two\\nlines, \\\"quoted\\\"\" #a #\"b\"",
    );
    check(
        "a\"b\",\"c\"d\"e\",,completed,1770870600,,,,",
        "2: completed T id=\"a\\\"b\\\"\" workflow_id=\"cd\\\"e\\\"\"",
    );
    check("\"\",,,completed,1770870600,,,,", "2: completed T");
    check("\n\r\n  \n,,,completed,1770870600,,,,", "5: completed T");
    check(
        ",,,completed,1770870600,,,,\"a\nb\"\n,,,failed,1770870600,,,,",
        "2: completed T error=\"a\\nb\"\n4: failed T",
    );
    check(",,,completed,1770870600,,,,\r,,,failed,1770870600,,,,\r", "2: completed T\n2: failed T");
    check(",,,,1770870600,,,,", "2: unreadable: the row has no status");
    check(",,,pending,\\N,,,,", "2: no_start: the row has no start: started_at is absent, null or a zero time");
    check("a,b", "2: unreadable: the row has 2 fields, expected 9 as in the header");
    check(",,,,,,,,,", "2: unreadable: the row has 10 fields, expected 9 as in the header");
}

#[test]
fn a_word_for_nothing_is_no_value_of_csv_unless_it_stands_in_quotes() {
    let check = |row: &str, expected: &str| {
        // The second of two rows that say the same goes the short way.
        let row = format!("{row},1770870600");
        let source = format!("id,workflow_id,workflow,tags,error,attempt,status,started_at\n{row}\n{row}");
        let expected = format!("2: {expected}\n3: {expected}");
        assert_eq!(events(Reader::new(Form::Csv), source.as_bytes()), expected, "{row}");
        let tabs = source.replace(',', "\t");
        assert_eq!(events(Reader::new(Form::Tsv), tabs.as_bytes()), expected, "{row}");
    };
    check("NULL,None,null,\\N,NULL,NA,failed", "failed T");
    check("none,nil,N/A,NaT,None,,failed", "failed T");
    check("NULL,\\N,w,NULL,,,failed", "failed T workflow_id=\"w\" workflow=\"w\"");
    check(
        "\"NULL\",\"None\",\"null\",\"\\N\",\"NULL\",,\"NULL\"",
        "NULL T id=\"NULL\" workflow_id=\"None\" workflow=\"null\" error=\"NULL\" #\\N",
    );
    check(
        "Null,none , NULL,NULLS,nul,,failed",
        "failed T id=\"Null\" workflow_id=\"none \" workflow=\" NULL\" error=\"nul\" #NULLS",
    );
    check("1,,,,,,NULL", "unreadable: the row has no status");
}

#[test]
fn no_lines_vanish_within_stray_quotes() {
    let check = |source: &str, expected: &[&str]| {
        for chunk in [1, 7, source.len()] {
            for reader in [Reader::new(Form::Csv), Reader::new(Form::Csv).without_shortcuts()] {
                assert_eq!(events_in(reader, source.as_bytes(), chunk), expected.join("\n"), "{source}");
            }
        }
    };
    let torn = |begins: &str, closes: &str| {
        format!(
            "unreadable: the quote that opens in this line{begins} closes {closes} with text behind it, expected the end of the field behind a closing quote; reading goes on in the next line"
        )
    };
    let unclosed =
        "unreadable: the quote that opens in this line does not close before the source ends, expected a closing quote";
    let header = "status,started_at,error\n";
    let row = "failed,1770870600,x\n";
    let stray = "failed,1770870600,\"open\n";
    let two = torn("", "one line below");
    check(
        &[header, stray, stray, row].concat(),
        &[&format!("2: {two}"), &format!("3: {unclosed}; reading goes on in the next line"), "4: failed T error=\"x\""],
    );
    check(
        &[header, &row.repeat(2), &stray.repeat(3)].concat(),
        &[
            "2: failed T error=\"x\"",
            "3: failed T error=\"x\"",
            &format!("4: {two}"),
            &format!("5: {two}"),
            &format!("6: {unclosed}"),
        ],
    );
    check(
        &[header, stray, &row.repeat(2), stray, row].concat(),
        &[
            &format!("2: {}", torn("", "3 lines below")),
            "3: failed T error=\"x\"",
            "4: failed T error=\"x\"",
            &format!("5: {unclosed}; reading goes on in the next line"),
            "6: failed T error=\"x\"",
        ],
    );
    check(
        &[header, "\"a\n\",1770870600,\"b\n\n\"c\nfailed,1770870600,\"d\n\"\"e\"\n"].concat(),
        &[
            &format!("3: {}", torn(" of a row that begins one line above", "2 lines below")),
            &format!("5: {two}"),
            "6: failed T error=\"d\\n\\\"e\"",
        ],
    );
    // Within one line nothing is lost.
    check(&[header, "failed,1770870600,\"b\"c\n"].concat(), &["2: failed T error=\"bc\""]);
    // What a stream says in such quotes ends nothing; columns in them are not known.
    check(
        &[header, "$end,1,true,\"a\nb\"c\n"].concat(),
        &["control", "3: unreadable: the row has 1 fields, expected 3 as in the header"],
    );
    let of_header = "the header has no column 'started_at', only ''";
    check(
        "status,started_at,\"open\nfailed,1770870600,\"open\nfailed,1770870600,x\n",
        &[
            &format!("1: {two}"),
            &format!("2: {unclosed}; reading goes on in the next line"),
            &format!("3: unreadable: {of_header}"),
        ],
    );
    // Nothing is read of it where the form is to be found out.
    let mut reader = Reader::recognising();
    reader.extend(b"status,started_at,\"open\nfailed,1770870600,\"open\n");
    assert!(matches!(reader.next(), Some(Event::Unrecognised(_))));
}

#[test]
fn a_quote_that_nothing_closes_costs_its_own_row() {
    let check = |rows: &str, expected: &str| {
        let source = format!("status,started_at,error\n{rows}");
        assert_eq!(events(Reader::new(Form::Csv), source.as_bytes()), expected, "{rows}");
        let long = Reader::new(Form::Csv).without_shortcuts();
        assert_eq!(events(long, source.as_bytes()), expected, "{rows}");
    };
    let unclosed =
        "unreadable: the quote that opens in this line does not close before the source ends, expected a closing quote";
    let on = "; reading goes on in the next line";
    check("failed,1770870600,\"b", &format!("2: {unclosed}"));
    check("failed,1770870600,\"b\r\n", &format!("2: {unclosed}{on}"));
    check(
        "failed,1770870600,\"b\r\ncompleted,1770870600,c\n\ncompleted,1770870600,\"\"\"\"\ne\"\"",
        &format!(
            "2: {unclosed}{on}\n3: completed T error=\"c\"\n5: completed T error=\"\\\"\"\n6: unreadable: the row has 1 fields, expected 3 as in the header"
        ),
    );
    check(
        "completed,1770870600,\"a\nb\"\nfailed,1770870600,\"x\ncompleted,1770870600,\"\"\ncompleted,1770870600,c\n",
        &format!("2: completed T error=\"a\\nb\"\n4: {unclosed}{on}\n5: completed T\n6: completed T error=\"c\""),
    );
    check(
        "\"a\n\n\",\"b\nfailed,1770870600,\n",
        &format!(
            "4: {}{on}\n5: failed T",
            unclosed.replace("this line", "this line of a row that begins 2 lines above")
        ),
    );
    // A control line that breaks off ends nothing.
    check("$end,0,true,\"it was\nfailed,1770870600,\n", "control\n3: failed T");
}

#[test]
fn a_quote_is_not_sought_beyond_the_limit() {
    let row = "completed,1770870600,\"\"\n";
    let rows = row.repeat(MOST_LINE_BYTES / row.len() + 1);
    let source = format!("status,started_at,error\nfailed,1770870600,\"x\n{rows}failed,1770870600,\"y\"\n");
    for chunk in [4_093, 1 << 16, source.len()] {
        let mut reader = Reader::new(Form::Csv);
        let (mut said, mut count) = (String::new(), 0);
        let mut drain = |reader: &mut Reader| {
            while let Some(event) = reader.next() {
                count += 1;
                if let Event::Rejected { line, message, .. } = event {
                    said += &format!("{line}: {message}");
                }
            }
        };
        for chunk in source.as_bytes().chunks(chunk) {
            reader.extend(chunk);
            drain(&mut reader);
        }
        assert!(reader.is_between_rows());
        reader.finish();
        drain(&mut reader);
        assert_eq!(count, source.lines().count() - 1);
        assert_eq!(
            said,
            "2: the quote that opens in this line does not close within 16 MiB, expected a closing quote; reading goes on in the next line"
        );
    }
}

#[test]
fn the_header_of_csv_says_what_is_where() {
    let check = |source: &[u8], expected: &str| {
        assert_eq!(events(Reader::new(Form::Csv), source), expected, "{}", source.escape_ascii());
    };
    check(b" Started_At ,other,\"STATUS\"\n1770870600,x,failed\n", "2: failed T");
    check(b"\xef\xbb\xbfstarted_at,status\n1770870600,failed", "2: failed T");
    check(b"started_at,status,status\n1770870600,running,failed", "2: failed T");
    check(b"started_at,status,junk\n1770870600,failed,\xff", "2: failed T");
    // White space around a status, as around a name and a moment, is none of it: what ended has a duration.
    check(b"started_at, status, duration_ms\n 1770870600, failed , 5\n", "2:  failed  T 5ms");
    check(b"started_at,status,\xff\n1770870600,failed,x", "2: failed T");
    check(b"started_at,status\n1770870600,f\xff", "2: unreadable: status is not UTF-8; save the file as UTF-8");
    check(b"status\nfailed", "2: unreadable: the header has no column 'started_at', only 'status'");
    check(
        b"id,started_at, stauts \n7,1770870600,failed",
        "2: unreadable: the header has no column 'status', only 'id, started_at, stauts'",
    );
    let many = format!("started_at{}\n1770870600", ",xy".repeat(90));
    let named = format!("'started_at{}, …'", ", xy".repeat(72));
    check(many.as_bytes(), &format!("2: unreadable: the header has no column 'status', only {named}"));
    check(
        b"started_at,\"status\n1770870600,failed",
        "1: unreadable: the quote that opens in this line does not close before the source ends, expected a closing quote; reading goes on in the next line\n\
         2: unreadable: the header has no column 'started_at', only ''",
    );
    let wide = format!("started_at,status{}\n1770870600,failed", ",x".repeat(4095));
    check(wide.as_bytes(), "2: unreadable: the header has 4097 columns, expected at most 4096");
    let row = format!("{},started_at,status\n{},1770870600,failed", "x,".repeat(4093) + "x", ",".repeat(4093));
    check(row.as_bytes(), "2: failed T");
}

#[test]
fn a_first_line_may_name_what_separates_fields() {
    let check = |source: &str, expected: &str| {
        for chunk in 1..=source.len() {
            for mut reader in [Reader::recognising(), Reader::new(Form::Csv), Reader::recognising().without_shortcuts()]
            {
                let mut said = Vec::new();
                for chunk in source.as_bytes().chunks(chunk) {
                    reader.extend(chunk);
                    while let Some(event) = reader.next() {
                        said.push(say(&event));
                    }
                }
                said.push(events(reader, b""));
                assert_eq!(said.join("\n").trim_end(), expected, "{source:?} in {chunk}");
            }
        }
    };
    check(
        "sep=;\nid;started_at;status\n1;1770870600;failed\n2;1770870600;failed",
        "3: failed T id=\"1\"\n4: failed T id=\"2\"",
    );
    check("\u{feff}SEP=,\r\n\r\nid,started_at,status\r\n\"1\",1770870600,failed", "4: failed T id=\"1\"");
    // What stands in the header more often does not count.
    check(
        "sep=;\nstarted_at;status,a,b\n1770870600;x",
        "3: unreadable: the header has no column 'status', only 'started_at, status,a,b'",
    );
    check("sep=^\nid^started_at^status\n1^1770870600^failed", "3: failed T id=\"1\"");
    check("sep=\t\rid\tstarted_at\tstatus\r1\t1770870600\tfailed\r", "1: failed T id=\"1\"");
    check("\n \nsep=|\nid|started_at|status\n1|1770870600|failed", "5: failed T id=\"1\"");
}

#[test]
fn csv_has_control_lines_too() {
    let check = |record: &str, expected: &str| {
        let source = format!("id,status,started_at\n{record}");
        assert_eq!(events(Reader::new(Form::Csv), source.as_bytes()), expected, "{record}");
    };
    check("$end,5,true", "end 5 true None");
    check("$end,5,false,the limit of rows\n", "end 5 false Some(\"the limit of rows\")");
    check("$error,database,\"it is, gone\"", "error database: it is, gone");
    check("$error", "error unknown: it gave no reason");
    check("$alive,1", "control");
    check("$end,5", "control");
    check("$end,5,perhaps", "control");
    check("\"$end\",failed,1770870600", "2: failed T id=\"$end\"");
    check("$end,failed,1770870600", "2: failed T id=\"$end\"");
    check("$ending,failed,1770870600", "2: failed T id=\"$ending\"");
}

#[test]
fn the_form_shows_in_the_first_bytes() {
    let check = |source: &[u8], form: Option<Form>, expected: &str| {
        assert_eq!(events(Reader::recognising(), source), expected, "{}", source.escape_ascii());
        let mut reader = Reader::recognising();
        reader.extend(source);
        reader.finish();
        while reader.next().is_some() {}
        assert_eq!(reader.form(), form, "{}", source.escape_ascii());
    };
    check(b"", None, "");
    check(b" \r\n\n\t", None, "");
    check(b"\xef\xbb\xbf", None, "");
    let (json, csv) = (Some(Form::Ndjson), Some(Form::Csv));
    check(b"{\"status\":\"failed\",\"started_at\":1770870600}", json, "1: failed T");
    check(b"\xef\xbb\xbf\n\r\n  {\"status\":\"failed\",\"started_at\":1770870600}", json, "3: failed T");
    check(b"{", json, "1: unreadable: the line is not JSON: expected a key in quotes at byte 2");
    check(b"\n\nstatus,STARTED_AT\n\nfailed,1770870600", csv, "5: failed T");
    check(b"started_at", csv, "");
    check(b"\"started_at\",\"status\"\r\n1770870600,failed\r\n", csv, "2: failed T");
    check(b"started_at\n1770870600", csv, "2: unreadable: the header has no column 'status', only 'started_at'");
    let document = Some(Form::Json);
    check(b"[{\"status\":\"failed\",\"started_at\":1770870600}]", document, "1: failed T");
    check(b"[\n{\"status\":\"failed\",\"started_at\":1770870600}]", document, "2: failed T");
    check(b"PK\x03\x04 and so on", None, "unrecognised \"PK.. and so \"");
    check(b"\x1f\x8b\x08\x00\nstarted_at", None, "unrecognised \"....\"");
    check(b"id,status\n1,failed", None, "unrecognised \"id,status\"");
    check(b"started_at,\"status\n1770870600,failed", None, "unrecognised \"started_at,\\\"\"");
}

#[test]
fn the_samples_are_read_whole() {
    let check = |source: &str, expected: &str| {
        assert_eq!(events(Reader::recognising(), source.as_bytes()), expected.trim_end(), "{source}");
    };
    check(include_str!("data/rows/canonical.ndjson"), include_str!("data/rows/canonical.ndjson.expected"));
    check(include_str!("data/rows/canonical.csv"), include_str!("data/rows/canonical.csv.expected"));
}
