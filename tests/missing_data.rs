//! What is said of missing data: in two sentences at most, each number that of the rule that waits for it, and nothing of a
//! history that has enough.

use chrono::{Days, NaiveDate};
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::intake::Intake;
use execution_heatmap::notice::{COUNTED, NOT_KEPT};
use execution_heatmap::options::Query;
use execution_heatmap::table::Table;
use execution_heatmap::zone::Zone;

const HOUR_MS: i64 = 3_600_000;
/// 2026-01-05, a Monday.
const MONDAY_MS: i64 = 1_767_571_200_000;

/// The notices of a view, and whether a source is read by rows that are kept.
fn notices(source: &str, pairs: &[(&str, &str)], keeps_rows: bool) -> Vec<String> {
    answered(source, pairs, keeps_rows).notices
}

/// The answer itself.
fn answered(source: &str, pairs: &[(&str, &str)], keeps_rows: bool) -> Answer {
    let table = if keeps_rows { Table::default().with_places() } else { Table::default().without_rows() };
    let mut intake = Intake::recognising(false).onto(table, None);
    intake.extend(source.as_bytes());
    intake.finish(None);
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Look).unwrap()
}

/// What every so many hours for so many days runs: one row by its number.
fn rows(days: i64, every_hours: i64, row: &dyn Fn(i64) -> String) -> String {
    let row_at = |number: i64| {
        // What ends a file in the last hour of its last day makes that day a whole one.
        let at = MONDAY_MS + (number * every_hours + (every_hours - 1).min(23)) * HOUR_MS;
        format!("{{\"started_at\":{at},{}}}\n", row(number))
    };
    (0..days * 24 / every_hours).map(row_at).collect()
}

/// A job with everything that can be known of it.
fn plain(number: i64) -> String {
    let status = if number % 37 == 5 { "failed" } else { "completed" };
    format!("\"workflow_id\":\"sync\",\"status\":\"{status}\",\"duration_ms\":{},\"tags\":[\"eu\"]", 500 + number % 83)
}

fn check(source: &str, pairs: &[(&str, &str)], expected: &[&str]) {
    let mut told = notices(source, pairs, true);
    told.retain(|notice| notice.starts_with("needs "));
    assert_eq!(told, expected, "{pairs:?}");
}

#[test]
fn a_history_of_days_is_told_in_two_sentences_and_one_of_eight_weeks_in_none() {
    let check = |days: i64, expected: &[&str]| {
        check(&rows(days, 1, &plain), &[], expected);
        // However the window is padded.
        check(&rows(days, 1, &plain), &[("from", "2025-12-01"), ("to", "2026-04-01")], expected);
    };
    let weeks = "needs 5 weeks to name hours that fail more, 8 for a weekday; there";
    let few = "a burst, an incident or a silence, 28 for a change, 42 for a trend; there are";
    check(
        3,
        &[
            &format!("{weeks} is 1"),
            &format!("needs 10 whole days to name busy hours, 14 for quiet hours, 21 for {few} 3"),
        ],
    );
    check(12, &[&format!("{weeks} is 1"), &format!("needs 14 whole days to name quiet hours, 21 for {few} 12")]);
    check(20, &[&format!("{weeks} are 2"), &format!("needs 21 whole days to name {few} 20")]);
    check(21, &[&format!("{weeks} are 3"), "needs 28 whole days to name a change, 42 for a trend; there are 21"]);
    let weekday = "needs 8 weeks to name a weekday; there are";
    check(41, &[&format!("{weekday} 5"), "needs 42 whole days to name a trend; there are 41"]);
    check(42, &[&format!("{weekday} 6")]);
    check(56, &[]);
    check(91, &[]);
}

#[test]
fn what_is_not_looked_for_is_not_missed() {
    let short = rows(12, 1, &plain);
    let of = |what: &str| format!("needs 21 whole days to name {what}, 28 for a change, 42 for a trend; there are 12");
    let days = "needs 5 weeks to name weekends with more or fewer executions, 8 for a weekday; there";
    check(&short, &[("status", "completed")], &[&format!("{days} is 1"), &of("a burst")]);
    let weeks = "needs 5 weeks to name hours that fail more, 8 for a weekday; there is 1";
    let quiet = of("quiet hours, 21 for a burst or an incident").replace("needs 21", "needs 14");
    check(&short, &[("tag", "eu")], &[weeks, &quiet]);
    let running = |_: i64| "\"workflow_id\":\"sync\",\"status\":\"running\"".to_owned();
    let quiet = of("quiet hours, 21 for a burst or a silence").replace("needs 21", "needs 14");
    check(&rows(12, 1, &running), &[], &[&format!("{days} is 1"), &quiet]);
    // Where outcomes are not looked for, days of the week have executions still.
    let weeks = |number: i64| rows(number * 7, 1, &running);
    let trend = "needs 42 whole days to name a trend; there are 35";
    check(&weeks(5), &[], &["needs 8 weeks to name a weekday; there are 5", trend]);
    check(&weeks(8), &[], &[]);
    let scheduled = |hour: u64| {
        let date = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + Days::new(hour / 24);
        let at = format!("{date}T{:02}:00:00Z", hour % 24);
        let of = "\"dag_id\":\"sync\",\"state\":\"running\",\"run_type\":\"scheduled\"";
        format!("{{\"dag_run_id\":\"{hour}\",{of},\"start_date\":\"{at}\",\"run_after\":\"{at}\"}}\n")
    };
    let due: String = (0..35 * 24).map(scheduled).collect();
    check(&due, &[], &["needs 8 weeks to name a weekday; there are 5", trend]);
    check(&due, &[("by", "scheduled")], &[trend]);
}

#[test]
fn what_is_told_is_not_missed() {
    // Sundays have a third of the executions, and of the last week no outcome is known.
    let sundays = |number: i64| {
        let status = if number >= 7 * 168 { "running" } else { "completed" };
        format!("\"workflow_id\":\"{}\",\"status\":\"{status}\"", number % 3)
    };
    let mut source = String::new();
    for (number, row) in rows(56, 1, &sundays).lines().enumerate() {
        let (day, hour) = (number / 24 % 7, number % 24);
        for _ in 0..if day < 6 { 3 + hour % 2 } else { 1 } {
            source.push_str(row);
            source.push('\n');
        }
    }
    let told = answered(&source, &[], true);
    let is_of_sundays = |sentence: &String| sentence.starts_with("Execution volume drops on Sundays: ");
    assert!(told.patterns.iter().any(|pattern| is_of_sundays(&pattern.sentence)), "{:?}", told.patterns);
    check(&source, &[], &["needs 8 weeks to name a weekday; there are 7"]);
    // Twelve days of a window of twenty, whose nights are quiet.
    let nights =
        |number: i64| format!("\"workflow_id\":\"sync\",\"status\":\"completed\",\"duration_ms\":{}", number % 9);
    let mut source = String::new();
    for (number, row) in rows(12, 1, &nights).lines().enumerate() {
        for _ in 0..if number % 24 < 8 { 1 } else { 20 } {
            source.push_str(row);
            source.push('\n');
        }
    }
    let pairs = [("from", "2026-01-01"), ("to", "2026-01-20")];
    assert_eq!(answered(&source, &pairs, true).advice.len(), 1, "quiet hours");
    let weeks = "needs 5 weeks to name hours that fail more, 8 for a weekday; there is 1";
    let few =
        "needs 21 whole days to name a burst, an incident or a silence, 28 for a change, 42 for a trend; there are 12";
    check(&source, &pairs, &[weeks, few]);
}

#[test]
fn few_executions_are_told_where_days_suffice() {
    let peak = "needs 10 whole days with 3 or more executions to name an hour of the day; there are 0";
    // One a day, of one workflow, and of ever another one.
    check(&rows(91, 24, &plain), &[], &[peak]);
    let each = |number: i64| format!("\"workflow_id\":\"{}\",\"status\":\"completed\"", number / 20);
    let one = |needed: &str, there| format!("needs {needed} executions of one workflow to name {there}");
    check(&rows(91, 24, &each), &[], &[peak, &one("23", "failures in a row; there are 20")]);
    let each = |number: i64| format!("\"workflow_id\":\"{number}\",\"status\":\"completed\"");
    let few = one("20", "a stop, 23 for failures in a row; there is 1");
    check(&rows(91, 24, &each), &[], &[peak, &few]);
    // Four a day, and twelve, also of workflows that nobody names.
    check(
        &rows(91, 6, &plain),
        &[],
        &["needs 10 whole days with 10 or more executions to name busy hours; there are 0"],
    );
    check(&rows(91, 2, &plain), &[], &[]);
    let nobodys = |_: i64| "\"status\":\"completed\"".to_owned();
    check(&rows(91, 2, &nobodys), &[], &[]);
}

#[test]
fn slow_hours_need_twenty_durations_of_a_workflow_and_are_not_missed_where_there_is_none() {
    let lasting = |first: i64| {
        rows(91, 2, &|number| {
            let lasts = if number < first { "5" } else { "null" };
            format!("\"workflow_id\":\"sync\",\"status\":\"completed\",\"duration_ms\":{lasts}")
        })
    };
    check(&lasting(0), &[], &[]);
    check(&lasting(19), &[], &["needs 20 durations of one workflow to name slow hours; there are 19"]);
    check(&lasting(20), &[], &[]);
}

#[test]
fn counts_say_that_no_single_start_is_known() {
    let check = |source: &str, keeps_rows: bool, expected: &[&str]| {
        let mut told = notices(source, &[], keeps_rows);
        told.retain(|notice| notice.contains("schedule"));
        assert_eq!(told, expected);
    };
    let counts: String = (0..91 * 24)
        .map(|hour| {
            format!(
                "{{\"workflow_id\":\"{}\",\"hour\":{},\"status\":\"completed\",\"n\":1}}\n",
                hour / 9,
                MONDAY_MS / HOUR_MS + hour
            )
        })
        .collect();
    check(&counts, true, &[COUNTED]);
    check(&counts, false, &[NOT_KEPT]);
    check(&rows(91, 1, &plain), true, &[]);
    check(&rows(91, 1, &plain), false, &[NOT_KEPT]);
    for words in [COUNTED, NOT_KEPT] {
        assert!(words.ends_with(" are not looked for") && words.contains("failures in a row"), "{words}");
    }
}
