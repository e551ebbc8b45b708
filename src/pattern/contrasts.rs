//! The days that windows of volume are looked for in: each is a comparison with itself, the logarithm of the rate inside a
//! stretch of hours by the rate outside, for every stretch. Arithmetic on the counts of 24 hours; it tests nothing.

use super::arc::hours_from;
use super::random::median;
use crate::number::within;
use chrono::NaiveDate;
use std::cmp::Ordering;

/// Hours of a stretch.
pub(super) const LENGTHS: [usize; 8] = [2, 3, 4, 6, 8, 9, 10, 12];
/// All stretches: each length at each of 24 starts.
pub(super) const ARCS: usize = LENGTHS.len() * 24;
/// A number for each of them.
pub(super) type Arcs = [f64; ARCS];
/// A day counts at most so many times the median size of its differences.
const MOST_MEDIANS: f64 = 3.0;

/// All stretches: (start, length).
pub(super) fn stretches() -> impl Iterator<Item = (usize, usize)> {
    LENGTHS.into_iter().flat_map(|length| (0..24).map(move |start| (start, length)))
}

/// What a stretch of hours holds.
pub(super) fn inside(counts: &[u64; 24], start: usize, length: usize) -> u64 {
    hours_from(start, length).filter_map(|hour| counts.get(hour)).fold(0, |sum: u64, count| sum.saturating_add(*count))
}

/// One day that is looked at.
pub(super) struct Looked {
    /// Its date.
    pub(super) date: NaiveDate,
    /// 0 = Monday.
    pub(super) weekday: u32,
    /// Executions by hour,
    pub(super) counts: [u64; 24],
    /// how many hours each is, which a clock change makes none or two of,
    pub(super) lasts: [u64; 24],
    /// and of the day.
    pub(super) all: u64,
    /// By stretch, the logarithm of the rate inside by the rate outside.
    pub(super) contrasts: Box<Arcs>,
    /// By stretch, how the rate inside lies to the rate outside, by counts.
    sides: Box<[Ordering; ARCS]>,
}

impl Looked {
    pub(super) fn new(date: NaiveDate, weekday: u32, counts: [u64; 24], lasts: [u64; 24], all: u64) -> Self {
        let mut contrasts = Box::new([0.0; ARCS]);
        let mut sides = Box::new([Ordering::Equal; ARCS]);
        for ((contrast, side), (start, length)) in contrasts.iter_mut().zip(sides.iter_mut()).zip(stretches()) {
            let inside = inside(&counts, start, length);
            let outside = all.saturating_sub(inside);
            // Half an execution more, spread over the day, so that an empty stretch has a logarithm.
            let par = length as f64 / 24.0;
            let rate = |count: u64, par: f64| (count as f64 + 0.5 * par) / par;
            *contrast = libm::log(rate(inside, par) / rate(outside, 1.0 - par));
            let by_hours = |count: u64, hours: usize| u128::from(count) * hours as u128;
            *side = by_hours(inside, 24 - length).cmp(&by_hours(outside, length));
        }
        Self { date, weekday, counts, lasts, all, contrasts, sides }
    }

    /// True if there are more executions an hour inside a stretch than outside, or fewer where that is meant.
    pub(super) fn holds(&self, arc: usize, is_high: bool) -> bool {
        self.sides.get(arc) == Some(if is_high { &Ordering::Greater } else { &Ordering::Less })
    }
}

/// Takes from each day what its stretches of a length have on average, and cuts what sticks out. Neither depends on
/// when in the day anything is.
pub(super) fn center(days: &mut [Looked]) {
    for first in (0..ARCS).step_by(24) {
        let arcs = first..first + 24;
        for day in days.iter_mut() {
            let Some(contrasts) = day.contrasts.get_mut(arcs.clone()) else { continue };
            let mean = contrasts.iter().sum::<f64>() / 24.0;
            contrasts.iter_mut().for_each(|contrast| *contrast -= mean);
        }
        let sizes = days.iter().filter_map(|day| day.contrasts.get(arcs.clone())).flatten();
        let most = MOST_MEDIANS * median(sizes.map(|contrast| contrast.abs())) + 1e-9;
        for contrast in days.iter_mut().filter_map(|day| day.contrasts.get_mut(arcs.clone())).flatten() {
            *contrast = within(*contrast, -most, most);
        }
    }
}

/// The contrasts of days added up by weekday.
pub(super) struct Effects {
    /// From Monday on: of how many days, and by stretch.
    by_weekday: [(f64, Box<Arcs>); 7],
}

impl Effects {
    pub(super) fn of(days: &[Looked]) -> Self {
        let mut by_weekday = std::array::from_fn(|_| (0.0, Box::new([0.0; ARCS])));
        for day in days {
            if let Some((count, sums)) = by_weekday.get_mut(day.weekday as usize) {
                *count += 1.0;
                sums.iter_mut().zip(day.contrasts.iter()).for_each(|(sum, contrast)| *sum += contrast);
            }
        }
        Self { by_weekday }
    }

    /// The mean contrast of a stretch on the weekdays that are meant; `None` where there are no such days.
    pub(super) fn mean(&self, arc: usize, is_meant: &dyn Fn(u32) -> bool) -> Option<f64> {
        let (mut count, mut sum) = (0.0, 0.0);
        for ((days, sums), _) in self.by_weekday.iter().zip(0..).filter(|(_, weekday)| is_meant(*weekday)) {
            count += days;
            sum += sums.get(arc).copied().unwrap_or(0.0);
        }
        (count > 0.0).then_some(sum / count)
    }
}
