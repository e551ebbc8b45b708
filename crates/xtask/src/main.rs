//! The README's commands and everything behind them: `cargo xtask help` lists them.
//!
//! This file only chooses. What several share is in `project` (facts), `process` (running programs), `tools` (their cache).

mod bench;
mod browser;
mod counts;
mod data;
mod demo;
mod help;
mod manifest;
mod package;
mod process;
mod project;
mod report;
mod size;
mod test;
mod tidy;
mod tools;

use process::{Reported, Result};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprint!("{}", help::TEXT);
        return ExitCode::from(2);
    };
    match run(command, rest) {
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

/// Runs the named command; `None` when there is none of that name.
fn run(command: &str, rest: &[String]) -> Option<Result> {
    let takes_none = matches!(command, "test" | "build" | "size" | "tidy");
    let asks_for_help = [command].into_iter().chain(rest.iter().map(String::as_str)).any(help::is_asked_for);
    Some(match command {
        _ if asks_for_help => help::print(),
        _ if takes_none && !rest.is_empty() => Err(format!("`{command}` takes no arguments").into()),
        "demo" => demo::demo(rest),
        "test" => test::test(),
        "build" => package::build_command(),
        "size" => size::size(),
        "tidy" => tidy::tidy(),
        "data" => data::data(rest),
        "bench" => bench::bench(rest),
        _ => return None,
    })
}
