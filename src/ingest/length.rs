//! Texts that are lengths of time: numbers of a given unit, and the ways in which systems write the unit themselves.

use super::mapping::Unit;
use crate::time::decimal::Decimal;

/// Milliseconds of a text, halves away from zero; `None` if it is no length of time.
/// - A number of the unit that is given.
/// - Numbers with units: `3.500s`, `250ms`, `1m 5s`, `1h2m3.5s`.
/// - ISO 8601: `PT1M3.5S`, `P1DT2H`.
/// - What a clock shows: `3-04:05:06` (days first), `04:05:06`, `05:06` (minutes and seconds), with decimals behind.
///
/// Decimals may stand behind a comma; nothing but decimals does in what a clock shows and in ISO 8601.
pub(super) fn parse(text: &str, unit: Unit) -> Option<i128> {
    if let Some(number) = Decimal::parse_either(text) {
        return unit.to_ms(&number);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let parsed = match text.as_bytes() {
        [b'P' | b'p', ..] => iso(&text.get(1..)?.replace(',', ".")),
        bytes if bytes.contains(&b':') => clock(&text.replace(',', ".")),
        _ => units(text, &NAMED),
    };
    parsed.map(|ms| sign * ms)
}

const NAMED: [(&str, Unit); 9] = [
    ("ms", Unit::Milliseconds),
    ("us", Unit::Microseconds),
    ("µs", Unit::Microseconds),
    ("ns", Unit::Nanoseconds),
    ("s", Unit::Seconds),
    ("m", Unit::Minutes),
    ("min", Unit::Minutes),
    ("h", Unit::Hours),
    ("d", Unit::Days),
];

fn iso(text: &str) -> Option<i128> {
    const DATE: [(&str, Unit); 2] = [("D", Unit::Days), ("W", Unit::Weeks)];
    const TIME: [(&str, Unit); 3] = [("H", Unit::Hours), ("M", Unit::Minutes), ("S", Unit::Seconds)];
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    if date.is_empty() && time.is_none_or(str::is_empty) {
        return None;
    }
    let days = if date.is_empty() { 0 } else { units(date, &DATE)? };
    let rest = match time {
        Some(time) => units(time, &TIME)?,
        None => 0,
    };
    days.checked_add(rest)
}

/// Numbers, each with a unit behind it.
fn units(mut text: &str, known: &[(&str, Unit)]) -> Option<i128> {
    let mut sum = 0i128;
    loop {
        text = text.trim_ascii_start();
        let digits = text.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b','))?;
        let (number, behind) = text.split_at_checked(digits)?;
        let behind = behind.trim_ascii_start();
        let end = behind.bytes().position(|byte| byte.is_ascii_digit() || byte == b' ').unwrap_or(behind.len());
        let (name, rest) = behind.split_at_checked(end)?;
        let (_, unit) = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        sum = sum.checked_add(unit.to_ms(&Decimal::parse_either(number)?)?)?;
        text = rest;
        if text.is_empty() {
            return Some(sum);
        }
    }
}

fn clock(text: &str) -> Option<i128> {
    let (days, text) = match text.split_once('-') {
        Some((days, text)) => (Unit::Days.to_ms(&Decimal::parse(days)?)?, text),
        None => (0, text),
    };
    let mut parts = text.rsplit(':');
    let seconds = Unit::Seconds.to_ms(&Decimal::parse(parts.next()?)?)?;
    let minutes = Unit::Minutes.to_ms(&Decimal::parse(parts.next()?)?)?;
    let hours = match parts.next() {
        Some(hours) => Unit::Hours.to_ms(&Decimal::parse(hours)?)?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    days.checked_add(hours)?.checked_add(minutes)?.checked_add(seconds)
}

impl Unit {
    /// A number of this unit in whole milliseconds, halves away from zero; `None` if that is beyond every bound.
    pub(super) fn to_ms(self, number: &Decimal) -> Option<i128> {
        match self {
            Unit::Nanoseconds => number.round_scaled(1, -6),
            Unit::Microseconds => number.round_scaled(1, -3),
            Unit::Milliseconds => number.round_scaled(1, 0),
            Unit::Seconds => number.round_scaled(1, 3),
            Unit::Minutes => number.round_scaled(6, 4),
            Unit::Hours => number.round_scaled(36, 5),
            Unit::Days => number.round_scaled(24, 5).and_then(|ms| ms.checked_mul(36)),
            Unit::Weeks => number.round_scaled(24, 5).and_then(|ms| ms.checked_mul(36 * 7)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_of_real_exports_are_read() {
        let check = |text: &str, unit: Unit, expected: Option<i128>| assert_eq!(parse(text, unit), expected, "{text}");
        check("3721", Unit::Milliseconds, Some(3721));
        check("247.687655", Unit::Seconds, Some(247_688));
        check("0.5", Unit::Minutes, Some(30_000));
        check("1500000", Unit::Nanoseconds, Some(2));
        check("3.500s", Unit::Milliseconds, Some(3500));
        check("250ms", Unit::Seconds, Some(250));
        check("1m 5s", Unit::Seconds, Some(65_000));
        check("1h2m3.5s", Unit::Seconds, Some(3_723_500));
        check("PT1M3.5S", Unit::Seconds, Some(63_500));
        check("PT4M7.688S", Unit::Milliseconds, Some(247_688));
        check("P1DT2H", Unit::Seconds, Some(93_600_000));
        check("P2W", Unit::Seconds, Some(1_209_600_000));
        check("-PT1S", Unit::Seconds, Some(-1000));
        check("3-04:05:06", Unit::Seconds, Some(273_906_000));
        check("04:05:06.250", Unit::Seconds, Some(14_706_250));
        check("05:06", Unit::Seconds, Some(306_000));
        check("3,5", Unit::Seconds, Some(3500));
        check("3,5s", Unit::Milliseconds, Some(3500));
        check("-3,5s", Unit::Milliseconds, Some(-3500));
        check("1m 5,25s", Unit::Seconds, Some(65_250));
        check("0,125 h", Unit::Seconds, Some(450_000));
        check("PT3,5S", Unit::Seconds, Some(3500));
        check("PT1,500S", Unit::Seconds, Some(1500));
        check("00:00:03,500", Unit::Seconds, Some(3500));
        // These may be thousands.
        for ambiguous in ["1,500", "12,500s", "1m 1,500ms"] {
            check(ambiguous, Unit::Seconds, None);
        }
        for nothing in ["3,", ",5s", "3s,", "3s,5m", "1,2,3s", "PT1,5,5S", "1.000,5s"] {
            check(nothing, Unit::Seconds, None);
        }
        for nothing in ["", "P", "PT", "x", "1x", "5 bananas", "1:2:3:4", "::", "PT1X", "-", "1m5", "1..5s", "T1S"] {
            check(nothing, Unit::Seconds, None);
        }
    }
}
