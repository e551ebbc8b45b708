//! A small pool of read-only connections. Work runs on blocking threads; whoever waits for it may go away, and then
//! the query stops, be it under way, between two statements, or still waiting for a thread.

use super::schema::{self, OpenError};
use rusqlite::{Connection, InterruptHandle};
use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Instructions of SQLite between two looks at whether the query is still wanted: a fraction of a millisecond, so that
/// a look costs nothing beside them.
const INSTRUCTIONS_A_LOOK: c_int = 4_000;

/// Why the database gave no answer.
#[derive(Debug)]
pub enum PoolError {
    /// Every connection stayed in use for the whole time that was allowed.
    Busy,
    /// The query took longer than was allowed, and was stopped.
    TooSlow,
    /// An earlier version of this program wrote the file last, and it lacks what is asked for.
    Outdated,
    /// The database itself failed.
    Database(String),
}

impl From<rusqlite::Error> for PoolError {
    fn from(error: rusqlite::Error) -> Self {
        PoolError::Database(error.to_string())
    }
}

/// The connections of one database.
#[derive(Debug)]
pub struct Pool {
    path: PathBuf,
    /// Open connections that nobody uses.
    idle: Mutex<Vec<Connection>>,
    /// One for each connection that may be in use at a time.
    permits: Arc<Semaphore>,
}

impl Pool {
    /// A pool of at most `most` connections; opens one, so that a file that cannot be used is known at once.
    ///
    /// # Errors
    /// The file cannot be used.
    pub fn open(path: &Path, most: usize) -> Result<Arc<Self>, OpenError> {
        let first = schema::open_read_only(path)?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            idle: Mutex::new(vec![first]),
            permits: Arc::new(Semaphore::new(most)),
        }))
    }

    /// A connection, once one is free.
    ///
    /// # Errors
    /// None became free within `patience`, or a new one cannot be opened, or not within it.
    pub async fn lease(self: &Arc<Self>, patience: Duration) -> Result<Lease, PoolError> {
        let until = Instant::now() + patience;
        let permit = tokio::time::timeout_at(until, Arc::clone(&self.permits).acquire_owned());
        let Ok(Ok(permit)) = permit.await else { return Err(PoolError::Busy) };
        let pool = Arc::clone(self);
        let opening = tokio::task::spawn_blocking(move || Lease::new(pool, permit));
        match tokio::time::timeout_at(until, opening).await {
            Ok(Ok(lease)) => lease,
            Ok(Err(_)) => Err(PoolError::Database("the query was stopped".to_owned())),
            Err(_) => Err(PoolError::TooSlow),
        }
    }

    /// Runs a query on a blocking thread. If the returned future is dropped, or after `deadline`, the query is
    /// interrupted.
    ///
    /// # Errors
    /// The pool is busy, the query too slow, or the database fails.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        deadline: Duration,
        query: impl FnOnce(&Connection) -> Result<T, PoolError> + Send + 'static,
    ) -> Result<T, PoolError> {
        let lease = self.lease(deadline).await?;
        let _stop_when_dropped = lease.interrupter();
        let running = tokio::task::spawn_blocking(move || lease.answer(query));
        match tokio::time::timeout(deadline, running).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(PoolError::Database("the query was stopped".to_owned())),
            Err(_) => Err(PoolError::TooSlow),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A panic while the list was held cannot have left it half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use; it goes back to the pool when dropped.
pub struct Lease {
    /// `None` only while dropping.
    connection: Option<Connection>,
    stop: Arc<Stop>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

/// How the query of a lease is stopped from another thread.
struct Stop {
    /// Stays true, so that a statement that begins after it was set stops as well. A handle alone stops only what is
    /// under way.
    is_unwanted: AtomicBool,
    /// Emptied before the connection goes back, so that a late interrupter cannot stop somebody else's query.
    handle: Mutex<Option<InterruptHandle>>,
}

impl Lease {
    fn new(pool: Arc<Pool>, permit: OwnedSemaphorePermit) -> Result<Self, PoolError> {
        let idle = pool.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_read_only(&pool.path).map_err(|error| PoolError::Database(error.to_string()))?,
        };
        let handle = Mutex::new(Some(connection.get_interrupt_handle()));
        let stop = Arc::new(Stop { is_unwanted: AtomicBool::new(false), handle });
        let mut lease = Self { connection: Some(connection), stop, pool, _permit: permit };
        lease.watch(|| false)?;
        Ok(lease)
    }

    /// The connection.
    ///
    /// # Panics
    /// Never: the connection is there until the lease is dropped.
    pub fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("a lease holds its connection until it is dropped")
    }

    /// What a query answers, if it is still wanted: one that waited for its thread for too long does not begin.
    fn answer<T>(self, query: impl FnOnce(&Connection) -> Result<T, PoolError>) -> Result<T, PoolError> {
        if self.stop.is_unwanted.load(Ordering::Relaxed) { Err(PoolError::TooSlow) } else { query(self.connection()) }
    }

    /// Something that stops the query when it is dropped.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.stop))
    }

    /// Asks `has_to_stop` many times a second, on the query's thread and whether the query finds rows or not, and
    /// stops the query where it says so or nobody wants it any more.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn watch(&mut self, mut has_to_stop: impl FnMut() -> bool + Send + 'static) -> rusqlite::Result<()> {
        let stop = Arc::clone(&self.stop);
        let look = move || stop.is_unwanted.load(Ordering::Relaxed) || has_to_stop();
        match &mut self.connection {
            Some(connection) => connection.progress_handler(INSTRUCTIONS_A_LOOK, Some(look)),
            None => Ok(()),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop.handle().take();
        if let Some(mut connection) = self.connection.take() {
            // One that keeps this query's watch would stop the next query.
            if connection.progress_handler(0, None::<fn() -> bool>).is_ok() {
                self.pool.idle().push(connection);
            }
        }
    }
}

impl Stop {
    fn handle(&self) -> std::sync::MutexGuard<'_, Option<InterruptHandle>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops the query of a lease when it is dropped; nothing happens if the lease is gone by then.
pub struct Interrupter(Arc<Stop>);

impl Drop for Interrupter {
    fn drop(&mut self) {
        self.0.is_unwanted.store(true, Ordering::Relaxed);
        if let Some(handle) = &*self.0.handle() {
            handle.interrupt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// A pool of one connection in a runtime whose only thread for queries waits until it is told to go on.
    fn with_one_thread(test: impl AsyncFnOnce(Arc<Pool>, mpsc::Sender<()>)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.sqlite");
        schema::open_to_write(&path).unwrap();
        let pool = Pool::open(&path, 1).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
        runtime.unwrap().block_on(async {
            let (go_on, held) = mpsc::channel::<()>();
            tokio::task::spawn_blocking(move || held.recv());
            test(pool, go_on).await;
        });
    }

    /// Takes minutes; not for ever, so that a test that fails ends.
    const LONG: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000000)
                        SELECT count(*) FROM n";

    fn long(connection: &Connection) -> Result<i64, PoolError> {
        Ok(connection.query_row(LONG, [], |row| row.get(0))?)
    }

    #[test]
    fn a_query_that_is_unwanted_before_its_thread_is_free_never_begins() {
        with_one_thread(async |pool, go_on| {
            let permit = Arc::clone(&pool.permits).acquire_owned().await.unwrap();
            let lease = Lease::new(Arc::clone(&pool), permit).unwrap();
            drop(lease.interrupter());
            let begun = Arc::new(AtomicBool::new(false));
            let begins = Arc::clone(&begun);
            let query = move |_: &Connection| {
                begins.store(true, Ordering::Relaxed);
                Ok(())
            };
            let answer = tokio::task::spawn_blocking(move || lease.answer(query));
            go_on.send(()).unwrap();
            assert!(matches!(answer.await.unwrap(), Err(PoolError::TooSlow)));
            assert!(!begun.load(Ordering::Relaxed));
        });
    }

    #[test]
    fn a_query_that_waits_for_a_thread_has_a_deadline_and_gives_its_connection_back() {
        with_one_thread(async |pool, go_on| {
            let late = pool.run(Duration::from_millis(50), long).await;
            assert!(matches!(late, Err(PoolError::TooSlow)), "{late:?}");
            go_on.send(()).unwrap();
            let next = pool.run(Duration::from_secs(20), |_| Ok(7)).await;
            assert!(matches!(next, Ok(7)), "{next:?}");
        });
    }

    #[test]
    fn a_statement_that_begins_after_the_stop_stops_as_well() {
        with_one_thread(async |pool, go_on| {
            go_on.send(()).unwrap();
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            let (ended, has_ended) = mpsc::channel();
            let query = move |connection: &Connection| {
                let _ = begun.send(());
                // The stop comes here, between two statements.
                std::thread::sleep(Duration::from_millis(200));
                let _ = ended.send(long(connection).is_err());
                Ok(())
            };
            let asked = tokio::spawn({
                let pool = Arc::clone(&pool);
                async move { pool.run(Duration::from_secs(60), query).await }
            });
            has_begun.await.unwrap();
            asked.abort();
            assert!(asked.await.unwrap_err().is_cancelled());
            assert_eq!(has_ended.recv_timeout(Duration::from_secs(10)), Ok(true));
            assert!(matches!(pool.run(Duration::from_secs(20), |_| Ok(7)).await, Ok(7)));
        });
    }
}
