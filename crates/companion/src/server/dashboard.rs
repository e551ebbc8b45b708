//! The dashboard: the static files of `www/` at `/` and of the package at `/pkg/`, embedded when the binary is built
//! with the feature `dashboard`. Without it `/` says which command builds them.

use super::problem::Problem;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

/// A static file.
pub async fn file(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    embedded::file(uri.path(), &headers)
}

#[cfg(not(feature = "dashboard"))]
mod embedded {
    use super::Problem;
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::{IntoResponse, Response};

    pub fn file(path: &str, _request: &HeaderMap) -> Result<Response, Problem> {
        if path != "/" {
            return Err(Problem::no_route());
        }
        let words = "This binary was built without the dashboard. `cargo xtask demo` builds it and starts a demonstration.\nThe API is at /api/v1/workspaces.\n";
        Ok((StatusCode::SERVICE_UNAVAILABLE, words).into_response())
    }
}

#[cfg(feature = "dashboard")]
mod embedded {
    use super::Problem;
    use crate::server::cache::{entity_tag, names_tag};
    use axum::body::Body;
    use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
    use axum::response::Response;
    use rust_embed::{EmbeddedFile, RustEmbed};

    #[derive(RustEmbed)]
    #[folder = "../../www"]
    struct Pages;

    #[derive(RustEmbed)]
    #[folder = "../../pkg"]
    struct Package;

    /// What the pages and the worker may do: run scripts of this origin and WebAssembly, and nothing from elsewhere.
    /// A worker obeys the policy of its own file, not that of the page.
    const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types execution-heatmap";

    pub fn file(path: &str, request: &HeaderMap) -> Result<Response, Problem> {
        let name = path.trim_start_matches('/');
        let found: Option<EmbeddedFile> = match name.strip_prefix("pkg/") {
            Some(name) => Package::get(name),
            None => Pages::get(if name.is_empty() { "index.html" } else { name }),
        };
        let file = found.ok_or_else(Problem::no_route)?;
        let tag = entity_tag(&file.data);
        let is_known = names_tag(request, &tag);
        let mut response = Response::new(if is_known { Body::empty() } else { Body::from(file.data) });
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        }
        Ok(response)
    }

    /// By the end of the name; what is not listed is bytes, which a browser only saves.
    fn content_type(path: &str) -> &'static str {
        match path.rsplit_once('.').map_or("html", |(_, extension)| extension) {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "wasm" => "application/wasm",
            "json" | "map" => "application/json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "ico" => "image/x-icon",
            "txt" | "md" => "text/plain; charset=utf-8",
            "webmanifest" => "application/manifest+json",
            _ => "application/octet-stream",
        }
    }
}
