//! The cases whose JSON is kept in `tests/golden`: inputs, queries, and the way from one to the other. Run natively
//! and, from the same file, as WebAssembly in a browser, so that both are held to the same bytes.

use super::zone_over;
use chrono_tz::Tz;
use execution_heatmap::answer::{self, Answer, Patterns, Source};
use execution_heatmap::intake::Intake;
use execution_heatmap::json;
use execution_heatmap::options::Query;
use std::io::Read;

/// One golden file.
pub struct Case {
    pub name: &'static str,
    pub input: Input,
    pub query: &'static [(&'static str, &'static str)],
    pub golden: &'static str,
}

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Seventeen lines with every kind of problem.
    Mixed,
    /// Thirteen weeks of flights.
    Flights,
}

macro_rules! case {
    ($name:literal, $input:expr, $query:expr) => {
        Case { name: $name, input: $input, query: &$query, golden: include_str!(concat!("../golden/", $name, ".json")) }
    };
}

const NEW_YORK: (&str, &str) = ("time_zone", "America/New_York");

pub const CASES: [Case; 8] = [
    case!("mixed-default", Input::Mixed, []),
    case!(
        "mixed-volume-kathmandu",
        Input::Mixed,
        [("metric", "volume"), ("time_zone", "Asia/Kathmandu"), ("days", "7")]
    ),
    case!("mixed-duration-daily", Input::Mixed, [("metric", "duration"), ("granularity", "daily"), ("days", "30")]),
    case!(
        "mixed-errors-failed-eu",
        Input::Mixed,
        [("metric", "error_count"), ("status", "failed"), ("tag", "eu"), ("days", "7")]
    ),
    case!("flights-success-hourly", Input::Flights, [NEW_YORK, ("from", "2013-02-04"), ("to", "2013-05-05")]),
    case!("flights-duration-daily", Input::Flights, [NEW_YORK, ("metric", "duration"), ("granularity", "daily")]),
    case!(
        "flights-volume-daily-ua",
        Input::Flights,
        [NEW_YORK, ("metric", "volume"), ("granularity", "daily"), ("tag", "UA")]
    ),
    case!(
        "flights-errors-daily-not-ewr",
        Input::Flights,
        [("metric", "error_count"), ("granularity", "daily"), ("tag", "!EWR")]
    ),
];

/// The bytes of an input.
pub fn bytes(input: Input) -> Vec<u8> {
    match input {
        Input::Mixed => include_bytes!("../data/mixed.ndjson").to_vec(),
        Input::Flights => {
            let packed = include_bytes!("../data/flights-2013-02-01-to-2013-05-05.csv.gz");
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
            unpacked
        }
    }
}

/// Reads an input in chunks of an odd size.
pub fn read(input: &[u8]) -> Intake {
    let mut intake = Intake::recognising(false);
    input.chunks(65_521).for_each(|chunk| intake.extend(chunk));
    intake.finish(None);
    intake
}

/// The answer to a query over a file.
pub fn answer(intake: &Intake, pairs: &[(&str, &str)]) -> Answer {
    let query = Query::from_pairs(pairs.iter().copied()).unwrap();
    let tz: Tz = query.time_zone.parse().unwrap();
    let (from, until) = answer::zone_span(intake.table(), &query, Source::File);
    let zone = zone_over(tz, from, until);
    answer::answer(intake.table(), intake.reading(), &query, &zone, Source::File, Patterns::Look).unwrap()
}

/// The response to a query, as every surface gives it.
pub fn respond(intake: &Intake, pairs: &[(&str, &str)]) -> String {
    json::heatmap(&answer(intake, pairs))
}
