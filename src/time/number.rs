//! Numbers as instants: seconds, milliseconds, microseconds or nanoseconds since 1970, told by their magnitude.

use super::decimal::Decimal;
use super::{ParsedTime, Timestamp};

/// Numbers below this magnitude are seconds (up to the year 5138).
const SECONDS_BELOW: u64 = 100_000_000_000;
/// Those below this one are milliseconds (up to the year 5138, from 1973 on).
const MILLISECONDS_BELOW: u64 = 100_000_000_000_000;
/// Those below this one are microseconds, all others nanoseconds.
const MICROSECONDS_BELOW: u64 = 100_000_000_000_000_000;

/// Reads a number that counts from 1970-01-01T00:00:00Z: below 10¹¹ seconds, below 10¹⁴ milliseconds, below 10¹⁷
/// microseconds, else nanoseconds; negative numbers by their magnitude. Digits below the millisecond are cut towards
/// −∞. The digits are read exactly, whatever their number. 0 and −1 say "none".
///
/// ```
/// use execution_heatmap::time::{ParsedTime, parse_number};
/// let ParsedTime::At { at, .. } = parse_number("1544712660123456789") else { panic!() };
/// assert_eq!(at.to_text(), "2018-12-13T14:51:00.123Z");
/// assert_eq!(parse_number("0"), ParsedTime::Absent);
/// ```
pub fn parse_number(text: &str) -> ParsedTime {
    let Some(decimal) = Decimal::parse(text) else { return ParsedTime::Unreadable };
    if decimal.is_minus_one() {
        return ParsedTime::Absent;
    }
    let Some(magnitude) = decimal.magnitude() else { return ParsedTime::Unreadable };
    let magnitude = u64::try_from(magnitude).unwrap_or(u64::MAX);
    let shift_to_ms = match magnitude {
        0..SECONDS_BELOW => 3,
        SECONDS_BELOW..MILLISECONDS_BELOW => 0,
        MILLISECONDS_BELOW..MICROSECONDS_BELOW => -3,
        MICROSECONDS_BELOW.. => -6,
    };
    let at = decimal.floor(shift_to_ms).and_then(|ms| i64::try_from(ms).ok()).and_then(Timestamp::from_ms);
    match at {
        Some(at) if at.ms() == 0 => ParsedTime::Absent,
        Some(at) => ParsedTime::At { at, zoneless: false },
        None => ParsedTime::Unreadable,
    }
}

/// Reads a whole number as [`parse_number`] reads its text.
///
/// ```
/// use execution_heatmap::time::{parse_number, parse_whole};
/// assert_eq!(parse_whole(1_544_712_660_123_456_789), parse_number("1544712660123456789"));
/// ```
pub fn parse_whole(number: i64) -> ParsedTime {
    let ms = match number.unsigned_abs() {
        0..SECONDS_BELOW => number.checked_mul(1000),
        SECONDS_BELOW..MILLISECONDS_BELOW => Some(number),
        MILLISECONDS_BELOW..MICROSECONDS_BELOW => Some(number.div_euclid(1000)),
        MICROSECONDS_BELOW.. => Some(number.div_euclid(1_000_000)),
    };
    match ms.and_then(Timestamp::from_ms) {
        _ if number == -1 => ParsedTime::Absent,
        Some(at) if at.ms() == 0 => ParsedTime::Absent,
        Some(at) => ParsedTime::At { at, zoneless: false },
        None => ParsedTime::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match parse_number(text) {
            ParsedTime::At { at, zoneless: false } => at.to_text(),
            other => format!("{other:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_unit_is_told_by_the_magnitude() {
        check("1356996147", "2012-12-31T23:22:27.000Z");
        check("1356996147.25", "2012-12-31T23:22:27.250Z");
        check("1356996147123", "2012-12-31T23:22:27.123Z");
        check("1356996147123.9", "2012-12-31T23:22:27.123Z");
        check("1356996147123456", "2012-12-31T23:22:27.123Z");
        check("1544712660000000000", "2018-12-13T14:51:00.000Z");
        check("1.356996147e9", "2012-12-31T23:22:27.000Z");
        check("99999999999", "5138-11-16T09:46:39.000Z");
        check("100000000000", "1973-03-03T09:46:40.000Z");
        check("100000000000000", "1973-03-03T09:46:40.000Z");
        check("100000000000000000", "1973-03-03T09:46:40.000Z");
        check("99999999999.999", "5138-11-16T09:46:39.999Z");
    }

    #[test]
    fn negative_numbers_are_before_1970_and_cut_downwards() {
        check("-1356996147", "1927-01-01T00:37:33.000Z");
        check("-0.0001", "1969-12-31T23:59:59.999Z");
        check("-2", "1969-12-31T23:59:58.000Z");
        check("-1356996147123456", "1927-01-01T00:37:32.876Z");
    }

    #[test]
    fn zero_and_minus_one_say_none() {
        for text in ["0", "-0", "0.0", "-1", "-1.0", "0e5", "-10e-1"] {
            check(text, "Absent");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_whole_number_is_read_as_its_text_is(number: i64, digits in 0..64_u32) {
            for number in [number, number >> digits] {
                assert_eq!(parse_whole(number), parse_number(&number.to_string()), "{number}");
            }
        }
    }

    #[test]
    fn what_lies_outside_the_years_1_to_9999_is_unreadable() {
        check("253402300799999000000", "9999-12-31T23:59:59.999Z");
        check("253402300800000000000", "Unreadable");
        check("-62135596800000000000", "0001-01-01T00:00:00.000Z");
        check("-62135596800001000000", "Unreadable");
        check("-62135596801", "Unreadable");
        check("1e400", "Unreadable");
        check("99999999999999999999999999999999999999999999", "Unreadable");
        check("NaN", "Unreadable");
        check("", "Unreadable");
        for number in [i64::MIN.to_string(), i64::MAX.to_string(), u64::MAX.to_string(), i128::MIN.to_string()] {
            parse_number(&number);
        }
    }
}
