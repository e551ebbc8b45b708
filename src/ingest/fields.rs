//! What a row says in each role, in whatever form it came and under whatever names. Understands no value.

use super::Value;
use super::lanes::text_of;
use super::mapping::Target;
use super::role::Role;
use super::text::{Text, with_text};
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

/// The values of a row, taken to their roles or read where they lie when they are asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Said<'f, 'a> {
    /// They were taken.
    Taken(&'f Fields<'a>),
    /// They lie in a line.
    Placed(Placed<'f, 'a>),
}

impl<'a> Said<'_, 'a> {
    /// The value of a role.
    #[inline]
    pub(super) fn get(&self, role: Role) -> Value<'a> {
        match self {
            Said::Taken(fields) => fields.get(role),
            Said::Placed(placed) => placed.get(role),
        }
    }
}

/// Where the values of a line lie of which each feeds one role and none is fed twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'f, 'a> {
    pub(super) line: &'a [u8],
    pub(super) spots: &'f [Spot],
    /// Which of the spots feeds a role; one beyond the last where none does.
    pub(super) places: &'f Places,
}

/// A spot for each role, by its number.
pub(super) type Places = [u8; Role::COUNT];

impl<'a> Placed<'_, 'a> {
    #[inline]
    fn get(&self, role: Role) -> Value<'a> {
        let place = self.places.get(role as usize).map_or(usize::MAX, |place| usize::from(*place));
        self.spots.get(place).map_or(Value::Absent, |spot| spot.value(self.line))
    }
}

/// Where a value lies that was checked, from its first byte to behind its last one, counted from the line's start; of a
/// text what is between its quotes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: SpotKind,
}

/// What kind of value lies at a spot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SpotKind {
    /// A value of JSON that is no text.
    #[default]
    Other,
    /// A text that reads as it lies.
    Plain,
    /// A text of JSON with escapes or characters outside ASCII.
    Unusual,
    /// A field of CSV, without its quotes.
    Field,
    /// A field of CSV, its quotes included, that does not read as it lies.
    MixedField,
}

impl Spot {
    /// The value that lies there.
    #[inline]
    pub(super) fn value(self, line: &[u8]) -> Value<'_> {
        let bytes = self.bytes(line);
        match self.kind {
            SpotKind::Plain => Value::Text(Text::Plain(text_of(bytes))),
            SpotKind::Unusual if bytes.contains(&b'\\') => Value::Text(Text::Json(text_of(bytes))),
            SpotKind::Unusual => Value::Text(Text::Plain(text_of(bytes))),
            SpotKind::Field if bytes.is_empty() => Value::Absent,
            SpotKind::Field => Value::Text(Text::Plain(text_of(bytes))),
            SpotKind::MixedField => Value::Text(Text::Csv(text_of(bytes))),
            SpotKind::Other => match bytes {
                [b'{', ..] => Value::Object(text_of(bytes)),
                [b'[', ..] => Value::Array(text_of(bytes)),
                [b'n', ..] => Value::Absent,
                [b't', ..] => Value::Bool(true),
                [b'f', ..] => Value::Bool(false),
                _ => Value::Number(text_of(bytes)),
            },
        }
    }

    pub(super) fn bytes(self, line: &[u8]) -> &[u8] {
        line.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// What is kept of a value of which only matters whether it is there: zeros and the words for "none" are not.
#[cold]
pub(super) fn presence(role: Role, value: Value<'_>) -> Value<'static> {
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
