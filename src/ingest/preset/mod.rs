//! What is known of the systems whose exports are read: paths, status words and rules as data, a file a family of
//! systems. Decides nothing by itself.

mod automation;
mod canonical;
mod continuous;
mod cube;
mod events;
mod orchestration;

pub(super) use canonical::CANONICAL;

use super::mapping::{Mapping, Meaning, Rules, Word};
use super::role::Role;
use crate::execution::Status;

/// A system, or one kind of its exports.
#[derive(Debug)]
pub(super) struct Preset {
    /// The name by which it is asked for: the system's, and behind a hyphen the kind of export if there are several. Those that
    /// differ in their signs alone share one and stand together.
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

    /// True if it is asked for by that name, or its system is.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name.strip_prefix(name).is_some_and(|kind| kind.is_empty() || kind.starts_with('-'))
    }
}

/// Every system. Of several whose signs a row has, the first is taken; the canonical row stands last.
pub(super) static ALL: &[Preset] = PRESETS;

const PRESETS: &[Preset] = &[
    automation::LINKFLOW,
    automation::N8N,
    continuous::GITHUB_RUNS,
    continuous::GITHUB_CLI,
    continuous::GITHUB_CLI_UNTOLD,
    continuous::GITHUB_CLI_CREATED,
    continuous::GITHUB_CLI_CREATED_UNTOLD,
    continuous::GITHUB_CLI_BARE,
    continuous::GITHUB_JOBS,
    continuous::GITLAB_PIPELINES,
    continuous::GITLAB_LISTED_PIPELINES,
    continuous::GITLAB_JOBS,
    continuous::JENKINS,
    orchestration::AIRFLOW_RUNS,
    orchestration::AIRFLOW_TASKS,
    orchestration::PREFECT,
    orchestration::DAGSTER,
    orchestration::TEMPORAL,
    orchestration::ARGO,
    orchestration::SLURM,
    automation::WINDMILL,
    automation::KESTRA,
    events::OTLP,
    events::CDEVENTS,
    cube::CUBE,
    CANONICAL,
];

/// The signs of every system but the canonical row. Apart, so that a reader without forms holds nothing else of them.
pub(super) static OTHER_SIGNS: [&[&[&str]]; PRESETS.len() - 1] = {
    let mut signs: [&[&[&str]]; PRESETS.len() - 1] = [&[]; PRESETS.len() - 1];
    let mut place = 0;
    while place < signs.len() {
        signs[place] = PRESETS[place].signs;
        place += 1;
    }
    signs
};

/// The name of the system whose rows are no fields with names.
pub(super) const SWF: &str = "swf";

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

/// A word that means a status and leaves a tag.
const fn tagged(text: &'static str, status: Status, tag: &'static str) -> Word {
    Word { text, means: Meaning::Tagged(status, tag) }
}
