//! Where a value of JSON ends that begins at a place, checked on the way; `None` where it is no value or ends with the
//! bytes. Accepts only what [`super::scan`] accepts, and where a value is out of the ordinary asks that. What is named
//! probable is not checked.

use super::MOST_DEPTH;
use super::fields::SpotKind;
use super::lanes::{Near, Padded, WIDTH};
use super::scan::Scanner;

/// The end of a value that is no text, array or object and begins `from` behind `at`, from where `near` is.
#[inline(always)]
pub(super) fn word_or_number_end_near(bytes: &Padded<'_>, near: Near<'_>, at: usize, from: usize) -> Option<usize> {
    let first = near.byte(from);
    let begin = at.wrapping_add(from);
    if first.wrapping_sub(b'0') < 10 || first == b'-' {
        // Up to fifteen digits are read here.
        let whole = (!near.lanes(from).digits()).trailing_zeros() as usize;
        let is_usual = whole > 0 && whole < WIDTH && (whole == 1 || first != b'0');
        let is_whole = !matches!(near.byte(from + whole), b'.' | b'e' | b'E' | b'-');
        return if is_usual && is_whole { Some(begin.wrapping_add(whole)) } else { unusual_number_end(bytes, begin) };
    }
    let word = near.word(from);
    let is = |text: &[u8; 8], length: u32| (word ^ u64::from_le_bytes(*text)) << (64 - 8 * length) == 0;
    let length = match () {
        () if is(b"null\0\0\0\0", 4) || is(b"true\0\0\0\0", 4) => 4,
        () if is(b"false\0\0\0", 5) => 5,
        () => return None,
    };
    Some(begin.wrapping_add(length))
}

/// The closing quote of a text whose first byte is `from` behind `at`, from where `near` is, and how it reads.
#[inline(always)]
pub(super) fn text_end_near(bytes: &Padded<'_>, near: Near<'_>, at: usize, from: usize) -> Option<(usize, SpotKind)> {
    // Most texts end within two steps, which are looked at together: which of both it is cannot be foreseen.
    let stops = near.lanes(from).text_stops() | near.lanes(from + WIDTH).text_stops() << WIDTH;
    let stop = from + stops.trailing_zeros() as usize;
    if stops != 0 && near.byte(stop) == b'"' {
        return Some((at.wrapping_add(stop), SpotKind::Plain));
    }
    far_text_end(bytes, at.wrapping_add(from))
}

/// The same of a text that is longer or out of the ordinary.
#[inline(never)]
fn far_text_end(bytes: &Padded<'_>, begin: usize) -> Option<(usize, SpotKind)> {
    let mut at = begin;
    loop {
        let stops = bytes.lanes(at).text_stops();
        if stops != 0 {
            let stop = at.wrapping_add(stops.trailing_zeros() as usize);
            return match bytes.byte(stop) {
                b'"' => Some((stop, SpotKind::Plain)),
                _ => unusual_text_end(bytes, begin, stop).map(|end| (end, SpotKind::Unusual)),
            };
        }
        at = at.wrapping_add(WIDTH);
    }
}

/// Behind the value that begins at `at` if the first byte behind its own first one that may close it does, in the same line.
/// To be held against what is known.
#[inline(never)]
pub(super) fn probable_end(bytes: &Padded<'_>, at: usize, closing: u8) -> Option<usize> {
    let mut at = at.wrapping_add(1);
    loop {
        let stops = bytes.lanes(at).are_either(closing, b'\n');
        if stops != 0 {
            at = at.wrapping_add(stops.trailing_zeros() as usize);
            return (bytes.byte(at) == closing).then_some(at.wrapping_add(1));
        }
        at = at.wrapping_add(WIDTH);
    }
}

/// The closing quote of a text whose first byte is at `from`, with escapes or characters outside ASCII, of which the
/// first is at `stop`.
fn unusual_text_end(bytes: &Padded<'_>, from: usize, stop: usize) -> Option<usize> {
    let mut has_escapes = false;
    let behind = passed_text(bytes, stop, &mut has_escapes)?;
    let end = behind.checked_sub(1)?;
    let quoted = std::str::from_utf8(bytes.slice(from.checked_sub(1)?, behind)).ok()?;
    let is_text = if has_escapes { is_value(quoted, 0) } else { quoted.len() == behind - from + 1 };
    is_text.then_some(end)
}

/// The end of a text within which `at` lies, if no control character is in the way. Escapes are stepped over unchecked.
#[inline]
fn passed_text(bytes: &Padded<'_>, mut at: usize, has_escapes: &mut bool) -> Option<usize> {
    loop {
        let breaks = bytes.lanes(at).text_breaks();
        if breaks == 0 {
            at += WIDTH;
            continue;
        }
        at += breaks.trailing_zeros() as usize;
        match bytes.byte(at) {
            b'"' => return Some(at + 1),
            b'\\' => {
                *has_escapes = true;
                at += 2;
            }
            _ => return None,
        }
    }
}

#[inline(never)]
fn unusual_number_end(bytes: &Padded<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    while matches!(bytes.byte(end), b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
        end += 1;
    }
    let text = std::str::from_utf8(bytes.slice(at, end)).ok()?;
    is_value(text, 0).then_some(end)
}

/// The end of an array or object: first where its brackets say, then checked.
#[inline(never)]
pub(super) fn nested_end(bytes: &Padded<'_>, at: usize, depth: usize) -> Option<usize> {
    // What is within one more bracket must not be too deep.
    match flat_end(bytes, at).filter(|_| depth + 1 < MOST_DEPTH) {
        Some(end) => Some(end),
        None => deep_end(bytes, at, depth),
    }
}

/// The end of an array or object whose values are neither arrays nor objects, with at most one space behind a comma or
/// colon and none elsewhere.
fn flat_end(bytes: &Padded<'_>, at: usize) -> Option<usize> {
    let is_object = bytes.byte(at) == b'{';
    let mut at = at.wrapping_add(1);
    loop {
        if is_object {
            at = whole_text_end(bytes, at)?;
            if bytes.byte(at) != b':' {
                return None;
            }
            at = at.wrapping_add(1 + usize::from(bytes.byte(at.wrapping_add(1)) == b' '));
        }
        let near = bytes.near(at)?;
        at =
            if near.byte(0) == b'"' { whole_text_end(bytes, at) } else { word_or_number_end_near(bytes, near, at, 0) }?;
        match bytes.byte(at) {
            b',' => at = at.wrapping_add(1 + usize::from(bytes.byte(at.wrapping_add(1)) == b' ')),
            b'}' if is_object => return Some(at.wrapping_add(1)),
            b']' if !is_object => return Some(at.wrapping_add(1)),
            _ => return None,
        }
    }
}

/// Behind a text that begins with the quote at `at`.
#[inline(always)]
fn whole_text_end(bytes: &Padded<'_>, at: usize) -> Option<usize> {
    let near = bytes.near(at).filter(|near| near.byte(0) == b'"')?;
    let (end, _) = text_end_near(bytes, near, at, 1)?;
    Some(end.wrapping_add(1))
}

#[inline(never)]
fn deep_end(bytes: &Padded<'_>, at: usize, depth: usize) -> Option<usize> {
    let mut open = 0usize;
    let mut end = at;
    loop {
        match bytes.byte(end) {
            b'"' => {
                end = passed_text(bytes, end + 1, &mut false)?;
                continue;
            }
            b'[' | b'{' => open += 1,
            b']' | b'}' => open -= 1,
            b'\n' => return None,
            _ => {}
        }
        end += 1;
        if open == 0 {
            break;
        }
    }
    let text = std::str::from_utf8(bytes.slice(at, end)).ok()?;
    is_value(text, depth).then_some(end)
}

/// True if the text is one value and nothing else.
fn is_value(text: &str, depth: usize) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.value(depth).is_ok() && scanner.is_at_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The end of any value, as a step finds it.
    fn value_end(bytes: Padded<'_>, depth: usize) -> Option<usize> {
        match bytes.byte(0) {
            b'"' => text_end_near(&bytes, bytes.near(0)?, 0, 1).map(|(end, _)| end + 1),
            b'[' | b'{' => nested_end(&bytes, 0, depth),
            _ => word_or_number_end_near(&bytes, bytes.near(0)?, 0, 0),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn a_value_ends_where_the_scanner_says(
            text in r#"(["\[{tfn\-0-9])?["\\\[\]{}:,a-cu0-9eE+.\-tfné \t]{0,24}"#,
            change in prop::option::of((0usize..24, any::<u8>())),
            depth in prop::sample::select(&[0usize, 1, 126, 127][..]),
        ) {
            let mut source = text.into_bytes();
            if let Some((place, byte)) = change
                && let Some(place) = source.get_mut(place)
            {
                *place = byte;
            }
            let length = source.len();
            source.resize(length + 64, b'\n');
            let Some(end) = value_end(Padded::new(&source), depth) else { return Ok(()) };
            prop_assert!(end <= length);
            let text = std::str::from_utf8(&source[..end]);
            prop_assert!(text.is_ok_and(|text| is_value(text, depth)), "{}", source[..length].escape_ascii());
        }
    }

    #[test]
    fn usual_values_are_not_left_to_others() {
        for text in [
            "\"\"",
            "\"a text of more than sixteen bytes\"",
            "\"é\"",
            "\"\\u00e9\"",
            "0",
            "15",
            "-1",
            "1.5",
            "2e3",
            "123456789012345678901",
            "null",
            "true",
            "false",
            "[]",
            "{}",
            "[1,\"]\",[{}]]",
            "{\"a\":\"}\"}",
        ] {
            for behind in [",", "}", " ", "\n"] {
                let mut source = [text, behind].concat().into_bytes();
                source.resize(source.len() + 64, b'\n');
                assert_eq!(value_end(Padded::new(&source), 1), Some(text.len()), "{text}{behind}");
            }
        }
    }
}
