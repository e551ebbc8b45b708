//! What is usual of a series hour by hour: how many executions its hour of the week brings, and how widely counts
//! swing around that. It tests nothing.

use super::history::{Day, Hour, RING, by_hour};
use super::random::{listed, quantile, sum};
use crate::number::within;
use crate::order::sort_numbers;
use chrono::{Datelike, Days, NaiveDate};
use std::ops::Range;

/// Days below which no hour of the week is known well enough to miss something in it.
pub const LEAST_DAYS: usize = 21;
/// The share of the values of an hour of the week that is cut off at each end.
const TRIMMED: usize = 8;
/// The least that is expected of an hour, so that weeks of nothing add up to something.
pub(super) const LEAST_EXPECTED: f64 = 0.02;
/// Shapes beyond these bounds make no difference that could be measured.
const SHAPES: (f64, f64) = (0.3, 1e4);
/// The widest swings, above this share, do not count: one burst is no spread.
const USUAL_SWINGS: f64 = 0.995;

/// What is usual of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// By hour, from the first one of the first day on, what happened
    pub counts: Vec<u64>,
    /// and what was to be expected.
    pub expected: Vec<f64>,
    /// How many hours each of them lasts: none of one that a clock change skips, 2 of one that it doubles.
    pub lasts: Vec<u64>,
    /// The shape of a negative binomial distribution around it: small where hours swing widely.
    pub shape: f64,
}

impl Usual {
    /// Measures days that follow each other; `None` where they are too few.
    pub fn new(days: &[Day]) -> Option<Self> {
        Self::without(days, &(0..0))
    }

    /// The same where some hours do not say what is usual; how widely counts swing, all do.
    pub fn without(days: &[Day], left_out: &Range<usize>) -> Option<Self> {
        if days.len() < LEAST_DAYS {
            return None;
        }
        let counts = by_hour(days, &|hour| hour.executions);
        let lasts = by_hour(days, &Hour::lasts);
        let says = |hour: usize, lasts: &u64| *lasts > 0 && !left_out.contains(&hour);
        let first = days.first()?.date.weekday().num_days_from_monday() as usize * 24;
        let place = |hour: usize| (first + hour) % RING;
        let mut by_place = vec![Vec::new(); RING];
        for (hour, (count, lasts)) in counts.iter().zip(&lasts).enumerate() {
            if let Some(values) = by_place.get_mut(place(hour)).filter(|_| says(hour, lasts)) {
                values.push(*count as f64);
            }
        }
        let means = listed(by_place.into_iter().map(trimmed_mean));
        let mean_at = |place: usize| means.get(place % RING).copied().unwrap_or(0.0);
        // Neighbours steady a mean of a few weeks.
        let smoothed = |place: usize| (mean_at(place + RING - 1) + 2.0 * mean_at(place) + mean_at(place + 1)) / 4.0;
        let profile = listed((0..RING).map(|place| smoothed(place).max(LEAST_EXPECTED)));
        let at = |hour: usize| profile.get(place(hour)).copied().unwrap_or(LEAST_EXPECTED);
        let expected = listed(lasts.iter().enumerate().map(|(hour, lasts)| at(hour) * *lasts as f64));
        let shape = shape(&counts, &expected);
        Some(Self { counts, expected, lasts, shape })
    }

    /// Goes on with the counts of the hours that follow and how many hours each of them lasts, as far as there are so many
    /// hours in all; of those beyond, nothing is said.
    pub fn go_on(&mut self, more: impl Iterator<Item = (u64, u64)>, hours: usize) {
        for (count, lasts) in more {
            // Counted back by whole weeks, each hour has its own expectation.
            let weeks_before = |before: &usize| self.lasts.get(*before).is_some_and(|lasts| *lasts == 1);
            let before = (1..).map_while(|weeks| self.expected.len().checked_sub(weeks * RING)).find(weeks_before);
            let Some(expected) = before.and_then(|before| self.expected.get(before)) else { break };
            self.expected.push(expected * lasts as f64);
            self.counts.push(count);
            self.lasts.push(lasts);
        }
        self.counts.truncate(hours);
        self.expected.truncate(hours);
    }

    /// What an empty hour with that expectation is worth: minus the logarithm of its chance.
    pub fn surprise_of_nothing(&self, expected: f64) -> f64 {
        self.shape * libm::log1p(expected / self.shape)
    }
}

/// The mean without the least and the most.
fn trimmed_mean(mut values: Vec<f64>) -> f64 {
    sort_numbers(&mut values);
    let cut = (values.len() / TRIMMED).max(1);
    match values.get(cut..values.len().saturating_sub(cut)) {
        Some(middle) if !middle.is_empty() => sum(middle) / middle.len() as f64,
        _ => quantile(values.into_iter(), 0.5),
    }
}

/// The shape of the negative binomial distribution around expectations, by moments.
pub fn shape(counts: &[u64], expected: &[f64]) -> f64 {
    let excess = |(count, expected): (&u64, &f64)| {
        let off = *count as f64 - expected;
        off * off - expected
    };
    let excesses = listed(counts.iter().zip(expected).map(excess));
    let most = quantile(excesses.iter().copied(), USUAL_SWINGS);
    let excess: f64 = excesses.into_iter().map(|excess| excess.min(most)).sum();
    let squares: f64 = expected.iter().map(|expected| expected * expected).sum();
    within(squares / excess.max(1e-9), SHAPES.0, SHAPES.1)
}

/// How far each count lies from its expectation, on a scale on which swings are alike at every level: about a number of
/// standard deviations for small counts, and a logarithm where clustering outweighs chance.
pub fn scores(counts: &[u64], expected: &[f64], shape: f64) -> Vec<f64> {
    let shape = shape.max(1.0);
    let on_scale = |value: f64| libm::asinh(((value + 0.375) / shape).sqrt());
    let score = |(count, expected): (&u64, &f64)| 2.0 * shape.sqrt() * (on_scale(*count as f64) - on_scale(*expected));
    listed(counts.iter().zip(expected).map(score))
}

/// The local date and hour of an hour of days that follow each other, or of one behind them.
#[inline(never)]
pub fn local_hour(days: &[Day], hour: usize) -> Option<(NaiveDate, u8)> {
    let date = days.first()?.date.checked_add_days(Days::new(hour as u64 / 24))?;
    Some((date, (hour % 24) as u8))
}
