//! Zone tables against the database that they are made from: every zone at random instants, and the moments at which
//! clocks change.

mod support;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use execution_heatmap_companion::zones;
use support::Seeded;

const YEAR_MS: i64 = 366 * 24 * 3_600_000;

fn by_database(tz: Tz, at_ms: i64) -> i32 {
    tz.offset_from_utc_datetime(&DateTime::from_timestamp_millis(at_ms).unwrap().naive_utc()).fix().local_minus_utc()
}

fn ms(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
}

#[test]
fn every_zone_agrees_with_the_database_at_random_instants() {
    let mut seeded = Seeded(2026);
    for tz in TZ_VARIANTS {
        // From 1900 on: 130 years, a year of them at a time.
        let from = ms("1900-01-01T00:00:00Z") + (seeded.below(130 * 365) as i64) * 24 * 3_600_000;
        let zone = zones::zone(tz.name(), (from, from + YEAR_MS)).unwrap();
        for _ in 0..200 {
            let at = from + seeded.below(YEAR_MS as u64) as i64;
            assert_eq!(zone.offset_at(at), by_database(tz, at), "{} at {at}", tz.name());
        }
        for (at, offset) in zone.changes_between(from, from + YEAR_MS) {
            assert_eq!(by_database(tz, at), offset, "{} changes at {at}", tz.name());
            assert_ne!(by_database(tz, at - 1), offset, "{} does not change at {at}", tz.name());
        }
    }
}

#[test]
fn clocks_change_at_the_moment_that_the_law_says() {
    let check = |name: &str, span: (&str, &str), expected: &[(&str, i32)]| {
        let (from, until) = (ms(span.0), ms(span.1));
        let zone = zones::zone(name, (from, until)).unwrap();
        let changes: Vec<_> = zone.changes_between(from, until).collect();
        let expected: Vec<_> = expected.iter().map(|(at, minutes)| (ms(at), minutes * 60)).collect();
        assert_eq!(changes, expected, "{name}");
    };
    let year = ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    check("Europe/Berlin", year, &[("2025-03-30T01:00:00Z", 120), ("2025-10-26T01:00:00Z", 60)]);
    check("America/New_York", year, &[("2025-03-09T07:00:00Z", -240), ("2025-11-02T06:00:00Z", -300)]);
    check("Australia/Lord_Howe", year, &[("2025-04-05T15:00:00Z", 630), ("2025-10-04T15:30:00Z", 660)]);
    check("Asia/Kathmandu", year, &[]);
    check("UTC", year, &[]);
    // Samoa skipped a whole day.
    check("Pacific/Apia", ("2011-12-01T00:00:00Z", "2012-01-31T00:00:00Z"), &[("2011-12-30T10:00:00Z", 840)]);
}

#[test]
fn offsets_of_half_and_quarter_hours_are_kept() {
    for (name, minutes) in
        [("Asia/Kolkata", 330), ("Asia/Kathmandu", 345), ("Pacific/Chatham", 825), ("Australia/Eucla", 525)]
    {
        let at = ms("2026-01-15T00:00:00Z");
        assert_eq!(zones::zone(name, (at, at + 1)).unwrap().offset_at(at), minutes * 60, "{name}");
    }
}

#[test]
fn an_unknown_name_is_an_error_that_says_it() {
    for name in ["Mars/Olympus", "", "UTC+2", "europe berlin", "../etc/localtime", "EST5EDT,M3.2.0"] {
        let error = zones::zone(name, (0, 1)).unwrap_err();
        assert_eq!(error.parameter(), "time_zone");
        assert!(error.to_string().contains(&format!("'{name}'")), "{error}");
    }
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    for name in ["America/New_York", "Pacific/Apia"] {
        let last = ms("9999-12-31T23:59:59.999Z");
        zones::zone(name, (last - YEAR_MS, last + 10 * 24 * 3_600_000)).unwrap();
        zones::zone(name, (ms("0001-01-01T00:00:00Z") - 10 * 24 * 3_600_000, ms("0001-02-01T00:00:00Z"))).unwrap();
    }
}
