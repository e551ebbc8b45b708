//! Which accepted claim another one already tells: the throughput that drops where fewer start, the burst of a workflow
//! that is the burst of all, the change that is a workflow's being new. Decided after the correction for many tests and
//! never before, by raw counts alone; it tests nothing and drops nothing, it links.

use super::WeekWindow;
use super::attribution::{Cause, Origin};
use super::burst;
use super::change;
use super::consecutive;
use super::daily::{Measure, Stretch};
use super::missed::Gathered;
use super::outcome::Outcome;
use super::outcome_window;
use super::report::Statement::{self, Explained, Window};
use super::series::Whose;
use super::silence;
use super::stopped;
use super::trend;
use super::volume_days;
use super::volume_window::{self, Moment};
use chrono::NaiveDate;

/// Windows tell of the same hours where so much of either is in both: common hours by all hours of the two.
const SAME_HOURS: f64 = 0.5;
/// Ends follow starts, so that their windows lie apart by as long as executions take.
const SAME_HOURS_LATER: f64 = 0.35;
/// A workflow explains what is claimed of all executions where so much of it is its own.
const MOST_OF_IT: f64 = 0.6;
/// What is claimed of all executions explains what is claimed of a workflow where less of it is the workflow's own.
const LITTLE_OF_IT: f64 = 0.4;
/// Up to so many times a workflow's share of the executions its share of what they have too much is chance.
const NO_MORE_THAN: f64 = 1.25;
/// A workflow's days differ more than those of all where their ratio does by so many times its logarithm,
const MUCH_MORE: f64 = 1.5;
/// with so many executions an hour more on both sides, since none is any number of times less.
const FEW_AN_HOUR: f64 = 0.1;
/// Days by which two dates may differ beyond what is stated of each.
const SAME_DATE: i64 = 3;

/// An accepted claim as this looks at it.
pub struct Accepted<'a> {
    /// Whose it is.
    pub whose: &'a Whose,
    /// What it says.
    pub statement: &'a Statement,
    /// When in the week.
    pub window: Option<&'a WeekWindow>,
}

/// For each claim the place of the one that explains it, which none explains itself.
pub fn explained_by(claims: &[Accepted<'_>]) -> Vec<Option<usize>> {
    let explainer = |place: usize| {
        let what = claims.get(place)?;
        (0..claims.len()).find(|by| *by != place && claims.get(*by).is_some_and(|by| explains(by, what)))
    };
    let nearest: Vec<Option<usize>> = (0..claims.len()).map(explainer).collect();
    // A chain leads to its end; in a ring nothing explains anything.
    let root = |place: usize| {
        let mut at = nearest.get(place).copied().flatten()?;
        for _ in 0..claims.len() {
            match nearest.get(at).copied().flatten() {
                Some(next) => at = next,
                None => return Some(at),
            }
        }
        None
    };
    // What is said of all executions may be one workflow's; it is no reason then for what is said of another.
    let is_own = |place: usize, by: usize| {
        claims.get(place).zip(claims.get(by)).is_some_and(|(what, by)| !are_two_workflows(by, what))
    };
    (0..claims.len()).map(|place| root(place).filter(|by| is_own(place, *by))).collect()
}

/// True if a row of failures lies, in part at least, in an incident or on a day of it.
fn meet(incident: &burst::Incident, row: &consecutive::Facts) -> bool {
    incident.from.0 <= row.to && row.from <= incident.until.0
}

fn are_two_workflows(one: &Accepted<'_>, other: &Accepted<'_>) -> bool {
    one.whose != other.whose && *one.whose != Whose::All && *other.whose != Whose::All
}

fn explains(by: &Accepted<'_>, what: &Accepted<'_>) -> bool {
    let is_same = by.whose == what.whose;
    // One workflow explains nothing of another.
    if are_two_workflows(by, what) {
        return false;
    }
    let overlap = || by.window.zip(what.window).map_or(0.0, |(one, other)| overlap(one, other));
    match (by.statement, what.statement) {
        (Statement::Volume(by), Statement::Volume(what)) if is_same => {
            by.moment == Moment::Started
                && what.moment == Moment::Finished
                && by.is_high == what.is_high
                && overlap() >= SAME_HOURS_LATER
        }
        (Window(one) | Explained(one, _), Window(other) | Explained(other, _)) if is_same => {
            // A time-out is a failure: where most that fails more runs out of time, that is what is to be said.
            one.outcome == Outcome::TimedOut
                && other.outcome == Outcome::Failed
                && overlap() >= SAME_HOURS
                && excess(one) >= MOST_OF_IT * excess(other)
        }
        (Window(one) | Explained(one, _), Window(other) | Explained(other, _)) => {
            // A claim that names the workflow says what the workflow's own would.
            let is_told = if names(by.statement, what.whose) {
                true
            } else {
                !names(what.statement, by.whose)
                    && (is_of_all(by, what, excess(one), excess(other)) || is_share(by, what, one, other))
            };
            one.outcome == other.outcome && overlap() >= SAME_HOURS && is_told
        }
        (Statement::Volume(one), Statement::Volume(other)) => {
            one.moment == other.moment
                && one.is_high == other.is_high
                && overlap() >= SAME_HOURS
                && is_of_all(by, what, moved_volume(one), moved_volume(other))
        }
        (Statement::Days(one), Statement::Days(other)) => {
            one.is_high == other.is_high && overlap() >= SAME_HOURS && is_of_all_days(by, what, one, other)
        }
        (Statement::Peak(one), Statement::Peak(other)) => {
            overlap() >= SAME_HOURS && is_of_all(by, what, one.excess, other.excess)
        }
        (Statement::Burst(one), Statement::Burst(other)) => {
            one.at == other.at && is_of_all(by, what, above(one), above(other))
        }
        (Statement::Incident(one), Statement::Incident(other)) => {
            // Hours that overlap are one incident: a workflow's where most of the failures are its own.
            one.from < other.until
                && other.from < one.until
                && match *by.whose {
                    Whose::All => (other.failures as f64) < MOST_OF_IT * one.failures as f64,
                    _ => *what.whose == Whose::All && one.failures as f64 >= MOST_OF_IT * other.failures as f64,
                }
        }
        (Statement::Silence(one), Statement::Silence(other)) => {
            *by.whose == Whose::All && *what.whose != Whose::All && overlaps(one, other) && other.hours <= 2 * one.hours
        }
        // Where nothing runs any more, each workflow has stopped, unless it is one of them that nothing runs for.
        (Statement::Silence(one), Statement::Stopped(other)) => {
            is_one_end(one, other) && other.expected < MOST_OF_IT * one.expected
        }
        (Statement::Stopped(one), Statement::Silence(other)) => {
            is_one_end(other, one) && one.expected >= MOST_OF_IT * other.expected
        }
        // A row of failures that goes on is news; one that is over is told with the hours that it took.
        (Statement::Incident(one), Statement::Consecutive(other)) if is_same => !other.is_last && meet(one, other),
        (Statement::Consecutive(one), Statement::Incident(other)) => {
            one.is_last && meet(other, one) && (is_same || one.length as f64 >= MOST_OF_IT * other.failures as f64)
        }
        // Where nearly everything fails, so does each workflow, unless it is one of them that everything fails in.
        (Statement::Incident(one), Statement::Consecutive(other)) => {
            *by.whose == Whose::All
                && one.from.0 <= other.from
                && other.to <= one.until.0
                && (other.length as f64) < MOST_OF_IT * one.failures as f64
        }
        (Statement::Change(one), Statement::Change(other)) => {
            one.measure == other.measure
                && is_same_change(one, other)
                && is_of_all(by, what, moved_by(one), moved_by(other))
        }
        (Statement::Trend(one), Statement::Trend(other)) => {
            let moved = |trend: &trend::Facts| moved(trend.measure, &trend.first, &trend.last);
            one.measure == other.measure
                && (moved(one) > 0.0) == (moved(other) > 0.0)
                && is_of_all(by, what, moved(one).abs(), moved(other).abs())
        }
        // A slide may look like a step as well, one of all executions also in a workflow that has few.
        (Statement::Trend(one), Statement::Change(other)) => {
            (*by.whose == Whose::All || is_same)
                && one.measure == other.measure
                && (is_same || is_of_all(by, what, moved(one.measure, &one.first, &one.last).abs(), moved_by(other)))
                && (moved(one.measure, &one.first, &one.last) > 0.0) == (other.after.value > other.before.value)
        }
        // Seen through a workflow that has few, a step of all looks like a slide as well.
        (Statement::Change(one), Statement::Trend(other)) => {
            let of_trend = moved(other.measure, &other.first, &other.last);
            let (by_change, by_trend) = (moved_by(one), of_trend.abs());
            one.measure == other.measure
                && (one.after.value > one.before.value) == (of_trend > 0.0)
                && match (by.whose == &Whose::All, what.whose == &Whose::All) {
                    (true, false) => by_trend < MOST_OF_IT * by_change,
                    (false, true) => by_change >= MOST_OF_IT * by_trend,
                    _ => false,
                }
        }
        (Statement::Stopped(one), Statement::Change(other)) => {
            let (is_later, is_more) = (one.end == stopped::End::New, other.after.value > other.before.value);
            let far = (one.date - other.from).num_days().abs();
            let by_itself = one.executions as f64 / f64::from(days_of(one, other).max(1));
            other.measure == Measure::Volume
                && is_later == is_more
                && far <= i64::from(other.plus_minus) + SAME_DATE
                && (is_same
                    || *what.whose == Whose::All
                        && by_itself >= MOST_OF_IT * (other.after.value - other.before.value).abs())
        }
        // That a workflow is scheduled says when it runs.
        (Statement::Schedule(_), Statement::Peak(_) | Statement::Volume(_)) => is_same,
        // Of days of the week, where it runs on just those that have more.
        (Statement::Schedule(one), Statement::Days(other)) => {
            let is_due = |weekday| volume_days::holds(other.day, weekday) == other.is_high;
            is_same && (0..).zip(&one.weekdays).all(|(weekday, runs)| *runs == is_due(weekday))
        }
        // That it missed runs says where they are missing.
        (Statement::Missed(one), Statement::Days(other)) => {
            is_same && !other.is_high && one.gathered == Gathered::Weekday(usize::from(other.day))
        }
        _ => false,
    }
}

/// Whether one of two claims of the same thing explains the other, by how much of it each tells: a workflow's what is
/// said of all, if most of it is its own; what is said of all a workflow's, if little of it is.
fn is_of_all(by: &Accepted<'_>, what: &Accepted<'_>, of_by: f64, of_what: f64) -> bool {
    match (by.whose == &Whose::All, what.whose == &Whose::All) {
        (true, false) => of_what < LITTLE_OF_IT * of_by,
        (false, true) => of_by >= MOST_OF_IT * of_what,
        _ => false,
    }
}

/// Whether a window of one workflow is what is claimed of all, which is not most of it, and in no greater share than its
/// executions there are: then all have it alike, and this one runs more often than others.
fn is_share(
    by: &Accepted<'_>,
    what: &Accepted<'_>,
    of_by: &outcome_window::Facts,
    of_what: &outcome_window::Facts,
) -> bool {
    let share = excess(of_what) / excess(of_by);
    *by.whose == Whose::All
        && *what.whose != Whose::All
        && share < MOST_OF_IT
        && share <= NO_MORE_THAN * of_what.inside.of as f64 / of_by.inside.of.max(1) as f64
}

/// The same of days of the week, which most workflows of a house may share: it is one workflow's alone where most of it is
/// its own and it differs by more than all do together, and that of all where it differs by no more than these.
fn is_of_all_days(
    by: &Accepted<'_>,
    what: &Accepted<'_>,
    one: &volume_days::Facts,
    other: &volume_days::Facts,
) -> bool {
    let ratio = |facts: &volume_days::Facts| {
        let (inside, outside) = volume_days::rates(facts);
        let (more, less) = if facts.is_high { (inside, outside) } else { (outside, inside) };
        (more + FEW_AN_HOUR) / (less + FEW_AN_HOUR)
    };
    let moved = |facts: &volume_days::Facts| {
        let (inside, outside) = volume_days::rates(facts);
        (inside - outside).abs()
    };
    let is_beyond = |one, other| libm::log(ratio(one)) > MUCH_MORE * libm::log(ratio(other));
    match (by.whose == &Whose::All, what.whose == &Whose::All) {
        (true, false) => moved(other) < LITTLE_OF_IT * moved(one) || !is_beyond(other, one),
        (false, true) => moved(one) >= MOST_OF_IT * moved(other) && is_beyond(one, other),
        _ => false,
    }
}

/// True if a claim says that most of it comes from a workflow.
fn names(statement: &Statement, whose: &Whose) -> bool {
    match statement {
        Explained(_, Cause::From { origin: Origin::Workflows(workflows), .. }) => workflows.contains(whose),
        _ => false,
    }
}

/// Common hours of the week by all hours of two windows.
fn overlap(one: &WeekWindow, other: &WeekWindow) -> f64 {
    let (mut common, mut all) = (0, 0);
    for (one, other) in one.hours().iter().zip(&other.hours()) {
        common += u32::from(*one && *other);
        all += u32::from(*one || *other);
    }
    f64::from(common) / f64::from(all.max(1))
}

/// Outcomes inside beyond those at the rate outside.
fn excess(facts: &outcome_window::Facts) -> f64 {
    let rate_outside = facts.outside.hits as f64 / facts.outside.of.max(1) as f64;
    facts.inside.hits as f64 - facts.inside.of as f64 * rate_outside
}

/// Executions inside beyond, or short of, those at the rate outside.
fn moved_volume(facts: &volume_window::Facts) -> f64 {
    let rate_outside = facts.outside as f64 / facts.hours_outside.max(1) as f64;
    (facts.inside as f64 - facts.hours_inside as f64 * rate_outside).abs()
}

fn above(facts: &burst::Facts) -> f64 {
    facts.executions as f64 - facts.usual
}

/// Whether two silences have an hour in common.
fn overlaps(one: &silence::Facts, other: &silence::Facts) -> bool {
    let hour = |(date, hour): (NaiveDate, u8)| {
        (date - NaiveDate::default()).num_days().saturating_mul(24).saturating_add(i64::from(hour))
    };
    let ends = |silence: &silence::Facts| hour(silence.from).saturating_add(silence.hours as i64);
    hour(one.from) < ends(other) && hour(other.from) < ends(one)
}

/// Whether a workflow stopped where a silence begins that lasts.
fn is_one_end(silence: &silence::Facts, stopped: &stopped::Facts) -> bool {
    silence.is_last && stopped.end == stopped::End::Stopped && (silence.from.0 - stopped.date).num_days() <= 1
}

fn is_same_change(one: &change::Facts, other: &change::Facts) -> bool {
    let apart = (one.from - other.from).num_days().abs();
    let is_rise = |change: &change::Facts| change.after.value > change.before.value;
    is_rise(one) == is_rise(other) && apart <= i64::from(one.plus_minus) + i64::from(other.plus_minus) + SAME_DATE
}

fn moved_by(change: &change::Facts) -> f64 {
    moved(change.measure, &change.before, &change.after).abs()
}

/// By how much a measure moved, in what adds up over workflows as nearly as it does: executions a day, failures a day,
/// and of durations how far their logarithm moved, times the executions that moved.
fn moved(measure: Measure, before: &Stretch, after: &Stretch) -> f64 {
    let a_day = f64::from(after.days.max(1));
    match measure {
        Measure::Volume => after.value - before.value,
        Measure::FailureRate => (after.value - before.value) * after.executions as f64 / a_day,
        Measure::Duration => {
            let logarithm = |value: f64| libm::log(value.max(1.0));
            (logarithm(after.value) - logarithm(before.value)) * after.executions as f64 / a_day
        }
    }
}

/// On how many days of a change's span a workflow ran that stopped or is new.
fn days_of(stopped: &stopped::Facts, change: &change::Facts) -> u32 {
    match stopped.end {
        stopped::End::New => change.after.days,
        stopped::End::Stopped => change.before.days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::missed;
    use crate::pattern::schedule::{self, Frame};
    use crate::zone::HOUR_MS;

    #[test]
    fn what_a_workflow_does_by_the_clock_explains_only_the_days_that_it_names() {
        let whose = Whose::Workflow { id: "job".to_owned(), name: None };
        let check = |by: &Statement, day, is_high, expected| {
            let days = Statement::Days(volume_days::Facts { day, is_high, ..volume_days::Facts::default() });
            let accepted = |statement| Accepted { whose: &whose, statement, window: None };
            assert_eq!(explains(&accepted(by), &accepted(&days)), expected, "{day} {is_high} {by:?}");
        };
        let scheduled = |off: &[usize]| {
            Statement::Schedule(schedule::Facts {
                period_ms: HOUR_MS,
                phase_ms: 0,
                frame: Frame::Either,
                weekdays: std::array::from_fn(|weekday| !off.contains(&weekday)),
                hours: [true; 24],
                expected: 0,
                kept: 0,
                outside: 0,
                jitter_ms: 0,
                has_ended: false,
            })
        };
        let weekend = volume_days::WEEKEND;
        check(&scheduled(&[6]), 6, false, true);
        check(&scheduled(&[5, 6]), weekend, false, true);
        check(&scheduled(&[0, 1, 2, 3, 4, 5]), 6, true, true);
        check(&scheduled(&[0, 1, 2, 3, 4]), weekend, true, true);
        check(&scheduled(&[]), 6, false, false);
        check(&scheduled(&[]), 6, true, false);
        check(&scheduled(&[5, 6]), 6, false, false);
        check(&scheduled(&[6]), weekend, false, false);
        check(&scheduled(&[6]), 6, true, false);
        let missed = |gathered| {
            let date = NaiveDate::default();
            Statement::Missed(missed::Facts {
                missed: 9,
                expected: 99,
                frame: Frame::Either,
                gathered,
                there: 9,
                expected_there: 13,
                longest_ms: 0,
                from: (date, 0),
            })
        };
        check(&missed(Gathered::Weekday(6)), 6, false, true);
        check(&missed(Gathered::Weekday(6)), 6, true, false);
        check(&missed(Gathered::Weekday(5)), 6, false, false);
        check(&missed(Gathered::Weekday(6)), weekend, false, false);
        check(&missed(Gathered::Hour(6)), 6, false, false);
    }
}
