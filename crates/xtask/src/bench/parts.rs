//! The parts of the bench, each run by a program of `benches/` or by this repository's own commands.

use super::measures::Measures;
use super::options::{BROWSER_PARTS, Options, WARM_ROWS};
use super::peers::Peers;
use super::runs::{self, option};
use super::{files, rows};
use crate::process::{Result, ask, run_logged};
use crate::project::{self, package_directory, root};
use crate::tools::Tools;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The test file and the test that hold the readers' verdict on broken lines to serde_json's.
const VERDICTS: (&str, &str) = ("ingest_laws", "the_verdict_on_mutated_lines_is_that_of_serde_json");
/// What `cargo xtask size` calls the parts of the download that goal 10 adds up: all but patterns and decompression.
const DOWNLOAD: [&str; 2] = ["engine, worker and client", "pictures"];

/// Everything that a part needs.
pub struct Bench<'a> {
    pub options: &'a Options,
    pub tools: &'a Tools,
    pub peers: &'a Peers,
    /// The browser.
    pub chromium: &'a Path,
    /// The folder of serde_json's module.
    pub module: PathBuf,
    /// The folder of the native programs.
    pub programs: PathBuf,
}

/// Where a part of these sizes leaves what it told.
pub fn told_file(options: &Options, part: &str) -> Result<PathBuf> {
    let folder = format!("bench/told-{}-{}-{}", options.rows, options.small_rows, options.copies);
    Ok(project::work_directory(&folder)?.join(format!("{part}.tsv")))
}

impl Bench<'_> {
    /// Runs a part.
    pub fn run(&self, part: &str, measures: &mut Measures) -> Result {
        match part {
            _ if BROWSER_PARTS.contains(&part) => self.browser(part, measures),
            "memory" => self.memory(measures),
            "native" => self.native(measures),
            "download" => download(measures),
            "verdicts" => verdicts(measures),
            _ => Err(format!("there is no part {part}").into()),
        }
    }

    fn browser(&self, part: &str, measures: &mut Measures) -> Result {
        let options = self.options;
        self.lengths(measures)?;
        let mut command = Command::new("node");
        command.arg(root().join("benches/browser/run.mjs"));
        command.args([
            option("parts", part),
            option("sources", root().join("benches/browser").display()),
            option("package", package_directory().display()),
            option("data", files::folder()?.display()),
            option("module", self.module.display()),
            option("peers", self.peers.node_modules.display()),
            option("tools", self.tools.node_modules()?.display()),
            option("output", project::work_directory("bench/bundle")?.display()),
            option("chromium", self.chromium.display()),
            option("history", files::HISTORY),
            option("rows", options.rows),
            option("smallRows", options.small_rows),
            option("warmRows", WARM_ROWS),
            option("copies", options.copies),
            option("rounds", options.rounds),
            option("only", &options.peer),
        ]);
        runs::measure(&mut command, measures)
    }

    /// How long the files of the small readings are: what turns times into bytes a second.
    fn lengths(&self, measures: &mut Measures) -> Result {
        for (name, file) in [("ndjson", "rows"), ("csv", "rows"), ("arrow", "rows"), ("mixed", "mixed")] {
            let extension = if name == "mixed" { "ndjson" } else { name };
            let path = files::folder()?.join(format!("{file}-{}.{extension}", self.options.small_rows));
            if let Ok(metadata) = path.metadata() {
                measures.tell(&format!("bytes {name}"), metadata.len());
            }
        }
        Ok(())
    }

    fn memory(&self, measures: &mut Measures) -> Result {
        let mut command = Command::new(self.programs.join("bench-memory"));
        command.arg(files::folder()?.join(format!("rows-{}.ndjson", self.options.rows)));
        let told = ask(command.arg(self.options.copies.to_string())).ok_or("bench-memory failed")?;
        for (name, number) in ["memory held", "memory at most", "memory rows"].into_iter().zip(told.split(' ')) {
            measures.tell(name, number);
        }
        Ok(())
    }

    fn native(&self, measures: &mut Measures) -> Result {
        self.lengths(measures)?;
        let python = match &self.peers.python {
            Ok(python) => python,
            Err(why) => {
                let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
                measures.take(&format!("absent\tnative ndjson\tDuckDB, Polars, DataFusion\tnot installable: {why}"));
                return Ok(());
            }
        };
        let mut command = Command::new(python);
        command.arg(root().join("benches/native/peers.py"));
        command.args([
            option("binary", self.programs.join("bench-read").display()),
            option("folder", files::folder()?.display()),
            option("rows", self.options.small_rows),
            option("rounds", self.options.rounds),
            option("first", rows::FIRST_HOUR),
            option("count", rows::HOURS),
        ]);
        runs::measure(&mut command, measures)
    }
}

/// What `cargo xtask size` says; it fails where a budget is exceeded, which is its affair and not the bench's.
fn download(measures: &mut Measures) -> Result {
    let output = Command::new(std::env::current_exe()?).arg("size").current_dir(root()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in DOWNLOAD {
        let line = text.lines().find_map(|line| line.trim_start().strip_prefix(part));
        let bytes = line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok());
        measures.tell(&format!("download {part}"), bytes.ok_or_else(|| format!("`size` tells nothing of {part}"))?);
    }
    Ok(())
}

/// Goal 13 is held by a test of the engine, which is run here so that a reader fast and wrong is not praised.
fn verdicts(measures: &mut Measures) -> Result {
    let mut command = Command::new("cargo");
    command.args(["test", "--test", VERDICTS.0, "--", "--exact", VERDICTS.1]).current_dir(root());
    let log = project::work_directory("logs")?.join("bench-verdicts.log");
    run_logged(&mut command, &log)?;
    if !std::fs::read_to_string(&log)?.contains("1 passed") {
        return Err(format!("there is no test {} in tests/{}.rs", VERDICTS.1, VERDICTS.0).into());
    }
    measures.tell("verdicts", "equal");
    Ok(())
}
