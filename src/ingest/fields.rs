//! What a row says in each role, in whatever form it came and under whatever names. Understands no value.

use super::lanes::{Padded, text_of};
use super::mapping::Target;
use super::moments::says_none;
use super::role::Role;
use super::text::Text;
use super::{FORMS, Value};
use std::cmp::Ordering;

/// The values of one row, by role.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "made once a row on the stack, and never kept")]
pub(super) enum Fields<'a> {
    /// Values that were taken to their roles one by one.
    Taken(Taken<'a>),
    /// Values that are read where they lie when they are asked for.
    Placed(Placed<'a>),
}

/// Values that were taken to their roles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken<'a> {
    values: [Value<'a>; Role::COUNT],
    /// The preference of each value; lower is better.
    ranks: [u8; Role::COUNT],
}

/// Where the values of a line lie of which each feeds one role and none is fed twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) line: &'a [u8],
    pub(super) spots: &'a [Spot],
    /// Which of the spots feeds a role; one beyond the last where none does.
    pub(super) places: &'a Places,
}

/// A spot for each role, by its number.
pub(super) type Places = [u8; Role::COUNT];

/// Where a value of JSON lies, from its first byte to behind its last one, counted from the line's start, or a field of
/// CSV; of a text what is between its quotes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: SpotKind,
}

/// What kind of value lies at a spot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SpotKind {
    /// No text.
    #[default]
    Other,
    /// A text of ASCII without escapes.
    Plain,
    /// A text with escapes or characters outside ASCII, checked or guessed.
    Unusual,
    /// A field of CSV, without its quotes.
    Field,
    /// A field of CSV, its quotes included, that does not read as it lies.
    MixedField,
}

impl<'a> Fields<'a> {
    /// The value of a role.
    #[inline(always)]
    pub(super) fn get(&self, role: Role) -> Value<'a> {
        if FORMS || role.is_canonical() { self.value(role) } else { Value::Absent }
    }

    // Asked for many roles, of rows of unknown kinds alone: one copy of it is short to compile.
    #[inline(never)]
    fn value(&self, role: Role) -> Value<'a> {
        match self {
            Fields::Taken(taken) => taken.values.get(role as usize).copied().unwrap_or_default(),
            Fields::Placed(placed) => placed.get(role),
        }
    }
}

impl<'a> Placed<'a> {
    #[inline]
    fn get(&self, role: Role) -> Value<'a> {
        let place = self.places.get(role as usize).map_or(usize::MAX, |place| usize::from(*place));
        let value = self.spots.get(place).map_or(Value::Absent, |spot| spot.value(self.line));
        if role.is_presence() { value.presence() } else { value }
    }
}

impl Spot {
    /// True if that is nothing, in the line that begins at `begin`: null, or a text without characters.
    #[inline(always)]
    pub(super) fn is_nothing(self, bytes: &Padded<'_>, begin: usize) -> bool {
        match self.kind {
            SpotKind::Plain | SpotKind::Field => self.start == self.end,
            SpotKind::Other => bytes.byte(begin.wrapping_add(self.start as usize)) == b'n',
            _ => false,
        }
    }

    /// The value that lies there.
    #[inline]
    pub(super) fn value(self, line: &[u8]) -> Value<'_> {
        self.value_of(line.get(self.start as usize..self.end as usize).unwrap_or_default())
    }

    /// The value of the bytes that lie there.
    #[inline]
    pub(super) fn value_of(self, bytes: &[u8]) -> Value<'_> {
        let text = text_of(bytes);
        match self.kind {
            SpotKind::Unusual if has_escape(bytes) => Value::Text(Text::Json(text)),
            SpotKind::Field if bytes.is_empty() => Value::Absent,
            SpotKind::Plain | SpotKind::Unusual | SpotKind::Field => Value::Text(Text::Plain(text)),
            SpotKind::MixedField => Value::Text(Text::Csv(text)),
            SpotKind::Other => match bytes {
                [b'{', ..] => Value::Object(text),
                [b'[', ..] => Value::Array(text),
                [b'n', ..] => Value::Absent,
                [b't', ..] => Value::Bool(true),
                [b'f', ..] => Value::Bool(false),
                _ => Value::Number(text),
            },
        }
    }
}

// Apart: few texts are asked.
#[inline(never)]
fn has_escape(text: &[u8]) -> bool {
    text.contains(&b'\\')
}

impl Default for Taken<'_> {
    fn default() -> Self {
        Self { values: [Value::Absent; Role::COUNT], ranks: [0; Role::COUNT] }
    }
}

impl<'a> Taken<'a> {
    /// Sets the roles that a path feeds.
    pub(super) fn set_all(&mut self, targets: &[Target], value: Value<'a>) {
        targets.iter().for_each(|target| self.set(*target, value));
    }

    /// Of one path the last value counts; of several paths that feed a role the best preference that is not absent.
    pub(super) fn set(&mut self, target: Target, value: Value<'a>) {
        let place = target.role as usize;
        let (Some(current), Some(rank)) = (self.values.get_mut(place), self.ranks.get_mut(place)) else { return };
        let value = if target.role.is_presence() { value.presence() } else { value };
        // A moment that is written as a zero time is not there, and hides none of another path.
        let is_none = |value: &Value<'a>| value.is_absent() || FORMS && target.role.is_moment() && says_none(*value);
        let is_chosen = match target.rank.cmp(rank) {
            Ordering::Less => !is_none(&value),
            Ordering::Equal => true,
            Ordering::Greater => is_none(current),
        };
        if is_chosen || current.is_absent() {
            *rank = target.rank;
            *current = value;
        }
    }
}
