//! Zones with clock changes in the middle of ten weeks, rows of workflows in which nothing happens, and what is said of such
//! rows: its evidence and its words, to be held against what is counted of them.
#![allow(dead_code, reason = "each test file uses its own part")]

use super::support::{Row, Seeded, local_hour, table_of, zone_over};
use chrono::{Datelike, Days, NaiveDate, TimeZone};
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::{Effect, Fact, Finding, WeekWindow, Whose};
use execution_heatmap::zone::{DAY_MS, HOUR_MS};

pub const DAYS: u64 = 70;
pub const MINUTE_MS: i64 = 60_000;
pub const SECOND: u64 = 1_000;

/// A zone and ten weeks of it from a Monday on.
#[derive(Clone, Copy)]
pub struct Place {
    pub tz: Tz,
    pub from: NaiveDate,
}

/// The sixth week of the two in Berlin ends with a Sunday of 23 hours and with one of 25.
pub fn places() -> [Place; 3] {
    [(Tz::UTC, "2026-02-16"), (Tz::Europe__Berlin, "2026-02-16"), (Tz::Europe__Berlin, "2026-09-14")]
        .map(|(tz, from)| Place { tz, from: from.parse().unwrap() })
}

impl Place {
    pub fn dates(self) -> impl Iterator<Item = NaiveDate> {
        (0..DAYS).map(move |day| self.from + Days::new(day))
    }

    pub fn day_of(self, date: NaiveDate) -> i64 {
        (date - self.from).num_days()
    }

    /// The moment at which the clocks of a zone show some minute of a date; the first one of two, `None` where they skip it.
    pub fn moment(self, tz: Tz, date: NaiveDate, minute: u32) -> Option<i64> {
        let local = date.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
        tz.from_local_datetime(&local).earliest().map(|moment| moment.timestamp_millis())
    }

    /// The beginning of each hour that passes, with the local date and hour.
    pub fn hours(self) -> impl Iterator<Item = (i64, NaiveDate, u8)> {
        let begin = self.moment(self.tz, self.from, 0).unwrap();
        let end = self.moment(self.tz, self.from + Days::new(DAYS), 0).unwrap();
        (begin..end).step_by(HOUR_MS as usize).map(move |at| {
            let (date, hour) = local_hour(self.tz, at);
            (at, date, hour)
        })
    }

    pub fn local(self, row: &Row) -> (NaiveDate, u8) {
        local_hour(self.tz, row.started_ms)
    }
}

pub fn row(workflow: &str, started_ms: i64, status: &str, duration_ms: u64) -> Row {
    Row {
        workflow_id: Some(workflow.to_owned()),
        workflow: None,
        status: status.to_owned(),
        started_ms,
        duration_ms: Some(duration_ms),
        tags: Vec::new(),
        waited_ms: None,
        attempt: 1,
        has_started: true,
    }
}

/// So many of a hundred.
pub fn percent_of(seeded: &mut Seeded, percent: u64) -> bool {
    seeded.below(100) < percent
}

/// A status as it comes where nothing is planted.
pub fn usual_status(seeded: &mut Seeded) -> &'static str {
    match seeded.below(100) {
        0..4 => "failed",
        4..6 => "timed_out",
        6..8 => "cancelled",
        8 => "skipped",
        9 => "running",
        _ => "completed",
    }
}

/// Between half as long again and half as long.
pub fn about(seeded: &mut Seeded, duration_ms: u64) -> u64 {
    duration_ms / 2 + seeded.below(duration_ms.max(1))
}

/// Rows of workflows in which nothing happens: so many of each in every hour.
pub fn others(place: Place, seeded: &mut Seeded, an_hour: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, ..) in place.hours() {
        for workflow in ["alpha", "gamma"] {
            for _ in 0..an_hour {
                let started_ms = at + seeded.below(HOUR_MS as u64) as i64;
                let status = usual_status(seeded);
                rows.push(row(workflow, started_ms, status, about(seeded, 30 * SECOND)));
            }
        }
    }
    rows
}

/// All that is said of rows.
pub fn findings(place: Place, rows: &[Row]) -> Vec<Finding> {
    let (from, to) = (place.from.to_string(), (place.from + Days::new(DAYS - 1)).to_string());
    let query = Query::from_pairs([("from", &*from), ("to", &to), ("patterns", "all")]).unwrap();
    let begin = place.moment(place.tz, place.from, 0).unwrap();
    let zone = zone_over(place.tz, begin - 2 * DAY_MS, begin + (DAYS as i64 + 3) * DAY_MS);
    answer::answer(&table_of(rows), &Reading::default(), &query, &zone, Source::File, Patterns::Look).unwrap().patterns
}

/// Whether a sentence may sound sure.
pub fn is_sure(finding: &Finding) -> bool {
    finding.p_adjusted.unwrap() < 0.01
}

/// The rows that a finding is about, in the order of their starts.
pub fn rows_of<'a>(rows: &'a [Row], finding: &Finding) -> Vec<&'a Row> {
    let id = match &finding.whose {
        Whose::Workflow { id, .. } => Some(id),
        _ => None,
    };
    let mut rows: Vec<&Row> = rows.iter().filter(|row| id.is_none() || row.workflow_id.as_ref() == id).collect();
    rows.sort_by_key(|row| row.started_ms);
    rows
}

pub fn is_decided(row: &Row) -> bool {
    ["completed", "failed", "timed_out"].contains(&&*row.status)
}

pub fn is_failure(row: &Row) -> bool {
    ["failed", "timed_out"].contains(&&*row.status)
}

pub fn is_near(told: f64, counted: f64) -> bool {
    (told - counted).abs() <= 1e-9 * counted.abs().max(1e-9)
}

/// Whether a name tells what explains a claim, which is recounted where that is tested.
pub fn is_explanation(name: &str) -> bool {
    ["from_", "and_from_", "mix_", "adjusted_"].iter().any(|begin| name.starts_with(begin))
        || ["share_of_all_excess", "holds_without", "within_share"].contains(&name)
}

/// Holds all of the evidence against what was counted, so that nothing is told that nobody counts.
#[track_caller]
pub fn check_evidence(finding: &Finding, counted: &[(&str, Fact)]) {
    for (name, fact) in counted {
        let told = finding.evidence.iter().find_map(|(of, fact)| (of == name).then_some(fact));
        let is_told = match (told, fact) {
            (Some(Fact::Number(told)), Fact::Number(counted)) => is_near(*told, *counted),
            (told, counted) => told == Some(counted),
        };
        assert!(is_told, "{name}: {fact:?} was counted: {finding:?}");
    }
    for (name, _) in &finding.evidence {
        assert!(is_explanation(name) || counted.iter().any(|(of, _)| of == name), "{name}: {finding:?}");
    }
}

#[track_caller]
pub fn check_effect(finding: &Finding, inside: f64, outside: f64) {
    let Effect { inside: told_inside, outside: told_outside } = finding.effect.unwrap();
    assert!(is_near(told_inside, inside) && is_near(told_outside, outside), "{inside} {outside}: {finding:?}");
}

/// Holds the parts of a sentence that stand where a template has `{}` against words made of what was counted.
#[track_caller]
pub fn check_said(finding: &Finding, template: &str, counted: &[&str]) {
    let mut pieces = template.split("{}");
    let first = pieces.next().unwrap();
    let mut rest = match finding.sentence.split_once(first) {
        Some((_, rest)) => rest,
        None => panic!("{first:?} is not said: {}", finding.sentence),
    };
    let mut said = Vec::new();
    for piece in pieces {
        let Some((part, behind)) = rest.split_once(piece) else {
            panic!("{piece:?} is not said: {}", finding.sentence)
        };
        said.push(part);
        rest = behind;
    }
    assert_eq!(said, counted, "{}", finding.sentence);
}

/// A share in whole per cent, of which none is none and all are all.
pub fn percent(part: u64, whole: u64) -> String {
    match ((part as f64 / whole as f64 * 100.0).round(), part) {
        (0.0, 1..) => "under 1%".to_owned(),
        (100.0, _) if part < whole => "over 99%".to_owned(),
        (rounded, _) => format!("{rounded}%"),
    }
}

pub fn grouped(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", grouped(count / 1000), count % 1000) }
}

/// "Sun, Mar 3".
pub fn date_words(date: NaiveDate) -> String {
    date.format("%a, %b %-d").to_string()
}

/// "9–11 AM", "11 AM–1 PM".
pub fn hours_words(from: u32, to: u32) -> String {
    let (face, half) = (|hour: u32| (hour + 11) % 12 + 1, |hour: u32| if hour % 24 < 12 { "AM" } else { "PM" });
    match half(from) == half(to) && (to + 24 - from) % 24 < 12 {
        true => format!("{}–{} {}", face(from), face(to), half(to)),
        false => format!("{} {}–{} {}", face(from), half(from), face(to), half(to)),
    }
}

/// Minutes up to two hours, hours up to three days, days; never less than it was.
pub fn lasting_words(ms: i64) -> String {
    let whole = |unit: i64| (ms + unit - 1) / unit;
    match ms {
        _ if ms <= 2 * HOUR_MS => format!("{} min", whole(MINUTE_MS)),
        _ if ms <= 3 * DAY_MS => format!("{} h", whole(HOUR_MS)),
        _ => format!("{} days", whole(DAY_MS)),
    }
}

/// Whether a window holds an hour of the week; past midnight it goes on on the next day.
pub fn holds(window: &WeekWindow, (date, hour): (NaiveDate, u8)) -> bool {
    let length = (u32::from(window.to_hour) + 23 - u32::from(window.from_hour)) % 24 + 1;
    let behind = (u32::from(hour) + 24 - u32::from(window.from_hour)) % 24;
    let begun = if hour < window.from_hour { date - Days::new(1) } else { date };
    behind < length && window.weekdays.contains(&(begun.weekday().number_from_monday() as u8))
}

pub fn monday_of(date: NaiveDate) -> NaiveDate {
    date - Days::new(u64::from(date.weekday().num_days_from_monday()))
}

/// True from Monday to Friday.
pub fn is_weekday(date: NaiveDate) -> bool {
    date.weekday().number_from_monday() < 6
}

/// The bin of a duration by the formula that is documented.
pub fn bin_of(duration_ms: u64) -> i64 {
    (libm::log(duration_ms.max(1) as f64) / libm::log(1.1)).floor() as i64
}
