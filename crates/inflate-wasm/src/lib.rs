//! The boundary between decompression and JavaScript: converts, calls, converts back. Computes nothing.
//!
//! Bytes are written straight into a buffer that the decoder owns ([`Inflater::reserve`], [`Inflater::feed`]) and read
//! straight from the one that it decodes into ([`Inflater::decode`], [`Inflater::decoded`]).
#![allow(missing_docs, reason = "wasm-bindgen's generated items carry none; what is written here does")]

use execution_heatmap_inflate::{Decoder, Form, Limits};
use wasm_bindgen::prelude::*;

/// One compressed source. Holds where the last piece lies, so that it can be told in two numbers.
#[wasm_bindgen]
pub struct Inflater {
    decoder: Decoder,
    decoded: *const u8,
}

#[wasm_bindgen]
impl Inflater {
    /// A decoder of data that begins with the magic number of gzip, else of zstd. It gives at most `most_bytes`, by
    /// default four gibibytes.
    #[wasm_bindgen(constructor)]
    pub fn new(is_gzip: bool, most_bytes: Option<f64>) -> Inflater {
        let mut limits = Limits::default();
        if let Some(most_bytes) = most_bytes {
            limits.output_bytes = most_bytes as u64;
        }
        let form = if is_gzip { Form::Gzip } else { Form::Zstd };
        Inflater { decoder: Decoder::new(form, limits), decoded: std::ptr::null() }
    }

    /// A place in this module's memory where the caller may write `length` bytes; valid until the next call.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        self.decoder.buffer(length).as_mut_ptr()
    }

    /// Takes the first `length` bytes of the place that was reserved.
    pub fn feed(&mut self, length: usize) {
        self.decoder.filled(length);
    }

    /// No bytes will follow.
    pub fn finish(&mut self) {
        self.decoder.finish();
    }

    /// Decodes the next piece; its length, 0 if more bytes are needed.
    pub fn decode(&mut self) -> usize {
        let piece = self.decoder.next().unwrap_or_default();
        self.decoded = piece.as_ptr();
        piece.len()
    }

    /// Where the last piece lies; valid until the next call.
    pub fn decoded(&self) -> *const u8 {
        self.decoded
    }

    /// What is wrong with the data, once nothing more can be decoded.
    pub fn problem(&self) -> Option<String> {
        self.decoder.problem().map(ToString::to_string)
    }
}
