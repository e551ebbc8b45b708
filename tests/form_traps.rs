//! Traps in the forms of exports: rows that hold arrays, quotes that never close, words for nothing, members in another
//! order than usual. However a source is cut, its rows are the same.

use execution_heatmap::ingest::{Event, Reader};

/// The events of a source, given in pieces of so many bytes.
fn events(source: &[u8], piece: usize) -> Vec<String> {
    let mut reader = Reader::recognising();
    let mut lines = Vec::new();
    let mut drain = |reader: &mut Reader| {
        while let Some(event) = reader.next() {
            lines.push(match &event {
                Event::Row { line, execution, .. } => format!(
                    "{line}: {} {} {} {:?}",
                    execution.id.unwrap_or("-"),
                    execution.workflow.unwrap_or("-"),
                    execution.status_text,
                    execution.tags.iter().collect::<Vec<_>>()
                ),
                Event::LeftOut { line, why } => format!("{line}: {why:?}"),
                Event::Rejected { line, message, .. } => format!("{line}: {message}"),
                Event::Broken { line, message } => format!("{line}: broken: {message}"),
                other => format!("{other:?}"),
            });
        }
    };
    for piece in source.chunks(piece) {
        reader.extend(piece);
        drain(&mut reader);
    }
    reader.finish();
    drain(&mut reader);
    lines
}

/// Holds however the source is cut.
fn check(source: &str, expected: &[&str]) {
    for piece in [1, 2, 7, 64, source.len()] {
        assert_eq!(events(source.as_bytes(), piece), expected, "{source} in pieces of {piece}");
    }
}

#[test]
fn a_row_in_an_array_is_a_row_whatever_arrays_stand_before_its_instant() {
    check(
        r#"[{"databaseId":1,"event":"push","jobs":[{"databaseId":9,"name":"b","startedAt":"2026-01-01T00:00:00Z","status":"completed","conclusion":"success"}],"conclusion":"failure","startedAt":"2026-01-01T00:00:00Z","status":"completed","updatedAt":"2026-01-01T00:02:00Z","workflowName":"CI"}]"#,
        &[r#"1: 1 CI failure ["push"]"#],
    );
    check(
        r#"[{"id":"k1","namespace":"n","flowId":"f","events":[{"a":1}],"state":{"current":"SUCCESS","startDate":"2024-02-12T04:29:59Z","endDate":"2024-02-12T04:30:59Z"}}]"#,
        &["1: k1 - SUCCESS []"],
    );
    check(
        r#"[{"id":"a","items":[{"x":1}],"started_at":"2026-01-01T00:00:00Z","status":"completed"}, {"id":"b","items":[{"x":1}],"started_at":"2026-01-01T00:00:00Z","status":"completed"}]"#,
        &["1: a - completed []", "1: b - completed []"],
    );
    check(
        r#"{"data":[{"id":"a","items":[{"x":1}],"started_at":"2026-01-01T00:00:00Z","status":"completed"}]}"#,
        &["1: a - completed []"],
    );
}

#[test]
fn pages_in_an_array_are_gone_into() {
    let row = |id: &str| format!(r#"{{"id":"{id}","started_at":"2026-01-01T00:00:00Z","status":"completed"}}"#);
    let (a, b) = (row("a"), row("b"));
    check(
        &format!("[{{\"items\":[{a}],\"total\":1}},\n{{\"total\":1,\"items\":[{b}]}}]"),
        &["1: a - completed []", "2: b - completed []"],
    );
    check(&format!(r#"[{{"items":[]}},{{"items":[{b}]}}]"#), &["1: b - completed []"]);
    check(
        &format!(r#"[{{"items":[{a}"#),
        &["1: a - completed []", "1: broken: the JSON cannot be read on: it ends before it is closed"],
    );
}

#[test]
fn a_resource_behind_its_spans_says_as_much_as_one_before_them() {
    let spans = r#""scopeSpans":[{"spans":[{"traceId":"5b","spanId":"01","name":"cron","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000"}]}]"#;
    let resource = r#""resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}"#;
    let before = format!(r#"{{"resourceSpans":[{{{resource},{spans}}},{{{spans}}}]}}"#);
    let behind = format!(r#"{{"resourceSpans":[{{{spans},{resource}}},{{{spans}}}]}}"#);
    let expected = events(before.as_bytes(), before.len());
    assert!(expected.iter().any(|row| row.contains("shop/cron")), "{expected:?}");
    check(&behind, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}
