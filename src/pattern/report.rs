//! The report: looks for every kind of claim in every series, corrects all chances for each other, and decides what is
//! said and in which order. Tests nothing itself.

use super::claim::{Claim, Look};
use super::daily::Measure;
use super::history;
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted};
use super::outcome::{Outcome, Tally};
use super::random::{FEW, LEAST_CHANCE, MANY};
use super::sentence::{self, Strength};
use super::series::{Series, Whose};
use super::stopped::End;
use super::{
    Evidence, Fact, Finding, Kind, Report, attribution, burst, change, clock, consecutive, english, explained, gate,
    missed, mix, outcome_window, quiet, schedule, silence, stopped, trend, volume_peak, volume_window,
};
use crate::histogram::Bins;
use crate::options::Moment as Placed;
use crate::order::{order, sort};
use crate::zone::Zone;

/// A workflow with fewer executions in the window's whole days is no series of its own.
const LEAST_EXECUTIONS: u64 = 200;
/// The most workflows that are looked at one by one: those with the most executions.
const MOST_SERIES: usize = 500;
/// The most findings that a report shows,
pub const MOST_FINDINGS: usize = 7;
/// and of one kind.
pub const MOST_OF_A_KIND: usize = 2;
/// A finding is looked at again, with more shuffles, where its corrected chance is within this factor of the decision.
const CLOSE: f64 = 3.0;
/// The evidence of which clock a claim keeps to.
const CLOCK: &str = "clock";
/// A chance of one in a million counts in full when findings are ranked, larger ones by how many tens they lack.
const FULL_CERTAINTY: f64 = 6.0;

/// What a claim says, before any language.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// An outcome is more frequent in a window of the week.
    Window(outcome_window::Facts),
    /// The same, and why.
    Explained(outcome_window::Facts, attribution::Cause),
    /// More or fewer executions start or end in a window of the day.
    Volume(volume_window::Facts),
    /// Executions are most numerous around an hour of the day.
    Peak(volume_peak::Facts),
    /// A measure is another one from one day on.
    Change(change::Facts),
    /// A measure rises or falls.
    Trend(trend::Facts),
    /// One of the two, because others run.
    Mix(mix::Facts),
    /// Nothing ran for a time.
    Silence(silence::Facts),
    /// Many ran in one hour.
    Burst(burst::Facts),
    /// Many failed in a few hours.
    Incident(burst::Incident),
    /// A workflow starts at even intervals.
    Schedule(schedule::Facts),
    /// It did not at some of them.
    Missed(Box<missed::Facts>),
    /// It runs no more, or is new.
    Stopped(stopped::Facts),
    /// Many failed one after the other.
    Consecutive(consecutive::Facts),
}

/// What is looked for in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sought {
    Outcome(Outcome),
    Volume(volume_window::Moment),
    Peak,
    Change(Measure),
    Trend(Measure),
    Silence,
    Burst,
    Incident,
    Schedule,
    Missed,
    Stopped(End),
    Consecutive,
}

impl Sought {
    /// What is looked for in the series of all executions or of one workflow. Without outcomes, nothing that is about
    /// them. Where all executions are those of one workflow, nothing is looked for in both.
    fn all(whose: &Whose, outcomes: bool, is_only: bool) -> Vec<Sought> {
        let mut all: Vec<Sought> = Vec::new();
        if *whose == Whose::All || !is_only {
            all.extend(Outcome::ALL.map(Sought::Outcome));
            all.extend([volume_window::Moment::Started, volume_window::Moment::Finished].map(Sought::Volume));
            all.push(Sought::Peak);
            all.extend(Measure::ALL.map(Sought::Change));
            all.extend(Measure::ALL.map(Sought::Trend));
            all.extend([Sought::Silence, Sought::Burst, Sought::Incident]);
        }
        if matches!(whose, Whose::Workflow { .. }) {
            all.extend([Sought::Schedule, Sought::Missed, Sought::Stopped(End::Stopped), Sought::Stopped(End::New)]);
            all.push(Sought::Consecutive);
        }
        all.retain(|sought| outcomes || !sought.is_of_outcomes());
        all
    }

    fn is_of_outcomes(self) -> bool {
        match self {
            Sought::Outcome(_) | Sought::Incident | Sought::Consecutive => true,
            Sought::Change(measure) | Sought::Trend(measure) => measure == Measure::FailureRate,
            _ => false,
        }
    }

    /// True if it can be told of executions that are placed by such a moment.
    fn is_told_by(self, placed_by: Placed) -> bool {
        match self {
            Sought::Volume(volume_window::Moment::Started) | Sought::Schedule | Sought::Missed => {
                placed_by == Placed::Start
            }
            Sought::Volume(volume_window::Moment::Finished) => placed_by != Placed::Scheduled,
            _ => true,
        }
    }

    /// True if more shuffles give another chance.
    fn is_shuffled(self) -> bool {
        matches!(self, Sought::Outcome(_) | Sought::Peak)
    }

    fn kind(self) -> Kind {
        match self {
            Sought::Outcome(outcome) => outcome.kind(),
            Sought::Volume(volume_window::Moment::Started) => Kind::VolumeWindow,
            Sought::Volume(volume_window::Moment::Finished) => Kind::ThroughputWindow,
            Sought::Peak => Kind::VolumePeak,
            Sought::Change(_) => Kind::Change,
            Sought::Trend(_) => Kind::Trend,
            Sought::Silence => Kind::Silence,
            Sought::Burst => Kind::Burst,
            Sought::Incident => Kind::Incident,
            Sought::Schedule => Kind::Schedule,
            Sought::Missed => Kind::MissedRuns,
            Sought::Stopped(End::Stopped) => Kind::Stopped,
            Sought::Stopped(End::New) => Kind::New,
            Sought::Consecutive => Kind::ConsecutiveFailures,
        }
    }

    /// Looks at a series; of what recurs by the hour it is told which clock it keeps to, where that shows.
    fn look(self, series: &Series, view: &Viewed<'_>, schedule: Option<&Found>, shuffles: usize) -> Look<Statement> {
        let mut look = self.look_by_itself(series, view, schedule, shuffles);
        look.chance = look.chance.max(LEAST_CHANCE);
        if let Some((claim, window)) =
            look.claim.as_mut().and_then(|claim| claim.window.clone().map(|window| (claim, window)))
        {
            let hits = |hits: u64| Tally { hits, of: 0 };
            let clock = match self {
                Sought::Outcome(outcome) => {
                    clock::kept(&series.days, view.zone, &window.weekdays, &|hour| outcome.tally(hour))
                }
                Sought::Volume(volume_window::Moment::Finished) => {
                    clock::kept(&series.days, view.zone, &window.weekdays, &|hour| hits(hour.finished))
                }
                _ => clock::kept(&series.days, view.zone, &window.weekdays, &|hour| hits(hour.executions)),
            };
            claim.evidence.extend(clock.map(|clock| (CLOCK, Fact::Text(clock.name().to_owned()))));
        }
        look
    }

    fn look_by_itself(
        self,
        series: &Series,
        view: &Viewed<'_>,
        schedule: Option<&Found>,
        shuffles: usize,
    ) -> Look<Statement> {
        match self {
            Sought::Outcome(outcome) => outcome_window::look(series, outcome, shuffles).map(Statement::Window),
            Sought::Volume(moment) => volume_window::look(series, moment).map(Statement::Volume),
            Sought::Peak => volume_peak::look(series, shuffles).map(Statement::Peak),
            Sought::Change(measure) => change::look(series, measure).map(Statement::Change),
            Sought::Trend(measure) => trend::look(series, measure).map(Statement::Trend),
            Sought::Silence => silence::look(series).map(Statement::Silence),
            Sought::Burst => burst::look(series).map(Statement::Burst),
            Sought::Incident => burst::look_for_incident(series).map(Statement::Incident),
            Sought::Schedule => match schedule {
                Some(found) => schedule::claim(series, view.zone, found).map(Statement::Schedule),
                None => Look::nothing(),
            },
            Sought::Missed => match schedule {
                Some((schedule, _)) => missed::look(series, schedule).map(|facts| Statement::Missed(Box::new(facts))),
                None => Look::nothing(),
            },
            Sought::Stopped(end) => {
                let cadence = schedule.map(|(schedule, _)| &schedule.facts);
                stopped::look(series, view.zone, view.known, cadence, end).map(Statement::Stopped)
            }
            Sought::Consecutive => consecutive::look(series, view.zone).map(Statement::Consecutive),
        }
    }
}

/// A schedule, and the chance of it.
type Found = (schedule::Schedule, f64);

/// The schedule of a workflow, which several kinds ask for.
fn schedule_of(series: &Series, view: &Viewed<'_>) -> Option<Found> {
    if matches!(series.whose, Whose::Workflow { .. }) { schedule::find(series, view.zone) } else { None }
}

/// What all series of a view share.
struct Viewed<'a> {
    zone: &'a Zone,
    /// From the first to the last moment at which anything ran, in milliseconds.
    known: (i64, i64),
    /// Which moment of executions places them.
    placed_by: Placed,
    /// False if a status filter chose the executions.
    outcomes: bool,
    /// True if all executions are those of one workflow.
    is_only: bool,
}

/// A series that was looked at.
struct Looked {
    whose: Whose,
    executions: u64,
    /// What came of it for all that is sought, in the order of that.
    looks: Vec<(Sought, Look<Statement>)>,
}

impl Looked {
    fn at(series: &Series, view: &Viewed<'_>) -> Self {
        let mut sought = Sought::all(&series.whose, view.outcomes, view.is_only);
        sought.retain(|sought| sought.is_told_by(view.placed_by));
        let sought = sought.into_iter();
        let schedule = schedule_of(series, view);
        let looks = sought.map(|sought| (sought, sought.look(series, view, schedule.as_ref(), FEW))).collect();
        Self { whose: series.whose.clone(), executions: series.executions(), looks }
    }

    /// Looks again, with more shuffles, for what is close to a decision.
    fn again(&mut self, series: &Series, view: &Viewed<'_>, are_close: &[bool]) {
        for ((sought, look), is_close) in self.looks.iter_mut().zip(are_close) {
            if *is_close && sought.is_shuffled() {
                // What is shuffled needs no schedule.
                *look = sought.look(series, view, None, MANY);
            }
        }
    }
}

/// Looks for patterns.
pub fn report(evidence: &Evidence<'_>) -> Report {
    let mut all = history::of_all(evidence);
    let history::Completed { executions, known, running } = history::complete(evidence, &mut all);
    let is_chosen = chosen(&executions);
    let view = Viewed {
        zone: evidence.zone,
        known,
        placed_by: evidence.placed_by,
        outcomes: evidence.outcomes,
        is_only: executions.len() == 1,
    };
    let mut looked = vec![Looked::at(&all, &view)];
    each_chosen(evidence, &is_chosen, &mut |_, series| looked.push(Looked::at(series, &view)));
    let is_close = |chance: f64| (FALSE_DISCOVERY_RATE / CLOSE..=FALSE_DISCOVERY_RATE * CLOSE).contains(&chance);
    let are_close: Vec<Vec<bool>> =
        adjusted_chances(&looked).into_iter().map(|chances| chances.into_iter().map(is_close).collect()).collect();
    if let (Some(looked), Some(are_close)) = (looked.first_mut(), are_close.first()) {
        looked.again(&all, &view, are_close);
    }
    if are_close.iter().skip(1).flatten().any(|is_close| *is_close) {
        each_chosen(evidence, &is_chosen, &mut |number, series| {
            if let (Some(looked), Some(are_close)) = (looked.get_mut(number + 1), are_close.get(number + 1)) {
                looked.again(series, &view, are_close);
            }
        });
    }
    let corrected = adjusted_chances(&looked);
    explain(evidence, &all, &mut looked, &corrected);
    let looked_for = |kind: Kind| looked_for(&looked, kind);
    let mut notices = notices(evidence, &all);
    let is_incident = |accepted: &Accepted<'_>| {
        *accepted.whose == Whose::All && matches!(accepted.claim.facts, Statement::Incident(_))
    };
    let accepted = accepted(&looked, &corrected);
    let (findings, more) = told(&accepted, evidence, &looked_for);
    notices.extend(facts(evidence, &all, accepted.iter().any(is_incident)));
    if evidence.chosen && !findings.is_empty() {
        notices.push(sentence::EXPLORATORY.to_owned());
    }
    if more > 0 {
        notices.push(sentence::more_were_found(more));
    }
    Report { findings, more, advice: advice(evidence, &all, &running), notices }
}

/// When there is room for another job: of executions of some outcome alone nobody could say.
fn advice(evidence: &Evidence<'_>, all: &Series, running: &quiet::Running) -> Vec<Finding> {
    if evidence.placed_by != Placed::Start || !evidence.outcomes {
        return Vec::new();
    }
    let windows = quiet::windows(all, evidence.buckets, running).into_iter();
    let advice = windows.map(|Claim { facts, window, effect, evidence: counts, span, weeks, cells, .. }| Finding {
        kind: Kind::QuietWindow,
        whose: Whose::All,
        sentence: english::quiet::sentence(&facts, evidence.zone.name(), evidence.chosen),
        how: english::quiet::how(&facts),
        explained_by: None,
        window,
        effect,
        evidence: counts,
        from: span.0,
        to: span.1,
        weeks,
        p_adjusted: None,
        cells,
    });
    advice.collect()
}

/// Which workflows are series of their own, by their numbers of executions.
fn chosen(executions: &[u64]) -> Vec<bool> {
    let by_size = order(executions.len(), &|one, other| executions.get(one) > executions.get(other));
    let mut is_chosen = vec![false; executions.len()];
    for number in by_size.into_iter().take(MOST_SERIES) {
        if let (Some(chosen), Some(executions)) = (is_chosen.get_mut(number), executions.get(number)) {
            *chosen = *executions >= LEAST_EXECUTIONS;
        }
    }
    is_chosen
}

/// Calls with the series of each chosen workflow, which are numbered in the order in which they come.
fn each_chosen(evidence: &Evidence<'_>, is_chosen: &[bool], each: &mut dyn FnMut(usize, &Series)) {
    let bins = Bins::new();
    let (mut place, mut number) = (0, 0);
    (evidence.workflows)(&mut |workflow| {
        if is_chosen.get(place) == Some(&true) {
            each(number, &history::of_workflow(evidence, workflow, &bins));
            number += 1;
        }
        place += 1;
        place < is_chosen.len()
    });
}

/// The chances of all that was sought in all series, corrected for each other: what says when work comes by itself, and
/// the rest by itself. Where every workflow keeps office hours, that many sure claims would let as many doubtful ones pass
/// among the rest, which are the ones that are told (Efron 2008 on combining tests that differ).
fn adjusted_chances(looked: &[Looked]) -> Vec<Vec<f64>> {
    let mut corrected: Vec<Vec<f64>> = looked.iter().map(|looked| vec![1.0; looked.looks.len()]).collect();
    for family in [true, false] {
        let is_in = |sought: &Sought| sought.kind().is_when_work_comes() == family;
        let all = looked.iter().flat_map(|looked| &looked.looks);
        let chances: Vec<f64> = all.filter(|(sought, _)| is_in(sought)).map(|(_, look)| look.chance).collect();
        let places =
            looked.iter().zip(&mut corrected).flat_map(|(looked, corrected)| looked.looks.iter().zip(corrected));
        let places = places.filter(|((sought, _), _)| is_in(sought));
        places.zip(adjusted(&chances)).for_each(|((_, place), adjusted)| *place = adjusted);
    }
    corrected
}

/// How much was looked for together with a kind.
fn looked_for(looked: &[Looked], kind: Kind) -> usize {
    let all = looked.iter().flat_map(|looked| &looked.looks);
    all.filter(|(sought, _)| sought.kind().is_when_work_comes() == kind.is_when_work_comes()).count()
}

/// Says what explains the accepted claims about all executions, and takes back those that are of one workflow alone.
fn explain(evidence: &Evidence<'_>, all: &Series, looked: &mut [Looked], corrected: &[Vec<f64>]) {
    let mut accepted = Vec::new();
    for (Looked { whose, executions, looks }, chances) in looked.iter_mut().zip(corrected) {
        for ((_, look), _) in looks.iter_mut().zip(chances).filter(|(_, chance)| **chance <= FALSE_DISCOVERY_RATE) {
            accepted.push(attribution::Accepted { whose, executions: *executions, claim: &mut look.claim });
        }
    }
    attribution::explain(evidence, all, &mut accepted);
}

/// A claim that is made.
struct Accepted<'a> {
    kind: Kind,
    whose: &'a Whose,
    claim: &'a Claim<Statement>,
    chance: f64,
    matters: f64,
}

/// The claims that are made, those that matter most first.
fn accepted<'a>(looked: &'a [Looked], corrected: &[Vec<f64>]) -> Vec<Accepted<'a>> {
    let of_all = looked.first().map_or(0, |all| all.executions).max(1) as f64;
    let mut accepted = Vec::new();
    for (Looked { whose, executions, looks }, chances) in looked.iter().zip(corrected) {
        for ((sought, look), chance) in looks.iter().zip(chances) {
            if let Some(claim) = look.claim.as_ref().filter(|_| *chance <= FALSE_DISCOVERY_RATE) {
                let certainty = (-libm::log10(chance.max(f64::MIN_POSITIVE)) / FULL_CERTAINTY).min(1.0);
                let kind = if matches!(claim.facts, Statement::Mix(_)) { Kind::Mix } else { sought.kind() };
                let matters = claim.share * *executions as f64 / of_all * certainty * kind.weight();
                accepted.push(Accepted { kind, whose, claim, chance: *chance, matters });
            }
        }
    }
    // Of equal ones, what is about all executions comes first, then what is sought first.
    sort(&mut accepted, &|one, other| one.matters.total_cmp(&other.matters).is_gt());
    accepted
}

/// What is said of the claims, as far as there is room, and how many there are beyond.
fn told(
    accepted: &[Accepted<'_>],
    evidence: &Evidence<'_>,
    looked_for: &dyn Fn(Kind) -> usize,
) -> (Vec<Finding>, usize) {
    let claims: Vec<explained::Accepted<'_>> = accepted
        .iter()
        .map(|Accepted { whose, claim, .. }| explained::Accepted {
            whose,
            statement: &claim.facts,
            window: claim.window.as_ref(),
        })
        .collect();
    let explained_by = explained::explained_by(&claims);
    let mut places: Vec<usize> = Vec::new();
    for (place, of) in accepted.iter().enumerate() {
        let of_a_kind = places.iter().filter(|told| accepted.get(**told).is_some_and(|told| told.kind == of.kind));
        let has_room = places.len() < MOST_FINDINGS && of_a_kind.count() < MOST_OF_A_KIND;
        if evidence.all || has_room && explained_by.get(place) == Some(&None) {
            places.push(place);
        }
    }
    let findings: Vec<Finding> = places
        .iter()
        .filter_map(|place| {
            let explainer = explained_by.get(*place).copied().flatten();
            let explainer = explainer.and_then(|by| places.iter().position(|place| *place == by));
            let accepted = accepted.get(*place)?;
            Some(finding(accepted, explainer, evidence.zone.name(), looked_for(accepted.kind)))
        })
        .collect();
    let more = accepted.len() - findings.len();
    (findings, more)
}

fn finding(accepted: &Accepted<'_>, explained_by: Option<usize>, zone: &str, looked_for: usize) -> Finding {
    let Accepted { kind, whose, claim, chance, .. } = *accepted;
    Finding {
        kind,
        whose: whose.clone(),
        sentence: sentence::of(&claim.facts, whose, zone, Strength::of(chance)),
        how: english::how::how(&claim.facts, clock_of(claim), chance, looked_for),
        explained_by,
        window: claim.window.clone(),
        effect: claim.effect,
        evidence: claim.evidence.clone(),
        from: claim.span.0,
        to: claim.span.1,
        weeks: claim.weeks.clone(),
        p_adjusted: Some(chance),
        cells: claim.cells.clone(),
    }
}

/// What a reader should know of the history before reading too much into it, and what no test was passed by: a few hours
/// that hold many of all failures, and days that are no usual ones.
fn facts(evidence: &Evidence<'_>, all: &Series, is_incident_accepted: bool) -> Vec<String> {
    let is_asked = evidence.outcomes && !is_incident_accepted;
    let incident = if is_asked { burst::incident_facts(all) } else { None };
    let incident = incident.map(|incident| english::burst::incident_notice(&incident));
    let quiet = volume_window::quiet_dates(&all.days);
    let quiet = (!quiet.is_empty()).then(|| english::volume_window::quiet_dates(&quiet));
    incident.into_iter().chain(quiet).collect()
}

/// Which clock a claim keeps to.
fn clock_of(claim: &Claim<Statement>) -> Option<&str> {
    claim.evidence.iter().find_map(|(name, fact)| match fact {
        Fact::Text(clock) if *name == CLOCK => Some(clock.as_str()),
        _ => None,
    })
}

/// Which data is missing. A view without any execution says that itself.
fn notices(evidence: &Evidence<'_>, all: &Series) -> Vec<String> {
    let mut notices = Vec::new();
    if evidence.cube.sums().iter().all(|sums| sums.executions() == 0) {
        return notices;
    }
    let there = outcome_window::usable_weeks(&Outcome::Failed.weeks(all));
    if evidence.outcomes && there < gate::LEAST_WEEKS {
        notices.push(sentence::too_few_weeks(gate::LEAST_WEEKS, there));
    }
    let there = volume_peak::usable_days(&all.days);
    if there < volume_peak::LEAST_DAYS {
        notices.push(sentence::too_few_days(volume_peak::LEAST_DAYS, volume_peak::LEAST_EXECUTIONS, there));
    }
    notices
}
