//! What is said of a burst of executions and of an incident of failures. It says nothing of why.

use super::{counted, date, moment, of, percent, rounded, times};
use crate::number;
use crate::pattern::burst::{Facts, Incident};
use crate::pattern::sentence::{Strength, hour_range};

/// "Volume spiked to 412 executions at Thu, Mar 14, 3 PM (9× the usual 46; next-highest hour in 8 weeks: 3.1×)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> String {
    let start = match strength {
        Strength::Plain => "Volume",
        Strength::Tends => "Perhaps unusual: volume",
    };
    let executions = number::grouped(facts.executions);
    let usual = if facts.usual < 0.5 {
        " (usually under 1".to_owned()
    } else {
        [" (", &times(facts.executions as f64 / facts.usual), " the usual ", &rounded(facts.usual)].concat()
    };
    let span = counted((facts.days / 7) as u64, "week");
    let (of, at, next) = (of(called), moment(facts.at), times(facts.next));
    let ends = ["; next-highest hour in ", &span, ": ", &next, ")"].concat();
    [start, &of, " spiked to ", &executions, " executions at ", &at, &usual, &ends].concat()
}

/// "One incident (Tue, Mar 12, 3–9 AM) holds 41% of all failures".
pub fn incident(facts: &Incident, called: Option<&str>, strength: Strength) -> String {
    let start = match strength {
        Strength::Plain => "One incident",
        Strength::Tends => "Perhaps unusual: one incident",
    };
    [start, &of_incident(facts), &of(called)].concat()
}

/// The same of one that passed no test: a count, which claims nothing.
pub fn incident_notice(facts: &Incident) -> String {
    ["one stretch", &of_incident(facts), "; this is a count and no pattern"].concat()
}

/// " (Tue, Mar 12, 3–9 AM) holds 41% of all failures".
fn of_incident(facts: &Incident) -> String {
    let ((first, hour), end) = (facts.from, facts.until);
    let when = if facts.hours <= 12 {
        [&date(first), ", ", &hour_range(hour, facts.hours as u8)].concat()
    } else {
        [&moment(facts.from), "–", &moment(end)].concat()
    };
    let share = percent(facts.failures, facts.all_failures);
    [" (", &when, ") holds ", &share, " of all failures"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_said_to_the_letter() {
        let check = |usual, called, strength, words: &str| {
            let at = ("2024-03-14".parse().unwrap(), 15);
            let facts = Facts { at, executions: 412, usual, next: 3.12, days: 60 };
            assert_eq!(sentence(&facts, called, strength), words);
        };
        let plain = "Volume spiked to 412 executions at Thu, Mar 14, 3 PM (9.0× the usual 46; next-highest hour in 8 weeks: 3.1×)";
        check(45.8, None, Strength::Plain, plain);
        let tends = "Perhaps unusual: volume of 'sync' spiked to 412 executions at Thu, Mar 14, 3 PM (usually under 1; next-highest hour in 8 weeks: 3.1×)";
        check(0.1, Some("sync"), Strength::Tends, tends);
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
        let check = |facts: &Incident, strength, words: &str| assert_eq!(incident(facts, None, strength), words);
        let short = "One incident (Tue, Mar 12, 3–9 AM) holds 41% of all failures";
        check(&facts(6, (day("2024-03-12"), 9)), Strength::Plain, short);
        let long = "Perhaps unusual: one incident (Tue, Mar 12, 3 AM–Wed, Mar 13, 1 AM) holds 41% of all failures";
        check(&facts(22, (day("2024-03-13"), 1)), Strength::Tends, long);
        let notice = "one stretch (Tue, Mar 12, 3–9 AM) holds 41% of all failures; this is a count and no pattern";
        assert_eq!(incident_notice(&facts(6, (day("2024-03-12"), 9))), notice);
    }
}
