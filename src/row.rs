//! The canonical NDJSON line of an execution, and which of two rows of one identity stays. Reads nothing; the parsers
//! of `ingest` do.

use crate::error_class::write_class;
use crate::execution::{Execution, JoinedTags, Status};
use crate::json::push_text;
use crate::number::push_whole;
use crate::order::sort;
use crate::time::Timestamp;
use std::cmp::Ordering;

/// Appends the canonical NDJSON line, its newline included: the keys in the order that the format names them, those
/// without a value left out, `attempt` left out where it is 1. The instant of the end is not among them; it is the
/// start and the duration.
pub fn write_line(execution: &Execution<'_>, line: &mut String) {
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
    line.out.push_str("}\n");
}

/// The canonical NDJSON line.
pub fn line(execution: &Execution<'_>) -> String {
    let mut line = String::with_capacity(256);
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

/// When an execution ended; `None` if it has not, `Some(None)` if nothing says when.
pub(crate) fn ended(status: Status, started_at: Timestamp, duration_ms: Option<u64>) -> Option<Option<i64>> {
    let end = |duration_ms| started_at.ms().saturating_add_unsigned(duration_ms);
    status.is_ended().then_some(duration_ms.map(end))
}

/// Which of two rows of one identity stays: the one that compares as greater. An execution that ended is greater than
/// one that did not, then the one that ended later, then the one whose canonical line without an error is greater byte by
/// byte, with its tags in the order of their texts and each of them once, then of those that failed the one without an
/// error or whose error's class ([`write_class`]) is greater, then the one whose line is greater as it is. It is a total
/// order on what rows say, so the order in which rows come decides nothing.
pub fn precedence(one: &Execution<'_>, other: &Execution<'_>) -> Ordering {
    let ended = |row: &Execution<'_>| ended(row.status, row.started_at, row.duration_ms);
    let class = |row: &Execution<'_>| {
        let mut class = String::new();
        write_class(row.error.filter(|_| row.status.is_failure()).unwrap_or_default(), &mut class);
        Some(class).filter(|class| !class.is_empty())
    };
    ended(one)
        .cmp(&ended(other))
        .then_with(|| line_of_sorted(one).cmp(&line_of_sorted(other)))
        .then_with(|| error_order(class(one).as_deref(), class(other).as_deref()))
        .then_with(|| line(one).cmp(&line(other)))
}

/// Which of two failed rows stays that differ in their errors' classes alone: no error is greater than any, as a line that
/// ends there is.
pub(crate) fn error_order(one: Option<&str>, other: Option<&str>) -> Ordering {
    one.is_none().cmp(&other.is_none()).then(one.cmp(&other))
}

fn line_of_sorted(execution: &Execution<'_>) -> String {
    let mut tags: Vec<&str> = execution.tags.iter().collect();
    sort(&mut tags, &|one, other| one < other);
    tags.dedup();
    line(&Execution { tags: JoinedTags::of(tags.into_iter()).tags(), error: None, ..execution.clone() })
}

/// Appends texts as a JSON array of strings.
pub fn push_json_texts<'a>(out: &mut String, texts: impl Iterator<Item = &'a str>) {
    out.push('[');
    for (position, text) in texts.enumerate() {
        if position > 0 {
            out.push(',');
        }
        push_text(out, text);
    }
    out.push(']');
}

/// A line that is being written.
struct Line<'a> {
    out: &'a mut String,
    any_key: bool,
}

impl Line<'_> {
    fn key(&mut self, name: &str) {
        self.out.push_str(if self.any_key { ",\"" } else { "{\"" });
        self.any_key = true;
        self.out.push_str(name);
        self.out.push_str("\":");
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.key(name);
            push_text(self.out, text);
        }
    }

    fn number(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.key(name);
            push_whole(self.out, number);
        }
    }
}
