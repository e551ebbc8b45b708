//! Parquet files that the test itself writes, with every type that a column may have, held against the same rows as
//! NDJSON; and ones that are damaged.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use parquet::basic::{Compression, Encoding};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use shell::{Files, Ran, run};
use std::sync::Arc;

/// The values of a column that has one in every row that is not null, as the writer takes them.
enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Double(Vec<f64>),
    Bytes(Vec<&'static str>),
    Raw(Vec<&'static [u8]>),
    Fixed(Vec<Vec<u8>>),
}

/// A column: where it has values (definition levels) and where rows begin (repetition levels), if it says so.
struct Column(Values, Option<Vec<i16>>, Option<Vec<i16>>);

fn column(values: Values) -> Column {
    Column(values, None, None)
}

fn sparse(values: Values, levels: &[i16]) -> Column {
    Column(values, Some(levels.to_vec()), None)
}

/// Writes each list of columns as a row group.
fn written(schema: &str, groups: &[&[Column]], compression: Compression) -> Vec<u8> {
    written_by(schema, groups, WriterProperties::builder().set_compression(compression).build())
}

/// The same as a writer of some kind does it.
fn written_by(schema: &str, groups: &[&[Column]], properties: WriterProperties) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message rows {{ {schema} }}")).unwrap());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for columns in groups {
        let mut group = file.next_row_group().unwrap();
        for Column(values, definitions, repetitions) in *columns {
            let mut writer = group.next_column().unwrap().unwrap();
            let (definitions, repetitions) = (definitions.as_deref(), repetitions.as_deref());
            match (writer.untyped(), values) {
                (ColumnWriter::BoolColumnWriter(writer), Values::Bool(values)) => {
                    writer.write_batch(values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::Int32ColumnWriter(writer), Values::Int32(values)) => {
                    writer.write_batch(values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::Int64ColumnWriter(writer), Values::Int64(values)) => {
                    writer.write_batch(values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::Int96ColumnWriter(writer), Values::Int96(values)) => {
                    writer.write_batch(values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::DoubleColumnWriter(writer), Values::Double(values)) => {
                    writer.write_batch(values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Bytes(values)) => {
                    let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(*value)).collect();
                    writer.write_batch(&values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), Values::Raw(values)) => {
                    let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(value.to_vec())).collect();
                    writer.write_batch(&values, definitions, repetitions).unwrap()
                }
                (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Fixed(values)) => {
                    let values: Vec<FixedLenByteArray> =
                        values.iter().map(|value| ByteArray::from(value.clone()).into()).collect();
                    writer.write_batch(&values, definitions, repetitions).unwrap()
                }
                _ => panic!("a column of another type"),
            };
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

fn analyzed(files: &Files, name: &str, content: &[u8], input: &str) -> Ran {
    run(&[
        "analyze",
        &files.with(name, content),
        "--format",
        "json",
        "--days",
        "30",
        "--metric",
        "duration",
        "--input",
        input,
    ])
}

/// What is said of the rows of a file, without its name, what it was taken for and what it should have been.
fn said(ran: &Ran) -> Vec<String> {
    let is_of_rows = |line: &&str| !line.contains("canonical rows in") && !line.starts_with("execution-heatmap:");
    let lines = ran.err.lines().filter(is_of_rows);
    lines.map(|line| line.replace("rows.parquet", "rows.ndjson")).collect()
}

/// Holds a Parquet file against the same rows as NDJSON.
fn check(parquet: &[u8], ndjson: &str) {
    let files = Files::new();
    let expected = analyzed(&files, "rows.ndjson", ndjson.as_bytes(), "ndjson");
    assert!(
        expected.code == Some(0) || expected.err.contains("none can be placed") || ndjson.is_empty(),
        "{}",
        expected.err
    );
    for input in ["auto", "parquet"] {
        let ran = analyzed(&files, "rows.parquet", parquet, input);
        assert_eq!((ran.code, said(&ran)), (expected.code, said(&expected)));
        let has_rows = !ndjson.is_empty();
        let taken = "rows.parquet: taken for canonical rows in Parquet: has started_at and status\n";
        assert_eq!(ran.err.contains(taken), has_rows, "{}", ran.err);
        assert_eq!(ran.out, expected.out);
    }
}

/// 2026-02-12T04:30:00Z in milliseconds.
const START: i64 = 1_770_870_600_000;

const PLAIN_SCHEMA: &str = "required binary status (STRING); required int64 started_at (TIMESTAMP(MILLIS,true));";

fn plain(rows: usize) -> Vec<u8> {
    let starts = (0..rows as i64).map(|row| START + row * 60_000).collect();
    let columns = [column(Values::Bytes(vec!["completed"; rows])), column(Values::Int64(starts))];
    written(PLAIN_SCHEMA, &[&columns], Compression::SNAPPY)
}

#[test]
fn every_field_is_read() {
    let schema = "required binary ID (STRING); required int32 workflow_id; optional binary workflow (STRING);
        required binary status (ENUM); required int64 started_at (TIMESTAMP(MICROS,true));
        optional int64 finished_at (TIMESTAMP(NANOS,true)); optional double duration_ms;
        optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
        required int32 attempt (INTEGER(8,false)); optional binary error (STRING); required boolean unknown;
        required group nested { required binary id (STRING); }";
    let group = |start: i64| {
        vec![
            column(Values::Bytes(vec!["a", "b\"\\\n", "c"])),
            column(Values::Int32(vec![7, -8, 7])),
            sparse(Values::Bytes(vec!["Sync", "Söhne"]), &[1, 0, 1]),
            column(Values::Bytes(vec!["failed", "completed", "exploded"])),
            column(Values::Int64(vec![start * 1000 + 999, start * 1000, -1])),
            sparse(Values::Int64(vec![(start + 1500) * 1_000_000]), &[0, 1, 0]),
            sparse(Values::Double(vec![3721.0, f64::NAN]), &[1, 0, 1]),
            Column(Values::Bytes(vec!["eu", "us"]), Some(vec![3, 3, 2, 0, 1]), Some(vec![0, 1, 1, 0, 0])),
            column(Values::Int32(vec![1, 200, 3])),
            sparse(Values::Bytes(vec!["refused"]), &[1, 0, 0]),
            column(Values::Bool(vec![true, false, true])),
            column(Values::Bytes(vec!["x", "y", "z"])),
        ]
    };
    let lines = |day: u32| {
        format!(
            r#"{{"id":"a","workflow_id":7,"workflow":"Sync","status":"failed","started_at":"2026-02-{day}T04:30:00.000Z","duration_ms":3721,"tags":["eu","us"],"attempt":1,"error":"refused"}}
{{"id":"b\"\\\n","workflow_id":-8,"status":"completed","started_at":"2026-02-{day}T04:30:00Z","finished_at":"2026-02-{day}T04:30:01.500Z","attempt":200}}
{{"id":"c","workflow_id":7,"workflow":"Söhne","status":"exploded","started_at":"1969-12-31T23:59:59.999Z","duration_ms":null,"attempt":3}}
"#
        )
    };
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4_RAW,
    ] {
        let file = written(schema, &[&group(START), &group(START + 86_400_000)], compression);
        check(&file, &[lines(12), lines(13)].concat());
    }
}

#[test]
fn starts_are_instants_of_any_kind() {
    let rows = |started_at: &str| format!("{{\"status\":\"completed\",\"started_at\":{started_at}}}\n");
    let file = |kind: &str, values| {
        let schema = format!("required binary status (STRING); optional {kind};");
        written(
            &schema,
            &[&[column(Values::Bytes(vec!["completed"])), sparse(values, &[1])]],
            Compression::UNCOMPRESSED,
        )
    };
    let check = |kind: &str, values: Values, started_at: &str| check(&file(kind, values), &rows(started_at));
    check(
        "int64 started_at (TIMESTAMP(NANOS,true))",
        Values::Int64(vec![START * 1_000_000 + 5]),
        "\"2026-02-12T04:30:00Z\"",
    );
    check(
        "int64 started_at (TIMESTAMP(MICROS,false))",
        Values::Int64(vec![START * 1000]),
        "\"2026-02-12T04:30:00.000\"",
    );
    check("int64 started_at (TIMESTAMP_MILLIS)", Values::Int64(vec![START]), "\"2026-02-12T04:30:00Z\"");
    check("int64 started_at (TIMESTAMP_MICROS)", Values::Int64(vec![START * 1000]), "\"2026-02-12T04:30:00Z\"");
    check("int64 started_at", Values::Int64(vec![START * 1_000_000]), "1770870600000000000");
    check("int32 started_at", Values::Int32(vec![(START / 1000) as i32]), "1770870600");
    check("int32 started_at (DATE)", Values::Int32(vec![(START / 86_400_000) as i32]), "\"2026-02-12T00:00:00.000\"");
    check("binary started_at (STRING)", Values::Bytes(vec!["2026-02-12 04:30:00"]), "\"2026-02-12 04:30:00\"");
    check("int64 started_at (TIMESTAMP(MILLIS,true))", Values::Int64(vec![i64::MAX]), "\"beyond the years 1 to 9999\"");
    let mut spark = Int96::new();
    let nanos = (START % 86_400_000) * 1_000_000;
    spark.set_data(nanos as u32, (nanos >> 32) as u32, 2_440_588 + (START / 86_400_000) as u32);
    check("int96 started_at", Values::Int96(vec![spark]), "\"2026-02-12T04:30:00Z\"");
}

#[test]
fn durations_may_be_decimals_and_unsigned() {
    let check = |kind: &str, values: Values, duration: &str| {
        let schema = format!("{PLAIN_SCHEMA} required {kind};");
        let columns = [column(Values::Bytes(vec!["failed"])), column(Values::Int64(vec![START])), column(values)];
        let file = written(&schema, &[&columns], Compression::UNCOMPRESSED);
        check(
            &file,
            &format!("{{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"duration_ms\":{duration}}}\n"),
        );
    };
    check("int32 duration_ms (DECIMAL(9,2))", Values::Int32(vec![123_456]), "1234.56");
    check("int64 duration_ms (DECIMAL(18,3))", Values::Int64(vec![-5]), "-0.005");
    check("fixed_len_byte_array(3) duration_ms (DECIMAL(6,1))", Values::Fixed(vec![vec![0, 1, 4]]), "26.0");
    check("int32 duration_ms (INTEGER(32,false))", Values::Int32(vec![-1]), "4294967295");
    check("int64 duration_ms (INTEGER(64,false))", Values::Int64(vec![70_000]), "70000");
    check("double duration_ms", Values::Double(vec![0.1 + 0.2]), "0.30000000000000004");
    check("double duration_ms", Values::Double(vec![f64::INFINITY]), "\"1e400\"");
}

#[test]
fn rows_without_what_is_needed_are_counted() {
    let schema = "optional binary status (STRING); optional int64 started_at (TIMESTAMP(MILLIS,true));";
    let columns = [
        sparse(Values::Bytes(vec!["failed", "failed"]), &[1, 0, 1]),
        sparse(Values::Int64(vec![START, START]), &[1, 1, 0]),
    ];
    let rows = "{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n{\"started_at\":\"2026-02-12T04:30:00Z\"}\n{\"status\":\"failed\"}\n";
    check(&written(schema, &[&columns], Compression::UNCOMPRESSED), rows);
    check(&written(schema, &[], Compression::UNCOMPRESSED), "");
}

#[test]
fn a_file_without_a_column_that_is_read_is_refused() {
    for schema in [
        "required group other (LIST) { repeated group list { required group element (LIST) {
            repeated group list { required int64 element; } } } }",
        "required group other (LIST) { repeated group list { required group element { required int64 status; } } }",
        "required group labels (MAP) { repeated group key_value { required int64 key; required int64 value; } }",
    ] {
        refuse(schema, &written(schema, &[], Compression::UNCOMPRESSED), "there is no column 'started_at', only '");
    }
    let file = |schema: &str, values| written(schema, &[&[column(values)]], Compression::UNCOMPRESSED);
    let other = file("required int64 other;", Values::Int64(vec![1, 2]));
    refuse(
        "another name",
        &other,
        "other: the Parquet file cannot be read: there is no column 'started_at', only 'other'; it was taken for canonical rows in Parquet: no fields of a known system; a mapping (--map) can say what columns mean\n",
    );
    let status = file("required binary started_at (STRING);", Values::Bytes(vec!["2026-02-12"]));
    refuse("no status", &status, "there is no column 'status', only 'started_at'");
}

fn refuse(what: &str, content: &[u8], words: &str) {
    let ran = analyzed(&Files::new(), "other", content, "auto");
    assert_eq!(ran.code, Some(1), "{what}");
    assert!(ran.err.contains(words), "{what}: {}", ran.err);
}

#[test]
fn columns_of_types_that_rows_cannot_hold_are_refused_by_name() {
    let refuse = |kind: &str, words: &str| {
        let schema = format!("{PLAIN_SCHEMA} {kind}");
        let words = format!("the Parquet file cannot be read: column '{words}, which is not read\n");
        refuse(kind, &written(&schema, &[], Compression::UNCOMPRESSED), &words);
    };
    refuse("required fixed_len_byte_array(2) duration_ms;", "duration_ms' is of type binary of fixed size");
    refuse("optional int32 finished_at (TIME(MILLIS,true));", "finished_at' is of type time of day");
    refuse("optional int64 Duration_ms (TIME_MICROS);", "Duration_ms' is of type time of day");
    refuse("required fixed_len_byte_array(12) duration_ms (INTERVAL);", "duration_ms' is of type interval");
    refuse("required binary id (BSON);", "id' is of type binary");
    refuse("required fixed_len_byte_array(17) id (DECIMAL(39,0));", "id' is of type decimal of more than 38 digits");
    refuse("required group id { required int64 value; }", "id' is of type struct");
    refuse("required group workflow { required group deep { required int64 id; } }", "workflow' is of type struct");
    refuse(
        "required group tags (MAP) { repeated group key_value { required binary key; optional binary value; } }",
        "tags' is of type map",
    );
    let list = "is of type list of something else than texts and whole numbers";
    refuse("repeated group tags { required binary key (STRING); }", &format!("tags' {list}"));
    refuse("repeated boolean tags;", &format!("tags' {list}"));
    let listed = |item: &str| format!("required group tags (LIST) {{ repeated group list {{ {item} }} }}");
    refuse(&listed("required int64 element (TIMESTAMP(MILLIS,true));"), &format!("tags' {list}"));
    refuse(&listed("required group element { required int64 a; required int64 b; }"), &format!("tags' {list}"));
}

#[test]
fn bytes_without_a_type_are_texts_or_refused_by_name() {
    let file = |bytes: &'static [u8]| {
        let schema = format!("{PLAIN_SCHEMA} required binary id;");
        let columns = [
            column(Values::Bytes(vec!["failed"])),
            column(Values::Int64(vec![START])),
            column(Values::Raw(vec![bytes])),
        ];
        written(&schema, &[&columns], Compression::UNCOMPRESSED)
    };
    check(&file(b"a\"b"), "{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"id\":\"a\\\"b\"}\n");
    refuse("bytes", &file(b"\xff\xfe"), "column 'id' is of type binary, and its bytes are no text");
}

#[test]
fn uuids_are_texts_and_groups_of_names_are_objects() {
    let schema = format!(
        "{PLAIN_SCHEMA} required fixed_len_byte_array(16) id (UUID);
         required group workflow {{ required int64 id; optional binary name (STRING); }}
         optional group error {{ required binary message (STRING); required boolean other; }}
         required group unknown {{ required boolean other; }}"
    );
    let id = (0..16).map(|byte| byte * 17).collect();
    let columns = [
        column(Values::Bytes(vec!["failed"; 2])),
        column(Values::Int64(vec![START; 2])),
        column(Values::Fixed(vec![id, vec![0; 16]])),
        column(Values::Int64(vec![7, 8])),
        sparse(Values::Bytes(vec!["Sync"]), &[1, 0]),
        sparse(Values::Bytes(vec!["refused"]), &[0, 1]),
        sparse(Values::Bool(vec![true]), &[0, 1]),
        column(Values::Bool(vec![true; 2])),
    ];
    check(
        &written(&schema, &[&columns], Compression::UNCOMPRESSED),
        r#"{"status":"failed","started_at":"2026-02-12T04:30:00Z","id":"00112233-4455-6677-8899-aabbccddeeff","workflow":{"id":7,"name":"Sync"}}
{"status":"failed","started_at":"2026-02-12T04:30:00Z","id":"00000000-0000-0000-0000-000000000000","workflow":{"id":8},"error":{"message":"refused"}}
"#,
    );
}

#[test]
fn many_rows_are_read_in_pieces() {
    let rows: String = (0..10_000)
        .map(|row| {
            let at = execution_heatmap::time::Timestamp::from_ms(START + row * 60_000).unwrap();
            format!("{{\"status\":\"completed\",\"started_at\":\"{}\"}}\n", at.to_text())
        })
        .collect();
    check(&plain(10_000), &rows);
}

/// Rows whose columns end their pages at other rows each, and of which some are larger than what is read together.
#[test]
fn pages_of_any_size_are_the_same_rows() {
    const ROWS: usize = 5000;
    let schema = "required binary status (STRING); required int64 started_at (TIMESTAMP(MILLIS,true));
        required binary id (STRING); optional binary error (STRING);
        optional group tags (LIST) { repeated group list { optional binary element (STRING); } }";
    let (mut ids, mut errors, mut error_levels) = (Vec::new(), Vec::new(), Vec::new());
    let (mut tags, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    let mut lines = String::new();
    for row in 0..ROWS {
        let id: &str = format!("{row:x}-{}", "i".repeat(row % 40)).leak();
        ids.push(id);
        let at = execution_heatmap::time::Timestamp::from_ms(START + row as i64 * 60_000).unwrap().to_text();
        lines.push_str(&format!("{{\"status\":\"failed\",\"started_at\":\"{at}\",\"id\":\"{id}\""));
        error_levels.push(i16::from(row % 3 > 0));
        if row % 3 > 0 {
            let error: &str =
                format!("E{} {}", row % 11, "x\n".repeat(if row % 500 == 1 { 9000 } else { row % 7 })).leak();
            errors.push(error);
            lines.push_str(&format!(",\"error\":{}", serde_json::Value::from(error)));
        }
        let count = row * 7 % 6;
        if count == 0 {
            definitions.push((row % 2) as i16);
            repetitions.push(0);
        }
        for tag in 0..count {
            definitions.push(3);
            repetitions.push(i16::from(tag > 0));
            tags.push(["eu", "us", "a", "b", "c"][tag]);
        }
        let listed = &tags[tags.len() - count..];
        let is_list = count > 0 || row % 2 == 1;
        lines.push_str(&if is_list { format!(",\"tags\":{listed:?}}}\n") } else { "}\n".to_owned() });
    }
    let columns = [
        column(Values::Bytes(vec!["failed"; ROWS])),
        column(Values::Int64((0..ROWS as i64).map(|row| START + row * 60_000).collect())),
        column(Values::Bytes(ids)),
        sparse(Values::Bytes(errors), &error_levels),
        Column(Values::Bytes(tags), Some(definitions), Some(repetitions)),
    ];
    for (rows, bytes, encoding, version) in [
        (7, 1 << 20, None, WriterVersion::PARQUET_1_0),
        (1 << 20, 300, Some(Encoding::PLAIN), WriterVersion::PARQUET_1_0),
        (1 << 20, 1 << 20, Some(Encoding::PLAIN), WriterVersion::PARQUET_2_0),
        (900, 1 << 20, Some(Encoding::DELTA_BYTE_ARRAY), WriterVersion::PARQUET_2_0),
        (33, 5000, Some(Encoding::DELTA_LENGTH_BYTE_ARRAY), WriterVersion::PARQUET_1_0),
    ] {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_writer_version(version)
            .set_write_batch_size(5)
            .set_data_page_row_count_limit(rows)
            .set_data_page_size_limit(bytes)
            .set_dictionary_enabled(encoding.is_none());
        for name in ["id", "error"] {
            properties = encoding
                .into_iter()
                .fold(properties, |to, encoding| to.set_column_encoding(ColumnPath::from(name), encoding));
        }
        check(&written_by(schema, &[&columns], properties.build()), &lines);
    }
}

#[test]
fn damaged_files_are_told_in_words() {
    let files = Files::new();
    let good = plain(300);
    let ran = |name: &str, content: &[u8]| {
        let ran = analyzed(&files, name, content, "auto");
        assert!(matches!(ran.code, Some(0 | 1)) && !ran.err.contains("panicked"), "{}", ran.err);
        ran
    };
    let cut = ran("cut", &good[..good.len() - 1]);
    assert_eq!(cut.code, Some(1));
    assert!(cut.err.contains("the Parquet file cannot be read: "), "{}", cut.err);
    // Some bytes of data and of the description at the end, which is most of so small a file.
    for place in (4..good.len()).step_by(7) {
        let mut damaged = good.clone();
        damaged[place] ^= 0x55;
        ran("damaged", &damaged);
    }
    let no_parquet = analyzed(&files, "no", b"{}", "parquet");
    assert_eq!(no_parquet.code, Some(1));
    assert!(no_parquet.err.contains("it is no Parquet file"), "{}", no_parquet.err);
}

/// Analyses or imports a Parquet file; what is said, without paths.
fn said_of(content: &[u8], args: &[&str]) -> String {
    let files = Files::new();
    let file = files.with("rows.parquet", content);
    let map = files.with("map.json", r#"{"started_at":"run.when","status":"how","id":"key","tags":"labels"}"#);
    let args: Vec<&str> = args.iter().map(|arg| if *arg == "MAP" { &map[..] } else { arg }).collect();
    let folder = files.path("").to_str().unwrap().to_owned();
    let ran = run(&[&["analyze", &file, "--format", "json"][..], &args].concat());
    let (read, heatmap) = (ran.err.replace(&folder, ""), serde_json::from_str::<serde_json::Value>(&ran.out));
    let placed = heatmap.map(|heatmap| heatmap["totals"].to_string()).unwrap_or_default();
    let database = files.path("runs.sqlite");
    let import = ["import", &file, "--workspace", "w", "--database", database.to_str().unwrap()];
    let imported = run(&[&import[..], &args].concat());
    format!("{read}{placed}\n{}", imported.err.replace(&folder, ""))
}

#[test]
fn columns_of_other_names_are_read_by_a_mapping_or_a_system() {
    let check = |content: &[u8], args: &[&str], expected: &[&str]| {
        let said = said_of(content, args);
        for words in expected {
            assert!(said.contains(words), "{args:?}: no '{words}' in {said}");
        }
    };
    let own = written(
        "required group run { required int64 when (TIMESTAMP(MILLIS,true)); } optional binary how (STRING);
         required binary key (STRING);
         optional group labels (LIST) { repeated group list { optional binary element (STRING); } }
         repeated group steps { required binary key (STRING); }",
        &[&[
            column(Values::Int64(vec![START, START + 3_600_000])),
            sparse(Values::Bytes(vec!["OK"]), &[1, 0]),
            column(Values::Bytes(vec!["a\"b", "c"])),
            Column(Values::Bytes(vec!["eu"]), Some(vec![3, 0]), Some(vec![0, 0])),
            Column(Values::Bytes(vec!["x", "y"]), Some(vec![1, 1, 0]), Some(vec![0, 1, 0])),
        ]],
        Compression::SNAPPY,
    );
    let mapped = "2 rows read, 1 placed, 1 unreadable\nrows.parquet: read in Parquet by the mapping that was given";
    check(&own, &["--map", "MAP"], &[mapped, "\"completed\":1", "2 rows read, 1 stored, 1 unreadable"]);
    check(&own, &["--map", "MAP", "--tag", "eu"], &["1 placed"]);
    check(&own, &["--map", "MAP", "--workflow", "!7", "--tag", "us"], &["1 filtered"]);
    let lacks = "rows.parquet: the Parquet file cannot be read: there is no column 'started_at', only 'run, run.when, how, key, labels, steps'";
    check(&own, &[], &[lacks, "a mapping (--map) can say what columns mean"]);
    let github = written(
        "required int64 id; required binary run_started_at (STRING); required int32 run_attempt;
         required binary status (STRING); optional binary conclusion (STRING);",
        &[&[
            column(Values::Int64(vec![1, 2])),
            column(Values::Bytes(vec!["2026-02-12T04:30:00Z", "2026-02-12T05:30:00Z"])),
            column(Values::Int32(vec![1, 1])),
            column(Values::Bytes(vec!["queued", "completed"])),
            sparse(Values::Bytes(vec!["failure"]), &[0, 1]),
        ]],
        Compression::UNCOMPRESSED,
    );
    let taken = "taken for GitHub Actions runs in Parquet: has run_started_at, run_attempt and conclusion";
    check(&github, &[], &[taken, "\"failed\":1", "2 rows read, 2 stored"]);
    check(&github, &["--preset", "github"], &["read as GitHub Actions runs in Parquet, as asked", "\"failed\":1"]);
    check(&github, &["--input", "parquet"], &[taken]);
}
