//! What is said of days of the week that have more or fewer executions than the others.

use super::text::{TWICE, Text};
use crate::pattern::sentence::Strength;
use crate::pattern::volume_days::{Facts, WEEKEND, rates};
use crate::pattern::volume_window::Moment;

/// "Execution volume of 'sync-crm' drops on weekends: 70% fewer executions than on weekdays (372 vs 1,240 a day, 12 of 13
/// weeks)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    const DAYS: [&str; 8] = [
        " on Mondays: ",
        " on Tuesdays: ",
        " on Wednesdays: ",
        " on Thursdays: ",
        " on Fridays: ",
        " on Saturdays: ",
        " on Sundays: ",
        " on weekends: ",
    ];
    let mut text = Text::default();
    text.volume(facts.moment, called, facts.is_high, strength).say_nth(&DAYS, usize::from(facts.day));
    let (inside, outside) = rates(facts);
    let ratio = inside / outside.max(f64::MIN_POSITIVE);
    let than = if facts.outside == 0 {
        // None is no number of times less.
        text.say("no");
        ""
    } else if ratio >= TWICE {
        text.by_how_much(ratio).say(" as many");
        " as"
    } else if facts.is_high {
        text.by_how_much(ratio).say(" more");
        " than"
    } else {
        // In whole numbers, so that all of them is said of none alone.
        let of_outside = facts.outside.saturating_mul(facts.hours_inside);
        let of_inside = facts.inside.saturating_mul(facts.hours_outside);
        text.percent(of_outside.saturating_sub(of_inside), of_outside).say(" fewer");
        " than"
    };
    text.say(if facts.moment == Moment::Started { " executions" } else { " executions end" }).say(than);
    text.say(if facts.day == WEEKEND { " on weekdays" } else { " on other days" });
    for (begin, rate) in [(" (", inside), (" vs ", outside)] {
        text.say(begin);
        if rate > 0.0 {
            text.decimal(24.0 * rate)
        } else {
            text.say("none")
        };
    }
    text.say(" a day, ");
    text.whole(facts.held.into()).say(" of ").whole(facts.weeks.into()).say(" weeks)").done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_said_to_the_letter() {
        let check = |moment, day, inside, outside, called, strength, words: &str| {
            let facts = Facts {
                moment,
                day,
                is_high: inside > 26_000 || outside == 0,
                inside,
                hours_inside: 240,
                outside,
                hours_outside: 1_000,
                held: 12,
                weeks: 13,
            };
            assert_eq!(sentence(&facts, called, strength), words);
        };
        check(
            Moment::Started,
            WEEKEND,
            7_200,
            100_000,
            None,
            Strength::Plain,
            "Execution volume drops on weekends: 70% fewer executions than on weekdays (720 vs 2,400 a day, 12 of 13 weeks)",
        );
        check(
            Moment::Started,
            0,
            36_000,
            100_000,
            Some("sync-crm"),
            Strength::Tends,
            "Execution volume of 'sync-crm' tends to rise on Mondays: 50% more executions than on other days (3,600 vs 2,400 a day, 12 of 13 weeks)",
        );
        check(
            Moment::Finished,
            6,
            60_000,
            100_000,
            None,
            Strength::Plain,
            "Throughput rises on Sundays: 2.5× as many executions end as on other days (6,000 vs 2,400 a day, 12 of 13 weeks)",
        );
        check(
            Moment::Finished,
            5,
            0,
            100_000,
            None,
            Strength::Plain,
            "Throughput drops on Saturdays: 100% fewer executions end than on other days (none vs 2,400 a day, 12 of 13 weeks)",
        );
        check(
            Moment::Started,
            WEEKEND,
            3,
            100_000,
            None,
            Strength::Plain,
            "Execution volume drops on weekends: over 99% fewer executions than on weekdays (0.3 vs 2,400 a day, 12 of 13 weeks)",
        );
        check(
            Moment::Started,
            6,
            960,
            0,
            None,
            Strength::Plain,
            "Execution volume rises on Sundays: no executions on other days (96 vs none a day, 12 of 13 weeks)",
        );
        check(
            Moment::Finished,
            WEEKEND,
            960,
            0,
            Some("sync-crm"),
            Strength::Tends,
            "Throughput of 'sync-crm' tends to rise on weekends: no executions end on weekdays (96 vs none a day, 12 of 13 weeks)",
        );
    }
}
