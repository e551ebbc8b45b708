//! What the layouts share: the space they get, the plot they return, how wide a text will be about, and which labels
//! of an axis have room. Knows no roles of cells and no colours.

use super::Words;
use super::pen::Area;
use super::scene::{Anchor, Node, Places, Role};
use crate::grid::Grid;

/// What a layout gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Space<'a> {
    /// The left edge.
    pub(super) left: f64,
    /// The upper edge.
    pub(super) top: f64,
    /// The width that is to be filled.
    pub(super) width: f64,
    /// The width kept free between hour labels and cells, for a block that shares their rows.
    pub(super) block: f64,
    /// The size of labels.
    pub(super) label: f64,
    /// Words and habits.
    pub(super) words: &'a Words,
}

/// Where the brackets of patterns that hold every day go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gutter {
    /// Left of the cells: hours run down, and cells begin at this x.
    Left(f64),
    /// Above the cells: hours run across, and cells begin at this y.
    Above(f64),
    /// Nowhere: the picture has no hours.
    None,
}

/// What a layout returns.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    /// Where the cells lie.
    pub(super) places: Places,
    /// The distance between the tops of two rows that have no gap between weeks between them.
    pub(super) row_pitch: f64,
    /// How round the corners of cells are at most.
    pub(super) radius: f64,
    /// Bands behind weekends.
    pub(super) bands: Vec<Area>,
    /// The lines between months, each from its first point along corners: x, then y, then x and so on.
    pub(super) month_lines: Vec<Vec<(f64, f64)>>,
    /// Labels.
    pub(super) labels: Vec<Node>,
    /// Where brackets go.
    pub(super) gutter: Gutter,
    /// The right edge of everything.
    pub(super) right: f64,
    /// The lower edge of everything.
    pub(super) bottom: f64,
}

impl Plot {
    /// True if hours run down and have their brackets on the left.
    pub(super) fn gutter_is_left(&self) -> bool {
        matches!(self.gutter, Gutter::Left(_))
    }

    /// The rectangle of a place.
    pub(super) fn area(&self, row: usize, column: usize) -> Option<Area> {
        let (x, y) = (*self.places.columns.get(column)?, *self.places.rows.get(row)?);
        Some(Area { x, y, width: self.places.width, height: self.places.height })
    }

    /// For every cell of the grid, its row and column.
    pub(super) fn positions(&self, grid: &Grid) -> Vec<Option<(usize, usize)>> {
        let mut positions = vec![None; grid.cells.len()];
        let across = self.places.columns.len().max(1);
        for (place, cell) in self.places.cells.iter().enumerate() {
            if let Some(position) = cell.and_then(|cell| positions.get_mut(cell as usize)) {
                *position = Some((place / across, place % across));
            }
        }
        positions
    }
}

/// Rounds a distance between cells down to whole pixels, on which edges are sharp, or to halves or quarters where that
/// would leave more than a little of the width empty; keeps cells large enough to exist.
pub(super) fn rounded_pitch(pitch: f64) -> f64 {
    let parts = |parts: f64| (pitch * parts).floor() / parts;
    let wastes_little = |rounded: &f64| *rounded >= pitch * 0.97;
    [1.0, 2.0].map(parts).into_iter().find(wastes_little).unwrap_or(parts(4.0)).max(LEAST_PITCH)
}

/// The least distance from one cell to the next, for pictures that are told to hold more than fits.
const LEAST_PITCH: f64 = 2.0;

/// The width that a text will take at most, about, in pixels: fonts differ, and this reckons with a wide one.
pub(super) fn text_width(text: &str, size: f64, semibold: bool) -> f64 {
    let ems: f64 = text.chars().map(character_width).sum();
    ems * size * if semibold { 1.15 } else { 1.0 }
}

fn character_width(character: char) -> f64 {
    match character {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0.0,
        'i' | 'j' | 'l' | '\'' | '|' => 0.28,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | '·' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' | '"' | '[' | ']' => 0.42,
        '%' | 'm' | 'w' | 'M' | 'W' | '@' => 0.97,
        '0'..='9' | 'a'..='z' | '–' => 0.63,
        'A'..='Z' => 0.71,
        '\u{1100}'.. => 1.05,
        _ => 0.7,
    }
}

/// The widest of some texts.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a String>, size: f64, semibold: bool) -> f64 {
    texts.into_iter().map(|text| text_width(text, size, semibold)).fold(0.0, f64::max)
}

/// A label of an axis that runs across.
#[derive(Clone, Debug)]
pub(super) struct Tick {
    /// Where it begins.
    pub(super) x: f64,
    /// Its text, and shorter ones for where that has no room.
    pub(super) texts: Vec<String>,
}

/// Space between two labels of a row.
const LABEL_GAP: f64 = 5.0;

/// The ticks that have room in a row that ends at `end`; a first one that is nearer than `least_first` to the next
/// gives way to it.
pub(super) fn row_of_labels(role: Role, ticks: &[Tick], y: f64, end: f64, least_first: f64, label: f64) -> Vec<Node> {
    let mut labels = Vec::new();
    for (at, tick) in ticks.iter().enumerate() {
        let next = ticks.get(at + 1).map(|next| next.x - LABEL_GAP);
        let room = next.unwrap_or(end) - tick.x;
        if at == 0 && next.is_some_and(|next| next + LABEL_GAP - tick.x < least_first) {
            continue;
        }
        let size = label * role.text_size();
        let fits = |text: &&String| text_width(text, size, role.is_semibold()) <= room;
        if let Some(text) = tick.texts.iter().find(fits) {
            labels.push(text_at(role, tick.x, y, Anchor::Start, text));
        }
    }
    labels
}

/// A text.
pub(super) fn text_at(role: Role, x: f64, y: f64, anchor: Anchor, content: &str) -> Node {
    Node::Text { role, x, y, anchor, content: content.to_owned() }
}

/// How far below its middle the baseline of a text lies, for texts that are centred on a line.
pub(super) fn below_middle(size: f64) -> f64 {
    size * 0.36
}
