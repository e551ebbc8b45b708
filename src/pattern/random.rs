//! Chance: a generator whose stream is fixed for ever, the two ways of shuffling weeks that keep what is true of any
//! history (bursts, outages, busy hours), and the chance that a shuffled history would show as much. The seed comes
//! from the data, so the same data gives the same answer on every machine; no clock and no system generator.

use super::history::RING;
use super::quads::{Four, change};
use super::ring::Ring;
use crate::number::within;
use crate::order::select;

/// Shuffles of a glance, which ends the search where it makes as much likely.
pub const GLANCE: usize = 59;
/// A chance above this, as a glance shows it, is not brought down to what is claimed by more shuffles: it is six times as
/// large, and by so few shuffles it is told to a factor of two.
pub const HOPELESS: f64 = 0.3;
/// Shuffles of a first look; the chance of the rarest outcome among them is 1 in 300.
pub const FEW: usize = 299;
/// Shuffles of a second look, taken where the first one was close to a decision.
pub const MANY: usize = 1999;
/// No chance below this is stated.
pub const LEAST_CHANCE: f64 = 1e-6;

/// The generator SplitMix64 (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator whose stream depends on all of `data` and on nothing else.
    pub fn seeded_by(data: impl IntoIterator<Item = u64>) -> Self {
        let mut random = Self { state: 0 };
        data.into_iter().for_each(|number| random.take_in(number));
        random
    }

    /// Not inlined: seeds are made in many places, of lists of many types.
    #[inline(never)]
    fn take_in(&mut self, number: u64) {
        self.state ^= number;
        self.state = self.next();
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A whole number below `bound` (below 2³²), each as likely but for 1 part in 2³²; 0 where `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (((self.next() >> 32) * bound as u64) >> 32) as usize
    }

    /// 1 or −1.
    pub fn sign(&mut self) -> f32 {
        if self.next() >> 63 == 0 { 1.0 } else { -1.0 }
    }
}

/// The residuals of one week at the hours that have executions, ready to be turned round the week.
#[derive(Clone, Debug, Default)]
pub struct Turnable {
    hours: Vec<u8>,
    residuals: Vec<f32>,
    weights: Vec<f32>,
}

impl Turnable {
    /// A week with fewer hours than this has too few angles to be turned by.
    const LEAST_HOURS: usize = 24;

    /// A week from (hour of the ring, residual, weight) of each hour that has executions; empty, and so without any
    /// part in the comparison, where those are too few.
    pub fn new(hours: impl Iterator<Item = (usize, f32, f32)>) -> Self {
        let mut week = Self::default();
        for (hour, residual, weight) in hours {
            week.hours.push(hour as u8);
            week.residuals.push(residual);
            week.weights.push(weight);
        }
        if week.hours.len() < Self::LEAST_HOURS { Self::default() } else { week }
    }

    /// How many angles there are.
    pub fn angles(&self) -> usize {
        self.hours.len()
    }

    /// Adds the week to a ring, its residuals moved on by `angle` places while the weights stay where they are.
    fn add_turned(&self, angle: usize, ring: &mut WideRing) {
        let (before, after) = self.residuals.split_at(angle.min(self.residuals.len()));
        let count = after.len().min(self.hours.len());
        let ((first, last), (first_weights, last_weights)) = (self.hours.split_at(count), self.weights.split_at(count));
        let mut add = |hours: &[u8], weights: &[f32], residuals: &[f32]| {
            for ((hour, weight), residual) in hours.iter().zip(weights).zip(residuals) {
                ring[usize::from(*hour)] += residual * weight;
            }
        };
        add(first, first_weights, after);
        add(last, last_weights, before);
    }
}

/// A ring with room for every hour that a byte can name, so that none has to be looked for.
type WideRing = [f32; 256];

/// All weeks as they are, added up.
pub fn unturned(weeks: &[Turnable]) -> Ring {
    added_up(weeks, |_| 0)
}

/// A shuffle in which every week is turned by an angle of its own: what a week holds together stays together, when in the
/// week it falls is chance.
pub fn turned(weeks: &[Turnable], random: &mut Random) -> Ring {
    added_up(weeks, |week| random.below(week.angles()))
}

fn added_up(weeks: &[Turnable], mut angle: impl FnMut(&Turnable) -> usize) -> Ring {
    let mut wide = [0.0; 256];
    weeks.iter().for_each(|week| week.add_turned(angle(week), &mut wide));
    let mut ring = [0.0; RING];
    ring.iter_mut().zip(wide).for_each(|(sum, wide)| *sum = wide);
    ring
}

/// A shuffle in which every week counts for or against, by the toss of a coin: a difference that is not in most weeks
/// cancels.
pub fn flipped(weeks: &[Ring], random: &mut Random) -> Ring {
    let mut ring = [0.0; RING];
    for week in weeks {
        let sign = Four::all(random.sign());
        change(&mut ring, week, |sum, of_week| sum + sign * of_week);
    }
    ring
}

/// The share of shuffles (the history itself counted as one) that show at least as much.
pub fn share_at_least(observed: f64, shuffled: impl Iterator<Item = f64>) -> f64 {
    let (mut all, mut at_least) = (1u32, 1u32);
    for value in shuffled {
        all += 1;
        at_least += u32::from(value >= observed);
    }
    f64::from(at_least) / f64::from(all)
}

/// The chance that the largest score of a shuffled history is at least `observed`, beyond what few shuffles can count:
/// a Gumbel distribution fitted by moments to the squares of the maxima (the idea for scans is that of Abrams,
/// Kleinman and Kulldorff 2010). The fit was checked to one in a thousand; what is far below only ranks.
pub fn tail_chance(observed: f64, maxima: &[f64]) -> f64 {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    const SQRT_6_BY_PI: f64 = 0.779_696_801_233_676_1;
    let squares = || maxima.iter().map(|maximum| maximum.max(0.0) * maximum.max(0.0));
    let count = maxima.len() as f64;
    let mean = squares().sum::<f64>() / count;
    let variance = squares().map(|square| (square - mean) * (square - mean)).sum::<f64>() / (count - 1.0);
    let scale = variance.sqrt() * SQRT_6_BY_PI;
    // Maxima that are all alike have no tail to fit (and a single shuffle has no variance); then counting is all
    // there is.
    if !(scale > 1e-6 * mean && scale.is_finite()) {
        return share_at_least(observed, maxima.iter().copied());
    }
    let reduced = (observed.max(0.0) * observed.max(0.0) - (mean - EULER_GAMMA * scale)) / scale;
    within(-libm::expm1(-libm::exp(-reduced)), 0.0, 1.0)
}

/// The value below which a share of the values lies, interpolated between neighbours; 0 of no values.
pub fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    quantile_of(listed(values), share)
}

/// Numbers as a list. They come in ways of three dozen types, for each of which `collect` is compiled with all that makes
/// room; here each is only a loop.
pub fn listed(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers = Vec::new();
    values.for_each(|value| push(&mut numbers, value));
    numbers
}

#[inline(never)]
fn push(numbers: &mut Vec<f64>, value: f64) {
    numbers.push(value);
}

/// Those of some items that are meant, likewise.
pub fn those<'a, Item>(items: &'a [Item], is_meant: &dyn Fn(&Item) -> bool) -> Vec<&'a Item> {
    let mut those = Vec::new();
    for item in items {
        if is_meant(item) {
            those.push(item);
        }
    }
    those
}

/// The sum of numbers.
#[inline(never)]
pub fn sum(numbers: &[f64]) -> f64 {
    numbers.iter().sum()
}

/// The same of a list.
#[inline(never)]
pub fn quantile_of(mut numbers: Vec<f64>, share: f64) -> f64 {
    let place = share * numbers.len().saturating_sub(1) as f64;
    select(&mut numbers, place as usize);
    let below = numbers.get(place as usize).copied().unwrap_or(0.0);
    let behind = numbers.get(place as usize + 1..).unwrap_or_default().iter().copied();
    let above = behind.reduce(|least, number| if number.total_cmp(&least).is_lt() { number } else { least });
    let above = above.unwrap_or(below);
    below + (above - below) * (place - place.floor())
}

/// The middle value, or the mean of the two in the middle; 0 of no values.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_fixed_for_ever() {
        // The first outputs of SplitMix64 from the seed 1234567, as its authors' reference code prints them.
        let mut random = Random { state: 1_234_567 };
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
        assert_ne!(Random::seeded_by([1, 2]).next(), Random::seeded_by([2, 1]).next());
    }

    #[test]
    fn numbers_below_a_bound_are_spread_evenly() {
        let mut random = Random::seeded_by([7]);
        let mut counts = [0u32; 5];
        (0..50_000).for_each(|_| counts[random.below(5)] += 1);
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn turning_moves_residuals_over_occupied_hours_and_leaves_weights() {
        let hours = (0..30).map(|i| (2 * i, f32::from(u8::try_from(i).unwrap()), 1.0 + (i % 2) as f32));
        let week = Turnable::new(hours);
        let mut ring = [0.0; 256];
        week.add_turned(29, &mut ring);
        assert_eq!((ring[0], ring[1], ring[2], ring[58]), (29.0, 0.0, 0.0, 56.0));
        assert_eq!(Turnable::new((0..23).map(|hour| (hour, 1.0, 1.0))).angles(), 0);
    }

    #[test]
    fn the_tail_agrees_with_counting_where_counting_can_tell() {
        // The largest of 500 sums of 12 uniform numbers, which are nearly normal.
        let mut random = Random::seeded_by([3]);
        let mut uniform = || (random.next() >> 11) as f64 / (1u64 << 53) as f64;
        let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        let mut maximum = || (0..500).map(|_| normal()).fold(f64::MIN, f64::max);
        let maxima: Vec<f64> = (0..2000).map(|_| maximum()).collect();
        for share in [0.5, 0.9, 0.95, 0.99] {
            let counted = 1.0 - share;
            let fitted = tail_chance(quantile(maxima.iter().copied(), share), maxima.get(..FEW).unwrap());
            assert!(fitted > counted / 2.0 && fitted < counted * 2.0, "{counted} against {fitted}");
        }
        assert!(tail_chance(1000.0, &maxima) < 1e-12);
        assert_eq!(tail_chance(2.0, &[1.0; 99]), 0.01);
        assert_eq!(tail_chance(2.0, &[1.0]), 0.5);
        assert_eq!(tail_chance(2.0, &[]), 1.0);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let of = |share| quantile([4.0, 1.0, 3.0, 2.0].into_iter(), share);
        assert_eq!((of(0.0), of(0.25), of(0.5), of(1.0)), (1.0, 1.75, 2.5, 4.0));
        assert_eq!(quantile(std::iter::empty(), 0.5), 0.0);
    }
}
