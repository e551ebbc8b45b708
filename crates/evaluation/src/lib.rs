//! How often what the engine says is true: its patterns on made-up histories whose truth is known, and on real data, beside
//! their targets. Made-up histories depend on words and numbers alone, so a run can be repeated.
//!
//! `cargo xtask patterns` runs it. It changes nothing in the engine and counts nothing that the engine tells.

#[path = "../../../tests/support/daily.rs"]
#[allow(missing_docs, reason = "shared with the tests")]
mod daily;
#[path = "../../../tests/support/histories.rs"]
#[allow(missing_docs, reason = "shared with the tests")]
pub mod histories;
#[path = "../../../tests/support/singles.rs"]
#[allow(missing_docs, reason = "shared with the tests")]
pub mod singles;

pub mod absent;
pub mod changes;
pub mod clock;
pub mod endings;
pub mod errors;
pub mod events;
pub mod explained;
pub mod failures;
pub mod flights;
pub mod jobs;
pub mod labelled;
pub mod measure;
pub mod mixed;
pub mod mixes;
pub mod options;
pub mod peers;
mod planted;
pub mod reports;
pub mod rows;
pub mod scores;
pub mod shared;
pub mod slow;
pub mod table;
pub mod told;
pub mod volume;
pub mod volume_days;
pub mod workflows;
