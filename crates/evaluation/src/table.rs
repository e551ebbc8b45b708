//! The table of what was measured: each row with its target and whether that is kept. Judges rows by what they hold; it
//! measures nothing.

use crate::scores::interval;
use std::fmt::Write as _;

/// What was found in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// So many of so many.
    Share {
        /// Of these,
        of: usize,
        /// so many.
        hits: usize,
    },
    /// A time.
    Seconds(f64),
    /// Something else that is told.
    Number(f64),
    /// Nothing: what the row is about is not built.
    NotBuilt,
    /// Nothing: what is needed is not on this machine.
    NotThere,
}

/// What is asked of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// A null row: the lower end of the 95 % interval is at most this share.
    NullAtMost(f64),
    /// The share itself is at most this.
    AtMost(f64),
    /// The share is at least this.
    AtLeast(f64),
    /// It takes at most so many seconds.
    Within(f64),
    /// Nothing: the row is told.
    None,
}

/// What became of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is reached.
    Kept,
    /// It is not, by so little that a run of this length cannot tell.
    Near,
    /// It is not.
    Missed,
    /// There is none.
    Told,
    /// Nothing was measured.
    Open,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The group of rows.
    pub group: &'static str,
    /// What was measured.
    pub name: String,
    /// What came of it.
    pub measured: Measured,
    /// What is asked.
    pub target: Target,
    /// What else a reader may want to know.
    pub note: String,
}

impl Row {
    /// Whether the target is kept.
    pub fn verdict(&self) -> Verdict {
        let by = |is_kept: bool| if is_kept { Verdict::Kept } else { Verdict::Missed };
        match (&self.measured, self.target) {
            (Measured::NotBuilt | Measured::NotThere, _) => Verdict::Open,
            (_, Target::None) => Verdict::Told,
            (Measured::Share { hits, of }, target) => {
                let share = *hits as f64 / (*of).max(1) as f64;
                let (low, high) = interval(*hits, *of);
                match target {
                    Target::NullAtMost(most) => by(low <= most),
                    Target::AtMost(most) if share > most && low <= most => Verdict::Near,
                    Target::AtMost(most) => by(share <= most),
                    Target::AtLeast(least) if share < least && high >= least => Verdict::Near,
                    Target::AtLeast(least) => by(share >= least),
                    Target::Within(_) | Target::None => Verdict::Told,
                }
            }
            (Measured::Seconds(seconds), Target::Within(most)) => by(*seconds <= most),
            _ => Verdict::Told,
        }
    }

    fn cells(&self) -> [String; 6] {
        let (number, measured) = match self.measured {
            Measured::Share { of, hits } => (of.to_string(), per_cent(hits as f64 / of.max(1) as f64)),
            Measured::Seconds(seconds) => (String::new(), format!("{seconds:.2} s")),
            Measured::Number(number) => (String::new(), format!("{number:.3}")),
            Measured::NotBuilt => (String::new(), "not built".to_owned()),
            Measured::NotThere => (String::new(), "data not there".to_owned()),
        };
        let target = match self.target {
            Target::NullAtMost(most) | Target::AtMost(most) => format!("≤ {}", per_cent(most)),
            Target::AtLeast(least) => format!("≥ {}", per_cent(least)),
            Target::Within(most) => format!("≤ {most} s"),
            Target::None => String::new(),
        };
        let verdict = match self.verdict() {
            Verdict::Kept => "kept",
            Verdict::Near => "near",
            Verdict::Missed => "**missed**",
            Verdict::Told | Verdict::Open => "",
        };
        [self.name.clone(), number, measured, target, verdict.to_owned(), self.note.clone()]
    }
}

/// All rows, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// Adds a row and shows on standard error that the run goes on.
    pub fn push(&mut self, group: &'static str, name: &str, measured: Measured, target: Target, note: &str) {
        let row = Row { group, name: name.to_owned(), measured, target, note: note.to_owned() };
        eprintln!("{group} | {}", row.cells().join(" | "));
        self.rows.push(row);
    }

    /// How many rows have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict() == verdict).count()
    }

    /// The table as Markdown, a section for each group, what is missed first.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "{} targets are kept, {} missed, {} near (missed by less than a run of this length can tell); {} rows are told \
             without a target, {} were not measured.\n",
            self.count(Verdict::Kept),
            self.count(Verdict::Missed),
            self.count(Verdict::Near),
            self.count(Verdict::Told),
            self.count(Verdict::Open),
        );
        let missed: Vec<&Row> = self.rows.iter().filter(|row| row.verdict() == Verdict::Missed).collect();
        if !missed.is_empty() {
            text.push_str("\n### What is missed\n\n");
            push_rows(&mut text, missed.into_iter());
        }
        let mut groups: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !groups.contains(&row.group) {
                groups.push(row.group);
            }
        }
        for group in groups {
            let _ = write!(text, "\n### {group}\n\n");
            push_rows(&mut text, self.rows.iter().filter(|row| row.group == group));
        }
        text
    }
}

fn push_rows<'a>(text: &mut String, rows: impl Iterator<Item = &'a Row>) {
    text.push_str("| what | n | measured | target | | |\n|---|--:|--:|--:|---|---|\n");
    for row in rows {
        let _ = writeln!(text, "| {} |", row.cells().map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
}

/// A share in per cent, with as many digits as say something: more of small ones.
fn per_cent(share: f64) -> String {
    let share = share * 100.0;
    let digits = if share >= 1.0 { 1 } else { 3 };
    let text = format!("{share:.digits$}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(measured: Measured, target: Target) -> Verdict {
        Row { group: "", name: String::new(), measured, target, note: String::new() }.verdict()
    }

    #[test]
    fn rows_are_judged_as_their_targets_say() {
        let share = |hits, of, target, expected| {
            assert_eq!(verdict(Measured::Share { hits, of }, target), expected, "{hits} of {of}: {target:?}");
        };
        // A null row fails when even the lower end of what it may be exceeds the target.
        share(60, 1000, Target::NullAtMost(0.05), Verdict::Kept);
        share(70, 1000, Target::NullAtMost(0.05), Verdict::Missed);
        share(30, 1000, Target::AtMost(0.03), Verdict::Kept);
        share(33, 1000, Target::AtMost(0.03), Verdict::Near);
        share(60, 1000, Target::AtMost(0.03), Verdict::Missed);
        share(95, 100, Target::AtLeast(0.95), Verdict::Kept);
        share(93, 100, Target::AtLeast(0.95), Verdict::Near);
        share(80, 100, Target::AtLeast(0.95), Verdict::Missed);
        share(80, 100, Target::None, Verdict::Told);
        assert_eq!(verdict(Measured::Seconds(1.0), Target::Within(1.5)), Verdict::Kept);
        assert_eq!(verdict(Measured::Seconds(1.6), Target::Within(1.5)), Verdict::Missed);
        assert_eq!(verdict(Measured::NotBuilt, Target::AtLeast(0.5)), Verdict::Open);
    }

    #[test]
    fn small_shares_have_more_digits() {
        let check = |share: f64, expected: &str| assert_eq!(per_cent(share), expected);
        check(0.0, "0 %");
        check(0.00051, "0.051 %");
        check(0.005, "0.5 %");
        check(0.05, "5 %");
        check(0.5, "50 %");
        check(0.9384, "93.8 %");
        check(1.0, "100 %");
    }

    #[test]
    fn what_is_missed_stands_first() {
        let mut table = Table::default();
        table.push("one", "kept | row", Measured::Share { hits: 1, of: 1 }, Target::AtLeast(1.0), "");
        table.push("two", "missed row", Measured::Share { hits: 0, of: 99 }, Target::AtLeast(0.9), "why");
        let text = table.markdown();
        assert!(text.starts_with("1 targets are kept, 1 missed, 0 near"), "{text}");
        assert!(text.contains("| missed row | 99 | 0 % | ≥ 90 % | **missed** | why |"), "{text}");
        assert!(text.contains("| kept \\| row | 1 | 100 % | ≥ 100 % | kept |  |"), "{text}");
        assert!(text.find("missed row").unwrap() < text.find("### one").unwrap());
    }
}
