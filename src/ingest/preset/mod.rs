//! What is known of the systems whose exports are read: paths, status words and rules as data, one file a family.

mod canonical;
mod cube;

pub(super) use canonical::CANONICAL;

use super::mapping::{Mapping, Meaning, Rules, Word};
use super::role::Role;
use crate::execution::Status;

/// A system, or one kind of its exports.
#[derive(Debug)]
pub(super) struct Preset {
    /// The name by which it is asked for.
    pub(super) name: &'static str,
    /// What its rows are called in sentences.
    pub(super) title: &'static str,
    /// Sets of names of fields; a row that has all of one set is of this system.
    pub(super) signs: &'static [&'static [&'static str]],
    pub(super) paths: &'static [(&'static str, Role)],
    pub(super) rules: Rules,
}

impl Preset {
    pub(super) fn mapping(&self) -> Mapping {
        Mapping::new(self.paths, self.rules)
    }
}

/// Every system. Of several whose signs a row has, the first is taken; the canonical row stands last.
pub(super) static ALL: &[Preset] = &[cube::CUBE, CANONICAL];

/// The system of a name.
pub(super) fn named(name: &str) -> Option<&'static Preset> {
    ALL.iter().find(|preset| preset.name == name)
}

/// Status words that mean the same in most systems.
pub(super) const SHARED_WORDS: &[Word] = &[
    is("success", Status::Completed),
    is("succeeded", Status::Completed),
    is("successful", Status::Completed),
    is("ok", Status::Completed),
    is("passed", Status::Completed),
    is("failure", Status::Failed),
    is("error", Status::Failed),
    is("errored", Status::Failed),
    is("crashed", Status::Failed),
    is("timedout", Status::TimedOut),
    is("timeout", Status::TimedOut),
    is("canceled", Status::Cancelled),
    is("cancel", Status::Cancelled),
    is("aborted", Status::Cancelled),
    is("killed", Status::Cancelled),
    is("terminated", Status::Cancelled),
    is("in_progress", Status::Running),
    is("started", Status::Running),
    is("canceling", Status::Running),
    is("cancelling", Status::Running),
    is("killing", Status::Running),
    is("queued", Status::Pending),
    is("created", Status::Pending),
    is("scheduled", Status::Pending),
    is("new", Status::Pending),
    is("requested", Status::Pending),
    is("submitted", Status::Pending),
    is("paused", Status::Pending),
];

/// A word that means a status and nothing else.
const fn is(text: &'static str, status: Status) -> Word {
    Word { text, means: Meaning::Is(status) }
}
