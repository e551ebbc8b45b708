//! Several claims in one report: how their chances are corrected for each other. Knows only numbers.
//!
//! What was looked for first, once for each kind in each series, is corrected by Benjamini and Hochberg's procedure as if
//! there were nothing else. Where a claim of it is made, one more of its kind and series is looked for beside it, and
//! beside that one more. If claims are made of R of m things that were looked for first, a further one is made at R/m of the
//! rate, the chance at which the last of the first ones was (Benjamini and Bogomolov 2014, who test within what was selected
//! at the share that was). The R looks that this opens find R · R/m of the rate where nothing is, which by claim is R/m of
//! it; and the first claims, false only where nothing is, had (m − R)/m of it and what was falsely made to spend. So
//! together they keep to the rate, if what is beside a claim does not depend on which claims were made. A look beside a
//! second claim adds as much again by the number of second claims, which are few of the first.

use crate::order::sort;

/// The share of false claims among all claims that a report accepts.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// The most claims of one kind about one series.
pub const MOST_OF_A_SERIES: usize = 3;

/// The chances after Benjamini and Hochberg (1995): a claim is made where the result is at most
/// [`FALSE_DISCOVERY_RATE`]. Everything that was or could have been looked for has to be among `chances`, with 1 where
/// nothing came of it.
pub fn adjusted(chances: &[f64]) -> Vec<f64> {
    let mut rising: Vec<(usize, f64)> = chances.iter().copied().enumerate().collect();
    sort(&mut rising, &|(_, a), (_, b)| a.total_cmp(b).is_lt());
    let mut adjusted = vec![1.0; chances.len()];
    let mut least: f64 = 1.0;
    for (rank, (place, chance)) in rising.into_iter().enumerate().rev() {
        least = least.min(chance * chances.len() as f64 / (rank + 1) as f64);
        if let Some(adjusted) = adjusted.get_mut(place) {
            *adjusted = least;
        }
    }
    adjusted
}

/// The chance of a further claim of a kind and series after the correction, where claims are made of so many of the things
/// looked for first. It is no surer than the one before it, which has this chance, and is not made without it.
pub fn adjusted_further(chance: f64, before: f64, made: usize, looked_for: usize) -> f64 {
    (chance * looked_for as f64 / made.max(1) as f64).min(1.0).max(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_of_two_stays_and_the_smaller_doubles_up_to_it() {
        assert_eq!(adjusted(&[0.01, 1.0]), [0.02, 1.0]);
        assert_eq!(adjusted(&[0.04, 0.03]), [0.04, 0.04]);
        assert_eq!(adjusted(&[0.03, 1.0]), [0.06, 1.0]);
        assert_eq!(adjusted(&[0.001, 0.04]), [0.002, 0.04]);
        assert!(adjusted(&[]).is_empty());
    }

    #[test]
    fn a_further_claim_has_to_be_as_sure_as_the_last_of_the_first_ones() {
        let chances = [0.001, 0.004, 0.9, 1.0, 1.0];
        let first = adjusted(&chances);
        let made = first.iter().filter(|chance| **chance <= FALSE_DISCOVERY_RATE).count();
        assert_eq!((made, adjusted_further(chances[1], first[0], made, chances.len())), (2, first[1]));
        assert_eq!(adjusted_further(0.0001, first[1], made, chances.len()), first[1], "no surer than the one before");
        assert_eq!(adjusted_further(0.0001, first[2], made, chances.len()), first[2], "nor made without it");
        assert_eq!(adjusted_further(0.5, 0.01, 0, 5), 1.0);
    }
}
