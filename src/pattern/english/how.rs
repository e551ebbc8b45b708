//! How a claim is known, in words made from the values that it was decided by: what was counted where the sentence does
//! not say it, what it was held against, and how often chance would bring as much.

use super::{shared_error, text::Text};
use crate::pattern::outcome::Outcome;
use crate::pattern::outcome_window;
use crate::pattern::report::Statement;
use crate::pattern::shared_error::SharedError;
use crate::pattern::volume_window::Moment;

/// How a claim is known. `p_adjusted` is its chance, corrected for the `looked_for` things like it that the report looked for.
/// `clock` is the one that it keeps to across a clock change, by its name, `shared` the error that most of its failures share.
pub fn how(
    statement: &Statement,
    shared: Option<&SharedError>,
    clock: Option<&str>,
    p_adjusted: f64,
    looked_for: usize,
) -> String {
    let mut text = Text::default();
    let sides = match statement {
        Statement::Volume(facts) => {
            Some((facts.moment, [facts.inside, facts.hours_inside], [facts.outside, facts.hours_outside]))
        }
        Statement::Days(facts) => {
            Some((facts.moment, [facts.inside, facts.hours_inside], [facts.outside, facts.hours_outside]))
        }
        _ => None,
    };
    if let Some((moment, inside, outside)) = sides {
        of_volume(&mut text, moment, inside, outside);
    } else if let Statement::Window(facts) | Statement::Explained(facts, _) = statement {
        of_window(&mut text, facts);
    }
    // Of failures in a row the sentence says it all.
    if let Some(shared) = shared.filter(|_| !matches!(statement, Statement::Consecutive(_))) {
        shared_error::known(&mut text, statement, shared);
    }
    text.say(match clock {
        Some("local") => "When clocks changed, it stayed at the same local time. ",
        Some(_) => "When clocks changed, it stayed at the same time of UTC, so that it moved by local time. ",
        None => "",
    });
    text.say(held_against(statement));
    by_chance(&mut text, p_adjusted, looked_for);
    text.done()
}

/// "1,430 executions started in 752 hours inside, 85,267 in 1,504 hours outside. "
fn of_volume(text: &mut Text, moment: Moment, inside: [u64; 2], outside: [u64; 2]) {
    let did = match moment {
        Moment::Started => " executions started in ",
        Moment::Finished => " executions ended in ",
    };
    inside_and_outside(text, did, inside, outside);
}

/// Counts of executions and hours inside and outside, with what the executions did.
pub(super) fn inside_and_outside(text: &mut Text, did: &str, inside: [u64; 2], outside: [u64; 2]) {
    text.count(inside[0]).say(did).count(inside[1]).say(" hours inside, ");
    text.count(outside[0]).say(" in ").count(outside[1]).say(" hours outside. ");
}

/// "3,191 of 9,618 decided executions failed there; at the rate of the other hours it would be about 1,517. "
fn of_window(text: &mut Text, facts: &outcome_window::Facts) {
    let did = match facts.outcome {
        Outcome::Failed => " decided executions failed there; ",
        Outcome::TimedOut => " decided executions ran out of time there; ",
        Outcome::Cancelled => " ended executions were cancelled there; ",
        // The quantile is known to a bin; what shares it is not counted.
        Outcome::Slow => {
            " timed executions were slow there, by a step of durations (10% each) above the one that 9 in 10 of their workflow reach; "
        }
    };
    let rate = facts.outside.hits as f64 / facts.outside.of.max(1) as f64;
    text.count(facts.inside.hits).say(" of ").count(facts.inside.of).say(did);
    text.say("at the rate of the other hours it would be about ").rounded(rate * facts.inside.of as f64).say(". ");
}

/// What was done to the history so that only chance is left in it.
fn held_against(statement: &Statement) -> &'static str {
    match statement {
        Statement::Window(_) | Statement::Explained(..) => {
            "Held against the same weeks, each turned by a random angle or with its excess given a random sign. "
        }
        Statement::Volume(_) => "Held against the same days, each turned by a random angle. ",
        Statement::Days(_) => "Held against how much the same difference varies from week to week. ",
        Statement::Peak(_) => {
            "Counted are days that have more executions there than in as many hours on average. Held against the same days, each with its excess given a random sign. "
        }
        Statement::Change(_) | Statement::Trend(_) | Statement::Mix(_) => {
            "Daily values, without the effect of the weekday, held against days that resemble the days before them. "
        }
        Statement::Silence(facts) if facts.runner_up > 0.0 => {
            "Held against the other silences of the same executions. "
        }
        Statement::Silence(_) => {
            "There is no other silence; held against how few executions as many hours had elsewhere. "
        }
        Statement::Burst(_) => "Held against the fullest hours of all other half days. ",
        Statement::Incident(_) => "Held against the worst hours of all other days. ",
        Statement::Schedule(_) => "Held against starts at random moments. ",
        Statement::Missed(_) => "Held against as many days with misses, spread at random. ",
        Statement::Stopped(_) => "Held against its own pauses while it ran. ",
        Statement::Consecutive(facts) if facts.failures_outside > 0 => "Held against its own other rows of failures. ",
        Statement::Consecutive(_) => "None of its other runs failed; one more of them was taken to have. ",
    }
}

/// "Of claims as sure as this one, at most 1 of 8,300 is expected to be chance, all 45 things like it that were
/// looked for considered."
fn by_chance(text: &mut Text, p_adjusted: f64, looked_for: usize) {
    text.say("Of claims as sure as this one, at most 1 of ").count(two_digits(1.0 / p_adjusted));
    text.say(" is expected to be chance, all ").count(looked_for as u64);
    text.say(" things like it that were looked for considered.");
}

/// A number to two digits, downwards.
fn two_digits(number: f64) -> u64 {
    let mut scale = 1;
    let whole = number as u64;
    while whole / scale >= 100 {
        scale *= 10;
    }
    whole / scale * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_said_to_two_digits_and_never_smaller_than_it_is() {
        let check = |p, words: &str| {
            let sure = ["Of claims as sure as this one, at most ", words, " is expected to be chance, all 45 things"];
            let mut text = Text::default();
            by_chance(&mut text, p, 45);
            assert_eq!(text.done(), sure.concat() + " like it that were looked for considered.");
        };
        check(0.05, "1 of 20");
        check(0.000_119, "1 of 8,400");
        check(1e-6, "1 of 1,000,000");
    }
}
