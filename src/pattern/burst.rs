//! One hour with many times the executions that are usual, and an incident: a few hours that hold many of all failures.
//! Neither is judged by a textbook: what the other stretches of the same series reach says how unusual its largest one
//! is, so where batches are routine a batch is no burst, and where something breaks every week no week is an incident.

use super::claim::{Basis, Effect, Look};
use super::history;
use super::random::{listed, sum};
use super::series::{Series, Whose};
use super::tail::peak;
use super::usual::{self, Usual, local_hour};
use chrono::NaiveDate;
use std::ops::Range;

/// Hours of the stretches whose largest values are compared for a burst,
const BLOCK: usize = 12;
/// and for an incident.
const BLOCK_OF_INCIDENTS: usize = 24;
/// An hour has at least so many times what is usual,
const LEAST_RATIO: f64 = 3.0;
/// and so many executions.
const LEAST_EXECUTIONS: u64 = 10;
/// Hours over which failures are added up, so that an incident is seen where single hours have next to none.
const HOURS_TOGETHER: usize = 6;
/// The longest stretch that is looked at as one, in hours; what goes on beyond is added to what was found.
const LONGEST: usize = 24;
/// An incident holds this share of all failures,
const LEAST_SHARE: f64 = 0.2;
/// and so many, or most of what all workflows ran in it failed, and so many.
const LEAST_FAILURES: u64 = 10;
const LEAST_FAILURES_OF_MOST: u64 = 20;

/// What a burst is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The local date and hour.
    pub at: (NaiveDate, u8),
    /// Executions in it.
    pub executions: u64,
    /// Executions that are usual at its hour of the week.
    pub usual: f64,
    /// How many times what is usual the next highest hour has, more than a stretch of 12 hours away.
    pub next: f64,
    /// Days that were looked at.
    pub days: usize,
}

/// Looks for the hour that stands out most.
pub fn look(series: &Series) -> Look<Facts> {
    let Some(usual) = Usual::new(&series.days) else { return Look::nothing() };
    let scores = usual::scores(&usual.counts, &usual.expected, usual.shape);
    let Some(peak) = peak(&scores, BLOCK) else { return Look::nothing() };
    let ratio_at = |hour: usize| match (usual.counts.get(hour), usual.expected.get(hour)) {
        (Some(count), Some(expected)) => *count as f64 / expected,
        _ => 0.0,
    };
    let (Some(executions), Some(expected), Some(at)) = (
        usual.counts.get(peak.place).copied(),
        usual.expected.get(peak.place).copied(),
        local_hour(&series.days, peak.place),
    ) else {
        return Look::nothing();
    };
    if executions < LEAST_EXECUTIONS || ratio_at(peak.place) < LEAST_RATIO {
        return Look::nothing();
    }
    let elsewhere = |hour: &usize| (hour / BLOCK).abs_diff(peak.place / BLOCK) > 1;
    let is_many = |hour: &usize| usual.counts.get(*hour).is_some_and(|count| *count >= LEAST_EXECUTIONS);
    let next = (0..usual.counts.len()).filter(elsewhere).filter(is_many).map(ratio_at).fold(0.0, f64::max);
    let all = usual.counts.iter().fold(0.0, |sum, count| sum + *count as f64);
    let Some(span) = series.span() else { return Look::nothing() };
    let facts = Facts { at, executions, usual: expected, next, days: series.days.len() };
    let mut basis = Basis::new(span, (executions as f64 - expected) / all);
    basis.effect = Some(Effect { inside: executions as f64, outside: expected });
    basis.count("executions", executions).number("usual", expected).number("next_ratio", next);
    basis.cells = vec![at];
    Look::claim(peak.chance, facts, basis)
}

/// What an incident is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The local date and hour at which it begins,
    pub from: (NaiveDate, u8),
    /// and those at which it is over.
    pub until: (NaiveDate, u8),
    /// Whole hours that it lasts.
    pub hours: usize,
    /// Failures in it,
    pub failures: u64,
    /// of so many decided executions.
    pub decided: u64,
    /// Failures of all days.
    pub all_failures: u64,
    /// Decided executions of all days.
    pub all_decided: u64,
}

/// The failures of a series by hour, and how many there would be at one rate.
struct Failures {
    counts: Vec<u64>,
    decided: Vec<u64>,
    expected: Vec<f64>,
    /// The usual share of failures, above 0 and below 1: with half a failure and half a success more than there are.
    rate: f64,
}

impl Failures {
    fn new(series: &Series) -> Self {
        let counts = history::by_hour(&series.days, &|hour| hour.failures);
        let decided = history::by_hour(&series.days, &|hour| hour.decided);
        // The day with the most failures does not say what is usual.
        let sums = |of: &[u64]| listed(of.chunks(24).map(|day| day.iter().fold(0.0, |sum, count| sum + *count as f64)));
        let (by_day, decided_by_day) = (sums(&counts), sums(&decided));
        let worst = by_day
            .iter()
            .enumerate()
            .fold((0, -1.0), |worst, (day, failures)| if *failures > worst.1 { (day, *failures) } else { worst });
        let without = |of: &[f64]| sum(of) - of.get(worst.0).copied().unwrap_or(0.0);
        let (failures, all) = (without(&by_day), without(&decided_by_day));
        let expected = listed(decided.iter().map(|decided| failures / all.max(1.0) * *decided as f64));
        Self { counts, decided, expected, rate: (failures + 0.5) / (all + 1.0) }
    }

    /// The hours, a day at most, around the `HOURS_TOGETHER` hours from `place` on that are the least likely at the usual
    /// rate, and begin and end with a failure. A lone failure hours before is more likely usual than part of them.
    fn extent(&self, place: usize) -> (usize, usize) {
        let first = place.saturating_sub(LONGEST);
        let last = (place + HOURS_TOGETHER + LONGEST).min(self.counts.len());
        let mut best = (place, (place + HOURS_TOGETHER).min(last), 0.0);
        for from in first..(place + HOURS_TOGETHER).min(last) {
            let (mut failures, mut decided) = (0u64, 0u64);
            for hour in from..(from + LONGEST).min(last) {
                let (Some(count), Some(of)) = (self.counts.get(hour), self.decided.get(hour)) else { break };
                (failures, decided) = (failures.saturating_add(*count), decided.saturating_add(*of));
                if failures == 0 {
                    break;
                }
                let unlikely = if *count > 0 && hour >= place { self.unlikely(failures, decided) } else { 0.0 };
                if unlikely > best.2 {
                    best = (from, hour + 1, unlikely);
                }
            }
        }
        (best.0, best.1)
    }

    /// How much likelier so many failures are at their own rate than at the usual one: the logarithm of the ratio of
    /// likelihoods, of which Kulldorff's scan takes the largest; 0 where they are no more than usual.
    fn unlikely(&self, failures: u64, decided: u64) -> f64 {
        let (failures, decided) = (failures as f64, decided as f64);
        let expected = self.rate * decided;
        let term = |count: f64, usual: f64| if count > 0.0 { count * libm::log(count / usual) } else { 0.0 };
        if failures > expected { term(failures, expected) + term(decided - failures, decided - expected) } else { 0.0 }
    }

    /// All hours of what was found and goes on beyond a day, as long as a few hours more make it less likely.
    fn whole(&self, (mut from, mut until): (usize, usize)) -> (usize, usize) {
        if until - from < LONGEST - HOURS_TOGETHER {
            return (from, until);
        }
        let with = |(failures, decided): (u64, u64), hours: Range<usize>| {
            let sum = |of: &[u64]| {
                of.get(hours.clone()).unwrap_or_default().iter().fold(0u64, |sum, of| sum.saturating_add(*of))
            };
            (sum(&self.counts).saturating_add(failures), sum(&self.decided).saturating_add(decided))
        };
        let mut counts = with((0, 0), from..until);
        loop {
            let later = (1..=HOURS_TOGETHER).map(|more| (from, until + more, until..until + more));
            let earlier = (1..=HOURS_TOGETHER.min(from)).map(|more| (from - more, until, from - more..from));
            let is_part = |(_, _, hours): &(usize, usize, Range<usize>)| {
                let (failures, decided) = with(counts, hours.clone());
                failures > counts.0 && self.unlikely(failures, decided) > self.unlikely(counts.0, counts.1)
            };
            let Some((begin, end, hours)) = later.chain(earlier).find(is_part) else { return (from, until) };
            counts = with(counts, hours);
            (from, until) = (begin, end);
        }
    }

    fn facts(&self, series: &Series, (from, until): (usize, usize)) -> Option<Incident> {
        let sum = |of: &[u64]| of.iter().fold(0u64, |sum, count| sum.saturating_add(*count));
        let within = |of: &[u64]| sum(of.get(from..until).unwrap_or_default());
        let last = local_hour(&series.days, until.checked_sub(1)?)?;
        let after = if last.1 == 23 { (last.0.succ_opt()?, 0) } else { (last.0, last.1 + 1) };
        Some(Incident {
            from: local_hour(&series.days, from)?,
            until: after,
            hours: until - from,
            failures: within(&self.counts),
            decided: within(&self.decided),
            all_failures: sum(&self.counts),
            all_decided: sum(&self.decided),
        })
    }

    /// The incident around a place if that part of it that lies within a day is one to be told: how long it went on behind that
    /// makes none.
    fn told(&self, series: &Series, place: usize, is_told: &dyn Fn(&Incident) -> bool) -> Option<Incident> {
        let extent = self.extent(place);
        self.facts(series, extent).filter(is_told)?;
        self.facts(series, self.whole(extent))
    }

    /// Sums over [`HOURS_TOGETHER`] hours from each hour on.
    fn together(&self) -> (Vec<u64>, Vec<f64>) {
        let counts = self.counts.windows(HOURS_TOGETHER);
        let counts = counts.map(|hours| hours.iter().fold(0u64, |sum, count| sum.saturating_add(*count)));
        let expected = self.expected.windows(HOURS_TOGETHER).map(sum);
        (counts.collect(), listed(expected))
    }
}

impl Incident {
    /// True if most of what was decided in it failed.
    pub fn most_failed(&self) -> bool {
        self.failures > self.decided / 2
    }

    /// True if it holds many of all failures.
    fn holds_many(&self) -> bool {
        self.failures >= LEAST_FAILURES
            && self.failures as f64 >= LEAST_SHARE * self.all_failures as f64
            && self.failures < self.all_failures
    }

    /// True if it is one to be told once it passed a test. That most of what one workflow ran failed for hours is said by
    /// its failures in a row, and happens by chance to some of many workflows that break down now and then.
    fn is_told(&self, whose: &Whose) -> bool {
        let is_outage = *whose == Whose::All && self.most_failed() && self.failures >= LEAST_FAILURES_OF_MOST;
        self.holds_many() || is_outage && self.failures < self.all_failures
    }
}

/// The hours that hold the most failures beyond what is usual, tested or not: a fact for a notice, which keeps a
/// reader from taking one incident for a pattern. `None` where they hold less than a fifth of all failures, or few.
pub fn incident_facts(series: &Series) -> Option<Incident> {
    let failures = Failures::new(series);
    let (counts, expected) = failures.together();
    let excess = counts.iter().zip(&expected).map(|(count, expected)| *count as f64 - expected).enumerate();
    let (place, _) =
        excess.fold((0, 0.0), |most, (place, excess)| if excess > most.1 { (place, excess) } else { most });
    failures.told(series, place, &Incident::holds_many)
}

/// Looks for an incident that stands out from all others of the series.
pub fn look_for_incident(series: &Series) -> Look<Incident> {
    if series.days.len() < usual::LEAST_DAYS {
        return Look::nothing();
    }
    let failures = Failures::new(series);
    let (counts, expected) = failures.together();
    let shape = usual::shape(&counts, &expected);
    let scores = usual::scores(&counts, &expected, shape);
    let Some(peak) = peak(&scores, BLOCK_OF_INCIDENTS) else { return Look::nothing() };
    let facts = failures.told(series, peak.place, &|facts| facts.is_told(&series.whose));
    let (Some(facts), Some(span)) = (facts, series.span()) else { return Look::nothing() };
    let rate = |failures: u64, decided: u64| failures as f64 / decided.max(1) as f64;
    let mut basis = Basis::new(span, rate(facts.failures, facts.all_failures));
    basis.effect = Some(Effect {
        inside: rate(facts.failures, facts.decided),
        outside: rate(facts.all_failures - facts.failures, facts.all_decided.saturating_sub(facts.decided)),
    });
    basis.count("failures", facts.failures).count("decided", facts.decided).count("all_failures", facts.all_failures);
    basis.cells = history::cells(&series.days, &|day, hour| {
        let at = (day.date, hour);
        at >= facts.from && at < facts.until
    });
    Look::claim(peak.chance, facts, basis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::history::{Day, Hour};
    use chrono::Days;

    fn series(days: u64, count: impl Fn(u64) -> (u64, u64)) -> Series {
        let start: NaiveDate = "2026-01-05".parse().unwrap();
        let hour = |hour| {
            let (executions, failures) = count(hour);
            Hour { executions, decided: executions, failures, ..Hour::default() }
        };
        let day = |day| Day {
            date: start.checked_add_days(Days::new(day)).unwrap(),
            hours: std::array::from_fn(|of_day| hour(day * 24 + of_day as u64)),
        };
        Series::new(Whose::All, (0..days).map(day).collect(), Vec::new(), Vec::new())
    }

    #[test]
    fn the_highest_hour_is_told_beside_the_next() {
        let look = look(&series(28, |hour| (if hour == 207 { 90 } else { 9 + hour % 3 + hour % 89 / 88 * 5 }, 0)));
        assert!(look.chance < 0.05, "{}", look.chance);
        let facts = look.claim.unwrap().facts;
        assert_eq!((facts.at, facts.executions, facts.days), (("2026-01-13".parse().unwrap(), 15), 90, 28));
        assert!(facts.usual > 9.0 && facts.usual < 11.0 && facts.next > 1.0 && facts.next < 2.0, "{facts:?}");
    }

    #[test]
    fn an_incident_begins_and_ends_with_its_failures() {
        // From 100 to 105 eighteen of twenty fail, elsewhere one or two an hour at times.
        let counts = |hour: u64| (20, if (100..105).contains(&hour) { 18 } else { hour % 7 / 6 + hour % 13 / 12 });
        let series = series(28, counts);
        let look = look_for_incident(&series);
        assert!(look.chance < 0.01, "{}", look.chance);
        let claim = look.claim.unwrap();
        let facts = &claim.facts;
        let date = "2026-01-09".parse().unwrap();
        assert_eq!((facts.from, facts.until, facts.hours), ((date, 4), (date, 9), 5));
        assert_eq!((facts.failures, facts.decided, facts.all_decided), (90, 100, 28 * 24 * 20));
        let recount = (0..28 * 24).map(|hour| counts(hour).1).sum::<u64>();
        assert_eq!((facts.all_failures, claim.basis.cells.len()), (recount, 5));
        assert_eq!(incident_facts(&series).as_ref(), Some(facts));
    }

    #[test]
    fn a_lone_failure_hours_before_is_no_part_of_an_incident() {
        // One failure every four days, one of them eight hours before eight in a row, another ten hours after them.
        let fails = |hour: u64| {
            hour.is_multiple_of(96) || [322, 347].contains(&hour) || (330..=337).contains(&hour) && hour != 333
        };
        let look = look_for_incident(&series(28, |hour| (2, 2 * u64::from(fails(hour)))));
        let facts = look.claim.unwrap().facts;
        let date = "2026-01-18".parse().unwrap();
        assert_eq!(
            (facts.from, facts.until, facts.failures, facts.decided),
            ((date, 18), ("2026-01-19".parse().unwrap(), 2), 14, 16)
        );
    }

    #[test]
    fn an_outage_is_told_though_most_failures_lie_elsewhere() {
        let outage = |least: u64| {
            let counts =
                move |hour: u64| (20, if (100..103).contains(&hour) { least } else { hour % 3 + hour % 5 / 4 });
            let look = look_for_incident(&series(28, counts));
            look.claim.filter(|_| look.chance < 0.01).map(|claim| (claim.facts.failures, claim.facts.decided))
        };
        assert_eq!(outage(18), Some((54, 60)));
        // As few as that are no outage, and hold few of all failures.
        assert_eq!(outage(9), None);
        // Nor is it said of one workflow, whose failures in a row say it.
        let counts = |hour: u64| (20, if (100..103).contains(&hour) { 18 } else { hour % 3 + hour % 5 / 4 });
        let whose = Whose::Workflow { id: "sync".to_owned(), name: None };
        let mut of_workflow = series(28, counts);
        of_workflow.whose = whose;
        assert!(look_for_incident(&of_workflow).claim.is_none());
    }

    #[test]
    fn strange_counts_are_silent() {
        let check = |days, count: &dyn Fn(u64) -> (u64, u64)| {
            let series = series(days, count);
            let (burst, incident) = (look(&series), look_for_incident(&series));
            assert!(burst.claim.is_none() || burst.chance > 0.05, "{burst:?}");
            assert!(incident.claim.is_none() || incident.chance > 0.05, "{incident:?}");
            assert!((0.0..=1.0).contains(&burst.chance) && (0.0..=1.0).contains(&incident.chance));
        };
        check(0, &|_| (0, 0));
        check(1, &|_| (5, 5));
        check(28, &|_| (0, 0));
        check(28, &|_| (7, 0));
        check(28, &|_| (7, 7));
        check(28, &|_| (u64::MAX, u64::MAX));
        check(28, &|hour| (u64::from(hour == 300), u64::from(hour == 300)));
        check(28, &|hour| (hour % 24 / 23 * 1000, 0));
    }
}
