//! What a finding says of a made-up history, counted again by loops that share nothing with the engine.
#![allow(dead_code, reason = "each test file uses its own part")]

use super::histories::{History, MONDAY, WEEK};
use chrono::{Datelike, NaiveDate};
use execution_heatmap::pattern::{Fact, Finding, Kind, WeekWindow};

/// A day with fewer executions has no hour that could be its peak,
const LEAST_OF_A_PEAK: u64 = 3;
/// and one with fewer no shape for a window of volume.
const LEAST_OF_A_WINDOW: u64 = 10;
/// Days below this part of the median of their weekday are left out of a window of volume.
const QUIET: f64 = 0.35;
/// A day above so many times it is huge.
const HUGE: f64 = 4.0;

/// By hour of the week whether it lies in a window.
pub fn hours_of(window: &WeekWindow) -> [bool; WEEK] {
    let mut hours = [false; WEEK];
    for weekday in &window.weekdays {
        let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
        let length = if to > from { to - from } else { to + 24 - from };
        for hour in from..from + length {
            hours[(usize::from(weekday - 1) * 24 + hour) % WEEK] = true;
        }
    }
    hours
}

/// The hour of a history that a cell is.
fn hour_of((date, hour): (NaiveDate, u8)) -> usize {
    let days = (date - MONDAY.parse::<NaiveDate>().unwrap()).num_days();
    usize::try_from(days).unwrap() * 24 + usize::from(hour)
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

fn number(finding: &Finding, name: &str) -> f64 {
    let fact = finding.evidence.iter().find(|(of, _)| *of == name);
    let Some((_, Fact::Number(number))) = fact else { panic!("{name}: {finding:?}") };
    *number
}

fn date(finding: &Finding, name: &str) -> NaiveDate {
    let fact = finding.evidence.iter().find(|(of, _)| *of == name);
    let Some((_, Fact::Date(date))) = fact else { panic!("{name}: {finding:?}") };
    *date
}

/// Counts again what a finding says, by its kind.
pub fn recount(history: &History, finding: &Finding) {
    let looked_at = hour_of((finding.from, 0))..hour_of((finding.to, 23)) + 1;
    let cells: Vec<usize> = finding.cells.iter().copied().map(hour_of).collect();
    assert!(cells.is_sorted() && cells.iter().all(|cell| looked_at.contains(cell)), "{finding:?}");
    assert!(finding.weeks.iter().all(|(monday, _)| monday.weekday() == chrono::Weekday::Mon));
    // The response writes these names into the same object, in which none stands twice.
    let mut names: Vec<&str> =
        finding.evidence.iter().map(|(name, _)| *name).chain(["from", "to", "by_week"]).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    match finding.kind {
        Kind::FailureWindow | Kind::VolumePeak => of_window_or_peak(history, finding),
        Kind::VolumeWindow => of_volume(history, finding),
        Kind::Burst => of_burst(history, finding),
        Kind::Incident => of_incident(history, finding),
        Kind::Silence => of_silence(history, finding),
        Kind::Change => of_change(history, finding),
        Kind::Trend => of_trend(history, finding),
        other => panic!("nobody recounts {other:?}"),
    }
}

fn of_window_or_peak(history: &History, finding: &Finding) {
    let is_peak = finding.kind == Kind::VolumePeak;
    let names = if is_peak {
        ["days_held", "days", "inside", "executions"]
    } else {
        ["weeks_held", "weeks", "failed", "decided"]
    };
    let [told_held, told_units, told_inside, told_of] = names.map(|name| finding.count(name).unwrap());
    let inside = hours_of(finding.window.as_ref().unwrap());
    let looked_at = hour_of((finding.from, 0))..hour_of((finding.to, 23)) + 1;
    let (mut count, mut of, mut outside, mut outside_of) = (0, 0, 0, 0);
    let mut cells = Vec::new();
    for hour in looked_at {
        let (executions, failures) = (history.executions[hour], history.failures[hour]);
        let day = hour / 24 * 24;
        if is_peak && history.executions[day..day + 24].iter().sum::<u64>() < LEAST_OF_A_PEAK {
            continue;
        }
        match (is_peak, inside[hour % WEEK]) {
            (false, true) => (count, of) = (count + failures, of + executions),
            (false, false) => (outside, outside_of) = (outside + failures, outside_of + executions),
            (true, is_inside) => (count, of) = (count + if is_inside { executions } else { 0 }, of + executions),
        }
        if inside[hour % WEEK] && executions > 0 {
            cells.push(hour);
        }
    }
    assert_eq!((told_inside, told_of), (count, of));
    assert_eq!(finding.cells.iter().copied().map(hour_of).collect::<Vec<_>>(), cells);
    let hours = told_units as f64 * inside[..24].iter().filter(|held| **held).count() as f64;
    let (rate_inside, rate_outside) = if is_peak {
        (count as f64 / hours, (of - count) as f64 / (told_units as f64 * 24.0 - hours))
    } else {
        (count as f64 / of as f64, outside as f64 / outside_of as f64)
    };
    let base = if is_peak { hours } else { of as f64 };
    let effect = finding.effect.unwrap();
    assert!(effect.inside > effect.outside && told_held * 5 >= told_units * 3 && told_held <= told_units);
    assert!(is_near(effect.inside, rate_inside) && is_near(effect.outside, rate_outside), "{finding:?}");
    assert!(is_near(number(finding, "expected"), rate_outside * base), "{finding:?}");
    if !is_peak {
        let held = finding.weeks.iter().filter(|(_, held)| *held == Some(true)).count() as u64;
        let units = finding.weeks.iter().filter(|(_, held)| held.is_some()).count() as u64;
        assert_eq!((told_held, told_units), (held, units));
    }
}

/// Days of the week, held against the other days of the same weeks.
fn of_days(history: &History, finding: &Finding) {
    let window = finding.window.as_ref().unwrap();
    let told = |name| finding.count(name).unwrap();
    let whole_days = hour_of((finding.to, 23)).div_ceil(24);
    let volume = |day: usize| history.executions[day * 24..day * 24 + 24].iter().sum::<u64>();
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
    };
    let off: Vec<f64> = (0..whole_days)
        .map(|day| {
            let usual =
                middle((0..whole_days).filter(|other| other % 7 == day % 7).map(|day| volume(day) as f64).collect());
            if usual > 0.0 { libm::log(volume(day) as f64 + 1.0) - libm::log(usual + 1.0) } else { 0.0 }
        })
        .collect();
    let most = 6.0 * middle(off.iter().map(|off| off.abs()).collect());
    let is_quiet = |day: &usize| off[*day] < -most.max(-libm::log(QUIET));
    let is_huge = |day: &usize| off[*day] > most.max(libm::log(HUGE));
    let count = |is: &dyn Fn(&usize) -> bool| (0..whole_days).filter(|day| is(day)).count() as u64;
    assert_eq!([told("quiet_days"), told("huge_days")], [count(&is_quiet), count(&is_huge)], "{finding:?}");
    let effect = finding.effect.unwrap();
    let (mut sums, mut held, mut units, mut cells) = ([[0; 2]; 2], 0, 0, Vec::new());
    for week in 0..whole_days.div_ceil(7) {
        let mut sides = [[0; 2]; 2];
        let days = || (week * 7..whole_days.min(week * 7 + 7)).filter(|day| !is_quiet(day) && !is_huge(day));
        let is_inside = |day: usize| window.weekdays.contains(&((day % 7) as u8 + 1));
        for day in days() {
            let side = &mut sides[usize::from(!is_inside(day))];
            *side = [side[0] + volume(day), side[1] + 24];
        }
        let [inside, outside] = sides;
        if inside[1] == 0 || outside[1] < 3 * 24 || inside[0] + outside[0] == 0 {
            continue;
        }
        let (one, other) = (inside[0] * outside[1], outside[0] * inside[1]);
        held += u64::from(if effect.inside > effect.outside { one > other } else { one < other });
        units += 1;
        for (sum, side) in sums.iter_mut().zip(sides) {
            *sum = [sum[0] + side[0], sum[1] + side[1]];
        }
        let hours = days().filter(|day| is_inside(*day)).flat_map(|day| day * 24..day * 24 + 24);
        cells.extend(hours.filter(|hour| history.executions[*hour] > 0));
    }
    assert_eq!(sums[0], [told("executions_inside"), told("hours_inside")], "{finding:?}");
    assert_eq!(sums[1], [told("executions_outside"), told("hours_outside")], "{finding:?}");
    assert_eq!([held, units], [told("weeks_held"), told("weeks")], "{finding:?}");
    let rates = sums.map(|[executions, hours]| executions as f64 / hours as f64);
    assert!(is_near(effect.inside, rates[0]) && is_near(effect.outside, rates[1]), "{finding:?}");
    assert_eq!(finding.cells.iter().copied().map(hour_of).collect::<Vec<_>>(), cells);
}

fn of_volume(history: &History, finding: &Finding) {
    if finding.window.as_ref().is_some_and(|window| (window.from_hour, window.to_hour) == (0, 24)) {
        return of_days(history, finding);
    }
    let whole_days = hour_of((finding.to, 23)).div_ceil(24);
    let volume = |day: usize| history.executions[day * 24..day * 24 + 24].iter().sum::<u64>();
    let usual = |weekday: usize| {
        let mut volumes: Vec<u64> = (0..whole_days).filter(|day| day % 7 == weekday).map(volume).collect();
        volumes.sort_unstable();
        let middle = volumes.len() / 2;
        match volumes.len() {
            0..3 => 0.0,
            length if length % 2 == 1 => volumes[middle] as f64,
            _ => (volumes[middle - 1] as f64 + volumes[middle] as f64) / 2.0,
        }
    };
    let window = finding.window.as_ref().unwrap();
    // A window of volume belongs to the day in whose hours it lies, past midnight too.
    let length = (usize::from(window.to_hour) + 23 - usize::from(window.from_hour)) % 24 + 1;
    let is_inside = |hour: usize| (hour + 24 - usize::from(window.from_hour)) % 24 < length;
    let is_quiet = |day: usize| (volume(day) as f64) < QUIET * usual(day % 7);
    let is_huge = |day: usize| usual(day % 7) > 0.0 && volume(day) as f64 > HUGE * usual(day % 7);
    let counts = |day: usize| window.weekdays.contains(&((day % 7) as u8 + 1));
    let (mut inside, mut outside, mut days, mut held, mut cells) = (0u128, 0u128, 0u64, 0, Vec::new());
    for day in (0..whole_days)
        .filter(|day| counts(*day) && !is_quiet(*day) && !is_huge(*day) && volume(*day) >= LEAST_OF_A_WINDOW)
    {
        let here: u128 =
            (0..24).filter(|at| is_inside(*at)).map(|at| u128::from(history.executions[day * 24 + at])).sum();
        let there = u128::from(volume(day)) - here;
        let (rate, other) = (here * (24 - length as u128), there * length as u128);
        days += 1;
        let effect = finding.effect.unwrap();
        held += u64::from(if effect.inside > effect.outside { rate > other } else { rate < other });
        (inside, outside) = (inside + here, outside + there);
        cells.extend(
            (0..24).filter(|at| is_inside(*at) && history.executions[day * 24 + at] > 0).map(|at| day * 24 + at),
        );
    }
    let told = |name| u128::from(finding.count(name).unwrap());
    assert_eq!((told("executions_inside"), told("executions_outside")), (inside, outside), "{finding:?}");
    assert_eq!((told("hours_inside"), told("days")), (u128::from(days) * length as u128, u128::from(days)));
    assert_eq!(finding.count("days_held").unwrap(), held, "{finding:?}");
    let days_that = |is: &dyn Fn(usize) -> bool| (0..whole_days).filter(|day| is(*day)).count() as u64;
    assert_eq!(finding.count("quiet_days").unwrap(), days_that(&is_quiet));
    assert_eq!(finding.count("huge_days").unwrap(), days_that(&is_huge));
    assert_eq!(finding.cells.iter().copied().map(hour_of).collect::<Vec<_>>(), cells);
}

fn of_burst(history: &History, finding: &Finding) {
    let [cell] = finding.cells[..] else { panic!("{finding:?}") };
    assert_eq!(finding.count("executions").unwrap(), history.executions[hour_of(cell)]);
    assert!(finding.effect.unwrap().inside >= 3.0 * finding.effect.unwrap().outside);
    let executions = looked_at(history, finding);
    let ratio = |hour: usize| executions[hour] as f64 / usual(executions, hour, &|_| true);
    let at = hour_of(cell);
    assert!(is_near(number(finding, "usual"), usual(executions, at, &|_| true)), "{finding:?}");
    let others = (0..executions.len()).filter(|hour| (hour / 12).abs_diff(at / 12) > 1 && executions[*hour] >= 10);
    assert!(is_near(number(finding, "next_ratio"), others.map(ratio).fold(0.0, f64::max)), "{finding:?}");
}

/// The executions of the days that a finding is about, from the first day of the history on.
fn looked_at<'a>(history: &'a History, finding: &Finding) -> &'a [u64] {
    assert_eq!(hour_of((finding.from, 0)), 0);
    &history.executions[..hour_of((finding.to, 23)) + 1]
}

/// What is usual at an hour: the mean of its hour of the week without an eighth of the values at each end, at least one,
/// and half as much of the hours before and after it.
fn usual(executions: &[u64], hour: usize, says: &dyn Fn(usize) -> bool) -> f64 {
    let mean = |hour_of_week: usize| {
        let mut values: Vec<u64> = (hour_of_week % WEEK..executions.len())
            .step_by(WEEK)
            .filter(|hour| says(*hour))
            .map(|hour| executions[hour])
            .collect();
        values.sort_unstable();
        let cut = (values.len() / 8).max(1);
        let middle = &values[cut..values.len() - cut];
        middle.iter().sum::<u64>() as f64 / middle.len() as f64
    };
    (mean(hour + WEEK - 1) / 4.0 + mean(hour) / 2.0 + mean(hour + 1) / 4.0).max(0.02)
}

fn of_incident(history: &History, finding: &Finding) {
    let (first, last) = (hour_of(finding.cells[0]), hour_of(finding.cells[finding.cells.len() - 1]));
    let whole = 0..(finding.to - finding.from).num_days() as usize * 24 + 24;
    let (failures, decided) = (first..=last).fold((0, 0), |(failures, decided), hour| {
        (failures + history.failures[hour], decided + history.executions[hour])
    });
    let all: u64 = history.failures[whole].iter().sum();
    let told = ["failures", "decided", "all_failures"].map(|name| finding.count(name).unwrap());
    assert_eq!(told, [failures, decided, all], "{finding:?}");
    assert!(failures * 5 >= all && last - first < 24, "{finding:?}");
}

fn of_silence(history: &History, finding: &Finding) {
    let cells: Vec<usize> = finding.cells.iter().copied().map(hour_of).collect();
    assert_eq!(finding.count("hours").unwrap(), cells.len() as u64);
    assert!(cells.windows(2).all(|pair| pair[1] == pair[0] + 1), "{finding:?}");
    assert!(cells.iter().all(|hour| history.executions[*hour] == 0), "{finding:?}");
    assert!(history.executions[cells[0] - 1] > 0 && history.executions[cells[cells.len() - 1] + 1] > 0);
    assert!(number(finding, "expected") >= 8.0);
    // The same hours of other weeks say what was to be expected, and the silence itself does not.
    let silence = cells[0]..cells[cells.len() - 1] + 1;
    let executions = looked_at(history, finding);
    // Days before the first execution and behind the last one come with the window.
    let ran = |hour: &usize| executions[*hour] > 0;
    let hours = 0..executions.len();
    let (first, last) = (hours.clone().find(ran).unwrap() / 24, hours.rev().find(ran).unwrap() / 24);
    let says = |hour: usize| (first..=last).contains(&(hour / 24)) && !silence.contains(&hour);
    let expected = silence.clone().map(|hour| usual(executions, hour, &says)).filter(|usual| *usual > 0.02);
    assert!(is_near(number(finding, "expected"), expected.sum()), "{finding:?}");
}

fn of_change(history: &History, finding: &Finding) {
    let at = hour_of((date(finding, "changed_on"), 0));
    let days = ["days_before", "days_after"].map(|name| finding.count(name).unwrap() as usize);
    // From the change before it to the one behind it, or the ends of what was looked at.
    let (begin, end) = (at - days[0] * 24, at + days[1] * 24);
    assert!(begin >= hour_of((finding.from, 0)) && end <= hour_of((finding.to, 23)) + 1, "{finding:?}");
    let sums = |of: &[u64]| [of[begin..at].iter().sum::<u64>(), of[at..end].iter().sum::<u64>()];
    let told = ["executions_before", "executions_after"].map(|name| finding.count(name).unwrap());
    assert_eq!(told, sums(&history.executions), "{finding:?}");
    let mut values = [told[0] as f64 / days[0] as f64, told[1] as f64 / days[1] as f64];
    if let Some(before) = finding.count("failures_before") {
        let failures = [before, finding.count("failures_after").unwrap()];
        assert_eq!(failures, sums(&history.failures));
        values = [0, 1].map(|side| failures[side] as f64 / told[side] as f64);
    }
    let effect = finding.effect.unwrap();
    assert!(is_near(effect.outside, values[0]) && is_near(effect.inside, values[1]), "{finding:?}");
}

fn of_trend(history: &History, finding: &Finding) {
    let end = hour_of((finding.to, 23)) + 1;
    let fortnight = 14 * 24;
    let sums = |of: &[u64]| [of[..fortnight].iter().sum::<u64>(), of[end - fortnight..end].iter().sum::<u64>()];
    let told = ["executions_of_first_weeks", "executions_of_last_weeks"].map(|name| finding.count(name).unwrap());
    assert_eq!(told, sums(&history.executions), "{finding:?}");
    assert_eq!(finding.count("weeks").unwrap() as usize, end / WEEK);
    if let Some(first) = finding.count("failures_of_first_weeks") {
        let failures = [first, finding.count("failures_of_last_weeks").unwrap()];
        assert_eq!(failures, sums(&history.failures));
        // A straight line from the middle of the first fortnight to that of the last.
        let [first, last] = [0, 1].map(|side| failures[side] as f64 / told[side] as f64);
        let a_week = (last - first) / ((end - fortnight) as f64 / WEEK as f64);
        assert!((number(finding, "per_week") - a_week).abs() < 1e-12, "{a_week}: {finding:?}");
    }
}
