//! What is said of a silence. It says nothing of why.

use super::{counted, moment, of, rounded};
use crate::number;
use crate::pattern::sentence::Strength;
use crate::pattern::silence::Facts;

/// "No executions of 'nightly-etl' for 12 h from Tue, Mar 12, 3 AM although about 64 were expected".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    let start = match strength {
        Strength::Plain => "No executions",
        Strength::Tends => "Perhaps unusual: no executions",
    };
    let hours = match facts.hours as u64 {
        hours if hours < 72 => number::whole(hours) + " h",
        hours => counted(hours / 24, "day"),
    };
    let (from, expected) = (moment(facts.from), rounded(facts.expected));
    [start, &of(called), " for ", &hours, " from ", &from, " although about ", &expected, " were expected"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_said_to_the_letter() {
        let check = |hours, called, strength, words: &str| {
            let from = ("2024-03-12".parse().unwrap(), 3);
            assert_eq!(sentence(&Facts { from, hours, expected: 63.7, runner_up: 4.0 }, called, strength), words);
        };
        let plain = "No executions for 12 h from Tue, Mar 12, 3 AM although about 64 were expected";
        check(12, None, Strength::Plain, plain);
        let tends = "Perhaps unusual: no executions of 'sync' for 3 days from Tue, Mar 12, 3 AM although about 64 were expected";
        check(75, Some("sync"), Strength::Tends, tends);
    }
}
