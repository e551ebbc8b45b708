//! What is said of an outcome that is more frequent in a window of the week.

use super::text::Text;
use crate::pattern::outcome::Outcome;
use crate::pattern::outcome_window::Facts;
use crate::pattern::ring::{DaySet, RingWindow};
use crate::pattern::sentence::Strength;

/// "Higher failure rate on Mondays between 9–11 AM (31% vs 6% otherwise, 11 of 13 weeks)".
pub fn sentence(facts: &Facts, called: Option<&str>, strength: Strength) -> Text {
    let [subject, then] = match (facts.outcome, strength) {
        (Outcome::Failed, Strength::Plain) => ["Higher failure rate", " "],
        (Outcome::Failed, Strength::Tends) => ["Failure rate", " tends to be higher "],
        (Outcome::TimedOut, Strength::Plain) => ["More time-outs", " "],
        (Outcome::TimedOut, Strength::Tends) => ["Time-outs", " tend to be more frequent "],
        (Outcome::Cancelled, Strength::Plain) => ["More cancellations", " "],
        (Outcome::Cancelled, Strength::Tends) => ["Cancellations", " tend to be more frequent "],
        (Outcome::Slow, Strength::Plain) => ["Executions", " are slower "],
        (Outcome::Slow, Strength::Tends) => ["Executions", " tend to be slower "],
    };
    let mut text = Text::new(subject);
    text.of(called).say(then);
    when(&mut text, facts.window);
    text.say(" (").percent(facts.inside.hits, facts.inside.of);
    text.say(if facts.outcome == Outcome::Slow {
        " of them clearly slower than 9 in 10 of their workflow"
    } else {
        ""
    });
    text.say(" vs ").percent(facts.outside.hits, facts.outside.of).say(" otherwise, ");
    text.whole(facts.held.into()).say(" of ").whole(facts.weeks.into()).say(" weeks)");
    text
}

/// "on Mondays between 9–11 AM", "on weekends", "between 2–3 AM daily".
fn when(text: &mut Text, window: RingWindow) {
    const WEEKDAYS: [&str; 7] =
        ["on Mondays", "on Tuesdays", "on Wednesdays", "on Thursdays", "on Fridays", "on Saturdays", "on Sundays"];
    let is_all_day = window.length >= 24;
    match window.days {
        DaySet::Single(day) => text.say_nth(&WEEKDAYS, usize::from(day)),
        DaySet::Weekdays => text.say("on weekdays"),
        DaySet::Weekend => text.say("on weekends"),
        DaySet::Daily if is_all_day => text.say("daily"),
        DaySet::Daily => text.say("between ").hours(window.start, window.length).say(" daily"),
    };
    if !is_all_day && window.days != DaySet::Daily {
        text.say(" between ").hours(window.start, window.length);
    }
}
