//! What the evaluation can be asked: how many histories, and of which group alone.

use crate::table::Table;
use crate::{
    absent, changes, clock, endings, errors, events, explained, failures, flights, jobs, labelled, mixed, mixes, peers,
    reports, slow, volume, workflows,
};
use std::path::PathBuf;

/// Histories a row, so many that the whole run takes under half an hour on two cores. Rows whose single histories are dear
/// take a part of them.
pub const HISTORIES: usize = 700;

/// One group of rows: its name and what measures it with so many histories a row.
pub type Group = (&'static str, fn(&mut Table, usize));

/// All groups.
pub const GROUPS: [Group; 17] = [
    ("failures", failures::run),
    ("endings", endings::run),
    ("slow", slow::run),
    ("volume", volume::run),
    ("changes", changes::run),
    ("events", events::run),
    ("jobs", jobs::run),
    ("reports", reports::run),
    ("explained", explained::run),
    ("errors", errors::run),
    ("mixes", mixes::run),
    ("workflows", workflows::run),
    ("mixed", mixed::run),
    ("flights", flights::run),
    ("labelled", labelled::run),
    ("time", clock::run),
    ("absent", absent::run),
];

/// What is done with the histories that peers look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peers {
    /// They are written into a folder.
    Give(PathBuf),
    /// What peers told of those in a folder is judged.
    Judge(PathBuf),
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Histories a row.
    pub histories: usize,
    /// The only group, if one is named.
    pub only: Option<String>,
    /// What concerns peers, instead of the evaluation.
    pub peers: Option<Peers>,
}

impl Options {
    /// Reads `--histories N`, `--only GROUP`, and `--give FOLDER` or `--judge FOLDER`.
    ///
    /// # Errors
    /// A word that is none of these, or a value that cannot be meant, in words.
    pub fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self { histories: HISTORIES, only: None, peers: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--histories" => {
                    let value = value()?;
                    let number = value.parse().ok().filter(|number| *number > 0);
                    options.histories =
                        number.ok_or_else(|| format!("--histories takes a number from 1; not `{value}`"))?;
                }
                "--only" => {
                    let names = GROUPS.map(|(name, _)| name);
                    let named = value()?;
                    if !names.contains(&named.as_str()) {
                        return Err(format!("--only takes one of {}; not `{named}`", names.join(", ")));
                    }
                    options.only = Some(named.clone());
                }
                "--give" => options.peers = Some(Peers::Give(value()?.into())),
                "--judge" => options.peers = Some(Peers::Judge(value()?.into())),
                _ => {
                    return Err(format!(
                        "there is no `{word}`; --histories N, --only GROUP, --give FOLDER and --judge FOLDER are known"
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// Does what is asked; gives the text that is to be printed.
///
/// # Errors
/// What concerns peers and fails, in words.
pub fn text(options: &Options) -> Result<String, String> {
    match &options.peers {
        Some(Peers::Give(folder)) => peers::export::write(folder, options.histories).map(|()| String::new()),
        Some(Peers::Judge(folder)) => peers::document::text(folder),
        None => {
            let rows = format!("{} histories a row, or a part of them where they are dear.\n\n", options.histories);
            Ok(rows + &run(options).markdown())
        }
    }
}

/// Measures what is asked.
pub fn run(options: &Options) -> Table {
    let mut table = Table::default();
    for (name, measure) in GROUPS {
        if options.only.as_deref().is_none_or(|only| only == name) {
            let start = std::time::Instant::now();
            measure(&mut table, options.histories);
            eprintln!("{name} took {:.0} s", start.elapsed().as_secs_f64());
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let check = |words: &str, expected: Option<(usize, Option<&str>)>| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let read = Options::read(&words).ok();
            let expected =
                expected.map(|(histories, only)| Options { histories, only: only.map(str::to_owned), peers: None });
            assert_eq!(read, expected, "{words:?}");
        };
        check("", Some((HISTORIES, None)));
        check("--histories 7 --only volume", Some((7, Some("volume"))));
        check("--histories 0", None);
        check("--histories many", None);
        check("--histories", None);
        check("--only everything", None);
        check("quickly", None);
    }
}
