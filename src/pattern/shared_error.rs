//! What most of the failures that a claim is about say went wrong. In a window, and since the failure rate rose, each class of
//! errors is held against its own rate elsewhere, week by week or day by day, so that what failures always say explains
//! nothing; of an incident and of failures in a row it is counted. It adds to claims that were accepted; it never makes one.

use super::Evidence;
use super::attribution::{Accepted, Cause, LEAST_EXCESS, LEAST_MORE, LEAST_SHARE, chance_of_signs};
use super::claim::{Basis, Claim};
use super::daily::Measure;
use super::history;
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::random::{listed, sum};
use super::report::Statement;
use super::series::{Said, Series, Whose};
use super::settled::{Settled, take_back};
use super::{burst, change, consecutive};
use crate::histogram::Bins;
use crate::number::within;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;
use std::ops::Range;

/// The share of an incident's failures, and of those in a row, that say it.
const LEAST_OF_ALL: f64 = 0.5;
/// The fewest of an incident that do.
const LEAST_HITS: u64 = 5;
/// Since a rate rose for at least so many days, weeks are what chance turns, else days.
const LEAST_DAYS_BY_WEEK: usize = 56;

/// What most of the failures say that a claim is about.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedError {
    /// The class of their errors,
    pub error: String,
    /// which share of those that are too many are of it; `None` where that is not asked,
    pub share: Option<f64>,
    /// how many of the failures that the claim is about,
    pub inside: Tally,
    /// and of the others.
    pub outside: Tally,
}

/// Says of each accepted claim about failures or time-outs which error most of them share.
pub fn explain(evidence: &Evidence<'_>, all: &Series, settled: Settled, accepted: &mut [Accepted<'_>]) {
    let mut asked = Vec::new();
    for (place, accepted) in accepted.iter().enumerate() {
        let about = accepted.claim.as_ref().and_then(|claim| About::of(&claim.facts));
        asked.extend(about.map(|about| Asked::new(place, about)));
    }
    if asked.is_empty() {
        return;
    }
    let whose = |asked: &Asked| accepted.get(asked.place).map(|accepted| accepted.whose);
    for asked in asked.iter_mut().filter(|asked| whose(asked) == Some(&Whose::All)) {
        asked.begin(all);
    }
    let bins = Bins::new();
    (evidence.workflows)(&mut |workflow| {
        let mut series = history::of_workflow(evidence, workflow, &bins);
        let mut own = None;
        for asked in asked.iter_mut().filter(|asked| whose(asked) == Some(&series.whose)) {
            let own = own.get_or_insert_with(|| {
                let (mut own, mut settled) = (series.clone(), settled);
                settled.settle(&mut own, evidence);
                own
            });
            asked.begin(own);
            asked.add(own);
        }
        // Parts are held against all by the same hours.
        series.settled_ms = all.settled_ms;
        take_back(&mut series, evidence);
        for asked in asked.iter_mut().filter(|asked| whose(asked) == Some(&Whose::All)) {
            asked.add(&series);
        }
        true
    });
    for asked in asked {
        let claim = accepted.get_mut(asked.place).and_then(|accepted| accepted.claim.as_mut());
        if let (Some(shared), Some(Claim { basis, .. })) = (asked.shared(evidence), claim) {
            shared.write(basis);
        }
    }
}

impl SharedError {
    fn write(self, basis: &mut Basis) {
        basis.text("error", &self.error);
        if let Some(share) = self.share {
            basis.number("error_share", share);
        }
        basis.count("error_hits", self.inside.hits).count("error_of", self.inside.of);
        basis.count("error_hits_outside", self.outside.hits).count("error_of_outside", self.outside.of);
        basis.error = Some(Box::new(self));
    }
}

/// What a claim is about.
enum About {
    Window(Box<super::outcome_window::Facts>),
    Change(Box<change::Facts>),
    Incident(Box<burst::Incident>),
    Consecutive(Box<consecutive::Facts>),
}

impl About {
    /// `None` if it is not about failures, or about more of them that are explained otherwise.
    fn of(statement: &Statement) -> Option<Self> {
        Some(match statement {
            Statement::Window(facts) | Statement::Explained(facts, Cause::From { .. })
                if matches!(facts.outcome, Outcome::Failed | Outcome::TimedOut) =>
            {
                About::Window(Box::new(facts.clone()))
            }
            Statement::Change(facts)
                if facts.measure == Measure::FailureRate && facts.after.value > facts.before.value =>
            {
                About::Change(Box::new(facts.clone()))
            }
            Statement::Incident(facts) => About::Incident(Box::new(facts.clone())),
            Statement::Consecutive(facts) => About::Consecutive(Box::new(facts.clone())),
            _ => return None,
        })
    }

    /// Failures that are meant.
    fn outcome(&self) -> Outcome {
        match self {
            About::Window(facts) => facts.outcome,
            _ => Outcome::Failed,
        }
    }

    /// Of each hour of some days, in which unit of time it lies that the claim is about, or none where it is held against it.
    /// What lies in neither has no place.
    fn units(&self, series: &Series) -> Vec<Place> {
        let Some(first) = series.days.first().map(|day| day.date) else { return Vec::new() };
        let weekday = first.weekday().num_days_from_monday() as usize;
        let number = |date: NaiveDate, hour: u8| date.signed_duration_since(first).num_days() * 24 + i64::from(hour);
        let within = |hour: usize, range: Range<i64>| i64::try_from(hour).is_ok_and(|hour| range.contains(&hour));
        let week_of = |hour: usize| (hour / 24 + weekday) / 7;
        let place = |hour: usize| match self {
            About::Window(facts) => {
                let of_week = (hour / 24 + weekday) % 7 * 24 + hour % 24;
                if facts.window.mask().get(of_week) == Some(&true) { Place::In(week_of(hour)) } else { Place::Beside }
            }
            About::Change(facts) => {
                let days = usize::try_from(facts.last.signed_duration_since(facts.from).num_days()).unwrap_or(0) + 1;
                let unit = if days >= LEAST_DAYS_BY_WEEK { week_of(hour) } else { hour / 24 };
                match hour {
                    hour if within(hour, number(facts.from, 0)..number(facts.last, 24)) => Place::In(unit),
                    hour if within(hour, number(facts.first, 0)..number(facts.from, 0)) => Place::Beside,
                    _ => Place::Nowhere,
                }
            }
            About::Incident(facts) => {
                let (from, until) = (number(facts.from.0, facts.from.1), number(facts.until.0, facts.until.1));
                if within(hour, from..until) { Place::In(0) } else { Place::Beside }
            }
            About::Consecutive(_) => Place::Nowhere,
        };
        (0..series.days.len() * 24).map(place).collect()
    }
}

/// Where an hour lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a unit of time that the claim is about.
    In(usize),
    /// Elsewhere, where it is held against that.
    Beside,
    /// Neither.
    Nowhere,
}

/// A claim, and what failures say that it is about.
struct Asked {
    /// The claim's place.
    place: usize,
    about: About,
    units: Vec<Place>,
    /// All executions that are looked at: by unit, and beside.
    inside: Vec<Tally>,
    outside: Tally,
    by_error: BTreeMap<u32, Counts>,
}

/// How many say the same.
#[derive(Default)]
struct Counts {
    /// By unit.
    inside: Vec<u64>,
    outside: u64,
}

/// An error that may be told, with its counts and the share of what is too much that says it.
struct Candidate<'a> {
    error: u32,
    counts: &'a Counts,
    share: f64,
    chance: f64,
}

impl Asked {
    fn new(place: usize, about: About) -> Self {
        let (units, inside, by_error) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { place, about, units, inside, outside: Tally::default(), by_error }
    }

    /// Counts all executions that are looked at.
    fn begin(&mut self, series: &Series) {
        self.units = self.about.units(series);
        let outcome = self.about.outcome();
        let hours = series.days.iter().flat_map(|day| &day.hours);
        for (place, hour) in self.units.iter().zip(hours) {
            match place {
                Place::In(unit) => {
                    self.inside.resize(self.inside.len().max(unit + 1), Tally::default());
                    self.inside.get_mut(*unit).into_iter().for_each(|unit| unit.add(outcome.tally(hour)));
                }
                Place::Beside => self.outside.add(outcome.tally(hour)),
                Place::Nowhere => {}
            }
        }
    }

    /// Adds what the failures of a workflow say.
    fn add(&mut self, series: &Series) {
        if let About::Consecutive(facts) = &self.about {
            let span = facts.from_ms..=facts.to_ms;
            for run in series.runs.iter().filter(|run| run.status.is_failure()) {
                let is_inside = span.contains(&run.at_ms);
                let all = if is_inside { self.inside.first_mut() } else { Some(&mut self.outside) };
                match all {
                    Some(all) => all.add(Tally { hits: 1, of: 1 }),
                    None => self.inside.push(Tally { hits: 1, of: 1 }),
                }
                if let Some(error) = run.error() {
                    self.by_error
                        .entry(error)
                        .or_default()
                        .add(if is_inside { Place::In(0) } else { Place::Beside }, 1);
                }
            }
            return;
        }
        let only_time_outs = self.about.outcome() == Outcome::TimedOut;
        let is_looked_at = |said: &&Said| (said.timed_out || !only_time_outs) && series.has_outcomes(said.hour);
        for said in series.errors.iter().filter(is_looked_at) {
            if let Some(place) = self.units.get(said.hour as usize).filter(|place| **place != Place::Nowhere) {
                self.by_error.entry(said.error).or_default().add(*place, said.executions);
            }
        }
    }

    /// The error that most share.
    fn shared(&self, evidence: &Evidence<'_>) -> Option<SharedError> {
        let mut inside = Tally::default();
        self.inside.iter().for_each(|unit| inside.add(*unit));
        let is_what_was_claimed = match &self.about {
            About::Window(facts) => (inside, self.outside) == (facts.inside, facts.outside),
            About::Change(facts) => (inside.hits, self.outside.hits) == (facts.after.failures, facts.before.failures),
            About::Incident(facts) => (inside.hits, inside.of) == (facts.failures, facts.decided),
            About::Consecutive(facts) => inside.hits == facts.length,
        };
        if !is_what_was_claimed {
            return None;
        }
        let is_counted = matches!(self.about, About::Incident(_) | About::Consecutive(_));
        let candidates = if is_counted { self.counted(inside) } else { self.tested(inside) };
        let chances = listed(candidates.iter().map(|candidate| candidate.chance));
        let mut best: Option<(f64, SharedError)> = None;
        for (Candidate { error, counts, share, .. }, chance) in candidates.into_iter().zip(adjusted(&chances)) {
            let Some(error) = (evidence.error)(error).filter(|_| chance <= FALSE_DISCOVERY_RATE) else { continue };
            // Of equal ones the lesser text, so that the order of reading decides nothing.
            let is_better = best
                .as_ref()
                .is_none_or(|(of_best, best)| share > *of_best || share == *of_best && error < best.error.as_str());
            if is_better {
                let inside = Tally { hits: counts.all_inside(), of: inside.hits };
                let outside = Tally { hits: counts.outside, of: self.outside.hits };
                let told = (!is_counted).then(|| within(share, 0.0, 1.0));
                best = Some((share, SharedError { error: error.to_owned(), share: told, inside, outside }));
            }
        }
        best.map(|(_, shared)| shared)
    }

    /// Those that more of what is too much say than failures elsewhere do.
    fn tested(&self, inside: Tally) -> Vec<Candidate<'_>> {
        let raw = excess(self.inside.iter().copied(), self.outside.rate());
        let of_all = sum(&raw);
        let mut candidates = Vec::new();
        for (error, counts) in &self.by_error {
            let said = counts.inside.iter().copied().chain(std::iter::repeat(0));
            let hits = self.inside.iter().zip(said).map(|(unit, hits)| Tally { hits, of: unit.of });
            let own = excess(hits, Tally { hits: counts.outside, of: self.outside.of }.rate());
            // Of what failures say elsewhere, so much is to be expected of the extra ones too.
            let usual = Tally { hits: counts.outside, of: self.outside.hits }.rate();
            let share = sum(&own) / of_all.max(1e-9);
            let matters = sum(&own) >= LEAST_EXCESS && share >= LEAST_SHARE && share >= usual + LEAST_MORE;
            let chance_of = || {
                let beyond = listed(own.iter().zip(&raw).map(|(own, raw)| own - usual * raw));
                let of = |units: &[f64]| chance_of_signs([inside, self.outside], units);
                of(&own).max(of(&beyond))
            };
            let chance = if matters { chance_of() } else { 1.0 };
            candidates.push(Candidate { error: *error, counts, share, chance });
        }
        candidates
    }

    /// Those that most say, of an incident more than of other failures: nothing is claimed but how many do.
    fn counted(&self, inside: Tally) -> Vec<Candidate<'_>> {
        let mut candidates = Vec::new();
        for (error, counts) in &self.by_error {
            let hits = counts.all_inside();
            let share = hits as f64 / inside.hits.max(1) as f64;
            let usual = Tally { hits: counts.outside, of: self.outside.hits }.rate();
            let is_told = match self.about {
                About::Incident(_) => hits >= LEAST_HITS && share >= usual + LEAST_MORE,
                _ => true,
            };
            if share >= LEAST_OF_ALL && is_told {
                candidates.push(Candidate { error: *error, counts, share, chance: 0.0 });
            }
        }
        candidates
    }
}

impl Counts {
    fn add(&mut self, place: Place, executions: u64) {
        let count = match place {
            Place::In(unit) => {
                self.inside.resize(self.inside.len().max(unit + 1), 0);
                self.inside.get_mut(unit)
            }
            _ => Some(&mut self.outside),
        };
        count.into_iter().for_each(|count| *count = count.saturating_add(executions));
    }

    fn all_inside(&self) -> u64 {
        self.inside.iter().fold(0, |sum, unit| sum.saturating_add(*unit))
    }
}

/// By unit, what is in excess of a rate.
fn excess(units: impl Iterator<Item = Tally>, rate: f64) -> Vec<f64> {
    listed(units.map(|unit| unit.hits as f64 - rate * unit.of as f64))
}
