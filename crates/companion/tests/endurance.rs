//! What goes wrong around a server: readers that do not read, clients that say nothing or go away, a database that
//! breaks in the middle, a stop under load.

mod support;

use execution_heatmap_companion::server::Limits;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::{Database, Response, Server, YEAR_OF_ROWS, ask_for_rows, assert_problem, begin, eventually, wide_rows};

#[test]
fn a_reader_that_reads_slowly_gets_everything() {
    let database = Database::with_rows(&wide_rows(6_000));
    let limits = Limits { no_progress: Duration::from_secs(2), ..Limits::default() };
    let server = Server::with(&database.path, limits);
    let mut socket = ask_for_rows(&server);
    let mut bytes = Vec::new();
    let mut piece = vec![0; 400 * 1024];
    loop {
        let read = socket.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(&piece[..read]);
        std::thread::sleep(Duration::from_millis(150));
    }
    let response = Response::parse(&bytes);
    assert!(response.whole && response.text().ends_with("{\"$end\":{\"rows\":6000,\"complete\":true}}\n"));
}

#[test]
fn a_client_that_goes_away_leaves_its_place_at_once() {
    let database = Database::with_rows(&wide_rows(30_000));
    let server = Server::with(&database.path, Limits { streams: 1, ..Limits::default() });
    for _ in 0..20 {
        let mut socket = ask_for_rows(&server);
        begin(&mut socket);
        drop(socket);
        eventually("a free place", || {
            let mut next = ask_for_rows(&server);
            begin_status(&mut next) == 200
        });
        eventually("a free place again", || {
            server.get("/api/v1/workspaces/w/executions?days=1&until=2020-01-01").status == 200
        });
    }
}

fn begin_status(socket: &mut TcpStream) -> u16 {
    let mut begun = vec![0; 16];
    socket.read_exact(&mut begun).unwrap();
    String::from_utf8_lossy(&begun[9..12]).parse().unwrap()
}

#[test]
fn a_database_that_breaks_in_the_middle_is_told_in_the_last_line() {
    let mut rows = wide_rows(500);
    rows[400].tags = vec!["broken".to_owned()];
    let database = Database::with_rows(&rows);
    let connection = rusqlite::Connection::open(&database.path).unwrap();
    connection.execute("UPDATE tag_sets SET tags = 'no JSON'", []).unwrap();
    let server = Server::start(&database.path);
    let response = server.get(YEAR_OF_ROWS);
    assert_eq!(response.status, 200, "the head had been sent");
    let last = response.lines().pop().unwrap();
    assert_eq!(
        last,
        serde_json::json!({"$error": {"code": "database", "message": "the database stopped answering", "rows": 400}})
    );
    assert_eq!(response.lines().len(), 401);
    // The same before the head is a problem that says nothing of the inside.
    let heatmap = server.get(&YEAR_OF_ROWS.replace("?", "/heatmap?"));
    assert_eq!(heatmap.status, 503);
    assert_eq!(heatmap.json()["detail"], "the database does not answer");
    assert!(heatmap.header("retry-after").is_some());
}

#[test]
fn a_table_that_is_gone_is_a_503_and_not_ready() {
    let database = Database::with_rows(&wide_rows(5));
    let server = Server::start(&database.path);
    assert_eq!(server.get("/readyz").status, 200);
    rusqlite::Connection::open(&database.path)
        .unwrap()
        .execute_batch("ALTER TABLE workspaces RENAME TO elsewhere")
        .unwrap();
    for target in ["/readyz", "/api/v1/workspaces", YEAR_OF_ROWS] {
        assert_eq!(server.get(target).status, 503, "{target}");
    }
    assert_eq!(server.get("/healthz").status, 200);
    rusqlite::Connection::open(&database.path)
        .unwrap()
        .execute_batch("ALTER TABLE elsewhere RENAME TO workspaces")
        .unwrap();
    assert_eq!(server.get("/readyz").status, 200, "it recovers");
}

#[test]
fn silent_half_and_idle_connections_are_closed() {
    let database = Database::with_rows(&wide_rows(5));
    let server = Server::with(&database.path, Limits { header: Duration::from_millis(300), ..Limits::default() });
    let whole = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    for begun in ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: local", &whole] {
        let mut socket = server.connect();
        socket.write_all(begun.as_bytes()).unwrap();
        let since = Instant::now();
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes);
        let waited = since.elapsed();
        assert!(waited > Duration::from_millis(200) && waited < Duration::from_secs(3), "{begun:?} for {waited:?}");
    }
}

#[test]
fn connections_beyond_the_limit_wait_for_their_turn() {
    let database = Database::with_rows(&wide_rows(5));
    let limits = Limits { connections: 4, header: Duration::from_millis(500), ..Limits::default() };
    let server = Server::with(&database.path, limits);
    let silent: Vec<TcpStream> = (0..4).map(|_| server.connect()).collect();
    assert_eq!(server.get("/healthz").status, 200, "once the silent ones are closed");
    drop(silent);
}

#[test]
fn a_stop_ends_streams_with_a_word_and_does_not_wait_for_the_silent() {
    let database = Database::with_rows(&wide_rows(30_000));
    let limits = Limits { shutdown: Duration::from_secs(4), ..Limits::default() };
    let mut server = Server::with(&database.path, limits);
    let mut streaming = ask_for_rows(&server);
    let mut bytes = begin(&mut streaming);
    let _half = {
        let mut socket = server.connect();
        socket.write_all(b"GET / HT").unwrap();
        socket
    };
    let since = Instant::now();
    server.stop();
    eventually("a closed door", || TcpStream::connect(server.address).is_err());
    streaming.read_to_end(&mut bytes).unwrap();
    let response = Response::parse(&bytes);
    let last = response.lines().pop().unwrap();
    assert_eq!(last["$error"]["code"], "shutdown");
    assert_eq!(last["$error"]["rows"].as_u64().unwrap() as usize, response.lines().len() - 1);
    server.join();
    assert!(since.elapsed() < Duration::from_secs(6), "{:?}", since.elapsed());
}

#[test]
fn a_reader_that_does_not_read_does_not_hold_a_stop() {
    let database = Database::with_rows(&wide_rows(30_000));
    let limits = Limits { shutdown: Duration::from_millis(500), ..Limits::default() };
    let mut server = Server::with(&database.path, limits);
    let mut streaming = ask_for_rows(&server);
    begin(&mut streaming);
    let since = Instant::now();
    server.stop();
    server.join();
    assert!(since.elapsed() < Duration::from_secs(3), "{:?}", since.elapsed());
}

#[test]
fn a_stream_that_takes_too_long_is_cut_and_says_so() {
    let database = Database::with_rows(&wide_rows(3_000));
    let server = Server::with(&database.path, Limits { stream: Duration::ZERO, ..Limits::default() });
    let response = server.get(YEAR_OF_ROWS);
    let last = response.lines().pop().unwrap();
    assert_eq!(last["$end"]["complete"], false);
    assert_eq!(last["$end"]["reason"], "time_limit");
    assert_eq!(last["$end"]["rows"].as_u64().unwrap() as usize, response.lines().len() - 1);
}

#[test]
fn a_stream_that_finds_no_row_is_cut_too() {
    let database = Database::with_rows(&wide_rows(3_000));
    let server = Server::with(&database.path, Limits { stream: Duration::ZERO, ..Limits::default() });
    let response = server.get(&format!("{YEAR_OF_ROWS}&status=running"));
    let expected = "{\"$end\":{\"rows\":0,\"complete\":false,\"reason\":\"time_limit\"}}\n";
    assert_eq!(response.text(), expected);
}

#[test]
fn heatmaps_beyond_those_that_fit_in_memory_wait_and_then_are_refused() {
    let database = Database::with_rows(&wide_rows(2_000));
    let none = Limits { loads: 0, query: Duration::from_millis(300), ..Limits::default() };
    let server = Server::with(&database.path, none);
    for of_rows in ["executions/heatmap", "executions/heatmap.svg", "executions/stats", "workflows"] {
        let since = Instant::now();
        let response = server.get(&YEAR_OF_ROWS.replace("executions", of_rows));
        assert!(since.elapsed() >= none.query, "{of_rows} did not wait");
        assert_problem(&response, 503, "Busy", "0 heatmaps are being worked out");
        assert!(response.header("retry-after").is_some());
    }
    assert!(server.get(YEAR_OF_ROWS).text().ends_with("\"complete\":true}}\n"), "a stream holds no rows in memory");
    assert_eq!(server.get("/readyz").json()["limits"]["loads"], 0);

    let server = Server::with(&database.path, Limits { loads: 1, ..Limits::default() });
    std::thread::scope(|scope| {
        let ask = |width: u32| server.get(&YEAR_OF_ROWS.replace("?", &format!("/heatmap.svg?width={width}&"))).status;
        let asking: Vec<_> = (500..508).map(|width| scope.spawn(move || ask(width))).collect();
        assert!(asking.into_iter().all(|one| one.join().unwrap() == 200), "each has its turn");
    });
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let database = Database::with_rows(&wide_rows(20_000));
    let server = Server::with(&database.path, Limits { query: Duration::from_millis(1), ..Limits::default() });
    let response = server.get(&YEAR_OF_ROWS.replace("?", "/heatmap?"));
    assert_eq!(response.status, 503);
    assert!(response.json()["detail"].as_str().unwrap().contains("took too long"), "{}", response.text());
}
