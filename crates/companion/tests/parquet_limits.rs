//! Parquet files that stand for more than they should: few bytes must not become much memory, much time, or the end of the
//! process.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use shell::{Files, run};
use std::sync::Arc;
use std::time::{Duration, Instant};

const START: &str = "2026-02-12T04:30:00Z";

fn text(name: &str) -> TypePtr {
    let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(Repetition::REQUIRED);
    Arc::new(text.with_logical_type(Some(LogicalType::String)).build().unwrap())
}

fn group(name: &str, fields: Vec<TypePtr>) -> TypePtr {
    let group = Type::group_type_builder(name).with_repetition(Repetition::REQUIRED).with_fields(fields);
    Arc::new(group.build().unwrap())
}

/// A file of rows that all hold the same texts, each of which lies there once.
fn repeated(rows: usize, columns: &[(&str, &str)], compression: Compression) -> Vec<u8> {
    let schema = group("rows", columns.iter().map(|(name, _)| text(name)).collect());
    let properties =
        WriterProperties::builder().set_compression(compression).set_dictionary_page_size_limit(usize::MAX);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    let mut group = file.next_row_group().unwrap();
    for (_, value) in columns {
        let values = vec![ByteArray::from(*value); rows];
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

fn without_rows(schema: TypePtr) -> Vec<u8> {
    SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap().into_inner().unwrap()
}

const CANONICAL: [(&str, &str); 2] = [("status", "failed"), ("started_at", START)];

/// One text for many rows, of which each line is as long as a line may be, or longer.
#[cfg(target_os = "linux")]
#[test]
fn a_long_text_of_many_rows_is_held_once() {
    const MOST_KIB: u64 = 160 * 1024;
    let zstd = Compression::ZSTD(Default::default());
    for (mib, account) in [(15, "12 rows read, 12 placed\n"), (16, "12 rows read, 0 placed, 12 unreadable\n")] {
        let error = "x".repeat(mib << 20);
        let bomb = repeated(12, &[CANONICAL[0], CANONICAL[1], ("error", &error)], zstd);
        assert!(bomb.len() < 16 << 10, "{}", bomb.len());
        let files = Files::new();
        let file = files.with("bomb.parquet", bomb);
        let (ran, peak) = shell::run_with_peak(&["analyze", &file, "--format", "json"]);
        assert!(ran.err.contains(account), "{}", ran.err);
        assert!((1..MOST_KIB).contains(&peak), "{mib}: {peak} KiB");
    }
}

#[test]
fn columns_within_each_other_are_refused_in_words() {
    let nested = |depth: usize| {
        // The writer goes into each by calling itself, as readers do.
        let write = move || {
            let deep = (0..depth).fold(text("status"), |within, _| group("g", vec![within]));
            without_rows(group("rows", vec![text("started_at"), deep]))
        };
        std::thread::Builder::new().stack_size(1 << 28).spawn(write).unwrap().join().unwrap()
    };
    let files = Files::new();
    let check = |depth: usize, words: &str| {
        let ran = run(&["analyze", &files.with("deep.parquet", nested(depth))]);
        assert_eq!(ran.code, Some(1), "{depth}: {}", ran.err);
        assert!(ran.err.contains(words), "{depth}: {}", ran.err);
    };
    check(128, "there is no column 'status'");
    for depth in [129, 10_000] {
        check(depth, "the Parquet file cannot be read: its columns lie more than 128 groups deep\n");
    }
}

#[test]
fn many_columns_are_refused_at_once() {
    let files = Files::new();
    let check = |count: usize, words: &str| {
        let columns = (2..count).map(|number| text(&format!("column {number}")));
        let columns = [text("status"), text("started_at")].into_iter().chain(columns).collect();
        let file = files.with("wide.parquet", without_rows(group("rows", columns)));
        let begun = Instant::now();
        let ran = run(&["analyze", &file]);
        assert_eq!(ran.code, Some(1), "{count}: {}", ran.err);
        assert!(ran.err.contains(words), "{count}: {}", ran.err);
        assert!(begun.elapsed() < Duration::from_secs(10), "{count}: {:?}", begun.elapsed());
    };
    check(4096, "no rows");
    check(4097, "the Parquet file cannot be read: it has 4097 columns, expected at most 4096\n");
    check(100_000, "the Parquet file cannot be read: it has 100000 columns, expected at most 4096\n");
}

#[test]
fn what_is_decompressed_is_limited_in_lines_and_in_pages() {
    let files = Files::new();
    let check = |content: &[u8], most: &str, code: i32, words: &str| {
        let file = files.with("rows.parquet", content);
        let ran = run(&["analyze", &file, "--strict", "--format", "json", "--most-decompressed", most]);
        assert_eq!(ran.code, Some(code), "{most}: {}", ran.err);
        assert!(ran.err.contains(words), "{most}: {}", ran.err);
    };
    // A row is a line of 56 bytes, and no byte of the file.
    let many = repeated(30_000, &CANONICAL, Compression::SNAPPY);
    assert!(many.len() < 2048, "{}", many.len());
    let too_much = |rows: usize, most: &str| {
        format!("the source broke off after {rows} rows: decompressed it is larger than {most}\n")
    };
    check(&many, "2M", 0, "30,000 rows read, 30,000 placed");
    check(&many, &(30_000 * 56).to_string(), 0, "30,000 rows read, 30,000 placed");
    check(&many, &(30_000 * 56 - 1).to_string(), 3, &too_much(29_999, "2 MiB"));
    check(&many, "1M", 3, &too_much((1 << 20) / 56, "1 MiB"));
    check(&many, "1", 1, &too_much(0, "1 bytes"));
    // Of a column that is not read nothing is decompressed.
    let long = "x".repeat(1 << 20);
    let other = repeated(3, &[CANONICAL[0], CANONICAL[1], ("other", &long)], Compression::SNAPPY);
    check(&other, "1K", 0, "3 rows read");
    let error = repeated(3, &[CANONICAL[0], CANONICAL[1], ("error", &long)], Compression::SNAPPY);
    check(&error, "1M", 1, &too_much(0, "1 MiB"));
    check(&error, "4M", 0, "3 rows read");
}

#[test]
fn every_codec_that_writers_use_is_read() {
    let files = Files::new();
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
        Compression::ZSTD(Default::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ] {
        let ran = run(&["analyze", &files.with("rows.parquet", repeated(5000, &CANONICAL, codec))]);
        assert_eq!(ran.code, Some(0), "{codec}: {}", ran.err);
        assert!(ran.err.contains("5,000 rows read, 5,000 placed"), "{codec}: {}", ran.err);
    }
}
