//! What the kinds that look at days claim on series whose truth is known: changes, trends and windows of volume. On
//! structureless ones at most one series in twenty may speak; what is planted has to be found, at the right place.
//!
//! `HISTORIES=1000 cargo test --release --test daily_patterns -- --nocapture` measures with 1,000 series a row and
//! prints the rows.

#[path = "support/daily.rs"]
mod daily;
#[path = "support/histories.rs"]
mod histories;

use daily::Shape;
use execution_heatmap::pattern::daily::Measure;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::volume_window::{self, Moment, On};
use execution_heatmap::pattern::{change, trend};
use histories::{Chance, History, Noise, Shape as DailyShape, WEEK, daily_volume};

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

const MOST_OF_A_ROW: f64 = 0.05;
/// A chance of one in a hundred is that within a factor of 2, and one of one in a thousand within a factor of 5, as
/// correcting for hundreds of series needs them to be.
const LEVELS: [(f64, f64); 3] = [(0.05, 0.065), (0.01, 0.02), (0.001, 0.005)];

fn series(words: &str, number: usize, shape: &Shape, measure: Measure) -> (execution_heatmap::pattern::Series, usize) {
    let mut chance = Chance::of(&[words, &format!("{shape:?} {measure:?}")].concat(), number);
    let (values, at) = daily::values(&mut chance, shape);
    (daily::series(&values, measure, 0.5), at)
}

#[test]
fn structureless_days_stay_silent() {
    let a_row = histories(200);
    let mut all = 0;
    let mut spoken = [[0usize; LEVELS.len()]; 2];
    for days in [42, 91, 182] {
        for kept in [0.0, 0.3, 0.6] {
            for measure in Measure::ALL {
                // A volume is always known: a day without executions has none.
                let missing = if measure == Measure::Volume { 0.0 } else { Shape::NULL.missing };
                let shape = Shape { days, kept, missing, ..Shape::NULL };
                let mut here = [[0usize; LEVELS.len()]; 2];
                for number in 0..a_row {
                    let (series, _) = series("null", number, &shape, measure);
                    let chances = [change::look(&series, measure).chance, trend::look(&series, measure).chance];
                    for (counts, chance) in here.iter_mut().zip(chances) {
                        counts.iter_mut().zip(LEVELS).for_each(|(count, (level, _))| {
                            *count += usize::from(chance <= level);
                        });
                    }
                }
                let [changes, trends] = here;
                println!("{days} days, {kept} kept, {measure:?}: change {changes:?}, trend {trends:?} of {a_row}");
                for counts in here {
                    assert!(counts[0] <= most_at(MOST_OF_A_ROW, a_row), "{days} {kept} {measure:?}: {counts:?}");
                }
                spoken.iter_mut().flatten().zip(here.iter().flatten()).for_each(|(sum, count)| *sum += count);
                all += a_row;
            }
        }
    }
    println!("all: change {:?}, trend {:?} of {all}", spoken[0], spoken[1]);
    for counts in spoken {
        for (count, (_, most)) in counts.into_iter().zip(LEVELS) {
            assert!(count <= most_at(most, all), "{counts:?} of {all}");
        }
    }
}

#[test]
fn steps_are_found_at_their_day() {
    let a_row = histories(100);
    let check = |days, kept, step, least_found: f64, least_near: f64| {
        let shape = Shape { days, kept, step, ..Shape::NULL };
        let (mut found, mut near, mut covered, mut trends) = (0, 0, 0, 0);
        for number in 0..a_row {
            let (series, at) = series("step", number, &shape, Measure::Duration);
            trends += usize::from(trend::look(&series, Measure::Duration).claim.is_some());
            let Some(claim) = change::look(&series, Measure::Duration).claim else { continue };
            let place = series.days.iter().position(|day| day.date == claim.facts.from).unwrap();
            found += 1;
            near += usize::from(place.abs_diff(at) <= 5);
            covered += usize::from(place.abs_diff(at) <= claim.facts.plus_minus as usize);
        }
        println!(
            "step of {step}, {days} days, {kept} kept: {found} found, {near} within 5 days, {covered} within what is \
             said, {trends} called a trend, of {a_row}"
        );
        let share = |count: usize| count as f64 / a_row as f64;
        assert!(share(found) >= least_found && share(near) >= least_near, "{days} {kept} {step}: {found} {near}");
    };
    check(91, 0.0, 1.5, 0.9, 0.8);
    check(91, 0.3, 1.5, 0.75, 0.63);
    check(91, 0.6, 1.5, 0.45, 0.3);
    check(182, 0.0, 1.5, 0.95, 0.88);
    check(182, 0.3, 1.5, 0.9, 0.75);
    check(182, 0.6, 1.5, 0.8, 0.5);
    check(91, 0.6, 2.5, 0.8, 0.7);
    check(182, 0.6, 2.5, 0.95, 0.85);
}

/// A series with steps from days on, and the places of the days that are told.
fn told_of_steps(words: &str, number: usize, shape: &Shape, steps: &[(usize, f64)]) -> Vec<usize> {
    let mut chance = Chance::of(words, number);
    let (mut values, _) = daily::values(&mut chance, shape);
    for (from, step) in steps {
        values.iter_mut().skip(*from).flatten().for_each(|value| *value += step);
    }
    let series = daily::series(&values, Measure::Duration, 0.5);
    let looks = change::looks(&series, Measure::Duration).into_iter().filter_map(|look| look.claim);
    let claims: Vec<_> = looks.collect();
    // Each is told of the days between its neighbours, so that all together each day is told of twice but at the ends.
    let mut places: Vec<usize> = Vec::new();
    for claim in &claims {
        places.push(series.days.iter().position(|day| day.date == claim.facts.from).unwrap());
    }
    for (claim, at) in claims.iter().zip(&places) {
        let before = places.iter().copied().filter(|other| other < at).max().unwrap_or(0);
        let behind = places.iter().copied().filter(|other| other > at).min().unwrap_or(shape.days);
        let days = [claim.facts.before.days, claim.facts.after.days].map(|days| days as usize);
        assert_eq!(days, [at - before, behind - at]);
    }
    places
}

#[test]
fn two_steps_are_both_found_and_one_is_found_once() {
    let a_row = histories(40);
    let near = |told: &[usize], at: usize| told.iter().any(|told| told.abs_diff(at) <= 5);
    for (second, least) in [(2.5, 0.75), (-2.5, 0.75)] {
        let shape = Shape { days: 182, kept: 0.3, ..Shape::NULL };
        let found = (0..a_row).filter(|number| {
            let told = told_of_steps(&format!("two steps {second}"), *number, &shape, &[(60, 2.5), (120, second)]);
            near(&told, 60) && near(&told, 120)
        });
        let found = found.count();
        println!("steps of 2.5 and {second}: {found} of {a_row} times both");
        assert!(found as f64 >= least * a_row as f64, "{second}: {found} of {a_row}");
    }
    let (mut told, mut seconds, mut all) = (0, 0, 0);
    for kept in [0.0, 0.3, 0.6] {
        let shape = Shape { days: 182, kept, ..Shape::NULL };
        for number in 0..a_row {
            let places = told_of_steps(&format!("one step {kept}"), number, &shape, &[(60, 2.5)]);
            told += usize::from(!places.is_empty());
            seconds += usize::from(places.len() > 1);
            all += 1;
        }
    }
    println!("one step: {told} told, {seconds} with a second one, of {all}");
    assert!(told * 10 > all * 9, "no challenge: {told} of {all}");
    assert!(seconds <= most_at(MOST_OF_A_ROW, all), "{seconds} of {all}");
}

#[test]
fn slides_are_found() {
    let a_row = histories(100);
    let check = |days, kept, drift, least: f64| {
        let shape = Shape { days, kept, drift, ..Shape::NULL };
        let (mut found, mut changes) = (0, 0);
        for number in 0..a_row {
            let (series, _) = series("slide", number, &shape, Measure::Duration);
            found += usize::from(trend::look(&series, Measure::Duration).claim.is_some());
            changes += usize::from(change::look(&series, Measure::Duration).claim.is_some());
        }
        println!("slide by {drift}, {days} days, {kept} kept: {found} found, {changes} called a change, of {a_row}");
        assert!(found as f64 >= least * a_row as f64, "{days} {kept} {drift}: {found}");
    };
    check(91, 0.0, 1.5, 0.73);
    check(91, 0.3, 1.5, 0.5);
    check(91, 0.6, 1.5, 0.28);
    check(91, 0.6, 3.0, 0.75);
    check(182, 0.0, 1.5, 0.9);
    check(182, 0.3, 1.5, 0.8);
    check(182, 0.6, 1.5, 0.55);
    check(182, 0.6, 3.0, 0.87);
}

/// Days of a history as a series. Windows of ends are looked for as those of starts are, so that the ends are the starts.
fn days_of(history: &History) -> execution_heatmap::pattern::Series {
    let hour = |day: usize, hour: usize| {
        let executions = history.executions[day * 24 + hour];
        Hour { executions, finished: executions, ..Hour::default() }
    };
    daily::series_of(history.executions.len() / 24, hour, Vec::new())
}

/// Keeps each execution of the weekdays from 9 to 17 with a chance.
fn thin_out(history: &mut History, chance: &mut Chance, kept: f64) {
    for (hour, count) in history.executions.iter_mut().enumerate() {
        if hour % WEEK / 24 < 5 && (9..17).contains(&(hour % 24)) {
            *count = chance.binomial(*count, kept);
        }
    }
}

#[test]
fn volume_without_a_window_stays_silent() {
    let a_row = histories(20);
    let (mut all, mut spoken) = (0, 0);
    for (days, a_day) in [(28, 100.0), (91, 100.0), (91, 2000.0)] {
        for kind in Noise::ALL.into_iter().chain([Noise::PhaseOfTheWeek]) {
            // Four weeks whose rhythm moves cannot be told from a daily one.
            if kind == Noise::PhaseOfTheWeek && days < 91 {
                continue;
            }
            let mut here = 0;
            for number in 0..a_row {
                let history = daily_volume(
                    &mut Chance::of(&format!("no window {days} {a_day} {kind:?}"), number),
                    days,
                    a_day,
                    kind,
                    None,
                );
                here += usize::from(volume_window::look(&days_of(&history), Moment::Started).chance <= 0.05);
            }
            println!("{days} days {a_day} a day {kind:?}: {here} of {a_row} speak");
            assert!(here <= most_at(MOST_OF_A_ROW, a_row), "{days} {a_day} {kind:?}: {here}");
            (all, spoken) = (all + a_row, spoken + here);
        }
    }
    println!("all: {spoken} of {all} speak");
    assert!(spoken <= most_at(0.03, all), "{spoken} of {all}");
}

#[test]
fn a_daily_peak_is_not_told_again() {
    let a_row = histories(20);
    for shape in [DailyShape::Cron(8.0), DailyShape::Bell(3.0), DailyShape::Sine(0.6)] {
        let mut spoken = 0;
        for number in 0..a_row {
            let mut chance = Chance::of(&format!("peak {shape:?}"), number);
            let history = daily_volume(&mut chance, 91, 1000.0, Noise::NegativeBinomial, Some(shape));
            let claim = volume_window::look(&days_of(&history), Moment::Started).claim;
            spoken += usize::from(claim.is_some());
        }
        println!("{shape:?}: {spoken} of {a_row} speak");
        assert!(spoken <= most_at(MOST_OF_A_ROW, a_row), "{shape:?}: {spoken} of {a_row}");
    }
}

#[test]
fn hours_with_fewer_executions_are_found() {
    let a_row = histories(20);
    let check = |days, a_day, kind, kept, least: f64| {
        let (mut found, mut right) = (0, 0);
        for number in 0..a_row {
            let mut chance = Chance::of(&format!("dip {days} {a_day} {kind:?} {kept}"), number);
            let mut history = daily_volume(&mut chance, days, a_day, kind, None);
            thin_out(&mut history, &mut chance, kept);
            let Some(claim) = volume_window::look(&days_of(&history), Moment::Finished).claim else { continue };
            found += 1;
            let facts = claim.facts;
            let (start, length) = (usize::from(facts.start), usize::from(facts.length));
            let holds = |hour: usize| (hour + 24 - start) % 24 < length;
            let both = (9..17).filter(|hour| holds(*hour)).count();
            let either = (0..24).filter(|hour| (9..17).contains(hour) || holds(*hour)).count();
            right += usize::from(!facts.is_high && facts.on != On::Weekends && both * 2 >= either);
        }
        println!("{kept} kept, {days} days {a_day} a day {kind:?}: {found} found, {right} right of {a_row}");
        assert!(right as f64 >= least * a_row as f64, "{days} {a_day} {kind:?} {kept}: {right} of {found}");
    };
    use Noise::{Autoregressive, Bursts, NegativeBinomial, OneHugeDay, Poisson, RandomPhase, WeeklyJob};
    for kind in [Poisson, NegativeBinomial, Bursts, WeeklyJob] {
        check(28, 100.0, kind, 0.5, 0.4);
        check(91, 100.0, kind, 0.5, 0.8);
        check(91, 2000.0, kind, 0.5, 0.8);
        check(91, 2000.0, kind, 0.7, 0.2);
    }
    check(28, 100.0, Autoregressive, 0.5, 0.4);
    check(91, 100.0, Autoregressive, 0.5, 0.7);
    check(91, 2000.0, Autoregressive, 0.5, 0.8);
    check(91, 2000.0, Autoregressive, 0.7, 0.1);
    // Where the huge day lies in the dip, raw counts have none, and nothing is said.
    check(28, 100.0, OneHugeDay, 0.5, 0.35);
    check(91, 100.0, OneHugeDay, 0.5, 0.6);
    check(91, 2000.0, OneHugeDay, 0.5, 0.6);
    // Days that have each a hump of their own hide a dip.
    check(28, 100.0, RandomPhase, 0.5, 0.0);
    check(91, 100.0, RandomPhase, 0.5, 0.5);
    check(91, 2000.0, RandomPhase, 0.5, 0.5);
}
