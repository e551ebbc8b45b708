//! Where a file ends, nothing says how far its rows reach: whole weeks of it count as that, and half a day does not.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;
use serde_json::Value;
use support::{Row, rows, zone_over};

const HOUR_MS: i64 = 3_600_000;
/// 2026-01-05T00:00:00Z, a Monday.
const MONDAY_MS: i64 = 1_767_571_200_000;
/// Hours of eight weeks.
const EIGHT_WEEKS: i64 = 8 * 168;

/// Three hours in about eight have a failure, at no time more than at another one.
fn fails_once(hour: i64) -> i64 {
    i64::from((hour * 7919 + 31) % 997 % 8 < 3)
}

/// Six rows in each of so many hours from a Monday on, of which one may have failed; on Mondays from 9 to 11 five did.
fn planted(hours: i64) -> Vec<Row> {
    let plain = rows(1, 1, MONDAY_MS, 1).remove(0);
    let of_hour = |hour: i64| {
        let is_planted = (9..11).contains(&(hour % 168));
        let plain = plain.clone();
        (0..6).map(move |part| Row {
            workflow_id: Some("w".to_owned()),
            status: if part < if is_planted { 5 } else { fails_once(hour) } { "failed" } else { "completed" }
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
const PLANTED: &str = "on Mondays between 9–11 AM (83% vs 6% otherwise, 8 of 8 weeks)";
const SCHEDULE: &str = "runs every 10 minutes";
const SEVEN: &str = "needs 8 weeks to name a weekday; there are 7";
/// The hours of seven weeks and a Monday of which the last hour is missing.
const SEVEN_WEEKS: i64 = 7 * 168 + 23;

#[test]
fn a_file_of_exactly_eight_mondays_has_eight_weeks() {
    let check = |hours: i64, pairs: &[(&str, &str)], source, expected: Result<&str, &str>| {
        let (patterns, notices, _) = told(&planted(hours), pairs, source);
        match (expected, &patterns[..]) {
            // That it runs every ten minutes is said whatever the number of weeks.
            (Ok(part), [sentence, schedule]) if schedule.contains(SCHEDULE) => {
                let is_chosen = pairs.iter().any(|(name, _)| ["workflow_id", "from"].contains(name));
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
    // Of a week that is not over, the days that are count.
    check(EIGHT_WEEKS - 12, &[], Source::File, Ok(PLANTED));
    check(7 * 168 + 24, &[], Source::File, Ok(PLANTED));
    check(SEVEN_WEEKS, &[], Source::File, Err(SEVEN));
    check(SEVEN_WEEKS - 11, &[], Source::File, Err(SEVEN));
    // What is said to end ends there.
    check(SEVEN_WEEKS + 1, &[("until", "2026-02-23T23:59:59.000Z")], Source::File, Err(SEVEN));
    check(EIGHT_WEEKS - 12, &[("from", "2026-01-05"), ("to", "2026-03-01")], Source::File, Ok(PLANTED));
    let now = Timestamp::from_ms(MONDAY_MS + (SEVEN_WEEKS + 1) * HOUR_MS - 1000).unwrap();
    check(SEVEN_WEEKS + 1, &[("days", "49")], Source::Live { now }, Err(SEVEN));
    // In another zone the same rows end in the afternoon.
    check(SEVEN_WEEKS + 1, &[("time_zone", "America/New_York")], Source::File, Err(SEVEN));
}

#[test]
fn the_same_rows_have_the_same_verdict_however_the_window_is_padded() {
    let verdict = |rows: &[Row], pairs: &[(&str, &str)]| {
        let (patterns, notices, _) = told(rows, pairs, Source::File);
        assert!(notices.iter().all(|notice| !notice.starts_with("needs")), "{pairs:?}: {notices:?}");
        patterns
    };
    let mut rows = planted(EIGHT_WEEKS + 168);
    // Eight weeks from a Wednesday on.
    rows.retain(|row| (48..48 + EIGHT_WEEKS).contains(&((row.started_ms - MONDAY_MS) / HOUR_MS)));
    let plain = verdict(&rows, &[]);
    assert!(plain[0].contains("on Mondays between 9–11 AM") && plain[0].contains("8 of 8 weeks"), "{plain:?}");
    // The window ends with the rows: behind them, silence would be told.
    for pairs in [
        [("days", "56"), ("time_zone", "UTC")],
        [("days", "90"), ("time_zone", "UTC")],
        [("days", "300"), ("time_zone", "UTC")],
        [("from", "2026-01-07"), ("to", "2026-03-03")],
        [("from", "2025-12-29"), ("to", "2026-03-03")],
        [("from", "2025-09-03"), ("to", "2026-03-03")],
    ] {
        let padded = verdict(&rows, &pairs);
        let without_years = |sentence: &String| sentence.replace(", 2026", "");
        assert!(padded.iter().map(without_years).eq(plain.iter().map(without_years)), "{pairs:?}: {padded:?}");
    }
    let behind = verdict(&rows, &[("from", "2026-01-05"), ("to", "2026-03-08")]);
    // There it runs no more.
    let ended = plain.iter().map(|sentence| sentence.replace(" runs every ", " ran every "));
    assert!(ended.into_iter().all(|sentence| behind.contains(&sentence)), "{behind:?}");
}

#[test]
fn hours_of_every_day_need_no_weekday_and_not_its_weeks() {
    let mut rows = planted(6 * 168);
    for row in &mut rows {
        let (hour, part) = ((row.started_ms - MONDAY_MS) / HOUR_MS, (row.started_ms - MONDAY_MS) / (HOUR_MS / 6) % 6);
        let fails = if (2..4).contains(&(hour % 24)) { part < 3 } else { part < fails_once(hour) };
        row.status = if fails { "failed" } else { "completed" }.to_owned();
    }
    let (patterns, notices, _) = told(&rows, &[], Source::File);
    assert!(patterns[0].contains("between 2–4 AM daily") && patterns[0].contains("6 of 6 weeks"), "{patterns:?}");
    assert_eq!(notices, ["needs 8 weeks to name a weekday; there are 6"]);
    // From a Wednesday to a Thursday, parts of two weeks beside three whole ones suffice, and so are not said to be too few.
    rows.retain(|row| (48..48 + 30 * 24).contains(&((row.started_ms - MONDAY_MS) / HOUR_MS)));
    let (patterns, notices, _) = told(&rows, &[], Source::File);
    assert!(patterns[0].contains("between 2–4 AM daily") && patterns[0].contains("5 of 5 weeks"), "{patterns:?}");
    let trend = "needs 42 whole days to name a trend; there are 30";
    assert_eq!(notices, ["needs 8 weeks to name a weekday; there are 5", trend]);
}

/// Two workflows, every hour of so many from a Monday on.
fn of_two(hours_of_first: i64, hours: i64) -> Vec<Row> {
    let plain = rows(1, 1, MONDAY_MS, 1).remove(0);
    let of = |workflow: &str, hour: i64| Row {
        workflow_id: Some(workflow.to_owned()),
        workflow: Some(workflow.to_owned()),
        started_ms: MONDAY_MS + hour * HOUR_MS,
        status: "completed".to_owned(),
        ..plain.clone()
    };
    let both = (0..hours).flat_map(|hour| [("a", hour), ("b", hour)]);
    both.filter(|(of, hour)| *of == "b" || *hour < hours_of_first).map(|(workflow, hour)| of(workflow, hour)).collect()
}

#[test]
fn a_stop_is_told_first_and_in_a_view_of_the_workflow_too() {
    let rows = of_two(11 * 168, 12 * 168 + 48);
    let stopped = "'a' has not run since Sun, Mar 22; before that hourly";
    assert_eq!(told(&rows, &[], Source::File).0[0], stopped);
    let chosen = told(&rows, &[("workflow_id", "a")], Source::File).0;
    assert_eq!(chosen[0], stopped, "{chosen:?}");
    assert!(chosen.iter().all(|sentence| !sentence.starts_with("No execution")), "{chosen:?}");
    // Of rows that were all left out nobody knows how far they reach.
    let alone = of_two(11 * 168, 0);
    assert!(told(&alone, &[], Source::File).0.iter().all(|sentence| !sentence.contains("has not run since")));
}

#[test]
fn silence_up_to_the_end_that_was_asked_for_is_told() {
    let silence = |patterns: Vec<String>| patterns.into_iter().find(|sentence| sentence.starts_with("No execution"));
    let rows = of_two(10 * 168, 10 * 168);
    let at = |pairs: &[(&str, &str)], source| silence(told(&rows, pairs, source).0);
    let told_of =
        |hours: u64| Some(format!("No execution since Mon, Mar 16, 12 AM although about {} were expected", 2 * hours));
    // Ten weeks that end on Sunday, March 15.
    assert_eq!(at(&[], Source::File), None, "a file that ends there");
    assert_eq!(at(&[("days", "90")], Source::File), None);
    assert_eq!(at(&[("until", "2026-03-18T09:30:00Z")], Source::File), told_of(57));
    assert_eq!(at(&[("from", "2026-01-05"), ("to", "2026-03-18")], Source::File), told_of(72));
    assert_eq!(at(&[("from", "2026-01-05"), ("to", "2026-03-15")], Source::File), None, "to its last date");
    // Of a day that is not over, the hours that are.
    let live = |hours: i64, minutes: i64, pairs: &[(&str, &str)]| {
        let now = Timestamp::from_ms(MONDAY_MS + (10 * 168 + hours) * HOUR_MS + minutes * 60_000).unwrap();
        at(pairs, Source::Live { now }).map(|sentence| sentence.replace(", 2026", ""))
    };
    assert_eq!(live(11, 30, &[]), told_of(11));
    assert_eq!(live(1, 30, &[]), None, "an hour");
    let dates = [("from", "2026-01-05"), ("to", "2026-03-31")];
    assert_eq!(live(11, 30, &dates), told_of(11), "of what is still to come nothing is known");
    assert_eq!(
        live(49 * 24, 0, &[]),
        told_of(49 * 24).map(|words| words.replace("2352", "2,352")),
        "however long it lasts"
    );
    // One that lasts is told once, and of one workflow as its stop.
    let now = Timestamp::from_ms(MONDAY_MS + 12 * 168 * HOUR_MS).unwrap();
    let sentences = told(&rows, &[], Source::Live { now }).0;
    assert!(sentences[0].starts_with("No execution since Mon, Mar 16"), "{sentences:?}");
    assert!(sentences.iter().all(|sentence| !sentence.contains("has not run since")), "{sentences:?}");
    let sentences = told(&rows, &[("workflow_id", "a")], Source::Live { now }).0;
    assert!(sentences[0].starts_with("'a' has not run since Sun, Mar 15"), "{sentences:?}");
    assert_eq!(silence(sentences), None);
    // A source that broke off may have had more.
    let mut table = Table::default();
    rows.iter().for_each(|row| row.push_into(&mut table));
    let query = Query::default();
    let source = Source::Live { now };
    let say = |reading: &Reading| {
        let answer = answer::answer(&table, reading, &query, &Zone::utc(), source, Patterns::Look).unwrap();
        answer.patterns.iter().any(|finding| finding.sentence.starts_with("No execution"))
    };
    assert!(say(&Reading::default()));
    assert!(!say(&Reading { incomplete: Some("it broke off".to_owned()), ..Reading::default() }));
}

/// A job that runs daily at three, beside one of an hour and some executions at any time; of its days those that are kept,
/// and whether they fail.
fn nightly(days: i64, of_day: impl Fn(i64) -> Option<bool>) -> Vec<Row> {
    let mut rows = of_two(0, days * 24);
    let plain = rows[0].clone();
    for day in 0..days {
        let fails = of_day(day);
        rows.extend(fails.map(|fails| Row {
            workflow_id: Some("nightly".to_owned()),
            workflow: Some("nightly".to_owned()),
            started_ms: MONDAY_MS + (day * 24 + 3) * HOUR_MS + 15 * 60_000,
            status: if fails { "failed" } else { "completed" }.to_owned(),
            ..plain.clone()
        }));
    }
    rows
}

#[test]
fn a_daily_job_needs_no_two_hundred_days() {
    let says = |rows: &[Row], words: &str| {
        let (patterns, _, _) = told(rows, &[("patterns", "all")], Source::File);
        assert!(patterns.iter().any(|sentence| sentence.contains(words)), "{words}: {patterns:?}");
        assert_eq!(told(rows, &[], Source::File).0[0], patterns[0]);
        patterns
    };
    let stopped = says(
        &nightly(91, |day| (day < 60).then_some(false)),
        "'nightly' has not run since Thu, Mar 5; before that daily",
    );
    assert!(stopped[0].contains("has not run since"), "{stopped:?}");
    says(&nightly(91, |_| Some(false)), "'nightly' runs daily at 3:15 AM UTC (91 of 91 expected runs)");
    says(
        &nightly(91, |day| Some(day > 70)),
        "last 20 decided runs of 'nightly' all failed, from Tue, Mar 17 to Sun, Apr 5 (no other failed)",
    );
    let misses = nightly(91, |day| (day % 14 != 6).then_some(false));
    says(&misses, "'nightly' missed 6 of 90 expected runs, all on Sundays");
    // As many runs at any time say nothing.
    let mut anywhere = nightly(91, |day| (day < 60).then_some(false));
    for (row, number) in anywhere.iter_mut().filter(|row| row.workflow_id.as_deref() == Some("nightly")).zip(0..) {
        row.started_ms += number * 7919 % 1291 * 60_000;
    }
    let patterns = told(&anywhere, &[("patterns", "all")], Source::File).0;
    assert!(patterns.iter().all(|sentence| !sentence.contains("nightly")), "{patterns:?}");
}

#[test]
fn an_hour_that_a_clock_change_doubles_is_two_expected_runs() {
    let rows = of_two(0, 50 * 168);
    let sentences = told(&rows, &[("time_zone", "America/New_York")], Source::File).0;
    assert!(sentences.contains(&"'b' runs hourly (8,400 of 8,400 expected runs)".to_owned()), "{sentences:?}");
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
    assert_eq!(office(SEVEN_WEEKS - 11, 19).1, [SEVEN], "until noon");
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

/// Where no outcome is known, weeks are missing for days of the week alone.
#[test]
fn without_outcomes_no_weeks_are_asked_for_hours_that_fail() {
    let asks = |status: &str, what: &str| {
        let mut rows = planted(3 * 168);
        rows.iter_mut().for_each(|row| row.status = status.to_owned());
        told(&rows, &[], Source::File).1.iter().any(|notice| notice.starts_with(what))
    };
    let failing = "needs 5 weeks to name hours that fail more, 8 for a weekday; there are 3";
    let days = "needs 5 weeks to name weekends with more or fewer executions, 8 for a weekday; there are 3";
    assert!(asks("completed", failing) && !asks("completed", days));
    for unknown in ["OK", "running"] {
        assert!(!asks(unknown, failing) && asks(unknown, days), "{unknown}");
    }
}

/// Eight weeks of six executions an hour, of which few fail, after a minute; the others take so many hours, and those that
/// would end behind the weeks still run.
fn long_ones(hours: i64) -> Vec<Row> {
    let mut rows = planted(EIGHT_WEEKS);
    for (number, row) in (0..).zip(&mut rows) {
        let hour = (row.started_ms - MONDAY_MS) / HOUR_MS;
        let fails = number % 6 == 0 && fails_once(hour) > 0;
        let took_ms = if fails { 60_000 } else { hours * HOUR_MS };
        let has_ended = row.started_ms + took_ms < MONDAY_MS + EIGHT_WEEKS * HOUR_MS;
        row.status = if fails {
            "failed"
        } else if has_ended {
            "completed"
        } else {
            "running"
        }
        .to_owned();
        row.duration_ms = has_ended.then_some(took_ms as u64);
    }
    rows
}

#[test]
fn what_may_still_run_is_left_out_of_what_is_said_of_outcomes() {
    let left_out = |hours: i64, keeps: fn(&Row) -> bool| {
        let rows: Vec<Row> = long_ones(hours).into_iter().filter(keeps).collect();
        let (sentences, notices, _) = told(&rows, &[("from", "2026-01-05"), ("to", "2026-03-01")], Source::File);
        let of_outcomes = |sentence: &String| sentence.contains("ailure") || sentence.contains("duration");
        assert!(!sentences.iter().any(of_outcomes), "{hours} h: {sentences:?}");
        let notice = notices.into_iter().find(|notice| notice.contains("left out of what is said of outcomes"));
        notice.map(|notice| notice.split(" are left").next().unwrap_or_default().to_owned())
    };
    let told = |words: &str| Some(format!("executions of the last {words}"));
    assert_eq!(left_out(96, |_| true), told("5 days"));
    assert_eq!(left_out(36, |_| true), told("35 h"));
    // Of a file of what has ended, the newest end is the last thing that is known.
    assert_eq!(left_out(96, |row| row.status != "running"), told("5 days"));
    // Known ends behind the last start are those of rows that were chosen by their starts.
    let before = |row: &Row| row.started_ms < MONDAY_MS + (EIGHT_WEEKS - 48) * HOUR_MS;
    assert_eq!(left_out(36, before), None);
    assert_eq!(left_out(0, |_| true), None, "what ends at once has ended");
}
