//! The answers of the engine over the rows of a database: heatmap, picture, totals, workflows.

use super::cache::Entry;
use super::parameters::Drawing;
use super::problem::Problem;
use super::routes::State;
use crate::source::sqlite::pool::PoolError;
use crate::source::sqlite::read::{self, Selection};
use crate::source::sqlite::schema;
use crate::zones;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::intake::Reading;
use execution_heatmap::json;
use execution_heatmap::options::{Attempts, Counting, Filter, Moment, Query};
use execution_heatmap::picture::{self, PictureOptions};
use execution_heatmap::table::Table;
use execution_heatmap::window::Window;
use execution_heatmap::zone::Zone;
use tokio::sync::OwnedSemaphorePermit;

/// A query with its zone and window: everything is checked before the database is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What was asked for.
    pub query: Query,
    /// The zone, right for the window.
    pub zone: Zone,
    /// The window.
    pub window: Window,
    source: Source,
}

impl Asked {
    /// Resolves a query for rows as they are, which are chosen by their starts and are each of their own.
    ///
    /// # Errors
    /// As [`Asked::now`], and where they are to be chosen otherwise.
    pub fn rows_now(query: Query) -> Result<Self, Problem> {
        match query.counting.needs_all_rows() {
            Some(parameter) => Err(execution_heatmap::Error::needs_all_rows(parameter).into()),
            None => Self::now(query),
        }
    }

    /// Resolves a query that comes now.
    ///
    /// # Errors
    /// An unknown zone, or a window that is too long.
    pub fn now(query: Query) -> Result<Self, Problem> {
        // The database does not hold when an execution was to start.
        if query.counting.by == Moment::Scheduled {
            return Err(execution_heatmap::Error::needs_all_rows("by").into());
        }
        let source = Source::Live { now: crate::clock::now() };
        let no_rows = Table::default();
        let zone = zones::zone(&query.time_zone, answer::zone_span(&no_rows, &query, source))?;
        let window = answer::window_of(&no_rows, &query, &zone, source)?;
        Ok(Self { query, zone, window, source })
    }

    fn answer(&self, rows: &Rows, patterns: Patterns) -> Result<Answer, Problem> {
        Ok(answer::answer(&rows.table, &rows.reading, &self.query, &self.zone, self.source, patterns)?)
    }
}

/// Rows in memory and the place that they take there.
struct Rows {
    table: Table,
    reading: Reading,
    _place: OwnedSemaphorePermit,
}

/// The heatmap in JSON.
pub async fn json(state: State, workspace: String, asked: Asked) -> Result<Entry, Problem> {
    let rows = load(&state, workspace, &asked, asked.query.filter.clone()).await?;
    work(move || {
        let answer = asked.answer(&rows, Patterns::Look)?;
        Ok(Entry::new(json::heatmap(&answer), answer.incomplete.is_none()))
    })
    .await
}

/// The heatmap as a picture that stands alone.
pub async fn svg(state: State, workspace: String, asked: Asked, drawing: Drawing) -> Result<Entry, Problem> {
    let rows = load(&state, workspace, &asked, asked.query.filter.clone()).await?;
    work(move || {
        let answer = asked.answer(&rows, Patterns::Look)?;
        let default = PictureOptions { framed: true, ..PictureOptions::default() };
        let options = PictureOptions { width: drawing.width.unwrap_or(default.width), ..default };
        let scene = picture::lay_out(&answer, &options);
        Ok(Entry::new(picture::svg(&scene, &answer, drawing.theme), answer.incomplete.is_none()))
    })
    .await
}

/// The totals in JSON.
pub async fn stats(state: State, workspace: String, asked: Asked) -> Result<String, Problem> {
    let rows = load(&state, workspace, &asked, asked.query.filter.clone()).await?;
    work(move || Ok(json::stats(&asked.answer(&rows, Patterns::Skip)?))).await
}

/// The workflows that a filter can offer, in JSON: those of the rows that the window and the filters leave.
pub async fn workflows(state: State, workspace: String, asked: Asked) -> Result<String, Problem> {
    let filter = asked.query.filter.clone();
    let rows = load(&state, workspace, &asked, filter.clone()).await?;
    work(move || Ok(json::workflows(&rows.table.workflows(&filter, asked.query.counting, &asked.window)))).await
}

/// The workspace's number.
///
/// # Errors
/// 404 if there is none of that name, 503 if the database does not answer.
pub async fn workspace_number(state: &State, name: String) -> Result<i64, Problem> {
    let looked_up = name.clone();
    let look = move |connection: &_| Ok(read::workspace_number(connection, &looked_up)?);
    state.pool().run(state.limits().query, look).await?.ok_or_else(|| Problem::no_workspace(&name))
}

async fn load(state: &State, workspace: String, asked: &Asked, filter: Filter) -> Result<Rows, Problem> {
    let place = state.place_for_rows().await?;
    let (window, most_rows) = (asked.window, state.limits().rows);
    let Counting { by, attempts } = asked.query.counting;
    let (by_end, only_last) = (by == Moment::End, attempts == Attempts::Last);
    let name = workspace.clone();
    let load = move |connection: &_| {
        let Some(workspace) = read::workspace_number(connection, &name)? else { return Ok(None) };
        if (by_end || only_last) && !schema::has_counting(connection)? {
            return Err(PoolError::Outdated);
        }
        let selection = Selection { workspace, window: &window, filter: &filter, by_end, only_last };
        let (table, reading) = read::load(connection, &selection, most_rows)?;
        Ok(Some(Rows { table, reading, _place: place }))
    };
    state.pool().run(state.limits().query, load).await?.ok_or_else(|| Problem::no_workspace(&workspace))
}

/// Does what takes long on a thread where it holds nobody up.
async fn work<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let stopped = |_| PoolError::Database("the work was stopped".to_owned()).into();
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(stopped(error)))
}
