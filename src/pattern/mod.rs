//! What recurs: claims about the executions of a window that were tested so that structureless history stays silent
//! at least 19 times in 20. Works on sums by bucket alone, so its cost does not grow with rows.
//!
//! ```text
//! cube ─▶ history (days, weeks) ─┬─▶ residual ─▶ failure_window ─┬─▶ multiplicity ─▶ sentence
//!                                └─▶ volume_peak ────────────────┘
//! ```
//!
//! `ring` sums over windows of the week, `arc` over stretches of the day, `random` shuffles, `gate` holds what a claim must show in raw counts.

mod arc;
mod failure_window;
mod gate;
mod history;
mod multiplicity;
mod random;
mod residual;
mod ring;
mod sentence;
mod volume_peak;

use crate::bucket::Buckets;
use crate::cube::Cube;
use crate::window::Window;
use crate::zone::Zone;
use chrono::NaiveDate;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The filtered executions of the window, by bucket.
    pub cube: &'a Cube,
    /// The cube's buckets.
    pub buckets: &'a Buckets,
    /// The window.
    pub window: &'a Window,
    /// The zone whose weekdays and hours are named.
    pub zone: &'a Zone,
    /// True if the window ends with the newest row of a file: its last day may then be whole all the same.
    pub ends_with_rows: bool,
    /// False if a status filter chose the rows: then no pattern of outcomes is looked for.
    pub outcomes: bool,
}

/// What was found, and what could not be looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Claims that passed their test, most important first.
    pub findings: Vec<Finding>,
    /// Which data is missing for claims that were not looked for.
    pub notices: Vec<String>,
}

/// The kinds of claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Failures are more frequent in a window of the week, in most weeks.
    FailureWindow,
    /// Executions are most numerous around an hour of the day, on most days.
    VolumePeak,
}

impl Kind {
    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::FailureWindow => "failure_window",
            Kind::VolumePeak => "volume_peak",
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

/// One claim with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is claimed.
    pub kind: Kind,
    /// The claim in plain words, with its numbers.
    pub sentence: String,
    /// When in the week.
    pub window: WeekWindow,
    /// The rate (of a failure window: failures / decided; of a volume peak: executions an hour) inside the window.
    pub inside: f64,
    /// The same outside.
    pub outside: f64,
    /// Units of time (weeks of a failure window, days of a volume peak) in which the claim held.
    pub held: u32,
    /// Units of time with enough data to tell: weeks with decided executions inside and outside, or days with at least
    /// 3 executions.
    pub units: u32,
    /// Failures inside (of a failure window), executions inside (of a volume peak).
    pub count: u64,
    /// Decided executions inside (of a failure window), executions of the units of time (of a volume peak).
    pub of: u64,
    /// How many there would have been inside at the rate outside.
    pub expected: f64,
    /// The first local date that was looked at.
    pub from: NaiveDate,
    /// The last local date that was looked at.
    pub to: NaiveDate,
    /// By week that was looked at (its Monday): whether the claim held; `None` where there was too little data. The days
    /// of a volume peak hold for their week where at least 60 % of those that can tell do.
    pub weeks: Vec<(NaiveDate, Option<bool>)>,
    /// The chance of such a claim on structureless history, adjusted for everything that was looked at. Not stated
    /// finer than one in a million.
    pub p_adjusted: f64,
    /// The hours that the claim is about and that have executions: local date and hour, rising.
    pub cells: Vec<(NaiveDate, u8)>,
}

/// Looks for patterns. The same counts give the same report on every machine.
///
/// The kinds are corrected for each other; one that was not looked for, or whose best window failed its gates, counts
/// as one that was looked for in vain. Without the feature `patterns` nothing is looked for and nothing is said.
pub fn report(evidence: &Evidence<'_>) -> Report {
    if !cfg!(feature = "patterns") {
        return Report::default();
    }
    let days = history::whole_days(evidence);
    let weeks = history::whole_weeks(&days);
    let failures = if evidence.outcomes { failure_window::look(&weeks) } else { None };
    let volume = volume_peak::look(&days);
    let chances =
        [failures.as_ref().map_or(1.0, |claim| claim.chance), volume.as_ref().map_or(1.0, |claim| claim.chance)];
    let adjusted = multiplicity::adjusted(&chances);
    let is_claimed = |chance: &f64| *chance <= multiplicity::FALSE_DISCOVERY_RATE;
    let mut adjusted = adjusted.into_iter().map(|chance| Some(chance).filter(is_claimed));
    let failures = failures.zip(adjusted.next().flatten());
    let volume = volume.zip(adjusted.next().flatten());
    let failures = failures.and_then(|(claim, chance)| claim.into_finding(&weeks, chance));
    let volume = volume.and_then(|(claim, chance)| claim.into_finding(&days, evidence.zone.name(), chance));
    Report { findings: failures.into_iter().chain(volume).collect(), notices: notices(evidence, &days, &weeks) }
}

/// The findings that an answer can have: none without the feature `patterns`, so that what only writes and draws them
/// is left out of a module that is built without it.
pub(crate) fn told(findings: &[Finding]) -> &[Finding] {
    if cfg!(feature = "patterns") { findings } else { &[] }
}

/// Which data is missing. A view without any execution says that itself.
fn notices(evidence: &Evidence<'_>, days: &[history::Day], weeks: &[history::Week]) -> Vec<String> {
    let mut notices = Vec::new();
    if evidence.cube.sums().iter().all(|sums| sums.executions() == 0) {
        return notices;
    }
    let there = failure_window::usable_weeks(weeks);
    if evidence.outcomes && there < gate::LEAST_WEEKS {
        notices.push(sentence::too_few_weeks(gate::LEAST_WEEKS, there));
    }
    let there = volume_peak::usable_days(days);
    if there < volume_peak::LEAST_DAYS {
        notices.push(sentence::too_few_days(volume_peak::LEAST_DAYS, volume_peak::LEAST_EXECUTIONS, there));
    }
    notices
}
