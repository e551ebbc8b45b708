//! Pages whose texts are written as what they differ in. Such a page says how many lengths it has, and the `parquet` crate
//! takes the memory for all of them before it looks for the first; that no page says more of them than it has values is
//! looked at before. Decodes nothing.

use super::thrift::Thrift;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescriptor;

/// Pages that are looked at before they are handed on.
pub(super) struct Checked<P> {
    pages: P,
    most_repetition: i16,
    most_definition: i16,
}

impl<P: PageReader> Checked<P> {
    pub(super) fn new(pages: P, column: &ColumnDescriptor) -> Self {
        Self { pages, most_repetition: column.max_rep_level(), most_definition: column.max_def_level() }
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

    /// True if a page of texts says no more lengths than it has values.
    fn is_sound(&self, page: &Page) -> bool {
        let lists = match page.encoding() {
            // How much each has of the one before, and how much is its own.
            Encoding::DELTA_BYTE_ARRAY => 2,
            Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
            _ => return true,
        };
        let Some(bytes) = self.values(page) else { return false };
        let mut numbers = Thrift::new(bytes);
        // A page without values may have no lengths either.
        bytes.is_empty() || (0..lists).all(|_| pass(&mut numbers, page.num_values().into()).is_some())
    }
}

/// Passes numbers that are written as what they differ in, if they are no more than so many.
fn pass(numbers: &mut Thrift<&[u8]>, most: u64) -> Option<()> {
    let (block, parts, count) = (numbers.whole()?, numbers.whole()?, numbers.whole()?);
    numbers.whole()?;
    // What the crate asks of these, too.
    let is_sound = count <= most && parts > 0 && parts <= block && block <= 1 << 20;
    let of_part = if is_sound { block.checked_div(parts)? } else { return None };
    let mut left = count.saturating_sub(1);
    while left > 0 {
        numbers.whole()?;
        let widths: Vec<u8> = (0..parts).map(|_| numbers.byte()).collect::<Option<_>>()?;
        for width in widths {
            if left > 0 {
                numbers.pass_bytes(u64::from(width) * of_part / 8)?;
                left = left.saturating_sub(of_part);
            }
        }
    }
    Some(())
}

impl<P: PageReader> PageReader for Checked<P> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        match &page {
            Some(page) if !self.is_sound(page) => Err(ParquetError::General("a page of texts is damaged".to_owned())),
            _ => Ok(page),
        }
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
    fn lists_of_numbers_are_as_long_as_they_say_and_no_longer_than_their_page() {
        let check = |bytes: &[u8], most: u64, expected: Option<u64>| {
            let mut numbers = Thrift::new(bytes);
            assert_eq!(pass(&mut numbers, most).map(|()| numbers.at()), expected, "{bytes:x?} {most}");
        };
        // Blocks of 128 in 4 parts: 5 numbers, each of 2 bits, behind the first; what follows is none of theirs.
        let five = [&[0x80, 1, 4, 5, 0, 0, 2, 0, 0, 0][..], &[7; 8], b"texts"].concat();
        check(&five, 5, Some(18));
        check(&five, 4, None);
        check(&five[..17], 5, None);
        check(&[0x80, 1, 4, 1, 0], 1, Some(5));
        check(&[0x80, 1, 4, 0, 0], 0, Some(5));
        check(&[0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0], 1000, None);
        check(&[0x80, 1, 0, 1, 0], 1, None);
    }
}
