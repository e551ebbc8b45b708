//! The canonical row, whose keys are those of [`crate::execution::Execution`].

use crate::ingest::mapping::{Mapping, Rules};
use crate::ingest::role::Role;

const PATHS: &[(&str, Role)] = &[
    ("id", Role::Id),
    ("workflow_id", Role::WorkflowId),
    ("workflow", Role::Workflow),
    ("status", Role::Status),
    ("started_at", Role::StartedAt),
    ("finished_at", Role::FinishedAt),
    ("duration_ms", Role::Duration),
    ("tags", Role::Tags),
    ("attempt", Role::Attempt),
    ("error", Role::Error),
];

pub(super) fn mapping() -> Mapping {
    Mapping::new(PATHS, Rules::CANONICAL)
}
