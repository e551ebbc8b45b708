//! The tables, their version, and how a file is opened for reading or writing. The only place that knows them.

use rusqlite::{Connection, OpenFlags};
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Written into the file's header, so that a database of something else is told from an empty one ("EHMP").
const APPLICATION_ID: i32 = 0x4548_4d50;
/// The version of the tables below, kept as `user_version`.
const VERSION: i32 = 2;
/// The first version. It did not keep how long a file is; readers do not ask, and writing adds it.
const WITHOUT_LENGTHS: i32 = 1;
/// How long a writer waits for another one, and a reader for a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Pages that a reading connection keeps, in KiB with a minus sign. A stream of rows passes each page once and the
/// system keeps what is asked for often, so a connection that waits for a slow reader need not hold more.
const READER_CACHE: i32 = -512;

/// Starts are whole milliseconds, so that the index orders and bounds them as numbers. A status is its position in
/// the engine's vocabulary. Sets of tags are few and shared, so that a row points at one and a filter chooses sets,
/// not rows. `identity` tells rows apart (see [`super::write`]). `files` keeps what an import saw and could not store
/// as rows, once for each content; its `bytes` are null where the first version wrote it.
const TABLES: &str = "
CREATE TABLE workspaces (
    workspace INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE tag_sets (
    tag_set INTEGER PRIMARY KEY,
    tags TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE tag_set_members (
    tag TEXT NOT NULL,
    tag_set INTEGER NOT NULL REFERENCES tag_sets,
    PRIMARY KEY (tag, tag_set)
) STRICT, WITHOUT ROWID;
CREATE TABLE executions (
    execution INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspaces,
    started_ms INTEGER NOT NULL,
    id TEXT,
    workflow_id TEXT,
    workflow TEXT,
    status INTEGER NOT NULL,
    other_status TEXT,
    duration_ms INTEGER,
    tag_set INTEGER REFERENCES tag_sets,
    attempt INTEGER NOT NULL,
    error TEXT,
    identity BLOB NOT NULL,
    UNIQUE (workspace, identity)
) STRICT;
CREATE INDEX executions_by_start ON executions (workspace, started_ms, id);
CREATE TABLE files (
    workspace INTEGER NOT NULL REFERENCES workspaces,
    content BLOB NOT NULL,
    no_start INTEGER NOT NULL,
    bytes INTEGER,
    PRIMARY KEY (workspace, content)
) STRICT, WITHOUT ROWID;
";

/// Why a file cannot be used.
#[derive(Debug)]
pub enum OpenError {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// It is a database, but of something else.
    Foreign,
    /// A later version of this program made it.
    Newer(i32),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Sqlite(error) => write!(f, "{error}"),
            OpenError::Foreign => f.write_str("is a database of something else; `execution-heatmap import` makes one"),
            OpenError::Newer(version) => {
                write!(f, "was made by a later version of this program (schema {version}; this one knows {VERSION})")
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        OpenError::Sqlite(error)
    }
}

/// Opens a file for reading alone: neither a bug nor an attacker can write through this connection.
///
/// # Errors
/// The file is missing, damaged, of something else, or newer.
pub fn open_read_only(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", READER_CACHE)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(32);
    match kept_version(&connection)? {
        Some(WITHOUT_LENGTHS | VERSION) => Ok(connection),
        Some(version) => Err(OpenError::Newer(version)),
        None => Err(OpenError::Foreign),
    }
}

/// Opens a file for writing, making it and its tables if it is not there.
///
/// # Errors
/// The file cannot be written, is damaged, of something else, or newer.
pub fn open_to_write(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match kept_version(&transaction)? {
        Some(VERSION) => {}
        Some(WITHOUT_LENGTHS) => {
            transaction.execute_batch("ALTER TABLE files ADD COLUMN bytes INTEGER")?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        Some(version) => return Err(OpenError::Newer(version)),
        None => {
            let is_empty: bool =
                transaction.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))?;
            if !is_empty {
                return Err(OpenError::Foreign);
            }
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
    }
    transaction.commit()?;
    // Readers go on while an import writes; a committed batch is on the disk.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// The version of a database of this program; `None` if it is of something else or empty.
fn kept_version(connection: &Connection) -> rusqlite::Result<Option<i32>> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    Ok(if number("application_id")? == APPLICATION_ID { Some(number("user_version")?) } else { None })
}
