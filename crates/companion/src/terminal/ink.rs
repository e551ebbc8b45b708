//! What a place of the picture shows, and how a screen shows it: in 24-bit colours, in a palette of 256, or as a
//! character. The only place that knows colours.

use super::{Colours, Look};
use execution_heatmap::options::{Family, Metric};

/// What one place shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Nothing: an hour that is still to come, or that a clock change skips.
    Blank,
    /// No executions.
    Tile,
    /// Executions that the metric says nothing about, for example none decided.
    Unfinished,
    /// A level, 1 to 4.
    Level(u8),
}

/// A colour of the screen, as the parameters that follow 38 or 48.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Red, green, blue.
    True(u32),
    /// A place in the palette of 256.
    Indexed(u8),
}

/// Level 1 to 4 in 24-bit colours; for a dark ground, then for a light one.
const fn true_levels(metric: Metric, light: bool) -> [u32; 4] {
    match (metric.family(), light) {
        (Family::Rate, false) => [0xff9d97, 0xc06a26, 0x3079bd, 0x27496a],
        (Family::Rate, true) => [0x711b2d, 0xba4f20, 0x5c89d3, 0x9fc0d6],
        (Family::Volume, false) => [0x15522e, 0x468c69, 0x5cc96a, 0xbdf8d2],
        (Family::Volume, true) => [0x90e199, 0x54b38f, 0x1d8650, 0x143b2a],
        (Family::Time, false) => [0x46426d, 0x8f58d0, 0xcd95e3, 0xeedff8],
        (Family::Time, true) => [0xe2b4f1, 0xa188cb, 0x7643b8, 0x442268],
        (Family::Errors, false) => [0x4a4542, 0xb25c1c, 0xe0a860, 0xfbe6a6],
        (Family::Errors, true) => [0xd8cfc4, 0xe39a2d, 0xb04e17, 0x711d27],
    }
}

/// The nearest colours of the palette of 256 that can be told apart.
const fn indexed_levels(metric: Metric, light: bool) -> [u8; 4] {
    match (metric.family(), light) {
        (Family::Rate, false) => [217, 166, 32, 238],
        (Family::Rate, true) => [88, 130, 68, 250],
        (Family::Volume, false) => [22, 65, 77, 158],
        (Family::Volume, true) => [114, 72, 29, 236],
        (Family::Time, false) => [238, 98, 176, 225],
        (Family::Time, true) => [183, 140, 61, 53],
        (Family::Errors, false) => [238, 130, 179, 222],
        (Family::Errors, true) => [252, 172, 130, 88],
    }
}

impl Ink {
    /// The colour; `None` for a blank, and where there are no colours.
    pub fn colour(self, metric: Metric, look: &Look) -> Option<Colour> {
        let level = |level: u8| usize::from(level.clamp(1, 4) - 1);
        match (look.colours, self, look.light) {
            (Colours::None, ..) | (_, Ink::Blank, _) => None,
            (Colours::True, Ink::Tile, false) => Some(Colour::True(0x161b22)),
            (Colours::True, Ink::Tile, true) => Some(Colour::True(0xf1f3f5)),
            (Colours::True, Ink::Unfinished, false) => Some(Colour::True(0x656c76)),
            (Colours::True, Ink::Unfinished, true) => Some(Colour::True(0x8c959f)),
            (Colours::True, Ink::Level(number), light) => Some(Colour::True(true_levels(metric, light)[level(number)])),
            (Colours::Indexed, Ink::Tile, false) => Some(Colour::Indexed(234)),
            (Colours::Indexed, Ink::Tile, true) => Some(Colour::Indexed(255)),
            (Colours::Indexed, Ink::Unfinished, _) => Some(Colour::Indexed(244)),
            (Colours::Indexed, Ink::Level(number), light) => {
                Some(Colour::Indexed(indexed_levels(metric, light)[level(number)]))
            }
        }
    }

    /// The character where there are no colours. It grows denser with what a reader looks for: failing, busy, slow.
    pub fn character(self, metric: Metric, ascii: bool) -> char {
        match self {
            Ink::Blank => ' ',
            Ink::Tile => {
                if ascii {
                    ' '
                } else {
                    '·'
                }
            }
            Ink::Unfinished => {
                if ascii {
                    'o'
                } else {
                    '○'
                }
            }
            Ink::Level(level) => {
                let heat =
                    usize::from(if metric == Metric::SuccessRate { 5 - level.clamp(1, 4) } else { level.clamp(1, 4) });
                let rising = if ascii { ['.', '-', '+', '#'] } else { ['░', '▒', '▓', '█'] };
                rising[heat - 1]
            }
        }
    }
}

impl Colour {
    fn parameters(self) -> String {
        match self {
            Colour::True(rgb) => format!("2;{};{};{}", rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff),
            Colour::Indexed(place) => format!("5;{place}"),
        }
    }
}

/// One line for the screen that is being written; changes colours only where they change, and ends without any.
#[derive(Debug, Default)]
pub struct Line {
    out: String,
    foreground: Option<Colour>,
    background: Option<Colour>,
}

impl Line {
    /// Adds text in the screen's own colours.
    pub fn text(&mut self, text: &str) {
        self.colours(None, None);
        self.out.push_str(text);
    }

    /// Adds a character in colours; `None` is the screen's own.
    pub fn character(&mut self, character: char, foreground: Option<Colour>, background: Option<Colour>) {
        self.colours(foreground, background);
        self.out.push(character);
    }

    /// The line, without spaces at its end and without its newline.
    pub fn end(mut self) -> String {
        self.colours(None, None);
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out
    }

    fn colours(&mut self, foreground: Option<Colour>, background: Option<Colour>) {
        let (fore_gone, back_gone) =
            (self.foreground.is_some() && foreground.is_none(), self.background.is_some() && background.is_none());
        if (fore_gone || back_gone) && foreground.is_none() && background.is_none() {
            self.out.push_str("\u{1b}[0m");
        } else {
            let mut codes = Vec::new();
            if foreground != self.foreground {
                codes.push(foreground.map_or("39".to_owned(), |colour| format!("38;{}", colour.parameters())));
            }
            if background != self.background {
                codes.push(background.map_or("49".to_owned(), |colour| format!("48;{}", colour.parameters())));
            }
            if !codes.is_empty() {
                self.out.push_str(&format!("\u{1b}[{}m", codes.join(";")));
            }
        }
        (self.foreground, self.background) = (foreground, background);
    }
}
