//! What the bench needs beside the package: the peers, installed once into the tool cache, and the programs of
//! `benches/`, built with the flags of the project.

use crate::process::{Result, run_logged};
use crate::project::{self, root};
use crate::tools::{Tools, WASM_TARGET, remove_directory};
use std::path::PathBuf;
use std::process::Command;

const MANIFEST: &str = include_str!("../../../../benches/peers/package.json");
const LOCK: &str = include_str!("../../../../benches/peers/package-lock.json");
const REQUIREMENTS: &str = include_str!("../../../../benches/peers/requirements.txt");
const MODULE_PACKAGE: &str = "execution-heatmap-bench-module";
const MODULE_NAME: &str = "execution_heatmap_bench_module";
const NATIVE_PACKAGE: &str = "execution-heatmap-bench-native";
/// As the published module is optimised; see crates/wasm/Cargo.toml.
const WASM_OPT_FLAGS: [&str; 8] = [
    "-O3",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Where the peers are.
pub struct Peers {
    /// The `node_modules` of those in the browser.
    pub node_modules: PathBuf,
    /// The Python that has the native ones, or why there is none.
    pub python: std::result::Result<PathBuf, String>,
}

/// Installs what is not there yet. A bench without the native peers is still one; it says so.
pub fn install(tools: &Tools) -> Result<Peers> {
    let node_modules = tools.other_node_modules("bench-npm", MANIFEST, LOCK)?;
    let python = tools.python_environment("bench-python", REQUIREMENTS).map_err(|error| error.to_string());
    Ok(Peers { node_modules, python })
}

/// Builds the module of serde_json for the browser; gives its folder.
pub fn build_module(tools: &Tools) -> Result<PathBuf> {
    let logs = project::work_directory("logs")?;
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--package", MODULE_PACKAGE, "--target", WASM_TARGET]).current_dir(root());
    run_logged(&mut command, &logs.join("bench-module.log"))?;
    let built = project::target_directory()?.join(WASM_TARGET).join("release").join(format!("{MODULE_NAME}.wasm"));
    let folder = project::work_directory("bench/module")?;
    remove_directory(&folder)?;
    let mut bindgen = Command::new(tools.wasm_bindgen_binaries()?.join("wasm-bindgen"));
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(built);
    run_logged(&mut bindgen, &logs.join("bench-bindgen.log"))?;
    let module = folder.join(format!("{MODULE_NAME}_bg.wasm"));
    let mut optimizer = Command::new(tools.npm_program("wasm-opt")?);
    optimizer.args(WASM_OPT_FLAGS).arg(&module).arg("-o").arg(&module);
    run_logged(&mut optimizer, &logs.join("bench-wasm-opt.log"))?;
    Ok(folder)
}

/// Builds the native programs; gives their folder.
pub fn build_native() -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--package", NATIVE_PACKAGE]).current_dir(root());
    run_logged(&mut command, &project::work_directory("logs")?.join("bench-native.log"))?;
    Ok(project::target_directory()?.join("release"))
}

/// The peers from npm with their versions, as the manifest lists them.
pub fn npm_versions() -> impl Iterator<Item = (&'static str, &'static str)> {
    let listed = MANIFEST.lines().skip_while(|line| !line.contains("\"dependencies\"")).skip(1);
    listed.filter_map(|line| {
        let mut quoted = line.split('"').skip(1).step_by(2);
        Some((quoted.next()?, quoted.next()?))
    })
}

/// The peers from the Python index with their versions.
pub fn python_versions() -> impl Iterator<Item = (&'static str, &'static str)> {
    REQUIREMENTS.lines().filter_map(|line| line.split_once("=="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_as_they_are_pinned() {
        assert!(npm_versions().any(|pinned| pinned == ("arquero", "7.2.1")));
        assert!(npm_versions().any(|pinned| pinned == ("@duckdb/duckdb-wasm", "1.32.0")));
        assert!(npm_versions().all(|(_, version)| version.starts_with(|first: char| first.is_ascii_digit())));
        assert!(python_versions().any(|(name, _)| name == "duckdb"));
    }

    #[test]
    fn the_lock_pins_what_the_manifest_names() {
        for (name, version) in npm_versions() {
            assert!(LOCK.contains(&format!("\"node_modules/{name}\": {{\n      \"version\": \"{version}\"")), "{name}");
        }
    }
}
