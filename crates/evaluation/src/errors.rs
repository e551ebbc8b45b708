//! What the extra failures of a window are said to say, in whole reports of six workflows: whether an error that is planted
//! in the window is told, and how often one is told that is no more the window's than any other time's.

use crate::failures::{FLAGSHIP, is_at};
use crate::histories::{Chance, WEEK};
use crate::measure::{self, MOST_OF_A_ROW};
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use execution_heatmap::execution::{Status, Tags};
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{Fact, Finding, Kind};
use execution_heatmap::zone::HOUR_MS;
use libm::{exp, log};

const GROUP: &str = "Who explains it (K12): what extra failures say";
const WEEKS: usize = 13;
/// Executions an hour, of all workflows together.
const AN_HOUR: f64 = 20.0;
/// The week that is worse than the others, in a rise and as any.
const BAD_WEEK: usize = 10;
const NAMES: [&str; 6] = ["one", "two", "three", "four", "five", "six"];
/// What planted failures say, and its class.
const PLANTED_ERROR: [&str; 2] =
    ["lock 7f3a9c21 of shard 40012 was not released", "lock # of shard # was not released"];

/// What failures say that say nothing planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usual {
    /// One of so many things, whichever it is by chance; the first half of the time.
    OneOf(usize),
    /// Within so many hours all say the same one of four things.
    Spells(usize),
    /// One thing up to a third of the time, then another one.
    Turns,
    /// Each workflow says its own thing.
    ByWorkflow,
    /// Each says something else.
    AllDiffer,
    /// Half of them say nothing, the others one of four things.
    Seldom,
    /// One of four things, once failures rose; nobody recorded what they said before.
    RecordedSince,
    /// One of four things, but in one week of the rise, when five times as many fail, the same one.
    OneBadWeek,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    name: &'static str,
    outcome: Outcome,
    usual: Usual,
    /// The rate of failures in the window, of workflows that fail more often then.
    rate: f64,
    /// The share of the failures in the window, and of the others, that say what is planted.
    planted: [f64; 2],
    /// True if the first workflow alone fails more often then.
    is_of_one: bool,
    /// Failures do not rise in the window, but for so many weeks at the end.
    rise: Option<usize>,
}

const fn of(name: &'static str, usual: Usual, rate: f64, planted: [f64; 2]) -> Case {
    Case { name, outcome: Outcome::Failed, usual, rate, planted, is_of_one: false, rise: None }
}

/// An error of the window's own.
pub const PLANTED: [Case; 9] = [
    of("nearly all of them", Usual::OneOf(4), 0.31, [0.9, 0.01]),
    of("six in ten", Usual::OneOf(4), 0.31, [0.6, 0.01]),
    of("six in ten, and a tenth at other times", Usual::OneOf(4), 0.31, [0.6, 0.1]),
    of("nearly all of them, others in spells of six hours", Usual::Spells(6), 0.31, [0.9, 0.0]),
    of("nearly all of them, others all different", Usual::AllDiffer, 0.31, [0.9, 0.01]),
    Case { is_of_one: true, ..of("nearly all of them, of one workflow", Usual::OneOf(4), 0.6, [0.9, 0.01]) },
    Case { outcome: Outcome::TimedOut, ..of("nearly all of them", Usual::OneOf(4), 0.25, [0.9, 0.01]) },
    Case { rise: Some(7), ..of("nearly all of them, for seven weeks", Usual::OneOf(4), 0.12, [0.9, 0.01]) },
    Case { rise: Some(3), ..of("nearly all of them, for three weeks", Usual::OneOf(4), 0.12, [0.9, 0.01]) },
];

/// Failures that say in the window what they always say.
pub const AS_ALWAYS: [Case; 17] = [
    of("one thing", Usual::OneOf(1), 0.31, [0.0, 0.0]),
    of("one of four things", Usual::OneOf(4), 0.31, [0.0, 0.0]),
    of("one of thirty things", Usual::OneOf(30), 0.31, [0.0, 0.0]),
    of("something else each", Usual::AllDiffer, 0.31, [0.0, 0.0]),
    of("mostly nothing", Usual::Seldom, 0.31, [0.0, 0.0]),
    of("the same in spells of six hours", Usual::Spells(6), 0.31, [0.0, 0.0]),
    of("the same in spells of two days", Usual::Spells(48), 0.31, [0.0, 0.0]),
    of("another thing after a third of the time", Usual::Turns, 0.31, [0.0, 0.0]),
    of("its own thing by workflow", Usual::ByWorkflow, 0.31, [0.0, 0.0]),
    Case {
        is_of_one: true,
        ..of("the same in spells of six hours, of one workflow", Usual::Spells(6), 0.6, [0.0, 0.0])
    },
    Case {
        rise: Some(7),
        ..of("but recorded since they rose, for seven weeks", Usual::RecordedSince, 0.12, [0.0, 0.0])
    },
    Case { rise: Some(7), ..of("but the same in one bad week, for seven weeks", Usual::OneBadWeek, 0.12, [0.0, 0.0]) },
    of("but the same in one bad week", Usual::OneBadWeek, 0.31, [0.0, 0.0]),
    Case { rise: Some(7), ..of("one of four things, for seven weeks", Usual::OneOf(4), 0.12, [0.0, 0.0]) },
    Case { rise: Some(3), ..of("one of four things, for three weeks", Usual::OneOf(4), 0.12, [0.0, 0.0]) },
    Case {
        rise: Some(7),
        ..of("the same in spells of two days, for seven weeks", Usual::Spells(48), 0.12, [0.0, 0.0])
    },
    Case {
        rise: Some(3),
        ..of("the same in spells of two days, for three weeks", Usual::Spells(48), 0.12, [0.0, 0.0])
    },
];

impl Case {
    /// What a failed execution says; `None` if nothing.
    fn error(&self, chance: &mut Chance, (workflow, hour): (usize, usize), spells: &[usize]) -> Option<String> {
        const HOURS: usize = WEEKS * WEEK;
        let thing = |number: usize| Some(format!("it failed because of {}", WORDS[number % WORDS.len()]));
        let letters = |chance: &mut Chance| (0..6).map(|_| (b'g' + chance.below(20) as u8) as char).collect::<String>();
        match self.usual {
            Usual::OneOf(1) => thing(0),
            Usual::OneOf(_) if chance.uniform() < 0.5 => thing(0),
            Usual::OneOf(of) => thing(chance.below(of)),
            Usual::Spells(hours) => thing(*spells.get(hour / hours)?),
            Usual::Turns => thing(usize::from(hour > HOURS / 3)),
            Usual::ByWorkflow => thing(workflow),
            Usual::AllDiffer => Some(format!("no such host {}", letters(chance))),
            Usual::Seldom if chance.uniform() < 0.5 => None,
            Usual::Seldom => thing(chance.below(4)),
            Usual::RecordedSince if hour < (WEEKS - self.rise.unwrap_or(WEEKS)) * WEEK => None,
            Usual::OneBadWeek if hour / WEEK == BAD_WEEK => Some("the bad week".to_owned()),
            Usual::RecordedSince | Usual::OneBadWeek => thing(chance.below(4)),
        }
    }

    /// The rows of a history.
    fn rows(&self, number: usize) -> Rows {
        let mut chance = Chance::of(&format!("evaluate errors {self:?}"), number);
        let hours = WEEKS * WEEK;
        let active: Vec<bool> = (0..WEEKS).map(|_| chance.uniform() < FLAGSHIP.weeks).collect();
        let common = chance.wandering(hours, 0.4, 6.0);
        let spells: Vec<usize> = (0..hours).map(|_| chance.below(4)).collect();
        let (often, status) = match self.outcome {
            Outcome::TimedOut => (0.01, Status::TimedOut),
            _ => (0.03, Status::Failed),
        };
        let mut rows = Rows::over(WEEKS * 7);
        for (workflow, name) in NAMES.into_iter().enumerate() {
            let base = often * (1.0 + (workflow * 5 % 6) as f64 / 5.0);
            for hour in 0..hours {
                let is_in = match self.rise {
                    Some(weeks) => hour >= (WEEKS - weeks) * WEEK,
                    None => active[hour / WEEK] && FLAGSHIP.holds(hour % WEEK),
                };
                let rate = if is_in && (workflow == 0 || !self.is_of_one) { self.rate } else { base };
                let is_bad = self.usual == Usual::OneBadWeek && is_in && hour / WEEK == BAD_WEEK;
                let rate = if is_bad { 0.9 } else { rate };
                let rate = 1.0 / (1.0 + exp(-log(rate / (1.0 - rate)) - common[hour]));
                for _ in 0..chance.poisson(AN_HOUR / 6.0) {
                    let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
                    let has_failed = chance.uniform() < rate;
                    let status = if has_failed { status } else { Status::Completed };
                    let is_planted = chance.uniform() < self.planted[usize::from(!is_in)];
                    let error = match is_planted {
                        true => Some(PLANTED_ERROR[0].to_owned()),
                        false => self.error(&mut chance, (workflow, hour), &spells),
                    };
                    let error = error.filter(|_| has_failed);
                    rows.push_whole(name, at_ms, status, Some(60_000), Tags::new("", &[]), error.as_deref());
                }
            }
        }
        rows
    }

    /// Whether a report tells the planted window, and which errors it tells of any.
    fn told(&self, number: usize) -> (bool, Vec<String>) {
        let findings = self.rows(number).report().findings;
        let is_there = |told: &Finding| match self.rise {
            Some(_) => told.kind == Kind::Change,
            None => told.kind == self.outcome.kind() && is_at(told.window.as_ref(), &FLAGSHIP),
        };
        // How many of a row of failures say a thing is counted, whatever the others say.
        let errors = findings.iter().filter(|told| told.kind != Kind::ConsecutiveFailures).filter_map(error_of);
        (findings.iter().any(is_there), errors.collect())
    }
}

const WORDS: [&str; 30] = [
    "the disk",
    "the network",
    "a token",
    "a quota",
    "a lock",
    "memory",
    "a schema",
    "a deploy",
    "the clock",
    "a parser",
    "a proxy",
    "a cache",
    "a queue",
    "a mount",
    "a socket",
    "a thread",
    "a signal",
    "a limit",
    "a header",
    "a cookie",
    "a cursor",
    "an index",
    "a shard",
    "a replica",
    "a router",
    "a ledger",
    "a backup",
    "a mirror",
    "a bucket",
    "a path",
];

fn error_of(finding: &Finding) -> Option<String> {
    finding.evidence.iter().find_map(|(of, fact)| match fact {
        Fact::Text(text) if *of == "error" => Some(text.clone()),
        _ => None,
    })
}

/// What came of so many reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They tell the window,
    pub windows: usize,
    /// and the planted error,
    pub right: usize,
    /// or another one of any window.
    pub wrong: usize,
}

/// Those of a case.
pub fn counts(case: &Case, a_row: usize) -> Counts {
    let mut counts = Counts::default();
    for (is_there, errors) in measure::each(a_row, |number| case.told(number)) {
        counts.windows += usize::from(is_there);
        counts.right += usize::from(errors.iter().any(|error| error == PLANTED_ERROR[1]));
        counts.wrong += usize::from(errors.iter().any(|error| error != PLANTED_ERROR[1]));
    }
    counts
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let a_row = a_row.div_ceil(4);
    let share = |hits: usize, of: usize| Measured::Share { hits, of };
    let mut wrong = 0;
    for case in &PLANTED {
        let counts = counts(case, a_row);
        let kind = if case.rise.is_some() { Kind::Change } else { case.outcome.kind() };
        let name = format!("{}, an error of {}: told", kind.name(), case.name);
        let note = format!(
            "{} without an error, {} silent",
            counts.windows - counts.right.min(counts.windows),
            a_row - counts.windows
        );
        table.push(GROUP, &name, share(counts.right, a_row), Target::None, &note);
        wrong += counts.wrong;
    }
    let name = "a planted error: reports that tell another one";
    table.push(GROUP, name, share(wrong, PLANTED.len() * a_row), Target::NullAtMost(MOST_OF_A_ROW), "");
    let mut wrong = 0;
    for case in &AS_ALWAYS {
        let counts = counts(case, a_row);
        let name = format!("failures say what they always say, {}: an error is told", case.name);
        let told = counts.right + counts.wrong;
        table.push(
            GROUP,
            &name,
            share(told, a_row),
            Target::NullAtMost(MOST_OF_A_ROW),
            &format!("{} found", counts.windows),
        );
        wrong += told;
    }
    let name = "failures say what they always say, all rows";
    table.push(GROUP, name, share(wrong, AS_ALWAYS.len() * a_row), Target::AtMost(measure::MOST_OF_ALL), "");
}
