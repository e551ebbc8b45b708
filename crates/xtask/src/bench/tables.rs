//! The report: tables of what was measured, as Markdown, which a terminal shows as well.

use super::goals::{self, FILTERS, Goal, REPORTS, VIEWS, Verdict};
use super::history;
use super::measures::Measures;
use super::options::Options;
use std::fmt::Write as _;

/// Native parts are told in seconds, all others in milliseconds.
const NATIVE_FORMS: [&str; 3] = ["ndjson", "csv", "arrow"];

/// Everything that was measured, the goals first.
pub fn all(options: &Options, measures: &Measures) -> String {
    let mut text = String::new();
    let goals = goals::all(measures);
    text.push_str(&goals_table(&goals, measures));
    text.push_str(&lost(&goals, measures));
    for (part, rows) in [("reading large", options.rows), ("reading small", options.small_rows)] {
        let title = format!("In the browser, {} rows, bytes that are there → cells", thousands(rows));
        text.push_str(&readings(&title, measures, part, rows));
    }
    text.push_str(&filters(options, measures));
    text.push_str(&workers(measures));
    text.push_str(&reports(measures));
    text.push_str(&cold(measures));
    text.push_str(&drawings(measures));
    for form in NATIVE_FORMS {
        text.push_str(&native(measures, form, options.small_rows));
    }
    text.push_str(&memory(measures));
    text
}

/// The goals that must be reached and are not.
pub fn lost_goals(measures: &Measures) -> Vec<Goal> {
    goals::all(measures).into_iter().filter(|goal| goal.verdict() == Verdict::Lost).collect()
}

fn goals_table(goals: &[Goal], measures: &Measures) -> String {
    let mut rows = Vec::new();
    for goal in goals {
        let measured = goal.measured.map_or_else(|| "–".to_owned(), |number| goal.text(number));
        let verdict = match goal.verdict() {
            Verdict::Stretch => "aim reached",
            Verdict::Reached => "reached",
            Verdict::Lost => "**LOST**",
            Verdict::Open => "not measured",
        };
        rows.push(vec![
            goal.number.to_owned(),
            goal.what.clone(),
            goal.must(),
            goal.stretch(),
            measured,
            verdict.to_owned(),
        ]);
    }
    let verdicts = measures.fact("verdicts").unwrap_or("not run");
    let state = if verdicts == "equal" { "reached" } else { "not measured" };
    rows.push(
        ["13", "every broken line counted, verdict equal to serde_json's (a test)", "equal", "", verdicts, state]
            .map(str::to_owned)
            .to_vec(),
    );
    section("Goals", &table(&["goal", "what", "must", "aim", "measured", ""], &rows))
}

/// What a reader must not overlook: goals that are lost, and peers that are faster than the engine.
fn lost(goals: &[Goal], measures: &Measures) -> String {
    let mut lines: Vec<String> = goals
        .iter()
        .filter(|goal| goal.verdict() == Verdict::Lost)
        .filter_map(|goal| {
            Some(format!("goal {}: {}: {}, must be {}", goal.number, goal.what, goal.text(goal.measured?), goal.must()))
        })
        .collect();
    let duels = [
        ("reading large", "engine NDJSON", "NDJSON", "scan"),
        ("reading large", "engine CSV", "CSV", ""),
        ("reading large", "engine Arrow", "Arrow", ""),
        ("native ndjson", "engine", "", ""),
        ("native csv", "engine", "", ""),
        ("native arrow", "engine", "", ""),
        ("cold", "engine", "", ""),
        ("drawing hours, first", "engine", "", ""),
        ("drawing days, first", "engine", "", ""),
        ("drawing hours, later", "engine", "", ""),
        ("drawing days, later", "engine", "", ""),
    ];
    for (part, engine, form, limit) in duels {
        let Some(own) = measures.work(part, engine) else { continue };
        for peer in measures.peers(part) {
            let is_rival =
                !peer.starts_with("engine") && peer.contains(form) && (limit.is_empty() || !peer.contains(limit));
            let Some(time) = measures.work(part, peer).filter(|time| is_rival && *time < own) else { continue };
            lines.push(format!("{part}: {peer} takes {:.2} of the engine's time", time / own));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
    section("What is lost", &text)
}

fn readings(title: &str, measures: &Measures, part: &str, rows: u64) -> String {
    let mut lines = Vec::new();
    for peer in measures.peers(part) {
        let (Some(median), Some(least)) = (measures.median(part, peer), measures.least(part, peer)) else { continue };
        let Some(work) = measures.work(part, peer) else { continue };
        lines.push(vec![
            peer.to_owned(),
            format!("{work:.1}"),
            format!("{median:.1}"),
            format!("{least:.1}"),
            format!("{:.2}", rows as f64 / work / 1000.0),
            over(measures.ratio(part, "JS loop", peer)),
            over(measures.ratio(part, peer, "engine NDJSON")),
        ]);
    }
    absent(measures, part, &mut lines, 7);
    let head =
        ["peer", "processor ms", "wall ms, median", "wall ms, least", "M rows/s", "× JS loop", "engine NDJSON is"];
    if lines.is_empty() { String::new() } else { section(title, &table(&head, &lines)) }
}

fn filters(options: &Options, measures: &Measures) -> String {
    let mut lines = Vec::new();
    for (part, rows) in [("filters small", options.rows), ("filters large", options.rows * options.copies)] {
        for peer in ["engine", "DuckDB-wasm table", "crossfilter2"] {
            let cell = |name: &str| {
                let part = format!("{part}, {name}");
                let (median, least) = (measures.median_work(&part, peer)?, measures.work(&part, peer)?);
                Some(format!("{median:.1} ({least:.1})"))
            };
            if cell(FILTERS[0]).is_some() {
                let mut line = vec![thousands(rows), peer.to_owned()];
                line.extend(FILTERS.map(|name| cell(name).unwrap_or_default()));
                lines.push(line);
            }
        }
        absent(measures, part, &mut lines, 6);
    }
    let head = ["rows held", "peer", FILTERS[0], FILTERS[1], FILTERS[2], FILTERS[3]];
    if lines.is_empty() {
        String::new()
    } else {
        section("A filter that changes, processor ms: median (least)", &table(&head, &lines))
    }
}

fn workers(measures: &Measures) -> String {
    let mut lines: Vec<Vec<String>> = ["one worker", "two workers", "all lines", "a half each"]
        .into_iter()
        .filter_map(|name| {
            let (median, least) = (measures.median("workers", name)?, measures.least("workers", name)?);
            let rival = if name.contains("worker") { "one worker" } else { "all lines" };
            let gain = over(Some(measures.least("workers", rival)? / least));
            Some(vec![name.to_owned(), format!("{median:.1}"), format!("{least:.1}"), gain])
        })
        .collect();
    absent(measures, "workers", &mut lines, 4);
    let head = ["", "wall ms, median", "wall ms, least", "gain"];
    let title = "Two workers: load() of a file, and what this machine gives to two that share nothing";
    if lines.is_empty() { String::new() } else { section(title, &table(&head, &lines)) }
}

fn reports(measures: &Measures) -> String {
    let [part, pause] = REPORTS;
    let lines: Vec<Vec<String>> = VIEWS
        .into_iter()
        .filter_map(|view| {
            let both = |median: Option<f64>, least: Option<f64>| Some(format!("{:.0} ({:.0})", median?, least?));
            Some(vec![
                view.to_owned(),
                both(measures.median_work(part, view), measures.work(part, view))?,
                both(measures.median(part, view), measures.least(part, view))?,
                measures.least(pause, view).map_or_else(String::new, |ms| format!("{ms:.1}")),
            ])
        })
        .collect();
    let number = |name: &str| thousands(measures.number(name).unwrap_or_default() as u64);
    let title = format!(
        "A long history: {} workflows × {} weeks, {} rows, {} patterns",
        history::WORKFLOWS,
        history::WEEKS,
        number("reports rows"),
        number("reports patterns"),
    );
    let head = ["", "processor ms: median (least)", "wall ms: median (least)", "longest pause of the page, least ms"];
    if lines.is_empty() { String::new() } else { section(&title, &table(&head, &lines)) }
}

fn cold(measures: &Measures) -> String {
    let mut lines = Vec::new();
    for peer in measures.peers("cold") {
        let (Some(median), Some(least)) = (measures.median("cold", peer), measures.least("cold", peer)) else {
            continue;
        };
        let bytes = |kind: &str| {
            let bytes = measures.number(&format!("cold {kind} {peer}"));
            bytes.map_or_else(String::new, |bytes| format!("{:.1}", bytes / 1000.0))
        };
        lines.push(vec![
            peer.to_owned(),
            bytes("bytes"),
            bytes("gzip"),
            format!("{median:.0}"),
            format!("{least:.0}"),
            over(measures.ratio("cold", peer, "engine")),
        ]);
    }
    absent(measures, "cold", &mut lines, 6);
    let head = ["peer", "kB", "kB gzipped", "ms median", "ms least", "engine is"];
    if lines.is_empty() {
        String::new()
    } else {
        section("Blank page → first result of 10,000 rows", &table(&head, &lines))
    }
}

fn drawings(measures: &Measures) -> String {
    let mut text = String::new();
    for (kind, title) in [("hours", "2,160 cells"), ("days", "365 days")] {
        let (first, later) = (format!("drawing {kind}, first"), format!("drawing {kind}, later"));
        let mut lines = Vec::new();
        for peer in measures.peers(&first) {
            let both = |part: &str| {
                let (median, least) = (measures.median(part, peer), measures.least(part, peer));
                median.zip(least).map_or_else(String::new, |(median, least)| format!("{median:.1} ({least:.1})"))
            };
            lines.push(vec![
                peer.to_owned(),
                both(&first),
                both(&later),
                measures.fact(&format!("nodes {kind} {peer}")).unwrap_or_default().to_owned(),
                over(measures.ratio(&first, peer, "engine")),
                over(measures.ratio(&later, peer, "engine")),
            ]);
        }
        absent(measures, &format!("drawing {kind}"), &mut lines, 6);
        let head = ["peer", "first, ms", "again, ms", "nodes", "engine is, first", "engine is, again"];
        if !lines.is_empty() {
            text.push_str(&section(
                &format!("Drawing {title}: values → nodes, laid out; median (least)"),
                &table(&head, &lines),
            ));
        }
    }
    text
}

fn native(measures: &Measures, form: &str, rows: u64) -> String {
    let part = format!("native {form}");
    let bytes = measures.number(&format!("bytes {form}"));
    let mut lines = Vec::new();
    for peer in measures.peers(&part) {
        let (Some(median), Some(least)) = (measures.median(&part, peer), measures.least(&part, peer)) else { continue };
        lines.push(vec![
            peer.to_owned(),
            format!("{median:.4}"),
            format!("{least:.4}"),
            bytes.map_or_else(String::new, |bytes| format!("{:.2}", bytes / least / 1e9)),
            over(measures.ratio(&part, peer, "engine")),
        ]);
    }
    absent(measures, &part, &mut lines, 5);
    let head = ["peer", "CPU s median", "CPU s least", "GB/s", "engine is"];
    let title = format!("Native, {} rows of {form}, processor seconds of all threads", thousands(rows));
    if lines.is_empty() { String::new() } else { section(&title, &table(&head, &lines)) }
}

fn memory(measures: &Measures) -> String {
    let (Some(rows), Some(held), Some(most)) =
        (measures.number("memory rows"), measures.number("memory held"), measures.number("memory at most"))
    else {
        return String::new();
    };
    let mut lines = vec![vec![
        "native, by the allocator's count".to_owned(),
        thousands(rows as u64),
        format!("{:.1}", held / rows),
        format!("{:.1}", most / rows),
    ]];
    let module = measures.number("filters large engine bytes").zip(measures.number("filters large engine rows"));
    if let Some((grown, rows)) = module {
        lines.push(vec![
            "in the browser, by which the module's memory grew".to_owned(),
            thousands(rows as u64),
            String::new(),
            format!("{:.1}", grown / rows),
        ]);
    }
    section("Memory, bytes a row", &table(&["", "rows", "held", "at most"], &lines))
}

/// Rows for those who took no part.
fn absent(measures: &Measures, part: &str, lines: &mut Vec<Vec<String>>, width: usize) {
    for (peer, why) in measures.absent(part) {
        let mut line = vec![peer.to_owned(), why.replace('|', "/")];
        line.resize(width, String::new());
        lines.push(line);
    }
}

fn over(ratio: Option<f64>) -> String {
    ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} ×"))
}

fn section(title: &str, content: &str) -> String {
    format!("## {title}\n\n{content}\n")
}

/// A table whose columns are as wide as their widest cell, the first one to the left.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let length = |text: &str| text.chars().count();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell));
        cells.chain(head.get(column).map(|cell| length(cell))).max().unwrap_or(0).max(3)
    };
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        for (column, cell) in cells.iter().enumerate() {
            let _ = write!(text, "| {cell}{} ", " ".repeat(width(column).saturating_sub(length(cell))));
        }
        text.push_str("|\n");
    };
    line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    line(&(0..head.len()).map(|column| "-".repeat(width(column))).collect::<Vec<_>>());
    for row in rows {
        line(row);
    }
    text
}

/// `1,000,000`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([thousands(5), thousands(1_000), thousands(10_000_000)], ["5", "1,000", "10,000,000"]);
    }

    #[test]
    fn a_table_is_as_wide_as_its_cells() {
        let rows = vec![vec!["größer".to_owned(), "1".to_owned()]];
        assert_eq!(table(&["a", "b"], &rows), "| a      | b   |\n| ------ | --- |\n| größer | 1   |\n");
    }

    #[test]
    fn a_faster_peer_and_a_lost_goal_are_told() {
        let mut measures = Measures::default();
        for line in ["time\treading large\tengine CSV\t10", "time\treading large\tJS CSV\t8"] {
            measures.take(line);
        }
        let text = all(&Options::read(&[]).expect("defaults are right"), &measures);
        assert!(text.contains("- reading large: JS CSV takes 0.80 of the engine's time"), "{text}");
        assert!(text.contains("- goal 4: CSV × JS CSV: 0.80 ×, must be ≥ 5.5 ×"), "{text}");
    }
}
