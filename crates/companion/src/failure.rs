//! How a run of the binary can end, and which exit code says so. The only place that knows the codes.

use crate::interrupt::INTERRUPTED;
use std::fmt;
use std::process::ExitCode;

/// Why a verb did not simply end well.
#[derive(Debug)]
pub enum Failure {
    /// It was asked for in a way that cannot be met: exit code 2.
    Usage(String),
    /// It could not be done, a missing file included: exit code 1.
    Failed(String),
    /// It was done, but `--strict` was set and rows were unreadable or the source was incomplete: exit code 3.
    NotStrict(String),
    /// It was done, but `--fail-on-finding` was set and there is a finding: exit code 4.
    Finding(String),
    /// An interrupt ended the reading; what was read until then was shown.
    Interrupted,
    /// Whoever read standard output went away. Nothing is wrong and nothing is said.
    ClosedPipe,
}

impl Failure {
    /// The process's exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::ClosedPipe => 0,
            Failure::Failed(_) => 1,
            Failure::Usage(_) => 2,
            Failure::NotStrict(_) => 3,
            Failure::Finding(_) => 4,
            Failure::Interrupted => INTERRUPTED,
        })
    }

    /// Something failed, with the thing that it happened to in front: `executions.csv: No such file or directory`.
    pub fn on(subject: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Failure::Failed(format!("{subject}: {cause}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Usage(words) | Failure::Failed(words) | Failure::NotStrict(words) | Failure::Finding(words) => {
                f.write_str(words)
            }
            Failure::ClosedPipe | Failure::Interrupted => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// The engine's errors are options that cannot be met.
impl From<execution_heatmap::Error> for Failure {
    fn from(error: execution_heatmap::Error) -> Self {
        Failure::Usage(error.to_string())
    }
}
