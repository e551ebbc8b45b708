//! Builds the npm package into `pkg/`: wasm-pack, then the TypeScript compiler, then the manifest and the licences.
//!
//! wasm-pack writes beside `pkg/`, since it deletes the manifest and hides the folder from git. What lies in `pkg/` is then
//! made anew from the parts, so that a file that is no longer built is no longer published.

use crate::manifest;
use crate::process::{Result, Steps, run_logged, run_shown};
use crate::project::{self, package_directory, root};
use crate::tools::{Tools, WASM_TARGET, remove_directory};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The name of the module that wasm-pack makes; what `js/` imports begins with it.
const WASM_MODULE: &str = "execution_heatmap_wasm";
/// The only file of `pkg/` that is in git.
const KEPT_FILE: &str = "README.md";
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
/// What the wasm module is made from: when none of it is newer than the module, the module is kept.
const WASM_INPUTS: [&str; 5] = ["src", "crates/wasm", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"];

/// `cargo xtask build`.
pub fn build_command() -> Result {
    let tools = Tools::locate()?;
    let mut steps = Steps::new(1 + BUILD_STEPS);
    steps.run("tools", || tools.install_for_build())?;
    build(&tools, &mut steps)?;
    eprintln!("the package is in {}", package_directory().display());
    Ok(())
}

/// How many steps `build` takes.
pub const BUILD_STEPS: usize = 2;

/// Builds the package with tools that are installed already.
pub fn build(tools: &Tools, steps: &mut Steps) -> Result {
    let module = steps.run("the WebAssembly module (wasm-pack)", || build_wasm(tools))?;
    steps.run("the npm package in pkg/ (tsc)", || assemble(tools, &module))
}

/// Gives the folder with the module and its glue.
fn build_wasm(tools: &Tools) -> Result<PathBuf> {
    let output = project::work_directory("wasm")?;
    let stamp = output.join("versions.txt");
    let versions = tools.versions()?;
    let module = output.join(format!("{WASM_MODULE}_bg.wasm"));
    if std::fs::read_to_string(&stamp).is_ok_and(|built_with| built_with == versions) && is_fresh(&module)? {
        eprintln!("      nothing has changed");
        return Ok(output);
    }
    remove_directory(&output)?;
    let mut command = Command::new(tools.wasm_pack()?);
    command.args(["build", "--release", "--target", "web", "--out-name", WASM_MODULE, "--out-dir"]).arg(&output);
    command.arg(root().join("crates/wasm")).args(["--", "--config", &path_remapping()?]);
    command.env("PATH", tools.search_path()?).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join("wasm-pack.log"))?;
    if !module.is_file() {
        return Err(format!("wasm-pack ended well, but there is no {}", module.display()).into());
    }
    std::fs::write(stamp, versions)?;
    Ok(output)
}

/// The compiler writes source paths into messages of the module. Without the folders of whoever built it, the same
/// sources give the same bytes on every machine.
fn path_remapping() -> Result<String> {
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))
        .ok_or("there is neither CARGO_HOME nor HOME")?;
    let quoted = |from: &Path, to: &str| format!("'--remap-path-prefix={}={to}'", from.display());
    let flags = [quoted(&root(), "execution-heatmap"), quoted(&cargo_home, "cargo")].join(", ");
    Ok(format!("target.{WASM_TARGET}.rustflags = [{flags}]"))
}

fn is_fresh(module: &Path) -> Result<bool> {
    let Ok(built) = module.metadata().and_then(|metadata| metadata.modified()) else { return Ok(false) };
    for input in WASM_INPUTS {
        if newest_change(&root().join(input))? > built {
            return Ok(false);
        }
    }
    Ok(true)
}

fn newest_change(path: &Path) -> Result<SystemTime> {
    let metadata = path.metadata().map_err(|error| format!("{}: {error}", path.display()))?;
    let mut newest = metadata.modified()?;
    if metadata.is_dir() {
        for entry in path.read_dir()? {
            newest = newest.max(newest_change(&entry?.path())?);
        }
    }
    Ok(newest)
}

fn assemble(tools: &Tools, module: &Path) -> Result {
    let package = package_directory();
    std::fs::create_dir_all(&package)?;
    empty_but_for_kept_file(&package)?;
    for entry in module.read_dir()? {
        let name = entry?.file_name();
        if name.to_string_lossy().starts_with(WASM_MODULE) {
            copy(&module.join(&name), &package.join(&name))?;
        }
    }
    let configuration = root().join("js/tsconfig.json");
    if !configuration.is_file() {
        return Err("js/tsconfig.json is missing: there is no TypeScript to build the package from".into());
    }
    let mut compiler = Command::new(tools.npm_program("tsc")?);
    run_shown(compiler.arg("--project").arg(configuration).arg("--outDir").arg(&package).current_dir(root()))?;
    let published = root().join("js/package.json");
    let text = std::fs::read_to_string(&published).map_err(|error| format!("{}: {error}", published.display()))?;
    std::fs::write(package.join("package.json"), manifest::with_version(&text, project::VERSION)?)?;
    for licence in LICENCES {
        copy(&root().join(licence), &package.join(licence))?;
    }
    Ok(())
}

fn empty_but_for_kept_file(package: &Path) -> Result {
    for entry in package.read_dir()? {
        let entry = entry?;
        if entry.file_name() == KEPT_FILE {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?
        } else {
            std::fs::remove_file(entry.path())?
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result {
    std::fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
