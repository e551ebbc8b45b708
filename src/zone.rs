//! A time zone as a table of (instant, offset): the only place that turns UTC into local time and back. It holds no
//! zone database; a browser makes the table from `Intl`, native code from chrono-tz.

use crate::error::Error;
use crate::time::Timestamp;
use chrono::{DateTime, NaiveDate};

/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The largest offset from UTC that a table may hold, in seconds: 26 hours, beyond any that was ever in use.
const MOST_OFFSET_SECONDS: i32 = 26 * 3600;

/// A zone by name, with the offsets from UTC that hold over the span for which the table was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    first_offset: i32,
    /// (from when on, in milliseconds; offset in seconds), rising, neighbours different.
    changes: Vec<(i64, i32)>,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), first_offset: 0, changes: Vec::new() }
    }

    /// A zone from its table: each entry says from which instant on (milliseconds since 1970) which offset from UTC
    /// (seconds, east positive) holds. The first entry holds for all time before it too. Entries that change nothing
    /// are dropped, so tables of one zone that were sampled differently are equal.
    ///
    /// # Errors
    /// An empty table, instants that do not rise, or an offset beyond 26 hours.
    pub fn new(name: &str, table: &[(i64, i32)]) -> Result<Self, Error> {
        let Some(&(_, first_offset)) = table.first() else {
            return Err(Error::zone_table(name, "came with an empty table of offsets"));
        };
        if table.iter().any(|(_, offset)| offset.abs() > MOST_OFFSET_SECONDS) {
            return Err(Error::zone_table(name, "came with an offset of more than 26 hours"));
        }
        if table.windows(2).any(|pair| matches!(pair, [(earlier, _), (later, _)] if earlier >= later)) {
            return Err(Error::zone_table(name, "came with instants that do not rise"));
        }
        let mut offset = first_offset;
        let mut changes = Vec::new();
        for &(at, next) in table.iter().skip(1) {
            if next != offset {
                changes.push((at, next));
                offset = next;
            }
        }
        Ok(Self { name: name.to_owned(), first_offset, changes })
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds that local time is ahead of UTC at an instant.
    pub fn offset_at(&self, at_ms: i64) -> i32 {
        let later = self.changes.partition_point(|(from, _)| *from <= at_ms);
        later.checked_sub(1).and_then(|i| self.changes.get(i)).map_or(self.first_offset, |(_, offset)| *offset)
    }

    /// The offset changes with `from < instant < until`, as (instant in milliseconds, new offset in seconds).
    pub fn changes_between(&self, from: i64, until: i64) -> impl Iterator<Item = (i64, i32)> + '_ {
        self.changes.iter().copied().filter(move |(at, _)| *at > from && *at < until)
    }

    /// The longest of an hour, a half and a quarter, in seconds, of which all hours of the zone consist from one
    /// instant to another; `None` if they consist of neither.
    pub fn bucket_seconds(&self, from: i64, until: i64) -> Option<u32> {
        let fits = |seconds: &u32| {
            let is_whole = |ms: i64| ms.rem_euclid(i64::from(*seconds) * 1000) == 0;
            let first = i64::from(self.offset_at(from)) * 1000;
            is_whole(first)
                && self
                    .changes_between(from, until)
                    .all(|(at, offset)| is_whole(at) && is_whole(i64::from(offset) * 1000))
        };
        [3600, 1800, 900].into_iter().find(fits)
    }

    /// The local calendar date at an instant.
    pub fn local_date(&self, at: Timestamp) -> NaiveDate {
        let local = at.ms() + i64::from(self.offset_at(at.ms())) * 1000;
        DateTime::from_timestamp_millis(local).map_or(NaiveDate::MIN, |local| local.date_naive())
    }

    /// The first instant of a local date, in milliseconds: its midnight, or the moment after the gap where a clock
    /// change skips midnight, or the earlier of two midnights.
    pub fn start_of_date(&self, date: NaiveDate) -> i64 {
        let midnight = date.and_hms_opt(0, 0, 0).map_or(0, |midnight| midnight.and_utc().timestamp_millis());
        // The instant lies within a day and a bit of the same reading in UTC; try every stretch of constant offset
        // there, in order.
        let (from, until) = (midnight - 2 * DAY_MS, midnight + 2 * DAY_MS);
        let mut stretch_start = from;
        let mut offset = self.offset_at(from);
        for (at, next) in self.changes_between(from, until).chain(std::iter::once((until, 0))) {
            let candidate = (midnight - i64::from(offset) * 1000).max(stretch_start);
            if candidate < at {
                return candidate;
            }
            stretch_start = at;
            offset = next;
        }
        midnight - i64::from(offset) * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn midnight_that_a_clock_change_skips_is_the_moment_after_it() {
        // Havana, 2013-03-10: 00:00 becomes 01:00, at 05:00 UTC.
        let havana = Zone::new("America/Havana", &[(0, -5 * 3600), (1_362_891_600_000, -4 * 3600)]).unwrap();
        assert_eq!(havana.start_of_date(date("2013-03-10")), 1_362_891_600_000);
        assert_eq!(havana.start_of_date(date("2013-03-11")), 1_362_891_600_000 + 23 * HOUR_MS);
    }

    #[test]
    fn of_two_midnights_the_earlier_begins_the_date() {
        // Havana, 2013-11-03: 01:00 becomes 00:00, at 05:00 UTC.
        let havana = Zone::new("America/Havana", &[(0, -4 * 3600), (1_383_454_800_000, -5 * 3600)]).unwrap();
        assert_eq!(havana.start_of_date(date("2013-11-03")), 1_383_451_200_000);
        assert_eq!(havana.start_of_date(date("2013-11-04")), 1_383_451_200_000 + 25 * HOUR_MS);
    }

    #[test]
    fn a_table_that_says_nothing_new_is_the_same_zone() {
        let sampled = Zone::new("X", &[(0, 3600), (10, 3600), (20, 7200), (30, 7200)]).unwrap();
        assert_eq!(sampled, Zone::new("X", &[(0, 3600), (20, 7200)]).unwrap());
        assert!(Zone::new("X", &[]).is_err());
        assert!(Zone::new("X", &[(10, 0), (10, 3600)]).is_err());
        assert!(Zone::new("X", &[(0, 100 * 3600)]).is_err());
    }
}
