//! The window: from the midnight that begins a local date up to an instant, exclusive. Resolves what was asked for
//! (days, dates, until) against a zone; never asks a clock.

use crate::error::{Error, signed};
use crate::time::{Timestamp, date_text};
use crate::zone::{DAY_MS, Zone};
use chrono::{Datelike, Days, NaiveDate};

/// The most days that a window may span.
pub const MOST_DAYS: i64 = 1096;
/// The days of a window when nothing says otherwise.
pub const DEFAULT_DAYS: i64 = 90;
/// The most days that a file without a window is shown.
pub const MOST_DAYS_OF_A_FILE: i64 = 365;
/// How long behind what has started a row that has not may be due and still move the end of a file's window.
pub const MOST_DAYS_AHEAD: i64 = 31;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WindowRequest {
    /// Nothing: [`DEFAULT_DAYS`], or of a file as many days as it spans, up to [`MOST_DAYS_OF_A_FILE`].
    #[default]
    Default,
    /// `start_date = end_date − days`.
    Days(i64),
    /// Both dates included.
    Dates {
        /// The first local date.
        from: NaiveDate,
        /// The last local date.
        to: NaiveDate,
    },
}

/// A resolved window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first local date, whole.
    pub start_date: NaiveDate,
    /// The local date of `until` − 1 ms.
    pub end_date: NaiveDate,
    /// The first instant, in milliseconds.
    pub start_ms: i64,
    /// The first instant after it, in milliseconds.
    pub until: Timestamp,
}

impl Window {
    /// Resolves a request. `until` is where the window ends unless the request names dates; `oldest` is the oldest
    /// start of a file that is shown whole (`None` where [`DEFAULT_DAYS`] is the default).
    ///
    /// # Errors
    /// A window longer than [`MOST_DAYS`], or dates in the wrong order.
    pub fn resolve(
        request: WindowRequest,
        until: Timestamp,
        oldest: Option<Timestamp>,
        zone: &Zone,
    ) -> Result<Self, Error> {
        let last_date =
            |until: Timestamp| zone.local_date(Timestamp::from_ms(until.ms() - 1).unwrap_or(Timestamp::MIN));
        let (start_date, end_date, until) = match request {
            WindowRequest::Dates { from, to } => {
                let after = to.succ_opt().map(|date| zone.start_of_date(date)).and_then(Timestamp::from_ms);
                let Some(after) = after else {
                    return Err(Error::value("to", &date_text(to), "a date before 9999-12-31"));
                };
                (from, to, after)
            }
            WindowRequest::Days(days) => {
                let end_date = last_date(until);
                (days_before(end_date, days)?, end_date, until)
            }
            WindowRequest::Default => {
                let end_date = last_date(until);
                let days = match oldest {
                    None => DEFAULT_DAYS,
                    Some(oldest) => (end_date - zone.local_date(oldest)).num_days().clamp(1, MOST_DAYS_OF_A_FILE),
                };
                let start_date = days_before(end_date, days)?;
                // A file is shown whatever its rows say: before the first day of the year 1 there is none to begin at.
                let first = NaiveDate::from_ymd_opt(1, 1, 1).filter(|first| oldest.is_some() && *first <= end_date);
                (first.map_or(start_date, |first| start_date.max(first)), end_date, until)
            }
        };
        let days = (end_date - start_date).num_days();
        if days < 0 {
            return Err(Error::value(
                "from",
                &date_text(start_date),
                ["a date that is not after ", &date_text(end_date)].concat(),
            ));
        }
        if days > MOST_DAYS {
            return Err(Error::window_too_long(days, MOST_DAYS));
        }
        if start_date.year() < 1 || end_date.year() > 9999 {
            let takes = "an instant whose window lies in the years 1 to 9999 of the zone";
            return Err(Error::value("until", &until.to_text(), takes));
        }
        let start_ms = zone.start_of_date(start_date);
        Ok(Self { start_date, end_date, start_ms, until })
    }

    /// `end_date − start_date`.
    pub fn days(&self) -> i64 {
        (self.end_date - self.start_date).num_days()
    }

    /// The local dates of the window, first to last.
    pub fn dates(&self) -> impl DoubleEndedIterator<Item = NaiveDate> + use<> {
        let start = self.start_date;
        (0..=self.days().max(0)).filter_map(move |day| start.checked_add_days(Days::new(day as u64)))
    }

    /// The span for which a zone table must be right so that a request can be resolved and counted: generous by
    /// several days on both sides, in milliseconds.
    pub fn span_of(request: WindowRequest, until: Timestamp, oldest: Option<Timestamp>) -> (i64, i64) {
        let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map_or(0, |at| at.and_utc().timestamp_millis());
        let (from, until) = match request {
            WindowRequest::Dates { from, to } => (midnight(from), midnight(to)),
            WindowRequest::Days(days) => (until.ms() - days.clamp(0, MOST_DAYS) * DAY_MS, until.ms()),
            WindowRequest::Default => {
                let days = oldest.map_or(DEFAULT_DAYS, |_| MOST_DAYS_OF_A_FILE);
                (until.ms() - days * DAY_MS, until.ms())
            }
        };
        (from - 4 * DAY_MS, until + 4 * DAY_MS)
    }
}

/// What `days` takes, as an error says it.
pub(crate) fn takes_days() -> String {
    ["a whole number from 1 to ", &signed(MOST_DAYS)].concat()
}

fn days_before(end_date: NaiveDate, days: i64) -> Result<NaiveDate, Error> {
    if days > MOST_DAYS {
        return Err(Error::window_too_long(days, MOST_DAYS));
    }
    let earlier =
        u64::try_from(days).ok().filter(|days| *days > 0).and_then(|days| end_date.checked_sub_days(Days::new(days)));
    earlier.ok_or_else(|| Error::value("days", &signed(days), takes_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ninety_days_that_end_on_the_origins_sample_date() {
        let until = Timestamp::from_ms(1_771_459_200_000).unwrap(); // 2026-02-19T00:00:00Z
        let window = Window::resolve(WindowRequest::Days(90), until, None, &Zone::utc()).unwrap();
        assert_eq!(window.start_date.to_string(), "2025-11-20");
        assert_eq!(window.end_date.to_string(), "2026-02-18");
        assert_eq!(window.dates().count(), 91);
    }

    #[test]
    fn a_file_of_the_first_day_has_a_window() {
        let until = Timestamp::from_ms(Timestamp::MIN.ms() + 20_001).unwrap();
        let of = |oldest| Window::resolve(WindowRequest::Default, until, oldest, &Zone::utc());
        let window = of(Some(Timestamp::MIN)).unwrap();
        assert_eq!((window.start_date.to_string(), window.days()), ("0001-01-01".to_owned(), 0));
        assert!(of(None).is_err(), "ninety days before it there is nothing");
    }

    #[test]
    fn dates_are_both_included() {
        let zone = Zone::new("America/New_York", &[(0, -5 * 3600), (1_362_898_800_000, -4 * 3600)]).unwrap();
        let request = WindowRequest::Dates { from: "2013-03-10".parse().unwrap(), to: "2013-03-10".parse().unwrap() };
        let window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
        assert_eq!(window.until.ms() - window.start_ms, 23 * 3_600_000, "the clock went forward that day");
        assert_eq!(window.days(), 0);
    }

    #[test]
    fn too_long_and_the_wrong_way_round_are_refused() {
        let resolve = |request| Window::resolve(request, Timestamp::from_ms(0).unwrap(), None, &Zone::utc());
        assert!(resolve(WindowRequest::Days(1097)).unwrap_err().is_window_too_long());
        assert!(resolve(WindowRequest::Days(1096)).is_ok());
        assert_eq!(resolve(WindowRequest::Days(0)).unwrap_err().parameter(), "days");
        let backwards = WindowRequest::Dates { from: "2020-01-02".parse().unwrap(), to: "2020-01-01".parse().unwrap() };
        assert_eq!(resolve(backwards).unwrap_err().parameter(), "from");
    }
}
