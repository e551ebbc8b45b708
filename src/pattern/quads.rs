//! Four numbers of single precision at once, and what is done to long lists of them for every shuffle. Modules of
//! WebAssembly are made small, and of small code the compiler makes no vectors by itself: there these are vector
//! instructions, elsewhere arrays, of which it does. The results are the same, bit for bit, and the same as number by number.
//!
//! The only `unsafe` loads and stores vectors through references to four numbers.
#![allow(unsafe_code)]

use std::ops::{Add, Div, Mul, Sub};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use arrays as vectors;
use vectors::Vector;

/// Four numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Four(Vector);

impl Four {
    #[inline(always)]
    pub(super) fn of(numbers: &[f32; 4]) -> Self {
        Self(vectors::of(numbers))
    }

    /// The same number four times.
    #[inline(always)]
    pub(super) fn all(number: f32) -> Self {
        Self(vectors::all(number))
    }

    #[inline(always)]
    pub(super) fn put(self, numbers: &mut [f32; 4]) {
        vectors::put(self.0, numbers);
    }

    /// The larger of each two; the other's where they are alike or one is no number.
    #[inline(always)]
    pub(super) fn larger(self, other: Self) -> Self {
        Self(vectors::larger(self.0, other.0))
    }

    #[inline(always)]
    pub(super) fn root(self) -> Self {
        Self(vectors::root(self.0))
    }
}

impl Add for Four {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(vectors::add(self.0, other.0))
    }
}

impl Sub for Four {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(vectors::sub(self.0, other.0))
    }
}

impl Mul for Four {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(vectors::mul(self.0, other.0))
    }
}

impl Div for Four {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(vectors::div(self.0, other.0))
    }
}

/// Changes each number by the one at the same place of another list, as far as that goes.
#[inline(always)]
pub(super) fn change(numbers: &mut [f32], others: &[f32], changed: impl Fn(Four, Four) -> Four) {
    let count = numbers.len().min(others.len());
    let (numbers, others) = (numbers.split_at_mut(count).0, others.split_at(count).0);
    let ((quads, last), (other_quads, other_last)) = (numbers.as_chunks_mut::<4>(), others.as_chunks::<4>());
    for (quad, other) in quads.iter_mut().zip(other_quads) {
        changed(Four::of(quad), Four::of(other)).put(quad);
    }
    for (number, other) in last.iter_mut().zip(other_last) {
        let mut four = [0.0; 4];
        changed(Four::all(*number), Four::all(*other)).put(&mut four);
        [*number, ..] = four;
    }
}

/// Adds to each number the one at the same place.
#[inline(always)]
pub(super) fn add(sums: &mut [f32], numbers: &[f32]) {
    change(sums, numbers, |sum, number| sum + number);
}

/// Adds to each number the square of the one at the same place.
#[inline(always)]
pub(super) fn add_squares(sums: &mut [f32], numbers: &[f32]) {
    change(sums, numbers, |sum, number| sum + number * number);
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vectors {
    pub(super) use core::arch::wasm32::{
        f32x4_add as add, f32x4_div as div, f32x4_mul as mul, f32x4_splat as all, f32x4_sqrt as root, f32x4_sub as sub,
        v128 as Vector,
    };
    use core::arch::wasm32::{f32x4_pmax, v128_load, v128_store};

    #[inline(always)]
    pub(super) fn of(numbers: &[f32; 4]) -> Vector {
        // SAFETY: four numbers lie there, and they may begin anywhere.
        unsafe { v128_load(numbers.as_ptr().cast()) }
    }

    #[inline(always)]
    pub(super) fn put(vector: Vector, numbers: &mut [f32; 4]) {
        // SAFETY: as above, and nobody else looks at them.
        unsafe { v128_store(numbers.as_mut_ptr().cast(), vector) }
    }

    #[inline(always)]
    pub(super) fn larger(one: Vector, other: Vector) -> Vector {
        f32x4_pmax(other, one)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod arrays {
    pub(super) type Vector = [f32; 4];

    #[inline(always)]
    pub(super) fn of(numbers: &[f32; 4]) -> Vector {
        *numbers
    }

    #[inline(always)]
    pub(super) fn put(vector: Vector, numbers: &mut [f32; 4]) {
        *numbers = vector;
    }

    #[inline(always)]
    pub(super) fn all(number: f32) -> Vector {
        [number; 4]
    }

    #[inline(always)]
    fn each(one: Vector, other: Vector, of: impl Fn(f32, f32) -> f32) -> Vector {
        let ([a, b, c, d], [e, f, g, h]) = (one, other);
        [of(a, e), of(b, f), of(c, g), of(d, h)]
    }

    #[inline(always)]
    pub(super) fn add(one: Vector, other: Vector) -> Vector {
        each(one, other, |one, other| one + other)
    }

    #[inline(always)]
    pub(super) fn sub(one: Vector, other: Vector) -> Vector {
        each(one, other, |one, other| one - other)
    }

    #[inline(always)]
    pub(super) fn mul(one: Vector, other: Vector) -> Vector {
        each(one, other, |one, other| one * other)
    }

    #[inline(always)]
    pub(super) fn div(one: Vector, other: Vector) -> Vector {
        each(one, other, |one, other| one / other)
    }

    #[inline(always)]
    pub(super) fn larger(one: Vector, other: Vector) -> Vector {
        each(one, other, |one, other| if one > other { one } else { other })
    }

    #[inline(always)]
    pub(super) fn root(vector: Vector) -> Vector {
        vector.map(f32::sqrt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_are_changed_number_by_number() {
        for length in 0..14 {
            let others: Vec<f32> = (0..length).map(|place| place as f32 - 3.5).collect();
            let check = |of_four: fn(Four, Four) -> Four, of_one: fn(f32, f32) -> f32| {
                let mut changed: Vec<f32> = (0..length).map(|place| 1.0 / (place as f32 + 0.5)).collect();
                let expected: Vec<u32> = changed.iter().zip(&others).map(|(a, b)| of_one(*a, *b).to_bits()).collect();
                change(&mut changed, &others, of_four);
                assert_eq!(changed.iter().map(|number| number.to_bits()).collect::<Vec<_>>(), expected);
            };
            check(|a, b| a + b, |a, b| a + b);
            check(|a, b| a - b, |a, b| a - b);
            check(|a, b| a * b, |a, b| a * b);
            check(|a, b| a / b, |a, b| a / b);
            check(|a, _| a.root(), |a, _| a.sqrt());
            check(Four::larger, f32::max);
        }
        let [mut longer, mut shorter] = [[1.0; 6]; 2];
        add_squares(&mut longer, &[3.0; 5]);
        add(shorter.split_at_mut(3).0, &[2.0; 7]);
        assert_eq!((longer, shorter), ([10.0, 10.0, 10.0, 10.0, 10.0, 1.0], [3.0, 3.0, 3.0, 1.0, 1.0, 1.0]));
    }

    #[test]
    fn of_what_is_no_number_the_other_is_taken() {
        let larger = |one: f32, other: f32| {
            let mut numbers = [0.0; 4];
            Four::all(one).larger(Four::all(other)).put(&mut numbers);
            numbers.map(f32::to_bits)
        };
        assert_eq!(larger(f32::NAN, 2.0), [2.0_f32.to_bits(); 4]);
        assert_eq!(larger(2.0, f32::NAN), [f32::NAN.to_bits(); 4]);
        assert_eq!((larger(0.0, -0.0), larger(-0.0, 0.0)), ([(-0.0_f32).to_bits(); 4], [0.0_f32.to_bits(); 4]));
    }
}
