//! Lines of NDJSON as rows and control lines. A control line is an object whose only member has a key that begins with
//! `$`; what the reader does not know of them is skipped.

use super::classify::member;
use super::fields::Fields;
use super::mapping::{Mapping, Node};
use super::row::{self, Scratch};
use super::scan::{Fault, Scanner};
use super::text::{Text, with_text};
use super::{Event, StreamEnd, Value};
use crate::problem::ProblemKind;

/// The event of a line that is not blank.
pub(super) fn read<'a>(
    line: u64,
    offset: u64,
    bytes: &'a [u8],
    mapping: &Mapping,
    scratch: &'a mut Scratch,
) -> Event<'a> {
    let unreadable = |message: String| Event::Rejected { line, kind: ProblemKind::Unreadable, message };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return unreadable(format!("the line is not UTF-8 at byte {}", error.valid_up_to() + 1)),
    };
    let mut scanner = Scanner::new(text);
    if scanner.first() != Some(b'{') {
        return unreadable(match scanner.value(0).and_then(|value| scanner.end().map(|()| value)) {
            Ok(value) => format!("the line is {}, expected an object", value.kind()),
            Err(fault) => no_json(&fault),
        });
    }
    let mut fields = Fields::default();
    let mut members = 0;
    let mut control = None;
    let scanned = scanner.members(|key, value| {
        members += 1;
        let is_known = take(&mut fields, mapping, Node::ROOT, key, value);
        if !is_known && members == 1 {
            control = Some((key, value));
        }
    });
    if let Err(fault) = scanned.and_then(|()| scanner.end()) {
        return unreadable(no_json(&fault));
    }
    match control {
        Some((key, value)) if members == 1 && with_text(key, |key| key.starts_with('$')) => {
            with_text(key, |key| read_control(key, &value))
        }
        _ => row::understand(line, offset, &fields, mapping, scratch),
    }
}

/// Takes a member of an object to the roles that it feeds, and the members of its value to theirs; false if the mapping
/// does not know the key. Calls itself as deep as the mapping's paths go and no deeper.
fn take<'a>(fields: &mut Fields<'a>, mapping: &Mapping, node: Node, key: Text<'a>, value: Value<'a>) -> bool {
    let Some(entry) = with_text(key, |key| mapping.enter(node, key)) else { return false };
    fields.set_all(entry.targets(), value);
    if let (Some(child), Value::Object(object)) = (entry.child(), value) {
        // The object was checked when its line was, so there is no fault that could be told.
        let _ = Scanner::new(object).members(|key, value| {
            take(fields, mapping, child, key, value);
        });
    }
    true
}

fn no_json(fault: &Fault) -> String {
    format!("the line is not JSON: {} at byte {}", fault.cause, fault.at + 1)
}

/// An `$end` that does not say how many rows were sent is not understood: the stream then has no end, which is told.
fn read_control(key: &str, value: &Value<'_>) -> Event<'static> {
    let member = |name| match value {
        Value::Object(object) => member(object, name),
        _ => Value::Absent,
    };
    match key {
        "$end" => match member("rows") {
            Value::Number(rows) => rows.parse().map_or(Event::Control, |rows| {
                let complete = member("complete") == Value::Bool(true);
                Event::End(StreamEnd::End { rows, complete, reason: text_of(member("reason")) })
            }),
            _ => Event::Control,
        },
        "$error" => Event::End(StreamEnd::error(text_of(member("code")), text_of(member("message")))),
        _ => Event::Control,
    }
}

fn text_of(value: Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => with_text(text, |text| (!text.is_empty()).then(|| text.to_owned())),
        _ => None,
    }
}
