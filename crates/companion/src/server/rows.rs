//! The stream of rows. A blocking thread reads them and hands them over in chunks of whole lines; where the client
//! does not keep up, the thread waits, so that a stream costs the same whatever its length. Clock and stop are looked
//! at however few rows the database finds. The stream says itself
//! how it ends, because HTTP does not reliably say it: `$end` if it is whole or a limit cut it, `$error` if it broke,
//! and `$alive` while it has nothing to say.

use super::Limits;
use super::routes::State;
use crate::source::sqlite::pool::{Interrupter, Lease};
use crate::source::sqlite::read::{self, Selection};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use execution_heatmap::execution::Execution;
use execution_heatmap::options::Filter;
use execution_heatmap::row;
use execution_heatmap::window::Window;
use http_body::Frame;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use tokio::time::Sleep;

/// Rows are handed over once they fill so many bytes.
const CHUNK_BYTES: usize = 16 * 1024;
/// Or once the oldest of them has waited so long.
const CHUNK_AGE: Duration = Duration::from_millis(100);
/// Chunks that may lie between the database and the socket.
const CHUNKS_IN_FLIGHT: usize = 2;

/// The rows that a stream sends.
#[derive(Debug)]
pub struct Wanted {
    /// The workspace's number.
    pub workspace: i64,
    /// Starts within it.
    pub window: Window,
    /// And what is left of those.
    pub filter: Filter,
}

/// True if a client takes NDJSON: it says so, takes everything, or says nothing.
pub fn accepts_ndjson(headers: &HeaderMap) -> bool {
    let mut said = headers.get_all(header::ACCEPT).iter().peekable();
    said.peek().is_none()
        || said.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(takes_ndjson)
}

fn takes_ndjson(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let form = parts.next().unwrap_or("").to_ascii_lowercase();
    let is_refused = parts.any(|parameter| {
        let quality = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q="));
        quality.and_then(|quality| quality.trim().parse::<f64>().ok()).is_some_and(|quality| quality <= 0.0)
    });
    matches!(form.as_str(), "application/x-ndjson" | "application/*" | "*/*") && !is_refused
}

/// Begins a stream. The lease and the permit are held until its last row was read.
pub fn stream(state: &State, lease: Lease, permit: OwnedSemaphorePermit, wanted: Wanted) -> Response {
    let (sender, chunks) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let limits = state.limits();
    let body = Chunks {
        chunks,
        interrupter: Some(lease.interrupter()),
        alive: Box::pin(tokio::time::sleep(limits.alive)),
        alive_interval: limits.alive,
        alives: 0,
    };
    let outbox = Outbox::new(sender, limits, state.stopped());
    tokio::task::spawn_blocking(move || produce(outbox, lease, permit, &wanted));
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// How a stream ended. The words are this program's own and need no escaping in JSON.
enum Ending {
    Whole,
    /// A limit cut it, for this reason.
    Cut(&'static str),
    /// It broke: a word for programs and a sentence for people.
    Broken(&'static str, &'static str),
    /// Nobody is there to be told.
    ClientGone,
}

/// What the blocking thread does.
fn produce(outbox: Outbox, mut lease: Lease, permit: OwnedSemaphorePermit, wanted: &Wanted) {
    let selection = Selection::by_start(wanted.workspace, &wanted.window, &wanted.filter);
    // Rows and looks come on this thread alone, and never one within the other.
    let outbox = Arc::new(Mutex::new(outbox));
    let looking = Arc::clone(&outbox);
    let read = lease
        .watch(move || lock(&looking).look().is_break())
        .and_then(|()| read::for_each_row(lease.connection(), &selection, |execution| lock(&outbox).row(execution)));
    // Whoever has seen the end of a stream may begin the next one. The lease goes with its watch, which would keep the
    // channel open.
    drop(lease);
    drop(permit);
    lock(&outbox).end(read);
}

fn lock(outbox: &Mutex<Outbox>) -> std::sync::MutexGuard<'_, Outbox> {
    outbox.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows that wait to be handed over, and why no more come.
struct Outbox {
    sender: mpsc::Sender<Bytes>,
    limits: Limits,
    stopped: watch::Receiver<bool>,
    chunk: String,
    /// When the chunk's first row came.
    chunk_since: Instant,
    started: Instant,
    rows: u64,
    /// Why the reading was broken off, if it was.
    ending: Option<Ending>,
}

impl Outbox {
    fn new(sender: mpsc::Sender<Bytes>, limits: Limits, stopped: watch::Receiver<bool>) -> Self {
        let now = Instant::now();
        Self { sender, limits, stopped, chunk: String::new(), chunk_since: now, started: now, rows: 0, ending: None }
    }

    /// Takes a row.
    fn row(&mut self, execution: &Execution<'_>) -> ControlFlow<()> {
        if self.rows == self.limits.rows {
            return self.stop(Ending::Cut("row_limit"));
        }
        if self.chunk.is_empty() {
            self.chunk_since = Instant::now();
        }
        row::write_line(execution, &mut self.chunk);
        self.rows += 1;
        if self.chunk.len() < CHUNK_BYTES {
            return ControlFlow::Continue(());
        }
        self.hand_over()?;
        // The client may have kept it waiting.
        self.look()
    }

    /// Looks at the clock and at the stop, whether there are rows or not.
    fn look(&mut self) -> ControlFlow<()> {
        let is_due = !self.chunk.is_empty() && self.chunk_since.elapsed() >= CHUNK_AGE;
        if is_due {
            self.hand_over()?;
        }
        if *self.stopped.borrow() {
            return self.stop(Ending::Broken("shutdown", "the server is stopping"));
        }
        if self.started.elapsed() >= self.limits.stream {
            return self.stop(Ending::Cut("time_limit"));
        }
        ControlFlow::Continue(())
    }

    fn hand_over(&mut self) -> ControlFlow<()> {
        let chunk = Bytes::from(std::mem::replace(&mut self.chunk, String::with_capacity(CHUNK_BYTES + 1024)));
        match self.sender.blocking_send(chunk) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => self.stop(Ending::ClientGone),
        }
    }

    fn stop(&mut self, ending: Ending) -> ControlFlow<()> {
        self.ending = Some(ending);
        ControlFlow::Break(())
    }

    /// Says how the stream ends.
    fn end(&mut self, read: rusqlite::Result<()>) {
        let rows = self.rows;
        let control = match self.ending.take().unwrap_or_else(|| self.judge(read)) {
            Ending::ClientGone => return,
            Ending::Whole => format!("{{\"$end\":{{\"rows\":{rows},\"complete\":true}}}}\n"),
            Ending::Cut(reason) => {
                format!("{{\"$end\":{{\"rows\":{rows},\"complete\":false,\"reason\":\"{reason}\"}}}}\n")
            }
            Ending::Broken(code, message) => {
                format!("{{\"$error\":{{\"code\":\"{code}\",\"message\":\"{message}\",\"rows\":{rows}}}}}\n")
            }
        };
        self.chunk.push_str(&control);
        // If nobody takes it, nobody misses it.
        let _ = self.sender.blocking_send(Bytes::from(std::mem::take(&mut self.chunk)));
    }

    /// How a reading ended that was not broken off here.
    fn judge(&self, read: rusqlite::Result<()>) -> Ending {
        match read {
            Ok(()) => Ending::Whole,
            // Who went away has stopped the query.
            Err(_) if self.sender.is_closed() => Ending::ClientGone,
            Err(error) => {
                crate::voice::say(&format!("database: {error}"));
                Ending::Broken("database", "the database stopped answering")
            }
        }
    }
}

/// The body: chunks as they come, and signs of life between them. Dropping it stops the query.
struct Chunks {
    chunks: mpsc::Receiver<Bytes>,
    interrupter: Option<Interrupter>,
    alive: Pin<Box<Sleep>>,
    alive_interval: Duration,
    alives: u64,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = &mut *self;
        let chunk = match this.chunks.poll_recv(context) {
            Poll::Ready(None) => {
                this.interrupter = None;
                return Poll::Ready(None);
            }
            Poll::Ready(Some(chunk)) => chunk,
            Poll::Pending => {
                if this.alive.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.alives += 1;
                Bytes::from(format!("{{\"$alive\":{}}}\n", this.alives))
            }
        };
        this.alive.as_mut().reset(tokio::time::Instant::now() + this.alive_interval);
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body::Body as _;
    use std::future::poll_fn;

    #[tokio::test]
    async fn a_stream_that_has_nothing_to_say_gives_signs_of_life() {
        let (sender, chunks) = mpsc::channel(1);
        let alive_interval = Duration::from_millis(20);
        let alive = Box::pin(tokio::time::sleep(alive_interval));
        let mut body = Chunks { chunks, interrupter: None, alive, alive_interval, alives: 0 };
        let mut next = async || {
            let frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await;
            frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
        };
        assert_eq!(next().await.unwrap(), "{\"$alive\":1}\n");
        assert_eq!(next().await.unwrap(), "{\"$alive\":2}\n");
        sender.send(Bytes::from_static(b"{}\n")).await.unwrap();
        assert_eq!(next().await.unwrap(), "{}\n");
        assert_eq!(next().await.unwrap(), "{\"$alive\":3}\n");
        drop(sender);
        assert_eq!(next().await, None);
    }

    fn outbox(limits: Limits) -> (Outbox, mpsc::Receiver<Bytes>, watch::Sender<bool>) {
        let (sender, chunks) = mpsc::channel(CHUNKS_IN_FLIGHT);
        let (stop, stopped) = watch::channel(false);
        (Outbox::new(sender, limits, stopped), chunks, stop)
    }

    fn row() -> Execution<'static> {
        use execution_heatmap::execution::{Status, Tags};
        Execution {
            id: Some("1"),
            workflow_id: None,
            workflow: None,
            status: Status::Completed,
            status_text: "completed",
            started_at: execution_heatmap::time::Timestamp::from_ms(0).unwrap(),
            duration_ms: None,
            waited_ms: None,
            tags: Tags::default(),
            attempt: 1,
            error: None,
        }
    }

    #[test]
    fn a_single_row_is_handed_over_once_it_is_old_although_no_other_comes() {
        let (mut outbox, mut chunks, _stop) = outbox(Limits::default());
        assert!(outbox.row(&row()).is_continue() && outbox.look().is_continue());
        assert!(chunks.try_recv().is_err(), "it may wait for others");
        std::thread::sleep(CHUNK_AGE);
        assert!(outbox.look().is_continue());
        assert!(chunks.try_recv().unwrap().starts_with(b"{\"id\":\"1\""));
        drop(chunks);
        assert!(outbox.row(&row()).is_continue());
        std::thread::sleep(CHUNK_AGE);
        assert!(outbox.look().is_break() && matches!(outbox.ending, Some(Ending::ClientGone)));
    }

    #[test]
    fn clock_and_stop_are_seen_without_a_row() {
        let (mut late, ..) = outbox(Limits { stream: Duration::ZERO, ..Limits::default() });
        assert!(late.look().is_break() && matches!(late.ending, Some(Ending::Cut("time_limit"))));
        let (mut stopped, _chunks, stop) = outbox(Limits::default());
        assert!(stopped.look().is_continue());
        stop.send_replace(true);
        assert!(stopped.look().is_break() && matches!(stopped.ending, Some(Ending::Broken("shutdown", _))));
    }

    #[test]
    fn what_a_client_takes_is_read_from_its_accept() {
        let check = |accept: &str, expected: bool| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            assert_eq!(accepts_ndjson(&headers), expected, "{accept}");
        };
        assert!(accepts_ndjson(&HeaderMap::new()));
        check("application/x-ndjson", true);
        check("text/html, */*;q=0.1", true);
        check("application/x-ndjson; q=0.0", false);
        check("application/json", false);
        check("", false);
    }
}
