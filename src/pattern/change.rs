//! The day from which on a measure is another one: executions a day, the failure rate or the duration.
//!
//! What is tested is how far the running sum of the daily series strays from a straight line, against what chance does
//! to a series whose days resemble the days before, around the best split: so a true shift does not pass for noise. It
//! never tells a slow slide (that is a trend), and nothing that does not show in raw counts. Where a change is found, the
//! days before and behind it are series of their own. Where none is, two at once may be: each beside the other.

use super::claim::{Basis, Effect, Look};
use super::daily::{self, Daily, Measure, Noise, Step, Stretch};
use super::history::Day;
use super::multiplicity::MOST_OF_A_SERIES;
use super::random::{LEAST_CHANCE, Random, listed, quantile_of};
use super::series::{Series, span_of};
use super::trend::STRONG;
use crate::histogram::Bins;
use crate::number::within;
use chrono::NaiveDate;
use std::ops::Range;

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
/// Two changes at once are looked for where none is found by itself, and their chance counts so many times: it is a second
/// try, which may take a tenth of what the first one may say of nothing.
const FACTOR_OF_TWO: f64 = 10.0;
/// A line that explains the series better than the step by more than this makes it a slide, and a step that is as much better
/// than the line no trend (Bayes' information criterion: from 2 on it is evidence, Raftery 1995). Between, both may be
/// claimed, and the report tells one.
pub(super) const EVIDENCE: f64 = 2.0;
/// Three levels, and (by half) that they are where they fit best.
const FITTED_BY_TWO: f64 = 4.0;
/// How often two changes at once are each moved beside the other.
const ROUNDS: usize = 3;
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
    /// The days before begin with this one,
    pub first: NaiveDate,
    /// and those from then on end with this one.
    pub last: NaiveDate,
}

/// Looks for the day at which a measure changed most. The chance is that of such a change in this measure of this
/// series, over all days.
pub fn look(series: &Series, measure: Measure) -> Look<Facts> {
    looks(series, measure).into_iter().next().unwrap_or_else(Look::nothing)
}

/// Looks for the day at which a measure changed most, then for another one between those found before, as long as there is
/// one. The first look comes to what it would come to by itself, those behind it all have a claim; each change is told of
/// the days from the one before it to the one behind it.
#[inline(never)]
pub fn looks(series: &Series, measure: Measure) -> Vec<Look<Facts>> {
    let bins = Bins::new();
    let daily = Daily::new(series, measure, &bins);
    let mut cuts = Vec::new();
    cuts.extend(next_cut(series, measure, &daily, &[]));
    let mut looks = claims(&cuts, series, measure, &daily, &bins);
    if looks.is_empty() {
        cuts = two_cuts(series, measure, &daily).unwrap_or_default();
        looks = claims(&cuts, series, measure, &daily, &bins);
    }
    while (1..MOST_OF_A_SERIES).contains(&looks.len())
        && let Some(cut) = next_cut(series, measure, &daily, &cuts)
    {
        cuts.push(cut);
        let more = claims(&cuts, series, measure, &daily, &bins);
        if more.is_empty() {
            break;
        }
        looks = more;
    }
    if looks.is_empty() {
        looks.push(Look::nothing());
    }
    looks
}

/// A day on which a new level begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Its place among the days of the series.
    at: usize,
    /// So many days earlier or later would not surprise.
    plus_minus: u32,
    /// The chance of as good a split.
    chance: f64,
}

/// The last cut before a day and the first one behind it, or the ends of the series.
fn neighbours(cuts: &[Cut], at: usize, days: usize) -> (usize, usize) {
    let (mut before, mut behind) = (0, days);
    for cut in cuts {
        if cut.at < at {
            before = before.max(cut.at);
        } else if cut.at > at {
            behind = behind.min(cut.at);
        }
    }
    (before, behind)
}

/// The best split of all stretches between cuts, if it is one.
fn next_cut(series: &Series, measure: Measure, daily: &Daily, cuts: &[Cut]) -> Option<Cut> {
    let days = series.days_of(measure).len();
    // What lies within the error of a cut may be of the level on its other side.
    let error = cuts.iter().fold(0, |most, cut| cut.plus_minus.max(most)) as usize;
    let mut best: Option<Cut> = None;
    for from in std::iter::once(0).chain(cuts.iter().map(|cut| cut.at)) {
        let until = neighbours(cuts, from, days).1;
        let inner = from + if from > 0 { error } else { 0 }..until - if until < days { error.min(until) } else { 0 };
        if until - from < LEAST_DAYS {
            continue;
        }
        if let Some(cut) = cut_within(series, measure, daily, inner) {
            let chance = cut.chance * (cuts.len() + 1) as f64;
            if chance <= best.map_or(MOST_CHANCE, |best| best.chance) {
                best = Some(Cut { chance, ..cut });
            }
        }
    }
    best
}

/// Two cuts at once, each of which is one beside the other: levels that come back, or go on, hide one change behind the
/// other from who looks for one alone. Together they explain the series strongly better than a line.
pub(super) fn two_cuts(series: &Series, measure: Measure, daily: &Daily) -> Option<Vec<Cut>> {
    let (days, values) = (series.days_of(measure).len(), &daily.values);
    if days < LEAST_DAYS {
        return None;
    }
    let best = |from: usize, until: usize| Step::best(values.get(from..until)?, LEAST_DAYS_OF_A_SIDE);
    let beside = |mut second: usize| {
        let (mut left, mut first) = (Vec::new(), 0);
        for _ in 0..ROUNDS {
            let step = best(0, second)?;
            first = step.at;
            let next = best(first, values.len())?;
            second = first + next.at;
            left = step.left(values.get(..first)?);
            left.extend_from_slice(&next.left(values.get(first..)?));
        }
        let independent_days = Noise::of(&left, &daily.drawn_in, FITTED_BY_TWO).independent_days;
        let over_line = daily::step_over_line(&left, values, independent_days);
        // Two steps have two numbers more to fit than one: a level and where it begins.
        if over_line - 2.0 * libm::log(independent_days.max(1.0)) < STRONG {
            return None;
        }
        let [first, second] = [*daily.places.get(first)?, *daily.places.get(second)?];
        let mut cuts = Vec::new();
        for part in [0..second, first..days] {
            cuts.push(cut_within(series, measure, daily, part)?);
        }
        let chance = FACTOR_OF_TWO * cuts.iter().fold(0.0, |most: f64, cut| most.max(cut.chance));
        cuts.iter_mut().for_each(|cut| cut.chance = chance);
        (chance <= MOST_CHANCE).then_some(cuts)
    };
    // The best one alone may be either of the two.
    let one = best(0, values.len())?.at;
    beside(one).or_else(|| beside(one + best(one, values.len())?.at))
}

/// The best split of some days, if it is one.
#[inline(never)]
fn cut_within(series: &Series, measure: Measure, daily: &Daily, days: Range<usize>) -> Option<Cut> {
    let daily = daily.within(days);
    let split = Split::of(&daily, measure)?;
    if split.chance > MOST_CHANCE || split.is_slide(&daily.values) {
        return None;
    }
    let at = *daily.places.get(split.step.at)?;
    let counts = series.days.iter().map(Day::executions);
    let mut random = Random::seeded_by(counts.chain([measure as u64, 6]));
    Some(Cut { at, plus_minus: split.plus_minus(&daily, &mut random), chance: split.chance })
}

/// The claims of cuts, each between its neighbours; none where raw counts do not show all of them.
#[inline(never)]
fn claims(cuts: &[Cut], series: &Series, measure: Measure, daily: &Daily, bins: &Bins) -> Vec<Look<Facts>> {
    let days = series.days_of(measure);
    let mut claims = Vec::new();
    for Cut { at, plus_minus, chance } in cuts.iter().copied() {
        let (begin, end) = neighbours(cuts, at, days.len());
        let side = |side: Range<usize>| {
            let level = daily::mean(&daily.within(side.clone()).values);
            let durations = series.durations.get(side.clone()).unwrap_or_default();
            (Stretch::of(days.get(side).unwrap_or_default(), durations, measure, bins), level)
        };
        let [(before, level_before), (after, level_after)] = [begin..at, at..end].map(side);
        let (Some(of_change), Some(span)) = (days.get(at), span_of(days)) else { return Vec::new() };
        let around = days.get(begin..end).and_then(span_of);
        let Some((first, last)) = around else { return Vec::new() };
        if !pass(measure, level_after - level_before, &before, &after) {
            return Vec::new();
        }
        let from = of_change.date;
        let mut basis = Basis::new(span, share(measure, &before, &after));
        basis.effect = Some(Effect { inside: after.value, outside: before.value });
        basis.date("changed_on", from).count("plus_minus_days", u64::from(plus_minus));
        basis.count("days_before", u64::from(before.days)).count("days_after", u64::from(after.days));
        basis.count("executions_before", before.executions).count("executions_after", after.executions);
        if measure == Measure::FailureRate {
            basis.count("failures_before", before.failures).count("failures_after", after.failures);
        }
        claims.push(Look::claim(chance, Facts { measure, from, plus_minus, before, after, first, last }, basis));
    }
    claims
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
        daily::step_over_line(&self.step.left(values), values, self.noise.independent_days) < -EVIDENCE
    }

    /// How many days off nine in ten redrawn series have their change: what is left of the levels is drawn anew, week by
    /// week.
    fn plus_minus(&self, daily: &Daily, random: &mut Random) -> u32 {
        let left = self.step.left(&daily.values);
        let starts = (left.len() + 1).saturating_sub(BLOCK);
        let place = |at: usize| daily.places.get(at).map_or(0.0, |place| *place as f64);
        let mut redraw = || {
            let mut start = 0;
            let values = listed((0..left.len()).map(|at| {
                if at % BLOCK == 0 {
                    start = random.below(starts);
                }
                let level = if at < self.step.at { self.step.levels.0 } else { self.step.levels.1 };
                level + left.get(start + at % BLOCK).copied().unwrap_or(0.0)
            }));
            let other = Step::best(&values, LEAST_DAYS_OF_A_SIDE).map_or(self.step.at, |step| step.at);
            (place(other) - place(self.step.at)).abs()
        };
        let distances = listed((0..REDRAWN).map(|_| redraw()));
        // A day is only said to be the one if no other one comes into question.
        let least = if distances.iter().any(|distance| *distance > 0.0) { 1.0 } else { 0.0 };
        libm::ceil(quantile_of(distances, 0.9)).max(least) as u32
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
fn pass(measure: Measure, by_day: f64, before: &Stretch, after: &Stretch) -> bool {
    let (low, high) =
        if after.value < before.value { (after.value, before.value) } else { (before.value, after.value) };
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
    fn levels_that_come_back_or_go_on_are_two_changes_and_a_slide_is_none() {
        let told = |level: &dyn Fn(u64) -> u64| {
            let mut series = Series::new(Whose::All, Vec::new(), Vec::new(), Vec::new());
            for day in 0..90 {
                let mut hours = [Hour::default(); 24];
                hours[9] = executions(day, level(day));
                series.days.push(Day { date: "2026-01-05".parse::<NaiveDate>().unwrap() + Days::new(day), hours });
            }
            let looks = looks(&series, Measure::Volume);
            assert!(looks.iter().skip(1).all(|look| look.claim.is_some() && look.chance <= MOST_CHANCE));
            let claims = looks.into_iter().filter_map(|look| look.claim).map(|claim| claim.facts);
            let of_claim = |facts: Facts| {
                assert!(facts.plus_minus <= 2, "{facts:?}");
                let places = [facts.from.to_string(), facts.before.days.to_string(), facts.after.days.to_string()];
                places.join(" ")
            };
            let mut claims: Vec<String> = claims.map(of_claim).collect();
            claims.sort();
            claims
        };
        let both = ["2026-02-04 30 30", "2026-03-06 30 30"];
        assert_eq!(told(&|day| if (30..60).contains(&day) { 150 } else { 100 }), both, "up and down");
        assert_eq!(told(&|day| 100 + 50 * (day / 30)), both, "two steps");
        assert_eq!(told(&|day| if day < 60 { 100 } else { 150 }), ["2026-03-06 60 30"], "one step");
        assert_eq!(told(&|day| 100 + 2 * day), [""; 0], "a slide");
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
