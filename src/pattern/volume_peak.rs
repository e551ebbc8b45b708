//! The daily peak of volume: an hour of the day, or a few, in which executions are most numerous, on most days.
//!
//! A day counts by the share of its executions that each hour has, so a huge day counts once. The test tosses a coin
//! for every whole day (and for every week): a rise that is not there on most days cancels. What is named is the finest stretch of hours
//! that stays within an hour when days are drawn anew, or the fullest hour of the day where that lies in its middle.

use super::arc::{ARCS, Arc, LONGEST, Profile, mean, standing_out};
use super::claim::{Basis, Claim, Effect, Look};
use super::history::{self, Day, monday_of};
use super::random::{GLANCE, HOPELESS, LEAST_CHANCE, Random, listed, median, quantile, tail_chance, those};
use super::{Series, WeekWindow};
use crate::number::within;
use chrono::{Datelike, NaiveDate};
use std::ops::RangeInclusive;

/// Days below which no hour of the day is named.
pub const LEAST_DAYS: usize = 10;
/// From so many weeks on they are tossed for too: a rhythm that moves from week to week is not a daily one, although
/// the days of each week agree. Fewer weeks cannot tell the two apart.
const LEAST_WEEKS: usize = 8;
/// A day with fewer executions has no shape to speak of.
pub const LEAST_EXECUTIONS: u64 = 3;
/// The rate inside is at least this many times the daily average.
const LEAST_RATIO: f64 = 1.2;
/// The share of days (and, of a week, of its days) on which the stretch has more than its hours' share.
const LEAST_SHARE_OF_DAYS: f64 = 0.6;
/// The share of the rise that is left whichever weekday is left out; a job that runs once a week fails here.
const LEAST_SHARE_WITHOUT_A_WEEKDAY: f64 = 0.6;
/// So much of what is beyond the hours' share is there on weekdays alone and on weekends alone, on half of them at least,
const LEAST_SHARE_OF_A_PART: f64 = 0.33;
/// where there are so many days of them.
const LEAST_OF_A_PART: usize = 5;
/// A peak is that only if no other part of the day is as busy: inside there is at least this many times the rate of
/// any stretch of the same length elsewhere,
const LEAST_LEAD: f64 = 1.05;
/// by days that agree on it (the sum of their differences by the root of the sum of squares),
const LEAST_AGREEMENT: f64 = 2.0;
/// where elsewhere begins beyond so many hours from the middle: nearer, it is the same peak.
const SAME_PEAK: f64 = 3.0;
/// A chance above this ends the search.
const MOST_CHANCE: f64 = 0.05;
/// Lengths of the stretches in whose middle one hour may be named, from fine to broad.
const FINE_LENGTHS: [RangeInclusive<usize>; 3] = [1..=1, 2..=3, 4..=5];
/// A stretch is named where 90 % of redrawn histories have its middle within this many hours,
const STEADY: f64 = 1.0;
/// and nothing is said where not even stretches of all lengths together have it within this.
const UNSTEADY: f64 = 3.0;
/// The fullest hour is named where it lies at most so many hours from the middle of the stretch.
const MOST_FROM_MIDDLE: f64 = 1.0;
/// A stretch goes on where the next hour has this part of what its hours have: else an even day would be told to end within.
const AS_BUSY: f64 = 0.9;
/// What is as busy for longer has no peak.
const LONGEST_NAMED: usize = 12;
/// Redrawn histories.
const REDRAWN: usize = 60;
/// An hour's share of a day counts at most like this quantile of its shares.
const CAP_QUANTILE: f64 = 0.95;
/// A day's rise in a stretch counts at most this many times the median of its size.
const MOST_MEDIANS: f64 = 3.0;

/// Where a peak of volume lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peak {
    /// In one hour, 0 to 23.
    Hour(u8),
    /// Somewhere within some hours.
    Around {
        /// The first hour, 0 to 23.
        start: u8,
        /// How many hours.
        length: u8,
    },
}

/// What a claim's sentence is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Where the peak lies,
    pub peak: Peak,
    /// executions an hour there, divided by those of the average hour,
    pub ratio: f64,
    /// days on which more than its hours' share lay there,
    pub held: u64,
    /// of so many that can tell.
    pub days: u64,
    /// Executions there beyond their hours' share.
    pub excess: f64,
    /// True if the hour of most executions is one of them.
    pub holds_fullest: bool,
    /// True if nothing can be told of weekends: all days that can tell are weekdays.
    pub is_of_weekdays: bool,
}

fn is_usable(day: &Day) -> bool {
    day.executions() >= LEAST_EXECUTIONS
}

/// Looks for the peak of a series.
pub fn look(series: &Series, shuffles: usize) -> Look<Facts> {
    match find(&series.days, shuffles) {
        Some((chance, peak, counts)) => Look { chance, claim: claim_of(&series.days, peak, &counts) },
        None => Look::nothing(),
    }
}

/// The peak that passes all gates, its chance and its counts; `None` where none does or there are too few days.
fn find(days: &[Day], shuffles: usize) -> Option<(f64, Peak, Counts)> {
    let usable = those(days, &is_usable);
    if usable.len() < LEAST_DAYS {
        return None;
    }
    let shares = Shares::new(&usable);
    let broad = standing_out(&shares.profile, 1..=LONGEST)?;
    // What no shuffle could save needs none.
    if !shares.pass(broad) {
        return None;
    }
    let seed = || usable.iter().flat_map(|day| day.hours.iter().map(|hour| hour.executions));
    let rises = rises(&shares.by_day);
    let place = Arc::all().position(|arc| arc == broad)?;
    let chance_of = |units: &[Rises], stream| {
        chance_of(units, &rises, place, shuffles, &mut Random::seeded_by(seed().chain([stream])))
    };
    let mondays: Vec<NaiveDate> = usable.iter().map(|day| monday_of(day.date)).collect();
    let weeks = added_up(&rises, &mondays);
    let by_week = if weeks.len() >= LEAST_WEEKS { chance_of(&weeks, 5) } else { 0.0 };
    let chance = chance_of(&rises, 3).max(by_week);
    if chance > MOST_CHANCE {
        return None;
    }
    let steady = shares.finest_steady(broad, fullest_hour(&usable), &mut Random::seeded_by(seed().chain([4])))?;
    let named = |peak| {
        let peak = shares.widened(peak)?;
        let counts = Counts::new(days, peak);
        (counts.pass() && shares.leads(counts.arc)).then_some((chance, peak, counts))
    };
    // Hours were chosen from shares; what is said of them is in raw counts, which one huge day can pull elsewhere.
    named(steady).or_else(|| named(around(broad)))
}

fn around(arc: Arc) -> Peak {
    Peak::Around { start: arc.start as u8, length: arc.length as u8 }
}

/// Executions by hour of the day, all days together.
fn by_hour<'a>(days: impl Iterator<Item = &'a Day>) -> [u64; 24] {
    let mut by_hour = [0u64; 24];
    for day in days {
        by_hour.iter_mut().zip(day.hours).for_each(|(sum, hour)| *sum = sum.saturating_add(hour.executions));
    }
    by_hour
}

/// The hour of the day with the most executions, unless two have as many. A sentence that names one hour must name
/// this one.
fn fullest_hour(days: &[&Day]) -> Option<Arc> {
    let by_hour = by_hour(days.iter().copied());
    let most = by_hour.iter().max()?;
    let mut fullest = by_hour.iter().enumerate().filter(|(_, executions)| *executions == most);
    let (start, _) = fullest.next()?;
    fullest.next().is_none().then_some(Arc { start, length: 1 })
}

/// How the days' executions are spread over their hours.
struct Shares {
    by_day: Vec<Profile>,
    /// The same, each hour capped at what is high for it.
    capped: Vec<Profile>,
    /// 0 = Monday.
    weekdays: Vec<u32>,
    /// The mean of the capped shares, adding up to 1.
    profile: Profile,
}

impl Shares {
    fn new(days: &[&Day]) -> Self {
        let by_day: Vec<Profile> = days
            .iter()
            .map(|day| day.hours.map(|hour| hour.executions as f64 / day.executions().max(1) as f64))
            .collect();
        let mut caps = [0.0; 24];
        for (hour, cap) in caps.iter_mut().enumerate() {
            *cap = quantile(by_day.iter().filter_map(|day| day.get(hour)).copied(), CAP_QUANTILE);
        }
        let mut capped = by_day.clone();
        for day in &mut capped {
            day.iter_mut().zip(caps).for_each(|(share, cap)| *share = share.min(cap));
        }
        let weekdays = days.iter().map(|day| day.date.weekday().num_days_from_monday()).collect();
        let profile = mean(capped.iter());
        Self { by_day, capped, weekdays, profile }
    }

    /// True if a stretch stands out enough, on enough days, and without any one weekday.
    fn pass(&self, arc: Arc) -> bool {
        let ratio = |profile: &Profile| arc.share(profile) / arc.par();
        let all = ratio(&self.profile);
        let above_par = self.by_day.iter().filter(|day| arc.share(day) > arc.par()).count();
        let without = |weekday: u32| {
            let others = self.capped.iter().zip(&self.weekdays).filter(move |(_, of)| **of != weekday);
            (others.clone().count() > 5).then(|| ratio(&mean(others.map(|(day, _)| day))))
        };
        let least = (0..7).filter_map(without).fold(all, f64::min);
        // What weekdays alone make is not there every day.
        let is_in_part = |weekend: bool| {
            let part = self.capped.iter().zip(&self.weekdays).filter(move |(_, of)| (**of >= 5) == weekend);
            let (days, above) =
                (part.clone().count(), part.clone().filter(|(day, _)| arc.share(day) > arc.par()).count());
            days < LEAST_OF_A_PART
                || 2 * above >= days
                    && ratio(&mean(part.map(|(day, _)| day))) >= 1.0 + LEAST_SHARE_OF_A_PART * (all - 1.0)
        };
        all >= LEAST_RATIO
            && above_par as f64 >= LEAST_SHARE_OF_DAYS * self.by_day.len() as f64
            && least >= 1.0 + LEAST_SHARE_WITHOUT_A_WEEKDAY * (all - 1.0)
            && is_in_part(false)
            && is_in_part(true)
    }

    /// True if no other part of the day is as busy: jobs every six hours have no peak.
    fn leads(&self, arc: Arc) -> bool {
        let mut elsewhere =
            Arc::of_length(arc.length).filter(|other| !other.overlaps(arc) && other.distance(arc) > SAME_PEAK);
        elsewhere.all(|other| {
            let (mut sum, mut squares) = (0.0, 0.0);
            for day in &self.capped {
                let difference = arc.share(day) - other.share(day);
                sum += difference;
                squares += difference * difference;
            }
            arc.share(&self.profile) >= LEAST_LEAD * other.share(&self.profile)
                && sum >= LEAST_AGREEMENT * squares.sqrt()
        })
    }

    /// A stretch with the hours next to it that are as busy; `None` where it does not end.
    fn widened(&self, peak: Peak) -> Option<Peak> {
        let Peak::Around { start, length } = peak else { return Some(peak) };
        let mut arc = Arc { start: usize::from(start), length: usize::from(length) };
        while arc.length <= LONGEST_NAMED {
            let usual = arc.share(&self.profile) / arc.length as f64;
            let [before, behind] = [(arc.start + 23) % 24, (arc.start + arc.length) % 24];
            let share = |hour: usize| self.profile.get(hour).copied().unwrap_or(0.0);
            if share(before).max(share(behind)) < AS_BUSY * usual {
                return Some(around(arc));
            }
            let is_before = share(before) > share(behind);
            arc = Arc { start: if is_before { before } else { arc.start }, length: arc.length + 1 };
        }
        None
    }

    /// The fullest hour, if it lies in the middle of the finest stretch that holds still when days are drawn anew; else
    /// that stretch; else the broad one if it does not stray far.
    fn finest_steady(&self, broad: Arc, fullest: Option<Arc>, random: &mut Random) -> Option<Peak> {
        let days = self.capped.len();
        let mut redraw = || mean((0..days).filter_map(|_| self.capped.get(random.below(days))));
        let redrawn: Vec<Profile> = (0..REDRAWN).map(|_| redraw()).collect();
        let half_width = |arc: Arc, lengths: RangeInclusive<usize>| {
            let others = redrawn.iter().filter_map(|profile| standing_out(profile, lengths.clone()));
            quantile(others.map(|other| other.distance(arc)), 0.9)
        };
        for lengths in FINE_LENGTHS {
            let arc = standing_out(&self.profile, lengths.clone())?;
            if half_width(arc, lengths) > STEADY {
                continue;
            }
            // Between two peaks at its edges a middle holds still in which the volume does not peak.
            match fullest.filter(|hour| hour.distance(arc) <= MOST_FROM_MIDDLE) {
                Some(hour) => return Some(Peak::Hour(hour.start as u8)),
                None if arc.length > 1 => return Some(around(arc)),
                None => {}
            }
        }
        (half_width(broad, 1..=LONGEST) <= UNSTEADY).then_some(around(broad))
    }
}

/// How much more than its hours' share each stretch of the day has.
type Rises = [f32; ARCS];

/// The rises of each day; no day counts more than a few usual ones.
fn rises(by_day: &[Profile]) -> Vec<Rises> {
    let rise_of = |day: &Profile| {
        let mut rises = [0.0; ARCS];
        rises.iter_mut().zip(Arc::all()).for_each(|(rise, arc)| *rise = (arc.share(day) - arc.par()) as f32);
        rises
    };
    let mut rises: Vec<Rises> = by_day.iter().map(rise_of).collect();
    for arc in 0..ARCS {
        let sizes = rises.iter().filter_map(|day| day.get(arc)).map(|rise| f64::from(rise.abs()));
        let most = (MOST_MEDIANS * median(sizes) + 1e-9) as f32;
        for rise in rises.iter_mut().filter_map(|day| day.get_mut(arc)) {
            *rise = if *rise > most { most } else { rise.max(-most) };
        }
    }
    rises
}

/// The rises of days next to each other of one unit, added up.
fn added_up(rises: &[Rises], units: &[NaiveDate]) -> Vec<Rises> {
    let (mut sums, mut last): (Vec<Rises>, _) = (Vec::new(), None);
    for (day, unit) in rises.iter().zip(units) {
        match sums.last_mut().filter(|_| last == Some(unit)) {
            Some(sum) => sum.iter_mut().zip(day).for_each(|(sum, rise)| *sum += rise),
            None => sums.push(*day),
        }
        last = Some(unit);
    }
    sums
}

/// The chance that units tossed for or against show as much in any stretch as they do in the one at a place. Each stretch
/// is measured by what its days, `rises`, are worth together.
fn chance_of(units: &[Rises], rises: &[Rises], place: usize, shuffles: usize, random: &mut Random) -> f64 {
    let mut scale = [0.0; ARCS];
    for day in rises {
        scale.iter_mut().zip(day).for_each(|(square, rise)| *square += rise * rise);
    }
    scale.iter_mut().for_each(|square: &mut f32| *square = 1.0 / (square.sqrt() + 1e-9));
    let mut shuffle = || {
        let mut sums = [0.0; ARCS];
        for unit in units {
            let sign = random.sign();
            sums.iter_mut().zip(unit).for_each(|(sum, rise)| *sum += sign * rise);
        }
        let largest = |most: f32, (sum, scale): (&f32, &f32)| if sum * scale > most { sum * scale } else { most };
        f64::from(sums.iter().zip(&scale).fold(f32::MIN, largest))
    };
    let sum: f32 = units.iter().filter_map(|unit| unit.get(place)).sum();
    let observed = f64::from(sum * scale.get(place).copied().unwrap_or(0.0));
    let mut shuffled = listed((0..GLANCE).map(|_| shuffle()));
    let glance = tail_chance(observed, &shuffled);
    if glance > HOPELESS {
        return glance;
    }
    shuffled.extend((GLANCE..shuffles).map(|_| shuffle()));
    // Coins for so few units have this chance of showing every one as it was.
    let least = units.iter().fold(1.0, |chance, _| chance / 2.0);
    tail_chance(observed, &shuffled).max(least).max(LEAST_CHANCE)
}

/// What happened in a stretch of hours, in raw counts.
#[derive(Clone, Debug)]
struct Counts {
    arc: Arc,
    inside: u64,
    all: u64,
    /// The most executions in a stretch of the same length that does not overlap.
    elsewhere: u64,
    /// By day that can be looked at, whether it had more inside than its hours' share.
    days: Vec<(NaiveDate, bool)>,
}

impl Counts {
    fn new(days: &[Day], peak: Peak) -> Self {
        let arc = match peak {
            Peak::Hour(hour) => Arc { start: usize::from(hour), length: 1 },
            Peak::Around { start, length } => Arc { start: usize::from(start), length: usize::from(length) },
        };
        let by_hour = by_hour(days.iter().filter(|day| is_usable(day)));
        let within = |arc: Arc| {
            let hours = by_hour.iter().enumerate().filter(|(hour, _)| arc.holds(*hour));
            hours.fold(0, |sum: u64, (_, executions)| sum.saturating_add(*executions))
        };
        let elsewhere = Arc::of_length(arc.length).filter(|other| !other.overlaps(arc)).map(within);
        let elsewhere = elsewhere.fold(0, u64::max);
        let mut counts = Self { arc, inside: within(arc), all: 0, elsewhere, days: Vec::new() };
        for day in days.iter().filter(|day| is_usable(day)) {
            let hours = day.hours.iter().enumerate().filter(|(hour, _)| arc.holds(*hour));
            let inside = hours.fold(0, |sum: u64, (_, hour)| sum.saturating_add(hour.executions));
            let all = day.executions();
            let is_above_par = u128::from(inside) * 24 > u128::from(all) * arc.length as u128;
            counts.days.push((day.date, is_above_par));
            counts.all = counts.all.saturating_add(all);
        }
        counts
    }

    fn held(&self) -> usize {
        self.days.iter().filter(|(_, is_above_par)| *is_above_par).count()
    }

    /// Executions an hour inside, divided by those of the average hour.
    fn ratio(&self) -> f64 {
        self.inside as f64 / (self.all.max(1) as f64 * self.arc.par())
    }

    fn pass(&self) -> bool {
        self.ratio() >= LEAST_RATIO
            && self.inside > self.elsewhere
            && self.held() as f64 >= LEAST_SHARE_OF_DAYS * self.days.len() as f64
    }
}

fn claim_of(days: &[Day], peak: Peak, counts: &Counts) -> Option<Claim<Facts>> {
    let (held, units, arc) = (counts.held(), counts.days.len(), counts.arc);
    let hours_inside = (units * arc.length) as f64;
    let hours_outside = (units * (24 - arc.length)) as f64;
    let outside = counts.all.saturating_sub(counts.inside) as f64 / hours_outside;
    let expected = outside * hours_inside;
    let excess = counts.inside as f64 - counts.all as f64 * arc.par();
    let of_hour =
        |hour: usize| days.iter().filter_map(|day| day.hours.get(hour)).map(|hour| hour.executions).sum::<u64>();
    let most = (0..24).map(of_hour).max();
    let holds_fullest = (0..24).filter(|hour| arc.holds(*hour)).map(of_hour).max() == most;
    let (ratio, days_held, days_in_all) = (counts.ratio(), held as u64, units as u64);
    let is_weekday = |date: &NaiveDate| date.weekday().num_days_from_monday() < 5;
    let is_of_weekdays = counts.days.iter().all(|(date, _)| is_weekday(date));
    let facts = Facts { peak, ratio, held: days_held, days: days_in_all, excess, holds_fullest, is_of_weekdays };
    let share = within((counts.inside as f64 - expected) / counts.all.max(1) as f64, 0.0, 1.0);
    let mut basis = Basis::new((days.first()?.date, days.last()?.date), share);
    let last_weekday = if is_of_weekdays { 5 } else { 7 };
    basis.window = Some(WeekWindow::new((1..=last_weekday).collect(), arc.start as u8, arc.length as u8));
    basis.effect = Some(Effect { inside: counts.inside as f64 / hours_inside, outside });
    basis.count("days_held", held as u64).count("days", units as u64);
    basis.count("inside", counts.inside).count("executions", counts.all).number("expected", expected);
    basis.weeks = weeks(days, counts);
    basis.cells = history::cells(days, &|day, hour| is_usable(day) && arc.holds(usize::from(hour)));
    Some(Claim { facts, basis })
}

/// By week that the days touch, whether enough of its days that were looked at are above par.
fn weeks(days: &[Day], counts: &Counts) -> Vec<(NaiveDate, Option<bool>)> {
    let mut weeks: Vec<(NaiveDate, Option<bool>)> = Vec::new();
    let mut counted = counts.days.iter().peekable();
    let (mut above, mut all) = (0, 0);
    for day in days {
        let monday = monday_of(day.date);
        if weeks.last().is_none_or(|(last, _)| *last != monday) {
            weeks.push((monday, None));
            (above, all) = (0, 0);
        }
        if let (Some((_, is_above_par)), Some((_, holds))) =
            (counted.next_if(|(date, _)| *date == day.date), weeks.last_mut())
        {
            above += usize::from(*is_above_par);
            all += 1;
            *holds = Some(above as f64 >= LEAST_SHARE_OF_DAYS * all as f64);
        }
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::history::Hour;
    use crate::pattern::random::FEW;

    /// What is said of days from a Monday on, with `executions(day, hour)`.
    fn said(days: u64, executions: impl Fn(u64, usize) -> u64) -> Option<Peak> {
        let monday: NaiveDate = "2026-01-05".parse().unwrap();
        let day = |day| Day {
            date: monday + chrono::Days::new(day),
            hours: std::array::from_fn(|hour| Hour { executions: executions(day, hour), ..Hour::default() }),
        };
        find(&(0..days).map(day).collect::<Vec<_>>(), FEW).map(|(_, peak, _)| peak)
    }

    #[test]
    fn an_hour_that_stands_out_is_named() {
        assert_eq!(said(28, |_, hour| if hour == 14 { 40 } else { 10 }), Some(Peak::Hour(14)));
        assert_eq!(said(28, |_, hour| if hour == 2 { 3 } else { 0 }), Some(Peak::Hour(2)), "a nightly job alone");
        assert_eq!(said(9, |_, hour| if hour == 14 { 40 } else { 10 }), None, "nine days");
        assert_eq!(said(28, |_, hour| if hour == 2 { 2 } else { 0 }), None, "days without a shape");
    }

    #[test]
    fn two_hours_as_full_as_each_other_are_told_as_a_stretch() {
        let near = said(28, |_, hour| if hour == 2 || hour == 4 { 40 } else { 1 });
        assert_eq!(near, Some(Peak::Around { start: 2, length: 3 }));
        let next = said(28, |_, hour| if hour == 2 || hour == 3 { 40 } else { 1 });
        assert_eq!(next, Some(Peak::Around { start: 2, length: 2 }));
        assert_eq!(said(28, |_, hour| if hour == 2 || hour == 14 { 40 } else { 1 }), None, "far apart");
    }

    #[test]
    fn hours_as_busy_are_told_to_their_end() {
        let even = |from: usize, until: usize| {
            said(28, move |day, hour| if (from..until).contains(&hour) { 18 + day % 5 } else { 1 })
        };
        assert_eq!(even(9, 15), Some(Peak::Around { start: 9, length: 6 }));
        assert_eq!(even(9, 19), Some(Peak::Around { start: 9, length: 10 }));
        assert_eq!(even(8, 21), None, "half of the day and more");
    }

    #[test]
    fn what_has_no_peak_is_left_alone() {
        let check = |why: &str, executions: &dyn Fn(u64, usize) -> u64| {
            assert_eq!(said(28, executions), None, "{why}");
        };
        check("all hours alike", &|_, _| 10);
        check("one run an hour", &|_, _| 1);
        check("nothing", &|_, _| 0);
        check("a job every six hours", &|_, hour| if hour % 6 == 0 { 20 } else { 0 });
        check("a job on Mondays", &|day, hour| if day % 7 == 0 && hour == 14 { 900 } else { 10 });
        check("weekdays alone", &|day, hour| if day % 7 < 5 && (9..17).contains(&hour) { 30 } else { 10 });
        check("one huge day", &|day, hour| if day == 3 && hour == 14 { 1 << 50 } else { 10 });
        check("another hour every day", &|day, hour| if hour as u64 == day % 24 { 90 } else { 10 });
    }

    #[test]
    fn a_huge_day_makes_no_sentence_that_raw_counts_refute() {
        let with_huge = |at: usize| {
            said(56, move |day, hour| match (day, hour) {
                (5, hour) if hour == at => 1 << 40,
                (_, 14) => 40,
                _ => 10,
            })
        };
        assert_eq!(with_huge(14), Some(Peak::Hour(14)));
        assert_eq!(with_huge(3), None, "the raw counts would refute the sentence");
    }
}
