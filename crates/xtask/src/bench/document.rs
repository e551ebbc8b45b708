//! `docs/speed.md`: what a whole run measured, with all that is needed to run it again.

use super::machine;
use super::measures::Measures;
use super::options::Options;
use super::tables;
use crate::process::Result;
use crate::project::root;

/// The document, from the root of the repository.
const PATH: &str = "docs/speed.md";
const HEAD: &str = "\
# Speed

What the engine does against its peers on the same bytes. This page is written by `cargo xtask bench --write`; nothing
in it is edited by hand, and rows that are lost stay in it. Parts can be run one at a time (`--only PART`) and reported
together (`--again --write`); within a part all peers took turns.

Run it again with `cargo xtask bench` (about 20 minutes; `--quick` takes a few, at sizes too small to be kept). It
installs the peers once into the tool cache at the versions below, makes the data from a seed, compares every peer's
cells in full before anything is timed, and fails if one differs.
";
const METHOD: &str = "\
## How it is measured

- **Job**: executions, completed, failed and mean duration of every UTC hour of 90 days. Data: 50 workflows of very
  different size, 13 keys with nested objects, escapes, names beyond ASCII, starts and durations that are null; the same
  rows as NDJSON, CSV, an Arrow stream with dictionaries, and NDJSON of three shapes of line.
- **In the browser** every peer has a worker of its own, is warmed on 10,000 rows and on the whole, and runs once a
  round, the rounds beginning with another peer each; garbage is collected before each run and not counted. Bytes are in
  the worker already; a copy into WebAssembly is counted. The engine is the package's own `load` and `view`, which also
  writes the JSON of the answer; its module is built to be small, as it is published, serde_json's to be fast.
- **Ratios are of leasts within one run**, and of a worker's own time on a processor where the system tells it (reading and
  filters): what else the machine does then hardly counts. Threads that collect garbage or compile beside are left out,
  which is in favour of the peers in JavaScript. Cold starts, drawings and workers are by the clock on the wall, which
  other work makes worse. Differences under a tenth say nothing.
- **Natively** processor seconds of all threads are counted, within a process that has done the job once before; reading the
  file is included.
- **Rows held**: the larger table is the smaller file read several times over. A change of filter includes making the
  cells. DuckDB's table holds the columns that the filters need, tags as a list.
- **serde_json**: `owned` decodes the ten fields of a row that the engine understands into `String`s, `borrowed` the same with
  texts that lie in the line, `three fields alone` skips all but what the job counts. Hours are a `HashMap`, instants are
  chrono's. The engine keeps columns for every filter meanwhile.
- **Cold start**: a new context for each run, a local server, no delay of a network; the first result is at hand when the
  page has it. Beside it every file that the page loads for it, gzipped, the page itself and the rows left out. Goal 10
  adds up what `cargo xtask size` tells: module, glue, worker and client with pictures, without patterns.
- **Drawing**: a page of its own for every run, values → nodes, one forced layout. The row `engine` lays the scene out in
  the page as well, its module still cold at the first drawing; a real page leaves that to the worker and does what the
  row of nodes alone shows, by which the goal is judged.
- **DuckDB-wasm** reads NDJSON only with an extension that it fetches from its own host while running; without a network
  it takes a JSON array made in JavaScript.
- **Two workers**: `load()` of the same file with one and with two, the answers' bytes compared; beside it what two cores of
  this machine give at most: one worker on all lines against two on a half each.
- **A long history**: about a million rows of 200 workflows over 26 weeks, in which failures cluster in five ways. Each view
  is the first question to a worker of its own, which has read the rows before: from the page's call to the response as an
  object of the page. Patterns must be found, the same in every round. The goals are judged by medians of the worker's time
  on a processor. The page's longest pause is that between two turns of a timer of 4 ms, less these; other work of the
  machine is in it, so that the least of the rounds counts.
- Not measured: chDB (a wheel of half a gigabyte), sqlite-wasm, ECharts.
";

/// The whole page.
pub fn text(options: &Options, measures: &Measures, load_before: Option<&str>) -> String {
    format!(
        "{HEAD}\nMachine: {}. Date: {}. Results compared and equal: {}.\n\nVersions: {}.\n\n{}{METHOD}",
        machine::machine(load_before),
        machine::date(),
        measures.compared(),
        machine::versions(measures).join(", "),
        tables::all(options, measures),
    )
}

/// Writes it.
pub fn write(text: &str) -> Result {
    std::fs::write(root().join(PATH), text)?;
    eprintln!("      {PATH} is written");
    Ok(())
}
