//! Why decoding ended before its time, in words that name the form and the byte.

use crate::Form;
use std::fmt;

/// What is wrong with compressed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The form that it was decoded as.
    pub form: Form,
    /// How many compressed bytes had been taken, or where it ends if it is cut off.
    pub at: u64,
    /// What happened there.
    pub cause: Cause,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It ends within a member or frame.
    CutOff,
    /// It cannot be decoded.
    Damaged,
    /// What was decoded has another check sum or length than it should.
    Unequal,
    /// Behind a whole member or frame there is something that is none.
    NoMore,
    /// It is compressed by a method that is not known, or says something that later versions may mean.
    UnknownMethod,
    /// It demands a larger window than is allowed.
    Window {
        /// The window's bytes.
        wanted: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// It was compressed with a dictionary.
    Dictionary,
    /// It is larger than the limit of [`crate::Limits::output_bytes`].
    TooMuch {
        /// The limit.
        limit: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut write = |parts: &[&str]| parts.iter().try_for_each(|part| f.write_str(part));
        let at = decimal(self.at);
        let form = self.form.name();
        match self.cause {
            Cause::CutOff => write(&["the ", form, " data is cut off at byte ", &at]),
            Cause::Damaged => write(&["the ", form, " data is damaged at byte ", &at]),
            Cause::Unequal => write(&["the ", form, " data is damaged before byte ", &at, ": its check sum differs"]),
            Cause::NoMore => write(&["the ", form, " data ends at byte ", &at, ", but something else follows"]),
            Cause::UnknownMethod => {
                write(&["the ", form, " data at byte ", &at, " is compressed in a way that is not known"])
            }
            Cause::Window { wanted, limit } => write(&[
                "the zstd data needs a window of ",
                &size(wanted),
                ", at most ",
                &size(limit),
                " are allowed; compress it without --long and --ultra",
            ]),
            Cause::Dictionary => write(&["the zstd data was compressed with a dictionary, which cannot be read"]),
            Cause::TooMuch { limit } => write(&["decompressed it is larger than ", &size(limit)]),
        }
    }
}

impl std::error::Error for Problem {}

/// A number of bytes in the largest unit that leaves it whole, or of a large one the nearest mebibyte above.
fn size(bytes: u64) -> String {
    const UNITS: [(u32, &str); 3] = [(30, " GiB"), (20, " MiB"), (10, " KiB")];
    let whole = UNITS.into_iter().find(|(bits, _)| bytes != 0 && bytes.is_multiple_of(1 << bits));
    match whole {
        Some((bits, unit)) => decimal(bytes >> bits) + unit,
        None if bytes >> 20 > 0 => decimal((bytes >> 20) + 1) + " MiB",
        None => decimal(bytes) + " bytes",
    }
}

/// The digits of a number. The machinery of `format!` would be a fifth of the module that browsers download.
fn decimal(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let check = |bytes: u64, expected: &str| assert_eq!(size(bytes), expected);
        check(0, "0 bytes");
        check(1023, "1023 bytes");
        check(1024, "1 KiB");
        check(8 << 20, "8 MiB");
        check(2 << 30, "2 GiB");
        check((9 << 20) + 1, "10 MiB");
        check(u64::MAX, "17592186044416 MiB");
    }
}
