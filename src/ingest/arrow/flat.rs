//! Tables of a flatbuffer, walked by hand: every offset, length and table of fields is held against the bytes that are
//! there before anything is read through it. Copies nothing and knows nothing of Arrow.
//!
//! The layout is that of the FlatBuffers format: a table begins with the signed distance back to its vtable, which
//! holds its own size, the table's size, and for each field the distance from the table's begin, 0 where it is absent.
//! Offsets to tables, vectors and texts point forward, so no walk comes back to where it was.

/// Bytes that are no flatbuffer of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

pub(super) type Checked<T> = Result<T, Malformed>;

/// The `N` bytes at a place.
pub(super) fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// A table whose vtable lies within the bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    size: usize,
    vtable: usize,
    vtable_size: usize,
}

impl<'a> Table<'a> {
    /// The table that the first four bytes point at.
    pub(super) fn root(bytes: &'a [u8]) -> Checked<Self> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Checked<Self> {
        let back = i32::from_le_bytes(bytes_at(bytes, at).ok_or(Malformed)?);
        let vtable =
            i64::try_from(at).ok().and_then(|at| usize::try_from(at - i64::from(back)).ok()).ok_or(Malformed)?;
        let size_at = |at: usize| bytes_at(bytes, at).map(u16::from_le_bytes).map(usize::from).ok_or(Malformed);
        let (vtable_size, size) = (size_at(vtable)?, size_at(vtable + 2)?);
        let is_within =
            |at: usize, size: usize| size >= 4 && bytes.len().checked_sub(at).is_some_and(|left| size <= left);
        if is_within(vtable, vtable_size) && is_within(at, size) {
            Ok(Self { bytes, at, size, vtable, vtable_size })
        } else {
            Err(Malformed)
        }
    }

    /// Where the `N` bytes of a field lie; `None` where the table leaves it out.
    fn field<const N: usize>(&self, slot: usize) -> Checked<Option<usize>> {
        let entry = 4 + 2 * slot;
        if entry + 2 > self.vtable_size {
            return Ok(None);
        }
        let distance = bytes_at(self.bytes, self.vtable + entry).map(u16::from_le_bytes).map(usize::from);
        match distance.ok_or(Malformed)? {
            0 => Ok(None),
            distance if distance >= 4 && distance + N <= self.size => Ok(Some(self.at + distance)),
            _ => Err(Malformed),
        }
    }

    fn scalar<const N: usize>(&self, slot: usize) -> Checked<Option<[u8; N]>> {
        self.field::<N>(slot)?.map(|at| bytes_at(self.bytes, at).ok_or(Malformed)).transpose()
    }

    pub(super) fn u8(&self, slot: usize, default: u8) -> Checked<u8> {
        Ok(self.scalar(slot)?.map_or(default, u8::from_le_bytes))
    }

    pub(super) fn i16(&self, slot: usize, default: i16) -> Checked<i16> {
        Ok(self.scalar(slot)?.map_or(default, i16::from_le_bytes))
    }

    pub(super) fn i32(&self, slot: usize, default: i32) -> Checked<i32> {
        Ok(self.scalar(slot)?.map_or(default, i32::from_le_bytes))
    }

    pub(super) fn i64(&self, slot: usize, default: i64) -> Checked<i64> {
        Ok(self.scalar(slot)?.map_or(default, i64::from_le_bytes))
    }

    pub(super) fn table(&self, slot: usize) -> Checked<Option<Table<'a>>> {
        let Some(at) = self.field::<4>(slot)? else { return Ok(None) };
        Self::at(self.bytes, follow(self.bytes, at)?).map(Some)
    }

    /// A vector of things that take `width` bytes each; an absent one is empty.
    pub(super) fn vector(&self, slot: usize, width: usize) -> Checked<Vector<'a>> {
        let Some(at) = self.field::<4>(slot)? else { return Ok(Vector { bytes: self.bytes, at: 0, length: 0, width }) };
        vector_at(self.bytes, follow(self.bytes, at)?, width)
    }

    /// A text; an absent one is empty.
    pub(super) fn text(&self, slot: usize) -> Checked<&'a str> {
        std::str::from_utf8(self.vector(slot, 1)?.all()).map_err(|_| Malformed)
    }
}

/// A vector that lies within the bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vector<'a> {
    bytes: &'a [u8],
    at: usize,
    length: usize,
    width: usize,
}

impl<'a> Vector<'a> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The bytes of all its things.
    fn all(&self) -> &'a [u8] {
        self.bytes.get(self.at..self.at + self.length * self.width).unwrap_or_default()
    }

    /// Two numbers of 64 bits that lie behind each other in one of its things.
    pub(super) fn pair(&self, index: usize) -> Checked<(i64, i64)> {
        let at = self.place(index)?;
        let number = |at| bytes_at(self.bytes, at).map(i64::from_le_bytes).ok_or(Malformed);
        Ok((number(at)?, number(at + 8)?))
    }

    pub(super) fn i64(&self, index: usize) -> Checked<i64> {
        bytes_at(self.bytes, self.place(index)?).map(i64::from_le_bytes).ok_or(Malformed)
    }

    pub(super) fn table(&self, index: usize) -> Checked<Table<'a>> {
        Table::at(self.bytes, follow(self.bytes, self.place(index)?)?)
    }

    fn place(&self, index: usize) -> Checked<usize> {
        if index < self.length { Ok(self.at + index * self.width) } else { Err(Malformed) }
    }
}

fn vector_at(bytes: &[u8], at: usize, width: usize) -> Checked<Vector<'_>> {
    let length = u32::from_le_bytes(bytes_at(bytes, at).ok_or(Malformed)?) as usize;
    let (at, size) = (at + 4, length.checked_mul(width).ok_or(Malformed)?);
    if bytes.len() - at < size { Err(Malformed) } else { Ok(Vector { bytes, at, length, width }) }
}

/// Where an offset points that lies at a place.
fn follow(bytes: &[u8], at: usize) -> Checked<usize> {
    let distance = bytes_at(bytes, at).map(u32::from_le_bytes).ok_or(Malformed)?;
    at.checked_add(distance as usize).filter(|to| *to < bytes.len()).ok_or(Malformed)
}
