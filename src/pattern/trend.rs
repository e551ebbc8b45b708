//! A measure that rises or falls over the weeks: executions a day, the failure rate or the duration.
//!
//! The slope of the daily series is held against what chance does to a series whose days resemble the days before; over
//! few weeks, where that resemblance is not well known, the order of the weeks must agree (Mann 1945, Kendall). It never
//! tells a step, and nothing that does not show in raw counts.

use super::change;
use super::claim::{Basis, Effect, Look};
use super::daily::{self, Daily, Line, Measure, Noise, Step, Stretch};
use super::history::Day;
use super::random::{LEAST_CHANCE, listed, median};
use super::series::{Series, span_of};
use crate::histogram::{Bins, Histogram};
use crate::number::within;

/// Weeks below which no trend is looked for.
pub const LEAST_WEEKS: usize = 6;
/// Up to so many weeks their order must agree.
const FEW_WEEKS: usize = 13;
/// Executions (decided ones of a failure rate, timed ones of a duration) of the weeks at each end.
const LEAST_EXECUTIONS: u64 = 50;
/// The larger of volumes or durations at the ends is at least this many times the smaller,
const LEAST_RATIO: f64 = 1.2;
/// and failure rates at the ends differ by this.
const LEAST_DIFFERENCE_OF_RATES: f64 = 0.03;
/// A chance above this ends the search.
const MOST_CHANCE: f64 = 0.05;
/// A step that explains the series so much better makes it a change (Bayes' information criterion).
pub const STRONG: f64 = 6.0;
/// Values on each side of a step.
const LEAST_DAYS_OF_A_SIDE: usize = 7;
/// Days at each end of which is told how the measure stood there.
pub const END: usize = 14;

/// A trend.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Of what.
    pub measure: Measure,
    /// Whole weeks, counted from the first whole day.
    pub weeks: u32,
    /// What a week adds: to the failure rate (0.01 is a point), or by how much it multiplies volume or duration (0.05 is
    /// five per cent).
    pub per_week: f64,
    /// The first two weeks.
    pub first: Stretch,
    /// The last two weeks.
    pub last: Stretch,
}

/// Looks for a trend of a measure. The chance is that of one as steep in this measure of this series.
pub fn look(series: &Series, measure: Measure) -> Look<Facts> {
    let bins = Bins::new();
    let daily = Daily::new(series, measure, &bins);
    found(series, measure, &daily, &bins).unwrap_or_else(Look::nothing)
}

fn found(series: &Series, measure: Measure, daily: &Daily, bins: &Bins) -> Option<Look<Facts>> {
    let days = series.days_of(measure);
    let weeks = days.len() / 7;
    let values = &daily.values;
    // Half of the days have to be known.
    if weeks < LEAST_WEEKS || values.len() * 2 < days.len() {
        return None;
    }
    let chance = chance(daily, weeks);
    if chance > MOST_CHANCE || is_step(daily) || change::two_cuts(series, measure, daily).is_some() {
        return None;
    }
    let a_day = usual_slope(daily);
    let ends = |days: &[Day], durations: &[Histogram]| Stretch::of(days, durations, measure, bins);
    let from = |all: usize| all.saturating_sub(END);
    let first = ends(days.get(..END)?, series.durations.get(..END).unwrap_or_default());
    let last_durations = series.durations.get(from(series.durations.len())..).unwrap_or_default();
    let last = ends(days.get(from(days.len())..)?, last_durations);
    let span = days.len().saturating_sub(1) as f64 * a_day;
    if !pass(measure, span, &first, &last) {
        return None;
    }
    let per_week = match measure {
        // Between the middles of the stretches that are told, which a straight line of rates goes through.
        Measure::FailureRate => (last.value - first.value) / ((days.len() - END) as f64 / 7.0),
        Measure::Volume | Measure::Duration => libm::expm1(7.0 * a_day),
    };
    let most = first.value.max(last.value).max(f64::MIN_POSITIVE);
    // Over the span the measure is off its end by half of the whole way on average.
    let share = within((last.value - first.value).abs() / most / 2.0, 0.0, 1.0);
    let mut basis = Basis::new(span_of(days)?, share);
    basis.effect = Some(Effect { inside: last.value, outside: first.value });
    basis.count("weeks", weeks as u64).number("per_week", per_week);
    basis.count("executions_of_first_weeks", first.executions).count("executions_of_last_weeks", last.executions);
    if measure == Measure::FailureRate {
        basis.count("failures_of_first_weeks", first.failures).count("failures_of_last_weeks", last.failures);
    }
    Some(Look::claim(chance, Facts { measure, weeks: weeks as u32, per_week, first, last }, basis))
}

/// The chance of a slope as steep.
fn chance(daily: &Daily, weeks: usize) -> f64 {
    /// The middle and the slope.
    const FITTED: f64 = 2.0;
    let values = &daily.values;
    let line = Line::best(values);
    let noise = Noise::of(&line.left(values), &daily.drawn_in, FITTED);
    let variance = noise.long_run_variance / daily::squares_from_middle(values.len()).max(1e-9);
    // Values that are all alike lie on a line that does not rise.
    if line.slope.abs() * values.len() as f64 <= 1e-6 {
        return 1.0;
    }
    let of_slope = two_sided(noise.squared_normal(line.slope * line.slope / variance.max(1e-12)));
    let of_order = if weeks <= FEW_WEEKS { chance_of_order(values, weeks) } else { 0.0 };
    within(of_slope.max(of_order), LEAST_CHANCE, 1.0)
}

/// The chance that the means of as many equal parts as there are weeks rise or fall as steadily.
fn chance_of_order(values: &[f64], weeks: usize) -> f64 {
    let parts =
        (0..weeks).filter_map(|part| values.get(part * values.len() / weeks..(part + 1) * values.len() / weeks));
    let parts = listed(parts.map(daily::mean));
    let mut agree = 0.0;
    for (place, one) in parts.iter().enumerate() {
        for later in parts.iter().skip(place + 1) {
            agree += f64::from(i8::from(later > one)) - f64::from(i8::from(later < one));
        }
    }
    let count = parts.len() as f64;
    let variance = count * (count - 1.0) * (2.0 * count + 5.0) / 18.0;
    let from_none = (f64::abs(agree) - 1.0).max(0.0);
    two_sided(from_none * from_none / variance.max(1e-9))
}

/// The chance of a normal number as far from 0, by its square.
pub(super) fn two_sided(squared: f64) -> f64 {
    libm::erfc((squared / 2.0).sqrt())
}

/// The median of the slopes from each day of the first third to each of the last (after Theil 1950 and Sen 1968, less
/// the pairs that lie near to each other, which tell little).
fn usual_slope(daily: &Daily) -> f64 {
    let points = || daily.places.iter().map(|place| *place as f64).zip(daily.values.iter().copied());
    let third = daily.places.len() / 3;
    let slopes = |one: (f64, f64)| {
        let late = points().skip(daily.places.len() - third);
        late.map(move |other| (other.1 - one.1) / (other.0 - one.0).max(1.0))
    };
    median(points().take(third).flat_map(slopes))
}

/// True if a step tells the same better.
fn is_step(daily: &Daily) -> bool {
    let values = &daily.values;
    let Some(step) = Step::best(values, LEAST_DAYS_OF_A_SIDE) else { return false };
    let left = step.left(values);
    let noise = Noise::of(&left, &daily.drawn_in, 2.5);
    daily::step_over_line(&left, values, noise.independent_days) > change::EVIDENCE
}

/// True if the trend shows in raw counts, as it does day by day.
fn pass(measure: Measure, over_the_span: f64, first: &Stretch, last: &Stretch) -> bool {
    let (low, high) = if last.value < first.value { (last.value, first.value) } else { (first.value, last.value) };
    let is_large = match measure {
        Measure::FailureRate => high - low >= LEAST_DIFFERENCE_OF_RATES,
        Measure::Volume | Measure::Duration => {
            high >= LEAST_RATIO * low && over_the_span.abs() >= libm::log(LEAST_RATIO)
        }
    };
    first.executions.min(last.executions) >= LEAST_EXECUTIONS
        && is_large
        && (over_the_span > 0.0) == (last.value > first.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::history::Hour;
    use crate::pattern::series::Whose;
    use chrono::{Days, NaiveDate};

    fn found(days: u64, measure: Measure, hour: impl Fn(u64) -> Hour) -> Option<Facts> {
        let monday: NaiveDate = "2026-01-05".parse().unwrap();
        let day = |day| {
            let mut hours = [Hour::default(); 24];
            hours[9] = hour(day);
            Day { date: monday + Days::new(day), hours }
        };
        let series = Series::new(Whose::All, (0..days).map(day).collect(), Vec::new(), Vec::new());
        let look = look(&series, measure);
        assert!((0.0..=1.0).contains(&look.chance) && (look.chance < 1.0) == look.claim.is_some());
        look.claim.map(|claim| claim.facts)
    }

    fn spread(day: u64) -> u64 {
        (day + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60
    }

    #[test]
    fn a_rise_of_volume_is_found_and_counted() {
        let volume = |day: u64| 100 + day + spread(day);
        let hour = |day| Hour { executions: volume(day), ..Hour::default() };
        let facts = found(90, Measure::Volume, hour).unwrap();
        assert_eq!(facts.weeks, 12);
        assert_eq!(facts.first.executions, (0..14).map(volume).sum::<u64>());
        assert_eq!(facts.last.executions, (76..90).map(volume).sum::<u64>());
        assert_eq!(facts.last.value, facts.last.executions as f64 / 14.0);
        assert!((0.035..0.06).contains(&facts.per_week), "from 100 to 190 in 13 weeks: {}", facts.per_week);
    }

    #[test]
    fn a_fall_of_failures_is_found() {
        let hour = |day: u64| Hour {
            executions: 200,
            decided: 200,
            failures: 40 - day / 3 + spread(day) / 4,
            ..Hour::default()
        };
        let facts = found(84, Measure::FailureRate, hour).unwrap();
        assert_eq!((facts.first.executions, facts.last.executions), (2800, 2800));
        assert!(facts.first.failures > facts.last.failures);
        assert!((-0.015..-0.008).contains(&facts.per_week), "from 20 to 6 % in 12 weeks: {}", facts.per_week);
    }

    #[test]
    fn what_is_no_trend_is_left_alone() {
        let check = |why: &str, days, volume: &dyn Fn(u64) -> u64| {
            let hour = |day| Hour { executions: volume(day), ..Hour::default() };
            assert_eq!(found(days, Measure::Volume, hour), None, "{why}");
        };
        check("no days", 0, &|_| 0);
        check("one day", 1, &|_| 5);
        check("nothing", 90, &|_| 0);
        check("all alike", 90, &|_| 100);
        check("all alike and huge", 90, &|_| u64::MAX);
        check("41 days", 41, &|day| 100 + 5 * day);
        check("quiet weekends", 90, &|day| if day % 7 < 5 { 100 } else { 10 } + spread(day));
        check("a step", 90, &|day| if day < 45 { 100 } else { 200 } + spread(day));
        check("a tenth more", 90, &|day| 200 + day / 5 + spread(day));
        check("one huge day", 90, &|day| if day == 85 { 1 << 53 } else { 100 + spread(day) });
        check("too few", 90, &|day| day / 60);
    }

    #[test]
    fn the_order_of_weeks_is_judged_as_by_mann_and_kendall() {
        let rising: Vec<f64> = (0..70).map(f64::from).collect();
        // S = 45, variance 125: z = 44 / sqrt(125) = 3.935.
        assert!((chance_of_order(&rising, 10) / 8.3e-5 - 1.0).abs() < 0.01, "{}", chance_of_order(&rising, 10));
        assert_eq!(chance_of_order(&[1.0; 70], 10), 1.0);
    }
}
