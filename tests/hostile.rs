//! Sources that mean harm or are damaged: lines of a gibibyte, nesting of a million, names without end or chosen to
//! collide, bytes that are no text, rows that do not fit, lengths that lie. Reading ends, holds no more than a bound,
//! says in words what is wrong, reads the rest where the form allows, and every row is accounted for. (What compressed
//! bytes can do to a reader is in the tests of `crates/inflate`.)

#[path = "hostile/memory.rs"]
mod memory;

use execution_heatmap::answer::{self, Account, Patterns, Source};
use execution_heatmap::ingest::{Expected, Form, MOST_COLUMNS, MOST_DEPTH, MOST_LINE_BYTES};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::MOST_NAMES;
use execution_heatmap::zone::Zone;
use std::path::Path;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;
/// The size of the chunks in which a large source comes.
const CHUNK: usize = MIB;
/// What reading may hold of a small source: columns of a table, and the cells of a year with the text of an answer.
const MOST_FOR_LITTLE: usize = 4 * MIB;
/// What it may hold while a line passes that is too long: a line at the limit with the chunk around it, and what was held
/// of it when it grew.
const MOST_FOR_A_LINE: usize = MOST_LINE_BYTES + 6 * MIB;
/// What as many names as are told apart may take, in four dictionaries and the kinds of rows, while one of them grows.
const MOST_FOR_NAMES: usize = 16 * MIB;

/// A row without its end, and the same as one of CSV.
const ROW: &str = r#"{"status":"failed","started_at":"2026-02-12T04:30:00Z"}"#;
const RECORD: &str = "failed,2026-02-12T04:30:00Z";

/// What became of a source.
#[derive(Debug)]
struct Outcome {
    read: u64,
    placed: u64,
    /// Everything that is said of it.
    words: String,
}

/// Reads a source and answers; panics where the counts do not add up.
fn respond<'a>(expected: Expected, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut intake = Intake::expecting(expected, false);
    pieces.into_iter().for_each(|piece| intake.extend(piece));
    intake.finish(None);
    let (table, reading, query) = (intake.table(), intake.reading(), Query::default());
    let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
    let Account { read, placed, no_start, outside_window, filtered, duplicate, unreadable } = answer.account;
    assert_eq!(read, placed + no_start + outside_window + filtered + duplicate + unreadable, "{:?}", answer.account);
    assert_eq!(answer.totals.executions(), placed);
    let in_cells: u64 = answer.grid.cells.iter().map(|cell| cell.sums.executions()).sum();
    assert_eq!(in_cells, placed);
    serde_json::from_str::<serde_json::Value>(&json::heatmap(&answer)).unwrap();
    let mut words: Vec<String> = answer.problems.iter().map(|problem| problem.message.clone()).collect();
    words.extend(answer.incomplete);
    words.extend(intake.unrecognised().map(|source| format!("unrecognised: {}", source.starts_with)));
    assert!(read == placed + outside_window || !words.is_empty(), "rows are missing in silence");
    words.extend(answer.notices);
    Outcome { read, placed, words: words.join("; ") }
}

/// What a source has to come to.
struct Check<'a> {
    expected: Expected,
    most_held: usize,
    /// Rows read, and how many of them lie in cells.
    rows: (u64, u64),
    /// What has to be among that which is said.
    words: &'a [&'a str],
}

fn check<'a>(what: &str, check: Check<'_>, pieces: impl IntoIterator<Item = &'a [u8]>) {
    let Check { expected, most_held, rows, words } = check;
    let (outcome, held) = memory::most_held(|| respond(expected, pieces));
    assert_eq!((outcome.read, outcome.placed), rows, "{what}: {outcome:?}");
    for word in words {
        assert!(outcome.words.contains(word), "{what}: expected “{word}” in {outcome:?}");
    }
    assert!(held <= most_held, "{what}: {held} bytes were held, at most {most_held} may be");
}

fn form(form: Form) -> Expected {
    Expected::anything().form(form)
}

fn preset(name: &str) -> Expected {
    Expected::anything().preset(name).unwrap()
}

/// Checks a small source.
fn check_little(expected: Expected, source: &[u8], rows: (u64, u64), words: &str) {
    let what = source.get(..60).unwrap_or(source).escape_ascii().to_string();
    let words = &[words][usize::from(words.is_empty())..];
    let most_held = MOST_FOR_LITTLE + 2 * source.len();
    check(&what, Check { expected, most_held, rows, words }, [source]);
}

/// Checks a source in the middle of which a byte stands so many times.
fn check_long(
    expected: Expected,
    [before, after]: [&str; 2],
    (byte, mebibytes): (u8, usize),
    rows: (u64, u64),
    words: &str,
) {
    let chunk = vec![byte; CHUNK];
    let pieces = std::iter::once(before.as_bytes())
        .chain(std::iter::repeat_n(chunk.as_slice(), mebibytes * MIB / CHUNK))
        .chain([after.as_bytes()]);
    let words = &[words][usize::from(words.is_empty())..];
    let what = format!("{before:?}, {mebibytes} MiB of {:?}, {after:?}", char::from(byte));
    check(&what, Check { expected, most_held: MOST_FOR_A_LINE, rows, words }, pieces);
}

const TOO_LONG: &str = "the line is longer than 16 MiB";

#[test]
fn a_line_of_a_gibibyte_is_told_and_the_rest_is_read() {
    const GIB: usize = 1024;
    let lines = [&format!("{ROW}\n{{\"x\":\""), &*format!("\"}}\n{ROW}\n")];
    check_long(form(Form::Ndjson), lines, (b'x', GIB), (3, 2), TOO_LONG);
    let rows = [&format!("[{ROW},{{\"x\":\""), &*format!("\"}},{ROW}]")];
    check_long(form(Form::Json), rows, (b'x', GIB), (3, 2), TOO_LONG);
    let records = [&format!("status,started_at\n{RECORD}\n"), &*format!("\n{RECORD}\n")];
    check_long(form(Form::Csv), records, (b'x', GIB), (3, 2), TOO_LONG);
    let tabs = [&records[0].replace(',', "\t"), &*records[1].replace(',', "\t")];
    check_long(form(Form::Tsv), tabs, (b'x', GIB), (3, 2), TOO_LONG);
    let jobs = ["1 200000000 0 3 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n", "\n2 200000000 0 3 1 1 1 1 1 1 1 1 1 1 1 1 1 1"];
    check_long(form(Form::Swf), jobs, (b'x', GIB), (3, 2), TOO_LONG);
    check_long(Expected::anything(), ["", ""], (b'x', GIB), (0, 0), "unrecognised: xxxxxxxxxxxx");
}

#[test]
fn whatever_is_long_in_a_source_is_bounded() {
    /// Beyond what a line may have, and what is skipped of it.
    const LONG: usize = 64;
    let ndjson = |text: [&str; 2], byte, rows, words| check_long(form(Form::Ndjson), text, (byte, LONG), rows, words);
    ndjson([ROW, &format!("\n{ROW}")], b' ', (2, 1), TOO_LONG);
    ndjson(["", ROW], b'\n', (1, 1), "");
    ndjson(["{\"status\":\"failed\",\"started_at\":", ""], b'9', (1, 0), TOO_LONG);
    ndjson([&format!("{ROW}\n"), ""], 0, (2, 1), TOO_LONG);
    let json = |text: [&str; 2], byte, rows, words| check_long(form(Form::Json), text, (byte, LONG), rows, words);
    json([&format!("[{ROW}"), &format!(",{ROW}]")], b' ', (2, 2), "");
    json([&format!("[{ROW},"), &format!(",{ROW}]")], b'7', (3, 2), TOO_LONG);
    json([&format!("{{\"data\":[{ROW}],\""), "\":1}"], b'k', (1, 1), "expected a shorter key");
    json(["{\"note\":\"", &format!("\",\"data\":[{ROW}]}}")], b'n', (1, 0), "");
    json([&format!("{{\"data\":[{ROW}],\"note\":\""), "\"}"], b'n', (1, 1), "");
    json(["{\"resource\":{\"x\":\"", "\"}}"], b'n', (1, 0), TOO_LONG);
    json([&format!("[{ROW},\""), ""], b'x', (2, 1), "it ends before it is closed");
    let csv = |text: [&str; 2], byte, rows, words| check_long(form(Form::Csv), text, (byte, LONG), rows, words);
    let header = format!("status,started_at\n{RECORD}\n");
    csv([&format!("{header}\""), &format!("\"\n{RECORD}")], b'x', (3, 2), TOO_LONG);
    csv([&format!("{header}\""), &format!("\"\n{RECORD}")], b'\n', (4, 2), "does not close within 16 MiB");
    csv([&format!("{header}\""), ""], b'x', (2, 1), TOO_LONG);
    csv([&header, &format!("\n{RECORD}")], b',', (3, 2), TOO_LONG);
    csv([&header, &format!("\n{RECORD}")], b'"', (3, 2), TOO_LONG);
    // The header is lost, so the next line is taken for one.
    csv(["status,started_at,", &format!("\n{RECORD}\n{RECORD}")], b'x', (2, 0), TOO_LONG);
    check_long(preset("cdevents"), ["{\"x\":\"", "\"}\n{}"], (b'x', LONG), (1, 0), TOO_LONG);
    let resource = ["{\"resourceSpans\":[{\"resource\":{\"x\":\"", "\"}}]}"];
    check_long(preset("otlp"), resource, (b'x', LONG), (1, 0), TOO_LONG);
}

#[test]
fn nesting_of_a_million_is_a_row_that_cannot_be_read() {
    const DEEP: usize = 1_000_000;
    let deep = |depth: usize, open: &str, close: &str| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let row = |value: &str| ROW.replace('}', &format!(",\"x\":{value}}}"));
    let most = |words: &'static str, rows, expected: Expected, source: String| {
        let most_held = 2 * source.len() + MOST_FOR_LITTLE;
        check(words, Check { expected, most_held, rows, words: &[words] }, [source.as_bytes()]);
    };
    for value in [deep(DEEP, "[", "]"), deep(DEEP, "{\"a\":", "}"), "[".repeat(DEEP), "{\"a\":".repeat(DEEP)] {
        most("nesting", (2, 1), form(Form::Ndjson), format!("{}\n{ROW}", row(&value)));
    }
    let closed = deep(DEEP, "[", "]");
    most("nesting", (2, 1), form(Form::Json), format!("[{},{ROW}]", row(&closed)));
    most("nesting", (0, 0), form(Form::Json), closed.clone());
    most("it ends before it is closed", (0, 0), form(Form::Json), "{\"data\":".repeat(DEEP));
    most("nesting", (0, 0), Expected::anything(), closed.clone());
    for depth in [MOST_DEPTH - 2, MOST_DEPTH - 1] {
        let is_read = depth < MOST_DEPTH - 1;
        let source = row(&deep(depth, "[", "]"));
        check_little(
            form(Form::Ndjson),
            source.as_bytes(),
            (1, u64::from(is_read)),
            if is_read { "" } else { "nesting" },
        );
    }
    let refused = Expected::anything().map(&format!("{{\"started_at\":{closed}}}")).err();
    assert_eq!(refused.as_deref(), Some("the mapping is not JSON: expected no deeper nesting in line 1, column 141"));
}

/// Rows of a member that is another text in each.
fn rows_of(member: &str, name: impl Fn(usize) -> String, count: usize) -> String {
    let rest = ROW.strip_prefix('{').unwrap();
    (0..count).map(|number| format!("{{{member}\"{}\"}},{rest}\n", name(number)).replacen("\"}", "\"", 1)).collect()
}

#[test]
fn one_name_too_many_leaves_the_totals_exact() {
    let count = MOST_NAMES + 1;
    for (member, said) in [
        ("\"workflow_id\":", "65,536 workflows"),
        ("\"workflow_id\":\"7\",\"workflow\":", "65,536 names of workflows"),
        ("\"tags\":", "65,536 tags"),
    ] {
        let rows = rows_of(member, |number| format!("name {number}"), count);
        let rows_read = (count as u64, count as u64);
        let words: &[&str] = &[said];
        let check_of = || Check { expected: form(Form::Ndjson), most_held: MOST_FOR_NAMES, rows: rows_read, words };
        check(said, check_of(), rows.as_bytes().chunks(CHUNK));
    }
    let words: String = (0..count).map(|number| format!("word {number},2026-02-12T04:30:00Z\n")).collect();
    let source = format!("status,started_at\n{words}");
    let rows = (count as u64, count as u64);
    let words: &[&str] = &[
        "65,536 unknown status words",
        "have a status that is not known; they count",
        "the status 'word 0' is not known",
    ];
    let of = Check { expected: form(Form::Csv), most_held: MOST_FOR_NAMES, rows, words };
    check("status words", of, source.as_bytes().chunks(CHUNK));
}

#[test]
fn names_that_collide_elsewhere_are_read_as_fast_as_others() {
    const NAMES: usize = MOST_NAMES / 2;
    let time = |name: &dyn Fn(usize) -> String| -> Duration {
        let rows = rows_of("\"workflow_id\":", name, NAMES).repeat(2);
        let once = || {
            let begun = Instant::now();
            let mut intake = Intake::expecting(form(Form::Ndjson), false);
            rows.as_bytes().chunks(CHUNK).for_each(|chunk| intake.extend(chunk));
            intake.finish(None);
            assert_eq!(intake.reading().read, 2 * NAMES as u64);
            begun.elapsed()
        };
        (0..3).map(|_| once()).min().unwrap()
    };
    let letters = |bits: u32| -> String { (0..8).map(|at| char::from(b'a' + (bits >> (at * 4) & 15) as u8)).collect() };
    let others = time(&|number| letters((number as u32).wrapping_mul(0x9e37_79b1)).repeat(4));
    // Of these all have one sum of powers of 31, as Java computes it of a text.
    let of_java = time(&|number| (0..16).map(|at| ["Aa", "BB"][number >> at & 1]).collect());
    // What differs stands in the upper half of a word, which a multiplication does not bring down (FxHash).
    let of_words = time(&|number| letters((number as u32) << 16).repeat(4));
    for chosen in [of_java, of_words] {
        assert!(chosen < others * 4, "{chosen:?} instead of {others:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_one_row_that_cannot_be_read() {
    let utf8: [&[u8]; 5] = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf"];
    for bad in utf8 {
        let in_row = [ROW.strip_suffix('}').unwrap().as_bytes(), b",\"workflow\":\"", bad, b"\"}"].concat();
        let row = ROW.as_bytes();
        check_little(form(Form::Ndjson), &[row, b"\n", &in_row, b"\n", row].concat(), (3, 2), "UTF-8");
        check_little(form(Form::Json), &[b"[", row, b",", &in_row, b",", row, b"]"].concat(), (3, 2), "UTF-8");
        for (delimiter, of) in [(b",", Form::Csv), (b"\t", Form::Tsv)] {
            let line = |fields: [&[u8]; 4]| [&fields.join(&delimiter[..])[..], b"\n"].concat();
            let good = line([b"failed", b"2026-02-12T04:30:00Z", b"w", bad]);
            let source = [
                line([b"status", b"started_at", b"workflow", b"unknown"]),
                good.clone(),
                line([b"failed", b"2026-02-12T04:30:00Z", bad, b""]),
                line([bad, b"2026-02-12T04:30:00Z", b"w", b""]),
                good,
            ];
            check_little(form(of), &source.concat(), (4, 2), "is not UTF-8");
        }
        let job = b"1 200000000 0 3 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n";
        let swf = [b"; ", bad, b"\n", job, &job[..30], bad, b"\n", job].concat();
        check_little(form(Form::Swf), &swf, (3, 2), "the line is no job");
        check_little(Expected::anything(), bad, (0, 0), "unrecognised: .");
        let span = br#"{"traceId":"a","spanId":"b","startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000""#;
        let spans: &[&[u8]] = &[b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":["];
        let otlp =
            [spans.concat(), span.to_vec(), b"},".to_vec(), span.to_vec(), b",\"name\":\"".to_vec(), bad.to_vec()];
        check_little(preset("otlp"), &[otlp.concat(), b"\"}]}]}]}".to_vec()].concat(), (2, 1), "UTF-8");
        let event = br#"{"context":{"source":"s","type":"dev.cdevents.pipelinerun.started.0.2.0","timestamp":"2026-02-12T04:30:00Z"},"subject":{"id":""#;
        let events = [&event[..], b"1\"}}\n", event, bad, b"\"}}\n"].concat();
        check_little(preset("cdevents"), &events, (2, 1), "UTF-8");
    }
}

#[test]
fn rows_that_do_not_fit_their_header_are_told() {
    for (delimiter, of) in [(",", Form::Csv), ("\t", Form::Tsv)] {
        let source = |rows: &str| format!("id,status,started_at\n{rows}").replace(',', delimiter);
        let ragged = source(&format!("1,{RECORD}\n2,failed\n3,{RECORD},more\n\n4,{RECORD}\n,,,,,,,\n"));
        check_little(form(of), ragged.as_bytes(), (5, 2), "the row has 2 fields, expected 3 as in the header");
        let wide = |columns: usize| {
            let extra = ",x".repeat(columns - 3);
            source(&format!("1,{RECORD}{extra}\n2,{RECORD}\n")).replacen("started_at", &format!("started_at{extra}"), 1)
        };
        let tabs = |text: String| text.replace(',', delimiter);
        check_little(form(of), tabs(wide(MOST_COLUMNS)).as_bytes(), (2, 1), "the row has 3 fields, expected 4096");
        check_little(form(of), tabs(wide(MOST_COLUMNS + 1)).as_bytes(), (2, 0), "the header has 4097 columns");
        check_little(form(of), tabs(wide(1_000_000)).as_bytes(), (2, 0), "the header has 1000000 columns");
    }
}

/// The seeds of a fuzz target.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let mut seeds: Vec<_> = files.map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{name}");
    seeds
}

#[test]
fn lengths_that_lie_are_refused_in_words() {
    let lie = |name: &str, of: Form, rows, words: &str| {
        let (folder, file) = name.split_once('/').unwrap();
        let seeds = corpus(folder);
        let (_, bytes) = seeds.iter().find(|(path, _)| Path::new(path).ends_with(file)).unwrap();
        check_little(form(of), bytes, rows, words);
    };
    lie("arrow/body-lies", Form::Arrow, (0, 0), "a body of more than 1024 MiB");
    lie("arrow/body-negative", Form::Arrow, (0, 0), "cannot be read");
    lie("arrow/body-short", Form::Arrow, (0, 0), "the lengths of column 'id' do not fit the bytes of its batch");
    lie("arrow/metadata-lies", Form::Arrow, (0, 0), "metadata of more than 16 MiB");
    lie("columns/ends-before", Form::Columns, (0, 0), "the array of column 'started_at' does not have 2 values");
    lie("columns/beyond", Form::Columns, (0, 0), "the array of column 'started_at' does not have 2 values");
    lie("columns/begins-lie", Form::Columns, (2, 0), "status");
    lie("columns/rows-lie", Form::Columns, (0, 0), "does not have 2147483647 values");
    lie("columns/body-lies", Form::Columns, (0, 0), "cannot be read");
    lie("columns/head-lies", Form::Columns, (0, 0), "metadata of more than 16 MiB");
    lie("columns/no-words", Form::Columns, (2, 0), "status");
}

#[test]
fn files_that_are_cut_or_have_a_bit_wrong_are_accounted_for() {
    /// Bits that are flipped of each seed, and places at which it is cut.
    const DAMAGES: usize = 120;
    let forms = [
        ("ndjson", form(Form::Ndjson)),
        ("json", form(Form::Json)),
        ("csv", form(Form::Csv)),
        ("tsv", form(Form::Tsv)),
        ("arrow", form(Form::Arrow)),
        ("columns", form(Form::Columns)),
        ("swf", form(Form::Swf)),
        ("cube", preset("cube")),
        ("recognised", Expected::anything()),
    ];
    let read = |what: &str, expected: &Expected, bytes: &[u8]| {
        let (outcome, held) = memory::most_held(|| respond(expected.clone(), [bytes]));
        let most = MOST_FOR_LITTLE + 16 * bytes.len();
        assert!(held <= most, "{what}: {held} bytes were held, at most {most} may be");
        outcome
    };
    let mut damaged = 0;
    for (name, expected) in forms {
        for (path, bytes) in corpus(name) {
            let whole = read(&path, &expected, &bytes);
            let step = (bytes.len() / DAMAGES).max(1);
            for place in (0..bytes.len()).step_by(step) {
                let cut = read(&format!("{path} cut at {place}"), &expected, &bytes[..place]);
                // A cube's rows stand for any number of executions, and one that was cut may read as another.
                assert!(name == "cube" || cut.read <= whole.read + 1, "{path} cut at {place}: {cut:?}");
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << (place / step % 8);
                read(&format!("{path} with a bit of {place} wrong"), &expected, &flipped);
                damaged += 2;
            }
        }
    }
    assert!(damaged > 10_000, "{damaged}");
}
