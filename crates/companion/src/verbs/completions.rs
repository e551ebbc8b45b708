//! `completions SHELL`: the completions of a shell on standard output.

use crate::cli::{Cli, CompletionsArgs};
use crate::failure::Failure;
use crate::files;
use clap::CommandFactory;

/// Writes them.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "execution-heatmap", &mut script);
    files::write(None, &script)
}
