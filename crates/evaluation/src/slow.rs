//! Slow windows of the week: what is said where executions take longer at times, but at no time of the week more than at
//! another, of one workflow and of several whose mix follows the clock; and what is found of planted windows. Which
//! executions are slow the engine counts, from rows.

use crate::failures::{AFTERNOONS, FLAGSHIP, NIGHTLY, SATURDAYS, is_at, look_for};
use crate::histories::{Chance, Failures, Plant, Volume, WEEK, history};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{Kind, Series};
use libm::{exp, log, sqrt};

const GROUP: &str = "Slow windows (K2)";
/// The deviation of the logarithm of durations within an hour.
const DEVIATION: f64 = 0.5;
/// So many deviations above the middle, nine in ten take less.
const NINE_IN_TEN: f64 = 1.281_551_566;

/// Ways in which executions take longer at times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slowness {
    /// Each by itself,
    Alone,
    /// some of them very long,
    HeavyTails,
    /// for hours,
    Autoregressive,
    /// for days,
    LongMemory,
    /// by days with a level each,
    SlowDays,
    /// in a spell of hours once a week,
    Spells,
    /// in which three times as many run,
    Storms,
    /// in one of three days,
    LongOutage,
    /// by a level that drifts,
    Drift,
    /// for hours, three times as much from 8 to 18 h as at night, though as many are slow then,
    LouderInOfficeHours,
    /// for hours, told in whole seconds of which there are few.
    WholeSeconds,
}

impl Slowness {
    /// All of them.
    pub const ALL: [Slowness; 11] = [
        Slowness::Alone,
        Slowness::HeavyTails,
        Slowness::Autoregressive,
        Slowness::LongMemory,
        Slowness::SlowDays,
        Slowness::Spells,
        Slowness::Storms,
        Slowness::LongOutage,
        Slowness::Drift,
        Slowness::LouderInOfficeHours,
        Slowness::WholeSeconds,
    ];

    /// By hour, what is added to the logarithm of durations.
    fn levels(self, chance: &mut Chance, hours: usize) -> Vec<f64> {
        let mut levels = vec![0.0; hours];
        let raise = |levels: &mut Vec<f64>, start: usize, length: usize, times: f64| {
            levels.iter_mut().skip(start).take(length).for_each(|level| *level = log(times));
        };
        match self {
            Slowness::Alone | Slowness::HeavyTails => {}
            Slowness::Autoregressive => levels = chance.wandering(hours, 0.5, 6.0),
            Slowness::LongMemory => levels = chance.wandering(hours, 0.5, 48.0),
            Slowness::WholeSeconds => levels = chance.wandering(hours, 0.3, 6.0),
            Slowness::SlowDays => {
                for day in levels.chunks_mut(24) {
                    day.fill(0.5 * chance.normal());
                }
            }
            Slowness::Spells | Slowness::Storms => {
                for _ in 0..chance.poisson(hours as f64 / WEEK as f64) {
                    let (start, length) = (chance.below(hours), 1 + (4.0 * exp(0.6 * chance.normal())) as usize);
                    let times = chance.between(2.0, 6.0);
                    raise(&mut levels, start, length, times);
                }
            }
            Slowness::LongOutage => {
                let start = chance.below(hours - 72);
                raise(&mut levels, start, 72, 4.0);
            }
            Slowness::Drift => {
                levels = chance.wandering(hours, 0.3, 6.0);
                let mut sum = 0.0;
                for week in levels.chunks_mut(WEEK) {
                    sum += 0.25 * chance.normal();
                    week.iter_mut().for_each(|level| *level += sum);
                }
            }
            Slowness::LouderInOfficeHours => {
                for (hour, (level, noise)) in levels.iter_mut().zip(chance.wandering(hours, 1.0, 6.0)).enumerate() {
                    let loudness = if (8..18).contains(&(hour % 24)) { 0.9 } else { 0.3 };
                    // One in ten is beyond the same duration in either hour.
                    let of_both = sqrt(loudness * loudness + DEVIATION * DEVIATION);
                    *level = loudness * noise - NINE_IN_TEN * of_both;
                }
            }
        }
        levels
    }

    /// How long an execution takes where most take `usual` and the hour has that level.
    fn ms(self, chance: &mut Chance, usual: f64, level: f64) -> f64 {
        match self {
            // Student's distribution of three degrees of freedom.
            Slowness::HeavyTails => {
                let spread = sqrt(chance.gamma(1.5) / 1.5);
                usual * exp((DEVIATION * chance.normal() / spread).min(12.0))
            }
            Slowness::WholeSeconds => {
                let seconds = 2.0 * exp(level + DEVIATION * chance.normal());
                seconds.round() * 1000.0
            }
            _ => usual * exp(level + DEVIATION * chance.normal()),
        }
    }
}

/// A window in which executions take so many times as long. Its rate is not meant.
pub type Slower = (Plant, f64);

/// Planted windows: name, window and how much longer executions take in it. The specification asks for none of them.
pub const PLANTED: [(&str, Slower); 5] = [
    ("Mondays 9–11, × 2", (FLAGSHIP, 2.0)),
    ("Mondays 9–11, × 1.5", (FLAGSHIP, 1.5)),
    ("daily 2–3, × 1.5", (NIGHTLY, 1.5)),
    ("weekdays 14–17, × 1.2", (AFTERNOONS, 1.2)),
    ("Saturdays, × 1.3", (SATURDAYS, 1.3)),
];
/// The slowness in which they are planted.
const BACKGROUNDS: [Slowness; 4] = [Slowness::Alone, Slowness::Autoregressive, Slowness::SlowDays, Slowness::Spells];

/// Rows of workflows that share the executions of an office evenly, and are slow together.
fn rows(
    workflows: &[&str],
    (weeks, an_hour): (usize, f64),
    kind: Slowness,
    slower: Option<&Slower>,
    number: usize,
) -> Rows {
    let words = format!("evaluate slow {} {weeks} {an_hour} {kind:?} {slower:?}", workflows.len());
    let mut chance = Chance::of(&words, number);
    let history = history(&mut chance, weeks, an_hour, Volume::Office, Failures::Binomial, None);
    let levels = kind.levels(&mut chance, weeks * WEEK);
    let active: Vec<bool> =
        (0..weeks).map(|_| slower.is_some_and(|(plant, _)| chance.uniform() < plant.weeks)).collect();
    let mut rows = Rows::over(weeks * 7);
    for (hour, level) in levels.into_iter().enumerate() {
        let is_planted = |plant: &Plant| active[hour / WEEK] && plant.holds(hour % WEEK);
        let times = slower.filter(|(plant, _)| is_planted(plant)).map_or(1.0, |(_, times)| *times);
        let more = if kind == Slowness::Storms && level > 0.0 { 3 } else { 1 };
        let (mut executions, mut failures) = (more * history.executions[hour], more * history.failures[hour]);
        for (place, workflow) in workflows.iter().enumerate() {
            let share = 1.0 / (workflows.len() - place) as f64;
            let (bad, good) = (chance.binomial(failures, share), chance.binomial(executions - failures, share));
            (executions, failures) = (executions - bad - good, failures - bad);
            let usual = 60_000.0 * times * (place + 1) as f64;
            let duration = |chance: &mut Chance| kind.ms(chance, usual, level) as u64;
            rows.push_hour(&mut chance, (workflow, hour), (bad + good, bad), duration);
        }
    }
    rows
}

/// The series of one workflow of that slowness.
fn series(size: (usize, f64), kind: Slowness, slower: Option<&Slower>, number: usize) -> Series {
    rows(&["one"], size, kind, slower, number).series().remove(0)
}

/// A null row.
pub fn null(weeks: usize, an_hour: f64, kind: Slowness) -> Null {
    let chance = move |number: usize| look_for(&series((weeks, an_hour), kind, None, number), Outcome::Slow).chance;
    (format!("{weeks} weeks, {an_hour} an hour, {kind:?}"), Box::new(chance))
}

/// How what runs follows the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Batches of 40 minutes by night, clicks of 20 seconds by day, and something short at all times.
    DayAndNight,
    /// A job for each hour of the day, that runs then alone.
    JobOfTheHour,
}

/// Rows of such workflows, each slow by itself.
fn rows_by_the_clock(clock: Clock, kind: Slowness, number: usize) -> Rows {
    const WEEKS: usize = 13;
    let mut chance = Chance::of(&format!("evaluate slow by the clock {clock:?} {kind:?}"), number);
    let mut rows = Rows::over(WEEKS * 7);
    let mut add = |name: &str, usual: f64, an_hour: &dyn Fn(usize) -> f64| {
        let levels = kind.levels(&mut chance, WEEKS * WEEK);
        for (hour, level) in levels.into_iter().enumerate() {
            let executions = chance.poisson(an_hour(hour % 24));
            let duration = |chance: &mut Chance| kind.ms(chance, usual, level) as u64;
            rows.push_hour(&mut chance, (name, hour), (executions, 0), duration);
        }
    };
    match clock {
        Clock::DayAndNight => {
            add("batch", 2_400_000.0, &|hour| if (6..22).contains(&hour) { 0.0 } else { 8.0 });
            add("clicks", 20_000.0, &|hour| {
                12.0 * exp(-0.5 * ((hour as f64 - 14.0) / 4.0) * ((hour as f64 - 14.0) / 4.0))
            });
            add("sync", 3_000.0, &|_| 4.0);
        }
        Clock::JobOfTheHour => {
            for of_day in 0..24 {
                let usual = 10_000.0 * (of_day + 1) as f64;
                add(&format!("job-{of_day:02}"), usual, &|hour| if hour == of_day { 6.0 } else { 0.0 });
            }
        }
    }
    rows
}

/// A null row of all executions of such workflows together.
pub fn null_by_the_clock(clock: Clock, kind: Slowness) -> Null {
    let chance = move |number: usize| {
        look_for(&rows_by_the_clock(clock, kind, number).total_with_slow_ones(), Outcome::Slow).chance
    };
    (format!("13 weeks, {clock:?}, each {kind:?}"), Box::new(chance))
}

/// The share of planted windows that are found at their place.
pub fn found(size: (usize, f64), kind: Slowness, slower: &Slower, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let look = look_for(&series(size, kind, Some(slower), number), Outcome::Slow);
        let window = look.claim.filter(|_| look.chance <= CLAIMED).and_then(|claim| claim.basis.window);
        is_at(window.as_ref(), &slower.0)
    })
}

/// The share of them that a whole report of three workflows tells.
fn found_in_reports(kind: Slowness, slower: &Slower, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let findings = rows(&["one", "two", "three"], (13, 15.0), kind, Some(slower), number).report().findings;
        findings.iter().any(|told| told.kind == Kind::SlowWindow && is_at(told.window.as_ref(), &slower.0))
    })
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    use Slowness::{Alone, Autoregressive, LongMemory, LongOutage, SlowDays, Spells, WholeSeconds};
    let of_all = Slowness::ALL.map(|kind| null(13, 10.0, kind));
    let sparse = [Alone, LongMemory, Spells, WholeSeconds].map(|kind| null(26, 3.0, kind));
    let rows = of_all.into_iter().chain(sparse).collect();
    measure::nulls(table, GROUP, "slow window", rows, a_row, MOST_OF_A_ROW);
    let kinds = [Alone, Autoregressive, LongMemory, SlowDays, Spells, LongOutage];
    let by_day_and_night = kinds.map(|kind| null_by_the_clock(Clock::DayAndNight, kind));
    let of_jobs = [LongMemory, Spells].map(|kind| null_by_the_clock(Clock::JobOfTheHour, kind));
    let rows = by_day_and_night.into_iter().chain(of_jobs).collect();
    measure::nulls(table, GROUP, "slow window, what runs follows the clock", rows, a_row.div_ceil(2), MOST_OF_A_ROW);
    for (name, slower) in &PLANTED {
        for kind in BACKGROUNDS {
            let name = format!("{name}, 13 weeks, 10 an hour, {kind:?}");
            table.push(GROUP, &name, found((13, 10.0), kind, slower, a_row.div_ceil(4)), Target::None, "");
        }
    }
    for kind in BACKGROUNDS {
        let (name, slower) = &PLANTED[0];
        let name = format!("{name}, 13 weeks, three workflows, {kind:?}, as a whole report tells it");
        table.push(GROUP, &name, found_in_reports(kind, slower, a_row.div_ceil(10)), Target::None, "");
    }
}
