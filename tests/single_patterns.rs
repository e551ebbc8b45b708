//! What the kinds that are about single events claim on series whose truth is known: structureless ones stay silent at
//! least 19 times in 20, planted events are found where they are.
//!
//! `HISTORIES=400 cargo test --release --test single_patterns -- --nocapture` measures with 400 histories a row and
//! prints the rows.

#[path = "support/histories.rs"]
mod histories;
#[path = "support/singles.rs"]
mod singles;

use execution_heatmap::pattern::{Look, Series, burst, silence};
use histories::{Chance, Failures, Volume, history};
use singles::{Event, Rhythm, hourly, series_of};

/// Histories a row: so many that the whole file takes seconds, unless the environment asks for more.
fn histories(usual: usize) -> usize {
    std::env::var("HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// The chance of at least `count` of `of` at a rate.
fn at_least(count: u64, of: u64, rate: f64) -> f64 {
    let choose =
        |k: u64| libm::lgamma(of as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((of - k) as f64 + 1.0);
    let one = |k: u64| libm::exp(choose(k) + k as f64 * libm::log(rate) + (of - k) as f64 * libm::log(1.0 - rate));
    if count == 0 { 1.0 } else { (count..=of).map(one).sum::<f64>().min(1.0) }
}

/// The most that a rule with that true rate stays at or below in 999 of 1,000 runs.
fn most_at(rate: f64, of: usize) -> usize {
    (0..of).find(|most| at_least(*most as u64 + 1, of as u64, rate) < 0.001).unwrap_or(of)
}

/// The least that a rule with that true rate reaches in 999 of 1,000 runs.
fn least_at(rate: f64, of: usize) -> usize {
    of - most_at(1.0 - rate, of)
}

/// What a null row may reach.
const MOST_OF_A_ROW: f64 = 0.05;

fn is_said<Facts>(look: &Look<Facts>) -> bool {
    look.claim.is_some() && look.chance <= 0.05
}

/// How many histories of a row speak, and how many of them at the right place.
fn row(
    words: &str,
    weeks: usize,
    (an_hour, rhythm, event): (f64, Rhythm, Event),
    look: impl Fn(&Series) -> Option<std::ops::Range<usize>>,
) -> (usize, usize, usize) {
    let a_row = histories(30);
    let (mut said, mut right) = (0, 0);
    let length = match event {
        Event::Silence(length) => length,
        _ => 2,
    };
    for number in 0..a_row {
        let mut chance = Chance::of(&format!("{words} {weeks} {an_hour} {rhythm:?} {event:?}"), number);
        let (executions, at) = hourly(&mut chance, weeks, an_hour, rhythm, event);
        if let Some(place) = look(&series_of(&executions, &[])) {
            said += 1;
            right += usize::from(place.start < at + length && place.end > at);
        }
    }
    println!("{words} {weeks} weeks {an_hour}/h {rhythm:?} {event:?}: {said} of {a_row} speak, {right} right");
    (said, right, a_row)
}

/// The hours that a claim of silence is about.
fn silent_hours(series: &Series) -> Option<std::ops::Range<usize>> {
    let look = silence::look(series);
    let facts = is_said(&look).then_some(look.claim?.facts)?;
    let start = (facts.from.0 - series.days.first()?.date).num_days() as usize * 24 + usize::from(facts.from.1);
    Some(start..start + facts.hours)
}

#[test]
fn silence() {
    for an_hour in [2.0, 10.0] {
        for rhythm in Rhythm::ALL {
            for weeks in [8, 13] {
                let (said, _, of) = row("silence", weeks, (an_hour, rhythm, Event::Nothing), silent_hours);
                assert!(said <= most_at(MOST_OF_A_ROW, of), "{an_hour} {rhythm:?}: {said} of {of}");
            }
        }
    }
    for rhythm in Rhythm::ALL {
        for (an_hour, length) in [(2.0, 12), (10.0, 6), (10.0, 12)] {
            row("silence", 8, (an_hour, rhythm, Event::Silence(length)), silent_hours);
        }
    }
}

/// The hour that a claim of a burst is about.
fn burst_hours(series: &Series) -> Option<std::ops::Range<usize>> {
    let look = burst::look(series);
    let facts = is_said(&look).then_some(look.claim?.facts)?;
    let start = (facts.at.0 - series.days.first()?.date).num_days() as usize * 24 + usize::from(facts.at.1);
    Some(start..start + 1)
}

#[test]
fn bursts() {
    for an_hour in [2.0, 10.0, 100.0] {
        for rhythm in Rhythm::ALL {
            for weeks in [8, 13] {
                let (said, _, of) = row("burst", weeks, (an_hour, rhythm, Event::Nothing), burst_hours);
                assert!(said <= most_at(MOST_OF_A_ROW, of), "{an_hour} {rhythm:?}: {said} of {of}");
            }
        }
    }
    for rhythm in Rhythm::ALL {
        for (an_hour, times) in [(2.0, 10.0), (2.0, 20.0), (10.0, 10.0), (10.0, 20.0), (100.0, 10.0), (100.0, 20.0)] {
            row("burst", 8, (an_hour, rhythm, Event::Burst(times)), burst_hours);
        }
    }
}

#[test]
fn incidents() {
    let a_row = histories(30);
    for an_hour in [2.0, 20.0] {
        for weeks in [8, 13, 26] {
            for kind in Failures::ALL {
                let (mut said, mut notices) = (0, 0);
                for number in 0..a_row {
                    let words = format!("null incident {weeks} {an_hour} {kind:?}");
                    let history = history(&mut Chance::of(&words, number), weeks, an_hour, Volume::Office, kind, None);
                    let series = series_of(&history.executions, &history.failures);
                    said += usize::from(is_said(&burst::look_for_incident(&series)));
                    notices += usize::from(burst::incident_facts(&series).is_some());
                }
                println!("incident {weeks} weeks {an_hour}/h {kind:?}: {said} of {a_row} speak, {notices} notices");
            }
        }
    }
}
