//! `cargo xtask patterns`: how often what the engine says of executions is true, beside the targets, and with `--peers`
//! what other tools say of the same histories. Builds and runs the program of `crates/evaluation`, which measures and
//! judges; this file keeps its tables.

mod peers;

use crate::process::{Result, Steps, run_kept, run_logged};
use crate::project::{self, root, target_directory};
use std::path::PathBuf;
use std::process::Command;

const PACKAGE: &str = "execution-heatmap-evaluation";
/// The document, from the root of the repository.
const PATH: &str = "docs/patterns.md";
/// What the table of the evaluation stands between,
const MEASURED: Marks =
    Marks { begin: "<!-- measured: written by cargo xtask patterns --write -->", end: "<!-- /measured -->" };
/// and that of the peers.
const PEERS: Marks =
    Marks { begin: "<!-- peers: written by cargo xtask patterns --peers --write -->", end: "<!-- /peers -->" };

/// What a table stands between.
struct Marks {
    begin: &'static str,
    end: &'static str,
}

/// `cargo xtask patterns …`.
pub fn patterns(arguments: &[String]) -> Result {
    if arguments.iter().any(|word| word == "--peers") {
        return peers::peers(arguments);
    }
    let writes = arguments.iter().any(|word| word == "--write");
    let passed: Vec<&String> = arguments.iter().filter(|word| *word != "--write").collect();
    if writes && passed.iter().any(|word| *word == "--only") {
        return Err("--write keeps whole runs alone: --only does not go with it".into());
    }
    let program = Steps::new(1).run("building the evaluation", build)?;
    let output = run_kept(Command::new(program).args(passed).current_dir(root()))?;
    if !output.success {
        return Err("the evaluation failed; what it says is told above".into());
    }
    if writes { keep(&MEASURED, &output.text) } else { Ok(()) }
}

/// Builds the program of the evaluation; gives where it is.
fn build() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--package", PACKAGE]).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join("patterns.log"))?;
    Ok(target_directory()?.join("release").join(PACKAGE))
}

/// Puts a table into the document.
fn keep(marks: &Marks, table: &str) -> Result {
    let path = root().join(PATH);
    let document = std::fs::read_to_string(&path)?;
    std::fs::write(&path, with_table(&document, marks, table)?)?;
    eprintln!("      {PATH} is written");
    Ok(())
}

/// The document with another table between the marks.
fn with_table(document: &str, marks: &Marks, table: &str) -> Result<String> {
    let (Marks { begin, end }, table) = (marks, table.trim());
    let marked = document.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) =
        marked.ok_or_else(|| format!("{PATH} has no place for a table: it stands between {begin} and {end}"))?;
    Ok(format!("{before}{begin}\n\n{table}\n\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one() {
        let Marks { begin, end } = MEASURED;
        let other = format!("{}\n\n| other |\n\n{}", PEERS.begin, PEERS.end);
        let empty = format!("Before\n\n{begin}\n\n{end}\n\nBetween\n\n{other}\n");
        let first = with_table(&empty, &MEASURED, "| one |\n").unwrap();
        assert_eq!(first, format!("Before\n\n{begin}\n\n| one |\n\n{end}\n\nBetween\n\n{other}\n"));
        assert_eq!(with_table(&first, &MEASURED, "| two |").unwrap(), first.replace("| one |", "| two |"));
        assert_eq!(with_table(&first, &PEERS, "| two |").unwrap(), first.replace("| other |", "| two |"));
        assert!(with_table("no marks", &MEASURED, "| x |").is_err());
    }

    #[test]
    fn the_document_has_a_place_for_both() {
        let document = std::fs::read_to_string(root().join(PATH)).unwrap();
        assert!([MEASURED, PEERS].iter().all(|marks| with_table(&document, marks, "| x |").is_ok()));
    }

    #[test]
    fn part_of_a_run_is_not_kept() {
        let words: Vec<String> = ["--only", "volume", "--write"].map(str::to_owned).into();
        assert!(patterns(&words).is_err());
    }
}
