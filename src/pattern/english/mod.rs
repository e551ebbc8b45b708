//! English: the sentences of claims and of what else a reader is told, one file a kind, and how each is known. Another
//! language is another folder beside this one. Numbers come in as they were counted and `text` rounds them; nothing is
//! tested here, and nothing is decided but the words.

pub mod attribution;
pub mod burst;
pub mod change;
pub mod consecutive;
pub mod how;
pub mod missed;
pub mod mix;
pub mod notices;
pub mod outcome_window;
pub mod quiet;
pub mod schedule;
pub mod shared_error;
pub mod silence;
pub mod stopped;
pub mod text;
pub mod trend;
pub mod volume_days;
pub mod volume_peak;
pub mod volume_window;
