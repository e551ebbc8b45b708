//! What explains a claim about all executions, on rows whose truth is known: a workflow, two, a tag, other workflows, or
//! nothing special. What is said can be recounted from the rows.
//!
//! `HISTORIES=200 cargo test --release --test explained -- --nocapture` measures with 200 histories a case and prints
//! what came of them.

#[path = "support/histories.rs"]
mod histories;
#[path = "support/workflows.rs"]
mod workflows;

use execution_heatmap::answer::{self as answers, Patterns, Source};
use execution_heatmap::bucket::Buckets;
use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::{Finding, Kind, WeekWindow, Whose};
use execution_heatmap::table::View;
use execution_heatmap::zone::Zone;
use histories::{Chance, WEEK};
use workflows::{Row, Truth, WORKFLOWS, answer, holds, is_monday, number, rows, text};

/// Histories a case: so many that the whole file takes seconds, unless the environment asks for more.
fn histories(usual: usize) -> usize {
    std::env::var("HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

const WEEKS: usize = 13;
/// Failures of a workflow at any time: from 3 to 8 in a hundred.
fn base(workflow: usize) -> f64 {
    0.03 + 0.05 * (workflow * 5 % WORKFLOWS) as f64 / 11.0
}

fn minute(_: usize) -> f64 {
    60_000.0
}

/// What was said of the planted window.
#[derive(Default, Debug)]
struct Said {
    /// The total has a claim there, or had one that is left to a workflow.
    all: bool,
    /// Workflows or tags that most failures are said to come from, by the total or as the headline of one.
    from: Vec<String>,
    /// The workflow that is said to run then, if it is said that others do.
    mix: Option<Option<String>>,
    /// The workflow has a claim of its own that took the total's place.
    headline: bool,
}

fn said(findings: &[Finding]) -> Said {
    let mut said = Said::default();
    for finding in findings.iter().filter(|finding| finding.kind == Kind::FailureWindow) {
        let of_all = finding.whose == Whose::All;
        if let (Whose::Workflow { id, .. }, Some(_)) = (&finding.whose, number(finding, "share_of_all_excess")) {
            (said.all, said.headline) = (true, true);
            said.from.push(id.clone());
        }
        said.all |= of_all;
        let from = ["from_workflow", "and_from_workflow", "from_tag"].map(|name| text(finding, name));
        said.from.extend(from.into_iter().flatten().map(str::to_owned));
        assert_eq!(finding.sentence.contains(" come from "), from.iter().any(Option::is_some), "{finding:?}");
        if number(finding, "mix_share").is_some() {
            assert!(finding.sentence.contains(", because "), "{finding:?}");
            said.mix = Some(text(finding, "mix_workflow").map(str::to_owned));
        }
    }
    said.from.sort();
    said
}

/// A rate by workflow and tag.
type Rate<'a> = &'a dyn Fn(usize, bool) -> f64;

/// What is planted.
struct Case<'a> {
    words: &'a str,
    an_hour: &'a dyn Fn(usize, usize) -> f64,
    /// By workflow and tag, in the planted window.
    rate: Rate<'a>,
    noise: f64,
}

/// Histories of a case and what was said of each.
fn case(case: &Case<'_>, of: usize) -> Vec<Said> {
    let one = |number| {
        let mut chance = Chance::of(case.words, number);
        let holds = holds(&mut chance, WEEKS);
        let rate = |workflow: usize, hour: usize, is_eu| {
            if is_monday(hour) && holds[hour / WEEK] { (case.rate)(workflow, is_eu) } else { base(workflow) }
        };
        let truth = Truth { weeks: WEEKS, an_hour: case.an_hour, rate: &rate, duration_ms: &minute, noise: case.noise };
        said(&answer(&rows(&mut chance, &truth), WEEKS).patterns)
    };
    (0..of).map(one).collect()
}

fn print(words: &str, all: &[Said], right: impl Fn(&Said) -> bool) -> (usize, usize, usize) {
    let seen = all.iter().filter(|said| said.all).count();
    let found = all.iter().filter(|said| right(said)).count();
    let wrong = all.iter().filter(|said| !right(said) && (!said.from.is_empty() || said.mix.is_some())).count();
    let headlines = all.iter().filter(|said| said.headline).count();
    println!("{words}: {seen} of {} seen, {found} right, {wrong} wrong, {headlines} left to the workflow", all.len());
    (seen, found, wrong)
}

/// A quarter of all executions is of the first workflow, and the others share the rest.
fn uneven(workflow: usize, _: usize) -> f64 {
    20.0 * if workflow == 0 { 0.25 } else { 0.75 / 11.0 }
}

/// All have as many.
fn even(_: usize, _: usize) -> f64 {
    20.0 / WORKFLOWS as f64
}

#[test]
fn one_workflow_that_causes_all_is_named() {
    let of = histories(8);
    for (words, an_hour, rate) in [
        ("one of a quarter", &uneven as &dyn Fn(usize, usize) -> f64, 0.8),
        ("one of a twelfth", &even, 0.9),
        ("one of a twelfth, of more rows", &|workflow, hour| 4.0 * even(workflow, hour), 0.9),
    ] {
        let planted = |workflow, _| if workflow == 0 { rate } else { base(workflow) };
        let all = case(&Case { words, an_hour, rate: &planted, noise: 0.0 }, of);
        let (seen, right, wrong) = print(words, &all, |said| said.from == ["w0"] && said.mix.is_none());
        assert!(right * 10 >= seen * 9 && wrong <= of / 20, "{words}: {all:?}");
    }
}

#[test]
fn two_windows_have_causes_of_their_own() {
    let of = histories(6);
    let is_thursday = |hour: usize| hour / 24 % 7 == 3 && (14..16).contains(&(hour % 24));
    let more = |workflow: usize, hour: usize| 4.0 * even(workflow, hour);
    let (mut told, mut right) = (0, 0);
    for number in 0..of {
        let mut chance = Chance::of("two windows", number);
        let holds = holds(&mut chance, WEEKS);
        let rate = |workflow: usize, hour: usize, _| {
            let fails = workflow == 0 && is_monday(hour) || workflow == 1 && is_thursday(hour);
            if fails && holds[hour / WEEK] { 0.9 } else { base(workflow) }
        };
        let truth = Truth { weeks: WEEKS, an_hour: &more, rate: &rate, duration_ms: &minute, noise: 0.0 };
        let findings = answer(&rows(&mut chance, &truth), WEEKS).patterns;
        for (weekday, workflow) in [(1, "w0"), (4, "w1")] {
            let is_there = |finding: &&Finding| {
                let window = finding.window.as_ref().is_some_and(|window| window.weekdays == [weekday]);
                finding.kind == Kind::FailureWindow && window
            };
            let there: Vec<Finding> = findings.iter().filter(is_there).cloned().collect();
            told += usize::from(!there.is_empty());
            right += usize::from(said(&there).from.first().is_some_and(|from| from == workflow));
        }
    }
    println!("two windows, one workflow each: {told} told, {right} with its workflow, of {}", 2 * of);
    assert!(told * 10 >= 2 * of * 9 && right == told, "{told} told, {right} right");
}

#[test]
fn two_workflows_are_named_together() {
    let of = histories(8);
    let an_hour = |workflow: usize, _: usize| 20.0 * if workflow < 2 { 0.15 } else { 0.07 };
    let planted = |workflow, _| if workflow < 2 { 0.7 } else { base(workflow) };
    let all = case(&Case { words: "two", an_hour: &an_hour, rate: &planted, noise: 0.0 }, of);
    let (seen, right, wrong) = print("two", &all, |said| said.from == ["w0", "w1"] && said.mix.is_none());
    assert!(right * 10 >= seen * 9 && seen * 10 >= of * 8 && wrong <= of / 20, "{all:?}");
}

#[test]
fn a_tag_that_all_workflows_share_is_named() {
    let of = histories(8);
    let planted = |workflow, is_eu| if is_eu { 0.8 } else { base(workflow) };
    let all = case(&Case { words: "tag", an_hour: &even, rate: &planted, noise: 0.0 }, of);
    let (seen, right, wrong) = print("tag", &all, |said| said.from == ["eu"] && said.mix.is_none());
    assert!(right * 10 >= seen * 9 && seen * 10 >= of * 8 && wrong <= of / 20, "{all:?}");
}

#[test]
fn where_all_fail_more_nothing_is_blamed() {
    let of = histories(20);
    let half = |workflow: usize, _: usize| 20.0 * if workflow == 0 { 0.5 } else { 0.5 / 11.0 };
    for (words, an_hour, noise) in [
        ("all share, uneven", &uneven as &dyn Fn(usize, usize) -> f64, 0.0),
        ("all share, half of one", &half, 0.0),
        ("all share, uneven, each clustered by itself", &uneven, 1.0),
    ] {
        let all = case(&Case { words, an_hour, rate: &|workflow, _| base(workflow) + 0.25, noise }, of);
        let (seen, _, wrong) = print(words, &all, |_| false);
        assert!(wrong <= of / 20 && seen * 10 >= of * 8, "{words}: {wrong} of {of}: {all:?}");
    }
}

/// What is said of rows whose rates are those of their workflows at any time.
fn constant(
    words: &str,
    of: usize,
    an_hour: &dyn Fn(usize, usize) -> f64,
    rate: &dyn Fn(usize, usize, bool) -> f64,
) -> Vec<Said> {
    let truth = Truth { weeks: WEEKS, an_hour, rate, duration_ms: &minute, noise: 0.0 };
    (0..of).map(|number| said(&answer(&rows(&mut Chance::of(words, number), &truth), WEEKS).patterns)).collect()
}

#[test]
fn where_a_flaky_workflow_runs_then_that_is_said() {
    let of = histories(8);
    let rate = |workflow: usize, _: usize, _: bool| if workflow == 0 { 0.5 } else { base(workflow) };
    for (words, elsewhere) in [("simpson", 0.02), ("simpson, then alone", 0.0)] {
        let an_hour = |workflow, hour| match (workflow, is_monday(hour)) {
            (0, true) => 12.0,
            (0, false) => elsewhere,
            _ => 20.0 / 11.0,
        };
        let all = constant(words, of, &an_hour, &rate);
        let (seen, right, wrong) = print(words, &all, |said| said.mix == Some(Some("flow 0".into())));
        assert!(right * 20 >= seen * 19 && seen * 10 >= of * 9 && wrong <= of / 20, "{words}: {all:?}");
    }
}

#[test]
fn where_several_run_then_alone_nobody_is_blamed() {
    let of = histories(8);
    let an_hour = |workflow: usize, hour| if workflow < 6 { 3.3 } else { f64::from(u8::from(is_monday(hour))) * 3.0 };
    let rate = |workflow: usize, _: usize, _: bool| if workflow < 6 { base(workflow) } else { 0.5 };
    let all = constant("several then alone", of, &an_hour, &rate);
    let (seen, _, wrong) = print("several then alone", &all, |_| false);
    assert!(wrong == 0 && seen * 10 >= of * 9, "{all:?}");
}

/// Two workflows fail as much more in the same hours. The larger one is most of what is said of all, and so explains it, but
/// not the other one: that would name one team for what both have.
#[test]
fn what_two_share_is_not_said_of_the_larger_one_alone() {
    let of = histories(8);
    let an_hour = |workflow: usize, _: usize| [3.2, 2.0].get(workflow).copied().unwrap_or(0.0);
    let rate = |_: usize, hour: usize, _: bool| if (20..22).contains(&(hour % 24)) { 0.3 } else { 0.04 };
    let truth = Truth { weeks: WEEKS, an_hour: &an_hour, rate: &rate, duration_ms: &minute, noise: 0.0 };
    for number in 0..of {
        let findings = answer(&rows(&mut Chance::of("shared by two", number), &truth), WEEKS).patterns;
        let windows: Vec<&Finding> = findings.iter().filter(|finding| finding.kind == Kind::FailureWindow).collect();
        let is_of_one = |finding: &&&Finding| matches!(finding.whose, Whose::Workflow { .. });
        let told: Vec<&&Finding> = windows.iter().filter(|finding| finding.explained_by.is_none()).collect();
        let is_of_all = told.iter().any(|finding| finding.whose == Whose::All);
        let of_one = windows.iter().filter(is_of_one).filter(|finding| finding.explained_by.is_none()).count();
        assert!(
            is_of_all || of_one == 2,
            "{number}: {:?}",
            windows.iter().map(|one| &one.sentence).collect::<Vec<_>>()
        );
    }
}

/// What was said of a measure that changed in the middle.
fn changed(
    words: &str,
    number: usize,
    an_hour: &dyn Fn(usize, usize) -> f64,
    rate: &dyn Fn(usize, usize) -> f64,
) -> (Option<Finding>, Vec<Row>) {
    let duration = |workflow: usize| if workflow == 0 { 600_000.0 } else { 60_000.0 };
    let rate = |workflow: usize, hour: usize, _: bool| rate(workflow, hour);
    let truth = Truth { weeks: WEEKS, an_hour, rate: &rate, duration_ms: &duration, noise: 0.0 };
    let rows = rows(&mut Chance::of(words, number), &truth);
    let findings = answer(&rows, WEEKS).patterns;
    let is_meant = |finding: &Finding| {
        finding.whose == Whose::All
            && matches!(finding.kind, Kind::Change | Kind::Mix)
            && finding.sentence.starts_with("Failure")
    };
    (findings.into_iter().find(is_meant), rows)
}

/// The hour from which on something is otherwise.
const FROM: usize = 45 * 24;

#[test]
fn a_change_of_what_runs_is_told_from_one_of_what_it_does() {
    let of = histories(8);
    let share = |before: f64, after: f64| {
        move |workflow: usize, hour: usize| {
            let share = if hour < FROM { before } else { after };
            20.0 * if workflow == 0 { share } else { (1.0 - share) / 11.0 }
        }
    };
    let (mut seen, mut mix) = (0, 0);
    for number in 0..of {
        let rate = |workflow: usize, _: usize| if workflow == 0 { 0.3 } else { 0.04 };
        let (Some(finding), _) = changed("mix", number, &share(0.05, 0.4), &rate) else { continue };
        seen += 1;
        mix += usize::from(finding.kind == Kind::Mix && text(&finding, "mix_workflow") == Some("flow 0"));
    }
    println!("more of a flaky workflow: {seen} of {of} seen, {mix} told as that");
    assert!(seen * 10 >= of * 8 && mix * 20 >= seen * 19, "{mix} of {seen}");
    let (mut seen, mut wrong) = (0, 0);
    for number in 0..of {
        let rate = |_: usize, hour: usize| if hour < FROM { 0.05 } else { 0.13 };
        let (Some(finding), _) = changed("within", number, &share(0.2, 0.25), &rate) else { continue };
        seen += 1;
        wrong += usize::from(finding.kind == Kind::Mix);
        assert!(finding.kind == Kind::Mix || number_of(&finding, "within_share") > 0.5);
    }
    println!("all fail more: {seen} of {of} seen, {wrong} told as a mix");
    assert!(seen * 10 >= of * 8 && wrong <= of / 20, "{wrong} of {seen}");
}

fn number_of(finding: &Finding, name: &str) -> f64 {
    number(finding, name).unwrap_or_else(|| panic!("{name}: {finding:?}"))
}

/// For each hour of the week, whether the window holds it.
fn hours_of(window: &WeekWindow) -> [bool; WEEK] {
    let mut held = [false; WEEK];
    let (from, to) = (usize::from(window.from_hour), usize::from(window.to_hour));
    let length = if to > from { to - from } else { to + 24 - from };
    for day in &window.weekdays {
        (0..length).for_each(|hour| held[((usize::from(*day) - 1) * 24 + from + hour) % WEEK] = true);
    }
    held
}

/// Failures and rows of those that are meant, inside and outside.
fn tally(rows: &[Row], held: &[bool; WEEK], is_meant: impl Fn(&Row) -> bool) -> [[f64; 2]; 2] {
    let mut tally = [[0.0; 2]; 2];
    for row in rows.iter().filter(|row| is_meant(row)) {
        let side = usize::from(!held[row.hour % WEEK]);
        tally[side][0] += f64::from(u8::from(row.has_failed));
        tally[side][1] += 1.0;
    }
    tally
}

fn check_near(told: f64, counted: f64) {
    assert!((told - counted).abs() < 1e-6 * counted.abs().max(1.0), "{told} is told, {counted} counted");
}

#[test]
fn what_is_told_of_windows_can_be_recounted() {
    let rates: [(&str, Rate<'_>); 3] = [
        ("tag", &|workflow, is_eu| if is_eu { 0.8 } else { base(workflow) }),
        ("two", &|workflow, _| if workflow < 2 { 0.95 } else { base(workflow) }),
        ("most", &|workflow, _| if workflow == 0 { 0.9 } else { base(workflow) + 0.12 }),
    ];
    let mut told = 0;
    for (words, planted) in rates {
        for history in 0..4 {
            let mut chance = Chance::of(words, history);
            let rate = |workflow: usize, hour: usize, is_eu: bool| {
                if is_monday(hour) { planted(workflow, is_eu) } else { base(workflow) }
            };
            let truth = Truth { weeks: WEEKS, an_hour: &uneven, rate: &rate, duration_ms: &minute, noise: 0.0 };
            let rows = rows(&mut chance, &truth);
            for finding in answer(&rows, WEEKS).patterns {
                if finding.whose != Whose::All || finding.kind != Kind::FailureWindow {
                    continue;
                }
                let held = hours_of(finding.window.as_ref().unwrap());
                let excess = |workflow: usize| {
                    let [inside, outside] = tally(&rows, &held, |row| row.workflow == workflow);
                    inside[0] - inside[1] * outside[0] / outside[1]
                };
                let all: f64 = (0..WORKFLOWS).map(excess).sum();
                let [inside, outside] = tally(&rows, &held, |_| true);
                check_near(number_of(&finding, "adjusted_excess"), all);
                check_near(number_of(&finding, "adjusted_expected"), inside[0] - all);
                check_near(number_of(&finding, "adjusted_inside"), outside[0] / outside[1] + all / inside[1]);
                let raw = inside[0] - inside[1] * outside[0] / outside[1];
                let named = ["from_workflow", "and_from_workflow"].map(|name| text(&finding, name));
                let is_named = |row: &Row| match text(&finding, "from_tag") {
                    Some(_) => row.is_eu,
                    None => named.contains(&Some(&format!("w{}", row.workflow))),
                };
                if number(&finding, "from_hits").is_none() {
                    continue;
                }
                told += 1;
                let own: f64 = match text(&finding, "from_tag") {
                    Some(tag) => {
                        assert_eq!(tag, "eu");
                        let [inside, outside] = tally(&rows, &held, |row| row.is_eu);
                        inside[0] - inside[1] * outside[0] / outside[1]
                    }
                    None => {
                        let is = |workflow: &usize| named.contains(&Some(&format!("w{workflow}")));
                        (0..WORKFLOWS).filter(is).map(excess).sum()
                    }
                };
                let [inside, outside] = tally(&rows, &held, is_named);
                check_near(number_of(&finding, "from_hits"), inside[0]);
                check_near(number_of(&finding, "from_of"), inside[1]);
                check_near(number_of(&finding, "from_expected"), inside[0] - own);
                check_near(number_of(&finding, "from_share"), (own / all.max(raw)).min(1.0));
                let per_cent = |[hits, of]: [f64; 2]| format!("{:.0}%", (100.0 * hits / of + 1e-9).round());
                let there = format!(" ({} vs {} there)", per_cent(inside), per_cent(outside));
                assert!(finding.sentence.ends_with(&there), "{}: {there}", finding.sentence);
            }
        }
    }
    assert!(told >= 8, "{told}");
}

#[test]
fn what_is_told_of_a_mix_can_be_recounted() {
    let an_hour = |workflow: usize, hour: usize| {
        let share = if hour < FROM { 0.05 } else { 0.4 };
        20.0 * if workflow == 0 { share } else { (1.0 - share) / 11.0 }
    };
    let rate = |workflow: usize, _: usize| if workflow == 0 { 0.3 } else { 0.04 };
    let (finding, rows) = changed("recount mix", 1, &an_hour, &rate);
    let finding = finding.unwrap();
    let from = finding.sentence.find(" (±").map(|at| &finding.sentence[..at]).unwrap_or(&finding.sentence);
    assert!(from.starts_with("Failure rate rose from "), "{}", finding.sentence);
    let day = finding.evidence.iter().find_map(|(name, fact)| match fact {
        execution_heatmap::pattern::Fact::Date(date) if *name == "changed_on" => Some(*date),
        _ => None,
    });
    let at = (day.unwrap() - histories::MONDAY.parse::<chrono::NaiveDate>().unwrap()).num_days() as usize * 24;
    let count = |workflow: Option<usize>, is_after: bool| {
        let is_meant = |row: &&Row| (row.hour >= at) == is_after && workflow.is_none_or(|one| one == row.workflow);
        let meant: Vec<&Row> = rows.iter().filter(is_meant).collect();
        (meant.len() as f64, meant.iter().filter(|row| row.has_failed).count() as f64)
    };
    let (before, after) = (count(None, false), count(None, true));
    let (mut between, mut within) = (0.0, 0.0);
    for workflow in 0..WORKFLOWS {
        let (one, other) = (count(Some(workflow), false), count(Some(workflow), true));
        let shares = [one.0 / before.0, other.0 / after.0];
        let rates = [one.1 / one.0, other.1 / other.0];
        between += (shares[1] - shares[0]) * (rates[0] + rates[1]) / 2.0;
        within += (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2.0;
    }
    check_near(between + within, after.1 / after.0 - before.1 / before.0);
    check_near(number_of(&finding, "within_share"), within / (between + within));
    check_near(number_of(&finding, "mix_executions_before"), count(Some(0), false).0);
    check_near(number_of(&finding, "mix_executions_after"), count(Some(0), true).0);
    check_near(number_of(&finding, "executions_after"), after.0);
    let shares =
        [count(Some(0), false).0 / before.0, count(Some(0), true).0 / after.0].map(|share| (100.0 * share).round());
    let end = format!("'flow 0' went from {}% to {}% of executions", shares[0], shares[1]);
    assert!(finding.kind == Kind::Mix && finding.sentence.ends_with(&end), "{}", finding.sentence);
}

#[test]
fn each_tag_is_told_with_its_rows() {
    let truth =
        Truth { weeks: 2, an_hour: &even, rate: &|workflow, _, _| base(workflow), duration_ms: &minute, noise: 0.0 };
    let rows = rows(&mut Chance::of("tags", 0), &truth);
    let table = workflows::table_of(&rows);
    let check = |pairs: &[(&str, &str)], is_meant: &dyn Fn(&Row) -> bool| {
        let query = workflows::query(2, pairs);
        let window = answers::window_of(&table, &query, &Zone::utc(), Source::File).unwrap();
        let buckets = Buckets::new(&window, &Zone::utc());
        let mut told = Vec::new();
        table.each_tag(&View::of(&query, &window, &buckets), &mut |tag, cube| {
            let mut counted = vec![(0u64, 0u64); cube.sums().len()];
            for row in rows.iter().filter(|row| is_meant(row) && (tag == "all" || row.is_eu)) {
                let (executions, failures) = &mut counted[row.hour];
                (*executions, *failures) = (*executions + 1, *failures + u64::from(row.has_failed));
            }
            let sums: Vec<(u64, u64)> = cube.sums().iter().map(|sums| (sums.executions(), sums.failures())).collect();
            assert_eq!(sums, counted, "{tag}");
            told.push(tag.to_owned());
        });
        told
    };
    assert_eq!(check(&[], &|_| true), ["all", "eu"]);
    assert_eq!(check(&[("workflow_id", "w3"), ("tag", "eu")], &|row| row.workflow == 3 && row.is_eu), ["all", "eu"]);
    assert_eq!(check(&[("tag", "!eu")], &|row| !row.is_eu), ["all"]);
}

/// Six hours of one day in which everything fails, among ten workflows of which three in a hundred fail otherwise: what all of
/// them suffered is told first, with its counts, and is what explains the failures in a row of each.
#[test]
fn an_outage_explains_its_workflows_failures_in_a_row() {
    let (start_ms, half_hour_ms) = (1_767_225_600_000_i64, 1_800_000_i64);
    let mut intake = Intake::new(Form::Ndjson, false);
    let mut chance = Chance::of("an outage", 0);
    for half_hour in 0..60 * 48_i64 {
        let is_out = (40 * 48 + 18..40 * 48 + 30).contains(&half_hour);
        for workflow in 0..10 {
            let status = if is_out || chance.uniform() < 0.03 { "failed" } else { "completed" };
            let at = start_ms + half_hour * half_hour_ms + workflow * 1000;
            intake.extend(
                format!("{{\"started_at\":{at},\"status\":\"{status}\",\"workflow_id\":\"w{workflow}\"}}\n").as_bytes(),
            );
        }
    }
    intake.finish(None);
    let query = Query::from_pairs([("from", "2026-01-01"), ("to", "2026-03-01"), ("patterns", "all")]).unwrap();
    let (table, reading) = (intake.table(), intake.reading());
    let answer = answers::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Look).unwrap();
    let [first, others @ ..] = &answer.patterns[..] else { panic!("nothing is told") };
    assert_eq!((first.kind, &first.whose), (Kind::Incident, &Whose::All));
    assert!(first.sentence.starts_with("One incident (Tue, Feb 10, 9 AM–3 PM) holds "), "{}", first.sentence);
    assert!(first.sentence.ends_with(" (120 of 120 executions failed)"), "{}", first.sentence);
    let rows: Vec<_> = others.iter().filter(|finding| finding.kind == Kind::ConsecutiveFailures).collect();
    assert!(rows.len() >= 5, "{} rows", rows.len());
    assert!(rows.iter().all(|finding| finding.explained_by == Some(0)), "{rows:?}");
}

/// An hourly job that starts two runs at a time, on Sundays one: that it runs hourly on all days says nothing of Sundays.
#[test]
fn a_schedule_of_all_days_explains_no_day() {
    let mut intake = Intake::new(Form::Ndjson, false);
    for hour in 0..91 * 24_i64 {
        let at = 1_767_571_200_000 + hour * 3_600_000;
        let mut push = |workflow: &str, at: i64| {
            let row = format!("{{\"started_at\":{at},\"status\":\"completed\",\"workflow_id\":\"{workflow}\"}}\n");
            intake.extend(row.as_bytes());
        };
        (0..if hour / 24 % 7 == 6 { 1 } else { 2 }).for_each(|run| push("job", at + 1000 * run));
        (0..5).for_each(|run| push("other", at + 700_000 * (run + 1) + hour * 7_919_000 % 500_000));
    }
    intake.finish(None);
    let query = Query::from_pairs([("patterns", "all")]).unwrap();
    let (table, reading) = (intake.table(), intake.reading());
    let answer = answers::answer(table, reading, &query, &Zone::utc(), Source::File, Patterns::Look).unwrap();
    let is_of_job = |finding: &&Finding| matches!(&finding.whose, Whose::Workflow { id, .. } if id == "job");
    let of_job = |kind| answer.patterns.iter().filter(is_of_job).find(|finding| finding.kind == kind);
    assert!(of_job(Kind::Schedule).is_some_and(|schedule| schedule.sentence.contains("runs hourly")));
    let days = of_job(Kind::VolumeWindow).unwrap();
    let begin = "Execution volume of 'job' drops on Sundays: 50% fewer executions than on other days (24 vs 48 a day,";
    assert!(days.sentence.starts_with(begin), "{}", days.sentence);
    assert_eq!(days.explained_by, None);
}
