//! Rows that go straight to the table, since rows of their kind came before, are counted as if each had been put together:
//! the whole account and the whole answer are those of a reading that takes the long way. In lines, records and columns.

#[path = "support/cases.rs"]
#[allow(dead_code, reason = "the golden cases are another test's")]
mod cases;
mod support;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::{ArrowDictionaryKeyType, Int8Type, Int32Type, UInt16Type};
use arrow_array::*;
use arrow_ipc::writer::StreamWriter;
use cases::respond;
use execution_heatmap::ingest::{Expected, Form};
use execution_heatmap::intake::Intake;
use execution_heatmap::table::Table;
use proptest::prelude::*;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::zone_over;

const WORKFLOWS: [Option<&str>; 4] =
    [Some("sync"), Some("a name of more than sixteen bytes"), Some("é \"x\", y"), None];
const STATUSES: [Option<&str>; 6] =
    [Some("completed"), Some("failed"), Some("running"), Some("timed_out"), Some("exploded"), None];
const ERRORS: [Option<&str>; 3] = [None, Some("refused"), Some("é")];
const DURATIONS: [Option<i64>; 9] =
    [None, Some(0), Some(3721), Some(-1), Some(i64::MIN), Some(i64::MAX), Some(4_294_967_294), Some(1 << 41), Some(7)];

#[derive(Clone, Debug)]
struct Row {
    workflow: usize,
    status: usize,
    error: usize,
    /// In seconds.
    start: Option<i64>,
    end: Option<i64>,
    duration: usize,
    attempt: Option<i64>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let seconds =
        || prop_oneof![9 => (1_770_000_000..1_770_500_000_i64).prop_map(Some), 1 => Just(None), 1 => Just(Some(0))];
    let row = (0..4_usize, 0..6_usize, 0..3_usize, seconds(), seconds(), 0..9_usize, prop::option::of(-1..4_i64));
    let row = row.prop_map(|(workflow, status, error, start, end, duration, attempt)| Row {
        workflow,
        status,
        error,
        start,
        end,
        duration,
        attempt,
    });
    // Enough of one kind that most are known.
    prop::collection::vec(row, 1..12).prop_map(|rows| rows.iter().cycle().take(rows.len() * 9).cloned().collect())
}

/// Reads a source in pieces, and the long way in one.
fn check(source: &[u8], form: Form, piece: usize) -> Result<u64, TestCaseError> {
    check_as(source, &|| Intake::new(form, false), piece)
}

/// The same of a source of which no form is told.
fn check_as(source: &[u8], new: &dyn Fn() -> Intake, piece: usize) -> Result<u64, TestCaseError> {
    let part = |reading: Intake, most_bytes: usize| {
        let mut reading = reading.onto(Table::default().with_places().with_texts(most_bytes), None);
        source.chunks(piece.max(1)).for_each(|piece| reading.extend(piece));
        reading.finish(None);
        part_of(&reading)
    };
    // Room for the texts of all rows, and of some.
    for most_bytes in [1 << 20, 30_000, 600] {
        let long = part(new().without_shortcuts(), most_bytes);
        prop_assert!(part(new(), most_bytes) == long, "other texts, places or counts are kept in {most_bytes}");
    }

    let mut short = new();
    source.chunks(piece.max(1)).for_each(|piece| short.extend(piece));
    let mut long = new().without_shortcuts();
    long.extend(source);
    [&mut short, &mut long].into_iter().for_each(|intake| intake.finish(None));
    prop_assert_eq!(short.reading(), long.reading());
    prop_assert_eq!(short.table().rows(), long.table().rows());
    prop_assert_eq!(short.table().retries(), long.table().retries());
    for query in [
        &[("metric", "duration")][..],
        &[("metric", "max_duration"), ("by", "end")],
        &[("metric", "error_count"), ("attempts", "last")],
    ] {
        prop_assert_eq!(respond(&short, query), respond(&long, query));
    }
    Ok(short.table().rows())
}

/// The same of records, in which some fields that are empty are words for nothing, and some of these stand in quotes.
fn with_words(records: &[u8], seed: u64) -> Vec<u8> {
    let mut random = seed;
    let text = String::from_utf8(records.to_vec()).unwrap();
    let mut out = String::new();
    for (place, part) in text.split_inclusive(',').enumerate() {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let is_empty = place > 8 && part == ",";
        out += if is_empty { ["", "NULL", "None", "\\N", "\"NULL\"", "Null"][(random >> 33) as usize % 6] } else { "" };
        out += part;
    }
    out.into_bytes()
}

/// All that was read, as what one engine hands to another.
fn part_of(intake: &Intake) -> Vec<u8> {
    let mut bytes = Vec::new();
    intake.write_part(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

fn lines(rows: &[Row]) -> String {
    let mut out = String::new();
    let instant =
        |seconds: Option<i64>| seconds.map(|at| chrono::DateTime::from_timestamp(at, 0).unwrap().to_rfc3339());
    for (id, row) in rows.iter().enumerate() {
        let value = serde_json::json!({
            "id": match id % 3 {
                0 => id.into(),
                1 => format!("\"é\n{id}").into(),
                _ => serde_json::Value::from(id.to_string()),
            },
            "workflow": WORKFLOWS[row.workflow],
            "status": STATUSES[row.status],
            // An offset is left to the long way, which some rows have to go between the others.
            "started_at": instant(row.start).map(|text| if row.workflow > 0 { text.replace("+00:00", "Z") } else { text }),
            "finished_at": instant(row.end).map(|text| text.replace("+00:00", "Z")),
            "duration_ms": DURATIONS[row.duration],
            "attempt": row.attempt,
            "error": ERRORS[row.error].map(|message| serde_json::json!({"message": message, "of": [1, {}]})),
        });
        writeln!(out, "{value}").unwrap();
    }
    out
}

fn records(rows: &[Row]) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().from_writer(Vec::new());
    out.write_record(["id", "workflow", "status", "started_at", "finished_at", "duration_ms", "attempt", "error"])
        .unwrap();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let instant = |seconds: Option<i64>| {
        let text = seconds
            .map(|at| chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%M:%S.000").to_string());
        text.unwrap_or_default()
    };
    for (id, row) in rows.iter().enumerate() {
        let end = instant(row.end);
        out.write_record([
            ["x", "a,\nb", "\"é\""][id % 3],
            WORKFLOWS[row.workflow].unwrap_or_default(),
            STATUSES[row.status].unwrap_or_default(),
            &(instant(row.start) + if row.start.is_some() && row.workflow > 0 { "Z" } else { "" }),
            &end,
            &number(DURATIONS[row.duration]),
            &number(row.attempt),
            ERRORS[row.error].unwrap_or_default(),
        ])
        .unwrap();
    }
    out.into_inner().unwrap()
}

fn dictionary<K: ArrowDictionaryKeyType>(texts: impl Iterator<Item = Option<&'static str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<K>::new();
    texts.for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

/// Columns of types that a number chooses; `size` rows a batch.
fn columns(rows: &[Row], size: usize, types: usize) -> Vec<u8> {
    let batch = |rows: &[Row]| {
        let starts = || rows.iter().map(|row| row.start);
        let ms = |seconds: Option<i64>| seconds.map(|at| at * 1000);
        let start: ArrayRef = match types % 5 {
            0 => Arc::new(starts().map(ms).collect::<TimestampMillisecondArray>().with_timezone("UTC")),
            1 => Arc::new(starts().map(|at| at.map(|at| at * 1_000_000)).collect::<TimestampMicrosecondArray>()),
            2 => Arc::new(starts().map(ms).collect::<Int64Array>()),
            // Some with digits below the millisecond.
            3 => Arc::new(
                starts()
                    .map(|at| at.map_or(f64::NAN, |at| at as f64 * 1000.0 + (at % 4) as f64 * 0.33))
                    .collect::<Float64Array>(),
            ),
            _ => Arc::new(starts().map(|at| at.map(|at| (at / 86_400) as i32)).collect::<Date32Array>()),
        };
        let durations = || rows.iter().map(|row| DURATIONS[row.duration]);
        let duration: ArrayRef = match types / 5 % 6 {
            0 => Arc::new(durations().collect::<Int64Array>()),
            1 => Arc::new(durations().collect::<DurationMillisecondArray>()),
            2 => Arc::new(durations().collect::<TimestampMillisecondArray>()),
            3 => Arc::new(durations().map(|ms| ms.map_or(f64::NAN, |ms| ms as f64 / 2.0)).collect::<Float64Array>()),
            4 => Arc::new(durations().map(|ms| ms.map(|ms| ms as i32)).collect::<Int32Array>()),
            _ => Arc::new(durations().collect::<DurationMicrosecondArray>()),
        };
        let end: ArrayRef = match types / 30 % 2 {
            0 => Arc::new(rows.iter().map(|row| ms(row.end)).collect::<TimestampMillisecondArray>()),
            _ => Arc::new(rows.iter().map(|row| row.end.or(Some(i64::MIN))).collect::<Int64Array>()),
        };
        let attempts = || rows.iter().map(|row| row.attempt);
        let attempt: ArrayRef = match types / 60 % 3 {
            0 => Arc::new(attempts().map(|attempt| attempt.map(|attempt| attempt as i32)).collect::<Int32Array>()),
            1 => Arc::new(attempts().collect::<TimestampSecondArray>()),
            _ => Arc::new(
                attempts().map(|attempt| attempt.map(|attempt| attempt as f64 + 0.5)).collect::<Float64Array>(),
            ),
        };
        let ids = || (0..rows.len()).map(|row| (row % 7 != 3).then_some(row));
        let texts =
            || ids().map(|id| id.map(|id| format!("{}{id}", ["", "é", "an id of more than twelve bytes "][id % 3])));
        let ids: ArrayRef = match types / 180 % 5 {
            0 => Arc::new(ids().map(|id| id.map(|id| id as i64 - 4)).collect::<Int64Array>()),
            1 => Arc::new(texts().collect::<StringArray>()),
            2 => Arc::new(texts().collect::<StringViewArray>()),
            3 => Arc::new(ids().map(|id| id.map(|id| id as f64 / 2.0)).collect::<Float64Array>()),
            _ => Arc::new(ids().map(|id| id.map(|id| u64::MAX - id as u64)).collect::<UInt64Array>()),
        };
        RecordBatch::try_from_iter_with_nullable([
            ("id", ids, true),
            ("workflow", dictionary::<Int32Type>(rows.iter().map(|row| WORKFLOWS[row.workflow])), true),
            ("status", dictionary::<Int8Type>(rows.iter().map(|row| STATUSES[row.status])), true),
            ("started_at", start, true),
            ("finished_at", end, true),
            ("duration_ms", duration, true),
            ("attempt", attempt, true),
            ("error", dictionary::<UInt16Type>(rows.iter().map(|row| ERRORS[row.error])), true),
        ])
        .unwrap()
    };
    let mut writer = StreamWriter::try_new(Vec::new(), &batch(&[]).schema()).unwrap();
    rows.chunks(size.max(1)).for_each(|rows| writer.write(&batch(rows)).unwrap());
    writer.finish().unwrap();
    writer.into_inner().unwrap()
}

/// Batches of arrays that a program hands over, as `src/ingest/columns.rs` has them.
#[derive(Default)]
struct Handed {
    source: Vec<u8>,
    head: String,
    body: Vec<u8>,
}

impl Handed {
    /// A column of an array, with its texts or words; `None` for words stands for those of the batch before.
    fn add(&mut self, name: &str, kind: &str, values: &[u8], texts: Option<&[&str]>) {
        let mut place = |bytes: &[u8]| {
            let begin = self.body.len();
            self.body.extend_from_slice(bytes);
            format!("\t{begin}\t{}", self.body.len())
        };
        let values = place(values);
        let words = texts.map(|texts| {
            let ends = texts.iter().scan(0, |end, text| {
                *end += text.len() as i32;
                Some(*end)
            });
            let begins: Vec<u8> = std::iter::once(0).chain(ends).flat_map(i32::to_le_bytes).collect();
            (place(&begins), place(texts.concat().as_bytes()))
        });
        let (begins, bytes) = words.unwrap_or(("\t0\t0".to_owned(), "\t0\t0".to_owned()));
        let places = match kind {
            "text" => begins + &bytes,
            "f64" | "i64" => values + "\t0\t0",
            _ => values + "\t0\t0" + &begins + &bytes,
        };
        self.head += &format!("{name}\t{kind}{places}\n");
    }

    fn end_batch(&mut self, rows: usize) {
        let Handed { source, head, body } = self;
        source.extend(u32::MAX.to_le_bytes());
        source.extend((12 + head.len() as u32).to_le_bytes());
        source.extend((body.len() as u64).to_le_bytes());
        source.extend((rows as u32).to_le_bytes());
        source.extend_from_slice(head.as_bytes());
        source.extend_from_slice(body);
        (*head, *body) = (String::new(), Vec::new());
    }
}

/// The rows as such batches; a number chooses which columns there are.
fn handed(rows: &[Row], size: usize, types: usize) -> Vec<u8> {
    let mut handed = Handed::default();
    for (number, rows) in rows.chunks(size.max(1)).enumerate() {
        let floats = |value: &dyn Fn(&Row) -> Option<f64>| {
            rows.iter().flat_map(|row| value(row).unwrap_or(f64::NAN).to_le_bytes()).collect::<Vec<u8>>()
        };
        let code = |place: usize, words: &[Option<&str>]| words[place].map_or(-1, |_| place as i8);
        let codes = |of: &dyn Fn(&Row) -> i8| rows.iter().map(|row| of(row) as u8).collect::<Vec<u8>>();
        let words =
            |words: &[Option<&'static str>]| words.iter().map(|word| word.unwrap_or_default()).collect::<Vec<_>>();
        let (workflows, statuses) = (words(&WORKFLOWS), words(&STATUSES));
        let is_first = number == 0;
        handed.add("started_at", "f64", &floats(&|row| row.start.map(|at| at as f64 * 1000.0)), None);
        let status = codes(&|row| code(row.status, &STATUSES));
        handed.add("status", "i8", &status, is_first.then_some(&statuses));
        handed.add("duration_ms", "f64", &floats(&|row| DURATIONS[row.duration].map(|ms| ms as f64)), None);
        if types & 1 == 1 {
            let workflow = codes(&|row| code(row.workflow, &WORKFLOWS));
            handed.add("workflow", "i8", &workflow, is_first.then_some(&workflows));
        }
        if types & 2 == 2 {
            handed.add("finished_at", "f64", &floats(&|row| row.end.map(|at| at as f64)), None);
        }
        if types & 4 == 4 {
            let errors: Vec<&str> = rows.iter().map(|row| ERRORS[row.error].unwrap_or_default()).collect();
            handed.add("error", "text", &[], Some(&errors));
        }
        if types & 8 == 8 {
            let attempts: Vec<u8> = rows.iter().flat_map(|row| row.attempt.unwrap_or(i64::MIN).to_le_bytes()).collect();
            handed.add("attempt", "i64", &attempts, None);
        }
        handed.end_batch(rows.len());
    }
    handed.source
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn known_rows_of_handed_columns_count_as_all_others(
        rows in rows(), size in prop_oneof![1..40_usize, Just(1000)], types in 0..16_usize, piece in 1..3000_usize,
    ) {
        check(&handed(&rows, size, types), Form::Columns, piece)?;
    }

    #[test]
    fn known_lines_count_as_all_others(rows in rows(), piece in prop_oneof![1..400_usize, Just(100_000)]) {
        check(lines(&rows).as_bytes(), Form::Ndjson, piece)?;
    }

    #[test]
    fn known_records_count_as_all_others(rows in rows(), piece in prop_oneof![1..400_usize, Just(100_000)]) {
        check(&records(&rows), Form::Csv, piece)?;
    }

    #[test]
    fn known_records_with_words_for_nothing_count_as_all_others(rows in rows(), seed in any::<u64>()) {
        check(&with_words(&records(&rows), seed), Form::Csv, 100_000)?;
    }

    #[test]
    fn known_rows_of_columns_count_as_all_others(
        rows in rows(), size in prop_oneof![1..40_usize, Just(1000)], types in 0..900_usize,
    ) {
        check(&columns(&rows, size, types), Form::Arrow, 100_000)?;
    }
}

/// Many rows whose workflows, names and tags are each of many, most of them going together; all but some have an id, and
/// few have anything else of their own. Numbers choose how many words there are, and who has which.
fn of_many_words(words: usize, rows: usize, size: usize, mut seed: u64) -> Vec<u8> {
    let mut chance = move |below: usize| {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (seed >> 33) as usize % below
    };
    let said: Vec<[usize; 5]> = (0..rows)
        .map(|_| {
            let workflow = chance(words);
            let name = if chance(50) == 0 { chance(words) } else { workflow };
            [workflow, name, chance(words.min(40)), chance(6), chance(100)]
        })
        .collect();
    let word = |name: &str, word: usize| Some(format!("{name} {word}")).filter(|_| word % 30 != 7);
    let batch = |first: usize, rows: &[[usize; 5]]| {
        let texts = |name: &str, place: usize| -> ArrayRef {
            let mut builder = StringDictionaryBuilder::<Int32Type>::new();
            (0..words).for_each(|number| _ = builder.append(format!("{name} {number}")).unwrap());
            rows.iter().for_each(|row| builder.append_option(word(name, row[place])));
            Arc::new(builder.finish().slice(words, rows.len()))
        };
        let one_in = |row: &[usize; 5], place: usize| row[4] == place;
        let column = |of: &dyn Fn(usize, &[usize; 5]) -> Option<i64>| {
            (first..).zip(rows).map(|(place, row)| of(place, row)).collect::<Vec<_>>()
        };
        let start = column(&|place, row| (!one_in(row, 1)).then_some(1_770_000_000_000 + place as i64 * 1000));
        let id =
            column(&|place, row| (!one_in(row, 2)).then_some(if one_in(row, 3) { -7 } else { 999_000 + place as i64 }));
        let duration = column(&|place, row| (row[4] > 6).then_some(place as i64));
        let attempt = column(&|_, row| Some(if one_in(row, 4) { 2 } else { 1 }));
        let errors = rows.iter().map(|row| one_in(row, 5).then_some("refused"));
        RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(Int64Array::from(id)) as ArrayRef, true),
            ("workflow_id", texts("id", 0), true),
            ("workflow", texts("name", 1), true),
            ("tags", texts("tag", 2), true),
            ("status", dictionary::<Int8Type>(rows.iter().map(|row| STATUSES[row[3]])), true),
            ("started_at", Arc::new(TimestampMillisecondArray::from(start)), true),
            ("duration_ms", Arc::new(Int64Array::from(duration)), true),
            (
                "attempt",
                Arc::new(attempt.iter().map(|try_| try_.map(|try_| try_ as i32)).collect::<Int32Array>()),
                true,
            ),
            ("error", dictionary::<UInt16Type>(errors), true),
        ])
        .unwrap()
    };
    let mut writer = StreamWriter::try_new(Vec::new(), &batch(0, &[]).schema()).unwrap();
    for (number, rows) in said.chunks(size).enumerate() {
        writer.write(&batch(number * size, rows)).unwrap();
    }
    writer.into_inner().unwrap()
}

/// In WebAssembly other instructions read such columns: `tests/package/wasm-equals-native.test.mjs` reads this file there.
#[test]
fn the_columns_that_are_read_in_webassembly_are_what_is_written_today() {
    let columns = of_many_words(5, 1503, 1003, 7);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/words.arrows");
    if std::env::var_os("EXECUTION_HEATMAP_BLESS").is_some() {
        std::fs::write(&path, &columns).unwrap();
    }
    let advice = "the columns have changed: EXECUTION_HEATMAP_BLESS=1 renews the file";
    assert!(std::fs::read(&path).unwrap_or_default() == columns, "{advice}");
    assert!(check(&columns, Form::Arrow, 100_000).unwrap() > 300, "few rows go the short way");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn known_rows_of_many_words_count_as_all_others(
        words in prop_oneof![5..20_usize, 60..120_usize, 300..500_usize], rows in 1000..4000_usize,
        size in prop_oneof![300..1500_usize, Just(4000)], seed: u64,
    ) {
        prop_assert!(check(&of_many_words(words, rows, size, seed), Form::Arrow, 100_000)? > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn columns_of_which_bytes_are_broken_count_as_all_others(
        rows in rows(), size in prop_oneof![1..40_usize, Just(1000)], types in 0..900_usize,
        broken in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut source = columns(&rows, size, types);
        for (place, byte) in broken {
            let place = place.index(source.len());
            source[place] = byte;
        }
        check(&source, Form::Arrow, 100_000)?;
    }
}

/// Rows of one kind, of which only what is given differs.
fn alike(count: usize) -> Vec<Row> {
    let row =
        Row { workflow: 0, status: 1, error: 1, start: Some(1_770_000_000), end: None, duration: 2, attempt: None };
    vec![row; count]
}

#[test]
fn an_entry_that_its_dictionary_lacks_makes_one_row_unreadable() {
    let mut rows = alike(40);
    rows[7].error = 2;
    let mut source = columns(&rows, 40, 0);
    // The numbers of the errors: one is not like the others, and becomes one that there is no error for.
    let numbers: Vec<u8> = (0..40).flat_map(|row| [u8::from(row == 7), 0]).collect();
    let at = source.windows(numbers.len()).position(|bytes| bytes == numbers).unwrap();
    source[at + 14] = 99;
    assert_eq!(check(&source, Form::Arrow, 100_000).unwrap(), 39);
}

#[test]
fn dictionaries_of_a_million_entries_are_no_fault() {
    // All columns share one dictionary, as some writers have it; the product of the lengths is above 2^64.
    let words: Vec<String> = (0..70_000).map(|word| format!("w{word}")).collect();
    let texts = |first: &'static str| -> ArrayRef {
        let mut builder = StringDictionaryBuilder::<Int32Type>::new();
        words.iter().for_each(|word| _ = builder.append(word).unwrap());
        builder.append(first).unwrap();
        let all = builder.finish();
        Arc::new(all.slice(70_000, 1))
    };
    let start: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![1_770_000_000_000]));
    let columns = [("workflow_id", "a"), ("workflow", "b"), ("tags", "c"), ("status", "failed")];
    let columns = columns.map(|(name, text)| (name, texts(text)));
    let batch = RecordBatch::try_from_iter(columns.into_iter().chain([("started_at", start)])).unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    (0..3).for_each(|_| writer.write(&batch).unwrap());
    assert_eq!(check(&writer.into_inner().unwrap(), Form::Arrow, 1 << 20).unwrap(), 3);
}

/// A value like another one: numbers of a few digits and of one; of a strange line now and then another word, nothing or
/// the opposite.
fn varied(value: &serde_json::Value, strange: bool, chance: &mut dyn FnMut(u64) -> u64) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), varied(value, strange, chance))).collect()
        }
        Value::Array(values) => values.iter().map(|value| varied(value, strange, chance)).collect(),
        Value::Number(_) => match chance(8) {
            0 => 1.into(),
            1 => 2.into(),
            2 => 12.into(),
            3 => 104.into(),
            _ => value.clone(),
        },
        Value::Bool(yes) if strange && chance(8) == 0 => Value::Bool(!yes),
        Value::String(text) if strange => match chance(8) {
            0 => Value::Null,
            1 => Value::String(text.replace(|digit: char| digit.is_ascii_digit(), "1")),
            2 => Value::String(format!("{text} \"é\"")),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Records that say no more than a system must: of these most rows take the shortest way.
const SPARE: [&str; 2] = [
    r#"{"id":5,"name":"CI","run_number":4,"run_attempt":2,"event":"push","status":"completed","conclusion":"success","workflow_id":7,"created_at":"2024-02-22T06:00:12Z","run_started_at":"2024-02-22T07:00:07Z","updated_at":"2024-02-22T08:00:58Z"}"#,
    r#"{"databaseId":5,"workflowDatabaseId":9,"workflowName":"CI","attempt":2,"event":"push","startedAt":"2024-02-22T06:00:07Z","updatedAt":"2024-02-22T06:01:00Z","status":"completed","conclusion":"failure"}"#,
];

/// The lines of every system's corpus that are objects, each many times over with other values in the same places; whole,
/// and without some of their members.
#[test]
fn known_rows_of_every_system_are_those_of_the_long_way() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/presets");
    let mut files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        (file.display().to_string(), String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned())
    };
    let corpora = files.into_iter().map(read);
    let spare = SPARE.map(|line| (line.to_owned(), line.to_owned()));
    let (mut systems, mut rows) = (0, 0);
    for (name, lines) in corpora.chain(spare) {
        let Some(whole) = lines.lines().find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()) else {
            continue;
        };
        let Some(members) = whole.as_object() else { continue };
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut chance = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        for left_out in [0, 3, 3, 3, 3, 2, 2] {
            let kept = members.iter().filter(|_| left_out == 0 || chance(left_out) > 0);
            let template = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
            let mut source = String::new();
            for _ in 0..300 {
                let strange = chance(12) == 0;
                writeln!(source, "{}", varied(&template, strange, &mut chance)).unwrap();
            }
            let new = || Intake::expecting(Expected::anything(), false);
            let read = check_as(source.as_bytes(), &new, 4096);
            rows += read.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        systems += 1;
    }
    assert!(systems >= 20 && rows >= 9000, "{systems} systems, {rows} rows");
}
