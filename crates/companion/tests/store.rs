//! The database: what is stored is what the engine reads, the same rows twice are the same rows once, filters in SQL
//! are the engine's filters, and readers cannot write.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::execution::Status;
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::{Attempts, Filter, Moment, Query};
use execution_heatmap::problem::Problems;
use execution_heatmap::row;
use execution_heatmap::table::Table;
use execution_heatmap::window::Window;
use execution_heatmap::zone::Zone;
use execution_heatmap_companion::source::sqlite::read::{self, LeftOut, Selection};
use execution_heatmap_companion::source::sqlite::schema;
use execution_heatmap_companion::source::sqlite::write::{Stored, Writer};
use rusqlite::Connection;
use std::ops::ControlFlow;
use support::{Database, NEW_YEAR_MS, Row, Seeded, rows_over};

const HOUR_MS: i64 = 3_600_000;

/// A window of so many hours from the new year on.
fn window(hours: i64) -> Window {
    let date = "2026-01-01".parse().unwrap();
    let until = execution_heatmap::time::Timestamp::from_ms(NEW_YEAR_MS + hours * HOUR_MS).unwrap();
    Window { start_date: date, end_date: date, start_ms: NEW_YEAR_MS, until }
}

fn lines(connection: &Connection, workspace: &str, window: &Window, filter: &Filter) -> Vec<String> {
    let workspace = read::workspace_number(connection, workspace).unwrap().unwrap();
    let mut lines = Vec::new();
    read::for_each_row(connection, &Selection::by_start(workspace, window, filter), |execution| {
        lines.push(row::line(execution));
        ControlFlow::Continue(())
    })
    .unwrap();
    lines
}

fn all(database: &Database) -> Vec<String> {
    let connection = schema::open_read_only(&database.path).unwrap();
    lines(&connection, "w", &window(24 * 365), &Filter::default())
}

/// Texts that SQL, JSON and the file format could trip over.
const TEXTS: [&str; 12] = ["7", "8", "a", "A", "ä", "%", "_", "' OR 1=1 --", "\"q\"", "\u{0}nul", "!bang", "日本 語"];

fn random_row(seeded: &mut Seeded, number: u64) -> Row {
    let statuses = ["completed", "failed", "timed_out", "Canceled", "running", "exploded", "other", "", "skipped"];
    let tags = (0..seeded.below(4)).map(|_| seeded.one_of(&TEXTS).to_owned()).collect();
    Row {
        id: (seeded.below(8) > 0).then(|| format!("{number}")),
        workflow_id: (seeded.below(5) > 0).then(|| seeded.one_of(&TEXTS).to_owned()),
        status: seeded.one_of(&statuses).to_owned(),
        started_ms: NEW_YEAR_MS + seeded.below(48 * HOUR_MS as u64) as i64,
        duration_ms: (seeded.below(3) > 0).then(|| seeded.below(1_000_000)),
        tags,
        attempt: 1 + seeded.below(3) as u32,
        error: (seeded.below(4) == 0).then(|| seeded.one_of(&TEXTS).to_owned()),
    }
}

fn random_filter(seeded: &mut Seeded) -> Filter {
    let mut pairs = Vec::new();
    for parameter in ["workflow_id", "tag"] {
        for _ in 0..seeded.below(3) {
            let name = seeded.one_of(&TEXTS).replace('!', "!!");
            pairs.push((parameter, if seeded.below(3) == 0 { format!("!{name}") } else { name }));
        }
    }
    for _ in 0..seeded.below(3) {
        let status = seeded.one_of(&Status::ALL).name();
        pairs.push(("status", if seeded.below(3) == 0 { format!("!{status}") } else { status.to_owned() }));
    }
    Query::from_pairs(pairs.iter().map(|(name, value)| (*name, &**value))).unwrap().filter
}

#[test]
fn a_filter_in_sql_admits_what_the_engines_filter_admits() {
    let mut seeded = Seeded(7);
    let rows: Vec<Row> = (0..300).map(|number| random_row(&mut seeded, number)).collect();
    let database = Database::with_rows(&rows);
    let connection = schema::open_read_only(&database.path).unwrap();
    let window = window(36);
    let workspace = read::workspace_number(&connection, "w").unwrap().unwrap();
    let (mut narrowed, mut emptied) = (0, 0);
    for _ in 0..400 {
        let filter = random_filter(&mut seeded);
        let in_window: Vec<&Row> =
            rows.iter().filter(|row| row.started_ms >= NEW_YEAR_MS && row.started_ms < window.until.ms()).collect();
        let mut expected: Vec<String> = Vec::new();
        for row in &in_window {
            row.with(|execution| {
                if filter.admits(execution.workflow_id, execution.status, row.tags.iter().map(String::as_str)) {
                    expected.push(row::line(execution));
                }
            });
        }
        let mut found = lines(&connection, "w", &window, &filter);
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{filter:?}");
        let left_out = read::left_out(&connection, &Selection::by_start(workspace, &window, &filter)).unwrap();
        let outside_window = (rows.len() - in_window.len()) as u64;
        let filtered = (in_window.len() - expected.len()) as u64;
        assert_eq!(
            left_out,
            LeftOut { no_start: 0, without_moment: 0, repeated: 0, outside_window, filtered },
            "{filter:?}"
        );
        narrowed += usize::from(!expected.is_empty() && filtered > 0);
        emptied += usize::from(expected.is_empty());
    }
    assert!(narrowed > 100 && emptied < 300, "the filters must bite without biting all: {narrowed}, {emptied}");
}

#[test]
fn rows_come_back_as_they_went_in_and_in_order() {
    let mut seeded = Seeded(11);
    let rows: Vec<Row> = (0..300).map(|number| random_row(&mut seeded, number)).collect();
    let database = Database::with_rows(&rows);
    let mut expected: Vec<(i64, Option<String>, String)> =
        rows.iter().map(|row| (row.started_ms, row.id.clone(), row.with(row::line))).collect();
    expected.sort();
    let found = all(&database);
    let starts: Vec<_> = found.iter().map(|line| started_and_id(line)).collect();
    assert!(starts.is_sorted(), "by start, then id");
    let mut found = found;
    found.sort();
    let mut expected: Vec<String> = expected.into_iter().map(|(_, _, line)| line).collect();
    expected.sort();
    assert_eq!(found, expected);
}

fn started_and_id(line: &str) -> (String, Option<String>) {
    let row: serde_json::Value = serde_json::from_str(line).unwrap();
    (row["started_at"].as_str().unwrap().to_owned(), row["id"].as_str().map(str::to_owned))
}

#[test]
fn the_same_rows_twice_are_the_same_rows_once() {
    let mut seeded = Seeded(3);
    let rows: Vec<Row> = (0..300).map(|number| random_row(&mut seeded, number)).collect();
    let database = Database::with_rows(&rows);
    let once = all(&database);
    database.add("w", &rows);
    assert_eq!(all(&database), once);
    let reversed: Vec<Row> = rows.iter().rev().cloned().collect();
    database.add("w", &reversed);
    assert_eq!(all(&database), once);
    // Another workspace has rows of its own.
    database.add("v", &rows[..10]);
    assert_eq!(all(&database), once);
}

#[test]
fn rows_without_an_id_count_as_often_as_they_stand_in_a_file() {
    let row = Row { id: None, ..Row::new("", "completed", NEW_YEAR_MS) };
    let database = Database::with_rows(&[row.clone(), row.clone()]);
    database.add("w", &[row.clone(), row.clone(), row.clone()]);
    database.add("w", std::slice::from_ref(&row));
    assert_eq!(all(&database).len(), 3);
}

#[test]
fn of_two_rows_of_one_identity_the_same_one_stays_in_any_order() {
    let at = |status: &str, duration_ms: Option<u64>| Row { duration_ms, ..Row::new("1", status, NEW_YEAR_MS) };
    // Each row loses to the next one.
    let rising = [
        at("pending", None),
        at("running", Some(9_000_000)),
        at("completed", None),
        at("failed", Some(5)),
        Row { started_ms: NEW_YEAR_MS + 1, ..at("cancelled", Some(5)) },
        at("completed", Some(7)),
        at("failed", Some(7)),
    ];
    for (place, lesser) in rising.iter().enumerate() {
        for greater in &rising[place + 1..] {
            for pair in [[lesser, greater], [greater, lesser]] {
                let database = Database::with_rows(&pair.map(Clone::clone));
                let expected = greater.with(row::line);
                assert_eq!(all(&database), [expected], "{lesser:?} and {greater:?}");
            }
        }
    }
}

#[test]
fn workflow_id_and_attempt_tell_rows_apart() {
    let row = Row::new("1", "completed", NEW_YEAR_MS);
    let rows = [
        row.clone(),
        Row { workflow_id: None, ..row.clone() },
        Row { workflow_id: Some(String::new()), ..row.clone() },
        Row { workflow_id: Some("8".to_owned()), ..row.clone() },
        Row { attempt: 2, ..row.clone() },
        Row { id: Some("71".to_owned()), workflow_id: Some(String::new()), ..row },
    ];
    assert_eq!(all(&Database::with_rows(&rows)).len(), rows.len());
}

#[test]
fn what_became_of_a_row_is_said() {
    let database = Database::new();
    let mut writer = Writer::open(&database.path, "w").unwrap();
    let mut add = |row: &Row| row.with(|execution| writer.add(execution)).unwrap();
    let running = Row::new("1", "running", NEW_YEAR_MS);
    let done = Row { duration_ms: Some(10), ..Row::new("1", "completed", NEW_YEAR_MS) };
    assert_eq!(
        [add(&running), add(&running), add(&done), add(&running)],
        [Stored::New, Stored::Repeated, Stored::Updated, Stored::Repeated]
    );
}

fn no_start(database: &Database) -> u64 {
    let connection = schema::open_read_only(&database.path).unwrap();
    let workspace = read::workspace_number(&connection, "w").unwrap().unwrap();
    let (window, filter) = (window(1), Filter::default());
    let selection = Selection::by_start(workspace, &window, &filter);
    let (_, reading) = read::load(&connection, &selection, 10).unwrap();
    assert_eq!(reading.read, reading.no_start);
    reading.no_start
}

/// Imports files of that content and so many rows without a start, one after the other.
fn import_contents(database: &Database, contents: &[(&str, u64)]) {
    let mut writer = Writer::open(&database.path, "w").unwrap();
    for (bytes, no_start) in contents {
        let mut content = writer.begin_file().unwrap();
        content.extend(bytes.as_bytes());
        writer.end_file(content, *no_start).unwrap();
    }
}

#[test]
fn rows_without_a_start_are_counted_once_for_each_content_and_a_file_that_grew_replaces_what_it_was() {
    let check = |contents: &[(&str, u64)], expected: u64| {
        let database = Database::new();
        import_contents(&database, contents);
        assert_eq!(no_start(&database), expected, "{contents:?}");
    };
    check(&[("a", 3), ("a", 3), ("b", 4)], 7);
    check(&[("a", 1), ("ab", 1)], 1);
    check(&[("a", 1), ("ab", 2), ("abc", 3)], 3);
    check(&[("a", 1), ("abc", 3), ("abc", 3)], 3);
    check(&[("a", 1), ("ab", 2), ("a", 1), ("ab", 2)], 2);
    check(&[("a", 1), ("b", 1), ("ac", 2), ("bd", 2), ("e", 5)], 9);
    check(&[("ab", 1), ("bb", 1), ("aab", 1)], 3);
    check(&[("aa", 0), ("aab", 1)], 1);
    check(&[("a", 1), ("ab", 0)], 0);
}

/// Takes away what the third version of the tables brought.
const WITHOUT_COUNTING: &str =
    "DROP INDEX executions_by_end; DROP INDEX executions_retried; DROP INDEX executions_superseded;
     ALTER TABLE executions DROP COLUMN superseded;";

#[test]
fn a_database_of_the_first_version_is_read_as_it_is_and_written_on() {
    let database = Database::with_rows(&[]);
    let first_version = "INSERT INTO files (workspace, content, no_start) VALUES (1, x'00', 4);
         ALTER TABLE files DROP COLUMN bytes;";
    let connection = Connection::open(&database.path).unwrap();
    connection.execute_batch(first_version).unwrap();
    connection.execute_batch(WITHOUT_COUNTING).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    assert_eq!(no_start(&database), 4);
    import_contents(&database, &[("a", 1), ("ab", 2)]);
    assert_eq!(no_start(&database), 6);
}

#[test]
fn a_window_of_rows_is_found_through_the_index_and_never_sorted() {
    let database = Database::with_rows(&rows_over(30));
    let connection = schema::open_read_only(&database.path).unwrap();
    for pairs in [vec![], vec![("status", "failed"), ("workflow_id", "7"), ("tag", "eu"), ("tag", "!us")]] {
        let filter = Query::from_pairs(pairs).unwrap().filter;
        let (statement, values) = read::rows_statement(&Selection::by_start(1, &window(24), &filter));
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let plan = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        let plan: Vec<String> = plan.map(Result::unwrap).collect();
        let range = "SEARCH executions USING INDEX executions_by_start (workspace=? AND started_ms>? AND started_ms<?)";
        assert_eq!(plan[0], range, "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY") || step.contains("SCAN executions")),
            "{plan:?}"
        );
    }
}

#[test]
fn readers_cannot_write() {
    let database = Database::with_rows(&rows_over(1));
    let connection = schema::open_read_only(&database.path).unwrap();
    let before = std::fs::read(&database.path).unwrap();
    for statement in [
        "DELETE FROM executions",
        "CREATE TABLE x (y)",
        "PRAGMA user_version = 9",
        "INSERT INTO workspaces (name) VALUES ('x')",
    ] {
        let written = connection.execute_batch(statement);
        assert!(written.is_err(), "{statement}");
    }
    drop(connection);
    assert_eq!(std::fs::read(&database.path).unwrap(), before);
}

#[test]
fn files_of_something_else_are_told_apart() {
    let check = |prepare: &dyn Fn(&std::path::Path), expected: &str| {
        let database = Database::new();
        prepare(&database.path);
        let reading = schema::open_read_only(&database.path).err().map(|error| error.to_string()).unwrap();
        let writing = schema::open_to_write(&database.path).err().map(|error| error.to_string()).unwrap();
        assert!(reading.contains(expected) && writing.contains(expected), "{reading} / {writing}");
    };
    check(&|path| drop(Connection::open(path).unwrap().execute_batch("CREATE TABLE t (x)")), "something else");
    check(&|path| std::fs::write(path, "no database at all, only words of some length").unwrap(), "not a database");
    let newer = |path: &std::path::Path| {
        schema::open_to_write(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    };
    check(&newer, "later version");
    assert!(schema::open_read_only(std::path::Path::new("/nonexistent/runs.sqlite")).is_err());
}

#[test]
fn a_window_with_too_many_rows_says_so() {
    let database = Database::with_rows(&rows_over(2));
    let connection = schema::open_read_only(&database.path).unwrap();
    let (window, filter) = (window(48), Filter::default());
    let selection = Selection::by_start(1, &window, &filter);
    let (table, reading) = read::load(&connection, &selection, 10).unwrap();
    assert_eq!(table.rows(), 10);
    assert!(reading.incomplete.unwrap().contains("more than 10 rows"));
    let (_, reading) = read::load(&connection, &selection, 48).unwrap();
    assert_eq!((reading.read, reading.incomplete), (48, None));
}

/// A window of a filter, counted as asked.
fn counted<'a>(window: &'a Window, filter: &'a Filter, query: &Query) -> Selection<'a> {
    let (by_end, only_last) = (query.counting.by == Moment::End, query.counting.attempts == Attempts::Last);
    Selection { by_end, only_last, ..Selection::by_start(1, window, filter) }
}

/// The response over the rows of a database, or over those of a file that holds all of them.
fn respond(query: &Query, window: &Window, rows: Result<&Connection, &str>) -> String {
    let (table, reading) = match rows {
        Ok(connection) => read::load(connection, &counted(window, &query.filter, query), u64::MAX).unwrap(),
        Err(file) => {
            let mut intake = Intake::recognising(false).onto(Table::default(), Some(Duplicates::default()));
            intake.extend(file.as_bytes());
            intake.finish(None);
            let (table, mut reading, _) = intake.into_parts();
            // Lines are a file's alone.
            reading.problems = Problems::default();
            (table, reading)
        }
    };
    let source = Source::Live { now: window.until };
    json::heatmap(&answer::answer(&table, &reading, query, &Zone::utc(), source, Patterns::Look).unwrap())
}

/// A response without the one notice that holds some words, if it is there.
fn without_notice(response: &str, words: &str) -> String {
    let Some(at) = response.find(words) else { return response.to_owned() };
    let (before, behind) = response.split_at(at);
    let (before, behind) = (&before[..before.rfind('"').unwrap()], &behind[behind.find('"').unwrap() + 1..]);
    match behind.strip_prefix(',') {
        Some(behind) => [before, behind].concat(),
        None => [before.strip_suffix(',').unwrap_or(before), behind].concat(),
    }
}

#[test]
fn ends_and_last_attempts_are_counted_as_those_of_a_file() {
    let mut seeded = Seeded(19);
    let mut seen = [0; 3];
    for round in 0..60 {
        let mut rows: Vec<Row> = (0..40).map(|number| random_row(&mut seeded, number)).collect();
        for row in &mut rows {
            // Few executions with many attempts, of which no one knows in what order they come.
            row.id = row.id.take().map(|_| seeded.below(6).to_string());
            row.workflow_id = (seeded.below(5) > 0).then(|| seeded.one_of(&["7", "8"]).to_owned());
            row.attempt = seeded.one_of(&[0, 1, 1, 2, 3, u32::MAX]);
            if row.status.is_empty() {
                row.status = "failed".to_owned();
            }
            // What has not ended has no duration, as every reader of rows sees to.
            let duration_ms = row.duration_ms.filter(|_| Status::of(&row.status).is_ended());
            row.duration_ms = duration_ms.map(|ms| ms * seeded.one_of(&[1, 60, 300]));
        }
        let identity = |row: &Row| row.id.clone().map(|id| (id, row.workflow_id.clone(), row.attempt));
        let mut known = std::collections::BTreeSet::new();
        rows.retain(|row| identity(row).is_none_or(|identity| known.insert(identity)));
        let database = Database::new();
        for some in rows.chunks(7) {
            database.add("w", some);
        }
        let connection = schema::open_read_only(&database.path).unwrap();
        let file: String = all(&database).concat();
        let window = window(24);
        for pairs in [
            [("by", "start"), ("attempts", "last")],
            [("by", "end"), ("attempts", "each")],
            [("by", "end"), ("attempts", "last")],
        ] {
            let filter = if round % 3 == 0 { vec![("status", "!failed"), ("workflow_id", "7")] } else { Vec::new() };
            let dates = [("from", "2026-01-01"), ("to", "2026-01-01")];
            let query = Query::from_pairs(pairs.into_iter().chain(dates).chain(filter)).unwrap();
            let (found, of_file) = (respond(&query, &window, Ok(&connection)), respond(&query, &window, Err(&file)));
            // A database holds rows without an id by what they say; of a file it is told that they are not looked for.
            let expected = without_notice(&of_file, "no id, so that it does not show whether");
            assert_eq!(found, expected, "{pairs:?} of {file}");
            let response: serde_json::Value = serde_json::from_str(&found).unwrap();
            for (seen, name) in seen.iter_mut().zip(["placed", "no_start", "duplicate"]) {
                *seen += response["rows"][name].as_u64().unwrap();
            }
        }
    }
    assert!(seen.iter().all(|rows| *rows > 500), "{seen:?}");
}

#[test]
fn ends_and_earlier_attempts_are_found_through_an_index() {
    let database = Database::with_rows(&rows_over(30));
    let connection = schema::open_read_only(&database.path).unwrap();
    let (window, filter) = (window(24), Filter::default());
    let plan = |by: &str, attempts: &str| {
        let query = Query::from_pairs([("by", by), ("attempts", attempts)]).unwrap();
        let (statement, values) = read::rows_statement(&counted(&window, &filter, &query));
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let plan = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        plan.map(Result::unwrap).collect::<Vec<_>>()
    };
    let by_end = "SEARCH executions USING INDEX executions_by_end (workspace=? AND <expr>>? AND <expr><?)";
    assert_eq!(plan("end", "each"), [by_end]);
    assert_eq!(plan("end", "last"), [by_end]);
    let by_start = "SEARCH executions USING INDEX executions_by_start (workspace=? AND started_ms>? AND started_ms<?)";
    assert_eq!(plan("start", "last"), [by_start]);
}

#[test]
fn a_database_of_the_second_version_says_nothing_of_attempts_until_it_is_written_on() {
    let attempts = [0, 1, 2, 5].map(|attempt| Row { attempt, ..Row::new("1", "failed", NEW_YEAR_MS) });
    let alone =
        [Row::new("2", "failed", NEW_YEAR_MS), Row { workflow_id: None, ..Row::new("1", "failed", NEW_YEAR_MS) }];
    let database = Database::with_rows(&[&attempts[..], &alone].concat());
    let second_version =
        "DROP INDEX executions_by_end; DROP INDEX executions_retried; DROP INDEX executions_superseded;
         ALTER TABLE executions DROP COLUMN superseded; PRAGMA user_version = 2";
    Connection::open(&database.path).unwrap().execute_batch(second_version).unwrap();
    let reader = schema::open_read_only(&database.path).unwrap();
    assert!(!schema::has_counting(&reader).unwrap());
    assert_eq!(lines(&reader, "w", &window(24), &Filter::default()).len(), 6);
    schema::open_to_write(&database.path).unwrap();
    assert!(schema::has_counting(&reader).unwrap());
    let (window, filter) = (window(24), Filter::default());
    let last = Selection { only_last: true, ..Selection::by_start(1, &window, &filter) };
    let (table, reading) = read::load(&reader, &last, 100).unwrap();
    assert_eq!((table.rows(), reading.left_out_repeated), (3, 3));
}
