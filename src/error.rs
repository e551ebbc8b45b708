//! The one error type. Bad rows are data, counted and described in [`crate::problem`]; an `Error` is an option that
//! cannot be met. It never carries text from rows.

use crate::number::whole;
use std::fmt;

/// Something that was asked for and cannot be given: which parameter, what came, what it takes.
///
/// The parts are private so that they can grow; [`fmt::Display`] says the whole sentence, and the predicates tell
/// the cases apart that a surface answers differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Kind>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Value { parameter: &'static str, got: String, takes: String },
    Unknown { parameter: String, takes: String },
    Missing { parameter: &'static str, beside: &'static str, such_as: &'static str },
    WindowTooLong { days: i64, most: i64 },
    Zone { name: String, cause: &'static str },
    TooManyNames { parameter: &'static str, what: &'static str },
    NeedsAllRows { parameter: &'static str },
    Coarse { zone: String, has: u32, needs: Option<u32> },
}

impl Error {
    /// A parameter whose value is not one of those it takes. `takes` completes the sentence "it takes …".
    pub fn value(parameter: &'static str, got: &str, takes: impl Into<String>) -> Self {
        Self(Box::new(Kind::Value { parameter, got: got.to_owned(), takes: takes.into() }))
    }

    /// A parameter of that name does not exist. `takes` lists the names that do.
    pub fn unknown_parameter(parameter: &str, takes: impl Into<String>) -> Self {
        Self(Box::new(Kind::Unknown { parameter: parameter.to_owned(), takes: takes.into() }))
    }

    /// A parameter that another one needs beside it.
    pub fn missing(parameter: &'static str, beside: &'static str, such_as: &'static str) -> Self {
        Self(Box::new(Kind::Missing { parameter, beside, such_as }))
    }

    /// A window of more days than [`crate::window::MOST_DAYS`].
    pub fn window_too_long(days: i64, most: i64) -> Self {
        Self(Box::new(Kind::WindowTooLong { days, most }))
    }

    /// A zone that the caller's time-zone database does not know. The surfaces that own such a database call this, so
    /// that all of them use the same words.
    pub fn unknown_zone(name: &str) -> Self {
        Self(Box::new(Kind::Zone { name: name.to_owned(), cause: "is not a zone that is known here" }))
    }

    /// A zone table that cannot be used: `cause` completes the sentence "time_zone: 'X' …".
    pub fn zone_table(name: &str, cause: &'static str) -> Self {
        Self(Box::new(Kind::Zone { name: name.to_owned(), cause }))
    }

    /// A filter by names of which there were more than are told apart: `what` there were.
    pub fn too_many_names(parameter: &'static str, what: &'static str) -> Self {
        Self(Box::new(Kind::TooManyNames { parameter, what }))
    }

    /// A way of counting that needs rows which the source has not given, because its database chose them.
    pub fn needs_all_rows(parameter: &'static str) -> Self {
        Self(Box::new(Kind::NeedsAllRows { parameter }))
    }

    /// A zone whose hours do not consist of whole buckets of `has` seconds of UTC, in which executions were counted;
    /// they consist of buckets of `needs` seconds, if of any.
    pub fn coarse_counts(zone: &str, has: u32, needs: Option<u32>) -> Self {
        Self(Box::new(Kind::Coarse { zone: zone.to_owned(), has, needs }))
    }

    /// The name of the parameter at fault, as HTTP, command line and element spell it.
    pub fn parameter(&self) -> &str {
        match &*self.0 {
            Kind::Value { parameter, .. } | Kind::Missing { parameter, .. } => parameter,
            Kind::Unknown { parameter, .. } => parameter,
            Kind::TooManyNames { parameter, .. } | Kind::NeedsAllRows { parameter } => parameter,
            Kind::WindowTooLong { .. } => "days",
            Kind::Zone { .. } | Kind::Coarse { .. } => "time_zone",
        }
    }

    /// True if the window is well formed but longer than is answered: HTTP says 422 instead of 400.
    pub fn is_window_too_long(&self) -> bool {
        matches!(&*self.0, Kind::WindowTooLong { .. })
    }
}

impl Error {
    /// The whole sentence, put together without the machinery of formatting, which a download would carry for it.
    pub fn sentence(&self) -> String {
        match &*self.0 {
            Kind::Value { parameter, got, takes } => {
                [parameter, ": '", &shown(got), "' cannot be used; it takes ", takes].concat()
            }
            Kind::Unknown { parameter, takes } => {
                ["'", &shown(parameter), "' is not a parameter here; there are ", takes].concat()
            }
            Kind::Missing { parameter, beside, such_as } => [
                parameter,
                ": is missing; ",
                beside,
                " takes it beside it, a date such as ",
                such_as,
                ", and both belong to the window",
            ]
            .concat(),
            Kind::TooManyNames { parameter, what } => [
                parameter,
                ": the source has more ",
                what,
                " than are told apart, so that no filter by them is possible",
            ]
            .concat(),
            Kind::NeedsAllRows { parameter } => [
                parameter,
                ": here rows are chosen by their starts and each attempt counts; files that are read whole take other values",
            ]
            .concat(),
            Kind::Coarse { zone, has, needs } => {
                let has = whole(u64::from(*has));
                let needs = match needs {
                    Some(needs) => ["buckets of ", &whole(u64::from(*needs)), " seconds"].concat(),
                    None => "the executions themselves".to_owned(),
                };
                let counted = "time_zone: the executions are counted by ";
                [counted, &has, " seconds of UTC; '", &shown(zone), "' needs ", &needs].concat()
            }
            Kind::WindowTooLong { days, most } => {
                ["days: a window of ", &signed(*days), " days is too long; it takes 1 to ", &signed(*most)].concat()
            }
            Kind::Zone { name, cause } => [
                "time_zone: '",
                &shown(name),
                "' ",
                cause,
                "; it takes a name of the IANA time zone database such as UTC, Europe/Berlin or America/New_York",
            ]
            .concat(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for Error {}

/// A whole number as an error names it.
pub(crate) fn signed(number: i64) -> String {
    [if number < 0 { "-" } else { "" }, &whole(number.unsigned_abs())].concat()
}

/// Foreign text inside an error sentence: at most 60 characters, control and direction characters replaced, so that
/// the sentence can be printed anywhere.
fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MOST {
            shown.push('…');
            break;
        }
        let hidden = character.is_control() || crate::execution::is_invisible(character);
        shown.push(if hidden { '\u{fffd}' } else { character });
    }
    shown
}
