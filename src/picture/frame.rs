//! What stands round the cells of a picture that stands alone: title, summary, what is missing, the sentences, the
//! legend, and notes at the foot. Breaks lines; decides no word.

use super::geometry::{below_middle, text_at, text_width};
use super::legend::{self, LegendKey};
use super::look::Look;
use super::marks;
use super::outline;
use super::pen::Area;
use super::scene::{Anchor, MOST_MARKED_PATTERNS, Role};
use super::sheet::Sheet;
use super::{Words, words};
use crate::answer::Answer;
use crate::pattern::told;

/// Where the frame may write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Margins {
    /// The left edge.
    pub(super) left: f64,
    /// The upper edge.
    pub(super) top: f64,
    /// The width.
    pub(super) width: f64,
    /// The size of labels.
    pub(super) label: f64,
}

/// The distance between lines, of a size.
const LINE: f64 = 1.45;
/// Lines that one sentence may take; its whole text is in the description.
const MOST_LINES: usize = 6;

/// Writes what stands above the cells and returns where it ends.
pub(super) fn above(sheet: &mut Sheet, answer: &Answer, names: &Words, margins: Margins) -> f64 {
    let mut y = margins.top;
    y = paragraph(sheet, Role::Title, &words::title(answer, names), margins, 0.0, y);
    y = paragraph(sheet, Role::Muted, &words::summary(answer), margins, 0.0, y + 1.0);
    if let Some(reason) = &answer.incomplete {
        y = paragraph(sheet, Role::Notice, &["Some rows are missing: ", reason].concat(), margins, 0.0, y + 6.0);
    }
    if !told(&answer.patterns).is_empty() {
        y += 8.0;
    }
    let indent = 2.0 * outline::disc_radius(margins.label) + 8.0;
    for (finding, number) in told(&answer.patterns).iter().take(MOST_MARKED_PATTERNS).zip(1u8..) {
        let size = margins.label * Role::Sentence.text_size();
        let middle = y + size * LINE / 2.0;
        outline::disc(sheet, number, margins.left + outline::disc_radius(margins.label), middle, margins.label);
        y = paragraph(sheet, Role::Sentence, &finding.sentence, margins, indent, y) + 4.0;
    }
    let untold = told(&answer.patterns).len().saturating_sub(MOST_MARKED_PATTERNS);
    if untold > 0 {
        let more = words::counted(untold as u64, "further pattern") + " not shown here";
        y = paragraph(sheet, Role::Muted, &more, margins, indent, y);
    }
    legend_of(sheet, answer, margins, y + 10.0) + 14.0
}

/// Writes the notes under the cells and returns where they end.
pub(super) fn below(sheet: &mut Sheet, answer: &Answer, margins: Margins) -> f64 {
    let mut y = margins.top;
    let advice = told(&answer.advice).iter().map(|advice| &advice.sentence);
    for notice in advice.chain(&answer.notices) {
        // Notices are in English; capitals of all the world would be 12 kB of every reader's download.
        let mut text = notice.clone() + ".";
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        y = paragraph(sheet, Role::Label, &text, margins, 0.0, y);
    }
    y
}

fn paragraph(sheet: &mut Sheet, role: Role, text: &str, margins: Margins, indent: f64, y: f64) -> f64 {
    let size = margins.label * role.text_size();
    let mut y = y;
    for line in wrap(text, size, role.is_semibold(), margins.width - indent) {
        let baseline = y + size * LINE / 2.0 + below_middle(size);
        sheet.write(text_at(role, margins.left + indent, baseline, Anchor::Start, &line));
        y += size * LINE;
    }
    y
}

/// Breaks a text into lines of a width: between words, within a word that is longer than a line, and with an ellipsis
/// after [`MOST_LINES`].
fn wrap(text: &str, size: f64, semibold: bool, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let measure = |text: &str| text_width(text, size, semibold);
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { [&line, " ", word].concat() };
        if measure(&longer) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            // One letter always fits, so that a line never stays empty.
            if !line.is_empty() && measure(&line) + measure(letter.encode_utf8(&mut [0; 4])) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
            if lines.len() > MOST_LINES {
                break;
            }
        }
        if lines.len() > MOST_LINES {
            break;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            while measure(last) + measure("…") > width && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

/// The side of a sample.
fn sample_side(label: f64) -> f64 {
    (label * 1.09).round()
}

fn legend_of(sheet: &mut Sheet, answer: &Answer, margins: Margins, y: f64) -> f64 {
    let mut flow = Flow { margins, x: margins.left, y };
    let metric = answer.grid.metric;
    for item in legend::legend(answer) {
        let cells = item.cells_in_words(answer.grid.granularity);
        let rest = if item.range.is_empty() { cells } else { [&item.range, " · ", &cells].concat() };
        let area = flow.entry(sheet, &item.name, &rest);
        marks::sample(sheet, metric, Look::Level { level: item.level, few: false }, area);
    }
    for key in legend::keys(&answer.grid) {
        let area = flow.entry(sheet, "", key.words(metric));
        // The calmer of the two middle levels is good on every ground.
        let few = Look::Level { level: 3, few: true };
        match key {
            LegendKey::Few => marks::sample(sheet, metric, few, area),
            LegendKey::Nothing => marks::sample(sheet, metric, Look::Nothing, area),
            LegendKey::Unfinished => marks::sample(sheet, metric, Look::Unfinished, area),
            LegendKey::Skipped => marks::sample(sheet, metric, Look::Skipped, area),
            LegendKey::Changed => marks::changed_sample(sheet, area),
            LegendKey::After => marks::sample(sheet, metric, Look::After, area),
        }
    }
    flow.y + flow.line()
}

/// Entries of the legend, one after the other, on as many lines as they need.
struct Flow {
    margins: Margins,
    x: f64,
    y: f64,
}

impl Flow {
    fn line(&self) -> f64 {
        (self.margins.label * 1.9).round()
    }

    /// Writes an entry and returns the place of its sample.
    fn entry(&mut self, sheet: &mut Sheet, name: &str, rest: &str) -> Area {
        let label = self.margins.label;
        let size = label * Role::Legend.text_size();
        let side = sample_side(label);
        let name_width = if name.is_empty() { 0.0 } else { text_width(name, size, true) + 6.0 };
        let rest_width = text_width(rest, size, false);
        let width = side + 6.0 + name_width + rest_width;
        if self.x > self.margins.left && self.x + width > self.margins.left + self.margins.width {
            self.x = self.margins.left;
            self.y += self.line();
        }
        let middle = self.y + self.line() / 2.0;
        let baseline = middle + below_middle(size);
        let text_x = self.x + side + 6.0;
        if !name.is_empty() {
            sheet.write(text_at(Role::LegendName, text_x, baseline, Anchor::Start, name));
        }
        if width <= self.margins.width || name.is_empty() {
            sheet.write(text_at(Role::Legend, text_x + name_width, baseline, Anchor::Start, rest));
        } else {
            self.y += self.line();
            sheet.write(text_at(Role::Legend, text_x, baseline + self.line(), Anchor::Start, rest));
        }
        let area = Area { x: self.x, y: (middle - side / 2.0).round(), width: side, height: side };
        self.x += width + 16.0;
        area
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_words_that_are_too_long() {
        let lines = |text: &str, width| wrap(text, 10.0, false, width);
        assert_eq!(lines("one two three", 1000.0), ["one two three"]);
        assert_eq!(lines("one two three", 45.0), ["one two", "three"]);
        assert_eq!(lines(&"x".repeat(16), 45.0), ["xxxxxxx", "xxxxxxx", "xx"]);
        assert!(lines("", 45.0).is_empty());
        let cut = lines(&"word ".repeat(500), 45.0);
        assert_eq!(cut.len(), MOST_LINES);
        assert!(cut.last().unwrap().ends_with('…'));
        assert!(!lines("too narrow", 0.0).is_empty());
    }
}
