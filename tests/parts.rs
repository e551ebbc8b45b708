//! Ranges of a source that are read apart and gathered give the bytes of one reading; what is no part is refused.

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::{Intake, Range};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::{Shift, Table};
use execution_heatmap::zone::Zone;
use proptest::prelude::*;

const SOURCE: &str = include_str!("data/mixed.ndjson");

fn read(source: &str, is_whole: bool) -> Intake {
    let mut intake = Intake::new(Form::Ndjson, false).onto(Table::default().with_places(), None);
    intake.extend(source.as_bytes());
    if is_whole {
        intake.finish(None);
    }
    intake
}

fn pieces_of(intake: &Intake) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    intake.write_part(&mut |piece| pieces.push(piece.to_vec()));
    pieces
}

/// Reads a source in ranges that end with the lines `cuts`, and gathers them.
fn gathered(source: &str, cuts: &[usize]) -> Intake {
    let mut whole = Intake::new(Form::Ndjson, false).onto(Table::default().with_places(), None);
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (lines.len() + 1)).chain([0, lines.len()]).collect();
    cuts.sort_unstable();
    for range in cuts.windows(2) {
        let before = lines[..range[0]].concat();
        let part = read(&lines[range[0]..range[1]].concat(), range[1] == lines.len());
        let mut pieces = pieces_of(&part).into_iter();
        let shift = Shift { offset: before.len() as u64, source: 0 };
        whole.absorb(&mut || pieces.next(), Range { lines: range[0] as i64, shift }).unwrap();
    }
    whole.finish(None);
    whole
}

fn respond(intake: &Intake, pairs: &[(&str, &str)]) -> String {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let answer =
        answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Look).unwrap();
    json::heatmap(&answer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn gathered_ranges_are_the_whole(cuts in prop::collection::vec(0usize..30, 0..5), with_end in 0usize..4) {
        let rows = read(SOURCE, true).reading().read;
        let end = match with_end {
            0 => String::new(),
            1 => format!("{{\"$end\":{{\"rows\":{rows},\"complete\":true}}}}\n"),
            2 => "{\"$end\":{\"rows\":3,\"complete\":true}}\n".to_owned(),
            _ => "{\"$alive\":1}\n{\"$error\":{\"message\":\"gone\"}}\n".to_owned(),
        };
        let source = SOURCE.to_owned() + &end;
        let (one, many) = (read(&source, true), gathered(&source, &cuts));
        for pairs in [&[][..], &[("metric", "p95_duration")], &[("granularity", "daily"), ("by", "end")]] {
            prop_assert_eq!(respond(&many, pairs), respond(&one, pairs));
        }
        prop_assert_eq!(many.reading(), one.reading());
        prop_assert_eq!(many.table().first_offset(0), one.table().first_offset(0));
    }

    #[test]
    fn broken_pieces_are_refused_or_read_and_never_more(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut pieces = pieces_of(&read(SOURCE, true));
        let number = place.index(pieces.len());
        let piece = &mut pieces[number];
        if cuts {
            let length = cut.index(piece.len());
            piece.truncate(length);
        } else {
            let at = cut.index(piece.len());
            piece[at] = byte;
        }
        let mut whole = Intake::new(Form::Ndjson, false);
        let mut pieces = pieces.into_iter();
        let absorbed = whole.absorb(&mut || pieces.next(), Range::default());
        prop_assert!(absorbed.is_err() || !cuts);
        if absorbed.is_ok() {
            whole.finish(None);
            respond(&whole, &[]);
        }
    }
}

#[test]
fn a_part_accounts_for_what_it_holds() {
    let row = |begin: &str| {
        format!(
            "{{\"hour\":\"2026-02-12T{begin}:00:00Z\",\"status\":\"failed\",\"n\":5,\"bins\":[72],\"counts\":[5]}}\n"
        )
    };
    let cube = |source: &str| {
        let mut intake = Intake::recognising(false);
        intake.extend(source.as_bytes());
        intake.finish(None);
        intake
    };
    let one = cube(&(row("04") + &row("05")));
    let mut whole = Intake::new(Form::Ndjson, false);
    for begin in ["04", "05"] {
        let mut pieces = pieces_of(&cube(&row(begin))).into_iter();
        whole.absorb(&mut || pieces.next(), Range::default()).unwrap();
    }
    whole.finish(None);
    assert_eq!(respond(&whole, &[]), respond(&one, &[]));
    assert_eq!(whole.reading().read, 10);
    // One that says that it read fewer rows than it holds is none.
    let mut pieces = pieces_of(&read(SOURCE, true));
    pieces[0][..8].copy_from_slice(&3_u64.to_le_bytes());
    let mut pieces = pieces.into_iter();
    assert!(Intake::new(Form::Ndjson, false).absorb(&mut || pieces.next(), Range::default()).is_err());
}

#[test]
fn the_end_of_one_source_is_not_that_of_the_next() {
    let file = |rows: u64| {
        let row = "{\"status\":\"failed\",\"started_at\":\"2026-02-12T04:30:00Z\"}\n".repeat(rows as usize);
        read(&format!("{row}{{\"$end\":{{\"rows\":{rows},\"complete\":true}}}}\n"), true)
    };
    let mut whole = Intake::new(Form::Ndjson, false);
    for (part, source) in [file(2), file(3)].iter().zip(0..) {
        let mut pieces = pieces_of(part).into_iter();
        let shift = Shift { offset: 0, source };
        whole.absorb(&mut || pieces.next(), Range { lines: 0, shift }).unwrap();
    }
    whole.finish(None);
    assert_eq!(whole.reading().incomplete, None);
    assert_eq!(whole.table().rows(), 5);
}
