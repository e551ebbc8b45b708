//! `cargo xtask size`: what a reader's browser downloads, gzipped, part by part, each against a budget that fails.

use crate::package::{BUNDLED_WORKER, Features, plain_module};
use crate::process::Result;
use crate::project::package_directory;
use crate::tools::Tools;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

const CLIENT_ENTRY: &str = "client.js";
/// Named by an address that is put together when it runs.
const WORKER: &str = "worker.js";
const ELEMENT_ENTRY: &str = "define.js";
const PLAIN_MODULE: &str = "execution_heatmap_plain_bg.wasm";

/// What is loaded later, when something asks for it. The scripts are those that others import so; what they import
/// themselves is weighed with them.
struct Late {
    name: &'static str,
    scripts: &'static [&'static str],
    module: Option<&'static str>,
    budget: usize,
}

/// The most that a part may weigh, gzipped. What a part weighs less it has won, and its number is to follow.
mod budget {
    /// The plain module without pictures and patterns, its glue, the worker and the client: lines and records of canonical
    /// rows, the table, cells, JSON. It is to come down to 75,000; what was reached stands here, so that it cannot rise. It
    /// rose by 500 when ids and messages of a stream were kept in half the time, which is a tenth of reading.
    pub const ENGINE: usize = 137_700;
    /// What lays out pictures and writes SVG: the module with it, less the module without it.
    pub const PICTURES: usize = 29_900;
    /// What looks for patterns: the module with it, less the module without it. It is to come down to 60,000; what was
    /// reached stands here. It rose by 900 when hours were held against the hours around them, which keeps seven
    /// more targets of weak windows among spells of failures, and by 1,000 when several windows and changes of one series
    /// were told, and by 700 when silence up to now was, and small jobs that run by the clock; and
    /// by 1,100 when coarse durations, chosen statuses and tags, and schedules that another clock moves were no longer taken
    /// for what they are not; and by 5,800 when schedules came to tell what they miss by hour and weekday, jobs that fail now
    /// were told, workflows of one name were told apart, and the newest executions, spells of work, days without failures
    /// and durations of two kinds made no claims; and by 4,600 when days of the week were told that have more or fewer
    /// executions, what a short history waits for, and the cells of failures in a row, stops and misses; and by 1,100 when
    /// shuffles went on where a glance ended and were added up four numbers at a time: nearly twice as fast.
    pub const PATTERNS: usize = 103_900;
    /// The element, beside these. It rose by 1,000 when it came to tell which attributes are wrong, whose name was taken for
    /// an id and why nothing could be placed, told counts by whole numbers, and outlined what does not recur.
    pub const ELEMENT: usize = 29_200;
}

const LATE: [Late; 3] = [
    Late {
        name: "the whole engine: other forms, several sources",
        scripts: &["execution_heatmap_wasm.js", "columns.js", "objects.js"],
        module: Some("execution_heatmap_wasm_bg.wasm"),
        // It rose by 800 with the engine's 500, and when repeated rows were looked for an eighth sooner and outages told; and by
        // 7,500 when rows that are not kept came to take a fifth of the memory and half the time; and by 3,600 with columns
        // within structs, files without a header, documents on one line that show late, jobs of gh and more traps of LinkFlow,
        // Airflow and Dagster; and by 6,800 with what patterns rose by, retries that have ids of their own, and the moments and
        // ends that rows of other systems name; and by 1,000 with patterns again.
        budget: 388_600,
    },
    Late { name: "several workers, for big files", scripts: &["pool.js"], module: None, budget: 3_500 },
    Late {
        name: "decompression",
        scripts: &["inflate.js"],
        module: Some("execution_heatmap_inflate_bg.wasm"),
        budget: 29_500,
    },
];

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
    let client = loaded_from(&package, &[CLIENT_ENTRY, WORKER])?;
    let mut with_element = loaded_from(&package, &[CLIENT_ENTRY, WORKER, ELEMENT_ENTRY])?;
    let scripts = print_group("glue, worker and client", &package, &client.scripts)?;
    let all = print_group("the plain engine", &package, &BTreeSet::from([PLAIN_MODULE.to_owned()]))?;
    let without_patterns = gzipped_length(&std::fs::read(plain_module(&tools, Features::WithoutPatterns)?)?)?;
    let least = gzipped_length(&std::fs::read(plain_module(&tools, Features::Least)?)?)?;
    let element: BTreeSet<String> = with_element.scripts.difference(&client.scripts).cloned().collect();
    let element = print_group("the element, beside these", &package, &element)?;
    let mut parts = vec![
        Part { name: "engine, worker and client", bytes: scripts + least, budget: budget::ENGINE },
        Part { name: "pictures", bytes: without_patterns.saturating_sub(least), budget: budget::PICTURES },
        Part { name: "patterns", bytes: all.saturating_sub(without_patterns), budget: budget::PATTERNS },
        Part { name: "element", bytes: element, budget: budget::ELEMENT },
    ];
    for Late { name, scripts, module, budget } in LATE {
        let mut files = loaded_from(&package, scripts)?.scripts;
        files.retain(|file| !with_element.scripts.contains(file));
        files.extend(module.map(str::to_owned));
        with_element.late.retain(|file| !files.contains(file));
        parts.push(Part { name, bytes: print_group(name, &package, &files)?, budget });
    }
    if !with_element.late.is_empty() {
        return Err(format!("nothing weighs what is loaded later: {:?}", with_element.late).into());
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

/// Scripts that a browser loads.
#[derive(Debug, Default, PartialEq, Eq)]
struct Loaded {
    scripts: BTreeSet<String>,
    /// Those that these import only when something asks for it.
    late: BTreeSet<String>,
}

/// The scripts that a browser loads at once for some: themselves and all that they name as neighbours, directly or not.
fn loaded_from(package: &Path, entries: &[&str]) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    let mut waiting: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    while let Some(name) = waiting.pop() {
        // What only bundlers take is loaded by no page that has the files as they are.
        if name == BUNDLED_WORKER || !loaded.scripts.insert(name.clone()) {
            continue;
        }
        let path = package.join(&name);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}; `cargo xtask build` makes it", path.display()))?;
        let named = neighbours(&text);
        waiting.extend(named.scripts);
        loaded.late.extend(named.late);
    }
    Ok(loaded)
}

/// The scripts of the same folder that a script imports or starts: `from './x.js'`, `new URL('./x.js', import.meta.url)`,
/// and later `import('./x.js')`.
fn neighbours(script: &str) -> Loaded {
    let mut named = Loaded::default();
    for quote in ['\'', '"'] {
        let mut before = "";
        for piece in script.split(&format!("{quote}./")) {
            if let Some((name, _)) = piece.split_once(quote).filter(|(name, _)| name.ends_with(".js")) {
                let before = before.trim_end();
                if before.ends_with("import(") {
                    named.late.insert(name.to_owned());
                } else if ["from", "import", "URL("].iter().any(|word| before.ends_with(word)) {
                    named.scripts.insert(name.to_owned());
                }
            }
            before = piece;
        }
    }
    named
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

    fn check(script: &str, scripts: &[&str], late: &[&str]) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(neighbours(script), Loaded { scripts: owned(scripts), late: owned(late) }, "{script}");
    }

    #[test]
    fn neighbours_are_found_however_they_are_named() {
        check("import { a } from './a.js';\nexport * from \"./b.js\";import\"./c.js\"", &["a.js", "b.js", "c.js"], &[]);
        check("import{a}from\"./a.js\";", &["a.js"], &[]);
        check("new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })", &["worker.js"], &[]);
        check("const m = await import('./late.js');", &[], &["late.js"]);
        check("import x from 'x'; new URL('./m.wasm', import.meta.url); '../up.js'", &[], &[]);
        check("const imports = { \"./module_bg.js\": functions };", &[], &[]);
    }

    #[test]
    fn a_part_above_its_budget_is_named() {
        let part = |bytes| Part { name: "engine", bytes, budget: 10 };
        assert!(judge(&[part(10)]).is_ok());
        let refused = judge(&[part(10), part(11)]).map_err(|error| error.to_string());
        assert_eq!(refused, Err("engine weighs 11 bytes gzipped; its budget is 10".to_owned()));
    }
}
