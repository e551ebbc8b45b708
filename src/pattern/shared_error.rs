//! What most of the extra failures of a window say went wrong. Each class of errors is held against its own rate outside the
//! window, week by week, so that what failures always say explains nothing. It adds to claims that were accepted; it never
//! makes one.

use super::Evidence;
use super::attribution::{Accepted, Cause, LEAST_EXCESS, LEAST_MORE, LEAST_SHARE, chance_of_signs};
use super::history::{self, RING};
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::outcome_window::Facts;
use super::random::{listed, sum};
use super::report::Statement;
use super::series::{Series, Whose};
use super::settled::{Settled, take_back};
use crate::histogram::Bins;
use crate::number::within;
use std::collections::BTreeMap;

/// What most of the extra failures say.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedError {
    /// The class of their errors,
    pub error: String,
    /// which share of the extra ones are of it,
    pub share: f64,
    /// how many of the failures in the window,
    pub inside: Tally,
    /// and elsewhere.
    pub outside: Tally,
}

/// Says of each accepted claim of more failures or time-outs which error most of the extra ones share.
pub fn explain(evidence: &Evidence<'_>, all: &Series, settled: Settled, accepted: &mut [Accepted<'_>]) {
    let mut windows = Vec::new();
    for (place, accepted) in accepted.iter().enumerate() {
        let facts = match accepted.claim.as_ref().map(|claim| &claim.facts) {
            Some(Statement::Window(facts) | Statement::Explained(facts, Cause::From { .. })) => facts,
            _ => continue,
        };
        if matches!(facts.outcome, Outcome::Failed | Outcome::TimedOut) {
            windows.push(Window::new(place, facts));
        }
    }
    if windows.is_empty() {
        return;
    }
    let bins = Bins::new();
    (evidence.workflows)(&mut |workflow| {
        let mut of_all = history::of_workflow(evidence, workflow, &bins);
        let mut own = None;
        for window in &mut windows {
            match accepted.get(window.place).map(|accepted| accepted.whose) {
                Some(Whose::All) => {}
                Some(whose) if *whose == of_all.whose => {
                    let own = own.get_or_insert_with(|| {
                        let mut own = of_all.clone();
                        let mut settled = settled;
                        settled.settle(&mut own, evidence);
                        own
                    });
                    window.count_all(own);
                    window.add(own);
                }
                _ => {}
            }
        }
        // Parts are held against all by the same hours.
        of_all.settled_ms = all.settled_ms;
        take_back(&mut of_all, evidence);
        for window in &mut windows {
            if accepted.get(window.place).is_some_and(|accepted| *accepted.whose == Whose::All) {
                window.add(&of_all);
            }
        }
        true
    });
    for mut window in windows {
        let Some(accepted) = accepted.get_mut(window.place) else { continue };
        if *accepted.whose == Whose::All {
            window.count_all(all);
        }
        let found = window.shared(evidence);
        let claim = accepted.claim.as_mut();
        let (Some(found), Some(claim)) = (found, claim) else { continue };
        let basis = &mut claim.basis;
        basis.text("error", &found.error).number("error_share", found.share);
        basis.count("error_hits", found.inside.hits).count("error_of", found.inside.of);
        basis.count("error_hits_outside", found.outside.hits).count("error_of_outside", found.outside.of);
        if let Statement::Window(facts) | Statement::Explained(facts, _) = &mut claim.facts {
            facts.error = Some(Box::new(found));
        }
    }
}

/// A window, and what the failures of its executions say.
struct Window {
    /// The claim's place.
    place: usize,
    facts: Facts,
    mask: [bool; RING],
    /// All executions that are looked at: by week inside, and outside.
    inside: Vec<Tally>,
    outside: Tally,
    by_error: BTreeMap<u32, Counts>,
}

/// How many say the same.
struct Counts {
    /// By week.
    inside: Vec<u64>,
    outside: u64,
}

impl Window {
    fn new(place: usize, facts: &Facts) -> Self {
        let (inside, by_error) = (Vec::new(), BTreeMap::new());
        Self { place, facts: facts.clone(), mask: facts.window.mask(), inside, outside: Tally::default(), by_error }
    }

    /// Counts all executions.
    fn count_all(&mut self, series: &Series) {
        self.inside.clear();
        self.outside = Tally::default();
        for week in self.facts.outcome.weeks(series) {
            let mut inside = Tally::default();
            for (hour, is_inside) in week.hours.iter().zip(self.mask) {
                if is_inside { &mut inside } else { &mut self.outside }.add(*hour);
            }
            self.inside.push(inside);
        }
    }

    /// Adds what the failures of a workflow say.
    fn add(&mut self, series: &Series) {
        let weeks = series.weeks.len();
        let only_time_outs = self.facts.outcome == Outcome::TimedOut;
        for said in series.errors.iter().filter(|said| said.timed_out || !only_time_outs) {
            let Some((week, hour)) = series.hour_of_week(said.hour) else { continue };
            let counts =
                self.by_error.entry(said.error).or_insert_with(|| Counts { inside: vec![0; weeks], outside: 0 });
            let place = match self.mask.get(hour) {
                Some(true) => counts.inside.get_mut(week),
                _ => Some(&mut counts.outside),
            };
            place.into_iter().for_each(|place| *place = place.saturating_add(said.executions));
        }
    }

    /// The error that most of the extra ones share.
    fn shared(&self, evidence: &Evidence<'_>) -> Option<SharedError> {
        let mut inside = Tally::default();
        self.inside.iter().for_each(|week| inside.add(*week));
        // What was counted is what the claim was made of.
        if (inside, self.outside) != (self.facts.inside, self.facts.outside) {
            return None;
        }
        let raw = excess(self.inside.iter().copied(), self.outside.rate());
        let of_all = sum(&raw);
        let mut candidates = Vec::new();
        for (error, counts) in &self.by_error {
            let hits = self.inside.iter().zip(&counts.inside).map(|(week, hits)| Tally { hits: *hits, of: week.of });
            let outside = Tally { hits: counts.outside, of: self.outside.of };
            let own = excess(hits, outside.rate());
            // Of what failures say elsewhere, so much is to be expected of the extra ones too.
            let usual = Tally { hits: counts.outside, of: self.outside.hits };
            let share = sum(&own) / of_all.max(1e-9);
            let matters = sum(&own) >= LEAST_EXCESS && share >= LEAST_SHARE && share >= usual.rate() + LEAST_MORE;
            let chance = if matters { self.chance(&own, &raw, usual.rate()) } else { 1.0 };
            candidates.push((*error, counts, share, chance));
        }
        let chances = listed(candidates.iter().map(|(_, _, _, chance)| *chance));
        let mut best: Option<(f64, SharedError)> = None;
        for ((error, counts, share, _), chance) in candidates.into_iter().zip(adjusted(&chances)) {
            let Some(error) = (evidence.error)(error).filter(|_| chance <= FALSE_DISCOVERY_RATE) else { continue };
            let is_better = best.as_ref().is_none_or(|(of_best, best)| match share.total_cmp(of_best) {
                std::cmp::Ordering::Equal => error < best.error.as_str(),
                order => order.is_gt(),
            });
            if is_better {
                let said = counts.inside.iter().fold(0, |sum: u64, week| sum.saturating_add(*week));
                let inside = Tally { hits: said, of: inside.hits };
                let outside = Tally { hits: counts.outside, of: self.outside.hits };
                let share_of_extra = within(share, 0.0, 1.0);
                best = Some((share, SharedError { error: error.to_owned(), share: share_of_extra, inside, outside }));
            }
        }
        best.map(|(_, found)| found)
    }

    /// The chance of the excess of an error, and of one beyond what failures say of it elsewhere.
    fn chance(&self, own: &[f64], raw: &[f64], usual: f64) -> f64 {
        let beyond = listed(own.iter().zip(raw).map(|(own, raw)| own - usual * raw));
        let of = |weeks: &[f64]| chance_of_signs([self.facts.inside, self.facts.outside], weeks);
        of(own).max(of(&beyond))
    }
}

/// By week, what is in excess of a rate.
fn excess(weeks: impl Iterator<Item = Tally>, rate: f64) -> Vec<f64> {
    listed(weeks.map(|week| week.hits as f64 - rate * week.of as f64))
}
