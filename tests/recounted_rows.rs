//! What is said of rows in which something was planted, counted again from the rows: windows of outcomes, failures in a row,
//! workflows that stopped or are new, schedules and what they missed. Each number of the evidence and of the sentence is
//! held against loops over the rows, which chrono-tz places and which share nothing with the engine; in UTC, and in a zone
//! whose clocks go forward, and back, meanwhile. Changes, trends and what ended are in `recounted_measures.rs`.

#[path = "support/places.rs"]
mod places;
mod support;

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike};
use chrono_tz::Tz;
use execution_heatmap::pattern::{Fact, Finding, Kind, WeekWindow, Whose};
use execution_heatmap::zone::{DAY_MS, HOUR_MS};
use places::{
    DAYS, MINUTE_MS, Place, SECOND, about, bin_of, check_effect, check_evidence, check_said, date_words, findings,
    grouped, holds, hours_words, is_decided, is_failure, is_sure, is_weekday, lasting_words, monday_of, others,
    percent, percent_of, places, row, rows_of, usual_status,
};
use std::collections::BTreeMap;
use support::{Row, Seeded, local_hour};

/// By workflow the last bin that is not slow: that of the duration that nine in ten stay within.
fn slow_behind(rows: &[Row]) -> BTreeMap<&str, i64> {
    let mut durations = BTreeMap::<&str, Vec<u64>>::new();
    for row in rows.iter().filter(|row| is_decided(row)) {
        durations.entry(row.workflow_id.as_deref().unwrap()).or_default().extend(row.duration_ms);
    }
    let ninth = |(workflow, mut durations): (_, Vec<u64>)| {
        durations.sort_unstable();
        let longest = durations[(durations.len() * 9).div_ceil(10) - 1];
        // What is slow took longer than nine in ten, whatever a bin is.
        let is_slower = |duration: &u64| bin_of(*duration) <= bin_of(longest) || *duration > longest;
        assert!(durations.iter().all(is_slower));
        (workflow, bin_of(longest))
    };
    durations.into_iter().map(ninth).collect()
}

/// Counts again a window of an outcome.
fn recount_window(place: Place, rows: &[Row], finding: &Finding) {
    let window = finding.window.as_ref().unwrap();
    let slow_behind = slow_behind(rows);
    let is_slow = |row: &Row| bin_of(row.duration_ms.unwrap()) > slow_behind[row.workflow_id.as_deref().unwrap()];
    let (hit, base) = match finding.kind {
        Kind::FailureWindow => ("failed", "decided"),
        Kind::TimeoutWindow => ("timed_out", "decided"),
        Kind::CancellationWindow => ("cancelled", "decided_or_cancelled"),
        _ => ("slow", "timed"),
    };
    let could = |row: &Row| is_decided(row) || base == "decided_or_cancelled" && row.status == "cancelled";
    let does = |row: &Row| match hit {
        "failed" => is_failure(row),
        "slow" => is_slow(row),
        status => row.status == status,
    };
    let (mut sums, mut weeks) = ([[0u64; 2]; 2], BTreeMap::<NaiveDate, [[u64; 2]; 2]>::new());
    let mut cells = Vec::new();
    for row in rows_of(rows, finding) {
        let at = place.local(row);
        if holds(window, at) {
            cells.push(at);
        }
        let of_week = &mut weeks.entry(monday_of(at.0)).or_default()[usize::from(!holds(window, at))];
        for side in [&mut sums[usize::from(!holds(window, at))], of_week] {
            *side = [side[0] + u64::from(could(row) && does(row)), side[1] + u64::from(could(row))];
        }
    }
    let rate = |[hits, of]: [u64; 2]| hits as f64 / of as f64;
    let held =
        |[inside, outside]: [[u64; 2]; 2]| (inside[1] > 0 && outside[1] > 0).then(|| rate(inside) > rate(outside));
    let weeks: Vec<_> = weeks.into_iter().map(|(monday, sides)| (monday, held(sides))).collect();
    let told = weeks.iter().filter(|(_, held)| held.is_some()).count() as u64;
    let held = weeks.iter().filter(|(_, held)| *held == Some(true)).count() as u64;
    let [inside, outside] = sums;
    let mut counted = vec![
        ("weeks_held", Fact::Count(held)),
        ("weeks", Fact::Count(told)),
        (hit, Fact::Count(inside[0])),
        (base, Fact::Count(inside[1])),
        ("expected", Fact::Number(rate(outside) * inside[1] as f64)),
    ];
    // All is planted by local clocks.
    let tells_clock = finding.evidence.iter().any(|(name, _)| *name == "clock");
    counted.extend(tells_clock.then(|| ("clock", Fact::Text("local".to_owned()))));
    check_evidence(finding, &counted);
    check_effect(finding, rate(inside), rate(outside));
    assert_eq!(finding.weeks, weeks);
    cells.dedup();
    assert_eq!(finding.cells, cells);
    assert_eq!((finding.from, finding.to), (place.from, place.from + Days::new(DAYS - 1)));
    let than = if hit == "slow" { " of them clearly slower than 9 in 10 of their workflow" } else { "" };
    let hours = hours_words(window.from_hour.into(), window.to_hour.into());
    let template = ["between {}", " ({}", than, " vs {} otherwise, {} of {} weeks)"].concat();
    let daily = if window.weekdays.len() == 7 { " daily" } else { "" };
    let (hours, inside, outside) = (hours + daily, percent(inside[0], inside[1]), percent(outside[0], outside[1]));
    check_said(finding, &template, &[&hours, &inside, &outside, &held.to_string(), &told.to_string()]);
}

#[test]
fn windows_of_outcomes() {
    // In a window of the week most executions of one workflow have a status or, where none is given, take three times as long.
    let check = |kind: Kind, status: Option<&str>, weekdays: &[u8], [from_hour, to_hour]: [u8; 2]| {
        let planted = WeekWindow { weekdays: weekdays.to_vec(), from_hour, to_hour };
        for place in places() {
            let mut seeded = Seeded(11);
            let mut rows = others(place, &mut seeded, 1);
            for (at, date, hour) in place.hours() {
                for _ in 0..3 {
                    let happens = holds(&planted, (date, hour)) && percent_of(&mut seeded, 60);
                    let usual = usual_status(&mut seeded);
                    let duration = if happens && status.is_none() { 90 } else { 30 } * SECOND;
                    let status = status.filter(|_| happens).unwrap_or(usual);
                    let started_ms = at + seeded.below(HOUR_MS as u64) as i64;
                    rows.push(row("beta", started_ms, status, about(&mut seeded, duration)));
                }
            }
            let findings = findings(place, &rows);
            let is_planted = |finding: &&Finding| {
                let window = finding.window.as_ref();
                let is_there =
                    window.is_some_and(|window| window.weekdays == weekdays && window.from_hour == from_hour);
                finding.kind == kind && is_there
            };
            assert!(findings.iter().any(|finding| is_planted(&finding)), "{kind:?} {}: {findings:?}", place.tz);
            let outcomes = [Kind::FailureWindow, Kind::TimeoutWindow, Kind::CancellationWindow, Kind::SlowWindow];
            for finding in findings.iter().filter(|finding| outcomes.contains(&finding.kind)) {
                recount_window(place, &rows, finding);
            }
        }
    };
    check(Kind::TimeoutWindow, Some("timed_out"), &[1], [9, 11]);
    check(Kind::CancellationWindow, Some("cancelled"), &[1, 2, 3, 4, 5], [14, 16]);
    check(Kind::SlowWindow, None, &[1, 2, 3, 4, 5, 6, 7], [2, 4]);
    check(Kind::FailureWindow, Some("failed"), &[7], [1, 4]);
    // What begins on Sundays goes on at the beginning of Mondays, those of the same weeks.
    check(Kind::CancellationWindow, Some("cancelled"), &[7], [22, 2]);
}

/// Counts again failures in a row.
fn recount_row(place: Place, rows: &[Row], finding: &Finding) {
    let decided: Vec<&Row> = rows_of(rows, finding).into_iter().filter(|row| is_decided(row)).collect();
    let mut in_a_row: Vec<Vec<&Row>> = vec![Vec::new()];
    for row in &decided {
        match is_failure(row) {
            true => in_a_row.last_mut().unwrap().push(row),
            false => in_a_row.push(Vec::new()),
        }
    }
    let is_last = finding.sentence.contains("he last ");
    let told = match is_last {
        true => in_a_row.len() - 1,
        false => (0..in_a_row.len()).rev().max_by_key(|place| in_a_row[*place].len()).unwrap(),
    };
    assert_eq!(is_last, told == in_a_row.len() - 1);
    let row = in_a_row.remove(told);
    let length = row.len() as u64;
    let next = in_a_row.iter().map(Vec::len).max().unwrap_or(0) as u64;
    let failures = in_a_row.iter().map(Vec::len).sum::<usize>() as u64;
    let outside = decided.len() as u64 - length;
    let counted = [
        ("failures_in_a_row", Fact::Count(length)),
        ("next_longest", Fact::Count(next)),
        ("failures_outside", Fact::Count(failures)),
        ("decided_outside", Fact::Count(outside)),
    ];
    check_evidence(finding, &counted);
    check_effect(finding, 1.0, failures as f64 / outside as f64);
    let mut cells: Vec<_> = row.iter().map(|row| place.local(row)).collect();
    let (from, to) = (cells[0].0, cells[cells.len() - 1].0);
    cells.dedup();
    assert_eq!(finding.cells, cells);
    let ends = [decided[0], decided[decided.len() - 1]].map(|row| place.local(row).0);
    assert_eq!([finding.from, finding.to], ends);
    let when = match from == to {
        true => format!("on {}", date_words(from)),
        false => format!("from {} to {}", date_words(from), date_words(to)),
    };
    let others = match failures {
        0 => "no other failed".to_owned(),
        _ => format!("next longest: {next} in a row"),
    };
    let Whose::Workflow { id, .. } = &finding.whose else { panic!("{finding:?}") };
    let said = match (is_last, is_sure(finding)) {
        (true, true) => format!("The last {length} decided runs of '{id}' all failed, {when} ({others})"),
        (true, false) => {
            format!("Perhaps unusual: the last {length} decided runs of '{id}' all failed, {when} ({others})")
        }
        (false, true) => format!("{length} decided runs of '{id}' in a row failed, {when} ({others})"),
        (false, false) => {
            format!("Perhaps unusual: {length} decided runs of '{id}' in a row failed, {when} ({others})")
        }
    };
    assert_eq!(finding.sentence, said);
}

#[test]
fn failures_in_a_row() {
    // So many from a day on, with so many of a hundred that fail at other times.
    let check = |length: usize, day: i64, percent: u64| {
        for place in places() {
            let mut seeded = Seeded(length as u64);
            let mut rows = others(place, &mut seeded, 1);
            let mut left = length;
            for (at, date, _) in place.hours() {
                for part in 0..2 {
                    let started_ms = at + (part * 30 + seeded.below(30) as i64) * MINUTE_MS;
                    let in_row = place.day_of(date) >= day && left > 0;
                    // What was not decided lies between and neither lengthens a row nor ends it.
                    let status = match seeded.below(100) {
                        0..20 => seeded.one_of(&["cancelled", "skipped", "running", "waiting", "vanished"]),
                        _ if in_row => {
                            left -= 1;
                            seeded.one_of(&["failed", "timed_out"])
                        }
                        _ if percent_of(&mut seeded, percent) => "failed",
                        _ => "completed",
                    };
                    // Nothing ends a row that lasts to the end.
                    if in_row || left > 0 || day < DAYS as i64 - 3 {
                        rows.push(row("beta", started_ms, status, about(&mut seeded, 30 * SECOND)));
                    }
                }
            }
            let findings = findings(place, &rows);
            let told: Vec<_> = findings.iter().filter(|finding| finding.kind == Kind::ConsecutiveFailures).collect();
            assert_eq!(told.len(), 1, "{length} {day} {}: {findings:?}", place.tz);
            assert!(told[0].count("failures_in_a_row").unwrap() >= length as u64);
            told.iter().for_each(|finding| recount_row(place, &rows, finding));
        }
    };
    check(25, 12, 5);
    // On the days on which clocks change, with many between.
    check(60, 41, 8);
    check(120, 30, 0);
    check(40, DAYS as i64 - 2, 5);
    check(12, DAYS as i64 - 1, 0);
}

/// Counts again how a workflow stopped or when it was new.
fn recount_end(place: Place, rows: &[Row], finding: &Finding, every: Option<&str>) {
    let starts: Vec<i64> = rows_of(rows, finding).iter().map(|row| row.started_ms).collect();
    let (first, last) = (starts[0], starts[starts.len() - 1]);
    let known = [rows.iter().map(|row| row.started_ms).min(), rows.iter().map(|row| row.started_ms).max()];
    let [known_from, known_until] = known.map(Option::unwrap);
    let date = |at_ms| local_hour(place.tz, at_ms).0;
    let is_end = finding.kind == Kind::Stopped;
    let (name, at, silent) =
        if is_end { ("last", last, known_until - last) } else { ("first", first, first - known_from) };
    let longest = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    let executions = starts.len() as u64;
    let counted = [
        ("executions", Fact::Count(executions)),
        ("silent_days", Fact::Number(silent as f64 / DAY_MS as f64)),
        ("expected", Fact::Number(silent as f64 * executions as f64 / (last - first) as f64)),
        ("longest_pause_days", Fact::Number(longest as f64 / DAY_MS as f64)),
        (name, Fact::Date(date(at))),
    ];
    check_evidence(finding, &counted);
    assert_eq!(finding.cells, [local_hour(place.tz, at)]);
    assert_eq!((finding.from, finding.to), (date(known_from), date(known_until - 1)));
    let Whose::Workflow { id, .. } = &finding.whose else { panic!("{finding:?}") };
    let (since, runs) = (date_words(date(at)), format!("{} runs", grouped(executions)));
    let runs = every.unwrap_or(&runs);
    let apart = if every.is_some() { String::new() } else { format!(", at most {} apart", lasting_words(longest)) };
    let said = match is_end {
        true => format!("'{id}' has not run since {since}; before that {runs}{apart}"),
        false => format!("'{id}' is new since {since}: {runs}"),
    };
    assert_eq!(finding.sentence, said);
}

#[test]
fn workflows_that_stopped_and_that_are_new() {
    // Days on which it runs, and whether by the clock: daily at half past four, or as it comes.
    let check = |kind: Kind, days: std::ops::Range<i64>, every: Option<&str>| {
        for place in places() {
            let mut seeded = Seeded(5);
            let mut rows = others(place, &mut seeded, 2);
            for date in place.dates().filter(|date| days.contains(&place.day_of(*date))) {
                if every.is_some() {
                    let at = place.moment(place.tz, date, 4 * 60 + 30).unwrap() + seeded.below(20_000) as i64;
                    rows.push(row("beta", at, "completed", 30 * SECOND));
                }
            }
            for (at, date, _) in place.hours() {
                if every.is_none() && days.contains(&place.day_of(date)) && percent_of(&mut seeded, 60) {
                    let started_ms = at + seeded.below(HOUR_MS as u64) as i64;
                    rows.push(row("beta", started_ms, usual_status(&mut seeded), 30 * SECOND));
                }
            }
            let findings = findings(place, &rows);
            let told: Vec<_> = findings.iter().filter(|finding| finding.kind == kind).collect();
            assert_eq!(told.len(), 1, "{kind:?} {days:?} {}: {findings:?}", place.tz);
            recount_end(place, &rows, told[0], every);
        }
    };
    check(Kind::Stopped, 0..50, None);
    check(Kind::Stopped, 0..41, None);
    check(Kind::Stopped, 0..50, Some("daily"));
    check(Kind::New, 20..70, None);
    check(Kind::New, 30..70, Some("daily"));
}

/// A cadence that is planted.
struct Cadence<'a> {
    period_ms: i64,
    /// The clock that it keeps to.
    tz: Tz,
    /// The minutes of the day at which it is due on a date, by that clock.
    due: &'a dyn Fn(NaiveDate) -> Vec<u32>,
    /// Whether it misses one of them.
    misses: &'a dyn Fn(NaiveDate, u32) -> bool,
}

/// A moment at which a run is due, and when one that belongs to it came.
struct Due {
    at_ms: i64,
    came_ms: Option<i64>,
}

impl Cadence<'_> {
    /// Every hour or quarter of one comes twice where clocks go back, what is due by the day once.
    fn moments(&self, place: Place) -> Vec<(i64, NaiveDate, u32)> {
        let mut moments = Vec::new();
        for date in place.dates() {
            for minute in (self.due)(date) {
                let Some(at) = place.moment(self.tz, date, minute) else { continue };
                moments.push((at, date, minute));
                let again = local_minute(self.tz, at + HOUR_MS) == (date, minute);
                if self.period_ms <= HOUR_MS && again {
                    moments.push((at + HOUR_MS, date, minute));
                }
            }
        }
        moments.sort();
        moments
    }

    /// The rows of a workflow that keeps it.
    fn rows(&self, place: Place, seeded: &mut Seeded, workflow: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        for (at, date, minute) in self.moments(place) {
            if !(self.misses)(date, minute) {
                rows.push(row(workflow, at + seeded.below(20_000) as i64, usual_status(seeded), 30 * SECOND));
            }
        }
        rows
    }

    /// What was due from the first run to the last one, and what came; what belongs to none of it.
    fn recount(&self, place: Place, starts: &[i64]) -> (Vec<Due>, u64) {
        let is_near = |at: i64, start: i64| (start - at).abs() < self.period_ms / 2;
        let mut due: Vec<Due> = Vec::new();
        for (at_ms, ..) in self.moments(place) {
            due.push(Due { at_ms, came_ms: starts.iter().copied().find(|start| is_near(at_ms, *start)) });
        }
        let came = |due: &Due| due.came_ms.is_some();
        let (first, last) = (due.iter().position(came).unwrap(), due.iter().rposition(came).unwrap());
        let outside = starts.iter().filter(|start| !due.iter().any(|due| is_near(due.at_ms, **start))).count();
        (due.drain(first..=last).collect(), outside as u64)
    }
}

/// The local date and minute of the day of a moment.
fn local_minute(tz: Tz, at_ms: i64) -> (NaiveDate, u32) {
    let local = DateTime::from_timestamp_millis(at_ms).unwrap().with_timezone(&tz);
    (local.date_naive(), local.hour() * 60 + local.minute())
}

/// What came of what was due, by a class of moments: "0:91/91 4:38/91".
fn shares(due: &[Due], class: impl Fn(i64) -> u32) -> String {
    let mut shares = BTreeMap::<u32, [usize; 2]>::new();
    for due in due {
        let share = shares.entry(class(due.at_ms)).or_default();
        *share = [share[0] + usize::from(due.came_ms.is_some()), share[1] + 1];
    }
    shares.iter().map(|(class, [came, all])| format!("{class}:{came}/{all}")).collect::<Vec<_>>().join(" ")
}

fn shares_of(due: &[Due], tz: Tz) -> [(&'static str, Fact); 2] {
    let by_hour = shares(due, |at| u32::from(local_hour(tz, at).1));
    let by_weekday = shares(due, |at| local_hour(tz, at).0.weekday().number_from_monday());
    [("kept_by_hour", Fact::Text(by_hour)), ("kept_by_weekday", Fact::Text(by_weekday))]
}

/// Counts again what a schedule kept, which runs at the times that `when` says.
fn recount_schedule(place: Place, rows: &[Row], finding: &Finding, cadence: &Cadence<'_>, when: &str) {
    let starts: Vec<i64> = rows_of(rows, finding).iter().map(|row| row.started_ms).collect();
    let (due, outside) = cadence.recount(place, &starts);
    let kept: Vec<&Due> = due.iter().filter(|due| due.came_ms.is_some()).collect();
    let (expected, kept_of) = (due.len() as u64, kept.len() as u64);
    let mut counted = vec![
        ("period_ms", Fact::Count(cadence.period_ms as u64)),
        ("expected", Fact::Count(expected)),
        ("kept", Fact::Count(kept_of)),
        ("kept_outside", Fact::Count(outside)),
    ];
    counted.extend(shares_of(&due, cadence.tz));
    check_evidence(finding, &counted);
    // What runs at more than two hours of the day marks none.
    let mut hours: Vec<u8> = kept.iter().map(|due| local_hour(cadence.tz, due.at_ms).1).collect();
    hours.sort_unstable();
    hours.dedup();
    let cells: Vec<_> = kept.iter().map(|due| local_hour(place.tz, due.at_ms)).collect();
    assert_eq!(finding.cells, if hours.len() > 2 { Vec::new() } else { cells });
    let ends = [starts[0], starts[starts.len() - 1]].map(|at| local_hour(place.tz, at).0);
    assert_eq!([finding.from, finding.to], ends);
    let said = format!("'beta' runs {when} ({} of {} expected runs)", grouped(kept_of), grouped(expected));
    assert_eq!(finding.sentence, said);
}

/// Where misses are planted.
#[derive(Clone, Copy, Debug)]
enum There {
    Weekday(u32, &'static str),
    Hour(u32, &'static str),
    Gap(u64, u64),
}

/// Counts again what a schedule missed.
fn recount_missed(place: Place, rows: &[Row], finding: &Finding, cadence: &Cadence<'_>, there: There) {
    let starts: Vec<i64> = rows_of(rows, finding).iter().map(|row| row.started_ms).collect();
    let (due, _) = cadence.recount(place, &starts);
    let gap = |day: u64| place.from + Days::new(day);
    let is_there = |due: &&Due| {
        let (date, minute) = local_minute(cadence.tz, due.at_ms);
        match there {
            There::Weekday(weekday, _) => date.weekday().number_from_monday() == weekday,
            There::Hour(hour, _) => minute / 60 == hour,
            There::Gap(from, to) => (gap(from)..=gap(to)).contains(&date),
        }
    };
    let is_missed = |due: &&Due| due.came_ms.is_none();
    let (expected, missed) = (due.len() as u64, due.iter().filter(is_missed).count() as u64);
    let expected_there = due.iter().filter(is_there).count() as u64;
    let mut cells: Vec<_> =
        due.iter().filter(is_there).filter(is_missed).map(|due| local_hour(place.tz, due.at_ms)).collect();
    let missed_there = cells.len() as u64;
    // An hour is marked once, whatever was missed in it.
    cells.dedup();
    let mut counted = vec![
        ("missed", Fact::Count(missed)),
        ("expected", Fact::Count(expected)),
        ("missed_there", Fact::Count(missed_there)),
        ("expected_there", Fact::Count(expected_there)),
    ];
    if let There::Gap(from, to) = there {
        counted.extend([("first_missed", Fact::Date(gap(from))), ("last_missed", Fact::Date(gap(to)))]);
    }
    counted.extend(shares_of(&due, cadence.tz));
    check_evidence(finding, &counted);
    let share = |missed: u64, of: u64| missed as f64 / of as f64;
    check_effect(finding, share(missed_there, expected_there), share(missed - missed_there, expected - expected_there));
    assert_eq!(finding.cells, cells);
    // The longest time between two runs with something missed between them, and the first of as long ones.
    let mut longest = (0, 0);
    let came: Vec<usize> = (0..due.len()).filter(|place| due[*place].came_ms.is_some()).collect();
    for pair in came.windows(2).filter(|pair| pair[1] > pair[0] + 1) {
        let (from, to) = (due[pair[0]].at_ms, due[pair[1]].at_ms);
        if to - from > longest.0 {
            longest = (to - from, from);
        }
    }
    let (from, minute) = local_minute(cadence.tz, longest.1);
    let silence = format!(
        "; longest silence {} from {}, {} {}M",
        lasting_words(longest.0),
        date_words(from),
        (minute / 60 + 11) % 12 + 1,
        if minute < 720 { 'A' } else { 'P' },
    );
    let ran = format!(", when {} of {} ran{silence}", grouped(expected_there - missed_there), grouped(expected_there));
    let (utc, all) = (
        if cadence.tz != place.tz { " (UTC)" } else { "" },
        if missed_there == missed { "all".to_owned() } else { missed_there.to_string() },
    );
    let place = match there {
        There::Weekday(_, on) => format!("{all} {on}{utc}{ran}"),
        There::Hour(_, between) => format!("{all} {between}{utc}{ran}"),
        There::Gap(first, last) => {
            format!("{all} from {} to {}{utc}", date_words(gap(first)), date_words(gap(last)))
        }
    };
    let has_missed = if is_sure(finding) { "missed" } else { "seems to have missed" };
    let said = format!("'beta' {has_missed} {} of {} expected runs, {place}", grouped(missed), grouped(expected));
    assert_eq!(finding.sentence, said);
}

fn never(_: NaiveDate, _: u32) -> bool {
    false
}

fn every_hour(_: NaiveDate) -> Vec<u32> {
    (0..24).map(|hour| hour * 60).collect()
}

/// Holds what is said of a cadence, and of rows that a place has besides, against the rows.
fn check_cadence(place: Place, cadence: &Cadence<'_>, when: &str, missed: Option<There>, besides: &[(u64, u32)]) {
    let mut seeded = Seeded(3);
    let mut rows = others(place, &mut seeded, 0);
    let all_days = place.dates().enumerate().filter(|(day, _)| day % 2 == 0);
    for (_, date) in all_days {
        let at = place.moment(place.tz, date, seeded.below(1440) as u32);
        rows.extend(at.map(|at| row("alpha", at, "completed", 30 * SECOND)));
    }
    // The last day is whole.
    let last = place.hours().last().unwrap().0 + 59 * MINUTE_MS;
    rows.push(row("alpha", last, "completed", 30 * SECOND));
    rows.extend(cadence.rows(place, &mut seeded, "beta"));
    for (day, minute) in besides {
        let at = place.moment(place.tz, place.from + Days::new(*day), *minute).unwrap();
        rows.push(row("beta", at, "completed", 30 * SECOND));
    }
    let findings = findings(place, &rows);
    let of = |kind: Kind| findings.iter().find(|finding| finding.kind == kind);
    let Some(schedule) = of(Kind::Schedule) else { panic!("{when} {}: {findings:?}", place.tz) };
    recount_schedule(place, &rows, schedule, cadence, when);
    match (of(Kind::MissedRuns), missed) {
        (Some(finding), Some(there)) => recount_missed(place, &rows, finding, cadence, there),
        (None, None) => {}
        (_, there) => panic!("{when} {} {there:?}: {findings:?}", place.tz),
    }
}

/// What a cadence that moves with the clocks of a place is said to keep to.
fn by_local_clock(place: Place) -> &'static str {
    if place.tz == Tz::UTC { " UTC" } else { " local time (Europe/Berlin)" }
}

#[test]
fn schedules() {
    for place in places() {
        let local = by_local_clock(place);
        let check = |period_ms, tz, due: &dyn Fn(NaiveDate) -> Vec<u32>, when: &str, besides: &[(u64, u32)]| {
            check_cadence(place, &Cadence { period_ms, tz, due, misses: &never }, when, None, besides);
        };
        // No clock shows half past two where they go forward, and two do where they go back.
        check(DAY_MS, place.tz, &|_| vec![150], &format!("daily at 2:30 AM{local}"), &[]);
        let weekdays = |date| if is_weekday(date) { vec![17 * 60] } else { Vec::new() };
        check(DAY_MS, place.tz, &weekdays, &format!("daily on weekdays at 5 PM{local}"), &[]);
        let mondays = |date: NaiveDate| if date.weekday().number_from_monday() == 1 { vec![390] } else { Vec::new() };
        check(7 * DAY_MS, place.tz, &mondays, &format!("weekly on Mondays at 6:30 AM{local}"), &[]);
        let office = |date| if is_weekday(date) { (8..19).map(|hour| hour * 60 + 5).collect() } else { Vec::new() };
        let zone = if place.tz == Tz::UTC { " UTC" } else { " (Europe/Berlin)" };
        let when = format!("hourly on weekdays between 8 AM–7 PM{zone}");
        check(HOUR_MS, place.tz, &office, &when, &[(5, 11 * 60 + 5), (19, 14 * 60 + 5)]);
        let quarters = |_| (0..96).map(|quarter| quarter * 15).collect();
        check(15 * MINUTE_MS, place.tz, &quarters, "every 15 minutes", &[]);
        if place.tz != Tz::UTC {
            let when = "daily at 5 AM UTC, whatever the local clock says";
            check(DAY_MS, Tz::UTC, &|_| vec![300], when, &[]);
        }
    }
}

#[test]
fn missed_runs() {
    for place in places() {
        let local = by_local_clock(place);
        let day = |date| place.day_of(date);
        let sundays = |date: NaiveDate, _| date.weekday().number_from_monday() == 7 && day(date) % 28 != 6;
        let check_in = |tz, period_ms, due, misses, when: &str, there| {
            check_cadence(place, &Cadence { period_ms, tz, due, misses }, when, Some(there), &[]);
        };
        let check = |period_ms, due, misses, when: &str, there| check_in(place.tz, period_ms, due, misses, when, there);
        let when = format!("daily at 5 AM{local}");
        check(DAY_MS, &|_| vec![300], &sundays, &when, There::Weekday(7, "on Sundays"));
        let gap = |date, _| (20..26).contains(&day(date));
        check(DAY_MS, &|_| vec![300], &gap, &when, There::Gap(20, 25));
        let at_seven = |date, minute| minute == 420 && day(date) % 3 == 0 || minute == 900 && day(date) == 33;
        check(HOUR_MS, &every_hour, &at_seven, "hourly", There::Hour(7, "between 7–8 AM"));
        // An hour that clocks skip was not missed, and one that they show twice was missed twice.
        let at_two = |date, minute| minute == 120 && day(date) % 3 == 2;
        check(HOUR_MS, &every_hour, &at_two, "hourly", There::Hour(2, "between 2–3 AM"));
        let around_change = |date, _| (38..44).contains(&day(date));
        let when = format!("daily at 2:30 AM{local}");
        check(DAY_MS, &|_| vec![150], &around_change, &when, There::Gap(38, 43));
        if place.tz != Tz::UTC {
            let (when, on) = ("daily at 5 AM UTC, whatever the local clock says", There::Weekday(7, "on Sundays"));
            check_in(Tz::UTC, DAY_MS, &|_| vec![300], &sundays, when, on);
        }
    }
}
