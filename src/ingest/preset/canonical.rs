//! The canonical row, whose keys are those of [`crate::execution::Execution`].

use super::Preset;
use crate::ingest::mapping::Rules;
use crate::ingest::role::Role;

pub(in crate::ingest) const CANONICAL: Preset = Preset {
    name: "canonical",
    title: "canonical rows",
    signs: &[&["started_at", "status"], &["started_at"]],
    paths: &[
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
    ],
    rules: Rules::CANONICAL,
};
