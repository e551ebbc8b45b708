//! What a parser tells of a source, one event a line.
#![allow(dead_code, reason = "each test file uses its own part")]

use execution_heatmap::ingest::{Event, Reader};

/// The events of a source, one a line: line, offset, status and instant of a row, what is said of others.
pub fn events(reader: Reader, source: &[u8]) -> String {
    events_of(reader, &[source]).join("\n")
}

pub fn events_of(mut reader: Reader, chunks: &[&[u8]]) -> Vec<String> {
    let mut lines = Vec::new();
    let drain = |reader: &mut Reader, lines: &mut Vec<String>| {
        while let Some(event) = reader.next() {
            lines.push(say(&event));
        }
    };
    for chunk in chunks {
        reader.extend(chunk);
        drain(&mut reader, &mut lines);
    }
    reader.finish();
    drain(&mut reader, &mut lines);
    lines
}

pub fn say(event: &Event<'_>) -> String {
    match event {
        Event::Row { line, offset, execution, .. } => {
            format!("{line}@{offset}: {} {}", execution.id.unwrap_or("-"), execution.status_text)
        }
        Event::Unstarted { line, offset, execution, .. } => {
            format!("{line}@{offset}: due {}", execution.id.unwrap_or("-"))
        }
        Event::LeftOut { line, why } => format!("{line}: {why:?}"),
        Event::Rejected { line, kind, message } => format!("{line}: {}: {message}", kind.name()),
        Event::Broken { line, message } => format!("{line}: broken: {message}"),
        other => format!("{other:?}"),
    }
}

/// `A` to `C` in a source stand for canonical rows with that id.
pub fn rows(source: &str) -> String {
    let row = |id: &str| format!(r#"{{"id":"{id}","status":"failed","started_at": 1770870600}}"#);
    source.replace('A', &row("a")).replace('B', &row("b")).replace('C', &row("c"))
}
