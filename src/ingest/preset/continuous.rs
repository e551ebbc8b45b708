//! Systems that build and test code: GitHub Actions, GitLab, Jenkins.

use super::{Preset, is, tagged};
use crate::execution::Status;
use crate::ingest::UNSTABLE;
use crate::ingest::mapping::{Ids, Meaning, Refinement, Rules, TagRule, Unit, Word};
use crate::ingest::role::Role;

/// What the conclusions of GitHub mean. `completed` says that a run ended and not how.
const GITHUB_WORDS: &[Word] = &[
    tagged("neutral", Status::Completed, "neutral"),
    is("startup_failure", Status::Failed),
    tagged("action_required", Status::Failed, "action_required"),
    is("stale", Status::Cancelled),
    is("completed", Status::Other),
];

/// Runs of GitHub Actions, by the REST interface. A run that is run again keeps its id, has one attempt more and the
/// start of that one; the time since `created_at` is then no wait.
pub(super) const GITHUB_RUNS: Preset = Preset {
    name: "github-runs",
    title: "GitHub Actions runs",
    signs: &[&["run_started_at", "run_attempt", "conclusion"], &["run_number", "conclusion", "workflow_id"]],
    paths: &[
        ("id", Role::Id),
        ("workflow_id", Role::WorkflowId),
        ("path", Role::WorkflowId),
        ("name", Role::Workflow),
        ("status", Role::Status),
        ("conclusion", Role::Conclusion),
        ("run_started_at", Role::StartedAt),
        ("created_at", Role::CreatedAt),
        ("updated_at", Role::FinishedAt),
        ("event", Role::TagA),
        ("head_branch", Role::TagB),
        ("run_attempt", Role::Attempt),
        ("run_attempt", Role::TagC),
    ],
    rules: Rules {
        words: GITHUB_WORDS,
        tags: &[TagRule::Behind(""), TagRule::Behind(""), TagRule::Retry],
        stand_in: Some(Role::CreatedAt),
        ..Rules::GENERAL
    },
};

/// The same runs as `gh run list --json` writes them, with the fields that it was asked for.
pub(super) const GITHUB_CLI: Preset = Preset {
    name: "github-cli",
    title: "GitHub Actions runs of gh",
    signs: &[&["startedAt", "conclusion"]],
    paths: &[
        ("databaseId", Role::Id),
        ("workflowDatabaseId", Role::WorkflowId),
        ("workflowName", Role::Workflow),
        ("name", Role::Workflow),
        ("status", Role::Status),
        ("conclusion", Role::Conclusion),
        ("startedAt", Role::StartedAt),
        ("createdAt", Role::CreatedAt),
        ("event", Role::TagA),
        ("headBranch", Role::TagB),
        ("attempt", Role::Attempt),
        ("attempt", Role::TagC),
        ("updatedAt", Role::FinishedAt),
    ],
    rules: Rules { fields_of: "gh run list --json", ..GITHUB_RUNS.rules },
};

/// Of these, runs of which their `status` says that they ended, and nothing how.
pub(super) const GITHUB_CLI_UNTOLD: Preset = Preset {
    title: "GitHub Actions runs of gh that do not say how they ended, for want of conclusion among the fields of `gh run list --json`,",
    signs: &[&["startedAt", "databaseId"], &["startedAt", "workflowDatabaseId"]],
    ..GITHUB_CLI
};

/// Runs of gh without their start. One that was run again was made long before that, so that from there to its end is
/// no duration.
pub(super) const GITHUB_CLI_CREATED: Preset = Preset {
    title: "GitHub Actions runs of gh that start at createdAt and have no duration, for want of startedAt,",
    signs: &[&["createdAt", "conclusion"]],
    paths: match GITHUB_CLI.paths {
        [others @ .., (_, Role::FinishedAt)] => others,
        paths => paths,
    },
    ..GITHUB_CLI
};

/// Runs of gh that lack both.
pub(super) const GITHUB_CLI_CREATED_UNTOLD: Preset = Preset {
    title: "GitHub Actions runs of gh that start at createdAt, have no duration and do not say how they ended, for want of startedAt and conclusion among the fields of `gh run list --json`,",
    signs: &[&["createdAt", "databaseId"], &["createdAt", "workflowDatabaseId"]],
    ..GITHUB_CLI_CREATED
};

/// Runs of gh without any moment of their start.
pub(super) const GITHUB_CLI_BARE: Preset = Preset {
    signs: &[
        &["databaseId", "conclusion"],
        &["databaseId", "workflowName"],
        &["workflowName", "conclusion"],
        &["workflowDatabaseId"],
    ],
    ..GITHUB_CLI
};

/// The jobs of such runs, where those are what is exported.
pub(super) const GITHUB_JOBS: Preset = Preset {
    name: "github-jobs",
    title: "GitHub Actions jobs",
    signs: &[&["run_id", "run_attempt", "conclusion", "completed_at"]],
    paths: &[
        ("id", Role::Id),
        ("workflow_name", Role::WorkflowSpace),
        ("name", Role::Workflow),
        ("status", Role::Status),
        ("conclusion", Role::Conclusion),
        ("started_at", Role::StartedAt),
        ("completed_at", Role::FinishedAt),
        ("created_at", Role::CreatedAt),
        ("labels", Role::Tags),
        ("head_branch", Role::TagA),
        ("run_attempt", Role::Attempt),
        ("run_attempt", Role::TagB),
    ],
    rules: Rules {
        words: GITHUB_WORDS,
        tags: &[TagRule::Behind(""), TagRule::Retry],
        waits_from: &[Role::CreatedAt],
        ..Rules::GENERAL
    },
};

/// The same jobs as `gh run view --json jobs` writes them.
pub(super) const GITHUB_CLI_JOBS: Preset = Preset {
    title: "GitHub Actions jobs of gh",
    signs: &[&["startedAt", "completedAt", "conclusion"]],
    paths: &[
        ("databaseId", Role::Id),
        ("name", Role::Workflow),
        ("status", Role::Status),
        ("conclusion", Role::Conclusion),
        ("startedAt", Role::StartedAt),
        ("completedAt", Role::FinishedAt),
    ],
    ..GITHUB_JOBS
};

/// What the words of GitLab mean. A manual job that was never started is no execution; a pipeline that has started and
/// waits for a manual job is one.
const GITLAB: Rules = Rules {
    words: &[
        is("waiting_for_resource", Status::Pending),
        is("waiting_for_callback", Status::Pending),
        is("preparing", Status::Pending),
        Word { text: "manual", means: Meaning::IfStarted(Status::Pending) },
    ],
    refinements: &[
        Refinement { from: Status::Failed, reason_has: "stuck_or_timeout_failure", to: Status::TimedOut },
        Refinement { from: Status::Failed, reason_has: "job_execution_timeout", to: Status::TimedOut },
    ],
    part_kinds: &["parent_pipeline"],
    tags: &[TagRule::Behind(""), TagRule::Behind(""), TagRule::Flag("allow_failure")],
    duration_unit: Unit::Seconds,
    waited_unit: Unit::Seconds,
    ..Rules::GENERAL
};

/// Pipelines of GitLab, each asked for by itself. Their duration leaves out what they waited in between.
pub(super) const GITLAB_PIPELINES: Preset = Preset {
    name: "gitlab-pipelines",
    title: "GitLab pipelines",
    signs: &[&["iid", "project_id", "ref", "started_at"]],
    paths: &[
        ("id", Role::Id),
        ("project_id", Role::WorkflowSpace),
        ("name", Role::Workflow),
        ("ref", Role::Workflow),
        ("status", Role::Status),
        ("failure_reason", Role::Reason),
        ("failure_reason", Role::Error),
        ("source", Role::Kind),
        ("source", Role::TagA),
        ("ref", Role::TagB),
        ("started_at", Role::StartedAt),
        ("finished_at", Role::FinishedAt),
        ("created_at", Role::CreatedAt),
        ("duration", Role::Duration),
        ("queued_duration", Role::Waited),
    ],
    rules: GITLAB,
};

/// Pipelines as GitLab lists them: without a start, an end or a duration.
pub(super) const GITLAB_LISTED_PIPELINES: Preset = Preset {
    name: "gitlab-list",
    title: "GitLab pipelines of a list",
    signs: &[&["iid", "project_id", "ref", "created_at"]],
    paths: GITLAB_PIPELINES.paths,
    rules: Rules { stand_in: Some(Role::CreatedAt), ..GITLAB },
};

/// Jobs of GitLab, where those are what is exported.
pub(super) const GITLAB_JOBS: Preset = Preset {
    name: "gitlab-jobs",
    title: "GitLab jobs",
    signs: &[&["stage", "allow_failure", "started_at"], &["stage", "pipeline", "started_at"]],
    paths: &[
        ("id", Role::Id),
        ("pipeline.project_id", Role::WorkflowSpace),
        ("name", Role::Workflow),
        ("status", Role::Status),
        ("failure_reason", Role::Reason),
        ("failure_reason", Role::Error),
        ("stage", Role::TagA),
        ("ref", Role::TagB),
        ("allow_failure", Role::TagC),
        ("tag_list", Role::Tags),
        ("started_at", Role::StartedAt),
        ("finished_at", Role::FinishedAt),
        ("created_at", Role::CreatedAt),
        ("duration", Role::Duration),
        ("queued_duration", Role::Waited),
    ],
    rules: GITLAB,
};

/// Builds of Jenkins. Their `timestamp` is when they were scheduled; they name no other start. The job's name stands
/// around them, if anywhere, and each job counts its builds from 1.
pub(super) const JENKINS: Preset = Preset {
    name: "jenkins",
    title: "Jenkins builds",
    signs: &[&["number", "timestamp", "result"], &["timestamp", "building", "result"]],
    paths: &[
        ("number", Role::Id),
        ("fullName", Role::WorkflowId),
        ("result", Role::Conclusion),
        ("building", Role::Running),
        ("timestamp", Role::ScheduledAt),
        ("duration", Role::Duration),
        ("builtOn", Role::TagA),
    ],
    rules: Rules {
        words: &[Word { text: UNSTABLE, means: Meaning::Unstable }, is("not_built", Status::Skipped)],
        stand_in: Some(Role::ScheduledAt),
        ids: Ids::InWorkflow,
        ..Rules::GENERAL
    },
};
