//! One file a verb of the command line.

pub mod analyze;
pub mod completions;
pub mod demo;
pub mod import;
pub mod serve;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// Where `serve` and `demo` listen when nothing says otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// Says a line on standard error; text from rows and files in it can do nothing to a terminal. That nobody listens is
/// no reason to stop.
pub fn say(words: &str) {
    let mut err = std::io::stderr().lock();
    for line in words.lines() {
        let _ = writeln!(err, "{}", crate::terminal::printable(line));
    }
}

/// A count of things in English: `1 row`, `86,697 rows`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", crate::terminal::grouped(count), if count == 1 { one } else { many })
}
