//! From the places of a source to roles: which key of JSON or column of CSV means what, and the rules by which what
//! stands there is read. A scanner walks a mapping key by key beside the members that it meets.

use super::date_order::DateOrder;
use super::role::Role;
use super::{FORMS, Repeats};
use crate::execution::Status;

/// What a path feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) role: Role,
    /// The order of preference among the paths of one role; 0 is asked first.
    pub(super) rank: u8,
}

/// A place in a mapping: the members of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node(u16);

impl Node {
    /// The members of the row itself.
    pub(super) const ROOT: Node = Node(0);
}

/// What a mapping knows of one key.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    key: Box<str>,
    targets: Vec<Target>,
    child: Option<Node>,
}

impl Entry {
    /// What the value of the key feeds.
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Where to go on if the value is an object.
    pub(super) fn child(&self) -> Option<Node> {
        self.child
    }
}

/// A column of a form without nesting: a path as it is written.
#[derive(Clone, Debug)]
struct Column {
    name: Box<str>,
    target: Target,
}

/// Paths to roles, and the rules of what stands there.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    nodes: Vec<Vec<Entry>>,
    columns: Vec<Column>,
    /// What status words mean by the user's own mapping; asked before the rules.
    pub(super) own_words: Vec<(Box<str>, Status)>,
    rules: Rules,
}

impl Mapping {
    /// A mapping of paths. Keys of a path are separated by points; a point within a key stands behind a backslash. A
    /// role that is named twice prefers the path that is named first.
    pub(super) fn new(paths: &[(&str, Role)], rules: Rules) -> Mapping {
        let mut mapping = Mapping { nodes: vec![Vec::new()], columns: Vec::new(), own_words: Vec::new(), rules };
        paths.iter().for_each(|(path, role)| mapping.add(path, *role));
        mapping
    }

    /// How what stands in the roles is read. A build without forms has one answer, so that the compiler leaves out what
    /// only other rules ask for.
    pub(super) fn rules(&self) -> &Rules {
        if FORMS { &self.rules } else { &Rules::CANONICAL }
    }

    /// What is known of a key of an object.
    pub(super) fn enter(&self, node: Node, key: &str) -> Option<&Entry> {
        self.nodes.get(usize::from(node.0))?.iter().find(|entry| &*entry.key == key)
    }

    /// What a column of that name feeds; letters of either case are the same.
    pub(super) fn column(&self, name: &str) -> Vec<Target> {
        let is_named = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        self.columns.iter().filter(is_named).map(|column| column.target).collect()
    }

    /// Every place and its role, as they are told.
    pub(super) fn places(&self) -> impl Iterator<Item = (Role, &str)> {
        self.columns.iter().map(|column| (column.target.role, &*column.name))
    }

    /// True if it calls all columns by their numbers, and what the first record says are not these as names.
    pub(super) fn is_by_number(&self, first: &[String]) -> bool {
        let is_number = |name: &str| !name.starts_with('0') && name.bytes().all(|byte| byte.is_ascii_digit());
        self.places().all(|(_, name)| is_number(name))
            && self.places().any(|(_, name)| !first.iter().any(|said| said == name))
    }

    /// What the source calls a role, as messages say it.
    pub(super) fn name_of(&self, role: Role) -> &str {
        self.columns.iter().find(|column| column.target.role == role).map_or("", |column| &column.name)
    }

    /// The name of the first column that rows need and that is not there, where `has` says which roles columns feed.
    pub(super) fn lacks(&self, has: impl Fn(Role) -> bool) -> Option<&str> {
        let has_start = has(Role::StartedAt) || self.rules().stand_in.is_some_and(&has);
        let needed = [(has_start, Role::StartedAt), (Role::STATUSES.into_iter().any(&has), Role::Status)];
        needed.into_iter().find(|(is_there, _)| !is_there).map(|(_, role)| self.name_of(role))
    }

    /// What to do about rows that have none of these roles, where whoever exported them chose the fields: a part of a
    /// sentence, empty where there is nothing to be done.
    pub(super) fn remedy(&self, roles: &[Role]) -> String {
        let mut words = String::new();
        if !self.rules().fields_of.is_empty() {
            for role in roles {
                words.push_str(if words.is_empty() { "; add " } else { " and " });
                words.push_str(self.name_of(*role));
            }
            words.extend([" to the fields of `", self.rules().fields_of, "`"]);
        }
        words
    }

    fn add(&mut self, path: &str, role: Role) {
        let rank = self.columns.iter().filter(|column| column.target.role == role).count();
        let target = Target { role, rank: u8::try_from(rank).unwrap_or(u8::MAX) };
        let keys = keys_of(path);
        let name = keys.join(".");
        let mut node = Node::ROOT;
        if let Some((last, before)) = keys.split_last() {
            for key in before {
                node = self.child(node, key);
            }
            self.entry(node, last, |entry| entry.targets.push(target));
            if !before.is_empty() {
                // Exports that are flattened write the whole path as one key.
                self.entry(Node::ROOT, &name, |entry| entry.targets.push(target));
            }
        }
        self.columns.push(Column { name: name.into(), target });
    }

    fn child(&mut self, node: Node, key: &str) -> Node {
        let next = Node(u16::try_from(self.nodes.len()).unwrap_or(u16::MAX));
        let child = self.entry(node, key, |entry| *entry.child.get_or_insert(next)).unwrap_or(next);
        if child == next {
            self.nodes.push(Vec::new());
        }
        child
    }

    fn entry<T>(&mut self, node: Node, key: &str, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let entries = self.nodes.get_mut(usize::from(node.0))?;
        let place = entries.iter().position(|entry| &*entry.key == key).unwrap_or(entries.len());
        if place == entries.len() {
            entries.push(Entry { key: key.into(), targets: Vec::new(), child: None });
        }
        entries.get_mut(place).map(change)
    }
}

/// The keys of a path.
fn keys_of(path: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        let added = match character {
            '.' => {
                keys.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(key) = keys.last_mut() {
            key.extend(added);
        }
    }
    keys
}

/// How what stands in the roles is read: what is known of a system, as data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// True where a row is not one execution but a count of them.
    pub(super) is_cube: bool,
    /// True for the canonical row: its statuses are the vocabulary's own words and nothing else.
    pub(super) is_canonical: bool,
    /// What status words mean in this system, before the words that most systems share.
    pub(super) words: &'static [Word],
    /// What a reason makes of a status.
    pub(super) refinements: &'static [Refinement],
    /// Kinds of rows that are parts of other executions.
    pub(super) part_kinds: &'static [&'static str],
    /// Kinds of rows that are no executions.
    pub(super) other_kinds: &'static [&'static str],
    /// What stands between what a workflow belongs to and the workflow.
    pub(super) joint: &'static str,
    /// How single values become tags.
    pub(super) tags: &'static [TagRule],
    pub(super) duration_unit: Unit,
    pub(super) waited_unit: Unit,
    /// The moment that stands in for the start of what has begun, where the source names no start.
    pub(super) stand_in: Option<Role>,
    /// The moments from which a row waits for its start; the first that it has counts.
    pub(super) waits_from: &'static [Role],
    /// What the ids begin with of the rows of which the moment of their making is asked; empty where it is of all.
    pub(super) created_of: &'static str,
    /// True where a length that is given may be in nanoseconds, whatever its name says. Start and end show it.
    pub(super) may_be_nanoseconds: bool,
    /// How rows stand that say nothing of it.
    pub(super) otherwise: Option<Status>,
    /// True where a row without an end runs, whatever its status says, and one with an end that says nothing went well.
    pub(super) ends_decide: bool,
    /// True where a row that has not succeeded runs as long as it has no end.
    pub(super) has_open_rows: bool,
    /// The order of the parts of dates that are not in that of ISO 8601, if it is known.
    pub(super) date_order: Option<DateOrder>,
    /// True where several events tell of one execution.
    pub(super) joins_events: bool,
    /// Among which rows an id is that of one execution.
    pub(super) ids: Ids,
    /// What a row is of which [`Role::Repeats`] says that it repeats another one.
    pub(super) repeats: Repeats,
    /// The only word by which it says so; empty where any value does that is no no, and is not the row's own id.
    pub(super) repeats_word: &'static str,
    /// True where such a row names the other one as its parent, and is no part of it.
    pub(super) repeats_parent: bool,
    /// What exports the fields that it is asked for and no others, as a user calls it; empty of all else.
    pub(super) fields_of: &'static str,
}

impl Rules {
    /// The rules of the canonical row.
    pub(super) const CANONICAL: Rules = Rules { is_canonical: true, ..Rules::GENERAL };

    /// The rules where a system has none of its own.
    pub(super) const GENERAL: Rules = Rules {
        is_cube: false,
        is_canonical: false,
        words: &[],
        refinements: &[],
        part_kinds: &[],
        other_kinds: &[],
        joint: "/",
        tags: &[TagRule::Behind(""); Role::TAGS.len()],
        duration_unit: Unit::Milliseconds,
        waited_unit: Unit::Milliseconds,
        stand_in: None,
        waits_from: &[],
        created_of: "",
        may_be_nanoseconds: false,
        otherwise: None,
        ends_decide: false,
        has_open_rows: false,
        date_order: None,
        joins_events: false,
        ids: Ids::Everywhere,
        repeats: Repeats::Retry,
        repeats_word: "",
        repeats_parent: false,
        fields_of: "",
    };
}

/// Among which rows an id is that of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ids {
    /// Among all rows, or those of one workflow where the rows name one.
    Everywhere,
    /// Among those of one workflow, which the row may not name.
    InWorkflow,
    /// Among those of one source.
    InSource,
}

/// A status word: lower case, with `_` for `-` and spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) text: &'static str,
    pub(super) means: Meaning,
}

/// What a status word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Is(Status),
    /// The status, and a tag that keeps what it leaves out.
    Tagged(Status, &'static str),
    /// A build that ran to its end and is not well: it counts as failed, bears the tag [`UNSTABLE`](super::UNSTABLE), and
    /// its number is said, since its system knows a worse word.
    Unstable,
    /// The row is a part of an execution that has a row of its own.
    Part,
    /// The row is an execution that stands so if it has a start, else none.
    IfStarted(Status),
}

/// A reason that makes one status another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refinement {
    pub(super) from: Status,
    /// Part of the reason, in lower case with `_` for `-` and spaces.
    pub(super) reason_has: &'static str,
    pub(super) to: Status,
}

/// How a single value becomes a tag.
#[derive(Clone, Copy, Debug)]
pub(super) enum TagRule {
    /// Behind this text, which may be empty.
    Behind(&'static str),
    /// This tag, where the value is there and not false.
    Flag(&'static str),
    /// `attempt:n` for tries above the first.
    Retry,
}

/// The unit of a number that is a length of time. Texts that name their unit are read by what they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
}

impl Unit {
    /// What is expected of a number in it, as messages say it.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Unit::Milliseconds => "milliseconds up to a hundred years",
            Unit::Seconds if FORMS => "seconds up to a hundred years",
            Unit::Nanoseconds if FORMS => "nanoseconds up to a hundred years",
            Unit::Microseconds if FORMS => "microseconds up to a hundred years",
            Unit::Minutes if FORMS => "minutes up to a hundred years",
            Unit::Hours if FORMS => "hours up to a hundred years",
            _ => "a length of time up to a hundred years",
        }
    }
}
