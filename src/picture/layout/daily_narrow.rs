//! Every day, weeks down: a row a week with the newest on top, seven columns of weekdays, a stepped line between
//! months.

use super::super::geometry::{Gutter, Plot, Space, below_middle, rounded_pitch, text_at, text_width};
use super::super::outline::disc_radius;
use super::super::scene::{Anchor, Node, Places, Role};
use super::super::words::{day, year};
use super::{gap, lead, spans_years, weeks};
use crate::grid::Grid;
use chrono::{Datelike, NaiveDate};

/// Cells are at most so wide and so high.
const MOST_PITCH: f64 = 44.0;
const MOST_ROW_PITCH: f64 = 26.0;
const MARGIN: f64 = 4.0;

pub(super) fn plot(grid: &Grid, space: &Space<'_>) -> Plot {
    let (weeks, lead) = (weeks(grid, space), lead(grid, space));
    let texts = week_labels(grid, space, weeks, lead);
    // A number's disc stands between labels and cells.
    let label_distance = disc_radius(space.label) + 3.0;
    let widths = texts.iter().map(|(role, text)| text_width(text, space.label * role.text_size(), role.is_semibold()));
    let label_width = (widths.fold(0.0, f64::max) + label_distance).max(42.0).ceil();
    let left = space.left + label_width + space.block;
    let pitch = rounded_pitch(((space.width - label_width - space.block - MARGIN) / 7.0).min(MOST_PITCH));
    // Rows keep room for their labels.
    let row_pitch = pitch.min(MOST_ROW_PITCH).max((space.label * 1.4).ceil());
    let gap = gap(pitch, 3.0);
    let name_baseline = space.top + space.label;
    let top = (name_baseline + disc_radius(space.label) + 4.0).ceil();
    let columns: Vec<f64> = (0..7).map(|day| left + pitch * f64::from(day)).collect();
    let rows: Vec<f64> = (0..weeks).map(|row| top + row_pitch * row as f64).collect();
    let cell = |week: usize, day: usize| {
        let date = (week * 7 + day).checked_sub(lead)?;
        (date < grid.dates.len()).then_some(date as u32)
    };
    let cells = (0..weeks).rev().flat_map(|week| (0..7).map(move |day| cell(week, day))).collect();

    let mut labels = weekday_labels(space, &columns, pitch, gap, name_baseline);
    for ((role, text), y) in texts.iter().zip(&rows) {
        let baseline = y + (row_pitch - gap) / 2.0 + below_middle(space.label);
        labels.push(text_at(*role, left - space.block - label_distance, baseline, Anchor::End, text));
    }
    let right = left + pitch * 7.0;
    let firsts = grid.dates.iter().enumerate().filter(|(position, date)| *position > 0 && date.day() == 1);
    let month_lines = firsts
        .map(|(position, _)| {
            let (week, day) = ((position + lead) / 7, (position + lead) % 7);
            let y = top + row_pitch * (weeks - 1).saturating_sub(week) as f64 - gap / 2.0;
            let (below, end) = (y + row_pitch, right - gap);
            if day == 0 {
                return vec![(left, below), (end, below)];
            }
            let x = left + pitch * day as f64 - gap / 2.0;
            vec![(left, y), (x, y), (x, below), (end, below)]
        })
        .collect();
    Plot {
        places: Places { columns, rows, width: pitch - gap, height: row_pitch - gap, cells },
        row_pitch,
        radius: 3.0,
        bands: Vec::new(),
        month_lines,
        labels,
        gutter: Gutter::None,
        right: right + MARGIN,
        bottom: top + row_pitch * weeks as f64 + MARGIN,
    }
}

/// For each row from the top: the month whose 1st it holds, of the last row, which is the earliest, the month in which it
/// begins; else the day on which its week begins; above January the year, where the dates span two.
fn week_labels(grid: &Grid, space: &Space<'_>, weeks: usize, lead: usize) -> Vec<(Role, String)> {
    let date_at = |position: usize| grid.dates.get(position);
    let mut labels: Vec<(Role, String)> = Vec::with_capacity(weeks);
    for week in (0..weeks).rev() {
        let from = (week * 7).saturating_sub(lead);
        let dates: Vec<&NaiveDate> = (from..(week * 7 + 7).saturating_sub(lead)).filter_map(date_at).collect();
        let first_of_month = dates.iter().find(|date| date.day() == 1);
        if let Some(date) = first_of_month.or_else(|| dates.first().filter(|_| week == 0)) {
            let names_year = date.month() == 1 && date.day() == 1 && spans_years(&grid.dates);
            if let Some(above) = labels.last_mut().filter(|_| names_year) {
                *above = (Role::Label, year(**date));
            }
            labels.push((Role::MonthLabel, space.words.month(**date).to_owned()));
        } else {
            labels.push((Role::Label, dates.first().map(|date| day(**date)).unwrap_or_default()));
        }
    }
    labels
}

/// The weekdays, by their first letter where the names have no room.
fn weekday_labels(space: &Space<'_>, columns: &[f64], pitch: f64, gap: f64, y: f64) -> Vec<Node> {
    let widest = space.words.weekdays.iter().map(|name| text_width(name, space.label, false)).fold(0.0, f64::max);
    let in_full = widest + 4.0 <= pitch;
    let name_of = |column: usize| {
        let weekday = (usize::from(space.words.first_day.clamp(1, 7)) + column - 1) % 7;
        let name = space.words.weekdays.get(weekday).map_or("", String::as_str);
        if in_full { name.to_owned() } else { name.chars().take(1).collect() }
    };
    let middle = (pitch - gap) / 2.0;
    let columns = columns.iter().enumerate();
    columns.map(|(column, x)| text_at(Role::Label, x + middle, y, Anchor::Middle, &name_of(column))).collect()
}
