//! What the patterns claim on histories whose truth is known. On structureless ones, however clustered, at most one
//! report in twenty may speak, and a textbook rule run on the same histories shows that they are hard; a planted
//! pattern has to be found, at the right place.
//!
//! `HISTORIES=400 cargo test --release --test null_histories -- --nocapture` measures with 400 histories a row and
//! prints the rows.

#[path = "support/histories.rs"]
mod histories;

use execution_heatmap::pattern::{Finding, Kind, WeekWindow};
use histories::{Chance, Failures, History, Noise, Plant, Shape, Volume, WEEK, daily_volume, history};

/// Histories a row: so many that the whole file takes seconds, unless the environment asks for more.
fn histories(usual: usize) -> usize {
    std::env::var("HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// The chance of at least `count` of `of` at a rate.
fn at_least(count: u64, of: u64, rate: f64) -> f64 {
    let choose =
        |k: u64| libm::lgamma(of as f64 + 1.0) - libm::lgamma(k as f64 + 1.0) - libm::lgamma((of - k) as f64 + 1.0);
    let one = |k: u64| (choose(k) + k as f64 * rate.ln() + (of - k) as f64 * (1.0 - rate).ln()).exp();
    if count == 0 { 1.0 } else { (count..=of).map(one).sum::<f64>().min(1.0) }
}

/// The most that a rule with a true rate of 5 % stays at or below in 999 of 1,000 runs.
fn most_of_a_true_5_percent(of: usize) -> usize {
    (0..of).find(|most| at_least(*most as u64 + 1, of as u64, 0.05) < 0.001).unwrap_or(of)
}

fn is_found(history: &History, kind: Kind) -> Option<Finding> {
    history.report().findings.into_iter().find(|finding| finding.kind == kind)
}

/// What most tools would do: each hour of the week against the rest by a binomial test, Benjamini-Hochberg at 5 %.
fn textbook_rule_speaks(history: &History) -> bool {
    let fold = |counts: &[u64]| {
        let mut folded = [0u64; WEEK];
        counts.iter().enumerate().for_each(|(hour, count)| folded[hour % WEEK] += count);
        folded
    };
    let (executions, failures) = (fold(&history.executions), fold(&history.failures));
    let (all, failed) = (executions.iter().sum::<u64>(), failures.iter().sum::<u64>());
    let mut chances: Vec<f64> = executions
        .iter()
        .zip(failures)
        .map(|(count, failures)| at_least(failures, *count, (failed - failures) as f64 / (all - count) as f64))
        .collect();
    chances.sort_by(f64::total_cmp);
    chances.iter().enumerate().any(|(rank, chance)| *chance <= 0.05 * (rank + 1) as f64 / WEEK as f64)
}

#[test]
fn structureless_failures_stay_silent_where_a_textbook_rule_speaks() {
    let a_row = histories(20);
    let (mut all, mut spoken, mut textbook) = (0, 0, 0);
    for weeks in [8, 13, 26] {
        for kind in Failures::ALL {
            let (mut spoken_here, mut textbook_here) = (0, 0);
            for number in 0..a_row {
                let words = format!("null failures {weeks} {kind:?}");
                let history = history(&mut Chance::of(&words, number), weeks, 20.0, Volume::Office, kind, None);
                spoken_here += usize::from(is_found(&history, Kind::FailureWindow).is_some());
                textbook_here += usize::from(textbook_rule_speaks(&history));
            }
            println!("{weeks:>2} weeks {kind:?}: {spoken_here} of {a_row} speak, textbook rule {textbook_here}");
            assert!(spoken_here <= most_of_a_true_5_percent(a_row), "{weeks} weeks {kind:?}: {spoken_here} of {a_row}");
            all += a_row;
            spoken += spoken_here;
            textbook += textbook_here;
        }
    }
    println!("all: {spoken} of {all} speak, textbook rule {textbook}");
    assert!(spoken <= most_of_a_true_5_percent(all), "{spoken} of {all} structureless histories speak");
    assert!(textbook > 5 * most_of_a_true_5_percent(all), "the histories are no challenge: {textbook} of {all}");
}

#[test]
fn a_report_on_structureless_history_is_empty() {
    let a_row = histories(30);
    let mut spoken = 0;
    for kind in Failures::ALL {
        let mut spoken_here = 0;
        for number in 0..a_row {
            let words = format!("null report {kind:?}");
            let history = history(&mut Chance::of(&words, number), 13, 20.0, Volume::Flat, kind, None);
            spoken_here += usize::from(!history.report().findings.is_empty());
        }
        println!("flat volume, {kind:?}: {spoken_here} of {a_row} reports speak");
        spoken += spoken_here;
    }
    let all = a_row * Failures::ALL.len();
    assert!(spoken <= most_of_a_true_5_percent(all), "{spoken} of {all} structureless reports speak");
}

#[test]
fn volume_without_a_peak_stays_silent() {
    let a_row = histories(15);
    let (mut all, mut spoken, mut largest_hour) = (0, 0, 0);
    for days in [28, 91] {
        for a_day in [50.0, 1000.0] {
            for kind in Noise::ALL {
                let mut spoken_here = 0;
                for number in 0..a_row {
                    let words = format!("null volume {days} {a_day} {kind:?}");
                    let history = daily_volume(&mut Chance::of(&words, number), days, a_day, kind, None);
                    spoken_here += usize::from(is_found(&history, Kind::VolumePeak).is_some());
                    largest_hour += usize::from(textbook_peak_speaks(&history));
                }
                println!("{days} days {a_day} a day {kind:?}: {spoken_here} of {a_row} speak");
                assert!(spoken_here <= most_of_a_true_5_percent(a_row), "{days} {a_day} {kind:?}: {spoken_here}");
                all += a_row;
                spoken += spoken_here;
            }
        }
    }
    println!("all: {spoken} of {all} speak, textbook rule {largest_hour}");
    assert!(spoken <= most_of_a_true_5_percent(all), "{spoken} of {all} histories without a peak speak");
    assert!(largest_hour > 5 * most_of_a_true_5_percent(all), "no challenge: {largest_hour} of {all}");
}

/// What most tools would do: the largest hour of the day, if chi-square says that the hours differ (the 0.1 % point of
/// 23 degrees of freedom).
fn textbook_peak_speaks(history: &History) -> bool {
    let mut hours = [0u64; 24];
    history.executions.iter().enumerate().for_each(|(hour, count)| hours[hour % 24] += count);
    let expected = hours.iter().sum::<u64>() as f64 / 24.0;
    hours.iter().map(|count| (*count as f64 - expected) * (*count as f64 - expected) / expected).sum::<f64>() > 49.73
}

/// For each hour of the week, whether the window holds it.
fn hours_of(window: &WeekWindow) -> [bool; WEEK] {
    let mut held = [false; WEEK];
    let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
    let length = if to > from { to - from } else { to + 24 - from };
    for day in &window.weekdays {
        (0..length).for_each(|hour| held[((usize::from(*day) - 1) * 24 + from + hour) % WEEK] = true);
    }
    held
}

/// Hours in both / hours in either.
fn overlap(window: &WeekWindow, plant: &Plant) -> f64 {
    let pairs = || hours_of(window).into_iter().enumerate().map(|(hour, held)| (held, plant.holds(hour)));
    pairs().filter(|(a, b)| *a && *b).count() as f64 / pairs().filter(|(a, b)| *a || *b).count() as f64
}

const FLAGSHIP: Plant = Plant { days: &[0], hours: (9, 11), rate: 0.31, weeks: 0.85 };

/// The share of histories in which the planted window is found, at the right place.
fn recall(weeks: usize, an_hour: f64, kind: Failures, plant: &Plant, a_row: usize) -> f64 {
    let found = (0..a_row).filter(|number| {
        let words = format!("plant {weeks} {an_hour} {kind:?} {plant:?}");
        let history = history(&mut Chance::of(&words, *number), weeks, an_hour, Volume::Office, kind, Some(plant));
        is_found(&history, Kind::FailureWindow).is_some_and(|finding| overlap(&finding.window, plant) >= 0.5)
    });
    found.count() as f64 / a_row as f64
}

#[test]
fn the_flagship_is_found() {
    for kind in [Failures::Binomial, Failures::Autoregressive] {
        let recall = recall(13, 20.0, kind, &FLAGSHIP, histories(40));
        println!("Mondays 9-11 at 31 against 6 %, 13 weeks, 20 an hour, {kind:?}: {recall}");
        assert!(recall >= 0.85, "{kind:?}: {recall}");
    }
}

#[test]
fn other_planted_windows_are_found() {
    let check = |kind, plant: Plant, least: f64| {
        let recall = recall(13, 20.0, kind, &plant, histories(20));
        println!("{plant:?}, {kind:?}: {recall}");
        assert!(recall >= least, "{plant:?} {kind:?}: {recall}");
    };
    let daily = Plant { days: &[0, 1, 2, 3, 4, 5, 6], hours: (2, 3), rate: 0.2, weeks: 0.9 };
    let weekdays = Plant { days: &[0, 1, 2, 3, 4], hours: (14, 17), rate: 0.1, weeks: 1.0 };
    let saturday = Plant { days: &[5], hours: (0, 24), rate: 0.15, weeks: 0.9 };
    check(Failures::Autoregressive, daily, 0.85);
    check(Failures::Binomial, weekdays, 0.85);
    check(Failures::Incidents, saturday, 0.75);
}

#[test]
fn a_daily_peak_is_found_at_its_hour() {
    let check = |shape, days, tolerance: u8, least: f64| {
        let a_row = histories(20);
        let found = (0..a_row).filter(|number| {
            let words = format!("peak {shape:?} {days}");
            let mut chance = Chance::of(&words, *number);
            let history = daily_volume(&mut chance, days, 50.0, Noise::NegativeBinomial, Some(shape));
            is_found(&history, Kind::VolumePeak).is_some_and(|finding| {
                finding.window.to_hour == finding.window.from_hour + 1
                    && finding.window.from_hour.abs_diff(14) <= tolerance
            })
        });
        let recall = found.count() as f64 / a_row as f64;
        println!("{shape:?} over {days} days: {recall}");
        assert!(recall >= least, "{shape:?} over {days} days: {recall}");
    };
    check(Shape::Cron(8.0), 28, 0, 0.95);
    check(Shape::Cron(3.0), 91, 0, 0.95);
    check(Shape::Bell(3.0), 28, 1, 0.85);
    check(Shape::Bell(3.0), 91, 1, 0.9);
}
