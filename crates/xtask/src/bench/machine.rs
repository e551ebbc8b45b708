//! Where and when a run was: what makes its figures readable later. Asks the system, changes nothing.

use super::files::instant;
use super::measures::Measures;
use super::peers;
use crate::process::ask;
use crate::project::{self, root};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// `2 cores, Intel(R) Xeon(R) …, 23 GiB, load 1.4 before the run`.
pub fn machine(load_before: Option<&str>) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = value_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let kib = value_of("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let memory = kib.map(|kib| format!(", {:.0} GiB", kib / (1024.0 * 1024.0))).unwrap_or_default();
    let load = load_before.map(|load| format!(", load {load} when the run began")).unwrap_or_default();
    format!("{cores} cores of {model}{memory}{load}")
}

/// How many processes wanted a core in the last minute.
pub fn load() -> Option<String> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next().map(str::to_owned)
}

/// Today, in UTC.
pub fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    instant(now).chars().take("2026-01-01".len()).collect()
}

/// What was measured and with what, one entry a thing.
pub fn versions(measures: &Measures) -> Vec<String> {
    let commit = ask(Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(root()));
    let mut versions = vec![format!(
        "execution-heatmap {}{}",
        project::VERSION,
        commit.map(|commit| format!(" at {commit}")).unwrap_or_default()
    )];
    versions.extend(ask(Command::new("rustc").arg("--version")).map(|text| cut_version(&text)));
    for library in ["wasm-bindgen", "serde_json"] {
        versions.extend(project::locked_version(library).ok().map(|version| format!("{library} {version}")));
    }
    versions.extend(measures.fact("Chromium").map(|version| format!("Chromium {version}, headless")));
    versions.extend(peers::npm_versions().map(|(name, version)| format!("{name} {version}")));
    versions.extend(ask(Command::new("python3").arg("--version")));
    versions.extend(peers::python_versions().map(|(name, version)| format!("{name} {version} (native)")));
    versions
}

/// `rustc 1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn cut_version(text: &str) -> String {
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The value of the first `name : value` line of a file.
fn value_of(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
