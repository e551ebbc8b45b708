//! `demo`: real rows in a database of their own, served, and the address of a view that is worth looking at.
//!
//! The rows are flights that left New York in early 2013: an execution is a flight, failed is one that was cancelled
//! or more than 30 minutes late.

use super::import::{ImportError, import};
use super::serve;
use crate::cli::DemoArgs;
use crate::failure::Failure;
use crate::files;
use crate::source::sqlite::write::Writer;
use crate::voice::say;
use execution_heatmap::ingest::Expected;
use std::net::SocketAddr;
use std::path::Path;

/// The rows, canonical CSV, gzipped.
const FLIGHTS: &[u8] = include_bytes!("../../../../tests/data/flights-2013-02-01-to-2013-05-05.csv.gz");
/// The workspace that they are stored in.
const WORKSPACE: &str = "demo";
/// What the address that is printed shows: the flights' 90 days in their own zone.
const VIEW: &str = "days=90&until=2013-05-06T04%3A00%3A00.000Z&time_zone=America%2FNew_York";

/// Imports and serves.
///
/// # Errors
/// See [`Failure`].
pub fn run(args: &DemoArgs) -> Result<(), Failure> {
    let listener = serve::listen_on(args.listen)?;
    // Gone with its file when this function ends.
    let folder = tempfile::Builder::new().prefix("execution-heatmap-").tempdir();
    let folder = folder.map_err(|error| Failure::on("a temporary folder", error))?;
    let path = folder.path().join("demo.sqlite");
    fill(&path)?;
    serve::serve(listener, &path, "the demonstration", start)
}

fn start(address: SocketAddr) -> String {
    format!("http://{address}/?workspace={WORKSPACE}&{VIEW}")
}

fn fill(path: &Path) -> Result<(), Failure> {
    let mut writer =
        Writer::open(path, WORKSPACE).map_err(|error| Failure::on("the demonstration's database", error))?;
    let imported =
        import(&mut writer, "flights", &Expected::anything(), |each| files::read_from(FLIGHTS, "flights", each));
    let imported = imported.map_err(|error| match error {
        ImportError::File(failure) => failure,
        ImportError::Database(error) => Failure::on("the demonstration's database", error),
    })?;
    say(&imported.words("flights"));
    Ok(())
}
