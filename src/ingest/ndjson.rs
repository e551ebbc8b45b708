//! Lines of NDJSON as rows and control lines. A control line is an object whose only member has a key that begins with
//! `$`; what the reader does not know of them is skipped.

use super::classify::member;
use super::fields::{Fields, Taken};
use super::mapping::{Mapping, Node};
use super::row::{self, Place, Scratch};
use super::scan::{Fault, Scanner};
use super::text::{Text, with_text};
use super::{Event, StreamEnd, Value};
use crate::number::whole;
use crate::problem::ProblemKind;

/// What a line or an element of a document turned out to be.
#[expect(clippy::large_enum_variant, reason = "made once a row on the stack, and never kept")]
pub(super) enum Parsed<'a> {
    /// An object with these values.
    Row(Taken<'a>),
    /// Something else.
    Event(Event<'static>),
}

/// The event of a line that is not blank.
// Few lines are read so; what is called for each stays short without it.
#[inline(never)]
pub(super) fn read<'a>(place: Place, bytes: &'a [u8], mapping: &Mapping, scratch: &'a mut Scratch) -> Event<'a> {
    match parse(place.line, bytes, mapping, "line") {
        Parsed::Row(fields) => row::understand(place, &Fields::Taken(fields), mapping, scratch),
        Parsed::Event(event) => event,
    }
}

/// The same of an element of a document, and of what stands around it: names and texts of JSON, as if they were members.
pub(super) fn read_within<'a>(
    place: Place,
    bytes: &'a [u8],
    context: impl Iterator<Item = (&'static str, &'a str)>,
    noun: &str,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
) -> Event<'a> {
    match parse(place.line, bytes, mapping, noun) {
        Parsed::Event(event) => event,
        Parsed::Row(mut fields) => {
            for (name, text) in context {
                take(&mut fields, mapping, Node::ROOT, Text::Plain(name), Value::of_json(text));
            }
            row::understand(place, &Fields::Taken(fields), mapping, scratch)
        }
    }
}

/// Takes an object apart. `noun` is what messages call it.
pub(super) fn parse<'a>(line: u64, bytes: &'a [u8], mapping: &Mapping, noun: &str) -> Parsed<'a> {
    let unreadable = |message: String| Parsed::Event(Event::Rejected { line, kind: ProblemKind::Unreadable, message });
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            return unreadable(
                ["the ", noun, " is not UTF-8 at byte ", &whole(error.valid_up_to() as u64 + 1)].concat(),
            );
        }
    };
    let mut scanner = Scanner::new(text);
    if scanner.first() != Some(b'{') {
        return unreadable(match scanner.value(0).and_then(|value| scanner.end().map(|()| value)) {
            Ok(value) => ["the ", noun, " is ", value.kind(), ", expected an object"].concat(),
            Err(fault) => no_json(&fault, noun),
        });
    }
    let mut fields = Taken::default();
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
        return unreadable(no_json(&fault, noun));
    }
    match control {
        Some((key, value)) if members == 1 && with_text(key, |key| key.starts_with('$')) => {
            Parsed::Event(with_text(key, |key| read_control(key, &value)))
        }
        _ => Parsed::Row(fields),
    }
}

/// Takes a member of an object to the roles that it feeds, and the members of its value to theirs; false if the mapping
/// does not know the key. Calls itself as deep as the mapping's paths go and no deeper.
pub(super) fn take<'a>(fields: &mut Taken<'a>, mapping: &Mapping, node: Node, key: Text<'a>, value: Value<'a>) -> bool {
    let Some(entry) = with_text(key, |key| mapping.enter(node, key)) else { return false };
    fields.set_all(entry.targets(), value);
    let Some(child) = entry.child() else { return true };
    // What is nested was checked when its line was, so there is no fault that could be told.
    let _ = match value {
        Value::Object(object) => Scanner::new(object).members(|key, value| {
            take(fields, mapping, child, key, value);
        }),
        other => {
            take_pairs(fields, mapping, child, other);
            Ok(())
        }
    };
    true
}

/// Takes the elements of a list of pairs as the members of an object that they stand for.
pub(super) fn take_pairs<'a>(fields: &mut Taken<'a>, mapping: &Mapping, node: Node, value: Value<'a>) {
    if let Value::Array(pairs) = value {
        // The list was checked when its line was.
        let _ = Scanner::new(pairs).elements(|pair| take_pair(fields, mapping, node, pair));
    }
}

/// Takes an element `{"key":…,"value":…}` of a list as the member of an object that it stands for.
fn take_pair<'a>(fields: &mut Taken<'a>, mapping: &Mapping, node: Node, pair: Value<'a>) {
    let Value::Object(pair) = pair else { return };
    if let Value::Text(key) = member(pair, "key") {
        take(fields, mapping, node, key, bare(member(pair, "value")));
    }
}

/// A value out of the object that says its type (`{"stringValue":"a"}`), or itself.
fn bare(value: Value<'_>) -> Value<'_> {
    let Value::Object(typed) = value else { return value };
    let mut found = value;
    let _ = Scanner::new(typed).members(|_, value| found = value);
    found
}

fn no_json(fault: &Fault, noun: &str) -> String {
    ["the ", noun, " is not JSON: ", fault.cause, " at byte ", &whole(fault.at as u64 + 1)].concat()
}

/// The end of a stream that a form without lines tells: `key` without its `$`, `object` the text of an object that was
/// checked.
pub(super) fn control(key: &str, object: &str) -> Option<StreamEnd> {
    match read_control(&["$", key].concat(), &Value::Object(object)) {
        Event::End(end) => Some(end),
        _ => None,
    }
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
