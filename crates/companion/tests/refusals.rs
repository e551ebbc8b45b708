//! What the HTTP interface refuses and in which words, and the headers that keep its answers harmless.

mod support;

use execution_heatmap_companion::server;
use support::{Database, EXECUTIONS, Server, WINDOW, assert_problem, rows_over, served};

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
        ("by=scheduled", 400, "by: here rows are chosen by their starts"),
        ("by=finish", 400, "start, end, scheduled"),
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
    // Rows as they are come by their starts, and each of them.
    for query in ["by=end", "attempts=last"] {
        let response = server.get(&format!("/api/v1/workspaces/w/executions?{query}"));
        assert_problem(&response, 400, "Bad parameter", ": here rows are chosen by their starts");
    }
}

#[test]
fn what_a_database_of_an_earlier_version_lacks_is_said() {
    let database = Database::with_rows(&rows_over(1));
    let connection = rusqlite::Connection::open(&database.path).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    let server = Server::start(&database.path);
    let get = |query: &str| server.get(&format!("/api/v1/workspaces/w/executions/heatmap?{query}"));
    assert_problem(&get("by=end"), 409, "The database is of an earlier version", "any import brings it up to date");
    assert_eq!(get("by=start").status, 200);
    connection.pragma_update(None, "user_version", 3).unwrap();
    assert_eq!(get("by=end&attempts=last").status, 200);
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

#[test]
fn what_is_no_http_is_refused_and_the_connection_closed() {
    let (_database, server) = served();
    let host = format!("Host: {}\r\n", server.address);
    let many = "X: y\r\n".repeat(200);
    let long = format!("X: {}\r\n", "y".repeat(64 * 1024));
    let requests = [
        format!("GET /healthz HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\na"),
        format!("GET /healthz HTTP/1.1\r\n{host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{host}Folded: a\r\n b\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{host}Bad Name: a\r\n\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{host}{many}\r\n"),
        format!("GET /healthz HTTP/1.1\r\n{host}{long}\r\n"),
        format!("GET /health\u{1}z HTTP/1.1\r\n{host}\r\n"),
        "\u{16}\u{3}\u{1} no HTTP at all\r\n\r\n".to_owned(),
    ];
    for request in requests {
        let response = server.raw(&request);
        let shown: String = request.chars().take(90).collect();
        assert!((400..500).contains(&response.status), "{} to {shown:?}", response.status);
    }
    assert_eq!(server.get("/healthz").status, 200);
}
