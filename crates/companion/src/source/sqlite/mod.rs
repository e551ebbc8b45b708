//! Executions in a SQLite file of the companion's own schema: written by `import`, read by `serve`.

pub mod content;
mod filter;
pub mod pool;
pub mod read;
pub mod schema;
pub mod write;
