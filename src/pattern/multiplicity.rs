//! Several claims in one report: how their chances are corrected for each other. Knows only numbers.

use crate::order::sort;

/// The share of false claims among all claims that a report accepts.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

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
}
