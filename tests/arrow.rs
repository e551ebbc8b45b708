//! The engine's own Arrow reader against the arrow crates: what they write it reads, as the same rows in NDJSON read;
//! and nothing that is damaged makes it stop, hang or take memory that has not come.

#[path = "arrow/memory.rs"]
mod memory;
#[path = "support/seeded.rs"]
mod seeded;
#[path = "arrow/write.rs"]
mod write;

use execution_heatmap::ingest::{Event, Expected, Form, Notes, Reader, StreamEnd};
use execution_heatmap::intake::Intake;
use proptest::prelude::*;
use seeded::Seeded;
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
        // Rows that say again what others said go the short way.
        rows.extend_from_within(..);
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

/// Rows that use every column, for sources that are then damaged.
fn some_rows(count: usize) -> Vec<Row> {
    let text = |text: &str| Some(text.to_owned());
    (0..count)
        .map(|row| Row {
            id: Some(row.to_string()),
            workflow_id: Some((row % 3).to_string()),
            workflow: text(["Sync", "A name of more than twelve bytes", "é"][row % 3]),
            status: text(["completed", "failed", "running", "exploded"][row % 4]),
            started_at: (row % 5 != 4).then_some(1_770_870_600 + row as i64),
            finished_at: (row % 2 == 0).then_some(1_770_870_700 + row as i64),
            duration_ms: (row % 3 != 2).then_some(3721 + row as i64),
            tags: ["schedule", "eu"][..row % 3].iter().map(|tag| (*tag).to_owned()).collect(),
            attempt: Some(1 + (row % 2) as i64),
            error: text("connection refused by the other side"),
        })
        .collect()
}

/// Streams and files in many shapes, small enough to be damaged often.
fn samples() -> Vec<Vec<u8>> {
    let shapes = (0..write::STARTS).map(|shape| Shape {
        text: shape,
        start: shape,
        duration: shape % write::DURATIONS,
        tags: shape % write::TAGS,
        is_file: shape % 4 == 3,
        has_delta: shape % 2 == 1,
    });
    shapes.map(|shape| write::write(&some_rows(11), 4, shape)).collect()
}

/// How a source was accounted for; reading it must end, and what is counted must add up.
fn account(bytes: &[u8], piece: usize) -> (u64, Option<String>) {
    let mut intake = Intake::recognising(false);
    bytes.chunks(piece.max(1)).for_each(|piece| intake.extend(piece));
    intake.finish(None);
    let reading = intake.reading();
    assert_eq!(reading.read, intake.table().rows() + reading.no_start + reading.unreadable);
    (reading.read, reading.incomplete.clone())
}

#[test]
fn a_source_that_is_cut_gives_the_rows_before_the_cut_and_says_that_it_is_cut() {
    for sample in samples() {
        let (rows, incomplete) = account(&sample, sample.len());
        assert_eq!((rows, incomplete), (11, None));
        let mut most = 0;
        for length in 8..sample.len() {
            let (rows, incomplete) = account(&sample[..length], 1 + length % 97);
            assert!(rows <= 11 && rows >= most, "rows only become more");
            most = rows;
            // A stream may end between two messages; a file may not end before its index.
            assert!(incomplete.is_some() || rows % 4 == 0 || rows == 11, "{length}: {rows}");
        }
    }
}

#[test]
fn damaged_bytes_are_read_or_refused_and_take_no_more_memory_than_came() {
    const EDITS: usize = 100_000;
    let samples = samples();
    let mut random = Seeded(0x9e37_79b9_7f4a_7c15);
    let mut refused = 0;
    for _ in 0..EDITS {
        let mut bytes = samples[random.index(samples.len())].clone();
        for _ in 0..1 + random.index(4) {
            let place = random.index(bytes.len());
            bytes[place] = match random.index(3) {
                0 => 0xff,
                1 => bytes[place] ^ 1 << random.index(8),
                _ => random.index(256) as u8,
            };
        }
        let (rows, incomplete) = memory::within(MOST_FOR_A_SAMPLE, || account(&bytes, bytes.len()));
        assert!(rows <= bytes.len() as u64);
        refused += u64::from(incomplete.is_some());
    }
    assert!(refused > EDITS as u64 / 20, "{refused} were refused");
}

/// Bytes that reading a damaged sample may allocate, all in all; a sample has some 8 kB, and a table's first chunk of
/// columns is the most of it.
const MOST_FOR_A_SAMPLE: usize = 8 << 20;

#[test]
fn lengths_that_lie_are_refused_in_words_before_anything_waits_for_them() {
    let check = |bytes: &[u8], words: &str| {
        let (_, incomplete) = memory::within(MOST_FOR_A_SAMPLE, || account(bytes, bytes.len()));
        assert!(incomplete.as_deref().is_some_and(|said| said.contains(words)), "{words}: {incomplete:?}");
    };
    check(b"\xff\xff\xff\xff\xff\xff\xff\x7f", "metadata of more than 16 MiB");
    check(b"\xff\xff\xff\xff\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", "cannot be read");
    check(b"ARROW1\0\0\x10\0\0\0\0\0\0\0", "before Arrow 0.15");
    check(b"ARROW1\0\0", "before its index");
    let sample = &write::write(&some_rows(11), 11, Shape::default());
    let edited = |body: u64| {
        let mut bytes = sample.clone();
        bytes[write::place_of_body_length(sample)..][..8].copy_from_slice(&body.to_le_bytes());
        bytes
    };
    check(&edited(1 << 40), "a body of more than 1024 MiB");
    check(&edited(u64::MAX), "cannot be read");
}

#[test]
fn a_stream_behind_a_stream_is_read_wherever_the_chunks_end() {
    let stream = write::write(&some_rows(11), 4, Shape::default());
    for piece in [stream.len(), 2 * stream.len(), 8, 1] {
        assert_eq!(account(&stream.repeat(2), piece), (22, None), "{piece}");
    }
    let rest = [&stream[..], b"what is no message"].concat();
    for piece in [stream.len(), rest.len()] {
        let (rows, incomplete) = account(&rest, piece);
        assert!(rows == 11 && incomplete.is_some(), "{piece}: {incomplete:?}");
    }
}

#[test]
fn blanks_before_the_mark_change_nothing_wherever_the_chunks_end() {
    let stream = write::write(&some_rows(11), 4, Shape::default());
    let blanks = [b"\n \n", &stream[..]].concat();
    for piece in [blanks.len(), 3, 2, 1] {
        assert_eq!(account(&blanks, piece), (11, None), "{piece}");
    }
}

#[test]
fn what_is_not_read_is_named() {
    let check = |bytes: &[u8], words: &str| {
        let (rows, incomplete) = account(bytes, 7);
        assert_eq!(rows, 0);
        assert!(incomplete.as_deref().is_some_and(|said| said.contains(words)), "{words}: {incomplete:?}");
    };
    check(&write::compressed(&some_rows(50)), "compressed with LZ4");
    check(&write::with_start_as_decimal(), "column 'started_at' is of type decimal");
}

#[test]
fn an_empty_batch_ends_a_stream_as_a_control_line_does() {
    let rows = write::write(&some_rows(11), 4, Shape::default());
    let check = |key: &str, value: &str, expected: Option<&str>| {
        let (_, incomplete) = account(&write::with_end(&rows, key, value), 5);
        assert_eq!(incomplete.as_deref(), expected, "{key} {value}");
    };
    check("end", r#"{"rows":11,"complete":true}"#, None);
    check("end", r#"{"rows":12,"complete":true}"#, Some("the source sent 12 rows, 11 arrived"));
    check("end", r#"{"rows":11,"complete":false,"reason":"enough"}"#, Some("the source stopped after 11 rows: enough"));
    check("error", r#"{"code":"database","message":"gone"}"#, Some("the source broke off after 11 rows: gone"));
    check("other", "{", None);
}

/// The rows of a source in short, and what it was taken for; in pieces of any size, and long ways as short ones.
fn told(expected: &Expected, bytes: &[u8]) -> (Vec<String>, String) {
    let mut reader = Reader::expecting(expected.clone());
    reader.extend(bytes);
    reader.finish();
    let mut events = Vec::new();
    while let Some(event) = reader.next() {
        events.push(match event {
            Event::Row { execution, .. } => execution_heatmap::row::line(&execution).trim_end().to_owned(),
            Event::End(StreamEnd::Error { message, .. }) => message,
            Event::Rejected { kind, message, .. } => format!("{}: {message}", kind.name()),
            other => format!("{other:?}"),
        });
    }
    for piece in [1, 64, 100_000] {
        let long = read(bytes, piece, Reader::expecting(expected.clone()).without_shortcuts());
        assert_eq!(read(bytes, piece, Reader::expecting(expected.clone())), long);
    }
    (events, reader.recognised().unwrap_or_default().to_owned())
}

#[test]
fn columns_within_a_struct_are_columns() {
    use write::{coded, of_columns, texts_of, wholes, within};
    let at = "2026-02-12T04:30:00Z";
    let run = |are_there| {
        let end = within(vec![("word", coded(&[Some("ok"), Some("bad"), Some("ok"), Some("ok")]))], None);
        within(vec![("when", texts_of(&[Some(at); 4])), ("how", end), ("x", wholes(&[1; 4]))], are_there)
    };
    let bytes = |are_there| {
        let secs = within(vec![("secs", wholes(&[3, 4, 5, 6]))], Some(vec![true, true, true, false]));
        of_columns(vec![
            ("a", wholes(&[1; 4])),
            ("run", run(are_there)),
            ("z", secs),
            ("id", texts_of(&[Some("i"), None, Some("j"), Some("k")])),
        ])
    };
    let map = Expected::anything().map(r#"{"id":"id","started_at":"run.when","status":"run.how.word","statuses":{"ok":"completed","bad":"failed"},"duration":{"field":"z.secs","unit":"s"}}"#).unwrap();
    let row = |id: &str, status: &str, duration: &str| {
        format!(r#"{{{id}"status":"{status}","started_at":"2026-02-12T04:30:00.000Z"{duration}}}"#)
    };
    let ms = |ms: u32| format!(",\"duration_ms\":{ms}");
    let (mut rows, recognised) = told(&map, &bytes(None));
    let all = [
        row("\"id\":\"i\",", "completed", &ms(3000)),
        row("", "failed", &ms(4000)),
        row("\"id\":\"j\",", "completed", &ms(5000)),
        row("\"id\":\"k\",", "completed", ""),
    ];
    assert_eq!(rows, all);
    assert_eq!(recognised, "read in Arrow by the mapping that was given");
    // Where there is no struct, there is nothing in it, whatever its columns hold.
    rows = told(&map, &bytes(Some(vec![true, false, true, true]))).0;
    assert_eq!(rows[1], "unreadable: the row has no status");
    assert_eq!([&rows[0], &rows[2], &rows[3]], [&all[0], &all[2], &all[3]]);
}

#[test]
fn systems_are_told_by_columns_within_structs() {
    use write::{of_columns, pairs, texts_of, wholes, within};
    let any = Expected::anything();
    let at = || texts_of(&[Some("2026-02-12T04:30:00Z")]);
    let text = |text: &str| texts_of(&[Some(text)]);
    let linkflow = of_columns(vec![
        ("id", wholes(&[91])),
        ("workflow", within(vec![("id", wholes(&[7])), ("name", text("Sync"))], None)),
        ("status", text("failed")),
        ("mode", text("manual")),
        ("max_attempts", wholes(&[3])),
        ("started_at", at()),
        ("error", within(vec![("code", wholes(&[5])), ("message", text("gone"))], None)),
        ("tags", pairs(1)),
    ]);
    let (rows, recognised) = told(&any, &linkflow);
    assert_eq!(
        rows,
        [
            r#"{"id":"91","workflow_id":"7","workflow":"Sync","status":"failed","started_at":"2026-02-12T04:30:00.000Z","tags":["manual"],"error":"gone"}"#
        ]
    );
    assert_eq!(recognised, "taken for LinkFlow executions in Arrow: has mode, max_attempts and started_at");
    let argo = of_columns(vec![
        ("metadata", within(vec![("name", text("n-x")), ("generateName", text("n-"))], None)),
        ("status", within(vec![("phase", text("Succeeded")), ("startedAt", at())], None)),
    ]);
    let (rows, recognised) = told(&any, &argo);
    assert_eq!(
        rows,
        [r#"{"id":"n-x","workflow_id":"n-","status":"completed","started_at":"2026-02-12T04:30:00.000Z"}"#]
    );
    assert!(
        recognised.starts_with("taken for Argo workflows in Arrow: has metadata.name, status.phase"),
        "{recognised}"
    );
}

#[test]
fn columns_of_types_that_are_not_read_are_passed_and_named_or_refused() {
    use write::{of_columns, pairs, texts_of, within};
    let any = Expected::anything();
    let at = || texts_of(&[Some("2026-02-12T04:30:00Z")]);
    let text = |text: &str| texts_of(&[Some(text)]);
    let start = ("started_at", at());
    let (rows, recognised) =
        told(&any, &of_columns(vec![start.clone(), ("tags", pairs(1)), ("x", pairs(1)), ("status", text("failed"))]));
    assert_eq!(rows, [r#"{"status":"failed","started_at":"2026-02-12T04:30:00.000Z"}"#]);
    assert_eq!(
        recognised,
        "taken for canonical rows in Arrow: has started_at and status; column 'tags' is of type map, which is not read"
    );
    let struct_of = |name| within(vec![(name, text("v"))], None);
    let (rows, recognised) =
        told(&any, &of_columns(vec![start.clone(), ("id", struct_of("v")), ("status", text("failed"))]));
    assert_eq!(rows.len(), 1);
    assert!(recognised.ends_with("; column 'id' is of type struct, which is not read"), "{recognised}");
    for (name, array, type_name) in [("status", pairs(1), "map"), ("status", struct_of("phase"), "struct")] {
        let (rows, _) = told(&any, &of_columns(vec![start.clone(), (name, array)]));
        assert_eq!(rows, [format!("column '{name}' is of type {type_name}, which is not read")]);
    }
}
