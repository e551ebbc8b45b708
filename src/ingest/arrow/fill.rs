//! The values of many rows of a column at a time, in loops that do the same for every row. What is not of the usual sort
//! is marked and left to be looked at by itself; nothing is guessed.

use super::array::{Array, Data, Texts, part};
use super::columns::{instant, is_whole, length_ms, to_ms};
use super::many::{self, Codes};
use super::schema::{Integer, Kind, Unit};
use crate::execution::MOST_DURATION_MS;
use crate::table::Stretch;
use crate::time::{ParsedTime, parse_whole};
use std::ops::Range;

/// In columns of numbers and instants: there is none.
pub(super) const MISSING: i64 = i64::MIN;
/// In columns of numbers and instants: one that has to be looked at by itself. No instant is as early as these two.
pub(super) const UNUSUAL: i64 = i64::MIN + 1;
/// The same in columns of lengths of time; no length that a table holds in 32 bits is as great.
pub(super) const UNUSUAL_LENGTH: u32 = Stretch::NO_DURATION - 1;

/// Whole numbers that are milliseconds since 1970 in columns of numbers as well as in those of instants in that unit:
/// from the year 1973 to the year 5138.
pub(super) const PLAIN_MS: Range<i64> = 100_000_000_000..100_000_000_000_000;

/// Reads a float that no whole number says as exactly.
type ReadFloat = fn(f64) -> i64;

/// A length of time: rounded, halves away from zero. A half is the same in binary as in decimal, so this is what the
/// digits would come to.
fn rounded(number: f64) -> i64 {
    match number {
        number if number.is_nan() => MISSING,
        number if (0.0..MOST_DURATION_MS as f64).contains(&number) => number.round() as i64,
        _ => UNUSUAL,
    }
}

/// A number of milliseconds since 1970, cut towards −∞. No digits that stand for the float and for no other one come to
/// another whole number, since that number is a float itself.
fn cut(number: f64) -> i64 {
    match number {
        number if number.is_nan() => MISSING,
        number if (PLAIN_MS.start as f64..PLAIN_MS.end as f64).contains(&number) => number as i64,
        _ => UNUSUAL,
    }
}

/// What has to be whole.
fn counted(number: f64) -> i64 {
    if number.is_nan() { MISSING } else { UNUSUAL }
}

impl Array {
    /// When the rows from `first` on say that they are, in milliseconds, if they say usual instants or nothing, which is
    /// [`MISSING`]; true if all say it. `None` if they say anything else, and then what was written is of no meaning.
    pub(super) fn fill_usual_instants(&self, kind: Kind, body: &[u8], first: usize, out: &mut [i64]) -> Option<bool> {
        if matches!(kind, Kind::Timestamp { unit, .. } if unit != Unit::Milliseconds) {
            return None;
        }
        let numbers = self.eights(body, first, out.len())?;
        match (&self.data, &self.validity) {
            (Data::Integer(Integer { bytes: 8, .. }, _), None) => many::instants(numbers, out).then_some(true),
            (Data::Integer(Integer { bytes: 8, is_signed: true }, _), Some(_)) => {
                many::copy(numbers, out);
                // What says that there is none is said by no number.
                out.iter_mut().for_each(|number| *number = (*number).max(UNUSUAL));
                self.blank(body, first, out, MISSING);
                many::are_instants(out)
            }
            (Data::Float(8, _), None) => many::float_instants(numbers, out).then_some(true),
            _ => None,
        }
    }

    /// How long the rows from `first` on say that they took, if they say the usual or nothing; else what was written is of
    /// no meaning.
    pub(super) fn fill_usual_lengths(&self, kind: Kind, body: &[u8], first: usize, out: &mut [u32]) -> bool {
        let is_plain = !matches!(kind, Kind::Duration(unit) if unit != Unit::Milliseconds);
        let read = match &self.data {
            Data::Integer(Integer { bytes: 8, .. }, _) => many::lengths,
            Data::Float(8, _) => many::float_lengths,
            _ => return false,
        };
        let numbers = self.eights(body, first, out.len());
        let are_usual = is_plain && numbers.is_some_and(|numbers| read(numbers, out));
        if are_usual {
            self.blank(body, first, out, Stretch::NO_DURATION);
        }
        are_usual
    }

    /// Which try the rows from `first` on say that they are, 1 where they do not say it or it is none; false if the column
    /// is not of the usual sort, and then nothing was written.
    pub(super) fn fill_usual_attempts(&self, body: &[u8], first: usize, out: &mut [u32]) -> bool {
        let Data::Integer(Integer { bytes: 4, is_signed: true }, range) = &self.data else { return false };
        let numbers = part(body, range).as_chunks().0.get(first..).unwrap_or_default();
        many::attempts(numbers, out);
        self.blank(body, first, out, 1);
        true
    }

    /// The ids of the rows from `first` on; [`UNUSUAL`] and what is below where they have none or one that is no whole
    /// number. False if the column holds no numbers.
    pub(super) fn fill_ids(&self, body: &[u8], first: usize, out: &mut [i64]) -> bool {
        let are_plain = matches!(&self.data, Data::Integer(Integer { bytes: 8, is_signed: true }, _));
        match self.eights(body, first, out.len()).filter(|_| are_plain && self.validity.is_none()) {
            Some(numbers) => many::copy(numbers, out),
            None => return self.fill_attempts(body, first, out),
        }
        true
    }

    /// Marks the rows from `first` on that may have a text or a number of a dictionary; false if the column has neither.
    pub(super) fn mark_values(&self, body: &[u8], first: usize, out: &mut [u32]) -> bool {
        match &self.data {
            Data::Index { .. } => self.add_codes(body, first, 1, out).is_some(),
            Data::Text { .. } if self.validity.is_some() => {
                out.fill(1);
                self.blank(body, first, out, 0);
                true
            }
            _ => false,
        }
    }

    /// Adds `factor` times the code of each row from `first` on, as [`Array::fill_codes`] has it, to a sum, around; the
    /// greatest of them. `None` if the column holds no such numbers.
    pub(super) fn add_codes(&self, body: &[u8], first: usize, factor: u32, sums: &mut [u32]) -> Option<u32> {
        let Data::Index { index, numbers, has_none, .. } = &self.data else { return None };
        let numbers = part(body, numbers);
        let validity = self.validity.as_ref().map(|bits| part(body, bits).get(first / 8..).unwrap_or_default());
        let codes = Codes { is_signed: index.is_signed, has_none: *has_none, validity };
        let rows = first..first.checked_add(sums.len())?;
        Some(match index.bytes {
            4 => many::add_codes::<4>(numbers.as_chunks().0.get(rows)?, codes, factor, sums),
            2 => many::add_codes::<2>(numbers.as_chunks().0.get(rows)?, codes, factor, sums),
            1 => many::add_codes::<1>(numbers.as_chunks().0.get(rows)?, codes, factor, sums),
            _ => return None,
        })
    }

    /// The numbers of eight bytes of so many rows from `first` on.
    fn eights<'a>(&self, body: &'a [u8], first: usize, rows: usize) -> Option<&'a [[u8; 8]]> {
        let (Data::Integer(_, range) | Data::Float(_, range)) = &self.data else { return None };
        part(body, range).as_chunks().0.get(first..first.checked_add(rows)?)
    }

    /// When the rows from `first` on say that they are, in milliseconds: [`MISSING`] where they do not say it,
    /// [`UNUSUAL`] where they say anything out of the ordinary; false if the column holds no numbers.
    pub(super) fn fill_instants(&self, kind: Kind, body: &[u8], first: usize, out: &mut [i64]) -> bool {
        if !self.fill_numbers(body, first, out, cut) {
            return false;
        }
        let is_plain = match kind {
            Kind::Timestamp { unit, .. } => unit == Unit::Milliseconds,
            _ => true,
        };
        for number in out {
            if !(is_plain && PLAIN_MS.contains(number)) {
                *number = moment(kind, *number);
            }
        }
        true
    }

    /// How long the rows from `first` on say that they took, in milliseconds: [`Stretch::NO_DURATION`] where they do not
    /// say it, [`UNUSUAL_LENGTH`] where they say anything out of the ordinary; false if the column holds no numbers.
    /// `numbers` is room for as many.
    pub(super) fn fill_lengths(
        &self,
        kind: Kind,
        body: &[u8],
        first: usize,
        (numbers, out): (&mut [i64], &mut [u32]),
    ) -> bool {
        if !self.fill_numbers(body, first, numbers, rounded) {
            return false;
        }
        for (number, out) in numbers.iter_mut().zip(out) {
            if let Kind::Duration(unit) = kind
                && *number > UNUSUAL
            {
                *number = length_ms(*number, unit).max(UNUSUAL);
            }
            *out = length(*number);
        }
        true
    }

    /// Which try the rows from `first` on say that they are: [`MISSING`] where they do not say it, [`UNUSUAL`] for what is
    /// no whole number; false if the column holds no numbers.
    pub(super) fn fill_attempts(&self, body: &[u8], first: usize, out: &mut [i64]) -> bool {
        self.fill_numbers(body, first, out, counted)
    }

    /// The numbers of the dictionary's entries of the rows from `first` on, each one more; 0 where there is none, and the
    /// greatest number for one that cannot be; false if the column holds no such numbers.
    pub(super) fn fill_codes(&self, body: &[u8], first: usize, out: &mut [u32]) -> bool {
        let Data::Index { index, numbers, has_none, .. } = &self.data else { return false };
        let numbers = part(body, numbers);
        // One loop for numbers with a sign and without: the other is worth less than what it weighs in a download.
        let code = |number: u32, bits: u32| match index.is_signed && number >> (bits - 1) & 1 == 1 {
            false => number.saturating_add(1),
            true if *has_none => 0,
            true => u32::MAX,
        };
        match index.bytes {
            4 => convert(numbers, first, out, |bytes| code(u32::from_le_bytes(bytes), 32)),
            2 => convert(numbers, first, out, |bytes| code(u32::from(u16::from_le_bytes(bytes)), 16)),
            1 => convert(numbers, first, out, |[byte]| code(u32::from(byte), 8)),
            _ => return false,
        }
        self.blank(body, first, out, 0);
        true
    }

    /// True if the texts lie one behind the other: each is there, and all together are no more than their bytes.
    pub(super) fn has_texts_in_order(&self, body: &[u8]) -> bool {
        let Data::Text { offset_bytes, offsets, texts: Texts::Checked(text) } = &self.data else { return false };
        let offsets = part(body, offsets);
        let is_ascii = text.is_ascii();
        let mut last = 0;
        let mut follows = |offset: i64| {
            let is_next = offset >= last && (is_ascii || text.is_char_boundary(offset as usize));
            last = offset;
            is_next
        };
        // Of no rows there may be no offsets at all.
        let count = if self.length == 0 { 0 } else { self.length + 1 };
        let are_next = match offset_bytes {
            4 => offsets.as_chunks().0.iter().take(count).all(|bytes| follows(i64::from(i32::from_le_bytes(*bytes)))),
            _ => offsets.as_chunks().0.iter().take(count).all(|bytes| follows(i64::from_le_bytes(*bytes))),
        };
        are_next && last <= text.len() as i64
    }

    /// The numbers of the rows from `first` on: whole ones as they are, floats where a whole number says the same and else
    /// as `read_float` has it. [`MISSING`] where there is none, [`UNUSUAL`] for what does not fit; false if the column holds no
    /// numbers.
    fn fill_numbers(&self, body: &[u8], first: usize, out: &mut [i64], read_float: ReadFloat) -> bool {
        let float = |number: f64| whole(number).unwrap_or_else(|| read_other(number, read_float));
        match &self.data {
            Data::Integer(integer, range) => {
                let numbers = part(body, range);
                let short = |number: u64, bits: u32| match integer.is_signed {
                    true => ((number << (64 - bits)) as i64) >> (64 - bits),
                    false => number as i64,
                };
                // The two that stand for something else have to be looked at by themselves.
                let long = |number: u64| match integer.is_signed {
                    true => (number as i64).max(UNUSUAL),
                    false => i64::try_from(number).unwrap_or(UNUSUAL),
                };
                match integer.bytes {
                    8 => convert(numbers, first, out, |bytes| long(u64::from_le_bytes(bytes))),
                    4 => convert(numbers, first, out, |bytes| short(u64::from(u32::from_le_bytes(bytes)), 32)),
                    2 => convert(numbers, first, out, |bytes| short(u64::from(u16::from_le_bytes(bytes)), 16)),
                    _ => convert(numbers, first, out, |[byte]| short(u64::from(byte), 8)),
                }
            }
            Data::Float(4, range) => {
                convert(part(body, range), first, out, |bytes| float(f64::from(f32::from_le_bytes(bytes))));
            }
            Data::Float(_, range) => convert(part(body, range), first, out, |bytes| float(f64::from_le_bytes(bytes))),
            _ => return false,
        }
        self.blank(body, first, out, MISSING);
        true
    }

    /// Adds the places of those of so many rows that may have a value. `first` is a multiple of eight, as below.
    pub(super) fn add_places(&self, body: &[u8], first: usize, rows: usize, places: &mut Vec<usize>) {
        let Some(validity) = &self.validity else { return places.extend(0..rows) };
        let bits = part(body, validity).get(first / 8..).unwrap_or_default();
        for (bits, eight) in bits.iter().zip((0..rows).step_by(8)) {
            let mut bits = *bits;
            while bits != 0 {
                let place = eight + bits.trailing_zeros() as usize;
                if place < rows {
                    places.push(place);
                }
                bits &= bits - 1;
            }
        }
    }

    /// Puts `nothing` where there is no value. `first` is a multiple of eight, so that eight rows share a byte of bits.
    fn blank<T: Copy>(&self, body: &[u8], first: usize, out: &mut [T], nothing: T) {
        let Some(validity) = &self.validity else { return };
        let bits = part(body, validity).get(first / 8..).unwrap_or_default();
        for (bits, eight) in bits.iter().zip(out.chunks_mut(8)) {
            if *bits != u8::MAX {
                for (bit, out) in eight.iter_mut().enumerate() {
                    if bits >> bit & 1 == 0 {
                        *out = nothing;
                    }
                }
            }
        }
    }
}

/// The whole number that a float is, if that is not below 0 and below 2^52. Among the floats from there on to 2^53 are
/// all whole numbers and no others, so adding as much as that leaves the number's bits alone or rounds it.
#[inline(always)]
fn whole(number: f64) -> Option<i64> {
    const BOUND: f64 = 4_503_599_627_370_496.0;
    let shifted = number + BOUND;
    // Of negative numbers, and of what is no number, the bits are greater.
    let is_whole = number.to_bits() < BOUND.to_bits() && shifted - BOUND == number;
    is_whole.then(|| shifted.to_bits().wrapping_sub(BOUND.to_bits()) as i64)
}

#[cold]
#[inline(never)]
fn read_other(number: f64, read_float: ReadFloat) -> i64 {
    if is_whole(number) { number as i64 } else { read_float(number) }
}

/// Milliseconds as a table holds them in 32 bits.
#[inline]
pub(super) fn length(ms: i64) -> u32 {
    match u32::try_from(ms) {
        Ok(ms) if ms < UNUSUAL_LENGTH => ms,
        _ if ms == MISSING => Stretch::NO_DURATION,
        _ => UNUSUAL_LENGTH,
    }
}

/// The instant that a number of a column says, in milliseconds.
fn moment(kind: Kind, number: i64) -> i64 {
    let time = match kind {
        _ if number == MISSING || number == UNUSUAL => return number,
        Kind::Timestamp { unit, has_zone } => instant(to_ms(number, unit), !has_zone),
        Kind::Integer(_) | Kind::Float(_) => parse_whole(number),
        _ => return UNUSUAL,
    };
    match time {
        ParsedTime::At { at, .. } => at.ms(),
        _ => UNUSUAL,
    }
}

/// Reads as many numbers as there is room for from the one of row `first` on.
#[inline]
fn convert<T, const BYTES: usize>(numbers: &[u8], first: usize, out: &mut [T], read: impl Fn([u8; BYTES]) -> T) {
    let numbers = first.checked_mul(BYTES).and_then(|from| numbers.get(from..)).unwrap_or_default();
    for (out, number) in out.iter_mut().zip(numbers.as_chunks().0) {
        *out = read(*number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: i64 = 1_770_000_000_000;

    fn whole() -> impl Strategy<Value = i64> {
        let usual = || prop_oneof![0i64..5_000_000, MS..MS + 9_000_000];
        let edges = prop::sample::select(vec![
            i64::MIN,
            UNUSUAL,
            -1,
            0,
            PLAIN_MS.start - 1,
            PLAIN_MS.start,
            PLAIN_MS.end - 1,
            PLAIN_MS.end,
            i64::from(UNUSUAL_LENGTH) - 1,
            i64::from(UNUSUAL_LENGTH),
            1 << 32,
            1 << 53,
            i64::MAX,
        ]);
        prop_oneof![30 => usual(), 1 => edges, 1 => any::<i64>()]
    }

    fn float() -> impl Strategy<Value = f64> {
        let edges = prop::sample::select(vec![f64::NAN, -0.0, 0.5, 7.5, f64::INFINITY, -1.0, 4e9 + 0.5, 1e300]);
        prop_oneof![30 => whole().prop_map(|number| number as f64), 2 => edges, 1 => any::<f64>()]
    }

    /// The numbers of a column: instants, lengths, or anything, and among the first two now and then something strange.
    fn numbers() -> impl Strategy<Value = Vec<(i64, f64)>> {
        let usual = |from: i64, to: i64| prop::collection::vec(from..to, 1..200).boxed();
        let columns = [usual(MS, MS + 9_000_000), usual(0, 5_000_000), prop::collection::vec(whole(), 1..40).boxed()];
        let strange = prop::collection::vec((any::<prop::sample::Index>(), whole(), float()), 0..3);
        (prop::sample::select(vec![0_usize, 1, 2]), strange).prop_flat_map(move |(which, strange)| {
            let strange = if strange.len() == 1 { strange } else { Vec::new() };
            columns[which].clone().prop_map(move |column| {
                let mut numbers: Vec<_> = column.into_iter().map(|number| (number, number as f64)).collect();
                for (place, whole, float) in &strange {
                    let place = place.index(numbers.len());
                    numbers[place] = (*whole, *float);
                }
                numbers
            })
        })
    }

    /// A column of numbers of eight bytes, with or without bits that say whether there is one, and what they lie in.
    fn column(numbers: &[[u8; 8]], bits: &Option<Vec<u8>>, data: &dyn Fn(Range<usize>) -> Data) -> (Array, Vec<u8>) {
        let mut body = numbers.as_flattened().to_vec();
        let data = data(0..body.len());
        let validity = bits.as_ref().map(|bits| body.len()..body.len() + bits.len());
        body.extend(bits.iter().flatten());
        (Array { length: numbers.len(), validity, around: Vec::new(), data }, body)
    }

    /// What is read as usual is what is read otherwise; true if it was.
    fn check(array: &Array, body: &[u8], kind: Kind, first: usize) -> Result<[bool; 2], TestCaseError> {
        let rows = array.len() - first;
        let (mut usual, mut all) = (vec![7; rows], vec![8; rows]);
        prop_assert!(array.fill_instants(kind, body, first, &mut all));
        let instants = array.fill_usual_instants(kind, body, first, &mut usual);
        if let Some(are_there) = instants {
            prop_assert_eq!(&usual, &all);
            prop_assert!(all.iter().all(|at| *at != UNUSUAL));
            prop_assert_eq!(are_there, !all.contains(&MISSING));
        }
        let (mut usual, mut all, mut room) = (vec![7; rows], vec![8; rows], vec![0; rows]);
        prop_assert!(array.fill_lengths(kind, body, first, (&mut room, &mut all)));
        let lengths = array.fill_usual_lengths(kind, body, first, &mut usual);
        if lengths {
            prop_assert_eq!(&usual, &all);
            prop_assert!(!all.contains(&UNUSUAL_LENGTH));
        }
        let (mut ids, mut all) = (vec![7; rows], vec![8; rows]);
        prop_assert!(array.fill_ids(body, first, &mut ids) && array.fill_attempts(body, first, &mut all));
        ids.iter_mut().for_each(|id| *id = (*id).max(UNUSUAL));
        all.iter_mut().for_each(|id| *id = (*id).max(UNUSUAL));
        prop_assert_eq!(ids, all);
        Ok([instants.is_some(), lengths])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn usual_numbers_are_those_that_are_read_one_by_one(
            numbers in numbers(),
            bits in prop::option::of(prop::collection::vec(prop_oneof![Just(255_u8), any::<u8>()], 25)),
            (is_signed, skipped) in any::<(bool, prop::sample::Index)>(),
        ) {
            let first = skipped.index(numbers.len().div_ceil(8)) * 8;
            let integers: Vec<_> = numbers.iter().map(|(number, _)| number.to_le_bytes()).collect();
            let floats: Vec<_> = numbers.iter().map(|(_, number)| number.to_le_bytes()).collect();
            let integer = Integer { bytes: 8, is_signed };
            for kind in [
                Kind::Integer(integer),
                Kind::Timestamp { unit: Unit::Milliseconds, has_zone: true },
                Kind::Timestamp { unit: Unit::Microseconds, has_zone: true },
            ] {
                let (array, body) = column(&integers, &bits, &|range| Data::Integer(integer, range));
                check(&array, &body, kind, first)?;
            }
            let (array, body) = column(&floats, &bits, &|range| Data::Float(8, range));
            check(&array, &body, Kind::Float(8), first)?;
        }

        #[test]
        fn codes_are_added_as_they_are_read(
            words in prop::collection::vec(any::<u32>(), 1..200),
            bits in prop::option::of(prop::collection::vec(any::<u8>(), 25)),
            (is_signed, has_none) in any::<(bool, bool)>(),
            (bytes, factor) in (prop::sample::select(vec![1_usize, 2, 4]), any::<u32>()),
            are_small: bool,
        ) {
            let words: Vec<_> = words.iter().map(|word| if are_small { word % 100 } else { *word }).collect();
            let mut body: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()[..bytes].to_vec()).collect();
            let index = Integer { bytes, is_signed };
            let data = Data::Index { index, numbers: 0..body.len(), dictionary: 0, has_none };
            let validity = bits.as_ref().map(|bits| body.len()..body.len() + bits.len());
            body.extend(bits.iter().flatten());
            let array = Array { length: words.len(), validity, around: Vec::new(), data };
            let first = words.len() / 16 * 8;
            let rows = words.len() - first;
            let (mut codes, mut sums) = (vec![7; rows], vec![5; rows]);
            prop_assert!(array.fill_codes(&body, first, &mut codes));
            let greatest = array.add_codes(&body, first, factor, &mut sums);
            prop_assert_eq!(greatest, codes.iter().copied().max());
            let expected: Vec<_> = codes.iter().map(|code| factor.wrapping_mul(*code).wrapping_add(5)).collect();
            prop_assert_eq!(sums, expected);
        }

        #[test]
        fn usual_tries_are_those_that_are_read_one_by_one(
            numbers in prop::collection::vec(prop_oneof![0..4_i32, any::<i32>()], 1..40),
            bits in prop::option::of(prop::collection::vec(any::<u8>(), 5)),
        ) {
            let mut body: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let data = Data::Integer(Integer { bytes: 4, is_signed: true }, 0..body.len());
            let validity = bits.as_ref().map(|bits| body.len()..body.len() + bits.len());
            body.extend(bits.iter().flatten());
            let array = Array { length: numbers.len(), validity, around: Vec::new(), data };
            let (mut usual, mut all) = (vec![7; numbers.len()], vec![8; numbers.len()]);
            prop_assert!(array.fill_usual_attempts(&body, 0, &mut usual) && array.fill_attempts(&body, 0, &mut all));
            let all: Vec<_> = all.iter().map(|number| u32::try_from(*number).unwrap_or(1)).collect();
            prop_assert_eq!(usual, all);
        }
    }

    /// The number that says that there is none is one of a row that says it all the same.
    #[test]
    fn the_least_number_is_not_none() {
        let integer = Integer { bytes: 8, is_signed: true };
        for number in [i64::MIN, UNUSUAL] {
            let numbers = [MS, number, MS].map(i64::to_le_bytes);
            let (array, body) = column(&numbers, &Some(vec![0b111]), &|range| Data::Integer(integer, range));
            assert!(!check(&array, &body, Kind::Integer(integer), 0).unwrap()[0], "{number}");
        }
    }

    #[test]
    fn what_most_columns_hold_is_usual() {
        let numbers: Vec<[u8; 8]> = (0..40).map(|row| (MS + row).to_le_bytes()).collect();
        let floats: Vec<[u8; 8]> = (0..40).map(|row| ((MS + row) as f64).to_le_bytes()).collect();
        let lengths: Vec<[u8; 8]> = (0..40).map(|row| (row as f64).to_le_bytes()).collect();
        let integer = Integer { bytes: 8, is_signed: true };
        let bits = Some(vec![0b1011_0111; 5]);
        for bits in [&None, &bits] {
            let (array, body) = column(&numbers, bits, &|range| Data::Integer(integer, range));
            let kind = Kind::Timestamp { unit: Unit::Milliseconds, has_zone: true };
            assert!(check(&array, &body, kind, 0).unwrap()[0], "{bits:?}");
        }
        let (array, body) = column(&floats, &None, &|range| Data::Float(8, range));
        assert!(check(&array, &body, Kind::Float(8), 0).unwrap()[0]);
        let (array, body) = column(&lengths, &bits, &|range| Data::Float(8, range));
        assert!(check(&array, &body, Kind::Float(8), 0).unwrap()[1]);
    }
}
