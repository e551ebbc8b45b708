//! The words of the kinds that are about single events and single workflows, one file a kind, and the words that they
//! share. Numbers come in as they were counted and are rounded here; nothing is tested here.

pub mod attribution;
pub mod burst;
pub mod change;
pub mod consecutive;
pub mod how;
mod measure;
pub mod missed;
pub mod mix;
pub mod quiet;
pub mod schedule;
pub mod silence;
pub mod stopped;
pub mod trend;
pub mod volume_window;

use super::sentence::hour_name;
use super::sentence::percent;
use crate::number;
use crate::zone::{DAY_MS, HOUR_MS};
use chrono::{Datelike, NaiveDate};

/// "Tue, Mar 12".
fn date(date: NaiveDate) -> String {
    const WEEKDAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
    let weekday = WEEKDAYS.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
    [weekday, &month_day(date)].concat()
}

/// "Mar 12".
fn month_day(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] =
        ["Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "];
    let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
    [month, &number::whole(u64::from(date.day()))].concat()
}

/// "Tue, Mar 12, 3 AM".
fn moment((day, hour): (NaiveDate, u8)) -> String {
    [&date(day), ", ", &hour_name(hour)].concat()
}

/// " of 'nightly-etl'", or nothing of all workflows.
fn of(called: Option<&str>) -> String {
    called.map_or_else(String::new, |name| [" of '", name, "'"].concat())
}

/// A number to the nearest whole one, with commas.
fn rounded(value: f64) -> String {
    number::grouped(value.round() as u64)
}

/// "3.1×", "12×".
fn times(ratio: f64) -> String {
    decimal(ratio) + "×"
}

/// "3.1", "12", "1,204".
fn decimal(value: f64) -> String {
    let mut text = String::new();
    if value < 9.95 {
        number::push_fixed(&mut text, value, 1);
    } else {
        text = rounded(value);
    }
    text
}

/// "4 weeks" or "1 week".
fn counted(count: u64, one: &str) -> String {
    [number::grouped(count).as_str(), " ", one, if count == 1 { "" } else { "s" }].concat()
}

/// "'nightly-etl'", or what stands for all workflows.
fn named(called: Option<&str>, all: &str) -> String {
    called.map_or_else(|| all.to_owned(), |name| ["'", name, "'"].concat())
}

/// "45 min", "26 h", "4 days": rounded up, so that nothing lasted longer than is said.
fn lasting(ms: i64) -> String {
    let ms = ms.max(0) as u64;
    let in_all = |unit_ms: i64| ms.div_ceil(unit_ms.unsigned_abs());
    match ms as i64 {
        ..=7_200_000 => number::whole(in_all(60_000)) + " min",
        ms if ms <= 3 * DAY_MS => number::whole(in_all(HOUR_MS)) + " h",
        _ => counted(in_all(DAY_MS), "day"),
    }
}

/// "every 15 minutes", "hourly", "daily".
fn every(period_ms: i64) -> String {
    let several = |count: i64, units: &str| ["every ", &number::whole(count.unsigned_abs()), " ", units].concat();
    match period_ms {
        60_000 => "every minute".to_owned(),
        HOUR_MS => "hourly".to_owned(),
        DAY_MS => "daily".to_owned(),
        _ if period_ms == 7 * DAY_MS => "weekly".to_owned(),
        _ if period_ms > DAY_MS => several(period_ms / (7 * DAY_MS), "weeks"),
        _ if period_ms > HOUR_MS => several(period_ms / HOUR_MS, "hours"),
        _ => several(period_ms / 60_000, "minutes"),
    }
}

/// "2 AM", "2:30 AM", to the nearest minute.
fn clock_time(ms_of_day: i64) -> String {
    let minutes = (ms_of_day + 30_000).rem_euclid(DAY_MS) / 60_000;
    let name = hour_name((minutes / 60) as u8);
    match minutes % 60 {
        0 => name,
        minutes => {
            let (hour, half) = name.split_once(' ').unwrap_or_default();
            let mut text = [hour, ":"].concat();
            number::push_padded(&mut text, minutes as u64, 2);
            text + " " + half
        }
    }
}
