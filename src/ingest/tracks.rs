//! Lines of kinds that were met before, read by what such lines share. Behind what a line has said so far ([`super::tree`])
//! a track leads on: bytes that are the same in all lines that came there, however many literals and values these are,
//! then a value that is checked, and so on to where lines part or end. So a value that only ever came with another one, as a
//! workflow's name with its id, costs its comparison and nothing else.
//!
//! A line that keeps to a track is one that [`super::shape`] would read the same way; a line that leaves it is left to that.

use super::brief::{Quick, Quickly};
use super::fields::SpotKind;
use super::lanes::{Lanes, Near, Padded, TextMarks, WIDTH};
use super::memo::{FACTOR, PADDING, hold};
use super::places::{MOST_TRIES, Places};
use super::shape::{Checked, Found, MOST_NEAR_BYTES, Shapes};
use super::tree::{NONE, Parting, ROOT, Said, Symbol, Tree};
use crate::time::UsualTimes;
use std::hash::{Hash, Hasher};

/// How lines go on behind the vertices of a tree of what lines said.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// The stops of all tracks, of each up to its last one.
    stops: Vec<Stop>,
    /// The tracks by what they say: of each its first stop's number, one more.
    known: Places,
    marks: TextMarks,
    /// What the stops compare, as [`hold`] holds it.
    bytes: Vec<u8>,
    draft: Draft,
}

/// How lines go on. Those that say the same go the same track, whatever they said before; what they have said is known
/// from where the track ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// The first stop; [`NONE`] if none is laid.
    pub(super) track: u32,
    /// What the last stop leads to: the number of a choice, the vertex that knows whether there is a value or that is tried
    /// first, or the kind of the row.
    pub(super) end: u32,
}

impl Way {
    pub(super) const NOWHERE: Way = Way { track: NONE, end: NONE };
}

/// Some bytes, and what has to stand behind them.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Stop {
    /// The first bytes and the next ones, and a bit for each that counts.
    head: Lanes,
    second: Lanes,
    bits: u32,
    length: u32,
    /// Where they lie whole.
    bytes: u32,
    then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Then {
    /// A value that is checked; the next stop is behind it.
    Value(Checked),
    /// The same, and it is read at once if it is written in the usual way.
    Quick(Quickly, Checked),
    /// Nothing more, but the last `width` bytes are a value that is handed on.
    Met { spot: u8, width: u32 },
    /// A value of which only counts whether it is there.
    Presence(Checked),
    /// A value that leads to one of several vertices; handed on if there is a spot.
    Seek { step: u32, spot: Option<u8> },
    /// One of several vertices, which differ in their first step.
    Fork,
    /// The stop there.
    Jump { place: u32 },
    /// The end of the line.
    End { step: u32, way: u32 },
}

impl Tree {
    /// What lies in the line that begins at `start`, and the place of the kind of its row among those that are kept. `None`
    /// says only that it is of no kind that is known, or breaks off.
    #[inline(never)]
    pub(super) fn follow(
        &self,
        bytes: &Padded<'_>,
        start: usize,
        found: &mut Found,
        times: &mut UsualTimes,
    ) -> Option<u32> {
        found.quick = Quick::default();
        let tracks = &self.tracks;
        let stops = tracks.stops.as_slice();
        let mut way = self.led.get(ROOT as usize)?.way;
        let mut at = start;
        // The vertex behind the last fork that is tried, and where that is.
        let mut fork = (NONE, start);
        loop {
            #[cfg(test)]
            steps::count();
            let stop = stops.get(way.track as usize)?;
            let mut near = bytes.near(at)?;
            // What stands behind is `from` behind `base`, from where `near` is.
            let (mut base, mut from) = (at, stop.length as usize);
            let is_said = stop.is_near(near)
                && (from <= MOST_NEAR_BYTES
                    // What lies behind a text that is not there may be beyond the bytes, and another stop may do.
                    || tracks.is_far(stop, bytes, at) && {
                        base = at.wrapping_add(from);
                        near = bytes.near(base)?;
                        from = 0;
                        true
                    });
            let from = from & MOST_NEAR_BYTES;
            let next = if !is_said {
                None
            } else if let Then::Value(value) = &stop.then {
                // Nearly all values are short texts.
                let behind = base.wrapping_add(from);
                let value_end = match tracks.marks.plain_text_length(near, from) {
                    Some(length) => {
                        let value_end = behind.wrapping_add(length);
                        value.put(found, (behind.wrapping_add(1), value_end.wrapping_sub(1)), start, SpotKind::Plain);
                        Some(value_end)
                    }
                    None => value.end(bytes, near, (base, from), start, found),
                };
                way.track = way.track.wrapping_add(1);
                value_end
            } else {
                let place = Place { bytes, base, near, from, start };
                match self.pass(stop, place, (&mut way, &mut fork), found, times) {
                    Passed::To(next) => Some(next),
                    Passed::Left => None,
                    Passed::End => return Some(way.end),
                    Passed::Unknown => return None,
                }
            };
            at = match next {
                Some(next) => next,
                None => {
                    fork.0 = self.led.get(fork.0 as usize)?.next;
                    way = self.led.get(fork.0 as usize)?.way;
                    fork.1
                }
            };
        }
    }

    /// Passes what stands behind a stop's bytes where it is no plain value.
    #[inline(always)]
    fn pass(
        &self,
        stop: &Stop,
        Place { bytes, base, near, from, start }: Place<'_>,
        (way, fork): (&mut Way, &mut (u32, usize)),
        found: &mut Found,
        times: &mut UsualTimes,
    ) -> Passed {
        let behind = base.wrapping_add(from);
        let (next, end) = match &stop.then {
            Then::Value(_) => return Passed::Left,
            Then::Quick(what, value) => {
                let value_end = match found.quick.read(*what, near, from, times) {
                    Some(length) => Some(behind.wrapping_add(length)),
                    None => value.end(bytes, near, (base, from), start, found),
                };
                way.track = way.track.wrapping_add(1);
                return value_end.map_or(Passed::Left, Passed::To);
            }
            Then::Met { spot, width } => {
                put_met(found, *spot, bytes, (behind.wrapping_sub(*width as usize), behind), start);
                way.track = way.track.wrapping_add(1);
                return Passed::To(behind);
            }
            Then::Jump { place } => {
                way.track = *place;
                return Passed::To(behind);
            }
            Then::Seek { step, spot } => {
                fork.0 = NONE;
                let near = if from == 0 { Some(near) } else { bytes.near(behind) };
                let value = near.and_then(|near| self.value_at(*step, bytes, near, behind));
                let Some((value, width)) = value else { return Passed::Unknown };
                let end = behind.wrapping_add(width);
                if let Some(spot) = spot {
                    put_met(found, *spot, bytes, (behind, end), start);
                }
                (self.turns.to(way.end, value).and_then(|vertex| self.led.get(vertex as usize)).map(|led| led.way), end)
            }
            Then::Presence(value) => {
                fork.0 = NONE;
                let Some(end) = value.end(bytes, near, (base, from), start, found) else { return Passed::Unknown };
                (self.way_by_presence(way.end, is_absent(near, from)), end)
            }
            Then::Fork => {
                *fork = (way.end, behind);
                (self.led.get(way.end as usize).map(|led| led.way), behind)
            }
            Then::End { step, way } if near.byte(from) == b'\n' => {
                (found.end, found.way, found.last_step) = (behind, *way, *step);
                return Passed::End;
            }
            Then::End { .. } => return Passed::Left,
        };
        let Some(next) = next else { return Passed::Unknown };
        *way = next;
        Passed::To(end)
    }

    #[inline(never)]
    fn way_by_presence(&self, vertex: u32, is_absent: bool) -> Option<Way> {
        let Parting::Presence { present, absent, .. } = self.vertices.get(vertex as usize)?.then else { return None };
        self.led.get(if is_absent { absent } else { present } as usize).map(|led| led.way)
    }
}

/// Where a stop's bytes were found: what stands behind them is `from` behind `base`, from where `near` is, in the line that
/// begins at `start`.
#[derive(Clone, Copy)]
struct Place<'a> {
    bytes: &'a Padded<'a>,
    base: usize,
    near: Near<'a>,
    from: usize,
    start: usize,
}

/// What came of what stands behind a stop's bytes.
enum Passed {
    /// The next stop is to be looked for there.
    To(usize),
    /// The line leaves the track; another exit may be the one.
    Left,
    /// The line has ended.
    End,
    /// The line is of no known kind.
    Unknown,
}

impl Stop {
    /// True if the first bytes are there, as many as are looked at near.
    #[inline(always)]
    fn is_near(&self, near: Near<'_>) -> bool {
        let same = near.lanes(0).same(self.head) | near.lanes(WIDTH).same(self.second) << WIDTH;
        same & self.bits == self.bits
    }
}

/// Hands on a value that was met before. Nobody looked at its characters, so a text is told as an unusual one.
#[inline(never)]
fn put_met(found: &mut Found, spot: u8, bytes: &Padded<'_>, (begin, end): (usize, usize), start: usize) {
    let (quote, kind) = if bytes.byte(begin) == b'"' { (1, SpotKind::Unusual) } else { (0, SpotKind::Other) };
    let (first, last) = (begin.wrapping_add(quote), end.wrapping_sub(quote));
    found.put(spot, first.wrapping_sub(start), last.wrapping_sub(start), kind);
}

/// True if the value that begins `from` behind `near`, of what is known to be a value, is `null`, `false` or an empty text.
fn is_absent(near: Near<'_>, from: usize) -> bool {
    match near.byte(from) {
        b'"' => near.byte(from + 1) == b'"',
        first => matches!(first, b'n' | b'f'),
    }
}

impl Tracks {
    /// True if the bytes at `at` are those of a stop that has more of them than are looked at near.
    #[inline(never)]
    fn is_far(&self, stop: &Stop, bytes: &Padded<'_>, at: usize) -> bool {
        // What was looked at near is not looked at again, but whole steps are compared.
        let length = stop.length as usize;
        let done = length.saturating_sub(WIDTH).min(2 * WIDTH);
        let held_at = (stop.bytes as usize).wrapping_add(done);
        bytes.is_same(at.wrapping_add(done), Padded::new(&self.bytes), held_at, length.wrapping_sub(done))
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.stops.len() * size_of::<Stop>() + self.bytes.len()
    }

    /// Lays what a vertex says; the first stop. `None` if a step is not one of `shapes`. The values lie in `held`.
    pub(super) fn lay(&mut self, symbols: &[Symbol], then: &Parting, held: &[u8], shapes: &Shapes) -> Option<u32> {
        // What is put together is kept, so that a track needs no room of its own before it is known to be a new one.
        let mut draft = std::mem::take(&mut self.draft);
        draft.put(symbols, then, held, shapes)?;
        let mut place = NONE;
        while let Some(first) = draft.tracks.pop() {
            // Each track but the last one leads to the one behind it.
            if let Some(DraftStop { then: Then::Jump { place: next }, .. }) = draft.stops.last_mut() {
                *next = place;
            }
            place = self.track(draft.stops.get(first..).unwrap_or_default(), Padded::new(&draft.bytes));
            draft.stops.truncate(first);
        }
        self.draft = draft;
        Some(place)
    }

    /// The first stop of the track that says this, which is added if there is none.
    // Apart from what puts the draft together, which many lines share.
    #[inline(never)]
    fn track(&mut self, stops: &[DraftStop], said: Padded<'_>) -> u32 {
        let hash = hash_of(stops, said);
        for attempt in 0..MOST_TRIES {
            let Some(place) = self.known.at(hash, attempt) else { break };
            let Some(track) = place.number.checked_sub(1) else { break };
            if place.hash == hash && self.is_known(track, stops, said) {
                return track;
            }
        }
        let track = self.stops.len() as u32;
        for stop in stops {
            self.push(said.slice(stop.start, stop.end), stop.then);
        }
        // One that finds no place is laid once more where it is met again.
        self.known.put(hash, track + 1);
        track
    }

    /// True for a track that says this. No track is the beginning of another one, since only its last stop leads on.
    fn is_known(&self, track: u32, stops: &[DraftStop], said: Padded<'_>) -> bool {
        let known = self.stops.get(track as usize..).unwrap_or_default();
        let held = Padded::new(&self.bytes);
        let is_same = |(known, stop): (&Stop, &DraftStop)| {
            let length = known.length as usize;
            length == stop.end - stop.start
                && known.then == stop.then
                && said.is_same(stop.start, held, known.bytes as usize, length)
        };
        known.len() >= stops.len() && known.iter().zip(stops).all(is_same)
    }

    fn push(&mut self, said: &[u8], then: Then) {
        let bytes = hold(&mut self.bytes, said);
        let (mut head, mut second) = ([b'\n'; WIDTH], [b'\n'; WIDTH]);
        head.iter_mut().chain(&mut second).zip(said).for_each(|(place, byte)| *place = *byte);
        let bits = ((1_u64 << said.len().min(2 * WIDTH)) - 1) as u32;
        let (head, second) = (Lanes::of(&head), Lanes::of(&second));
        self.stops.push(Stop { head, second, bits, length: said.len() as u32, bytes, then });
    }
}

/// What a vertex says, before it is known which of its tracks are laid already.
#[derive(Debug, Default)]
struct Draft {
    /// What the stops compare, one behind the other, and [`PADDING`] line feeds.
    bytes: Vec<u8>,
    stops: Vec<DraftStop>,
    /// The first stop of each track.
    tracks: Vec<usize>,
}

/// Where the bytes of a stop lie, and what has to stand behind them.
#[derive(Debug)]
struct DraftStop {
    start: usize,
    end: usize,
    then: Then,
}

impl Draft {
    /// Puts what a vertex says in the place of what was there. Behind a value that others differ in, a track ends: what
    /// follows is the same for all of them.
    fn put(&mut self, symbols: &[Symbol], then: &Parting, held: &[u8], shapes: &Shapes) -> Option<()> {
        self.bytes.clear();
        self.stops.clear();
        self.tracks.clear();
        self.tracks.push(0);
        let mut is_behind_value = false;
        for symbol in symbols {
            let step = shapes.step_at(symbol.step)?;
            if std::mem::take(&mut is_behind_value) && !matches!(symbol.said, Said::Value { .. }) {
                self.part();
            }
            self.bytes.extend_from_slice(shapes.literal_of(step));
            if let Said::Value { bytes, width } = symbol.said {
                self.bytes.extend_from_slice(held.get(bytes as usize..)?.get(..width as usize)?);
                is_behind_value = true;
                if step.is_said {
                    self.stop(Then::Met { spot: step.spot, width });
                }
                continue;
            }
            self.stop(match step.quickly {
                Quickly::No => Then::Value(step.checked()),
                what => Then::Quick(what, step.checked()),
            });
        }
        if is_behind_value {
            self.part();
        }
        let (step, then) = match *then {
            Parting::Step { .. } => (None, Then::Fork),
            Parting::Value { step, .. } => {
                let at = shapes.step_at(step)?;
                (Some(at), Then::Seek { step, spot: at.is_said.then_some(at.spot) })
            }
            Parting::Presence { step, .. } => {
                let at = shapes.step_at(step)?;
                (Some(at), Then::Presence(at.checked()))
            }
            Parting::End { step, .. } => {
                let at = shapes.step_at(step)?;
                (Some(at), Then::End { step, way: at.next })
            }
        };
        if let Some(step) = step {
            self.bytes.extend_from_slice(shapes.literal_of(step));
        }
        self.stop(then);
        self.bytes.extend_from_slice(&[b'\n'; PADDING]);
        Some(())
    }

    /// Ends a stop behind the bytes that were put so far.
    fn stop(&mut self, then: Then) {
        #[cfg(test)]
        steps::count();
        let start = self.stops.last().map_or(0, |stop| stop.end);
        self.stops.push(DraftStop { start, end: self.bytes.len(), then });
    }

    /// Ends a track, which leads to another one.
    fn part(&mut self) {
        self.stop(Then::Jump { place: NONE });
        self.tracks.push(self.stops.len());
    }
}

/// A number of what a track says.
fn hash_of(stops: &[DraftStop], said: Padded<'_>) -> u32 {
    let mut sum = Sum(stops.len() as u64);
    for stop in stops {
        let (words, rest) = said.slice(stop.start, stop.end).as_chunks::<8>();
        words.iter().for_each(|word| sum.add(u64::from_le_bytes(*word)));
        let rest = rest.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        sum.add(rest << 8 | stop.end.wrapping_sub(stop.start) as u64 & 0xff);
        stop.then.hash(&mut sum);
    }
    sum.finish() as u32
}

/// Mixes numbers into one.
struct Sum(u64);

impl Sum {
    #[inline(always)]
    fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(FACTOR);
    }
}

impl Hasher for Sum {
    fn finish(&self) -> u64 {
        (self.0 ^ self.0 >> 29).wrapping_mul(FACTOR) >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.add(u64::from(*byte)));
    }

    #[inline(always)]
    fn write_u8(&mut self, number: u8) {
        self.add(u64::from(number));
    }

    #[inline(always)]
    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    #[inline(always)]
    fn write_isize(&mut self, number: isize) {
        self.add(number as u64);
    }
}

/// How many stops the reading of a thread passed and laid, and how many symbols it added or held against others.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local! {
        static COUNT: Cell<u64> = const { Cell::new(0) };
    }

    pub(in super::super) fn count() {
        COUNT.with(|count| count.set(count.get() + 1));
    }

    /// Those since this was asked before.
    pub(in super::super) fn take() -> u64 {
        COUNT.with(Cell::take)
    }
}
