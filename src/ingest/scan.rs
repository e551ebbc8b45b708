//! A scanner of JSON that checks everything, what it skips included, and copies nothing. Its verdict on a line is that
//! of `serde_json::from_slice::<serde_json::Value>`. It makes no tree: members and elements are handed out one by one,
//! nested arrays and objects as the text that they are.

use super::find;
use super::text::Text;
use super::{MOST_DEPTH, Value};
use std::ops::Range;

/// Where a line stops being JSON, and what is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The offset of the byte at fault.
    pub(super) at: usize,
    pub(super) cause: &'static str,
}

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// True if the bytes are one JSON value within the limits, and nothing else.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut scanner = Scanner::new(text);
    scanner.value(0).and_then(|_| scanner.end()).is_ok()
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Hands out the members of an object, in their order and twice if they are there twice.
    pub(super) fn members(&mut self, mut each: impl FnMut(Text<'a>, Value<'a>)) -> Result<(), Fault> {
        self.placed_members(|key, value, _| each(key, value))
    }

    /// The same, and where each value lies.
    pub(super) fn placed_members(
        &mut self,
        mut each: impl FnMut(Text<'a>, Value<'a>, Range<usize>),
    ) -> Result<(), Fault> {
        self.skip_space();
        if !self.eat(b'{') {
            return Err(self.fault("expected an object"));
        }
        self.skip_space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            self.skip_space();
            let start = self.at;
            let value = self.value(1)?;
            each(key, value, start..self.at);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break self.at += 1,
                _ => return Err(self.fault("expected ',' or '}'")),
            }
        }
        Ok(())
    }

    /// Hands out the elements of an array.
    pub(super) fn elements(&mut self, mut each: impl FnMut(Value<'a>)) -> Result<(), Fault> {
        self.skip_space();
        if !self.eat(b'[') {
            return Err(self.fault("expected an array"));
        }
        self.skip_space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            each(self.value(1)?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break self.at += 1,
                _ => return Err(self.fault("expected ',' or ']'")),
            }
        }
        Ok(())
    }

    /// The next value, within `depth` arrays and objects.
    pub(super) fn value(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        self.skip_space();
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'{') => {
                self.skip_nested(depth)?;
                Ok(Value::Object(self.since(start)))
            }
            Some(b'[') => {
                self.skip_nested(depth)?;
                Ok(Value::Array(self.since(start)))
            }
            _ => self.scalar(),
        }
    }

    /// Checks that nothing but white space follows.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault("expected the end of the line")),
        }
    }

    /// True if the last value ends with the text.
    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// The first byte that is no white space, without taking it.
    pub(super) fn first(&mut self) -> Option<u8> {
        self.skip_space();
        self.peek()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    #[inline]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn fault(&self, cause: &'static str) -> Fault {
        Fault { at: self.at, cause }
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    fn key(&mut self) -> Result<Text<'a>, Fault> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.fault("expected a key in quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if self.eat(b':') { Ok(key) } else { Err(self.fault("expected ':'")) }
    }

    /// A text; its opening quote is the next byte.
    #[inline]
    fn string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at + 1;
        self.at = start;
        let mut has_escapes = false;
        loop {
            let Some(at) = find::text_break(self.text.as_bytes(), self.at) else {
                self.at = self.text.len();
                return Err(self.fault("expected the closing quote of a text"));
            };
            self.at = at;
            match self.peek() {
                Some(b'"') => {
                    let raw = self.since(start);
                    self.at += 1;
                    return Ok(if has_escapes { Text::Json(raw) } else { Text::Plain(raw) });
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                _ => return Err(self.fault("expected no control character within a text")),
            }
        }
    }

    /// An escape; its backslash is the next byte.
    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                self.unicode_escape()
            }
            _ => Err(self.fault("expected an escape that JSON knows")),
        }
    }

    /// The digits behind `\u`, and the second half if they are the first half of a pair.
    fn unicode_escape(&mut self) -> Result<(), Fault> {
        match self.hex()? {
            0xdc00..=0xdfff => Err(self.fault("expected no half of a surrogate pair")),
            0xd800..=0xdbff => {
                let is_pair = self.eat(b'\\') && self.eat(b'u') && matches!(self.hex()?, 0xdc00..=0xdfff);
                if is_pair { Ok(()) } else { Err(self.fault("expected the second half of a surrogate pair")) }
            }
            _ => Ok(()),
        }
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.fault("expected four hexadecimal digits"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// A literal or a number.
    fn scalar(&mut self) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(b'n') => self.literal("null", Value::Absent),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => Err(self.fault("expected a value")),
        }
    }

    fn literal(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        if !self.text.as_bytes().get(self.at..).unwrap_or_default().starts_with(word.as_bytes()) {
            return Err(self.fault("expected null, true or false"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        self.eat(b'-');
        let mut size = Size::default();
        if self.eat(b'0') {
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.fault("expected no digit behind a leading zero"));
            }
        } else {
            self.digits(|digit| size.push_whole(digit))?;
        }
        if self.eat(b'.') {
            self.digits(|digit| size.push_fraction(digit))?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            let is_negative = self.eat(b'-');
            if !is_negative {
                self.eat(b'+');
            }
            let mut exponent = 0i64;
            self.digits(|digit| exponent = (exponent * 10 + i64::from(digit)).min(1 << 40))?;
            size.exponent += if is_negative { -exponent } else { exponent };
        }
        if size.is_out_of_range() {
            return Err(self.fault("expected a number below 1.8e308"));
        }
        Ok(self.since(start))
    }

    /// At least one digit.
    fn digits(&mut self, mut each: impl FnMut(u8)) -> Result<(), Fault> {
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            each(byte - b'0');
            self.at += 1;
        }
        if self.at == start { Err(self.fault("expected a digit")) } else { Ok(()) }
    }

    /// Checks and skips an array or object, within `depth` others. A bit a level says which of both it is, so that
    /// depth costs no stack.
    fn skip_nested(&mut self, mut depth: usize) -> Result<(), Fault> {
        let outside = depth;
        let mut objects = 0u128;
        loop {
            // A value begins here.
            self.skip_space();
            match self.peek() {
                Some(byte @ (b'{' | b'[')) => {
                    depth += 1;
                    if depth >= MOST_DEPTH {
                        return Err(self.fault("expected no deeper nesting"));
                    }
                    objects = objects << 1 | u128::from(byte == b'{');
                    self.at += 1;
                    self.skip_space();
                    if !matches!((byte, self.peek()), (b'{', Some(b'}')) | (b'[', Some(b']'))) {
                        if byte == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => {
                    self.string()?;
                }
                _ => {
                    self.scalar()?;
                }
            }
            // A value ended here, or an empty array or object is about to.
            loop {
                self.skip_space();
                let is_object = objects & 1 == 1;
                match (is_object, self.peek()) {
                    (true, Some(b'}')) | (false, Some(b']')) => {
                        self.at += 1;
                        depth -= 1;
                        objects >>= 1;
                        if depth == outside {
                            return Ok(());
                        }
                    }
                    (_, Some(b',')) => {
                        self.at += 1;
                        if is_object {
                            self.key()?;
                        }
                        break;
                    }
                    (true, _) => return Err(self.fault("expected ',' or '}'")),
                    (false, _) => return Err(self.fault("expected ',' or ']'")),
                }
            }
        }
    }
}

/// How great a number is, judged as serde_json does: the digits that fit into 64 bits, times a power of ten, as floats.
#[derive(Default)]
struct Size {
    digits: u64,
    exponent: i64,
    is_full: bool,
}

/// The powers of ten that can lift 64 bits out of the range of a float, from 10^289.
const GREAT_POWERS: [f64; 20] = [
    1e289, 1e290, 1e291, 1e292, 1e293, 1e294, 1e295, 1e296, 1e297, 1e298, 1e299, 1e300, 1e301, 1e302, 1e303, 1e304,
    1e305, 1e306, 1e307, 1e308,
];

impl Size {
    fn push_whole(&mut self, digit: u8) {
        self.exponent += i64::from(!self.push(digit));
    }

    fn push_fraction(&mut self, digit: u8) {
        self.exponent -= i64::from(self.push(digit));
    }

    /// True if the digit still fits; after the first that does not, none does.
    fn push(&mut self, digit: u8) -> bool {
        let next = self.digits.checked_mul(10).and_then(|digits| digits.checked_add(u64::from(digit)));
        match next {
            Some(digits) if !self.is_full => self.digits = digits,
            _ => self.is_full = true,
        }
        !self.is_full
    }

    fn is_out_of_range(&self) -> bool {
        if self.digits == 0 || self.exponent < 289 {
            return false;
        }
        let power = usize::try_from(self.exponent - 289).ok().and_then(|position| GREAT_POWERS.get(position));
        power.is_none_or(|power| (self.digits as f64 * power).is_infinite())
    }
}
