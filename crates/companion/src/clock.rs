//! The one place that asks what time it is.

use execution_heatmap::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present instant. A clock outside the years 1 to 9999 is taken to be at their nearer end.
pub fn now() -> Timestamp {
    let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    };
    let nearer_end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_ms(ms).unwrap_or(nearer_end)
}
