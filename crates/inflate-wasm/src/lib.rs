//! The boundary between decompression and JavaScript: converts, calls, converts back. Computes nothing.
//!
//! Bytes are written straight into a buffer that the decoder owns ([`Inflater::reserve`], [`Inflater::feed`]) and read
//! straight from the one that it decodes into ([`Inflater::decode`], [`Inflater::decoded`]).
#![allow(missing_docs, reason = "wasm-bindgen's generated items carry none; what is written here does")]

use execution_heatmap_inflate::{Decoder, Form, Limits, MAGIC_BYTES};
use wasm_bindgen::prelude::*;

/// One compressed source. Holds where the last piece lies, so that it can be told in two numbers.
#[wasm_bindgen]
pub struct Inflater {
    decoder: Decoder,
    decoded: *const u8,
}

#[wasm_bindgen]
impl Inflater {
    /// A decoder of data whose first four bytes these are, little-endian, which is to give at most `most_bytes`;
    /// `undefined` for data that is not compressed.
    pub fn of(first: u32, most_bytes: f64) -> Option<Inflater> {
        let first: [u8; MAGIC_BYTES] = first.to_le_bytes();
        let limits = Limits { output_bytes: most_bytes as u64, ..Limits::default() };
        let decoder = Decoder::new(Form::of(&first)?, limits);
        Some(Inflater { decoder, decoded: std::ptr::null() })
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
