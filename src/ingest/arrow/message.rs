//! Messages cut out of an Arrow stream or file as far as bytes have come: a frame, its metadata, its body. Believes no
//! length: a message is looked at when all of it is there, and what says that it is greater than a limit is refused
//! before anything waits for it.

use super::super::input::Input;
use super::flat::{Checked, Malformed, Table, bytes_at};
use crate::number::push_whole;
use std::ops::Range;

/// The most metadata of one message, in bytes.
pub const MOST_METADATA_BYTES: usize = 16 * 1024 * 1024;
/// The most bytes of one batch.
pub const MOST_BODY_BYTES: usize = 1024 * 1024 * 1024;

/// What a file begins and ends with. Behind the first one zeros follow, up to a multiple of 8 or, by some writers, 64.
const MAGIC: &[u8] = b"ARROW1";
/// What stands in front of each message's length.
const CONTINUATION: [u8; 4] = [0xff; 4];
const FRAME_BYTES: usize = 8;

/// True if a source whose first bytes these are is Arrow; `None` while they are too few to tell.
pub(in super::super) fn is_arrow(first: &[u8]) -> Option<bool> {
    let begins = |with: &[u8]| {
        let length = first.len().min(with.len());
        first.get(..length) == with.get(..length)
    };
    if !begins(MAGIC) && !begins(&CONTINUATION) {
        return Some(false);
    }
    (first.len() >= CONTINUATION.len() && (begins(&CONTINUATION) || first.len() >= MAGIC.len())).then_some(true)
}

/// What comes next in the source.
#[derive(Debug)]
pub(super) enum Step {
    /// More bytes are needed.
    Wait,
    /// A message is there, its first bytes those that wait.
    Message(Extent),
    /// The stream has said that it ends, or the source has ended between two messages.
    End,
    /// The source is no Arrow from here on.
    Broken(String),
}

/// How long a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    metadata: usize,
    body: usize,
}

impl Extent {
    /// All its bytes.
    pub(super) fn len(&self) -> usize {
        FRAME_BYTES + self.metadata + self.body
    }

    /// Where its body lies among its bytes.
    pub(super) fn body(&self) -> Range<usize> {
        FRAME_BYTES + self.metadata..self.len()
    }

    /// Its metadata and its body, out of the bytes that wait.
    pub(super) fn parts<'a>(&self, waiting: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let (head, body) = waiting.split_at_checked(FRAME_BYTES + self.metadata).unwrap_or_default();
        (head.get(FRAME_BYTES..).unwrap_or_default(), body.get(..self.body).unwrap_or_default())
    }
}

/// Cuts messages.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// True for batches of columns that a program hands over: their heads are no metadata of Arrow.
    is_handed: bool,
    is_begun: bool,
    is_file: bool,
    /// True within the zeros at a file's begin.
    is_padding: bool,
    /// The message whose body is still coming, so that its metadata are read once.
    coming: Option<Extent>,
}

impl Messages {
    /// Cuts batches of columns.
    pub(super) fn handed() -> Self {
        Self { is_handed: true, is_begun: true, ..Self::default() }
    }

    pub(super) fn is_handed(&self) -> bool {
        self.is_handed
    }

    /// True for a file, behind whose messages an index lies.
    pub(super) fn is_file(&self) -> bool {
        self.is_file
    }

    /// The next message. Whoever has dealt with it takes its bytes from the input.
    pub(super) fn next(&mut self, input: &mut Input) -> Step {
        if !self.is_begun {
            if input.waiting().len() < MAGIC.len() && MAGIC.starts_with(input.waiting()) && !input.has_ended() {
                return Step::Wait;
            }
            self.is_begun = true;
            self.is_file = input.waiting().starts_with(MAGIC);
            self.is_padding = self.is_file;
            if self.is_file {
                input.take(MAGIC.len(), 0);
            }
        }
        if self.is_padding {
            let waiting = input.waiting();
            let zeros = waiting.iter().position(|byte| *byte != 0);
            self.is_padding = zeros.is_none();
            input.take(zeros.unwrap_or(waiting.len()), 0);
        }
        let step = match self.coming {
            Some(extent) => Ok(Some(extent)),
            None => extent_of(input.waiting(), self.is_handed),
        };
        match step {
            Err(cause) => Step::Broken(cause),
            Ok(Some(extent)) if extent.len() <= input.waiting().len() => {
                self.coming = None;
                if extent.metadata == 0 {
                    input.take(FRAME_BYTES, 0);
                    return Step::End;
                }
                Step::Message(extent)
            }
            Ok(extent) => {
                self.coming = extent;
                match (input.has_ended(), input.waiting().is_empty()) {
                    (false, _) => Step::Wait,
                    (true, true) if !self.is_file => Step::End,
                    (true, true) => Step::Broken("the Arrow file ends before its index".to_owned()),
                    (true, false) => Step::Broken("the Arrow source ends within a batch".to_owned()),
                }
            }
        }
    }
}

/// How long the message is that the bytes begin with; `None` while that has not come.
fn extent_of(waiting: &[u8], is_handed: bool) -> Result<Option<Extent>, String> {
    let Some(frame) = bytes_at::<FRAME_BYTES>(waiting, 0) else { return Ok(None) };
    let [a, b, c, d, length @ ..] = frame;
    if [a, b, c, d] != CONTINUATION {
        return Err("what follows is no Arrow message; streams from before Arrow 0.15 are not read".to_owned());
    }
    let metadata = u32::from_le_bytes(length) as usize;
    if metadata == 0 {
        return Ok(Some(Extent { metadata, body: 0 }));
    }
    if metadata > MOST_METADATA_BYTES {
        return Err(over_limit("metadata", MOST_METADATA_BYTES));
    }
    let Some(bytes) = waiting.get(FRAME_BYTES..FRAME_BYTES + metadata) else { return Ok(None) };
    let body = if is_handed {
        bytes_at(bytes, 0).map(i64::from_le_bytes).ok_or(Malformed)
    } else {
        Table::root(bytes).and_then(|message| message.i64(3, 0))
    };
    let Ok(body) = body else { return Err(MALFORMED.to_owned()) };
    match usize::try_from(body) {
        Ok(body) if body <= MOST_BODY_BYTES => Ok(Some(Extent { metadata, body })),
        Ok(_) => Err(over_limit("a body", MOST_BODY_BYTES)),
        Err(_) => Err(MALFORMED.to_owned()),
    }
}

/// What is said of metadata that cannot be understood.
pub(super) const MALFORMED: &str = "the metadata of an Arrow message cannot be read";

fn over_limit(what: &str, limit: usize) -> String {
    let mut message = String::from("an Arrow message has ");
    message.push_str(what);
    message.push_str(" of more than ");
    push_whole(&mut message, (limit / 1024 / 1024) as u64);
    message.push_str(" MiB");
    message
}

/// What a message is about.
#[derive(Debug)]
pub(super) enum Header<'a> {
    Schema(Table<'a>),
    Dictionary {
        id: i64,
        is_delta: bool,
        batch: Table<'a>,
    },
    Rows(Table<'a>),
    /// A kind that holds no rows.
    Other,
}

/// The header of a message's metadata, and the table of the whole message.
pub(super) fn header(metadata: &[u8]) -> Checked<(Header<'_>, Table<'_>)> {
    let message = Table::root(metadata)?;
    let table = message.table(2)?.ok_or(Malformed)?;
    let header = match message.u8(1, 0)? {
        1 => Header::Schema(table),
        2 => {
            let batch = table.table(1)?.ok_or(Malformed)?;
            Header::Dictionary { id: table.i64(0, 0)?, is_delta: table.u8(2, 0)? != 0, batch }
        }
        3 => Header::Rows(table),
        _ => Header::Other,
    };
    Ok((header, message))
}

/// What a record batch is compressed with, if it is.
pub(super) fn compression(batch: &Table<'_>) -> Checked<Option<&'static str>> {
    let Some(compression) = batch.table(3)? else { return Ok(None) };
    Ok(Some(match compression.u8(0, 0)? {
        0 => "LZ4",
        1 => "Zstandard",
        _ => "a codec that is not known",
    }))
}

/// The text under a key of a message's own metadata.
pub(super) fn custom<'a>(message: &Table<'a>, key: &str) -> Checked<Option<&'a str>> {
    let pairs = message.vector(4, 4)?;
    for index in 0..pairs.len() {
        let pair = pairs.table(index)?;
        if pair.vector(0, 1)?.len() == key.len() && pair.text(0)? == key {
            return pair.text(1).map(Some);
        }
    }
    Ok(None)
}
