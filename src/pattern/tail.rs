//! How far the largest value of a series lies beyond its others: the series' own clustering sets the bar, not a
//! textbook. Pure arithmetic on numbers; it knows neither hours nor failures.

use super::random::{listed, quantile};
use crate::order::sort_numbers;

/// The tail begins above one of these shares of the other values; the one that makes the largest value the least
/// surprising counts. A mixture of calm and clustered times has a tail that falls ever more slowly, and only a high
/// beginning sees that.
const BEGINNINGS: [f64; 3] = [0.5, 0.8, 0.9];
/// Values that a tail has to have.
const LEAST_OF_TAIL: usize = 8;

/// The chance that the largest of so many values is at least `value`, where the tail of the other values falls
/// exponentially; `None` where they are too few to have a tail.
///
/// Of m values beyond the beginning with a mean excess of x̄, the chance that another one has an excess of t is
/// (1 + t / (m x̄))⁻ᵐ: the law of t / x̄ where both are exponential, so that a mean known from a few values only is not
/// taken for the truth.
pub fn chance_beyond(value: f64, others: &[f64]) -> Option<f64> {
    let mut rising = others.to_vec();
    sort_numbers(&mut rising);
    let mut largest: Option<f64> = None;
    for share in BEGINNINGS {
        let beginning = quantile(rising.iter().copied(), share);
        let tail = rising.iter().filter(|other| **other > beginning);
        let count = tail.clone().count();
        if count < LEAST_OF_TAIL {
            continue;
        }
        let excess: f64 = tail.map(|other| other - beginning).sum();
        let further = (value - beginning).max(0.0);
        let chance = (count + 1) as f64 * libm::exp(-(count as f64) * libm::log1p(further / excess));
        largest = Some(largest.unwrap_or(0.0).max(chance.min(1.0)));
    }
    largest
}

/// The largest of some values in stretches of `length`, one after the other.
fn block_maxima(values: &[f64], length: usize) -> Vec<f64> {
    listed(values.chunks(length.max(1)).map(|block| block.iter().copied().fold(f64::NEG_INFINITY, f64::max)))
}

/// The place of the largest of some values, the first of equal ones, and how it compares with the largest of the other
/// stretches of `length`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Its place.
    pub place: usize,
    /// The chance of as large a value, were its stretch like the others.
    pub chance: f64,
}

/// Stretches that a comparison needs.
const LEAST_BLOCKS: usize = 20;
/// The least spread of the maxima, so that a constant series has no infinitely sharp tail.
const LEAST_SPREAD: f64 = 0.2;

/// Finds the largest value. The maxima of the other stretches, raised to 3/2, are taken for a Gumbel distribution, which
/// is fitted to their 50th and 95th per cent; it never falls faster than the largest of them allows, which lies about
/// ln n spreads above the mode of n. (Plain maxima, whose tail is that of exponential values, see half as many bursts
/// where batches are routine; squares, whose tail is that of normal ones, raise up to 15 % false alarms; measured with
/// `tests/single_patterns.rs`.)
pub fn peak(values: &[f64], length: usize) -> Option<Peak> {
    let (place, value) =
        values.iter().copied().enumerate().fold(None, |largest: Option<(usize, f64)>, (place, value)| {
            if largest.is_none_or(|(_, most)| value > most) { Some((place, value)) } else { largest }
        })?;
    let maxima = block_maxima(values, length);
    let block = place / length.max(1);
    // A peak at the edge of its stretch reaches into the next one.
    let others = maxima.iter().enumerate().filter(|(other, _)| other.abs_diff(block) > 1);
    let others = listed(others.map(|(_, maximum)| straightened(*maximum)));
    if others.len() < LEAST_BLOCKS {
        return None;
    }
    let (middle, high) = (quantile(others.iter().copied(), 0.5), quantile(others.iter().copied(), 0.95));
    // −ln(−ln 0.5) and −ln(−ln 0.95) of the Gumbel distribution.
    const MIDDLE: f64 = 0.366_512_920_581_664_3;
    const HIGH: f64 = 2.970_195_249_042_213;
    let spread = ((high - middle) / (HIGH - MIDDLE)).max(LEAST_SPREAD);
    let mode = middle - MIDDLE * spread;
    let runner_up = others.iter().copied().fold(0.0, f64::max);
    let count = others.len() as f64;
    let spread = spread.max((runner_up - mode) / libm::log(count));
    let reduced = (straightened(value) - mode) / spread;
    let chance = -libm::expm1(-(count + 1.0) * libm::exp(-reduced));
    Some(Peak { place, chance: chance.clamp(0.0, 1.0) })
}

fn straightened(value: f64) -> f64 {
    let value = value.max(0.0);
    value * value.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_judged_by_the_tail_of_the_others() {
        let others: Vec<f64> = (1..=40).map(|i| f64::from(i) / 10.0).collect();
        let at = |value| chance_beyond(value, &others).unwrap();
        assert_eq!(at(1.0), 1.0);
        assert!(at(4.5) > 0.3 && at(8.0) < at(5.0) && at(40.0) < 1e-4, "{} {}", at(4.5), at(40.0));
        assert_eq!(chance_beyond(9.0, &others[..7]), None, "too few to have a tail");
        assert_eq!(chance_beyond(9.0, &[3.0; 50]), None, "values that are all alike have none");
        assert_eq!(chance_beyond(9.0, &[]), None);
    }

    #[test]
    fn a_peak_is_the_first_largest_and_its_stretch_is_not_compared_with_itself() {
        let mut values: Vec<f64> = (0..480).map(|i| f64::from((i * 7919) % 100) / 50.0).collect();
        let calm = peak(&values, 12).unwrap();
        assert!(calm.chance > 0.5, "{calm:?}");
        (values[100], values[101], values[108]) = (9.0, 9.0, 8.0);
        let sharp = peak(&values, 12).unwrap();
        assert_eq!(sharp.place, 100);
        assert!(sharp.chance < 0.01, "{sharp:?}");
        values[300] = 8.0;
        assert!(peak(&values, 12).unwrap().chance > 0.05, "another one as high makes it ordinary");
        assert_eq!(peak(&values[..240], 12), None, "too few stretches");
        assert_eq!(peak(&[], 12), None);
        assert!(peak(&[0.0; 500], 12).unwrap().chance > 0.05, "no peak at all");
    }
}
