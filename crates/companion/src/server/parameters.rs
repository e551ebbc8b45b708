//! Path and query string of a request. The engine's parser is the one parser of parameters; here they are only
//! decoded.

use super::problem::Problem;
use execution_heatmap::Error;
use execution_heatmap::options::Query;
use execution_heatmap::picture::Theme;
use std::borrow::Cow;

/// The query of a request.
///
/// # Errors
/// A parameter that does not exist or a value that it does not take.
pub fn query(raw: Option<&str>) -> Result<Query, Problem> {
    let pairs = pairs(raw);
    Ok(Query::from_pairs(pairs.iter().map(|(name, value)| (&**name, &**value)))?)
}

/// How a picture is drawn, beside its query.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// `theme`: `auto`, `light` or `dark`.
    pub theme: Theme,
    /// `width`, in CSS pixels.
    pub width: Option<f64>,
}

/// The query of a request for a picture, which may also name `theme` and `width`.
///
/// # Errors
/// A parameter that does not exist or a value that it does not take.
pub fn query_and_drawing(raw: Option<&str>) -> Result<(Query, Drawing), Problem> {
    let pairs = pairs(raw);
    let mut drawing = Drawing { theme: Theme::Auto, width: None };
    let mut others = Vec::new();
    for (name, value) in &pairs {
        match &**name {
            "theme" => drawing.theme = theme(value)?,
            "width" => drawing.width = Some(width(value)?),
            _ => others.push((&**name, &**value)),
        }
    }
    Ok((Query::from_pairs(others)?, drawing))
}

/// A theme by name.
///
/// # Errors
/// There is no such theme.
pub fn theme(value: &str) -> Result<Theme, Error> {
    match value {
        "auto" => Ok(Theme::Auto),
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        _ => Err(Error::value("theme", value, "auto, light, dark")),
    }
}

fn width(value: &str) -> Result<f64, Error> {
    let width = value.parse::<u16>().ok().filter(|width| (320..=4096).contains(width));
    width.map(f64::from).ok_or_else(|| Error::value("width", value, "a whole number of pixels from 320 to 4096"))
}

fn pairs(raw: Option<&str>) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(raw.unwrap_or("").as_bytes()).collect()
}
