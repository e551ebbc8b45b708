//! Writes a scene as an SVG file. The only place that turns text into markup, so the only one that escapes: colours
//! stand in presentation attributes, which a strict content security policy lets through; there is no script, no id, no
//! font to load. The same scene gives the same bytes.

use super::Theme;
use super::palette::{Ground, Paint, Tokens, colour, hottest_level, paint, tokens};
use super::pen::number;
use super::scene::{Anchor, Node, Role, Scene};
use crate::answer::Answer;
use crate::execution::is_invisible;
use crate::options::Metric;

const FONTS: &str = "system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif";

/// The SVG file of a scene. Of the patterns, the first has its outline; the others have their numbers.
pub(super) fn write(scene: &Scene, answer: &Answer, theme: Theme) -> String {
    let ground = if theme == Theme::Dark { Ground::Dark } else { Ground::Light };
    let metric = answer.grid.metric;
    let mut out = Writer { out: String::new(), metric, ground, label_size: scene.label_size };
    let (width, height) = (number(scene.width), number(scene.height));
    out.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
    out.attribute("class", &["xh xh-", metric.leader().name(), " ", heat_class(hottest_level(metric))].concat());
    out.attribute("width", &width);
    out.attribute("height", &height);
    out.attribute("viewBox", &["0 0 ", &width, " ", &height].concat());
    out.attribute("font-family", FONTS);
    out.attribute("font-size", &number(scene.label_size));
    out.raw(">\n<title>");
    out.text(&scene.title);
    out.raw("</title>\n<desc>");
    out.text(&scene.description);
    out.raw("</desc>\n");
    if theme == Theme::Auto {
        out.raw("<style>");
        out.raw(&style_sheet());
        out.raw("</style>\n");
    }
    out.raw("<rect");
    out.attribute("class", Role::Ground.class());
    out.attribute("width", "100%");
    out.attribute("height", "100%");
    out.attribute("fill", colour(Role::Ground, metric, ground));
    out.raw("/>\n");
    out.nodes(&scene.nodes, theme);
    out.raw("</svg>\n");
    out.out
}

/// True for what a static file leaves out: the outlines of all patterns but the first, and where nothing can ask for
/// it, what shows only without colour.
fn is_left_out(role: Role, theme: Theme) -> bool {
    match role {
        Role::Pattern(number) | Role::PatternHalo(number) => number != 1,
        Role::Ink(_) => theme != Theme::Auto,
        _ => false,
    }
}

struct Writer {
    out: String,
    metric: Metric,
    ground: Ground,
    label_size: f64,
}

impl Writer {
    fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.text(value);
        self.out.push('"');
    }

    /// Writes text as data: markup is escaped, what XML forbids is replaced, and so is what would turn the direction
    /// of the text around it.
    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => self.out.push(' '),
                hidden if hidden.is_control() || is_invisible(hidden) => self.out.push(char::REPLACEMENT_CHARACTER),
                other => self.out.push(other),
            }
        }
    }

    /// Writes nodes; texts that follow each other in one role and anchor share a group.
    fn nodes(&mut self, nodes: &[Node], theme: Theme) {
        let mut group: Option<(Role, Anchor)> = None;
        for node in nodes.iter().filter(|node| !is_left_out(node.role(), theme)) {
            let wanted = match node {
                Node::Path { .. } => None,
                Node::Text { role, anchor, .. } => Some((*role, *anchor)),
            };
            if group != wanted {
                if group.is_some() {
                    self.raw("</g>\n");
                }
                if let Some((role, anchor)) = wanted {
                    self.open_group(role, anchor);
                }
                group = wanted;
            }
            match node {
                Node::Path { role, data, stroke, dash } => self.path(*role, data, *stroke, *dash),
                Node::Text { x, y, content, .. } => {
                    self.raw("<text");
                    self.attribute("x", &number(*x));
                    self.attribute("y", &number(*y));
                    self.raw(">");
                    self.text(content);
                    self.raw("</text>\n");
                }
            }
        }
        if group.is_some() {
            self.raw("</g>\n");
        }
    }

    fn open_group(&mut self, role: Role, anchor: Anchor) {
        self.raw("<g");
        self.attribute("class", role.class());
        self.attribute("fill", colour(role, self.metric, self.ground));
        if role.text_size() != 1.0 {
            self.attribute("font-size", &number(self.label_size * role.text_size()));
        }
        if role.is_semibold() {
            self.attribute("font-weight", "600");
        }
        if anchor != Anchor::Start {
            self.attribute("text-anchor", anchor.name());
        }
        self.raw(">\n");
    }

    fn path(&mut self, role: Role, data: &str, stroke: f64, dash: Option<[f64; 2]>) {
        self.raw("<path");
        self.attribute("class", role.class());
        let colour = colour(role, self.metric, self.ground);
        let paint = paint(role);
        self.attribute("fill", if paint == Paint::Stroke { "none" } else { colour });
        if paint != Paint::Fill {
            let ringed = paint == Paint::Ringed;
            self.attribute("stroke", if ringed { tokens(self.ground).card } else { colour });
            self.attribute("stroke-width", &number(stroke));
        }
        if paint == Paint::Both {
            self.attribute("stroke-linejoin", "round");
        }
        if role == Role::Dot {
            self.attribute("stroke-linecap", "round");
        }
        if let Some([on, off]) = dash {
            self.attribute("stroke-dasharray", &[&number(on), " ", &number(off)].concat());
        }
        if matches!(role, Role::Ink(_)) {
            self.attribute("display", "none");
        }
        self.attribute("d", data);
        self.raw("/>\n");
    }
}

/// The roles whose colour a style sheet sets for every metric alike.
const COMMON_ROLES: [Role; 23] = [
    Role::Ground,
    Role::Weekend,
    Role::Tile,
    Role::Dot,
    Role::Unfinished,
    Role::Skipped,
    Role::Changed,
    Role::After,
    Role::MonthLine,
    Role::Label,
    Role::MonthLabel,
    Role::PatternHalo(0),
    Role::Pattern(0),
    Role::PatternBracket(0),
    Role::PatternDisc(0),
    Role::PatternNumber(0),
    Role::Title,
    Role::Muted,
    Role::Notice,
    Role::Sentence,
    Role::LegendName,
    Role::Legend,
    // Stands for itself in no scene; it keeps numbers on paper readable where levels have none.
    Role::CellNumber(0),
];

/// The constant style sheet of a file that follows its reader: dark where that is preferred, bars instead of colours on
/// paper, with more contrast and with forced colours. The same for every metric and answer, so that a server can name
/// its hash.
pub fn style_sheet() -> String {
    let [light, dark] = [Ground::Light, Ground::Dark].map(tokens);
    [
        &properties(light),
        "@media screen and (prefers-color-scheme:dark){",
        &properties(dark),
        &colours(Ground::Dark),
        "}@media print,(prefers-contrast:more),(forced-colors:active){",
        &marks(),
        "}@media print{.xh{print-color-adjust:exact}}@media (forced-colors:active){",
        &forced(),
        "}",
    ]
    .concat()
}

fn properties(tokens: Tokens) -> String {
    [".xh{--c:", tokens.card, ";--e:", tokens.muted, ";--t:", tokens.text, "}"].concat()
}

/// Rules that give every role its colour; roles of one paint and colour share a rule.
fn colours(ground: Ground) -> String {
    let mut rules = Rules { ground, rules: Vec::new() };
    for role in COMMON_ROLES {
        rules.add([".", role.class()].concat(), role, Metric::SuccessRate);
    }
    for metric in Metric::LEADERS {
        for level in 1..=4 {
            for role in [Role::Level(level), Role::Ink(level), Role::CellNumber(level)] {
                rules.add([".xh-", metric.name(), " .", role.class()].concat(), role, metric);
            }
        }
    }
    let mut sheet = String::new();
    for (declaration, selectors) in rules.rules {
        sheet += &[&selectors, "{", &declaration, "}"].concat();
    }
    sheet
}

/// Declarations with the selectors that share them, by declaration.
struct Rules {
    ground: Ground,
    rules: Vec<(String, String)>,
}

impl Rules {
    fn add(&mut self, selector: String, role: Role, metric: Metric) {
        let colour = colour(role, metric, self.ground);
        let declaration = match paint(role) {
            Paint::Both => ["fill:", colour, ";stroke:", colour].concat(),
            Paint::Ringed => ["fill:", colour, ";stroke:", tokens(self.ground).card].concat(),
            Paint::Fill => ["fill:", colour].concat(),
            Paint::Stroke => ["stroke:", colour].concat(),
        };
        let place = self.rules.partition_point(|(other, _)| *other < declaration);
        match self.rules.get_mut(place) {
            Some((same, selectors)) if *same == declaration => *selectors += &[",", &selector].concat(),
            _ => self.rules.insert(place, (declaration, selector)),
        }
    }
}

/// The class of a picture whose hottest level is this one.
fn heat_class(hottest: u8) -> &'static str {
    if hottest == 1 { "xh-hot1" } else { "xh-hot4" }
}

/// The selectors of a role of every level but the hottest.
fn all_but_hottest(role: fn(u8) -> Role) -> String {
    selectors(role, |hottest, level| level != hottest)
}

/// The selectors of a role of the hottest level.
fn only_hottest(role: fn(u8) -> Role) -> String {
    selectors(role, |hottest, level| level == hottest)
}

fn selectors(role: fn(u8) -> Role, is_meant: fn(u8, u8) -> bool) -> String {
    let mut selectors = String::new();
    for hottest in [1, 4] {
        for level in (1..=4).filter(|level| is_meant(hottest, *level)) {
            let comma = if selectors.is_empty() { "." } else { ",." };
            selectors += &[comma, heat_class(hottest), " .", role(level).class()].concat();
        }
    }
    selectors
}

/// Rules that turn cells into bars: an edge, filled from the bottom by the level's ink.
fn marks() -> String {
    [
        &all_but_hottest(Role::Level),
        "{fill:var(--c);stroke:var(--e);stroke-width:1}",
        &all_but_hottest(Role::CellNumber),
        "{fill:var(--t)}.xh-i1,.xh-i2,.xh-i3,.xh-i4{display:inline}",
    ]
    .concat()
}

/// Rules for colours that the reader's system forces.
fn forced() -> String {
    [
        ".xh{forced-color-adjust:none}.xh-ground{fill:Canvas}.xh-weekend{fill:none}.xh-tile{stroke:none}\
         .xh g{fill:CanvasText}",
        &all_but_hottest(Role::Level),
        "{fill:Canvas;stroke:CanvasText}",
        &only_hottest(Role::Level),
        "{fill:CanvasText;stroke:CanvasText}",
        &only_hottest(Role::CellNumber),
        "{fill:Canvas}\
         .xh .xh-i1,.xh .xh-i2,.xh .xh-i3,.xh .xh-i4{stroke:CanvasText}.xh-dot{display:none}\
         .xh-unfinished,.xh-skipped,.xh-month-line{stroke:CanvasText}.xh-after{stroke:GrayText}.xh-changed,.xh-halo{stroke:Canvas}\
         .xh-outline,.xh-bracket{stroke:Highlight}.xh-disc{fill:Highlight;stroke:Canvas}.xh .xh-number{fill:HighlightText}",
    ]
    .concat()
}
