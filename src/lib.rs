//! The engine of execution-heatmap: rows of workflow executions in, a heatmap and the patterns that recur out.
//!
//! It is pure. Bytes and numbers go in; values and strings come out. It never asks a clock, opens a file or a socket,
//! reads a locale or the machine's zone, or knows of JavaScript, so that browser, server and terminal give the same
//! bytes for the same rows. Data flows one way:
//!
//! ```text
//! bytes ─▶ ingest ─▶ execution ─▶ table ─▶ cube ─▶ grid ─▶ level ─▶ picture
//!                                            └─▶ pattern ─▶ sentences
//! ```
//!
//! The modules stand below in that order.

/// Whether this build reads other forms than lines and records, and other rows than canonical ones. Asked where code is
/// only reached by what they hold, which the compiler cannot know.
const FORMS: bool = cfg!(feature = "forms");

pub mod bytes;
pub mod error;
pub mod error_class;
pub mod execution;
pub mod number;
pub mod order;
pub mod time;

pub mod ingest;
pub mod problem;
pub mod row;

pub mod duplicate;
pub mod intake;
pub mod reread;
pub mod table;

pub mod options;
pub mod window;
pub mod zone;

pub mod bucket;
pub mod cube;
pub mod grid;
pub mod histogram;
pub mod level;
pub mod pattern;

pub mod answer;
pub mod json;
pub mod notice;
pub mod picture;

pub use error::Error;
