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
        let document = std::fs::read_to_string(&path)?;
        std::fs::write(&path, with_table(&document, &output.text)?)?;
        eprintln!("      {PATH} is written");
    }
    Ok(())
}

/// The document with another table between its marks.
fn with_table(document: &str, table: &str) -> Result<String> {
    let table = table.trim();
    let marked = document.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        marked.ok_or_else(|| format!("{PATH} has no place for a table: it stands between two marks"))?;
    Ok(format!("{before}{BEGIN}\n\n{table}\n\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_last_one() {
        let first = with_table(&format!("Before\n\n{BEGIN}\n\n{END}\n\nAfter\n"), "| one |\n").unwrap();
        assert_eq!(first, format!("Before\n\n{BEGIN}\n\n| one |\n\n{END}\n\nAfter\n"));
        assert_eq!(with_table(&first, "| two |").unwrap(), first.replace("| one |", "| two |"));
        assert!(with_table("no marks", "| x |").is_err());
    }

    #[test]
    fn part_of_a_run_is_not_kept() {
        let words: Vec<String> = ["--only", "volume", "--write"].map(str::to_owned).into();
        assert!(patterns(&words).is_err());
    }
}
