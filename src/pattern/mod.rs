//! What recurs: claims about the executions of a window that were tested so that structureless history stays silent
//! at least 19 times in 20. Tests work on sums by hour, so their cost does not grow with rows; what is about single starts
//! (schedules, stops, failures in a row, ends) and the hours of each workflow takes passes over the rows.
//!
//! ```text
//! cube, rows ─▶ history (days, weeks) ─▶ a kind's look ─▶ multiplicity ─▶ explained ─▶ sentence
//! ```
//!
//! `attribution` and `mix` say what explains a claim that was accepted.
//! `ring` sums over windows of the week, `arc` over stretches of the day, `random` shuffles, `gate` holds what a claim must show in raw counts.

mod arc;
pub mod attribution;
mod beside;
pub mod change;
mod chosen;
mod claim;
pub mod clock;
pub mod daily;
mod explained;
mod gate;
pub mod history;
pub mod mix;
mod multiplicity;
mod neighbours;
pub mod outcome;
pub mod outcome_window;
mod quads;
pub mod quiet;
mod random;
mod report;
mod residual;
mod retention;
mod ring;
mod runs;
pub mod sentence;
mod series;
mod settled;
mod shared_error;
pub mod trend;
mod turned_days;
pub mod volume_days;
pub mod volume_peak;
mod volume_profile;
pub mod volume_window;

pub mod burst;
pub mod consecutive;
mod contrasts;
pub mod english;
pub mod missed;
pub mod schedule;
pub mod silence;
pub mod stopped;
pub mod tail;
pub mod usual;

pub use claim::{Basis, Claim, Effect, Fact, Look};
pub use random::{FEW, MANY};
pub use report::{MOST_FINDINGS, MOST_OF_A_KIND};
pub use series::{Run, Series, Whose};

use crate::bucket::Buckets;
use crate::cube::Cube;
use crate::options::Moment;
use crate::table::WorkflowRuns;
use crate::window::Window;
use crate::zone::Zone;
use chrono::NaiveDate;

/// Calls with the executions of one workflow after the other, until it is told that no more are wanted.
pub type EachWorkflow<'a> = dyn Fn(&mut dyn FnMut(WorkflowRuns) -> bool) + 'a;

/// Calls with tags and what the executions that bear each did, by bucket.
pub type EachTag<'a> = dyn Fn(&mut dyn FnMut(&str, &Cube)) + 'a;

/// The class of errors of a number, as runs bear it.
pub type ErrorOf<'a> = dyn Fn(u32) -> Option<&'a str> + 'a;

/// What is looked at.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The filtered executions of the window, by bucket.
    pub cube: &'a Cube,
    /// The cube's buckets.
    pub buckets: &'a Buckets,
    /// The window.
    pub window: &'a Window,
    /// The zone whose weekdays and hours are named.
    pub zone: &'a Zone,
    /// The executions of single workflows, each by itself; nothing where they are not known one by one.
    pub workflows: &'a EachWorkflow<'a>,
    /// The tags that most executions bear; nothing where they are not known. Asked for only where a claim is to be explained.
    pub tags: &'a EachTag<'a>,
    /// What the errors of single executions are called.
    pub error: &'a ErrorOf<'a>,
    /// True if the window ends with the newest row of a file: its last day may then be whole all the same.
    pub ends_with_rows: bool,
    /// Up to which moment rows are known though none may be there, in milliseconds: because someone said so, or because it is
    /// now. `None` where nothing but the rows themselves tells.
    pub known_until: Option<i64>,
    /// Which moment of executions places them: only of their starts it follows when they run and end.
    pub placed_by: Moment,
    /// False if a status filter chose the rows: then no pattern of outcomes is looked for.
    pub outcomes: bool,
    /// False if statuses or tags chose the rows: what else workflows ran is not there then, and a database keeps it back, so
    /// nothing is said of when they did not run, ran by the clock, or failed again and again.
    pub whole: bool,
    /// True if someone chose these executions among others, so that others may run beside them.
    pub chosen: bool,
    /// True if all that passed its test is wanted, not only what matters most.
    pub all: bool,
}

/// What was found, and what could not be looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Claims that passed their test, most important first: at most seven, two of a kind, and none that another one
    /// explains; or all of them, if that was wanted.
    pub findings: Vec<Finding>,
    /// How many others passed theirs.
    pub more: usize,
    /// Hours in which there is room for another job. They are counted and not tested, so they are no findings.
    pub advice: Vec<Finding>,
    /// Which data is missing for claims that were not looked for.
    pub notices: Vec<String>,
}

/// The kinds of claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Failures are more frequent in a window of the week, in most weeks.
    FailureWindow,
    /// The same of executions that run out of time,
    TimeoutWindow,
    /// that are cancelled,
    CancellationWindow,
    /// that take longer than is usual of their workflow.
    SlowWindow,
    /// More or fewer executions start in some hours of some days than in the rest of the day, on most days, or on some
    /// weekdays than on the others, in most weeks,
    VolumeWindow,
    /// or end.
    ThroughputWindow,
    /// Executions are most numerous around an hour of the day, on most days.
    VolumePeak,
    /// A workflow starts at even intervals.
    Schedule,
    /// A workflow that starts at even intervals did not start at some of them.
    MissedRuns,
    /// Nothing ran for a time in which much was to be expected.
    Silence,
    /// One hour has many times the executions that are usual.
    Burst,
    /// A few hours hold many of all failures.
    Incident,
    /// From one day on a measure is another one.
    Change,
    /// A measure rises or falls over the weeks.
    Trend,
    /// What runs has changed, and a measure with it.
    Mix,
    /// A workflow runs no more.
    Stopped,
    /// A workflow is new.
    New,
    /// More failures in a row than chance and the workflow's own clustering bring.
    ConsecutiveFailures,
    /// Little runs in a window of the day: advice, never a claim.
    QuietWindow,
}

impl Kind {
    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::FailureWindow => "failure_window",
            Kind::TimeoutWindow => "timeout_window",
            Kind::CancellationWindow => "cancellation_window",
            Kind::SlowWindow => "slow_window",
            Kind::VolumeWindow => "volume_window",
            Kind::ThroughputWindow => "throughput_window",
            Kind::VolumePeak => "volume_peak",
            Kind::Schedule => "schedule",
            Kind::MissedRuns => "missed_runs",
            Kind::Silence => "silence",
            Kind::Burst => "burst",
            Kind::Incident => "incident",
            Kind::Change => "change",
            Kind::Trend => "trend",
            Kind::Mix => "mix",
            Kind::Stopped => "stopped",
            Kind::New => "new",
            Kind::ConsecutiveFailures => "consecutive_failures",
            Kind::QuietWindow => "quiet_window",
        }
    }

    /// True if it says when work comes, which readers mostly know; not what goes wrong and what has changed.
    const fn is_when_work_comes(self) -> bool {
        matches!(self, Kind::VolumeWindow | Kind::ThroughputWindow | Kind::VolumePeak | Kind::Schedule)
    }

    /// How much it matters beside others that concern as much.
    const fn weight(self) -> f64 {
        match self {
            // Who set a schedule knows it: whatever happened comes first, and be it that a workflow keeps it no more.
            Kind::Schedule => 1e-6,
            _ if self.is_when_work_comes() => 0.1,
            _ => 1.0,
        }
    }
}

/// A window of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekWindow {
    /// The weekdays on which it begins, 1 = Monday to 7 = Sunday.
    pub weekdays: Vec<u8>,
    /// The local hour at which it begins.
    pub from_hour: u8,
    /// The local hour at which it ends, exclusive, 1 to 24; at most `from_hour` where it runs past midnight.
    pub to_hour: u8,
}

impl WeekWindow {
    /// So many hours from an hour on; past midnight they go on on the next day.
    pub fn new(weekdays: Vec<u8>, start: u8, length: u8) -> Self {
        let end = start + length;
        Self { weekdays, from_hour: start, to_hour: if end > 24 { end - 24 } else { end } }
    }

    /// By hour of the week, Monday 0 h first, whether it lies in the window.
    #[inline(never)]
    pub fn hours(&self) -> [bool; history::RING] {
        let length = (usize::from(self.to_hour) + 23 - usize::from(self.from_hour)) % 24 + 1;
        let mut hours = [false; history::RING];
        for weekday in &self.weekdays {
            let begin = usize::from(weekday.saturating_sub(1)) * 24 + usize::from(self.from_hour);
            for hour in begin..begin + length {
                if let Some(is_inside) = hours.get_mut(hour % history::RING) {
                    *is_inside = true;
                }
            }
        }
        hours
    }
}

/// One claim with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is claimed.
    pub kind: Kind,
    /// Of whose executions.
    pub whose: Whose,
    /// The claim in plain words, with its numbers.
    pub sentence: String,
    /// How it is known, in words made from the values that it was decided by.
    pub how: String,
    /// The place among the findings, from 0 on, of the one that explains it, if that is among them.
    pub explained_by: Option<usize>,
    /// When in the week, of a kind that recurs there.
    pub window: Option<WeekWindow>,
    /// What it does to its measure: of a window of outcomes the shares inside and outside, of a peak the executions an hour.
    pub effect: Option<Effect>,
    /// The counts it rests on, by name: units of time (weeks or days) in which it held and those that can tell, counts
    /// inside, and how many there would have been inside at the rate outside.
    pub evidence: Vec<(&'static str, Fact)>,
    /// The first local date that was looked at.
    pub from: NaiveDate,
    /// The last local date that was looked at.
    pub to: NaiveDate,
    /// By week that was looked at (its Monday): whether the claim held; `None` where there was too little data. A claim by
    /// days holds for their week where at least 60 % of those that can tell do.
    pub weeks: Vec<(NaiveDate, Option<bool>)>,
    /// The share of claims as sure as this one that is expected to be chance, at most: its chance on structureless history,
    /// corrected for all that was looked for in its family (Benjamini, Hochberg 1995): what says when work comes, or the rest.
    /// Not finer than one in a million. `None` of advice, which is not tested.
    pub p_adjusted: Option<f64>,
    /// The hours that the claim is about and that have executions, of a silence those without any, of missed runs those in
    /// which one is missing, where others may be: local date and hour, rising. Empty of a change, a trend and a mix, which are
    /// about all hours, and of schedules of more than two hours of the day.
    pub cells: Vec<(NaiveDate, u8)>,
}

impl Finding {
    /// The count of a name that the claim rests on.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.evidence.iter().find_map(|(of, fact)| match fact {
            Fact::Count(count) if *of == name => Some(*count),
            _ => None,
        })
    }
}

/// Looks for patterns. The same counts give the same report on every machine.
///
/// The kinds of a family are corrected for each other; one that was not looked for, or whose best window failed its gates, counts
/// as one that was looked for in vain. Where a window of an outcome or a change is found, others are looked for beside it.
/// Without the feature `patterns` nothing is looked for and nothing is said.
pub fn report(evidence: &Evidence<'_>) -> Report {
    if cfg!(feature = "patterns") { report::report(evidence) } else { Report::default() }
}

/// The findings that an answer can have: none without the feature `patterns`, so that what only writes and draws them
/// is left out of a module that is built without it.
pub(crate) fn told(findings: &[Finding]) -> &[Finding] {
    if cfg!(feature = "patterns") { findings } else { &[] }
}
