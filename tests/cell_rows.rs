//! The rows of a cell come back exactly, in order, with what only their source holds of them.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::ingest::{Form, Reader};
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::options::{Granularity, Query};
use execution_heatmap::reread::reread;
use execution_heatmap::table::{MOST_KEPT_TEXT_BYTES, Order, Row, Shift, Table, View};
use execution_heatmap::zone::Zone;
use proptest::prelude::*;
use support::Seeded;

const ROW: &str = "{\"status\":\"running\",\"started_at\":1770000000000}\n";

/// A source of rows of two days with ids, errors and blank lines, in a form; each row is named by its id.
fn source(seed: u64, rows: usize, form: Form) -> String {
    let mut seeded = Seeded(seed);
    let mut source = match form {
        Form::Ndjson => String::from("\n"),
        Form::Json => String::from("{\"page\": 1, \"data\": ["),
        Form::Csv => String::from("error,id,status,started_at,duration_ms,workflow_id\n"),
        Form::Tsv => String::from("error\tid\tstatus\tstarted_at\tduration_ms\tworkflow_id\n"),
        other => panic!("no source is written in {other:?} here"),
    };
    for id in 0..rows {
        let status = ["completed", "failed", "timed_out", "running"][seeded.below(4) as usize];
        let start = 1_770_000_000_000 + seeded.below(2 * 86_400_000) / 600_000 * 600_000;
        let duration = seeded.below(5) * 1_500_000_000;
        let workflow = seeded.below(3);
        let object = || {
            format!(
                "{{\"id\":{id},\"workflow_id\":\"w{workflow}\",\"status\":\"{status}\",\"started_at\":{start},\"duration_ms\":{duration},\"error\":\"é{id}\"}}"
            )
        };
        source += &match form {
            Form::Ndjson => object() + "\n",
            Form::Json => if id > 0 { "," } else { "" }.to_owned() + &object() + "\n",
            Form::Tsv => format!("é{id}\t{id}\t{status}\t{start}\t{duration}\tw{workflow}\n"),
            _ => format!("\"é{id}\",{id},{status},{start},{duration},w{workflow}\n"),
        };
        if seeded.below(5) == 0 {
            source += if form == Form::Ndjson { "\nno row\n" } else { "\n" };
        }
    }
    if form == Form::Json { source + "]}" } else { source }
}

fn read(source: &str, form: Form, table: Table) -> Intake {
    let mut intake = Intake::new(form, false).onto(table, None);
    source.as_bytes().chunks(97).for_each(|chunk| intake.extend(chunk));
    intake.finish(None);
    intake
}

/// Calls with the rows of each cell that has any, and its number and count.
fn each_cell(intake: &Intake, pairs: &[(&str, &str)], order: Order, mut call: impl FnMut(u64, Vec<Row<'_>>)) {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let zone = Zone::new("X", &[(0, 19_800)]).unwrap();
    let table = intake.table();
    let answer = answer::answer(table, intake.reading(), &query, &zone, Source::File, Patterns::Skip).unwrap();
    let buckets = Buckets::new(&answer.window, &zone);
    let view = View::of(&query, &answer.window, &buckets);
    for (cell, number) in answer.grid.cells.iter().zip(0..) {
        let all = table.rows_of(&view, answer.grid.granularity, &[number], order, (0, usize::MAX));
        assert_eq!(all.total, cell.sums.executions());
        let mut paged = Vec::new();
        while (paged.len() as u64) < all.total {
            let page = table.rows_of(&view, answer.grid.granularity, &[number], order, (paged.len(), 2));
            paged.extend(page.rows);
        }
        assert_eq!(paged, all.rows);
        call(cell.sums.executions(), all.rows);
    }
}

#[test]
fn a_row_behind_a_quote_that_nothing_closes_is_read_again() {
    let source = "id,status,started_at,error\n1,\"open\n2,failed,2026-02-12T04:30:00Z,timeout\n";
    let intake = read(source, Form::Csv, Table::default().with_places());
    let head = intake.table().first_offset(0).unwrap() as usize;
    let reader = Reader::expecting(intake.understood().unwrap());
    let texts = reread(reader, &source.as_bytes()[..head], &source.as_bytes()[head..], false).unwrap();
    assert_eq!((texts.id.as_deref(), texts.error.as_deref()), (Some("2"), Some("timeout")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn they_are_those_that_were_counted_and_read_again_they_are_themselves(
        seed in any::<u64>(), count in 0usize..120, form in 0usize..4, filter in 0usize..4, daily in any::<bool>()
    ) {
        let form = [Form::Ndjson, Form::Json, Form::Csv, Form::Tsv][form];
        let source = source(seed, count, form);
        let intake = read(&source, form, Table::default().with_places());
        let filters = [("workflow_id", "w1"), ("status", "failed"), ("status", "!running"), ("days", "2")];
        let pairs = [filters[filter], ("granularity", if daily { "daily" } else { "hourly" })];
        let head = intake.table().first_offset(0).map_or(0, |offset| offset as usize);
        let reader = || Reader::expecting(intake.understood().unwrap());
        let mut seen = 0;
        each_cell(&intake, &pairs, Order::Start, |_, rows| {
            assert!(rows.is_sorted_by_key(|row| (row.at, row.place.unwrap())));
            for row in rows {
                let offset = row.place.unwrap().offset as usize;
                let bytes = &source.as_bytes()[offset..];
                let texts = reread(reader(), &source.as_bytes()[..head], bytes, true).unwrap();
                let id = texts.id.unwrap();
                assert_eq!(texts.error, Some(format!("é{id}")));
                assert!(source[offset..].lines().next().unwrap().contains(&row.at.ms().to_string()));
                let end = source[offset..].find('\n').unwrap();
                let short = reread(reader(), &source.as_bytes()[..head], &bytes[..end / 2], false);
                assert_eq!(short, None, "half a row is none");
                seen += 1;
            }
        });
        let query = Query::from_pairs(pairs).unwrap();
        let answer = answer::answer(intake.table(), intake.reading(), &query, &Zone::new("X", &[(0, 19_800)]).unwrap(), Source::File, Patterns::Skip).unwrap();
        prop_assert_eq!(seen, answer.account.placed);
    }

    #[test]
    fn the_worst_come_first_if_that_is_asked_for(seed in any::<u64>(), count in 0usize..120) {
        let source = source(seed, count, Form::Ndjson);
        let intake = read(&source, Form::Ndjson, Table::default().with_texts(MOST_KEPT_TEXT_BYTES));
        each_cell(&intake, &[("granularity", "daily")], Order::Worst, |_, rows| {
            let key = |row: &Row<'_>| (!row.status.is_failure(), std::cmp::Reverse(row.duration_ms), row.at, row.number);
            assert!(rows.is_sorted_by_key(key));
            for row in rows {
                let texts = row.texts.unwrap();
                assert_eq!(texts.error, Some(format!("é{}", texts.id.unwrap())), "the texts were kept");
                assert!(row.place.is_none() && !row.has_lost_texts);
            }
        });
    }
}

#[test]
fn texts_beyond_their_limit_are_told_to_be_lost() {
    let source = source(7, 50, Form::Ndjson);
    let intake = read(&source, Form::Ndjson, Table::default().with_texts(400));
    let (mut kept, mut lost) = (0, 0);
    each_cell(&intake, &[], Order::Start, |_, rows| {
        for row in rows {
            assert_eq!(row.texts.is_none(), row.has_lost_texts);
            kept += u32::from(row.texts.is_some());
            lost += u32::from(row.has_lost_texts);
        }
    });
    assert!(kept > 5 && lost > 5, "{kept} kept, {lost} lost");
    assert!(intake.table().text_bytes() <= 2 * 400 + 64, "{} bytes", intake.table().text_bytes());
}

#[test]
fn texts_go_with_a_part() {
    let source = source(9, 30, Form::Ndjson);
    let intake = read(&source, Form::Ndjson, Table::default().with_texts(MOST_KEPT_TEXT_BYTES));
    let mut gathered = Intake::new(Form::Ndjson, false).onto(Table::default().with_texts(MOST_KEPT_TEXT_BYTES), None);
    for part in [read(ROW, Form::Ndjson, Table::default().with_texts(100)), intake] {
        let mut pieces = Vec::new();
        part.write_part(&mut |piece| pieces.push(piece.to_vec()));
        let mut pieces = pieces.into_iter();
        gathered.absorb(&mut || pieces.next(), Range::default()).unwrap();
    }
    let mut errors = 0;
    each_cell(&gathered, &[], Order::Start, |_, rows| {
        for texts in rows.into_iter().map(|row| row.texts.unwrap()).filter(|texts| texts.error.is_some()) {
            assert_eq!(texts.error, Some(format!("é{}", texts.id.unwrap())));
            errors += 1;
        }
    });
    assert_eq!(errors, 30);
}

#[test]
fn a_table_of_both_knows_which_rows_can_be_read_again() {
    let table = || Table::default().with_places().with_texts(MOST_KEPT_TEXT_BYTES);
    let mut gathered = Intake::new(Form::Ndjson, false).onto(table(), None);
    let sources = [1, 2, 3].map(|seed| source(seed, 10, Form::Ndjson));
    for (source, number) in sources.iter().zip(0..) {
        let own = if number == 1 { Table::default().with_places() } else { Table::default().with_texts(1 << 20) };
        let mut pieces = Vec::new();
        read(source, Form::Ndjson, own).write_part(&mut |piece| pieces.push(piece.to_vec()));
        let mut pieces = pieces.into_iter();
        let range = Range { lines: 0, shift: Shift { offset: 0, source: number } };
        gathered.absorb(&mut || pieces.next(), range).unwrap();
    }
    let (mut placed, mut kept) = (0, 0);
    let mut pieces = Vec::new();
    gathered.table().write(&mut |piece| pieces.push(piece.to_vec()));
    let mut pieces = pieces.into_iter();
    let mut again = table();
    again.absorb(&mut || pieces.next(), Shift { offset: 0, source: 1 }).unwrap();
    each_cell(&gathered, &[], Order::Start, |_, rows| {
        for row in rows {
            assert_eq!(row.place.map(|place| place.source), row.texts.is_none().then_some(1));
            assert!(!row.has_lost_texts);
            placed += u32::from(row.place.is_some());
            kept += u32::from(row.texts.is_some());
        }
    });
    assert_eq!((placed, kept), (10, 20));
    assert_eq!(again.first_offset(1), gathered.table().first_offset(1));
    assert_eq!(gathered.table().first_offset(0), None);
}

#[test]
fn cells_of_a_pattern_come_together_and_none_come_of_no_cell() {
    let source = source(3, 40, Form::Ndjson);
    let intake = read(&source, Form::Ndjson, Table::default());
    let query = Query::default();
    let zone = Zone::utc();
    let answer = answer::answer(intake.table(), intake.reading(), &query, &zone, Source::File, Patterns::Skip).unwrap();
    let buckets = Buckets::new(&answer.window, &zone);
    let view = View::of(&query, &answer.window, &buckets);
    let of = |cells: &[usize]| {
        intake.table().rows_of(&view, Granularity::Hourly, cells, Order::Start, (0, usize::MAX)).total
    };
    let every: Vec<usize> = (0..answer.grid.cells.len()).collect();
    assert_eq!(of(&every), answer.account.placed);
    assert_eq!(of(&[]), 0);
    assert_eq!(of(&[usize::MAX, 1 << 40]), 0);
}
