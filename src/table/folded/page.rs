//! Cells in the order of their buckets and kinds, a page of some thousands at a time: what comes between those of a page
//! has that page written anew and no other. Asks whether there is memory before it takes any.

use super::super::column::{NONE, RETRY};
use super::part::{Many, One, Part, Sum};
use crate::bytes::{Broken, Bytes, push_short};
use crate::histogram::Bins;

/// About so many cells are a page.
const PAGE_CELLS: usize = 1 << 12;
/// The flag of a kind: the cell's value is where its words begin.
const MANY: u32 = 1 << 31;

/// What tells cells apart and orders them: first the bucket, then the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) bucket: i32,
    pub(super) kind: u32,
}

/// One cell: its kind with a flag, and what is known of its rows or where that lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    kind: u32,
    value: u32,
}

impl Cell {
    /// A cell of one row, if that takes no words.
    #[inline]
    pub(super) fn of_one(kind: u32, row: &One) -> Option<Self> {
        let duration = row.duration_ms.map_or(Some(NONE), |ms| u32::try_from(ms).ok().filter(|ms| *ms != NONE))?;
        let kind = if row.is_retry { kind | RETRY } else { kind };
        row.waited_ms.is_none().then_some(Self { kind, value: duration })
    }

    /// A cell whose words begin at some place.
    pub(super) fn of_many(kind: u32, at: u32) -> Self {
        Self { kind: kind | MANY, value: at }
    }

    fn kind(&self) -> u32 {
        self.kind & !(MANY | RETRY)
    }
}

/// The cells of one bucket end before a place.
#[derive(Clone, Copy, Debug)]
struct Group {
    bucket: i32,
    end: u32,
}

/// Cells, rising and each there once.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    groups: Vec<Group>,
    cells: Vec<Cell>,
    words: Vec<u32>,
}

/// The cells of one bucket.
#[derive(Clone, Debug)]
pub(super) struct Cells<'a> {
    cells: std::slice::Iter<'a, Cell>,
    words: &'a [u32],
}

impl<'a> Iterator for Cells<'a> {
    type Item = (u32, Part<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let cell = self.cells.next()?;
        let part = if cell.kind & MANY == 0 {
            let duration_ms = (cell.value != NONE).then_some(u64::from(cell.value));
            Part::One(One { is_retry: cell.kind & RETRY != 0, duration_ms, waited_ms: None })
        } else {
            Part::Many(Many::begin(self.words.get(cell.value as usize..)?)?)
        };
        Some((cell.kind(), part))
    }
}

impl Page {
    /// The least bytes of one that is handed on.
    pub(super) const LEAST_BYTES: usize = 12;

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// True if what comes behind all its cells had better begin another one.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= PAGE_CELLS / 4 * 3
    }

    pub(super) fn first(&self) -> Key {
        let first = self.groups.first().zip(self.cells.first());
        first.map_or_else(Key::default, |(group, cell)| Key { bucket: group.bucket, kind: cell.kind() })
    }

    pub(super) fn last(&self) -> Key {
        let last = self.groups.last().zip(self.cells.last());
        last.map_or_else(Key::default, |(group, cell)| Key { bucket: group.bucket, kind: cell.kind() })
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Group>()
            + self.cells.capacity() * size_of::<Cell>()
            + self.words.capacity() * size_of::<u32>()
    }

    /// Each bucket with its cells.
    pub(super) fn buckets(&self) -> impl Iterator<Item = (i32, Cells<'_>)> {
        let mut begin = 0;
        self.groups.iter().map(move |group| {
            let cells = self.cells.get(begin..group.end as usize).unwrap_or_default().iter();
            begin = group.end as usize;
            (group.bucket, Cells { cells, words: &self.words })
        })
    }

    /// Each cell.
    pub(super) fn all(&self) -> impl Iterator<Item = (Key, Part<'_>)> {
        self.buckets().flat_map(|(bucket, cells)| cells.map(move |(kind, part)| (Key { bucket, kind }, part)))
    }

    /// The pages in which its cells and others are together, which are given by rising keys; `None` if memory has no room for
    /// them.
    pub(super) fn with<'a>(&self, keys: &[Key], part: &dyn Fn(usize) -> Part<'a>, bins: &Bins) -> Option<Vec<Page>> {
        let mut whole = Page::default();
        let most = self.len() + keys.len();
        whole.cells.try_reserve_exact(most).ok()?;
        whole.groups.try_reserve_exact(self.groups.len() + keys.len()).ok()?;
        whole.words.try_reserve(self.words.len()).ok()?;
        let mut sum = Sum::default();
        let (mut mine, mut place) = (self.all().peekable(), 0);
        loop {
            let next = keys.get(place).copied();
            let key = match (mine.peek().map(|(key, _)| *key), next) {
                (Some(key), Some(other)) => key.min(other),
                (one, other) => match one.or(other) {
                    Some(key) => key,
                    None => break,
                },
            };
            let kept = mine.next_if(|(of_mine, _)| *of_mine == key);
            let rest = keys.get(place..).unwrap_or_default();
            let rows = rest.iter().take_while(|other| **other == key).count();
            let of_one = match (&kept, rows) {
                (Some((_, Part::One(row))), 0) => Cell::of_one(key.kind, row),
                (None, 1) => match part(place) {
                    Part::One(row) => Cell::of_one(key.kind, &row),
                    Part::Many(_) => None,
                },
                _ => None,
            };
            let cell = match (&kept, rows) {
                _ if let Some(cell) = of_one => cell,
                (Some((_, Part::Many(many))), 0) => {
                    let at = u32::try_from(whole.words.len()).ok()?;
                    whole.words.try_reserve(many.words().len()).ok()?;
                    whole.words.extend_from_slice(many.words());
                    Cell::of_many(key.kind, at)
                }
                _ => {
                    sum.clear();
                    kept.iter().for_each(|(_, part)| sum.add(part, bins));
                    (place..place + rows).for_each(|place| sum.add(&part(place), bins));
                    sum.cell(key.kind, &mut whole.words, bins)?
                }
            };
            place += rows;
            whole.push(key.bucket, cell);
        }
        whole.cut()
    }

    fn push(&mut self, bucket: i32, cell: Cell) {
        self.cells.push(cell);
        let end = self.cells.len() as u32;
        match self.groups.last_mut().filter(|group| group.bucket == bucket) {
            Some(group) => group.end = end,
            None => self.groups.push(Group { bucket, end }),
        }
    }

    /// Its cells as pages of about equal length that take no more than they need.
    fn cut(self) -> Option<Vec<Page>> {
        let count = ((self.len() + PAGE_CELLS / 2) / PAGE_CELLS).max(1);
        let mut pages = Vec::new();
        pages.try_reserve_exact(count).ok()?;
        for place in 0..count {
            pages.push(self.slice(self.len() * place / count, self.len() * (place + 1) / count)?);
        }
        Some(pages)
    }

    /// Its cells between two places.
    fn slice(&self, from: usize, until: usize) -> Option<Page> {
        let cells = self.cells.get(from..until)?;
        let words = |cell: &Cell| match cell.kind & MANY {
            0 => &[],
            _ => self.words.get(cell.value as usize..).and_then(Many::begin).map_or(&[][..], Many::words),
        };
        let groups = self.groups.iter().filter(|group| group.end as usize > from);
        let begin_of_last = groups.clone().take_while(|group| (group.end as usize) < until).count();
        let mut page = Page::default();
        page.cells.try_reserve_exact(cells.len()).ok()?;
        page.words.try_reserve_exact(cells.iter().map(|cell| words(cell).len()).sum()).ok()?;
        page.groups.try_reserve_exact(begin_of_last + 1).ok()?;
        for cell in cells {
            let at = page.words.len() as u32;
            page.words.extend_from_slice(words(cell));
            page.cells.push(if cell.kind & MANY == 0 { *cell } else { Cell { value: at, ..*cell } });
        }
        let shifted =
            |group: &Group| Group { end: (group.end as usize).min(until).saturating_sub(from) as u32, ..*group };
        page.groups.extend(groups.take(begin_of_last + 1).map(shifted));
        Some(page)
    }

    /// Appends the page for another engine.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        [self.groups.len(), self.cells.len(), self.words.len()].iter().for_each(|count| push_short(out, *count as u32));
        for group in &self.groups {
            push_short(out, group.bucket as u32);
            push_short(out, group.end);
        }
        for cell in &self.cells {
            push_short(out, cell.kind);
            push_short(out, cell.value);
        }
        self.words.iter().for_each(|word| push_short(out, *word));
    }

    /// A page as [`Page::write`] wrote it, of kinds below `kinds` and of buckets that are there, and how many rows it counts;
    /// only to be merged, since its cells may be in any order.
    pub(super) fn read(
        bytes: &mut Bytes<'_>,
        kinds: usize,
        is_there: &dyn Fn(i32) -> bool,
    ) -> Result<(Page, u64), Broken> {
        let counts = [bytes.short()? as usize, bytes.short()? as usize, bytes.short()? as usize];
        let [groups, cells, words] = counts;
        let mut page = Page::default();
        for pair in shorts(bytes, groups.saturating_mul(2))?.chunks_exact(2) {
            let &[bucket, end] = pair else { return Err(Broken) };
            let begin = page.groups.last().map_or(0, |group| group.end);
            if end <= begin || !is_there(bucket as i32) {
                return Err(Broken);
            }
            page.groups.push(Group { bucket: bucket as i32, end });
        }
        for pair in shorts(bytes, cells.saturating_mul(2))?.chunks_exact(2) {
            let &[kind, value] = pair else { return Err(Broken) };
            page.cells.push(Cell { kind, value });
        }
        page.words = shorts(bytes, words)?;
        let (mut told, mut executions) = (0, 0u64);
        for (key, part) in page.all() {
            let is_sound = if let Part::Many(many) = part { many.is_sound() } else { true };
            let all = executions.checked_add(part.executions());
            executions = all.filter(|_| is_sound && (key.kind as usize) < kinds).ok_or(Broken)?;
            told += 1;
        }
        // A cell without its words ends what is told of its bucket.
        let last = page.groups.last().map_or(0, |group| group.end as usize);
        if told == page.cells.len() && last == told { Ok((page, executions)) } else { Err(Broken) }
    }
}

/// So many numbers.
fn shorts(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<u32>, Broken> {
    let mut taken = Bytes::new(bytes.take(count.saturating_mul(4))?);
    (0..count).map(|_| taken.short()).collect()
}
