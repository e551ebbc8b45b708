//! JSON in the making: keys, values and commas. It knows nothing of what it writes.

use crate::number;
use crate::time::push_date;
use chrono::NaiveDate;

/// JSON in the making. Commas are placed by looking at what was written last.
#[derive(Default)]
pub(super) struct Json {
    pub(super) out: String,
}

impl Json {
    #[inline(never)]
    pub(super) fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(',');
        }
    }

    #[inline(never)]
    pub(super) fn open(&mut self, bracket: char) {
        self.separate();
        self.out.push(bracket);
    }

    #[inline(never)]
    pub(super) fn close(&mut self, bracket: char) {
        self.out.push(bracket);
    }

    pub(super) fn key(&mut self, name: &str) {
        self.text(name);
        self.out.push(':');
    }

    pub(super) fn null(&mut self) {
        self.separate();
        self.out.push_str("null");
    }

    pub(super) fn truth(&mut self, value: bool) {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
    }

    pub(super) fn whole(&mut self, value: u64) {
        self.separate();
        number::push_whole(&mut self.out, value);
    }

    pub(super) fn whole_of(&mut self, name: &str, value: u64) {
        self.key(name);
        self.whole(value);
    }

    pub(super) fn number(&mut self, value: Option<f64>) {
        match value {
            // The shortest digits that read back, and never an exponent; minus zero is zero.
            Some(value) if value.is_finite() => {
                self.separate();
                number::push(&mut self.out, value + 0.0);
            }
            _ => self.null(),
        }
    }

    pub(super) fn number_of(&mut self, name: &str, value: Option<f64>) {
        self.key(name);
        self.number(value);
    }

    pub(super) fn numbers_of(&mut self, name: &str, values: &[f64]) {
        self.key(name);
        self.open('[');
        for value in values {
            self.number(Some(*value));
        }
        self.close(']');
    }

    pub(super) fn date(&mut self, date: NaiveDate) {
        self.separate();
        self.out.push('"');
        push_date(&mut self.out, date);
        self.out.push('"');
    }

    pub(super) fn date_of(&mut self, name: &str, date: NaiveDate) {
        self.key(name);
        self.date(date);
    }

    pub(super) fn text(&mut self, value: &str) {
        self.separate();
        push_text(&mut self.out, value);
    }

    pub(super) fn text_of(&mut self, name: &str, value: &str) {
        self.key(name);
        self.text(value);
    }

    pub(super) fn text_or_null_of(&mut self, name: &str, value: Option<&str>) {
        self.key(name);
        match value {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub(super) fn texts(&mut self, texts: &mut dyn Iterator<Item = &str>) {
        self.open('[');
        for text in texts {
            self.text(text);
        }
        self.close(']');
    }
}

/// Appends a text as a JSON string.
pub fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // Most texts have nothing to be escaped.
    let is_plain = |byte: &u8| (b' '..0x7f).contains(byte) && *byte != b'"' && *byte != b'\\' || *byte > 0x7f;
    while let Some(place) = rest.bytes().position(|byte| !is_plain(&byte)) {
        // Every byte of a character beyond ASCII is plain, so one that is not is a character.
        let Some((plain, from)) = rest.split_at_checked(place) else { break };
        out.push_str(plain);
        let (escaped, behind) = from.split_at_checked(1).unwrap_or_default();
        match escaped {
            "\"" => out.push_str("\\\""),
            "\\" => out.push_str("\\\\"),
            "\n" => out.push_str("\\n"),
            "\r" => out.push_str("\\r"),
            "\t" => out.push_str("\\t"),
            control => {
                out.push_str("\\u00");
                for byte in control.bytes() {
                    out.extend(
                        [byte >> 4, byte & 15].into_iter().filter_map(|nibble| char::from_digit(nibble.into(), 16)),
                    );
                }
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out.push('"');
}
