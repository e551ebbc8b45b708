//! What is said of a burst of executions and of an incident of failures. It says nothing of why.

use super::text::Text;
use crate::pattern::burst::{Facts, Incident};
use crate::pattern::sentence::Strength;

/// "Volume spiked to 412 executions at Thu, Mar 14, 3 PM (9× the usual 46; next-highest hour in 8 weeks: 3.1×)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength, years: bool) -> String {
    let mut text = Text::new(match strength {
        Strength::Plain => "Volume",
        Strength::Tends => "Perhaps unusual: volume",
    });
    text.of(called).say(" spiked to ").count(facts.executions).say(" executions at ").moment(facts.at, years);
    if facts.usual < 0.5 {
        text.say(" (usually under 1");
    } else {
        text.say(" (").times(facts.executions as f64 / facts.usual).say(" the usual ").decimal(facts.usual);
    }
    // Of other hours with enough executions to speak of there may be none.
    if facts.next > 0.0 {
        text.say("; next-highest hour in ").counted((facts.days / 7) as u64, "week");
        text.say(": ").times(facts.next);
    }
    text.say(")").done()
}

/// "One incident (Tue, Mar 12, 3–9 AM) holds 41% of all failures", and behind it "(70 of 82 executions failed)" where that
/// is most of them.
pub fn incident(facts: &Incident, called: Option<&str>, strength: Strength, years: bool) -> String {
    let mut text = Text::new(match strength {
        Strength::Plain => "One incident",
        Strength::Tends => "Perhaps unusual: one incident",
    });
    of_incident(&mut text, facts, years);
    text.of(called);
    if facts.most_failed() {
        text.say(" (").count(facts.failures).say(" of ").counted(facts.decided, "execution").say(" failed)");
    }
    text.done()
}

/// The same of one that passed no test: a count, which claims nothing.
pub fn incident_notice(facts: &Incident, years: bool) -> String {
    let mut text = Text::new("one stretch");
    of_incident(&mut text, facts, years);
    text.say("; this is a count and no pattern").done()
}

/// " (Tue, Mar 12, 3–9 AM) holds 41% of all failures".
fn of_incident(text: &mut Text, facts: &Incident, years: bool) {
    let (day, hour) = facts.from;
    text.say(" (");
    if facts.hours <= 12 || usize::from(hour) + facts.hours <= 24 {
        text.date(day, years).say(", ").hours(hour, facts.hours as u8);
    } else {
        text.moment(facts.from, years).say("–").moment(facts.until, years);
    }
    text.say(") holds ").percent(facts.failures, facts.all_failures).say(" of all failures");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_said_to_the_letter() {
        let check = |usual, called, strength, words: &str| {
            let at = ("2024-03-14".parse().unwrap(), 15);
            let facts = Facts { at, executions: 412, usual, next: 3.12, days: 60 };
            assert_eq!(sentence(&facts, called, strength, false), words);
            let none = sentence(&Facts { next: 0.0, ..facts }, called, strength, false);
            assert_eq!(none, words.replace("; next-highest hour in 8 weeks: 3.1×", ""));
        };
        let plain = "Volume spiked to 412 executions at Thu, Mar 14, 3 PM (9.0× the usual 46; next-highest hour in 8 weeks: 3.1×)";
        check(45.8, None, Strength::Plain, plain);
        let tends = "Perhaps unusual: volume of 'sync' spiked to 412 executions at Thu, Mar 14, 3 PM (usually under 1; next-highest hour in 8 weeks: 3.1×)";
        check(0.1, Some("sync"), Strength::Tends, tends);
        let few = "Volume spiked to 412 executions at Thu, Mar 14, 3 PM (777× the usual 0.5; next-highest hour in 8 weeks: 3.1×)";
        check(0.53, None, Strength::Plain, few);
    }

    #[test]
    fn an_incident_is_said_to_the_letter() {
        let day = |text: &str| text.parse().unwrap();
        let facts = |hours, until| Incident {
            from: (day("2024-03-12"), 3),
            until,
            hours,
            failures: 41,
            decided: 90,
            all_failures: 100,
            all_decided: 5000,
        };
        let check = |facts: &Incident, strength, words: &str| assert_eq!(incident(facts, None, strength, false), words);
        let short = "One incident (Tue, Mar 12, 3–9 AM) holds 41% of all failures";
        check(&facts(6, (day("2024-03-12"), 9)), Strength::Plain, short);
        let long = "Perhaps unusual: one incident (Tue, Mar 12, 3 AM–Wed, Mar 13, 1 AM) holds 41% of all failures";
        check(&facts(22, (day("2024-03-13"), 1)), Strength::Tends, long);
        let whole = "One incident (Tue, Mar 12, 3 AM–9 PM) holds 41% of all failures";
        check(&facts(18, (day("2024-03-12"), 21)), Strength::Plain, whole);
        let until_midnight = "One incident (Tue, Mar 12, 3 AM–12 AM) holds 41% of all failures";
        check(&facts(21, (day("2024-03-13"), 0)), Strength::Plain, until_midnight);
        let most = Incident { decided: 48, all_failures: 500, ..facts(6, (day("2024-03-12"), 9)) };
        let words = "One incident (Tue, Mar 12, 3–9 AM) holds 8% of all failures (41 of 48 executions failed)";
        check(&most, Strength::Plain, words);
        let notice = "one stretch (Tue, Mar 12, 3–9 AM) holds 41% of all failures; this is a count and no pattern";
        assert_eq!(incident_notice(&facts(6, (day("2024-03-12"), 9)), false), notice);
    }
}
