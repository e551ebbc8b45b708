//! Moments of a schedule at which nothing started. That they gather on one weekday, at one hour or on dates one after the
//! other is a claim, and is tested. It says nothing of a workflow without a schedule, and nothing of what came after its
//! last start.
//!
//! One miss of a schedule that is kept in most of its moments needs no test, but no pattern is in it either. The test
//! takes the dates with misses as units, because an outage of a morning is one event whatever it misses: that so many
//! of them fall on one weekday, touch one hour or follow each other, by themselves.

use super::claim::{Basis, Effect, Look};
use super::random::{listed, those};
use super::schedule::{Frame, Schedule, Slot, add_shares, date_of, hour_of, weekday_of};
use super::series::Series;
use crate::zone::Zone;
use chrono::NaiveDate;

/// Dates with misses that a claim needs,
const LEAST_DATES: usize = 3;
/// and the share of them that has to fall on the weekday or touch the hour.
const LEAST_SHARE: f64 = 0.6;

/// Where misses gather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// On a weekday, 0 = Monday.
    Weekday(usize),
    /// At an hour of the day.
    Hour(usize),
    /// On dates one after the other on which it was to run, from the first to the last.
    Gap(NaiveDate, NaiveDate),
}

/// What is said of missed moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Moments at which nothing started.
    pub missed: u64,
    /// Moments of the schedule.
    pub expected: u64,
    /// The clock that weekday, hour and dates are of,
    pub frame: Frame,
    /// where the misses gather,
    pub gathered: Gathered,
    /// how many of them are there,
    pub there: u64,
    /// and how many moments of the schedule.
    pub expected_there: u64,
    /// The longest time between two starts around missed moments, in milliseconds,
    pub longest_ms: i64,
    /// and the date and hour at which it began, by the schedule's clock.
    pub from: (NaiveDate, u8),
}

/// The longest time between two starts around missed moments, and when it began; zeros where there is none.
fn longest_silence(slots: &[Slot]) -> (i64, i64) {
    let mut longest = (0, 0);
    let mut last_kept: Option<&Slot> = None;
    let mut is_missing = false;
    for slot in slots {
        if slot.is_kept {
            // As long as it lasted, whatever clocks did meanwhile.
            let lasted_ms = |from: &Slot| slot.at_ms() - from.at_ms();
            let from = last_kept.filter(|from| is_missing && lasted_ms(from) > longest.0);
            longest = from.map_or(longest, |from| (lasted_ms(from), from.clock_ms));
            (last_kept, is_missing) = (Some(slot), false);
        } else {
            is_missing = true;
        }
    }
    longest
}

/// Moments and misses of one date.
struct Date {
    date: NaiveDate,
    weekday: usize,
    missed: u64,
    all: u64,
    hours: [(u64, u64); 24],
}

/// Looks for a weekday or an hour at which misses gather.
pub fn look(series: &Series, zone: &Zone, schedule: &Schedule) -> Look<Facts> {
    let slots = &schedule.slots;
    let dates = dates(slots);
    let bad = those(&dates, &|date: &Date| date.missed > 0);
    if bad.len() < LEAST_DATES {
        return Look::nothing();
    }
    let share_of_bad = bad.len() as f64 / dates.len() as f64;
    let mut best: Option<(f64, Gathered, u64)> = None;
    let mut looked_at = 0;
    let mut consider = |chance: &dyn Fn() -> f64, held: usize, gathered, there| {
        looked_at += 1;
        if held >= LEAST_DATES && held as f64 >= LEAST_SHARE * bad.len() as f64 {
            let chance = chance();
            if best.is_none_or(|(least, _, _)| chance < least) {
                best = Some((chance, gathered, there));
            }
        }
    };
    if let Some(gap) = longest_gap(&dates) {
        let there = gap.iter().map(|date| date.missed).sum();
        let gathered = gap.first().zip(gap.last()).map(|(first, last)| Gathered::Gap(first.date, last.date));
        let chance = || chance_of_gap(gap.len(), bad.len(), dates.len());
        gathered.into_iter().for_each(|gathered| consider(&chance, gap.len(), gathered, there));
    }
    for weekday in 0..7 {
        let on = || dates.iter().filter(|date| date.weekday == weekday);
        let held = on().filter(|date| date.missed > 0).count();
        // Of a schedule of one weekday, all are on it.
        if on().count() < dates.len() {
            let there = on().map(|date| date.missed).sum();
            let chance = || at_least(held, &vec![share_of_bad; on().count()]);
            consider(&chance, held, Gathered::Weekday(weekday), there);
        }
    }
    for hour in 0..24 {
        let at = |date: &Date| date.hours.get(hour).copied().unwrap_or_default();
        let held = bad.iter().filter(|date| at(date).1 > 0).count();
        let there = bad.iter().map(|date| at(date).1).sum();
        // By itself one of the date's misses falls on one of the hour's moments.
        let chance = |date: &&Date| none_of(date.all, date.missed, at(date).0);
        let chances = listed(bad.iter().map(|date| 1.0 - chance(date)));
        if chances.iter().any(|chance| *chance > 0.0 && *chance < 1.0) {
            consider(&|| at_least(held, &chances), held, Gathered::Hour(hour), there);
        }
    }
    let (Some((chance, gathered, there)), Some((first, last))) = (best, slots.first().zip(slots.last())) else {
        return Look::nothing();
    };
    let missed = slots.iter().filter(|slot| !slot.is_kept).count() as u64;
    let expected = slots.len() as u64;
    let span = (date_of(first.clock_ms), date_of(last.clock_ms));
    let is_there = |clock_ms: i64| match gathered {
        Gathered::Weekday(weekday) => weekday_of(clock_ms) == weekday,
        Gathered::Hour(hour) => hour_of(clock_ms) == hour,
        Gathered::Gap(first, last) => (first..=last).contains(&date_of(clock_ms)),
    };
    let expected_there = slots.iter().filter(|slot| is_there(slot.clock_ms)).count() as u64;
    let share_of = |missed: u64, of: u64| missed as f64 / of.max(1) as f64;
    let effect = Effect {
        inside: share_of(there, expected_there),
        outside: share_of(missed - there, expected - expected_there),
    };
    let ran = series.runs.len() as f64;
    let share = missed as f64 / (missed as f64 + ran);
    let (longest_ms, from) = longest_silence(slots);
    let from = (date_of(from), hour_of(from) as u8);
    let mut basis = Basis::new(span, share);
    basis.effect = Some(effect);
    basis.count("missed", missed).count("expected", expected).count("missed_there", there);
    basis.count("expected_there", expected_there);
    if let Gathered::Gap(first, last) = gathered {
        basis.date("first_missed", first).date("last_missed", last);
    }
    add_shares(&mut basis, slots);
    // Those that gather: what is missed elsewhere is no part of the claim.
    for slot in slots.iter().filter(|slot| !slot.is_kept && is_there(slot.clock_ms)) {
        basis.cell(schedule.local(slot, zone));
    }
    let frame = schedule.facts.frame;
    let facts = Facts { missed, expected, frame, gathered, there, expected_there, longest_ms, from };
    Look::claim((chance * f64::from(looked_at)).min(1.0), facts, basis)
}

/// The moments by date.
fn dates(slots: &[Slot]) -> Vec<Date> {
    let (mut dates, mut last): (Vec<Date>, _) = (Vec::new(), None);
    for slot in slots {
        let on = date_of(slot.clock_ms);
        if last != Some(on) {
            let weekday = weekday_of(slot.clock_ms);
            dates.push(Date { date: on, weekday, missed: 0, all: 0, hours: [(0, 0); 24] });
            last = Some(on);
        }
        let Some(date) = dates.last_mut() else { continue };
        let missed = u64::from(!slot.is_kept);
        date.missed += missed;
        date.all += 1;
        if let Some((all, missed_then)) = date.hours.get_mut(hour_of(slot.clock_ms)) {
            *all += 1;
            *missed_then += missed;
        }
    }
    dates
}

/// The most dates one after the other that all have misses, the first of as many.
fn longest_gap(dates: &[Date]) -> Option<&[Date]> {
    dates.split(|date| date.missed == 0).fold(None, |longest: Option<&[Date]>, gap| {
        if longest.is_none_or(|longest| gap.len() > longest.len()) { Some(gap) } else { longest }
    })
}

/// A bound for the chance that `length` of `bad` dates, which lie among `all` at random, follow each other: by how many
/// places they could, times the chance that all of one place are bad.
fn chance_of_gap(length: usize, bad: usize, all: usize) -> f64 {
    (0..length).fold((all + 1).saturating_sub(length) as f64, |chance, place| {
        chance * bad.saturating_sub(place) as f64 / all.saturating_sub(place).max(1) as f64
    })
}

/// The chance that none of `missed` of `all` moments is one of `of`, where misses follow each other on a ring of the
/// day's moments: what goes down for an hour misses all of it, at any time alike.
fn none_of(all: u64, missed: u64, of: u64) -> f64 {
    if of == 0 {
        return 1.0;
    }
    let touching = (missed + of).saturating_sub(1).min(all);
    1.0 - touching as f64 / all.max(1) as f64
}

/// The chance that at least `held` of independent events happen.
fn at_least(held: usize, chances: &[f64]) -> f64 {
    // By number of events so far, those above `held` together.
    let mut of_count = vec![0.0; held + 1];
    if let Some(none) = of_count.first_mut() {
        *none = 1.0;
    }
    for chance in chances {
        let mut carried = 0.0;
        for (count, of_count) in of_count.iter_mut().enumerate() {
            let stays = if count == held { *of_count } else { *of_count * (1.0 - chance) };
            let goes = *of_count * chance;
            *of_count = stays + carried;
            carried = goes;
        }
    }
    of_count.last().copied().unwrap_or(1.0).min(1.0)
}
