//! Instants, and the texts and numbers that name them. Knows no zone but UTC and never asks what time it is.

pub(crate) mod decimal;
mod number;
mod text;
mod usual;

pub use number::{parse_number, parse_whole};
pub use text::parse_text;

pub(crate) use text::{MOST_NONE_BYTES, is_none_field, is_none_word};
pub(crate) use usual::UsualTimes;

use crate::number::push_padded;
use chrono::{Datelike, NaiveDate};

const MS_OF_DAY: i64 = 86_400_000;
/// Days from 0001-01-01 (day 1 of the common era) to 1970-01-01.
const DAYS_TO_1970: i64 = 719_163;

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, from the year 1 to the year 9999.
///
/// The bounds leave room for every sum of an instant, an offset and a window in an `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);

    /// The instant of that many milliseconds since 1970, or `None` outside the years 1 to 9999.
    pub const fn from_ms(ms: i64) -> Option<Timestamp> {
        if ms < Self::MIN.0 || ms > Self::MAX.0 { None } else { Some(Timestamp(ms)) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// RFC 3339 in UTC with three decimals, as rows and answers carry it.
    ///
    /// ```
    /// use execution_heatmap::time::Timestamp;
    /// assert_eq!(Timestamp::from_ms(1_770_870_600_000).unwrap().to_text(), "2026-02-12T04:30:00.000Z");
    /// ```
    pub fn to_text(self) -> String {
        let (days, ms) = (self.0.div_euclid(MS_OF_DAY), self.0.rem_euclid(MS_OF_DAY) as u64);
        let mut text = String::new();
        push_date(&mut text, date_of_day(days));
        text.push('T');
        push_padded(&mut text, ms / 3_600_000, 2);
        text.push(':');
        push_padded(&mut text, ms / 60_000 % 60, 2);
        text.push(':');
        push_padded(&mut text, ms / 1000 % 60, 2);
        text.push('.');
        push_padded(&mut text, ms % 1000, 3);
        text.push('Z');
        text
    }
}

/// The date of a day counted from 1970-01-01, of an instant's years.
fn date_of_day(day: i64) -> NaiveDate {
    let date = i32::try_from(day + DAYS_TO_1970).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
    date.unwrap_or_default()
}

/// Appends a date as `2026-02-12`.
pub fn push_date(out: &mut String, date: NaiveDate) {
    push_padded(out, u64::from(date.year().unsigned_abs()), 4);
    out.push('-');
    push_padded(out, u64::from(date.month()), 2);
    out.push('-');
    push_padded(out, u64::from(date.day()), 2);
}

/// A date as [`push_date`] writes it.
pub fn date_text(date: NaiveDate) -> String {
    let mut text = String::new();
    push_date(&mut text, date);
    text
}

/// What a text or number says about an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParsedTime {
    /// An instant. `zoneless` is true where the text named no zone and UTC was assumed.
    At {
        /// The instant.
        at: Timestamp,
        /// True where UTC was assumed.
        zoneless: bool,
    },
    /// A way of saying "none": empty, null, a zero time.
    Absent,
    /// Not understood, or outside the years 1 to 9999.
    Unreadable,
}
