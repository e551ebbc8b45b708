//! What the errors of several executions have in common: the line of a message that says what went wrong, without what
//! differs from one run to the next: most ids, moments, addresses, numbers of more than three digits and amounts with a unit.
//! Knows no table and counts nothing.

use crate::execution::is_invisible;

/// The longest class, in bytes.
pub const MOST_CLASS_BYTES: usize = 80;
/// So many bytes of a line are looked at.
const MOST_LINE_BYTES: usize = 1024;
/// Python says first where it was and last what went wrong.
const TRACEBACK: &str = "Traceback (most recent call last)";
/// Numbers of so many digits say what went wrong (503, exit code 137), longer ones mostly which run it was.
const MOST_DIGITS: usize = 3;
/// A code of a vendor has so many at most ("ORA-12541").
const MOST_CODE_DIGITS: usize = 5;
/// Behind a number these make it an amount, however short.
const UNITS: [&[u8]; 11] = [b"ms", b"s", b"m", b"min", b"h", b"d", b"b", b"kb", b"mb", b"gb", b"mib"];
/// A word of hexadecimal digits of both sorts that is as long is an id.
const LEAST_ID_BYTES: usize = 6;
/// Stands for what differs.
const OTHER: char = '#';

/// Writes the class of an error in the place of what `class` holds; an empty one if the error says nothing. Two errors of
/// one class differ in words with digits, in white space, colours and characters that draw nothing, in other lines than the
/// first one (of a traceback of Python: the last one), or behind the first [`MOST_CLASS_BYTES`] bytes of the class.
pub fn write_class(error: &str, class: &mut String) {
    class.clear();
    let is_traceback = error.trim_start().starts_with(TRACEBACK);
    let is_written = |line: &str| {
        write_line(line.trim(), class);
        !class.is_empty()
    };
    // A line that draws nothing is not what was said.
    let _ = if is_traceback { error.lines().rev().any(is_written) } else { error.lines().any(is_written) };
}

/// Writes the class of one line behind a class that is empty.
fn write_line(line: &str, class: &mut String) {
    let mut rest = line.get(..line.floor_char_boundary(MOST_LINE_BYTES)).unwrap_or_default();
    while let Some(next) = rest.chars().next().filter(|_| class.len() < MOST_CLASS_BYTES) {
        // What colours a terminal says nothing.
        if let Some(behind) = rest.strip_prefix("\u{1b}[") {
            let behind = behind.trim_start_matches(|next: char| next.is_ascii_digit() || next == ';');
            rest = behind.strip_prefix(|next: char| next.is_ascii_alphabetic()).unwrap_or(behind);
            continue;
        }
        let word = rest.get(..word_bytes(rest.as_bytes())).unwrap_or_default();
        match word {
            "" if next.is_whitespace() || next.is_control() || is_invisible(next) => {
                if !class.is_empty() && !class.ends_with(' ') {
                    class.push(' ');
                }
            }
            "" => class.push(next),
            word if differs(word.as_bytes()) => class.push(OTHER),
            word => class.push_str(word),
        }
        rest = rest.get(word.len().max(if word.is_empty() { next.len_utf8() } else { 0 })..).unwrap_or_default();
    }
    class.truncate(class.floor_char_boundary(MOST_CLASS_BYTES));
    class.truncate(class.trim_end().len());
}

/// The bytes of the word that a text begins with: letters and digits, and between them what joins them.
fn word_bytes(text: &[u8]) -> usize {
    let byte = |at: usize| text.get(at).copied().unwrap_or(b' ');
    let is_digit = |at: usize| byte(at).is_ascii_digit();
    let is_letter = |at: usize| byte(at).is_ascii_alphanumeric();
    let is_of_word = |at: usize| match byte(at) {
        b'_' | b'-' | b'.' => at > 0 && is_letter(at + 1),
        b':' => at > 0 && is_digit(at - 1) && is_digit(at + 1),
        _ => is_letter(at),
    };
    (0..text.len()).take_while(|at| is_of_word(*at)).count()
}

/// True for a word that differs from one run to the next.
fn differs(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_amount =
        |around: &[u8]| matches!(around, [one, b'.' | b':', other] if one.is_ascii_digit() && other.is_ascii_digit());
    let is_length = word.iter().position(|byte| !byte.is_ascii_digit()).is_some_and(|unit| {
        unit > 0 && UNITS.iter().any(|known| word.get(unit..).is_some_and(|unit| unit.eq_ignore_ascii_case(known)))
    });
    let is_id = word.len() >= LEAST_ID_BYTES && digits < word.len() && word.iter().all(u8::is_ascii_hexdigit);
    digits > 0 && (is_id || is_length || word.windows(3).any(is_amount) || digits > MOST_DIGITS && !is_code(word))
}

/// True for a code such as "ORA-12541", "E1101" or "TS2304".
fn is_code(word: &[u8]) -> bool {
    let letters = word.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
    let rest = word.get(letters..).unwrap_or_default();
    let number = rest.strip_prefix(b"-").unwrap_or(rest);
    letters > 0 && number.len() <= MOST_CODE_DIGITS && number.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &str, expected: &str) {
        let mut class = "what was there".to_owned();
        write_class(error, &mut class);
        assert_eq!(class, expected, "of {error:?}");
        let mut again = String::new();
        write_class(&class, &mut again);
        assert_eq!(again, class, "the class of a class, of {error:?}");
    }

    #[test]
    fn what_differs_from_run_to_run_is_left_out() {
        check("connect ECONNREFUSED 10.0.0.3:5432", "connect ECONNREFUSED #");
        check("connection refused", "connection refused");
        check("job 8f14e45f-ceea-467f-a0e6-b1c2d3e4f5a6 not found", "job # not found");
        check("order 123456: no such row", "order #: no such row");
        check("at 2026-11-30T22:54:51.123Z the token expired", "at # the token expired");
        check("waited 30.5s for a lock held since 22:54", "waited # for a lock held since #");
        check(
            "GET https://api.example.com/v1/users/12345?page=2 failed",
            "GET https://api.example.com/v1/users/#?page=2 failed",
        );
        check("commit a1b2c3d is unknown", "commit # is unknown");
        check("timeout after 350ms, 12 MB left of 30MB", "timeout after #, 12 MB left of #");
        check("0x7ffe12345678: segmentation fault", "#: segmentation fault");
    }

    #[test]
    fn what_says_what_went_wrong_stays() {
        for error in [
            "Request failed with status code 503",
            "exit code 137",
            "ORA-12541: TNS: no listener",
            "E1101 Timeout",
            "node-3: out of memory",
            "cannot read s3://bucket/key",
            "Cannot read properties of undefined (reading 'name')",
            "délai dépassé",
            "接続が拒否されました",
            "deadbeef",
            "...",
        ] {
            check(error, error);
        }
    }

    #[test]
    fn one_line_is_what_counts() {
        check("", "");
        check(" \n\t ", "");
        check("\n\n  refused  \nat line 7", "refused");
        check("\u{200b}\n\u{1b}[31m\nrefused\nat line 7", "refused");
        check(
            "Traceback (most recent call last):\n  File \"x.py\", line 7\n\nValueError: no rows\n",
            "ValueError: no rows",
        );
        check("Traceback (most recent call last):", "Traceback (most recent call last):");
        check("a \t b\u{1}\u{200b}c\u{202e}d", "a b c d");
        check("disk full\r\nat 7", "disk full");
        check("\u{1b}[31merror\u{1b}[0m: \u{feff}refused", "error: refused");
        check("\u{1}\u{feff}refused", "refused");
    }

    #[test]
    fn long_errors_are_cut_between_characters() {
        check(&"word ".repeat(100), "word ".repeat(16).trim_end());
        for character in ["a", "é", "€", "😀"] {
            for before in 0..4 {
                let mut class = String::new();
                write_class(&("x".repeat(before) + &character.repeat(5000)), &mut class);
                assert!(class.len() > MOST_CLASS_BYTES - 4 && class.len() <= MOST_CLASS_BYTES, "{}", class.len());
            }
        }
        check(&("1".repeat(5000) + " rows"), "#");
    }
}
