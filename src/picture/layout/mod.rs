//! Where cells and labels go: one layout a file. Each gets a space and returns a plot; none draws a cell.

mod daily_narrow;
mod daily_wide;
mod hourly_narrow;
mod hourly_wide;

use super::Layout;
use super::geometry::{Plot, Space, Tick};
use super::words::year;
use crate::grid::Grid;
use crate::options::Granularity;
use chrono::{Datelike, NaiveDate};

/// Under this width a picture runs down.
const LEAST_WIDE_WIDTH: f64 = 600.0;
/// Under this distance between columns a picture runs down, whatever its width.
const LEAST_WIDE_PITCH: f64 = 5.0;

/// Lays out the cells of a grid.
pub(super) fn plot(grid: &Grid, layout: Layout, space: &Space<'_>) -> Plot {
    let pitch = match grid.granularity {
        Granularity::Hourly => hourly_wide::pitch(grid, space),
        Granularity::Daily => daily_wide::pitch(grid, space),
    };
    let is_wide = match layout {
        Layout::Wide => true,
        Layout::Narrow => false,
        Layout::Auto => space.width >= LEAST_WIDE_WIDTH && pitch >= LEAST_WIDE_PITCH,
    };
    match (grid.granularity, is_wide) {
        (Granularity::Hourly, true) => hourly_wide::plot(grid, space),
        (Granularity::Hourly, false) => hourly_narrow::plot(grid, space),
        (Granularity::Daily, true) => daily_wide::plot(grid, space),
        (Granularity::Daily, false) => daily_narrow::plot(grid, space),
    }
}

/// The labels of months along dates that run across: at the first date and at each 1st, with the year at the first
/// date and in January where the dates span two years. `x_of` is where a date's column begins.
fn month_ticks(dates: &[NaiveDate], space: &Space<'_>, x_of: impl Fn(usize) -> f64) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = Vec::new();
    for (position, date) in dates.iter().enumerate() {
        if position > 0 && date.day() != 1 {
            continue;
        }
        let month = space.words.month(*date).to_owned();
        let mut texts = vec![month];
        if spans_years(dates) && (position == 0 || date.month() == 1) {
            texts.insert(0, [space.words.month(*date), " ", &year(*date)].concat());
        }
        ticks.push(Tick { x: x_of(position), texts });
    }
    ticks
}

/// A first month gives way to the next one that is nearer than this.
const LEAST_FIRST_MONTH: f64 = 40.0;

/// True if the first and the last date are in different years.
fn spans_years(dates: &[NaiveDate]) -> bool {
    dates.first().map(Datelike::year) != dates.last().map(Datelike::year)
}

/// How many days of the first week lie before the first date, 0 to 6.
fn lead(grid: &Grid, space: &Space<'_>) -> usize {
    grid.dates.first().map_or(0, |date| space.words.day_of_week(*date))
}

/// How many weeks the dates touch; at least one.
fn weeks(grid: &Grid, space: &Space<'_>) -> usize {
    (grid.dates.len() + lead(grid, space)).div_ceil(7).max(1)
}

/// The width of cells that lie so far apart, about 2 pixels from each other, or 1 where they are narrow: whole pixels or
/// halves, which take the fewest bytes in paths.
fn width_of_cells(pitch: f64) -> f64 {
    let width = pitch - gap(pitch, 2.0);
    match pitch {
        pitch if pitch < 3.0 => width,
        pitch if pitch < 8.0 => (width * 2.0).round() / 2.0,
        _ => width.round(),
    }
}

/// The gap between two cells that are so far apart.
fn gap(pitch: f64, largest: f64) -> f64 {
    let gap: f64 = match pitch {
        pitch if pitch < 3.0 => 0.5,
        pitch if pitch < 8.0 => 1.0,
        pitch if pitch < 12.0 => 2.0,
        _ => 3.0,
    };
    gap.min(largest)
}
