//! A measure of all executions that changes because other workflows run: how much of a change or a trend is that, and how
//! much is that workflows themselves do otherwise (Kitagawa 1955). Arithmetic on claims that were accepted; it tests
//! nothing.

use super::attribution::{LEAST_OF_A_RATE, LEAST_OF_MIX};
use super::claim::Claim;
use super::daily::{Measure, Stretch};
use super::report::Statement;
use super::sentence::called;
use super::series::{Series, Whose};
use super::trend::END;
use chrono::NaiveDate;

/// From this share on what runs is the story.
const LEAST_BETWEEN: f64 = 0.5;

/// A change that is mostly one of what runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Of what.
    pub measure: Measure,
    /// Before, or at the beginning.
    pub before: Stretch,
    /// After, or at the end.
    pub after: Stretch,
    /// When.
    pub when: When,
    /// The workflow that most of it is owed to, if there is one.
    pub mover: Option<Mover>,
}

/// When a measure changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Around a day, give or take so many.
    Around(NaiveDate, u32),
    /// Over so many weeks.
    Over(u32),
}

/// A workflow that runs more often than before, or less often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    /// What it is called.
    pub name: String,
    /// Its executions before,
    pub before: u64,
    /// and after, counted as those of the stretches are.
    pub after: u64,
    /// True if it fails more, or takes longer, than executions do on average.
    pub is_above: bool,
}

/// Executions and what they add up to (failures, or logarithms of durations), before and after.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    executions: [u64; 2],
    sums: [f64; 2],
}

impl Part {
    fn add(&mut self, more: &Part) {
        self.executions.iter_mut().zip(more.executions).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        self.sums.iter_mut().zip(more.sums).for_each(|(sum, more)| *sum += more);
    }

    /// The mean before and after. Where one is not known, the other.
    fn means(&self) -> [f64; 2] {
        let [before, after] = self.executions;
        let mean = |sum: f64, executions: u64| sum / executions.max(1) as f64;
        let means = [mean(self.sums[0], before), mean(self.sums[1], after)];
        match (before < LEAST_OF_A_RATE, after < LEAST_OF_A_RATE) {
            (true, false) => [means[1]; 2],
            (false, true) => [means[0]; 2],
            _ => means,
        }
    }
}

/// An accepted change or trend and what is known of its parts.
pub(super) struct Shift {
    /// The claim's place.
    pub place: usize,
    facts: Facts,
    /// The days from one to before another, at the beginning and at the end.
    days: [std::ops::Range<usize>; 2],
    all: Part,
    small: Part,
    parts: Vec<(Option<String>, Part)>,
}

impl Shift {
    /// The parts of a claim are looked at if it is of a failure rate or a duration.
    pub fn new(place: usize, statement: &Statement, all: &Series) -> Option<Self> {
        let (measure, before, after, when, days) = match statement {
            Statement::Change(facts) => {
                let at = all.days.iter().position(|day| day.date == facts.from)?;
                let when = When::Around(facts.from, facts.plus_minus);
                let days = [at - facts.before.days.min(at as u32) as usize..at, at..at + facts.after.days as usize];
                (facts.measure, facts.before, facts.after, when, days)
            }
            Statement::Trend(facts) => {
                let length = all.days_of(facts.measure).len();
                let days = [0..END, length.saturating_sub(END)..length];
                (facts.measure, facts.first, facts.last, When::Over(facts.weeks), days)
            }
            _ => return None,
        };
        let facts = Facts { measure, before, after, when, mover: None };
        let nothing = Part::default();
        (measure != Measure::Volume).then_some(Self {
            place,
            facts,
            days,
            all: nothing,
            small: nothing,
            parts: Vec::new(),
        })
    }

    /// Adds a workflow.
    pub fn add(&mut self, series: &Series) {
        let mut part = Part::default();
        for ((days, executions), sum) in self.days.iter().zip(&mut part.executions).zip(&mut part.sums) {
            if self.facts.measure == Measure::FailureRate {
                for hour in series.days.get(days.clone()).unwrap_or_default().iter().flat_map(|day| &day.hours) {
                    *executions = executions.saturating_add(hour.decided);
                    *sum += hour.failures as f64;
                }
            } else {
                for durations in series.durations.get(days.clone()).unwrap_or_default() {
                    *executions = executions.saturating_add(durations.count());
                    *sum += durations.added_up();
                }
            }
        }
        self.all.add(&part);
        if part.executions.iter().all(|executions| *executions < LEAST_OF_A_RATE) {
            self.small.add(&part);
        } else {
            let name = if series.whose == Whose::NoWorkflow { None } else { called(&series.whose) };
            self.parts.push((name.map(str::to_owned), part));
        }
    }

    /// Adds to the claim how much of it is within workflows; where that is less than half, the claim is one of what runs.
    pub fn tell(mut self, claim: &mut Claim<Statement>) {
        if self.all.executions != [self.facts.before.executions, self.facts.after.executions] {
            return;
        }
        self.parts.push((None, self.small));
        let [of_before, of_after] = self.all.executions.map(|executions| executions.max(1) as f64);
        let all = self.all.means();
        let middle = (all[0] + all[1]) / 2.0;
        let (mut between, mut within) = (0.0, 0.0);
        let mut most: (f64, Option<Mover>) = (0.0, None);
        let direction = if self.facts.after.value < self.facts.before.value { -1.0 } else { 1.0 };
        for (name, part) in &self.parts {
            let [before, after] = part.executions;
            let shares = [before as f64 / of_before, after as f64 / of_after];
            let means = part.means();
            let mean = (means[0] + means[1]) / 2.0;
            // Shares add up to one before and after, so that the middle takes no part in the sum.
            let of_mix = direction * (shares[1] - shares[0]) * (mean - middle);
            between += of_mix;
            within += direction * (means[1] - means[0]) * (shares[0] + shares[1]) / 2.0;
            if of_mix > most.0 {
                let mover = name.clone().map(|name| Mover { name, before, after, is_above: mean > middle });
                most = (of_mix, mover);
            }
        }
        let moved = between + within;
        // A median can go another way than the mean of logarithms; then this tells nothing of it.
        if moved <= 1e-9 {
            return;
        }
        claim.basis.number("within_share", within / moved);
        if between >= LEAST_BETWEEN * moved {
            self.facts.mover = most.1.filter(|_| most.0 >= LEAST_OF_MIX * between);
            if let Some(Mover { name, before, after, .. }) = &self.facts.mover {
                claim.basis.text("mix_workflow", name);
                claim.basis.count("mix_executions_before", *before).count("mix_executions_after", *after);
            }
            claim.facts = Statement::Mix(self.facts);
        }
    }
}
