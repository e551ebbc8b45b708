//! What is said of a window of volume.

use super::text::{TWICE, Text};
use crate::pattern::sentence::Strength;
use crate::pattern::volume_window::{Facts, Moment, On};

/// "Throughput of 'sync-crm' drops on weekdays between 9 AM–5 PM: 48% fewer executions an hour end than in the rest of
/// the day (58 of 64 weekdays)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    let does = match facts.moment {
        Moment::Started => " start",
        Moment::Finished => " end",
    };
    let mut text = Text::default();
    text.volume(facts.moment, called, facts.is_high, strength);
    let [on, days] = match facts.on {
        On::Weekdays => [" on weekdays", " weekdays)"],
        On::Weekends => [" on weekends", " weekend days)"],
        On::AllDays => [" every day", " days)"],
    };
    text.say(on).say(" between ").hours(facts.start, facts.length).say(": ");
    let rate = |count: u64, hours: u64| count as f64 / hours.max(1) as f64;
    let inside = rate(facts.inside, facts.hours_inside);
    let ratio = inside / rate(facts.outside, facts.hours_outside).max(f64::MIN_POSITIVE);
    // None is no number of times less.
    let (what, than) = if facts.outside == 0 {
        text.say("no");
        (" executions", "")
    } else {
        text.by_how_much(ratio);
        match facts.is_high {
            _ if ratio >= TWICE => (" as many executions an hour", " as"),
            true => (" more executions an hour", " than"),
            false => (" fewer executions an hour", " than"),
        }
    };
    text.say(what).say(does).say(than).say(" in the rest of the day (");
    text.count(u64::from(facts.held)).say(" of ").count(u64::from(facts.days)).say(days).done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::volume_window::LeftOut;

    #[test]
    fn a_window_is_said_to_the_letter() {
        let check = |moment, on, [inside, outside]: [u64; 2], strength, words: &str| {
            let facts = Facts {
                moment,
                on,
                start: 9,
                length: 8,
                is_high: inside > outside / 2,
                inside,
                hours_inside: 512,
                outside,
                hours_outside: 1024,
                held: 58,
                days: 64,
                left_out: LeftOut::default(),
            };
            assert_eq!(sentence(&facts, Some("sync-crm"), strength), words);
        };
        check(
            Moment::Finished,
            On::Weekdays,
            [520, 2000],
            Strength::Plain,
            "Throughput of 'sync-crm' drops on weekdays between 9 AM–5 PM: 48% fewer executions an hour end than in the rest of the day (58 of 64 weekdays)",
        );
        check(
            Moment::Started,
            On::Weekends,
            [1500, 2000],
            Strength::Tends,
            "Execution volume of 'sync-crm' tends to rise on weekends between 9 AM–5 PM: 50% more executions an hour start than in the rest of the day (58 of 64 weekend days)",
        );
        check(
            Moment::Started,
            On::AllDays,
            [2500, 2000],
            Strength::Plain,
            "Execution volume of 'sync-crm' rises every day between 9 AM–5 PM: 2.5× as many executions an hour start as in the rest of the day (58 of 64 days)",
        );
        check(
            Moment::Finished,
            On::Weekdays,
            [2500, 0],
            Strength::Plain,
            "Throughput of 'sync-crm' rises on weekdays between 9 AM–5 PM: no executions end in the rest of the day (58 of 64 weekdays)",
        );
    }
}
