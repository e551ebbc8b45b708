//! Advice on when there is room for another job: what it says of rows whose quiet hours are known, and that each of its
//! numbers is what a count of the rows, hour by hour, says too.

mod support;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::{Fact, Finding, Kind};
use execution_heatmap::zone::HOUR_MS;
use std::collections::BTreeMap;
use support::{Row, Seeded, local_hour, table_of, zone_over};

/// A Monday; in the eight weeks from it on clocks in Berlin go forward.
const FROM: &str = "2026-02-16";
const WEEKS: u64 = 8;
/// Its midnight in UTC.
const MONDAY_MS: i64 = 1_771_200_000_000;

/// How many executions start in an hour of a weekday (0 = Monday), and for how many milliseconds each runs.
type Shape<'a> = &'a dyn Fn(u32, u8) -> (f64, u64);

/// Rows of a shape in a zone, a whole number an hour and half again as many at most.
fn rows(tz: Tz, shape: Shape<'_>) -> Vec<Row> {
    let mut seeded = Seeded(7);
    let first = FROM.parse::<NaiveDate>().unwrap().and_hms_opt(0, 0, 0).unwrap();
    let from_ms = first.and_local_timezone(tz).unwrap().timestamp_millis();
    let mut rows = Vec::new();
    for hour in 0..WEEKS as i64 * 168 {
        let begin_ms = from_ms + hour * HOUR_MS;
        let (date, local) = local_hour(tz, begin_ms);
        if date >= first.date() + chrono::Days::new(WEEKS * 7) {
            break;
        }
        let (an_hour, ms) = shape(date.weekday().num_days_from_monday(), local);
        let count = an_hour * (0.5 + seeded.below(1001) as f64 / 1000.0);
        for _ in 0..count.round() as u64 {
            rows.push(Row {
                workflow_id: Some(format!("w{}", seeded.below(5))),
                workflow: None,
                status: if seeded.below(10) == 0 { "failed" } else { "completed" }.to_owned(),
                started_ms: begin_ms + seeded.below(HOUR_MS as u64) as i64,
                duration_ms: Some(ms / 2 + seeded.below(ms.max(1))),
                tags: Vec::new(),
                waited_ms: None,
                attempt: 1,
                has_started: true,
            });
        }
    }
    rows
}

/// The answer about the first so many weeks.
fn answered(rows: &[Row], tz: Tz, weeks: u64) -> Answer {
    let from: NaiveDate = FROM.parse().unwrap();
    let to = (from + chrono::Days::new(weeks * 7 - 1)).to_string();
    let query = Query::from_pairs([("from", FROM), ("to", &to)]).unwrap();
    let at_ms = |date: NaiveDate| date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis();
    let zone = zone_over(tz, at_ms(from) - 48 * HOUR_MS, at_ms(from) + (WEEKS as i64 * 7 + 3) * 24 * HOUR_MS);
    let table = table_of(rows);
    answer::answer(&table, &Reading::default(), &query, &zone, Source::File, Patterns::Look).unwrap()
}

/// Counts from the rows, a local hour at a time, what the advice says, and its days by the rule that documents state.
fn recount(advice: &Finding, rows: &[Row], tz: Tz) {
    let window = advice.window.as_ref().unwrap();
    let length = (u32::from(window.to_hour) + 23 - u32::from(window.from_hour)) % 24 + 1;
    // Past midnight a window goes on on the next day.
    let is_inside = |(date, hour): (NaiveDate, u8)| {
        let behind = (u32::from(hour) + 24 - u32::from(window.from_hour)) % 24;
        let begun = if hour < window.from_hour { date - chrono::Days::new(1) } else { date };
        behind < length && window.weekdays.contains(&(begun.weekday().number_from_monday() as u8))
    };
    // Every clock hour that the window of the query has, and how long it lasts.
    let mut hours = BTreeMap::<(NaiveDate, u8), (u64, f64, f64)>::new();
    let first = advice.from.and_hms_opt(0, 0, 0).unwrap().and_local_timezone(tz).unwrap().timestamp_millis();
    let last = (advice.to + chrono::Days::new(1)).and_hms_opt(0, 0, 0).unwrap();
    let last = last.and_local_timezone(tz).unwrap().timestamp_millis();
    for begin in (first..last).step_by(HOUR_MS as usize) {
        hours.entry(local_hour(tz, begin)).or_default().2 += HOUR_MS as f64;
    }
    for row in rows {
        hours.get_mut(&local_hour(tz, row.started_ms)).unwrap().0 += 1;
        let end = row.started_ms + row.duration_ms.unwrap_or(0) as i64;
        let mut begin = row.started_ms.div_euclid(HOUR_MS) * HOUR_MS;
        while begin < end {
            if let Some(hour) = hours.get_mut(&local_hour(tz, begin)) {
                hour.1 += (end.min(begin + HOUR_MS) - row.started_ms.max(begin)) as f64;
            }
            begin += HOUR_MS;
        }
    }
    let number = |name: &str| {
        advice.evidence.iter().find_map(|(of, fact)| match fact {
            Fact::Count(count) if *of == name => Some(*count as f64),
            Fact::Number(number) if *of == name => Some(*number),
            _ => None,
        })
    };
    for (name, inside) in [("inside", true), ("outside", false)] {
        let of = hours.iter().filter(|(hour, _)| is_inside(**hour) == inside);
        let (mut count, mut started, mut ran, mut long) = (0.0, 0.0, 0.0, 0.0);
        for (_, (executions, running, length)) in of {
            (count, started, ran, long) = (count + 1.0, started + *executions as f64, ran + running, long + length);
        }
        assert_eq!(number(&format!("executions_{name}")), Some(started), "{advice:?}");
        assert_eq!(number(&format!("hours_{name}")), Some(count), "{advice:?}");
        if let Some(at_a_time) = number(&format!("running_at_a_time_{name}")) {
            assert!((at_a_time - ran / long).abs() < 1e-9, "{at_a_time} {} {name}", ran / long);
        }
    }
    assert!(advice.cells.iter().all(|cell| is_inside(*cell) && hours[cell].0 > 0));
}

/// The advice on rows of a shape, as sentences; each is recounted.
fn check(tz: Tz, shape: Shape<'_>, expected: &[&str]) {
    let rows = rows(tz, shape);
    let answer = answered(&rows, tz, WEEKS);
    for advice in &answer.advice {
        assert_eq!((advice.kind, advice.p_adjusted), (Kind::QuietWindow, None));
        recount(advice, &rows, tz);
    }
    let sentences: Vec<&str> = answer.advice.iter().map(|advice| &*advice.sentence).collect();
    assert_eq!(sentences, expected);
}

const MINUTE: u64 = 60_000;

#[test]
fn quiet_hours_are_advised_with_what_starts_and_runs_in_them() {
    let night = |_, hour| (if (2..6).contains(&hour) { 3.0 } else { 30.0 }, 6 * MINUTE);
    check(
        Tz::UTC,
        &night,
        &[
            "Quiet every day between 2–6 AM, with room for another job: 3.0 executions start an hour and 0.3 run at the same time, against 30 and 3.0 otherwise (less than half of what is usual on 56 of 56 days)",
        ],
    );
    check(
        Tz::Europe__Berlin,
        &night,
        &[
            "Quiet every day between 2–6 AM, with room for another job: 3.1 executions start an hour and 0.3 run at the same time, against 30 and 3.0 otherwise (less than half of what is usual on 56 of 56 days)",
        ],
    );
    let weekend = |weekday, _| (if weekday >= 5 { 4.0 } else { 40.0 }, MINUTE);
    check(
        Tz::UTC,
        &weekend,
        &[
            "Quiet on weekends, all day, with room for another job: 4.0 executions start an hour and 0.1 run at the same time, against 40 and 0.7 otherwise (less than half of what is usual on 16 of 16 weekend days)",
        ],
    );
    let both = |weekday, hour| (if weekday < 5 && (20..24).contains(&hour) { 2.0 } else { 40.0 }, MINUTE);
    check(
        Tz::UTC,
        &both,
        &[
            "Quiet on weekdays between 8 PM–12 AM, with room for another job: 2.0 executions start an hour and under 0.1 run at the same time, against 40 and 0.7 otherwise (less than half of what is usual on 40 of 40 weekdays)",
        ],
    );
}

#[test]
fn what_is_quiet_past_midnight_is_so_on_the_next_day() {
    // Nights of weekdays; Saturday's first hours are Friday's night, and Monday's are as busy as a weekend.
    let nights = |weekday, hour| {
        let is_night = hour >= 22 && weekday < 5 || hour < 6 && (1..6).contains(&weekday);
        (if is_night { 2.0 } else { 30.0 }, MINUTE)
    };
    check(
        Tz::Europe__Berlin,
        &nights,
        &[
            "Quiet on weekdays between 10 PM–6 AM, with room for another job: 2.0 executions start an hour and under 0.1 run at the same time, against 30 and 0.5 otherwise (less than half of what is usual on 40 of 40 weekdays)",
        ],
    );
    // Where Saturdays begin with the busiest hours of the week, no night of weekdays is quiet to its end.
    let busy_saturday = |weekday, hour| match (weekday, hour) {
        (5, 0..6) => (60.0, MINUTE),
        (0..5, 22..) | (1..5, 0..6) => (1.0, MINUTE),
        _ => (12.0, MINUTE),
    };
    check(Tz::UTC, &busy_saturday, &[]);
}

#[test]
fn where_long_work_still_runs_no_room_is_advised() {
    // What starts before two runs on for four to twelve hours.
    check(Tz::UTC, &|_, hour| if (2..6).contains(&hour) { (3.0, MINUTE) } else { (30.0, 480 * MINUTE) }, &[]);
}

#[test]
fn nothing_is_advised_where_nothing_recurs() {
    check(Tz::UTC, &|_, _| (20.0, MINUTE), &[]);
    check(Tz::UTC, &|_, hour| (if hour < 12 { 16.0 } else { 24.0 }, MINUTE), &[]);
    check(Tz::UTC, &|_, hour| (if hour == 3 { 1.0 } else { 0.0 }, MINUTE), &[]);
}

#[test]
fn what_a_reader_should_know_is_told_though_no_test_was_passed() {
    let outage = |row: &Row| (1..6).contains(&((row.started_ms - MONDAY_MS) / HOUR_MS - 72));
    let mut rows = rows(Tz::UTC, &|_, _| (20.0, MINUTE));
    for (row, place) in rows.iter_mut().zip(0..) {
        row.status = if outage(row) || place % 100 == 0 { "failed" } else { "completed" }.to_owned();
    }
    // Four fifths of the two Sundays do not run.
    let is_sunday = |row: &Row| (row.started_ms - MONDAY_MS) / HOUR_MS % (4 * 168) / 24 == 13;
    let mut number = 0;
    rows.retain(|row| {
        number += usize::from(is_sunday(row));
        !is_sunday(row) || number % 5 == 0
    });
    let check = |weeks, part: &str, is_told: bool| {
        let answer = answered(&rows, Tz::UTC, weeks);
        assert_eq!(answer.notices.iter().any(|notice| notice.contains(part)), is_told, "{part}: {:?}", answer.notices);
        answer
    };
    check(2, "one stretch (Thu, Feb 19, 1–6 AM) holds", true);
    let answer = check(WEEKS, "one stretch", false);
    assert!(answer.patterns.iter().any(|pattern| pattern.sentence.starts_with("One incident (Thu, Feb 19, 1–6 AM)")));
    check(WEEKS, "2 days have far fewer executions than is usual of their weekday", true);
    check(WEEKS, "windows of volume: Mar 1, Mar 29", true);
    // Of two Sundays neither is known to be a quiet one.
    check(2, "far fewer executions", false);
}
