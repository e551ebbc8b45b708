//! Thirteen weeks of real executions, recounted: the facts that are known of them, and every number in every sentence,
//! against a loop over the rows as the `csv` crate reads them and as chrono-tz places them.

#[path = "support/cases.rs"]
#[allow(dead_code, reason = "the golden cases are another test's")]
mod cases;
mod support;

use cases::{Input, bytes, read, respond};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Memory, Patterns, Source};
use execution_heatmap::json;
use execution_heatmap::options::Query;
use execution_heatmap::pattern::Whose;
use execution_heatmap::picture::{self, PictureOptions, Theme};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use support::zone_over;

struct Flight {
    date: NaiveDate,
    hour: u32,
    failed: bool,
    tags: String,
    workflow: String,
    duration_ms: Option<u64>,
    /// The local date and hour at which it ended.
    end: Option<(NaiveDate, u32)>,
}

fn flights(zone: &str) -> Vec<Flight> {
    let tz: Tz = zone.parse().unwrap();
    let bytes = bytes(Input::Flights);
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (status, started_at, tags) = (column("status"), column("started_at"), column("tags"));
    let (workflow, duration) = (column("workflow_id"), column("duration_ms"));
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let local = record[started_at].parse::<DateTime<Utc>>().unwrap().with_timezone(&tz);
            let failed = match &record[status] {
                "failed" => true,
                "completed" => false,
                other => panic!("a flight is {other}"),
            };
            let duration_ms: Option<u64> = record[duration].parse().ok();
            let end = duration_ms.map(|ms| local + TimeDelta::milliseconds(ms as i64));
            Flight {
                date: local.date_naive(),
                hour: local.hour(),
                failed,
                tags: record[tags].to_owned(),
                workflow: record[workflow].to_owned(),
                duration_ms,
                end: end.map(|end| (end.date_naive(), end.hour())),
            }
        })
        .collect()
}

fn response(pairs: &[(&str, &str)]) -> Value {
    serde_json::from_str(&respond(&read(&bytes(Input::Flights)), pairs)).unwrap()
}

#[test]
fn what_is_told_meanwhile_is_of_all_flights_together() {
    let intake = read(&bytes(Input::Flights));
    let query = Query::from_pairs([("time_zone", "America/New_York")]).unwrap();
    let (from, until) = answer::zone_span(intake.table(), &query, Source::File);
    let zone = zone_over(chrono_tz::America::New_York, from, until);
    let mut memory = Memory::default();
    let mut ask = |patterns| {
        answer::answer_from(&mut memory, intake.table(), intake.reading(), &query, &zone, Source::File, patterns)
            .unwrap()
    };
    let answer = ask(Patterns::OfAll);
    assert!(answer.advice.is_empty(), "what runs at the same time is not known yet: {:?}", answer.advice);
    let meanwhile = answer.patterns;
    assert!(!meanwhile.is_empty() && meanwhile.iter().all(|finding| finding.whose == Whose::All), "{meanwhile:?}");
    let whole = ask(Patterns::Look);
    assert!(!whole.advice.is_empty());
    assert_eq!(json::heatmap(&whole), respond(&intake, &[("time_zone", "America/New_York")]));
    // Asked again, what is known by now is told.
    assert_eq!(ask(Patterns::OfAll).patterns, whole.patterns);
}

#[test]
fn the_known_facts_hold() {
    let flights = flights("America/New_York");
    assert_eq!(flights.len(), 86_697);
    assert_eq!(flights.first().unwrap().date.to_string(), "2013-02-01");
    assert_eq!(flights.last().unwrap().date.to_string(), "2013-05-05");
    let mut hours = BTreeMap::<u32, usize>::new();
    flights.iter().for_each(|flight| *hours.entry(flight.hour).or_default() += 1);
    let peak = hours.iter().max_by_key(|(_, count)| **count).unwrap();
    assert_eq!(peak, (&8, &6_842));

    let mut weekdays = [0; 7];
    let whole_weeks = flights.iter().filter(|flight| flight.date >= NaiveDate::from_ymd_opt(2013, 2, 4).unwrap());
    whole_weeks.for_each(|flight| weekdays[flight.date.weekday().num_days_from_monday() as usize] += 1);
    assert!(weekdays.iter().all(|count| weekdays[5] <= *count), "Saturdays are the quietest: {weekdays:?}");
}

#[test]
fn hourly_volume_is_the_recount() {
    let response = response(&[("metric", "volume"), ("granularity", "hourly"), ("time_zone", "America/New_York")]);
    let mut recount = BTreeMap::<(String, u64), (u64, u64)>::new();
    for flight in flights("America/New_York") {
        let (count, failed) = recount.entry((flight.date.to_string(), u64::from(flight.hour))).or_default();
        *count += 1;
        *failed += u64::from(flight.failed);
    }
    let cells = response["cells"].as_array().unwrap();
    assert_eq!(cells.len(), recount.len());
    for cell in cells {
        let place = (cell["date"].as_str().unwrap().to_owned(), cell["hour"].as_u64().unwrap());
        assert_eq!(cell["count"].as_u64(), Some(recount[&place].0), "{place:?}");
    }
    assert_eq!(response["rows"]["placed"], 86_697);
    assert_eq!(response["totals"]["failed"], recount.values().map(|(_, failed)| failed).sum::<u64>());
}

/// Recounts what the patterns of a view claim.
fn check_sentences(zone: &str, tag: Option<&str>) {
    let mut pairs = vec![("time_zone", zone), ("patterns", "all")];
    pairs.extend(tag.map(|tag| ("tag", tag)));
    let response = response(&pairs);
    let flights: Vec<Flight> = flights(zone)
        .into_iter()
        .filter(|flight| tag.is_none_or(|tag| flight.tags.split('|').any(|other| other == tag)))
        .collect();
    let patterns = response["patterns"].as_array().unwrap();
    let all = patterns.iter().filter(|pattern| pattern["series"]["all"] == true);
    assert!(all.count() >= 3, "what is said of all flights is recounted: {patterns:?}");
    let sentences: Vec<_> = patterns.iter().map(|pattern| pattern["sentence"].clone()).collect();
    assert_eq!(response["patterns_detected"].as_array().unwrap(), &sentences);
    let mut kinds = BTreeSet::new();
    for pattern in patterns {
        let of_workflow =
            |flight: &&Flight| pattern["series"]["workflow_id"].as_str().is_none_or(|id| flight.workflow == id);
        let flights: Vec<&Flight> = flights.iter().filter(of_workflow).collect();
        match pattern["kind"].as_str().unwrap() {
            "failure_window" => check_failure_window(pattern, &flights),
            "slow_window" => check_slow_window(pattern, &flights),
            "volume_peak" => check_volume_peak(pattern, &flights),
            "volume_window" => {
                check_volume_window(pattern, zone, flights.iter().map(|flight| (flight.date, flight.hour)));
            }
            "throughput_window" => check_volume_window(pattern, zone, flights.iter().filter_map(|flight| flight.end)),
            "stopped" | "new" => check_end(pattern, &flights),
            "missed_runs" => check_missed(pattern, &flights),
            other => panic!("nobody recounts {other}"),
        }
        kinds.insert(pattern["kind"].as_str().unwrap().to_owned());
    }
    assert!(kinds.contains("failure_window") && kinds.contains("volume_peak"), "{zone} {tag:?}: only {kinds:?}");
}

/// True if an hour of the week lies in a pattern's window, which begins on its weekdays and may run past midnight.
fn is_inside(pattern: &Value, date: NaiveDate, hour: u32) -> bool {
    let window = &pattern["window"];
    let [from, to] = ["from_hour", "to_hour"].map(|end| window[end].as_u64().unwrap() as u32);
    let begins_on = |weekday: u32| window["weekdays"].as_array().unwrap().contains(&Value::from(weekday));
    let (today, yesterday) =
        (date.weekday().number_from_monday(), date.pred_opt().unwrap().weekday().number_from_monday());
    if from < to {
        begins_on(today) && (from..to).contains(&hour)
    } else {
        begins_on(today) && hour >= from || begins_on(yesterday) && hour < to
    }
}

fn looked_at<'a>(pattern: &Value, flights: &[&'a Flight]) -> impl Iterator<Item = &'a Flight> {
    let [from, to] = ["from", "to"].map(|end| pattern["evidence"][end].as_str().unwrap().parse::<NaiveDate>().unwrap());
    flights.iter().copied().filter(move |flight| (from..=to).contains(&flight.date))
}

fn check_failure_window(pattern: &Value, flights: &[&Flight]) {
    let of = |flight: &Flight| Some(flight.failed);
    let outcome = Outcome { of: &of, hits: "failed", all: "decided", words: "" };
    check_outcome_window(pattern, flights, &outcome);
}

/// Recounts a workflow that runs no more: nothing of it comes after its last day.
fn check_end(pattern: &Value, flights: &[&Flight]) {
    let dates = flights.iter().map(|flight| flight.date);
    let (name, end) = match pattern["kind"].as_str().unwrap() {
        "stopped" => ("last", dates.max().unwrap()),
        _ => ("first", dates.min().unwrap()),
    };
    let evidence = &pattern["evidence"];
    assert_eq!(evidence["executions"].as_u64(), Some(flights.len() as u64));
    assert_eq!(evidence[name].as_str(), Some(&*end.to_string()));
    let (sentence, date) = (pattern["sentence"].as_str().unwrap(), end.format("%a, %b %-d").to_string());
    assert!(sentence.contains(&date), "{sentence}: {date}");
}

/// Recounts what a workflow that flies once a day missed, on dates one after the other or on a weekday.
fn check_missed(pattern: &Value, flights: &[&Flight]) {
    let (evidence, sentence) = (&pattern["evidence"], pattern["sentence"].as_str().unwrap());
    let date = |name: &str| evidence[name].as_str().map(|date| date.parse::<NaiveDate>().unwrap());
    let is_gap = date("first_missed").is_some();
    let first = date("first_missed").or(date("from")).unwrap();
    let last = date("last_missed").or(date("to")).unwrap();
    let is_there = |date: &NaiveDate| is_gap || sentence.contains(&date.format(" on %As").to_string());
    let flown: BTreeSet<NaiveDate> = flights.iter().map(|flight| flight.date).collect();
    let hour: u32 = evidence["kept_by_hour"].as_str().unwrap().split(':').next().unwrap().parse().unwrap();
    // Those of another clock are other dates, and clocks that change elsewhere move starts across midnight.
    if sentence.contains(" (UTC)") || !(2..22).contains(&hour) {
        return;
    }
    let there = || first.iter_days().take_while(|date| *date <= last).filter(is_there);
    let missed = evidence["missed_there"].as_u64().unwrap() as usize;
    // One that was moved by less than half a day is not missed, and may have been moved past midnight.
    let not_flown = there().filter(|date| !flown.contains(date)).count();
    assert!(missed <= not_flown && not_flown <= missed + 2, "{not_flown}: {pattern}");
    if is_gap {
        assert!(sentence.contains(&format!(" from {} to ", first.format("%a, %b %-d"))), "{sentence}");
        assert!(sentence.ends_with(&last.format("%a, %b %-d").to_string()), "{sentence}");
    } else {
        assert!(
            sentence.contains(&format!(", when {} of {} ran", there().count() - missed, there().count())),
            "{sentence}"
        );
    }
}

/// Flights that take longer than nine in ten of their workflow, by the bins of a histogram whose bounds grow by a tenth.
fn check_slow_window(pattern: &Value, flights: &[&Flight]) {
    #[allow(clippy::disallowed_methods, reason = "the judge computes with another logarithm than the judged")]
    let bin = |ms: u64| (((ms.max(1) as f64).ln() / 1.1f64.ln()).floor()) as u64;
    let mut bins = BTreeMap::<&str, Vec<u64>>::new();
    for flight in flights {
        bins.entry(&flight.workflow).or_default().extend(flight.duration_ms.map(bin));
    }
    let slow_from: BTreeMap<&str, u64> = bins
        .into_iter()
        .filter(|(_, bins)| bins.len() >= 20)
        .map(|(workflow, mut bins)| {
            bins.sort_unstable();
            (workflow, bins[(bins.len() * 9).div_ceil(10) - 1] + 1)
        })
        .collect();
    let of = |flight: &Flight| {
        let bin = bin(flight.duration_ms?);
        Some(bin >= *slow_from.get(&*flight.workflow)?)
    };
    let words = " of them clearly slower than 9 in 10 of their workflow";
    check_outcome_window(pattern, flights, &Outcome { of: &of, hits: "slow", all: "timed", words });
}

/// An outcome of flights: whether one has it, `None` if it could not have it, and what its counts are called.
struct Outcome<'a> {
    of: &'a dyn Fn(&Flight) -> Option<bool>,
    hits: &'a str,
    all: &'a str,
    words: &'a str,
}

fn check_outcome_window(pattern: &Value, flights: &[&Flight], outcome: &Outcome<'_>) {
    // By week: decided and failed, inside and outside.
    let mut weeks = BTreeMap::<i32, [[u64; 2]; 2]>::new();
    let mut cells = BTreeSet::new();
    for flight in looked_at(pattern, flights) {
        let inside = is_inside(pattern, flight.date, flight.hour);
        if inside {
            cells.insert((flight.date.to_string(), u64::from(flight.hour)));
        }
        let Some(has_it) = (outcome.of)(flight) else { continue };
        let [decided, failed] = &mut weeks
            .entry(flight.date.num_days_from_ce() - flight.date.weekday().num_days_from_monday() as i32)
            .or_default()[usize::from(inside)];
        *decided += 1;
        *failed += u64::from(has_it);
    }
    let total = |side: usize, which: usize| weeks.values().map(|week| week[side][which]).sum::<u64>();
    let rate = |side: usize| total(side, 1) as f64 / total(side, 0) as f64;
    let held = weeks.values().filter(|[[n_out, k_out], [n_in, k_in]]| (k_in * n_out) > (k_out * n_in)).count();
    let sentence = pattern["sentence"].as_str().unwrap();
    let (inside, outside) = (rate(1) * 100.0, rate(0) * 100.0);
    let said = format!("({inside:.0}%{} vs {outside:.0}% otherwise, {held} of {} weeks)", outcome.words, weeks.len());
    // Behind it may stand whose executions explain it.
    let claim = sentence.split_once("; ").map_or(sentence, |(claim, _)| claim);
    assert!(claim.ends_with(&said), "{sentence}: the rows say {said}");
    let evidence = &pattern["evidence"];
    let counts = [outcome.all, outcome.hits].map(|name| evidence[name].as_u64().unwrap());
    assert_eq!(counts, [total(1, 0), total(1, 1)]);
    let how = pattern["how_we_know"].as_str().unwrap();
    let grouped = |count: u64| execution_heatmap::number::grouped(count);
    assert!(how.starts_with(&format!("{} of {} ", grouped(total(1, 1)), grouped(total(1, 0)))), "{how}");
    assert!((evidence["expected"].as_f64().unwrap() - rate(0) * total(1, 0) as f64).abs() < 1e-6);
    let listed: BTreeSet<_> = pattern["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell[0].as_str().unwrap().to_owned(), cell[1].as_u64().unwrap()))
        .collect();
    assert_eq!(listed, cells);
}

/// Recounts a window of volume, which belongs to the day in whose hours it lies.
fn check_volume_window(pattern: &Value, zone: &str, moments: impl Iterator<Item = (NaiveDate, u32)>) {
    let [from, to] = ["from", "to"].map(|end| pattern["evidence"][end].as_str().unwrap().parse::<NaiveDate>().unwrap());
    let mut days: BTreeMap<NaiveDate, [u64; 24]> =
        from.iter_days().take_while(|date| *date <= to).map(|date| (date, [0; 24])).collect();
    for (date, hour) in moments {
        if let Some(day) = days.get_mut(&date) {
            day[hour as usize] += 1;
        }
    }
    let volumes = |weekday: Weekday| {
        let mut volumes: Vec<u64> =
            days.iter().filter(|(date, _)| date.weekday() == weekday).map(|(_, day)| day.iter().sum()).collect();
        volumes.sort_unstable();
        volumes
    };
    let usual: BTreeMap<u32, f64> = (0..7)
        .map(|weekday| {
            let volumes = volumes(Weekday::try_from(weekday).unwrap());
            let middle = (volumes[(volumes.len() - 1) / 2] + volumes[volumes.len() / 2]) as f64 / 2.0;
            (u32::from(weekday), middle)
        })
        .collect();
    let is_quiet = |date: NaiveDate, day: &[u64; 24]| {
        (day.iter().sum::<u64>() as f64) < 0.35 * usual[&date.weekday().num_days_from_monday()]
    };
    let window = &pattern["window"];
    let [start, end] = ["from_hour", "to_hour"].map(|end| window[end].as_u64().unwrap() as usize);
    if (start, end) == (0, 24) {
        return check_volume_days(pattern, &days, &usual);
    }
    let length = (end + 23 - start) % 24 + 1;
    let is_inside = |hour: usize| (hour + 24 - start) % 24 < length;
    let weekdays = window["weekdays"].as_array().unwrap();
    let counts = |date: NaiveDate| weekdays.contains(&Value::from(date.weekday().number_from_monday()));
    let (mut inside, mut outside, mut held, mut units, mut hours) = (0, 0, 0, 0u64, 0);
    let is_high = pattern["effect"]["inside"].as_f64() > pattern["effect"]["outside"].as_f64();
    for (date, day) in &days {
        let all: u64 = day.iter().sum();
        if !counts(*date) || is_quiet(*date, day) || all < 10 {
            continue;
        }
        let here: u64 = (0..24).filter(|hour| is_inside(*hour)).map(|hour| day[hour]).sum();
        let (rate, other) = (here * (24 - length as u64), (all - here) * length as u64);
        held += u64::from(if is_high { rate > other } else { rate < other });
        units += 1;
        (inside, outside) = (inside + here, outside + all - here);
        // At two on the night of the change no hour began.
        let is_skipped = zone == "America/New_York" && date.to_string() == "2013-03-10" && is_inside(2);
        hours += length as u64 - u64::from(is_skipped);
    }
    let evidence = &pattern["evidence"];
    let told = ["executions_inside", "executions_outside", "hours_inside", "days_held", "days"]
        .map(|name| evidence[name].as_u64().unwrap());
    assert_eq!(told, [inside, outside, hours, held, units], "{pattern}");
    let hours_outside = evidence["hours_outside"].as_u64().unwrap();
    assert!(units * 24 - hours - hours_outside <= 1, "{pattern}");
    let rates = [inside as f64 / hours as f64, outside as f64 / hours_outside as f64];
    let sentence = pattern["sentence"].as_str().unwrap();
    if !is_high {
        let fewer = format!("{:.0}%", (1.0 - rates[0] / rates[1]) * 100.0);
        // All of them would be none left.
        let fewer = if fewer == "100%" && inside > 0 { "over 99%".to_owned() } else { fewer };
        let fewer = format!(": {fewer} fewer executions an hour ");
        assert!(sentence.contains(&fewer), "{sentence}: {fewer}");
    }
    assert!(sentence.ends_with(&format!("({held} of {units} days)")), "{sentence}");
}

/// Recounts days of the week, which are held against the other days of the same weeks.
fn check_volume_days(pattern: &Value, days: &BTreeMap<NaiveDate, [u64; 24]>, usual: &BTreeMap<u32, f64>) {
    let evidence = &pattern["evidence"];
    let told = |name: &str| evidence[name].as_u64().unwrap();
    let logarithm = |count: f64| libm::log(count + 1.0);
    let off: Vec<(NaiveDate, u64, f64)> = days
        .iter()
        .map(|(date, day)| {
            let (all, usual) = (day.iter().sum::<u64>(), usual[&date.weekday().num_days_from_monday()]);
            (*date, all, if usual > 0.0 { logarithm(all as f64) - logarithm(usual) } else { 0.0 })
        })
        .collect();
    let mut sizes: Vec<f64> = off.iter().map(|(_, _, off)| off.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let most = 3.0 * (sizes[(sizes.len() - 1) / 2] + sizes[sizes.len() / 2]);
    let is_quiet = |off: f64| off < -most.max(-libm::log(0.35));
    let is_huge = |off: f64| off > most.max(libm::log(4.0));
    let count = |is: &dyn Fn(f64) -> bool| off.iter().filter(|(_, _, off)| is(*off)).count() as u64;
    assert_eq!([told("quiet_days"), told("huge_days")], [count(&is_quiet), count(&is_huge)], "{pattern}");
    let is_high = pattern["effect"]["inside"].as_f64() > pattern["effect"]["outside"].as_f64();
    let mut weeks: BTreeMap<NaiveDate, [[u64; 2]; 2]> = BTreeMap::new();
    for (date, all, _) in off.iter().filter(|(_, _, off)| !is_quiet(*off) && !is_huge(*off)) {
        let monday = *date - TimeDelta::days(i64::from(date.weekday().num_days_from_monday()));
        let side = &mut weeks.entry(monday).or_default()[usize::from(!is_inside(pattern, *date, 12))];
        *side = [side[0] + all, side[1] + 1];
    }
    let weeks: Vec<[[u64; 2]; 2]> =
        weeks.into_values().filter(|[inside, outside]| inside[1] > 0 && outside[1] > 2).collect();
    let sum = |side: usize, of: usize| weeks.iter().map(|week| week[side][of]).sum::<u64>();
    let held = weeks.iter().filter(|[inside, outside]| {
        let (one, other) = (inside[0] * outside[1], outside[0] * inside[1]);
        if is_high { one > other } else { one < other }
    });
    assert_eq!(
        ["executions_inside", "executions_outside", "weeks_held", "weeks"].map(told),
        [sum(0, 0), sum(1, 0), held.clone().count() as u64, weeks.len() as u64],
        "{pattern}"
    );
    // A clock change makes one day an hour shorter.
    assert!(sum(0, 1) * 24 - told("hours_inside") <= 1 && sum(1, 1) * 24 - told("hours_outside") <= 1, "{pattern}");
    let a_day = |side: usize, hours: &str| sum(side, 0) as f64 * 24.0 / told(hours) as f64;
    let [inside, outside] = [a_day(0, "hours_inside"), a_day(1, "hours_outside")];
    let said = |rate: f64| {
        if rate < 9.95 { format!("{rate:.1}") } else { execution_heatmap::number::grouped(rate.round() as u64) }
    };
    let said = format!("({} vs {} a day, {} of {} weeks)", said(inside), said(outside), held.count(), weeks.len());
    let sentence = pattern["sentence"].as_str().unwrap();
    assert!(sentence.ends_with(&said), "{sentence}: the rows say {said}");
    if !is_high {
        let fewer = format!(": {:.0}% fewer executions than on ", (1.0 - inside / outside) * 100.0);
        assert!(sentence.contains(&fewer), "{sentence}: {fewer}");
    }
}

fn check_volume_peak(pattern: &Value, flights: &[&Flight]) {
    let mut days = BTreeMap::<NaiveDate, [u64; 24]>::new();
    looked_at(pattern, flights).for_each(|flight| days.entry(flight.date).or_default()[flight.hour as usize] += 1);
    let hours: Vec<u32> = (0..24).filter(|hour| is_inside(pattern, *days.keys().next().unwrap(), *hour)).collect();
    let inside = |day: &[u64; 24]| hours.iter().map(|hour| day[*hour as usize]).sum::<u64>();
    let all: u64 = days.values().flatten().sum();
    let ratio = days.values().map(inside).sum::<u64>() as f64 / hours.len() as f64 / (all as f64 / 24.0);
    let held = days.values().filter(|day| inside(day) * 24 > day.iter().sum::<u64>() * hours.len() as u64).count();
    let sentence = pattern["sentence"].as_str().unwrap();
    let said = format!("({ratio:.1}× the daily average, {held} of {} days)", days.len());
    assert!(sentence.ends_with(&said), "{sentence}: the rows say {said}");
    if sentence.contains("peaks at") {
        let mut by_hour = [0; 24];
        days.values().for_each(|day| by_hour.iter_mut().zip(day).for_each(|(sum, count)| *sum += count));
        let fullest = by_hour.iter().max().unwrap();
        assert_eq!(by_hour[hours[0] as usize], *fullest, "{sentence}: but the hours hold {by_hour:?}");
    }
}

#[test]
fn every_number_in_a_sentence_is_the_recount() {
    check_sentences("America/New_York", None);
    check_sentences("UTC", None);
    check_sentences("Asia/Kathmandu", None);
    check_sentences("America/New_York", Some("UA"));
    check_sentences("America/New_York", Some("EV"));
    check_sentences("America/New_York", Some("LGA"));
}

#[test]
fn the_evening_fails_and_the_morning_is_full() {
    let response = response(&[("time_zone", "America/New_York"), ("from", "2013-02-04"), ("to", "2013-05-05")]);
    let sentences: Vec<_> =
        response["patterns_detected"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let [failures, fewer, volume, ..] = sentences[..] else { panic!("expected three sentences, got {sentences:?}") };
    // Of the flights by single numbers, those are told of that ended.
    assert_eq!(
        sentences[3..],
        [
            "'DL 1109' missed 16 of 91 expected runs, 15 from Fri, Feb 15 to Fri, Mar 1",
            "'DL 1174' missed 15 of 91 expected runs, all from Fri, Feb 15 to Fri, Mar 1",
            "'B6 145' has not run since Mon, Apr 22; before that daily",
            "'DL 1043' is new since Fri, Feb 15: daily",
        ]
    );
    assert!(
        failures.starts_with("Higher failure rate on weekdays between ") && failures.contains("13 of 13 weeks"),
        "{failures}"
    );
    let from = response["patterns"][0]["window"]["from_hour"].as_u64().unwrap();
    assert!((18..=20).contains(&from), "an evening: {failures}");
    assert!(fewer.starts_with("Execution volume drops every day between 10 PM–6 AM: "), "{fewer}");
    let notices: Vec<_> = response["notices"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    // That fewer end, a little later, is said by the same; the others are flights that ended as well.
    assert!(notices.contains(&"114 more patterns were found and can be asked for"), "{notices:?}");
    assert!(volume.starts_with("Execution volume peaks at 8 AM (America/New_York) daily ("), "{volume}");
}

#[test]
fn the_readmes_picture_is_what_the_engine_draws() {
    let intake = read(&bytes(Input::Flights));
    let pairs = [("time_zone", "America/New_York"), ("from", "2013-02-04"), ("to", "2013-05-05")];
    let answer = cases::answer(&intake, &pairs);
    let options = PictureOptions { framed: true, ..PictureOptions::default() };
    let drawn = picture::svg(&picture::lay_out(&answer, &options), &answer, Theme::Auto);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/flights.svg");
    let shown = std::fs::read_to_string(path).unwrap_or_default();
    if shown != drawn && std::env::var_os("EXECUTION_HEATMAP_BLESS").is_some() {
        std::fs::write(path, &drawn).unwrap();
    }
    assert!(
        shown == drawn,
        "docs/flights.svg is not what is drawn now; look at it with EXECUTION_HEATMAP_BLESS=1 and run again"
    );
}
