//! What the extra failures of a window say, on rows whose truth is known: an error of the window's own, one that failures always
//! say, many that are all alike, or none. What is said can be recounted from the rows.
//!
//! `HISTORIES=200 cargo test --release --test shared_errors -- --nocapture` measures with 200 histories a case and prints
//! what came of them.

#[path = "support/histories.rs"]
mod histories;
#[path = "support/workflows.rs"]
mod workflows;

use execution_heatmap::pattern::{Finding, Kind, Whose};
use histories::{Chance, WEEK};
use workflows::{Row, Truth, WORKFLOWS, answer_of, holds, is_monday, number, rows, table_with_errors, text};

/// Histories a case: so many that the whole file takes seconds, unless the environment asks for more.
fn histories(usual: usize) -> usize {
    std::env::var("HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

const WEEKS: usize = 13;
/// What failures say at any time.
const USUAL: [&str; 4] = ["connection reset", "HTTP 503", "no space left on device", "order 48151623 is gone"];
/// What the planted ones say.
const PLANTED: &str = "token of 2026-02-09T09:00:00Z has expired";
const PLANTED_CLASS: &str = "token of # has expired";

/// What failures of a history say: of those in the planted window so many say what is planted, of the others so few.
struct Case {
    words: &'static str,
    inside: f64,
    outside: f64,
    /// One workflow alone fails more in the window.
    is_of_one: bool,
}

/// A history, what its failures say by row, and what was said of the window: by all executions or the one workflow.
struct Told {
    rows: Vec<Row>,
    errors: Vec<&'static str>,
    findings: Vec<Finding>,
}

fn told(case: &Case, history: usize) -> Told {
    let mut chance = Chance::of(case.words, history);
    let holds = holds(&mut chance, WEEKS);
    let is_planted = |hour: usize| is_monday(hour) && holds[hour / WEEK];
    let base = |workflow: usize| 0.03 + 0.05 * (workflow * 5 % WORKFLOWS) as f64 / 11.0;
    let rate = |workflow: usize, hour: usize, _: bool| match is_planted(hour) {
        true if !case.is_of_one || workflow == 0 => 0.5,
        _ => base(workflow),
    };
    let an_hour = |_: usize, _: usize| if case.is_of_one { 3.0 } else { 1.5 };
    let truth = Truth { weeks: WEEKS, an_hour: &an_hour, rate: &rate, duration_ms: &|_| 60_000.0, noise: 0.0 };
    let rows = rows(&mut chance, &truth);
    let mut error = |row: &Row| {
        let share = if is_planted(row.hour) { case.inside } else { case.outside };
        if chance.uniform() < share { PLANTED } else { USUAL[chance.below(USUAL.len())] }
    };
    let errors: Vec<&str> = rows.iter().map(&mut error).collect();
    let table = table_with_errors(&rows, &|place, _| Some(errors[place]).filter(|error| !error.is_empty()));
    let findings = answer_of(&table, WEEKS).patterns;
    Told { rows, errors, findings }
}

/// The claims of more failures on Mondays.
fn windows(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    let is_monday = |finding: &&Finding| finding.window.as_ref().is_some_and(|window| window.weekdays.contains(&1));
    findings.iter().filter(|finding| finding.kind == Kind::FailureWindow).filter(is_monday)
}

/// Of so many histories: in how many a window was found, the planted error was told of one, and another one was.
fn measure(case: &Case, of: usize) -> (usize, usize, usize) {
    let (mut found, mut right, mut wrong) = (0, 0, 0);
    for history in 0..of {
        let told = told(case, history);
        found += usize::from(windows(&told.findings).next().is_some());
        let errors: Vec<&str> = told.findings.iter().filter_map(|finding| text(finding, "error")).collect();
        right += usize::from(errors.contains(&PLANTED_CLASS));
        wrong += usize::from(errors.iter().any(|error| *error != PLANTED_CLASS));
        recount(&told);
    }
    println!("{}: {found} of {of} windows found, {right} with what is planted, {wrong} with another error", case.words);
    (found, right, wrong)
}

/// Every number of what is said of an error, from the rows.
fn recount(told: &Told) {
    for finding in told.findings.iter().filter(|finding| text(finding, "error").is_some()) {
        let class = text(finding, "error").unwrap();
        let window = finding.window.as_ref().unwrap().hours();
        let is_of_series = |row: &Row| match &finding.whose {
            Whose::Workflow { id, .. } => *id == format!("w{}", row.workflow),
            _ => true,
        };
        let (mut hits, mut failures, mut of) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        for (row, error) in told.rows.iter().zip(&told.errors).filter(|(row, _)| is_of_series(row)) {
            let place = usize::from(!window[row.hour % WEEK]);
            let mut own = String::new();
            execution_heatmap::error_class::write_class(error, &mut own);
            of[place] += 1.0;
            failures[place] += f64::from(u8::from(row.has_failed));
            hits[place] += f64::from(u8::from(row.has_failed && own == class));
        }
        let check = |name: &str, expected: f64| {
            let told = number(finding, name).unwrap();
            assert!((told - expected).abs() < 1e-9, "{name}: {told}, not {expected}, of {}", finding.sentence);
        };
        check("error_hits", hits[0]);
        check("error_of", failures[0]);
        check("error_hits_outside", hits[1]);
        check("error_of_outside", failures[1]);
        let extra = |counts: [f64; 2]| counts[0] - of[0] * counts[1] / of[1];
        let share = (extra(hits) / extra(failures)).clamp(0.0, 1.0);
        check("error_share", share);
        let per_cent = |hits: f64, of: f64| match (100.0 * hits / of + 1e-9).round() {
            rounded if rounded < 1.0 && hits > 0.0 => "under 1%".to_owned(),
            rounded if rounded > 99.0 && hits < of => "over 99%".to_owned(),
            rounded => format!("{rounded:.0}%"),
        };
        let end = format!(
            " say '{class}' ({} of failures then vs {} otherwise)",
            per_cent(hits[0], failures[0]),
            per_cent(hits[1], failures[1])
        );
        assert!(finding.sentence.ends_with(&end), "{}: {end}", finding.sentence);
        let [all, others] = failures;
        let how = format!(
            "Of the {all} failures that this is about, {} say '{class}', and {} of the {others} others. ",
            hits[0], hits[1]
        );
        assert!(finding.how.replace(',', "").contains(&how.replace(',', "")), "{}: {how}", finding.how);
    }
}

#[test]
fn an_error_of_the_windows_own_is_told() {
    let of = histories(8);
    for (words, inside, is_of_one) in [
        ("all executions, nearly all say it", 0.95, false),
        ("all executions, most say it", 0.7, false),
        ("one workflow, nearly all say it", 0.95, true),
    ] {
        let (found, right, wrong) = measure(&Case { words, inside, outside: 0.02, is_of_one }, of);
        assert!(found * 4 >= of * 3 && right * 10 >= found * 9 && wrong == 0, "{words}");
    }
}

#[test]
fn what_failures_always_say_is_not_told() {
    let of = histories(8);
    for (words, share, is_of_one) in [
        ("all say one thing", 1.0, false),
        ("most say one thing at any time", 0.6, false),
        ("all say one of four things", 0.0, false),
        ("of one workflow, most say one thing at any time", 0.6, true),
    ] {
        let (found, right, wrong) = measure(&Case { words, inside: share, outside: share, is_of_one }, of);
        assert!(found * 4 >= of * 3 && (right + wrong) * 20 <= of.max(20), "{words}");
    }
}

/// Counts of rows that failed and of those that say what is planted, where something is so and elsewhere.
fn counts(rows: &[Row], errors: &[&str], is_inside: impl Fn(usize, &Row) -> bool) -> [[u64; 2]; 2] {
    let mut counts = [[0; 2]; 2];
    for (place, (row, error)) in rows.iter().zip(errors).enumerate().filter(|(_, (row, _))| row.has_failed) {
        let [failures, hits] = &mut counts[usize::from(!is_inside(place, row))];
        (*failures, *hits) = (*failures + 1, *hits + u64::from(*error == PLANTED));
    }
    counts
}

/// What a finding says of an error has to be these counts and end with these words.
fn check(finding: &Finding, [[of, hits], [of_outside, hits_outside]]: [[u64; 2]; 2], end: &str) {
    assert_eq!(text(finding, "error"), Some(PLANTED_CLASS), "{}", finding.sentence);
    let counted =
        ["error_hits", "error_of", "error_hits_outside", "error_of_outside"].map(|name| number(finding, name));
    assert_eq!(counted, [hits, of, hits_outside, of_outside].map(|count| Some(count as f64)), "{}", finding.sentence);
    assert!(finding.sentence.ends_with(end), "{}: {end}", finding.sentence);
}

/// Rows of thirteen weeks, a few in a hundred of which fail, but for what is told of the hour and the workflow; those that
/// are told so say what is planted in so many of a hundred, and hardly one of the others does.
fn planted(words: &str, history: usize, rate: &dyn Fn(usize, usize) -> Option<f64>, says: f64) -> Told {
    let mut chance = Chance::of(words, history);
    let usual = |workflow: usize, hour: usize, _: bool| rate(workflow, hour).unwrap_or(0.04);
    let an_hour = |_: usize, _: usize| 1.0;
    let truth = Truth { weeks: WEEKS, an_hour: &an_hour, rate: &usual, duration_ms: &|_| 60_000.0, noise: 0.0 };
    let rows = rows(&mut chance, &truth);
    let mut error = |row: &Row| {
        let share = if rate(row.workflow, row.hour).is_some() { says } else { 0.02 };
        if chance.uniform() < share { PLANTED } else { USUAL[chance.below(USUAL.len())] }
    };
    let errors: Vec<&str> = rows.iter().map(&mut error).collect();
    let findings = answer_of(&table_with_errors(&rows, &|place, _| Some(errors[place])), WEEKS).patterns;
    Told { rows, errors, findings }
}

#[test]
fn what_an_incident_says_is_counted() {
    let (from, until) = (40 * 24 + 9, 40 * 24 + 15);
    let rate = |_: usize, hour: usize| (from..until).contains(&hour).then_some(0.9);
    let Told { rows, errors, findings } = planted("an incident", 0, &rate, 0.9);
    let incident = findings.iter().find(|finding| finding.kind == Kind::Incident).expect("an incident is told");
    let counts @ [[of, hits], [others, say]] = counts(&rows, &errors, |_, row| (from..until).contains(&row.hour));
    let otherwise = format!("{:.0}%", 100.0 * say as f64 / others as f64);
    let end = format!("; {hits} of its {of} failures say '{PLANTED_CLASS}' ({otherwise} otherwise)");
    check(incident, counts, &end);
    // What failures say at any time is not told of it.
    let alike = planted("an incident", 1, &|_, hour| (from..until).contains(&hour).then_some(0.9), 0.02);
    let incident = alike.findings.iter().find(|finding| finding.kind == Kind::Incident).expect("an incident is told");
    assert_eq!(text(incident, "error"), None, "{}", incident.sentence);
}

#[test]
fn what_failures_in_a_row_say_is_counted() {
    let begin = (WEEKS - 1) * WEEK + 100;
    let rate = |workflow: usize, hour: usize| (workflow == 3 && hour >= begin).then_some(0.9999);
    for (history, says, words) in [(0, 1.0, "; all say '"), (1, 0.8, " of them say '")] {
        let Told { rows, errors, findings } = planted("in a row", history, &rate, says);
        let is_row = |finding: &&Finding| finding.kind == Kind::ConsecutiveFailures;
        let row = findings.iter().find(is_row).expect("failures in a row are told");
        let length = number(row, "failures_in_a_row").unwrap() as usize;
        let own: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].workflow == 3).collect();
        let last = own.len() - length;
        let rows_of_own: Vec<Row> = own.iter().map(|place| rows[*place]).collect();
        let errors_of_own: Vec<&str> = own.iter().map(|place| errors[*place]).collect();
        let counts = counts(&rows_of_own, &errors_of_own, |place, _| place >= last);
        assert_eq!(counts[0][0] as usize, length);
        check(row, counts, &format!("{words}{PLANTED_CLASS}'"));
    }
}

#[test]
fn what_is_said_more_since_failures_rose_is_told() {
    let of = histories(6);
    for (words, first, says) in
        [("for seven weeks", 6 * WEEK, 0.9), ("for three weeks", 10 * WEEK, 0.9), ("as always", 6 * WEEK, 0.02)]
    {
        let (mut changes, mut told) = (0, 0);
        for history in 0..of {
            let rate = |_: usize, hour: usize| (hour >= first).then_some(0.12);
            let Told { rows, errors, findings } = planted(words, history, &rate, says);
            let is_rise = |finding: &&Finding| finding.kind == Kind::Change && finding.whose == Whose::All;
            let Some(change) = findings.iter().find(is_rise) else { continue };
            changes += 1;
            if text(change, "error").is_none() {
                continue;
            }
            told += 1;
            let day = change.evidence.iter().find_map(|(name, fact)| match fact {
                execution_heatmap::pattern::Fact::Date(day) if *name == "changed_on" => Some(*day),
                _ => None,
            });
            let begin =
                (day.unwrap() - histories::MONDAY.parse::<chrono::NaiveDate>().unwrap()).num_days() as usize * 24;
            let counts @ [[of, hits], [others, say]] = counts(&rows, &errors, |_, row| row.hour >= begin);
            let per_cent = |hits: u64, of: u64| format!("{:.0}%", 100.0 * hits as f64 / of as f64);
            let end = format!(
                " say '{PLANTED_CLASS}' ({} of failures since vs {} before)",
                per_cent(hits, of),
                per_cent(say, others)
            );
            check(change, counts, &end);
        }
        println!("failures rose {words}: {changes} of {of} told, {told} with an error");
        let expected = if says > 0.5 { changes } else { 0 };
        assert!(changes * 4 >= of * 3 && told == expected, "{words}");
    }
}
