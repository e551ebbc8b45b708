//! Cuts records of CSV and their fields, wherever the chunks end, and reads quotes as the `csv` crate does: a quote
//! opens a field only as its first byte, two within are one, and behind the closing one the field goes on as if it had
//! none. A record ends at a line feed, a carriage return or both. Looks at each byte once and keeps no record above the
//! limit.

use super::input::Input;
use super::{Cut, MOST_COLUMNS, MOST_LINE_BYTES};

/// Where a field lies within its record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quoting: Quoting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// The field is what lies there.
    None,
    /// It is what lies between the first and the last byte, which are quotes.
    Simple,
    /// It has doubled quotes, or text behind the closing one.
    Mixed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between records.
    Between,
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote within a quoted field, which closes it or is the first of two.
    QuoteInQuoted,
}

#[derive(Debug)]
pub(super) struct Records {
    /// The physical line of the next byte, from 1.
    line: u64,
    state: State,
    /// Bytes of the record that were looked at.
    at: usize,
    record_line: u64,
    field_start: usize,
    field_quoting: Quoting,
    fields: Vec<Span>,
    field_count: usize,
    is_unclosed: bool,
    /// True within a record that is too long and was already reported.
    is_skipping: bool,
    /// The byte between fields.
    delimiter: u8,
}

impl Records {
    pub(super) fn starting_at(line: u64) -> Self {
        Self {
            line,
            state: State::Between,
            at: 0,
            record_line: line,
            field_start: 0,
            field_quoting: Quoting::None,
            fields: Vec::new(),
            field_count: 0,
            is_unclosed: false,
            is_skipping: false,
            delimiter: b',',
        }
    }

    /// Cuts fields at this byte, which is neither a quote nor an end of a line, instead of commas.
    pub(super) fn separated_by(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// True within a record.
    pub(super) fn has_begun(&self) -> bool {
        self.state != State::Between
    }

    /// The fields of the record that was cut last, at most [`MOST_COLUMNS`].
    pub(super) fn fields(&self) -> &[Span] {
        &self.fields
    }

    /// How many fields it has.
    pub(super) fn field_count(&self) -> usize {
        self.field_count
    }

    /// True if the source ended within its quotes.
    pub(super) fn is_unclosed(&self) -> bool {
        self.is_unclosed
    }

    /// The number of the line of the next byte.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// True within a record that is too long.
    pub(super) fn is_skipping(&self) -> bool {
        self.is_skipping
    }

    /// The next record without its end. Lines without a byte are none.
    pub(super) fn next(&mut self, input: &mut Input) -> Option<Cut> {
        loop {
            if self.state == State::Between && !self.begin(input) {
                return None;
            }
            let is_whole = self.advance(input.waiting()) || (input.has_ended() && self.close());
            let (line, length) = (self.record_line, self.at);
            let is_too_long = length > MOST_LINE_BYTES;
            if is_whole {
                let range = input.take(length, 1);
                self.state = State::Between;
                if std::mem::take(&mut self.is_skipping) {
                    continue;
                }
                return Some(Cut { line, range, is_too_long });
            }
            if is_too_long || self.is_skipping {
                self.at = 0;
                let range = input.take_all();
                if !std::mem::replace(&mut self.is_skipping, true) {
                    return Some(Cut { line, range, is_too_long });
                }
            }
            return None;
        }
    }

    /// Takes the ends of lines that lie between records; true if a record begins behind them of which nothing was looked
    /// at yet.
    #[inline]
    pub(super) fn pass_ends(&mut self, input: &mut Input) -> bool {
        if self.state != State::Between || self.is_skipping {
            return false;
        }
        if matches!(input.padded().byte(input.start()), b'\n' | b'\r') {
            let waiting = input.waiting();
            let length = waiting.iter().position(|byte| !matches!(byte, b'\n' | b'\r')).unwrap_or(waiting.len());
            let ends = waiting.get(..length).unwrap_or_default();
            self.line += ends.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            input.take(length, 0);
        }
        !input.waiting().is_empty()
    }

    /// Takes a record of which is known that it ends behind `length` bytes, with a line feed if `is_line` is true, and
    /// that there are so many line feeds in it.
    #[inline]
    pub(super) fn take(&mut self, input: &mut Input, length: usize, lines: u64, is_line: bool) -> Cut {
        let line = self.line;
        self.line += lines + u64::from(is_line);
        Cut { line, range: input.take(length, 1), is_too_long: false }
    }

    /// The byte between fields.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn begin(&mut self, input: &mut Input) -> bool {
        // What is skipped of a record that is too long is not between records.
        let is_there = self.pass_ends(input);
        if is_there {
            self.state = State::FieldStart;
            self.record_line = self.line;
            self.at = 0;
            self.field_start = 0;
            self.field_quoting = Quoting::None;
            self.field_count = 0;
            self.fields.clear();
        }
        is_there
    }

    /// Looks at the bytes that are new; true if the record ends at the byte `at`.
    fn advance(&mut self, record: &[u8]) -> bool {
        while let Some(byte) = record.get(self.at) {
            match (self.state, byte) {
                (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
                (State::Quoted, b'\n') => self.line += 1,
                (State::Quoted, _) => {}
                (State::FieldStart, b'"') => {
                    self.state = State::Quoted;
                    self.field_quoting = Quoting::Simple;
                }
                (State::QuoteInQuoted, b'"') => {
                    self.state = State::Quoted;
                    self.field_quoting = Quoting::Mixed;
                }
                (_, byte) if *byte == self.delimiter => {
                    self.end_field();
                    self.field_start = self.at + 1;
                    self.state = State::FieldStart;
                }
                (_, b'\n' | b'\r') => {
                    // Only a line feed is a line's end; the one behind a carriage return is met between the records.
                    self.line += u64::from(*byte == b'\n');
                    self.end_field();
                    return true;
                }
                (state, _) => {
                    if state == State::QuoteInQuoted {
                        self.field_quoting = Quoting::Mixed;
                    }
                    self.state = State::Plain;
                    let rest = record.get(self.at..).unwrap_or_default();
                    let is_end = |byte: &u8| *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
                    self.at += rest.iter().position(is_end).unwrap_or(rest.len());
                    continue;
                }
            }
            self.at += 1;
        }
        false
    }

    /// Ends the record with the source.
    fn close(&mut self) -> bool {
        self.is_unclosed = self.state == State::Quoted;
        self.end_field();
        true
    }

    fn end_field(&mut self) {
        self.field_count += 1;
        if self.fields.len() < MOST_COLUMNS && !self.is_skipping {
            self.fields.push(Span { start: self.field_start, end: self.at, quoting: self.field_quoting });
        }
        self.field_quoting = Quoting::None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::text as csv_text;
    use super::super::text::Text;
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<Vec<String>>;

    /// The fields of each record as this cutter and as the csv crate find them; a last record with open quotes is left
    /// out, since the csv crate does not tell it.
    fn cut(source: &[u8], chunk: usize, delimiter: u8) -> (Rows, Rows) {
        let mut input = Input::default();
        let mut chunks = source.chunks(chunk);
        let mut records = Records::starting_at(1).separated_by(delimiter);
        let mut found = Vec::new();
        loop {
            let Some(cut) = records.next(&mut input) else {
                match chunks.next() {
                    Some(chunk) => input.extend(chunk),
                    None if input.has_ended() => break,
                    None => input.finish(),
                }
                continue;
            };
            let line = source.get(..input.offset_of(cut.range.start) as usize).unwrap_or_default();
            assert_eq!(cut.line, 1 + line.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>());
            let record = input.get(cut.range);
            let read = |span: &Span| {
                let mut out = String::new();
                // A quote that is not closed leaves no text, and that record is left out below.
                csv_text(record, span).unwrap_or(Text::Plain("")).read_into(&mut out);
                out
            };
            assert_eq!(records.fields().len(), records.field_count());
            found.push(records.fields().iter().map(read).collect());
        }
        let mut builder = csv::ReaderBuilder::new();
        let crates = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(source);
        let records_of_crate = crates.into_records().map(|record| record.unwrap().iter().map(str::to_owned).collect());
        let mut expected: Rows = records_of_crate.collect();
        if records.is_unclosed() {
            assert_eq!(found.len(), expected.len());
            found.pop();
            expected.pop();
        }
        (found, expected)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn records_are_those_of_the_csv_crate(
            source in "([a é\",;\n\r]{0,40}|([a-c]{0,30}[,;\n\"]){0,12})",
            chunk in 1usize..100,
            delimiter in prop::sample::select(&b",;\t"[..]),
        ) {
            let (found, expected) = cut(source.as_bytes(), chunk, delimiter);
            prop_assert_eq!(found, expected);
        }
    }
}
