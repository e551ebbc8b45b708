//! The picture: a grid laid out as a scene of paths, rectangles and texts with roles. One writer makes an SVG file of
//! it; an element in a page builds its nodes from it. Knows no document and no screen.

pub mod legend;
pub mod look;
pub mod palette;
pub mod scene;
pub mod words;

mod frame;
mod geometry;
mod layout;
mod marks;
mod outline;
mod pen;
mod sheet;
mod svg;

pub use svg::style_sheet;

use crate::answer::Answer;
use crate::number::within;
use crate::pattern::told;
use geometry::Space;
use scene::Scene;
use sheet::Sheet;

/// Whether hours run down and dates across, or the other way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Wide from 600 pixels on where columns lie at least 5 pixels apart, else narrow.
    #[default]
    Auto,
    /// Dates across (hourly), weeks across (daily).
    Wide,
    /// Dates down, newest on top (hourly); weeks down, newest on top (daily).
    Narrow,
}

/// The ground on which a file is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Follows the reader's preference; light where nothing is known.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The words and habits of the reader's language; English is built in.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    /// Monday to Sunday, short.
    pub weekdays: [String; 7],
    /// January to December, short.
    pub months: [String; 12],
    /// The 24 hours as labels of rows: `12 AM`, or `00`.
    pub hours: [String; 24],
    /// The first weekday of a week, 1 = Monday.
    pub first_day: u8,
    /// The days of the weekend, 1 = Monday.
    pub weekend: Vec<u8>,
}

/// How to lay a picture out.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureOptions {
    /// The width that is to be filled, in CSS pixels.
    pub width: f64,
    /// Which way round.
    pub layout: Layout,
    /// The size of labels, in CSS pixels; columns and rows make room for it.
    pub label_size: f64,
    /// True adds title, summary, sentences and legend round the cells, for a picture that stands alone.
    pub framed: bool,
    /// Words and habits.
    pub words: Words,
}

/// The width of a picture when nothing says otherwise.
pub const DEFAULT_WIDTH: f64 = 1232.0;
/// The size of labels when nothing says otherwise.
pub const DEFAULT_LABEL_SIZE: f64 = 11.0;
/// The widths that a picture can have; others are taken as the nearest of them.
const WIDTHS: (f64, f64) = (160.0, 10_000.0);
/// The sizes that labels can have; others are taken as the nearest of them.
const LABEL_SIZES: (f64, f64) = (6.0, 44.0);
/// Space around a framed picture, on narrow and on wide ones.
const PADDING: (f64, f64) = (16.0, 24.0);

impl Default for PictureOptions {
    fn default() -> Self {
        Self {
            width: DEFAULT_WIDTH,
            layout: Layout::Auto,
            label_size: DEFAULT_LABEL_SIZE,
            framed: false,
            words: Words::english(),
        }
    }
}

/// A number within limits, or a default for what is no number.
fn limited((least, most): (f64, f64), default: f64, value: f64) -> f64 {
    if value.is_nan() { default } else { within(value, least, most) }
}

/// Lays out the picture of an answer. It is as wide as asked for, or wider where a layout was forced in which its cells
/// have no room; widths from 160 to 10,000 and labels from 6 to 44 pixels are kept, others taken as the nearest.
pub fn lay_out(answer: &Answer, options: &PictureOptions) -> Scene {
    let width = limited(WIDTHS, DEFAULT_WIDTH, options.width);
    let label = limited(LABEL_SIZES, DEFAULT_LABEL_SIZE, options.label_size);
    let words = &options.words;
    let padding = match (options.framed, width < 600.0) {
        (false, _) => 0.0,
        (true, true) => PADDING.0,
        (true, false) => PADDING.1,
    };
    let mut sheet = Sheet::default();
    let mut margins = frame::Margins { left: padding, top: padding, width: width - 2.0 * padding, label };
    let top = if options.framed { frame::above(&mut sheet, answer, words, margins) } else { 0.0 };
    let space = Space { left: padding, top, width: margins.width, block: 0.0, label, words };
    let plot = layout::plot(&answer.grid, options.layout, &space);
    marks::draw(&mut sheet, &plot, &answer.grid, label);
    outline::draw(&mut sheet, &plot, &answer.grid, told(&answer.patterns), words, label);
    plot.labels.iter().cloned().for_each(|text| sheet.write(text));
    let mut bottom = plot.bottom;
    if options.framed {
        margins.top = bottom + 8.0;
        bottom = frame::below(&mut sheet, answer, margins);
    }
    Scene {
        width: width.max((plot.right + padding).ceil()),
        height: (bottom + padding).ceil(),
        label_size: label,
        title: words::title(answer, words),
        description: description(answer),
        nodes: sheet.into_nodes(),
        places: plot.places,
    }
}

/// The summary, what is missing and the claims, in sentences.
fn description(answer: &Answer) -> String {
    let mut sentences = vec![words::summary(answer)];
    sentences.extend(answer.incomplete.as_ref().map(|reason| ["Some rows are missing: ", reason].concat()));
    sentences.extend(told(&answer.patterns).iter().map(|finding| finding.sentence.clone()));
    let mut description = String::new();
    for sentence in sentences {
        if !description.is_empty() {
            description.push(' ');
        }
        description.push_str(sentence.trim_end_matches('.'));
        description.push('.');
    }
    description
}

/// The SVG file of a scene: of the patterns, the first has its outline and the others have their numbers.
pub fn svg(scene: &Scene, answer: &Answer, theme: Theme) -> String {
    svg::write(scene, answer, theme)
}
