//! The cadence of a workflow: how far apart its starts are, at which moments, on which weekdays and hours. It knows
//! cadences of a list only, and says nothing of a workflow that keeps none; a timer that begins anew after every run is
//! no cadence, because its moments wander.

use super::claim::{Basis, Look};
use super::series::Series;
use crate::number::whole;
use crate::time::Timestamp;
use crate::zone::{DAY_MS, HOUR_MS, Zone};
use chrono::Datelike;
use std::f64::consts::TAU;

const MINUTE_MS: i64 = 60_000;
/// The cadences that are known, in milliseconds.
const PERIODS_MS: [i64; 17] = [
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    10 * MINUTE_MS,
    15 * MINUTE_MS,
    20 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    4 * HOUR_MS,
    6 * HOUR_MS,
    8 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
];
/// Intervals below which there is no cadence to speak of; of weeks there are fewer.
const LEAST_INTERVALS: usize = 20;
const LEAST_WEEKLY_INTERVALS: usize = 7;
/// The share of intervals that are the period or a multiple of it,
const LEAST_SHARE_OF_INTERVALS: f64 = 0.7;
/// and the share that are the period itself.
const LEAST_SHARE_OF_SINGLE: f64 = 0.5;
/// How closely the starts agree on one moment of the period: the length of their mean direction.
const LEAST_AGREEMENT: f64 = 0.9;
/// A weekday, an hour or a moment of an hour belongs to the schedule if as large a share of its starts happened, of that of
/// the fullest one: where next to nothing ran nothing is due, and where anything does, what did not is missed.
const LEAST_SHARE_OF_FULLEST: f64 = 0.1;
/// A moment of the day that came less often tells less than its hour does.
const LEAST_OF_A_MOMENT: u64 = 5;
/// The share of expected starts that happened.
const LEAST_KEPT: f64 = 0.5;
/// The share of runs that have to start within a minute of the first one of their moment: where more come later, nothing
/// is due then, and the first of many is no schedule.
const LEAST_SHARE_TOGETHER: f64 = 0.6;
/// A schedule that runs at no more hours of the day marks them. One that runs at more is all over the picture, and of hundreds
/// of such, asked for together, cells would be most of what is sent.
const MOST_MARKED_HOURS: usize = 2;
/// The most starts that are told apart: a million minutes are two years.
const MOST_SLOTS: i64 = 2_000_000;

/// In which clock a schedule is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The clock did not change in the span, so that nobody can tell.
    Either,
    /// It moves with the local clock.
    Local,
    /// It stays in UTC while the local clock moves.
    Utc,
}

/// What a cadence is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The period, in milliseconds.
    pub period_ms: i64,
    /// When in the period it starts, in milliseconds after a multiple of the period; of a week after Monday 0 h. In
    /// the clock of `frame`.
    pub phase_ms: i64,
    /// The clock in which it is kept.
    pub frame: Frame,
    /// By weekday from Monday on, whether it runs.
    pub weekdays: [bool; 7],
    /// By hour of the day, whether it runs.
    pub hours: [bool; 24],
    /// Starts that were to be expected between the first one and the last one,
    pub expected: u64,
    /// and those that happened.
    pub kept: u64,
    /// Starts at moments, weekdays or hours that do not belong to it, which are few.
    pub outside: u64,
    /// The 99th per cent of the distances of starts from their moment, in milliseconds.
    pub jitter_ms: i64,
    /// True if it has run no more for three periods, a day and as many days as it rests in a week.
    pub has_ended: bool,
}

/// One moment at which a start is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The moment in the clock of the schedule, in milliseconds; one that no clock change tells of is in local time.
    pub clock_ms: i64,
    /// Whether something started there, or at another time nearest to it: what came late or was moved was not missed.
    pub is_kept: bool,
    /// Whether something started there.
    is_near: bool,
    /// By how many seconds that clock is ahead of UTC then.
    ahead_s: i32,
}

impl Slot {
    /// The moment itself, in milliseconds.
    pub fn at_ms(&self) -> i64 {
        self.clock_ms - i64::from(self.ahead_s) * 1000
    }
}

/// A cadence with its moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// What it is.
    pub facts: Facts,
    /// The moments at which a start is to be expected, from the first start to the last one, in their order.
    pub slots: Vec<Slot>,
}

/// Finds the cadence of a series; the chance is a bound for as many intervals falling on multiples of a period by
/// themselves, over all periods of the list. Evenly spread intervals fall within a tenth of a period on either side of
/// a multiple in one of five cases, so twenty of which fourteen do have a chance of about one in seven thousand.
pub fn find(series: &Series, zone: &Zone) -> Option<(Schedule, f64)> {
    let starts = series.moments();
    let period_ms = period(&starts)?;
    let tolerance = tolerance(period_ms);
    let ticks = ticks(&starts, tolerance);
    if (together(&starts, tolerance) as f64) < LEAST_SHARE_TOGETHER * starts.len() as f64 {
        return None;
    }
    let intervals = || ticks.iter().zip(ticks.iter().skip(1)).map(|(one, next)| next - one);
    let count = intervals().count();
    let on_multiple = intervals().filter(|interval| is_near_multiple(*interval, period_ms, tolerance)).count();
    if (on_multiple as f64) < LEAST_SHARE_OF_INTERVALS * count as f64 {
        return None;
    }
    let (first, last) = (*ticks.first()?, *ticks.last()?);
    let changes = zone.changes_between(first, last).next().is_some();
    let local: Vec<i64> = ticks.iter().map(|at| in_clock(*at, zone)).collect();
    let (local_phase, local_agreement) = phase(&local, period_ms);
    let (utc_phase, utc_agreement) = phase(&ticks, period_ms);
    let (frame, phase_ms, agreement) = match changes {
        false => (Frame::Either, local_phase, local_agreement),
        // Where both agree alike, as an hourly one does, nobody can tell.
        true if (local_agreement - utc_agreement).abs() < 1e-9 => (Frame::Either, local_phase, local_agreement),
        true if local_agreement > utc_agreement => (Frame::Local, local_phase, local_agreement),
        true => (Frame::Utc, utc_phase, utc_agreement),
    };
    if agreement < LEAST_AGREEMENT {
        return None;
    }
    let schedule = match frame {
        // It is due at every moment of UTC, whatever hour that is called: clocks that go back bring one hour twice.
        Frame::Either => Schedule::new(&ticks, period_ms, [utc_phase, phase_ms], frame, zone)?,
        Frame::Local => Schedule::new(&local, period_ms, [phase_ms; 2], frame, zone)?,
        Frame::Utc => Schedule::new(&ticks, period_ms, [phase_ms; 2], frame, zone)?,
    };
    let by_chance = 2.0 * tolerance as f64 / period_ms as f64;
    let chance = PERIODS_MS.len() as f64 * chance_of_share(on_multiple, count, by_chance.max(0.01));
    Some((schedule, chance.min(1.0)))
}

/// The cadence as a claim.
pub fn look(series: &Series, zone: &Zone) -> Look<Facts> {
    find(series, zone).map_or_else(Look::nothing, |found| claim(series, zone, i64::MIN, &found))
}

/// The claim that a schedule which was found is one, where rows are known until a moment.
pub fn claim(series: &Series, zone: &Zone, known_until: i64, (schedule, chance): &(Schedule, f64)) -> Look<Facts> {
    let Schedule { facts, slots } = schedule;
    let date = |run: &super::series::Run| Timestamp::from_ms(run.at_ms).map(|at| zone.local_date(at));
    let (Some(first), Some(last)) = (series.runs.first().and_then(date), series.runs.last().and_then(date)) else {
        return Look::nothing();
    };
    let share = facts.kept as f64 / facts.expected.max(1) as f64;
    let mut basis = Basis::new((first, last), share);
    basis.count("period_ms", facts.period_ms.unsigned_abs());
    basis.count("expected", facts.expected).count("kept", facts.kept).count("kept_outside", facts.outside);
    add_shares(&mut basis, slots);
    let mut hours = [0; 24];
    for slot in slots.iter().filter(|slot| slot.is_near) {
        hours.get_mut(hour_of(slot.clock_ms)).into_iter().for_each(|hour| *hour = 1);
        basis.cell(schedule.local(slot, zone));
    }
    if hours.iter().sum::<usize>() > MOST_MARKED_HOURS {
        basis.cells = Vec::new();
    }
    let pause = series.runs.last().map_or(0, |run| known_until.saturating_sub(run.at_ms));
    // What rests on weekends has not ended on one.
    let days_off = facts.weekdays.iter().filter(|is_on| !**is_on).count() as i64;
    let has_ended = pause > facts.period_ms.saturating_mul(3).saturating_add((1 + days_off) * DAY_MS);
    Look::claim(*chance, Facts { has_ended, ..facts.clone() }, basis)
}

/// How far from its moment a start may be: a minute, a twentieth of a long period, a tenth of a short one.
fn tolerance(period_ms: i64) -> i64 {
    MINUTE_MS.max(period_ms / 20).min(period_ms / 10)
}

fn is_near_multiple(interval: i64, period_ms: i64, tolerance: i64) -> bool {
    let beyond = interval.rem_euclid(period_ms);
    interval + tolerance >= period_ms && beyond.min(period_ms - beyond) <= tolerance
}

/// Starts without those that follow the one before within the tolerance: several runs of one tick are one.
fn ticks(starts: &[i64], tolerance: i64) -> Vec<i64> {
    let mut ticks: Vec<i64> = Vec::new();
    for start in starts {
        if ticks.last().is_none_or(|last| start - last > tolerance) {
            ticks.push(*start);
        }
    }
    ticks
}

/// How many starts come within a minute of the first one of their tick.
fn together(starts: &[i64], tolerance: i64) -> usize {
    let (mut first, mut count) = (None, 0);
    for start in starts {
        let tick = first.filter(|tick| start - tick <= tolerance).unwrap_or(*start);
        first = Some(tick);
        count += usize::from(start - tick <= MINUTE_MS);
    }
    count
}

/// The period of the list that most intervals are, if at least half of them are.
fn period(starts: &[i64]) -> Option<i64> {
    let mut best: Option<(usize, i64)> = None;
    for period_ms in PERIODS_MS {
        let tolerance = tolerance(period_ms);
        let ticks = ticks(starts, tolerance);
        let intervals = ticks.len().saturating_sub(1);
        let least = if period_ms >= 7 * DAY_MS { LEAST_WEEKLY_INTERVALS } else { LEAST_INTERVALS };
        let near = |(one, next): &(&i64, &i64)| ((*next - *one) - period_ms).abs() <= tolerance;
        let count = ticks.iter().zip(ticks.iter().skip(1)).filter(near).count();
        let is_enough = intervals >= least && count as f64 >= LEAST_SHARE_OF_SINGLE * intervals as f64;
        if is_enough && best.is_none_or(|(most, _)| count > most) {
            best = Some((count, period_ms));
        }
    }
    best.map(|(_, period_ms)| period_ms)
}

/// A moment on the local clock.
#[inline(never)]
pub fn in_clock(at_ms: i64, zone: &Zone) -> i64 {
    at_ms + i64::from(zone.offset_at(at_ms)) * 1000
}

/// 1970-01-05 was a Monday; weeks are counted from there.
const MONDAY_MS: i64 = 4 * DAY_MS;

/// The mean direction of moments within the period, in milliseconds, and how closely they agree on it, 0 to 1.
fn phase(moments: &[i64], period_ms: i64) -> (i64, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    for moment in moments {
        let [cosine, sine] = direction((moment - MONDAY_MS).rem_euclid(period_ms) as f64 / period_ms as f64);
        x += cosine;
        y += sine;
    }
    let phase = libm::atan2(y, x) / TAU * period_ms as f64;
    ((phase.round() as i64).rem_euclid(period_ms), (x * x + y * y).sqrt() / moments.len().max(1) as f64)
}

/// Cosine and sine of a part of a turn, 0 to 1, by their power series around the nearest quarter: what takes angles of any
/// size to these weighs four times as much.
fn direction(turn: f64) -> [f64; 2] {
    /// Beyond it the terms of an eighth of a turn are below the last digit.
    const TERMS: u32 = 18;
    let quarter = (turn * 4.0).round();
    let angle = (turn - quarter / 4.0) * TAU;
    let (mut sums, mut term) = ([0.0, 0.0], 1.0);
    for power in 0..TERMS {
        let sum = if power % 2 == 0 { &mut sums[0] } else { &mut sums[1] };
        *sum += if power % 4 < 2 { term } else { -term };
        term *= angle / f64::from(power + 1);
    }
    let [cosine, sine] = sums;
    match quarter as u8 % 4 {
        0 => [cosine, sine],
        1 => [-sine, cosine],
        2 => [-cosine, -sine],
        _ => [sine, -cosine],
    }
}

/// A bound for the chance that at least `count` of `of` fall where a share of `rate` falls (Chernoff 1952).
fn chance_of_share(count: usize, of: usize, rate: f64) -> f64 {
    let share = count as f64 / of.max(1) as f64;
    if share <= rate {
        return 1.0;
    }
    let term = |share: f64, rate: f64| if share > 0.0 { share * libm::log(share / rate) } else { 0.0 };
    libm::exp(-(of as f64) * (term(share, rate) + term(1.0 - share, 1.0 - rate)))
}

/// Moments on a clock, one a period, that are numbered.
#[derive(Clone, Copy)]
struct Moments {
    begin_ms: i64,
    period_ms: i64,
}

impl Moments {
    /// The moment of a number.
    fn at(self, number: i64) -> i64 {
        self.begin_ms + number * self.period_ms
    }

    /// The number of the moment nearest to another one.
    #[inline(never)]
    fn nearest(self, at: i64) -> i64 {
        (at - self.begin_ms + self.period_ms / 2).div_euclid(self.period_ms)
    }
}

impl Schedule {
    /// A moment on the local clock.
    pub fn local(&self, slot: &Slot, zone: &Zone) -> i64 {
        if self.facts.frame == Frame::Utc { in_clock(slot.clock_ms, zone) } else { slot.clock_ms }
    }

    /// Lays the moments of a period over starts: on the local clock where that keeps them, so that moments which a clock
    /// change skips are left out, and in UTC elsewhere. The phase is given in that clock, and in the one that is told.
    fn new(clock: &[i64], period_ms: i64, phases_ms: [i64; 2], frame: Frame, zone: &Zone) -> Option<Self> {
        let [phase_ms, told_ms] = phases_ms;
        let moments = Moments { begin_ms: MONDAY_MS + phase_ms, period_ms };
        let (first, last) = (moments.nearest(*clock.first()?), moments.nearest(*clock.last()?));
        if last - first >= MOST_SLOTS || last <= first {
            return None;
        }
        let distance = |at: &i64| (at - moments.at(moments.nearest(*at))).abs() as f64;
        let jitter_ms = super::random::quantile(clock.iter().map(distance), 0.99) as i64;
        // One of ten may have been started at quite another time, which says nothing of how late one is.
        let spread_ms = super::random::quantile(clock.iter().map(distance), 0.9) as i64;
        let most = (period_ms / 2).min((5 * MINUTE_MS).max(3 * spread_ms));
        let mut starts = vec![[false; 2]; (last - first + 1) as usize];
        for at in clock {
            // A clock that goes back gives numbers that do not rise.
            if let Some([is_kept, is_near]) =
                usize::try_from(moments.nearest(*at) - first).ok().and_then(|slot| starts.get_mut(slot))
            {
                *is_kept = true;
                *is_near |= distance(at) <= most as f64;
            }
        }
        let offset = |at: i64| i64::from(zone.offset_at(at)) * 1000;
        // When a clock shows a moment, the first time of two; `None` where a change skips it.
        let shown = |clock_ms: i64| {
            let near = clock_ms - offset(clock_ms);
            let around = [near - 2 * HOUR_MS, near + 2 * HOUR_MS].map(|at| clock_ms - offset(at));
            around.into_iter().find(|at| at + offset(*at) == clock_ms)
        };
        let slot = |(at, [is_kept, is_near]): (i64, [bool; 2])| {
            let (at_ms, clock_ms) = match frame {
                Frame::Either => (at, in_clock(at, zone)),
                Frame::Utc => (at, at),
                // What ran all the same at a moment that no clock shows was due when it would have been.
                Frame::Local => (shown(at).or(is_kept.then(|| at - offset(at)))?, at),
            };
            Some(Slot { clock_ms, is_kept, is_near, ahead_s: ((clock_ms - at_ms) / 1000) as i32 })
        };
        let slots = (first..).map(|number| moments.at(number)).zip(starts).filter_map(slot);
        let mut slots: Vec<Slot> = slots.collect();
        let weekdays: [bool; 7] = active(&slots, 1, 7, &weekday_of);
        let hours: [bool; 24] = active(&slots, 1, 24, &hour_of);
        // What runs every five minutes from half past nine on has missed nothing at nine.
        let moments: [bool; MINUTES] = active(&slots, LEAST_OF_A_MOMENT, 60, &minute_of);
        let is_kept = |slots: &[Slot]| slots.iter().filter(|slot| slot.is_kept).count() as u64;
        let all_kept = is_kept(&slots);
        slots.retain(|Slot { clock_ms: at, .. }| {
            weekdays.get(weekday_of(*at)) == Some(&true)
                && hours.get(hour_of(*at)) == Some(&true)
                && moments.get(minute_of(*at)) == Some(&true)
        });
        let (expected, kept) = (slots.len() as u64, is_kept(&slots));
        if (kept as f64) < LEAST_KEPT * expected as f64 {
            return None;
        }
        Some(Self {
            facts: Facts {
                period_ms,
                phase_ms: told_ms,
                frame,
                weekdays,
                hours,
                expected,
                kept,
                outside: all_kept - kept,
                jitter_ms,
                has_ended: false,
            },
            slots,
        })
    }
}

/// The weekday of a moment on a clock, 0 = Monday.
#[inline(never)]
pub fn weekday_of(clock_ms: i64) -> usize {
    (clock_ms - MONDAY_MS).div_euclid(DAY_MS).rem_euclid(7) as usize
}

/// Its hour of the day.
pub fn hour_of(clock_ms: i64) -> usize {
    (clock_ms.rem_euclid(DAY_MS) / HOUR_MS) as usize
}

/// Its date.
#[inline(never)]
pub fn date_of(clock_ms: i64) -> chrono::NaiveDate {
    let days = clock_ms.div_euclid(DAY_MS);
    let date =
        i32::try_from(days).ok().and_then(|days| chrono::NaiveDate::default().num_days_from_ce().checked_add(days));
    date.and_then(chrono::NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
}

const MINUTES: usize = 24 * 60;

/// Its minute of the day.
fn minute_of(clock_ms: i64) -> usize {
    (clock_ms.rem_euclid(DAY_MS) / MINUTE_MS) as usize
}

/// Starts that happened and that were to be expected, by class of their moments.
#[inline(never)]
fn by_class<const CLASSES: usize>(
    slots: &[Slot],
    happened: fn(&Slot) -> bool,
    class: &dyn Fn(i64) -> usize,
) -> [(u64, u64); CLASSES] {
    let mut sums = [(0, 0); CLASSES];
    for slot in slots {
        if let Some((kept, all)) = sums.get_mut(class(slot.clock_ms)) {
            *kept += u64::from(happened(slot));
            *all += 1;
        }
    }
    sums
}

/// Which classes of moments a schedule has: those in which not next to nothing ran, by the fullest of the `group` that they
/// are of. One that fewer than `least` moments are of, since there were too few days, may belong to it as well as any other.
fn active<const CLASSES: usize>(
    slots: &[Slot],
    least: u64,
    group: usize,
    class: &dyn Fn(i64) -> usize,
) -> [bool; CLASSES] {
    let sums: [_; CLASSES] = by_class(slots, |slot| slot.is_near, class);
    let share = |(kept, all): (u64, u64)| kept as f64 / all.max(1) as f64;
    let mut active = [true; CLASSES];
    for (active, sums) in active.chunks_mut(group).zip(sums.chunks(group)) {
        let fullest = sums.iter().fold(0.0, |most: f64, sum| most.max(share(*sum)));
        for (active, sum) in active.iter_mut().zip(sums) {
            *active = sum.1 < least || share(*sum) >= LEAST_SHARE_OF_FULLEST * fullest;
        }
    }
    active
}

/// Adds to the evidence, by hour of the day and by weekday (1 = Monday), the starts that happened of those to be expected:
/// "0:91/91 1:91/91 4:38/91".
pub fn add_shares(basis: &mut Basis, slots: &[Slot]) {
    let mut add = |name, sums: &[(u64, u64)], first: usize| {
        let mut text = String::new();
        for (class, (kept, all)) in (first..).zip(sums).filter(|(_, (_, all))| *all > 0) {
            let between = if text.is_empty() { "" } else { " " };
            text += &[between, &whole(class as u64), ":", &whole(*kept), "/", &whole(*all)].concat();
        }
        basis.text(name, &text);
    };
    add("kept_by_hour", &by_class::<24>(slots, |slot| slot.is_kept, &hour_of), 0);
    add("kept_by_weekday", &by_class::<7>(slots, |slot| slot.is_kept, &weekday_of), 1);
}

#[cfg(test)]
mod tests {
    use super::super::series::{Run, Whose};
    use super::*;
    use crate::execution::Status;

    #[test]
    fn a_schedule_has_ended_once_it_would_have_run_again() {
        // Hourly from Monday to Friday, for six weeks.
        let at = |hour: i64| MONDAY_MS + 2000 * 7 * DAY_MS + hour * HOUR_MS;
        let hours = (0..6 * 168).filter(|hour| hour % 168 < 120);
        let run = |hour| Run { at_ms: at(hour), duration_ms: None, status: Status::Completed, error: Run::NO_ERROR };
        let series = Series::new(Whose::All, Vec::new(), Vec::new(), hours.map(run).collect());
        let utc = Zone::utc();
        let found = find(&series, &utc).unwrap();
        assert_eq!(found.0.facts.weekdays, [true, true, true, true, true, false, false]);
        let has_ended = |hour: i64| {
            let look = claim(&series, &utc, at(5 * 168 + hour), &found);
            look.claim.map(|claim| claim.facts.has_ended)
        };
        assert_eq!([120, 167, 170].map(has_ended), [Some(false); 3], "the weekend, and Monday early");
        assert_eq!([200, 400].map(has_ended), [Some(true); 2], "Tuesday, and a week later");
    }

    #[test]
    fn directions_are_those_of_the_circle() {
        for part in 0..=1000 {
            let turn = f64::from(part) / 1000.0;
            let [cosine, sine] = direction(turn);
            let (expected_sine, expected_cosine) = libm::sincos(turn * TAU);
            assert!((cosine - expected_cosine).abs() < 1e-15 && (sine - expected_sine).abs() < 1e-15, "{turn}");
        }
    }
}
