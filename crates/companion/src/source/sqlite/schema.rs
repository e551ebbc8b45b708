//! The tables, their version, and how a file is opened for reading or writing. The only place that knows them.

use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Written into the file's header, so that a database of something else is told from an empty one ("EHMP").
const APPLICATION_ID: i32 = 0x4548_4d50;
/// The version of the tables below, kept as `user_version`.
const VERSION: i32 = 3;
/// The first version. It did not keep how long a file is; readers do not ask, and writing adds it.
const WITHOUT_LENGTHS: i32 = 1;
/// The second version. It kept no index of ends and did not say which attempts are the last; readers that ask for these
/// are told ([`has_counting`]), and writing adds them.
const WITHOUT_COUNTING: i32 = 2;
/// How long a reader waits for a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a writer waits for others. Each holds the database for one batch of rows and then gives way, so that this is
/// the time of very many batches.
const WRITER_PATIENCE: Duration = Duration::from_secs(120);
/// How often a writer that waits looks whether the database is free.
const WRITER_LOOKS: Duration = Duration::from_millis(2);
/// How long a writer that has more to write leaves the database alone, so that one that waits for it sees that it is free.
pub(super) const WRITER_GIVES_WAY: Duration = Duration::from_millis(5);

/// Pages that a reading connection keeps, in KiB with a minus sign. A stream of rows passes each page once and the
/// system keeps what is asked for often, so a connection that waits for a slow reader need not hold more.
const READER_CACHE: i32 = -512;

/// Starts are whole milliseconds, so that the index orders and bounds them as numbers. A status is its position in
/// the engine's vocabulary. Sets of tags are few and shared, so that a row points at one and a filter chooses sets,
/// not rows. `identity` tells rows apart (see [`super::write`]). `files` keeps what an import saw and could not store
/// as rows, once for each content; its `bytes` are null where the first version wrote it. `superseded` is 1 for an
/// attempt that a later one of the same execution follows.
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
    superseded INTEGER NOT NULL DEFAULT 0,
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

/// Indexes of ends and of attempts. Most executions have one attempt and are in neither of the last two.
const COUNTING_INDEXES: &str = "
CREATE INDEX executions_by_end ON executions (workspace, started_ms + duration_ms);
CREATE INDEX executions_retried ON executions (workspace, id, workflow_id, attempt) WHERE attempt <> 1;
CREATE INDEX executions_superseded ON executions (workspace) WHERE superseded = 1;
";

/// Says of the attempts that are there which have a later one.
const ADD_SUPERSEDED: &str = "
ALTER TABLE executions ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX for_a_moment ON executions (workspace, id, workflow_id, attempt);
UPDATE executions SET superseded = 1 WHERE id IS NOT NULL AND EXISTS (
    SELECT 1 FROM executions AS later
    WHERE later.workspace = executions.workspace AND later.id = executions.id
      AND later.workflow_id IS executions.workflow_id AND later.attempt > executions.attempt);
DROP INDEX for_a_moment;
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
        Some(WITHOUT_LENGTHS | WITHOUT_COUNTING | VERSION) => Ok(connection),
        Some(version) => Err(OpenError::Newer(version)),
        None => Err(OpenError::Foreign),
    }
}

/// True if executions can be counted by their ends and last attempts: not in a file that an earlier version wrote last.
///
/// # Errors
/// The database does not answer.
pub fn has_counting(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(kept_version(connection)? == Some(VERSION))
}

/// Opens a file for writing, making it and its tables if it is not there.
///
/// # Errors
/// The file cannot be written, is damaged, of something else, or newer.
pub fn open_to_write(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    connection.busy_handler(Some(wait_for_others))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match kept_version(&transaction)? {
        Some(VERSION) => {}
        Some(version @ (WITHOUT_LENGTHS | WITHOUT_COUNTING)) => {
            if version == WITHOUT_LENGTHS {
                transaction.execute_batch("ALTER TABLE files ADD COLUMN bytes INTEGER")?;
            }
            transaction.execute_batch(ADD_SUPERSEDED)?;
            transaction.execute_batch(COUNTING_INDEXES)?;
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
            transaction.execute_batch(COUNTING_INDEXES)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
    }
    transaction.commit()?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Lets readers go on while an import writes; a committed batch is on the disk. The change asks for the database alone
/// while it holds it for reading already, where SQLite does not wait for others, since two that do so would wait for
/// each other. Nothing is held between two attempts here.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + WRITER_PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                std::thread::sleep(WRITER_LOOKS);
            }
            done => return done,
        }
    }
}

/// What a writer does each time that it finds the database held by another one, for the time of these calls.
fn wait_for_others(calls: i32) -> bool {
    std::thread::sleep(WRITER_LOOKS);
    u128::from(calls.unsigned_abs()) * WRITER_LOOKS.as_millis() < WRITER_PATIENCE.as_millis()
}

/// The version of a database of this program; `None` if it is of something else or empty.
fn kept_version(connection: &Connection) -> rusqlite::Result<Option<i32>> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    Ok(if number("application_id")? == APPLICATION_ID { Some(number("user_version")?) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Opens a file to write while a connection that `hold` prepared holds it for a while.
    fn check(prepare: &str, hold: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.sqlite");
        open_to_write(&path).unwrap().execute_batch(prepare).unwrap();
        let holder = Connection::open(&path).unwrap();
        holder.execute_batch(hold).unwrap();
        holder.query_row("SELECT count(*) FROM workspaces", [], |_| Ok(())).unwrap();
        let (done, waiting) = mpsc::channel();
        let opening = std::thread::spawn(move || {
            let opened = open_to_write(&path);
            done.send(()).unwrap();
            let mode =
                |opened: Connection| opened.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
            opened.map(|opened| mode(opened).unwrap()).map_err(|error| error.to_string())
        });
        assert!(waiting.recv_timeout(Duration::from_millis(150)).is_err(), "{hold}: it does not wait");
        holder.execute_batch("COMMIT").unwrap();
        drop(holder);
        assert_eq!(opening.join().unwrap().as_deref(), Ok("wal"), "{hold}");
    }

    #[test]
    fn a_writer_waits_for_whoever_holds_the_file() {
        // As if another one had just made the tables and not yet come to what follows.
        const NOT_YET: &str = "PRAGMA journal_mode = delete";
        check(NOT_YET, "BEGIN");
        check(NOT_YET, "BEGIN IMMEDIATE");
        check(NOT_YET, "BEGIN EXCLUSIVE");
        check("", "BEGIN IMMEDIATE");
    }
}
