//! Elementary hours: the only place that divides time. Within a stretch of constant offset a local hour is 3,600
//! seconds of UTC, so the window falls into stretches, and each stretch into local hours; a bucket is one of those.
//!
//! This is finer than a fixed UTC bucket of 3,600, 1,800 or 900 seconds where it has to be (a clock change at one
//! minute past midnight, an offset with odd seconds) and never finer elsewhere: an hour that a clock change doubles
//! is two buckets of one cell, one that it skips has none.

use crate::window::Window;
use crate::zone::{HOUR_MS, Zone};

/// The buckets of a window in a zone, numbered in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    even: Even,
    /// From which instant on hours are counted from which other one. Clocks that change by whole hours on the hour go on
    /// counting from the same, so that there is none in most zones.
    turns: Vec<(i64, i64)>,
    hours: Vec<BucketHour>,
    dates: usize,
}

/// The buckets of a window in which each is an hour behind the one before: no turn lies in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Even {
    /// From where hours are counted, so that they are the numbers of buckets; up to an hour before the window.
    zero_ms: i64,
    start_ms: i64,
    length_ms: u64,
    /// How many buckets there are.
    hours: u32,
}

impl Even {
    /// How many buckets there are.
    #[inline(always)]
    pub(crate) fn hours(self) -> usize {
        self.hours as usize
    }

    /// The bucket of an instant, or the number of buckets for one outside the window. Takes no branch and does not
    /// divide: it is asked of every row.
    #[inline(always)]
    pub(crate) fn place(self, at_ms: i64) -> usize {
        // An hour is 2^7 times 28,125 milliseconds. In a window there are fewer than 2^30 times 2^7 of these, and up to
        // there the product is off by less than one of what is cut off.
        const RECIPROCAL: u64 = (1 << 45) / 28_125 + 1;
        let hour = u64::from((at_ms.wrapping_sub(self.zero_ms) >> 7) as u32).wrapping_mul(RECIPROCAL) >> 45;
        let is_inside = (at_ms.wrapping_sub(self.start_ms) as u64) < self.length_ms;
        (if is_inside { hour as u32 } else { self.hours }) as usize
    }
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
        let mut zero_ms = None;
        let mut turns: Vec<(i64, i64)> = Vec::new();
        let mut hours = Vec::new();
        let mut stretch_start = start;
        let mut offset = zone.offset_at(start);
        let changes: Vec<_> = zone.changes_between(start, until).collect();
        for (stretch_until, next) in changes.into_iter().chain(std::iter::once((until, 0))) {
            let shift_ms = i64::from(offset) * 1000 - first_midnight;
            let first_hour = (stretch_start + shift_ms).div_euclid(HOUR_MS);
            if stretch_until > stretch_start {
                let zero = (first_hour - hours.len() as i64) * HOUR_MS - shift_ms;
                let known = turns.last().map(|(_, zero)| *zero).or(zero_ms);
                if known.is_some_and(|known| known != zero) {
                    turns.push((stretch_start, zero));
                }
                zero_ms = zero_ms.or(Some(zero));
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
        let even = Even {
            zero_ms: zero_ms.unwrap_or(start),
            start_ms: start,
            length_ms: u64::try_from(until - start).unwrap_or(0),
            hours: hours.len() as u32,
        };
        Self { even, turns, hours, dates }
    }

    /// The bucket of an instant in milliseconds, or `None` outside the window.
    pub fn of(&self, at_ms: i64) -> Option<usize> {
        Some(self.place(at_ms)).filter(|bucket| *bucket < self.hours.len())
    }

    /// The bucket of an instant, or the number of buckets for one outside the window.
    #[inline]
    pub(crate) fn place(&self, at_ms: i64) -> usize {
        let zero_ms = |zero_ms, (turn, zero): &(i64, i64)| if at_ms >= *turn { *zero } else { zero_ms };
        Even { zero_ms: self.turns.iter().fold(self.even.zero_ms, zero_ms), ..self.even }.place(at_ms)
    }

    /// Even buckets for a scan of rows: of the moments themselves, or else (`Err`) of moments that lie as they do in these.
    pub(crate) fn as_even(&self, moments: &[i64], placed: &mut Vec<i64>) -> Result<Even, Even> {
        if self.turns.is_empty() {
            return Ok(self.even);
        }
        let hours = self.even.hours;
        let length_ms = u64::from(hours) * HOUR_MS as u64;
        placed.clear();
        placed.extend(moments.iter().map(|moment| self.place(*moment) as i64 * HOUR_MS));
        Err(Even { zero_ms: 0, start_ms: 0, length_ms, hours })
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
