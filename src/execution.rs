//! One execution, and the vocabulary of how it ended. Knows nothing of files, databases or buckets.

use crate::time::Timestamp;

/// How an execution stands or ended. [`Status::Other`] is any word that this vocabulary does not know; its text is
/// kept beside it and it never counts as success or failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Status {
    /// Accepted, not started.
    Pending,
    /// Under way.
    Running,
    /// Paused, for example for a person's approval.
    Waiting,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Ended by running out of time.
    TimedOut,
    /// Ended by request.
    Cancelled,
    /// Ended without having had to run.
    Skipped,
    /// A word that is not in the vocabulary.
    Other,
}

impl Status {
    /// Every status, in the order of the vocabulary; the position is the number that tables and cubes use.
    pub const ALL: [Status; 9] = [
        Status::Pending,
        Status::Running,
        Status::Waiting,
        Status::Completed,
        Status::Failed,
        Status::TimedOut,
        Status::Cancelled,
        Status::Skipped,
        Status::Other,
    ];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Waiting => "waiting",
            Status::Completed => "completed",
            Status::Failed => "failed",
            Status::TimedOut => "timed_out",
            Status::Cancelled => "cancelled",
            Status::Skipped => "skipped",
            Status::Other => "other",
        }
    }

    /// The status that a text names: lower case is compared, without the white space around it; `canceled` is
    /// `cancelled`, all else is [`Status::Other`] (the word "other" included, which names no status of a row).
    ///
    /// ```
    /// use execution_heatmap::execution::Status;
    /// assert_eq!(Status::of("Canceled"), Status::Cancelled);
    /// assert_eq!(Status::of("exploded"), Status::Other);
    /// ```
    pub fn of(text: &str) -> Status {
        let text = text.trim_ascii();
        if text.eq_ignore_ascii_case("canceled") {
            return Status::Cancelled;
        }
        let known = Status::ALL.iter().copied().filter(|status| *status != Status::Other);
        known.into_iter().find(|status| text.eq_ignore_ascii_case(status.name())).unwrap_or(Status::Other)
    }

    /// Completed, failed or timed out: the executions that a success rate divides by.
    pub const fn is_decided(self) -> bool {
        matches!(self, Status::Completed | Status::Failed | Status::TimedOut)
    }

    /// Failed or timed out.
    pub const fn is_failure(self) -> bool {
        matches!(self, Status::Failed | Status::TimedOut)
    }

    /// Decided, cancelled or skipped: the executions that have a duration.
    pub const fn is_ended(self) -> bool {
        self.is_decided() || matches!(self, Status::Cancelled | Status::Skipped)
    }
}

/// One execution with a start, its texts borrowed from whatever read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution<'a> {
    /// Identity of the run within its workflow.
    pub id: Option<&'a str>,
    /// Identity of the workflow. A row that has a workflow's name alone takes the name as id.
    pub workflow_id: Option<&'a str>,
    /// The workflow's name for people.
    pub workflow: Option<&'a str>,
    /// How it stands; `status_text` keeps the word that came when it is [`Status::Other`].
    pub status: Status,
    /// The status word as it came.
    pub status_text: &'a str,
    /// When it started.
    pub started_at: Timestamp,
    /// Milliseconds from start to end, at most [`MOST_DURATION_MS`]; `None` where it has not ended or nothing says.
    pub duration_ms: Option<u64>,
    /// Milliseconds from when it was scheduled, queued or made (the first of these that the row has) to its start, at
    /// most [`MOST_DURATION_MS`]; `None` where the row does not say, or says a time behind the start.
    pub waited_ms: Option<u64>,
    /// Labels, in the row's order.
    pub tags: Tags<'a>,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// What went wrong, in the source's words.
    pub error: Option<&'a str>,
}

/// The texts of an execution that it does not share with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnTexts<'a> {
    /// Identity of the run within its workflow.
    pub id: Option<&'a str>,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// What went wrong, in the source's words.
    pub error: Option<&'a str>,
}

impl<'a> Execution<'a> {
    /// What it shares with no other one.
    pub const fn own_texts(&self) -> OwnTexts<'a> {
        OwnTexts { id: self.id, attempt: self.attempt, error: self.error }
    }
}

/// The longest duration that is believed, a hundred years of 365.25 days; a longer one is a broken number and is
/// counted as such. It keeps the sum over any number of rows that fits in memory exact.
pub const MOST_DURATION_MS: u64 = 3_155_760_000_000;

/// The tags of one row: their texts lie one after the other in `text`, and `ends[i]` is where tag `i` ends. A row
/// then needs no allocation of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags<'a> {
    text: &'a str,
    ends: &'a [u32],
}

impl<'a> Tags<'a> {
    /// Tags whose texts are joined in `text` and end at the byte offsets `ends`, rising and at most `text.len()`.
    pub const fn new(text: &'a str, ends: &'a [u32]) -> Self {
        Self { text, ends }
    }

    /// The tags, in the row's order. An offset that is no boundary of a character yields an empty tag.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (text, ends) = (self.text, self.ends);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends.iter().copied()).map(move |(start, end)| text.get(start as usize..end as usize).unwrap_or(""))
    }
}

/// Tags that are put together: [`JoinedTags::tags`] lends them to a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinedTags {
    text: String,
    ends: Vec<u32>,
}

impl JoinedTags {
    /// These tags, in their order. Texts of 4 GiB and more are no tags.
    pub fn of<'a>(tags: impl Iterator<Item = &'a str>) -> Self {
        let mut joined = Self::default();
        for tag in tags {
            joined.text.push_str(tag);
            joined.ends.push(joined.text.len() as u32);
        }
        joined
    }

    /// The same, as a row has them.
    pub fn tags(&self) -> Tags<'_> {
        Tags::new(&self.text, &self.ends)
    }
}

/// True for characters that draw nothing or turn the direction of text: zero-width ones (but the joiners, which scripts
/// and emoji need), direction marks, overrides and isolates, line and paragraph separators, and the two non-characters that XML 1.0 forbids.
pub const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_by_its_lower_case_text() {
        for status in Status::ALL {
            assert_eq!(Status::of(&status.name().to_uppercase()), status, "{}", status.name());
        }
        assert_eq!(Status::of(" completed"), Status::Completed);
        assert_eq!(Status::of("Canceled\t"), Status::Cancelled);
        assert_eq!(Status::of("timed out"), Status::Other);
        assert_eq!(Status::of("success"), Status::Other);
        assert_eq!(Status::of(""), Status::Other);
        assert_eq!(Status::of(" "), Status::Other);
    }

    #[test]
    fn tags_are_cut_at_their_ends() {
        let cut = |text, ends| Tags::new(text, ends).iter().collect::<Vec<_>>();
        assert_eq!(cut("euprod", &[2, 6]), ["eu", "prod"]);
        assert_eq!(cut("", &[0]), [""]);
        assert!(cut("left over", &[]).is_empty());
        assert_eq!(cut("é", &[1, 2]), ["", ""], "an end inside a character");
    }
}
