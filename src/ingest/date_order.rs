//! Dates of which a mapping says in which order their parts stand, as spreadsheets write them: `05-10-23`, `3.8.2026 0:29`,
//! `8/1/2026 10:00 PM`. Guesses no order, and looks at nothing but the text.

/// The order of the parts of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    /// `05-10-23` is 10 May 2023.
    MonthDayYear,
    /// `05.10.23` is 5 October 2023.
    DayMonthYear,
}

impl DateOrder {
    /// Both.
    const ALL: [DateOrder; 2] = [DateOrder::MonthDayYear, DateOrder::DayMonthYear];
    /// Their names, for people.
    pub(super) const NAMES: &'static str = "month-day-year or day-month-year";

    /// The order of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            DateOrder::MonthDayYear => "month-day-year",
            DateOrder::DayMonthYear => "day-month-year",
        }
    }

    /// A text that begins with such a date, with that date as ISO 8601 has it. Day and month have one or two digits, the
    /// year two or four; years of two from 70 on are of the century before. Between them stands one of `-`, `/` and `.`,
    /// twice the same. Behind the date, and a comma if there is one, a time may stand, also one of twelve hours with AM
    /// or PM. `None` for all others.
    pub(super) fn iso(self, text: &str) -> Option<String> {
        let text = text.trim_ascii();
        let (first, rest) = number(text, 2)?;
        let separator = rest.chars().next().filter(|separator| matches!(separator, '-' | '/' | '.'))?;
        let (second, rest) = number(rest.get(1..)?, 2)?;
        let (year, rest) = number(rest.strip_prefix(separator)?, 4)?;
        if rest.starts_with(|next: char| next.is_ascii_digit()) {
            return None;
        }
        let century = match (year.len(), year.as_bytes().first()?) {
            (4, _) => "",
            (2, b'7'..=b'9') => "19",
            (2, _) => "20",
            _ => return None,
        };
        let (month, day) = match self {
            DateOrder::MonthDayYear => (first, second),
            DateOrder::DayMonthYear => (second, first),
        };
        let clock = rest.strip_prefix(',').unwrap_or(rest);
        let clock = of_twelve_hours(clock).unwrap_or_else(|| clock.to_owned());
        Some([century, year, "-", month, "-", day, &clock].concat())
    }
}

/// True for a text that is such a date in some order.
pub(super) fn is_ambiguous(text: &str) -> bool {
    DateOrder::DayMonthYear.iso(text).is_some()
}

/// The digits at the beginning, as many as are there but at most `most`, and what follows.
fn number(text: &str, most: usize) -> Option<(&str, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits == 0 { None } else { text.split_at_checked(digits) }
}

/// ` 10:00 PM` as ` 22:00`; `None` for a time that is no such one.
fn of_twelve_hours(clock: &str) -> Option<String> {
    let rest = clock.trim_ascii();
    let half = rest.get(rest.len().checked_sub(2)?..)?;
    let is_afternoon = half.eq_ignore_ascii_case("pm");
    if !is_afternoon && !half.eq_ignore_ascii_case("am") {
        return None;
    }
    let (hour, minutes) = number(rest.get(..rest.len() - 2)?.trim_ascii(), 2)?;
    let hour: u8 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let hour = hour % 12 + if is_afternoon { 12 } else { 0 };
    let minutes = if minutes.is_empty() { ":00" } else { minutes };
    let digits = [b'0' + hour / 10, b'0' + hour % 10].map(char::from);
    Some([" ", digits.iter().collect::<String>().as_str(), minutes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{ParsedTime, parse_text};

    #[test]
    fn a_date_is_read_in_the_order_that_is_said() {
        let check = |text: &str, month_first: Option<&str>, day_first: Option<&str>| {
            let read = |order: DateOrder| match order.iso(text).map(|iso| parse_text(&iso)) {
                Some(ParsedTime::At { at, .. }) => Some(at.to_text()),
                _ => None,
            };
            let at = |text: Option<&str>| text.map(|text| [text, ":00.000Z"].concat());
            assert_eq!(read(DateOrder::MonthDayYear), at(month_first), "{text}, month first");
            assert_eq!(read(DateOrder::DayMonthYear), at(day_first), "{text}, day first");
        };
        check("05-10-23T16:23:00Z", Some("2023-05-10T16:23"), Some("2023-10-05T16:23"));
        check("05-10-71T16:23:00Z", Some("1971-05-10T16:23"), Some("1971-10-05T16:23"));
        check(" 3.8.2026 0:29", Some("2026-03-08T00:29"), Some("2026-08-03T00:29"));
        check("03.08.2026", Some("2026-03-08T00:00"), Some("2026-08-03T00:00"));
        check("31/12/2026 23:59", None, Some("2026-12-31T23:59"));
        check("12/31/2026, 11:59 pm", Some("2026-12-31T23:59"), None);
        check("8/1/2026 12:05:00 AM", Some("2026-08-01T00:05"), Some("2026-01-08T00:05"));
        check("8/1/2026 12:05PM", Some("2026-08-01T12:05"), Some("2026-01-08T12:05"));
        check("8/1/2026 9 PM", Some("2026-08-01T21:00"), Some("2026-01-08T21:00"));
        for text in
            ["", "8/1/20265", "8/1-2026", "8/1/026", "8/1/2026 13:00 PM", "2026-08-01", "8.1.", "é/1/2026", "PM"]
        {
            check(text, None, None);
        }
    }
}
