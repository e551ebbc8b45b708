//! The engine's filter as a condition in SQL. Values are always bound, never part of the text.

use execution_heatmap::execution::Status;
use execution_heatmap::options::Filter;
use rusqlite::types::Value;

/// A condition and the values of its question marks, in order.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// Begins with ` AND ` unless it is empty.
    pub sql: String,
    /// What its question marks stand for.
    pub values: Vec<Value>,
}

impl Condition {
    /// What [`Filter::admits`] admits, on the columns of `executions`.
    pub fn of(filter: &Filter) -> Self {
        let mut condition = Self::default();
        let texts = |set: &[String]| set.iter().map(|text| Value::Text(text.clone())).collect::<Vec<_>>();
        let statuses = |set: &[Status]| set.iter().map(|status| Value::Integer(code(*status))).collect();
        const TAGGED: &str = "tag_set IN (SELECT tag_set FROM tag_set_members WHERE tag IN (…))";

        condition.and("workflow_id IN (…)", texts(&filter.workflows.any_of));
        condition.and("(workflow_id IS NULL OR workflow_id NOT IN (…))", texts(&filter.workflows.none_of));
        condition.and("status IN (…)", statuses(&filter.statuses.any_of));
        condition.and("status NOT IN (…)", statuses(&filter.statuses.none_of));
        condition.and(TAGGED, texts(&filter.tags.any_of));
        condition.and(&format!("(tag_set IS NULL OR NOT {TAGGED})"), texts(&filter.tags.none_of));
        condition
    }

    /// Adds a condition if there are values for its `…`.
    fn and(&mut self, sql: &str, values: Vec<Value>) {
        if values.is_empty() {
            return;
        }
        let marks = vec!["?"; values.len()].join(",");
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql.replace('…', &marks));
        self.values.extend(values);
    }
}

/// The number under which a status is stored: its position in the vocabulary.
pub fn code(status: Status) -> i64 {
    status as i64
}
