//! Which of two rows of one execution stays, told by what the table holds of both: [`row::precedence`] without putting
//! lines together, so that a row costs no more than its own length, whatever the other one holds. What the table does not
//! hold (more of an error than its class, a status word beyond its limit, a name that there was no room for) decides nothing.

use super::Table;
use super::column::{KIND, RETRY, UNSTARTED};
use super::kinds::Kind;
use crate::execution::{Execution, Tags};
use crate::json::push_text;
use crate::row;
use crate::time::Timestamp;
use std::cmp::Ordering;

/// All that the table holds of a row and that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) start_ms: i64,
    /// With its flags, but for [`super::column::SUPERSEDED`].
    pub(super) kind: u32,
    pub(super) duration_ms: Option<u64>,
    pub(super) waited_ms: Option<u64>,
}

impl Claim {
    pub(super) fn has_started(&self) -> bool {
        self.kind & UNSTARTED == 0
    }

    /// The number of its kind.
    pub(super) fn number(&self) -> u32 {
        self.kind & KIND
    }

    fn started_at(&self) -> Timestamp {
        Timestamp::from_ms(self.start_ms).unwrap_or(Timestamp::MIN)
    }
}

impl Table {
    /// Which of two rows of one execution stays: the one that compares as greater. Beyond [`row::precedence`] a row that has
    /// started is greater, then one that waited for longer: a total order on all that the table holds of them.
    pub(super) fn precedence(&mut self, one: &Claim, other: &Claim) -> Ordering {
        let kind = |claim: &Claim| self.kinds.all().get(claim.number() as usize).copied();
        let Some((ours, theirs)) = kind(one).zip(kind(other)) else { return Ordering::Equal };
        for kind in [ours, theirs] {
            self.kinds.sort_tags(&kind);
        }
        let ended = |claim: &Claim, kind: &Kind| row::ended(kind.status, claim.started_at(), claim.duration_ms);
        ended(one, &ours)
            .cmp(&ended(other, &theirs))
            .then_with(|| self.names_in_order(&ours, &theirs))
            .then_with(|| self.beginning(one, &ours).cmp(&self.beginning(other, &theirs)))
            .then_with(|| self.tags_in_order(&ours, &theirs))
            .then_with(|| row::error_order(self.kinds.error_of(&ours), self.kinds.error_of(&theirs)))
            .then(one.has_started().cmp(&other.has_started()))
            .then(one.waited_ms.cmp(&other.waited_ms))
    }

    /// A name comes before the status in a line, and its key is greater.
    fn names_in_order(&self, one: &Kind, other: &Kind) -> Ordering {
        match (self.kinds.name_of(one), self.kinds.name_of(other)) {
            (Some(one), Some(other)) => in_json_order(one, other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        }
    }

    /// The line from the status up to where tags are or would be, and what tells that.
    fn beginning(&self, claim: &Claim, kind: &Kind) -> String {
        let mut line = row::line(&Execution {
            id: None,
            workflow_id: None,
            workflow: None,
            status: kind.status,
            status_text: self.kinds.word_of(kind).unwrap_or(""),
            started_at: claim.started_at(),
            duration_ms: claim.duration_ms,
            waited_ms: None,
            tags: Tags::default(),
            attempt: 1,
            error: None,
        });
        line.truncate(line.len().saturating_sub("}\n".len()));
        let has_tags = !self.kinds.sorted_tags(kind).is_empty();
        line.push_str(if has_tags {
            ",\"tags\""
        } else if claim.kind & RETRY != 0 {
            ",\"attempt\""
        } else {
            "}"
        });
        line
    }

    /// Of two lists of which one begins with the other, the shorter one is greater: a bracket is, against a comma.
    fn tags_in_order(&self, one: &Kind, other: &Kind) -> Ordering {
        let [ours, theirs] = [one, other].map(|kind| self.kinds.sorted_tags(kind));
        let text = |tag: &u32| self.kinds.tags.text(*tag);
        let orders = ours.iter().zip(theirs).map(|(ours, theirs)| in_json_order(text(ours), text(theirs)));
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(theirs.len().cmp(&ours.len()))
    }
}

/// The order of two texts as JSON writes them, byte by byte up to their closing quotes.
fn in_json_order(one: &str, other: &str) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    // No character's bytes begin with those of another one, written in JSON or not.
    let next = |text: &str| {
        let rest = text.get(one.floor_char_boundary(same)..).unwrap_or("");
        let mut written = String::new();
        push_text(&mut written, rest.get(..rest.ceil_char_boundary(1)).unwrap_or(""));
        written
    };
    next(one).cmp(&next(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::{JoinedTags, Status};
    use crate::table::column::retry;

    /// Whichever way two rows are held against each other, the same one stays.
    #[test]
    fn it_is_the_order_of_canonical_lines() {
        let names = [None, Some(""), Some("a"), Some("a\""), Some("a\n"), Some("aé"), Some("b\\")];
        let words = ["running", "failed", "completed", "odd", "odd\""];
        let tags: [&[&str]; 6] = [&[], &["a"], &["a", "b"], &["a", "b", "c"], &["b", "a\""], &["a\u{1}"]];
        for attempt in [1, 3] {
            let mut said = Vec::new();
            for name in names {
                for word in words {
                    for duration_ms in [None, Some(5), Some(50)] {
                        said.extend((0..tags.len()).map(|place| (name, word, duration_ms, place)));
                    }
                }
            }
            let joined: Vec<JoinedTags> = tags.iter().map(|tags| JoinedTags::of(tags.iter().copied())).collect();
            let execution =
                |(name, word, duration_ms, place): (Option<&'static str>, &'static str, _, usize)| Execution {
                    id: Some("1"),
                    workflow_id: Some("7"),
                    workflow: name,
                    status: Status::of(word),
                    status_text: word,
                    started_at: Timestamp::from_ms(1_770_000_000_000 - place as i64 % 2).unwrap(),
                    duration_ms,
                    waited_ms: None,
                    tags: joined[place].tags(),
                    attempt,
                    error: None,
                };
            let mut table = Table::default();
            let rows: Vec<(Claim, Execution<'_>)> = said
                .into_iter()
                .map(|(name, word, duration_ms, place)| {
                    let execution = execution((name, word, duration_ms, place));
                    let kind = table.intern(&execution) | retry(attempt);
                    (Claim { start_ms: execution.started_at.ms(), kind, duration_ms, waited_ms: None }, execution)
                })
                .collect();
            for (one, ours) in &rows {
                for (other, theirs) in &rows {
                    assert_eq!(table.precedence(one, other), row::precedence(ours, theirs), "{ours:?} {theirs:?}");
                }
            }
        }
    }

    /// Errors decide by their classes, and only of rows that failed: beyond that the first row stays.
    #[test]
    fn errors_decide_by_their_classes() {
        let errors = [None, Some(""), Some("a"), Some("a 12345"), Some("a 67890"), Some("b"), Some("a\u{1}")];
        let tags = [JoinedTags::default(), JoinedTags::of(["eu"].into_iter())];
        let execution = |word: &'static str, place: usize, error: Option<&'static str>| Execution {
            id: Some("1"),
            workflow_id: Some("7"),
            workflow: None,
            status: Status::of(word),
            status_text: word,
            started_at: Timestamp::from_ms(1_770_000_000_000).unwrap(),
            duration_ms: None,
            waited_ms: None,
            tags: tags[place].tags(),
            attempt: 1,
            error,
        };
        let mut table = Table::default();
        let mut rows = Vec::new();
        for word in ["failed", "timed_out", "completed", "running"] {
            for (place, error) in (0..tags.len()).flat_map(|place| errors.map(|error| (place, error))) {
                let execution = execution(word, place, error);
                let number = table.intern(&execution);
                let kind = table.kind_with(number, error);
                let start_ms = execution.started_at.ms();
                rows.push((Claim { start_ms, kind, duration_ms: None, waited_ms: None }, execution));
            }
        }
        for (one, ours) in &rows {
            for (other, theirs) in &rows {
                match table.precedence(one, other) {
                    Ordering::Equal => assert_eq!(one.kind, other.kind, "{ours:?} and {theirs:?}"),
                    order => assert_eq!(order, row::precedence(ours, theirs), "{ours:?} and {theirs:?}"),
                }
            }
        }
    }
}
