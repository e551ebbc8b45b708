//! `cargo xtask demo`: from a fresh clone to a dashboard over real executions.

use crate::package::{self, BUILD_STEPS};
use crate::process::{Result, Steps, run_shown};
use crate::project;
use crate::tools::Tools;
use std::path::PathBuf;
use std::process::Command;

const COMPANION_PACKAGE: &str = "execution-heatmap-companion";
const COMPANION_PROGRAM: &str = "execution-heatmap";

/// Installs, builds, and serves until it is interrupted.
pub fn demo(arguments: &[String]) -> Result {
    check_arguments(arguments)?;
    let tools = Tools::locate()?;
    let mut steps = Steps::new(1 + BUILD_STEPS + 1);
    steps.run("tools", || tools.install_for_build())?;
    package::build(&tools, &mut steps)?;
    let what = "the companion with the dashboard inside (cargo build --release)";
    let program = steps.run(what, || build_companion(Profile::Release))?;
    eprintln!("serving; Ctrl-C stops it");
    run_shown(Command::new(program).arg("demo").args(arguments))
}

/// How the companion is compiled.
#[derive(Clone, Copy)]
pub enum Profile {
    /// Quick to build, as for tests.
    Debug,
    /// Quick to run.
    Release,
}

/// Builds the native companion with the dashboard embedded; `pkg/` must be built. Gives its program.
pub fn build_companion(profile: Profile) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.args(["build", "--package", COMPANION_PACKAGE, "--features", "dashboard"]).current_dir(project::root());
    let directory = match profile {
        Profile::Debug => "debug",
        Profile::Release => {
            command.arg("--release");
            "release"
        }
    };
    run_shown(&mut command)?;
    Ok(project::target_directory()?.join(directory).join(COMPANION_PROGRAM))
}

/// The companion reads the arguments, and has the default; but a slip should be told now, not after the build.
fn check_arguments(arguments: &[String]) -> Result {
    match arguments {
        [] => Ok(()),
        [flag, _] if flag == "--listen" => Ok(()),
        [joined] if joined.starts_with("--listen=") => Ok(()),
        _ => Err("usage: cargo xtask demo [--listen ADDR]".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], good: bool) {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        assert_eq!(check_arguments(&arguments).is_ok(), good, "{arguments:?}");
    }

    #[test]
    fn the_address_may_be_named() {
        check(&[], true);
        check(&["--listen", "127.0.0.1:0"], true);
        check(&["--listen=127.0.0.1:0"], true);
        check(&["--listen"], false);
        check(&["--port", "1"], false);
    }
}
