//! Data that is cut off or has a bit wrong: never a panic, a hang or silence.

mod support;

use execution_heatmap_inflate::{Cause, Decoder, Form, Limits};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::{decode, gzip, log, zstd};

/// What a block of zstd holds.
const BLOCK_BYTES: usize = 128 * 1024;

/// Compressed logs with a check sum that covers every decoded byte.
fn samples() -> &'static [(Vec<u8>, Vec<u8>)] {
    static SAMPLES: LazyLock<Vec<(Vec<u8>, Vec<u8>)>> = LazyLock::new(make_samples);
    &SAMPLES
}

fn make_samples() -> Vec<(Vec<u8>, Vec<u8>)> {
    let (small, large) = (log(40), log(3_000));
    let both = [small.clone(), large.clone()].concat();
    let frames = [zstd(&small), b"\x50\x2a\x4d\x18\x02\0\0\0xx".to_vec(), zstd(&large)].concat();
    vec![
        (gzip(&small), small.clone()),
        (zstd(&small), small.clone()),
        ([gzip(&small), gzip(&large)].concat(), both.clone()),
        (frames, both),
    ]
}

#[test]
fn every_cut_is_told_and_what_came_before_it_given() {
    for (data, log) in samples() {
        let mut longest = 0;
        for end in 4..data.len() {
            let decoded = decode(&data[..end], 4096);
            assert!(log.starts_with(&decoded.bytes), "cut at {end}");
            longest = longest.max(decoded.bytes.len());
            match decoded.problem {
                Some(problem) => assert_eq!((problem.cause, problem.at), (Cause::CutOff, end as u64)),
                // Between members and frames nothing is missing that the form could know of.
                None => assert!(!decoded.bytes.is_empty() || data[0] == 0x50, "cut at {end}"),
            }
        }
        // Deflate gives byte by byte; a block of zstd is decoded once it is there, and the small log is one block.
        let expected = if data[0] == 0x1f { log.len() * 9 / 10 } else { log.len() / BLOCK_BYTES * BLOCK_BYTES };
        assert!(longest >= expected, "nearly everything is given: {longest} of {}", log.len());
    }
}

#[test]
fn every_flipped_bit_is_told_or_changes_nothing() {
    for (data, log) in samples() {
        let bits = data.len() * 8;
        // Every bit of the small ones and of both ends of the large ones, some between.
        let step = |bit: &usize| bits < 20_000 || *bit < 1_000 || bits - bit < 1_000 || bit.is_multiple_of(997);
        for bit in (32..bits).filter(step) {
            let mut damaged = data.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let decoded = decode(&damaged, 4096);
            assert!(decoded.problem.is_some() || decoded.bytes == *log, "bit {bit} changed the log in silence");
        }
    }
}

#[test]
fn words_name_the_byte() {
    let check = |data: &[u8], expected: &str| {
        let decoded = decode(data, 10);
        assert_eq!(decoded.problem.map(|problem| problem.to_string()).as_deref(), Some(expected));
    };
    let gzip = gzip(b"rows");
    let zstd = zstd(b"rows");
    check(&gzip[..20], "the gzip data is cut off at byte 20");
    check(&zstd[..10], "the zstd data is cut off at byte 10");
    let last = gzip.len() - 1;
    let wrong_length = [&gzip[..last], &[1]].concat();
    check(&wrong_length, &format!("the gzip data is damaged before byte {}: its check sum differs", gzip.len()));
    check(&[&gzip[..10], &[0xff; 9]].concat(), "the gzip data is damaged at byte 11");
    check(&[&gzip[..2], &[7], &gzip[3..]].concat(), "the gzip data at byte 0 is compressed in a way that is not known");
    check(
        b"\x28\xb5\x2f\xfd\x01\x00\x07\x00\x00\x00",
        "the zstd data was compressed with a dictionary, which cannot be read",
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(
        which in 0..4usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        chunk in 1..5000usize,
    ) {
        let (mut data, log) = samples()[which].clone();
        for (place, byte) in edits {
            // The magic number stays, else there is nothing to decode.
            let place = 4 + place.index(data.len() - 4);
            data[place] = byte;
        }
        let decoded = decode(&data, chunk);
        prop_assert!(decoded.problem.is_some() || decoded.bytes == log || which == 3);
        prop_assert_eq!(decoded, decode(&data, data.len()), "however it is cut");
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..3000), is_zstd in any::<bool>()) {
        let magic: &[u8] = if is_zstd { &[0x28, 0xb5, 0x2f, 0xfd] } else { &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0] };
        decode(&[magic, &bytes].concat(), 100);
    }
}

#[test]
fn a_decoder_that_failed_stays_so() {
    let mut decoder = Decoder::new(Form::Gzip, Limits::default());
    decoder.extend(b"no gzip at all");
    assert_eq!(decoder.next(), None);
    decoder.extend(&gzip(b"rows"));
    assert_eq!(decoder.next(), None);
    assert_eq!(decoder.problem().map(|problem| problem.cause), Some(Cause::NoMore));
}
