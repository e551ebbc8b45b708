//! Files of rows, and what is written. Looks at the first bytes, never at a file's name.
//!
//! `plain` gives the bytes of a file or of standard input, decompressed if need be, and the rows of a Parquet file as
//! NDJSON; `blocks` cuts them where rows end;
//! `parallel` lets as many threads as there are cores read the blocks of all files and adds up what they read.

mod blocks;
pub mod parallel;
#[cfg(feature = "parquet")]
pub mod parquet;
mod plain;
pub mod progress;

pub use plain::{Kind, Opening, PARQUET, Parquet, Plain};

use crate::failure::Failure;
use progress::Progress;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// What is handed on at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// The name under which standard input is asked for.
pub const STANDARD_INPUT: &str = "-";

/// What a file is called in words.
pub fn called(name: &str) -> &str {
    if name == STANDARD_INPUT { "standard input" } else { name }
}

/// What is to be said of bytes that were given.
#[derive(Debug)]
pub struct Given {
    /// What they are.
    pub kind: Kind,
    /// Why they ended before their time, if they did: a compressed file that is cut, a disk that fails.
    pub broken: Option<String>,
}

/// Gives the bytes of a file, or of standard input, and what they are to `each` until it breaks.
///
/// # Errors
/// The file cannot be opened.
pub fn read(
    name: &str,
    opening: &Opening,
    each: impl FnMut(&Kind, &[u8]) -> ControlFlow<()>,
) -> Result<Given, Failure> {
    let progress = Progress::of(&[name.to_owned()]);
    let read = pieces(Plain::open(name, opening, &progress)?, each);
    progress.clear();
    Ok(read)
}

/// The same for anything that can be read; `name` is what it is called in errors.
///
/// # Errors
/// Its first bytes cannot be read.
pub fn read_from(
    source: impl io::Read + Send,
    name: &str,
    each: impl FnMut(&Kind, &[u8]) -> ControlFlow<()>,
) -> Result<Given, Failure> {
    let progress = Progress::silent();
    Ok(pieces(Plain::new(source, &progress).map_err(|error| Failure::on(name, error))?, each))
}

fn pieces(mut plain: Plain<'_>, mut each: impl FnMut(&Kind, &[u8]) -> ControlFlow<()>) -> Given {
    let mut piece = Vec::with_capacity(2 * PIECE_BYTES);
    let kind = plain.kind();
    loop {
        piece.clear();
        let goes_on = plain.fill(&mut piece, PIECE_BYTES);
        if each(&kind, &piece).is_break() || !goes_on {
            return Given { kind, broken: plain.broken() };
        }
    }
}

/// Writes data to a file, or to standard output if none is named.
///
/// # Errors
/// The file cannot be written. That whoever reads standard output went away is [`Failure::ClosedPipe`].
pub fn write(to: Option<&Path>, data: &[u8]) -> Result<(), Failure> {
    match to {
        Some(path) => {
            let write = || -> io::Result<()> {
                let mut file = BufWriter::new(File::create(path)?);
                file.write_all(data)?;
                file.flush()
            };
            write().map_err(|error| Failure::on(path.display(), error))
        }
        None => {
            let mut out = io::stdout().lock();
            match out.write_all(data).and_then(|()| out.flush()) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::ClosedPipe),
                written => written.map_err(|error| Failure::on("standard output", error)),
            }
        }
    }
}
