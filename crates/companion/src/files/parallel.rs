//! Files as rows, read by several threads: each takes a file that nobody has begun, or helps with one that another has
//! begun, block by block. A block is read by an intake of its own into the thread's own table; what the intakes counted
//! is added up in the order of the blocks, the tables at the end. So the result is what one thread reading from the first
//! byte to the last gives. Parses nothing itself.
//!
//! What the engine has to know of a block that is not the first is in [`Plan`], and nowhere else: what it found out of the
//! file from the first row, and the bytes that stand before every block (the header of CSV).

use super::blocks::{self, Blocks, Cutter, Quotes};
use super::progress::Progress;
use super::{Kind, Opening, PIECE_BYTES, Plain};
use crate::failure::Failure;
use execution_heatmap::duplicate::{Carried, Duplicates};
use execution_heatmap::ingest::{Expected, Form, MOST_LINE_BYTES, Unrecognised};
use execution_heatmap::intake::{Intake, Reading, gather};
use execution_heatmap::table::Table;
use memchr::memchr_iter;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of a block: some milliseconds of work, so that threads end together and seldom wait for one another.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;

/// Why a reading has no more rows that was stopped.
pub const STOPPED: &str = "reading was stopped";
/// Why one has no more that found no memory for them.
const FULL: &str = "they take more memory than --most-memory allows; --keep-rows off counts rows without keeping them";
/// The same of one that keeps no rows.
const FULL_OF_COUNTS: &str = "what is counted of them takes more memory than --most-memory allows";

// A block and what was left of the one before it hold no record that is so long that the engine ends it elsewhere.
const _: () = assert!(2 * BLOCK_BYTES < MOST_LINE_BYTES);

/// How files are read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is known of all files.
    opening: Opening,
    /// Whether rows are looked for that repeat another one. One thread finds them as it reads; of several each carries along
    /// what tells its rows, and all are held against all when they are added up. Only beyond the most that are remembered does
    /// it depend on the threads which ones are.
    deduplicate: bool,
    /// Whether rows are kept or only counted.
    keeps_rows: bool,
    /// The most bytes that the rows of all threads may take.
    most_bytes: usize,
    /// How many threads read.
    threads: usize,
    block_bytes: usize,
}

impl Settings {
    /// As many threads as there are cores.
    pub fn new(opening: Opening, deduplicate: bool, keeps_rows: bool) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { opening, deduplicate, keeps_rows, most_bytes: usize::MAX, threads, block_bytes: BLOCK_BYTES }
    }

    /// Lets the rows take at most so many bytes of memory, names apart.
    #[must_use]
    pub fn limited_to(self, most_bytes: u64) -> Self {
        Self { most_bytes: usize::try_from(most_bytes).unwrap_or(usize::MAX), ..self }
    }
}

/// What became of a file.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one a file, and handed on once")]
pub enum Outcome {
    /// It was read, to its end or as far as it goes.
    Read {
        /// What became of its rows.
        reading: Reading,
        /// What it was taken for and why, in a sentence without a full stop, if it has rows.
        recognised: Option<String>,
        /// The name of the system whose rows it has, if they are of one.
        system: Option<&'static str>,
    },
    /// It is of no form that is read.
    Unrecognised(Unrecognised),
}

/// What files held together.
#[derive(Debug)]
pub struct Gathered {
    /// Their rows.
    pub table: Table,
    /// What became of each file, in their order, up to the first that is unrecognised.
    pub outcomes: Vec<Outcome>,
    /// What shows only of all files together: how many rows repeat one that another thread has read.
    pub repeated: Reading,
    /// True if there is no memory for the rest of them.
    pub is_full: bool,
}

/// Reads files into one table.
///
/// # Errors
/// A file cannot be opened.
pub fn read(files: &[String], settings: Settings, progress: &Progress) -> Result<Gathered, Failure> {
    let work = Work {
        files,
        settings,
        progress,
        failed: AtomicUsize::new(usize::MAX),
        row_bytes: AtomicUsize::new(0),
        is_full: AtomicBool::new(false),
        begun: Mutex::default(),
        opened: Condvar::new(),
        done: Mutex::default(),
    };
    let Settings { keeps_rows, deduplicate, threads, .. } = work.settings;
    let mut identities = deduplicate.then(|| Duplicates::with_key(random_key()));
    let key = identities.as_ref().filter(|_| threads > 1).map(Duplicates::key);
    let begin = || Rows { carried: key.map(Carried::with_key), ..Rows::new(keeps_rows) };
    let read = || {
        let mut rows = begin();
        work.run(&mut rows);
        rows
    };
    let mut repeated = Reading::default();
    let mut rows = Rows::new(keeps_rows);
    if key.is_none() {
        rows.duplicates = identities.take();
    }
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(read)).collect();
        match &mut identities {
            None => work.run(&mut rows),
            Some(identities) => rows.add(&read(), identities, &mut repeated),
        }
        for helper in helpers {
            match (helper.join(), &mut identities) {
                (Ok(others), None) => rows.table.merge(&others.table),
                (Ok(others), Some(identities)) => rows.add(&others, identities, &mut repeated),
                (Err(panic), _) => std::panic::resume_unwind(panic),
            }
        }
    });
    let done = work.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut outcomes = Vec::new();
    for outcome in done.into_values() {
        let mut outcome = outcome?;
        if let (Outcome::Read { reading, .. }, true) = (&mut outcome, rows.table.is_full()) {
            reading.incomplete.get_or_insert_with(|| "memory did not suffice; not all rows were read".to_owned());
        }
        outcomes.push(outcome);
        if let Some(Outcome::Unrecognised(_)) = outcomes.last() {
            break;
        }
    }
    // Which rows a thread had counted together says nothing of the rows.
    rows.table.gather_counted();
    Ok(Gathered { table: rows.table, outcomes, repeated, is_full: work.is_full.into_inner() })
}

/// The rows that one thread has read.
struct Rows {
    table: Table,
    /// Its bytes that are counted among those of all threads.
    bytes: usize,
    duplicates: Option<Duplicates>,
    /// What tells them, if they are to be held against those of other threads.
    carried: Option<Carried>,
}

impl Rows {
    /// A table that finds texts under a key that nobody can know, so that no log can be made to be slow to read.
    fn new(are_kept: bool) -> Self {
        let table = Table::with_key(random_key());
        let table = if are_kept { table } else { table.without_rows() };
        Self { table, bytes: 0, duplicates: None, carried: None }
    }

    /// Adds those of a thread that carried what tells them.
    fn add(&mut self, others: &Rows, identities: &mut Duplicates, repeated: &mut Reading) {
        repeated.merge(&gather(&mut self.table, identities, &others.table, others.carried.as_ref()));
    }
}

fn random_key() -> [u64; 2] {
    let random = RandomState::new();
    [random.hash_one(0), random.hash_one(1)]
}

/// What the threads share.
struct Work<'a> {
    files: &'a [String],
    settings: Settings,
    progress: &'a Progress,
    /// The first file that came to nothing, so that those behind it need not be read: the answer is about it.
    failed: AtomicUsize,
    /// Bytes that the rows of all threads take.
    row_bytes: AtomicUsize,
    /// True once something was not read since these are too many.
    is_full: AtomicBool,
    begun: Mutex<Begun<'a>>,
    /// Told when a file has been opened, or could not be.
    opened: Condvar,
    done: Mutex<BTreeMap<usize, Result<Outcome, Failure>>>,
}

/// The files that were begun.
#[derive(Default)]
struct Begun<'a> {
    /// How many.
    count: usize,
    /// How many of them are just being opened.
    opening: usize,
    /// Those that have blocks left, or may have.
    open: Vec<Arc<Open<'a>>>,
}

/// A file that is being read.
struct Open<'a> {
    place: usize,
    kind: Kind,
    plan: Plan,
    /// `None` behind the last block.
    blocks: Mutex<Source<'a>>,
    parts: Mutex<Parts>,
}

/// Where the blocks of a file come from.
struct Source<'a> {
    blocks: Option<Blocks<'a>>,
    /// How many were taken.
    taken: u64,
}

/// How the blocks of a file are read.
struct Plan {
    /// What is known of the file before its first byte is read.
    expected: Expected,
    /// What is known of every block but the first; `None` if what stands in one may be needed in another, so that all are
    /// read in one go.
    known: Option<Expected>,
    /// What stands before every block but the first.
    prefix: Vec<u8>,
}

/// What the blocks of a file gave.
#[derive(Default)]
struct Parts {
    /// The first blocks, added up.
    whole: Option<Intake>,
    /// How many blocks and how many lines those are.
    added: u64,
    lines: i64,
    /// Blocks that were read before one that comes before them.
    waiting: BTreeMap<u64, (Intake, i64)>,
    /// Once it is known: how many blocks there are, and why there are no more if there should be.
    end: Option<(u64, Option<String>)>,
}

impl<'a> Work<'a> {
    fn run(&self, rows: &mut Rows) {
        while let Some(file) = self.take_file() {
            self.read_blocks(&file, rows);
        }
        while let Some(file) = self.unfinished_file() {
            self.read_blocks(&file, rows);
        }
    }

    /// Opens the first file that nobody has begun.
    fn take_file(&self) -> Option<Arc<Open<'a>>> {
        loop {
            let mut begun = locked(&self.begun);
            let place = begun.count;
            let name = self.files.get(place).filter(|_| !self.is_in_vain(place) && !self.progress.stop().is_asked())?;
            if self.has_no_room() {
                return None;
            }
            begun.count += 1;
            begun.opening += 1;
            drop(begun);
            let opened = self.open(place, name).map(Arc::new);
            let mut begun = locked(&self.begun);
            begun.opening -= 1;
            begun.open.extend(opened.as_ref().ok().cloned());
            drop(begun);
            self.opened.notify_all();
            match opened {
                Ok(file) => return Some(file),
                Err(failure) => self.end(place, Err(failure)),
            }
        }
    }

    fn open(&self, place: usize, name: &str) -> Result<Open<'a>, Failure> {
        let Settings { opening, block_bytes, .. } = &self.settings;
        let mut plain = Plain::open(name, opening, self.progress)?;
        let kind = plain.kind();
        let mut first = Vec::new();
        plain.fill(&mut first, PIECE_BYTES.min(*block_bytes));
        let (plan, cutter) = Plan::of(kind.expected(&opening.expected), &first);
        let blocks = Blocks::new(plain, cutter, *block_bytes, first);
        Ok(Open {
            place,
            kind,
            plan,
            blocks: Mutex::new(Source { blocks: Some(blocks), taken: 0 }),
            parts: Mutex::default(),
        })
    }

    /// A file that another thread reads and that can be helped with. Waits for those that are just being opened.
    fn unfinished_file(&self) -> Option<Arc<Open<'a>>> {
        let mut begun = locked(&self.begun);
        loop {
            let file = begun.open.iter().find(|file| file.plan.known.is_some());
            if file.is_some() || begun.opening == 0 {
                return file.cloned();
            }
            begun = self.opened.wait(begun).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Reads blocks of a file until it has none left.
    fn read_blocks(&self, file: &Open<'a>, rows: &mut Rows) {
        loop {
            let mut source = locked(&file.blocks);
            let block = source.blocks.as_mut().and_then(Blocks::next);
            let number = source.taken;
            let block = block.filter(|_| !self.is_in_vain(file.place));
            let is_cut = block.is_some() && self.has_no_room();
            let Some(block) = block.filter(|_| !is_cut) else {
                if let Some(blocks) = source.blocks.take() {
                    // A decoder that was given no more says that it misses something.
                    let stopped = self.why_stopped(is_cut).map(str::to_owned);
                    locked(&file.parts).end = Some((number, stopped.or(blocks.broken())));
                    locked(&self.begun).open.retain(|open| open.place != file.place);
                    self.add_up(file);
                }
                return;
            };
            source.taken += 1;
            let mut intake = file.plan.begin(number);
            intake = intake.onto(std::mem::take(&mut rows.table), rows.duplicates.take());
            intake = intake.carry_on(rows.carried.take());
            let mut lines = 0;
            if block.ends {
                drop(source);
                lines += self.feed(file, &mut intake, &block.bytes);
            } else {
                // Nobody else can read on before the row ends.
                let mut next = Some(block.bytes);
                while let Some(bytes) = next {
                    let (row, behind) = self.feed_row(file, &mut intake, &bytes);
                    lines += row;
                    let Some(blocks) = source.blocks.as_mut().filter(|_| !self.is_in_vain(file.place)) else { break };
                    self.count_bytes(&mut rows.bytes, intake.table());
                    if let Some(behind) = behind {
                        blocks.give_back(behind);
                        break;
                    }
                    // A source that is read in one go may end wherever memory does; that more is left of it shows above.
                    next = if self.is_room_left() || file.plan.known.is_some() { blocks.read() } else { None };
                }
                drop(source);
            }
            intake.finish_stretch();
            (rows.table, rows.duplicates) = intake.take_rows();
            rows.carried = intake.take_carried();
            self.count_bytes(&mut rows.bytes, &rows.table);
            if let Some(source) = intake.unrecognised() {
                self.end(file.place, Ok(Outcome::Unrecognised(source.clone())));
            }
            locked(&file.parts).waiting.insert(number, (intake, lines));
            self.add_up(file);
        }
    }

    /// Gives bytes to an intake up to the end of the first row that ends with one of their line feeds, or all of them if
    /// none does; says how many lines that ended, and what is behind the row.
    fn feed_row<'b>(&self, file: &Open<'a>, intake: &mut Intake, bytes: &'b [u8]) -> (i64, Option<&'b [u8]>) {
        if file.plan.known.is_none() {
            return (self.feed(file, intake, bytes), None);
        }
        let (mut begin, mut lines) = (0, 0);
        for feed in memchr_iter(b'\n', bytes) {
            let (line, behind) = bytes.split_at(feed + 1);
            lines += self.feed(file, intake, line.get(begin..).unwrap_or_default());
            if intake.reader().is_between_rows() {
                return (lines, Some(behind));
            }
            begin = feed + 1;
        }
        (lines + self.feed(file, intake, bytes.get(begin..).unwrap_or_default()), None)
    }

    /// Gives bytes to an intake; says how many lines they end.
    fn feed(&self, file: &Open<'a>, intake: &mut Intake, bytes: &[u8]) -> i64 {
        let before = intake.reading().read;
        for piece in bytes.chunks(PIECE_BYTES) {
            intake.extend(piece);
            if intake.unrecognised().is_some() {
                self.failed.fetch_min(file.place, Ordering::Relaxed);
                break;
            }
        }
        self.progress.add_rows(intake.reading().read - before);
        memchr_iter(b'\n', bytes).count() as i64
    }

    /// Adds up the blocks of a file as far as they are read, and ends it behind the last.
    fn add_up(&self, file: &Open<'a>) {
        let mut parts = locked(&file.parts);
        parts.add_up(&file.plan);
        if parts.end.as_ref().is_none_or(|(blocks, _)| parts.added < *blocks) || self.is_in_vain(file.place) {
            return;
        }
        // Taken, since the thread that read the last block and the one that found no more both come here.
        let Some((_, broken)) = parts.end.take() else { return };
        let mut whole = parts.whole.take().unwrap_or_else(|| file.plan.begin(0));
        whole.finish(broken.as_deref());
        let recognised = file.kind.taken_for(whole.reader());
        let system = file.kind.system(whole.reader());
        let (_, reading, _) = whole.into_parts();
        self.end(file.place, Ok(Outcome::Read { reading, recognised, system }));
    }

    /// A file has come to its end; unless it was read, those behind it need not be.
    fn end(&self, place: usize, outcome: Result<Outcome, Failure>) {
        if !matches!(outcome, Ok(Outcome::Read { .. })) {
            self.failed.fetch_min(place, Ordering::Relaxed);
        }
        locked(&self.done).insert(place, outcome);
    }

    /// Counts what a thread's rows take now.
    fn count_bytes(&self, counted: &mut usize, table: &Table) {
        let before = std::mem::replace(counted, table.bytes());
        match counted.checked_sub(before) {
            Some(more) => self.row_bytes.fetch_add(more, Ordering::Relaxed),
            None => self.row_bytes.fetch_sub(before - *counted, Ordering::Relaxed),
        };
    }

    fn is_room_left(&self) -> bool {
        self.row_bytes.load(Ordering::Relaxed) <= self.settings.most_bytes
    }

    /// Asked of something that is to be read: true if it is not, since the rows so far take all the memory that they may. What
    /// was begun is read to its end, so that of one file there are no holes.
    fn has_no_room(&self) -> bool {
        let is_full = !self.is_room_left();
        self.is_full.fetch_or(is_full, Ordering::Relaxed);
        is_full
    }

    /// Why a file has no more blocks, if it is not its end; `is_cut` if there was no room for the next.
    fn why_stopped(&self, is_cut: bool) -> Option<&'static str> {
        match (self.progress.stop().is_asked(), self.settings.keeps_rows) {
            (true, _) => Some(STOPPED),
            (false, true) if is_cut => Some(FULL),
            (false, false) if is_cut => Some(FULL_OF_COUNTS),
            _ => None,
        }
    }

    /// True if what a file holds no longer matters.
    fn is_in_vain(&self, place: usize) -> bool {
        place >= self.failed.load(Ordering::Relaxed)
    }
}

impl Plan {
    /// Reads the first bytes of a file to find out of it what it can.
    fn of(expected: Expected, first: &[u8]) -> (Plan, Cutter) {
        let mut intake = Intake::expecting(expected.clone(), false);
        intake.extend(first);
        let known = intake.known();
        let cut = match intake.form() {
            // A blank line is no row. It keeps a byte order mark from being taken for the one that may begin a file.
            Some(Form::Ndjson) => Some((Cutter::Lines, b"\n".to_vec())),
            Some(Form::Csv | Form::Tsv) => intake.reader().delimiter().and_then(|delimiter| {
                let header = blocks::header(first, delimiter)?;
                Some((Cutter::Records(Quotes::between(delimiter)), header.to_vec()))
            }),
            _ => None,
        };
        match (known, cut) {
            (Some(known), Some((cutter, prefix))) => (Plan { expected, known: Some(known), prefix }, cutter),
            _ => (Plan { expected, known: None, prefix: Vec::new() }, Cutter::Nowhere),
        }
    }

    /// An intake for a block.
    fn begin(&self, number: u64) -> Intake {
        match &self.known {
            Some(known) if number > 0 => {
                let mut intake = Intake::expecting(known.clone(), false);
                intake.extend(&self.prefix);
                intake
            }
            _ => Intake::expecting(self.expected.clone(), false),
        }
    }

    fn prefix_lines(&self) -> i64 {
        memchr_iter(b'\n', &self.prefix).count() as i64
    }
}

impl Parts {
    fn add_up(&mut self, plan: &Plan) {
        while let Some((intake, lines)) = self.waiting.remove(&self.added) {
            match &mut self.whole {
                None => self.whole = Some(intake),
                Some(whole) => whole.follow(intake, self.lines - plan.prefix_lines()),
            }
            self.added += 1;
            self.lines += lines;
        }
    }
}

/// A lock whose data is whole even if another thread panicked, since that panic goes on to the caller.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
