//! How far each hour of each week lies from what its week would have at one rate: the numbers that the tests of
//! recurring failures shuffle. Every choice here keeps some disease of execution histories from passing for a
//! pattern; the comments name it.

use super::history::RING;
use super::neighbours::beyond_neighbours;
use super::outcome::{TalliedWeek, Tally};
use super::random::{Turnable, listed, median, quantile_of, sum};
use super::ring::Ring;
use crate::number::within;

/// A number for each hour of the week.
type Hours = [f64; RING];

/// One week.
#[derive(Clone, Debug)]
struct WeekResiduals {
    /// Decided executions by hour, at most what is typical of that hour.
    typical: Hours,
    /// Failures beyond those expected, in standard deviations, clipped; 0 in hours without decided executions.
    standardized: Hours,
    /// The standard deviation of the hour's failures.
    deviation: Hours,
    /// The weight of each hour: the standard deviation of its failures, scaled so that the mean square over all
    /// occupied hours is 1.
    weight: Hours,
    /// Whether anything was decided in the hour.
    occupied: [bool; RING],
}

/// The residuals of all weeks.
#[derive(Clone, Debug)]
pub struct Residuals {
    weeks: Vec<WeekResiduals>,
}

/// One outage counts at most like a bad hour: residuals are clipped here, in standard deviations of the hours that have
/// no outage. The deviation by the model has all outages in it, and so would let each of them count like many bad hours.
const MOST_DEVIATIONS: f64 = 3.0;
/// Hours with an outage are fewer than the rest; of a normal distribution that share lies within [`WITHIN`] deviations.
const SHARE_WITHOUT_OUTAGE: f64 = 0.95;
/// The deviations within which it lies.
const WITHIN: f64 = 1.96;
/// But never so that a second failure in an hour counts less: that would make quiet hours look too good.
const MOST_FAILURES_CLIPPED: f64 = 2.0;

impl Residuals {
    /// The residuals of weeks that each have decided executions.
    pub fn new(weeks: &[TalliedWeek]) -> Self {
        let count = |of: fn(&Tally) -> u64| -> Vec<Hours> {
            weeks.iter().map(|week| week.hours.each_ref().map(|hour| of(hour) as f64)).collect()
        };
        let (decided, failures) = (count(|hour| hour.of), count(|hour| hour.hits));
        let rates = week_rates(&decided, &failures);
        let correlation = correlation_within_hours(&decided, &failures, &rates);
        let typical = typical_counts(&decided);
        let mut residuals = Self { weeks: Vec::with_capacity(weeks.len()) };
        for (((decided, failures), typical), rate) in decided.iter().zip(&failures).zip(typical).zip(rates) {
            residuals.weeks.push(week_residuals(decided, failures, typical, rate, correlation));
        }
        residuals.clip();
        residuals.scale_weights();
        residuals
    }

    /// All standardised residuals in the order of time.
    fn in_order(&self) -> Vec<f64> {
        let mut values = Vec::new();
        self.weeks.iter().for_each(|week| values.extend_from_slice(&week.standardized));
        values
    }

    /// Keeps outages from counting like many bad hours.
    fn clip(&mut self) {
        let mut sizes = self.in_order();
        sizes.iter_mut().for_each(|value| *value = value.abs());
        // What is exactly nothing are hours without executions.
        sizes.retain(|size| *size > 0.0);
        let usual = quantile_of(sizes, SHARE_WITHOUT_OUTAGE) / WITHIN;
        for week in &mut self.weeks {
            for (standardized, deviation) in week.standardized.iter_mut().zip(&week.deviation) {
                let most = (MOST_DEVIATIONS * usual.min(1.0)).max(MOST_FAILURES_CLIPPED / deviation);
                *standardized = within(*standardized, -most, most);
            }
        }
    }

    /// Makes the mean square of the weights 1, so that small constants mean the same for few and for many executions.
    fn scale_weights(&mut self) {
        let weights = || self.weeks.iter().flat_map(|week| week.weight).filter(|weight| *weight > 0.0);
        let square = weights().map(|weight| weight * weight).sum::<f64>() / (weights().count().max(1) as f64);
        if square > 0.0 {
            let root = square.sqrt();
            self.weeks.iter_mut().flat_map(|week| &mut week.weight).for_each(|weight| *weight /= root);
        }
    }

    /// The weeks to be turned: what each hour has beyond its neighbours, less the part of it that goes with the weights, so
    /// that a whole week that is bad says nothing about when in the week.
    pub fn to_turn(&self) -> Vec<Turnable> {
        let turnable = |(week, beyond): (&WeekResiduals, &[f64])| {
            let along = dot(beyond, &week.weight) / dot(&week.weight, &week.weight).max(1e-9);
            let hours = beyond.iter().zip(&week.weight).zip(week.occupied).enumerate();
            Turnable::new(
                hours
                    .filter(|(_, (_, occupied))| *occupied)
                    .map(|(hour, ((residual, weight), _))| (hour, (residual - along * weight) as f32, *weight as f32)),
            )
        };
        let beyond = beyond_neighbours(&self.in_order());
        self.weeks.iter().zip(beyond.chunks(RING)).map(turnable).collect()
    }

    /// The weeks to be counted for or against: weighted residuals less the week's own excess, which is spread over
    /// its hours by their executions.
    pub fn to_flip(&self) -> Vec<Ring> {
        let contrast = |week: &WeekResiduals| {
            let excess = dot(&week.standardized, &week.weight);
            let executions = week.typical.iter().sum::<f64>().max(1.0);
            let mut ring = [0.0; RING];
            for (((value, residual), weight), typical) in
                ring.iter_mut().zip(&week.standardized).zip(&week.weight).zip(&week.typical)
            {
                *value = (residual * weight - excess * typical / executions) as f32;
            }
            ring
        };
        self.weeks.iter().map(contrast).collect()
    }

    /// The variance of each hour of the ring, over all weeks, if hours were independent.
    pub fn variance(&self) -> Ring {
        let mut variance = [0.0; RING];
        for week in &self.weeks {
            variance.iter_mut().zip(&week.weight).for_each(|(sum, weight)| *sum += weight * weight);
        }
        variance.map(|sum: f64| sum as f32)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The failure rate of each week, drawn towards that of all weeks by how little weeks differ beyond chance (empirical
/// Bayes by moments): a bad week is not a bad Monday.
fn week_rates(decided: &[Hours], failures: &[Hours]) -> Vec<f64> {
    let [decided, failures] = [decided, failures].map(week_sums);
    let rate = sum(&failures) / sum(&decided).max(1.0);
    let (mut beyond_chance, mut squares) = (0.0, 0.0);
    for (decided, failures) in decided.iter().zip(&failures) {
        let excess = failures - decided * rate;
        beyond_chance += excess * excess - decided * rate * (1.0 - rate);
        squares += decided * decided;
    }
    let variance = beyond_chance.max(0.0) / squares.max(1.0);
    let pull = rate * (1.0 - rate) / variance.max(1e-9);
    let drawn = |(decided, failures): (&f64, &f64)| (failures + pull * rate) / (decided + pull).max(1e-9);
    listed(decided.iter().zip(&failures).map(|week| within(drawn(week), 1e-4, 1.0 - 1e-4)))
}

/// The sum of each week.
fn week_sums(weeks: &[Hours]) -> Vec<f64> {
    listed(weeks.iter().map(|week| sum(week)))
}

/// How much failures of one hour go together, 0 to 0.6: the moment estimate of a beta-binomial's intra-class
/// correlation over all hours of all weeks. Where they do, many executions in an hour say less.
fn correlation_within_hours(decided: &[Hours], failures: &[Hours], rates: &[f64]) -> f64 {
    let (mut beyond_chance, mut pairs) = (0.0, 0.0);
    for ((decided, failures), rate) in decided.iter().zip(failures).zip(rates) {
        let variance = rate * (1.0 - rate);
        for (decided, failures) in decided.iter().zip(failures) {
            let excess = failures - decided * rate;
            beyond_chance += excess * excess - decided * variance;
            pairs += decided * (decided - 1.0) * variance;
        }
    }
    within(beyond_chance / pairs.max(1e-9), 0.0, 0.6)
}

/// Decided executions by hour, cut to what is typical of that hour of the week: a storm of retries multiplies
/// executions and failures together and must not weigh itself up.
fn typical_counts(decided: &[Hours]) -> Vec<Hours> {
    let totals = week_sums(decided);
    let typical_week = median(totals.iter().copied());
    let mut bound = [0.0; RING];
    for (hour, bound) in bound.iter_mut().enumerate() {
        let shares = || {
            let counts = decided.iter().filter_map(|week| week.get(hour));
            counts.zip(&totals).map(|(count, total)| count / total.max(1.0))
        };
        let middle = median(shares());
        let share = if middle > 0.0 { middle } else { shares().sum::<f64>() / decided.len().max(1) as f64 };
        *bound = (typical_week * share.max(1e-6)).max(1.0);
    }
    let cut = |week: &Hours| {
        let mut typical = *week;
        typical.iter_mut().zip(bound).for_each(|(count, bound)| *count = count.min(bound));
        typical
    };
    decided.iter().map(cut).collect()
}

fn week_residuals(decided: &Hours, failures: &Hours, typical: Hours, rate: f64, correlation: f64) -> WeekResiduals {
    let deviation =
        |count: f64| (count * rate * (1.0 - rate) * (1.0 + (count - 1.0).max(0.0) * correlation)).max(0.0).sqrt();
    let mut week = WeekResiduals {
        typical,
        standardized: [0.0; RING],
        deviation: [1.0; RING],
        weight: typical.map(deviation),
        occupied: decided.map(|decided| decided > 0.0),
    };
    let outputs = week.standardized.iter_mut().zip(&mut week.deviation);
    for ((standardized, own), (decided, failures)) in outputs.zip(decided.iter().zip(failures)) {
        if *decided > 0.0 {
            *own = deviation(*decided).max(3e-5);
            *standardized = (failures - decided * rate) / *own;
        }
    }
    week
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    /// Weeks of `count` executions an hour of which `failures(week, hour)` fail.
    fn weeks(number: usize, count: u64, failures: impl Fn(usize, usize) -> u64) -> Vec<TalliedWeek> {
        let week = |week| TalliedWeek {
            monday: NaiveDate::MIN,
            hours: std::array::from_fn(|hour| Tally { hits: failures(week, hour), of: count }),
        };
        (0..number).map(week).collect()
    }

    #[test]
    fn a_bad_week_is_not_a_bad_hour() {
        let residuals = Residuals::new(&weeks(6, 20, |week, _| if week == 3 { 10 } else { 1 }));
        for ring in residuals.to_flip() {
            assert!(ring.iter().all(|value| value.abs() < 1e-6), "{ring:?}");
        }
    }

    #[test]
    fn an_outage_is_clipped_and_the_second_failure_of_a_quiet_hour_is_not() {
        let failures = |week: usize, hour: usize| match (week, hour) {
            (2, 50) => 100,
            _ => (3 + (7 * hour + 3 * week) % 5) as u64,
        };
        let outage = Residuals::new(&weeks(8, 100, failures));
        let sizes = outage.weeks.iter().flat_map(|week| week.standardized).map(f64::abs);
        let usual = quantile_of(sizes.clone().collect(), SHARE_WITHOUT_OUTAGE);
        let largest = sizes.reduce(f64::max).unwrap();
        assert_eq!(outage.weeks[2].standardized[50], largest);
        assert!((largest - MOST_DEVIATIONS * usual / WITHIN).abs() < 1e-9, "{largest} beside {usual}");
        assert!(largest < 0.8 * MOST_DEVIATIONS, "by the model, whose deviation has the outage in it");
        let quiet = Residuals::new(&weeks(8, 2, |week, hour| if (week, hour) == (2, 50) { 2 } else { 0 }));
        assert!(quiet.weeks[2].standardized[50] > 20.0);
    }

    #[test]
    fn a_storm_of_retries_weighs_no_more_than_a_usual_hour() {
        let mut history = weeks(8, 20, |_, _| 1);
        history[4].hours[10] = Tally { hits: 150, of: 200 };
        let residuals = Residuals::new(&history);
        assert!((residuals.weeks[4].typical[10] - 20.0).abs() < 1.5);
    }

    #[test]
    fn huge_counts_and_none_give_numbers() {
        for count in [1, 1 << 40, 1 << 60] {
            for failing in [0, count / 2, count] {
                let residuals = Residuals::new(&weeks(8, count, |_, _| failing));
                let numbers = residuals.to_flip().into_iter().flatten().chain(residuals.variance());
                assert!(numbers.into_iter().all(f32::is_finite), "{count} {failing}");
            }
        }
        assert!(Residuals::new(&[]).to_turn().is_empty());
    }
}
