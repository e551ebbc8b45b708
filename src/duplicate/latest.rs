//! Which row holds the latest attempt of each execution, by a hash of 128 bits: two hundred and fifty-six small tables of
//! places, so that growing never takes long. Knows nothing of what the hash is of. Hashes may come from elsewhere, so where
//! they lie is a hash of them under a key of its own (multiplication and shift, after Dietzfelbinger and others, 1997).

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

const FREE_PLACE: Entry = Entry { execution: [0, 0], latest: Attempt { attempt: 0, row: FREE } };

/// Where executions lie.
#[derive(Clone, Copy, Debug)]
struct Hash {
    factors: [u64; 2],
}

impl Hash {
    /// The number of the table in the highest bits, and below it what tells the place there.
    #[inline]
    fn of(self, [low, high]: [u64; 2]) -> u64 {
        let [by_low, by_high] = self.factors;
        low.wrapping_mul(by_low).wrapping_add(high.wrapping_mul(by_high))
    }
}

/// The executions, each once.
#[derive(Clone, Debug)]
pub(super) struct Latest {
    tables: Vec<Places>,
    executions: usize,
    hash: Hash,
}

impl Latest {
    pub(super) fn with_key(key: [u64; 2]) -> Self {
        let hash = Hash { factors: key.map(|half| half | 1) };
        Self { tables: vec![Places::default(); 1 << TABLE_BITS], executions: 0, hash }
    }

    /// How many executions there are.
    pub(super) fn len(&self) -> usize {
        self.executions
    }

    #[inline]
    pub(super) fn find(&self, execution: [u64; 2]) -> Option<Attempt> {
        let table = self.tables.get(self.table_of(execution))?;
        let entry = table.entries.get(table.place(self.hash, execution)?)?;
        (entry.latest.row != FREE).then_some(entry.latest)
    }

    /// Looks at the first place where an execution may lie, so that the processor has it at hand when the execution is looked
    /// for. What it gives says nothing.
    #[inline]
    pub(super) fn fetch(&self, execution: [u64; 2]) -> u32 {
        let table = self.tables.get(self.table_of(execution));
        let entry = table.and_then(|table| table.entries.get(table.first_place(self.hash, execution)));
        entry.map_or(0, |entry| entry.latest.row)
    }

    /// Adds an execution that is not there; false if there is no memory for it.
    #[inline]
    pub(super) fn add(&mut self, execution: [u64; 2], latest: Attempt) -> bool {
        let (hash, number) = (self.hash, self.table_of(execution));
        let is_added = self.tables.get_mut(number).is_some_and(|table| table.add(hash, Entry { execution, latest }));
        self.executions += usize::from(is_added);
        is_added
    }

    /// Says of an execution that is there that another attempt is its latest.
    pub(super) fn replace(&mut self, execution: [u64; 2], latest: Attempt) {
        let (hash, number) = (self.hash, self.table_of(execution));
        if let Some(table) = self.tables.get_mut(number) {
            table.put(hash, Entry { execution, latest });
        }
    }

    #[inline]
    fn table_of(&self, execution: [u64; 2]) -> usize {
        (self.hash.of(execution) >> (u64::BITS - TABLE_BITS)) as usize
    }
}

/// Places, a power of two of them or none. An execution lies in the first free one from where its hash points.
#[derive(Clone, Debug, Default)]
struct Places {
    entries: Vec<Entry>,
    taken: usize,
}

impl Places {
    /// Where an execution would lie if nothing else did.
    #[inline]
    fn first_place(&self, hash: Hash, execution: [u64; 2]) -> usize {
        let bits = self.entries.len().max(2).ilog2();
        (hash.of(execution) << TABLE_BITS >> (u64::BITS - bits)) as usize
    }

    /// Where an execution lies, or would; `None` where there are no places.
    #[inline]
    fn place(&self, hash: Hash, execution: [u64; 2]) -> Option<usize> {
        let mask = self.entries.len().checked_sub(1)?;
        let mut place = self.first_place(hash, execution);
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
    fn add(&mut self, hash: Hash, entry: Entry) -> bool {
        if self.taken >= self.entries.len() / 4 * 3 && !self.grow(hash) {
            return false;
        }
        self.taken += 1;
        self.put(hash, entry);
        true
    }

    #[inline]
    fn put(&mut self, hash: Hash, entry: Entry) {
        if let Some(place) = self.place(hash, entry.execution).and_then(|place| self.entries.get_mut(place)) {
            *place = entry;
        }
    }

    #[cold]
    fn grow(&mut self, hash: Hash) -> bool {
        let mut places = Vec::new();
        let count = (self.entries.len() * 2).max(FIRST_PLACES);
        if places.try_reserve_exact(count).is_err() {
            return false;
        }
        places.resize(count, FREE_PLACE);
        let before = std::mem::replace(&mut self.entries, places);
        before.into_iter().filter(|entry| entry.latest.row != FREE).for_each(|entry| self.put(hash, entry));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Adds and replaces what `hashes` gives, and holds every look against a map.
    fn check(hashes: impl Iterator<Item = [u64; 2]>) {
        let (mut latest, mut model) =
            (Latest::with_key([0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03]), BTreeMap::new());
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
        // Whatever they have in common, as hashes may that someone chose.
        check((0..20_000).map(|number| [u64::MAX, number]));
        check((0..20_000).map(|number| [number << 44, 0]));
        check((0..20_000).map(|number| [number, number]));
        check([[0, 0]].into_iter());
    }

    #[test]
    fn a_row_that_cannot_be_named_is_none() {
        assert_eq!(Attempt::new(1, u64::from(FREE)), None);
        assert_eq!(Attempt::new(1, u64::from(FREE) - 1), Some(Attempt { attempt: 1, row: FREE - 1 }));
    }
}
