//! The answer to one query over one table: resolves window and granularity, counts, levels, looks for patterns and
//! says what a reader has to know beside. [`crate::json`] writes it.

use crate::bucket::Buckets;
use crate::cube::Sums;
use crate::error::Error;
use crate::grid::Grid;
use crate::intake::Reading;
use crate::notice::{self, Told};
use crate::options::{Counting, Filter, Granularity, Moment, Query, Wanted};
use crate::pattern::{self, Finding};
use crate::problem::Problem;
use crate::table::{self, MOST_OTHER_STATUSES, Table, View};
use crate::time::Timestamp;
use crate::window::{Window, WindowRequest};
use crate::zone::{DAY_MS, HOUR_MS, Zone};

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

/// What earlier answers about one table found, for the answers to come. Forget it with the table.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// What counting found.
    pub counts: table::Memory,
    /// What was looked at last for patterns, and what was found.
    report: Option<(LookedAt, pattern::Report)>,
}

/// All that a report depends on: neither metric nor granularity nor thresholds.
#[derive(Clone, Debug, PartialEq)]
struct LookedAt {
    state: (u64, u64),
    filter: Filter,
    counting: Counting,
    wanted: Wanted,
    window: Window,
    zone: Zone,
    ends_with_rows: bool,
    known_until: Option<i64>,
}

/// Whether to look for patterns: not while rows still arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patterns {
    /// Look for them.
    Look,
    /// Look for those of all executions together alone, by their starts and outcomes, which takes a small part of the time:
    /// what is told meanwhile is corrected for less and not held against single workflows. Of durations and of what runs at
    /// the same time nothing is known without these, so no advice is given.
    OfAll,
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
    /// Rows without a start, or without the moment that is asked for instead.
    pub no_start: u64,
    /// Rows with a start outside the window.
    pub outside_window: u64,
    /// Rows of the window that the filter left out.
    pub filtered: u64,
    /// Rows that repeat another one, or instead of which a later attempt counts.
    pub duplicate: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
}

/// Refuses a filter by names that there was no room to tell apart.
fn refuse_crowded(table: &Table, filter: &Filter) -> Result<(), Error> {
    let crowding = table.crowding();
    if crowding.workflows && !filter.workflows.is_empty() {
        return Err(Error::too_many_names("workflow_id", "workflows"));
    }
    if crowding.tags && !filter.tags.is_empty() {
        return Err(Error::too_many_names("tag", "tags or sets of tags"));
    }
    Ok(())
}

/// Counts that came by buckets of UTC can be shown in a zone if its hours consist of whole ones.
fn refuse_coarse(table: &Table, window: &Window, zone: &Zone) -> Result<(), Error> {
    let Some(has) = table.longest_count() else { return Ok(()) };
    let needs = zone.bucket_seconds(window.start_ms, window.until.ms());
    if needs.is_some_and(|needs| has <= needs) { Ok(()) } else { Err(Error::coarse_counts(zone.name(), has, needs)) }
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
    pub other_statuses: Vec<(String, u64)>,
    /// What became of every row.
    pub account: Account,
    /// The first problem of each kind, by line.
    pub problems: Vec<Problem>,
    /// Why rows may be missing; `None` if the source is whole.
    pub incomplete: Option<String>,
    /// Claims that passed their tests.
    pub patterns: Vec<Finding>,
    /// When there is room for another job.
    pub advice: Vec<Finding>,
    /// Facts and missing data that claim no pattern.
    pub notices: Vec<String>,
}

/// The problems that an answer lists.
pub const MOST_PROBLEMS: usize = 20;

/// The oldest and the newest moment by which rows are placed. Where no row has the moment that is asked for, their starts
/// say of which time an empty picture is. `None` if no row has a start either: then no window can be told.
pub fn reach_of(table: &Table, query: &Query) -> Option<(Timestamp, Timestamp)> {
    table.reach_of(query.counting.by).or_else(|| table.reach_of(Moment::Start))
}

/// Where the window of a query ends and, for a file that is shown whole, where its rows begin.
fn ends_of(table: &Table, query: &Query, source: Source) -> (Timestamp, Option<Timestamp>) {
    match source {
        Source::Live { now } => (query.until.unwrap_or(now), None),
        Source::File => {
            let reach = reach_of(table, query);
            // Without any row there is no window to speak of, and who shows answers says so instead; the first
            // millisecond of 1970 is as good as any.
            let newest = reach.map_or(0, |(_, newest)| newest.ms());
            let until = query.until.or(Timestamp::from_ms(newest + 1)).unwrap_or(Timestamp::MAX);
            (until, Some(reach.map_or(until, |(oldest, _)| oldest)))
        }
    }
}

/// Whether the window ends with the newest row because nothing says how far the rows reach.
pub(crate) fn ends_with_newest(query: &Query, source: Source) -> bool {
    source == Source::File && query.until.is_none() && !matches!(query.window, WindowRequest::Dates { .. })
}

/// Up to which moment rows are known though none may be there, in milliseconds. Of an instant that is asked for, of now, and
/// of rows that a filter leaves out it is taken for granted; of a last date only where the rows end before it, because
/// a file that is shown up to the date of its export ends within that. Nobody knows what a broken source left out.
fn known_until(table: &Table, reading: &Reading, query: &Query, window: &Window, source: Source) -> Option<i64> {
    let until = window.until.ms();
    if reading.incomplete.is_some() {
        return None;
    }
    match source {
        // By whole hours, so that what was found before is still the answer a moment later.
        Source::Live { now } => Some(until.min(now.ms().div_euclid(HOUR_MS).saturating_mul(HOUR_MS))),
        Source::File if query.until.is_some() => Some(until),
        Source::File => {
            let behind_rows = reach_of(table, query).map_or(i64::MIN, |(_, newest)| newest.ms().saturating_add(1));
            let is_beyond = behind_rows <= until.saturating_sub(DAY_MS);
            let is_told = is_beyond || !query.filter.is_empty();
            is_told.then_some(if is_beyond { until } else { behind_rows.min(until) })
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
    answer_from(&mut Memory::default(), table, reading, query, zone, source, patterns)
}

/// Answers a query as [`answer`] does, with what earlier answers found in the same table: another choice of workflows
/// or statuses is then a matter of sums.
///
/// # Errors
/// As [`answer`].
pub fn answer_from(
    memory: &mut Memory,
    table: &Table,
    reading: &Reading,
    query: &Query,
    zone: &Zone,
    source: Source,
    patterns: Patterns,
) -> Result<Answer, Error> {
    refuse_crowded(table, &query.filter)?;
    let window = window_of(table, query, zone, source)?;
    refuse_coarse(table, &window, zone)?;
    let granularity = query.granularity.unwrap_or_else(|| Granularity::default_for(window.days()));
    let buckets = Buckets::new(&window, zone);
    let mut counted = memory.counts.count(table, &View::of(query, &window, &buckets));
    // What a database did not give away is told like what lies in the table and does not count.
    counted.no_moment += reading.left_out_without_moment;
    counted.repeated += reading.left_out_repeated;
    let grid = Grid::new(&counted.cube, &buckets, &window, query.metric, granularity, query.thresholds);
    let account = Account {
        read: reading.read
            + reading.left_out_outside_window
            + reading.left_out_filtered
            + reading.left_out_without_moment
            + reading.left_out_repeated,
        placed: counted.placed,
        no_start: reading.no_start + counted.no_moment,
        outside_window: counted.outside_window + reading.left_out_outside_window,
        filtered: counted.filtered + reading.left_out_filtered,
        duplicate: reading.duplicates + counted.repeated,
        unreadable: reading.unreadable,
    };
    let report = match patterns {
        Patterns::Skip => pattern::Report::default(),
        Patterns::Look | Patterns::OfAll => {
            let looked_at = LookedAt {
                state: table.state(),
                filter: query.filter.clone(),
                counting: query.counting,
                wanted: query.patterns,
                window,
                zone: zone.clone(),
                ends_with_rows: ends_with_newest(query, source),
                known_until: known_until(table, reading, query, &window, source),
            };
            let known = memory.report.as_ref().filter(|(of, _)| *of == looked_at).map(|(_, report)| report.clone());
            let looks_at_workflows = patterns == Patterns::Look;
            let look = || {
                let report = pattern::report(&pattern::Evidence {
                    cube: &counted.cube,
                    buckets: &buckets,
                    window: &window,
                    zone,
                    workflows: &|each| {
                        if looks_at_workflows {
                            table.each_workflow(&View::of(query, &window, &buckets), each);
                        }
                    },
                    tags: &|each| {
                        if looks_at_workflows {
                            table.each_tag(&View::of(query, &window, &buckets), each);
                        }
                    },
                    error: &|number| table.error(number),
                    ends_with_rows: looked_at.ends_with_rows,
                    known_until: looked_at.known_until,
                    placed_by: query.counting.by,
                    outcomes: query.filter.statuses.is_empty(),
                    whole: query.filter.statuses.is_empty() && query.filter.tags.is_empty(),
                    chosen: !query.filter.is_empty(),
                    all: query.patterns == Wanted::All,
                });
                if looks_at_workflows { report } else { pattern::Report { advice: Vec::new(), ..report } }
            };
            let report = known.unwrap_or_else(look);
            // What is told meanwhile is not the answer to the same question later.
            if looks_at_workflows {
                memory.report = Some((looked_at, report.clone()));
            }
            report
        }
    };
    let mut notices = report.notices;
    let totals = counted.cube.total();
    notices.extend(notice::facts(&Told {
        table,
        reading,
        query,
        source,
        account: &account,
        totals: &totals,
        counted: &counted,
        has_patterns: !report.findings.is_empty(),
    }));
    Ok(Answer {
        zone: zone.clone(),
        grid,
        totals,
        other_statuses: counted.other_statuses.into_iter().take(MOST_OTHER_STATUSES).collect(),
        account,
        problems: reading.problems.firsts().into_iter().take(MOST_PROBLEMS).cloned().collect(),
        incomplete: reading.incomplete.clone(),
        patterns: report.findings,
        advice: report.advice,
        notices,
        window,
    })
}
