//! Parquet files made page by page, of pages that say one thing and are another: small files that would be more memory than
//! there is.
#![cfg(all(feature = "parquet", target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shell.rs"]
mod shell;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use shell::{Files, run_with_peak};
use std::io::Write;
use std::sync::Arc;

const START: &str = "2026-02-12T04:30:00Z";

/// How encodings are numbered in pages.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const DELTA_LENGTHS: i64 = 6;
const DELTA_TEXTS: i64 = 7;
const OF_DICTIONARY: i64 = 8;

/// The most KiB that the process may take for any of these files: what columns may hold, and as much as it takes anyway.
const MOST_KIB: u64 = 400 * 1024;
/// The same where nothing of the page is to be decoded.
const LITTLE_KIB: u64 = 50 * 1024;

fn whole(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn number(number: i64) -> Vec<u8> {
    whole(((number << 1) ^ (number >> 63)).cast_unsigned())
}

/// A structure of numbers, from the first field on.
fn numbers(of: &[i64]) -> Vec<u8> {
    let mut bytes: Vec<u8> = of.iter().flat_map(|of| [vec![0x15], number(*of)].concat()).collect();
    bytes.push(0);
    bytes
}

/// The head of a page of a kind, with what `more` says of it, by the numbers of fields.
fn head(kind: i64, bytes: usize, compressed: usize, more: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut head = numbers(&[kind, bytes as i64, compressed as i64]);
    head.pop();
    let mut last = 3;
    for (field, said) in more {
        head.push((field - last) << 4 | 0xc);
        head.extend_from_slice(said);
        last = *field;
    }
    head.push(0);
    head
}

/// A page of data of the first version.
fn page(values: usize, encoding: i64, content: &[u8]) -> Vec<u8> {
    let said = numbers(&[values as i64, encoding, RLE, RLE]);
    [head(0, content.len(), content.len(), &[(5, said)]), content.to_vec()].concat()
}

/// The same, packed.
fn packed(values: usize, encoding: i64, content: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(content).unwrap();
    let packed = gzip.finish().unwrap();
    [head(0, content.len(), packed.len(), &[(5, numbers(&[values as i64, encoding, RLE, RLE]))]), packed].concat()
}

fn dictionary(values: usize, content: &[u8]) -> Vec<u8> {
    [head(2, content.len(), content.len(), &[(7, numbers(&[values as i64, PLAIN]))]), content.to_vec()].concat()
}

/// A text as a page holds it.
fn plain(text: &str) -> Vec<u8> {
    [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

/// So many times the same number below 256, behind the bytes that it takes.
fn levels(runs: &[(usize, u8)]) -> Vec<u8> {
    let runs: Vec<u8> =
        runs.iter().flat_map(|(count, level)| [whole((*count as u64) << 1), vec![*level]].concat()).collect();
    [&(runs.len() as u32).to_le_bytes()[..], &runs].concat()
}

/// Numbers written as what they differ in, all in one part.
fn delta(of: &[i64]) -> Vec<u8> {
    let steps: Vec<i64> = of.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let least = steps.iter().copied().min().unwrap_or(0);
    let most = steps.iter().map(|step| step - least).max().unwrap_or(0);
    let width = 64 - most.leading_zeros() as usize;
    let block = steps.len().next_multiple_of(128);
    let mut bits = vec![0_u8; block * width / 8];
    for (place, step) in steps.iter().enumerate() {
        for bit in (0..width).filter(|bit| (step - least) >> bit & 1 == 1) {
            let at = place * width + bit;
            bits[at / 8] |= 1 << (at % 8);
        }
    }
    let head = [whole(block as u64), whole(1), whole(of.len() as u64), number(of[0]), number(least)].concat();
    [head, vec![width as u8], bits].concat()
}

/// A column of a file.
struct Column {
    field: TypePtr,
    compression: Compression,
    values: usize,
    pages: Vec<u8>,
    has_dictionary: bool,
}

fn text(name: &str, values: usize, pages: Vec<u8>) -> Column {
    let field = Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(Repetition::REQUIRED);
    let field = Arc::new(field.with_logical_type(Some(LogicalType::String)).build().unwrap());
    Column { field, compression: Compression::UNCOMPRESSED, values, pages, has_dictionary: false }
}

fn tags(values: usize, pages: Vec<u8>) -> Column {
    let Column { field, .. } = text("element", 0, Vec::new());
    let list = Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![field]);
    let tags = Type::group_type_builder("tags").with_repetition(Repetition::REQUIRED);
    let tags = tags.with_fields(vec![Arc::new(list.build().unwrap())]).with_converted_type(ConvertedType::LIST);
    Column { field: Arc::new(tags.build().unwrap()), ..text("", values, pages) }
}

/// A file of so many rows that have a status and a start beside a column.
fn file(rows: usize, column: Column) -> Vec<u8> {
    let same = |name: &str, value: &str| {
        let index = [vec![1], whole((rows as u64) << 1), vec![0]].concat();
        let pages = [dictionary(1, &plain(value)), page(rows, OF_DICTIONARY, &index)].concat();
        Column { has_dictionary: true, ..text(name, rows, pages) }
    };
    let columns = [same("status", "failed"), same("started_at", START), column];
    let fields = columns.iter().map(|column| Arc::clone(&column.field)).collect();
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(
        Type::group_type_builder("rows").with_fields(fields).build().unwrap(),
    )));
    let mut bytes = b"PAR1".to_vec();
    let mut group = RowGroupMetaData::builder(Arc::clone(&schema)).set_num_rows(rows as i64);
    for (place, column) in columns.iter().enumerate() {
        let (begin, length) = (bytes.len() as i64, column.pages.len() as i64);
        let chunk = ColumnChunkMetaData::builder(schema.column(place))
            .set_compression(column.compression)
            .set_num_values(column.values as i64)
            .set_total_compressed_size(length)
            .set_total_uncompressed_size(length)
            .set_data_page_offset(begin)
            .set_dictionary_page_offset(column.has_dictionary.then_some(begin));
        group = group.add_column_metadata(chunk.build().unwrap());
        bytes.extend_from_slice(&column.pages);
    }
    let metadata = FileMetaData::new(1, rows as i64, None, None, schema, None);
    let metadata = ParquetMetaData::new(metadata, vec![group.build().unwrap()]);
    ParquetMetaDataWriter::new(&mut bytes, &metadata).finish().unwrap();
    bytes
}

fn check(what: &str, content: &[u8], most_kib: u64, words: &str) {
    let files = Files::new();
    let path = files.with("pages.parquet", content);
    let (ran, peak) = run_with_peak(&["analyze", &path, "--format", "json"]);
    assert!(ran.err.contains(words), "{what}: {}", ran.err);
    assert!((1..most_kib).contains(&peak), "{what}: {peak} KiB");
}

#[test]
fn pages_made_by_hand_are_read() {
    let two = [plain("one"), plain("two")].concat();
    check("texts", &file(2, text("error", 2, page(2, PLAIN, &two))), LITTLE_KIB, "2 rows read, 2 placed");
    let lengths = [delta(&[3, 3]), b"onetwo".to_vec()].concat();
    let column = text("error", 2, page(2, DELTA_LENGTHS, &lengths));
    check("lengths", &file(2, column), LITTLE_KIB, "2 rows read, 2 placed");
    // Five tags of the first row and two of the second, each "tag" and what it has of the one before.
    let texts = [delta(&[0, 3, 3, 4, 2, 3, 3]), delta(&[3, 1, 1, 0, 1, 1, 1]), b"tag12gab".to_vec()].concat();
    let content = [levels(&[(1, 0), (4, 1), (1, 0), (1, 1)]), levels(&[(7, 1)]), texts].concat();
    let column = Column { compression: gzip(), ..tags(7, packed(7, DELTA_TEXTS, &content)) };
    check("tags", &file(2, column), LITTLE_KIB, "2 rows read, 2 placed");
}

fn gzip() -> Compression {
    Compression::GZIP(Default::default())
}

#[test]
fn what_a_page_says_of_another_kind_is_no_way_around_its_limits() {
    let content = plain("one");
    let of_dictionary = numbers(&[i64::from(i32::MAX), PLAIN]);
    let of_other = numbers(&[0, 0, 0, PLAIN, 0, 0]);
    let index = page(1, OF_DICTIONARY, &[1, 2, 0]);
    let check = |what: &str, more: &[(u8, Vec<u8>)], words: &str| {
        let pages = [head(2, content.len(), content.len(), more), content.clone(), index.clone()].concat();
        let column = Column { has_dictionary: true, ..text("error", 1, pages) };
        check(what, &file(1, column), LITTLE_KIB, words);
    };
    check("a dictionary", &[(7, numbers(&[1, PLAIN]))], "1 row read, 1 placed");
    let damaged = "the Parquet file cannot be read: a page is damaged";
    check("two kinds", &[(7, of_dictionary.clone()), (8, of_other.clone())], damaged);
    check("another kind", &[(8, of_other)], damaged);
    let too_many = "a dictionary has more than 2097152 values";
    check("many words", &[(7, numbers(&[(1 << 21) + 1, PLAIN]))], too_many);
    check("all words", &[(7, of_dictionary)], "more than 256 MiB");
}

#[test]
fn a_list_over_many_pages_is_limited() {
    const VALUES: usize = 1 << 21;
    let of_page = |first: usize| {
        let repetitions = if first == 0 { levels(&[(VALUES, 1)]) } else { levels(&[(first, 0), (VALUES - first, 1)]) };
        let indices = [vec![1], whole((VALUES as u64) << 1), vec![0]].concat();
        page(VALUES, OF_DICTIONARY, &[repetitions, levels(&[(VALUES, 1)]), indices].concat())
    };
    let pages = [vec![dictionary(1, &plain("tag")), of_page(1)], vec![of_page(0); 149]].concat().concat();
    assert!(pages.len() < 10_000, "{}", pages.len());
    let column = Column { has_dictionary: true, ..tags(150 * VALUES, pages) };
    check("a list", &file(1, column), MOST_KIB, "the pages that its next rows lie in take more than 256 MiB");
}

#[test]
fn lengths_that_take_no_bytes_are_limited() {
    let count = i64::from(i32::MAX);
    // Blocks of 2²⁰ that all are alike.
    let head = [whole(1 << 20), whole(1), whole(count as u64), number(0)].concat();
    let lengths = [head, [number(0), vec![0]].concat().repeat(1 << 11)].concat();
    for (what, content) in [("lengths", lengths.clone()), ("texts", lengths.repeat(2))] {
        let encoding = if what == "texts" { DELTA_TEXTS } else { DELTA_LENGTHS };
        let column = text("error", count as usize, page(count as usize, encoding, &content));
        let words = "a page of texts is damaged, or has more than 2097152 of them";
        check(what, &file(count as usize, column), LITTLE_KIB, words);
    }
}

/// So many texts of a MiB, each of which is the one before.
fn alike(texts: usize, bytes: usize) -> Vec<u8> {
    let lengths = |first: usize, others: usize| {
        delta(&std::iter::once(first).chain(vec![others; texts - 1]).map(|length| length as i64).collect::<Vec<_>>())
    };
    [lengths(0, bytes), lengths(bytes, 0), vec![b'x'; bytes]].concat()
}

#[test]
fn texts_put_together_of_others_are_held_a_few_at_a_time() {
    const MIB: usize = 1 << 20;
    let many = alike(512, MIB);
    let content = [levels(&[(1, 0), (511, 1)]), levels(&[(512, 1)]), many.clone()].concat();
    let column = Column { compression: gzip(), ..tags(512, packed(512, DELTA_TEXTS, &content)) };
    check("a list", &file(1, column), MOST_KIB, "the pages that its next rows lie in take more than 256 MiB");
    let column = Column { compression: gzip(), ..text("error", 512, packed(512, DELTA_TEXTS, &many)) };
    check("rows", &file(512, column), MOST_KIB, "512 rows read, 512 placed");
    // The crate takes them for values of sixteen bytes.
    let uuid = Type::primitive_type_builder("id", Physical::FIXED_LEN_BYTE_ARRAY).with_length(16);
    let uuid = uuid.with_repetition(Repetition::REQUIRED).with_logical_type(Some(LogicalType::Uuid));
    let field = Arc::new(uuid.build().unwrap());
    let id = |bytes| {
        let pages = packed(512, DELTA_TEXTS, &alike(512, bytes));
        file(512, Column { field: Arc::clone(&field), compression: gzip(), ..text("", 512, pages) })
    };
    check("ids", &id(16), LITTLE_KIB, "512 rows read, 512 placed");
    check("long ids", &id(MIB), MOST_KIB, "column 'id' has a value of 1048576 bytes, expected 16");
}

#[test]
fn a_frame_that_stands_for_more_than_its_page_says_is_refused() {
    let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
    frame.write_all(&vec![0; 128 << 20]).unwrap();
    let frame = frame.finish().unwrap();
    let said = numbers(&[1, PLAIN, RLE, RLE]);
    let pages = [head(0, 100, frame.len(), &[(5, said)]), frame].concat();
    let column = Column { compression: Compression::LZ4, ..text("error", 1, pages) };
    check("a frame", &file(1, column), LITTLE_KIB, "a page is larger than it says");
}
