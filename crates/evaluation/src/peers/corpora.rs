//! Which histories the peers are given: those of rows of the evaluation, by the same words and numbers, with what is
//! planted in them and what the engine claims of them.

use crate::changes;
use crate::daily::Shape as Steps;
use crate::events;
use crate::failures;
use crate::histories::{Failures, History, Noise, Plant, Shape, Volume, WEEK};
use crate::scores::hours_of;
use crate::singles::Rhythm;
use crate::volume::{self, Told};
use execution_heatmap::pattern::WeekWindow;
use execution_heatmap::pattern::daily::{Daily, Measure};
use std::time::Instant;

/// Hours of a day: the period that daily peaks have.
pub const DAY: usize = 24;
/// Weeks, and executions an hour, of the histories of failures.
const OF_FAILURES: (usize, f64) = (13, 20.0);
/// Weeks, and executions an hour, of the histories with bursts.
const OF_BURSTS: (usize, f64) = (8, 10.0);
/// Days, and executions a day, of the histories with daily peaks.
const OF_PEAKS: (usize, f64) = (28, 1000.0);

/// What is looked for. Each has tables of its own, for a peer claims things of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Windows of the week in which failures are more frequent.
    Failures,
    /// The day from which on a daily measure is another one.
    Changes,
    /// That a daily measure rises or falls over the whole span.
    Trends,
    /// An hour with many times the executions that are usual.
    Bursts,
    /// That executions come in the rhythm of a day.
    Seasons,
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 5] = [Group::Failures, Group::Changes, Group::Trends, Group::Bursts, Group::Seasons];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Failures => "failures",
            Group::Changes => "changes",
            Group::Trends => "trends",
            Group::Bursts => "bursts",
            Group::Seasons => "seasons",
        }
    }
}

/// What a peer is given of a history.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Executions and failures, hour by hour from a Monday on.
    Weeks {
        /// Executions.
        executions: Vec<u64>,
        /// Failures among them.
        failures: Vec<u64>,
    },
    /// A measure on the days on which it is known.
    Days {
        /// Which days these are, counted from a Monday.
        places: Vec<usize>,
        /// The measure.
        raw: Vec<f64>,
        /// The same as the engine's own test sees it: without weekdays, days that stick out drawn in.
        adjusted: Vec<f64>,
    },
    /// Executions, hour by hour from a Monday on.
    Hours(Vec<u64>),
}

/// A history, what is in it and what the engine claims. A claim, and what is planted, is a list of numbers: hours of the
/// week, a day, hours from the beginning, or a period in hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What a peer is given.
    pub given: Given,
    /// What is planted; empty where nothing is.
    pub truth: Vec<usize>,
    /// What the engine claims.
    pub ours: Vec<Vec<usize>>,
    /// How long it looked, in milliseconds.
    pub ms: f64,
}

/// A row of the evaluation: histories that differ by their number alone.
pub struct Corpus {
    /// What is looked for.
    pub group: Group,
    /// The column that it is told in, with others of the same kind.
    pub column: String,
    /// What chance does in it: a corpus without anything to be found stands for those with the same.
    pub noise: String,
    /// True if nothing is planted.
    pub is_null: bool,
    /// The history of a number.
    pub make: Box<dyn Fn(usize) -> Case + Sync>,
}

impl Corpus {
    /// What chance does in it, without what the title of its column says.
    pub fn noise_beside_column(&self) -> &str {
        match self.noise.split_once(", ") {
            Some((said, rest)) if self.column.ends_with(said) => rest,
            _ => &self.noise,
        }
    }
}

/// All of a group.
pub fn of(group: Group) -> Vec<Corpus> {
    match group {
        Group::Failures => of_failures(),
        Group::Changes => of_changes(),
        Group::Trends => of_trends(),
        Group::Bursts => of_bursts(),
        Group::Seasons => of_seasons(),
    }
}

/// What came of it, with the milliseconds that it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64() * 1000.0)
}

/// Planted windows by the titles of their columns.
const PLANTS: [(&str, Plant); 5] = [
    ("Mondays 9–11, 31 v 6 %", failures::FLAGSHIP),
    ("daily 2–3, 20 v 6 %", failures::NIGHTLY),
    ("Mondays 9–11, 15 v 6 %", failures::FAINT),
    ("weekdays 14–17, 10 v 6 %", failures::AFTERNOONS),
    ("Saturdays, 15 v 6 %", failures::SATURDAYS),
];
/// The title of the columns in which nothing is to be found.
const NOTHING: &str = "nothing there";

fn of_failures() -> Vec<Corpus> {
    let (weeks, an_hour) = OF_FAILURES;
    let others = [Failures::BetaBinomial, Failures::LouderInOfficeHours];
    let kinds = failures::BACKGROUNDS.into_iter().chain(others);
    let null = move |kind: Failures| {
        let make = move |number| week_case(failures::structureless(weeks, an_hour, Volume::Office, kind, number), None);
        corpus(Group::Failures, NOTHING, format!("{kind:?}"), true, make)
    };
    let planted = move |(title, plant): (&'static str, Plant), kind: Failures| {
        let make = move |number| week_case(failures::planted(weeks, an_hour, kind, &plant, number), Some(&plant));
        corpus(Group::Failures, title, format!("{kind:?}"), false, make)
    };
    let planted =
        PLANTS.into_iter().flat_map(|plant| failures::BACKGROUNDS.into_iter().map(move |kind| planted(plant, kind)));
    kinds.map(null).chain(planted).collect()
}

fn week_case(history: History, plant: Option<&Plant>) -> Case {
    let (told, ms) = timed(|| failures::told(&history));
    let held = |window: WeekWindow| (0..WEEK).filter(|hour| hours_of(&window)[*hour]).collect();
    Case {
        truth: plant.map_or_else(Vec::new, |plant| (0..WEEK).filter(|hour| plant.holds(*hour)).collect()),
        ours: told.map(held).into_iter().collect(),
        given: Given::Weeks { executions: history.executions, failures: history.failures },
        ms,
    }
}

fn of_changes() -> Vec<Corpus> {
    let mut corpora = Vec::new();
    for (step, words) in [(0.0, NOTHING), (1.5, "step of 1.5 deviations"), (2.5, "step of 2.5 deviations")] {
        for days in [91, 182] {
            for kept in [0.0, 0.3, 0.6] {
                let shape = Steps { days, kept, step, ..Steps::NULL };
                let column = format!("{words}, {days} days");
                let noise = format!("{days} days, {kept} kept");
                let make = move |number| days_case(&shape, number);
                corpora.push(corpus(Group::Changes, &column, noise, step == 0.0, make));
            }
        }
    }
    corpora
}

fn days_case(shape: &Steps, number: usize) -> Case {
    let is_null = shape.step == 0.0;
    let (values, at) = changes::values(if is_null { "null" } else { "step" }, number, shape, Measure::Duration);
    let series = changes::series_of(&values, Measure::Duration);
    let (told, ms) = timed(|| changes::told(&series));
    Case {
        given: days_given(values),
        truth: if is_null { Vec::new() } else { vec![at] },
        ours: told.into_iter().map(|day| vec![day]).collect(),
        ms,
    }
}

fn days_given(values: Vec<Option<f64>>) -> Given {
    let adjusted = Daily::of(&values, 0);
    let raw = values.into_iter().flatten().collect();
    Given::Days { places: adjusted.places, raw, adjusted: adjusted.values }
}

fn of_trends() -> Vec<Corpus> {
    let mut corpora = Vec::new();
    for (drift, words) in [(0.0, NOTHING), (1.5, "slide by 1.5 deviations")] {
        for days in [91, 182] {
            for kept in [0.0, 0.3, 0.6] {
                let shape = Steps { days, kept, drift, ..Steps::NULL };
                let column = format!("{words}, {days} days");
                let noise = format!("{days} days, {kept} kept");
                let make = move |number| slide_case(&shape, number);
                corpora.push(corpus(Group::Trends, &column, noise, drift == 0.0, make));
            }
        }
    }
    corpora
}

fn slide_case(shape: &Steps, number: usize) -> Case {
    let is_null = shape.drift == 0.0;
    let (values, _) = changes::values(if is_null { "null" } else { "slide" }, number, shape, Measure::Duration);
    let series = changes::series_of(&values, Measure::Duration);
    let (is_told, ms) = timed(|| changes::is_trend_told(&series));
    // A trend has no place: that it is there is all that is claimed.
    let truth = if is_null { Vec::new() } else { vec![0] };
    Case { given: days_given(values), truth, ours: if is_told { vec![vec![0]] } else { Vec::new() }, ms }
}

fn of_bursts() -> Vec<Corpus> {
    let (weeks, an_hour) = OF_BURSTS;
    let mut corpora = Vec::new();
    for times in [0.0, 20.0, 10.0] {
        for rhythm in [Rhythm::Poisson, Rhythm::NegativeBinomial, Rhythm::Autoregressive, Rhythm::Batches] {
            let is_null = times == 0.0;
            let column = if is_null { NOTHING.to_owned() } else { format!("× {times} for two hours") };
            let make = move |number| {
                let (counts, at) = if is_null {
                    (events::quiet_hours("burst", weeks, an_hour, rhythm, number), None)
                } else {
                    let (counts, at) = events::with_burst(an_hour, rhythm, times, number);
                    (counts, Some(at))
                };
                let (told, ms) = timed(|| events::burst_told(&counts));
                let truth = at.map_or_else(Vec::new, |at| (at..at + events::BURST_HOURS).collect());
                Case { given: Given::Hours(counts), truth, ours: told.into_iter().map(|hour| vec![hour]).collect(), ms }
            };
            corpora.push(corpus(Group::Bursts, &column, format!("{rhythm:?}"), is_null, make));
        }
    }
    corpora
}

fn of_seasons() -> Vec<Corpus> {
    let (days, a_day) = OF_PEAKS;
    let shapes = [
        (NOTHING, None),
        ("one hour × 8", Some(Shape::Cron(8.0))),
        ("bell + 300 %", Some(Shape::Bell(3.0))),
        ("sine ± 60 %", Some(Shape::Sine(0.6))),
    ];
    let mut corpora = Vec::new();
    for (title, shape) in shapes {
        for kind in [Noise::NegativeBinomial, Noise::Autoregressive, Noise::Bursts] {
            let make = move |number| {
                let history = match shape {
                    None => volume::structureless("no peak", days, a_day, kind, number),
                    Some(shape) => volume::with_peak(shape, days, a_day, kind, number),
                };
                let (told, ms) = timed(|| volume::peak_told(&history));
                // An hour that is not the planted one is a claim all the same, and not of the planted period.
                let ours = match told {
                    Told::Nothing => Vec::new(),
                    Told::Right => vec![vec![DAY]],
                    Told::Wrong => vec![vec![0]],
                };
                let truth = if shape.is_some() { vec![DAY] } else { Vec::new() };
                Case { given: Given::Hours(history.executions), truth, ours, ms }
            };
            corpora.push(corpus(Group::Seasons, title, format!("{kind:?}"), shape.is_none(), make));
        }
    }
    corpora
}

fn corpus(
    group: Group,
    column: &str,
    noise: String,
    is_null: bool,
    make: impl Fn(usize) -> Case + Sync + 'static,
) -> Corpus {
    Corpus { group, column: column.to_owned(), noise, is_null, make: Box::new(make) }
}
