//! `cargo xtask size`: what a reader's browser downloads, gzipped, part by part, each against a budget that fails.

use crate::package::{Features, engine_module};
use crate::process::Result;
use crate::project::package_directory;
use crate::tools::Tools;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

const CLIENT_ENTRY: &str = "client.js";
const ELEMENT_ENTRY: &str = "define.js";
const MODULE: &str = "execution_heatmap_wasm_bg.wasm";
/// Scripts and module that are loaded only when compressed data comes.
const DECOMPRESSION: &str = "execution_heatmap_inflate";
/// What gathers from several workers, loaded only for big files and several sources.
const GATHERING: &str = "pool.js";

/// The most that a part may weigh, gzipped. What a part weighs less it has won, and its number is to follow.
mod budget {
    /// Has to come down to 75,000: the readers of every system weigh half of it and are to become a download of their own.
    /// What was reached stands here, so that it cannot rise. The module without pictures and patterns, its glue, the worker and the client: parsers, table, cells, JSON.
    pub const ENGINE: usize = 209_500;
    /// What lays out pictures and writes SVG: the module with it, less the module without it.
    pub const PICTURES: usize = 30_500;
    /// What looks for patterns: the module with it, less the module without it.
    pub const PATTERNS: usize = 24_500;
    /// The element, beside these.
    pub const ELEMENT: usize = 37_500;
    /// Decompression, once the package has it.
    pub const DECOMPRESSION: usize = 33_000;
    /// What gathers from several workers.
    pub const GATHERING: usize = 4_000;
}

/// One part of the download.
struct Part {
    name: &'static str,
    bytes: usize,
    budget: usize,
}

/// Prints the table; fails when a budget is exceeded.
pub fn size() -> Result {
    let tools = Tools::locate()?;
    let package = package_directory();
    let mut loaded = loaded_from(&package, CLIENT_ENTRY)?;
    let element: BTreeSet<String> = loaded_from(&package, ELEMENT_ENTRY)?.difference(&loaded).cloned().collect();
    let decompression: BTreeSet<String> = files_of(&package, DECOMPRESSION)?;
    loaded.retain(|name| !decompression.contains(name) && name != GATHERING);
    let scripts = print_group("glue, worker and client", &package, &loaded)?;
    let with_patterns = print_group("the module", &package, &BTreeSet::from([MODULE.to_owned()]))?;
    let without_patterns = gzipped_length(&std::fs::read(engine_module(&tools, Features::WithoutPatterns)?)?)?;
    let least = gzipped_length(&std::fs::read(engine_module(&tools, Features::Least)?)?)?;
    let element = print_group("the element, beside these", &package, &element)?;
    let gathering = print_group("several workers, for big files", &package, &BTreeSet::from([GATHERING.to_owned()]))?;
    let mut parts = vec![
        Part { name: "engine, worker and client", bytes: scripts + least, budget: budget::ENGINE },
        Part { name: "pictures", bytes: without_patterns.saturating_sub(least), budget: budget::PICTURES },
        Part { name: "patterns", bytes: with_patterns.saturating_sub(without_patterns), budget: budget::PATTERNS },
        Part { name: "element", bytes: element, budget: budget::ELEMENT },
        Part { name: "several workers", bytes: gathering, budget: budget::GATHERING },
    ];
    if !decompression.is_empty() {
        let bytes = print_group("decompression, when compressed data comes", &package, &decompression)?;
        parts.push(Part { name: "decompression", bytes, budget: budget::DECOMPRESSION });
    }
    judge(&parts)
}

/// Prints each part with its budget; an error that names those above theirs.
fn judge(parts: &[Part]) -> Result {
    println!("  {:<48} {:>9} {:>9}", "gzipped bytes", "weight", "budget");
    for Part { name, bytes, budget } in parts {
        println!("  {name:<48} {bytes:>9} {budget:>9}");
    }
    let over: Vec<String> = parts
        .iter()
        .filter(|part| part.bytes > part.budget)
        .map(|part| format!("{} weighs {} bytes gzipped; its budget is {}", part.name, part.bytes, part.budget))
        .collect();
    if over.is_empty() { Ok(()) } else { Err(over.join("; ").into()) }
}

/// The scripts and modules of the package whose names begin so.
fn files_of(package: &Path, beginning: &str) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in package.read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(beginning) && (name.ends_with(".js") || name.ends_with(".wasm")) {
            names.insert(name);
        }
    }
    Ok(names)
}

/// The files that a browser loads for an entry: itself and all that it names as a neighbour, directly or not.
fn loaded_from(package: &Path, entry: &str) -> Result<BTreeSet<String>> {
    let mut loaded = BTreeSet::new();
    let mut waiting = vec![entry.to_owned()];
    while let Some(name) = waiting.pop() {
        if !loaded.insert(name.clone()) {
            continue;
        }
        let path = package.join(&name);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}; `cargo xtask build` makes it", path.display()))?;
        waiting.extend(neighbours(&text));
    }
    Ok(loaded)
}

/// The scripts of the same folder that a script imports or starts: `from './x.js'`, `import('./x.js')`,
/// `new URL('./x.js', import.meta.url)`.
fn neighbours(script: &str) -> Vec<String> {
    let mut names = Vec::new();
    for quote in ['\'', '"'] {
        let mut before = "";
        for piece in script.split(&format!("{quote}./")) {
            let named = piece.split_once(quote).map(|(name, _)| name).filter(|name| name.ends_with(".js"));
            if ["from ", "import ", "import(", "URL("].iter().any(|word| before.ends_with(word)) {
                names.extend(named.map(str::to_owned));
            }
            before = piece;
        }
    }
    names
}

fn print_group(title: &str, package: &Path, names: &BTreeSet<String>) -> Result<usize> {
    println!("{title}");
    let mut total = 0;
    for name in names {
        let path = package.join(name);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let packed = gzipped_length(&bytes)?;
        println!("  {name:<36} {:>9} {packed:>9}", bytes.len());
        total += packed;
    }
    println!("  {:<36} {:>9} {total:>9}", "", "gzipped");
    Ok(total)
}

fn gzipped_length(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expected: &[&str]) {
        assert_eq!(neighbours(script), expected, "{script}");
    }

    #[test]
    fn neighbours_are_found_however_they_are_named() {
        check("import { a } from './a.js';\nexport * from \"./b.js\";", &["a.js", "b.js"]);
        check("new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })", &["worker.js"]);
        check("const m = await import('./late.js');", &["late.js"]);
        check("import x from 'x'; new URL('./m.wasm', import.meta.url); '../up.js'", &[]);
        check("const imports = { \"./module_bg.js\": functions };", &[]);
    }

    #[test]
    fn a_part_above_its_budget_is_named() {
        let part = |bytes| Part { name: "engine", bytes, budget: 10 };
        assert!(judge(&[part(10)]).is_ok());
        let refused = judge(&[part(10), part(11)]).map_err(|error| error.to_string());
        assert_eq!(refused, Err("engine weighs 11 bytes gzipped; its budget is 10".to_owned()));
    }
}
