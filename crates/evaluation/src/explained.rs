//! What is said to explain a window, in whole reports of six workflows: whether a planted cause is named, and how often one
//! is that was not planted.

use crate::failures::{FLAGSHIP, is_at};
use crate::histories::{Chance, WEEK};
use crate::measure::{self, MOST_OF_A_ROW};
use crate::rows::Rows;
use crate::table::{Measured, Table, Target};
use execution_heatmap::execution::{JoinedTags, Status};
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{Fact, Finding, Whose};
use execution_heatmap::zone::HOUR_MS;
use libm::{exp, log};

const GROUP: &str = "Who explains it (K12)";
const WEEKS: usize = 13;
/// Executions an hour, of all workflows together.
const AN_HOUR: f64 = 20.0;
/// The workflows.
const NAMES: [&str; 6] = ["one", "two", "three", "four", "five", "six"];
/// The tag that three in ten executions bear, of whichever workflow.
const TAG: &str = "eu";
/// How much longer an execution takes that is planted to be slow.
const SLOWER: f64 = 4.0;

/// What is behind the window that is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The first workflow,
    One,
    /// the first two,
    Two,
    /// executions that bear the tag,
    Tag,
    /// that the first workflow, half of which has the outcome at any time, runs mostly then,
    Runs,
    /// or nothing: all have it as much more often,
    All,
    /// and the first workflow runs three times as often then besides, as it may.
    AllBusy,
}

impl Behind {
    /// True if no workflow is to blame.
    fn is_nobody(self) -> bool {
        matches!(self, Behind::All | Behind::AllBusy)
    }
}

/// One row: what is behind the window and how workflows differ otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    name: &'static str,
    outcome: Outcome,
    behind: Behind,
    /// The share of the first workflow in all executions.
    share: f64,
    /// The rate of what is planted in the window.
    rate: f64,
    /// What those that are not to blame have more then.
    others: f64,
    /// By how much the odds of each workflow wander by themselves, and those of the first one.
    own: [f64; 2],
}

const EVEN: f64 = 1.0 / 6.0;

/// What is planted.
pub const PLANTED: [Case; 13] = [
    Case { name: "one of six", ..of(Outcome::Failed, Behind::One, EVEN, 0.8) },
    Case { name: "one of six, at 30 %", ..of(Outcome::Failed, Behind::One, EVEN, 0.3) },
    Case { name: "one of six, as the largest part", others: 0.08, ..of(Outcome::Failed, Behind::One, EVEN, 0.6) },
    Case {
        name: "one of six, each wandering by itself",
        own: [1.0, 1.0],
        ..of(Outcome::Failed, Behind::One, EVEN, 0.6)
    },
    Case { name: "one of a twentieth", ..of(Outcome::Failed, Behind::One, 0.05, 0.9) },
    Case { name: "two of six", ..of(Outcome::Failed, Behind::Two, EVEN, 0.6) },
    Case { name: "a tag of three in ten", ..of(Outcome::Failed, Behind::Tag, EVEN, 0.6) },
    Case { name: "one that fails often and runs mostly then", ..of(Outcome::Failed, Behind::Runs, 0.02, 0.5) },
    Case { name: "one of six", ..of(Outcome::TimedOut, Behind::One, EVEN, 0.6) },
    Case { name: "a tag of three in ten", ..of(Outcome::TimedOut, Behind::Tag, EVEN, 0.4) },
    Case { name: "one of six", ..of(Outcome::Cancelled, Behind::One, EVEN, 0.6) },
    Case { name: "one of six", ..of(Outcome::Slow, Behind::One, EVEN, 1.0) },
    Case { name: "two of six", ..of(Outcome::Slow, Behind::Two, EVEN, 1.0) },
];

/// Where all have the outcome more often then.
pub const OF_ALL: [Case; 9] = [
    Case { name: "evenly", ..of(Outcome::Failed, Behind::All, EVEN, 0.25) },
    Case { name: "evenly, a quarter of all being one's", ..of(Outcome::Failed, Behind::All, 0.25, 0.25) },
    Case { name: "evenly, half of all being one's", ..of(Outcome::Failed, Behind::All, 0.5, 0.25) },
    Case { name: "one of them running more often too", ..of(Outcome::Failed, Behind::AllBusy, EVEN, 0.25) },
    Case { name: "each wandering by itself", own: [1.0, 1.0], ..of(Outcome::Failed, Behind::All, EVEN, 0.25) },
    Case { name: "one of them wandering much", own: [0.0, 1.5], ..of(Outcome::Failed, Behind::All, 0.25, 0.25) },
    Case { name: "evenly", ..of(Outcome::TimedOut, Behind::All, EVEN, 0.2) },
    Case { name: "evenly", ..of(Outcome::Cancelled, Behind::All, EVEN, 0.2) },
    Case { name: "each wandering by itself", own: [1.0, 1.0], ..of(Outcome::Slow, Behind::All, 0.25, 0.4) },
];

const fn of(outcome: Outcome, behind: Behind, share: f64, rate: f64) -> Case {
    Case { name: "", outcome, behind, share, rate, others: 0.0, own: [0.0, 0.0] }
}

impl Case {
    /// The share of a workflow's executions that have the outcome at any time; slow ones the engine makes a tenth.
    fn base(&self, workflow: usize) -> f64 {
        let often = if self.outcome == Outcome::Failed { 0.03 } else { 0.01 };
        match self.behind {
            Behind::Runs if workflow == 0 => self.rate,
            _ if self.outcome == Outcome::Slow => 0.0,
            _ => often * (1.0 + (workflow * 5 % 6) as f64 / 5.0),
        }
    }

    /// The executions of a workflow that are to be expected in an hour.
    fn expected(&self, workflow: usize, hour: usize) -> f64 {
        let share = if workflow == 0 { self.share } else { (1.0 - self.share) / 5.0 };
        match self.behind {
            Behind::Runs if workflow == 0 && FLAGSHIP.holds(hour % WEEK) => AN_HOUR * 0.5,
            Behind::AllBusy if workflow == 0 && FLAGSHIP.holds(hour % WEEK) => AN_HOUR * 3.0 * share,
            _ => AN_HOUR * share,
        }
    }

    /// The share that has the outcome in the window.
    fn planted(&self, workflow: usize, is_tagged: bool) -> f64 {
        let base = self.base(workflow);
        match self.behind {
            Behind::One if workflow == 0 => self.rate,
            Behind::Two if workflow < 2 => self.rate,
            Behind::Tag if is_tagged => self.rate,
            Behind::All | Behind::AllBusy => (base + self.rate).min(1.0),
            _ => base + self.others,
        }
    }

    /// The rows of a history.
    fn rows(&self, number: usize) -> Rows {
        let mut chance = Chance::of(&format!("evaluate explained {self:?}"), number);
        let hours = WEEKS * WEEK;
        let active: Vec<bool> = (0..WEEKS).map(|_| chance.uniform() < FLAGSHIP.weeks).collect();
        let common = chance.wandering(hours, 0.4, 6.0);
        let tags = [JoinedTags::of(["all"].into_iter()), JoinedTags::of(["all", TAG].into_iter())];
        let mut rows = Rows::over(WEEKS * 7);
        for (workflow, name) in NAMES.into_iter().enumerate() {
            let own = chance.wandering(hours, self.own[usize::from(workflow == 0)], 6.0);
            for hour in 0..hours {
                let is_in = active[hour / WEEK] && FLAGSHIP.holds(hour % WEEK);
                let noise = common[hour] + own[hour];
                for _ in 0..chance.poisson(self.expected(workflow, hour)) {
                    let is_tagged = chance.uniform() < 0.3;
                    let rate = if is_in { self.planted(workflow, is_tagged) } else { self.base(workflow) };
                    let has_it = chance.uniform() < with_odds(rate, noise);
                    let (status, times) = match self.outcome {
                        Outcome::Slow => (Status::Completed, if has_it { SLOWER } else { exp(0.5 * noise) }),
                        _ if !has_it => (Status::Completed, 1.0),
                        Outcome::Failed => (Status::Failed, 1.0),
                        Outcome::TimedOut => (Status::TimedOut, 1.0),
                        Outcome::Cancelled => (Status::Cancelled, 1.0),
                    };
                    let at_ms = hour as i64 * HOUR_MS + (chance.uniform() * HOUR_MS as f64) as i64;
                    let took_ms = 60_000.0 * (workflow + 1) as f64 * times * exp(0.5 * chance.normal());
                    let tags = tags[usize::from(is_tagged)].tags();
                    rows.push_whole(name, at_ms, status, Some(took_ms as u64), tags, None);
                }
            }
        }
        rows
    }

    /// What a report says of the planted window, and whether it says it of all executions and of a workflow as if that were
    /// something else.
    pub fn told(&self, number: usize) -> (Told, bool) {
        let findings = self.rows(number).report().findings;
        let there: Vec<&Finding> = findings
            .iter()
            .filter(|told| told.kind == self.outcome.kind() && is_at(told.window.as_ref(), &FLAGSHIP))
            .collect();
        let mut named = Vec::new();
        for told in &there {
            let is_headline = told.evidence.iter().any(|(name, _)| *name == "share_of_all_excess");
            // Of all executions it is told as one workflow's: by evidence, by a link, or as that one's alone.
            let by = told.explained_by.and_then(|by| findings.get(by)).filter(|_| told.whose == Whose::All);
            named.extend(by.and_then(|by| id_of(&by.whose)));
            named.extend(id_of(&told.whose).filter(|_| is_headline));
            named.extend(["from_workflow", "and_from_workflow", "from_tag"].iter().filter_map(|name| text(told, name)));
            named.extend(text(told, "mix_workflow").map(|name| format!("{name} runs then")));
            let is_mix = told.evidence.iter().any(|(name, _)| *name == "mix_share");
            if is_mix && text(told, "mix_workflow").is_none() {
                named.push("others run then".to_owned());
            }
        }
        named.sort();
        named.dedup();
        let is_of_all = there.iter().any(|told| told.whose == Whose::All);
        let mut headlines = there.iter().filter(|told| told.explained_by.is_none());
        let is_told_twice = is_of_all && headlines.any(|told| told.whose != Whose::All);
        if named.is_empty() && !is_of_all {
            // What is not told of all executions is told of those of which it is told.
            named = there.iter().filter_map(|told| id_of(&told.whose)).collect();
            named.sort();
            if self.behind.is_nobody() {
                named.clear();
            }
        }
        let right: &[&str] = match self.behind {
            Behind::One => &["one"],
            Behind::Two => &["one", "two"],
            Behind::Tag => &[TAG],
            Behind::Runs => &["one runs then"],
            Behind::All | Behind::AllBusy => &[],
        };
        let is_right = named.iter().map(String::as_str).eq(right.iter().copied());
        let told = match (there.is_empty(), named.is_empty()) {
            (true, _) => Told::Nothing,
            (false, true) => Told::NoCause,
            (false, false) if is_right => Told::Right,
            _ => {
                let words: Vec<&str> = there.iter().map(|told| told.sentence.as_str()).collect();
                Told::Wrong(format!("{} [{}]", named.join(", "), words.join(" | ")))
            }
        };
        (told, is_told_twice)
    }
}

/// A rate where the odds are so much larger.
fn with_odds(rate: f64, logarithm: f64) -> f64 {
    if rate <= 0.0 || rate >= 1.0 { rate } else { 1.0 / (1.0 + exp(-log(rate / (1.0 - rate)) - logarithm)) }
}

/// What was said of a planted window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing at all.
    Nothing,
    /// The window, and not why.
    NoCause,
    /// What is planted.
    Right,
    /// Something else, in words.
    Wrong(String),
}

fn id_of(whose: &Whose) -> Option<String> {
    match whose {
        Whose::Workflow { id, .. } => Some(id.clone()),
        _ => None,
    }
}

fn text(finding: &Finding, name: &str) -> Option<String> {
    finding.evidence.iter().find_map(|(of, fact)| match fact {
        Fact::Text(text) if *of == name => Some(text.clone()),
        _ => None,
    })
}

/// What came of so many reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// They name the planted cause,
    pub right: usize,
    /// or another one,
    pub wrong: usize,
    /// or tell the window and no cause.
    pub no_cause: usize,
    /// They tell it of a workflow besides, and do not link the two.
    pub twice: usize,
}

/// Those of a case.
pub fn counts(case: &Case, a_row: usize) -> Counts {
    let told = measure::each(a_row, |number| case.told(number));
    let mut counts = Counts { right: 0, wrong: 0, no_cause: 0, twice: 0 };
    for (told, is_twice) in told {
        counts.twice += usize::from(is_twice);
        match told {
            Told::Nothing => {}
            Told::NoCause => counts.no_cause += 1,
            Told::Right => counts.right += 1,
            Told::Wrong(words) => {
                eprintln!("not planted: {words}, with {case:?}");
                counts.wrong += 1;
            }
        }
    }
    counts
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let a_row = a_row.div_ceil(10);
    let share = |hits: usize, of: usize| Measured::Share { hits, of };
    let mut wrong = 0;
    for case in &PLANTED {
        let counts = counts(case, a_row);
        let name = format!("{}, {}", case.outcome.kind().name(), case.name);
        let silent = a_row - counts.right - counts.wrong - counts.no_cause;
        let note = format!("{} without a cause, {silent} silent, {} told twice", counts.no_cause, counts.twice);
        table.push(GROUP, &format!("{name}: named"), share(counts.right, a_row), Target::None, &note);
        wrong += counts.wrong;
    }
    let of_all = PLANTED.len() * a_row;
    let name = "planted causes: reports that name another one";
    table.push(GROUP, name, share(wrong, of_all), Target::NullAtMost(MOST_OF_A_ROW), "");
    let mut wrong = 0;
    for case in &OF_ALL {
        let counts = counts(case, a_row);
        let name = format!("{}, all more often, {}: a cause is named", case.outcome.kind().name(), case.name);
        let note = format!("{} without a cause, {} of a workflow as well", counts.no_cause, counts.twice);
        table.push(GROUP, &name, share(counts.wrong, a_row), Target::NullAtMost(MOST_OF_A_ROW), &note);
        wrong += counts.wrong;
    }
    let name = "all more often: a cause is named, all rows";
    let measured = share(wrong, OF_ALL.len() * a_row);
    table.push(GROUP, name, measured, Target::AtMost(measure::MOST_OF_ALL), "");
}
