//! What is said of rows in which a measure changes or moves over weeks, with its medians, and of hours in which more or
//! fewer executions end, counted again from the rows as in `recounted_rows.rs`. What is told of a planted change is held
//! against the day on which it was planted. Not counted again are the slopes of volumes and durations, medians over all
//! pairs of days, which are held near to what leads from one end to the other, and the dates of changes that were not
//! planted.

#[path = "support/places.rs"]
mod places;
mod support;

use chrono::{Datelike, Days, NaiveDate};
use execution_heatmap::pattern::{Fact, Finding, Kind, Whose};
use execution_heatmap::zone::HOUR_MS;
use places::{
    DAYS, Place, SECOND, about, bin_of, check_effect, check_evidence, findings, grouped, hours_words, is_decided,
    is_failure, is_weekday, others, percent_of, places, row, rows_of, usual_status,
};
use std::collections::BTreeMap;
use support::{Row, Seeded, local_hour};

/// What a change or a trend is of, by its sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    Volume,
    FailureRate,
    Duration,
}

impl Measure {
    fn of(finding: &Finding) -> Self {
        let begins = |words| finding.sentence.starts_with(words);
        match (begins("Execution volume"), begins("Failure rate"), begins("Median duration")) {
            (true, ..) => Measure::Volume,
            (_, true, _) => Measure::FailureRate,
            (_, _, true) => Measure::Duration,
            _ => panic!("{finding:?}"),
        }
    }
}

/// Rows of some dates in raw counts.
struct Stretch {
    executions: u64,
    failures: u64,
    /// Executions a day, or the share that failed; of durations what the evidence tells, once it was held against the rows.
    value: f64,
}

/// Durations further apart than bins are wide have nothing between them.
const GAP: f64 = 1.1;
/// How far off what is told from bins may be.
const OFF: f64 = 0.05;

/// Holds a duration in the middle against the exact median.
#[track_caller]
fn check_median(mut durations: Vec<u64>, told: f64) {
    durations.sort_unstable();
    let middle = [durations[(durations.len() - 1) / 2], durations[durations.len() / 2]];
    let (low, high) = (middle[0] as f64, middle[1] as f64);
    if (low * (1.0 - OFF)..=high * (1.0 + OFF)).contains(&told) {
        return;
    }
    // Where the bin in the middle has a gap beside it, it lies in that, up to the nearest durations of other bins.
    let [bin_low, bin_high] = middle.map(bin_of);
    let below = durations.iter().rev().find(|duration| bin_of(**duration) < bin_low).map_or(low, |below| *below as f64);
    let above = durations.iter().find(|duration| bin_of(**duration) > bin_high).map_or(high, |above| *above as f64);
    let in_gap = (told < low && low > below * GAP && told >= below * (1.0 - OFF))
        || (told > high && above > high * GAP && told <= above * (1.0 + OFF));
    assert!(in_gap, "{told} is said of {low} and {high}, between {below} and {above}");
}

fn stretch(place: Place, rows: &[&Row], measure: Measure, dates: [NaiveDate; 2], told: f64) -> Stretch {
    let among = rows.iter().filter(|row| (dates[0]..=dates[1]).contains(&place.local(row).0));
    let among: Vec<&&Row> = among.filter(|row| measure == Measure::Volume || is_decided(row)).collect();
    let (executions, failures) = (among.len() as u64, among.iter().filter(|row| is_failure(row)).count() as u64);
    let days = (dates[1] - dates[0]).num_days() + 1;
    let value = match measure {
        Measure::Volume => executions as f64 / days as f64,
        Measure::FailureRate => failures as f64 / executions as f64,
        Measure::Duration => {
            check_median(among.iter().map(|row| row.duration_ms.unwrap()).collect(), told);
            told
        }
    };
    Stretch { executions, failures, value }
}

/// "4.1%", "52 a day"; of a duration what is said, once that was held against its value.
fn value_words(measure: Measure, value: f64, said: &str) -> String {
    match measure {
        Measure::Volume if value < 9.95 => format!("{value:.1} a day"),
        Measure::Volume => format!("{} a day", grouped(value.round() as u64)),
        Measure::FailureRate if value < 0.0995 => format!("{:.1}%", value * 100.0),
        Measure::FailureRate => format!("{:.0}%", value * 100.0),
        Measure::Duration => {
            let mut words = said.split(' ');
            let mut ms = 0.0;
            while let (Some(number), Some(unit)) = (words.next(), words.next()) {
                let unit = match unit {
                    "ms" => 1.0,
                    "s" => 1_000.0,
                    "min" => 60_000.0,
                    other => panic!("{other}: {said}"),
                };
                ms += number.parse::<f64>().unwrap() * unit;
            }
            let rounded = if value < 1_000.0 {
                1.0
            } else if value < 60_000.0 {
                100.0
            } else {
                1_000.0
            };
            assert!((ms - value).abs() <= rounded / 2.0 + 1e-6, "{said}: {value}");
            said.to_owned()
        }
    }
}

/// How much larger or smaller: "40%", or "to 3.2×" from twice on.
fn by_how_much(before: f64, after: f64) -> String {
    let ratio = after / before;
    if ratio >= 2.0 { format!("to {ratio:.1}×") } else { format!("by {:.0}%", (ratio - 1.0).abs() * 100.0) }
}

/// The values that stand in a sentence between some words.
#[track_caller]
fn between<'a>(sentence: &'a str, before: &str, behind: &str) -> &'a str {
    let behind_before = sentence.split_once(before).unwrap_or_else(|| panic!("{before:?}: {sentence}")).1;
    behind_before.split_once(behind).unwrap_or_else(|| panic!("{behind:?}: {sentence}")).0
}

fn days_words(days: u64) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

/// Counts again the levels before and after a change.
fn recount_change(place: Place, rows: &[Row], finding: &Finding) {
    let (rows, measure, effect) = (rows_of(rows, finding), Measure::of(finding), finding.effect.unwrap());
    let Some((_, Fact::Date(on))) = finding.evidence.iter().find(|(name, _)| *name == "changed_on") else {
        panic!("{finding:?}");
    };
    let told = |name: &str| finding.count(name).unwrap();
    let (days, plus_minus) = ([told("days_before"), told("days_after")], told("plus_minus_days"));
    let dates = [[*on - Days::new(days[0]), *on - Days::new(1)], [*on, *on + Days::new(days[1] - 1)]];
    let before = stretch(place, &rows, measure, dates[0], effect.outside);
    let after = stretch(place, &rows, measure, dates[1], effect.inside);
    let mut counted = vec![
        ("changed_on", Fact::Date(*on)),
        ("plus_minus_days", Fact::Count(plus_minus)),
        ("days_before", Fact::Count(days[0])),
        ("days_after", Fact::Count(days[1])),
        ("executions_before", Fact::Count(before.executions)),
        ("executions_after", Fact::Count(after.executions)),
    ];
    if measure == Measure::FailureRate {
        counted.push(("failures_before", Fact::Count(before.failures)));
        counted.push(("failures_after", Fact::Count(after.failures)));
    }
    check_evidence(finding, &counted);
    check_effect(finding, after.value, before.value);
    assert!(place.from <= dates[0][0] && dates[1][1] < place.from + Days::new(DAYS), "{finding:?}");
    let day = on.format("%b %-d");
    let when = match plus_minus {
        0 => format!("from {day} on"),
        _ => format!("around {day} (±{})", days_words(plus_minus)),
    };
    let sides = between(&finding.sentence, &format!(" {when}: "), " (");
    let (said_before, said_after) = sides.split_once(" → ").unwrap();
    assert_eq!(said_before, value_words(measure, before.value, said_before), "{}", finding.sentence);
    assert_eq!(said_after, value_words(measure, after.value, said_after), "{}", finding.sentence);
    let ends = format!(" ({} before, {} after)", days_words(days[0]), days_words(days[1]));
    assert!(finding.sentence.ends_with(&ends), "{ends}: {}", finding.sentence);
    if measure != Measure::FailureRate {
        let ratio = format!(" {} {when}: ", by_how_much(before.value, after.value));
        assert!(finding.sentence.contains(&ratio), "{ratio}: {}", finding.sentence);
    }
}

/// Counts again the two ends of a trend.
fn recount_trend(place: Place, rows: &[Row], finding: &Finding) {
    let (rows, measure, effect) = (rows_of(rows, finding), Measure::of(finding), finding.effect.unwrap());
    let end = place.from + Days::new(DAYS);
    let first = [place.from, place.from + Days::new(13)];
    let first = stretch(place, &rows, measure, first, effect.outside);
    let last = stretch(place, &rows, measure, [end - Days::new(14), end - Days::new(1)], effect.inside);
    let Some((_, Fact::Number(told))) = finding.evidence.iter().find(|(name, _)| *name == "per_week") else {
        panic!("{finding:?}");
    };
    let weeks_between = (DAYS - 14) as f64 / 7.0;
    let per_week = match measure {
        Measure::FailureRate => (last.value - first.value) / weeks_between,
        _ => {
            // A median of slopes, which those of the two ends need not have: it is near to what leads from one to the other.
            let between_ends = libm::log(last.value / first.value) / weeks_between;
            assert!((libm::log1p(*told) / between_ends - 1.0).abs() < 0.2, "{between_ends}: {finding:?}");
            *told
        }
    };
    let mut counted = vec![
        ("weeks", Fact::Count(DAYS / 7)),
        ("per_week", Fact::Number(per_week)),
        ("executions_of_first_weeks", Fact::Count(first.executions)),
        ("executions_of_last_weeks", Fact::Count(last.executions)),
    ];
    if measure == Measure::FailureRate {
        counted.push(("failures_of_first_weeks", Fact::Count(first.failures)));
        counted.push(("failures_of_last_weeks", Fact::Count(last.failures)));
    }
    check_evidence(finding, &counted);
    check_effect(finding, last.value, first.value);
    let unit = if measure == Measure::FailureRate { " points" } else { "%" };
    let sign = if per_week > 0.0 { '+' } else { '−' };
    let slope = format!("about {sign}{:.1}{unit} a week over {} weeks (", per_week.abs() * 100.0, DAYS / 7);
    let said_first = between(&finding.sentence, &slope, " in the first two, ");
    let said_last = between(&finding.sentence, "in the first two, ", " in the last two)");
    assert_eq!(said_first, value_words(measure, first.value, said_first), "{}", finding.sentence);
    assert_eq!(said_last, value_words(measure, last.value, said_last), "{}", finding.sentence);
}

/// Holds the date of the change that was planted, the only one there is, and how many days lie on either side.
fn check_day(planted: &[&Finding]) {
    let [finding] = planted else { panic!("{planted:?}") };
    let told = |name: &str| finding.count(name).unwrap();
    let before = told("days_before");
    assert!(before.abs_diff(PLANTED) <= told("plus_minus_days"), "{finding:?}");
    assert_eq!(before + told("days_after"), DAYS, "{finding:?}");
}

/// The day on which changes are planted, counted from the first.
const PLANTED: u64 = 38;

/// What a workflow does on a day: executions an hour in ten, how many of a hundred fail, and a duration.
type OfDay<'a> = &'a dyn Fn(u64, &mut Seeded) -> (u64, u64, u64);

/// Plants what differs by day in one workflow of three and counts again what is said of changes and trends.
fn check_days(kind: Kind, measure: Measure, of_day: OfDay<'_>) {
    for place in places() {
        let mut seeded = Seeded(17);
        let mut rows = others(place, &mut seeded, 1);
        for (at, date, _) in place.hours() {
            let day = place.day_of(date) as u64;
            let (of_ten, ..) = of_day(day, &mut seeded);
            for _ in 0..(of_ten + seeded.below(10)) / 10 {
                let (_, failing, duration_ms) = of_day(day, &mut seeded);
                let usual = usual_status(&mut seeded);
                let status = if percent_of(&mut seeded, failing) { "failed" } else { usual };
                rows.push(row("beta", at + seeded.below(HOUR_MS as u64) as i64, status, duration_ms));
            }
        }
        let findings = findings(place, &rows);
        let is_planted =
            |finding: &&Finding| finding.kind == kind && finding.whose != Whose::All && Measure::of(finding) == measure;
        let planted: Vec<&Finding> = findings.iter().filter(is_planted).collect();
        assert!(!planted.is_empty(), "{kind:?} {measure:?} {}: {findings:?}", place.tz);
        if kind == Kind::Change {
            check_day(&planted);
        }
        for finding in &findings {
            match finding.kind {
                Kind::Change => recount_change(place, &rows, finding),
                Kind::Trend => recount_trend(place, &rows, finding),
                _ => {}
            }
        }
    }
}

#[test]
fn changes() {
    let later = |day: u64, before: u64, after: u64| if day < PLANTED { before } else { after };
    check_days(Kind::Change, Measure::Duration, &|day, seeded| {
        (20, 5, about(seeded, later(day, 20 * SECOND, 31 * SECOND)))
    });
    check_days(Kind::Change, Measure::Duration, &|day, seeded| {
        (20, 5, about(seeded, later(day, 300 * SECOND, 90 * SECOND)))
    });
    // Whole minutes, of which there are more long ones than before.
    check_days(Kind::Change, Measure::Duration, &|day, seeded| {
        let minutes = 1 + u64::from(percent_of(seeded, later(day, 30, 60))) + u64::from(percent_of(seeded, 30));
        (20, 5, minutes * 60 * SECOND)
    });
    // Two kinds that lie far apart.
    check_days(Kind::Change, Measure::Duration, &|day, seeded| {
        let is_long = percent_of(seeded, later(day, 30, 70));
        (20, 5, if is_long { about(seeded, 600 * SECOND) } else { about(seeded, 2 * SECOND) })
    });
    check_days(Kind::Change, Measure::Volume, &|day, seeded| (later(day, 30, 12), 5, about(seeded, 20 * SECOND)));
    check_days(Kind::Change, Measure::FailureRate, &|day, seeded| (20, later(day, 4, 15), about(seeded, 20 * SECOND)));
}

#[test]
fn trends() {
    check_days(Kind::Trend, Measure::Duration, &|day, seeded| (20, 5, about(seeded, 20 * SECOND + day * SECOND / 3)));
    check_days(Kind::Trend, Measure::Duration, &|day, seeded| {
        (20, 5, (1 + u64::from(percent_of(seeded, 15 + day))) * 60 * SECOND)
    });
    check_days(Kind::Trend, Measure::Volume, &|day, seeded| (40 - day * 2 / 5, 5, about(seeded, 20 * SECOND)));
    check_days(Kind::Trend, Measure::FailureRate, &|day, seeded| (20, 3 + day / 3, about(seeded, 20 * SECOND)));
}

fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    (values[(values.len() - 1) / 2] + values[values.len() / 2]) as f64 / 2.0
}

/// Counts again a window of the day in which more or fewer executions end.
fn recount_throughput(place: Place, rows: &[Row], finding: &Finding) {
    let window = finding.window.as_ref().unwrap();
    let mut days: BTreeMap<NaiveDate, [u64; 24]> = place.dates().map(|date| (date, [0; 24])).collect();
    for row in rows_of(rows, finding) {
        let has_ended = is_decided(row) || ["cancelled", "skipped"].contains(&&*row.status);
        let (date, hour) = local_hour(place.tz, row.started_ms + row.duration_ms.unwrap() as i64);
        if let Some(day) = days.get_mut(&date).filter(|_| has_ended) {
            day[usize::from(hour)] += 1;
        }
    }
    let all = |day: &[u64; 24]| day.iter().sum::<u64>();
    let usual = |date: NaiveDate| {
        median(days.iter().filter(|(other, _)| other.weekday() == date.weekday()).map(|(_, day)| all(day)).collect())
    };
    let is_quiet = |date: &NaiveDate| (all(&days[date]) as f64) < 0.35 * usual(*date);
    let is_huge = |date: &NaiveDate| all(&days[date]) as f64 > 4.0 * usual(*date);
    // A window past midnight is of both ends of the same day.
    let length = (usize::from(window.to_hour) + 23 - usize::from(window.from_hour)) % 24 + 1;
    let is_inside = |hour: usize| (hour + 24 - usize::from(window.from_hour)) % 24 < length;
    let mut hours_of = BTreeMap::<NaiveDate, [u64; 2]>::new();
    for (_, date, hour) in place.hours() {
        hours_of.entry(date).or_default()[usize::from(!is_inside(hour.into()))] += 1;
    }
    let (mut counts, mut hours, mut by_day, mut cells) = ([0u64; 2], [0u64; 2], Vec::new(), Vec::new());
    let is_meant = |date: &NaiveDate| window.weekdays.contains(&(date.weekday().number_from_monday() as u8));
    for (date, day) in days.iter().filter(|(date, _)| is_meant(date) && !is_quiet(date) && !is_huge(date)) {
        let inside: u64 = (0..24).filter(|hour| is_inside(*hour)).map(|hour| day[hour]).sum();
        let of_day = [inside, all(day) - inside];
        by_day.push(of_day);
        cells.extend((0..24).filter(|hour| is_inside(*hour) && day[*hour] > 0).map(|hour| (*date, hour as u8)));
        for side in 0..2 {
            counts[side] += of_day[side];
            hours[side] += hours_of[date][side];
        }
    }
    let rates = [0, 1].map(|side| counts[side] as f64 / hours[side] as f64);
    let is_high = rates[0] > rates[1];
    let held = |[inside, outside]: &&[u64; 2]| {
        let (inside, outside) = (inside * (24 - length as u64), outside * length as u64);
        if is_high { inside > outside } else { inside < outside }
    };
    let (days_held, days_of) = (by_day.iter().filter(held).count() as u64, by_day.len() as u64);
    let mut counted = vec![
        ("executions_inside", Fact::Count(counts[0])),
        ("hours_inside", Fact::Count(hours[0])),
        ("executions_outside", Fact::Count(counts[1])),
        ("hours_outside", Fact::Count(hours[1])),
        ("days_held", Fact::Count(days_held)),
        ("days", Fact::Count(days_of)),
        ("quiet_days", Fact::Count(days.keys().filter(|date| is_quiet(date)).count() as u64)),
        ("huge_days", Fact::Count(days.keys().filter(|date| is_huge(date)).count() as u64)),
    ];
    let tells_clock = finding.evidence.iter().any(|(name, _)| *name == "clock");
    counted.extend(tells_clock.then(|| ("clock", Fact::Text("local".to_owned()))));
    check_evidence(finding, &counted);
    check_effect(finding, rates[0], rates[1]);
    assert_eq!(finding.cells, cells);
    let ratio = rates[0] / rates[1];
    let what = match is_high {
        _ if ratio >= 2.0 => format!("{ratio:.1}× as many executions an hour end as in"),
        true => format!("{:.0}% more executions an hour end than in", (ratio - 1.0) * 100.0),
        false => format!("{:.0}% fewer executions an hour end than in", (1.0 - ratio) * 100.0),
    };
    let on = match window.weekdays.len() {
        5 => "weekdays",
        2 => "weekend days",
        _ => "days",
    };
    let hours = hours_words(window.from_hour.into(), window.to_hour.into());
    let said = format!(" between {hours}: {what} the rest of the day ({days_held} of {days_of} {on})");
    assert!(finding.sentence.ends_with(&said), "{said}: {}", finding.sentence);
}

#[test]
fn windows_of_what_ends() {
    // Which hours have how many of ten, and on which days nothing or very much runs.
    let check = |place: Place, of_ten: &dyn Fn(NaiveDate, u8) -> u64| {
        let mut seeded = Seeded(23);
        let mut rows = others(place, &mut seeded, 1);
        for (at, date, hour) in place.hours() {
            let times = match place.day_of(date) {
                17 => 0,
                32 => 9,
                _ => 1,
            };
            for _ in 0..4 * times {
                let starts = seeded.below(10) < of_ten(date, hour);
                // Most end in the hour behind that of their start.
                let (started_ms, duration) =
                    (at + seeded.below(HOUR_MS as u64) as i64, about(&mut seeded, 2400 * SECOND));
                let status = usual_status(&mut seeded);
                rows.extend(starts.then(|| row("beta", started_ms, status, duration)));
            }
        }
        let findings = findings(place, &rows);
        let told: Vec<_> = findings.iter().filter(|finding| finding.kind == Kind::ThroughputWindow).collect();
        assert!(told.iter().any(|finding| finding.whose != Whose::All), "{}: {findings:?}", place.tz);
        told.iter().for_each(|finding| recount_throughput(place, &rows, finding));
    };
    for place in places() {
        check(place, &|date, hour| if is_weekday(date) && (9..17).contains(&hour) { 2 } else { 9 });
        // Every day, also those that lack an hour or have one twice.
        check(place, &|_, hour| if (9..17).contains(&hour) { 2 } else { 9 });
    }
}
