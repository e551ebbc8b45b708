//! The picture for a terminal: a pure function of an answer and of how the screen looks. Same answer and look, same
//! bytes. It moves no cursor, and nothing is said by colour or boldness alone: levels differ in lightness, and
//! without colours in characters.

mod cells;
mod ink;
mod text;

pub use text::{grouped, printable};

use execution_heatmap::answer::Answer;
use execution_heatmap::grid::Presence;
use execution_heatmap::notice::{A_MAPPING, NOT_KEPT, REPEATED_UNSOUGHT, rate_known};
use execution_heatmap::options::{Granularity, Metric};
use execution_heatmap::pattern::Finding;
use execution_heatmap::pattern::english::notices::CAN_BE_ASKED_FOR;
use execution_heatmap::picture::legend::{self, LegendItem, LegendKey};
use execution_heatmap::zone::HOUR_MS;
use ink::{Ink, Line};
use std::collections::BTreeSet;

/// Which colours a screen has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None, or too few to tell the levels apart.
    None,
    /// A palette of 256.
    Indexed,
    /// 24 bits.
    True,
}

/// How the screen looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// What the rows are of: a file's name.
    pub title: String,
    /// Columns.
    pub width: usize,
    /// Colours.
    pub colours: Colours,
    /// True for a light ground.
    pub light: bool,
    /// True where only ASCII can be shown.
    pub ascii: bool,
}

/// The picture, with a newline at its end: header, counts, sentences, cells, legend, notes.
pub fn picture(answer: &Answer, look: &Look) -> String {
    let mut page = Page { look, lines: Vec::new() };
    page.words(&header(answer, look), 0);
    page.words(&counts(answer), 0);
    if let Some(why) = &answer.incomplete {
        page.words(&format!("Some rows are missing: {why}."), 0);
    }
    page.blank();
    for (finding, number) in answer.patterns.iter().zip(1..) {
        page.words(&format!(" {number} {}", finding.sentence), 3);
        page.words(&format!("   {}", weeks(finding, look.ascii)), 3);
    }
    if !answer.patterns.is_empty() {
        page.blank();
    }
    let (cells, inks) = cells::lines(answer, look);
    page.lines.extend(cells);
    page.legend(answer, &inks);
    let notes = notes(answer);
    if !notes.is_empty() {
        page.blank();
    }
    notes.iter().for_each(|note| page.words(note, 2));
    let mut picture = page.lines.join("\n");
    picture.push('\n');
    picture
}

fn header(answer: &Answer, look: &Look) -> String {
    let metric = match answer.grid.metric {
        Metric::SuccessRate => "success rate",
        Metric::Volume => "volume",
        Metric::Duration => "duration",
        Metric::ErrorCount => "errors",
        Metric::P50Duration => "median duration",
        Metric::P95Duration => "95th percentile of duration",
        Metric::P99Duration => "99th percentile of duration",
        Metric::MaxDuration => "longest duration",
        Metric::QueueWait => "queue wait",
    };
    let span = text::dates(answer.window.start_date, answer.window.end_date);
    format!("{}  {metric}, {}  {span}  {}", look.title, answer.grid.granularity.name(), answer.zone.name())
}

fn counts(answer: &Answer) -> String {
    let totals = &answer.totals;
    let executions = totals.executions();
    let mut parts = vec![format!("{} {}", grouped(executions), if executions == 1 { "run" } else { "runs" })];
    if let Some(known) = rate_known(totals) {
        parts.push(known);
    } else if totals.decided() > 0 {
        let completed = totals.decided() - totals.failures();
        parts.push(format!("{} succeeded", text::share(completed, totals.decided())));
    }
    if let Some(average_ms) = totals.average_duration_ms() {
        parts.push(format!("{} on average", text::duration(average_ms)));
    }
    if answer.account.unreadable > 0 {
        parts.push(format!("{} unreadable", grouped(answer.account.unreadable)));
    }
    parts.join(" · ")
}

/// One square a week: filled where the claim held, hollow where it did not, a dot where there was too little data.
fn weeks(finding: &Finding, ascii: bool) -> String {
    let squares = finding.weeks.iter().map(|(_, held)| match (held, ascii) {
        (Some(true), false) => '■',
        (Some(false), false) => '□',
        (None, false) => '·',
        (Some(true), true) => '#',
        (Some(false), true) => '.',
        (None, true) => '?',
    });
    let from_to = text::dates(finding.from, finding.to);
    // What does not recur by week has none to show.
    if finding.weeks.is_empty() { from_to } else { format!("{}  {from_to}", squares.collect::<String>()) }
}

/// The notice of an answer without patterns, of files that were read in part: threads read them side by side, so that what
/// there is has holes, which no pattern may tell.
pub const NONE_OF_PARTS: &str = "no patterns are looked for in parts of several files";
/// The notice of an answer without patterns, of a reading that an interrupt ended: whoever gives one does not want to wait
/// for what may take many seconds.
pub const NONE_AFTER_INTERRUPT: &str = "no patterns are looked for after an interrupt";

fn notes(answer: &Answer) -> Vec<String> {
    let mut notes = Vec::new();
    let are_looked_for =
        !answer.notices.iter().any(|notice| [NONE_OF_PARTS, NONE_AFTER_INTERRUPT].contains(&&**notice));
    if answer.patterns.is_empty() && answer.totals.executions() > 0 && are_looked_for {
        notes.push("No recurring pattern found.".to_owned());
    }
    notes.extend(answer.advice.iter().map(|advice| sentence(&advice.sentence)));
    let are_kept = !answer.notices.iter().any(|notice| notice == NOT_KEPT);
    notes.extend(answer.notices.iter().map(|notice| sentence(&with_flag(notice, are_kept))));
    let grid = &answer.grid;
    let changed = |is_longer: bool| {
        let changed = grid.cells.iter().filter(|cell| cell.changed_by_clock);
        changed.filter(|cell| (cell.length_ms > HOUR_MS) == is_longer).count()
    };
    let skipped = grid.cells.iter().filter(|cell| cell.presence == Presence::Skipped).count();
    let (longer, shorter) =
        (changed(true), changed(false) + if grid.granularity == Granularity::Hourly { skipped } else { 0 });
    if longer > 0 {
        notes.push(format!("Clocks went back: {} longer than 60 minutes.", hours_last(longer)));
    }
    if shorter > 0 {
        notes.push(format!("Clocks went forward: {} cut short or skipped.", hours_last(shorter)));
    }
    notes
}

/// What the engine says of a mapping, with the flag that gives one. Whatever it tells of a source stands before.
pub fn with_map(words: &str) -> String {
    match words.rsplit_once(A_MAPPING) {
        Some((before, behind)) => [before, A_MAPPING, " (--map)", behind].concat(),
        None => words.to_owned(),
    }
}

/// A notice of what was left out, with the flag that asks for it; rows that are not kept cannot be held against each other.
fn with_flag(notice: &str, are_kept: bool) -> String {
    let how = match notice {
        REPEATED_UNSOUGHT if are_kept => "; --deduplicate on looks for them",
        _ if notice.ends_with(CAN_BE_ASKED_FOR) => " by --patterns all",
        _ => "",
    };
    with_map(notice) + how
}

fn hours_last(hours: usize) -> String {
    if hours == 1 { "1 hour is".to_owned() } else { format!("{hours} hours are") }
}

/// With a capital first and a full stop last.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if words.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", characters.as_str())
}

struct Page<'a> {
    look: &'a Look,
    lines: Vec<String>,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.lines.push(String::new());
    }

    /// Adds words; whatever text from rows is in them is made harmless here.
    fn words(&mut self, words: &str, indent: usize) {
        self.lines.extend(text::wrapped(&self.shown(words), self.look.width, indent));
    }

    fn shown(&self, words: &str) -> String {
        let words = printable(words);
        if self.look.ascii { text::ascii(&words) } else { words }
    }

    /// What the levels mean, and the inks without a level that are in the picture; as many to a line as fit.
    fn legend(&mut self, answer: &Answer, inks: &BTreeSet<u8>) {
        let metric = answer.grid.metric;
        let mut levels = legend::legend(answer);
        levels.sort_by_key(|level| level.level);
        let said = |level: &LegendItem| {
            let words = format!("{} {}", level.name, level.range);
            (Ink::Level(level.level), self.shown(words.trim_end()))
        };
        let mut entries: Vec<(Ink, String)> = levels.iter().map(said).collect();
        let others = [(Ink::Tile, LegendKey::Nothing), (Ink::Unfinished, LegendKey::Unfinished)];
        let present = others.into_iter().filter(|(ink, _)| inks.contains(&cells::ink_number(*ink)));
        entries.extend(present.map(|(ink, key)| (ink, key.words(metric).to_owned())));
        let mut line = Line::default();
        let mut used = 0;
        for (ink, words) in entries {
            let needed = 2 + words.chars().count();
            if used > 0 && used + 2 + needed > self.look.width {
                self.lines.push(std::mem::take(&mut line).end());
                used = 0;
            }
            if used > 0 {
                line.text("  ");
                used += 2;
            }
            match ink.colour(metric, self.look) {
                Some(colour) if self.look.ascii => line.character(' ', None, Some(colour)),
                Some(colour) => line.character('■', Some(colour), None),
                None => line.character(ink.character(metric, self.look.ascii), None, None),
            }
            line.text(&format!(" {words}"));
            used += needed;
        }
        self.lines.push(line.end());
    }
}
