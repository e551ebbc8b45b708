//! What is said of why an outcome is more frequent in a window, behind the sentence that says that it is.

use super::text::Text;
use crate::pattern::attribution::{Cause, Origin};
use crate::pattern::outcome::Outcome;
use crate::pattern::sentence::called;

/// "; 83% of the extra failures come from 'billing-sync' (61% vs 4% there)", or ", because 'flaky-x' runs mostly then".
pub fn because(text: &mut Text, cause: &Cause, outcome: Outcome) {
    match cause {
        Cause::From { origin, share, inside, outside } => {
            text.say("; ");
            share_of_extra(text, *share).say(" of the extra ").say(extra(outcome)).say(" come from ");
            match origin {
                Origin::Tag(tag) => {
                    text.say("executions tagged ").named(tag);
                }
                Origin::Workflows(workflows) => {
                    for (place, name) in workflows.iter().filter_map(called).enumerate() {
                        text.say(if place == 0 { "" } else { " and " }).named(name);
                    }
                }
            }
            text.say(" (").percent(inside.hits, inside.of).say(" vs ").percent(outside.hits, outside.of).say(" there)");
        }
        Cause::Mix { workflow: Some(name), is_mostly } => {
            let how_often = if *is_mostly { " runs mostly then" } else { " runs more often then" };
            text.say(", because ").named(name).say(how_often);
        }
        Cause::Mix { workflow: None, .. } => {
            text.say(", because other workflows run then");
        }
    }
}

/// A share in whole per cent; 100% only of all.
pub(super) fn share_of_extra(text: &mut Text, share: f64) -> &mut Text {
    const WHOLE: u64 = 1_000_000;
    text.percent((share * WHOLE as f64) as u64, WHOLE)
}

/// What there is more of.
pub(super) fn extra(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed => "failures",
        Outcome::TimedOut => "time-outs",
        Outcome::Cancelled => "cancellations",
        Outcome::Slow => "slow executions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Whose;
    use crate::pattern::outcome::Tally;

    #[test]
    fn where_most_come_from_is_said_to_the_letter() {
        let check = |origin: Origin, share, outcome, words: &str| {
            let (inside, outside) = (Tally { hits: 61, of: 100 }, Tally { hits: 40, of: 1000 });
            let mut text = Text::default();
            because(&mut text, &Cause::From { origin, share, inside, outside }, outcome);
            assert_eq!(text.done(), words);
        };
        let named = |id: &str, name: Option<&str>| Whose::Workflow { id: id.into(), name: name.map(Into::into) };
        let one = Origin::Workflows(vec![named("7", Some("billing-sync"))]);
        let of_one = "; 83% of the extra failures come from 'billing-sync' (61% vs 4% there)";
        check(one.clone(), 0.829, Outcome::Failed, of_one);
        let all = "; 100% of the extra time-outs come from 'billing-sync' (61% vs 4% there)";
        check(one.clone(), 1.0, Outcome::TimedOut, all);
        let nearly = "; over 99% of the extra cancellations come from 'billing-sync' (61% vs 4% there)";
        check(one, 0.9999, Outcome::Cancelled, nearly);
        let two = Origin::Workflows(vec![named("7", Some("billing-sync")), named("8", None)]);
        let of_two = "; 91% of the extra slow executions come from 'billing-sync' and '8' (61% vs 4% there)";
        check(two, 0.91, Outcome::Slow, of_two);
        let of_tag = "; 83% of the extra failures come from executions tagged 'eu' (61% vs 4% there)";
        check(Origin::Tag("eu".into()), 0.83, Outcome::Failed, of_tag);
    }

    #[test]
    fn that_others_run_then_is_said_to_the_letter() {
        let check = |workflow: Option<&str>, is_mostly, words: &str| {
            let cause = Cause::Mix { workflow: workflow.map(Into::into), is_mostly };
            let mut text = Text::default();
            because(&mut text, &cause, Outcome::Failed);
            assert_eq!(text.done(), words);
        };
        check(Some("flaky-x"), true, ", because 'flaky-x' runs mostly then");
        check(Some("flaky-x"), false, ", because 'flaky-x' runs more often then");
        check(None, false, ", because other workflows run then");
    }
}
