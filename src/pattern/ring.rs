//! The kernel: every window of the hour-of-week ring that may be named, and their sums over a ring in one pass. Pure
//! arithmetic on 168 numbers; it knows neither failures nor weeks.

use super::history::RING;
use super::quads::{Four, change};

/// A number for each hour of the week, Monday 0 h first. Single precision is enough for what is shuffled, and half as long
/// to add up.
pub type Ring = [f32; RING];
/// A number for each window, in the order of [`RingWindow::numbered`].
pub type Windows = [f32; WINDOWS];

/// The lengths of a window that is not a whole day, in hours.
const LENGTHS: [usize; 8] = [1, 2, 3, 4, 6, 8, 10, 12];
/// Seven weekdays, then Monday to Friday, Saturday and Sunday, every day.
const DAY_SETS: usize = 10;
/// Windows of one length: each set of days at each of 24 starts.
const OF_A_LENGTH: usize = DAY_SETS * 24;
/// All windows shorter than a day.
const SHORT_WINDOWS: usize = LENGTHS.len() * OF_A_LENGTH;
/// All windows; whole days come last, without "every day", which would leave nothing to compare with.
pub const WINDOWS: usize = SHORT_WINDOWS + DAY_SETS - 1;

/// The days on which a window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DaySet {
    /// One weekday, 0 = Monday to 6 = Sunday.
    Single(u8),
    /// Monday to Friday.
    Weekdays,
    /// Saturday and Sunday.
    Weekend,
    /// All seven.
    Daily,
}

impl DaySet {
    fn numbered(number: usize) -> Self {
        match number {
            7 => DaySet::Weekdays,
            8 => DaySet::Weekend,
            9 => DaySet::Daily,
            day => DaySet::Single(day as u8),
        }
    }

    /// The weekdays, 0 = Monday to 6 = Sunday.
    pub fn days(self) -> std::ops::Range<u8> {
        match self {
            DaySet::Single(day) => day..day + 1,
            DaySet::Weekdays => 0..5,
            DaySet::Weekend => 5..7,
            DaySet::Daily => 0..7,
        }
    }
}

/// How many days a window recurs on. Windows on many days are measured better than those on one, so each class is
/// compared with its own maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// One day a week.
    SingleDay,
    /// Several days a week.
    MultiDay,
}

impl Class {
    /// Both, at the positions that [`maxima`] uses.
    pub const ALL: [Class; 2] = [Class::SingleDay, Class::MultiDay];
}

/// A window of the ring: the same hours on each of some days. It may run past midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingWindow {
    /// The days on which it begins.
    pub days: DaySet,
    /// The hour at which it begins, 0 to 23.
    pub start: u8,
    /// Its hours on each day, 1 to 12, or 24 for whole days.
    pub length: u8,
}

impl RingWindow {
    /// The window at a position of [`Windows`].
    pub fn numbered(number: usize) -> Self {
        match LENGTHS.get(number / OF_A_LENGTH) {
            Some(length) => Self {
                days: DaySet::numbered(number % OF_A_LENGTH / 24),
                start: (number % 24) as u8,
                length: *length as u8,
            },
            None => Self { days: DaySet::numbered(number - SHORT_WINDOWS), start: 0, length: 24 },
        }
    }

    /// All windows in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..WINDOWS).map(Self::numbered)
    }

    /// Its class.
    pub fn class(self) -> Class {
        if matches!(self.days, DaySet::Single(_)) { Class::SingleDay } else { Class::MultiDay }
    }

    /// The hours of the ring on which it begins, one a day.
    fn starts(self) -> impl Iterator<Item = usize> {
        self.days.days().map(move |day| usize::from(day) * 24 + usize::from(self.start))
    }

    /// For each hour of the ring, whether the window holds it.
    pub fn mask(self) -> [bool; RING] {
        let mut mask = [false; RING];
        for start in self.starts() {
            for hour in start..start + usize::from(self.length) {
                if let Some(held) = mask.get_mut(hour % RING) {
                    *held = true;
                }
            }
        }
        mask
    }

    /// The sum of a ring over the window's hours, day by day.
    pub fn sum<Number: Copy + Into<f64>>(self, ring: &[Number; RING]) -> f64 {
        let held = self.mask();
        ring.iter().zip(held).filter(|(_, held)| *held).map(|(value, _)| (*value).into()).sum()
    }
}

/// The sums of a ring over every window: one running sum, then one difference a window.
pub fn sums(ring: &Ring, windows: &mut Windows) {
    const LONGEST: usize = 12;
    let mut running = [0.0; RING + LONGEST + 1];
    let mut sum = 0.0;
    for (after, value) in running.iter_mut().skip(1).zip(ring.iter().chain(ring)) {
        sum += value;
        *after = sum;
    }
    let (short, whole) = windows.split_at_mut(SHORT_WINDOWS);
    for (length, block) in LENGTHS.iter().zip(short.chunks_exact_mut(OF_A_LENGTH)) {
        let (single, multi) = block.split_at_mut(RING);
        single.copy_from_slice(running.get(*length..length + RING).unwrap_or(ring));
        change(single, &running, |to, from| to - from);
        for (set, days) in multi.as_chunks_mut::<24>().0.iter_mut().zip(of_sets(single.as_chunks::<24>().0)) {
            set.fill(0.0);
            days.iter().for_each(|day| change(set, day, |sum, of_day| sum + of_day));
        }
    }
    let (single, multi) = whole.split_at_mut(7);
    for (window, day) in single.iter_mut().zip(ring.chunks_exact(24)) {
        *window = day.iter().sum();
    }
    for (set, days) in multi.iter_mut().zip(of_sets(single)) {
        *set = days.iter().sum();
    }
}

/// Of what there is for each of seven days, that of Monday to Friday, of Saturday and Sunday, and of all.
fn of_sets<Of>(days: &[Of]) -> [&[Of]; 3] {
    [days.get(..5).unwrap_or_default(), days.get(5..).unwrap_or_default(), days]
}

/// The largest value times scale among the windows of each class, at the positions of [`Class::ALL`].
pub fn maxima(windows: &Windows, scale: &Windows) -> [f32; 2] {
    let (short, whole) = windows.split_at(SHORT_WINDOWS);
    let (short_scale, whole_scale) = scale.split_at(SHORT_WINDOWS);
    let blocks = short.chunks_exact(OF_A_LENGTH).zip(short_scale.chunks_exact(OF_A_LENGTH)).map(|pair| (pair, RING));
    let mut best = [f32::NEG_INFINITY; 2];
    for ((values, scale), single_windows) in blocks.chain(std::iter::once(((whole, whole_scale), 7))) {
        let (single, multi) = values.split_at(single_windows);
        let (single_scale, multi_scale) = scale.split_at(single_windows);
        best = [best[0].max(maximum(single, single_scale)), best[1].max(maximum(multi, multi_scale))];
    }
    best
}

/// The largest product, eight side by side; which is looked at first does not change a maximum.
fn maximum(values: &[f32], scale: &[f32]) -> f32 {
    let [mut one, mut two] = [Four::all(f32::NEG_INFINITY); 2];
    let ((values, last_values), (scale, last_scale)) = (values.as_chunks::<8>(), scale.as_chunks::<8>());
    for (values, scale) in values.iter().zip(scale) {
        if let ([a, b], [c, d]) = (values.as_chunks::<4>().0, scale.as_chunks::<4>().0) {
            one = (Four::of(a) * Four::of(c)).larger(one);
            two = (Four::of(b) * Four::of(d)).larger(two);
        }
    }
    let mut largest = [0.0; 4];
    one.larger(two).put(&mut largest);
    let last = last_values.iter().zip(last_scale).map(|(value, scale)| value * scale);
    largest.into_iter().chain(last).fold(f32::NEG_INFINITY, |most, value| if value > most { value } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number_of(days: DaySet, start: u8, length: u8) -> usize {
        RingWindow::all().position(|window| window == RingWindow { days, start, length }).unwrap()
    }

    #[test]
    fn sums_are_those_of_the_masks() {
        let ring: Ring = std::array::from_fn(|hour| ((hour * hour + 7) % 101) as f32);
        let mut windows = [0.0; WINDOWS];
        sums(&ring, &mut windows);
        for (window, sum) in RingWindow::all().zip(windows) {
            assert_eq!(f64::from(sum), window.sum(&ring), "{window:?}");
        }
    }

    #[test]
    fn every_window_is_there_once() {
        let all: Vec<_> = RingWindow::all().collect();
        assert_eq!(all.len(), 1929);
        let masks: std::collections::BTreeSet<_> = all.iter().map(|window| window.mask()).collect();
        assert_eq!(masks.len(), 1929);
    }

    #[test]
    fn a_window_runs_past_midnight_and_past_the_end_of_the_week() {
        let held = |window: RingWindow| {
            window.mask().iter().enumerate().filter(|(_, held)| **held).map(|(hour, _)| hour).collect::<Vec<_>>()
        };
        let sunday = RingWindow { days: DaySet::Single(6), start: 23, length: 2 };
        assert_eq!(held(sunday), [0, 167]);
        let weekend = RingWindow { days: DaySet::Weekend, start: 22, length: 3 };
        assert_eq!(held(weekend), [0, 142, 143, 144, 166, 167]);
    }

    #[test]
    fn maxima_are_by_class() {
        let mut windows = [0.0; WINDOWS];
        let ones = [1.0; WINDOWS];
        windows[number_of(DaySet::Single(0), 9, 2)] = 5.0;
        windows[number_of(DaySet::Weekend, 0, 24)] = 4.0;
        assert_eq!(maxima(&windows, &ones), [5.0, 4.0]);
        windows[number_of(DaySet::Single(6), 0, 24)] = 6.0;
        windows[number_of(DaySet::Daily, 23, 12)] = 7.0;
        assert_eq!(maxima(&windows, &ones), [6.0, 7.0]);
    }
}
