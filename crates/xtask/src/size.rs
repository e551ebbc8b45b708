//! `cargo xtask size`: what a reader's browser downloads, gzipped, against a budget that fails.

use crate::process::Result;
use crate::project::package_directory;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

/// The most that the module, the worker and the client may weigh together, gzipped. The module holds everything: parsers,
/// counting, patterns, pictures. It has to come down, and this number with it; it must not rise.
const ENGINE_BUDGET_BYTES: usize = 222_000;
const CLIENT_ENTRY: &str = "client.js";
const ELEMENT_ENTRY: &str = "define.js";
const MODULE: &str = "execution_heatmap_wasm_bg.wasm";

/// Prints the table; fails when the budget is exceeded.
pub fn size() -> Result {
    let package = package_directory();
    let mut engine = loaded_from(&package, CLIENT_ENTRY)?;
    engine.insert(MODULE.to_owned());
    let element: BTreeSet<String> = loaded_from(&package, ELEMENT_ENTRY)?.difference(&engine).cloned().collect();
    let engine_bytes = print_group("module, worker and client", &package, &engine)?;
    print_group("the element, beside these", &package, &element)?;
    if engine_bytes > ENGINE_BUDGET_BYTES {
        return Err(format!(
            "module, worker and client weigh {engine_bytes} bytes gzipped; the budget is {ENGINE_BUDGET_BYTES}"
        )
        .into());
    }
    println!("{engine_bytes} of {ENGINE_BUDGET_BYTES} bytes of the budget");
    Ok(())
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
}
