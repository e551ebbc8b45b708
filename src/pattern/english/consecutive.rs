//! What is said of failures in a row. It says nothing of why.

use super::text::Text;
use crate::pattern::consecutive::Facts;
use crate::pattern::sentence::Strength;

/// "25 decided runs of 'sync' in a row failed, from Sun, Mar 3 to Mon, Mar 4 (next longest: 3 in a row)", or "The last 25
/// decided runs of 'sync' all failed, …". Decided is what completed, failed or ran out of time; others may lie between.
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength, years: bool) -> String {
    let mut text = Text::new(match (facts.is_last, strength) {
        (true, Strength::Plain) => "The last ",
        (true, Strength::Tends) => "Perhaps unusual: the last ",
        (false, Strength::Plain) => "",
        (false, Strength::Tends) => "Perhaps unusual: ",
    });
    text.count(facts.length).say(" decided runs").of(called);
    text.say(if facts.is_last { " all failed, " } else { " in a row failed, " });
    if facts.from == facts.to {
        text.say("on ").date(facts.from, years);
    } else {
        text.say("from ").date(facts.from, years).say(" to ").date(facts.to, years);
    }
    if facts.failures_outside == 0 {
        return text.say(" (no other failed)").done();
    }
    text.say(" (next longest: ").count(facts.runner_up).say(" in a row)").done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_said_to_the_letter() {
        let check = |is_last, to: &str, strength, words: &str| {
            let facts = Facts {
                length: 25,
                from_ms: 0,
                from: "2024-03-03".parse().unwrap(),
                to_ms: 1,
                to: to.parse().unwrap(),
                is_last,
                runner_up: 3,
                failures_outside: 30,
                decided_outside: 400,
            };
            assert_eq!(sentence(&facts, Some("sync"), strength, false), words);
        };
        let row = "25 decided runs of 'sync' in a row failed, from Sun, Mar 3 to Mon, Mar 4 (next longest: 3 in a row)";
        check(false, "2024-03-04", Strength::Plain, row);
        let last =
            "Perhaps unusual: the last 25 decided runs of 'sync' all failed, on Sun, Mar 3 (next longest: 3 in a row)";
        check(true, "2024-03-03", Strength::Tends, last);
    }
}
