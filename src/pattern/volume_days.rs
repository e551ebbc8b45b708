//! Days of the week on which more or fewer executions start, or end, than on the other days of the same weeks: one
//! weekday, or the weekend.
//!
//! Each week is a comparison with itself: the mean logarithm of the rate of its days inside less that of its other days.
//! So levels that differ from week to week, steps between weeks and slow trends are not mistaken for days of the week, and
//! how far such differences scatter from week to week says how much of them chance makes (Student's t). A day of 23 or 25
//! hours counts by its hours. Weeks are whole ones, Monday to Sunday. Days that are far from what is usual of their weekday
//! are left out, as those of windows of hours are, and nothing is said of what raw counts do not show.

use super::WeekWindow;
use super::claim::{Basis, Effect, Look};
use super::daily::squared_normal;
use super::gate::{LEAST_WEEKS, LEAST_WEEKS_OF_MANY_DAYS};
use super::history::{Day, Hour, monday_of};
use super::random::{LEAST_CHANCE, listed, median};
use super::series::{Series, span_of};
use super::trend::two_sided;
use super::volume_window::{
    HUGE, LEAST_OF_HIGH, LeftOut, MOST_CHANCE, MOST_OF_LOW, Moment, QUIET, are_ends_known, usual, weekday,
};
use crate::number::within;
use chrono::NaiveDate;
use std::cmp::Ordering;

/// Days of the week that are one candidate, in raw counts of the days that were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Which moment is counted.
    pub moment: Moment,
    /// Which weekday, 0 = Monday; [`WEEKEND`] of Saturday and Sunday.
    pub day: u8,
    /// True if there are more than on other days.
    pub is_high: bool,
    /// Executions on these days,
    pub inside: u64,
    /// in so many hours.
    pub hours_inside: u64,
    /// Executions on the other days of the same weeks,
    pub outside: u64,
    /// in so many hours.
    pub hours_outside: u64,
    /// Weeks in which the rate inside lies on that side of the rate outside,
    pub held: u32,
    /// of so many.
    pub weeks: u32,
}

/// Saturday and Sunday.
pub const WEEKEND: u8 = 7;
/// The weekdays one by one and the weekend: so many chances there are.
const CANDIDATES: u8 = 8;
/// Other days that a week has to have for its days to be compared with them.
const LEAST_OTHER_DAYS: usize = 3;
/// Executions that the fuller days have on average: of fewer, chance makes days that differ by half.
const LEAST_A_DAY: f64 = 5.0;
/// The share of weeks in which it holds.
const LEAST_SHARE_OF_WEEKS: f64 = 0.6;
/// Of the difference, each day inside has at least this share, and no other day more than that: else it is not these days
/// that differ.
const LEAST_OF_A_DAY: f64 = 0.5;
const MOST_OF_OTHER_DAYS: f64 = 0.67;

/// How many times the distance in the middle, of days from what is usual of their weekday, a day has at most: four
/// deviations. With fewer, noisy days that chance made busy or quiet would lose just those that contradict it.
const MOST_DEVIATIONS: f64 = 6.0;

/// Whether a candidate holds a weekday, 0 = Monday.
pub(super) fn holds(candidate: u8, weekday: u32) -> bool {
    if candidate == WEEKEND { weekday >= 5 } else { weekday == u32::from(candidate) }
}

/// The days of whole weeks among days without gaps. Those of a part of a week would make more weeks than there are.
#[inline(never)]
fn whole_weeks(days: &[Day]) -> &[Day] {
    let first = days.first().map_or(0, |day| (7 - weekday(day.date) as usize) % 7);
    let days = days.get(first..).unwrap_or_default();
    days.get(..days.len() / 7 * 7).unwrap_or_default()
}

/// Whole weeks in which anything ran.
#[inline(never)]
pub fn usable_weeks(days: &[Day]) -> usize {
    whole_weeks(days).chunks(7).filter(|week| week.iter().any(|day| day.executions() > 0)).count()
}

/// Looks for the days that explain most of how days of the week differ. The chance is over all of them, high and low.
pub fn look(series: &Series, moment: Moment) -> Look<Facts> {
    found(series, moment).unwrap_or_else(Look::nothing)
}

fn found(series: &Series, moment: Moment) -> Option<Look<Facts>> {
    if moment == Moment::Finished && !are_ends_known(&series.days) {
        return None;
    }
    let whole = whole_weeks(&series.days);
    let (days, left_out) = looked_at(whole, moment);
    let mut best: Option<Compared> = None;
    for candidate in 0..CANDIDATES {
        let compared = Compared::new(&days, moment, candidate);
        if compared.pass() && best.as_ref().is_none_or(|best| compared.explained() > best.explained()) {
            best = Some(compared);
        }
    }
    let Compared { facts, chance, weeks, .. } = best?;
    let (inside, outside) = rates(&facts);
    let executions = facts.inside as f64 + facts.outside as f64;
    let excess = (inside - outside).abs() * facts.hours_inside as f64;
    let mut basis = Basis::new(span_of(whole)?, within(excess / executions.max(1.0), 0.0, 1.0));
    let weekdays = (1..8u8).filter(|weekday| holds(facts.day, u32::from(weekday - 1)));
    basis.window = Some(WeekWindow::new(weekdays.collect(), 0, 24));
    basis.effect = Some(Effect { inside, outside });
    basis.count("executions_inside", facts.inside).count("hours_inside", facts.hours_inside);
    basis.count("executions_outside", facts.outside).count("hours_outside", facts.hours_outside);
    basis.count("weeks_held", u64::from(facts.held)).count("weeks", u64::from(facts.weeks));
    basis.count("quiet_days", u64::from(left_out.quiet)).count("huge_days", u64::from(left_out.huge));
    let side = if facts.is_high { Ordering::Greater } else { Ordering::Less };
    basis.weeks.extend(weeks.iter().map(|(monday, order)| (*monday, order.map(|order| order == side))));
    let is_told = |date: NaiveDate| weeks.iter().any(|(monday, order)| *monday == monday_of(date) && order.is_some());
    for looked in days.iter().filter(|day| holds(facts.day, weekday(day.date)) && is_told(day.date)) {
        let hours = whole.get(looked.place).into_iter().flat_map(|day| (0..).zip(&day.hours));
        let with_executions = hours.filter(|(_, hour)| moment.of(hour) > 0);
        basis.cells.extend(with_executions.map(|(hour, _)| (looked.date, hour)));
    }
    Some(Look::claim(chance, facts, basis))
}

/// One day that is looked at.
struct Looked {
    /// Where it lies among the days of whole weeks.
    place: usize,
    date: NaiveDate,
    executions: u64,
    hours: u64,
    /// The logarithm of its rate.
    rate: f64,
}

/// The days that can be looked at, and how many are left out: those that lie off the usual of their weekday by more than a
/// window of hours allows, and by more than days of this series do.
fn looked_at(days: &[Day], moment: Moment) -> (Vec<Looked>, LeftOut) {
    // One execution more, so that an empty day has a logarithm and a nearly empty one does not lie far off.
    let logarithm = |executions: f64| libm::log(executions + 1.0);
    let counted = |day: &Day| day.hours.iter().fold(0, |sum: u64, hour| sum.saturating_add(moment.of(hour)));
    let off = |(day, usual): (&Day, f64)| {
        if usual > 0.0 { logarithm(counted(day) as f64) - logarithm(usual) } else { 0.0 }
    };
    let off = listed(days.iter().zip(usual(days, moment)).map(off));
    let most = MOST_DEVIATIONS * median(off.iter().map(|off| off.abs()));
    let (mut looked, mut left_out) = (Vec::new(), LeftOut::default());
    for (place, (day, off)) in days.iter().zip(off).enumerate() {
        if off < -most.max(-libm::log(QUIET)) {
            left_out.quiet += 1;
        } else if off > most.max(libm::log(HUGE)) {
            left_out.huge += 1;
        } else {
            let executions = counted(day);
            let hours = day.hours.iter().map(Hour::lasts).sum::<u64>();
            let rate = logarithm(executions as f64) - libm::log(hours.max(1) as f64);
            looked.push(Looked { place, date: day.date, executions, hours, rate });
        }
    }
    level(&mut looked);
    (looked, left_out)
}

/// Takes a steady rise or fall out of the rates, by which the end of every week would differ from its beginning: the middle
/// one of the changes from week to week.
fn level(days: &mut [Looked]) {
    let mean = |week: &[Looked]| week.iter().map(|day| day.rate).sum::<f64>() / week.len() as f64;
    let means = listed(weeks_of(days).map(mean));
    let a_day = median(means.iter().zip(means.iter().skip(1)).map(|(week, next)| next - week)) / 7.0;
    for day in days {
        day.rate -= a_day * f64::from(weekday(day.date));
    }
}

fn weeks_of(days: &[Looked]) -> impl Iterator<Item = &[Looked]> {
    days.chunk_by(|one, next| monday_of(one.date) == monday_of(next.date))
}

/// Some days of the week beside the others.
struct Compared {
    facts: Facts,
    /// By how much the mean logarithm inside lies above that outside.
    effect: f64,
    /// The same of each weekday by itself.
    by_weekday: [f64; 7],
    chance: f64,
    /// By week (its Monday) how the rate inside lies to that outside.
    weeks: Vec<(NaiveDate, Option<Ordering>)>,
}

impl Compared {
    fn new(days: &[Looked], moment: Moment, day: u8) -> Self {
        let (mut facts, mut weeks) = (Facts { moment, day, ..Facts::default() }, Vec::new());
        let mut effects = Vec::new();
        let mut by_weekday = [(0.0, 0.0); 7];
        for week in weeks_of(days) {
            let Some(monday) = week.first().map(|day| monday_of(day.date)) else { continue };
            let [mut inside, mut outside] = [Side::default(), Side::default()];
            for looked in week {
                (if holds(day, weekday(looked.date)) { &mut inside } else { &mut outside }).add(looked);
            }
            // A week in which nothing runs tells nothing, nor does one that lacks the days.
            let is_told = inside.days > 0.0
                && outside.days >= LEAST_OTHER_DAYS as f64
                && inside.executions.saturating_add(outside.executions) > 0;
            if !is_told {
                weeks.push((monday, None));
                continue;
            }
            let usual = outside.rates / outside.days;
            effects.push(inside.rates / inside.days - usual);
            for looked in week {
                if let Some((sum, count)) = by_weekday.get_mut(weekday(looked.date) as usize) {
                    *sum += looked.rate - usual;
                    *count += 1.0;
                }
            }
            facts.inside = facts.inside.saturating_add(inside.executions);
            facts.hours_inside += inside.hours;
            facts.outside = facts.outside.saturating_add(outside.executions);
            facts.hours_outside += outside.hours;
            weeks.push((monday, Some(inside.by_hour(&outside))));
        }
        let count = effects.len() as f64;
        let effect = effects.iter().sum::<f64>() / count.max(1.0);
        let squares = effects.iter().map(|one| (one - effect) * (one - effect)).sum::<f64>();
        let error = squares / (count * (count - 1.0)).max(1.0) + 1e-12;
        let chance = f64::from(CANDIDATES) * two_sided(squared_normal(effect * effect / error, count - 1.0));
        facts.is_high = effect > 0.0;
        facts.weeks = effects.len() as u32;
        let side = if facts.is_high { Ordering::Greater } else { Ordering::Less };
        facts.held = weeks.iter().filter(|(_, order)| *order == Some(side)).count() as u32;
        let by_weekday = by_weekday.map(|(sum, count): (f64, f64)| sum / count.max(1.0));
        Self { facts, effect, by_weekday, chance: within(chance, LEAST_CHANCE, 1.0), weeks }
    }

    /// How much of the differences between days of the week it explains.
    fn explained(&self) -> f64 {
        let days = if self.facts.day == WEEKEND { 2.0 } else { 1.0 };
        self.effect * self.effect * days * (7.0 - days)
    }

    /// True if there is something to be said, by its chance and by raw counts.
    fn pass(&self) -> bool {
        let facts = &self.facts;
        let least_weeks = if facts.day == WEEKEND { LEAST_WEEKS_OF_MANY_DAYS } else { LEAST_WEEKS };
        let (inside, outside) = rates(facts);
        let is_large = |ratio: f64| if facts.is_high { ratio >= LEAST_OF_HIGH } else { ratio <= MOST_OF_LOW };
        self.chance <= MOST_CHANCE
            && facts.weeks as usize >= least_weeks
            // Of all weeks: where days are left out in many, it is not holidays that are.
            && f64::from(facts.held) >= LEAST_SHARE_OF_WEEKS * self.weeks.len() as f64
            // Of all executions together and of the usual week.
            && is_large(inside / outside.max(f64::MIN_POSITIVE))
            && is_large(libm::exp(self.effect))
            && 24.0 * inside.max(outside) >= LEAST_A_DAY
            && (0..).zip(&self.by_weekday).all(|(weekday, of_day)| {
                let share = of_day / self.effect;
                if holds(facts.day, weekday) { share >= LEAST_OF_A_DAY } else { share <= MOST_OF_OTHER_DAYS }
            })
    }
}

/// Some days of a week.
#[derive(Default)]
struct Side {
    days: f64,
    /// The sum of their logarithms of rates.
    rates: f64,
    executions: u64,
    hours: u64,
}

impl Side {
    fn add(&mut self, day: &Looked) {
        self.days += 1.0;
        self.rates += day.rate;
        self.executions = self.executions.saturating_add(day.executions);
        self.hours += day.hours;
    }

    /// How its executions an hour lie to another's.
    fn by_hour(&self, other: &Side) -> Ordering {
        let times = |one: u64, other: u64| u128::from(one) * u128::from(other);
        times(self.executions, other.hours).cmp(&times(other.executions, self.hours))
    }
}

/// Executions an hour inside and outside.
pub fn rates(facts: &Facts) -> (f64, f64) {
    let rate = |count: u64, hours: u64| count as f64 / hours.max(1) as f64;
    (rate(facts.inside, facts.hours_inside), rate(facts.outside, facts.hours_outside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::series::Whose;
    use chrono::Days as Span;

    fn days(count: u64, executions: impl Fn(u64) -> u64) -> Vec<Day> {
        let monday: NaiveDate = "2026-01-05".parse().unwrap();
        let hour = |day, hour| Hour { executions: if hour == 12 { executions(day) } else { 0 }, ..Hour::default() };
        let day = |day| Day { date: monday + Span::new(day), hours: std::array::from_fn(|at| hour(day, at)) };
        (0..count).map(day).collect()
    }

    fn look_at(days: Vec<Day>) -> Look<Facts> {
        let look = look(&Series::new(Whose::All, days, Vec::new(), Vec::new()), Moment::Started);
        assert!((0.0..=1.0).contains(&look.chance) && (look.chance < 1.0) == look.claim.is_some());
        look
    }

    fn told(count: u64, executions: impl Fn(u64) -> u64) -> Option<Facts> {
        look_at(days(count, executions)).claim.map(|claim| claim.facts)
    }

    /// A few more or less each day, the same ones every time.
    fn spread(day: u64) -> u64 {
        (day + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60
    }

    #[test]
    fn quiet_weekends_are_found_and_counted() {
        let volume = |day| if day % 7 < 5 { 200 } else { 60 } + spread(day);
        let claim = look_at(days(91, volume)).claim.unwrap();
        let sum = |is_weekend: bool| (0..91).filter(|day| (day % 7 >= 5) == is_weekend).map(volume).sum::<u64>();
        let facts = claim.facts;
        assert_eq!((facts.day, facts.is_high, facts.held, facts.weeks), (WEEKEND, false, 13, 13));
        assert_eq!((facts.inside, facts.outside), (sum(true), sum(false)));
        assert_eq!((facts.hours_inside, facts.hours_outside), (26 * 24, 65 * 24));
        assert_eq!(claim.basis.window, Some(WeekWindow { weekdays: vec![6, 7], from_hour: 0, to_hour: 24 }));
        assert_eq!((claim.basis.weeks.len(), claim.basis.cells.len()), (13, 26));
        assert!(claim.basis.cells.iter().all(|(date, hour)| weekday(*date) >= 5 && *hour == 12));
    }

    #[test]
    fn one_weekday_is_told_by_its_name() {
        let facts = told(56, |day| if day % 7 == 0 { 150 } else { 100 } + spread(day)).unwrap();
        assert_eq!((facts.day, facts.is_high, facts.weeks), (0, true, 8));
        let facts = told(56, |day| if day % 7 == 6 { 0 } else { 100 } + spread(day) / 15).unwrap();
        assert_eq!((facts.day, facts.is_high), (6, false));
        let busy = |day| if day % 7 == 0 { 150 } else { 100 } + spread(day);
        assert_eq!(told(49, busy), None, "seven weeks name no weekday");
        let both = |day| if day % 7 < 2 { 150 } else { 100 } + spread(day);
        assert_eq!(told(91, both), None, "Tuesdays have as many");
    }

    #[test]
    fn weeks_are_whole_ones() {
        // From a Wednesday on: what is left of its week, whole ones, and from Monday to Thursday.
        let part = |whole: u64, executions: &dyn Fn(u64) -> u64| {
            let mut days = days(7 * whole + 11, executions);
            days.drain(..2);
            assert_eq!(usable_weeks(&days), whole as usize);
            look_at(days).claim
        };
        let weekends = |day| if day % 7 < 5 { 200 } else { 60 } + spread(day);
        let claim = part(12, &weekends).unwrap();
        assert_eq!((claim.facts.day, claim.facts.weeks, claim.basis.weeks.len()), (WEEKEND, 12, 12));
        let monday: NaiveDate = "2026-01-12".parse().unwrap();
        assert_eq!(claim.basis.span, (monday, monday + Span::new(83)));
        let wednesdays = |day| if day % 7 == 2 { 150 } else { 100 } + spread(day);
        assert_eq!(part(7, &wednesdays).map(|claim| claim.facts), None, "nine Wednesdays of seven whole weeks");
        assert_eq!(part(8, &wednesdays).map(|claim| (claim.facts.day, claim.facts.weeks)), Some((2, 8)));
        assert_eq!((usable_weeks(&[]), usable_weeks(&days(35, |day| day / 7 % 2))), (0, 2), "two have executions");
    }

    #[test]
    fn days_that_clocks_change_count_by_their_hours() {
        let mut days = days(91, |day| if day % 7 < 5 { 200 } else { 60 } + spread(day));
        days[6].hours[2].added = -1;
        days[13].hours[2].added = 1;
        days[27].hours[2].added = 1;
        assert_eq!(look_at(days).claim.unwrap().facts.hours_inside, 26 * 24 + 1);
    }

    #[test]
    fn holidays_are_left_out_and_noise_is_not() {
        let calm = |day: u64| if day == 14 || day == 49 { 3 } else if day.is_multiple_of(7) { 150 } else { 100 } + spread(day);
        let claim = look_at(days(91, calm)).claim.unwrap();
        assert_eq!((claim.facts.day, claim.facts.weeks, claim.facts.held), (0, 11, 11));
        assert!(claim.basis.evidence.contains(&("quiet_days", super::super::Fact::Count(2))));
        let rough = looked_at(&days(91, |day| 4 << (spread(day) / 2)), Moment::Started);
        assert_eq!(rough.1, LeftOut::default());
    }

    #[test]
    fn what_differs_from_week_to_week_is_no_day_of_the_week() {
        let check =
            |why: &str, count, executions: &dyn Fn(u64) -> u64| assert_eq!(told(count, executions), None, "{why}");
        check("no days", 0, &|_| 0);
        check("one day", 1, &|_| 9);
        check("nothing", 91, &|_| 0);
        check("all alike", 91, &|_| 100);
        check("all alike and huge", 91, &|_| 1 << 53);
        check("as many as there can be", 91, &|_| u64::MAX);
        check("weeks of their own", 91, &|day| 100 << (day / 7 % 3));
        check("twice as many every week", 70, &|day| {
            ((1u64 << (day / 7)) as f64 * (1.0 + (day % 7) as f64 / 7.0)) as u64
        });
        check("another day every week", 91, &|day| if day % 7 == day / 7 % 7 { 300 } else { 100 });
        let every_other = |day| [300, 95].get(day as usize % 14 / 7).filter(|_| day % 7 == 0).copied();
        check("every other week", 182, &|day| every_other(day).unwrap_or(100 + spread(day)));
        check("a few a day", 91, &|day| if day % 7 == 0 { 4 } else { 2 });
    }
}
