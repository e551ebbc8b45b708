//! What a caller knows of a source before it is read: its form, the system it comes from, or a mapping of its own.

use super::Form;
use super::custom;
use super::mapping::Mapping;
use super::preset;
use super::text::excerpt;

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
        Self { form: None, rows: Rows::Any }
    }

    /// The form is known.
    pub fn form(self, form: Form) -> Self {
        Self { form: Some(form), ..self }
    }

    /// The system is known, by one of the names of [`preset_names`]; `auto` is none.
    ///
    /// # Errors
    /// A sentence that lists the names that there are.
    pub fn preset(self, name: &str) -> Result<Self, String> {
        if name == "auto" {
            return Ok(self);
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

    /// Rows are read by a mapping, a JSON object as the documentation of [`super`] describes it.
    ///
    /// # Errors
    /// A sentence that names the key, what came and what it takes.
    pub fn map(self, json: &str) -> Result<Self, String> {
        let (mapping, way) = custom::read(json)?;
        Ok(Self { rows: Rows::Own { mapping: Box::new(mapping), way }, ..self })
    }
}

/// The names by which systems and kinds of their exports can be asked for.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    const FAMILIES: [&str; 3] = ["github", "gitlab", preset::SWF];
    FAMILIES.into_iter().chain(preset::ALL.iter().map(|preset| preset.name))
}
