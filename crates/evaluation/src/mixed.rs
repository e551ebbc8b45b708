//! Reports on histories in which nothing to three things of several kinds are planted: how many of all sentences are true,
//! and how much of what is planted is told.

use crate::events::cron;
use crate::histories::{Chance, WEEK};
use crate::measure;
use crate::planted::{INCIDENT_HOURS, KINDS, Planted, SCHEDULED, SILENT_HOURS, SLOW, WINDOW, WORKFLOWS};
use crate::reports::tally;
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use crate::told;
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::Whose;
use execution_heatmap::zone::{DAY_MS, HOUR_MS};
use libm::{exp, log};

const GROUP: &str = "Mixed histories";
const WEEKS: usize = 13;
const DAYS: usize = WEEKS * 7;
const AN_HOUR: f64 = 30.0;
/// The most things in one history.
const MOST_PLANTED: usize = 3;

fn chosen(chance: &mut Chance, number: usize) -> Vec<Planted> {
    let (mut kinds, mut planted) = (Vec::new(), Vec::new());
    while planted.len() < number % (MOST_PLANTED + 1) {
        let kind = chance.below(KINDS);
        let (workflow, place) = (chance.below(3), chance.uniform());
        if !kinds.contains(&kind) {
            kinds.push(kind);
            planted.push(Planted::of(kind, workflow, DAYS, place));
        }
    }
    planted
}

/// What the background does hour by hour.
struct Background {
    /// Of all workflows: what multiplies the volume.
    levels: Vec<f64>,
    /// Of each workflow: what is added to the log-odds of failing, and to the logarithm of durations.
    odds: Vec<Vec<f64>>,
    slowness: Vec<f64>,
    base: f64,
    /// By week, whether what is planted in it is active.
    active: Vec<bool>,
}

impl Background {
    fn new(chance: &mut Chance) -> Self {
        let hours = WEEKS * WEEK;
        let mut levels = vec![1.0; hours];
        for week in levels.chunks_mut(WEEK) {
            let level = exp(0.12 * chance.normal());
            week.iter_mut().for_each(|mean| *mean *= level);
        }
        let (coming, failing) = (chance.below(3), chance.below(3));
        match coming {
            0 => {}
            1 => levels.iter_mut().for_each(|mean| *mean *= chance.gamma(6.0) / 6.0),
            _ => {
                let noise = chance.wandering(hours, 0.35, 6.0);
                levels.iter_mut().zip(noise).for_each(|(mean, noise)| *mean *= exp(noise));
            }
        }
        let odds = WORKFLOWS.map(|_| match failing {
            0 => vec![0.0; hours],
            1 => (0..hours).map(|_| 0.6 * chance.normal()).collect(),
            _ => chance.wandering(hours, 0.8, 6.0),
        });
        let base = chance.between(0.04, 0.08);
        let slowness = chance.wandering(hours, 0.25, 6.0);
        let active = (0..WEEKS).map(|_| chance.uniform() < WINDOW.weeks).collect();
        Self { levels, odds: odds.into(), slowness, base, active }
    }
}

fn logit(rate: f64) -> f64 {
    log(rate / (1.0 - rate))
}

/// The expected executions of a workflow in an hour, as what is planted has them.
fn expected(planted: &[Planted], workflow: usize, hour: usize, usual: f64) -> f64 {
    let (of_day, weekday) = (hour % 24, hour / 24 % 7);
    planted.iter().fold(usual, |mean, planted| match *planted {
        Planted::Peak if of_day == 14 => 3.0 * mean,
        Planted::Dip if weekday < 5 && (9..17).contains(&of_day) => 0.5 * mean,
        Planted::Silence { hour: from } if (from..from + SILENT_HOURS).contains(&hour) => 0.0,
        Planted::Burst { workflow: its, hour: from } if its == workflow && (from..from + 2).contains(&hour) => {
            20.0 * mean
        }
        Planted::Stop { workflow: its, day } if its == workflow && hour >= day * 24 => 0.0,
        _ => mean,
    })
}

/// The log-odds of failing, as what is planted has them.
fn odds(planted: &[Planted], workflow: usize, hour: usize, active: bool, usual: f64, base: f64) -> f64 {
    planted.iter().fold(usual, |odds, planted| match *planted {
        Planted::Window { workflow: its } if its == workflow && active && WINDOW.holds(hour % WEEK) => {
            odds + logit(WINDOW.rate) - logit(base)
        }
        Planted::FailureStep { workflow: its, day } if its == workflow && hour >= day * 24 => odds + 1.0,
        Planted::CommonStep { day } if hour >= day * 24 => odds + 0.7,
        Planted::Trend => odds + log(3.0) * hour as f64 / (WEEKS * WEEK) as f64,
        Planted::Incident { hour: from } if (from..from + INCIDENT_HOURS).contains(&hour) => logit(0.9),
        _ => odds,
    })
}

/// What multiplies durations, as what is planted has it.
fn slower(planted: &[Planted], workflow: usize, hour: usize, active: bool) -> f64 {
    planted.iter().fold(1.0, |factor, planted| match *planted {
        Planted::Slow if active && SLOW.holds(hour % WEEK) => 4.0 * factor,
        Planted::DurationStep { workflow: its, day } if its == workflow && hour >= day * 24 => 1.5 * factor,
        _ => factor,
    })
}

/// The rows of a history and what is planted in it.
fn rows(number: usize) -> (Rows, Vec<Planted>) {
    let mut chance = Chance::of("evaluate mixed", number);
    let planted = chosen(&mut chance, number);
    let background = Background::new(&mut chance);
    let mut rows = Rows::over(DAYS);
    for (workflow, (name, share)) in WORKFLOWS.into_iter().enumerate() {
        // A row is what the next runs of the smallest workflow do from an hour on.
        let mut in_a_row = 0;
        for hour in 0..WEEKS * WEEK {
            let active = background.active[hour / WEEK];
            let mean = expected(&planted, workflow, hour, AN_HOUR * share * background.levels[hour]);
            let usual = logit(background.base) + background.odds[workflow][hour];
            let rate = 1.0 / (1.0 + exp(-odds(&planted, workflow, hour, active, usual, background.base)));
            let executions = chance.poisson(mean);
            let mut failures = chance.binomial(executions, rate);
            if workflow == 3 && planted.contains(&Planted::Row { hour }) {
                in_a_row = 25;
            }
            if in_a_row > 0 {
                failures = executions;
                in_a_row -= in_a_row.min(executions);
            }
            let usual = 120_000.0 * exp(background.slowness[hour]) * slower(&planted, workflow, hour, active);
            let duration = |chance: &mut Chance| (usual * exp(0.5 * chance.normal())) as u64;
            rows.push_hour(&mut chance, (name, hour), (executions, failures), duration);
        }
    }
    if planted.contains(&Planted::Schedule) {
        let bad: Vec<bool> = (0..DAYS).map(|day| day % 7 == 6 && chance.uniform() < 0.4).collect();
        let is_bad = |at: i64| bad.get((at / DAY_MS) as usize).copied().unwrap_or(false);
        for at in cron(&mut chance, HOUR_MS, DAYS, 0.005, is_bad) {
            rows.push(SCHEDULED, at, Status::Completed, Some(20_000));
        }
    }
    (rows, planted)
}

/// What came of a report.
struct Scored {
    planted: Vec<Planted>,
    /// Of each planted thing, whether a sentence tells it.
    told: Vec<bool>,
    sentences: usize,
    wrong: Vec<(&'static str, String)>,
}

fn scored(number: usize) -> Scored {
    let (rows, planted) = rows(number);
    let findings = rows.report().findings;
    let told = planted.iter().map(|planted| findings.iter().any(|finding| planted.is_told_by(finding))).collect();
    let wrong = findings.iter().filter(|finding| !planted.iter().any(|planted| planted.is_told_by(finding)));
    let wrong = wrong.map(|finding| {
        let whose = if finding.whose == Whose::All { "all" } else { "one workflow" };
        (
            told::name(finding),
            format!("{} ({whose}, p {:.4}), with {planted:?}", finding.sentence, finding.p_adjusted.unwrap_or(1.0)),
        )
    });
    Scored { told, sentences: findings.len(), wrong: wrong.collect(), planted }
}

/// How many of all sentences are true, for a small run.
pub fn precision(a_row: usize) -> (usize, usize) {
    let all = measure::each(a_row, scored);
    let sentences = all.iter().map(|one| one.sentences).sum::<usize>();
    (sentences - all.iter().map(|one| one.wrong.len()).sum::<usize>(), sentences)
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let all = measure::each(a_row, scored);
    for (_, words) in all.iter().flat_map(|one| &one.wrong) {
        eprintln!("not planted: {words}");
    }
    let sentences = all.iter().map(|one| one.sentences).sum::<usize>();
    let wrong = all.iter().map(|one| one.wrong.len()).sum::<usize>();
    let note = format!("not planted: {}", tally(all.iter().flat_map(|one| one.wrong.iter().map(|(kind, _)| *kind))));
    let measured = Measured::Share { hits: sentences - wrong, of: sentences };
    table.push(GROUP, "true sentences of all", measured, Target::AtLeast(0.95), &note);
    for number in 0..=MOST_PLANTED {
        let of_them: Vec<&Scored> = all.iter().filter(|one| one.planted.len() == number).collect();
        let hits = of_them.iter().filter(|one| !one.wrong.is_empty()).count();
        let name = format!("{number} planted: reports with a sentence that is not true");
        let target = if number == 0 { Target::NullAtMost(0.05) } else { Target::None };
        table.push(GROUP, &name, Measured::Share { hits, of: of_them.len() }, target, "");
    }
    for kind in 0..KINDS {
        let name = Planted::of(kind, 0, DAYS, 0.0).name();
        let pairs = all.iter().flat_map(|one| one.planted.iter().zip(&one.told));
        let told: Vec<bool> = pairs.filter(|(planted, _)| planted.name() == name).map(|(_, told)| *told).collect();
        let hits = told.iter().filter(|told| **told).count();
        table.push(GROUP, &format!("told: {name}"), Measured::Share { hits, of: told.len() }, Target::None, "");
    }
}
