//! Every hour, dates down: a row a date with the newest on top, 24 columns of hours.

use super::super::geometry::{
    Gutter, Plot, Space, Tick, below_middle, rounded_pitch, row_of_labels, text_at, text_width,
};
use super::super::outline::disc_radius;
use super::super::pen::Area;
use super::super::scene::{Anchor, Node, Places, Role};
use super::super::words::{day, year};
use super::{spans_years, width_of_cells};
use crate::grid::Grid;
use chrono::Datelike;

const ROW_PITCH: f64 = 14.0;
const ROW_GAP: f64 = 2.0;
const WEEK_GAP: f64 = 3.0;
const MOST_PITCH: f64 = 30.0;
/// How far the band of a weekend reaches beyond its cells.
const BAND: f64 = 3.0;

pub(super) fn plot(grid: &Grid, space: &Space<'_>) -> Plot {
    let texts = date_labels(grid, space);
    let widest = texts.iter().flatten().map(|text| text_width(text, space.label, false)).fold(0.0, f64::max);
    let label_width = (widest + 8.0).max(42.0).ceil();
    let left = space.left + label_width + space.block;
    let pitch = rounded_pitch(((space.width - label_width - space.block - BAND - 1.0) / 24.0).min(MOST_PITCH));
    let width = width_of_cells(pitch);
    let hour_baseline = space.top + space.label;
    let gutter = 2.0 * disc_radius(space.label) + 9.0;
    let top = (hour_baseline + gutter).ceil();

    let columns: Vec<f64> = (0..24).map(|hour| left + pitch * f64::from(hour)).collect();
    let mut rows = Vec::with_capacity(grid.dates.len());
    let mut y = top;
    for date in grid.dates.iter().rev() {
        rows.push(y);
        y += ROW_PITCH;
        if space.words.begins_week(*date) {
            y += WEEK_GAP;
        }
    }
    let newest = grid.dates.len();
    let cells = (0..newest).rev().flat_map(|date| (0..24).map(move |hour| Some((date * 24 + hour) as u32))).collect();
    let right = left + pitch * 24.0 + BAND;

    let mut labels = hour_labels(space, &columns, pitch, hour_baseline, right);
    labels.extend(column_of_labels(space, &texts, &rows, left - space.block - 6.0));
    let bands = bands(grid, space, &rows, left, pitch * 23.0 + width);
    Plot {
        places: Places { columns, rows, width, height: ROW_PITCH - ROW_GAP, cells },
        row_pitch: ROW_PITCH,
        radius: 2.0,
        bands,
        month_lines: Vec::new(),
        labels,
        gutter: Gutter::Above(top),
        right,
        bottom: y + BAND,
    }
}

/// For each row from the top, its label: the day at the first of a week, with the month where it is the month's first;
/// the year above January.
fn date_labels(grid: &Grid, space: &Space<'_>) -> Vec<Option<String>> {
    let mut labels: Vec<Option<String>> = Vec::with_capacity(grid.dates.len());
    for (row, date) in grid.dates.iter().rev().enumerate() {
        let begins_week = space.words.begins_week(*date);
        let names_month = begins_week && date.day() <= 7;
        let label = match (row == 0 || names_month, begins_week) {
            (true, _) => Some([space.words.month(*date), " ", &day(*date)].concat()),
            (false, true) => Some(day(*date)),
            (false, false) => None,
        };
        let names_year = names_month && date.month() == 1 && spans_years(&grid.dates);
        if let Some(above) = labels.last_mut().filter(|_| names_year) {
            above.get_or_insert_with(|| year(*date));
        }
        labels.push(label);
    }
    labels
}

/// The labels of dates that have room, from the bottom, so that the one on top gives way.
fn column_of_labels(space: &Space<'_>, texts: &[Option<String>], rows: &[f64], x: f64) -> Vec<Node> {
    let mut labels = Vec::new();
    let mut above = f64::INFINITY;
    for (text, y) in texts.iter().zip(rows).rev() {
        let middle = y + (ROW_PITCH - ROW_GAP) / 2.0;
        let Some(text) = text else { continue };
        if middle + space.label * 1.15 <= above {
            labels.push(text_at(Role::Label, x, middle + below_middle(space.label), Anchor::End, text));
            above = middle;
        }
    }
    labels
}

fn hour_labels(space: &Space<'_>, columns: &[f64], pitch: f64, y: f64, end: f64) -> Vec<Node> {
    let widest = space.words.hours.iter().map(|hour| text_width(hour, space.label, false)).fold(0.0, f64::max);
    let step = [3, 6, 12].into_iter().find(|step| pitch * *step as f64 >= widest + 6.0).unwrap_or(12);
    let named = space.words.hours.iter().zip(columns).step_by(step);
    let ticks: Vec<Tick> = named.map(|(hour, x)| Tick { x: *x, texts: vec![hour.clone()] }).collect();
    row_of_labels(Role::Label, &ticks, y, end, 0.0, space.label)
}

/// One band behind each run of weekend days.
fn bands(grid: &Grid, space: &Space<'_>, rows: &[f64], left: f64, width: f64) -> Vec<Area> {
    let mut bands: Vec<Area> = Vec::new();
    let mut continues = false;
    for (date, y) in grid.dates.iter().rev().zip(rows) {
        let is_weekend = space.words.is_weekend(*date);
        let height = ROW_PITCH - ROW_GAP;
        match bands.last_mut() {
            Some(band) if is_weekend && continues => band.height = y + height + 1.0 - band.y,
            _ if is_weekend => {
                bands.push(Area { x: left - BAND, y: y - 1.0, width: width + 2.0 * BAND, height: height + 2.0 });
            }
            _ => {}
        }
        continues = is_weekend && !space.words.begins_week(*date);
    }
    bands
}
