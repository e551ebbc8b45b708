//! How shapes are learned: from a line that fitted none, in a walk over all of it that checks it. Learns only what is sure
//! to mean the same again, and stops learning where lines have nothing in common.

use super::Value;
use super::brief::{Brief, Quickly};
use super::fields::Places;
use super::lanes::{Lanes, WIDTH};
use super::mapping::{Entry, Mapping, Node, Target};
use super::memo::MOST_KEYS;
use super::role::Role;
use super::scan::Scanner;
use super::shape::{Feed, Key, MOST_SPOTS, NONE, Shapes, Step, Use, Way};
use super::text::with_text;
use std::ops::Range;

/// The most steps that are kept.
const MOST_STEPS: usize = 1024;
/// The most bytes of literals that are kept.
const MOST_LITERAL_BYTES: usize = 1 << 16;
/// The most ways to go on from one place.
const MOST_WAYS: usize = 16;

/// Whether learning pays: lines that fitted and lines that did not, and a rest after learning for nothing.
#[derive(Debug, Default)]
pub(super) struct Pace {
    fitting: u32,
    others: u32,
    /// How many lines the last rest lasted, and how many of the present one are left.
    rest: u32,
    rest_left: u32,
}

/// A value of the line that is learned.
struct Part<'m> {
    range: Range<usize>,
    /// What the mapping knows of its key.
    entry: Option<&'m Entry>,
    /// Where its members go on in the mapping if it is a list of pairs.
    pairs: Option<Node>,
    /// The arrays and objects around it.
    depth: u8,
}

impl Part<'_> {
    fn usage(&self) -> Use {
        match self.entry.map_or(&[][..], Entry::targets) {
            // What the members of a list feed may decide the class.
            _ if self.pairs.is_some() => Use::Class,
            targets => Use::of(targets),
        }
    }
}

impl Use {
    /// What becomes of a value that feeds these.
    pub(super) fn of(targets: &[Target]) -> Use {
        let is_class = |is_presence| {
            targets.iter().any(|target| target.role.is_class() && target.role.is_presence() == is_presence)
        };
        match targets {
            [] => Use::Skip,
            _ if is_class(false) => Use::Class,
            _ if is_class(true) => Use::Presence,
            _ => Use::Take,
        }
    }
}

impl Shapes {
    /// True while lines are worth being tried.
    pub(super) fn is_resting(&self) -> bool {
        self.pace.rest_left > 0
    }

    /// So many lines fitted.
    pub(super) fn fitted(&mut self, lines: u32) {
        self.pace.fitting = self.pace.fitting.saturating_add(lines);
    }

    /// A line did not fit; it was read by the full scanner. Learns it where that is worth the time; true if everything
    /// learned was forgotten instead.
    pub(super) fn learn(&mut self, line: &str, mapping: &Mapping) -> bool {
        if self.pace.rest_left > 0 {
            self.pace.rest_left -= 1;
            return false;
        }
        self.pace.others = self.pace.others.saturating_add(1);
        let is_full = self.steps.len() >= MOST_STEPS || self.literals.len() >= MOST_LITERAL_BYTES;
        if is_full {
            let is_in_vain = self.pace.fitting / 2 < self.pace.others;
            if is_in_vain {
                self.rest();
            }
            return is_in_vain;
        }
        let mut parts = Vec::new();
        if collect(line, 0..line.len(), Node::ROOT, 1, mapping, &mut parts).is_some() && are_few(&parts) {
            self.add(line, &parts);
        }
        false
    }

    /// Forgets what was learned and waits, longer each time.
    fn rest(&mut self) {
        self.steps.clear();
        self.ways.clear();
        self.literals.clear();
        let rest = (self.pace.rest * 4).clamp(1024, 1 << 20);
        self.pace = Pace { rest, rest_left: rest, ..Pace::default() };
    }

    /// Adds the line's way through the steps where it leaves the ways that are there.
    fn add(&mut self, line: &str, parts: &[Part<'_>]) {
        let mut from = 0;
        let mut before = None;
        let (mut spot, mut key) = (0, 0);
        let mut steps = Vec::new();
        for part in parts {
            let literal = line.get(from..part.range.start).unwrap_or_default();
            let usage = part.usage();
            let quickly = Quickly::of(part.entry.map_or(&[][..], Entry::targets));
            let added = Step {
                usage,
                spot,
                key,
                depth: part.depth,
                takes_objects: part.entry.and_then(Entry::child).is_none(),
                quickly,
                is_plain: matches!(usage, Use::Skip | Use::Take) && quickly == Quickly::No,
                is_said: part.entry.is_some_and(|entry| entry.targets().iter().any(|target| Brief::reads(target.role))),
                ..Step::ending()
            };
            let Some(place) = self.step(before, literal, added) else { return };
            before = Some(place);
            steps.push(place);
            from = part.range.end;
            spot += u8::from(usage != Use::Skip);
            key += u8::from(usage.is_key());
        }
        let end = self.step(before, line.get(from..).unwrap_or_default(), Step::ending());
        if let Some(end) = end.and_then(|end| self.steps.get_mut(end as usize)).filter(|end| end.next == NONE) {
            end.next = self.ways.len() as u32;
            self.ways.push(Way::of(parts, &steps));
        }
    }

    /// The step behind `before` that has this literal; `added` if there is none.
    fn step(&mut self, before: Option<u32>, literal: &str, added: Step) -> Option<u32> {
        let first = match before {
            Some(before) => self.steps.get(before as usize)?.next,
            None if self.steps.is_empty() => NONE,
            None => 0,
        };
        let (mut place, mut last, mut ways) = (first, None, 0);
        while let Some(step) = self.steps.get(place as usize) {
            #[cfg(test)]
            super::known_line::steps::count();
            if self.literal_of(step) == literal.as_bytes() && (step.usage == Use::End) == (added.usage == Use::End) {
                return Some(place);
            }
            last = Some(place);
            place = step.otherwise;
            ways += 1;
        }
        if ways >= MOST_WAYS {
            return None;
        }
        let place = self.steps.len() as u32;
        match (last, before) {
            (Some(last), _) => self.steps.get_mut(last as usize)?.otherwise = place,
            (None, Some(before)) => self.steps.get_mut(before as usize)?.next = place,
            (None, None) => {}
        }
        let start = self.literals.len().saturating_sub(WIDTH);
        self.literals.truncate(start);
        self.literals.extend_from_slice(literal.as_bytes());
        self.literals.resize(self.literals.len() + WIDTH, b'\n');
        let (mut head, mut second) = ([b'\n'; WIDTH], [b'\n'; WIDTH]);
        head.iter_mut().chain(&mut second).zip(literal.bytes()).for_each(|(place, byte)| *place = byte);
        self.steps.push(Step {
            head: Lanes::of(&head),
            second: Lanes::of(&second),
            bits: ((1_u64 << literal.len().min(2 * WIDTH)) - 1) as u32,
            length: literal.len() as u32,
            literal: start as u32,
            ..added
        });
        Some(place)
    }

    /// The text of a step's literal.
    fn literal_of(&self, step: &Step) -> &[u8] {
        let start = step.literal as usize;
        self.literals.get(start..start + step.length as usize).unwrap_or_default()
    }
}

impl Step {
    /// A step that ends a line, without its literal.
    fn ending() -> Step {
        Step {
            head: Lanes::filled(0),
            second: Lanes::filled(0),
            bits: 0,
            length: 0,
            literal: 0,
            next: NONE,
            otherwise: NONE,
            usage: Use::End,
            is_plain: false,
            spot: 0,
            key: 0,
            is_soon_closed: true,
            depth: 0,
            takes_objects: true,
            is_said: false,
            quickly: Quickly::No,
        }
    }
}

impl Way {
    /// The way of a line with these values, each at its step.
    fn of(parts: &[Part<'_>], steps: &[u32]) -> Way {
        let feed = |part: &Part<'_>| Feed {
            targets: part.entry.map_or(Vec::new(), |entry| entry.targets().to_vec()),
            pairs: part.pairs,
            is_joined: false,
        };
        let taken = parts.iter().zip(steps).filter(|(part, _)| part.usage() != Use::Skip);
        Way::new(taken.map(|(part, step)| (part.usage(), *step, feed(part))).collect())
    }

    /// The way that every record of CSV takes.
    pub(super) fn of_columns(columns: &[Vec<Target>]) -> Way {
        let feed = |targets: &Vec<Target>| Feed {
            targets: targets.clone(),
            pairs: None,
            is_joined: targets.first().is_some_and(|target| target.role == Role::Tags),
        };
        let uses: Vec<Use> = columns.iter().map(|targets| Use::of(targets)).collect();
        let taken = uses.iter().zip(columns).filter(|(usage, _)| **usage != Use::Skip);
        let mut way =
            Way::new((0..).zip(taken).map(|(spot, (usage, targets))| (*usage, spot, feed(targets))).collect());
        // Values that decide the class and lie side by side are looked at together.
        let places: Vec<usize> = (0..uses.len()).filter(|column| uses.get(*column) != Some(&Use::Skip)).collect();
        let place = |spot: usize| places.get(spot).copied().unwrap_or_default();
        way.keys.dedup_by(|next, key| {
            let is_beside = !key.is_presence && !next.is_presence && place(next.spot) == place(key.last) + 1;
            if is_beside {
                key.last = next.spot;
            }
            is_beside
        });
        way
    }

    fn new(taken: Vec<(Use, u32, Feed)>) -> Way {
        let keys = taken.iter().enumerate().filter(|(_, (usage, ..))| usage.is_key());
        let key = |(spot, (usage, step, _)): (usize, &(Use, u32, Feed))| Key {
            spot,
            last: spot,
            step: *step,
            is_presence: *usage == Use::Presence,
        };
        let keys = keys.map(key).collect();
        let feeds: Vec<Feed> = taken.into_iter().map(|(_, _, feed)| feed).collect();
        let places = places(&feeds);
        Way { brief: places.as_ref().and_then(Brief::of), places, keys, feeds }
    }
}

/// Which of the spots of a way feeds which role; `None` if two feed one, or one feeds what its members say.
fn places(feeds: &[Feed]) -> Option<Places> {
    let mut places = [u8::MAX; Role::COUNT];
    for (spot, feed) in (0..).zip(feeds) {
        if feed.pairs.is_some() {
            return None;
        }
        for target in &feed.targets {
            let place = places.get_mut(target.role as usize)?;
            if *place != u8::MAX {
                return None;
            }
            *place = spot;
        }
    }
    Some(places)
}

/// True if a found line has room for what is handed on of these values.
fn are_few(parts: &[Part<'_>]) -> bool {
    let count = |is_counted: fn(Use) -> bool| parts.iter().filter(|part| is_counted(part.usage())).count();
    count(|usage| usage != Use::Skip) <= MOST_SPOTS && count(Use::is_key) <= MOST_KEYS
}

/// The values of an object, those of objects that the mapping goes into taken apart; `None` if the line's shape does not
/// say enough: a key of the mapping is there twice, or an object feeds a role and is gone into.
fn collect<'m>(
    line: &str,
    object: Range<usize>,
    node: Node,
    depth: u8,
    mapping: &'m Mapping,
    parts: &mut Vec<Part<'m>>,
) -> Option<()> {
    let mut members = Vec::new();
    let mut scanner = Scanner::new(line.get(object.clone())?);
    let scanned = scanner.placed_members(|key, value, place| {
        let entry = with_text(key, |key| mapping.enter(node, key));
        members.push((entry, value, place.start + object.start..place.end + object.start));
    });
    scanned.and_then(|()| scanner.end()).ok()?;
    // The only member of a line may make it a control line.
    if depth == 1 && members.len() < 2 {
        return None;
    }
    for (position, (entry, value, range)) in members.iter().enumerate() {
        let is_same =
            |other: &Option<&Entry>| matches!((entry, other), (Some(one), Some(two)) if std::ptr::eq(*one, *two));
        if members.iter().skip(position + 1).any(|(other, ..)| is_same(other)) {
            return None;
        }
        match (entry.and_then(Entry::child), value) {
            (Some(child), Value::Object(_)) => {
                if entry.is_some_and(|entry| !entry.targets().is_empty()) {
                    return None;
                }
                collect(line, range.clone(), child, depth + 1, mapping, parts)?;
            }
            // Whatever else stands there, the steps are the same as for a list.
            (pairs, _) => parts.push(Part { range: range.clone(), entry: *entry, pairs, depth }),
        }
    }
    Some(())
}
