//! Laws of the aggregate, with a naive recount as judge: rows in any order, in any number of parts merged in any
//! order, give the same bytes; every cell is what a loop over the rows counts; the account adds up.

mod support;

use chrono::NaiveDate;
use chrono_tz::Tz;
use execution_heatmap::answer::Memory;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::execution::Status;
use execution_heatmap::intake::Reading;
use execution_heatmap::json;
use execution_heatmap::options::{Metric, Query};
use execution_heatmap::table::{Shift, Table};
use execution_heatmap::time::Timestamp;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use support::{Row, Seeded, local_hour, rows as plain_rows, table_of, varied, zone_over};

/// 2026-03-20T00:00:00Z: thirty days from here hold Europe's clock change of March 29.
const FROM_MS: i64 = 1_773_964_800_000;
const DAYS: u64 = 30;

/// Rows of every shape: of some it is known when they were due, some never started, some are retries.
fn rows(seed: u64, count: usize, from_ms: i64, days: u64) -> Vec<Row> {
    varied(plain_rows(seed, count, from_ms, days), seed)
}

fn answer(table: &Table, pairs: &[(&str, &str)]) -> Answer {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let tz: Tz = query.time_zone.parse().unwrap();
    let (from, until) = answer::zone_span(table, &query, Source::File);
    let zone = zone_over(tz, from, until);
    let reading = Reading { read: table.rows(), ..Reading::default() };
    answer::answer(table, &reading, &query, &zone, Source::File, Patterns::Look).unwrap()
}

fn bytes(table: &Table, pairs: &[(&str, &str)]) -> String {
    json::heatmap(&answer(table, pairs))
}

#[derive(Clone, Copy, Debug)]
struct View {
    metric: &'static str,
    granularity: &'static str,
    zone: &'static str,
    filter: (&'static str, &'static str),
    by: &'static str,
}

fn views() -> impl Strategy<Value = View> {
    let metric = prop::sample::select(Metric::ALL.map(Metric::name).to_vec());
    let by = prop::sample::select(vec!["start", "start", "end", "scheduled"]);
    let granularity = prop::sample::select(vec!["hourly", "daily"]);
    let zone =
        prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]);
    let filter = prop::sample::select(vec![
        ("days", "20"),
        ("workflow_id", "w1"),
        ("workflow_id", "!w1"),
        ("status", "failed"),
        ("status", "other"),
        ("status", "!completed"),
        ("tag", "eu"),
        ("tag", "!eu"),
        ("tag", "!!"),
        ("tag", "nobody"),
    ]);
    (metric, granularity, zone, filter, by).prop_map(|(metric, granularity, zone, filter, by)| View {
        metric,
        granularity,
        zone,
        filter,
        by,
    })
}

impl View {
    fn pairs(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("metric", self.metric),
            ("granularity", self.granularity),
            ("time_zone", self.zone),
            self.filter,
            ("by", self.by),
        ]
    }
}

/// What a reader of the specification would count by hand: date and hour of each row by chrono-tz, sums in a map.
fn recount(rows: &[Row], view: &View, answer: &Answer) -> BTreeMap<(NaiveDate, Option<u8>), (u64, Option<f64>)> {
    let tz: Tz = view.zone.parse().unwrap();
    let mut cells: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_wanted(row, view.filter)) {
        let Some(moment) = moment(row, view.by) else { continue };
        let (date, hour) = local_hour(tz, moment);
        if date >= answer.window.start_date && moment < answer.window.until.ms() {
            cells.entry((date, (view.granularity == "hourly").then_some(hour))).or_default().push(row);
        }
    }
    cells.into_iter().map(|(place, rows)| (place, (rows.len() as u64, value(&rows, view.metric)))).collect()
}

fn is_wanted(row: &Row, (parameter, value): (&str, &str)) -> bool {
    let status = Status::of(&row.status).name();
    match (parameter, value) {
        ("workflow_id", "w1") => row.workflow_id.as_deref() == Some("w1"),
        ("workflow_id", "!w1") => row.workflow_id.as_deref() != Some("w1"),
        ("status", "!completed") => status != "completed",
        ("status", name) => status == name,
        ("tag", "!eu") => !row.tags.iter().any(|tag| tag == "eu"),
        ("tag", "!!") => row.tags.iter().any(|tag| tag == "!"),
        ("tag", name) => row.tags.iter().any(|tag| tag == name),
        _ => true,
    }
}

fn moment(row: &Row, by: &str) -> Option<i64> {
    match (by, row.has_started) {
        ("start", true) => Some(row.started_ms),
        ("end", true) => row.duration_ms.filter(|_| has_ended(row)).map(|ms| row.started_ms + ms as i64),
        ("scheduled", true) => row.waited_ms.map(|ms| row.started_ms - ms as i64),
        ("scheduled", false) => Some(row.started_ms),
        _ => None,
    }
}

fn has_ended(row: &Row) -> bool {
    Status::of(&row.status).is_ended()
}

fn value(rows: &[&Row], metric: &str) -> Option<f64> {
    let count = |words: &[&str]| rows.iter().filter(|row| words.contains(&row.status.as_str())).count() as f64;
    let (completed, failures) = (count(&["completed"]), count(&["failed", "timed_out"]));
    let decided = completed + failures;
    let mut durations: Vec<u64> = rows
        .iter()
        .filter(|row| row.has_started && ["completed", "failed", "timed_out"].contains(&row.status.as_str()))
        .filter_map(|row| row.duration_ms)
        .collect();
    durations.sort_unstable();
    let waits: Vec<u64> = rows.iter().filter(|row| row.has_started).filter_map(|row| row.waited_ms).collect();
    let mean = |of: &[u64]| (!of.is_empty()).then(|| of.iter().sum::<u64>() as f64 / of.len() as f64);
    let quantile = |percent: usize| {
        let rank = (durations.len() * percent).div_ceil(100);
        rank.checked_sub(1).map(|place| durations[place] as f64)
    };
    match metric {
        "volume" => Some(rows.len() as f64),
        "success_rate" => (decided > 0.0).then(|| completed / decided),
        "duration" => mean(&durations),
        "p50_duration" => quantile(50),
        "p95_duration" => quantile(95),
        "p99_duration" => quantile(99),
        "max_duration" => durations.last().map(|most| *most as f64),
        "queue_wait" => mean(&waits),
        _ => (decided > 0.0).then_some(failures),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_cell_is_what_a_loop_over_the_rows_counts(seed in any::<u64>(), count in 0usize..400, view in views()) {
        let rows = rows(seed, count, FROM_MS, DAYS);
        let answer = answer(&table_of(&rows), &view.pairs());
        let cells: BTreeMap<_, _> = answer
            .grid
            .placed()
            .filter(|(_, _, cell)| cell.sums.executions() > 0)
            .map(|(date, hour, cell)| ((date, hour), (cell.sums.executions(), cell.value)))
            .collect();
        let expected = recount(&rows, &view, &answer);
        if view.metric.starts_with('p') {
            prop_assert_eq!(cells.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            for ((count, said), (expected_count, exact)) in cells.values().zip(expected.values()) {
                prop_assert_eq!(count, expected_count);
                prop_assert_eq!(said.is_some(), exact.is_some());
                let (said, exact) = (said.unwrap_or(0.0), exact.unwrap_or(0.0));
                // Below one millisecond there are no bins.
                let is_near = (said - exact).abs() <= exact * 0.05 || (exact < 1.0 && said <= 1.0);
                prop_assert!(is_near, "{} is told as {}", exact, said);
            }
        } else {
            prop_assert_eq!(cells, expected);
        }
        let level_of = |value: Option<f64>| value.map_or(0, |value| answer.grid.scale.level(value));
        prop_assert!(answer.grid.cells.iter().all(|cell| cell.level == level_of(cell.value)));
    }

    #[test]
    fn neither_order_nor_parts_show(seed in any::<u64>(), count in 0usize..300, parts in 1usize..6, view in views()) {
        let mut rows = rows(seed, count, FROM_MS, DAYS);
        let whole = bytes(&table_of(&rows), &view.pairs());
        let mut seeded = Seeded(seed);
        for last in (1..rows.len()).rev() {
            rows.swap(last, seeded.below(last as u64 + 1) as usize);
        }
        let mut tables: Vec<Table> = (0..parts).map(|part| table_of(rows.iter().skip(part).step_by(parts))).collect();
        while let Some(other) = (tables.len() > 1).then(|| tables.swap_remove(seeded.below(tables.len() as u64) as usize)) {
            let into = seeded.below(tables.len() as u64) as usize;
            if seeded.below(2) == 0 {
                tables[into].merge(&other);
            } else {
                let mut pieces = Vec::new();
                other.write(&mut |piece| pieces.push(piece.to_vec()));
                let mut pieces = pieces.into_iter();
                tables[into].absorb(&mut || pieces.next(), Shift::default()).unwrap();
                assert_eq!(pieces.next(), None);
            }
        }
        prop_assert_eq!(bytes(&tables[0], &view.pairs()), whole);
        let listed = |table: &Table| table.workflows(&Default::default(), Default::default(), &answer(table, &[]).window);
        prop_assert_eq!(listed(&tables[0]), listed(&table_of(&rows)));
    }

    #[test]
    fn what_is_remembered_changes_no_answer(seed in any::<u64>(), count in 0usize..3000, views in prop::collection::vec(views(), 1..6)) {
        let table = table_of(&rows(seed, count, FROM_MS, 3));
        let mut memory = Memory::default();
        for view in views {
            let query = Query::from_pairs(view.pairs()).unwrap();
            let (from, until) = answer::zone_span(&table, &query, Source::File);
            let zone = zone_over(view.zone.parse().unwrap(), from, until);
            let reading = Reading { read: table.rows(), ..Reading::default() };
            let mut ask = |patterns| answer::answer_from(&mut memory, &table, &reading, &query, &zone, Source::File, patterns).unwrap();
            let meanwhile = ask(Patterns::OfAll);
            let answer = ask(Patterns::Look);
            prop_assert!(meanwhile.grid == answer.grid && meanwhile.account == answer.account);
            prop_assert_eq!(json::heatmap(&answer), bytes(&table, &view.pairs()));
            let listed = memory.counts.workflows(&table, &query.filter, query.counting, &answer.window);
            prop_assert_eq!(listed, table.workflows(&query.filter, query.counting, &answer.window));
        }
    }

    #[test]
    fn hours_add_up_to_their_day(seed in any::<u64>(), count in 0usize..300, view in views()) {
        let table = table_of(&rows(seed, count, FROM_MS, DAYS));
        let [hourly, daily] = ["hourly", "daily"].map(|granularity| answer(&table, &View { granularity, ..view }.pairs()));
        for (hours, day) in hourly.grid.cells.chunks(24).zip(&daily.grid.cells) {
            let mut sums = execution_heatmap::cube::Sums::default();
            hours.iter().for_each(|hour| sums.merge(&hour.sums));
            prop_assert_eq!(sums, day.sums);
            prop_assert_eq!(hours.iter().map(|hour| hour.length_ms).sum::<i64>(), day.length_ms);
        }
        prop_assert_eq!(hourly.totals, daily.totals);
        prop_assert_eq!(hourly.patterns, daily.patterns, "patterns do not depend on the granularity");
    }

    #[test]
    fn the_account_and_the_response_add_up(seed in any::<u64>(), count in 0usize..300, view in views()) {
        let table = table_of(&rows(seed, count, FROM_MS, DAYS));
        let response: Value = serde_json::from_str(&bytes(&table, &view.pairs())).unwrap();
        let number = |path: &str| response.pointer(path).unwrap_or_else(|| panic!("no {path}")).as_u64().unwrap();
        let reasons = ["placed", "no_start", "outside_window", "filtered", "duplicate", "unreadable"];
        prop_assert_eq!(number("/rows/read"), reasons.iter().map(|reason| number(&format!("/rows/{reason}"))).sum::<u64>());
        prop_assert_eq!(number("/rows/read"), count as u64);
        let cells = response["cells"].as_array().unwrap();
        prop_assert_eq!(cells.iter().map(|cell| cell["count"].as_u64().unwrap()).sum::<u64>(), number("/rows/placed"));
        prop_assert_eq!(number("/totals/executions"), number("/rows/placed"));
        let statuses = Status::ALL.iter().map(|status| number(&format!("/totals/{}", status.name()))).sum::<u64>();
        prop_assert_eq!(statuses, number("/totals/executions"));
        let others: u64 = response["other_statuses"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        prop_assert_eq!(others, number("/totals/other"));
        prop_assert_eq!(response["complete"].as_bool(), Some(true));
    }
}

/// One choice after the other over the same rows, so many that sums are remembered.
fn choices() -> impl Strategy<Value = Vec<Vec<(&'static str, &'static str)>>> {
    let filters: [&[(&str, &str)]; 10] = [
        &[],
        &[("workflow_id", "w1")],
        &[("workflow_id", "!w1"), ("status", "!failed")],
        &[("workflow_id", "w2"), ("workflow_id", "w3")],
        &[("status", "failed")],
        &[("status", "other"), ("tag", "eu")],
        &[("tag", "eu")],
        &[("tag", "!eu"), ("tag", "us")],
        &[("tag", "!!")],
        &[("workflow_id", "!w2"), ("tag", "eu")],
    ];
    let metric = prop::sample::select(Metric::ALL.map(Metric::name).to_vec());
    let choice = (prop::sample::select(filters.to_vec()), metric, prop::sample::select(vec!["hourly", "daily"]));
    let pairs = choice.prop_map(|(filter, metric, granularity)| {
        [filter, &[("metric", metric), ("granularity", granularity)]].concat()
    });
    prop::collection::vec(pairs, 4..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_choice_from_what_is_remembered_is_a_recount(
        seed in any::<u64>(),
        count in 6000usize..12000,
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"]),
        until in prop::sample::select(vec![None, None, Some("2026-04-04T17:10:00Z"), Some("2026-04-04T00:00:00.001Z")]),
        by in prop::sample::select(vec!["start", "start", "end"]),
        choices in choices(),
    ) {
        // Lord Howe's clocks go back half an hour within this day.
        let mut rows = plain_rows(seed, count, 1_775_260_800_000, 1);
        if seed % 2 == 0 {
            rows = varied(rows, seed);
        }
        let table = table_of(&rows);
        let mut memory = Memory::default();
        for choice in choices {
            let shared = [("time_zone", zone), ("by", by)].into_iter().chain(until.map(|until| ("until", until)));
            let pairs: Vec<_> = shared.chain(choice).collect();
            let query = Query::from_pairs(pairs.iter().copied()).unwrap();
            let (from, until) = answer::zone_span(&table, &query, Source::File);
            let zone = zone_over(zone.parse().unwrap(), from, until);
            let reading = Reading { read: table.rows(), ..Reading::default() };
            let answer = answer::answer_from(&mut memory, &table, &reading, &query, &zone, Source::File, Patterns::Skip).unwrap();
            let fresh = answer::answer(&table, &reading, &query, &zone, Source::File, Patterns::Skip).unwrap();
            prop_assert_eq!(json::heatmap(&answer), json::heatmap(&fresh));
            let listed = memory.counts.workflows(&table, &query.filter, query.counting, &answer.window);
            prop_assert_eq!(listed, table.workflows(&query.filter, query.counting, &answer.window));
        }
    }
}

#[test]
fn the_origins_sample_window() {
    let rows = plain_rows(1, 1, Timestamp::from_ms(1_771_459_199_999).unwrap().ms(), 1);
    let table = table_of(&rows);
    let response: Value =
        serde_json::from_str(&bytes(&table, &[("days", "90"), ("until", "2026-02-19T00:00:00Z")])).unwrap();
    assert_eq!(response["start_date"], "2025-11-20");
    assert_eq!(response["end_date"], "2026-02-18");
    assert_eq!(response["days"], 90);
    assert_eq!(response["granularity"], "hourly");
    assert_eq!(response["metric"], "success_rate");
    assert_eq!(response["until"], "2026-02-19T00:00:00.000Z");
}

#[test]
fn a_doubled_hour_is_one_cell_that_says_so_and_a_skipped_one_is_none() {
    // Berlin, 2025-10-26: 02:00 to 03:00 comes twice, from 00:00 to 02:00 UTC. And 2026-03-29: 02:00 does not come.
    let at = |text: &str| {
        let mut row = plain_rows(1, 1, 0, 1).remove(0);
        row.started_ms = text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis();
        row
    };
    let table = table_of(&[at("2025-10-26T00:30:00Z"), at("2025-10-26T01:30:00Z"), at("2025-10-26T02:30:00Z")]);
    let pairs = [("time_zone", "Europe/Berlin"), ("from", "2025-10-26"), ("to", "2025-10-26"), ("metric", "volume")];
    let response: Value = serde_json::from_str(&bytes(&table, &pairs)).unwrap();
    let cells = response["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 2);
    assert_eq!(
        (cells[0]["hour"].as_u64(), cells[0]["count"].as_u64(), cells[0]["hours"].as_u64()),
        (Some(2), Some(2), Some(2))
    );
    assert_eq!((cells[1]["hour"].as_u64(), cells[1].get("hours")), (Some(3), None));

    let table = table_of(&[at("2026-03-29T00:30:00Z"), at("2026-03-29T01:00:00Z")]);
    let pairs = [("time_zone", "Europe/Berlin"), ("from", "2026-03-29"), ("to", "2026-03-29")];
    let answer = answer(&table, &pairs);
    let hours: Vec<_> =
        answer.grid.placed().filter(|(_, _, cell)| cell.length_ms > 0).filter_map(|(_, hour, _)| hour).collect();
    assert_eq!(hours, (0..24).filter(|hour| *hour != 2).collect::<Vec<u8>>());
}

#[test]
fn lord_howe_has_an_hour_and_a_half() {
    let mut row = plain_rows(1, 1, 0, 1).remove(0);
    row.started_ms = "2026-04-04T15:10:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis();
    let pairs = [("time_zone", "Australia/Lord_Howe"), ("from", "2026-04-05"), ("to", "2026-04-05")];
    let response: Value = serde_json::from_str(&bytes(&table_of(&[row]), &pairs)).unwrap();
    assert_eq!(response["cells"][0]["hours"], 1.5);
    assert_eq!(response["cells"][0]["hour"], 1);
}
