//! What is said of a workflow that stopped or is new. It says nothing of why.

use super::text::Text;
use crate::pattern::sentence::Strength;
use crate::pattern::stopped::{End, Facts};

/// "'sync' has not run since Sun, Mar 3; before that daily", or "… is new since Sun, Mar 3: 412 runs, about daily".
pub fn sentence(facts: &Facts, name: &str, strength: Strength, years: bool) -> String {
    let mut text = Text::default();
    text.named(name).say(match (facts.end, strength) {
        (End::Stopped, Strength::Plain) => " has not run since ",
        (End::Stopped, Strength::Tends) => " seems to have stopped on ",
        (End::New, Strength::Plain) => " is new since ",
        (End::New, Strength::Tends) => " seems to be new since ",
    });
    text.date(facts.date, years).say(match facts.end {
        End::Stopped => "; before that ",
        End::New => ": ",
    });
    match facts.period_ms {
        Some(period_ms) => text.every(period_ms),
        None => text.count(facts.executions).say(" runs"),
    };
    // What runs daily pauses for a day.
    let is_of_schedule = facts.period_ms.is_some_and(|period_ms| facts.longest_pause_ms < period_ms + period_ms / 2);
    if facts.end == End::Stopped && !is_of_schedule {
        text.say(", at most ").lasting(facts.longest_pause_ms).say(" apart");
    }
    text.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::{DAY_MS, HOUR_MS};

    #[test]
    fn an_end_is_said_to_the_letter() {
        let check = |end, period_ms, strength, words: &str| {
            let facts = Facts {
                end,
                date: "2024-03-03".parse().unwrap(),
                silent_ms: 20 * DAY_MS,
                expected: 20.0,
                executions: 1412,
                longest_pause_ms: 49 * HOUR_MS,
                period_ms,
            };
            assert_eq!(sentence(&facts, "sync", strength, false), words);
        };
        let stopped = "'sync' has not run since Sun, Mar 3; before that daily, at most 49 h apart";
        check(End::Stopped, Some(DAY_MS), Strength::Plain, stopped);
        let tends = "'sync' seems to have stopped on Sun, Mar 3; before that 1,412 runs, at most 49 h apart";
        check(End::Stopped, None, Strength::Tends, tends);
        let weekly = "'sync' has not run since Sun, Mar 3; before that weekly";
        check(End::Stopped, Some(7 * DAY_MS), Strength::Plain, weekly);
        check(End::New, None, Strength::Plain, "'sync' is new since Sun, Mar 3: 1,412 runs");
    }
}
