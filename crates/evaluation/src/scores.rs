//! How what was counted is judged: how sure a share is, how well two windows agree, which of many chances are small
//! enough together, and what a rule with a known rate stays within. Arithmetic alone.

use execution_heatmap::pattern::WeekWindow;
use libm::{exp, lgamma, log, sqrt};

/// The point of the normal distribution that 2.5 % lie beyond.
const NORMAL_95: f64 = 1.959_963_985;
/// Hours of a week.
const WEEK: usize = 168;

/// The 95 % interval of a share (Wilson 1927).
pub fn interval(hits: usize, of: usize) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, z2) = (of as f64, NORMAL_95 * NORMAL_95);
    let share = hits as f64 / n;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = NORMAL_95 / (1.0 + z2 / n) * sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// The chance of at least `count` of `of` at a rate.
pub fn at_least(count: usize, of: usize, rate: f64) -> f64 {
    let choose = |k: usize| lgamma(of as f64 + 1.0) - lgamma(k as f64 + 1.0) - lgamma((of - k) as f64 + 1.0);
    let one = |k: usize| exp(choose(k) + k as f64 * log(rate) + (of - k) as f64 * log(1.0 - rate));
    if count == 0 { 1.0 } else { (count..=of).map(one).sum::<f64>().min(1.0) }
}

/// The most that a rule with that true rate stays at or below in 999 of 1,000 runs.
pub fn most_at(rate: f64, of: usize) -> usize {
    (0..of).find(|most| at_least(most + 1, of, rate) < 0.001).unwrap_or(of)
}

/// The least that a rule with that true rate reaches in 999 of 1,000 runs.
pub fn least_at(rate: f64, of: usize) -> usize {
    of - most_at(1.0 - rate, of)
}

/// For each hour of the week, whether the window holds it.
pub fn hours_of(window: &WeekWindow) -> Vec<bool> {
    let mut held = vec![false; WEEK];
    let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
    let length = if to > from { to - from } else { to + 24 - from };
    for day in &window.weekdays {
        for hour in 0..length {
            held[((usize::from(*day) - 1) * 24 + from + hour) % WEEK] = true;
        }
    }
    held
}

/// Hours in both by hours in either (Jaccard 1901).
pub fn overlap(one: &[bool], other: &[bool]) -> f64 {
    let count = |is_meant: fn(bool, bool) -> bool| {
        one.iter().zip(other).filter(|(one, other)| is_meant(**one, **other)).count() as f64
    };
    count(|one, other| one && other) / count(|one, other| one || other).max(1.0)
}

/// Which of the chances are claimed at a false discovery rate (Benjamini and Hochberg 1995).
pub fn claimed(chances: &[f64], rate: f64) -> Vec<bool> {
    let mut rising: Vec<f64> = chances.to_vec();
    rising.sort_by(f64::total_cmp);
    let allows = |rank: usize| rate * (rank + 1) as f64 / chances.len() as f64;
    let most = (0..rising.len()).rev().find(|rank| rising[*rank] <= allows(*rank)).map(|rank| rising[rank]);
    chances.iter().map(|chance| most.is_some_and(|most| *chance <= most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_wilsons() {
        let check = |hits, of, low: f64, high: f64| {
            let (a, b) = interval(hits, of);
            assert!((a - low).abs() < 5e-4 && (b - high).abs() < 5e-4, "{hits} of {of}: {a} {b}");
        };
        // As tables of Wilson's interval have them.
        check(0, 10, 0.0, 0.2775);
        check(5, 10, 0.2366, 0.7634);
        check(10, 10, 0.7225, 1.0);
        check(44, 1000, 0.0329, 0.0586);
        check(0, 0, 0.0, 1.0);
    }

    #[test]
    fn bounds_hold_in_999_of_1000_runs() {
        for (rate, of) in [(0.05, 20), (0.05, 1000), (0.5, 30)] {
            let most = most_at(rate, of);
            assert!(at_least(most + 1, of, rate) < 0.001 && at_least(most, of, rate) >= 0.001, "{rate} {of}");
        }
        assert_eq!((least_at(0.95, 20), most_at(0.05, 20)), (20 - most_at(0.05, 20), 5));
    }

    #[test]
    fn windows_agree_by_their_hours() {
        let window = |weekdays: &[u8], from_hour, to_hour| {
            hours_of(&WeekWindow { weekdays: weekdays.to_vec(), from_hour, to_hour })
        };
        let check = |one: &[bool], other: &[bool], expected: f64| assert_eq!(overlap(one, other), expected);
        check(&window(&[1], 9, 11), &window(&[1], 9, 11), 1.0);
        check(&window(&[1], 9, 11), &window(&[1], 10, 12), 1.0 / 3.0);
        check(&window(&[1], 9, 11), &window(&[2], 9, 11), 0.0);
        check(&window(&[7], 23, 1), &window(&[1], 0, 1), 0.5);
        assert_eq!(window(&[6], 0, 24).iter().filter(|held| **held).count(), 24);
    }

    #[test]
    fn chances_are_corrected_together() {
        let check = |chances: &[f64], expected: &[bool]| assert_eq!(claimed(chances, 0.05), expected, "{chances:?}");
        check(&[0.01, 1.0], &[true, false]);
        check(&[0.04, 0.03], &[true, true]);
        check(&[0.03, 1.0], &[false, false]);
        check(&[0.02, 0.001, 0.9, 0.037], &[true, true, false, true]);
        check(&[], &[]);
    }
}
