//! The canonical line: what it says is what the engine's parser reads back, and its keys stand in one order.

mod support;

use execution_heatmap::execution::Status;
use execution_heatmap::ingest::{Event, Form, Reader};
use execution_heatmap::row;
use support::{NEW_YEAR_MS, Row, Seeded};

/// The line that is made of what the parser reads in a line.
fn read_back(line: &str) -> String {
    let mut reader = Reader::new(Form::Ndjson);
    reader.extend(line.as_bytes());
    reader.finish();
    let again = match reader.next() {
        Some(Event::Row { execution, .. }) => row::line(&execution),
        other => panic!("{other:?} of {}", line),
    };
    assert_eq!(reader.next(), None);
    again
}

#[test]
fn a_line_is_read_back_as_the_same_row() {
    let texts =
        ["", "7", "ä", "\u{0}\u{1b}\u{7f}", "\"\\/", "\u{2028}\u{202e}", "日本 語 🦀", "null", "line\nbreak\r\t"];
    let mut seeded = Seeded(1);
    for _ in 0..2000 {
        let text = |seeded: &mut Seeded| (seeded.below(3) > 0).then(|| seeded.one_of(&texts).to_owned());
        let status = seeded.one_of(&["completed", "Failed", "exploded", "timed_out", "running"]);
        let has_ended = Status::of(status).is_ended();
        let row = Row {
            // An id and a workflow without characters are read as none.
            id: text(&mut seeded).filter(|text| !text.is_empty()),
            workflow_id: text(&mut seeded).filter(|text| !text.is_empty()),
            status: status.to_owned(),
            started_ms: NEW_YEAR_MS + seeded.below(1 << 40) as i64 - (1 << 39),
            // What has not ended has no duration yet.
            duration_ms: (has_ended && seeded.below(2) > 0).then(|| seeded.below(1 << 41)),
            tags: (0..seeded.below(4)).map(|_| seeded.one_of(&texts[1..]).to_owned()).collect(),
            attempt: 1 + seeded.below(4) as u32,
            error: text(&mut seeded).filter(|text| !text.is_empty()),
        };
        let line = row.with(row::line);
        assert_eq!(read_back(&line), line, "{row:?}");
    }
}

#[test]
fn keys_stand_in_one_order_and_those_without_a_value_are_left_out() {
    let row = Row {
        duration_ms: Some(3721),
        tags: vec!["schedule".to_owned(), "eu".to_owned()],
        attempt: 2,
        error: Some("connection refused".to_owned()),
        ..Row::new("91", "FAILED", NEW_YEAR_MS)
    };
    assert_eq!(
        row.with(row::line),
        "{\"id\":\"91\",\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":\"2026-01-01T00:00:00.000Z\",\"duration_ms\":3721,\"tags\":[\"schedule\",\"eu\"],\"attempt\":2,\"error\":\"connection refused\"}\n"
    );
    let bare = Row { id: None, workflow_id: None, ..Row::new("", "odd Word", NEW_YEAR_MS) };
    let expected = "{\"status\":\"odd Word\",\"started_at\":\"2026-01-01T00:00:00.000Z\"}\n";
    assert_eq!(bare.with(row::line), expected);
}
