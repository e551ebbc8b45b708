//! Real data where it lies beside the project: below the folder that `EXECUTION_HEATMAP_DATA` names, or in
//! `../shared/data`. Reads files; it fetches none.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest)
}

/// The folder of real data.
pub fn folder() -> PathBuf {
    let named = std::env::var_os("EXECUTION_HEATMAP_DATA").map(PathBuf::from);
    named.unwrap_or_else(|| root().join("../shared/data"))
}

/// A text of it.
pub fn text(name: &str) -> Option<String> {
    std::fs::read_to_string(folder().join(name)).ok()
}

/// The first file of one of its archives, inflated.
pub fn zipped(name: &str) -> Option<String> {
    let archive = std::fs::read(folder().join(name)).ok()?;
    // A local header is 30 bytes, then come the name and what its last two numbers say.
    let length = |at: usize| Some(usize::from(u16::from_le_bytes([*archive.get(at)?, *archive.get(at + 1)?])));
    let begin = 30 + length(26)? + length(28)?;
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(archive.get(begin..)?).read_to_string(&mut text).ok()?;
    Some(text)
}

/// A packed text of the repository.
pub fn vendored(name: &str) -> Option<String> {
    let packed = std::fs::read(root().join(name)).ok()?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).ok()?;
    Some(text)
}
