//! Numbers as decimal text and back, exactly: the shortest digits that read back as the same number, digits cut at a
//! place, and the number nearest to a text. The standard library does the same with tables that a download has to
//! carry; here a decimal expansion is computed when it is needed. Knows no units and no words.

use std::cmp::Ordering;

/// A number of few characters, at the end of so many bytes.
struct Short {
    bytes: [u8; SHORT_BYTES],
    from: usize,
}

/// A whole number has 20 digits at most, another one that is short 17 of them, a zero and a point.
const SHORT_BYTES: usize = 24;

impl Short {
    const EMPTY: Self = Self { bytes: [0; SHORT_BYTES], from: SHORT_BYTES };

    /// Puts a character in front.
    #[inline(always)]
    fn put(&mut self, character: u8) {
        self.from = self.from.wrapping_sub(1);
        if let Some(place) = self.bytes.get_mut(self.from) {
            *place = character;
        }
    }

    fn whole(value: u64) -> Self {
        let mut digits = Self::EMPTY;
        let mut rest = value;
        // Dividing 32 bits is a multiplication.
        while rest > u64::from(u32::MAX) {
            digits.put(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        let mut rest = rest as u32;
        loop {
            digits.put(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                return digits;
            }
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(self.from..).unwrap_or_default()
    }

    fn push(&self, out: &mut String) {
        out.push_str(str::from_utf8(self.bytes()).unwrap_or_default());
    }
}

/// Appends a whole number.
pub fn push_whole(out: &mut String, value: u64) {
    Short::whole(value).push(out);
}

/// Appends a whole number to bytes.
pub(crate) fn write_whole(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(Short::whole(value).bytes());
}

/// Appends a finite number to bytes as [`push`] does.
pub(crate) fn write(out: &mut Vec<u8>, value: f64) {
    match short(value) {
        Some(short) => out.extend_from_slice(short.bytes()),
        None => out.extend_from_slice(text(value).as_bytes()),
    }
}

/// A whole number as text.
pub fn whole(value: u64) -> String {
    let mut out = String::new();
    push_whole(&mut out, value);
    out
}

/// A whole number as text with a comma before every third digit from the end.
pub fn grouped(value: u64) -> String {
    let digits = whole(value);
    let mut grouped = String::new();
    for (position, digit) in digits.bytes().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(char::from(digit));
    }
    grouped
}

/// A number within two bounds, of which the first is not above the second: the standard library's `clamp` writes its
/// bounds into a message, and with it all that writes floats. What is no number stays so.
pub fn within(value: f64, least: f64, most: f64) -> f64 {
    if value < least {
        least
    } else if value > most {
        most
    } else {
        value
    }
}

/// Appends a whole number with zeros in front, so that it has `width` digits at least.
pub fn push_padded(out: &mut String, value: u64, width: usize) {
    let digits = whole(value);
    for _ in digits.len()..width {
        out.push('0');
    }
    out.push_str(&digits);
}

/// Appends the shortest decimal that reads back as the same number, without an exponent: `0.1`, `1`, `-2.5`,
/// `100000000000000000000000`. The same text as `{}` of the standard library gives, `NaN` and `inf` too.
pub fn push(out: &mut String, value: f64) {
    if !value.is_finite() {
        out.push_str(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "inf"
        } else {
            "-inf"
        });
        return;
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    match short(value) {
        Some(short) => short.push(out),
        None => shortest(&Parts::of(value)).push(out, None),
    }
}

/// A number as the shortest decimal that reads back as the same.
pub fn text(value: f64) -> String {
    let mut out = String::new();
    push(&mut out, value);
    out
}

/// Appends a number with so many digits behind the point, as `{:.1}` of the standard library writes it: rounded by its
/// exact value, to even where it lies in the middle.
pub fn push_fixed(out: &mut String, value: f64, decimals: usize) {
    if !value.is_finite() {
        return push(out, value);
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let mut digits = Parts::of(value.abs()).value().digits();
    digits.round(decimals);
    digits.push(out, Some(decimals));
}

/// The number nearest to a decimal text (of two equally near ones the even one), with or without sign, point and
/// exponent: `0.6`, `.5`, `1e3`, `-7`. `None` for anything else, `inf` and `NaN` among it.
pub fn parse(text: &str) -> Option<f64> {
    let (is_negative, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let value = nearest(&Digits::read(unsigned)?);
    Some(if is_negative { -value } else { value })
}

/// Up to here every whole number is a number of its own.
const MOST_EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A decimal number, 0 or above: `0.d₁d₂d₃… × 10^point`. The digits are ASCII; zeros may stand at either end.
#[derive(Clone, Debug, Default)]
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    /// Reads digits with at most one point and an exponent.
    fn read(text: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        let (mut has_point, mut has_digit) = (false, false);
        let mut rest = text;
        while let [byte, after @ ..] = rest {
            match byte {
                b'0'..=b'9' => {
                    has_digit = true;
                    // Zeros in front would make the number look longer than it is.
                    if *byte != b'0' || !read.digits.is_empty() {
                        read.digits.push(*byte);
                    } else if has_point {
                        read.point = read.point.saturating_sub(1);
                    }
                    if !has_point && !read.digits.is_empty() {
                        read.point = read.point.saturating_add(1);
                    }
                }
                b'.' if !has_point => has_point = true,
                b'e' | b'E' if has_digit => {
                    read.point = read.point.saturating_add(exponent(after)?);
                    return Some(read);
                }
                _ => return None,
            }
            rest = after;
        }
        has_digit.then_some(read)
    }

    fn digit(&self, place: usize) -> u8 {
        self.digits.get(place).copied().unwrap_or(b'0')
    }

    /// Without zeros in front.
    fn trim(&mut self) {
        let zeros = self.digits.iter().take_while(|digit| **digit == b'0').count();
        self.digits.drain(..zeros);
        self.point = self.point.saturating_sub(zeros as i32);
    }

    /// Which of two numbers without zeros in front is greater.
    fn compare(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let mut order = self.point.cmp(&other.point);
        let mut place = 0;
        while order.is_eq() && (place < self.digits.len() || place < other.digits.len()) {
            order = self.digit(place).cmp(&other.digit(place));
            place += 1;
        }
        order
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|digit| *digit == b'0')
    }

    /// Rounds to so many digits behind the point, to even in the middle.
    fn round(&mut self, decimals: usize) {
        let kept = self.point + decimals as i32;
        let Ok(kept) = usize::try_from(kept) else { return *self = Self::default() };
        let half = self.digit(kept).cmp(&b'5').then_with(|| {
            let rest = self.digits.get(kept + 1..).unwrap_or_default();
            if rest.iter().any(|digit| *digit != b'0') { Ordering::Greater } else { Ordering::Equal }
        });
        let is_odd = kept > 0 && self.digit(kept - 1) % 2 == 1;
        if kept >= self.digits.len() {
            return;
        }
        self.digits.truncate(kept);
        if half.is_gt() || half.is_eq() && is_odd {
            self.increase();
        }
    }

    /// Adds one to the last digit.
    fn increase(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.insert(0, b'1');
        self.point += 1;
    }

    /// Appends the number, with so many decimals if that is asked for.
    fn push(&self, out: &mut String, decimals: Option<usize>) {
        if self.point <= 0 {
            out.push('0');
        }
        for place in 0..self.point.max(0) as usize {
            out.push(char::from(self.digit(place)));
        }
        let behind = match decimals {
            Some(decimals) => decimals as i32,
            None => self.digits.len() as i32 - self.point,
        };
        for place in self.point..self.point.saturating_add(behind) {
            if place == self.point {
                out.push('.');
            }
            out.push(usize::try_from(place).map_or('0', |place| char::from(self.digit(place))));
        }
    }
}

/// The digits of an exponent with its sign; beyond all numbers where there are too many.
fn exponent(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let mut value: i32 = 0;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value = value.saturating_mul(10).saturating_add(i32::from(digit));
    }
    (!digits.is_empty()).then_some(sign * value.min(1_000_000))
}

/// A whole number as limbs of nine decimal digits, the lowest first, times `10^-decimals`.
struct Expansion {
    limbs: Vec<u32>,
    decimals: i32,
}

const LIMB: u64 = 1_000_000_000;
const LIMB_DIGITS: usize = 9;

impl Expansion {
    /// `significand × 2^exponent`, exactly.
    fn new(significand: u64, exponent: i32) -> Self {
        let mut expansion = Self { limbs: Vec::new(), decimals: (-exponent).max(0) };
        let mut rest = significand;
        while rest > 0 {
            expansion.limbs.push((rest % LIMB) as u32);
            rest /= LIMB;
        }
        // 2^-n is 5^n / 10^n.
        let base = if exponent < 0 { 5_u64 } else { 2 };
        let mut times = exponent.unsigned_abs();
        while times > 0 {
            let at_once = times.min(13);
            expansion.multiply(base.pow(at_once));
            times -= at_once;
        }
        expansion
    }

    fn multiply(&mut self, by: u64) {
        let mut carry = 0;
        for limb in &mut self.limbs {
            let product = u64::from(*limb) * by + carry;
            *limb = (product % LIMB) as u32;
            carry = product / LIMB;
        }
        while carry > 0 {
            self.limbs.push((carry % LIMB) as u32);
            carry /= LIMB;
        }
    }

    fn digits(&self) -> Digits {
        let mut digits = Digits { digits: Vec::with_capacity(self.limbs.len() * LIMB_DIGITS), point: 0 };
        for limb in self.limbs.iter().rev() {
            let mut weight = LIMB as u32 / 10;
            while weight > 0 {
                digits.digits.push(b'0' + (limb / weight % 10) as u8);
                weight /= 10;
            }
        }
        digits.point = digits.digits.len() as i32 - self.decimals;
        digits.trim();
        digits
    }
}

/// A finite number, 0 or above, taken apart: `quarters × 2^exponent`. What is read as it lies between the middles to its
/// neighbours, `below` under it and `ABOVE` over it.
struct Parts {
    quarters: u64,
    exponent: i32,
    below: u64,
    /// True if the middles themselves are read as it.
    holds_ends: bool,
}

/// Half a unit of the last place, in quarters.
const ABOVE: u64 = 2;

impl Parts {
    fn of(value: f64) -> Self {
        let (fraction, biased) = (value.to_bits() & ((1 << 52) - 1), (value.to_bits() >> 52) as i32);
        let significand = if biased == 0 { fraction } else { fraction | 1 << 52 };
        // Under a power of two numbers lie twice as close, but for the least of them.
        let below = if fraction == 0 && biased > 1 { ABOVE / 2 } else { ABOVE };
        Self { quarters: significand * 4, exponent: biased.max(1) - 1077, below, holds_ends: significand % 2 == 0 }
    }

    fn value(&self) -> Expansion {
        Expansion::new(self.quarters, self.exponent)
    }

    /// The two middles.
    fn ends(&self) -> (Digits, Digits) {
        let end = |quarters| Expansion::new(quarters, self.exponent).digits();
        (end(self.quarters.saturating_sub(self.below)), end(self.quarters + ABOVE))
    }
}

/// The shortest decimal of a number that is whole, or not below a thousandth, where no more bits are needed than 128.
fn short(value: f64) -> Option<Short> {
    let whole = value as u64;
    if value.is_sign_positive() && value < MOST_EXACT_WHOLE && whole as f64 == value {
        return Some(Short::whole(whole));
    }
    if !(0.001..MOST_EXACT_WHOLE).contains(&value) {
        return None;
    }
    // So many decimals that 17 digits stand in front of the point, and up to a thousandth they are 19 at most.
    let (mut decimals, mut bound) = (19, 0.01);
    while value >= bound {
        (decimals, bound) = (decimals - 1, bound * 10.0);
    }
    let scale = 10_u64.pow(decimals);
    let parts = Parts::of(value);
    let bits = -parts.exponent;
    let scaled = |quarters: u64| u128::from(quarters) * u128::from(scale);
    let (exact, below, above) = (scaled(parts.quarters), scaled(parts.below), scaled(ABOVE));
    let rest = exact & ((1 << bits) - 1);
    // As many digits are left out at the end as leave a decimal that is read as the number.
    let mut found = None;
    let (mut kept, mut left_out, mut unit) = ((exact >> bits) as u64, 0, 1);
    while decimals > 0 {
        let left = u128::from(left_out) << bits | rest;
        let right = (u128::from(unit) << bits) - left;
        let ends_down = left < below || parts.holds_ends && left == below;
        let ends_up = right < above || parts.holds_ends && right == above;
        if !ends_down && !ends_up {
            break;
        }
        let up = ends_up && (!ends_down || left >= right);
        found = Some((kept + u64::from(up), decimals));
        left_out += kept % 10 * unit;
        (kept, unit, decimals) = (kept / 10, unit * 10, decimals - 1);
    }
    let (digits, decimals) = found?;
    let mut text = Short::EMPTY;
    // Dividing 32 bits is a multiplication.
    let (mut high, mut low) = ((digits / 100_000_000) as u32, (digits % 100_000_000) as u32);
    let mut place = 0;
    while place <= decimals || high > 0 || low > 0 {
        if place == 8 {
            (low, high) = (high, 0);
        }
        if place == decimals {
            text.put(b'.');
        }
        text.put(b'0' + (low % 10) as u8);
        (low, place) = (low / 10, place + 1);
    }
    Some(text)
}

/// The shortest digits that are read as a number, and of several the nearest to it.
fn shortest(parts: &Parts) -> Digits {
    let (exact, (below, above)) = (parts.value().digits(), parts.ends());
    let is_within = |digits: &Digits| {
        let ends = (below.compare(digits), digits.compare(&above));
        ends.0.is_lt() && ends.1.is_lt() || parts.holds_ends && ends.0.is_le() && ends.1.is_le()
    };
    for length in 1..exact.digits.len() {
        let down = Digits { digits: exact.digits.get(..length).unwrap_or_default().to_vec(), point: exact.point };
        let mut up = down.clone();
        up.increase();
        let is_nearer_up = exact.digit(length) >= b'5';
        let (nearer, farther) = if is_nearer_up { (up, down) } else { (down, up) };
        for candidate in [nearer, farther] {
            if is_within(&candidate) {
                return without_zeros_behind(candidate);
            }
        }
    }
    without_zeros_behind(exact)
}

fn without_zeros_behind(mut digits: Digits) -> Digits {
    while digits.digits.last() == Some(&b'0') {
        digits.digits.pop();
    }
    digits
}

/// The number nearest to a decimal without zeros in front.
fn nearest(digits: &Digits) -> f64 {
    if digits.is_zero() || digits.point < -400 {
        return 0.0;
    }
    if digits.point > 400 {
        return f64::INFINITY;
    }
    let mut value = about(digits);
    loop {
        if value.is_infinite() {
            value = f64::MAX;
        }
        let parts = Parts::of(value);
        let (below, above) = parts.ends();
        let step = match (digits.compare(&below), digits.compare(&above)) {
            (Ordering::Less, _) => value.next_down(),
            (Ordering::Equal, _) if !parts.holds_ends => value.next_down(),
            (_, Ordering::Greater) => value.next_up(),
            (_, Ordering::Equal) if !parts.holds_ends => value.next_up(),
            _ => return value,
        };
        if step.is_infinite() {
            return step;
        }
        value = step;
    }
}

/// A number a few units of the last place from a decimal at most.
fn about(digits: &Digits) -> f64 {
    const MOST: usize = 19;
    let (mut leading, mut count) = (0_u64, 0);
    for digit in digits.digits.iter().take(MOST) {
        leading = leading * 10 + u64::from(digit - b'0');
        count += 1;
    }
    let mut value = leading as f64;
    let mut scale = digits.point - count;
    while scale > 0 {
        let at_once = scale.min(22);
        value *= power_of_ten(at_once);
        scale -= at_once;
    }
    while scale < 0 {
        let at_once = (-scale).min(22);
        value /= power_of_ten(at_once);
        scale += at_once;
    }
    value
}

/// 10 to the power of 0 to 22, which are exact.
fn power_of_ten(power: i32) -> f64 {
    (0..power).fold(1.0, |product, _| product * 10.0)
}

#[cfg(test)]
mod tests;
