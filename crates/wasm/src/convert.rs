//! What crosses the boundary, in both directions, and nothing else: plain objects of options, columns of cells, small
//! results.
//!
//! Options are read property by property: deserialising them would bring the standard library's tables for floats into
//! every reader's download, for the sake of messages about wrong types.

use execution_heatmap::Error;
use execution_heatmap::answer::Source;
use execution_heatmap::execution::Status;
use execution_heatmap::grid::Grid;
use execution_heatmap::json::{self, Told};
use execution_heatmap::number;
use execution_heatmap::options::Query;
use execution_heatmap::picture::look::{Look, look_of};
use execution_heatmap::picture::{Layout, PictureOptions, Theme, Words};
use execution_heatmap::table::Workflow;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;
use js_sys::{Array, Float64Array, Int32Array, Object, Reflect};
use wasm_bindgen::prelude::*;

/// An engine error as a JavaScript `Error` that bears the parameter's name.
pub fn failure(error: &Error) -> JsValue {
    let value = js_sys::Error::new(&error.sentence());
    // A frozen Error class would refuse the property; the message says the same.
    let _ = Reflect::set(&value, &"parameter".into(), &error.parameter().into());
    value.into()
}

/// A JavaScript `Error` with a message.
pub fn fault(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

/// Reads the object of a query: each key a parameter, each value a text, a number or a list of them.
pub fn query(value: JsValue) -> Result<Query, JsValue> {
    let mut pairs = Vec::new();
    if value.is_object() {
        let entries = Object::entries(value.unchecked_ref::<Object>());
        for entry in 0..entries.length() {
            let entry: Array = entries.get(entry).unchecked_into();
            let name = entry.get(0).as_string().unwrap_or_default();
            let value = entry.get(1);
            if is_absent(&value) {
                continue;
            }
            if name == "thresholds" || !Array::is_array(&value) {
                pairs.push((name, text(&value)?));
                continue;
            }
            let values: Array = value.unchecked_into();
            for item in 0..values.length() {
                pairs.push((name.clone(), text(&values.get(item))?));
            }
        }
    }
    Query::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .map_err(|error| failure(&error))
}

fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The text of a value as it would stand in an address: numbers in digits, lists joined by commas.
fn text(value: &JsValue) -> Result<String, JsValue> {
    if let Some(text) = value.as_string() {
        return Ok(text);
    }
    if let Some(number) = value.as_f64() {
        return Ok(number::text(number));
    }
    if !Array::is_array(value) {
        return Err(fault("a query takes texts, numbers and lists of them"));
    }
    let items: &Array = value.unchecked_ref();
    let mut joined = String::new();
    for item in 0..items.length() {
        if item > 0 {
            joined.push(',');
        }
        joined.push_str(&text(&items.get(item))?);
    }
    Ok(joined)
}

/// A live source where there is a clock, else a file.
pub fn source(now: Option<f64>) -> Result<Source, JsValue> {
    match now {
        None => Ok(Source::File),
        Some(now) => {
            let now = Timestamp::from_ms(now as i64).filter(|_| now.is_finite());
            now.map(|now| Source::Live { now }).ok_or_else(|| fault("now: it takes milliseconds since 1970"))
        }
    }
}

/// The zone of a query from its table.
pub fn zone(query: &Query, instants: &Float64Array, offsets: &Int32Array) -> Result<Zone, JsValue> {
    let table: Vec<(i64, i32)> = instants.to_vec().into_iter().map(|at| at as i64).zip(offsets.to_vec()).collect();
    Zone::new(&query.time_zone, &table).map_err(|error| failure(&error))
}

/// The statuses that have a column of their own, in its place.
const STATUSES: [Status; 9] = [
    Status::Completed,
    Status::Failed,
    Status::TimedOut,
    Status::Cancelled,
    Status::Skipped,
    Status::Running,
    Status::Pending,
    Status::Waiting,
    Status::Other,
];

/// What of a cell leaves before its statuses.
const FACTS: usize = 9;

/// The cells as columns, one behind the other: state, level, value, hours, executions, decided, timed, waited, average
/// duration, then the statuses. `COLUMNS` in `js/src/engine.ts` names them in this order.
pub fn cells(grid: &Grid) -> Float64Array {
    let count = grid.cells.len();
    let mut columns = vec![0.0; count * (FACTS + STATUSES.len())];
    for (place, cell) in grid.cells.iter().enumerate() {
        let sums = &cell.sums;
        let facts: [f64; FACTS] = [
            state_number(look_of(grid.metric, cell)),
            f64::from(cell.level),
            cell.value.unwrap_or(f64::NAN),
            cell.hours(),
            sums.executions() as f64,
            sums.decided() as f64,
            sums.timed as f64,
            sums.waited as f64,
            sums.average_duration_ms().unwrap_or(f64::NAN),
        ];
        let numbers = facts.into_iter().chain(STATUSES.into_iter().map(|status| sums.of(status) as f64));
        for (number, column) in numbers.zip(columns.chunks_exact_mut(count)) {
            if let Some(to) = column.get_mut(place) {
                *to = number;
            }
        }
    }
    Float64Array::from(&columns[..])
}

/// The response of its frame, its dates and what [`cells`] gave.
pub fn response(frame: [&str; 2], dates: &str, columns: &[f64]) -> Vec<u8> {
    let count = columns.len() / (FACTS + STATUSES.len());
    let told = |place: usize| {
        let of = |column: usize| columns.get(column * count + place).copied();
        Some(Told {
            value: of(2).filter(|value| !value.is_nan()),
            executions: of(4)? as u64,
            level: of(1)? as u8,
            hours: of(3)?,
        })
    };
    let dates: Vec<&str> = dates.split(' ').collect();
    json::framed(frame, &dates, count, &told)
}

/// The numbers are the places in the package's list of states.
const fn state_number(look: Look) -> f64 {
    match look {
        Look::Level { few: false, .. } => 0.0,
        Look::Level { few: true, .. } => 1.0,
        Look::Nothing => 2.0,
        Look::Unfinished => 3.0,
        Look::Skipped => 4.0,
        Look::After => 5.0,
    }
}

/// A list of workflows as ids, names and numbers of executions behind each other, null where there is none.
pub fn workflows(workflows: &[Workflow]) -> Vec<JsValue> {
    let text = |text: &Option<String>| text.as_deref().map_or(JsValue::NULL, JsValue::from_str);
    let mut entries = Vec::new();
    for workflow in workflows {
        entries.extend([text(&workflow.id), text(&workflow.name), (workflow.executions as f64).into()]);
    }
    entries
}

/// Whether this module can lay out pictures. Inlined, so that what draws is left out where it is never reached.
#[inline(always)]
pub fn picture_is_there() -> Result<(), JsValue> {
    if cfg!(feature = "picture") { Ok(()) } else { Err(fault("this module was built without pictures")) }
}

/// What a page asks of the picture's layout.
pub fn picture(value: &JsValue) -> Result<PictureOptions, JsValue> {
    let mut options = PictureOptions::default();
    if is_absent(value) {
        return Ok(options);
    }
    if let Some(width) = member(value, "width") {
        options.width = width.as_f64().ok_or_else(|| fault("width: it takes a number"))?;
    }
    if let Some(size) = member(value, "labelSize") {
        options.label_size = size.as_f64().ok_or_else(|| fault("labelSize: it takes a number"))?;
    }
    if let Some(framed) = member(value, "framed") {
        options.framed = framed.as_bool().ok_or_else(|| fault("framed: it takes true or false"))?;
    }
    if let Some(layout) = member(value, "layout") {
        options.layout = match layout.as_string().as_deref() {
            Some("auto") => Layout::Auto,
            Some("wide") => Layout::Wide,
            Some("narrow") => Layout::Narrow,
            _ => return Err(fault("layout: it takes auto, wide or narrow")),
        };
    }
    if let Some(words) = member(value, "words") {
        read_words(&words, &mut options.words)?;
    }
    Ok(options)
}

fn read_words(value: &JsValue, words: &mut Words) -> Result<(), JsValue> {
    read_texts(value, "weekdays", &mut words.weekdays)?;
    read_texts(value, "months", &mut words.months)?;
    read_texts(value, "hours", &mut words.hours)?;
    let weekday = |value: &JsValue| value.as_f64().filter(|day| (0.0..=255.0).contains(day)).map(|day| day as u8);
    let first_day = member(value, "firstDay").and_then(|day| weekday(&day));
    words.first_day = first_day.ok_or_else(|| fault("words.firstDay: it takes 1 to 7"))?;
    let weekend = member(value, "weekend").filter(Array::is_array);
    let weekend: Array = weekend.ok_or_else(|| fault("words.weekend: it takes a list of weekdays"))?.unchecked_into();
    words.weekend.clear();
    for day in 0..weekend.length() {
        words.weekend.push(weekday(&weekend.get(day)).ok_or_else(|| fault("words.weekend: it takes 1 to 7"))?);
    }
    Ok(())
}

/// Reads a list of as many texts as there are places.
fn read_texts(value: &JsValue, name: &str, places: &mut [String]) -> Result<(), JsValue> {
    let takes = || {
        let mut message = String::from("words.");
        message.push_str(name);
        message.push_str(": it takes ");
        message.push_str(&number::whole(places.len() as u64));
        message.push_str(" texts");
        fault(&message)
    };
    let list = member(value, name).filter(Array::is_array).ok_or_else(takes)?;
    let list: Array = list.unchecked_into();
    let mut texts = Vec::new();
    for item in 0..list.length() {
        texts.extend(list.get(item).as_string());
    }
    if list.length() as usize != places.len() || texts.len() != places.len() {
        return Err(takes());
    }
    for (place, text) in places.iter_mut().zip(texts) {
        *place = text;
    }
    Ok(())
}

/// A property that is neither undefined nor null.
fn member(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &name.into()).ok().filter(|member| !is_absent(member))
}

/// A theme by name.
pub fn theme(name: &str) -> Result<Theme, JsValue> {
    match name {
        "auto" => Ok(Theme::Auto),
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        _ => Err(fault("theme: it takes auto, light or dark")),
    }
}
