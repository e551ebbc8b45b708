//! The cells of a view: calendar hours × dates, or dates. Dense, in the order of the response. Knows the calendar and
//! the sums, no colours and no sizes.

use crate::bucket::Buckets;
use crate::cube::{Cube, Sums};
use crate::histogram::{Bins, Histogram};
use crate::level::Scale;
use crate::options::{Granularity, Metric};
use crate::window::Window;
use crate::zone::HOUR_MS;
use chrono::NaiveDate;

/// Why a place of the grid has or has not a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It lies in the window, wholly or in part.
    Present,
    /// An hour that a clock change skips: it does not exist.
    Skipped,
    /// It lies after the window's end on the window's last date.
    After,
}

/// One place of the grid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Whether there is anything to count in.
    pub presence: Presence,
    /// How long the cell is in the window, in milliseconds; an hour doubled by a clock change is twice as long.
    pub length_ms: i64,
    /// True where a clock change made the hour longer or shorter than 60 minutes (never for daily cells).
    pub changed_by_clock: bool,
    /// What happened in it.
    pub sums: Sums,
    /// The metric's value; `None` where there is none (never for volume in a cell with executions).
    pub value: Option<f64>,
    /// 0 for no value, else 1 to 4.
    pub level: u8,
}

impl Cell {
    /// The cell's length in hours, for hourly cells: 1 but where a clock change falls.
    pub fn hours(&self) -> f64 {
        if self.changed_by_clock { self.length_ms as f64 / HOUR_MS as f64 } else { 1.0 }
    }
}

/// The cells of one view. Hourly: cell `24 × date + hour`; daily: cell `date`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// What the values are.
    pub metric: Metric,
    /// How wide a cell is.
    pub granularity: Granularity,
    /// The window's local dates.
    pub dates: Vec<NaiveDate>,
    /// The cells, dense.
    pub cells: Vec<Cell>,
    /// How the durations of each cell's decided executions are distributed; empty where nothing asked for it.
    pub durations: Vec<Histogram>,
    /// What the levels mean.
    pub scale: Scale,
}

impl Grid {
    /// The cells of a cube, with values and levels.
    // Apart from the answer: what loops over cells is optimised without all the rest.
    #[inline(never)]
    pub fn new(
        cube: &Cube,
        buckets: &Buckets,
        window: &Window,
        metric: Metric,
        granularity: Granularity,
        thresholds: Option<[f64; 3]>,
    ) -> Self {
        let dates: Vec<NaiveDate> = window.dates().collect();
        let a_date = Self::cells_a_date(granularity);
        let empty = Cell {
            presence: Presence::Skipped,
            length_ms: 0,
            changed_by_clock: false,
            sums: Sums::default(),
            value: None,
            level: 0,
        };
        let mut cells = vec![empty; dates.len() * a_date];
        let mut durations = vec![Histogram::default(); if cube.durations().is_empty() { 0 } else { cells.len() }];
        let mut last = 0;
        for (bucket, (hour, sums)) in buckets.hours().iter().zip(cube.sums()).enumerate() {
            let place = match granularity {
                Granularity::Hourly => hour.date as usize * 24 + usize::from(hour.hour),
                Granularity::Daily => hour.date as usize,
            };
            if let Some(cell) = cells.get_mut(place) {
                cell.presence = Presence::Present;
                cell.length_ms += hour.length_ms;
                cell.sums.merge(sums);
            }
            if let (Some(durations), Some(more)) = (durations.get_mut(place), cube.durations().get(bucket)) {
                durations.merge(more);
            }
            last = last.max(place);
        }
        cells.iter_mut().skip(last + 1).for_each(|cell| cell.presence = Presence::After);
        if granularity == Granularity::Hourly {
            for (place, cell) in cells.iter_mut().enumerate() {
                // The hour in which the window ends is cut by the window, not by a clock.
                let is_cut_by_window = place == last && cell.length_ms < HOUR_MS;
                cell.changed_by_clock =
                    cell.presence == Presence::Present && cell.length_ms != HOUR_MS && !is_cut_by_window;
            }
        }
        let bins = Bins::new();
        for (place, cell) in cells.iter_mut().enumerate() {
            cell.value = value_of(metric, &cell.sums, durations.get(place), &bins);
        }
        let any_executions = cells.iter().any(|cell| cell.sums.any());
        let scale = Scale::new(metric, cells.iter().filter_map(|cell| cell.value), any_executions, thresholds);
        for cell in &mut cells {
            cell.level = cell.value.map_or(0, |value| scale.level(value));
        }
        Self { metric, granularity, dates, cells, durations, scale }
    }

    /// How many cells a date has.
    pub const fn cells_a_date(granularity: Granularity) -> usize {
        match granularity {
            Granularity::Hourly => 24,
            Granularity::Daily => 1,
        }
    }

    /// Each cell with its date and, in an hourly grid, its hour, in the order of the response.
    pub fn placed(&self) -> impl Iterator<Item = (NaiveDate, Option<u8>, &Cell)> {
        let a_date = Self::cells_a_date(self.granularity);
        let hourly = self.granularity == Granularity::Hourly;
        self.dates.iter().zip(self.cells.chunks(a_date)).flat_map(move |(date, cells)| {
            cells.iter().zip(0u8..).map(move |(cell, hour)| (*date, hourly.then_some(hour), cell))
        })
    }
}

/// A metric's value for some sums and, for the metrics that need them, durations; `None` where the metric says nothing
/// about them, and where nothing ran at all.
// Apart, since it is asked for every cell and called from a loop.
#[inline(never)]
pub fn value_of(metric: Metric, sums: &Sums, durations: Option<&Histogram>, bins: &Bins) -> Option<f64> {
    let quantile = |percent| durations.and_then(|durations| durations.quantile(bins, percent));
    match metric {
        Metric::Volume => (sums.executions() > 0).then(|| sums.executions() as f64),
        Metric::SuccessRate => sums.success_rate(),
        Metric::Duration => sums.average_duration_ms(),
        Metric::ErrorCount => (sums.decided() > 0).then(|| sums.failures() as f64),
        Metric::P50Duration => quantile(50),
        Metric::P95Duration => quantile(95),
        Metric::P99Duration => quantile(99),
        Metric::MaxDuration => durations.and_then(Histogram::most).map(|most| most as f64),
        Metric::QueueWait => sums.average_wait_ms(),
    }
}
