//! Hours in which little runs, week after week: when there is room for another job. Advice that follows from counts
//! alone: it tests nothing, and is no pattern.
//!
//! Load is what starts and what runs at the same time. How many run at a time is the time that executions spent running
//! in an hour, by the length of the hour (Little's law holds for it exactly: the mean number in a system is the time
//! spent in it by the time that has passed). Of executions that are still running no duration is known, so they are
//! counted where they start and not where they run.

use super::claim::{Basis, Claim, Effect};
use super::history::{self, Day};
use super::random::median;
use super::series::Series;
use super::volume_window::On;
use crate::bucket::Buckets;
use crate::table::WorkflowRuns;
use crate::window::Window;
use chrono::{Datelike, NaiveDate};

/// The load of a set of hours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Executions that started,
    pub executions: u64,
    /// in so many hours,
    pub hours: u64,
    /// in which executions ran for so many milliseconds, each for itself.
    pub running_ms: u64,
    /// How long these hours are, in milliseconds.
    pub length_ms: u64,
}

impl Load {
    /// Executions that start in an hour.
    pub fn an_hour(&self) -> f64 {
        self.executions as f64 / self.hours.max(1) as f64
    }

    /// Executions that run at the same time, in the mean.
    pub fn at_a_time(&self) -> f64 {
        self.running_ms as f64 / self.length_ms.max(1) as f64
    }

    fn add(&mut self, hour: &Self) {
        self.executions = self.executions.saturating_add(hour.executions);
        self.hours += hour.hours;
        self.running_ms = self.running_ms.saturating_add(hour.running_ms);
        self.length_ms = self.length_ms.saturating_add(hour.length_ms);
    }
}

/// A quiet window, in raw counts of the days that were looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// On which days.
    pub on: On,
    /// The first hour, 0 to 23.
    pub start: u8,
    /// How many hours; past midnight they go on on the next day.
    pub length: u8,
    /// What is in the window
    pub inside: Load,
    /// and in all other hours of all days.
    pub outside: Load,
    /// False where most executions have no duration: then nothing is known of how many run at a time.
    pub is_running_known: bool,
    /// Days on which the window has less than half of the usual load,
    pub held: u32,
    /// of so many.
    pub days: u32,
}

/// Whole days below which no window recurs: two weeks.
pub const LEAST_DAYS: usize = 14;
/// Days of a kind (weekdays, weekends) below which nothing is said of them.
const LEAST_OF_A_KIND: usize = 8;
/// A window is quiet below this part of the usual load,
const QUIET: f64 = 0.5;
/// on this share of its days.
const LEAST_SHARE_OF_DAYS: f64 = 0.8;
/// A window is as long as makes so many executions usual: less than half of them is no chance then.
const LEAST_USUAL: f64 = 10.0;
/// Hours of a window at least.
const SHORTEST: usize = 2;
/// A window of all days stands for those of weekdays and of weekends where it has this part of each.
const SHARE_OF_EACH: f64 = 0.6;
/// The share of executions that must have a duration.
const LEAST_SHARE_TIMED: f64 = 0.9;

/// How long executions ran in each bucket of a window.
pub struct Running {
    /// The begin of each bucket and the end of the last one.
    bounds: Vec<i64>,
    /// What ran in a part of a bucket,
    parts: Vec<u64>,
    /// and how many more, or fewer, ran in all of a bucket than in all of the one before.
    whole: Vec<i64>,
    executions: u64,
    timed: u64,
}

impl Running {
    /// Nothing has run.
    pub fn new(buckets: &Buckets, window: &Window) -> Self {
        let ends = buckets.hours().iter().scan(window.start_ms, |end, hour| {
            *end += hour.length_ms;
            Some(*end)
        });
        let bounds: Vec<i64> = std::iter::once(window.start_ms).chain(ends).collect();
        Self { parts: vec![0; bounds.len()], whole: vec![0; bounds.len()], bounds, executions: 0, timed: 0 }
    }

    /// Adds what executions of one workflow did. Of those that only were counted, all begin in the middle of their bucket
    /// and last as long as their mean.
    pub fn add(&mut self, buckets: &Buckets, workflow: &WorkflowRuns) {
        for run in &workflow.runs {
            self.executions += 1;
            if let Some(ms) = run.duration_ms {
                self.add_some(buckets, run.at_ms, ms, 1);
            }
        }
        for counted in &workflow.counts {
            let count = &counted.count;
            self.executions = self.executions.saturating_add(count.executions);
            let mean = count.duration_ms / u128::from(count.timed.max(1));
            if let (true, Ok(ms)) = (count.timed > 0, u64::try_from(mean)) {
                let middle_ms = counted.at_ms.saturating_add(i64::from(count.seconds) * 500);
                self.add_some(buckets, middle_ms, ms, count.timed);
            }
        }
    }

    fn add_some(&mut self, buckets: &Buckets, at_ms: i64, ms: u64, executions: u64) {
        self.timed = self.timed.saturating_add(executions);
        let Some(first) = buckets.of(at_ms) else { return };
        let until_ms = self.bounds.last().copied().unwrap_or(at_ms);
        let end_ms = at_ms.saturating_add_unsigned(ms).min(until_ms);
        let last = buckets.of(end_ms).unwrap_or(self.bounds.len().saturating_sub(1));
        let bound = |bucket: usize| self.bounds.get(bucket).copied().unwrap_or(until_ms);
        let (in_first, in_last) =
            if first == last { (end_ms - at_ms, 0) } else { (bound(first + 1) - at_ms, end_ms - bound(last)) };
        for (bucket, ms) in [(first, in_first), (last, in_last)] {
            if let (Some(sum), Ok(ms)) = (self.parts.get_mut(bucket), u64::try_from(ms)) {
                *sum = sum.saturating_add(ms.saturating_mul(executions));
            }
        }
        if last > first + 1 {
            let executions = i64::try_from(executions).unwrap_or(i64::MAX);
            for (bucket, more) in [(first + 1, executions), (last, -executions)] {
                if let Some(whole) = self.whole.get_mut(bucket) {
                    *whole = whole.saturating_add(more);
                }
            }
        }
    }

    /// By bucket, for how many milliseconds executions ran; `None` where too many have no duration.
    fn by_bucket(&self) -> Option<Vec<u64>> {
        if (self.timed as f64) < LEAST_SHARE_TIMED * self.executions as f64 {
            return None;
        }
        let mut whole = 0i64;
        let lengths = self.bounds.windows(2).map(|bounds| match bounds {
            [from, to] => u64::try_from(to - from).unwrap_or(0),
            _ => 0,
        });
        let sums = lengths.zip(&self.parts).zip(&self.whole).map(|((length, part), more)| {
            whole = whole.saturating_add(*more);
            part.saturating_add(length.saturating_mul(u64::try_from(whole).unwrap_or(0)))
        });
        Some(sums.collect())
    }
}

/// One whole day by hours.
struct Loads<'a> {
    day: &'a Day,
    hours: [Load; 24],
}

/// The windows in which least runs: one of all days, or one of weekdays and one of weekends; or none.
pub fn windows(all: &Series, buckets: &Buckets, running: &Running) -> Vec<Claim<Facts>> {
    if all.days.len() < LEAST_DAYS {
        return Vec::new();
    }
    let by_bucket = running.by_bucket();
    let loads = loads(&all.days, buckets, by_bucket.as_deref());
    let Some(usual) = Usual::of(&loads, by_bucket.is_some()) else { return Vec::new() };
    let window = |on| usual.window(&loads, on);
    let (weekdays, weekends) = (window(On::Weekdays), window(On::Weekends));
    let lengths = [&weekdays, &weekends].map(|window| window.as_ref().map_or(0, |facts| facts.length));
    let every_day = window(On::AllDays)
        .filter(|facts| lengths.iter().all(|length| f64::from(facts.length) >= SHARE_OF_EACH * f64::from(*length)));
    let told = if every_day.is_some() { [every_day, None] } else { [weekdays, weekends] };
    let mut claims = Vec::new();
    for facts in told.into_iter().flatten() {
        claims.extend(claim(facts, &all.days));
    }
    claims
}

fn loads<'a>(days: &'a [Day], buckets: &Buckets, running_ms: Option<&[u64]>) -> Vec<Loads<'a>> {
    let of_day = |day| Loads { day, hours: [Load::default(); 24] };
    let mut loads: Vec<Loads<'_>> = days.iter().map(of_day).collect();
    for (bucket, place) in buckets.hours().iter().enumerate() {
        let Some(loads) = loads.get_mut(place.date as usize) else { continue };
        if let Some(hour) = loads.hours.get_mut(usize::from(place.hour)) {
            hour.hours = 1;
            hour.length_ms += u64::try_from(place.length_ms).unwrap_or(0);
            let running_ms = running_ms.and_then(|running_ms| running_ms.get(bucket));
            hour.running_ms = hour.running_ms.saturating_add(running_ms.copied().unwrap_or(0));
        }
    }
    for Loads { day, hours } in &mut loads {
        for (load, hour) in hours.iter_mut().zip(&day.hours) {
            load.executions = hour.executions;
        }
    }
    loads
}

/// The load of a usual hour: what is in the middle of days, so that one wild day makes no other one quiet.
struct Usual {
    an_hour: f64,
    at_a_time: Option<f64>,
}

impl Usual {
    fn of(loads: &[Loads<'_>], is_running_known: bool) -> Option<Self> {
        let middle = |of: &dyn Fn(&Load) -> f64| {
            let of_days = loads.iter().map(|day| day.hours.iter().map(of).sum::<f64>() / 24.0);
            median(of_days)
        };
        let an_hour = middle(&|load| load.executions as f64);
        let at_a_time = is_running_known.then(|| middle(&Load::at_a_time)).filter(|at_a_time| *at_a_time > 0.0);
        (an_hour > 0.0).then_some(Self { an_hour, at_a_time })
    }

    /// A load by the usual one: of what starts and what runs, whichever is more.
    fn share(&self, load: &Load) -> f64 {
        let of_running = self.at_a_time.map_or(0.0, |usual| load.at_a_time() / usual);
        (load.an_hour() / self.an_hour).max(of_running)
    }

    /// The stretch of hours that lies furthest below what is quiet, all its hours together, where it is quiet on most of
    /// the days.
    fn window(&self, loads: &[Loads<'_>], on: On) -> Option<Facts> {
        let is_of_kind = |place: &usize| loads.get(*place).is_some_and(|loads| on.holds(weekday(loads.day.date)));
        let days: Vec<usize> = (0..loads.len()).filter(is_of_kind).collect();
        if days.len() < LEAST_OF_A_KIND {
            return None;
        }
        // What begins on such a day may go on behind midnight.
        let hour_of = |day: usize, hour: usize| loads.get(day + hour / 24).and_then(|day| day.hours.get(hour % 24));
        let mut below = [0.0; 48];
        for (hour, below) in below.iter_mut().enumerate() {
            let shares = days.iter().filter_map(|day| hour_of(*day, hour));
            *below = QUIET - median(shares.map(|load| self.share(load)));
        }
        // What is quiet all day is a quiet day, and its window begins at midnight.
        let starts = if below.iter().take(24).all(|below| *below > 0.0) { 0..1 } else { 0..24 };
        let arcs = starts.flat_map(|start| (SHORTEST..=24usize).map(move |length| (start, length)));
        let is_known = |length: &usize| self.an_hour * *length as f64 >= LEAST_USUAL;
        let mut best = (0.0, None);
        for (start, length) in arcs.filter(|(_, length)| is_known(length)) {
            let depth = below.iter().skip(start).take(length).sum::<f64>();
            if depth > best.0 {
                best = (depth, Some((start, length)));
            }
        }
        let (start, length) = best.1?;
        let mut facts = Facts {
            on,
            start: start as u8,
            length: length as u8,
            inside: Load::default(),
            outside: Load::default(),
            is_running_known: self.at_a_time.is_some(),
            held: 0,
            days: 0,
        };
        for Loads { day, hours } in loads {
            for (hour, load) in hours.iter().enumerate() {
                if facts.holds(day.date, hour) { &mut facts.inside } else { &mut facts.outside }.add(load);
            }
        }
        // Of a window that the history cuts off nobody knows how quiet it was.
        for day in days.iter().filter(|day| hour_of(**day, start + length - 1).is_some()) {
            let mut inside = Load::default();
            (start..start + length).filter_map(|hour| hour_of(*day, hour)).for_each(|load| inside.add(load));
            facts.days += 1;
            facts.held += u32::from(inside.hours > 0 && self.share(&inside) < QUIET);
        }
        let is_quiet = f64::from(facts.held) >= LEAST_SHARE_OF_DAYS * f64::from(facts.days);
        (is_quiet && self.share(&facts.inside) < QUIET && facts.outside.hours > 0).then_some(facts)
    }
}

impl Facts {
    /// True for an hour of the window; past midnight it is that of the day before.
    fn holds(&self, date: NaiveDate, hour: usize) -> bool {
        let (start, length) = (usize::from(self.start), usize::from(self.length));
        let holds = |weekday: u32, hour: usize| self.on.holds(weekday) && (start..start + length).contains(&hour);
        holds(weekday(date), hour) || holds((weekday(date) + 6) % 7, hour + 24)
    }
}

/// 0 on Mondays.
fn weekday(date: NaiveDate) -> u32 {
    date.weekday().num_days_from_monday()
}

fn claim(facts: Facts, days: &[Day]) -> Option<Claim<Facts>> {
    // It is ranked beside nothing.
    let mut basis = Basis::new((days.first()?.date, days.last()?.date), 0.0);
    basis.window = Some(facts.on.window(facts.start, facts.length));
    basis.effect = Some(Effect { inside: facts.inside.an_hour(), outside: facts.outside.an_hour() });
    basis.count("executions_inside", facts.inside.executions).count("hours_inside", facts.inside.hours);
    basis.count("executions_outside", facts.outside.executions).count("hours_outside", facts.outside.hours);
    if facts.is_running_known {
        basis.number("running_at_a_time_inside", facts.inside.at_a_time());
        basis.number("running_at_a_time_outside", facts.outside.at_a_time());
    }
    basis.count("days_held", u64::from(facts.held)).count("days", u64::from(facts.days));
    basis.cells = history::cells(days, &|day, hour| facts.holds(day.date, usize::from(hour)));
    Some(Claim { facts, basis })
}
