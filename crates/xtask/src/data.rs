//! `cargo xtask data`: cuts the demo's executions out of nycflights13, every time to the same bytes.
//!
//! Source, licence and what was cut are told in `tests/data/README.md`. This file holds the rules of the cut.

use crate::process::Result;
use crate::project::root;
use flate2::read::DeflateDecoder;
use flate2::{Compression, GzBuilder};
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::io::{Read, Write as _};

/// Where the demo's executions lie.
pub const OUTPUT: &str = "tests/data/flights-2013-02-01-to-2013-05-05.csv.gz";
/// The first and the last date of departure, local to New York, both included.
const FIRST_DATE: (u32, u32, u32) = (2013, 2, 1);
const LAST_DATE: (u32, u32, u32) = (2013, 5, 5);
/// A departure later than this counts as a failed execution.
const LATE_MINUTES: i32 = 30;
const MILLISECONDS_PER_MINUTE: u32 = 60_000;

/// Reads the zip that the argument names and writes the demo data.
pub fn data(arguments: &[String]) -> Result {
    let [path] = arguments else { return Err("usage: cargo xtask data PATH/flights.csv.zip".into()) };
    let archive = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    let flights = flights_in_window(&first_file_of_zip(&archive)?)?;
    let packed = gzip(canonical_csv(&flights).as_bytes())?;
    std::fs::write(root().join(OUTPUT), &packed)?;
    let failed = flights.iter().filter(|flight| flight.failure().is_some()).count();
    eprintln!("{OUTPUT}: {} executions, {failed} failed, {} bytes", flights.len(), packed.len());
    Ok(())
}

/// One scheduled departure from New York.
#[derive(Debug, PartialEq, Eq)]
struct Flight {
    /// Scheduled departure in UTC, to the minute.
    scheduled: String,
    carrier: String,
    number: u32,
    origin: String,
    /// Minutes after schedule; `None` when the flight was cancelled.
    departure_delay: Option<i32>,
    /// Minutes in the air; `None` when it never flew, or did not land where it should.
    air_time: Option<u32>,
}

impl Flight {
    /// Why it counts as a failed execution, if it does.
    fn failure(&self) -> Option<String> {
        match self.departure_delay {
            None => Some("cancelled".to_owned()),
            Some(minutes) if minutes > LATE_MINUTES => Some(format!("departed {minutes} min late")),
            Some(_) => None,
        }
    }

    /// The order of the rows, and with it their ids.
    fn order(&self, other: &Flight) -> Ordering {
        let key =
            |flight: &Flight| (flight.scheduled.clone(), flight.carrier.clone(), flight.number, flight.origin.clone());
        key(self).cmp(&key(other))
    }
}

fn flights_in_window(csv: &str) -> Result<Vec<Flight>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().ok_or("the file is empty")?.split(',').collect();
    let columns = Columns::of(&header)?;
    let mut flights = Vec::new();
    for (number, line) in (2..).zip(lines) {
        let fields: Vec<&str> = line.split(',').collect();
        if line.contains('"') || fields.len() != header.len() {
            return Err(format!("line {number} is not {} plain fields: {line}", header.len()).into());
        }
        let flight = columns.flight(&fields).map_err(|error| format!("line {number}: {error}: {line}"))?;
        flights.extend(flight);
    }
    flights.sort_by(Flight::order);
    Ok(flights)
}

/// Where the columns stand that the cut needs.
struct Columns {
    date: [usize; 3],
    carrier: usize,
    number: usize,
    origin: usize,
    departure_delay: usize,
    air_time: usize,
    minute: usize,
    time_hour: usize,
}

impl Columns {
    fn of(header: &[&str]) -> Result<Columns> {
        let find = |name: &str| header.iter().position(|column| *column == name).ok_or(format!("no column {name}"));
        Ok(Columns {
            date: [find("year")?, find("month")?, find("day")?],
            carrier: find("carrier")?,
            number: find("flight")?,
            origin: find("origin")?,
            departure_delay: find("dep_delay")?,
            air_time: find("air_time")?,
            minute: find("minute")?,
            time_hour: find("time_hour")?,
        })
    }

    /// The flight of a row, or `None` outside the window.
    fn flight(&self, fields: &[&str]) -> Result<Option<Flight>> {
        let date = self.date.map(|column| fields[column].parse::<u32>());
        let [year, month, day] = date;
        let date = (year?, month?, day?);
        if date < FIRST_DATE || date > LAST_DATE {
            return Ok(None);
        }
        Ok(Some(Flight {
            scheduled: scheduled(fields[self.time_hour], fields[self.minute].parse()?)?,
            carrier: fields[self.carrier].to_owned(),
            number: fields[self.number].parse()?,
            origin: fields[self.origin].to_owned(),
            departure_delay: known(fields[self.departure_delay]).map(str::parse).transpose()?,
            air_time: known(fields[self.air_time]).map(str::parse).transpose()?,
        }))
    }
}

/// The hour in UTC, as the source has it, with the minute it leaves out.
fn scheduled(time_hour: &str, minute: u32) -> Result<String> {
    match time_hour.strip_suffix(":00:00Z") {
        Some(hour) if minute < 60 => Ok(format!("{hour}:{minute:02}:00Z")),
        _ => Err(format!("{time_hour} with minute {minute} is no time").into()),
    }
}

fn known(field: &str) -> Option<&str> {
    (!field.is_empty() && field != "NA").then_some(field)
}

fn canonical_csv(flights: &[Flight]) -> String {
    let mut csv = String::from("id,workflow_id,workflow,status,started_at,duration_ms,tags,error\n");
    for (id, flight) in (1..).zip(flights) {
        let Flight { scheduled, carrier, number, origin, air_time, .. } = flight;
        let failure = flight.failure();
        let status = if failure.is_some() { "failed" } else { "completed" };
        let duration = air_time.map(|minutes| (minutes * MILLISECONDS_PER_MINUTE).to_string()).unwrap_or_default();
        let error = failure.unwrap_or_default();
        let _ = writeln!(
            csv,
            "{id},{carrier}{number},{carrier} {number},{status},{scheduled},{duration},{carrier}|{origin},{error}"
        );
    }
    csv
}

/// Compressed without a time, a name or a system in the header: the same text, the same bytes.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

/// The text of the first file in a zip archive, found through the archive's central directory, where the sizes stand.
fn first_file_of_zip(archive: &[u8]) -> Result<String> {
    const END_SIGNATURE: &[u8] = b"PK\x05\x06";
    const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";
    const LOCAL_HEADER_LENGTH: usize = 30;
    const METHOD_DEFLATE: usize = 8;
    let broken = || "this is no zip archive that can be read";
    let end = archive.windows(4).rposition(|window| window == END_SIGNATURE).ok_or_else(broken)?;
    let entry = number(archive, end + 16, 4).ok_or_else(broken)?;
    if archive.get(entry..entry + 4) != Some(ENTRY_SIGNATURE) {
        return Err(broken().into());
    }
    if number(archive, entry + 10, 2) != Some(METHOD_DEFLATE) {
        return Err("the archive's first file is not deflated".into());
    }
    let packed_length = number(archive, entry + 20, 4).ok_or_else(broken)?;
    let local = number(archive, entry + 42, 4).ok_or_else(broken)?;
    let name_length = number(archive, local + 26, 2).ok_or_else(broken)?;
    let extra_length = number(archive, local + 28, 2).ok_or_else(broken)?;
    let start = local + LOCAL_HEADER_LENGTH + name_length + extra_length;
    let packed = archive.get(start..start + packed_length).ok_or_else(broken)?;
    let mut text = String::new();
    DeflateDecoder::new(packed).read_to_string(&mut text)?;
    Ok(text)
}

/// A little-endian number of `length` bytes.
fn number(bytes: &[u8], position: usize, length: usize) -> Option<usize> {
    let field = bytes.get(position..position + length)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "year,month,day,dep_time,dep_delay,carrier,flight,origin,air_time,hour,minute,time_hour\n";

    fn check(rows: &str, expected: &str) {
        let flights = flights_in_window(&format!("{HEADER}{rows}")).expect("the rows are whole");
        let csv = canonical_csv(&flights);
        assert_eq!(csv.lines().skip(1).collect::<Vec<_>>().join("\n"), expected);
    }

    #[test]
    fn a_flight_is_an_execution() {
        let on_time = "2013,2,1,515,30,UA,1545,EWR,227,5,15,2013-02-01T10:00:00Z";
        check(on_time, "1,UA1545,UA 1545,completed,2013-02-01T10:15:00Z,13620000,UA|EWR,");
        let late = "2013,5,5,2340,31,B6,7,JFK,60,23,9,2013-05-06T03:00:00Z";
        check(late, "1,B67,B6 7,failed,2013-05-06T03:09:00Z,3600000,B6|JFK,departed 31 min late");
        let cancelled = "2013,2,9,,,9E,12,LGA,,6,0,2013-02-09T11:00:00Z";
        check(cancelled, "1,9E12,9E 12,failed,2013-02-09T11:00:00Z,,9E|LGA,cancelled");
    }

    #[test]
    fn the_window_is_of_local_dates() {
        check("2013,1,31,2355,0,UA,1,EWR,60,23,55,2013-02-01T04:00:00Z", "");
        check("2013,5,6,5,0,UA,1,EWR,60,5,0,2013-05-06T09:00:00Z", "");
    }

    #[test]
    fn rows_stand_by_time_then_carrier_then_number() {
        let row = |carrier, number| format!("2013,2,1,1,0,{carrier},{number},EWR,1,5,0,2013-02-01T10:00:00Z");
        let rows = [row("UA", 10), row("UA", 9), row("AA", 50)].join("\n");
        let flights = flights_in_window(&format!("{HEADER}{rows}")).expect("the rows are whole");
        let order: Vec<(&str, u32)> = flights.iter().map(|flight| (flight.carrier.as_str(), flight.number)).collect();
        assert_eq!(order, [("AA", 50), ("UA", 9), ("UA", 10)]);
    }

    #[test]
    fn a_broken_row_is_named() {
        let error = flights_in_window(&format!("{HEADER}2013,2,1\n")).expect_err("it has too few fields");
        assert!(error.to_string().starts_with("line 2 "), "{error}");
        assert!(first_file_of_zip(b"PK\x05\x06").is_err());
    }
}
