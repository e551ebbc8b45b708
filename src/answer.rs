//! The answer to one query over one table: resolves window and granularity, counts, levels, looks for patterns and
//! says what a reader has to know beside. [`crate::json`] writes it.

use crate::bucket::Buckets;
use crate::cube::Sums;
use crate::error::Error;
use crate::execution::Status;
use crate::grid::Grid;
use crate::ingest::excerpt;
use crate::intake::Reading;
use crate::options::{Granularity, Query};
use crate::pattern::{self, Finding};
use crate::problem::Problem;
use crate::table::{MOST_OTHER_STATUSES, Table};
use crate::time::Timestamp;
use crate::window::{Window, WindowRequest};
use crate::zone::Zone;
use std::collections::BTreeMap;

/// Where a window ends when the query does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Live rows: the window ends at the instant that the caller read from its clock.
    Live {
        /// That instant.
        now: Timestamp,
    },
    /// Exported rows: the window ends just after the newest start and spans what the rows span.
    File,
}

/// Whether to look for patterns: not while rows still arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patterns {
    /// Look for them.
    Look,
    /// Leave them out; the answer says nothing about them.
    Skip,
}

/// What became of every row that was read; `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Rows read.
    pub read: u64,
    /// Rows in the cells.
    pub placed: u64,
    /// Rows without a start.
    pub no_start: u64,
    /// Rows with a start outside the window.
    pub outside_window: u64,
    /// Rows of the window that the filter left out.
    pub filtered: u64,
    /// Rows that repeat another one.
    pub duplicate: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
}

/// Everything that one view says.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The zone.
    pub zone: Zone,
    /// The window.
    pub window: Window,
    /// Cells and scale.
    pub grid: Grid,
    /// All placed rows together.
    pub totals: Sums,
    /// How often each unknown status word was placed; at most [`MOST_OTHER_STATUSES`], by text.
    pub other_statuses: BTreeMap<String, u64>,
    /// What became of every row.
    pub account: Account,
    /// The first problem of each kind, by line.
    pub problems: Vec<Problem>,
    /// Why rows may be missing; `None` if the source is whole.
    pub incomplete: Option<String>,
    /// Claims that passed their tests.
    pub patterns: Vec<Finding>,
    /// Facts and missing data that claim no pattern.
    pub notices: Vec<String>,
}

/// The problems that an answer lists.
pub const MOST_PROBLEMS: usize = 20;

/// Where the window of a query ends and, for a file that is shown whole, where its rows begin.
fn ends_of(table: &Table, query: &Query, source: Source) -> (Timestamp, Option<Timestamp>) {
    let after_newest = || {
        // Without any row there is no window to speak of; the first millisecond of 1970 is as good as any.
        let newest = table.newest().map_or(0, Timestamp::ms);
        Timestamp::from_ms(newest + 1).unwrap_or(Timestamp::MAX)
    };
    match source {
        Source::Live { now } => (query.until.unwrap_or(now), None),
        Source::File => {
            let until = query.until.unwrap_or_else(after_newest);
            (until, Some(table.oldest().unwrap_or(until)))
        }
    }
}

/// The span, in milliseconds, for which the zone's table must be right to answer a query.
pub fn zone_span(table: &Table, query: &Query, source: Source) -> (i64, i64) {
    let (until, oldest) = ends_of(table, query, source);
    Window::span_of(query.window, until, oldest)
}

/// The window of a query.
///
/// # Errors
/// A window that is too long or whose dates are in the wrong order.
pub fn window_of(table: &Table, query: &Query, zone: &Zone, source: Source) -> Result<Window, Error> {
    let (until, oldest) = ends_of(table, query, source);
    Window::resolve(query.window, until, oldest, zone)
}

/// Answers a query. The zone's table has to hold for [`zone_span`].
///
/// # Errors
/// A window that is too long or whose dates are in the wrong order.
pub fn answer(
    table: &Table,
    reading: &Reading,
    query: &Query,
    zone: &Zone,
    source: Source,
    patterns: Patterns,
) -> Result<Answer, Error> {
    let window = window_of(table, query, zone, source)?;
    let granularity = query.granularity.unwrap_or_else(|| Granularity::default_for(window.days()));
    let buckets = Buckets::new(&window, zone);
    let counted = table.count(&query.filter, &window, &buckets);
    let grid = Grid::new(&counted.cube, &buckets, &window, query.metric, granularity, query.thresholds);
    let account = Account {
        read: reading.read + reading.left_out_outside_window + reading.left_out_filtered,
        placed: counted.placed,
        no_start: reading.no_start,
        outside_window: counted.outside_window + reading.left_out_outside_window,
        filtered: counted.filtered + reading.left_out_filtered,
        duplicate: reading.duplicates,
        unreadable: reading.unreadable,
    };
    let report = match patterns {
        Patterns::Skip => pattern::Report::default(),
        Patterns::Look => pattern::report(&pattern::Evidence {
            cube: &counted.cube,
            buckets: &buckets,
            window: &window,
            zone,
            outcomes: query.filter.statuses.is_empty(),
        }),
    };
    let mut notices = report.notices;
    let totals = counted.cube.total();
    notices.extend(facts(table, reading, query, source, &account, (&totals, &counted.other_statuses)));
    Ok(Answer {
        zone: zone.clone(),
        grid,
        totals,
        other_statuses: counted.other_statuses.into_iter().take(MOST_OTHER_STATUSES).collect(),
        account,
        problems: reading.problems.firsts().into_iter().take(MOST_PROBLEMS).cloned().collect(),
        incomplete: reading.incomplete.clone(),
        patterns: report.findings,
        notices,
        window,
    })
}

/// Unknown status words that a notice names.
const MOST_NAMED_STATUSES: usize = 3;

/// That rows bear status words that are not in the vocabulary, with the commonest of them.
fn unknown_statuses(totals: &Sums, other_statuses: &BTreeMap<String, u64>) -> Option<String> {
    let other = totals.of(Status::Other);
    if other == 0 {
        return None;
    }
    let mut commonest: Vec<_> = other_statuses.iter().collect();
    commonest.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let named: Vec<String> =
        commonest.iter().take(MOST_NAMED_STATUSES).map(|(word, rows)| format!("{} ({rows})", excerpt(word))).collect();
    let more = if commonest.len() > MOST_NAMED_STATUSES { " and others" } else { "" };
    Some(format!(
        "{} of {} executions have a status that is not known, {}{more}; they count as volume and in no rate",
        other,
        totals.executions(),
        named.join(", ")
    ))
}

/// What a reader has to know beside the cells.
fn facts(
    table: &Table,
    reading: &Reading,
    query: &Query,
    source: Source,
    account: &Account,
    (totals, other_statuses): (&Sums, &BTreeMap<String, u64>),
) -> Vec<String> {
    let mut facts = Vec::new();
    if source == Source::File && table.rows() == 0 {
        facts.push("no row has a start; the window is an empty one".to_owned());
    }
    if !query.filter.statuses.is_empty() {
        facts.push("a status filter is set: the success rate is of the executions that are left, and no pattern of outcomes is looked for".to_owned());
    }
    let ends_with_newest =
        source == Source::File && query.until.is_none() && !matches!(query.window, WindowRequest::Dates { .. });
    if ends_with_newest && account.outside_window * 2 > table.rows() {
        let (outside, all) = (account.outside_window, table.rows());
        // Who chose the days knows that the others are left out.
        let cause = match query.window {
            WindowRequest::Default => "; a start in the future or far in the past may be the cause",
            _ => "",
        };
        facts.push(format!("{outside} of {all} rows lie outside the window, which ends with the newest start{cause}"));
    }
    if let Some(words) = unknown_statuses(totals, other_statuses) {
        facts.push(words);
    }
    if source == Source::File && reading.not_looked_for > 0 {
        facts.push("repeated rows were not looked for".to_owned());
    }
    match reading.zoneless_starts {
        0 => {}
        1 => facts.push("1 start names no zone and was read as UTC".to_owned()),
        starts => facts.push(format!("{starts} starts name no zone and were read as UTC")),
    }
    facts
}
