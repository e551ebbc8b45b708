//! What a finding is, for who counts findings: its kind with its measure, and the hours of the day that it is about.

use crate::scores::hours_of;
use execution_heatmap::pattern::{Finding, Kind};

/// Its kind; of a change and a trend also of which measure.
pub fn name(finding: &Finding) -> &'static str {
    let subject = finding.sentence.split([' ', '\'']).next().unwrap_or_default();
    match (finding.kind, subject) {
        (Kind::Change, "Failure") => "change of failures",
        (Kind::Change, "Median") => "change of durations",
        (Kind::Change, _) => "change of volume",
        (Kind::Trend, "Failure") => "trend of failures",
        (Kind::Trend, "Median") => "trend of durations",
        (Kind::Trend, _) => "trend of volume",
        (kind, _) => kind.name(),
    }
}

/// True if it is a change or a trend of the failure rate.
pub fn is_of_failures(finding: &Finding) -> bool {
    matches!(name(finding), "change of failures" | "trend of failures")
}

/// True if its window holds that hour of a day, or, where it names one hour alone, the one before or behind.
pub fn holds_hour(finding: &Finding, hour: usize) -> bool {
    let Some(window) = finding.window.as_ref() else { return false };
    let held = hours_of(window);
    let holds = |hour: usize| held.iter().skip(hour).step_by(24).any(|held| *held);
    let is_one_hour = window.to_hour == window.from_hour + 1;
    holds(hour) || is_one_hour && (holds((hour + 1) % 24) || holds((hour + 23) % 24))
}

/// True if it is about whole days of the week.
pub fn is_of_whole_days(finding: &Finding) -> bool {
    finding.window.as_ref().is_some_and(|window| (window.from_hour, window.to_hour) == (0, 24))
}

/// True if it says that less happens on weekends than on weekdays.
pub fn is_of_quiet_weekends(finding: &Finding) -> bool {
    let is_weekend = finding.window.as_ref().is_some_and(|window| window.weekdays == [6, 7]);
    is_of_whole_days(finding) && is_weekend && !is_high(finding)
}

/// True if there is more in its window than outside.
pub fn is_high(finding: &Finding) -> bool {
    finding.effect.is_some_and(|effect| effect.inside > effect.outside)
}
