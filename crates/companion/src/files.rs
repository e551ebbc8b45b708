//! Bytes of a file or of standard input, decompressed if need be, in pieces. Looks at the first bytes, never at a
//! file's name, and holds no more than one piece.

use crate::failure::Failure;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// What is read at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// What gzip and zstd begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The name under which standard input is asked for.
pub const STANDARD_INPUT: &str = "-";

/// What a file is called in words.
pub fn called(name: &str) -> &str {
    if name == STANDARD_INPUT { "standard input" } else { name }
}

/// Gives the bytes of a file, or of standard input, to `each` until it breaks. Says why they ended before their time, if they did:
/// a compressed file that is cut, a disk that fails.
///
/// # Errors
/// The file cannot be opened, or is compressed in a way that is not read.
pub fn read(name: &str, each: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Option<String>, Failure> {
    if name == STANDARD_INPUT {
        return read_from(io::stdin().lock(), name, each);
    }
    let file = File::open(name).map_err(|error| Failure::on(name, error))?;
    read_from(file, name, each)
}

/// The same for anything that can be read; `name` is what it is called in errors.
///
/// # Errors
/// It is compressed in a way that is not read, or its first bytes cannot be read.
pub fn read_from(
    mut source: impl Read,
    name: &str,
    each: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<Option<String>, Failure> {
    let mut magic = Vec::with_capacity(ZSTD.len());
    (&mut source).take(ZSTD.len() as u64).read_to_end(&mut magic).map_err(|error| Failure::on(name, error))?;
    if magic == ZSTD {
        return Err(Failure::on(
            name,
            "zstd is not read yet; decompress it first, as in `zstd -dc FILE | execution-heatmap …`",
        ));
    }
    let is_gzip = magic.starts_with(&GZIP);
    let whole = io::Cursor::new(magic).chain(source);
    let broken = if is_gzip { pieces(MultiGzDecoder::new(whole), each) } else { pieces(whole, each) };
    Ok(broken.err().map(|error| error.to_string()))
}

fn pieces(mut source: impl Read, mut each: impl FnMut(&[u8]) -> ControlFlow<()>) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                if each(piece.get(..length).unwrap_or_default()).is_break() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
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
