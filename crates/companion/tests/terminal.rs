//! The picture for a terminal: whole at every width, harmless whatever the rows say, the same for the same answer.

mod support;

use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap_companion::terminal::{Colours, Look, picture};
use execution_heatmap_companion::zones;
use support::{Row, Seeded, rows_over};

fn answer(rows: &[Row], pairs: &[(&str, &str)]) -> Answer {
    let mut intake = Intake::new(Form::Ndjson, false);
    for row in rows {
        intake.extend(row.with(execution_heatmap::row::line).as_bytes());
    }
    intake.finish(None);
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let zone = zones::zone(&query.time_zone, answer::zone_span(intake.table(), &query, Source::File)).unwrap();
    answer::answer(intake.table(), intake.reading(), &query, &zone, Source::File, Patterns::Look).unwrap()
}

fn look(width: usize, colours: Colours, ascii: bool) -> Look {
    Look { title: "runs.ndjson".to_owned(), width, colours, light: false, ascii }
}

/// The text without what sets colours; anything else that begins with an escape stays.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap();
        assert_eq!(&sequence[end..end + 1], "m", "a sequence that is no colour");
        rest = &sequence[end + 1..];
    }
    plain + rest
}

#[test]
fn a_small_picture_is_this_one() {
    let rows: Vec<Row> = rows_over(9).into_iter().filter(|row| row.started_ms / 3_600_000 % 24 >= 21).collect();
    let shown =
        picture(&answer(&rows, &[("from", "2026-01-01"), ("to", "2026-01-09")]), &look(80, Colours::None, true));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "runs.ndjson  success rate, hourly  Jan 1 - Jan 9, 2026  UTC",
            "27 runs - 85.2% succeeded - 1.0 s on average",
            ""
        ]
    );
    assert_eq!(
        lines[3..6],
        [" 1 '7' runs hourly between 9 PM-12 AM UTC (27 of 27 expected runs)", "   Jan 1 - Jan 9, 2026", ""]
    );
    assert_eq!(lines[6..9], ["     Jan", "          5", "00"]);
    // Hours 21 to 23 of nine days; of the hours since the new year every seventh from the third on failed.
    assert_eq!(lines[29..32], ["     .#.. ....#", "     ...# .....", "     .... .#..."]);
    assert_eq!(lines[32..34], ["", "# Critical under 60%  + Warning 60-80%  - Good 80-95%  . Excellent 95% and over"]);
}

#[test]
fn what_was_left_out_is_named_with_the_flag_that_asks_for_it() {
    let mut answer = answer(&rows_over(2), &[]);
    assert!(answer.notices.iter().any(|notice| notice == "repeated rows were not looked for"));
    answer.notices.push(execution_heatmap::pattern::english::notices::more_were_found(28));
    let shown = picture(&answer, &look(80, Colours::None, true));
    for words in [
        "\nRepeated rows were not looked for; --deduplicate on looks for them.\n",
        "\n28 more patterns were found and can be asked for by --patterns all.\n",
    ] {
        assert!(shown.contains(words), "no {words:?} in {shown}");
    }
}

#[test]
fn the_legend_says_where_levels_begin() {
    let legend = |rows: &[Row], metric: &str| {
        let shown = picture(&answer(rows, &[("metric", metric)]), &look(120, Colours::None, true));
        let is_legend = |line: &&str| ["Excellent", "Most", "Peak"].iter().any(|name| line.contains(name));
        shown.lines().find(is_legend).unwrap_or_default().to_owned()
    };
    // Exactly 95 % is the best level.
    let rows = rows_over(2);
    let rate = "# Critical under 60%  + Warning 60-80%  - Good 80-95%  . Excellent 95% and over";
    assert_eq!(legend(&rows, "success_rate"), rate);
    assert!(legend(&rows, "error_count").starts_with(". None 0  "), "{}", legend(&rows, "error_count"));
    // A cell with executions has one at least, so that none is under one.
    let volume = legend(&rows, "volume");
    assert!(!volume.contains("Low") && volume.contains("Medium 1"), "{volume}");
}

#[test]
fn a_rate_of_a_few_is_no_headline() {
    let mut rows = rows_over(2);
    rows.iter_mut().skip(10).for_each(|row| row.status = "success".to_owned());
    let shown = picture(&answer(&rows, &[]), &look(80, Colours::None, true));
    let all = rows.len();
    assert!(shown.contains(&format!("{all} runs - success rate known of 10 of {all} - 1.0 s on average\n")), "{shown}");
    assert!(!shown.contains("succeeded") && !shown.contains("none finished"), "{shown}");
}

#[test]
fn no_line_is_wider_than_the_screen_and_every_date_is_there() {
    for days in [1, 6, 30, 80] {
        let rows = rows_over(days);
        for granularity in ["hourly", "daily"] {
            let answer = answer(&rows, &[("granularity", granularity)]);
            // Sentences have marks of their own, a bar of their weeks.
            let mut cells_alone = answer.clone();
            cells_alone.patterns.clear();
            for width in [40, 41, 53, 80, 120, 400] {
                for (colours, ascii) in
                    [(Colours::None, false), (Colours::None, true), (Colours::True, false), (Colours::Indexed, false)]
                {
                    let shown = without_colours(&picture(&answer, &look(width, colours, ascii)));
                    for line in shown.lines() {
                        let columns = line.chars().count();
                        assert!(columns <= width, "{columns} of {width} columns: {line}");
                    }
                    if colours == Colours::None {
                        let marks: &[char] = if ascii { &['.', '#'] } else { &['░', '█'] };
                        let shown = picture(&cells_alone, &look(width, colours, ascii));
                        let legend = shown.lines().position(|line| line.contains("Critical")).unwrap();
                        let cells = shown.lines().take(legend).filter(|line| !line.contains("runs"));
                        let drawn: usize = cells.map(|line| line.chars().filter(|c| marks.contains(c)).count()).sum();
                        let expected =
                            answer.grid.cells.iter().filter(|cell| cell.level == 1 || cell.level == 4).count();
                        let a_cell = if granularity == "daily" { 2 } else { 1 };
                        assert_eq!(drawn, expected * a_cell, "{granularity}, {days} days, {width} columns");
                    }
                }
            }
        }
    }
}

#[test]
fn under_forty_columns_there_is_the_average_week() {
    let answer = answer(&rows_over(20), &[("granularity", "hourly")]);
    for width in [10, 26, 39] {
        let shown = picture(&answer, &look(width, Colours::None, false));
        assert!(shown.contains("Mo Tu We Th Fr Sa Su"), "{shown}");
        let hours = shown.lines().filter(|line| line.chars().filter(|c| "░▒▓█·".contains(*c)).count() == 14).count();
        assert_eq!(hours, 24);
    }
}

#[test]
fn without_colours_there_is_no_escape_and_with_ascii_nothing_else() {
    let answer = answer(&rows_over(20), &[]);
    let plain = picture(&answer, &look(80, Colours::None, false));
    for (width, colours) in [(80, Colours::Indexed), (80, Colours::True), (30, Colours::True)] {
        let shown = picture(&answer, &look(width, colours, true));
        assert!(shown.is_ascii() && shown.contains("\u{1b}[48;"), "{shown}");
        let daily = picture(&self::answer(&rows_over(100), &[]), &look(width, colours, true));
        assert!(daily.is_ascii(), "{daily}");
        // As many lines as without colours: no character of ASCII is half a place.
        assert_eq!(shown.lines().count(), picture(&answer, &look(width, Colours::None, true)).lines().count());
    }
    assert!(!plain.contains('\u{1b}'));
    assert!(plain.contains("█ Critical under 60%") && plain.contains("░ Excellent"));
    let ascii = picture(&answer, &look(80, Colours::None, true));
    assert!(ascii.is_ascii());
    assert!(ascii.contains("# Critical under 60%") && ascii.contains(". Excellent"));
}

#[test]
fn colours_end_with_their_line_and_differ_by_ground() {
    let answer = answer(&rows_over(20), &[]);
    let mut pictures = Vec::new();
    for (colours, light) in
        [(Colours::True, false), (Colours::True, true), (Colours::Indexed, false), (Colours::Indexed, true)]
    {
        let shown = picture(&answer, &Look { light, ..look(80, colours, false) });
        for line in shown.lines().filter(|line| line.contains('\u{1b}')) {
            let last = line.rfind("\u{1b}[").unwrap();
            assert!(line[last..].starts_with("\u{1b}[0m"), "{line:?}");
        }
        pictures.push(shown);
    }
    assert!(
        pictures[0].contains("38;2;255;157;151") || pictures[0].contains("48;2;255;157;151"),
        "the worst level's colour"
    );
    assert!(pictures[2].contains(";5;217"));
    pictures.dedup();
    assert_eq!(pictures.len(), 4);
}

#[test]
fn what_the_metric_says_nothing_about_looks_different_from_nothing() {
    let mut rows = rows_over(3);
    for row in rows.iter_mut().take(20) {
        row.status = "running".to_owned();
    }
    rows.drain(20..24);
    let shown = picture(&answer(&rows, &[]), &look(80, Colours::None, false));
    assert!(shown.contains("○ no outcome") && shown.contains("· no runs"), "{shown}");
    assert_eq!(shown.matches('○').count(), 21, "20 hours and the legend");
}

#[test]
fn clock_changes_are_said() {
    let hours = |from: i64| (0..72).map(move |hour| Row::new(&format!("{hour}"), "completed", from + hour * 3_600_000));
    let autumn: Vec<Row> = hours(1_761_350_400_000).collect(); // 2025-10-25T00:00:00Z
    let shown = picture(&answer(&autumn, &[("time_zone", "Europe/Berlin")]), &look(80, Colours::None, false));
    assert!(shown.contains("Clocks went back"), "{shown}");
    let spring: Vec<Row> = hours(1_774_656_000_000).collect(); // 2026-03-28T00:00:00Z
    let shown = picture(&answer(&spring, &[("time_zone", "Europe/Berlin")]), &look(80, Colours::None, false));
    assert!(!shown.contains("Clocks went back") && shown.contains("Clocks went forward"), "{shown}");
}

#[test]
fn the_same_answer_gives_the_same_bytes_and_no_rows_give_a_picture_too() {
    let mut seeded = Seeded(5);
    let mut rows = rows_over(30);
    let once = picture(&answer(&rows, &[]), &look(80, Colours::True, false));
    for place in (1..rows.len()).rev() {
        rows.swap(place, seeded.below(place as u64 + 1) as usize);
    }
    assert_eq!(picture(&answer(&rows, &[]), &look(80, Colours::True, false)), once);
    let empty = picture(&answer(&[], &[]), &look(80, Colours::None, false));
    assert!(empty.contains("0 runs"), "{empty}");
}
