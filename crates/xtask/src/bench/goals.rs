//! The goals, one a row: what must be reached, what is tried for, and what a run measured of it. Whoever changes a number
//! here changes a promise of docs/speed.md.

use super::history;
use super::measures::Measures;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    AtLeast,
    AtMost,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Times,
    Milliseconds,
    Seconds,
    Bytes,
    Kilobytes,
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Better than what is tried for.
    Stretch,
    /// What must be.
    Reached,
    /// Less than must be.
    Lost,
    /// Nothing was measured: a peer is absent, the form is not built, or the part was left out.
    Open,
}

/// A goal and what was measured of it.
pub struct Goal {
    /// Its number in the list of goals.
    pub number: &'static str,
    /// What is compared with what.
    pub what: String,
    /// What was measured, if it was.
    pub measured: Option<f64>,
    sense: Sense,
    unit: Unit,
    must: f64,
    stretch: Option<f64>,
}

impl Goal {
    /// What became of it.
    pub fn verdict(&self) -> Verdict {
        let Some(measured) = self.measured else { return Verdict::Open };
        let reaches = |bound: f64| match self.sense {
            Sense::AtLeast => measured >= bound,
            Sense::AtMost => measured <= bound,
        };
        match self.stretch {
            Some(stretch) if reaches(stretch) && reaches(self.must) => Verdict::Stretch,
            _ if reaches(self.must) => Verdict::Reached,
            _ => Verdict::Lost,
        }
    }

    /// What must be, in words.
    pub fn must(&self) -> String {
        self.bound(self.must)
    }

    /// What is tried for, in words; nothing if the must is all there is.
    pub fn stretch(&self) -> String {
        self.stretch.map(|stretch| self.bound(stretch)).unwrap_or_default()
    }

    /// A number in the goal's unit.
    pub fn text(&self, number: f64) -> String {
        let digits = match number {
            _ if number >= 100.0 => 0,
            _ if number >= 10.0 => 1,
            _ => 2,
        };
        match self.unit {
            Unit::Times => format!("{number:.digits$} ×"),
            Unit::Milliseconds => format!("{number:.digits$} ms"),
            Unit::Seconds => format!("{number:.digits$} s"),
            Unit::Bytes => format!("{number:.digits$} B"),
            Unit::Kilobytes => format!("{number:.digits$} kB"),
        }
    }

    fn bound(&self, bound: f64) -> String {
        let sign = match self.sense {
            Sense::AtLeast => "≥",
            Sense::AtMost => "≤",
        };
        let unit = match self.unit {
            Unit::Times => "×",
            Unit::Milliseconds => "ms",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Kilobytes => "kB",
        };
        format!("{sign} {bound} {unit}")
    }
}

fn times(number: &'static str, what: &str, must: f64, stretch: Option<f64>, measured: Option<f64>) -> Goal {
    Goal { number, what: what.to_owned(), measured, sense: Sense::AtLeast, unit: Unit::Times, must, stretch }
}

fn at_most(number: &'static str, what: &str, unit: Unit, bounds: (f64, Option<f64>), measured: Option<f64>) -> Goal {
    Goal { number, what: what.to_owned(), measured, sense: Sense::AtMost, unit, must: bounds.0, stretch: bounds.1 }
}

const LARGE: &str = "reading large";
const SMALL: &str = "reading small";
/// The half of a drawing that a page's own thread has to do; the other half is the worker's.
const NODES: &str = "engine, nodes alone";

/// All goals that are numbers, in their order.
pub fn all(measures: &Measures) -> Vec<Goal> {
    let mut goals = reading(measures);
    goals.extend(native(measures));
    goals.extend(held(measures));
    goals.extend(reports(measures));
    goals.extend(pages(measures));
    goals
}

fn reading(measures: &Measures) -> Vec<Goal> {
    let ratio = |part: &str, slow: &str, fast: &str| measures.ratio(part, slow, fast);
    let scan = "copy + newline scan (limit)";
    vec![
        times("1", "NDJSON × JS loop", 10.0, Some(14.0), ratio(LARGE, "JS loop", "engine NDJSON")),
        times(
            "1",
            "NDJSON × serde_json owned (wasm)",
            7.0,
            None,
            ratio(LARGE, "serde_json owned (wasm)", "engine NDJSON"),
        ),
        times("2", "NDJSON, of the speed of a copy and a scan", 0.28, Some(0.4), ratio(LARGE, scan, "engine NDJSON")),
        times("3", "NDJSON × DuckDB-wasm CSV", 5.5, Some(8.0), ratio(LARGE, "DuckDB-wasm CSV", "engine NDJSON")),
        times(
            "3",
            "NDJSON × DuckDB-wasm JSON array",
            40.0,
            None,
            ratio(SMALL, "DuckDB-wasm JSON array", "engine NDJSON"),
        ),
        times("4", "CSV × JS CSV", 5.5, Some(10.0), ratio(LARGE, "JS CSV", "engine CSV")),
        times("4", "CSV × DuckDB-wasm CSV", 4.3, Some(8.0), ratio(LARGE, "DuckDB-wasm CSV", "engine CSV")),
        times("5", "Arrow × DuckDB-wasm Arrow", 8.0, None, ratio(LARGE, "DuckDB-wasm Arrow", "engine Arrow")),
        times("5", "Arrow × arquero Arrow", 5.0, None, ratio(LARGE, "arquero Arrow", "engine Arrow")),
        times(
            "6",
            "typed columns × JS loop over them",
            0.9,
            None,
            ratio(LARGE, "JS typed columns", "engine typed columns"),
        ),
        times("–", "NDJSON of three shapes, of the speed of one shape", 0.5, None, three_shapes(measures)),
    ]
}

/// Bytes a time of the mixed file against those of the uniform one, whose lines are longer.
fn three_shapes(measures: &Measures) -> Option<f64> {
    let (mixed, uniform) = (measures.number("bytes mixed")?, measures.number("bytes ndjson")?);
    Some(measures.ratio(LARGE, "engine NDJSON", "engine NDJSON of three shapes")? * mixed / uniform)
}

fn native(measures: &Measures) -> Vec<Goal> {
    let ratio = |form: &str, slow: &str| measures.ratio(&format!("native {form}"), slow, "engine");
    vec![
        times("7", "native NDJSON × DuckDB read_json", 4.0, None, ratio("ndjson", "DuckDB read_json")),
        times("7", "native NDJSON × Polars", 6.0, None, ratio("ndjson", "Polars scan_ndjson")),
        times("7", "native NDJSON × serde_json owned", 5.0, None, ratio("ndjson", "serde_json owned")),
        times("7", "native CSV × Polars", 2.0, None, ratio("csv", "Polars scan_csv")),
        times("7", "native CSV × DuckDB", 3.5, None, ratio("csv", "DuckDB read_csv")),
    ]
}

/// The changes of a filter that are measured; they are those of `benches/browser/cells.mjs`.
pub const FILTERS: [&str; 4] = ["one workflow", "failed only", "one tag", "off again"];
/// Those of them that cells by workflow and status could answer without rows.
const WITHOUT_ROWS: [&str; 2] = ["one workflow", "failed only"];

fn held(measures: &Measures) -> Vec<Goal> {
    let worst_ratio =
        |peer: &str| least_of(FILTERS.map(|name| measures.ratio(&format!("filters small, {name}"), peer, "engine")));
    let worst = |part: &str, names: &[&str]| {
        let times: Option<Vec<f64>> =
            names.iter().map(|name| measures.work(&format!("{part}, {name}"), "engine")).collect();
        times?.into_iter().reduce(f64::max)
    };
    let rows = measures.number("memory rows");
    let held = measures.number("memory held");
    let most = measures.number("memory at most");
    let per_row = |bytes: Option<f64>| Some(bytes? / rows?);
    vec![
        times("8", "filter change, rows held × crossfilter2 (worst filter)", 25.0, None, worst_ratio("crossfilter2")),
        times(
            "8",
            "filter change, rows held × DuckDB-wasm table (worst filter)",
            12.0,
            None,
            worst_ratio("DuckDB-wasm table"),
        ),
        at_most(
            "8",
            "filter change, smaller table (worst filter)",
            Unit::Milliseconds,
            (10.0, None),
            worst("filters small", &FILTERS),
        ),
        at_most(
            "8",
            "filter change, larger table (worst filter)",
            Unit::Milliseconds,
            (50.0, None),
            worst("filters large", &FILTERS),
        ),
        at_most(
            "8",
            "by workflow or status alone, smaller table",
            Unit::Milliseconds,
            (1.0, None),
            worst("filters small", &WITHOUT_ROWS),
        ),
        at_most(
            "9",
            "memory held a row (24 B with where a row lies in its source)",
            Unit::Bytes,
            (24.0, Some(16.0)),
            per_row(held),
        ),
        at_most(
            "9",
            "the most memory while reading, of what is held then",
            Unit::Times,
            (1.25, None),
            most.zip(held).map(|(most, held)| most / held),
        ),
    ]
}

/// The views that are asked for of the long history; they are those of `benches/browser/reports.mjs`.
pub const VIEWS: [&str; 3] = ["the cells alone", "the total's sentences", "the whole report"];
/// The part in which they are measured, and the one that tells how long the page stood still meanwhile.
pub const REPORTS: [&str; 2] = ["reports", "reports, pause of the page"];

fn reports(measures: &Measures) -> Vec<Goal> {
    let [_, total, whole] = VIEWS;
    let [part, pause] = REPORTS;
    let seconds = |view: &str| Some(measures.median_work(part, view)? / 1000.0);
    let of_history =
        |view: &str| format!("{view} of {} workflows × {} weeks, in a worker", history::WORKFLOWS, history::WEEKS);
    vec![
        at_most("–", &of_history(total), Unit::Seconds, (0.5, None), seconds(total)),
        at_most("–", &of_history(whole), Unit::Seconds, (8.0, Some(4.0)), seconds(whole)),
        at_most(
            "–",
            "the longest pause of the page meanwhile",
            Unit::Milliseconds,
            (50.0, None),
            measures.least(pause, whole),
        ),
    ]
}

fn pages(measures: &Measures) -> Vec<Goal> {
    let later = |kind: &str, slow: &str| measures.ratio(&format!("drawing {kind}, later"), slow, NODES);
    let first = |kind: &str, slow: &str| measures.ratio(&format!("drawing {kind}, first"), slow, NODES);
    let cold_over_loop = measures.ratio("cold", "engine", "JS loop");
    let gzip = |name: &str| measures.number(&format!("cold gzip {name}"));
    let part = |name: &str| measures.number(&format!("download {name}"));
    let download = part("engine, worker and client").zip(part("pictures")).map(|(engine, pictures)| engine + pictures);
    let lighter = |name: &str| Some(gzip(name)? / download?);
    vec![
        at_most(
            "10",
            "download without patterns and decompression, gzipped",
            Unit::Kilobytes,
            (75.0, Some(60.0)),
            download.map(|bytes| bytes / 1000.0),
        ),
        times("10", "lighter than DuckDB-wasm", 100.0, Some(125.0), lighter("DuckDB-wasm")),
        times("10", "lighter than Perspective", 36.0, Some(45.0), lighter("Perspective")),
        times("10", "lighter than arquero", 1.0, None, lighter("arquero")),
        at_most("11", "cold start, of the JS loop's", Unit::Times, (1.3, None), cold_over_loop),
        times("11", "cold start × DuckDB-wasm", 6.0, None, measures.ratio("cold", "DuckDB-wasm", "engine")),
        times("12", "2,160 cells, first drawing, nodes of a scene × d3 join", 5.0, None, first("hours", "d3 join")),
        times(
            "12",
            "2,160 cells, first drawing, nodes of a scene × Observable Plot",
            10.0,
            None,
            first("hours", "Observable Plot"),
        ),
        times(
            "12",
            "2,160 cells, first drawing, nodes of a scene × cal-heatmap",
            30.0,
            None,
            first("hours", "cal-heatmap"),
        ),
        times(
            "12",
            "365 days, first drawing, nodes of a scene × react-calendar-heatmap",
            5.0,
            None,
            first("days", "react-calendar-heatmap"),
        ),
        times("12", "2,160 cells, drawn again, nodes of a scene × d3's update", 6.0, None, later("hours", "d3 join")),
        times(
            "14",
            "two workers × one, the same lines",
            1.8,
            None,
            measures.ratio("workers", "one worker", "two workers"),
        ),
    ]
}

/// The least of several numbers, if all are there.
fn least_of<const COUNT: usize>(numbers: [Option<f64>; COUNT]) -> Option<f64> {
    numbers.into_iter().collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(goal: Goal, expected: Verdict) {
        assert_eq!(goal.verdict(), expected, "{} of {}", goal.measured.unwrap_or(f64::NAN), goal.must());
    }

    #[test]
    fn a_goal_is_judged_by_its_bounds() {
        let ratio = |measured| times("1", "x", 10.0, Some(14.0), measured);
        check(ratio(None), Verdict::Open);
        check(ratio(Some(9.9)), Verdict::Lost);
        check(ratio(Some(10.0)), Verdict::Reached);
        check(ratio(Some(14.0)), Verdict::Stretch);
        let bytes = |measured| at_most("9", "x", Unit::Bytes, (24.0, Some(16.0)), Some(measured));
        check(bytes(24.1), Verdict::Lost);
        check(bytes(20.0), Verdict::Reached);
        check(bytes(16.0), Verdict::Stretch);
        assert_eq!((bytes(20.0).must(), bytes(20.0).text(20.0)), ("≤ 24 B".to_owned(), "20.0 B".to_owned()));
    }

    #[test]
    fn what_was_not_measured_is_open() {
        assert!(all(&Measures::default()).iter().all(|goal| goal.verdict() == Verdict::Open));
    }

    #[test]
    fn the_page_asks_for_the_views_that_are_judged() {
        let page = include_str!("../../../../benches/browser/reports.mjs");
        for name in VIEWS {
            assert!(page.contains(&format!("  \"{name}\": {{")), "{name}");
        }
        let mut measures = Measures::default();
        for time in ["9000", "3000", "5000"] {
            measures.take(&format!("time\treports\tthe whole report\t{time}"));
        }
        let goals = reports(&measures);
        let goal = goals.iter().find(|goal| goal.what.starts_with("the whole report")).expect("there is such a goal");
        assert_eq!(
            (goal.verdict(), goal.must(), goal.text(5.0)),
            (Verdict::Reached, "≤ 8 s".to_owned(), "5.00 s".to_owned())
        );
    }

    #[test]
    fn the_worst_filter_counts() {
        let mut measures = Measures::default();
        for (place, name) in FILTERS.iter().enumerate() {
            measures.take(&format!("time\tfilters small, {name}\tcrossfilter2\t{}", 100 + place));
            measures.take(&format!("time\tfilters small, {name}\tengine\t{}", 2 + place));
        }
        let goals = all(&measures);
        let goal = goals.iter().find(|goal| goal.what.contains("crossfilter2")).expect("there is such a goal");
        assert_eq!(goal.measured, Some(103.0 / 5.0));
    }
}
