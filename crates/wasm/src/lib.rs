//! The boundary: converts what JavaScript hands over, calls the engine, converts what it returns. Computes nothing.
//!
//! Bytes are written straight into a buffer that the engine owns ([`Engine::reserve`], [`Engine::feed`]); cells leave
//! as typed arrays; options come in and small results leave as plain objects. No object crosses for a row.
#![allow(missing_docs, reason = "wasm-bindgen's generated items carry none; what is written here does")]

mod convert;
#[cfg(test)]
mod tests;

use convert::failure;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::ingest::{Form, hint};
use execution_heatmap::intake::Intake;
use execution_heatmap::options::Query;
use execution_heatmap::picture::look::FEW_EXECUTIONS;
use execution_heatmap::table::Workflow;
use execution_heatmap::time::{Timestamp, push_date};
use execution_heatmap::zone::Zone;
use execution_heatmap::{json, picture};
use js_sys::{Float64Array, Int32Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// One source of rows and what has been read of it.
#[wasm_bindgen]
pub struct Engine {
    intake: Intake,
}

#[wasm_bindgen]
impl Engine {
    /// An engine that holds nothing.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript knows constructors, not defaults")]
    pub fn new() -> Engine {
        Engine { intake: Intake::recognising(false) }
    }

    /// Begins a source and drops what was held. `form` is `auto`, `ndjson` or `csv`; `expects_end` is true for a
    /// stream that is incomplete without its last control line.
    pub fn begin(&mut self, form: &str, expects_end: bool) -> Result<(), JsValue> {
        self.intake = match form {
            "auto" => Intake::recognising(expects_end),
            "ndjson" => Intake::new(Form::Ndjson, expects_end),
            "csv" => Intake::new(Form::Csv, expects_end),
            _ => return Err(convert::fault("form: it takes auto, ndjson or csv")),
        };
        Ok(())
    }

    /// A place in this module's memory where the caller may write `length` bytes; valid until the next call.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        self.intake.buffer(length).as_mut_ptr()
    }

    /// Takes the first `length` bytes of the place that was reserved.
    pub fn feed(&mut self, length: usize) {
        self.intake.filled(length);
    }

    /// The source has ended; `broken` says why, if before its time.
    pub fn finish(&mut self, broken: Option<String>) {
        self.intake.finish(broken.as_deref());
    }

    /// `[rows read, unreadable, without a start, oldest start in ms or NaN, newest start in ms or NaN]`.
    pub fn progress(&self) -> Float64Array {
        let (reading, table) = (self.intake.reading(), self.intake.table());
        let instant = |at: Option<Timestamp>| at.map_or(f64::NAN, |at| at.ms() as f64);
        Float64Array::from(
            &[
                reading.read as f64,
                reading.unreadable as f64,
                reading.no_start as f64,
                instant(table.oldest()),
                instant(table.newest()),
            ][..],
        )
    }

    /// The first characters of a source that is of no form that is read.
    pub fn unrecognised(&self) -> Option<String> {
        self.intake.unrecognised().map(str::to_owned)
    }

    /// What a source of no form that is read looks like, in a sentence.
    #[wasm_bindgen(js_name = unrecognisedHint)]
    pub fn unrecognised_hint(&self) -> Option<String> {
        self.intake.unrecognised().and_then(hint).map(str::to_owned)
    }

    /// `[from, until]` in milliseconds: the span for which a query needs the zone's table. `now` is the clock of a
    /// live source, absent for a file.
    #[wasm_bindgen(js_name = zoneSpan)]
    pub fn zone_span(&self, query: JsValue, now: Option<f64>) -> Result<Float64Array, JsValue> {
        let query = convert::query(query)?;
        let (from, until) = answer::zone_span(self.intake.table(), &query, convert::source(now)?);
        Ok(Float64Array::from(&[from as f64, until as f64][..]))
    }

    /// Answers a query. The zone is a table: from instant `i` (ms) on, offset `i` (seconds) holds. `patterns` false
    /// leaves them out, for pictures of rows that are still arriving.
    pub fn view(
        &self,
        query: JsValue,
        zone_instants: &Float64Array,
        zone_offsets: &Int32Array,
        now: Option<f64>,
        patterns: bool,
    ) -> Result<View, JsValue> {
        let query = convert::query(query)?;
        let zone = convert::zone(&query, zone_instants, zone_offsets)?;
        let source = convert::source(now)?;
        let patterns = if patterns { Patterns::Look } else { Patterns::Skip };
        let table = self.intake.table();
        let answer = answer::answer(table, self.intake.reading(), &query, &zone, source, patterns)
            .map_err(|error| failure(&error))?;
        let workflows = self.workflows_of(&query, &zone, source)?;
        let tags = table.tags().into_iter().map(str::to_owned).collect();
        Ok(View { answer, workflows, tags })
    }

    fn workflows_of(&self, query: &Query, zone: &Zone, source: Source) -> Result<Vec<Workflow>, JsValue> {
        let table = self.intake.table();
        let window = answer::window_of(table, query, zone, source).map_err(|error| failure(&error))?;
        Ok(table.workflows(&query.filter.without_workflows(), &window))
    }
}

/// One answer, held so that its picture can be laid out again without counting again.
#[wasm_bindgen]
pub struct View {
    answer: Answer,
    workflows: Vec<Workflow>,
    tags: Vec<String>,
}

#[wasm_bindgen]
impl View {
    /// The response: the bytes of the engine's one writer, UTF-8 JSON.
    pub fn json(&self) -> Uint8Array {
        Uint8Array::from(json::heatmap(&self.answer).as_bytes())
    }

    /// The cells as columns, dense (hourly `24 × date + hour`, daily `date`), one column behind the other.
    pub fn cells(&self) -> Float64Array {
        convert::cells(&self.answer.grid)
    }

    /// Under so many finished executions a cell's state is "few".
    #[wasm_bindgen(getter, js_name = fewRuns)]
    pub fn few_runs(&self) -> u32 {
        FEW_EXECUTIONS as u32
    }

    /// The window's local dates.
    pub fn dates(&self) -> Vec<String> {
        let mut dates = Vec::new();
        for date in &self.answer.grid.dates {
            let mut text = String::new();
            push_date(&mut text, *date);
            dates.push(text);
        }
        dates
    }

    /// The picture, laid out, as the bytes of its JSON.
    pub fn scene(&self, options: JsValue) -> Result<String, JsValue> {
        Ok(json::scene(&picture::lay_out(&self.answer, &convert::picture(&options)?)))
    }

    /// The picture as an SVG file. `theme` is `auto`, `light` or `dark`.
    pub fn svg(&self, options: JsValue, theme: &str) -> Result<String, JsValue> {
        let options = convert::picture(&options)?;
        let scene = picture::lay_out(&self.answer, &options);
        Ok(picture::svg(&scene, &self.answer, convert::theme(theme)?))
    }

    /// The workflows of the window's rows under the other filters, most executions first.
    pub fn workflows(&self) -> Result<JsValue, JsValue> {
        convert::workflows(&self.workflows)
    }

    /// Every tag of the source, sorted.
    pub fn tags(&self) -> Vec<String> {
        self.tags.clone()
    }
}
