//! What a cell's value is, how wide a cell is, and which rows and which of their moments are counted.

use crate::window::DEFAULT_DAYS;

/// What a cell's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Executions.
    Volume,
    /// Completed / decided, 0 to 1.
    SuccessRate,
    /// Mean milliseconds over decided executions that have a duration.
    Duration,
    /// Failed and timed out executions.
    ErrorCount,
    /// The duration that half of those executions stay within, in milliseconds, to within 5 %.
    P50Duration,
    /// The duration that 95 of 100 stay within.
    P95Duration,
    /// The duration that 99 of 100 stay within.
    P99Duration,
    /// The longest duration, exact.
    MaxDuration,
    /// Mean milliseconds from when executions were due to their starts, over those of which both are known.
    QueueWait,
}

/// What metrics have in common by which they are drawn and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A share, 0 to 1, of which little is bad.
    Rate,
    /// A count of executions.
    Volume,
    /// Milliseconds.
    Time,
    /// A count of failures.
    Errors,
}

impl Metric {
    /// Every metric, in the order in which surfaces list them.
    pub const ALL: [Metric; 9] = [
        Metric::SuccessRate,
        Metric::Volume,
        Metric::Duration,
        Metric::ErrorCount,
        Metric::P50Duration,
        Metric::P95Duration,
        Metric::P99Duration,
        Metric::MaxDuration,
        Metric::QueueWait,
    ];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Metric::Volume => "volume",
            Metric::SuccessRate => "success_rate",
            Metric::Duration => "duration",
            Metric::ErrorCount => "error_count",
            Metric::P50Duration => "p50_duration",
            Metric::P95Duration => "p95_duration",
            Metric::P99Duration => "p99_duration",
            Metric::MaxDuration => "max_duration",
            Metric::QueueWait => "queue_wait",
        }
    }

    /// What it is drawn and told as.
    pub const fn family(self) -> Family {
        match self {
            Metric::SuccessRate => Family::Rate,
            Metric::Volume => Family::Volume,
            Metric::ErrorCount => Family::Errors,
            Metric::Duration
            | Metric::P50Duration
            | Metric::P95Duration
            | Metric::P99Duration
            | Metric::MaxDuration
            | Metric::QueueWait => Family::Time,
        }
    }

    /// One metric of each family: those by whose names classes and style sheets tell families apart.
    pub const LEADERS: [Metric; 4] = [Metric::SuccessRate, Metric::Volume, Metric::Duration, Metric::ErrorCount];

    /// The metric by whose name the family is told apart.
    pub const fn leader(self) -> Metric {
        match self.family() {
            Family::Rate => Metric::SuccessRate,
            Family::Volume => Metric::Volume,
            Family::Time => Metric::Duration,
            Family::Errors => Metric::ErrorCount,
        }
    }

    /// True if its values are read from histograms of durations, which are made only where they are asked for.
    pub const fn needs_histograms(self) -> bool {
        matches!(self, Metric::P50Duration | Metric::P95Duration | Metric::P99Duration | Metric::MaxDuration)
    }
}

/// How wide a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Granularity {
    /// An hour of the zone.
    Hourly,
    /// A date of the zone.
    Daily,
}

impl Granularity {
    /// Both, in the order in which surfaces list them.
    pub const ALL: [Granularity; 2] = [Granularity::Hourly, Granularity::Daily];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Granularity::Hourly => "hourly",
            Granularity::Daily => "daily",
        }
    }

    /// What a window of so many days is shown in when nothing says otherwise.
    pub const fn default_for(days: i64) -> Self {
        if days <= DEFAULT_DAYS { Granularity::Hourly } else { Granularity::Daily }
    }
}

/// Which moment of an execution places it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// When it started.
    #[default]
    Start,
    /// When it ended: its start and its duration.
    End,
    /// When it was scheduled, queued or made, whichever the row has first.
    Scheduled,
}

impl Moment {
    /// All of them, in the order in which surfaces list them.
    pub const ALL: [Moment; 3] = [Moment::Start, Moment::End, Moment::Scheduled];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Moment::Start => "start",
            Moment::End => "end",
            Moment::Scheduled => "scheduled",
        }
    }
}

/// Which attempts of one execution are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attempts {
    /// Each is an execution of its own.
    #[default]
    Each,
    /// Only the last of those with the same workflow and id; the others count as repeated rows.
    Last,
}

impl Attempts {
    /// Both, in the order in which surfaces list them.
    pub const ALL: [Attempts; 2] = [Attempts::Each, Attempts::Last];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Attempts::Each => "each",
            Attempts::Last => "last",
        }
    }
}

/// Which of the patterns that passed their tests are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Those that matter most: few of a kind, and none that another one explains.
    #[default]
    First,
    /// All of them.
    All,
}

impl Wanted {
    /// Both, in the order in which surfaces list them.
    pub const ALL: [Wanted; 2] = [Wanted::First, Wanted::All];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Wanted::First => "first",
            Wanted::All => "all",
        }
    }
}

/// What of an execution counts, and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counting {
    /// The moment that places it.
    pub by: Moment,
    /// Which of its attempts.
    pub attempts: Attempts,
}

impl Counting {
    /// The parameter that asks for rows which a source that chooses them by their starts does not give.
    pub fn needs_all_rows(self) -> Option<&'static str> {
        if self.by != Moment::Start {
            Some("by")
        } else if self.attempts != Attempts::Each {
            Some("attempts")
        } else {
            None
        }
    }
}
