//! Zone tables for the engine out of the IANA time zone database that is compiled in (chrono-tz). Never asks for the
//! machine's own zone.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use execution_heatmap::Error;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::{HOUR_MS, Zone};

/// The release of the time zone database that is compiled in, such as `2025b`.
pub const DATABASE_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// How far apart the offset is sampled. No zone has ever changed its offset twice within an hour, so each step holds
/// at most one change, which bisection then finds to the millisecond.
const STEP_MS: i64 = HOUR_MS;

/// The zone of an IANA name, right for every instant from `from_ms` to `until_ms` (milliseconds since 1970).
///
/// # Errors
/// The name is not in the database.
pub fn zone(name: &str, (from_ms, until_ms): (i64, i64)) -> Result<Zone, Error> {
    if name == "UTC" {
        return Ok(Zone::utc());
    }
    let tz: Tz = name.parse().map_err(|_| Error::unknown_zone(name))?;
    Zone::new(name, &offsets(tz, from_ms, until_ms))
}

/// Seconds that a zone is ahead of UTC at an instant. Instants outside the engine's years are taken as their nearer
/// end.
fn offset_at(tz: Tz, at_ms: i64) -> i32 {
    let within = at_ms.clamp(Timestamp::MIN.ms(), Timestamp::MAX.ms());
    let at = DateTime::from_timestamp_millis(within).unwrap_or_default();
    tz.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

fn offsets(tz: Tz, from_ms: i64, until_ms: i64) -> Vec<(i64, i32)> {
    let mut offset = offset_at(tz, from_ms);
    let mut table = vec![(from_ms, offset)];
    let mut at = from_ms;
    while at < until_ms {
        let next = at.saturating_add(STEP_MS);
        let next_offset = offset_at(tz, next);
        if next_offset != offset {
            table.push((first_instant_of(tz, next_offset, at, next), next_offset));
            offset = next_offset;
        }
        at = next;
    }
    table
}

/// The first instant after `before` at which the offset holds that holds at `after`.
fn first_instant_of(tz: Tz, offset: i32, mut before: i64, mut after: i64) -> i64 {
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if offset_at(tz, middle) == offset { after = middle } else { before = middle }
    }
    after
}
