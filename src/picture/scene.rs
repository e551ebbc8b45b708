//! The scene: what is drawn, where, and in which role. Roles become colours elsewhere; a scene knows none, so that a
//! theme changes without a new layout.

/// What a shape or a text is for. Each has one name, which is its class in SVG files and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The card that everything lies on (files only).
    Ground,
    /// The band behind a weekend.
    Weekend,
    /// A cell in which nothing ran.
    Tile,
    /// A cell's mark at level 1 to 4.
    Level(u8),
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
    /// Hours, days, weekdays.
    Label,
    /// Months and years.
    MonthLabel,
    /// The line between months of the daily picture.
    MonthLine,
    /// The halo under an outline.
    PatternHalo(u8),
    /// The outline round the cells of pattern n, from 1.
    Pattern(u8),
    /// The disc of pattern n's number.
    PatternDisc(u8),
    /// The number in the disc.
    PatternNumber(u8),
    /// The title of a file's picture.
    Title,
    /// The line under the title, and other small words.
    Muted,
    /// A claim.
    Sentence,
    /// Words of the legend.
    Legend,
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

/// One thing that is drawn. Lengths are CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Any number of shapes of one role, as SVG path data.
    Path {
        /// What it is for.
        role: Role,
        /// SVG path data with relative commands.
        data: String,
    },
    /// One rectangle.
    Rect {
        /// What it is for.
        role: Role,
        /// Left edge.
        x: f64,
        /// Upper edge.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
        /// Radius of the corners.
        radius: f64,
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

/// A picture that has been laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// What the picture shows, one line: metric, granularity, span, zone.
    pub title: String,
    /// The same in sentences: the summary and what was found.
    pub description: String,
    /// What is drawn, from back to front.
    pub nodes: Vec<Node>,
    /// Where the cells lie.
    pub places: Places,
}

impl Role {
    /// The class in SVG files and pages.
    pub const fn class(self) -> &'static str {
        "xh"
    }
}
