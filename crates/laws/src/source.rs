//! The laws of a source: whatever the bytes, reading ends, every row is accounted for, neither the way of cutting nor the
//! short ways show, and what is written is JSON and well-formed SVG.

use crate::Seeded;
use crate::part::pieces_of;
use execution_heatmap::answer::{self, Account, Answer, Patterns, Source};
use execution_heatmap::ingest::{Event, Expected, Form, Reader, is_json, preset_names};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::{Granularity, Metric, Query};
use execution_heatmap::picture::{self, PictureOptions, Theme};
use execution_heatmap::table::Table;
use execution_heatmap::zone::Zone;

/// What is kept of the texts of rows where that is compared.
const MOST_TEXT_BYTES: usize = 1 << 20;

/// A source whose form is found out.
pub(crate) fn recognised(bytes: &[u8]) {
    hold(bytes, &Expected::anything(), false);
}

/// NDJSON; each line's verdict is that of serde_json besides.
pub(crate) fn ndjson(bytes: &[u8]) {
    hold(bytes, &canonical(Form::Ndjson), true);
    for line in bytes.split(|byte| *byte == b'\n') {
        let expected = serde_json::from_slice::<serde_json::Value>(line).is_ok();
        assert_eq!(is_json(line), expected, "{}", line.escape_ascii());
    }
}

/// CSV.
pub(crate) fn csv(bytes: &[u8]) {
    hold(bytes, &canonical(Form::Csv), false);
}

/// CSV with tabs.
pub(crate) fn tsv(bytes: &[u8]) {
    hold(bytes, &canonical(Form::Tsv), false);
}

/// Documents of JSON, whose system is found out.
pub(crate) fn json(bytes: &[u8]) {
    hold(bytes, &Expected::anything().form(Form::Json), false);
}

/// Arrow, stream or file.
pub(crate) fn arrow(bytes: &[u8]) {
    hold(bytes, &Expected::anything().form(Form::Arrow), false);
}

/// Batches of columns.
pub(crate) fn columns(bytes: &[u8]) {
    hold(bytes, &Expected::anything().form(Form::Columns), false);
}

/// Logs of jobs.
pub(crate) fn swf(bytes: &[u8]) {
    hold(bytes, &Expected::anything().form(Form::Swf), false);
}

/// Rows that someone else has counted, in a form that is found out.
pub(crate) fn cube(bytes: &[u8]) {
    hold(bytes, &Expected::anything().preset("cube").unwrap(), false);
}

/// Rows of the system that the first byte picks, in a form that is found out.
pub(crate) fn presets(bytes: &[u8]) {
    let Some((pick, source)) = bytes.split_first() else { return };
    let names: Vec<_> = preset_names().collect();
    let expected = Expected::anything().preset(names[usize::from(*pick) % names.len()]);
    hold(source, &expected.unwrap(), false);
}

/// Rows that are read by the mapping of the first line.
pub(crate) fn mapping(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (mapping, source) = bytes.split_at(end);
    match Expected::anything().map(&String::from_utf8_lossy(mapping)) {
        Ok(expected) => hold(source, &expected, false),
        Err(words) => assert!(words.starts_with("the mapping") || words.contains(" has the key "), "{words}"),
    }
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

/// A form whose rows are the engine's own.
fn canonical(form: Form) -> Expected {
    Expected::anything().preset("canonical").unwrap().form(form)
}

/// Reads the bytes whole, byte by byte or in pieces, the short way and the long one, and holds the answers together.
fn hold(bytes: &[u8], expected: &Expected, expects_end: bool) {
    let begin = || Intake::expecting(expected.clone(), expects_end);
    let whole = read(begin(), bytes, |_| bytes.len());
    let mut seeded = Seeded::of(bytes);
    let longest = [1, 7, 64, 4_096][seeded.below(4)];
    let cut = read(begin(), bytes, |_| 1 + seeded.below(longest));
    assert_eq!(whole.reading(), cut.reading(), "the same bytes, cut in another way");
    assert_eq!(whole.table().rows(), cut.table().rows());
    respond(&whole);
    // Rows of known kinds go to the table without an event; all that an engine hands over of them has to be the same.
    let keeping = |intake: Intake| intake.onto(Table::default().with_places().with_texts(MOST_TEXT_BYTES), None);
    let straight = read(keeping(begin()), bytes, |_| 1 + seeded.below(longest));
    let put_together = read(keeping(begin().without_shortcuts()), bytes, |_| bytes.len());
    assert!(pieces_of(&straight) == pieces_of(&put_together), "the same table, the short way and the long one");
    let short = events(Reader::expecting(expected.clone()), bytes, bytes.len());
    let long = events(Reader::expecting(expected.clone()).without_shortcuts(), bytes, bytes.len());
    for (short, long) in short.iter().zip(&long) {
        assert_eq!(short, long, "the same row, the short way and the long one");
    }
    assert_eq!(short.len(), long.len(), "{short:#?}");
    let pieces = events(Reader::expecting(expected.clone()), bytes, longest);
    assert_eq!(short, pieces, "the same events, cut in another way");
    account(&whole, &short);
}

/// What a parser says of a source that comes in chunks, without the kinds of rows, which only the short ways tell.
fn events(mut reader: Reader, bytes: &[u8], chunk: usize) -> Vec<String> {
    let mut events = Vec::new();
    let mut drain = |reader: &mut Reader| {
        while let Some(mut event) = reader.next() {
            if let Event::Row { kind, .. } = &mut event {
                *kind = None;
            }
            events.push(format!("{event:?}"));
            assert!(events.len() <= bytes.len() + 1, "more events than bytes");
        }
    };
    for chunk in bytes.chunks(chunk.max(1)) {
        reader.extend(chunk);
        drain(&mut reader);
    }
    reader.finish();
    drain(&mut reader);
    events
}

/// Holds what was counted against the events.
fn account(intake: &Intake, events: &[String]) {
    let count = |kinds: &[&str]| {
        let is_one = |event: &&String| kinds.iter().any(|kind| event.starts_with(kind));
        events.iter().filter(is_one).count() as u64
    };
    let reading = intake.reading();
    assert_eq!(reading.parts + reading.no_executions, count(&["LeftOut "]));
    // A row of counts stands for any number of executions.
    if count(&["Counts "]) == 0 {
        assert_eq!(reading.read, count(&["Row ", "Unstarted ", "Rejected "]));
        assert_eq!(reading.read, intake.table().rows() + reading.no_start + reading.unreadable);
    }
    let is_said = intake.reading().incomplete.is_some() || intake.unrecognised().is_some();
    assert!(is_said || count(&["Broken ", "Unrecognised("]) == 0, "what broke off is told");
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
pub(crate) fn respond(intake: &Intake) -> String {
    let answer = view(intake, &Query::default(), Patterns::Skip);
    add_up(&answer);
    let response = json::heatmap(&answer);
    if let Err(fault) = serde_json::from_str::<serde_json::Value>(&response) {
        panic!("the response is no JSON: {fault}\n{response}");
    }
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
