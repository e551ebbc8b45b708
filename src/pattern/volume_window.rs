//! Hours of the day in which more or fewer executions start, or end, than in the rest of it, on most weekdays, on most
//! weekends or on most days.
//!
//! Each day is a comparison with itself: the logarithm of the rate inside by the rate outside. The test turns every day
//! (and every week) by an angle of its own, which keeps bursts, skew and quiet hours together and only makes chance of
//! when they fall. It never tells the peak of the day again: where the profile is a hump rather than a dip, only what
//! holds for weekdays but not for weekends, or the other way round, is told. Days that are far quieter than their
//! weekday are left out, and nothing is said of what raw counts do not show.

use super::WeekWindow;
use super::claim::{Basis, Effect, Look};
use super::contrasts::{Effects, Looked, center, inside, stretches};
use super::history::{Day, Hour, monday_of};
use super::random::{FEW, GLANCE, HOPELESS, Random, listed, median, those};
use super::series::Series;
use super::turned_days::{Turned, by_day, by_week};
use super::volume_profile::{Profile, holds};
use crate::number::within;
use chrono::{Datelike, NaiveDate};

/// Which moment of executions is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// When they start.
    #[default]
    Started,
    /// When they end.
    Finished,
}

/// On which days a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Monday to Friday.
    Weekdays,
    /// Saturday and Sunday.
    Weekends,
    /// Every day.
    AllDays,
}

/// A window of volume, in raw counts of the days that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which moment is counted.
    pub moment: Moment,
    /// On which days.
    pub on: On,
    /// The first hour, 0 to 23.
    pub start: u8,
    /// How many hours, 2 to 12; past midnight they go on at the same day's beginning.
    pub length: u8,
    /// True if there are more inside than outside.
    pub is_high: bool,
    /// Executions inside,
    pub inside: u64,
    /// in so many hours.
    pub hours_inside: u64,
    /// Executions in the rest of these days,
    pub outside: u64,
    /// in so many hours.
    pub hours_outside: u64,
    /// Days on which the rate inside lies on that side of the rate outside,
    pub held: u32,
    /// of so many.
    pub days: u32,
    /// Days left out because they are far from what is usual of their weekday.
    pub left_out: LeftOut,
}

/// Days that are no usual ones of their weekday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Far quieter.
    pub quiet: u32,
    /// So much busier that one of them would decide what all of them add up to.
    pub huge: u32,
}

/// Days of a kind below which nothing is said of them.
pub const LEAST_DAYS: usize = 10;
/// From so many weeks on they are turned too: a rhythm that moves from week to week is not a daily one.
const LEAST_WEEKS: usize = 8;
/// A day with fewer executions has no shape to speak of.
pub const LEAST_EXECUTIONS: u64 = 10;
/// A day below this part of the median of its weekday is quiet,
pub(super) const QUIET: f64 = 0.35;
/// one above so many times it is huge,
pub(super) const HUGE: f64 = 4.0;
/// and a quiet one is told as such where so many executions are usual of it,
const LEAST_USUAL_OF_QUIET: f64 = 30.0;
/// where so many days of that weekday are known.
const LEAST_OF_A_WEEKDAY: usize = 3;
/// The rate inside is at most this part of the rate outside,
pub(super) const MOST_OF_LOW: f64 = 0.75;
/// or at least so many times it.
pub(super) const LEAST_OF_HIGH: f64 = 1.3;
/// The share of days on which it holds.
const LEAST_SHARE_OF_DAYS: f64 = 0.6;
/// The share of the effect that is left whichever weekday is left out.
const LEAST_SHARE_WITHOUT_A_WEEKDAY: f64 = 0.6;
/// Other days must have at most this share of the effect of a hump that is told of some days alone, and both weekdays and
/// weekends at least this of what is told of all days.
const SHARE_OF_OTHER_DAYS: f64 = 0.5;
/// That other days have less is told only where it lies so many standard deviations from chance: the hump of all days, in
/// which they had somewhat less by chance, is no hump of some days. Of each series hundreds of stretches are tried.
const LEAST_DEVIATIONS_APART: f64 = 4.5;
/// A dip explains the profile so many times as well as a hump: of an even swing neither is told.
const LEAST_DIP_BY_HUMP: f64 = 1.1;
/// The share of executions that have ended of which it is known when.
const LEAST_SHARE_OF_ENDS: f64 = 0.9;
/// A chance above this ends the search.
pub(super) const MOST_CHANCE: f64 = 0.05;

impl Moment {
    /// How many of an hour's are meant.
    pub(super) fn of(self, hour: &Hour) -> u64 {
        match self {
            Moment::Started => hour.executions,
            Moment::Finished => hour.finished,
        }
    }
}

impl On {
    const ALL: [On; 3] = [On::Weekdays, On::Weekends, On::AllDays];

    /// Whether a weekday (0 = Monday) is among them.
    pub(super) fn holds(self, weekday: u32) -> bool {
        match self {
            On::Weekdays => weekday < 5,
            On::Weekends => weekday >= 5,
            On::AllDays => true,
        }
    }

    /// So many hours of these days.
    pub(super) fn window(self, start: u8, length: u8) -> WeekWindow {
        let weekdays = (0..7).filter(|weekday| self.holds(*weekday)).map(|weekday| weekday as u8 + 1);
        WeekWindow::new(weekdays.collect(), start, length)
    }
}

/// Looks for the window that stands out most. The chance is over all windows on all kinds of days, high and low ones.
pub fn look(series: &Series, moment: Moment) -> Look<Facts> {
    found(series, moment).unwrap_or_else(Look::nothing)
}

fn found(series: &Series, moment: Moment) -> Option<Look<Facts>> {
    if moment == Moment::Finished && !are_ends_known(&series.days) {
        return None;
    }
    let (days, left_out) = usable(&series.days, moment);
    if days.len() < LEAST_DAYS {
        return None;
    }
    let candidates = candidates(&days, left_out);
    if candidates.is_empty() {
        return None;
    }
    let seed = || days.iter().flat_map(|day| day.counts).chain([moment as u64]);
    let random = |stream| Random::seeded_by(seed().chain([stream]));
    let (each_day, weeks) = (by_day(&days), by_week(&days));
    let mut scores = Turned::new(&each_day, random(7));
    scores.shuffle(GLANCE);
    if scores.chance(scores.best(&candidates)?) > HOPELESS {
        return None;
    }
    scores.shuffle(FEW);
    let best = scores.best(&candidates)?;
    let mut chance = scores.chance(best);
    // What does not hold from day to day need not be turned by week.
    if chance <= MOST_CHANCE && weeks.len() >= LEAST_WEEKS {
        scores = Turned::new(&weeks, random(8));
        scores.shuffle(FEW);
        chance = chance.max(scores.chance(best));
    }
    if chance > MOST_CHANCE {
        return None;
    }
    let facts = Facts { moment, ..best.facts };
    let (inside, outside) = rates(&facts);
    let executions = facts.inside as f64 + facts.outside as f64;
    let all = days.iter().map(|day| day.all as f64).sum::<f64>();
    let excess = (inside - outside).abs() * facts.hours_inside as f64;
    let share = within(excess / executions.max(all).max(1.0), 0.0, 1.0);
    let mut basis = Basis::new(series.span()?, share);
    basis.window = Some(facts.on.window(facts.start, facts.length));
    basis.effect = Some(Effect { inside, outside });
    basis.count("executions_inside", facts.inside).count("hours_inside", facts.hours_inside);
    basis.count("executions_outside", facts.outside).count("hours_outside", facts.hours_outside);
    basis.count("days_held", u64::from(facts.held)).count("days", u64::from(facts.days));
    basis.count("quiet_days", u64::from(facts.left_out.quiet));
    basis.count("huge_days", u64::from(facts.left_out.huge));
    basis.weeks = weeks_held(&days, &facts, best.arc);
    basis.cells = cells(&days, &facts);
    Some(Look::claim(chance, facts, basis))
}

/// Whether it is known of most executions that have ended when they did. Of the others nobody says where they are missing.
pub(super) fn are_ends_known(days: &[Day]) -> bool {
    let sum =
        |of: &dyn Fn(&Hour) -> u64| days.iter().flat_map(|day| &day.hours).map(|hour| of(hour) as f64).sum::<f64>();
    sum(&|hour| hour.finished) >= LEAST_SHARE_OF_ENDS * sum(&|hour| hour.ended)
}

/// The days that can be looked at, and how many are left out.
fn usable(days: &[Day], moment: Moment) -> (Vec<Looked>, LeftOut) {
    let (mut looked, mut left_out) = (Vec::new(), LeftOut::default());
    for (day, usual) in days.iter().zip(usual(days, moment)) {
        let counts = counts(day, moment);
        let all = sum(&counts);
        if (all as f64) < QUIET * usual {
            left_out.quiet += 1;
        } else if usual > 0.0 && all as f64 > HUGE * usual {
            left_out.huge += 1;
        } else if all >= LEAST_EXECUTIONS {
            let lasts = day.hours.map(|hour| hour.lasts());
            looked.push(Looked::new(day.date, weekday(day.date), counts, lasts, all));
        }
    }
    center(&mut looked);
    (looked, left_out)
}

/// The dates on which far fewer executions start than on others of their weekday, where chance makes no such dates. The
/// first and the last date on which anything starts may be cut, and what lies beyond them may be missing.
pub fn quiet_dates(days: &[Day]) -> Vec<NaiveDate> {
    let started = |day: &Day| sum(&counts(day, Moment::Started));
    let first = days.iter().position(|day| started(day) > 0).unwrap_or(0);
    let last = days.iter().rposition(|day| started(day) > 0).unwrap_or(0);
    let known = days.iter().zip(usual(days, Moment::Started)).take(last).skip(first + 1);
    let are_quiet =
        known.filter(|(day, usual)| *usual >= LEAST_USUAL_OF_QUIET && (started(day) as f64) < QUIET * usual);
    are_quiet.map(|(day, _)| day.date).collect()
}

/// For each day how many executions are usual on its weekday; 0 where that is not known.
pub(super) fn usual(days: &[Day], moment: Moment) -> Vec<f64> {
    let by_weekday = [0, 1, 2, 3, 4, 5, 6].map(|of| {
        let among = || days.iter().filter(|day| weekday(day.date) == of);
        let volumes = among().map(|day| sum(&counts(day, moment)) as f64);
        if among().count() < LEAST_OF_A_WEEKDAY { 0.0 } else { median(volumes) }
    });
    listed(days.iter().map(|day| by_weekday.get(weekday(day.date) as usize).copied().unwrap_or(0.0)))
}

#[inline(never)]
fn counts(day: &Day, moment: Moment) -> [u64; 24] {
    day.hours.each_ref().map(|hour| moment.of(hour))
}

fn sum(counts: &[u64; 24]) -> u64 {
    counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count))
}

/// 0 = Monday.
pub(super) fn weekday(date: NaiveDate) -> u32 {
    date.weekday().num_days_from_monday()
}

/// A window that passed its gates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Its stretch, among all.
    pub(super) arc: usize,
    pub(super) facts: Facts,
    /// How much of the day's profile it explains.
    pub(super) explained: f64,
}

fn candidates(days: &[Looked], left_out: LeftOut) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let effects = Effects::of(days);
    for on in On::ALL {
        let among = among(days, &|day| on.holds(day.weekday));
        if among.len() < LEAST_DAYS {
            continue;
        }
        let profile = Profile::new(&among);
        let shape = profile.dip_by_hump();
        let hours = Hours::of(&among);
        let others = self::among(days, &|day| !on.holds(day.weekday));
        for (arc, (start, length)) in stretches().enumerate() {
            // Past midnight the days would be others than those that are named.
            if on != On::AllDays && start + length > 24 {
                continue;
            }
            let Some(effect) = effects.mean(arc, &|weekday| on.holds(weekday)) else { continue };
            let facts = hours.counted(&among, on, (arc, start, length), effect > 0.0, left_out);
            // A dip is told anywhere; a hump is the day's peak unless other days have none there.
            let is_less = |other: f64| other <= SHARE_OF_OTHER_DAYS * effect;
            let is_news = match facts.is_high {
                false => shape >= LEAST_DIP_BY_HUMP,
                true => {
                    shape <= 1.0
                        && effects.mean(arc, &|weekday| !on.holds(weekday)).is_some_and(is_less)
                        && deviations_apart(&among, &others, arc) >= LEAST_DEVIATIONS_APART
                }
            };
            // What holds for weekdays alone is not told of every day.
            let holds_on = |part: &On| {
                let of_part = effects.mean(arc, &|weekday| part.holds(weekday));
                of_part.is_none_or(|of_part| of_part * effect.signum() >= SHARE_OF_OTHER_DAYS * effect.abs())
            };
            let is_everywhere = on != On::AllDays || [On::Weekdays, On::Weekends].iter().all(holds_on);
            let is_told = is_news && is_everywhere && pass(&facts) && profile.is_alone(start, length);
            if is_told && holds_without_a_weekday(&effects, on, arc, effect) {
                let explained = profile.explained(start, length).abs();
                candidates.push(Candidate { arc, facts, explained });
            }
        }
    }
    candidates
}

/// Some of the days.
fn among<'a>(days: &'a [Looked], is_meant: &dyn Fn(&Looked) -> bool) -> Vec<&'a Looked> {
    those(days, is_meant)
}

/// How far the mean contrasts of a stretch on some days and on others lie apart, in standard deviations of their difference.
fn deviations_apart(days: &[&Looked], others: &[&Looked], arc: usize) -> f64 {
    let mean_and_error = |days: &[&Looked]| {
        let contrasts = || days.iter().filter_map(|day| day.contrasts.get(arc));
        let count = days.len() as f64;
        let mean = contrasts().sum::<f64>() / count.max(1.0);
        let squares = contrasts().map(|contrast| (contrast - mean) * (contrast - mean));
        (mean, squares.sum::<f64>() / (count * (count - 1.0)).max(1.0))
    };
    let ((mean, error), (other_mean, other_error)) = (mean_and_error(days), mean_and_error(others));
    (mean - other_mean).abs() / (error + other_error + 1e-12).sqrt()
}

fn holds_without_a_weekday(effects: &Effects, on: On, arc: usize, all: f64) -> bool {
    (0..7).filter(|without| on.holds(*without)).all(|without| {
        let others = effects.mean(arc, &|weekday| on.holds(weekday) && weekday != without);
        others.is_none_or(|others| others * all.signum() >= LEAST_SHARE_WITHOUT_A_WEEKDAY * all.abs())
    })
}

/// What days have, added up by hour.
struct Hours {
    executions: [u64; 24],
    /// How many hours there are.
    count: [u64; 24],
}

impl Hours {
    fn of(days: &[&Looked]) -> Self {
        let mut hours = Self { executions: [0; 24], count: [0; 24] };
        for day in days {
            for (sum, count) in hours.executions.iter_mut().zip(day.counts) {
                *sum = sum.saturating_add(count);
            }
            hours.count.iter_mut().zip(day.lasts).for_each(|(sum, lasts)| *sum += lasts);
        }
        hours
    }

    fn counted(
        &self,
        days: &[&Looked],
        on: On,
        (arc, start, length): (usize, usize, usize),
        is_high: bool,
        left_out: LeftOut,
    ) -> Facts {
        let of = |start, length| (inside(&self.executions, start, length), inside(&self.count, start, length));
        let ((inside, hours_inside), (outside, hours_outside)) = (of(start, length), of(start + length, 24 - length));
        Facts {
            moment: Moment::Started,
            on,
            start: start as u8,
            length: length as u8,
            is_high,
            inside,
            hours_inside,
            outside,
            hours_outside,
            held: days.iter().filter(|day| day.holds(arc, is_high)).count() as u32,
            days: days.len() as u32,
            left_out,
        }
    }
}

/// Executions an hour inside and outside.
fn rates(facts: &Facts) -> (f64, f64) {
    let rate = |count: u64, hours: u64| count as f64 / hours.max(1) as f64;
    (rate(facts.inside, facts.hours_inside), rate(facts.outside, facts.hours_outside))
}

fn pass(facts: &Facts) -> bool {
    let (inside, outside) = rates(facts);
    let is_large = if facts.is_high { inside >= LEAST_OF_HIGH * outside } else { inside <= MOST_OF_LOW * outside };
    is_large && f64::from(facts.held) >= LEAST_SHARE_OF_DAYS * f64::from(facts.days)
}

/// By week that has days of the kind: whether the window held on enough of them.
fn weeks_held(days: &[Looked], facts: &Facts, arc: usize) -> Vec<(NaiveDate, Option<bool>)> {
    let among = among(days, &|day| facts.on.holds(day.weekday));
    let mut weeks = Vec::new();
    for week in among.chunk_by(|one, next| monday_of(one.date) == monday_of(next.date)) {
        let held = week.iter().filter(|day| day.holds(arc, facts.is_high)).count();
        let monday = week.first().map(|day| monday_of(day.date));
        weeks.extend(monday.map(|monday| (monday, Some(held as f64 >= LEAST_SHARE_OF_DAYS * week.len() as f64))));
    }
    weeks
}

/// The window's hours that have executions, on days that were looked at.
fn cells(days: &[Looked], facts: &Facts) -> Vec<(NaiveDate, u8)> {
    let is_inside = |hour: u8| holds(usize::from(facts.start), usize::from(facts.length), usize::from(hour));
    let mut cells = Vec::new();
    for day in days.iter().filter(|day| facts.on.holds(day.weekday)) {
        let hours = day.counts.iter().zip(0u8..).filter(|(count, hour)| **count > 0 && is_inside(*hour));
        cells.extend(hours.map(|(_, hour)| (day.date, hour)));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::series::Whose;
    use chrono::Days as Span;

    fn series(days: u64, executions: impl Fn(u64, usize) -> u64) -> Series {
        let monday: NaiveDate = "2026-01-05".parse().unwrap();
        let day = |day| Day {
            date: monday + Span::new(day),
            hours: std::array::from_fn(|hour| Hour { executions: executions(day, hour), ..Hour::default() }),
        };
        Series::new(Whose::All, (0..days).map(day).collect(), Vec::new(), Vec::new())
    }

    fn found(days: u64, executions: impl Fn(u64, usize) -> u64) -> Option<Facts> {
        let look = look(&series(days, executions), Moment::Started);
        assert!((0.0..=1.0).contains(&look.chance) && (look.chance < 1.0) == look.claim.is_some());
        look.claim.map(|claim| claim.facts)
    }

    /// A few more or less each hour, the same ones every time.
    fn spread(day: u64, hour: usize) -> u64 {
        (day * 24 + hour as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61
    }

    fn is_office(day: u64, hour: usize) -> bool {
        day % 7 < 5 && (9..17).contains(&hour)
    }

    #[test]
    fn a_dip_on_weekdays_is_found_and_counted() {
        let volume = |day, hour| if is_office(day, hour) { 10 } else { 20 } + spread(day, hour);
        let facts = found(35, volume).unwrap();
        assert_eq!((facts.on, facts.start, facts.length, facts.is_high), (On::Weekdays, 9, 8, false));
        let weekdays = || (0..35u64).filter(|day| day % 7 < 5);
        let count = |is_inside: bool| {
            let hours = weekdays().flat_map(|day| (0..24).map(move |hour| (day, hour)));
            hours.filter(|(day, hour)| is_office(*day, *hour) == is_inside).map(|(day, hour)| volume(day, hour)).sum()
        };
        assert_eq!((facts.inside, facts.outside), (count(true), count(false)));
        assert_eq!((facts.hours_inside, facts.hours_outside, facts.days), (25 * 8, 25 * 16, 25));
        assert_eq!((facts.held, facts.left_out), (25, LeftOut::default()));
        let claim = look(&series(35, volume), Moment::Started).claim.unwrap();
        assert_eq!(claim.basis.window.unwrap().weekdays, [1, 2, 3, 4, 5]);
        assert_eq!((claim.basis.cells.len(), claim.basis.weeks.len()), (25 * 8, 5));
        assert!(look(&series(35, volume), Moment::Finished).claim.is_none(), "ends are not known");
    }

    #[test]
    fn a_quiet_day_is_left_out() {
        let volume = |day, hour| if day == 16 { 1 } else if is_office(day, hour) { 10 } else { 20 } + spread(day, hour) / 4;
        let facts = found(35, volume).unwrap();
        assert_eq!((facts.days, facts.left_out), (24, LeftOut { quiet: 1, huge: 0 }));
    }

    #[test]
    fn a_huge_day_decides_nothing() {
        let volume = |day, hour| {
            let usual = if is_office(day, hour) { 10 } else { 20 } + spread(day, hour) / 4;
            if day == 16 && hour == 14 { 9000 } else { usual }
        };
        let facts = found(35, volume).unwrap();
        assert_eq!((facts.days, facts.left_out), (24, LeftOut { quiet: 0, huge: 1 }));
        assert_eq!((facts.start, facts.length, facts.is_high), (9, 8, false));
    }

    #[test]
    fn a_hump_is_told_only_where_other_days_have_none() {
        let weekdays = |day, hour| if is_office(day, hour) { 30 } else { 10 } + spread(day, hour);
        let facts = found(56, weekdays).unwrap();
        assert_eq!((facts.on, facts.start, facts.length, facts.is_high), (On::Weekdays, 9, 8, true));
        let daily = |day, hour| if (9..17).contains(&hour) { 30 } else { 10 } + spread(day, hour);
        assert_eq!(found(56, daily), None, "that is the day's peak");
    }

    #[test]
    fn what_is_no_window_is_left_alone() {
        let check = |why: &str, days, executions: &dyn Fn(u64, usize) -> u64| {
            assert_eq!(found(days, executions), None, "{why}");
        };
        check("no days", 0, &|_, _| 0);
        check("one day", 1, &|_, hour| if hour < 8 { 1 } else { 9 });
        check("nothing", 56, &|_, _| 0);
        check("all alike", 56, &|_, _| 10);
        check("all alike and huge", 56, &|_, _| 1 << 53);
        check("as many as there can be", 56, &|_, _| u64::MAX);
        check("nine days", 9, &|day, hour| if hour < 8 { 10 } else { 20 } + spread(day, hour));
        check("a job every six hours", 56, &|_, hour| if hour % 6 == 0 { 20 } else { 0 });
        check("a job every day", 56, &|day, hour| if hour == 14 { 90 } else { 10 } + spread(day, hour));
        check(
            "a job on Mondays",
            56,
            &|day, hour| if day % 7 == 0 && hour == 14 { 900 } else { 10 } + spread(day, hour),
        );
        check("one huge day", 56, &|day, hour| if day == 3 && hour == 14 { 1 << 50 } else { 10 } + spread(day, hour));
        check("another hour every day", 56, &|day, hour| if hour as u64 == day * 5 % 24 { 90 } else { 10 });
    }
}
