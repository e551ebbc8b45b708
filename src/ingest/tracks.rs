//! Lines of kinds that were met before, read by what such lines share. Behind what a line has said so far ([`super::tree`])
//! a track leads on: bytes that are the same in all lines that came there, however many literals and values these are,
//! then a value that is checked or a fork, and so on to the end of the line. So a value that only ever came with
//! another one, as a workflow's name with its id, costs its comparison and nothing else.
//!
//! A line that keeps to a track is one that [`super::shape`] would read the same way; a line that leaves it is left to that.

use super::brief::{Quick, Quickly};
use super::fields::SpotKind;
use super::lanes::{Lanes, Near, Padded, TextMarks, WIDTH};
use super::memo::{ABSENT, JSON, PRESENT};
use super::shape::{Checked, Found, MOST_NEAR_BYTES, Shapes, Step, Use};
use super::tree::{NONE, Node, ROOT, Tree, step_and_sort, what};
use crate::time::UsualTimes;

/// Behind all bytes that are held, so that they can be looked at in whole steps.
const PADDING: usize = 64;

/// How lines go on behind the nodes of a tree of what lines said.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// Of each node, by its number.
    nodes: Vec<Led>,
    /// The first of the exits of each node.
    first_exits: Vec<u32>,
    exits: Vec<Exit>,
    /// The stops of all tracks, of each up to its last one.
    stops: Vec<Stop>,
    /// The first stops of the tracks, in the order of what they say.
    known: Vec<u32>,
    marks: TextMarks,
    /// What the stops compare, and [`PADDING`] line feeds.
    bytes: Vec<u8>,
    /// The nodes whose tracks are no longer right.
    changed: Vec<u32>,
}

/// How lines go on. Those that say the same go the same track, whatever they said before; what they have said is known
/// from where the track ends.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// The first stop; [`NONE`] if none is laid.
    track: u32,
    /// What the last stop leads to: the node that one of several comes behind, the exit that is tried first, or the kind of
    /// the row.
    end: u32,
}

/// No way.
const NOWHERE: Way = Way { track: NONE, end: NONE };

/// What leads to a node, and how lines go on if several nodes could have been reached.
#[derive(Clone, Copy, Debug)]
struct Led {
    from: u32,
    what: u32,
    way: Way,
}

/// A step at which the value stands that lines say next.
#[derive(Clone, Copy, Debug)]
struct Exit {
    step: u32,
    to: To,
    /// The next exit of the same node.
    next: u32,
    /// How lines go on where the node has several exits.
    way: Way,
}

/// Where an exit leads.
#[derive(Clone, Copy, Debug)]
enum To {
    /// There was one value alone, and this is its node.
    One(u32),
    /// There were several.
    Several,
    /// Whether there is a value says which of two nodes it is; [`NONE`] is one that was not met.
    Presence { present: u32, absent: u32 },
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Then {
    /// A value that is checked; the next stop is behind it.
    Value(Checked),
    /// The same, and it is read at once if it is written in the usual way.
    Quick(Quickly, Checked),
    /// Nothing more, but the last `width` bytes are a value that is handed on.
    Met { spot: u8, width: u32 },
    /// A value of which only counts whether it is there.
    Presence(Checked),
    /// A value that leads to one of several nodes; what is behind them begins with it.
    Seek { what: u32 },
    /// One of several exits.
    Fork,
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
        let mut way = tracks.way_behind(ROOT)?;
        let mut at = start;
        // The exit of the last fork that is tried, and where that is.
        let mut fork = (NONE, start);
        loop {
            let stop = stops.get(way.track as usize)?;
            let mut near = bytes.near(at)?;
            // What stands behind is `from` behind `base`, from where `near` is.
            let (mut base, mut from) = (at, stop.length as usize);
            let is_said = stop.is_near(near)
                && (from <= MOST_NEAR_BYTES || {
                    base = at.wrapping_add(from);
                    near = bytes.near(base)?;
                    from = 0;
                    tracks.is_far(stop, bytes, at)
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
                    fork.0 = tracks.exits.get(fork.0 as usize)?.next;
                    way = tracks.exits.get(fork.0 as usize)?.way;
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
        let tracks = &self.tracks;
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
                let begin = behind.wrapping_sub(*width as usize);
                let (quote, kind) = met_kind(bytes.byte(begin));
                let (first, last) = (begin.wrapping_add(quote), behind.wrapping_sub(quote));
                found.put(*spot, first.wrapping_sub(start), last.wrapping_sub(start), kind);
                way.track = way.track.wrapping_add(1);
                return Passed::To(behind);
            }
            Then::Seek { what } => {
                fork.0 = NONE;
                let near = if from == 0 { Some(near) } else { bytes.near(behind) };
                (near.and_then(|near| self.way_by_value((way.end, *what), bytes, near, behind)), behind)
            }
            Then::Presence(value) => {
                fork.0 = NONE;
                let Some(end) = value.end(bytes, near, (base, from), start, found) else { return Passed::Unknown };
                (tracks.way_by_presence(way.end, is_absent(near, from)), end)
            }
            Then::Fork => {
                *fork = (way.end, behind);
                (tracks.exits.get(way.end as usize).map(|exit| exit.way), behind)
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

    /// How lines go on behind the node that the value of JSON at `at` leads to if it is one that came there before. Only
    /// its hash is looked at, so it is to be compared yet.
    #[inline(always)]
    fn way_by_value(&self, (from, what): (u32, u32), bytes: &Padded<'_>, near: Near<'_>, at: usize) -> Option<Way> {
        let is_it =
            |node: u32| self.tracks.nodes.get(node as usize).filter(|node| node.from == from && node.what == what);
        self.by_hash((from, what), bytes, (near, at), is_it).map(|node| node.way)
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

/// How many bytes lie around a value that was met before and begins with that byte, and how it is handed on: nobody looked
/// at its characters, so a text is told as an unusual one.
#[inline(always)]
fn met_kind(first: u8) -> (usize, SpotKind) {
    if first == b'"' { (1, SpotKind::Unusual) } else { (0, SpotKind::Other) }
}

/// True if the value that begins `from` behind `near`, of what is known to be a value, is `null`, `false` or an empty text.
fn is_absent(near: Near<'_>, from: usize) -> bool {
    match near.byte(from) {
        b'"' => near.byte(from + 1) == b'"',
        first => matches!(first, b'n' | b'f'),
    }
}

impl Tracks {
    /// How lines go on behind a node.
    #[inline(always)]
    fn way_behind(&self, node: u32) -> Option<Way> {
        self.nodes.get(node as usize).map(|node| node.way)
    }

    #[inline(never)]
    fn way_by_presence(&self, exit: u32, is_absent: bool) -> Option<Way> {
        let To::Presence { present, absent } = self.exits.get(exit as usize)?.to else { return None };
        self.way_behind(if is_absent { absent } else { present })
    }

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
        self.bytes.len()
    }

    /// A node was added as the last one, behind another.
    pub(super) fn grown(&mut self, nodes: &[Node], number: u32) {
        let Some(node) = nodes.get(number as usize) else { return };
        let known = self.nodes.len();
        self.nodes.extend(nodes.iter().skip(known).map(|node| Led { from: node.from, what: node.what, way: NOWHERE }));
        self.first_exits.resize(nodes.len(), NONE);
        let (step, sort) = step_and_sort(node.what);
        self.change(number);
        let to = match sort {
            PRESENT => To::Presence { present: number, absent: NONE },
            ABSENT => To::Presence { present: NONE, absent: number },
            _ => To::One(number),
        };
        let known = self.exit_at(node.from, step).and_then(|exit| self.exits.get_mut(exit as usize));
        match known.map(|exit| &mut exit.to) {
            // The others who come from there find it by its value.
            Some(To::Several) => return,
            Some(To::Presence { present, absent }) => *(if sort == PRESENT { present } else { absent }) = number,
            Some(exit @ To::One(_)) => {
                if let To::One(only) = std::mem::replace(exit, To::Several) {
                    self.change(only);
                }
            }
            None => self.add_exit(node.from, Exit { step, to, next: NONE, way: NOWHERE }),
        }
        self.change_track_to(nodes, node.from);
    }

    fn add_exit(&mut self, node: u32, exit: Exit) {
        let number = self.exits.len() as u32;
        let last = self.exits_of(node).last().and_then(|(last, _)| self.exits.get_mut(last as usize));
        match (last, self.first_exits.get_mut(node as usize)) {
            (Some(last), _) => last.next = number,
            (None, Some(first)) => *first = number,
            (None, None) => {}
        }
        self.exits.push(exit);
    }

    /// The tracks behind a node are no longer right.
    fn change(&mut self, node: u32) {
        if !self.changed.contains(&node) {
            self.changed.push(node);
        }
    }

    /// The track that leads to a node is no longer right.
    fn change_track_to(&mut self, nodes: &[Node], mut node: u32) {
        // Its own exits may have become several.
        self.change(node);
        while let Some(Node { from, what, .. }) = nodes.get(node as usize).filter(|_| node != ROOT) {
            if self.is_reached_from_several(*from, step_and_sort(*what).0) {
                break;
            }
            node = *from;
            if self.exits_of(node).count() > 1 {
                break;
            }
        }
        self.change(node);
    }

    /// True if the step behind a node leads to several nodes.
    fn is_reached_from_several(&self, from: u32, step: u32) -> bool {
        let exit = self.exit_at(from, step).and_then(|exit| self.exits.get(exit as usize));
        exit.is_none_or(|exit| !matches!(exit.to, To::One(_)))
    }

    /// The exits of a node with their numbers.
    fn exits_of(&self, node: u32) -> impl Iterator<Item = (u32, Exit)> + '_ {
        let mut next = self.first_exits.get(node as usize).copied().unwrap_or(NONE);
        std::iter::from_fn(move || {
            let number = next;
            let exit = *self.exits.get(number as usize)?;
            next = exit.next;
            Some((number, exit))
        })
    }

    fn exit_at(&self, node: u32, step: u32) -> Option<u32> {
        self.exits_of(node).find(|(_, exit)| exit.step == step).map(|(number, _)| number)
    }

    /// Lays the tracks that are no longer right anew. `held` has what the nodes say, the steps are those of `shapes`.
    pub(super) fn lay(&mut self, nodes: &[Node], held: &[u8], shapes: &Shapes) {
        for number in std::mem::take(&mut self.changed) {
            let Some(node) = nodes.get(number as usize) else { continue };
            let (step, sort) = step_and_sort(node.what);
            let mut laying = Laying { tracks: self, nodes, held, shapes, said: Vec::new(), stops: Vec::new() };
            if number == ROOT || laying.tracks.is_reached_from_several(node.from, step) {
                if number != ROOT && sort == JSON {
                    laying.say(node);
                }
                let end = laying.lay(number);
                let way = laying.way_to(end);
                if let Some(node) = laying.tracks.nodes.get_mut(number as usize) {
                    node.way = way;
                }
            }
            let exits: Vec<u32> = laying.tracks.exits_of(number).map(|(exit, _)| exit).collect();
            for exit in exits.iter().filter(|_| exits.len() > 1) {
                let end = laying.lay_exit(number, *exit);
                let way = laying.way_to(end);
                if let Some(exit) = laying.tracks.exits.get_mut(*exit as usize) {
                    exit.way = way;
                }
            }
        }
    }

    /// The first stop of the track that says this, which is added if there is none.
    fn track(&mut self, stops: &[(Vec<u8>, Then)]) -> u32 {
        let found = self.known.binary_search_by(|track| {
            let known = self.stops.get(*track as usize..).unwrap_or_default();
            // No track is the beginning of another one, since only its last stop leads on.
            known
                .iter()
                .take(stops.len())
                .map(|stop| (self.said(stop), stop.then))
                .cmp(stops.iter().map(|(said, then)| (said.as_slice(), *then)))
        });
        match found {
            Ok(place) => self.known.get(place).copied().unwrap_or(NONE),
            Err(place) => {
                let track = self.stops.len() as u32;
                self.known.insert(place, track);
                for (said, then) in stops {
                    self.push(said, *then);
                }
                track
            }
        }
    }

    /// What a stop compares.
    fn said(&self, stop: &Stop) -> &[u8] {
        let start = stop.bytes as usize;
        self.bytes.get(start..start.saturating_add(stop.length as usize)).unwrap_or_default()
    }

    fn push(&mut self, said: &[u8], then: Then) {
        let start = self.bytes.len().saturating_sub(PADDING);
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(said);
        self.bytes.resize(self.bytes.len() + PADDING, b'\n');
        let (mut head, mut second) = ([b'\n'; WIDTH], [b'\n'; WIDTH]);
        head.iter_mut().chain(&mut second).zip(said).for_each(|(place, byte)| *place = *byte);
        let bits = ((1_u64 << said.len().min(2 * WIDTH)) - 1) as u32;
        let (head, second) = (Lanes::of(&head), Lanes::of(&second));
        self.stops.push(Stop { head, second, bits, length: said.len() as u32, bytes: start as u32, then });
    }
}

/// Lays tracks, one after the other.
struct Laying<'a> {
    tracks: &'a mut Tracks,
    nodes: &'a [Node],
    /// What the nodes say.
    held: &'a [u8],
    shapes: &'a Shapes,
    /// What has to be compared before the next stop, and the stops so far.
    said: Vec<u8>,
    stops: Vec<(Vec<u8>, Then)>,
}

impl<'a> Laying<'a> {
    fn stop(&mut self, then: Then) {
        self.stops.push((std::mem::take(&mut self.said), then));
    }

    /// The way over what was laid, which is then done; none if it has no end, since what was met has not been kept whole.
    fn way_to(&mut self, end: Option<u32>) -> Way {
        self.said.clear();
        let stops = std::mem::take(&mut self.stops);
        end.map_or(NOWHERE, |end| Way { track: self.tracks.track(&stops), end })
    }

    /// Lays the stops behind a node; what the last one leads to.
    fn lay(&mut self, number: u32) -> Option<u32> {
        let mut exits = self.tracks.exits_of(number);
        let ((exit, _), is_fork) = (exits.next()?, exits.next().is_some());
        drop(exits);
        if is_fork {
            self.stop(Then::Fork);
            return Some(exit);
        }
        self.lay_exit(number, exit)
    }

    /// The same behind an exit of a node.
    fn lay_exit(&mut self, number: u32, exit_number: u32) -> Option<u32> {
        let (node, exit) = (self.nodes.get(number as usize)?, *self.tracks.exits.get(exit_number as usize)?);
        let step = self.pass(node, exit.step)?;
        self.said.extend_from_slice(self.shapes.literal_of(step));
        let (then, end) = match exit.to {
            To::One(only) => {
                let next = self.nodes.get(only as usize)?;
                if step.usage != Use::End {
                    self.say(next);
                    return self.lay(only);
                }
                (Then::End { step: exit.step, way: step.next }, next.kind)
            }
            To::Presence { .. } => (Then::Presence(step.checked()), exit_number),
            To::Several => (Then::Seek { what: what(exit.step, JSON) }, number),
        };
        self.stop(then);
        Some(end)
    }

    /// Passes the values that are only checked, between a node's value and the step at `place`, which is told.
    fn pass(&mut self, node: &Node, place: u32) -> Option<&'a Step> {
        let from = if node.what == NONE { NONE } else { step_and_sort(node.what).0 };
        let step = self.shapes.step_at(place)?;
        let mut between = Vec::new();
        let mut before = step.before;
        while before != from {
            let passed = self.shapes.step_at(before)?;
            between.push(passed);
            before = passed.before;
        }
        for passed in between.into_iter().rev() {
            self.said.extend_from_slice(self.shapes.literal_of(passed));
            self.stop(match passed.quickly {
                Quickly::No => Then::Value(passed.checked()),
                what => Then::Quick(what, passed.checked()),
            });
        }
        Some(step)
    }

    /// Adds the value that a node stands for to what has to be said; hands it on if it says something of the row itself.
    fn say(&mut self, node: &Node) {
        let start = node.bytes as usize;
        let value = self.held.get(start..start.saturating_add(node.width as usize)).unwrap_or_default();
        self.said.extend_from_slice(value);
        let step = self.shapes.step_at(step_and_sort(node.what).0);
        if let Some(step) = step.filter(|step| step.is_said) {
            self.stop(Then::Met { spot: step.spot, width: node.width });
        }
    }
}
