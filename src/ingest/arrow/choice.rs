//! Which columns of a schema say something, and where they lie in a batch. A struct is the columns within it, by the way to
//! them; what has a type that is not read is passed, or refused where rows are none without it. Reads no value.

use super::super::mapping::{Mapping, Target};
use super::super::role::Role;
use super::array::{Array, Batch};
use super::columns::{Column, Decides};
use super::flat::Checked;
use super::schema::{Field, Kind, Schema};
use super::words::Words;
use std::iter::Peekable;
use std::ops::Range;

/// The columns of a schema that a mapping knows, and what is to be said of those that are not read.
pub(super) fn choose(schema: &Schema, mapping: &Mapping) -> Result<(Vec<Column>, String), String> {
    let mut choice = Choice { mapping, columns: Vec::new(), place: 0, passed: String::new() };
    choice.take(&schema.fields, "", &[])?;
    Ok((choice.columns, choice.passed))
}

/// The arrays of the columns at some places, which rise.
pub(super) fn find(
    batch: &mut Batch<'_>,
    schema: &Schema,
    places: impl Iterator<Item = usize>,
) -> Result<Vec<Array>, String> {
    let mut search = Search { batch, wanted: places.peekable(), place: 0, around: Vec::new(), arrays: Vec::new() };
    search.go(&schema.fields)?;
    Ok(search.arrays)
}

struct Choice<'a> {
    mapping: &'a Mapping,
    columns: Vec<Column>,
    /// Of the next column.
    place: usize,
    passed: String,
}

impl Choice<'_> {
    /// Takes columns at the end of a way; `around` are the roles that the struct feeds in which they lie.
    fn take(&mut self, fields: &[Field], way: &str, around: &[Target]) -> Result<(), String> {
        for field in fields {
            let name = field.name_at(way);
            let mut targets = name.as_deref().map(|name| self.mapping.column(name)).unwrap_or_default();
            targets.extend(around.iter().filter_map(|target| part_of(*target, field.name.trim())));
            let name = name.unwrap_or_default();
            if field.is_struct() {
                let before = self.columns.len();
                self.take(&field.children, &[&name, "."].concat(), &targets)?;
                if self.columns.len() == before {
                    self.pass(&name, "struct", &targets)?;
                }
                continue;
            }
            let place = self.place;
            self.place += 1;
            match unread(field) {
                _ if targets.is_empty() => {}
                Some(type_name) => self.pass(&name, type_name, &targets)?,
                None => self.columns.push(Column {
                    kind: field.kind,
                    decides: Decides::of(&targets),
                    says_more: targets.iter().any(|target| !target.role.is_class()),
                    targets,
                    place,
                    is_nested: !way.is_empty(),
                    dictionary: field.encoding.map(|encoding| encoding.id),
                    item_dictionary: field
                        .children
                        .first()
                        .and_then(|child| child.encoding)
                        .map(|encoding| encoding.id),
                    words: Words::default(),
                    name,
                }),
            }
        }
        Ok(())
    }

    /// Passes a column of a type that is not read, which is said; refuses it if rows are none without it.
    fn pass(&mut self, name: &str, type_name: &str, targets: &[Target]) -> Result<(), String> {
        let Some(first) = targets.first() else { return Ok(()) };
        let words = ["column '", name, "' is of type ", type_name, ", which is not read"].concat();
        let stand_in = self.mapping.rules().stand_in;
        let is_needed =
            |role: Role| role == Role::StartedAt || stand_in == Some(role) || Role::STATUSES.contains(&role);
        if is_needed(first.role) || targets.iter().any(|target| is_needed(target.role)) {
            return Err(words);
        }
        self.passed.extend(["; ", &*words]);
        Ok(())
    }
}

/// What a member of an object says that feeds a role, as in JSON.
fn part_of(target: Target, name: &str) -> Option<Target> {
    let role = match (target.role, name) {
        (Role::Workflow, "name") => Role::Workflow,
        // Where the row says an id itself, that counts.
        (Role::Workflow, "id") => return Some(Target { role: Role::WorkflowId, rank: u8::MAX }),
        (Role::Error, "message") => Role::Error,
        _ => return None,
    };
    Some(Target { role, ..target })
}

/// The name of the type of a column that is not read.
fn unread(field: &Field) -> Option<&'static str> {
    match field.kind {
        Kind::Other { name, .. } => Some(name),
        Kind::List(_) => match field.children.first()?.kind {
            Kind::Text(_) | Kind::TextView | Kind::Integer(_) | Kind::Null => None,
            _ => Some("list of something else than texts and whole numbers"),
        },
        kind if field.encoding.is_some() => match kind {
            Kind::Text(_) | Kind::TextView | Kind::Integer(_) | Kind::Float(_) => None,
            other => Some(other.name()),
        },
        _ => None,
    }
}

struct Search<'s, 'a, Places: Iterator<Item = usize>> {
    batch: &'s mut Batch<'a>,
    wanted: Peekable<Places>,
    place: usize,
    /// Which rows have a value in the structs around.
    around: Vec<Range<usize>>,
    arrays: Vec<Array>,
}

impl<Places: Iterator<Item = usize>> Search<'_, '_, Places> {
    fn go(&mut self, fields: &[Field]) -> Result<(), String> {
        for field in fields {
            let unfit = |_| ["the lengths of column '", &field.name, "' do not fit the bytes of its batch"].concat();
            if field.is_struct() {
                let depth = self.around.len();
                self.around.extend(self.batch.enter().map_err(unfit)?);
                self.go(&field.children)?;
                self.around.truncate(depth);
                continue;
            }
            let is_wanted = self.wanted.next_if_eq(&self.place).is_some();
            self.place += 1;
            let array: Checked<Option<Array>> = self.batch.column(field, is_wanted);
            let around = &self.around;
            self.arrays.extend(array.map_err(unfit)?.map(|array| Array { around: around.clone(), ..array }));
        }
        Ok(())
    }
}
