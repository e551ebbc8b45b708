//! `cargo xtask bench`: the engine against its peers on the same bytes.
//!
//! Installs the peers, makes the data from a seed, shows that all give the same cells, measures them in turn, and holds
//! what was measured to the goals. Only ratios within one run count: the machine is never quiet for long.

mod document;
mod files;
mod goals;
mod history;
mod machine;
mod measures;
mod options;
mod parts;
mod peers;
mod random;
mod rows;
mod runs;
mod tables;

use crate::browser;
use crate::package;
use crate::process::{Result, Steps, run_logged};
use crate::project::{self, root};
use crate::tools::Tools;
use measures::Measures;
use options::{Options, PARTS, WARM_ROWS};
use parts::Bench;
use peers::Peers;
use std::process::Command;

/// `cargo xtask bench …`.
pub fn bench(arguments: &[String]) -> Result {
    let options = Options::read(arguments)?;
    let load = machine::load();
    if !options.is_again {
        measure(&options)?;
    }
    let measures = told(&options)?;
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

/// Installs, builds and makes what is missing, then runs every part that is wanted; each leaves what it told in a file.
fn measure(options: &Options) -> Result {
    let tools = Tools::locate()?;
    let wanted: Vec<&str> = PARTS.into_iter().filter(|part| options.wants(part)).collect();
    let mut steps = Steps::new(3 + package::BUILD_STEPS + wanted.len());
    let (peers, browser) = steps.run("tools and peers", || {
        tools.install_for_build()?;
        Ok((peers::install(&tools)?, browser::find_or_install()?))
    })?;
    package::build(&tools, &mut steps)?;
    let (module, programs) = steps
        .run("serde_json and the native programs", || Ok((peers::build_module(&tools)?, peers::build_native()?)))?;
    steps.run("the data", || make_data(options, &peers))?;
    let bench = Bench { options, tools: &tools, peers: &peers, chromium: &browser.chromium, module, programs };
    for part in wanted {
        steps.run(part, || {
            let mut measures = Measures::default();
            bench.run(part, &mut measures)?;
            Ok(std::fs::write(parts::told_file(options, part)?, measures.lines())?)
        })?;
    }
    Ok(())
}

/// What the parts that are wanted told when each was run last.
fn told(options: &Options) -> Result<Measures> {
    let mut measures = Measures::default();
    for part in PARTS.into_iter().filter(|part| options.wants(part)) {
        let path = parts::told_file(options, part)?;
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        text.lines().for_each(|line| drop(measures.take(line)));
    }
    Ok(measures)
}

fn make_data(options: &Options, peers: &Peers) -> Result {
    files::make_history()?;
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
    Ok(())
}
