//! The short ways of reading: a line that looks like earlier ones is read by its shape, and what earlier rows said is
//! known by its bytes. The events are those of the long way, and where a short way does not lead, that one is taken.

use super::classify::Class;
use super::fields::{Fields, Placed};
use super::input::Input;
use super::lanes::Padded;
use super::mapping::Mapping;
use super::memo::Values;
use super::memo_kinds::Kinds;
use super::row::{self, Place, Scratch};
use super::shape::{Found, Shapes};
use super::{Cut, Event, MOST_LINE_BYTES};

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

    /// Forgets everything, for another mapping.
    pub(super) fn forget(&mut self) {
        *self = Self { is_off: self.is_off, ..Self::default() };
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
        let line = bytes.slice(start, found.end);
        let known = shapes.keys(found).and_then(|keys| kinds.get(found.way, keys));
        let kind = known.or_else(|| {
            shapes.number(values, bytes, start, found);
            let keys = shapes.keys(found)?;
            kinds.get(found.way, keys).or_else(|| {
                let mut class = Class::default();
                class.read(&Fields::Taken(shapes.taken(found, line)), mapping);
                kinds.keep(found.way, keys, class)
            })
        });
        match (kind.and_then(|number| kinds.class(number)), shapes.places(found.way)) {
            (Some(class), Some(places)) => {
                let fields = Fields::Placed(Placed { line, spots: found.spots(), places });
                row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts)
            }
            (Some(class), None) => {
                let fields = Fields::Taken(shapes.taken(found, line));
                row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts)
            }
            (None, _) => row::understand(place, &Fields::Taken(shapes.taken(found, line)), mapping, scratch),
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
