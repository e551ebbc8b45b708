//! The short ways of reading: a line that looks like earlier ones is read by its shape, and what earlier rows said is
//! known by its bytes. The events are those of the long way, and where a short way does not lead, that one is taken.

use super::classify::Class;
use super::fields::Fields;
use super::input::Input;
use super::lanes::Padded;
use super::mapping::Mapping;
use super::memo::Values;
use super::memo_kinds::Kinds;
use super::row::{self, Place, Scratch};
use super::shape::{Found, Shapes};
use super::text::Text;
use super::{Cut, Event, MOST_LINE_BYTES, Value};

/// What is remembered of earlier rows of one source, read by one mapping.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    is_off: bool,
    shapes: Shapes,
    values: Values,
    kinds: Kinds,
    found: Found,
}

impl Shortcuts {
    /// None is ever taken.
    pub(super) fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// The length of the line that waits, if it has come whole and is of a known shape.
    #[inline]
    pub(super) fn whole_line(&mut self, input: &Input) -> Option<usize> {
        if self.shapes.is_resting() || !self.shapes.find(&self.values, input.padded(), input.start(), &mut self.found) {
            return None;
        }
        let length = self.found.end - input.start();
        (input.has_whole(self.found.end) && length <= MOST_LINE_BYTES).then_some(length)
    }

    /// True if a line that was cut out is of a known shape.
    pub(super) fn is_known(&mut self, input: &Input, line: &Cut) -> bool {
        !line.is_too_long
            && !self.shapes.is_resting()
            && self.shapes.find(&self.values, input.padded(), line.range.start, &mut self.found)
            && self.found.end == line.range.end
    }

    /// The event of the line that was found to be of a known shape; it begins at `start`.
    #[inline]
    pub(super) fn read<'a>(
        &'a mut self,
        place: Place,
        bytes: Padded<'a>,
        start: usize,
        mapping: &Mapping,
        scratch: &'a mut Scratch,
    ) -> Event<'a> {
        let Self { shapes, values, kinds, found, .. } = self;
        shapes.fitted();
        let known = found.keys().and_then(|keys| kinds.get(found.last, keys));
        let kind = known.or_else(|| {
            shapes.number(values, bytes, start, found);
            let keys = found.keys()?;
            let mut class = Class::default();
            class.read(&fields_of(shapes, found, bytes, start, |_| true), mapping);
            kinds.get(found.last, keys).or_else(|| kinds.keep(found.last, keys, class))
        });
        match kind.and_then(|number| kinds.class(number)) {
            Some(class) => {
                let fields = fields_of(shapes, found, bytes, start, |role| !role.is_class());
                row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts)
            }
            None => row::understand(place, &fields_of(shapes, found, bytes, start, |_| true), mapping, scratch),
        }
    }

    /// Learns the shape of a line that was not known.
    pub(super) fn learn(&mut self, line: &[u8], mapping: &Mapping) {
        if self.is_off {
            return;
        }
        if let Ok(line) = std::str::from_utf8(line) {
            self.shapes.learn(line, mapping);
        }
    }
}

/// What the found values say in the roles that are wanted.
#[inline(always)]
fn fields_of<'a>(
    shapes: &Shapes,
    found: &Found,
    bytes: Padded<'a>,
    start: usize,
    is_wanted: impl Fn(super::role::Role) -> bool,
) -> Fields<'a> {
    let mut fields = Fields::default();
    for spot in found.spots() {
        let targets = shapes.targets(*spot);
        if targets.iter().any(|target| is_wanted(target.role)) {
            let value = value_of(bytes.slice(start + spot.start as usize, start + spot.end as usize));
            fields.set_all(targets, value);
        }
    }
    fields
}

/// A value that was checked.
#[inline(always)]
fn value_of(bytes: &[u8]) -> Value<'_> {
    match bytes {
        [b'"', text @ .., b'"'] => {
            let text = str_of(text);
            Value::Text(if text.contains('\\') { Text::Json(text) } else { Text::Plain(text) })
        }
        [b'{', ..] => Value::Object(str_of(bytes)),
        [b'[', ..] => Value::Array(str_of(bytes)),
        [b'n', ..] => Value::Absent,
        [b't', ..] => Value::Bool(true),
        [b'f', ..] => Value::Bool(false),
        _ => Value::Number(str_of(bytes)),
    }
}

/// The text of bytes that were found to be UTF-8.
#[inline(always)]
fn str_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
