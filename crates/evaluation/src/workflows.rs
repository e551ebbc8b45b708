//! Forty workflows of very different size in one report: how often anything false is told, and how many planted windows are
//! found, by the test of windows alone and by whole reports.

use crate::failures::{self, FLAGSHIP, is_at};
use crate::histories::{Chance, Failures, Plant, Volume, WEEK, history_at};
use crate::measure;
use crate::reports::tally;
use crate::rows::Rows;
use crate::scores::{claimed, hours_of, overlap};
use crate::table::{Measured, Table, Target};
use crate::told;
use execution_heatmap::pattern::{Finding, Kind, MOST_FINDINGS, MOST_OF_A_KIND, WeekWindow, Whose};
use libm::exp;

const GROUP: &str = "Forty workflows";
const WORKFLOWS: usize = 40;
const WEEKS: usize = 13;
/// Executions an hour, of all workflows together.
const AN_HOUR: f64 = 300.0;
const FALSE_DISCOVERY_RATE: f64 = 0.05;
/// What is planted.
const PLANT: Plant = Plant { rate: 0.35, ..FLAGSHIP };

/// A report's rows and the workflows in which a window is planted.
fn rows(planted: usize, number: usize) -> (Rows, Vec<usize>) {
    let mut chance = Chance::of(&format!("evaluate workflows {planted}"), number);
    let mut who: Vec<usize> = Vec::new();
    while who.len() < planted {
        let workflow = 1 + chance.below(24);
        if !who.contains(&workflow) {
            who.push(workflow);
        }
    }
    let weight: f64 = (1..=WORKFLOWS).map(|rank| 1.0 / rank as f64).sum();
    let mut rows = Rows::over(WEEKS * 7);
    for workflow in 0..WORKFLOWS {
        let an_hour = AN_HOUR / (workflow + 1) as f64 / weight;
        let base = chance.between(0.02, 0.1);
        let kind = [Failures::Autoregressive, Failures::Incidents, Failures::BetaBinomial][chance.below(3)];
        // What is planted is a rate, whatever the rate elsewhere.
        let plant = who.contains(&workflow).then_some(&PLANT);
        let history = history_at(&mut chance, WEEKS, an_hour, Volume::Office, kind, plant, base);
        let slowness = chance.wandering(WEEKS * WEEK, 0.3, 6.0);
        let name = format!("workflow-{workflow:02}");
        for (hour, slow) in slowness.into_iter().enumerate() {
            let counts = (history.executions[hour], history.failures[hour]);
            let duration = |chance: &mut Chance| (60_000.0 * exp(slow + 0.6 * chance.normal())) as u64;
            rows.push_hour(&mut chance, (&name, hour), counts, duration);
        }
    }
    (rows, who)
}

/// True if a window touches the planted one at all, as the prototype counted it.
fn touches(window: Option<&WeekWindow>) -> bool {
    let planted: Vec<bool> = (0..WEEK).map(|hour| PLANT.holds(hour)).collect();
    window.is_some_and(|window| overlap(&hours_of(window), &planted) > 0.0)
}

/// What came of one report.
struct Scored {
    /// By windows alone: workflows that are named rightly, and wrongly.
    right: usize,
    wrong: usize,
    /// Whole: the same of sentences.
    told_right: usize,
    told_wrong: Vec<&'static str>,
    /// Sentences for which there was no room.
    more: usize,
    /// The total alone tells the window.
    is_in_total: bool,
}

fn scored(planted: usize, number: usize) -> Scored {
    let (rows, who) = rows(planted, number);
    let looks: Vec<_> = rows.series().iter().map(failures::look).collect();
    let chances: Vec<f64> = looks.iter().map(|look| look.chance).collect();
    let (mut right, mut wrong) = (0, 0);
    for (workflow, look) in
        looks.into_iter().enumerate().filter(|(workflow, _)| claimed(&chances, FALSE_DISCOVERY_RATE)[*workflow])
    {
        let is_right = who.contains(&workflow) && touches(look.claim.and_then(|claim| claim.basis.window).as_ref());
        *(if is_right { &mut right } else { &mut wrong }) += 1;
    }
    let report = rows.report();
    let is_planted_in = |whose: &Whose| match whose {
        Whose::Workflow { id, .. } => who.iter().any(|workflow| *id == format!("workflow-{workflow:02}")),
        _ => false,
    };
    let is_window = |finding: &&Finding| finding.kind == Kind::FailureWindow;
    let is_true_window = |finding: &Finding| {
        (is_planted_in(&finding.whose) || finding.whose == Whose::All && planted > 0)
            && touches(finding.window.as_ref())
    };
    // The report holds all that passed; one that is read has room for the first ones that nothing explains.
    let (mut shown, mut more): (Vec<&Finding>, usize) = (Vec::new(), 0);
    for told in report.findings.iter().filter(|told| told.explained_by.is_none()) {
        let of_a_kind = shown.iter().filter(|other| other.kind == told.kind).count();
        if shown.len() < MOST_FINDINGS && of_a_kind < MOST_OF_A_KIND {
            shown.push(told);
        } else {
            more += 1;
        }
    }
    let told_right = shown.into_iter().filter(is_window).filter(|told| is_true_window(told));
    // An office has hours and weekends; nothing else is there but what was planted.
    let is_of_hours = |told: &Finding| match told.kind {
        Kind::VolumeWindow | Kind::ThroughputWindow if told::is_of_whole_days(told) => told::is_of_quiet_weekends(told),
        Kind::VolumePeak | Kind::VolumeWindow | Kind::ThroughputWindow => true,
        _ => false,
    };
    let is_wrong =
        |told: &&Finding| if told.kind == Kind::FailureWindow { !is_true_window(told) } else { !is_of_hours(told) };
    let in_total = failures::look(&rows.total());
    Scored {
        right,
        wrong,
        told_right: told_right.count().min(planted),
        told_wrong: report.findings.iter().filter(is_wrong).map(told::name).collect(),
        more,
        is_in_total: in_total.chance <= measure::CLAIMED
            && is_at(in_total.claim.and_then(|claim| claim.basis.window).as_ref(), &PLANT),
    }
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let a_row = a_row.div_ceil(10);
    for planted in [0, 1, 4] {
        let all = measure::each(a_row, |number| scored(planted, number));
        let sum = |of: fn(&Scored) -> usize| all.iter().map(of).sum::<usize>();
        let share = |hits, of| Measured::Share { hits, of };
        let wrong = all.iter().filter(|one| one.wrong > 0).count();
        let by_windows = format!("{planted} planted, windows alone");
        let asked = if planted == 0 { Target::NullAtMost(0.05) } else { Target::None };
        table.push(GROUP, &format!("{by_windows}: reports with a false window"), share(wrong, a_row), asked, "");
        if planted > 0 {
            let claims = sum(|one| one.right + one.wrong);
            table.push(
                GROUP,
                &format!("{by_windows}: false among those told"),
                share(sum(|one| one.wrong), claims),
                Target::AtMost(0.05),
                "",
            );
            table.push(
                GROUP,
                &format!("{by_windows}: found"),
                share(sum(|one| one.right), planted * a_row),
                Target::AtLeast(0.78),
                "",
            );
            let pooled = all.iter().filter(|one| one.is_in_total).count();
            table.push(
                GROUP,
                &format!("{planted} planted, the total alone: found"),
                share(pooled, a_row),
                Target::None,
                "",
            );
        }
        let whole = format!("{planted} planted, whole reports");
        let false_ones = all.iter().filter(|one| !one.told_wrong.is_empty()).count();
        let note = tally(all.iter().flat_map(|one| one.told_wrong.iter().copied()));
        table.push(GROUP, &format!("{whole}: with a false sentence"), share(false_ones, a_row), asked, &note);
        if planted > 0 {
            let room = planted.min(MOST_OF_A_KIND) * a_row;
            let note = format!("two of a kind are shown; {} sentences more had no room", sum(|one| one.more));
            table.push(
                GROUP,
                &format!("{whole}: shown of those that there is room for"),
                share(sum(|one| one.told_right), room),
                Target::None,
                &note,
            );
        }
    }
}
