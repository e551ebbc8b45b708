//! The native binary `execution-heatmap`.

use std::process::ExitCode;

fn main() -> ExitCode {
    execution_heatmap_companion::cli::run()
}
