//! Every colour, once: by role and metric, on light ground and on dark. Colours were chosen for their distances under
//! normal and colour-blind sight and for their contrast to the card; the tests compute both again. Draws nothing.

use super::scene::Role;
use crate::options::{Family, Metric};

/// Which ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The colours that do not depend on the metric, as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// What everything lies on.
    pub card: &'static str,
    /// A cell in which nothing ran.
    pub tile: &'static str,
    /// Text, outlines and discs.
    pub text: &'static str,
    /// Text that is read second.
    pub muted: &'static str,
    /// Lines between things.
    pub line: &'static str,
    /// A ground a little apart from the card.
    pub sub_ground: &'static str,
    /// The band behind a weekend.
    pub weekend: &'static str,
    /// What can be used: links, focus, now.
    pub accent: &'static str,
    /// Rings, dashes and hatching.
    pub hatch: &'static str,
    /// The dot on critical cells.
    pub dot: &'static str,
    /// That rows are missing.
    pub notice: &'static str,
}

/// The tokens of a ground.
pub const fn tokens(ground: Ground) -> Tokens {
    match ground {
        Ground::Light => Tokens {
            card: "#ffffff",
            tile: "#f1f3f5",
            text: "#1f2328",
            muted: "#59636e",
            line: "#d1d9e0",
            sub_ground: "#f6f8fa",
            weekend: "#e3e8ee",
            accent: "#0969da",
            hatch: "#8c959f",
            dot: "#ffffff",
            notice: "#711b2d",
        },
        Ground::Dark => Tokens {
            card: "#0d1117",
            tile: "#161b22",
            text: "#e6edf3",
            muted: "#9198a1",
            line: "#3d444d",
            sub_ground: "#151b23",
            weekend: "#232c38",
            accent: "#4493f8",
            hatch: "#656c76",
            dot: "#3d0010",
            notice: "#ff9d97",
        },
    }
}

/// The colours of levels 1 to 4.
pub const fn levels(metric: Metric, ground: Ground) -> [&'static str; 4] {
    match (metric.family(), ground) {
        (Family::Rate, Ground::Light) => ["#711b2d", "#ba4f20", "#5c89d3", "#9fc0d6"],
        (Family::Rate, Ground::Dark) => ["#ff9d97", "#c06a26", "#3079bd", "#27496a"],
        (Family::Volume, Ground::Light) => ["#90e199", "#54b38f", "#1d8650", "#143b2a"],
        (Family::Volume, Ground::Dark) => ["#15522e", "#468c69", "#5cc96a", "#bdf8d2"],
        (Family::Time, Ground::Light) => ["#e2b4f1", "#a188cb", "#7643b8", "#442268"],
        (Family::Time, Ground::Dark) => ["#46426d", "#8f58d0", "#cd95e3", "#eedff8"],
        (Family::Errors, Ground::Light) => ["#d8cfc4", "#e39a2d", "#b04e17", "#711d27"],
        (Family::Errors, Ground::Dark) => ["#4a4542", "#b25c1c", "#e0a860", "#fbe6a6"],
    }
}

/// White, and the dark that is used for text on pale cells.
const WHITE: &str = "#ffffff";
const BLACK: &str = "#0d1117";

/// The colours of numbers printed in cells at levels 1 to 4; each at least 4.5:1 on its level.
pub const fn texts(metric: Metric, ground: Ground) -> [&'static str; 4] {
    match (metric.family(), ground) {
        (Family::Rate, Ground::Light) => [WHITE, WHITE, BLACK, BLACK],
        (Family::Rate, Ground::Dark) => [BLACK, BLACK, WHITE, WHITE],
        (Family::Volume, Ground::Dark) => [WHITE, BLACK, BLACK, BLACK],
        (_, Ground::Light) => [BLACK, BLACK, WHITE, WHITE],
        (_, Ground::Dark) => [WHITE, WHITE, BLACK, BLACK],
    }
}

/// The level that a reader looks for: failing, busy, slow, erring.
pub const fn hottest_level(metric: Metric) -> u8 {
    match metric {
        Metric::SuccessRate => 1,
        _ => 4,
    }
}

/// How a role is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Filled, and the line along it in the same colour.
    Both,
    /// Filled, and the line along it in the colour of the card, which keeps it apart from what it lies on.
    Ringed,
    /// Filled.
    Fill,
    /// A line, nothing inside.
    Stroke,
}

/// How a role is painted, on any ground.
pub const fn paint(role: Role) -> Paint {
    match role {
        Role::Level(_) => Paint::Both,
        Role::PatternDisc(_) => Paint::Ringed,
        Role::Tile
        | Role::Ink(_)
        | Role::Dot
        | Role::Unfinished
        | Role::Skipped
        | Role::Changed
        | Role::After
        | Role::MonthLine
        | Role::PatternHalo(_)
        | Role::Pattern(_)
        | Role::PatternBracket(_) => Paint::Stroke,
        _ => Paint::Fill,
    }
}

/// The colour of a role.
pub fn colour(role: Role, metric: Metric, ground: Ground) -> &'static str {
    let tokens = tokens(ground);
    let of = |colours: [&'static str; 4], level: u8| {
        usize::from(level).checked_sub(1).and_then(|position| colours.get(position)).copied().unwrap_or(tokens.tile)
    };
    match role {
        Role::Ground | Role::Changed | Role::PatternHalo(_) | Role::PatternNumber(_) => tokens.card,
        Role::Weekend => tokens.weekend,
        Role::Tile => tokens.tile,
        Role::Level(level) | Role::Ink(level) => of(levels(metric, ground), level),
        Role::CellNumber(level) => of(texts(metric, ground), level),
        Role::Dot => tokens.dot,
        Role::Unfinished | Role::Skipped | Role::After => tokens.hatch,
        Role::Label | Role::Muted | Role::Legend | Role::MonthLine => tokens.muted,
        Role::Pattern(_) | Role::PatternBracket(_) | Role::PatternDisc(_) => tokens.text,
        Role::MonthLabel | Role::Title | Role::Sentence | Role::LegendName => tokens.text,
        Role::Notice => tokens.notice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A colour as linear red, green and blue, 0 to 1.
    fn linear(hex: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let channel = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { libm::pow((channel + 0.055) / 1.055, 2.4) }
        })
    }

    /// The contrast of WCAG 2: (L1 + 0.05) / (L2 + 0.05).
    fn contrast(one: &str, other: &str) -> f64 {
        let [one, other] = [one, other].map(|hex| {
            let [red, green, blue] = linear(hex);
            0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
        });
        if one > other { one / other } else { other / one }
    }

    /// Björn Ottosson's OKLab.
    fn oklab(hex: &str) -> [f64; 3] {
        let [r, g, b] = linear(hex);
        let l = libm::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        let m = libm::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        let s = libm::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        [
            0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        ]
    }

    fn distance(one: &str, other: &str) -> f64 {
        let (one, other) = (oklab(one), oklab(other));
        let squares: f64 = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
        100.0 * squares.sqrt()
    }

    /// The metrics, and per ground the contrast of levels 1 to 4 to the card and the least distance between any two
    /// of the levels and the tile.
    const TABLE: [(Metric, Ground, [f64; 4], f64); 8] = [
        (Metric::SuccessRate, Ground::Light, [11.1, 5.0, 3.5, 1.9], 18.0),
        (Metric::SuccessRate, Ground::Dark, [9.5, 4.8, 4.1, 2.0], 18.0),
        (Metric::Volume, Ground::Light, [1.6, 2.6, 4.6, 12.4], 15.0),
        (Metric::Volume, Ground::Dark, [2.1, 4.7, 9.0, 15.8], 18.0),
        (Metric::Duration, Ground::Light, [1.7, 3.0, 6.4, 12.5], 16.0),
        (Metric::Duration, Ground::Dark, [2.0, 4.0, 8.1, 14.9], 19.0),
        (Metric::ErrorCount, Ground::Light, [1.5, 2.4, 5.3, 11.0], 11.0),
        (Metric::ErrorCount, Ground::Dark, [2.0, 4.0, 9.0, 15.3], 16.0),
    ];

    #[test]
    fn contrasts_to_the_card_are_as_published() {
        for (metric, ground, expected, _) in TABLE {
            for (colour, expected) in levels(metric, ground).into_iter().zip(expected) {
                let computed = contrast(colour, tokens(ground).card);
                assert!((computed - expected).abs() <= 0.1, "{metric:?} {ground:?} {colour}: {computed}");
            }
        }
    }

    #[test]
    fn least_distances_are_as_published() {
        for (metric, ground, _, expected) in TABLE {
            let mut colours = levels(metric, ground).to_vec();
            colours.push(tokens(ground).tile);
            let pairs =
                colours.iter().enumerate().flat_map(|(at, one)| colours[at + 1..].iter().map(move |two| (one, two)));
            let least = pairs.map(|(one, two)| distance(one, two)).fold(f64::INFINITY, f64::min);
            assert!((least - expected).abs() <= 1.0, "{metric:?} {ground:?}: {least}");
        }
    }

    #[test]
    fn each_ramp_is_strictly_ordered_in_lightness_towards_the_hottest() {
        for (metric, ground, ..) in TABLE {
            let lightness = levels(metric, ground).map(|colour| oklab(colour)[0]);
            let hot_end_is_first = hottest_level(metric) == 1;
            let rises = hot_end_is_first == (ground == Ground::Light);
            let ordered = lightness.windows(2).all(|pair| if rises { pair[0] < pair[1] } else { pair[0] > pair[1] });
            assert!(ordered, "{metric:?} {ground:?}: {lightness:?}");
        }
    }

    #[test]
    fn texts_can_be_read() {
        for (metric, ground, ..) in TABLE {
            for (text, level) in texts(metric, ground).into_iter().zip(levels(metric, ground)) {
                assert!(
                    contrast(text, level) >= 4.5,
                    "{metric:?} {ground:?} {text} on {level}: {}",
                    contrast(text, level)
                );
            }
            let tokens = tokens(ground);
            for text in [tokens.text, tokens.muted, tokens.accent, tokens.notice] {
                assert!(contrast(text, tokens.card) >= 4.5, "{ground:?} {text}");
            }
            assert!(contrast(tokens.hatch, tokens.card) >= 3.0, "{ground:?} hatch");
        }
        let check = |colour, ground: Ground, expected: f64| {
            let computed = contrast(colour, tokens(ground).card);
            assert!((computed - expected).abs() <= 0.1, "{colour}: {computed}");
        };
        check(tokens(Ground::Light).muted, Ground::Light, 6.1);
        check(tokens(Ground::Dark).muted, Ground::Dark, 6.5);
        check(tokens(Ground::Light).accent, Ground::Light, 5.2);
        check(tokens(Ground::Dark).accent, Ground::Dark, 6.1);
        check(tokens(Ground::Light).hatch, Ground::Light, 3.0);
        check(tokens(Ground::Dark).hatch, Ground::Dark, 3.6);
    }
}
