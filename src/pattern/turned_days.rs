//! Days (or weeks) that are turned by angles of their own, and how much a stretch of the day stands out from what that
//! makes of it: what a day holds together stays together, when in the day it falls is chance. It judges candidates that
//! are handed to it, and chooses none itself but by how much they stand out and explain.

use super::random::{LEAST_CHANCE, Random, tail_chance};
use super::volume_window::{ARCS, Candidate, LENGTHS, Looked, On};
use crate::number::within;
use chrono::Days as Span;

/// Of windows that stand out at least this much of the most, the one that explains most of the profile is taken: the
/// first is often only a part of it.
const NEAR_BEST: f64 = 0.8;

/// Days, or weeks, that are turned as one, and how every window scores in every shuffle.
pub(super) struct Turned<'a> {
    units: &'a [Unit],
    /// By kind of days and length: the mean and the deviation of scores over all shuffles.
    usual: [[(f64, f64); LENGTHS.len()]; 3],
    /// The largest score of each shuffle, of high windows and of low ones.
    maxima: [Vec<f64>; 2],
}

/// A number for each stretch of the day. Single precision is enough for what is shuffled, and half as long to add up.
type Scores = [f32; ARCS];

/// The sums of contrasts of a kind of days in a unit. Those of each length stand there twice, one behind the other, so
/// that whichever angle they are turned by they lie next to each other.
type Doubled = Box<[f32; 2 * ARCS]>;

/// The sums of contrasts of the weekdays and of the weekend among the days of a unit.
pub(super) struct Unit {
    weekdays: Option<Doubled>,
    weekends: Option<Doubled>,
}

/// The days, each by itself.
pub(super) fn by_day(days: &[Looked]) -> Vec<Unit> {
    days.iter().map(|day| Unit::of(std::iter::once(day))).collect()
}

/// The weeks that the days touch.
pub(super) fn by_week(days: &[Looked]) -> Vec<Unit> {
    let monday = |day: &Looked| day.date.checked_sub_days(Span::new(u64::from(day.weekday)));
    days.chunk_by(|one, next| monday(one) == monday(next)).map(|week| Unit::of(week.iter())).collect()
}

impl Unit {
    fn of<'a>(days: impl Iterator<Item = &'a Looked> + Clone) -> Self {
        let sum = |on: On| {
            let mut sums: Option<Doubled> = None;
            for day in days.clone().filter(|day| on.holds(day.weekday)) {
                let sums = sums.get_or_insert_with(|| Box::new([0.0; 2 * ARCS]));
                for (twice, contrasts) in sums.chunks_exact_mut(48).zip(day.contrasts.chunks_exact(24)) {
                    let again = contrasts.iter().chain(contrasts);
                    twice.iter_mut().zip(again).for_each(|(sum, contrast)| *sum += *contrast as f32);
                }
            }
            sums
        };
        Self { weekdays: sum(On::Weekdays), weekends: sum(On::Weekends) }
    }
}

/// A number for each hour at which a stretch of one length begins. Where lengths are known to the compiler it adds up
/// several at a time without room for what is left over, also where code is to be small; and by place, so that nothing is
/// called for 24 numbers.
type Hours = [f32; 24];

/// What a turn by an angle below 24 puts next to each other, length by length.
fn turned(of_unit: &Doubled, angle: usize) -> impl Iterator<Item = &Hours> {
    of_unit.as_chunks::<48>().0.iter().filter_map(move |twice| twice.get(angle..)?.first_chunk())
}

/// Sums of turned units, and of their squares.
struct Added {
    sums: Box<Scores>,
    squares: Box<Scores>,
}

impl Added {
    fn nothing() -> Self {
        Self { sums: Box::new([0.0; ARCS]), squares: Box::new([0.0; ARCS]) }
    }

    fn add(&mut self, of_unit: &Doubled, angle: usize) {
        let lengths = self.sums.as_chunks_mut().0.iter_mut().zip(self.squares.as_chunks_mut().0);
        for ((sums, squares), turned) in lengths.zip(turned(of_unit, angle)) {
            let (sums, squares): (&mut Hours, &mut Hours) = (sums, squares);
            for hour in 0..24 {
                sums[hour] += turned[hour];
                squares[hour] += turned[hour] * turned[hour];
            }
        }
    }

    /// Adds what the square of the sum of two has beyond their squares.
    fn add_both(&mut self, one: &Doubled, other: &Doubled, angle: usize) {
        let lengths = self.squares.as_chunks_mut().0.iter_mut().zip(turned(one, angle)).zip(turned(other, angle));
        for ((squares, one), other) in lengths {
            let squares: &mut Hours = squares;
            for hour in 0..24 {
                squares[hour] += 2.0 * one[hour] * other[hour];
            }
        }
    }

    /// The sums by the root of the squares.
    fn scores(self) -> Box<Scores> {
        let Self { mut sums, squares } = self;
        sums.iter_mut().zip(squares.iter()).for_each(|(sum, square)| *sum /= square.max(0.0).sqrt() + 1e-9);
        sums
    }
}

impl<'u> Turned<'u> {
    /// Every unit is turned by an angle of its own, so often.
    pub(super) fn new(units: &'u [Unit], shuffles: usize, random: &mut Random) -> Self {
        let mut turned = Self { units, usual: [[(0.0, 1.0); LENGTHS.len()]; 3], maxima: [Vec::new(), Vec::new()] };
        let all: Vec<[Box<Scores>; 3]> = (0..shuffles).map(|_| turned.scores(&mut || random.below(24))).collect();
        for (on, usual) in turned.usual.iter_mut().enumerate() {
            for (length, usual) in usual.iter_mut().enumerate() {
                let of_length = || {
                    let arcs = all.iter().filter_map(|scores| scores.get(on)?.get(length * 24..length * 24 + 24));
                    arcs.flatten().map(|score| f64::from(*score))
                };
                let count = (shuffles * 24) as f64;
                let mean = of_length().sum::<f64>() / count;
                let variance = of_length().map(|score| (score - mean) * (score - mean)).sum::<f64>() / count;
                *usual = (mean, variance.sqrt().max(1e-6));
            }
        }
        for scores in &all {
            let (mut high, mut low) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
            for (scores, usual) in scores.iter().zip(&turned.usual) {
                for (scores, (mean, deviation)) in scores.chunks_exact(24).zip(usual) {
                    for score in scores {
                        let score = (f64::from(*score) - mean) / deviation;
                        high = if score > high { score } else { high };
                        low = if -score > low { -score } else { low };
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
    fn scores(&self, angle: &mut dyn FnMut() -> usize) -> [Box<Scores>; 3] {
        let [mut on_weekdays, mut on_weekends, mut on_all] = [Added::nothing(), Added::nothing(), Added::nothing()];
        for Unit { weekdays, weekends } in self.units {
            let angle = angle();
            weekdays.iter().for_each(|of_unit| on_weekdays.add(of_unit, angle));
            weekends.iter().for_each(|of_unit| on_weekends.add(of_unit, angle));
            if let (Some(weekdays), Some(weekends)) = (weekdays, weekends) {
                on_all.add_both(weekdays, weekends, angle);
            }
        }
        for part in [&on_weekdays, &on_weekends] {
            on_all.sums.iter_mut().zip(part.sums.iter()).for_each(|(sum, more)| *sum += more);
            on_all.squares.iter_mut().zip(part.squares.iter()).for_each(|(square, more)| *square += more);
        }
        // What cancels in single precision is not to leave a sum without a square to measure it by.
        let parts = on_weekdays.squares.iter().zip(on_weekends.squares.iter());
        for (square, (one, other)) in on_all.squares.iter_mut().zip(parts) {
            let least = 1e-6 * (one + other);
            *square = if *square > least { *square } else { least };
        }
        [on_weekdays.scores(), on_weekends.scores(), on_all.scores()]
    }

    /// How much a window stands out, on its side.
    fn score(&self, observed: &[Box<Scores>; 3], candidate: &Candidate) -> f64 {
        let on = candidate.facts.on as usize;
        let score = observed.get(on).and_then(|scores| scores.get(candidate.arc)).copied().map_or(0.0, f64::from);
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
