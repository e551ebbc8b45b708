//! Where a file ends, nothing says how far its rows reach: whole weeks of it count as that, and half a day does not.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use serde_json::Value;
use support::{Row, rows, zone_over};

const HOUR_MS: i64 = 3_600_000;
/// 2026-01-05T00:00:00Z, a Monday.
const MONDAY_MS: i64 = 1_767_571_200_000;
/// Hours of eight weeks.
const EIGHT_WEEKS: i64 = 8 * 168;

/// Six rows in each of so many hours from a Monday on, one in every third hour failed, which are other hours each day; on
/// Mondays from 9 to 11 five did.
fn planted(hours: i64) -> Vec<Row> {
    let plain = rows(1, 1, MONDAY_MS, 1).remove(0);
    let of_hour = |hour: i64| {
        let is_planted = (9..11).contains(&(hour % 168));
        let plain = plain.clone();
        (0..6).map(move |part| Row {
            workflow_id: Some("w".to_owned()),
            status: if part < if is_planted { 5 } else { ((hour + hour / 24) * 7 % 3) & 1 } { "failed" } else { "completed" }
                .to_owned(),
            started_ms: MONDAY_MS + hour * HOUR_MS + part * HOUR_MS / 6,
            ..plain.clone()
        })
    };
    (0..hours).flat_map(of_hour).collect()
}

/// Sentences and notices about a file of these rows.
fn told(rows: &[Row], pairs: &[(&str, &str)], source: Source) -> (Vec<String>, Vec<String>, String) {
    let mut table = Table::default();
    rows.iter().for_each(|row| row.push_into(&mut table));
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let (from, until) = answer::zone_span(&table, &query, source);
    let zone = zone_over(query.time_zone.parse().unwrap(), from, until);
    let reading = Reading { read: table.rows(), ..Reading::default() };
    let answer = answer::answer(&table, &reading, &query, &zone, source, Patterns::Look).unwrap();
    let response: Value = serde_json::from_str(&json::heatmap(&answer)).unwrap();
    let texts = |field: &str| {
        let texts = response[field].as_array().unwrap().iter();
        texts.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    (texts("patterns_detected"), texts("notices"), response["until"].as_str().unwrap().to_owned())
}

/// The hours that are planted and no other.
const PLANTED: &str = "between 9–11 AM (83% vs 6% otherwise, 8 of 8 weeks)";
const SCHEDULE: &str = "runs every 10 minutes";
const SEVEN: &str = "needs 8 weeks to name a weekday; there are 7";

#[test]
fn a_file_of_exactly_eight_weeks_has_eight_weeks() {
    let check = |hours: i64, pairs: &[(&str, &str)], source, expected: Result<&str, &str>| {
        let (patterns, notices, _) = told(&planted(hours), pairs, source);
        match (expected, &patterns[..]) {
            // That it runs every ten minutes is said whatever the number of weeks.
            (Ok(part), [sentence, schedule]) if schedule.contains(SCHEDULE) => {
                let is_chosen = pairs.iter().any(|(name, _)| *name == "workflow_id");
                assert!(sentence.contains(part) && notices.len() == usize::from(is_chosen), "{sentence} {notices:?}");
                assert!(notices.iter().all(|notice| notice.starts_with("exploratory:")), "{notices:?}");
            }
            (Err(notice), [schedule]) if schedule.contains(SCHEDULE) => {
                assert_eq!(notices, [notice], "{hours} {pairs:?}");
            }
            _ => panic!("{hours} {pairs:?}: {patterns:?} {notices:?}"),
        }
    };
    check(EIGHT_WEEKS, &[], Source::File, Ok(PLANTED));
    check(EIGHT_WEEKS, &[("days", "55")], Source::File, Ok(PLANTED));
    check(EIGHT_WEEKS, &[("workflow_id", "w")], Source::File, Ok(PLANTED));
    check(EIGHT_WEEKS - 1, &[], Source::File, Err(SEVEN));
    check(EIGHT_WEEKS - 12, &[], Source::File, Err(SEVEN));
    // What is said to end ends there.
    check(EIGHT_WEEKS, &[("until", "2026-03-01T23:59:59.000Z")], Source::File, Err(SEVEN));
    check(EIGHT_WEEKS - 12, &[("from", "2026-01-05"), ("to", "2026-03-01")], Source::File, Ok(PLANTED));
    let now = Timestamp::from_ms(MONDAY_MS + EIGHT_WEEKS * HOUR_MS - 1000).unwrap();
    check(EIGHT_WEEKS, &[("days", "55")], Source::Live { now }, Err(SEVEN));
    // In another zone the same rows end in the afternoon.
    check(EIGHT_WEEKS, &[("time_zone", "America/New_York")], Source::File, Err(SEVEN));
}

#[test]
fn the_window_still_ends_with_the_newest_row() {
    let until = |hours| told(&planted(hours), &[], Source::File).2;
    assert_eq!(until(EIGHT_WEEKS), "2026-03-01T23:50:00.001Z");
    assert_eq!(until(EIGHT_WEEKS - 12), "2026-03-01T11:50:00.001Z");
}

#[test]
fn a_night_without_rows_is_no_missing_night() {
    let office = |hours: i64, last_hour: i64| {
        let rows = planted(hours).into_iter().filter(|row| {
            let hour = (row.started_ms - MONDAY_MS) / HOUR_MS % 24;
            (6..last_hour).contains(&hour)
        });
        told(&rows.collect::<Vec<_>>(), &[], Source::File)
    };
    let (patterns, notices, until) = office(EIGHT_WEEKS, 19);
    assert_eq!(until, "2026-03-01T18:50:00.001Z");
    assert!(notices.is_empty(), "{notices:?}");
    assert!(patterns.iter().any(|sentence| sentence.contains("8 of 8 weeks")), "{patterns:?}");
    assert_eq!(office(EIGHT_WEEKS - 12, 19).1, [SEVEN], "until noon");
}

#[test]
fn dates_bear_their_year_where_the_window_is_of_two() {
    let silence = |weeks_earlier: i64| {
        let mut rows = planted(EIGHT_WEEKS);
        rows.retain(|row| !(1000..1030).contains(&((row.started_ms - MONDAY_MS) / HOUR_MS)));
        rows.iter_mut().for_each(|row| row.started_ms -= weeks_earlier * 168 * HOUR_MS);
        let (patterns, _, _) = told(&rows, &[], Source::File);
        patterns.into_iter().find(|sentence| sentence.contains(" for 30 h from ")).expect("a silence")
    };
    let check = |weeks_earlier, words: &str| {
        let said = silence(weeks_earlier);
        assert!(said.contains(words), "{said}");
    };
    check(0, "for 30 h from Sun, Feb 15, 4 PM although");
    check(4, "for 30 h from Sun, Jan 18, 2026, 4 PM although");
    check(12, "for 30 h from Sun, Nov 23, 4 PM although");
}
