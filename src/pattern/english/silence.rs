//! What is said of a silence. It says nothing of why.

use super::text::Text;
use crate::pattern::sentence::Strength;
use crate::pattern::silence::Facts;

/// "No executions of 'nightly-etl' for 12 h from Tue, Mar 12, 3 AM although about 64 were expected"; of one that lasts, "No
/// execution since Tue, Mar 12, 3 AM although …".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength, years: bool) -> String {
    let mut text = Text::new(match strength {
        Strength::Plain => "No execution",
        Strength::Tends => "Perhaps unusual: no execution",
    });
    if facts.is_last {
        text.of(called).say(" since ");
    } else {
        text.say("s").of(called).say(" for ");
        match facts.hours as u64 {
            hours if hours < 72 => text.whole(hours).say(" h"),
            hours if hours % 24 == 0 => text.counted(hours / 24, "day"),
            hours => text.counted(hours / 24, "day").say(" ").whole(hours % 24).say(" h"),
        };
        text.say(" from ");
    }
    text.moment(facts.from, years).say(" although about ").rounded(facts.expected).say(" were expected").done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_said_to_the_letter() {
        let say = |is_last, hours, called, strength| {
            let from = ("2024-03-12".parse().unwrap(), 3);
            let facts = Facts { from, hours, expected: 63.7, runner_up: 4.0, is_last };
            sentence(&facts, called, strength, false)
        };
        let check = |hours, called, strength, words: &str| assert_eq!(say(false, hours, called, strength), words);
        let plain = "No executions for 12 h from Tue, Mar 12, 3 AM although about 64 were expected";
        check(12, None, Strength::Plain, plain);
        let tends = "Perhaps unusual: no executions of 'sync' for 3 days from Tue, Mar 12, 3 AM although about 64 were expected";
        check(72, Some("sync"), Strength::Tends, tends);
        let more = "No executions for 5 days 23 h from Tue, Mar 12, 3 AM although about 64 were expected";
        check(143, None, Strength::Plain, more);
        let lasts = "No execution since Tue, Mar 12, 3 AM although about 64 were expected";
        assert_eq!(say(true, 12, None, Strength::Plain), lasts);
        let tends = "Perhaps unusual: no execution since Tue, Mar 12, 3 AM although about 64 were expected";
        assert_eq!(say(true, 12, None, Strength::Tends), tends);
    }
}
