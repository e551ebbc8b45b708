//! Windows of time-outs and of cancellations: what histories say in which both cluster and neither follows the clock, and
//! what is found of planted windows. The rule is that of failure windows; what differs is how such endings come about.

use crate::daily::series_of;
use crate::failures::{AFTERNOONS, BACKGROUNDS, FLAGSHIP, NIGHTLY, SATURDAYS, is_at, look_for};
use crate::histories::{Chance, Failures, Plant, Volume, WEEK, history, history_at};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::reports::tally;
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use crate::told;
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{Kind, Series};
use execution_heatmap::zone::HOUR_MS;
use libm::{exp, pow};

const GROUP: &str = "Windows of time-outs and cancellations (K1b, K1c)";
/// The share of executions that end so.
const BASE_RATE: f64 = 0.02;
const WEEKS: usize = 13;
const AN_HOUR: f64 = 20.0;

/// Ways in which executions time out or are cancelled that failures do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Where they take longer than a limit, being slow for hours at times.
    BeyondLimit,
    /// Beside failures that have a window.
    BesideFailures,
    /// Nearly all of some hours, twice a week.
    Sweeps,
    /// Two in five of one day in twenty.
    BadDays,
    /// The more the more run, which swings at random.
    WithLoad,
}

impl Ending {
    /// All of them.
    pub const ALL: [Ending; 5] =
        [Ending::BeyondLimit, Ending::BesideFailures, Ending::Sweeps, Ending::BadDays, Ending::WithLoad];
}

/// What happened by hour.
struct Ended {
    executions: Vec<u64>,
    /// Those that ended so,
    hits: Vec<u64>,
    /// and those of the others that failed.
    failures: Vec<u64>,
}

impl Ended {
    /// The series, as of such an outcome.
    fn series(&self, outcome: Outcome) -> Series {
        let hour = |day: usize, hour: usize| {
            let place = day * 24 + hour;
            let (executions, hits, failures) = (self.executions[place], self.hits[place], self.failures[place]);
            if outcome == Outcome::Cancelled {
                Hour { executions, decided: executions - hits, failures, cancelled: hits, ..Hour::default() }
            } else {
                Hour { executions, decided: executions, failures: failures + hits, timed_out: hits, ..Hour::default() }
            }
        };
        series_of(self.executions.len() / 24, hour, Vec::new())
    }
}

/// Endings that come about as failures of that kind do, in a planted window or none.
fn like_failures(
    outcome: Outcome,
    (weeks, an_hour): (usize, f64),
    kind: Failures,
    plant: Option<&Plant>,
    number: usize,
) -> Ended {
    let mut chance = Chance::of(&format!("evaluate endings {outcome:?} {weeks} {an_hour} {kind:?} {plant:?}"), number);
    let history = history_at(&mut chance, weeks, an_hour, Volume::Office, kind, plant, BASE_RATE);
    let others = history.executions.iter().zip(&history.failures);
    let failures = others.map(|(executions, hits)| chance.binomial(executions - hits, 0.06)).collect();
    Ended { executions: history.executions, hits: history.failures, failures }
}

/// Endings of their own kind.
fn of_their_own(outcome: Outcome, kind: Ending, number: usize) -> Ended {
    let mut chance = Chance::of(&format!("evaluate endings {outcome:?} {kind:?}"), number);
    let hours = WEEKS * WEEK;
    let plant = (kind == Ending::BesideFailures).then_some(&FLAGSHIP);
    let volume = if kind == Ending::WithLoad { Volume::Flat } else { Volume::Office };
    let mut history = history(&mut chance, WEEKS, AN_HOUR, volume, Failures::Autoregressive, plant);
    let mut rates = vec![BASE_RATE; hours];
    match kind {
        Ending::BeyondLimit => {}
        Ending::BesideFailures => {
            rates.iter_mut().zip(chance.wandering(hours, 1.0, 6.0)).for_each(|(rate, noise)| *rate *= exp(noise - 0.5));
        }
        Ending::Sweeps => {
            for _ in 0..chance.poisson(2.0 * WEEKS as f64) {
                let (start, length, rate) = (chance.below(hours), 1 + chance.below(3), chance.between(0.6, 1.0));
                rates.iter_mut().skip(start).take(length).for_each(|place| *place = rate);
            }
        }
        Ending::BadDays => {
            for day in rates.chunks_mut(24) {
                if chance.uniform() < 0.05 {
                    day.fill(0.4);
                }
            }
        }
        Ending::WithLoad => {
            let load = chance.wandering(hours, 0.6, 6.0);
            for ((executions, rate), load) in history.executions.iter_mut().zip(&mut rates).zip(load) {
                *executions = chance.poisson(AN_HOUR * exp(load - 0.18));
                *rate *= pow(exp(load), 1.5);
            }
        }
    }
    let slowness = if kind == Ending::BeyondLimit { chance.wandering(hours, 0.5, 6.0) } else { Vec::new() };
    let mut hits = Vec::with_capacity(hours);
    for (hour, (executions, failures)) in history.executions.iter().zip(&mut history.failures).enumerate() {
        let count = match slowness.get(hour) {
            // Two deviations of both together.
            Some(level) => (0..*executions).filter(|_| level + 0.5 * chance.normal() > 1.414).count() as u64,
            None => chance.binomial(*executions, rates[hour].min(1.0)),
        };
        *failures = (*failures).min(executions - count);
        hits.push(count);
    }
    Ended { executions: history.executions, hits, failures: history.failures }
}

/// Null rows of endings that come about as failures do,
pub fn null(outcome: Outcome, weeks: usize, an_hour: f64, kind: Failures) -> Null {
    let chance = move |number: usize| {
        look_for(&like_failures(outcome, (weeks, an_hour), kind, None, number).series(outcome), outcome).chance
    };
    (format!("{weeks} weeks, {an_hour} an hour, {kind:?}"), Box::new(chance))
}

/// and of endings of their own kind.
pub fn null_of_its_own(outcome: Outcome, kind: Ending) -> Null {
    let chance = move |number: usize| look_for(&of_their_own(outcome, kind, number).series(outcome), outcome).chance;
    (format!("{WEEKS} weeks, {AN_HOUR} an hour, {kind:?}"), Box::new(chance))
}

/// Planted windows: name and window with its rate, against two in a hundred. The specification asks for none of them.
pub const PLANTED: [(&str, Plant); 4] = [
    ("Mondays 9–11, 12 v 2 %", Plant { rate: 0.12, ..FLAGSHIP }),
    ("daily 2–3, 8 v 2 %", Plant { rate: 0.08, ..NIGHTLY }),
    ("weekdays 14–17, 6 v 2 %", Plant { rate: 0.06, ..AFTERNOONS }),
    ("Saturdays, 6 v 2 %", Plant { rate: 0.06, ..SATURDAYS }),
];

/// The share of a planted window that is found at its place.
pub fn found(outcome: Outcome, kind: Failures, plant: &Plant, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let series = like_failures(outcome, (WEEKS, AN_HOUR), kind, Some(plant), number).series(outcome);
        let look = look_for(&series, outcome);
        let window = look.claim.filter(|_| look.chance <= CLAIMED).and_then(|claim| claim.basis.window);
        is_at(window.as_ref(), plant)
    })
}

/// Rows of three workflows, of which some fail, some time out and some are cancelled, all of that clustering by itself, and
/// durations too. Of one outcome a window is planted, or none.
fn rows(kind: Failures, planted: Option<(Outcome, &Plant)>, number: usize) -> Rows {
    let mut chance = Chance::of(&format!("evaluate endings in reports {kind:?} {planted:?}"), number);
    let plant_of = |outcome: Outcome| planted.filter(|(of, _)| *of == outcome).map(|(_, plant)| plant);
    let failing = history(&mut chance, WEEKS, AN_HOUR, Volume::Office, kind, None);
    let mut ending = |outcome: Outcome| {
        let plant = plant_of(outcome);
        history_at(&mut chance, WEEKS, AN_HOUR, Volume::Office, kind, plant, BASE_RATE)
    };
    let (timing_out, cancelling) = (ending(Outcome::TimedOut), ending(Outcome::Cancelled));
    let slowness = chance.wandering(WEEKS * WEEK, 0.3, 6.0);
    let mut rows = Rows::over(WEEKS * 7);
    for (hour, slow) in slowness.into_iter().enumerate() {
        // Of the other two histories the rate of that hour.
        let [timed_out, cancelled] = [&timing_out, &cancelling]
            .map(|of| (of.failures[hour] as f64 + BASE_RATE) / (of.executions[hour] as f64 + 1.0));
        let failed = failing.failures[hour] as f64 / failing.executions[hour].max(1) as f64;
        for _ in 0..failing.executions[hour] {
            let status = if chance.uniform() < cancelled {
                Status::Cancelled
            } else if chance.uniform() < timed_out {
                Status::TimedOut
            } else if chance.uniform() < failed {
                Status::Failed
            } else {
                Status::Completed
            };
            let workflow = ["large", "large", "large", "middle", "middle", "small"][chance.below(6)];
            let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
            let took_ms = (60_000.0 * exp(slow + 0.6 * chance.normal())) as u64;
            rows.push(workflow, at_ms, status, Some(took_ms));
        }
    }
    rows
}

/// Which windows a report tells although there is none.
fn spoken(kind: Failures, number: usize) -> Vec<&'static str> {
    let is_window = |kind: Kind| matches!(kind, Kind::TimeoutWindow | Kind::CancellationWindow | Kind::SlowWindow);
    let findings = rows(kind, None, number).report().findings;
    findings.iter().filter(|told| is_window(told.kind)).map(told::name).collect()
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let outcomes = [(Outcome::TimedOut, "time-outs"), (Outcome::Cancelled, "cancellations")];
    for (outcome, words) in outcomes {
        let of_all = Failures::ALL.map(|kind| null(outcome, WEEKS, AN_HOUR, kind));
        let sparse = [Failures::Autoregressive, Failures::LongOutage, Failures::LouderInOfficeHours];
        let sparse = sparse.map(|kind| null(outcome, 26, 5.0, kind));
        let own = Ending::ALL.map(|kind| null_of_its_own(outcome, kind));
        let rows = of_all.into_iter().chain(sparse).chain(own).collect();
        measure::nulls(table, GROUP, &format!("window of {words}"), rows, a_row, MOST_OF_A_ROW);
        // The rule is one: what wide windows of the one come to those of the other do.
        let planted = if outcome == Outcome::TimedOut { &PLANTED[..] } else { &PLANTED[..2] };
        for (name, plant) in planted {
            for kind in BACKGROUNDS {
                let name = format!("{words}, {name}, {WEEKS} weeks, {AN_HOUR} an hour, {kind:?}");
                table.push(GROUP, &name, found(outcome, kind, plant, a_row.div_ceil(4)), Target::None, "");
            }
        }
    }
    let a_row = a_row.div_ceil(5);
    for kind in BACKGROUNDS.into_iter().chain([Failures::LouderInOfficeHours]) {
        let told = measure::each(a_row, |number| spoken(kind, number));
        let hits = told.iter().filter(|told| !told.is_empty()).count();
        let name = format!("reports with a window of time-outs, cancellations or slow ones, nothing there: {kind:?}");
        let note = tally(told.into_iter().flatten());
        table.push(GROUP, &name, Measured::Share { hits, of: a_row }, Target::NullAtMost(MOST_OF_A_ROW), &note);
    }
    let a_row = a_row.div_ceil(2);
    for (outcome, words) in outcomes {
        let (name, plant) = &PLANTED[0];
        for kind in BACKGROUNDS {
            let told = measure::each(a_row, |number| {
                let findings = rows(kind, Some((outcome, plant)), number).report().findings;
                let there = || findings.iter().filter(|told| is_at(told.window.as_ref(), plant));
                let is_told = there().any(|told| told.kind == outcome.kind());
                let is_failure = |told: &_| matches!(told, Kind::FailureWindow);
                (is_told, there().any(|told| is_failure(&told.kind) && told.explained_by.is_none()))
            });
            let hits = told.iter().filter(|(is_told, _)| *is_told).count();
            let note = format!("{} tell the same as failures beside it", told.iter().filter(|(_, also)| *also).count());
            let name = format!("{words}, {name}, {kind:?}, as a whole report tells it");
            table.push(GROUP, &name, Measured::Share { hits, of: a_row }, Target::None, &note);
        }
    }
}
