//! Tells Cargo which folders the feature `dashboard` embeds, so that a file that is new in them is not missed, and
//! stops where there is nothing to embed.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_DASHBOARD").is_none() {
        return;
    }
    for folder in ["../../www", "../../pkg"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    for file in ["../../www/index.html", "../../pkg/worker.js"] {
        if !Path::new(file).exists() {
            println!(
                "cargo::error=the feature `dashboard` embeds {file}, which is not there; `cargo xtask build` makes it"
            );
        }
    }
}
