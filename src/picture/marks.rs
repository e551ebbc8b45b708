//! Draws the cells of a plot: tiles, marks of levels, and every other look. Decides no place and no look.

use super::geometry::{Plot, below_middle, text_at, text_width};
use super::look::{Look, look_of};
use super::palette::hottest_level;
use super::pen::Area;
use super::scene::{Anchor, Role};
use super::sheet::Sheet;
use super::words;
use crate::grid::{Cell, Grid};
use crate::number::within;
use crate::options::Metric;

/// How much of a cell, in each direction, the mark of few executions takes.
const FEW_SHARE: f64 = 0.56;
/// How much of a cell stays filled where colour is taken away, from the calmest level to the one before the hottest.
const INK_SHARES: [f64; 3] = [0.15, 0.4, 0.7];
/// The height of that bar, along the lower edge, in cells that bear a number.
const INK_BAR: f64 = 3.0;
/// Numbers are printed in cells of at least this size at labels of 11 pixels.
const LEAST_NUMBERED: (f64, f64) = (26.0, 14.0);

/// The lengths with which a plot's cells are drawn.
#[derive(Clone, Copy, Debug)]
struct Measures {
    /// How far inside its edge the line along a cell lies: half its width, and the radius of its corners.
    corner: f64,
    /// The same for small marks.
    few_corner: f64,
    /// The diameter of a dot.
    dot: f64,
    row_pitch: f64,
    height: f64,
    numbered: bool,
}

impl Measures {
    fn of(width: f64, height: f64, radius: f64, row_pitch: f64, numbered: bool) -> Self {
        let corner_of = |side: f64| ((side / 5.0).min(radius * 0.75) * 4.0).floor().max(1.0) / 4.0;
        let side = width.min(height);
        let dot: f64 = if side < 9.0 { 2.4 } else { 3.2 };
        Self {
            corner: corner_of(side).min(side / 3.0),
            few_corner: corner_of(side * FEW_SHARE).min(side * FEW_SHARE / 3.0),
            dot: dot.min(side * 0.6),
            row_pitch,
            height,
            numbered,
        }
    }
}

/// Draws everything that belongs to cells.
pub(super) fn draw(sheet: &mut Sheet, plot: &Plot, grid: &Grid, label: f64) {
    for band in &plot.bands {
        sheet.pen(Role::Weekend, 0.0, None).rectangle(*band);
    }
    let numbers = numbers(plot, grid, label);
    let (width, height) = (plot.places.width, plot.places.height);
    let measures = Measures::of(width, height, plot.radius, plot.row_pitch, numbers.is_some());
    tiles_and_ink(sheet, plot, grid, measures);
    for column in 0..plot.places.columns.len() {
        for row in 0..plot.places.rows.len() {
            let place = plot.places.cell(row, column).zip(plot.area(row, column));
            let Some((number, area)) = place else { continue };
            let Some(cell) = grid.cells.get(number as usize) else { continue };
            let look = look_of(grid.metric, cell);
            mark(sheet, grid.metric, look, area, measures);
            if cell.changed_by_clock {
                changed(sheet, area);
            }
            if let (Look::Level { level, few: false }, Some(numbers)) = (look, &numbers) {
                let size = label * Role::CellNumber(level).text_size();
                let (x, y) = (area.x + area.width / 2.0, area.y + area.height / 2.0 + below_middle(size));
                let text = numbers.get(number as usize).map_or("", String::as_str);
                sheet.write(text_at(Role::CellNumber(level), x, y, Anchor::Middle, text));
            }
        }
    }
    for line in &plot.month_lines {
        let mut points = line.iter();
        let Some(start) = points.next() else { continue };
        let pen = sheet.pen(Role::MonthLine, 1.0, None);
        pen.move_to(start.0, start.1);
        let mut at = *start;
        for point in points {
            if point.0 == at.0 {
                pen.down(point.1 - at.1);
            } else {
                pen.across(point.0 - at.0);
            }
            at = *point;
        }
    }
}

/// A sample of a look, for the legend.
pub(super) fn sample(sheet: &mut Sheet, metric: Metric, look: Look, area: Area) {
    let measures = Measures::of(area.width, area.height, 2.0, area.height, false);
    if matches!(look, Look::Nothing | Look::Unfinished | Look::Level { few: true, .. }) {
        tile(sheet, area);
    }
    mark(sheet, metric, look, area, measures);
    if let Look::Level { level, few } = look {
        let measures = Measures { height: area.height, ..measures };
        if few {
            few_ink(sheet, metric, level, area, measures)
        } else {
            ink_sample(sheet, metric, level, area, measures)
        }
    }
}

/// A sample of an hour that a clock change made longer or shorter.
pub(super) fn changed_sample(sheet: &mut Sheet, area: Area) {
    tile(sheet, area);
    changed(sheet, area);
}

fn tile(sheet: &mut Sheet, area: Area) {
    let pen = sheet.pen(Role::Tile, area.width, None);
    pen.move_to(area.x + area.width / 2.0, area.y);
    pen.down(area.height);
}

fn changed(sheet: &mut Sheet, area: Area) {
    let pen = sheet.pen(Role::Changed, (area.height * 0.07).max(1.0), None);
    pen.move_to(area.x, area.y + area.height / 2.0);
    pen.across(area.width);
}

/// Draws what distinguishes a look, without the tile beneath.
fn mark(sheet: &mut Sheet, metric: Metric, look: Look, area: Area, measures: Measures) {
    let (middle_x, middle_y) = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    match look {
        Look::Nothing => {}
        Look::Level { level, few: true } => {
            sheet.soft_rectangle(Role::Level(level), area.shrunk(FEW_SHARE), measures.few_corner);
        }
        Look::Level { level, few: false } => {
            sheet.soft_rectangle(Role::Level(level), area, measures.corner);
            if metric == Metric::SuccessRate && level == hottest_level(metric) && !measures.numbered {
                sheet.pen(Role::Dot, measures.dot, None).dot(middle_x, middle_y);
            }
        }
        Look::Unfinished => {
            let ring = area.shrunk(FEW_SHARE);
            let stroke = within(ring.width.min(ring.height) * 0.16, 1.0, 2.0);
            sheet.pen(Role::Unfinished, stroke, None).rounded_rectangle(ring.inset(stroke / 2.0), 1.0);
        }
        Look::Skipped => {
            let length = area.width * 0.4;
            let pen = sheet.pen(Role::Skipped, 1.5, None);
            pen.move_to(middle_x - length / 2.0, middle_y);
            pen.across(length);
        }
        Look::After => {
            sheet.pen(Role::After, 1.0, Some([1.0, 2.0])).rectangle(area.inset(0.5));
        }
    }
}

/// How much of a cell at a level stays filled without colour; `None` for the hottest, which stays as it is.
fn ink_share(metric: Metric, level: u8) -> Option<f64> {
    let heat = if hottest_level(metric) == 1 { 4_u8.checked_sub(level)? } else { level.checked_sub(1)? };
    INK_SHARES.get(usize::from(heat)).copied()
}

/// What is drawn of a run of equal cells in one column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Run {
    Tile,
    Ink(u8),
}

/// Tiles and ink are lines down a column, dashed by the rows: one line for a run of equal cells.
fn tiles_and_ink(sheet: &mut Sheet, plot: &Plot, grid: &Grid, measures: Measures) {
    for column in 0..plot.places.columns.len() {
        let mut run: Option<(Run, usize)> = None;
        for row in 0..=plot.places.rows.len() {
            let cell = plot.places.cell(row, column).and_then(|number| grid.cells.get(number as usize));
            let here = cell.and_then(|cell| run_of(grid.metric, cell));
            let continues = run.map(|(what, _)| what) == here && is_next_row(plot, row);
            if !continues {
                if let Some((what, first)) = run {
                    draw_run(sheet, plot, grid.metric, what, column, (first, row - 1), measures);
                }
                run = here.map(|what| (what, row));
            }
            let look = cell.map(|cell| look_of(grid.metric, cell));
            if let (Some(Look::Level { level, few: true }), Some(area)) = (look, plot.area(row, column)) {
                few_ink(sheet, grid.metric, level, area, measures);
            }
        }
    }
}

fn run_of(metric: Metric, cell: &Cell) -> Option<Run> {
    match look_of(metric, cell) {
        Look::Nothing | Look::Unfinished | Look::Level { few: true, .. } => Some(Run::Tile),
        Look::Level { level, few: false } => Some(Run::Ink(level)),
        Look::Skipped | Look::After => None,
    }
}

/// True if a row lies right under the one before, without the gap between weeks.
fn is_next_row(plot: &Plot, row: usize) -> bool {
    let rows = &plot.places.rows;
    let before = row.checked_sub(1).and_then(|before| rows.get(before));
    before.zip(rows.get(row)).is_some_and(|(before, this)| (this - before - plot.row_pitch).abs() < 0.01)
}

fn draw_run(
    sheet: &mut Sheet,
    plot: &Plot,
    metric: Metric,
    what: Run,
    column: usize,
    (first, last): (usize, usize),
    measures: Measures,
) {
    let Some((top, bottom)) = plot.area(first, column).zip(plot.area(last, column)) else { return };
    let middle = top.x + top.width / 2.0;
    let length = bottom.y - top.y;
    match what {
        Run::Tile => {
            let dash = [measures.height, measures.row_pitch - measures.height];
            let pen = sheet.pen(Role::Tile, top.width, Some(dash));
            pen.move_to(middle, top.y);
            pen.down(length + measures.height);
        }
        Run::Ink(level) => {
            let Some(share) = ink_share(metric, level) else { return };
            if measures.numbered {
                for row in first..=last {
                    let Some(area) = plot.area(row, column) else { continue };
                    let inside = area.inset(measures.corner);
                    let pen = sheet.pen(Role::Ink(level), INK_BAR, None);
                    pen.move_to(inside.x, inside.y + inside.height);
                    pen.across(inside.width * share);
                }
                return;
            }
            let ink = half((measures.height - 2.0 * measures.corner) * share);
            let dash = [ink, measures.row_pitch - ink];
            let stroke = top.width - 2.0 * measures.corner;
            let pen = sheet.pen(Role::Ink(level), stroke, Some(dash));
            pen.move_to(middle, bottom.y + measures.height - measures.corner);
            pen.down(-(length + ink));
        }
    }
}

fn few_ink(sheet: &mut Sheet, metric: Metric, level: u8, area: Area, measures: Measures) {
    let Some(share) = ink_share(metric, level) else { return };
    let inside = area.shrunk(FEW_SHARE).inset(measures.few_corner);
    let pen = sheet.pen(Role::Ink(level), inside.width, None);
    pen.move_to(inside.x + inside.width / 2.0, inside.y + inside.height);
    pen.down(-half(inside.height * share));
}

fn ink_sample(sheet: &mut Sheet, metric: Metric, level: u8, area: Area, measures: Measures) {
    let Some(share) = ink_share(metric, level) else { return };
    let inside = area.inset(measures.corner);
    let pen = sheet.pen(Role::Ink(level), inside.width, None);
    pen.move_to(inside.x + inside.width / 2.0, inside.y + inside.height);
    pen.down(-half(inside.height * share));
}

/// To half a pixel, but something.
fn half(length: f64) -> f64 {
    ((length * 2.0).round() / 2.0).max(0.5)
}

/// The numbers in cells, if cells are large enough for all of them; empty for cells without a value. Small marks stay
/// without.
fn numbers(plot: &Plot, grid: &Grid, label: f64) -> Option<Vec<String>> {
    let scale = label / 11.0;
    let (width, height) = (plot.places.width, plot.places.height);
    if width < LEAST_NUMBERED.0 * scale || height < LEAST_NUMBERED.1 * scale {
        return None;
    }
    let number_of = |cell: &Cell| match cell.value {
        Some(value) => words::short_value(grid.metric, value, grid.scale.bounds),
        None => String::new(),
    };
    let numbers: Vec<String> = grid.cells.iter().map(number_of).collect();
    let size = label * Role::CellNumber(1).text_size();
    let all_fit = numbers.iter().all(|number| text_width(number, size, false) <= width - 2.0);
    all_fit.then_some(numbers)
}
