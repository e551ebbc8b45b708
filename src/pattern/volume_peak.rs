//! The daily peak of volume: an hour of the day, or a few, in which executions are most numerous, on most days.
//!
//! A day counts by the share of its executions that each hour has, so a huge day counts once. The test tosses a coin
//! for every whole day: a rise that is not there on most days cancels. What is named is the finest stretch of hours
//! that stays within an hour when days are drawn anew, or the busiest hour where that lies in its middle.

use super::history::Day;
use super::random::{self, FEW, MANY, Random, median, quantile, share_at_least};
use super::sentence::{self, Peak, Strength};
use super::{Finding, Kind, WeekWindow};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Days below which no hour of the day is named.
pub const LEAST_DAYS: usize = 10;
/// A day with fewer executions has no shape to speak of.
pub const LEAST_EXECUTIONS: u64 = 3;
/// The rate inside is at least this many times the daily average.
const LEAST_RATIO: f64 = 1.2;
/// The share of days (and, of a week, of its days) on which the stretch has more than its hours' share.
const LEAST_SHARE_OF_DAYS: f64 = 0.6;
/// The share of the rise that is left whichever weekday is left out; a job that runs once a week fails here.
const LEAST_SHARE_WITHOUT_A_WEEKDAY: f64 = 0.6;
/// A peak is that only if no other part of the day is as busy: inside there is at least this many times the rate of
/// any stretch of the same length elsewhere,
const LEAST_LEAD: f64 = 1.05;
/// by days that agree on it (the sum of their differences by the root of the sum of squares),
const LEAST_AGREEMENT: f64 = 2.0;
/// where elsewhere begins beyond so many hours from the middle: nearer, it is the same peak.
const SAME_PEAK: f64 = 3.0;
/// A chance above this ends the search.
const MOST_CHANCE: f64 = 0.05;
/// Hours of a stretch at most.
const LONGEST: usize = 8;
/// All stretches: each length at each of 24 starts.
const ARCS: usize = LONGEST * 24;
/// Lengths of the stretches in whose middle one hour may be named, from fine to broad.
const FINE_LENGTHS: [RangeInclusive<usize>; 3] = [1..=1, 2..=3, 4..=5];
/// A stretch is named where 90 % of redrawn histories have its middle within this many hours,
const STEADY: f64 = 1.0;
/// and nothing is said where not even stretches of all lengths together have it within this.
const UNSTEADY: f64 = 3.0;
/// The busiest hour is named where it lies at most so many hours from the middle of the stretch.
const MOST_FROM_MIDDLE: f64 = 1.0;
/// Redrawn histories.
const REDRAWN: usize = 60;
/// An hour's share of a day counts at most like this quantile of its shares.
const CAP_QUANTILE: f64 = 0.95;
/// A day's rise in a stretch counts at most this many times the median of its size.
const MOST_MEDIANS: f64 = 3.0;

/// The share of each hour in a day, or a mean of such shares.
type Profile = [f64; 24];

/// Hours of the day next to each other; may run past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Arc {
    start: usize,
    length: usize,
}

impl Arc {
    fn all() -> impl Iterator<Item = Arc> {
        (1..=LONGEST).flat_map(|length| (0..24).map(move |start| Arc { start, length }))
    }

    fn holds(self, hour: usize) -> bool {
        (hour + 24 - self.start) % 24 < self.length
    }

    fn overlaps(self, other: Arc) -> bool {
        (0..24).any(|hour| self.holds(hour) && other.holds(hour))
    }

    /// The part of a profile that lies inside.
    fn share(self, profile: &Profile) -> f64 {
        profile.iter().enumerate().filter(|(hour, _)| self.holds(*hour)).map(|(_, share)| share).sum()
    }

    /// The part that would lie inside if all hours were alike.
    fn par(self) -> f64 {
        self.length as f64 / 24.0
    }

    /// The middle, in hours.
    fn middle(self) -> f64 {
        let middle = self.start as f64 + (self.length - 1) as f64 / 2.0;
        if middle >= 24.0 { middle - 24.0 } else { middle }
    }

    /// What is said of it.
    fn around(self) -> Peak {
        Peak::Around { start: self.start as u8, length: self.length as u8 }
    }

    /// Hours from the middle of another stretch, 0 to 12, whichever way is shorter.
    fn distance(self, other: Arc) -> f64 {
        let apart = (self.middle() - other.middle()).abs();
        apart.min(24.0 - apart)
    }
}

/// A peak that passed its gates.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The chance of such a peak on structureless history, over all stretches.
    pub chance: f64,
    peak: Peak,
    counts: Counts,
}

/// Days that can be looked at.
pub fn usable_days(days: &[Day]) -> usize {
    days.iter().filter(|day| is_usable(day)).count()
}

fn is_usable(day: &Day) -> bool {
    day.executions() >= LEAST_EXECUTIONS
}

/// Looks for the peak; `None` where none passes or there are too few days.
pub fn look(days: &[Day]) -> Option<Claim> {
    let usable: Vec<&Day> = days.iter().filter(|day| is_usable(day)).collect();
    if usable.len() < LEAST_DAYS {
        return None;
    }
    let shares = Shares::new(&usable);
    let broad = standing_out(&shares.profile, 1..=LONGEST)?;
    let seed = || usable.iter().flat_map(|day| day.hours.iter().map(|hour| hour.executions));
    let rises = rises(&shares.by_day);
    let mut chance = chance_of(&rises, broad, FEW, &mut Random::seeded_by(seed().chain([3])));
    if random::is_close_to_decision(chance) {
        chance = chance_of(&rises, broad, MANY, &mut Random::seeded_by(seed().chain([3])));
    }
    if chance > MOST_CHANCE || !shares.pass(broad) {
        return None;
    }
    let steady = shares.finest_steady(broad, &mut Random::seeded_by(seed().chain([4])))?;
    let named = |peak| {
        let counts = Counts::new(days, peak);
        (counts.pass() && shares.leads(counts.arc)).then_some(Claim { chance, peak, counts })
    };
    // Hours were chosen from shares; what is said of them is in raw counts, which one huge day can pull elsewhere.
    named(steady).or_else(|| named(broad.around()))
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
        all >= LEAST_RATIO
            && above_par as f64 >= LEAST_SHARE_OF_DAYS * self.by_day.len() as f64
            && least >= 1.0 + LEAST_SHARE_WITHOUT_A_WEEKDAY * (all - 1.0)
    }

    /// True if no other part of the day is as busy: jobs every six hours have no peak.
    fn leads(&self, arc: Arc) -> bool {
        let mut elsewhere = Arc::all()
            .filter(|other| other.length == arc.length && !other.overlaps(arc) && other.distance(arc) > SAME_PEAK);
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

    /// The busiest hour, if it lies in the middle of the finest stretch that holds still when days are drawn anew; else
    /// that stretch; else the broad one if it does not stray far.
    fn finest_steady(&self, broad: Arc, random: &mut Random) -> Option<Peak> {
        let days = self.capped.len();
        let mut redraw = || mean((0..days).filter_map(|_| self.capped.get(random.below(days))));
        let redrawn: Vec<Profile> = (0..REDRAWN).map(|_| redraw()).collect();
        let half_width = |arc: Arc, lengths: RangeInclusive<usize>| {
            let others = redrawn.iter().filter_map(|profile| standing_out(profile, lengths.clone()));
            quantile(others.map(|other| other.distance(arc)), 0.9)
        };
        let busiest = standing_out(&self.profile, 1..=1)?;
        let is_alone = self.profile.iter().filter(|share| **share >= busiest.share(&self.profile)).count() == 1;
        for lengths in FINE_LENGTHS {
            let arc = standing_out(&self.profile, lengths.clone())?;
            if half_width(arc, lengths) <= STEADY {
                // A stretch with two peaks at its edges holds still although neither hour does.
                let is_in_the_middle = busiest.distance(arc) <= MOST_FROM_MIDDLE;
                return Some(if is_in_the_middle && is_alone { Peak::Hour(busiest.start as u8) } else { arc.around() });
            }
        }
        (half_width(broad, 1..=LONGEST) <= UNSTEADY).then_some(broad.around())
    }
}

/// The mean of profiles, scaled to add up to 1.
fn mean<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Profile {
    let mut mean = [0.0; 24];
    for profile in profiles {
        mean.iter_mut().zip(profile).for_each(|(sum, share)| *sum += share);
    }
    let all: f64 = mean.iter().sum();
    mean.iter_mut().for_each(|share| *share /= all.max(1e-12));
    mean
}

/// The stretch, of some lengths, whose excess stands out most against its length.
fn standing_out(profile: &Profile, lengths: RangeInclusive<usize>) -> Option<Arc> {
    let mut best: Option<(Arc, f64)> = None;
    for arc in Arc::all().filter(|arc| lengths.contains(&arc.length)) {
        let spread = (arc.length * (24 - arc.length)) as f64;
        let excess = (arc.share(profile) - arc.par()) / spread.sqrt();
        if best.is_none_or(|(_, most)| excess > most) {
            best = Some((arc, excess));
        }
    }
    best.map(|(arc, _)| arc)
}

/// By day, how much more than its hours' share each stretch has; no day counts more than a few usual ones.
fn rises(by_day: &[Profile]) -> Vec<[f64; ARCS]> {
    let rise_of = |day: &Profile| {
        let mut rises = [0.0; ARCS];
        rises.iter_mut().zip(Arc::all()).for_each(|(rise, arc)| *rise = arc.share(day) - arc.par());
        rises
    };
    let mut rises: Vec<[f64; ARCS]> = by_day.iter().map(rise_of).collect();
    for arc in 0..ARCS {
        let most = MOST_MEDIANS * median(rises.iter().filter_map(|day| day.get(arc)).map(|rise| rise.abs())) + 1e-9;
        for rise in rises.iter_mut().filter_map(|day| day.get_mut(arc)) {
            *rise = rise.clamp(-most, most);
        }
    }
    rises
}

/// The chance that days tossed for or against show as much in any stretch as they do in this one.
fn chance_of(rises: &[[f64; ARCS]], arc: Arc, shuffles: usize, random: &mut Random) -> f64 {
    let mut scale = [0.0; ARCS];
    for day in rises {
        scale.iter_mut().zip(day).for_each(|(square, rise)| *square += rise * rise);
    }
    scale.iter_mut().for_each(|square| *square = 1.0 / (square.sqrt() + 1e-9));
    let mut shuffle = || {
        let mut sums = [0.0; ARCS];
        for day in rises {
            let sign = random.sign();
            sums.iter_mut().zip(day).for_each(|(sum, rise)| *sum += sign * rise);
        }
        sums.iter().zip(scale).map(|(sum, scale)| sum * scale).fold(f64::NEG_INFINITY, f64::max)
    };
    let shuffled: Vec<f64> = (0..shuffles).map(|_| shuffle()).collect();
    let observed = Arc::all()
        .zip(scale)
        .enumerate()
        .find(|(_, (other, _))| *other == arc)
        .map(|(place, (_, scale))| rises.iter().filter_map(|day| day.get(place)).sum::<f64>() * scale);
    observed.map_or(1.0, |observed| share_at_least(observed, shuffled.into_iter()))
}

/// What happened in a stretch of hours, in raw counts.
#[derive(Clone, Debug)]
struct Counts {
    arc: Arc,
    inside: u64,
    all: u64,
    /// By day that can be looked at, whether it had more inside than its hours' share.
    days: Vec<(NaiveDate, bool)>,
}

impl Counts {
    fn new(days: &[Day], peak: Peak) -> Self {
        let arc = match peak {
            Peak::Hour(hour) => Arc { start: usize::from(hour), length: 1 },
            Peak::Around { start, length } => Arc { start: usize::from(start), length: usize::from(length) },
        };
        let mut counts = Self { arc, inside: 0, all: 0, days: Vec::new() };
        for day in days.iter().filter(|day| is_usable(day)) {
            let hours = day.hours.iter().enumerate().filter(|(hour, _)| arc.holds(*hour));
            let inside = hours.fold(0, |sum: u64, (_, hour)| sum.saturating_add(hour.executions));
            let all = day.executions();
            let is_above_par = u128::from(inside) * 24 > u128::from(all) * arc.length as u128;
            counts.days.push((day.date, is_above_par));
            counts.inside = counts.inside.saturating_add(inside);
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
        self.ratio() >= LEAST_RATIO && self.held() as f64 >= LEAST_SHARE_OF_DAYS * self.days.len() as f64
    }
}

impl Claim {
    /// What a report says of the claim.
    pub fn into_finding(self, days: &[Day], zone: &str, p_adjusted: f64) -> Option<Finding> {
        let Self { peak, counts, .. } = self;
        let (held, units, arc) = (counts.held(), counts.days.len(), counts.arc);
        let hours_inside = (units * arc.length) as f64;
        let hours_outside = (units * (24 - arc.length)) as f64;
        let outside = counts.all.saturating_sub(counts.inside) as f64 / hours_outside;
        let end = arc.start + arc.length;
        let strength = Strength::of(p_adjusted);
        Some(Finding {
            kind: Kind::VolumePeak,
            sentence: sentence::volume_peak(peak, zone, counts.ratio(), (held, units), strength),
            window: WeekWindow {
                weekdays: (1..=7).collect(),
                from_hour: arc.start as u8,
                to_hour: if end > 24 { end - 24 } else { end } as u8,
            },
            inside: counts.inside as f64 / hours_inside,
            outside,
            held: held as u32,
            units: units as u32,
            count: counts.inside,
            of: counts.all,
            expected: outside * hours_inside,
            from: days.first()?.date,
            to: days.last()?.date,
            weeks: weeks(days, &counts),
            p_adjusted,
            cells: cells(days, arc),
        })
    }
}

/// By week that the days touch, whether enough of its days that were looked at are above par.
fn weeks(days: &[Day], counts: &Counts) -> Vec<(NaiveDate, Option<bool>)> {
    let monday = |date: NaiveDate| {
        date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))).unwrap_or(date)
    };
    let mut weeks: BTreeMap<NaiveDate, (usize, usize)> = BTreeMap::new();
    for day in days {
        weeks.entry(monday(day.date)).or_default();
    }
    for (date, is_above_par) in &counts.days {
        let (above, all) = weeks.entry(monday(*date)).or_default();
        *above += usize::from(*is_above_par);
        *all += 1;
    }
    let holds = |(above, all): (usize, usize)| (all > 0).then_some(above as f64 >= LEAST_SHARE_OF_DAYS * all as f64);
    weeks.into_iter().map(|(monday, week)| (monday, holds(week))).collect()
}

/// The stretch's hours that have executions, on days that were looked at.
fn cells(days: &[Day], arc: Arc) -> Vec<(NaiveDate, u8)> {
    let hours = |day: &Day| {
        let date = day.date;
        let held = day
            .hours
            .into_iter()
            .zip(0u8..)
            .filter(move |(hour, number)| hour.executions > 0 && arc.holds(usize::from(*number)));
        held.map(move |(_, number)| (date, number)).collect::<Vec<_>>()
    };
    days.iter().filter(|day| is_usable(day)).flat_map(hours).collect()
}
