//! The accept loop: connections up to a number, HTTP/1 with a clock on every request's head, and a stop that waits
//! for what is under way, but not for ever.

use super::Limits;
use super::patient::Patient;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// The longest request head, in bytes, and what is buffered before a write.
const MOST_BUFFER_BYTES: usize = 32 * 1024;
/// The most header fields of a request.
const MOST_HEADERS: usize = 100;
/// The pause after a failed accept: out of file descriptors, trying again at once only burns a core.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Accepts and serves until `shutdown` is done; then says so through `stop` and ends within [`Limits::shutdown`].
pub async fn serve(
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    app: Router,
    limits: Limits,
    stop: watch::Sender<bool>,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        // Waiting for a slot before accepting leaves the rest in the kernel's queue, which has an end of its own.
        let accepting = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let accepted = tokio::select! {
            accepted = accepting => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            (Ok(slot), Ok((socket, _))) => {
                let app = app.clone();
                let stopped = stop.subscribe();
                connections.spawn(async move {
                    serve_connection(socket, app, limits, stopped).await;
                    drop(slot);
                });
            }
            _ => tokio::time::sleep(AFTER_FAILED_ACCEPT).await,
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    stop.send_replace(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    // Dropping the set closes what is still open.
    let _ = tokio::time::timeout(limits.shutdown, ended).await;
}

async fn serve_connection(socket: TcpStream, app: Router, limits: Limits, mut stopped: watch::Receiver<bool>) {
    // Rows are sent in chunks of their own making; waiting to join small ones only delays the last.
    let _ = socket.set_nodelay(true);
    let socket = TokioIo::new(Patient::new(socket, limits.no_progress));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_buf_size(MOST_BUFFER_BYTES)
        .max_headers(MOST_HEADERS)
        .serve_connection(socket, TowerToHyperService::new(app));
    let mut connection = pin!(connection);
    let stopping = async { stopped.wait_for(|stopped| *stopped).await.map(|_| ()) };
    // How a connection ended is the client's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
