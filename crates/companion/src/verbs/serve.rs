//! `serve`: a database over HTTP.

use super::DEFAULT_LISTEN;
use crate::cli::ServeArgs;
use crate::failure::Failure;
use crate::files;
use crate::server::{self, Config, Limits};
use crate::source;
use crate::source::sqlite::pool::Pool;
use crate::voice::say;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// Serves until the process is told to stop.
///
/// # Errors
/// See [`Failure`].
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    let file = args.config.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
    let database = args.database.clone().or(file.database).ok_or_else(|| {
        Failure::Usage(
            "--database: it takes sqlite:PATH or a path; EXECUTION_HEATMAP_DATABASE can name it too".to_owned(),
        )
    })?;
    let listen = args.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN);
    let path = source::sqlite_path(&database)?;
    serve(listen_on(listen)?, &path, &database, |address| format!("http://{address}/"))
}

/// Takes an address, so that one that is taken is known before anything else is done.
///
/// # Errors
/// Other machines can reach it, or it cannot be listened on.
pub fn listen_on(address: SocketAddr) -> Result<TcpListener, Failure> {
    server::loopback_only(address).map_err(Failure::Usage)?;
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|error: io::Error| cannot_listen(address, &error))
}

/// Serves the file at `path`, called `name` in words, and writes the address to start from to standard output.
///
/// # Errors
/// The file cannot be used, or the system refuses what a server needs.
pub fn serve(
    listener: TcpListener,
    path: &Path,
    name: &str,
    start: impl Fn(SocketAddr) -> String,
) -> Result<(), Failure> {
    let limits = Limits::default();
    let pool = Pool::open(path, limits.database_connections()).map_err(|error| Failure::on(name, error))?;
    let serving = |error| Failure::on("serving", error);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(serving)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(serving)?;
        let address = listener.local_addr().map_err(serving)?;
        let stop = stop_signal().map_err(serving)?;
        say(&format!("serving {name} to this machine alone; Ctrl-C stops"));
        files::write(None, format!("{}\n", start(address)).as_bytes())?;
        server::run(listener, stop, Config { pool, limits }).await.map_err(serving)
    })
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::AddrInUse {
        let words = "is in use by another program; --listen takes another address, and port 0 takes any that is free";
        return Failure::Failed(format!("{address} {words}"));
    }
    Failure::on(address, error)
}

/// Done when the process is interrupted or told to end.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Done when the process is interrupted.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// What a file says for flags that were not given.
#[derive(Debug, Default)]
struct ConfigFile {
    database: Option<String>,
    listen: Option<SocketAddr>,
}

impl ConfigFile {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::on(path.display(), error))?;
        Self::parse(&text).map_err(|words| Failure::Usage(format!("{}: {words}", path.display())))
    }

    /// Lines of `key = "value"`, a small part of TOML; blank lines and those that begin with `#` say nothing.
    fn parse(text: &str) -> Result<Self, String> {
        let mut file = Self::default();
        for (line, number) in text.lines().map(str::trim).zip(1..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let takes = || format!("line {number}: it takes database = \"…\" or listen = \"…\"");
            let (key, value) = line.split_once('=').ok_or_else(takes)?;
            let value: String = serde_json::from_str(value.trim()).map_err(|_| takes())?;
            match key.trim() {
                "database" => file.database = Some(value),
                "listen" => {
                    let address = value
                        .parse()
                        .map_err(|_| format!("line {number}: listen takes an address such as 127.0.0.1:8080"));
                    file.listen = Some(address?);
                }
                _ => return Err(takes()),
            }
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_flags_do_not() {
        let file = ConfigFile::parse("# ours\n\ndatabase = \"sqlite:runs.sqlite\"\nlisten=\"127.0.0.1:0\"\n").unwrap();
        assert_eq!(file.database.as_deref(), Some("sqlite:runs.sqlite"));
        assert_eq!(file.listen, Some("127.0.0.1:0".parse().unwrap()));
    }

    #[test]
    fn a_line_that_says_something_else_is_named() {
        let check = |text: &str, expected: &str| {
            let said = ConfigFile::parse(text).unwrap_err();
            assert!(said.contains(expected), "{said}");
        };
        check("\ndata = \"x\"", "line 2: it takes database");
        check("database = x", "line 1");
        check("listen = \"here\"", "127.0.0.1:8080");
    }
}
