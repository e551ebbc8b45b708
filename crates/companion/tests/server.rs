//! The HTTP interface over real sockets and real SQLite files: every route, what is refused and in which words, and
//! what the cache says.

mod support;

use execution_heatmap_companion::server::Limits;
use serde_json::{Value, json};
use std::time::Duration;
use support::{Database, EXECUTIONS, NEW_YEAR_MS, Row, Server, WINDOW, assert_problem, eventually, rows_over, served};

#[test]
fn workspaces_are_listed_with_what_they_span() {
    let database = Database::with_rows(&rows_over(2));
    database.add("empty", &[]);
    let response = Server::start(&database.path).get("/api/v1/workspaces");
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let expected = json!({"workspaces": [
        {"id": "empty", "executions": 0, "oldest": null, "newest": null},
        {"id": "w", "executions": 48, "oldest": "2026-01-01T00:01:00.000Z", "newest": "2026-01-02T23:01:00.000Z"},
    ]});
    assert_eq!(response.json(), expected);
}

#[test]
fn rows_are_streamed_by_start_and_end_with_their_number() {
    let (_database, server) = served();
    let response = server.get(&format!("{EXECUTIONS}?from=2026-01-02&to=2026-01-03"));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(response.header("cache-control"), Some("private, no-store"));
    assert_eq!(response.header("x-accel-buffering"), Some("no"));
    assert!(response.whole);
    assert!(response.text().ends_with("{\"$end\":{\"rows\":48,\"complete\":true}}\n"));
    assert!(response.text().starts_with(
        "{\"id\":\"r24\",\"workflow_id\":\"7\",\"status\":\"failed\",\"started_at\":\"2026-01-02T00:01:00.000Z\",\"duration_ms\":1000}\n"
    ));
    let lines = response.lines();
    let starts: Vec<&str> = lines.iter().filter_map(|line| line["started_at"].as_str()).collect();
    assert_eq!(starts.len(), 48);
    assert!(starts.is_sorted());
}

#[test]
fn a_stream_without_rows_is_whole() {
    let (_database, server) = served();
    let response = server.get(&format!("{EXECUTIONS}?days=1&until=2020-01-01T00:00:00Z"));
    assert_eq!(response.text(), "{\"$end\":{\"rows\":0,\"complete\":true}}\n");
}

#[test]
fn filters_and_zone_choose_the_rows() {
    let (_database, server) = served();
    let rows = |query: &str| server.get(&format!("{EXECUTIONS}?{query}")).lines().len() - 1;
    let all = rows(WINDOW);
    assert_eq!(all, 720);
    let failed = rows(&format!("{WINDOW}&status=failed"));
    assert!(failed > 90 && failed < 110, "{failed}");
    assert_eq!(rows(&format!("{WINDOW}&status=!failed")), all - failed);
    assert_eq!(rows(&format!("{WINDOW}&workflow_id=7")), all);
    assert_eq!(rows(&format!("{WINDOW}&workflow_id=!7")), 0);
    assert_eq!(rows(&format!("{WINDOW}&tag=eu")), 0);
    assert_eq!(rows("from=2026-01-02&to=2026-01-02&time_zone=Asia/Kathmandu"), 24);
    assert_eq!(rows("from=2026-01-01&to=2026-01-01&time_zone=Asia/Kathmandu"), 19, "until 18:15 in UTC");
}

#[test]
fn a_heatmap_says_what_the_rows_say() {
    let (_database, server) = served();
    let response =
        server.get(&format!("{EXECUTIONS}/heatmap?from=2026-01-02&to=2026-01-10&metric=volume&status=failed"));
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    let heatmap = response.json();
    assert_eq!(heatmap["metric"], "volume");
    assert_eq!(heatmap["start_date"], "2026-01-02");
    let failed = heatmap["totals"]["failed"].as_u64().unwrap();
    let rows =
        server.get(&format!("{EXECUTIONS}?from=2026-01-02&to=2026-01-10&status=failed")).lines().len() as u64 - 1;
    assert_eq!(failed, rows);
    let cells: u64 = heatmap["cells"].as_array().unwrap().iter().map(|cell| cell["count"].as_u64().unwrap()).sum();
    assert_eq!(cells, rows);
    let account = &heatmap["rows"];
    assert_eq!(account["read"], 720);
    assert_eq!(account["placed"], json!(rows));
    assert_eq!(account["outside_window"], json!(720 - 9 * 24));
    assert_eq!(account["filtered"], json!(9 * 24 - rows));
    assert_eq!(heatmap["complete"], true);
}

#[test]
fn a_heatmap_is_the_one_that_the_engine_makes_of_the_streamed_rows() {
    use execution_heatmap::answer::{self, Patterns, Source};
    use execution_heatmap::ingest::Form;
    use execution_heatmap::intake::Intake;
    use execution_heatmap::options::Query;
    let (_database, server) = served();
    let mut intake = Intake::new(Form::Ndjson, true);
    intake.extend(&server.get(&format!("{EXECUTIONS}?{WINDOW}")).body);
    intake.finish(None);
    assert_eq!(intake.reading().incomplete, None);
    for (name, value) in [("metric", "duration"), ("granularity", "daily"), ("time_zone", "Europe/Berlin")] {
        let query = Query::from_pairs([("from", "2026-01-03"), ("to", "2026-01-30"), (name, value)]).unwrap();
        let source = Source::Live { now: execution_heatmap::time::Timestamp::from_ms(NEW_YEAR_MS).unwrap() };
        let span = answer::zone_span(intake.table(), &query, source);
        let zone = execution_heatmap_companion::zones::zone(&query.time_zone, span).unwrap();
        let answer = answer::answer(intake.table(), intake.reading(), &query, &zone, source, Patterns::Look).unwrap();
        let served = server.get(&format!("{EXECUTIONS}/heatmap?from=2026-01-03&to=2026-01-30&{name}={value}"));
        assert_eq!(served.text(), execution_heatmap::json::heatmap(&answer));
    }
}

#[test]
fn a_picture_is_svg_with_a_theme_and_a_width() {
    let (_database, server) = served();
    let picture = |more: &str| server.get(&format!("{EXECUTIONS}/heatmap.svg?{WINDOW}{more}"));
    let response = picture("&theme=dark&width=800");
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("image/svg+xml"));
    assert!(
        response.text().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")
            && response.text().contains("width=\"800\"")
    );
    let policy = response.header("content-security-policy").unwrap();
    let hash = policy.strip_prefix("default-src 'none'; style-src 'sha256-").expect(policy);
    assert_eq!(hash.strip_suffix("='; sandbox; frame-ancestors 'none'").map(str::len), Some(43), "{policy}");
    assert_problem(
        &picture("&theme=pink"),
        400,
        "Bad parameter",
        "theme: 'pink' cannot be used; it takes auto, light, dark",
    );
    assert_problem(&picture("&width=1"), 400, "Bad parameter", "width: '1'");
}

#[test]
fn totals_and_workflows_are_of_the_window() {
    let database = Database::with_rows(&rows_over(3));
    let other = Row { workflow_id: Some("8".to_owned()), ..Row::new("o", "completed", NEW_YEAR_MS) };
    let none = Row { workflow_id: None, ..Row::new("n", "running", NEW_YEAR_MS) };
    database.add("w", &[other, none]);
    let server = Server::start(&database.path);
    let stats = server.get(&format!("{EXECUTIONS}/stats?from=2026-01-01&to=2026-01-01&time_zone=UTC")).json();
    assert_eq!(
        (&stats["start_date"], &stats["end_date"], &stats["time_zone"]),
        (&json!("2026-01-01"), &json!("2026-01-01"), &json!("UTC"))
    );
    assert_eq!(stats["totals"]["executions"], 26);
    assert_eq!(stats["totals"]["running"], 1);
    let workflows =
        |query: &str| server.get(&format!("/api/v1/workspaces/w/workflows?{query}")).json()["workflows"].clone();
    let counts = |list: Value| -> Vec<(Value, Value)> {
        list.as_array().unwrap().iter().map(|one| (one["id"].clone(), one["executions"].clone())).collect()
    };
    let day = "from=2026-01-01&to=2026-01-01";
    let all = vec![(json!("7"), json!(24)), (json!(null), json!(1)), (json!("8"), json!(1))];
    assert_eq!(counts(workflows(day)), all);
    assert_eq!(counts(workflows(&format!("{day}&workflow_id=8"))), [(json!("8"), json!(1))]);
    assert_eq!(counts(workflows(&format!("{day}&status=running"))), [(json!(null), json!(1))]);
}

#[test]
fn health_and_readiness_answer() {
    let (_database, server) = served();
    assert_eq!(server.get("/healthz").text(), "ok\n");
    let ready = server.get("/readyz").json();
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["limits"]["days"], 1096);
}

#[test]
fn a_heatmap_is_kept_under_the_query_as_sent_and_its_age_is_said() {
    let (database, server) = served();
    let target = format!("{EXECUTIONS}/heatmap?{WINDOW}");
    let first = server.get(&target);
    assert_eq!(first.header("age"), Some("0"));
    assert_eq!(first.header("cache-control"), Some("private, max-age=0, must-revalidate"));
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10);
    // Rows that come later do not show until the five minutes are over, and other queries see them at once.
    database.add("w", &[Row::new("late", "failed", NEW_YEAR_MS)]);
    std::thread::sleep(Duration::from_millis(1100));
    let kept = server.get(&target);
    assert_eq!(kept.body, first.body);
    assert!(kept.header("age").unwrap().parse::<u64>().unwrap() >= 1);
    let fresh = server.get(&format!("{EXECUTIONS}/heatmap?{WINDOW}&metric=success_rate"));
    assert_eq!(fresh.json()["totals"]["executions"], 721);
    // What the client has is not sent again.
    for held in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let known = server.get_with(&target, &format!("If-None-Match: {held}\r\n"));
        assert_eq!((known.status, known.body.len()), (304, 0), "{held}");
        assert_eq!(known.header("etag"), Some(&*tag));
    }
    assert_eq!(server.get_with(&target, "If-None-Match: \"other\"\r\n").status, 200);
    // A picture of the same query is another answer.
    assert_ne!(server.get(&format!("{EXECUTIONS}/heatmap.svg?{WINDOW}")).header("etag"), Some(&*tag));
}

#[test]
fn a_kept_heatmap_keeps_its_until() {
    let (_database, server) = served();
    let until = || server.get(&format!("{EXECUTIONS}/heatmap?days=7")).json()["until"].as_str().unwrap().to_owned();
    let first = until();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(until(), first);
    let stats = format!("{EXECUTIONS}/stats?days=7");
    assert_eq!(server.get(&stats).header("age"), None, "totals are not kept");
}

#[test]
fn a_heatmap_is_not_kept_for_longer_than_it_may() {
    let database = Database::with_rows(&rows_over(2));
    let server = Server::with(&database.path, Limits { cache: Duration::from_millis(200), ..Limits::default() });
    let executions = || server.get(&format!("{EXECUTIONS}/heatmap?{WINDOW}")).json()["totals"]["executions"].as_u64();
    assert_eq!(executions(), Some(48));
    database.add("w", &[Row::new("late", "failed", NEW_YEAR_MS)]);
    eventually("the new row's appearance", || executions() == Some(49));
}

#[test]
fn errors_and_incomplete_heatmaps_are_not_kept() {
    let database = Database::with_rows(&rows_over(1));
    let server = Server::with(&database.path, Limits { rows: 30, ..Limits::default() });
    let target = format!("/api/v1/workspaces/late/executions/heatmap?{WINDOW}");
    assert_eq!(server.get(&target).status, 404);
    database.add("late", &rows_over(1));
    assert_eq!(server.get(&target).status, 200, "the 404 was not kept");
    database.add("late", &rows_over(2));
    let cut = format!("{EXECUTIONS}/heatmap?{WINDOW}").replace("/w/", "/late/") + "&metric=volume";
    for _ in 0..2 {
        let heatmap = server.get(&cut);
        assert_eq!(heatmap.json()["complete"], false);
        assert!(heatmap.json()["incomplete_reason"].as_str().unwrap().contains("more than 30 rows"));
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(server.get(&cut).header("age"), Some("0"), "an incomplete one was kept");
    }
    let rows = server.get(&format!("/api/v1/workspaces/late/executions?{WINDOW}"));
    assert!(rows.text().ends_with("{\"$end\":{\"rows\":30,\"complete\":false,\"reason\":\"row_limit\"}}\n"));
}

#[test]
fn equal_requests_at_the_same_time_are_one_answer() {
    let database = Database::with_rows(&rows_over(60));
    let server = Server::start(&database.path);
    let target = format!("{EXECUTIONS}/heatmap?days=90&metric=duration");
    let bodies: Vec<_> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..16).map(|_| scope.spawn(|| server.get(&target).body)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    // Each answer made on its own would end at an instant of its own.
    assert!(bodies.iter().all(|body| *body == bodies[0] && !body.is_empty()));
}
