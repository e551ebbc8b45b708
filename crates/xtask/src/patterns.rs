//! `cargo xtask patterns`: how often what the engine says of executions is true, beside the targets. Builds and runs the
//! program of `crates/evaluation`, which measures and judges; this file keeps its table.

use crate::process::{Result, Steps, run_kept, run_logged};
use crate::project::{self, root, target_directory};
use std::process::Command;

const PACKAGE: &str = "execution-heatmap-evaluation";
/// The document, from the root of the repository.
const PATH: &str = "docs/patterns.md";
/// What the table stands between.
const BEGIN: &str = "<!-- measured: written by cargo xtask patterns --write -->";
const END: &str = "<!-- /measured -->";
/// The document where there is none yet.
const HEAD: &str = "\
# Patterns: how often what is said is true

What the pattern engine says of made-up histories whose truth is known, and of real data, beside its targets. Between the
two marks nothing is edited by hand: `cargo xtask patterns --write` measures it anew (about a quarter of an hour on two
cores). How each row is made stands in `crates/evaluation/src/`.

A null row (nothing is there to be found) misses its target where even the lower end of its 95 % interval (Wilson) lies
above it. Any other row misses it where the target lies outside that interval; \"near\" is below the target, though a run
of this length cannot tell it from the target.
";

/// `cargo xtask patterns …`.
pub fn patterns(arguments: &[String]) -> Result {
    let writes = arguments.iter().any(|word| word == "--write");
    let passed: Vec<&String> = arguments.iter().filter(|word| *word != "--write").collect();
    if writes && passed.iter().any(|word| *word == "--only") {
        return Err("--write keeps whole runs alone: --only does not go with it".into());
    }
    Steps::new(1).run("building the evaluation", || {
        let mut command = Command::new("cargo");
        command.args(["build", "--release", "--package", PACKAGE]).current_dir(root());
        run_logged(&mut command, &project::work_directory("logs")?.join("patterns.log"))
    })?;
    let program = target_directory()?.join("release").join(PACKAGE);
    let output = run_kept(Command::new(program).args(passed).current_dir(root()))?;
    if !output.success {
        return Err("the evaluation failed; what it says is told above".into());
    }
    if writes {
        let path = root().join(PATH);
        let document = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, with_table(&document, &output.text))?;
        eprintln!("      {PATH} is written");
    }
    Ok(())
}

/// The document with another table between its marks; a document without marks gets head, marks and table.
fn with_table(document: &str, table: &str) -> String {
    let table = table.trim();
    match document.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1))) {
        Some((before, after)) => format!("{before}{BEGIN}\n\n{table}\n\n{END}{after}"),
        None => format!("{HEAD}\n{BEGIN}\n\n{table}\n\n{END}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one() {
        let first = with_table("", "| one |\n");
        assert!(
            first.starts_with("# Patterns") && first.ends_with(&format!("{BEGIN}\n\n| one |\n\n{END}\n")),
            "{first}"
        );
        let edited = first.replace("# Patterns", "# Our patterns") + "\nMore.\n";
        let second = with_table(&edited, "| two |");
        assert_eq!(second, edited.replace("| one |", "| two |"));
        assert!(with_table("no marks", "| x |").starts_with("# Patterns"));
    }

    #[test]
    fn part_of_a_run_is_not_kept() {
        let words: Vec<String> = ["--only", "volume", "--write"].map(str::to_owned).into();
        assert!(patterns(&words).is_err());
    }
}
