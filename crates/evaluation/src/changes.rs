//! Changes and trends of a measure by day: what series without either say, and what is found of planted ones.

use crate::daily::{self, Shape};
use crate::histories::{Chance, Failures, Volume, history};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::singles;
use crate::table::{Measured, Table, Target};
use execution_heatmap::pattern::daily::Measure;
use execution_heatmap::pattern::{Series, change, trend};

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

/// The chance of what is claimed of a change,
pub fn of_change(series: &Series, measure: Measure) -> f64 {
    change::look(series, measure).chance
}

/// and of a trend.
pub fn of_trend(series: &Series, measure: Measure) -> f64 {
    trend::look(series, measure).chance
}

/// The place of the day from which on a change of durations is claimed.
pub fn told(series: &Series) -> Option<usize> {
    let look = change::look(series, Measure::Duration);
    let claim = look.claim.filter(|_| look.chance <= CLAIMED)?;
    series.days.iter().position(|day| day.date == claim.facts.from)
}

/// The share of steps that are told within five days.
pub fn steps_found(days: usize, kept: f64, step: f64, a_row: usize) -> Measured {
    let shape = Shape { days, kept, step, ..Shape::NULL };
    measure::hits(a_row, |number| {
        let (series, at) = series("step", number, &shape, Measure::Duration);
        told(&series).is_some_and(|told| told.abs_diff(at) <= NEAR)
    })
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
    measure::nulls(table, TRENDS, "trend", nulls("null", of_trend, &[42, 91, 182]), a_row, MOST_OF_A_ROW);
    measure::nulls(table, TRENDS, "trend of volume", weekly_levels(of_trend), a_row, MOST_OF_A_ROW);
    for (days, kept, drift) in SLIDES {
        let name = format!("slide by {drift} deviations, {days} days, {kept} kept");
        table.push(TRENDS, &name, slides_found(days, kept, drift, a_row), Target::None, "");
    }
}
