//! Words and numbers for a screen: what text from rows may contain, and how counts, shares, times and dates are said
//! in English.

use chrono::{Datelike, NaiveDate};
use execution_heatmap::execution::is_invisible;

/// January to December, short.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A text that can do nothing to a terminal: control characters, and those that draw nothing or turn the direction of
/// text, are written as escapes.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A printable text in ASCII: the punctuation of our own sentences is replaced by its nearest, all else by `?`.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | ' '..='~' => plain.push(character),
            '–' | '−' | '·' => plain.push('-'),
            '×' => plain.push('x'),
            '…' => plain.push_str("..."),
            '’' => plain.push('\''),
            _ => plain.push('?'),
        }
    }
    plain
}

/// A count with its thousands apart: `86,697`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A share in percent with one decimal. `100%` and `0%` are said only where they are exact.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 || part == whole {
        return if whole == 0 { "none".to_owned() } else { "100%".to_owned() };
    }
    if part == 0 {
        return "0%".to_owned();
    }
    // In whole numbers, so that halves are rounded up as in the page: 94.85 has no binary form.
    let (part, whole) = (u128::from(part), u128::from(whole));
    match (2000 * part + whole) / (2 * whole) {
        1000.. => "over 99.9%".to_owned(),
        0 => "under 0.1%".to_owned(),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// A length of time in its two largest units: `340 ms`, `8.4 s`, `3 min 20 s`, `2 h 53 min`, `1 d 3 h`.
pub fn duration(ms: f64) -> String {
    const SECOND: u64 = 1000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let two = |ms: u64, unit: u64, name: &str, part: u64, part_name: &str| {
        let parts = (ms + part / 2) / part;
        let (whole, rest) = (parts / (unit / part), parts % (unit / part));
        if rest == 0 { format!("{whole} {name}") } else { format!("{whole} {name} {rest} {part_name}") }
    };
    // Float to integer keeps within the integer's range.
    let whole = ms.round() as u64;
    match whole {
        0..SECOND => format!("{whole} ms"),
        SECOND..MINUTE => format!("{:.1} s", ms / 1000.0),
        MINUTE..HOUR => two(whole, MINUTE, "min", SECOND, "s"),
        HOUR..DAY => two(whole, HOUR, "h", MINUTE, "min"),
        _ => two(whole, DAY, "d", HOUR, "h"),
    }
}

/// A month's short name.
pub fn month(date: NaiveDate) -> &'static str {
    MONTHS.get(date.month0() as usize).copied().unwrap_or("")
}

/// A range of dates: `May 1 – Jul 29, 2013`, with both years where they differ.
pub fn dates(first: NaiveDate, last: NaiveDate) -> String {
    let day = |date: NaiveDate| format!("{} {}", month(date), date.day());
    if first == last {
        return format!("{}, {}", day(last), last.year());
    }
    if first.year() == last.year() {
        return format!("{} – {}, {}", day(first), day(last), last.year());
    }
    format!("{}, {} – {}, {}", day(first), first.year(), day(last), last.year())
}

/// Breaks text between words into lines of at most `width` characters, the second and later ones indented. A word
/// that is longer than a line is broken too, so that nothing is cut; spaces are kept but where a line breaks.
pub fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let width = width.max(indent + 1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let (mut used, mut begun) = (0, 0);
    for piece in text.split_inclusive(' ') {
        let word = piece.trim_end_matches(' ');
        let mut word: Vec<char> = word.chars().collect();
        while used + word.len() > width {
            if used == begun {
                let rest = word.split_off(width - used);
                line.extend(word);
                word = rest;
            }
            lines.push(line.trim_end_matches(' ').to_owned());
            line = " ".repeat(indent);
            (used, begun) = (indent, indent);
        }
        used += word.len();
        line.extend(word);
        if piece.ends_with(' ') && (used > begun || lines.is_empty()) {
            line.push(' ');
            used += 1;
        }
    }
    lines.push(line.trim_end_matches(' ').to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_rows_does_nothing_to_a_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(printable(text), expected);
        check("Sync CRM – größer", "Sync CRM – größer");
        check("\u{1b}]52;c;ZXZpbA==\u{7}", "\\u{1b}]52;c;ZXZpbA==\\u{7}");
        check("a\rb\nc\td", "a\\u{d}b\\u{a}c\\u{9}d");
        check("abc\u{202e}cba\u{9b}31m", "abc\\u{202e}cba\\u{9b}31m");
        assert_eq!(ascii("9–11 AM · 1.9× 機"), "9-11 AM - 1.9x ?");
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (86_697, "86,697"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(count), expected);
        }
        for ((part, whole), expected) in [
            ((0, 5), "0%"),
            ((5, 5), "100%"),
            ((759, 1000), "75.9%"),
            ((99_999, 100_000), "over 99.9%"),
            ((1, 100_000), "under 0.1%"),
            ((0, 0), "none"),
        ] {
            assert_eq!(share(part, whole), expected);
        }
        for (ms, expected) in [
            (340.0, "340 ms"),
            (8400.0, "8.4 s"),
            (200_000.0, "3 min 20 s"),
            (10_380_000.0, "2 h 53 min"),
            (97_200_000.0, "1 d 3 h"),
            (3_600_000.0, "1 h"),
            (3_599_999.0, "60 min"),
        ] {
            assert_eq!(duration(ms), expected);
        }
    }

    #[test]
    fn dates_carry_each_year_once() {
        let check = |first: &str, last: &str, expected: &str| {
            assert_eq!(dates(first.parse().unwrap(), last.parse().unwrap()), expected);
        };
        check("2013-05-01", "2013-07-29", "May 1 – Jul 29, 2013");
        check("2025-11-20", "2026-02-18", "Nov 20, 2025 – Feb 18, 2026");
        check("2013-05-01", "2013-05-01", "May 1, 2013");
    }

    #[test]
    fn wrapping_cuts_nothing() {
        let check = |text: &str, width, expected: &[&str]| assert_eq!(wrapped(text, width, 2), expected);
        check("one two three", 80, &["one two three"]);
        check("one two three", 7, &["one two", "  three"]);
        check("abcdefghij", 4, &["abcd", "  ef", "  gh", "  ij"]);
        check(" 1 two  three", 80, &[" 1 two  three"]);
        check("one  two", 4, &["one", "  tw", "  o"]);
        check("   ■■  May", 80, &["   ■■  May"]);
    }
}
