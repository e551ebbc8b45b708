//! What failed rows say went wrong, by class, whichever form they come in and whichever way they go: read by shapes or byte by
//! byte, held against those that they repeat, merged, handed over as parts, or counted and not kept.

#[path = "support/seeded.rs"]
mod seeded;
#[allow(dead_code, reason = "shared with the tests of Arrow")]
#[path = "arrow/write.rs"]
mod write;

use execution_heatmap::bucket::Buckets;
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::error_class::write_class;
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::table::{MOST_ERRORS, Shift, Table, View, Whose};
use execution_heatmap::window::{Window, WindowRequest};
use execution_heatmap::zone::Zone;
use seeded::Seeded;
use write::{Row, Shape};

const START: i64 = 1_770_000_000;
const DAYS: i64 = 20;

/// Rows of a few workflows, of which some fail and most of these say why.
fn rows(seed: u64, count: usize) -> Vec<Row> {
    let mut random = Seeded(seed);
    (0..count)
        .map(|number| {
            let status = random.pick(&["completed", "completed", "failed", "timed_out", "cancelled", "running"]);
            let error = match random.index(9) {
                0 => None,
                1 => Some(String::new()),
                2 => Some("  \n ".to_owned()),
                3 => Some(format!("order {} has \"no\" row\nat line 7", random.index(1_000_000))),
                4 => Some(format!("connect ECONNREFUSED 10.0.0.{}:5432", random.index(200))),
                5 => Some("délai dépassé, ещё раз".to_owned()),
                6 => Some(format!("HTTP {}", 500 + random.index(5))),
                7 => Some("x".repeat(random.index(300))),
                _ => Some("connection refused".to_owned()),
            };
            Row {
                id: Some(format!("execution-{number}")),
                workflow_id: Some(format!("w{}", random.index(3))),
                workflow: None,
                status: Some((*status).to_owned()),
                started_at: Some(START + random.index(DAYS as usize * 86_400) as i64),
                finished_at: None,
                duration_ms: (random.index(3) > 0).then(|| random.index(90_000) as i64),
                tags: Vec::new(),
                attempt: (random.index(9) == 0).then_some(2),
                error,
            }
        })
        .collect()
}

/// Workflow, quarter of an hour of the start, and class, of each row that failed and says why.
type Told = Vec<(String, i64, String)>;

const QUARTER: i64 = 900;

fn expected(rows: &[Row]) -> Told {
    let mut told = Told::new();
    for row in rows.iter().filter(|row| ["failed", "timed_out"].contains(&row.status.as_deref().unwrap())) {
        let mut class = String::new();
        write_class(row.error.as_deref().unwrap_or_default(), &mut class);
        if !class.is_empty() {
            told.push((row.workflow_id.clone().unwrap(), row.started_at.unwrap() / QUARTER, class));
        }
    }
    told.sort();
    told
}

fn told(table: &Table) -> Told {
    let request = WindowRequest::Dates { from: "2026-02-01".parse().unwrap(), to: "2026-02-28".parse().unwrap() };
    let zone = Zone::utc();
    let window = Window::resolve(request, execution_heatmap::time::Timestamp::MAX, None, &zone).unwrap();
    let (buckets, query) = (Buckets::new(&window, &zone), Query::default());
    let mut told = Told::new();
    table.each_workflow(&View::of(&query, &window, &buckets), &mut |workflow| {
        let Whose::Workflow { id, .. } = workflow.whose else { panic!("a row without a workflow") };
        let class = |error: Option<u32>| error.map(|number| table.error(number).unwrap().to_owned());
        for run in workflow.runs {
            told.extend(class(run.error()).map(|class| (id.clone(), run.at_ms / 1000 / QUARTER, class)));
        }
        for counted in workflow.counts {
            let class = class(counted.error).map(|class| (id.clone(), counted.at_ms / 1000 / QUARTER, class));
            told.extend(class.into_iter().flat_map(|one| vec![one; counted.count.executions as usize]));
        }
        true
    });
    told.sort();
    told
}

fn json(row: &Row, error_as_object: bool) -> String {
    let mut object = serde_json::Map::new();
    object.insert("id".to_owned(), row.id.clone().into());
    object.insert("workflow_id".to_owned(), row.workflow_id.clone().into());
    object.insert("status".to_owned(), row.status.clone().into());
    object.insert("started_at".to_owned(), (row.started_at.unwrap() * 1000).into());
    object.insert("duration_ms".to_owned(), row.duration_ms.into());
    object.insert("attempt".to_owned(), row.attempt.into());
    let error = row.error.clone().map_or(serde_json::Value::Null, |error| match error_as_object {
        true => serde_json::json!({ "code": "E", "message": error }),
        false => error.into(),
    });
    object.insert("error".to_owned(), error);
    serde_json::Value::Object(object).to_string()
}

fn lines(rows: &[Row]) -> String {
    rows.iter().enumerate().map(|(place, row)| json(row, place % 5 == 0) + "\n").collect()
}

fn csv(rows: &[Row]) -> String {
    let mut csv = "id,workflow_id,status,started_at,duration_ms,attempt,error\n".to_owned();
    for row in rows {
        let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
        let error =
            row.error.as_deref().map_or_else(String::new, |error| format!("\"{}\"", error.replace('"', "\"\"")));
        let [id, workflow, status] =
            [&row.id, &row.workflow_id, &row.status].map(|text| text.as_deref().unwrap_or_default());
        let [start, duration, attempt] = [row.started_at.map(|at| at * 1000), row.duration_ms, row.attempt].map(number);
        csv.push_str(&format!("{id},{workflow},{status},{start},{duration},{attempt},{error}\n"));
    }
    csv
}

fn read(intake: Intake, bytes: &[u8], piece: usize) -> Table {
    let mut intake = intake;
    bytes.chunks(piece).for_each(|piece| intake.extend(piece));
    intake.finish(None);
    intake.into_parts().0
}

/// Reads rows in a form in every way and holds what is told of them against the rows.
fn check(form: Form, bytes: &[u8], rows: &[Row]) {
    let expected = expected(rows);
    assert!(expected.len() > rows.len() / 6, "{} of {}", expected.len(), rows.len());
    for words in ["plain", "with places", "with texts", "without rows"] {
        let table = || match words {
            "with places" => Table::default().with_places(),
            "with texts" => Table::default().with_texts(1 << 26),
            "without rows" => Table::default().without_rows(),
            _ => Table::default(),
        };
        for piece in [997, bytes.len()] {
            let whole = read(Intake::new(form, false).onto(table(), None), bytes, piece);
            assert!(told(&whole) == expected, "{} {words} in pieces of {piece}", form.name());
        }
        let long = read(Intake::new(form, false).onto(table(), None).without_shortcuts(), bytes, bytes.len());
        assert!(told(&long) == expected, "{} {words}, byte by byte", form.name());
        let mut merged = Table::default();
        merged.push_another();
        merged.merge(&long);
        assert!(told(&merged) == expected, "{} {words}, merged", form.name());
        let mut pieces = Vec::new();
        long.write(&mut |piece| pieces.push(piece.to_vec()));
        let (mut absorbed, mut pieces) = (table(), pieces.into_iter());
        absorbed.absorb(&mut || pieces.next(), Shift::default()).unwrap();
        assert!(told(&absorbed) == expected, "{} {words}, as parts", form.name());
    }
    // Whoever looks for rows that repeat others finds none, and then all.
    for shortcuts in [true, false] {
        let intake = Intake::new(form, false).onto(Table::default(), Some(Duplicates::default()));
        let mut intake = if shortcuts { intake } else { intake.without_shortcuts() };
        for _ in 0..2 {
            intake.extend(bytes);
            intake.finish(None);
            assert!(told(intake.table()) == expected, "{} without repeated rows", form.name());
            intake.begin_next(execution_heatmap::ingest::Expected::anything().form(form), false);
        }
    }
}

/// A kind of another number than any that was read.
trait Another {
    fn push_another(&mut self);
}

impl Another for Table {
    fn push_another(&mut self) {
        let line = "{\"workflow_id\":\"other\",\"status\":\"failed\",\"started_at\":1,\"error\":\"another\"}\n";
        self.merge(&read(Intake::new(Form::Ndjson, false), line.as_bytes(), 1000));
    }
}

#[test]
fn failed_rows_say_the_same_in_every_form_and_every_way() {
    let rows = rows(7, 6000);
    check(Form::Ndjson, lines(&rows).as_bytes(), &rows);
    check(Form::Csv, csv(&rows).as_bytes(), &rows);
    let rows = &rows[..2000];
    let document = format!("[{}]", lines(rows).trim_end().replace('\n', ","));
    check(Form::Json, document.as_bytes(), rows);
    for text in 0..write::TEXTS {
        // A dictionary that grows from batch to batch is the same one; small numbers could not name all of its entries.
        let has_delta = text > 4;
        let shape = Shape { text, start: 0, duration: 0, tags: 0, is_file: false, has_delta };
        check(Form::Arrow, &write::write(rows, 100, shape), rows);
    }
}

/// Of two rows of one execution that differ in what went wrong alone, the same one stays whichever came first.
#[test]
fn the_order_of_rows_decides_nothing() {
    let errors = ["", "refused", "HTTP 500", "HTTP 502", "order 123456 is gone", "order 7 is gone", "a\nb"];
    for one in errors {
        for other in errors {
            let of = |texts: [&str; 2]| {
                let line = |error: &str| {
                    let error = error.replace('\n', "\\n");
                    format!(
                        "{{\"id\":\"1\",\"workflow_id\":\"w\",\"status\":\"failed\",\"started_at\":1770000000000,\"error\":\"{error}\"}}\n"
                    )
                };
                let intake = Intake::new(Form::Ndjson, false).onto(Table::default(), Some(Duplicates::default()));
                told(&read(intake, texts.map(line).concat().as_bytes(), 10_000))
            };
            assert_eq!(of([one, other]), of([other, one]), "{one:?} and {other:?}");
        }
    }
}

/// The same of many rows, most of which are told by the shape of others, within one source and of parts that are put together.
#[test]
fn the_order_of_many_repeated_rows_decides_nothing() {
    let first = rows(3, 1500);
    let mut second = first.clone();
    let other = rows(4, 1500);
    for (row, other) in second.iter_mut().zip(other) {
        row.error = other.error;
    }
    let table = |sources: [&[Row]; 2]| {
        let intake = Intake::new(Form::Ndjson, false).onto(Table::default(), Some(Duplicates::default()));
        told(&read(intake, sources.map(lines).concat().as_bytes(), 10_000))
    };
    let one = table([&first, &second]);
    assert_eq!(one, table([&second, &first]));
    // Of two errors the one of the greater class stays, and none rather than any.
    let mut kept = first.clone();
    for (row, other) in kept.iter_mut().zip(&second) {
        let class = |error: &Option<String>| {
            let mut class = String::new();
            write_class(error.as_deref().unwrap_or_default(), &mut class);
            class
        };
        let [mine, theirs] = [class(&row.error), class(&other.error)];
        if !mine.is_empty() && (theirs.is_empty() || theirs > mine) {
            row.error = other.error.clone();
        }
    }
    assert_eq!(one, expected(&kept));
}

/// With more classes than are told apart none is told, whichever came first, and every row is counted all the same.
#[test]
fn more_classes_than_are_told_apart_are_none() {
    let letters = |number: usize| -> String {
        [number / 676, number / 26 % 26, number % 26].iter().map(|digit| (b'a' + *digit as u8) as char).collect()
    };
    let line = |number: usize| {
        let (at, error) = (START * 1000 + number as i64 * 60_000, letters(number));
        format!("{{\"workflow_id\":\"w\",\"status\":\"failed\",\"started_at\":{at},\"error\":\"no host {error}\"}}\n")
    };
    let source = |count: usize| -> String { (0..count).map(line).collect() };
    for (count, expected) in [(MOST_ERRORS, MOST_ERRORS), (MOST_ERRORS + 1, 0), (MOST_ERRORS + 900, 0)] {
        let table = read(Intake::new(Form::Ndjson, false), source(count).as_bytes(), 5000);
        assert_eq!(
            (told(&table).len(), table.rows(), table.crowding().errors),
            (expected, count as u64, expected == 0)
        );
        // Halves that each have room may not have it together.
        let all = source(count);
        let (first, second) = all.split_at(all.len() / 2 + all[all.len() / 2..].find('\n').unwrap() + 1);
        let mut merged = read(Intake::new(Form::Ndjson, false), first.as_bytes(), 5000);
        merged.merge(&read(Intake::new(Form::Ndjson, false), second.as_bytes(), 5000));
        assert_eq!((told(&merged).len(), merged.rows()), (expected, count as u64));
    }
}
