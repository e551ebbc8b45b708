//! Whole reports on structureless history: every kind at once, as a reader gets it, of the total alone and with workflows.

use crate::events::breaks_down;
use crate::histories::{Chance, Failures, History, Volume, WEEK, history};
use crate::measure;
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use crate::told;
use execution_heatmap::pattern::{Finding, Kind, Report};
use libm::exp;

const GROUP: &str = "Whole reports where nothing recurs";
const WEEKS: usize = 13;
const AN_HOUR: f64 = 20.0;
const MOST: f64 = 0.05;
/// Which share of the executions a workflow has.
const WORKFLOWS: [(&str, f64); 3] = [("large", 0.6), ("middle", 0.3), ("small", 0.1)];

/// How executions come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coming {
    Flat,
    Office,
    NegativeBinomial,
    Autoregressive,
    Batches,
}

/// Executions and failures by hour.
fn hours(chance: &mut Chance, coming: Coming, kind: Failures) -> History {
    let shape = if coming == Coming::Office { Volume::Office } else { Volume::Flat };
    let mut history = history(chance, WEEKS, AN_HOUR, shape, kind, None);
    if matches!(coming, Coming::Flat | Coming::Office) {
        return history;
    }
    // Other volume, with failures at the rate of that hour.
    let hours = WEEKS * WEEK;
    let mut expected = vec![AN_HOUR; hours];
    for day in expected.chunks_mut(24) {
        let level = exp(0.2 * chance.normal());
        day.iter_mut().for_each(|mean| *mean *= level);
    }
    match coming {
        Coming::NegativeBinomial => expected.iter_mut().for_each(|mean| *mean *= chance.gamma(3.0) / 3.0),
        Coming::Autoregressive => {
            expected.iter_mut().zip(chance.wandering(hours, 0.6, 6.0)).for_each(|(mean, noise)| *mean *= exp(noise));
        }
        _ => {
            let mut factors = vec![1.0; hours];
            for _ in 0..chance.poisson(WEEKS as f64 * 7.0) {
                let start = chance.below(hours);
                factors.iter_mut().skip(start).take(2).for_each(|factor| *factor = 4.0);
            }
            expected.iter_mut().zip(factors).for_each(|(mean, factor)| *mean *= factor);
        }
    }
    for ((executions, failures), mean) in history.executions.iter_mut().zip(&mut history.failures).zip(expected) {
        let rate = (*failures as f64 + 0.06) / (*executions as f64 + 1.0);
        *executions = chance.poisson(mean);
        *failures = chance.binomial(*executions, rate);
    }
    history
}

/// The rows of three workflows, whose durations cluster too.
fn rows(coming: Coming, kind: Failures, number: usize) -> Rows {
    let mut chance = Chance::of(&format!("evaluate null report {coming:?} {kind:?}"), number);
    let history = hours(&mut chance, coming, kind);
    let slowness = chance.wandering(history.executions.len(), 0.3, 6.0);
    let mut rows = Rows::over(WEEKS * 7);
    for (hour, slow) in slowness.into_iter().enumerate() {
        let (mut executions, mut failures) = (history.executions[hour], history.failures[hour]);
        let mut shares = 1.0;
        for (workflow, share) in WORKFLOWS {
            let part = (share / shares).min(1.0);
            shares -= share;
            let good = chance.binomial(executions - failures, part);
            let bad = chance.binomial(failures, part);
            executions -= good + bad;
            failures -= bad;
            let duration = |chance: &mut Chance| (60_000.0 * exp(slow + 0.6 * chance.normal())) as u64;
            rows.push_hour(&mut chance, (workflow, hour), (good + bad, bad), duration);
        }
    }
    rows
}

/// True of a sentence that is right although nothing was planted: an office has hours, an outage is one, and failures that
/// drift do drift.
fn is_right(finding: &Finding, coming: Coming, kind: Failures) -> bool {
    let holds_two_pm = told::holds_hour(finding, 14);
    match finding.kind {
        Kind::VolumePeak => coming == Coming::Office && holds_two_pm,
        // Its weekends have two fifths of the other days.
        Kind::VolumeWindow | Kind::ThroughputWindow if told::is_of_whole_days(finding) => {
            coming == Coming::Office && told::is_of_quiet_weekends(finding)
        }
        Kind::VolumeWindow | Kind::ThroughputWindow => {
            coming == Coming::Office && told::is_high(finding) == holds_two_pm
        }
        Kind::Incident | Kind::ConsecutiveFailures => breaks_down(kind),
        Kind::Burst => kind == Failures::RetryStorm,
        Kind::Change | Kind::Trend => kind == Failures::DriftAndAutoregressive && told::is_of_failures(finding),
        _ => false,
    }
}

/// Which structureless histories are reported on.
fn histories() -> Vec<(Coming, Failures)> {
    let both = [Coming::Flat, Coming::Office].into_iter().flat_map(|coming| Failures::ALL.map(|kind| (coming, kind)));
    let few = [Failures::Binomial, Failures::Autoregressive, Failures::Incidents, Failures::LongOutage];
    let others = [Coming::NegativeBinomial, Coming::Autoregressive, Coming::Batches].into_iter();
    both.chain(others.flat_map(|coming| few.map(|kind| (coming, kind)))).collect()
}

/// Counts how many of some things there are, most first, in words.
pub fn tally(names: impl Iterator<Item = &'static str>) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for name in names {
        match counts.iter_mut().find(|(other, _)| *other == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    counts.iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

fn report_rows(table: &mut Table, of: &str, report: fn(&Rows) -> Report, a_row: usize) {
    let (mut all, mut spoken) = (0, 0);
    let mut kinds: Vec<&'static str> = Vec::new();
    for (coming, kind) in histories() {
        let wrong = measure::each(a_row, |number| {
            let findings = report(&rows(coming, kind, number)).findings;
            let wrong = findings.into_iter().filter(|finding| !is_right(finding, coming, kind));
            wrong.map(|finding| told::name(&finding)).collect::<Vec<_>>()
        });
        let hits = wrong.iter().filter(|kinds| !kinds.is_empty()).count();
        let name = format!("{of}: {coming:?} volume, {kind:?}");
        let note = tally(wrong.iter().flatten().copied());
        table.push(GROUP, &name, Measured::Share { hits, of: a_row }, Target::NullAtMost(MOST), &note);
        (all, spoken) = (all + a_row, spoken + hits);
        kinds.extend(wrong.into_iter().flatten());
    }
    let note = tally(kinds.into_iter());
    table.push(
        GROUP,
        &format!("{of}: all rows"),
        Measured::Share { hits: spoken, of: all },
        Target::AtMost(MOST),
        &note,
    );
}

/// The share of structureless reports of the total that say anything, for a small run.
pub fn spoken(kinds: &[Failures], a_row: usize) -> (usize, usize) {
    let hits = |kind: Failures| {
        measure::each(a_row, |number| {
            let findings = rows(Coming::Flat, kind, number).report().findings;
            findings.iter().any(|finding| !is_right(finding, Coming::Flat, kind))
        })
    };
    let hits = kinds.iter().flat_map(|kind| hits(*kind)).filter(|hit| *hit).count();
    (hits, kinds.len() * a_row)
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    report_rows(table, "total alone", Rows::report_of_total, a_row.div_ceil(3));
    report_rows(table, "total and three workflows", Rows::report, a_row.div_ceil(5));
}
