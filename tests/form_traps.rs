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
fn a_run_that_is_a_document_is_a_row_whatever_it_lists_before_its_instant() {
    let job = r#"{"completedAt":"2026-01-01T00:02:00Z","conclusion":"success","databaseId":9,"name":"b","startedAt":"2026-01-01T00:00:00Z","status":"completed","steps":[{"name":"s","startedAt":"2026-01-01T00:00:00Z"}]}"#;
    let run = format!(
        r#"{{"conclusion":"failure","databaseId":1,"jobs":[{job},{job}],"startedAt":"2026-01-01T00:00:00Z","status":"completed","updatedAt":"2026-01-01T00:02:00Z","workflowName":"CI"}}"#
    );
    let told = "1: 1 CI failure []";
    check(&run, &[told]);
    check(&format!("{run}\n{run}\n"), &[told, "2: 1 CI failure []"]);
    check(&run.replace("\"jobs\":", "\n\"jobs\":\n"), &[told]);
    check(&run.replace(r#""databaseId":1,"#, "").replace(r#","workflowName":"CI""#, ""), &["1: - - failure []"]);
    // Longer than what is looked at to tell the form.
    let long = run.replace(&format!("{job},{job}"), &[job; 500].join(","));
    for piece in [1000, 1 << 16, long.len()] {
        assert_eq!(events(long.as_bytes(), piece), [told], "in pieces of {piece}");
    }
    // Jobs that stand by themselves are rows, however many there are and whatever stands beside them.
    let own = r#"{"id":2,"run_id":1,"workflow_name":"CI","name":"build","run_attempt":1,"status":"completed","conclusion":"success","completed_at":"2026-01-01T00:00:50Z","started_at":"2026-01-01T00:00:10Z"}"#;
    let told = "1: 2 CI/build success []";
    check(&format!(r#"{{"jobs":[{own}],"total_count":1}}{{"total_count":1,"jobs":[{own}]}}"#), &[told, told]);
    let long = format!(r#"{{"jobs":[{}],"total_count":500}}"#, [own; 500].join(","));
    for piece in [1000, 1 << 16, long.len()] {
        assert_eq!(events(long.as_bytes(), piece), [told; 500], "in pieces of {piece}");
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
