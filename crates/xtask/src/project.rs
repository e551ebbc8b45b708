//! Facts of this repository: where it lies, where it builds to, and the versions it has written down.
//!
//! Reads files only; never writes one and never starts a program.

use crate::process::Result;
use std::path::{Path, PathBuf};

/// The version that the engine, the wasm module and the npm package share: xtask inherits it from the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest_directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_directory.ancestors().nth(2).unwrap_or(manifest_directory).to_path_buf()
}

/// The folder of the built npm package.
pub fn package_directory() -> PathBuf {
    root().join("pkg")
}

/// Where cargo builds to. Taken from where this program runs, which also holds with `CARGO_TARGET_DIR` or a
/// `build.target-dir` in somebody's configuration.
pub fn target_directory() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let directory = program.ancestors().nth(2).ok_or("this program lies outside a target directory")?;
    Ok(directory.to_path_buf())
}

/// A folder of xtask's own for things made on the way: staged output, logs, temporary projects. Created if missing.
pub fn work_directory(name: &str) -> Result<PathBuf> {
    let directory = target_directory()?.join("xtask").join(name);
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

/// The version of a package in this repository's `Cargo.lock`.
pub fn locked_version(package: &str) -> Result<String> {
    let path = root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    version_in_lock(&lock, package).ok_or_else(|| format!("Cargo.lock has no package {package}").into())
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name_line)?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &str, expected: Option<&str>) {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(version_in_lock(lock, package).as_deref(), expected, "{package}");
    }

    #[test]
    fn the_lock_names_a_version() {
        check("wasm-bindgen", Some("0.2.130"));
        check("wasm-bindgen-macro", Some("1.0.0"));
        check("wasm", None);
        check("bindgen", None);
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("crates/xtask/src/project.rs").is_file());
    }
}
