//! Systems that orchestrate work on data and clusters: Airflow, Prefect, Dagster, Temporal, Argo Workflows, Slurm.

use super::{Preset, is, tagged};
use crate::execution::Status;
use crate::ingest::Repeats;
use crate::ingest::mapping::{Refinement, Rules, TagRule, Unit};
use crate::ingest::role::Role;

/// Runs of DAGs, of either version of Airflow's interface. Their logical date is an interval before they run and means
/// nothing here. They are due at `run_after`, and the wait is counted from there: a row holds one moment before its start,
/// by which it is also placed where that is asked for. Version 1 has none of it: there a run that the schedule made is due
/// when its interval of data ends, and one that a person or a backfill made was not due then. Those that `airflow dags list-runs` lists have no type, and an
/// empty text where a moment is none.
pub(super) const AIRFLOW_RUNS: Preset = Preset {
    name: "airflow",
    title: "Airflow DAG runs",
    signs: &[
        &["dag_run_id", "dag_id", "state", "run_type"],
        &["run_id", "dag_id", "state", "run_type"],
        &["run_id", "dag_id", "state", "logical_date"],
        &["run_id", "dag_id", "state", "execution_date"],
    ],
    paths: &[
        ("dag_run_id", Role::Id),
        ("run_id", Role::Id),
        ("dag_id", Role::WorkflowId),
        ("dag_display_name", Role::Workflow),
        ("state", Role::Status),
        ("start_date", Role::StartedAt),
        ("end_date", Role::FinishedAt),
        ("queued_at", Role::QueuedAt),
        ("run_after", Role::ScheduledAt),
        ("data_interval_end", Role::CreatedAt),
        ("duration", Role::Duration),
        ("run_type", Role::TagA),
    ],
    rules: Rules {
        tags: &[TagRule::Behind("")],
        duration_unit: Unit::Seconds,
        waits_from: &[Role::ScheduledAt, Role::QueuedAt, Role::CreatedAt],
        created_of: "scheduled__",
        ..Rules::GENERAL
    },
};

/// Instances of tasks, where those are what is exported. One that did not run because another failed is skipped. Those of
/// a mapped task share the run's id and differ in `map_index`, which is -1 of all others.
pub(super) const AIRFLOW_TASKS: Preset = Preset {
    name: "airflow-tasks",
    title: "Airflow task instances",
    signs: &[&["task_id", "dag_id", "state", "try_number"]],
    paths: &[
        ("id", Role::Id),
        ("dag_run_id", Role::Id),
        ("run_id", Role::Id),
        ("map_index", Role::Share),
        ("dag_id", Role::WorkflowSpace),
        ("task_id", Role::WorkflowId),
        ("state", Role::Status),
        ("start_date", Role::StartedAt),
        ("end_date", Role::FinishedAt),
        ("queued_when", Role::QueuedAt),
        ("duration", Role::Duration),
        ("try_number", Role::Attempt),
        ("try_number", Role::TagA),
        ("operator", Role::TagB),
    ],
    rules: Rules {
        words: &[
            is("removed", Status::Skipped),
            tagged("upstream_failed", Status::Skipped, "upstream_failed"),
            is("up_for_retry", Status::Pending),
            is("up_for_reschedule", Status::Pending),
            is("deferred", Status::Pending),
            is("restarting", Status::Pending),
        ],
        joint: ".",
        tags: &[TagRule::Retry, TagRule::Behind("")],
        duration_unit: Unit::Seconds,
        waits_from: &[Role::QueuedAt],
        otherwise: Some(Status::Pending),
        ..Rules::GENERAL
    },
};

/// Flow runs of Prefect. Those of the future are rows too, without a start; those of sub-flows have a parent.
/// How often one ran is what happened within its row, of which nothing is counted twice.
pub(super) const PREFECT: Preset = Preset {
    name: "prefect",
    title: "Prefect flow runs",
    signs: &[&["flow_id", "state_type"], &["flow_id", "state.type"]],
    paths: &[
        ("id", Role::Id),
        ("flow_id", Role::WorkflowId),
        ("flow_name", Role::Workflow),
        ("state_type", Role::Status),
        ("state.type", Role::Status),
        ("state_name", Role::Reason),
        ("state.name", Role::Reason),
        ("state.message", Role::Error),
        ("start_time", Role::StartedAt),
        ("end_time", Role::FinishedAt),
        ("expected_start_time", Role::ScheduledAt),
        ("total_run_time", Role::Duration),
        ("run_count", Role::TagA),
        ("parent_task_run_id", Role::Parent),
        ("tags", Role::Tags),
    ],
    rules: Rules {
        refinements: &[Refinement { from: Status::Failed, reason_has: "timedout", to: Status::TimedOut }],
        tags: &[TagRule::Retry],
        duration_unit: Unit::Seconds,
        waits_from: &[Role::ScheduledAt],
        ..Rules::GENERAL
    },
};

/// Runs of Dagster, by its GraphQL interface or as a dump of its table, whose `run_body` says nothing more that is read.
/// Runs of assets are all of one job, `__ASSET_JOB`, and tags tell them apart. A run that has a parent is run again, not a part of it.
pub(super) const DAGSTER: Preset = Preset {
    name: "dagster",
    title: "Dagster runs",
    signs: &[
        &["runId", "jobName", "status"],
        &["runId", "pipelineName", "status"],
        &["runId", "status", "startTime"],
        &["run_id", "pipeline_name", "status", "start_time"],
    ],
    paths: &[
        ("runId", Role::Id),
        ("run_id", Role::Id),
        ("jobName", Role::Workflow),
        ("pipelineName", Role::Workflow),
        ("pipeline_name", Role::Workflow),
        ("status", Role::Status),
        ("startTime", Role::StartedAt),
        ("start_time", Role::StartedAt),
        ("endTime", Role::FinishedAt),
        ("end_time", Role::FinishedAt),
        ("creationTime", Role::CreatedAt),
        ("create_timestamp", Role::CreatedAt),
        ("tags", Role::Tags),
        ("parentRunId", Role::TagA),
        ("parentRunId", Role::Repeats),
        ("rootRunId", Role::Repeats),
    ],
    rules: Rules {
        words: &[
            is("starting", Status::Pending),
            is("not_started", Status::Pending),
            is("managed", Status::Pending),
            is("suspended", Status::Pending),
        ],
        tags: &[TagRule::Flag("retry")],
        waits_from: &[Role::CreatedAt],
        ..Rules::GENERAL
    },
};

/// Workflow executions of Temporal. Their type is the workflow; what Temporal calls its id names one piece of business.
/// They start when their backoff is over. Runs that a retry, a schedule or the workflow itself made of one all name the
/// first of them.
pub(super) const TEMPORAL: Preset = Preset {
    name: "temporal",
    title: "Temporal workflow executions",
    signs: &[&["execution.workflowId", "type.name"]],
    paths: &[
        ("execution.runId", Role::Id),
        ("type.name", Role::Workflow),
        ("status", Role::Status),
        ("executionTime", Role::StartedAt),
        ("startTime", Role::StartedAt),
        ("closeTime", Role::FinishedAt),
        ("executionDuration", Role::Duration),
        ("parentExecution.workflowId", Role::Parent),
        ("firstRunId", Role::Repeats),
        ("taskQueue", Role::TagA),
    ],
    rules: Rules {
        words: &[
            is("workflow_execution_status_running", Status::Running),
            is("workflow_execution_status_completed", Status::Completed),
            is("workflow_execution_status_failed", Status::Failed),
            is("workflow_execution_status_canceled", Status::Cancelled),
            is("workflow_execution_status_terminated", Status::Cancelled),
            tagged("workflow_execution_status_continued_as_new", Status::Completed, CONTINUED),
            is("workflow_execution_status_timed_out", Status::TimedOut),
            is("workflow_execution_status_paused", Status::Pending),
            tagged("continued_as_new", Status::Completed, CONTINUED),
            tagged("continuedasnew", Status::Completed, CONTINUED),
            is("1", Status::Running),
            is("2", Status::Completed),
            is("3", Status::Failed),
            is("4", Status::Cancelled),
            is("5", Status::Cancelled),
            tagged("6", Status::Completed, CONTINUED),
            is("7", Status::TimedOut),
            is("8", Status::Pending),
        ],
        tags: &[TagRule::Behind("")],
        duration_unit: Unit::Seconds,
        repeats: Repeats::LaterRun,
        ..Rules::GENERAL
    },
};

const CONTINUED: &str = "continued_as_new";

/// Workflows of Argo. Their own name is that of one run; what made them names the workflow.
pub(super) const ARGO: Preset = Preset {
    name: "argo",
    title: "Argo workflows",
    signs: &[
        &["metadata.name", "status.phase", "status.startedAt"],
        &["metadata.name", "status.phase", "status.progress"],
        &["metadata.name", "spec.entrypoint"],
    ],
    paths: &[
        ("metadata.uid", Role::Id),
        ("metadata.name", Role::Id),
        ("metadata.namespace", Role::WorkflowSpace),
        ("metadata.labels.workflows\\.argoproj\\.io/cron-workflow", Role::WorkflowId),
        ("metadata.labels.workflows\\.argoproj\\.io/workflow-template", Role::WorkflowId),
        ("metadata.generateName", Role::WorkflowId),
        ("metadata.name", Role::WorkflowId),
        ("status.phase", Role::Status),
        ("status.message", Role::Reason),
        ("status.message", Role::Error),
        ("status.startedAt", Role::StartedAt),
        ("status.finishedAt", Role::FinishedAt),
        ("metadata.creationTimestamp", Role::CreatedAt),
    ],
    rules: Rules {
        words: &[is("omitted", Status::Skipped)],
        refinements: &[
            Refinement { from: Status::Failed, reason_has: "exceeded_its_deadline", to: Status::TimedOut },
            Refinement { from: Status::Failed, reason_has: "stopped_with_strategy", to: Status::Cancelled },
        ],
        waits_from: &[Role::CreatedAt],
        otherwise: Some(Status::Pending),
        ..Rules::GENERAL
    },
};

/// Jobs of Slurm, as `sacct --parsable` writes them. A job's steps have a point in their id.
pub(super) const SLURM: Preset = Preset {
    name: "slurm",
    title: "Slurm jobs",
    signs: &[&["JobID", "State", "Start", "Elapsed"], &["JobID", "State", "Start", "End"]],
    paths: &[
        ("JobID", Role::Id),
        ("JobID", Role::StepId),
        ("JobName", Role::Workflow),
        ("State", Role::Status),
        ("Start", Role::StartedAt),
        ("End", Role::FinishedAt),
        ("Eligible", Role::QueuedAt),
        ("Submit", Role::CreatedAt),
        ("Elapsed", Role::Duration),
        ("Partition", Role::TagA),
        ("User", Role::TagB),
    ],
    rules: Rules {
        words: &[
            is("node_fail", Status::Failed),
            is("boot_fail", Status::Failed),
            is("out_of_memory", Status::Failed),
            is("deadline", Status::TimedOut),
            is("preempted", Status::Cancelled),
            is("revoked", Status::Cancelled),
            is("completing", Status::Running),
            is("suspended", Status::Pending),
            is("requeued", Status::Pending),
        ],
        duration_unit: Unit::Minutes,
        waits_from: &[Role::QueuedAt, Role::CreatedAt],
        ..Rules::GENERAL
    },
};
