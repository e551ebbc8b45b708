//! Records of delimited text as rows: the header says which column feeds which role; unknown columns are ignored.
//!
//! Without a column that places a row or one that says how it stands, or with more than [`MOST_COLUMNS`] of them, every
//! row is unreadable and says so. Of two columns of one name the last counts.

use super::fields::{Fields, Taken};
use super::mapping::{Mapping, Target};
use super::reader;
use super::recognise;
use super::records::{Quoting, Records, Span, Torn, Unclosed};
use super::role::Role;
use super::row::{self, Place, Scratch};
use super::text::{Text, excerpt};
use super::{Event, MOST_COLUMNS, MOST_LINE_BYTES, StreamEnd, Value};
use crate::number::whole;
use crate::problem::ProblemKind;
use crate::time::is_none_field;

/// What the first record says of the columns.
#[derive(Debug)]
pub(super) struct Header {
    /// What each column feeds.
    columns: Vec<Vec<Target>>,
    names: Vec<String>,
    column_count: usize,
}

impl Header {
    /// `names` are those of the columns, `column_count` how many there are if that is more.
    pub(super) fn read(names: Vec<String>, column_count: usize, mapping: &Mapping) -> Header {
        let columns = names.iter().map(|name| mapping.column(name)).collect();
        Header { columns, names, column_count }
    }

    /// What is said of a column that is read and whose name stands there again; empty where there is none.
    pub(super) fn doubled(&self) -> String {
        let is_again = |(at, name): &(usize, &String)| {
            let others = self.names.iter().skip(at + 1);
            self.columns.get(*at).is_some_and(|targets| !targets.is_empty())
                && others.into_iter().any(|other| other.eq_ignore_ascii_case(name))
        };
        match self.names.iter().enumerate().find(is_again) {
            Some((_, name)) => ["; of several columns ", &excerpt(name), " the last one counts"].concat(),
            None => String::new(),
        }
    }

    /// True if any column means anything.
    pub(super) fn is_known(&self) -> bool {
        self.columns.iter().any(|targets| !targets.is_empty())
    }

    pub(super) fn has_start(&self) -> bool {
        self.has(Role::StartedAt)
    }

    fn has(&self, role: Role) -> bool {
        self.columns.iter().flatten().any(|target| target.role == role)
    }

    /// What each column feeds, if rows can be read under this header.
    pub(super) fn useful_columns(&self, mapping: &Mapping) -> Option<&[Vec<Target>]> {
        self.why_useless(mapping).is_none().then_some(&self.columns)
    }

    /// Why no row can be read under this header.
    fn why_useless(&self, mapping: &Mapping) -> Option<String> {
        if self.column_count > MOST_COLUMNS {
            return Some(
                [
                    "the header has ",
                    &whole(self.column_count as u64),
                    " columns, expected at most ",
                    &whole(MOST_COLUMNS as u64),
                ]
                .concat(),
            );
        }
        let stand_in = mapping.rules().stand_in;
        if !self.has_start() && stand_in.is_none_or(|role| !self.has(role)) {
            let names = [mapping.name_of(Role::StartedAt), stand_in.map_or("", |role| mapping.name_of(role))];
            let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            return Some(self.without(name));
        }
        let has_status = mapping.rules().otherwise.is_some() || Role::STATUSES.into_iter().any(|role| self.has(role));
        (!has_status).then(|| self.without(mapping.name_of(Role::Status)))
    }

    /// That it has no column of a name, and which it has.
    #[inline(never)]
    fn without(&self, name: &str) -> String {
        ["the header has no column '", name, "', only ", &recognise::listed(&self.names)].concat()
    }
}

/// The names of the columns that a record says, without the white space around them; empty where it is no UTF-8.
pub(super) fn names(record: &[u8], records: &Records) -> Vec<String> {
    let read = |span: &Span| {
        let mut name = String::new();
        text(record, span).unwrap_or(Text::Plain("")).read_into(&mut name);
        name.trim().to_owned()
    };
    records.fields().iter().map(read).collect()
}

/// The byte that stands between the columns of a first line: of comma, tab and semicolon the one that is there most
/// often, a bar if there is none of these.
pub(super) fn delimiter(line: &[u8]) -> u8 {
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0), (b'|', 0)];
    for byte in line {
        is_quoted ^= *byte == b'"';
        let count = counts.iter_mut().find(|(delimiter, _)| delimiter == byte && !is_quoted);
        if let Some((_, count)) = count {
            *count += 1;
        }
    }
    let [comma, tab, semicolon, bar] = counts;
    let best = [comma, tab, semicolon].into_iter().rev().max_by_key(|(_, count)| *count);
    match best {
        Some((delimiter, 1..)) => delimiter,
        _ if bar.1 > 0 => b'|',
        _ => b',',
    }
}

/// The byte between fields that a first line names for spreadsheets (`sep=;`), which is no header. The line comes without
/// its end.
///
/// ```
/// use execution_heatmap::ingest::named_delimiter;
/// assert_eq!(named_delimiter(b"sep=;"), Some(b';'));
/// assert_eq!(named_delimiter(b"id;status"), None);
/// ```
pub fn named_delimiter(line: &[u8]) -> Option<u8> {
    let (name, delimiter) = line.split_at_checked(4)?;
    match delimiter {
        [byte @ (b'\t' | b' '..=b'~')] if name.eq_ignore_ascii_case(b"sep=") => {
            (!byte.is_ascii_alphanumeric() && *byte != b'"').then_some(*byte)
        }
        _ => None,
    }
}

/// True for a record that is a blank line.
pub(super) fn is_blank(record: &[u8], records: &Records) -> bool {
    matches!(records.fields(), [Span { quoting: Quoting::None, .. }])
        && record.iter().all(|byte| reader::is_blank(*byte))
}

/// The event of a record that is a control line: its first field is `$end`, `$error` or `$alive` without quotes, and of
/// `$end` the second is a number. In quotes such a text is a value like any other.
// Few records are control lines.
#[inline(never)]
pub(super) fn control(record: &[u8], records: &Records) -> Option<Event<'static>> {
    let mut spans = records.fields().iter();
    let first = spans.next().filter(|span| span.quoting == Quoting::None)?;
    let mut next = || {
        let mut out = String::new();
        spans.next().and_then(|span| text(record, span))?.read_into(&mut out);
        Some(out)
    };
    match record.get(first.start..first.end)? {
        // One that breaks off in its quotes ends nothing either.
        b"$end" | b"$error" if !records.is_sound() => Some(Event::Control),
        b"$end" => {
            let rows = next()?.trim().parse().ok()?;
            let complete = next().and_then(|complete| complete.trim().parse().ok());
            // An end that does not say whether it is whole ends nothing, so the stream counts as incomplete.
            let Some(complete) = complete else { return Some(Event::Control) };
            Some(Event::End(StreamEnd::End { rows, complete, reason: next().filter(|reason| !reason.is_empty()) }))
        }
        b"$error" => Some(Event::End(StreamEnd::error(next(), next()))),
        b"$alive" => Some(Event::Control),
        _ => None,
    }
}

/// The event of a record that is a row.
// Few records are read so; what is called for each stays short without it.
#[inline(never)]
pub(super) fn read<'a>(
    place: Place,
    record: &'a [u8],
    records: &Records,
    header: Option<&Header>,
    mapping: &Mapping,
    scratch: &'a mut Scratch,
) -> Event<'a> {
    let unreadable = |message: String| Event::Rejected { line: place.line, kind: ProblemKind::Unreadable, message };
    if let Some(unclosed) = records.unclosed() {
        return unreadable(why_unclosed(unclosed));
    }
    if let Some(torn) = records.torn() {
        return unreadable(why_torn(torn));
    }
    let Some(header) = header else { return unreadable("there is no header".to_owned()) };
    if let Some(message) = header.why_useless(mapping) {
        return unreadable(message);
    }
    let (count, expected) = (records.field_count(), header.column_count);
    if count != expected {
        return unreadable(
            ["the row has ", &whole(count as u64), " fields, expected ", &whole(expected as u64), " as in the header"]
                .concat(),
        );
    }
    let mut fields = Taken::default();
    for (targets, span) in header.columns.iter().zip(records.fields()) {
        let Some(first) = targets.first() else { continue };
        let Some(text) = text(record, span) else {
            return unreadable([mapping.name_of(first.role), " is not UTF-8; save the file as UTF-8"].concat());
        };
        let value = match (first.role, text) {
            (_, Text::Plain("")) => Value::Absent,
            // In quotes such a word is a value like any other.
            (_, Text::Plain(word)) if span.quoting == Quoting::None && is_none_field(word.as_bytes()) => Value::Absent,
            (Role::Tags, text) => Value::Joined(text),
            (_, text) => Value::Text(text),
        };
        fields.set_all(targets, value);
    }
    row::understand(place, &Fields::Taken(fields), mapping, scratch)
}

/// What is said of a row whose last quote nothing closes. Names lines by where they lie from the one that the quote opens
/// in, whose number stands beside it, so that it is true of parts of a source, too.
fn why_unclosed(unclosed: Unclosed) -> String {
    let limit = [" within ", &whole(MOST_LINE_BYTES as u64 >> 20), " MiB"].concat();
    let sought = if unclosed.is_at_limit { &limit } else { " before the source ends" };
    let goes_on = if unclosed.goes_on { GOES_ON } else { "" };
    [&opens(unclosed.lines_above), " does not close", sought, ", expected a closing quote", goes_on].concat()
}

/// The same of a row with a field of several lines behind whose quotes there is text.
fn why_torn(torn: Torn) -> String {
    let closes = lines(torn.closes, "in this line", "below");
    let expected = " with text behind it, expected the end of the field behind a closing quote";
    [&opens(torn.lines_above), " closes ", &closes, expected, GOES_ON].concat()
}

const GOES_ON: &str = "; reading goes on in the next line";

fn opens(lines_above: u64) -> String {
    let begin = match lines_above {
        0 => String::new(),
        above => [" of a row that begins ", &lines(above, "", "above")].concat(),
    };
    ["the quote that opens in this line", &begin].concat()
}

/// So many lines on one side of this one.
fn lines(count: u64, none: &str, side: &str) -> String {
    match count {
        0 => none.to_owned(),
        1 => ["one line ", side].concat(),
        count => [&whole(count), " lines ", side].concat(),
    }
}

/// A field's text, or `None` if it is not UTF-8.
pub(super) fn text<'a>(record: &'a [u8], span: &Span) -> Option<Text<'a>> {
    let raw = std::str::from_utf8(record.get(span.start..span.end)?).ok()?;
    Some(match span.quoting {
        Quoting::None => Text::Plain(raw),
        Quoting::Simple => Text::Plain(raw.get(1..raw.len().checked_sub(1)?)?),
        Quoting::Mixed => Text::Csv(raw),
    })
}
