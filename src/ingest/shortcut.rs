//! The short ways of reading: a line that looks like earlier ones is read by its shape, and what earlier rows said is
//! known by its bytes. The events are those of the long way, and where a short way does not lead, that one is taken.

use super::classify::Class;
use super::fields::{Fields, Placed};
use super::input::Input;
use super::lanes::{Padded, is_utf8};
use super::mapping::{Mapping, Target};
use super::memo::Values;
use super::memo_kinds::Kinds;
use super::records::Records;
use super::row::{self, Place, Scratch};
use super::shape::{ABSENT, Found, MOST_KEYS, MOST_SPOTS, PRESENT, Shapes, UNKNOWN, Use, Way, key_of};
use super::{Cut, Event, MOST_LINE_BYTES};

/// What is remembered of earlier rows of one source, read by one mapping.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    is_off: bool,
    shapes: Shapes,
    values: Values,
    kinds: Kinds,
    /// What becomes of the columns of CSV, whose way is then the only one.
    columns: Vec<Use>,
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

    /// From now on, records have these columns.
    pub(super) fn expect_columns(&mut self, columns: &[Vec<Target>]) {
        self.forget();
        let way = Way::of_columns(columns);
        if !self.is_off && way.feeds.len() <= MOST_SPOTS && way.keys.len() <= MOST_KEYS {
            self.columns = columns.iter().map(|targets| Use::of(targets)).collect();
            self.shapes.ways.push(way);
        }
    }

    /// True if the fields of a record are good; it begins at `start`.
    pub(super) fn is_record_known(&mut self, input: &Input, start: usize, length: usize, records: &Records) -> bool {
        let fields = records.fields();
        if self.columns.is_empty() || fields.len() != self.columns.len() || records.is_unclosed() {
            return false;
        }
        let Self { columns, values, found, .. } = self;
        let bytes = input.padded();
        let (mut spot, mut key) = (0, 0);
        for (usage, field) in columns.iter().zip(fields).filter(|(usage, _)| **usage != Use::Skip) {
            let (from, end, kind) = field.spot();
            let at = start.wrapping_add(from);
            let length = end.wrapping_sub(from);
            let number = if *usage == Use::Class { values.number(bytes, at, length) } else { None };
            if number.is_none() && !is_utf8(bytes.slice(at, at.wrapping_add(length))) {
                return false;
            }
            found.put(spot, from, end, kind);
            spot += 1;
            if usage.is_key() {
                found.set_key(
                    key,
                    match (usage, number) {
                        _ if length == 0 => ABSENT,
                        (Use::Presence, _) => PRESENT,
                        (_, number) => number.map_or(UNKNOWN, |number| key_of(number, true)),
                    },
                );
                key += 1;
            }
        }
        found.end = start.wrapping_add(length);
        found.way = 0;
        true
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
                class.read(&Fields::Taken(shapes.taken(found, line, mapping)), mapping);
                kinds.keep(found.way, keys, class)
            })
        });
        match (kind.and_then(|number| kinds.class(number)), shapes.places(found.way)) {
            (Some(class), Some(places)) => {
                let fields = Fields::Placed(Placed { line, spots: found.spots(), places });
                row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts)
            }
            (Some(class), None) => {
                let fields = Fields::Taken(shapes.taken(found, line, mapping));
                row::of_class(place, &fields, mapping, class, kind, &mut scratch.texts)
            }
            (None, _) => {
                let fields = Fields::Taken(shapes.taken(found, line, mapping));
                row::understand(place, &fields, mapping, scratch)
            }
        }
    }

    /// Forgets everything, since the mapping has changed.
    pub(super) fn forget(&mut self) {
        *self = Self { is_off: self.is_off, ..Self::default() };
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
