//! Every day, weeks across: seven rows of weekdays, a column a week, a stepped line between months.

use super::super::geometry::{Gutter, Plot, Space, below_middle, rounded_pitch, row_of_labels, text_at, text_width};
use super::super::outline::disc_radius;
use super::super::scene::{Anchor, Node, Places, Role};
use super::{LEAST_FIRST_MONTH, gap, lead, month_ticks, weeks};
use crate::grid::Grid;
use chrono::Datelike;

const MOST_PITCH: f64 = 20.0;
const MARGIN: f64 = 4.0;
/// Below this distance between rows only every other weekday is named.
const LEAST_PITCH_FOR_ALL_NAMES: f64 = 12.0;

/// The distance from one week, and one weekday, to the next.
pub(super) fn pitch(grid: &Grid, space: &Space<'_>) -> f64 {
    let room = space.width - label_width(space) - space.block - MARGIN;
    let pitch = rounded_pitch((room / weeks(grid, space) as f64).min(MOST_PITCH));
    // Whole pixels keep squares sharp; a picture of years needs the fractions.
    if pitch >= 8.0 { pitch.floor() } else { pitch }
}

/// How far labels end from the cells: a number's disc stands between.
fn label_distance(space: &Space<'_>) -> f64 {
    disc_radius(space.label) + 3.0
}

fn label_width(space: &Space<'_>) -> f64 {
    let widest = space.words.weekdays.iter().map(|name| text_width(name, space.label, false)).fold(0.0, f64::max);
    (widest + label_distance(space)).ceil()
}

pub(super) fn plot(grid: &Grid, space: &Space<'_>) -> Plot {
    let pitch = pitch(grid, space);
    let gap = gap(pitch, 3.0);
    let left = space.left + label_width(space) + space.block;
    let month_baseline = space.top + space.label * Role::MonthLabel.text_size();
    let top = (month_baseline + disc_radius(space.label) + 4.0).ceil();
    let (weeks, lead) = (weeks(grid, space), lead(grid, space));
    let columns: Vec<f64> = (0..weeks).map(|week| left + pitch * week as f64).collect();
    let rows: Vec<f64> = (0..7).map(|day| top + pitch * f64::from(day)).collect();
    let cell = |week: usize, day: usize| {
        let date = (week * 7 + day).checked_sub(lead)?;
        (date < grid.dates.len()).then_some(date as u32)
    };
    let cells = (0..7).flat_map(|day| (0..weeks).map(move |week| cell(week, day))).collect();
    let right = left + pitch * weeks as f64 + MARGIN;

    let mut labels = weekday_labels(space, &rows, pitch, gap, left - space.block - label_distance(space));
    let x_of = |position: usize| left + pitch * ((position + lead) / 7) as f64;
    let months = month_ticks(&grid.dates, space, x_of);
    labels.extend(row_of_labels(Role::MonthLabel, &months, month_baseline, right, LEAST_FIRST_MONTH, space.label));

    let bottom = top + 7.0 * pitch - gap;
    let firsts = grid.dates.iter().enumerate().filter(|(position, date)| *position > 0 && date.day() == 1);
    // Large labels reach below the last of small rows.
    let baselines = labels.iter().map(|label| if let Node::Text { y, .. } = label { *y } else { 0.0 });
    let lowest_label = baselines.fold(0.0, f64::max) + space.label * 0.2;
    let month_lines = firsts
        .map(|(position, _)| {
            let (week, day) = ((position + lead) / 7, (position + lead) % 7);
            let x = left + pitch * week as f64 - gap / 2.0;
            if day == 0 {
                return vec![(x, top), (x, bottom)];
            }
            let y = top + pitch * day as f64 - gap / 2.0;
            vec![(x + pitch, top), (x + pitch, y), (x, y), (x, bottom)]
        })
        .collect();
    Plot {
        places: Places { columns, rows, width: pitch - gap, height: pitch - gap, cells },
        row_pitch: pitch,
        radius: 3.0,
        bands: Vec::new(),
        month_lines,
        labels,
        gutter: Gutter::None,
        right,
        bottom: lowest_label.max(bottom) + 4.0,
    }
}

/// All weekdays where rows leave room for the names, else every second, third and so on.
fn weekday_labels(space: &Space<'_>, rows: &[f64], pitch: f64, gap: f64, x: f64) -> Vec<Node> {
    let least = if pitch < LEAST_PITCH_FOR_ALL_NAMES { 2 } else { 1 };
    let step = ((space.label * 1.05 / pitch).ceil() as usize).clamp(least, 7);
    // Every second: Monday, Wednesday, Friday, wherever the week begins.
    let first = (0..7).find(|row| step == 2 && (usize::from(space.words.first_day) + row) % 7 == 1).unwrap_or(0);
    let mut labels = Vec::new();
    for (row, y) in rows.iter().enumerate().skip(first % 2).step_by(step) {
        let weekday = (usize::from(space.words.first_day.clamp(1, 7)) + row - 1) % 7;
        let name = space.words.weekdays.get(weekday).map_or("", String::as_str);
        let baseline = y + (pitch - gap) / 2.0 + below_middle(space.label);
        labels.push(text_at(Role::Label, x, baseline, Anchor::End, name));
    }
    labels
}
