//! The native binary `execution-heatmap`.
fn main() {}
