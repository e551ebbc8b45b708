//! Texts as instants: ISO 8601 and RFC 3339 and the layouts that real exports use beside them. Guesses nothing: a text
//! that can be read in two ways (`05-10-23T16:23:32Z`) is unreadable.

use super::number::parse_number;
use super::{DAYS_TO_1970, MS_OF_DAY, ParsedTime, Timestamp};
use chrono::{Datelike, NaiveDate};

pub(super) const MS_OF_MINUTE: i64 = 60_000;
pub(super) const MS_OF_HOUR: i64 = 60 * MS_OF_MINUTE;

/// Reads a text that names an instant. White space around it is ignored.
///
/// - A date of four digits for the year: `2026-02-12`, `2001/01/01` (month and day also with one digit), or
///   `20260212` if a time follows.
/// - A time behind `T` or a space: `4:30`, `04:30:00`, `04:30:00.123456789` (point or comma, any number of digits, cut
///   to milliseconds towards −∞), behind a date without separators `0430` or `043000.123`. None is midnight.
///   `24:00` is the next midnight. The leap second `:60` is the last millisecond of its minute, so that it stays in
///   the hour and day that it names.
/// - A zone, after at most one space: `Z`, `UTC`, `GMT`, `-06:00`, `-0600`, `-06`. None is UTC, which is told.
/// - Anything that [`parse_number`] reads; a text of digits alone is always such a number.
/// - "None": empty, `null`, `none`, `nil`, `NA`, `N/A`, `NaT`, `\N` in any case, the zero times of other systems
///   (`0001-01-01T00:00:00` in any zone, `0000-00-00 00:00:00`), and 1970-01-01T00:00:00Z.
///
/// ```
/// use execution_heatmap::time::{ParsedTime, parse_text};
/// let ParsedTime::At { at, zoneless } = parse_text("2011-08-29 0:13") else { panic!() };
/// assert_eq!((at.to_text().as_str(), zoneless), ("2011-08-29T00:13:00.000Z", true));
/// assert_eq!(parse_text("05-10-23T16:23:32Z"), ParsedTime::Unreadable);
/// ```
pub fn parse_text(text: &str) -> ParsedTime {
    let text = text.trim_ascii();
    match parse_calendar(text) {
        Some(parsed) => parsed,
        None if is_none_word(text) => ParsedTime::Absent,
        None => parse_number(text),
    }
}

/// The words that systems write where there is nothing, as they write them.
const NONE_WORDS: [&str; 9] = ["null", "NULL", "None", "none", "nil", "NA", "N/A", "NaT", "\\N"];

/// The length of the longest of them.
pub(crate) const MOST_NONE_BYTES: usize = 4;

/// True for these words in whatever case, and for no text: where an instant or a number is to be.
pub(crate) fn is_none_word(text: &str) -> bool {
    text.is_empty() || NONE_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// True for a field that is one of these words as systems write it: where any other text would be a value.
#[inline(never)]
pub(crate) fn is_none_field(field: &[u8]) -> bool {
    NONE_WORDS.iter().any(|word| word.as_bytes() == field)
}

/// A calendar's date and time; `None` if the text is not in the layout of one.
fn parse_calendar(text: &str) -> Option<ParsedTime> {
    let mut cursor = Cursor { rest: text.as_bytes() };
    let date = Date::parse(&mut cursor)?;
    let (clock, offset_ms) = match cursor.rest {
        [] if date.is_basic => return None,
        [] => (Clock::default(), None),
        [b'T' | b't', rest @ ..] => parse_clock_and_offset(rest, &date)?,
        [b' ', rest @ ..] if !date.is_basic => parse_clock_and_offset(rest, &date)?,
        _ => return None,
    };
    if date.is_zero() && clock.is_midnight() {
        return Some(ParsedTime::Absent);
    }
    Some(match instant(&date, &clock, offset_ms.unwrap_or(0)) {
        Some(at) if at.ms() == 0 => ParsedTime::Absent,
        Some(at) => ParsedTime::At { at, zoneless: offset_ms.is_none() },
        None => ParsedTime::Unreadable,
    })
}

fn instant(date: &Date, clock: &Clock, offset_ms: i64) -> Option<Timestamp> {
    let day = NaiveDate::from_ymd_opt(i32::try_from(date.year).ok()?, date.month, date.day)?;
    let days = i64::from(day.num_days_from_ce()) - DAYS_TO_1970;
    Timestamp::from_ms(days * MS_OF_DAY + clock.ms()? - offset_ms)
}

fn parse_clock_and_offset(text: &[u8], date: &Date) -> Option<(Clock, Option<i64>)> {
    let mut cursor = Cursor { rest: text };
    let clock = Clock::parse(&mut cursor, date.is_basic)?;
    let offset = match cursor.rest {
        [] => return Some((clock, None)),
        [b' ', zone @ ..] | zone => parse_offset(zone)?,
    };
    Some((clock, Some(offset)))
}

/// Milliseconds that a zone is ahead of UTC.
fn parse_offset(zone: &[u8]) -> Option<i64> {
    let (sign, digits) = match zone {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => {
            let names: [&[u8]; 3] = [b"Z", b"UTC", b"GMT"];
            return names.iter().any(|name| zone.eq_ignore_ascii_case(name)).then_some(0);
        }
    };
    let mut cursor = Cursor { rest: digits };
    let hours = cursor.digits(2, 2)?;
    let minutes = match cursor.rest {
        [] => 0,
        _ => {
            cursor.eat(b':');
            cursor.digits(2, 2)?
        }
    };
    let is_valid = cursor.rest.is_empty() && hours < 24 && minutes < 60;
    is_valid.then(|| sign * (i64::from(hours) * MS_OF_HOUR + i64::from(minutes) * MS_OF_MINUTE))
}

struct Date {
    year: u32,
    month: u32,
    day: u32,
    /// True if it is written without separators.
    is_basic: bool,
}

impl Date {
    fn parse(cursor: &mut Cursor<'_>) -> Option<Date> {
        let year = cursor.digits(4, 4)?;
        let separator = match cursor.rest {
            [separator @ (b'-' | b'/'), ..] => *separator,
            _ => {
                let (month, day) = (cursor.digits(2, 2)?, cursor.digits(2, 2)?);
                return Some(Date { year, month, day, is_basic: true });
            }
        };
        cursor.eat(separator);
        let month = cursor.digits(1, 2)?;
        let day = if cursor.eat(separator) { cursor.digits(1, 2)? } else { return None };
        Some(Date { year, month, day, is_basic: false })
    }

    /// The dates with which Go, .NET and MySQL say "none".
    fn is_zero(&self) -> bool {
        matches!((self.year, self.month, self.day), (1, 1, 1) | (0, 0, 0))
    }
}

#[derive(Default)]
struct Clock {
    hour: u32,
    minute: u32,
    second: u32,
    millisecond: u32,
}

impl Clock {
    fn parse(cursor: &mut Cursor<'_>, is_basic: bool) -> Option<Clock> {
        let hour = if is_basic { cursor.digits(2, 2)? } else { cursor.digits(1, 2)? };
        if !is_basic && !cursor.eat(b':') {
            return None;
        }
        let minute = cursor.digits(2, 2)?;
        let has_second = if is_basic { cursor.is_at_digit() } else { cursor.eat(b':') };
        let (mut second, mut millisecond) = (0, 0);
        if has_second {
            second = cursor.digits(2, 2)?;
            if cursor.eat(b'.') || cursor.eat(b',') {
                millisecond = cursor.milliseconds()?;
            }
        }
        Some(Clock { hour, minute, second, millisecond })
    }

    fn is_midnight(&self) -> bool {
        (self.hour, self.minute, self.second, self.millisecond) == (0, 0, 0, 0)
    }

    /// Milliseconds since midnight, or `None` if no clock shows it.
    fn ms(&self) -> Option<i64> {
        let is_next_midnight = (self.hour, self.minute, self.second, self.millisecond) == (24, 0, 0, 0);
        let is_valid = (self.hour < 24 && self.minute < 60 && self.second <= 60) || is_next_midnight;
        let (second, millisecond) = if self.second == 60 { (59, 999) } else { (self.second, self.millisecond) };
        let (hour, minute) = (i64::from(self.hour), i64::from(self.minute));
        let below_minute = i64::from(second) * 1000 + i64::from(millisecond);
        is_valid.then_some(hour * MS_OF_HOUR + minute * MS_OF_MINUTE + below_minute)
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn is_at_digit(&self) -> bool {
        self.rest.first().is_some_and(u8::is_ascii_digit)
    }

    fn digit(&mut self) -> Option<u32> {
        match self.rest {
            [digit @ b'0'..=b'9', rest @ ..] => {
                self.rest = rest;
                Some(u32::from(*digit - b'0'))
            }
            _ => None,
        }
    }

    /// A number of `least` to `most` digits, `most` at most 9.
    fn digits(&mut self, least: u32, most: u32) -> Option<u32> {
        let mut value = 0;
        for position in 0..most {
            match self.digit() {
                Some(digit) => value = value * 10 + digit,
                None if position < least => return None,
                None => break,
            }
        }
        Some(value)
    }

    /// The digits of a fraction of a second, cut to milliseconds.
    fn milliseconds(&mut self) -> Option<u32> {
        let mut value = self.digit()? * 100;
        for weight in [10, 1] {
            value += self.digit().unwrap_or(0) * weight;
        }
        while self.digit().is_some() {}
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is the instant, with " UTC assumed" where the text named no zone.
    fn check(text: &str, expected: &str) {
        let found = match parse_text(text) {
            ParsedTime::At { at, zoneless } => at.to_text() + if zoneless { " UTC assumed" } else { "" },
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn the_layouts_of_real_exports_are_read() {
        check("2013-01-01T10:00:00Z", "2013-01-01T10:00:00.000Z");
        check("2024-11-15 16:57:50", "2024-11-15T16:57:50.000Z UTC assumed");
        check("2011-08-29 0:13", "2011-08-29T00:13:00.000Z UTC assumed");
        check("2012-06-01T04:07:59", "2012-06-01T04:07:59.000Z UTC assumed");
        check("2014-10-30 15:30:00.000000", "2014-10-30T15:30:00.000Z UTC assumed");
        check("2023-11-16 18:17:03.9799600", "2023-11-16T18:17:03.979Z UTC assumed");
        check("2024-02-22T08:00:17.000-05:00", "2024-02-22T13:00:17.000Z");
        check("2026-05-10T10:37:58-06:00", "2026-05-10T16:37:58.000Z");
        check("20200415T191457+0000", "2020-04-15T19:14:57.000Z");
        check("2023-05-10T16:36:06.775626", "2023-05-10T16:36:06.775Z UTC assumed");
        check("2001/01/01 06:55", "2001-01-01T06:55:00.000Z UTC assumed");
        check("1356996147", "2012-12-31T23:22:27.000Z");
        check("1544712660000000000", "2018-12-13T14:51:00.000Z");
    }

    #[test]
    fn what_stands_beside_them_is_read() {
        check("2026-02-12", "2026-02-12T00:00:00.000Z UTC assumed");
        check("2001/1/2", "2001-01-02T00:00:00.000Z UTC assumed");
        check("2026-02-12T04:30Z", "2026-02-12T04:30:00.000Z");
        check("2026-02-12t04:30:00z", "2026-02-12T04:30:00.000Z");
        check("2026-02-12 04:30:00 UTC", "2026-02-12T04:30:00.000Z");
        check("2026-02-12 04:30:00 +0530", "2026-02-11T23:00:00.000Z");
        check("2026-02-12 04:30:00.123+00", "2026-02-12T04:30:00.123Z");
        check("2026-02-12 04:30:00,123", "2026-02-12T04:30:00.123Z UTC assumed");
        check("2026-02-12T04:30:00.1Z", "2026-02-12T04:30:00.100Z");
        check("2026-02-12T04:30:00.123999999Z", "2026-02-12T04:30:00.123Z");
        check("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z");
        check("20200415T1914", "2020-04-15T19:14:00.000Z UTC assumed");
        check("20200415T191457.5Z", "2020-04-15T19:14:57.500Z");
        check("  2026-02-12T04:30:00Z\t", "2026-02-12T04:30:00.000Z");
        check("-86400", "1969-12-31T00:00:00.000Z");
    }

    #[test]
    fn twenty_four_o_clock_and_leap_seconds_have_a_place() {
        check("2026-02-28T24:00:00Z", "2026-03-01T00:00:00.000Z");
        check("2026-02-28 24:00", "2026-03-01T00:00:00.000Z UTC assumed");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z");
        check("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z");
        check("2026-02-28T24:00:01Z", "Unreadable");
        check("2026-02-28T24:01Z", "Unreadable");
        check("2026-02-28T23:59:61Z", "Unreadable");
    }

    #[test]
    fn ways_of_saying_none_are_no_instant() {
        for word in NONE_WORDS {
            assert!(is_none_field(word.as_bytes()) && is_none_word(word), "{word}");
        }
        for field in ["", "Null", "nul", "na", "\\n", " NULL", "nulls", "None "] {
            assert!(!is_none_field(field.as_bytes()), "{field:?}");
        }
        for text in ["", "  ", "null", "NULL", "None", "NA", "\\N", "NaT", "0", "-1", "0.0"] {
            check(text, "Absent");
        }
        for text in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00-08:00", "0001-01-01"] {
            check(text, "Absent");
        }
        for text in ["0000-00-00 00:00:00", "0000-00-00", "1970-01-01T00:00:00Z", "1970-01-01 00:00:00.000"] {
            check(text, "Absent");
        }
    }

    #[test]
    fn what_is_ambiguous_impossible_or_out_of_bounds_is_unreadable() {
        for text in ["05-10-23T16:23:32Z", "10/23/2005", "2026-02-30", "2025-02-29T00:00:00Z", "2026-13-01", "hello"] {
            check(text, "Unreadable");
        }
        for text in ["2026-02-12T25:00Z", "2026-02-12T10:60Z", "2026-02-12T10:5Z", "2026-02-12T", "2026-02-12T10Z"] {
            check(text, "Unreadable");
        }
        for text in ["2026-02-12T10:00+24:00", "2026-02-12T10:00+05:60", "2026-02-12T10:00+5", "2026-02-12T10:00 "] {
            let expected = if text.ends_with(' ') { "2026-02-12T10:00:00.000Z UTC assumed" } else { "Unreadable" };
            check(text, expected);
        }
        for text in ["2026-02-12T10:00:00.", "2026-02-12T10:00:00.Z", "2026-02-12T10:00:00ZZ", "2026-02/12", "2026-02"]
        {
            check(text, "Unreadable");
        }
        for text in ["12026-02-12", "-2026-02-12", "0000-01-01T00:00:00Z", "9999-12-31T24:00:00Z", "20200415 191457"] {
            check(text, "Unreadable");
        }
        check("9999-12-31T23:59:59.999-00:01", "Unreadable");
        check("0001-01-01T00:00:00.001Z", "0001-01-01T00:00:00.001Z");
        check("0001-01-01T00:30:00+01:00", "Unreadable");
    }
}
