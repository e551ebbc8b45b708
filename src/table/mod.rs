//! Executions as columns: 16 bytes a row and each text once, whatever order they came in. A change of filter, metric,
//! zone or granularity is one scan of it or less. Holds no more than what counting needs, and says so where it has no
//! room.

mod column;
mod count;
mod counts;
mod dictionary;
mod errors;
mod folded;
mod held;
mod kept;
mod kinds;
mod parts;
mod precedence;
mod repeated;
mod rows;
mod runs;
mod scan;
mod siphash;
mod stretch;
mod tags;

pub use count::{Counted, MOST_OTHER_STATUSES, MOST_REMEMBERED, Memory, View, Workflow};
pub use counts::{Count, MOST_COUNTED};
pub use dictionary::{MOST_NAME_BYTES, MOST_NAMES};
pub use errors::MOST_ERRORS;
pub use kept::{MOST_KEPT_ERROR_BYTES, MOST_KEPT_TEXT_BYTES};
pub use kinds::{Crowding, MOST_STATUS_BYTES};
pub use parts::Shift;
pub(crate) use repeated::{Meeting, Met};
pub use rows::{Order, Row, Rows};
pub use runs::{Run, RunCount, Whose, WorkflowRuns};
pub(crate) use siphash::siphash;
pub(crate) use stretch::Stretch;
pub use tags::MOST_TAGS;

use crate::execution::{Execution, OwnTexts};
use crate::ingest::Known;
use crate::options::Moment;
use crate::time::Timestamp;
use column::{Cells, Chunk, Columns, KIND, LONG, Longs, RETRY, SUPERSEDED, UNSTARTED, retry};
use counts::Counts;
use folded::{Folded, Start};
use kept::Kept;
use kinds::Kinds;

/// Where a row lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of several sources, by the number that its reading was given.
    pub source: u16,
    /// Bytes before the row in that source; below 2^48.
    pub offset: u64,
}

impl Place {
    const OFFSET_BITS: u32 = 48;
    /// In the column: the row's place was not kept. No source is that long.
    const UNKNOWN: u64 = u64::MAX;

    fn packed(self) -> u64 {
        u64::from(self.source) << Self::OFFSET_BITS | self.offset & ((1 << Self::OFFSET_BITS) - 1)
    }

    fn unpacked(packed: u64) -> Self {
        Self { source: (packed >> Self::OFFSET_BITS) as u16, offset: packed & ((1 << Self::OFFSET_BITS) - 1) }
    }
}

/// How a row came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// False for a row that never started, whose `started_at` is when it was due.
    pub has_started: bool,
    /// True if its id may be that of another execution in another source.
    pub has_local_id: bool,
    /// Where it lies.
    pub place: Place,
}

/// The executions that were read.
#[derive(Clone, Debug)]
pub struct Table {
    kinds: Kinds,
    columns: Columns,
    long_durations: Longs,
    long_waits: Longs,
    counts: Counts,
    /// Rows that were counted when they came and are not kept.
    folded: Folded,
    /// True if all that come are.
    folds: bool,
    /// Texts of rows whose source cannot be read again; `None` if they are not kept.
    kept: Option<Kept>,
    /// The rows that never started, that are second or later attempts, and that a later attempt follows.
    unstarted: u64,
    retries: u64,
    superseded: u64,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// How often rows that were there have changed.
    changes: u64,
    most_bytes: usize,
    is_full: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            kinds: Kinds::default(),
            columns: Columns::default(),
            long_durations: Longs::default(),
            long_waits: Longs::default(),
            counts: Counts::default(),
            folded: Folded::default(),
            folds: false,
            kept: None,
            unstarted: 0,
            retries: 0,
            superseded: 0,
            oldest: None,
            newest: None,
            changes: 0,
            most_bytes: usize::MAX,
            is_full: false,
        }
    }
}

impl Table {
    /// An empty table that finds texts by hashes under a key. Who hands over rows should not know the key, or can
    /// choose names that make reading slow; no output depends on it.
    pub fn with_key(key: [u64; 2]) -> Self {
        Self { kinds: Kinds::with_key(key), ..Self::default() }
    }

    /// Lets the rows take at most so many bytes, names apart. By default what the machine has.
    pub fn limited_to(mut self, most_bytes: usize) -> Self {
        self.most_bytes = most_bytes;
        self
    }

    /// Keeps where each row lies in its source, which takes 8 bytes more a row. Only while the table is empty.
    pub fn with_places(mut self) -> Self {
        self.columns.with_places = self.rows() == 0 && self.keeps_rows();
        self
    }

    /// Keeps ids, attempts and errors of the rows, up to so many bytes: for a source that cannot be read again.
    pub fn with_texts(mut self, most_bytes: usize) -> Self {
        self.kept = self.keeps_rows().then(|| Kept::up_to(most_bytes));
        self
    }

    /// Makes room for one more row; false if there is none, and then adding a row does nothing but to say
    /// [`Table::is_full`].
    #[inline]
    pub fn make_room(&mut self) -> bool {
        if !self.keeps_rows() {
            return self.make_room_to_count();
        }
        let has_room = self.columns.make_room(self.most_bytes);
        self.is_full |= !has_room;
        has_room
    }

    /// Says that there is no room for what belongs to another row: none is taken any more.
    pub(crate) fn fill(&mut self) {
        self.is_full = true;
    }

    /// True once a row found no room.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Bytes that the columns, or counts of rows that are not kept, take, with the room that they have; names and kept
    /// texts come on top.
    pub fn bytes(&self) -> usize {
        self.columns.bytes() + self.folded.bytes()
    }

    /// True if a row's own identity and what went wrong are kept.
    pub fn keeps_texts(&self) -> bool {
        self.kept.is_some()
    }

    /// Bytes that kept texts take.
    pub fn text_bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, Kept::bytes)
    }

    /// Adds a row as it came; the number of its kind but for what went wrong ([`Table::intern`]), if it has started.
    pub(crate) fn add(&mut self, execution: &Execution<'_>, arrival: Arrival) -> Option<u32> {
        let number = arrival.has_started.then(|| self.intern(execution));
        match number {
            Some(number) => self.push_interned(execution, number),
            None => self.push_unstarted(execution),
        }
        self.set_place(arrival.place);
        number
    }

    /// Adds an execution.
    pub fn push(&mut self, execution: &Execution<'_>) {
        let kind = self.intern(execution);
        self.push_interned(execution, kind);
    }

    /// Adds an execution of which [`Table::intern`] gave the number for another one of the same workflow, name, status
    /// and tags: nothing of those is looked at again, but that the workflow's name is as new as this row.
    #[inline]
    pub fn push_interned(&mut self, execution: &Execution<'_>, kind: u32) {
        let kind = self.kind_with(kind, execution.error);
        if !self.keeps_rows() {
            return self.fold_execution(execution, kind);
        }
        if self.make_room() {
            let cells = self.cells(self.rows(), execution, kind);
            self.columns.push(cells);
            self.kinds.see(kind, execution.started_at.ms());
            self.reach(execution.started_at);
            self.keep_texts(self.rows() - 1, execution.own_texts());
        }
    }

    /// Adds rows of which the kinds' numbers are known, as far as there is room; how many. Their texts are for
    /// [`Table::keep_texts`].
    pub(crate) fn push_known_rows(&mut self, rows: &[Known], source: u16) -> u64 {
        if !self.keeps_rows() {
            return self.fold_known_rows(rows);
        }
        let before = self.rows();
        let mut rest = rows;
        while !rest.is_empty() && self.make_room() {
            let row = self.rows();
            let Some(chunk) = self.columns.chunks.last_mut() else { break };
            let (known, others) = rest.split_at(rest.len().min(chunk.room()));
            rest = others;
            let duration = |(row, known): (u64, &Known)| self.long_durations.encode(row, known.duration_ms);
            chunk.durations.extend((row..).zip(known).map(duration));
            chunk.starts.extend(known.iter().map(|known| known.started_at.ms()));
            chunk.kinds.extend(known.iter().map(|known| known.kind | retry(known.attempt)));
            chunk.fill_waits();
            if self.columns.with_places {
                let place = |known: &Known| Place { source, offset: known.offset }.packed();
                chunk.places.resize(chunk.len() - known.len(), Place::UNKNOWN);
                chunk.places.extend(known.iter().map(place));
            }
            self.retries += known.iter().map(|known| u64::from(known.attempt > 1)).sum::<u64>();
            let (mut oldest, mut newest) = (Timestamp::MAX, Timestamp::MIN);
            for known in known {
                self.kinds.see(known.kind, known.started_at.ms());
                (oldest, newest) = (oldest.min(known.started_at), newest.max(known.started_at));
            }
            self.reach(oldest);
            self.reach(newest);
        }
        self.rows() - before
    }

    /// Adds a row that never started; its `started_at` is when it was due.
    pub fn push_unstarted(&mut self, execution: &Execution<'_>) {
        if !self.keeps_rows() {
            return self.fold_unstarted(execution);
        }
        if self.make_room() {
            let kind = self.intern(execution);
            let kind = self.kind_with(kind, execution.error);
            let cells = self.unstarted_cells(self.rows(), execution, kind);
            self.columns.push(cells);
            self.kinds.see(kind, execution.started_at.ms());
            self.keep_texts(self.rows() - 1, execution.own_texts());
        }
    }

    /// Says where the row that was added last lies; kept if the table was made [`Table::with_places`].
    #[inline]
    pub fn set_place(&mut self, place: Place) {
        if let Some(chunk) = self.columns.chunks.last_mut().filter(|_| self.columns.with_places) {
            chunk.places.resize(chunk.len() - 1, Place::UNKNOWN);
            chunk.places.push(place.packed());
        }
    }

    /// The number of what the row shares with others: rows of one workflow, name, status and set of tags share it, whatever
    /// went wrong with them.
    pub fn intern(&mut self, execution: &Execution<'_>) -> u32 {
        self.kinds.intern(execution)
    }

    /// The number under which rows are held of which [`Table::intern`] gave this one, where that went wrong.
    #[inline]
    pub(crate) fn kind_with(&mut self, number: u32, error: Option<&str>) -> u32 {
        match error {
            Some(error) if self.has_failed(number) => {
                let error = self.error_number(error);
                self.kind_with_number(number, error)
            }
            _ => number,
        }
    }

    /// The same of a failed row by the number of its error; what flags the number bears stay.
    #[inline]
    pub(crate) fn kind_with_number(&mut self, number: u32, error: Option<u32>) -> u32 {
        match error {
            Some(error) if !self.kinds.crowding.errors => self.kinds.with_error(number & KIND, error) | number & !KIND,
            _ => number,
        }
    }

    /// The number of what went wrong; it is of no use any more once there are too many ([`Crowding::errors`]).
    #[inline(never)]
    pub(crate) fn error_number(&mut self, error: &str) -> Option<u32> {
        self.kinds.error_number(error)
    }

    /// True if what went wrong is told of rows under such a number.
    #[inline]
    pub(crate) fn has_failed(&self, number: u32) -> bool {
        self.kinds.all().get((number & KIND) as usize).is_some_and(|kind| kind.status.is_failure())
    }

    /// Adds the executions of another table.
    pub fn merge(&mut self, other: &Table) {
        self.merge_each(other, None);
    }

    /// Adds those executions of another table that a meeting says, which knows all of them, and holds the others against those
    /// that they repeat.
    pub(crate) fn merge_met(&mut self, other: &Table, meeting: &mut dyn Meeting) {
        self.merge_each(other, Some(meeting));
    }

    fn merge_each(&mut self, other: &Table, mut meeting: Option<&mut dyn Meeting>) {
        let numbers = self.adopt(other);
        self.merge_counts(other, &numbers);
        self.merge_folded(other, &numbers);
        let mut first_row = 0;
        for chunk in &other.columns.chunks {
            if meeting.as_mut().is_some_and(|meeting| meeting.begin(chunk.len()).is_err()) {
                return;
            }
            let meeting = meeting.as_mut().map(|meeting| &mut **meeting as &mut dyn Meeting);
            self.append(other, &numbers, chunk, first_row, (None, meeting));
            first_row += chunk.len() as u64;
        }
    }

    /// Rows that are kept, those that never started among them.
    pub fn rows(&self) -> u64 {
        self.columns.rows()
    }

    /// Changes whenever rows are added or change: two equal states of one table hold the same rows.
    pub fn state(&self) -> (u64, u64) {
        (self.rows(), self.changes)
    }

    /// Rows that never started, but have a time at which they were due.
    pub fn unstarted(&self) -> u64 {
        self.unstarted + self.folded.unstarted()
    }

    /// The oldest start that was read.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// The newest start that was read.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// True if rows are due so long behind all that have started that no window of a file ends with them.
    pub(crate) fn is_due_far_ahead(&self) -> bool {
        self.unstarted > 0 && self.ends_of(Moment::Scheduled).is_some_and(|(_, _, is_far)| is_far)
    }

    /// The oldest and the newest moment of a kind that any row has; of those that were due and have not started, none that
    /// lies far behind all that have.
    pub fn reach_of(&self, by: Moment) -> Option<(Timestamp, Timestamp)> {
        if by == Moment::Start {
            return self.oldest.zip(self.newest);
        }
        let (oldest, newest, _) = self.ends_of(by)?;
        Timestamp::from_ms(oldest).zip(Timestamp::from_ms(newest))
    }

    /// Rows that are second or later attempts.
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Every tag that a row bears, sorted.
    pub fn tags(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = self.kinds.tags.iter().collect();
        crate::order::sort(&mut tags, &|a, b| a < b);
        tags
    }

    /// Which names there was no room for.
    pub fn crowding(&self) -> Crowding {
        self.kinds.crowding
    }

    /// Keeps the texts of a row, if the table was made [`Table::with_texts`].
    #[inline]
    pub(crate) fn keep_texts(&mut self, row: u64, own: OwnTexts<'_>) {
        if let Some(kept) = &mut self.kept {
            kept.keep(row, own);
        }
    }

    /// The same of a row that has an id, which is UTF-8 and empty if there is none, and no error.
    #[inline(always)]
    pub(crate) fn keep_id(&mut self, row: u64, id: &[u8], attempt: u32) {
        if let Some(kept) = &mut self.kept {
            kept.keep_id(row, id, attempt);
        }
    }

    /// What the columns hold for a row with a start.
    #[inline]
    fn cells(&mut self, row: u64, execution: &Execution<'_>, kind: u32) -> Cells {
        self.retries += u64::from(execution.attempt > 1);
        Cells {
            start_ms: execution.started_at.ms(),
            kind: kind | retry(execution.attempt),
            duration: self.long_durations.encode(row, execution.duration_ms),
            wait: self.long_waits.encode(row, execution.waited_ms),
        }
    }

    /// What the columns hold for a row that never started.
    fn unstarted_cells(&mut self, row: u64, execution: &Execution<'_>, kind: u32) -> Cells {
        self.unstarted += 1;
        let unstarted = Execution { duration_ms: None, waited_ms: None, ..execution.clone() };
        let cells = self.cells(row, &unstarted, kind);
        Cells { kind: cells.kind | UNSTARTED, ..cells }
    }

    /// Takes over another table's kinds and how far its rows reach; says which number each of its kinds has here.
    fn adopt(&mut self, other: &Table) -> Vec<u32> {
        self.kinds.crowd_like(other.kinds.crowding);
        let numbers = other.kinds.all().iter().zip(0..).map(|(kind, number)| {
            let mine = self.kinds.adopt(&other.kinds, kind);
            self.kinds.see(mine, other.kinds.newest(number));
            mine
        });
        let numbers = numbers.collect();
        [other.oldest, other.newest].into_iter().flatten().for_each(|at| self.reach(at));
        self.is_full |= other.is_full;
        numbers
    }

    /// Adds the rows of a chunk of another table whose first row is `first_row` there. With a shift the chunk's places
    /// are those of a part of a source; without a meeting all are added.
    fn append(
        &mut self,
        other: &Table,
        numbers: &[u32],
        chunk: &Chunk,
        first_row: u64,
        (shift, mut meeting): (Option<Shift>, Option<&mut dyn Meeting>),
    ) {
        for (place, row) in (0..chunk.len()).zip(first_row..) {
            let Some(mut cells) = chunk.get(place).filter(|_| self.make_room()) else { return };
            let packed = chunk.places.get(place).filter(|packed| **packed != Place::UNKNOWN);
            let lies = packed.map(|packed| Place::unpacked(*packed));
            let lies = lies.map(|lies| shift.map_or(lies, |shift| lies.shifted(shift)));
            let mine = self.rows();
            let met = meeting.as_mut().map_or(Met::New, |meeting| meeting.meet(place, mine));
            if let Met::Repeats(kept) = met {
                self.repeat_handed(kept.into(), other, numbers, (row, cells), lies);
                continue;
            }
            let Some(number) = numbers.get((cells.kind & KIND) as usize) else { continue };
            cells.kind = cells.kind & !KIND | number;
            if !self.keeps_rows() {
                let duration_ms = other.long_durations.decode(row, cells.duration);
                let waited_ms = other.long_waits.decode(row, cells.wait);
                if !self.fold_adopted(Start { ms: cells.start_ms, kind: cells.kind, duration_ms, waited_ms }) {
                    return;
                }
                continue;
            }
            if cells.duration == LONG {
                cells.duration = self.long_durations.encode(self.rows(), other.long_durations.decode(row, LONG));
            }
            if cells.wait == LONG {
                cells.wait = self.long_waits.encode(self.rows(), other.long_waits.decode(row, LONG));
            }
            self.count_flags(cells.kind, 1);
            if let (Some(mine), Some(theirs)) = (&mut self.kept, &other.kept) {
                mine.adopt(self.columns.rows(), theirs, row);
            }
            self.columns.push(cells);
            if let Some(lies) = lies {
                self.set_place(lies);
            }
            self.settle(met, mine);
        }
    }

    /// Counts the flags of a row that comes or goes.
    fn count_flags(&mut self, kind: u32, rows: i64) {
        for (flag, count) in
            [(UNSTARTED, &mut self.unstarted), (RETRY, &mut self.retries), (SUPERSEDED, &mut self.superseded)]
        {
            if kind & flag != 0 {
                *count = count.saturating_add_signed(rows);
            }
        }
    }

    #[inline]
    fn reach(&mut self, at: Timestamp) {
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
    }
}
