//! A Parquet file as lines of NDJSON that the engine reads like any others, so that there is one reader and one account of
//! rows. Line n is row n. Whose rows they are the engine says by the names of the columns, as of a header of CSV; paths of
//! nested ones are joined by points. Only columns that mean something to such rows are decoded, under the keys that the
//! engine knows them by; one of them that is of a type that rows cannot hold is refused by its name. Row groups are read one
//! after the other, some thousand rows at a time.

mod column;
mod delta;
mod footer;
mod leaves;
mod meaning;
mod pages;
mod thrift;

use column::{Column, Plan, write_text};
use delta::Checked;
use execution_heatmap::ingest::{Columned, Expected, MOST_LINE_BYTES};
use leaves::Leaf;
use meaning::Meaning;
use pages::{Limits, Meter, Pages};
use parquet::column::page::PageReader;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, SerializedPageReader};
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

/// What the form is called in sentences.
const TITLE: &str = "Parquet";
/// The most rows that are decoded together.
const BATCH_ROWS: usize = 2048;
/// Where their lines have so many bytes, the rest of them is written later.
const BATCH_BYTES: usize = 1 << 20;

/// What gives the pages of a column of a row group with so many rows.
type Opened =
    Box<dyn Fn(&ColumnChunkMetaData, usize, &Arc<Meter>) -> parquet::errors::Result<Box<dyn PageReader>> + Send>;

/// A file that is being read.
pub struct ParquetRows {
    open_pages: Opened,
    metadata: ParquetMetaData,
    columned: Arc<Columned>,
    plans: Vec<Plan>,
    next_group: usize,
    columns: Vec<Column>,
    /// Rows that the row group still has.
    left: usize,
    /// Bytes of the row group, which count as read once it is.
    group_bytes: usize,
    limits: Arc<Limits>,
    /// Bytes of the lines so far.
    line_bytes: u64,
    /// The value that is being written.
    value: Vec<u8>,
}

impl ParquetRows {
    /// Reads what the file says of itself; it is a file or bytes that are held.
    ///
    /// # Errors
    /// Why it cannot be read, in words. That it has no column that rows need is a reason, too: how many rows there are
    /// would be the file's word alone.
    pub fn open(file: impl ChunkReader + 'static, expected: &Expected) -> Result<Self, String> {
        guarded(|| {
            footer::check(&file).map_err(|refused| format!("{REFUSED}: {refused}"))?;
            let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| in_words(&error))?;
            let leaves = leaves::of(metadata.file_metadata());
            let columned = Columned::of(expected, &leaves::names(&leaves), TITLE);
            let remedy = if expected.is_plain() { "; a mapping (--map) can say what columns mean" } else { "" };
            let plans = plans(&leaves, &columned, remedy).map_err(|refused| format!("{REFUSED}: {refused}"))?;
            let file = Arc::new(file);
            Ok(Self {
                open_pages: Box::new(move |column, rows, meter| {
                    let pages = Arc::new(Pages::of(&file, column, meter));
                    let pages = SerializedPageReader::new(pages, column, rows, None)?;
                    Ok(Box::new(Checked::new(pages, column.column_descr(), meter)))
                }),
                metadata,
                columned: Arc::new(columned),
                plans,
                next_group: 0,
                columns: Vec::new(),
                left: 0,
                group_bytes: 0,
                limits: Arc::new(Limits::new(u64::MAX)),
                line_bytes: 0,
                value: Vec::new(),
            })
        })
    }

    /// Lets so many bytes be decompressed at most, of pages and of lines alike: a row takes a few bytes of a page, if any.
    #[must_use]
    pub fn limited_to(self, most_decompressed: u64) -> Self {
        Self { limits: Arc::new(Limits::new(most_decompressed)), ..self }
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
        let begin = into.len();
        let appended = guarded(|| {
            while self.left == 0 {
                if self.next_group >= self.metadata.num_row_groups() {
                    return Ok(None);
                }
                self.begin_group().map_err(|error| in_words(&error))?;
            }
            let rows = self.append_rows(into).map_err(|error| in_words(&error))?;
            self.left -= rows;
            Ok(Some(if self.left == 0 { self.group_bytes } else { 0 }))
        });
        match (appended, self.limits.why_too_much(self.line_bytes)) {
            // The rows that there was room for are handed on, and the next call says why there are no more.
            (Ok(Some(_)), Some(_)) if into.len() > begin => Ok(Some(0)),
            (Ok(None), _) => Ok(None),
            (_, Some(words)) => {
                into.truncate(begin);
                Err(words)
            }
            (appended, None) => appended.inspect_err(|_| into.truncate(begin)),
        }
    }

    /// Appends the lines of some rows; says of how many.
    fn append_rows(&mut self, into: &mut Vec<u8>) -> parquet::errors::Result<usize> {
        let mut rows = self.left.min(BATCH_ROWS);
        // Those of one column may lie in several pages where those of another lie in one.
        for column in &mut self.columns {
            rows = rows.min(column.fill(rows)?);
        }
        let begin = into.len();
        for row in 0..rows {
            if into.len() - begin > BATCH_BYTES {
                return Ok(row);
            }
            let line = into.len();
            self.append_row(into)?;
            self.line_bytes += (into.len() - line) as u64;
            if self.limits.why_too_much(self.line_bytes).is_some() {
                into.truncate(line);
                return Ok(row);
            }
        }
        Ok(rows)
    }

    /// Appends the line of the next row.
    fn append_row(&mut self, into: &mut Vec<u8>) -> parquet::errors::Result<()> {
        let begin = into.len();
        into.push(b'{');
        // Of which column the object is that is open.
        let mut within: Option<usize> = None;
        let mut is_first = true;
        for place in 0..self.columns.len() {
            self.value.clear();
            let (before, rest) = self.columns.split_at_mut(place);
            let Some(column) = rest.first_mut() else { continue };
            // Of a line that is too long for the engine nothing more matters.
            if !column.write_next(&mut self.value)? || into.len() - begin > MOST_LINE_BYTES {
                continue;
            }
            let open = within.and_then(|place| before.get(place)?.within());
            if column.within() != open {
                if within.is_some() {
                    into.push(b'}');
                    is_first = false;
                }
                within = column.within().map(|_| place);
                if let Some(key) = column.within() {
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
            into.extend_from_slice(&self.value);
        }
        into.extend_from_slice(if within.is_some() { b"}}\n" } else { b"}\n" });
        Ok(())
    }

    fn begin_group(&mut self) -> parquet::errors::Result<()> {
        let group = self.metadata.row_group(self.next_group);
        self.next_group += 1;
        self.columns.clear();
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        for plan in &self.plans {
            let column = group.column(plan.place);
            let meter = Arc::new(Meter::new(&self.limits, plan.list.is_some()));
            let pages = (self.open_pages)(column, rows, &meter)?;
            self.columns.push(Column::new(plan, &column.column_descr_ptr(), pages, meter));
        }
        self.left = rows;
        self.group_bytes = usize::try_from(group.compressed_size()).unwrap_or(0);
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
