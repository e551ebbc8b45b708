//! `cargo xtask fuzz`: the laws of `crates/laws` under libFuzzer, as long as one likes.
//!
//! What a run learns is kept outside git; an input that breaks a law is told with the command that runs it again. The
//! test run does not need this: it runs the same laws over the corpora that git keeps.

use crate::process::{Result, ask, run_logged, run_shown, seconds};
use crate::project::{root, target_directory};
use crate::tools::Tools;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// What each target gets if nothing says otherwise.
const DEFAULT_SECONDS: u64 = 60;
/// The most memory of a target, in MiB: what the input may make the engine hold, and libFuzzer itself.
const MOST_MEMORY_MIB: u32 = 1024;
/// An input that takes longer than this many seconds hangs.
const MOST_SECONDS_OF_AN_INPUT: u32 = 10;

/// Fuzzes the named targets, or all of them one after the other.
pub fn fuzz(arguments: &[String]) -> Result {
    let (names, each) = read_arguments(arguments)?;
    let tools = Tools::locate()?;
    tools.install_nightly()?;
    let program = tools.cargo_fuzz()?;
    let known = targets()?;
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no target `{unknown}`; there are {}", known.join(", ")).into());
    }
    let chosen = if names.is_empty() { known } else { names };
    let mut broken = Vec::new();
    for name in &chosen {
        let start = Instant::now();
        eprintln!("{name}: {} …", seconds(each));
        if let Err(error) = run(&program, name, each) {
            eprintln!("{name}: {error}");
            broken.push(name.clone());
        }
        eprintln!("{name}: done after {}", seconds(start.elapsed()));
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(format!("broken: {}. The inputs lie in fuzz/artifacts", broken.join(", ")).into())
}

fn run(program: &Path, name: &str, each: Duration) -> Result {
    let learned = target_directory()?.join("fuzz-corpus").join(name);
    std::fs::create_dir_all(&learned)?;
    let mut command = Command::new(program);
    command.env("RUSTUP_TOOLCHAIN", "nightly").current_dir(root().join("fuzz"));
    // Cargo tells its own toolchain to what it starts; this program wants another one.
    command.env_remove("CARGO").env_remove("RUSTC");
    // The flags of the project are for its own compiler; libFuzzer's are made by cargo-fuzz.
    command.env_remove("RUSTFLAGS");
    command.args(["fuzz", "run", "--fuzz-dir", "."]).arg(name);
    command.arg(learned).arg(Path::new("corpus").join(name));
    command.args([
        "--".to_owned(),
        format!("-max_total_time={}", each.as_secs()),
        format!("-rss_limit_mb={MOST_MEMORY_MIB}"),
        format!("-timeout={MOST_SECONDS_OF_AN_INPUT}"),
        "-print_final_stats=1".to_owned(),
    ]);
    run_shown(&mut command)
}

/// The names of the targets, sorted.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in root().join("fuzz/fuzz_targets").read_dir()? {
        if let Some(name) = entry?.path().file_stem() {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read_arguments(arguments: &[String]) -> Result<(Vec<String>, Duration)> {
    let mut names = Vec::new();
    let mut each = DEFAULT_SECONDS;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--seconds" => {
                let value = rest.next().ok_or("--seconds takes a number")?;
                each = value.parse().map_err(|_| format!("--seconds takes a whole number; {value} came"))?;
            }
            flag if flag.starts_with('-') => return Err(format!("`fuzz` does not take {flag}").into()),
            name => names.push(name.to_owned()),
        }
    }
    Ok((names, Duration::from_secs(each)))
}

/// True if the Rust toolchain manager has a nightly compiler.
pub fn has_nightly() -> bool {
    ask(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])).is_some()
}

/// Installs it.
pub fn install_nightly(log: &Path) -> Result {
    run_logged(Command::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]), log)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expected: Option<(&[&str], u64)>) {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let found = read_arguments(&arguments).ok();
        let expected = expected.map(|(names, seconds)| {
            (names.iter().map(|name| (*name).to_owned()).collect(), Duration::from_secs(seconds))
        });
        assert_eq!(found, expected, "{arguments:?}");
    }

    #[test]
    fn targets_and_seconds_are_read() {
        check(&[], Some((&[], DEFAULT_SECONDS)));
        check(&["csv", "--seconds", "5", "text"], Some((&["csv", "text"], 5)));
        check(&["--seconds"], None);
        check(&["--seconds", "soon"], None);
        check(&["--hours", "2"], None);
    }

    #[test]
    fn there_is_a_corpus_for_every_target() {
        for name in targets().expect("the targets can be listed") {
            assert!(root().join("fuzz/corpus").join(&name).is_dir(), "{name}");
        }
    }
}
