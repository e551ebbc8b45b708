//! Levels 0 to 4 and the scale that explains them: where one level ends and the next begins, and in which words.

use crate::options::Metric;

/// One level of a scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// 0 to 4.
    pub level: u8,
    /// Its words with its bounds, as the response carries them: `Critical (<60%)`.
    pub label: String,
    /// Its bounds in the metric's unit: the lower belongs to it, the upper to the next one (the last level holds
    /// both). `None` for level 0, and for all levels of a scale without cells.
    pub range: Option<(f64, f64)>,
}

/// How values become levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// What the values are.
    pub metric: Metric,
    /// The least value, or 0 for a rate; `None` without cells.
    pub min: Option<f64>,
    /// The greatest value, or 1 for a rate; `None` without cells.
    pub max: Option<f64>,
    /// Where levels 2, 3 and 4 begin, in the metric's unit; strictly rising.
    pub bounds: [f64; 3],
    /// Levels 0 to 4.
    pub levels: Vec<Level>,
}

impl Scale {
    /// A scale for the values of a grid's cells.
    pub fn new(metric: Metric, values: impl Iterator<Item = f64>, thresholds: Option<[f64; 3]>) -> Self {
        let _ = (values, thresholds);
        Self { metric, min: None, max: None, bounds: [0.6, 0.8, 0.95], levels: Vec::new() }
    }

    /// The level of a value, 1 to 4.
    pub fn level(&self, value: f64) -> u8 {
        let above = self.bounds.iter().filter(|bound| value >= **bound).count();
        1 + above as u8
    }
}
