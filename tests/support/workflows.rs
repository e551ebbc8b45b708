//! Rows of twelve workflows whose truth is known, and what the engine says of them by the way that every surface takes.
#![allow(dead_code, reason = "each test file uses its part")]

use super::histories::{Chance, MONDAY, WEEK};
use chrono::NaiveDate;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::intake::Reading;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::{Fact, Finding};
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::{HOUR_MS, Zone};
use libm::{exp, log};

pub const WORKFLOWS: usize = 12;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    pub workflow: usize,
    /// Hours since the first Monday.
    pub hour: usize,
    pub has_failed: bool,
    pub duration_ms: u64,
    /// Whether it bears the tag `eu` beside `all`.
    pub is_eu: bool,
}

/// How many rows of a workflow are to be expected in an hour, of what rate, and how long they take.
pub struct Truth<'a> {
    pub weeks: usize,
    pub an_hour: &'a dyn Fn(usize, usize) -> f64,
    /// By workflow, hour and whether it bears the tag.
    pub rate: &'a dyn Fn(usize, usize, bool) -> f64,
    pub duration_ms: &'a dyn Fn(usize) -> f64,
    /// How much the failures of each workflow cluster beside those of all together.
    pub noise: f64,
}

/// True on the hours of the week that everything is planted in: Mondays from 9 to 11.
pub fn is_monday(hour: usize) -> bool {
    (9..11).contains(&(hour % WEEK))
}

/// True of an hour of a planted week: 85 of 100 hold what is planted.
pub fn holds(chance: &mut Chance, weeks: usize) -> Vec<bool> {
    (0..weeks).map(|_| chance.uniform() < 0.85).collect()
}

/// Rows in which failures of all workflows together are more and less frequent for hours on end.
pub fn rows(chance: &mut Chance, truth: &Truth<'_>) -> Vec<Row> {
    let hours = truth.weeks * WEEK;
    let noise = chance.wandering(hours, 0.4, 6.0);
    let own: Vec<Vec<f64>> = (0..WORKFLOWS).map(|_| chance.wandering(hours, truth.noise, 6.0)).collect();
    let mut rows = Vec::new();
    for (hour, noise) in noise.into_iter().enumerate() {
        for (workflow, own) in own.iter().enumerate() {
            let noise = noise + own[hour];
            for _ in 0..chance.poisson((truth.an_hour)(workflow, hour)) {
                let is_eu = chance.uniform() < 0.3;
                let rate = (truth.rate)(workflow, hour, is_eu);
                let rate = 1.0 / (1.0 + exp(-log(rate / (1.0 - rate)) - noise));
                let duration_ms = ((truth.duration_ms)(workflow) * exp(0.5 * chance.normal())) as u64;
                rows.push(Row { workflow, hour, has_failed: chance.uniform() < rate, duration_ms, is_eu });
            }
        }
    }
    rows
}

pub fn table_of(rows: &[Row]) -> Table {
    table_with_errors(rows, &|_, _| None)
}

/// A table of rows of which those that failed say what is told by their place.
pub fn table_with_errors<'a>(rows: &[Row], error: &dyn Fn(usize, &Row) -> Option<&'a str>) -> Table {
    let monday = MONDAY.parse::<NaiveDate>().unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis();
    let ids: Vec<String> = (0..WORKFLOWS).map(|workflow| format!("w{workflow}")).collect();
    let names: Vec<String> = (0..WORKFLOWS).map(|workflow| format!("flow {workflow}")).collect();
    let mut table = Table::default();
    for (place, row) in rows.iter().enumerate() {
        let status = if row.has_failed { Status::Failed } else { Status::Completed };
        let at_ms = monday + row.hour as i64 * HOUR_MS + place as i64 % 3600 * 1000;
        table.push(&Execution {
            id: None,
            workflow_id: Some(&ids[row.workflow]),
            workflow: Some(&names[row.workflow]),
            status,
            status_text: status.name(),
            started_at: Timestamp::from_ms(at_ms).unwrap(),
            duration_ms: Some(row.duration_ms),
            waited_ms: None,
            tags: if row.is_eu { Tags::new("alleu", &[3, 5]) } else { Tags::new("all", &[3]) },
            attempt: 1,
            error: if row.has_failed { error(place, row) } else { None },
        });
    }
    table
}

/// A query about so many weeks.
pub fn query(weeks: usize, pairs: &[(&str, &str)]) -> Query {
    let start: NaiveDate = MONDAY.parse().unwrap();
    let to = (start + chrono::Days::new(weeks as u64 * 7 - 1)).to_string();
    Query::from_pairs([("from", MONDAY), ("to", &to)].into_iter().chain(pairs.iter().copied())).unwrap()
}

/// What is said of rows of so many weeks.
pub fn answer(rows: &[Row], weeks: usize) -> Answer {
    answer_of(&table_of(rows), weeks)
}

/// What is said of a table of so many weeks.
pub fn answer_of(table: &Table, weeks: usize) -> Answer {
    let query = query(weeks, &[]);
    answer::answer(table, &Reading::default(), &query, &Zone::utc(), Source::File, Patterns::Look).unwrap()
}

/// A number that a finding rests on.
pub fn number(finding: &Finding, name: &str) -> Option<f64> {
    finding.evidence.iter().find_map(|(of, fact)| match fact {
        Fact::Number(number) if *of == name => Some(*number),
        Fact::Count(count) if *of == name => Some(*count as f64),
        _ => None,
    })
}

/// A text that a finding rests on.
pub fn text<'a>(finding: &'a Finding, name: &str) -> Option<&'a str> {
    finding.evidence.iter().find_map(|(of, fact)| match fact {
        Fact::Text(text) if *of == name => Some(text.as_str()),
        _ => None,
    })
}
