//! What a reader of the heatmap may ask for: every option, its default and what it takes, once. HTTP parameters,
//! command line flags, the element's attributes and the page's address all go through [`Query::set`].

mod filter;
mod metric;

pub use filter::{Choice, Filter};
pub use metric::{Attempts, Counting, Family, Granularity, Metric, Moment, Wanted};

use crate::error::Error;
use crate::execution::Status;
use crate::number;
use crate::time::{Timestamp, date_text};
use crate::window::{MOST_DAYS, WindowRequest, takes_days};
use chrono::NaiveDate;

/// The greatest threshold: beyond any count or any number of milliseconds that is believed.
pub const MOST_THRESHOLD: f64 = 1e15;

/// One view of the executions: everything that decides the answer besides the rows, the zone's offsets and the
/// instant at which an open window ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `success_rate` by default.
    pub metric: Metric,
    /// By default [`Granularity::default_for`] the window.
    pub granularity: Option<Granularity>,
    /// By default [`crate::window::DEFAULT_DAYS`], or what a file spans.
    pub window: WindowRequest,
    /// Where the window ends, exclusive; the caller supplies the default (now, or just after a file's newest start).
    pub until: Option<Timestamp>,
    /// An IANA name; `UTC` by default.
    pub time_zone: String,
    /// Everything by default.
    pub filter: Filter,
    /// Every attempt by its start by default.
    pub counting: Counting,
    /// Three strictly rising bounds in the metric's unit instead of the ones found in the cells.
    pub thresholds: Option<[f64; 3]>,
    /// The patterns that matter most by default.
    pub patterns: Wanted,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            metric: Metric::SuccessRate,
            granularity: None,
            window: WindowRequest::Default,
            until: None,
            time_zone: "UTC".to_owned(),
            filter: Filter::default(),
            counting: Counting::default(),
            thresholds: None,
            patterns: Wanted::default(),
            from: None,
            to: None,
        }
    }
}

impl Query {
    /// The parameters that exist.
    pub const PARAMETERS: [&'static str; 14] = [
        "metric",
        "granularity",
        "days",
        "from",
        "to",
        "until",
        "time_zone",
        "workflow_id",
        "status",
        "tag",
        "thresholds",
        "by",
        "attempts",
        "patterns",
    ];

    /// A query from pairs of parameter and value; `workflow_id`, `status` and `tag` may come several times.
    ///
    /// # Errors
    /// An unknown parameter, a value that a parameter does not take, one that came twice, `days` beside dates, `from`
    /// without `to`.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Error> {
        let mut query = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for (parameter, value) in pairs {
            let repeatable = matches!(parameter, "workflow_id" | "status" | "tag");
            if seen.contains(&parameter) && !repeatable {
                let known = Self::PARAMETERS.iter().find(|known| **known == parameter).copied().unwrap_or("parameter");
                return Err(Error::value(known, value, "one value; it came twice"));
            }
            seen.push(parameter);
            query.set(parameter, value)?;
        }
        query.settle()
    }

    fn set(&mut self, parameter: &str, value: &str) -> Result<(), Error> {
        match parameter {
            "metric" => self.metric = one_of("metric", value, &Metric::ALL, Metric::name)?,
            "granularity" => {
                self.granularity = Some(one_of("granularity", value, &Granularity::ALL, Granularity::name)?);
            }
            "days" => {
                let takes = || Error::value("days", value, takes_days());
                let days: i64 = value.parse().map_err(|_| takes())?;
                if days < 1 {
                    return Err(takes());
                }
                if days > MOST_DAYS {
                    return Err(Error::window_too_long(days, MOST_DAYS));
                }
                self.window = WindowRequest::Days(days);
            }
            "from" => self.from = Some(date("from", value)?),
            "to" => self.to = Some(date("to", value)?),
            "until" => {
                let parsed = crate::time::parse_text(value);
                let crate::time::ParsedTime::At { at, .. } = parsed else {
                    return Err(Error::value("until", value, "an instant such as 2026-02-19T00:00:00Z"));
                };
                self.until = Some(at);
            }
            "time_zone" => {
                if value.is_empty() {
                    return Err(Error::unknown_zone(value));
                }
                value.clone_into(&mut self.time_zone);
            }
            "workflow_id" => choose(&mut self.filter.workflows, "workflow_id", value, &|name| Ok(name.to_owned()))?,
            "tag" => choose(&mut self.filter.tags, "tag", value, &|name| Ok(name.to_owned()))?,
            "status" => choose(&mut self.filter.statuses, "status", value, &|name| {
                let status = Status::of(name);
                if status != Status::Other || name.eq_ignore_ascii_case("other") {
                    return Ok(status);
                }
                let names = Status::ALL.map(Status::name).join(", ");
                Err(Error::value("status", value, [&names, ", each with ! in front to leave it out"].concat()))
            })?,
            "thresholds" => self.thresholds = Some(thresholds(value)?),
            "by" => self.counting.by = one_of("by", value, &Moment::ALL, Moment::name)?,
            "attempts" => {
                self.counting.attempts = one_of("attempts", value, &Attempts::ALL, Attempts::name)?;
            }
            "patterns" => self.patterns = one_of("patterns", value, &Wanted::ALL, Wanted::name)?,
            _ => return Err(Error::unknown_parameter(parameter, Self::PARAMETERS.join(", "))),
        }
        Ok(())
    }

    fn settle(mut self) -> Result<Self, Error> {
        match (self.from, self.to) {
            (None, None) => {}
            (Some(from), Some(to)) => {
                if self.window != WindowRequest::Default {
                    return Err(Error::value("days", "beside from and to", "either days or from and to"));
                }
                if from > to {
                    return Err(Error::value(
                        "from",
                        &date_text(from),
                        ["a date that is not after ", &date_text(to)].concat(),
                    ));
                }
                let days = (to - from).num_days();
                if days > MOST_DAYS {
                    return Err(Error::window_too_long(days, MOST_DAYS));
                }
                self.window = WindowRequest::Dates { from, to };
            }
            (Some(_), None) => return Err(Error::missing("to", "from", "2026-02-18")),
            (None, Some(_)) => return Err(Error::missing("from", "to", "2025-11-20")),
        }
        if self.metric == Metric::SuccessRate && self.thresholds.is_some_and(|[low, _, high]| low <= 0.0 || high >= 1.0)
        {
            let [low, middle, high] = self.thresholds.unwrap_or_default().map(number::text);
            return Err(Error::value(
                "thresholds",
                &[&*low, ",", &middle, ",", &high].concat(),
                "bounds between 0 and 1 for success_rate, such as 0.6,0.8,0.95",
            ));
        }
        Ok(self)
    }
}

fn one_of<T: Copy>(parameter: &'static str, value: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, Error> {
    let found = all.iter().find(|item| name(**item) == value).copied();
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|item| name(*item)).collect();
        Error::value(parameter, value, names.join(", "))
    })
}

/// A date of the form 2026-02-18 and no other.
fn date(parameter: &'static str, value: &str) -> Result<NaiveDate, Error> {
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    let mut parts = value.split('-');
    let parsed = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(year), Some(month), Some(day), None) if (year.len(), month.len(), day.len()) == (4, 2, 2) => {
            let year = number(year).and_then(|year| i32::try_from(year).ok()).filter(|year| *year > 0);
            year.zip(number(month))
                .zip(number(day))
                .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day))
        }
        _ => None,
    };
    parsed.ok_or_else(|| Error::value(parameter, value, "a date such as 2026-02-18"))
}

fn thresholds(value: &str) -> Result<[f64; 3], Error> {
    let takes = || Error::value("thresholds", value, "three strictly rising numbers above 0 such as 0.6,0.8,0.95");
    let mut numbers = Vec::new();
    for part in value.split(',') {
        numbers.push(number::parse(part.trim()).ok_or_else(takes)?);
    }
    match numbers[..] {
        [low, middle, high] if low > 0.0 && low < middle && middle < high && high <= MOST_THRESHOLD => {
            Ok([low, middle, high])
        }
        _ => Err(takes()),
    }
}

/// Reads one value of a choice. A leading `!` leaves the name out; each `!` with which the name itself begins is
/// written twice, so an even number of them belongs to the name and an odd number begins with the one that excludes.
fn choose<T: Ord>(
    choice: &mut Choice<T>,
    parameter: &'static str,
    value: &str,
    parse: &dyn Fn(&str) -> Result<T, Error>,
) -> Result<(), Error> {
    let marks = value.bytes().take_while(|byte| *byte == b'!').count();
    let rest = value.get(marks..).unwrap_or("");
    let name = "!".repeat(marks / 2) + rest;
    if name.is_empty() {
        return Err(Error::value(parameter, value, "a name, with ! in front to leave it out"));
    }
    let chosen = parse(&name)?;
    let list = if marks % 2 == 1 { &mut choice.none_of } else { &mut choice.any_of };
    if let Err(place) = list.binary_search(&chosen) {
        list.insert(place, chosen);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pairs: &[(&str, &str)]) -> String {
        Query::from_pairs(pairs.iter().copied()).unwrap_err().to_string()
    }

    #[test]
    fn a_bad_value_is_answered_with_the_parameter_and_what_it_takes() {
        let check = |parameter, value, expected: &str| {
            let said = error(&[(parameter, value)]);
            assert!(said.starts_with(parameter) && said.contains(expected), "{parameter}={value}: {said}");
        };
        check("metric", "speed", "success_rate, volume, duration, error_count");
        check("metric", "p90_duration", "p95_duration");
        check("granularity", "weekly", "hourly, daily");
        check("by", "finish", "start, end, scheduled");
        check("attempts", "first", "each, last");
        check("patterns", "some", "first, all");
        check("days", "0", "1 to 1096");
        check("days", "ninety", "1 to 1096");
        for date in ["2026-2-18", "2026-02-30", "+026-02-18", "0000-01-01", "2026-02-18T", "20260218", "2026-02-1é"] {
            check("from", date, "2026-02-18");
        }
        check("until", "yesterday", "2026-02-19T00:00:00Z");
        check("status", "exploded", "pending, running");
        check("thresholds", "3,2,1", "three strictly rising");
        check("thresholds", "1,2,NaN", "three strictly rising");
        check("thresholds", "-1,0,1", "above 0");
        check("thresholds", "0,1,2", "above 0");
        check("thresholds", "1,2,1e300", "three strictly rising");
        check("tag", "!", "a name");
        check("time_zone", "", "IANA");
        assert!(error(&[("colour", "red")]).contains("metric, granularity"));
        assert!(error(&[("days", "7"), ("days", "8")]).contains("twice"));
        let words = "to: is missing; from takes it beside it, a date such as 2026-02-18, and both belong to the window";
        assert_eq!(error(&[("from", "2026-01-01")]), words);
        assert!(error(&[("to", "2026-01-01")]).starts_with("from: is missing; to takes it beside it"));
        let percent = error(&[("thresholds", "50,90,99")]);
        assert!(percent.contains("between 0 and 1") && percent.contains("'50,90,99'"), "{percent}");
        assert!(Query::from_pairs([("days", "1097")]).unwrap_err().is_window_too_long());
    }

    #[test]
    fn an_exclamation_mark_excludes_and_two_are_the_name() {
        let query =
            Query::from_pairs([("tag", "eu"), ("tag", "!test"), ("tag", "!!urgent"), ("tag", "!!!loud")]).unwrap();
        let of = |names: &[&str]| {
            let mut rising: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            rising.sort();
            rising
        };
        assert_eq!(query.filter.tags.any_of, of(&["eu", "!urgent"]));
        assert_eq!(query.filter.tags.none_of, of(&["test", "!loud"]));
    }

    #[test]
    fn choices_are_joined_by_and_their_values_by_or() {
        let query = Query::from_pairs([
            ("tag", "eu"),
            ("tag", "us"),
            ("tag", "!test"),
            ("status", "canceled"),
            ("status", "failed"),
        ])
        .unwrap();
        let admits = |status, tags: &[&'static str]| query.filter.admits(Some("7"), status, tags.iter().copied());
        assert!(admits(Status::Cancelled, &["us"]));
        assert!(admits(Status::Failed, &["eu", "prod"]));
        assert!(!admits(Status::Failed, &["eu", "test"]), "an excluded tag wins");
        assert!(!admits(Status::Failed, &[]));
        assert!(!admits(Status::Completed, &["eu"]));
    }
}
