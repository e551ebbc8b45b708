//! Local time against an independent time zone database: each instant lies in the bucket of the date and hour that
//! chrono-tz gives it, whatever the clock does.

mod support;

use chrono_tz::{TZ_VARIANTS, Tz};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::time::Timestamp;
use execution_heatmap::window::{Window, WindowRequest};
use execution_heatmap::zone::{DAY_MS, HOUR_MS};
use support::{Seeded, local_hour, zone_over};

/// Checks every 7½ minutes of a window of dates, both included.
fn check(zone_name: &str, from: &str, to: &str) {
    let tz: Tz = zone_name.parse().unwrap();
    let request = WindowRequest::Dates { from: from.parse().unwrap(), to: to.parse().unwrap() };
    let (span_from, span_until) = Window::span_of(request, Timestamp::MAX, None);
    let zone = zone_over(tz, span_from, span_until);
    let window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
    let buckets = Buckets::new(&window, &zone);

    assert_eq!(
        local_hour(tz, window.start_ms).0,
        window.start_date,
        "{zone_name}: the window begins on its first date"
    );
    assert_ne!(local_hour(tz, window.start_ms - 1).0, window.start_date, "{zone_name}: and not before it");
    assert_eq!(
        local_hour(tz, window.until.ms() - 1).0,
        window.end_date,
        "{zone_name}: the window ends on its last date"
    );
    assert_eq!(buckets.of(window.start_ms - 1), None);
    assert_eq!(buckets.of(window.until.ms()), None);

    let mut lengths = vec![0; buckets.hours().len()];
    let step = HOUR_MS / 8;
    let mut at = window.start_ms;
    while at < window.until.ms() {
        let bucket = buckets.of(at).unwrap_or_else(|| panic!("{zone_name}: {at} has no bucket"));
        let place = buckets.hours()[bucket];
        let date = window.dates().nth(place.date as usize).unwrap();
        assert_eq!((date, place.hour), local_hour(tz, at), "{zone_name} at {at}");
        lengths[bucket] += step;
        at += step;
    }
    for (hour, length) in buckets.hours().iter().zip(lengths) {
        assert!(
            (hour.length_ms - length).abs() < step,
            "{zone_name}: a bucket of {} ms was met for {length}",
            hour.length_ms
        );
    }
}

#[test]
fn clock_changes_of_every_awkward_kind() {
    check("America/New_York", "2013-03-08", "2013-03-12");
    check("America/New_York", "2013-11-01", "2013-11-05");
    check("Europe/Berlin", "2026-03-27", "2026-03-31");
    check("Australia/Lord_Howe", "2026-04-03", "2026-04-07"); // half an hour back
    check("Australia/Lord_Howe", "2026-10-02", "2026-10-06"); // half an hour forward
    check("America/Havana", "2013-03-09", "2013-03-11"); // midnight is skipped
    check("America/Havana", "2013-11-02", "2013-11-04"); // midnight comes twice
    check("America/St_Johns", "2011-03-12", "2011-03-14"); // one minute past midnight
    check("America/St_Johns", "2011-11-05", "2011-11-08"); // back over midnight
    check("Asia/Gaza", "2023-04-27", "2023-05-01");
    check("Africa/Casablanca", "2026-02-13", "2026-03-24");
    check("Africa/Monrovia", "1972-01-05", "1972-01-09"); // from an offset of −0:44:30
}

#[test]
fn offsets_of_half_and_quarter_hours() {
    check("Asia/Kathmandu", "2026-01-01", "2026-01-03");
    check("Asia/Kolkata", "2026-01-01", "2026-01-03");
    check("Australia/Eucla", "2026-01-01", "2026-01-03");
    check("Pacific/Chatham", "2026-04-03", "2026-04-07");
    check("Asia/Pyongyang", "2018-05-03", "2018-05-06"); // from +8:30 to +9
}

#[test]
fn a_date_that_a_zone_skips_has_no_hours() {
    let tz: Tz = "Pacific/Apia".parse().unwrap();
    let request = WindowRequest::Dates { from: "2011-12-29".parse().unwrap(), to: "2011-12-31".parse().unwrap() };
    let (from, until) = Window::span_of(request, Timestamp::MAX, None);
    let zone = zone_over(tz, from, until);
    let window = Window::resolve(request, Timestamp::MAX, None, &zone).unwrap();
    let buckets = Buckets::new(&window, &zone);
    let hours_of = |date: u32| buckets.hours().iter().filter(|hour| hour.date == date).count();
    assert_eq!([0, 1, 2].map(hours_of), [24, 0, 24], "2011-12-30 does not exist in Samoa");
}

#[test]
fn every_zone_at_random_instants() {
    let mut seeded = Seeded(20130310);
    for tz in TZ_VARIANTS {
        let start = seeded.below(60 * 365) as i64 * DAY_MS + 2 * 365 * DAY_MS;
        let until = Timestamp::from_ms(start + seeded.below(DAY_MS as u64) as i64).unwrap();
        let (from, to) = Window::span_of(WindowRequest::Days(40), until, None);
        let zone = zone_over(tz, from, to);
        let window = Window::resolve(WindowRequest::Days(40), until, None, &zone).unwrap();
        let buckets = Buckets::new(&window, &zone);
        for _ in 0..200 {
            let at = window.start_ms + seeded.below((window.until.ms() - window.start_ms) as u64) as i64;
            let place = buckets.hours()[buckets.of(at).unwrap()];
            let date = window.dates().nth(place.date as usize).unwrap();
            assert_eq!((date, place.hour), local_hour(tz, at), "{} at {at}", tz.name());
        }
    }
}

/// Each bucket holds its first and its last millisecond, and the ones beside them lie in its neighbours: buckets follow one
/// another in the order of time, so where one begins is what those before it are long.
#[test]
fn buckets_end_where_their_lengths_say() {
    let mut seeded = Seeded(20111230);
    let awkward = ["Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Monrovia"];
    let zones = TZ_VARIANTS.iter().copied().step_by(7).chain(awkward.map(|name| name.parse().unwrap()));
    for tz in zones {
        let until = Timestamp::from_ms(seeded.below(60 * 365 * DAY_MS as u64) as i64 + 2 * 365 * DAY_MS).unwrap();
        let request = WindowRequest::Days([1, 40, 400, 1096][seeded.below(4) as usize]);
        let (from, to) = Window::span_of(request, until, None);
        let zone = zone_over(tz, from, to);
        let window = Window::resolve(request, until, None, &zone).unwrap();
        let buckets = Buckets::new(&window, &zone);
        let mut at = window.start_ms;
        assert_eq!(buckets.of(at - 1), None, "{} before {at}", tz.name());
        for (bucket, hour) in buckets.hours().iter().enumerate() {
            assert_eq!(buckets.of(at), Some(bucket), "{} at {at}", tz.name());
            at += hour.length_ms;
            assert_eq!(buckets.of(at - 1), Some(bucket), "{} before {at}", tz.name());
        }
        assert_eq!(at, window.until.ms(), "{}", tz.name());
        for beyond in [at, i64::MAX, i64::MIN, at + (1 << 39), window.start_ms - (1 << 39)] {
            assert_eq!(buckets.of(beyond), None, "{} at {beyond}", tz.name());
        }
    }
}
