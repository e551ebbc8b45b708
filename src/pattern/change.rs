//! The day from which on a measure is another one: executions a day, the failure rate or the duration.
//!
//! What is tested is how far the running sum of the daily series strays from a straight line, against what chance does
//! to a series whose days resemble the days before, around the best split: so a true shift does not pass for noise. It
//! never tells a slow slide (that is a trend), and nothing that does not show in raw counts.

use super::claim::{Basis, Effect, Look};
use super::daily::{self, Daily, Line, Measure, Noise, Step, Stretch};
use super::history::Day;
use super::random::{LEAST_CHANCE, Random, quantile};
use super::series::Series;
use crate::histogram::Bins;
use crate::number::within;
use chrono::NaiveDate;

/// Days below which no change is looked for.
pub const LEAST_DAYS: usize = 28;
/// Known days on each side.
const LEAST_DAYS_OF_A_SIDE: usize = 7;
/// Executions (decided ones of a failure rate, timed ones of a duration) on each side.
const LEAST_EXECUTIONS: u64 = 50;
/// The larger of two durations or volumes is at least this many times the smaller,
const LEAST_RATIO: f64 = 1.15;
/// and of two failure rates,
const LEAST_RATIO_OF_RATES: f64 = 1.3;
/// which also differ by this.
const LEAST_DIFFERENCE_OF_RATES: f64 = 0.02;
/// A chance above this ends the search.
const MOST_CHANCE: f64 = 0.05;
/// A line that explains the series better than the step by more than this makes it a slide (Bayes' information criterion:
/// from 2 on it is evidence, Raftery 1995). Below, both may be claimed, and the report tells one.
const MOST_OF_LINE: f64 = 2.0;
/// Redrawn series, of which nine in ten have their change within the days that are stated.
const REDRAWN: usize = 99;
/// Days that are drawn together.
const BLOCK: usize = 7;

/// A change.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Of what.
    pub measure: Measure,
    /// The first day of the new level.
    pub from: NaiveDate,
    /// So many days earlier or later would not surprise.
    pub plus_minus: u32,
    /// Before.
    pub before: Stretch,
    /// From then on.
    pub after: Stretch,
}

/// Looks for the day at which a measure changed most. The chance is that of such a change in this measure of this
/// series, over all days.
pub fn look(series: &Series, measure: Measure) -> Look<Facts> {
    let bins = Bins::new();
    let daily = Daily::new(series, measure, &bins);
    found(series, measure, &daily, &bins).unwrap_or_else(Look::nothing)
}

fn found(series: &Series, measure: Measure, daily: &Daily, bins: &Bins) -> Option<Look<Facts>> {
    if series.days.len() < LEAST_DAYS {
        return None;
    }
    let split = Split::of(daily, measure)?;
    if split.chance > MOST_CHANCE || split.is_slide(&daily.values) {
        return None;
    }
    let at = *daily.places.get(split.step.at)?;
    let (days_before, days_after) = series.days.split_at_checked(at)?;
    let durations = series.durations.split_at_checked(at).unwrap_or_default();
    let before = Stretch::of(days_before, durations.0, measure, bins);
    let after = Stretch::of(days_after, durations.1, measure, bins);
    if !pass(measure, &split.step, &before, &after) {
        return None;
    }
    let from = days_after.first()?.date;
    let counts = series.days.iter().map(Day::executions);
    let mut random = Random::seeded_by(counts.chain([measure as u64, 6]));
    let plus_minus = split.plus_minus(daily, &mut random);
    let mut basis = Basis::new(series.span()?, share(measure, &before, &after));
    basis.effect = Some(Effect { inside: after.value, outside: before.value });
    basis.date("changed_on", from).count("plus_minus_days", u64::from(plus_minus));
    basis.count("days_before", u64::from(before.days)).count("days_after", u64::from(after.days));
    basis.count("executions_before", before.executions).count("executions_after", after.executions);
    if measure == Measure::FailureRate {
        basis.count("failures_before", before.failures).count("failures_after", after.failures);
    }
    Some(Look::claim(split.chance, Facts { measure, from, plus_minus, before, after }, basis))
}

/// The best split of a daily series and the chance of one as good.
#[derive(Clone, Copy, Debug)]
struct Split {
    step: Step,
    noise: Noise,
    chance: f64,
}

impl Split {
    /// The means of two levels, and (by half) that they are where they fit best.
    const FITTED: f64 = 2.5;

    fn of(daily: &Daily, measure: Measure) -> Option<Self> {
        let values = &daily.values;
        let step = Step::best(values, LEAST_DAYS_OF_A_SIDE)?;
        let left = step.left(values);
        let noise = Noise::of(&left, &daily.drawn_in, Self::FITTED);
        // Weeks have volumes of their own, which a few of them are too few to show.
        let by_week = (measure == Measure::Volume || daily::weeks_go_together(&left, daily))
            .then(|| Noise::by_week(&left, daily, Self::FITTED));
        let mean = daily::mean(values);
        let (mut sum, mut most) = (0.0, 0.0_f64);
        for value in values {
            sum += value - mean;
            most = most.max(sum.abs());
        }
        // Values that are all alike have nothing to split.
        if most <= 1e-6 {
            return None;
        }
        // The running sum is a Brownian bridge, whose largest variance is a quarter.
        let chance = |noise: &Noise| {
            let variance = noise.long_run_variance * values.len() as f64;
            kolmogorov(noise.squared_normal(4.0 * most * most / variance.max(1e-12)) / 4.0)
        };
        // Days may go together from one to the next, or by the week as well.
        let chance = within(by_week.as_ref().map_or(0.0, chance).max(chance(&noise)), LEAST_CHANCE, 1.0);
        Some(Self { step, noise, chance })
    }

    /// True if a line tells the same much better.
    fn is_slide(&self, values: &[f64]) -> bool {
        let line = Line::best(values).left(values);
        daily::step_over_line(&self.step.left(values), &line, self.noise.independent_days) < -MOST_OF_LINE
    }

    /// How many days off nine in ten redrawn series have their change: what is left of the levels is drawn anew, week by
    /// week.
    fn plus_minus(&self, daily: &Daily, random: &mut Random) -> u32 {
        let left = self.step.left(&daily.values);
        let starts = (left.len() + 1).saturating_sub(BLOCK);
        let place = |at: usize| daily.places.get(at).map_or(0.0, |place| *place as f64);
        let mut redraw = || {
            let blocks = (0..left.len().div_ceil(BLOCK)).map(|_| random.below(starts)).collect::<Vec<_>>();
            let drawn = blocks.into_iter().flat_map(|start| left.iter().skip(start).take(BLOCK));
            let level = |place| if place < self.step.at { self.step.levels.0 } else { self.step.levels.1 };
            let values: Vec<f64> =
                drawn.take(left.len()).enumerate().map(|(place, value)| level(place) + value).collect();
            let other = Step::best(&values, LEAST_DAYS_OF_A_SIDE).map_or(self.step.at, |step| step.at);
            (place(other) - place(self.step.at)).abs()
        };
        let off: Vec<f64> = (0..REDRAWN).map(|_| redraw()).collect();
        libm::ceil(quantile(off.into_iter(), 0.9)) as u32
    }
}

/// The chance that a Brownian bridge strays so far (by the square of how far), of Kolmogorov 1933.
fn kolmogorov(squared: f64) -> f64 {
    if squared < 0.1 {
        return 1.0;
    }
    let term = |k: f64| libm::exp(-2.0 * k * k * squared);
    within(2.0 * (term(1.0) - term(2.0) + term(3.0) - term(4.0)), 0.0, 1.0)
}

/// True if the change shows in raw counts, as it does day by day.
fn pass(measure: Measure, step: &Step, before: &Stretch, after: &Stretch) -> bool {
    let (low, high) =
        if after.value < before.value { (after.value, before.value) } else { (before.value, after.value) };
    let by_day = step.levels.1 - step.levels.0;
    let (ratio, difference) = match measure {
        Measure::FailureRate => (LEAST_RATIO_OF_RATES, LEAST_DIFFERENCE_OF_RATES),
        Measure::Volume | Measure::Duration => (LEAST_RATIO, 0.0),
    };
    before.executions.min(after.executions) >= LEAST_EXECUTIONS
        && high >= ratio * low
        && high - low >= difference
        && (by_day > 0.0) == (after.value > before.value)
        && by_day.abs() >= libm::log(ratio)
}

/// How much of the series it concerns.
fn share(measure: Measure, before: &Stretch, after: &Stretch) -> f64 {
    let changed = (after.value - before.value).abs();
    let share = match measure {
        Measure::Volume => {
            changed * f64::from(after.days) / (before.executions as f64 + after.executions as f64).max(1.0)
        }
        Measure::FailureRate => {
            changed * after.executions as f64 / (before.failures as f64 + after.failures as f64).max(1.0)
        }
        Measure::Duration => {
            let of_all = after.executions as f64 / (before.executions as f64 + after.executions as f64).max(1.0);
            of_all * changed / before.value.max(after.value).max(1.0)
        }
    };
    within(share, 0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Histogram;
    use crate::pattern::history::Hour;
    use crate::pattern::series::Whose;
    use chrono::Days;

    /// What is found in whole days from a Monday on, of which each has one busy hour.
    fn found(days: u64, measure: Measure, hour: impl Fn(u64) -> Hour) -> Option<Facts> {
        let monday: NaiveDate = "2026-01-05".parse().unwrap();
        let mut series = Series::new(Whose::All, Vec::new(), Vec::new(), Vec::new());
        for day in 0..days {
            let mut hours = [Hour::default(); 24];
            hours[9] = hour(day);
            series.days.push(Day { date: monday + Days::new(day), hours });
            // The longest duration of an hour is taken for what its executions took.
            let bins = Bins::new();
            let took = (bins.of(hour(day).slow), hour(day).timed);
            series.durations.push(Histogram::of_bins(&bins, std::iter::once(took)));
        }
        let look = look(&series, measure);
        assert!((0.0..=1.0).contains(&look.chance) && (look.chance < 1.0) == look.claim.is_some());
        look.claim.map(|claim| claim.facts)
    }

    /// A few more or less each day, the same ones every time.
    fn spread(day: u64) -> u64 {
        (day + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60
    }

    fn executions(day: u64, level: u64) -> Hour {
        Hour { executions: level + spread(day), ..Hour::default() }
    }

    #[test]
    fn a_step_of_volume_is_found_and_counted() {
        let volume = |day: u64| executions(day, if day < 40 { 100 } else { 150 });
        let facts = found(70, Measure::Volume, volume).unwrap();
        let counted = |days: std::ops::Range<u64>| days.map(|day| volume(day).executions).sum::<u64>();
        assert_eq!(facts.from, "2026-02-14".parse().unwrap());
        assert_eq!((facts.before.days, facts.after.days), (40, 30));
        assert_eq!((facts.before.executions, facts.after.executions), (counted(0..40), counted(40..70)));
        assert_eq!(facts.after.value, counted(40..70) as f64 / 30.0);
        assert!(facts.plus_minus <= 2, "{}", facts.plus_minus);
    }

    #[test]
    fn a_step_of_failures_and_one_of_durations_are_found() {
        let failing = |day: u64| Hour {
            executions: 200,
            decided: 200,
            failures: if day < 50 { 4 } else { 20 } + spread(day) / 4,
            ..Hour::default()
        };
        let facts = found(80, Measure::FailureRate, failing).unwrap();
        assert_eq!((facts.before.days, facts.before.executions), (50, 10_000));
        assert_eq!(facts.before.failures, (0..50).map(|day| failing(day).failures).sum::<u64>());
        let slower = |day: u64| {
            let took = if day < 30 { 20_000 } else { 60_000 } + 2000 * spread(day);
            Hour { executions: 9, timed: 9, slow: took, ..Hour::default() }
        };
        let facts = found(80, Measure::Duration, slower).unwrap();
        assert_eq!((facts.before.days, facts.before.executions, facts.after.executions), (30, 270, 450));
        assert!(facts.after.value > 1.5 * facts.before.value);
    }

    #[test]
    fn what_is_no_change_is_left_alone() {
        let check = |why: &str, days, volume: &dyn Fn(u64) -> u64| {
            let hour = |day| Hour { executions: volume(day), ..Hour::default() };
            assert_eq!(found(days, Measure::Volume, hour), None, "{why}");
        };
        check("no days", 0, &|_| 0);
        check("one day", 1, &|_| 5);
        check("nothing", 90, &|_| 0);
        check("all alike", 90, &|_| 100);
        check("all alike and huge", 90, &|_| u64::MAX);
        check("27 days", 27, &|day| if day < 14 { 100 } else { 200 });
        check("quiet weekends", 90, &|day| if day % 7 < 5 { 100 } else { 10 } + spread(day));
        check("a tenth more", 90, &|day| if day < 45 { 200 } else { 220 } + spread(day));
        check("a slow rise", 90, &|day| 100 + 3 * day + spread(day));
        check("one huge day", 90, &|day| if day == 60 { 1 << 53 } else { 100 + spread(day) });
        check("too few", 90, &|day| u64::from(day >= 45));
    }

    #[test]
    fn a_change_that_raw_counts_refute_is_not_told() {
        let volume = |day: u64| {
            executions(
                day,
                if day == 10 {
                    1 << 40
                } else if day < 40 {
                    100
                } else {
                    150
                },
            )
        };
        assert_eq!(found(70, Measure::Volume, volume), None);
    }

    #[test]
    fn the_chance_of_a_bridge_is_that_of_the_tables() {
        for (far, chance) in [(1.2238, 0.1), (1.3581, 0.05), (1.6276, 0.01), (1.9495, 0.001)] {
            assert!((kolmogorov(far * far) / chance - 1.0).abs() < 0.002, "{far}");
        }
        assert_eq!(kolmogorov(0.0), 1.0);
    }
}
