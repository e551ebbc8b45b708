//! Rows of a cube: executions that a database has counted.

use super::Preset;
use crate::ingest::cube_rows::{BIN_LIST, BUCKET, COUNT_LIST, DURATION_SUM, EXECUTIONS, SECONDS, TIMED};
use crate::ingest::mapping::Rules;
use crate::ingest::role::Role;

pub(super) const CUBE: Preset = Preset {
    name: "cube",
    title: "counts of executions by hour",
    signs: &[
        &["hour", "status", "n"],
        &["hour", "status", "count"],
        &["bucket", "status", "n"],
        &["bucket", "status", "count"],
    ],
    paths: &[
        ("workflow_id", Role::WorkflowId),
        ("workflow", Role::Workflow),
        ("status", Role::Status),
        ("tags", Role::Tags),
        ("hour", BUCKET),
        ("bucket", BUCKET),
        ("bucket_seconds", SECONDS),
        ("n", EXECUTIONS),
        ("count", EXECUTIONS),
        ("duration_count", TIMED),
        ("duration_sum_ms", DURATION_SUM),
        ("bins", BIN_LIST),
        ("counts", COUNT_LIST),
    ],
    rules: Rules { is_cube: true, ..Rules::GENERAL },
};
