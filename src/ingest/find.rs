//! Finds bytes in bytes, eight at a time. Safe Rust with plain arithmetic, so that every target runs the same.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The position of the first line feed at or behind `from`.
#[inline]
pub(super) fn line_feed(bytes: &[u8], from: usize) -> Option<usize> {
    first(bytes, from, |word| zeros(word ^ (ONES * u64::from(b'\n'))), |byte| byte == b'\n')
}

/// The position of the first byte at or behind `from` that a text of JSON cannot carry as it is: a quote, a
/// backslash or a control character.
#[inline]
pub(super) fn text_break(bytes: &[u8], from: usize) -> Option<usize> {
    let mask = |word: u64| {
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        controls | zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')))
    };
    first(bytes, from, mask, |byte| byte < 0x20 || byte == b'"' || byte == b'\\')
}

/// The high bit of every byte that is zero. Bits above the lowest one that is set may be wrong, which is why only that
/// one is used.
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

#[inline]
fn first(bytes: &[u8], from: usize, mask: impl Fn(u64) -> u64, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = from;
    let mut rest = bytes.get(from..)?;
    while let Some((block, behind)) = rest.split_first_chunk::<8>() {
        let found = mask(u64::from_le_bytes(*block));
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
        rest = behind;
    }
    rest.iter().position(|byte| is_wanted(*byte)).map(|position| at + position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Mostly bytes that are not sought, and those at the edge of being sought.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let edges = proptest::sample::select(&b"\n\x0b\t\x00\x1f\x20!\"#[\\]\x7f\x80\x8a\x9f\xa2\xdc\xff"[..]);
        proptest::collection::vec(prop_oneof![4 => b'a'..=b'z', 1 => edges], 0..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn the_first_is_found_wherever_it_is(bytes in bytes(), from in 0usize..20) {
            let naive = |is_wanted: fn(u8) -> bool| {
                bytes.iter().enumerate().skip(from).find(|(_, byte)| is_wanted(**byte)).map(|(position, _)| position)
            };
            prop_assert_eq!(line_feed(&bytes, from), naive(|byte| byte == b'\n'));
            prop_assert_eq!(text_break(&bytes, from), naive(|byte| byte < 0x20 || byte == b'"' || byte == b'\\'));
        }
    }
}
