//! What is said of the error that most failures of a claim share, behind the sentence of the claim.

use super::attribution::{extra, share_of_extra};
use super::text::Text;
use crate::pattern::outcome::Outcome;
use crate::pattern::report::Statement;
use crate::pattern::shared_error::SharedError;

/// "; 83% of the extra failures say 'connection refused' (71% of failures then vs 12% otherwise)", behind where they come from
/// ", and 83% of all extra failures say …"; of an incident "; 38 of its 41 failures say 'connection refused' (12% otherwise)", of failures in a row
/// "; 23 of them say 'connection refused'".
pub fn addition(statement: &Statement, shared: &SharedError) -> String {
    let SharedError { error, inside, outside, .. } = shared;
    let mut text = Text::default();
    match statement {
        Statement::Window(facts) => of_extra(&mut text, shared, facts.outcome, ["; ", " then vs ", " otherwise)"]),
        Statement::Explained(facts, _) => of_extra(&mut text, shared, facts.outcome, ["", " then vs ", " otherwise)"]),
        Statement::Change(_) => of_extra(&mut text, shared, Outcome::Failed, ["; ", " since vs ", " before)"]),
        Statement::Incident(_) => {
            text.say("; ").count(inside.hits).say(" of its ").count(inside.of).say(" failures say ").named(error);
            text.say(" (").percent(outside.hits, outside.of).say(" otherwise)");
        }
        _ if inside.hits == inside.of => _ = text.say("; all say ").named(error),
        _ => _ = text.say("; ").count(inside.hits).say(" of them say ").named(error),
    }
    text.done()
}

/// Of what there is too much of; behind where it comes from if nothing parts them.
fn of_extra(text: &mut Text, shared: &SharedError, outcome: Outcome, [begin, then, otherwise]: [&str; 3]) {
    let SharedError { error, share, inside, outside } = shared;
    text.say(if begin.is_empty() { ", and " } else { begin });
    share_of_extra(text, share.unwrap_or_default());
    text.say(if begin.is_empty() { " of all extra " } else { " of the extra " }).say(extra(outcome));
    text.say(" say ").named(error).say(" (").percent(inside.hits, inside.of).say(" of ").say(extra(outcome));
    text.say(then).percent(outside.hits, outside.of).say(otherwise);
}

/// "Of the 180 failures that this is about, 142 say 'connection refused', and 12 of the 200 others. "
pub fn known(text: &mut Text, statement: &Statement, shared: &SharedError) {
    let SharedError { error, inside, outside, .. } = shared;
    let outcome = match statement {
        Statement::Window(facts) | Statement::Explained(facts, _) => facts.outcome,
        _ => Outcome::Failed,
    };
    let others = if matches!(statement, Statement::Change(_)) { " before. " } else { " others. " };
    text.say("Of the ").count(inside.of).say(" ").say(extra(outcome)).say(" that this is about, ").count(inside.hits);
    text.say(" say ").named(error).say(", and ").count(outside.hits).say(" of the ").count(outside.of).say(others);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::outcome::Tally;
    use crate::pattern::{attribution, burst, change, consecutive, daily, outcome_window, ring};

    fn check(statement: &Statement, hits: u64, words: &str, [failures, others]: [&str; 2]) {
        let (error, inside) = ("connection refused".to_owned(), Tally { hits, of: 100 });
        let share = matches!(statement, Statement::Window(_) | Statement::Explained(..) | Statement::Change(_));
        let outside = Tally { hits: 12, of: 200 };
        let shared = SharedError { error, share: share.then_some(0.831), inside, outside };
        assert_eq!(addition(statement, &shared), words);
        let mut text = Text::default();
        known(&mut text, statement, &shared);
        let say = format!("{hits} say 'connection refused', and 12 of the 200 {others}. ");
        assert_eq!(text.done(), format!("Of the 100 {failures} that this is about, {say}"));
    }

    #[test]
    fn what_most_say_is_said_to_the_letter() {
        let window = |outcome| outcome_window::Facts {
            outcome,
            window: ring::RingWindow { days: ring::DaySet::Daily, start: 2, length: 1 },
            inside: Tally::default(),
            outside: Tally::default(),
            held: 9,
            weeks: 9,
        };
        let of_window = "; 83% of the extra failures say 'connection refused' (71% of failures then vs 6% otherwise)";
        check(&Statement::Window(window(Outcome::Failed)), 71, of_window, ["failures", "others"]);
        let origin = attribution::Origin::Tag("eu".to_owned());
        let (inside, outside) = (Tally::default(), Tally::default());
        let cause = attribution::Cause::From { origin, share: 0.5, inside, outside };
        let behind =
            ", and 83% of all extra time-outs say 'connection refused' (71% of time-outs then vs 6% otherwise)";
        check(&Statement::Explained(window(Outcome::TimedOut), cause), 71, behind, ["time-outs", "others"]);
        let (side, day) = (daily::Stretch { days: 9, executions: 9, failures: 9, value: 0.1 }, chrono::NaiveDate::MIN);
        let (measure, from, first, last) = (daily::Measure::FailureRate, day, day, day);
        let change = change::Facts { measure, from, plus_minus: 1, before: side, after: side, first, last };
        let since = "; 83% of the extra failures say 'connection refused' (71% of failures since vs 6% before)";
        check(&Statement::Change(change), 71, since, ["failures", "before"]);
        let incident = burst::Incident {
            from: (day, 3),
            until: (day, 4),
            hours: 1,
            failures: 100,
            decided: 200,
            all_failures: 300,
            all_decided: 400,
        };
        let of_incident = "; 71 of its 100 failures say 'connection refused' (6% otherwise)";
        check(&Statement::Incident(incident), 71, of_incident, ["failures", "others"]);
        let row = consecutive::Facts {
            length: 100,
            from_ms: 0,
            from: day,
            to_ms: 1,
            to: day,
            is_last: true,
            runner_up: 1,
            failures_outside: 1,
            decided_outside: 2,
        };
        check(
            &Statement::Consecutive(row.clone()),
            71,
            "; 71 of them say 'connection refused'",
            ["failures", "others"],
        );
        check(&Statement::Consecutive(row), 100, "; all say 'connection refused'", ["failures", "others"]);
    }
}
