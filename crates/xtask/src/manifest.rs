//! The published `package.json`: the one that stands in `js/`, with the version of the workspace.
//!
//! The version is written down once, in Cargo.toml; nothing else in the manifest is touched.

use crate::process::Result;

/// The manifest with its version replaced. Refuses one without a line for the version at the top level, which would
/// otherwise be published under another version than the wasm module inside it.
pub fn with_version(manifest: &str, version: &str) -> Result<String> {
    let mut replaced = 0;
    let mut text = String::with_capacity(manifest.len());
    for line in manifest.lines() {
        if line.starts_with("  \"version\":") {
            replaced += 1;
            let comma = if line.trim_end().ends_with(',') { "," } else { "" };
            text.push_str(&format!("  \"version\": \"{version}\"{comma}"));
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    if replaced == 1 {
        Ok(text)
    } else {
        Err(format!("the manifest has {replaced} lines `  \"version\": …`, not 1").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(manifest: &str, expected: Option<&str>) {
        assert_eq!(with_version(manifest, "1.2.3").ok().as_deref(), expected, "{manifest}");
    }

    #[test]
    fn only_the_version_changes() {
        check("{\n  \"version\": \"0.0.0\",\n  \"x\": 1\n}\n", Some("{\n  \"version\": \"1.2.3\",\n  \"x\": 1\n}\n"));
        check("{\n  \"version\": \"0.0.0\"\n}\n", Some("{\n  \"version\": \"1.2.3\"\n}\n"));
    }

    #[test]
    fn a_manifest_without_a_version_is_refused() {
        check("{\n  \"x\": { \"version\": \"0.0.0\" }\n}\n", None);
    }
}
