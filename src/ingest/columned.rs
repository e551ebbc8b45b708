//! A source of named columns that its caller turns into lines of NDJSON, as the companion does with Parquet: whose rows
//! they are, which is decided by the names of the columns as of a header of CSV, and what of each column is read. Reads
//! no row.

use super::Form;
use super::expected::{Expected, Rows};
use super::mapping::{Mapping, Target};
use super::preset::CANONICAL;
use super::recognise;
use super::role::Role;

/// What is known of such a source.
///
/// ```
/// use execution_heatmap::ingest::{Columned, Expected};
/// let names = ["Id", "started_at", "status", "stage", "allow_failure"].map(str::to_owned);
/// let columned = Columned::of(&Expected::anything(), &names, "Parquet");
/// assert_eq!(columned.system(), Some("gitlab-jobs"));
/// assert_eq!(columned.uses("Id")[0].key, "id");
/// assert!(columned.uses("pipeline").is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Columned {
    mapping: Mapping,
    system: Option<&'static str>,
    taken_for: String,
    names: String,
}

/// What a line has to say in the place of a column, so that it is read as a column of Arrow would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnUse {
    /// The key under which the value is read.
    pub key: String,
    /// True if a text is several tags with bars between them.
    pub are_tags: bool,
    /// What an instant says there: something, nothing, or what no row is read by.
    pub instants: Instants,
    /// True if an object says something there.
    pub takes_objects: bool,
    /// What a length of time says there.
    pub lengths: Lengths,
}

/// What an instant says in the place of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instants {
    /// When something was.
    Moments,
    /// Nothing, as in the place of an id.
    Nothing,
    /// What cannot be: how the execution stands, or how long it took.
    Wrong,
}

/// How a length of time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// As a number of milliseconds.
    Number,
    /// As a text that names its unit.
    Text,
    /// It says nothing there.
    Nothing,
}

impl ColumnUse {
    /// What a value says as a member of an object that is used so: what a text or a number does.
    pub fn as_member(&self) -> Self {
        Self { are_tags: false, instants: Instants::Moments, lengths: Lengths::Text, ..self.clone() }
    }
}

impl Columned {
    /// Decides whose rows they are by the names of all columns. `title` is the name of the form in sentences.
    pub fn of(expected: &Expected, names: &[String], title: &str) -> Self {
        // Names of columns are those of a form without nesting, where letters of either case are the same.
        let form = Form::Columns;
        let (mapping, system, taken_for) = match &expected.rows {
            Rows::Own { mapping, .. } => {
                ((**mapping).clone(), None, recognise::by_mapping(mapping, names, form, title))
            }
            Rows::Of(_) | Rows::Any => {
                let (preset, words) = recognise::decide(names, expected.known_system(), title);
                let is_canonical = preset.name == CANONICAL.name;
                // What stands in a group is not meant for a field of the row.
                let own = || names.iter().filter(|name| !name.contains('.')).cloned().collect::<Vec<_>>();
                let nearly = if is_canonical { recognise::nearly(&own(), form) } else { String::new() };
                (preset.mapping(), Some(preset.name).filter(|_| !is_canonical), words + &nearly)
            }
        };
        Self { mapping, system, taken_for, names: recognise::listed(names) }
    }

    /// What a reader of the lines has to know.
    pub fn expected(&self) -> Expected {
        Expected::of(Some(Form::Ndjson), Rows::Own { mapping: Box::new(self.mapping.clone()), way: None })
    }

    /// The name of the system, as [`super::Reader::system`] says it.
    pub fn system(&self) -> Option<&'static str> {
        self.system
    }

    /// What the source was taken for and why, in a sentence without a full stop.
    pub fn taken_for(&self) -> &str {
        &self.taken_for
    }

    /// The names of the columns, as far as they are told.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// What a column is read as; nothing if it says nothing.
    pub fn uses(&self, name: &str) -> Vec<ColumnUse> {
        let mut keys: Vec<&str> = Vec::new();
        for (_, known) in self.mapping.places() {
            if known.eq_ignore_ascii_case(name) && !keys.contains(&known) {
                keys.push(known);
            }
        }
        keys.into_iter().map(|key| self.use_of(key)).collect()
    }

    fn use_of(&self, key: &str) -> ColumnUse {
        let feeds = |is: &dyn Fn(Role) -> bool| self.mapping.places().any(|(role, name)| name == key && is(role));
        // Whether a column has a value at all is asked of values of every kind.
        let is_asked = feeds(&|role| role.is_presence() || role.is_moment());
        let is_length = feeds(&|role| matches!(role, Role::Duration | Role::Waited));
        let is_status = feeds(&|role| Role::STATUSES.contains(&role));
        ColumnUse {
            key: key.to_owned(),
            are_tags: feeds(&|role| role == Role::Tags),
            instants: match (is_asked, is_length || is_status) {
                (true, _) => Instants::Moments,
                (false, true) => Instants::Wrong,
                (false, false) => Instants::Nothing,
            },
            takes_objects: feeds(&|role| match role {
                Role::Workflow | Role::Error => true,
                Role::Tags => !self.mapping.rules().is_canonical,
                _ => false,
            }),
            lengths: match is_length {
                // Canonical rows have numbers of milliseconds and no texts that name a unit.
                true if self.mapping.rules().is_canonical => Lengths::Number,
                true => Lengths::Text,
                false if is_asked => Lengths::Text,
                false => Lengths::Nothing,
            },
        }
    }

    /// The name of the first column that rows need and that is not among those that are read.
    pub fn lacks(&self, read: &[&str]) -> Option<&str> {
        let targets: Vec<Target> = read.iter().flat_map(|name| self.mapping.column(name)).collect();
        self.mapping.lacks(|role| targets.iter().any(|target| target.role == role))
    }
}
