//! The picture: a grid laid out as a scene of paths, rectangles and texts with roles. One writer makes an SVG file of
//! it; an element in a page builds its nodes from it. Knows no document and no screen.

pub mod scene;

use crate::answer::Answer;
use scene::Scene;

/// Whether hours run down and dates across, or the other way round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Wide where the columns stay at least 5 pixels wide, else narrow.
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

impl Words {
    /// English, weeks that begin on Monday.
    pub fn english() -> Self {
        Self {
            weekdays: Default::default(),
            months: Default::default(),
            hours: Default::default(),
            first_day: 1,
            weekend: vec![6, 7],
        }
    }
}

impl Default for PictureOptions {
    fn default() -> Self {
        Self { width: 1232.0, layout: Layout::Auto, label_size: 11.0, framed: false, words: Words::english() }
    }
}

/// Lays out the picture of an answer.
pub fn lay_out(answer: &Answer, options: &PictureOptions) -> Scene {
    let _ = (answer, options);
    Scene::default()
}

/// The SVG file of a scene.
pub fn svg(scene: &Scene, answer: &Answer, theme: Theme) -> String {
    let _ = (scene, answer, theme);
    String::new()
}
