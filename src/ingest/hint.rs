//! What a source that is of no form that is read looks like, so that its owner knows what to do. Guesses from the first
//! line alone, and decides nothing.

/// First characters of an unrecognised source that are told.
const MOST_SHOWN_BYTES: usize = 12;

/// A source of no form that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrecognised {
    /// Its first characters, a point for each that is no printable ASCII.
    pub starts_with: String,
    /// What it looks like and what to do about it, in sentences.
    pub hint: Option<&'static str>,
}

impl Unrecognised {
    /// Looks at the first bytes, up to the end of the first line where that is known.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        let starts_with: String = bytes.iter().take(MOST_SHOWN_BYTES).map(shown).collect();
        let hint = packed(bytes).or_else(|| familiar(&starts_with));
        Self { starts_with, hint }
    }
}

/// What is said of a log that is packed in a way that is not undone. Of gzip and zstd one layer is undone before a source
/// is looked at, so what still begins so lay within another one.
fn packed(bytes: &[u8]) -> Option<&'static str> {
    let is_at = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|behind| behind.starts_with(mark));
    if is_at(0, b"PK\x03\x04") || is_at(0, b"PK\x05\x06") {
        Some("It looks like a zip archive, or a spreadsheet, which is one; unpack it and give the log within it.")
    } else if is_at(0, b"\xfd7zXZ\0") {
        Some(
            "It looks like a log compressed with xz, which is not undone here; decompress it first, such as by `xz -d`.",
        )
    } else if matches!(bytes, [b'B', b'Z', b'h', b'1'..=b'9', b'1', ..]) {
        Some(
            "It looks like a log compressed with bzip2, which is not undone here; decompress it first, such as by `bzip2 -d`.",
        )
    } else if is_at(0, b"\x1f\x8b") || is_at(0, b"\x28\xb5\x2f\xfd") {
        Some("It looks like a log compressed twice, of which one layer is undone here; decompress it once before.")
    } else if is_at(257, b"ustar") {
        Some("It looks like a tar archive; unpack it and give the logs within it.")
    } else {
        None
    }
}

/// The same of other sources that look familiar.
fn familiar(starts_with: &str) -> Option<&'static str> {
    let is_utf_16 = |text: &str| {
        let text = text.trim_start_matches("..");
        text.len() >= 4 && text.bytes().skip(1).step_by(2).all(|byte| byte == b'.')
    };
    if is_utf_16(starts_with) {
        Some("It looks like text in UTF-16; UTF-8 is read.")
    } else if starts_with.starts_with("PAR1") {
        Some(
            "It looks like a Parquet file, which `execution-heatmap analyze FILE` reads and a page does not; a page reads the same rows as Arrow, NDJSON or CSV.",
        )
    } else if starts_with.contains([',', ';', '|']) {
        Some(
            "It looks like CSV, but its header has no column 'started_at', nor the columns of a system that is known; a mapping can say what its columns mean.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_familiar_is_named() {
        let check = |bytes: &[u8], expected: Option<&str>| {
            let Unrecognised { hint, .. } = Unrecognised::of(bytes);
            let is_said = hint.map_or(expected.is_none(), |hint| expected.is_some_and(|words| hint.contains(words)));
            assert!(is_said, "{}: {hint:?}", bytes.escape_ascii());
        };
        check(b"id,workflow,x", Some("no column 'started_at'"));
        check(b"id;workflow;x", Some("no column 'started_at'"));
        check(b"\xff\xfei\0d\0,\0s\0t\0", Some("UTF-16"));
        check(b"PAR1\x15\x04\x15\x20,\x15\x20;", Some("a Parquet file"));
        check(b"PK\x03\x04\x14\0\0\0\x08\0,;", Some("a zip archive"));
        check(b"PK\x05\x06", Some("a zip archive"));
        check(b"\xfd7zXZ\0\0\x04", Some("`xz -d`"));
        check(b"BZh91AY&SY", Some("`bzip2 -d`"));
        check(b"\x1f\x8b\x08\0", Some("compressed twice"));
        check(b"\x28\xb5\x2f\xfd\x04", Some("compressed twice"));
        let tar = [&b"log.csv"[..], &[0; 250], b"ustar\x0000"].concat();
        check(&tar, Some("a tar archive"));
        for strange in [&b"%PDF-1.7"[..], b"\x89PNG\r\n\x1a\n", b"BZhao", b"PK", b"\x1f", b""] {
            check(strange, None);
        }
    }
}
