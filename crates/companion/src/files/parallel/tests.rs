//! Blocks that threads read are what one intake makes of the whole.

use super::*;
use crate::files::Parquet;
use execution_heatmap::answer::{self, Patterns, Source as Kind};
use execution_heatmap::json;
use execution_heatmap::options::Query;

/// Numbers from a seed (splitmix64).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one_of<'a>(&mut self, parts: &[&'a str]) -> &'a str {
        parts[self.below(parts.len() as u64) as usize]
    }
}

fn expected_of(form: Option<Form>) -> Expected {
    form.into_iter().fold(Expected::anything(), Expected::form)
}

fn opening_of(form: Option<Form>) -> Opening {
    Opening { expected: expected_of(form), parquet: Parquet::Never, most_decompressed: 1 << 30 }
}

/// What one intake makes of the whole file from the first byte to the last, behind those that are in the table.
fn at_once(
    form: Option<Form>,
    file: &[u8],
    (table, duplicates): (Table, Option<Duplicates>),
) -> ((Table, Option<Duplicates>), Outcome) {
    let mut intake = Intake::expecting(expected_of(form), false).onto(table, duplicates);
    intake.extend(file);
    intake.finish(None);
    let unrecognised = intake.unrecognised().cloned();
    let recognised = intake.recognised().map(str::to_owned);
    let system = intake.reader().system();
    let (table, reading, duplicates) = intake.into_parts();
    ((table, duplicates), unrecognised.map_or(Outcome::Read { reading, recognised, system }, Outcome::Unrecognised))
}

fn added_up(outcomes: &[Outcome]) -> Reading {
    let mut readings = Reading::default();
    for outcome in outcomes {
        if let Outcome::Read { reading, .. } = outcome {
            readings.merge(reading);
        }
    }
    readings
}

fn response(table: &Table, readings: &Reading) -> String {
    let query = Query::from_pairs([("metric", "duration"), ("days", "400")]).unwrap();
    let zone = crate::zones::zone("UTC", answer::zone_span(table, &query, Kind::File)).unwrap();
    let answer = answer::answer(table, readings, &query, &zone, Kind::File, Patterns::Skip).unwrap();
    json::heatmap(&answer) + &format!("{:?}", (table.rows(), table.tags(), table.oldest(), table.newest()))
}

/// Holds files that are read in blocks by several threads against each read in one go.
fn check(form: Option<Form>, files: &[Vec<u8>], deduplicate: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    let (mut rows, mut outcomes) = ((Table::default(), deduplicate.then(Duplicates::default)), Vec::new());
    for (place, file) in files.iter().enumerate() {
        let path = folder.path().join(place.to_string());
        std::fs::write(&path, file).unwrap();
        names.push(path.to_str().unwrap().to_owned());
        let outcome;
        (rows, outcome) = at_once(form, file, rows);
        outcomes.push(outcome);
    }
    let readings = added_up(&outcomes);
    let answer = response(&rows.0, &readings);
    for (threads, block_bytes) in [(1, 100), (1, 4096), (2, 333), (4, 150), (4, BLOCK_BYTES)] {
        let settings = Settings {
            opening: opening_of(form),
            deduplicate,
            keeps_rows: true,
            most_bytes: usize::MAX,
            threads,
            block_bytes,
        };
        let Gathered { table, outcomes: read, repeated, .. } =
            super::read(&names, settings, &Progress::silent()).unwrap();
        let how = format!("{threads} threads, blocks of {block_bytes}");
        // Which file a repeated row is of shows only where one thread has read all.
        if !deduplicate || threads == 1 {
            assert_eq!((&read, &repeated), (&outcomes, &Reading::default()), "{how}");
        }
        let mut all = repeated;
        all.merge(&added_up(&read));
        assert_eq!(all, readings, "{how}");
        assert!(response(&table, &all) == answer, "{how}");
    }
}

const START: &[&str] =
    &["2026-02-12T04:30:00Z", "2026-02-13 05:30:00", "2026-03-01T00:00:00.5+01:00", "never", "0", ""];
const ROW: &[u8] = b"{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n";
const STATUS: &[&str] = &["completed", "failed", "exploded", "CANCELED", ""];

fn ndjson(random: &mut Seeded, rows: u64) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..rows {
        let (start, status) = (random.one_of(START), random.one_of(STATUS));
        let (id, duration, spaces) = (random.below(40), random.below(9000), " ".repeat(random.below(60) as usize));
        text += &match random.below(30) {
            0 => "\n".to_owned(),
            1 => "no row\r\n".to_owned(),
            2 => "{\"$alive\":1}\n".to_owned(),
            3 => format!("{{\"$end\":{{\"rows\":{},\"complete\":true}}}}\n", random.below(50)),
            4 => "\u{feff}{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n".to_owned(),
            5 => format!("{{\"status\":\"completed\",\"error\":\"{}\"}}\n", "x".repeat(random.below(900) as usize)),
            _ => format!(
                "{{\"id\":{id},\"workflow\":\"w{}\",{spaces}\"status\":\"{status}\",\"started_at\":\"{start}\",\"duration_ms\":{duration}}}\n",
                id % 7
            ),
        };
    }
    text.truncate(text.len().saturating_sub(random.below(2) as usize));
    text.into_bytes()
}

fn csv(random: &mut Seeded, rows: u64, delimiter: &str) -> Vec<u8> {
    let end = random.one_of(&["\n", "\r\n"]);
    // A header may have columns without a name, and the other delimiters in its names.
    let first =
        random.one_of(&["id", "", "\"a,b;c|d\te\"", "a, b"]).replace(", ", if delimiter == "," { " " } else { ", " });
    let before = random.one_of(&["", "\u{feff}", "\n \n", "\t \n"]);
    let name = if random.below(4) == 0 { ["sep=", delimiter, end].concat() } else { String::new() };
    let mut text =
        before.to_owned() + &name + &[&*first, "\"status\"", "started_at", "error", "tags"].join(delimiter) + end;
    for row in 0..rows {
        let (start, status) = (random.one_of(START), random.one_of(STATUS));
        let error = random.one_of(&[
            "",
            "refused",
            "\"a\nb\"",
            "\"say \"\"no\"\"\n\n\"",
            "5\" disk",
            "\"x\"y\"",
            "\"\"",
            "\"\"\"\n\"",
            " \"\n",
        ]);
        text += &match random.below(25) {
            0 => end.to_owned(),
            1 => format!("$alive{end}"),
            2 => format!("1{delimiter}2{end}"),
            _ => {
                let tags = if delimiter == "|" { "eu" } else { "eu|us" };
                [&row.to_string(), status, start, error, tags].join(delimiter) + end
            }
        };
    }
    if random.below(4) == 0 {
        text += &["9", "completed", "2026-02-12T04:30:00Z", "\"never closed\n"].join(delimiter);
    }
    text.into_bytes()
}

#[test]
fn blocks_read_by_threads_are_what_one_reading_gives() {
    for seed in 0..40 {
        let random = &mut Seeded(seed);
        let rows = random.below(200);
        check(None, &[ndjson(random, rows)], false);
        check(Some(Form::Ndjson), &[ndjson(random, rows)], false);
        for delimiter in [",", ";", "\t", "|"] {
            check(None, &[csv(random, rows, delimiter)], false);
            let form = if delimiter == "\t" { Form::Tsv } else { Form::Csv };
            check(Some(form), &[csv(random, rows, delimiter)], false);
        }
    }
}

#[test]
fn what_can_be_cut_is_cut() {
    let check = |form: Option<Form>, text: &str, expected: bool| {
        let (plan, cutter) = Plan::of(expected_of(form), text.as_bytes());
        assert_eq!((plan.known.is_some(), cutter != Cutter::Nowhere), (expected, expected), "{text:?}");
    };
    let lines = "started_at,status,a\n2026-02-12T04:30:00Z,completed,\n";
    for delimiter in [",", ";", "\t", "|"] {
        check(None, &lines.replace(',', delimiter), true);
        check(Some(if delimiter == "\t" { Form::Tsv } else { Form::Csv }), &lines.replace(',', delimiter), true);
        check(None, &format!("sep={delimiter}\r\n{}", lines.replace(',', delimiter)), true);
    }
    check(None, "started_at;status;a,b\n2026-02-12T04:30:00Z;completed;\n", true);
    check(None, "\tstarted_at\tstatus\ta, b\n0\t2026-02-12T04:30:00Z\tcompleted\t\n", true);
    check(None, "{\"started_at\":\"2026-02-12T04:30:00Z\",\"status\":\"completed\"}\n", true);
    check(None, "[{\"started_at\":\"2026-02-12T04:30:00Z\",\"status\":\"completed\"}]\n", false);
    check(None, "started_at,status\r2026-02-12T04:30:00Z,completed\r", false);
}

#[test]
fn several_files_are_read_together() {
    for seed in 0..10 {
        let random = &mut Seeded(seed);
        // What begins with no row is of no form, and nothing behind it is read.
        let mut begun = |rows| [ROW, &ndjson(random, rows)].concat();
        let files = [begun(100), Vec::new(), begun(3)];
        let files = [&files[..], &[csv(random, 100, ";"), csv(random, 50, ",")]].concat();
        check(None, &files, false);
    }
}

#[test]
fn repeated_rows_are_found_across_blocks_and_files() {
    for seed in 0..10 {
        let rows = ndjson(&mut Seeded(seed), 200);
        check(None, std::slice::from_ref(&rows), true);
        let half = rows[..rows.len() / 2].to_vec();
        check(None, &[rows, [ROW, &half].concat(), Vec::new(), csv(&mut Seeded(seed), 100, ",")], true);
    }
}

#[test]
fn a_line_or_record_longer_than_a_block_is_read_whole() {
    let row = |error: &str| {
        format!("{{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00Z\",\"error\":\"{error}\"}}\n")
    };
    let long = [row("a"), row(&"x".repeat(30_000)), row("b"), "not a row\n".to_owned()].concat();
    check(None, &[long.into_bytes()], false);
    let quoted =
        format!("status,started_at,error\ncompleted,2026-02-12T04:30:00Z,\"{}\"\n\nspoilt\n", "x\n".repeat(20_000));
    check(None, &[quoted.into_bytes()], false);
}

#[test]
fn a_quote_that_nothing_closes_is_given_up_where_the_engine_does() {
    let row = "completed,2026-02-12T04:30:00Z,\n";
    let rows = |bytes: usize| row.repeat(bytes / row.len());
    let beyond = rows(MOST_LINE_BYTES + BLOCK_BYTES);
    let quoted = "failed,2026-02-12T04:30:00Z,\"a\n\"\"b\"\"\n\"\n".repeat(300_000);
    let file = [
        "status,started_at,error\n",
        &rows(BLOCK_BYTES),
        "failed,2026-02-12T04:30:00Z,\"stray\n",
        &beyond,
        &quoted,
        "failed,2026-02-12T04:30:00Z,\"stray\n",
        &rows(BLOCK_BYTES),
    ]
    .concat();
    let (_, outcome) = at_once(None, file.as_bytes(), (Table::default(), None));
    let Outcome::Read { reading, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!((reading.read, reading.unreadable), ((file.lines().count() - 600_001) as u64, 2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stray.csv");
    std::fs::write(&path, &file).unwrap();
    for (threads, block_bytes) in [(1, BLOCK_BYTES), (3, BLOCK_BYTES), (2, 1 << 16)] {
        let settings = Settings { threads, block_bytes, ..Settings::new(opening_of(None), false, true) };
        let Gathered { table, outcomes, .. } =
            super::read(&[path.to_str().unwrap().to_owned()], settings, &Progress::silent()).unwrap();
        let [Outcome::Read { reading: read, .. }] = &outcomes[..] else { panic!("{outcomes:?}") };
        assert_eq!(read, &reading, "{threads} threads, blocks of {block_bytes}");
        assert_eq!(table.rows(), reading.read - reading.unreadable);
    }
}

#[test]
fn what_does_not_show_its_form_at_once_is_read_whole() {
    let mut late = "\n \r\n".repeat(300).into_bytes();
    late.extend_from_slice(&ndjson(&mut Seeded(5), 100));
    check(None, &[ndjson(&mut Seeded(6), 100), late, b" \n".to_vec()], false);
    let cr_only = b"status,started_at\rcompleted,2026-02-12T04:30:00Z\rfailed,2026-02-13T04:30:00Z\r".to_vec();
    check(None, &[[cr_only, b"spoilt\nfailed,2026-02-14T04:30:00Z\n".repeat(50)].concat()], false);
}

#[test]
fn the_first_file_that_comes_to_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good");
    std::fs::write(&good, ndjson(&mut Seeded(1), 500)).unwrap();
    let bad = folder.path().join("bad");
    std::fs::write(&bad, "%PDF-1.7\n").unwrap();
    let [good, bad] = [good, bad].map(|path| path.to_str().unwrap().to_owned());
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    for threads in [1, 3] {
        let settings = Settings {
            opening: opening_of(None),
            deduplicate: false,
            keeps_rows: true,
            most_bytes: usize::MAX,
            threads,
            block_bytes: 100,
        };
        let read = |files: &[&String]| {
            let files: Vec<String> = files.iter().map(|file| (*file).clone()).collect();
            super::read(&files, settings.clone(), &Progress::silent()).map(|gathered| gathered.outcomes)
        };
        let outcomes = read(&[&good, &bad, &missing, &good]).unwrap();
        assert!(
            matches!(&outcomes[..], [Outcome::Read { .. }, Outcome::Unrecognised(first)] if first.starts_with.starts_with("%PDF"))
        );
        assert!(read(&[&good, &missing, &bad]).unwrap_err().to_string().contains("missing"));
    }
}

/// Advice says how many run at a time by the mean of what was counted together, which threads and the order of rows
/// must not change.
#[test]
fn what_is_counted_together_depends_on_no_thread() {
    let mut random = Seeded(7);
    let mut lines = Vec::new();
    while lines.len() < 60_000 {
        let start = 1_770_000_000_000 + random.below(24 * 86_400_000);
        if start / 3_600_000 % 24 >= 6 || random.below(20) == 0 {
            let (workflow, duration) = (random.below(3), 1 + random.below(900_000));
            lines.push(format!(
                "{{\"workflow_id\":\"w{workflow}\",\"status\":\"completed\",\"started_at\":{start},\"duration_ms\":{duration}}}\n"
            ));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows");
    let names = [path.to_str().unwrap().to_owned()];
    let mut said = Vec::new();
    for _ in 0..2 {
        std::fs::write(&path, lines.concat()).unwrap();
        for (threads, block_bytes) in [(1, BLOCK_BYTES), (2, 70_000), (4, 30_000)] {
            let opening = opening_of(Some(Form::Ndjson));
            let settings = Settings {
                opening,
                deduplicate: false,
                keeps_rows: false,
                most_bytes: usize::MAX,
                threads,
                block_bytes,
            };
            let Gathered { table, outcomes, .. } = super::read(&names, settings, &Progress::silent()).unwrap();
            assert_eq!((table.rows(), table.counted()), (0, 60_000));
            let query = Query::from_pairs([("patterns", "all")]).unwrap();
            let zone = crate::zones::zone("UTC", answer::zone_span(&table, &query, Kind::File)).unwrap();
            let reading = added_up(&outcomes);
            let answer = answer::answer(&table, &reading, &query, &zone, Kind::File, Patterns::Look).unwrap();
            said.push(json::heatmap(&answer));
        }
        lines.sort_by_key(|line| line.split_once("started_at\":").unwrap().1[..13].to_owned());
    }
    assert!(said[0].contains("running_at_a_time_inside"), "{}", said[0]);
    assert!(said.iter().all(|other| *other == said[0]));
}
