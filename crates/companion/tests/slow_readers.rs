//! What readers that do not read cost. A test binary of its own, since it looks at the memory of the whole process.

mod support;

use execution_heatmap_companion::server::Limits;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::{Database, Response, Server, YEAR_OF_ROWS, ask_for_rows, begin, eventually, wide_rows};

/// So long a reader may take nothing.
const NO_PROGRESS: Duration = Duration::from_secs(6);

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn readers_that_do_not_read_cost_little_and_are_dropped() {
    let database = Database::with_rows(&wide_rows(30_000));
    let limits = Limits { streams: 24, no_progress: NO_PROGRESS, ..Limits::default() };
    let server = Server::with(&database.path, limits);
    assert_eq!(server.get("/healthz").status, 200);
    let before = resident_kb();
    // Together they ask for 800 MB.
    let mut readers: Vec<TcpStream> = (0..24).map(|_| ask_for_rows(&server)).collect();
    readers.iter_mut().for_each(|reader| drop(begin(reader)));
    let all_began = Instant::now();
    std::thread::sleep(Duration::from_millis(1200));
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} kB for 24 readers that do not read");
    // Nobody else gets a stream meanwhile, and is told so; everything else is answered.
    assert_eq!(Response::read(&mut ask_for_rows(&server)).status, 503);
    assert_eq!(server.get("/api/v1/workspaces").status, 200);
    // Then their places are free again.
    eventually("a free place", || server.get(YEAR_OF_ROWS).status == 200);
    // The last one began later than the first, and who reads before it is dropped gets all.
    let all_dropped = all_began + NO_PROGRESS + Duration::from_secs(2);
    std::thread::sleep(all_dropped.saturating_duration_since(Instant::now()));
    for reader in &mut readers {
        let mut rest = Vec::new();
        let _ = reader.read_to_end(&mut rest);
        assert!(!rest.ends_with(b"\r\n0\r\n\r\n"), "a dropped stream looks whole");
        assert!(rest.len() < 16 * 1024 * 1024, "{} bytes went to a reader that did not read", rest.len());
    }
}
