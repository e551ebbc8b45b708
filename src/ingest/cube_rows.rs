//! Rows of a cube: how many executions of one workflow and status started in one bucket of UTC, counted by a database.
//! Understands a row; the table keeps it.
//!
//! `hour` or `bucket` is the bucket's begin, an instant, or how many buckets there are from 1970 to it where it is a
//! whole number below ten million. `bucket_seconds` is 3600, 1800 or 900, the first where it is absent. `n` or `count`
//! is how many executions; `duration_count` how many of them have a duration, `duration_sum_ms` the sum of these;
//! `bins` and `counts` how the durations are distributed (see [`crate::histogram`]), lists of one length. Where
//! `duration_count` is absent, it is what the counts add up to. `workflow_id`, `workflow`, `status` and `tags` are those
//! of any row. What does not fit together makes the row unreadable.

use super::Event;
use super::classify::{ClassRef, Verdict};
use super::fields::Fields;
use super::mapping::Mapping;
use super::moments::parse_time;
use super::role::Role;
use super::row::Place;
use super::text::with_text;
use super::{Value, excerpt};
use crate::execution::{Execution, MOST_DURATION_MS};
use crate::histogram::BINS;
use crate::problem::ProblemKind;
use crate::table::{Count, MOST_COUNTED};
use crate::time::decimal::Decimal;
use crate::time::{ParsedTime, Timestamp, UsualTimes};

// A row of a cube has no identity and is no single execution, so the roles of these say something else in it.
pub(super) const BUCKET: Role = Role::StartedAt;
pub(super) const SECONDS: Role = Role::Waited;
pub(super) const EXECUTIONS: Role = Role::Attempt;
pub(super) const TIMED: Role = Role::FinishedAt;
pub(super) const DURATION_SUM: Role = Role::Duration;
pub(super) const BIN_LIST: Role = Role::Id;
pub(super) const COUNT_LIST: Role = Role::Error;

/// Whole numbers below this count buckets since 1970: as seconds they would be of the first months of that year.
const MOST_BUCKET_NUMBER: i128 = 10_000_000;
const LENGTHS: [u32; 3] = [3600, 1800, 900];

/// The event of a row of a cube.
pub(super) fn event<'a>(place: Place, fields: &Fields<'a>, mapping: &Mapping, class: ClassRef<'a>) -> Event<'a> {
    let line = place.line;
    let understood = match class.verdict() {
        Verdict::Row | Verdict::RowIfStarted => read(fields, mapping),
        Verdict::LeftOut(why) => return Event::LeftOut { line, why: *why },
        Verdict::Unreadable(message) => Err(message.clone()),
    };
    match understood {
        Err(message) => Event::Rejected { line, kind: ProblemKind::Unreadable, message },
        Ok(None) => {
            let message =
                ["the row has no start: ", mapping.name_of(BUCKET), " is absent, null or a zero time"].concat();
            Event::Rejected { line, kind: ProblemKind::NoStart, message }
        }
        Ok(Some((begin, count))) => {
            let execution = Execution {
                id: None,
                workflow_id: class.workflow_id(),
                workflow: class.workflow(),
                status: class.status(),
                status_text: class.status_text(),
                started_at: begin,
                duration_ms: None,
                waited_ms: None,
                tags: class.tags(),
                attempt: 1,
                error: None,
            };
            Event::Counts { line, execution, count: Box::new(count) }
        }
    }
}

/// The bucket's begin and what is counted in it; `None` without a begin.
fn read(fields: &Fields<'_>, mapping: &Mapping) -> Result<Option<(Timestamp, Count)>, String> {
    let number =
        |role: Role| whole(fields.get(role)).map_err(|found| fault(mapping.name_of(role), &found, "a whole number"));
    let seconds = match number(SECONDS)? {
        None => LENGTHS[0],
        Some(seconds) => LENGTHS
            .into_iter()
            .find(|length| i128::from(*length) == seconds)
            .ok_or_else(|| fault(mapping.name_of(SECONDS), &seconds.to_string(), "3600, 1800 or 900"))?,
    };
    let Some(begin) = begin(fields.get(BUCKET), seconds, mapping)? else { return Ok(None) };
    let count = |role: Role| -> Result<Option<u64>, String> {
        let Some(found) = number(role)? else { return Ok(None) };
        let fitting = u64::try_from(found).ok().filter(|count| *count <= MOST_COUNTED);
        fitting.map(Some).ok_or_else(|| fault(mapping.name_of(role), &found.to_string(), "a number from 0 to 2^53"))
    };
    let name = mapping.name_of(EXECUTIONS);
    let executions = count(EXECUTIONS)?.ok_or_else(|| ["the row has no ", name].concat())?;
    let (bins, counts) = (list(fields.get(BIN_LIST)), list(fields.get(COUNT_LIST)));
    let (Some(bins), Some(counts)) = (bins, counts) else {
        return Err("bins or counts hold something else than whole numbers".to_owned());
    };
    if bins.len() != counts.len() {
        return Err("bins and counts are not of one length".to_owned());
    }
    let in_bins: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    let timed = match count(TIMED)? {
        Some(timed) => timed,
        None => u64::try_from(in_bins).unwrap_or(u64::MAX),
    };
    let sum = number(DURATION_SUM)?.unwrap_or(0);
    let most_sum = i128::from(timed) * i128::from(MOST_DURATION_MS);
    if timed > executions {
        return Err(["more durations than executions are counted, of which there are ", name].concat());
    }
    if !bins.is_empty() && in_bins != u128::from(timed) {
        return Err("the counts of the bins do not add up to the number of durations".to_owned());
    }
    if sum != 0 && timed == 0 && count(TIMED)?.is_none() {
        let [sum, timed] = [DURATION_SUM, TIMED].map(|role| mapping.name_of(role));
        return Err([
            "the row has ",
            sum,
            " and neither ",
            timed,
            " nor bins and counts, which say of how many durations",
        ]
        .concat());
    }
    if sum < 0 || sum > most_sum {
        return Err(fault(
            mapping.name_of(DURATION_SUM),
            &sum.to_string(),
            "a sum of so many durations of up to a hundred years",
        ));
    }
    let bin = |bin: u64| u16::try_from(bin).unwrap_or(u16::MAX).min(BINS as u16 - 1);
    let bins = bins.into_iter().map(bin).zip(counts).collect();
    Ok(Some((begin, Count { seconds, executions, timed, duration_ms: sum.unsigned_abs(), bins })))
}

fn fault(name: &str, found: &str, expected: &str) -> String {
    [name, " is ", &excerpt(found), ", expected ", expected].concat()
}

/// Where a bucket begins.
fn begin(value: Value<'_>, seconds: u32, mapping: &Mapping) -> Result<Option<Timestamp>, String> {
    let length_ms = i64::from(seconds) * 1000;
    let number = whole(value).ok().flatten().filter(|number| (1..MOST_BUCKET_NUMBER).contains(number));
    let at = match number {
        Some(number) => Timestamp::from_ms(number as i64 * length_ms),
        None => match parse_time(&mut UsualTimes::default(), value, mapping.rules()) {
            ParsedTime::At { at, .. } => Some(at),
            ParsedTime::Absent => return Ok(None),
            ParsedTime::Unreadable => None,
        },
    };
    let begin = at.filter(|at| at.ms().rem_euclid(length_ms) == 0);
    let found = || {
        let mut found = String::new();
        value.read_into(&mut found);
        fault(mapping.name_of(BUCKET), &found, "the instant at which a bucket of the given length begins")
    };
    begin.map(Some).ok_or_else(found)
}

/// A whole number that is given; what is there instead if it is none.
fn whole(value: Value<'_>) -> Result<Option<i128>, String> {
    let read = |text: &str| {
        let decimal = Decimal::parse(text.trim_ascii());
        let number = decimal.and_then(|decimal| {
            decimal.floor(0).filter(|whole| decimal.floor(15) == whole.checked_mul(10_i128.pow(15)))
        });
        number.map(Some).ok_or_else(|| text.to_owned())
    };
    match value {
        Value::Absent => Ok(None),
        Value::Whole(number) => Ok(Some(i128::from(number))),
        Value::Length(ms) => Ok(Some(i128::from(ms))),
        Value::Number(text) => read(text),
        Value::Text(text) | Value::Joined(text) => {
            with_text(text, |text| if text.is_empty() { Ok(None) } else { read(text) })
        }
        other => Err(other.kind().to_owned()),
    }
}

/// The whole numbers of a list: an array, or a text in which bars, commas or spaces separate them.
fn list(value: Value<'_>) -> Option<Vec<u64>> {
    let read = |text: &str| {
        let parts = text.split(|letter: char| {
            matches!(letter, '[' | ']' | '{' | '}' | '|' | ',' | '"') || letter.is_ascii_whitespace()
        });
        parts.filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
    };
    match value {
        Value::Absent => Some(Vec::new()),
        Value::Array(text) | Value::Number(text) => read(text),
        Value::Whole(number) => u64::try_from(number).ok().map(|number| vec![number]),
        Value::Text(text) | Value::Joined(text) => with_text(text, read),
        _ => None,
    }
}
