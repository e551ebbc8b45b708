//! A measure of a series day by day, made comparable: without what weekdays do to it and without days that stick out,
//! and how much chance moves it when days resemble the days before. Arithmetic on numbers; it decides nothing.
//!
//! Days on which the measure is not known are left out, so that a workflow that rests on weekends is a series of five
//! days a week. Everything is a logarithm or a logit: a step is a ratio.

use super::history::Day;
use super::random::{listed, median, quantile_of};
use super::series::Series;
use crate::histogram::{Bins, Histogram};
use crate::number::within;
use chrono::Datelike;
use std::ops::Range;

/// What is measured of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many executions started.
    Volume,
    /// The share of decided executions that failed or timed out.
    FailureRate,
    /// How long the decided execution in the middle took.
    Duration,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 3] = [Measure::Volume, Measure::FailureRate, Measure::Duration];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Volume => "executions",
            Measure::FailureRate => "failure_rate",
            Measure::Duration => "duration",
        }
    }
}

/// A day's level is the median of so many days before and as many from it on: whole weeks, so that a weekday's effect
/// does not move it.
const LEVEL: usize = 14;
/// How often weekdays and levels are taken out of each other.
const ROUNDS: usize = 2;
/// A day is looked at beside so many days before and behind it,
const BESIDE: usize = 7;
/// and differs from their median by at most so many deviations.
const MOST_DEVIATIONS: f64 = 3.0;
/// The deviation of normal numbers by their median distance from the median.
const DEVIATION_BY_MEDIAN_DISTANCE: f64 = 1.4826;
/// And by the distance beyond which a tenth of them lies.
const DEVIATION_BY_FAR_DISTANCE: f64 = 0.6080;
const FAR: f64 = 0.9;
/// The deviation by the median distance is believed unless it is less than this share of the other.
const LEAST_BY_MEDIAN: f64 = 0.5;
/// The duration in the middle moves at most so many times as far from day to day as that of the half in the middle, which of
/// durations of one kind moves nearly as far.
const MOST_ROUGHER: f64 = 1.5;
/// What a day keeps of the day before is never taken to be more.
const MOST_KEPT: f64 = 0.95;

/// A series of days that can be compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Daily {
    /// Where each of the days lies among those of the series, rising.
    pub places: Vec<usize>,
    /// Its value.
    pub values: Vec<f64>,
    /// True where it stuck out and was drawn in.
    pub drawn_in: Vec<bool>,
    /// How many days after a Monday the first day of the series is.
    pub after_monday: usize,
}

impl Daily {
    /// The measure of a series, made comparable.
    pub fn new(series: &Series, measure: Measure, bins: &Bins) -> Self {
        let monday = |day: &Day| day.date.weekday().num_days_from_monday() as usize;
        Self::of(&values(series, measure, bins), series.days.first().map_or(0, monday))
    }

    /// Values of successive days, of which the first is so many days after a Monday, made comparable.
    pub fn of(values: &[Option<f64>], after_monday: usize) -> Self {
        let without_weekdays = without_weekdays(values);
        let beside = running_medians(&without_weekdays, BESIDE, BESIDE + 1);
        let known = without_weekdays.iter().zip(&beside);
        let distances = listed(known.filter_map(|(value, level)| Some(((*value)? - level).abs())));
        let by_median = DEVIATION_BY_MEDIAN_DISTANCE * median(distances.iter().copied());
        let by_far_ones = DEVIATION_BY_FAR_DISTANCE * quantile_of(distances, FAR);
        // Where most days are alike, as those without a failure are, the distance in the middle is next to none. Days would be
        // drawn in to a level that is itself one of few values and jumps from one to the next.
        let deviation = if by_median < LEAST_BY_MEDIAN * by_far_ones { by_far_ones } else { by_median };
        let most = MOST_DEVIATIONS * deviation + 1e-9;
        let mut daily = Self { after_monday, ..Self::default() };
        for (place, (value, level)) in without_weekdays.iter().zip(beside).enumerate() {
            if let Some(value) = value {
                daily.places.push(place);
                let drawn = within(*value, level - most, level + most);
                daily.values.push(drawn);
                daily.drawn_in.push(drawn != *value);
            }
        }
        daily
    }

    /// What lies at some of the places.
    #[inline(never)]
    pub fn within(&self, places: Range<usize>) -> Self {
        let mut part = Self { after_monday: self.after_monday, ..Self::default() };
        for ((place, value), drawn_in) in self.places.iter().zip(&self.values).zip(&self.drawn_in) {
            if places.contains(place) {
                part.places.push(*place);
                part.values.push(*value);
                part.drawn_in.push(*drawn_in);
            }
        }
        part
    }
}

/// The measure of each day of a series; `None` where nothing was measured. Where the duration in the middle jumps from day to
/// day, because durations are of two kinds and about as many of each, it is that of the half in the middle, which does not.
fn values(series: &Series, measure: Measure, bins: &Bins) -> Vec<Option<f64>> {
    let values = values_of(series, measure, &|durations| durations.middle(bins).map(libm::log));
    if measure == Measure::Duration {
        let smoother = values_of(series, measure, &|durations| durations.middle_half(bins));
        if roughness(&values) > MOST_ROUGHER * roughness(&smoother) {
            return smoother;
        }
    }
    values
}

/// How far known values are from the ones before them, added up.
fn roughness(values: &[Option<f64>]) -> f64 {
    let (mut sum, mut before) = (0.0, None);
    for value in values.iter().flatten() {
        sum += before.map_or(0.0, |before: f64| (value - before).abs());
        before = Some(*value);
    }
    sum
}

fn values_of(series: &Series, measure: Measure, duration: &dyn Fn(&Histogram) -> Option<f64>) -> Vec<Option<f64>> {
    let of_day = |(place, day): (usize, &Day)| match measure {
        Measure::Volume => Some(libm::log(day.executions() as f64 + 1.0)),
        Measure::FailureRate => {
            let (failures, decided) = outcomes(std::slice::from_ref(day));
            let others = decided.saturating_sub(failures);
            (decided > 0).then(|| libm::log((failures as f64 + 0.5) / (others as f64 + 0.5)))
        }
        Measure::Duration => duration(series.durations.get(place)?),
    };
    series.days_of(measure).iter().enumerate().map(of_day).collect()
}

/// Failed and decided executions of some days.
fn outcomes(days: &[Day]) -> (u64, u64) {
    let hours = days.iter().flat_map(|day| &day.hours);
    hours.fold((0, 0), |(failures, decided): (u64, u64), hour| {
        (failures.saturating_add(hour.failures), decided.saturating_add(hour.decided))
    })
}

/// Some days in a row, in raw counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Whole days.
    pub days: u32,
    /// Executions (decided ones of a failure rate, timed ones of a duration).
    pub executions: u64,
    /// Of these, failed and timed out; 0 unless of a failure rate.
    pub failures: u64,
    /// Executions a day, failures by decided executions, or the duration in the middle in milliseconds.
    pub value: f64,
}

impl Stretch {
    /// Counts days, whose durations are those at the same places.
    pub fn of(days: &[Day], durations: &[Histogram], measure: Measure, bins: &Bins) -> Self {
        let number = days.len() as u32;
        let (executions, failures, value) = match measure {
            Measure::Volume => {
                let executions = days.iter().fold(0, |sum: u64, day| sum.saturating_add(day.executions()));
                (executions, 0, executions as f64 / days.len().max(1) as f64)
            }
            Measure::FailureRate => {
                let (failures, decided) = outcomes(days);
                (decided, failures, failures as f64 / decided.max(1) as f64)
            }
            Measure::Duration => {
                let mut all = Histogram::default();
                durations.iter().for_each(|durations| all.merge(durations));
                (all.count(), 0, all.middle(bins).unwrap_or(0.0))
            }
        };
        Self { days: number, executions, failures, value }
    }
}

/// The values less what is usual of their weekday. Weekdays are compared with the level around each day, and the level
/// is found again without them, so that neither a step nor the weekdays next to it are mistaken for the other.
fn without_weekdays(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut clean = values.to_vec();
    for _ in 0..ROUNDS {
        let levels = running_medians(&clean, LEVEL, LEVEL);
        for weekday in 0..7 {
            let of_weekday = || values.iter().zip(&levels).skip(weekday).step_by(7);
            let usual = median(of_weekday().filter_map(|(value, level)| Some((*value)? - level)));
            for (clean, (value, _)) in clean.iter_mut().skip(weekday).step_by(7).zip(of_weekday()) {
                *clean = value.map(|value| value - usual);
            }
        }
    }
    clean
}

/// For each place, the median of the known values from so many places before it up to so many behind, exclusive; 0
/// where none is known.
fn running_medians(values: &[Option<f64>], before: usize, behind: usize) -> Vec<f64> {
    let mut rising: Vec<f64> = Vec::with_capacity(before + behind);
    let mut entering = values.iter();
    let mut leaving = values.iter();
    let mut entered = 0;
    let mut medians = Vec::with_capacity(values.len());
    for place in 0..values.len() {
        while entered < place + behind {
            entered += 1;
            if let Some(Some(value)) = entering.next() {
                rising.insert(rising.partition_point(|other| other < value), *value);
            }
        }
        if place > before
            && let Some(Some(value)) = leaving.next()
        {
            rising.remove(rising.partition_point(|other| other < value));
        }
        let middle = |from_end: usize| rising.get(from_end / 2).copied().unwrap_or(0.0);
        medians.push((middle(rising.len()) + middle(rising.len().saturating_sub(1))) / 2.0);
    }
    medians
}

/// How chance moves a series: each day keeps something of the day before (an autoregression of order 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// What a day keeps, 0 to 1.
    pub kept: f64,
    /// The variance of a sum of days, by the number of days, if there are many.
    pub long_run_variance: f64,
    /// How many independent days tell as much.
    pub independent_days: f64,
    /// How well that variance is known: as well as that of so many independent days.
    freedom: f64,
}

impl Noise {
    /// The noise of what is left of a series when so many numbers were fitted to it. What was fitted takes some of the
    /// resemblance of days away with it, which is given back. Days that stuck out say nothing of how much is kept: they
    /// come on top, those in a row as one.
    pub fn of(left: &[f64], drawn_in: &[bool], fitted: f64) -> Self {
        let days = left.len() as f64;
        let is_usual = |place: usize| !drawn_in.get(place).copied().unwrap_or(false);
        let usual = || left.iter().enumerate().filter(|(place, _)| is_usual(*place)).map(|(_, value)| *value);
        let pairs = || {
            let both = left.iter().zip(left.iter().skip(1)).enumerate();
            both.filter(|(place, _)| is_usual(*place) && is_usual(place + 1)).map(|(_, pair)| pair)
        };
        let square = usual().map(|value| value * value).sum::<f64>() / (usual().count() as f64).max(1.0);
        let of_pairs = (pairs().count() as f64).max(1.0);
        let product = pairs().map(|(one, next)| one * next).sum::<f64>() / of_pairs;
        let seen = if square > 0.0 { within(product / square, -1.0, 1.0) } else { 0.0 };
        let kept = within(seen + fitted * (1.0 + 3.0 * seen.max(0.0)) / days.max(1.0), 0.0, MOST_KEPT);
        let fresh = pairs().map(|(one, next)| next - kept * one);
        let variance = fresh.map(|value| value * value).sum::<f64>() / (of_pairs - fitted).max(1.0);
        let sticking_out = left.iter().enumerate().map(|(place, value)| (!is_usual(place)).then_some(*value));
        let (mut row, mut on_top) = (0.0, 0.0);
        for value in sticking_out.chain([None]) {
            match value {
                Some(value) => row += value,
                None => (row, on_top) = (0.0, on_top + row * row / days.max(1.0)),
            }
        }
        Self {
            kept,
            long_run_variance: variance / ((1.0 - kept) * (1.0 - kept)) + on_top,
            independent_days: days * (1.0 - kept) / (1.0 + kept),
            // Its error is that of the variance of what is fresh and, mostly, that of what is kept.
            freedom: days / (1.0 + 2.0 * (1.0 + kept) / (1.0 - kept)),
        }
    }

    /// The noise of what is left of a series whose days go together by the calendar week, whatever makes them: each week
    /// is one of few values then, and what is known of them is known as well as so few values tell.
    pub fn by_week(left: &[f64], daily: &Daily, fitted: f64) -> Self {
        let weeks = Weeks::of(left, daily, 0);
        let freedom = (weeks.count - fitted).max(1.0);
        let days = left.len() as f64;
        let long_run_variance = weeks.squared_sums / days.max(1.0) * weeks.count / freedom;
        Self { kept: 0.0, long_run_variance, independent_days: days, freedom }
    }

    /// A squared score whose deviation was estimated from the series itself, as the squared normal score that is as
    /// improbable.
    pub fn squared_normal(&self, squared: f64) -> f64 {
        squared_normal(squared, self.freedom)
    }
}

/// A squared score whose deviation was estimated from so many independent values, as the squared normal score that is as
/// improbable (nearly: the tail of Student's distribution).
pub fn squared_normal(squared: f64, freedom: f64) -> f64 {
    let freedom = freedom.max(2.0);
    let shrink = (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0);
    shrink * shrink * freedom * libm::log1p(squared / freedom)
}

/// True if the days of a calendar week are more alike than those of weeks that begin on any other weekday: then it is weeks
/// that make them so.
pub fn weeks_go_together(left: &[f64], daily: &Daily) -> bool {
    let by_calendar = Weeks::of(left, daily, 0).alike();
    (1..7).all(|before| Weeks::of(left, daily, before).alike() < by_calendar)
}

/// A series cut into weeks.
#[derive(Clone, Copy, Debug, Default)]
struct Weeks {
    count: f64,
    /// The sum, over weeks, of the square of what their days sum up to,
    squared_sums: f64,
    /// and of the squares of their days.
    squares: f64,
    /// How many pairs of different days of one week there are, each counted twice.
    pairs: f64,
}

impl Weeks {
    /// Weeks that begin so many days before Monday.
    fn of(left: &[f64], daily: &Daily, days_before: usize) -> Self {
        let mut weeks = Self::default();
        let mut week: (Option<usize>, f64, f64) = (None, 0.0, 0.0);
        for (value, place) in left.iter().zip(&daily.places) {
            let number = (place + daily.after_monday + days_before) / 7;
            if week.0 != Some(number) {
                weeks.add(week.1, week.2);
                week = (Some(number), 0.0, 0.0);
            }
            week = (week.0, week.1 + value, week.2 + 1.0);
            weeks.squares += value * value;
        }
        weeks.add(week.1, week.2);
        weeks
    }

    fn add(&mut self, sum: f64, days: f64) {
        self.count += f64::from(u8::from(days > 0.0));
        self.squared_sums += sum * sum;
        self.pairs += days * (days - 1.0).max(0.0);
    }

    /// The mean product of two days of one week.
    fn alike(&self) -> f64 {
        (self.squared_sums - self.squares) / self.pairs.max(1.0)
    }
}

/// The mean of some values; 0 of none.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A series split in two levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// How many values are on the first level.
    pub at: usize,
    /// The two levels.
    pub levels: (f64, f64),
}

impl Step {
    /// The step that leaves least, with so many values on each side at least; `None` where there are too few.
    pub fn best(values: &[f64], least: usize) -> Option<Self> {
        let all: f64 = values.iter().sum();
        let days = values.len() as f64;
        let last = values.len().checked_sub(least)?;
        let mut before = 0.0;
        let mut best: Option<(usize, f64, f64)> = None;
        for (at, value) in (1..).zip(values) {
            before += value;
            let place = at as f64;
            let apart = before - all * place / days;
            let explained = apart * apart / (place * (days - place)).max(1.0);
            if (least..=last).contains(&at) && best.is_none_or(|(_, most, _)| explained > most) {
                best = Some((at, explained, before));
            }
        }
        let (at, _, before) = best.filter(|(at, ..)| *at < values.len())?;
        Some(Self { at, levels: (before / at as f64, (all - before) / (days - at as f64)) })
    }

    /// What is left of the values.
    pub fn left(&self, values: &[f64]) -> Vec<f64> {
        let level = |place| if place < self.at { self.levels.0 } else { self.levels.1 };
        listed(values.iter().enumerate().map(|(place, value)| value - level(place)))
    }
}

/// A series along a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The value in the middle.
    pub middle: f64,
    /// What a day adds.
    pub slope: f64,
}

impl Line {
    /// The line of least squares.
    pub fn best(values: &[f64]) -> Self {
        let middle = mean(values);
        let products: f64 = from_middle(values.len()).zip(values).map(|(from, value)| from * value).sum();
        Self { middle, slope: products / squares_from_middle(values.len()).max(1e-9) }
    }

    /// What is left of the values.
    pub fn left(&self, values: &[f64]) -> Vec<f64> {
        let at = |from| self.middle + self.slope * from;
        listed(from_middle(values.len()).zip(values).map(|(from, value)| value - at(from)))
    }
}

/// How far each place lies from the middle.
fn from_middle(days: usize) -> impl Iterator<Item = f64> {
    let middle = days.saturating_sub(1) as f64 / 2.0;
    (0..days).map(move |place| place as f64 - middle)
}

/// The sum of the squares of these.
pub fn squares_from_middle(days: usize) -> f64 {
    from_middle(days).map(|from| from * from).sum()
}

/// How much better a step explains a series than a line, by Bayes' information criterion over independent days: above
/// 0 the step is better, and 6 is strong.
#[inline(never)]
pub fn step_over_line(step_left: &[f64], values: &[f64], independent_days: f64) -> f64 {
    let squares = |left: &[f64]| left.iter().map(|value| value * value).sum::<f64>() + 1e-12;
    let line_left = Line::best(values).left(values);
    // A step has one number more to fit: where it is.
    independent_days * libm::log(squares(&line_left) / squares(step_left)) - libm::log(independent_days.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn running_medians_are_the_medians(
            values in prop::collection::vec(prop::option::of((0u8..9).prop_map(f64::from)), 0..60),
            (before, behind) in (0usize..20, 1usize..20),
        ) {
            let naive = |place: usize| {
                let near = values.iter().take(place + behind).skip(place.saturating_sub(before));
                median(near.copied().flatten())
            };
            let expected: Vec<f64> = (0..values.len()).map(naive).collect();
            prop_assert_eq!(running_medians(&values, before, behind), expected);
        }

        #[test]
        fn no_other_split_leaves_less(values in prop::collection::vec((-9i8..9).prop_map(f64::from), 0..40)) {
            let squares = |step: Step| step.left(&values).iter().map(|left| left * left).sum::<f64>();
            let split = |at: usize| {
                let (before, after) = values.split_at(at);
                Step { at, levels: (mean(before), mean(after)) }
            };
            let least = (7..(values.len() + 1).saturating_sub(7)).map(|at| squares(split(at))).fold(f64::MAX, f64::min);
            match Step::best(&values, 7) {
                Some(best) => prop_assert!((squares(best) - least).abs() < 1e-9),
                None => prop_assert!(values.len() < 14),
            }
        }
    }

    #[test]
    fn weekdays_are_taken_out_and_a_step_is_not() {
        let value = |day: usize| {
            let weekday = [0.0, 1.0, 2.0, 3.0, 4.0, -5.0, -6.0];
            (day % 11 != 3).then_some(weekday[day % 7] + if day < 42 { 0.0 } else { 2.0 })
        };
        let daily = Daily::of(&(0..84).map(value).collect::<Vec<_>>(), 0);
        assert_eq!(daily.places.len(), (0..84).filter(|day| day % 11 != 3).count());
        let step = Step::best(&daily.values, 7).unwrap();
        assert_eq!(daily.places[step.at], 42);
        assert!((step.levels.1 - step.levels.0 - 2.0).abs() < 0.1, "{step:?}");
        assert!(step.left(&daily.values).iter().all(|left| left.abs() < 0.3), "{:?}", step.left(&daily.values));
    }

    #[test]
    fn a_day_that_sticks_out_counts_as_a_large_one() {
        let value = |day: usize| Some(if day == 20 { 1e9 } else { ((day * 7) % 5) as f64 });
        let daily = Daily::of(&(0..60).map(value).collect::<Vec<_>>(), 0);
        assert!(daily.values[20] < 20.0, "{}", daily.values[20]);
    }

    #[test]
    fn the_noise_of_an_autoregression_is_found() {
        let mut random = crate::pattern::random::Random::seeded_by([11]);
        let mut normal = || (0..12).map(|_| (random.next() >> 11) as f64 / (1u64 << 53) as f64).sum::<f64>() - 6.0;
        let mut value = 0.0;
        let values: Vec<f64> = (0..20_000)
            .map(|_| {
                value = 0.5 * value + normal();
                value
            })
            .collect();
        let check = |values: &[f64], drawn_in: &[bool], long_run_variance: f64| {
            let noise = Noise::of(values, drawn_in, 2.0);
            assert!((noise.kept - 0.5).abs() < 0.02, "{noise:?}");
            assert!((noise.long_run_variance / long_run_variance - 1.0).abs() < 0.1, "{noise:?}");
            assert!((noise.independent_days / 6667.0 - 1.0).abs() < 0.1, "{noise:?}");
        };
        check(&values, &[], 4.0);
        // Days that stick out, here by 5 on either side, add their own variance and hide no resemblance.
        let sticks_out: Vec<bool> = (0..values.len()).map(|day| day % 20 == 7).collect();
        let far = |day: usize| if sticks_out[day] { [5.0, -5.0][day / 20 % 2] } else { 0.0 };
        let with_far: Vec<f64> = values.iter().enumerate().map(|(day, value)| value + far(day)).collect();
        check(&with_far, &sticks_out, 4.0 + 25.0 / 20.0);
        // Three of them in a row weigh as one that is three times as far.
        let sticks_out: Vec<bool> = (0..values.len()).map(|day| day % 60 < 3).collect();
        let far = |day: usize| if sticks_out[day] { [5.0, -5.0][day / 60 % 2] } else { 0.0 };
        let with_far: Vec<f64> = values.iter().enumerate().map(|(day, value)| value + far(day)).collect();
        check(&with_far, &sticks_out, 4.0 + 15.0 * 15.0 / 60.0);
    }

    #[test]
    fn squared_scores_are_those_of_the_normal_distribution_where_much_is_known() {
        let known = Noise { kept: 0.0, long_run_variance: 1.0, independent_days: 1e9, freedom: 1e9 };
        assert!((known.squared_normal(9.0) - 9.0).abs() < 1e-6);
        // A tenth of a per cent of Student's distribution with 10 degrees of freedom lies beyond 4.587 on both sides.
        let little = Noise { freedom: 10.0, ..known };
        let chance = libm::erfc((little.squared_normal(4.587 * 4.587) / 2.0).sqrt());
        assert!((chance / 0.001 - 1.0).abs() < 0.05, "{chance}");
    }

    #[test]
    fn strange_values_break_nothing() {
        for values in [vec![], vec![None; 40], vec![Some(0.0)], vec![Some(1e3); 40], vec![None, Some(-1e3), None]] {
            let daily = Daily::of(&values, 0);
            assert!(daily.values.iter().all(|value| value.is_finite()), "{values:?}");
            let noise = Noise::of(&daily.values, &daily.drawn_in, 2.0);
            assert!(noise.squared_normal(1e9).is_finite() && noise.kept.is_finite());
            assert!(Line::best(&daily.values).slope.abs() < 1e-6 || values.len() < 4);
        }
    }
}
