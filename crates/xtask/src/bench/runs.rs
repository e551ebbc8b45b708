//! Running the programs of `benches/` and taking what they tell.

use super::measures::Measures;
use crate::process::{Result, command_line};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs a program whose lines are measures; its errors go to this terminal. Fails if it does.
pub fn measure(command: &mut Command, measures: &mut Measures) -> Result {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `{}`: {error}", command_line(command)))?;
    if let Some(pipe) = child.stdout.take() {
        for line in BufReader::new(pipe).lines() {
            if let Some(words) = measures.take(&line?) {
                eprintln!("      {words}");
            }
        }
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", command_line(command)).into()) }
}

/// `NAME=VALUE` as the programs of `benches/` take their options.
pub fn option(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name}={value}")
}
