//! CRC-32 as gzip uses it (ISO 3309, polynomial edb88320 reflected), eight bytes at a time; natively crc32fast, which
//! knows the processor's own instruction, takes its place. The tables are made when a decoder is, since as constants
//! they would be a third of the module that browsers download.

#[cfg(not(target_family = "wasm"))]
pub(crate) use native::Crc32;
#[cfg(target_family = "wasm")]
pub(crate) use tabled::Crc32;

#[cfg(not(target_family = "wasm"))]
mod native {
    #[derive(Default)]
    pub(crate) struct Crc32(crc32fast::Hasher);

    impl Crc32 {
        pub(crate) fn update(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }

        /// The sum of what came since the last call; begins anew.
        pub(crate) fn take(&mut self) -> u32 {
            std::mem::take(&mut self.0).finalize()
        }
    }
}

#[cfg(any(target_family = "wasm", test))]
mod tabled {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    /// Bytes that are looked up together.
    const LANES: usize = 8;

    pub(crate) struct Crc32 {
        tables: Box<[[u32; 256]; LANES]>,
        state: u32,
    }

    impl Default for Crc32 {
        fn default() -> Self {
            let mut tables = Box::new([[0; 256]; LANES]);
            let mut previous = [0; 256];
            for (entry, byte) in previous.iter_mut().zip(0u32..) {
                *entry = (0..8).fold(byte, |crc, _| (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 });
            }
            let first = previous;
            for table in tables.iter_mut() {
                *table = previous;
                for entry in &mut previous {
                    *entry = (*entry >> 8) ^ entry_of(&first, *entry as u8);
                }
            }
            Self { tables, state: !0 }
        }
    }

    impl Crc32 {
        pub(crate) fn update(&mut self, bytes: &[u8]) {
            let [one, two, three, four, five, six, seven, eight] = &*self.tables;
            let mut crc = self.state;
            let (chunks, rest) = bytes.as_chunks::<LANES>();
            for [a, b, c, d, e, f, g, h] in chunks {
                let [a, b, c, d] = (crc ^ u32::from_le_bytes([*a, *b, *c, *d])).to_le_bytes();
                crc = entry_of(eight, a)
                    ^ entry_of(seven, b)
                    ^ entry_of(six, c)
                    ^ entry_of(five, d)
                    ^ entry_of(four, *e)
                    ^ entry_of(three, *f)
                    ^ entry_of(two, *g)
                    ^ entry_of(one, *h);
            }
            for byte in rest {
                crc = (crc >> 8) ^ entry_of(one, crc as u8 ^ byte);
            }
            self.state = crc;
        }

        /// The sum of what came since the last call; begins anew.
        pub(crate) fn take(&mut self) -> u32 {
            !std::mem::replace(&mut self.state, !0)
        }
    }

    fn entry_of(table: &[u32; 256], byte: u8) -> u32 {
        // A byte is always within 256 entries, so the compiler drops this check.
        table.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{native, tabled};

    fn check(bytes: &[u8], expected: u32) {
        let (mut native, mut tabled) = (native::Crc32::default(), tabled::Crc32::default());
        for cut in (0..=bytes.len()).step_by(bytes.len() / 20 + 1) {
            let (left, right) = bytes.split_at(cut);
            [left, right].iter().for_each(|part| native.update(part));
            [left, right].iter().for_each(|part| tabled.update(part));
            assert_eq!((native.take(), tabled.take()), (expected, expected), "{} bytes, cut at {cut}", bytes.len());
        }
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        check(b"", 0);
        check(b"123456789", 0xcbf4_3926);
        check(b"The quick brown fox jumps over the lazy dog", 0x414f_a339);
        check(&[0; 32], 0x190a_55ad);
        check(&[0xff; 32], 0xff6c_ab0b);
    }
}
