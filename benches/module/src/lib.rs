//! A peer of the engine in the browser: the job of the bench done with serde_json in a module of WebAssembly, built with
//! the same flags; and the least that any reader does, a copy and a look at every byte.
//!
//! Never part of what is published. Bytes come in pieces as the engine takes them: written by the caller into a buffer
//! of this module.
#![allow(missing_docs, reason = "wasm-bindgen's generated items carry none; what is written here does")]

mod cells;
mod scan;

use cells::{Cells, Way};
use wasm_bindgen::prelude::*;

/// One reading.
#[wasm_bindgen]
pub struct Reading {
    /// `None` reads no rows at all: newlines are counted, sixteen bytes at a time.
    way: Option<Way>,
    buffer: Vec<u8>,
    /// How many bytes of the buffer are the beginning of a line that is not whole yet.
    held: usize,
    cells: Cells,
    lines: u64,
}

#[wasm_bindgen]
impl Reading {
    /// `way` is `owned`, `borrowed`, `lean` or `scan`; `first` is the hour of the first cell, in hours since 1970.
    #[wasm_bindgen(constructor)]
    pub fn new(way: &str, first: f64, count: usize) -> Result<Reading, JsError> {
        let way = match (way, Way::of(way)) {
            ("scan", _) => None,
            (_, Some(way)) => Some(way),
            _ => return Err(JsError::new("way: it takes owned, borrowed, lean or scan")),
        };
        Ok(Reading { way, buffer: Vec::new(), held: 0, cells: Cells::new(first as i64, count), lines: 0 })
    }

    /// A place for `length` bytes, valid until the next call.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        if self.buffer.len() < self.held + length {
            self.buffer.resize(self.held + length, 0);
        }
        self.buffer[self.held..].as_mut_ptr()
    }

    /// Takes the first `length` bytes of the place.
    pub fn feed(&mut self, length: usize) -> Result<(), JsError> {
        let end = self.held + length;
        let Some(way) = self.way else {
            self.lines += scan::newlines(&self.buffer[..end]);
            return Ok(());
        };
        let Some(last) = self.buffer[..end].iter().rposition(|byte| *byte == b'\n') else {
            self.held = end;
            return Ok(());
        };
        let mut lines = std::mem::take(&mut self.buffer);
        for line in lines[..last].split(|byte| *byte == b'\n') {
            self.cells.read(way, line)?;
        }
        lines.copy_within(last + 1..end, 0);
        self.held = end - last - 1;
        self.buffer = lines;
        Ok(())
    }

    /// Lines that a scan counted.
    pub fn lines(&self) -> f64 {
        self.lines as f64
    }

    /// Four numbers a cell: executions, completed, failed, mean duration or NaN.
    pub fn cells(&self) -> Vec<f64> {
        self.cells.dense()
    }
}
