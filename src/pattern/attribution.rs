//! Why an outcome is more frequent in a window: a workflow or a tag that most of the extra ones come from, or that other
//! workflows run then. Each workflow is held against its own rate outside the window, so that a busy one is not blamed for
//! being busy. It explains claims about all executions that were accepted; it never makes one, and of what it cannot tell
//! apart it says nothing.

use super::Evidence;
use super::claim::Claim;
use super::history::{RING, Tabulator, Week};
use super::mix::Shift;
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::outcome_window::{self, Facts};
use super::random::{FEW, MANY, Random, listed, share_at_least, sum};
use super::report::Statement;
use super::ring::RingWindow;
use super::sentence::called;
use super::series::{Series, Whose};
use super::settled::take_back;
use crate::number::within;
use chrono::Datelike;

/// A workflow with fewer executions outside the window has no rate of its own there; with fewer inside too, it is looked
/// at together with all such workflows.
pub(super) const LEAST_OF_A_RATE: u64 = 20;
/// Extra executions with the outcome that a workflow, a tag or an error has at least.
pub(super) const LEAST_EXCESS: f64 = 10.0;
/// The share of all extra ones that is worth a word,
pub(super) const LEAST_SHARE: f64 = 0.4;
/// and what a second workflow, or a tag instead of workflows, has to add to it, or an error to what failures always say.
pub(super) const LEAST_MORE: f64 = 0.15;
/// Who has this share of all executions explains nothing.
const MOST_OF_EXECUTIONS: f64 = 0.8;
/// Extra ones by execution, against those of all others.
const LEAST_RATIO: f64 = 2.0;
/// With less than this share of the excess left when workflows are held against their own rates, others run then;
const MOST_LEFT: f64 = 0.3;
/// with less than this, if what is left could be chance.
const MOST_LEFT_BY_CHANCE: f64 = 0.5;
/// Of workflows that run in the window alone nobody knows whether they or the time are to blame; where they have more than
/// this share of its executions, no workflow is blamed, unless one of them is most of it.
const MOST_UNKNOWN: f64 = 0.3;
/// A workflow is named if at least this share of what others bring is its.
pub(super) const LEAST_OF_MIX: f64 = 0.5;

/// Why.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// Most extra ones come from somewhere.
    From {
        /// From where.
        origin: Origin,
        /// Which share of them.
        share: f64,
        /// What happened there in the window,
        inside: Tally,
        /// and outside.
        outside: Tally,
    },
    /// Each workflow does as it always does, but others run in the window.
    Mix {
        /// The one that matters most,
        workflow: Option<String>,
        /// and whether most of its executions fall into the window.
        is_mostly: bool,
    },
}

/// Where something comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// One workflow or two.
    Workflows(Vec<Whose>),
    /// Executions that bear a tag.
    Tag(String),
}

/// A claim that was accepted.
pub struct Accepted<'a> {
    /// Whose executions it is about,
    pub whose: &'a Whose,
    /// how many they are,
    pub executions: u64,
    /// and what is claimed; taken back where another claim says it better.
    pub claim: &'a mut Option<Claim<Statement>>,
}

/// Says of each accepted claim about all executions what explains it.
pub fn explain(evidence: &Evidence<'_>, all: &Series, accepted: &mut [Accepted<'_>]) {
    let (mut windows, mut shifts) = (Vec::new(), Vec::new());
    for (place, accepted) in accepted.iter().enumerate().filter(|(_, accepted)| *accepted.whose == Whose::All) {
        match accepted.claim.as_ref().map(|claim| &claim.facts) {
            Some(Statement::Window(facts)) => windows.push(Window::new(place, facts, all)),
            Some(other) => shifts.extend(Shift::new(place, other, all)),
            None => {}
        }
    }
    if windows.is_empty() && shifts.is_empty() {
        return;
    }
    let mut tabulator = Tabulator::new(evidence);
    // Parts are held against all by the same hours.
    let settle_as = |all: &Series, part: &mut Series| {
        part.settled_ms = all.settled_ms;
        take_back(part, evidence);
    };
    (evidence.workflows)(&mut |workflow| {
        let series = tabulator.look_at_workflow(workflow);
        settle_as(all, series);
        windows.iter_mut().for_each(|window| window.add(series));
        shifts.iter_mut().for_each(|shift| shift.add(series));
        true
    });
    windows.iter_mut().for_each(Window::add_small_ones);
    windows.retain(Window::is_whole);
    windows.iter_mut().filter(|window| window.is_unknown()).for_each(|window| window.values.clear());
    // How long an execution took is not in what is counted of tags.
    let asks_for_tags = |window: &Window| window.facts.outcome != Outcome::Slow && !window.is_mix();
    if windows.iter().any(asks_for_tags) {
        (evidence.tags)(&mut |tag, cube| {
            let mut series = tabulator.of_cube(cube);
            settle_as(all, &mut series);
            windows.iter_mut().filter(|window| asks_for_tags(window)).for_each(|window| window.add_tag(tag, &series));
        });
    }
    for window in windows {
        window.tell(all, accepted);
    }
    for shift in shifts {
        if let Some(claim) = accepted.get_mut(shift.place).and_then(|accepted| accepted.claim.as_mut()) {
            shift.tell(claim);
        }
    }
}

/// A workflow or the executions of a tag.
struct Value {
    origin: Origin,
    inside: Tally,
    outside: Tally,
    /// By week, how many more have the outcome than its own rate outside the window leads to expect.
    excess: Vec<f64>,
}

impl Value {
    fn excess(&self) -> f64 {
        sum(&self.excess)
    }

    fn executions(&self) -> f64 {
        self.inside.of as f64 + self.outside.of as f64
    }

    fn expected(&self) -> f64 {
        self.inside.hits as f64 - self.excess()
    }
}

/// An accepted window and what is known of its parts.
struct Window {
    /// The claim's place.
    place: usize,
    facts: Facts,
    mask: [bool; RING],
    /// What all workflows together have in excess, by week: when each is held against its own rate,
    excess: Vec<f64>,
    /// and when all are held against one.
    raw: Vec<f64>,
    /// Executions inside of workflows that have no rate outside.
    unknown: u64,
    /// What was added so far.
    inside: Tally,
    outside: Tally,
    values: Vec<Value>,
    /// Workflows that are too small to have rates of their own: by week inside, and outside.
    small: (Vec<Tally>, Tally),
    /// What the workflow with the largest excess did, and how large that is.
    heaviest: (f64, Vec<Week>),
    /// The workflow that brings most to the window by running then: how much, who, and whether mostly then.
    mover: (f64, Option<String>, bool),
}

impl Window {
    fn new(place: usize, facts: &Facts, all: &Series) -> Self {
        let none = vec![Tally::default(); all.weeks().len()];
        Self {
            place,
            mask: facts.window.mask(),
            facts: facts.clone(),
            excess: vec![0.0; all.weeks().len()],
            raw: vec![0.0; all.weeks().len()],
            unknown: 0,
            inside: Tally::default(),
            outside: Tally::default(),
            values: Vec::new(),
            small: (none, Tally::default()),
            heaviest: (0.0, Vec::new()),
            mover: (0.0, None, false),
        }
    }

    /// By week inside, and outside.
    fn split(&self, series: &Series) -> (Vec<Tally>, Tally) {
        let mut outside = Tally::default();
        let mut weeks = vec![Tally::default(); self.excess.len()];
        let before = series.days.first().map_or(0, |day| day.date.weekday().num_days_from_monday() as usize);
        for (place, day) in series.busy_days() {
            let Some(inside) = weeks.get_mut((before + place) / 7) else { break };
            let mask = self.mask.iter().skip((before + place) % 7 * 24);
            for (hour, is_inside) in day.hours.iter().zip(mask) {
                if *is_inside { &mut *inside } else { &mut outside }.add(self.facts.outcome.tally(hour));
            }
        }
        (weeks, outside)
    }

    /// Adds a workflow.
    fn add(&mut self, series: &Series) {
        let (weeks, outside) = self.split(series);
        let inside = together(&weeks);
        if inside.of < LEAST_OF_A_RATE && outside.of < LEAST_OF_A_RATE {
            self.small.0.iter_mut().zip(weeks).for_each(|(sum, more)| sum.add(more));
            self.small.1.add(outside);
            return;
        }
        let excess = self.count(&weeks, outside, &series.whose);
        if let Some(excess) = excess.filter(|_| series.whose != Whose::NoWorkflow) {
            let excess_of_all = sum(&excess);
            if excess_of_all > self.heaviest.0 {
                self.heaviest = (excess_of_all, series.weeks().to_vec());
            }
            let origin = Origin::Workflows(vec![series.whose.clone()]);
            self.values.push(Value { origin, inside, outside, excess });
        }
    }

    fn add_small_ones(&mut self) {
        let (weeks, outside) = std::mem::take(&mut self.small);
        self.count(&weeks, outside, &Whose::NoWorkflow);
    }

    /// Counts a part of all executions; its excess by week, if that can matter.
    fn count(&mut self, weeks: &[Tally], outside: Tally, whose: &Whose) -> Option<Vec<f64>> {
        let inside = together(weeks);
        self.inside.add(inside);
        self.outside.add(outside);
        let (excess, rate) = excess(weeks, outside);
        self.excess.iter_mut().zip(&excess).for_each(|(sum, more)| *sum += more);
        let of_all = self.facts.outside.rate();
        let raw = weeks.iter().map(|week| week.hits as f64 - of_all * week.of as f64);
        self.raw.iter_mut().zip(raw).for_each(|(sum, more)| *sum += more);
        self.unknown += if outside.of < LEAST_OF_A_RATE { inside.of } else { 0 };
        let share = |part: Tally, of: Tally| part.of as f64 / of.of.max(1) as f64;
        let more_often = share(inside, self.facts.inside) - share(outside, self.facts.outside);
        let brings = more_often * (rate - of_all) * self.facts.inside.of as f64;
        if more_often > 0.0 && brings > self.mover.0 {
            self.mover = (brings, called(whose).map(str::to_owned), inside.of > outside.of);
        }
        can_matter(&excess).then_some(excess)
    }

    fn add_tag(&mut self, tag: &str, series: &Series) {
        let (weeks, outside) = self.split(series);
        let (excess, _) = excess(&weeks, outside);
        if outside.of >= LEAST_OF_A_RATE && can_matter(&excess) {
            let origin = Origin::Tag(tag.to_owned());
            self.values.push(Value { origin, inside: together(&weeks), outside, excess });
        }
    }

    /// True if all executions are known by workflow.
    fn is_whole(&self) -> bool {
        (self.inside, self.outside) == (self.facts.inside, self.facts.outside)
    }

    /// What is in excess when each workflow is held against its own rate.
    fn adjusted_excess(&self) -> f64 {
        sum(&self.excess)
    }

    /// What is in excess when all are held against one rate.
    fn raw_excess(&self) -> f64 {
        sum(&self.raw)
    }

    /// What shares are of: the larger one, so that they are true in either sense.
    fn larger_excess(&self) -> f64 {
        self.adjusted_excess().max(self.raw_excess()).max(1e-9)
    }

    /// The workflow that brings most of what others bring to the window.
    fn named_mover(&self) -> Option<&str> {
        let brought = self.raw_excess() - self.adjusted_excess();
        self.mover.1.as_deref().filter(|_| self.mover.0 >= LEAST_OF_MIX * brought)
    }

    /// True if it cannot be known whether workflows or the time are to blame.
    fn is_unknown(&self) -> bool {
        self.unknown as f64 > MOST_UNKNOWN * self.facts.inside.of as f64
            && !(self.has_few_left() && self.named_mover().is_some())
    }

    /// True if workflows do as they always do, and others run in the window.
    fn is_mix(&self) -> bool {
        self.has_few_left() && !self.is_unknown()
    }

    /// True if little is in excess once workflows are held against their own rates.
    fn has_few_left(&self) -> bool {
        let left = self.adjusted_excess() / self.raw_excess().max(1e-9);
        left < MOST_LEFT || left < MOST_LEFT_BY_CHANCE && self.chance(&self.excess) > FALSE_DISCOVERY_RATE
    }

    /// The chance of so large a sum if each week were as likely to be as far below as above.
    fn chance(&self, weeks: &[f64]) -> f64 {
        let counts = [self.facts.inside, self.facts.outside].into_iter().flat_map(|tally| [tally.hits, tally.of]);
        let mut random = Random::seeded_by(counts.chain(weeks.iter().map(|week| week.to_bits())));
        let mut flipped = || weeks.iter().map(|week| f64::from(random.sign()) * week).sum();
        let shuffled = listed((0..MANY).map(|_| flipped()));
        share_at_least(sum(weeks), shuffled.into_iter())
    }

    /// The chance of a value's excess, and of one beyond its share of the executions.
    fn chance_of(&self, value: &Value) -> f64 {
        let share = value.inside.of as f64 / self.facts.inside.of.max(1) as f64;
        // A tag is held against its own rate, whatever the workflows are.
        let all = if matches!(value.origin, Origin::Tag(_)) { &self.raw } else { &self.excess };
        let beyond = value.excess.iter().zip(all).map(|(own, all)| own - share * all);
        self.chance(&value.excess).max(self.chance(&listed(beyond)))
    }

    /// Where most of the excess comes from.
    fn origin(&self) -> Option<Value> {
        // What cannot be named counts in the correction and needs no shuffle.
        let chance_of = |value: &Value| if value.excess() < LEAST_EXCESS { 1.0 } else { self.chance_of(value) };
        let chances = listed(self.values.iter().map(chance_of));
        let [mut first, mut second, mut tag] = [None::<&Value>; 3];
        for (value, chance) in self.values.iter().zip(adjusted(&chances)) {
            if chance > FALSE_DISCOVERY_RATE || value.excess() < LEAST_EXCESS {
                continue;
            }
            let is_above = |other: Option<&Value>| other.is_none_or(|other| value.excess() > other.excess());
            match value.origin {
                Origin::Tag(_) if self.explains(value) && is_above(tag) => tag = Some(value),
                Origin::Tag(_) => {}
                Origin::Workflows(_) if is_above(first) => (second, first) = (first, Some(value)),
                Origin::Workflows(_) if is_above(second) => second = Some(value),
                Origin::Workflows(_) => {}
            }
        }
        let pair = first.zip(second).filter(|(_, second)| self.share(second) >= LEAST_MORE).map(both);
        let alone = || first.map(|first| both((first, &Value::none(self.excess.len()))));
        let workflows = pair.filter(|pair| self.explains(pair)).or_else(|| alone().filter(|one| self.explains(one)));
        let least_of_tag = workflows.as_ref().map_or(0.0, |workflows| self.share(workflows) + LEAST_MORE);
        let tag = tag.filter(|tag| self.share(tag) >= least_of_tag);
        tag.map(|tag| Value { origin: tag.origin.clone(), excess: tag.excess.clone(), ..*tag }).or(workflows)
    }

    fn share(&self, value: &Value) -> f64 {
        value.excess() / self.larger_excess()
    }

    /// True if a value has so much of the excess, and so much more than the others, that it is worth a word.
    fn explains(&self, value: &Value) -> bool {
        let others = (self.larger_excess() - value.excess()).max(0.0);
        let executions = self.facts.inside.of as f64 + self.facts.outside.of as f64;
        self.share(value) >= LEAST_SHARE
            && value.executions() < MOST_OF_EXECUTIONS * executions
            && value.excess() * self.facts.inside.of.saturating_sub(value.inside.of) as f64
                >= LEAST_RATIO * others * value.inside.of as f64
    }

    /// Adds what was found to the claim, or leaves the claim to that of the one workflow without which it is none.
    fn tell(self, all: &Series, accepted: &mut [Accepted<'_>]) -> Option<()> {
        let of_all = accepted.get(self.place)?.executions;
        let Claim { facts, basis } = accepted.get_mut(self.place)?.claim.as_mut()?;
        let (raw, left) = (self.raw_excess(), self.adjusted_excess());
        let inside = self.facts.outside.rate() + left / self.facts.inside.of.max(1) as f64;
        if !self.is_unknown() {
            basis.number("adjusted_expected", self.facts.inside.hits as f64 - left).number("adjusted_excess", left);
            basis.number("adjusted_inside", within(inside, 0.0, 1.0));
        }
        if self.is_mix() {
            let (workflow, is_mostly) = (self.named_mover().map(str::to_owned), self.mover.2);
            basis.number("mix_share", within(1.0 - left / raw.max(1e-9), 0.0, 1.0));
            if let Some(name) = &workflow {
                basis.text("mix_workflow", name);
            }
            *facts = Statement::Explained(self.facts, Cause::Mix { workflow, is_mostly });
            return None;
        }
        let value = self.origin()?;
        let share = within(self.share(&value), 0.0, 1.0);
        basis.number("from_share", share);
        match &value.origin {
            Origin::Tag(tag) => _ = basis.text("from_tag", tag),
            Origin::Workflows(workflows) => {
                for (name, whose) in ["from_workflow", "and_from_workflow"].into_iter().zip(workflows) {
                    if let Whose::Workflow { id, .. } = whose {
                        basis.text(name, id);
                    }
                }
            }
        }
        basis.count("from_hits", value.inside.hits).count("from_of", value.inside.of);
        basis.number("from_expected", value.expected());
        let matters = basis.share * of_all as f64;
        let Value { origin, inside, outside, .. } = value;
        if let Origin::Workflows(workflows) = &origin
            && let [one] = workflows.as_slice()
        {
            let holds_without = self.holds_without_heaviest(all);
            basis.count("holds_without", holds_without.into());
            if !holds_without && let Some(own) = own_claim(accepted, one, &self.facts) {
                // What is said of all executions is said of the one workflow, and matters as much.
                let Accepted { executions, claim, .. } = own;
                let basis = &mut claim.as_mut()?.basis;
                basis.share = basis.share.max(matters / (*executions).max(1) as f64);
                basis.number("share_of_all_excess", share);
                *accepted.get_mut(self.place)?.claim = None;
                return None;
            }
        }
        let claim = accepted.get_mut(self.place)?.claim.as_mut()?;
        claim.facts = Statement::Explained(self.facts, Cause::From { origin, share, inside, outside });
        None
    }

    /// Whether the claim would be made, there or nearly there, if the workflow with the largest excess were not.
    fn holds_without_heaviest(&self, all: &Series) -> bool {
        let mut others = all.weeks().to_vec();
        for (others, heaviest) in others.iter_mut().zip(&self.heaviest.1) {
            others.hours.iter_mut().zip(&heaviest.hours).for_each(|(hour, own)| *hour = hour.without(own));
        }
        let others = Series::of_weeks(others);
        outcome_window::looks(&others, self.facts.outcome, FEW).iter().any(|look| {
            let is_there = |claim: &Claim<Facts>| overlap(claim.facts.window, self.facts.window);
            look.chance <= FALSE_DISCOVERY_RATE && look.claim.as_ref().is_some_and(is_there)
        })
    }
}

impl Value {
    /// Nothing, over so many weeks.
    fn none(weeks: usize) -> Self {
        let origin = Origin::Workflows(Vec::new());
        Self { origin, inside: Tally::default(), outside: Tally::default(), excess: vec![0.0; weeks] }
    }
}

/// Two values as one.
fn both((first, second): (&Value, &Value)) -> Value {
    let mut workflows = Vec::new();
    for value in [first, second] {
        if let Origin::Workflows(of_value) = &value.origin {
            workflows.extend_from_slice(of_value);
        }
    }
    let origin = Origin::Workflows(workflows);
    let (mut inside, mut outside) = (first.inside, first.outside);
    inside.add(second.inside);
    outside.add(second.outside);
    let excess = listed(first.excess.iter().zip(&second.excess).map(|(one, other)| one + other));
    Value { origin, inside, outside, excess }
}

/// By week, what is in excess of a rate outside; and that rate. Where too little ran outside, nothing is in excess.
fn excess(weeks: &[Tally], outside: Tally) -> (Vec<f64>, f64) {
    let rate = if outside.of < LEAST_OF_A_RATE { together(weeks).rate() } else { outside.rate() };
    (listed(weeks.iter().map(|week| week.hits as f64 - rate * week.of as f64)), rate)
}

/// What coins can make of the weeks at most decides who is looked at: that is the same whichever side they fall on.
fn can_matter(excess: &[f64]) -> bool {
    excess.iter().map(|week| week.abs()).sum::<f64>() >= LEAST_EXCESS
}

fn together(weeks: &[Tally]) -> Tally {
    let mut all = Tally::default();
    weeks.iter().for_each(|week| all.add(*week));
    all
}

/// True if two windows share at least half of the hours of the smaller one.
fn overlap(one: RingWindow, other: RingWindow) -> bool {
    let (one, other) = (one.mask(), other.mask());
    let hours = |mask: &[bool; RING]| mask.iter().filter(|held| **held).count();
    let shared = one.iter().zip(&other).filter(|(one, other)| **one && **other).count();
    shared * 2 >= hours(&one).min(hours(&other))
}

/// The accepted claim that a workflow has the outcome more often in nearly the same window.
fn own_claim<'a, 'b>(accepted: &'a mut [Accepted<'b>], whose: &Whose, facts: &Facts) -> Option<&'a mut Accepted<'b>> {
    accepted.iter_mut().find(|accepted| match accepted.claim.as_ref().map(|claim| &claim.facts) {
        Some(Statement::Window(own)) => {
            accepted.whose == whose && own.outcome == facts.outcome && overlap(own.window, facts.window)
        }
        _ => false,
    })
}
