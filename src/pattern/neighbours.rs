//! How far each value lies from what the values around it make likely. Where failures come in spells, most of an hour's
//! excess is its spell's, which the hours before and after show; what they do not show is what a window of hours adds.
//! Pure arithmetic on numbers in the order of time; it knows neither weeks nor failures.

use super::random::sum;

/// Values that are so many steps apart are looked at for how alike neighbours are.
const LAGS: usize = 6;
/// Neighbours that are less alike than this are not told from ones that have nothing to do with each other.
const LEAST_LIKENESS: f64 = 0.03;
/// What a spell keeps from a step to the next, at the least, below which there is none,
const LEAST_KEPT: f64 = 0.05;
/// and at the most.
const MOST_KEPT: f64 = 0.95;
/// The largest share of the variance that spells are taken to have. Real series have slopes within the day; who takes
/// all of a slope for a spell sees its last hour alone.
const MOST_SHARE: f64 = 0.4;

/// Each value less what the values around it make likely of it.
///
/// Values are taken for a spell that keeps a share of itself from each step to the next and, on top, noise of each
/// value's own (a first-order autoregression seen with error). A sum of the results over some places is then, but for a
/// factor, what tells best whether something was added at all of these places: the places' sum times the inverse of the
/// values' covariance, which for such values is a value less a sum of the others that fades with the distance.
pub fn beyond_neighbours(values: &[f64]) -> Vec<f64> {
    let mut beyond = values.to_vec();
    if let Some((fading, pull)) = weights(values) {
        take_out_earlier(&mut values.iter().zip(&mut beyond), fading, pull);
        take_out_earlier(&mut values.iter().zip(&mut beyond).rev(), fading, pull);
    }
    beyond
}

/// Takes out of each place the values before it, each by the fading to the power of its distance.
fn take_out_earlier(places: &mut dyn Iterator<Item = (&f64, &mut f64)>, fading: f64, pull: f64) {
    let mut earlier = 0.0;
    for (value, beyond) in places {
        *beyond -= pull * earlier;
        earlier = fading * (earlier + value);
    }
}

/// The fading from a step to the next and the weight of what lies around; `None` where neighbours are not alike.
fn weights(values: &[f64]) -> Option<(f64, f64)> {
    let mut alike = [0.0; LAGS + 1];
    for (lag, alike) in alike.iter_mut().enumerate() {
        values.iter().zip(values.iter().skip(lag)).for_each(|(one, other)| *alike += one * other);
    }
    let [variance, alike @ ..] = alike;
    let [first, .., last] = alike;
    let near = sum(&alike) - last;
    let far = near - first + last;
    if !(first > LEAST_LIKENESS * variance && near > 0.0 && far > LEAST_KEPT * near) {
        return None;
    }
    let kept = (far / near).min(MOST_KEPT);
    let share = (first / kept / variance).min(MOST_SHARE);
    // The spectrum of spells and noise has one root inside the circle: the fading of its inverse.
    let noise = 1.0 - share;
    let half = (share * (1.0 - kept * kept) + noise * (1.0 + kept * kept)) / (2.0 * noise * kept);
    let slowness = half + (half * half - 1.0).max(0.0).sqrt();
    let fading = 1.0 / slowness;
    let pull = (kept * slowness - 1.0) * (1.0 - kept * fading) / (1.0 + kept * kept - 2.0 * kept * fading);
    Some((fading, pull))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::random::Random;

    /// Spells that keep `kept` of themselves, of variance `share`, and noise of variance 1 − share.
    fn spells(count: usize, kept: f64, share: f64) -> Vec<f64> {
        let mut random = Random::seeded_by([11]);
        let mut normal = || (0..12).map(|_| (random.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0;
        let mut spell = 0.0;
        let mut values = Vec::new();
        for _ in 0..count {
            spell = kept * spell + (share * (1.0 - kept * kept)).sqrt() * normal();
            values.push(spell + (1.0 - share).sqrt() * normal());
        }
        values
    }

    fn share_kept(values: &[f64], lag: usize) -> f64 {
        let of = |lag: usize| values.iter().zip(&values[lag..]).map(|(a, b)| a * b).sum::<f64>();
        of(lag) / of(0)
    }

    #[test]
    fn the_inverse_of_the_covariance_is_applied() {
        // The covariance of spells and noise times the weights is one at the place itself and nothing elsewhere.
        let (kept, share) = (0.8f64, 0.35);
        let (fading, pull) = weights(&spells(60_000, kept, share)).unwrap();
        let weight = |distance: i32| if distance == 0 { 1.0 } else { -pull * libm::pow(fading, distance.abs().into()) };
        let covariance = |distance: i32| {
            share * libm::pow(kept, distance.abs().into()) + if distance == 0 { 1.0 - share } else { 0.0 }
        };
        let product = |lag: i32| (-80..=80).map(|place| weight(place) * covariance(lag - place)).sum::<f64>();
        let own = product(0);
        assert!(own > 0.2);
        for lag in 1..20 {
            assert!(product(lag).abs() < 0.02 * own, "{lag}: {} of {own}", product(lag));
        }
    }

    #[test]
    fn spells_are_seen_through_and_what_is_added_to_few_hours_stays() {
        let mut values = spells(4000, 0.85, 0.6);
        assert!(share_kept(&values, 1) > 0.4 && share_kept(&beyond_neighbours(&values), 1).abs() < 0.35);
        for place in (0..4000).step_by(160) {
            values[place] += 1.5;
        }
        let signal = |values: &[f64]| {
            let deviation = (values.iter().map(|value| value * value).sum::<f64>() / 4000.0).sqrt();
            (0..4000).step_by(160).map(|place| values[place]).sum::<f64>() / deviation
        };
        assert!(signal(&beyond_neighbours(&values)) > 1.1 * signal(&values));
    }

    #[test]
    fn values_of_their_own_stay_as_they_are() {
        let noise = spells(4000, 0.0, 0.0);
        for (value, beyond) in noise.iter().zip(beyond_neighbours(&noise)) {
            assert!((value - beyond).abs() < 1e-9);
        }
        assert_eq!(beyond_neighbours(&[]), Vec::<f64>::new());
        assert_eq!(beyond_neighbours(&[0.0; 9]), [0.0; 9]);
        assert!(beyond_neighbours(&[1e300, -1e300, 1e300, 5.0]).iter().all(|value| value.is_finite()));
    }
}
