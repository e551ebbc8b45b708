//! What tells of executions by the way: spans of OpenTelemetry and events of CDEvents.

use super::{Preset, is};
use crate::execution::Status;
use crate::ingest::mapping::{Refinement, Rules};
use crate::ingest::role::Role;

/// Spans of OTLP/JSON that have no parent; the others are parts of them. The service's name stands around them.
pub(super) const OTLP: Preset = Preset {
    name: "otlp",
    title: "OpenTelemetry spans",
    signs: &[&["traceId", "spanId"]],
    paths: &[
        ("spanId", Role::Id),
        ("resource.attributes.service\\.name", Role::WorkflowSpace),
        ("attributes.cicd\\.pipeline\\.name", Role::Workflow),
        ("name", Role::Workflow),
        ("parentSpanId", Role::ParentId),
        ("status.code", Role::Conclusion),
        ("status.message", Role::Error),
        ("startTimeUnixNano", Role::StartedAt),
        ("endTimeUnixNano", Role::FinishedAt),
        ("endTimeUnixNano", Role::EndedAt),
    ],
    rules: Rules {
        words: &[
            is("0", Status::Completed),
            is("1", Status::Completed),
            is("2", Status::Failed),
            is("unset", Status::Completed),
            is("status_code_unset", Status::Completed),
            is("status_code_ok", Status::Completed),
            is("status_code_error", Status::Failed),
        ],
        ends_decide: true,
        ..Rules::GENERAL
    },
};

/// Events of pipeline runs, in their own form or within CloudEvents. Two or three of them are one execution, which
/// [`crate::ingest::cdevents`] puts together: the source and the
/// subject's id are that of the execution, what stands here as its start
/// is the instant of the event.
pub(super) const CDEVENTS: Preset = Preset {
    name: "cdevents",
    title: "CDEvents",
    signs: &[&["context.type", "context.source", "subject.id"], &["specversion", "source", "type", "time"]],
    paths: &[
        ("subject.id", Role::Id),
        ("data.subject.id", Role::Id),
        ("subject", Role::Id),
        ("context.source", Role::WorkflowSpace),
        ("data.context.source", Role::WorkflowSpace),
        ("source", Role::WorkflowSpace),
        ("context.type", Role::Kind),
        ("data.context.type", Role::Kind),
        ("type", Role::Kind),
        ("context.timestamp", Role::StartedAt),
        ("data.context.timestamp", Role::StartedAt),
        ("time", Role::StartedAt),
        ("subject.content.pipelineName", Role::Workflow),
        ("data.subject.content.pipelineName", Role::Workflow),
        ("data.pipelineName", Role::Workflow),
        ("subject.content.outcome", Role::Conclusion),
        ("subject.content.status", Role::Status),
        ("data.subject.content.outcome", Role::Conclusion),
        ("data.subject.content.status", Role::Status),
        ("data.outcome", Role::Conclusion),
        ("subject.content.errors", Role::Error),
        ("data.subject.content.errors", Role::Error),
    ],
    rules: Rules {
        // The older form has no word for it.
        refinements: &[Refinement { from: Status::Failed, reason_has: "cancel", to: Status::Cancelled }],
        joins_events: true,
        waits_from: &[Role::QueuedAt],
        ..Rules::GENERAL
    },
};
