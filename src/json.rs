//! The one writer of JSON: every surface passes its bytes on. Numbers are the shortest decimals that read back as the
//! same number, whole ones without a fraction; a number that is none becomes `null`. It decides nothing.

mod writer;

use crate::answer::Answer;
use crate::cube::Sums;
use crate::execution::Status;
use crate::number;
use crate::pattern::{Effect, Fact, Finding, Whose, told};
use crate::picture::scene::{Node, Scene};
use crate::reread::RowTexts;
use crate::table::{Rows, Workflow};
use crate::time::{Timestamp, date_text};
use writer::Json;
pub use writer::push_text;

/// What the response says of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The metric's value.
    pub value: Option<f64>,
    /// How many executions; a cell without any is left out.
    pub executions: u64,
    /// 0 to 4.
    pub level: u8,
    /// Its length in hours, which is told where it is not one.
    pub hours: f64,
}

/// The heatmap: an answer in the form that every surface gives.
pub fn heatmap(answer: &Answer) -> String {
    let [before, after] = frame(answer);
    let texts: Vec<String> = answer.grid.dates.iter().map(|date| date_text(*date)).collect();
    let dates: Vec<&str> = texts.iter().map(String::as_str).collect();
    let cells = &answer.grid.cells;
    let told = |place: usize| {
        let cell = cells.get(place)?;
        let (value, executions) = (cell.value, cell.sums.executions());
        Some(Told { value, executions, level: cell.level, hours: cell.hours() })
    };
    String::from_utf8(framed([&before, &after], &dates, cells.len(), &told)).unwrap_or_default()
}

/// A heatmap's text before its cells and behind them.
pub fn frame(answer: &Answer) -> [String; 2] {
    let mut json = Json::default();
    json.open('{');
    json.text_of("metric", answer.grid.metric.name());
    json.text_of("granularity", answer.grid.granularity.name());
    dates(&mut json, answer);
    json.key("cells");
    json.open('[');
    let before = std::mem::take(&mut json.out);
    json.close(']');
    json.key("scale");
    scale(&mut json, answer);
    json.key("patterns_detected");
    json.texts(&mut told(&answer.patterns).iter().map(|finding| &*finding.sentence));
    json.text_of("time_zone", answer.zone.name());
    json.whole_of("days", answer.window.days() as u64);
    json.text_of("until", &answer.window.until.to_text());
    json.key("complete");
    json.truth(answer.incomplete.is_none());
    json.text_or_null_of("incomplete_reason", answer.incomplete.as_deref());
    json.key("totals");
    totals(&mut json, &answer.totals);
    json.key("other_statuses");
    json.open('{');
    for (word, count) in &answer.other_statuses {
        json.whole_of(word, *count);
    }
    json.close('}');
    json.key("rows");
    account(&mut json, answer);
    json.key("problems");
    json.open('[');
    for problem in &answer.problems {
        json.open('{');
        json.whole_of("line", problem.line);
        json.text_of("kind", problem.kind.name());
        json.text_of("message", &problem.message);
        json.close('}');
    }
    json.close(']');
    json.key("patterns");
    json.open('[');
    for finding in told(&answer.patterns) {
        pattern(&mut json, finding);
    }
    json.close(']');
    json.key("advice");
    json.open('[');
    for finding in told(&answer.advice) {
        pattern(&mut json, finding);
    }
    json.close(']');
    json.key("notices");
    json.texts(&mut answer.notices.iter().map(|notice| &**notice));
    json.close('}');
    [before, json.out]
}

/// A heatmap of its frame and its cells, as bytes of UTF-8: of each date as many cells as there are of all, by hours
/// if there are several. Most of a response is cells, so they are written piece by piece of what does not change.
pub fn framed(
    [before, after]: [&str; 2],
    dates: &[&str],
    cells: usize,
    told: &dyn Fn(usize) -> Option<Told>,
) -> Vec<u8> {
    const MOST_BYTES: usize = 104;
    let a_date = cells / dates.len().max(1);
    let mut out = Vec::with_capacity(before.len() + cells * MOST_BYTES + after.len());
    out.extend_from_slice(before.as_bytes());
    let mut is_first = true;
    for (date, first) in dates.iter().zip((0..).step_by(a_date.max(1))) {
        let day = ["{\"date\":\"", date, if a_date > 1 { "\",\"hour\":" } else { "\"" }].concat();
        for hour in 0..a_date {
            let Some(cell) = told(first + hour).filter(|cell| cell.executions > 0) else { continue };
            if !is_first {
                out.push(b',');
            }
            is_first = false;
            out.extend_from_slice(day.as_bytes());
            if a_date > 1 {
                number::write_whole(&mut out, hour as u64);
            }
            out.extend_from_slice(b",\"value\":");
            match cell.value.filter(|value| value.is_finite()) {
                Some(value) => number::write(&mut out, value + 0.0),
                None => out.extend_from_slice(b"null"),
            }
            out.extend_from_slice(b",\"count\":");
            number::write_whole(&mut out, cell.executions);
            out.extend_from_slice(b",\"level\":");
            number::write_whole(&mut out, cell.level.into());
            if cell.hours != 1.0 {
                out.extend_from_slice(b",\"hours\":");
                number::write(&mut out, cell.hours);
            }
            out.push(b'}');
        }
    }
    out.extend_from_slice(after.as_bytes());
    out
}

/// The totals of an answer without its cells.
pub fn stats(answer: &Answer) -> String {
    let mut json = Json::default();
    json.open('{');
    dates(&mut json, answer);
    json.text_of("time_zone", answer.zone.name());
    json.key("totals");
    totals(&mut json, &answer.totals);
    json.close('}');
    json.out
}

/// The workflows that a filter can offer.
pub fn workflows(workflows: &[Workflow]) -> String {
    let mut json = Json::default();
    json.open('{');
    json.key("workflows");
    json.open('[');
    for workflow in workflows {
        json.open('{');
        json.text_or_null_of("id", workflow.id.as_deref());
        json.text_or_null_of("name", workflow.name.as_deref());
        json.whole_of("executions", workflow.executions);
        json.close('}');
    }
    json.close(']');
    json.close('}');
    json.out
}

/// Some of the rows of cells, as far as a table holds them.
pub fn rows(page: &Rows<'_>) -> String {
    let mut json = Json::default();
    json.open('{');
    json.key("rows");
    json.open('[');
    for row in &page.rows {
        json.open('{');
        json.text_or_null_of("workflow_id", row.workflow_id);
        json.text_or_null_of("workflow", row.workflow);
        json.text_of("status", row.status.name());
        json.text_of("status_word", row.status_word);
        json.number_of(if row.has_started { "started_at" } else { "due_at" }, Some(row.at.ms() as f64));
        json.number_of("duration_ms", row.duration_ms.map(|ms| ms as f64));
        json.number_of("waited_ms", row.waited_ms.map(|ms| ms as f64));
        json.key("tags");
        json.texts(&mut row.tags.iter().copied());
        json.key("retry");
        json.truth(row.is_retry);
        if let Some(place) = row.place {
            json.whole_of("source", place.source.into());
            json.whole_of("offset", place.offset);
        }
        match &row.texts {
            Some(texts) => texts_of(&mut json, texts),
            None if row.has_lost_texts => {
                json.key("lost_texts");
                json.truth(true);
            }
            None => {}
        }
        json.close('}');
    }
    json.close(']');
    json.whole_of("total", page.total);
    json.close('}');
    json.out
}

/// What only its source holds of a row.
pub fn row_texts(texts: &RowTexts) -> String {
    let mut json = Json::default();
    json.open('{');
    texts_of(&mut json, texts);
    json.close('}');
    json.out
}

fn texts_of(json: &mut Json, texts: &RowTexts) {
    json.text_or_null_of("id", texts.id.as_deref());
    json.whole_of("attempt", texts.attempt.into());
    json.text_or_null_of("error", texts.error.as_deref());
}

/// What a database holds, one object a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its name.
    pub id: String,
    /// Executions in it.
    pub executions: u64,
    /// The oldest start.
    pub oldest: Option<Timestamp>,
    /// The newest start.
    pub newest: Option<Timestamp>,
}

/// The workspaces that a caller may read.
pub fn workspaces(workspaces: &[Workspace]) -> String {
    let mut json = Json::default();
    json.open('{');
    json.key("workspaces");
    json.open('[');
    for workspace in workspaces {
        json.open('{');
        json.text_of("id", &workspace.id);
        json.whole_of("executions", workspace.executions);
        json.text_or_null_of("oldest", workspace.oldest.map(Timestamp::to_text).as_deref());
        json.text_or_null_of("newest", workspace.newest.map(Timestamp::to_text).as_deref());
        json.close('}');
    }
    json.close(']');
    json.close('}');
    json.out
}

/// A scene for whoever builds nodes from it: lengths in CSS pixels, roles by their classes, and where the cells lie, with
/// -1 where there is none.
pub fn scene(scene: &Scene) -> String {
    let mut json = Json::default();
    json.open('{');
    json.number_of("width", Some(scene.width));
    json.number_of("height", Some(scene.height));
    json.number_of("labelSize", Some(scene.label_size));
    json.text_of("title", &scene.title);
    json.text_of("description", &scene.description);
    json.key("nodes");
    json.open('[');
    for node in &scene.nodes {
        json.open('{');
        json.text_of("class", node.role().class());
        match node {
            Node::Path { data, stroke, dash, .. } => {
                json.text_of("kind", "path");
                json.text_of("data", data);
                json.number_of("stroke", Some(*stroke));
                match dash {
                    Some(dash) => json.numbers_of("dash", dash),
                    None => json.text_or_null_of("dash", None),
                }
            }
            Node::Text { x, y, anchor, content, .. } => {
                json.text_of("kind", "text");
                json.number_of("x", Some(*x));
                json.number_of("y", Some(*y));
                json.text_of("anchor", anchor.name());
                json.text_of("content", content);
            }
        }
        json.close('}');
    }
    json.close(']');
    let places = &scene.places;
    json.key("places");
    json.open('{');
    json.number_of("width", Some(places.width));
    json.number_of("height", Some(places.height));
    json.numbers_of("columns", &places.columns);
    json.numbers_of("rows", &places.rows);
    json.key("cells");
    json.open('[');
    for cell in &places.cells {
        json.number(Some(cell.map_or(-1.0, f64::from)));
    }
    json.close(']');
    json.close('}');
    json.close('}');
    json.out
}

fn dates(json: &mut Json, answer: &Answer) {
    json.date_of("start_date", answer.window.start_date);
    json.date_of("end_date", answer.window.end_date);
}

fn scale(json: &mut Json, answer: &Answer) {
    let scale = &answer.grid.scale;
    json.open('{');
    json.number_of("min", scale.min);
    json.number_of("max", scale.max);
    json.key("levels");
    json.open('[');
    for level in &scale.levels {
        json.open('{');
        json.whole_of("level", u64::from(level.level));
        json.text_of("label", &level.label);
        json.key("range");
        match level.range {
            None => json.null(),
            Some((from, to)) => {
                json.open('[');
                json.number(Some(from));
                json.number(Some(to));
                json.close(']');
            }
        }
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

fn totals(json: &mut Json, sums: &Sums) {
    // The order in which the response lists them, which is not the vocabulary's.
    const ORDER: [Status; 9] = [
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
    json.open('{');
    json.whole_of("executions", sums.executions());
    for status in ORDER {
        json.whole_of(status.name(), sums.of(status));
    }
    json.number_of("success_rate", sums.success_rate());
    json.number_of("average_duration_ms", sums.average_duration_ms());
    json.close('}');
}

fn account(json: &mut Json, answer: &Answer) {
    let rows = &answer.account;
    json.open('{');
    for (name, count) in [
        ("read", rows.read),
        ("placed", rows.placed),
        ("no_start", rows.no_start),
        ("outside_window", rows.outside_window),
        ("filtered", rows.filtered),
        ("duplicate", rows.duplicate),
        ("unreadable", rows.unreadable),
    ] {
        json.whole_of(name, count);
    }
    json.close('}');
}

fn pattern(json: &mut Json, finding: &Finding) {
    json.open('{');
    json.text_of("kind", finding.kind.name());
    json.text_of("sentence", &finding.sentence);
    json.text_of("how_we_know", &finding.how);
    if let Some(place) = finding.explained_by {
        json.whole_of("explained_by", place as u64);
    }
    json.key("series");
    json.open('{');
    match &finding.whose {
        Whose::Workflow { id, .. } => json.text_of("workflow_id", id),
        Whose::All | Whose::NoWorkflow => {
            json.key("all");
            json.truth(true);
        }
    }
    json.close('}');
    json.key("window");
    match &finding.window {
        Some(window) => {
            json.open('{');
            json.key("weekdays");
            json.open('[');
            window.weekdays.iter().for_each(|day| json.whole(u64::from(*day)));
            json.close(']');
            json.whole_of("from_hour", u64::from(window.from_hour));
            json.whole_of("to_hour", u64::from(window.to_hour));
            json.close('}');
        }
        None => json.null(),
    }
    json.key("effect");
    match finding.effect {
        Some(Effect { inside, outside }) => {
            json.open('{');
            json.number_of("inside", Some(inside));
            json.number_of("outside", Some(outside));
            json.close('}');
        }
        None => json.null(),
    }
    json.key("evidence");
    json.open('{');
    for (name, fact) in &finding.evidence {
        match fact {
            Fact::Count(count) => json.whole_of(name, *count),
            Fact::Number(number) => json.number_of(name, Some(*number)),
            Fact::Date(date) => json.date_of(name, *date),
            Fact::Text(text) => json.text_of(name, text),
        }
    }
    json.date_of("from", finding.from);
    json.date_of("to", finding.to);
    json.key("by_week");
    json.open('[');
    for (monday, held) in &finding.weeks {
        json.open('{');
        json.date_of("week", *monday);
        json.key("held");
        match held {
            Some(held) => json.truth(*held),
            None => json.null(),
        }
        json.close('}');
    }
    json.close(']');
    json.close('}');
    json.number_of("p_adjusted", finding.p_adjusted);
    json.key("cells");
    json.open('[');
    for (date, hour) in &finding.cells {
        json.open('[');
        json.date(*date);
        json.whole(u64::from(*hour));
        json.close(']');
    }
    json.close(']');
    json.close('}');
}

#[cfg(test)]
mod tests;
