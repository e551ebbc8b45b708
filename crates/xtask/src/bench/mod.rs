//! `cargo xtask bench`: the engine against its peers on the same bytes.
//!
//! Installs the peers, makes the data from a seed, shows that all give the same cells, measures them in turn, and holds
//! what was measured to the goals. Only ratios within one run count: the machine is never quiet for long.

mod document;
mod files;
mod goals;
mod machine;
mod measures;
mod options;
mod peers;
mod random;
mod rows;
mod runs;
mod tables;

use crate::browser;
use crate::package;
use crate::process::{Result, Steps, ask, run_logged};
use crate::project::{self, package_directory, root};
use crate::tools::Tools;
use measures::Measures;
use options::{BROWSER_PARTS, Options, WARM_ROWS};
use peers::Peers;
use runs::option;
use std::path::Path;
use std::process::Command;

/// The test file and the test that hold the readers' verdict on broken lines to serde_json's.
const VERDICTS: (&str, &str) = ("ingest_laws", "the_verdict_on_mutated_lines_is_that_of_serde_json");
const STEPS: usize = 6 + package::BUILD_STEPS;

/// `cargo xtask bench …`.
pub fn bench(arguments: &[String]) -> Result {
    let options = Options::read(arguments)?;
    let load = machine::load();
    let tools = Tools::locate()?;
    let mut steps = Steps::new(STEPS);
    let (peers, browser) = steps.run("tools and peers", || {
        tools.install_for_build()?;
        Ok((peers::install(&tools)?, browser::find_or_install()?))
    })?;
    package::build(&tools, &mut steps)?;
    let (module, programs) = steps
        .run("serde_json and the native programs", || Ok((peers::build_module(&tools)?, peers::build_native()?)))?;
    let mut measures = Measures::default();
    steps.run("the data", || make_data(&options, &peers, &mut measures))?;
    steps.run("in the browser", || {
        let mut command = Command::new("node");
        command.arg(root().join("benches/browser/run.mjs"));
        let parts: Vec<&str> = BROWSER_PARTS.into_iter().filter(|part| options.wants(part)).collect();
        if parts.is_empty() {
            return Ok(());
        }
        command.args([
            option("parts", parts.join(",")),
            option("sources", root().join("benches/browser").display()),
            option("package", package_directory().display()),
            option("data", files::folder()?.display()),
            option("module", module.display()),
            option("peers", peers.node_modules.display()),
            option("tools", tools.node_modules()?.display()),
            option("output", project::work_directory("bench/bundle")?.display()),
            option("chromium", browser.chromium.display()),
            option("rows", options.rows),
            option("smallRows", options.small_rows),
            option("warmRows", WARM_ROWS),
            option("copies", options.copies),
            option("rounds", options.rounds),
            option("only", &options.peer),
        ]);
        runs::measure(&mut command, &mut measures)
    })?;
    steps.run("native", || native(&options, &peers, &programs, &mut measures))?;
    steps.run("the verdict on broken lines", || verdicts(&options, &mut measures))?;
    let text = document::text(&options, &measures, load.as_deref());
    println!("{text}");
    if options.writes {
        document::write(&text)?;
    }
    match tables::lost_goals(&measures).len() {
        lost if lost > 0 && options.is_strict => Err(format!("{lost} goals that must be reached are lost").into()),
        _ => Ok(()),
    }
}

fn make_data(options: &Options, peers: &Peers, measures: &mut Measures) -> Result {
    for count in [WARM_ROWS, options.small_rows, options.rows] {
        files::make(count)?;
        let arrow = files::folder()?.join(format!("rows-{count}.arrow"));
        if let (Ok(python), false) = (&peers.python, arrow.is_file()) {
            let mut command = Command::new(python);
            command.arg(root().join("benches/native/arrow.py"));
            command.arg(files::folder()?.join(format!("rows-{count}.csv"))).arg(&arrow);
            run_logged(&mut command, &project::work_directory("logs")?.join("bench-arrow.log"))?;
        }
    }
    for (name, file) in [("ndjson", "rows"), ("csv", "rows"), ("arrow", "rows"), ("mixed", "mixed")] {
        let extension = if name == "mixed" { "ndjson" } else { name };
        let path = files::folder()?.join(format!("{file}-{}.{extension}", options.small_rows));
        if let Ok(metadata) = path.metadata() {
            measures.tell(&format!("bytes {name}"), &metadata.len().to_string());
        }
    }
    Ok(())
}

/// Goal 13 is held by a test of the engine, which is run here so that a reader fast and wrong is not praised.
fn verdicts(options: &Options, measures: &mut Measures) -> Result {
    if !options.wants("verdicts") || options.is_quick {
        return Ok(());
    }
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

fn native(options: &Options, peers: &Peers, programs: &Path, measures: &mut Measures) -> Result {
    let folder = files::folder()?;
    if options.wants("memory") {
        let mut command = Command::new(programs.join("bench-memory"));
        command.arg(folder.join(format!("rows-{}.ndjson", options.rows))).arg(options.copies.to_string());
        let told = ask(&mut command).ok_or("bench-memory failed")?;
        for (name, number) in ["memory held", "memory at most", "memory rows"].into_iter().zip(told.split(' ')) {
            measures.tell(name, number);
        }
    }
    if !options.wants("native") {
        return Ok(());
    }
    let python = match &peers.python {
        Ok(python) => python,
        Err(why) => {
            measures.take(&format!("absent\tnative ndjson\tDuckDB, Polars, DataFusion\tnot installable: {why}"));
            return Ok(());
        }
    };
    let mut command = Command::new(python);
    command.arg(root().join("benches/native/peers.py"));
    command.args([
        option("binary", programs.join("bench-read").display()),
        option("folder", folder.display()),
        option("rows", options.small_rows),
        option("rounds", options.rounds),
        option("first", rows::FIRST_HOUR),
        option("count", rows::HOURS),
    ]);
    runs::measure(&mut command, measures)
}
