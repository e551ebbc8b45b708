//! The README's commands and everything behind them.
fn main() {}
