//! A small pool of read-only connections. Work runs on blocking threads; whoever waits for it may go away, and then
//! the query stops.

use super::schema::{self, OpenError};
use rusqlite::{Connection, InterruptHandle};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Why the database gave no answer.
#[derive(Debug)]
pub enum PoolError {
    /// Every connection stayed in use for the whole time that was allowed.
    Busy,
    /// The query took longer than was allowed, and was stopped.
    TooSlow,
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
    /// None became free within `patience`, or a new one cannot be opened.
    pub async fn lease(self: &Arc<Self>, patience: Duration) -> Result<Lease, PoolError> {
        let permit = tokio::time::timeout(patience, Arc::clone(&self.permits).acquire_owned());
        let Ok(Ok(permit)) = permit.await else { return Err(PoolError::Busy) };
        let pool = Arc::clone(self);
        let opening = tokio::task::spawn_blocking(move || Lease::new(pool, permit));
        opening.await.unwrap_or_else(|_| Err(PoolError::Database("the query was stopped".to_owned())))
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
        let running = tokio::task::spawn_blocking(move || query(lease.connection()));
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
    /// Emptied before the connection goes back, so that a late interrupter cannot stop somebody else's query.
    handle: Arc<Mutex<Option<InterruptHandle>>>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn new(pool: Arc<Pool>, permit: OwnedSemaphorePermit) -> Result<Self, PoolError> {
        let idle = pool.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_read_only(&pool.path).map_err(|error| PoolError::Database(error.to_string()))?,
        };
        let handle = Arc::new(Mutex::new(Some(connection.get_interrupt_handle())));
        Ok(Self { connection: Some(connection), handle, pool, _permit: permit })
    }

    /// The connection.
    ///
    /// # Panics
    /// Never: the connection is there until the lease is dropped.
    pub fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("a lease holds its connection until it is dropped")
    }

    /// Something that stops the query when it is dropped.
    pub fn interrupter(&self) -> Interrupter {
        Interrupter(Arc::clone(&self.handle))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
    }
}

/// Stops the query of a lease when it is dropped; nothing happens if the lease is gone by then.
pub struct Interrupter(Arc<Mutex<Option<InterruptHandle>>>);

impl Drop for Interrupter {
    fn drop(&mut self) {
        if let Some(handle) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            handle.interrupt();
        }
    }
}
