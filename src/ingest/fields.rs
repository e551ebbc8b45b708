//! What a row says in each role, in whatever form it came and under whatever names. Understands no value.

use super::Value;
use super::mapping::Target;
use super::role::Role;

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
            *current = match value {
                value if !target.role.is_presence() => value,
                value if value.is_absent() || value == Value::Bool(false) => Value::Absent,
                _ => Value::Bool(true),
            };
        }
    }
}
