//! What a report says beside its findings: which data is missing, and what a reader should know of the history. Tests
//! nothing.

use super::Evidence;
use super::burst;
use super::english::{self, notices};
use super::gate;
use super::outcome::Outcome;
use super::outcome_window;
use super::report::bears_years;
use super::series::Series;
use super::volume_peak;
use super::volume_window;

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

/// Which data is missing. A view without any execution says that itself; where a weekday was named, weeks suffice for some.
pub(super) fn notices(evidence: &Evidence<'_>, all: &Series, is_weekday_named: bool) -> Vec<String> {
    let mut notices = Vec::new();
    if evidence.cube.sums().iter().all(|sums| sums.executions() == 0) {
        return notices;
    }
    // Where no outcome is known, it is not weeks that are missing.
    let has_outcomes = evidence.outcomes && evidence.cube.sums().iter().any(|sums| sums.decided() > 0);
    let there = outcome_window::usable_weeks(&Outcome::Failed.weeks(all));
    if has_outcomes && there < gate::LEAST_WEEKS && !is_weekday_named {
        let least = (there < gate::LEAST_WEEKS_OF_MANY_DAYS).then_some(gate::LEAST_WEEKS_OF_MANY_DAYS);
        notices.push(notices::too_few_weeks(gate::LEAST_WEEKS, least, there));
    }
    let there = volume_peak::usable_days(&all.days);
    if there < volume_peak::LEAST_DAYS {
        notices.push(notices::too_few_days(volume_peak::LEAST_DAYS, volume_peak::LEAST_EXECUTIONS, there));
    }
    notices
}
