//! The README's commands and everything behind them: `cargo xtask help` lists them.
//!
//! This file only says how a command ended; `command` chooses it. What several share is in `project` (facts of this repository), `process` (running
//! other programs) and `tools` (the cache of installed ones).

mod bench;
mod browser;
mod command;
mod counts;
mod data;
mod demo;
mod fuzz;
mod help;
mod manifest;
mod package;
mod panics;
mod patterns;
mod process;
mod project;
mod report;
mod size;
mod test;
mod tidy;
mod tools;

use process::Reported;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprint!("{}", help::TEXT);
        return ExitCode::from(2);
    };
    match command::run(command, rest) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) if error.is::<Reported>() => ExitCode::FAILURE,
        Some(Err(error)) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("error: there is no command `{command}`\n\n{}", help::TEXT);
            ExitCode::from(2)
        }
    }
}
