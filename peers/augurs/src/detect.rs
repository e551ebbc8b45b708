//! The detectors of augurs at the settings that are tried. Its own defaults come first.

use crate::Peer;
use augurs_changepoint::dist::NormalGamma;
use augurs_changepoint::{ArgpcpDetector, Detector as _, NormalGammaDetector, kernel};
use augurs_seasons::{Detector as _, PeriodogramDetector};
use changepoint::Argpcp;
use kernel::{ConstantKernel, RBFKernel, WhiteKernel};

/// The version that Cargo.toml asks for.
pub const VERSION: &str = "0.10.3";
/// How long a stretch between changes is expected to be; the first is the default. From 1,000 on what augurs wraps finds a
/// change on every day, in the form that it uses and in the other one: it stops adding up at one in a thousand.
const HAZARDS: [f64; 6] = [250.0, 100.0, 400.0, 600.0, 800.0, 990.0];
/// How firmly levels are expected at the mean, and how firmly deviations at that of the whole series, as of so many days;
/// the first is the default.
const PRIORS: [(f64, f64); 6] = [(1.0, 1.0), (1.0, 5.0), (1.0, 20.0), (1.0, 60.0), (0.1, 1.0), (0.1, 20.0)];
/// The logit of the chance of a change; the first is the default.
const LOGITS: [f64; 7] = [-5.0, -4.0, -3.0, -2.0, -1.0, -7.0, -9.0];
/// Which part of the greatest power a period has; the first is the default.
const THRESHOLDS: [f64; 5] = [0.9, 0.5, 0.7, 0.95, 0.99];
/// A change so near to the first day is the detector's own beginning.
const FIRST: usize = 2;
/// Periods that pass for a day, where only that one is asked for.
const DAY: std::ops::RangeInclusive<usize> = 23..=25;
const DAILY: &[(&str, &str)] = &[("raw", "raw"), ("without weekdays", "adjusted")];
const HOURLY: &[(&str, &str)] = &[("counts by hour", "counts")];

/// All of them.
pub fn peers() -> Vec<Peer> {
    let in_words = |what: &str, values: &[f64]| values.iter().map(|value| format!("{what} {value}")).collect();
    vec![
        Peer {
            group: "changes",
            name: "augurs, Bayesian online",
            settings: bayesian_settings(),
            inputs: DAILY,
            look: bayesian,
        },
        Peer {
            group: "changes",
            name: "augurs, Gaussian processes",
            settings: in_words("hazard, logit", &LOGITS),
            inputs: DAILY,
            look: gaussian,
        },
        Peer {
            group: "seasons",
            name: "augurs, periodogram: any period",
            settings: in_words("threshold", &THRESHOLDS),
            inputs: HOURLY,
            look: any_period,
        },
        Peer {
            group: "seasons",
            name: "augurs, periodogram: a day alone",
            settings: in_words("threshold", &THRESHOLDS),
            inputs: HOURLY,
            look: a_day,
        },
    ]
}

/// In deviations from the mean, as its priors expect values to be.
fn standard(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let squares = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let deviation = (squares / values.len().max(1) as f64).sqrt().max(1e-9);
    values.iter().map(|value| (value - mean) / deviation).collect()
}

/// It names the place before a change, and the beginning.
fn changes(places: Vec<usize>) -> Vec<usize> {
    places.into_iter().filter(|place| *place > FIRST).collect()
}

fn bayesian(values: &[f64]) -> Vec<Vec<usize>> {
    let values = standard(values);
    let look = |((level, deviation), hazard)| {
        let prior = NormalGamma::new_unchecked(0.0, level, deviation, deviation);
        changes(NormalGammaDetector::normal_gamma(hazard, prior).detect_changepoints(&values))
    };
    bars().map(look).collect()
}

fn bars() -> impl Iterator<Item = ((f64, f64), f64)> {
    PRIORS.into_iter().flat_map(|prior| HAZARDS.into_iter().map(move |hazard| (prior, hazard)))
}

fn bayesian_settings() -> Vec<String> {
    let words = |((level, deviation), hazard)| format!("hazard 1 in {hazard}, prior of {level} and {deviation} days");
    bars().map(words).collect()
}

fn gaussian(values: &[f64]) -> Vec<Vec<usize>> {
    let values = standard(values);
    let look = |logit| {
        // As its builder makes it by default, but for the logit, which the builder does not take.
        let kernel =
            ConstantKernel::new_unchecked(0.5) * RBFKernel::new_unchecked(10.0) + WhiteKernel::new_unchecked(0.01);
        let mut detector = ArgpcpDetector::from(Argpcp::new(kernel, 3, 2.0, 1.0, logit, 1.0, 1.0));
        changes(detector.detect_changepoints(&values))
    };
    LOGITS.into_iter().map(look).collect()
}

fn any_period(counts: &[f64]) -> Vec<Vec<usize>> {
    let look = |threshold| {
        let periods = PeriodogramDetector::builder().threshold(threshold).build().detect(counts);
        periods.into_iter().map(|period| period as usize).collect()
    };
    THRESHOLDS.into_iter().map(look).collect()
}

fn a_day(counts: &[f64]) -> Vec<Vec<usize>> {
    let mut told = any_period(counts);
    told.iter_mut().for_each(|periods| periods.retain(|period| DAY.contains(period)));
    told
}
