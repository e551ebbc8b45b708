//! Which command a name stands for. Does nothing else.

use crate::process::Result;
use crate::{bench, data, demo, fuzz, help, package, patterns, size, test, tidy};

/// Runs the named command; `None` when there is none of that name.
pub fn run(command: &str, rest: &[String]) -> Option<Result> {
    let takes_none = matches!(command, "test" | "build" | "size" | "tidy");
    let asks_for_help = |word: &str| matches!(word, "help" | "--help" | "-h");
    Some(match command {
        _ if asks_for_help(command) || rest.iter().any(|word| asks_for_help(word)) => help::print(),
        _ if takes_none && !rest.is_empty() => Err(format!("`{command}` takes no arguments").into()),
        "demo" => demo::demo(rest),
        "test" => test::test(),
        "build" => package::build_command(),
        "size" => size::size(),
        "tidy" => tidy::tidy(),
        "data" => data::data(rest),
        "bench" => bench::bench(rest),
        "fuzz" => fuzz::fuzz(rest),
        "patterns" => patterns::patterns(rest),
        _ => return None,
    })
}
