//! `cargo xtask tidy`: the rules of the house that no compiler checks. Reads the files that git knows or would add.

use crate::process::{Result, ask};
use crate::project::root;
use std::process::Command;

/// The most lines of a file of the engine.
const ENGINE_FILE_LINES: usize = 600;
/// The most lines of a program's `main.rs`: it chooses, others do.
const MAIN_FILE_LINES: usize = 60;
/// Package registries by the parts of their hosts' names, put together here so that this file does not hold one.
const REGISTRY_HOSTS: [[&str; 2]; 8] = [
    ["registry.npm", "js.org"],
    ["npmjs", ".com"],
    ["registry.yarn", "pkg.com"],
    ["static.crates", ".io"],
    ["index.crates", ".io"],
    ["pythonhosted", ".org"],
    ["pypi", ".org"],
    ["deb.debian", ".org"],
];
/// Where people's own folders lie.
const HOME_FOLDERS: [[&str; 2]; 4] = [["/ho", "me/"], ["/ro", "ot/"], ["/Use", "rs/"], ["/wo", "rk/"]];

/// Fails with every breach that there is.
pub fn tidy() -> Result {
    let listing =
        ask(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root()))
            .ok_or("git does not list the files; tidy needs a clone")?;
    let mut breaches = Vec::new();
    for path in listing.lines() {
        // A file that was deleted but not yet committed is still listed; one that is not text has no lines to judge.
        let Ok(text) = std::fs::read_to_string(root().join(path)) else { continue };
        breaches.extend(breaches_of(path, &text));
    }
    if breaches.is_empty() {
        return Ok(());
    }
    Err(format!("not tidy:\n    {}", breaches.join("\n    ")).into())
}

fn breaches_of(path: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    let limit = match path {
        _ if path.ends_with("/main.rs") => Some(MAIN_FILE_LINES),
        _ if path.starts_with("src/") => Some(ENGINE_FILE_LINES),
        _ => None,
    };
    if let Some(limit) = limit.filter(|limit| lines > *limit) {
        breaches.push(format!("{path}: {lines} lines, at most {limit}"));
    }
    if path.ends_with(".rs") && !text.starts_with("//!") {
        breaches.push(format!("{path}: does not begin with a `//!` that says what it is"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        for host in REGISTRY_HOSTS.map(|parts| parts.concat()) {
            if line.contains(&host) {
                breaches.push(format!("{path}:{number}: names the registry {host}"));
            }
        }
        for folder in HOME_FOLDERS.map(|parts| parts.concat()) {
            if holds_path(line, &folder) {
                breaches.push(format!("{path}:{number}: holds a path below {folder}"));
            }
        }
    }
    breaches
}

/// Whether an absolute path below `folder` begins in the line; `a/home/b` and a URL's path are none.
fn holds_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(position, _)| {
        let before = line.get(..position).and_then(|text| text.chars().next_back());
        before.is_none_or(|character| !character.is_alphanumeric() && !"./-_}~$".contains(character))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, breaches: usize) {
        let found = breaches_of(path, text);
        assert_eq!(found.len(), breaches, "{path}: {found:?}");
    }

    #[test]
    fn files_are_not_too_long() {
        check("src/cube.rs", &"//! x\n".repeat(ENGINE_FILE_LINES), 0);
        check("src/cube.rs", &"//! x\n".repeat(ENGINE_FILE_LINES + 1), 1);
        check("crates/companion/src/main.rs", &"//! x\n".repeat(MAIN_FILE_LINES + 1), 1);
        check("crates/companion/src/server.rs", &"//! x\n".repeat(ENGINE_FILE_LINES + 1), 0);
    }

    #[test]
    fn modules_say_what_they_are() {
        check("tests/laws.rs", "use std::fmt;\n", 1);
        check("js/src/client.ts", "export {};\n", 0);
    }

    #[test]
    fn no_registry_and_no_home_is_named() {
        check("package-lock.json", &format!("\"resolved\": \"https://{}/x\"", REGISTRY_HOSTS[0].concat()), 1);
        check("docs/x.md", &format!("see `{}someone/x`", HOME_FOLDERS[0].concat()), 1);
        check("docs/x.md", &format!("https://example.test{}page", HOME_FOLDERS[0].concat()), 0);
        check("docs/x.md", &format!("a{}b", HOME_FOLDERS[3].concat()), 0);
    }
}
