//! Every law over its corpus in `fuzz/corpus`, over each file cut short, and over mutations that a seed makes of them: a
//! small run of the fuzz targets on the stable toolchain. `cargo xtask fuzz` runs them at length.

use execution_heatmap_laws::{LAWS, Seeded};
use std::path::{Path, PathBuf};

/// Mutations of each file.
const MUTATIONS: usize = 200;
/// Places at which each file is cut.
const CUTS: usize = 50;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let files = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no input", folder.display());
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Runs a law, and names the input where it breaks.
fn hold(law: fn(&[u8]), path: &Path, what: &str, bytes: &[u8]) {
    let held = std::panic::catch_unwind(|| law(bytes));
    assert!(held.is_ok(), "{} {what}: {}", path.display(), bytes.escape_ascii());
}

/// One to four bytes changed, put in, taken out, or a piece repeated.
fn mutated(bytes: &[u8], seeded: &mut Seeded) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..1 + seeded.below(4) {
        let at = seeded.below(out.len() + 1);
        let special = b"\0\n\r\t \"',;:[]{}\\0123456789-+.eEtfn$\x1f\x7f\x80\xc3\xe2\xf0\xff";
        let byte = special[seeded.below(special.len())];
        match seeded.below(5) {
            0 => out.insert(at, byte),
            1 if at < out.len() => {
                out.remove(at);
            }
            2 if at < out.len() => out[at] ^= 1 << seeded.below(8),
            3 => {
                let end = (at + seeded.below(40)).min(out.len());
                let piece = out[at..end].to_vec();
                let to = seeded.below(out.len() + 1);
                out.splice(to..to, piece);
            }
            _ if at < out.len() => out[at] = byte,
            _ => out.push(byte),
        }
    }
    out
}

#[test]
fn every_law_holds_over_its_corpus() {
    for (name, law) in LAWS {
        for (path, bytes) in corpus(name) {
            hold(law, &path, "as it is", &bytes);
            let mut seeded = Seeded::of(&bytes);
            for _ in 0..CUTS {
                hold(law, &path, "cut short", &bytes[..seeded.below(bytes.len() + 1)]);
            }
            for _ in 0..MUTATIONS {
                hold(law, &path, "mutated", &mutated(&bytes, &mut seeded));
            }
        }
    }
}

#[test]
fn every_law_has_a_fuzz_target_and_every_target_a_law() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let mut found: Vec<String> = targets
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut expected: Vec<&str> = LAWS.iter().map(|(name, _)| *name).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
