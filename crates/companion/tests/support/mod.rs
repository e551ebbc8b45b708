//! What several test files share: numbers from a seed, databases with rows, a server on a port of its own, and an
//! HTTP client that hides nothing.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../../tests/support/seeded.rs"]
mod seeded;

#[allow(unused_imports, reason = "each test file uses its own part")]
pub use seeded::Seeded;

use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::time::Timestamp;
use execution_heatmap_companion::server::{self, Config, Limits};
use execution_heatmap_companion::source::sqlite::pool::Pool;
use execution_heatmap_companion::source::sqlite::write::Writer;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A row that owns its texts.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Option<String>,
    pub workflow_id: Option<String>,
    pub status: String,
    pub started_ms: i64,
    pub duration_ms: Option<u64>,
    pub tags: Vec<String>,
    pub attempt: u32,
    pub error: Option<String>,
}

/// 2026-01-01T00:00:00Z.
pub const NEW_YEAR_MS: i64 = 1_767_225_600_000;

impl Row {
    pub fn new(id: &str, status: &str, started_ms: i64) -> Self {
        Self {
            id: Some(id.to_owned()),
            workflow_id: Some("7".to_owned()),
            status: status.to_owned(),
            started_ms,
            duration_ms: None,
            tags: Vec::new(),
            attempt: 1,
            error: None,
        }
    }

    pub fn with<T>(&self, use_it: impl FnOnce(&Execution<'_>) -> T) -> T {
        let mut ends = Vec::new();
        let mut text = String::new();
        for tag in &self.tags {
            text.push_str(tag);
            ends.push(text.len() as u32);
        }
        use_it(&Execution {
            id: self.id.as_deref(),
            workflow_id: self.workflow_id.as_deref(),
            workflow: None,
            status: Status::of(&self.status),
            status_text: &self.status,
            started_at: Timestamp::from_ms(self.started_ms).unwrap(),
            duration_ms: self.duration_ms,
            waited_ms: None,
            tags: Tags::new(&text, &ends),
            attempt: self.attempt,
            error: self.error.as_deref(),
        })
    }
}

/// A folder that is gone after the test, with a database in it.
pub struct Database {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Database {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.sqlite");
        Self { folder, path }
    }

    pub fn with_rows(rows: &[Row]) -> Self {
        let database = Self::new();
        database.add("w", rows);
        database
    }

    pub fn add(&self, workspace: &str, rows: &[Row]) {
        let mut writer = Writer::open(&self.path, workspace).unwrap();
        for row in rows {
            row.with(|execution| writer.add(execution)).unwrap();
        }
        let content = writer.begin_file().unwrap();
        writer.end_file(content, 0).unwrap();
    }
}

/// Hourly rows over some days from the new year on, a few of them failed.
pub fn rows_over(days: i64) -> Vec<Row> {
    let row = |hour: i64| {
        let status = if hour % 7 == 3 { "failed" } else { "completed" };
        Row {
            duration_ms: Some(1000),
            ..Row::new(&format!("r{hour}"), status, NEW_YEAR_MS + hour * 3_600_000 + 60_000)
        }
    };
    (0..days * 24).map(row).collect()
}

/// A server that runs until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub fn start(path: &Path) -> Self {
        Self::with(path, Limits::default())
    }

    pub fn with(path: &Path, limits: Limits) -> Self {
        let pool = Pool::open(path, limits.database_connections()).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let stopped = async { stopped.await.unwrap_or(()) };
                server::run(listener, stopped, Config { pool, limits }).await.unwrap();
            });
        });
        Self { address: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// Tells it to stop without waiting.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until it has stopped.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket
    }

    /// Sends bytes as they are and reads until the server closes.
    pub fn raw(&self, request: &str) -> Response {
        let mut socket = self.connect();
        socket.write_all(request.as_bytes()).unwrap();
        Response::read(&mut socket)
    }

    pub fn get(&self, target: &str) -> Response {
        self.get_with(target, "")
    }

    /// `headers` are lines that end with CRLF.
    pub fn get_with(&self, target: &str, headers: &str) -> Response {
        self.raw(&format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n", self.address))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A response as it came.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// False if a chunked body ended before its last chunk.
    pub whole: bool,
}

impl Response {
    pub fn read(socket: &mut impl Read) -> Self {
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes);
        Self::parse(&bytes)
    }

    pub fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let rest = &bytes[end + 4..];
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let (body, whole) = if chunked { unchunk(rest) } else { (rest.to_vec(), true) };
        Self { status, head, body, whole }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn lines(&self) -> Vec<serde_json::Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else { return (body, false) };
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        rest = &rest[end + 2..];
        if length == 0 {
            return (body, true);
        }
        if rest.len() < length + 2 {
            body.extend_from_slice(&rest[..length.min(rest.len())]);
            return (body, false);
        }
        body.extend_from_slice(&rest[..length]);
        rest = &rest[length + 2..];
    }
}

/// Waits for something that happens elsewhere; fails after a while.
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let since = Instant::now();
    while !happened() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A window that holds all of [`rows_over`] 30 days.
pub const WINDOW: &str = "from=2026-01-01&to=2026-01-30";
/// The rows of the workspace that [`Database::with_rows`] fills.
pub const EXECUTIONS: &str = "/api/v1/workspaces/w/executions";

/// [`rows_over`] 30 days, served.
pub fn served() -> (Database, Server) {
    let database = Database::with_rows(&rows_over(30));
    let server = Server::start(&database.path);
    (database, server)
}

/// The answer is a problem of that status and title, and its detail says that.
pub fn assert_problem(response: &Response, status: u16, title: &str, detail: &str) {
    assert_eq!(response.status, status, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    let problem = response.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["title"], title);
    assert!(problem["type"].as_str().unwrap().starts_with("urn:execution-heatmap:problem:"), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem} does not say {detail}");
}

/// The rows of 2026 of workspace `w`.
pub const YEAR_OF_ROWS: &str = "/api/v1/workspaces/w/executions?from=2026-01-01&to=2026-12-31";

/// Rows of about 1,100 bytes each, a minute apart.
pub fn wide_rows(count: i64) -> Vec<Row> {
    let row = |number: i64| Row {
        error: Some("e".repeat(1000)),
        ..Row::new(&format!("{number:08}"), "failed", NEW_YEAR_MS + number * 60_000)
    };
    (0..count).map(row).collect()
}

/// Asks for [`YEAR_OF_ROWS`] and reads nothing.
pub fn ask_for_rows(server: &Server) -> TcpStream {
    let mut socket = server.connect();
    write!(socket, "GET {YEAR_OF_ROWS} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address).unwrap();
    socket
}

/// Reads the head and a little more, so that the stream is known to be under way.
pub fn begin(socket: &mut TcpStream) -> Vec<u8> {
    let mut begun = vec![0; 2000];
    socket.read_exact(&mut begun).unwrap();
    begun
}
