//! What must hold of the engine for any bytes. Each law is a plain function of bytes that panics where it is broken:
//! the fuzz targets in `fuzz/` call them at length, `tests/corpora.rs` runs them over the corpora in every test run.
//! Reads nothing and makes nothing of its own; what it judges by is the input and independent crates.

mod compressed;
mod parquet;
pub mod part;
mod source;
mod text;

/// A law: panics if the bytes break it.
pub type Law = fn(&[u8]);

/// Every law under the name of its fuzz target and of the folder of its corpus.
pub const LAWS: [(&str, Law); 17] = [
    ("arrow", source::arrow),
    ("columns", source::columns),
    ("csv", source::csv),
    ("cube", source::cube),
    ("json", source::json),
    ("mapping", source::mapping),
    ("ndjson", source::ndjson),
    ("picture", source::picture),
    ("presets", source::presets),
    ("recognised", source::recognised),
    ("swf", source::swf),
    ("tsv", source::tsv),
    ("parquet", parquet::parquet),
    ("parts", part::parts),
    ("gzip", compressed::gzip),
    ("zstd", compressed::zstd),
    ("text", text::text),
];

/// The law of a name.
pub fn law(name: &str) -> Option<Law> {
    LAWS.iter().find(|(known, _)| *known == name).map(|(_, law)| *law)
}

/// Numbers that depend on the input alone (FNV-1a, then splitmix64), so that a corpus needs no prefix that would steer
/// how its files are cut.
pub struct Seeded(u64);

impl Seeded {
    /// Numbers of an input.
    pub fn of(bytes: &[u8]) -> Self {
        Self(
            bytes
                .iter()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// The next number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound.max(1)
    }
}
