//! Cuts records of CSV and their fields, wherever the chunks end, and reads quotes as the `csv` crate does: a quote
//! opens a field only as its first byte, two within are one, and behind the closing one the field goes on as if it had
//! none. A record ends at a line feed, a carriage return or both. Keeps no record above the limit.
//!
//! RFC 4180 has no text behind a closing quote. Where a field is within one line it is read all the same; where it goes
//! over several, its quotes are most likely two stray ones, which would make one record of many.
//!
//! Such a quote ([`Torn`]), and one that nothing closes before the source ends or the record is too long ([`Unclosed`]), costs
//! one record and no more: that record ends with the line in which the quote opened, and what lies behind that line is read
//! again as records of its own. No byte is looked at more than twice so, whatever the source. Every run of quotes between one
//! that opens and where it closes, or is given up, is even, since an odd one would have closed it; so a quote that opens there
//! is closed by its own run, and none of them sends the reading back over the same bytes.

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
    /// The line in which the last quoted field begins, and whether it goes on in another one.
    quote_line: u64,
    has_line_end: bool,
    field_start: usize,
    field_quoting: Quoting,
    fields: Vec<Span>,
    field_count: usize,
    /// What is to say of the record that was cut last if its last quote is not closed.
    unclosed: Option<Unclosed>,
    /// The same if a quoted field of several lines has text behind it.
    torn: Option<Torn>,
    /// True within a line that is too long and was already reported.
    is_skipping: bool,
    /// The byte between fields.
    delimiter: u8,
    /// The most bytes of a record; less than [`MOST_LINE_BYTES`] in tests alone.
    longest: usize,
    #[cfg(test)]
    looked_at: usize,
}

/// A record whose last quote nothing closes. Its line is the one in which that quote opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// How many lines above that one the record begins.
    pub(super) lines_above: u64,
    /// True if it was sought up to the limit of a record, false if up to the end of the source.
    pub(super) is_at_limit: bool,
    /// True if the source has more behind that line.
    pub(super) goes_on: bool,
}

/// A record with a field of several lines behind whose closing quote there is text. Its line is the one in which that quote
/// opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Torn {
    /// How many lines above that one the record begins,
    pub(super) lines_above: u64,
    /// and how many below it the quote closes.
    pub(super) closes: u64,
}

impl Records {
    pub(super) fn starting_at(line: u64) -> Self {
        Self {
            line,
            state: State::Between,
            at: 0,
            record_line: line,
            quote_line: line,
            has_line_end: false,
            field_start: 0,
            field_quoting: Quoting::None,
            fields: Vec::new(),
            field_count: 0,
            unclosed: None,
            torn: None,
            is_skipping: false,
            delimiter: b',',
            longest: MOST_LINE_BYTES,
            #[cfg(test)]
            looked_at: 0,
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

    /// Says of it that its last quote is not closed.
    pub(super) fn unclosed(&self) -> Option<Unclosed> {
        self.unclosed
    }

    /// Says of it that two stray quotes may have made it of several.
    pub(super) fn torn(&self) -> Option<Torn> {
        self.torn
    }

    /// True if nothing is wrong with its quotes.
    pub(super) fn is_sound(&self) -> bool {
        self.unclosed.is_none() && self.torn.is_none()
    }

    /// The number of the line that the next record begins with, or the one that has begun.
    pub(super) fn line(&self) -> u64 {
        if self.has_begun() { self.record_line } else { self.line }
    }

    /// True within a line that is too long.
    pub(super) fn is_skipping(&self) -> bool {
        self.is_skipping
    }

    /// The next record without its end. Lines without a byte are none. What is told and where reading goes on depends on
    /// the bytes up to the limit alone, so it does not depend on where the chunks end.
    pub(super) fn next(&mut self, input: &mut Input) -> Option<Cut> {
        (self.unclosed, self.torn) = (None, None);
        if self.is_skipping && !self.skip(input) {
            return None;
        }
        if self.state == State::Between && !self.begin(input) {
            return None;
        }
        let waiting = input.waiting();
        let held = waiting.get(..waiting.len().min(self.longest + 1)).unwrap_or_default();
        #[cfg(test)]
        let begin = self.at;
        let is_whole = self.advance(held);
        #[cfg(test)]
        {
            self.looked_at += self.at - begin;
        }
        if self.torn.is_some() {
            return Some(self.cut_behind_line(input));
        }
        let is_too_long = !is_whole && held.len() > self.longest;
        if !is_whole && !is_too_long && !input.has_ended() {
            return None;
        }
        if !is_whole {
            self.end_field();
            if self.state == State::Quoted
                && let Some(cut) = self.cut_behind_quote(input, is_too_long)
            {
                return Some(cut);
            }
        }
        self.state = State::Between;
        self.is_skipping = is_too_long;
        Some(Cut { line: self.record_line, range: input.take(self.at, usize::from(is_whole)), is_too_long })
    }

    /// Ends a record whose last quote nothing closes with the line in which that quote opened; `None` if that line has no
    /// end within the limit.
    fn cut_behind_quote(&mut self, input: &mut Input, is_at_limit: bool) -> Option<Cut> {
        // A quote opens a field only as its first byte.
        let behind = input.waiting().get(self.field_start..self.at).unwrap_or_default();
        let end = behind.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        if end.is_none() && is_at_limit {
            return None;
        }
        let goes_on = end.is_some_and(|end| end + 1 < behind.len());
        self.unclosed = Some(Unclosed { lines_above: self.quote_line - self.record_line, is_at_limit, goes_on });
        Some(self.cut_behind_line(input))
    }

    /// Ends a record with the line in which its last quote opened.
    fn cut_behind_line(&mut self, input: &mut Input) -> Cut {
        let behind = input.waiting().get(self.field_start..self.at).unwrap_or_default();
        let end = behind.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let is_line = end.and_then(|end| behind.get(end)) == Some(&b'\n');
        let length = self.field_start + end.unwrap_or(behind.len());
        self.line = self.quote_line + u64::from(is_line);
        self.state = State::Between;
        let range = input.take(length, usize::from(end.is_some()));
        Cut { line: self.quote_line, range, is_too_long: false }
    }

    /// Drops bytes up to the end of the line; true if it was reached.
    fn skip(&mut self, input: &mut Input) -> bool {
        let end = input.waiting().iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.is_skipping = end.is_none();
        match end {
            Some(end) => {
                self.line += u64::from(input.waiting().get(end) == Some(&b'\n'));
                input.take(end, 1);
            }
            None => {
                input.take_all();
            }
        }
        end.is_some()
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

    /// From the next record on, this byte stands between fields.
    pub(super) fn separate_by(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The byte between fields.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn begin(&mut self, input: &mut Input) -> bool {
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

    /// Looks at the bytes that are new; true if the record ends at the byte `at`. Stops where it is torn.
    fn advance(&mut self, record: &[u8]) -> bool {
        while let Some(byte) = record.get(self.at) {
            match (self.state, byte) {
                (State::Quoted, b'"') => self.state = State::QuoteInQuoted,
                (State::Quoted, b'\n' | b'\r') => {
                    self.line += u64::from(*byte == b'\n');
                    self.has_line_end = true;
                }
                (State::Quoted, _) => {}
                (State::FieldStart, b'"') => {
                    self.state = State::Quoted;
                    self.quote_line = self.line;
                    self.has_line_end = false;
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
                        if self.has_line_end {
                            let lines_above = self.quote_line - self.record_line;
                            self.torn = Some(Torn { lines_above, closes: self.line - self.quote_line });
                            self.end_field();
                            return false;
                        }
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

    fn end_field(&mut self) {
        self.field_count += 1;
        if self.fields.len() < MOST_COLUMNS {
            self.fields.push(Span { start: self.field_start, end: self.at, quoting: self.field_quoting });
        }
        self.field_quoting = Quoting::None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::csv::text as csv_text;
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<Vec<String>>;

    /// What was cut out of a source: its line, where it begins, and its fields or what is wrong with it and where reading
    /// goes on.
    #[derive(Debug, PartialEq)]
    enum Found {
        Record(u64, usize, Vec<String>),
        Torn(u64, usize, Torn, usize),
        Unclosed(u64, usize, Unclosed, usize),
        TooLong(u64, usize),
    }

    /// The records of a source in chunks of a length, and how many bytes were looked at.
    fn cut(source: &[u8], chunk: usize, delimiter: u8, longest: usize) -> (Vec<Found>, usize) {
        let mut input = Input::default();
        let mut chunks = source.chunks(chunk);
        let mut records = Records { longest, ..Records::starting_at(1).separated_by(delimiter) };
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
            let start = input.offset_of(cut.range.start) as usize;
            let record = input.get(cut.range);
            let goes_on = input.offset_of(input.start()) as usize;
            found.push(match (records.unclosed(), records.torn()) {
                _ if cut.is_too_long => Found::TooLong(cut.line, start),
                (Some(unclosed), _) => Found::Unclosed(cut.line, start, unclosed, goes_on),
                (None, Some(torn)) => Found::Torn(cut.line, start, torn, goes_on),
                (None, None) => {
                    let read = |span: &Span| {
                        let mut out = String::new();
                        csv_text(record, span).expect("a text in UTF-8").read_into(&mut out);
                        out
                    };
                    assert_eq!(records.fields().len(), records.field_count());
                    Found::Record(cut.line, start, records.fields().iter().map(read).collect())
                }
            });
        }
        assert_eq!(records.line(), line_of(source, source.len()), "all lines were counted");
        (found, records.looked_at)
    }

    fn line_of(source: &[u8], at: usize) -> u64 {
        1 + source[..at].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
    }

    fn is_end(byte: &u8) -> bool {
        matches!(byte, b'\n' | b'\r')
    }

    /// The same by looking at the whole source again and again.
    fn naive(source: &[u8], delimiter: u8, longest: usize) -> Vec<Found> {
        let end_behind = |at: usize| source[at..].iter().position(is_end).map(|end| at + end);
        let mut found = Vec::new();
        let mut at = 0;
        loop {
            at += source[at..].iter().take_while(|byte| is_end(byte)).count();
            if at == source.len() {
                return found;
            }
            let (begin, limit) = (at, source.len().min(at + longest + 1));
            let line = line_of(source, begin);
            let (mut quoted_from, mut fields, mut field) = (None, Vec::new(), Vec::new());
            let mut is_start = true;
            let mut end = None;
            // Where the quotes of a field opened that have just closed, and what is torn.
            let (mut closed_from, mut torn) = (None, None);
            while at < limit && end.is_none() && torn.is_none() {
                let byte = source[at];
                at += 1;
                match (quoted_from, byte) {
                    (Some(_), b'"') if at < limit && source[at] == b'"' => {
                        field.push(b'"');
                        at += 1;
                    }
                    (Some(quote), b'"') => {
                        quoted_from = None;
                        closed_from = Some(quote);
                        continue;
                    }
                    (None, b'"') if is_start => quoted_from = Some(at - 1),
                    (None, byte) if byte == delimiter || is_end(&byte) => {
                        fields.push(String::from_utf8_lossy(&std::mem::take(&mut field)).into_owned());
                        end = is_end(&byte).then_some(at);
                        is_start = true;
                        closed_from = None;
                        continue;
                    }
                    _ => field.push(byte),
                }
                is_start = false;
                if let Some(quote) = closed_from.take()
                    && source[quote..at - 1].iter().any(is_end)
                {
                    torn = Some((quote, at - 1));
                }
            }
            if let Some((quote, close)) = torn {
                let [opens, closes] = [quote, close].map(|place| line_of(source, place));
                at = end_behind(quote).map_or(limit, |end| end + 1);
                found.push(Found::Torn(opens, begin, Torn { lines_above: opens - line, closes: closes - opens }, at));
                continue;
            }
            let is_over = end.is_none() && limit - begin > longest;
            let line_end = quoted_from.and_then(end_behind).filter(|end| *end < limit);
            found.push(match quoted_from {
                Some(quote) if line_end.is_some() || !is_over => {
                    at = line_end.map_or(limit, |end| end + 1);
                    let quote_line = line_of(source, quote);
                    let goes_on = at < limit;
                    let unclosed = Unclosed { lines_above: quote_line - line, is_at_limit: is_over, goes_on };
                    Found::Unclosed(quote_line, begin, unclosed, at)
                }
                _ if is_over => {
                    at = end_behind(limit).map_or(source.len(), |end| end + 1);
                    Found::TooLong(line, begin)
                }
                _ => {
                    if end.is_none() {
                        fields.push(String::from_utf8_lossy(&field).into_owned());
                    }
                    Found::Record(line, begin, fields)
                }
            });
        }
    }

    /// The fields of each record as the csv crate finds them, up to a last one whose quotes do not close.
    fn of_crate(source: &[u8], delimiter: u8) -> Rows {
        let mut builder = csv::ReaderBuilder::new();
        let records = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(source).into_records();
        records.map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn records_are_those_of_the_csv_crate(
            source in "([a é\",;\n\r]{0,40}|([a-c]{0,30}[,;\n\"]){0,12})",
            chunk in 1usize..100,
            delimiter in prop::sample::select(&b",;\t"[..]),
        ) {
            let (found, _) = cut(source.as_bytes(), chunk, delimiter, MOST_LINE_BYTES);
            let mut found = found.into_iter().peekable();
            // Behind a record whose quotes do not close, or do with text behind them, what is left is a source of its own.
            let mut begin = 0;
            loop {
                let mut expected = of_crate(&source.as_bytes()[begin..], delimiter).into_iter();
                let is_record = |found: &Found| matches!(found, Found::Record(..));
                while let Some(Found::Record(_, _, fields)) = found.next_if(is_record) {
                    prop_assert_eq!(Some(fields), expected.next());
                }
                begin = match found.next() {
                    Some(Found::Unclosed(_, _, _, end)) => {
                        prop_assert_eq!(expected.len(), 1, "the csv crate takes what is left for one record");
                        end
                    }
                    Some(Found::Torn(_, _, _, end)) => {
                        prop_assert!(expected.len() > 0);
                        end
                    }
                    Some(other) => panic!("{other:?}"),
                    None => {
                        prop_assert_eq!(expected.next(), None);
                        break;
                    }
                };
            }
            prop_assert_eq!(found.next(), None);
        }

        #[test]
        fn a_record_ends_at_the_limit(
            source in "([ab\",\n\r]{0,60}|([a-c]{0,9}(\"\"|,|,\"|\n|\n\")){0,20})",
            chunk in 1usize..100,
            longest in 1usize..40,
        ) {
            let source = source.as_bytes();
            let (found, looked_at) = cut(source, chunk, b',', longest);
            prop_assert_eq!(&found, &naive(source, b',', longest));
            prop_assert!(looked_at <= 2 * source.len(), "{} for {}", looked_at, source.len());
        }
    }

    #[test]
    fn a_field_of_several_lines_with_text_behind_its_quote_ends_its_line() {
        let check = |source: &str, expected: &[Option<(u64, u64, u64)>]| {
            let found = cut(source.as_bytes(), 3, b',', MOST_LINE_BYTES).0;
            let torn = |found: &Found| match found {
                Found::Torn(line, _, torn, _) => Some((*line, torn.lines_above, torn.closes)),
                _ => None,
            };
            assert_eq!(found.iter().map(torn).collect::<Vec<_>>(), expected, "{source:?}");
        };
        // The second of the strays opens a field, too, which nothing closes.
        check("a,\"open\nb\nb,\"open\nc", &[Some((1, 0, 2)), None, None, None]);
        check("a,\"b\nc\",\"d\r\n\n\"e\nf", &[Some((2, 1, 2)), None, None]);
        check("a,\"b\rc\"d\n", &[Some((1, 0, 0)), None]);
        // What RFC 4180 allows, and text behind a quote of one line.
        check("a,\"b\nc\"\nd,\"\"\"\n\"\"\"\r\n\"e\"f,\"\"g\n", &[None, None, None]);
    }

    #[test]
    fn quotes_that_nothing_closes_cost_no_more_than_a_second_look() {
        let check = |line: &str, unclosed: usize| {
            let source = line.repeat(20_000);
            let (found, looked_at) = cut(source.as_bytes(), 1 << 12, b',', 1 << 16);
            let count = found.iter().filter(|found| matches!(found, Found::Unclosed(..))).count();
            assert_eq!(count, unclosed, "{line:?}");
            assert!(looked_at <= 2 * source.len(), "{looked_at} of {} for {line:?}", source.len());
        };
        check("a,b\n", 0);
        // Each closes the one before it, with text behind it but for the last.
        check("a,\"b\n", 1);
        check("a,\"\"b\n", 0);
        check("a,\"b,\"\"\n", 1);
        check("a,\"b,\"\"c\n,\"\"\"\"\n", 1);
        let stray = ["a,\"b\n", &"c,\"\",d\n".repeat(30_000)].concat();
        let source = stray.repeat(5);
        let (found, looked_at) = cut(source.as_bytes(), 1 << 12, b',', 1 << 16);
        assert_eq!(found.len(), 5 * 30_001);
        assert_eq!(found.iter().filter(|found| matches!(found, Found::Unclosed(..))).count(), 5);
        assert!(looked_at <= 2 * source.len(), "{looked_at} of {}", source.len());
    }
}
