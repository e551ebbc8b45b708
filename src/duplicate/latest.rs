//! Which row holds the latest attempt of each execution, by a hash of 128 bits: two hundred and fifty-six small tables of
//! places, so that growing never takes long. Knows nothing of what the hash is of; whoever hands over hashes has made them
//! under a key that nobody can know, or searching may be slow.

/// The latest attempt of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) attempt: u32,
    /// Where it lies.
    pub(super) row: u32,
}

impl Attempt {
    /// None in a row that is too far behind to be named.
    pub(super) fn new(attempt: u32, row: u64) -> Option<Self> {
        let row = u32::try_from(row).ok().filter(|row| *row != FREE)?;
        Some(Self { attempt, row })
    }
}

/// The row of a place that is free.
const FREE: u32 = u32::MAX;
/// The tables are told by so many bits of a hash.
const TABLE_BITS: u32 = 8;
/// The places of a table that has any.
const FIRST_PLACES: usize = 8;

/// An execution, 24 bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    execution: [u64; 2],
    latest: Attempt,
}

const NONE: Entry = Entry { execution: [0, 0], latest: Attempt { attempt: 0, row: FREE } };

/// The executions, each once.
#[derive(Clone, Debug)]
pub(super) struct Latest {
    tables: Vec<Places>,
    executions: usize,
}

impl Default for Latest {
    fn default() -> Self {
        Self { tables: vec![Places::default(); 1 << TABLE_BITS], executions: 0 }
    }
}

impl Latest {
    /// How many executions there are.
    pub(super) fn len(&self) -> usize {
        self.executions
    }

    #[inline]
    pub(super) fn find(&self, execution: [u64; 2]) -> Option<Attempt> {
        self.tables.get(table_of(execution))?.find(execution)
    }

    /// Looks at the first place where an execution may lie, so that the processor has it at hand when the execution is looked
    /// for. What it gives says nothing.
    #[inline]
    pub(super) fn fetch(&self, execution: [u64; 2]) -> u32 {
        let Some(table) = self.tables.get(table_of(execution)) else { return 0 };
        let place = execution[0] as usize & table.entries.len().saturating_sub(1);
        table.entries.get(place).map_or(0, |entry| entry.latest.row)
    }

    /// Adds an execution that is not there; false if there is no memory for it.
    #[inline]
    pub(super) fn add(&mut self, execution: [u64; 2], latest: Attempt) -> bool {
        let is_added =
            self.tables.get_mut(table_of(execution)).is_some_and(|table| table.add(Entry { execution, latest }));
        self.executions += usize::from(is_added);
        is_added
    }

    /// Says of an execution that is there that another attempt is its latest.
    pub(super) fn replace(&mut self, execution: [u64; 2], latest: Attempt) {
        if let Some(table) = self.tables.get_mut(table_of(execution)) {
            table.replace(Entry { execution, latest });
        }
    }
}

fn table_of([_, high]: [u64; 2]) -> usize {
    (high >> (u64::BITS - TABLE_BITS)) as usize
}

/// Places, a power of two of them or none. An execution lies in the first free one from where its hash points.
#[derive(Clone, Debug, Default)]
struct Places {
    entries: Vec<Entry>,
    taken: usize,
}

impl Places {
    #[inline]
    fn find(&self, execution: [u64; 2]) -> Option<Attempt> {
        let entry = self.entries.get(self.place(execution)?)?;
        (entry.latest.row != FREE).then_some(entry.latest)
    }

    /// Where an execution lies, or would; `None` where there are no places.
    #[inline]
    fn place(&self, execution: [u64; 2]) -> Option<usize> {
        let mask = self.entries.len().checked_sub(1)?;
        let mut place = execution[0] as usize & mask;
        // A quarter is free at least, so that one that is free comes.
        loop {
            let entry = self.entries.get(place)?;
            if entry.latest.row == FREE || entry.execution == execution {
                return Some(place);
            }
            place = (place + 1) & mask;
        }
    }

    #[inline]
    fn add(&mut self, entry: Entry) -> bool {
        if self.taken >= self.entries.len() / 4 * 3 && !self.grow() {
            return false;
        }
        self.taken += 1;
        self.replace(entry);
        true
    }

    #[inline]
    fn replace(&mut self, entry: Entry) {
        if let Some(place) = self.place(entry.execution).and_then(|place| self.entries.get_mut(place)) {
            *place = entry;
        }
    }

    #[cold]
    fn grow(&mut self) -> bool {
        let mut places = Vec::new();
        let count = (self.entries.len() * 2).max(FIRST_PLACES);
        if places.try_reserve_exact(count).is_err() {
            return false;
        }
        places.resize(count, NONE);
        let before = std::mem::replace(&mut self.entries, places);
        before.into_iter().filter(|entry| entry.latest.row != FREE).for_each(|entry| self.replace(entry));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Adds and replaces what `hashes` gives, and holds every look against a map.
    fn check(hashes: impl Iterator<Item = [u64; 2]>) {
        let (mut latest, mut model) = (Latest::default(), BTreeMap::new());
        for (row, execution) in hashes.enumerate() {
            let attempt = Attempt::new(row as u32 % 7, row as u64).unwrap();
            assert_eq!(latest.find(execution), model.get(&execution).copied());
            if model.insert(execution, attempt).is_some() {
                latest.replace(execution, attempt);
            } else {
                assert!(latest.add(execution, attempt));
            }
            assert_eq!((latest.find(execution), latest.len()), (Some(attempt), model.len()));
        }
        assert!(model.iter().all(|(execution, attempt)| latest.find(*execution) == Some(*attempt)));
        assert_eq!(latest.find([1, u64::MAX]), None);
    }

    #[test]
    fn what_was_added_is_found() {
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        check((0..20_000).map(|number| [spread(number), spread(number ^ 0xffff)]));
        check((0..20_000).map(|number| [spread(number % 999), spread(number % 999)]));
        // All that begin at one place, across the end of a table.
        check((0..200).map(|number| [u64::MAX, number]));
        check((0..200).map(|number| [number << 20 | 0xf_ffff, 0]));
        check([[0, 0]].into_iter());
    }

    #[test]
    fn a_row_that_cannot_be_named_is_none() {
        assert_eq!(Attempt::new(1, u64::from(FREE)), None);
        assert_eq!(Attempt::new(1, u64::from(FREE) - 1), Some(Attempt { attempt: 1, row: FREE - 1 }));
    }
}
