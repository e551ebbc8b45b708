//! A Parquet file as lines of NDJSON that the engine reads like any others, so that there is one reader and one account of
//! rows. Line n is row n. Whose rows they are the engine says by the names of the columns, as of a header of CSV; paths of
//! nested ones are joined by points. Only columns that mean something to such rows are decoded, under the keys that the
//! engine knows them by; one of them that is of a type that rows cannot hold is refused by its name. Row groups are read one
//! after the other, some thousand rows at a time.

mod column;
mod leaves;
mod meaning;

use column::{Column, Plan, write_text};
use execution_heatmap::ingest::{Columned, Expected};
use leaves::Leaf;
use meaning::Meaning;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

/// What the form is called in sentences.
const TITLE: &str = "Parquet";
/// Rows that are decoded together.
const BATCH_ROWS: usize = 2048;

/// A file that is being read.
pub struct ParquetRows {
    file: Box<dyn FileReader>,
    columned: Arc<Columned>,
    plans: Vec<Plan>,
    next_group: usize,
    columns: Vec<Column>,
    /// Rows that the row group still has.
    left: usize,
    /// Bytes of the row group, which count as read once it is.
    group_bytes: usize,
}

impl ParquetRows {
    /// Reads what the file says of itself; it is a file or bytes that are held.
    ///
    /// # Errors
    /// Why it cannot be read, in words. That it has no column that rows need is a reason, too: how many rows there are
    /// would be the file's word alone.
    pub fn open(file: impl ChunkReader + 'static, expected: &Expected) -> Result<Self, String> {
        guarded(|| {
            let file = SerializedFileReader::new(file).map_err(|error| in_words(&error))?;
            let leaves = leaves::of(file.metadata().file_metadata());
            let columned = Columned::of(expected, &leaves::names(&leaves), TITLE);
            let remedy = if expected.is_plain() { "; a mapping (--map) can say what columns mean" } else { "" };
            let plans = plans(&leaves, &columned, remedy).map_err(|refused| format!("{REFUSED}: {refused}"))?;
            Ok(Self {
                file: Box::new(file),
                columned: Arc::new(columned),
                plans,
                next_group: 0,
                columns: Vec::new(),
                left: 0,
                group_bytes: 0,
            })
        })
    }

    /// Whose rows they are.
    pub fn columned(&self) -> &Arc<Columned> {
        &self.columned
    }

    /// Appends the lines of the next rows; says how many bytes of the file those were. `None` behind the last row.
    ///
    /// # Errors
    /// Why no more rows can be read, in words. Nothing has been appended then.
    pub fn append(&mut self, into: &mut Vec<u8>) -> Result<Option<usize>, String> {
        guarded(|| {
            while self.left == 0 {
                if self.next_group >= self.file.num_row_groups() {
                    return Ok(None);
                }
                self.begin_group().map_err(|error| in_words(&error))?;
            }
            let rows = self.left.min(BATCH_ROWS);
            for column in &mut self.columns {
                column.read(rows).map_err(|error| in_words(&error))?;
            }
            for row in 0..rows {
                self.append_row(row, into);
            }
            self.left -= rows;
            Ok(Some(if self.left == 0 { self.group_bytes } else { 0 }))
        })
    }

    /// Appends the line of a row that was decoded.
    fn append_row(&self, row: usize, into: &mut Vec<u8>) {
        into.push(b'{');
        let mut within: Option<&[u8]> = None;
        let mut is_first = true;
        for column in &self.columns {
            let Some(value) = column.value(row) else { continue };
            if column.within() != within {
                if within.is_some() {
                    into.push(b'}');
                    is_first = false;
                }
                within = column.within();
                if let Some(key) = within {
                    if !std::mem::replace(&mut is_first, true) {
                        into.push(b',');
                    }
                    into.extend_from_slice(key);
                    into.extend_from_slice(b":{");
                }
            }
            if !std::mem::take(&mut is_first) {
                into.push(b',');
            }
            into.extend_from_slice(column.key());
            into.push(b':');
            into.extend_from_slice(value);
        }
        into.extend_from_slice(if within.is_some() { b"}}\n" } else { b"}\n" });
    }

    fn begin_group(&mut self) -> parquet::errors::Result<()> {
        let group = self.file.get_row_group(self.next_group)?;
        self.next_group += 1;
        self.columns.clear();
        for plan in &self.plans {
            let description = group.metadata().column(plan.place).column_descr_ptr();
            self.columns.push(Column::new(plan, &description, group.get_column_reader(plan.place)?));
        }
        self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        self.group_bytes = usize::try_from(group.metadata().compressed_size()).unwrap_or(0);
        Ok(())
    }
}

/// Which columns are decoded and how; why none can be, in words, with the `remedy` for columns that are not there.
fn plans(leaves: &[Leaf], columned: &Columned, remedy: &str) -> Result<Vec<Plan>, String> {
    let (mut plans, mut read): (Vec<Plan>, Vec<&str>) = (Vec::new(), Vec::new());
    // Groups of which the values would have to be read in one.
    let mut groups: Vec<(&str, &'static str, bool)> = Vec::new();
    for (place, leaf) in leaves.iter().enumerate() {
        let uses = leaf.name.as_deref().map(|name| columned.uses(name)).unwrap_or_default();
        for used in &uses {
            let refused = |kind: &str| format!("column '{}' is of type {kind}, which is not read", leaf.title());
            let meaning = Meaning::of(&leaf.column, leaf.kept, used).map_err(refused)?;
            read.push(leaf.title());
            if meaning != Meaning::Nothing {
                let name = leaf.title().to_owned();
                plans.push(Plan {
                    place,
                    name,
                    key: quoted(&used.key),
                    within: None,
                    meaning,
                    list: leaf.list,
                    tells_absence: false,
                });
            }
        }
        for (depth, group) in leaf.groups.iter().enumerate() {
            let Some(used) = columned.uses(group).into_iter().next() else { continue };
            // Of a group the values that stand in it directly are those of an object.
            let member = leaf.member_of(depth).filter(|_| used.takes_objects);
            let meaning = member.and_then(|_| Meaning::of(&leaf.column, leaf.kept, &used.as_member()).ok());
            if let (Some(member), Some(meaning)) = (member, meaning) {
                let (key, within) = (quoted(member), Some(quoted(&used.key)));
                let name = leaf.title().to_owned();
                plans.push(Plan { place, name, key, within, meaning, list: None, tells_absence: false });
                read.push(group);
            }
            let kind = if depth + 1 == leaf.groups.len() { leaf.group_kind } else { "struct" };
            match groups.iter_mut().find(|(name, ..)| name == group) {
                Some((_, _, is_read)) => *is_read |= meaning.is_some(),
                None => groups.push((group, kind, meaning.is_some())),
            }
        }
    }
    if let Some((name, kind, _)) = groups.iter().find(|(.., is_read)| !is_read) {
        return Err(format!("column '{name}' is of type {kind}, which is not read"));
    }
    if let Some(missing) = columned.lacks(&read) {
        let (taken_for, names) = (columned.taken_for(), columned.names());
        return Err(format!("there is no column '{missing}', only {names}; it was {taken_for}{remedy}"));
    }
    let mut columns_of: HashMap<_, usize> = HashMap::new();
    for Plan { within, key, .. } in &plans {
        *columns_of.entry((within.clone(), key.clone())).or_default() += 1;
    }
    for plan in &mut plans {
        plan.tells_absence = columns_of.get(&(plan.within.clone(), plan.key.clone())).is_some_and(|count| *count > 1);
    }
    Ok(plans)
}

fn quoted(key: &str) -> Vec<u8> {
    let mut text = Vec::new();
    write_text(key.as_bytes(), &mut text);
    text
}

/// What is said of every file that is refused.
const REFUSED: &str = "the Parquet file cannot be read";

fn in_words(error: &parquet::errors::ParquetError) -> String {
    // Words about a column are in the same error as the crate's own.
    let words = error.to_string();
    format!("{REFUSED}: {}", words.strip_prefix("Parquet error: ").unwrap_or(&words))
}

/// Runs code of the `parquet` crate, which panics at some files that are damaged. It is not ours to mend, so its panic
/// becomes an answer in words; nobody is told of it otherwise.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    thread_local! {
        static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_GUARDED.get() {
                loud(panic);
            }
        }));
    });
    IS_GUARDED.set(true);
    // Whoever reads on after a panic would find a reader in between; it is not asked again.
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(false);
    read.unwrap_or_else(|_| Err("the Parquet file is damaged".to_owned()))
}
