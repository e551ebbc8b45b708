//! The stream of rows. A blocking thread reads them and hands them over in chunks of whole lines; where the client
//! does not keep up, the thread waits, so that a stream costs the same whatever its length. The stream says itself
//! how it ends, because HTTP does not reliably say it: `$end` if it is whole or a limit cut it, `$error` if it broke,
//! and `$alive` while it has nothing to say.

use super::Limits;
use super::routes::State;
use crate::source::sqlite::pool::{Interrupter, Lease};
use crate::source::sqlite::read::{self, Selection};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use execution_heatmap::options::Filter;
use execution_heatmap::row;
use execution_heatmap::window::Window;
use http_body::Frame;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::pin::Pin;
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
    let stopped = state.stopped();
    tokio::task::spawn_blocking(move || {
        Producer::new(sender, limits, stopped).produce(&lease, permit, &wanted);
    });
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
struct Producer {
    sender: mpsc::Sender<Bytes>,
    limits: Limits,
    stopped: watch::Receiver<bool>,
    chunk: String,
    /// When the chunk's first row came.
    chunk_since: Instant,
    started: Instant,
    rows: u64,
}

impl Producer {
    fn new(sender: mpsc::Sender<Bytes>, limits: Limits, stopped: watch::Receiver<bool>) -> Self {
        let now = Instant::now();
        Self { sender, limits, stopped, chunk: String::new(), chunk_since: now, started: now, rows: 0 }
    }

    fn produce(mut self, lease: &Lease, permit: OwnedSemaphorePermit, wanted: &Wanted) {
        let selection = Selection { workspace: wanted.workspace, window: &wanted.window, filter: &wanted.filter };
        let mut ending = Ending::Whole;
        let read = read::for_each_row(lease.connection(), &selection, |execution| {
            if self.rows == self.limits.rows {
                ending = Ending::Cut("row_limit");
                return ControlFlow::Break(());
            }
            if self.chunk.is_empty() {
                self.chunk_since = Instant::now();
            }
            row::write_line(execution, &mut self.chunk);
            self.rows += 1;
            // The clock is asked once in a while: rows come by the hundred thousand a second.
            let is_due = self.chunk.len() >= CHUNK_BYTES
                || (self.rows.is_multiple_of(64) && self.chunk_since.elapsed() >= CHUNK_AGE);
            if !is_due {
                return ControlFlow::Continue(());
            }
            match self.hand_over() {
                None => ControlFlow::Continue(()),
                Some(why) => {
                    ending = why;
                    ControlFlow::Break(())
                }
            }
        });
        if let Err(error) = read {
            if self.sender.is_closed() {
                return;
            }
            crate::voice::say(&format!("database: {error}"));
            ending = Ending::Broken("database", "the database stopped answering");
        }
        // Whoever has seen the end of a stream may begin the next one.
        drop(permit);
        self.end(&ending);
    }

    /// Sends the chunk; says why the stream has to end, if it has to.
    fn hand_over(&mut self) -> Option<Ending> {
        let chunk = Bytes::from(std::mem::replace(&mut self.chunk, String::with_capacity(CHUNK_BYTES + 1024)));
        if self.sender.blocking_send(chunk).is_err() {
            return Some(Ending::ClientGone);
        }
        if *self.stopped.borrow() {
            return Some(Ending::Broken("shutdown", "the server is stopping"));
        }
        (self.started.elapsed() >= self.limits.stream).then_some(Ending::Cut("time_limit"))
    }

    fn end(mut self, ending: &Ending) {
        let rows = self.rows;
        let control = match ending {
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
        let _ = self.sender.blocking_send(Bytes::from(self.chunk));
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
