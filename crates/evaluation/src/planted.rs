//! What is planted in mixed histories: how it changes what happens, and which sentences it makes true. A sentence is true if
//! it is of that kind (or of one that the same fact shows in), at the right place, about a series that has it.

use crate::histories::{MONDAY, Plant, WEEK};
use crate::scores::{hours_of, overlap};
use crate::told;
use chrono::NaiveDate;
use execution_heatmap::pattern::{Fact, Finding, Kind, WeekWindow, Whose};

/// Names of the workflows and their shares of the executions; the last one is there only where its schedule is planted.
pub const WORKFLOWS: [(&str, f64); 4] = [("one", 0.4), ("two", 0.3), ("three", 0.2), ("four", 0.1)];
/// The workflow that keeps a schedule.
pub const SCHEDULED: &str = "every-hour";
/// A change is told rightly within so many days.
const NEAR: i64 = 5;
/// Hours of a planted silence,
pub const SILENT_HOURS: usize = 12;
/// and of an incident.
pub const INCIDENT_HOURS: usize = 8;

/// Mondays 9 to 11, at a third.
pub const WINDOW: Plant = Plant { days: &[0], hours: (9, 11), rate: 0.35, weeks: 0.85 };
/// Daily from 2 to 3.
pub const SLOW: Plant = Plant { days: &[0, 1, 2, 3, 4, 5, 6], hours: (2, 4), rate: 0.0, weeks: 0.9 };

/// One thing that is planted. Workflows by their places in [`WORKFLOWS`], times by hour or day from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// [`WINDOW`], in one workflow.
    Window { workflow: usize },
    /// Executions take four times as long in [`SLOW`].
    Slow,
    /// Three times the executions at 14 h.
    Peak,
    /// Half the executions on weekdays from 9 to 17 h.
    Dip,
    /// Failures rise from a day on, in one workflow.
    FailureStep { workflow: usize, day: usize },
    /// Durations rise by half from a day on, in one workflow.
    DurationStep { workflow: usize, day: usize },
    /// Failures rise evenly to three times the rate.
    Trend,
    /// Nothing runs.
    Silence { hour: usize },
    /// Twenty times the executions of one workflow for two hours.
    Burst { workflow: usize, hour: usize },
    /// Nearly everything fails for some hours.
    Incident { hour: usize },
    /// One workflow stops.
    Stop { workflow: usize, day: usize },
    /// One more workflow runs every hour, and misses two in five Sundays.
    Schedule,
    /// 25 failures in a row of the smallest workflow.
    Row { hour: usize },
    /// Failures rise from a day on, in all workflows.
    CommonStep { day: usize },
}

/// How many kinds of things can be planted.
pub const KINDS: usize = 14;

impl Planted {
    /// A thing of a kind, by number, somewhere.
    pub fn of(kind: usize, workflow: usize, days: usize, place: f64) -> Self {
        let day = days / 4 + (place * (days / 2) as f64) as usize;
        let hour = day * 24 + (place * 997.0) as usize % 24;
        match kind {
            0 => Planted::Window { workflow },
            1 => Planted::Slow,
            2 => Planted::Peak,
            3 => Planted::Dip,
            4 => Planted::FailureStep { workflow, day },
            5 => Planted::DurationStep { workflow, day },
            6 => Planted::Trend,
            7 => Planted::Silence { hour },
            8 => Planted::Burst { workflow, hour },
            9 => Planted::Incident { hour },
            10 => Planted::Stop { workflow, day },
            11 => Planted::Schedule,
            12 => Planted::Row { hour },
            _ => Planted::CommonStep { day },
        }
    }

    /// Its kind, in words.
    pub fn name(self) -> &'static str {
        match self {
            Planted::Window { .. } => "a failure window in one workflow",
            Planted::Slow => "slow hours",
            Planted::Peak => "a peak of the day",
            Planted::Dip => "half the volume on weekdays 9–17",
            Planted::FailureStep { .. } => "a step of one workflow's failure rate",
            Planted::DurationStep { .. } => "a step of one workflow's durations",
            Planted::Trend => "a rising failure rate",
            Planted::Silence { .. } => "twelve hours of silence",
            Planted::Burst { .. } => "a burst of one workflow",
            Planted::Incident { .. } => "an incident of eight hours",
            Planted::Stop { .. } => "a workflow that stops",
            Planted::Schedule => "an hourly schedule with bad Sundays",
            Planted::Row { .. } => "25 failures in a row",
            Planted::CommonStep { .. } => "a step of all workflows' failure rate",
        }
    }

    /// True if the finding tells it.
    pub fn is_told_by(self, finding: &Finding) -> bool {
        let is_high = told::is_high(finding);
        let window = finding.window.as_ref();
        let is_of = |name: &str| matches!(&finding.whose, Whose::Workflow { id, .. } if id == name);
        let is_of_all_or = |workflow: usize| finding.whose == Whose::All || is_of(WORKFLOWS[workflow].0);
        let is_about = |subject: &str| finding.sentence.to_lowercase().contains(subject);
        let is_volume = matches!(finding.kind, Kind::VolumeWindow | Kind::ThroughputWindow);
        match self {
            Planted::Window { workflow } => {
                finding.kind == Kind::FailureWindow && is_of_all_or(workflow) && is_at(window, &WINDOW)
            }
            Planted::Slow => finding.kind == Kind::SlowWindow && is_at(window, &SLOW),
            Planted::Peak => {
                // It is there every day: hours of some days alone are not it.
                let is_daily = window.is_some_and(|window| window.weekdays.len() == 7);
                told::holds_hour(finding, 14) && (finding.kind == Kind::VolumePeak || is_volume && is_high && is_daily)
            }
            Planted::Dip => {
                let Some(window) = window.filter(|_| is_volume) else { return false };
                let all_days = WeekWindow { weekdays: (1..=7).collect(), ..window.clone() };
                let told: Vec<bool> = hours_of(&all_days).into_iter().take(24).collect();
                let dip: Vec<bool> = (0..24).map(|hour| (9..17).contains(&hour) != is_high).collect();
                window.weekdays.contains(&1) && overlap(&told, &dip) >= 0.5
            }
            Planted::FailureStep { workflow, day } => {
                is_of_all_or(workflow) && is_about("failure rate") && is_change_near(finding, day)
            }
            Planted::CommonStep { day } => is_about("failure rate") && is_change_near(finding, day),
            Planted::DurationStep { workflow, day } => {
                is_of_all_or(workflow) && is_about("duration") && is_change_near(finding, day)
            }
            Planted::Trend => finding.kind == Kind::Trend && is_about("failure rate"),
            Planted::Silence { hour } => finding.kind == Kind::Silence && has_cell_in(finding, hour, SILENT_HOURS),
            Planted::Burst { workflow, hour } => {
                finding.kind == Kind::Burst && is_of_all_or(workflow) && has_cell_in(finding, hour, 2)
            }
            // Of a row no place is told but in its words.
            Planted::Incident { hour } => {
                finding.kind == Kind::ConsecutiveFailures
                    || finding.kind == Kind::Incident && has_cell_in(finding, hour, INCIDENT_HOURS)
            }
            Planted::Stop { workflow, day } => {
                let is_in_total = finding.whose == Whose::All && is_about("volume") && is_change_near(finding, day);
                finding.kind == Kind::Stopped && is_of(WORKFLOWS[workflow].0) || is_in_total
            }
            Planted::Schedule => {
                // Of its Sundays two in five are missed.
                let is_sunday = window.is_some_and(|window| window.weekdays == [7]);
                let is_of_sundays = is_volume && told::is_of_whole_days(finding) && is_sunday && !is_high;
                (matches!(finding.kind, Kind::Schedule | Kind::MissedRuns) || is_of_sundays) && is_of(SCHEDULED)
            }
            Planted::Row { hour } => {
                let is_incident = finding.kind == Kind::Incident && has_cell_in(finding, hour, 48);
                is_of(WORKFLOWS[3].0) && (finding.kind == Kind::ConsecutiveFailures || is_incident)
            }
        }
    }
}

/// True if a window has at least half of its hours in common with a planted one.
fn is_at(window: Option<&WeekWindow>, plant: &Plant) -> bool {
    let planted: Vec<bool> = (0..WEEK).map(|hour| plant.holds(hour)).collect();
    window.is_some_and(|window| overlap(&hours_of(window), &planted) >= 0.5)
}

/// Days from the beginning to a date.
fn day_of(date: NaiveDate) -> i64 {
    MONDAY.parse::<NaiveDate>().map_or(0, |monday| (date - monday).num_days())
}

fn is_change_near(finding: &Finding, day: usize) -> bool {
    let from = finding.evidence.iter().find_map(|(name, fact)| match fact {
        Fact::Date(date) if *name == "changed_on" => Some(day_of(*date)),
        _ => None,
    });
    finding.kind == Kind::Change && from.is_some_and(|from| (from - day as i64).abs() <= NEAR)
}

fn has_cell_in(finding: &Finding, hour: usize, length: usize) -> bool {
    let hours = hour as i64..(hour + length) as i64;
    finding.cells.iter().any(|(date, of_day)| hours.contains(&(day_of(*date) * 24 + i64::from(*of_day))))
}
