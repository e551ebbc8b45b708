//! Prints the table of what was measured; how the run goes on is told on standard error.

use execution_heatmap_evaluation::options::{self, Options};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match Options::read(&words) {
        Ok(options) => {
            println!("{} histories a row, or a part of them where they are dear.\n", options.histories);
            print!("{}", options::run(&options).markdown());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}
