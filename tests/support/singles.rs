//! Made-up series for the tests of single events: hour by hour with a rhythm of the week, and run by run, with noise
//! that clusters as real histories do. All in UTC, from a Monday on.
#![allow(dead_code, reason = "each test uses its own part")]

use super::histories::{Chance, MONDAY, WEEK};
use chrono::{Days, NaiveDate};
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::history::{Day, Hour};
use execution_heatmap::pattern::{Run, Series, Whose};
use libm::exp;

/// Ways in which executions come while nothing single happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// A bell at 14 h, half of it on weekends,
    Poisson,
    /// swinging from hour to hour,
    NegativeBinomial,
    /// swinging for hours,
    Autoregressive,
    /// with four times the executions for two hours about once a day,
    Batches,
    /// with an office's nights and weekends,
    Office,
    /// with weekends at a fifth,
    QuietWeekends,
    /// with eight times the executions on Mondays at 14 h.
    WeeklyJob,
}

impl Rhythm {
    pub const ALL: [Rhythm; 7] = [
        Rhythm::Poisson,
        Rhythm::NegativeBinomial,
        Rhythm::Autoregressive,
        Rhythm::Batches,
        Rhythm::Office,
        Rhythm::QuietWeekends,
        Rhythm::WeeklyJob,
    ];
}

/// What happens once, from an hour on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    Nothing,
    /// No executions for so many hours.
    Silence(usize),
    /// So many times the executions for two hours.
    Burst(f64),
}

/// Executions by hour over some weeks, and the hour at which the event begins.
pub fn hourly(chance: &mut Chance, weeks: usize, an_hour: f64, rhythm: Rhythm, event: Event) -> (Vec<u64>, usize) {
    let hours = weeks * WEEK;
    let mut expected: Vec<f64> = (0..hours).map(|hour| an_hour * shape(rhythm, hour % WEEK)).collect();
    match rhythm {
        Rhythm::NegativeBinomial | Rhythm::WeeklyJob | Rhythm::QuietWeekends => {
            expected.iter_mut().for_each(|mean| *mean *= chance.gamma(3.0) / 3.0);
        }
        Rhythm::Office => {
            for week in expected.chunks_mut(WEEK) {
                let level = exp(0.12 * chance.normal());
                week.iter_mut().for_each(|mean| *mean *= level * chance.gamma(10.0) / 10.0);
            }
        }
        Rhythm::Autoregressive => {
            expected
                .iter_mut()
                .zip(chance.wandering(hours, 0.6, 6.0))
                .for_each(|(mean, noise)| *mean *= exp(noise - 0.18));
        }
        Rhythm::Batches => {
            let mut factors = vec![1.0; hours];
            for _ in 0..chance.poisson(weeks as f64 * 7.0) {
                let start = chance.below(hours);
                factors.iter_mut().skip(start).take(2).for_each(|factor| *factor = 4.0);
            }
            expected.iter_mut().zip(factors).for_each(|(mean, factor)| *mean *= factor);
        }
        Rhythm::Poisson => {}
    }
    let at = hours / 6 + chance.below(hours - hours / 3);
    match event {
        Event::Nothing => {}
        Event::Silence(length) => expected.iter_mut().skip(at).take(length).for_each(|mean| *mean = 0.0),
        Event::Burst(times) => expected.iter_mut().skip(at).take(2).for_each(|mean| *mean *= times),
    }
    (expected.into_iter().map(|mean| chance.poisson(mean)).collect(), at)
}

fn shape(rhythm: Rhythm, hour_of_week: usize) -> f64 {
    let (hour, is_weekend) = ((hour_of_week % 24) as f64, hour_of_week / 24 >= 5);
    let from_two = (hour - 14.0) / 4.0;
    let bell = exp(-0.5 * from_two * from_two);
    match rhythm {
        Rhythm::Office => (0.35 + 1.65 * bell) * (if is_weekend { 0.4 } else { 1.0 }) / 0.82,
        Rhythm::QuietWeekends => (if is_weekend { 0.2 } else { 1.0 }) / 0.77,
        Rhythm::WeeklyJob if hour_of_week == 14 => 8.0,
        Rhythm::WeeklyJob => 1.0,
        _ => (0.5 + bell) * (if is_weekend { 0.5 } else { 1.0 }) / 0.9,
    }
}

/// A workflow's series of hours, all of them decided.
pub fn series_of(executions: &[u64], failures: &[u64]) -> Series {
    Series::new(workflow(), days_of(executions, failures), Vec::new(), Vec::new())
}

/// Whose the series of the tests are.
pub fn workflow() -> Whose {
    Whose::Workflow { id: "w".to_owned(), name: Some("nightly-etl".to_owned()) }
}

/// Whole days of hours.
pub fn days_of(executions: &[u64], failures: &[u64]) -> Vec<Day> {
    let start: NaiveDate = MONDAY.parse().unwrap();
    let hour = |place: usize| Hour {
        executions: executions[place],
        decided: executions[place],
        failures: failures.get(place).copied().unwrap_or(0),
        ..Hour::default()
    };
    let day = |day: usize| Day {
        date: start.checked_add_days(Days::new(day as u64)).unwrap(),
        hours: std::array::from_fn(|of_day| hour(day * 24 + of_day)),
    };
    (0..executions.len() / 24).map(day).collect()
}

/// The first instant of the histories, in milliseconds.
pub fn start_ms() -> i64 {
    let start: NaiveDate = MONDAY.parse().unwrap();
    start.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis()
}

/// The series of runs at moments (rising, counted from [`start_ms`]) over whole days.
pub fn series_of_runs(days: usize, runs: impl IntoIterator<Item = (i64, Status)>) -> Series {
    let runs: Vec<Run> = runs
        .into_iter()
        .map(|(at, status)| Run { at_ms: start_ms() + at, duration_ms: Some(1000), status, error: Run::NO_ERROR })
        .collect();
    let (mut executions, mut failures) = (vec![0; days * 24], vec![0; days * 24]);
    for run in &runs {
        let hour = ((run.at_ms - start_ms()) / 3_600_000) as usize;
        if hour < executions.len() {
            executions[hour] += 1;
            failures[hour] += u64::from(run.status.is_failure());
        }
    }
    Series::new(workflow(), days_of(&executions, &failures), Vec::new(), runs)
}
