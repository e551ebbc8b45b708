//! Levels 0 to 4 and the scale that explains them: where one level ends and the next begins, and in which words.
//! Knows values and units, no cells and no colours.

use crate::number;
use crate::options::{Family, Metric};
use crate::order::sort_numbers;

/// Where the levels of a success rate begin when nothing else is asked for.
pub const RATE_BOUNDS: [f64; 3] = [0.6, 0.8, 0.95];

/// One level of a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// 0 to 4.
    pub level: u8,
    /// Its words with its bounds, as the response carries them: `Critical (<60%)`.
    pub label: String,
    /// Its bounds in the metric's unit: the lower belongs to it, the upper to the next one (the last level holds
    /// both). `None` for level 0, and for all levels of a scale without cells.
    pub range: Option<(f64, f64)>,
}

/// How values become levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What the values are.
    pub metric: Metric,
    /// The least value, or 0 for a rate; `None` without cells.
    pub min: Option<f64>,
    /// The greatest value, or 1 for a rate; `None` without cells.
    pub max: Option<f64>,
    /// Where levels 2, 3 and 4 begin, in the metric's unit; strictly rising.
    pub bounds: [f64; 3],
    /// Levels 0 to 4.
    pub levels: Vec<Level>,
}

impl Scale {
    /// A scale for the values of a grid's cells. `any_executions` is true if a cell has executions, whether or not
    /// they give it a value; `thresholds` pins the bounds.
    ///
    /// The bounds of a rate are [`RATE_BOUNDS`]. Those of volume and duration are the values at 25, 75 and 95 % of
    /// the cells by nearest rank, those of errors 1 and the values at 50 and 90 % of the cells with errors, each
    /// rounded to a step that a person would choose.
    // Called once a grid, whose loops stay short without it.
    #[inline(never)]
    pub fn new(
        metric: Metric,
        values: impl Iterator<Item = f64>,
        any_executions: bool,
        thresholds: Option<[f64; 3]>,
    ) -> Self {
        let mut values: Vec<f64> = values.collect();
        sort_numbers(&mut values);
        let bounds = thresholds.unwrap_or_else(|| bounds_of(metric, &values));
        let (min, max) = match metric.family() {
            Family::Rate if any_executions => (Some(0.0), Some(1.0)),
            Family::Rate => (None, None),
            _ => (values.first().copied(), values.last().copied()),
        };
        let levels = levels(metric, bounds, min.zip(max), thresholds.is_some() || min.is_some());
        Self { metric, min, max, bounds, levels }
    }

    /// The level of a value, 1 to 4.
    ///
    /// ```
    /// use execution_heatmap::{level::Scale, options::Metric};
    /// let scale = Scale::new(Metric::SuccessRate, [0.95, 0.88, 0.40].into_iter(), true, None);
    /// assert_eq!([0.95, 0.88, 0.40].map(|rate| scale.level(rate)), [4, 3, 1]);
    /// ```
    pub fn level(&self, value: f64) -> u8 {
        self.bounds.iter().fold(1, |level, bound| level + u8::from(value >= *bound))
    }
}

fn bounds_of(metric: Metric, values: &[f64]) -> [f64; 3] {
    match metric.family() {
        Family::Rate => RATE_BOUNDS,
        Family::Volume => rising([25, 75, 95].map(|percent| nearest_rank(values, percent)), next_count_step),
        Family::Time => rising([25, 75, 95].map(|percent| nearest_rank(values, percent)), next_duration_step),
        Family::Errors => {
            let with_errors = values.get(values.partition_point(|value| *value <= 0.0)..).unwrap_or(&[]);
            let [half, most] = [50, 90].map(|percent| nearest_rank(with_errors, percent));
            rising([1.0, half, most], next_count_step)
        }
    }
}

/// The value at a percentage of the sorted values by nearest rank, ⌈qn⌉ counted from 1; 0 without values.
fn nearest_rank(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

/// Rounds three values to steps; a step that is not above the one before is raised to the next.
fn rising(values: [f64; 3], next_step: fn(f64) -> f64) -> [f64; 3] {
    let mut before = 0.0;
    values.map(|value| {
        let mut step = nearest_step(value, next_step);
        if step <= before {
            step = next_step(before);
        }
        before = step;
        step
    })
}

/// The step nearest to a value on a logarithmic scale, ties down; the least step for values below it.
fn nearest_step(value: f64, next_step: fn(f64) -> f64) -> f64 {
    let mut below = next_step(0.0);
    loop {
        let above = next_step(below);
        // A value that no step exceeds is past all that counts and durations can reach.
        if above <= below || value <= below {
            return below;
        }
        if value < above {
            return if value * value <= below * above { below } else { above };
        }
        below = above;
    }
}

/// The least 1-2-5 number above a number, from 1.
fn next_count_step(above: f64) -> f64 {
    let mut decade = 1.0;
    while decade <= 1e30 {
        for digit in [1.0, 2.0, 5.0] {
            if digit * decade > above {
                return digit * decade;
            }
        }
        decade *= 10.0;
    }
    above
}

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// The least step of a duration above a number of milliseconds: 1-2-5 below a second; 1, 2, 5, 10, 15 and 30 seconds,
/// minutes and hours; 1-2-5 days from 2 days on.
fn next_duration_step(above: f64) -> f64 {
    if above < 500.0 {
        return next_count_step(above);
    }
    for unit in [SECOND, MINUTE, HOUR] {
        for count in [1.0, 2.0, 5.0, 10.0, 15.0, 30.0] {
            if count * unit > above {
                return count * unit;
            }
        }
    }
    DAY * next_count_step((above / DAY).max(1.0))
}

fn levels(metric: Metric, bounds: [f64; 3], ends: Option<(f64, f64)>, with_bounds: bool) -> Vec<Level> {
    let names = match metric.family() {
        Family::Rate => ["Critical", "Warning", "Good", "Excellent"],
        Family::Volume => ["Low", "Medium", "High", "Peak"],
        Family::Time if metric == Metric::QueueWait => ["Short", "Usual", "Long", "Very long"],
        Family::Time => ["Fast", "Usual", "Slow", "Very slow"],
        Family::Errors if bounds[0] > 1.0 => ["Fewest", "Few", "Many", "Most"],
        Family::Errors => ["None", "Few", "Many", "Most"],
    };
    let family = metric.family();
    let [low, middle, high] = bounds;
    // Where no cell bears a value there are no bounds to tell, but those of a rate are fixed.
    let with_bounds = with_bounds || family == Family::Rate;
    let words = if with_bounds {
        in_words(family, bounds).map(|words| [" (", &words, ")"].concat())
    } else {
        Default::default()
    };
    let ranges = ends.map(|(min, max)| {
        let least = if family == Family::Errors { 0.0 } else { min.min(low) };
        [(least, low), (low, middle), (middle, high), (high, max.max(high))]
    });
    let mut levels = vec![Level { level: 0, label: "No data".to_owned(), range: None }];
    for (position, (name, words)) in names.into_iter().zip(words).enumerate() {
        let range = ranges.and_then(|ranges| ranges.get(position).copied());
        levels.push(Level { level: position as u8 + 1, label: [name, &words].concat(), range });
    }
    levels
}

/// The four ranges in words: below, between, between, above.
fn in_words(family: Family, bounds: [f64; 3]) -> [String; 4] {
    let [low, middle, high] = bounds;
    let show = |value: f64| match family {
        Family::Rate => number::text(percent(value)) + "%",
        Family::Time => {
            let (count, unit) = whole_unit(value);
            [&number::text(count), " ", unit].concat()
        }
        _ => number::text(value),
    };
    let between = |from: f64, to: f64| {
        let from = match family {
            Family::Rate => number::text(percent(from)),
            Family::Time if whole_unit(from).1 == whole_unit(to).1 => number::text(whole_unit(from).0),
            _ => show(from),
        };
        [&from, "-", &show(to)].concat()
    };
    let (below, above) = (|value| ["<", &show(value)].concat(), |value| [">", &show(value)].concat());
    // No count lies between 0 and 1, so the first level of errors is 0 and the second begins below its upper bound.
    if family == Family::Errors && low <= 1.0 {
        return ["0".to_owned(), below(middle), between(middle, high), above(high)];
    }
    [below(low), between(low, middle), between(middle, high), above(high)]
}

/// A rate in percent without the noise of its binary form: 0.57 is 57, not 56.99999999999999.
fn percent(rate: f64) -> f64 {
    (rate * 1e12).round() / 1e10
}

/// Milliseconds in the largest unit in which they are whole (or simply in milliseconds).
fn whole_unit(ms: f64) -> (f64, &'static str) {
    for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")] {
        // 30 hours stay hours: they are no whole number of days.
        if ms >= unit && (ms / unit).fract() == 0.0 {
            return (ms / unit, name);
        }
    }
    (ms, "ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(metric: Metric, values: &[f64]) -> Scale {
        Scale::new(metric, values.iter().copied(), !values.is_empty(), None)
    }

    fn labels(scale: &Scale) -> Vec<&str> {
        scale.levels.iter().map(|level| level.label.as_str()).collect()
    }

    #[test]
    fn the_rate_has_the_origins_labels_and_ranges() {
        let scale = scale(Metric::SuccessRate, &[0.5]);
        let expected = ["No data", "Critical (<60%)", "Warning (60-80%)", "Good (80-95%)", "Excellent (>95%)"];
        assert_eq!(labels(&scale), expected);
        let ranges: Vec<_> = scale.levels.iter().map(|level| level.range).collect();
        assert_eq!(ranges, [None, Some((0.0, 0.6)), Some((0.6, 0.8)), Some((0.8, 0.95)), Some((0.95, 1.0))]);
        assert_eq!((scale.min, scale.max), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn a_bound_belongs_to_the_level_above_it() {
        let scale = scale(Metric::SuccessRate, &[0.5]);
        let check = |value, expected| assert_eq!(scale.level(value), expected, "{value}");
        check(0.0, 1);
        check(0.599_999, 1);
        check(0.6, 2);
        check(0.8, 3);
        check(0.95, 4);
        check(1.0, 4);
    }

    #[test]
    fn counts_are_cut_at_1_2_5_steps() {
        let check =
            |values: &[f64], bounds: [f64; 3]| assert_eq!(scale(Metric::Volume, values).bounds, bounds, "{values:?}");
        check(&[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 5.0]);
        check(&[7.0], [5.0, 10.0, 20.0]);
        check(&[8.0], [10.0, 20.0, 50.0]);
        check(&[3.0, 4.0, 22.0, 60.0], [2.0, 20.0, 50.0]);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        check(&hundred, [20.0, 100.0, 200.0]);
        assert_eq!(
            labels(&scale(Metric::Volume, &hundred)),
            ["No data", "Low (<20)", "Medium (20-100)", "High (100-200)", "Peak (>200)"]
        );
    }

    #[test]
    fn durations_are_cut_at_steps_that_clocks_have() {
        let check = |values: &[f64], expected: [&str; 4]| {
            let scale = scale(Metric::Duration, values);
            assert_eq!(labels(&scale)[1..], expected, "{values:?}");
        };
        check(
            &[12_000.0, 40_000.0, 100_000.0],
            ["Fast (<10 s)", "Usual (10 s-2 min)", "Slow (2-5 min)", "Very slow (>5 min)"],
        );
        let waits = Scale::new(Metric::QueueWait, [12_000.0].into_iter(), true, None);
        assert_eq!(labels(&waits)[1..], ["Short (<10 s)", "Usual (10-15 s)", "Long (15-30 s)", "Very long (>30 s)"]);
        check(&[0.0], ["Fast (<1 ms)", "Usual (1-2 ms)", "Slow (2-5 ms)", "Very slow (>5 ms)"]);
        check(&[100_000_000.0], ["Fast (<30 h)", "Usual (30 h-2 d)", "Slow (2-5 d)", "Very slow (>5 d)"]);
    }

    #[test]
    fn no_errors_is_a_level_of_its_own() {
        let scale = scale(Metric::ErrorCount, &[0.0, 0.0, 1.0, 2.0, 3.0, 40.0]);
        assert_eq!(scale.bounds, [1.0, 2.0, 50.0]);
        assert_eq!(labels(&scale), ["No data", "None (0)", "Few (<2)", "Many (2-50)", "Most (>50)"]);
        assert_eq!([0.0, 1.0, 2.0, 60.0].map(|errors| scale.level(errors)), [1, 2, 3, 4]);
    }

    #[test]
    fn thresholds_pin_the_bounds_and_labels_follow() {
        let scale = Scale::new(Metric::Volume, [3.0].into_iter(), true, Some([10.0, 20.0, 30.5]));
        assert_eq!(labels(&scale)[1..], ["Low (<10)", "Medium (10-20)", "High (20-30.5)", "Peak (>30.5)"]);
        let rate = Scale::new(Metric::SuccessRate, [0.3].into_iter(), true, Some([0.5, 0.57, 0.999]));
        assert_eq!(
            labels(&rate)[1..],
            ["Critical (<50%)", "Warning (50-57%)", "Good (57-99.9%)", "Excellent (>99.9%)"]
        );
    }

    #[test]
    fn without_cells_there_are_no_ranges() {
        for metric in Metric::ALL {
            let scale = scale(metric, &[]);
            assert_eq!((scale.min, scale.max), (None, None), "{}", metric.name());
            assert!(scale.levels.iter().all(|level| level.range.is_none()), "{}", metric.name());
        }
    }

    #[test]
    fn bounds_rise_strictly_whatever_the_values() {
        for metric in [Metric::Volume, Metric::Duration, Metric::ErrorCount] {
            for value in [0.0, 0.4, 1.0, 499.0, 501.0, 9.9e14, 1e29, 1e300, f64::MAX] {
                let [low, middle, high] = scale(metric, &[value]).bounds;
                assert!(low < middle && middle < high || value > 1e28, "{}: {value}", metric.name());
            }
        }
    }
}
