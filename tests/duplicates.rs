//! Repeated rows: whatever the order in which they come and however they lie in files, the same one of them stays, and
//! the account says how many there were.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::ingest::{Expected, Form};
use execution_heatmap::intake::{Intake, Range, Reading};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::{Order, Shift, Table, View};
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::Seeded;

/// Reads files one after the other, looking for repeated rows.
fn read(files: &[Vec<&Value>]) -> (Table, Reading) {
    let (mut table, mut readings, mut duplicates) = (Table::default(), Reading::default(), Some(Duplicates::default()));
    for file in files {
        let mut intake = Intake::new(Form::Ndjson, false).onto(table, duplicates);
        file.iter().for_each(|row| intake.extend(format!("{row}\n").as_bytes()));
        intake.finish(None);
        let reading;
        (table, reading, duplicates) = intake.into_parts();
        readings.merge(&reading);
    }
    (table, readings)
}

fn respond(files: &[Vec<&Value>]) -> Value {
    respond_to(files, &[("metric", "volume")])
}

fn respond_to(files: &[Vec<&Value>], pairs: &[(&str, &str)]) -> Value {
    let (table, reading) = read(files);
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let answer = answer::answer(&table, &reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    let names = table.workflows(&query.filter, query.counting, &answer.window);
    let mut response: Value = serde_json::from_str(&json::heatmap(&answer)).unwrap();
    response["names"] = names.into_iter().map(|workflow| json!([workflow.id, workflow.name])).collect();
    response["tags"] = table.tags().into();
    response
}

/// Rows of few identities, so that most repeat another.
fn rows(seed: u64, count: usize) -> Vec<Value> {
    let mut seeded = Seeded(seed);
    (0..count)
        .map(|_| {
            let mut one_of = |words: &[&str]| words[seeded.below(words.len() as u64) as usize].to_owned();
            let status = one_of(&["completed", "failed", "running", "cancelled", "exploded"]);
            let (workflow_id, name, tag) = (one_of(&["7", "8"]), one_of(&["A", "B"]), one_of(&["eu", "us"]));
            let mut row = json!({
                "workflow_id": workflow_id, "workflow": name, "status": status, "tags": [tag],
                "started_at": 1_770_000_000_000_u64 + seeded.below(5) * 3_600_000,
                "attempt": 1 + seeded.below(2),
            });
            if seeded.below(6) > 0 {
                row["id"] = seeded.below(3).to_string().into();
            }
            if seeded.below(3) > 0 {
                row["duration_ms"] = (seeded.below(3) * 3_000_000_000).into();
            }
            row
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn neither_order_nor_files_decide_which_row_stays(seed in any::<u64>(), count in 0usize..40, files in 1usize..4) {
        let rows = rows(seed, count);
        let whole = respond(&[rows.iter().collect()]);
        let mut mixed: Vec<&Value> = rows.iter().collect();
        let mut seeded = Seeded(seed ^ 1);
        for last in (1..mixed.len()).rev() {
            mixed.swap(last, seeded.below(last as u64 + 1) as usize);
        }
        let parts: Vec<Vec<&Value>> = (0..files).map(|part| mixed.iter().skip(part).step_by(files).copied().collect()).collect();
        let mut cut = respond(&parts);
        // Lines are counted file by file, so the first problem of a kind may lie elsewhere.
        cut["problems"] = whole["problems"].clone();
        prop_assert_eq!(&cut, &whole);

        let identity = |row: &Value| row.get("id").map(|id| (row["workflow_id"].to_string(), id.to_string(), row["attempt"].to_string()));
        let identities: std::collections::BTreeSet<_> = rows.iter().filter_map(identity).collect();
        let without_id = rows.iter().filter(|row| identity(row).is_none()).count();
        prop_assert_eq!(whole["rows"]["placed"].as_u64(), Some((identities.len() + without_id) as u64));
        prop_assert_eq!(whole["rows"]["duplicate"].as_u64(), Some((count - identities.len() - without_id) as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn of_several_attempts_the_last_one_counts(seed in any::<u64>(), count in 0usize..40, files in 1usize..4) {
        let rows = rows(seed, count);
        let pairs = [("metric", "volume"), ("attempts", "last")];
        let whole = respond_to(&[rows.iter().collect()], &pairs);
        let mut last = std::collections::BTreeMap::new();
        for row in rows.iter().filter(|row| row.get("id").is_some()) {
            let attempt = row["attempt"].as_u64().unwrap();
            let known = last.entry((row["workflow_id"].to_string(), row["id"].to_string())).or_insert(attempt);
            *known = attempt.max(*known);
        }
        let without_id = rows.iter().filter(|row| row.get("id").is_none()).count();
        prop_assert_eq!(whole["rows"]["placed"].as_u64(), Some((last.len() + without_id) as u64));
        prop_assert_eq!(whole["rows"]["duplicate"].as_u64(), Some((count - last.len() - without_id) as u64));
        let mut backwards: Vec<&Value> = rows.iter().collect();
        backwards.reverse();
        let parts: Vec<Vec<&Value>> = (0..files).map(|part| backwards.iter().skip(part).step_by(files).copied().collect()).collect();
        let mut cut = respond_to(&parts, &pairs);
        cut["problems"] = whole["problems"].clone();
        prop_assert_eq!(cut, whole);
    }
}

#[test]
fn retries_are_told_however_they_count() {
    let row = |attempt: u32, status: &str| json!({"id": "1", "workflow_id": "7", "attempt": attempt, "status": status, "started_at": format!("2026-02-12T04:3{attempt}:00Z")});
    let rows = [row(1, "failed"), row(3, "completed"), row(2, "failed")];
    let files = [rows.iter().collect::<Vec<_>>()];
    let check = |attempts: &str, completed: u64, failed: u64, notice: &str| {
        let response = respond_to(&files, &[("attempts", attempts)]);
        let totals = &response["totals"];
        assert_eq!((totals["completed"].as_u64(), totals["failed"].as_u64()), (Some(completed), Some(failed)));
        assert!(response["notices"].to_string().contains(notice), "{}", response["notices"]);
    };
    check("each", 1, 2, "2 of 3 executions are retries and count each");
    check("last", 1, 0, "2 earlier attempts are not counted");
    let mut intake = Intake::new(Form::Ndjson, false);
    rows.iter().for_each(|row| intake.extend(format!("{row}\n").as_bytes()));
    intake.finish(None);
    let query = Query::from_pairs([("attempts", "last")]).unwrap();
    let answer =
        answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    assert!(answer.notices.iter().any(|notice| notice.starts_with("earlier attempts were not looked for")));
}

#[test]
fn the_ended_one_stays_then_the_later_then_the_greater() {
    let check = |one: Value, other: Value, stays: &str| {
        let base = json!({"id": "1", "workflow_id": "7", "started_at": "2026-02-12T04:30:00Z"});
        let with = |more: &Value| {
            let mut row = base.clone();
            more.as_object().unwrap().iter().for_each(|(key, value)| row[key] = value.clone());
            row
        };
        let (one, other) = (with(&one), with(&other));
        for files in [vec![vec![&one, &other]], vec![vec![&other], vec![&one]]] {
            let response = respond(&files);
            assert_eq!(response["totals"][stays], 1, "{one} and {other}");
            assert_eq!(response["rows"]["duplicate"], 1);
        }
    };
    check(json!({"status": "running"}), json!({"status": "failed"}), "failed");
    check(json!({"status": "waiting"}), json!({"status": "skipped"}), "skipped");
    check(json!({"status": "failed", "duration_ms": 5}), json!({"status": "completed", "duration_ms": 4}), "failed");
    check(json!({"status": "failed"}), json!({"status": "completed", "duration_ms": 0}), "completed");
    check(json!({"status": "completed", "duration_ms": 4}), json!({"status": "failed", "duration_ms": 4}), "failed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A page reads several files with one intake, a terminal with one each: the same bytes.
    #[test]
    fn one_intake_for_several_files_finds_what_one_each_finds(seed in any::<u64>(), count in 0usize..40, files in 1usize..4) {
        let rows = rows(seed, count);
        let files: Vec<Vec<&Value>> = (0..files).map(|file| rows.iter().skip(file).step_by(files).collect()).collect();
        let mut one = Intake::recognising(false).onto(Table::default(), Some(Duplicates::default()));
        for (number, file) in files.iter().enumerate() {
            if number > 0 {
                one.begin_next(Expected::anything(), false);
            }
            file.iter().for_each(|row| one.extend(format!("{row}\n").as_bytes()));
            one.finish(None);
        }
        let (table, reading) = read(&files);
        let query = Query::from_pairs([("metric", "volume")]).unwrap();
        let answer = |table: &Table, reading: &Reading| {
            json::heatmap(&answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap())
        };
        prop_assert_eq!(answer(one.table(), one.reading()), answer(&table, &reading));
    }
}

/// Rows as text, in a form: most are of few kinds, so that they are known by their bytes after a while.
fn text_of(rows: &[Value], form: Form) -> String {
    if form == Form::Ndjson {
        return rows.iter().map(|row| format!("{row}\n")).collect();
    }
    let columns = ["workflow_id", "workflow", "status", "started_at", "attempt", "id", "duration_ms", "tags"];
    let field = |row: &Value, column: &str| match &row[column] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(tags) => tags[0].as_str().unwrap().to_owned(),
        other => other.to_string(),
    };
    let record = |row: &Value| columns.map(|column| field(row, column)).join(",") + "\n";
    columns.join(",") + "\n" + &rows.iter().map(record).collect::<String>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The short way to the table finds what the long one does, however the bytes come.
    #[test]
    fn rows_of_known_kinds_repeat_as_others_do(seed in any::<u64>(), count in 0usize..3000, ids in 1u64..3000, piece in 1usize..9000, is_csv: bool) {
        let form = if is_csv { Form::Csv } else { Form::Ndjson };
        let rows = rows_with_ids(seed, count, ids);
        let text = text_of(&rows, form);
        let (short, long) = (read_texts(&text, form, usize::MAX, piece, true), read_texts(&text, form, usize::MAX, usize::MAX, false));
        let query = |pairs: &[(&str, &str)]| Query::from_pairs(pairs.iter().copied()).unwrap();
        for query in [query(&[("metric", "volume")]), query(&[("metric", "duration"), ("attempts", "last")])] {
            let answer = |intake: &Intake| {
                json::heatmap(&answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap())
            };
            prop_assert_eq!(answer(&short), answer(&long));
        }
        prop_assert!(part_of(&short) == part_of(&long), "rows, places or texts differ");
    }

    /// Several engines read parts of files, and one finds what repeats: the same bytes as one that reads them all.
    #[test]
    fn who_gathers_parts_finds_what_one_reading_finds(seed in any::<u64>(), count in 0usize..2000, ids in 1u64..2000, cuts in 1usize..7, most in 0usize..3000) {
        let rows = rows_with_ids(seed, count, ids);
        let lines: Vec<String> = rows.iter().map(|row| format!("{row}\n")).collect();
        let duplicates = || if most > 1500 { Duplicates::with_key([3, seed]) } else { Duplicates::with_key([3, seed]).at_most(most) };
        let table = || Table::default().with_places().with_texts(1 << 20);
        let mut one = Intake::new(Form::Ndjson, false).onto(table(), Some(duplicates()));
        lines.iter().for_each(|line| one.extend(line.as_bytes()));
        one.finish(None);
        let mut gathered = Intake::new(Form::Ndjson, false).onto(table(), Some(duplicates()));
        let (mut before, mut offset) = (0, 0);
        for part in lines.chunks((count / cuts).max(1)) {
            let mut intake = Intake::new(Form::Ndjson, false).onto(table(), None).carrying(gathered.identity_key().unwrap());
            part.iter().for_each(|line| intake.extend(line.as_bytes()));
            intake.finish_stretch();
            let pieces = pieces_of(&intake);
            let range = Range { lines: before, shift: Shift { offset, source: 0 } };
            let mut pieces = pieces.into_iter();
            gathered.absorb(&mut || pieces.next(), range).unwrap();
            before += part.len() as i64;
            offset += part.iter().map(|line| line.len() as u64).sum::<u64>();
        }
        gathered.finish(None);
        for pairs in [[("metric", "volume"), ("granularity", "hourly")], [("metric", "duration"), ("attempts", "last")]] {
            let query = Query::from_pairs(pairs).unwrap();
            let answer = |intake: &Intake| {
                json::heatmap(&answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap())
            };
            prop_assert_eq!(answer(&gathered), answer(&one));
            prop_assert_eq!(rows_of(&gathered, &query), rows_of(&one, &query));
        }
    }
}

/// Rows of which each that has an id has one of so many.
fn rows_with_ids(seed: u64, count: usize, ids: u64) -> Vec<Value> {
    let mut seeded = Seeded(seed);
    let identified = |mut row: Value| {
        if row.get("id").is_some() {
            row["id"] = format!("run-{}", seeded.below(ids)).into();
        }
        row["started_at"] = Timestamp::from_ms(row["started_at"].as_i64().unwrap()).unwrap().to_text().into();
        // Rows that say the same otherwise have the same error, since the first of such stays.
        row["error"] = format!("{} of {}", row["status"], row["workflow"]).into();
        row
    };
    rows(seed, count).into_iter().map(identified).collect()
}

/// The rows of all cells, with where they lie and what is kept of them.
fn rows_of(intake: &Intake, query: &Query) -> String {
    let answer =
        answer::answer(intake.table(), intake.reading(), query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    let buckets = Buckets::new(&answer.window, &answer.zone);
    let cells: Vec<usize> = (0..answer.grid.cells.len()).collect();
    let view = View::of(query, &answer.window, &buckets);
    json::rows(&intake.table().rows_of(&view, answer.grid.granularity, &cells, Order::Start, (0, usize::MAX)))
}

/// A row that takes another one's place lies where it lies and says what it says, whatever its part kept of it.
#[test]
fn the_greater_row_brings_its_place_and_its_texts() {
    let row = |duration: u64, error: &str| {
        format!(
            "{{\"id\":\"1\",\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"duration_ms\":{duration},\"error\":\"{error}\"}}\n"
        )
    };
    let (lesser, greater) = (row(4, "lesser"), row(5, "greater"));
    let with = |places: bool, texts: usize| {
        let table = if places { Table::default().with_places() } else { Table::default() };
        if texts > 0 { table.with_texts(texts) } else { table }
    };
    let check = |first: (bool, usize), second: (bool, usize), expected: &str| {
        let mut gathered = Intake::new(Form::Ndjson, false).onto(with(true, 1 << 20), Some(Duplicates::default()));
        for (source, (line, (places, texts))) in [(&lesser, first), (&greater, second)].into_iter().enumerate() {
            let mut intake = Intake::new(Form::Ndjson, false).onto(with(places, texts), None).carrying([0, 0]);
            intake.extend(line.as_bytes());
            intake.finish_stretch();
            let mut pieces = pieces_of(&intake).into_iter();
            let shift = Shift { offset: 100, source: source as u16 };
            gathered.absorb(&mut || pieces.next(), Range { lines: 0, shift }).unwrap();
        }
        let rows: Value =
            serde_json::from_str(&rows_of(&gathered, &Query::from_pairs([("metric", "volume")]).unwrap())).unwrap();
        let row = &rows["rows"][0];
        let said = format!("{} {} {} {}", row["duration_ms"], row["source"], row["offset"], row["error"]);
        assert_eq!(said, expected, "{first:?} {second:?}: {rows}");
    };
    check((true, 0), (true, 0), "5 1 100 null");
    check((true, 0), (false, 1 << 20), "5 null null \"greater\"");
    check((false, 1 << 20), (true, 0), "5 1 100 null");
    check((false, 1 << 20), (false, 1), "5 null null null");
}

/// A row that brings more workflows than are told apart does not give its own one to rows of another.
#[test]
fn workflows_that_are_not_told_apart_still_tell_executions_apart() {
    let line = |id: &str, workflow: &str, status: &str| {
        format!(
            "{{\"id\":\"{id}\",\"workflow_id\":\"{workflow}\",\"status\":\"{status}\",\"started_at\":\"2026-02-12T04:30:00Z\"}}\n"
        )
    };
    let numbered = |number: u32| line("1", &format!("w{number}"), "failed");
    // Of kinds that look alike then, the first one is that of these rows; so many that the short way stays worth trying.
    let mut text: String = (0..300_000).map(|number| line(&format!("k{number}"), "w0", "failed")).collect();
    text.extend((1..65_530).map(numbered));
    // Kinds are forgotten when there are very many, and those of these rows are to be known at the end.
    text.extend((1..200).map(|number| line("2", &format!("w{number}"), "completed")));
    text.extend((0..9).map(|number| line(&number.to_string(), "w0", "failed")));
    text.extend((65_530..65_536).map(numbered));
    text += &line("q", "one too many", "failed");
    text += &line("q", "w0", "failed");
    for is_short in [true, false] {
        let intake = read_texts(&text, Form::Ndjson, usize::MAX, 1 << 16, is_short);
        assert!(intake.table().crowding().workflows);
        assert_eq!(
            (intake.table().rows(), intake.reading().duplicates),
            (text.lines().count() as u64, 0),
            "{is_short}"
        );
    }
}

/// What a row costs that repeats another one depends on its own length, and not on that of the other.
#[test]
fn a_long_row_does_not_make_those_slow_that_repeat_it() {
    let tags: Vec<String> = (0..20_000).map(|tag| format!("\"t{}\"", tag * 7919 % 20_000)).collect();
    let row = |tags: &str, status: &str| {
        format!(
            "{{\"id\":\"1\",\"workflow_id\":\"7\",\"status\":\"{status}\",\"started_at\":\"2026-02-12T04:30:00Z\",\"tags\":[{tags}]}}\n"
        )
    };
    let text = row(&tags.join(","), "failed") + &(row("\"t1\"", "failed") + &row("", "running")).repeat(20_000);
    let begun = std::time::Instant::now();
    let intake = read_texts(&text, Form::Ndjson, usize::MAX, 1 << 16, false);
    assert_eq!((intake.table().rows(), intake.reading().duplicates), (1, 40_000));
    // It takes a few tenths of a second, and took minutes where each row was held against all tags.
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

/// A part that does not carry what tells rows apart is refused by who looks for repeated ones, and so is one that carries too
/// few or too many.
#[test]
fn a_part_without_identities_is_refused() {
    let rows = rows_with_ids(1, 50, 9);
    let part_with = |key: Option<[u64; 2]>, count: usize| {
        let mut intake = Intake::new(Form::Ndjson, false);
        if let Some(key) = key {
            intake = intake.carrying(key);
        }
        rows[..count].iter().for_each(|row| intake.extend(format!("{row}\n").as_bytes()));
        intake.finish_stretch();
        pieces_of(&intake)
    };
    let check = |pieces: Vec<Vec<u8>>, expected: Option<u64>| {
        let mut gathered = Intake::new(Form::Ndjson, false).onto(Table::default(), Some(Duplicates::default()));
        let mut pieces = pieces.into_iter();
        let absorbed = gathered.absorb(&mut || pieces.next(), Range::default());
        assert_eq!(absorbed.ok().map(|()| gathered.reading().read), expected);
    };
    check(part_with(Some([0, 0]), 50), Some(50));
    check(part_with(None, 50), None);
    for count in [1, 49] {
        let mut pieces = part_with(Some([0, 0]), 50);
        pieces[1] = part_with(Some([0, 0]), count)[1].clone();
        check(pieces, None);
        let mut pieces = part_with(Some([0, 0]), count);
        pieces[1] = part_with(Some([0, 0]), 50)[1].clone();
        check(pieces, None);
    }
}

/// Reads a text by the short ways or without them, in pieces of so many bytes, into a table of so many bytes.
fn read_texts(text: &str, form: Form, most_bytes: usize, piece: usize, is_short: bool) -> Intake {
    let table = Table::default().limited_to(most_bytes).with_places().with_texts(1 << 20);
    let mut intake = Intake::new(form, false).onto(table, Some(Duplicates::default()));
    if !is_short {
        intake = intake.without_shortcuts();
    }
    text.as_bytes().chunks(piece).for_each(|piece| intake.extend(piece));
    intake.finish(None);
    intake
}

/// Everything that was read.
fn part_of(intake: &Intake) -> (Vec<u8>, u64, u64) {
    let reading = intake.reading();
    (pieces_of(intake).concat(), reading.unidentified, reading.looked_among)
}

fn pieces_of(intake: &Intake) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
    pieces
}

/// A row behind the last one that has room is not read, whether or not it repeats another one, and however rows are read.
#[test]
fn where_there_is_no_room_reading_ends() {
    let line = |id: usize| {
        format!(
            "{{\"id\":\"{id}\",\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}}\n"
        )
    };
    // Rows of one chunk of the table, with places.
    let (chunk, bytes) = (1 << 14, (1 << 14) * 24);
    let without_id = "{\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n";
    let check = |repeats: usize, unidentified: usize, expected: (u64, u64, u64), is_full: bool| {
        // The last of the rows that fit, some that repeat the first ones, and one more.
        let ids = (0..chunk - unidentified).chain(0..repeats).chain([chunk]);
        let text: String = without_id.repeat(unidentified) + &ids.map(line).collect::<String>();
        let text = if unidentified > 0 { text + &without_id.repeat(9) } else { text };
        for (piece, is_short) in [(997, true), (usize::MAX, true), (997, false), (usize::MAX, false)] {
            let intake = read_texts(&text, Form::Ndjson, bytes, piece, is_short);
            let reading = intake.reading();
            assert_eq!((intake.table().rows(), reading.read, reading.duplicates), expected, "{piece} {is_short}");
            assert_eq!(reading.unidentified, unidentified as u64, "{piece} {is_short}");
            assert_eq!((intake.is_full(), reading.unreadable), (is_full, 0), "{piece} {is_short}");
        }
    };
    check(0, 0, (1 << 14, 1 << 14, 0), true);
    check(3, 0, (1 << 14, 1 << 14, 0), true);
    check(3, 300, (1 << 14, 1 << 14, 0), true);
    check(3, 1 << 14, (1 << 14, 1 << 14, 0), true);
}

#[test]
fn how_many_rows_repeat_another_one_is_said() {
    let check = |ids: &[&str], expected: &str| {
        let id = |id: &str| if id.is_empty() { Value::Null } else { Value::from(id) };
        let row = |name: &&str| json!({"id": id(name), "status": "failed", "started_at": "2026-02-12T04:30:00Z"});
        let rows: Vec<Value> = ids.iter().map(row).collect();
        let response = respond(&[rows.iter().collect()]);
        let notices = response["notices"].to_string();
        assert!(!notices.contains("were not looked for"), "{notices}");
        let repeats =
            response["notices"].as_array().unwrap().iter().find(|notice| notice.to_string().contains("repeat"));
        assert_eq!(repeats.and_then(Value::as_str).unwrap_or(""), expected);
    };
    check(&["1", "2"], "");
    check(&["1", "2", "1"], "1 row repeats another one and is not counted");
    check(&["1", "2", "1", "1"], "2 rows repeat another one and are not counted");
    check(&["1", ""], "1 row has no id, so that it does not show whether it repeats another one");
    check(&["", "", "1"], "2 rows have no id, so that it does not show whether they repeat another one");
}

#[test]
fn beyond_a_limit_rows_are_not_looked_for_and_that_is_said() {
    let row = |id: u64| json!({"id": id.to_string(), "status": "failed", "started_at": "2026-02-12T04:30:00Z"});
    let respond = |ids: &[u64], most: usize| {
        let duplicates = Duplicates::default().at_most(most);
        let mut intake = Intake::recognising(false).onto(Table::default(), Some(duplicates));
        ids.iter().for_each(|id| intake.extend(format!("{}\n", row(*id)).as_bytes()));
        intake.finish(None);
        let query = Query::from_pairs([("metric", "volume")]).unwrap();
        let (table, reading) = (intake.table(), intake.reading());
        let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
        serde_json::from_str::<Value>(&json::heatmap(&answer)).unwrap()
    };
    let check = |ids: &[u64], most: usize, placed: u64, repeated: u64, is_said: bool| {
        let response = respond(ids, most);
        assert_eq!((&response["rows"]["placed"], &response["rows"]["duplicate"]), (&placed.into(), &repeated.into()));
        assert_eq!((&response["rows"]["read"], &response["complete"]), (&ids.len().into(), &true.into()));
        let notice = "repeated rows and earlier attempts were not looked for beyond the first 2 executions";
        let notices = response["notices"].as_array().unwrap();
        assert_eq!(notices.iter().any(|said| said == notice), is_said, "{ids:?} {most}: {notices:?}");
        assert!(!notices.iter().any(|said| said == "repeated rows were not looked for"), "{notices:?}");
    };
    check(&[1, 2, 1, 2], 2, 2, 2, false);
    check(&[1, 2, 3, 1, 2], 2, 3, 2, true);
    check(&[1, 2, 3, 3], 2, 4, 0, true);
    check(&[1, 2, 3, 3], 3, 3, 1, false);
}

#[test]
fn no_key_decides_what_repeats() {
    let rows = rows(3, 300);
    let respond = |key: [u64; 2]| {
        let mut intake = Intake::recognising(false).onto(Table::default(), Some(Duplicates::with_key(key)));
        rows.iter().for_each(|row| intake.extend(format!("{row}\n").as_bytes()));
        intake.finish(None);
        let query = Query::from_pairs([("metric", "volume"), ("attempts", "last")]).unwrap();
        let (table, reading) = (intake.table(), intake.reading());
        assert!(reading.duplicates > 10);
        json::heatmap(&answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap())
    };
    let expected = respond([0, 0]);
    for key in [[1, 0], [0, 1], [u64::MAX, 7]] {
        assert_eq!(respond(key), expected, "{key:?}");
    }
}

#[test]
fn parts_that_read_alike_are_different_executions() {
    let start = "2026-02-12T04:30:00Z";
    let rows = [
        json!({"id": "b", "workflow_id": "a", "status": "failed", "started_at": start}),
        json!({"id": "ab", "status": "failed", "started_at": start}),
        json!({"id": "", "workflow_id": "ab", "status": "failed", "started_at": start}),
    ];
    assert_eq!(respond(&[rows.iter().collect()])["rows"]["duplicate"], 0);
}

/// Whether it is said that repeated rows were not looked for.
fn is_unlooked(sources: &[String], reads: &dyn Fn(&[String]) -> (Table, Reading)) -> bool {
    let (table, reading) = reads(sources);
    let query = Query::from_pairs([("metric", "volume")]).unwrap();
    let answer = answer::answer(&table, &reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    answer.notices.iter().any(|notice| notice == "repeated rows were not looked for")
}

#[test]
fn a_companions_stream_needs_no_looking_for() {
    const ROW: &str = "{\"id\":\"1\",\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n";
    let one_each = |sources: &[String]| {
        let (mut table, mut readings) = (Table::default(), Reading::default());
        for source in sources {
            let mut intake = Intake::recognising(false).onto(table, None);
            intake.extend(source.as_bytes());
            intake.finish(None);
            let reading;
            (table, reading, _) = intake.into_parts();
            readings.merge(&reading);
        }
        (table, readings)
    };
    let one_for_all = |sources: &[String]| {
        let mut intake = Intake::recognising(false);
        for (number, source) in sources.iter().enumerate() {
            if number > 0 {
                intake.begin_next(Expected::anything(), false);
            }
            intake.extend(source.as_bytes());
            intake.finish(None);
        }
        let (table, reading, _) = intake.into_parts();
        (table, reading)
    };
    let check = |sources: &[&String], expected: bool| {
        let sources: Vec<String> = sources.iter().map(|source| (*source).clone()).collect();
        assert_eq!(is_unlooked(&sources, &one_each), expected, "one each: {sources:?}");
        assert_eq!(is_unlooked(&sources, &one_for_all), expected, "one for all: {sources:?}");
    };
    let stream = format!("{ROW}{{\"$end\":{{\"rows\":1,\"complete\":true}}}}\n");
    let (file, went_on) = (ROW.to_owned(), format!("{stream}{ROW}"));
    check(&[&file], true);
    check(&[&stream], false);
    check(&[&went_on], true);
    check(&[&stream, &stream], true);
    check(&[&stream, &file], true);
}

#[test]
fn another_workflow_or_attempt_is_another_row() {
    let row = |workflow_id: &str, attempt: u32| json!({"id": "1", "workflow_id": workflow_id, "attempt": attempt, "status": "failed", "started_at": "2026-02-12T04:30:00Z"});
    let rows = [row("7", 1), row("8", 1), row("7", 2)];
    let response = respond(&[rows.iter().collect()]);
    assert_eq!((response["rows"]["placed"].as_u64(), response["rows"]["duplicate"].as_u64()), (Some(3), Some(0)));
    assert!(!response["notices"].to_string().contains("repeated rows"), "they were looked for");
}
