//! Usual values of many rows of a column at a time, in loops without branches: in WebAssembly with vector instructions,
//! elsewhere as loops that the compiler makes such of. Each says whether all values were usual; where one was not, what
//! was written is of no meaning, and `fill` reads the rows. Decides nothing else.
//!
//! The only `unsafe` reads and writes vectors through references to as many bytes.
#![allow(unsafe_code)]

use super::fill::{MISSING, PLAIN_MS, UNUSUAL_LENGTH};
use crate::table::Stretch;

/// Eight bytes of a number each.
type Numbers<'a> = &'a [[u8; 8]];

/// From here on to twice as much, floats are all whole numbers and no others.
const BOUND: f64 = 4_503_599_627_370_496.0;
const PLAIN_FLOATS: (f64, f64) = (PLAIN_MS.start as f64, PLAIN_MS.end as f64);
const LENGTHS_BELOW: f64 = UNUSUAL_LENGTH as f64;

/// Whole floats that are plain milliseconds since 1970, as such.
pub(super) fn float_instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
    vectors::float_instants(numbers, out)
}

/// Whole numbers that are plain milliseconds since 1970, as such.
pub(super) fn instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
    vectors::instants(numbers, out)
}

/// True if all numbers are plain milliseconds since 1970, false if some are [`MISSING`]; `None` if any is neither.
pub(super) fn are_instants(numbers: &[i64]) -> Option<bool> {
    vectors::are_instants(numbers)
}

/// Whole floats that are milliseconds which fit 32 bits, as such; what is no number is no duration.
pub(super) fn float_lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
    vectors::float_lengths(numbers, out)
}

/// Whole numbers that are milliseconds which fit 32 bits, as such.
pub(super) fn lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
    vectors::lengths(numbers, out)
}

/// How numbers stand for the entries of a dictionary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes<'a> {
    pub(super) is_signed: bool,
    /// True if one below zero stands for no entry; else it stands for none that can be.
    pub(super) has_none: bool,
    /// A bit for each row, set where there is a number; `None` if all have one.
    pub(super) validity: Option<&'a [u8]>,
}

/// Rows whose codes are made before they are added.
const SPAN: usize = 64;

/// Adds `factor` times the code of each row to a sum, around; the greatest code. A code is the number of an entry and
/// one, 0 if there is none, and the greatest number for what cannot be.
pub(super) fn add_codes<const BYTES: usize>(
    numbers: &[[u8; BYTES]],
    codes: Codes<'_>,
    factor: u32,
    sums: &mut [u32],
) -> u32 {
    vectors::add_codes(numbers, codes, factor, sums)
}

/// Which tries whole numbers say; what is below 0 says none, and so the first.
pub(super) fn attempts(numbers: &[[u8; 4]], out: &mut [u32]) {
    for (number, out) in numbers.iter().zip(out) {
        let number = u32::from_le_bytes(*number);
        *out = if number >> 31 == 1 { 1 } else { number };
    }
}

/// Whole numbers as they are.
pub(super) fn copy(numbers: Numbers<'_>, out: &mut [i64]) {
    for (number, out) in numbers.iter().zip(out) {
        *out = i64::from_le_bytes(*number);
    }
}

/// Marks the kinds of rows that are no first tries.
pub(super) fn mark_retries(attempts: &[u32], kinds: &mut [u32]) {
    vectors::mark_retries(attempts, kinds);
}

/// True if a number is among others.
pub(super) fn has(numbers: &[u32], number: u32) -> bool {
    vectors::has(numbers, number)
}

/// The number that some bytes are, its sign extended.
#[inline(always)]
fn extended<const BYTES: usize>(bytes: &[u8; BYTES], is_signed: bool) -> u32 {
    let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let above = 32 - 8 * BYTES as u32;
    if is_signed { ((number << above) as i32 >> above) as u32 } else { number }
}

/// One by one.
mod single {
    use super::*;

    #[inline(always)]
    fn all<T>(numbers: Numbers<'_>, out: &mut [T], read: impl Fn(u64) -> (T, bool)) -> bool {
        let mut are_usual = true;
        for (number, out) in numbers.iter().zip(out) {
            let (value, is_usual) = read(u64::from_le_bytes(*number));
            *out = value;
            are_usual &= is_usual;
        }
        are_usual
    }

    pub(super) fn float_instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
        all(numbers, out, |bits| {
            let number = f64::from_bits(bits);
            let shifted = number + BOUND;
            let is_usual = (shifted - BOUND == number) & (number >= PLAIN_FLOATS.0) & (number < PLAIN_FLOATS.1);
            (shifted.to_bits().wrapping_sub(BOUND.to_bits()) as i64, is_usual)
        })
    }

    pub(super) fn instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
        all(numbers, out, |number| {
            let is_usual = number.wrapping_sub(PLAIN_MS.start as u64) < (PLAIN_MS.end - PLAIN_MS.start) as u64;
            (number as i64, is_usual)
        })
    }

    pub(super) fn float_lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
        all(numbers, out, |bits| {
            let number = f64::from_bits(bits);
            let shifted = number + BOUND;
            let is_usual = (shifted - BOUND == number) & (0.0..LENGTHS_BELOW).contains(&number);
            let none = if number.is_nan() { Stretch::NO_DURATION } else { 0 };
            (shifted.to_bits() as u32 | none, is_usual | number.is_nan())
        })
    }

    pub(super) fn lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
        all(numbers, out, |number| (number as u32, number < u64::from(UNUSUAL_LENGTH)))
    }

    pub(super) fn add_codes<const BYTES: usize>(
        numbers: &[[u8; BYTES]],
        Codes { is_signed, has_none, validity }: Codes<'_>,
        factor: u32,
        sums: &mut [u32],
    ) -> u32 {
        let (signed, none) = (u32::from(is_signed).wrapping_neg(), u32::from(has_none).wrapping_neg());
        let mut greatest = 0;
        let mut span = [0; SPAN];
        for (place, (numbers, sums)) in numbers.chunks(SPAN).zip(sums.chunks_mut(SPAN)).enumerate() {
            let codes = span.get_mut(..numbers.len().min(sums.len())).unwrap_or_default();
            for (code, number) in codes.iter_mut().zip(numbers) {
                let number = extended(number, is_signed);
                let below = (number as i32 >> 31) as u32 & signed;
                // Adds one, but to the greatest number.
                let next = number.wrapping_add(u32::from(number != u32::MAX));
                *code = (next | below) & !(below & none);
            }
            if let Some(validity) = validity {
                let bits = validity.get(place * SPAN / 8..).unwrap_or_default();
                let bits = bits.iter().copied().chain(std::iter::repeat(0));
                for (codes, bits) in codes.chunks_mut(8).zip(bits) {
                    for (bit, code) in codes.iter_mut().enumerate() {
                        *code &= u32::from(bits >> bit & 1).wrapping_neg();
                    }
                }
            }
            for (sum, code) in sums.iter_mut().zip(&*codes) {
                greatest = greatest.max(*code);
                *sum = sum.wrapping_add(factor.wrapping_mul(*code));
            }
        }
        greatest
    }

    pub(super) fn are_instants(numbers: &[i64]) -> Option<bool> {
        let [mut are_usual, mut are_there] = [true; 2];
        for number in numbers {
            let is_plain = number.wrapping_sub(PLAIN_MS.start) as u64 <= (PLAIN_MS.end - 1 - PLAIN_MS.start) as u64;
            are_usual &= is_plain | (*number == MISSING);
            are_there &= is_plain;
        }
        are_usual.then_some(are_there)
    }

    pub(super) fn mark_retries(attempts: &[u32], kinds: &mut [u32]) {
        for (attempt, kind) in attempts.iter().zip(kinds) {
            *kind |= if *attempt > 1 { Stretch::RETRY } else { 0 };
        }
    }

    pub(super) fn has(numbers: &[u32], number: u32) -> bool {
        numbers.iter().fold(0, |found, other| found | u32::from(*other == number)) != 0
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use single as vectors;

/// Two or four at a time.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    use super::*;
    use core::arch::wasm32::*;

    #[inline(always)]
    fn load(two: &[[u8; 8]; 2]) -> v128 {
        // SAFETY: sixteen bytes lie there, and they may begin anywhere.
        unsafe { v128_load(two.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store<T, const N: usize>(out: &mut [T; N], vector: v128) {
        const { assert!(size_of::<[T; N]>() == 16) };
        // SAFETY: sixteen bytes lie there, of numbers, which any bits are.
        unsafe { v128_store(out.as_mut_ptr().cast(), vector) }
    }

    #[inline(always)]
    fn all<T, const N: usize>(
        numbers: Numbers<'_>,
        out: &mut [T],
        read: impl Fn(&[[u8; 8]; N], &mut v128) -> v128,
        rest: fn(Numbers<'_>, &mut [T]) -> bool,
    ) -> bool {
        let mut are_usual = i64x2_splat(-1);
        let ((many, last), (places, last_places)) = (numbers.as_chunks::<N>(), out.as_chunks_mut::<N>());
        for (numbers, places) in many.iter().zip(places) {
            let vector = read(numbers, &mut are_usual);
            store(places, vector);
        }
        // Each bit of a number says the same, of however many bits numbers are.
        i32x4_all_true(are_usual) & rest(last, last_places)
    }

    pub(super) fn float_instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
        let bound = f64x2_splat(BOUND);
        let read = |two: &[[u8; 8]; 2], are_usual: &mut v128| {
            let number = load(two);
            let shifted = f64x2_add(number, bound);
            let is_whole = f64x2_eq(f64x2_sub(shifted, bound), number);
            let is_plain =
                v128_and(f64x2_ge(number, f64x2_splat(PLAIN_FLOATS.0)), f64x2_lt(number, f64x2_splat(PLAIN_FLOATS.1)));
            *are_usual = v128_and(*are_usual, v128_and(is_whole, is_plain));
            i64x2_sub(shifted, bound)
        };
        all(numbers, out, read, single::float_instants)
    }

    pub(super) fn instants(numbers: Numbers<'_>, out: &mut [i64]) -> bool {
        let read = |two: &[[u8; 8]; 2], are_usual: &mut v128| {
            let number = load(two);
            let is_plain =
                v128_and(i64x2_ge(number, i64x2_splat(PLAIN_MS.start)), i64x2_lt(number, i64x2_splat(PLAIN_MS.end)));
            *are_usual = v128_and(*are_usual, is_plain);
            number
        };
        all(numbers, out, read, single::instants)
    }

    /// The two vectors of four numbers.
    #[inline(always)]
    fn halves([a, b, c, d]: &[[u8; 8]; 4]) -> [v128; 2] {
        [load(&[*a, *b]), load(&[*c, *d])]
    }

    pub(super) fn float_lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
        let bound = f64x2_splat(BOUND);
        let read = |four: &[[u8; 8]; 4], are_usual: &mut v128| {
            let [low, high] = halves(four).map(|number| {
                let shifted = f64x2_add(number, bound);
                let is_whole = f64x2_eq(f64x2_sub(shifted, bound), number);
                let is_short =
                    v128_and(f64x2_ge(number, f64x2_splat(0.0)), f64x2_lt(number, f64x2_splat(LENGTHS_BELOW)));
                let is_none = f64x2_ne(number, number);
                *are_usual = v128_and(*are_usual, v128_or(v128_and(is_whole, is_short), is_none));
                v128_or(shifted, is_none)
            });
            u32x4_shuffle::<0, 2, 4, 6>(low, high)
        };
        all(numbers, out, read, single::float_lengths)
    }

    pub(super) fn lengths(numbers: Numbers<'_>, out: &mut [u32]) -> bool {
        let read = |four: &[[u8; 8]; 4], are_usual: &mut v128| {
            let [low, high] = halves(four);
            let lengths = u32x4_shuffle::<0, 2, 4, 6>(low, high);
            let is_short = u32x4_lt(lengths, u32x4_splat(UNUSUAL_LENGTH));
            let are_none_above = u32x4_eq(u32x4_shuffle::<1, 3, 5, 7>(low, high), u32x4_splat(0));
            *are_usual = v128_and(*are_usual, v128_and(is_short, are_none_above));
            lengths
        };
        all(numbers, out, read, single::lengths)
    }

    /// Four numbers, their signs extended.
    #[inline(always)]
    fn four<const BYTES: usize>(numbers: &[[u8; BYTES]; 4], is_signed: bool) -> v128 {
        match *numbers.as_flattened() {
            [a, b, c, d] => {
                let bytes = u32x4(u32::from_le_bytes([a, b, c, d]), 0, 0, 0);
                match is_signed {
                    true => i32x4_extend_low_i16x8(i16x8_extend_low_i8x16(bytes)),
                    false => u32x4_extend_low_u16x8(u16x8_extend_low_u8x16(bytes)),
                }
            }
            ref bytes => match bytes.first_chunk::<16>() {
                // SAFETY: sixteen bytes lie there.
                Some(bytes) => unsafe { v128_load(bytes.as_ptr().cast()) },
                None => {
                    let [a, b, c, d] = numbers.each_ref().map(|number| extended(number, is_signed));
                    u32x4(a, b, c, d)
                }
            },
        }
    }

    pub(super) fn add_codes<const BYTES: usize>(
        numbers: &[[u8; BYTES]],
        codes: Codes<'_>,
        factor: u32,
        sums: &mut [u32],
    ) -> u32 {
        let bits = u32x4(1, 2, 4, 8);
        let signed = u32x4_splat(if codes.is_signed { u32::MAX } else { 0 });
        let none = u32x4_splat(if codes.has_none { u32::MAX } else { 0 });
        let mut greatest = u32x4_splat(0);
        let ((many, last), (places, last_places)) = (numbers.as_chunks::<4>(), sums.as_chunks_mut::<4>());
        for (place, (numbers, sums)) in many.iter().zip(places).enumerate() {
            let number = four(numbers, codes.is_signed);
            let below = v128_and(i32x4_shr(number, 31), signed);
            // Adds one, but to the greatest number.
            let next = u32x4_sub(number, u32x4_ne(number, u32x4_splat(u32::MAX)));
            let mut code = v128_andnot(v128_or(next, below), v128_and(below, none));
            if let Some(validity) = codes.validity {
                let byte = validity.get(place / 2).copied().unwrap_or(0) >> (place % 2 * 4);
                let is_valid = u32x4_eq(v128_and(u32x4_splat(byte.into()), bits), bits);
                code = v128_and(code, is_valid);
            }
            greatest = u32x4_max(greatest, code);
            let sum = u32x4_add(load_of(sums), u32x4_mul(code, u32x4_splat(factor)));
            store(sums, sum);
        }
        // At most three, whose bits share a byte.
        let byte = codes.validity.map(|bits| bits.get(many.len() / 2).copied().unwrap_or(0) >> (many.len() % 2 * 4));
        let validity = byte.as_ref().map(std::slice::from_ref);
        let rest = single::add_codes(last, Codes { validity, ..codes }, factor, last_places);
        let lanes = [
            u32x4_extract_lane::<0>(greatest),
            u32x4_extract_lane::<1>(greatest),
            u32x4_extract_lane::<2>(greatest),
            u32x4_extract_lane::<3>(greatest),
        ];
        lanes.into_iter().fold(rest, u32::max)
    }

    /// Two numbers of 64 bits or four of 32.
    #[inline(always)]
    fn load_of<T, const N: usize>(numbers: &[T; N]) -> v128 {
        const { assert!(size_of::<[T; N]>() == 16) };
        // SAFETY: sixteen bytes lie there.
        unsafe { v128_load(numbers.as_ptr().cast()) }
    }

    pub(super) fn are_instants(numbers: &[i64]) -> Option<bool> {
        let [mut are_usual, mut are_there] = [i64x2_splat(-1); 2];
        let (many, last) = numbers.as_chunks::<2>();
        for two in many {
            let number = load_of(two);
            let is_plain =
                v128_and(i64x2_ge(number, i64x2_splat(PLAIN_MS.start)), i64x2_lt(number, i64x2_splat(PLAIN_MS.end)));
            are_usual = v128_and(are_usual, v128_or(is_plain, i64x2_eq(number, i64x2_splat(MISSING))));
            are_there = v128_and(are_there, is_plain);
        }
        let are_last_there = single::are_instants(last)?;
        i64x2_all_true(are_usual).then_some(i64x2_all_true(are_there) & are_last_there)
    }

    pub(super) fn mark_retries(attempts: &[u32], kinds: &mut [u32]) {
        let ((many, last), (places, last_places)) = (attempts.as_chunks::<4>(), kinds.as_chunks_mut::<4>());
        for (attempts, kinds) in many.iter().zip(places) {
            let retries = v128_and(u32x4_gt(load_of(attempts), u32x4_splat(1)), u32x4_splat(Stretch::RETRY));
            let marked = v128_or(load_of(kinds), retries);
            store(kinds, marked);
        }
        single::mark_retries(last, last_places);
    }

    pub(super) fn has(numbers: &[u32], number: u32) -> bool {
        let (many, last) = numbers.as_chunks::<4>();
        let found = many
            .iter()
            .fold(u32x4_splat(0), |found, four| v128_or(found, u32x4_eq(load_of(four), u32x4_splat(number))));
        v128_any_true(found) | single::has(last, number)
    }
}
