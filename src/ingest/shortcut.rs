//! The short ways of reading: a line that looks like earlier ones is read by its shape, and what earlier rows said is
//! known by its bytes. The events are those of the long way, and where a short way does not lead, that one is taken.

use super::brief::Said;
use super::classify::Class;
use super::fields::{Fields, Placed};
use super::input::Input;
use super::lanes::{Padded, is_utf8};
use super::mapping::{Mapping, Target};
use super::memo::{Classes, Deciding, MOST_KEYS};
use super::records::Records;
use super::row::{self, Place, Scratch};
use super::shape::{Found, MOST_SPOTS, Shapes, Use, Way};
use super::{Cut, Event, MOST_LINE_BYTES};
use crate::time::UsualTimes;

/// What is remembered of earlier rows of one source, read by one mapping.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    is_off: bool,
    shapes: Shapes,
    classes: Classes,
    /// What becomes of the columns of CSV, whose way is then the only one.
    columns: Vec<Use>,
    found: Found,
    /// What of it decides the class, and the place of that if it is known.
    deciding: Deciding,
    class: Option<u32>,
}

impl Shortcuts {
    /// None is ever taken.
    pub(super) fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// The length of the line that waits, if it has come whole and is of a known shape.
    #[inline]
    pub(super) fn whole_line(&mut self, input: &Input) -> Option<usize> {
        if self.shapes.is_resting() || !self.find(input.padded(), input.start()) {
            return None;
        }
        let length = self.found.end - input.start();
        (input.has_whole(self.found.end) && length <= MOST_LINE_BYTES).then_some(length)
    }

    /// True if a line that was cut out is of a known shape.
    pub(super) fn is_known(&mut self, input: &Input, line: &Cut) -> bool {
        !line.is_too_long
            && !self.shapes.is_resting()
            && self.find(input.padded(), line.range.start)
            && self.found.end == line.range.end
    }

    /// Looks at the line that begins at `start`, and for the class of its row.
    #[inline]
    fn find(&mut self, bytes: Padded<'_>, start: usize) -> bool {
        if self.classes.are_worth_trying() {
            let is_line = self.shapes.find::<false>(bytes, start, &mut self.found);
            if is_line {
                self.look_up(bytes, start);
            }
            // What was guessed is true if the class is known.
            if !self.found.is_guess || is_line && self.class.is_some() {
                return is_line;
            }
        }
        let is_line = self.shapes.find::<true>(bytes, start, &mut self.found);
        if is_line {
            self.look_up(bytes, start);
        }
        is_line
    }

    #[inline(always)]
    fn look_up(&mut self, bytes: Padded<'_>, start: usize) {
        let way = self.found.way;
        self.deciding.look(way, self.shapes.keys(way), self.found.spots(), bytes, start);
        self.class = self.classes.find(&self.deciding, bytes);
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
        let bytes = input.padded();
        let mut spot = 0;
        for (usage, field) in self.columns.iter().zip(fields).filter(|(usage, _)| **usage != Use::Skip) {
            let (from, end, kind) = field.spot();
            let at = start.wrapping_add(from);
            // A value that decides the class is checked by what is known of it.
            if *usage != Use::Class && !is_utf8(bytes.slice(at, start.wrapping_add(end))) {
                return false;
            }
            self.found.put(spot, from, end, kind);
            spot += 1;
        }
        self.found.end = start.wrapping_add(length);
        self.found.way = 0;
        self.look_up(bytes, start);
        self.class.is_some() || self.deciding.are_utf8(bytes)
    }

    /// What the row says that was found at `start`, if its kind is named and it says it in the usual way.
    #[inline(always)]
    pub(super) fn known(
        &mut self,
        (bytes, start): (Padded<'_>, usize),
        mapping: &Mapping,
        times: &mut UsualTimes,
    ) -> Option<(u32, Said)> {
        let (class, _, name) = self.classes.get(self.class?)?;
        let (name, status) = (name?, class.status);
        let brief = self.shapes.brief(self.found.way)?;
        let said = brief.read(self.found.spots(), (bytes, start), &mapping.rules, status, times)?;
        self.shapes.fitted();
        self.classes.count(true);
        Some((name, said))
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
        self.shapes.fitted();
        self.classes.count(self.class.is_some());
        let Self { shapes, classes, found, .. } = self;
        let line = bytes.slice(start, found.end);
        let class = self.class.or_else(|| {
            let mut class = Class::default();
            class.read(&Fields::Taken(shapes.taken(found, line, mapping)), mapping);
            classes.keep(&self.deciding, bytes, class)
        });
        match (class.and_then(|class| classes.get(class)), shapes.places(found.way)) {
            (Some((class, kind, _)), Some(places)) => {
                let fields = Fields::Placed(Placed { line, spots: found.spots(), places });
                row::of_class(place, &fields, mapping, class, Some(kind), &mut scratch.texts)
            }
            (Some((class, kind, _)), None) => {
                let fields = Fields::Taken(shapes.taken(found, line, mapping));
                row::of_class(place, &fields, mapping, class, Some(kind), &mut scratch.texts)
            }
            (None, _) => {
                let fields = Fields::Taken(shapes.taken(found, line, mapping));
                row::understand(place, &fields, mapping, scratch)
            }
        }
    }

    /// From now on, rows of a kind are told by this name.
    pub(super) fn name_kind(&mut self, kind: u32, name: u32) {
        self.classes.name(kind, name);
    }

    /// Forgets these names.
    pub(super) fn forget_names(&mut self) {
        self.classes.forget_names();
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
        if let Ok(line) = std::str::from_utf8(line)
            && self.shapes.learn(line, mapping)
        {
            // Ways are counted anew, and classes are known by them.
            self.classes.forget();
        }
    }
}
