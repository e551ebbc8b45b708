//! Builds the npm package into `pkg/`: wasm-pack, what `panics` leaves out, wasm-opt, then the TypeScript compiler, then
//! esbuild, which bundles and shortens, then the manifest and the licences.
//!
//! wasm-pack writes beside `pkg/`, since it deletes the manifest and hides the folder from git. What lies in `pkg/` is then
//! made anew from the parts, so that a file that is no longer built is no longer published.

use crate::manifest;
use crate::panics;
use crate::process::{Result, Steps, run_logged, run_shown};
use crate::project::{self, package_directory, root};
use crate::tools::{Tools, WASM_TARGET, remove_directory};
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// A module of WebAssembly that the package holds.
struct Module {
    /// What its files begin with, and so what `js/` imports.
    name: &'static str,
    /// Its crate, from the root.
    folder: &'static str,
    /// What it is made from: when none of it is newer than the module, the module is kept.
    inputs: &'static [&'static str],
    /// The features of its crate that it has; `None` for those that the crate has by itself.
    features: Option<&'static str>,
    /// What wasm-opt is to look for.
    optimization: &'static [&'static str],
}

/// Few bytes. Each round finds what the one before laid bare. What is called once is not put into its caller, where it
/// would take more names for its locals, and functions with similar names, which are similar, lie side by side: both say
/// nothing of the module's length, but it packs by 3 kB better. Nothing lies in the first kilobyte of memory, which is the end
/// of the stack, so that an address and what is added to it are one instruction: 1 kB.
const SMALL: &[&str] = &[
    "-Oz",
    "-Oz",
    "-Oz",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=0",
    "--reorder-functions-by-name",
];
const FAST: &[&str] = &["-O3"];

/// What `js/` loads: the plain engine always, the whole one for other forms, several sources and several workers,
/// decompression when compressed data comes.
const MODULES: [Module; 3] = [
    plain(Features::All),
    Module {
        name: "execution_heatmap_wasm",
        folder: "crates/wasm",
        inputs: &["src"],
        features: None,
        optimization: SMALL,
    },
    Module {
        name: "execution_heatmap_inflate",
        folder: "crates/inflate-wasm",
        inputs: &["crates/inflate"],
        features: None,
        optimization: FAST,
    },
];

/// The features of `crates/wasm` that the plain engine has.
pub const PLAIN_FEATURES: &str = "picture,patterns";

/// The engine that every page loads.
const fn plain(features: Features) -> Module {
    let features = Some(features.names());
    Module { name: "execution_heatmap_plain", folder: "crates/wasm", inputs: &["src"], features, optimization: SMALL }
}

/// The scripts of the package that others import: each is there once, since it keeps a state (`thread.js` numbers what is
/// asked) or is loaded only when something asks for it.
const SHARED_SCRIPTS: [&str; 9] = [
    "client.js",
    "thread.js",
    "element.js",
    "define.js",
    "pool.js",
    "inflate.js",
    "objects.js",
    "columns.js",
    "execution_heatmap_wasm.js",
];
/// The scripts that no other one imports: the worker's, Node's, and what the dashboard and the tests look up.
const OTHER_SCRIPTS: [&str; 4] = ["worker.js", "engine.js", "limits.js", "zone.js"];

/// The worker in one file, with all that it would load later: bundlers name it in what they make, and some of them cannot
/// cut a worker into several files.
pub const BUNDLED_WORKER: &str = "worker.bundle.js";

/// The only file of `pkg/` that is in git.
const KEPT_FILE: &str = "README.md";
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];
/// The profile in Cargo.toml with which modules are built.
const WASM_PROFILE: &str = "download";
/// What every module is made from.
const COMMON_INPUTS: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];

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
    let outputs = steps.run("the WebAssembly modules (wasm-pack)", || {
        MODULES.iter().map(|module| build_module(tools, module)).collect::<Result<Vec<_>>>()
    })?;
    steps.run("the npm package in pkg/ (tsc, esbuild)", || assemble(tools, &outputs))
}

/// What the plain engine is built with. All but the first are built only to be weighed: what a module without something
/// weighs less, that something weighs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Features {
    /// What is published.
    All,
    /// All but the pattern engine.
    WithoutPatterns,
    /// Neither patterns nor pictures.
    Least,
}

impl Features {
    /// As cargo takes them.
    const fn names(self) -> &'static str {
        match self {
            Features::All => PLAIN_FEATURES,
            Features::WithoutPatterns => "picture",
            Features::Least => "",
        }
    }
}

/// The plain engine's module with some of its features.
pub fn plain_module(tools: &Tools, features: Features) -> Result<PathBuf> {
    let module = plain(features);
    Ok(build_module(tools, &module)?.join(format!("{}_bg.wasm", module.name)))
}

/// Gives the folder with a module and its glue.
fn build_module(tools: &Tools, Module { name, folder, inputs, features, optimization }: &Module) -> Result<PathBuf> {
    let kind = features.map_or("wasm".to_owned(), |features| format!("wasm-{}", features.replace(',', "-")));
    let output = project::work_directory(&format!("{kind}/{name}"))?;
    let stamp = output.join("versions.txt");
    let versions = tools.versions()?;
    let module = output.join(format!("{name}_bg.wasm"));
    let mut inputs = inputs.iter().chain([folder]).chain(&COMMON_INPUTS);
    if std::fs::read_to_string(&stamp).is_ok_and(|built_with| built_with == versions) && is_fresh(&module, &mut inputs)?
    {
        eprintln!("      {name}: nothing has changed");
        return Ok(output);
    }
    remove_directory(&output)?;
    let mut command = Command::new(tools.wasm_pack()?);
    command.args(["build", "--no-opt", "--profile", WASM_PROFILE, "--target", "web", "--out-name", name, "--out-dir"]);
    command.arg(&output);
    command.arg(root().join(folder)).args(["--", "--config", &path_remapping()?]);
    if let Some(features) = features {
        command.args(["--no-default-features", "--features", features]);
    }
    command.env("PATH", tools.search_path()?).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join(format!("{kind}-{name}.log")))?;
    if !module.is_file() {
        return Err(format!("wasm-pack ended well, but there is no {}", module.display()).into());
    }
    optimize(tools, &module, optimization)?;
    std::fs::write(stamp, versions)?;
    Ok(output)
}

/// Makes a module smaller or faster and takes its names away. The features that it may use stand in the module itself.
fn optimize(tools: &Tools, module: &Path, optimization: &[&str]) -> Result {
    std::fs::write(module, panics::without_words(&std::fs::read(module)?)?)?;
    let mut command = Command::new(tools.npm_program("wasm-opt")?);
    command.args(optimization).args(["--strip-producers", "--strip-target-features"]).arg(module);
    run_shown(command.arg("--output").arg(module))
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

fn is_fresh<'a>(module: &Path, inputs: &mut dyn Iterator<Item = &'a &'a str>) -> Result<bool> {
    let Ok(built) = module.metadata().and_then(|metadata| metadata.modified()) else { return Ok(false) };
    for input in inputs {
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

fn assemble(tools: &Tools, modules: &[PathBuf]) -> Result {
    let package = package_directory();
    std::fs::create_dir_all(&package)?;
    let (changed, before) = (package.metadata()?.modified()?, read_package(&package)?);
    empty_but_for_kept_file(&package)?;
    let scripts = project::work_directory("scripts")?;
    remove_directory(&scripts)?;
    std::fs::create_dir_all(&scripts)?;
    for (folder, module) in modules.iter().zip(&MODULES) {
        for entry in folder.read_dir()? {
            let name = entry?.file_name();
            if name.to_string_lossy().starts_with(module.name) {
                let is_script = Path::new(&name).extension().is_some_and(|extension| extension == "js");
                let to = if is_script { &scripts } else { &package }.join(&name);
                if name.to_string_lossy().ends_with(".d.ts") {
                    declare_for_everyone(&folder.join(&name), &to)?;
                } else {
                    copy(&folder.join(&name), &to)?;
                }
            }
        }
    }
    let configuration = root().join("js/tsconfig.json");
    if !configuration.is_file() {
        return Err("js/tsconfig.json is missing: there is no TypeScript to build the package from".into());
    }
    // Comments belong into declarations, which editors show, and not into scripts, which readers download.
    let declarations = ["--emitDeclarationOnly", "--removeComments", "false"];
    for (part, folder) in [(declarations, &package), (["--declaration", "false", "--removeComments"], &scripts)] {
        let mut compiler = Command::new(tools.npm_program("tsc")?);
        compiler.arg("--project").arg(&configuration).arg("--outDir").arg(folder).args(part);
        run_shown(compiler.current_dir(root()))?;
    }
    bundle(tools, &scripts, &package)?;
    let published = root().join("js/package.json");
    let text = std::fs::read_to_string(&published).map_err(|error| format!("{}: {error}", published.display()))?;
    std::fs::write(package.join("package.json"), manifest::with_version(&text, project::VERSION)?)?;
    for licence in LICENCES {
        copy(&root().join(licence), &package.join(licence))?;
    }
    keep_times(&package, changed, &before)
}

/// Makes each script of the package one file with what it imports and no other script of the package is, less what it
/// does not use, and shortens names and blanks. Addresses of modules and of the worker stay as they are written, since
/// bundlers look for them; what they name lies beside the script.
fn bundle(tools: &Tools, scripts: &Path, package: &Path) -> Result {
    let bundle = |script: &str, into: &str, apart: &[&str]| {
        let mut command = Command::new(tools.npm_program("esbuild")?);
        command.arg(script).args(["--bundle", "--format=esm", "--minify", "--target=es2022", "--charset=utf8"]);
        command.args(apart.iter().map(|other| format!("--external:./{other}")));
        command.args(["--log-level=warning"]).arg(format!("--outfile={}", package.join(into).display()));
        run_shown(command.current_dir(scripts))
    };
    for script in SHARED_SCRIPTS.iter().chain(&OTHER_SCRIPTS) {
        let others: Vec<&str> = SHARED_SCRIPTS.into_iter().filter(|other| other != script).collect();
        bundle(script, script, &others)?;
    }
    bundle("worker.js", BUNDLED_WORKER, &[])
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

/// The files of a package, each with its content and the moment of its last change.
type Contents = HashMap<OsString, (Vec<u8>, SystemTime)>;

fn read_package(package: &Path) -> Result<Contents> {
    let mut contents = Contents::new();
    for entry in package.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            contents.insert(entry.file_name(), (std::fs::read(entry.path())?, entry.metadata()?.modified()?));
        }
    }
    Ok(contents)
}

/// A file that is as it was before has not changed since, nor has the folder if all are, so that the companion, which has the
/// package inside, is not built again for nothing.
fn keep_times(package: &Path, changed: SystemTime, before: &Contents) -> Result {
    let after = read_package(package)?;
    let mut same = 0;
    for (name, (content, modified)) in &after {
        let Some((_, before)) = before.get(name).filter(|(other, _)| other == content) else { continue };
        same += 1;
        if before != modified {
            File::options().write(true).open(package.join(name))?.set_modified(*before)?;
        }
    }
    if same == after.len() && same == before.len() {
        // Not every system lets a folder be opened; then the companion is built again.
        let _ = File::open(package).and_then(|folder| folder.set_modified(changed));
    }
    Ok(())
}

/// Copies declarations without what only the newest library of a compiler knows, so that those with an older one accept
/// the package.
fn declare_for_everyone(from: &Path, to: &Path) -> Result {
    let text = std::fs::read_to_string(from).map_err(|error| format!("{}: {error}", from.display()))?;
    let known = text.lines().filter(|line| !line.contains("[Symbol.dispose]"));
    std::fs::write(to, known.flat_map(|line| [line, "\n"]).collect::<String>())?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result {
    std::fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}
