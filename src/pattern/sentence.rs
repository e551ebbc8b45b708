//! The words of claims, each kind from its file in `english`, and those that all kinds share. Numbers come in as raw counts and are rounded here; nothing is
//! tested here.

use super::english;
use super::outcome::{Outcome, Tally};
use super::outcome_window;
use super::report::Statement;
use super::ring::{DaySet, RingWindow};
use super::series::Whose;
use super::volume_peak::{self, Peak};
use crate::number;

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

/// What is said of a claim about a series, in a zone.
pub fn of(statement: &Statement, whose: &Whose, zone: &str, strength: Strength) -> String {
    let (of, called) = (of_series(whose), called(whose));
    match statement {
        Statement::Window(facts) => outcome_window(facts, &of, strength),
        Statement::Explained(facts, cause) => {
            outcome_window(facts, &of, strength) + &english::attribution::because(cause, facts.outcome)
        }
        Statement::Mix(facts) => english::mix::sentence(facts, &of, strength),
        Statement::Volume(facts) => english::volume_window::volume_window(facts, &of, zone, strength),
        Statement::Peak(facts) => volume_peak(facts, &of, zone, strength),
        Statement::Change(facts) => english::change::change(facts, &of, strength),
        Statement::Trend(facts) => english::trend::trend(facts, &of, strength),
        Statement::Silence(facts) => english::silence::sentence(facts, called, strength),
        Statement::Burst(facts) => english::burst::sentence(facts, called, strength),
        Statement::Incident(facts) => english::burst::incident(facts, called, strength),
        Statement::Schedule(facts) => english::schedule::sentence(facts, called, zone, strength),
        Statement::Missed(facts) => english::missed::sentence(facts, called, strength),
        Statement::Stopped(facts) => english::stopped::sentence(facts, called, strength),
        Statement::Consecutive(facts) => english::consecutive::sentence(facts, called, strength),
    }
}

/// What a series is called; nothing where it is of all executions.
pub(super) fn called(whose: &Whose) -> Option<&str> {
    match whose {
        Whose::All | Whose::NoWorkflow => None,
        Whose::Workflow { id, name } => Some(name.as_deref().unwrap_or(id)),
    }
}

/// " of 'Sync CRM'"; nothing where it is of all executions.
fn of_series(whose: &Whose) -> String {
    called(whose).map_or_else(String::new, |name| [" of '", name, "'"].concat())
}

/// "Higher failure rate on Mondays between 9–11 AM (31% vs 6% otherwise, 11 of 13 weeks)".
fn outcome_window(facts: &outcome_window::Facts, of: &str, strength: Strength) -> String {
    let is_plain = strength == Strength::Plain;
    let [subject, then] = match (facts.outcome, is_plain) {
        (Outcome::Failed, true) => ["Higher failure rate", ""],
        (Outcome::Failed, false) => ["Failure rate", " tends to be higher"],
        (Outcome::TimedOut, true) => ["More time-outs", ""],
        (Outcome::TimedOut, false) => ["Time-outs", " tend to be more frequent"],
        (Outcome::Cancelled, true) => ["More cancellations", ""],
        (Outcome::Cancelled, false) => ["Cancellations", " tend to be more frequent"],
        (Outcome::Slow, true) => ["Executions", " are slower"],
        (Outcome::Slow, false) => ["Executions", " tend to be slower"],
    };
    let when = when(facts.window);
    let share = |tally: Tally| percent(tally.hits, tally.of);
    let (inside, outside) = (share(facts.inside), share(facts.outside));
    let (held, weeks) = (number::whole(facts.held.into()), number::whole(facts.weeks.into()));
    let than_usual = if facts.outcome == Outcome::Slow { " slower than 9 in 10 of their workflow" } else { "" };
    let counts =
        [" (", &inside, than_usual, " vs ", &outside, " otherwise, ", &held, " of ", &weeks, " weeks)"].concat();
    [subject, of, then, " ", &when, &counts].concat()
}

/// "Execution volume peaks at 2 PM UTC daily (2.3× the daily average, 81 of 91 days)".
fn volume_peak(facts: &volume_peak::Facts, of: &str, zone: &str, strength: Strength) -> String {
    let verb = match (facts.peak, strength) {
        (Peak::Hour(_), Strength::Plain) => " peaks at",
        (Peak::Hour(_), Strength::Tends) => " tends to peak at",
        (Peak::Around { .. }, Strength::Plain) => " is highest around",
        (Peak::Around { .. }, Strength::Tends) => " tends to be highest around",
    };
    let when = match facts.peak {
        Peak::Hour(hour) => hour_name(hour),
        Peak::Around { start, length } => hour_range(start, length),
    };
    let (open, close) = if zone == "UTC" { (" ", " daily (") } else { (" (", ") daily (") };
    let (held, days) = (number::grouped(facts.held), number::grouped(facts.days));
    let mut sentence = ["Execution volume", of, verb, " ", &when, open, zone, close].concat();
    number::push_fixed(&mut sentence, facts.ratio, 1);
    sentence += &["× the daily average, ", &held, " of ", &days, " days)"].concat();
    sentence
}

/// What is to be thought of claims about executions that someone chose: who looks at many slices finds something in one.
pub const EXPLORATORY: &str = "exploratory: you chose this slice, so treat these as hints";

/// That there are claims which a report leaves out.
pub fn more_were_found(more: usize) -> String {
    let pattern = if more == 1 { " more pattern was found" } else { " more patterns were found" };
    [&digits(more), pattern, " and can be asked for"].concat()
}

/// Why no recurring failures were looked for.
pub fn too_few_weeks(needed: usize, there: usize) -> String {
    ["needs ", &digits(needed), " weeks to name a weekday; there ", &is_or_are(there)].concat()
}

/// Why no peak of volume was looked for: days with fewer than `executions` do not count.
pub fn too_few_days(needed: usize, executions: u64, there: usize) -> String {
    let (needed, executions, there) = (digits(needed), number::whole(executions), is_or_are(there));
    let to_name = " or more executions to name an hour of the day; there ";
    ["needs ", &needed, " whole days with ", &executions, to_name, &there].concat()
}

fn is_or_are(count: usize) -> String {
    [if count == 1 { "is " } else { "are " }, &digits(count)].concat()
}

fn when(window: RingWindow) -> String {
    const WEEKDAYS: [&str; 7] =
        ["on Mondays", "on Tuesdays", "on Wednesdays", "on Thursdays", "on Fridays", "on Saturdays", "on Sundays"];
    let days = match window.days {
        DaySet::Single(day) => WEEKDAYS.get(usize::from(day)).copied().unwrap_or_default(),
        DaySet::Weekdays => "on weekdays",
        DaySet::Weekend => "on weekends",
        DaySet::Daily => "daily",
    };
    if window.length >= 24 {
        return days.to_owned();
    }
    let hours = hour_range(window.start, window.length);
    match window.days {
        DaySet::Daily => ["between ", &hours, " ", days].concat(),
        _ => [days, " between ", &hours].concat(),
    }
}

/// "9–11 AM", "11 AM–1 PM", "8 PM–12 AM".
pub(super) fn hour_range(start: u8, length: u8) -> String {
    let end = (start + length) % 24;
    let is_same_half = (start % 24 < 12) == (end < 12) && length < 12;
    let start = if is_same_half { clock(start) } else { hour_name(start) };
    [&start, "–", &hour_name(end)].concat()
}

/// "12 AM" at midnight, "12 PM" at noon.
pub(super) fn hour_name(hour: u8) -> String {
    clock(hour) + if hour % 24 < 12 { " AM" } else { " PM" }
}

/// The hour on the face of a clock, 1 to 12.
fn clock(hour: u8) -> String {
    digits(if hour.is_multiple_of(12) { 12 } else { usize::from(hour % 12) })
}

/// A share in whole per cent; 0% only of nothing, 100% only of all.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    let rounded = (200 * part + whole) / (2 * whole);
    match rounded {
        0 if part > 0 => "under 1%".to_owned(),
        100 if part < whole => "over 99%".to_owned(),
        _ => number::whole(rounded as u64) + "%",
    }
}

fn digits(count: usize) -> String {
    number::whole(count as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        of(&Statement::Window(facts), whose, "UTC", strength)
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
        let slow =
            "on Mondays between 9–11 AM (31% slower than 9 in 10 of their workflow vs 6% otherwise, 11 of 13 weeks)";
        check(Outcome::Slow, &Whose::All, Strength::Plain, &["Executions are slower ", slow].concat());
        check(Outcome::Slow, &named, Strength::Tends, &["Executions of 'Sync CRM' tend to be slower ", slow].concat());
    }

    #[test]
    fn hours_are_those_of_a_clock() {
        let check = |start, length, words: &str| assert_eq!(hour_range(start, length), words);
        check(9, 2, "9–11 AM");
        check(11, 2, "11 AM–1 PM");
        check(11, 1, "11 AM–12 PM");
        check(23, 2, "11 PM–1 AM");
        check(0, 1, "12–1 AM");
        check(12, 1, "12–1 PM");
        check(23, 1, "11 PM–12 AM");
        check(20, 4, "8 PM–12 AM");
        check(0, 12, "12 AM–12 PM");
        check(22, 10, "10 PM–8 AM");
        check(9, 12, "9 AM–9 PM");
        check(13, 8, "1–9 PM");
    }

    #[test]
    fn a_peak_is_said_to_the_letter() {
        let check = |peak, zone, strength, words: &str| {
            let facts = volume_peak::Facts { peak, ratio: 2.34, held: 81, days: 91 };
            assert_eq!(of(&Statement::Peak(facts), &Whose::All, zone, strength), words);
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
    fn per_cent_never_says_none_or_all_of_something_else() {
        let check = |part, whole, words: &str| assert_eq!(percent(part, whole), words, "{part} of {whole}");
        check(0, 10, "0%");
        check(10, 10, "100%");
        check(1, 1000, "under 1%");
        check(5, 1000, "1%");
        check(999, 1000, "over 99%");
        check(994, 1000, "99%");
        check(1, 8, "13%");
        check(u64::MAX - 1, u64::MAX, "over 99%");
        check(0, 0, "0%");
    }

    #[test]
    fn counts_are_grouped_and_one_is_one() {
        assert_eq!(
            (number::grouped(999), number::grouped(1097), number::grouped(1_234_567)),
            ("999".into(), "1,097".into(), "1,234,567".into())
        );
        assert_eq!(too_few_weeks(8, 5), "needs 8 weeks to name a weekday; there are 5");
        assert_eq!(too_few_weeks(8, 1), "needs 8 weeks to name a weekday; there is 1");
    }

    #[test]
    fn only_a_small_chance_is_stated_plainly() {
        assert_eq!(Strength::of(0.009), Strength::Plain);
        assert_eq!(Strength::of(0.01), Strength::Tends);
    }
}
