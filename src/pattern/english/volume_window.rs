//! What is said of a window of volume.

use super::month_day;
use crate::number;
use crate::pattern::sentence::{Strength, hour_range};
use crate::pattern::volume_window::{Facts, Moment, On};
use chrono::NaiveDate;

/// "Throughput of 'sync-crm' drops on weekdays between 9 AM–5 PM UTC: 48% fewer executions an hour end than in the rest of
/// the day (58 of 64 weekdays)". `whose` is "" of all executions and " of 'sync-crm'" of those of a workflow; `zone` is
/// the zone whose hours are named.
pub fn volume_window(facts: &Facts, whose: &str, zone: &str, strength: Strength) -> String {
    let subject = match facts.moment {
        Moment::Started => "Execution volume",
        Moment::Finished => "Throughput",
    };
    let verb = match (facts.is_high, strength) {
        (true, Strength::Plain) => " rises",
        (false, Strength::Plain) => " drops",
        (true, Strength::Tends) => " tends to rise",
        (false, Strength::Tends) => " tends to drop",
    };
    let (on, days) = match facts.on {
        On::Weekdays => (" on weekdays", "weekdays"),
        On::Weekends => (" on weekends", "weekend days"),
        On::AllDays => (" every day", "days"),
    };
    let hours = hour_range(facts.start, facts.length);
    let (open, close) = if zone == "UTC" { (" ", ": ") } else { (" (", "): ") };
    let mut sentence = [subject, whose, verb, on, " between ", &hours, open, zone, close].concat();
    let rate = |count: u64, hours: u64| count as f64 / hours.max(1) as f64;
    let inside = rate(facts.inside, facts.hours_inside);
    let ratio = inside / rate(facts.outside, facts.hours_outside).max(f64::MIN_POSITIVE);
    let of_moment = if facts.moment == Moment::Started { "start" } else { "end" };
    if ratio >= 2.0 {
        number::push_fixed(&mut sentence, ratio.min(1e6), 1);
        sentence += &["× the executions an hour ", of_moment, " that do in the rest of the day ("].concat();
    } else {
        number::push_fixed(&mut sentence, (ratio - 1.0).abs() * 100.0, 0);
        let more = if facts.is_high { "% more" } else { "% fewer" };
        sentence += &[more, " executions an hour ", of_moment, " than in the rest of the day ("].concat();
    }
    let (held, of) = (number::grouped(u64::from(facts.held)), number::grouped(u64::from(facts.days)));
    sentence + &[&*held, " of ", &of, " ", days, ")"].concat()
}

/// The most dates that are named.
const MOST_NAMED: usize = 4;

/// "2 days have far fewer executions than is usual of their weekday and are left out of windows of volume: Dec 25, Dec 26".
pub fn quiet_dates(dates: &[NaiveDate]) -> String {
    let why = if dates.len() == 1 {
        " day has far fewer executions than is usual of its weekday and is left out of windows of volume: "
    } else {
        " days have far fewer executions than is usual of their weekday and are left out of windows of volume: "
    };
    let named: Vec<String> = dates.iter().take(MOST_NAMED).map(|date| month_day(*date)).collect();
    let others = if dates.len() > MOST_NAMED { " and others" } else { "" };
    [&number::grouped(dates.len() as u64), why, &named.join(", "), others].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_days_are_named_as_far_as_there_is_room() {
        let check = |days: u32, words: &str| {
            let dates: Vec<NaiveDate> =
                (0..days).map(|day| NaiveDate::from_ymd_opt(2025, 12, 24 + day).unwrap()).collect();
            assert_eq!(quiet_dates(&dates), words);
        };
        let why = "far fewer executions than is usual of their weekday and are left out of windows of volume:";
        check(
            1,
            "1 day has far fewer executions than is usual of its weekday and is left out of windows of volume: Dec 24",
        );
        check(2, &["2 days have ", why, " Dec 24, Dec 25"].concat());
        check(6, &["6 days have ", why, " Dec 24, Dec 25, Dec 26, Dec 27 and others"].concat());
    }

    #[test]
    fn a_window_is_said_to_the_letter() {
        let check = |moment, on, inside, zone, strength, words: &str| {
            let facts = Facts {
                moment,
                on,
                start: 9,
                length: 8,
                is_high: inside > 1000,
                inside,
                hours_inside: 512,
                outside: 2000,
                hours_outside: 1024,
                held: 58,
                days: 64,
                quiet_days: 0,
            };
            assert_eq!(volume_window(&facts, " of 'sync-crm'", zone, strength), words);
        };
        check(
            Moment::Finished,
            On::Weekdays,
            520,
            "UTC",
            Strength::Plain,
            "Throughput of 'sync-crm' drops on weekdays between 9 AM–5 PM UTC: 48% fewer executions an hour end than in the rest of the day (58 of 64 weekdays)",
        );
        check(
            Moment::Started,
            On::Weekends,
            1500,
            "Europe/Berlin",
            Strength::Tends,
            "Execution volume of 'sync-crm' tends to rise on weekends between 9 AM–5 PM (Europe/Berlin): 50% more executions an hour start than in the rest of the day (58 of 64 weekend days)",
        );
        check(
            Moment::Started,
            On::AllDays,
            2500,
            "UTC",
            Strength::Plain,
            "Execution volume of 'sync-crm' rises every day between 9 AM–5 PM UTC: 2.5× the executions an hour start that do in the rest of the day (58 of 64 days)",
        );
    }
}
