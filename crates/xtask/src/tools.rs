//! The tools that building and testing need, installed once into a cache of the project's own.
//!
//! Each tool lies in a folder named by its version, filled aside and renamed when whole: a folder that exists is complete.
//! Nothing is installed anywhere else, but for what only the Rust toolchain itself can hold (a target, a component).

use crate::fuzz;
use crate::process::{Result, ask, run_logged, seconds};
use crate::project;
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The target of the browser's module.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK_VERSION: &str = "0.15.0";
const CARGO_FUZZ_VERSION: &str = "0.13.2";
/// The oldest Node.js that the tests and the tools from npm run on.
const OLDEST_NODE: (u32, u32) = (20, 19);
const CACHE_VARIABLE: &str = "EXECUTION_HEATMAP_TOOLS";
const NPM_MANIFEST: &str = include_str!("../npm/package.json");
const NPM_LOCK: &str = include_str!("../npm/package-lock.json");
const BUNDLERS_MANIFEST: &str = include_str!("../bundlers/package.json");
const BUNDLERS_LOCK: &str = include_str!("../bundlers/package-lock.json");

/// The cache of installed tools.
pub struct Tools {
    cache: PathBuf,
}

impl Tools {
    /// The cache that the environment names. Nothing is created yet.
    pub fn locate() -> Result<Tools> {
        let named = std::env::var_os(CACHE_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let shared = || std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let cache = named
            .or_else(|| shared().or_else(home).map(|directory| directory.join("execution-heatmap")))
            .ok_or_else(|| format!("there is no home directory; name a folder for the tools in {CACHE_VARIABLE}"))?;
        Ok(Tools { cache: std::path::absolute(cache)? })
    }

    /// Installs all that a build of the package needs and is not there yet.
    pub fn install_for_build(&self) -> Result {
        check_node()?;
        self.install_wasm_target()?;
        self.wasm_bindgen_binaries()?;
        self.wasm_pack()?;
        self.node_modules()?;
        Ok(())
    }

    /// Installs the formatter and the linter where the toolchain came without them.
    pub fn install_checkers(&self) -> Result {
        for component in ["rustfmt", "clippy"] {
            let subcommand = component.trim_start_matches("rust");
            if ask(Command::new("cargo").args([subcommand, "--version"])).is_none() {
                self.add_to_toolchain("component", component)?;
            }
        }
        Ok(())
    }

    /// The wasm-pack program.
    pub fn wasm_pack(&self) -> Result<PathBuf> {
        let directory =
            self.install(&format!("wasm-pack-{WASM_PACK_VERSION}"), "about 2 minutes", |staging, log| {
                let mut command = cargo_install("wasm-pack", WASM_PACK_VERSION, staging);
                run_logged(command.arg("--locked"), log)
            })?;
        Ok(directory.join("bin/wasm-pack"))
    }

    /// The cargo-fuzz program.
    pub fn cargo_fuzz(&self) -> Result<PathBuf> {
        let name = format!("cargo-fuzz-{CARGO_FUZZ_VERSION}");
        let directory = self.install(&name, "about a minute", |staging, log| {
            let mut command = cargo_install("cargo-fuzz", CARGO_FUZZ_VERSION, staging);
            run_logged(command.arg("--locked"), log)
        })?;
        Ok(directory.join("bin/cargo-fuzz"))
    }

    /// Adds a nightly compiler to the toolchain manager where there is none: only fuzzing needs one.
    pub fn install_nightly(&self) -> Result {
        if fuzz::has_nightly() {
            return Ok(());
        }
        eprintln!("      installing a nightly Rust compiler …, about a minute, once");
        fuzz::install_nightly(&self.cache.join("logs").join("nightly.log"))
    }

    /// The folder with `wasm-bindgen` and `wasm-bindgen-test-runner`, at the version that `Cargo.lock` has of the library:
    /// the two must be equal.
    pub fn wasm_bindgen_binaries(&self) -> Result<PathBuf> {
        let version = project::locked_version("wasm-bindgen")?;
        let directory = self.install(&format!("wasm-bindgen-cli-{version}"), "about 3 minutes", |staging, log| {
            // Not `--locked`: the lock file published with 0.2.130 does not build.
            run_logged(&mut cargo_install("wasm-bindgen-cli", &version, staging), log)
        })?;
        Ok(directory.join("bin"))
    }

    /// The `node_modules` with everything of `npm/package.json`.
    pub fn node_modules(&self) -> Result<PathBuf> {
        let name = format!("npm-{:016x}", fingerprint(NPM_LOCK.as_bytes()));
        let directory =
            self.install(&name, "some seconds", |staging, log| npm_ci(staging, log, NPM_MANIFEST, NPM_LOCK))?;
        Ok(directory.join("node_modules"))
    }

    /// The `node_modules` with the bundlers that the package is tested with.
    pub fn bundlers(&self) -> Result<PathBuf> {
        self.other_node_modules("bundlers", BUNDLERS_MANIFEST, BUNDLERS_LOCK)
    }

    /// The `node_modules` of another manifest and its lock, under a name of its own.
    pub fn other_node_modules(&self, label: &str, manifest: &str, lock: &str) -> Result<PathBuf> {
        let name = format!("{label}-{:016x}", fingerprint(lock.as_bytes()));
        let directory = self.install(&name, "about 1 minute", |staging, log| npm_ci(staging, log, manifest, lock))?;
        Ok(directory.join("node_modules"))
    }

    /// The Python of a virtual environment with exactly the packages that `requirements` lists.
    pub fn python_environment(&self, label: &str, requirements: &str) -> Result<PathBuf> {
        let name = format!("{label}-{:016x}", fingerprint(requirements.as_bytes()));
        let directory = self.install(&name, "about 1 minute", |staging, log| {
            let list = staging.join("requirements.txt");
            std::fs::write(&list, requirements)?;
            let environment = staging.join("environment");
            run_logged(Command::new("python3").args(["-m", "venv"]).arg(&environment), log)?;
            // Through the interpreter, not the `pip` script: that one names the folder it was made in.
            let mut command = Command::new(environment.join("bin/python"));
            command.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
            run_logged(command.arg("--requirement").arg(list), log)
        })?;
        Ok(directory.join("environment/bin/python"))
    }

    /// A program of an installed npm package, such as `tsc`.
    pub fn npm_program(&self, name: &str) -> Result<PathBuf> {
        let program = self.node_modules()?.join(".bin").join(name);
        if program.exists() { Ok(program) } else { Err(format!("{} is missing", program.display()).into()) }
    }

    /// `PATH` with the installed wasm-bindgen and wasm-opt first, as wasm-pack looks for them.
    pub fn search_path(&self) -> Result<OsString> {
        let mut directories = vec![self.wasm_bindgen_binaries()?, self.node_modules()?.join(".bin")];
        if let Some(path) = std::env::var_os("PATH") {
            directories.extend(std::env::split_paths(&path));
        }
        Ok(std::env::join_paths(directories)?)
    }

    /// A text that changes when a tool that shapes the built module does.
    pub fn versions(&self) -> Result<String> {
        let compiler = ask(Command::new("rustc").arg("-vV")).ok_or("rustc does not answer")?;
        let bindgen = project::locked_version("wasm-bindgen")?;
        let npm = fingerprint(NPM_LOCK.as_bytes());
        Ok(format!("{compiler}\nwasm-bindgen {bindgen}\nwasm-pack {WASM_PACK_VERSION}\nnpm {npm:016x}\n"))
    }

    fn install_wasm_target(&self) -> Result {
        // Asked of the compiler and not of rustup: a toolchain from a distribution has the target without rustup.
        let libraries = ask(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
        if libraries.is_some_and(|directory| Path::new(&directory).is_dir()) {
            return Ok(());
        }
        self.add_to_toolchain("target", WASM_TARGET)
    }

    fn add_to_toolchain(&self, kind: &str, name: &str) -> Result {
        if ask(Command::new("rustup").arg("--version")).is_none() {
            return Err(
                format!("the Rust toolchain has no {kind} {name}, and there is no rustup that could add it").into()
            );
        }
        eprintln!("      adding the {kind} {name} to the Rust toolchain …, some seconds, once");
        let start = Instant::now();
        let log = self.cache.join("logs").join(format!("rustup-{name}.log"));
        // From the repository, so that the toolchain that gets it is the one that builds here.
        let mut command = Command::new("rustup");
        run_logged(command.args([kind, "add", name]).current_dir(project::root()), &log)?;
        eprintln!("      {name} is there after {}", seconds(start.elapsed()));
        Ok(())
    }

    /// Gives the folder `name` of the cache, after `fill` has made it if it is not there. Two processes that want the same
    /// tool at once wait for each other; one that was killed leaves nothing that counts as installed.
    fn install(&self, name: &str, takes: &str, fill: impl FnOnce(&Path, &Path) -> Result) -> Result<PathBuf> {
        let directory = self.cache.join(name);
        if directory.is_dir() {
            return Ok(directory);
        }
        std::fs::create_dir_all(&self.cache).map_err(|error| format!("{}: {error}", self.cache.display()))?;
        let lock = File::create(self.cache.join(format!(".{name}.lock")))?;
        wait_for(&lock, name)?;
        if directory.is_dir() {
            return Ok(directory);
        }
        eprintln!("      installing {name} into {} …, {takes}, once", self.cache.display());
        let start = Instant::now();
        let staging = self.cache.join(format!(".{name}.partial"));
        remove_directory(&staging)?;
        std::fs::create_dir(&staging)?;
        let log = self.cache.join("logs").join(format!("{name}.log"));
        let filled = fill(&staging, &log);
        if filled.is_err() {
            remove_directory(&staging)?;
        }
        filled?;
        std::fs::rename(&staging, &directory)?;
        eprintln!("      {name} is there after {}", seconds(start.elapsed()));
        Ok(directory)
    }
}

/// Removes a folder with all that is in it; one that is not there is no error.
pub fn remove_directory(directory: &Path) -> Result {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", directory.display()).into())
        }
        _ => Ok(()),
    }
}

fn wait_for(lock: &File, name: &str) -> Result {
    match lock.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            eprintln!("      another process installs {name}; waiting for it …");
            Ok(lock.lock()?)
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// `npm ci` of a manifest and its lock into `staging`; nothing that a package brings is run.
fn npm_ci(staging: &Path, log: &Path, manifest: &str, lock: &str) -> Result {
    std::fs::write(staging.join("package.json"), manifest)?;
    std::fs::write(staging.join("package-lock.json"), lock)?;
    let mut command = Command::new("npm");
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(staging);
    run_logged(&mut command, log)
}

/// `cargo install` of one published program into `staging`, untouched by this repository's own configuration.
fn cargo_install(package: &str, version: &str, staging: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.args(["install", package, "--version", version, "--no-track", "--root"]).arg(staging);
    // Without these the program would be built with the flags meant for this project, or into its target directory.
    command
        .current_dir(staging)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    command
}

fn check_node() -> Result {
    let version = ask(Command::new("node").arg("--version")).ok_or("there is no Node.js; install it with npm")?;
    let mut parts = version.trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    match parts.next().zip(parts.next()) {
        Some(found) if found >= OLDEST_NODE => Ok(()),
        _ => Err(format!("Node.js {}.{} or newer is needed; there is {version}", OLDEST_NODE.0, OLDEST_NODE.1).into()),
    }
}

/// FNV-1a, 64 bits: names a folder by the content it was made from.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_fingerprint(text: &str, expected: u64) {
        assert_eq!(fingerprint(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn fingerprints_are_fnv_1a() {
        check_fingerprint("", 0xcbf2_9ce4_8422_2325);
        check_fingerprint("a", 0xaf63_dc4c_8601_ec8c);
        check_fingerprint("foobar", 0x8594_4171_f739_67e8);
    }

    fn empty_cache(name: &str) -> Tools {
        let cache = std::env::temp_dir().join(format!("execution-heatmap-{name}-{}", std::process::id()));
        remove_directory(&cache).expect("the folder of an earlier run can be removed");
        Tools { cache }
    }

    #[test]
    fn a_tool_is_installed_once() {
        let tools = empty_cache("once");
        let first = tools.install("tool-1", "no time", |staging, _| Ok(std::fs::write(staging.join("bin"), "x")?));
        let first = first.expect("the first call installs");
        let second = tools.install("tool-1", "no time", |_, _| Err("installed a second time".into()));
        assert_eq!(second.expect("the second call finds it"), first);
        assert_eq!(std::fs::read_to_string(first.join("bin")).expect("it was written"), "x");
        remove_directory(&tools.cache).expect("the cache can be removed");
    }

    #[test]
    fn a_failed_installation_leaves_nothing() {
        let tools = empty_cache("failed");
        let failed = tools.install("tool-1", "no time", |staging, _| {
            std::fs::write(staging.join("half"), "x")?;
            Err("broken off".into())
        });
        assert!(failed.is_err());
        let retried = tools.install("tool-1", "no time", |_, _| Ok(())).expect("the next call installs");
        assert!(!retried.join("half").exists());
        remove_directory(&tools.cache).expect("the cache can be removed");
    }

    #[test]
    fn the_npm_lock_is_exact_and_names_no_host() {
        for (manifest, lock) in [(NPM_MANIFEST, NPM_LOCK), (BUNDLERS_MANIFEST, BUNDLERS_LOCK)] {
            assert!(!lock.contains("\"resolved\""));
            for line in manifest.lines().skip_while(|line| !line.contains("\"dependencies\"")).skip(1) {
                let Some((_, version)) = line.split_once(": ") else { continue };
                assert!(version.starts_with('"') && version[1..].starts_with(|c: char| c.is_ascii_digit()), "{line}");
            }
        }
    }
}
