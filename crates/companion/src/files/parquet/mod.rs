//! A Parquet file as lines of NDJSON that the engine reads like any others, so that there is one reader and one account of
//! rows. Line n is row n, its keys are the names of columns, paths of nested ones joined by points. Of a file of canonical
//! rows only columns that bear a canonical name are decoded; of any other all are, since which of them mean something is
//! the engine's to say. Row groups are read one after the other, some thousand rows at a time.

mod column;

use column::Column;
use parquet::basic::Repetition;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescPtr, Type};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// The names of the fields of a canonical row, which are those of the columns.
const NAMES: [&str; 10] =
    ["id", "workflow_id", "workflow", "status", "started_at", "finished_at", "duration_ms", "tags", "attempt", "error"];
/// Those of them that every canonical row has.
const NEEDED: [&str; 2] = ["status", "started_at"];
/// Rows that are decoded together.
const BATCH_ROWS: usize = 2048;

/// A file that is being read.
pub struct ParquetRows {
    file: Box<dyn FileReader>,
    /// The columns that are read: their place in the file and their name.
    places: Vec<(usize, String)>,
    is_canonical: bool,
    next_group: usize,
    columns: Vec<Column>,
    /// Rows that the row group still has.
    left: usize,
    /// Bytes of the row group, which count as read once it is.
    group_bytes: usize,
}

impl ParquetRows {
    /// Reads what the file says of itself; it is a file or bytes that are held. `is_foreign` says that its rows are not
    /// canonical ones; without it, those of a file that has the columns of such are.
    ///
    /// # Errors
    /// Why it cannot be read, in words. That there is no column that is read is a reason, too: how many rows there are would
    /// be the file's word alone.
    pub fn open(file: impl ChunkReader + 'static, is_foreign: bool) -> Result<Self, String> {
        guarded(|| {
            let file = SerializedFileReader::new(file).map_err(|error| in_words(&error))?;
            let schema = file.metadata().file_metadata().schema_descr();
            let mut places = Vec::new();
            for (place, column) in schema.columns().iter().enumerate() {
                let path = column.path().parts();
                let name = path.first().map(|name| name.trim().to_ascii_lowercase()).unwrap_or_default();
                let is_list = path.len() > 1;
                let known = NAMES.into_iter().find(|known| *known == name);
                let known = known.filter(|name| !is_list || *name == "tags");
                places.extend(known.map(|name| (place, name.to_owned())));
            }
            let has = |needed: &&str| places.iter().any(|(_, name)| name == needed);
            let is_canonical = !is_foreign && NEEDED.iter().all(has);
            if !is_canonical {
                places = schema
                    .columns()
                    .iter()
                    .enumerate()
                    .filter_map(|(place, column)| Some((place, path_of(schema.root_schema(), column)?)))
                    .collect();
            }
            if places.is_empty() {
                return Err(format!("the Parquet file has no column that is read, such as {}", NAMES.join(", ")));
            }
            Ok(Self {
                file: Box::new(file),
                places,
                is_canonical,
                next_group: 0,
                columns: Vec::new(),
                left: 0,
                group_bytes: 0,
            })
        })
    }

    /// True if its rows are canonical ones.
    pub fn is_canonical(&self) -> bool {
        self.is_canonical
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
                into.push(b'{');
                let mut is_first = true;
                for column in &self.columns {
                    // Systems are told by the fields of a row, those without a value among them.
                    let absent: Option<&[u8]> = (!self.is_canonical).then_some(b"null");
                    if let Some(value) = column.value(row).or(absent) {
                        if !std::mem::take(&mut is_first) {
                            into.push(b',');
                        }
                        into.extend_from_slice(column.key());
                        into.push(b':');
                        into.extend_from_slice(value);
                    }
                }
                into.extend_from_slice(b"}\n");
            }
            self.left -= rows;
            Ok(Some(if self.left == 0 { self.group_bytes } else { 0 }))
        })
    }

    fn begin_group(&mut self) -> parquet::errors::Result<()> {
        let group = self.file.get_row_group(self.next_group)?;
        self.next_group += 1;
        self.columns.clear();
        for (place, name) in &self.places {
            let description = group.metadata().column(*place).column_descr_ptr();
            self.columns.push(Column::new(name, &description, group.get_column_reader(*place)?));
        }
        self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        self.group_bytes = usize::try_from(group.metadata().compressed_size()).unwrap_or(0);
        Ok(())
    }
}

/// The path of a column, joined by points; of a list that of the list. `None` for what lies in lists of lists, in lists of
/// groups and in maps, of which no value has a name of its own.
fn path_of(root: &Type, column: &ColumnDescPtr) -> Option<String> {
    let parts = column.path().parts();
    let (mut group, mut named) = (root, parts);
    for (depth, part) in parts.iter().enumerate() {
        let fields = if group.is_group() { group.get_fields() } else { &[] };
        let field = fields.iter().find(|field| field.name() == part)?;
        let info = field.get_basic_info();
        if info.has_repetition() && info.repetition() == Repetition::REPEATED {
            // A list is a group of a repeated group of its elements, or a repeated value.
            let is_last = depth + 1 == parts.len();
            let is_element = depth > 0 && depth + 2 == parts.len() && field.get_fields().len() == 1;
            named = match (column.max_rep_level(), is_last, is_element) {
                (1, true, _) => parts,
                (1, false, true) => parts.get(..depth)?,
                _ => return None,
            };
        }
        group = field;
    }
    Some(named.join("."))
}

fn in_words(error: &parquet::errors::ParquetError) -> String {
    format!("the Parquet file cannot be read: {error}")
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
