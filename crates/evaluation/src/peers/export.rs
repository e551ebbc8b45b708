//! Writes histories for the peers, a line of JSON each, and beside them, where no peer looks, what is planted and what
//! the engine claims.

use super::corpora::{self, Case, Corpus, Given, Group};
use crate::measure;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// The file of a group that peers read.
pub fn given_file(group: Group) -> String {
    format!("{}.ndjson", group.name())
}

/// The file of a group that they do not.
pub fn truth_file(group: Group) -> String {
    format!("truth-{}.ndjson", group.name())
}

/// Writes so many histories of each corpus of all groups.
///
/// # Errors
/// Where the folder cannot be written to, in words.
pub fn write(folder: &Path, histories: usize) -> Result<(), String> {
    for group in Group::ALL {
        let (given, truth) = lines(&corpora::of(group), histories);
        for (name, text) in [(given_file(group), given), (truth_file(group), truth)] {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        eprintln!("{} of the peers are written", given_file(group));
    }
    Ok(())
}

/// The lines of both files.
pub fn lines(corpora: &[Corpus], histories: usize) -> (String, String) {
    let (mut given, mut truth) = (String::new(), String::new());
    for (place, corpus) in corpora.iter().enumerate() {
        for (number, case) in measure::each(histories, &corpus.make).into_iter().enumerate() {
            let _ = writeln!(given, "{}", given_line(place, number, &case.given));
            let _ = writeln!(truth, "{}", truth_line(place, number, &case));
        }
    }
    (given, truth)
}

fn given_line(corpus: usize, number: usize, given: &Given) -> Value {
    match given {
        Given::Weeks { executions, failures } => {
            json!({"corpus": corpus, "number": number, "executions": executions, "failures": failures})
        }
        Given::Days { places, raw, adjusted } => {
            json!({"corpus": corpus, "number": number, "places": places, "raw": raw, "adjusted": adjusted})
        }
        Given::Hours(counts) => json!({"corpus": corpus, "number": number, "counts": counts}),
    }
}

fn truth_line(corpus: usize, number: usize, case: &Case) -> Value {
    json!({"corpus": corpus, "number": number, "truth": case.truth, "ours": case.ours, "ms": case.ms})
}
