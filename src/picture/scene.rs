//! The scene: what is drawn, where, and in which role. Roles become colours elsewhere; a scene knows none, so that a
//! theme changes without a new layout.

/// What a shape or a text is for, from back to front: a scene's nodes come in this order. Each has one name, which is
/// its class in SVG files and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The card that everything lies on (files only; a scene has none).
    Ground,
    /// The band behind a weekend.
    Weekend,
    /// A cell in which nothing ran, or the ground of a small mark: a line as wide as a cell, dashed by the rows.
    Tile,
    /// A cell's mark at level 1 to 4.
    Level(u8),
    /// The part of a cell at level 1 to 4 that stays filled where colour is taken away: a bar from the cell's bottom,
    /// the higher the hotter. Not shown otherwise; the hottest level has none, since its cells stay filled.
    Ink(u8),
    /// The second cue on cells of the success rate's level 1.
    Dot,
    /// The ring of a cell in which runs did not end.
    Unfinished,
    /// The dash of an hour that a clock change skips.
    Skipped,
    /// The line across a cell that a clock change made longer or shorter.
    Changed,
    /// The outline of a cell that is still to come.
    After,
    /// The line between months of the daily picture.
    MonthLine,
    /// The number in a cell at level 1 to 4, where cells are large enough.
    CellNumber(u8),
    /// Hours, days, weekdays.
    Label,
    /// Months and years.
    MonthLabel,
    /// The halo under the outline of pattern n, from 1.
    PatternHalo(u8),
    /// The outline round the cells of pattern n.
    Pattern(u8),
    /// The bracket beside the hours of pattern n, which holds on every day.
    PatternBracket(u8),
    /// The disc of pattern n's number.
    PatternDisc(u8),
    /// The number in the disc.
    PatternNumber(u8),
    /// The title of a file's picture.
    Title,
    /// The line under the title, and other small words.
    Muted,
    /// That rows are missing.
    Notice,
    /// A claim.
    Sentence,
    /// The name of a level in the legend.
    LegendName,
    /// Other words of the legend.
    Legend,
}

/// The patterns that a picture numbers; further ones are told in words alone.
pub const MOST_MARKED_PATTERNS: usize = 20;

macro_rules! numbered {
    ($class:literal) => {
        numbered!($class; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)
    };
    ($class:literal; $($number:literal)*) => {{
        const CLASSES: [&str; MOST_MARKED_PATTERNS] = [$(concat!($class, " xh-p", $number)),*];
        CLASSES
    }};
}

/// The entry of a table for a number from 1.
fn entry(table: &[&'static str], number: u8, otherwise: &'static str) -> &'static str {
    usize::from(number).checked_sub(1).and_then(|position| table.get(position)).copied().unwrap_or(otherwise)
}

impl Role {
    /// The name as a class. What belongs to a pattern has a second class with its number, `xh-p1` and so on.
    pub fn class(self) -> &'static str {
        match self {
            Role::Ground => "xh-ground",
            Role::Weekend => "xh-weekend",
            Role::Tile => "xh-tile",
            Role::Level(level) => entry(&["xh-l1", "xh-l2", "xh-l3", "xh-l4"], level, "xh-tile"),
            Role::Ink(level) => entry(&["xh-i1", "xh-i2", "xh-i3", "xh-i4"], level, "xh-tile"),
            Role::Dot => "xh-dot",
            Role::Unfinished => "xh-unfinished",
            Role::Skipped => "xh-skipped",
            Role::Changed => "xh-changed",
            Role::After => "xh-after",
            Role::MonthLine => "xh-month-line",
            Role::CellNumber(level) => entry(&["xh-t1", "xh-t2", "xh-t3", "xh-t4"], level, "xh-label"),
            Role::Label => "xh-label",
            Role::MonthLabel => "xh-month",
            Role::PatternHalo(number) => entry(&numbered!("xh-halo"), number, "xh-halo"),
            Role::Pattern(number) => entry(&numbered!("xh-outline"), number, "xh-outline"),
            Role::PatternBracket(number) => entry(&numbered!("xh-bracket"), number, "xh-bracket"),
            Role::PatternDisc(number) => entry(&numbered!("xh-disc"), number, "xh-disc"),
            Role::PatternNumber(number) => entry(&numbered!("xh-number"), number, "xh-number"),
            Role::Title => "xh-title",
            Role::Muted => "xh-muted",
            Role::Notice => "xh-notice",
            Role::Sentence => "xh-sentence",
            Role::LegendName => "xh-legend-name",
            Role::Legend => "xh-legend",
        }
    }

    /// The size of a text relative to the size of labels.
    pub fn text_size(self) -> f64 {
        let at_labels_of_11 = match self {
            Role::Title => 16.0,
            Role::Sentence | Role::Notice => 14.0,
            Role::Muted => 13.0,
            Role::MonthLabel | Role::LegendName | Role::Legend => 12.0,
            Role::CellNumber(_) | Role::PatternNumber(_) => 10.0,
            _ => 11.0,
        };
        at_labels_of_11 / 11.0
    }

    /// True for texts that are set semibold.
    pub fn is_semibold(self) -> bool {
        matches!(self, Role::Title | Role::Notice | Role::MonthLabel | Role::LegendName | Role::PatternNumber(_))
    }
}

/// Where a text hangs on its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

impl Anchor {
    /// The name, as SVG has it.
    pub const fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// One thing that is drawn. Lengths are CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Any number of shapes of one role, as SVG path data.
    Path {
        /// What it is for.
        role: Role,
        /// SVG path data with relative commands.
        data: String,
        /// The width of the line along it; 0 for none. Levels are filled and have their line in the same colour,
        /// which rounds the corners; a disc has it in the colour of the card.
        stroke: f64,
        /// The lengths of the line's dashes and of the gaps between them; `None` for a line without gaps.
        dash: Option<[f64; 2]>,
    },
    /// One line of text. `content` is data, never markup.
    Text {
        /// What it is for.
        role: Role,
        /// Where it hangs.
        x: f64,
        /// The baseline.
        y: f64,
        /// How it hangs there.
        anchor: Anchor,
        /// The text.
        content: String,
    },
}

impl Node {
    /// What it is for.
    pub fn role(&self) -> Role {
        match self {
            Node::Path { role, .. } | Node::Text { role, .. } => *role,
        }
    }
}

/// Where the cells lie: rows × columns as the eye sees them, which is also how arrow keys walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Left edge of each column.
    pub columns: Vec<f64>,
    /// Upper edge of each row.
    pub rows: Vec<f64>,
    /// A cell's width.
    pub width: f64,
    /// A cell's height.
    pub height: f64,
    /// Row by row, the number of the grid's cell at each place; `None` where there is none.
    pub cells: Vec<Option<u32>>,
}

impl Places {
    /// The number of the grid's cell in a row and a column.
    pub fn cell(&self, row: usize, column: usize) -> Option<u32> {
        if column >= self.columns.len() {
            return None;
        }
        self.cells.get(row * self.columns.len() + column).copied().flatten()
    }
}

/// A picture that has been laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// The size of labels in CSS pixels; texts of other roles are [`Role::text_size`] times as large.
    pub label_size: f64,
    /// What the picture shows, one line: metric, granularity, span, zone.
    pub title: String,
    /// The same in sentences: the summary and what was found.
    pub description: String,
    /// What is drawn, from back to front.
    pub nodes: Vec<Node>,
    /// Where the cells lie.
    pub places: Places,
}
