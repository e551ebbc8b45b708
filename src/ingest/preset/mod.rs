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

    /// True if it reads what stands under a name.
    pub(super) const fn reads(&self, name: &str) -> bool {
        let mut place = 0;
        while place < self.paths.len() {
            if is_same(self.paths[place].0.as_bytes(), name.as_bytes()) {
                return true;
            }
            place += 1;
        }
        false
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
    continuous::GITHUB_JOBS,
    continuous::GITHUB_CLI_JOBS,
    continuous::GITHUB_CLI,
    continuous::GITHUB_CLI_UNTOLD,
    continuous::GITHUB_CLI_CREATED,
    continuous::GITHUB_CLI_CREATED_UNTOLD,
    continuous::GITHUB_CLI_BARE,
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

/// The signs of the systems whose rows may bear those of canonical ones as well: all that read `started_at`. Apart, so
/// that a reader without forms holds nothing else of them.
pub(super) static LIKE_CANONICAL: [&[&[&str]]; likenesses()] = {
    let mut signs: [&[&[&str]]; likenesses()] = [&[]; likenesses()];
    let (mut place, mut taken) = (0, 0);
    while taken < signs.len() {
        if PRESETS[place].reads(CANONICAL_START) {
            signs[taken] = PRESETS[place].signs;
            taken += 1;
        }
        place += 1;
    }
    signs
};

/// Names of fields that rows of a system always have, and other rows hardly ever: of Windmill's jobs, GitHub's runs and jobs,
/// GitLab's jobs, and its pipelines.
pub(super) const HINTS: &[&str] = &["job_kind", "run_attempt", "allow_failure", "iid"];

/// The start of canonical rows, which they all have.
pub(super) const CANONICAL_START: &str = "started_at";

const fn likenesses() -> usize {
    let (mut place, mut count) = (0, 0);
    while place < PRESETS.len() - 1 {
        count += PRESETS[place].reads(CANONICAL_START) as usize;
        place += 1;
    }
    count
}

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

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

/// A word that means a status and nothing else.
const fn is(text: &'static str, status: Status) -> Word {
    Word { text, means: Meaning::Is(status) }
}

/// A word that means a status and leaves a tag.
const fn tagged(text: &'static str, status: Status, tag: &'static str) -> Word {
    Word { text, means: Meaning::Tagged(status, tag) }
}
