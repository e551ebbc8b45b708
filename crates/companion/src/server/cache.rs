//! Heatmaps that were answered lately, under the query as it was sent. Requests for one that is being worked out wait
//! for it; what failed or is incomplete is not kept.

use super::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use execution_heatmap::picture;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// What an answer is of; a JSON text and a picture of the same query are two answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The form.
    pub form: Form,
    /// The workspace's name.
    pub workspace: String,
    /// The query string as sent.
    pub query: String,
}

/// The form of a heatmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The response in JSON.
    Json,
    /// The picture.
    Svg,
}

impl Form {
    const fn content_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::Svg => "image/svg+xml",
        }
    }
}

/// An answer with what HTTP says about it.
#[derive(Clone, Debug)]
pub struct Entry {
    body: Bytes,
    tag: HeaderValue,
    made: Instant,
    is_complete: bool,
}

impl Entry {
    /// An answer made now.
    pub fn new(body: String, is_complete: bool) -> Self {
        let tag = entity_tag(body.as_bytes());
        Self { body: Bytes::from(body), tag, made: Instant::now(), is_complete }
    }
}

/// The kept answers.
#[derive(Clone, Debug)]
pub struct Heatmaps {
    kept: Cache<Key, Arc<Entry>>,
}

impl Heatmaps {
    /// A cache that keeps each answer for a time and all of them within a size.
    pub fn new(keep: Duration, most_bytes: u64) -> Self {
        let weigh = |key: &Key, entry: &Arc<Entry>| {
            let bytes =
                key.workspace.len() + key.query.len() + entry.body.len() + size_of::<Key>() + size_of::<Entry>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self { kept: Cache::builder().weigher(weigh).max_capacity(most_bytes).time_to_live(keep).build() }
    }

    /// The answer under a key, worked out by `make` unless it is kept; equal requests at the same time make it once.
    ///
    /// # Errors
    /// What `make` fails with.
    pub async fn answer(
        &self,
        key: Key,
        request: &HeaderMap,
        make: impl Future<Output = Result<Entry, Problem>>,
    ) -> Result<Response, Problem> {
        let form = key.form;
        let made = self.kept.try_get_with(key, async { keep(make.await) }).await;
        match made.as_ref().map_err(|not_kept| &**not_kept) {
            Ok(entry) | Err(NotKept::Incomplete(entry)) => Ok(respond(entry, form, request)),
            Err(NotKept::Problem(problem)) => Err(problem.clone()),
        }
    }
}

/// What is answered to those who wait for it, and to nobody after them.
enum NotKept {
    Problem(Problem),
    Incomplete(Arc<Entry>),
}

fn keep(made: Result<Entry, Problem>) -> Result<Arc<Entry>, NotKept> {
    match made.map(Arc::new) {
        Ok(entry) if entry.is_complete => Ok(entry),
        Ok(entry) => Err(NotKept::Incomplete(entry)),
        Err(problem) => Err(NotKept::Problem(problem)),
    }
}

fn respond(entry: &Entry, form: Form, request: &HeaderMap) -> Response {
    let is_known = names_tag(request, &entry.tag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(entry.body.clone()) });
    let headers = response.headers_mut();
    if !is_known {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    }
    if form == Form::Svg {
        headers.insert(header::CONTENT_SECURITY_POLICY, picture_policy());
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    headers.insert(header::ETAG, entry.tag.clone());
    headers.insert(header::AGE, HeaderValue::from(entry.made.elapsed().as_secs()));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// The policy of a picture that is opened as a document: it can do nothing but apply the one style sheet that the
/// engine writes, which is named by its hash.
fn picture_policy() -> HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let hash = BASE64.encode(Sha256::digest(picture::style_sheet()));
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; sandbox; frame-ancestors 'none'");
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
    });
    POLICY.clone()
}

/// The entity tag of some bytes: a hash of them.
pub fn entity_tag(body: &[u8]) -> HeaderValue {
    let hash = Sha256::digest(body);
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// True if the client holds what bears that tag already.
pub fn names_tag(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let held = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut held = held.flat_map(|value| value.split(',')).map(str::trim);
    held.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn an_incomplete_answer_is_at_no_time_a_kept_one() {
        let heatmaps = Heatmaps::new(Duration::from_secs(60), 1 << 20);
        let key = Key { form: Form::Json, workspace: "w".to_owned(), query: String::new() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answer = |is_complete| {
            let request = HeaderMap::new();
            let make = async move { Ok(Entry::new("{}".to_owned(), is_complete)) };
            assert_eq!(
                runtime.block_on(heatmaps.answer(key.clone(), &request, make)).unwrap().status(),
                StatusCode::OK
            );
        };
        let is_over = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let looker = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let mut seen = 0;
                while !is_over.load(Ordering::Relaxed) {
                    seen += u32::from(looker.block_on(heatmaps.kept.get(&key)).is_some());
                }
                seen
            });
            (0..20_000).for_each(|_| answer(false));
            is_over.store(true, Ordering::Relaxed);
            looking.join().unwrap()
        });
        assert_eq!(seen, 0);
        answer(true);
        assert!(runtime.block_on(heatmaps.kept.get(&key)).is_some(), "a complete one is kept");
    }
}
