//! Days (or weeks) that are turned by angles of their own, and how much a stretch of the day stands out from what that
//! makes of it: what a day holds together stays together, when in the day it falls is chance. It judges candidates that
//! are handed to it, and chooses none itself but by how much they stand out and explain.

use super::contrasts::{ARCS, LENGTHS, Looked};
use super::quads::{Four, add, change};
use super::random::{LEAST_CHANCE, Random, listed, tail_chance};
use super::volume_window::{Candidate, On};
use crate::number::within;
use chrono::Days as Span;

/// Of windows that stand out at least this much of the most, the one that explains most of the profile is taken: the
/// first is often only a part of it.
const NEAR_BEST: f64 = 0.8;

/// Days, or weeks, that are turned as one, and how every window scores in every shuffle.
pub(super) struct Turned<'a> {
    units: &'a [Unit],
    /// The units that have weekdays and those that have days of a weekend, by their places.
    with_weekdays: Vec<(&'a Doubled, usize)>,
    with_weekends: Vec<(&'a Doubled, usize)>,
    random: Random,
    /// By shuffle and kind of days.
    shuffled: Vec<[Box<Scores>; 3]>,
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

/// A number for each hour at which a stretch of one length begins.
type Hours = [f32; 24];

/// What a turn by an angle below 24 puts next to each other of a length, by its place among all.
#[inline(always)]
fn turned(of_unit: &Doubled, length: usize, angle: usize) -> Option<&Hours> {
    of_unit.as_chunks::<48>().0.get(length)?.get(angle..)?.first_chunk()
}

/// Sums of turned units, and of their squares.
struct Added {
    sums: Box<Scores>,
    squares: Box<Scores>,
}

impl Added {
    /// Of units, each turned by the angle at its place. Length by length, so that what is added to stays where the machine adds.
    fn up(of_units: &[(&Doubled, usize)], angles: &[usize]) -> Self {
        let mut added = Self { sums: Box::new([0.0; ARCS]), squares: Box::new([0.0; ARCS]) };
        let lengths = added.sums.as_chunks_mut::<24>().0.iter_mut().zip(added.squares.as_chunks_mut::<24>().0);
        for (length, (of_sums, of_squares)) in lengths.enumerate() {
            let [mut sums, mut squares] = [[Four::all(0.0); 6]; 2];
            for (of_unit, place) in of_units {
                let angle = angles.get(*place).copied().unwrap_or(0);
                let Some(hours) = turned(of_unit, length, angle) else { continue };
                let [a, b, c, d, e, f] = hours.as_chunks().0 else { continue };
                let [a, b, c, d, e, f] = [Four::of(a), Four::of(b), Four::of(c), Four::of(d), Four::of(e), Four::of(f)];
                let [g, h, i, j, k, l] = sums;
                sums = [g + a, h + b, i + c, j + d, k + e, l + f];
                let [g, h, i, j, k, l] = squares;
                squares = [g + a * a, h + b * b, i + c * c, j + d * d, k + e * e, l + f * f];
            }
            for (numbers, fours) in [(of_sums, sums), (of_squares, squares)] {
                numbers.as_chunks_mut().0.iter_mut().zip(fours).for_each(|(numbers, four)| four.put(numbers));
            }
        }
        added
    }

    /// The sums by the root of the squares.
    fn scores(self) -> Box<Scores> {
        let Self { mut sums, squares } = self;
        let [least, nothing] = [1e-9, 0.0].map(Four::all);
        change(sums.as_mut_slice(), squares.as_slice(), |sum, square| sum / (square.larger(nothing).root() + least));
        sums
    }
}

impl<'u> Turned<'u> {
    /// Nothing is turned yet.
    pub(super) fn new(units: &'u [Unit], random: Random) -> Self {
        let (mut with_weekdays, mut with_weekends) = (Vec::new(), Vec::new());
        for (place, Unit { weekdays, weekends }) in units.iter().enumerate() {
            with_weekdays.extend(weekdays.as_ref().map(|of_unit| (of_unit, place)));
            with_weekends.extend(weekends.as_ref().map(|of_unit| (of_unit, place)));
        }
        let usual = [[(0.0, 1.0); LENGTHS.len()]; 3];
        Self {
            units,
            with_weekdays,
            with_weekends,
            random,
            shuffled: Vec::new(),
            usual,
            maxima: [Vec::new(), Vec::new()],
        }
    }

    /// Turns every unit by an angle of its own until that was done so often.
    pub(super) fn shuffle(&mut self, shuffles: usize) {
        while self.shuffled.len() < shuffles {
            let angles: Vec<usize> = self.units.iter().map(|_| self.random.below(24)).collect();
            self.shuffled.push(self.scores(&angles));
        }
        for (on, usual) in self.usual.iter_mut().enumerate() {
            for (length, usual) in usual.iter_mut().enumerate() {
                let each = |of: &mut dyn FnMut(&Hours)| {
                    let scores = self.shuffled.iter().filter_map(|scores| scores.get(on)?.as_chunks().0.get(length));
                    scores.for_each(of);
                };
                let (mut sum, mut squares) = (0.0, 0.0);
                let count = (self.shuffled.len() * 24) as f64;
                each(&mut |hours| hours.iter().for_each(|score| sum += f64::from(*score)));
                let mean = sum / count;
                each(&mut |hours| {
                    for score in hours {
                        let beyond = f64::from(*score) - mean;
                        squares += beyond * beyond;
                    }
                });
                let variance = squares / count;
                *usual = (mean, variance.sqrt().max(1e-6));
            }
        }
        self.maxima =
            [1.0, -1.0].map(|side| listed(self.shuffled.iter().map(|scores| largest(scores, &self.usual, side))));
    }

    /// The sum of contrasts of each kind of days by the root of the sum of squares, every unit turned by its angle.
    fn scores(&self, angles: &[usize]) -> [Box<Scores>; 3] {
        let on_weekdays = Added::up(&self.with_weekdays, angles);
        let on_weekends = Added::up(&self.with_weekends, angles);
        let mut on_all = Added { sums: Box::new([0.0; ARCS]), squares: Box::new([0.0; ARCS]) };
        // What the square of the sum of two has beyond their squares.
        for (Unit { weekdays, weekends }, angle) in self.units.iter().zip(angles.iter().copied()) {
            let (Some(weekdays), Some(weekends)) = (weekdays, weekends) else { continue };
            for (length, squares) in on_all.squares.as_chunks_mut::<24>().0.iter_mut().enumerate() {
                if let (Some(one), Some(other)) = (turned(weekdays, length, angle), turned(weekends, length, angle)) {
                    let mut both = *one;
                    change(&mut both, other, |one, other| Four::all(2.0) * one * other);
                    add(squares, &both);
                }
            }
        }
        for part in [&on_weekdays, &on_weekends] {
            add(on_all.sums.as_mut_slice(), part.sums.as_slice());
            add(on_all.squares.as_mut_slice(), part.squares.as_slice());
        }
        // What cancels in single precision is not to leave a sum without a square to measure it by.
        let mut least = on_weekdays.squares.clone();
        change(least.as_mut_slice(), on_weekends.squares.as_slice(), |one, other| Four::all(1e-6) * (one + other));
        change(on_all.squares.as_mut_slice(), least.as_slice(), |square, least| square.larger(least));
        [on_weekdays.scores(), on_weekends.scores(), on_all.scores()]
    }

    /// How every window scores as it was.
    fn observed(&self) -> [Box<Scores>; 3] {
        self.scores(&vec![0; self.units.len()])
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
        let observed = self.observed();
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
        let score = self.score(&self.observed(), candidate);
        let [highs, lows] = &self.maxima;
        let maxima = if candidate.facts.is_high { highs } else { lows };
        within(2.0 * tail_chance(score, maxima), LEAST_CHANCE, 1.0)
    }
}

/// The largest of a shuffle's scores, each held against what is usual; of low windows where `side` is −1.
fn largest(scores: &[Box<Scores>; 3], usual: &[[(f64, f64); LENGTHS.len()]; 3], side: f32) -> f64 {
    let mut largest = f64::NEG_INFINITY;
    for (scores, usual) in scores.iter().zip(usual) {
        for (scores, (mean, deviation)) in scores.as_chunks::<24>().0.iter().zip(usual) {
            // What is usual is the same for all of a length, so the largest one stays that.
            let mut fours = [f32::NEG_INFINITY; 4];
            scores
                .as_chunks::<4>()
                .0
                .iter()
                .for_each(|scores| change(&mut fours, scores, |most, score| (Four::all(side) * score).larger(most)));
            let most = fours.into_iter().fold(f32::NEG_INFINITY, |most, score| if score > most { score } else { most });
            let score = (f64::from(most) - f64::from(side) * mean) / deviation;
            largest = if score > largest { score } else { largest };
        }
    }
    largest
}
