//! What `cargo xtask bench` can be asked.

use crate::process::Result;

/// The sizes and what is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rows of the larger readings and of each part of the rows that are held.
    pub rows: u64,
    /// Rows of the readings in which every peer takes part.
    pub small_rows: u64,
    /// How often the rows are held, one after the other, in the part with the most of them.
    pub copies: u64,
    /// How often every peer is measured.
    pub rounds: u64,
    /// Only this part.
    pub part: Option<String>,
    /// In the readings of a browser only peers whose names hold this, and the one that all are held to.
    pub peer: String,
    /// Sizes for a glance instead of figures to keep.
    pub is_quick: bool,
    /// Measure nothing: report what each part told when it was run last at these sizes.
    pub is_again: bool,
    /// A must that is lost is an error.
    pub is_strict: bool,
    /// Write `docs/speed.md`.
    pub writes: bool,
}

/// The parts that a browser runs, in the order of running.
pub const BROWSER_PARTS: [&str; 8] = ["small", "large", "filters", "held", "workers", "reports", "cold", "drawing"];
/// All parts.
pub const PARTS: [&str; 12] = [
    "small", "large", "filters", "held", "workers", "reports", "cold", "drawing", "memory", "native", "download",
    "verdicts",
];
/// Those of them that build for minutes and measure no time; a glance goes without.
const SLOW_PARTS: [&str; 2] = ["download", "verdicts"];
/// What every peer is warmed on.
pub const WARM_ROWS: u64 = 10_000;
/// The rows of the small readings, if there are not fewer in all.
const SMALL_ROWS: u64 = 200_000;

impl Options {
    /// Reads the words after `bench`.
    pub fn read(arguments: &[String]) -> Result<Options> {
        let is_quick = arguments.iter().any(|word| word == "--quick");
        let (rows, rounds) = if is_quick { (200_000, 3) } else { (1_000_000, 5) };
        let mut options = Options {
            rows,
            small_rows: 0,
            copies: if is_quick { 2 } else { 10 },
            rounds,
            part: None,
            peer: String::new(),
            is_quick,
            is_again: false,
            is_strict: false,
            writes: false,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--quick" => {}
                "--again" => options.is_again = true,
                "--strict" => options.is_strict = true,
                "--write" => options.writes = true,
                "--rows" => options.rows = number(word, value()?, WARM_ROWS)?,
                "--rounds" => options.rounds = number(word, value()?, 1)?,
                "--only" => {
                    let named = value()?;
                    let (part, peer) = named.split_once('/').unwrap_or((named, ""));
                    if !PARTS.contains(&part) {
                        return Err(format!("--only takes one of {}; not `{part}`", PARTS.join(", ")).into());
                    }
                    options.part = Some(part.to_owned());
                    options.peer = peer.to_owned();
                }
                _ => return Err(format!("`bench` does not know `{word}`; see `cargo xtask help`").into()),
            }
        }
        options.small_rows = if is_quick { options.rows / 4 } else { SMALL_ROWS }.min(options.rows);
        if options.writes && (options.is_quick || options.part.is_some()) {
            return Err("--write keeps whole runs alone: neither --quick nor --only goes with it".into());
        }
        Ok(options)
    }

    /// True if a part is wanted.
    pub fn wants(&self, part: &str) -> bool {
        match self.part.as_deref() {
            Some(only) => part == only,
            None => !(self.is_quick && SLOW_PARTS.contains(&part)),
        }
    }
}

fn number(option: &str, value: &str, least: u64) -> Result<u64> {
    match value.parse() {
        Ok(number) if number >= least => Ok(number),
        _ => Err(format!("{option} takes a whole number from {least}; not `{value}`").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: Option<(u64, u64, u64)>) {
        let arguments: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let sizes = Options::read(&arguments).ok().map(|options| (options.rows, options.small_rows, options.rounds));
        assert_eq!(sizes, expected, "{words}");
    }

    #[test]
    fn one_part_can_be_chosen() {
        let options = Options::read(&["--only", "large/DuckDB"].map(str::to_owned)).expect("there is such a part");
        assert_eq!((options.wants("large"), options.wants("small"), options.peer.as_str()), (true, false, "DuckDB"));
        assert!(BROWSER_PARTS.iter().all(|part| PARTS.contains(part)));
    }

    #[test]
    fn sizes_are_read() {
        check("", Some((1_000_000, 200_000, 5)));
        check("--quick", Some((200_000, 50_000, 3)));
        check("--rows 100000 --rounds 2", Some((100_000, 100_000, 2)));
        check("--rows 5", None);
        check("--rounds", None);
        check("--loud", None);
        check("--write --quick", None);
        check("--only nothing", None);
    }
}
