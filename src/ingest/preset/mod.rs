//! What is known of the systems whose exports are read: paths, status words and rules as data, one file a family.

mod canonical;

use super::mapping::{Mapping, Meaning, Word};
use crate::execution::Status;

/// The mapping of the canonical row.
pub(super) fn canonical() -> Mapping {
    canonical::mapping()
}

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
