//! Kinds of row: what rows share, as one number. A filter looks at kinds and not at rows. Holds every text of a table
//! once, and no more of them than the limits of a dictionary; beyond one, the views that would need the texts are off,
//! whichever rows came first.

use super::dictionary::{Crowded, Index, Sets, Texts};
use super::errors::{Errors, MOST_ERRORS};
use super::siphash::siphash;
use crate::bytes::{Broken, Bytes, push_long, push_short};
use crate::error_class::MOST_CLASS_BYTES;
use crate::execution::{Execution, Status};
use crate::options::Filter;
use crate::order::sort;
use std::collections::BTreeMap;

/// The number of a text that is not there.
const NONE: u32 = u32::MAX;
/// Kinds and errors that are remembered together; a power of two.
const MET: usize = 1 << 15;
/// An unknown status word is kept up to so many bytes.
pub const MOST_STATUS_BYTES: usize = 256;

/// What the rows of one kind share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    workflow: u32,
    /// The workflow's name in these rows.
    name: u32,
    pub(super) status: Status,
    /// The number of the word where `status` is [`Status::Other`].
    pub(super) word: u32,
    pub(super) tag_set: u32,
    /// The number of what went wrong, of rows that failed and say it.
    error: u32,
}

impl Kind {
    /// The number of what went wrong, if that is known.
    pub(super) fn error(&self) -> Option<u32> {
        (self.error != NONE).then_some(self.error)
    }

    /// The number of the workflow's id.
    pub(super) fn workflow(&self) -> Option<u32> {
        (self.workflow != NONE).then_some(self.workflow)
    }

    fn hash(&self, key: [u64; 2]) -> u64 {
        let mut bytes = [0; 21];
        let numbers = [self.workflow, self.name, self.word, self.tag_set, self.error];
        numbers
            .iter()
            .zip(bytes.chunks_exact_mut(4))
            .for_each(|(number, to)| to.copy_from_slice(&number.to_le_bytes()));
        bytes[20] = self.status as u8;
        siphash(key, &bytes)
    }
}

/// Which dictionaries have no room for all names. What cannot be held is then held of no row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crowding {
    /// More workflows than are told apart: none is, no filter and no list of them is possible.
    pub workflows: bool,
    /// More names of workflows than are kept: none is, workflows go by their ids.
    pub names: bool,
    /// More unknown status words than are kept: none is listed.
    pub words: bool,
    /// More tags or sets of tags than are told apart: none is, no filter by tag is possible.
    pub tags: bool,
    /// More kinds of errors than are told apart: none is.
    pub errors: bool,
}

/// The kinds of a table and their texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    key: [u64; 2],
    pub(super) crowding: Crowding,
    pub(super) workflows: Texts,
    names: Texts,
    pub(super) words: Texts,
    pub(super) tags: Texts,
    pub(super) errors: Errors,
    /// What kinds and errors were put together last: the kind without an error, the error, and the kind with it.
    met: Vec<[u32; 3]>,
    tag_sets: Sets,
    /// The tags of some sets in the order of their texts.
    sorted_sets: BTreeMap<u32, Box<[u32]>>,
    all: Vec<Kind>,
    index: Index,
    /// The newest start of each kind's rows, in milliseconds.
    newest: Vec<i64>,
    /// The tags of the row being looked at; kept so that a row needs no allocation.
    scratch: Vec<u32>,
}

impl Kinds {
    /// Kinds that are found by hashes under a key. Only while there are none.
    pub(super) fn with_key(key: [u64; 2]) -> Self {
        Self { key, ..Self::default() }
    }

    /// The number of the kind of executions that share all with this one but what went wrong.
    // Apart from what takes each row.
    #[inline(never)]
    pub(super) fn intern(&mut self, execution: &Execution<'_>) -> u32 {
        let workflow = self.workflow(execution.workflow_id.or(execution.workflow));
        let name = self.name(execution.workflow);
        let word = match execution.status {
            Status::Other => self.word(listed(execution.status_text)),
            _ => NONE,
        };
        let tag_set = self.tag_set(&mut execution.tags.iter());
        self.number(Kind { workflow, name, status: execution.status, word, tag_set, error: NONE })
    }

    /// The number of an error's class; `None` if it says nothing, or if there are more than are told apart.
    pub(super) fn error_number(&mut self, error: &str) -> Option<u32> {
        let number = if self.crowding.errors { Ok(None) } else { self.errors.number(self.key, error) };
        self.or_crowd(number)
    }

    /// The number of the kind of executions of another kind of which that went wrong. It is told of those that failed only.
    #[inline]
    pub(super) fn with_error(&mut self, number: u32, error: u32) -> u32 {
        // Any place is a good one that is the same for both.
        let place = (number.wrapping_mul(31) ^ error.wrapping_mul(0x9e37_79b9)) as usize % MET;
        match self.met.get(place) {
            Some([of, with, found]) if [*of, *with] == [number, error] => *found,
            _ => self.with_new_error(number, error, place),
        }
    }

    #[inline(never)]
    fn with_new_error(&mut self, number: u32, error: u32, place: usize) -> u32 {
        let Some(kind) = self.all.get(number as usize).filter(|kind| kind.status.is_failure()) else { return number };
        let found = self.number(Kind { error, ..*kind });
        self.met.resize(MET, [NONE; 3]);
        self.met.get_mut(place).into_iter().for_each(|met| *met = [number, error, found]);
        found
    }

    /// What errors gave, or none from now on where they have no room.
    fn or_crowd(&mut self, error: Result<Option<u32>, Crowded>) -> Option<u32> {
        error.unwrap_or_else(|Crowded| {
            self.crowd(Crowding { errors: true, ..Crowding::default() });
            None
        })
    }

    /// The number here of a kind of other ones.
    pub(super) fn adopt(&mut self, others: &Kinds, kind: &Kind) -> u32 {
        let workflow = self.workflow(kind.workflow().map(|number| others.workflows.text(number)));
        let name = self.name((kind.name != NONE).then(|| others.names.text(kind.name)));
        let word = if kind.word == NONE { NONE } else { self.word(others.words.text(kind.word)) };
        let tag_set = self.tag_set(&mut others.tags_of(kind));
        let class = others.error_of(kind).filter(|_| !self.crowding.errors);
        let error = class.map(|class| self.errors.number_of_class(self.key, class)).transpose();
        let error = self.or_crowd(error).unwrap_or(NONE);
        self.number(Kind { workflow, name, status: kind.status, word, tag_set, error })
    }

    /// Takes note of a row of a kind, which makes the kind's workflow bear its name unless a newer row says otherwise.
    #[inline]
    pub(super) fn see(&mut self, kind: u32, start_ms: i64) {
        // Written only if it changes: whoever looks at it next then need not wait for that.
        if let Some(newest) = self.newest.get_mut(kind as usize).filter(|newest| **newest < start_ms) {
            *newest = start_ms;
        }
    }

    pub(super) fn all(&self) -> &[Kind] {
        &self.all
    }

    /// Of each kind, whether a filter admits its rows. Each workflow and each set of tags is looked at once.
    pub(super) fn admitted(&self, filter: &Filter) -> Vec<bool> {
        let ids = self.workflows.iter().map(Some).chain([None]);
        let workflows: Vec<bool> = ids.map(|id| filter.admits_workflow(id)).collect();
        let statuses = Status::ALL.map(|status| filter.admits_status(status));
        let sets = (0..self.tag_sets.len() as u32).chain([NONE]);
        let sets: Vec<bool> = sets.map(|set| filter.admits_tags(self.tags_of_set(set))).collect();
        // What is not there stands last.
        let of = |list: &[bool], number: u32| list.get(number as usize).or(list.last()) == Some(&true);
        let is_admitted =
            |kind: &Kind| of(&workflows, kind.workflow) && of(&statuses, kind.status as u32) && of(&sets, kind.tag_set);
        self.all.iter().map(is_admitted).collect()
    }

    /// A kind's newest start, in milliseconds.
    pub(super) fn newest(&self, number: u32) -> i64 {
        self.newest.get(number as usize).copied().unwrap_or(i64::MIN)
    }

    pub(super) fn workflow_id(&self, kind: &Kind) -> Option<&str> {
        kind.workflow().map(|number| self.workflows.text(number))
    }

    /// The tags of a kind's rows, sorted by nothing.
    pub(super) fn tags_of(&self, kind: &Kind) -> impl Iterator<Item = &str> + Clone {
        self.tags_of_set(kind.tag_set)
    }

    /// The numbers of these tags, each once.
    pub(super) fn tag_numbers(&self, kind: &Kind) -> &[u32] {
        self.tag_sets.set(kind.tag_set)
    }

    /// Lets the tags of a kind be told in the order of their texts.
    pub(super) fn sort_tags(&mut self, kind: &Kind) {
        if !self.sorted_sets.contains_key(&kind.tag_set) {
            let mut tags: Box<[u32]> = self.tag_sets.set(kind.tag_set).into();
            sort(&mut tags, &|one, other| self.tags.text(*one) < self.tags.text(*other));
            self.sorted_sets.insert(kind.tag_set, tags);
        }
    }

    /// The tags of a kind in the order of their texts, once these were sorted.
    pub(super) fn sorted_tags(&self, kind: &Kind) -> &[u32] {
        self.sorted_sets.get(&kind.tag_set).map_or(&[], |tags| tags)
    }

    /// How many sets of tags there are.
    pub(super) fn sets(&self) -> usize {
        self.tag_sets.len()
    }

    fn tags_of_set(&self, set: u32) -> impl Iterator<Item = &str> + Clone {
        self.tag_sets.set(set).iter().map(|tag| self.tags.text(*tag))
    }

    /// The word of a kind whose status is none of the vocabulary's.
    pub(super) fn word_of(&self, kind: &Kind) -> Option<&str> {
        (kind.word != NONE).then(|| self.words.text(kind.word))
    }

    /// What went wrong with the rows of a kind.
    pub(super) fn error_of(&self, kind: &Kind) -> Option<&str> {
        kind.error().map(|number| self.errors.texts().text(number))
    }

    /// The name that a kind gives its workflow.
    pub(super) fn name_of(&self, kind: &Kind) -> Option<&str> {
        (kind.name != NONE).then(|| self.names.text(kind.name))
    }

    /// Each workflow's name, by number: the one that its newest row gave it, of two equally new ones the greater text.
    pub(super) fn names_of_workflows(&self) -> Vec<Option<&str>> {
        let mut names: Vec<Option<(i64, &str)>> = vec![None; self.workflows.len()];
        for (kind, newest) in self.all.iter().zip(&self.newest) {
            let place = names.get_mut(kind.workflow as usize);
            if let (Some(place), Some(name)) = (place, self.name_of(kind)) {
                *place = (*place).max(Some((*newest, name)));
            }
        }
        names.into_iter().map(|name| name.map(|(_, text)| text)).collect()
    }

    pub(super) fn names(&self) -> &Texts {
        &self.names
    }

    /// Appends sets of tags and kinds, as numbers of texts.
    pub(super) fn write_sets(&self, out: &mut Vec<u8>) {
        push_short(out, self.tag_sets.len() as u32);
        for set in (0..self.tag_sets.len() as u32).map(|number| self.tag_sets.set(number)) {
            push_short(out, set.len() as u32);
            set.iter().for_each(|tag| push_short(out, *tag));
        }
        push_short(out, self.all.len() as u32);
        for (kind, newest) in self.all.iter().zip(&self.newest) {
            let numbers = [kind.workflow, kind.name, kind.word, kind.tag_set, kind.error];
            numbers.into_iter().for_each(|number| push_short(out, number));
            out.push(kind.status as u8);
            push_long(out, *newest as u64);
        }
    }

    /// Kinds of texts (workflows, names, words, tags and errors) and of what [`Kinds::write_sets`] wrote. They can be adopted by
    /// other kinds; an execution's own is not found in them.
    pub(super) fn from_texts(crowding: Crowding, texts: [Texts; 5], bytes: &mut Bytes<'_>) -> Result<Self, Broken> {
        let [workflows, names, words, tags, errors] = texts;
        let is_class =
            |class: &str| !class.is_empty() && class.len() <= MOST_CLASS_BYTES && !class.contains(char::is_control);
        if errors.len() > MOST_ERRORS || !errors.iter().all(is_class) || crowding.errors && errors.len() > 0 {
            return Err(Broken);
        }
        let errors = Errors::of(errors);
        let mut kinds = Self { crowding, workflows, names, words, tags, errors, ..Self::default() };
        for expected in 0..bytes.count(4)? as u32 {
            let mut set = Vec::new();
            for _ in 0..bytes.count(4)? {
                set.push(bytes.short()?);
            }
            let is_sorted = set.is_sorted_by(|one, next| one < next);
            let is_known = set.last().is_none_or(|last| (*last as usize) < kinds.tags.len());
            if !is_sorted || !is_known || kinds.tag_sets.number([0, 0], &set) != Ok(expected) {
                return Err(Broken);
            }
        }
        for _ in 0..bytes.count(29)? {
            let [workflow, name, word, tag_set] = [bytes.short()?, bytes.short()?, bytes.short()?, bytes.short()?];
            let error = bytes.short()?;
            let status = *Status::ALL.get(usize::from(bytes.byte()?)).ok_or(Broken)?;
            let is_there = |number: u32, texts: &Texts| number == NONE || (number as usize) < texts.len();
            let are_there = is_there(workflow, &kinds.workflows)
                && is_there(name, &kinds.names)
                && is_there(word, &kinds.words)
                && (tag_set as usize) < kinds.tag_sets.len().max(1)
                && (word == NONE || status == Status::Other)
                && is_there(error, kinds.errors.texts())
                && (error == NONE || status.is_failure());
            if !are_there {
                return Err(Broken);
            }
            kinds.all.push(Kind { workflow, name, status, word, tag_set, error });
            kinds.newest.push(bytes.long()? as i64);
        }
        Ok(kinds)
    }

    /// Takes over what other kinds have no room for.
    pub(super) fn crowd_like(&mut self, other: Crowding) {
        let both = self.crowding.with(other);
        if both != self.crowding {
            self.crowd(both);
        }
    }

    fn workflow(&mut self, id: Option<&str>) -> u32 {
        let Some(id) = id.filter(|_| !self.crowding.workflows) else { return NONE };
        let number = self.workflows.number(self.key, id);
        number.unwrap_or_else(|Crowded| self.crowd(Crowding { workflows: true, ..Crowding::default() }))
    }

    fn name(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name.filter(|_| !self.crowding.names && !self.crowding.workflows) else { return NONE };
        let number = self.names.number(self.key, name);
        number.unwrap_or_else(|Crowded| self.crowd(Crowding { names: true, ..Crowding::default() }))
    }

    fn word(&mut self, word: &str) -> u32 {
        if self.crowding.words {
            return NONE;
        }
        let number = self.words.number(self.key, word);
        number.unwrap_or_else(|Crowded| self.crowd(Crowding { words: true, ..Crowding::default() }))
    }

    /// The number of the set of some tags, in whatever order they come and however often. The empty set is number 0.
    fn tag_set(&mut self, tags: &mut dyn Iterator<Item = &str>) -> u32 {
        if self.tag_sets.len() == 0 {
            // The first set always has room.
            let _ = self.tag_sets.number(self.key, &[]);
        }
        if self.crowding.tags {
            return 0;
        }
        let mut set = std::mem::take(&mut self.scratch);
        set.clear();
        let mut tags = tags.map(|tag| self.tags.number(self.key, tag).map(|number| set.push(number)));
        let is_whole = tags.all(|found| found.is_ok());
        // Most rows name their tags in one order.
        if !set.is_sorted() {
            sort(&mut set, &|one, other| one < other);
        }
        set.dedup();
        let number = if is_whole { self.tag_sets.number(self.key, &set) } else { Err(Crowded) };
        self.scratch = set;
        number.unwrap_or_else(|Crowded| {
            self.crowd(Crowding { tags: true, ..Crowding::default() });
            0
        })
    }

    fn number(&mut self, mut kind: Kind) -> u32 {
        // What another field's crowding has swept away meanwhile is swept out of this one too.
        self.crowding.sweep(&mut kind);
        let hash = kind.hash(self.key);
        let all = &self.all;
        let known = self.index.find(hash, &mut |number| all.get(number as usize) == Some(&kind));
        known.unwrap_or_else(|| {
            self.all.push(kind);
            self.newest.push(i64::MIN);
            self.index.add(hash)
        })
    }

    /// Forgets what there is no room for, in all kinds. Rows keep the numbers of their kinds; of kinds that have become
    /// the same, only the first is found from now on.
    #[cold]
    #[inline(never)]
    fn crowd(&mut self, more: Crowding) -> u32 {
        let crowding = self.crowding.with(more);
        self.crowding = crowding;
        if crowding.workflows {
            self.workflows = Texts::default();
        }
        if crowding.workflows || crowding.names {
            self.names = Texts::default();
        }
        if crowding.words {
            self.words = Texts::default();
        }
        if crowding.tags {
            self.tags = Texts::default();
            self.tag_sets = Sets::default();
            self.sorted_sets = BTreeMap::new();
        }
        if crowding.errors {
            self.errors = Errors::default();
        }
        self.met.clear();
        self.index = Index::default();
        for number in 0..self.all.len() {
            let (before, rest) = self.all.split_at_mut(number);
            let Some(kind) = rest.first_mut() else { break };
            crowding.sweep(kind);
            let hash = kind.hash(self.key);
            let is_known = self.index.find(hash, &mut |other| before.get(other as usize) == Some(kind)).is_some();
            _ = if is_known { self.index.skip(hash) } else { self.index.add(hash) };
        }
        NONE
    }
}

impl Crowding {
    fn with(self, other: Crowding) -> Crowding {
        Crowding {
            workflows: self.workflows || other.workflows,
            names: self.names || other.names,
            words: self.words || other.words,
            tags: self.tags || other.tags,
            errors: self.errors || other.errors,
        }
    }

    /// Takes out of a kind what is not told apart.
    fn sweep(self, kind: &mut Kind) {
        if self.workflows {
            kind.workflow = NONE;
        }
        if self.workflows || self.names {
            kind.name = NONE;
        }
        if self.words {
            kind.word = NONE;
        }
        if self.tags {
            kind.tag_set = 0;
        }
        if self.errors {
            kind.error = NONE;
        }
    }
}

/// The part of an unknown status word that is kept.
fn listed(word: &str) -> &str {
    word.get(..word.floor_char_boundary(MOST_STATUS_BYTES)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::MOST_NAMES;

    #[test]
    fn kinds_of_numbers_that_were_chosen_are_found_in_few_steps() {
        let count = MOST_NAMES as u32;
        let mut kinds = Kinds { key: [11, 12], ..Kinds::default() };
        for number in 0..count {
            let (name, word, error) = (NONE, NONE, NONE);
            kinds.number(Kind { workflow: number << 16, name, status: Status::Failed, word, tag_set: number, error });
        }
        assert_eq!(kinds.all.len(), MOST_NAMES);
        assert!(kinds.index.steps() < u64::from(count) * 2, "{} steps", kinds.index.steps());
    }
}
