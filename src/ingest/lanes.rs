//! Sixteen bytes looked at in one step: comparisons that give a bit a byte, the first byte in the lowest bit. On wasm32
//! with simd128 and on x86_64 they are vector instructions, elsewhere arithmetic on two words; the results are the same.
//!
//! The `unsafe` of the engine is here, in `arrow/many.rs` and in `pattern/quads.rs`; here in three kinds. Reading from
//! [`Padded`] leaves out the bound check of a slice behind one of its own, a few lines above each read. Bytes of ASCII are
//! taken as a text behind a check that they are. And vector instructions are called, which take and give values or load from
//! sixteen bytes that are borrowed; every x86_64 processor has those of SSE2.

#![allow(unsafe_code)]

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
use words as vectors;

use vectors::Vector;

/// The bytes that one step looks at.
pub(super) const WIDTH: usize = 16;

/// Bytes behind which line feeds stand without end, so that a loop that stops at one needs no other bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Padded<'a> {
    bytes: &'a [u8],
    /// The last place from which a step can look; at least [`WIDTH`] bytes lie from there.
    last: usize,
    /// The places before this one have [`NEAR`] bytes from there on.
    near_end: usize,
}

impl<'a> Padded<'a> {
    /// Looks at these bytes. They have to end with [`WIDTH`] line feeds, which are not looked at on their own; less than
    /// that are taken as none.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        match bytes.len().checked_sub(WIDTH) {
            Some(last) => Self { bytes, last, near_end: (bytes.len() + 1).saturating_sub(NEAR) },
            None => Self { bytes: &[b'\n'; WIDTH], last: 0, near_end: 0 },
        }
    }

    /// The sixteen bytes from `at`.
    #[inline(always)]
    pub(super) fn lanes(self, at: usize) -> Lanes {
        if at > self.last {
            return Lanes::filled(b'\n');
        }
        // SAFETY: `at` is at most `last`, from which on there are WIDTH bytes.
        Lanes::of(unsafe { &*self.bytes.as_ptr().add(at).cast::<[u8; WIDTH]>() })
    }

    /// The eight bytes from `at` as a number, the first as its lowest byte.
    #[inline(always)]
    pub(super) fn word(self, at: usize) -> u64 {
        if at > self.last {
            return u64::from_le_bytes([b'\n'; 8]);
        }
        // SAFETY: as above, and a word is shorter than WIDTH.
        u64::from_le_bytes(unsafe { *self.bytes.as_ptr().add(at).cast::<[u8; 8]>() })
    }

    #[inline(always)]
    pub(super) fn byte(self, at: usize) -> u8 {
        if at > self.last {
            return b'\n';
        }
        // SAFETY: as above.
        unsafe { *self.bytes.as_ptr().add(at) }
    }

    /// The 64 bytes from `at`; `None` where so many do not lie there.
    #[inline(always)]
    pub(super) fn near(self, at: usize) -> Option<Near<'a>> {
        if at >= self.near_end {
            return None;
        }
        // SAFETY: `at` is before `near_end`, so NEAR bytes lie from there on.
        Some(Near(unsafe { &*self.bytes.as_ptr().add(at).cast::<[u8; NEAR]>() }))
    }

    /// The bytes that end a field or a record of CSV, and quotes, among the 64 from `at`: a bit each; and whether any of
    /// them is outside ASCII.
    #[inline(always)]
    pub(super) fn separators(self, at: usize, delimiter: u8) -> (u64, bool) {
        let part = |part: usize| self.lanes(at.wrapping_add(part * WIDTH));
        let (one, two, three, four) = (part(0), part(1), part(2), part(3));
        let of = |lanes: Lanes, part: usize| u64::from(lanes.separators(delimiter)) << (part * WIDTH);
        let high = Lanes(vectors::or(vectors::or(one.0, two.0), vectors::or(three.0, four.0)));
        (of(one, 0) | of(two, 1) | of(three, 2) | of(four, 3), high.highs() != 0)
    }

    /// True if all bytes from `start` to `end` are below 0x80.
    #[inline(always)]
    pub(super) fn is_ascii(self, start: usize, end: usize) -> bool {
        let mut at = start;
        loop {
            let highs = self.lanes(at).highs();
            let rest = end.saturating_sub(at);
            if rest <= WIDTH {
                return highs & !(u32::MAX << rest) == 0;
            }
            if highs != 0 {
                return false;
            }
            at = at.wrapping_add(WIDTH);
        }
    }

    /// True if the byte at `at` is one of those that are looked at as line feeds whatever they are.
    pub(super) fn is_behind(self, at: usize) -> bool {
        at > self.last
    }

    /// True if the `length` bytes from `at` are those of the other from `other_at`; behind both lie enough others to look at
    /// whole steps.
    #[inline(always)]
    pub(super) fn is_same(self, at: usize, other: Padded<'_>, other_at: usize, length: usize) -> bool {
        let same = |done: usize| self.lanes(at.wrapping_add(done)).same(other.lanes(other_at.wrapping_add(done)));
        let Some(last) = length.checked_sub(WIDTH) else {
            return same(0) | u32::MAX << length == u32::MAX;
        };
        let mut done = 0;
        while done < last {
            if same(done) != 0xffff {
                return false;
            }
            done = done.wrapping_add(WIDTH);
        }
        // The last step overlaps the one before it where the length is no multiple of its width.
        same(last) == 0xffff
    }

    #[inline(always)]
    pub(super) fn slice(self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// As many bytes as a literal and the begin of what stands behind it take, held against the end of all bytes once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near<'a>(&'a [u8; NEAR]);

/// The bytes of [`Near`]; a power of two.
pub(super) const NEAR: usize = 64;

impl Near<'_> {
    /// The sixteen bytes from `at`, which is at most 48.
    #[inline(always)]
    pub(super) fn lanes(self, at: usize) -> Lanes {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).map_or_else(|| Lanes::filled(b'\n'), Lanes::of)
    }

    /// True if the first `length` bytes are the first ones of the other; they lie within so many steps, at most four.
    #[inline(always)]
    pub(super) fn begins_as<const STEPS: usize>(self, other: Near<'_>, length: usize) -> bool {
        let same = |step: usize| u64::from(self.lanes(step * WIDTH).same(other.lanes(step * WIDTH))) << (step * WIDTH);
        let same = (0..STEPS.min(4)).fold(0, |sum, step| sum | same(step));
        length == 0 || !same << (NEAR.wrapping_sub(length) & (NEAR - 1)) == 0
    }

    /// A bit for each byte that is this one.
    #[inline(always)]
    pub(super) fn all(self, byte: u8) -> u64 {
        let wanted = Lanes::filled(byte);
        let part = |part: usize| u64::from(self.lanes(part * WIDTH).same(wanted)) << (part * WIDTH);
        part(0) | part(1) | part(2) | part(3)
    }

    /// The eight bytes from `at`, which is at most 56, as a number, the first as its lowest byte.
    #[inline(always)]
    pub(super) fn word(self, at: usize) -> u64 {
        self.0.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }

    /// The byte at a place below 64.
    #[inline(always)]
    pub(super) fn byte(self, at: usize) -> u8 {
        self.0[at % NEAR]
    }
}

/// The text of bytes that were found to be UTF-8 when they were checked; an empty one if they are not.
#[inline]
pub(super) fn text_of(bytes: &[u8]) -> &str {
    if is_ascii(bytes) {
        // SAFETY: every byte is below 0x80, so each is a character of its own.
        return unsafe { std::str::from_utf8_unchecked(bytes) };
    }
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// True if the bytes are UTF-8.
#[inline]
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    is_ascii(bytes) || std::str::from_utf8(bytes).is_ok()
}

/// True if all bytes are below 0x80.
#[inline(always)]
fn is_ascii(bytes: &[u8]) -> bool {
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.iter().fold(0, |sum, byte| sum | byte) < 0x80;
    };
    // The last word overlaps the one before it where the length is no multiple of eight.
    let (blocks, _) = bytes.as_chunks::<8>();
    let words = blocks.iter().fold(u64::from_le_bytes(*last), |sum, block| sum | u64::from_le_bytes(*block));
    words & HIGHS == 0
}

/// What texts are looked through for. It lies in memory, since WebAssembly makes a vector that the code names anew at each
/// use, which takes three instructions where a load takes one.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextMarks {
    quote: Lanes,
    backslash: Lanes,
    space: Lanes,
}

impl Default for TextMarks {
    fn default() -> Self {
        let [quote, backslash, space] = [b'"', b'\\', b' '].map(Lanes::filled);
        Self { quote, backslash, space }
    }
}

impl TextMarks {
    /// The length of the text that begins `from` behind `near`, which is at most 31, with its quotes, if it is a short one
    /// without escapes or characters outside ASCII.
    #[inline(always)]
    pub(super) fn plain_text_length(&self, near: Near<'_>, from: usize) -> Option<usize> {
        let stops = self.text_stops(near.lanes(from + 1)) | self.text_stops(near.lanes(from + 1 + WIDTH)) << WIDTH;
        if near.byte(from) != b'"' || stops == 0 {
            return None;
        }
        let length = stops.trailing_zeros() as usize;
        (near.byte(from + 1 + length) == b'"').then_some(length + 2)
    }

    /// As [`Lanes::text_stops`].
    #[inline(always)]
    fn text_stops(&self, lanes: Lanes) -> u32 {
        let special = vectors::or(vectors::equal(lanes.0, self.quote.0), vectors::equal(lanes.0, self.backslash.0));
        vectors::mask(vectors::or(special, vectors::lower(lanes.0, self.space.0)))
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes(Vector);

impl Lanes {
    #[inline(always)]
    pub(super) fn of(block: &[u8; WIDTH]) -> Lanes {
        Lanes(vectors::of(block))
    }

    #[inline(always)]
    pub(super) fn filled(byte: u8) -> Lanes {
        Lanes(vectors::filled(byte))
    }

    /// The bytes that are the same in both.
    #[inline(always)]
    pub(super) fn same(self, other: Lanes) -> u32 {
        vectors::mask(vectors::equal(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn are_either(self, one: u8, other: u8) -> u32 {
        vectors::mask(vectors::or(
            vectors::equal(self.0, vectors::filled(one)),
            vectors::equal(self.0, vectors::filled(other)),
        ))
    }

    /// The bytes that a text of JSON cannot carry as they are (quote, backslash, control), and those outside ASCII.
    #[inline(always)]
    pub(super) fn text_stops(self) -> u32 {
        let special =
            vectors::or(vectors::equal(self.0, vectors::filled(b'"')), vectors::equal(self.0, vectors::filled(b'\\')));
        // As signed numbers, bytes outside ASCII are below the space as well as controls are.
        vectors::mask(vectors::or(special, vectors::below(self.0, 0x20)))
    }

    /// The bytes that a text of JSON cannot carry as they are: quote, backslash, control.
    #[inline(always)]
    pub(super) fn text_breaks(self) -> u32 {
        let special =
            vectors::or(vectors::equal(self.0, vectors::filled(b'"')), vectors::equal(self.0, vectors::filled(b'\\')));
        vectors::mask(vectors::or(special, vectors::up_to(self.0, 0x1f)))
    }

    /// The bytes outside ASCII.
    #[inline(always)]
    pub(super) fn highs(self) -> u32 {
        vectors::highs(self.0)
    }

    #[inline(always)]
    pub(super) fn digits(self) -> u32 {
        vectors::mask(vectors::up_to(vectors::less(self.0, b'0'), 9))
    }

    /// The bytes that end a field or a record of CSV, and quotes.
    #[inline(always)]
    pub(super) fn separators(self, delimiter: u8) -> u32 {
        let ends =
            vectors::or(vectors::equal(self.0, vectors::filled(b'\n')), vectors::equal(self.0, vectors::filled(b'\r')));
        let others = vectors::or(
            vectors::equal(self.0, vectors::filled(delimiter)),
            vectors::equal(self.0, vectors::filled(b'"')),
        );
        vectors::mask(vectors::or(ends, others))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use core::arch::wasm32::*;

    pub(super) type Vector = v128;

    #[inline(always)]
    pub(super) fn of(block: &[u8; 16]) -> Vector {
        // SAFETY: sixteen bytes lie there, and they may begin anywhere.
        unsafe { v128_load(block.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(super) fn filled(byte: u8) -> Vector {
        u8x16_splat(byte)
    }

    #[inline(always)]
    pub(super) fn equal(one: Vector, other: Vector) -> Vector {
        u8x16_eq(one, other)
    }

    /// The bytes that are below `bound` as signed numbers.
    #[inline(always)]
    pub(super) fn below(vector: Vector, bound: i8) -> Vector {
        i8x16_lt(vector, i8x16_splat(bound))
    }

    /// The bytes that are below those of the other as signed numbers.
    #[inline(always)]
    pub(super) fn lower(vector: Vector, other: Vector) -> Vector {
        i8x16_lt(vector, other)
    }

    /// The bytes that are at most `bound`.
    #[inline(always)]
    pub(super) fn up_to(vector: Vector, bound: u8) -> Vector {
        u8x16_le(vector, u8x16_splat(bound))
    }

    /// Each byte less `byte`, around below zero.
    #[inline(always)]
    pub(super) fn less(vector: Vector, byte: u8) -> Vector {
        u8x16_sub(vector, u8x16_splat(byte))
    }

    #[inline(always)]
    pub(super) fn or(one: Vector, other: Vector) -> Vector {
        v128_or(one, other)
    }

    #[inline(always)]
    pub(super) fn mask(vector: Vector) -> u32 {
        u32::from(u8x16_bitmask(vector))
    }

    /// The bytes that are at least 0x80.
    #[inline(always)]
    pub(super) fn highs(vector: Vector) -> u32 {
        mask(vector)
    }
}

#[cfg(target_arch = "x86_64")]
mod vectors {
    use core::arch::x86_64::*;

    pub(super) type Vector = __m128i;

    #[inline(always)]
    pub(super) fn of(block: &[u8; 16]) -> Vector {
        // SAFETY: every x86_64 processor has SSE2, as below; sixteen bytes lie there, and they may begin anywhere.
        unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(super) fn filled(byte: u8) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_set1_epi8(byte.cast_signed()) }
    }

    #[inline(always)]
    pub(super) fn equal(one: Vector, other: Vector) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_cmpeq_epi8(one, other) }
    }

    /// The bytes that are below `bound` as signed numbers.
    #[inline(always)]
    pub(super) fn below(vector: Vector, bound: i8) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_cmplt_epi8(vector, _mm_set1_epi8(bound)) }
    }

    /// The bytes that are below those of the other as signed numbers.
    #[inline(always)]
    pub(super) fn lower(vector: Vector, other: Vector) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_cmplt_epi8(vector, other) }
    }

    /// The bytes that are at most `bound`.
    #[inline(always)]
    pub(super) fn up_to(vector: Vector, bound: u8) -> Vector {
        // SAFETY: as above. Where the lesser of both is the byte itself, it is at most the bound.
        unsafe { _mm_cmpeq_epi8(_mm_min_epu8(vector, _mm_set1_epi8(bound.cast_signed())), vector) }
    }

    /// Each byte less `byte`, around below zero.
    #[inline(always)]
    pub(super) fn less(vector: Vector, byte: u8) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_sub_epi8(vector, _mm_set1_epi8(byte.cast_signed())) }
    }

    #[inline(always)]
    pub(super) fn or(one: Vector, other: Vector) -> Vector {
        // SAFETY: as above.
        unsafe { _mm_or_si128(one, other) }
    }

    #[inline(always)]
    pub(super) fn mask(vector: Vector) -> u32 {
        // SAFETY: as above.
        unsafe { _mm_movemask_epi8(vector).cast_unsigned() }
    }

    /// The bytes that are at least 0x80.
    #[inline(always)]
    pub(super) fn highs(vector: Vector) -> u32 {
        mask(vector)
    }
}

/// The same on two words, for every other processor. A byte of a result is 0x80 or 0.
#[cfg(any(test, not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))))]
mod words {
    pub(super) type Vector = [u64; 2];

    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;

    pub(super) fn of(block: &[u8; 16]) -> Vector {
        let (low, high) = block.split_at(8);
        [low, high].map(|half| half.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
    }

    pub(super) fn filled(byte: u8) -> Vector {
        [ONES * u64::from(byte); 2]
    }

    pub(super) fn equal([low, high]: Vector, [other_low, other_high]: Vector) -> Vector {
        [low ^ other_low, high ^ other_high].map(zeros)
    }

    /// The bytes that are below `bound` as signed numbers; `bound` is not negative.
    pub(super) fn below(vector: Vector, bound: i8) -> Vector {
        vector.map(|word| (word & HIGHS) | (!((word | HIGHS) - ONES * u64::from(bound.unsigned_abs())) & HIGHS))
    }

    /// The bytes that are below those of the other as signed numbers; those of the other are the same one, not negative.
    pub(super) fn lower(vector: Vector, [bound, _]: Vector) -> Vector {
        below(vector, (bound & 0x7f) as i8)
    }

    /// The bytes that are at most `bound`, which is below 0x80.
    pub(super) fn up_to(vector: Vector, bound: u8) -> Vector {
        vector.map(|word| !(word | ((word & !HIGHS) + ONES * u64::from(0x7f - bound))) & HIGHS)
    }

    /// Each byte less `byte`, which is below 0x80, around below zero.
    pub(super) fn less(vector: Vector, byte: u8) -> Vector {
        vector.map(|word| ((word | HIGHS) - ONES * u64::from(byte)) ^ (!word & HIGHS))
    }

    pub(super) fn or([low, high]: Vector, [other_low, other_high]: Vector) -> Vector {
        [low | other_low, high | other_high]
    }

    pub(super) fn mask([low, high]: Vector) -> u32 {
        // The multiplication gathers the lowest bits of the eight bytes in the highest byte.
        let gather = |word: u64| ((word >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32;
        gather(low) | gather(high) << 8
    }

    /// The bytes that are at least 0x80.
    pub(super) fn highs(vector: Vector) -> u32 {
        mask(vector.map(|word| word & HIGHS))
    }

    /// 0x80 for every byte that is zero, exactly.
    fn zeros(word: u64) -> u64 {
        !(((word & !HIGHS) + !HIGHS) | word) & HIGHS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(bytes: &[u8; 16], is_wanted: impl Fn(u8) -> bool) -> u32 {
        (0..16).map(|place| u32::from(is_wanted(bytes[place])) << place).sum()
    }

    /// Any bytes, often those at the edge of being sought.
    fn sixteen() -> impl Strategy<Value = [u8; 16]> {
        let edges =
            proptest::sample::select(&b"\n\r\x0b\t\x00\x1f\x20!\"#,;/09:[\\]\x7f\x80\x8a\x9f\xa2\xb0\xb9\xdc\xff"[..]);
        proptest::array::uniform16(prop_oneof![1 => any::<u8>(), 1 => edges])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn every_mask_is_what_a_loop_says(bytes in sixteen(), other in sixteen(), byte in any::<u8>(), shared in any::<u16>()) {
            let mut other = other;
            (0..16).filter(|place| shared >> place & 1 == 1).for_each(|place| other[place] = bytes[place]);
            let lanes = Lanes::of(&bytes);
            let same = (0..16).map(|place| u32::from(bytes[place] == other[place]) << place).sum::<u32>();
            let is_break = |byte: u8| byte == b'"' || byte == b'\\' || byte < 0x20;
            prop_assert_eq!(lanes.same(Lanes::of(&other)), same);
            prop_assert_eq!(lanes.are_either(byte, b'x'), bits(&bytes, |found| found == byte || found == b'x'));
            prop_assert_eq!(lanes.text_stops(), bits(&bytes, |byte| is_break(byte) || byte >= 0x80));
            prop_assert_eq!(lanes.text_breaks(), bits(&bytes, is_break));
            prop_assert_eq!(lanes.highs(), bits(&bytes, |byte| byte >= 0x80));
            prop_assert_eq!(lanes.digits(), bits(&bytes, |byte| byte.is_ascii_digit()));
            prop_assert_eq!(lanes.separators(b';'), bits(&bytes, |byte| b";\"\r\n".contains(&byte)));

            let vector = words::of(&bytes);
            prop_assert_eq!(words::mask(words::equal(vector, words::of(&other))), same);
            prop_assert_eq!(words::mask(words::up_to(words::less(vector, b'0'), 9)), lanes.digits());
            prop_assert_eq!(words::mask(words::below(vector, 0)), bits(&bytes, |byte| byte >= 0x80));
            prop_assert_eq!(words::highs(vector), lanes.highs());
            let signed = bits(&bytes, |byte| !(0x20..0x80).contains(&byte));
            prop_assert_eq!(words::mask(words::below(vector, 0x20)), signed);
            prop_assert_eq!(words::mask(words::lower(vector, words::filled(0x20))), signed);
            prop_assert_eq!(TextMarks::default().text_stops(lanes), lanes.text_stops());
            let either = words::or(words::equal(vector, words::filled(byte)), words::below(vector, 0));
            prop_assert_eq!(words::mask(either), bits(&bytes, |found| found == byte || found >= 0x80));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn bytes_are_the_same_if_they_all_are(
            at in 0_usize..20,
            other_at in 0_usize..20,
            length in 0_usize..60,
            changed in prop::option::of(0_usize..60),
        ) {
            let bytes: Vec<u8> = (0..200).map(|place| (place as u8).wrapping_mul(37) ^ 11).collect();
            let mut other = vec![0; 200];
            other[other_at..other_at + length].copy_from_slice(&bytes[at..at + length]);
            if let Some(changed) = changed {
                other[other_at + changed] ^= 1;
            }
            let is_same = Padded::new(&bytes).is_same(at, Padded::new(&other), other_at, length);
            prop_assert_eq!(is_same, changed.is_none_or(|changed| changed >= length));
        }
    }

    #[test]
    fn behind_the_bytes_stand_line_feeds() {
        let bytes = *b"abc\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
        let padded = Padded::new(&bytes);
        assert_eq!((padded.byte(2), padded.byte(3), padded.byte(usize::MAX)), (b'c', b'\n', b'\n'));
        assert_eq!((padded.word(1) & 0xffff, padded.word(40)), (0x6362, 0x0a0a_0a0a_0a0a_0a0a));
        assert_eq!(
            (padded.lanes(3).are_either(b'\n', b'\n'), padded.lanes(4).are_either(b'\n', b'\n')),
            (0xffff, 0xffff)
        );
        assert_eq!(Padded::new(b"too few").byte(0), b'\n');
    }
}
