//! Failure windows of the week, in one series: what structureless failures say, and what is found of planted windows.

use crate::histories::{Chance, Failures, History, Plant, Volume, WEEK, history};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::scores::{hours_of, overlap};
use crate::singles::series_of;
use crate::table::{Measured, Table, Target};
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{FEW, Kind, Look, MANY, Series, WeekWindow, outcome_window};

const GROUP: &str = "Failure windows (K1)";
/// A chance within this factor of the decision is looked at again with more shuffles, as a report does.
const CLOSE: f64 = 3.0;

/// Backgrounds in which windows are planted.
pub const BACKGROUNDS: [Failures; 4] =
    [Failures::Binomial, Failures::Autoregressive, Failures::Incidents, Failures::RetryStorm];

/// Mondays 9 to 11 at 31 % against 6 %, in 85 % of weeks.
pub const FLAGSHIP: Plant = Plant { days: &[0], hours: (9, 11), rate: 0.31, weeks: 0.85 };
/// The same hours at 15 %.
pub const FAINT: Plant = Plant { days: &[0], hours: (9, 11), rate: 0.15, weeks: 0.85 };
/// Daily from 2 to 3 at 20 %.
pub const NIGHTLY: Plant = Plant { days: &[0, 1, 2, 3, 4, 5, 6], hours: (2, 3), rate: 0.2, weeks: 0.9 };
/// Weekdays 14 to 17 at 10 %.
pub const AFTERNOONS: Plant = Plant { days: &[0, 1, 2, 3, 4], hours: (14, 17), rate: 0.1, weeks: 1.0 };
/// Saturdays at 15 %.
pub const SATURDAYS: Plant = Plant { days: &[5], hours: (0, 24), rate: 0.15, weeks: 0.9 };
/// Saturdays 2 to 4, as [`FLAGSHIP`] otherwise: a seventh of its executions.
pub const SATURDAY_NIGHTS: Plant = Plant { days: &[5], hours: (2, 4), rate: 0.31, weeks: 0.85 };

/// Two planted windows: name, windows, weeks, target of both being told in per cent.
const PAIRS: [(&str, [Plant; 2], usize, u32); 4] = [
    ("Mondays 9–11 and Saturdays 2–4, 31 v 6 %", [FLAGSHIP, SATURDAY_NIGHTS], 13, 70),
    ("Mondays 9–11 and Saturdays 2–4, 31 v 6 %", [FLAGSHIP, SATURDAY_NIGHTS], 26, 90),
    ("daily 2–3, 20 v 6 %, and weekdays 14–17, 10 v 6 %", [NIGHTLY, AFTERNOONS], 13, 0),
    ("daily 2–3, 20 v 6 %, and weekdays 14–17, 10 v 6 %", [NIGHTLY, AFTERNOONS], 26, 0),
];

/// Windows beside which there is no other one.
const ALONE: [(&str, Plant); 4] = [
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP),
    ("daily 2–3, 20 v 6 %", NIGHTLY),
    ("weekdays 14–17, 10 v 6 %", AFTERNOONS),
    ("Saturdays, 15 v 6 %", SATURDAYS),
];

/// Planted windows with the targets over the backgrounds: name, window, weeks, executions an hour, targets in per cent.
const PLANTED: [(&str, Plant, usize, f64, [u32; 4]); 11] = [
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 13, 20.0, [95, 95, 98, 92]),
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 13, 5.0, [98, 85, 95, 80]),
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 8, 20.0, [98, 75, 93, 65]),
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 26, 20.0, [100, 100, 100, 100]),
    ("daily 2–3, 20 v 6 %", NIGHTLY, 13, 20.0, [98, 98, 98, 90]),
    ("Mondays 9–11, 15 v 6 %", FAINT, 13, 20.0, [97, 40, 65, 25]),
    ("Mondays 9–11, 15 v 6 %", FAINT, 26, 20.0, [100, 75, 97, 60]),
    ("weekdays 14–17, 10 v 6 %", AFTERNOONS, 13, 20.0, [98, 82, 95, 45]),
    ("Saturdays, 15 v 6 %", SATURDAYS, 13, 20.0, [98, 65, 92, 78]),
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 13, 100.0, [0, 0, 0, 0]),
    ("Mondays 9–11, 31 v 6 %", FLAGSHIP, 26, 5.0, [0, 100, 100, 0]),
];

/// Looks for windows of failures, a second time with more shuffles where it is close.
pub fn look(series: &Series) -> Look<outcome_window::Facts> {
    look_for(series, Outcome::Failed)
}

/// The same of any outcome.
pub fn look_for(series: &Series, outcome: Outcome) -> Look<outcome_window::Facts> {
    let look = outcome_window::look(series, outcome, FEW);
    if is_close(&look) { outcome_window::look(series, outcome, MANY) } else { look }
}

/// Looks for several, likewise.
pub fn looks(series: &Series) -> Vec<Look<outcome_window::Facts>> {
    let looks = outcome_window::looks(series, Outcome::Failed, FEW);
    if looks.iter().any(is_close) { outcome_window::looks(series, Outcome::Failed, MANY) } else { looks }
}

fn is_close(look: &Look<outcome_window::Facts>) -> bool {
    (CLAIMED / CLOSE..=CLAIMED * CLOSE).contains(&look.chance)
}

/// The series of a history.
pub fn series(history: &History) -> Series {
    series_of(&history.executions, &history.failures)
}

/// The least overlap at which a window is a planted one.
pub const LEAST_OVERLAP: f64 = 0.5;

/// True if a window has at least half of its hours in common with a planted one.
pub fn is_at(window: Option<&WeekWindow>, plant: &Plant) -> bool {
    let planted: Vec<bool> = (0..WEEK).map(|hour| plant.holds(hour)).collect();
    window.is_some_and(|window| overlap(&hours_of(window), &planted) >= LEAST_OVERLAP)
}

/// The window that is claimed of a history.
pub fn told(history: &History) -> Option<WeekWindow> {
    let look = look(&series(history));
    look.claim.filter(|_| look.chance <= CLAIMED).and_then(|claim| claim.basis.window)
}

/// The share of planted windows that are found at their place.
pub fn found(weeks: usize, an_hour: f64, kind: Failures, plant: Plant, a_row: usize) -> Measured {
    measure::hits(a_row, |number| is_at(told(&planted(weeks, an_hour, kind, &plant, number)).as_ref(), &plant))
}

/// A history in which the window is planted.
pub fn planted(weeks: usize, an_hour: f64, kind: Failures, plant: &Plant, number: usize) -> History {
    let words = format!("evaluate plant {weeks} {an_hour} {kind:?} {plant:?}");
    history(&mut Chance::of(&words, number), weeks, an_hour, Volume::Office, kind, Some(plant))
}

/// A history in which nothing is.
pub fn structureless(weeks: usize, an_hour: f64, volume: Volume, kind: Failures, number: usize) -> History {
    let words = format!("evaluate null {weeks} {an_hour} {volume:?} {kind:?}");
    history(&mut Chance::of(&words, number), weeks, an_hour, volume, kind, None)
}

/// A null row.
pub fn null(weeks: usize, an_hour: f64, volume: Volume, kind: Failures) -> Null {
    let chance = move |number: usize| look(&series(&structureless(weeks, an_hour, volume, kind, number))).chance;
    (format!("{weeks} weeks, {an_hour} an hour, {volume:?}, {kind:?}"), Box::new(chance))
}

/// A null row of so many days from a Wednesday on, whose first and last weeks are parts of weeks.
fn null_from_wednesday(days: usize, kind: Failures) -> Null {
    let chance = move |number: usize| {
        let whole = series(&structureless((2 + days).div_ceil(7), 20.0, Volume::Office, kind, number));
        let days = whole.days.into_iter().skip(2).take(days).collect();
        look(&Series::new(whole.whose, days, Vec::new(), Vec::new())).chance
    };
    (format!("{days} days from a Wednesday on, 20 an hour, Office, {kind:?}"), Box::new(chance))
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let rows =
        [8, 13, 26].into_iter().flat_map(|weeks| Failures::ALL.map(|kind| null(weeks, 20.0, Volume::Office, kind)));
    measure::nulls(table, GROUP, "failure window", rows.collect(), a_row, MOST_OF_A_ROW);
    let edges = [
        (5, 20.0, Volume::Office),
        (6, 20.0, Volume::Office),
        (7, 20.0, Volume::Office),
        (52, 20.0, Volume::Office),
        (13, 1.0, Volume::Office),
        (13, 3.0, Volume::Office),
        (13, 200.0, Volume::Office),
        (13, 20.0, Volume::Flat),
    ];
    let kinds = [
        Failures::Binomial,
        Failures::Autoregressive,
        Failures::Incidents,
        Failures::RetryStorm,
        Failures::LouderInOfficeHours,
    ];
    let rows =
        edges.into_iter().flat_map(|(weeks, an_hour, volume)| kinds.map(|kind| null(weeks, an_hour, volume, kind)));
    let rows = rows.chain([38, 45, 60].into_iter().flat_map(|days| kinds.map(|kind| null_from_wednesday(days, kind))));
    measure::nulls(table, GROUP, "failure window, edges", rows.collect(), a_row.div_ceil(2), MOST_OF_A_ROW);
    for (name, plant, weeks, an_hour, targets) in PLANTED {
        for (kind, target) in BACKGROUNDS.into_iter().zip(targets) {
            let target = if target == 0 { Target::None } else { Target::AtLeast(f64::from(target) / 100.0) };
            let measured = found(weeks, an_hour, kind, plant, a_row);
            table.push(GROUP, &format!("{name}, {weeks} weeks, {an_hour} an hour, {kind:?}"), measured, target, "");
        }
    }
    for kind in BACKGROUNDS {
        let measured = measure::hits(a_row.div_ceil(2), |number| {
            let findings = planted(13, 20.0, kind, &FLAGSHIP, number).report().findings;
            findings.iter().any(|told| told.kind == Kind::FailureWindow && is_at(told.window.as_ref(), &FLAGSHIP))
        });
        let name = format!("Mondays 9–11, 31 v 6 %, 13 weeks, 20 an hour, {kind:?}, as a whole report tells it");
        table.push(GROUP, &name, measured, Target::None, "corrected for the other kinds");
    }
    two_at_once(table, a_row.div_ceil(2));
    false_seconds(table, a_row);
    every_other_week(table, a_row.div_ceil(2));
}

/// A history in which two windows are planted.
pub fn planted_both(weeks: usize, kind: Failures, [one, other]: &[Plant; 2], number: usize) -> History {
    let mut chance = Chance::of(&format!("evaluate two windows {weeks} {kind:?} {one:?} {other:?}"), number);
    let mut history = history(&mut chance, weeks, 20.0, Volume::Office, kind, Some(one));
    let more = (other.rate - 0.06) / (1.0 - 0.06);
    let active: Vec<bool> = (0..weeks).map(|_| chance.uniform() < other.weeks).collect();
    for (hour, (executions, failures)) in history.executions.iter().zip(&mut history.failures).enumerate() {
        if active[hour / WEEK] && other.holds(hour % WEEK) {
            *failures += chance.binomial(executions - *failures, more);
        }
    }
    history
}

/// Of two planted windows, whether each is told.
pub fn pair_told(weeks: usize, kind: Failures, pair: &[Plant; 2], number: usize) -> [bool; 2] {
    let looks = looks(&series(&planted_both(weeks, kind, pair, number)));
    let told = || looks.iter().filter(|look| look.chance <= CLAIMED).filter_map(|look| look.claim.as_ref());
    pair.each_ref().map(|plant| told().any(|claim| is_at(claim.basis.window.as_ref(), plant)))
}

/// Two windows in one history: how often each is told, and both.
fn two_at_once(table: &mut Table, a_row: usize) {
    for (name, pair, weeks, target) in PAIRS {
        for kind in BACKGROUNDS {
            let told = measure::each(a_row, |number| pair_told(weeks, kind, &pair, number));
            let mut push = |what: &str, is_hit: &dyn Fn(&[bool; 2]) -> bool, target| {
                let hits = told.iter().filter(|told| is_hit(told)).count();
                let name = format!("{name}, {weeks} weeks, {kind:?}: {what}");
                table.push(GROUP, &name, Measured::Share { hits, of: a_row }, target, "");
            };
            let target = if target == 0 { Target::None } else { Target::AtLeast(f64::from(target) / 100.0) };
            push("the first of them is told", &|told| told[0], Target::None);
            push("the second", &|told| told[1], Target::None);
            push("both", &|told| told[0] && told[1], target);
        }
    }
    for kind in BACKGROUNDS {
        let (name, pair, weeks, _) = PAIRS[1];
        let measured = measure::hits(a_row, |number| {
            let findings = planted_both(weeks, kind, &pair, number).report().findings;
            let windows = || findings.iter().filter(|told| told.kind == Kind::FailureWindow);
            pair.iter().all(|plant| windows().any(|told| is_at(told.window.as_ref(), plant)))
        });
        let name = format!("{name}, {weeks} weeks, {kind:?}: both, as a whole report tells it");
        table.push(GROUP, &name, measured, Target::None, "corrected for the other kinds");
    }
}

/// A null row of a second window beside a planted one.
pub fn none_beside(name: &str, plant: Plant, weeks: usize, kind: Failures) -> Null {
    let chance = move |number: usize| {
        looks(&series(&planted(weeks, 20.0, kind, &plant, number))).get(1).map_or(1.0, |look| look.chance)
    };
    (format!("beside {name}, {weeks} weeks, {kind:?}"), Box::new(chance))
}

/// One window in a history: how often a second one is told.
fn false_seconds(table: &mut Table, a_row: usize) {
    let kinds = BACKGROUNDS.into_iter().chain([Failures::LouderInOfficeHours]);
    let each = |kind| ALONE.into_iter().flat_map(move |alone| [13, 26].map(|weeks| (kind, alone, weeks)));
    let rows = kinds.flat_map(each).map(|(kind, (name, plant), weeks)| none_beside(name, plant, weeks, kind));
    measure::nulls(table, GROUP, "a second failure window", rows.collect(), a_row, MOST_OF_A_ROW);
}

/// A window in every other week alone. By chance it is above the rest in some of the weeks between too, so most weeks hold
/// it, and it is told as a weekly one.
fn every_other_week(table: &mut Table, a_row: usize) {
    let measured = measure::hits(a_row, |number| {
        let mut chance = Chance::of("evaluate every other week", number);
        let mut history = history(&mut chance, 26, 20.0, Volume::Office, Failures::Binomial, None);
        for (hour, (executions, failures)) in history.executions.iter().zip(&mut history.failures).enumerate() {
            if (hour / WEEK).is_multiple_of(2) && FLAGSHIP.holds(hour % WEEK) {
                *failures += chance.binomial(executions - *failures, 0.27);
            }
        }
        let look = look(&series(&history));
        look.chance <= CLAIMED && is_at(look.claim.and_then(|claim| claim.basis.window).as_ref(), &FLAGSHIP)
    });
    table.push(GROUP, "Mondays 9–11 in every other of 26 weeks, Binomial", measured, Target::None, "told as weekly");
}
