//! `bench-read WAY FILE FIRST COUNT`: does the job of the bench, prints one line a cell, and does both once more for each line
//! that comes on standard input.
//!
//! WAY is `engine` (its own recognition of the form, pieces of 1 MiB), `owned`, `borrowed` or `lean` (serde_json, NDJSON
//! alone); FIRST is the hour of the first cell since 1970, COUNT how many there are. What it costs is asked of the
//! system by whoever started it; it measures nothing itself.

#[path = "../../module/src/cells.rs"]
mod cells;
mod engine;

use cells::{Cells, Way};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};

const PIECE_BYTES: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, path, first, count] = arguments.as_slice() else {
        return Err("usage: bench-read WAY FILE FIRST COUNT".into());
    };
    let (first, count): (i64, usize) = (first.parse()?, count.parse()?);
    let mut asked = std::io::stdin().lines();
    loop {
        job(way, path, first, count)?;
        if asked.next().transpose()?.is_none() {
            return Ok(());
        }
    }
}

/// Reads the file and prints its cells.
fn job(way: &str, path: &str, first: i64, count: usize) -> Result<(), Box<dyn Error>> {
    let cells = match (way, Way::of(way)) {
        ("engine", _) => engine::cells(&engine::read(path.as_ref())?, first, count)?,
        (_, Some(way)) => serde(path, way, Cells::new(first, count))?,
        _ => return Err("WAY: it takes engine, owned, borrowed or lean".into()),
    };
    let mut out = String::new();
    for cell in cells.chunks(4) {
        let texts: Vec<String> = cell.iter().map(ToString::to_string).collect();
        out.push_str(&texts.join(" "));
        out.push('\n');
    }
    let mut stdout = std::io::stdout();
    stdout.write_all(out.as_bytes())?;
    Ok(stdout.flush()?)
}

/// The obvious program: one line, one row.
fn serde(path: &str, way: Way, mut cells: Cells) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut reader = BufReader::with_capacity(PIECE_BYTES, File::open(path)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        cells.read(way, &line)?;
        line.clear();
    }
    Ok(cells.dense())
}
