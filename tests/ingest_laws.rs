//! What must hold of the parsers whatever the bytes: chunks do not matter, the verdict is serde_json's, fields are the
//! csv crate's, instants are chrono's, every line is accounted for, and nothing panics.

#[path = "support/seeded.rs"]
mod seeded;

use execution_heatmap::execution::Status;
use execution_heatmap::ingest::{Event, Form, MOST_LINE_BYTES, Reader, is_json};
use execution_heatmap::intake::Intake;
use execution_heatmap::problem::ProblemKind;
use execution_heatmap::time::{ParsedTime, parse_number, parse_text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use seeded::Seeded;

/// Lines as they come, good and bad; what generated sources are made of.
const LINES: &[&str] = &[
    r#"{"id":"91","workflow_id":"7","workflow":"Sync CRM","status":"failed","started_at":"2026-02-12T04:30:00.000Z","finished_at":"2026-02-12T04:30:04.000Z","duration_ms":3721,"tags":["schedule","eu"],"attempt":1,"error":"connection refused"}"#,
    r#"{"id":92,"workflow":{"id":8,"name":"Prüfung 😀"},"status":"completed","started_at":1544712660000000000,"tags":"eu","x":{"a":[1,-2.5e-3,{"b":null}],"c":[[],{}]},"y":[true,false]}"#,
    r#"{"status":"timed_out","started_at":"2011-08-29 0:13","error":{"message":"tab\tquote\"\u00e9\ud83d\ude00","code":1.7e308},"duration_ms":"12"}"#,
    r#"{"status":"pending","started_at":null,"deep":[[[[[[[[[[{"k":[[[[1E+10]]]]}]]]]]]]]]]}"#,
    r#"{"st\u0061tus":"Canceled","started_at":1356996147.25,"id":"\\","id":"\/\b\f\n\r"}"#,
    r#"{"$alive":3}"#,
    r#"{"$end":{"rows":3,"complete":false,"reason":"limit"}}"#,
    r#"{"status":"failed","started_at":"05-10-23T16:23:32Z"}"#,
    r#"{"status":"failed","started_at":"2026-02-12T04:30:00Z""#,
    "  \t",
    "",
    "no JSON",
];

/// The events as text, and how many of them are rows or rejected lines.
fn drain(reader: &mut Reader, events: &mut Vec<String>) -> u64 {
    let mut rows = 0;
    while let Some(event) = reader.next() {
        rows += u64::from(matches!(event, Event::Row { .. } | Event::Rejected { .. }));
        events.push(format!("{event:?}"));
    }
    rows
}

fn events_of_whole(mut reader: Reader, source: &[u8]) -> (Vec<String>, u64) {
    let mut events = Vec::new();
    reader.extend(source);
    let mut rows = drain(&mut reader, &mut events);
    reader.finish();
    rows += drain(&mut reader, &mut events);
    (events, rows)
}

/// Feeds chunks of the given sizes over and over, every second one through the reader's own buffer, of which more is
/// asked than is filled.
fn events_of_chunks(mut reader: Reader, source: &[u8], sizes: &[usize]) -> Vec<String> {
    let mut events = Vec::new();
    let mut rest = source;
    for (turn, size) in sizes.iter().cycle().enumerate() {
        if rest.is_empty() {
            break;
        }
        let (chunk, behind) = rest.split_at((*size).clamp(1, rest.len()));
        rest = behind;
        if turn % 2 == 0 {
            reader.extend(chunk);
        } else {
            reader.buffer(chunk.len() + 7)[..chunk.len()].copy_from_slice(chunk);
            reader.filled(chunk.len());
        }
        drain(&mut reader, &mut events);
    }
    reader.finish();
    drain(&mut reader, &mut events);
    events
}

fn readers() -> [fn() -> Reader; 3] {
    [|| Reader::new(Form::Ndjson), || Reader::new(Form::Csv), Reader::recognising]
}

/// Lines with several ends, some bytes replaced by others, perhaps behind a byte order mark.
fn ndjson_source() -> impl Strategy<Value = Vec<u8>> {
    let line = (select(LINES), select(&["\n", "\r\n", "\n\n", "\r", ""][..]));
    (any::<bool>(), vec(line, 0..12), vec((any::<Index>(), any::<u8>()), 0..4)).prop_map(
        |(has_mark, lines, changes)| {
            let mut source = if has_mark { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            lines.iter().for_each(|(line, end)| source.extend_from_slice(&[line.as_bytes(), end.as_bytes()].concat()));
            changes
                .iter()
                .filter(|_| !source.is_empty())
                .map(|(at, byte)| (at.index(source.len()), *byte))
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|(at, byte)| source[at] = byte);
            source
        },
    )
}

/// Text of the characters that matter to CSV, behind a header.
fn csv_source() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(
        &[
            "a",
            "é",
            "\"",
            "\"\"",
            ",",
            ",,",
            "\n",
            "\r",
            "\r\n",
            " ",
            "|",
            "2026-02-12,failed,",
            "1770870600,completed,x\n",
            "$end,3,true\n",
            "$alive\n",
            "\u{1}",
        ][..],
    );
    (select(&["started_at,status,id\n", "\"status\",started_at,\"tags\r\n\"\r\n", "a,b\n", ""][..]), vec(piece, 0..60))
        .prop_map(|(header, pieces)| (header.to_owned() + &pieces.concat()).into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_chunking_of_ndjson_gives_the_same_events(source in ndjson_source(), sizes in vec(1usize..60, 1..6)) {
        for reader in readers() {
            let whole = events_of_whole(reader(), &source).0;
            prop_assert_eq!(&events_of_chunks(reader(), &source, &sizes), &whole);
            prop_assert_eq!(&events_of_chunks(reader(), &source, &[1]), &whole);
        }
    }

    #[test]
    fn any_chunking_of_csv_gives_the_same_events(source in csv_source(), sizes in vec(1usize..20, 1..6)) {
        for reader in readers() {
            let whole = events_of_whole(reader(), &source).0;
            prop_assert_eq!(&events_of_chunks(reader(), &source, &sizes), &whole);
            prop_assert_eq!(&events_of_chunks(reader(), &source, &[1]), &whole);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_chunks_of_them_do_not_matter(source in vec(any::<u8>(), 0..400)) {
        for reader in readers() {
            let whole = events_of_whole(reader(), &source).0;
            prop_assert_eq!(&events_of_chunks(reader(), &source, &[1]), &whole);
        }
        prop_assert_eq!(is_json(&source), serde_json::from_slice::<serde_json::Value>(&source).is_ok());
        if let Ok(text) = std::str::from_utf8(&source) {
            parse_text(text);
            parse_number(text);
        }
    }

    #[test]
    fn every_line_is_a_row_a_rejected_one_a_control_line_or_blank(source in ndjson_source()) {
        let (events, rows) = events_of_whole(Reader::new(Form::Ndjson), &source);
        let unmarked = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&source);
        let lines = unmarked.split(|byte| *byte == b'\n');
        let is_blank = |line: &&[u8]| line.iter().all(|byte| b" \t\r".contains(byte));
        let expected = lines.filter(|line| !is_blank(line)).count();
        prop_assert_eq!(events.len(), expected);

        let mut intake = Intake::new(Form::Ndjson, false);
        intake.extend(&source);
        intake.finish(None);
        let (table, reading, _) = intake.into_parts();
        prop_assert_eq!(reading.read, rows);
        prop_assert_eq!(reading.read, table.rows() + reading.unreadable + reading.no_start);
        let told = [ProblemKind::Unreadable, ProblemKind::LineTooLong].map(|kind| reading.problems.count(kind));
        prop_assert_eq!(told.iter().sum::<u64>(), reading.unreadable);
    }

    #[test]
    fn rows_of_csv_are_the_csv_crates(rows in vec(vec("[ a-zé|\",\r\n$]{0,8}", 3), 0..12), quote_all in any::<bool>(), crlf in any::<bool>()) {
        let mut writer = csv::WriterBuilder::new()
            .quote_style(if quote_all { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["id", "status", "started_at", "error", "workflow_id"]).unwrap();
        for row in &rows {
            writer.write_record([&row[0], "exploded", "2026-02-12T04:30:00Z", &row[1], &row[2]].map(str::to_owned)).unwrap();
        }
        let source = writer.into_inner().unwrap();

        let mut expected = csv::Reader::from_reader(&source[..]).into_records().map(Result::unwrap);
        let mut reader = Reader::new(Form::Csv);
        reader.extend(&source);
        reader.finish();
        while let Some(event) = reader.next() {
            let record = expected.next().unwrap();
            let Event::Row { line, execution, .. } = event else { panic!("{event:?}") };
            let found = [execution.id, execution.error, execution.workflow_id].map(Option::unwrap_or_default);
            prop_assert_eq!(found, [&record[0], &record[3], &record[4]]);
            // The csv crate takes the position of a record before the line feed of the CRLF in front of it.
            if !crlf {
                prop_assert_eq!(line, record.position().unwrap().line());
            }
        }
        prop_assert!(expected.next().is_none());
    }

    #[test]
    fn instants_of_rfc_3339_are_chronos(
        (year, month, day) in (0i32..=9999, 1u32..=13, 1u32..=32),
        (hour, minute, second) in (0u32..=24, 0u32..=60, 0u32..=59),
        fraction in "(\\.[0-9]{1,9})?",
        offset in select(&["Z", "+00:00", "-00:00", "+05:30", "-06:00", "+23:59", "-23:59", "+24:00", "z"][..]),
        separator in select(&["T", "t", " "][..]),
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
        let expected = chrono::DateTime::parse_from_rfc3339(&text).ok().map(|at| at.timestamp_millis());
        let found = match parse_text(&text) {
            ParsedTime::At { at, zoneless } => {
                prop_assert!(!zoneless);
                prop_assert_eq!(parse_text(&at.to_text()), ParsedTime::At { at, zoneless }, "its own text reads back");
                Some(at.ms())
            }
            ParsedTime::Absent | ParsedTime::Unreadable => None,
        };
        // 24:00 is beyond RFC 3339; years outside 1 to 9999 in UTC are beyond this engine.
        let is_within = expected.is_none_or(|ms| (-62_135_596_800_000..=253_402_300_799_999).contains(&ms));
        if hour < 24 && is_within {
            prop_assert_eq!(found, expected, "{}", text);
        }
    }

    #[test]
    fn numbers_are_instants_to_the_digit(number in any::<i64>(), digits in 1u32..=18) {
        let number = number % 10i64.pow(digits);
        let per_ms = match number.unsigned_abs() {
            0..100_000_000_000 => None,
            100_000_000_000..100_000_000_000_000 => Some(1),
            100_000_000_000_000..100_000_000_000_000_000 => Some(1_000),
            _ => Some(1_000_000),
        };
        let expected = per_ms.map_or_else(|| number * 1000, |per_ms: i64| number.div_euclid(per_ms));
        let is_within = (-62_135_596_800_000..=253_402_300_799_999).contains(&expected);
        match parse_number(&number.to_string()) {
            ParsedTime::At { at, .. } => prop_assert_eq!(at.ms(), expected),
            ParsedTime::Absent => prop_assert!(number == -1 || expected == 0),
            ParsedTime::Unreadable => prop_assert!(!is_within),
        }
        prop_assert_eq!(parse_text(&number.to_string()), parse_number(&number.to_string()));
    }
}

#[test]
fn every_cut_of_the_samples_gives_the_rows_so_far() {
    for sample in [&include_bytes!("data/rows/canonical.ndjson")[..], include_bytes!("data/rows/canonical.csv")] {
        let (whole, _) = events_of_whole(Reader::recognising(), sample);
        for cut in 0..sample.len() {
            let (before, behind) = sample.split_at(cut);
            let (mut reader, mut events) = (Reader::recognising(), Vec::new());
            reader.extend(before);
            drain(&mut reader, &mut events);
            assert_eq!(events, whole[..events.len()], "cut at {cut}");
            reader.extend(behind);
            drain(&mut reader, &mut events);
            reader.finish();
            drain(&mut reader, &mut events);
            assert_eq!(events, whole, "cut at {cut}");
        }
    }
}

/// A line of the pool with up to four changes: a byte replaced, dropped or doubled, a piece put in, a part moved.
fn mutated(random: &mut Seeded) -> Vec<u8> {
    const PIECES: &[&[u8]] = &[
        b"\"",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\\udc00",
        b"\\u00e9",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"0",
        b"-",
        b".",
        b"e",
        b"e400",
        b"1e308",
        b"1e309",
        b"1.8e308",
        b"0e999999999999",
        b"00",
        b"-0",
        b"1e-400",
        b"null",
        b"nul",
        b"true",
        b" ",
        b"\t",
        b"\r",
        b"\n",
        b"\0",
        b"\x7f",
        b"\x80",
        b"\xc3",
        b"\xc3\xa9",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
        b"\xff",
        b"\"status\":\"failed\",",
        b"\"x\":[",
        b"18446744073709551616",
        b"123456789012345678901234567890.5e288",
        b"/",
    ];
    let mut line = random.pick(LINES).as_bytes().to_vec();
    for _ in 0..=random.index(4) {
        let at = random.index(line.len() + 1);
        let end = at + random.index(8).min(line.len() - at);
        match random.index(7) {
            0 if at < line.len() => line[at] = random.index(256) as u8,
            1 if at < line.len() => line[at] ^= 1 << random.index(8),
            2 => drop(line.drain(at..end)),
            3 => drop(line.splice(at..at, random.pick(PIECES).iter().copied())),
            4 => {
                let part: Vec<u8> = line[at..end].to_vec();
                let to = random.index(line.len() + 1);
                line.splice(to..to, part);
            }
            5 => {
                let levels = 100 + random.index(40);
                let (open, close) = if random.index(2) == 0 { ("[", "]") } else { ("{\"k\":", "}") };
                let nested = [open.repeat(levels), "1".to_owned(), close.repeat(levels)].concat();
                line.splice(at..at, nested.into_bytes());
            }
            _ => line.truncate(line.len() - random.index(3).min(line.len())),
        }
    }
    line
}

#[test]
fn the_verdict_on_mutated_lines_is_that_of_serde_json() {
    let mut random = Seeded(20_260_212);
    let mut good = 0;
    for _ in 0..100_000 {
        let line = mutated(&mut random);
        let value = serde_json::from_slice::<serde_json::Value>(&line);
        assert_eq!(is_json(&line), value.is_ok(), "{} {value:?}", line.escape_ascii());
        if let Ok(value) = value {
            good += 1;
            assert_is_row_of(&line, &value);
        } else if !line.contains(&b'\n')
            && !line.iter().all(|byte| b" \t\r".contains(byte))
            && !line.starts_with(b"\xef\xbb\xbf")
        {
            let (events, rows) = events_of_whole(Reader::new(Form::Ndjson), &line);
            assert_eq!((events.len(), rows), (1, 1), "{}", line.escape_ascii());
            assert!(events[0].contains("the line is not"), "{} {events:?}", line.escape_ascii());
        }
    }
    assert!(good > 10_000, "both verdicts are met often enough, good {good}");
}

/// The events of a source as text, without the kinds of rows, which only short ways tell.
fn events_without_kinds(reader: Reader, source: &[u8]) -> (Vec<String>, usize) {
    let (mut events, _) = events_of_whole(reader, source);
    let mut known = 0;
    for event in &mut events {
        if let Some(place) = event.find(", kind: Some(") {
            known += 1;
            event.truncate(place);
        } else if let Some(place) = event.find(", kind: None") {
            event.truncate(place);
        }
    }
    (events, known)
}

/// Lines of one shape as exports have them, with nested values, escapes, several blanks and values that come again.
fn line_of_a_shape(random: &mut Seeded) -> String {
    const START: &str = "\"2026-02-12T04:30:00.000Z\"";
    let end = random.pick(&["\"2026-02-12T04:30:04.000Z\"", "null", "\"2026-02-12 04:30:04\"", "1770870604"]);
    format!(
        r#"{{"id":"{}", "workflow":{},"status":"{}","started_at":{},"finished_at":{end} ,"extra":{},"duration_ms":{},"tags":{},"flag":{},"attempt":{},"error":{}}}"#,
        random.pick(&["7f3a-11", "é", "a\\u00e9\\n", "", "0123456789abcdef0123456789abcdef"]),
        random.pick(&[r#"{"id":7,"name":"Prüfung"}"#, r#"{"id":"7","name":"a}b"}"#, "\"Sync CRM\"", "null", "12"]),
        random.pick(&["failed", "completed", "exploded", "Canceled", "running", "pending"]),
        random.pick(&[START, START, START, "\"2026-02-12T04:30:00\"", "null", "1770870600.5", "\"later\""]),
        random.pick(&["{}", "[1,-2.5e-3,[]]", r#"{"deep":[{"a":"]"}]}"#, "1e5", "\"\"", "true"]),
        random.pick(&["3721", "0", "-5", "2.5", "null", "\"12\"", "1e300"]),
        random.pick(&["[]", r#"["eu","prod"]"#, r#"["a]b",1]"#, "\"eu\"", "null"]),
        random.pick(&["true", "false", "null"]),
        random.pick(&["1", "2", "null"]),
        random.pick(&["null", r#"{"message":"said \"no\"","code":5}"#, r#""plain""#]),
    )
}

/// A line with one byte changed for one of sixteen kinds, or one that came twice or is missing.
fn broken(random: &mut Seeded, line: &str) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\\{}[]:,0e-. \x01\x80\xff";
    let mut line = line.as_bytes().to_vec();
    let at = random.index(line.len());
    match random.index(18) {
        16 => drop(line.remove(at)),
        17 => line.insert(at, line[at]),
        kind => line[at] = BYTES[kind],
    }
    line
}

#[test]
fn lines_that_a_shape_was_learned_for_are_read_as_if_it_were_not() {
    let mut random = Seeded(4);
    let (mut known, mut good, mut bad) = (0, 0, 0);
    for _ in 0..3_000 {
        let ends = random.pick(&[&["\n"][..], &["\r\n"], &["\n", "\n\n", " \n"]]);
        let (mut source, mut verdicts) = (Vec::new(), Vec::new());
        while verdicts.len() < 50 {
            let whole = line_of_a_shape(&mut random);
            let twice = random.pick(&["\"id\"", "\"status\"", "\"\\u0069d\"", "\"$end\""]);
            let line = match random.index(7) {
                0 | 1 if verdicts.len() > 10 => broken(&mut random, &whole),
                2 if verdicts.len() > 10 => mutated(&mut random),
                3 if verdicts.len() > 10 => whole.replacen("\"extra\"", twice, 1).into_bytes(),
                _ => whole.into_bytes(),
            };
            let is_blank = line.iter().all(|byte| b" \t\r".contains(byte));
            if is_blank || line.contains(&b'\n') || line.starts_with(b"\xef\xbb\xbf") {
                continue;
            }
            verdicts.push(serde_json::from_slice::<serde_json::Value>(&line).is_ok());
            source.extend_from_slice(&line);
            source.extend_from_slice(random.pick(ends).as_bytes());
        }
        let (short, known_here) = events_without_kinds(Reader::new(Form::Ndjson), &source);
        let (long, _) = events_without_kinds(Reader::new(Form::Ndjson).without_shortcuts(), &source);
        assert_eq!(short, long, "{}", source.escape_ascii());
        for (event, is_good) in short.iter().zip(&verdicts) {
            assert_eq!(
                !event.contains("the line is not JSON") && !event.contains("the line is not UTF-8"),
                *is_good,
                "{event}"
            );
        }
        assert_eq!(short.len(), verdicts.len());
        known += known_here;
        good += verdicts.iter().filter(|is_good| **is_good).count();
        bad += verdicts.iter().filter(|is_good| !**is_good).count();
        let sizes = [random.index(200) + 1, random.index(50) + 1];
        let whole = events_of_whole(Reader::new(Form::Ndjson), &source).0;
        assert_eq!(
            events_of_chunks(Reader::new(Form::Ndjson), &source, &sizes),
            whole,
            "kinds do not depend on chunks"
        );
    }
    assert!(known > 40_000 && bad > 20_000, "{known} of {good} good lines went the short way, {bad} are bad");
}

/// Compares what the reader takes from a line with what serde_json's tree holds, where the tree keeps it.
fn assert_is_row_of(line: &[u8], value: &serde_json::Value) {
    if line.contains(&b'\n') {
        return;
    }
    let shown = line.escape_ascii();
    let mut reader = Reader::new(Form::Ndjson);
    reader.extend(line);
    reader.finish();
    let event = reader.next();
    let text = |name: &str| value.get(name).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    match event {
        Some(Event::Row { execution, .. }) => {
            assert_eq!(Some(execution.status_text), text("status"), "{shown}");
            assert_eq!(execution.status, Status::of(execution.status_text), "{shown}");
            if value.get("id").is_none_or(|id| !id.is_number()) {
                assert_eq!(execution.id, text("id"), "{shown}");
            }
            if let Some(tags) = value.get("tags").and_then(|tags| tags.as_array()) {
                let expected: Vec<_> =
                    tags.iter().filter_map(|tag| tag.as_str()).filter(|tag| !tag.is_empty()).collect();
                let found: Vec<_> = execution.tags.iter().collect();
                assert!(found == expected || tags.iter().any(|tag| tag.is_number()), "{shown}");
            }
            if let Some(ms) =
                value.get("duration_ms").and_then(|ms| ms.as_u64()).filter(|_| execution.status.is_ended())
            {
                assert_eq!(execution.duration_ms, Some(ms).filter(|ms| *ms <= 3_155_760_000_000), "{shown}");
            }
        }
        Some(Event::Unstarted { .. }) => assert!(text("status").is_some(), "{shown}"),
        Some(Event::Rejected { kind, message, .. }) => {
            assert!(!message.contains("not JSON") && !message.contains("UTF-8"), "{shown} {message}");
            let is_without_start = kind == ProblemKind::NoStart;
            assert!(!is_without_start || text("status").is_some(), "{shown}");
            assert!(
                is_without_start || !value.is_object() || text("status").is_none() || value.get("started_at").is_some()
            );
        }
        Some(Event::End(_) | Event::Control) => {
            assert!(value.as_object().unwrap().keys().all(|key| key.starts_with('$')), "{shown}");
        }
        Some(Event::Counts { .. } | Event::LeftOut { .. } | Event::Broken { .. } | Event::Unrecognised(_)) | None => {
            panic!("{shown} {event:?}")
        }
    }
}

#[test]
fn a_number_is_out_of_range_where_serde_json_says_so() {
    let mut random = Seeded(1e308 as u64);
    let digits = |random: &mut Seeded, most: usize| -> String {
        (0..=random.index(most)).map(|_| char::from(b'0' + random.index(10) as u8)).collect()
    };
    for _ in 0..50_000 {
        let whole = digits(&mut random, 30).trim_start_matches('0').to_owned() + &"0".repeat(random.index(2) * 290);
        let whole = if whole.is_empty() { "0".to_owned() } else { whole };
        let fraction = [String::new(), format!(".{}", digits(&mut random, 30))][random.index(2)].clone();
        let exponent =
            random.pick(&["", "e0", "e18", "e277", "e288", "e289", "e290", "E+307", "e308", "e309", "e-20", "e4000"]);
        let number = format!("{whole}{fraction}{exponent}");
        let expected = serde_json::from_str::<serde_json::Value>(&number).is_ok();
        assert_eq!(is_json(number.as_bytes()), expected, "{number}");
    }
}

#[test]
fn the_depth_that_is_read_is_that_of_serde_json() {
    for levels in 120..135 {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let line = [open.repeat(levels), "0".to_owned(), close.repeat(levels)].concat();
            let expected = serde_json::from_str::<serde_json::Value>(&line).is_ok();
            assert_eq!(is_json(line.as_bytes()), expected, "{levels} {open}");
        }
    }
    assert!(!is_json("[".repeat(1_000_000).as_bytes()));
}

/// `fill` is repeated to `length` bytes, between two good lines; the middle one must be read or be too long.
fn check_long_line(form: Form, length: usize, expected: &str) {
    let (head, good, before, after) = match form {
        Form::Ndjson => ("", r#"{"status":"failed","started_at":1770870600}"#, "{\"x\":\"", "\"}"),
        _ => ("started_at,status\n", "1770870600,failed", "x,\"", "\""),
    };
    let fill = vec![b'a'; length - before.len() - after.len()];
    let source =
        [format!("{head}{good}\n{before}").as_bytes(), &fill, format!("{after}\r\n{good}").as_bytes()].concat();
    for chunk in [1 << 16, 1_000_003, source.len()] {
        let mut reader = Reader::new(form);
        let mut found = Vec::new();
        let mut longest = 0;
        for chunk in source.chunks(chunk).map(Some).chain([None]) {
            match chunk {
                Some(bytes) => reader.extend(bytes),
                None => reader.finish(),
            }
            while let Some(event) = reader.next() {
                longest = longest.max(format!("{event:?}").len());
                found.push(match event {
                    Event::Row { line, .. } => format!("{line}"),
                    Event::Rejected { line, kind, .. } => format!("{line} {}", kind.name()),
                    other => panic!("{other:?}"),
                });
            }
        }
        assert_eq!(found.join(", "), expected, "{form:?} {length} in chunks of {chunk}");
        assert!(longest < 1000, "messages are short");
    }
}

#[test]
fn a_line_above_the_limit_is_one_problem() {
    check_long_line(Form::Ndjson, MOST_LINE_BYTES, "1, 2 unreadable, 3");
    check_long_line(Form::Ndjson, MOST_LINE_BYTES + 1, "1, 2 line_too_long, 3");
    check_long_line(Form::Ndjson, 3 * MOST_LINE_BYTES, "1, 2 line_too_long, 3");
    check_long_line(Form::Csv, MOST_LINE_BYTES, "2, 3 unreadable, 4");
    check_long_line(Form::Csv, MOST_LINE_BYTES + 1, "2, 3 line_too_long, 4");
    check_long_line(Form::Csv, 3 * MOST_LINE_BYTES, "2, 3 line_too_long, 4");
}
