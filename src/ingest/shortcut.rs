//! The short ways of reading: a line that looks like earlier ones is read by its shape, and what earlier rows said is
//! known by its bytes. The events are those of the long way, and where a short way does not lead, that one is taken.

use super::brief::{Brief, Quick, Said};
use super::fields::{Fields, Placed, Spot, SpotKind};
use super::input::Input;
use super::lanes::{Padded, WIDTH, is_utf8, text_of};
use super::mapping::{Mapping, Target};
use super::memo::{Classes, MOST_KEYS, put_parts};
use super::reader_known::KnownRows;
use super::row::{self, Place, Scratch, Texts};
use super::shape::{Found, MOST_SPOTS, Shapes, Use, Way};
use super::{Cut, Event, MOST_LINE_BYTES, Value};
use crate::execution::OwnTexts;
use crate::time::{MOST_NONE_BYTES, UsualTimes, is_none_field};

/// What is remembered of earlier rows of one source, read by one mapping.
#[derive(Debug, Default)]
pub(super) struct Shortcuts {
    is_off: bool,
    shapes: Shapes,
    classes: Classes,
    /// What becomes of the columns of CSV, whose way is then the only one.
    columns: Vec<Use>,
    /// The spots of the columns that do not decide the class: the first and the last one of those that lie side by side.
    others: Vec<(usize, usize)>,
    found: Found,
    /// The place of the class of the row that was found, if it is known.
    class: Option<u32>,
}

impl Shortcuts {
    /// None is ever taken.
    pub(super) fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.classes.held_bytes()
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
    fn find(&mut self, bytes: Padded<'_>, start: usize) -> bool {
        let is_line = self.shapes.find(&bytes, start, &mut self.found);
        if is_line {
            self.look_up(bytes, start);
        }
        is_line
    }

    #[inline(always)]
    fn look_up(&mut self, bytes: Padded<'_>, start: usize) {
        let keys = self.shapes.keys(self.found.way);
        put_parts(&mut self.found.keys, keys, &self.found.spots, (&bytes, start));
        self.class = self.classes.find(self.found.last_step, self.found.keys(keys.len()), &bytes);
    }

    /// True while it is worth looking for lines of known kinds.
    pub(super) fn are_worth_trying(&self) -> bool {
        !self.shapes.is_resting() && self.classes.are_worth_trying()
    }

    /// Takes lines, of which the first one is `line`, as long as their rows are of known and named kinds or have no start,
    /// have come whole and say what they say in the usual way, and as far as there is room for them; where the others
    /// begin, and how many line feeds were passed.
    #[inline(never)]
    pub(super) fn take_known_lines(
        &mut self,
        (input, line): (&Input, u64),
        times: &mut UsualTimes,
        known: &mut KnownRows,
        keeps_texts: bool,
    ) -> (usize, u64) {
        let Self { shapes, classes, found, .. } = self;
        let bytes = input.padded();
        let (mut start, mut feeds) = (input.start(), 0);
        while known.has_room() {
            if !shapes.follow(&bytes, start, found, times) {
                break;
            }
            let Some(brief) = shapes.brief(found.way) else { break };
            let keys = found.keys(shapes.keys(found.way).len());
            let Some(class) = classes.find(found.last_step, keys, &bytes) else { break };
            let end = found.end;
            if !input.has_whole(end) || end - start > MOST_LINE_BYTES {
                break;
            }
            let values = (found.spots(), &found.quick);
            let named = classes.named(class);
            let row = named
                .and_then(|(name, status)| Some((name, brief.read(values, (&bytes, start), status, times)?, status)));
            if let Some((name, said, status)) = row {
                known.push(name, said, input.offset_of(start));
                if status.is_failure() {
                    known.push_failed(OwnSpots::of(start, brief, found), &bytes);
                }
                if keeps_texts {
                    known.push_own(OwnSpots::of(start, brief, found));
                }
            } else if brief.is_startless(values, &bytes, start) && classes.are_rows(class) {
                known.push_startless(line + feeds);
            } else {
                break;
            }
            // The last line may have no line feed.
            let has_feed = input.has_byte_at(end);
            feeds += u64::from(has_feed);
            start = end + usize::from(has_feed);
        }
        (start, feeds)
    }

    /// The same of a record.
    #[inline(always)]
    pub(super) fn known_record(
        &mut self,
        input: &Input,
        (start, delimiter): (usize, u8),
        times: &mut UsualTimes,
    ) -> Option<KnownRecord> {
        let bytes = input.padded();
        let lines = self.find_record(bytes, start, delimiter, |end| input.has_whole(end))?;
        let end = self.found.end;
        if end - start > MOST_LINE_BYTES {
            return None;
        }
        Some(KnownRecord { row: self.known(self.class?, (bytes, start), times)?, end, feeds: lines })
    }

    /// Where what the row that was found shares with no other lies; it begins at `begin`.
    #[inline]
    pub(super) fn own_spots(&self, begin: usize) -> Option<OwnSpots> {
        Some(OwnSpots::of(begin, self.shapes.brief(self.found.way)?, &self.found))
    }

    /// From now on, records have these columns.
    pub(super) fn expect_columns(&mut self, columns: &[Vec<Target>]) {
        self.forget();
        let way = Way::of_columns(columns);
        if !self.is_off && way.feeds.len() <= MOST_SPOTS && way.keys.len() <= MOST_KEYS {
            self.columns = columns.iter().map(|targets| Use::of(targets)).collect();
            let used = self.columns.iter().filter(|usage| **usage != Use::Skip).enumerate();
            self.others.clear();
            for (spot, _) in used.filter(|(_, usage)| **usage != Use::Class) {
                match self.others.last_mut() {
                    Some((_, last)) if *last + 1 == spot => *last = spot,
                    _ => self.others.push((spot, spot)),
                }
            }
            self.shapes.ways.push(way);
        }
    }

    /// The record that waits, if it has come whole and is of the usual shape: its length, the line feeds in it and whether
    /// one ends it.
    #[inline]
    pub(super) fn whole_record(&mut self, input: &Input, delimiter: u8) -> Option<(usize, u64, bool)> {
        let (bytes, start) = (input.padded(), input.start());
        let lines = self.find_record(bytes, start, delimiter, |end| input.has_whole(end))?;
        let length = self.found.end - start;
        (length <= MOST_LINE_BYTES)
            .then(|| (length, lines, input.has_byte_at(self.found.end) && bytes.byte(self.found.end) == b'\n'))
    }

    /// True if a record that was cut out is of the usual shape.
    pub(super) fn is_usual(&mut self, input: &Input, record: &Cut, delimiter: u8) -> bool {
        let (bytes, end) = (input.padded(), record.range.end);
        self.find_record(bytes, record.range.start, delimiter, |found| found == end).is_some()
    }

    /// Looks at the record that begins at `start`, and for the class of its row: the line feeds in it if it ends where it
    /// may, has as many fields as there are columns and none with text behind a closing quote, and all of them are good.
    #[inline(always)]
    fn find_record(
        &mut self,
        bytes: Padded<'_>,
        start: usize,
        delimiter: u8,
        may_end: impl Fn(usize) -> bool,
    ) -> Option<u64> {
        // A control line may have any number of fields, and a record of one field may be a blank line.
        if self.columns.len() < 2 || bytes.byte(start) == b'$' {
            return None;
        }
        let walked = walk(&self.columns, bytes, (start, delimiter), &mut self.found)?;
        if !may_end(self.found.end) {
            return None;
        }
        (self.found.way, self.found.last_step) = (0, 0);
        self.look_up(bytes, start);
        let is_good = !walked.has_others || self.are_spots_utf8(bytes, start);
        is_good.then_some(walked.lines)
    }

    /// True if all values of a record are UTF-8 of which that is not known.
    #[inline(never)]
    fn are_spots_utf8(&self, bytes: Padded<'_>, start: usize) -> bool {
        let place = |place: u32| start.wrapping_add(place as usize);
        let is_good = |spot: &Spot| is_utf8(bytes.slice(place(spot.start), place(spot.end)));
        let spots = self.found.spots();
        if self.class.is_some() {
            // A value that decides the class is good if the class is known.
            return self.others.iter().all(|(first, last)| {
                let Some(spots @ [first, .., last] | spots @ [first @ last]) = spots.get(*first..=*last) else {
                    return true;
                };
                bytes.is_ascii(place(first.start), place(last.end)) || spots.iter().all(is_good)
            });
        }
        let count = self.columns.iter().filter(|usage| **usage != Use::Skip).count();
        spots.iter().take(count).all(is_good)
    }

    /// What the row says that was found at `start`, if its kind is named and it says it in the usual way; nothing within if
    /// it has no start.
    #[inline(always)]
    fn known(
        &mut self,
        class: u32,
        (bytes, start): (Padded<'_>, usize),
        times: &mut UsualTimes,
    ) -> Option<Option<(u32, Said, bool)>> {
        let brief = self.shapes.brief(self.found.way)?;
        let values = (self.found.spots(), &Quick::default());
        let named = self.classes.named(class);
        let row = named.and_then(|(name, status)| {
            Some((name, brief.read(values, (&bytes, start), status, times)?, status.is_failure()))
        });
        (row.is_some() || brief.is_startless(values, &bytes, start) && self.classes.are_rows(class)).then_some(row)
    }

    /// So many rows were told as of known kinds.
    pub(super) fn told(&mut self, rows: u32) {
        self.shapes.fitted(rows);
        self.classes.count(rows, true);
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
        self.shapes.fitted(1);
        self.classes.count(1, self.class.is_some());
        let Self { shapes, classes, found, .. } = self;
        let mut known = self.class.filter(|class| classes.get(*class).is_some());
        let is_line = self.columns.is_empty();
        if known.is_none() && is_line {
            shapes.see_keys(found, (&bytes, start));
        }
        let shapes = &*shapes;
        let line = bytes.slice(start, found.end);
        let taken = || Fields::Taken(shapes.taken(found, line, mapping));
        let fields = match shapes.places(found.way) {
            Some(places) => Fields::Placed(Placed { line, spots: found.spots(), places }),
            None => taken(),
        };
        if known.is_none() {
            // A text of CSV may be several tags, which only the way of its values says.
            match is_line {
                true => scratch.class.read(&fields, mapping),
                false => scratch.class.read(&taken(), mapping),
            }
            let keys = shapes.keys(found.way);
            let parts = found.keys(keys.len());
            known = classes.keep((keys, found.last_step), parts, &bytes, &scratch.class);
        }
        let Scratch { class, texts } = scratch;
        match known.and_then(|known| classes.get(known)) {
            Some((class, kind)) => row::of_class(place, &fields, mapping, class, Some(kind), texts),
            None => row::of_class(place, &fields, mapping, class.view(), None, texts),
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

/// A record whose row is of a known and named kind, or has no start.
pub(super) struct KnownRecord {
    /// The name of its kind, what it says and whether it failed, if it has a start.
    pub(super) row: Option<(u32, Said, bool)>,
    /// Where it ends.
    pub(super) end: usize,
    /// The line feeds in it.
    pub(super) feeds: u64,
}

/// Where what a row shares with no other lies in its line, which begins at `begin`.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnSpots {
    begin: usize,
    id: Option<Spot>,
    error: Option<Spot>,
}

impl OwnSpots {
    #[inline(always)]
    fn of(begin: usize, brief: &Brief, found: &Found) -> Self {
        let [id, error] = brief.own();
        let spot = |place: u8| found.spots().get(usize::from(place)).copied();
        Self { begin, id: spot(id), error: spot(error) }
    }

    /// The id that lies there, an empty one if there is none, if it reads as it lies and nothing went wrong, as with nearly
    /// all rows.
    #[inline(always)]
    pub(super) fn id_alone<'a>(&self, bytes: Padded<'a>) -> Option<&'a [u8]> {
        let is_nothing = |spot: Spot| spot.is_nothing(&bytes, self.begin);
        if !self.error.is_none_or(is_nothing) {
            return None;
        }
        match self.id {
            Some(Spot { start, end, kind: SpotKind::Plain | SpotKind::Field }) => {
                Some(bytes.slice(self.place(start), self.place(end)))
            }
            id => id.is_none_or(is_nothing).then_some(&[]),
        }
    }

    /// What lies there, of a row of which the number of the try is known.
    #[inline(never)]
    pub(super) fn texts<'a>(self, bytes: Padded<'a>, attempt: u32, texts: &'a mut Texts) -> OwnTexts<'a> {
        if let Some(id) = self.id_alone(bytes) {
            return OwnTexts { id: Some(text_of(id)).filter(|id| !id.is_empty()), attempt, error: None };
        }
        let value = |spot: Option<Spot>| {
            spot.map_or(Value::Absent, |spot| spot.value_of(bytes.slice(self.place(spot.start), self.place(spot.end))))
        };
        texts.own(value(self.id), value(self.error), attempt)
    }

    /// True if it may be said what went wrong.
    #[inline(always)]
    pub(super) fn may_say_error(&self, bytes: &Padded<'_>) -> bool {
        self.error.is_some_and(|spot| !spot.is_nothing(bytes, self.begin))
    }

    /// What went wrong, if that is said.
    pub(super) fn error<'a>(self, bytes: Padded<'a>, texts: &'a mut Texts) -> Option<&'a str> {
        let Spot { start, end, .. } = self.error?;
        let value = self.error?.value_of(bytes.slice(self.place(start), self.place(end)));
        texts.own(Value::Absent, value, 1).error
    }

    #[inline(always)]
    fn place(self, place: u32) -> usize {
        self.begin.wrapping_add(place as usize)
    }
}

/// What a record is in which fields were found.
struct Walked {
    /// The line feeds in it.
    lines: u64,
    /// True if there may be bytes outside ASCII in it.
    has_others: bool,
}

/// Finds the fields of the record that begins at `start`, by masks of 64 bytes, as `records` finds them byte by byte.
/// `None` where that is not certain.
#[inline(never)]
fn walk(columns: &[Use], bytes: Padded<'_>, (start, delimiter): (usize, u8), found: &mut Found) -> Option<Walked> {
    let mut walked = Walked { lines: 0, has_others: false };
    let (mut field, mut block, mut column, mut spot) = (start, start, 0_usize, 0_u8);
    loop {
        let (mut separators, has_others) = bytes.separators(block, delimiter);
        walked.has_others |= has_others;
        while separators != 0 {
            let mut at = block.wrapping_add(separators.trailing_zeros() as usize);
            separators &= separators.wrapping_sub(1);
            let (mut from, mut to, mut kind) = (field, at, SpotKind::Field);
            let mut byte = bytes.byte(at);
            if byte == b'"' {
                if at != field {
                    // Within a field that does not begin with one, a quote is a byte like others.
                    continue;
                }
                (to, kind) = close_of(bytes, at, &mut walked)?;
                // The byte behind the closing quote has to end the field.
                at = to.wrapping_add(1);
                byte = bytes.byte(at);
                if byte != delimiter && !matches!(byte, b'\n' | b'\r') {
                    return None;
                }
                match kind {
                    SpotKind::MixedField => to = at,
                    _ => from = field.wrapping_add(1),
                }
                block = at.wrapping_add(1);
                let (others, has_others) = bytes.separators(block, delimiter);
                separators = others;
                walked.has_others |= has_others;
            } else if at.wrapping_sub(field) <= MOST_NONE_BYTES && is_none(bytes, field, at) {
                // A word that says that there is nothing is read as nothing.
                to = field;
            }
            if *columns.get(column)? != Use::Skip {
                found.put(spot, from.wrapping_sub(start), to.wrapping_sub(start), kind);
                spot = spot.wrapping_add(1);
            }
            column = column.wrapping_add(1);
            if byte != delimiter {
                found.end = at;
                return (column == columns.len()).then_some(walked);
            }
            field = at.wrapping_add(1);
        }
        block = block.wrapping_add(64);
    }
}

/// True if the field from `from` to `to` is a word that says that there is nothing.
#[inline(always)]
fn is_none(bytes: Padded<'_>, from: usize, to: usize) -> bool {
    // Nearly every field begins with another byte.
    matches!(bytes.byte(from), b'n' | b'N' | b'\\') && is_none_field(bytes.slice(from, to))
}

/// The quote that closes the field whose opening quote is at `open`, and how the field reads. Adds what is between to what
/// was walked.
#[inline(never)]
fn close_of(bytes: Padded<'_>, open: usize, walked: &mut Walked) -> Option<(usize, SpotKind)> {
    let mut kind = SpotKind::Field;
    let mut at = open.wrapping_add(1);
    loop {
        let lanes = bytes.lanes(at);
        let stops = lanes.are_either(b'"', b'\n');
        walked.has_others |= lanes.highs() != 0;
        if stops == 0 {
            at = at.wrapping_add(WIDTH);
            continue;
        }
        at = at.wrapping_add(stops.trailing_zeros() as usize);
        if bytes.byte(at) == b'\n' {
            // Behind the bytes there are line feeds without end; a field does not go on there.
            if bytes.is_behind(at) {
                return None;
            }
            walked.lines += 1;
        } else if bytes.byte(at.wrapping_add(1)) == b'"' {
            kind = SpotKind::MixedField;
            at = at.wrapping_add(1);
        } else {
            return Some((at, kind));
        }
        at = at.wrapping_add(1);
    }
}
