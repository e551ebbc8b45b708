//! `cargo xtask patterns --peers`: lets the evaluation write its histories, runs other tools on them, and has what they
//! told judged. Installs them once into the tool cache; each that cannot be installed or run is told in words, and the rest
//! are measured without it.

use super::{PEERS, build, keep};
use crate::process::{Result, Steps, run_kept, run_logged};
use crate::project::{self, root};
use crate::tools::{Tools, remove_directory};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Histories of each corpus, unless asked otherwise.
const HISTORIES: usize = 100;
/// The program in Rust.
const AUGURS: &str = "execution-heatmap-peer-augurs";

/// A program that runs peers.
#[derive(Clone, Copy)]
struct Program {
    /// Its file in `peers/`, without its ending; of augurs the folder.
    name: &'static str,
    /// Whom it runs.
    runs: &'static str,
    /// What it needs of Python: the environment's name and packages. None of augurs.
    needs: Option<(&'static str, &'static str)>,
}

const STATISTICS: (&str, &str) = ("peers-statistics", include_str!("../../../../peers/requirements/statistics.txt"));
const OTAVA: (&str, &str) = ("peers-otava", include_str!("../../../../peers/requirements/otava.txt"));
const ADTK: (&str, &str) = ("peers-adtk", include_str!("../../../../peers/requirements/adtk.txt"));
const PROPHET: (&str, &str) = ("peers-prophet", include_str!("../../../../peers/requirements/prophet.txt"));

/// All programs, those that take longest first.
const PROGRAMS: [Program; 8] = [
    Program { name: "regression", runs: "the GLM of statsmodels", needs: Some(STATISTICS) },
    Program { name: "anomalies", runs: "adtk", needs: Some(ADTK) },
    Program { name: "forecasts", runs: "prophet", needs: Some(PROPHET) },
    Program { name: "windows", runs: "scans and tests by hour", needs: Some(STATISTICS) },
    Program { name: "divisive", runs: "Apache Otava", needs: Some(OTAVA) },
    Program { name: "augurs", runs: "augurs", needs: None },
    Program { name: "cuts", runs: "ruptures", needs: Some(STATISTICS) },
    Program { name: "trends", runs: "tests of trends", needs: Some(STATISTICS) },
];

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Options {
    histories: usize,
    is_again: bool,
    writes: bool,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self { histories: HISTORIES, is_again: false, writes: false };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--peers" => {}
                "--again" => options.is_again = true,
                "--write" => options.writes = true,
                "--histories" => {
                    let number = words.next().and_then(|word| word.parse().ok()).filter(|number| *number > 0);
                    options.histories = number.ok_or("--histories takes a number from 1")?;
                }
                _ => {
                    let known = "--histories N, --again and --write are known";
                    return Err(format!("there is no `{word}` with --peers; {known}").into());
                }
            }
        }
        Ok(options)
    }
}

/// `cargo xtask patterns --peers …`.
pub fn peers(arguments: &[String]) -> Result {
    let options = Options::read(arguments)?;
    let folder = project::work_directory("peers")?;
    let mut steps = Steps::new(if options.is_again { 2 } else { 4 });
    let evaluation = steps.run("building the evaluation", build)?;
    if !options.is_again {
        remove_directory(&folder)?;
    }
    // What the engine says of them is written with them, and may be other than last time.
    steps.run("the histories", || give(&evaluation, &folder, options.histories))?;
    if !options.is_again {
        let ready = steps.run("the peers", || Ok(install(&Tools::locate()?)))?;
        steps.run("what they say", || Ok(run_all(&ready, &folder, options.histories)?))?;
    }
    let output = run_kept(Command::new(evaluation).arg("--judge").arg(&folder).current_dir(root()))?;
    if !output.success {
        return Err("what the peers told could not be judged; why is told above".into());
    }
    if options.writes { keep(&PEERS, &output.text) } else { Ok(()) }
}

/// Lets the evaluation write the histories into a folder.
fn give(evaluation: &Path, folder: &Path, histories: usize) -> Result {
    std::fs::create_dir_all(folder.join("told"))?;
    let mut command = Command::new(evaluation);
    command.args(["--histories", &histories.to_string(), "--give"]).arg(folder).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join("peers-give.log"))
}

/// A program that can be started, or why it cannot.
type Ready = (Program, std::result::Result<Vec<PathBuf>, String>);

/// Installs and builds what is missing.
fn install(tools: &Tools) -> Vec<Ready> {
    let ready = |program: Program| -> Result<Vec<PathBuf>> {
        match program.needs {
            Some((label, requirements)) => {
                let python = tools.python_environment(label, requirements)?;
                Ok(vec![python, root().join("peers").join(format!("{}.py", program.name))])
            }
            None => Ok(vec![build_augurs()?]),
        }
    };
    PROGRAMS.map(|program| (program, ready(program).map_err(|error| error.to_string()))).into()
}

/// Builds the program over augurs, a workspace of its own with its own lock file.
fn build_augurs() -> Result<PathBuf> {
    let target = project::work_directory("augurs")?;
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--locked", "--manifest-path"]).arg(root().join("peers/augurs/Cargo.toml"));
    command.arg("--target-dir").arg(&target).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join("peers-augurs.log"))?;
    Ok(target.join("release").join(AUGURS))
}

/// Runs all of them, as many at once as there are cores. What one of them breaks keeps none of the others.
fn run_all(ready: &[Ready], folder: &Path, histories: usize) -> std::io::Result<()> {
    let waiting = Mutex::new(ready.iter());
    let next = || waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = || -> std::io::Result<()> {
            while let Some(one) = next() {
                tell(one, folder, histories)?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let broken = || Err(std::io::Error::other("what runs the peers broke"));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| broken()))
    })
}

/// Runs one; where that fails, says so here and leaves a file that says so to who judges.
fn tell((program, command): &Ready, folder: &Path, histories: usize) -> std::io::Result<()> {
    let told = folder.join("told").join(format!("{}.ndjson", program.name));
    let result = command
        .clone()
        .and_then(|command| run(program, &command, folder, &told, histories).map_err(|error| error.to_string()));
    match result {
        Ok(()) => eprintln!("      {} said all that they say", program.runs),
        Err(problem) => {
            eprintln!("      without {}: {problem}", program.runs);
            if told.exists() {
                std::fs::remove_file(told)?;
            }
            std::fs::write(folder.join("told").join(format!("{}.missing", program.runs)), problem)?;
        }
    }
    Ok(())
}

fn run(program: &Program, words: &[PathBuf], folder: &Path, told: &Path, histories: usize) -> Result {
    let (first, rest) = words.split_first().ok_or("there is nothing to be run")?;
    let mut command = Command::new(first);
    command.args(rest).arg(folder).arg(told).arg(histories.to_string()).current_dir(root());
    // One thread each, so that times are of one core; and nothing is written beside the scripts.
    command.envs([("OPENBLAS_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1"), ("PYTHONDONTWRITEBYTECODE", "1")]);
    run_logged(&mut command, &folder.join(format!("{}.log", program.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let check = |words: &str, expected: Option<(usize, bool, bool)>| {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let read = Options::read(&words).ok().map(|options| (options.histories, options.is_again, options.writes));
            assert_eq!(read, expected, "{words:?}");
        };
        check("--peers", Some((HISTORIES, false, false)));
        check("--peers --histories 7 --write", Some((7, false, true)));
        check("--peers --again", Some((HISTORIES, true, false)));
        check("--peers --histories 0", None);
        check("--peers --histories", None);
        check("--peers --only volume", None);
    }

    #[test]
    fn a_peer_that_is_missing_is_told_in_words() {
        let folder = std::env::temp_dir().join(format!("execution-heatmap-peers-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("told")).unwrap();
        let missing = (PROGRAMS[0], Err("no index was reached".to_owned()));
        let broken = (PROGRAMS[1], Ok(vec![PathBuf::from("no-such-program-here")]));
        run_all(&[missing, broken], &folder, 1).unwrap();
        let said = |runs: &str| std::fs::read_to_string(folder.join("told").join(format!("{runs}.missing"))).unwrap();
        assert_eq!(said(PROGRAMS[0].runs), "no index was reached");
        assert!(said(PROGRAMS[1].runs).contains("no-such-program-here"));
        remove_directory(&folder).unwrap();
    }

    #[test]
    fn everything_is_pinned_and_there() {
        for Program { name, needs, .. } in PROGRAMS {
            let Some((_, requirements)) = needs else {
                assert!(root().join("peers/augurs/Cargo.lock").is_file());
                continue;
            };
            assert!(root().join("peers").join(format!("{name}.py")).is_file(), "{name}");
            let packages = requirements.lines().filter(|line| !line.starts_with('#'));
            assert!(packages.clone().count() > 2 && packages.clone().all(|line| line.contains("==")), "{requirements}");
        }
    }
}
