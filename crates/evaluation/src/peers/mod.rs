//! What other tools say of the very histories that the rows of the evaluation are made of: the histories are written to
//! files, programs beside the project say what they find in them, and what they say is judged as the engine's claims are.
//!
//! `cargo xtask patterns --peers` runs it. Nothing here runs another tool, and no answer of one changes what is measured
//! of the engine.

pub mod choice;
pub mod corpora;
pub mod document;
pub mod export;
pub mod judge;
pub mod told;

pub use corpora::{Case, Corpus, Given, Group};
