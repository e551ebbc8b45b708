//! How a cell looks: which of the levels, and which of the ways of having none. Decides, draws nothing.

use crate::grid::{Cell, Presence};
use crate::options::Metric;

/// Under so many executions a value is hardly one, and its mark is small.
pub const FEW_EXECUTIONS: u64 = 5;

/// The look of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A value at a level, 1 to 4.
    Level {
        /// The level.
        level: u8,
        /// True if it rests on fewer than [`FEW_EXECUTIONS`].
        few: bool,
    },
    /// No executions.
    Nothing,
    /// Executions, of which the metric can tell nothing (yet).
    Unfinished,
    /// An hour that does not exist.
    Skipped,
    /// Still to come.
    After,
}

/// The look of a cell under a metric.
pub fn look_of(metric: Metric, cell: &Cell) -> Look {
    match cell.presence {
        Presence::Skipped => Look::Skipped,
        Presence::After => Look::After,
        Presence::Present if cell.level > 0 => {
            let rests_on = match metric {
                Metric::Volume => u64::MAX,
                Metric::SuccessRate | Metric::ErrorCount => cell.sums.decided(),
                Metric::QueueWait => cell.sums.waited,
                Metric::Duration
                | Metric::P50Duration
                | Metric::P95Duration
                | Metric::P99Duration
                | Metric::MaxDuration => cell.sums.timed,
            };
            Look::Level { level: cell.level, few: rests_on < FEW_EXECUTIONS }
        }
        Presence::Present if cell.sums.executions() > 0 => Look::Unfinished,
        Presence::Present => Look::Nothing,
    }
}
