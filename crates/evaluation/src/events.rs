//! Single events: silences, bursts, incidents, failures in a row, schedules and what misses them, workflows that stop or
//! are new. What histories without them say, and what is found of planted ones.

use crate::histories::{Chance, Failures, Volume, history};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::singles::{Event, Rhythm, hourly, series_of, series_of_runs, start_ms};
use crate::table::{Measured, Table, Target};
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::schedule::Frame;
use execution_heatmap::pattern::stopped::End;
use execution_heatmap::pattern::{Look, Series, Whose, burst, consecutive, missed, schedule, silence, stopped};
use execution_heatmap::zone::{DAY_MS, HOUR_MS, Zone};

const SILENCES: &str = "Silences (K7b)";
const BURSTS: &str = "Bursts and incidents (K8)";
const ROWS: &str = "Failures in a row";
const SCHEDULES: &str = "Schedules, missed runs, stopped and new workflows (K6, K7a, K16)";
/// What a null row of bursts may reach.
const MOST_OF_BURSTS: f64 = 0.03;
/// Days of the histories of single runs.
const DAYS: usize = 91;

/// What a burst of twenty times for two hours is found in: what the prototype reached and 15 points, in per cent, at 2, 10
/// and 100 an hour.
const BURST_TARGETS: [(Rhythm, [u32; 3]); 4] = [
    (Rhythm::Poisson, [100, 100, 100]),
    (Rhythm::NegativeBinomial, [100, 100, 100]),
    (Rhythm::Autoregressive, [73, 69, 73]),
    (Rhythm::Batches, [51, 35, 29]),
];

/// Hourly counts in which nothing single happens.
pub fn quiet_hours(words: &str, weeks: usize, an_hour: f64, rhythm: Rhythm, number: usize) -> Vec<u64> {
    let mut chance = Chance::of(&format!("evaluate {words} {weeks} {an_hour} {rhythm:?}"), number);
    hourly(&mut chance, weeks, an_hour, rhythm, Event::Nothing).0
}

/// A null row over hourly counts.
pub fn quiet(words: &'static str, weeks: usize, an_hour: f64, rhythm: Rhythm, look: fn(&Series) -> f64) -> Null {
    let chance = move |number: usize| look(&series_of(&quiet_hours(words, weeks, an_hour, rhythm, number), &[]));
    (format!("{weeks} weeks, {an_hour} an hour, {rhythm:?}"), Box::new(chance))
}

/// Hours that a spell of work and one without last in the mean, and how many workflows have such spells.
const SPELLS: [(f64, f64, usize); 6] =
    [(12.0, 12.0, 10), (60.0, 60.0, 10), (24.0, 72.0, 10), (100.0, 20.0, 10), (8.0, 8.0, 3), (24.0, 24.0, 5)];

/// Hourly counts of workflows that run four times an hour in spells, and not at all between them: now and then all of them
/// pause at once.
fn in_spells((on, off, workflows): (f64, f64, usize), number: usize) -> Vec<u64> {
    let mut chance = Chance::of(&format!("evaluate spells {on} {off} {workflows}"), number);
    let mut means = vec![0.0; DAYS * 24];
    for _ in 0..workflows {
        let mut runs = chance.uniform() < on / (on + off);
        let mut hour = 0;
        while hour < means.len() {
            let lasts = 1 + (chance.gamma(1.0) * if runs { on } else { off }) as usize;
            let spell = means.iter_mut().skip(hour).take(lasts);
            spell.for_each(|mean| *mean += if runs { 4.0 } else { 0.0 });
            (hour, runs) = (hour + lasts, !runs);
        }
    }
    means.into_iter().map(|mean| chance.poisson(mean)).collect()
}

/// Mean hours of the spells of one workflow, and of the pauses between them.
const OWN_SPELLS: [(f64, f64); 6] =
    [(8.0, 8.0), (24.0, 72.0), (100.0, 20.0), (24.0, 240.0), (48.0, 400.0), (200.0, 200.0)];

/// Null rows of one workflow that comes in spells: it has not stopped where another spell follows.
fn ends_of_spells(end: End) -> impl Iterator<Item = Null> {
    OWN_SPELLS.into_iter().map(move |(on, off)| -> Null {
        let chance = move |number: usize| {
            let mut chance = Chance::of(&format!("evaluate moments in spells {on} {off}"), number);
            of_end(moments(&mut chance, &in_spells((on, off, 1), number)), end)
        };
        (format!("spells of {on} h and {off} h without"), Box::new(chance))
    })
}

/// Null rows over them.
pub fn spells() -> [Null; 6] {
    SPELLS.map(|spells| -> Null {
        let (on, off, workflows) = spells;
        let chance = move |number: usize| of_silence(&series_of(&in_spells(spells, number), &[]));
        (format!("{workflows} workflows, spells of {on} h and {off} h without"), Box::new(chance))
    })
}

/// The share of silences of so many hours that are found in the middle of the busiest of them.
pub fn silences_among_spells_found(length: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let mut executions = in_spells((100.0, 20.0, 10), number);
        let at = executions.len() / 2;
        executions.iter_mut().skip(at).take(length).for_each(|executions| *executions = 0);
        let series = series_of(&executions, &[]);
        let look = silence_in(&series);
        let Some(claim) = look.claim.filter(|_| look.chance <= CLAIMED) else { return false };
        hour_of(&series, claim.facts.from).is_some_and(|start| start < at + length && start + claim.facts.hours > at)
    })
}

/// What is claimed of a silence, also of one that lasts: rows are known up to the end of the days.
fn silence_in(series: &Series) -> Look<silence::Facts> {
    let after = series.days.last().and_then(|day| day.date.succ_opt());
    silence::look(series, after.map(|date| silence::Reach { until: (date, 0), behind: [0; 24] }).as_ref())
}

/// The chance of it,
pub fn of_silence(series: &Series) -> f64 {
    silence_in(series).chance
}

/// and of a burst.
pub fn of_burst(series: &Series) -> f64 {
    burst::look(series).chance
}

/// The share of silences of so many hours that are found.
pub fn silences_found(an_hour: f64, rhythm: Rhythm, length: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let event = Event::Silence(length);
        let mut chance = Chance::of(&format!("evaluate silence {an_hour} {rhythm:?} {length}"), number);
        let (executions, at) = hourly(&mut chance, 8, an_hour, rhythm, event);
        let series = series_of(&executions, &[]);
        let look = silence_in(&series);
        let Some(claim) = look.claim.filter(|_| look.chance <= CLAIMED) else { return false };
        let start = hour_of(&series, claim.facts.from);
        start.is_some_and(|start| start < at + length && start + claim.facts.hours > at)
    })
}

/// The share of silences that is found where the last hours, so many of them, are silent.
fn ends_found(an_hour: f64, rhythm: Rhythm, length: usize, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let mut executions = quiet_hours(&format!("silent end {length}"), 8, an_hour, rhythm, number);
        executions.iter_mut().rev().take(length).for_each(|executions| *executions = 0);
        let look = silence_in(&series_of(&executions, &[]));
        look.chance <= CLAIMED && look.claim.is_some_and(|claim| claim.facts.is_last)
    })
}

/// Hours of a planted burst.
pub const BURST_HOURS: usize = 2;

/// Hourly counts with a burst, and the hour at which it begins.
pub fn with_burst(an_hour: f64, rhythm: Rhythm, times: f64, number: usize) -> (Vec<u64>, usize) {
    let mut chance = Chance::of(&format!("evaluate burst {an_hour} {rhythm:?} {times}"), number);
    hourly(&mut chance, 8, an_hour, rhythm, Event::Burst(times))
}

/// The place of the hour that is claimed as a burst.
pub fn burst_told(executions: &[u64]) -> Option<usize> {
    let series = series_of(executions, &[]);
    let look = burst::look(&series);
    look.claim.filter(|_| look.chance <= CLAIMED).and_then(|claim| hour_of(&series, claim.facts.at))
}

/// The share of bursts of two hours that are found.
pub fn bursts_found(an_hour: f64, rhythm: Rhythm, times: f64, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let (executions, at) = with_burst(an_hour, rhythm, times, number);
        burst_told(&executions).is_some_and(|hour| (at..at + BURST_HOURS).contains(&hour))
    })
}

/// The place of an hour in a series.
fn hour_of(series: &Series, (date, hour): (chrono::NaiveDate, u8)) -> Option<usize> {
    let days = usize::try_from((date - series.days.first()?.date).num_days()).ok()?;
    Some(days * 24 + usize::from(hour))
}

fn silences(table: &mut Table, a_row: usize) {
    let rows = [2.0, 10.0].into_iter().flat_map(|an_hour| {
        [8, 13]
            .into_iter()
            .flat_map(move |weeks| Rhythm::ALL.map(|rhythm| quiet("silence", weeks, an_hour, rhythm, of_silence)))
    });
    measure::nulls(table, SILENCES, "silence", rows.chain(spells()).collect(), a_row, MOST_OF_A_ROW);
    for length in [12, 24, 48] {
        let name = format!("{length} h of silence among 10 workflows with spells of 100 h and 20 h without");
        table.push(SILENCES, &name, silences_among_spells_found(length, a_row), Target::None, "");
    }
    for rhythm in Rhythm::ALL {
        for (an_hour, length, target) in
            [(10.0, 12, Target::AtLeast(1.0)), (10.0, 6, Target::None), (2.0, 12, Target::None)]
        {
            let name = format!("{length} h of silence, {an_hour} an hour, {rhythm:?}");
            table.push(SILENCES, &name, silences_found(an_hour, rhythm, length, a_row), target, "");
        }
        for (an_hour, length) in [(10.0, 12), (2.0, 12), (2.0, 24)] {
            let name = format!("{length} h of silence at the end, {an_hour} an hour, {rhythm:?}");
            table.push(SILENCES, &name, ends_found(an_hour, rhythm, length, a_row), Target::None, "");
        }
    }
}

/// True of histories that break down a few times, so that one of these is an incident, and no false alarm.
pub fn breaks_down(kind: Failures) -> bool {
    matches!(kind, Failures::RareBig | Failures::LongOutage | Failures::RetryStorm)
}

fn bursts(table: &mut Table, a_row: usize) {
    let rows = [2.0, 10.0, 100.0].into_iter().flat_map(|an_hour| {
        [8, 13]
            .into_iter()
            .flat_map(move |weeks| Rhythm::ALL.map(|rhythm| quiet("burst", weeks, an_hour, rhythm, of_burst)))
    });
    measure::nulls(table, BURSTS, "burst", rows.collect(), a_row, MOST_OF_BURSTS);
    for (rhythm, targets) in BURST_TARGETS {
        for (an_hour, target) in [2.0, 10.0, 100.0].into_iter().zip(targets) {
            let target = Target::AtLeast(f64::from(target) / 100.0);
            let name = format!("× 20 for two hours, {an_hour} an hour, {rhythm:?}");
            table.push(BURSTS, &name, bursts_found(an_hour, rhythm, 20.0, a_row), target, "");
            let name = format!("× 10 for two hours, {an_hour} an hour, {rhythm:?}");
            table.push(BURSTS, &name, bursts_found(an_hour, rhythm, 10.0, a_row), Target::None, "");
        }
    }
    let mut rows: Vec<Null> = Vec::new();
    for (an_hour, weeks) in [(2.0, 8), (20.0, 8), (2.0, 26), (20.0, 26)] {
        for kind in Failures::ALL.into_iter().filter(|kind| !breaks_down(*kind)) {
            let chance = move |number: usize| {
                let mut chance = Chance::of(&format!("evaluate incident {weeks} {an_hour} {kind:?}"), number);
                let history = history(&mut chance, weeks, an_hour, Volume::Office, kind, None);
                // More is told of all workflows together than of one.
                let mut series = series_of(&history.executions, &history.failures);
                series.whose = Whose::All;
                burst::look_for_incident(&series).chance
            };
            rows.push((format!("{weeks} weeks, {an_hour} an hour, {kind:?}"), Box::new(chance)));
        }
    }
    measure::nulls(table, BURSTS, "incident", rows, a_row, MOST_OF_A_ROW);
}

/// Runs of a history in a chance order within their hours.
fn runs(kind: Failures, weeks: usize, an_hour: f64, number: usize) -> (Vec<(i64, Status)>, Chance) {
    let mut chance = Chance::of(&format!("evaluate row {kind:?} {weeks} {an_hour}"), number);
    let history = history(&mut chance, weeks, an_hour, Volume::Office, kind, None);
    let mut runs = Vec::new();
    for (hour, (count, failures)) in (0..).zip(history.executions.iter().zip(&history.failures)) {
        let status = |place| if place < *failures { Status::Failed } else { Status::Completed };
        let mut statuses: Vec<Status> = (0..*count).map(status).collect();
        for place in (1..statuses.len()).rev() {
            statuses.swap(place, chance.below(place + 1));
        }
        let step = HOUR_MS / (*count as i64 + 1);
        runs.extend((1..).zip(statuses).map(|(place, status)| (hour * HOUR_MS + place * step, status)));
    }
    (runs, chance)
}

fn failures_in_a_row(table: &mut Table, a_row: usize) {
    const SIZES: [(usize, f64); 3] = [(8, 0.3), (8, 2.0), (13, 20.0)];
    let mut rows: Vec<Null> = Vec::new();
    for (weeks, an_hour) in SIZES {
        for kind in Failures::ALL.into_iter().filter(|kind| !breaks_down(*kind)) {
            let chance = move |number: usize| {
                let runs = runs(kind, weeks, an_hour, number).0;
                consecutive::look(&series_of_runs(weeks * 7, runs), &Zone::utc()).chance
            };
            rows.push((format!("{weeks} weeks, {an_hour} an hour, {kind:?}"), Box::new(chance)));
        }
    }
    measure::nulls(table, ROWS, "failures in a row", rows, a_row, MOST_OF_A_ROW);
    for (weeks, an_hour) in SIZES {
        for kind in [Failures::Binomial, Failures::Autoregressive, Failures::Incidents] {
            let measured = measure::hits(a_row, |number| {
                let (mut runs, mut chance) = runs(kind, weeks, an_hour, number);
                let at = chance.below(runs.len().saturating_sub(25));
                runs.iter_mut().skip(at).take(25).for_each(|(_, status)| *status = Status::Failed);
                let Some(from_ms) = runs.get(at).map(|(at, _)| start_ms() + at) else { return false };
                let look = consecutive::look(&series_of_runs(weeks * 7, runs), &Zone::utc());
                let holds = |facts: &consecutive::Facts| facts.from_ms <= from_ms && from_ms <= facts.to_ms;
                look.chance <= CLAIMED && look.claim.is_some_and(|claim| holds(&claim.facts))
            });
            table.push(
                ROWS,
                &format!("25 in a row, {weeks} weeks, {an_hour} an hour, {kind:?}"),
                measured,
                Target::None,
                "",
            );
        }
    }
}

/// Starts of a job that comes at most a minute late, misses a share of its moments at random and those it is told to,
/// and is started by hand besides, at any moment, in 3 of 100 periods.
pub fn cron(
    chance: &mut Chance,
    period_ms: i64,
    days: usize,
    misses: f64,
    is_missed: impl Fn(i64) -> bool,
) -> Vec<i64> {
    let mut starts = Vec::new();
    for number in 0..days as i64 * DAY_MS / period_ms {
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

/// Moments of the runs of hourly counts, spread over their hours by chance.
fn moments(chance: &mut Chance, executions: &[u64]) -> Vec<i64> {
    let mut moments = Vec::new();
    for (hour, count) in (0..).zip(executions) {
        (0..*count).for_each(|_| moments.push(hour * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64));
    }
    moments.sort_unstable();
    moments
}

fn unscheduled(an_hour: f64, rhythm: Rhythm, number: usize) -> Vec<i64> {
    let mut chance = Chance::of(&format!("evaluate unscheduled {an_hour} {rhythm:?}"), number);
    let (executions, _) = hourly(&mut chance, 13, an_hour, rhythm, Event::Nothing);
    moments(&mut chance, &executions)
}

/// From the first to the last moment at which anything is known.
fn known() -> (i64, i64) {
    (start_ms(), start_ms() + DAYS as i64 * DAY_MS)
}

fn of_end(starts: Vec<i64>, end: End) -> f64 {
    stopped::look(&series_of_runs(DAYS, completed(starts)), &Zone::utc(), known(), None, end).chance
}

fn schedules(table: &mut Table, a_row: usize) {
    const PERIODS: [i64; 6] = [5 * 60_000, 15 * 60_000, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS];
    let spans = |period_ms: i64| if period_ms == 7 * DAY_MS { 182 } else { DAYS };
    let kept = move |period_ms: i64, number: usize| {
        let mut chance = Chance::of(&format!("evaluate cron {period_ms}"), number);
        series_of_runs(spans(period_ms), completed(cron(&mut chance, period_ms, spans(period_ms), 0.03, |_| false)))
    };
    let sizes = [0.1, 2.0, 10.0];
    let all = |look: fn(Vec<i64>) -> f64| {
        let row = move |an_hour: f64, rhythm: Rhythm| -> Null {
            let chance = move |number: usize| look(unscheduled(an_hour, rhythm, number));
            (format!("13 weeks, {an_hour} an hour, {rhythm:?}"), Box::new(chance))
        };
        sizes.into_iter().flat_map(|an_hour| Rhythm::ALL.map(|rhythm| row(an_hour, rhythm))).collect::<Vec<Null>>()
    };
    let of_schedule = |starts| schedule::look(&series_of_runs(DAYS, completed(starts)), &Zone::utc()).chance;
    measure::nulls(table, SCHEDULES, "schedule", all(of_schedule), a_row, MOST_OF_A_ROW);
    let rows = all(|starts| of_end(starts, End::Stopped)).into_iter().chain(ends_of_spells(End::Stopped)).collect();
    measure::nulls(table, SCHEDULES, "stopped", rows, a_row, MOST_OF_A_ROW);
    let rows = all(|starts| of_end(starts, End::New)).into_iter().chain(ends_of_spells(End::New)).collect();
    measure::nulls(table, SCHEDULES, "new", rows, a_row, MOST_OF_A_ROW);
    let random_misses = PERIODS.map(|period_ms| -> Null {
        let chance = move |number: usize| {
            let series = kept(period_ms, number);
            schedule::find(&series, &Zone::utc())
                .map_or(1.0, |(schedule, _)| missed::look(&series, &Zone::utc(), &schedule).chance)
        };
        (format!("every {} min, 3 % missed at random", period_ms / 60_000), Box::new(chance))
    });
    measure::nulls(table, SCHEDULES, "misses that gather", random_misses.into(), a_row, MOST_OF_A_ROW);
    for period_ms in PERIODS {
        let measured = measure::hits(a_row, |number| {
            let look = schedule::look(&kept(period_ms, number), &Zone::utc());
            look.chance <= CLAIMED && look.claim.is_some_and(|claim| claim.facts.period_ms == period_ms)
        });
        let name = format!("every {} min with 3 % misses: the period is told", period_ms / 60_000);
        table.push(SCHEDULES, &name, measured, Target::None, "");
    }
    for period_ms in [HOUR_MS, DAY_MS] {
        let measured = measure::hits(a_row, |number| {
            let mut chance = Chance::of(&format!("evaluate sundays {period_ms}"), number);
            let bad: Vec<bool> = (0..DAYS).map(|day| day % 7 == 6 && chance.uniform() < 0.4).collect();
            let is_bad = |at: i64| bad.get((at / DAY_MS) as usize).copied().unwrap_or(false);
            let series = series_of_runs(DAYS, completed(cron(&mut chance, period_ms, DAYS, 0.005, is_bad)));
            let Some((schedule, _)) = schedule::find(&series, &Zone::utc()) else { return false };
            let look = missed::look(&series, &Zone::utc(), &schedule);
            let is_right = |facts: &missed::Facts| facts.gathered == missed::Gathered::Weekday(6);
            look.chance <= CLAIMED && look.claim.is_some_and(|claim| is_right(&claim.facts))
        });
        let name = format!("every {} min, two in five Sundays missed: told of Sundays", period_ms / 60_000);
        table.push(SCHEDULES, &name, measured, Target::None, "");
    }
    for (an_hour, days) in [(0.1, 60), (2.0, 88), (10.0, 88)] {
        for rhythm in [Rhythm::Poisson, Rhythm::Autoregressive, Rhythm::Office] {
            let measured = measure::hits(a_row, |number| {
                let starts = unscheduled(an_hour, rhythm, number).into_iter();
                of_end(starts.filter(|at| *at < days * DAY_MS).collect(), End::Stopped) <= CLAIMED
            });
            let name = format!("stops after {days} of {DAYS} days, {an_hour} an hour, {rhythm:?}");
            table.push(SCHEDULES, &name, measured, Target::None, "");
        }
    }
}

/// A daily job over a change of clocks, by the local clock or by UTC: which of both it keeps has to be told.
fn clocks(table: &mut Table, a_row: usize) {
    const CHANGE: i64 = 45 * DAY_MS;
    let changes = [(start_ms(), 3_600), (start_ms() + CHANGE, 7_200)];
    let Ok(zone) = Zone::new("Somewhere/Else", &changes) else { return };
    for (words, is_local, frame) in [("the local clock", true, Frame::Local), ("UTC", false, Frame::Utc)] {
        let measured = measure::hits(a_row, |number| {
            let mut chance = Chance::of(&format!("evaluate clocks {words}"), number);
            let mut starts = cron(&mut chance, DAY_MS, DAYS, 0.03, |_| false);
            let earlier = if is_local { HOUR_MS } else { 0 };
            starts.iter_mut().filter(|at| **at >= CHANGE).for_each(|at| *at -= earlier);
            let look = schedule::look(&series_of_runs(DAYS, completed(starts)), &zone);
            look.chance <= CLAIMED && look.claim.is_some_and(|claim| claim.facts.frame == frame)
        });
        let name = format!("daily by {words} over a change of clocks: told of that clock");
        table.push(SCHEDULES, &name, measured, Target::None, "");
    }
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    silences(table, a_row);
    bursts(table, a_row);
    failures_in_a_row(table, a_row.div_ceil(2));
    schedules(table, a_row.div_ceil(2));
    clocks(table, a_row.div_ceil(2));
}
