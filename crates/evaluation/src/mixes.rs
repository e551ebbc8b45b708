//! A failure rate or a duration that moves because other workflows run, in whole reports: whether that is said where it is
//! planted, and what is said where shares wander, or where workflows themselves do otherwise.

use crate::histories::{Chance, MONDAY};
use crate::measure::{self, MOST_OF_A_ROW};
use crate::reports::tally;
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use crate::told;
use chrono::NaiveDate;
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::{Fact, Finding, Kind, Whose};
use execution_heatmap::zone::HOUR_MS;
use libm::{exp, log};

const GROUP: &str = "Other workflows run (K13)";
const DAYS: usize = 91;
/// Executions an hour, of all workflows together.
const AN_HOUR: f64 = 12.0;
/// A change is told rightly within so many days.
const NEAR: i64 = 5;
/// The workflows: their names, failure rates and the minutes that they take.
const WORKFLOWS: [(&str, f64, f64); 6] = [
    ("one", 0.3, 10.0),
    ("two", 0.05, 1.0),
    ("three", 0.04, 0.5),
    ("four", 0.03, 2.0),
    ("five", 0.06, 1.0),
    ("six", 0.02, 1.5),
];

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moves {
    /// Nothing.
    Nothing,
    /// The share of the first workflow is another one from a day on,
    Share(f64, f64),
    /// or becomes it day by day.
    Slide(f64, f64),
    /// All fail so many times as often from a day on,
    AllFail(f64),
    /// or the second one does.
    OneFails(f64),
    /// All take so many times as long from a day on.
    AllSlower(f64),
}

/// How shares wander: by which deviation of their logarithms, for so many hours.
pub type Wandering = (f64, f64);

/// Shares that do not.
pub const STEADY: Wandering = (0.0, 6.0);

/// Rows of a history, and the day of what happens.
fn rows(moves: Moves, (deviation, memory): Wandering, weekends: bool, number: usize) -> (Rows, usize) {
    let mut chance = Chance::of(&format!("evaluate mix {moves:?} {deviation} {memory} {weekends}"), number);
    let at = DAYS / 3 + chance.below(DAYS / 3);
    let hours = DAYS * 24;
    let common = chance.wandering(hours, 0.4, 6.0);
    let slowness = chance.wandering(hours, 0.2, 6.0);
    let mut rows = Rows::over(DAYS);
    for (workflow, (name, rate, minutes)) in WORKFLOWS.into_iter().enumerate() {
        let wandering = chance.wandering(hours, deviation, memory);
        for hour in 0..hours {
            let (day, is_after) = (hour / 24, hour >= at * 24);
            let first = match moves {
                Moves::Share(before, after) => {
                    if is_after {
                        after
                    } else {
                        before
                    }
                }
                Moves::Slide(before, after) => before + (after - before) * day as f64 / DAYS as f64,
                _ => 0.15,
            };
            let share = if workflow == 0 { first } else { (1.0 - first) / 5.0 };
            // Weekends are the first two workflows', if they are told apart.
            let of_weekday = if weekends && (workflow < 2) != (day % 7 >= 5) { 0.3 } else { 1.0 };
            let rate = match moves {
                Moves::AllFail(times) if is_after => times * rate,
                Moves::OneFails(times) if is_after && workflow == 1 => times * rate,
                _ => rate,
            };
            let rate = 1.0 / (1.0 + exp(-log(rate / (1.0 - rate)) - common[hour]));
            let times = match moves {
                Moves::AllSlower(times) if is_after => times,
                _ => 1.0,
            };
            let usual = 60_000.0 * minutes * times * exp(slowness[hour]);
            let mean = AN_HOUR * share * of_weekday * exp(wandering[hour] - deviation * deviation / 2.0);
            for _ in 0..chance.poisson(mean) {
                let status = if chance.uniform() < rate { Status::Failed } else { Status::Completed };
                let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
                rows.push(name, at_ms, status, Some((usual * exp(0.5 * chance.normal())) as u64));
            }
        }
    }
    (rows, at)
}

/// What is told of failure rates or durations that move.
fn moved(findings: Vec<Finding>) -> Vec<Finding> {
    let is_of_volume = |told: &Finding| !told.sentence.starts_with("Failure") && !told.sentence.starts_with("Median");
    let is_move = |told: &Finding| matches!(told.kind, Kind::Change | Kind::Trend | Kind::Mix);
    findings.into_iter().filter(|told| is_move(told) && !is_of_volume(told)).collect()
}

fn day_of(finding: &Finding) -> Option<i64> {
    finding.evidence.iter().find_map(|(name, fact)| match fact {
        Fact::Date(date) if *name == "changed_on" => {
            MONDAY.parse::<NaiveDate>().ok().map(|monday| (*date - monday).num_days())
        }
        _ => None,
    })
}

/// What a report says of all executions where the first workflow's share has changed, of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// That it moves, and not that others run,
    AsItself,
    /// that others run, and not which or another one,
    Others,
    /// that the first workflow runs more or less often,
    Right,
    /// the same at another day.
    Elsewhere,
}

/// That of a history.
fn told(subject: &str, moves: Moves, wandering: Wandering, number: usize) -> Told {
    let (rows, at) = rows(moves, wandering, false, number);
    let findings = moved(rows.report().findings);
    let told = findings.iter().filter(|told| told.whose == Whose::All && told.sentence.starts_with(subject));
    let judged = told.map(|told| {
        let named = told.evidence.iter().find_map(|(name, fact)| match fact {
            Fact::Text(text) if *name == "mix_workflow" => Some(text.as_str()),
            _ => None,
        });
        let is_near = day_of(told).is_none_or(|day| (day - at as i64).abs() <= NEAR);
        match (told.kind, named) {
            (Kind::Mix, Some("one")) if is_near || matches!(moves, Moves::Slide(..)) => Told::Right,
            (Kind::Mix, Some("one")) => Told::Elsewhere,
            (Kind::Mix, _) => Told::Others,
            _ => Told::AsItself,
        }
    });
    // What comes first is what is read first.
    judged.into_iter().next().unwrap_or(Told::Nothing)
}

/// What is planted: name, the sentences' first word, what happens.
pub const PLANTED: [(&str, &str, Moves); 6] = [
    ("failures: one that fails more, 5 → 40 %", "Failure", Moves::Share(0.05, 0.4)),
    ("failures: one that fails more, 10 → 25 %", "Failure", Moves::Share(0.1, 0.25)),
    ("failures: one that fails more, 25 → 0 %", "Failure", Moves::Share(0.25, 0.0)),
    ("failures: one that fails more, slides 5 → 40 %", "Failure", Moves::Slide(0.05, 0.4)),
    ("durations: one that takes longer, 5 → 40 %", "Median", Moves::Share(0.05, 0.4)),
    ("durations: one that takes longer, 25 → 0 %", "Median", Moves::Share(0.25, 0.0)),
];

/// How many of so many histories are told as what.
pub fn counts(subject: &str, moves: Moves, wandering: Wandering, a_row: usize) -> impl Fn(Told) -> usize + use<> {
    let all = measure::each(a_row, |number| told(subject, moves, wandering, number));
    move |what| all.iter().filter(|told| **told == what).count()
}

/// Which moves of failure rates and durations are told of so many histories in which nothing moves.
pub fn spoken(wandering: Wandering, weekends: bool, a_row: usize) -> Vec<Vec<&'static str>> {
    measure::each(a_row, |number| {
        let told = moved(rows(Moves::Nothing, wandering, weekends, number).0.report().findings);
        told.iter().for_each(|told| eprintln!("nothing moves: {}", told.sentence));
        told.iter().map(told::name).collect()
    })
}

/// In how many it is said that others run, where workflows themselves do otherwise.
pub fn false_mixes(moves: Moves, wandering: Wandering, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let told = moved(rows(moves, wandering, false, number).0.report().findings);
        let is_mix = |told: &&Finding| told.kind == Kind::Mix;
        told.iter().filter(is_mix).for_each(|told| eprintln!("{moves:?}: {}", told.sentence));
        told.iter().any(|told| is_mix(&told))
    })
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let a_row = a_row.div_ceil(10);
    for (name, subject, moves) in PLANTED {
        for wandering in [STEADY, (0.4, 24.0)] {
            let count = counts(subject, moves, wandering, a_row);
            let how = if wandering == STEADY { "steady shares" } else { "shares that wander for a day" };
            let note = format!(
                "{} at another day, {} as other workflows, {} as a change of its own, {} silent",
                count(Told::Elsewhere),
                count(Told::Others),
                count(Told::AsItself),
                count(Told::Nothing)
            );
            let measured = Measured::Share { hits: count(Told::Right), of: a_row };
            table.push(GROUP, &format!("{name}, {how}: told as that"), measured, Target::None, &note);
        }
    }
    let nulls: [(&str, Wandering, bool); 5] = [
        ("steady shares", STEADY, false),
        ("shares that wander for 6 hours", (0.5, 6.0), false),
        ("shares that wander for a day", (0.5, 24.0), false),
        ("shares that wander for two days", (0.5, 48.0), false),
        ("others on weekends", STEADY, true),
    ];
    let mut spoken_of_all = 0;
    for (name, wandering, weekends) in nulls {
        let told = spoken(wandering, weekends, a_row);
        let hits = told.iter().filter(|told| !told.is_empty()).count();
        let note = tally(told.into_iter().flatten());
        let name = format!("{name}: reports of failure rates or durations that move");
        table.push(GROUP, &name, Measured::Share { hits, of: a_row }, Target::NullAtMost(MOST_OF_A_ROW), &note);
        spoken_of_all += hits;
    }
    let measured = Measured::Share { hits: spoken_of_all, of: nulls.len() * a_row };
    let name = "nothing moves, all rows: reports of failure rates or durations that move";
    table.push(GROUP, name, measured, Target::AtMost(measure::MOST_OF_ALL), "");
    let within = [
        ("all fail three times as often", Moves::AllFail(3.0)),
        ("one fails six times as often", Moves::OneFails(6.0)),
        ("all take half as long again", Moves::AllSlower(1.5)),
    ];
    for (name, moves) in within {
        let name = format!("{name}, shares that wander for a day: told as others that run");
        let measured = false_mixes(moves, (0.4, 24.0), a_row);
        table.push(GROUP, &name, measured, Target::NullAtMost(MOST_OF_A_ROW), "");
    }
}
