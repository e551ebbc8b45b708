//! What is said of a claim: which words are for which kind, and how sure they may sound. Nothing is tested here.

use super::english;
use super::report::Statement;
use super::series::Whose;
use super::shared_error::SharedError;

/// How sure a sentence may sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// "Higher failure rate …".
    Plain,
    /// "Failure rate tends to be higher …".
    Tends,
}

impl Strength {
    /// Plain below this adjusted chance.
    const PLAIN_BELOW: f64 = 0.01;

    /// How sure a claim with that adjusted chance may sound.
    pub fn of(adjusted_chance: f64) -> Self {
        if adjusted_chance < Self::PLAIN_BELOW { Strength::Plain } else { Strength::Tends }
    }
}

/// What is said of a claim about a series and of the error that most of its failures share, in a zone; dates bear their years
/// or not.
pub fn of(
    statement: &Statement,
    shared: Option<&SharedError>,
    whose: &Whose,
    zone: &str,
    strength: Strength,
    years: bool,
) -> String {
    let sentence = without_error(statement, whose, zone, strength, years);
    match shared {
        Some(shared) => sentence + &english::shared_error::addition(statement, shared),
        None => sentence,
    }
}

fn without_error(statement: &Statement, whose: &Whose, zone: &str, strength: Strength, years: bool) -> String {
    let called = called(whose);
    // What only a workflow does is said of none but a workflow.
    let name = called.unwrap_or_default();
    match statement {
        Statement::Window(facts) => english::outcome_window::sentence(facts, called, strength).done(),
        Statement::Explained(facts, cause) => {
            let mut text = english::outcome_window::sentence(facts, called, strength);
            english::attribution::because(&mut text, cause, facts.outcome);
            text.done()
        }
        Statement::Mix(facts) => english::mix::sentence(facts, called, strength, years),
        Statement::Volume(facts) => english::volume_window::sentence(facts, called, strength),
        Statement::Days(facts) => english::volume_days::sentence(facts, called, strength),
        Statement::Peak(facts) => english::volume_peak::sentence(facts, called, zone, strength),
        Statement::Change(facts) => english::change::sentence(facts, called, strength, years),
        Statement::Trend(facts) => english::trend::sentence(facts, called, strength),
        Statement::Silence(facts) => english::silence::sentence(facts, called, strength, years),
        Statement::Burst(facts) => english::burst::sentence(facts, called, strength, years),
        Statement::Incident(facts) => english::burst::incident(facts, called, strength, years),
        Statement::Schedule(facts) => english::schedule::sentence(facts, name, zone, strength),
        Statement::Missed(facts) => english::missed::sentence(facts, name, strength, years),
        Statement::Stopped(facts) => english::stopped::sentence(facts, name, strength, years),
        Statement::Consecutive(facts) => english::consecutive::sentence(facts, called, strength, years),
    }
}

/// What a series is called; nothing where it is of all executions.
pub(super) fn called(whose: &Whose) -> Option<&str> {
    match whose {
        Whose::All | Whose::NoWorkflow => None,
        Whose::Workflow { id, name } => Some(name.as_deref().unwrap_or(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::outcome::{Outcome, Tally};
    use crate::pattern::outcome_window;
    use crate::pattern::ring::{DaySet, RingWindow};
    use crate::pattern::volume_peak::{self, Peak};

    fn said(days: DaySet, start: u8, length: u8, strength: Strength) -> String {
        said_of(Outcome::Failed, &Whose::All, days, start, length, strength)
    }

    fn said_of(outcome: Outcome, whose: &Whose, days: DaySet, start: u8, length: u8, strength: Strength) -> String {
        let facts = outcome_window::Facts {
            outcome,
            window: RingWindow { days, start, length },
            inside: Tally { hits: 142, of: 458 },
            outside: Tally { hits: 600, of: 10_000 },
            held: 11,
            weeks: 13,
        };
        of(&Statement::Window(facts), None, whose, "UTC", strength, false)
    }

    #[test]
    fn a_failure_window_is_said_to_the_letter() {
        use DaySet::{Daily, Single, Weekdays, Weekend};
        let check = |days, start, length, when: &str| {
            assert_eq!(
                said(days, start, length, Strength::Plain),
                format!("Higher failure rate {when} (31% vs 6% otherwise, 11 of 13 weeks)")
            );
            assert_eq!(
                said(days, start, length, Strength::Tends),
                format!("Failure rate tends to be higher {when} (31% vs 6% otherwise, 11 of 13 weeks)")
            );
        };
        check(Single(0), 9, 2, "on Mondays between 9–11 AM");
        check(Single(6), 23, 2, "on Sundays between 11 PM–1 AM");
        check(Single(5), 0, 24, "on Saturdays");
        check(Weekdays, 14, 3, "on weekdays between 2–5 PM");
        check(Weekdays, 0, 24, "on weekdays");
        check(Weekend, 0, 24, "on weekends");
        check(Weekend, 20, 4, "on weekends between 8 PM–12 AM");
        check(Daily, 2, 1, "between 2–3 AM daily");
    }

    #[test]
    fn every_outcome_has_its_words_and_a_workflow_its_name() {
        let named = Whose::Workflow { id: "7".into(), name: Some("Sync CRM".into()) };
        let check = |outcome, whose: &Whose, strength, words: &str| {
            assert_eq!(said_of(outcome, whose, DaySet::Single(0), 9, 2, strength), words);
        };
        let then = "on Mondays between 9–11 AM (31% vs 6% otherwise, 11 of 13 weeks)";
        let of = |words: &str| [words, " ", then].concat();
        check(Outcome::Failed, &named, Strength::Plain, &of("Higher failure rate of 'Sync CRM'"));
        check(Outcome::Failed, &named, Strength::Tends, &of("Failure rate of 'Sync CRM' tends to be higher"));
        check(Outcome::TimedOut, &Whose::All, Strength::Plain, &of("More time-outs"));
        check(Outcome::TimedOut, &named, Strength::Tends, &of("Time-outs of 'Sync CRM' tend to be more frequent"));
        check(Outcome::Cancelled, &Whose::All, Strength::Plain, &of("More cancellations"));
        let unnamed = Whose::Workflow { id: "7".into(), name: None };
        check(Outcome::Cancelled, &unnamed, Strength::Tends, &of("Cancellations of '7' tend to be more frequent"));
        let slow = "on Mondays between 9–11 AM (31% of them clearly slower than 9 in 10 of their workflow vs 6% otherwise, 11 of 13 weeks)";
        check(Outcome::Slow, &Whose::All, Strength::Plain, &["Executions are slower ", slow].concat());
        check(Outcome::Slow, &named, Strength::Tends, &["Executions of 'Sync CRM' tend to be slower ", slow].concat());
    }

    #[test]
    fn a_peak_is_said_to_the_letter() {
        let check = |peak, zone, strength, words: &str| {
            let facts = volume_peak::Facts {
                peak,
                ratio: 2.34,
                held: 81,
                days: 91,
                excess: 500.0,
                holds_fullest: true,
                is_of_weekdays: false,
            };
            assert_eq!(of(&Statement::Peak(facts), None, &Whose::All, zone, strength, false), words);
        };
        let around = Peak::Around { start: 13, length: 3 };
        check(
            Peak::Hour(14),
            "UTC",
            Strength::Plain,
            "Execution volume peaks at 2 PM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            Peak::Hour(8),
            "America/New_York",
            Strength::Plain,
            "Execution volume peaks at 8 AM (America/New_York) daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            Peak::Hour(0),
            "UTC",
            Strength::Tends,
            "Execution volume tends to peak at 12 AM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            around,
            "UTC",
            Strength::Plain,
            "Execution volume is highest around 1–4 PM UTC daily (2.3× the daily average, 81 of 91 days)",
        );
        check(
            around,
            "Asia/Kathmandu",
            Strength::Tends,
            "Execution volume tends to be highest around 1–4 PM (Asia/Kathmandu) daily (2.3× the daily average, 81 of 91 days)",
        );
    }

    #[test]
    fn only_a_small_chance_is_stated_plainly() {
        assert_eq!(Strength::of(0.009), Strength::Plain);
        assert_eq!(Strength::of(0.01), Strength::Tends);
    }
}
