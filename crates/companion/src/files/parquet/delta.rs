//! Pages whose texts are written as what they differ in. Such a page says how many lengths it has, and the `parquet` crate
//! takes the memory for all of them before it looks for the first; and each text of a list may be as long as its page. So
//! the lengths are looked at before: that there are no more than the page has values, and what the texts of lists will take.
//! Makes no text.

use super::pages::Meter;
use super::thrift::Thrift;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;
use std::sync::Arc;

/// The most lengths that a page has, each of which takes memory however short its text is. Writers begin a page after some
/// thousand values, or after a row group of a million where these are all alike.
const MOST_LENGTHS: u64 = 1 << 21;

/// Bits that two lengths differ in at most.
const MOST_WIDTH: u8 = 32;

/// Pages that are looked at before they are handed on.
pub(super) struct Checked<P> {
    pages: P,
    meter: Arc<Meter>,
    most_repetition: i16,
    most_definition: i16,
}

impl<P: PageReader> Checked<P> {
    pub(super) fn new(pages: P, column: &ColumnDescriptor, meter: &Arc<Meter>) -> Self {
        let (most_repetition, most_definition) = (column.max_rep_level(), column.max_def_level());
        Self { pages, meter: Arc::clone(meter), most_repetition, most_definition }
    }

    /// Where the values of a page begin: behind the levels.
    fn values<'a>(&self, page: &'a Page) -> Option<&'a [u8]> {
        let mut bytes = &page.buffer()[..];
        match page {
            Page::DataPage { num_values, def_level_encoding, rep_level_encoding, .. } => {
                for (most, encoding) in
                    [(self.most_repetition, rep_level_encoding), (self.most_definition, def_level_encoding)]
                {
                    if most == 0 {
                        continue;
                    }
                    let length = if *encoding == Encoding::RLE {
                        let (length, rest) = bytes.split_first_chunk()?;
                        bytes = rest;
                        u64::from(u32::from_le_bytes(*length))
                    } else {
                        let bits = u64::from(i16::BITS - most.leading_zeros());
                        (u64::from(*num_values) * bits).div_ceil(8)
                    };
                    bytes = bytes.get(usize::try_from(length).ok()?..)?;
                }
            }
            Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
                bytes = bytes.get(usize::try_from(def_levels_byte_len.checked_add(*rep_levels_byte_len)?).ok()?..)?;
            }
            Page::DictionaryPage { .. } => {}
        }
        Some(bytes)
    }

    /// How many bytes the texts of a page have in all, of one whose texts are written so; `None` if it is damaged or says
    /// more lengths than it has values.
    fn text_bytes(&self, page: &Page) -> Option<u64> {
        let lists = match page.encoding() {
            // How much each has of the one before, and how much is its own.
            Encoding::DELTA_BYTE_ARRAY => 2,
            Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
            _ => return Some(0),
        };
        let bytes = self.values(page)?;
        // A page without values may have no lengths either.
        if bytes.is_empty() {
            return Some(0);
        }
        let mut numbers = Thrift::new(bytes);
        let most = MOST_LENGTHS.min(page.num_values().into());
        (0..lists).try_fold(0, |sum: u64, _| sum.checked_add(added_up(&mut numbers, most)?))
    }

    fn check(&self, page: &Page) -> Result<()> {
        match self.text_bytes(page) {
            // Rows that are no lists are read a few at a time.
            Some(_) if self.most_repetition == 0 => Ok(()),
            Some(bytes) => self.meter.hold(bytes),
            None => {
                let words = format!("a page of texts is damaged, or has more than {MOST_LENGTHS} of them");
                Err(ParquetError::General(words))
            }
        }
    }
}

/// The sum of numbers that are written as what they differ in, if they are no more than so many and none is below nothing.
fn added_up(numbers: &mut Thrift<&[u8]>, most: u64) -> Option<u64> {
    let (block, parts, count) = (numbers.whole()?, numbers.whole()?, numbers.whole()?);
    let mut last = numbers.i32()?;
    // What the crate asks of these, too.
    let is_sound = count <= most && parts > 0 && parts <= block && block <= 1 << 20;
    let of_part = if is_sound { block.checked_div(parts)? } else { return None };
    if count == 0 {
        return Some(0);
    }
    let mut sum = u64::try_from(last).ok()?;
    let mut left = count - 1;
    while left > 0 {
        let least = numbers.i32()?;
        let widths: Vec<u8> = (0..parts).map(|_| numbers.byte()).collect::<Option<_>>()?;
        for width in widths {
            if width > MOST_WIDTH {
                return None;
            }
            let mut bytes = u64::from(width) * of_part / 8;
            if left == 0 {
                continue;
            }
            let (mut bits, mut have) = (0_u64, 0);
            for _ in 0..of_part.min(left) {
                while have < u32::from(width) {
                    bytes = bytes.checked_sub(1)?;
                    bits |= u64::from(numbers.byte()?) << have;
                    have += u8::BITS;
                }
                let more = bits & ((1 << width) - 1);
                bits >>= width;
                have -= u32::from(width);
                last = last.wrapping_add(least).wrapping_add(more as i32);
                sum = sum.checked_add(u64::try_from(last).ok()?)?;
            }
            numbers.pass_bytes(bytes)?;
            left = left.saturating_sub(of_part);
        }
    }
    Some(sum)
}

impl<P: PageReader> PageReader for Checked<P> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.as_ref().map_or(Ok(()), |page| self.check(page))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

impl<P: PageReader> Iterator for Checked<P> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers_are_added_up_and_no_longer_than_their_page() {
        let check = |bytes: &[u8], most: u64, expected: Option<(u64, u64)>| {
            let mut numbers = Thrift::new(bytes);
            assert_eq!(added_up(&mut numbers, most).map(|sum| (sum, numbers.at())), expected, "{bytes:x?} {most}");
        };
        // Blocks of 128 in 4 parts: 7, and 4 that are 1 less each and 3, 0, 2 and 1 more, in 2 bits: 7, 9, 8, 9, 9.
        let five = [&[0x80, 1, 4, 5, 14, 1, 2, 0, 0, 0, 0b01_10_00_11][..], &[0; 7], b"texts"].concat();
        check(&five, 5, Some((42, 18)));
        check(&five, 4, None);
        check(&five[..17], 5, None);
        check(&[0x80, 1, 4, 1, 10], 1, Some((5, 5)));
        check(&[0x80, 1, 4, 1, 9], 1, None);
        check(&[0x80, 1, 4, 0, 0], 0, Some((0, 5)));
        check(&[0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0], 1000, None);
        check(&[0x80, 1, 0, 1, 0], 1, None);
        // A number in 33 bits and one in 255.
        check(&[&[8, 1, 2, 0, 0, 33][..], &[0; 33]].concat(), 2, None);
        check(&[&[8, 1, 2, 0, 0, 255][..], &[0; 255]].concat(), 2, None);
    }
}
