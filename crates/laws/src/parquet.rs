//! The law of Parquet: whatever the bytes, they are refused in words or read as lines that are rows like any others, and
//! twice in the same way.

use crate::source;
use bytes::Bytes;
use execution_heatmap::ingest::{Expected, is_json};
use execution_heatmap_companion::files::parquet::ParquetRows;

/// So many bytes of lines are looked at: a few bytes of Parquet may stand for any number of rows that say nothing.
const MOST_BYTES: usize = 1 << 20;
/// So many of them are held against the laws of lines.
const MOST_HELD_BYTES: usize = 1 << 14;

/// A Parquet file.
pub(crate) fn parquet(bytes: &[u8]) {
    let read = lines(bytes);
    assert!(read == lines(bytes), "the same file, read again");
    let (lines, why) = read;
    assert!(why.is_none_or(|words| words.contains("Parquet file")), "a refusal in words");
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        // A text that is no UTF-8 is the engine's to refuse, in its words.
        let text = String::from_utf8_lossy(line);
        assert!(text.starts_with('{') && text.ends_with("}\n") && is_json(text.as_bytes()), "{}", line.escape_ascii());
    }
    source::ndjson(&lines[..lines.len().min(MOST_HELD_BYTES)]);
}

/// The lines of a file up to a limit, and why there are no more if it broke off.
fn lines(bytes: &[u8]) -> (Vec<u8>, Option<String>) {
    let mut lines = Vec::new();
    let mut rows = match ParquetRows::open(Bytes::copy_from_slice(bytes), &Expected::anything()) {
        Ok(rows) => rows,
        Err(words) => return (lines, Some(words)),
    };
    while lines.len() < MOST_BYTES {
        match rows.append(&mut lines) {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(words) => return (lines, Some(words)),
        }
    }
    (lines, None)
}
