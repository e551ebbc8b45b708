//! What is said of a schedule. It says nothing of who keeps it.

use super::{clock_time, every, named};
use crate::number;
use crate::pattern::schedule::{Facts, Frame, hour_of, weekday_of};
use crate::pattern::sentence::{Strength, hour_name};
use crate::zone::{DAY_MS, HOUR_MS};

/// "'nightly-etl' runs daily at 2 AM (89 of 92 expected runs)", "… every 15 minutes on weekdays between 8 AM–6 PM …".
/// `zone` is the zone's name, which is said of hours.
pub fn sentence(facts: &Facts, called: Option<&str>, zone: &str, strength: Strength) -> String {
    let mut text = named(called, "The view");
    text += match strength {
        Strength::Plain => " runs ",
        Strength::Tends => " tends to run ",
    };
    text += &every(facts.period_ms);
    let on = facts.weekdays.iter().filter(|is_on| **is_on).count();
    let weekly = facts.period_ms.rem_euclid(7 * DAY_MS) == 0;
    // Phases are counted from a Monday on, so the phase tells the weekday.
    const MONDAY_MS: i64 = 4 * DAY_MS;
    if weekly || on < 7 {
        text += " on ";
        text += &days(facts, if weekly { Some(weekday_of(MONDAY_MS + facts.phase_ms)) } else { None });
    }
    if facts.period_ms >= DAY_MS {
        text += " at ";
        text += &clock_time(facts.phase_ms.rem_euclid(DAY_MS));
        text += &clock_of(facts.frame, zone);
    } else if facts.period_ms < DAY_MS && facts.hours.iter().any(|is_on| !is_on) && facts.period_ms <= HOUR_MS {
        if let Some((from, until)) = stretch(&facts.hours) {
            text += &[" between ", &hour_name(from), "–", &hour_name(until), &clock_of(facts.frame, zone)].concat();
        }
    } else if facts.period_ms > HOUR_MS {
        text += " from ";
        text += &hour_name((hour_of(facts.phase_ms)) as u8);
        text += &clock_of(facts.frame, zone);
    }
    let (kept, expected) = (number::grouped(facts.kept), number::grouped(facts.expected));
    text + &[" (", &kept, " of ", &expected, " expected runs)"].concat()
}

fn clock_of(frame: Frame, zone: &str) -> String {
    match frame {
        Frame::Either if zone == "UTC" => " UTC".to_owned(),
        Frame::Either => [" (", zone, ")"].concat(),
        Frame::Local => [" local time (", zone, ")"].concat(),
        Frame::Utc => " UTC, whatever the local clock says".to_owned(),
    }
}

fn days(facts: &Facts, only: Option<usize>) -> String {
    const NAMES: [&str; 7] = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
    if only.is_none() {
        match facts.weekdays {
            [true, true, true, true, true, false, false] => return "weekdays".to_owned(),
            [false, false, false, false, false, true, true] => return "weekends".to_owned(),
            _ => {}
        }
    }
    let is_on = |day: usize| only.map_or(facts.weekdays.get(day) == Some(&true), |only| only == day);
    let names: Vec<&str> = NAMES.into_iter().enumerate().filter(|(day, _)| is_on(*day)).map(|(_, name)| name).collect();
    names.join(", ")
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
        const MINUTE_MS: i64 = 60_000;
        let check = |period_ms, phase_ms, frame, weekdays, hours, words: &str| {
            let facts = Facts { period_ms, phase_ms, frame, weekdays, hours, expected: 92, kept: 89, jitter_ms: 4000 };
            assert_eq!(sentence(&facts, Some("etl"), "Europe/Berlin", Strength::Plain), words);
        };
        let weekdays = [true, true, true, true, true, false, false];
        let two = std::array::from_fn(|hour| hour == 2);
        let office = std::array::from_fn(|hour| (8..18).contains(&hour));
        let tail = "(89 of 92 expected runs)";
        let at_two = format!("'etl' runs daily at 2 AM local time (Europe/Berlin) {tail}");
        check(DAY_MS, 2 * HOUR_MS, Frame::Local, [true; 7], two, &at_two);
        let utc = format!("'etl' runs daily at 2:30 AM UTC, whatever the local clock says {tail}");
        check(DAY_MS, 150 * MINUTE_MS, Frame::Utc, [true; 7], two, &utc);
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
