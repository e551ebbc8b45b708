//! Stretches of the day, and how the executions of a day are spread over its hours. Pure arithmetic on 24 numbers.

use std::ops::RangeInclusive;

/// Hours of a stretch at most.
pub const LONGEST: usize = 8;
/// All stretches: each length at each of 24 starts.
pub const ARCS: usize = LONGEST * 24;
/// The share of each hour in a day, or a mean of such shares.
pub type Profile = [f64; 24];

/// Hours of the day next to each other; may run past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arc {
    /// The first hour, 0 to 23.
    pub start: usize,
    /// How many hours, 1 to [`LONGEST`].
    pub length: usize,
}

impl Arc {
    /// All of them, short ones first.
    pub fn all() -> impl Iterator<Item = Arc> {
        (1..=LONGEST).flat_map(Arc::of_length)
    }

    /// All of a length.
    pub fn of_length(length: usize) -> impl Iterator<Item = Arc> {
        (0..24).map(move |start| Arc { start, length })
    }

    /// Whether it holds an hour, 0 to 23.
    pub fn holds(self, hour: usize) -> bool {
        (hour + 24 - self.start) % 24 < self.length
    }

    /// Whether the two share an hour.
    pub fn overlaps(self, other: Arc) -> bool {
        (0..24).any(|hour| self.holds(hour) && other.holds(hour))
    }

    /// The part of a profile that lies inside.
    pub fn share(self, profile: &Profile) -> f64 {
        hours_from(self.start, self.length).filter_map(|hour| profile.get(hour)).sum()
    }

    /// The part that would lie inside if all hours were alike.
    pub fn par(self) -> f64 {
        self.length as f64 / 24.0
    }

    /// The middle, in hours.
    pub fn middle(self) -> f64 {
        let middle = self.start as f64 + (self.length - 1) as f64 / 2.0;
        if middle >= 24.0 { middle - 24.0 } else { middle }
    }

    /// Hours from the middle of another stretch, 0 to 12, whichever way is shorter.
    pub fn distance(self, other: Arc) -> f64 {
        let apart = (self.middle() - other.middle()).abs();
        apart.min(24.0 - apart)
    }
}

/// So many hours of the day from one on; past midnight they go on at its beginning.
pub fn hours_from(start: usize, length: usize) -> impl Iterator<Item = usize> {
    (start..start + length).map(|hour| if hour < 24 { hour } else { hour % 24 })
}

/// The mean of profiles, scaled to add up to 1.
pub fn mean<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Profile {
    let mut mean = [0.0; 24];
    for profile in profiles {
        mean.iter_mut().zip(profile).for_each(|(sum, share)| *sum += share);
    }
    let all: f64 = mean.iter().sum();
    mean.iter_mut().for_each(|share| *share /= all.max(1e-12));
    mean
}

/// The stretch, of some lengths, whose excess stands out most against its length.
pub fn standing_out(profile: &Profile, lengths: RangeInclusive<usize>) -> Option<Arc> {
    let mut best: Option<(Arc, f64)> = None;
    for arc in lengths.flat_map(Arc::of_length) {
        let spread = (arc.length * (24 - arc.length)) as f64;
        let excess = (arc.share(profile) - arc.par()) / spread.sqrt();
        if best.is_none_or(|(_, most)| excess > most) {
            best = Some((arc, excess));
        }
    }
    best.map(|(arc, _)| arc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_may_run_past_midnight() {
        let night = Arc { start: 22, length: 5 };
        assert_eq!((0..24).filter(|hour| night.holds(*hour)).collect::<Vec<_>>(), [0, 1, 2, 22, 23]);
        assert_eq!(night.middle(), 0.0);
        assert_eq!(night.distance(Arc { start: 21, length: 2 }), 2.5);
        assert_eq!(Arc { start: 0, length: 1 }.distance(Arc { start: 12, length: 1 }), 12.0);
        assert!(night.overlaps(Arc { start: 2, length: 1 }) && !night.overlaps(Arc { start: 3, length: 8 }));
        assert_eq!(Arc::all().count(), ARCS);
    }

    #[test]
    fn the_stretch_that_stands_out_is_the_one_that_was_raised() {
        let mut profile = [1.0; 24];
        (9..12).for_each(|hour| profile[hour] = 3.0);
        let profile = mean([profile, profile].iter());
        assert_eq!(standing_out(&profile, 1..=LONGEST), Some(Arc { start: 9, length: 3 }));
        assert_eq!(standing_out(&profile, 1..=1), Some(Arc { start: 9, length: 1 }));
        assert!((profile.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
