//! The canonical NDJSON line of an execution, and which of two rows of one identity stays.

use execution_heatmap::execution::{Execution, Status};
use std::cmp::Ordering;

/// Appends the canonical NDJSON line, its newline included: the keys in the order that the format names them, those
/// without a value left out, `attempt` left out where it is 1. The instant of the end is not among them; it is the
/// start and the duration.
pub fn write_line(execution: &Execution<'_>, line: &mut Vec<u8>) {
    let mut line = Line { out: line, any_key: false };
    line.text("id", execution.id);
    line.text("workflow_id", workflow_id(execution));
    line.text("workflow", execution.workflow);
    line.text("status", Some(status_word(execution)));
    line.text("started_at", Some(&execution.started_at.to_text()));
    line.number("duration_ms", execution.duration_ms);
    if execution.tags.iter().next().is_some() {
        line.key("tags");
        push_json_texts(line.out, execution.tags.iter());
    }
    line.number("attempt", (execution.attempt != 1).then_some(u64::from(execution.attempt)));
    line.text("error", execution.error);
    line.out.extend_from_slice(b"}\n");
}

/// The canonical NDJSON line.
pub fn line(execution: &Execution<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(256);
    write_line(execution, &mut line);
    line
}

/// The workflow's id: a row that has a workflow's name alone takes the name.
pub fn workflow_id<'a>(execution: &Execution<'a>) -> Option<&'a str> {
    execution.workflow_id.or(execution.workflow)
}

/// The status as rows carry it: the vocabulary's word, or the word that came where the vocabulary knows none.
pub fn status_word<'a>(execution: &Execution<'a>) -> &'a str {
    match execution.status {
        Status::Other => execution.status_text,
        known => known.name(),
    }
}

/// Which of two rows of one identity stays: the greater one. An execution that ended is greater than one that did
/// not, then the one that ended later, then the one whose canonical line is greater byte by byte. It is a total order
/// on what rows say, so the order in which rows come decides nothing.
pub fn precedence(one: &Execution<'_>, other: &Execution<'_>) -> Ordering {
    let ended = |row: &Execution<'_>| {
        let at = row.duration_ms.map(|duration_ms| row.started_at.ms().saturating_add_unsigned(duration_ms));
        row.status.is_ended().then_some(at)
    };
    ended(one).cmp(&ended(other)).then_with(|| line(one).cmp(&line(other)))
}

/// Appends texts as a JSON array of strings.
pub fn push_json_texts<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    out.push(b'[');
    for (position, text) in texts.enumerate() {
        if position > 0 {
            out.push(b',');
        }
        push_json_text(out, text);
    }
    out.push(b']');
}

/// Appends a text as a JSON string.
pub fn push_json_text(out: &mut Vec<u8>, text: &str) {
    // Writing a string into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// A line that is being written.
struct Line<'a> {
    out: &'a mut Vec<u8>,
    any_key: bool,
}

impl Line<'_> {
    fn key(&mut self, name: &str) {
        self.out.extend_from_slice(if self.any_key { b",\"" } else { b"{\"" });
        self.any_key = true;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(name);
            push_json_text(self.out, text);
        }
    }

    fn number(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.key(name);
            self.out.extend_from_slice(number.to_string().as_bytes());
        }
    }
}
