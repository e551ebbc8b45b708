//! Where a value of JSON ends that begins at a place, checked on the way; `None` where it is no value or ends with the
//! bytes. Accepts only what [`super::scan`] accepts, and where a value is out of the ordinary asks that.

use super::lanes::{Padded, WIDTH};
use super::scan::Scanner;

/// The end of a value that begins at `at` with the byte `first` and is no text, array or object.
#[inline(always)]
pub(super) fn word_or_number_end(bytes: Padded<'_>, at: usize, first: u8) -> Option<usize> {
    if matches!(first, b'0'..=b'9' | b'-') {
        return number_end(bytes, at, first);
    }
    let word = bytes.word(at);
    let is = |text: &[u8; 8], length: u32| (word ^ u64::from_le_bytes(*text)) << (64 - 8 * length) == 0;
    let length = match () {
        () if is(b"null\0\0\0\0", 4) || is(b"true\0\0\0\0", 4) => 4,
        () if is(b"false\0\0\0", 5) => 5,
        () => return None,
    };
    Some(at.wrapping_add(length))
}

/// Where a text stops to be plain whose first byte is at `from`: at its closing quote, or at what has to be looked at.
#[inline(always)]
pub(super) fn text_stop(bytes: Padded<'_>, from: usize) -> usize {
    let mut stop = from;
    loop {
        let stops = bytes.lanes(stop).text_stops();
        if stops != 0 {
            return stop.wrapping_add(stops.trailing_zeros() as usize);
        }
        stop = stop.wrapping_add(WIDTH);
    }
}

/// The next quote behind `stop`, which closes a text that is known if one is known that ends there.
pub(super) fn known_text_end(bytes: Padded<'_>, stop: usize) -> Option<usize> {
    first_of(bytes, stop, b'"')
}

/// The end of an array or object that begins with the byte `first` if its first bracket of that kind closes it; to be
/// held against what is known.
#[inline(always)]
pub(super) fn probable_nested_end(bytes: Padded<'_>, at: usize, first: u8) -> Option<usize> {
    first_of(bytes, at, if first == b'[' { b']' } else { b'}' }).map(|end| end.wrapping_add(1))
}

/// Where the byte is first met in the line.
#[inline(always)]
fn first_of(bytes: Padded<'_>, from: usize, byte: u8) -> Option<usize> {
    let mut at = from;
    loop {
        let stops = bytes.lanes(at).are_either(byte, b'\n');
        if stops != 0 {
            at = at.wrapping_add(stops.trailing_zeros() as usize);
            return (bytes.byte(at) == byte).then_some(at);
        }
        at = at.wrapping_add(WIDTH);
    }
}

/// The closing quote of a text whose first byte is at `from`, with escapes or characters outside ASCII, of which the
/// first is at `stop`.
#[inline(never)]
pub(super) fn unusual_text_end(bytes: Padded<'_>, from: usize, stop: usize) -> Option<usize> {
    let mut has_escapes = false;
    let behind = passed_text(bytes, stop, &mut has_escapes)?;
    let end = behind.checked_sub(1)?;
    let text = std::str::from_utf8(bytes.slice(from, end)).ok()?;
    if has_escapes {
        let quoted = std::str::from_utf8(bytes.slice(from.checked_sub(1)?, behind)).ok()?;
        return is_value(quoted, 0).then_some(end);
    }
    (text.len() == end - from).then_some(end)
}

/// The end of a text within which `at` lies, if no control character is in the way. Escapes are stepped over unchecked.
#[inline]
fn passed_text(bytes: Padded<'_>, mut at: usize, has_escapes: &mut bool) -> Option<usize> {
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

/// The end of a number: up to fifteen digits, and as many behind a point, are read here.
#[inline(always)]
fn number_end(bytes: Padded<'_>, at: usize, first: u8) -> Option<usize> {
    let whole = (!bytes.lanes(at).digits()).trailing_zeros() as usize;
    let end = at.wrapping_add(whole);
    let is_usual = whole > 0 && whole < WIDTH && (whole == 1 || first != b'0');
    match bytes.byte(end) {
        b'.' | b'e' | b'E' | b'-' => unusual_number_end(bytes, at),
        _ if is_usual => Some(end),
        _ => unusual_number_end(bytes, at),
    }
}

#[inline(never)]
fn unusual_number_end(bytes: Padded<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    while matches!(bytes.byte(end), b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E') {
        end += 1;
    }
    let text = std::str::from_utf8(bytes.slice(at, end)).ok()?;
    is_value(text, 0).then_some(end)
}

/// The end of an array or object: first where its brackets say, then checked.
#[inline(never)]
pub(super) fn nested_end(bytes: Padded<'_>, at: usize, depth: usize) -> Option<usize> {
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

    /// The end of any value, as a step of either kind finds it.
    fn value_end(bytes: Padded<'_>, depth: usize) -> Option<usize> {
        match bytes.byte(0) {
            b'"' => {
                let stop = text_stop(bytes, 1);
                let end = if bytes.byte(stop) == b'"' { Some(stop) } else { unusual_text_end(bytes, 1, stop) };
                end.map(|end| end + 1)
            }
            b'[' | b'{' => nested_end(bytes, 0, depth),
            first => word_or_number_end(bytes, 0, first),
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
            if let Some((place, byte)) = change {
                if let Some(place) = source.get_mut(place) {
                    *place = byte;
                }
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
