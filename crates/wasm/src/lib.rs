//! The boundary: converts what JavaScript hands over, calls the engine, converts what it returns. Computes nothing.
//!
//! Bytes are written straight into a buffer that the engine owns ([`Engine::reserve`], [`Engine::feed`]); cells leave
//! as typed arrays; options come in and small results leave as plain objects. No object crosses for a row.
//!
//! It is built twice: as the module with all features, and as a small one that every page loads first, which reads
//! canonical rows of one source and says of everything else that the other module is needed.
#![allow(missing_docs, reason = "wasm-bindgen's generated items carry none; what is written here does")]

mod convert;
#[cfg(test)]
mod tests;

use convert::failure;
use execution_heatmap::answer::{self, Answer, Memory, Patterns};
use execution_heatmap::bucket::Buckets;
#[cfg(feature = "parts")]
use execution_heatmap::bytes::Broken;
use execution_heatmap::duplicate::Duplicates;
use execution_heatmap::ingest::{Expected, Form, Reader};
use execution_heatmap::intake::Intake;
#[cfg(feature = "parts")]
use execution_heatmap::intake::Range;
use execution_heatmap::options::Query;
use execution_heatmap::picture::look::FEW_EXECUTIONS;
use execution_heatmap::reread::reread;
use execution_heatmap::table::{self, MOST_KEPT_TEXT_BYTES, Order, Table, Workflow};
use execution_heatmap::time::{Timestamp, push_date};
use execution_heatmap::{json, picture};
use js_sys::{Float64Array, Int32Array, Math, Uint8Array};
use wasm_bindgen::prelude::*;

/// The most bytes that rows may take in a page, names and kept texts apart.
const MOST_ROW_BYTES: usize = 1 << 30;

/// One source of rows and what has been read of it.
#[wasm_bindgen]
pub struct Engine {
    intake: Intake,
    /// What earlier views found in the rows.
    memory: Memory,
    /// What was known of the source when it began.
    expected: Expected,
    keeps_places: bool,
    keeps_texts: bool,
    deduplicates: bool,
    /// False if rows are counted and not kept.
    keeps_rows: bool,
    /// The key under which rows carry what tells repeated ones, if they do.
    carries: Option<[u64; 2]>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine that holds nothing.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript knows constructors, not defaults")]
    pub fn new() -> Engine {
        Engine {
            intake: Intake::recognising(false),
            memory: Memory::default(),
            expected: Expected::anything(),
            keeps_places: false,
            keeps_texts: false,
            deduplicates: false,
            keeps_rows: true,
            carries: None,
        }
    }

    /// What the sources that begin from now on are read with: whether to keep where rows lie (8 bytes a row), so that
    /// they can be read again; whether to keep their ids and errors instead, for a source that cannot be; and whether to
    /// look for repeated rows and for the last of several attempts.
    pub fn keep(&mut self, places: bool, texts: bool, identities: bool) {
        self.keeps_places = places;
        self.keeps_texts = texts;
        self.deduplicates = identities;
        self.keeps_rows = true;
        self.carries = None;
    }

    /// Begins a source and drops what was held. `form` is `auto`, `ndjson`, `json`, `csv`, `tsv`, `swf`, `arrow` or
    /// `columns`; `expects_end` is true for a stream that is incomplete without its last control line. `preset` is `auto`
    /// (also where it is absent) or the name of a system, `map` a mapping as JSON; of both the mapping counts.
    pub fn begin(
        &mut self,
        form: &str,
        expects_end: bool,
        preset: Option<String>,
        map: Option<String>,
    ) -> Result<(), JsValue> {
        let expected = expected(form, preset, map)?;
        self.expected = expected.clone();
        let intake = Intake::expecting(expected, expects_end);
        // Whoever made the rows does not know these numbers, and so cannot choose names that collide.
        let chance = || (Math::random() * 9_007_199_254_740_992.0) as u64;
        let mut table = Table::with_key([chance(), chance()]).limited_to(MOST_ROW_BYTES);
        if self.keeps_places {
            table = table.with_places();
        }
        if self.keeps_texts {
            table = table.with_texts(MOST_KEPT_TEXT_BYTES);
        }
        if !self.keeps_rows {
            table = table.without_rows();
        }
        let identities = self.deduplicates.then(|| Duplicates::with_key([chance(), chance()]));
        let intake = intake.onto(table, identities);
        self.intake = match self.carries {
            Some(key) if cfg!(feature = "parts") => intake.carrying(key),
            _ => intake,
        };
        self.memory = Memory::default();
        Ok(())
    }

    /// The response: the bytes of the engine's one writer, UTF-8 JSON. Of a view's frame, dates and cells alone, so that
    /// it can be written when someone asks for it, whatever has become of the view.
    pub fn response(before: &str, after: &str, dates: &str, cells: &[f64]) -> Uint8Array {
        Uint8Array::from(&convert::response([before, after], dates, cells)[..])
    }

    /// What the source was taken for and why, in a sentence without a full stop; absent until the first row. The module
    /// with forms adds what is odd about its fields.
    pub fn recognised(&self) -> Option<String> {
        let words = self.intake.recognised()?.to_owned();
        Some(if cfg!(feature = "forms") { words + &self.intake.reader().remark() } else { words })
    }

    /// True once it shows that this module cannot read the source and the one with forms has to: nothing of it was kept.
    #[wasm_bindgen(getter, js_name = needsForms)]
    pub fn needs_forms(&self) -> bool {
        self.intake.needs_forms()
    }

    /// True once memory did not suffice for another row: nothing that follows is read.
    #[wasm_bindgen(getter, js_name = isFull)]
    pub fn is_full(&self) -> bool {
        self.intake.is_full()
    }

    /// Some of the rows of cells of a view, as the bytes of its JSON: `cells` by number, failed ones first and then the
    /// slowest if `worst` is true, else by start.
    pub fn rows(&self, view: &View, cells: &[u32], worst: bool, offset: usize, limit: usize) -> String {
        let buckets = Buckets::new(&view.answer.window, &view.answer.zone);
        let cells: Vec<usize> = cells.iter().map(|cell| *cell as usize).collect();
        let order = if worst { Order::Worst } else { Order::Start };
        let of = table::View::of(&view.query, &view.answer.window, &buckets);
        let rows = self.intake.table().rows_of(&of, view.answer.grid.granularity, &cells, order, (offset, limit));
        json::rows(&rows)
    }

    /// How many bytes of a source lie before its first row; they are the `head` that its rows need to be read again.
    #[wasm_bindgen(js_name = headBytes)]
    pub fn head_bytes(&self, source: u16) -> Option<f64> {
        self.intake.table().first_offset(source).map(|offset| offset as f64)
    }

    /// What only its source holds of the row that `bytes` begin with, as the bytes of its JSON; absent if the row is not
    /// whole there. `is_end` is true if nothing follows the bytes.
    #[wasm_bindgen(js_name = readRow)]
    pub fn read_row(&self, head: &[u8], bytes: &[u8], is_end: bool) -> Option<String> {
        // An engine that gathers what others read finds out again what they found.
        let reader = Reader::expecting(self.intake.understood().unwrap_or_else(|| self.expected.clone()));
        reread(reader, head, bytes, is_end).map(|texts| json::row_texts(&texts))
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

    /// Reading was given up, for a reason; bytes of a row that is not whole are no row.
    pub fn stop(&mut self, why: &str) {
        self.intake.stop(why);
    }

    /// The form and the preset with which a row of this source is read again, as [`Engine::known`] gives them.
    pub fn understood(&self) -> Option<Vec<String>> {
        names(&self.intake.understood()?)
    }

    /// `[rows read, unreadable, without a start, oldest start in ms or NaN, newest start in ms or NaN]`.
    pub fn progress(&self) -> Float64Array {
        let (reading, table) = (self.intake.reading(), self.intake.table());
        let instant = |at: Option<Timestamp>| at.map_or(f64::NAN, |at| at.ms() as f64);
        Float64Array::from(
            &[
                reading.read as f64,
                reading.unreadable as f64,
                (reading.no_start + table.unstarted()) as f64,
                instant(table.oldest()),
                instant(table.newest()),
            ][..],
        )
    }

    /// The first characters of a source that is of no form that is read.
    pub fn unrecognised(&self) -> Option<String> {
        self.intake.unrecognised().map(|source| source.starts_with.clone())
    }

    /// What a source of no form that is read looks like, in a sentence.
    #[wasm_bindgen(js_name = unrecognisedHint)]
    pub fn unrecognised_hint(&self) -> Option<String> {
        self.intake.unrecognised().filter(|_| cfg!(feature = "forms"))?.hint.map(str::to_owned)
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
    /// leaves them out, for pictures of rows that are still arriving; `each_workflow` false looks at all executions together
    /// alone.
    pub fn view(
        &mut self,
        query: JsValue,
        zone_instants: &Float64Array,
        zone_offsets: &Int32Array,
        now: Option<f64>,
        patterns: bool,
        each_workflow: bool,
    ) -> Result<View, JsValue> {
        let query = convert::query(query)?;
        let zone = convert::zone(&query, zone_instants, zone_offsets)?;
        let source = convert::source(now)?;
        let patterns = match (patterns, each_workflow) {
            (true, true) => Patterns::Look,
            (true, false) => Patterns::OfAll,
            (false, _) => Patterns::Skip,
        };
        let table = self.intake.table();
        let memory = &mut self.memory;
        let answer = answer::answer_from(memory, table, self.intake.reading(), &query, &zone, source, patterns)
            .map_err(|error| failure(&error))?;
        let others = query.filter.without_workflows();
        let workflows = memory.counts.workflows(table, &others, query.counting, &answer.window);
        let tags = table.tags().into_iter().map(str::to_owned).collect();
        Ok(View { answer, query, workflows, tags })
    }
}

/// What only gathering from several sources or several engines asks for.
#[cfg(feature = "parts")]
#[wasm_bindgen]
impl Engine {
    /// Begins another source, whose rows are added to those that are held; it takes what [`Engine::begin`] takes.
    #[wasm_bindgen(js_name = beginNext)]
    pub fn begin_next(
        &mut self,
        form: &str,
        expects_end: bool,
        preset: Option<String>,
        map: Option<String>,
    ) -> Result<(), JsValue> {
        self.intake.begin_next(expected(form, preset, map)?, expects_end);
        Ok(())
    }

    /// Of the sources that begin from now on rows are counted and not kept, so that memory is bounded by workflows,
    /// statuses, tags and quarters of an hour. [`Engine::keep`] takes it back.
    #[wasm_bindgen(js_name = keepNone)]
    pub fn keep_none(&mut self) {
        self.keep(false, false, false);
        self.keeps_rows = false;
    }

    /// The key under which this engine looks for repeated rows, 16 bytes; absent if it does not.
    #[wasm_bindgen(js_name = identityKey)]
    pub fn identity_key(&self) -> Option<Vec<u8>> {
        self.intake.identity_key().map(|key| key.map(u64::to_le_bytes).concat())
    }

    /// The sources that begin from now on carry what tells their repeated rows to the engine with this key, which gathers
    /// their parts. [`Engine::keep`] takes it back.
    #[wasm_bindgen(js_name = carryIdentities)]
    pub fn carry_identities(&mut self, key: &[u8]) {
        let half = |at: usize| key.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
        self.carries = half(0).zip(half(8)).map(|(low, high)| [low, high]);
    }

    /// What was read, in pieces that [`Engine::absorb`] takes.
    #[wasm_bindgen(js_name = takePart)]
    pub fn take_part(&self) -> Vec<Uint8Array> {
        let mut pieces = Vec::new();
        self.intake.write_part(&mut |piece| pieces.push(Uint8Array::from(piece)));
        pieces
    }

    /// Adds what another engine read of a part of a source: `lines` and `offset` are what of the source lies before what
    /// it was read from, `source` says which of several it is. Parts come in their order.
    pub fn absorb(&mut self, pieces: Vec<Uint8Array>, lines: f64, offset: f64, source: u16) -> Result<(), JsValue> {
        let mut pieces = pieces.into_iter().map(|piece| piece.to_vec());
        let shift = table::Shift { offset: offset as i64 as u64, source };
        let absorbed = self.intake.absorb(&mut || pieces.next(), Range { lines: lines as i64, shift });
        absorbed.map_err(|Broken| convert::fault("a part of a reading is broken"))
    }

    /// No bytes follow; whether the source was whole is for the engine to say that absorbs the parts.
    pub fn close(&mut self) {
        self.intake.finish_stretch();
    }

    /// Bytes of a row that is not yet whole.
    pub fn pending(&self) -> usize {
        self.intake.reader().pending()
    }

    /// True if what follows would read the same in an engine of its own.
    #[wasm_bindgen(js_name = isBetweenRows)]
    pub fn is_between_rows(&self) -> bool {
        self.intake.reader().is_between_rows()
    }

    /// Line feeds before the row that comes next.
    pub fn lines(&self) -> f64 {
        self.intake.reader().lines() as f64
    }

    /// The form and the preset by which parts of this source are read apart, known from the first row on: two texts, of
    /// which the preset's is empty under a mapping. Absent where a part cannot be read by itself.
    pub fn known(&self) -> Option<Vec<String>> {
        names(&self.intake.known()?)
    }
}

/// What a caller says of a source, as [`Engine::begin`] takes it.
fn expected(form: &str, preset: Option<String>, map: Option<String>) -> Result<Expected, JsValue> {
    let refused = |words: String| convert::fault(&words);
    let mut expected = Expected::anything().preset(preset.as_deref().unwrap_or("auto")).map_err(refused)?;
    if let Some(map) = map {
        expected = expected.map(&map).map_err(refused)?;
    }
    if form != "auto" {
        let form = Form::named(form)
            .ok_or_else(|| convert::fault("form: it takes auto, ndjson, json, csv, tsv, swf, arrow or columns"))?;
        expected = expected.form(form);
    }
    Ok(expected)
}

/// The names of a form and a preset; an empty text for one that has none.
fn names(expected: &Expected) -> Option<Vec<String>> {
    let form = expected.known_form()?.name();
    Some(vec![form.to_owned(), expected.known_system().unwrap_or_default().to_owned()])
}

/// One answer, held so that its picture can be laid out again without counting again.
#[wasm_bindgen]
pub struct View {
    answer: Answer,
    query: Query,
    workflows: Vec<Workflow>,
    tags: Vec<String>,
}

#[wasm_bindgen]
impl View {
    /// The text of the response before its cells and behind them; [`Engine::response`] puts it together.
    pub fn frame(&self) -> Vec<String> {
        json::frame(&self.answer).into()
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

    /// The window's local dates, separated by blanks.
    pub fn dates(&self) -> String {
        let mut dates = String::new();
        for date in &self.answer.grid.dates {
            if !dates.is_empty() {
                dates.push(' ');
            }
            push_date(&mut dates, *date);
        }
        dates
    }

    /// The picture, laid out, as the bytes of its JSON.
    pub fn scene(&self, options: JsValue) -> Result<String, JsValue> {
        convert::picture_is_there()?;
        Ok(json::scene(&picture::lay_out(&self.answer, &convert::picture(&options)?)))
    }

    /// The picture as an SVG file. `theme` is `auto`, `light` or `dark`.
    pub fn svg(&self, options: JsValue, theme: &str) -> Result<String, JsValue> {
        convert::picture_is_there()?;
        let options = convert::picture(&options)?;
        let scene = picture::lay_out(&self.answer, &options);
        Ok(picture::svg(&scene, &self.answer, convert::theme(theme)?))
    }

    /// The workflows of the window's rows under the other filters, most executions first: of each its id, its name and
    /// its executions.
    pub fn workflows(&self) -> Vec<JsValue> {
        convert::workflows(&self.workflows)
    }

    /// Every tag of the source, sorted.
    pub fn tags(&self) -> Vec<String> {
        self.tags.clone()
    }
}
