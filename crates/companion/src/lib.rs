//! The native companion of the engine: rows out of a database and over HTTP, exported logs in a terminal.
//!
//! It owns what the engine must not have: the clock, files, sockets, the time zone database, the width of a screen.
//! It counts nothing and draws no levels of its own; every number it shows comes from the engine. The binary in
//! `main.rs` is a thin shell round [`cli::run`]; this library exists so that tests can start the server on a port of
//! their own and look at each part.

pub mod cli;
pub mod failure;
mod interrupt;
mod verbs;

pub mod clock;
pub mod files;
pub mod zones;

pub mod server;
pub mod source;
pub mod terminal;
pub mod voice;
