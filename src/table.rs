//! Executions as columns: 16 bytes a row and each text once, whatever order they came in. A change of filter, metric,
//! zone or granularity is one scan of it. Holds no more than what counting needs.

use crate::bucket::Buckets;
use crate::cube::Cube;
use crate::execution::{Execution, Status};
use crate::options::Filter;
use crate::time::Timestamp;
use crate::window::Window;
use std::collections::BTreeMap;

/// Rows of a chunk: columns grow by whole chunks, so that growing never copies what is there.
const CHUNK_ROWS: usize = 1 << 16;
/// The duration column's way of saying "none".
const NO_DURATION: u32 = u32::MAX;
/// The duration column's way of saying "too long for 32 bits, see [`Table::long_durations`]".
const LONG_DURATION: u32 = u32::MAX - 1;
/// Unknown status words that are listed by name in an answer.
pub const MOST_OTHER_STATUSES: usize = 100;
/// An unknown status word is kept up to so many bytes.
pub const MOST_STATUS_BYTES: usize = 256;

/// Texts by number, in the order in which they first came. Outputs never follow that order.
#[derive(Clone, Debug, Default)]
struct Dictionary {
    numbers: BTreeMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Dictionary {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", |text| text)
    }
}

/// What the rows of one combination share: workflow, status and set of tags. Filters look at combinations, not rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Combination {
    workflow: Option<u32>,
    status: Status,
    /// The number of the word where `status` is [`Status::Other`], else 0.
    status_text: u32,
    tag_set: u32,
}

/// A workflow's name: the one that its newest execution gave it, of two equally new ones the greater text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    since: Timestamp,
    text: Box<str>,
}

#[derive(Clone, Debug, Default)]
struct Chunk {
    starts: Vec<i64>,
    combinations: Vec<u32>,
    durations: Vec<u32>,
}

/// The executions that have a start.
#[derive(Clone, Debug, Default)]
pub struct Table {
    workflows: Dictionary,
    names: BTreeMap<u32, Name>,
    status_texts: Dictionary,
    tags: Dictionary,
    tag_sets: Vec<Box<[u32]>>,
    tag_set_numbers: BTreeMap<Box<[u32]>, u32>,
    combinations: Vec<Combination>,
    combination_numbers: BTreeMap<Combination, u32>,
    chunks: Vec<Chunk>,
    long_durations: BTreeMap<u64, u64>,
    rows: u64,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// The tag numbers of the row being added; kept so that a row needs no allocation.
    scratch: Vec<u32>,
}

/// What counting a view of the table gave.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The rows that were placed.
    pub cube: Cube,
    /// How many those are.
    pub placed: u64,
    /// Rows with a start outside the window.
    pub outside_window: u64,
    /// Rows in the window that the filter left out.
    pub filtered: u64,
    /// How often each unknown status word was placed.
    pub other_statuses: BTreeMap<String, u64>,
}

/// A workflow that the view's rows name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its id; `None` stands for the rows without a workflow.
    pub id: Option<String>,
    /// Its name, where a row gave it one.
    pub name: Option<String>,
    /// How many rows of the view are its.
    pub executions: u64,
}

impl Table {
    /// Adds an execution.
    pub fn push(&mut self, execution: &Execution<'_>) {
        let combination = self.intern(execution);
        self.push_row(execution.started_at, combination, execution.duration_ms);
    }

    /// Adds an execution of which [`Table::intern`] gave the number for another one of the same workflow, name, status
    /// and tags: nothing of those is looked at again, but that the workflow's name is as new as this row.
    pub fn push_interned(&mut self, execution: &Execution<'_>, combination: u32) {
        let workflow = self.combinations.get(combination as usize).and_then(|combination| combination.workflow);
        if let (Some(workflow), Some(name)) = (workflow, execution.workflow) {
            self.rename(workflow, execution.started_at, name);
        }
        self.push_row(execution.started_at, combination, execution.duration_ms);
    }

    /// Takes what a row says of names and of how far the rows reach, without adding the row. A repeated row that does
    /// not stay leaves this behind, so that it does not matter whether it came before or after the one that stays.
    pub fn note(&mut self, execution: &Execution<'_>) {
        self.intern(execution);
        self.reach(execution.started_at);
    }

    /// Puts an execution in the place of row `row`, counted from 0 in the order of adding.
    pub fn replace(&mut self, row: u64, execution: &Execution<'_>) {
        let combination = self.intern(execution);
        let duration = self.duration_column(row, execution.duration_ms);
        let place = usize::try_from(row).unwrap_or(usize::MAX);
        let Some(chunk) = self.chunks.get_mut(place / CHUNK_ROWS) else { return };
        let place = place % CHUNK_ROWS;
        let columns = (chunk.starts.get_mut(place), chunk.combinations.get_mut(place), chunk.durations.get_mut(place));
        if let (Some(start), Some(old), Some(column)) = columns {
            (*start, *old, *column) = (execution.started_at.ms(), combination, duration);
        }
        self.reach(execution.started_at);
    }

    /// The number of what the row shares with others; rows of one workflow, status and set of tags share it.
    pub fn intern(&mut self, execution: &Execution<'_>) -> u32 {
        let at = execution.started_at;
        let workflow = execution.workflow_id.or(execution.workflow).map(|id| self.workflows.number(id));
        if let (Some(workflow), Some(name)) = (workflow, execution.workflow) {
            self.rename(workflow, at, name);
        }
        let status_text = match execution.status {
            Status::Other => self.status_texts.number(listed(execution.status_text)),
            _ => 0,
        };
        let mut tags = std::mem::take(&mut self.scratch);
        tags.clear();
        tags.extend(execution.tags.iter().map(|tag| self.tags.number(tag)));
        tags.sort_unstable();
        tags.dedup();
        let tag_set = self.tag_set(&tags);
        self.scratch = tags;
        self.combination(Combination { workflow, status: execution.status, status_text, tag_set })
    }

    /// Adds the executions of another table.
    pub fn merge(&mut self, other: &Table) {
        let combinations: Vec<u32> =
            other.combinations.iter().map(|combination| self.adopt(other, combination)).collect();
        for (number, name) in &other.names {
            let workflow = self.workflows.number(other.workflows.text(*number));
            self.rename(workflow, name.since, &name.text);
        }
        let mut row = 0;
        for chunk in &other.chunks {
            for ((start, combination), duration) in chunk.starts.iter().zip(&chunk.combinations).zip(&chunk.durations) {
                let duration_ms = other.duration(row, *duration);
                row += 1;
                if let (Some(at), Some(combination)) =
                    (Timestamp::from_ms(*start), combinations.get(*combination as usize))
                {
                    self.push_row(at, *combination, duration_ms);
                }
            }
        }
    }

    /// Rows with a start.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The oldest start that was read.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// The newest start that was read.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Every tag that a row bears, sorted.
    pub fn tags(&self) -> Vec<&str> {
        self.tags.numbers.keys().map(AsRef::as_ref).collect()
    }

    /// Counts the rows of a view.
    pub fn count(&self, filter: &Filter, window: &Window, buckets: &Buckets) -> Counted {
        let mut counted = Counted {
            cube: Cube::new(buckets),
            placed: 0,
            outside_window: 0,
            filtered: 0,
            other_statuses: BTreeMap::new(),
        };
        let mut others = vec![0u64; self.status_texts.texts.len()];
        self.scan(filter, window, |row| match row {
            Scanned::OutsideWindow => counted.outside_window += 1,
            Scanned::Filtered => counted.filtered += 1,
            Scanned::Placed { start_ms, combination, duration_ms } => {
                counted.placed += 1;
                if let Some(bucket) = buckets.of(start_ms) {
                    counted.cube.count(bucket, combination.status, duration_ms);
                }
                if let (Status::Other, Some(count)) =
                    (combination.status, others.get_mut(combination.status_text as usize))
                {
                    *count += 1;
                }
            }
        });
        let words = self.status_texts.texts.iter().zip(others).filter(|(_, count)| *count > 0);
        counted.other_statuses = words.map(|(text, count)| (text.to_string(), count)).collect();
        counted
    }

    /// The workflows of a view's rows: most executions first, then by id.
    pub fn workflows(&self, filter: &Filter, window: &Window) -> Vec<Workflow> {
        let mut counts = vec![0u64; self.workflows.texts.len()];
        let mut without = 0u64;
        self.scan(filter, window, |row| {
            let Scanned::Placed { combination, .. } = row else { return };
            match combination.workflow.and_then(|workflow| counts.get_mut(workflow as usize)) {
                Some(count) => *count += 1,
                None => without += 1,
            }
        });
        let named = counts.into_iter().zip(0u32..).map(|(executions, number)| Workflow {
            id: Some(self.workflows.text(number).to_owned()),
            name: self.names.get(&number).map(|name| name.text.to_string()),
            executions,
        });
        let unnamed = Workflow { id: None, name: None, executions: without };
        let mut workflows: Vec<_> = named.chain([unnamed]).filter(|workflow| workflow.executions > 0).collect();
        workflows.sort_by(|a, b| b.executions.cmp(&a.executions).then_with(|| a.id.cmp(&b.id)));
        workflows
    }

    fn scan(&self, filter: &Filter, window: &Window, mut each: impl FnMut(Scanned<'_>)) {
        let admitted: Vec<bool> =
            self.combinations.iter().map(|combination| self.is_admitted(filter, combination)).collect();
        let mut row = 0;
        for chunk in &self.chunks {
            for ((start, number), duration) in chunk.starts.iter().zip(&chunk.combinations).zip(&chunk.durations) {
                let this_row = row;
                row += 1;
                if *start < window.start_ms || *start >= window.until.ms() {
                    each(Scanned::OutsideWindow);
                } else if admitted.get(*number as usize).copied().unwrap_or(false) {
                    let Some(combination) = self.combinations.get(*number as usize) else { continue };
                    each(Scanned::Placed {
                        start_ms: *start,
                        combination,
                        duration_ms: self.duration(this_row, *duration),
                    });
                } else {
                    each(Scanned::Filtered);
                }
            }
        }
    }

    fn is_admitted(&self, filter: &Filter, combination: &Combination) -> bool {
        let workflow = combination.workflow.map(|number| self.workflows.text(number));
        let set = self.tag_sets.get(combination.tag_set as usize).map_or(&[][..], |set| set);
        filter.admits(workflow, combination.status, set.iter().map(|tag| self.tags.text(*tag)))
    }

    fn duration(&self, row: u64, column: u32) -> Option<u64> {
        match column {
            NO_DURATION => None,
            LONG_DURATION => self.long_durations.get(&row).copied(),
            short => Some(u64::from(short)),
        }
    }

    fn push_row(&mut self, at: Timestamp, combination: u32, duration_ms: Option<u64>) {
        let duration = self.duration_column(self.rows, duration_ms);
        if self.chunks.last().is_none_or(|chunk| chunk.starts.len() >= CHUNK_ROWS) {
            self.chunks.push(Chunk::default());
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.starts.push(at.ms());
            chunk.combinations.push(combination);
            chunk.durations.push(duration);
        }
        self.rows += 1;
        self.reach(at);
    }

    /// What the duration column holds for a row; a long duration is kept beside it.
    fn duration_column(&mut self, row: u64, duration_ms: Option<u64>) -> u32 {
        let Some(ms) = duration_ms else { return NO_DURATION };
        match u32::try_from(ms) {
            Ok(short) if short < LONG_DURATION => short,
            _ => {
                self.long_durations.insert(row, ms);
                LONG_DURATION
            }
        }
    }

    fn reach(&mut self, at: Timestamp) {
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        self.newest = Some(self.newest.map_or(at, |newest| newest.max(at)));
    }

    fn rename(&mut self, workflow: u32, since: Timestamp, text: &str) {
        let is_newer = self.names.get(&workflow).is_none_or(|name| (name.since, &*name.text) < (since, text));
        if is_newer {
            self.names.insert(workflow, Name { since, text: text.into() });
        }
    }

    fn tag_set(&mut self, tags: &[u32]) -> u32 {
        if let Some(number) = self.tag_set_numbers.get(tags) {
            return *number;
        }
        let number = self.tag_sets.len() as u32;
        self.tag_sets.push(tags.into());
        self.tag_set_numbers.insert(tags.into(), number);
        number
    }

    fn combination(&mut self, combination: Combination) -> u32 {
        if let Some(number) = self.combination_numbers.get(&combination) {
            return *number;
        }
        let number = self.combinations.len() as u32;
        self.combinations.push(combination);
        self.combination_numbers.insert(combination, number);
        number
    }

    /// The number here of a combination of another table.
    fn adopt(&mut self, other: &Table, combination: &Combination) -> u32 {
        let workflow = combination.workflow.map(|number| self.workflows.number(other.workflows.text(number)));
        let status_text = match combination.status {
            Status::Other => self.status_texts.number(other.status_texts.text(combination.status_text)),
            _ => 0,
        };
        let set = other.tag_sets.get(combination.tag_set as usize).map_or(&[][..], |set| set);
        let mut tags: Vec<u32> = set.iter().map(|tag| self.tags.number(other.tags.text(*tag))).collect();
        tags.sort_unstable();
        let tag_set = self.tag_set(&tags);
        self.combination(Combination { workflow, status: combination.status, status_text, tag_set })
    }
}

/// The part of an unknown status word that is kept.
fn listed(word: &str) -> &str {
    word.get(..word.floor_char_boundary(MOST_STATUS_BYTES)).unwrap_or("")
}

/// What the scan says of one row.
enum Scanned<'a> {
    OutsideWindow,
    Filtered,
    Placed { start_ms: i64, combination: &'a Combination, duration_ms: Option<u64> },
}
