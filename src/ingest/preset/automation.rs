//! Systems that automate work between services: LinkFlow, n8n, Windmill, Kestra.

use super::{Preset, is, tagged};
use crate::execution::Status;
use crate::ingest::mapping::{Rules, TagRule};
use crate::ingest::role::Role;

/// LinkFlow's executions, by its interface or as a dump of its table. Its retries are rows of their own, which their mode
/// says; the execution that they name, as other rows do, is no parent. Its engine writes nanoseconds under `duration_ms`.
pub(super) const LINKFLOW: Preset = Preset {
    name: "linkflow",
    title: "LinkFlow executions",
    signs: &[&["mode", "max_attempts", "started_at"]],
    paths: &[
        ("id", Role::Id),
        ("workflow_id", Role::WorkflowId),
        ("workflow", Role::Workflow),
        ("status", Role::Status),
        ("started_at", Role::StartedAt),
        ("finished_at", Role::FinishedAt),
        ("created_at", Role::CreatedAt),
        ("duration_ms", Role::Duration),
        ("mode", Role::TagA),
        ("mode", Role::Repeats),
        ("attempt", Role::Attempt),
        ("attempt", Role::TagB),
        ("is_deterministic_replay", Role::TagC),
        ("replay_of_execution_id", Role::TagD),
        ("error", Role::Error),
    ],
    rules: Rules {
        tags: &[TagRule::Behind(""), TagRule::Retry, TagRule::Flag("replay"), TagRule::Flag("replay")],
        waits_from: &[Role::CreatedAt],
        may_be_nanoseconds: true,
        repeats_word: "retry",
        ..Rules::GENERAL
    },
};

/// n8n's executions. Those of mode `integrated` are sub-workflows of others. Old rows have no status but `finished`,
/// which is false of failures too.
pub(super) const N8N: Preset = Preset {
    name: "n8n",
    title: "n8n executions",
    signs: &[&["mode", "startedAt", "stoppedAt", "workflowId"], &["finished", "mode", "startedAt"]],
    paths: &[
        ("id", Role::Id),
        ("workflowId", Role::WorkflowId),
        ("workflowName", Role::Workflow),
        ("workflowData.name", Role::Workflow),
        ("status", Role::Status),
        ("finished", Role::Succeeded),
        ("stoppedAt", Role::HasEnded),
        ("waitTill", Role::IsPaused),
        ("startedAt", Role::StartedAt),
        ("stoppedAt", Role::FinishedAt),
        ("createdAt", Role::CreatedAt),
        ("mode", Role::Kind),
        ("mode", Role::TagA),
        ("retryOf", Role::TagB),
        ("retryOf", Role::Repeats),
        ("data.resultData.error.message", Role::Error),
    ],
    rules: Rules {
        part_kinds: &["integrated"],
        has_open_rows: true,
        tags: &[TagRule::Behind(""), TagRule::Flag("retry")],
        waits_from: &[Role::CreatedAt],
        ..Rules::GENERAL
    },
};

/// Windmill's jobs, finished and queued, and its exports, of which that of queued ones says nothing of how they stand.
/// Steps of flows are jobs too; so is housekeeping.
pub(super) const WINDMILL: Preset = Preset {
    name: "windmill",
    title: "Windmill jobs",
    signs: &[
        &["job_kind", "script_path"],
        &["job_kind", "is_flow_step"],
        &["job_kind", "success"],
        &["job_kind", "running"],
        &["job_kind", "permissioned_as"],
    ],
    paths: &[
        ("id", Role::Id),
        ("script_path", Role::WorkflowId),
        ("job_kind", Role::WorkflowId),
        ("canceled", Role::Cancelled),
        ("is_skipped", Role::Skipped),
        ("status", Role::Status),
        ("success", Role::Succeeded),
        ("running", Role::Running),
        ("completed_at", Role::HasEnded),
        ("duration_ms", Role::HasEnded),
        ("is_flow_step", Role::Parent),
        ("parent_job", Role::Parent),
        ("job_kind", Role::Kind),
        ("started_at", Role::StartedAt),
        ("completed_at", Role::FinishedAt),
        ("duration_ms", Role::Duration),
        ("self_wait_time_ms", Role::Waited),
        ("scheduled_for", Role::ScheduledAt),
        ("created_at", Role::CreatedAt),
        ("labels", Role::Tags),
        ("tag", Role::TagA),
        ("trigger_kind", Role::TagB),
        ("schedule_path", Role::TagC),
        ("is_retry", Role::TagD),
        ("is_retry", Role::Repeats),
        ("result.error.message", Role::Error),
        ("canceled_reason", Role::Error),
    ],
    rules: Rules {
        otherwise: Some(Status::Pending),
        other_kinds: &["dependencies", "flowdependencies", "appdependencies", "deploymentcallback"],
        tags: &[TagRule::Behind(""), TagRule::Behind(""), TagRule::Behind(""), TagRule::Flag("retry")],
        waits_from: &[Role::ScheduledAt],
        ..Rules::GENERAL
    },
};

/// Kestra's executions. Their `startDate` is when they were made; they start with the first RUNNING of their history. One
/// that is run again has an id of its own and names the first one; all others name themselves. What is tried again within
/// one row makes its number of attempts greater, and is no row. A flow that a task of another one starts names no parent,
/// only the kind of that task.
pub(super) const KESTRA: Preset = Preset {
    name: "kestra",
    title: "Kestra executions",
    signs: &[&["flowId", "namespace", "state.current"]],
    paths: &[
        ("id", Role::Id),
        ("namespace", Role::WorkflowSpace),
        ("flowId", Role::WorkflowId),
        ("state.current", Role::Status),
        ("state.histories", Role::History),
        ("state.startDate", Role::CreatedAt),
        ("state.endDate", Role::FinishedAt),
        ("state.duration", Role::Duration),
        ("scheduleDate", Role::ScheduledAt),
        ("parentId", Role::Parent),
        ("trigger.type", Role::Kind),
        ("originalId", Role::Repeats),
        ("metadata.attemptNumber", Role::TagA),
        ("labels", Role::Tags),
    ],
    rules: Rules {
        words: &[
            tagged("warning", Status::Completed, "warning"),
            tagged("retried", Status::Failed, "retried"),
            is("retrying", Status::Running),
            is("restarted", Status::Pending),
            is("resubmitted", Status::Pending),
            is("breakpoint", Status::Pending),
        ],
        part_kinds: &[
            "io.kestra.plugin.core.flow.Subflow",
            "io.kestra.plugin.core.flow.ForEachItem$ForEachItemExecutable",
            "io.kestra.core.tasks.flows.Subflow",
            "io.kestra.core.tasks.flows.Flow",
            "io.kestra.core.tasks.flows.ForEachItem$ForEachItemExecutable",
        ],
        joint: ".",
        tags: &[TagRule::Retry],
        stand_in: Some(Role::CreatedAt),
        waits_from: &[Role::ScheduledAt, Role::CreatedAt],
        repeats_parent: true,
        ..Rules::GENERAL
    },
};
