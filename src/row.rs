//! The canonical NDJSON line of an execution, and which of two rows of one identity stays. Reads nothing; the parsers
//! of `ingest` do.

use crate::execution::{Execution, Status};
use crate::json::push_text;
use crate::number::push_whole;
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
fn ended(execution: &Execution<'_>) -> Option<Option<i64>> {
    let end = |duration_ms| execution.started_at.ms().saturating_add_unsigned(duration_ms);
    execution.status.is_ended().then_some(execution.duration_ms.map(end))
}

/// Which of two rows of one identity stays: the one that compares as greater. An execution that ended is greater than
/// one that did not, then the one that ended later, then the one whose canonical line is greater byte by byte. It is a
/// total order on what rows say, so the order in which rows come decides nothing.
pub fn precedence(one: &Execution<'_>, other: &Execution<'_>) -> Ordering {
    ended(one).cmp(&ended(other)).then_with(|| line(one).cmp(&line(other)))
}

/// The most of a line that a [`Rank`] keeps, in bytes.
pub const MOST_RANK_BYTES: usize = 256;

/// What is kept of a row to tell later which of it and another of its identity stays: [`precedence`] in bounded memory.
/// The error is left out, since nothing that is counted depends on it, and of a line that is longer than
/// [`MOST_RANK_BYTES`] a hash decides what its beginning does not. That order is total too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    ended: Option<Option<i64>>,
    beginning: Box<str>,
    hash: u64,
}

impl Rank {
    /// The rank of a row.
    pub fn of(execution: &Execution<'_>) -> Self {
        let line = line(&Execution { id: None, workflow_id: None, error: None, ..execution.clone() });
        let beginning = line.get(..line.floor_char_boundary(MOST_RANK_BYTES)).unwrap_or("");
        Self { ended: ended(execution), hash: fnv1a(line.as_bytes()), beginning: beginning.into() }
    }
}

/// The 64-bit FNV-1a hash (Fowler, Noll, Vo).
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
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
