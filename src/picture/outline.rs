//! Marks the patterns on a plot: an outline round each recurrence of a window, a bracket beside the hours of a peak
//! that comes every day, a number for each. Decides no pattern.

use super::Words;
use super::geometry::{Gutter, Plot, below_middle, text_at};
use super::pen::Area;
use super::scene::{Anchor, MOST_MARKED_PATTERNS, Role};
use super::sheet::Sheet;
use crate::grid::{Grid, Presence};
use crate::number;
use crate::options::Granularity;
use crate::pattern::{Finding, Kind, WeekWindow};
use chrono::Datelike;
use std::cmp::Ordering;

const OUTLINE: f64 = 1.75;
/// The halo keeps the outline apart from the cells on both sides.
const HALO: f64 = 4.0;
/// How far outside its cells an outline runs.
const DISTANCE: f64 = 1.5;
const RADIUS: f64 = 4.0;
/// The width of the ring that keeps a disc apart from cells, half of it inside.
const RING: f64 = 1.5;
/// How far above the first row of hours the labels of dates end.
const LABELS_ABOVE: f64 = 7.0;

/// Draws the marks of all findings.
pub(super) fn draw(sheet: &mut Sheet, plot: &Plot, grid: &Grid, findings: &[Finding], words: &Words, label: f64) {
    let positions = plot.positions(grid);
    let mut discs = Discs { radius: disc_radius(label), label, right: plot.right, taken: Vec::new() };
    for (finding, number) in findings.iter().take(MOST_MARKED_PATTERNS).zip(1u8..) {
        // What does not recur in the week has no mark here.
        let Some(window) = &finding.window else { continue };
        let every_day = window.weekdays.len() == 7;
        let is_of_volume = matches!(finding.kind, Kind::VolumePeak | Kind::VolumeWindow | Kind::ThroughputWindow);
        match (every_day && is_of_volume, plot.gutter) {
            (true, Gutter::None) => {}
            (true, _) => bracket(sheet, plot, window, number, &mut discs),
            // A claim about every day outlines nothing in a picture of days.
            (false, Gutter::None) if every_day => {}
            (false, _) => outline(sheet, plot, grid, &positions, ((finding, window), number), words, &mut discs),
        }
    }
}

/// The radius of a number's disc.
pub(super) fn disc_radius(label: f64) -> f64 {
    (label * 0.7).round().max(7.0)
}

/// A disc with a number.
pub(super) fn disc(sheet: &mut Sheet, number: u8, x: f64, y: f64, label: f64) {
    sheet.pen(Role::PatternDisc(number), RING, None).circle(x, y, disc_radius(label));
    let role = Role::PatternNumber(number);
    let baseline = y + below_middle(label * role.text_size());
    sheet.write(text_at(role, x, baseline, Anchor::Middle, &number::whole(u64::from(number))));
}

/// Puts discs where none is yet.
struct Discs {
    radius: f64,
    label: f64,
    /// Where the picture ends.
    right: f64,
    taken: Vec<(f64, f64)>,
}

impl Discs {
    /// Puts a disc at a point or, where one lies already, beside it; at the right edge, below it.
    fn place(&mut self, sheet: &mut Sheet, number: u8, x: f64, y: f64) {
        let apart = 2.0 * self.radius + 1.0;
        let rightmost = (self.right - self.radius).max(self.radius);
        let start = number::within(x, self.radius, rightmost);
        let (mut x, mut y) = (start, y.max(self.radius));
        let collides = |x: f64, y: f64, other: &(f64, f64)| (other.0 - x).abs() < apart && (other.1 - y).abs() < apart;
        // Every disc can push this one on once along its line, and each line is left once.
        for _ in 0..2 * self.taken.len() {
            let Some(other) = self.taken.iter().find(|other| collides(x, y, other)) else { break };
            x = other.0 + apart;
            if x > rightmost {
                (x, y) = (start, y + apart);
            }
        }
        self.taken.push((x, y));
        disc(sheet, number, x, y, self.label);
    }
}

/// A finding and the window of the week that it is about.
type Marked<'a> = (&'a Finding, &'a WeekWindow);

/// The hours of a date, from and to, that belong to a window.
type Hours = (usize, usize);

/// The hours of a window on a date of a weekday (1 = Monday), as spans; a window that runs past midnight has a second
/// one on the next day.
fn hours_on(window: &WeekWindow, weekday: u8) -> Vec<Hours> {
    let (from, to) = (usize::from(window.from_hour).min(24), usize::from(window.to_hour).min(24));
    let begins_on = |weekday: u8| window.weekdays.contains(&weekday);
    if to > from {
        return if begins_on(weekday) { vec![(from, to)] } else { Vec::new() };
    }
    let mut spans = Vec::new();
    if begins_on(if weekday == 1 { 7 } else { weekday - 1 }) && to > 0 {
        spans.push((0, to));
    }
    if begins_on(weekday) && from < 24 {
        match spans.last_mut() {
            // The end of yesterday's touches the beginning of today's: the whole day.
            Some(span) if to >= from => span.1 = 24,
            _ => spans.push((from, 24)),
        }
    }
    spans
}

/// A recurrence: dates from and to, and hours (of an hourly grid), all but the ends of hours included.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Recurrence {
    dates: (usize, usize),
    hours: Hours,
}

fn recurrences(grid: &Grid, (finding, window): Marked<'_>, words: &Words) -> Vec<Recurrence> {
    let hourly = grid.granularity == Granularity::Hourly;
    let mut recurrences: Vec<Recurrence> = Vec::new();
    for (position, date) in grid.dates.iter().enumerate() {
        if *date < finding.from || *date > finding.to {
            continue;
        }
        let weekday = date.weekday().number_from_monday() as u8;
        let spans = if hourly {
            hours_on(window, weekday)
        } else {
            // A day stands for the window that begins on it.
            window.weekdays.iter().filter(|begins| **begins == weekday).take(1).map(|_| (0, 1)).collect()
        };
        for span in spans {
            let hours = if hourly { (span.0, span.1.min(hours_until_end(grid, position))) } else { span };
            if hours.0 >= hours.1 {
                continue;
            }
            // In a picture of days each week stands for itself; in one of hours neighbours join.
            let joins = hourly || !words.begins_week(*date);
            let before = recurrences.iter_mut().rev().take(2).find(|before| before.hours == hours);
            match before {
                Some(before) if joins && before.dates.1 + 1 == position => before.dates.1 = position,
                _ => recurrences.push(Recurrence { dates: (position, position), hours }),
            }
        }
    }
    recurrences
}

/// The first hour of a date that is still to come; 24 if none is.
fn hours_until_end(grid: &Grid, date: usize) -> usize {
    let cells = grid.cells.get(date * 24..date * 24 + 24).unwrap_or(&[]);
    cells.iter().position(|cell| cell.presence == Presence::After).unwrap_or(24)
}

fn outline(
    sheet: &mut Sheet,
    plot: &Plot,
    grid: &Grid,
    positions: &[Option<(usize, usize)>],
    (marked, number): (Marked<'_>, u8),
    words: &Words,
    discs: &mut Discs,
) {
    let a_date = Grid::cells_a_date(grid.granularity);
    let area_of = |date: usize, hour: usize| {
        let (row, column) = positions.get(date * a_date + hour).copied().flatten()?;
        plot.area(row, column)
    };
    let mut areas = Vec::new();
    let mut beginnings = Vec::new();
    for recurrence in recurrences(grid, marked, words) {
        let first = area_of(recurrence.dates.0, recurrence.hours.0);
        let last = area_of(recurrence.dates.1, recurrence.hours.1 - 1);
        let Some(area) = first.zip(last).map(|(first, last)| round(first, last)) else { continue };
        areas.push(area);
        // The end of a window that runs past midnight has no number of its own.
        if plot.gutter == Gutter::None || recurrence.hours.0 == usize::from(marked.1.from_hour) {
            beginnings.push(area);
        }
    }
    if grid.granularity == Granularity::Daily {
        areas = joined(areas);
    }
    for area in &areas {
        sheet.pen(Role::PatternHalo(number), HALO, None).rounded_rectangle(*area, RADIUS);
        sheet.pen(Role::Pattern(number), OUTLINE, None).rounded_rectangle(*area, RADIUS);
    }
    let numbered = if beginnings.is_empty() { areas } else { beginnings };
    let place = |area: &Area| (area.y, area.x);
    let first = numbered.iter().min_by(|one, other| place(one).partial_cmp(&place(other)).unwrap_or(Ordering::Equal));
    if let Some(area) = first {
        // Above the first row stand labels.
        let least_y = plot.places.rows.first().map_or(0.0, |top| top + discs.radius - LABELS_ABOVE);
        let y = if plot.gutter_is_left() { area.y.max(least_y) } else { area.y };
        discs.place(sheet, number, area.x, y);
    }
}

/// Outlines that lie side by side, or one above the other, as one: in a picture of days, the same weekdays of
/// neighbouring weeks.
fn joined(areas: Vec<Area>) -> Vec<Area> {
    let near = |one: f64, other: f64| (one - other).abs() < 2.0 * DISTANCE + 0.01;
    let mut joined: Vec<Area> = Vec::new();
    for area in areas {
        let before = joined.last_mut();
        match before {
            Some(before)
                if before.y == area.y && before.height == area.height && near(before.x + before.width, area.x) =>
            {
                before.width = area.x + area.width - before.x;
            }
            Some(before)
                if before.x == area.x && before.width == area.width && near(area.y + area.height, before.y) =>
            {
                before.height = before.y + before.height - area.y;
                before.y = area.y;
            }
            _ => joined.push(area),
        }
    }
    joined
}

/// The rectangle round two cells.
fn round(one: Area, other: Area) -> Area {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = (one.x + one.width).max(other.x + other.width);
    let bottom = (one.y + one.height).max(other.y + other.height);
    Area { x, y, width: right - x, height: bottom - y }.inset(-DISTANCE)
}

/// Brackets of a peak's hours in the gutter, open to the cells.
fn bracket(sheet: &mut Sheet, plot: &Plot, window: &WeekWindow, number: u8, discs: &mut Discs) {
    const TICK: f64 = 4.0;
    const CLEAR: f64 = 2.0;
    let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
    let spans = if to > from { vec![(from, to)] } else { vec![(from, 24), (0, to)] };
    let mut badge = None;
    for (from, to) in spans.into_iter().filter(|(from, to)| from < to) {
        match plot.gutter {
            Gutter::Left(left) => {
                let Some((first, last)) = plot.area(from, 0).zip(plot.area(to - 1, 0)) else { continue };
                let (top, bottom) = (first.y, last.y + last.height);
                let pen = sheet.pen(Role::PatternBracket(number), OUTLINE, None);
                pen.move_to(left - CLEAR, top);
                pen.across(-TICK);
                pen.down(bottom - top);
                pen.across(TICK);
                badge.get_or_insert((left - CLEAR - TICK - discs.radius, (top + bottom) / 2.0));
            }
            Gutter::Above(top) => {
                let Some((first, last)) = plot.area(0, from).zip(plot.area(0, to - 1)) else { continue };
                let (left, right) = (first.x, last.x + last.width);
                let pen = sheet.pen(Role::PatternBracket(number), OUTLINE, None);
                pen.move_to(left, top - CLEAR);
                pen.down(-TICK);
                pen.across(right - left);
                pen.down(TICK);
                badge.get_or_insert(((left + right) / 2.0, top - CLEAR - TICK - discs.radius));
            }
            Gutter::None => {}
        }
    }
    if let Some((x, y)) = badge {
        discs.place(sheet, number, x, y);
    }
}
