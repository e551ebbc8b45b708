//! What most of the failures that a claim is about say went wrong. In a window, and since the failure rate rose, the share of
//! failures that say it is held against the share elsewhere, so that what failures always say explains nothing; how far such
//! shares scatter from week to week says how much of that chance makes (Welch's t, weeks being drawn together). Of an
//! incident and of failures in a row it is counted. It adds to claims that were accepted; it never makes one.

use super::Evidence;
use super::attribution::{Accepted, Cause, LEAST_EXCESS, LEAST_MORE, LEAST_SHARE};
use super::claim::{Basis, Claim};
use super::daily::{Measure, squared_normal};
use super::history::{self, RING};
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::random::listed;
use super::report::Statement;
use super::series::{Said, Series, Whose};
use super::settled::{Settled, take_back};
use super::{burst, change, consecutive};
use crate::histogram::Bins;
use crate::number::within;
use chrono::{Datelike, NaiveDate};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;

/// The share of an incident's failures, and of those in a row, that say it.
const LEAST_OF_ALL: f64 = 0.5;
/// The fewest of an incident that do.
const LEAST_HITS: u64 = 5;
/// The fewest weeks with failures, in what the claim is about and beside.
const LEAST_WEEKS: f64 = 3.0;
/// With fewer than so many in what the claim is about, nobody knows how far shares scatter: a few days that are alike make all
/// of them. Then at least so much of what is too much in each of them has to say it.
const ENOUGH_WEEKS: f64 = 5.0;
const LEAST_OF_EACH: f64 = 0.75;

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
    let candidates: Vec<Vec<Candidate<'_>>> = asked.iter().map(Asked::candidates).collect();
    let chances = listed(candidates.iter().flatten().map(|candidate| candidate.chance));
    let mut chances = adjusted(&chances).into_iter();
    for (asked, candidates) in asked.iter().zip(&candidates) {
        let is_told = |_: &&Candidate<'_>| chances.next().is_some_and(|chance| chance <= FALSE_DISCOVERY_RATE);
        let told: Vec<&Candidate<'_>> = candidates.iter().filter(is_told).collect();
        let claim = accepted.get_mut(asked.place).and_then(|accepted| accepted.claim.as_mut());
        if let (Some(shared), Some(Claim { basis, .. })) = (asked.best(&told, evidence), claim) {
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

    /// Of each hour of some days, where it lies.
    fn places(&self, series: &Series) -> Vec<Option<Place>> {
        let Some(first) = series.days.first().map(|day| day.date) else { return Vec::new() };
        let weekday = first.weekday().num_days_from_monday() as usize;
        let number = |date: NaiveDate, hour: u8| date.signed_duration_since(first).num_days() * 24 + i64::from(hour);
        let within = |hour: usize, range: Range<i64>| i64::try_from(hour).is_ok_and(|hour| range.contains(&hour));
        let mask = if let About::Window(facts) = self { facts.window.mask() } else { [false; RING] };
        let place = |hour: usize| {
            let of_ring = (hour / 24 + weekday) % 7 * 24 + hour % 24;
            let is_inside = match self {
                About::Window(_) => mask.get(of_ring) == Some(&true),
                About::Change(facts) if !within(hour, number(facts.first, 0)..number(facts.last, 24)) => return None,
                About::Change(facts) => within(hour, number(facts.from, 0)..i64::MAX),
                About::Incident(facts) => {
                    within(hour, number(facts.from.0, facts.from.1)..number(facts.until.0, facts.until.1))
                }
                About::Consecutive(_) => return None,
            };
            Some(Place { is_inside, week: (hour / 24 + weekday) / 7 })
        };
        (0..series.days.len() * 24).map(place).collect()
    }
}

/// Where an hour lies that is looked at: in what the claim is about or beside it, and in which week.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    is_inside: bool,
    week: usize,
}

/// A claim, and what failures say that it is about.
struct Asked {
    /// The claim's place.
    place: usize,
    about: About,
    places: Vec<Option<Place>>,
    /// All executions that are looked at.
    all: Sides<Tally>,
    /// Of each class of errors, those that say it.
    by_error: BTreeMap<u32, Sides<u64>>,
}

/// By week, what the claim is about and what lies beside it.
#[derive(Default)]
struct Sides<Count> {
    inside: Vec<Count>,
    outside: Vec<Count>,
}

/// An error that may be told, with how many say it, the share of what is too much that does, and the chance of that.
struct Candidate<'a> {
    error: u32,
    said: &'a Sides<u64>,
    share: f64,
    chance: f64,
}

impl<Count: Default> Sides<Count> {
    fn at(&mut self, Place { is_inside, week }: Place) -> Option<&mut Count> {
        let side = if is_inside { &mut self.inside } else { &mut self.outside };
        if week >= side.len() {
            side.resize_with(week + 1, Count::default);
        }
        side.get_mut(week)
    }
}

impl Sides<Tally> {
    fn add(&mut self, place: Place, more: Tally) {
        self.at(place).into_iter().for_each(|week| week.add(more));
    }
}

impl Sides<u64> {
    fn add(&mut self, place: Place, more: u64) {
        self.at(place).into_iter().for_each(|week| *week = week.saturating_add(more));
    }
}

impl Asked {
    fn new(place: usize, about: About) -> Self {
        Self { place, about, places: Vec::new(), all: Sides::default(), by_error: BTreeMap::new() }
    }

    /// Counts all executions that are looked at.
    fn begin(&mut self, series: &Series) {
        self.places = self.about.places(series);
        let outcome = self.about.outcome();
        let hours = series.days.iter().flat_map(|day| &day.hours);
        for (place, hour) in self.places.iter().zip(hours) {
            if let Some(place) = place {
                self.all.add(*place, outcome.tally(hour));
            }
        }
    }

    /// Adds what the failures of a workflow say.
    fn add(&mut self, series: &Series) {
        if let About::Consecutive(facts) = &self.about {
            let span = facts.from_ms..=facts.to_ms;
            for run in series.runs.iter().filter(|run| run.status.is_failure()) {
                let place = Place { is_inside: span.contains(&run.at_ms), week: 0 };
                self.all.add(place, Tally { hits: 1, of: 1 });
                if let Some(error) = run.error() {
                    self.by_error.entry(error).or_default().add(place, 1);
                }
            }
            return;
        }
        let only_time_outs = self.about.outcome() == Outcome::TimedOut;
        let is_looked_at = |said: &&Said| (said.timed_out || !only_time_outs) && series.has_outcomes(said.hour);
        for said in series.errors.iter().filter(is_looked_at) {
            if let Some(Some(place)) = self.places.get(said.hour as usize) {
                self.by_error.entry(said.error).or_default().add(*place, said.executions);
            }
        }
    }

    /// The errors that may be told, the chances of which are to be corrected for each other.
    fn candidates(&self) -> Vec<Candidate<'_>> {
        let [inside, outside] = [&self.all.inside, &self.all.outside].map(|side| together(side));
        let is_what_was_claimed = match &self.about {
            About::Window(facts) => (inside, outside) == (facts.inside, facts.outside),
            About::Change(facts) => (inside.hits, outside.hits) == (facts.after.failures, facts.before.failures),
            About::Incident(facts) => (inside.hits, inside.of) == (facts.failures, facts.decided),
            About::Consecutive(facts) => inside.hits == facts.length,
        };
        if !is_what_was_claimed {
            return Vec::new();
        }
        let too_many = inside.hits as f64 - outside.rate() * inside.of as f64;
        let mut candidates = Vec::new();
        for (error, said) in &self.by_error {
            let [hits, hits_outside] = [&said.inside, &said.outside].map(|side| all_of(side));
            let share = Tally { hits, of: inside.hits }.rate();
            let usual = Tally { hits: hits_outside, of: outside.hits }.rate();
            let mut add = |share, chance| candidates.push(Candidate { error: *error, said, share, chance });
            match &self.about {
                About::Window(_) | About::Change(_) => {
                    // What can be told whichever side it is on is what was looked at.
                    if hits.saturating_add(hits_outside) as f64 >= LEAST_EXCESS {
                        let expected = Tally { hits: hits_outside, of: outside.of }.rate() * inside.of as f64;
                        let excess = hits as f64 - expected;
                        let of_extra = excess / too_many.max(1e-9);
                        let matters =
                            excess >= LEAST_EXCESS && of_extra >= LEAST_SHARE && of_extra >= usual + LEAST_MORE;
                        add(of_extra, if matters { self.chance(said) } else { 1.0 });
                    }
                }
                // Nothing is claimed but how many say it.
                About::Incident(_) if share >= LEAST_OF_ALL && hits >= LEAST_HITS && share >= usual + LEAST_MORE => {
                    add(share, 0.0);
                }
                About::Consecutive(_) if share >= LEAST_OF_ALL => add(share, 0.0),
                About::Incident(_) | About::Consecutive(_) => {}
            }
        }
        candidates
    }

    /// The chance of a share of failures in what the claim is about that is so much larger than beside it.
    fn chance(&self, said: &Sides<u64>) -> f64 {
        let inside = Share::of(&said.inside, &self.all.inside);
        let outside = Share::of(&said.outside, &self.all.outside);
        let (Some(inside), Some(outside)) = (inside, outside) else { return 1.0 };
        if inside.weeks < ENOUGH_WEEKS && !self.is_most_of_each(said) {
            return 1.0;
        }
        let variance = inside.variance + outside.variance;
        let more = inside.share - outside.share;
        let parts = |of: &Share| of.variance * of.variance / (of.weeks - 1.0);
        // Welch's degrees of freedom.
        let freedom = variance * variance / (parts(&inside) + parts(&outside));
        let squared = squared_normal(more * more / variance, freedom);
        if more > 0.0 { libm::erfc(libm::sqrt(squared / 2.0)) / 2.0 } else { 1.0 }
    }

    /// True if most of what is too much says it in each week that the claim is about.
    fn is_most_of_each(&self, said: &Sides<u64>) -> bool {
        let outside = together(&self.all.outside);
        let usual = Tally { hits: all_of(&said.outside), of: outside.of }.rate();
        self.all.inside.iter().zip(said.inside.iter().copied().chain(std::iter::repeat(0))).all(|(week, hits)| {
            let too_many = week.hits as f64 - outside.rate() * week.of as f64;
            week.hits == 0 || hits as f64 - usual * week.of as f64 >= LEAST_OF_EACH * too_many
        })
    }

    /// Of errors that may be told the one that most share; of equal ones that with the lesser text, so that the order of
    /// reading decides nothing.
    fn best(&self, told: &[&Candidate<'_>], evidence: &Evidence<'_>) -> Option<SharedError> {
        let mut best: Option<(&Candidate<'_>, &str)> = None;
        for candidate in told {
            let Some(error) = (evidence.error)(candidate.error) else { continue };
            let is_better = best.is_none_or(|(best, text)| match candidate.share.total_cmp(&best.share) {
                Ordering::Equal => error < text,
                order => order.is_gt(),
            });
            if is_better {
                best = Some((candidate, error));
            }
        }
        let (Candidate { said, share, .. }, error) = best?;
        let side = |said: &[u64], all: &[Tally]| Tally { hits: all_of(said), of: together(all).hits };
        let is_share_of_extra = matches!(self.about, About::Window(_) | About::Change(_));
        Some(SharedError {
            error: error.to_owned(),
            share: is_share_of_extra.then(|| within(*share, 0.0, 1.0)),
            inside: side(&said.inside, &self.all.inside),
            outside: side(&said.outside, &self.all.outside),
        })
    }
}

/// The share of failures that say something, over weeks that are each drawn as a whole.
struct Share {
    share: f64,
    /// Of the share.
    variance: f64,
    /// Weeks with failures.
    weeks: f64,
}

impl Share {
    /// `None` if there are too few weeks.
    fn of(said: &[u64], all: &[Tally]) -> Option<Self> {
        let (hits, failures) = (all_of(said) as f64, together(all).hits as f64);
        let share = hits / failures.max(1.0);
        let (mut weeks, mut squares) = (0.0, 0.0);
        for (week, hits) in all.iter().zip(said.iter().copied().chain(std::iter::repeat(0))) {
            if week.hits > 0 {
                let left = hits as f64 - share * week.hits as f64;
                (weeks, squares) = (weeks + 1.0, squares + left * left);
            }
        }
        if weeks < LEAST_WEEKS {
            return None;
        }
        // Weeks that are alike by chance leave what single failures make at the least, of which one more was seen either way.
        let likely = (hits + 1.0) / (failures + 2.0);
        let of_failures = likely * (1.0 - likely) / failures;
        let of_weeks = squares / (failures * failures) * weeks / (weeks - 1.0);
        Some(Self { share, variance: of_weeks.max(of_failures), weeks })
    }
}

fn together(weeks: &[Tally]) -> Tally {
    let mut all = Tally::default();
    weeks.iter().for_each(|week| all.add(*week));
    all
}

fn all_of(weeks: &[u64]) -> u64 {
    weeks.iter().fold(0, |sum, week| sum.saturating_add(*week))
}
