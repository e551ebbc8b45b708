//! What was wrong with rows: a closed list of kinds, how often each was met, and the first of each with its line.
//! Holds no more than one description a kind, whatever the input.

use crate::order::sort;

/// Why a row could not be read, or was read with less than it carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The line is no row of the form that is being read, or a field that is needed cannot be understood.
    Unreadable,
    /// The row has no start: absent, null or a zero time.
    NoStart,
    /// The line is longer than [`crate::ingest::MOST_LINE_BYTES`].
    LineTooLong,
    /// The duration is below zero; the row is placed without it.
    NegativeDuration,
    /// The duration is no number or above [`crate::execution::MOST_DURATION_MS`]; the row is placed without it.
    BadDuration,
    /// The status is a word that is not in the vocabulary; the row is placed as `other`.
    UnknownStatus,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [ProblemKind; 6] = [
        ProblemKind::Unreadable,
        ProblemKind::NoStart,
        ProblemKind::LineTooLong,
        ProblemKind::NegativeDuration,
        ProblemKind::BadDuration,
        ProblemKind::UnknownStatus,
    ];

    /// The name on every surface.
    pub const fn name(self) -> &'static str {
        match self {
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::NoStart => "no_start",
            ProblemKind::LineTooLong => "line_too_long",
            ProblemKind::NegativeDuration => "negative_duration",
            ProblemKind::BadDuration => "bad_duration",
            ProblemKind::UnknownStatus => "unknown_status",
        }
    }
}

/// One problem: where, what, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The physical line, from 1.
    pub line: u64,
    /// What kind of problem.
    pub kind: ProblemKind,
    /// One sentence for a person. Text from the row inside it is data like any other.
    pub message: String,
}

/// The problems of a reading: a count and the first of each kind. A monoid: the first is the one with the lowest
/// line, then the lesser message, so the order of merging decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// By kind.
    kinds: Vec<(u64, Problem)>,
}

impl Problems {
    /// True if a row, or the header of all, has not what is needed of it; all else is wrong with what is there.
    pub fn any_lacks(&self) -> bool {
        self.kinds.iter().any(|(_, first)| first.kind == ProblemKind::NoStart || first.message.contains(" has no "))
    }

    /// Counts a problem and keeps it if it is the first of its kind. The message is made only when it is kept.
    pub fn add(&mut self, line: u64, kind: ProblemKind, message: impl FnOnce() -> String) {
        if let Some(told) = self.meet(line, kind) {
            *told = message();
        }
    }

    /// Counts one; where its message belongs, if it is the first of its kind.
    // Apart, since there are many messages and this is the same for all.
    #[inline(never)]
    fn meet(&mut self, line: u64, kind: ProblemKind) -> Option<&mut String> {
        let (place, is_first) = match self.place(kind) {
            Ok(place) => (place, false),
            Err(place) => {
                self.kinds.insert(place, (0, Problem { line, kind, message: String::new() }));
                (place, true)
            }
        };
        let (count, first) = self.kinds.get_mut(place)?;
        *count += 1;
        let is_first = is_first || line < first.line;
        first.line = first.line.min(line);
        is_first.then_some(&mut first.message)
    }

    /// Where a kind is, or would have to be.
    fn place(&self, kind: ProblemKind) -> Result<usize, usize> {
        self.kinds.binary_search_by_key(&kind, |(_, problem)| problem.kind)
    }

    /// Adds the problems of another reading.
    pub fn merge(&mut self, other: &Problems) {
        for (count, problem) in &other.kinds {
            match self.place(problem.kind) {
                Err(place) => self.kinds.insert(place, (*count, problem.clone())),
                Ok(place) => {
                    let Some((total, first)) = self.kinds.get_mut(place) else { continue };
                    *total += count;
                    if (problem.line, &problem.message) < (first.line, &first.message) {
                        *first = problem.clone();
                    }
                }
            }
        }
    }

    /// So many problems of one kind, of which this is the first.
    pub fn of_one(count: u64, first: Problem) -> Self {
        Self { kinds: vec![(count, first)] }
    }

    /// How often a kind was met, and the first of it.
    pub fn of(&self, kind: ProblemKind) -> Option<(u64, &Problem)> {
        self.place(kind).ok().and_then(|place| self.kinds.get(place)).map(|(count, first)| (*count, first))
    }

    /// The same problems so many lines further down.
    pub fn moved(mut self, lines: i64) -> Self {
        self.kinds.iter_mut().for_each(|(_, first)| first.line = first.line.saturating_add_signed(lines));
        self
    }

    /// How often a kind was met.
    pub fn count(&self, kind: ProblemKind) -> u64 {
        let kept = self.place(kind).ok().and_then(|place| self.kinds.get(place));
        kept.map_or(0, |(count, _)| *count)
    }

    /// The first of each kind, by line.
    pub fn firsts(&self) -> Vec<&Problem> {
        let mut firsts: Vec<_> = self.kinds.iter().map(|(_, problem)| problem).collect();
        sort(&mut firsts, &|a, b| (a.line, a.kind) < (b.line, b.kind));
        firsts
    }
}
