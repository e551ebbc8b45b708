//! The HTTP server: [`run`] serves a database on a listener until it is told to stop. The caller owns the port, the
//! stop and the configuration, so that tests start it on a port of their own.
//!
//! The accept loop is its own because a bare one keeps silent connections for ever: here every wait has an end, the
//! number of connections too, and what a reader that does not read can cost is bounded.

mod accept;
mod cache;
mod dashboard;
mod gate;
mod heatmap;
mod host;
mod parameters;
mod patient;
mod problem;
mod routes;
mod rows;

pub use host::loopback_only;

use crate::source::sqlite::pool::Pool;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What a server serves, and where its patience ends.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub pool: Arc<Pool>,
    /// Bounds of time and size.
    pub limits: Limits,
}

/// Every bound of the server, once. Tests shorten them; `/readyz` lists them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; further ones wait unaccepted.
    pub connections: usize,
    /// From accepting a connection, or the end of an answer, to the end of the next request's head.
    pub header: Duration,
    /// A connection whose peer takes no byte for so long is closed.
    pub no_progress: Duration,
    /// Bytes of a request's target.
    pub target_bytes: usize,
    /// A query that is not a stream of rows.
    pub query: Duration,
    /// Heatmaps, totals and lists of workflows that hold rows in memory at a time; a further one waits, and is answered
    /// 503 after as long as a query may take.
    pub loads: usize,
    /// Streams of rows at a time; a further one is answered 503.
    pub streams: usize,
    /// A stream of rows as a whole.
    pub stream: Duration,
    /// Rows of one stream or one heatmap.
    pub rows: u64,
    /// Between two control lines of a stream that has nothing else to say.
    pub alive: Duration,
    /// How long a heatmap is kept.
    pub cache: Duration,
    /// Bytes of all kept heatmaps together.
    pub cache_bytes: u64,
    /// Between being told to stop and closing what is still open.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header: Duration::from_secs(5),
            no_progress: Duration::from_secs(30),
            target_bytes: 8 * 1024,
            query: Duration::from_secs(15),
            loads: 2,
            streams: 8,
            stream: Duration::from_secs(15 * 60),
            rows: 50_000_000,
            alive: Duration::from_secs(10),
            cache: Duration::from_secs(5 * 60),
            cache_bytes: 64 * 1024 * 1024,
            shutdown: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// Connections to the database: one for each stream, so that streams never starve the other queries, and as many
    /// again.
    pub const fn database_connections(&self) -> usize {
        self.streams * 2
    }
}

/// Serves until `shutdown` is done, then ends what is under way within [`Limits::shutdown`].
///
/// # Errors
/// The listener has no address or is not on a loopback one.
pub async fn run(listener: TcpListener, shutdown: impl Future<Output = ()>, config: Config) -> io::Result<()> {
    let address = listener.local_addr()?;
    loopback_only(address).map_err(io::Error::other)?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let limits = config.limits;
    let state = routes::State::new(config, stopped.clone());
    let app = gate::guarded(routes::router(state), host::Allowed::on(address), limits.target_bytes);
    accept::serve(listener, shutdown, app, limits, stop).await;
    Ok(())
}
