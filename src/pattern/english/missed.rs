//! What is said of missed moments of a schedule. It says nothing of why.

use super::{lasting, moment, named};
use crate::number;
use crate::pattern::missed::{Facts, Gathered};
use crate::pattern::sentence::{Strength, hour_range};

/// "'nightly-etl' missed 3 of 92 expected runs, all on Sundays; longest silence 26 h from Sun, Mar 3, 2 AM". Of facts that
/// gather nowhere, it is a notice.
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    const ON: [&str; 7] = [
        " on Mondays",
        " on Tuesdays",
        " on Wednesdays",
        " on Thursdays",
        " on Fridays",
        " on Saturdays",
        " on Sundays",
    ];
    let mut text = named(called, "The view");
    text += match (facts.gathered, strength) {
        (Gathered::No, _) | (_, Strength::Plain) => " missed ",
        (_, Strength::Tends) => " seems to have missed ",
    };
    let (missed, expected) = (number::grouped(facts.missed), number::grouped(facts.expected));
    text += &[&missed, " of ", &expected, " expected runs"].concat();
    let there = match facts.gathered {
        Gathered::No => String::new(),
        Gathered::Weekday(day) => ON.get(day).copied().unwrap_or_default().to_owned(),
        Gathered::Hour(hour) => [" between ", &hour_range(hour as u8, 1)].concat(),
    };
    if !there.is_empty() {
        text += ", ";
        text += &if facts.there == facts.missed { "all".to_owned() } else { number::grouped(facts.there) };
        text += &there;
    }
    if facts.longest_ms > 0 {
        text += &["; longest silence ", &lasting(facts.longest_ms), " from ", &moment(facts.from)].concat();
    }
    text
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
                gathered,
                there,
                by_hour: [(0, 0); 24],
                longest_ms: 48 * HOUR_MS,
                from: ("2024-03-03".parse().unwrap(), 2),
            };
            assert_eq!(sentence(&facts, Some("etl"), strength), words);
        };
        let tail = "; longest silence 48 h from Sun, Mar 3, 2 AM";
        let all = format!("'etl' missed 3 of 92 expected runs, all on Sundays{tail}");
        check(Gathered::Weekday(6), 3, Strength::Plain, &all);
        let two = format!("'etl' seems to have missed 3 of 92 expected runs, 2 between 11 AM–12 PM{tail}");
        check(Gathered::Hour(11), 2, Strength::Tends, &two);
        check(Gathered::No, 0, Strength::Tends, &format!("'etl' missed 3 of 92 expected runs{tail}"));
    }
}
