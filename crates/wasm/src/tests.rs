//! The boundary as a browser's worker meets it. These run in headless Chromium, in a worker as on a page; whether the
//! engine counts rightly is asked natively.

use super::*;
use js_sys::{Object, Reflect};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const ROWS: &str = r#"{"id":"1","workflow_id":"7","status":"completed","started_at":"2026-02-16T09:10:00Z","duration_ms":1000}
{"id":"2","workflow_id":"7","status":"failed","started_at":"2026-02-16T09:50:00Z","duration_ms":3000,"tags":["eu"]}
{"id":"3","workflow_id":"8","status":"completed","started_at":"2026-02-17T23:30:00Z"}
"#;

/// An engine that was fed as the worker feeds it: `piece` bytes at a time, written into the module's memory.
fn engine(source: &str, piece: usize) -> Engine {
    let mut engine = Engine::new();
    assert!(engine.begin("auto", false, None, None).is_ok(), "auto is a form");
    for bytes in source.as_bytes().chunks(piece) {
        let place = engine.reserve(bytes.len()) as u32;
        let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), place, bytes.len() as u32).copy_from(bytes);
        engine.feed(bytes.len());
    }
    engine.finish(None);
    engine
}

fn query(pairs: &[(&str, &str)]) -> JsValue {
    let query = Object::new();
    for (name, value) in pairs {
        Reflect::set(&query, &(*name).into(), &(*value).into()).expect("a plain object takes a property");
    }
    query.into()
}

fn view(engine: &mut Engine, pairs: &[(&str, &str)]) -> Result<View, JsValue> {
    // The table of UTC: from the beginning of time, no offset.
    let (instants, offsets) = (Float64Array::from(&[-8.64e15][..]), Int32Array::from(&[0][..]));
    engine.view(query(pairs), &instants, &offsets, None, true, true)
}

fn json(engine: &mut Engine) -> String {
    let view = view(engine, &[("days", "7")]).expect("a week can be asked for");
    let [before, after] = <[String; 2]>::try_from(view.frame()).expect("two texts are around the cells");
    let response = Engine::response(&before, &after, &view.dates(), &view.cells().to_vec());
    String::from_utf8(response.to_vec()).expect("JSON is UTF-8")
}

#[wasm_bindgen_test]
fn rows_come_in_through_the_buffer() {
    let progress = engine(ROWS, ROWS.len()).progress().to_vec();
    assert_eq!(progress, [3.0, 0.0, 0.0, 1_771_233_000_000.0, 1_771_371_000_000.0]);
}

#[wasm_bindgen_test]
fn the_answer_does_not_depend_on_how_bytes_arrive() {
    let whole = json(&mut engine(ROWS, ROWS.len()));
    assert!(whole.contains(r#""executions":3"#) || whole.contains(r#""executions": 3"#), "{whole}");
    for piece in [1, 7, 64] {
        assert_eq!(json(&mut engine(ROWS, piece)), whole, "in pieces of {piece}");
    }
}

#[wasm_bindgen_test]
fn cells_leave_as_columns() {
    let view =
        view(&mut engine(ROWS, 64), &[("days", "7"), ("granularity", "hourly")]).expect("a week can be asked for");
    let (columns, cells) = (view.cells().to_vec(), 24 * view.dates().split(' ').count());
    assert_eq!(columns.len() % cells, 0);
    // The fifth column is that of executions.
    assert_eq!(columns.chunks(cells).nth(4).map(|executions| executions.iter().sum()), Some(3.0));
}

#[wasm_bindgen_test]
fn a_refusal_names_its_parameter() {
    let error = view(&mut engine(ROWS, 64), &[("metric", "sucess_rate")]).err().expect("there is no such metric");
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(
        Reflect::get(&error, &"parameter".into()).ok().and_then(|name| name.as_string()).as_deref(),
        Some("metric")
    );
}

#[wasm_bindgen_test]
fn what_is_no_log_is_told_by_its_beginning() {
    let engine_of_none = engine("\u{7f}ELF\u{2}\u{1}\u{1}", 4);
    assert_eq!(engine_of_none.unrecognised().is_some(), cfg!(feature = "forms"));
    assert_eq!(engine_of_none.needs_forms(), !cfg!(feature = "forms"));
    assert_eq!(engine(ROWS, 64).unrecognised(), None);
    assert!(!engine(ROWS, 64).needs_forms());
}
