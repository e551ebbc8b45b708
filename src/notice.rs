//! Facts beside the cells that a reader has to know: what was left out, assumed or not looked for. Words only; what they
//! tell of was counted elsewhere.

use crate::FORMS;
use crate::answer::{Account, Source, ends_with_newest};
use crate::cube::Sums;
use crate::execution::Status;
use crate::ingest::{UNSTABLE, excerpt};
use crate::intake::Reading;
use crate::number::whole;
use crate::options::{Attempts, Metric, Moment, Query};
use crate::order::sort;
use crate::picture::words::count;
use crate::problem::ProblemKind;
use crate::table::{Counted, MOST_ERRORS, MOST_NAMES, Table};
use crate::window::{MOST_DAYS, MOST_DAYS_AHEAD, MOST_DAYS_OF_A_FILE, WindowRequest};

/// What is said where no single start is known, behind why that is so.
macro_rules! no_single_starts {
    ($why:literal) => {
        concat!($why, "schedules and what was missed of them, failures in a row, stops of workflows with few runs and when executions end are not looked for")
    };
}

/// What is said of rows that were counted as they came; none of them can be held against another one.
pub const NOT_KEPT: &str = no_single_starts!("rows were counted and not kept: ");

/// The same of counts that came instead of rows.
pub const COUNTED: &str = no_single_starts!("counts tell no single starts; of what they count, ");

/// What is to be thought of claims about executions that someone chose: who looks at many slices finds something in one.
const EXPLORATORY: &str = "exploratory: you chose this slice, so treat these as hints";

/// That nobody held rows against each other. A terminal adds how to ask for it.
pub const REPEATED_UNSOUGHT: &str = "repeated rows were not looked for";

/// What says what fields and words mean, in every sentence that advises it. A terminal adds how it is given.
pub const A_MAPPING: &str = "a mapping";

/// What the facts are told of.
pub(crate) struct Told<'a> {
    pub(crate) table: &'a Table,
    pub(crate) reading: &'a Reading,
    pub(crate) query: &'a Query,
    pub(crate) source: Source,
    pub(crate) account: &'a Account,
    pub(crate) totals: &'a Sums,
    pub(crate) counted: &'a Counted,
    /// Whether any pattern is told.
    pub(crate) has_patterns: bool,
}

/// True if someone chose these executions: by a filter, or by naming the dates. Whether rows lie beside them is not asked,
/// since a database does not send these; days that end now, at an instant or with the rows are how a window is always given.
fn is_slice(query: &Query) -> bool {
    !query.filter.is_empty() || matches!(query.window, WindowRequest::Dates { .. })
}

/// What a reader has to know beside the cells.
pub(crate) fn facts(told: &Told<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    let Told { table, reading, query, source, totals, counted, .. } = told;
    if cfg!(feature = "patterns") && told.has_patterns && is_slice(query) {
        facts.push(EXPLORATORY.to_owned());
    }
    // By the moment at which they were due, rows without a start are placed.
    let lacks_starts = table.rows() + table.counted() == table.unstarted();
    let is_placed = query.counting.by == Moment::Scheduled && table.rows() > 0;
    if *source == Source::File && lacks_starts && !is_placed {
        facts.push("no row has a start; the window is an empty one".to_owned());
    }
    if !query.filter.statuses.is_empty() {
        facts.push("a status filter is set: the success rate is of the executions that are left, and no pattern of outcomes is looked for".to_owned());
    }
    facts.extend(moments(told));
    facts.extend(attempts(told));
    facts.extend(rate_known(totals));
    // Counts know no mapping.
    let are_counts = FORMS && table.longest_count().is_some() && table.keeps_rows() && table.rows() == 0;
    let remedy = if are_counts { "" } else { UNLESS_MAPPED };
    facts.extend(unknown_statuses(totals.of(Status::Other), totals.executions(), &counted.other_statuses, remedy));
    facts.extend(crowding(table));
    if cfg!(feature = "patterns") {
        let why = if table.keeps_rows() { (table.counted() > 0).then_some(COUNTED) } else { Some(NOT_KEPT) };
        facts.extend(why.map(str::to_owned));
        if told.has_patterns && table.crowding().errors {
            let most = count(MOST_ERRORS as u64);
            facts.push(
                ["what extra failures share was not looked for: failures say more than ", &most, " things"].concat(),
            );
        }
    }
    if counted.is_short {
        facts.push("memory did not suffice to count what the metric needs; a shorter window may".to_owned());
    }
    if *source == Source::File && reading.may_repeat() {
        facts.push(REPEATED_UNSOUGHT.to_owned());
    }
    // A build without the feature looks for none.
    if cfg!(feature = "parts") && reading.looked_among > 0 {
        let most = count(reading.looked_among);
        facts.push(
            ["repeated rows and earlier attempts were not looked for beyond the first ", &most, " executions"].concat(),
        );
    }
    if cfg!(feature = "parts") {
        facts.extend(some(
            reading.unidentified,
            [
                " row has no id, so that it does not show whether it repeats another one",
                " rows have no id, so that it does not show whether they repeat another one",
            ],
        ));
    }
    facts.extend(some(
        reading.duplicates,
        [" row repeats another one and is not counted", " rows repeat another one and are not counted"],
    ));
    facts.extend(of_reading(reading));
    facts
}

/// A number and what is said of one, or of more than one; nothing of none.
#[inline(never)]
fn some(number: u64, [of_one, of_more]: [&str; 2]) -> Option<String> {
    (number > 0).then(|| [&*count(number), if number == 1 { of_one } else { of_more }].concat())
}

/// In front of a number of the whole source, where others are of what is shown.
const OF_ALL_ROWS: &str = "of all rows read, ";

/// What a reader has to know of rows wherever they go, into a picture or a database: what was assumed of their starts, and
/// what the source lists beside them.
pub fn of_reading(reading: &Reading) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(some(
        reading.zoneless_starts,
        [
            " start names no zone and was read as UTC, in which it stands as written",
            " starts name no zone and were read as UTC, in which they stand as written",
        ],
    ));
    facts.extend(some(
        reading.problems.count(ProblemKind::BadDuration) + reading.problems.count(ProblemKind::NegativeDuration),
        [" row has a duration or an end that cannot be used", " rows have a duration or an end that cannot be used"],
    ));
    facts.extend(stand_ins(reading));
    if FORMS && reading.unstable > 0 {
        let [are, count_as] = if reading.unstable == 1 {
            [" is an ", " build, which counts as failed and bears the tag "]
        } else {
            [" are ", " builds, which count as failed and bear the tag "]
        };
        facts.push([OF_ALL_ROWS, &count(reading.unstable), are, UNSTABLE, count_as, UNSTABLE].concat());
    }
    facts.extend(left_out(reading));
    facts
}

/// Which starts are other moments, because the source names no start.
fn stand_ins(reading: &Reading) -> Vec<String> {
    let moments = ["was to start", "was queued", "was made"];
    let told = reading.stand_ins.iter().zip(moments).filter(|(rows, _)| **rows > 0);
    let say = |(rows, moment): (&u64, &str)| {
        let (number, verb) = (count(*rows), if *rows == 1 { "start is" } else { "starts are" });
        [&number, " ", verb, " when the execution ", moment, ", because the source names no start"].concat()
    };
    told.map(say).collect()
}

/// What the source lists beside its rows.
fn left_out(reading: &Reading) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(some(
        reading.parts,
        [
            " step, child or other part of an execution was left out; only what it is a part of is counted",
            " steps, children or other parts of executions were left out; only what they are parts of is counted",
        ],
    ));
    facts.extend(some(
        reading.no_executions,
        [
            " record was left out that is no execution, such as a job that nobody started",
            " records were left out that are no executions, such as jobs that nobody started",
        ],
    ));
    facts
}

/// The moment that places executions, as a sentence names it.
const fn moment(by: Moment) -> &'static str {
    match by {
        Moment::Start => "start",
        Moment::End => "end",
        Moment::Scheduled => "scheduled time",
    }
}

/// What the scheduled time of rows is called beside other moments.
const WERE_DUE: &str = "when they were due";

/// What is called the scheduled time of rows: the moment from which they waited.
fn due(reading: &Reading) -> String {
    let mut words = String::new();
    for (rows, moment) in reading.due.iter().zip([WERE_DUE, "when they were queued", "when they were made"]) {
        if FORMS && *rows > 0 {
            words.push_str(if words.is_empty() { "" } else { " or " });
            words.push_str(moment);
        }
    }
    if words.is_empty() { WERE_DUE.to_owned() } else { words }
}

/// By which moment rows were placed, which of them lack it, and how many of them lie outside the window.
fn moments(told: &Told<'_>) -> Vec<String> {
    let Told { table, reading, query, source, account, counted, totals, .. } = told;
    let by = query.counting.by;
    let mut facts = Vec::new();
    let all = table.rows() + table.counted() + reading.left_out_without_moment;
    let placeable = all.saturating_sub(counted.no_moment);
    if ends_with_newest(query, *source) && account.outside_window * 2 > placeable {
        let (outside, moment) = (account.outside_window, moment(by));
        // Who chose the days knows that the others are left out. Nobody did so here, so that what spans less is all there.
        let cause = match query.window {
            WindowRequest::Default => [
                " and spans ",
                &count(MOST_DAYS_OF_A_FILE as u64),
                " days, unless days (up to ",
                &count(MOST_DAYS as u64),
                ") or from and to say more; a ",
                moment,
                " in the future or far in the past may be the cause",
            ]
            .concat(),
            _ => String::new(),
        };
        facts.push(
            [
                &whole(outside),
                " of ",
                &whole(placeable),
                " rows lie outside the window, which ends with the newest ",
                moment,
                &cause,
            ]
            .concat(),
        );
    }
    let is_cut = by == Moment::Scheduled && account.outside_window > 0 && ends_with_newest(query, *source);
    if FORMS && is_cut && table.is_due_far_ahead() {
        let days = count(MOST_DAYS_AHEAD as u64);
        facts.push(
            [
                "what was to start more than ",
                &days,
                " days behind all that has started lies outside the window, unless until, or from and to, say more",
            ]
            .concat(),
        );
    }
    if by != Moment::Start {
        let lacking = match some(
            counted.no_moment,
            match by {
                Moment::End => [
                    " row lacks its start or its end and is counted as no_start",
                    " rows lack their start or their end and are counted as no_start",
                ],
                _ => [
                    " row has no such time and is counted as no_start",
                    " rows have no such time and are counted as no_start",
                ],
            },
        ) {
            // That they were not kept is why, and is told instead.
            Some(lacking) if table.keeps_rows() => ["; ", &lacking].concat(),
            _ => String::new(),
        };
        // The end that a row names may be another one: what it waited within is no part of how long it took.
        let placed = if by == Moment::End { "their end (start and duration)".to_owned() } else { due(reading) };
        facts.push(["executions are placed by ", &placed, &lacking].concat());
        if FORMS && by == Moment::End && table.keeps_rows() {
            let others = some(
                reading.other_ends,
                [
                    " names an end that lies more than a minute from where its start and duration put it",
                    " name ends that lie more than a minute from where their start and duration put them",
                ],
            );
            facts.extend(others.map(|others| OF_ALL_ROWS.to_owned() + &others));
        }
        if !table.keeps_rows() {
            facts.push(
                "rows were counted by their start and not kept, so no other moment of theirs is known".to_owned(),
            );
        }
    }
    let is_of_durations = !matches!(query.metric, Metric::Volume | Metric::SuccessRate | Metric::ErrorCount);
    if query.metric == Metric::QueueWait {
        facts.push(match totals.waited {
            0 => "no row says when it was due, so that no wait is known".to_owned(),
            waited => {
                ["the wait is known of ", &count(waited), " of ", &count(totals.executions()), " executions"].concat()
            }
        });
    } else if is_of_durations && totals.decided() > 0 && totals.timed == 0 {
        facts.push("none of these executions says how long it took, so that no duration is known".to_owned());
    }
    facts
}

/// How attempts of one execution are counted, where the view has several. Of those with an id of their own none is the last
/// one of another: only a link says what they repeat, and nobody follows it. How many of the view's are such is not known,
/// since links are counted while the whole source is read: what is said of these holds for any view and has no number.
fn attempts(told: &Told<'_>) -> Vec<String> {
    let Told { table, reading, query, totals, counted, .. } = told;
    // No other build reads links.
    let [retries, later_runs] = if FORMS { reading.repeats } else { [0, 0] };
    let linked = retries + later_runs;
    let mut facts = Vec::new();
    if query.counting.attempts == Attempts::Each {
        if counted.retries > 0 {
            // Which of the two they are is not kept of each row; that they are one of them is true of any view.
            let are = if later_runs > 0 { " executions repeat or continue others" } else { " executions are retries" };
            facts.push([&count(counted.retries), " of ", &count(totals.executions()), are, " and count each"].concat());
        }
        return facts;
    }
    // Where every retry of the source is a linked one, there is no earlier attempt. Links of repeated rows were counted
    // before these were dropped, so then nothing is sure.
    let has_others = table.retries() != linked || reading.duplicates > 0;
    if reading.not_looked_for > 0 && counted.retries > 0 && has_others {
        facts.push(
            "earlier attempts were not looked for, so each attempt counts; that takes reading with de-duplication"
                .to_owned(),
        );
    } else {
        facts.extend(some(counted.repeated, [" earlier attempt is not counted", " earlier attempts are not counted"]));
    }
    if linked > 0 && counted.retries > 0 {
        let said = if later_runs > 0 {
            "executions that repeat or continue others under ids of their own count beside them"
        } else {
            "retries with ids of their own count beside what they repeat"
        };
        facts.push(said.to_owned());
    }
    facts
}

/// Which views are off, because there were too many names to tell them apart.
fn crowding(table: &Table) -> Vec<String> {
    let crowding = table.crowding();
    let most = count(MOST_NAMES as u64);
    let mut facts = Vec::new();
    let mut add = |is_so: bool, what: &str, off: &str| {
        if is_so {
            facts.push(
                ["there are more than ", &most, " ", what, ", or their texts are too long to be held; ", off].concat(),
            );
        }
    };
    add(crowding.workflows, "workflows", "no list of them and no filter by them is possible, all else is exact");
    add(crowding.names && !crowding.workflows, "names of workflows", "workflows go by their ids");
    add(crowding.words, "unknown status words", "none is listed, but all are counted");
    add(crowding.tags, "tags or sets of tags", "no filter by them is possible, all else is exact");
    facts
}

/// Of how many executions it is known how they ended, where more of them bear words that are not: what is said of the few
/// would be read as said of all. Stands where else the rate does.
#[inline(never)]
pub fn rate_known(totals: &Sums) -> Option<String> {
    let decided = totals.decided();
    (totals.of(Status::Other) > decided)
        .then(|| ["success rate known of ", &count(decided), " of ", &count(totals.executions())].concat())
}

/// What can be done about unknown status words of rows.
pub const UNLESS_MAPPED: &str = ", unless a mapping says what they mean";

/// Unknown status words that a notice names.
const MOST_NAMED_STATUSES: usize = 3;

/// That so many executions bear status words that are not in the vocabulary, with the commonest of them, and what can be
/// done about it; `None` if none does.
pub fn unknown_statuses(other: u64, executions: u64, other_statuses: &[(String, u64)], remedy: &str) -> Option<String> {
    if other == 0 {
        return None;
    }
    let mut commonest: Vec<_> = other_statuses.iter().collect();
    sort(&mut commonest, &|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)).is_lt());
    let named: Vec<String> = commonest
        .iter()
        .take(MOST_NAMED_STATUSES)
        .map(|(word, rows)| [&excerpt(word), " (", &count(*rows), ")"].concat())
        .collect();
    // Where there are too many words, none is listed.
    let named = if named.is_empty() { String::new() } else { [", ", &named.join(", ")].concat() };
    let more = if commonest.len() > MOST_NAMED_STATUSES { " and others" } else { "" };
    Some(
        [
            &*count(other),
            " of ",
            &count(executions),
            if other == 1 { " executions has" } else { " executions have" },
            " a status that is not known",
            &named,
            more,
            "; they count as volume and in no rate",
            remedy,
        ]
        .concat(),
    )
}
