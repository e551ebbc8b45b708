//! SipHash-1-3: a keyed hash of short texts (Aumasson and Bernstein, 2012, with one round a word and three at the end).
//! Who does not know the key cannot choose texts that collide. No output follows its order.

/// The hash of some bytes under a key.
pub(crate) fn siphash(key: [u64; 2], bytes: &[u8]) -> u64 {
    let [low, high] = key;
    let mut state = State([
        low ^ 0x736f_6d65_7073_6575,
        high ^ 0x646f_7261_6e64_6f6d,
        low ^ 0x6c79_6765_6e65_7261,
        high ^ 0x7465_6462_7974_6573,
    ]);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state.take(u64::from_le_bytes(*word));
    }
    // The last word holds what is left and, in its highest byte, the length.
    let rest = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    state.take(rest | (bytes.len() as u64) << 56);
    state.end()
}

struct State([u64; 4]);

impl State {
    fn take(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }

    fn end(mut self) -> u64 {
        self.0[2] ^= 0xff;
        self.round();
        self.round();
        self.round();
        self.0.into_iter().fold(0, |hash, word| hash ^ word)
    }

    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.0;
        a = a.wrapping_add(b);
        b = b.rotate_left(13) ^ a;
        a = a.rotate_left(32);
        c = c.wrapping_add(d);
        d = d.rotate_left(16) ^ c;
        a = a.wrapping_add(d);
        d = d.rotate_left(21) ^ a;
        c = c.wrapping_add(b);
        b = b.rotate_left(17) ^ c;
        c = c.rotate_left(32);
        self.0 = [a, b, c, d];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::Hasher;

    #[test]
    fn the_published_vectors() {
        // Those of the reference implementation for one and three rounds: key 00 01 … 0f, input 00 01 … of each length.
        let check = |length: u8, expected: u64| {
            let input: Vec<u8> = (0..length).collect();
            assert_eq!(siphash([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908], &input), expected, "{length} bytes");
        };
        check(0, 0xabac_0158_050f_c4dc);
        check(1, 0xc9f4_9bf3_7d57_ca93);
        check(2, 0x82cb_9b02_4dc7_d44d);
        check(3, 0x8bf8_0ab8_e7dd_f7fb);
    }

    #[test]
    fn it_is_the_hash_of_the_standard_library_under_the_key_0() {
        for length in 0..100u8 {
            let input: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(37)).collect();
            let mut standard = std::hash::DefaultHasher::new();
            standard.write(&input);
            assert_eq!(siphash([0, 0], &input), standard.finish(), "{length} bytes");
        }
    }
}
