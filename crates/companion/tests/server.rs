//! The HTTP interface over real sockets and real SQLite files: every route, what is refused and in which words, and
//! what the cache says.

mod support;

use execution_heatmap_companion::server::{self, Limits};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Database, NEW_YEAR_MS, Response, Row, Server, eventually, rows_over};

/// A window that holds all of [`rows_over`] 30 days.
const WINDOW: &str = "from=2026-01-01&to=2026-01-30";
const EXECUTIONS: &str = "/api/v1/workspaces/w/executions";

fn served() -> (Database, Server) {
    let database = Database::with_rows(&rows_over(30));
    let server = Server::start(&database.path);
    (database, server)
}

fn assert_problem(response: &Response, status: u16, title: &str, detail: &str) {
    assert_eq!(response.status, status, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    let problem = response.json();
    assert_eq!(problem["status"], json!(status));
    assert_eq!(problem["title"], json!(title));
    assert!(problem["type"].as_str().unwrap().starts_with("urn:execution-heatmap:problem:"), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem} does not say {detail}");
}

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
fn a_client_that_takes_no_ndjson_is_told_so() {
    let (_database, server) = served();
    let status =
        |accept: &str| server.get_with(&format!("{EXECUTIONS}?{WINDOW}"), &format!("Accept: {accept}\r\n")).status;
    for accept in [
        "application/x-ndjson",
        "*/*",
        "application/*",
        "text/csv;q=0.9, application/x-ndjson;q=0.5",
        "Application/X-NDJSON",
    ] {
        assert_eq!(status(accept), 200, "{accept}");
    }
    for accept in ["text/csv", "application/vnd.apache.arrow.stream", "application/x-ndjson;q=0", "application/json"] {
        assert_eq!(status(accept), 406, "{accept}");
    }
    let response = server.get_with(EXECUTIONS, "Accept: text/csv\r\n");
    assert_problem(&response, 406, "No such form", "application/x-ndjson");
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
    assert_eq!(response.header("content-security-policy"), Some("default-src 'none'; sandbox; frame-ancestors 'none'"));
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
    assert_eq!(counts(workflows(&format!("{day}&workflow_id=8"))), all, "one that is chosen does not hide the others");
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
fn each_bad_parameter_is_named_with_what_it_takes() {
    let (_database, server) = served();
    let routes = ["/executions", "/executions/heatmap", "/executions/heatmap.svg", "/executions/stats", "/workflows"];
    let cases = [
        ("metric=speed", 400, "metric: 'speed' cannot be used; it takes success_rate"),
        ("granularity=weekly", 400, "hourly, daily"),
        ("days=0", 400, "days: '0'"),
        ("days=-5", 400, "days: '-5'"),
        ("days=1e3", 400, "days: '1e3'"),
        ("days=1097", 422, "1097 days is too long; it takes 1 to 1096"),
        ("from=2020-01-01&to=2026-01-01", 422, "too long"),
        ("days=7&days=8", 400, "came twice"),
        ("from=2026-01-01", 400, "to:"),
        ("from=2026-02-30&to=2026-03-01", 400, "from: '2026-02-30'"),
        ("from=2026-01-02&to=2026-01-01", 400, "from:"),
        ("days=7&from=2026-01-01&to=2026-01-02", 400, "days:"),
        ("until=yesterday", 400, "until: 'yesterday'"),
        ("time_zone=Mars/Olympus", 400, "time_zone: 'Mars/Olympus' is not a zone"),
        ("time_zone=", 400, "time_zone"),
        ("status=exploded", 400, "status: 'exploded'"),
        ("tag=", 400, "tag"),
        ("workflow_id=!", 400, "workflow_id"),
        ("thresholds=3,2,1", 400, "three strictly rising"),
        ("thresholds=NaN,1,2", 400, "three strictly rising"),
        ("colour=red", 400, "'colour' is not a parameter here"),
        ("metric=%1b[31m%00%e2%80%ae", 400, "metric"),
        ("metric=%ff%fe", 400, "metric"),
    ];
    for route in routes {
        for (query, status, detail) in cases {
            let response = server.get(&format!("/api/v1/workspaces/w{route}?{query}"));
            let title = if status == 422 { "Window too long" } else { "Bad parameter" };
            assert_problem(&response, status, title, detail);
            let said = response.json()["detail"].as_str().unwrap().to_owned();
            assert!(!said.chars().any(|c| c.is_control() || c == '\u{202e}'), "{said:?}");
        }
    }
}

#[test]
fn what_is_not_there_is_a_404() {
    let (_database, server) = served();
    for route in ["/executions", "/executions/heatmap", "/executions/heatmap.svg", "/executions/stats", "/workflows"] {
        let response = server.get(&format!("/api/v1/workspaces/nobody{route}"));
        assert_problem(&response, 404, "No such workspace", "workspace: 'nobody'");
    }
    for path in ["/api", "/api/v1/workspaces/w", "/nothing.js", "/../Cargo.toml", "/api/v1/workspaces/w/executions/"] {
        assert_problem(&server.get(path), 404, "Not found", "nothing at this address");
    }
}

#[test]
fn a_workspace_may_bear_any_name() {
    let database = Database::new();
    for name in ["a b/c", "ü%?&#", "'; DROP TABLE executions --", ".."] {
        database.add(name, &rows_over(1));
    }
    let server = Server::start(&database.path);
    let encode = |name: &str| -> String { name.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    for workspace in server.get("/api/v1/workspaces").json()["workspaces"].as_array().unwrap() {
        let name = workspace["id"].as_str().unwrap();
        let rows = server.get(&format!("/api/v1/workspaces/{}/executions?{WINDOW}", encode(name)));
        assert_eq!((rows.status, rows.lines().len()), (200, 25), "{name}");
    }
    let no_text = server.get("/api/v1/workspaces/%FF/executions");
    assert_problem(&no_text, 404, "No such workspace", "workspace");
}

#[test]
fn a_name_of_another_host_is_refused_on_every_route() {
    let (_database, server) = served();
    let port = server.address.port();
    let raw = |line: &str, hosts: &str| server.raw(&format!("GET {line} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n"));
    let host = |name: String| format!("Host: {name}\r\n");
    for path in ["/", "/healthz", "/api/v1/workspaces", "/pkg/worker.js", "/nothing"] {
        for good in [
            format!("127.0.0.1:{port}"),
            format!("localhost:{port}"),
            format!("LocalHost:{port}"),
            format!("[::1]:{port}"),
        ] {
            assert_ne!(raw(path, &host(good.clone())).status, 421, "{path} {good}");
        }
        let others = [
            "evil.example".to_owned(),
            format!("evil.example:{port}"),
            format!("127.0.0.1.nip.io:{port}"),
            format!("localhost.:{port}"),
            format!("localhost.evil.example:{port}"),
            format!("[::ffff:127.0.0.1]:{port}"),
            format!("127.0.0.2:{port}"),
            format!("127.1:{port}"),
            format!("2130706433:{port}"),
            format!("0.0.0.0:{port}"),
            format!("user@localhost:{port}"),
            format!("localhost:{port}@evil.example"),
            format!("localhost:0{port}"),
            format!("localhost:+{port}"),
            format!("::1:{port}"),
            format!("[::1%25lo]:{port}"),
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "[::1]".to_owned(),
            "localhost:1".to_owned(),
            "localhost:".to_owned(),
            "null".to_owned(),
            String::new(),
            format!("localhost:{port},evil.example"),
        ];
        for bad in others {
            assert_problem(&raw(path, &host(bad.clone())), 421, "Host not allowed", "localhost, 127.0.0.1");
        }
        assert_eq!(raw(path, "").status, 421, "no Host at all");
        let twice = format!("Host: localhost:{port}\r\nHost: evil.example\r\n");
        assert!(matches!(raw(path, &twice).status, 400 | 421));
        let absolute = raw(&format!("http://evil.example:{port}{path}"), &host(format!("localhost:{port}")));
        assert_eq!(absolute.status, 421, "an absolute target of another host");
    }
    assert_eq!(raw(&format!("http://localhost:{port}/healthz"), &host(format!("localhost:{port}"))).status, 200);
}

#[test]
fn pages_of_other_origins_are_not_answered() {
    let (_database, server) = served();
    let port = server.address.port();
    let status = |origin: &str| server.get_with("/api/v1/workspaces", &format!("Origin: {origin}\r\n")).status;
    assert_eq!(status(&format!("http://localhost:{port}")), 200);
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        format!("https://localhost:{port}"),
        "http://localhost:1".to_owned(),
    ] {
        assert_eq!(status(&origin), 403, "{origin}");
    }
    assert_eq!(server.get("/api/v1/workspaces").header("access-control-allow-origin"), None);
}

#[test]
fn only_reading_is_answered_and_bodies_are_refused() {
    let (_database, server) = served();
    let host = format!("Host: {}\r\nConnection: close\r\n", server.address);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let response = server.raw(&format!("{method} /api/v1/workspaces HTTP/1.1\r\n{host}\r\n"));
        assert_problem(&response, 405, "Method not allowed", "GET and HEAD");
        assert_eq!(response.header("allow"), Some("GET, HEAD"));
    }
    let with_body = server.raw(&format!("GET /api/v1/workspaces HTTP/1.1\r\n{host}Content-Length: 3\r\n\r\nabc"));
    assert_problem(&with_body, 400, "A body is not accepted", "no body");
    let chunked = server.raw(&format!("GET /healthz HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    assert_eq!(chunked.status, 400);
    let head = server.raw(&format!("HEAD /api/v1/workspaces HTTP/1.1\r\n{host}\r\n"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    let long = server.get(&format!("{EXECUTIONS}?tag={}", "x".repeat(9000)));
    assert_problem(&long, 414, "Address too long", "8192");
}

#[test]
fn every_answer_carries_the_headers_that_keep_it_harmless() {
    let (_database, server) = served();
    for path in [
        "/",
        "/healthz",
        "/api/v1/workspaces",
        &format!("{EXECUTIONS}?{WINDOW}"),
        "/nothing",
        &format!("{EXECUTIONS}?days=x"),
    ] {
        let response = server.get(path);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(response.header(name), Some(value), "{path}");
        }
        assert!(response.header("content-security-policy").unwrap().starts_with("default-src 'none'; "), "{path}");
    }
    assert!(
        server
            .raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            .header("x-content-type-options")
            .is_some()
    );
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

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let check = |address: &str, allowed: bool| {
        assert_eq!(server::loopback_only(address.parse().unwrap()).is_ok(), allowed, "{address}");
    };
    check("127.0.0.1:80", true);
    check("127.8.9.10:80", true);
    check("[::1]:80", true);
    check("0.0.0.0:80", false);
    check("[::]:80", false);
    check("192.168.1.2:80", false);
    check("[::ffff:127.0.0.1]:80", false);
}

#[cfg(not(feature = "dashboard"))]
#[test]
fn without_the_dashboard_the_command_that_builds_it_is_named() {
    let (_database, server) = served();
    let response = server.get("/");
    assert_eq!(response.status, 503);
    assert!(response.text().contains("cargo xtask demo"));
}

#[cfg(feature = "dashboard")]
#[test]
fn the_dashboard_is_served_with_a_strict_policy() {
    let (_database, server) = served();
    let page = server.get("/?workspace=w");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'") && !policy.contains("unsafe-inline"));
    let tag = page.header("etag").unwrap().to_owned();
    assert_eq!(server.get_with("/", &format!("If-None-Match: {tag}\r\n")).status, 304);
    let worker = server.get("/pkg/worker.js");
    assert_eq!(worker.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert!(worker.header("content-security-policy").unwrap().contains("'wasm-unsafe-eval'"));
}
