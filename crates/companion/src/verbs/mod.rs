//! One file a verb of the command line.

pub mod analyze;
mod closest;
pub mod completions;
pub mod demo;
pub mod import;
mod reading;
pub mod serve;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// Where `serve` and `demo` listen when nothing says otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));
