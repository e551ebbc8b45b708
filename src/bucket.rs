//! Elementary hours: the only place that divides time. Within a stretch of constant offset a local hour is 3,600
//! seconds of UTC, so the window falls into stretches, and each stretch into local hours; a bucket is one of those.
//!
//! This is finer than a fixed UTC bucket of 3,600, 1,800 or 900 seconds where it has to be (a clock change at one
//! minute past midnight, an offset with odd seconds) and never finer elsewhere: an hour that a clock change doubles
//! is two buckets of one cell, one that it skips has none.

use crate::window::Window;
use crate::zone::{HOUR_MS, Zone};

/// A stretch of constant offset within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// When the local hour of the stretch's first bucket began, which may be before the stretch.
    hour_ms: i64,
    /// That bucket's number.
    first_bucket: usize,
}

/// The buckets of a window in a zone, numbered in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    start_ms: i64,
    length_ms: u64,
    /// Where one stretch ends and the next begins: none where the zone's clocks do not change.
    turns: Vec<i64>,
    stretches: Vec<Stretch>,
    hours: Vec<BucketHour>,
    dates: usize,
}

/// Where a bucket lies in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketHour {
    /// Days after the window's first date.
    pub date: u32,
    /// The local hour, 0 to 23.
    pub hour: u8,
    /// Its length; shorter than an hour where a clock change or the window's end cuts it.
    pub length_ms: i64,
}

impl Buckets {
    /// The buckets of a window.
    pub fn new(window: &Window, zone: &Zone) -> Self {
        let dates = usize::try_from(window.days()).unwrap_or(0) + 1;
        let first_midnight =
            window.start_date.and_hms_opt(0, 0, 0).map_or(0, |midnight| midnight.and_utc().timestamp_millis());
        let (start, until) = (window.start_ms, window.until.ms());
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut turns = Vec::new();
        let mut hours = Vec::new();
        let mut stretch_start = start;
        let mut offset = zone.offset_at(start);
        let changes: Vec<_> = zone.changes_between(start, until).collect();
        for (stretch_until, next) in changes.into_iter().chain(std::iter::once((until, 0))) {
            let shift_ms = i64::from(offset) * 1000 - first_midnight;
            let first_hour = (stretch_start + shift_ms).div_euclid(HOUR_MS);
            if stretch_until > stretch_start {
                turns.extend((!stretches.is_empty()).then_some(stretch_start));
                stretches.push(Stretch { hour_ms: first_hour * HOUR_MS - shift_ms, first_bucket: hours.len() });
                let last_hour = (stretch_until - 1 + shift_ms).div_euclid(HOUR_MS);
                for hour in first_hour..=last_hour {
                    let from = (hour * HOUR_MS - shift_ms).max(stretch_start);
                    let to = ((hour + 1) * HOUR_MS - shift_ms).min(stretch_until);
                    // A zone that jumps back over midnight can reach before the first date or, at the end, after
                    // the last one; those minutes count on the nearest date of the window.
                    let date = hour.div_euclid(24).clamp(0, dates as i64 - 1);
                    hours.push(BucketHour { date: date as u32, hour: hour.rem_euclid(24) as u8, length_ms: to - from });
                }
            }
            stretch_start = stretch_until;
            offset = next;
        }
        let length_ms = u64::try_from(until - start).unwrap_or(0);
        Self { start_ms: start, length_ms, turns, stretches, hours, dates }
    }

    /// The bucket of an instant in milliseconds, or `None` outside the window.
    pub fn of(&self, at_ms: i64) -> Option<usize> {
        Some(self.place(at_ms)).filter(|bucket| *bucket < self.hours.len())
    }

    /// The bucket of an instant, or the number of buckets for one outside the window. What a scan asks of every row, so
    /// it divides 32 bits and, in a zone whose clocks do not change, takes no branch.
    #[inline]
    pub(crate) fn place(&self, at_ms: i64) -> usize {
        let stretch: usize = self.turns.iter().map(|turn| usize::from(at_ms >= *turn)).sum();
        let Some(Stretch { hour_ms, first_bucket }) = self.stretches.get(stretch).copied() else {
            return self.hours.len();
        };
        // An hour is 2^7 times 28,125 milliseconds, and no window has 2^39 of them.
        let hour = (at_ms.wrapping_sub(hour_ms) >> 7) as u32 / 28_125;
        let is_inside = (at_ms.wrapping_sub(self.start_ms) as u64) < self.length_ms;
        if is_inside { first_bucket + hour as usize } else { self.hours.len() }
    }

    /// Where each bucket lies, in the order of time.
    pub fn hours(&self) -> &[BucketHour] {
        &self.hours
    }

    /// How many local dates the window has.
    pub fn dates(&self) -> usize {
        self.dates
    }

    /// For each date, whether the window holds all of it: only the last one can be cut short.
    pub fn is_whole_date(&self, date: usize, window: &Window, zone: &Zone) -> bool {
        if date + 1 < self.dates {
            return true;
        }
        window.end_date.succ_opt().is_some_and(|next| zone.start_of_date(next) <= window.until.ms())
    }
}
