//! Every law over its corpus in `fuzz/corpus`, over each file cut short, and over mutations that a seed makes of them: a
//! small run of the fuzz targets on the stable toolchain. `cargo xtask fuzz` runs them at length.

use execution_heatmap::ingest::Form;
use execution_heatmap::intake::Intake;
use execution_heatmap::table::Table;
use execution_heatmap_laws::part::{framed, pieces_of};
use execution_heatmap_laws::{LAWS, Seeded};
use std::path::{Path, PathBuf};

/// Mutations of each file.
const MUTATIONS: usize = 100;
/// Places at which each file is cut.
const CUTS: usize = 50;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name)
}

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = folder(name);
    let files = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no input", folder.display());
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Runs a law; where it breaks, the input is kept and named.
fn hold(name: &str, law: fn(&[u8]), path: &Path, what: &str, bytes: &[u8]) {
    if std::panic::catch_unwind(|| law(bytes)).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("breaks-{name}"));
        std::fs::write(&kept, bytes).unwrap();
        panic!("{} {what} breaks the law `{name}`; the input is {}", path.display(), kept.display());
    }
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
    let broken: Vec<_> = LAWS
        .into_iter()
        .filter(|(name, law)| std::panic::catch_unwind(|| over_corpus(name, *law)).is_err())
        .map(|(name, _)| name)
        .collect();
    assert!(broken.is_empty(), "broken: {broken:?}");
}

fn over_corpus(name: &str, law: fn(&[u8])) {
    for (path, bytes) in corpus(name) {
        hold(name, law, &path, "as it is", &bytes);
        let mut seeded = Seeded::of(&bytes);
        for _ in 0..CUTS {
            hold(name, law, &path, "cut short", &bytes[..seeded.below(bytes.len() + 1)]);
        }
        for _ in 0..MUTATIONS {
            hold(name, law, &path, "mutated", &mutated(&bytes, &mut seeded));
        }
    }
}

/// Parts of one version mean nothing to another: a corpus of old ones would be refused at the first byte.
#[test]
fn the_corpus_of_parts_is_what_is_written_today() {
    let part = |source: &[u8], form, is_stretch: bool, table: Table| {
        let mut intake = Intake::new(form, false).onto(table, None);
        intake.extend(source);
        if is_stretch {
            intake.finish_stretch()
        } else {
            intake.finish(None)
        }
        framed(&pieces_of(&intake))
    };
    let read = |name: &str| std::fs::read(folder(name)).unwrap();
    let mut carried = Intake::new(Form::Ndjson, false).carrying([0, 0]);
    carried.extend(&read("ndjson/canonical.ndjson").repeat(2));
    carried.finish_stretch();
    let kept = Table::default().with_places().with_texts(1 << 20);
    let counts = b"{\"hour\":\"2026-02-12T04:00:00Z\",\"status\":\"failed\",\"n\":5,\"bins\":[72],\"counts\":[5]}\n";
    let mut cube = Intake::recognising(false);
    cube.extend(&counts.repeat(2));
    cube.finish(None);
    // Cells of one row, of a few and of many; and rows that wait to go into cells.
    let counted =
        [read("ndjson/mixed.ndjson"), read("ndjson/edges.ndjson").repeat(3), read("ndjson/canonical.ndjson").repeat(9)];
    let counted = counted.concat();
    let expected = [
        ("counted.part", part(&counted, Form::Ndjson, false, Table::default().without_rows())),
        ("waiting.part", part(&counted, Form::Ndjson, true, Table::default().without_rows())),
        ("rows.part", part(&read("ndjson/mixed.ndjson"), Form::Ndjson, true, Table::default())),
        ("rows-kept.part", part(&read("ndjson/mixed.ndjson"), Form::Ndjson, false, kept)),
        ("ended.part", part(&read("ndjson/canonical.ndjson"), Form::Ndjson, true, Table::default().with_places())),
        ("edges.part", part(&read("ndjson/edges.ndjson"), Form::Ndjson, true, Table::default())),
        ("nothing.part", part(b"", Form::Csv, false, Table::default())),
        ("cube.part", framed(&pieces_of(&cube))),
        ("carried.part", framed(&pieces_of(&carried))),
    ];
    let blesses = std::env::var_os("EXECUTION_HEATMAP_BLESS").is_some();
    for (name, bytes) in expected {
        if blesses {
            std::fs::write(folder("parts").join(name), &bytes).unwrap();
        }
        let advice = "the bytes of parts have changed: EXECUTION_HEATMAP_BLESS=1 renews this corpus";
        let kept = std::fs::read(folder("parts").join(name)).unwrap_or_default();
        assert!(kept == bytes, "{name}: {advice}");
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
