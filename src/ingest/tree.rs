//! Lines of kinds that were met before, as a tree of what they say one after the other: values that are only checked,
//! values that decide the class, and at last the kind. What only ever came with one another lies on one vertex; where lines
//! part, by their keys or by a value, vertices lead on. [`super::tracks`] are laid over it, and a line is followed on these.
//!
//! Where there is no more room, lines are not added; they are read by their shapes then.

use super::lanes::{Lanes, Near, Padded, WIDTH};
use super::memo::{Part, hold, is_closed};
use super::shape::{Shapes, Use};
use super::shape_value::probable_value_end;
use super::tracks::{Tracks, Way};
use super::turns::Turns;
use super::values::{Sought, Values};

/// The most bytes of lines that the tree and its tracks hold; their tables come on top, a few hundred bytes a vertex.
const MOST_HELD_BYTES: usize = 1 << 23;

/// The vertex that every line begins at; as what a vertex leads to, none.
pub(super) const ROOT: u32 = 0;
/// No vertex, no kind, no step.
pub(super) const NONE: u32 = u32::MAX;

/// All vertices.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The first one is [`ROOT`].
    pub(super) vertices: Vec<Vertex>,
    /// How each of them is reached, and how lines go on there.
    pub(super) led: Vec<Led>,
    symbols: Vec<Symbol>,
    /// The bytes of what all lines say at a vertex, as [`hold`] holds them.
    pub(super) bytes: Vec<u8>,
    /// The values that lead on.
    pub(super) values: Values,
    /// The vertices that they lead to, by the choice and the value.
    pub(super) turns: Turns,
    /// How many times lines were found to say different values behind the same.
    seeks: u32,
    pub(super) tracks: Tracks,
    /// What the last line said that was added.
    said: Vec<Symbol>,
    /// The last vertex that led lines to their ends by no value.
    ending: Option<u32>,
}

/// What all lines say that come there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vertex {
    /// The first of its symbols, and how many there are.
    first: u32,
    count: u32,
    pub(super) then: Parting,
}

/// What comes behind the symbols of a vertex.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parting {
    /// At a step, one of several values; `id` is the number of this choice.
    Value { step: u32, id: u32 },
    /// At a step, a value of which only counts whether it is there, and the vertices that this leads to.
    Presence { step: u32, present: u32, absent: u32 },
    /// One of several steps; this is the vertex that begins with the first one.
    Step { first: u32 },
    /// The end of the line and the kind of its row.
    End { step: u32, kind: u32 },
}

/// How lines go on at a vertex.
#[derive(Clone, Copy, Debug)]
pub(super) struct Led {
    /// The vertex that is tried next where lines part by their steps.
    pub(super) next: u32,
    pub(super) way: Way,
}

/// What a line says at a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    pub(super) step: u32,
    pub(super) said: Said,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Said {
    /// Any value, which is checked.
    Checked,
    /// This value: where its bytes lie, and how many there are.
    Value {
        bytes: u32,
        width: u32,
    },
    /// There is a value, or none.
    Present,
    Absent,
    End,
}

/// A line that is added: what it says, where its values lie, and the kind of its row.
struct Line<'a> {
    symbols: Vec<Symbol>,
    bytes: &'a Padded<'a>,
    /// Where the values begin in the line; their symbols say how far from there they lie.
    begin: usize,
    kind: u32,
}

impl Tree {
    /// Adds what the rows of a kind say in lines that end at `last_step`, and lays the tracks that lead there. The steps are
    /// those of `shapes`, the parts are in their order and lie behind `begin`. Without room nothing is added.
    pub(super) fn add(
        &mut self,
        parts: &[Part],
        (last_step, kind): (u32, u32),
        (bytes, begin): (&Padded<'_>, usize),
        shapes: &Shapes,
    ) {
        if self.held_bytes() < MOST_HELD_BYTES
            && let Some(symbols) = symbols_of(std::mem::take(&mut self.said), parts, last_step, begin, shapes)
        {
            let line = Line { symbols, bytes, begin, kind };
            self.insert(&line, shapes);
            // The next line says what it says in the same room.
            self.said = line.symbols;
        }
    }

    fn held_bytes(&self) -> usize {
        let vertices = self.vertices.len() * (size_of::<Vertex>() + size_of::<Led>());
        let values = self.values.held_bytes() + self.turns.held_bytes();
        vertices + values + self.symbols.len() * size_of::<Symbol>() + self.bytes.len() + self.tracks.held_bytes()
    }

    /// Follows the line to where it leaves the tree and adds the rest; `None` only where what should be there is not.
    // Apart from what keeps a class.
    #[inline(never)]
    fn insert(&mut self, line: &Line<'_>, shapes: &Shapes) -> Option<()> {
        if self.vertices.is_empty() {
            return self.vertex(line, 0, shapes).map(|_| ());
        }
        let (mut vertex, mut place) = (ROOT, 0);
        // Each turn passes a vertex, or parts it where the line leaves it.
        loop {
            let Vertex { first, count, then } = *self.vertices.get(vertex as usize)?;
            let held = self.symbols.get(first as usize..)?.get(..count as usize)?;
            let both = held.iter().zip(line.symbols.get(place..)?);
            let passed = both.take_while(|(one, other)| self.is_same(one, other, line)).count();
            place += passed;
            let next = *line.symbols.get(place)?;
            if let Some(other) = held.get(passed).copied() {
                self.part(vertex, passed as u32, (other, next.step), shapes)?;
                place -= passed;
                continue;
            }
            match then {
                Parting::Value { step, id } if step == next.step => {
                    place += 1;
                    match self.turn(id, (next, place), line, shapes)? {
                        Some(known) => vertex = known,
                        None => return Some(()),
                    }
                }
                Parting::Presence { step, present, absent } if step == next.step => {
                    place += 1;
                    let is_absent = matches!(next.said, Said::Absent);
                    let known = if is_absent { absent } else { present };
                    if known == NONE {
                        let added = self.vertex(line, place, shapes)?;
                        let (present, absent) = if is_absent { (present, added) } else { (added, absent) };
                        self.vertices.get_mut(vertex as usize)?.then = Parting::Presence { step, present, absent };
                        return Some(());
                    }
                    vertex = known;
                }
                Parting::Step { first } => {
                    let mut last = first;
                    vertex = first;
                    while vertex != NONE && self.first_step(vertex) != Some(next.step) {
                        #[cfg(test)]
                        super::tracks::steps::count();
                        last = vertex;
                        vertex = self.led.get(vertex as usize)?.next;
                    }
                    if vertex == NONE {
                        let added = self.vertex(line, place, shapes)?;
                        self.led.get_mut(last as usize)?.next = added;
                        return Some(());
                    }
                }
                Parting::End { step, .. } if step == next.step => {
                    self.vertices.get_mut(vertex as usize)?.then = Parting::End { step, kind: line.kind };
                    return self.lay(vertex, shapes);
                }
                _ => {
                    let rest = self.push(Vertex { first, count: 0, then });
                    self.lay(rest, shapes)?;
                    self.vertices.get_mut(vertex as usize)?.then = Parting::Step { first: rest };
                    self.lay(vertex, shapes)?;
                    place -= passed;
                }
            }
        }
    }

    /// The vertex that a line's value leads to from a choice. `None` within if none did: the rest of the line, from
    /// `place` on, is added then, and lines that say the same are read by their shapes where it finds no place.
    fn turn(
        &mut self,
        id: u32,
        (symbol, place): (Symbol, usize),
        line: &Line<'_>,
        shapes: &Shapes,
    ) -> Option<Option<u32>> {
        let Said::Value { bytes, width } = symbol.said else { return None };
        let said = (line.bytes, line.begin + bytes as usize);
        let value = number_of(&mut self.values, symbol.step, said, width as usize)?;
        let known = self.turns.to(id, value);
        if known.is_none() {
            let added = self.vertex(line, place, shapes)?;
            self.turns.put((id, value), added);
        }
        Some(known)
    }

    /// Parts a vertex behind the symbols that a line has passed: `symbol` is the next one, and the line goes on at a step.
    fn part(&mut self, vertex: u32, passed: u32, (symbol, step): (Symbol, u32), shapes: &Shapes) -> Option<()> {
        let Vertex { first, count, then } = *self.vertices.get(vertex as usize)?;
        let choice = match symbol.said {
            Said::Value { bytes, width } if symbol.step == step => Some((bytes, width)),
            _ => None,
        };
        let skipped = passed + u32::from(choice.is_some());
        let held = Padded::new(&self.bytes);
        // Without a number for the value lines are not parted here.
        let value = match choice {
            Some((bytes, width)) => Some(number_of(&mut self.values, step, (&held, bytes as usize), width as usize)?),
            None => None,
        };
        let rest = self.vertices.len() as u32;
        let id = self.seeks;
        if value.is_some_and(|value| !self.turns.put((id, value), rest)) {
            return None;
        }
        self.push(Vertex { first: first + skipped, count: count - skipped, then });
        let parting = match value {
            Some(_) => {
                self.seeks += 1;
                Parting::Value { step, id }
            }
            None => Parting::Step { first: rest },
        };
        *self.vertices.get_mut(vertex as usize)? = Vertex { first, count: passed, then: parting };
        self.lay(rest, shapes)?;
        self.lay(vertex, shapes)
    }

    fn push(&mut self, vertex: Vertex) -> u32 {
        let number = self.vertices.len() as u32;
        self.vertices.push(vertex);
        self.led.push(Led { next: NONE, way: Way::NOWHERE });
        number
    }

    /// A vertex of what the line says from a place on.
    fn vertex(&mut self, line: &Line<'_>, place: usize, shapes: &Shapes) -> Option<u32> {
        if let Some((vertex, track)) = self.ending(line, place) {
            let number = self.push(vertex);
            self.led.get_mut(number as usize)?.way = Way { track, end: line.kind };
            return Some(number);
        }
        let (first, mut count) = (self.symbols.len() as u32, 0);
        let mut has_values = false;
        let number = self.push(Vertex { first, count, then: Parting::End { step: NONE, kind: NONE } });
        for (place, symbol) in line.symbols.iter().enumerate().skip(place) {
            #[cfg(test)]
            super::tracks::steps::count();
            let step = symbol.step;
            let then = match symbol.said {
                Said::Checked => {
                    self.symbols.push(*symbol);
                    count += 1;
                    continue;
                }
                Said::Value { .. } => {
                    let (bytes, width) = self.hold(*symbol, line)?;
                    self.symbols.push(Symbol { step, said: Said::Value { bytes, width } });
                    count += 1;
                    has_values = true;
                    continue;
                }
                Said::Present => {
                    Parting::Presence { step, present: self.vertex(line, place + 1, shapes)?, absent: NONE }
                }
                Said::Absent => {
                    Parting::Presence { step, present: NONE, absent: self.vertex(line, place + 1, shapes)? }
                }
                Said::End => {
                    if !has_values {
                        self.ending = Some(number);
                    }
                    Parting::End { step, kind: line.kind }
                }
            };
            *self.vertices.get_mut(number as usize)? = Vertex { first, count, then };
            self.lay(number, shapes)?;
            return Some(number);
        }
        None
    }

    /// A vertex of what the line says from a place on, and its track, if no value is among it and the last vertex of which
    /// that is true says the same. Of lines that end alike each but the first is spared the rest.
    fn ending(&self, line: &Line<'_>, place: usize) -> Option<(Vertex, u32)> {
        let number = self.ending? as usize;
        let Vertex { first, count, then } = *self.vertices.get(number)?;
        let Parting::End { step, .. } = then else { return None };
        let (end, rest) = line.symbols.get(place..)?.split_last()?;
        // Steps that lead to the same one from the same one are the same.
        let held = self.symbols.get(first as usize..)?.get(..count as usize)?.first();
        let is_same = end.step == step
            && held.map(|held| held.step) == rest.first().map(|symbol| symbol.step)
            && rest.iter().all(|symbol| matches!(symbol.said, Said::Checked));
        let vertex = Vertex { first, count, then: Parting::End { step, kind: line.kind } };
        is_same.then_some((vertex, self.led.get(number)?.way.track))
    }

    /// Lays the track of a vertex anew.
    fn lay(&mut self, number: u32, shapes: &Shapes) -> Option<()> {
        let Vertex { first, count, then } = *self.vertices.get(number as usize)?;
        let symbols = self.symbols.get(first as usize..)?.get(..count as usize)?;
        let track = self.tracks.lay(symbols, &then, &self.bytes, shapes)?;
        let end = match then {
            Parting::Value { id, .. } => id,
            Parting::Presence { .. } => number,
            Parting::Step { first } => first,
            Parting::End { kind, .. } => kind,
        };
        self.led.get_mut(number as usize)?.way = Way { track, end };
        Some(())
    }

    /// The step at which the lines of a vertex go on.
    fn first_step(&self, number: u32) -> Option<u32> {
        let Vertex { first, count, then } = *self.vertices.get(number as usize)?;
        if count > 0 {
            return self.symbols.get(first as usize).map(|symbol| symbol.step);
        }
        match then {
            Parting::Value { step, .. } | Parting::Presence { step, .. } | Parting::End { step, .. } => Some(step),
            Parting::Step { .. } => None,
        }
    }

    fn is_same(&self, held: &Symbol, other: &Symbol, line: &Line<'_>) -> bool {
        #[cfg(test)]
        super::tracks::steps::count();
        held.step == other.step
            && match (held.said, other.said) {
                (Said::Value { bytes, width }, Said::Value { bytes: at, width: other_width }) => {
                    let (at, held) = (line.begin + at as usize, Padded::new(&self.bytes));
                    width == other_width && line.bytes.is_same(at, held, bytes as usize, width as usize)
                }
                (Said::Checked, Said::Checked) => true,
                _ => false,
            }
    }

    /// Holds the value of a symbol, with the byte behind it where that ends it.
    fn hold(&mut self, symbol: Symbol, line: &Line<'_>) -> Option<(u32, u32)> {
        let Said::Value { bytes, width } = symbol.said else { return None };
        let at = line.begin + bytes as usize;
        let length = width as usize + usize::from(!is_closed(line.bytes.byte(at)));
        Some((hold(&mut self.bytes, line.bytes.slice(at, at.wrapping_add(length))), width))
    }

    /// The number of the value of JSON at `at`, from where `near` is, and how many bytes it has, if it was met at a step.
    #[inline(always)]
    pub(super) fn value_at(&self, step: u32, bytes: &Padded<'_>, near: Near<'_>, at: usize) -> Option<(u32, usize)> {
        let hashed = probable_length(bytes, near, at)?;
        self.values.find(Sought { what: step, bytes, at, hashed }, near)
    }
}

/// The number of the value of JSON at a place of some bytes; it is added if it was not met at the step before.
fn number_of(values: &mut Values, step: u32, (bytes, at): (&Padded<'_>, usize), width: usize) -> Option<u32> {
    let near = bytes.near(at)?;
    let hashed = probable_length(bytes, near, at)?;
    values.number(Sought { what: step, bytes, at, hashed }, width, width + usize::from(!is_closed(near.byte(0))))
}

/// What a line says, step by step, in the room of what another one said; `None` where the parts are not those of its steps.
fn symbols_of(
    mut symbols: Vec<Symbol>,
    parts: &[Part],
    last_step: u32,
    begin: usize,
    shapes: &Shapes,
) -> Option<Vec<Symbol>> {
    // A step knows the one before it, so the last one comes first.
    symbols.clear();
    let mut parts = parts.iter().rev();
    let mut step = last_step;
    while step != NONE {
        let at = shapes.step_at(step)?;
        let said = match at.usage {
            Use::End => Said::End,
            Use::Skip | Use::Take => Said::Checked,
            Use::Class => {
                let part = parts.next()?;
                Said::Value { bytes: part.at.wrapping_sub(begin) as u32, width: part.width as u32 }
            }
            Use::Presence if parts.next()?.is_absence() => Said::Absent,
            Use::Presence => Said::Present,
        };
        symbols.push(Symbol { step, said });
        step = at.before;
    }
    symbols.reverse();
    Some(symbols)
}

/// How many bytes of the value of JSON at `at` give its hash: as many as are surely its own.
#[inline(always)]
fn probable_length(bytes: &Padded<'_>, near: Near<'_>, at: usize) -> Option<usize> {
    let ends_of = |closing: u8| {
        let closing = Lanes::filled(closing);
        near.lanes(1).same(closing) | near.lanes(1 + WIDTH).same(closing) << WIDTH
    };
    let ends = match near.byte(0) {
        b'"' => ends_of(b'"'),
        b'[' => ends_of(b']'),
        b'{' => ends_of(b'}'),
        _ => 0,
    };
    if ends != 0 {
        return Some(2 + ends.trailing_zeros() as usize);
    }
    Some(probable_value_end(bytes, at)?.wrapping_sub(at))
}
