//! The one writer of JSON: every surface passes its bytes on. Numbers are the shortest decimals that read back as the
//! same number, whole ones without a fraction; a number that is none becomes `null`. It decides nothing.

use crate::answer::Answer;
use crate::cube::Sums;
use crate::execution::Status;
use crate::pattern::{Finding, Kind};
use crate::table::Workflow;
use crate::time::Timestamp;
use std::fmt::Write;

/// The heatmap: an answer in the form that every surface gives.
pub fn heatmap(answer: &Answer) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.field("metric", |json| json.text(answer.grid.metric.name()));
        json.field("granularity", |json| json.text(answer.grid.granularity.name()));
        dates(json, answer);
        json.field("cells", |json| cells(json, answer));
        json.field("scale", |json| scale(json, answer));
        json.field("patterns_detected", |json| {
            json.array(&answer.patterns, |json, finding| json.text(&finding.sentence));
        });
        json.field("time_zone", |json| json.text(answer.zone.name()));
        json.field("days", |json| json.whole(answer.window.days()));
        json.field("until", |json| json.text(&answer.window.until.to_text()));
        json.field("complete", |json| json.truth(answer.incomplete.is_none()));
        json.field("incomplete_reason", |json| json.text_or_null(answer.incomplete.as_deref()));
        json.field("totals", |json| totals(json, &answer.totals));
        json.field("other_statuses", |json| {
            json.object(|json| {
                for (word, count) in &answer.other_statuses {
                    json.field(word, |json| json.whole(*count));
                }
            });
        });
        json.field("rows", |json| account(json, answer));
        json.field("problems", |json| {
            json.array(&answer.problems, |json, problem| {
                json.object(|json| {
                    json.field("line", |json| json.whole(problem.line));
                    json.field("kind", |json| json.text(problem.kind.name()));
                    json.field("message", |json| json.text(&problem.message));
                });
            });
        });
        json.field("patterns", |json| json.array(&answer.patterns, pattern));
        json.field("advice", |json| json.array::<()>(&[], |_, ()| {}));
        json.field("notices", |json| json.array(&answer.notices, |json, notice| json.text(notice)));
    });
    json.out
}

/// The totals of an answer without its cells.
pub fn stats(answer: &Answer) -> String {
    let mut json = Json::default();
    json.object(|json| {
        dates(json, answer);
        json.field("time_zone", |json| json.text(answer.zone.name()));
        json.field("totals", |json| totals(json, &answer.totals));
    });
    json.out
}

/// The workflows that a filter can offer.
pub fn workflows(workflows: &[Workflow]) -> String {
    let mut json = Json::default();
    json.object(|json| {
        json.field("workflows", |json| {
            json.array(workflows, |json, workflow| {
                json.object(|json| {
                    json.field("id", |json| json.text_or_null(workflow.id.as_deref()));
                    json.field("name", |json| json.text_or_null(workflow.name.as_deref()));
                    json.field("executions", |json| json.whole(workflow.executions));
                });
            });
        });
    });
    json.out
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
    json.object(|json| {
        json.field("workspaces", |json| {
            json.array(workspaces, |json, workspace| {
                json.object(|json| {
                    json.field("id", |json| json.text(&workspace.id));
                    json.field("executions", |json| json.whole(workspace.executions));
                    json.field("oldest", |json| json.text_or_null(workspace.oldest.map(Timestamp::to_text).as_deref()));
                    json.field("newest", |json| json.text_or_null(workspace.newest.map(Timestamp::to_text).as_deref()));
                });
            });
        });
    });
    json.out
}

fn dates(json: &mut Json, answer: &Answer) {
    json.field("start_date", |json| json.shown(answer.window.start_date));
    json.field("end_date", |json| json.shown(answer.window.end_date));
}

fn cells(json: &mut Json, answer: &Answer) {
    let filled = answer.grid.placed().filter(|(_, _, cell)| cell.sums.executions() > 0);
    json.array_of(filled, |json, (date, hour, cell)| {
        json.object(|json| {
            json.field("date", |json| json.shown(date));
            if let Some(hour) = hour {
                json.field("hour", |json| json.whole(hour));
            }
            json.field("value", |json| json.number(cell.value));
            json.field("count", |json| json.whole(cell.sums.executions()));
            json.field("level", |json| json.whole(cell.level));
            if cell.changed_by_clock {
                json.field("hours", |json| json.number(Some(cell.hours())));
            }
        });
    });
}

fn scale(json: &mut Json, answer: &Answer) {
    let scale = &answer.grid.scale;
    json.object(|json| {
        json.field("min", |json| json.number(scale.min));
        json.field("max", |json| json.number(scale.max));
        json.field("levels", |json| {
            json.array(&scale.levels, |json, level| {
                json.object(|json| {
                    json.field("level", |json| json.whole(level.level));
                    json.field("label", |json| json.text(&level.label));
                    json.field("range", |json| match level.range {
                        None => json.null(),
                        Some((from, to)) => json.array(&[from, to], |json, end| json.number(Some(*end))),
                    });
                });
            });
        });
    });
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
    json.object(|json| {
        json.field("executions", |json| json.whole(sums.executions()));
        for status in ORDER {
            json.field(status.name(), |json| json.whole(sums.of(status)));
        }
        json.field("success_rate", |json| json.number(sums.success_rate()));
        json.field("average_duration_ms", |json| json.number(sums.average_duration_ms()));
    });
}

fn account(json: &mut Json, answer: &Answer) {
    let rows = &answer.account;
    json.object(|json| {
        for (name, count) in [
            ("read", rows.read),
            ("placed", rows.placed),
            ("no_start", rows.no_start),
            ("outside_window", rows.outside_window),
            ("filtered", rows.filtered),
            ("duplicate", rows.duplicate),
            ("unreadable", rows.unreadable),
        ] {
            json.field(name, |json| json.whole(count));
        }
    });
}

fn pattern(json: &mut Json, finding: &Finding) {
    let (held, units, count, of) = match finding.kind {
        Kind::FailureWindow => ("weeks_held", "weeks", "failed", "decided"),
        Kind::VolumePeak => ("days_held", "days", "inside", "executions"),
    };
    json.object(|json| {
        json.field("kind", |json| json.text(finding.kind.name()));
        json.field("sentence", |json| json.text(&finding.sentence));
        json.field("series", |json| json.object(|json| json.field("all", |json| json.truth(true))));
        json.field("window", |json| {
            json.object(|json| {
                json.field("weekdays", |json| json.array(&finding.window.weekdays, |json, day| json.whole(*day)));
                json.field("from_hour", |json| json.whole(finding.window.from_hour));
                json.field("to_hour", |json| json.whole(finding.window.to_hour));
            });
        });
        json.field("effect", |json| {
            json.object(|json| {
                json.field("inside", |json| json.number(Some(finding.inside)));
                json.field("outside", |json| json.number(Some(finding.outside)));
            });
        });
        json.field("evidence", |json| {
            json.object(|json| {
                json.field(held, |json| json.whole(finding.held));
                json.field(units, |json| json.whole(finding.units));
                json.field(count, |json| json.whole(finding.count));
                json.field(of, |json| json.whole(finding.of));
                json.field("expected", |json| json.number(Some(finding.expected)));
                json.field("from", |json| json.shown(finding.from));
                json.field("to", |json| json.shown(finding.to));
                json.field("by_week", |json| {
                    json.array(&finding.weeks, |json, (monday, held)| {
                        json.object(|json| {
                            json.field("week", |json| json.shown(monday));
                            json.field("held", |json| match held {
                                Some(held) => json.truth(*held),
                                None => json.null(),
                            });
                        });
                    });
                });
            });
        });
        json.field("p_adjusted", |json| json.number(Some(finding.p_adjusted)));
        json.field("cells", |json| {
            json.array(&finding.cells, |json, (date, hour)| {
                json.out.push('[');
                json.shown(date);
                json.out.push(',');
                json.whole(*hour);
                json.out.push(']');
            });
        });
    });
}

/// JSON in the making. Commas are placed by looking at what was written last.
#[derive(Default)]
struct Json {
    out: String,
}

impl Json {
    fn separate(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(['{', '[', ':']) {
            self.out.push(',');
        }
    }

    fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.out.push('{');
        fields(self);
        self.out.push('}');
    }

    fn field(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        self.separate();
        self.text(name);
        self.out.push(':');
        value(self);
    }

    fn array<T>(&mut self, items: &[T], each: impl FnMut(&mut Self, &T)) {
        self.array_of(items, each);
    }

    fn array_of<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Self, T)) {
        self.out.push('[');
        for item in items {
            self.separate();
            each(self, item);
        }
        self.out.push(']');
    }

    fn null(&mut self) {
        self.out.push_str("null");
    }

    fn truth(&mut self, value: bool) {
        self.out.push_str(if value { "true" } else { "false" });
    }

    fn whole(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    fn number(&mut self, value: Option<f64>) {
        match value {
            // Rust writes the shortest digits that read back, and never an exponent; minus zero is zero.
            Some(value) if value.is_finite() => self.whole(value + 0.0),
            _ => self.null(),
        }
    }

    /// A value whose text needs no escaping, in quotes.
    fn shown(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "\"{value}\"");
    }

    fn text_or_null(&mut self, value: Option<&str>) {
        match value {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    fn text(&mut self, value: &str) {
        push_text(&mut self.out, value);
    }
}

/// Appends a text as a JSON string.
pub fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if (control as u32) < 0x20 || control == '\u{7f}' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back_whatever_they_hold() {
        for text in
            ["", "plain", "\"quoted\" \\ back", "line\nbreak\ttab\u{0}\u{1f}\u{7f}", "</script>\u{202e}é🙂\u{2028}"]
        {
            let mut json = Json::default();
            json.text(text);
            assert_eq!(serde_json::from_str::<String>(&json.out).unwrap(), text);
        }
    }

    #[test]
    fn numbers_are_the_shortest_that_read_back() {
        let check = |value: f64, expected: &str| {
            let mut json = Json::default();
            json.number(Some(value));
            assert_eq!(json.out, expected);
        };
        check(1.0, "1");
        check(0.1 + 0.2, "0.30000000000000004");
        check(1.0 / 3.0, "0.3333333333333333");
        check(-0.0, "0");
        check(1e21, "1000000000000000000000");
        check(f64::NAN, "null");
        check(f64::INFINITY, "null");
    }

    #[test]
    fn a_comma_that_a_text_ends_with_is_no_separator() {
        let mut json = Json::default();
        json.array(&["[", "{", ":", ","], |json, text| json.text(text));
        assert_eq!(json.out, r#"["[","{",":",","]"#);
    }
}
