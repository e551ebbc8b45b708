//! Changes and trends of a measure by day: what series without either say, and what is found of planted ones.

use crate::daily::{self, Shape};
use crate::histories::{Chance, Failures, Volume, history};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::rows::Rows;
use crate::singles;
use crate::table::{Measured, Table, Target};
use execution_heatmap::execution::Status;
use execution_heatmap::histogram::{Bins, Histogram};
use execution_heatmap::pattern::daily::Measure;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::{Fact, Kind, Series, Whose, change, trend};
use execution_heatmap::zone::{DAY_MS, HOUR_MS};

const CHANGES: &str = "Changes (K9)";
const TRENDS: &str = "Trends (K10)";
/// A change is found if the day that is told is at most so far from it.
pub const NEAR: usize = 5;

/// Steps in deviations: days, what a day keeps of the one before, step, target in per cent.
const STEPS: [(usize, f64, f64, u32); 12] = [
    (91, 0.0, 1.5, 95),
    (91, 0.3, 1.5, 80),
    (91, 0.6, 1.5, 63),
    (182, 0.0, 1.5, 94),
    (182, 0.3, 1.5, 88),
    (182, 0.6, 1.5, 72),
    (91, 0.0, 2.5, 91),
    (91, 0.3, 2.5, 91),
    (91, 0.6, 2.5, 90),
    (182, 0.0, 2.5, 91),
    (182, 0.3, 2.5, 91),
    (182, 0.6, 2.5, 91),
];
/// Two steps, a third of the days apart: days, what a day keeps of the one before, the steps in deviations, target of both
/// being told in per cent.
const PAIRS: [(usize, f64, [f64; 2], u32); 12] = [
    (91, 0.0, [2.5, 2.5], 70),
    (91, 0.3, [2.5, 2.5], 0),
    (91, 0.6, [2.5, 2.5], 0),
    (182, 0.0, [2.5, 2.5], 90),
    (182, 0.3, [2.5, 2.5], 85),
    (182, 0.6, [2.5, 2.5], 0),
    (91, 0.0, [2.5, -2.5], 80),
    (91, 0.3, [2.5, -2.5], 0),
    (91, 0.6, [2.5, -2.5], 0),
    (182, 0.0, [2.5, -2.5], 90),
    (182, 0.3, [2.5, -2.5], 90),
    (182, 0.6, [2.5, -2.5], 0),
];
/// Slides in deviations over the span. The prototype found 98, 88, 69 and 100, 99, 91 per cent by the slope alone; these
/// have no target of their own.
const SLIDES: [(usize, f64, f64); 8] = [
    (91, 0.0, 1.5),
    (91, 0.3, 1.5),
    (91, 0.6, 1.5),
    (91, 0.6, 3.0),
    (182, 0.0, 1.5),
    (182, 0.3, 1.5),
    (182, 0.6, 1.5),
    (182, 0.6, 3.0),
];

/// The values of a history and the place of its step, if it has one.
pub fn values(words: &str, number: usize, shape: &Shape, measure: Measure) -> (Vec<Option<f64>>, usize) {
    daily::values(&mut Chance::of(&format!("evaluate {words} {shape:?} {measure:?}"), number), shape)
}

/// Values as a series of that measure.
pub fn series_of(values: &[Option<f64>], measure: Measure) -> Series {
    daily::series(values, measure, 0.5)
}

fn series(words: &str, number: usize, shape: &Shape, measure: Measure) -> (Series, usize) {
    let (values, at) = values(words, number, shape, measure);
    (series_of(&values, measure), at)
}

/// Null rows of changes or trends, by what looks for them.
pub fn nulls(words: &'static str, chance: fn(&Series, Measure) -> f64, spans: &[usize]) -> Vec<Null> {
    let mut rows: Vec<Null> = Vec::new();
    for days in spans.iter().copied() {
        for kept in [0.0, 0.3, 0.6] {
            for measure in Measure::ALL {
                // A volume is always known: a day without executions has none.
                let missing = if measure == Measure::Volume { 0.0 } else { Shape::NULL.missing };
                let shape = Shape { days, kept, missing, ..Shape::NULL };
                let one = move |number: usize| chance(&series(words, number, &shape, measure).0, measure);
                rows.push((format!("{days} days, {kept} kept, {measure:?}"), Box::new(one)));
            }
        }
    }
    rows
}

/// Null rows of volume that has a level of its own every week, as made-up histories of failures have it (log-normal, 0.12):
/// days of a week resemble each other, and those of the next week do not.
fn weekly_levels(chance: fn(&Series, Measure) -> f64) -> Vec<Null> {
    let row = move |weeks: usize, volume: Volume| -> Null {
        let one = move |number: usize| {
            let mut source = Chance::of(&format!("evaluate weekly levels {weeks} {volume:?}"), number);
            let history = history(&mut source, weeks, 20.0, volume, Failures::Binomial, None);
            chance(&singles::series_of(&history.executions, &history.failures), Measure::Volume)
        };
        (format!("{weeks} weeks with a level each, {volume:?} volume"), Box::new(one))
    };
    [8, 13, 26].into_iter().flat_map(|weeks| [Volume::Flat, Volume::Office].map(|volume| row(weeks, volume))).collect()
}

/// Durations of which whole units are told, as who subtracts times of whole minutes has them: days, runs a day, the unit in
/// milliseconds and the median in units, the times by which it rises.
const COARSE: [(usize, usize, u64, f64, f64); 6] = [
    (70, 33, 60_000, 1.5, 1.5),
    (70, 33, 60_000, 2.5, 1.5),
    (70, 330, 60_000, 1.5, 1.25),
    (90, 60, 1000, 1.5, 1.5),
    (90, 33, 1000, 3.5, 1.5),
    (90, 33, 1000, 10.0, 1.5),
];

/// A series of such durations that rise so many times on one day, and that day.
fn coarse((days, a_day, unit_ms, middle, times): (usize, usize, u64, f64, f64), number: usize) -> (Series, usize) {
    let mut chance = Chance::of(&format!("evaluate coarse {days} {a_day} {unit_ms} {middle} {times}"), number);
    let at = days / 3 + chance.below(days / 3);
    let told = |day: usize| {
        let middle = if day < at { middle } else { middle * times };
        let begin = chance.uniform();
        unit_ms * (begin + middle * libm::exp(0.5 * chance.normal())) as u64
    };
    (of_durations(days, a_day, told), at)
}

/// A series of so many runs a day, all at noon, each of which tells its milliseconds by its day.
fn of_durations(days: usize, a_day: usize, mut told: impl FnMut(usize) -> u64) -> Series {
    let bins = Bins::new();
    let durations = (0..days).map(|day| {
        let told: Vec<u64> = (0..a_day).map(|_| told(day)).collect();
        let ends = (told.iter().copied().min().unwrap_or(0), told.iter().copied().max().unwrap_or(0));
        Histogram::new(told.iter().map(|ms| (bins.of(*ms), 1)), ends.0, ends.1)
    });
    let durations = durations.collect();
    let hour = |_, hour: usize| {
        let executions = if hour == 12 { a_day as u64 } else { 0 };
        Hour { executions, decided: executions, ..Hour::default() }
    };
    daily::series_of(days, hour, durations)
}

/// Null rows of such durations.
pub fn coarse_nulls(chance: fn(&Series, Measure) -> f64) -> Vec<Null> {
    let row = |(days, a_day, unit_ms, middle, _)| -> Null {
        let one =
            move |number: usize| chance(&coarse((days, a_day, unit_ms, middle, 1.0), number).0, Measure::Duration);
        (format!("{days} days, {a_day} a day, {middle} of whole units of {} s", unit_ms / 1000), Box::new(one))
    };
    COARSE.map(row).into()
}

/// The share of rises of such durations that are told within five days.
pub fn coarse_found(of: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let (series, at) = coarse(COARSE[of], number);
        told(&series).is_some_and(|told| told.abs_diff(at) <= NEAR)
    })
}

/// Durations of two kinds, as of runs that find their work done already beside those that do it: days, runs a day, the share
/// of the short ones, how long both take, the times by which both rise, the target of the rise being told in per cent.
const TWO_MODES: [(usize, usize, f64, [f64; 2], f64, u32); 9] = [
    (91, 48, 0.5, [2000.0, 300_000.0], 3.0, 0),
    (91, 48, 0.48, [2000.0, 300_000.0], 3.0, 0),
    (91, 48, 0.45, [2000.0, 300_000.0], 3.0, 0),
    (91, 120, 0.45, [2000.0, 300_000.0], 3.0, 0),
    (91, 480, 0.5, [2000.0, 300_000.0], 3.0, 0),
    (182, 48, 0.45, [2000.0, 300_000.0], 3.0, 0),
    (91, 48, 0.5, [60_000.0, 180_000.0], 1.5, 0),
    (91, 48, 0.3, [2000.0, 300_000.0], 1.5, 90),
    (91, 48, 0.6, [2000.0, 300_000.0], 1.5, 0),
];

/// A series of such durations that rise so many times on one day, and that day.
fn two_modes(
    (days, a_day, short, modes, times, _): (usize, usize, f64, [f64; 2], f64, u32),
    number: usize,
) -> (Series, usize) {
    let mut chance = Chance::of(&format!("evaluate two modes {days} {a_day} {short} {modes:?} {times}"), number);
    let at = days / 3 + chance.below(days / 3);
    let told = |day: usize| {
        let times = if day < at { 1.0 } else { times };
        let mode = modes[usize::from(chance.uniform() >= short)];
        (times * mode * libm::exp(0.1 * chance.normal())) as u64
    };
    (of_durations(days, a_day, told), at)
}

/// Null rows of such durations.
pub fn two_mode_nulls(chance: fn(&Series, Measure) -> f64) -> Vec<Null> {
    let row = |(days, a_day, short, modes, _, target): (usize, usize, f64, [f64; 2], f64, u32)| -> Null {
        let one = move |number: usize| {
            chance(&two_modes((days, a_day, short, modes, 1.0, target), number).0, Measure::Duration)
        };
        let [one_s, other_s] = modes.map(|ms| ms / 1000.0);
        let name = format!("{days} days, {a_day} a day, {} % of {one_s} s, others of {other_s} s", short * 100.0);
        (name, Box::new(one))
    };
    TWO_MODES.map(row).into()
}

/// The share of rises of such durations that are told within five days.
pub fn two_modes_found(of: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let (series, at) = two_modes(TWO_MODES[of], number);
        told(&series).is_some_and(|told| told.abs_diff(at) <= NEAR)
    })
}

/// Executions that take days, of which those that fail end within minutes, in a history that ends while others still run: their
/// median in hours, the deviation of its logarithm, the target of a rise of failures that is long past in per cent.
const OPEN: [(f64, f64, u32); 5] =
    [(24.0, 1.0, 90), (36.0, 0.8, 90), (48.0, 0.7, 90), (72.0, 0.7, 90), (120.0, 0.5, 90)];
const OPEN_DAYS: usize = 91;

/// Such executions of three workflows, of which three times as many fail from one day on, and that day.
fn open((hours, deviation, _): (f64, f64, u32), rises: bool, number: usize) -> (Rows, usize) {
    let mut chance = Chance::of(&format!("evaluate open {hours} {deviation}"), number);
    let at = OPEN_DAYS / 4 + chance.below(OPEN_DAYS / 4);
    let mut rows = Rows::over(OPEN_DAYS);
    let until_ms = OPEN_DAYS as i64 * DAY_MS;
    for hour in 0..OPEN_DAYS * 24 {
        let rate = if rises && hour >= at * 24 { 0.18 } else { 0.06 };
        for workflow in ["one", "two", "three"] {
            for _ in 0..chance.poisson(2.0) {
                let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
                let fails = chance.uniform() < rate;
                let (median_ms, deviation) = if fails { (60_000.0, 0.5) } else { (hours * HOUR_MS as f64, deviation) };
                let took_ms = median_ms * libm::exp(deviation * chance.normal());
                let status = if fails { Status::Failed } else { Status::Completed };
                if at_ms as f64 + took_ms < until_ms as f64 {
                    rows.push(workflow, at_ms, status, Some(took_ms as u64));
                } else {
                    rows.push(workflow, at_ms, Status::Running, None);
                }
            }
        }
    }
    (rows, at)
}

/// Null rows of whole reports of them.
pub fn open_nulls() -> Vec<Null> {
    let row = |of: (f64, f64, u32)| -> Null {
        let one = move |number: usize| {
            let told = open(of, false, number).0.report().findings.into_iter();
            told.filter_map(|finding| finding.p_adjusted).fold(1.0, f64::min)
        };
        (format!("{OPEN_DAYS} days, executions of {} h, {} of its logarithm", of.0, of.1), Box::new(one))
    };
    OPEN.map(row).into()
}

/// The share of rises of failures among them that are told of all within five days.
pub fn open_found(of: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let (rows, at) = open(OPEN[of], true, number);
        let of_all =
            rows.report().findings.into_iter().filter(|told| told.kind == Kind::Change && told.whose == Whose::All);
        let first = rows.total().days.first().map(|day| day.date);
        let mut days = of_all.flat_map(|told| told.evidence).filter_map(|(name, fact)| match fact {
            Fact::Date(date) if name == "changed_on" => Some((date - first?).num_days()),
            _ => None,
        });
        days.any(|day| day.abs_diff(at as i64) <= NEAR as u64)
    })
}

/// Workflows of which most days have no failure, or as many as have one: days, runs a day, the share that fails, the times by
/// which it rises, the target of the rise being told in per cent.
const FEW: [(usize, u64, f64, f64, u32); 6] = [
    (84, 12, 0.03, 5.0, 90),
    (84, 8, 0.05, 5.0, 90),
    (84, 24, 0.02, 5.0, 90),
    (84, 2, 0.2, 4.0, 90),
    (182, 12, 0.03, 5.0, 90),
    (182, 4, 0.05, 8.0, 90),
];

/// A series of such failures that rise so many times on one day, and that day.
fn few((days, a_day, rate, times, _): (usize, u64, f64, f64, u32), number: usize) -> (Series, usize) {
    let mut chance = Chance::of(&format!("evaluate few {days} {a_day} {rate} {times}"), number);
    let at = days / 3 + chance.below(days / 3);
    let failures: Vec<u64> = (0..days)
        .map(|day| {
            let rate = if day < at { rate } else { rate * times };
            (0..a_day).filter(|_| chance.uniform() < rate).count() as u64
        })
        .collect();
    let hour = |day: usize, hour: usize| {
        let (executions, failures) = if hour == 12 { (a_day, failures[day]) } else { (0, 0) };
        Hour { executions, decided: executions, failures, ..Hour::default() }
    };
    (daily::series_of(days, hour, Vec::new()), at)
}

/// Null rows of such failures.
pub fn few_nulls(chance: fn(&Series, Measure) -> f64) -> Vec<Null> {
    let row = |(days, a_day, rate, _, target)| -> Null {
        let one = move |number: usize| chance(&few((days, a_day, rate, 1.0, target), number).0, Measure::FailureRate);
        (format!("{days} days, {a_day} a day, {} % fail", rate * 100.0), Box::new(one))
    };
    FEW.map(row).into()
}

/// The share of rises of such failures that are told within five days.
pub fn few_found(of: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let (series, at) = few(FEW[of], number);
        told_of(&series, Measure::FailureRate).first().is_some_and(|told| told.abs_diff(at) <= NEAR)
    })
}

/// The chance of what is claimed of a change,
pub fn of_change(series: &Series, measure: Measure) -> f64 {
    change::look(series, measure).chance
}

/// and of a trend.
pub fn of_trend(series: &Series, measure: Measure) -> f64 {
    trend::look(series, measure).chance
}

/// The place of the day from which on a change of durations is claimed, of several the one that was found first.
pub fn told(series: &Series) -> Option<usize> {
    told_all(series).first().copied()
}

/// The places of all such days.
pub fn told_all(series: &Series) -> Vec<usize> {
    told_of(series, Measure::Duration)
}

fn told_of(series: &Series, measure: Measure) -> Vec<usize> {
    let looks = change::looks(series, measure).into_iter().filter(|look| look.chance <= CLAIMED);
    let days = looks.filter_map(|look| Some(look.claim?.facts.from));
    days.filter_map(|from| series.days.iter().position(|day| day.date == from)).collect()
}

/// The share of steps that are told within five days.
pub fn steps_found(days: usize, kept: f64, step: f64, a_row: usize) -> Measured {
    let shape = Shape { days, kept, step, ..Shape::NULL };
    measure::hits(a_row, |number| {
        let (series, at) = series("step", number, &shape, Measure::Duration);
        told(&series).is_some_and(|told| told.abs_diff(at) <= NEAR)
    })
}

/// The share of histories with two steps in which both are told within five days.
pub fn pairs_found(days: usize, kept: f64, steps: [f64; 2], a_row: usize) -> Measured {
    let shape = Shape { days, kept, ..Shape::NULL };
    measure::hits(a_row, |number| {
        let mut chance = Chance::of(&format!("evaluate two steps {steps:?} {shape:?}"), number);
        let (mut values, _) = daily::values(&mut chance, &shape);
        let at = [days / 3, 2 * days / 3].map(|around| around - 5 + chance.below(11));
        for (from, step) in at.into_iter().zip(steps) {
            values.iter_mut().skip(from).flatten().for_each(|value| *value += step);
        }
        let told = told_all(&series_of(&values, Measure::Duration));
        at.iter().all(|at| told.iter().any(|told| told.abs_diff(*at) <= NEAR))
    })
}

/// Null rows of a second change beside a step.
pub fn none_beside(days: usize, kept: f64, measure: Measure) -> Null {
    let missing = if measure == Measure::Volume { 0.0 } else { Shape::NULL.missing };
    let shape = Shape { days, kept, missing, step: 2.5, ..Shape::NULL };
    let chance = move |number: usize| {
        let looks = change::looks(&series("one step", number, &shape, measure).0, measure);
        looks.get(1).map_or(1.0, |look| look.chance)
    };
    (format!("beside a step of 2.5 deviations, {days} days, {kept} kept, {measure:?}"), Box::new(chance))
}

/// True if a trend of durations is claimed.
pub fn is_trend_told(series: &Series) -> bool {
    let look = trend::look(series, Measure::Duration);
    look.claim.is_some() && look.chance <= CLAIMED
}

/// The share of slides that are told as trends.
pub fn slides_found(days: usize, kept: f64, drift: f64, a_row: usize) -> Measured {
    let shape = Shape { days, kept, drift, ..Shape::NULL };
    measure::hits(a_row, |number| is_trend_told(&series("slide", number, &shape, Measure::Duration).0))
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    measure::nulls(table, CHANGES, "change", nulls("null", of_change, &[42, 91, 182]), a_row, MOST_OF_A_ROW);
    measure::nulls(table, CHANGES, "change of volume", weekly_levels(of_change), a_row, MOST_OF_A_ROW);
    for (days, kept, step, target) in STEPS {
        let name = format!("step of {step} deviations, {days} days, {kept} kept: within 5 days");
        let target = Target::AtLeast(f64::from(target) / 100.0);
        table.push(CHANGES, &name, steps_found(days, kept, step, a_row), target, "");
    }
    measure::nulls(table, CHANGES, "change of coarse durations", coarse_nulls(of_change), a_row, MOST_OF_A_ROW);
    for (of, (days, a_day, unit_ms, middle, times)) in COARSE.into_iter().enumerate() {
        let unit = unit_ms / 1000;
        let name = format!("{middle} × {times} of whole units of {unit} s, {days} days, {a_day} a day: within 5 days");
        table.push(CHANGES, &name, coarse_found(of, a_row), Target::AtLeast(0.9), "");
    }
    measure::nulls(table, CHANGES, "change of durations of two kinds", two_mode_nulls(of_change), a_row, MOST_OF_A_ROW);
    for (of, (days, a_day, short, modes, times, target)) in TWO_MODES.into_iter().enumerate() {
        let [one, other] = modes.map(|ms| ms / 1000.0);
        let name = format!(
            "{} % of {one} s, others of {other} s, all × {times}, {days} days, {a_day} a day: within 5 days",
            short * 100.0
        );
        let target = if target == 0 { Target::None } else { Target::AtLeast(f64::from(target) / 100.0) };
        table.push(CHANGES, &name, two_modes_found(of, a_row), target, "");
    }
    measure::nulls(table, CHANGES, "whole reports while much still runs", open_nulls(), a_row, MOST_OF_A_ROW);
    for (of, (hours, deviation, target)) in OPEN.into_iter().enumerate() {
        let name = format!("6 % × 3 fail where others take {hours} h, {deviation} of its logarithm: within 5 days");
        table.push(CHANGES, &name, open_found(of, a_row), Target::AtLeast(f64::from(target) / 100.0), "");
    }
    measure::nulls(table, CHANGES, "change of few failures", few_nulls(of_change), a_row, MOST_OF_A_ROW);
    for (of, (days, a_day, rate, times, target)) in FEW.into_iter().enumerate() {
        let name = format!("{} % × {times} of {a_day} a day, {days} days: within 5 days", rate * 100.0);
        table.push(CHANGES, &name, few_found(of, a_row), Target::AtLeast(f64::from(target) / 100.0), "");
    }
    for (days, kept, steps, target) in PAIRS {
        let [one, other] = steps;
        let name = format!("steps of {one} and {other} deviations, {days} days, {kept} kept: both within 5 days");
        let target = if target == 0 { Target::None } else { Target::AtLeast(f64::from(target) / 100.0) };
        table.push(CHANGES, &name, pairs_found(days, kept, steps, a_row), target, "");
    }
    let spans = [91, 182].into_iter().flat_map(|days| [0.0, 0.3, 0.6].map(|kept| (days, kept)));
    let rows = spans.flat_map(|(days, kept)| Measure::ALL.map(|measure| none_beside(days, kept, measure)));
    measure::nulls(table, CHANGES, "a second change", rows.collect(), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend", nulls("null", of_trend, &[42, 91, 182]), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend of coarse durations", coarse_nulls(of_trend), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend of durations of two kinds", two_mode_nulls(of_trend), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend of few failures", few_nulls(of_trend), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend of volume", weekly_levels(of_trend), a_row, MOST_OF_A_ROW);
    for (days, kept, drift) in SLIDES {
        let name = format!("slide by {drift} deviations, {days} days, {kept} kept");
        table.push(TRENDS, &name, slides_found(days, kept, drift, a_row), Target::None, "");
    }
}
