//! The columns of a Parquet file that hold values, and by which names these go: the path of a column joined by points; of a
//! list that of the list. Reads no row.

use super::meaning::kept_of;
use execution_heatmap::ingest::KeptType;
use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::file::metadata::FileMetaData;
use parquet::schema::types::{ColumnDescPtr, Type};

/// A column that holds values.
pub(super) struct Leaf {
    pub(super) column: ColumnDescPtr,
    /// What the schema of Arrow says of it.
    pub(super) kept: KeptType,
    /// Its name; `None` for what lies in lists of lists, in lists of groups and in maps, of which no value has a name of its
    /// own.
    pub(super) name: Option<String>,
    /// The names of the groups that it lies in, the outermost first.
    pub(super) groups: Vec<String>,
    /// Of a list, from which definition level on there is one, with values or without.
    pub(super) list: Option<i16>,
    /// What the innermost of these is.
    pub(super) group_kind: &'static str,
}

impl Leaf {
    /// What it is called in words.
    pub(super) fn title(&self) -> &str {
        self.name.as_deref().or(self.groups.last().map(String::as_str)).unwrap_or_default()
    }

    /// Its key in an object that one of its groups is, if it stands in it directly and is a single value.
    pub(super) fn member_of(&self, depth: usize) -> Option<&str> {
        let is_single = self.column.max_rep_level() == 0 && depth + 1 == self.groups.len();
        self.column.path().parts().last().map(String::as_str).filter(|_| is_single)
    }
}

/// The columns of a file.
pub(super) fn of(file: &FileMetaData) -> Vec<Leaf> {
    let schema = file.schema_descr();
    let columns = schema.columns().iter().zip(kept_of(file)).enumerate();
    columns
        .map(|(place, (column, kept))| leaf(schema.root_schema(), schema.get_column_root(place), column, kept))
        .collect()
}

/// The names of all columns and of the groups that they lie in, each once.
pub(super) fn names(leaves: &[Leaf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in leaves.iter().flat_map(|leaf| leaf.groups.iter().chain(&leaf.name)) {
        // Columns of one group stand side by side.
        if !names.iter().rev().take(MOST_GROUPS).any(|known| known == name) {
            names.push(name.clone());
        }
    }
    names
}

/// So many names are looked through for one that is there already.
const MOST_GROUPS: usize = 64;

fn leaf(root: &Type, first: &Type, column: &ColumnDescPtr, kept: KeptType) -> Leaf {
    let parts = column.path().parts();
    // Names are trimmed, as those of a header are.
    let joined = |parts: &[String]| parts.join(".").trim().to_owned();
    let mut leaf = Leaf {
        column: column.clone(),
        kept,
        name: Some(joined(parts)),
        groups: Vec::new(),
        list: None,
        group_kind: "struct",
    };
    let mut group = root;
    let mut definition = 0;
    for (depth, part) in parts.iter().enumerate() {
        let fields = if group.is_group() { group.get_fields() } else { &[] };
        // Of many columns, most stand in the row itself, where none has to be looked for.
        let within = || fields.iter().find(|field| field.name() == part).map(|field| &**field);
        // That a path leads through its own schema is the crate's word.
        let Some(field) = (if depth == 0 { Some(first) } else { within() }) else { return Leaf { name: None, ..leaf } };
        let info = field.get_basic_info();
        if info.has_repetition() && info.repetition() == Repetition::REPEATED {
            // A list is a group of a repeated group of its elements, or a repeated value.
            let is_last = depth + 1 == parts.len();
            let is_element = depth > 0 && depth + 2 == parts.len() && field.get_fields().len() == 1;
            let named = match (column.max_rep_level(), is_last, is_element) {
                // The group around a list is the list itself.
                (1, true, _) if depth > 0 && is_list(group) => Some(depth),
                (1, true, _) => Some(parts.len()),
                (1, false, true) if !is_map(group) => Some(depth),
                _ => None,
            };
            leaf.list = Some(definition);
            leaf.name = named.map(|length| joined(parts.get(..length).unwrap_or_default()));
            match named {
                Some(length) => leaf.groups.truncate(length - 1),
                None if is_map(group) => leaf.group_kind = "map",
                // A repeated group without one around it is a list by itself.
                None => {
                    if depth == 0 || !is_list(group) {
                        leaf.groups.push(joined(parts.get(..=depth).unwrap_or_default()));
                    }
                    leaf.group_kind = "list of something else than texts and whole numbers";
                }
            }
            return leaf;
        }
        definition += i16::from(info.has_repetition() && info.repetition() == Repetition::OPTIONAL);
        if depth + 1 < parts.len() {
            leaf.groups.push(joined(parts.get(..=depth).unwrap_or_default()));
        }
        group = field;
    }
    leaf
}

fn is_list(group: &Type) -> bool {
    let info = group.get_basic_info();
    matches!(info.logical_type_ref(), Some(LogicalType::List)) || info.converted_type() == ConvertedType::LIST
}

fn is_map(group: &Type) -> bool {
    let info = group.get_basic_info();
    matches!(info.logical_type_ref(), Some(LogicalType::Map))
        || matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
}
