//! Cuts the bytes of a source where rows end, into blocks that threads can read on their own. A cut is made only where it
//! is certain that a row ends: behind a line feed, in CSV behind one outside quotes. So the parts of a file need not be
//! held against one another afterwards. Looks for quotes and line feeds and at nothing else; where a row ends that is
//! longer than a block is for the engine to say, which gives up a quote that nothing closes.

use super::Plain;
use execution_heatmap::ingest::named_delimiter;
use memchr::{memchr, memrchr};

/// Bytes that follow one another in a source.
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// True if a row ends with the last byte, or the source does.
    pub(super) ends: bool,
}

/// A source as blocks.
pub(super) struct Blocks<'a> {
    plain: Plain<'a>,
    cutter: Cutter,
    /// Bytes of a block, about.
    length: usize,
    /// Read, but not given yet.
    rest: Vec<u8>,
    has_ended: bool,
}

/// Where a source is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cutter {
    /// Nowhere; it has to be read in one go.
    Nowhere,
    /// Behind any line feed.
    Lines,
    /// Behind a line feed outside quotes, which open and close as the engine reads CSV: only as a field's first byte,
    /// and two of them within are one.
    Records(Quotes),
}

impl<'a> Blocks<'a> {
    /// `rest` is what was read of the source already.
    pub(super) fn new(plain: Plain<'a>, cutter: Cutter, length: usize, rest: Vec<u8>) -> Self {
        Self { plain, cutter, length, rest, has_ended: false }
    }

    /// The next block; `None` behind the last.
    pub(super) fn next(&mut self) -> Option<Block> {
        let mut bytes = self.read()?;
        if self.has_ended {
            // A row in the midst of which reading was stopped is none that cannot be read.
            if self.plain.is_stopped() && self.cutter != Cutter::Nowhere {
                bytes.truncate(self.cutter.last_end(&bytes).unwrap_or(0));
            }
            return Some(Block { bytes, ends: true });
        }
        match self.cutter.last_end(&bytes) {
            Some(end) => {
                self.rest = bytes.split_off(end);
                Some(Block { bytes, ends: true })
            }
            None => Some(Block { bytes, ends: false }),
        }
    }

    /// What follows a block that does not end with a row, wherever that ends; `None` behind the last byte.
    pub(super) fn read(&mut self) -> Option<Vec<u8>> {
        if self.has_ended && self.rest.is_empty() {
            return None;
        }
        let mut bytes = std::mem::take(&mut self.rest);
        if !self.has_ended {
            bytes.reserve(self.length);
            let wanted = bytes.len() + self.length;
            self.has_ended = !self.plain.fill(&mut bytes, wanted);
        }
        Some(bytes)
    }

    /// Takes bytes back that follow the end of a row, so that the next block begins with them.
    pub(super) fn give_back(&mut self, bytes: &[u8]) {
        self.rest = bytes.to_vec();
        self.cutter.begin();
    }

    /// Why the source ended before its time, if it did.
    pub(super) fn broken(self) -> Option<String> {
        self.plain.broken()
    }
}

impl Cutter {
    /// What comes begins with a row.
    fn begin(&mut self) {
        if let Cutter::Records(quotes) = self {
            *quotes = Quotes::between(quotes.delimiter);
        }
    }

    /// Where the last row ends that ends within these bytes, which follow the bytes of the last call; if a row did end
    /// there, they begin with a row.
    pub(super) fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        match self {
            Cutter::Nowhere => None,
            Cutter::Lines => memrchr(b'\n', bytes).map(|at| at + 1),
            Cutter::Records(quotes) => {
                let end = quotes.last_end(bytes);
                if end.is_some() {
                    // What is behind the end comes again, as the first bytes of the next block.
                    self.begin();
                }
                end
            }
        }
    }
}

/// Where in quotes a stretch of CSV ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quotes {
    delimiter: u8,
    is_inside: bool,
    /// True behind a quote within quotes, which closes them or is the first of two.
    is_behind_quote: bool,
    previous: u8,
}

impl Quotes {
    /// Before the first byte of a record whose fields this byte separates.
    pub(super) fn between(delimiter: u8) -> Self {
        Self { delimiter, is_inside: false, is_behind_quote: false, previous: b'\n' }
    }

    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut last = None;
        let mut at = 0;
        if !bytes.is_empty() && std::mem::take(&mut self.is_behind_quote) {
            self.is_inside = bytes.first() == Some(&b'"');
            at = usize::from(self.is_inside);
        }
        loop {
            let stretch = bytes.get(at..).unwrap_or_default();
            let quote = memchr(b'"', stretch);
            if !self.is_inside {
                let outside = stretch.get(..quote.unwrap_or(stretch.len())).unwrap_or_default();
                last = memrchr(b'\n', outside).map(|feed| at + feed + 1).or(last);
            }
            let Some(quote) = quote.map(|quote| at + quote) else { break };
            at = quote + 1;
            if !self.is_inside {
                let before = quote.checked_sub(1).and_then(|before| bytes.get(before)).unwrap_or(&self.previous);
                self.is_inside = *before == self.delimiter || matches!(before, b'\n' | b'\r');
                continue;
            }
            match bytes.get(at) {
                None => self.is_behind_quote = true,
                Some(b'"') => at += 1,
                Some(_) => self.is_inside = false,
            }
        }
        self.previous = *bytes.last().unwrap_or(&self.previous);
        last
    }
}

/// The first record of a file of records with its end, and a line before it that names the delimiter; if these lie within
/// these first bytes and the record is the first one beyond doubt.
pub(super) fn header(first: &[u8], delimiter: u8) -> Option<&[u8]> {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let blank = first.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))?;
    let (blanks, _) = first.split_at_checked(memrchr(b'\n', first.get(..blank)?).map_or(0, |feed| feed + 1))?;
    // Fields without anything in them are a header, too, if a bad one.
    if memchr(delimiter, blanks).is_some() {
        return None;
    }
    let first = first.get(blanks.len()..)?;
    let line = first.get(..memchr(b'\n', first)?)?;
    let is_name = named_delimiter(line.strip_suffix(b"\r").unwrap_or(line)).is_some();
    let begin = if is_name { line.len() + 1 } else { 0 };
    let mut quotes = Quotes::between(delimiter);
    let mut from = begin;
    loop {
        let to = from + memchr(b'\n', first.get(from..)?)? + 1;
        if quotes.last_end(first.get(from..to)?).is_some() {
            let (whole, record) = (first.get(..to)?, first.get(begin..to)?);
            let ends = record.iter().filter(|byte| **byte == b'\r').count();
            // A blank line behind a name is no header yet.
            let is_none = record.starts_with(b"$") || (is_name && record.trim_ascii().is_empty());
            let is_plain = !is_none && ends == usize::from(record.ends_with(b"\r\n"));
            return is_plain.then_some(whole);
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_outside_quotes() {
        let check = |text: &str, expected: Option<&str>| {
            let whole = Quotes::between(b',').last_end(text.as_bytes());
            assert_eq!(whole.map(|end| &text[..end]), expected, "{text:?}");
            for cut in 0..=text.len() {
                let mut quotes = Quotes::between(b',');
                let (left, right) = text.as_bytes().split_at(cut);
                let left = quotes.last_end(left);
                let end = quotes.last_end(right).map(|end| cut + end).or(left);
                assert_eq!(end, whole, "{text:?} cut at {cut}");
            }
        };
        check("", None);
        check("a,b", None);
        check("a,b\nc", Some("a,b\n"));
        check("a\n\"b\nc\"", Some("a\n"));
        check("a\n\"b\nc\"\nd", Some("a\n\"b\nc\"\n"));
        check("a,\"b\"\"\n\",c\nd\n", Some("a,\"b\"\"\n\",c\nd\n"));
        check("a,\"b\"\"\n", None);
        check("a,\"\"\"\n\"\nx", Some("a,\"\"\"\n\"\n"));
        // A quote within a field, or behind a closed one, is a character like any other.
        check("a\"b\nc", Some("a\"b\n"));
        check("\"a\"b\"\nc", Some("\"a\"b\"\n"));
        check("a, \"b\nc", Some("a, \"b\n"));
        check("a\r\"b\n", None);
    }

    #[test]
    fn a_header_is_known_beyond_doubt_or_not_at_all() {
        let check = |text: &str, delimiter: u8, expected: Option<&str>| {
            assert_eq!(header(text.as_bytes(), delimiter), expected.map(str::as_bytes), "{text:?}");
        };
        check("id,status\n1", b',', Some("id,status\n"));
        check("\u{feff}\r\n id,status\r\n1", b',', Some(" id,status\r\n"));
        check("\"id\",\"a\nb\"\n1", b',', Some("\"id\",\"a\nb\"\n"));
        check("id,status", b',', None);
        check("id;\"a,\nb\"\n1", b';', Some("id;\"a,\nb\"\n"));
        check("id;a,\"b\n1", b';', Some("id;a,\"b\n"));
        check("id\tstatus\n1", b'\t', Some("id\tstatus\n"));
        check("\n\tstatus\n1", b'\t', Some("\tstatus\n"));
        check("\t\n\tstatus\n1", b'\t', None);
        check("started_at\n1", b',', Some("started_at\n"));
        check("sep=;\r\nid;a\r\n1", b';', Some("sep=;\r\nid;a\r\n"));
        check("sep=;\n\nid;a\n1", b';', None);
        check("sep=;\n", b';', None);
        check("id,status\r1,completed\n", b',', None);
        check("\rid,status\n1", b',', None);
        check("$alive\nid,status\n", b',', None);
    }
}
