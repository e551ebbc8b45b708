//! The Standard Workload Format of the Parallel Workloads Archive, version 2.2: a header of lines behind `;`, then a job
//! a line, at least eighteen numbers separated by white space, -1 for unknown. What stands behind the eighteenth is not
//! looked at.

use super::fields::{Fields, Taken};
use super::mapping::{Ids, Mapping, Meaning, Rules, Target, Word};
use super::moments::{Duration, Moments};
use super::role::Role;
use super::row::{self, Place, Scratch};
use super::text::{Text, excerpt};
use super::{Event, Notes, StartSource, Value};
use crate::execution::Status;
use crate::problem::ProblemKind;
use crate::time::Timestamp;
use crate::time::decimal::Decimal;

/// The fields of a job.
const FIELDS: usize = 18;
/// Where they stand that are used here, from 0.
const JOB: usize = 0;
const SUBMITTED: usize = 1;
const WAITED: usize = 2;
const RAN: usize = 3;
const STATUS: usize = 10;
const USER: usize = 11;
const EXECUTABLE: usize = 13;
const QUEUE: usize = 14;

/// Seconds since 1970 above which a submission is an instant of its own and not a distance from the log's beginning:
/// March 1973. No log is 38 months long whose beginning is unknown.
const LEAST_INSTANT_MS: i128 = 100_000_000_000;

/// What is not known, as milliseconds of the seconds that a log writes.
const UNKNOWN_MS: i128 = -1000;

const RULES: Rules = Rules {
    words: &[
        Word { text: "0", means: Meaning::Is(Status::Failed) },
        Word { text: "1", means: Meaning::Is(Status::Completed) },
        Word { text: "2", means: Meaning::Part },
        Word { text: "3", means: Meaning::Part },
        Word { text: "4", means: Meaning::Part },
        Word { text: "5", means: Meaning::Is(Status::Cancelled) },
        Word { text: "-1", means: Meaning::Is(Status::Other) },
    ],
    // Every log counts its jobs, and the programs and users that are their workflows, from 1.
    ids: Ids::InSource,
    ..Rules::GENERAL
};

/// A log of jobs.
#[derive(Debug)]
pub(super) struct Log {
    /// Milliseconds since 1970 at which the log begins, as its header says.
    begins_ms: Option<i128>,
    mapping: Mapping,
}

impl Default for Log {
    fn default() -> Self {
        Self { begins_ms: None, mapping: Mapping::new(&[("UnixStartTime or the submit time", Role::StartedAt)], RULES) }
    }
}

/// True if a source may be such a log, by its first line: a comment or a job. With more semicolons and no colon it
/// is the header of delimited text whose first column has no name.
pub(super) fn is_first_line(line: &[u8]) -> bool {
    match line.trim_ascii_start().strip_prefix(b";") {
        Some(said) => said.contains(&b':') || !said.contains(&b';'),
        None => std::str::from_utf8(line).ok().and_then(split).is_some(),
    }
}

/// The fields of a job, if there are so many and all are numbers.
fn split(text: &str) -> Option<[&str; FIELDS]> {
    let mut parts = text.split_ascii_whitespace();
    let mut fields = [""; FIELDS];
    for field in &mut fields {
        *field = parts.next()?;
        Decimal::parse(field)?;
    }
    Some(fields)
}

impl Log {
    /// Why the source was taken for a log.
    pub(super) fn recognised(&self) -> String {
        let because = match self.begins_ms {
            Some(_) => "its header has UnixStartTime",
            None => "its lines are eighteen numbers",
        };
        ["taken for jobs in the Standard Workload Format: ", because].concat()
    }

    /// Takes a line of the header; false if it is none. Notes in it are in whatever encoding their author had.
    pub(super) fn take_header(&mut self, line: &[u8]) -> bool {
        let Some(header) = line.trim_ascii().strip_prefix(b";") else { return false };
        if let Ok(text) = std::str::from_utf8(header)
            && let Some((name, value)) = text.split_once(':')
            && name.trim_ascii().eq_ignore_ascii_case("UnixStartTime")
        {
            self.begins_ms = Decimal::parse(value.trim_ascii()).and_then(|seconds| seconds.floor(3));
        }
        true
    }

    /// The event of a line of a job.
    pub(super) fn read<'a>(&self, place: Place, bytes: &'a [u8], scratch: &'a mut Scratch) -> Event<'a> {
        let Some(job) = std::str::from_utf8(bytes).ok().and_then(split) else {
            let message = "the line is no job: expected eighteen numbers".to_owned();
            return Event::Rejected { line: place.line, kind: ProblemKind::Unreadable, message };
        };
        let fields = self.fields(&job);
        row::with_moments(place, &Fields::Taken(fields), &self.mapping, scratch, &|status| self.moments(&job, status))
    }

    fn fields<'a>(&self, job: &[&'a str; FIELDS]) -> Taken<'a> {
        let mut fields = Taken::default();
        let mut set = |role, text| fields.set(Target { role, rank: 0 }, Value::Text(Text::Plain(text)));
        let known = |place: &usize| known(at(job, *place));
        set(Role::Id, at(job, JOB));
        set(Role::Status, at(job, STATUS));
        if let Some(workflow) = [EXECUTABLE, USER, QUEUE].iter().find(|place| known(place)) {
            set(Role::WorkflowId, at(job, *workflow));
        }
        fields
    }

    /// Its start is when it was submitted and how long it waited then.
    fn moments(&self, job: &[&str; FIELDS], status: Status) -> Moments {
        let ms = |place| Decimal::parse(at(job, place)).and_then(|seconds| seconds.floor(3));
        let unreadable =
            |what: &str, text: &str| Moments::Unreadable([what, " is ", &excerpt(text), ", expected seconds"].concat());
        let Some(submitted) = ms(SUBMITTED) else { return unreadable("submit time", at(job, SUBMITTED)) };
        if submitted == UNKNOWN_MS {
            return Moments::NoStart;
        }
        let waited = ms(WAITED).filter(|ms| *ms >= 0);
        let begins = match self.begins_ms {
            Some(begins) => begins,
            None if submitted >= LEAST_INSTANT_MS => 0,
            None => return Moments::NoStart,
        };
        let start = begins.checked_add(submitted).and_then(|start| start.checked_add(waited.unwrap_or(0)));
        let Some(started_at) = start.and_then(|ms| i64::try_from(ms).ok()).and_then(Timestamp::from_ms) else {
            return unreadable("submit time", at(job, SUBMITTED));
        };
        // A status that is unknown does not say that a job runs: every job of a log has ended.
        let has_ended = status.is_ended() || status == Status::Other;
        let duration = match ms(RAN) {
            Some(ran) if has_ended && ran != UNKNOWN_MS => Duration::of(ran),
            _ => Duration::None,
        };
        Moments::Started {
            started_at,
            duration_ms: duration.ms(),
            waited_ms: waited.and_then(|ms| Duration::of(ms).ms()),
            notes: Notes {
                // It waits from its submission.
                due: waited.map_or(StartSource::Start, |_| StartSource::Queued),
                ..duration.notes(false, StartSource::Start)
            },
        }
    }
}

fn at<'a>(job: &[&'a str; FIELDS], place: usize) -> &'a str {
    job.get(place).copied().unwrap_or_default()
}

/// True for a number that is known.
fn known(text: &str) -> bool {
    !text.starts_with('-')
}
