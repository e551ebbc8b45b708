//! What the levels and the other looks of cells mean, in words: one place for the picture, the page and the terminal.

use super::look::{Look, look_of};
use super::words::{count, tidy};
use crate::answer::Answer;
use crate::grid::Grid;
use crate::level::Scale;
use crate::number;
use crate::options::{Family, Granularity, Metric};

/// One level of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegendItem {
    /// 1 to 4.
    pub level: u8,
    /// Its name: `Critical`.
    pub name: String,
    /// Its range in words: `under 60%`; empty where no cell bears a value and so no bound is known.
    pub range: String,
    /// How many cells are at this level.
    pub cells: u64,
}

impl LegendItem {
    /// The cells in words: `318 h`, `12 days`.
    pub fn cells_in_words(&self, granularity: Granularity) -> String {
        match granularity {
            Granularity::Hourly => count(self.cells) + " h",
            Granularity::Daily => super::words::counted(self.cells, "day"),
        }
    }
}

/// The words of [`FEW_EXECUTIONS`]; a test holds the two together.
const UNDER_FEW: &str = "under 5 runs";

/// The levels of an answer, the hottest first, without one that no cell can be at: every cell with executions has one at
/// least.
pub fn legend(answer: &Answer) -> Vec<LegendItem> {
    let scale = &answer.grid.scale;
    let [lowest, ..] = scale.bounds;
    let left_out = usize::from(scale.metric == Metric::Volume && lowest <= 1.0);
    let mut items: Vec<LegendItem> = scale
        .levels
        .iter()
        .filter(|level| level.level > 0)
        .zip(ranges(scale))
        .skip(left_out)
        .map(|(level, range)| LegendItem {
            level: level.level,
            name: level.label.split('(').next().unwrap_or("").trim_ascii_end().to_owned(),
            // A label without bounds is of a scale that has none.
            range: if level.label.contains('(') { range } else { String::new() },
            cells: answer.grid.cells.iter().filter(|cell| cell.level == level.level).count() as u64,
        })
        .collect();
    if scale.metric.family() != Family::Rate {
        items.reverse();
    }
    items
}

/// A look of cells that is no level, where it occurs in a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegendKey {
    /// So few executions that the mark is small.
    Few,
    /// No executions.
    Nothing,
    /// Executions, but nothing that the metric could tell.
    Unfinished,
    /// Hours that a clock change skips.
    Skipped,
    /// Hours that a clock change made longer or shorter.
    Changed,
    /// Still to come.
    After,
}

impl LegendKey {
    /// All, in the order in which they are listed.
    const ALL: [LegendKey; 6] = [
        LegendKey::Few,
        LegendKey::Nothing,
        LegendKey::Unfinished,
        LegendKey::Skipped,
        LegendKey::Changed,
        LegendKey::After,
    ];

    /// The words beside the key.
    pub const fn words(self, metric: Metric) -> &'static str {
        match (self, metric.family()) {
            (LegendKey::Few, _) => UNDER_FEW,
            (LegendKey::Nothing, _) => "no runs",
            (LegendKey::Unfinished, Family::Time) if matches!(metric, Metric::QueueWait) => "no wait",
            (LegendKey::Unfinished, Family::Time) => "no duration",
            (LegendKey::Unfinished, _) => "no outcome",
            (LegendKey::Skipped, _) => "skipped hour",
            (LegendKey::Changed, _) => "changed hour",
            (LegendKey::After, _) => "still to come",
        }
    }
}

/// The keys of the looks that occur.
pub fn keys(grid: &Grid) -> Vec<LegendKey> {
    let mut occurs = [false; LegendKey::ALL.len()];
    for cell in &grid.cells {
        let key = match look_of(grid.metric, cell) {
            Look::Level { few: true, .. } => Some(LegendKey::Few),
            Look::Level { few: false, .. } => None,
            Look::Nothing => Some(LegendKey::Nothing),
            Look::Unfinished => Some(LegendKey::Unfinished),
            Look::Skipped => Some(LegendKey::Skipped),
            Look::After => Some(LegendKey::After),
        };
        for key in [key, cell.changed_by_clock.then_some(LegendKey::Changed)].into_iter().flatten() {
            if let Some(occurs) = occurs.get_mut(key as usize) {
                *occurs = true;
            }
        }
    }
    LegendKey::ALL.into_iter().zip(occurs).filter(|(_, occurs)| *occurs).map(|(key, _)| key).collect()
}

/// The ranges of levels 1 to 4 in words.
fn ranges(scale: &Scale) -> [String; 4] {
    let [low, middle, high] = scale.bounds;
    match scale.metric.family() {
        Family::Rate => {
            let [low, middle, high] = scale.bounds.map(|bound| tidy(bound * 100.0));
            let [low, middle, high] = [low, middle, high].map(number::text);
            [
                ["under ", &low, "%"].concat(),
                [&low, "–", &middle, "%"].concat(),
                [&middle, "–", &high, "%"].concat(),
                high + "% and over",
            ]
        }
        Family::Volume | Family::Errors => {
            [counts(0.0, low), counts(low, middle), counts(middle, high), quantity(high) + " and over"]
        }
        Family::Time => {
            [["under ", &time(low)].concat(), times(low, middle), times(middle, high), time(high) + " and over"]
        }
    }
}

/// A span of counts, the upper bound not in it: whole bounds are told by the counts that they hold.
fn counts(from: f64, below: f64) -> String {
    let whole = from.fract() == 0.0 && below.fract() == 0.0;
    if from == 0.0 {
        return if below == 1.0 { "0".to_owned() } else { ["under ", &quantity(below)].concat() };
    }
    if whole && below - from == 1.0 {
        return quantity(from);
    }
    [&quantity(from), "–", &quantity(if whole { below - 1.0 } else { below })].concat()
}

fn quantity(value: f64) -> String {
    let is_count = value >= 0.0 && value.fract() == 0.0 && value < 1e15;
    if is_count { count(value as u64) } else { number::text(tidy(value)) }
}

/// A duration in the largest unit in which it is whole: bounds are chosen so that there is one.
fn whole_unit(ms: f64) -> (f64, &'static str) {
    let units = [(86_400_000.0, "d"), (3_600_000.0, "h"), (60_000.0, "min"), (1000.0, "s")];
    let found = units.into_iter().find(|(unit, _)| ms >= *unit && (ms / unit).fract() == 0.0);
    found.map_or((tidy(ms), "ms"), |(unit, name)| (ms / unit, name))
}

fn time(ms: f64) -> String {
    let (value, unit) = whole_unit(ms);
    [&number::text(value), " ", unit].concat()
}

fn times(from: f64, below: f64) -> String {
    let (first, second) = (whole_unit(from), whole_unit(below));
    let from = if first.1 == second.1 { number::text(first.0) } else { time(from) };
    [&from, "–", &time(below)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_few_runs_is_the_one_that_decides() {
        assert_eq!(UNDER_FEW, format!("under {} runs", super::super::look::FEW_EXECUTIONS));
    }

    #[test]
    fn ranges_tell_the_bounds_in_words() {
        let check = |metric, bounds: [f64; 3], expected: [&str; 4]| {
            let scale = Scale::new(metric, [1.0].into_iter(), true, Some(bounds));
            assert_eq!(ranges(&scale), expected, "{metric:?} {bounds:?}");
        };
        check(Metric::SuccessRate, [0.6, 0.8, 0.95], ["under 60%", "60–80%", "80–95%", "95% and over"]);
        check(Metric::SuccessRate, [0.5, 0.57, 0.999], ["under 50%", "50–57%", "57–99.9%", "99.9% and over"]);
        check(Metric::Volume, [5.0, 20.0, 50.0], ["under 5", "5–19", "20–49", "50 and over"]);
        check(Metric::Volume, [10.0, 20.0, 30.5], ["under 10", "10–19", "20–30.5", "30.5 and over"]);
        check(Metric::ErrorCount, [1.0, 2.0, 50.0], ["0", "1", "2–49", "50 and over"]);
        check(Metric::Volume, [1.0, 2.0, 5000.0], ["0", "1", "2–4,999", "5,000 and over"]);
        check(
            Metric::Duration,
            [10_000.0, 120_000.0, 300_000.0],
            ["under 10 s", "10 s–2 min", "2–5 min", "5 min and over"],
        );
    }
}
