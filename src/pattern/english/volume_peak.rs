//! What is said of the hour at which executions are most numerous.

use super::text::Text;
use crate::pattern::sentence::Strength;
use crate::pattern::volume_peak::{Facts, Peak};

/// "Execution volume peaks at 2 PM UTC daily (2.3× the daily average, 81 of 91 days)". `zone` is the zone whose hours are
/// named.
pub fn sentence(facts: &Facts, called: Option<&str>, zone: &str, strength: Strength) -> String {
    let mut text = Text::new("Execution volume");
    text.of(called).say(match (facts.peak, strength) {
        (Peak::Hour(_), Strength::Plain) => " peaks at ",
        (Peak::Hour(_), Strength::Tends) => " tends to peak at ",
        (Peak::Around { .. }, Strength::Plain) => " is ",
        (Peak::Around { .. }, Strength::Tends) => " tends to be ",
    });
    if matches!(facts.peak, Peak::Around { .. }) {
        text.say(if facts.holds_fullest { "highest around " } else { "high around " });
    }
    match facts.peak {
        Peak::Hour(hour) => text.hour(hour),
        Peak::Around { start, length } => text.hours(start, length),
    };
    text.of_zone(zone)
        .say(if facts.is_of_weekdays { " on weekdays (" } else { " daily (" })
        .fixed(facts.ratio, 1)
        .say("× the daily average, ");
    text.count(facts.held).say(" of ").count(facts.days).say(" days)").done()
}
