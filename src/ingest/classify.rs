//! What a row is: its workflow, how it stands, its tags, and whether it is an execution at all. Depends on the rules of
//! the mapping and the values of the class roles ([`Role::is_class`]) and on nothing else, so that rows that say the
//! same in these roles are of one class.

use super::fields::Fields;
use super::mapping::{Mapping, Meaning, Rules, TagRule};
use super::role::Role;
use super::scan::Scanner;
use super::text::{Text, is_no, with_text};
use super::{FORMS, LeftOut, UNSTABLE, Value};
use crate::execution::{Status, Tags};
use crate::time::decimal::Decimal;
use std::ops::Range;

/// Whether a row counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is an execution.
    #[default]
    Row,
    /// It is an execution if it has a start of its own, else none.
    RowIfStarted,
    /// It is none, and is not counted as read.
    LeftOut(LeftOut),
    /// It cannot be understood.
    Unreadable(String),
}

/// A class of rows. Holds its texts itself and is filled again for each row, so that no row needs an allocation.
#[derive(Debug, Default)]
pub(super) struct Class {
    outline: Outline,
    text: String,
    tags: String,
    tag_ends: Vec<u32>,
}

/// A class but for its texts, and where these lie.
#[derive(Clone, Debug)]
struct Outline {
    verdict: Verdict,
    status: Status,
    workflow_id: Range<usize>,
    workflow: Range<usize>,
    status_text: Range<usize>,
    /// The texts of the tags, one behind the other.
    tags: Range<usize>,
    /// True if its word is [`Meaning::Unstable`].
    is_unstable: bool,
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            verdict: Verdict::Row,
            status: Status::Other,
            workflow_id: 0..0,
            workflow: 0..0,
            status_text: 0..0,
            tags: 0..0,
            is_unstable: false,
        }
    }
}

/// A class, wherever its texts are held.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassRef<'a> {
    outline: &'a Outline,
    text: &'a str,
    tag_ends: &'a [u32],
}

impl<'a> ClassRef<'a> {
    #[inline]
    pub(super) fn verdict(&self) -> &'a Verdict {
        &self.outline.verdict
    }

    #[inline]
    pub(super) fn status(&self) -> Status {
        self.outline.status
    }

    pub(super) fn workflow_id(&self) -> Option<&'a str> {
        self.text_at(&self.outline.workflow_id)
    }

    pub(super) fn workflow(&self) -> Option<&'a str> {
        self.text_at(&self.outline.workflow)
    }

    /// True if its word is [`Meaning::Unstable`].
    pub(super) fn is_unstable(&self) -> bool {
        self.outline.is_unstable
    }

    /// The word as it came.
    pub(super) fn status_text(&self) -> &'a str {
        self.text_at(&self.outline.status_text).unwrap_or_default()
    }

    pub(super) fn tags(&self) -> Tags<'a> {
        Tags::new(self.text.get(self.outline.tags.clone()).unwrap_or_default(), self.tag_ends)
    }

    fn text_at(&self, range: &Range<usize>) -> Option<&'a str> {
        self.text.get(range.clone()).filter(|text| !text.is_empty())
    }
}

/// Classes that are kept, by number; their texts lie side by side, so that none needs an allocation of its own.
#[derive(Debug, Default)]
pub(super) struct KeptClasses {
    kept: Vec<KeptClass>,
    text: String,
    tag_ends: Vec<u32>,
}

#[derive(Debug)]
struct KeptClass {
    outline: Outline,
    text: Range<usize>,
    tag_ends: Range<usize>,
}

impl KeptClasses {
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Bytes of the texts of all of them: a few bytes of a line can make many of a tag.
    pub(super) fn held_bytes(&self) -> usize {
        self.text.len() + self.tag_ends.len() * size_of::<u32>()
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<ClassRef<'_>> {
        let KeptClass { outline, text, tag_ends } = self.kept.get(number as usize)?;
        let (text, tag_ends) = (self.text.get(text.clone())?, self.tag_ends.get(tag_ends.clone())?);
        Some(ClassRef { outline, text, tag_ends })
    }

    /// Keeps a class under the next number.
    pub(super) fn push(&mut self, class: &Class) {
        let (text, tag_ends) = (self.text.len(), self.tag_ends.len());
        self.text.push_str(&class.text);
        self.tag_ends.extend_from_slice(&class.tag_ends);
        self.kept.push(KeptClass {
            outline: class.outline.clone(),
            text: text..self.text.len(),
            tag_ends: tag_ends..self.tag_ends.len(),
        });
    }
}

impl Class {
    /// The class to be looked at.
    #[inline]
    pub(super) fn view(&self) -> ClassRef<'_> {
        ClassRef { outline: &self.outline, text: &self.text, tag_ends: &self.tag_ends }
    }

    /// Makes this the class of a row.
    pub(super) fn read(&mut self, fields: &Fields<'_>, mapping: &Mapping) {
        let rules = mapping.rules();
        self.outline.verdict = Verdict::Row;
        self.outline.status = Status::Other;
        self.outline.is_unstable = false;
        self.text.clear();
        self.tags.clear();
        self.tag_ends.clear();
        self.read_workflow(fields, rules);
        self.read_tags(fields, rules);
        self.read_status(fields, mapping);
        let kind = fields.get(Role::Kind);
        let is_one_of = |kinds: &[&str]| with_word(kind, |kind| kinds.iter().any(|known| is_word(kind, known)));
        let is_part = !fields.get(Role::Parent).is_absent()
            || is_set(fields.get(Role::ParentId))
            || with_word(fields.get(Role::StepId), |id| id.contains('.'));
        if is_part || is_one_of(rules.part_kinds) {
            self.outline.verdict = Verdict::LeftOut(LeftOut::Part);
        } else if is_one_of(rules.other_kinds) {
            self.outline.verdict = Verdict::LeftOut(LeftOut::NoExecution);
        }
        let start = self.text.len();
        self.text.push_str(&self.tags);
        self.outline.tags = start..self.text.len();
    }

    fn read_workflow(&mut self, fields: &Fields<'_>, rules: &Rules) {
        let (id_of_object, name) = match fields.get(Role::Workflow) {
            Value::Object(object) => {
                let [id, name] = members(object, ["id", "name"]);
                (id, name)
            }
            value => (Value::Absent, value),
        };
        let space = fields.get(Role::WorkflowSpace);
        self.outline.workflow = self.add(space, rules.joint, name);
        let ids = [fields.get(Role::WorkflowId), id_of_object];
        let own = ids.into_iter().map(|id| self.add(space, rules.joint, id)).find(|id| !id.is_empty());
        self.outline.workflow_id = own.unwrap_or_else(|| self.outline.workflow.clone());
    }

    /// Adds a text or number, and in front of it what it belongs to; where it lies, an empty place if it is neither.
    fn add(&mut self, space: Value<'_>, joint: &str, value: Value<'_>) -> Range<usize> {
        let start = self.text.len();
        value.read_into(&mut self.text);
        if self.text.len() > start && !space.is_absent() {
            self.text.truncate(start);
            space.read_into(&mut self.text);
            if self.text.len() > start {
                self.text.push_str(joint);
            }
            value.read_into(&mut self.text);
        }
        start..self.text.len()
    }

    fn read_status(&mut self, fields: &Fields<'_>, mapping: &Mapping) {
        let rules = mapping.rules();
        let conclusion = fields.get(Role::Conclusion);
        let word = if conclusion.is_absent() { fields.get(Role::Status) } else { conclusion };
        self.outline.status_text = match word {
            Value::Number(_) | Value::Whole(_) | Value::Bool(_) if rules.is_canonical => 0..0,
            Value::Bool(is_true) => {
                self.add(Value::Absent, "", Value::Text(Text::Plain(if is_true { "true" } else { "false" })))
            }
            word => self.add(Value::Absent, "", word),
        };
        let text = self.text.get(self.outline.status_text.clone()).unwrap_or_default();
        let flagged = flagged(fields, rules);
        let meaning = match (text, flagged) {
            ("", Some((status, said, _))) => {
                self.outline.status_text = self.add(Value::Absent, "", Value::Text(Text::Plain(said)));
                Meaning::Is(status)
            }
            ("", None) => {
                self.outline.verdict = Verdict::Unreadable(match word {
                    Value::Absent if FORMS => {
                        ["the row has no status", &mapping.remedy(&[Role::Status, Role::Conclusion])].concat()
                    }
                    Value::Absent | Value::Text(_) => "the row has no status".to_owned(),
                    other => ["status is ", other.kind(), ", expected a text"].concat(),
                });
                return;
            }
            (_, Some((status, _, Weight::AboveWords))) => Meaning::Is(status),
            (text, _) => meaning(text, mapping),
        };
        let status = match meaning {
            Meaning::Is(status) => status,
            Meaning::Tagged(status, tag) => {
                self.add_tag("", Value::Text(Text::Plain(tag)));
                status
            }
            Meaning::Unstable => {
                self.outline.is_unstable = true;
                self.add_tag("", Value::Text(Text::Plain(UNSTABLE)));
                Status::Failed
            }
            Meaning::IfStarted(status) => {
                self.outline.verdict = Verdict::RowIfStarted;
                status
            }
            Meaning::Part => return self.outline.verdict = Verdict::LeftOut(LeftOut::Part),
        };
        let refinements = rules.refinements.iter().filter(|refinement| refinement.from == status);
        self.outline.status = if refinements.clone().next().is_none() {
            status
        } else {
            let reason = fields.get(Role::Reason);
            let fitting = refinements
                .clone()
                .find(|refinement| with_word(reason, |reason| has_word(reason, refinement.reason_has)));
            fitting.map_or(status, |refinement| refinement.to)
        };
    }

    /// Tags are the texts and numbers of an array, a text of its own, texts that are joined, or labels. An empty one is
    /// none.
    fn read_tags(&mut self, fields: &Fields<'_>, rules: &Rules) {
        let has_labels = !rules.is_canonical;
        match fields.get(Role::Tags) {
            Value::Array(array) => {
                // The array was checked when its line was, so there is no fault that could be told.
                let _ = Scanner::new(array).elements(|tag| match tag {
                    Value::Object(label) if has_labels => {
                        with_text_of(member(label, "key"), |key| self.add_label(key, member(label, "value")));
                    }
                    Value::Array(_) => {}
                    tag => self.add_tag("", tag),
                });
            }
            Value::Object(labels) if has_labels => {
                let _ = Scanner::new(labels).members(|key, value| with_text(key, |key| self.add_label(key, value)));
            }
            Value::Joined(joined) => with_text(joined, |joined| {
                joined.split('|').for_each(|tag| self.add_tag("", Value::Text(Text::Plain(tag))));
            }),
            other => self.add_tag("", other),
        }
        if rules.is_canonical {
            return;
        }
        for (role, rule) in Role::TAGS.into_iter().zip(rules.tags.iter()) {
            let value = fields.get(role);
            match rule {
                TagRule::Behind(before) => self.add_tag(before, value),
                TagRule::Flag(tag) if value.presence() != Value::Absent => {
                    self.add_tag("", Value::Text(Text::Plain(tag)));
                }
                TagRule::Flag(_) => {}
                TagRule::Retry => {
                    if with_word(value, |tries| Decimal::parse(tries).and_then(|tries| tries.magnitude()) > Some(1)) {
                        self.add_tag("attempt:", value);
                    }
                }
            }
        }
    }

    fn add_label(&mut self, key: &str, value: Value<'_>) {
        let before = [key, ":"].concat();
        self.add_tag(&before, value);
    }

    fn add_tag(&mut self, before: &str, tag: Value<'_>) {
        if let Value::Array(several) = tag {
            // The array was checked when its line was, so there is no fault that could be told.
            let _ = Scanner::new(several).elements(|tag| match tag {
                Value::Array(_) => {}
                tag => self.add_tag(before, tag),
            });
            return;
        }
        let start = self.tags.len();
        self.tags.push_str(before);
        let behind = self.tags.len();
        tag.read_into(&mut self.tags);
        if self.tags.len() > behind {
            self.tag_ends.push(u32::try_from(self.tags.len()).unwrap_or(u32::MAX));
        } else {
            self.tags.truncate(start);
        }
    }
}

/// What counts where a word says something else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    AboveWords,
    BelowWords,
}

/// What says yes, where a text says yes or no.
const YES: [&str; 5] = ["1", "t", "true", "y", "yes"];

/// What the flags say of a row, and the word for it.
fn flagged(fields: &Fields<'_>, rules: &Rules) -> Option<(Status, &'static str, Weight)> {
    let is = |role| match fields.get(role) {
        Value::Absent => None,
        Value::Bool(is_true) => Some(is_true),
        value => with_word(value, |word| match word {
            word if YES.iter().any(|yes| is_word(word, yes)) => Some(true),
            word if !word.is_empty() && is_no(word.as_bytes()) => Some(false),
            _ => None,
        }),
    };
    if rules.is_canonical {
        return None;
    }
    let has_ended = is(Role::HasEnded) == Some(true) || is_set(fields.get(Role::EndedAt));
    let (status, weight) = match (is(Role::Succeeded), is(Role::Running)) {
        _ if is(Role::Cancelled) == Some(true) => (Status::Cancelled, Weight::AboveWords),
        _ if is(Role::Skipped) == Some(true) => (Status::Skipped, Weight::AboveWords),
        (_, Some(true)) => (Status::Running, Weight::AboveWords),
        _ if rules.ends_decide && !has_ended => (Status::Running, Weight::AboveWords),
        _ if rules.ends_decide => (Status::Completed, Weight::BelowWords),
        (Some(true), _) => (Status::Completed, Weight::BelowWords),
        _ if is(Role::IsPaused) == Some(true) => (Status::Waiting, Weight::BelowWords),
        // Where the end is known apart, what did not succeed may still run.
        (Some(false), None) if !has_ended && rules.has_open_rows => (Status::Running, Weight::BelowWords),
        (Some(false), _) => (Status::Failed, Weight::BelowWords),
        (None, Some(false)) => (Status::Pending, Weight::BelowWords),
        // What has ended does not wait; that it says nothing is told.
        (None, None) if has_ended => return None,
        (None, None) => (rules.otherwise?, Weight::BelowWords),
    };
    Some((status, status.name(), weight))
}

/// What a status word means: by the user's mapping, by the system, by what most systems mean, by the vocabulary.
fn meaning(text: &str, mapping: &Mapping) -> Meaning {
    let rules = mapping.rules();
    if rules.is_canonical {
        return Meaning::Is(Status::of(text));
    }
    // Slurm names who cancelled a job: CANCELLED by 1000.
    let text = match text.as_bytes().windows(4).position(|part| part == b" by ") {
        Some(end) => text.get(..end).unwrap_or(text),
        None => text,
    };
    if let Some((_, status)) = mapping.own_words.iter().find(|(word, _)| is_word(text, word)) {
        return Meaning::Is(*status);
    }
    let words = rules.words.iter().chain(super::preset::SHARED_WORDS);
    if let Some(word) = words.into_iter().find(|word| is_word(text, word.text)) {
        return word.means;
    }
    let known = Status::ALL.into_iter().filter(|status| *status != Status::Other);
    Meaning::Is(known.into_iter().find(|status| is_word(text, status.name())).unwrap_or(Status::Other))
}

/// True if a text is a word of a dictionary.
fn is_word(text: &str, word: &str) -> bool {
    let text = text.trim_ascii();
    text.len() == word.len() && text.bytes().map(plain).eq(word.bytes().map(plain))
}

/// True if a word of a dictionary is a part of a text.
fn has_word(text: &str, word: &str) -> bool {
    let places = text.len().saturating_sub(word.len());
    let parts = (0..=places).filter_map(|start| text.as_bytes().get(start..start + word.len()));
    parts.into_iter().any(|part| part.iter().copied().map(plain).eq(word.bytes()))
}

/// A letter as dictionaries write it.
const fn plain(byte: u8) -> u8 {
    match byte {
        b'-' | b' ' => b'_',
        other => other.to_ascii_lowercase(),
    }
}

/// True for a text or number that is more than zeros.
fn is_set(value: Value<'_>) -> bool {
    with_word(value, |text| text.bytes().any(|byte| byte != b'0'))
}

/// Calls with a text or number; false for everything else.
pub(super) fn with_word<T: Default>(value: Value<'_>, call: impl FnOnce(&str) -> T) -> T {
    let mut found = T::default();
    with_text_of(value, |text| found = call(text));
    found
}

fn with_text_of(value: Value<'_>, call: impl FnOnce(&str)) {
    match value {
        Value::Text(text) | Value::Joined(text) => with_text(text, call),
        Value::Number(text) => call(text),
        Value::Whole(_) if FORMS => {
            let mut text = String::new();
            value.read_into(&mut text);
            call(&text);
        }
        _ => {}
    }
}

/// The last member of that name of an object that was checked; absent if there is none.
pub(super) fn member<'a>(object: &'a str, name: &str) -> Value<'a> {
    let [found] = members(object, [name]);
    found
}

/// The same of several names.
fn members<'a, const COUNT: usize>(object: &'a str, names: [&str; COUNT]) -> [Value<'a>; COUNT] {
    let mut found = [Value::Absent; COUNT];
    // The object was checked when its line was, so there is no fault that could be told.
    let _ = Scanner::new(object).members(|key, value| {
        with_text(key, |key| {
            let places = found.iter_mut().zip(names).filter(|(_, name)| *name == key);
            places.for_each(|(place, _)| *place = value);
        });
    });
    found
}
