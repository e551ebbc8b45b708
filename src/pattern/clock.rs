//! Whether what recurs keeps to local time or to UTC, where the history crosses a clock change. It looks at claims that
//! were accepted for other reasons, and says nothing where days do not tell.
//!
//! The days before and after the change (or those of summer and of winter) have a profile by local hour each. Every day is
//! compared with the profile of the others as it is, and moved by as many hours as clocks did; what keeps to local time is
//! nearer to the first, what keeps to UTC to the second. Days decide by how much nearer they are, all together by more
//! than they differ among each other.

use super::history::{Day, Hour};
use super::outcome::Tally;
use super::random::{sum, those};
use crate::zone::Zone;
use chrono::Datelike;

/// What a recurring thing keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The zone's clocks.
    Local,
    /// UTC.
    Utc,
}

/// Days on each side of the change.
const LEAST_DAYS: usize = 10;
/// How many times its standard error the mean difference of days is.
const LEAST_ERRORS: f64 = 4.0;
const HOUR_SECONDS: i32 = 3600;
const HALF_A_DAY_MS: i64 = 12 * 3_600_000;

impl Clock {
    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Clock::Local => "local",
            Clock::Utc => "utc",
        }
    }
}

/// What something keeps to that happens on some weekdays (1 = Monday) and is counted by `tally`: hits alone, or hits
/// beyond what their share of all makes usual. `None` where clocks did not change, or twice in different ways, or where it
/// cannot be told.
pub fn kept(days: &[Day], zone: &Zone, weekdays: &[u8], tally: &dyn Fn(&Hour) -> Tally) -> Option<Clock> {
    let is_meant = |day: &Day| weekdays.contains(&(day.date.weekday().number_from_monday() as u8));
    let offset = |day: &Day| zone.offset_at(zone.start_of_date(day.date).saturating_add(HALF_A_DAY_MS));
    let first = offset(days.first()?);
    let other = days.iter().map(offset).find(|offset| *offset != first)?;
    let moved = other - first;
    if moved % HOUR_SECONDS != 0 || days.iter().map(offset).any(|offset| offset != first && offset != other) {
        return None;
    }
    let moved = usize::try_from((moved / HOUR_SECONDS).rem_euclid(24)).ok()?;
    let meant = those(days, &is_meant);
    let (before, after): (Vec<&Day>, Vec<&Day>) = meant.into_iter().partition(|day| offset(day) == first);
    let (before, after) = (shapes(&before, tally), shapes(&after, tally));
    if before.len().min(after.len()) < LEAST_DAYS {
        return None;
    }
    let mut nearer = Vec::new();
    nearer_to_local(&after, &before, moved, &mut nearer);
    nearer_to_local(&before, &after, 24 - moved, &mut nearer);
    let count = nearer.len() as f64;
    let mean = sum(&nearer) / count;
    let variance = nearer.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    let errors = mean / (variance / count).sqrt().max(f64::MIN_POSITIVE);
    match errors {
        errors if errors >= LEAST_ERRORS => Some(Clock::Local),
        errors if errors <= -LEAST_ERRORS => Some(Clock::Utc),
        _ => None,
    }
}

/// A number for each hour of a day.
type Shape = [f64; 24];

/// What each day has by hour: of hits alone their shares of the day, else the hits beyond the usual rate.
#[inline(never)]
fn shapes(days: &[&Day], tally: &dyn Fn(&Hour) -> Tally) -> Vec<Shape> {
    let total = |days: &[&Day]| {
        let mut total = Tally::default();
        days.iter().flat_map(|day| &day.hours).for_each(|hour| total.add(tally(hour)));
        total
    };
    let all = total(days);
    let mut shapes = Vec::new();
    for day in days {
        let of_day = total(&[day]);
        if of_day.hits > 0 || all.of > 0 {
            shapes.push(std::array::from_fn(|hour| {
                let Tally { hits, of } = day.hours.get(hour).map(tally).unwrap_or_default();
                if all.of == 0 { hits as f64 / of_day.hits as f64 } else { hits as f64 - all.rate() * of as f64 }
            }));
        }
    }
    shapes
}

/// Adds by day how much nearer it is to the mean of others as it is than to that mean moved by some hours.
#[inline(never)]
fn nearer_to_local(days: &[Shape], others: &[Shape], moved: usize, nearer: &mut Vec<f64>) {
    let mut mean = [0.0; 24];
    for other in others {
        mean.iter_mut().zip(other).for_each(|(sum, value)| *sum += value / others.len() as f64);
    }
    let mut shifted = mean;
    shifted.rotate_right(moved % 24);
    for day in days {
        let squares =
            |from: &Shape| day.iter().zip(from).map(|(one, other)| (one - other) * (one - other)).sum::<f64>();
        nearer.push(squares(&shifted) - squares(&mean));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::random::Random;
    use chrono::{Days, NaiveDate};

    /// Berlin in the first half of 2026, by the second from 1970 on at which clocks go forward.
    fn berlin() -> Zone {
        Zone::new("Europe/Berlin", &[(0, 3600), (1_774_746_000_000, 7200)]).unwrap()
    }

    /// So many days from 2026-02-16 on; `hour` says of each what happens in it, by day and hour.
    fn days(count: u64, hour: &dyn Fn(u64, u64) -> Hour) -> Vec<Day> {
        let first: NaiveDate = "2026-02-16".parse().unwrap();
        let of = |day| Day {
            date: first.checked_add_days(Days::new(day)).unwrap(),
            hours: std::array::from_fn(|of_day| hour(day, of_day as u64)),
        };
        (0..count).map(of).collect()
    }

    /// Clocks go forward between the 40th and the 41st day.
    const CHANGE: u64 = 41;

    fn is_nine(is_utc: bool, day: u64, hour: u64) -> bool {
        hour == if is_utc && day >= CHANGE { 10 } else { 9 }
    }

    /// 0 to 18, by no rule that an hour has.
    fn noise(day: u64, hour: u64) -> u64 {
        Random::seeded_by([day, hour]).below(19) as u64
    }

    #[test]
    fn what_keeps_to_a_clock_is_told() {
        let volume = |hour: &Hour| Tally { hits: hour.executions, of: 0 };
        let failures = |hour: &Hour| Tally { hits: hour.failures, of: hour.decided };
        let check = |count, is_utc, expected| {
            let busy = days(count, &|day, hour| Hour {
                executions: 5 + noise(day, hour) + if is_nine(is_utc, day, hour) { 40 } else { 0 },
                ..Hour::default()
            });
            assert_eq!(kept(&busy, &berlin(), &[1, 2, 3, 4, 5, 6, 7], &volume), expected);
            // Executions keep to local time whatever their failures do.
            let failing = days(count, &|day, hour| Hour {
                decided: 20 + hour,
                failures: u64::from(noise(day, hour) > 15) + if is_nine(is_utc, day, hour) { 9 } else { 0 },
                ..Hour::default()
            });
            assert_eq!(kept(&failing, &berlin(), &[1, 2, 3, 4, 5], &failures), expected);
        };
        check(84, false, Some(Clock::Local));
        check(84, true, Some(Clock::Utc));
        check(CHANGE, true, None);
        check(CHANGE + 9, true, None);
    }

    #[test]
    fn what_tells_nothing_is_told_nothing_of() {
        let volume = |hour: &Hour| Tally { hits: hour.executions, of: 0 };
        let check = |zone: &Zone, weekdays: &[u8], hour: &dyn Fn(u64, u64) -> u64| {
            let days = days(84, &|day, of_day| Hour { executions: hour(day, of_day), ..Hour::default() });
            assert_eq!(kept(&days, zone, weekdays, &volume), None);
        };
        let all = [1, 2, 3, 4, 5, 6, 7];
        check(&berlin(), &all, &|_, _| 0);
        check(&berlin(), &all, &|_, _| 7);
        check(&berlin(), &all, &|day, hour| noise(day, hour));
        check(&Zone::utc(), &all, &|day, hour| u64::from(is_nine(true, day, hour)));
        check(&berlin(), &[], &|day, hour| u64::from(is_nine(true, day, hour)));
        check(&berlin(), &all, &|_, _| u64::MAX);
        // Clocks that move by half an hour move no hour onto another.
        let howe = Zone::new("Australia/Lord_Howe", &[(0, 39_600), (1_774_746_000_000, 37_800)]).unwrap();
        check(&howe, &all, &|day, hour| u64::from(is_nine(true, day, hour)));
    }
}
