//! How the executions of the days that a window of volume is looked for in are spread over the hours, and how well a stretch
//! explains that. Arithmetic on 24 shares; it tests nothing.

use super::contrasts::Looked;
use super::random::median;

/// Whether a stretch holds an hour. A start beyond 23 is that of the next day, which is the same.
pub(super) fn holds(start: usize, length: usize, hour: usize) -> bool {
    (hour + 24 - start % 24) % 24 < length
}

/// The share of each hour in a day: the median over days, so that no day makes a shape.
pub(super) struct Profile([f64; 24]);

impl Profile {
    pub(super) fn new(days: &[&Looked]) -> Self {
        let share = |hour: usize| {
            median(days.iter().filter_map(|day| Some(*day.counts.get(hour)? as f64 / day.all.max(1) as f64)))
        };
        Self(std::array::from_fn(share))
    }

    fn share(&self, start: usize, length: usize) -> f64 {
        let inside = self.0.iter().enumerate().filter(|(hour, _)| holds(start, length, *hour));
        inside.map(|(_, share)| share).sum()
    }

    /// How much of the profile a stretch explains as the part that has more (or less, below 0) than the rest.
    pub(super) fn explained(&self, start: usize, length: usize) -> f64 {
        let excess = self.share(start, length) - self.0.iter().sum::<f64>() * length as f64 / 24.0;
        excess / ((length * (24 - length)) as f64).sqrt()
    }

    /// How much better the best stretch of half a day or less with fewer executions explains it than the best one with
    /// more: above 1 the profile is a dip, below it is a hump.
    pub(super) fn dip_by_hump(&self) -> f64 {
        let (mut hump, mut dip) = (0.0_f64, 0.0_f64);
        for (length, start) in (1..=12).flat_map(|length| (0..24).map(move |start| (length, start))) {
            let explained = self.explained(start, length);
            (hump, dip) = (hump.max(explained), dip.max(-explained));
        }
        dip / hump.max(1e-12)
    }

    /// True if no other stretch as long lies more than half as far off the rest of the day: jobs every six hours make
    /// no window.
    pub(super) fn is_alone(&self, start: usize, length: usize) -> bool {
        let mean = |start, length| self.share(start, length) / length as f64;
        let (inside, outside) = (mean(start, length), mean(start + length, 24 - length));
        // Starts of stretches that do not overlap, of which there are none from half a day on.
        (start + length..(start + 25).saturating_sub(length)).all(|other| {
            (mean(other % 24, length) - outside) * (inside - outside).signum() * 2.0 < (inside - outside).abs()
        })
    }
}
