//! What the patterns claim on histories whose truth is known. On structureless ones, however clustered, at most one
//! report in twenty may speak, and a textbook rule run on the same histories shows that they are hard; a planted
//! pattern has to be found, at the right place.
//!
//! `HISTORIES=400 cargo test --release --test null_histories -- --nocapture` measures with 400 histories a row and
//! prints the rows.

#[path = "support/histories.rs"]
mod histories;
#[path = "support/recounts.rs"]
mod recounts;

use execution_heatmap::cube::Cube;
use execution_heatmap::pattern::{Finding, Kind, WeekWindow};
use histories::{Chance, Failures, History, Noise, Plant, Shape, Volume, WEEK, daily_volume, history};
use proptest::prelude::*;
use recounts::{hours_of, recount};

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

/// What every kind of history may reach, and what all kinds together may.
const MOST_OF_A_ROW: f64 = 0.05;
const MOST_OF_ALL: f64 = 0.03;

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
            assert!(spoken_here <= most_at(MOST_OF_A_ROW, a_row), "{weeks} weeks {kind:?}: {spoken_here} of {a_row}");
            all += a_row;
            spoken += spoken_here;
            textbook += textbook_here;
        }
    }
    println!("all: {spoken} of {all} speak, textbook rule {textbook}");
    assert!(spoken <= most_at(MOST_OF_ALL, all), "{spoken} of {all} structureless histories speak");
    assert!(textbook > 5 * most_at(MOST_OF_ALL, all), "the histories are no challenge: {textbook} of {all}");
}

#[test]
fn a_last_day_that_counts_although_the_file_ends_in_it_makes_no_noise() {
    let a_row = histories(20);
    let (mut all, mut spoken, mut counted) = (0, 0, 0);
    for an_hour in [0.5, 2.0, 20.0] {
        for kind in Failures::ALL {
            let mut spoken_here = 0;
            for number in 0..a_row {
                let mut chance = Chance::of(&format!("null end {an_hour} {kind:?}"), number);
                let mut history = history(&mut chance, 8, an_hour, Volume::Office, kind, None);
                // An export ends in any of the last hours of its last day, and its window with its newest row.
                let hours = 8 * WEEK - chance.below(4);
                let newest = (0..hours).rev().find(|hour| history.executions[*hour] > 0).unwrap_or(0);
                history.executions.truncate(newest + 1);
                history.failures.truncate(newest + 1);
                let report = histories::View { ends_with_rows: true, ..history.view() }.report(true);
                counted += usize::from(report.notices.is_empty());
                spoken_here += usize::from(report.findings.iter().any(|finding| finding.kind == Kind::FailureWindow));
            }
            println!("{an_hour} an hour, {kind:?}: {spoken_here} of {a_row} speak");
            assert!(spoken_here <= most_at(MOST_OF_A_ROW, a_row), "{an_hour} {kind:?}: {spoken_here} of {a_row}");
            all += a_row;
            spoken += spoken_here;
        }
    }
    println!("all: {spoken} of {all} speak; {counted} have eight weeks");
    assert!(spoken <= most_at(MOST_OF_ALL, all), "{spoken} of {all} histories without structure speak");
    assert!(counted * 10 > all && counted * 10 < 9 * all, "no challenge: {counted} of {all} have eight weeks");
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
    assert!(spoken <= most_at(MOST_OF_ALL, all), "{spoken} of {all} structureless reports speak");
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
                assert!(spoken_here <= most_at(MOST_OF_A_ROW, a_row), "{days} {a_day} {kind:?}: {spoken_here}");
                all += a_row;
                spoken += spoken_here;
            }
        }
    }
    println!("all: {spoken} of {all} speak, textbook rule {largest_hour}");
    assert!(spoken <= most_at(MOST_OF_ALL, all), "{spoken} of {all} histories without a peak speak");
    assert!(largest_hour > 5 * most_at(MOST_OF_ALL, all), "no challenge: {largest_hour} of {all}");
}

#[test]
fn a_rhythm_that_moves_from_week_to_week_is_no_daily_peak() {
    let a_row = histories(60);
    let speaks = |number: &usize| {
        let mut chance = Chance::of("phase of the week", *number);
        let history = daily_volume(&mut chance, 91, 1000.0, Noise::PhaseOfTheWeek, None);
        is_found(&history, Kind::VolumePeak).is_some()
    };
    let spoken = (0..a_row).filter(speaks).count();
    println!("91 days PhaseOfTheWeek: {spoken} of {a_row} speak");
    assert!(spoken <= most_at(MOST_OF_A_ROW, a_row), "{spoken} of {a_row}");
}

/// What most tools would do: the largest hour of the day, if chi-square says that the hours differ (the 0.1 % point of
/// 23 degrees of freedom).
fn textbook_peak_speaks(history: &History) -> bool {
    let mut hours = [0u64; 24];
    history.executions.iter().enumerate().for_each(|(hour, count)| hours[hour % 24] += count);
    let expected = hours.iter().sum::<u64>() as f64 / 24.0;
    hours.iter().map(|count| (*count as f64 - expected) * (*count as f64 - expected) / expected).sum::<f64>() > 49.73
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
        is_found(&history, Kind::FailureWindow)
            .is_some_and(|finding| finding.window.is_some_and(|window| overlap(&window, plant) >= 0.5))
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
    let check = |shape, days, a_day: f64, noise, tolerance: u8, least: f64| {
        let a_row = histories(20);
        let (mut at, mut around, mut wrong) = (0, 0, 0);
        for number in 0..a_row {
            let words = format!("peak {shape:?} {days} {a_day} {noise:?}");
            let history = daily_volume(&mut Chance::of(&words, number), days, a_day, noise, Some(shape));
            let Some(finding) = is_found(&history, Kind::VolumePeak) else { continue };
            let window = finding.window.as_ref().unwrap();
            if window.to_hour == window.from_hour + 1 {
                let is_right = window.from_hour.abs_diff(14) <= tolerance;
                *(if is_right { &mut at } else { &mut wrong }) += 1;
            } else {
                *(if hours_of(window)[14] { &mut around } else { &mut wrong }) += 1;
            }
        }
        println!("{shape:?} {days} days {a_day} a day {noise:?}: at {at}, around {around}, wrong {wrong} of {a_row}");
        let found = (at + around) as f64 / a_row as f64;
        assert!(found >= least, "{shape:?} over {days} days: {found}");
        assert!(wrong as f64 <= 0.1 * a_row as f64, "{shape:?} over {days} days: {wrong} of {a_row} wrong");
    };
    check(Shape::Cron(8.0), 28, 50.0, Noise::NegativeBinomial, 0, 0.95);
    check(Shape::Cron(3.0), 91, 50.0, Noise::NegativeBinomial, 0, 0.95);
    check(Shape::Bell(3.0), 28, 50.0, Noise::NegativeBinomial, 1, 0.9);
    check(Shape::Bell(3.0), 91, 50.0, Noise::NegativeBinomial, 1, 0.9);
    check(Shape::Bell(3.0), 91, 1000.0, Noise::Autoregressive, 1, 0.9);
    check(Shape::Sine(0.6), 91, 1000.0, Noise::Autoregressive, 1, 0.8);
}

fn flagship(number: usize) -> History {
    history(&mut Chance::of("flagship", number), 13, 20.0, Volume::Office, Failures::Binomial, Some(&FLAGSHIP))
}

#[test]
fn the_flagship_reads_like_this() {
    // 20 executions an hour, 46 at 2 PM; 0 to 2 failures an hour, on Mondays from 9 to 11 6 or 7, but none in two weeks.
    let executions: Vec<u64> = (0..13 * WEEK).map(|hour| if hour % 24 == 14 { 46 } else { 20 }).collect();
    let failures = (0..13 * WEEK).map(|hour| {
        let spread = ((hour as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 3;
        match FLAGSHIP.holds(hour % WEEK) {
            true if matches!(hour / WEEK, 3 | 8) => 0,
            true => 6 + spread % 2,
            false => spread,
        }
    });
    let report = History { failures: failures.collect(), executions }.report();
    let said: Vec<&str> = report.findings.iter().map(|finding| &*finding.sentence).collect();
    assert_eq!(
        said,
        [
            "Higher failure rate on Mondays between 9–11 AM (27% vs 5% otherwise, 11 of 13 weeks)",
            "Execution volume peaks at 2 PM UTC daily (2.2× the daily average, 91 of 91 days)",
        ]
    );
    assert!(report.notices.is_empty(), "{:?}", report.notices);
}

#[test]
fn two_windows_are_both_told_and_counted() {
    // As above, and on Saturdays from 2 to 4 5 or 6 of 20, but none in three weeks.
    let saturdays = |hour: usize| hour / 24 == 5 && (2..4).contains(&(hour % 24));
    let failures = (0..13 * WEEK).map(|hour| {
        let spread = ((hour as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 3;
        let is_active = (FLAGSHIP.holds(hour % WEEK), saturdays(hour % WEEK));
        match is_active {
            (true, _) if matches!(hour / WEEK, 3 | 8) => 0,
            (_, true) if matches!(hour / WEEK, 1 | 8 | 11) => 0,
            (true, _) => 6 + spread % 2,
            (_, true) => 5 + spread % 2,
            _ => spread,
        }
    });
    let history = History { failures: failures.collect(), executions: vec![20; 13 * WEEK] };
    let report = history.report();
    let said: Vec<&str> = report.findings.iter().map(|finding| &*finding.sentence).collect();
    assert_eq!(
        said,
        [
            "Higher failure rate on Mondays between 9–11 AM (27% vs 5% otherwise, 11 of 13 weeks)",
            "Higher failure rate on Saturdays between 2–4 AM (21% vs 5% otherwise, 10 of 13 weeks)",
        ]
    );
    report.findings.iter().for_each(|finding| recount(&history, finding));
    let [first, second] = [0, 1].map(|place| report.findings[place].p_adjusted.unwrap());
    assert!(first <= second && second < 0.01, "{first} {second}");
}

#[test]
fn beside_one_window_no_other_is_told() {
    let a_row = histories(20);
    let saturdays = Plant { days: &[5], hours: (0, 24), rate: 0.15, weeks: 0.9 };
    let (mut all, mut told, mut seconds) = (0, 0, 0);
    for (name, plant) in [("Mondays", FLAGSHIP), ("Saturdays", saturdays)] {
        for kind in [Failures::Binomial, Failures::Autoregressive, Failures::Incidents, Failures::LouderInOfficeHours] {
            for number in 0..a_row {
                let mut chance = Chance::of(&format!("one window {name} {kind:?}"), number);
                let history = history(&mut chance, 26, 20.0, Volume::Office, kind, Some(&plant));
                let findings = history.report().findings;
                let windows = findings.iter().filter(|finding| finding.kind == Kind::FailureWindow).count();
                told += usize::from(windows > 0);
                seconds += usize::from(windows > 1);
                all += 1;
            }
        }
    }
    println!("one window: {told} told, {seconds} with a second one, of {all}");
    assert!(told * 10 > all * 9, "no challenge: {told} of {all}");
    assert!(seconds <= most_at(MOST_OF_ALL, all), "{seconds} of {all}");
}

#[test]
fn the_order_of_counting_does_not_show() {
    let history = flagship(1);
    let view = history.view();
    let mut backwards = Cube::new(&view.buckets);
    (0..history.hours()).rev().for_each(|hour| {
        let mut part = Cube::new(&view.buckets);
        part.add(hour, &history.sums(hour));
        backwards.merge(&part);
    });
    let report = view.report(true);
    assert_eq!(report.findings.len(), 3, "a window, a peak and quiet weekends");
    assert_eq!(view.report(true), report, "the same again");
    assert_eq!(histories::View { cube: backwards, ..view }.report(true), report);
}

#[test]
fn a_status_filter_leaves_outcomes_out() {
    let kinds = |outcomes| {
        let findings = flagship(2).view().report(outcomes).findings;
        findings.iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(true), [Kind::FailureWindow, Kind::VolumeWindow, Kind::VolumePeak]);
    assert_eq!(kinds(false), [Kind::VolumeWindow, Kind::VolumePeak]);
}

#[test]
fn what_is_missing_is_said() {
    let check = |hours: usize, outcomes, expected: &[&str]| {
        let mut history = flagship(3);
        history.executions.truncate(hours);
        history.failures.truncate(hours);
        assert_eq!(history.view().report(outcomes).notices, expected, "{hours} hours");
    };
    check(13 * WEEK, true, &[]);
    check(8 * WEEK, true, &[]);
    check(8 * WEEK - 1, true, &[]);
    check(7 * WEEK + 23, true, &["needs 8 weeks to name a weekday; there are 7"]);
    let weekday = "needs 8 weeks to name a weekday; there are 5";
    check(5 * WEEK, false, &[weekday, "needs 42 whole days to name a trend; there are 35"]);
    let weeks = "needs 5 weeks to name hours that fail more, 8 for a weekday; there";
    let trend = "needs 42 whole days to name a trend; there are 34";
    check(5 * WEEK - 1, true, &[&format!("{weeks} are 4"), trend]);
    let days = |few: &str, there: &str| {
        format!("needs 10 whole days to name busy hours, {few}, 28 for a change, 42 for a trend; there {there}")
    };
    let few = "14 for quiet hours, 21 for a burst, an incident or a silence";
    check(9 * 24 + 5, true, &[&format!("{weeks} is 1"), &days(few, "are 9")]);
    let weekends = "needs 5 weeks to name weekends with more or fewer executions, 8 for a weekday; there are 0";
    check(24, false, &[weekends, &days("21 for a burst or a silence", "is 1")]);
    let silent = History { executions: vec![0; 500], failures: vec![0; 500] }.report();
    assert!(silent.findings.is_empty() && silent.notices.is_empty(), "nothing ran, so nothing is missing");
}

#[test]
fn every_number_can_be_recounted() {
    let mut findings = 0;
    for number in 0..10 {
        let history = flagship(number);
        for finding in history.report().findings {
            recount(&history, &finding);
            findings += 1;
        }
    }
    assert!(findings >= 19, "{findings}");
    // A silence of 20 days, and one hour with 20 times the executions.
    let mut kinds = Vec::new();
    for number in 0..3 {
        let mut history = flagship(number);
        let gap = 40 * 24 + 7..60 * 24 + 7;
        history.executions[gap.clone()].fill(0);
        history.failures[gap].fill(0);
        history.executions[1500] *= 20;
        for finding in history.report().findings {
            recount(&history, &finding);
            kinds.push(finding.kind);
        }
    }
    let told = |kind: Kind| kinds.iter().filter(|told| **told == kind).count();
    assert_eq!((told(Kind::Silence), told(Kind::Burst)), (3, 3), "{kinds:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Empty, constant, rare and huge counts: numbers stay numbers, and what is said can be recounted.
    #[test]
    fn strange_counts_break_nothing(
        hours in 0usize..14 * WEEK,
        sizes in proptest::collection::vec(prop_oneof![Just(0u64), Just(1), Just(7), Just(1_000_000), Just(1 << 50)], 1..200),
        failing in proptest::collection::vec(prop_oneof![Just(0.0), Just(0.1), Just(1.0)], 1..200),
    ) {
        let executions: Vec<u64> = (0..hours).map(|hour| sizes[hour % sizes.len()]).collect();
        let failures = executions.iter().enumerate().map(|(hour, count)| (*count as f64 * failing[hour % failing.len()]) as u64);
        let history = History { failures: failures.collect(), executions };
        for finding in history.report().findings {
            recount(&history, &finding);
            prop_assert!(finding.p_adjusted.is_some_and(|p| p > 0.0 && p <= 0.05));
            prop_assert!(!finding.sentence.contains("NaN") && !finding.how.contains("NaN"));
        }
    }
}
