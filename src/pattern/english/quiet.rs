//! What is said of hours that are quiet.

use super::how::inside_and_outside;
use super::text::Text;
use crate::pattern::quiet::{Facts, Load};
use crate::pattern::volume_window::On;

/// Hours of a day.
const DAY: u8 = 24;

/// "Quiet on weekdays between 2–6 AM, with room for another job: 12 executions start an hour and 0.4 run at the same
/// time, against 96 and 7.2 otherwise (less than half of what is usual on 60 of 64 weekdays)". `is_chosen` is
/// true if someone chose these executions among others.
pub fn sentence(facts: &Facts, is_chosen: bool) -> String {
    let [on, days] = match facts.on {
        On::Weekdays => ["Quiet on weekdays", " weekdays)"],
        On::Weekends => ["Quiet on weekends", " weekend days)"],
        On::AllDays => ["Quiet every day", " days)"],
    };
    let mut text = Text::new(on);
    if facts.length == DAY {
        text.say(", all day");
    } else {
        text.say(" between ").hours(facts.start, facts.length);
    }
    // Beside executions that someone chose others may run.
    text.say(if is_chosen { ": " } else { ", with room for another job: " });
    starts(&mut text, &facts.inside);
    text.say(" executions start an hour");
    if facts.is_running_known {
        text.say(" and ");
        at_a_time(&mut text, &facts.inside);
        text.say(" run at the same time");
    }
    text.say(", against ");
    starts(&mut text, &facts.outside);
    if facts.is_running_known {
        text.say(" and ");
        at_a_time(&mut text, &facts.outside);
    }
    text.say(" otherwise (less than half of what is usual on ").count(u64::from(facts.held));
    text.say(" of ").count(u64::from(facts.days)).say(days).done()
}

/// How many start an hour.
fn starts(text: &mut Text, load: &Load) {
    shown(text, load.an_hour(), load.executions);
}

/// "0.4", "12", "under 0.1".
fn at_a_time(text: &mut Text, load: &Load) {
    shown(text, load.at_a_time(), load.running_ms);
}

/// A number, which is not said to be nothing where it is made of something.
#[inline(never)]
fn shown(text: &mut Text, value: f64, made_of: u64) {
    let said = Text::default().decimal(value).done();
    text.say(if said == "0.0" && made_of > 0 { "under 0.1" } else { &said });
}

/// How it is known. It is counted, not tested.
pub fn how(facts: &Facts) -> String {
    let mut text = Text::default();
    let [inside, outside] = [facts.inside, facts.outside].map(|load| [load.executions, load.hours]);
    inside_and_outside(&mut text, " executions started in ", inside, outside);
    text.say(if facts.is_running_known {
        "How many run at the same time is the time in these hours of executions that started in the window and ended, by the hours' length. "
    } else {
        "How many run at the same time is not known here. "
    });
    text.say("This is counted, and was not tested against chance.").done()
}
