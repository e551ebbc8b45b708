//! What is said of hours that are quiet.

use super::decimal;
use crate::number;
use crate::pattern::quiet::{Facts, Load};
use crate::pattern::sentence::hour_range;
use crate::pattern::volume_window::On;

/// Hours of a day.
const DAY: u8 = 24;

/// "Quiet on weekdays between 2–6 AM UTC, with room for another job: 12 executions start an hour and 0.4 run at the same
/// time, against 96 and 7.2 otherwise (less than half of what is usual on 60 of 64 weekdays)". `zone` is the zone whose
/// hours are named, and `is_chosen` is true if someone chose these executions among others.
pub fn sentence(facts: &Facts, zone: &str, is_chosen: bool) -> String {
    let (on, days) = match facts.on {
        On::Weekdays => ("on weekdays", " weekdays"),
        On::Weekends => ("on weekends", " weekend days"),
        On::AllDays => ("every day", " days"),
    };
    let hours = if facts.length == DAY {
        ", all day".to_owned()
    } else {
        let (open, close) = if zone == "UTC" { (" ", "") } else { (" (", ")") };
        [" between ", &hour_range(facts.start, facts.length), open, zone, close].concat()
    };
    let starts = |load: &Load| shown(load.an_hour(), load.executions);
    let mut counts = [&starts(&facts.inside), " executions start an hour"].concat();
    let mut against = starts(&facts.outside);
    if facts.is_running_known {
        counts += &[" and ", &at_a_time(&facts.inside), " run at the same time"].concat();
        against += &[" and ", &at_a_time(&facts.outside)].concat();
    }
    let [held, of] = [facts.held, facts.days].map(|days| number::grouped(u64::from(days)));
    let recurs = ["less than half of what is usual on ", &held, " of ", &of, days].concat();
    // Beside executions that someone chose others may run.
    let room = if is_chosen { ": " } else { ", with room for another job: " };
    ["Quiet ", on, &hours, room, &counts, ", against ", &against, " otherwise (", &recurs, ")"].concat()
}

/// "0.4", "12", "under 0.1".
fn at_a_time(load: &Load) -> String {
    shown(load.at_a_time(), load.running_ms)
}

/// A number, which is not said to be nothing where it is made of something.
fn shown(value: f64, made_of: u64) -> String {
    let said = decimal(value);
    if said == "0.0" && made_of > 0 { "under 0.1".to_owned() } else { said }
}

/// How it is known. It is counted, not tested.
pub fn how(facts: &Facts) -> String {
    let running = if facts.is_running_known {
        "How many run at the same time is the time in these hours of executions that started in the window and ended, by the hours' length. "
    } else {
        "How many run at the same time is not known here. "
    };
    let [inside, hours_inside] = [facts.inside.executions, facts.inside.hours].map(number::grouped);
    let [outside, hours_outside] = [facts.outside.executions, facts.outside.hours].map(number::grouped);
    let counts =
        [&inside, " executions started in ", &hours_inside, " hours inside, ", &outside, " in ", &hours_outside];
    [&counts.concat(), " hours outside. ", running, "This is counted, and was not tested against chance."].concat()
}
