//! What looking for one kind of pattern in one series comes to, before the report has decided what may be said. Holds
//! data; it tests nothing and says nothing.

use super::WeekWindow;
use super::schedule::{date_of, hour_of};
use super::shared_error::SharedError;
use chrono::NaiveDate;

/// What looking for a kind in a series came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Look<Facts> {
    /// The chance of such a claim on structureless history, over everything that was looked at; 1 where nothing was found,
    /// where gates failed, or where there is too little to look at.
    pub chance: f64,
    /// The claim, if there is one to be made.
    pub claim: Option<Claim<Facts>>,
}

impl<Facts> Look<Facts> {
    /// Nothing was found.
    pub fn nothing() -> Self {
        Self { chance: 1.0, claim: None }
    }

    /// A claim that passed its gates, with the chance of it.
    pub fn claim(chance: f64, facts: Facts, basis: Box<Basis>) -> Self {
        Self { chance, claim: Some(Claim { facts, basis }) }
    }

    /// The claim in other clothes.
    pub fn map<Others>(self, wrap: impl FnOnce(Facts) -> Others) -> Look<Others> {
        let Self { chance, claim } = self;
        Look { chance, claim: claim.map(|Claim { facts, basis }| Claim { facts: wrap(facts), basis }) }
    }
}

/// A claim that passed its gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim<Facts> {
    /// The numbers that its sentence is made of.
    pub facts: Facts,
    /// What it rests on.
    pub basis: Box<Basis>,
}

/// What a claim rests on, which is told of all kinds alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// When in the week, of a kind that recurs there.
    pub window: Option<WeekWindow>,
    /// What it does to the measure.
    pub effect: Option<Effect>,
    /// The counts it rests on, by name, in the order in which they are told.
    pub evidence: Vec<(&'static str, Fact)>,
    /// The first and the last local date that was looked at.
    pub span: (NaiveDate, NaiveDate),
    /// By week that was looked at (its Monday), whether the claim held; `None` where there was too little data. Empty of a
    /// kind that says nothing of weeks.
    pub weeks: Vec<(NaiveDate, Option<bool>)>,
    /// The hours it is about that have executions, of a silence those without any, of missed runs those in which one is missing,
    /// where others may be: local date and hour, rising. Empty of a kind that is about all of them.
    pub cells: Vec<(NaiveDate, u8)>,
    /// How much of the series it concerns, 0 to 1: excess failures of all failures, or executions concerned of all. Ranks
    /// claims by what they matter.
    pub share: f64,
    /// True if it goes on at the end of what is known, see `impact`.
    pub is_now: bool,
    /// What most of the failures that it is about say went wrong, once that was looked for and found.
    pub error: Option<Box<SharedError>>,
}

impl Basis {
    /// Nothing yet but which local dates were looked at, and how much of the series is concerned.
    #[inline(never)]
    pub fn new(span: (NaiveDate, NaiveDate), share: f64) -> Box<Self> {
        let (evidence, weeks, cells) = (Vec::new(), Vec::new(), Vec::new());
        Box::new(Self { window: None, effect: None, evidence, span, weeks, cells, share, is_now: false, error: None })
    }

    /// How much of all executions it concerns, by the share of them that is the series'. What goes on now matters to whom the
    /// series is, however small that is.
    pub fn impact(&self, of_all: f64) -> f64 {
        if self.is_now { self.share } else { self.share * of_all }
    }

    /// Adds a count to the evidence.
    #[inline(never)]
    pub fn count(&mut self, name: &'static str, count: u64) -> &mut Self {
        self.evidence.push((name, Fact::Count(count)));
        self
    }

    /// Adds a number with a fraction.
    #[inline(never)]
    pub fn number(&mut self, name: &'static str, number: f64) -> &mut Self {
        self.evidence.push((name, Fact::Number(number)));
        self
    }

    /// Adds a local date.
    #[inline(never)]
    pub fn date(&mut self, name: &'static str, date: NaiveDate) -> &mut Self {
        self.evidence.push((name, Fact::Date(date)));
        self
    }

    /// Adds the hour of a moment on the local clock behind those of earlier ones, once.
    #[inline(never)]
    pub fn cell(&mut self, local_ms: i64) {
        let cell = (date_of(local_ms), hour_of(local_ms) as u8);
        if self.cells.last() != Some(&cell) {
            self.cells.push(cell);
        }
    }

    /// Adds a name.
    #[inline(never)]
    pub fn text(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.evidence.push((name, Fact::Text(text.to_owned())));
        self
    }
}

/// What a claim is about, there and elsewhere (or after and before).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// In the window, after the change, at the end of the trend.
    pub inside: f64,
    /// Outside, before, at the beginning.
    pub outside: f64,
}

/// One number of what a claim rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A count.
    Count(u64),
    /// A number with a fraction.
    Number(f64),
    /// A local date.
    Date(NaiveDate),
    /// A name that rows gave.
    Text(String),
}
