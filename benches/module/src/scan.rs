//! Counting newlines as fast as the machine's vectors allow: the limit that a reader of lines is held against.

/// The newlines of some bytes, sixteen at a time.
#[cfg(target_arch = "wasm32")]
pub fn newlines(bytes: &[u8]) -> u64 {
    use std::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_splat, u8x16};
    let newline = i8x16_splat(b'\n' as i8);
    let (blocks, rest) = bytes.as_chunks::<16>();
    let in_blocks: u64 = blocks
        .iter()
        .map(|b| {
            let block = u8x16(
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15],
            );
            u64::from(i8x16_bitmask(i8x16_eq(block, newline)).count_ones())
        })
        .sum();
    in_blocks + rest.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The same for a machine whose vectors are not used here: the crate is built natively only to be checked.
#[cfg(not(target_arch = "wasm32"))]
pub fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
