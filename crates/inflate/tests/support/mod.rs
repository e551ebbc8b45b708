//! What the tests of decompression share: data, how it is compressed, how it is decoded in chunks.
#![allow(dead_code, reason = "every test file uses a part of it")]

use execution_heatmap_inflate::{Cause, Decoder, Form, Limits, PIECE_BYTES, Problem};
use std::io::Write;

/// Rows as a log has them: repetitive, with numbers that are not.
pub fn log(rows: u32) -> Vec<u8> {
    let mut text = Vec::new();
    for row in 0..rows {
        let noise = row.wrapping_mul(2_654_435_761);
        writeln!(text, "{{\"id\":\"{row}\",\"status\":\"completed\",\"duration_ms\":{noise}}}").unwrap();
    }
    text
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One frame; its size is not in its header, its check sum behind it.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What a decoder made of compressed data.
#[derive(Debug, PartialEq)]
pub struct Decoded {
    pub bytes: Vec<u8>,
    pub problem: Option<Problem>,
}

impl Decoded {
    pub fn cause(&self) -> Option<Cause> {
        self.problem.as_ref().map(|problem| problem.cause)
    }
}

/// Decodes data that is pushed in chunks of a size.
pub fn decode(data: &[u8], chunk: usize) -> Decoded {
    let mut bytes = Vec::new();
    let problem = decode_into(data, chunk, Limits::default(), |piece| bytes.extend_from_slice(piece));
    Decoded { bytes, problem }
}

/// Decodes data and hands on the pieces, so that what is decoded need not be kept.
pub fn decode_into(data: &[u8], chunk: usize, limits: Limits, mut each: impl FnMut(&[u8])) -> Option<Problem> {
    let mut decoder = Decoder::new(Form::of(data)?, limits);
    let mut drain = |decoder: &mut Decoder| {
        while let Some(piece) = decoder.next() {
            assert!((1..=PIECE_BYTES).contains(&piece.len()));
            each(piece);
        }
    };
    for chunk in data.chunks(chunk) {
        decoder.extend(chunk);
        drain(&mut decoder);
    }
    decoder.finish();
    drain(&mut decoder);
    assert_eq!(decoder.next(), None, "what has ended stays so");
    decoder.problem().cloned()
}
