//! Errors as RFC 9457 problems: `detail` names the parameter, what came and what it takes. Never a path, never SQL.

use crate::source::sqlite::pool::PoolError;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// An error answer.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    /// The last part of the type's URI.
    kind: &'static str,
    title: &'static str,
    detail: String,
    /// Seconds after which it may be worth asking again.
    retry_after: Option<u16>,
}

impl Problem {
    const fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: String) -> Self {
        Self { status, kind, title, detail, retry_after: None }
    }

    /// 404: no such workspace.
    pub fn no_workspace(name: &str) -> Self {
        let shown = execution_heatmap::Error::value("workspace", name, "one of those that /api/v1/workspaces lists");
        Self::new(StatusCode::NOT_FOUND, "no_workspace", "No such workspace", shown.to_string())
    }

    /// 404: no such route or file.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", "there is nothing at this address".to_owned())
    }

    /// 405: nothing but reading.
    pub fn method() -> Self {
        let detail = "this server only reads; it takes GET and HEAD".to_owned();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Method not allowed", detail)
    }

    /// 400: a request with a body.
    pub fn body() -> Self {
        let detail = "a request to this server has no body".to_owned();
        Self::new(StatusCode::BAD_REQUEST, "body", "A body is not accepted", detail)
    }

    /// 406: no form of the rows that the client takes.
    pub fn not_acceptable() -> Self {
        let detail = "Accept: rows are sent as application/x-ndjson".to_owned();
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "No such form", detail)
    }

    /// 403: a page of another origin asks.
    pub fn origin() -> Self {
        let detail = "Origin: pages of other origins are not answered".to_owned();
        Self::new(StatusCode::FORBIDDEN, "origin", "Origin not allowed", detail)
    }

    /// 414: a target that is too long.
    pub fn target_too_long(most: usize) -> Self {
        let detail = format!("the address takes at most {most} bytes");
        Self::new(StatusCode::URI_TOO_LONG, "address_too_long", "Address too long", detail)
    }

    /// 421: a name that this server does not answer to.
    pub fn misdirected() -> Self {
        let detail = "Host: this server answers to localhost, 127.0.0.1 and [::1] with its port".to_owned();
        Self::new(StatusCode::MISDIRECTED_REQUEST, "host", "Host not allowed", detail)
    }

    /// 503: too many streams at a time.
    pub fn too_many_streams(most: usize) -> Self {
        Self::busy(format!("{most} streams of rows are under way; more are not sent at a time"))
    }

    /// 503: too many tables of rows in memory for too long.
    pub fn too_many_loads(most: usize) -> Self {
        Self::busy(format!("{most} heatmaps are being worked out; more are not at a time, and none ended soon enough"))
    }

    fn busy(detail: String) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail);
        Self { retry_after: Some(5), ..problem }
    }
}

/// An option that cannot be met: 422 for a window that is too long, else 400.
impl From<execution_heatmap::Error> for Problem {
    fn from(error: execution_heatmap::Error) -> Self {
        let detail = error.to_string();
        if error.is_window_too_long() {
            return Self::new(StatusCode::UNPROCESSABLE_ENTITY, "window_too_long", "Window too long", detail);
        }
        Self::new(StatusCode::BAD_REQUEST, "bad_parameter", "Bad parameter", detail)
    }
}

/// 503: the database does not answer. What it said goes to the log, not to the client. 409: it lacks what is asked for.
impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        let detail = match error {
            PoolError::Busy => "all connections to the database are in use",
            PoolError::TooSlow => "the database took too long",
            PoolError::Outdated => {
                let detail = "by and attempts: an earlier version of this program wrote the database last; any import brings it up to date";
                return Self::new(
                    StatusCode::CONFLICT,
                    "outdated",
                    "The database is of an earlier version",
                    detail.to_owned(),
                );
            }
            PoolError::Database(said) => {
                crate::voice::say(&format!("database: {said}"));
                "the database does not answer"
            }
        };
        let problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "database", "No answer from the database", detail.to_owned());
        Self { retry_after: Some(5), ..problem }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "type": format!("urn:execution-heatmap:problem:{}", self.kind),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        if matches!(self.kind, "body" | "method") {
            // What else such a client means to send is not read.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
