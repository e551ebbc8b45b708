//! Decimal numbers as texts carry them, exact to the last digit: no detour through a float, which cannot hold an epoch
//! in nanoseconds. Knows no unit and no instant.

/// Significant digits that are kept; those behind them are only remembered as "more than nothing". 36 digits, scaled
/// by less than a hundred, still fit into 128 bits.
const MOST_DIGITS: u32 = 36;
/// Exponents are held within these bounds, far beyond what any caller can use.
const MOST_EXPONENT: i32 = 100_000;

/// `±digits × 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    digits: u128,
    exponent: i32,
    /// True if a digit other than 0 was cut off behind `digits`.
    has_more: bool,
}

/// A number's distance from zero, cut to a whole one, and what was cut off.
struct Whole {
    value: u128,
    has_rest: bool,
    is_half_or_more: bool,
}

impl Decimal {
    /// A whole number.
    pub(crate) fn from_whole(number: i64) -> Decimal {
        let digits = u128::from(number.unsigned_abs());
        Decimal { is_negative: number < 0, digits, exponent: 0, has_more: false }
    }

    /// Reads `-?digits(.digits)?([eE][+-]?digits)?`, the grammar of JSON except that leading zeros are allowed.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        Decimal::parse_marked(text, false)
    }

    fn parse_marked(text: &str, takes_comma: bool) -> Option<Decimal> {
        if let Some(digits) = few_digits(text.as_bytes()) {
            return Some(Decimal { is_negative: false, digits: u128::from(digits), exponent: 0, has_more: false });
        }
        let (is_negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let mut decimal = Decimal { is_negative, digits: 0, exponent: 0, has_more: false };
        let mut kept = 0;
        let (whole, mut rest) = split_digits(rest);
        if whole.is_empty() {
            return None;
        }
        whole.iter().for_each(|digit| decimal.push(*digit, &mut kept, 1));
        if let [mark @ (b'.' | b','), behind @ ..] = rest {
            let (fraction, behind) = split_digits(behind);
            let may_be_thousands = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with(b"0");
            let is_decimal = *mark == b'.' || takes_comma && !may_be_thousands && behind.is_empty();
            if fraction.is_empty() || !is_decimal {
                return None;
            }
            fraction.iter().for_each(|digit| decimal.push(*digit, &mut kept, 0));
            rest = behind;
        }
        let exponent = match rest {
            [] => 0,
            [b'e' | b'E', exponent @ ..] => parse_exponent(exponent)?,
            _ => return None,
        };
        decimal.exponent = decimal.exponent.saturating_add(exponent);
        Some(decimal)
    }

    /// The same of a number whose decimals stand behind a point or, where it cannot be one that marks thousands, a comma:
    /// three digits behind it, and before it one to three that do not begin with 0, may be thousands.
    pub(crate) fn parse_either(text: &str) -> Option<Decimal> {
        Decimal::parse_marked(text, true)
    }

    /// The number times `10^shift`, rounded towards −∞; `None` if that needs more than 127 bits.
    pub(crate) fn floor(&self, shift: i32) -> Option<i128> {
        let whole = self.whole(shift)?;
        let value = i128::try_from(whole.value).ok()?;
        if self.is_negative { (-value).checked_sub(i128::from(whole.has_rest)) } else { Some(value) }
    }

    /// The number times `factor`, which is below a hundred, times `10^shift`, rounded to a whole one, halves away from
    /// zero; `None` if that needs more than 127 bits.
    pub(crate) fn round_scaled(&self, factor: u8, shift: i32) -> Option<i128> {
        let digits = self.digits.checked_mul(u128::from(factor))?;
        let whole = Decimal { digits, ..*self }.whole(shift)?;
        let value = i128::try_from(whole.value).ok()?.checked_add(i128::from(whole.is_half_or_more))?;
        Some(if self.is_negative { -value } else { value })
    }

    /// The distance from zero, cut to a whole number; `None` if that needs more than 128 bits.
    pub(crate) fn magnitude(&self) -> Option<u128> {
        self.whole(0).map(|whole| whole.value)
    }

    /// True if the number is exactly −1.
    pub(crate) fn is_minus_one(&self) -> bool {
        self.is_negative && self.whole(0).is_some_and(|whole| whole.value == 1 && !whole.has_rest)
    }

    /// Takes the next digit. `whole_step` is 1 before the decimal point and 0 behind it: a digit that is kept behind
    /// the point divides by ten, one that is dropped before it multiplies.
    fn push(&mut self, digit: u8, kept: &mut u32, whole_step: i32) {
        let value = u128::from(digit.wrapping_sub(b'0'));
        if *kept < MOST_DIGITS {
            self.digits = self.digits * 10 + value;
            *kept += u32::from(self.digits != 0);
            self.exponent = self.exponent.saturating_add(whole_step - 1);
        } else {
            self.has_more |= value != 0;
            self.exponent = self.exponent.saturating_add(whole_step);
        }
    }

    fn whole(&self, shift: i32) -> Option<Whole> {
        let exponent = self.exponent.saturating_add(shift);
        if exponent == 0 && !self.has_more {
            return Some(Whole { value: self.digits, has_rest: false, is_half_or_more: false });
        }
        if self.digits == 0 {
            return Some(Whole { value: 0, has_rest: self.has_more, is_half_or_more: false });
        }
        let power = 10u128.checked_pow(exponent.unsigned_abs());
        if exponent >= 0 {
            let value = self.digits.checked_mul(power?)?;
            return Some(Whole { value, has_rest: self.has_more, is_half_or_more: false });
        }
        // A power beyond 128 bits is more than 36 digits can reach: nothing but the rest is left.
        let Some(power) = power else { return Some(Whole { value: 0, has_rest: true, is_half_or_more: false }) };
        let rest = self.digits % power;
        Some(Whole {
            value: self.digits / power,
            has_rest: rest != 0 || self.has_more,
            is_half_or_more: rest >= power / 2,
        })
    }
}

/// The number of a text of one to eighteen digits and nothing else, as most numbers are.
pub(crate) fn few_digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let (mut number, mut is_other) = (0u64, false);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        is_other |= digit > 9;
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    (!is_other).then_some(number)
}

/// The number of one to eight digits, the first in the lowest byte of `word`; `None` where another byte is among them.
#[inline(always)]
pub(crate) fn eight_digits(word: u64, length: usize) -> Option<u64> {
    if !(1..=8).contains(&length) {
        return None;
    }
    let bits = 64 - 8 * length as u32;
    // The bytes behind the digits go out at the top; zeros come in where a longer number would have its first digits.
    let digits = (word << bits) ^ 0x3030_3030_3030_3030 & (u64::MAX << bits);
    let above_nine = digits.wrapping_add(0x7676_7676_7676_7676) | digits;
    if above_nine & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff)
}

fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let length = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.split_at_checked(length).unwrap_or((bytes, &[]))
}

fn parse_exponent(bytes: &[u8]) -> Option<i32> {
    let (sign, digits) = match bytes {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    let (digits, rest) = split_digits(digits);
    if digits.is_empty() || !rest.is_empty() {
        return None;
    }
    let held = |sum: i32, digit: &u8| {
        sum.saturating_mul(10).saturating_add(i32::from(digit.wrapping_sub(b'0'))).min(MOST_EXPONENT)
    };
    Some(sign * digits.iter().fold(0, held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_a_decimal_one_where_it_marks_no_thousands() {
        let check = |text: &str, expected: Option<i128>| {
            let thousandths = Decimal::parse_either(text).and_then(|decimal| decimal.round_scaled(1, 3));
            assert_eq!(thousandths, expected, "{text}");
        };
        check("3,5", Some(3500));
        check("-3,5", Some(-3500));
        check("0,500", Some(500));
        check("00,500", Some(500));
        check("1234,500", Some(1_234_500));
        check("1,5000", Some(1500));
        check("12,25", Some(12_250));
        check("3.5", Some(3500));
        check("3", Some(3000));
        for ambiguous in ["1,500", "-1,500", "12,500", "123,500"] {
            check(ambiguous, None);
        }
        for nothing in ["", ",", "3,", ",5", "1,2,3", "1.234,5", "1,234.5", "1,5e3", "x,5", "--1,5", "1,-5"] {
            check(nothing, None);
        }
    }

    #[test]
    fn a_decimal_is_rounded_as_asked() {
        let check = |text: &str, floor: i128, round: i128| {
            let decimal = Decimal::parse(text).unwrap();
            assert_eq!((decimal.floor(0), decimal.round_scaled(1, 0)), (Some(floor), Some(round)), "{text}");
        };
        check("0", 0, 0);
        check("-0", 0, 0);
        check("3721", 3721, 3721);
        check("2.5", 2, 3);
        check("2.4999999999999999999999999999999999999999", 2, 2);
        check("-2.5", -3, -3);
        check("-2.4", -3, -2);
        check("-0.4", -1, 0);
        check("1e3", 1000, 1000);
        check("1.5E+1", 15, 15);
        check("15e-1", 1, 2);
        check("0.5e-400", 0, 0);
        check("0e999999999999", 0, 0);
        check("0.0000000000000000000000000000000000000000000000001e49", 1, 1);
        check("9007199254740993", 9_007_199_254_740_993, 9_007_199_254_740_993);
        check("1000000000000000000000000000000000001e-36", 1, 1);
        check("0013", 13, 13);
    }

    #[test]
    fn what_is_no_decimal_or_too_great_is_none() {
        for text in ["", "-", "+1", ".5", "5.", "1e", "1e+", "1x", "NaN", "1.2.3", "0x10", "1 ", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::parse("1e400").unwrap().round_scaled(1, 0), None);
        assert_eq!(Decimal::parse("1e39").unwrap().floor(0), None);
        assert_eq!(Decimal::parse(&"9".repeat(500)).unwrap().magnitude(), None);
    }
}
