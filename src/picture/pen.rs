//! SVG path data: relative commands in hundredths of a pixel, so that errors do not add up, in as few bytes as the
//! grammar allows. Knows no roles and no colours.

use crate::number::{push_whole, within};

/// Writes the data of one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Pen {
    data: String,
    /// Where the pen stands, in hundredths of a pixel.
    at: (i64, i64),
}

impl Pen {
    /// The data written so far.
    pub(super) fn into_data(self) -> String {
        self.data
    }

    /// Begins a subpath at a point.
    pub(super) fn move_to(&mut self, x: f64, y: f64) {
        let to = (hundredths(x), hundredths(y));
        self.data.push(if self.data.is_empty() { 'M' } else { 'm' });
        self.pair(to.0 - self.at.0, to.1 - self.at.1);
        self.at = to;
    }

    /// A line to the right (or, negative, to the left).
    pub(super) fn across(&mut self, by: f64) {
        self.across_hundredths(hundredths(by));
    }

    /// A line down (or, negative, up).
    pub(super) fn down(&mut self, by: f64) {
        self.down_hundredths(hundredths(by));
    }

    /// A dot: a line without length, which a round cap makes visible.
    pub(super) fn dot(&mut self, x: f64, y: f64) {
        self.move_to(x, y);
        self.across_hundredths(0);
    }

    /// A rectangle.
    pub(super) fn rectangle(&mut self, area: Area) {
        let right = hundredths(area.x + area.width);
        let bottom = hundredths(area.y + area.height);
        self.move_to(area.x, area.y);
        let (width, height) = (right - self.at.0, bottom - self.at.1);
        let start = self.at;
        self.across_hundredths(width);
        self.down_hundredths(height);
        self.across_hundredths(-width);
        self.data.push('z');
        self.at = start;
    }

    /// A rectangle with round corners.
    pub(super) fn rounded_rectangle(&mut self, area: Area, radius: f64) {
        let radius = radius.min(area.width / 2.0).min(area.height / 2.0).max(0.0);
        self.move_to(area.x + radius, area.y);
        let start = self.at;
        self.across(area.width - 2.0 * radius);
        self.corner((radius, 0.0), radius, radius);
        self.down(area.height - 2.0 * radius);
        self.corner((0.0, radius), -radius, radius);
        self.across(2.0 * radius - area.width);
        self.corner((-radius, 0.0), -radius, -radius);
        self.down(2.0 * radius - area.height);
        self.corner((0.0, -radius), radius, -radius);
        self.data.push('z');
        self.at = start;
    }

    /// A full circle.
    pub(super) fn circle(&mut self, x: f64, y: f64, radius: f64) {
        self.move_to(x - radius, y);
        self.arc(radius, 2.0 * radius, 0.0);
        self.arc(radius, -2.0 * radius, 0.0);
        self.data.push('z');
    }

    /// A round corner that begins across or down; a parabola, which takes half the bytes of an arc and looks alike.
    fn corner(&mut self, (across, down): (f64, f64), dx: f64, dy: f64) {
        let (dx, dy) = (hundredths(dx), hundredths(dy));
        self.data.push('q');
        self.pair(hundredths(across), hundredths(down));
        self.data.push(' ');
        self.pair(dx, dy);
        self.at = (self.at.0 + dx, self.at.1 + dy);
    }

    fn arc(&mut self, radius: f64, dx: f64, dy: f64) {
        let (radius, dx, dy) = (hundredths(radius), hundredths(dx), hundredths(dy));
        self.data.push('a');
        self.pair(radius, radius);
        self.data.push_str(" 0 0 1 ");
        self.pair(dx, dy);
        self.at = (self.at.0 + dx, self.at.1 + dy);
    }

    fn across_hundredths(&mut self, by: i64) {
        self.data.push('h');
        push_decimal(&mut self.data, by);
        self.at.0 += by;
    }

    fn down_hundredths(&mut self, by: i64) {
        self.data.push('v');
        push_decimal(&mut self.data, by);
        self.at.1 += by;
    }

    fn pair(&mut self, x: i64, y: i64) {
        push_decimal(&mut self.data, x);
        // A sign, or a second point, ends the number before it.
        let has_point = |hundredths: i64| hundredths % 100 != 0;
        let begins_with_point = y > 0 && y < 100;
        if y >= 0 && !(begins_with_point && has_point(x)) {
            self.data.push(' ');
        }
        push_decimal(&mut self.data, y);
    }
}

/// A rectangle's place, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    /// The rectangle whose edges lie `by` further in.
    pub(super) fn inset(self, by: f64) -> Area {
        Area {
            x: self.x + by,
            y: self.y + by,
            width: (self.width - 2.0 * by).max(0.0),
            height: (self.height - 2.0 * by).max(0.0),
        }
    }

    /// The rectangle in its middle that is about `share` of it in each direction, in halves of a pixel.
    pub(super) fn shrunk(self, share: f64) -> Area {
        let halves = |side: f64| ((side * share * 2.0).round() / 2.0).max(0.5).min(side);
        let (width, height) = (halves(self.width), halves(self.height));
        Area { x: self.x + (self.width - width) / 2.0, y: self.y + (self.height - height) / 2.0, width, height }
    }
}

/// The most pixels that a length may have; it keeps hundredths far inside their type.
const MOST_PIXELS: f64 = 1e9;

/// A length in hundredths of a pixel.
pub(super) fn hundredths(pixels: f64) -> i64 {
    // A length that is no number has no place either; 0 keeps the path well-formed.
    if pixels.is_nan() { 0 } else { (within(pixels, -MOST_PIXELS, MOST_PIXELS) * 100.0).round() as i64 }
}

/// Appends hundredths as the shortest decimal: no zero before the point, none at the end.
fn push_decimal(out: &mut String, hundredths: i64) {
    if hundredths < 0 {
        out.push('-');
    }
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    if whole > 0 || rest == 0 {
        push_whole(out, whole);
    }
    if rest > 0 {
        out.push('.');
        push_whole(out, rest / 10);
        if rest % 10 > 0 {
            push_whole(out, rest % 10);
        }
    }
}

/// A length with at most two decimals, as attributes carry it.
pub(super) fn number(pixels: f64) -> String {
    let mut text = String::new();
    push_decimal(&mut text, hundredths(pixels));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(draw: impl FnOnce(&mut Pen)) -> String {
        let mut pen = Pen::default();
        draw(&mut pen);
        pen.into_data()
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let check = |pixels, expected: &str| assert_eq!(number(pixels), expected, "{pixels}");
        check(0.0, "0");
        check(-0.001, "0");
        check(12.0, "12");
        check(0.25, ".25");
        check(-0.5, "-.5");
        check(9.756, "9.76");
        check(1.05, "1.05");
        check(f64::NAN, "0");
        check(f64::INFINITY, "1000000000");
    }

    #[test]
    fn a_second_number_needs_a_space_only_where_the_first_does_not_end() {
        let check = |x, y, expected: &str| {
            let written = data(|pen| {
                pen.move_to(0.0, 0.0);
                pen.move_to(x, y);
            });
            assert_eq!(written, format!("M0 0m{expected}"));
        };
        check(1.5, 0.25, "1.5.25");
        check(1.0, 0.25, "1 .25");
        check(1.0, -2.0, "1-2");
        check(1.0, 2.0, "1 2");
    }

    #[test]
    fn a_rectangle_leaves_the_pen_where_it_began() {
        let two = data(|pen| {
            pen.rectangle(Area { x: 1.0, y: 2.0, width: 7.75, height: 14.0 });
            pen.rectangle(Area { x: 1.0, y: 18.0, width: 7.75, height: 14.0 });
        });
        assert_eq!(two, "M1 2h7.75v14h-7.75zm0 16h7.75v14h-7.75z");
    }
}
