//! What every request passes before anything else looks at it, static files included, and the headers that every
//! answer carries.

use super::host::Allowed;
use super::problem::Problem;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

/// The policy of everything but the dashboard: an answer that is opened as a document can do nothing.
const API_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// The headers of all answers.
const ON_ALL: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts the gate in front of a router.
pub fn guarded(router: Router, allowed: Allowed, most_target_bytes: usize) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        let mut response = match refusal(&request, allowed, most_target_bytes) {
            Some(problem) => problem.into_response(),
            None => next.run(request).await,
        };
        add_headers(&mut response);
        response
    }))
}

fn refusal(request: &Request, allowed: Allowed, most_target_bytes: usize) -> Option<Problem> {
    let (uri, headers) = (request.uri(), request.headers());
    if !allowed.admits(uri, headers) {
        return Some(Problem::misdirected());
    }
    if !allowed.admits_origin(headers) {
        return Some(Problem::origin());
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(Problem::method());
    }
    if has_body(headers) {
        return Some(Problem::body());
    }
    let target_bytes = uri.path().len() + uri.query().map_or(0, str::len);
    (target_bytes > most_target_bytes).then(|| Problem::target_too_long(most_target_bytes))
}

fn has_body(headers: &HeaderMap) -> bool {
    let is_empty = |length: &HeaderValue| length.as_bytes() == b"0";
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get_all(header::CONTENT_LENGTH).iter().any(|length| !is_empty(length))
}

fn add_headers(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in ON_ALL {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(API_POLICY));
}
