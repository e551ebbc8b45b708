//! The engine's own Arrow reader against the arrow crates: what they write it reads, as the same rows in NDJSON read;
//! and nothing that is damaged makes it stop, hang or take memory that has not come.

#[path = "arrow/write.rs"]
mod write;

use execution_heatmap::ingest::{Event, Form, Notes, Reader, StreamEnd};
use proptest::prelude::*;
use write::{Row, Shape};

/// What a reader says of a source that comes in pieces.
fn read(bytes: &[u8], piece: usize, mut reader: Reader) -> Vec<String> {
    let mut events = Vec::new();
    for piece in bytes.chunks(piece.max(1)) {
        reader.extend(piece);
        drain(&mut reader, &mut events);
    }
    reader.finish();
    drain(&mut reader, &mut events);
    events
}

fn drain(reader: &mut Reader, events: &mut Vec<String>) {
    while let Some(event) = reader.next() {
        events.push(match event {
            Event::Row { line, execution, notes, .. } => format!("{line} {execution:?} {}", said(notes)),
            Event::Unstarted { line, execution, .. } => format!("{line} due {execution:?}"),
            Event::Rejected { line, kind, .. } => format!("{line} {kind:?}"),
            other => format!("{other:?}"),
        });
    }
}

fn said(notes: Notes) -> String {
    format!("{} {} {}", notes.zoneless_start, notes.negative_duration, notes.bad_duration)
}

/// The line of NDJSON that says the same.
fn line(row: &Row, shape: Shape) -> String {
    let mut object = serde_json::Map::new();
    let mut set = |key: &str, value: Option<serde_json::Value>| object.insert(key.to_owned(), value.into());
    set("id", row.id.clone().map(Into::into));
    set("workflow_id", row.workflow_id.clone().map(Into::into));
    set("workflow", row.workflow.clone().map(Into::into));
    set("status", row.status.clone().map(Into::into));
    let instant = |seconds: i64, zone: &str| {
        let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        format!("{}{zone}", at.format("%Y-%m-%dT%H:%M:%S"))
    };
    let zone = if write::has_zone(shape.start) { "Z" } else { "" };
    set("started_at", row.started_at.map(|at| instant(at, zone).into()));
    set("finished_at", row.finished_at.map(|at| instant(at, "Z").into()));
    set("duration_ms", row.duration_ms.map(|ms| write::carried_duration(shape.duration, ms).into()));
    set("tags", Some(row.tags.clone().into()));
    set("attempt", row.attempt.map(Into::into));
    set("error", row.error.clone().map(Into::into));
    serde_json::Value::Object(object).to_string()
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), "[a-c]{0,2}".prop_map(Some), "[ -~é😀]{0,30}".prop_map(Some)]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let status = prop_oneof![
        6 => prop::sample::select(vec!["completed", "failed", "timed_out", "running", "CANCELED", "exploded"]).prop_map(|word| Some(word.to_owned())),
        1 => text(),
    ];
    let seconds =
        || prop_oneof![5 => (100_000_000..4_000_000_000_i64).prop_map(Some), 1 => Just(None), 1 => Just(Some(0))];
    let duration =
        prop_oneof![4 => (0..100_000_i64).prop_map(Some), 1 => Just(None), 1 => (-5_i64..5_000_000_000).prop_map(Some)];
    let tags = prop::collection::vec("[a-d]{1,3}", 0..3);
    let row =
        (text(), text(), text(), status, seconds(), seconds(), duration, tags, prop::option::of(-1..5_i64), text());
    let row = row.prop_map(
        |(id, workflow_id, workflow, status, started_at, finished_at, duration_ms, tags, attempt, error)| Row {
            id,
            workflow_id,
            workflow,
            status,
            started_at,
            finished_at,
            duration_ms,
            tags,
            attempt,
            error,
        },
    );
    prop::collection::vec(row, 0..20)
}

fn shape() -> impl Strategy<Value = Shape> {
    (0..write::TEXTS, 0..write::STARTS, 0..write::DURATIONS, 0..write::TAGS, any::<bool>(), any::<bool>()).prop_map(
        |(text, start, duration, tags, is_file, has_delta)| Shape { text, start, duration, tags, is_file, has_delta },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_the_arrow_crates_write_reads_as_the_same_rows_in_ndjson(
        mut rows in rows(), size in 1..8_usize, shape in shape(), piece in prop_oneof![1..50_usize, Just(100_000)],
    ) {
        for row in &mut rows {
            if write::is_day(shape.start) {
                row.started_at = row.started_at.map(|at| at / 86_400 * 86_400);
            }
        }
        let lines: String = rows.iter().map(|row| line(row, shape) + "\n").collect();
        let expected = read(lines.as_bytes(), lines.len(), Reader::new(Form::Ndjson));
        let found = read(&write::write(&rows, size, shape), piece, Reader::recognising());
        prop_assert_eq!(found, expected);
    }
}
