//! Days (or weeks) that are turned by angles of their own, and how much a stretch of the day stands out from what that
//! makes of it: what a day holds together stays together, when in the day it falls is chance. It judges candidates that
//! are handed to it, and chooses none itself but by how much they stand out and explain.

use super::random::{FEW, LEAST_CHANCE, Random, tail_chance};
use super::volume_window::{ARCS, Arcs, Candidate, LENGTHS, Looked, On};
use crate::number::within;
use chrono::Days as Span;

/// Of windows that stand out at least this much of the most, the one that explains most of the profile is taken: the
/// first is often only a part of it.
const NEAR_BEST: f64 = 0.8;

/// Days, or weeks, that are turned as one, and how every window scores in every shuffle.
pub(super) struct Turned {
    units: Vec<Unit>,
    /// By kind of days and length: the mean and the deviation of scores over all shuffles.
    usual: [[(f64, f64); LENGTHS.len()]; 3],
    /// The largest score of each shuffle, of high windows and of low ones.
    maxima: [Vec<f64>; 2],
}

/// The sums of contrasts of a kind of days in a unit. Those of each length stand there twice, one behind the other, so
/// that whichever angle they are turned by they lie next to each other.
type Doubled = Box<[f64; 2 * ARCS]>;

/// The sums of contrasts of the weekdays and of the weekend among the days of a unit, and of both where it has both.
pub(super) struct Unit {
    sums: [Option<Doubled>; 3],
}

/// The weeks that the days touch.
pub(super) fn by_week(days: &[Looked]) -> Vec<Unit> {
    let monday = |day: &Looked| day.date.checked_sub_days(Span::new(u64::from(day.weekday)));
    days.chunk_by(|one, next| monday(one) == monday(next)).map(|week| Unit::of(week.iter())).collect()
}

impl Unit {
    fn of<'a>(days: impl Iterator<Item = &'a Looked> + Clone) -> Self {
        let sum = |on: On| {
            let mut sums: Option<Box<Arcs>> = None;
            for day in days.clone().filter(|day| on.holds(day.weekday)) {
                let sums = sums.get_or_insert_with(|| Box::new([0.0; ARCS]));
                sums.iter_mut().zip(day.contrasts.iter()).for_each(|(sum, contrast)| *sum += contrast);
            }
            sums
        };
        let (weekdays, weekends) = (sum(On::Weekdays), sum(On::Weekends));
        let both = weekdays.as_ref().zip(weekends.as_ref()).map(|(one, other)| {
            let mut both = one.clone();
            both.iter_mut().zip(other.iter()).for_each(|(sum, more)| *sum += more);
            both
        });
        Self { sums: [weekdays, weekends, both].map(|sums| sums.map(|sums| doubled(&sums))) }
    }
}

/// Adds the sums of a unit that is turned by an angle below 24, and their squares.
fn add_turned(of_unit: &Doubled, angle: usize, sums: &mut Arcs, squares: &mut Arcs) {
    let lengths = sums.chunks_exact_mut(24).zip(squares.chunks_exact_mut(24)).zip(of_unit.chunks_exact(48));
    for ((sums, squares), twice) in lengths {
        let turned = twice.get(angle..angle + 24).unwrap_or_default();
        for ((sum, square), contrast) in sums.iter_mut().zip(squares).zip(turned) {
            *sum += contrast;
            *square += contrast * contrast;
        }
    }
}

fn doubled(sums: &Arcs) -> Doubled {
    let mut doubled = Box::new([0.0; 2 * ARCS]);
    for (twice, sums) in doubled.chunks_exact_mut(48).zip(sums.chunks_exact(24)) {
        let (first, second) = twice.split_at_mut(24);
        first.copy_from_slice(sums);
        second.copy_from_slice(sums);
    }
    doubled
}

impl Turned {
    /// Every day is turned by an angle of its own.
    pub(super) fn new(days: &[Looked], random: &mut Random) -> Self {
        Self::of_units(days.iter().map(|day| Unit::of(std::iter::once(day))).collect(), random)
    }

    /// Every unit is.
    pub(super) fn of_units(units: Vec<Unit>, random: &mut Random) -> Self {
        let mut turned = Self { units, usual: [[(0.0, 1.0); LENGTHS.len()]; 3], maxima: [Vec::new(), Vec::new()] };
        let shuffles: Vec<[Box<Arcs>; 3]> = (0..FEW).map(|_| turned.scores(&mut || random.below(24))).collect();
        for (on, usual) in turned.usual.iter_mut().enumerate() {
            for (length, usual) in usual.iter_mut().enumerate() {
                let of_length = || {
                    let arcs = shuffles.iter().filter_map(|scores| scores.get(on)?.get(length * 24..length * 24 + 24));
                    arcs.flatten().copied()
                };
                let count = (FEW * 24) as f64;
                let mean = of_length().sum::<f64>() / count;
                let variance = of_length().map(|score| (score - mean) * (score - mean)).sum::<f64>() / count;
                *usual = (mean, variance.sqrt().max(1e-6));
            }
        }
        for scores in &shuffles {
            let (mut high, mut low) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for (scores, usual) in scores.iter().zip(&turned.usual) {
                for (scores, (mean, deviation)) in scores.chunks_exact(24).zip(usual) {
                    for score in scores {
                        let score = (score - mean) / deviation;
                        (high, low) = (high.max(score), low.max(-score));
                    }
                }
            }
            let [highs, lows] = &mut turned.maxima;
            highs.push(high);
            lows.push(low);
        }
        turned
    }

    /// The sum of contrasts of each kind of days by the root of the sum of squares, every unit turned by an angle.
    fn scores(&self, angle: &mut dyn FnMut() -> usize) -> [Box<Arcs>; 3] {
        let zero = || Box::new([0.0; ARCS]);
        let mut sums = [zero(), zero(), zero()];
        let mut squares = [zero(), zero(), zero()];
        for unit in &self.units {
            let angle = angle();
            let [weekdays, weekends, both] = unit.sums.each_ref().map(Option::as_ref);
            // All days of a unit that has one kind alone are that kind, and are added where they are known together.
            for (on, of_unit) in [(0, weekdays), (1, weekends), (2, both.or(weekdays).or(weekends))] {
                if let (Some(of_unit), Some(sums), Some(squares)) = (of_unit, sums.get_mut(on), squares.get_mut(on)) {
                    add_turned(of_unit, angle, sums, squares);
                }
            }
        }
        for (sums, squares) in sums.iter_mut().zip(&squares) {
            sums.iter_mut().zip(squares.iter()).for_each(|(sum, square)| *sum /= square.sqrt() + 1e-9);
        }
        sums
    }

    /// How much a window stands out, on its side.
    fn score(&self, observed: &[Box<Arcs>; 3], candidate: &Candidate) -> f64 {
        let on = candidate.facts.on as usize;
        let score = observed.get(on).and_then(|scores| scores.get(candidate.arc)).copied().unwrap_or(0.0);
        let usual = self.usual.get(on).and_then(|usual| usual.get(candidate.arc / 24)).copied();
        let (mean, deviation) = usual.unwrap_or((0.0, 1.0));
        (score - mean) / deviation * if candidate.facts.is_high { 1.0 } else { -1.0 }
    }

    /// The window that stands out most, with the boundaries that explain most.
    pub(super) fn best<'a>(&self, candidates: &'a [Candidate]) -> Option<&'a Candidate> {
        let observed = self.scores(&mut || 0);
        let scored = || candidates.iter().map(|candidate| (candidate, self.score(&observed, candidate)));
        let most = |of: &mut dyn Iterator<Item = (&'a Candidate, f64)>| {
            of.fold(None, |best: Option<(&Candidate, f64)>, (candidate, value)| match best {
                Some((_, most)) if most >= value => best,
                _ => Some((candidate, value)),
            })
        };
        let (first, highest) = most(&mut scored())?;
        let is_like =
            |other: &Candidate| other.facts.on == first.facts.on && other.facts.is_high == first.facts.is_high;
        let near = scored().filter(|(other, score)| is_like(other) && *score >= NEAR_BEST * highest);
        most(&mut near.map(|(candidate, _)| (candidate, candidate.explained))).map(|(candidate, _)| candidate)
    }

    /// The chance of a window that stands out as much, on either side.
    pub(super) fn chance(&self, candidate: &Candidate) -> f64 {
        let score = self.score(&self.scores(&mut || 0), candidate);
        let [highs, lows] = &self.maxima;
        let maxima = if candidate.facts.is_high { highs } else { lows };
        within(2.0 * tail_chance(score, maxima), LEAST_CHANCE, 1.0)
    }
}
