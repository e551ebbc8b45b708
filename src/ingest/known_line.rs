//! Lines of shapes that were learned, whose rows are expected to be of known kinds. A value that decides a row's class is only
//! cut out, at the first quote or bracket that may close it: it is the value for which it is taken if the same bytes were
//! checked before, and which it is, nothing depends on until the end of the line. So what rows say at random keeps nothing
//! waiting, and a line goes the same way as the one before it. Everything else is checked as [`super::shape`] does.

use super::FORMS;
use super::brief::{Quick, Quickly};
use super::fields::SpotKind;
use super::lanes::Padded;
use super::memo::{MOST_KEYS, Part};
use super::shape::{Found, Place, Shapes, Step, Use};
use super::shape_value::probable_end;
use super::text::is_no;
use crate::time::UsualTimes;

impl Found {
    /// The first so many values that decide the class.
    #[inline(always)]
    pub(super) fn keys(&self, count: usize) -> &[Part] {
        self.keys.get(..count).unwrap_or_default()
    }

    #[inline(always)]
    fn put_key(&mut self, step: &Step, part: Part) {
        self.keys[usize::from(step.key) % MOST_KEYS] = part;
    }
}

impl Shapes {
    /// What lies in the line that begins at `start`. False says only that it is of no shape or kind that is known, or breaks off.
    #[inline(never)]
    pub(super) fn follow(&self, bytes: &Padded<'_>, start: usize, found: &mut Found, times: &mut UsualTimes) -> bool {
        found.quick = Quick::default();
        self.pass(bytes, start, found, times).is_some()
    }

    /// Goes from step to step as the long way does. One loop for both ways, told by a closure what a value is, took a
    /// twelfth more instructions here and reading as a whole 3 % longer.
    #[inline(always)]
    fn pass(&self, bytes: &Padded<'_>, start: usize, found: &mut Found, times: &mut UsualTimes) -> Option<()> {
        let steps = self.steps.as_slice();
        let (mut at, mut place) = (start, 0);
        loop {
            #[cfg(test)]
            steps::count();
            let step = steps.get(place as usize)?;
            let near = bytes.near(at)?;
            let end = if !step.is_literal(near, bytes, at, &self.literals) {
                None
            } else {
                let Place { near, base, from } = step.behind_literal(near, bytes, at)?;
                let begin = base.wrapping_add(from);
                // Nearly all values are short texts that nobody asks for.
                if step.is_plain
                    && let Some(length) = self.marks.plain_text_length(near, from)
                {
                    let end = begin.wrapping_add(length);
                    if step.is_said {
                        let (first, last) = (begin.wrapping_add(1), end.wrapping_sub(1));
                        found.put(step.spot, first.wrapping_sub(start), last.wrapping_sub(start), SpotKind::Plain);
                    }
                    (at, place) = (end, step.next);
                    continue;
                }
                match step.usage {
                    Use::Class => step.cut(bytes, begin, start, found).inspect(|end| {
                        found.put_key(step, Part::of_json(place, bytes, begin, end.wrapping_sub(begin)));
                    }),
                    Use::Skip | Use::Take if step.quickly != Quickly::No => {
                        match found.quick.read(step.quickly, near, from, times) {
                            Some(length) => Some(begin.wrapping_add(length)),
                            None => step.checked_if_said().end(bytes, near, (base, from), start, found),
                        }
                    }
                    Use::End if near.byte(from) == b'\n' => {
                        (found.end, found.way, found.last_step) = (begin, step.next, place);
                        return Some(());
                    }
                    Use::End => None,
                    usage => {
                        let end = step.checked_if_said().end(bytes, near, (base, from), start, found);
                        if FORMS
                            && usage == Use::Presence
                            && let Some(end) = end
                        {
                            found.put_key(step, Part::of_presence(place, is_none(bytes.slice(begin, end))));
                        }
                        end
                    }
                }
            };
            (at, place) = match end {
                Some(end) => (end, step.next),
                None => (at, step.otherwise),
            };
        }
    }

    /// Looks at the values of a line that decide its row's class and were checked: where one went on behind what might have
    /// closed it, values at its step are looked through from now on.
    pub(super) fn see_keys(&mut self, found: &Found, (bytes, start): (&Padded<'_>, usize)) {
        let Some(way) = self.ways.get(found.way as usize) else { return };
        for key in way.keys.iter().filter(|key| !key.is_presence) {
            let Some(spot) = found.spots().get(key.spot) else { continue };
            let quote = u32::from(spot.kind != SpotKind::Other);
            let (begin, end) = (spot.start.wrapping_sub(quote), spot.end.wrapping_add(quote));
            let begin = start.wrapping_add(begin as usize);
            let is_soon_closed = closing_of(bytes.byte(begin))
                .is_none_or(|closing| probable_end(bytes, begin, closing) == Some(start.wrapping_add(end as usize)));
            if let Some(step) = self.steps.get_mut(key.step as usize) {
                step.is_soon_closed &= is_soon_closed;
            }
        }
    }
}

impl Step {
    /// Behind the value that begins at `begin` and decides the class, if it was met before; `None` where it cannot be one of this
    /// step. It is handed on if it says something of the row itself.
    #[inline(always)]
    fn cut(&self, bytes: &Padded<'_>, begin: usize, start: usize, found: &mut Found) -> Option<usize> {
        let near = bytes.near(begin)?;
        let closing = match near.byte(0) {
            _ if !self.is_soon_closed => None,
            b'{' if !self.takes_objects => return None,
            first => closing_of(first),
        };
        let Some(closing) = closing else {
            return self.checked_if_said().end(bytes, near, (begin, 0), start, found);
        };
        let ends = near.all(closing) & !1;
        let end = match ends {
            0 => probable_end(bytes, begin, closing)?,
            _ => begin.wrapping_add(ends.trailing_zeros() as usize + 1),
        };
        if self.is_said {
            put_unchecked(found, self, bytes, (begin, end), start);
        }
        Some(end)
    }
}

/// The byte that closes what this one opens; `None` for what ends with another byte.
#[inline(always)]
fn closing_of(first: u8) -> Option<u8> {
    match first {
        b'"' => Some(b'"'),
        b'[' => Some(b']'),
        b'{' => Some(b'}'),
        _ => None,
    }
}

/// Hands on a value that was met before. Nobody looked at its characters, so a text is told as an unusual one.
#[inline(never)]
fn put_unchecked(found: &mut Found, step: &Step, bytes: &Padded<'_>, (begin, end): (usize, usize), start: usize) {
    let (quote, kind) = if bytes.byte(begin) == b'"' { (1, SpotKind::Unusual) } else { (0, SpotKind::Other) };
    let (first, last) = (begin.wrapping_add(quote), end.wrapping_sub(quote));
    found.put(step.spot, first.wrapping_sub(start), last.wrapping_sub(start), kind);
}

/// True if a value is `null` or says no.
#[inline(never)]
fn is_none(value: &[u8]) -> bool {
    is_no(value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(value))
}

/// How many steps the reading of a thread passed, and how many it held against others while it learned.
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
