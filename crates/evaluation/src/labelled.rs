//! Real series that people have labelled: those of the Numenta Anomaly Benchmark that count something, with its windows, for
//! bursts, silences and changes; and those of the Turing Change Point Dataset, with its annotators, for changes. A report
//! tells one burst, one silence and one change of a series at most, so what is found of many is little.

use crate::changes::told_all;
use crate::daily::{series, series_of};
use crate::shared;
use crate::table::{Measured, Table, Target};
use chrono::{NaiveDate, NaiveDateTime};
use execution_heatmap::pattern::daily::Measure;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::{Series, burst, change, silence};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const NAB: &str = "Labelled anomalies (NAB)";
const TCPD: &str = "Labelled changes (TCPD)";
/// The series of NAB whose values are counts.
const COUNTED: [&str; 12] = [
    "realTweets/Twitter_volume_AAPL.csv",
    "realTweets/Twitter_volume_AMZN.csv",
    "realTweets/Twitter_volume_CRM.csv",
    "realTweets/Twitter_volume_CVS.csv",
    "realTweets/Twitter_volume_FB.csv",
    "realTweets/Twitter_volume_GOOG.csv",
    "realTweets/Twitter_volume_IBM.csv",
    "realTweets/Twitter_volume_KO.csv",
    "realTweets/Twitter_volume_PFE.csv",
    "realTweets/Twitter_volume_UPS.csv",
    "realKnownCause/nyc_taxi.csv",
    "realAWSCloudwatch/elb_request_count_8c0756.csv",
];
const CLAIMED: f64 = 0.05;
/// A change is at a label if at most so many observations lie between (as the benchmark has it).
const MARGIN: usize = 5;

fn moment(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text.get(..19)?, "%Y-%m-%d %H:%M:%S").ok()
}

/// The whole days of a counted series, and the date of the first one.
fn counted(text: &str) -> Option<(Series, NaiveDate)> {
    let mut hours: BTreeMap<(NaiveDate, usize), f64> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let (at, value) = line.split_once(',')?;
        let at = moment(at)?;
        let hour = chrono::Timelike::hour(&at) as usize;
        *hours.entry((at.date(), hour)).or_default() += value.parse::<f64>().ok()?;
    }
    // The first and the last date are not whole.
    let first = hours.keys().next()?.0.succ_opt()?;
    let days = (hours.keys().last()?.0 - first).num_days();
    let count = |day: usize, hour: usize| {
        let date = first + chrono::Days::new(day as u64);
        let executions = hours.get(&(date, hour)).map_or(0, |sum| *sum as u64);
        Hour { executions, decided: executions, ..Hour::default() }
    };
    let made = series_of(usize::try_from(days).ok()?, count, Vec::new());
    Some((made, first))
}

/// The moment of a place in a series that was made from another first date.
fn at(series: &Series, first: NaiveDate, (date, hour): (NaiveDate, u8)) -> Option<NaiveDateTime> {
    let days = (date - series.days.first()?.date).num_days();
    (first + chrono::Duration::days(days)).and_hms_opt(u32::from(hour), 0, 0)
}

fn anomalies(table: &mut Table) {
    let labels =
        shared::text("nab/labels/combined_windows.json").and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let Some(labels) = labels else {
        table.push(NAB, "bursts and silences", Measured::NotThere, Target::None, "");
        return;
    };
    let (mut windows, mut found, mut said, mut right) = (0, 0, 0, 0);
    let (mut changes, mut changes_right) = (0, 0);
    for name in COUNTED {
        let Some((series, first)) = shared::text(&format!("nab/data/{name}")).and_then(|text| counted(&text)) else {
            continue;
        };
        let spans: Vec<(NaiveDateTime, NaiveDateTime)> = labels
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|span| Some((moment(span.get(0)?.as_str()?)?, moment(span.get(1)?.as_str()?)?)))
            .collect();
        let bursts = burst::look(&series);
        let burst = bursts.claim.filter(|_| bursts.chance <= CLAIMED).map(|claim| claim.facts.at);
        let silences = silence::look(&series, None);
        let silence = silences.claim.filter(|_| silences.chance <= CLAIMED).map(|claim| claim.facts.from);
        let told: Vec<NaiveDateTime> =
            [burst, silence].into_iter().flatten().filter_map(|place| at(&series, first, place)).collect();
        let is_within =
            |at: &NaiveDateTime| spans.iter().any(|(from, to)| (from.date()..=to.date()).contains(&at.date()));
        windows += spans.len();
        found += spans
            .iter()
            .filter(|(from, to)| told.iter().any(|at| (from.date()..=to.date()).contains(&at.date())))
            .count();
        said += told.len();
        right += told.iter().filter(|at| is_within(at)).count();
        let shifts = change::looks(&series, Measure::Volume).into_iter().filter(|look| look.chance <= CLAIMED);
        let shifts = shifts.filter_map(|look| at(&series, first, (look.claim?.facts.from, 12)));
        let shifts: Vec<NaiveDateTime> = shifts.collect();
        changes += shifts.len();
        changes_right += shifts.iter().filter(|at| is_within(at)).count();
        eprintln!("{name}: {} windows, told {told:?}, changes {shifts:?}", spans.len());
    }
    let share = |hits, of| Measured::Share { hits, of };
    table.push(
        NAB,
        "labelled windows in which a burst or a silence is told",
        share(found, windows),
        Target::None,
        "12 series of counts; labels are incomplete",
    );
    table.push(NAB, "bursts and silences that lie in a labelled window", share(right, said), Target::None, "");
    table.push(NAB, "changes that lie in a labelled window", share(changes_right, changes), Target::None, "");
}

/// Precision and recall of changes within the margin, put together; the beginning counts as one for all, as the benchmark
/// has it. Precision against all annotators together, recall as the mean over them.
fn f1(annotated: &[BTreeSet<usize>], told: &BTreeSet<usize>) -> f64 {
    let matched = |truth: &BTreeSet<usize>| {
        let mut free = told.clone();
        truth
            .iter()
            .filter(|place| {
                let near = free
                    .iter()
                    .copied()
                    .filter(|one| one.abs_diff(**place) <= MARGIN)
                    .min_by_key(|one| one.abs_diff(**place));
                near.is_some_and(|one| free.remove(&one))
            })
            .count() as f64
    };
    let together: BTreeSet<usize> = annotated.iter().flatten().copied().collect();
    let precision = matched(&together) / told.len().max(1) as f64;
    let recall = annotated.iter().map(|truth| matched(truth) / truth.len().max(1) as f64).sum::<f64>()
        / annotated.len().max(1) as f64;
    if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}

/// How well the stretches between what is told cover those between what is annotated, as the mean over annotators.
fn covering(annotated: &[BTreeSet<usize>], told: &BTreeSet<usize>, length: usize) -> f64 {
    let stretches = |places: &BTreeSet<usize>| -> Vec<(usize, usize)> {
        let ends = places.iter().copied().skip(1).chain([length]);
        places.iter().copied().zip(ends).collect()
    };
    let ours = stretches(told);
    let of = |truth: &BTreeSet<usize>| {
        let best = |(from, to): (usize, usize)| {
            let shared = |(a, b): (usize, usize)| to.min(b).saturating_sub(from.max(a)) as f64;
            let joined = |(a, b): (usize, usize)| (to.max(b) - from.min(a)) as f64;
            let scores = ours.iter().map(|one| if shared(*one) > 0.0 { shared(*one) / joined(*one) } else { 0.0 });
            (to - from) as f64 * scores.fold(0.0, f64::max)
        };
        stretches(truth).into_iter().map(best).sum::<f64>() / length as f64
    };
    annotated.iter().map(of).sum::<f64>() / annotated.len().max(1) as f64
}

/// A labelled series.
struct Annotated {
    /// Its values, in deviations from their mean.
    values: Vec<Option<f64>>,
    /// What each annotator marked, and the beginning.
    sets: Vec<BTreeSet<usize>>,
}

/// A series with one measure alone, and what its annotators marked.
fn annotated(name: &str, marks: &Value) -> Option<Annotated> {
    let text = shared::text(&format!("tcpd/datasets/{name}/{name}.json"))?;
    let data: Value = serde_json::from_str(&text).ok()?;
    let measures = data.get("series")?.as_array()?;
    if measures.len() != 1 {
        return None;
    }
    let values: Vec<Option<f64>> = measures.first()?.get("raw")?.as_array()?.iter().map(Value::as_f64).collect();
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let deviation = libm::sqrt(known.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / known.len() as f64);
    let values = values.into_iter().map(|one| one.map(|one| (one - mean) / deviation.max(1e-12))).collect();
    let sets = marks.as_object()?.values().map(|places| {
        let places = places.as_array().into_iter().flatten().filter_map(Value::as_u64).map(|place| place as usize);
        places.chain([0]).collect()
    });
    Some(Annotated { values, sets: sets.collect() })
}

fn changes(table: &mut Table) {
    let marks = shared::text("tcpd/annotations.json").and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let Some(marks) = marks.as_ref().and_then(Value::as_object) else {
        table.push(TCPD, "changes", Measured::NotThere, Target::None, "");
        return;
    };
    let (mut number, mut told_number) = (0.0, 0);
    let mut sums = [0.0; 4];
    for (name, marks) in marks {
        let Some(Annotated { values, sets }) = annotated(name, marks) else { continue };
        // An observation stands for a day; half a deviation is what the made-up series have too.
        let made = series(&values, Measure::Duration, 0.5);
        let places = told_all(&made);
        let none = BTreeSet::from([0]);
        let told: BTreeSet<usize> = none.iter().copied().chain(places.iter().copied()).collect();
        let length = values.len();
        let scores =
            [f1(&sets, &told), f1(&sets, &none), covering(&sets, &told, length), covering(&sets, &none, length)];
        eprintln!("{name} ({length}): told {places:?}, scores {scores:.2?}");
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        number += 1.0;
        told_number += places.len();
    }
    let note = format!("{number} series, {told_number} changes told");
    let names = ["F1, margin 5", "F1 of saying nothing", "covering", "covering of saying nothing"];
    for (name, sum) in names.into_iter().zip(sums) {
        table.push(TCPD, name, Measured::Number(sum / f64::max(number, 1.0)), Target::None, &note);
    }
}

/// Measures them.
pub fn run(table: &mut Table, _: usize) {
    anomalies(table);
    changes(table);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(places: &[usize]) -> BTreeSet<usize> {
        places.iter().copied().collect()
    }

    #[test]
    fn changes_are_scored_as_the_benchmark_does() {
        let check = |annotated: &[BTreeSet<usize>], told: &[usize], expected_f1: f64, expected_covering: f64| {
            let (one, other) = (f1(annotated, &set(told)), covering(annotated, &set(told), 100));
            assert!((one - expected_f1).abs() < 1e-9, "{told:?}: {one}");
            assert!((other - expected_covering).abs() < 1e-9, "{told:?}: {other}");
        };
        let one = [set(&[0, 50])];
        check(&one, &[0, 50], 1.0, 1.0);
        check(&one, &[0, 53], 1.0, 0.5 * 50.0 / 53.0 + 0.5 * 47.0 / 50.0);
        check(&one, &[0], 2.0 / 3.0, 0.5);
        check(&one, &[0, 80], 0.5, 0.5 * 50.0 / 80.0 + 0.5 * 20.0 / 50.0);
        // One annotator saw nothing.
        check(&[set(&[0, 50]), set(&[0])], &[0, 50], 1.0, 0.75);
    }
}
