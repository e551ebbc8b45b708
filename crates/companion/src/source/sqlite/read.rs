//! What is asked of the database: its workspaces, the rows of a window by start, and what became of the others.
//! Everything is read through one connection, and what belongs together in one transaction, so that numbers add up
//! while an import writes.

use super::filter::Condition;
use execution_heatmap::execution::{Execution, Status, Tags};
use execution_heatmap::intake::Reading;
use execution_heatmap::json::Workspace;
use execution_heatmap::options::Filter;
use execution_heatmap::table::Table;
use execution_heatmap::time::Timestamp;
use execution_heatmap::window::Window;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Sets of tags that are remembered while rows are read; beyond that they are looked up again.
const MOST_REMEMBERED_TAG_SETS: usize = 65_536;

/// Which rows are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a> {
    /// The workspace's number, from [`workspace_number`].
    pub workspace: i64,
    /// Starts, or ends, within it.
    pub window: &'a Window,
    /// And what is left of those.
    pub filter: &'a Filter,
    /// True if executions lie where they ended; those without an end then lie nowhere.
    pub by_end: bool,
    /// True if of several attempts only the last counts. Of these two a file of an earlier version knows nothing
    /// ([`super::schema::has_counting`]).
    pub only_last: bool,
}

impl<'a> Selection<'a> {
    /// Each attempt by its start.
    pub fn by_start(workspace: i64, window: &'a Window, filter: &'a Filter) -> Self {
        Self { workspace, window, filter, by_end: false, only_last: false }
    }

    /// The instant that places an execution, in SQL.
    fn moment(&self) -> &'static str {
        if self.by_end { "started_ms + duration_ms" } else { "started_ms" }
    }

    /// The condition that a row of the workspace lies within the window, in SQL.
    fn in_window(&self) -> String {
        let moment = self.moment();
        let last = if self.only_last { " AND superseded = 0" } else { "" };
        format!("workspace = ?1 AND {moment} >= ?2 AND {moment} < ?3{last}")
    }
}

/// All workspaces, by name.
///
/// # Errors
/// The database does not answer.
pub fn workspaces(connection: &Connection) -> rusqlite::Result<Vec<Workspace>> {
    let mut statement = connection.prepare_cached(
        "SELECT name,
                (SELECT count(*) FROM executions e WHERE e.workspace = w.workspace),
                (SELECT min(started_ms) FROM executions e WHERE e.workspace = w.workspace),
                (SELECT max(started_ms) FROM executions e WHERE e.workspace = w.workspace)
         FROM workspaces w ORDER BY name",
    )?;
    let rows = statement.query_map([], |row| {
        let instant =
            |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.and_then(Timestamp::from_ms));
        Ok(Workspace { id: row.get(0)?, executions: count(row, 1)?, oldest: instant(2)?, newest: instant(3)? })
    })?;
    rows.collect()
}

/// The number under which the database knows a workspace.
///
/// # Errors
/// The database does not answer.
pub fn workspace_number(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached("SELECT workspace FROM workspaces WHERE name = ?")?;
    statement.query_row([name], |row| row.get(0)).optional()
}

/// The statement that reads the rows of a selection and its values.
pub fn rows_statement(selection: &Selection<'_>) -> (String, Vec<Value>) {
    let Condition { sql, values } = Condition::of(selection.filter);
    let order = if selection.by_end { selection.moment() } else { "started_ms, id" };
    let in_window = selection.in_window();
    let statement = format!("SELECT {COLUMNS} FROM executions WHERE {in_window}{sql} ORDER BY {order}, execution");
    (statement, bounds(selection).into_iter().chain(values).collect())
}

/// Gives each row of a selection to `each`, by start, then id (or by end), until there are no more or `each` breaks.
///
/// # Errors
/// The database does not answer or the query was interrupted.
pub fn for_each_row(
    connection: &Connection,
    selection: &Selection<'_>,
    mut each: impl FnMut(&Execution<'_>) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    let (statement, values) = rows_statement(selection);
    let mut statement = connection.prepare_cached(&statement)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut tag_sets = TagSets::default();
    while let Some(row) = rows.next()? {
        let tags = match row.get::<_, Option<i64>>(TAG_SET)? {
            Some(number) => Some(tag_sets.get(connection, number)?),
            None => None,
        };
        if each(&execution(row, tags.as_deref())?).is_break() {
            break;
        }
    }
    Ok(())
}

/// The rows of a selection as a table, and what became of all others of the workspace, as of one instant. Beyond
/// `most_rows` the rest is not read and the reading says so.
///
/// # Errors
/// The database does not answer or the query was interrupted.
pub fn load(connection: &Connection, selection: &Selection<'_>, most_rows: u64) -> rusqlite::Result<(Table, Reading)> {
    let snapshot = connection.unchecked_transaction()?;
    let mut table = Table::default();
    let mut is_cut = false;
    for_each_row(&snapshot, selection, |execution| {
        if table.rows() == most_rows {
            is_cut = true;
            return ControlFlow::Break(());
        }
        table.push(execution);
        ControlFlow::Continue(())
    })?;
    let left_out = left_out(&snapshot, selection)?;
    let reading = Reading {
        read: table.rows() + left_out.no_start,
        no_start: left_out.no_start,
        left_out_without_moment: left_out.without_moment,
        left_out_repeated: left_out.repeated,
        left_out_outside_window: left_out.outside_window,
        left_out_filtered: left_out.filtered,
        incomplete: is_cut
            .then(|| format!("the window holds more than {most_rows} rows; the later ones were not read")),
        ..Reading::default()
    };
    snapshot.finish()?;
    Ok((table, reading))
}

/// Rows of a workspace that are not among the selected ones, by reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Rows that an import met and that had no start.
    pub no_start: u64,
    /// Rows without the end that would place them.
    pub without_moment: u64,
    /// Attempts instead of which a later one counts.
    pub repeated: u64,
    /// Rows with a start, or an end, outside the window.
    pub outside_window: u64,
    /// Rows of the window that the filter does not admit.
    pub filtered: u64,
}

/// Counts the rows that are not among the selected ones.
///
/// # Errors
/// The database does not answer or the query was interrupted.
pub fn left_out(connection: &Connection, selection: &Selection<'_>) -> rusqlite::Result<LeftOut> {
    let Condition { sql, values } = Condition::of(selection.filter);
    let (moment, in_window) = (selection.moment(), selection.in_window());
    let rows = |condition: &str| format!("(SELECT count(*) FROM executions WHERE {condition})");
    let (newest, none) = (Timestamp::MAX.ms(), "0".to_owned());
    // What ends after all instants ends at none, as everywhere in the engine.
    let without_moment = if selection.by_end {
        let [absent, beyond] = ["IS NULL".to_owned(), format!("> {newest}")]
            .map(|condition| rows(&format!("workspace = ?1 AND {moment} {condition}")));
        format!("{absent} + {beyond}")
    } else {
        none.clone()
    };
    let repeated = if selection.only_last {
        rows(&format!("workspace = ?1 AND superseded = 1 AND {moment} <= {newest}"))
    } else {
        none
    };
    let is_filtered = !values.is_empty();
    // Without a filter this is the same count, and SQLite need not look at the rows again.
    let admitted = if is_filtered { rows(&format!("{in_window}{sql}")) } else { "NULL".to_owned() };
    let statement = format!(
        "SELECT (SELECT coalesce(sum(no_start), 0) FROM files WHERE workspace = ?1), {}, {without_moment}, {repeated}, {}, {admitted}",
        rows("workspace = ?1"),
        rows(&in_window),
    );
    let mut statement = connection.prepare_cached(&statement)?;
    statement.query_row(params_from_iter(bounds(selection).into_iter().chain(values)), |row| {
        let (all, without_moment, repeated) = (count(row, 1)?, count(row, 2)?, count(row, 3)?);
        let in_window = count(row, 4)?;
        let admitted = if is_filtered { count(row, 5)? } else { in_window };
        Ok(LeftOut {
            no_start: count(row, 0)?,
            without_moment,
            repeated,
            outside_window: all.saturating_sub(without_moment + repeated + in_window),
            filtered: in_window - admitted,
        })
    })
}

/// True if the database answers.
///
/// # Errors
/// It does not.
pub fn ping(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM workspaces", [], |_| Ok(()))
}

/// The stored row of an identity, given to `look`.
pub(super) fn with_row_of_identity<T>(
    connection: &Connection,
    workspace: i64,
    identity: &[u8],
    look: impl FnOnce(i64, &Execution<'_>) -> T,
) -> rusqlite::Result<T> {
    let mut statement = connection
        .prepare_cached(&format!("SELECT {COLUMNS}, execution FROM executions WHERE workspace = ? AND identity = ?"))?;
    statement.query_row(params![workspace, identity], |row| {
        let tags = match row.get::<_, Option<i64>>(TAG_SET)? {
            Some(number) => Some(TagSet::read(connection, number)?),
            None => None,
        };
        Ok(look(row.get(TAG_SET + 1)?, &execution(row, tags.as_ref())?))
    })
}

fn bounds(selection: &Selection<'_>) -> [Value; 3] {
    let Selection { workspace, window, .. } = selection;
    [Value::Integer(*workspace), Value::Integer(window.start_ms), Value::Integer(window.until.ms())]
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

/// The columns that [`execution`] reads, in its order; the last one is [`TAG_SET`].
const COLUMNS: &str =
    "started_ms, id, workflow_id, workflow, status, other_status, duration_ms, attempt, error, tag_set";
/// The position of the set of tags among [`COLUMNS`].
const TAG_SET: usize = 9;

fn execution<'a>(row: &'a Row<'_>, tags: Option<&'a TagSet>) -> rusqlite::Result<Execution<'a>> {
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?);
    let out_of_range = |column, value| rusqlite::Error::IntegralValueOutOfRange(column, value);
    let started_ms = row.get(0)?;
    let code: i64 = row.get(4)?;
    let status = usize::try_from(code).ok().and_then(|code| Status::ALL.get(code));
    let status = *status.ok_or_else(|| out_of_range(4, code))?;
    Ok(Execution {
        id: text(1)?,
        workflow_id: text(2)?,
        workflow: text(3)?,
        status,
        status_text: text(5)?.unwrap_or(status.name()),
        started_at: Timestamp::from_ms(started_ms).ok_or_else(|| out_of_range(0, started_ms))?,
        duration_ms: row.get::<_, Option<i64>>(6)?.and_then(|ms| u64::try_from(ms).ok()),
        waited_ms: None,
        tags: tags.map_or(Tags::default(), |set| Tags::new(&set.text, &set.ends)),
        attempt: row.get(7)?,
        error: text(8)?,
    })
}

/// A set of tags in the row's order, as the engine takes it.
#[derive(Debug)]
struct TagSet {
    text: String,
    ends: Vec<u32>,
}

impl TagSet {
    fn read(connection: &Connection, number: i64) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached("SELECT tags FROM tag_sets WHERE tag_set = ?")?;
        let json: String = statement.query_row([number], |row| row.get(0))?;
        let tags: Vec<String> = serde_json::from_str(&json).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })?;
        let mut set = Self { text: String::new(), ends: Vec::with_capacity(tags.len()) };
        for tag in tags {
            set.text.push_str(&tag);
            set.ends.push(u32::try_from(set.text.len()).unwrap_or(u32::MAX));
        }
        Ok(set)
    }
}

/// Sets of tags that were read already. Only looked up, never iterated.
#[derive(Default)]
struct TagSets(HashMap<i64, Arc<TagSet>>);

impl TagSets {
    fn get(&mut self, connection: &Connection, number: i64) -> rusqlite::Result<Arc<TagSet>> {
        if let Some(set) = self.0.get(&number) {
            return Ok(Arc::clone(set));
        }
        if self.0.len() == MOST_REMEMBERED_TAG_SETS {
            self.0.clear();
        }
        let set = Arc::new(TagSet::read(connection, number)?);
        self.0.insert(number, Arc::clone(&set));
        Ok(set)
    }
}
