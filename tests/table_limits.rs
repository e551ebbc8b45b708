//! What a table does where there is too much of something: too many names, more rows than memory may hold. And what a row
//! takes.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::error::Error;
use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::{Intake, Reading};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::{Crowding, MOST_NAMES, Place, Table};
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;

const START_MS: i64 = 1_770_000_000_000;

fn execution<'a>(workflow: &'a str, status_text: &'a str, tags: Tags<'a>, start_ms: i64) -> Execution<'a> {
    Execution {
        id: None,
        workflow_id: Some(workflow),
        workflow: None,
        status: Status::of(status_text),
        status_text,
        started_at: Timestamp::from_ms(start_ms).unwrap(),
        duration_ms: None,
        waited_ms: None,
        tags,
        attempt: 1,
        error: None,
    }
}

fn respond(table: &Table, pairs: &[(&str, &str)]) -> Result<(serde_json::Value, String), Error> {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let reading = Reading { read: table.rows(), ..Reading::default() };
    let answer = answer::answer(table, &reading, &query, &Zone::utc(), Source::File, Patterns::Skip)?;
    Ok((serde_json::from_str(&json::heatmap(&answer)).unwrap(), answer.notices.join("; ")))
}

/// Rows of so many workflows, statuses and tags each, in an order that a seed decides.
fn crowd(names: usize, of: &str, is_reversed: bool) -> Table {
    let mut table = Table::default();
    for place in 0..names {
        let number = if is_reversed { names - 1 - place } else { place };
        let name = format!("name {number}");
        let ends = [name.len() as u32];
        let status = if number.is_multiple_of(3) { "failed" } else { "completed" };
        let start = START_MS + (number % 200) as i64 * 3_600_000;
        table.push(&match of {
            "workflows" => execution(&name, status, Tags::default(), start),
            "words" => execution("w", &name, Tags::default(), start),
            "names" => Execution { workflow: Some(&name), ..execution("w", status, Tags::default(), start) },
            _ => execution("w", status, Tags::new(&name, &ends), start),
        });
    }
    table
}

#[test]
fn with_too_many_names_all_else_stays_exact_and_the_views_by_them_are_off() {
    for (of, said) in [
        ("workflows", "65,536 workflows"),
        ("words", "65,536 unknown status words"),
        ("names", "65,536 names of workflows"),
        ("tags", "65,536 tags"),
    ] {
        let (just, _) = respond(&crowd(MOST_NAMES, of, false), &[]).unwrap();
        assert!(!just["notices"].to_string().contains(said), "{of}: as many as there may be");
        let tables = [false, true].map(|is_reversed| crowd(MOST_NAMES + 1, of, is_reversed));
        let responses = tables.each_ref().map(|table| respond(table, &[]).unwrap());
        assert_eq!(responses[0], responses[1], "{of}: the order of reading decides nothing");
        let (response, notices) = &responses[0];
        assert!(notices.contains(said), "{of}: {notices}");
        assert_eq!(response["totals"]["executions"], MOST_NAMES + 1);
        if of == "words" {
            assert_eq!(response["totals"]["other"], MOST_NAMES + 1);
            assert_eq!(response["other_statuses"], serde_json::json!({}));
        } else {
            assert_eq!(response["totals"]["failed"], (MOST_NAMES + 1).div_ceil(3));
        }
        for (table, other) in [(&tables[0], &crowd(3, of, false)), (&crowd(3, of, false), &tables[1])] {
            let mut merged = table.clone();
            merged.merge(other);
            assert_eq!(merged.crowding(), tables[0].crowding(), "{of}: merged");
            assert_eq!(respond(&merged, &[]).unwrap().0["totals"]["executions"], MOST_NAMES + 4);
        }
    }
    let table = crowd(MOST_NAMES + 1, "workflows", false);
    assert_eq!(table.crowding(), Crowding { workflows: true, ..Crowding::default() });
    let refused = respond(&table, &[("workflow_id", "name 1")]).unwrap_err();
    assert_eq!(refused.parameter(), "workflow_id");
    assert!(refused.to_string().contains("more workflows than are told apart"));
    assert!(respond(&table, &[("status", "failed")]).is_ok());
    let tagged = crowd(MOST_NAMES + 1, "tags", false);
    assert_eq!(respond(&tagged, &[("tag", "name 1")]).unwrap_err().parameter(), "tag");
    assert!(respond(&tagged, &[("workflow_id", "w")]).is_ok());
}

#[test]
fn two_halves_that_are_too_much_together_are_too_much() {
    let names = |range: std::ops::Range<usize>| {
        let mut table = Table::default();
        range.for_each(|number| table.push(&execution(&number.to_string(), "failed", Tags::default(), START_MS)));
        table
    };
    let (mut lower, mut upper) = (names(0..40_000), names(30_000..70_000));
    assert_eq!((lower.crowding(), upper.crowding()), Default::default());
    let alone = lower.clone();
    lower.merge(&upper);
    upper.merge(&alone);
    assert!(lower.crowding().workflows && upper.crowding().workflows);
    assert_eq!(respond(&lower, &[]).unwrap(), respond(&upper, &[]).unwrap());
}

#[test]
fn a_million_names_fill_no_memory() {
    let mut table = Table::default();
    let long = "x".repeat(300);
    for number in 0..1_000_000 {
        let name = format!("{long}{number}");
        table.push(&execution(&name, "failed", Tags::new(&name, &[name.len() as u32]), START_MS));
    }
    assert!(table.crowding().workflows && table.crowding().tags);
    assert!(table.tags().is_empty());
    assert!(table.bytes() < 17_000_000, "{} bytes", table.bytes());
}

#[test]
fn a_row_takes_16_bytes_and_with_its_place_24() {
    let rows = 1_000_000;
    let of = |mut table: Table| {
        let kind = table.intern(&execution("w", "completed", Tags::default(), START_MS));
        for row in 0..rows {
            let execution = Execution {
                duration_ms: Some(row * 7),
                ..execution("w", "completed", Tags::default(), START_MS + row as i64)
            };
            table.push_interned(&execution, kind);
            table.set_place(Place { source: 0, offset: row * 100 });
        }
        assert_eq!(table.rows(), rows);
        table.bytes() as f64 / rows as f64
    };
    // Above that, at most the room that is left in the last chunk.
    let (bare, placed) = (of(Table::default()), of(Table::default().with_places()));
    assert!((16.0..16.3).contains(&bare), "{bare} bytes a row");
    assert!((24.0..24.45).contains(&placed), "{placed} bytes a row");
}

#[test]
fn where_memory_ends_reading_ends_in_words_and_what_was_read_counts() {
    let row = "{\"id\":\"1\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n";
    let mut intake = Intake::new(Form::Ndjson, false).onto(Table::default().limited_to(1 << 20), None);
    for _ in 0..200 {
        intake.extend(row.repeat(1000).as_bytes());
    }
    intake.finish(None);
    let (table, reading) = (intake.table(), intake.reading());
    assert!(intake.is_full());
    assert!((60_000..70_000).contains(&table.rows()), "{} rows", table.rows());
    assert!(table.bytes() <= 1 << 20);
    assert_eq!(reading.read, table.rows());
    let why = reading.incomplete.as_deref().unwrap();
    assert!(why.starts_with("memory did not suffice: 65536 rows were read, which take 1 MiB"), "{why}");
    let query = Query::default();
    let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    assert_eq!(answer.account.placed, table.rows());
}

/// Of the rows without a start those are counted that come before the first one that finds no room, however it is read.
#[test]
fn rows_without_a_start_are_counted_up_to_where_room_ends() {
    let (chunk, bytes) = (1 << 14, (1 << 14) * 24);
    let line = |id: usize, start: &str| {
        format!("{{\"id\":\"{id}\",\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":{start}}}\n")
    };
    // One before each hundredth of the rows that fit, three before the one that does not, and some behind it.
    let rows = (0..chunk + 300).flat_map(|id| {
        let startless = if id == chunk { 3 } else { usize::from(id % 100 == 99) };
        (0..startless).map(move |_| line(id, "null")).chain([line(id, "\"2026-02-12T04:30:00Z\"")])
    });
    let text: String = rows.collect();
    let no_start = chunk as u64 / 100 + 3;
    for duplicates in [true, false] {
        for (piece, is_short) in [(997, true), (4001, true), (usize::MAX, true), (997, false), (usize::MAX, false)] {
            let table = Table::default().limited_to(bytes).with_places().with_texts(1 << 20);
            let intake = Intake::new(Form::Ndjson, false);
            let intake = if is_short { intake } else { intake.without_shortcuts() };
            let mut intake = intake.onto(table, duplicates.then(Duplicates::default));
            text.as_bytes().chunks(piece).for_each(|piece| intake.extend(piece));
            intake.finish(None);
            let reading = intake.reading();
            let counts = (intake.table().rows(), reading.no_start, reading.read, intake.is_full());
            assert_eq!(counts, (chunk as u64, no_start, chunk as u64 + no_start, true), "{piece} {is_short}");
        }
    }
}
