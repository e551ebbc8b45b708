//! Peaks of the day and windows of volume: what days without either say, and what is found of planted ones.

use crate::daily::series_of;
use crate::histories::{Chance, History, Noise, Shape, WEEK, daily_volume};
use crate::measure::{self, CLAIMED, MOST_OF_A_ROW, Null};
use crate::table::{Measured, Table, Target};
use crate::volume_days;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::volume_peak::{self, Peak};
use execution_heatmap::pattern::volume_window::{self, Moment, On};
use execution_heatmap::pattern::{FEW, Series};

const PEAKS: &str = "Peak of the day (K4)";
const WINDOWS: &str = "Hours with more or fewer executions (K3)";
/// The hour of planted peaks.
const TOP: u8 = 14;

/// Planted peaks with the targets at 28 and at 91 days, in per cent.
const SHAPES: [(&str, Shape, [u32; 2]); 6] = [
    ("one hour × 8", Shape::Cron(8.0), [100, 98]),
    ("one hour × 3", Shape::Cron(3.0), [98, 98]),
    ("bell + 300 %", Shape::Bell(3.0), [98, 98]),
    ("two bells", Shape::TwoBells(2.0), [90, 98]),
    ("sine ± 60 %", Shape::Sine(0.6), [90, 97]),
    ("sine ± 30 %", Shape::Sine(0.3), [60, 85]),
];
/// The noise in which they are planted.
const BACKGROUNDS: [Noise; 3] = [Noise::NegativeBinomial, Noise::Autoregressive, Noise::Bursts];

/// The whole days of a history. Its ends are its starts.
fn days(history: &History) -> Series {
    let hour = |day: usize, hour: usize| {
        let executions = history.executions.get(day * 24 + hour).copied().unwrap_or(0);
        Hour { executions, finished: executions, ..Hour::default() }
    };
    series_of(history.executions.len() / 24, hour, Vec::new())
}

/// A history in which no hour stands out.
pub fn structureless(words: &str, days: usize, a_day: f64, kind: Noise, number: usize) -> History {
    let mut chance = Chance::of(&format!("evaluate {words} {days} {a_day} {kind:?}"), number);
    daily_volume(&mut chance, days, a_day, kind, None)
}

/// A history with a daily peak.
pub fn with_peak(shape: Shape, days: usize, a_day: f64, kind: Noise, number: usize) -> History {
    let mut chance = Chance::of(&format!("evaluate peak {shape:?} {days} {a_day} {kind:?}"), number);
    daily_volume(&mut chance, days, a_day, kind, Some(shape))
}

/// A null row of peaks.
pub fn no_peak(of_days: usize, a_day: f64, kind: Noise) -> Null {
    let chance = move |number: usize| {
        volume_peak::look(&days(&structureless("no peak", of_days, a_day, kind, number)), FEW).chance
    };
    (format!("{of_days} days, {a_day} a day, {kind:?}"), Box::new(chance))
}

/// A null row of windows.
pub fn no_window(of_days: usize, a_day: f64, kind: Noise) -> Null {
    let chance = move |number: usize| {
        volume_window::look(&days(&structureless("no window", of_days, a_day, kind, number)), Moment::Started).chance
    };
    (format!("{of_days} days, {a_day} a day, {kind:?}"), Box::new(chance))
}

/// The share of planted peaks that are found where they are.
pub fn peaks_found(shape: Shape, of_days: usize, a_day: f64, kind: Noise, a_row: usize) -> Vec<Told> {
    measure::each(a_row, |number| peak_told(&with_peak(shape, of_days, a_day, kind, number)))
}

/// What is claimed of a history, held against a peak at [`TOP`].
pub fn peak_told(history: &History) -> Told {
    let look = volume_peak::look(&days(history), FEW);
    match look.claim.filter(|_| look.chance <= CLAIMED).map(|claim| claim.facts.peak) {
        None => Told::Nothing,
        Some(Peak::Hour(hour)) if hour.abs_diff(TOP) <= 1 => Told::Right,
        Some(Peak::Around { start, length }) if (TOP + 24 - start) % 24 < length => Told::Right,
        Some(_) => Told::Wrong,
    }
}

/// What was said of a planted peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing.
    Nothing,
    /// Its hour, or hours around it.
    Right,
    /// Another one.
    Wrong,
}

fn peaks(table: &mut Table, a_row: usize) {
    let rows = [28, 91].into_iter().flat_map(|days| {
        [50.0, 1000.0].into_iter().flat_map(move |a_day| Noise::ALL.map(|kind| no_peak(days, a_day, kind)))
    });
    let rows = rows.chain([no_peak(91, 1000.0, Noise::PhaseOfTheWeek)]);
    measure::nulls(table, PEAKS, "peak", rows.collect(), a_row, MOST_OF_A_ROW);
    for (name, shape, targets) in SHAPES {
        for (of_days, target) in [28, 91].into_iter().zip(targets) {
            let mut told = Vec::new();
            for kind in BACKGROUNDS {
                for a_day in [50.0, 1000.0] {
                    told.extend(peaks_found(shape, of_days, a_day, kind, a_row.div_ceil(3)));
                }
            }
            let count = |what: Told| told.iter().filter(|told| **told == what).count();
            let measured = Measured::Share { hits: count(Told::Right), of: told.len() };
            let note = format!("{} at another hour, {} silent", count(Told::Wrong), count(Told::Nothing));
            let target = Target::AtLeast(f64::from(target) / 100.0);
            table.push(
                PEAKS,
                &format!("{name}, {of_days} days: the hour is within what is said"),
                measured,
                target,
                &note,
            );
        }
    }
}

/// The share of dips on weekdays from 9 to 17 that are found.
pub fn dips_found(of_days: usize, a_day: f64, kind: Noise, kept: f64, a_row: usize) -> Measured {
    measure::hits(a_row, |number| {
        let mut chance = Chance::of(&format!("evaluate dip {of_days} {a_day} {kind:?} {kept}"), number);
        let mut history = daily_volume(&mut chance, of_days, a_day, kind, None);
        for (hour, count) in history.executions.iter_mut().enumerate() {
            if hour % WEEK / 24 < 5 && (9..17).contains(&(hour % 24)) {
                *count = chance.binomial(*count, kept);
            }
        }
        let look = volume_window::look(&days(&history), Moment::Finished);
        let Some(claim) = look.claim.filter(|_| look.chance <= CLAIMED) else { return false };
        let (start, length) = (usize::from(claim.facts.start), usize::from(claim.facts.length));
        let holds = |hour: usize| (hour + 24 - start) % 24 < length;
        let both = (9..17).filter(|hour| holds(*hour)).count();
        let either = (0..24).filter(|hour| (9..17).contains(hour) || holds(*hour)).count();
        !claim.facts.is_high && claim.facts.on != On::Weekends && both * 2 >= either
    })
}

fn windows(table: &mut Table, a_row: usize) {
    let sizes = [(28, 100.0), (91, 100.0), (91, 2000.0)];
    let rows = sizes.into_iter().flat_map(|(days, a_day)| Noise::ALL.map(|kind| no_window(days, a_day, kind)));
    let rows = rows.chain([no_window(91, 2000.0, Noise::PhaseOfTheWeek)]);
    measure::nulls(table, WINDOWS, "window of volume", rows.collect(), a_row.div_ceil(2), MOST_OF_A_ROW);
    use Noise::{Autoregressive, Bursts, NegativeBinomial, OneHugeDay, Poisson, RandomPhase, WeeklyJob};
    let kinds = [Poisson, NegativeBinomial, Autoregressive, Bursts, RandomPhase, OneHugeDay, WeeklyJob];
    for (days, a_day) in sizes {
        for kept in [0.5, 0.7] {
            for kind in kinds {
                let is_asked = days == 91 && kept == 0.5;
                let target = if is_asked { Target::AtLeast(0.95) } else { Target::None };
                let name = format!("weekdays 9–17 at × {kept}, {days} days, {a_day} a day, {kind:?}");
                table.push(WINDOWS, &name, dips_found(days, a_day, kind, kept, a_row.div_ceil(3)), target, "");
            }
        }
    }
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    peaks(table, a_row);
    windows(table, a_row);
    volume_days::run(table, a_row);
}
