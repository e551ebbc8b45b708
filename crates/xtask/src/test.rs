//! `cargo xtask test`: every check and every test there is, one stage after the other.
//!
//! A stage that fails does not hide the ones after it. A stage that must have tests and ran none has failed, and so has one
//! for the browser that skipped any: what did not run is not known to work.

use crate::browser::{self, Browser};
use crate::counts::{self, Counts};
use crate::demo::{Profile, build_companion};
use crate::package::{self, PLAIN_FEATURES};
use crate::process::{Output, Result, Steps, command_line, run_kept, run_logged, run_shown};
use crate::project::{self, package_directory, root};
use crate::report::{Demand, Report};
use crate::tools::{Tools, WASM_TARGET, remove_directory};
use crate::{data, size, tidy};
use std::path::{Path, PathBuf};
use std::process::Command;

const WASM_PACKAGE: &str = "execution-heatmap-wasm";
/// Seconds that the browser has for all tests of one wasm test file, on a slow machine.
const WASM_TEST_SECONDS: &str = "300";
/// Milliseconds that one JavaScript test has; one that hangs fails and the next one runs.
const NODE_TEST_MILLISECONDS: u32 = 300_000;

/// Runs everything; an error when anything failed or did not run.
pub fn test() -> Result {
    let tools = Tools::locate()?;
    let mut report = Report::default();
    let installed = report.check("tools", || {
        tools.install_checkers()?;
        tools.install_for_build()?;
        tools.bundlers().map(|_| ())
    });
    let browser = report.value("browser", browser::find_or_install);
    report.check("tidy", tidy::tidy);
    report.check("format", || announce_and_show(&mut cargo(&["fmt", "--all", "--check"])));
    report.check("lint", || {
        let mut command = cargo(&["clippy", "--workspace", "--exclude", WASM_PACKAGE]);
        announce_and_show(command.args(["--all-targets", "--", "-D", "warnings"]))
    });
    report.check("lint, wasm32", || {
        let mut command = cargo(&["clippy", "--package", WASM_PACKAGE, "--target", WASM_TARGET]);
        announce_and_show(command.args(["--all-targets", "--", "-D", "warnings"]))
    });
    report.tests("native tests", Demand::Some, || {
        let mut command = cargo(&["test", "--workspace", "--exclude", WASM_PACKAGE, "--no-fail-fast"]);
        let output = announce_and_keep(&mut command)?;
        Ok((counts::of_cargo(&output.text), output.success))
    });
    let built = installed && report.check("package", || package::build(&tools, &mut Steps::new(package::BUILD_STEPS)));
    report.tests("wasm tests in the browser", Demand::All, || wasm_tests(&tools, needed(&browser, "browser")?, &[]));
    report.tests("wasm tests of the plain engine", Demand::All, || {
        let features = ["--no-default-features", "--features", PLAIN_FEATURES];
        wasm_tests(&tools, needed(&browser, "browser")?, &features)
    });
    let companion = built.then(|| report.value("companion", || build_companion(Profile::Debug))).flatten();
    report.tests("package as a consumer", Demand::All, || {
        require(built)?;
        consumer_tests(&tools, needed(&browser, "browser")?, needed(&companion, "companion")?)
    });
    report.tests("dashboard in the browser", Demand::All, || {
        require(built)?;
        browser_tests(&tools, needed(&browser, "browser")?, needed(&companion, "companion")?)
    });
    report.check("size", || {
        require(built)?;
        size::size()
    });
    report.finish()
}

fn wasm_tests(tools: &Tools, browser: &Browser, features: &[&str]) -> Result<(Counts, bool)> {
    let capabilities = project::work_directory("browser")?.join("webdriver.json");
    std::fs::write(&capabilities, browser::webdriver_capabilities(browser))?;
    let runner = tools.wasm_bindgen_binaries()?.join("wasm-bindgen-test-runner");
    let mut command = cargo(&["test", "--package", WASM_PACKAGE, "--target", WASM_TARGET, "--no-fail-fast"]);
    command.args(features);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    command.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", WASM_TEST_SECONDS);
    let output = announce_and_keep(&mut command)?;
    Ok((counts::of_cargo(&output.text), output.success))
}

/// Packs the package as it would be published, installs it into an empty project, and uses it there: `tests/package/` is
/// type-checked strictly and run, there also against the native program and in pages that bundlers make.
fn consumer_tests(tools: &Tools, browser: &Browser, companion: &Path) -> Result<(Counts, bool)> {
    let project = project::work_directory("consumer")?;
    remove_directory(&project)?;
    std::fs::create_dir_all(&project)?;
    for entry in root().join("tests/package").read_dir()? {
        let entry = entry?;
        std::fs::copy(entry.path(), project.join(entry.file_name()))?;
    }
    let logs = project::work_directory("logs")?;
    run_logged(
        npm("pack").arg("--pack-destination").arg(&project).current_dir(package_directory()),
        &logs.join("pack.log"),
    )?;
    let tarball = project.join(format!("execution-heatmap-{}.tgz", project::VERSION));
    // Offline: the package has no dependencies, and this is where one that crept in would show.
    run_logged(npm("install").arg("--offline").arg(tarball).current_dir(&project), &logs.join("consumer-install.log"))?;
    let mut compiler = Command::new(tools.npm_program("tsc")?);
    announce_and_show(compiler.args(["--project", "."]).current_dir(&project))?;
    let data = root().join(data::OUTPUT);
    let (node_modules, bundlers) = (tools.node_modules()?, tools.bundlers()?);
    let environment = [
        ("EXECUTION_HEATMAP_BINARY", companion),
        ("EXECUTION_HEATMAP_DATA", &data),
        ("EXECUTION_HEATMAP_NODE_MODULES", &node_modules),
        ("EXECUTION_HEATMAP_BUNDLERS", &bundlers),
        ("CHROMIUM", &browser.chromium),
    ];
    node_tests(&project, &environment)
}

fn browser_tests(tools: &Tools, browser: &Browser, companion: &Path) -> Result<(Counts, bool)> {
    let node_modules = tools.node_modules()?;
    let environment = [
        ("EXECUTION_HEATMAP_NODE_MODULES", node_modules.as_path()),
        ("EXECUTION_HEATMAP_BINARY", companion),
        ("CHROMIUM", &browser.chromium),
    ];
    node_tests(&root().join("tests/browser"), &environment)
}

/// Runs the `*.test.mjs` of a folder.
fn node_tests(directory: &Path, environment: &[(&str, &Path)]) -> Result<(Counts, bool)> {
    let files = test_files(directory)?;
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec", &format!("--test-timeout={NODE_TEST_MILLISECONDS}")]).args(files);
    command.envs(environment.iter().copied()).env_remove("FORCE_COLOR").current_dir(directory);
    let output = announce_and_keep(&mut command)?;
    Ok((counts::of_node(&output.text), output.success))
}

/// Named one by one: Node.js 20 and 22 read the name of a folder differently.
fn test_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = directory.read_dir().map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() { Err(format!("{} has no *.test.mjs", directory.display()).into()) } else { Ok(files) }
}

/// A cargo command in this repository, from its root.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    command
}

fn npm(subcommand: &str) -> Command {
    let mut command = Command::new("npm");
    command.args([subcommand, "--no-audit", "--no-fund"]);
    command
}

fn needed<'a, T>(made: &'a Option<T>, name: &str) -> Result<&'a T> {
    made.as_ref().ok_or_else(|| format!("there is no {name}; see above").into())
}

fn require(built: bool) -> Result {
    if built { Ok(()) } else { Err("the package is not built".into()) }
}

fn announce_and_keep(command: &mut Command) -> Result<Output> {
    eprintln!("$ {}", command_line(command));
    run_kept(command)
}

fn announce_and_show(command: &mut Command) -> Result {
    eprintln!("$ {}", command_line(command));
    run_shown(command)
}
