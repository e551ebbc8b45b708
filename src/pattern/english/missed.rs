//! What is said of missed moments of a schedule. It says nothing of who missed them, or why.

use super::text::Text;
use crate::pattern::missed::{Facts, Gathered};
use crate::pattern::schedule::Frame;
use crate::pattern::sentence::Strength;

/// "'nightly-etl' missed 3 of 92 expected runs, all on Sundays, when 10 of 13 ran; longest silence 26 h from Sun, Mar 3,
/// 2 AM", or "… missed 10 of 91 expected runs, all from Sun, Mar 3 to Tue, Mar 12".
pub fn sentence(facts: &Facts, name: &str, strength: Strength, years: bool) -> String {
    const ON: [&str; 7] = [
        " on Mondays",
        " on Tuesdays",
        " on Wednesdays",
        " on Thursdays",
        " on Fridays",
        " on Saturdays",
        " on Sundays",
    ];
    let mut text = Text::default();
    text.named(name).say(match strength {
        Strength::Plain => " missed ",
        Strength::Tends => " seems to have missed ",
    });
    text.count(facts.missed).say(" of ").count(facts.expected).say(" expected runs, ");
    if facts.there == facts.missed {
        text.say("all");
    } else {
        text.count(facts.there);
    }
    match facts.gathered {
        Gathered::Weekday(day) => text.say_nth(&ON, day),
        Gathered::Hour(hour) => text.say(" between ").hours(hour as u8, 1),
        Gathered::Gap(first, last) => text.say(" from ").date(first, years).say(" to ").date(last, years),
    };
    // Those of another clock than the reader's may be other days.
    text.say(if facts.frame == Frame::Utc { " (UTC)" } else { "" });
    if matches!(facts.gathered, Gathered::Gap(..)) {
        // How long nothing ran is told by the dates.
        return text.done();
    }
    text.say(", when ").count(facts.expected_there - facts.there).say(" of ").count(facts.expected_there).say(" ran");
    if facts.longest_ms > 0 {
        text.say("; longest silence ").lasting(facts.longest_ms).say(" from ").moment(facts.from, years);
    }
    text.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::HOUR_MS;

    #[test]
    fn misses_are_said_to_the_letter() {
        let check = |gathered, there, strength, words: &str| {
            let facts = Facts {
                missed: 3,
                expected: 92,
                frame: if there == 1 { Frame::Utc } else { Frame::Local },
                gathered,
                there,
                expected_there: 13,
                longest_ms: 48 * HOUR_MS,
                from: ("2024-03-03".parse().unwrap(), 2),
            };
            assert_eq!(sentence(&facts, "etl", strength, false), words);
        };
        let tail = "; longest silence 48 h from Sun, Mar 3, 2 AM";
        let all = format!("'etl' missed 3 of 92 expected runs, all on Sundays, when 10 of 13 ran{tail}");
        check(Gathered::Weekday(6), 3, Strength::Plain, &all);
        let two =
            format!("'etl' seems to have missed 3 of 92 expected runs, 2 between 11 AM–12 PM, when 11 of 13 ran{tail}");
        check(Gathered::Hour(11), 2, Strength::Tends, &two);
        let gap = Gathered::Gap("2024-03-03".parse().unwrap(), "2024-03-12".parse().unwrap());
        let utc = format!("'etl' missed 3 of 92 expected runs, 1 on Sundays (UTC), when 12 of 13 ran{tail}");
        check(Gathered::Weekday(6), 1, Strength::Plain, &utc);
        let together = "'etl' missed 3 of 92 expected runs, all from Sun, Mar 3 to Tue, Mar 12";
        check(gap, 3, Strength::Plain, together);
    }
}
