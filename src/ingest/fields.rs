//! What a row says in each role, in whatever form it came and under whatever names. Understands no value.

use super::Value;
use super::mapping::Target;
use super::role::Role;
use super::text::with_text;
use crate::time::is_none_word;

/// The values of one row, by role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    values: [Value<'a>; Role::COUNT],
    /// The preference of each value; lower is better.
    ranks: [u8; Role::COUNT],
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Self { values: [Value::Absent; Role::COUNT], ranks: [0; Role::COUNT] }
    }
}

impl<'a> Fields<'a> {
    /// The value of a role.
    pub(super) fn get(&self, role: Role) -> Value<'a> {
        self.values.get(role as usize).copied().unwrap_or_default()
    }

    /// Sets the roles that a path feeds.
    pub(super) fn set_all(&mut self, targets: &[Target], value: Value<'a>) {
        targets.iter().for_each(|target| self.set(*target, value));
    }

    /// Of one path the last value counts; of several paths that feed a role the best preference that is not absent.
    pub(super) fn set(&mut self, target: Target, value: Value<'a>) {
        let place = target.role as usize;
        let (Some(current), Some(rank)) = (self.values.get_mut(place), self.ranks.get_mut(place)) else { return };
        let is_better = target.rank < *rank && !value.is_absent();
        if is_better || target.rank == *rank || current.is_absent() {
            *rank = target.rank;
            *current = if target.role.is_presence() { presence(target.role, value) } else { value };
        }
    }
}

/// What is kept of a value of which only matters whether it is there: zeros and the words for "none" are not.
#[cold]
fn presence(role: Role, value: Value<'_>) -> Value<'static> {
    let is_there = match value {
        Value::Absent | Value::Bool(false) => false,
        Value::Text(text) => with_text(text, |text| match role {
            Role::StepId => text.contains('.'),
            _ => !is_none_word(text) && text.bytes().any(|byte| byte != b'0'),
        }),
        Value::Number(text) => role != Role::StepId && text.bytes().any(|byte| byte != b'0'),
        _ => role != Role::StepId,
    };
    if is_there { Value::Bool(true) } else { Value::Absent }
}
