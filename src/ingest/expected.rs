//! What a caller knows of a source before it is read: its form, the system it comes from, or a mapping of its own.

use super::custom;
use super::mapping::Mapping;
use super::preset::{self, CANONICAL};
use super::text::excerpt;
use super::{FORMS, Form};

/// What is known of a source beforehand. What is not, is found out.
///
/// ```
/// use execution_heatmap::ingest::{Expected, Form, Reader};
/// let expected = Expected::anything().preset("github").unwrap().form(Form::Json);
/// let mut reader = Reader::expecting(expected);
/// reader.extend(br#"{"workflow_runs":[{"id":1,"status":"queued","created_at":"2024-02-22T06:03:12Z"}]}"#);
/// assert!(reader.next().is_some());
/// assert_eq!(reader.recognised().unwrap(), "read as GitHub Actions runs in JSON, as asked");
/// ```
#[derive(Clone, Debug)]
pub struct Expected {
    pub(super) form: Option<Form>,
    pub(super) rows: Rows,
    /// True if a build without forms was told of rows that it does not know.
    needs_forms: bool,
}

/// Whose rows they are.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// To be found out.
    Any,
    /// Those of a system, by its name.
    Of(&'static str),
    /// As the user's mapping says.
    Own {
        mapping: Box<Mapping>,
        /// Where in a document they are.
        way: Option<Box<str>>,
    },
}

impl Expected {
    /// Nothing is known.
    pub fn anything() -> Self {
        Self::of(None, Rows::Any)
    }

    pub(super) const fn of(form: Option<Form>, rows: Rows) -> Self {
        Self { form, rows, needs_forms: false }
    }

    /// Where in a document the rows are, if that was said.
    pub(super) fn way(&self) -> Option<&str> {
        if let Rows::Own { way, .. } = &self.rows { way.as_deref() } else { None }
    }

    /// True if a reader without forms can read what is expected, or find out that it cannot.
    pub fn is_plain(&self) -> bool {
        let is_canonical = match self.rows {
            Rows::Any => true,
            Rows::Of(name) => name == CANONICAL.name,
            Rows::Own { .. } => false,
        };
        is_canonical && !self.needs_forms && matches!(self.form, None | Some(Form::Ndjson | Form::Csv | Form::Tsv))
    }

    /// The form is known.
    pub fn form(self, form: Form) -> Self {
        Self { form: Some(form), ..self }
    }

    /// The form, if it is known.
    pub fn known_form(&self) -> Option<Form> {
        self.form
    }

    /// The name of the system, if it is known; a mapping of one's own has none.
    pub fn known_system(&self) -> Option<&'static str> {
        if let Rows::Of(name) = self.rows { Some(name) } else { None }
    }

    /// The system is known, by one of the names of [`preset_names`]; `auto` is none.
    ///
    /// # Errors
    /// A sentence that lists the names that there are. A build without forms knows one and leaves the others to a reader
    /// with forms.
    pub fn preset(self, name: &str) -> Result<Self, String> {
        if name == "auto" {
            return Ok(self);
        }
        if name == CANONICAL.name {
            return Ok(Self { rows: Rows::Of(CANONICAL.name), ..self });
        }
        if !FORMS {
            return Ok(Self { needs_forms: true, ..self });
        }
        if name == preset::SWF {
            return Ok(Self { form: Some(Form::Swf), ..self });
        }
        let known = preset_names().find(|known| *known == name);
        let known = known.ok_or_else(|| {
            let mut words = ["the preset is ", &excerpt(name), ", it takes auto"].concat();
            preset_names().for_each(|name| words.extend([", ", name]));
            words
        })?;
        Ok(Self { rows: Rows::Of(known), ..self })
    }

    /// Rows are read by a mapping of the user's own: one JSON object that says where in a row each meaning stands.
    ///
    /// ```json
    /// { "started_at": "run.begin", "status": "result", "statuses": { "OK": "completed", "KO": "failed" },
    ///   "duration": { "field": "secs", "unit": "s" }, "tags": ["env", "region"], "rows": "data.items" }
    /// ```
    ///
    /// A place is the name of a field or column; keys within each other are separated by points, a point within a key
    /// stands behind a backslash. A list of objects with `key` and `value` is gone into as if it were one object. Of
    /// several places in an array the first that says something counts. Of delimited text without a header, places are the
    /// numbers of columns from 1, all of them.
    /// - `started_at`, `finished_at`, `scheduled_at`, `queued_at`, `created_at`: moments. `start_from` names the one of
    ///   the last three that stands in where there is no start.
    /// - `duration`, `waited`: a place, or `{"field": …, "unit": …}` with `ns`, `us`, `ms` (which is usual), `s`, `min`
    ///   or `h`. Texts that name their unit (`PT1M3.5S`, `3.5s`, `1-02:03:04`) are read by what they say. Decimals may stand
    ///   behind a comma that cannot mark thousands.
    /// - `status`, `conclusion` (which decides where it is there), `succeeded` (true or false). `statuses` says what the
    ///   words mean, in this program's vocabulary; words that most systems share are known without. `otherwise` is the
    ///   status of rows that say none.
    /// - `id`, `attempt`, `error`, `workflow_id`, `workflow`, and `workflow_space`, which stands in front of the two.
    /// - `retry_of`: the id of the row that a row repeats, or a yes; such a row is a retry though it has an id of its own.
    /// - `tags`: one place that holds tags, or an array of at most eight places, each of which is a tag.
    /// - `parent`: rows that have it are parts of other executions and left out.
    /// - `rows`: where in a document the rows are. `dates`: `month-day-year` reads `05-10-23` as
    ///   10 May 2023, `day-month-year` reads `3.8.2026 10:00` as 3 August.
    ///
    /// # Errors
    /// A sentence that names the key, what came and what it takes. A build without forms leaves all mappings to a reader
    /// with forms.
    pub fn map(self, json: &str) -> Result<Self, String> {
        if !FORMS {
            return Ok(Self { needs_forms: true, ..self });
        }
        let (mapping, way) = custom::read(json)?;
        Ok(Self { rows: Rows::Own { mapping: Box::new(mapping), way }, ..self })
    }
}

/// The names by which systems and kinds of their exports can be asked for.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    const FAMILIES: [&str; 3] = ["github", "gitlab", preset::SWF];
    let names = preset::ALL.chunk_by(|one, next| one.name == next.name).filter_map(|same| same.first());
    FAMILIES.into_iter().chain(names.map(|preset| preset.name))
}
