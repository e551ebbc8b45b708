//! What the kinds that are about single events claim on series whose truth is known: structureless ones stay silent at
//! least 19 times in 20, planted events are found where they are.
//!
//! `HISTORIES=400 cargo test --release --test single_patterns -- --nocapture` measures with 400 histories a row and
//! prints the rows.

#[path = "support/histories.rs"]
mod histories;
#[path = "support/singles.rs"]
mod singles;

use execution_heatmap::execution::Status;
use execution_heatmap::pattern::stopped::End;
use execution_heatmap::pattern::{Look, Series, Whose, burst, consecutive, missed, schedule, silence, stopped};
use execution_heatmap::zone::{DAY_MS, HOUR_MS, Zone};
use histories::{Chance, Failures, Volume, history};
use singles::{Event, Rhythm, hourly, series_of, series_of_runs, start_ms};

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

/// That rows are known up to the end of the days.
fn reach_of(series: &Series) -> silence::Reach {
    silence::Reach { until: (series.days.last().unwrap().date.succ_opt().unwrap(), 0), behind: [0; 24] }
}

/// The hours that a claim of silence is about.
fn silent_hours(series: &Series) -> Option<std::ops::Range<usize>> {
    let look = silence::look(series, Some(&reach_of(series)));
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
            let (_, right, of) = row("silence", 8, (an_hour, rhythm, Event::Silence(length)), silent_hours);
            // Calm series are told from silent ones by fewer hours than those that swing for hours.
            let least = match (an_hour, length) {
                (10.0, 12) => 0.98,
                (10.0, _) => 0.7,
                _ => 0.2,
            };
            assert!(right >= least_at(least, of), "{an_hour} {rhythm:?} {length} h: {right} of {of}");
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
            let (_, right, of) = row("burst", 8, (an_hour, rhythm, Event::Burst(times)), burst_hours);
            let least = match rhythm {
                _ if times < 20.0 => 0.05,
                Rhythm::Autoregressive | Rhythm::Batches => 0.6,
                _ => 0.83,
            };
            assert!(right >= least_at(least, of), "{an_hour} {rhythm:?} x{times}: {right} of {of}");
        }
    }
}

/// True of histories that break down a few times, so that one of these is an incident, and no false alarm: what they
/// say is printed.
fn breaks_down(kind: Failures) -> bool {
    matches!(kind, Failures::RareBig | Failures::LongOutage | Failures::RetryStorm)
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
                    // More is told of all workflows together than of one.
                    let mut series = series_of(&history.executions, &history.failures);
                    series.whose = Whose::All;
                    said += usize::from(is_said(&burst::look_for_incident(&series)));
                    notices += usize::from(burst::incident_facts(&series).is_some());
                }
                println!("incident {weeks} weeks {an_hour}/h {kind:?}: {said} of {a_row} speak, {notices} notices");
                if !breaks_down(kind) {
                    assert!(said <= most_at(MOST_OF_A_ROW, a_row), "{weeks} {an_hour} {kind:?}: {said} of {a_row}");
                }
            }
        }
    }
}

/// Starts of a job that comes at most a minute late, misses a share of its moments at random and those it is told to,
/// and is started by hand besides, at any moment, in 3 of 100 periods.
fn cron(chance: &mut Chance, period_ms: i64, days: usize, misses: f64, is_missed: impl Fn(i64) -> bool) -> Vec<i64> {
    let mut starts = Vec::new();
    let count = days as i64 * DAY_MS / period_ms;
    for number in 0..count {
        let at = number * period_ms + 2 * HOUR_MS % period_ms;
        if chance.uniform() >= misses && !is_missed(at) {
            starts.push(at + (chance.uniform() * period_ms.min(20 * 60_000) as f64 / 20.0) as i64);
        }
        if chance.uniform() < 0.03 {
            starts.push(at + (chance.uniform() * period_ms as f64) as i64);
        }
    }
    starts.sort_unstable();
    starts
}

fn completed(starts: Vec<i64>) -> impl Iterator<Item = (i64, Status)> {
    starts.into_iter().map(|at| (at, Status::Completed))
}

const PERIODS: [i64; 6] = [5 * 60_000, 15 * 60_000, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS];

#[test]
fn schedules() {
    let a_row = histories(30);
    let zone = Zone::utc();
    for period_ms in PERIODS {
        let (mut found, mut misses_said, mut with_misses) = (0, 0, 0);
        let days = if period_ms == 7 * DAY_MS { 182 } else { 91 };
        for number in 0..a_row {
            let mut chance = Chance::of(&format!("cron {period_ms}"), number);
            let starts = cron(&mut chance, period_ms, days, 0.03, |_| false);
            let series = series_of_runs(days, completed(starts));
            let look = schedule::look(&series, &zone);
            let is_right = look.claim.as_ref().is_some_and(|claim| claim.facts.period_ms == period_ms);
            found += usize::from(is_said(&look) && is_right);
            if let Some((schedule, _)) = schedule::find(&series, &zone) {
                misses_said += usize::from(is_said(&missed::look(&series, &zone, &schedule)));
                with_misses += usize::from(schedule.slots.iter().any(|slot| !slot.is_kept));
            }
        }
        println!(
            "cron {} min, 3 % misses: {found} of {a_row} found, with misses {with_misses}, gathered ones {misses_said}",
            period_ms / 60_000
        );
        assert!(found >= least_at(0.97, a_row), "{period_ms}: {found} of {a_row}");
        assert!(misses_said <= most_at(MOST_OF_A_ROW, a_row), "{period_ms}: {misses_said} of {a_row}");
    }
}

#[test]
fn misses_that_gather() {
    let a_row = histories(30);
    let zone = Zone::utc();
    let sundays = |at: i64| at / DAY_MS % 7 == 6;
    let row = |words: &str, period_ms: i64, share: f64, there: &dyn Fn(i64) -> bool, gathered: missed::Gathered| {
        let mut right = 0;
        for number in 0..a_row {
            let mut chance = Chance::of(words, number);
            let bad: Vec<bool> = (0..91).map(|_| chance.uniform() < share).collect();
            let starts = cron(&mut chance, period_ms, 91, 0.005, |at| there(at) && bad[(at / DAY_MS) as usize]);
            let series = series_of_runs(91, completed(starts));
            let Some((schedule, _)) = schedule::find(&series, &zone) else { continue };
            let look = missed::look(&series, &zone, &schedule);
            right += usize::from(is_said(&look) && look.claim.is_some_and(|claim| claim.facts.gathered == gathered));
        }
        println!("{words}: {right} of {a_row} right");
        right
    };
    let daily = row("two in five Sundays missed by a daily job", DAY_MS, 0.4, &sundays, missed::Gathered::Weekday(6));
    row("two in five Sundays missed by an hourly job", HOUR_MS, 0.4, &sundays, missed::Gathered::Weekday(6));
    let at_four = |at: i64| at / HOUR_MS % 24 == 4;
    let hour = row("4 h missed on a fifth of days by an hourly job", HOUR_MS, 0.2, &at_four, missed::Gathered::Hour(4));
    assert!(daily >= least_at(0.6, a_row) && hour >= least_at(0.65, a_row), "{daily} and {hour} of {a_row}");
}

#[test]
fn the_less_a_schedule_is_kept_the_worse_it_is_told() {
    let zone = Zone::utc();
    let at_four = |at: i64| at / HOUR_MS % 24 == 4;
    let on_sundays = |at: i64| at / DAY_MS % 7 == 6;
    let at_four: &dyn Fn(i64) -> bool = &at_four;
    for (period_ms, all_there, is_there) in
        [(HOUR_MS, 92, at_four), (DAY_MS, 13, &on_sundays), (15 * 60_000, 92 * 4, at_four)]
    {
        let mut least_share: f64 = 1.0;
        for missed in 0..=all_there {
            let mut so_far = 0;
            // Spread over days and moments, so that they are no stretch of either.
            let mut is_missed = |at: i64| {
                so_far += i64::from(is_there(at));
                is_there(at) && so_far * 151 % all_there < missed
            };
            let starts = (0..92 * DAY_MS / period_ms).map(|number| number * period_ms).filter(|at| !is_missed(*at));
            let starts: Vec<i64> = starts.collect();
            let runs = starts.len() as u64;
            let series = series_of_runs(92, completed(starts));
            let Some((schedule::Schedule { facts, slots }, _)) = schedule::find(&series, &zone) else {
                panic!("{period_ms}: no schedule with {missed} of {all_there} missed")
            };
            assert_eq!(facts.kept + facts.outside, runs, "{period_ms} {missed}: {facts:?}");
            let is_in = slots.iter().any(|slot| is_there(slot.clock_ms - start_ms()));
            if is_in {
                let share = facts.kept as f64 / facts.expected as f64;
                assert!(share < least_share || missed == 0, "{period_ms} {missed}: {share} after {least_share}");
                assert_eq!(facts.expected - facts.kept, missed as u64, "{period_ms}");
                assert_eq!(facts.outside, 0, "{period_ms} {missed}");
                least_share = share;
            } else {
                assert!((all_there - missed) * 10 <= all_there, "{period_ms}: {missed} of {all_there} are not due");
                assert_eq!(facts.outside, (all_there - missed) as u64, "{period_ms}");
            }
            assert!(is_in || missed > 0, "{period_ms}");
            assert!(!is_in || missed < all_there, "{period_ms}");
        }
    }
}

#[test]
fn what_runs_from_half_past_nine_on_has_missed_nothing_at_nine() {
    let is_open = |at: i64| (9 * 60 + 45..16 * 60).contains(&(at / 60_000 % 1440)) && at / DAY_MS % 7 < 5;
    let starts: Vec<i64> = (0..91 * 288).map(|number| number * 5 * 60_000).filter(|at| is_open(*at)).collect();
    let runs = starts.len() as u64;
    let found = schedule::find(&series_of_runs(91, completed(starts)), &Zone::utc());
    let facts = found.unwrap().0.facts;
    assert_eq!((facts.kept, facts.expected, facts.outside), (runs, runs, 0));
    assert_eq!(facts.weekdays, [true, true, true, true, true, false, false]);
    assert_eq!(facts.hours, std::array::from_fn(|hour| (9..16).contains(&hour)));
}

#[test]
fn the_first_of_many_is_no_schedule() {
    for a_day in [2, 3, 20, 60] {
        let mut chance = Chance::of("many a day", a_day);
        let mut starts: Vec<i64> = (0..91 * a_day as i64)
            .map(|number| number % 91 * DAY_MS + 9 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64)
            .collect();
        starts.sort_unstable();
        assert!(schedule::find(&series_of_runs(91, completed(starts)), &Zone::utc()).is_none(), "{a_day}");
    }
    // Twenty that start together at nine are one of a schedule.
    let starts = (0..91 * 20).map(|number| number / 20 * DAY_MS + 9 * HOUR_MS + number % 20 * 2_000).collect();
    let found = schedule::find(&series_of_runs(91, completed(starts)), &Zone::utc());
    assert_eq!(found.map(|(schedule, _)| (schedule.facts.kept, schedule.facts.expected)), Some((91, 91)));
}

#[test]
fn misses_that_follow_each_other_are_one_gap() {
    let zone = Zone::utc();
    let day = |day: i64| execution_heatmap::pattern::schedule::date_of(start_ms() + day * DAY_MS);
    for (period_ms, length) in [(DAY_MS, 3), (DAY_MS, 10), (HOUR_MS, 4)] {
        let mut right = 0;
        for number in 0..20 {
            let mut chance = Chance::of(&format!("gap {period_ms} {length}"), number);
            let from = 2 + chance.below(80) as i64;
            let starts = cron(&mut chance, period_ms, 91, 0.0, |at| (from..from + length).contains(&(at / DAY_MS)));
            let series = series_of_runs(91, completed(starts));
            let Some((schedule, _)) = schedule::find(&series, &zone) else { continue };
            let look = missed::look(&series, &zone, &schedule);
            let gap = missed::Gathered::Gap(day(from), day(from + length - 1));
            let a_day = (DAY_MS / period_ms) as u64;
            right += usize::from(
                is_said(&look)
                    && look.claim.is_some_and(|claim| {
                        // A run by hand may fall on a moment.
                        let there = claim.facts.there;
                        claim.facts.gathered == gap
                            && there <= length as u64 * a_day
                            && there + 5 > length as u64 * a_day
                    }),
            );
        }
        assert!(right >= least_at(0.9, 20), "{period_ms} {length}: {right} of 20");
    }
}

/// Moments of the runs of hourly counts, spread over their hours by chance.
fn moments(chance: &mut Chance, executions: &[u64]) -> Vec<i64> {
    let mut moments = Vec::new();
    for (hour, count) in (0..).zip(executions) {
        (0..*count).for_each(|_| moments.push(hour * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64));
    }
    moments.sort_unstable();
    moments
}

#[test]
fn what_keeps_no_schedule_and_does_not_stop() {
    let a_row = histories(30);
    let zone = Zone::utc();
    for an_hour in [0.1, 2.0, 10.0] {
        for rhythm in Rhythm::ALL {
            let (mut scheduled, mut stopped, mut new) = (0, 0, 0);
            for number in 0..a_row {
                let mut chance = Chance::of(&format!("unscheduled {an_hour} {rhythm:?}"), number);
                let (executions, _) = hourly(&mut chance, 13, an_hour, rhythm, Event::Nothing);
                let moments = moments(&mut chance, &executions);
                let series = series_of_runs(91, completed(moments));
                let known = (start_ms(), start_ms() + 91 * DAY_MS);
                scheduled += usize::from(is_said(&schedule::look(&series, &zone)));
                stopped += usize::from(is_said(&stopped::look(&series, &zone, known, None, End::Stopped)));
                new += usize::from(is_said(&stopped::look(&series, &zone, known, None, End::New)));
            }
            println!("{an_hour}/h {rhythm:?}: {scheduled} of {a_row} scheduled, {stopped} stopped, {new} new");
            for said in [scheduled, stopped, new] {
                assert!(said <= most_at(MOST_OF_A_ROW, a_row), "{an_hour} {rhythm:?}: {said} of {a_row}");
            }
        }
    }
    // Ten runs within an hour, every three days or so: between two bursts nothing has stopped.
    let mut said = 0;
    for number in 0..a_row {
        let mut chance = Chance::of("bursty", number);
        let mut executions = vec![0; 91 * 24];
        for _ in 0..chance.poisson(30.0) {
            executions[chance.below(91 * 24)] += 10;
        }
        let series = series_of_runs(91, completed(moments(&mut chance, &executions)));
        let known = (start_ms(), start_ms() + 91 * DAY_MS);
        said += usize::from(is_said(&stopped::look(&series, &zone, known, None, End::Stopped)));
    }
    println!("bursty: {said} of {a_row} stopped");
    assert!(said <= most_at(MOST_OF_A_ROW, a_row), "bursty: {said} of {a_row}");
}

#[test]
fn small_jobs_by_the_clock_that_go_on_are_silent() {
    let a_row = histories(100);
    let zone = Zone::utc();
    for (every, days) in [(1, 25), (1, 45), (1, 91), (7, 91)] {
        // How often a failure follows a failure.
        for sticks in [0.08, 0.5, 0.8] {
            let (mut found, mut missed_some, mut stopped, mut in_a_row) = (0, 0, 0, 0);
            for number in 0..a_row {
                let mut chance = Chance::of(&format!("small {every} {days} {sticks}"), number);
                let (mut fails, mut runs) = (false, Vec::new());
                for day in (0..days).step_by(every) {
                    fails = chance.uniform() < if fails { sticks } else { 0.08 };
                    let at = start_ms()
                        + day as i64 * DAY_MS
                        + (3.0 * HOUR_MS as f64 * (1.0 + 0.02 * chance.uniform())) as i64;
                    // One in twenty does not take place.
                    if chance.uniform() > 0.05 {
                        runs.push((at, if fails { Status::Failed } else { Status::Completed }));
                    }
                }
                let series = series_of_runs(days, runs);
                let Some((schedule, _)) = schedule::find(&series, &zone) else { continue };
                found += 1;
                let known = (start_ms(), start_ms() + days as i64 * DAY_MS);
                missed_some += usize::from(is_said(&missed::look(&series, &zone, &schedule)));
                let look = stopped::look(&series, &zone, known, Some(&schedule.facts), End::Stopped);
                stopped += usize::from(is_said(&look));
                // A report corrects it at least for the job's stop, of which there is none.
                let look = consecutive::look(&series, &zone);
                in_a_row += usize::from(look.claim.is_some() && 2.0 * look.chance <= 0.05);
            }
            println!(
                "every {every} of {days} days, {sticks}: of {found} {missed_some} missed, {stopped} stopped, {in_a_row} in a row"
            );
            assert!(found * 10 > a_row * 9, "no challenge: {found} of {a_row}");
            for said in [missed_some, stopped, in_a_row] {
                assert!(said <= most_at(MOST_OF_A_ROW, found), "{every} {days} {sticks}: {said} of {found}");
            }
        }
    }
}

#[test]
fn what_stops_and_what_is_new() {
    let a_row = histories(30);
    let zone = Zone::utc();
    let known = (start_ms(), start_ms() + 91 * DAY_MS);
    for (an_hour, days) in [(0.1, 60), (2.0, 88), (10.0, 88)] {
        for rhythm in [Rhythm::Poisson, Rhythm::Autoregressive, Rhythm::Office] {
            let (mut stopped, mut new) = (0, 0);
            for number in 0..a_row {
                let mut chance = Chance::of(&format!("stops {an_hour} {rhythm:?}"), number);
                let (executions, _) = hourly(&mut chance, 13, an_hour, rhythm, Event::Nothing);
                let moments = moments(&mut chance, &executions);
                let before = moments.iter().copied().filter(|at| *at < days * DAY_MS).collect();
                let after = moments.iter().copied().filter(|at| *at >= (91 - days) * DAY_MS).collect();
                let look = |moments, end| {
                    let series = series_of_runs(91, completed(moments));
                    is_said(&stopped::look(&series, &zone, known, None, end))
                };
                stopped += usize::from(look(before, End::Stopped));
                new += usize::from(look(after, End::New));
            }
            println!("{an_hour}/h {rhythm:?} for {days} of 91 days: {stopped} of {a_row} stopped, {new} new");
            assert!(stopped.min(new) >= least_at(0.95, a_row), "{an_hour} {rhythm:?}: {stopped} and {new} of {a_row}");
        }
    }
    for period_ms in [HOUR_MS, DAY_MS] {
        let mut stopped = 0;
        for number in 0..a_row {
            let mut chance = Chance::of(&format!("cron stops {period_ms}"), number);
            let starts = cron(&mut chance, period_ms, 80, 0.03, |_| false);
            let series = series_of_runs(91, completed(starts));
            let Some((schedule, _)) = schedule::find(&series, &zone) else { continue };
            let look = stopped::look(&series, &zone, known, Some(&schedule.facts), End::Stopped);
            stopped += usize::from(is_said(&look));
        }
        println!("cron {} min for 80 of 91 days: {stopped} of {a_row} stopped", period_ms / 60_000);
        assert!(stopped >= least_at(0.95, a_row), "{stopped} of {a_row}");
    }
}

#[test]
fn failures_in_a_row() {
    let a_row = histories(30);
    let zone = Zone::utc();
    let runs = |kind: Failures, weeks: usize, an_hour: f64, number: usize| {
        let mut chance = Chance::of(&format!("row {kind:?} {weeks} {an_hour}"), number);
        let history = history(&mut chance, weeks, an_hour, Volume::Office, kind, None);
        let mut runs = Vec::new();
        for (hour, (count, failures)) in (0..).zip(history.executions.iter().zip(&history.failures)) {
            let mut statuses: Vec<Status> =
                (0..*count).map(|place| if place < *failures { Status::Failed } else { Status::Completed }).collect();
            for place in (1..statuses.len()).rev() {
                statuses.swap(place, chance.below(place + 1));
            }
            let step = HOUR_MS / (*count as i64 + 1);
            runs.extend((1..).zip(statuses).map(|(place, status)| (hour * HOUR_MS + place * step, status)));
        }
        (runs, chance)
    };
    for (weeks, an_hour) in [(8, 0.3), (8, 2.0), (13, 20.0)] {
        for kind in Failures::ALL {
            let (mut said, mut right, mut longest) = (0, 0, 0);
            for number in 0..a_row {
                let (mut runs, mut chance) = runs(kind, weeks, an_hour, number);
                let series = series_of_runs(weeks * 7, runs.iter().copied());
                let look = consecutive::look(&series, &zone);
                longest = longest.max(look.claim.as_ref().map_or(0, |claim| claim.facts.runner_up));
                said += usize::from(is_said(&look));
                let at = chance.below(runs.len() - 25);
                runs.iter_mut().skip(at).take(25).for_each(|(_, status)| *status = Status::Failed);
                let from_ms = start_ms() + runs[at].0;
                let look = consecutive::look(&series_of_runs(weeks * 7, runs), &zone);
                let holds = |facts: &consecutive::Facts| facts.from_ms <= from_ms && from_ms <= facts.to_ms;
                right += usize::from(is_said(&look) && look.claim.is_some_and(|claim| holds(&claim.facts)));
            }
            println!("row {weeks} weeks {an_hour}/h {kind:?}: {said} of {a_row} speak, 25 in a row {right} right");
            if !breaks_down(kind) {
                assert!(said <= most_at(MOST_OF_A_ROW, a_row), "{weeks} {an_hour} {kind:?}: {said} of {a_row}");
            }
            if an_hour < 1.0 {
                assert!(right >= least_at(0.85, a_row), "{kind:?}: {right} of {a_row}");
            }
        }
    }
}

#[test]
fn strange_runs_are_silent() {
    let zone = Zone::utc();
    let known = (start_ms(), start_ms() + 91 * DAY_MS);
    let check = |words: &str, runs: Vec<(i64, Status)>| {
        let series = series_of_runs(91, runs);
        let found = schedule::find(&series, &zone);
        assert!(found.is_none(), "{words}: {found:?}");
        let silent = |chance: f64, is_claimed: bool| {
            assert!((0.0..=1.0).contains(&chance) && (!is_claimed || chance > 0.05), "{words}: {chance}");
        };
        for end in [End::Stopped, End::New] {
            let look = stopped::look(&series, &zone, known, None, end);
            silent(look.chance, look.claim.is_some());
        }
        let (row, silence) = (consecutive::look(&series, &zone), silence::look(&series, None));
        silent(row.chance, row.claim.is_some());
        silent(silence.chance, silence.claim.is_some());
        // A burst or an incident in a series of nothing else is one; their numbers stay numbers.
        let (burst, incident) = (burst::look(&series), burst::look_for_incident(&series));
        assert!((0.0..=1.0).contains(&burst.chance) && (0.0..=1.0).contains(&incident.chance), "{words}");
        _ = burst::incident_facts(&series);
    };
    let at = |at: i64, status| (at, status);
    check("none", Vec::new());
    check("one", vec![at(5, Status::Failed)]);
    check("a million at one instant", vec![at(45 * DAY_MS, Status::Completed); 1_000_000]);
    check("a million failures at one instant", vec![at(45 * DAY_MS, Status::Failed); 1_000_000]);
    let mut chance = Chance::of("strange", 0);
    let executions: Vec<u64> = (0..91 * 24).map(|_| chance.poisson(2.0)).collect();
    let moments = moments(&mut chance, &executions);
    check("all failed", moments.iter().map(|moment| at(*moment, Status::Failed)).collect());
    check("none failed", moments.iter().map(|moment| at(*moment, Status::Completed)).collect());
    check("none decided", moments.iter().map(|moment| at(*moment, Status::Running)).collect());
}
