//! Cells in the order of their buckets and kinds, a page of some thousands at a time: what comes between those of a page
//! has that page written anew and no other. Asks whether there is memory before it takes any.

use super::super::column::{NONE, RETRY};
use super::summary::{MOST_WORDS, Many, One, Sum, Summary};
use crate::bytes::{Broken, Bytes, push_short};
use crate::histogram::Bins;

/// About so many cells are a page,
const PAGE_CELLS: usize = 1 << 12;
/// and never more than so many.
const MOST_CELLS: usize = PAGE_CELLS + PAGE_CELLS / 2;
/// So many rows and cells go into a page at a time.
pub(super) const MOST_AT_ONCE: usize = 16 * PAGE_CELLS;
/// The most bytes that a row may take in pages.
pub(super) const MOST_ROW_BYTES: usize = MOST_WORDS * size_of::<u32>() + size_of::<Cell>() + size_of::<Group>();
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
pub(super) struct CellsOfBucket<'a> {
    cells: std::slice::Iter<'a, Cell>,
    words: &'a [u32],
}

impl<'a> Iterator for CellsOfBucket<'a> {
    type Item = (u32, Summary<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let cell = self.cells.next()?;
        let summary = if cell.kind & MANY == 0 {
            let duration_ms = (cell.value != NONE).then_some(u64::from(cell.value));
            Summary::One(One { is_retry: cell.kind & RETRY != 0, duration_ms, waited_ms: None })
        } else {
            Summary::Many(Many::begin(self.words.get(cell.value as usize..)?)?)
        };
        Some((cell.kind(), summary))
    }
}

impl Page {
    /// The least bytes of one that is handed on.
    pub(super) const LEAST_BYTES: usize = 28;

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
    pub(super) fn buckets(&self) -> impl Iterator<Item = (i32, CellsOfBucket<'_>)> {
        let mut begin = 0;
        self.groups.iter().map(move |group| {
            let cells = self.cells.get(begin..group.end as usize).unwrap_or_default().iter();
            begin = group.end as usize;
            (group.bucket, CellsOfBucket { cells, words: &self.words })
        })
    }

    /// Each cell.
    pub(super) fn all(&self) -> impl Iterator<Item = (Key, Summary<'_>)> {
        self.buckets().flat_map(|(bucket, cells)| cells.map(move |(kind, summary)| (Key { bucket, kind }, summary)))
    }

    /// The pages in which its cells and others are together, which are given by rising keys, [`MOST_AT_ONCE`] at most; `None` if
    /// memory has no room for them.
    pub(super) fn with<'a>(
        &self,
        keys: &[Key],
        summary: &dyn Fn(usize) -> Summary<'a>,
        bins: &Bins,
    ) -> Option<Vec<Page>> {
        let mut whole = Page::default();
        whole.cells.try_reserve_exact(self.len() + keys.len()).ok()?;
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
            let kept = mine.next_if(|(of_mine, _)| *of_mine == key).map(|(_, summary)| summary);
            let others = keys.get(place..).unwrap_or_default().iter().take_while(|other| **other == key).count();
            let cell = match (kept, others) {
                (Some(kept), 0) => whole.cell_of(key.kind, &kept, &mut sum, bins)?,
                (None, 1) => whole.cell_of(key.kind, &summary(place), &mut sum, bins)?,
                (kept, others) => {
                    sum.clear();
                    kept.iter().for_each(|kept| sum.add(kept, bins));
                    (place..place + others).for_each(|place| sum.add(&summary(place), bins));
                    sum.cell(key.kind, &mut whole.words, bins)?
                }
            };
            place += others;
            whole.push(key.bucket, cell);
        }
        whole.cut()
    }

    /// The cell of one summary alone, whose words go behind those that are there.
    fn cell_of(&mut self, kind: u32, summary: &Summary<'_>, sum: &mut Sum, bins: &Bins) -> Option<Cell> {
        match summary {
            Summary::Many(many) => {
                let at = u32::try_from(self.words.len()).ok()?;
                self.words.try_reserve(many.words().len()).ok()?;
                self.words.extend_from_slice(many.words());
                Some(Cell::of_many(kind, at))
            }
            Summary::One(row) => Cell::of_one(kind, row).or_else(|| {
                sum.clear();
                sum.add(summary, bins);
                sum.cell(kind, &mut self.words, bins)
            }),
        }
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
        if cells > MOST_CELLS {
            return Err(Broken);
        }
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
        // Words lie as they are written, so that no two cells have the same.
        let (mut told, mut executions, mut words) = (0, 0u64, 0);
        for (key, summary) in page.all() {
            if let Summary::Many(many) = summary {
                let lies = page.cells.get(told).map(|cell| cell.value as usize);
                if lies != Some(words) || !many.is_sound() {
                    return Err(Broken);
                }
                words += many.words().len();
            }
            let all = executions.checked_add(summary.executions());
            executions = all.filter(|_| (key.kind as usize) < kinds).ok_or(Broken)?;
            told += 1;
        }
        // A cell without its words ends what is told of its bucket.
        let last = page.groups.last().map_or(0, |group| group.end as usize);
        let is_whole = told == page.cells.len() && last == told && words == page.words.len();
        if is_whole && (1..=MOST_CELLS).contains(&told) { Ok((page, executions)) } else { Err(Broken) }
    }
}

/// So many numbers.
fn shorts(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<u32>, Broken> {
    let mut taken = Bytes::new(bytes.take(count.saturating_mul(4))?);
    (0..count).map(|_| taken.short()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of so many buckets of one kind, with two rows each.
    fn page(buckets: i32) -> Page {
        let keys: Vec<Key> = (0..buckets * 2).map(|row| Key { bucket: row / 2, kind: 3 }).collect();
        let row = |place: usize| {
            let duration_ms = Some(place as u64);
            Summary::One(One { is_retry: false, duration_ms, waited_ms: None })
        };
        let mut pages = Page::default().with(&keys, &row, &Bins::new()).unwrap();
        assert_eq!(pages.len(), 1);
        pages.remove(0)
    }

    fn read(bytes: &[u8]) -> Result<(usize, u64), Broken> {
        let mut bytes = Bytes::new(bytes);
        let read = Page::read(&mut bytes, 4, &|bucket| bucket >= 0)?;
        bytes.end()?;
        Ok((read.0.len(), read.1))
    }

    #[test]
    fn a_page_is_read_as_it_was_written_and_no_two_cells_have_the_same_words() {
        let mut written = Vec::new();
        page(5).write(&mut written);
        assert_eq!(read(&written), Ok((5, 10)));
        // Behind three counts and five groups of eight bytes lie the cells, eight bytes each: a kind and where its words begin.
        let value = |cell: usize| 12 + 5 * 8 + cell * 8 + 4;
        let changed = |at: usize, number: u32| {
            let mut bytes = written.clone();
            bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            read(&bytes)
        };
        assert_eq!(changed(value(1), 3), Ok((5, 10)), "it is three words behind the first one's");
        for number in [0, 2, 4, 1 << 20] {
            assert_eq!(changed(value(1), number), Err(Broken), "{number}");
        }
        assert_eq!(changed(0, 4), Err(Broken), "a group less");
        assert_eq!(changed(4, MOST_CELLS as u32 + 1), Err(Broken), "more cells than a page has");
        assert_eq!(read(&[0; 12]), Err(Broken), "no cells");
    }

    #[test]
    fn pages_are_never_longer_than_one_that_is_read_may_be() {
        for count in
            [1, PAGE_CELLS, PAGE_CELLS * 3 / 2 - 1, PAGE_CELLS * 3 / 2, MOST_AT_ONCE, MOST_AT_ONCE + MOST_CELLS]
        {
            let mut whole = Page::default();
            (0..count).for_each(|place| whole.push(place as i32 / 2, Cell { kind: place as u32 % 2, value: 0 }));
            let pages = whole.cut().unwrap();
            assert!(pages.iter().all(|page| page.len() <= MOST_CELLS), "{count}");
            let told: Vec<Key> = pages.iter().flat_map(|page| page.all().map(|(key, _)| key)).collect();
            let key = |place: usize| Key { bucket: place as i32 / 2, kind: place as u32 % 2 };
            assert!(told.into_iter().eq((0..count).map(key)), "{count}");
        }
    }
}
