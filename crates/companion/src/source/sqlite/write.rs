//! Storing rows so that the same rows twice are the same rows once.
//!
//! What tells rows apart is an identity: of a row with an id, its workflow, id and attempt, and its start where ids are
//! local to their source (another log's job 1 is another job); of a row without one, its
//! content and how many equal rows came before it in the same file. The identity is kept as a hash, so that one index
//! serves both. Of two rows of one identity [`row::precedence`] says which stays.
//!
//! A row without a start cannot be stored; only how many a file has is kept, once for each content of a file, where a
//! file that begins with all bytes of one that was imported before counts in its place. Two files that otherwise
//! overlap count the rows without a start that they share twice: there is nothing to tell them by.

use super::content::Content;
use super::filter::code;
use super::read::with_row_of_identity;
use super::schema::{self, OpenError, WRITER_GIVES_WAY};
use execution_heatmap::execution::{Execution, Status};
use execution_heatmap::row;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::Path;

/// Rows between two commits: what a kill in the middle costs, and what a commit is shared by.
const ROWS_A_BATCH: u32 = 10_000;
/// Sets of tags whose numbers are remembered while rows are written.
const MOST_REMEMBERED_TAG_SETS: usize = 65_536;

/// The number of a workspace that is not there: SQLite numbers rows from 1.
const NOT_THERE: i64 = 0;

/// A hash that tells rows apart; 128 bits, so that two of 10¹² rows agree by chance with a probability below 10⁻¹⁴.
type Identity = [u8; 16];

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It was not there.
    New,
    /// It was there and said no less.
    Repeated,
    /// One of its identity was there and gave way.
    Updated,
}

/// Writes rows of one workspace.
#[derive(Debug)]
pub struct Writer {
    connection: Connection,
    name: String,
    /// [`NOT_THERE`] until it is there.
    workspace: i64,
    in_batch: u32,
    tag_sets: HashMap<String, i64>,
    /// How often each row without an id came in this file.
    seen_in_file: HashMap<Identity, u64>,
}

impl Writer {
    /// Opens a database and a workspace in it, making both if they are not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn open(path: &Path, workspace: &str) -> Result<Self, OpenError> {
        let mut writer = Self::prepare(path, workspace)?;
        writer.make_workspace()?;
        Ok(writer)
    }

    /// The same, but the workspace is made with its first row, or when that is asked for: nothing is left of an import
    /// that stored none.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn prepare(path: &Path, workspace: &str) -> Result<Self, OpenError> {
        let connection = schema::open_to_write(path)?;
        let (tag_sets, seen_in_file) = (HashMap::new(), HashMap::new());
        let mut writer =
            Self { connection, name: workspace.to_owned(), workspace: NOT_THERE, in_batch: 0, tag_sets, seen_in_file };
        writer.find_workspace()?;
        Ok(writer)
    }

    /// Makes the workspace if it is not there.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn make_workspace(&mut self) -> rusqlite::Result<()> {
        if self.workspace == NOT_THERE {
            self.connection.execute("INSERT INTO workspaces (name) VALUES (?) ON CONFLICT DO NOTHING", [&self.name])?;
            self.find_workspace()?;
        }
        Ok(())
    }

    fn find_workspace(&mut self) -> rusqlite::Result<()> {
        let find = "SELECT workspace FROM workspaces WHERE name = ?";
        let number = self.connection.query_row(find, [&self.name], |row| row.get(0)).optional()?;
        self.workspace = number.unwrap_or(NOT_THERE);
        Ok(())
    }

    /// Stores a row of the current file whose id, if it has one, tells it from all others of its workflow.
    ///
    /// # Errors
    /// The database cannot be written; rows since the last commit are gone.
    pub fn add(&mut self, execution: &Execution<'_>) -> rusqlite::Result<Stored> {
        self.add_of(execution, false)
    }

    /// Stores a row of the current file. `has_local_id` says that only its id and its start together tell it from others.
    ///
    /// # Errors
    /// The database cannot be written; rows since the last commit are gone.
    pub fn add_of(&mut self, execution: &Execution<'_>, has_local_id: bool) -> rusqlite::Result<Stored> {
        self.begin()?;
        let local_start_ms = has_local_id.then(|| execution.started_at.ms());
        let identity = self.identity(execution, local_start_ms);
        let stored = self.store(execution, local_start_ms, &identity)?;
        if self.in_batch == ROWS_A_BATCH {
            self.commit()?;
            std::thread::sleep(WRITER_GIVES_WAY);
        }
        Ok(stored)
    }

    /// The content of a file that is about to be read, for [`Writer::end_file`].
    ///
    /// # Errors
    /// The database does not answer.
    pub fn begin_file(&self) -> rusqlite::Result<Content> {
        let mut lengths = self.connection.prepare_cached(
            "SELECT DISTINCT bytes FROM files WHERE workspace = ? AND bytes IS NOT NULL ORDER BY bytes",
        )?;
        let lengths = lengths.query_map([self.workspace], |row| row.get::<_, i64>(0))?;
        Ok(Content::new(lengths.map(|length| length.map(i64::unsigned_abs)).collect::<Result<_, _>>()?))
    }

    /// Ends a file. `no_start` is the number of its rows without a start, which is kept once for each content: a file
    /// that grew since an earlier import takes the place of what it was.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn end_file(&mut self, content: Content, no_start: u64) -> rusqlite::Result<()> {
        self.seen_in_file = HashMap::new();
        let (bytes, whole, beginnings) = content.finish();
        let stored = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        for beginning in beginnings.iter().filter(|beginning| **beginning != whole) {
            self.begin()?;
            // The entry stays, so that the file as it was can be imported again and adds nothing.
            self.connection.execute(
                "UPDATE files SET no_start = 0 WHERE workspace = ? AND content = ?",
                params![self.workspace, beginning],
            )?;
        }
        if no_start > 0 {
            self.begin()?;
            self.connection.execute(
                "INSERT INTO files (workspace, content, no_start, bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                params![self.workspace, whole, stored(no_start), stored(bytes)],
            )?;
        }
        self.commit()
    }

    /// Begins a batch unless one is under way.
    fn begin(&mut self) -> rusqlite::Result<()> {
        if self.in_batch == 0 {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            self.make_workspace()?;
        }
        self.in_batch += 1;
        Ok(())
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        if std::mem::take(&mut self.in_batch) > 0 {
            self.connection.execute_batch("COMMIT")?;
        }
        Ok(())
    }

    fn store(
        &mut self,
        execution: &Execution<'_>,
        local_start_ms: Option<i64>,
        identity: &Identity,
    ) -> rusqlite::Result<Stored> {
        let tag_set = self.tag_set(execution)?;
        let other_status = (execution.status == Status::Other).then_some(execution.status_text);
        let duration_ms = execution.duration_ms.and_then(|ms| i64::try_from(ms).ok());
        let values = params![
            self.workspace,
            execution.started_at.ms(),
            execution.id,
            row::workflow_id(execution),
            execution.workflow,
            code(execution.status),
            other_status,
            duration_ms,
            tag_set,
            execution.attempt,
            execution.error,
            identity,
        ];
        let inserted = self
            .connection
            .prepare_cached(
                "INSERT INTO executions (workspace, started_ms, id, workflow_id, workflow, status, other_status,
                                         duration_ms, tag_set, attempt, error, identity)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (workspace, identity) DO NOTHING",
            )?
            .execute(values)?;
        if inserted > 0 {
            if let Some(id) = execution.id {
                self.settle_attempts(execution, id, local_start_ms, identity)?;
            }
            return Ok(Stored::New);
        }
        let stays = |_, kept: &Execution<'_>| row::precedence(kept, execution) != Ordering::Less;
        if with_row_of_identity(&self.connection, self.workspace, identity, stays)? {
            return Ok(Stored::Repeated);
        }
        self.connection
            .prepare_cached(
                "UPDATE executions SET started_ms = ?2, id = ?3, workflow_id = ?4, workflow = ?5, status = ?6,
                     other_status = ?7, duration_ms = ?8, tag_set = ?9, attempt = ?10, error = ?11
                 WHERE workspace = ?1 AND identity = ?12",
            )?
            .execute(values)?;
        Ok(Stored::Updated)
    }

    /// Says of a new row and of the other attempts of its execution which of them a later one follows. The first attempt
    /// is found by its identity; all others are in an index that holds no first ones.
    fn settle_attempts(
        &self,
        execution: &Execution<'_>,
        id: &str,
        local_start_ms: Option<i64>,
        identity: &Identity,
    ) -> rusqlite::Result<()> {
        const SUPERSEDE: &str = "UPDATE executions SET superseded = 1 WHERE workspace = ?1 AND identity = ?2";
        let workflow_id = row::workflow_id(execution);
        let others = params![self.workspace, id, workflow_id, execution.attempt, local_start_ms];
        self.connection
            .prepare_cached(
                "UPDATE executions SET superseded = 1
                 WHERE workspace = ?1 AND id = ?2 AND workflow_id IS ?3 AND attempt <> 1 AND attempt < ?4
                     AND (?5 IS NULL OR started_ms = ?5)",
            )?
            .execute(others)?;
        let mut has_later: bool = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM executions
                 WHERE workspace = ?1 AND id = ?2 AND workflow_id IS ?3 AND attempt <> 1 AND attempt > ?4
                     AND (?5 IS NULL OR started_ms = ?5))",
            )?
            .query_row(others, |row| row.get(0))?;
        if execution.attempt != 1 {
            let first = identity_of(workflow_id, id, 1, local_start_ms);
            if execution.attempt > 1 {
                self.connection.prepare_cached(SUPERSEDE)?.execute(params![self.workspace, first])?;
            } else {
                has_later |=
                    with_row_of_identity(&self.connection, self.workspace, &first, |_, _| ()).optional()?.is_some();
            }
        }
        if has_later {
            self.connection.prepare_cached(SUPERSEDE)?.execute(params![self.workspace, identity])?;
        }
        Ok(())
    }

    fn identity(&mut self, execution: &Execution<'_>, local_start_ms: Option<i64>) -> Identity {
        let Some(id) = execution.id else {
            let content = hash([b"content".as_slice(), row::line(execution).as_bytes()]);
            let earlier = self.seen_in_file.entry(content).or_default();
            *earlier += 1;
            return hash([b"without id".as_slice(), &content, &earlier.to_le_bytes()]);
        };
        identity_of(row::workflow_id(execution), id, execution.attempt, local_start_ms)
    }

    /// The number of the row's set of tags, in the row's order.
    fn tag_set(&mut self, execution: &Execution<'_>) -> rusqlite::Result<Option<i64>> {
        if execution.tags.iter().next().is_none() {
            return Ok(None);
        }
        let mut json = String::new();
        row::push_json_texts(&mut json, execution.tags.iter());
        if let Some(number) = self.tag_sets.get(&json) {
            return Ok(Some(*number));
        }
        let known: Option<i64> = self
            .connection
            .prepare_cached("SELECT tag_set FROM tag_sets WHERE tags = ?")?
            .query_row([&json], |row| row.get(0))
            .optional()?;
        let number = match known {
            Some(number) => number,
            None => self.new_tag_set(&json, execution)?,
        };
        if self.tag_sets.len() == MOST_REMEMBERED_TAG_SETS {
            self.tag_sets.clear();
        }
        self.tag_sets.insert(json, number);
        Ok(Some(number))
    }

    fn new_tag_set(&self, json: &str, execution: &Execution<'_>) -> rusqlite::Result<i64> {
        self.connection.prepare_cached("INSERT INTO tag_sets (tags) VALUES (?)")?.execute([json])?;
        let number = self.connection.last_insert_rowid();
        let mut member = self
            .connection
            .prepare_cached("INSERT INTO tag_set_members (tag, tag_set) VALUES (?, ?) ON CONFLICT DO NOTHING")?;
        for tag in execution.tags.iter() {
            member.execute(params![tag, number])?;
        }
        Ok(number)
    }
}

/// The identity of a row with an id, which is one together with a start where it is local.
fn identity_of(workflow_id: Option<&str>, id: &str, attempt: u32, local_start_ms: Option<i64>) -> Identity {
    let has_workflow = [u8::from(workflow_id.is_some())];
    let (workflow_id, attempt) = (workflow_id.unwrap_or("").as_bytes(), attempt.to_le_bytes());
    match local_start_ms.map(i64::to_le_bytes) {
        None => hash([b"with id".as_slice(), &has_workflow, workflow_id, id.as_bytes(), &attempt]),
        Some(start) => hash([b"with local id".as_slice(), &has_workflow, workflow_id, id.as_bytes(), &attempt, &start]),
    }
}

/// The first half of a SHA-256 over parts, each with its length in front so that no two lists of parts read alike.
fn hash<const N: usize>(parts: [&[u8]; N]) -> Identity {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut identity = Identity::default();
    identity.copy_from_slice(&hasher.finalize()[..16]);
    identity
}
