//! The report: looks for every kind of claim in every series, corrects chances for each other, and decides what is
//! said and in which order. Tests nothing itself.

use super::chosen::{Scope, chosen, each_chosen};
use super::claim::{Basis, Claim, Look};
use super::daily::Measure;
use super::english::notices;
use super::gate::{LEAST_WEEKS, LEAST_WEEKS_OF_MANY_DAYS};
use super::history::{self, Hour};
use super::multiplicity::{FALSE_DISCOVERY_RATE, adjusted, adjusted_further};
use super::outcome::{Outcome, Tally};
use super::random::{FEW, LEAST_CHANCE, MANY, listed};
use super::sentence::{self, Strength};
use super::series::{Series, Whose};
use super::settled::Settled;
use super::stopped::End;
use super::volume_window::Moment;
use super::{
    Evidence, Fact, Finding, Kind, Report, attribution, beside, burst, change, clock, consecutive, english, explained,
    missed, mix, outcome_window, quiet, retention, schedule, shared_error, silence, stopped, trend, volume_days,
    volume_peak, volume_window,
};
use crate::options::Moment as Placed;
use crate::order::sort;
use crate::zone::Zone;
use chrono::Datelike;

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
    /// The same on some days of the week.
    Days(volume_days::Facts),
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
    Missed(missed::Facts),
    /// It runs no more, or is new.
    Stopped(stopped::Facts),
    /// Many failed one after the other.
    Consecutive(consecutive::Facts),
}

/// What is looked for in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sought {
    Outcome(Outcome),
    Volume(Moment),
    Days(Moment),
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
    /// In the order in which it is looked for; of claims that matter alike the earlier one comes first.
    const ALL: [Sought; 23] = [
        Sought::Outcome(Outcome::Failed),
        Sought::Outcome(Outcome::TimedOut),
        Sought::Outcome(Outcome::Cancelled),
        Sought::Outcome(Outcome::Slow),
        Sought::Volume(Moment::Started),
        Sought::Volume(Moment::Finished),
        Sought::Days(Moment::Started),
        Sought::Days(Moment::Finished),
        Sought::Peak,
        Sought::Change(Measure::Volume),
        Sought::Change(Measure::FailureRate),
        Sought::Change(Measure::Duration),
        Sought::Trend(Measure::Volume),
        Sought::Trend(Measure::FailureRate),
        Sought::Trend(Measure::Duration),
        Sought::Silence,
        Sought::Burst,
        Sought::Incident,
        Sought::Schedule,
        Sought::Missed,
        Sought::Stopped(End::Stopped),
        Sought::Stopped(End::New),
        Sought::Consecutive,
    ];

    /// Whether it is looked for in a series. Where all executions are those of one workflow, nothing is looked for in
    /// both; without outcomes, nothing that is about them; of a part of what ran, nothing that is about all of it.
    fn is_meant(self, whose: &Whose, view: &Viewed<'_>) -> bool {
        let is_of_series = match (self.is_of_workflows(), whose) {
            (true, whose) => matches!(whose, Whose::Workflow { .. }),
            (false, Whose::All) => true,
            (false, _) => !view.is_only,
        };
        is_of_series
            && (view.outcomes || !self.is_of_outcomes())
            && (view.whole || !self.is_of_all_runs())
            && self.is_told_by(view.placed_by)
    }

    /// True if only a workflow does it.
    fn is_of_workflows(self) -> bool {
        matches!(self, Sought::Schedule | Sought::Missed | Sought::Stopped(_) | Sought::Consecutive)
    }

    fn is_of_outcomes(self) -> bool {
        match self {
            Sought::Outcome(_) | Sought::Incident | Sought::Consecutive => true,
            Sought::Change(measure) | Sought::Trend(measure) => measure == Measure::FailureRate,
            _ => false,
        }
    }

    /// True if it cannot be told without every run of a workflow.
    fn is_of_all_runs(self) -> bool {
        matches!(self, Sought::Silence) || self.is_of_workflows()
    }

    /// True if it is looked for in a series of that scope.
    fn is_within(self, scope: Scope) -> bool {
        match self {
            _ if scope == Scope::Everything => true,
            Sought::Schedule => scope == Scope::Clock,
            _ => matches!(self, Sought::Missed | Sought::Stopped(_) | Sought::Consecutive),
        }
    }

    /// True if it can be told of executions that are placed by such a moment.
    fn is_told_by(self, placed_by: Placed) -> bool {
        match self {
            Sought::Volume(Moment::Started) | Sought::Days(Moment::Started) | Sought::Schedule | Sought::Missed => {
                placed_by == Placed::Start
            }
            Sought::Volume(Moment::Finished) => placed_by != Placed::Scheduled,
            // Nearly all executions end on the day on which they start: where starts are told, ends would tell it again.
            Sought::Days(Moment::Finished) => placed_by == Placed::End,
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
            Sought::Volume(Moment::Started) | Sought::Days(Moment::Started) => Kind::VolumeWindow,
            Sought::Volume(Moment::Finished) | Sought::Days(Moment::Finished) => Kind::ThroughputWindow,
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

    /// Looks at a series: what is found, and of windows of outcomes and of changes what is found beside that. Of what recurs
    /// by the hour it is told which clock it keeps to, where that shows.
    fn looks(
        self,
        series: &Series,
        view: &Viewed<'_>,
        schedule: Option<&Found>,
        shuffles: usize,
        each: &mut dyn FnMut(Look<Statement>),
    ) {
        let mut each = |mut look: Look<Statement>| {
            look.chance = look.chance.max(LEAST_CHANCE);
            let basis = look.claim.as_mut().map(|claim| &mut *claim.basis);
            if let Some(basis) = basis
                && let Some(window) = &basis.window
                && !matches!(self, Sought::Days(_))
            {
                let tally = |hour: &Hour| match self {
                    Sought::Outcome(outcome) => outcome.tally(hour),
                    Sought::Volume(moment) => Tally { hits: moment.of(hour), of: 0 },
                    _ => Tally { hits: hour.executions, of: 0 },
                };
                if let Some(clock) = clock::kept(&series.days, view.zone, &window.weekdays, &tally) {
                    basis.text(CLOCK, clock.name());
                }
            }
            each(look);
        };
        match self {
            Sought::Outcome(outcome) => {
                for look in outcome_window::looks(series, outcome, shuffles) {
                    each(look.map(Statement::Window));
                }
            }
            Sought::Change(measure) => {
                for look in change::looks(series, measure) {
                    each(look.map(Statement::Change));
                }
            }
            _ => each(self.look(series, view, schedule, shuffles)),
        }
    }

    /// Looks for what is told once of a series.
    #[inline(never)]
    fn look(self, series: &Series, view: &Viewed<'_>, schedule: Option<&Found>, shuffles: usize) -> Look<Statement> {
        match self {
            Sought::Outcome(_) | Sought::Change(_) => Look::nothing(),
            Sought::Volume(moment) => volume_window::look(series, moment).map(Statement::Volume),
            Sought::Days(moment) => volume_days::look(series, moment).map(Statement::Days),
            Sought::Peak => volume_peak::look(series, shuffles).map(Statement::Peak),
            Sought::Trend(measure) => trend::look(series, measure).map(Statement::Trend),
            Sought::Silence => {
                // Of a workflow that it has stopped is told.
                let reach = view.reach.as_ref().filter(|_| series.whose == Whose::All);
                silence::look(series, reach).map(Statement::Silence)
            }
            Sought::Burst => burst::look(series).map(Statement::Burst),
            Sought::Incident => burst::look_for_incident(series).map(Statement::Incident),
            Sought::Schedule => schedule.map_or_else(Look::nothing, |found| {
                schedule::claim(series, view.zone, view.known.1, found).map(Statement::Schedule)
            }),
            Sought::Missed => schedule.map_or_else(Look::nothing, |(schedule, _)| {
                missed::look(series, view.zone, schedule).map(Statement::Missed)
            }),
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
    /// From the first to the last moment at which anything ran, or up to which nothing is known to have, in milliseconds.
    known: (i64, i64),
    /// How far rows are known to reach, where not only they themselves tell.
    reach: Option<silence::Reach>,
    /// How many executions there are.
    executions: u64,
    /// Which moment of executions places them.
    placed_by: Placed,
    /// False if a status filter chose the executions.
    outcomes: bool,
    /// False if statuses or tags chose them.
    whole: bool,
    /// True if all executions are those of one workflow.
    is_only: bool,
}

/// A series that was looked at.
struct Looked {
    whose: Whose,
    executions: u64,
    /// All that is sought, in the order of that.
    tested: Vec<Tested>,
}

/// One thing that was looked for.
struct Tested {
    sought: Sought,
    /// What came of it: the first look, then those beside what was found.
    found: Vec<Corrected>,
    /// So many things were looked for with it.
    looked_for: usize,
}

/// A look, and its chance corrected for all that was looked for with it.
struct Corrected {
    look: Look<Statement>,
    chance: f64,
}

impl Corrected {
    /// True if it is said.
    fn is_accepted(&self) -> bool {
        self.chance <= FALSE_DISCOVERY_RATE
    }
}

impl Tested {
    fn new(sought: Sought, series: &Series, view: &Viewed<'_>, schedule: Option<&Found>, shuffles: usize) -> Self {
        let mut found = Vec::new();
        sought.looks(series, view, schedule, shuffles, &mut |look| found.push(Corrected { look, chance: 1.0 }));
        Self { sought, found, looked_for: 1 }
    }

    /// The chance of the first look, which is that of finding anything.
    fn first(&self) -> f64 {
        self.found.first().map_or(1.0, |first| first.look.chance)
    }

    /// True if more shuffles may decide otherwise.
    fn is_close(&self) -> bool {
        let close = FALSE_DISCOVERY_RATE / CLOSE..=FALSE_DISCOVERY_RATE * CLOSE;
        self.sought.is_shuffled() && self.found.iter().any(|found| close.contains(&found.chance))
    }
}

impl Looked {
    fn at(series: &Series, view: &Viewed<'_>) -> Self {
        let schedule = schedule_of(series, view);
        let executions = series.executions();
        let scope = Scope::of(&series.whose, executions, view.executions);
        let mut tested = Vec::new();
        let by_the_clock = scope == Scope::Everything || schedule.is_some();
        let is_meant = |sought: &Sought| {
            sought.is_meant(&series.whose, view)
                && sought.is_within(scope)
                && (by_the_clock || *sought == Sought::Consecutive && executions >= consecutive::LEAST_EXECUTIONS)
        };
        for sought in Sought::ALL.into_iter().filter(is_meant) {
            tested.push(Tested::new(sought, series, view, schedule.as_ref(), FEW));
        }
        Self { whose: series.whose.clone(), executions, tested }
    }

    /// Looks again, with more shuffles, for what is close to a decision.
    fn again(&mut self, series: &Series, view: &Viewed<'_>) {
        for tested in self.tested.iter_mut().filter(|tested| tested.is_close()) {
            // What is shuffled needs no schedule.
            *tested = Tested::new(tested.sought, series, view, None, MANY);
        }
    }
}

/// Looks for patterns.
pub fn report(evidence: &Evidence<'_>) -> Report {
    let mut all = history::of_all(evidence);
    let history::Completed { executions, known, running, mut settled, most } = history::complete(evidence, &mut all);
    let is_chosen = chosen(&executions);
    // Without any execution there is nothing that could have ended.
    let known =
        (known.0, evidence.known_until.filter(|_| known.1 > i64::MIN).map_or(known.1, |until| until.max(known.1)));
    let view = Viewed {
        zone: evidence.zone,
        known,
        reach: evidence.known_until.and_then(|until| history::reach(evidence, &all, until)),
        executions: all.executions(),
        placed_by: evidence.placed_by,
        outcomes: evidence.outcomes,
        whole: evidence.whole,
        is_only: executions.len() == 1,
    };
    let mut looked = vec![Looked::at(&all, &view)];
    each_chosen(evidence, &mut settled, &is_chosen, &mut |_, series| looked.push(Looked::at(series, &view)));
    correct(&mut looked);
    if let Some((of_all, of_workflows)) = looked.split_first_mut() {
        of_all.again(&all, &view);
        if of_workflows.iter().flat_map(|looked| &looked.tested).any(Tested::is_close) {
            each_chosen(evidence, &mut settled, &is_chosen, &mut |number, series| {
                if let Some(looked) = of_workflows.get_mut(number) {
                    looked.again(series, &view);
                }
            });
        }
    }
    correct(&mut looked);
    let withheld = explain(evidence, &all, settled, &mut looked);
    let accepted = accepted(&mut looked);
    // Weeks that sufficed for a window of an outcome.
    let weeks_of = |Accepted { claim, .. }: &Accepted<'_>| match (&claim.facts, &claim.basis.window) {
        (Statement::Window(_) | Statement::Explained(..), Some(window)) if window.weekdays.len() == 1 => LEAST_WEEKS,
        (Statement::Window(_) | Statement::Explained(..), _) => LEAST_WEEKS_OF_MANY_DAYS,
        _ => 0,
    };
    let weeks_told = accepted.iter().map(weeks_of).fold(0, usize::max);
    let advice = advice(evidence, &all, &running);
    let is_told = |kind: Kind| {
        accepted.iter().any(|accepted| accepted.kind == kind) || advice.iter().any(|advice| advice.kind == kind)
    };
    let mut notices = beside::notices(evidence, &all, most, weeks_told, &is_told);
    let is_incident = accepted
        .iter()
        .any(|Accepted { whose, claim, .. }| matches!((whose, &claim.facts), (Whose::All, Statement::Incident(_))));
    let (findings, more) = told(accepted, evidence);
    notices.extend(beside::facts(evidence, &all, is_incident));
    notices.extend(withheld);
    notices.extend(notices::not_settled(settled.left_out_ms, settled.of_all));
    if !evidence.whole {
        notices.push(notices::NOT_WHOLE.to_owned());
    }
    if more > 0 {
        notices.push(notices::more_were_found(more));
    }
    Report { findings, more, advice, notices }
}

/// When there is room for another job: of executions of some outcome alone nobody could say.
fn advice(evidence: &Evidence<'_>, all: &Series, running: &quiet::Running) -> Vec<Finding> {
    if evidence.placed_by != Placed::Start || !evidence.outcomes {
        return Vec::new();
    }
    let mut advice = Vec::new();
    for Claim { facts, basis } in quiet::windows(all, evidence.buckets, running) {
        let sentence = english::quiet::sentence(&facts, evidence.chosen);
        advice.push(finding(Kind::QuietWindow, &Whose::All, [sentence, english::quiet::how(&facts)], *basis));
    }
    advice
}

/// Corrects the chances of all that was sought in all series for each other: of what says when work comes by itself, and
/// of the rest by itself. Where every workflow keeps office hours, that many sure claims would let as many doubtful ones
/// pass among the rest, which are the ones that are told (Efron 2008 on combining tests that differ). So are those of
/// workflows with few executions: hundreds of daily jobs neither silence what is told of all nor vouch for it.
fn correct(looked: &mut [Looked]) {
    for (comes, few) in [(true, false), (false, false), (true, true), (false, true)] {
        let is_in = |tested: &&mut Tested| tested.sought.kind().is_when_work_comes() == comes;
        let of = looked.iter_mut().filter(|looked| Scope::is_few(&looked.whose, looked.executions) == few);
        let all: Vec<&mut Tested> = of.flat_map(|looked| &mut looked.tested).filter(is_in).collect();
        let corrected = adjusted(&listed(all.iter().map(|tested| tested.first())));
        let made = corrected.iter().filter(|chance| **chance <= FALSE_DISCOVERY_RATE).count();
        let looked_for = all.len();
        for (tested, mut least) in all.into_iter().zip(corrected) {
            tested.looked_for = looked_for;
            for (place, found) in tested.found.iter_mut().enumerate() {
                if place > 0 {
                    least = adjusted_further(found.look.chance, least, made, looked_for);
                }
                found.chance = least;
            }
        }
    }
}

/// Says what explains the accepted claims about all executions, and takes back those that are of one workflow alone or that
/// deleted rows would bring, of which it is told what to say.
fn explain(evidence: &Evidence<'_>, all: &Series, settled: Settled, looked: &mut [Looked]) -> Option<String> {
    let mut accepted = Vec::new();
    for Looked { whose, executions, tested } in looked {
        for Tested { found, .. } in tested {
            for found in found.iter_mut().filter(|found| found.is_accepted()) {
                accepted.push(attribution::Accepted { whose, executions: *executions, claim: &mut found.look.claim });
            }
        }
    }
    let withheld = retention::withhold(&mut accepted);
    attribution::explain(evidence, all, &mut accepted);
    shared_error::explain(evidence, all, settled, &mut accepted);
    withheld
}

/// A claim that is made.
struct Accepted<'a> {
    kind: Kind,
    whose: &'a Whose,
    claim: Claim<Statement>,
    chance: f64,
    looked_for: usize,
    matters: f64,
}

/// The claims that are made, those that matter most first.
fn accepted(looked: &mut [Looked]) -> Vec<Accepted<'_>> {
    let of_all = looked.first().map_or(0, |all| all.executions).max(1) as f64;
    let mut accepted = Vec::new();
    for Looked { whose, executions, tested } in looked {
        for Tested { sought, found, looked_for } in tested {
            for found in found.iter_mut().filter(|found| found.is_accepted()) {
                let Some(claim) = found.look.claim.take() else { continue };
                let chance = found.chance;
                let certainty = (-libm::log10(chance.max(f64::MIN_POSITIVE)) / FULL_CERTAINTY).min(1.0);
                let kind = if matches!(claim.facts, Statement::Mix(_)) { Kind::Mix } else { sought.kind() };
                let matters = claim.basis.impact(*executions as f64 / of_all) * certainty * kind.weight();
                accepted.push(Accepted { kind, whose, claim, chance, looked_for: *looked_for, matters });
            }
        }
    }
    // Of equal ones, what is about all executions comes first, then what is sought first.
    sort(&mut accepted, &|one, other| one.matters.total_cmp(&other.matters).is_gt());
    accepted
}

/// What is said of the claims, as far as there is room, and how many there are beyond.
fn told(accepted: Vec<Accepted<'_>>, evidence: &Evidence<'_>) -> (Vec<Finding>, usize) {
    let claims: Vec<explained::Accepted<'_>> = accepted
        .iter()
        .map(|Accepted { whose, claim, .. }| explained::Accepted {
            whose,
            statement: &claim.facts,
            window: claim.basis.window.as_ref(),
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
    let more = accepted.len() - places.len();
    let mut findings = Vec::new();
    for (place, Accepted { kind, whose, claim, chance, looked_for, .. }) in accepted.into_iter().enumerate() {
        if places.contains(&place) {
            let Claim { facts, basis } = claim;
            let (zone, strength, shared) = (evidence.zone.name(), Strength::of(chance), basis.error.as_deref());
            let sentence = sentence::of(&facts, shared, whose, zone, strength, bears_years(evidence));
            let how = english::how::how(&facts, shared, clock_of(&basis), chance, looked_for);
            let mut finding = finding(kind, whose, [sentence, how], *basis);
            let explainer = explained_by.get(place).copied().flatten();
            finding.explained_by = explainer.and_then(|by| places.iter().position(|place| *place == by));
            finding.p_adjusted = Some(chance);
            findings.push(finding);
        }
    }
    (findings, more)
}

/// A finding with its sentence and how it is known; that nothing explains it and nothing tested it is still to be said.
fn finding(kind: Kind, whose: &Whose, [sentence, how]: [String; 2], basis: Basis) -> Finding {
    let Basis { window, effect, evidence, span, weeks, cells, .. } = basis;
    Finding {
        kind,
        whose: whose.clone(),
        sentence,
        how,
        explained_by: None,
        window,
        effect,
        evidence,
        from: span.0,
        to: span.1,
        weeks,
        p_adjusted: None,
        cells,
    }
}

/// Whether dates bear their years: without them nobody could tell those of several calendar years.
#[inline(never)]
pub(super) fn bears_years(evidence: &Evidence<'_>) -> bool {
    evidence.window.start_date.year() != evidence.window.end_date.year()
}

/// Which clock a claim keeps to.
fn clock_of(basis: &Basis) -> Option<&str> {
    basis.evidence.iter().find_map(|(name, fact)| match fact {
        Fact::Text(clock) if *name == CLOCK => Some(clock.as_str()),
        _ => None,
    })
}
