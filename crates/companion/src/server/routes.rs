//! The routes and what each of them answers.

use super::cache::{Form, Heatmaps, Key};
use super::heatmap::{self, Asked};
use super::problem::Problem;
use super::rows::{self, Wanted};
use super::{Config, Limits, dashboard, parameters};
use crate::source::sqlite::pool::Pool;
use crate::source::sqlite::read;
use axum::Router;
use axum::body::Body;
use axum::extract::{self, FromRequestParts, Path, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use execution_heatmap::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How long `/readyz` waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(1);

/// What all requests share.
#[derive(Clone, Debug)]
pub struct State {
    config: Arc<Config>,
    heatmaps: Heatmaps,
    /// One for each stream of rows that may be under way.
    streams: Arc<Semaphore>,
    /// One for each table of rows that may be in memory.
    loads: Arc<Semaphore>,
    /// True once the server is told to stop.
    stopped: watch::Receiver<bool>,
}

impl State {
    /// The state of a server that starts.
    pub fn new(config: Config, stopped: watch::Receiver<bool>) -> Self {
        let limits = config.limits;
        Self {
            config: Arc::new(config),
            heatmaps: Heatmaps::new(limits.cache, limits.cache_bytes),
            streams: Arc::new(Semaphore::new(limits.streams)),
            loads: Arc::new(Semaphore::new(limits.loads)),
            stopped,
        }
    }

    /// The database.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.config.pool
    }

    /// The bounds.
    pub fn limits(&self) -> Limits {
        self.config.limits
    }

    /// A place in memory for a table of rows, once one is free; it is free again when the permit is dropped.
    ///
    /// # Errors
    /// 503 if none became free in time.
    pub async fn place_for_rows(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let Limits { query, loads, .. } = self.limits();
        let place = tokio::time::timeout(query, Arc::clone(&self.loads).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or_else(|| Problem::too_many_loads(loads))
    }

    /// Tells when the server is to stop.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.clone()
    }
}

type SharedState = extract::State<State>;

/// The workspace that a path names.
struct Workspace(String);

impl FromRequestParts<State> for Workspace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        // A name that is no text is the name of none.
        let named = Path::<String>::from_request_parts(parts, state).await;
        named.map(|Path(name)| Self(name)).map_err(|_| Problem::no_workspace("\u{fffd}"))
    }
}

/// All routes.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/api/v1/workspaces", get(workspaces))
        .route("/api/v1/workspaces/{workspace}/executions", get(executions))
        .route("/api/v1/workspaces/{workspace}/executions/heatmap", get(heatmap))
        .route("/api/v1/workspaces/{workspace}/executions/heatmap.svg", get(heatmap_svg))
        .route("/api/v1/workspaces/{workspace}/executions/stats", get(stats))
        .route("/api/v1/workspaces/{workspace}/workflows", get(workflows))
        .fallback(dashboard::file)
        .with_state(state)
}

async fn ready(extract::State(state): SharedState) -> Result<Response, Problem> {
    state.pool().run(READY_WITHIN, |connection| Ok(read::ping(connection)?)).await?;
    let limits = state.limits();
    let body = serde_json::json!({
        "ready": true,
        "time_zone_database": crate::zones::DATABASE_VERSION,
        "limits": {
            "days": execution_heatmap::window::MOST_DAYS,
            "rows": limits.rows,
            "streams": limits.streams,
            "loads": limits.loads,
            "connections": limits.connections,
            "address_bytes": limits.target_bytes,
            "header_seconds": limits.header.as_secs_f64(),
            "no_progress_seconds": limits.no_progress.as_secs_f64(),
            "query_seconds": limits.query.as_secs_f64(),
            "stream_seconds": limits.stream.as_secs_f64(),
            "cache_seconds": limits.cache.as_secs_f64(),
            "cache_bytes": limits.cache_bytes,
        },
    });
    Ok(fresh_json(body.to_string()))
}

async fn workspaces(extract::State(state): SharedState) -> Result<Response, Problem> {
    let list = |connection: &_| Ok(read::workspaces(connection)?);
    let workspaces = state.pool().run(state.limits().query, list).await?;
    Ok(fresh_json(json::workspaces(&workspaces)))
}

async fn executions(
    extract::State(state): SharedState,
    Workspace(workspace): Workspace,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !rows::accepts_ndjson(&headers) {
        return Err(Problem::not_acceptable());
    }
    let asked = Asked::rows_now(parameters::query(raw.as_deref())?)?;
    let workspace = heatmap::workspace_number(&state, workspace).await?;
    let most = state.limits().streams;
    let permit = Arc::clone(&state.streams).try_acquire_owned().map_err(|_| Problem::too_many_streams(most))?;
    let lease = state.pool().lease(state.limits().query).await?;
    Ok(rows::stream(&state, lease, permit, Wanted { workspace, window: asked.window, filter: asked.query.filter }))
}

async fn heatmap(
    extract::State(state): SharedState,
    Workspace(workspace): Workspace,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::now(parameters::query(raw.as_deref())?)?;
    let key = Key { form: Form::Json, workspace: workspace.clone(), query: raw.unwrap_or_default() };
    let heatmaps = state.heatmaps.clone();
    heatmaps.answer(key, &headers, heatmap::json(state, workspace, asked)).await
}

async fn heatmap_svg(
    extract::State(state): SharedState,
    Workspace(workspace): Workspace,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (query, drawing) = parameters::query_and_drawing(raw.as_deref())?;
    let asked = Asked::now(query)?;
    let key = Key { form: Form::Svg, workspace: workspace.clone(), query: raw.unwrap_or_default() };
    let heatmaps = state.heatmaps.clone();
    heatmaps.answer(key, &headers, heatmap::svg(state, workspace, asked, drawing)).await
}

async fn stats(
    extract::State(state): SharedState,
    Workspace(workspace): Workspace,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::now(parameters::query(raw.as_deref())?)?;
    Ok(fresh_json(heatmap::stats(state, workspace, asked).await?))
}

async fn workflows(
    extract::State(state): SharedState,
    Workspace(workspace): Workspace,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::now(parameters::query(raw.as_deref())?)?;
    Ok(fresh_json(heatmap::workflows(state, workspace, asked).await?))
}

/// An answer in JSON that is not kept anywhere.
fn fresh_json(body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, Body::from(body)).into_response()
}
