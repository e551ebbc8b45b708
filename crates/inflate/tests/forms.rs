//! Honest data: members and frames in any number, however they are cut into chunks, and how both libraries of the house
//! decode them.

mod support;

use execution_heatmap_inflate::{Cause, Form};
use std::io::{Read, Write};
use support::{decode, gzip, log, zstd};

fn check(data: &[u8], expected: &[u8]) {
    for chunk in [1, 7, 1000, 65_536, usize::MAX] {
        let decoded = decode(data, chunk.min(data.len()));
        assert_eq!(decoded.problem, None, "in chunks of {chunk}");
        assert!(decoded.bytes == expected, "in chunks of {chunk}: {} of {} bytes", decoded.bytes.len(), expected.len());
    }
}

#[test]
fn one_member_or_frame() {
    for rows in [0, 1, 100, 20_000] {
        let log = log(rows);
        check(&gzip(&log), &log);
        check(&zstd(&log), &log);
        check(&zstd::bulk::compress(&log, 1).unwrap(), &log);
    }
}

#[test]
fn several_in_a_row() {
    let (one, two) = (log(300), log(500));
    let both = [one.clone(), two.clone()].concat();
    check(&[gzip(&one), gzip(b""), gzip(&two), gzip(b"")].concat(), &both);
    check(&[zstd(&one), zstd(b""), zstd(&two), zstd(b"")].concat(), &both);
}

#[test]
fn what_pads_and_skips() {
    let log = log(50);
    check(&[gzip(&log), vec![0; 5000]].concat(), &log);
    let skippable =
        |length: u32| [&[0x5f, 0x2a, 0x4d, 0x18][..], &length.to_le_bytes(), &vec![b'{'; length as usize]].concat();
    check(&[skippable(3000), zstd(&log), skippable(0)].concat(), &log);
    check(&skippable(10), b"");
}

#[test]
fn headers_with_everything() {
    let log = log(50);
    for flags in 0..32u8 {
        // Cut the plain header off and put one before it that has an extra part, a name, a comment, a sum.
        let mut data = vec![0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3];
        for (flag, part) in [(4, &b"\x03\x00abc"[..]), (8, b"executions.ndjson\0"), (16, b"\0"), (2, b"\x12\x34")] {
            if flags & flag != 0 {
                data.extend_from_slice(part);
            }
        }
        data.extend_from_slice(&gzip(&log)[10..]);
        check(&data, &log);
    }
}

#[test]
fn large_windows_within_the_limit() {
    let log = log(150_000);
    for window_log in [10, 17, 23] {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.write_all(&log).unwrap();
        let decoded = decode(&encoder.finish().unwrap(), 65_536);
        assert!(decoded.problem.is_none() && decoded.bytes == log, "{window_log}: {:?}", decoded.problem);
    }
}

#[test]
fn other_libraries_agree() {
    let log = log(5_000);
    let (members, frames) = ([gzip(&log), gzip(&log)].concat(), [zstd(&log), zstd(&log)].concat());
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(&members[..]).read_to_end(&mut bytes).unwrap();
    assert!(decode(&members, 999).bytes == bytes);
    assert!(decode(&frames, 999).bytes == zstd::decode_all(&frames[..]).unwrap());
}

#[test]
fn what_is_not_compressed_is_of_no_form() {
    let check = |first: &[u8], expected| assert_eq!(Form::of(first), expected, "{first:?}");
    check(b"", None);
    check(b"\x1f", None);
    check(b"\x1f\x8b", Some(Form::Gzip));
    check(b"\x28\xb5\x2f", None);
    check(b"\x28\xb5\x2f\xfd", Some(Form::Zstd));
    check(b"\x50\x2a\x4d\x18", Some(Form::Zstd));
    check(b"\x5f\x2a\x4d\x18", Some(Form::Zstd));
    check(b"\x60\x2a\x4d\x18", None);
    check(b"{\"id\"", None);
}

#[test]
fn what_was_compressed_twice_is_decoded_once() {
    let inner = gzip(&log(10));
    check(&gzip(&inner), &inner);
    check(&zstd(&inner), &inner);
}

#[test]
fn something_else_behind_is_told() {
    let log = log(10);
    for good in [gzip(&log), zstd(&log)] {
        let decoded = decode(&[&good[..], b"PK\x03\x04"].concat(), 100);
        assert_eq!((decoded.cause(), decoded.problem.unwrap().at), (Some(Cause::NoMore), good.len() as u64));
        assert!(decoded.bytes == log);
    }
}
