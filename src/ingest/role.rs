//! What a value of a source can mean. A role says nothing of where the value stands; a [`super::mapping::Mapping`] does.

/// A meaning. The class roles come first: they alone decide what [`super::classify`] makes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    /// The workflow's identity.
    WorkflowId,
    /// The workflow's name, or an object with its `id` and `name`.
    Workflow,
    /// What the workflow belongs to (namespace, project, service, repository); stands in front of its id and name.
    WorkflowSpace,
    /// The word of how the execution stands.
    Status,
    /// The word of how it ended, where a source keeps that apart; where it is there, it decides.
    Conclusion,
    /// A word or text that refines the status, such as why it failed.
    Reason,
    /// True or false: it succeeded, for sources without a word.
    Succeeded,
    /// True: it was cancelled, whatever else is said.
    Cancelled,
    /// True: it was skipped, whatever else is said.
    Skipped,
    /// True: it runs; false: it waits to run. Asked where nothing else says how it stands.
    Running,
    /// Taken by its presence: the row has an end. Asked where nothing else says how it stands.
    HasEnded,
    /// Taken by its presence: the row waits for something.
    IsPaused,
    /// Taken by its presence: the row is a part of another execution.
    Parent,
    /// The id of what the row is a part of, which may be written as zeros where there is none.
    ParentId,
    /// An id that is that of a step of another execution if it has a point.
    StepId,
    /// An instant that may be written as zero: the row has an end if it is not.
    EndedAt,
    /// The kind of the row; some kinds are no executions.
    Kind,
    /// Texts in an array, in one text or as labels with a key and a value.
    Tags,
    /// Single values that become tags, each by a rule of its own.
    TagA,
    TagB,
    TagC,
    TagD,
    TagE,
    TagF,
    TagG,
    TagH,

    /// When it really started.
    StartedAt,
    /// When it ended.
    FinishedAt,
    /// When it was to start.
    ScheduledAt,
    /// When it was queued.
    QueuedAt,
    /// When its record was made.
    CreatedAt,
    /// How long it took.
    Duration,
    /// How long it waited for its start.
    Waited,
    /// The states that it went through, each with its instant.
    History,

    /// The identity of the run within its workflow.
    Id,
    /// Which try it is.
    Attempt,
    /// What went wrong: a text, or an object with `message`.
    Error,
    /// Which of several that share an id it is; nothing where it is below zero.
    Share,
    /// The id of the run that it repeats, or a yes or a word that says that it repeats one.
    Repeats,
}

impl Role {
    /// How many roles there are.
    pub(super) const COUNT: usize = Role::Repeats as usize + 1;

    /// The roles of single tags, in the order of the rules that they follow.
    pub(super) const TAGS: [Role; 8] =
        [Role::TagA, Role::TagB, Role::TagC, Role::TagD, Role::TagE, Role::TagF, Role::TagG, Role::TagH];

    /// The roles that say how an execution stands.
    pub(super) const STATUSES: [Role; 4] = [Role::Status, Role::Conclusion, Role::Succeeded, Role::Running];

    /// True for the roles that decide workflow, name, status, tags and whether the row counts at all.
    pub(super) const fn is_class(self) -> bool {
        (self as u8) < Role::StartedAt as u8
    }

    /// True for the roles of which the value is an instant.
    pub(super) const fn is_moment(self) -> bool {
        matches!(self, Role::StartedAt | Role::FinishedAt | Role::ScheduledAt | Role::QueuedAt | Role::CreatedAt)
    }

    /// True for the roles that canonical rows have; all others are asked for in vain without the forms.
    pub(super) const fn is_canonical(self) -> bool {
        use Role::{Attempt, Duration, Error, FinishedAt, Id, StartedAt, Status, Tags, Workflow, WorkflowId};
        matches!(self, Id | WorkflowId | Workflow | Status | StartedAt | FinishedAt | Duration | Tags | Attempt | Error)
    }

    /// True for the roles of which only matters whether a value is there; it is then kept as `true`.
    pub(super) const fn is_presence(self) -> bool {
        matches!(self, Role::HasEnded | Role::IsPaused | Role::Parent)
    }
}
