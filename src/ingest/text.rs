//! Texts as they lie in a source, what they read as, and how they are quoted in messages.

use crate::execution::is_invisible;

/// Characters of a text that a message quotes.
const EXCERPT_CHARACTERS: usize = 40;

/// A text in a source, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// It reads as it lies.
    Plain(&'a str),
    /// What lies between the quotes of JSON, with escapes.
    Json(&'a str),
    /// A field of CSV from its opening quote on, with quotes that are doubled or followed by more text.
    Csv(&'a str),
}

/// What says no, where a text says yes or no, or that there is nothing.
const NO: [&[u8]; 8] = [b"", b"0", b"f", b"false", b"n", b"no", b"none", b"null"];

/// True for a text that says no or nothing, however it is capitalised: `f` is PostgreSQL's, `False` Python's.
pub(super) fn is_no(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    NO.iter().any(|no| text.eq_ignore_ascii_case(no))
}

impl Text<'_> {
    /// Adds what the text reads as.
    pub(super) fn read_into(&self, out: &mut String) {
        match self {
            Text::Plain(text) => out.push_str(text),
            Text::Json(raw) => unescape(raw, out),
            Text::Csv(raw) => unquote(raw, out),
        }
    }
}

/// Calls with what a text reads as.
pub(super) fn with_text<T>(text: Text<'_>, call: impl FnOnce(&str) -> T) -> T {
    match text {
        Text::Plain(text) => call(text),
        other => {
            let mut out = String::new();
            other.read_into(&mut out);
            call(&out)
        }
    }
}

/// A text as a message shows it: short, in quotes, and free of characters that draw nothing.
pub(crate) fn excerpt(text: &str) -> String {
    excerpt_of(text, EXCERPT_CHARACTERS)
}

/// The same of so many characters.
pub(super) fn excerpt_of(text: &str, most: usize) -> String {
    let visible =
        |character: char| if character.is_control() || is_invisible(character) { '\u{fffd}' } else { character };
    let shown: String = text.chars().take(most).map(visible).collect();
    let dots = if text.chars().nth(most).is_some() { "…" } else { "" };
    ["'", &shown, dots, "'"].concat()
}

/// Writes a text of JSON without its escapes, which few texts have.
#[inline(never)]
fn unescape(mut raw: &str, out: &mut String) {
    while let Some((before, escape)) = raw.split_once('\\') {
        out.push_str(before);
        let mut characters = escape.chars();
        match characters.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                raw = unescape_code(escape.get(1..).unwrap_or_default(), out);
                continue;
            }
            Some(itself) => out.push(itself),
            None => {}
        }
        raw = characters.as_str();
    }
    out.push_str(raw);
}

/// Adds the character of the four digits at the start, or of the pair that they begin; returns what follows.
fn unescape_code<'a>(digits: &'a str, out: &mut String) -> &'a str {
    let hex = |text: &str, from: usize| text.get(from..from + 4).and_then(|text| u32::from_str_radix(text, 16).ok());
    let (code, length) = match (hex(digits, 0), digits.get(4..6), hex(digits, 6)) {
        (Some(high @ 0xd800..=0xdbff), Some("\\u"), Some(low @ 0xdc00..=0xdfff)) => {
            (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 10)
        }
        (Some(code), _, _) => (code, 4),
        (None, _, _) => (0xfffd, 0),
    };
    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    digits.get(length..).unwrap_or_default()
}

/// Two quotes are one; behind the closing quote everything is taken as it lies.
fn unquote(raw: &str, out: &mut String) {
    let mut rest = raw.strip_prefix('"').unwrap_or(raw);
    while let Some((before, behind)) = rest.split_once('"') {
        out.push_str(before);
        match behind.strip_prefix('"') {
            Some(behind) => {
                out.push('"');
                rest = behind;
            }
            None => {
                rest = behind;
                break;
            }
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: Text<'_>, expected: &str) {
        let mut out = String::from("before ");
        text.read_into(&mut out);
        assert_eq!(out.strip_prefix("before "), Some(expected), "{text:?}");
    }

    #[test]
    fn escapes_are_what_json_says() {
        check(Text::Plain(r"a\nb"), r"a\nb");
        check(Text::Json(r#"a\"b\\c\/d"#), "a\"b\\c/d");
        check(Text::Json(r"\b\f\n\r\t"), "\u{8}\u{c}\n\r\t");
        check(Text::Json(r"\u00e9\u0000z"), "é\0z");
        check(Text::Json(r"\ud83d\ude00\u0041"), "😀A");
        check(Text::Json(r"é\u00E9é"), "ééé");
    }

    #[test]
    fn quotes_are_what_the_csv_crate_says() {
        check(Text::Csv(r#""a""b""#), "a\"b");
        check(Text::Csv(r#""a"b"#), "ab");
        check(Text::Csv(r#""a"b"c""d"#), r#"ab"c""d"#);
        check(Text::Csv(r#""""""#), "\"");
    }

    #[test]
    fn an_excerpt_is_short_and_visible() {
        assert_eq!(excerpt("plain"), "'plain'");
        assert_eq!(excerpt("a\u{1b}[31m\u{202e}b"), "'a\u{fffd}[31m\u{fffd}b'");
        assert_eq!(excerpt(&"é".repeat(41)), format!("'{}…'", "é".repeat(40)));
    }
}
