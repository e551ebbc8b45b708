//! Made-up daily series whose truth is known: a weekly season, heavy tails, days that resemble the days before, days that
//! stick out and days that are not known, with or without a step or a slide in them; and hours of the day.
#![allow(dead_code, reason = "each test uses its own part")]

use super::histories::{Chance, MONDAY};
use chrono::{Days, NaiveDate};
use execution_heatmap::histogram::{Bins, Histogram};
use execution_heatmap::pattern::daily::Measure;
use execution_heatmap::pattern::history::{Day, Hour};
use execution_heatmap::pattern::{Series, Whose};
use libm::{exp, log};

/// How a daily series comes about, in units of its own deviation.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub days: usize,
    /// What a day keeps of the day before.
    pub kept: f64,
    /// How much is added from one day between a fifth and four fifths on.
    pub step: f64,
    /// How much is added over the whole span, evenly.
    pub drift: f64,
    /// The share of days that stick out by six deviations.
    pub outliers: f64,
    /// The share of days that are not known.
    pub missing: f64,
}

impl Shape {
    pub const NULL: Shape = Shape { days: 91, kept: 0.0, step: 0.0, drift: 0.0, outliers: 0.03, missing: 0.05 };
}

/// The values and the place of the step.
pub fn values(chance: &mut Chance, shape: &Shape) -> (Vec<Option<f64>>, usize) {
    let heavy = |chance: &mut Chance| {
        let chi = -2.0 * (log(chance.uniform()) + log(chance.uniform()));
        chance.normal() / (chi / 4.0).sqrt() / 2.0f64.sqrt()
    };
    let days = shape.days;
    let at = days / 5 + chance.below((days * 3 / 5).max(1));
    let mut noise = heavy(chance);
    let mut values = Vec::with_capacity(days);
    for day in 0..days {
        let season = if day % 7 >= 5 { -1.5 } else { 0.6 };
        let mut value = noise + season + shape.drift * day as f64 / days as f64;
        value += if chance.uniform() < shape.outliers { 6.0 } else { 0.0 };
        value += if day >= at { shape.step } else { 0.0 };
        values.push((chance.uniform() >= shape.missing).then_some(value));
        noise = shape.kept * noise + (1.0 - shape.kept * shape.kept).sqrt() * heavy(chance);
    }
    (values, at)
}

/// A series of whole days from a Monday on.
pub fn series_of(days: usize, hour: impl Fn(usize, usize) -> Hour, durations: Vec<Histogram>) -> Series {
    let monday: NaiveDate = MONDAY.parse().unwrap();
    let day = |day: usize| Day { date: monday + Days::new(day as u64), hours: std::array::from_fn(|at| hour(day, at)) };
    Series::new(Whose::All, (0..days).map(day).collect(), durations, Vec::new())
}

/// A series whose measure has the values, times `scale`, in logarithms or logits; days that are not known have their
/// usual volume.
pub fn series(values: &[Option<f64>], measure: Measure, scale: f64) -> Series {
    let value = |day: usize| values.get(day).copied().flatten().map(|value| scale * value);
    let hour = |day: usize, hour: usize| {
        if hour != 12 {
            return Hour::default();
        }
        match measure {
            Measure::Volume => {
                Hour { executions: (20_000.0 * exp(value(day).unwrap_or(0.0))) as u64, ..Hour::default() }
            }
            Measure::FailureRate => {
                let Some(value) = value(day) else { return Hour::default() };
                let rate = 1.0 / (1.0 + exp(-(value + log(0.1 / 0.9))));
                let failures = (20_000.0 * rate) as u64;
                Hour { executions: 20_000, decided: 20_000, failures, ..Hour::default() }
            }
            Measure::Duration => Hour { executions: 100, decided: 100, ..Hour::default() },
        }
    };
    let bins = Bins::new();
    let durations = |day: usize| match value(day) {
        Some(value) => Histogram::of_bins(&bins, std::iter::once((bins.of((60_000.0 * exp(value)) as u64), 100))),
        None => Histogram::default(),
    };
    let durations = if measure == Measure::Duration { (0..values.len()).map(durations).collect() } else { Vec::new() };
    series_of(values.len(), hour, durations)
}
