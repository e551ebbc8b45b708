//! The laws of a source: whatever the bytes, reading ends, every row is accounted for, the way of cutting does not show,
//! and what is written is JSON and well-formed SVG.

use crate::Seeded;
use execution_heatmap::answer::{self, Account, Answer, Patterns, Source};
use execution_heatmap::ingest::{Form, is_json};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::{Granularity, Metric, Query};
use execution_heatmap::picture::{self, PictureOptions, Theme};
use execution_heatmap::zone::Zone;

/// A source whose form is found out.
pub(crate) fn recognised(bytes: &[u8]) {
    hold(bytes, || Intake::recognising(false));
}

/// NDJSON; each line's verdict is that of serde_json besides.
pub(crate) fn ndjson(bytes: &[u8]) {
    hold(bytes, || Intake::new(Form::Ndjson, true));
    for line in bytes.split(|byte| *byte == b'\n') {
        let expected = serde_json::from_slice::<serde_json::Value>(line).is_ok();
        assert_eq!(is_json(line), expected, "{}", line.escape_ascii());
    }
}

/// CSV.
pub(crate) fn csv(bytes: &[u8]) {
    hold(bytes, || Intake::new(Form::Csv, false));
}

/// From bytes to the picture, in a view that the bytes choose.
pub(crate) fn picture(bytes: &[u8]) {
    let intake = read(Intake::recognising(false), bytes, |_| bytes.len());
    let mut seeded = Seeded::of(bytes);
    let mut query = Query::default();
    query.metric = pick(&Metric::ALL, &mut seeded);
    query.granularity = Some(pick(&Granularity::ALL, &mut seeded));
    let answer = view(&intake, &query, Patterns::Look);
    add_up(&answer);
    let options =
        PictureOptions { width: seeded.below(2_000) as f64, framed: seeded.below(2) == 0, ..PictureOptions::default() };
    let scene = picture::lay_out(&answer, &options);
    let svg = picture::svg(&scene, &answer, Theme::Auto);
    if let Err(fault) = roxmltree::Document::parse(&svg) {
        panic!("the picture is not well-formed: {fault}\n{svg}");
    }
}

/// Reads the bytes whole, byte by byte or in pieces, and holds the answers together.
fn hold(bytes: &[u8], begin: impl Fn() -> Intake) {
    let whole = respond(&read(begin(), bytes, |_| bytes.len()));
    let mut seeded = Seeded::of(bytes);
    let longest = [1, 7, 64, 4_096][seeded.below(4)];
    let cut = respond(&read(begin(), bytes, |_| 1 + seeded.below(longest)));
    assert_eq!(whole, cut, "the same bytes, cut in another way");
}

fn read(mut intake: Intake, bytes: &[u8], mut length: impl FnMut(usize) -> usize) -> Intake {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(length(rest.len()).clamp(1, rest.len()));
        intake.extend(piece);
        rest = behind;
    }
    intake.finish(None);
    intake
}

/// The response for a source, once what it says has been held against itself.
fn respond(intake: &Intake) -> String {
    let answer = view(intake, &Query::default(), Patterns::Skip);
    add_up(&answer);
    let response = json::heatmap(&answer);
    assert!(is_json(response.as_bytes()), "the response is no JSON: {response}");
    response
}

/// The answer to a query; bytes may not make an error of a view that asks for nothing special.
fn view(intake: &Intake, query: &Query, patterns: Patterns) -> Answer {
    answer::answer(intake.table(), intake.reading(), query, &Zone::utc(), Source::File, patterns).unwrap()
}

fn add_up(answer: &Answer) {
    let Account { read, placed, no_start, outside_window, filtered, duplicate, unreadable } = answer.account;
    assert_eq!(read, placed + no_start + outside_window + filtered + duplicate + unreadable, "{:?}", answer.account);
    assert_eq!(answer.totals.executions(), placed);
    let in_cells: u64 = answer.grid.cells.iter().map(|cell| cell.sums.executions()).sum();
    assert_eq!(in_cells, placed, "every placed row lies in a cell");
}

fn pick<T: Copy>(choices: &[T], seeded: &mut Seeded) -> T {
    choices[seeded.below(choices.len())]
}
