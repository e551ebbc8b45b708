//! Pictures as files: golden SVGs, what an SVG may hold whatever the texts of rows, and the laws of geometry.

mod support;

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::{Finding, Kind, WeekWindow, Whose};
use execution_heatmap::picture::legend::{LegendKey, keys, legend};
use execution_heatmap::picture::scene::{Anchor, MOST_MARKED_PATTERNS, Node, Role, Scene};
use execution_heatmap::picture::{Layout, PictureOptions, Theme, Words, lay_out, style_sheet, svg};
use execution_heatmap::table::Table;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::{Row, Seeded, local_hour, table_of, zone_over};

/// Set to 1, it rewrites the golden files.
const BLESS: &str = "EXECUTION_HEATMAP_BLESS";
const HOUR_MS: i64 = 3_600_000;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn midnight_utc(date: NaiveDate) -> i64 {
    date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis()
}

/// Runs of a made-up week: many by day, few at night, failing in the evenings of weekdays, some still running at the
/// end.
fn rows_of(from: NaiveDate, days: i64, tz: Tz) -> Vec<Row> {
    let mut seeded = Seeded(7);
    let mut rows = Vec::new();
    for hour in 0..days * 24 {
        let at = midnight_utc(from) + hour * HOUR_MS;
        let (date, local) = local_hour(tz, at);
        let is_weekend = matches!(chrono::Datelike::weekday(&date), chrono::Weekday::Sat | chrono::Weekday::Sun);
        let count = match local {
            0..=4 => u64::from(seeded.below(9) == 0),
            6 => 40,
            23 => 1 + seeded.below(6),
            _ => 12 + seeded.below(9),
        };
        let chance_to_fail = if (17..22).contains(&local) && !is_weekend { 45 } else { 11 };
        for _ in 0..count {
            let fails = seeded.below(100) < chance_to_fail;
            let unfinished = hour > days * 24 - 4;
            let status = match (unfinished, fails) {
                (true, _) => "running",
                (false, true) => "failed",
                (false, false) => "completed",
            };
            rows.push(Row {
                workflow_id: Some("w1".to_owned()),
                workflow: None,
                status: status.to_owned(),
                started_ms: at + seeded.below(HOUR_MS as u64) as i64,
                duration_ms: Some(1000 + seeded.below(600_000)),
                tags: Vec::new(),
                waited_ms: None,
                attempt: 1,
                has_started: true,
            });
        }
    }
    rows
}

fn answer_of(table: &Table, pairs: &[(&str, &str)]) -> Answer {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let tz: Tz = query.time_zone.parse().unwrap();
    let (from, until) = answer::zone_span(table, &query, Source::File);
    let zone = zone_over(tz, from, until);
    let reading = Reading { read: table.rows(), ..Reading::default() };
    answer::answer(table, &reading, &query, &zone, Source::File, Patterns::Skip).unwrap()
}

/// A finding, for the picture alone: it reads sentence, window and dates.
fn finding(kind: Kind, sentence: &str, weekdays: &[u8], hours: (u8, u8), answer: &Answer) -> Finding {
    Finding {
        kind,
        sentence: sentence.to_owned(),
        how: String::new(),
        explained_by: None,
        whose: Whose::All,
        window: Some(WeekWindow { weekdays: weekdays.to_vec(), from_hour: hours.0, to_hour: hours.1 }),
        effect: None,
        evidence: Vec::new(),
        from: answer.window.start_date,
        to: answer.window.end_date,
        weeks: Vec::new(),
        p_adjusted: Some(0.001),
        cells: Vec::new(),
    }
}

fn with_patterns(mut answer: Answer) -> Answer {
    let evenings = "Higher failure rate on weekdays between 5–10 PM (45% vs 11% otherwise, 12 of 13 weeks)";
    let peak = "Execution volume peaks at 6 AM (America/New_York) daily (3.1× the daily average, 88 of 90 days)";
    answer.patterns = vec![
        finding(Kind::FailureWindow, evenings, &[1, 2, 3, 4, 5], (17, 22), &answer),
        finding(Kind::VolumePeak, peak, &[1, 2, 3, 4, 5, 6, 7], (6, 7), &answer),
        finding(Kind::FailureWindow, "Higher failure rate on Saturday nights", &[6], (22, 2), &answer),
    ];
    answer
}

fn options(width: f64, framed: bool) -> PictureOptions {
    PictureOptions { width, framed, ..PictureOptions::default() }
}

/// Compares an SVG with its golden file, and checks what holds for every SVG.
fn check_golden(name: &str, answer: &Answer, options: &PictureOptions, theme: Theme) {
    let written = svg(&lay_out(answer, options), answer, theme);
    check_vocabulary(&written, theme);
    assert_eq!(written, svg(&lay_out(answer, options), answer, theme), "{name}: the same input gives other bytes");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.svg"));
    if std::env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(&path, &written).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let differs = golden.lines().zip(written.lines()).position(|(one, other)| one != other);
    assert!(
        golden == written,
        "{name}.svg differs from its golden file, first at line {:?}; look at it, and if it is meant, run with {BLESS}=1",
        differs.map(|line| line + 1)
    );
}

const NEW_YORK: &str = "America/New_York";

fn quarter() -> Answer {
    let table = table_of(&rows_of(date("2013-05-01"), 90, NEW_YORK.parse().unwrap()));
    with_patterns(answer_of(&table, &[("from", "2013-05-01"), ("to", "2013-07-29"), ("time_zone", NEW_YORK)]))
}

#[test]
fn ninety_dates_of_hours() {
    let answer = quarter();
    check_golden("hourly-wide", &answer, &options(1280.0, true), Theme::Auto);
}

#[test]
fn ninety_dates_of_hours_stay_small() {
    let answer = quarter();
    // Title, sentences and legend take some 3 kB more.
    for (width, framed, most_bytes) in [(1232.0, false, 50_000), (720.0, false, 50_000), (390.0, true, 53_000)] {
        let written = svg(&lay_out(&answer, &options(width, framed)), &answer, Theme::Auto);
        let shapes = written.matches("<path").count() + written.matches("<rect").count();
        assert!(written.len() <= most_bytes, "{width}: {} bytes", written.len());
        assert!(shapes <= 40, "{width}: {shapes} elements besides text");
    }
}

#[test]
fn hours_on_a_narrow_page() {
    let table = table_of(&rows_of(date("2013-12-18"), 30, NEW_YORK.parse().unwrap()));
    let pairs = [("from", "2013-12-18"), ("to", "2014-01-16"), ("time_zone", NEW_YORK), ("metric", "error_count")];
    check_golden("hourly-narrow", &with_patterns(answer_of(&table, &pairs)), &options(390.0, true), Theme::Light);
}

#[test]
fn a_year_of_days() {
    let table = table_of(&rows_of(date("2013-02-10"), 365, chrono_tz::UTC));
    let pairs = [("from", "2013-02-10"), ("to", "2014-02-09"), ("granularity", "daily"), ("metric", "volume")];
    let answer = with_patterns(answer_of(&table, &pairs));
    check_golden("daily-wide", &answer, &options(1280.0, true), Theme::Dark);
    check_golden("daily-narrow", &answer, &options(390.0, false), Theme::Light);
}

#[test]
fn nothing_at_all() {
    let answer = answer_of(&Table::default(), &[("from", "2026-01-01"), ("to", "2026-03-31")]);
    check_golden("empty", &answer, &options(960.0, true), Theme::Light);
    assert!(lay_out(&answer, &options(960.0, true)).description.starts_with("No executions, Jan 1 – Mar 31, 2026"));
}

#[test]
fn days_on_which_the_clocks_change() {
    let berlin: Tz = "Europe/Berlin".parse().unwrap();
    let table = table_of(&rows_of(date("2026-03-23"), 14, berlin));
    let spring = [("days", "10"), ("until", "2026-04-02T13:20:00Z"), ("time_zone", "Europe/Berlin")];
    let answer = answer_of(&table, &spring);
    assert_eq!(keys(&answer.grid), [LegendKey::Few, LegendKey::Nothing, LegendKey::Skipped, LegendKey::After]);
    check_golden("clocks-forward", &answer, &options(700.0, true), Theme::Auto);
    let table = table_of(&rows_of(date("2026-10-20"), 14, berlin));
    let autumn = [("from", "2026-10-20"), ("to", "2026-11-02"), ("time_zone", "Europe/Berlin"), ("metric", "duration")];
    let answer = answer_of(&table, &autumn);
    let looks = keys(&answer.grid);
    assert!(looks.contains(&LegendKey::Changed) && looks.contains(&LegendKey::Unfinished), "{looks:?}");
    check_golden("clocks-back", &answer, &options(700.0, true), Theme::Auto);
}

const HOSTILE: &str = "'</text><script>alert(\"1\")</script>&amp;' \u{8}\u{202e}txet\u{2066} \u{fffe} ]]> <!-- ﷽ שלום";

#[test]
fn names_stay_text() {
    let table = table_of(&rows_of(date("2026-01-05"), 7, chrono_tz::UTC));
    let mut answer = answer_of(&table, &[("from", "2026-01-05"), ("to", "2026-01-11")]);
    answer.patterns = vec![finding(Kind::FailureWindow, HOSTILE, &[3], (9, 11), &answer)];
    answer.incomplete = Some(HOSTILE.to_owned());
    answer.notices = vec![HOSTILE.to_owned()];
    let options = options(1000.0, true);
    check_golden("hostile-names", &answer, &options, Theme::Light);
    let written = svg(&lay_out(&answer, &options), &answer, Theme::Light);
    let parsed = roxmltree::Document::parse(&written).unwrap();
    let said: Vec<&str> = parsed.descendants().filter_map(|node| node.text()).collect();
    let as_text = "'</text><script>alert(\"1\")</script>&amp;' \u{fffd}\u{fffd}txet\u{fffd} \u{fffd} ]]> <!-- ﷽ שלום";
    assert!(said.contains(&as_text), "{said:?}");
}

/// The elements of a file, and their attributes.
const VOCABULARY: [(&str, &[&str]); 8] = [
    ("svg", &["role", "class", "width", "height", "viewBox", "font-family", "font-size"]),
    ("title", &[]),
    ("desc", &[]),
    ("style", &[]),
    ("rect", &["class", "width", "height", "fill"]),
    ("g", &["class", "fill", "font-size", "font-weight", "text-anchor"]),
    (
        "path",
        &[
            "class",
            "fill",
            "stroke",
            "stroke-width",
            "stroke-linejoin",
            "stroke-linecap",
            "stroke-dasharray",
            "display",
            "d",
        ],
    ),
    ("text", &["x", "y"]),
];

/// Well-formed, nothing but what the vocabulary has, and a style sheet only where it is the constant one.
fn check_vocabulary(written: &str, theme: Theme) {
    let parsed = roxmltree::Document::parse(written).unwrap_or_else(|error| panic!("{error}: {written}"));
    for element in parsed.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        assert_eq!(element.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
        let known = VOCABULARY.iter().find(|(known, _)| *known == name);
        let (_, attributes) = known.unwrap_or_else(|| panic!("an element <{name}>"));
        for attribute in element.attributes() {
            assert!(attributes.contains(&attribute.name()), "<{name} {}>", attribute.name());
        }
    }
    let styles: Vec<_> = parsed.descendants().filter(|node| node.has_tag_name("style")).collect();
    let expected = if theme == Theme::Auto { vec![style_sheet()] } else { Vec::new() };
    assert_eq!(styles.iter().map(|style| style.text().unwrap().to_owned()).collect::<Vec<_>>(), expected);
    assert!(!written.contains("NaN") && !written.contains("inf"), "a number that is none");
}

/// Checks what holds for every scene of an answer.
fn check_geometry(scene: &Scene, answer: &Answer, context: &str) {
    let places = &scene.places;
    let (width, height) = (scene.width, scene.height);
    assert!(width.is_finite() && height.is_finite(), "{context}: {width} × {height}");
    let lie_apart = |starts: &[f64], side: f64, end: f64| {
        side > 0.0
            && starts.windows(2).all(|pair| pair[1] - pair[0] >= side)
            && starts.first().is_some_and(|first| *first >= 0.0)
            && starts.last().is_some_and(|last| last + side <= end)
    };
    assert!(lie_apart(&places.columns, places.width, width), "{context}: columns");
    assert!(lie_apart(&places.rows, places.height, height), "{context}: rows");
    assert_eq!(places.cells.len(), places.rows.len() * places.columns.len(), "{context}: places");
    let placed: Vec<u32> = places.cells.iter().flatten().copied().collect();
    let distinct: BTreeSet<u32> = placed.iter().copied().collect();
    assert_eq!(placed.len(), distinct.len(), "{context}: a cell lies twice");
    assert!(distinct.into_iter().eq(0..answer.grid.cells.len() as u32), "{context}: every cell has its place");

    for node in &scene.nodes {
        match node {
            Node::Path { role, data, stroke, dash } => {
                assert!(stroke.is_finite() && *stroke >= 0.0, "{context}: {role:?}");
                assert!(dash.is_none_or(|[on, off]| on > 0.0 && off >= 0.0), "{context}: {role:?} {dash:?}");
                let (left, top, right, bottom) = extent(data);
                let inside = left >= -0.01 && top >= -0.01 && right <= width + 0.01 && bottom <= height + 0.01;
                assert!(inside, "{context}: {role:?} from {left},{top} to {right},{bottom} in {width} × {height}");
            }
            Node::Text { role, x, y, content, .. } => {
                assert!(x.is_finite() && *y >= 0.0 && *y <= height, "{context}: {role:?} {content}");
            }
        }
    }
    check_labels(scene, context);
}

/// No label of an axis lies over another one of its line, in a font of middling width.
fn check_labels(scene: &Scene, context: &str) {
    let labels = |node: &Node| match node {
        Node::Text { role: role @ (Role::Label | Role::MonthLabel), x, y, anchor, content } => {
            let width = content.chars().count() as f64 * 0.55 * scene.label_size * role.text_size();
            let left = match anchor {
                Anchor::Start => *x,
                Anchor::Middle => x - width / 2.0,
                Anchor::End => x - width,
            };
            Some((*y, left, left + width, content.clone(), scene.label_size * role.text_size()))
        }
        _ => None,
    };
    let mut labels: Vec<_> = scene.nodes.iter().filter_map(labels).collect();
    labels.sort_by(|one, other| (one.1).total_cmp(&other.1));
    for (position, one) in labels.iter().enumerate() {
        for other in labels.iter().skip(position + 1).take_while(|other| other.1 < one.2) {
            assert!((one.0 - other.0).abs() >= one.4.min(other.4) * 0.85, "{context}: {one:?} over {other:?}");
        }
    }
}

/// The extent of path data in the commands that pictures use.
fn extent(data: &str) -> (f64, f64, f64, f64) {
    let (mut at, mut start) = ((0.0_f64, 0.0_f64), (0.0, 0.0));
    let mut extent = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let mut rest = data;
    while let Some(command) = rest.chars().next() {
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, letter)| letter.is_ascii_alphabetic())
            .map_or(rest.len(), |(at, _)| at);
        let numbers = numbers(&rest[1..end]);
        match (command, &numbers[..]) {
            ('M' | 'm', [x, y]) => {
                at = (at.0 + x, at.1 + y);
                start = at;
            }
            ('h', [x]) => at.0 += x,
            ('v', [y]) => at.1 += y,
            ('a', [_, _, _, _, _, x, y]) | ('q', [_, _, x, y]) => at = (at.0 + x, at.1 + y),
            ('z', []) => at = start,
            other => panic!("{other:?} in {data}"),
        }
        extent = (extent.0.min(at.0), extent.1.min(at.1), extent.2.max(at.0), extent.3.max(at.1));
        rest = &rest[end..];
    }
    extent
}

/// The numbers of one command: a sign or a second point begins the next.
fn numbers(text: &str) -> Vec<f64> {
    let mut numbers: Vec<String> = vec![String::new()];
    for letter in text.chars() {
        let has_point = numbers.last().unwrap().contains('.');
        if letter == ' ' || letter == '-' || letter == '.' && has_point {
            numbers.push(String::new());
        }
        if letter != ' ' {
            numbers.last_mut().unwrap().push(letter);
        }
    }
    numbers.iter().filter(|number| !number.is_empty()).map(|number| number.parse().unwrap()).collect()
}

fn long_answer(dates: i64, granularity: &str, metric: &str) -> Answer {
    let from = date("2023-06-14");
    let to = from + Duration::days(dates - 1);
    let table = table_of(&rows_of(from, dates.min(40), chrono_tz::UTC));
    let (from, to) = (from.to_string(), to.to_string());
    with_patterns(answer_of(&table, &[("from", &from), ("to", &to), ("granularity", granularity), ("metric", metric)]))
}

#[test]
fn the_laws_of_geometry_hold_at_every_width_and_size() {
    for granularity in ["hourly", "daily"] {
        for dates in [1, 2, 7, 8, 14, 15, 31, 90, 365, 366, 1097] {
            let answer = long_answer(dates, granularity, "success_rate");
            for width in [280.0, 320.0, 358.0, 599.0, 600.0, 719.5, 960.0, 1232.0, 1600.0] {
                for label_size in [11.0, 13.5, 22.0] {
                    for layout in [Layout::Auto, Layout::Wide, Layout::Narrow] {
                        let framed = layout == Layout::Auto;
                        let options = PictureOptions { width, layout, label_size, framed, ..PictureOptions::default() };
                        let context = format!("{dates} dates {granularity}, {width} wide, {label_size}, {layout:?}");
                        check_geometry(&lay_out(&answer, &options), &answer, &context);
                    }
                }
            }
        }
    }
}

#[test]
fn impossible_options_still_give_a_picture() {
    let answer = long_answer(30, "hourly", "volume");
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -5.0, 0.0, 1e-300, 1e300] {
        for (width, label_size) in [(number, 11.0), (1232.0, number), (number, number)] {
            let mut options = PictureOptions { width, label_size, framed: true, ..PictureOptions::default() };
            options.words = Words { first_day: 0, weekend: vec![0, 9, 255], ..Words::english() };
            let scene = lay_out(&answer, &options);
            assert!(scene.width >= 100.0 && scene.width <= 20_000.0, "{width} {label_size}");
            check_vocabulary(&svg(&scene, &answer, Theme::Dark), Theme::Dark);
        }
    }
}

#[test]
fn every_cell_is_drawn_once_in_the_path_of_its_level() {
    for metric in ["success_rate", "volume", "duration", "error_count"] {
        for (granularity, width) in [("hourly", 1232.0), ("hourly", 390.0), ("daily", 1232.0), ("daily", 390.0)] {
            let answer = long_answer(38, granularity, metric);
            let scene = lay_out(&answer, &options(width, false));
            for level in 1..=4 {
                let drawn = scene.nodes.iter().map(|node| match node {
                    Node::Path { role, data, .. } if *role == Role::Level(level) => data.matches('z').count(),
                    _ => 0,
                });
                let counted = answer.grid.cells.iter().filter(|cell| cell.level == level).count();
                assert_eq!(drawn.sum::<usize>(), counted, "{metric} {granularity} {width}: level {level}");
            }
        }
    }
}

#[test]
fn the_legend_is_hottest_first_and_counts_every_coloured_cell() {
    let check = |metric: &str, hottest: &str| {
        let answer = long_answer(38, "hourly", metric);
        let items = legend(&answer);
        assert_eq!(items.first().map(|item| item.name.as_str()), Some(hottest));
        let coloured = answer.grid.cells.iter().filter(|cell| cell.level > 0).count() as u64;
        assert_eq!(items.iter().map(|item| item.cells).sum::<u64>(), coloured, "{metric}");
    };
    check("success_rate", "Critical");
    check("volume", "Peak");
    check("duration", "Very slow");
    check("error_count", "Most");
}

#[test]
fn patterns_that_have_no_number_are_counted() {
    let mut answer = long_answer(15, "hourly", "success_rate");
    let one = finding(Kind::FailureWindow, "Higher failure rate on Mondays", &[1], (9, 11), &answer);
    answer.patterns = vec![one; MOST_MARKED_PATTERNS + 2];
    let scene = lay_out(&answer, &options(1232.0, true));
    let says = |text: &str| {
        scene.nodes.iter().filter(|node| matches!(node, Node::Text { content, .. } if content == text)).count()
    };
    assert_eq!(says("Higher failure rate on Mondays"), MOST_MARKED_PATTERNS);
    assert_eq!(says("2 further patterns not shown here"), 1);
    for (width, framed) in [(1232.0, true), (390.0, true), (280.0, false)] {
        check_geometry(&lay_out(&answer, &options(width, framed)), &answer, "many patterns");
    }
}

#[test]
fn outlines_go_round_the_hours_of_their_window() {
    let mut answer = long_answer(15, "hourly", "success_rate");
    let check = |answer: &mut Answer, weekdays: &[u8], hours, expected: usize| {
        answer.patterns = vec![finding(Kind::FailureWindow, "", weekdays, hours, answer)];
        for width in [1232.0, 390.0] {
            let scene = lay_out(answer, &options(width, false));
            let outlines = scene.nodes.iter().map(|node| match node {
                Node::Path { role: Role::Pattern(1), data, .. } => data.matches('z').count(),
                _ => 0,
            });
            assert_eq!(outlines.sum::<usize>(), expected, "{weekdays:?} {hours:?} at {width}");
        }
    };
    // 2023-06-14 is a Wednesday; fifteen dates end on Wednesday the 28th.
    check(&mut answer, &[1], (9, 11), 2);
    check(&mut answer, &[3], (9, 11), 3);
    check(&mut answer, &[1, 2, 3, 4, 5], (17, 22), 3);
    check(&mut answer, &[1, 2, 3, 4, 5, 6, 7], (17, 22), 1);
    check(&mut answer, &[6], (22, 2), 4);
    check(&mut answer, &[1, 3], (9, 11), 5);
    check(&mut answer, &[], (9, 11), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_rows_call_things_the_file_is_well_formed(sentence in any::<String>(), reason in ".{0,60}", width in 160.0..1600.0f64) {
        let mut answer = long_answer(9, "hourly", "success_rate");
        answer.patterns = vec![finding(Kind::FailureWindow, &sentence, &[3], (9, 11), &answer)];
        answer.incomplete = Some(reason);
        let scene = lay_out(&answer, &options(width, true));
        check_geometry(&scene, &answer, &sentence);
        for theme in [Theme::Auto, Theme::Dark] {
            check_vocabulary(&svg(&scene, &answer, theme), theme);
        }
    }
}
