//! What most of the failures that a claim is about say went wrong. In a window, and since the failure rate rose, the share of
//! failures that say it is held against the share elsewhere, so that what failures always say explains nothing; how far such
//! shares scatter from week to week says how much of that chance makes (Welch's t, weeks being drawn together). Of an
//! incident and of failures in a row it is counted. It adds to claims that were accepted; it never makes one.

use super::Evidence;
use super::attribution::{Accepted, Cause, LEAST_EXCESS, LEAST_MORE, LEAST_SHARE};
use super::claim::{Basis, Claim};
use super::daily::{Measure, squared_normal};
use super::history::{self, RING, Tabulator};
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::random::listed;
use super::report::Statement;
use super::ring::RingWindow;
use super::series::{Series, Whose};
use super::settled::Settled;
use crate::number::within;
use crate::table::WorkflowRuns;
use chrono::{Datelike, NaiveDate};
use std::cmp::Ordering;

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
/// as far as that is so many failures.
const LEAST_OF_A_WEEK: f64 = 3.0;

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
        if let Some(about) = accepted.claim.as_ref().and_then(|claim| About::of(&claim.facts)) {
            let mut one = Asked { place, about, places: Vec::new(), all: Vec::new(), said: Vec::new() };
            if *accepted.whose == Whose::All {
                one.begin(all);
            }
            asked.push((accepted.whose, one));
        }
    }
    // Where no error was read there is none to look for.
    if asked.is_empty() || (evidence.error)(0).is_none() {
        return;
    }
    let (tabulator, mut candidates) = (Tabulator::new(evidence), Vec::new());
    (evidence.workflows)(&mut |workflow| {
        // Parts are held against all by the same hours.
        let of_all = asked.iter_mut().filter(|(whose, _)| **whose == Whose::All);
        of_all.for_each(|(_, asked)| asked.add(evidence, &workflow, all));
        if asked.iter().any(|(whose, _)| **whose == workflow.whose) {
            let (mut own, mut settled) = (tabulator.of_workflow(workflow.clone()), settled);
            settled.settle(&mut own, evidence);
            for (_, asked) in asked.iter_mut().filter(|(whose, _)| **whose == own.whose) {
                asked.begin(&own);
                asked.add(evidence, &workflow, &own);
                // All that is to be known of it is: of hundreds of workflows nothing else is held.
                asked.add_candidates(&mut candidates);
                asked.said = Vec::new();
            }
        }
        true
    });
    let of_all = asked.iter().filter(|(whose, _)| **whose == Whose::All);
    of_all.for_each(|(_, asked)| asked.add_candidates(&mut candidates));
    let chances = adjusted(&listed(candidates.iter().filter_map(|candidate| candidate.chance)));
    let mut chances = chances.into_iter();
    let mut best: Option<(Candidate, &str)> = None;
    let mut found = Vec::new();
    for candidate in candidates {
        // What is counted needs no chance.
        let chance = candidate.chance.and_then(|_| chances.next()).unwrap_or(0.0);
        let Some(error) = (evidence.error)(candidate.error).filter(|_| chance <= FALSE_DISCOVERY_RATE) else {
            continue;
        };
        // Those of one claim come one after the other; of equal ones the lesser text counts, so that the order of reading
        // decides nothing.
        match best {
            Some((of_best, text)) if of_best.place == candidate.place => {
                let is_better = match candidate.share.total_cmp(&of_best.share) {
                    Ordering::Equal => error < text,
                    order => order.is_gt(),
                };
                best = if is_better { Some((candidate, error)) } else { best };
            }
            before => {
                found.extend(before);
                best = Some((candidate, error));
            }
        }
    }
    found.extend(best);
    for (Candidate { place, share, inside, outside, .. }, error) in found {
        let Some(Claim { facts, basis }) = accepted.get_mut(place).and_then(|accepted| accepted.claim.as_mut()) else {
            continue;
        };
        let is_of_extra = !matches!(facts, Statement::Incident(_) | Statement::Consecutive(_));
        let share = is_of_extra.then(|| within(share, 0.0, 1.0));
        SharedError { error: error.to_owned(), share, inside, outside }.write(basis);
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

/// What a claim is about, as far as its errors are asked for.
#[derive(Clone, Copy)]
enum About {
    /// Failures or time-outs in a window, of which so many have it there, and elsewhere.
    Window(Outcome, RingWindow, [Tally; 2]),
    /// The dates that were before, those from then on up to the last one, and failures of both.
    Change([NaiveDate; 3], [u64; 2]),
    /// From an hour up to another one, and how many failed.
    Incident([(NaiveDate, u8); 2], u64),
    /// From one run to another one, in milliseconds, and how many there are.
    Consecutive([i64; 2], u64),
}

impl About {
    /// `None` if it is not about failures, or about more of them that are explained otherwise.
    fn of(statement: &Statement) -> Option<Self> {
        Some(match statement {
            Statement::Window(facts) | Statement::Explained(facts, Cause::From { .. })
                if matches!(facts.outcome, Outcome::Failed | Outcome::TimedOut) =>
            {
                About::Window(facts.outcome, facts.window, [facts.inside, facts.outside])
            }
            Statement::Change(facts)
                if facts.measure == Measure::FailureRate && facts.after.value > facts.before.value =>
            {
                About::Change([facts.first, facts.from, facts.last], [facts.after.failures, facts.before.failures])
            }
            Statement::Incident(facts) => About::Incident([facts.from, facts.until], facts.failures),
            Statement::Consecutive(facts) => About::Consecutive([facts.from_ms, facts.to_ms], facts.length),
            _ => return None,
        })
    }

    /// Failures that are meant.
    fn outcome(self) -> Outcome {
        if let About::Window(outcome, ..) = self { outcome } else { Outcome::Failed }
    }

    /// Of each hour of some days its place; `None` of those that are not looked at.
    fn places(self, series: &Series) -> Vec<Option<usize>> {
        let mut places = Vec::new();
        let mask = if let About::Window(_, window, _) = self { window.mask() } else { [false; RING] };
        let weekday = series.days.first().map_or(0, |day| day.date.weekday().num_days_from_monday() as usize);
        for (number, day) in series.days.iter().enumerate() {
            let (ring, week) = ((number + weekday) % 7 * 24, (number + weekday) / 7);
            for hour in 0..24_u8 {
                let at = (day.date, hour);
                let is_inside = match self {
                    About::Window(..) => mask.get(ring + usize::from(hour)).copied(),
                    About::Change([first, from, last], _) => {
                        (day.date >= first && day.date <= last).then_some(day.date >= from)
                    }
                    About::Incident([from, until], _) => Some(at >= from && at < until),
                    About::Consecutive(..) => None,
                };
                places.push(is_inside.map(|is_inside| place_of(week, is_inside)));
            }
        }
        places
    }
}

/// Where a week stands: what a claim is about and what lies beside it, by turns.
fn place_of(week: usize, is_inside: bool) -> usize {
    2 * week + usize::from(!is_inside)
}

/// A claim, and what failures say that it is about.
struct Asked {
    /// The claim's place.
    place: usize,
    about: About,
    /// Of each hour, see [`place_of`].
    places: Vec<Option<usize>>,
    /// All executions that are looked at, by place,
    all: Vec<Tally>,
    /// and those that say something, by the number of that and by place; nothing of what nobody says.
    said: Vec<Vec<u64>>,
}

/// An error that may be told of a claim.
#[derive(Clone, Copy)]
struct Candidate {
    place: usize,
    error: u32,
    /// Which share of what is too many says it, or of all where that is not asked,
    share: f64,
    /// and the chance of that, where it is tested.
    chance: Option<f64>,
    /// How many say it, of all failures that the claim is about,
    inside: Tally,
    /// and of the others.
    outside: Tally,
}

impl Asked {
    /// Counts all executions that are looked at.
    fn begin(&mut self, series: &Series) {
        self.places = self.about.places(series);
        self.all.resize(2 * series.weeks().len().max(1), Tally::default());
        let outcome = self.about.outcome();
        let hours = series.days.iter().flat_map(|day| &day.hours);
        for (place, hour) in self.places.iter().zip(hours) {
            let all = place.and_then(|place| self.all.get_mut(place));
            all.into_iter().for_each(|all| all.add(outcome.tally(hour)));
        }
    }

    /// Adds what the failures of a workflow say, in hours in which outcomes of a series are looked at.
    fn add(&mut self, evidence: &Evidence<'_>, workflow: &WorkflowRuns, series: &Series) {
        if let About::Consecutive([from_ms, to_ms], _) = self.about {
            for run in series.runs.iter().filter(|run| run.status.is_failure()) {
                let place = place_of(0, (from_ms..=to_ms).contains(&run.at_ms));
                self.all.get_mut(place).into_iter().for_each(|all| all.add(Tally { hits: 1, of: 1 }));
                run.error().into_iter().for_each(|error| self.say(error, place, 1));
            }
            return;
        }
        let only_time_outs = self.about.outcome() == Outcome::TimedOut;
        history::each_error(evidence, workflow, &mut |error, hour, executions, timed_out| {
            let place = self.places.get(hour).copied().flatten();
            if let Some(place) = place.filter(|_| (timed_out || !only_time_outs) && series.has_outcomes(hour)) {
                self.say(error, place, executions);
            }
        });
    }

    fn say(&mut self, error: u32, place: usize, executions: u64) {
        let (error, places) = (error as usize, self.all.len());
        if error >= self.said.len() {
            self.said.resize(error + 1, Vec::new());
        }
        let Some(said) = self.said.get_mut(error) else { return };
        said.resize(places, 0);
        said.get_mut(place).into_iter().for_each(|said| *said = said.saturating_add(executions));
    }

    /// Adds the errors that may be told, the chances of which are to be corrected for each other.
    fn add_candidates(&self, candidates: &mut Vec<Candidate>) {
        let [inside, outside] = [true, false].map(|is_inside| self.together(is_inside));
        let is_what_was_claimed = match self.about {
            About::Window(_, _, claimed) => claimed == [inside, outside],
            About::Change(_, claimed) => claimed == [inside.hits, outside.hits],
            About::Incident(_, claimed) | About::Consecutive(_, claimed) => claimed == inside.hits,
        };
        if !is_what_was_claimed {
            return;
        }
        // Failures that say anything: where none did before, nobody knows what they would have said.
        let mut any = vec![0; self.all.len()];
        for said in &self.said {
            any.iter_mut().zip(said).for_each(|(any, said): (&mut u64, &u64)| *any = any.saturating_add(*said));
        }
        let too_many = inside.hits as f64 - outside.rate() * inside.of as f64;
        for (said, error) in self.said.iter().zip(0..).filter(|(said, _)| !said.is_empty()) {
            let [hits, hits_outside] = [true, false].map(|is_inside| sum_of(said, is_inside));
            let of_all = Tally { hits, of: inside.hits };
            let of_others = Tally { hits: hits_outside, of: outside.hits };
            let is_more = |share: f64| share >= of_others.rate() + LEAST_MORE;
            let (share, chance) = match self.about {
                About::Window(..) | About::Change(..) => {
                    let excess = hits as f64 - Tally { of: outside.of, ..of_others }.rate() * inside.of as f64;
                    // Of the larger one, so that it is a share even where failures say other things less often.
                    let share = excess / too_many.max(excess).max(1e-9);
                    let matters = excess >= LEAST_EXCESS && share >= LEAST_SHARE && is_more(share);
                    // Beside next to no other failures there is nothing that could be held against these.
                    match (outside.hits as f64) < LEAST_EXCESS {
                        true if matters && of_all.rate() >= LEAST_OF_ALL => (share, None),
                        true => continue,
                        false => (share, Some(if matters { self.chance(said, &any) } else { 1.0 })),
                    }
                }
                // Nothing is claimed but how many say it.
                About::Incident(..) if hits < LEAST_HITS || !is_more(of_all.rate()) => continue,
                About::Incident(..) | About::Consecutive(..) if of_all.rate() < LEAST_OF_ALL => continue,
                About::Incident(..) | About::Consecutive(..) => (of_all.rate(), None),
            };
            // What may be told whichever side it is on is what was looked at.
            if chance.is_none() || hits.saturating_add(hits_outside) as f64 >= LEAST_EXCESS {
                let (inside, outside) = (of_all, of_others);
                candidates.push(Candidate { place: self.place, error, share, chance, inside, outside });
            }
        }
    }

    /// All executions on one side.
    fn together(&self, is_inside: bool) -> Tally {
        let mut all = Tally::default();
        self.all.iter().skip(place_of(0, is_inside)).step_by(2).for_each(|week| all.add(*week));
        all
    }

    /// The chance of a share of what failures say in what the claim is about that is so much larger than beside it.
    fn chance(&self, said: &[u64], any: &[u64]) -> f64 {
        let (Some(inside), Some(outside)) = (Share::of(said, any, true), Share::of(said, any, false)) else {
            return 1.0;
        };
        if inside.weeks < ENOUGH_WEEKS && !self.is_most_of_each(said) {
            return 1.0;
        }
        let variance = inside.variance + outside.variance;
        let more = inside.share - outside.share;
        let part = |of: &Share| of.variance * of.variance / (of.weeks - 1.0);
        // Welch's degrees of freedom.
        let freedom = variance * variance / (part(&inside) + part(&outside));
        let squared = squared_normal(more * more / variance, freedom);
        if more > 0.0 { libm::erfc(libm::sqrt(squared / 2.0)) / 2.0 } else { 1.0 }
    }

    /// True if most of what is too much says it in each week that the claim is about, as far as that has more than a few.
    fn is_most_of_each(&self, said: &[u64]) -> bool {
        let outside = self.together(false);
        let usual = Tally { hits: sum_of(said, false), of: outside.of }.rate();
        self.all.iter().step_by(2).zip(sides(said, true)).all(|(week, hits)| {
            let too_many = week.hits as f64 - outside.rate() * week.of as f64;
            too_many < LEAST_OF_A_WEEK || hits as f64 - usual * week.of as f64 >= LEAST_OF_EACH * too_many
        })
    }
}

/// A share of failures.
struct Share {
    share: f64,
    variance: f64,
    /// Weeks with failures.
    weeks: f64,
}

impl Share {
    /// Of failures that say anything on one side, those that say something, each week being drawn as a whole (the jackknife,
    /// Quenouille 1949, which sees that one large week makes all of it); `None` if there are too few weeks.
    fn of(said: &[u64], any: &[u64], is_inside: bool) -> Option<Self> {
        let (hits, all) = (sum_of(said, is_inside), sum_of(any, is_inside));
        let share = Tally { hits, of: all }.rate();
        let (mut weeks, mut squares) = (0.0, 0.0);
        for (hits_of_week, of_week) in sides(said, is_inside).zip(sides(any, is_inside)) {
            if of_week == all {
                return None;
            }
            if of_week > 0 {
                let without = Tally { hits: hits - hits_of_week, of: all - of_week }.rate();
                (weeks, squares) = (weeks + 1.0, squares + (without - share) * (without - share));
            }
        }
        if weeks < LEAST_WEEKS {
            return None;
        }
        // Weeks that are alike by chance leave what single failures make at the least, of which one more was seen either way.
        let likely = (hits as f64 + 1.0) / (all as f64 + 2.0);
        let of_failures = likely * (1.0 - likely) / all as f64;
        Some(Self { share, variance: (squares * (weeks - 1.0) / weeks).max(of_failures), weeks })
    }
}

/// By week, how many say something on one side.
fn sides(said: &[u64], is_inside: bool) -> impl Iterator<Item = u64> {
    said.iter().skip(place_of(0, is_inside)).step_by(2).copied()
}

fn sum_of(said: &[u64], is_inside: bool) -> u64 {
    sides(said, is_inside).fold(0, u64::saturating_add)
}
