//! The layout in which nearly all instants come, `2026-02-12T04:30:00` with or without a fraction and `Z`, read eight
//! bytes at a time. What it reads, [`super::parse_text`] reads the same; everything else it leaves to that.

use super::text::{MS_OF_HOUR, MS_OF_MINUTE};
use super::{MS_OF_DAY, ParsedTime, Timestamp};

/// Which bytes of a word are digits (`0`); all others are themselves.
const YEAR_AND_MONTH: u64 = u64::from_le_bytes(*b"0000-00-");
const DAY_TO_MINUTE: u64 = u64::from_le_bytes(*b"00T00:00");
const SECOND_AND_FRACTION: u64 = u64::from_le_bytes(*b":00.000Z");
/// The bit by which `T` and a space differ is no single one; a space is turned into a `T` by these.
const SPACE_FOR_T: u64 = ((b' ' ^ b'T') as u64) << 16;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Days from 1 March of the year -400 to 1970.
const DAYS_FROM_MARCH_TO_1970: i64 = 719_468 + 146_097;

/// Reads instants one after the other and remembers the last date, since rows that lie together often share it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct UsualTimes {
    /// The bytes of the last date that was read, `2026-02-` and `12`, and its first millisecond.
    date: (u64, u16),
    date_ms: i64,
}

impl UsualTimes {
    /// The instant of a text in the usual layout; `None` leaves it to [`super::parse_text`].
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8]) -> Option<ParsedTime> {
        let (first, second) = (word(text, 0)?, word(text, 8)?);
        let (third, zoneless) = match text.len() {
            24 => (word(text, 16)?, false),
            23 => (word(text, 15)? >> 8 | u64::from(b'Z') << 56, true),
            20 if text.last() == Some(&b'Z') => (whole_second(text)?, false),
            19 => (whole_second(text)?, true),
            _ => return None,
        };
        self.read_words([first, second, third], zoneless)
    }

    /// The instant of a text of 24 bytes, given as three words of which the first byte is the lowest; `zoneless` is true if
    /// the `Z` at the end was put there.
    #[inline(always)]
    pub(crate) fn read_words(&mut self, [first, second, third]: [u64; 3], zoneless: bool) -> Option<ParsedTime> {
        let second = if second >> 16 & 0xff == u64::from(b' ') { second ^ SPACE_FOR_T } else { second };
        digits(first, YEAR_AND_MONTH)?;
        let (day_to_minute, seconds) = (digits(second, DAY_TO_MINUTE)?, digits(third, SECOND_AND_FRACTION)?);
        let (hour, minute, second_of_minute) = (pair(day_to_minute, 3), pair(day_to_minute, 6), pair(seconds, 1));
        if hour > 23 || minute > 59 || second_of_minute > 59 {
            return None;
        }
        let millisecond = i64::from(seconds.to_le_bytes()[4]) * 100 + pair(seconds, 5);
        let date = (first, second as u16);
        if date != self.date {
            self.date_ms = first_ms_of(digits(first, YEAR_AND_MONTH)?, pair(day_to_minute, 0))?;
            self.date = date;
        }
        let ms = self.date_ms + hour * MS_OF_HOUR + minute * MS_OF_MINUTE + second_of_minute * 1000 + millisecond;
        // The zero times lie at the beginning of the year 1 and of 1970.
        let at = Timestamp::from_ms(ms).filter(|at| at.ms() != 0 && *at != Timestamp::MIN)?;
        Some(ParsedTime::At { at, zoneless })
    }
}

/// `:00` and `.000Z` for the fraction that is not there.
#[inline]
fn whole_second(text: &[u8]) -> Option<u64> {
    let written = u64::from(*text.get(16)?) | u64::from(*text.get(17)?) << 8 | u64::from(*text.get(18)?) << 16;
    Some(written | SECOND_AND_FRACTION & !0xff_ffff)
}

#[inline]
fn word(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The values of the digits of a word and zeros in its other places; `None` if it is not of that layout.
#[inline]
fn digits(word: u64, layout: u64) -> Option<u64> {
    let values = word ^ layout;
    // 0x76 lifts what is above 9 into the highest bit, 0x7f what is above 0.
    let is_digit = !(layout ^ 0x3030_3030_3030_3030).wrapping_add(0x7f7f_7f7f_7f7f_7f7f) & HIGHS;
    let lift = 0x7f7f_7f7f_7f7f_7f7f - (is_digit >> 7) * 9;
    ((values | values.wrapping_add(lift)) & HIGHS == 0).then_some(values)
}

/// The number of the two digits at a place.
#[inline]
fn pair(values: u64, place: u32) -> i64 {
    let both = values >> (8 * place);
    (both & 0xff) as i64 * 10 + (both >> 8 & 0xff) as i64
}

/// The first millisecond of a date; `None` if there is no such date.
#[inline]
fn first_ms_of(year_and_month: u64, day: i64) -> Option<i64> {
    let year = pair(year_and_month, 0) * 100 + pair(year_and_month, 2);
    let month = pair(year_and_month, 5);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    // From August on it is the even months that have 31 days.
    let days = if month == 2 { 28 + i64::from(is_leap) } else { 30 + (month + month / 8) % 2 };
    if !(1..=12).contains(&month) || !(1..=days).contains(&day) {
        return None;
    }
    // Counted from March on, the leap day is a year's last and the months' lengths follow one rule. 400 years have 146,097
    // days; these keep the year before the first one above zero.
    let (year, month) = if month > 2 { (year + 400, month - 3) } else { (year + 399, month + 9) };
    let before = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some((before - DAYS_FROM_MARCH_TO_1970) * MS_OF_DAY)
}

#[cfg(test)]
mod tests {
    use super::super::parse_text;
    use super::*;
    use proptest::prelude::*;

    fn check(texts: &[&str]) {
        let mut times = UsualTimes::default();
        for text in texts {
            if let Some(found) = times.read(text.as_bytes()) {
                assert_eq!(found, parse_text(text), "{text:?} among {texts:?}");
            }
        }
    }

    #[test]
    fn the_usual_layouts_are_read_here() {
        for text in [
            "2026-02-12T04:30:00.000Z",
            "2026-02-12 04:30:00.123Z",
            "2026-02-12T04:30:00.999",
            "2026-02-12T04:30:59Z",
            "2026-02-12 23:59:00",
            "0001-01-01T00:00:00.001Z",
            "9999-12-31T23:59:59.999Z",
            "2024-02-29T00:00:00Z",
        ] {
            assert_eq!(UsualTimes::default().read(text.as_bytes()), Some(parse_text(text)), "{text}");
        }
    }

    #[test]
    fn all_others_are_left() {
        for text in [
            "",
            "2026-02-12",
            "2026-02-30T04:30:00Z",
            "2026-13-12T04:30:00Z",
            "0000-00-00 00:00:00",
            "0001-01-01T00:00:00Z",
            "1970-01-01T00:00:00.000Z",
            "2026-02-12T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2026-02-12T04:60:00Z",
            "2026-02-12T04:30:00,000Z",
            "2026-02-12t04:30:00.000z",
            "2026-02-12T04:30:00.00Z",
            "2026-02-12T04:30:00.000+",
            "2026/02/12T04:30:00.000Z",
            "2026-02-12T04:3O:00.000Z",
            "2026-02-12T04:30:0:Z",
            " 2026-02-12T04:30:00.00Z",
        ] {
            assert_eq!(UsualTimes::default().read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_read_is_what_the_full_reader_reads(
            (year, month, day) in (0u32..=9999, 0u32..=13, 0u32..=32),
            (hour, minute, second, fraction) in (0u32..=25, 0u32..=61, 0u32..=61, 0u32..1000),
            (separator, end) in (prop::sample::select(&["T", " ", "t"][..]), prop::sample::select(&["", "Z", "z", "+"][..])),
            (change, byte) in (0usize..48, any::<u8>()),
            other in "[0-9]{4}-0[1-9]-[0-2][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z",
        ) {
            let clock = format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}");
            let mut changed = format!("{clock}.{fraction:03}{end}").into_bytes();
            if let Some(place) = changed.get_mut(change) {
                *place = byte;
            }
            let changed = String::from_utf8_lossy(&changed);
            // The date that is remembered from one must not count for another.
            check(&[&other, &format!("{clock}.{fraction:03}{end}"), &changed, &format!("{clock}{end}"), &other]);
        }
    }
}
