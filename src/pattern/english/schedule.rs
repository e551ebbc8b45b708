//! What is said of a schedule. It says nothing of who keeps it.

use super::text::Text;
use crate::pattern::schedule::{Facts, Frame, hour_of, weekday_of};
use crate::pattern::sentence::Strength;
use crate::zone::{DAY_MS, HOUR_MS};

const MINUTE_MS: i64 = 60_000;
/// Starts that stray less are said to be at their minute,
const AT_MS: i64 = 2 * MINUTE_MS;
/// and those that stray less to be around one of five; others around one of thirty.
const NEAR_MS: i64 = 15 * MINUTE_MS;

/// "'nightly-etl' runs daily at 2 AM (89 of 92 expected runs)", "… every 15 minutes on weekdays between 8 AM–6 PM …".
/// `zone` is the zone's name, which is said of hours.
pub fn sentence(facts: &Facts, name: &str, zone: &str, strength: Strength) -> String {
    let mut text = Text::default();
    text.named(name).say(match (strength, facts.has_ended) {
        (Strength::Plain, false) => " runs ",
        (Strength::Plain, true) => " ran ",
        (Strength::Tends, false) => " tends to run ",
        (Strength::Tends, true) => " tended to run ",
    });
    text.every(facts.period_ms);
    let on = facts.weekdays.iter().filter(|is_on| **is_on).count();
    let weekly = facts.period_ms.rem_euclid(7 * DAY_MS) == 0;
    // Phases are counted from a Monday on, so the phase tells the weekday.
    const MONDAY_MS: i64 = 4 * DAY_MS;
    if weekly || on < 7 {
        let only = if weekly { Some(weekday_of(MONDAY_MS + facts.phase_ms)) } else { None };
        text.say(" on ");
        days(&mut text, facts, only);
    }
    if facts.period_ms >= DAY_MS {
        at(&mut text, facts);
        clock_of(&mut text, facts.frame, zone);
    } else if facts.period_ms <= HOUR_MS && facts.hours.contains(&false) {
        if let Some((from, until)) = stretch(&facts.hours) {
            text.say(" between ").hour(from).say("–").hour(until);
            clock_of(&mut text, facts.frame, zone);
        }
    } else if facts.period_ms > HOUR_MS {
        text.say(" from ").hour(hour_of(facts.phase_ms) as u8);
        clock_of(&mut text, facts.frame, zone);
    }
    text.say(" (").count(facts.kept).say(" of ").count(facts.expected).say(" expected runs)").done()
}

/// " at 2 AM", or " around 2:30 AM" where starts stray so far from it that minutes mean nothing: as those do that a clock
/// change moves which is not that of the zone.
fn at(text: &mut Text, facts: &Facts) {
    let (word, step_ms) = match facts.jitter_ms {
        jitter if jitter <= AT_MS => (" at ", 1),
        jitter if jitter <= NEAR_MS => (" around ", 5 * MINUTE_MS),
        _ => (" around ", 30 * MINUTE_MS),
    };
    let rounded = (facts.phase_ms + step_ms / 2).div_euclid(step_ms) * step_ms;
    text.say(word).clock_time(rounded.rem_euclid(DAY_MS));
}

fn clock_of(text: &mut Text, frame: Frame, zone: &str) {
    match frame {
        Frame::Either => text.of_zone(zone),
        Frame::Local => text.say(" local time (").say(zone).say(")"),
        Frame::Utc => text.say(" UTC, whatever the local clock says"),
    };
}

fn days(text: &mut Text, facts: &Facts, only: Option<usize>) {
    const NAMES: [&str; 7] = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
    match (only, facts.weekdays) {
        (None, [true, true, true, true, true, false, false]) => {
            text.say("weekdays");
        }
        (None, [false, false, false, false, false, true, true]) => {
            text.say("weekends");
        }
        _ => {
            let mut between = "";
            for (day, name) in NAMES.into_iter().enumerate() {
                if only.map_or(facts.weekdays.get(day) == Some(&true), |only| only == day) {
                    text.say(between).say(name);
                    between = ", ";
                }
            }
        }
    }
}

/// The one stretch of hours that are on, as its first hour and the hour after its last one.
fn stretch(hours: &[bool; 24]) -> Option<(u8, u8)> {
    let at = |hour: usize| hours.get(hour % 24) == Some(&true);
    let mut begins = (0..24).filter(|hour| at(*hour) && !at(hour + 23));
    let begin = begins.next()?;
    if begins.next().is_some() {
        return None;
    }
    let length = (0..24).take_while(|more| at(begin + more)).count();
    Some((begin as u8, ((begin + length) % 24) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_said_to_the_letter() {
        let facts = |period_ms, phase_ms, frame, weekdays, hours| {
            let (expected, kept, outside, jitter_ms, has_ended) = (92, 89, 0, 4000, false);
            Facts { period_ms, phase_ms, frame, weekdays, hours, expected, kept, outside, jitter_ms, has_ended }
        };
        let said = |facts: &Facts| sentence(facts, "etl", "Europe/Berlin", Strength::Plain);
        let check = |period_ms, phase_ms, frame, weekdays, hours, words: &str| {
            assert_eq!(said(&facts(period_ms, phase_ms, frame, weekdays, hours)), words);
        };
        let weekdays = [true, true, true, true, true, false, false];
        let two = std::array::from_fn(|hour| hour == 2);
        let office = std::array::from_fn(|hour| (8..18).contains(&hour));
        let tail = "(89 of 92 expected runs)";
        let at_two = format!("'etl' runs daily at 2 AM local time (Europe/Berlin) {tail}");
        check(DAY_MS, 2 * HOUR_MS, Frame::Local, [true; 7], two, &at_two);
        let utc = format!("'etl' runs daily at 2:30 AM UTC, whatever the local clock says {tail}");
        check(DAY_MS, 150 * MINUTE_MS, Frame::Utc, [true; 7], two, &utc);
        let daily = facts(DAY_MS, 443 * MINUTE_MS, Frame::Local, [true; 7], two);
        let strays = |minutes: i64| said(&Facts { jitter_ms: minutes * MINUTE_MS, ..daily.clone() });
        assert!(strays(2).starts_with("'etl' runs daily at 7:23 AM local time"));
        assert!(strays(3).starts_with("'etl' runs daily around 7:25 AM local time"));
        assert!(strays(37).starts_with("'etl' runs daily around 7:30 AM local time"));
        let ended = said(&Facts { has_ended: true, ..daily.clone() });
        assert!(ended.starts_with("'etl' ran daily at 7:23 AM local time"));
        let quarter = format!("'etl' runs every 15 minutes on weekdays between 8 AM–6 PM (Europe/Berlin) {tail}");
        check(15 * MINUTE_MS, 0, Frame::Either, weekdays, office, &quarter);
        let weekly = format!("'etl' runs weekly on Sundays at 2 AM (Europe/Berlin) {tail}");
        check(7 * DAY_MS, 146 * HOUR_MS, Frame::Either, [false, false, false, false, false, false, true], two, &weekly);
        let hourly = format!("'etl' runs hourly {tail}");
        check(HOUR_MS, 0, Frame::Either, [true; 7], [true; 24], &hourly);
        let six = format!("'etl' runs every 6 hours from 3 AM (Europe/Berlin) {tail}");
        check(6 * HOUR_MS, 3 * HOUR_MS, Frame::Either, [true; 7], std::array::from_fn(|hour| hour % 6 == 3), &six);
    }
}
