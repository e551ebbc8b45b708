//! What crosses the boundary, in both directions, and nothing else: plain objects of options, typed arrays of cells.

use execution_heatmap::Error;
use execution_heatmap::answer::Source;
use execution_heatmap::execution::Status;
use execution_heatmap::grid::Grid;
use execution_heatmap::options::Query;
use execution_heatmap::picture::look::{Look, look_of};
use execution_heatmap::picture::scene::{Anchor, Node, Scene};
use execution_heatmap::picture::{Layout, PictureOptions, Theme, Words};
use execution_heatmap::table::Workflow;
use execution_heatmap::time::Timestamp;
use execution_heatmap::zone::Zone;
use js_sys::{Float64Array, Int32Array, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// An engine error as a JavaScript `Error` that bears the parameter's name.
pub fn failure(error: &Error) -> JsValue {
    let value = js_sys::Error::new(&error.to_string());
    // A frozen Error class would refuse the property; the message says the same.
    let _ = Reflect::set(&value, &"parameter".into(), &error.parameter().into());
    value.into()
}

fn fault(message: &str) -> JsValue {
    js_sys::Error::new(message).into()
}

/// Reads the object of a query: each key a parameter, each value a text, a number or a list of them.
pub fn query(value: JsValue) -> Result<Query, JsValue> {
    let mut pairs = Vec::new();
    if value.is_object() {
        for entry in Object::entries(value.unchecked_ref::<Object>()).iter() {
            let entry: js_sys::Array = entry.unchecked_into();
            let name = entry.get(0).as_string().unwrap_or_default();
            let value = entry.get(1);
            if value.is_undefined() || value.is_null() {
                continue;
            }
            if name == "thresholds" || !js_sys::Array::is_array(&value) {
                pairs.push((name, text(&value)?));
                continue;
            }
            for item in value.unchecked_into::<js_sys::Array>().iter() {
                pairs.push((name.clone(), text(&item)?));
            }
        }
    }
    Query::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .map_err(|error| failure(&error))
}

/// The text of a value as it would stand in an address: numbers in digits, lists joined by commas.
fn text(value: &JsValue) -> Result<String, JsValue> {
    if let Some(text) = value.as_string() {
        return Ok(text);
    }
    if let Some(number) = value.as_f64() {
        return Ok(number.to_string());
    }
    if js_sys::Array::is_array(value) {
        let parts: Result<Vec<_>, _> = value.unchecked_ref::<js_sys::Array>().iter().map(|item| text(&item)).collect();
        return Ok(parts?.join(","));
    }
    Err(fault("a query takes texts, numbers and lists of them"))
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

/// The cells of a grid as columns.
pub struct CellArrays<'a>(&'a Grid);

impl<'a> CellArrays<'a> {
    pub fn new(grid: &'a Grid) -> Self {
        Self(grid)
    }

    pub fn into_object(self) -> Result<JsValue, JsValue> {
        let cells = &self.0.cells;
        let object = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&object, &name.into(), &value).map(|_| ());
        let states: Vec<u8> = cells.iter().map(|cell| state_number(look_of(self.0.metric, cell))).collect();
        set("state", Uint8Array::from(&states[..]).into())?;
        let levels: Vec<u8> = cells.iter().map(|cell| cell.level).collect();
        set("level", Uint8Array::from(&levels[..]).into())?;
        let floats = |of: &dyn Fn(&execution_heatmap::grid::Cell) -> f64| {
            Float64Array::from(&cells.iter().map(of).collect::<Vec<f64>>()[..]).into()
        };
        set("value", floats(&|cell| cell.value.unwrap_or(f64::NAN)))?;
        set("hours", floats(&|cell| cell.hours()))?;
        set("executions", floats(&|cell| cell.sums.executions() as f64))?;
        set("decided", floats(&|cell| cell.sums.decided() as f64))?;
        set("timed", floats(&|cell| cell.sums.timed as f64))?;
        set("averageDuration", floats(&|cell| cell.sums.average_duration_ms().unwrap_or(f64::NAN)))?;
        for (name, status) in [
            ("completed", Status::Completed),
            ("failed", Status::Failed),
            ("timedOut", Status::TimedOut),
            ("cancelled", Status::Cancelled),
            ("skipped", Status::Skipped),
            ("running", Status::Running),
            ("pending", Status::Pending),
            ("waiting", Status::Waiting),
            ("other", Status::Other),
        ] {
            set(name, floats(&|cell| cell.sums.of(status) as f64))?;
        }
        Ok(object.into())
    }
}

/// The numbers are the places in the package's list of states.
const fn state_number(look: Look) -> u8 {
    match look {
        Look::Level { few: false, .. } => 0,
        Look::Level { few: true, .. } => 1,
        Look::Nothing => 2,
        Look::Unfinished => 3,
        Look::Skipped => 4,
        Look::After => 5,
    }
}

#[derive(Serialize)]
pub struct WorkflowEntry<'a> {
    id: Option<&'a str>,
    name: Option<&'a str>,
    executions: f64,
}

impl WorkflowEntry<'_> {
    pub fn list(workflows: &[Workflow]) -> Result<JsValue, JsValue> {
        let entries: Vec<_> = workflows
            .iter()
            .map(|workflow| WorkflowEntry {
                id: workflow.id.as_deref(),
                name: workflow.name.as_deref(),
                executions: workflow.executions as f64,
            })
            .collect();
        Ok(to_object(&entries)?)
    }
}

fn to_object(value: &impl Serialize) -> Result<JsValue, serde_wasm_bindgen::Error> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())
}

/// What a page asks of the picture's layout.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct PictureRequest {
    width: Option<f64>,
    layout: Option<String>,
    label_size: Option<f64>,
    framed: bool,
    words: Option<WordsRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WordsRequest {
    weekdays: Vec<String>,
    months: Vec<String>,
    hours: Vec<String>,
    first_day: u8,
    weekend: Vec<u8>,
}

impl PictureRequest {
    pub fn read(value: JsValue) -> Result<Self, JsValue> {
        if value.is_undefined() || value.is_null() {
            return Ok(Self::default());
        }
        Ok(serde_wasm_bindgen::from_value(value)?)
    }

    pub fn options(self) -> Result<PictureOptions, JsValue> {
        let mut options = PictureOptions { framed: self.framed, ..PictureOptions::default() };
        if let Some(width) = self.width {
            options.width = width;
        }
        if let Some(label_size) = self.label_size {
            options.label_size = label_size;
        }
        options.layout = match self.layout.as_deref() {
            None | Some("auto") => Layout::Auto,
            Some("wide") => Layout::Wide,
            Some("narrow") => Layout::Narrow,
            Some(_) => return Err(fault("layout: it takes auto, wide or narrow")),
        };
        if let Some(words) = self.words {
            options.words = Words {
                weekdays: exactly(words.weekdays, "words.weekdays: it takes 7 texts")?,
                months: exactly(words.months, "words.months: it takes 12 texts")?,
                hours: exactly(words.hours, "words.hours: it takes 24 texts")?,
                first_day: words.first_day,
                weekend: words.weekend,
            };
        }
        Ok(options)
    }
}

/// As many texts as are needed. Lists come as vectors, since reading arrays of fixed length costs 30 kB of code.
fn exactly<const N: usize>(texts: Vec<String>, otherwise: &str) -> Result<[String; N], JsValue> {
    texts.try_into().map_err(|_| fault(otherwise))
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

/// A scene as a plain object.
#[derive(Serialize)]
pub struct SceneObject<'a> {
    width: f64,
    height: f64,
    #[serde(rename = "labelSize")]
    label_size: f64,
    title: &'a str,
    description: &'a str,
    nodes: Vec<NodeObject<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum NodeObject<'a> {
    Path { class: String, data: &'a str, stroke: f64, dash: Option<[f64; 2]> },
    Text { class: String, x: f64, y: f64, anchor: &'static str, content: &'a str },
}

impl SceneObject<'_> {
    pub fn write(scene: &Scene) -> Result<JsValue, JsValue> {
        let object = SceneObject {
            width: scene.width,
            height: scene.height,
            label_size: scene.label_size,
            title: &scene.title,
            description: &scene.description,
            nodes: scene.nodes.iter().map(NodeObject::of).collect(),
        };
        let object = to_object(&object)?;
        let places = Object::new();
        let set = |name: &str, value: JsValue| Reflect::set(&places, &name.into(), &value).map(|_| ());
        set("columns", Float64Array::from(&scene.places.columns[..]).into())?;
        set("rows", Float64Array::from(&scene.places.rows[..]).into())?;
        set("width", scene.places.width.into())?;
        set("height", scene.places.height.into())?;
        let cells: Vec<i32> = scene.places.cells.iter().map(|cell| cell.map_or(-1, |cell| cell as i32)).collect();
        set("cells", Int32Array::from(&cells[..]).into())?;
        Reflect::set(&object, &"places".into(), &places)?;
        Ok(object)
    }
}

impl<'a> NodeObject<'a> {
    fn of(node: &'a Node) -> NodeObject<'a> {
        match node {
            Node::Path { role, data, stroke, dash } => {
                NodeObject::Path { class: role.class().to_string(), data, stroke: *stroke, dash: *dash }
            }
            Node::Text { role, x, y, anchor, content } => NodeObject::Text {
                class: role.class().to_string(),
                x: *x,
                y: *y,
                anchor: match anchor {
                    Anchor::Start => "start",
                    Anchor::Middle => "middle",
                    Anchor::End => "end",
                },
                content,
            },
        }
    }
}
