//! What a source that is of no form that is read looks like, so that its owner knows what to do. Guesses from the first
//! characters alone, and decides nothing.

/// First characters of an unrecognised source that its event tells.
const MOST_SHOWN_BYTES: usize = 12;

/// A sentence about a source whose first characters (as [`super::Event::Unrecognised`] tells them) look familiar.
///
/// ```
/// use execution_heatmap::ingest::hint;
/// assert!(hint("id;name;stat").unwrap().contains("CSV"));
/// assert_eq!(hint("%PDF-1.7"), None);
/// ```
pub fn hint(starts_with: &str) -> Option<&'static str> {
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

/// The first bytes as printable ASCII, a point for each that is not.
pub(super) fn first_characters(bytes: &[u8]) -> String {
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
    bytes.iter().take(MOST_SHOWN_BYTES).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_familiar_is_named() {
        let check = |starts_with: &str, expected: Option<&str>| {
            let said = hint(starts_with);
            assert!(
                said.map(|said| expected.is_some_and(|words| said.contains(words))).unwrap_or(expected.is_none()),
                "{starts_with}: {said:?}"
            );
        };
        check("id,workflow,", Some("no column 'started_at'"));
        check("id;workflow;", Some("no column 'started_at'"));
        check("..i.d.,.s.t.", Some("UTF-16"));
        check("PAR1....,..;", Some("a Parquet file"));
        check("%PDF-1.7", None);
        check(".PNG....", None);
        check("", None);
    }
}
