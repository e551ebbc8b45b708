//! Where a value of JSON ends that begins at a place, checked on the way; `None` where it is no value or ends with the
//! bytes. Accepts only what [`super::scan`] accepts, and where a value is out of the ordinary asks that.

use super::lanes::{Padded, WIDTH};
use super::scan::Scanner;

/// The end of the value that begins at `at`, within `depth` arrays and objects.
#[inline(always)]
pub(super) fn value_end(bytes: Padded<'_>, at: usize, depth: usize) -> Option<usize> {
    match bytes.byte(at) {
        b'"' => text_end(bytes, at),
        b'0'..=b'9' | b'-' => number_end(bytes, at),
        b'[' | b'{' => nested_end(bytes, at, depth),
        _ => {
            let word = bytes.word(at);
            let is = |text: &[u8; 8], length: u32| (word ^ u64::from_le_bytes(*text)) << (64 - 8 * length) == 0;
            let length = match () {
                () if is(b"null\0\0\0\0", 4) || is(b"true\0\0\0\0", 4) => 4,
                () if is(b"false\0\0\0", 5) => 5,
                () => return None,
            };
            Some(at.wrapping_add(length))
        }
    }
}

/// Where the value ends if nothing within it looks like its end; unchecked, to be held against values that are known.
#[inline(always)]
pub(super) fn probable_end(bytes: Padded<'_>, at: usize, first: u8) -> Option<usize> {
    let last = match first {
        b'"' => b'"',
        b'[' => b']',
        b'{' => b'}',
        _ => return None,
    };
    let mut end = at.wrapping_add(1);
    loop {
        let stops = bytes.lanes(end).are_either(last, b'\n');
        if stops != 0 {
            end = end.wrapping_add(stops.trailing_zeros() as usize);
            return (bytes.byte(end) == last).then_some(end.wrapping_add(1));
        }
        end = end.wrapping_add(WIDTH);
    }
}

/// The end of the text whose opening quote is at `at`.
#[inline(always)]
fn text_end(bytes: Padded<'_>, at: usize) -> Option<usize> {
    let mut stop = at.wrapping_add(1);
    loop {
        let stops = bytes.lanes(stop).text_stops();
        if stops != 0 {
            stop = stop.wrapping_add(stops.trailing_zeros() as usize);
            break;
        }
        stop = stop.wrapping_add(WIDTH);
    }
    if bytes.byte(stop) == b'"' { Some(stop.wrapping_add(1)) } else { unusual_text_end(bytes, at, stop) }
}

/// The end of a text with escapes or characters outside ASCII, of which the first is at `stop`.
#[cold]
fn unusual_text_end(bytes: Padded<'_>, at: usize, stop: usize) -> Option<usize> {
    let mut has_escapes = false;
    let end = passed_text(bytes, stop, &mut has_escapes)?;
    let text = std::str::from_utf8(bytes.slice(at, end)).ok()?;
    (!has_escapes || is_value(text, 0)).then_some(end)
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
fn number_end(bytes: Padded<'_>, at: usize) -> Option<usize> {
    let whole = (!bytes.lanes(at).digits()).trailing_zeros() as usize;
    let end = at.wrapping_add(whole);
    let is_usual = whole > 0 && whole < WIDTH && (whole == 1 || bytes.byte(at) != b'0');
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
fn nested_end(bytes: Padded<'_>, at: usize, depth: usize) -> Option<usize> {
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
            let Some(end) = value_end(Padded::new(&source), 0, depth) else { return Ok(()) };
            prop_assert!(end <= length);
            let text = std::str::from_utf8(&source[..end]);
            prop_assert!(text.is_ok_and(|text| is_value(text, depth)), "{}", source[..length].escape_ascii());
        }
    }

    #[test]
    fn usual_values_are_not_left_to_others() {
        for text in [
            "\"\"", "\"a text of more than sixteen bytes\"", "\"é\"", "\"\\u00e9\"", "0", "15", "-1", "1.5", "2e3",
            "123456789012345678901", "null", "true", "false", "[]", "{}", "[1,\"]\",[{}]]", "{\"a\":\"}\"}",
        ] {
            for behind in [",", "}", " ", "\n"] {
                let source = [text, behind].concat();
                let mut source = source.into_bytes();
                source.resize(source.len() + 64, b'\n');
                assert_eq!(value_end(Padded::new(&source), 0, 1), Some(text.len()), "{text}{behind}");
            }
        }
    }
}
