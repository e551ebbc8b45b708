//! A mapping that the user writes, as [`super::Expected::map`] describes it: a JSON object checked key by key, and the
//! first thing that is wrong in words. Reads no row.

use super::Value;
use super::date_order::DateOrder;
use super::mapping::{Mapping, Rules, Unit};
use super::role::Role;
use super::scan::{Fault, Scanner};
use super::text::{Text, excerpt, with_text};
use crate::execution::Status;
use crate::number::whole;

/// Keys that name places, and what stands there.
const PLACES: [(&str, Role); 17] = [
    ("started_at", Role::StartedAt),
    ("finished_at", Role::FinishedAt),
    ("scheduled_at", Role::ScheduledAt),
    ("queued_at", Role::QueuedAt),
    ("created_at", Role::CreatedAt),
    ("duration", Role::Duration),
    ("waited", Role::Waited),
    ("status", Role::Status),
    ("conclusion", Role::Conclusion),
    ("succeeded", Role::Succeeded),
    ("id", Role::Id),
    ("attempt", Role::Attempt),
    ("retry_of", Role::Repeats),
    ("error", Role::Error),
    ("workflow_id", Role::WorkflowId),
    ("workflow", Role::Workflow),
    ("workflow_space", Role::WorkflowSpace),
];

const UNITS: [(&str, Unit); 6] = [
    ("ns", Unit::Nanoseconds),
    ("us", Unit::Microseconds),
    ("ms", Unit::Milliseconds),
    ("s", Unit::Seconds),
    ("min", Unit::Minutes),
    ("h", Unit::Hours),
];

/// Reads a mapping; beside it, where in a document the rows are.
///
/// # Errors
/// A sentence that names the key, what came and what it takes.
pub(super) fn read(json: &str) -> Result<(Mapping, Option<Box<str>>), String> {
    let mut scanner = Scanner::new(json);
    if let Err(fault) = scanner.value(0).and_then(|_| scanner.end().map_err(|fault| Fault { cause: BEHIND, ..fault })) {
        return Err(no_json(json, &fault));
    }
    if Scanner::new(json).first() != Some(b'{') {
        return Err("the mapping is not a JSON object".to_owned());
    }
    let mut draft = Draft::default();
    let mut refused = None;
    // The object was checked just now.
    let _ = Scanner::new(json).members(|key, value| {
        if refused.is_none() {
            refused = with_text(key, |key| draft.take(key, value)).err();
        }
    });
    match refused {
        Some(refused) => Err(refused),
        None => draft.finish(),
    }
}

/// What is wrong where something follows the object.
const BEHIND: &str = "expected nothing behind the object";

/// Where a mapping stops being JSON: a person looks for a line, and for a character in it.
fn no_json(json: &str, fault: &Fault) -> String {
    let (mut line, mut column) = (1, 1);
    for byte in json.bytes().take(fault.at) {
        match byte {
            b'\n' => (line, column) = (line + 1, 1),
            // What goes on with a character is none.
            0x80..0xc0 => {}
            _ => column += 1,
        }
    }
    ["the mapping is not JSON: ", fault.cause, " in line ", &whole(line), ", column ", &whole(column)].concat()
}

#[derive(Debug, Default)]
struct Draft {
    paths: Vec<(String, Role)>,
    words: Vec<(Box<str>, Status)>,
    units: Vec<(Role, Unit)>,
    otherwise: Option<Status>,
    stand_in: Option<Role>,
    way: Option<Box<str>>,
    date_order: Option<DateOrder>,
}

impl Draft {
    fn take(&mut self, key: &str, value: Value<'_>) -> Result<(), String> {
        match key {
            "statuses" => self.statuses(value),
            "otherwise" => {
                self.otherwise = Some(status_of(key, value)?);
                Ok(())
            }
            "tags" => self.tags(value),
            "parent" => self.places(key, Role::Parent, value),
            "rows" => {
                self.way = Some(text_of(key, value, "the way to the rows")?.into());
                Ok(())
            }
            "start_from" => {
                let name = text_of(key, value, MOMENTS)?;
                let found = PLACES.iter().find(|(place, _)| *place == name && MOMENTS.contains(place));
                let (_, role) = found.ok_or_else(|| wrong(key, &excerpt(&name), MOMENTS))?;
                self.stand_in = Some(*role);
                Ok(())
            }
            "dates" => {
                let name = text_of(key, value, DateOrder::NAMES)?;
                let order = DateOrder::named(&name);
                self.date_order = Some(order.ok_or_else(|| wrong(key, &excerpt(&name), DateOrder::NAMES))?);
                Ok(())
            }
            _ => match PLACES.iter().find(|(name, _)| *name == key) {
                Some((_, role)) => self.places(key, *role, value),
                None => Err(unknown(key)),
            },
        }
    }

    fn places(&mut self, key: &str, role: Role, value: Value<'_>) -> Result<(), String> {
        const TAKES: &str = "the name of a field or an array of them";
        let has_unit = matches!(role, Role::Duration | Role::Waited);
        match value {
            Value::Text(text) => self.place(key, role, text),
            Value::Array(places) => {
                let mut result = Ok(());
                let _ = Scanner::new(places).elements(|place| {
                    let taken = match place {
                        Value::Text(text) => self.place(key, role, text),
                        other => Err(wrong(key, other.kind(), TAKES)),
                    };
                    if result.is_ok() {
                        result = taken;
                    }
                });
                result
            }
            Value::Object(object) if has_unit => self.with_unit(key, role, object),
            other => Err(wrong(
                key,
                other.kind(),
                if has_unit { "a field, or an object with field and unit" } else { TAKES },
            )),
        }
    }

    fn place(&mut self, key: &str, role: Role, text: Text<'_>) -> Result<(), String> {
        let path = with_text(text, str::to_owned);
        if path.is_empty() {
            return Err(wrong(key, "empty", "the name of a field"));
        }
        self.paths.push((path, role));
        Ok(())
    }

    fn with_unit(&mut self, key: &str, role: Role, object: &str) -> Result<(), String> {
        let mut result = Ok(());
        let _ = Scanner::new(object).members(|inner, value| {
            let taken = with_text(inner, |inner| {
                let name = [key, ".", inner].concat();
                match inner {
                    "field" => self.places(&name, role, value),
                    "unit" => {
                        let unit = text_of(&name, value, "ns, us, ms, s, min or h")?;
                        let known = UNITS.iter().find(|(name, _)| *name == unit);
                        let (_, unit) =
                            known.ok_or_else(|| wrong(&name, &excerpt(&unit), "ns, us, ms, s, min or h"))?;
                        self.units.push((role, *unit));
                        Ok(())
                    }
                    _ => Err([key, " has the key ", &excerpt(inner), ", it takes field and unit"].concat()),
                }
            });
            if result.is_ok() {
                result = taken;
            }
        });
        result
    }

    fn statuses(&mut self, value: Value<'_>) -> Result<(), String> {
        let Value::Object(words) = value else {
            return Err(wrong("statuses", value.kind(), "an object of words and what they mean"));
        };
        let mut result = Ok(());
        let _ = Scanner::new(words).members(|word, status| {
            let word = with_text(word, str::to_owned);
            match status_of(&["statuses.", &word].concat(), status) {
                Ok(status) => self.words.push((word.into(), status)),
                Err(refused) if result.is_ok() => result = Err(refused),
                Err(_) => {}
            }
        });
        result
    }

    fn tags(&mut self, value: Value<'_>) -> Result<(), String> {
        const TAKES: &str = "the name of a field, or an array of at most 8";
        match value {
            Value::Text(text) => self.place("tags", Role::Tags, text),
            Value::Array(places) => {
                let mut roles = Role::TAGS.into_iter();
                let mut result = Ok(());
                let _ = Scanner::new(places).elements(|place| {
                    let taken = match (place, roles.next()) {
                        (Value::Text(text), Some(role)) => self.place("tags", role, text),
                        (_, None) => Err(wrong("tags", "longer", TAKES)),
                        (other, _) => Err(wrong("tags", other.kind(), TAKES)),
                    };
                    if result.is_ok() {
                        result = taken;
                    }
                });
                result
            }
            other => Err(wrong("tags", other.kind(), TAKES)),
        }
    }

    fn finish(self) -> Result<(Mapping, Option<Box<str>>), String> {
        let has = |role| self.paths.iter().any(|(_, known)| *known == role);
        if !has(Role::StartedAt) && self.stand_in.is_none_or(|role| !has(role)) {
            return Err("the mapping has no started_at, and no start_from with its moment".to_owned());
        }
        if !has(Role::Status) && !has(Role::Conclusion) && !has(Role::Succeeded) && self.otherwise.is_none() {
            return Err("the mapping has no status, and no otherwise for rows without one".to_owned());
        }
        if let Some((role, _)) = self.units.iter().find(|(role, _)| !has(*role)) {
            let key = PLACES.iter().find(|(_, known)| known == role).map_or("", |(key, _)| key);
            return Err(["the mapping's ", key, " has a unit and no field, so that nothing would be read"].concat());
        }
        let unit_of = |role| self.units.iter().rev().find(|(known, _)| *known == role).map(|(_, unit)| *unit);
        let rules = Rules {
            otherwise: self.otherwise,
            stand_in: self.stand_in,
            date_order: self.date_order,
            waits_from: &[Role::ScheduledAt, Role::QueuedAt, Role::CreatedAt],
            duration_unit: unit_of(Role::Duration).unwrap_or(Unit::Milliseconds),
            waited_unit: unit_of(Role::Waited).unwrap_or(Unit::Milliseconds),
            ..Rules::GENERAL
        };
        let paths: Vec<(&str, Role)> = self.paths.iter().map(|(path, role)| (path.as_str(), *role)).collect();
        let mut mapping = Mapping::new(&paths, rules);
        mapping.own_words = self.words;
        Ok((mapping, self.way))
    }
}

/// The moments that can stand in for a start.
const MOMENTS: &str = "scheduled_at, queued_at or created_at";

fn status_of(key: &str, value: Value<'_>) -> Result<Status, String> {
    const TAKES: &str = "pending, running, waiting, completed, failed, timed_out, cancelled or skipped";
    let text = text_of(key, value, TAKES)?;
    match Status::of(&text) {
        Status::Other => Err(wrong(key, &excerpt(&text), TAKES)),
        status => Ok(status),
    }
}

fn text_of(key: &str, value: Value<'_>, takes: &str) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(with_text(text, str::to_owned)),
        other => Err(wrong(key, other.kind(), takes)),
    }
}

fn wrong(key: &str, found: &str, takes: &str) -> String {
    ["the mapping's ", key, " is ", found, ", it takes ", takes].concat()
}

fn unknown(key: &str) -> String {
    let mut words = ["the mapping has the key ", &excerpt(key), ", it takes "].concat();
    PLACES.iter().for_each(|(name, _)| {
        words.push_str(name);
        words.push_str(", ");
    });
    words + "statuses, otherwise, tags, parent, rows, start_from and dates"
}
