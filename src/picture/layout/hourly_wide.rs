//! Every hour, dates across: 24 rows of hours, a column a date, the band of a weekend behind its columns and a wider
//! gap before each week.

use super::super::geometry::{
    Gutter, Plot, Space, Tick, below_middle, rounded_pitch, row_of_labels, text_at, text_width, widest,
};
use super::super::outline::disc_radius;
use super::super::pen::Area;
use super::super::scene::{Anchor, Places, Role};
use super::super::words::day;
use super::{LEAST_FIRST_MONTH, month_ticks, width_of_cells};
use crate::grid::Grid;

const ROW_PITCH: f64 = 16.0;
const ROW_GAP: f64 = 2.0;
/// Columns are at most so far apart, and where dates are few at most so far.
const MOST_PITCH: f64 = 30.0;
const MOST_PITCH_OF_FEW: f64 = 44.0;
const FEW_DATES: usize = 14;
/// How far the band of a weekend reaches beyond its cells.
const BAND: f64 = 3.0;
/// Hours between two labels.
const LABEL_STEP: usize = 3;

struct Sizes {
    labels: f64,
    gutter: f64,
    margin: f64,
    week_gap: f64,
}

fn sizes(space: &Space<'_>) -> Sizes {
    let labels = (widest(&space.words.hours, space.label, false) + 8.0).ceil();
    let gutter = 2.0 * disc_radius(space.label) + 5.0;
    if space.width >= 960.0 {
        Sizes { labels: labels.max(48.0), gutter, margin: 14.0, week_gap: 3.0 }
    } else {
        Sizes { labels: labels.max(44.0), gutter, margin: 8.0, week_gap: 2.0 }
    }
}

/// The distance from one column to the next.
pub(super) fn pitch(grid: &Grid, space: &Space<'_>) -> f64 {
    let sizes = sizes(space);
    let week_gaps = grid.dates.iter().skip(1).filter(|date| space.words.begins_week(**date)).count();
    let taken = sizes.labels + space.block + sizes.gutter + sizes.margin + sizes.week_gap * week_gaps as f64;
    let most = if grid.dates.len() <= FEW_DATES { MOST_PITCH_OF_FEW } else { MOST_PITCH };
    rounded_pitch(((space.width - taken) / grid.dates.len().max(1) as f64).min(most))
}

pub(super) fn plot(grid: &Grid, space: &Space<'_>) -> Plot {
    let sizes = sizes(space);
    let pitch = pitch(grid, space);
    let month_baseline = space.top + space.label * Role::MonthLabel.text_size();
    let day_baseline = month_baseline + (space.label * 1.36).round();
    let top = (day_baseline + 4.0 + BAND).ceil();
    let left = space.left + sizes.labels + space.block + sizes.gutter;

    let mut x = left;
    let mut columns = Vec::with_capacity(grid.dates.len());
    for (position, date) in grid.dates.iter().enumerate() {
        if position > 0 && space.words.begins_week(*date) {
            x += sizes.week_gap;
        }
        columns.push(x);
        x += pitch;
    }
    let across = grid.dates.len();
    let width = width_of_cells(pitch);
    let rows: Vec<f64> = (0..24).map(|hour| top + ROW_PITCH * f64::from(hour)).collect();
    let cells = (0..24).flat_map(|hour| (0..across).map(move |date| Some((date * 24 + hour) as u32))).collect();
    let right = x + sizes.margin;
    let bottom = top + ROW_PITCH * 24.0 + BAND;

    let mut labels = Vec::new();
    for (hour, y) in rows.iter().enumerate().step_by(LABEL_STEP) {
        let text = space.words.hours.get(hour).map_or("", String::as_str);
        let baseline = y + (ROW_PITCH - ROW_GAP) / 2.0 + below_middle(space.label);
        labels.push(text_at(Role::Label, space.left + sizes.labels - 8.0, baseline, Anchor::End, text));
    }
    let x_of = |position: usize| columns.get(position).copied().unwrap_or(left);
    let months = month_ticks(&grid.dates, space, x_of);
    labels.extend(row_of_labels(Role::MonthLabel, &months, month_baseline, right, LEAST_FIRST_MONTH, space.label));
    let days = day_ticks(grid, space, pitch, x_of);
    labels.extend(row_of_labels(Role::Label, &days, day_baseline, right, 0.0, space.label));

    Plot {
        bands: bands(grid, space, &columns, width, top),
        places: Places { columns, rows, width, height: ROW_PITCH - ROW_GAP, cells },
        row_pitch: ROW_PITCH,
        radius: 2.0,
        month_lines: Vec::new(),
        labels,
        gutter: Gutter::Left(left),
        right,
        bottom,
    }
}

/// The day of the month at the first date and at the first of each week, or at every date where that has room.
fn day_ticks(grid: &Grid, space: &Space<'_>, pitch: f64, x_of: impl Fn(usize) -> f64) -> Vec<Tick> {
    let every = pitch >= text_width("28", space.label, false) + 6.0;
    let has_tick = |position: usize| {
        let begins = grid.dates.get(position).is_some_and(|date| space.words.begins_week(*date));
        every || position == 0 || begins
    };
    let dates = grid.dates.iter().enumerate().filter(|(position, _)| has_tick(*position));
    dates.map(|(position, date)| Tick { x: x_of(position), texts: vec![day(*date)] }).collect()
}

/// One band behind each run of weekend days.
fn bands(grid: &Grid, space: &Space<'_>, columns: &[f64], width: f64, top: f64) -> Vec<Area> {
    let mut bands: Vec<Area> = Vec::new();
    let mut before = false;
    for (date, x) in grid.dates.iter().zip(columns) {
        let is_weekend = space.words.is_weekend(*date);
        match bands.last_mut() {
            Some(band) if is_weekend && before && !space.words.begins_week(*date) => {
                band.width = x + width + 1.0 - band.x
            }
            _ if is_weekend => bands.push(Area {
                x: x - 1.0,
                y: top - BAND,
                width: width + 2.0,
                height: ROW_PITCH * 24.0 - ROW_GAP + 2.0 * BAND,
            }),
            _ => {}
        }
        before = is_weekend;
    }
    bands
}
