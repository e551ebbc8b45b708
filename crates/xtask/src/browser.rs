//! Chromium and its driver: finding them, installing them where that is allowed, and the flags they run with.
//!
//! Never downloads a browser from anywhere but the system's own packages.

use crate::process::{Result, ask, find_program, run_logged, seconds};
use crate::project;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// Flags under which Chromium runs as root, without a display, and asks no host outside this machine for anything.
const CHROMIUM_FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
const DEBIAN_PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];
const INSTALL_COMMAND: &str =
    "sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium chromium-driver";

/// A browser that tests can drive.
pub struct Browser {
    /// The Chromium program.
    pub chromium: PathBuf,
    /// Its WebDriver.
    pub driver: PathBuf,
}

/// Finds Chromium and its driver; installs them when they are missing and this process may.
pub fn find_or_install() -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if !may_install() {
        return Err(format!(
            "Chromium and its driver are missing, and the tests in a browser cannot run without. On Debian:\n    \
             {INSTALL_COMMAND}\nElsewhere install both and name them in CHROMIUM and CHROMEDRIVER."
        )
        .into());
    }
    install()?;
    find().ok_or_else(|| "Debian's packages are installed, but chromium or chromedriver is not on PATH".into())
}

/// The content of a `webdriver.json` for wasm-bindgen's test runner.
pub fn webdriver_capabilities(browser: &Browser) -> String {
    let flags = CHROMIUM_FLAGS.map(|flag| format!("\"{flag}\"")).join(", ");
    let binary = browser.chromium.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("{{ \"goog:chromeOptions\": {{ \"binary\": \"{binary}\", \"args\": [{flags}] }} }}\n")
}

fn find() -> Option<Browser> {
    let program = |variable: &str, name: &str| {
        let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
        named.or_else(|| find_program(name))
    };
    Some(Browser { chromium: program("CHROMIUM", "chromium")?, driver: program("CHROMEDRIVER", "chromedriver")? })
}

fn may_install() -> bool {
    let root = ask(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    root && find_program("apt-get").is_some()
}

fn install() -> Result {
    eprintln!("      installing {} with apt-get …, about 1 minute, once", DEBIAN_PACKAGES.join(" and "));
    let start = Instant::now();
    let logs = project::work_directory("logs")?;
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run_logged(apt().arg("update"), &logs.join("apt-update.log"))?;
    let mut command = apt();
    command.args(["install", "-y", "--no-install-recommends"]).args(DEBIAN_PACKAGES);
    run_logged(&mut command, &logs.join("apt-install.log"))?;
    eprintln!("      they are there after {}", seconds(start.elapsed()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_others_installs_the_same_packages() {
        assert!(INSTALL_COMMAND.ends_with(&DEBIAN_PACKAGES.join(" ")));
    }

    #[test]
    fn a_path_is_escaped_in_the_capabilities() {
        let browser = Browser { chromium: PathBuf::from("/opt/a \"b\"/chromium"), driver: PathBuf::new() };
        assert!(webdriver_capabilities(&browser).contains(r#""binary": "/opt/a \"b\"/chromium""#));
    }
}
