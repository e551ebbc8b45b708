//! The binary as a shell runs it, and files for it to read.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_execution-heatmap"));
    for name in
        ["NO_COLOR", "COLORTERM", "EXECUTION_HEATMAP_DATABASE", "EXECUTION_HEATMAP_LISTEN", "EXECUTION_HEATMAP_CONFIG"]
    {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("LC_CTYPE");
    command.stdin(Stdio::null());
    command
}

pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub fn run(args: &[&str]) -> Ran {
    ran(binary().args(args).output().unwrap())
}

/// Runs the binary and says how many KiB it had in memory at most.
#[cfg(target_os = "linux")]
pub fn run_with_peak(args: &[&str]) -> (Ran, u64) {
    let mut child = binary().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    (ran(child.wait_with_output().unwrap()), peak)
}

/// Files in a folder that is gone after the test.
pub struct Files(tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn with(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().to_owned()
    }
}

pub const GOOD: &str = r#"{"id":"1","workflow_id":"7","workflow":"Sync CRM","status":"completed","started_at":"2026-02-12T04:30:00.000Z","duration_ms":3721,"tags":["eu"]}
{"id":"2","workflow_id":"7","status":"failed","started_at":"2026-02-13T05:30:00.000Z","error":"refused"}
{"id":"3","workflow_id":"8","status":"completed","started_at":"2026-02-14T06:30:00.000Z"}
"#;
pub const SPOILT: &str =
    "{\"status\":\"completed\",\"started_at\":\"2026-02-12T04:30:00.000Z\"}\nno row\n{\"status\":\"completed\"}\n";

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// A frame of zstd with its check sum behind it.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Weekly history in which evenings of Mondays fail: enough for a finding.
pub fn recurring() -> String {
    let monday_ms = 1_767_571_200_000i64; // 2026-01-05T00:00:00Z
    let mut rows = String::new();
    for hour in 0..(16 * 7 * 24) {
        let is_bad = hour / 24 % 7 == 0 && (18..22).contains(&(hour % 24));
        for run in 0..6 {
            let status = if is_bad && run < 5 { "failed" } else { "completed" };
            let at = execution_heatmap::time::Timestamp::from_ms(monday_ms + hour * 3_600_000 + run * 1000).unwrap();
            rows.push_str(&format!("{{\"status\":\"{status}\",\"started_at\":\"{}\"}}\n", at.to_text()));
        }
    }
    rows
}
