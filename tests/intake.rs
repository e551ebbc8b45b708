//! Whether a source was whole, and what a reader is told of its rows.

mod support;

use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::zone::Zone;

const ROW: &str = r#"{"id":"1","status":"failed","started_at":"2026-02-12T04:30:00Z"}"#;

fn read(lines: &[&str], expects_end: bool) -> Intake {
    let mut intake = Intake::new(Form::Ndjson, expects_end);
    lines.iter().for_each(|line| intake.extend(format!("{line}\n").as_bytes()));
    intake.finish(None);
    intake
}

#[test]
fn a_stream_is_whole_only_if_it_says_so_last_and_truly() {
    let check = |lines: &[&str], why: Option<&str>| {
        let intake = read(lines, true);
        let said = intake.reading().incomplete.as_deref();
        assert!(
            match (said, why) {
                (None, None) => true,
                (Some(said), Some(why)) => said.contains(why),
                _ => false,
            },
            "{lines:?}: {said:?}"
        );
    };
    let end = r#"{"$end":{"rows":1,"complete":true}}"#;
    check(&[ROW, end], None);
    check(&[ROW, r#"{"$alive":1}"#, end, r#"{"$alive":2}"#], None);
    check(&[ROW], Some("without saying that it was whole"));
    check(&[end], Some("sent 1 rows, 0 arrived"));
    check(&[ROW, ROW, end], Some("sent 1 rows, 2 arrived"));
    check(&[ROW, r#"{"$end":{"rows":1,"complete":false,"reason":"row_limit"}}"#], Some("row_limit"));
    let error = r#"{"$error":{"code":"database","message":"it is gone","rows":1}}"#;
    check(&[ROW, error], Some("it is gone"));
    check(&[ROW, error, end], Some("it is gone"));
    check(&[ROW, end, error], Some("it is gone"));
    check(&[end, ROW], Some("went on after"));
    check(&[ROW, end, "no JSON"], Some("went on after"));
    check(&[ROW, end, end], Some("went on after"));
}

#[test]
fn a_file_needs_no_end_unless_it_speaks_the_protocol() {
    assert_eq!(read(&[ROW], false).reading().incomplete, None);
    assert!(read(&[ROW, r#"{"$alive":1}"#], false).reading().incomplete.is_some());
}

fn notices(intake: &Intake, pairs: &[(&str, &str)]) -> Vec<String> {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let (table, reading) = (intake.table(), intake.reading());
    answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap().notices
}

#[test]
fn unknown_statuses_are_named_in_a_notice_and_cut_where_they_are_long() {
    let row = |status: &str| format!(r#"{{"status":"{status}","started_at":"2026-02-12T04:30:00Z"}}"#);
    let long = "x".repeat(5_000_000);
    let rows: Vec<String> = ["success", "success", "error", "odd", "odder", "completed", &long].map(row).to_vec();
    let intake = read(&rows.iter().map(String::as_str).collect::<Vec<_>>(), false);
    let notices = notices(&intake, &[]);
    let said = "6 of 7 executions have a status that is not known, 'success' (2), 'error' (1), 'odd' (1) and others; they count as volume and in no rate, unless a mapping says what they mean";
    assert!(notices.iter().any(|notice| notice == said), "{notices:?}");
    let query = Query::default();
    let answer = answer::answer(intake.table(), intake.reading(), &query, &Zone::utc(), Source::File, Patterns::Skip);
    let response = execution_heatmap::json::heatmap(&answer.unwrap());
    assert!(response.len() < 3_000, "{} bytes", response.len());
}

#[test]
fn a_rate_of_a_few_is_not_told_as_that_of_all() {
    let check = |statuses: &[&str], expected: Option<&str>, summary: &str| {
        let row = |status: &&str| format!(r#"{{"status":"{status}","started_at":"2026-02-12T04:30:00Z"}}"#);
        let rows: Vec<String> = statuses.iter().map(row).collect();
        let intake = read(&rows.iter().map(String::as_str).collect::<Vec<_>>(), false);
        let known = notices(&intake, &[]).into_iter().find(|notice| notice.starts_with("success rate"));
        assert_eq!(known.as_deref(), expected, "{statuses:?}");
        let (table, reading, query) = (intake.table(), intake.reading(), Query::default());
        let answer = answer::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Skip).unwrap();
        assert_eq!(execution_heatmap::picture::words::summary(&answer), summary, "{statuses:?}");
    };
    let few = "success rate known of 1 of 4";
    check(&["success", "success", "failed", "running"], Some(few), &format!("4 executions · {few}"));
    check(&["success"], Some("success rate known of 0 of 1"), "1 execution · success rate known of 0 of 1");
    // Half is enough, and what has not ended speaks for nothing.
    check(&["odd", "failed", "running", "running"], None, "4 executions · 0% succeeded");
    check(&["cancelled", "running"], None, "2 executions · no outcome");
}

#[test]
fn a_duration_that_cannot_be_used_is_told_with_what_came_and_counted() {
    let check = |rows: &[&str], expected: Option<&str>, notice: Option<&str>| {
        let row = |more: &&str| format!(r#"{{"status":"failed","started_at":"2026-02-12T04:30:00Z",{more}}}"#);
        let rows: Vec<String> = rows.iter().map(row).collect();
        let intake = read(&rows.iter().map(String::as_str).collect::<Vec<_>>(), false);
        let firsts = intake.reading().problems.firsts();
        assert_eq!(firsts.first().map(|problem| &*problem.message), expected, "{rows:?}");
        let said = notices(&intake, &[]).into_iter().find(|notice| notice.ends_with("that cannot be used"));
        assert_eq!(said.as_deref(), notice, "{rows:?}");
    };
    let one = Some("1 row has a duration or an end that cannot be used");
    check(
        &[r#""duration_ms":"soon""#],
        Some("the duration is 'soon', expected milliseconds up to a hundred years; the row is counted without it"),
        one,
    );
    check(
        &[r#""duration_ms":{}"#],
        Some("the duration is an object, expected milliseconds up to a hundred years; the row is counted without it"),
        one,
    );
    check(
        &[r#""finished_at":"later""#],
        Some(
            "the end is 'later', expected an instant up to a hundred years behind the start; the row is counted without it",
        ),
        one,
    );
    check(
        &[r#""duration_ms":1"#, r#""duration_ms":1e99"#, r#""duration_ms":-3"#, r#""duration_ms":"x""#],
        Some("the duration is '1e99', expected milliseconds up to a hundred years; the row is counted without it"),
        Some("3 rows have a duration or an end that cannot be used"),
    );
    check(&[r#""duration_ms":null"#], None, None);
}

#[test]
fn rows_outside_the_days_of_a_file_are_told_with_what_takes_more() {
    let row = |at: &str| format!(r#"{{"status":"failed","started_at":"{at}T00:00:00Z"}}"#);
    let rows = ["2024-01-01", "2024-02-01", "2024-03-01", "2026-02-12"].map(row);
    let intake = read(&rows.iter().map(String::as_str).collect::<Vec<_>>(), false);
    let outside = |pairs: &[(&str, &str)]| {
        notices(&intake, pairs).into_iter().find(|notice| notice.contains("lie outside the window"))
    };
    assert_eq!(
        outside(&[]).as_deref(),
        Some(
            "3 of 4 rows lie outside the window, which ends with the newest start and spans 365 days, unless days (up to 1,096) or from and to say more; a start in the future or far in the past may be the cause"
        )
    );
    assert_eq!(
        outside(&[("days", "30")]).as_deref(),
        Some("3 of 4 rows lie outside the window, which ends with the newest start")
    );
    assert_eq!(outside(&[("days", "1000")]), None);
}

#[test]
fn what_a_metric_needs_and_no_row_has_is_told() {
    let row = |more: &str| format!(r#"{{"status":"failed","started_at":"2026-02-12T04:30:00Z"{more}}}"#);
    let of = |more: &str, metric: &str| {
        let notices = notices(&read(&[&row(""), &row(more)], false), &[("metric", metric)]);
        notices.into_iter().find(|notice| notice.ends_with(" is known"))
    };
    let lacks = Some("none of these executions says how long it took, so that no duration is known");
    for metric in ["duration", "p50_duration", "p95_duration", "p99_duration", "max_duration"] {
        assert_eq!(of(r#","durration_ms":7"#, metric).as_deref(), lacks, "{metric}");
        assert_eq!(of(r#","duration_ms":7"#, metric), None, "{metric}");
        assert_eq!(of(r#","finished_at":"2026-02-12T04:30:01Z""#, metric), None, "{metric}");
    }
    assert_eq!(of("", "queue_wait").as_deref(), Some("no row says when it was due, so that no wait is known"));
    assert_eq!(of("", "volume"), None);
    let running = r#"{"status":"running","started_at":"2026-02-12T04:30:00Z"}"#;
    let of_running = notices(&read(&[running], false), &[("metric", "duration")]);
    assert!(!of_running.iter().any(|notice| notice.contains("took")), "{of_running:?}");
}

#[test]
fn a_start_far_away_is_told_and_chosen_days_are_no_alarm() {
    let row = |at: &str| format!(r#"{{"status":"failed","started_at":"{at}T00:00:00Z"}}"#);
    let rows = ["2020-01-01", "2020-01-02", "2020-01-03", "2026-01-01"].map(row);
    let intake = read(&rows.each_ref().map(String::as_str), false);
    let of = |pairs: &[(&str, &str)]| notices(&intake, pairs).into_iter().find(|notice| notice.contains("3 of 4 rows"));
    assert!(of(&[]).unwrap().contains("a start in the future"));
    assert!(!of(&[("days", "30")]).unwrap().contains("a start in the future"));
    assert_eq!(of(&[("until", "2026-02-01")]), None);
}

#[test]
fn a_window_beyond_the_year_9999_is_refused_in_words() {
    let intake = read(&[r#"{"status":"failed","started_at":"9999-12-31T23:59:59Z"}"#], false);
    let berlin = Zone::new("Europe/Berlin", &[(0, 3600)]).unwrap();
    let query = Query::from_pairs([("time_zone", "Europe/Berlin")]).unwrap();
    let refused = answer::answer(intake.table(), intake.reading(), &query, &berlin, Source::File, Patterns::Skip);
    assert_eq!(refused.unwrap_err().parameter(), "until");
}
