//! What the end of a Parquet file says of its columns, looked at before the `parquet` crate is given it: that one reads a
//! group within a group by calling itself, and takes the memory that a group says it needs. A few bytes could so be a stack
//! that overflows, or more memory than there is; both end the process. Decodes nothing.

use super::thrift::{BINARY, BYTE, FALSE, I32, LIST, STRUCT, TRUE, Thrift};
use bytes::Bytes;
use execution_heatmap::ingest::{MOST_COLUMNS, MOST_DEPTH};
use parquet::file::FOOTER_SIZE;
use parquet::file::metadata::FooterTail;
use parquet::file::reader::ChunkReader;

/// The most bytes that the names of all columns may take, each with those of the groups that it lies in: the crate holds
/// them so.
const MOST_NAME_BYTES: u64 = 4 << 20;

/// Checks what a file says of its columns.
///
/// # Errors
/// Why it cannot be read, in words. Of a file that has no such end, or an encrypted one, the crate has better ones.
pub(super) fn check(file: &impl ChunkReader) -> Result<(), String> {
    let Some(bytes) = end_of(file) else { return Ok(()) };
    let mut columns = Columns::default();
    let is_whole = columns.read(&mut Thrift::new(&bytes[..])).is_some();
    match columns.too_much() {
        Some(words) => Err(words),
        None if is_whole => Ok(()),
        None => Err("what it says of its columns is damaged".to_owned()),
    }
}

/// The bytes that describe the file.
fn end_of(file: &impl ChunkReader) -> Option<Bytes> {
    let tail_at = file.len().checked_sub(FOOTER_SIZE as u64)?;
    let tail = file.get_bytes(tail_at, FOOTER_SIZE).ok()?;
    let tail = FooterTail::try_from(&tail[..]).ok().filter(|tail| !tail.is_encrypted_footer())?;
    let length = tail.metadata_length();
    file.get_bytes(tail_at.checked_sub(length as u64)?, length).ok()
}

/// The columns of a file as far as they were looked at. In the file they stand in one list with the groups around them,
/// each group before what lies in it, with a number of how many things that are.
#[derive(Default)]
struct Columns {
    /// How many things are still to come of each group that has not ended, and the bytes of the names down to it.
    groups: Vec<(u64, u64)>,
    count: u64,
    name_bytes: u64,
    is_too_deep: bool,
}

impl Columns {
    fn read(&mut self, thrift: &mut Thrift<&[u8]>) -> Option<()> {
        // Every writer begins so; the crate would take a later list of columns for nothing once it has one.
        if thrift.field(0)? != Some((1, I32)) {
            return None;
        }
        thrift.number()?;
        if thrift.field(1)? != Some((2, LIST)) {
            return None;
        }
        let (kind, length) = thrift.list()?;
        if kind != STRUCT {
            return None;
        }
        let mut left = length;
        while left > 0 {
            left -= 1;
            let (name_bytes, children) = element(thrift)?;
            if children > left {
                return None;
            }
            self.add(name_bytes, children);
        }
        Some(())
    }

    fn add(&mut self, name_bytes: u64, children: u64) {
        while self.groups.pop_if(|(left, _)| *left == 0).is_some() {}
        let way_bytes = match self.groups.last_mut() {
            Some((left, way_bytes)) => {
                *left -= 1;
                *way_bytes
            }
            None => 0,
        };
        // A point between names.
        let way_bytes = way_bytes + name_bytes + 1;
        if children > 0 {
            // The row itself is the first group.
            self.is_too_deep |= self.groups.len() > MOST_DEPTH;
            self.groups.push((children, way_bytes));
        } else {
            self.count += 1;
            self.name_bytes = self.name_bytes.saturating_add(way_bytes);
        }
    }

    /// What there is too much of.
    fn too_much(&self) -> Option<String> {
        if self.is_too_deep {
            Some(format!("its columns lie more than {MOST_DEPTH} groups deep"))
        } else if self.count > MOST_COLUMNS as u64 {
            Some(format!("it has {} columns, expected at most {MOST_COLUMNS}", self.count))
        } else if self.name_bytes > MOST_NAME_BYTES {
            Some(format!("the names of its columns take more than {} MiB", MOST_NAME_BYTES >> 20))
        } else {
            None
        }
    }
}

/// Passes a column or a group; says how many bytes its name has and how many things lie in it.
fn element(thrift: &mut Thrift<&[u8]>) -> Option<(u64, u64)> {
    let (mut name_bytes, mut children, mut last) = (0, 0, 0);
    while let Some((number, kind)) = thrift.field(last)? {
        match (number, kind) {
            (4, BINARY) => name_bytes = thrift.pass_binary()?,
            (5, I32) => children = u64::try_from(thrift.i32()?).ok()?,
            (1..=9, I32) => _ = thrift.number()?,
            (10, STRUCT) => logical_type(thrift)?,
            (1..=10, _) => return None,
            (_, kind) => thrift.pass(kind)?,
        }
        last = number;
    }
    Some((name_bytes, children))
}

/// Passes a type, which is a structure of one field, numbered by what the type is, that says the rest.
fn logical_type(thrift: &mut Thrift<&[u8]>) -> Option<()> {
    let (number, kind) = thrift.field(0)??;
    match number {
        1..=18 if kind != STRUCT => return None,
        // Decimals; times of day and instants; whole numbers; variants; places.
        5 => thrift.pass_fields(&[I32, I32])?,
        7 | 8 => time(thrift)?,
        10 => thrift.pass_fields(&[BYTE, TRUE])?,
        16 => thrift.pass_fields(&[BYTE])?,
        17 => thrift.pass_fields(&[BINARY])?,
        18 => thrift.pass_fields(&[BINARY, I32])?,
        // All others are known by their number alone.
        1..=18 => nothing(thrift)?,
        _ => thrift.pass(kind)?,
    }
    nothing(thrift)
}

/// Passes what is said of a time: whether it is one of UTC, and its unit.
fn time(thrift: &mut Thrift<&[u8]>) -> Option<()> {
    let mut last = 0;
    while let Some((number, kind)) = thrift.field(last)? {
        match (number, kind) {
            (1, TRUE | FALSE) => {}
            (2, STRUCT) => {
                thrift.field(0)?.filter(|(_, kind)| *kind == STRUCT)?;
                nothing(thrift)?;
                nothing(thrift)?;
            }
            (1 | 2, _) => return None,
            (_, kind) => thrift.pass(kind)?,
        }
        last = number;
    }
    Some(())
}

/// The end of a structure without anything more in it.
fn nothing(thrift: &mut Thrift<&[u8]>) -> Option<()> {
    thrift.field(0)?.is_none().then_some(())
}
