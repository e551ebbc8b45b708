//! Instants, and the texts and numbers that name them. Knows no zone but UTC and never asks what time it is.

pub(crate) mod decimal;
mod number;
mod text;
mod usual;

pub use number::parse_number;
pub use text::parse_text;

pub(crate) use text::is_none_word;
pub(crate) use usual::UsualTimes;

use chrono::{DateTime, Datelike, Timelike};

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
        let Some(at) = DateTime::from_timestamp_millis(self.0) else { return String::new() };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.timestamp_subsec_millis()
        )
    }
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
