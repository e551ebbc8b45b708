//! What a report says beside its findings: which data is missing, and what a reader should know of the history. Tests
//! nothing.

use super::english::{self, notices};
use super::history::{Day, Most};
use super::outcome::Outcome;
use super::report::bears_years;
use super::series::Series;
use super::{Evidence, Kind};
use super::{
    burst, change, consecutive, gate, outcome_window, quiet, runs, stopped, trend, usual, volume_days, volume_peak,
    volume_window,
};
use crate::options::Moment;

/// The most sentences on missing data: who has little history is to read what is missing first, and no list.
const MOST_MISSING: usize = 2;

/// What a reader should know of the history before reading too much into it, and what no test was passed by: a few hours
/// that hold many of all failures, and days that are no usual ones.
pub(super) fn facts(evidence: &Evidence<'_>, all: &Series, is_incident_accepted: bool) -> Vec<String> {
    let mut facts = Vec::new();
    if evidence.outcomes && !is_incident_accepted {
        let incident = burst::incident_facts(all);
        facts.extend(incident.map(|incident| english::burst::incident_notice(&incident, bears_years(evidence))));
    }
    let quiet = volume_window::quiet_dates(&all.days);
    if !quiet.is_empty() {
        facts.push(notices::quiet_dates(&quiet, bears_years(evidence)));
    }
    facts
}

/// Which data is missing, of all executions and, of what only single runs tell, of the workflow that has the most of it. A
/// view without any execution says that itself, and what was told of something was not in want of data.
pub(super) fn notices(
    evidence: &Evidence<'_>,
    all: &Series,
    most: Option<Most>,
    weeks_told: usize,
    is_told: &dyn Fn(Kind) -> bool,
) -> Vec<String> {
    let mut notices = Vec::new();
    if evidence.cube.sums().iter().all(|sums| sums.executions() == 0) {
        return notices;
    }
    let needed_for = |number: usize, is_looked_for: bool| if is_looked_for { number } else { 0 };
    let by_start = evidence.placed_by == Moment::Start;
    // Where no outcome is known, it is not weeks that are missing.
    let has_outcomes = evidence.outcomes && evidence.cube.sums().iter().any(|sums| sums.decided() > 0);
    let (of_weeks, weeks) = if has_outcomes {
        ("hours that fail more", outcome_window::usable_weeks(&Outcome::Failed.weeks(all)).max(weeks_told))
    } else {
        ("weekends with more or fewer executions", volume_days::usable_weeks(&all.days))
    };
    if has_outcomes || evidence.placed_by != Moment::Scheduled {
        let needed = [(gate::LEAST_WEEKS_OF_MANY_DAYS, of_weeks), (gate::LEAST_WEEKS, "a weekday")];
        notices.extend(notices::too_few(" weeks", &needed, weeks));
    }
    let days = days_between(&all.days);
    // Where days are too few, it is not executions in them that are missing.
    let with = |executions: u64, what: &str| {
        let there = all.days.iter().filter(|day| day.executions() >= executions).count();
        let needed = [(needed_for(volume_peak::LEAST_DAYS, days >= volume_peak::LEAST_DAYS), what)];
        notices::too_few(&notices::whole_days_with(executions), &needed, there)
    };
    let of_peaks = with(volume_peak::LEAST_EXECUTIONS, "an hour of the day");
    let is_of_windows = of_peaks.is_none() && by_start;
    notices.extend(of_peaks);
    let of_few_hours = match (has_outcomes, evidence.whole) {
        (true, true) => "a burst, an incident or a silence",
        (true, false) => "a burst or an incident",
        (false, true) => "a burst or a silence",
        (false, false) => "a burst",
    };
    let is_any_told = is_told(Kind::Burst) || is_told(Kind::Incident) || is_told(Kind::Silence);
    let needed = [
        (volume_peak::LEAST_DAYS, "busy hours"),
        (needed_for(quiet::LEAST_DAYS, evidence.outcomes && by_start && !is_told(Kind::QuietWindow)), "quiet hours"),
        (needed_for(usual::LEAST_DAYS, !is_any_told), of_few_hours),
        (needed_for(change::LEAST_DAYS, !is_told(Kind::Change)), "a change"),
        (needed_for(trend::LEAST_WEEKS * 7, !is_told(Kind::Trend)), "a trend"),
    ];
    notices.extend(notices::too_few(" whole days", &needed, days));
    if is_of_windows {
        notices.extend(with(volume_window::LEAST_EXECUTIONS, "busy hours"));
    }
    if let Some(Most { runs, timed }) = most {
        // Where no workflow is named or none has a duration, it is not more of them that is missing.
        if evidence.whole && runs > 0 {
            let needed = [
                (stopped::LEAST_EXECUTIONS as usize, "a stop"),
                (needed_for(consecutive::LEAST_EXECUTIONS as usize, has_outcomes), "failures in a row"),
            ];
            notices.extend(notices::too_few(" executions of one workflow", &needed, runs));
        }
        let needed = [(needed_for(runs::LEAST_TIMED as usize, has_outcomes && timed > 0), "slow hours")];
        notices.extend(notices::too_few(" durations of one workflow", &needed, timed));
    }
    notices.truncate(MOST_MISSING);
    notices
}

/// Days from the first one on which anything ran to the last: empty ones around them come with how the window is asked for.
fn days_between(days: &[Day]) -> usize {
    let ran = |day: &Day| day.executions() > 0;
    days.iter().position(ran).zip(days.iter().rposition(ran)).map_or(0, |(first, last)| last + 1 - first)
}
