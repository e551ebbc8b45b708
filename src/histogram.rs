//! How durations are distributed: counts in fixed bins, each a tenth wider than the one before, so that a database can
//! count the same ones. A monoid: merging is adding, in any order. Quantiles are read from it to within 5 %.
//!
//! The bin of `d` milliseconds is `floor(ln d / ln 1.1)`, and 0 for less than one. It is found in a table of where bins
//! begin, so that no logarithm is taken and no machine disagrees.

use crate::execution::MOST_DURATION_MS;

/// Bins, up to the one of [`MOST_DURATION_MS`].
pub const BINS: usize = 302;

/// Durations whose logarithms are further apart are no neighbours of which one could be the other: ln 4.
const NEIGHBOURS: f64 = 1.386_294_361_119_890_6;

/// Every duration is below 2 to the power of this.
const POWERS: usize = 42;

/// Where bins begin.
#[derive(Clone, Debug)]
pub struct Bins {
    /// The least whole number of milliseconds of each bin or of one after it: 1.1 to the power of the bin, rounded up.
    begins: Vec<u64>,
    /// By power of two and the three binary digits behind it: the bin of the least number that begins so.
    first: Vec<u16>,
}

impl Default for Bins {
    fn default() -> Self {
        Self::new()
    }
}

impl Bins {
    /// The table. Cheap, but not to be made for every duration.
    #[inline(never)]
    pub fn new() -> Self {
        // 1.1 to the power of the bin as a whole number and a fraction in units of 10^-17. What the division cuts off
        // adds up to less than 0.001 at the last bin, and no power that is looked at comes as near to a whole number.
        const UNIT: u64 = 100_000_000_000_000_000;
        let (mut whole, mut fraction) = (1u64, 0u64);
        let mut begins = Vec::with_capacity(BINS + 1);
        for _ in 0..=BINS {
            begins.push(whole + u64::from(fraction > 0));
            let eleven = whole * 11;
            fraction = (eleven % 10 * UNIT + fraction * 11) / 10;
            whole = eleven / 10 + fraction / UNIT;
            fraction %= UNIT;
        }
        let mut first = Vec::with_capacity(POWERS * 8);
        let mut bin = 0;
        for place in 0..POWERS as u64 * 8 {
            let least = (8 | place & 7) << (place >> 3) >> 3;
            while bin + 1 < BINS && begins.get(bin + 1).is_some_and(|begin| *begin <= least) {
                bin += 1;
            }
            first.push(bin as u16);
        }
        Self { begins, first }
    }

    /// The bin of a duration.
    ///
    /// ```
    /// let bins = execution_heatmap::histogram::Bins::new();
    /// assert_eq!([0, 1, 2, 1000, 3_600_000].map(|ms| bins.of(ms)), [0, 0, 7, 72, 158]);
    /// ```
    #[inline]
    pub fn of(&self, ms: u64) -> usize {
        let power = 63 - (ms | 1).leading_zeros() as usize;
        if power >= POWERS {
            return BINS - 1;
        }
        let digits = (ms << 3 >> power) as usize & 7;
        let mut bin = self.first.get(power << 3 | digits).map_or(0, |bin| usize::from(*bin));
        while bin + 1 < BINS && self.begins.get(bin + 1).is_some_and(|begin| *begin <= ms) {
            bin += 1;
        }
        bin
    }

    /// The least whole number of milliseconds of a bin.
    pub(crate) fn begin(&self, bin: usize) -> u64 {
        self.begins.get(bin).copied().unwrap_or(MOST_DURATION_MS)
    }

    /// The logarithm of the geometric middle of a bin, as far as it lies within the shortest and the longest duration.
    fn logarithm(&self, bin: u16, (least, most): (u64, u64)) -> f64 {
        let (first, last) = self.ends(usize::from(bin));
        libm::log((first as f64 * last as f64).sqrt().max(least as f64).min(most as f64).max(1.0))
    }

    /// The least and the greatest whole number of milliseconds of a bin that has any.
    fn ends(&self, bin: usize) -> (u64, u64) {
        let begin = self.begin(bin);
        (begin, self.begin(bin + 1).saturating_sub(1).max(begin))
    }
}

/// Durations of some executions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Bins that are not empty, rising, each with its count.
    bins: Vec<(u16, u64)>,
    /// The shortest and the longest duration, in milliseconds.
    ends: Option<(u64, u64)>,
}

impl Histogram {
    /// A histogram of counts by bin, whose shortest and longest durations are known.
    pub fn new(counts: impl Iterator<Item = (usize, u64)>, least: u64, most: u64) -> Self {
        let mut histogram = Self::default();
        counts.filter(|(_, count)| *count > 0).for_each(|(bin, count)| histogram.add(bin, count));
        histogram.ends = (!histogram.bins.is_empty()).then_some((least, most));
        histogram
    }

    /// A histogram of counts by bin that someone else made: the shortest and longest durations are taken to be the ends
    /// of its bins. Counts of bins beyond the last one are of the last one.
    pub fn of_bins(bins: &Bins, counts: impl Iterator<Item = (usize, u64)>) -> Self {
        let mut histogram = Self::default();
        histogram.add_bins(bins, counts);
        histogram
    }

    /// Adds the executions of such a histogram.
    pub(crate) fn add_bins(&mut self, bins: &Bins, counts: impl Iterator<Item = (usize, u64)>) {
        for (bin, count) in counts.filter(|(_, count)| *count > 0) {
            self.add(bin, count);
            self.reach(bins.ends(bin.min(BINS - 1)));
        }
    }

    /// Adds the executions of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        if self.bins.is_empty() {
            self.bins.clone_from(&other.bins);
        } else {
            other.bins.iter().for_each(|(bin, count)| self.add(usize::from(*bin), *count));
        }
        other.ends.into_iter().for_each(|ends| self.reach(ends));
    }

    /// Takes note of the shortest and the longest of durations that were added.
    pub(crate) fn reach(&mut self, (least, most): (u64, u64)) {
        self.ends = match self.ends {
            Some((my_least, my_most)) => Some((my_least.min(least), my_most.max(most))),
            None => Some((least, most)),
        };
    }

    /// How many executions.
    pub fn count(&self) -> u64 {
        self.bins.iter().map(|(_, count)| count).sum()
    }

    /// The longest duration, in milliseconds.
    pub fn most(&self) -> Option<u64> {
        self.ends.map(|(_, most)| most)
    }

    /// The duration that so many of a hundred stay within, in milliseconds: of the ⌈percent × count / 100⌉-th shortest,
    /// the geometric middle of its bin, but never beyond the shortest and the longest. Off by less than 5 %.
    pub fn quantile(&self, bins: &Bins, percent: u32) -> Option<f64> {
        let (least, most) = self.ends?;
        let rank = (u128::from(self.count()) * u128::from(percent)).div_ceil(100).max(1);
        let mut below = 0;
        let reaches = |(_, count): &&(u16, u64)| {
            below += u128::from(*count);
            below >= rank
        };
        let (bin, _) = self.bins.iter().find(reaches)?;
        let (first, last) = bins.ends(usize::from(*bin));
        let middle = (first as f64 * last as f64).sqrt();
        Some(middle.max(least as f64).min(most as f64))
    }

    /// The duration in the middle, in milliseconds, told also where many are equal: the executions of a bin are spread half to
    /// each side of it, and between two bins the middle lies on a line of logarithms. So durations of whole minutes, or of
    /// whole seconds, have a middle that moves as smoothly as that of exact ones, where the half that is shorter does not jump
    /// from one minute to the next. Of exact ones it is the median, off by less than 5 %, and so it is where those on both
    /// sides of it are of two kinds that lie far apart, between which nothing lies.
    pub(crate) fn middle(&self, bins: &Bins) -> Option<f64> {
        let (least, most) = self.ends?;
        let half = self.count() as f64 / 2.0;
        let (mut below, mut before) = (0.0, None);
        for (bin, count) in &self.bins {
            let here = (below + *count as f64 / 2.0, bins.logarithm(*bin, (least, most)));
            if here.0 >= half {
                let (mut place, mut logarithm) = before.unwrap_or(here);
                if here.1 - logarithm > NEIGHBOURS {
                    (place, logarithm) = if below >= half { (half, logarithm) } else { here };
                }
                let share = if here.0 > place { (half - place) / (here.0 - place) } else { 0.0 };
                return Some(libm::exp(logarithm + (here.1 - logarithm) * share));
            }
            (below, before) = (below + *count as f64, Some(here));
        }
        before.map(|(_, logarithm)| libm::exp(logarithm))
    }

    /// The mean logarithm of the half of the durations that is in the middle. Where they are of two kinds it moves with how
    /// many are of each, where the middle jumps from the one to the other.
    pub(crate) fn middle_half(&self, bins: &Bins) -> Option<f64> {
        let ends = self.ends?;
        let quarter = self.count() as f64 / 4.0;
        let (mut below, mut sum) = (0.0, 0.0);
        for (bin, count) in &self.bins {
            let above = below + *count as f64;
            let inside = above.min(3.0 * quarter) - f64::max(below, quarter);
            if inside > 0.0 {
                sum += inside * bins.logarithm(*bin, ends);
            }
            below = above;
        }
        Some(sum / (2.0 * quarter))
    }

    /// The numbers of the bins of all executions, added up: by their count, the mean logarithm of a duration in steps of a
    /// bin.
    pub(crate) fn added_up(&self) -> f64 {
        self.bins.iter().map(|(bin, count)| f64::from(*bin) * *count as f64).sum()
    }

    /// Adds durations of a bin; the shortest and the longest are for [`Histogram::reach`].
    pub(crate) fn add(&mut self, bin: usize, count: u64) {
        let bin = bin.min(BINS - 1) as u16;
        // Most counts come in the order of bins.
        if self.bins.last().is_none_or(|(last, _)| *last < bin) {
            return self.bins.push((bin, count));
        }
        let place = self.bins.partition_point(|(other, _)| *other < bin);
        match self.bins.get_mut(place).filter(|(other, _)| *other == bin) {
            Some((_, known)) => *known += count,
            None => self.bins.insert(place, (bin, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula as a database computes it.
    fn by_logarithm(ms: u64) -> usize {
        (libm::log(ms as f64) / libm::log(1.1)).floor() as usize
    }

    #[test]
    fn bins_are_those_of_the_formula() {
        let bins = Bins::new();
        #[allow(clippy::disallowed_methods, reason = "what another machine's logarithm says is the question")]
        let by_std = |ms: u64| ((ms as f64).ln() / 1.1f64.ln()).floor() as usize;
        for ms in 1..=3_000_000 {
            let bin = bins.of(ms);
            assert!(bin == by_logarithm(ms) && bin == by_std(ms), "{ms} ms: {bin}");
        }
        assert_eq!(bins.of(0), 0);
        assert_eq!(bins.of(MOST_DURATION_MS), BINS - 1);
        assert_eq!(bins.of(u64::MAX), BINS - 1);
    }

    #[test]
    fn bins_begin_where_the_powers_of_1_1_say_exactly() {
        // 11^k and 10^k in 32-bit digits, least first; the bin begins at the least whole number that is not below their
        // ratio, so 10^k × (begin − 1) < 11^k ≤ 10^k × begin.
        let times = |digits: &[u32], factor: u64| {
            let mut carry = 0u64;
            let mut product: Vec<u32> = digits
                .iter()
                .map(|digit| {
                    carry += u64::from(*digit) * (factor & 0xffff_ffff);
                    let low = carry as u32;
                    carry >>= 32;
                    low
                })
                .collect();
            product.push(carry as u32);
            product
        };
        let wide = |digits: &[u32], factor: u64| {
            let (low, mut high) = (times(digits, factor & 0xffff_ffff), times(digits, factor >> 32));
            high.insert(0, 0);
            let mut carry = 0u64;
            let mut sum: Vec<u32> = high
                .iter()
                .enumerate()
                .map(|(place, digit)| {
                    carry += u64::from(*digit) + low.get(place).map_or(0, |low| u64::from(*low));
                    let digit = carry as u32;
                    carry >>= 32;
                    digit
                })
                .collect();
            sum.push(carry as u32);
            sum
        };
        let trimmed = |mut digits: Vec<u32>| {
            while digits.last() == Some(&0) {
                digits.pop();
            }
            digits.reverse();
            (digits.len(), digits)
        };
        let bins = Bins::new();
        let (mut above, mut below) = (vec![1u32], vec![1u32]);
        for (bin, begin) in bins.begins.iter().enumerate() {
            let power = trimmed(above.clone());
            assert!(trimmed(wide(&below, begin - 1)) < power, "bin {bin}");
            assert!(trimmed(wide(&below, *begin)) >= power, "bin {bin}");
            (above, below) = (times(&above, 11), times(&below, 10));
        }
    }

    #[test]
    fn a_quantile_is_near_the_exact_one_and_never_beyond_the_ends() {
        let bins = Bins::new();
        let of = |durations: &[u64]| {
            let counts = durations.iter().map(|ms| (bins.of(*ms), 1));
            Histogram::new(counts, *durations.iter().min().unwrap(), *durations.iter().max().unwrap())
        };
        let check = |durations: &[u64], percent, exact: f64| {
            let said = of(durations).quantile(&bins, percent).unwrap();
            assert!((said - exact).abs() <= exact * 0.05, "{durations:?} {percent}: {said}");
        };
        check(&[1], 50, 1.0);
        check(&[1, 2], 50, 1.0);
        check(&[1, 2], 51, 2.0);
        check(&[0, 0, 0], 99, 0.0);
        check(&[1000], 99, 1000.0);
        check(&[10, 20, 30, 1_000_000], 99, 1_000_000.0);
        let thousand: Vec<u64> = (1..=1000).collect();
        check(&thousand, 95, 950.0);
        assert_eq!(of(&[7, 7, 7]).quantile(&bins, 50), Some(7.0), "one value alone is told exactly");
        assert_eq!(Histogram::default().quantile(&bins, 50), None);
        assert_eq!(Histogram::default().most(), None);
    }

    #[test]
    fn the_middle_moves_as_the_shares_of_equal_durations_do() {
        let bins = Bins::new();
        let of = |counts: &[(u64, u64)]| {
            let (least, most) = (counts[0].0, counts[counts.len() - 1].0);
            Histogram::new(counts.iter().map(|(ms, count)| (bins.of(*ms), *count)), least, most).middle(&bins)
        };
        let check = |counts: &[(u64, u64)], exact: f64| {
            let said = of(counts).unwrap();
            assert!(libm::log(said / exact).abs() < 0.05, "{counts:?}: {said}");
        };
        check(&[(60_000, 1)], 60_000.0);
        check(&[(60_000, 2), (120_000, 2)], 84_853.0);
        check(&[(60_000, 3), (120_000, 1)], 71_352.0);
        check(&[(60_000, 6), (120_000, 4)], 79_170.0);
        check(&[(60_000, 4), (120_000, 6)], 90_943.0);
        check(&[(1000, 1), (2000, 1), (3000, 1)], 2000.0);
        check(&[(1000, 1), (2000, 1), (4000, 1), (8000, 1)], 2828.0);
        // Half a second after nothing, nothing is the middle; and of two kinds the one that has more.
        check(&[(0, 5), (1000, 1)], 1.0);
        check(&[(2000, 11), (300_000, 9)], 2000.0);
        check(&[(2000, 9), (300_000, 11)], 300_000.0);
        check(&[(2000, 10), (300_000, 10)], 2000.0);
        let even: Vec<(u64, u64)> = (1000..2000).map(|ms| (ms, 1)).collect();
        check(&even, 1500.0);
        assert_eq!(Histogram::default().middle(&bins), None);
        // What lies in one bin says no more than that bin, wherever the half is.
        assert!(of(&[(60_000, 49), (120_000, 51)]).unwrap() / of(&[(60_000, 51), (120_000, 49)]).unwrap() < 1.05);
    }

    #[test]
    fn the_half_in_the_middle_moves_as_the_shares_of_two_kinds_do() {
        let bins = Bins::new();
        let of = |short: u64| {
            let counts = [(2000, short), (300_000, 100 - short)].into_iter().filter(|(_, count)| *count > 0);
            let counts = counts.map(|(ms, count)| (bins.of(ms), count));
            Histogram::new(counts, 2000, 300_000).middle_half(&bins).unwrap()
        };
        let (short, long) = (libm::log(2000.0), libm::log(300_000.0));
        for (share, part) in [(0, 0.0), (20, 0.0), (25, 0.0), (40, 0.3), (50, 0.5), (60, 0.7), (75, 1.0), (90, 1.0)] {
            assert!((of(share) - (part * short + (1.0 - part) * long)).abs() < 0.05, "{share}: {}", of(share));
        }
        assert_eq!(Histogram::default().middle_half(&bins), None);
    }

    #[test]
    fn of_a_databases_bins_the_ends_are_those_of_the_bins() {
        let bins = Bins::new();
        let histogram = Histogram::of_bins(&bins, [(72, 3), (158, 1), (4000, 0)].into_iter());
        assert_eq!(histogram.count(), 4);
        let most = histogram.most().unwrap();
        assert!(bins.of(most) == 158 && bins.of(most + 1) == 159);
    }
}
