//! The files of the bench: the same rows as NDJSON, as CSV, and as NDJSON of three shapes of line. Made once and kept
//! under the target directory; the Arrow file is made of the CSV by `benches/native/arrow.py`.

use super::history;
use super::rows::{Row, rows};
use crate::process::Result;
use crate::project;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// The name changes when what is written changes, so that no old file is taken for a new one.
const FOLDER: &str = "bench/data-1";
const CSV_HEAD: &str =
    "id,workflow_id,workflow,status,mode,created_at,started_at,finished_at,duration_ms,attempt,host,tags,error\n";
const MS_PER_DAY: u64 = 86_400_000;

/// The file of the history whose whole report is asked for.
pub const HISTORY: &str = "history-200-26.ndjson";

/// Where the files lie.
pub fn folder() -> Result<PathBuf> {
    project::work_directory(FOLDER)
}

/// Makes the files of `count` rows that are not there yet: `rows-COUNT.ndjson`, `rows-COUNT.csv`, `mixed-COUNT.ndjson`.
pub fn make(count: u64) -> Result {
    let folder = folder()?;
    write(&folder, &format!("rows-{count}.ndjson"), "", rows(count), object)?;
    write(&folder, &format!("rows-{count}.csv"), CSV_HEAD, rows(count), record)?;
    write(&folder, &format!("mixed-{count}.ndjson"), "", rows(count), |row, text| match row.number % 3 {
        0 => object(row, text),
        1 => canonical(row, text),
        _ => spaced(row, text),
    })
}

/// Makes the file of the history, if it is not there yet.
pub fn make_history() -> Result {
    write(&folder()?, HISTORY, "", history::rows(), canonical)
}

fn write(
    folder: &Path,
    name: &str,
    head: &str,
    rows: impl Iterator<Item = Row>,
    line: impl Fn(&Row, &mut String),
) -> Result {
    let path = folder.join(name);
    if path.is_file() {
        return Ok(());
    }
    eprintln!("      writing {name}");
    // Written aside and renamed, so that a file that is there is whole.
    let staging = folder.join(format!(".{name}.partial"));
    let mut file = BufWriter::new(File::create(&staging)?);
    file.write_all(head.as_bytes())?;
    let mut text = String::new();
    for row in rows {
        text.clear();
        line(&row, &mut text);
        file.write_all(text.as_bytes())?;
    }
    file.flush()?;
    Ok(std::fs::rename(staging, path)?)
}

/// The line of an export: 13 keys, two of them objects.
fn object(row: &Row, out: &mut String) {
    let id = row.workflow_id();
    let _ =
        write!(out, "{{\"id\":\"{}\",\"workflow_id\":\"{id}\",\"workflow\":{{\"id\":\"{id}\",\"name\":", id_of(row));
    push_json(out, &row.workflow_name());
    let _ = write!(out, "}},\"status\":\"{}\",\"mode\":\"{}\"", row.status, row.mode);
    for (key, at) in
        [("created_at", Some(row.created_at)), ("started_at", row.started_at), ("finished_at", row.finished_at())]
    {
        let _ = match at {
            Some(at) => write!(out, ",\"{key}\":\"{}\"", instant(at)),
            None => write!(out, ",\"{key}\":null"),
        };
    }
    let duration = row.duration_ms.map_or_else(|| "null".to_owned(), |ms| ms.to_string());
    let _ = write!(out, ",\"duration_ms\":{duration},\"attempt\":{},\"host\":\"runner-{}\"", row.attempt, row.host);
    out.push_str(",\"tags\":[");
    push_tags(out, &row.tags, ",");
    out.push_str("],\"error\":");
    match row.error {
        Some((message, code)) => {
            out.push_str("{\"message\":");
            push_json(out, message);
            let _ = write!(out, ",\"code\":\"{code}\"}}");
        }
        None => out.push_str("null"),
    }
    out.push_str("}\n");
}

/// The canonical line: fewer keys, absent where there is no value.
fn canonical(row: &Row, out: &mut String) {
    let _ = write!(out, "{{\"id\":\"{}\",\"workflow_id\":\"{}\",\"workflow\":", id_of(row), row.workflow_id());
    push_json(out, &row.workflow_name());
    let _ = write!(out, ",\"status\":\"{}\"", row.status);
    if let Some(at) = row.started_at {
        let _ = write!(out, ",\"started_at\":\"{}\"", instant(at));
    }
    if let Some(ms) = row.duration_ms {
        let _ = write!(out, ",\"duration_ms\":{ms}");
    }
    out.push_str(",\"tags\":[");
    push_tags(out, &row.tags, ",");
    out.push_str("]}\n");
}

/// A line of another writer: other order, blanks, offsets instead of `Z`.
fn spaced(row: &Row, out: &mut String) {
    let start = row.started_at.map_or_else(|| "null".to_owned(), |at| format!("\"{}\"", instant(at)));
    let duration = row.duration_ms.map_or_else(|| "null".to_owned(), |ms| ms.to_string());
    let _ = write!(out, "{{\"started_at\": {start}, \"duration_ms\": {duration}, \"status\": \"{}\"", row.status);
    let _ = write!(out, ", \"workflow_id\": \"{}\", \"workflow\": ", row.workflow_id());
    push_json(out, &row.workflow_name());
    let _ = write!(out, ", \"id\": \"{}\", \"tags\": [", id_of(row));
    push_tags(out, &row.tags, ", ");
    let _ = writeln!(out, "], \"attempt\": {}}}", row.attempt);
}

fn record(row: &Row, out: &mut String) {
    let at = |at: Option<u64>| at.map(instant).unwrap_or_default();
    let _ = write!(out, "{},{},", id_of(row), row.workflow_id());
    push_field(out, &row.workflow_name());
    let _ = write!(
        out,
        ",{},{},{},{},{},{},{},runner-{},{},",
        row.status,
        row.mode,
        instant(row.created_at),
        at(row.started_at),
        at(row.finished_at()),
        row.duration_ms.map(|ms| ms.to_string()).unwrap_or_default(),
        row.attempt,
        row.host,
        row.tags.join("|"),
    );
    push_field(out, row.error.map_or("", |(message, _)| message));
    out.push('\n');
}

fn id_of(row: &Row) -> u64 {
    10_000_000 + row.number
}

fn push_tags(out: &mut String, tags: &[&str], separator: &str) {
    for (position, tag) in tags.iter().enumerate() {
        out.push_str(if position == 0 { "" } else { separator });
        push_json(out, tag);
    }
}

/// A JSON text; what is not ASCII is written as an escape where it is Latin, so that both ways of writing occur.
fn push_json(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\t' => out.push_str("\\t"),
            'é' | 'ß' => {
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// A field of CSV, quoted where RFC 4180 wants it.
fn push_field(out: &mut String, text: &str) {
    if text.contains([',', '"']) {
        let _ = write!(out, "\"{}\"", text.replace('"', "\"\""));
    } else {
        out.push_str(text);
    }
}

/// `2026-01-01T00:00:00.000Z`. The date is by Howard Hinnant's `civil_from_days`, for days since 1970 and later.
pub fn instant(ms: u64) -> String {
    let of_day = ms % MS_PER_DAY;
    let days = ms / MS_PER_DAY + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{:03}Z", of_day / 1000 % 60, of_day % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_instant(ms: u64, expected: &str) {
        assert_eq!(instant(ms), expected);
    }

    #[test]
    fn instants_are_written_with_their_dates() {
        check_instant(0, "1970-01-01T00:00:00.000Z");
        check_instant(951_782_400_000, "2000-02-29T00:00:00.000Z");
        check_instant(1_767_225_599_999, "2025-12-31T23:59:59.999Z");
        check_instant(1_767_225_600_000, "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn lines_are_of_the_announced_length() {
        let (mut json, mut csv) = (String::new(), String::new());
        for row in rows(2_000) {
            object(&row, &mut json);
            record(&row, &mut csv);
        }
        assert!((330..360).contains(&(json.len() / 2_000)), "{}", json.len() / 2_000);
        assert!((165..190).contains(&(csv.len() / 2_000)), "{}", csv.len() / 2_000);
    }

    #[test]
    fn fields_are_quoted_and_texts_escaped() {
        let (mut field, mut text) = (String::new(), String::new());
        push_field(&mut field, "a, \"b\"");
        push_json(&mut text, "a\t\"é\" 日");
        assert_eq!((field.as_str(), text.as_str()), ("\"a, \"\"b\"\"\"", "\"a\\t\\\"\\u00e9\\\" 日\""));
    }
}
